# SPDX-License-Identifier: Apache-2.0
"""Every metric as a function of sums over examples, so that resampling it is cheap.

The score of any multiset of examples is `combine` of the sum of their rows:

| mean of the examples' values (accuracy, exact match, rouge, words) | value, 1 |
| f1, f1a, macro_f1 | of each class: rightly chosen, chosen, right |
| bleu | lengths of system and reference, n-grams matched and written, n = 1..4 |
| pearson | 1, x, y, xx, yy, xy |
| spearman | the same of ranks, those in the whole sample, not in a resampled one |
| question_exact_match | all of the group right, 1; in the row of its first example |
"""

from typing import Any, Callable, Sequence

import numpy as np

from flan_jax.errors import UserError
from flan_jax.evaluation import metrics, text_metrics

Combine = Callable[[np.ndarray], np.ndarray]
_BLEU_ORDERS = 4
_CONSTANT = 1e-12  # variance, as a share of the mean square, that is but rounding


def summands(name: str, answers: metrics.Answers) -> tuple[np.ndarray, Combine]:
  """What a metric sums over the examples, and how the score follows from the sums.

  Returns:
    [N, K] float64, and `combine`: [..., K] sums -> [...] scores. That of the sum over
    all N is metrics.score. One `combine` serves all answers to the same examples.

  Raises:
    UserError: as metrics.score.
  """
  answers = metrics.checked(name, answers)
  if answers.chosen is not None and name in metrics.CHOSEN:
    table, combine = _CHOSEN[name](answers)
  else:
    table, combine = _of_texts(name, answers)
  scale = 1 if name in metrics.COUNTED else 100
  return np.asarray(table, np.float64), lambda sums: scale * combine(sums)


def units(answers: metrics.Answers) -> np.ndarray:
  """[N] numbers from 0, the same for examples of one group, that are drawn together."""
  numbers: dict[int | str, int] = {}
  groups = answers.groups if len(answers.groups) else [''] * len(answers.labels)
  return np.array([numbers.setdefault(group or number, len(numbers)) for number, group in enumerate(groups)])


def _counted(values: Sequence[float]) -> np.ndarray:
  return np.stack([np.asarray(values, np.float64), np.ones(len(values))], axis=-1)


def _mean(sums: np.ndarray) -> np.ndarray:
  return sums[..., 0] / sums[..., 1]


def _of_texts(name: str, answers: metrics.Answers) -> tuple[np.ndarray, Combine]:
  """Each distinct answer is compared once: systems repeat themselves, rouge is slow."""
  pairs = [(text, tuple(right)) for text, right in zip(answers.texts, answers.references)]
  compare: Callable[[str, Sequence[str]], Any] = (
    _bleu_counts() if name == 'bleu' else (lambda text, right: float(text_metrics.METRICS[name]([text], [right])))
  )
  known = {pair: compare(*pair) for pair in dict.fromkeys(pairs)}
  rows = [known[pair] for pair in pairs]
  return (np.asarray(rows), _bleu) if name == 'bleu' else (_counted(rows), _mean)


def _bleu_counts() -> Callable[[str, Sequence[str]], list[int]]:
  """Counts of one text, tokenized as in text_metrics."""
  import sacrebleu

  # Without effective order sacrebleu warns of scores of single texts, not wanted here.
  bleu = sacrebleu.BLEU(tokenize='intl', smooth_method='exp', effective_order=True)

  def counts(text, right):
    found = bleu.sentence_score(text, list(right))
    return [found.sys_len, found.ref_len, *found.counts, *found.totals]

  return counts


def _bleu(sums: np.ndarray) -> np.ndarray:
  """As sacrebleu: the k-th order without a match counts as 1 / 2^k of one (`exp`)."""
  written, wanted = sums[..., 0], sums[..., 1]
  matched, total = np.split(sums[..., 2:], [_BLEU_ORDERS], axis=-1)
  missed = matched == 0
  matched = np.where(missed, 0.5 ** np.cumsum(missed, axis=-1), matched)
  # An order with no n-gram at all, or no word that matches: the score is 0.
  defined = (total > 0).all(-1) & ~missed.all(-1)
  logs = np.log(matched / np.where(total > 0, total, 1)).mean(-1)
  brevity = np.minimum(0, 1 - wanted / np.maximum(written, 1))
  return np.where(defined, np.exp(logs + brevity), 0)


def _accuracy(answers: metrics.Answers) -> tuple[np.ndarray, Combine]:
  return _counted(
    [
      number >= 0 and options[number] in right
      for number, options, right in zip(answers.numbers, answers.options, answers.references)
    ]
  ), _mean


def _f1(answers: metrics.Answers, classes: Sequence[int] = (metrics.POSITIVE_CLASS,)) -> tuple[np.ndarray, Combine]:
  chosen, right = (np.asarray(side)[:, None] == np.asarray(classes) for side in (answers.numbers, answers.labels))
  table = np.stack([chosen & right, chosen, right], axis=-1)
  return table.reshape(len(table), -1), _mean_f1


def _macro_f1(answers: metrics.Answers) -> tuple[np.ndarray, Combine]:
  return _f1(answers, range(max(map(len, answers.options))))


def _mean_f1(sums: np.ndarray) -> np.ndarray:
  """Over the classes that are chosen or right somewhere; 0 if none is."""
  both, chosen, right = np.moveaxis(sums.reshape(*sums.shape[:-1], -1, 3), -1, 0)
  present = chosen + right > 0
  f1 = 2 * both / np.where(present, chosen + right, 1)
  return f1.sum(-1) / np.maximum(present.sum(-1), 1)


def _pearson(answers: metrics.Answers) -> tuple[np.ndarray, Combine]:
  return _products(*_numbers(answers)), _correlation


def _spearman(answers: metrics.Answers) -> tuple[np.ndarray, Combine]:
  from scipy import stats

  return _products(*map(stats.rankdata, _numbers(answers))), _correlation


def _numbers(answers: metrics.Answers) -> tuple[np.ndarray, np.ndarray]:
  """The chosen and the right options as numbers.

  A prompt without an answer has none, and makes the correlation of all 0: then both
  sides are constant.
  """
  if min(answers.numbers) < 0:
    return np.zeros(len(answers.numbers)), np.zeros(len(answers.numbers))
  chosen, right = (
    [options[index] for options, index in zip(answers.options, indices)]
    for indices in (answers.numbers, answers.labels)
  )
  try:
    return np.array(chosen, np.float64), np.array(right, np.float64)
  except ValueError as error:
    raise UserError(f'a correlation needs numbers as options: {error}') from None


def _products(x: np.ndarray, y: np.ndarray) -> np.ndarray:
  # Centred, or the squares would drown the variance of numbers far from 0.
  x, y = x - x.mean(), y - y.mean()
  return np.stack([np.ones_like(x), x, y, x * x, y * y, x * y], axis=-1)


def _correlation(sums: np.ndarray) -> np.ndarray:
  """0 if one of the two sides is constant, where the correlation is undefined."""
  count, x, y, xx, yy, xy = np.moveaxis(sums, -1, 0)
  spreads = count * xx - x * x, count * yy - y * y
  least = _CONSTANT * count * xx, _CONSTANT * count * yy
  defined = (spreads[0] > least[0]) & (spreads[1] > least[1])
  spread = np.sqrt(np.where(defined, spreads[0] * spreads[1], 1))
  return np.where(defined, np.clip((count * xy - x * y) / spread, -1, 1), 0)


def _question_exact_match(answers: metrics.Answers) -> tuple[np.ndarray, Combine]:
  groups = units(answers)
  wrong = np.bincount(groups, np.asarray(answers.chosen) != np.asarray(answers.labels))
  table = np.zeros([len(groups), 2])
  first = np.unique(groups, return_index=True)[1]
  table[first] = _counted(wrong == 0)
  return table, _mean


_CHOSEN: dict[str, Callable[[metrics.Answers], tuple[np.ndarray, Combine]]] = {
  'accuracy': _accuracy,
  'f1': _f1,
  'f1a': _f1,
  'macro_f1': _macro_f1,
  'pearson': _pearson,
  'spearman': _spearman,
  'question_exact_match': _question_exact_match,
}
