# SPDX-License-Identifier: Apache-2.0
"""In which ways an untuned model is asked: chat templates as in transformers, the best on dev."""

import json
import types

import pytest
import transformers

from flan_jax.data import vocabulary
from flan_jax.data.encoding import Encoding
from flan_jax.data.tokenizers import chat, words
from flan_jax.data.vocabulary import FLAN
from flan_jax.errors import UserError
from flan_jax.evaluation import askings
from flan_jax.runs import evaluation
from tests import public_folders

INST = (
  "{{ bos_token }}{% for m in messages %}{% if m['role'] == 'user' %}{{ '[INST] ' + m['content'] | trim + ' [/INST]' }}"
  "{% elif m['role'] == 'assistant' %}{{ ' ' + m['content'] + eos_token }}{% else %}"
  "{{ raise_exception('no ' + m['role']) }}"
  '{% endif %}{% endfor %}'
)
MARKED = (
  '{%- set ns = namespace(first=true) %}{%- for m in messages %}\n    {%- if loop.index0 > 9 %}{% break %}{% endif %}\n'
  "{{- '<|im_start|>' + m.role + '\n' }}{% if m.role == 'assistant' %}"
  '{% generation %}{{ m.content }}{% endgeneration %}'
  '{% else %}{{ m.content | tojson }}{% endif %}<|im_end|>{% endfor %}'
  '{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}'
)
THINKING = public_folders.CHATML.replace(
  "assistant\n' }}", "assistant\n' }}{% if enable_thinking is false %}{{ '<think>\n\n</think>\n\n' }}{% endif %}"
)
TEMPLATES = {'chatml': public_folders.CHATML, 'inst': INST, 'marked': MARKED, 'thinking': THINKING}
TEXTS = ['Is it "so"?\n\nOPTIONS:\n- yes\n- no', ' é 日本 <|im_end|> {{ 1 }} ', 'a']


def tokenizer_folder(folder, template, as_file=False, **told):
  """Only the files of a tokenizer."""
  folder.mkdir(exist_ok=True)
  public_folders.tokenizer().save(str(folder / 'tokenizer.json'))
  told = {
    'tokenizer_class': 'PreTrainedTokenizerFast',
    'eos_token': '<|im_end|>',
    'bos_token': {'__type': 'AddedToken', 'content': '<|im_start|>', 'special': True},
    **({} if as_file else {'chat_template': template}),
    **told,
  }
  (folder / 'tokenizer_config.json').write_text(json.dumps(told))
  if as_file:
    (folder / chat.FILE).write_text(template)
  return folder


@pytest.fixture
def in_force(monkeypatch):
  """Puts the tokenizer of a folder in force for one test."""

  def use(folder):
    monkeypatch.setenv(vocabulary.VARIABLE, 'bytes')
    monkeypatch.delenv(vocabulary.ENDS, raising=False)
    monkeypatch.setattr(FLAN, '_loaded', None)
    FLAN.use(str(folder / 'tokenizer.json'))

  return use


@pytest.mark.parametrize('as_file', [False, True], ids=['config', 'file'])
@pytest.mark.parametrize('name', TEMPLATES)
def test_messages_have_the_ids_that_transformers_gives_them(tmp_path, in_force, name, as_file):
  folder = tokenizer_folder(tmp_path / 'words', TEMPLATES[name], as_file)
  theirs = transformers.AutoTokenizer.from_pretrained(folder)
  in_force(folder)
  ours = Encoding(400, 24).by_chat(chat.read(str(folder)))
  expected = [
    theirs.apply_chat_template(
      [{'role': 'user', 'content': text}], add_generation_prompt=True, enable_thinking=False, return_dict=False
    )
    for text in TEXTS
  ]
  assert ours.inputs(TEXTS) == expected
  whole = theirs.apply_chat_template(
    [{'role': 'user', 'content': 'a'}, {'role': 'assistant', 'content': 'yes'}], tokenize=False
  )
  assert ours.lead == (' ' if name == 'inst' else '')
  asked = theirs.decode(ours.inputs(['a'])[0])
  target = theirs.decode(ours.targets(['yes'])[0])
  assert target == f'{ours.lead}yes<|im_end|>'
  if name != 'thinking':  # what was said before is not thought over again
    assert whole.rstrip('\n') == asked + target
  assert ours.end_ids() == (2,)


def test_of_several_templates_the_default_serves(tmp_path):
  several = [{'name': 'tool_use', 'template': 'x'}, {'name': 'default', 'template': INST}]
  assert chat.read(str(tokenizer_folder(tmp_path, several))).source == INST
  assert chat.read(str(tokenizer_folder(tmp_path, several[:1]))) is None
  assert chat.read(str(tokenizer_folder(tmp_path, None))) is None
  assert chat.read(None) is None and chat.read(str(tmp_path / 'nowhere')) is None


def test_a_template_asks_for_the_date_and_gets_the_same_on_every_day(tmp_path):
  template = chat.read(str(tokenizer_folder(tmp_path, '{{ strftime_now("%d %b %Y") }}: {{ messages[0].content }}')))
  assert template.prompt('yes') == '26 Jul 2024: yes'


@pytest.mark.parametrize(
  'template, message',
  [
    ('{{ messages[0].content ', 'chat template fails \\(line 1'),
    ("{{ raise_exception('no user') }}", 'fails \\(no user\\); bring the file back'),
    ('{{ messages[7].content.strip() + 1 }}', 'chat template fails'),
    ("{{ ''.__class__.__mro__ }}{{ messages[0].content }}", 'fails .*unsafe|leaves messages out|fails'),
    ('{{ messages.append(1) }}', 'chat template fails'),
    ('Hello!', 'leaves messages out'),
    (7, 'is no text'),
    ([1], 'is no text'),
  ],
)
def test_a_template_that_fails_is_told_in_words(tmp_path, template, message):
  folder = tokenizer_folder(tmp_path, template)
  with pytest.raises(UserError, match=message) as error:
    chat.read(str(folder)).turn()
  assert str(tmp_path / 'tokenizer_config.json') in str(error.value)


def test_a_long_message_loses_its_passage_and_nothing_of_the_template(tmp_path, in_force):
  folder = tokenizer_folder(tmp_path, public_folders.CHATML)
  in_force(folder)
  encoding = Encoding(58, 24).by_chat(chat.read(str(folder)))
  text = 'Read: one two three four five six seven. Why?'
  for passage, left in (
    ('one two three four five six seven.', 'Read: three four five six seven. Why?'),
    ('', 'six seven'),
  ):
    ids, cut = encoding.fitted([text, 'a'], [passage, ''])
    said = words.read_tokenizer(str(folder / 'tokenizer.json')).decode(ids[0], skip_special_tokens=False)
    assert cut == [True, False] and len(ids[0]) <= 58
    assert said.startswith('<|im_start|>user\n') and left in said
    assert said.endswith(' Why?<|im_end|>\n<|im_start|>assistant\n')


def test_a_soft_prompt_stands_before_the_template(tmp_path, in_force):
  folder = tokenizer_folder(tmp_path, INST)
  in_force(folder)
  encoding = Encoding(60, 24, beginning=(300, 301, 1)).by_chat(chat.read(str(folder)), 2)
  assert encoding.inputs(['a'])[0][:3] == [300, 301, 1]
  assert encoding.inputs(['a'])[0][3:] == FLAN.encode('[INST] a [/INST]')


def test_an_answer_after_a_newline_ends_with_its_line():
  encoding = Encoding(60, 24).by_newline()
  newline = FLAN.encode('\n')
  assert encoding.inputs(['a']) == [[*FLAN.encode('a'), *newline]]
  assert encoding.targets(['b']) == [[*FLAN.encode('b'), *newline]]
  assert encoding.end_ids() == (*newline, FLAN.eos_id) and encoding.stop == ('\n',)


def test_what_is_kept_of_a_run_is_not_asked_again_for_it_has_no_chat():
  told = Encoding(60, 24).told()
  assert 'chat' not in told and 'beginning' not in told


def test_the_ways_to_ask(tmp_path, in_force):
  folder = str(tokenizer_folder(tmp_path, INST))
  in_force(tmp_path)
  encoding = Encoding(60, 24)
  names = lambda found: [one.name for one in found]
  assert names(askings.several(encoding, folder)) == ['newline', 'chat', 'end']
  assert names(askings.several(encoding, None)) == ['newline', 'end']
  own = Encoding(60, 24, ('\n\n', 'eos'))
  assert names(askings.several(own, None)) == ['newline', "'\\n\\n' and 'eos'"]
  assert names(askings.several(Encoding(60, 24, ('\n', '\n')), None)) == ['newline']
  assert askings.named('run', own, folder).encoding is own
  assert askings.named('end', own, folder).encoding == encoding
  assert askings.named(('\n\n', 'eos'), encoding, folder).encoding == own
  assert askings.named('chat', encoding, folder).encoding.chat.source == INST
  with pytest.raises(UserError, match="SEPARATORS = 'chat': the model has no chat template"):
    askings.named('chat', encoding, None)


@pytest.mark.parametrize(
  'name, means, best',
  [('accuracy', [1.0, 3.0, 3.0], 1), ('word_edit_distance', [1.0, 0.5, 3.0], 1), ('accuracy', [None, None, None], -1)],
)
def test_the_best_on_dev_is_taken_and_the_first_of_equal_ones(monkeypatch, name, means, best):
  monkeypatch.setattr(askings.datasets, 'get', lambda task: types.SimpleNamespace(metrics=(name,)))
  made = [mean if mean is None else types.SimpleNamespace(mean=mean) for mean in means]
  assert askings._best(made, 'task') == best


@pytest.mark.parametrize('separators', ['newlin', ('a',), 7, ('a', 1)])
def test_separators_that_cannot_be_are_told(separators):
  with pytest.raises(UserError, match="SEPARATORS = .* must be one of 'run', 'newline'"):
    evaluation.Evaluation(model_dir='run', separators=separators)
