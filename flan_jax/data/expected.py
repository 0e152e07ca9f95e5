# SPDX-License-Identifier: Apache-2.0
"""What counts as right, as SeqIO's evaluator is given it: targets and metric functions.

    seqio.Evaluator('rte.eval', converter, eval_split='validation')

decodes what a model predicts and hands it to the metric function of the task, beside
what is expected of each prompt. Metrics are no matter of data: `score_with` says how
predictions are scored.
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
  """What is right for one prompt, as far as its task tells.

  references: texts that count as right. options: K texts, () for generation. label: index
  of the answer in options, -1 for generation. group: prompts with the same one are scored
  together; '' where each stands alone. template: its number, -1 where all are scored as
  one.
  """

  references: tuple[str, ...]
  options: tuple[str, ...] = ()
  label: int = -1
  group: str = ''
  template: int = -1


# (task, names of metrics, what is expected, predictions) -> {metric: 0..100}
Scorer = Callable[[str, Sequence[str], Sequence[Expected], Sequence[str]], dict]
_SCORERS: list[Scorer] = []


def score_with(scorer: Scorer) -> None:
  """Says how the predictions for all tasks are scored."""
  _SCORERS[:] = [scorer]


def metric(task: str, names: Sequence[str]) -> Callable[..., dict[str, float]]:
  """The metric function of a SeqIO task: (targets, predictions) -> {metric: 0..100}."""

  def scores(targets, predictions):
    if not _SCORERS:
      raise UserError(f'nothing says how {task} is scored; import flan_jax.tasks')
    return _SCORERS[0](task, tuple(names), targets, predictions)

  return scores


def postprocess(text: str, example: Mapping | None = None, is_target: bool = False) -> Expected | str:
  """SeqIO postprocessor: a prediction without outer blanks, or what is expected of it.

  A model can write what its vocabulary can: so are references and options compared, for
  instance without the line ends that a SentencePiece model turns into blanks.
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
  """A text as the vocabulary of that content gives it back, without outer blanks."""
  del content_hash  # tells the text from that of another vocabulary
  return FLAN.decode(FLAN.encode(text)).strip()
