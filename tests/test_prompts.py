# SPDX-License-Identifier: Apache-2.0
"""The prompt printer: what it shows is what the model is trained on."""

import subprocess
import sys

import pytest

from flan_jax.cli import prompts
from flan_jax.data import datasets, vocabulary
from flan_jax.data.prepare import raw_fields
from flan_jax.data.sample_data import embedded_content
from flan_jax.errors import UserError
from tests.conftest import replace_sample


@pytest.fixture(scope='module', autouse=True)
def fresh_process():
  """No data, and no vocabulary that another test has used."""
  with pytest.MonkeyPatch.context() as patch:
    patch.delenv('TFDS_DATA_DIR', raising=False)
    patch.delenv('FLAN_VOCABULARY', raising=False)
    patch.setattr(vocabulary.FLAN, '_loaded', None)
    yield


@pytest.fixture(scope='module')
def result(fresh_process):
  return prompts.describe('sst2', count=3)


def pieces(tokens):
  """Text of byte tokens, the end of sequence dropped."""
  return ''.join(t['piece'] for t in tokens if t['piece'] != '</s>')


def test_each_prompt_is_a_segment_of_inputs_then_target(result):
  assert [prompt['template'] for prompt in result['prompts']] == [0, 1, 2]
  for number, prompt in enumerate(result['prompts'], 1):
    tokens = [t for t in result['tokens'] if t['segment'] == number]
    assert pieces(tokens) == prompt['inputs'] + prompt['target']
    assert [t['position'] for t in tokens] == list(range(len(tokens)))
    assert all(t['branch'] == 0 for t in tokens)


def test_the_loss_is_exactly_on_the_target_tokens(result):
  for number, prompt in enumerate(result['prompts'], 1):
    tokens = [t for t in result['tokens'] if t['segment'] == number]
    start = len(prompt['inputs'].encode()) + 1  # the end of the inputs is no target
    assert [t['loss'] for t in tokens] == [index >= start for index in range(len(tokens))]
    assert pieces(t for t in tokens if t['loss']) == prompt['target']
    assert tokens[-1]['loss'] and tokens[-1]['piece'] == '</s>'


def test_a_token_predicts_the_next_one_if_that_carries_loss(result):
  tokens = result['tokens']
  for token, following in zip(tokens, tokens[1:]):
    assert token['predicts'] == (following['piece'] if following['loss'] else None)
  assert tokens[-1]['predicts'] is None


def test_long_texts_are_cut_and_still_end():
  result = prompts.describe('imdb_reviews', 8, 1, inputs_length=20, targets_length=9)
  inputs = [t for t in result['tokens'] if not t['loss']]
  target = [t for t in result['tokens'] if t['loss']]
  assert (len(inputs), len(target)) == (20, 9)
  assert inputs[-1]['piece'] == target[-1]['piece'] == '</s>'
  assert pieces(target) == result['prompts'][0]['target'][:8]


def test_the_template_asked_for_is_the_one_shown():
  result = prompts.describe('rte', template=9, count=2)
  assert [(p['template'], p['kind']) for p in result['prompts']] == [(9, 'inverted')] * 2
  assert result['prompts'][0]['inputs'] != result['prompts'][1]['inputs']


@pytest.mark.parametrize(
  'arguments, message',
  [
    (dict(task='rtee'), "unknown task 'rtee'.*rte"),
    (dict(task='rte', template=10), 'no template 10; they are numbered from 0 to 9'),
    (dict(task='rte', template=-1), 'no template -1'),
    (dict(task='rte', count=0), '0 prompts'),
    (dict(task='rte', vocabulary='/no/such.model'), 'no vocabulary file'),
  ],
)
def test_a_mistake_is_one_readable_paragraph(arguments, message):
  with pytest.raises(UserError, match=message) as error:
    prompts.describe(**arguments)
  assert '\n' not in str(error.value)


def test_a_named_data_dir_without_the_dataset_is_an_error(monkeypatch, tmp_path):
  monkeypatch.setenv('TFDS_DATA_DIR', str(tmp_path))
  with pytest.raises(UserError, match='flan_jax sample'):
    prompts.describe('rte')


def test_without_data_and_without_a_sample_the_remedy_is_told(monkeypatch):
  replace_sample(monkeypatch, 'rte', None)
  with pytest.raises(UserError, match=r"rte.py\) has no sample.*samples.of\('rte'\)"):
    prompts.describe('rte', shots=1)


def test_the_printout_marks_the_loss_and_says_where_the_data_is_from(result, capsys):
  prompts.show(result)
  printed = capsys.readouterr().out
  assert 'data: embedded sample' in printed
  assert '--- prompt 1: template 0, classification ---' in printed
  assert result['prompts'][0]['inputs'] in printed
  table = printed[printed.index('index  segment') :].splitlines()
  assert table[0].split() == ['index', 'segment', 'position', 'branch', 'piece', 'loss', 'predicts']
  assert max(map(len, table)) <= 80
  marked = [int(line.split()[0]) for line in table[1:] if ' loss ' in line]
  assert marked == [t['index'] for t in result['tokens'] if t['loss']]


def test_help_answers_without_importing_tensorflow():
  code = (
    'import sys; from flan_jax.cli import prompts\n'
    "try: prompts.main(['--help'])\n"
    "except SystemExit: sys.exit('tensorflow' in sys.modules)"
  )
  help_ = subprocess.run([sys.executable, '-c', code], text=True, capture_output=True, timeout=300)
  assert help_.returncode == 0
  assert '--template NUMBER' in help_.stdout


def test_raw_records_stand_beside_their_normalised_fields(capsys):
  prompts.main(['--task=imdb_reviews', '--raw', '--n=2'])
  printed = capsys.readouterr().out
  assert printed.startswith('task: imdb_reviews\ndata: embedded sample\n\n--- record 1 ---\n')
  assert printed.count('--- record ') == printed.count('--- fields ---') == 2
  texts = [line for line in printed.splitlines() if line.startswith(('text: ', '    > '))]
  feature, raw, tidied = texts[:3]
  assert feature == raw and '<br /><br />' in raw
  assert tidied == raw.replace('text: ', '    > ').replace('<br /><br />', '\\n')


def test_a_raw_record_tells_its_nested_features_and_why_it_is_left_out():
  dataset = datasets.get('multirc')
  row = {
    'paragraph': 'P.',
    'question': 'Q?',
    'answer': '&nbsp;',
    'label': -1,
    'idx': {'paragraph': 1, 'question': 2, 'answer': 3},
  }
  [record] = raw_fields.raw_records(embedded_content.decoded(dataset, [row]), dataset, 1)
  assert record.features['idx/question'] == 2 and record.features['answer'] == '&nbsp;'
  assert record.fields['candidate'] == ('&nbsp;', '') and record.fields['options'] == (['no', 'yes'],) * 2
  assert record.left_out == 'the answer is none of the options'


def test_raw_needs_a_record_to_show():
  with pytest.raises(UserError, match='ask for 1 or more with --n'):
    prompts.show_raw('rte', 0, 'train')
