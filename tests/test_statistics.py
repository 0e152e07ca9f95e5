# SPDX-License-Identifier: Apache-2.0
"""Resampled metrics: the sums give the metric, intervals cover, pairing helps."""

import dataclasses

import numpy as np
import pytest
from scipy import stats
from sklearn import metrics as sklearn_metrics

from flan_jax.errors import UserError
from flan_jax.evaluation import additive_metrics, bootstrap, metrics

WORDS = 'the a red brick house, by an old river. Stands still! and waits'.split()


def chosen(answers, labels, options=('no', 'yes'), groups=()):
  return metrics.Answers(
    labels=list(labels),
    options=[options] * len(labels),
    references=[(options[label],) for label in labels],
    chosen=np.array(answers),
    groups=groups,
  )


def marked(right):
  """Answers that are right where it says so; the label is always 'yes'."""
  return chosen(np.asarray(right).astype(int), [1] * len(right))


def interval(name, columns, **settings):
  return bootstrap.mean_interval([bootstrap.replicates(name, columns, **settings)])


def tossed(count, share, seed, templates=1):
  rng = np.random.default_rng(seed)
  return [marked(rng.random(count) < share) for _ in range(templates)]


def made_choices(seed, count=60, options=('1', '2.5', '-3', '40')):
  rng = np.random.default_rng(seed)
  labels = rng.integers(0, 4, count)
  answers = np.where(rng.random(count) < 0.4, labels, rng.integers(0, 4, count))
  return chosen(
    answers, labels, options, groups=['' if number % 5 == 0 else f'q{number // 3}' for number in range(count)]
  )


def made_texts(seed, count=40):
  rng = np.random.default_rng(seed)
  references = [
    ('red fish', *(' '.join(rng.choice(WORDS, rng.integers(1, 12))) for _ in range(rng.integers(0, 3))))
    for _ in range(count)
  ]
  texts = [
    right[-1] if rng.random() < 0.2 else ' '.join(rng.choice(WORDS, rng.integers(0, 12))) for right in references
  ]
  return metrics.Answers(labels=[-1] * count, options=[()] * count, references=references, written=texts)


def taken(answers, numbers):
  """The answers to some of the examples, some of them repeatedly."""
  picked = {
    field.name: [getattr(answers, field.name)[number] for number in numbers]
    for field in dataclasses.fields(answers)
    if getattr(answers, field.name) is not None and len(getattr(answers, field.name))
  }
  return dataclasses.replace(answers, **picked)


def width(interval):
  return interval[1] - interval[0]


@pytest.mark.parametrize('name', metrics.known_metrics(chosen=True))
def test_the_sums_of_a_metric_give_the_metric(name):
  for seed in range(3):
    kinds = [made_choices(seed)]
    if name in metrics.known_metrics(chosen=False):
      kinds.append(made_texts(seed))
    for answers in kinds:
      table, combine = additive_metrics.summands(name, answers)
      assert table.dtype == np.float64 and len(table) == len(answers.labels)
      assert combine(table.sum(axis=0)) == pytest.approx(metrics.score(name, answers))
      assert combine(np.stack([table.sum(axis=0)] * 2)).shape == (2,)


@pytest.mark.parametrize(
  'name', ['accuracy', 'f1', 'macro_f1', 'pearson', 'trivia_f1', 'rouge2', 'bleu', 'word_edit_distance']
)
def test_the_sums_of_a_sample_give_its_metric(name):
  answers = made_texts(5) if name in ('bleu', 'rouge2') else dataclasses.replace(made_choices(5), groups=())
  table, combine = additive_metrics.summands(name, answers)
  rng = np.random.default_rng(0)
  for size in (1, 2, 5, 30):  # small ones lack classes, matches, or any variation
    numbers = rng.integers(0, len(table), size)
    assert combine(table[numbers].sum(axis=0)) == pytest.approx(metrics.score(name, taken(answers, numbers)))


def test_bleu_of_short_and_of_empty_texts():
  for texts in (['red'], [''], ['old river', 'a b c'], ['zebra ' * 5] * 3, ['the old river stands', 'still and waits']):
    ours = metrics.Answers(
      labels=[-1] * len(texts),
      options=[()] * len(texts),
      written=texts,
      references=[('the old river stands still and waits', 'red')] * len(texts),
    )
    table, combine = additive_metrics.summands('bleu', ours)
    assert combine(table.sum(axis=0)) == pytest.approx(metrics.score('bleu', ours))


def test_no_variation_is_no_correlation_however_large_the_numbers():
  for options in (('1999.1', '1999.2', '1999.3'), ('0.1', '0.2', '0.3')):
    ours = chosen([0, 1, 2, 0, 1, 1, 1], [0, 1, 1, 2, 1, 1, 2], options)
    for name in ('pearson', 'spearman'):
      table, combine = additive_metrics.summands(name, ours)
      assert combine(table.sum(axis=0)) == pytest.approx(metrics.score(name, ours))
      assert not combine(np.arange(50)[:, None, None] * table).any()
      assert combine(table[4:].sum(axis=0)) == 0


def test_no_answer_is_wrong():
  labels = [0, 1, 2, 2, 1, 0]
  ours = chosen([0, 1, 2, -1, 1, -1], labels, ('0', '1', '2'), groups=['q', 'q', '', 'r', 'r', ''])

  def score(name):
    table, combine = additive_metrics.summands(name, ours)
    return combine(table.sum(axis=0))

  assert score('accuracy') == pytest.approx(100 * 4 / 6)
  assert score('f1') == 100
  assert score('macro_f1') == pytest.approx(
    100 * sklearn_metrics.f1_score(labels, ours.chosen, labels=[0, 1, 2], average='macro')
  )
  assert score('pearson') == score('spearman') == 0
  assert score('question_exact_match') == 50
  assert interval('pearson', [ours]) == (0, 0)


def test_the_interval_of_a_coin_is_the_binomial_one():
  coin = marked(np.arange(400) % 2)
  low, high = interval('accuracy', [coin], draws=2_000)
  assert (low, high) == pytest.approx([stats.binom.ppf(tail, 400, 0.5) / 4 for tail in (0.025, 0.975)], abs=1)


def test_an_interval_covers_the_truth_as_often_as_it_says():
  covered = [
    low <= 70 <= high
    for low, high in (interval('accuracy', tossed(60, 0.7, seed), draws=300, seed=seed) for seed in range(200))
  ]
  assert 0.88 <= np.mean(covered) <= 0.99


def test_templates_that_differ_widen_the_interval():
  rng = np.random.default_rng(0)
  alike = [marked(rng.permutation(300) < 180) for _ in range(6)]
  apart = [marked(rng.permutation(300) < 60 * (number + 0.5)) for number in range(6)]
  assert width(interval('accuracy', apart)) > 3 * width(interval('accuracy', alike))
  # The deviation of a mean of six: of templates, and of examples asked six times.
  scores = [metrics.score('accuracy', one) for one in apart]
  right = np.mean([np.equal(one.chosen, 1) for one in apart], axis=0)
  assert bootstrap.replicates('accuracy', apart, draws=4_000).std() == pytest.approx(
    np.hypot(np.std(scores) / 6**0.5, 100 * right.std() / 300**0.5), rel=0.1
  )


def test_the_same_seed_gives_the_same_numbers():
  columns = tossed(50, 0.6, seed=1, templates=3)
  first = bootstrap.replicates('accuracy', columns, draws=100, seed=4)
  assert first.shape == (100,)
  np.testing.assert_array_equal(first, bootstrap.replicates('accuracy', columns, draws=100, seed=4))
  assert (first != bootstrap.replicates('accuracy', columns, draws=100, seed=5)).any()
  assert bootstrap.difference('accuracy', columns, columns[:1]) == (
    bootstrap.difference('accuracy', columns, columns[:1])
  )


def test_draws_in_parts_are_the_same_draws(monkeypatch):
  columns = tossed(50, 0.6, seed=1, templates=3)
  whole = bootstrap.replicates('accuracy', columns, draws=70)
  monkeypatch.setattr(bootstrap, '_COUNTS_AT_ONCE', 1_000)
  np.testing.assert_allclose(whole, bootstrap.replicates('accuracy', columns, draws=70))


def test_a_paired_difference_is_narrower_than_an_unpaired_one():
  theirs = np.random.default_rng(0).random(300) < 0.6
  ours = theirs | (np.arange(300) % 20 == 0)
  found = bootstrap.difference('accuracy', [marked(ours)], [marked(theirs)])
  apart = bootstrap.replicates('accuracy', [marked(ours)], seed=1) - bootstrap.replicates(
    'accuracy', [marked(theirs)], seed=2
  )
  assert found.difference == pytest.approx(100 * (ours.mean() - theirs.mean()))
  assert found.interval[0] <= found.difference <= found.interval[1]
  assert found.interval[1] - found.interval[0] < 0.5 * width(np.quantile(apart, [0.025, 0.975]))
  assert found.interval[0] > 0 and found.p < 0.05


def test_templates_are_paired_where_there_are_as_many():
  rng = np.random.default_rng(0)
  theirs = [rng.permutation(200) < 20 + 30 * number for number in range(5)]
  ours = [right | (np.arange(200) < 10) for right in theirs]
  pair = [[marked(one) for one in side] for side in (ours, theirs)]
  paired = bootstrap.difference('accuracy', *pair)
  loose = bootstrap.difference('accuracy', pair[0], [*pair[1], pair[1][2]])
  assert width(paired.interval) < 0.3 * width(loose.interval)
  assert paired.p < 0.05 < loose.p


def test_one_plain_prompt_is_compared_with_many_templates():
  ours, theirs = tossed(300, 0.8, 0, templates=4), tossed(300, 0.5, 1)
  found = bootstrap.difference('accuracy', ours, theirs)
  assert found.difference == pytest.approx(
    np.mean([metrics.score('accuracy', one) for one in ours]) - metrics.score('accuracy', theirs[0])
  )
  assert found.interval[0] > 15 and found.p == 1 / bootstrap.DRAWS


def test_equal_systems_do_not_differ():
  columns = [made_texts(0)] * 3
  for name in ('rouge1', 'bleu', 'word_edit_distance'):
    assert bootstrap.difference(name, columns, columns, draws=50) == (
      bootstrap.Difference(difference=0, interval=(0, 0), p=1)
    )


def test_p_is_two_sided_and_symmetric():
  rng = np.random.default_rng(3)
  ours, theirs = marked(rng.random(200) < 0.6), marked(rng.random(200) < 0.52)
  there = bootstrap.difference('accuracy', [ours], [theirs])
  back = bootstrap.difference('accuracy', [theirs], [ours])
  assert there.p == back.p
  assert (there.difference, there.interval[0]) == (-back.difference, pytest.approx(-back.interval[1]))
  deviation = width(there.interval) / (2 * 1.96)
  assert there.p == pytest.approx(2 * stats.norm.sf(abs(there.difference) / deviation), abs=0.05)
  assert 0.01 < there.p < 0.9


def test_words_to_correct_keep_their_sign():
  theirs = made_texts(0)
  ours = dataclasses.replace(theirs, written=[right[0] for right in theirs.references])
  found = bootstrap.difference('word_edit_distance', [ours], [theirs])
  assert found.interval[1] < 0
  assert found.difference == pytest.approx(-metrics.score('word_edit_distance', theirs))


@pytest.mark.parametrize('name', ['accuracy', 'f1', 'question_exact_match'])
def test_repeating_the_members_of_a_group_does_not_narrow_the_interval(name):
  rng = np.random.default_rng(0)
  labels, answers = rng.integers(0, 2, (2, 80))
  single = chosen(answers, labels)
  twice = chosen(np.tile(answers, 2), np.tile(labels, 2))
  grouped = dataclasses.replace(twice, groups=[f'q{one}' for one in range(80)] * 2)
  expected = interval(name, [single])
  assert interval(name, [grouped]) == pytest.approx(expected)
  assert width(interval(name, [twice])) < 0.85 * width(expected)


def test_means_over_datasets():
  found = [bootstrap.replicates('accuracy', tossed(100, 0.5, seed)) for seed in range(4)]
  assert width(bootstrap.mean_interval(found)) == pytest.approx(
    np.mean([width(np.quantile(one, [0.025, 0.975])) for one in found]) / 2, rel=0.15
  )
  # The very same draws in every dataset are not taken for an agreement of datasets.
  assert width(bootstrap.mean_interval([found[0]] * 4)) < 0.65 * width(np.quantile(found[0], [0.025, 0.975]))
  pairs = [bootstrap.differences('accuracy', tossed(100, 0.6, seed), tossed(100, 0.5, 10 + seed)) for seed in range(4)]
  mean = bootstrap.mean_difference(pairs)
  assert mean.difference == pytest.approx(np.mean([value for value, _ in pairs]))
  assert mean == bootstrap.mean_difference(pairs)
  assert mean.interval[0] < mean.difference < mean.interval[1]
  alone = [bootstrap.mean_difference([one]) for one in pairs]
  assert width(mean.interval) == pytest.approx(np.mean([width(one.interval) for one in alone]) / 2, rel=0.15)


def test_answers_to_different_examples_are_refused():
  ours = made_texts(0)
  with pytest.raises(UserError, match='40 examples.*to 39.*--limit'):
    bootstrap.difference('bleu', [taken(ours, range(39))], [ours])
  other = dataclasses.replace(ours, references=[*ours.references[:-1], ('elsewhere',)])
  with pytest.raises(UserError, match="example 39 .*'elsewhere'"):
    bootstrap.difference('bleu', [ours], [other])
  with pytest.raises(UserError, match="no metric 'bluu'"):
    interval('bluu', [ours])
  with pytest.raises(UserError, match='empty'):
    interval('bleu', [taken(ours, [])])
  with pytest.raises(UserError, match="'b'"):
    interval('pearson', [chosen([0, 1], [0, 1], ('1', 'b'))])
