# SPDX-License-Identifier: Apache-2.0
"""Ways in which a prompt is put to a model. An untuned one is asked in several.

A model that was tuned here knows what stands between a prompt and its answer. Of another
nobody knows, and a wrong guess costs most of its score; so each dataset is asked in every
way on its dev set, and the best way gives the scores.
"""

import dataclasses
from typing import Any, Callable, Mapping, Sequence

from flan_jax.data import datasets
from flan_jax.data.encoding import Encoding
from flan_jax.data.tokenizers import chat, words
from flan_jax.data.vocabulary import FLAN
from flan_jax.errors import UserError
from flan_jax.evaluation import metrics, protocol
from flan_jax.evaluation.questions import DEV
from flan_jax.evaluation.scores import DatasetScores

RUN, NEWLINE, CHAT, END, PLAIN = 'run', 'newline', 'chat', 'end', 'plain'
CHOSEN_ON = (DEV,)  # splits
_ENDS = 'eos', 'eos'


@dataclasses.dataclass(frozen=True)
class Asking:
  """name: NEWLINE, CHAT, END, PLAIN, or the separators."""

  name: str
  encoding: Encoding

  @property
  def in_path(self) -> str:
    return self.name.replace('/', '_')


@dataclasses.dataclass(frozen=True)
class Choice:
  """The asking of a dataset. scores: of each on dev, None where nothing was compared."""

  asking: Asking
  scores: Mapping[str, float | None] | None = None
  problems: tuple[str, ...] = ()


def of_run(encoding: Encoding) -> Asking:
  """As a run was trained."""
  separators = encoding.separators
  return Asking(END if separators == _ENDS else ' and '.join(map(repr, separators)), encoding)


def plain(encoding: Encoding) -> Asking:
  """As GPT-3 was asked."""
  return Asking(PLAIN, encoding.plain())


def several(encoding: Encoding, folder: str | None, soft_prompt: int = 0) -> list[Asking]:
  """Those that an untuned model is asked in. folder: see `_chat`.

  Raises:
    UserError: its chat template fails.
  """
  found = [Asking(NEWLINE, encoding.by_newline())]
  template = _chat(folder)
  found += [Asking(CHAT, encoding.by_chat(template, soft_prompt))] if template else []
  own = of_run(encoding)
  return [*found, own] if own.encoding.separators != found[0].encoding.separators else found


def named(separators: str | Sequence[str], encoding: Encoding, folder: str | None, soft_prompt: int = 0) -> Asking:
  """The one that SEPARATORS names: 'run', 'newline', 'chat', 'end', or two texts.

  Raises:
    UserError: there is no chat template, or it fails.
  """
  if separators == RUN:
    return of_run(encoding)
  if separators == NEWLINE:
    return Asking(NEWLINE, encoding.by_newline())
  if separators == CHAT:
    template = _chat(folder)
    if template is None:
      raise UserError(
        f"SEPARATORS = 'chat': {folder or 'the model'} has no chat template ({chat.FILE}, or chat_template in "
        "tokenizer_config.json) beside a tokenizer.json; ask with 'newline' or 'end'"
      )
    return Asking(CHAT, encoding.by_chat(template, soft_prompt))
  first, last = _ENDS if separators == END else separators
  return of_run(dataclasses.replace(encoding, separators=(first, last)))


def _chat(folder: str | None) -> chat.Template | None:
  """The template among a tokenizer's files, None without one, or if the vocabulary has no special tokens."""
  if not isinstance(FLAN.words, words.Tokenizer):
    return None
  ends = FLAN.ends
  known = {'bos_token': ends.bos, 'eos_token': ends.named, 'pad_token': ends.pad}
  return chat.read(folder, {name: FLAN.piece(number) for name, number in known.items() if number is not None})


def evaluate(
  loaded: Any,
  tasks: Mapping[str, str],
  held_in: bool,
  settings: protocol.Settings,
  askings: Sequence[Asking],
  context_of: Callable[[Asking, bool], protocol.Context],
) -> tuple[dict[str, DatasetScores], dict[str, str]]:
  """`protocol.evaluate`, each dataset asked in the way that is best on its dev set.

  context_of: (asking, whether it is for the choice alone) -> protocol.Context.
  """
  choices = _choices(loaded, tasks, settings, askings, context_of)
  scores: dict[str, DatasetScores] = {}
  problems: dict[str, str] = {}
  for asking in askings:
    own = {row: task for row, task in tasks.items() if choices[row].asking is asking}
    if own:
      made, failed = protocol.evaluate(loaded, own, held_in, settings, asking.encoding, context_of(asking, False))
      scores |= {row: _told(one, choices[row]) for row, one in made.items()}
      problems |= failed
  return {row: scores[row] for row in tasks if row in scores}, problems


def _told(one: DatasetScores, choice: Choice) -> DatasetScores:
  on_dev = choice.scores is not None and one.split == DEV
  more = ['the way of asking was chosen on the examples that are scored'] if on_dev else []
  return dataclasses.replace(
    one, asking=choice.asking.name, askings=choice.scores, problems=(*one.problems, *choice.problems, *more)
  )


def _choices(loaded, tasks, settings, askings, context_of) -> dict[str, Choice]:
  """row -> how it is asked; the same on every process."""
  if len(askings) == 1:
    return {row: Choice(askings[0]) for row in tasks}
  settings = dataclasses.replace(settings, splits=CHOSEN_ON)
  found: list[dict[str, DatasetScores]] = []
  for asking in askings:
    context = context_of(asking, True)
    found.append(protocol.evaluate(loaded, tasks, False, settings, asking.encoding, context)[0])
  best = context.agreed([_best([one.get(row) for one in found], tasks[row]) for row in tasks])
  return {
    row: _choice(askings[max(number, 0)], {one.name: own.get(row) for one, own in zip(askings, found)}, number < 0)
    for row, number in zip(tasks, best)
  }


def _choice(asking: Asking, dev: Mapping[str, DatasetScores | None], is_guess: bool) -> Choice:
  if is_guess:
    return Choice(asking, None, (f'no dev set to choose the way of asking with: {asking.name}',))
  return Choice(asking, {name: one.mean if one else None for name, one in dev.items()})


def _best(dev: Sequence[DatasetScores | None], task: str) -> int:
  """The number of the best scores, of equal ones the first; -1 where there are none."""
  metric = datasets.get(task).metrics[0]
  values = {number: one.mean for number, one in enumerate(dev) if one is not None and one.mean is not None}
  return max(values, key=lambda number: (metrics.better(metric, values[number]), -number), default=-1)
