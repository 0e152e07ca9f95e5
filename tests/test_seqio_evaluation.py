# SPDX-License-Identifier: Apache-2.0
"""SeqIO's own evaluator on our tasks: forward templates, our metrics, 100 at best."""

import json

import numpy as np
import pytest
import seqio
import tensorflow as tf

import flan_jax.tasks  # noqa: F401  registers every dataset
from flan_jax.data import clusters, datasets, expected, holdouts, prompt_variants, rendering, vocabulary
from flan_jax.data.encoding import Encoding
from flan_jax.data.expected import Expected
from flan_jax.data.sample_data import embedded, embedded_content
from flan_jax.errors import UserError
from flan_jax.evaluation import metrics, questions, ranking, seqio_metrics
from tests import vocabularies

COUNTED = 'word_edit_distance'  # 0 is best, so accuracy stands beside it


def evaluated(name, *predictors, count=None, log_dir=None):
  """What SeqIO's evaluator says of each on the dev split (test, where it has no other)."""
  task = seqio.get_mixture_or_task(name)
  converter = seqio.EncDecFeatureConverter if ('inputs' in task.output_features) else seqio.LMFeatureConverter
  evaluator = seqio.Evaluator(
    name,
    converter(pack=False),
    num_examples=count,
    async_compute_metrics=False,
    logger_cls=[seqio.JSONLogger] if log_dir else [],
    log_dir=log_dir,
    eval_split='validation' if 'validation' in task.splits else 'test',
  )
  return [evaluator.evaluate(compute_metrics=True, predict_fn=predict)[0].result()[name] for predict in predictors]


def perfect(prompts):
  return [(int(number), prompt['decoder_target_tokens'].tolist()) for number, prompt in prompts.as_numpy_iterator()]


def empty(prompts):
  return [(number, [0]) for number, _ in perfect(prompts)]


def assert_both_ends(name, capsys):
  best, worst = evaluated(name, perfect, empty, count=40)
  assert best == {metric: 0 if metric == COUNTED else 100 for metric in best}, best
  assert set(best) - {COUNTED}
  assert all(worst[metric] > 0 if metric == COUNTED else worst[metric] == 0 for metric in worst), worst
  assert f'notice: {name}: 40 of 40 predictions are empty' in capsys.readouterr().err


@pytest.mark.parametrize('name', ['rte', 'rte.eval', 'trivia_qa.eval', 'world_text'])
def test_a_perfect_predictor_scores_100_and_an_empty_one_is_told(name, data_dir, capsys):
  assert_both_ends(name, capsys)


def in_force(folder, monkeypatch):
  monkeypatch.setenv('TFDS_DATA_DIR', str(folder))
  monkeypatch.setenv(vocabulary.VARIABLE, str(folder / 'vocab.model'))
  monkeypatch.setattr(vocabulary.FLAN, '_loaded', None)


@pytest.fixture(scope='module')
def all_data(tmp_path_factory):
  folder = tmp_path_factory.mktemp('all')
  embedded.write(folder, 24, datasets.names(), seed=0)
  return folder


@pytest.mark.slow
@pytest.mark.parametrize(
  'name', [*seqio.TaskRegistry.names(), *(f'{name}.2shot.eval' for name in ('rte', 'common_gen'))]
)
def test_so_does_every_task(name, all_data, monkeypatch, capsys):
  in_force(all_data, monkeypatch)
  if '.2shot' in name:
    prompt_variants.register(prompt_variants.Variant(name.partition('.')[0], shots=2))
  assert_both_ends(name, capsys)


def test_what_is_evaluated_is_every_example_in_every_forward_template(data_dir):
  dataset = datasets.get('rte')
  shot = prompt_variants.register(prompt_variants.Variant('rte', shots=2))
  assert len(dataset.forward) == 9 == len(dataset.templates) - 1
  for name in ('rte', shot.name):
    prompts = (
      seqio.get_mixture_or_task(f'{name}.eval')
      .get_dataset(None, 'validation', shuffle=False)
      .take(27)
      .as_numpy_iterator()
    )
    wanted = datasets.examples(name, 'validation', dataset.forward)
    wanted = [
      (text, target, number, one)
      for _, one in zip(range(3), wanted)
      for text, target, number in zip(one.inputs, one.targets, dataset.forward)
    ]
    for prompt, (text, target, number, one) in zip(prompts, wanted, strict=True):
      assert prompt['inputs_pretokenized'].decode() == text
      assert prompt['targets_pretokenized'].decode() == target
      assert (prompt['template'], prompt['label']) == (number, one.label)
      assert [option.decode() for option in prompt['options']] == list(one.options)
      assert [right.decode() for right in prompt['references']] == list(one.references)
  rows = seqio.get_mixture_or_task('rte.eval').get_dataset(None, 'train', shuffle=False)
  assert rows.reduce(0, lambda count, _: count + 1) == 24 * 9


@pytest.mark.slow
def test_a_decoder_only_model_is_evaluated_on_it_too(data_dir):
  evaluator = seqio.Evaluator(
    'rte.eval', seqio.PrefixLMFeatureConverter(pack=False), num_examples=9, async_compute_metrics=False
  )
  rows = [row for _, row in evaluator.cached_model_datasets['rte.eval'].as_numpy_iterator()]
  assert len(rows) == 9 and all(row['decoder_loss_weights'].any() for row in rows)


def test_the_scores_are_those_of_our_own_evaluation(data_dir, tmp_path):
  """The means over templates that a report has."""

  def guessed(number):
    return ('no', 'Yes, it is.', '', 'perhaps', 'yes')[number % 5]

  def predict(prompts):
    ids = [vocabulary.FLAN.encode(guessed(number)) for number, _ in perfect(prompts)]
    return [(n, [*one, *[0] * (9 - len(one))]) for n, one in enumerate(ids)]

  [found] = evaluated('rte.eval', predict, count=20 * 9, log_dir=str(tmp_path))
  asked = questions.read('rte', Encoding(192, 64), splits=[questions.DEV], limit=20)
  count = len(asked.templates)
  means = [
    metrics.score(
      'accuracy',
      metrics.Answers(
        labels=[one.label for one in asked.examples],
        options=[one.options for one in asked.examples],
        references=[one.references for one in asked.examples],
        chosen=[
          ranking.matched(guessed(number * count + column), one.options) for number, one in enumerate(asked.examples)
        ],
      ),
    )
    for column in range(count)
  ]
  assert found == {'accuracy': pytest.approx(np.mean(means), abs=1e-5)}
  assert 20 < found['accuracy'] < 50
  [file] = tmp_path.glob('rte.eval-*1.jsonl')  # of step -1: none was named
  answers = list(map(json.loads, file.read_text().splitlines()))
  assert len(answers) == 180 and answers[0]['target']['options'] == ['yes', 'no']
  assert [one['prediction'] for one in answers[:5]] == list(map(guessed, range(5)))


def test_each_direction_is_evaluated_by_itself():
  name = 'wmt16_translate_deen'
  both, one = datasets.get(name), datasets.get(f'{name}.de_en')
  assert set(one.forward) < set(both.forward) == set(range(10))
  assert {one.templates[number].direction for number in one.forward} == {'de-en'}
  records = list(embedded_content.sampled(both, 1))
  records_ds = tf.data.Dataset.from_tensors(records[0])
  prompts = list(rendering.questions(records_ds, both).as_numpy_iterator())
  assert len({prompt['targets'] for prompt in prompts}) == 2
  for prompt in prompts:  # what is right in one direction is not in the other
    assert prompt['references'].tolist() == [prompt['targets']]
    assert not len(prompt['options']) and prompt['label'] == -1


def test_what_a_cluster_is_evaluated_on_is_a_mixture():
  for cluster in clusters.names():
    names = [task.name for task in seqio.get_mixture_or_task(f'flan_eval_{cluster}').tasks]
    wanted = [f'{task}.eval' for name in holdouts.holdout(cluster).held_out for task in prompt_variants.evaluated(name)]
    assert names == sorted(wanted) and names
  with pytest.raises(UserError, match='flan_eval_nli.*anli_r1|nli is held out'):
    holdouts.assert_unseen('flan_eval_nli', 'nli')
  with pytest.raises(UserError, match='SeqIO clients evaluate; here, say rte'):
    datasets.get('rte.eval')


def scored(names, targets, texts):
  return seqio_metrics.scores('films.eval', names, targets, texts)


def test_metrics_are_means_over_templates():
  """F1 of all prompts as one would be 2/3."""
  targets = [
    Expected((option,), ('no', 'yes'), label, template=template)
    for template in (0, 1)
    for label, option in enumerate(('no', 'yes'))
  ]
  texts = ['no', 'yes', 'no', 'no']
  assert scored(['f1'], targets, texts) == {'f1': 50.0}


def test_answers_of_a_group_and_numbers_are_scored_by_their_options():
  groups = [
    Expected((option,), ('no', 'yes'), label, group=group)
    for group, label, option in (('a', 1, 'yes'), ('a', 0, 'no'), ('b', 1, 'yes'), ('', 0, 'no'))
  ]
  names = ['question_exact_match', 'accuracy']
  assert scored(names, groups, ['yes', 'no', 'no', 'no']) == {'question_exact_match': 66.666667, 'accuracy': 75.0}
  options = ('1.0', '2.5', '4.0')
  numbers = [Expected((text,), options, label) for label, text in enumerate(options)]
  assert scored(['pearson'], numbers, list(options)) == {'pearson': 100.0}
  assert scored(['pearson'], numbers, ['', '2.5', '4.0']) == {'pearson': 0.0}


def test_beside_a_count_stands_accuracy():
  targets, texts = [Expected(('It rains.',)), Expected(('No.',))], ['it rains.', 'No.']
  assert scored([COUNTED], targets, texts) == {COUNTED: 0.5, 'accuracy': 50.0}
  assert scored(['f1', 'squad_f1'], targets, texts) == {'squad_f1': 100.0}
  assert scored(['pearson'], targets, texts) == {'accuracy': 50.0}


@pytest.mark.parametrize('text, score', [('?', 100), ('US', 100), ('US, they say', 0), ('us', 0), ('', 0)])
def test_an_option_is_chosen_by_what_it_is(text, score):
  options = ('us', 'US', '?')
  right = options.index(text) if score else 2
  target = Expected((options[right],), options, right)
  assert scored(['accuracy'], [target], [text]) == {'accuracy': score}


def test_a_prompt_without_a_reference_is_left_out_and_told(capsys):
  targets = [Expected(('the',)), Expected(('Paris',)), Expected(())]
  assert scored(['squad_f1'], targets, ['', 'paris', 'x']) == {'squad_f1': 100.0}
  assert '2 of 3 prompts have no reference' in capsys.readouterr().err
  with pytest.raises(UserError, match='films.eval has no prompt to score among 1'):
    scored(['squad_f1'], targets[:1], ['x'])


def test_texts_are_compared_as_the_vocabulary_can_write_them(tmp_path, monkeypatch):
  """This one writes neither line ends nor capitals, and not every letter."""
  model = vocabularies.sentencepiece_model(['one two three'] * 50, 20, normalization_rule_name='nmt_nfkc_cf')
  (tmp_path / 'vocab.model').write_bytes(model)
  in_force(tmp_path, monkeypatch)
  text = 'One\nTWO  thrée'
  as_written = vocabulary.FLAN.decode(vocabulary.FLAN.encode(text))
  assert as_written.startswith('one two') and as_written != text
  target = expected.postprocess(text, example={}, is_target=True)
  assert target == Expected((as_written,))
  prediction = expected.postprocess(as_written + ' ', example={})
  assert scored(['accuracy'], [target], [prediction]) == {'accuracy': 100.0}


def test_a_process_without_our_metrics_says_so(monkeypatch):
  monkeypatch.setattr(expected, '_SCORERS', [])
  with pytest.raises(UserError, match='nothing says how rte is scored; import flan_jax'):
    expected.metric('rte', ['accuracy'])(targets=[], predictions=[])
