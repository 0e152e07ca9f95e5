"""Metrics by name, 0..100, on answers that were chosen (ranked) or written (decoded).

| name         | chosen among options            | written                            |
| ------------ | ------------------------------- | ---------------------------------- |
| accuracy     | the label was chosen            | the text is a reference, exactly   |
| f1           | of the second class (index 1)   |                                    |
| macro_f1     | mean over the classes           |                                    |
| pearson      | of the options read as numbers  |                                    |
| spearman     | of the options read as numbers  |                                    |
| trivia_exact_match |                           | equal once normalised, as TriviaQA |
| trivia_f1    |                                 | of words, best reference           |

The answers of a trivia question are compared in lower case, without punctuation,
articles and repeated spaces (Joshi et al. 2017).
"""

import collections
import dataclasses
import string
from typing import Callable, Sequence

import numpy as np

from flan_jax.errors import UserError

POSITIVE_CLASS = 1


@dataclasses.dataclass(frozen=True)
class Answers:
  """What was answered to N prompts, and what was asked for.

  chosen: option numbers [N]; None if the answers were written.
  written: N texts; None if the answers were chosen.
  labels: the right option's number [N], -1 where there are no options.
  options: the option texts of each prompt, empty where there are none.
  references: for each prompt the texts that count as right.
  """

  labels: Sequence[int]
  options: Sequence[Sequence[str]]
  references: Sequence[Sequence[str]]
  chosen: Sequence[int] | None = None
  written: Sequence[str] | None = None


def score(name: str, answers: Answers) -> float:
  """The metric of that name, 0..100.

  Raises:
    UserError: no such metric for answers of this kind, or no answers.
  """
  chosen = answers.chosen is not None
  table = CHOSEN if chosen else WRITTEN
  if name not in table:
    raise UserError(
        f'there is no metric {name!r} for {"chosen" if chosen else "written"} answers; '
        f'there are {", ".join(table)}')
  if not len(answers.labels):
    raise UserError(f'{name} of no answers at all: the split is empty')
  return 100 * float(table[name](answers))


def majority(name: str, answers: Answers) -> float | None:
  """The metric of always choosing the most frequent class; None without classes."""
  labels = np.asarray(answers.labels)
  if not len(labels) or (labels < 0).any() or name not in CHOSEN:
    return None
  commonest = np.full(len(labels), np.bincount(labels).argmax())
  return score(name, dataclasses.replace(answers, chosen=commonest, written=None))


def normalized(text: str) -> str:
  """'The  Eiffel-Tower.' -> 'eiffel tower'."""
  text = text.lower().translate(_PUNCTUATION)
  return ' '.join(word for word in text.split() if word not in ('a', 'an', 'the'))


# Apart from ASCII's, the quotation marks that answers are found with.
_PUNCTUATION = str.maketrans({sign: ' ' for sign in string.punctuation + '‘’“”´'})


def _accuracy(answers: Answers) -> float:
  return np.mean(np.asarray(answers.chosen) == np.asarray(answers.labels))


def _f1(answers: Answers) -> float:
  """F1 of one class against the rest; 0 if it is neither chosen nor right."""
  from sklearn import metrics
  chosen, labels = (np.asarray(answers.chosen) == POSITIVE_CLASS,
                    np.asarray(answers.labels) == POSITIVE_CLASS)
  return metrics.f1_score(labels, chosen, zero_division=0.0)


def _macro_f1(answers: Answers) -> float:
  """Unweighted mean over the classes that are chosen or right somewhere."""
  from sklearn import metrics
  return metrics.f1_score(
      answers.labels, answers.chosen, average='macro', zero_division=0.0)


def _correlation(kind: str) -> Callable[[Answers], float]:
  def correlation(answers: Answers) -> float:
    """0 if one of the two sides is constant, where the correlation is undefined."""
    from scipy import stats
    chosen, right = (
        [_number(options[index]) for options, index in zip(answers.options, indices)]
        for indices in (answers.chosen, answers.labels))
    if len(set(chosen)) < 2 or len(set(right)) < 2:
      return 0.0
    return getattr(stats, kind)(chosen, right).statistic
  return correlation


def _number(text: str) -> float:
  try:
    return float(text)
  except ValueError:
    raise UserError(
        f'a correlation needs numbers as options, but one is {text!r}') from None


def _same_text(answers: Answers) -> float:
  pairs = zip(answers.written, answers.references)
  return np.mean([text.strip() in {r.strip() for r in right} for text, right in pairs])


def _trivia(compare: Callable[[str, str], float]) -> Callable[[Answers], float]:
  def best(answers: Answers) -> float:
    """The mean over the prompts of the best comparison with a reference."""
    return np.mean([
        max((compare(normalized(text), normalized(r)) for r in right), default=0.0)
        for text, right in zip(answers.written, answers.references)])
  return best


def _word_f1(text: str, reference: str) -> float:
  """'red brick house' against 'brick house' -> 0.8."""
  words, wanted = text.split(), reference.split()
  shared = sum((collections.Counter(words) & collections.Counter(wanted)).values())
  return 2 * shared / (len(words) + len(wanted)) if shared else float(words == wanted)


def _equal(text: str, reference: str) -> float:
  return float(text == reference)


CHOSEN: dict[str, Callable[[Answers], float]] = {
    'accuracy': _accuracy, 'f1': _f1, 'macro_f1': _macro_f1,
    'pearson': _correlation('pearsonr'), 'spearman': _correlation('spearmanr')}
WRITTEN: dict[str, Callable[[Answers], float]] = {
    'accuracy': _same_text, 'trivia_exact_match': _trivia(_equal),
    'trivia_f1': _trivia(_word_f1)}
