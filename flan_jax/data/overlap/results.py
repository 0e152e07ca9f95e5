# SPDX-License-Identifier: Apache-2.0
"""The result of a comparison by text, and its file."""

import dataclasses
import json
from typing import Any, Mapping

from flan_jax import storage
from flan_jax.errors import UserError

FORMAT = 1  # raise it if a reader of this version would misread the file
SPLITS = ('validation', 'test')


@dataclasses.dataclass(frozen=True)
class Pair:
  """An example and its match.

  split, example: its place among the usable examples. dataset, row: the training record
  and its row in the training slice. share: of the example's n-grams that the record has.
  """

  split: str
  example: int
  dataset: str
  row: int
  share: float
  exact: bool
  text: str
  train_text: str


@dataclasses.dataclass(frozen=True)
class Found:
  """The overlapping examples of one dataset, as numbers per split.

  gram: n of the paper's rule. examples: how many each split has. pairs: the worst.
  """

  gram: int
  examples: Mapping[str, int]
  exact: Mapping[str, tuple[int, ...]]
  paper: Mapping[str, tuple[int, ...]]
  absolute: Mapping[str, tuple[int, ...]]
  pairs: tuple[Pair, ...] = ()

  def count(self, verdict: str, split: str | None = None) -> int:
    """Returns the number of examples with a verdict ('exact', 'paper', 'absolute'), of a split or all."""
    marked = getattr(self, verdict)
    return sum(len(numbers) for name, numbers in marked.items() if split in (None, name))

  def share(self, verdict: str, split: str = 'test') -> float:
    """Returns the part of a split's examples with a verdict; 0 if there are none."""
    return self.count(verdict, split) / max(self.examples.get(split, 0), 1)


@dataclasses.dataclass(frozen=True)
class Overlap:
  """The result for all held-out datasets.

  datasets: name -> its result. train_records: of all compared training records.
  overlapping: training dataset -> the keys of its overlapping records. skipped: task ->
  why its text could not be compared.
  """

  datasets: Mapping[str, Found]
  train_records: int
  overlapping: Mapping[str, tuple[int, ...]]
  skipped: Mapping[str, str] = dataclasses.field(default_factory=dict)

  def to_json(self) -> dict[str, Any]:
    return {'format': FORMAT, **dataclasses.asdict(self)}


def read(path: str) -> Overlap:
  """Reads the file of a comparison.

  Raises:
    UserError: it is truncated, or has another version.
  """
  told = storage.read_object(path, 'delete it: it is made again')
  storage.check_version(path, 'format', told.get('format'), FORMAT)
  try:
    return Overlap(
      datasets={name: _found(one) for name, one in told['datasets'].items()},
      train_records=told['train_records'],
      overlapping={name: tuple(keys) for name, keys in told['overlapping'].items()},
      skipped=told['skipped'],
    )
  except (AttributeError, KeyError, TypeError) as error:
    raise UserError(f'{path} is not what a comparison writes ({error!r}); delete it: it is made again') from None


def write(path: str, overlap: Overlap) -> None:
  """Writes the file atomically."""
  storage.write_whole(path, json.dumps(overlap.to_json()))


def _found(told: Mapping[str, Any]) -> Found:
  marked = {name: {split: tuple(some) for split, some in told[name].items()} for name in ('exact', 'paper', 'absolute')}
  return Found(told['gram'], told['examples'], **marked, pairs=tuple(Pair(**one) for one in told['pairs']))
