"""The protocol: what is averaged, what is chosen on dev, what the files say."""

import dataclasses
import json

import gin
import jax
import numpy as np
import pytest

from flan_jax import evaluate
from flan_jax.data import datasets, embedded, rendering
from flan_jax.data.vocabulary import FLAN
from flan_jax.errors import UserError
from flan_jax.evaluation import metrics, protocol, questions, results, scoring
from flan_jax.model import decoder
from flan_jax.training import checkpoint, state as state_lib
import flan_jax.tasks  # noqa: F401  registers everything

CONFIG = decoder.DecoderConfig(
    vocab_size=384, d_model=32, layers=2, heads=2, head_dim=16, d_ff=64,
    dtype='float32', remat='none')
ENCODING = questions.Encoding(inputs_length=400, targets_length=24)
NAMES = ['cb', 'rte', 'natural_questions']


def template(number, dev, test, metric='accuracy'):
  return {'template': number, 'n_dev': 4 if dev is not None else 0,
          'n_test': 4 if test is not None else 0,
          'dev': {} if dev is None else {metric: dev},
          'test': {} if test is None else {metric: test}}


def test_mean_deviation_and_best_on_dev_by_hand():
  table = [template(0, 50, 40), template(2, 70, 60), template(5, 70, 80)]
  assert protocol.summary(table, 'accuracy') == {
      'mean': 60, 'std': pytest.approx(np.sqrt(800 / 3)),
      'best_dev_template': 2, 'best_dev_test': 60}  # of equals the lowest number


def test_held_in_datasets_are_averaged_over_dev():
  table = [template(0, 50, None), template(1, 70, None)]
  assert protocol.summary(table, 'accuracy') == {
      'mean': 60, 'std': 10, 'best_dev_template': 1, 'best_dev_test': None}


def test_without_dev_nothing_is_chosen_on_it():
  table = [template(0, None, 50), template(1, None, 70)]
  assert protocol.summary(table, 'accuracy') == {
      'mean': 60, 'std': 10, 'best_dev_template': None, 'best_dev_test': None}


def test_the_mean_of_an_evaluation_is_that_of_the_held_out_datasets():
  entries = {'a': {'held_in': False, 'mean': 40.0, 'primary': 'accuracy'},
             'b': {'held_in': True, 'mean': 90.0, 'primary': 'accuracy'},
             'c': {'held_in': False, 'mean': 50.0, 'primary': 'bleu'},
             'd': {'held_in': False, 'mean': 3.0, 'primary': 'word_edit_distance'}}
  def mean(names):
    chosen = {name: entries[name] for name in names}
    return protocol.evaluation('tuned', 7, None, chosen)['mean']
  assert mean('abcd') == 45  # words to correct are no score
  assert mean('bd') == 3
  assert mean('b') is None


def test_fewer_words_to_correct_are_better():
  templates = [{'template': number, 'n_dev': 1, 'n_test': 1,
                'dev': {'word_edit_distance': dev}, 'test': {'word_edit_distance': test}}
               for number, (dev, test) in enumerate([(5.0, 4.0), (2.0, 3.0)])]
  found = protocol.summary(templates, 'word_edit_distance')
  assert (found['best_dev_template'], found['best_dev_test']) == (1, 3.0)


def test_only_forward_templates_are_evaluated():
  kinds = [template.kind for template in datasets.get('rte').templates]
  numbers = questions.forward_templates('rte')
  assert [kinds[number] for number in numbers] == ['classification'] * 9
  assert questions.forward_templates('rte', [3, 1, 3]) == (3, 1)
  with pytest.raises(UserError, match='not evaluated in template 9'):
    questions.forward_templates('rte', [9])


def test_truncation_keeps_the_separator():
  encoding = questions.Encoding(5, 3)
  eos = FLAN.eos_id
  whole = FLAN.encode_batch(['abcdefgh'])[0]
  assert encoding.inputs(['abcdefgh', 'ab']) == [
      [*whole[:4], eos], [*FLAN.encode_batch(['ab'])[0], eos]]
  assert encoding.targets(['abcdefgh']) == [[*whole[:2], eos]]
  newline = questions.Encoding(5, 3, ('', '\n'))
  assert newline.end_id() == FLAN.encode_batch(['\n'])[0][0]


def test_a_pretrained_base_has_no_prompt_lengths_of_its_own():
  rows = {'inputs_length': 1, 'targets_length': 511, 'separators': ['eos', 'eos']}
  for overflow, length in (('split', 1024), ('cut', 1)):
    run = {'rows': {**rows, 'overflow': overflow}}
    assert questions.Encoding.of(run).inputs_length == length


def example(label):
  options = 'yes', 'no'
  return rendering.Example(('in',), ('yes',), options, label, (options[label],))


def test_an_entry_by_hand():
  asked = questions.Questions(
      name='rte', templates=(1, 4), sizes={'dev': 2, 'test': 3}, inputs=[[3]] * 10,
      options=[[[4], [5]]] * 5, examples=[example(n) for n in (0, 1, 1, 1, 0)],
      first=example(0))
  answers = np.array([[0, 0], [1, 0], [1, 1], [0, 1], [1, 1]])
  entry = protocol.entry(asked, answers, ENCODING)
  assert entry['primary'] == 'accuracy'
  first, second = entry['templates']
  assert first == {
      'template': 1, 'kind': 'classification', 'method': 'rank',
      'n_dev': 2, 'n_test': 3,
      'dev': {'accuracy': 100.0}, 'test': {'accuracy': pytest.approx(100 / 3)}}
  assert second['dev'] == {'accuracy': 50.0}
  assert second['test'] == {'accuracy': pytest.approx(200 / 3)}
  assert (entry['mean'], entry['best_dev_template']) == (pytest.approx(50), 1)
  assert entry['best_dev_test'] == pytest.approx(100 / 3)
  assert entry['majority'] == pytest.approx(200 / 3)
  json.dumps(entry)  # plain numbers only


def test_results_are_merged_by_name_and_other_clusters_set_aside(tmp_path):
  def one(name, mean):
    return {'name': name, 'step': 1, 'limit': None, 'datasets': {}, 'mean': mean}
  results.merge(tmp_path, 'embedded', 'nli', one('untuned', 1.0))
  results.merge(tmp_path, 'embedded', 'nli', one('tuned', 2.0))
  found = results.merge(tmp_path, 'embedded', 'nli', one('untuned', 3.0))
  assert found == results.read(tmp_path) == {
      'schema': 1, 'data': 'embedded', 'cluster': 'nli',
      'evaluations': [one('untuned', 3.0), one('tuned', 2.0)]}
  found = results.merge(tmp_path, 'embedded', 'sentiment', one('tuned', 4.0))
  assert [kept['mean'] for kept in found['evaluations']] == [4.0]
  aside = json.loads((tmp_path / 'results-nli-embedded.json').read_text())
  assert len(aside['evaluations']) == 2
  (tmp_path / 'results.json').write_text('{"schema": 0}')
  with pytest.raises(UserError, match='another schema'):
    results.merge(tmp_path, 'embedded', 'nli', one('tuned', 2.0))


@pytest.fixture(scope='module')
def world(tmp_path_factory):
  """Three embedded datasets, a base and a run tuned from it with NLI held out."""
  folder = tmp_path_factory.mktemp('world')
  embedded.write(folder / 'data', 20, NAMES)
  patch = pytest.MonkeyPatch()
  patch.setenv('TFDS_DATA_DIR', str(folder / 'data'))
  patch.setenv('FLAN_VOCABULARY', 'bytes')
  rows = {'row_length': 512, 'inputs_length': 400, 'targets_length': 24,
          'separators': ['eos', 'eos'], 'overflow': 'cut'}
  run = {'model': dataclasses.asdict(CONFIG), 'rows': rows, 'mixture': 'made',
         'held_out': None, 'init_from': None, 'tasks': {'world_text': 1.0},
         'data': 'embedded', 'vocabulary': {'path': 'bytes', 'hash': 'bytes'}}
  tuned = {**run, 'held_out': 'nli', 'init_from': str(folder / 'base'),
           'tasks': {'natural_questions': 2.0, 'sst2': 1.0}}
  for seed, (name, one) in enumerate({'base': run, 'tuned': tuned}.items()):
    checkpoint.write_run(str(folder / name), one)
    params = jax.jit(lambda rng: decoder.init_params(CONFIG, rng))(jax.random.key(seed))
    state = state_lib.State(jax.numpy.int32(seed), params, {'none': jax.numpy.zeros(1)})
    with checkpoint.manager(str(folder / name)) as checkpoints:
      checkpoint.save(checkpoints, state)
  yield folder
  patch.undo()


@pytest.fixture(scope='module')
def loaded(world):
  return checkpoint.load(str(world / 'tuned'))


def test_what_is_read_is_what_the_dataset_holds(world):
  read = questions.read('rte', ENCODING, limit=3)
  assert read.sizes == {'dev': 3, 'test': 3} and len(read.inputs) == 6 * 9
  test = list(datasets.examples('rte', 'test', read.templates))[:3]
  assert read.examples[3].options == test[0].options
  texts = [text for one in test for text in one.inputs]
  assert read.inputs[27:] == ENCODING.inputs(texts)
  assert read.options[3] == ENCODING.targets(test[0].options)


def test_all_templates_scored_together_equal_each_alone(world, loaded):
  settings = protocol.Settings(limit=3, row_length=512)
  entry = protocol.evaluate(loaded, ['cb'], False, settings)['cb']
  read = questions.read('cb', ENCODING, templates=[2], limit=3)
  prompts = list(zip(read.inputs, read.options))
  best = [int(np.argmax(scoring.scores(loaded.config, loaded.params, [one])[0]))
          for one in prompts[3:]]
  answers = metrics.Answers(
      labels=[one.label for one in read.examples[3:]],
      options=[one.options for one in read.examples[3:]],
      references=[one.references for one in read.examples[3:]],
      chosen=best)
  alone, = (one for one in entry['templates'] if one['template'] == 2)
  assert alone['test'] == {
      name: pytest.approx(metrics.score(name, answers)) for name in alone['test']}


def test_scores_do_not_depend_on_the_batch(world, loaded):
  entries = [
      protocol.evaluate(loaded, NAMES[1:], False, protocol.Settings(
          templates=[0, 1], limit=3, row_length=512, tokens_per_forward=tokens,
          decode_tokens=4)) for tokens in (512, 3_000)]
  assert entries[0] == entries[1]
  methods = [one['templates'][0]['method'] for one in entries[0].values()]
  assert methods == ['rank', 'decode']
  assert entries[0]['natural_questions']['majority'] is None


def test_held_in_datasets_are_evaluated_on_dev_only(world, loaded):
  entry = protocol.evaluate(loaded, ['cb'], True, protocol.Settings(limit=3))['cb']
  assert entry['held_in'] and entry['best_dev_test'] is None
  for one in entry['templates']:
    assert (one['n_dev'], one['n_test'], one['test']) == (3, 0, {})


def test_few_shot_evaluation_has_rows_and_prompts_of_its_own(world):
  found = evaluate_with(world, held_out='none', held_in='natural_questions', limit=3,
                        decode_tokens=3, shots=2, shot_seed=1)
  entry = found['evaluations'][-1]['datasets']['natural_questions.2shot.seed1']
  assert entry['prompt']['inputs'].count('\n\n') >= 2


def test_the_door_writes_both_evaluations_and_the_report(world, capsys):
  found = evaluate_with(world, held_out='none', held_in='natural_questions', limit=2,
                        decode_tokens=3)
  assert found == results.read(world / 'tuned')
  assert list(found) == ['schema', 'data', 'cluster', 'evaluations']
  assert (found['schema'], found['data'], found['cluster']) == (1, 'embedded', None)
  names = [(one['name'], one['step'], one['limit']) for one in found['evaluations']]
  assert names == [('untuned', 0, 2), ('tuned', 1, 2)]
  for one in found['evaluations']:
    assert {'name', 'step', 'limit', 'datasets', 'mean'} <= set(one)
    entry = one['datasets']['natural_questions']
    assert {'held_in', 'primary', 'templates', 'mean', 'std', 'best_dev_template',
            'best_dev_test'} <= set(entry)
    assert set(entry['templates'][0]) == {
        'template', 'kind', 'method', 'n_dev', 'n_test', 'dev', 'test'}
  out = capsys.readouterr().out
  assert 'limited: only the first 2 examples' in out and 'report.html' in out
  assert (world / 'tuned' / 'report.html').is_file()


def evaluate_with(world, **changes):
  changes = dict(changes)
  return evaluate.evaluate(
      model_dir=str(world / changes.pop('run', 'tuned')), **changes)


@pytest.mark.parametrize('changes, message', [
    ({'run': 'nowhere'}, 'holds no run'),
    ({'step': 5}, 'no checkpoint of step 5'),
    ({'only': 'neither'}, "none of 'untuned'"),
    ({'run': 'base', 'only': 'untuned'}, 'no untuned model'),
    ({'run': 'base'}, 'nothing to evaluate'),
    ({'limit': 0}, 'limit is 0'),
    ({'held_out': 'nil'}, "unknown cluster 'nil'.*nli"),
    ({'held_in': 'sst3'}, "unknown task 'sst3'.*sst2"),
    ({'held_in': 'imdb_reviews'}, 'imdb_reviews cannot be evaluated as held-in'),
    ({'held_out': 'sentiment'}, 'tuned model was trained on sst2.*--held_in=sentiment'),
    ({'vocabulary': '/no/vocab.model'}, "'/no/vocab.model', which is not there"),
    ({}, 'not prepared'),  # most of NLI is missing
])
def test_mistakes_are_told_before_anything_expensive(world, changes, message):
  with pytest.raises(UserError, match=message):
    evaluate_with(world, **changes)


def test_another_vocabulary_than_the_checkpoints_is_refused(world):
  run = checkpoint.read_run(str(world / 'tuned'))
  run['vocabulary']['hash'] = '0123456789abcdef'
  with pytest.raises(UserError, match='not the one'):
    evaluate.use_vocabulary(None, run, 'DIR')


def test_gin_and_flags_reach_the_evaluation(world, capsys):
  folder = world / 'tuned'
  try:
    evaluate.main([f"--gin.MODEL_DIR='{folder}'", '--dry_run', '--only=tuned',
                   '--gin.HELD_OUT="none"', '--held_in=natural_questions'])
    assert 'dry run' in capsys.readouterr().out
    gin.clear_config()
    with pytest.raises(UserError, match='limit is -1') as caught:
      evaluate.main([f"--gin.MODEL_DIR='{folder}'", '--gin.LIMIT=3', '--limit=-1'])
    assert '\n' not in str(caught.value)
  finally:
    gin.clear_config()
