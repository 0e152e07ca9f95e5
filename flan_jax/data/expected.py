# SPDX-License-Identifier: Apache-2.0
"""Expected answers for SeqIO's evaluator: targets and metric functions.

    seqio.Evaluator('rte.eval', converter, eval_split='validation')

decodes a model's predictions and passes them to the metric function of the task, with
the expected answer to each prompt. Metrics are defined outside this room: `score_with`
sets how predictions are scored.
"""

import dataclasses
import functools
from typing import Callable, Mapping, Sequence

from flan_jax.data.templates import GROUP, OPTIONS, REFERENCES
from flan_jax.data.vocabulary import FLAN
from flan_jax.errors import UserError

_TEXTS_KEPT = 1 << 18  # every template has the same references


@dataclasses.dataclass(frozen=True)
class Expected:
  """The expected answer to one prompt, as far as its task provides it.

  references: correct texts. options: K texts, () for generation. label: index of the
  answer in options, -1 for generation. group: prompts with the same group are scored
  together; '' for each alone. template: its number, -1 if all are scored as one.
  """

  references: tuple[str, ...]
  options: tuple[str, ...] = ()
  label: int = -1
  group: str = ''
  template: int = -1


# (task, names of metrics, expected answers, predictions) -> {metric: 0..100}
Scorer = Callable[[str, Sequence[str], Sequence[Expected], Sequence[str]], dict]
_SCORERS: list[Scorer] = []


def score_with(scorer: Scorer) -> None:
  """Sets how the predictions for all tasks are scored."""
  _SCORERS[:] = [scorer]


def metric(task: str, names: Sequence[str]) -> Callable[..., dict[str, float]]:
  """Returns the metric function of a SeqIO task: (targets, predictions) -> {metric: 0..100}."""

  def scores(targets, predictions):
    if not _SCORERS:
      raise UserError(f'nothing says how {task} is scored; import flan_jax.tasks')
    return _SCORERS[0](task, tuple(names), targets, predictions)

  return scores


def postprocess(text: str, example: Mapping | None = None, is_target: bool = False) -> Expected | str:
  """SeqIO postprocessor: a stripped prediction, or the expected answer to it.

  References and options are compared in the form that a model can write, for instance
  without the line ends that a SentencePiece model turns into blanks.
  """
  if not is_target:
    return text.strip()
  if example is None or REFERENCES not in example:
    return Expected((_writable(text),))
  references, options = (tuple(_writable(one.decode()) for one in example[name]) for name in (REFERENCES, OPTIONS))
  return Expected(references, options, int(example['label']), example[GROUP].decode(), int(example['template']))


def _writable(text: str) -> str:
  return _written(FLAN.content_hash, text)


@functools.lru_cache(_TEXTS_KEPT)
def _written(content_hash: str, text: str) -> str:
  """Returns a text, stripped, after a round trip through the vocabulary of that content."""
  del content_hash  # part of the cache key
  return FLAN.decode(FLAN.encode(text)).strip()
