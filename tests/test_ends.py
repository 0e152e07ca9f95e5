# SPDX-License-Identifier: Apache-2.0
"""What ends and begins a text: read from a model's files, the same at every door."""

import dataclasses
import io
import json

import numpy as np
import pytest
import sentencepiece
import seqio
import tokenizers

from flan_jax.cli import prompts
from flan_jax.data import vocabulary
from flan_jax.data.encoding import Encoding
from flan_jax.data.tokenizers import ends, tokenizer_files
from flan_jax.data.tokenizers import words as words_lib
from flan_jax.data.tokens import cutting, store, tokenizing
from flan_jax.errors import UserError
from flan_jax.runs import evaluation_request
from flan_jax.runs.start import findings
from flan_jax.training import checkpoint
from tests import tiny_runs

PIECES = ['<|endoftext|>', '<s>', '<|im_end|>', '<|pad|>']
RTE = 'rte'


@pytest.fixture(autouse=True)
def no_vocabulary_yet(monkeypatch):
  monkeypatch.setenv(vocabulary.VARIABLE, vocabulary.BYTES)
  monkeypatch.setenv(vocabulary.ENDS, '')
  monkeypatch.setattr(vocabulary.FLAN, '_loaded', None)


def write_tokenizer(folder, begins=False, **files):
  """tokenizer.json of bytes, and other files by their names without the suffix."""
  letters = sorted(tokenizers.pre_tokenizers.ByteLevel.alphabet())
  pieces = {piece: number for number, piece in enumerate([*PIECES, *letters])}
  made = tokenizers.Tokenizer(tokenizers.models.BPE(pieces, []))
  made.add_special_tokens(PIECES)
  made.pre_tokenizer = tokenizers.pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
  made.decoder = tokenizers.decoders.ByteLevel()
  if begins:
    made.post_processor = tokenizers.processors.TemplateProcessing(single='<s> $A', special_tokens=[('<s>', 1)])
  folder.mkdir(parents=True, exist_ok=True)
  made.save(str(folder / 'tokenizer.json'))
  for name, values in files.items():
    (folder / f'{name}.json').write_text(json.dumps(values))
  return str(folder / 'tokenizer.json')


@pytest.fixture(scope='module')
def pieces_model():
  """A SentencePiece model with <s> (1) and </s> (2) that keeps blanks, as Llama's."""
  written = io.BytesIO()
  sentencepiece.SentencePieceTrainer.train(
    sentence_iterator=iter(['does it follow yes no options'] * 50),
    model_writer=written,
    vocab_size=300,
    model_type='bpe',
    hard_vocab_limit=False,
    byte_fallback=True,
    normalization_rule_name='identity',
    remove_extra_whitespaces=False,
    minloglevel=2,
  )
  return written.getvalue()


def write_pieces(folder, model, **files):
  folder.mkdir(parents=True, exist_ok=True)
  (folder / 'tokenizer.model').write_bytes(model)
  for name, values in files.items():
    (folder / f'{name}.json').write_text(json.dumps(values))
  return str(folder / 'tokenizer.model')


def read(path):
  words = vocabulary.FlanVocabulary()
  words.use(path)
  return words


@pytest.mark.parametrize(
  'files, expected, source',
  [
    ({}, (0,), ''),
    ({'config': {'eos_token_id': 2}}, (2,), 'config.json'),
    (
      {
        'config': {'eos_token_id': 2},
        'generation_config': {'eos_token_id': 3},
        'tokenizer_config': {'eos_token': '<s>'},
      },
      (2, 3),
      'config.json',
    ),
    (
      {
        'generation_config': {'eos_token_id': 3},
        'config': {'eos_token_id': None},
        'tokenizer_config': {'eos_token': '<|im_end|>'},
      },
      (3,),
      'generation_config.json',
    ),
    ({'tokenizer_config': {'eos_token': '<|im_end|>'}}, (2,), 'tokenizer_config.json'),
    ({'tokenizer_config': {'eos_token': {'content': '<|im_end|>'}}}, (2,), 'tokenizer_config.json'),
    ({'special_tokens_map': {'eos_token': '<|im_end|>'}}, (2,), 'tokenizer_config.json'),
    ({'config': {'eos_token_id': [3, 2]}}, (3, 2), 'config.json'),
    (
      {'config': {'eos_token_id': [3, 2, 0]}, 'tokenizer_config': {'eos_token': '<|im_end|>'}},
      (2, 3, 0),
      'config.json',
    ),
    ({'config': {'eos_token_id': 2}, 'generation_config': {'eos_token_id': [0, 2]}}, (2, 0), 'config.json'),
  ],
)
def test_the_end_is_what_the_files_say_in_their_order(tmp_path, files, expected, source):
  words = read(write_tokenizer(tmp_path, **files))
  assert (words.ends.ends, words.ends.source) == (expected, source)
  assert words.eos_id == expected[0]
  assert tokenizing.separator_ids(words, 'eos') == [expected[0]]
  assert words.decode([*words.encode('ab'), expected[0], *words.encode('c')]) == 'ab'


@pytest.mark.parametrize(
  'files, message',
  [
    ({'config': {'eos_token_id': 'two'}}, "config.json has eos_token_id 'two'"),
    ({'generation_config': {'eos_token_id': [True]}}, 'generation_config.json has'),
    ({'config': {'eos_token_id': 999, 'vocab_size': 260}}, '999, and the model has 260'),
    ({'config': {'pad_token_id': 'x'}}, "^config.json has pad_token_id 'x'; it must be the"),
    ({'config': {'pad_token_id': -2}}, '^config.json has pad_token_id -2; it must be the'),
    ({'config': {'pad_token_id': [3]}}, r'pad_token_id \[3\]; .* a token, or null$'),
    (
      {'config': {'pad_token_id': 3}, 'generation_config': {'pad_token_id': -3}},
      '^generation_config.json has pad_token_id -3',
    ),
    ({'config': {'pad_token_id': 260, 'vocab_size': 260}}, '260 token rows; name the padding'),
    (
      {'tokenizer_config': {'eos_token': '<s>', 'added_tokens_decoder': {'x': {}}}},
      "tokenizer_config.json: added_tokens_decoder has the key 'x', which is no number",
    ),
    ({'config': [1]}, 'config.json holds no JSON object .* download it again or bring'),
  ],
)
def test_an_end_that_cannot_be_is_named(tmp_path, files, message):
  with pytest.raises(UserError, match=message):
    read(write_tokenizer(tmp_path, **files)).ends


@pytest.mark.parametrize(
  'begins, config, expected',
  [
    (False, {}, ()),
    (True, {}, (1,)),
    # transformers passes over add_bos_token beside a tokenizer.json.
    (True, {'bos_token': '<s>', 'add_bos_token': False}, (1,)),
    (False, {'bos_token': '<s>', 'add_bos_token': True}, ()),
  ],
)
def test_a_text_begins_as_the_tokenizer_begins_it(tmp_path, begins, config, expected):
  words = read(write_tokenizer(tmp_path, begins, tokenizer_config=config))
  assert words.ends.beginning == expected
  assert words.encode('a') == read(write_tokenizer(tmp_path / 'bare')).encode('a')


@pytest.mark.parametrize(
  'config, expected',
  [
    ({}, ()),
    ({'add_bos_token': True}, (1,)),
    ({'add_bos_token': False}, ()),
    ({'add_bos_token': True, 'bos_token': '</s>'}, (2,)),
  ],
)
def test_a_sentencepiece_folder_begins_a_text_if_it_says_so(tmp_path, pieces_model, config, expected):
  words = read(write_pieces(tmp_path, pieces_model, tokenizer_config=config))
  assert (words.ends.beginning, words.ends.ends) == (expected, (2,))


def test_an_end_that_is_a_piece_of_text_is_not_in_the_text(tmp_path):
  words = read(write_tokenizer(tmp_path, config={'eos_token_id': 40}))
  assert words.encode(words.piece(40)) == [40]
  assert words.decode([*words.encode('ab'), 40]) == 'ab'


def test_an_added_token_may_be_the_end_of_a_sentencepiece_model(tmp_path, pieces_model):
  bare = read(write_pieces(tmp_path / 'bare', pieces_model))
  size = bare.vocab_size
  assert bare.ends.prefix == bare.eos_id == 2
  words = read(
    write_pieces(
      tmp_path, pieces_model, tokenizer_config={'eos_token': '<|im_end|>'}, added_tokens={'<|im_end|>': size}
    )
  )
  assert words.eos_id == size and words.vocab_size == size + 1
  assert words.decode([*words.encode('yes'), size, 5]) == 'yes'


@pytest.mark.parametrize(
  'files, drops',
  [
    ({}, False),
    ({'tokenizer_config': {'legacy': False}}, True),
    ({'tokenizer_config': {'tokenizer_class': 'LlamaTokenizer'}, 'config': {'model_type': 'llama'}}, True),
    ({'tokenizer_config': {'tokenizer_class': 'LlamaTokenizer'}, 'config': {'model_type': 'mistral'}}, False),
  ],
)
def test_a_blank_at_the_start_is_dropped_where_transformers_drops_it(tmp_path, pieces_model, files, drops):
  words = read(write_pieces(tmp_path, pieces_model, **files))
  plain = words.inner.tokenizer.encode
  found = words.encode_batch([' yes', '  yes', 'yes', 'no yes'])
  assert found == plain(['yes' if drops else ' yes', ' yes' if drops else '  yes', 'yes', 'no yes'])
  assert [words.encode_tf(text).numpy().tolist() for text in (' yes', '  yes')] == found[:2]
  assert ('blank' in words.ids_identity) == drops


def test_a_store_is_another_only_where_its_ids_are(tmp_path):
  def nothing(split, shuffle_files):
    raise NotImplementedError

  task = seqio.Task(
    'made',
    source=seqio.FunctionDataSource(nothing, splits=['train']),
    preprocessors=[],
    output_features={'targets': seqio.Feature(seqio.ByteVocabulary(), add_eos=False)},
  )

  def place(**settings):
    return store.location(task, 'train', '', store.Settings(9, 9, **settings))[0]

  plain = place()
  assert plain == 'made/train-' + _before(task)
  assert place(beginning=()) == plain != place(beginning=(1,))
  words = read(write_tokenizer(tmp_path / 'a', tokenizer_config={'eos_token': PIECES[0]}))
  assert words.ids_identity == words.content_hash
  words = read(write_tokenizer(tmp_path / 'b', config={'eos_token_id': 2}))
  assert words.ids_identity == f'{words.content_hash} end 2'


def _before(task):
  """The fingerprint of a store before texts could begin with a token."""
  import hashlib

  settings = dataclasses.asdict(store.Settings(9, 9))
  del settings['beginning']
  inputs = {
    'format': store.FORMAT,
    'task': 'made',
    'split': 'train',
    'source': tokenizing.source_identity(task.source, 'train'),
    'vocabulary': tokenizing.vocabulary_identity(task.output_features['targets'].vocabulary),
    **settings,
  }
  canonical = json.dumps(inputs, sort_keys=True, separators=(',', ':'))
  return hashlib.sha256(canonical.encode()).hexdigest()[:16]


def test_a_prompt_to_train_on_begins_once_and_fits():
  words = seqio.ByteVocabulary()

  def made(inputs, targets, has_inputs=True, **settings):
    settings = store.Settings(**{'inputs_length': 5, 'targets_length': 3} | settings)
    cutter = cutting.Cutter.of('made', words, settings, has_inputs)
    return cutter.inputs_room, cutter.prompts(inputs, targets, False, cutting.Tally())

  assert made([5, 6], [7], beginning=(9,)) == (3, [([9, 5, 6, 1], [7, 1])])
  assert made([9, 6], [7], beginning=(9,)) == (3, [([9, 6, 1], [7, 1])])
  assert made([5, 6], [7]) == (4, [([5, 6, 1], [7, 1])])
  # A text without inputs has its beginning where its separator was.
  text = dict(has_inputs=False, inputs_length=1, overflow='split')
  assert made([], [5, 6, 7, 8], **text) == (0, [([1], [5, 6]), ([1], [7, 8, 1])])
  assert made([], [5, 6, 7, 8], beginning=(9,), **text) == (0, [([9], [5, 6]), ([9], [7, 8, 1])])
  with pytest.raises(UserError, match='separators of 1 and 1 and a beginning of 1'):
    made([], [5], inputs_length=1, beginning=(9,))


def test_training_evaluation_and_prompts_begin_alike(tmp_path):
  path = write_tokenizer(tmp_path, True, config={'eos_token_id': 2})
  words = findings.use_vocabulary(path, None, None, 'tokenizer')
  run = tiny_runs.run(
    rows={'inputs_length': 12, 'targets_length': 4},
    ends=words.ends.told(),
    vocabulary={'path': path, 'hash': words.content_hash},
  )
  run = evaluation_request.use_vocabulary(None, run, str(tmp_path))
  encoding = Encoding.of(run)
  letters = words.encode('ab')
  assert encoding.inputs(['ab']) == [[1, *letters, 2]]
  assert encoding.plain().inputs(['ab']) == [[1, *letters]]
  assert encoding.fitted(['a' * 20], ['']) == ([[1, *words.encode('a' * 10), 2]], [True])
  assert encoding.end_ids() == (2,)
  table = prompts.token_table([{'inputs': 'ab', 'target': 'c'}], words, 12, 4)
  assert [one['piece'] for one in table] == ['<s>', 'a', 'b', '<|im_end|>', 'c', '<|im_end|>']
  cutter = cutting.Cutter.of('made', words, store.Settings(12, 4, beginning=words.ends.beginning))
  assert cutter.prompts(letters, [7], False, cutting.Tally())[0][0] == [1, *letters, 2]
  run = evaluation_request.use_vocabulary(None, run, str(tmp_path), begin=False)
  assert Encoding.of(run).inputs(['ab']) == [[*letters, 2]]


def test_without_a_beginning_answers_are_kept_under_the_same_name():
  told = Encoding(9, 4).told()
  assert 'beginning' not in told
  assert Encoding(9, 4, beginning=(1,)).told()['beginning'] == (1,)


def test_evaluations_with_and_without_a_beginning_stand_apart():
  from flan_jax.evaluation import groups
  from flan_jax.evaluation.scores import Conditions

  asked = dict(data='tfds', cluster='nli')
  plain = Conditions(**asked, begin=None)
  assert plain == Conditions(**asked) and plain.begin is None
  begun = Conditions(**asked, begin=True)
  assert begun != plain
  assert groups.folder('tuned', begun) == 'tuned begin=True'
  assert 'BEGIN = True' in groups.label(groups.Group(begun, ()), [groups.Group(asked, ()) for asked in (begun, plain)])


def test_begin_overrides_the_tokenizer(tmp_path, pieces_model):
  found = read(write_pieces(tmp_path, pieces_model)).ends
  assert found.begun('tokenizer') == found.begun(False) == found.begun(None) == found
  assert found.begun(True).beginning == (1,)
  assert found.begun(True).begun(False).beginning == ()
  assert found.begun(True).begun('tokenizer').beginning == (1,)  # as a run has it
  bare = ends.of_run(None, None, words_lib.opened('bytes'))
  with pytest.raises(UserError, match='BEGIN = True, yet the vocabulary has no token'):
    bare.begun(True)


def test_a_run_goes_on_as_it_was_trained(tmp_path):
  path = write_tokenizer(tmp_path / 'model', True, config={'eos_token_id': 2})
  whole = read(path)
  run = tiny_runs.told(vocabulary={'path': path, 'hash': whole.content_hash})
  base, old = str(tmp_path / 'base'), str(tmp_path / 'old')
  checkpoint.write_run(base, {**run, 'ends': whole.ends.begun(False).told()})
  checkpoint.write_run(old, run)
  use = lambda *given: findings.use_vocabulary(path, *given).ends
  assert use(None, None, None) == whole.ends and whole.ends.beginning == (1,)
  assert use(base, None, None).beginning == () == use(None, base, 'tokenizer').beginning
  assert use(None, base, True).beginning == (1,)
  # Of a version that told nothing: with the end by name, and without a beginning.
  found = use(old, base, None)
  assert (found.ends, found.beginning) == ((0,), ())
  assert evaluation_request.described_ends(vocabulary.FLAN, old) is None
  told = evaluation_request.described_ends(vocabulary.FLAN, str(tmp_path / 'new'))
  assert ends.Ends.from_told(json.loads(json.dumps(told))) == found


def test_another_process_sees_the_same(tmp_path, monkeypatch):
  path = write_tokenizer(tmp_path, config={'eos_token_id': 2})
  told = dataclasses.replace(read(path).ends, ends=(3, 2), beginning=(1,))
  vocabulary.FLAN.use(path, told)
  fresh = vocabulary.FlanVocabulary()  # as in a process that knows the environment only
  assert fresh.ends == told
  vocabulary.FLAN.use(path)
  assert fresh.ends.ends == (2,)


def test_the_files_of_a_tokenizer_travel(tmp_path):
  source = tmp_path / 'source'
  path = write_tokenizer(
    source, tokenizer_config={'eos_token': '<|im_end|>'}, special_tokens_map={}, generation_config={'top_k': 3}
  )
  (source / 'chat_template.jinja').write_text('{{ messages }}')
  (source / 'additional_chat_templates').mkdir()
  (source / 'additional_chat_templates/tools.jinja').write_text('{{ tools }}')
  (source / 'model.safetensors').write_text('large')
  for name in ('base', 'run', 'other'):
    (tmp_path / name).mkdir()
  tokenizer_files.take_import(str(source), str(tmp_path / 'base'), path)
  tokenizer_files.keep(str(tmp_path / 'run'), path, str(tmp_path / 'base'))
  tokenizer_files.keep(str(tmp_path / 'other'), path, None)
  names = {
    'tokenizer_config.json',
    'special_tokens_map.json',
    'generation_config.json',
    'chat_template.jinja',
    'additional_chat_templates',
  }
  for name in ('base', 'run', 'other'):
    kept = tmp_path / name / tokenizer_files.FOLDER
    assert {one.name for one in kept.iterdir()} == names
    assert (kept / 'additional_chat_templates/tools.jinja').read_text() == '{{ tools }}'
  words = words_lib.opened(path)
  target = tmp_path / 'target'
  target.mkdir()
  (target / 'tokenizer.json').write_text((source / 'tokenizer.json').read_text())
  own = dataclasses.replace(read(path).ends, ends=(2, 3), beginning=(1,))
  tokenizer_files.give(str(tmp_path / 'run'), str(target), own, words)
  tokenizer_files.write_generation(str(target), own, {'bos_token_id': 1})
  assert json.loads((target / 'generation_config.json').read_text()) == {
    'top_k': 3,
    'eos_token_id': [2, 3],
    'bos_token_id': 1,
    'pad_token_id': 2,
  }
  assert json.loads((target / 'tokenizer_config.json').read_text()) == {
    'eos_token': '<|im_end|>',
    'add_bos_token': True,
    'bos_token': '<s>',
  }
  exported = words_lib.opened(str(target / 'tokenizer.json'))
  assert exported.puts_first == (1,) and exported.encode('ab') == words.encode('ab')


def test_decoding_stops_at_any_end(tmp_path):
  from flan_jax.inference import decoding
  from tests import tiny_runs

  params = tiny_runs.random_params(tiny_runs.CONFIG, 0)
  ask = lambda how, ends: decoding.generate(
    tiny_runs.CONFIG, params, [[5, 6], [7, 8, 9]], decoding.Settings(12, **how), ends
  )
  free = ask({}, 383)
  ends = free[0][5], free[1][3]
  cut = lambda ids: ids[: min(ids.index(one) for one in ends if one in ids)]
  assert ask({}, ends) == list(map(cut, free)) == ask({}, ends[::-1])
  assert ask({}, np.array(ends)) == list(map(cut, free))
  for ids in ask({'beams': 2}, ends):
    assert not set(ends) & set(ids)
