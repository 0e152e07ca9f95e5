# SPDX-License-Identifier: Apache-2.0
"""The TFDS source of a task: declared splits, resolved against the real sizes.

Declared as in the paper's code, `train[:30000]` with `train[-200:]` for dev, splits do
not exist in a small data_dir, and may overlap there. On first use

  * an upper bound beyond the end is clamped,
  * train ends where dev or test begins,
  * slices that lie entirely beyond the end (a text formatting task reads
    `train[60400:90400]`) are scaled down with the split, with a notice.
"""

import collections
import contextlib
import dataclasses
import functools
import os
import re
from typing import Iterator, Mapping, NoReturn, Sequence

import seqio
import tensorflow as tf
import tensorflow_datasets as tfds
from tensorflow_datasets.core import read_only_builder

from flan_jax.data import private_names
from flan_jax.data.prepare import prepared_files
from flan_jax.errors import notice, UserError

TRAIN, DEV, TEST = 'train', 'validation', 'test'


@dataclasses.dataclass(frozen=True)
class Slice:
  """Rows [start, stop) of a TFDS split; negative bounds count from the end."""

  base: str
  start: int | None = None
  stop: int | None = None

  def __str__(self) -> str:
    bounds = [str(bound if bound is not None else '') for bound in (self.start, self.stop)]
    return self.base if bounds == ['', ''] else f'{self.base}[{":".join(bounds)}]'

  @property
  def inner(self) -> bool:
    """Whether both ends lie inside the split, so that a short split cannot contain it."""
    start = self.start or 0
    return start > 0 or (start < 0 and self.stop is not None)


@dataclasses.dataclass(frozen=True)
class Resolved(Slice):
  """A slice with both bounds, from 0 to the size of the split."""

  start: int = 0
  stop: int = 0


def parse(expression: str) -> Slice:
  """'train[-600:-500]' -> Slice('train', -600, -500)."""
  match = re.fullmatch(r'(\w+)(?:\[(-?\d*):(-?\d*)\])?', expression)
  if not match:
    raise UserError(f"split {expression!r} is not of the form 'name' or 'name[a:b]'")
  bounds = [int(bound) if bound else None for bound in match.groups()[1:]]
  return Slice(match[1], *bounds)


def resolve(declared: Mapping[str, str], sizes: Mapping[str, int], others: Sequence[str] = ()) -> dict[str, Resolved]:
  """Returns slices with bounds 0 <= start < stop <= size, train disjoint from dev and test.

  others: expressions of further tasks that read the same builder. All are scaled down by
  the same factor, so that slices declared disjoint stay disjoint.

  resolve({'train': 'train[:30000]', 'validation': 'train[-200:]'}, {'train': 800})
  -> {'train': Resolved('train', 0, 600), 'validation': Resolved('train', 600, 800)}

  Raises:
    UserError: a split does not exist, or is too small for its slices.
  """
  slices = {name: parse(expression) for name, expression in declared.items()}
  for slice_ in slices.values():
    if slice_.base not in sizes:
      raise UserError(f'there is no split {slice_.base!r}; there are {sorted(sizes)}')
  everybody = [*slices.values(), *map(parse, others)]
  scaled = {base: _scale(base, everybody, size) for base, size in sizes.items()}
  resolved = {name: _absolute(slice_, sizes[slice_.base], scaled[slice_.base]) for name, slice_ in slices.items()}
  resolved = {name: _before_others(name, resolved) for name in resolved}
  for name, slice_ in resolved.items():
    if slice_.start >= slice_.stop:
      raise UserError(
        f'split {slice_.base!r} with {sizes[slice_.base]:,} rows is too small: '
        f'{name} = {declared[name]!r} would be empty; prepare more rows'
      )
  return resolved


def _scale(base: str, slices, size: int) -> float:
  """Returns 1, or the factor for the bounds with which every inner slice exists."""
  ours = [slice_ for slice_ in slices if slice_.base == base]
  inner = [bound for slice_ in ours if slice_.inner for bound in (slice_.start, slice_.stop)]
  if not inner:
    return 1.0
  front = max([bound for bound in inner if bound and bound > 0], default=0)
  back = -min([slice_.start for slice_ in ours if slice_.start and slice_.start < 0], default=0)
  # If only the end is cut up, train keeps as much again.
  return min(1.0, size / (front + back if front else 2 * back))


def _absolute(slice_: Slice, size: int, scale: float) -> Resolved:
  def bound(value, default):
    if value is None:
      return default
    value = int(value * scale)
    return min(value, size) if value >= 0 else max(size + value, 0)

  return Resolved(slice_.base, bound(slice_.start, 0), bound(slice_.stop, size))


def _before_others(name: str, resolved: Mapping[str, Resolved]) -> Resolved:
  """Ends train where a later slice of the same TFDS split begins."""
  own = resolved[name]
  if name != TRAIN:
    return own
  others = [s.start for s in resolved.values() if s != own and s.base == own.base and s.stop > own.start]
  return dataclasses.replace(own, stop=min([own.stop, *others]))


def set_data_dir(data_dir: str | None) -> None:
  """Sets the TFDS data_dir of every task, in this process; None is TFDS's default."""
  seqio.set_tfds_data_dir_override(os.path.expanduser(data_dir) if data_dir else None)


def data_dir() -> str:
  """Returns the TFDS data_dir in force (flag --tfds_data_dir, else TFDS_DATA_DIR, else TFDS's)."""
  return private_names.data_dir_override() or os.environ.get('TFDS_DATA_DIR') or str(tfds.core.constants.DATA_DIR)


def raise_missing(
  tasks: Sequence[str], tfds_names: Sequence[str], manual: Mapping[str, str] = {}, instead: str = ''
) -> NoReturn:
  """Raises UserError for datasets that are missing in the data_dir, with the remedy.

  manual: files and their source, for TFDS names that need a manual download.
  """
  by_hand = ''.join(
    f' {name} needs a manual download: put {what} into '
    f'{os.path.join(data_dir(), "downloads", "manual", name.partition(":")[0])} first.'
    for name, what in manual.items()
  )
  wanted = f' --datasets={",".join(tasks)}' if tasks else ''
  raise UserError(
    f'{", ".join(sorted(set(tfds_names)))} not prepared in {data_dir()}. Fetch the real '
    f'data with `flan_jax prepare --data_dir={data_dir()}{wanted}`, or write embedded rows '
    f'with `flan_jax sample --data_dir={data_dir()}{wanted}`, or name the '
    f'folder that holds them with --tfds_data_dir.{instead}{by_hand}'
  )


# {TFDS name: the splits of each task that reads it}
_READERS: dict[str, list[dict[str, str]]] = collections.defaultdict(list)


class Loader(seqio.LazyTfdsLoader):
  """SeqIO's loader with our resolution of split names."""

  train_examples: int | None = None  # the first of the training split; None: all

  data_dir = property(lambda self: data_dir())

  def prepared(self) -> bool:
    return bool(self.builder.info.splits)

  def resolved(self) -> dict[str, Resolved]:
    if not self.prepared():
      raise_missing([], [self.name])
    others = tuple(e for sibling in _READERS[self.name] for e in sibling.values())
    found = _resolved(self.name, data_dir(), tuple(self._split_map.items()), others)
    if self.train_examples is None:
      return found
    train = found[TRAIN]
    return found | {TRAIN: dataclasses.replace(train, stop=min(train.stop, train.start + self.train_examples))}

  def _get_builder(self, split: str | None = None):
    memory, key = private_names.opened_builders(), (self.name, data_dir())
    try:
      if key not in memory:  # as tfds.builder does after importing the builder's code
        with contextlib.suppress(tfds.core.registered.DatasetNotFoundError):
          memory[key] = read_only_builder.builder_from_files(self.name, data_dir=key[1])
      return super()._get_builder(split)
    except (ImportError, UserError):
      raise
    except Exception as error:  # a damaged file can raise anything in TFDS
      folder = prepared_files.folder(self.name, data_dir())
      if not folder:
        raise
      raise prepared_files.unreadable(self.name, folder, error) from error

  def _map_split(self, split: str) -> str:
    return str(self.resolved()[split])


@functools.lru_cache(maxsize=None)
def _resolved(name: str, directory: str, declared: tuple, others: tuple) -> dict[str, Resolved]:
  builder = private_names.opened_builders()[name, directory]
  sizes = {split: info.num_examples for split, info in builder.info.splits.items()}
  prepared_files.require(name, builder, {parse(expression).base for _, expression in declared})
  try:
    resolved = resolve(dict(declared), sizes, others)
  except UserError as error:
    raise UserError(f'{name} in {directory}: {error}') from None
  for split, expression in declared:
    base = parse(expression).base
    if _scale(base, list(map(parse, others)), sizes[base]) < 1:
      notice(f'{name} is small here; {split} = {expression} is read as {resolved[split]}')
  return resolved


class Source(seqio.TfdsDataSource):
  """A TFDS dataset with FLAN's splits; `num_input_examples` follows the carve-outs."""

  def __init__(self, tfds_name: str, splits: Mapping[str, str], train_examples: int | None = None):
    super().__init__(tfds_name, splits=dict(splits), read_only=True)
    _READERS[tfds_name].append(dict(splits))
    self._tfds_dataset = Loader(tfds_name, split_map=dict(splits), read_only=True)
    self._tfds_dataset.train_examples = train_examples

  def prepared(self) -> bool:
    """Whether the data_dir in force holds this dataset."""
    return self._tfds_dataset.prepared()


def elements(dataset: tf.data.Dataset, source: seqio.DataSource) -> Iterator:
  """Yields the elements of a dataset as numpy arrays; an error names the unreadable file.

  Raises:
    UserError: a file of the source is damaged, missing or does not match its builder.
  """
  try:
    yield from dataset.as_numpy_iterator()
  except tf.errors.OpError as error:
    if not prepared_files.to_blame(error):
      raise
    loader = getattr(source, 'tfds_dataset', None)
    name, folder = f'{source}', None
    if loader is not None:
      name, folder = loader.name, str(loader.builder.data_dir)
    raise prepared_files.unreadable(name, folder, error) from error


@functools.cache
def source(tfds_name: str, declared: tuple[tuple[str, str], ...], train_examples: int | None = None) -> Source:
  """The source with those splits, one for a dataset and its variants.

  train_examples: how many of the training split, the first ones; None: all.
  """
  return Source(tfds_name, dict(declared), train_examples)
