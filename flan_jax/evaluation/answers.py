# SPDX-License-Identifier: Apache-2.0
"""Answers of a model to a dataset in one template: kept as they come, never made twice.

    predictions/tuned/rte/examples.jsonl   a head, then a line an example, dev first
    predictions/tuned/rte/0.rank.jsonl     a head, then a line an answer, in that order

A head has the fingerprint of everything that decides the answers, and that of a cell the
digest of the examples that it answers; see `answer_files`. A file with another fingerprint
counts as missing, and so does a damaged one; either is told.
"""

import dataclasses
import os
from typing import Any, Callable, Iterable, Iterator, Mapping, Sequence

from flan_jax import storage
from flan_jax.errors import notice
from flan_jax.evaluation import answer_files, metrics, ranking
from flan_jax.evaluation.questions import DEV, rows, TEST
from flan_jax.evaluation.scores import MethodScores

FOLDER, EXAMPLES = 'predictions', 'examples.jsonl'
RANK, DECODE = 'rank', 'decode'
_ENDING = '.jsonl'
_ASKED = 'examples_sha256'  # which examples these are, or a cell answers


@dataclasses.dataclass(frozen=True)
class Examples:
  """What was asked, whatever the template. examples: dicts with `label`, `options`,
  `references`, `group`, `key` of each, dev first; earlier versions wrote no `key`. problems:
  see questions.Questions."""

  sizes: Mapping[str, int]
  examples: Sequence[Mapping]
  problems: Sequence[str] = ()


@dataclasses.dataclass(frozen=True)
class Cell:
  """The answers in one template by one method.

  answers: dicts with `answer`, an option's number (-1: none) or a text; of ranked ones
  also `scores` of the options, of options that were decoded the `text`; of the first ones
  of a split also `prompt`, `tokens` and `target`. cut: prompts that were shortened.
  cut_answers: examples of which an option, or every right answer, was too long.
  """

  template: int
  method: str
  answers: Sequence[Mapping]
  cut: int = 0
  cut_answers: int = 0

  @property
  def unanswered(self) -> int:
    """Prompts whose scores were no numbers, or that were answered with no option or
    with nothing."""
    return sum(_nothing(one['answer']) for one in self.answers)


def _nothing(answer: int | str) -> bool:
  return not answer.strip() if isinstance(answer, str) else answer == ranking.NO_ANSWER


def once(tell: Callable[[str], None] = notice) -> Callable[[str], None]:
  """The same, which tells each text once."""
  said = set()

  def tell_once(text):
    if text not in said:
      said.add(text)
      tell(text)

  return tell_once


class Folder:
  """The cells of one evaluation of one dataset, on disk or, without a path, in memory.

  fingerprint: of all that decides the answers. tell: is given what is wrong with a file
  that is there, which then is made again.
  """

  def __init__(self, path: str | None, fingerprint: str, tell: Callable[[str], None] = notice):
    self._path, self._fingerprint, self._tell = path, fingerprint, once(tell)
    self._found: dict[str, Any] = {}

  def examples(self) -> Examples | None:
    """What was asked, if it is there."""
    head, lines = self._read(EXAMPLES)
    return Examples(head['sizes'], lines, head['problems']) if head else None

  def cell(self, template: int, method: str) -> Cell | None:
    """The answers in a template, if they are there."""
    head, lines = self._read(_file(template, method))
    return Cell(template, method, lines, head['cut'], head['cut_answers']) if head else None

  def content(self, wanted: Iterable[tuple[int, str]]) -> tuple[Examples, list[Cell]]:
    """What was asked, and the answers by (template, method), which are all there."""
    asked, cells = self.examples(), [self.cell(*one) for one in wanted]
    assert asked is not None and None not in cells
    return asked, [cell for cell in cells if cell]

  def has(self, template: int, method: str) -> bool:
    """Whether they are, and what they answer too."""
    return bool(self._read(EXAMPLES)[0] and self._read(_file(template, method))[0])

  def keep_examples(self, asked: Examples) -> None:
    """Writes what was asked."""
    head = {'sizes': dict(asked.sizes), 'problems': list(asked.problems), _ASKED: answer_files.digest(asked.examples)}
    self._write(EXAMPLES, head, asked.examples)

  def keep(self, cell: Cell) -> None:
    """Writes the answers in a template."""
    asked = self._read(EXAMPLES)[0] or {}
    head = {
      'template': cell.template,
      'method': cell.method,
      'cut': cell.cut,
      'cut_answers': cell.cut_answers,
      _ASKED: asked.get(_ASKED),
    }
    self._write(_file(cell.template, cell.method), head, cell.answers)

  def _read(self, name: str) -> tuple[dict | None, list[dict]]:
    if name not in self._found and self._path:
      head, lines, wrong = _checked(self._path, name)
      if head and head['fingerprint'] != self._fingerprint:
        head, lines, wrong = None, [], _OTHERS
      elif head and name != EXAMPLES and not self._answers(head, lines):
        head, lines, wrong = None, [], 'does not answer the examples that stand beside it'
      if wrong:
        self._tell(_told(self._path, name, wrong))
      if head or wrong:  # what is not there may still come
        self._found[name] = head, lines
    return self._found.get(name, (None, []))

  def _answers(self, head: Mapping, lines: Sequence[Mapping]) -> bool:
    """Whether a cell answers the examples."""
    asked, examples = self._read(EXAMPLES)
    return asked is None or _belongs(head, lines, asked, examples)

  def _write(self, name: str, head: Mapping, lines: Sequence[Mapping]) -> None:
    head = {'fingerprint': self._fingerprint, **head}
    if self._path:
      head = {'dataset': os.path.basename(self._path), **head}
      head = answer_files.write(os.path.join(self._path, name), head, lines)
    self._found[name] = head, list(lines)


_OTHERS = 'is of another checkpoint, other data or other settings'


def _told(folder: str, name: str, wrong: str) -> str:
  """What is wrong, and what becomes of it; of whole evaluations once."""
  if wrong == answer_files.EARLIER:
    root = os.path.dirname(os.path.dirname(folder))
    return f'{root} has answers without digests, which an earlier version wrote; they are made again'
  if wrong == _OTHERS:
    return f'{folder} has answers of {_OTHERS.removeprefix("is of ")}; made again'
  return f'{os.path.join(folder, name)} {wrong}; it is made again'


def _belongs(head: Mapping, lines: Sequence, asked: Mapping, examples: Sequence) -> bool:
  return head[_ASKED] == asked[_ASKED] and len(lines) == len(examples)


def _checked(folder: str, name: str) -> tuple[dict | None, list[dict], str]:
  """(head, lines, what is wrong) of a file, as answer_files.read has them."""
  head, lines, wrong = answer_files.read(os.path.join(folder, name))
  if not head:
    return head, lines, wrong
  holds = _file(head['template'], head['method']) if 'template' in head else EXAMPLES
  if head.get('dataset') != os.path.basename(folder):
    wrong = f'is damaged: it holds what belongs to {head.get("dataset")}'
  elif holds != name:
    wrong = f'is damaged: it holds what belongs into {holds}'
  return (None, [], wrong) if wrong else (head, lines, '')


def path(model_dir: str, evaluation: str, dataset: str = '') -> str:
  """Where the answers of an evaluation are kept, or those to a dataset."""
  return os.path.join(model_dir, FOLDER, evaluation, dataset)


def stored(folder: str, tell: Callable[[str], None] = notice) -> tuple[Examples, list[Cell]] | None:
  """What a folder holds of one evaluation of one dataset, the templates in order.

  None where there is nothing. Ranked cells come before decoded ones. What is damaged is
  told and left out; what other settings left there is left out.
  """
  if not storage.is_folder(folder):
    return None
  head, lines, wrong = _checked(folder, EXAMPLES)
  names = sorted(name for name in storage.names(folder) if name.endswith(_ENDING) and name != EXAMPLES)
  if not head:
    if wrong or names:
      tell(_left_out(folder, EXAMPLES, wrong or 'is missing'))
    return None
  asked, found = Examples(head['sizes'], lines, head['problems']), []
  for name in names:
    start, answers, wrong = _checked(folder, name)
    if start and start['fingerprint'] == head['fingerprint'] and not _belongs(start, answers, head, lines):
      wrong = 'does not answer the examples that stand beside it'
    if wrong:
      tell(_left_out(folder, name, wrong))
    elif start and start['fingerprint'] == head['fingerprint']:
      found.append(Cell(start['template'], start['method'], answers, start['cut'], start['cut_answers']))
  return asked, sorted(found, key=lambda cell: (cell.method != RANK, cell.template))


def _left_out(folder: str, name: str, wrong: str) -> str:
  model_dir = os.path.dirname(os.path.dirname(os.path.dirname(folder)))
  file = os.path.join(folder, name)
  if wrong == answer_files.EARLIER:  # so are all the others
    file, wrong = os.path.join(model_dir, FOLDER), ('has answers without digests, which an earlier version wrote')
  return (
    f'{file} {wrong}; it is left out: to make it again, python -m flan_jax evaluate --gin.MODEL_DIR="\'{model_dir}\'"'
  )


def answers(asked: Examples, cell: Cell, split: str | None = None) -> metrics.Answers:
  """What a metric takes: the answers of a split, by default of that which is scored."""
  part = rows(asked.sizes, split or scored_split(asked.sizes))
  examples, given = asked.examples[part], [one['answer'] for one in cell.answers[part]]
  chosen = bool(examples and examples[0]['options'])
  return metrics.Answers(
    labels=[one['label'] for one in examples],
    options=[one['options'] for one in examples],
    references=[one['references'] for one in examples],
    chosen=given if chosen else None,
    written=None if chosen else given,
    groups=[one['group'] for one in examples],
  )


def scored_split(sizes: Mapping[str, int]) -> str:
  """'test', or 'dev' where there is no test."""
  return TEST if sizes[TEST] else DEV


def columns(folder: str, scores: MethodScores, tell: Callable[[str], None] = notice) -> dict[int, metrics.Answers]:
  """template -> the answers that its score is of; {} where they are not all there.

  scores: the templates of these must be there.
  """
  found = stored(folder, tell)
  if not found:
    if not storage.is_folder(folder):
      tell(f'{folder} is missing, so its answers are not compared; evaluate the run again')
    return {}
  asked, kept = found
  by_name = {(cell.template, cell.method): cell for cell in kept}
  wanted = [(one.template, one.method) for one in scores.templates]
  missing = [_file(*one) for one in wanted if one not in by_name]
  if missing:
    tell(f'{folder} lacks {", ".join(missing)}, so its answers are not compared; evaluate the run again')
    return {}
  return {one[0]: answers(asked, by_name[one]) for one in wanted}


def shown(asked: Examples, cell: Cell) -> Iterator[tuple[int, Mapping, Mapping]]:
  """(number, example, answer) of those of the scored split whose prompts were kept."""
  part = rows(asked.sizes, scored_split(asked.sizes))
  pairs = zip(asked.examples[part], cell.answers[part])
  for number, (example, given) in enumerate(pairs):
    if 'prompt' in given:
      yield number, example, given


def _file(template: int, method: str) -> str:
  return f'{template}.{method}{_ENDING}'
