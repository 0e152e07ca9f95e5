"""Answers of a model to a dataset in one template: kept as they come, never made twice.

    predictions/tuned/rte/examples.jsonl   a head, then a line an example, dev first
    predictions/tuned/rte/0.rank.jsonl     a head, then a line an answer, in that order

A head has the fingerprint of everything that decides the answers. Files are written
whole or not at all; one with another fingerprint counts as missing.
"""

import dataclasses
import json
import os
from typing import Any, Iterator, Mapping, Sequence

from flan_jax import files
from flan_jax.evaluation import metrics
from flan_jax.evaluation import ranking
from flan_jax.evaluation.questions import DEV, TEST, rows

FOLDER, EXAMPLES = 'predictions', 'examples.jsonl'
RANK, DECODE = 'rank', 'decode'


@dataclasses.dataclass(frozen=True)
class Examples:
  """What was asked, whatever the template. examples: dicts with `label`, `options`,
  `references`, `group` of each, dev first. problems: see questions.Questions."""

  sizes: Mapping[str, int]
  examples: Sequence[Mapping]
  problems: Sequence[str] = ()


@dataclasses.dataclass(frozen=True)
class Cell:
  """The answers in one template by one method.

  answers: dicts with `answer`, an option's number (-1: none) or a text; of ranked ones
  also `scores` of the options, of options that were decoded the `text`; of the first ones
  of a split also `prompt`, `tokens` and `target`. cut: prompts that were shortened.
  """

  template: int
  method: str
  answers: Sequence[Mapping]
  cut: int = 0

  @property
  def unanswered(self) -> int:
    """Prompts whose scores were no numbers, or whose decoded answer was no option."""
    return sum(one['answer'] == ranking.NO_ANSWER for one in self.answers)


class Folder:
  """The cells of one evaluation of one dataset, on disk or, without a path, in memory.

  fingerprint: of all that decides the answers.
  """

  def __init__(self, path: str | None, fingerprint: str):
    self._path, self._fingerprint = path, fingerprint
    self._found: dict[str, Any] = {}

  def examples(self) -> Examples | None:
    """What was asked, if it is there."""
    head, lines = self._read(EXAMPLES)
    return head and Examples(head['sizes'], lines, head['problems'])

  def cell(self, template: int, method: str) -> Cell | None:
    """The answers in a template, if they are there."""
    head, lines = self._read(_file(template, method))
    return head and Cell(template, method, lines, head['cut'])

  def has(self, template: int, method: str) -> bool:
    """Whether they are, and what they answer too."""
    return bool(self._read(EXAMPLES)[0] and self._read(_file(template, method))[0])

  def keep_examples(self, asked: Examples) -> None:
    """Writes what was asked."""
    head = {'sizes': dict(asked.sizes), 'problems': list(asked.problems)}
    self._write(EXAMPLES, head, asked.examples)

  def keep(self, cell: Cell) -> None:
    """Writes the answers in a template."""
    head = {'template': cell.template, 'method': cell.method, 'cut': cell.cut}
    self._write(_file(cell.template, cell.method), head, cell.answers)

  def _read(self, name: str) -> tuple[dict | None, list[dict]]:
    if name not in self._found and self._path:
      head, lines = read(os.path.join(self._path, name))
      if head and head.get('fingerprint') == self._fingerprint:
        self._found[name] = head, lines
    return self._found.get(name, (None, []))

  def _write(self, name: str, head: Mapping, lines: Sequence[Mapping]) -> None:
    head = {'fingerprint': self._fingerprint, **head}
    self._found[name] = head, list(lines)
    if self._path:
      os.makedirs(self._path, exist_ok=True)
      text = ''.join(
          json.dumps(line, ensure_ascii=False) + '\n' for line in (head, *lines))
      files.write_whole(os.path.join(self._path, name), text)


def path(model_dir: str, evaluation: str, dataset: str = '') -> str:
  """Where the answers of an evaluation are kept, or those to a dataset."""
  return os.path.join(model_dir, FOLDER, evaluation, dataset)


def read(file: str) -> tuple[dict | None, list[dict]]:
  """(head, lines) of a file; (None, []) where there is none, or it is torn."""
  try:
    with open(file, encoding='utf-8') as opened:
      head, *lines = map(json.loads, opened)
  except (FileNotFoundError, ValueError):
    return None, []
  return head, lines


def stored(folder: str) -> tuple[Examples, list[Cell]] | None:
  """What a folder holds of one evaluation of one dataset, the templates in order.

  None where there is nothing. Ranked cells come before decoded ones.
  """
  head, lines = read(os.path.join(folder, EXAMPLES))
  if not head:
    return None
  asked, found = Examples(head['sizes'], lines, head['problems']), []
  for name in set(os.listdir(folder)) - {EXAMPLES}:
    start, answers = read(os.path.join(folder, name))
    if start and start['fingerprint'] == head['fingerprint']:
      found.append(Cell(start['template'], start['method'], answers, start['cut']))
  return asked, sorted(found, key=lambda cell: (cell.method != RANK, cell.template))


def answers(asked: Examples, cell: Cell, split: str | None = None) -> metrics.Answers:
  """What a metric takes: the answers of a split, by default of that which is scored."""
  part = rows(asked.sizes, split or scored_split(asked.sizes))
  examples, given = asked.examples[part], [one['answer'] for one in cell.answers[part]]
  chosen = bool(examples and examples[0]['options'])
  return metrics.Answers(
      labels=[one['label'] for one in examples],
      options=[one['options'] for one in examples],
      references=[one['references'] for one in examples],
      chosen=given if chosen else None, written=None if chosen else given,
      groups=[one['group'] for one in examples])


def scored_split(sizes: Mapping[str, int]) -> str:
  """'test', or 'dev' where there is no test."""
  return TEST if sizes[TEST] else DEV


def columns(folder: str) -> dict[int, metrics.Answers]:
  """template -> the answers that its score is of; {} where nothing is kept."""
  found = stored(folder)
  if not found:
    return {}
  asked, kept = found
  first: dict[int, metrics.Answers] = {}
  for cell in kept:  # ranked ones come first
    first.setdefault(cell.template, answers(asked, cell))
  return first


def shown(asked: Examples, cell: Cell) -> Iterator[tuple[int, Mapping, Mapping]]:
  """(number, example, answer) of those of the scored split whose prompts were kept."""
  part = rows(asked.sizes, scored_split(asked.sizes))
  pairs = zip(asked.examples[part], cell.answers[part])
  for number, (example, given) in enumerate(pairs):
    if 'prompt' in given:
      yield number, example, given


def _file(template: int, method: str) -> str:
  return f'{template}.{method}.jsonl'
