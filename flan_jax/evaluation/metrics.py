# SPDX-License-Identifier: Apache-2.0
"""Metrics by name, 0..100, on answers that were chosen (ranked) or written (decoded).

Of chosen answers, by the option's number:

| accuracy | the chosen option counts as right |
| f1, f1a | of the second class (index 1), over all prompts |
| macro_f1 | mean of F1 over the classes |
| pearson, spearman | of the options read as numbers |
| question_exact_match | share of the groups whose every answer is right |

Of written answers, and of chosen ones by the text of the option: `text_metrics`. An
example without a reference that an answer can be compared with has no score in any
metric: `questions` leaves it out, and here it is refused. No answer is a wrong answer.
"""

import dataclasses
from typing import Callable, Sequence

import numpy as np

from flan_jax.errors import UserError
from flan_jax.evaluation import text_metrics

POSITIVE_CLASS = 1
COUNTED = frozenset({'word_edit_distance'})  # not of 0..100: a count, lower is better


@dataclasses.dataclass(frozen=True)
class Answers:
  """What was answered to N prompts, and what was asked for.

  chosen: option numbers [N], -1 for no answer; None if the answers were written.
  written: N texts; None if the answers were chosen.
  labels: the right option's number [N], -1 where there are no options.
  options: the option texts of each prompt, empty where there are none.
  references: for each prompt the texts that count as right.
  groups: for each prompt what it is scored together with; '' where it stands alone.
  """

  labels: Sequence[int]
  options: Sequence[Sequence[str]]
  references: Sequence[Sequence[str]]
  chosen: Sequence[int] | None = None
  written: Sequence[str] | None = None
  groups: Sequence[str] = ()

  @property
  def numbers(self) -> Sequence[int]:
    """`chosen`, of answers that were chosen."""
    assert self.chosen is not None
    return self.chosen

  @property
  def texts(self) -> Sequence[str]:
    """What was written, or the options that were chosen, '' for no answer."""
    if self.written is not None:
      return self.written
    return [options[index] if index >= 0 else '' for options, index in zip(self.options, self.numbers)]


def score(name: str, answers: Answers) -> float:
  """The metric of that name, 0..100; words for `word_edit_distance`.

  Raises:
    UserError: as `checked`.
  """
  answers = checked(name, answers)
  scale = 1 if name in COUNTED else 100
  if name in CHOSEN and answers.chosen is not None:
    return scale * float(CHOSEN[name](answers))
  return scale * float(text_metrics.METRICS[name](answers.texts, answers.references))


def checked(name: str, answers: Answers) -> Answers:
  """The answers with those references alone that the metric can compare with.

  Raises:
    UserError: no such metric for answers of this kind, no answers, or an example that
      has no such reference.
  """
  known = known_metrics(chosen=answers.chosen is not None)
  if name not in known:
    raise UserError(
      f'there is no metric {name!r} for '
      f'{"written" if answers.chosen is None else "chosen"} answers; there are '
      f'{", ".join(known)}'
    )
  if not len(answers.labels):
    raise UserError(f'{name} of no answers at all: the split is empty')
  kept = [comparable([name], right, answers.chosen is not None) for right in answers.references]
  bare = next((number for number, right in enumerate(kept) if not right), None)
  if bare is not None:
    raise UserError(
      f'example {bare} has no reference that {name} can compare an answer with, but '
      f'{list(answers.references[bare])!r}: no answer is right; leave it out'
    )
  return dataclasses.replace(answers, references=kept)


def comparable(names: Sequence[str], references: Sequence[str], chosen: bool) -> tuple[str, ...]:
  """The references that answers can be compared with in all the metrics named.

  One that a metric makes empty by normalising it is none, but for chosen answers: an
  option that reads 'A' is not nothing.
  """
  return text_metrics.references(() if chosen else names, references)


def known_metrics(chosen: bool) -> list[str]:
  """Names of the metrics of chosen or of written answers."""
  return list(dict.fromkeys([*(CHOSEN if chosen else ()), *text_metrics.METRICS]))


def better(name: str, value: float) -> float:
  """The value, or its negative where lower is better: the larger, the better."""
  return -value if name in COUNTED else value


def majority(name: str, answers: Answers) -> float | None:
  """The metric of always choosing the most frequent class; None without classes."""
  labels = np.asarray(answers.labels)
  if not len(labels) or (labels < 0).any() or name not in CHOSEN:
    return None
  commonest = [int(np.bincount(labels).argmax())] * len(labels)
  return score(name, dataclasses.replace(answers, chosen=commonest, written=None))


def _accuracy(answers: Answers) -> float:
  return float(np.mean([text in right for text, right in zip(answers.texts, answers.references)]))


def _f1(answers: Answers) -> float:
  """F1 of one class against the rest; 0 if it is neither chosen nor right."""
  from sklearn import metrics

  chosen, labels = (np.asarray(answers.numbers) == POSITIVE_CLASS, np.asarray(answers.labels) == POSITIVE_CLASS)
  return metrics.f1_score(labels, chosen, zero_division=0.0)


def _macro_f1(answers: Answers) -> float:
  """Unweighted mean over the classes that are chosen or right somewhere."""
  from sklearn import metrics

  classes = sorted({*answers.labels, *answers.numbers} - {-1})
  return metrics.f1_score(answers.labels, answers.numbers, labels=classes, average='macro', zero_division=0.0)


def _correlation(kind: str) -> Callable[[Answers], float]:
  def correlation(answers: Answers) -> float:
    """0 if one of the two sides is constant, where the correlation is undefined, and if
    an answer is missing."""
    from scipy import stats

    if min(answers.numbers) < 0:
      return 0.0
    chosen, right = (
      [_number(options[index]) for options, index in zip(answers.options, indices)]
      for indices in (answers.numbers, answers.labels)
    )
    if len(set(chosen)) < 2 or len(set(right)) < 2:
      return 0.0
    return getattr(stats, kind)(chosen, right).statistic

  return correlation


def _number(text: str) -> float:
  try:
    return float(text)
  except ValueError:
    raise UserError(f'a correlation needs numbers as options, but one is {text!r}') from None


def _question_exact_match(answers: Answers) -> float:
  """Prompts of one group, such as the answers to one question, are right together."""
  right: dict[int | str, bool] = {}
  for number, (one, label) in enumerate(zip(answers.numbers, answers.labels)):
    group = (answers.groups[number] if len(answers.groups) else '') or number
    right[group] = right.get(group, True) and one == label
  return float(np.mean(list(right.values())))


CHOSEN: dict[str, Callable[[Answers], float]] = {
  'accuracy': _accuracy,
  'f1': _f1,
  'f1a': _f1,
  'macro_f1': _macro_f1,
  'pearson': _correlation('pearsonr'),
  'spearman': _correlation('spearmanr'),
  'question_exact_match': _question_exact_match,
}
