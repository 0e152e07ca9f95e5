# SPDX-License-Identifier: Apache-2.0
"""Checks of a prepared builder before it is moved into the data_dir."""

import dataclasses
import pathlib
from typing import Mapping

import tensorflow_datasets as tfds

from flan_jax.data import datasets, rendering, splits
from flan_jax.data.prepare.fetching import CHECKS, Failed
from flan_jax.errors import UserError

SHOWN = 100  # rows rendered per task
_REMEDY = 'Nothing of it is kept; try another source'


@dataclasses.dataclass(frozen=True)
class Checked:
  """rows: of each split. notices: differences from the published counts, in words."""

  rows: dict[str, int]
  notices: tuple[str, ...]


def check(name: str, work: pathlib.Path, limit: int | None) -> Checked:
  """Checks a prepared builder: rows, slices, prompts.

  Args:
    name: TFDS name.
    work: the data_dir that contains it.
    limit: on the rows of each split.

  Raises:
    Failed: a slice that a task declares is empty, or rows make no prompts.
  """
  made = tfds.builder(name, data_dir=str(work), try_gcs=False)
  rows = {split: info.num_examples for split, info in made.info.splits.items()}
  group = [dataset for dataset in map(datasets.get, datasets.names()) if dataset.tfds == name]
  declared = [expression for dataset in group for expression in dataset.splits.values()]
  for dataset in group:
    try:
      resolved = splits.resolve(dataset.splits, rows, declared)
    except UserError as error:
      raise Failed(CHECKS, f'{dataset.name}: {error}', _REMEDY) from None
    _render(made, dataset, str(resolved.get(splits.TRAIN, resolved[splits.TEST])))
  return Checked(rows, differences(name, rows, group[0].origin.rows if group else {}, limit))


def _render(made: tfds.core.DatasetBuilder, dataset: datasets.Dataset, rows: str) -> None:
  """Renders the first rows of a slice in every template."""
  records = made.as_dataset(split=rows, shuffle_files=False).take(SHOWN)
  numbers = range(len(dataset.templates))
  try:
    rendered = sum(bool(one.inputs) for one in rendering.examples(records, dataset, numbers))
  except Exception as error:  # the dataset's code can raise anything on an unexpected row
    line = str(error).splitlines()[0] if str(error) else type(error).__name__
    raise Failed(CHECKS, f'{dataset.name}: a row cannot be rendered ({line[:300]})', _REMEDY) from error
  left_out = rendering.dropped(dataset.name)
  if not rendered:
    why = ', '.join(f'{reason}: {count}' for reason, count in left_out.items())
    raise Failed(CHECKS, f'{dataset.name}: none of the first {SHOWN} rows makes a prompt ({why})', _REMEDY)


def differences(name: str, rows: Mapping[str, int], published: Mapping[str, int], limit: int | None) -> tuple[str, ...]:
  """Returns a notice with both counts if they are not those that the dataset declares."""
  wanted = {split: count if limit is None else min(count, limit) for split, count in published.items()}
  differ = [
    f'{split} has {rows.get(split, 0):,} rows ({count:,})'
    for split, count in wanted.items()
    if rows.get(split) != count
  ]
  limited = f', limited to {limit:,}' if limit is not None else ''
  return (f'{name}: {", ".join(differ)}; in brackets what is published{limited}',) if differ else ()
