# SPDX-License-Identifier: Apache-2.0
"""Prepares a builder from a copy of its dataset: on the Hugging Face hub, or in a folder.

    copy = from_hub('super_glue/rte:1.0.2', datasets.get('rte').origin.hub, None, None)
    write('super_glue/rte:1.0.2', copy, work_dir)  # a data_dir with super_glue/rte/1.0.2

Rows go through the builder's own features, under its own keys if the copy has the columns
for them. TFDS orders rows by their keys, so slices then have the same rows as after a
preparation by TFDS.
"""

import contextlib
import dataclasses
import errno
import functools
import io
import itertools
import os
import pathlib
from typing import Any, Callable, Iterable, Iterator, Mapping, Sequence

import tensorflow_datasets as tfds

from flan_jax.data import origins, private_names
from flan_jax.data.prepare import feature_values, row_files
from flan_jax.errors import UserError

Record = Mapping[str, Any]
Pairs = Iterator[tuple[Any, Record]]
# Other common names of a split.
_ALIASES = {'validation': ('valid', 'val', 'dev')}
_ROWS = 'rows after the first {limit:,} of each split'
_LISTED = 5  # maximum number of files in a message
_REMEDY = 'Prepare the dataset from another source, such as a folder with files of your own'


class Unavailable(UserError):
  """A copy that is not available: removed, closed or unreachable."""


@dataclasses.dataclass(frozen=True)
class Copy:
  """The rows of a builder, read on demand.

  Attributes:
    splits: {TFDS split: function that starts reading its (key, record) pairs}.
    source: 'hub:aps/super_glue/rte' or 'folder:/data/rte'.
    revision: commit of the hub's repository, '' of a folder.
    order: 'tfds' if rows are in the order of a preparation by TFDS, else 'hub'.
    missing: what the copy lacks, in words.
  """

  splits: Mapping[str, Callable[[], Pairs]]
  source: str
  revision: str
  order: str
  missing: tuple[str, ...]


def from_hub(
  tfds_name: str, hub: origins.Hub, cache_dir: str | os.PathLike | None = None, limit: int | None = None
) -> Copy:
  """Returns the copy that a dataset file declares; files are fetched when their rows are read.

  Args:
    tfds_name: 'super_glue/rte:1.0.2'.
    hub: from its Origin.
    cache_dir: for the files; None is the cache of huggingface_hub.
    limit: rows of each split to read, None for all; later files are not fetched.

  Raises:
    Unavailable: the repository, its revision or one of the splits is not available.
    UserError: huggingface_hub is not installed; on reading, rows do not fit.
  """
  library = row_files.extra('huggingface_hub')
  # The library itself reads this variable only at its import.
  endpoint = os.environ.get('HF_ENDPOINT')
  with _reaching(hub):
    info = library.HfApi(endpoint=endpoint).dataset_info(hub.repository, revision=hub.revision)
  paths = [sibling.rfilename for sibling in info.siblings or ()]

  def fetched(path: str) -> str:
    with _reaching(hub):
      return library.hf_hub_download(
        hub.repository, path, repo_type='dataset', revision=info.sha, cache_dir=cache_dir, endpoint=endpoint
      )

  files = {split: _listed(paths, name, hub) for split, name in hub.names.items()}
  made = {split: [functools.partial(fetched, path) for path in found] for split, found in files.items()}
  return _copy(tfds_name, hub, made, f'hub:{hub.repository}/{hub.config}', info.sha, limit)


def _listed(paths: Sequence[str], name: str, hub: origins.Hub) -> list[str]:
  """Returns the files of a split in a repository; parquet if there are several kinds."""
  prefixes = (hub.repository.rpartition('/')[2], hub.config)
  for kinds in ((row_files.PARQUET,), row_files.KINDS):
    try:
      found = row_files.find([path for path in paths if path.endswith(kinds)], [name], hub.config, prefixes)
    except row_files.Unclear as error:
      raise Unavailable(f'{_where(hub)}: {error}. {_REMEDY}') from None
    if found:
      return found
  there = [path for path in paths if path.endswith(row_files.KINDS)]
  raise Unavailable(
    f'{_where(hub)} has no files of the split {name!r} of {hub.config!r}; it has {_some(there)}. {_REMEDY}'
  )


def _where(hub: origins.Hub) -> str:
  return f'the dataset {hub.repository} (revision {hub.revision}) on the hub'


def _some(names: Iterable[str]) -> str:
  listed = sorted(names)
  more = f' and {len(listed) - _LISTED} more' if len(listed) > _LISTED else ''
  return ', '.join(listed[:_LISTED]) + more or 'none that can be read'


@contextlib.contextmanager
def _reaching(hub: origins.Hub) -> Iterator[None]:
  """Converts errors of the connection to the hub to messages."""
  errors = row_files.extra('huggingface_hub.errors')
  try:
    yield
  except errors.GatedRepoError as error:
    page = f'https://huggingface.co/datasets/{hub.repository}'
    raise Unavailable(
      f'{_where(hub)} asks for consent: accept its terms at {page}, then say who you are with `hf auth login`. '
      f'{_REMEDY}'
    ) from error
  except errors.RepositoryNotFoundError as error:
    raise Unavailable(f'{_where(hub)} is gone, or not open to everybody. {_REMEDY}') from error
  except (errors.RevisionNotFoundError, errors.EntryNotFoundError) as error:
    raise Unavailable(f'{_where(hub)} is gone, or one of its files. {_REMEDY}') from error
  except Exception as error:  # network errors have no common type in the library
    if getattr(error, 'errno', None) == errno.ENOSPC:
      raise UserError(f'{_where(hub)}: the disk of its cache is full; make room, or name another cache_dir') from error
    if getattr(getattr(error, 'response', None), 'status_code', None) in (401, 403):
      raise Unavailable(f'{_where(hub)} is not open to everybody. {_REMEDY}') from error
    reason = str(error).partition('\n')[0] or type(error).__name__
    raise Unavailable(
      f'{_where(hub)} cannot be fetched ({reason}); what has arrived is kept, try again. {_REMEDY}'
    ) from error


def from_folder(
  tfds_name: str, hub: origins.Hub | None, folder: str | os.PathLike, limit: int | None = None, alone: bool = False
) -> Copy:
  """Returns the copy in a folder, with rows as on the hub.

      FOLDER/super_glue/rte/train.jsonl             <builder>/<config>/<split>, or the hub's names
      FOLDER/super_glue/rte/train/0000.parquet      or in folders of the splits
      FOLDER/aps/super_glue/rte/train-00000-of-00001.parquet   the hub's repository
      FOLDER/train.csv, FOLDER/rte/train.csv        FOLDER itself, if `alone`

  Args:
    tfds_name: 'super_glue/rte:1.0.2'.
    hub: from its Origin, whose conversions apply; without one, rows have the builder's
      features.
    folder: FOLDER.
    limit: rows of each split to read, None for all.
    alone: whether FOLDER contains only this dataset.

  Raises:
    UserError: there are no files of the dataset, or the choice is ambiguous; on reading,
      rows do not fit.
  """
  roots = _roots(tfds_name, hub, pathlib.Path(folder), alone)
  found = {str(root): files for root, only in roots.items() if (files := _held(root, hub, only))}
  distinct = {tuple(map(tuple, files.values())): root for root, files in found.items()}
  if not found:
    sought = list(map(str, roots))
    raise UserError(
      f'{tfds_name}: no files of its splits in {" or ".join(sought)}; there must be files such as '
      f'{sought[0]}/train.parquet (or {", ".join(row_files.KINDS[1:])})'
    )
  if len(distinct) > 1:
    raise UserError(f'{tfds_name}: {" and ".join(distinct.values())} both hold files of it; take one away')
  root, files = next(iter(found.items()))
  missing = [f'the split {split}' for split in (hub.names if hub else ()) if split not in files]
  made = {split: [functools.partial(str, path) for path in paths] for split, paths in files.items()}
  return _copy(tfds_name, hub, made, f'folder:{root}', '', limit, missing)


def _roots(tfds_name: str, hub: origins.Hub | None, folder: pathlib.Path, alone: bool) -> dict[pathlib.Path, bool]:
  """Returns {folder to search: whether it has only this dataset, under any config}."""
  roots = {folder / tfds_name.partition(':')[0]: True}
  if hub:
    roots.setdefault(folder / hub.repository, False)
    roots.setdefault(folder / hub.repository.rpartition('/')[2], False)
  if alone:
    roots.setdefault(folder, True)
  return roots


def _held(root: pathlib.Path, hub: origins.Hub | None, only: bool) -> dict[str, list[str]]:
  """Returns {split: its files} in a folder."""
  names = hub.names if hub else {name: name for name in ('train', 'validation', 'test')}
  config = hub.config if hub else 'default'
  prefixes = (hub.repository.rpartition('/')[2], config) if hub else ()
  paths = [path.relative_to(root).as_posix() for path in root.rglob('*') if path.suffix in row_files.KINDS]
  files = {}
  for split, name in names.items():
    called = list(dict.fromkeys([name, split, *_ALIASES.get(name, ()), *_ALIASES.get(split, ())]))
    try:
      found = row_files.find(paths, called, config, prefixes, only)
    except row_files.Unclear as error:
      raise UserError(f'{root} is unclear: {error}; each split must be one file, or all parts of one') from None
    if found:
      files[split] = [str(root / path) for path in found]
  return files


def _copy(
  tfds_name: str,
  hub: origins.Hub | None,
  files: Mapping[str, Sequence[Callable[[], str]]],
  source: str,
  revision: str,
  limit: int | None,
  missing: Iterable[str] = (),
) -> Copy:
  """files: {TFDS split: functions that return the path of a file}."""
  features = _builder(tfds_name, os.devnull).info.features
  read = functools.partial(_pairs, hub or origins.Hub('', keyed=False), feature_values.converter(features))
  cut = (_ROWS.format(limit=limit),) if limit is not None else ()
  return Copy(
    splits={split: functools.partial(_first, read, split, made, limit) for split, made in files.items()},
    source=source,
    revision=revision,
    order='tfds' if hub and hub.keyed and limit is None else 'hub',
    missing=(*(hub.missing if hub else ()), *missing, *cut),
  )


def _first(read: Callable, split: str, files: Sequence[Callable[[], str]], limit: int | None) -> Pairs:
  return itertools.islice(read(split, files), limit)


def _pairs(hub: origins.Hub, convert: feature_values.Convert, split: str, files: Sequence[Callable[[], str]]) -> Pairs:
  """Yields the (key, record) pairs of a split; fetches files when their rows are needed."""
  numbers = itertools.count()
  form = hub.key_of(split)
  labels = {column: tuple(names) for column, names in hub.labels.items()}
  for file in files:
    path = file()
    for place, row in enumerate(row_files.rows(path, labels)):
      renamed = _renamed(row, hub.labels)
      try:
        for record in hub.adapt(renamed, split) if hub.adapt else (renamed,):
          converted = convert(record)
          yield form.format_map({**renamed, **record, 'number': next(numbers)}), converted
      except feature_values.Mismatch as error:
        raise UserError(f'{path}, row {place}: {error}') from None
      except UserError:
        raise
      except Exception as error:  # a conversion can raise anything on an unexpected row
        raise UserError(
          f'{path}, row {place} does not have the columns or values of '
          f'{hub.repository or "the builder"} ({type(error).__name__}: {error}); its columns are {", ".join(row)}'
        ) from error


def _renamed(row: dict[str, Any], labels: Mapping[str, Any]) -> dict[str, Any]:
  """Returns the row with the builder's names of classes that the copy names differently."""
  for column, names in labels.items():
    if isinstance(names, Mapping) and isinstance(row.get(column), str):
      row[column] = names.get(row[column], row[column])
  return row


def _builder(tfds_name: str, data_dir: str | os.PathLike) -> Any:
  """Returns the TFDS builder without downloading anything."""
  tfds.disable_progress_bar()
  return tfds.builder(tfds_name, data_dir=str(data_dir), try_gcs=False, file_format='tfrecord')


def write(tfds_name: str, copy: Copy, work_dir: str | os.PathLike) -> dict[str, int]:
  """Prepares the builder with the rows of a copy.

  Args:
    tfds_name: 'super_glue/rte:1.0.2'.
    copy: from `from_hub` or `from_folder`.
    work_dir: becomes a data_dir that holds the builder; nothing else may write there.

  Returns:
    {TFDS split: rows written}.

  Raises:
    Unavailable: a file of the hub cannot be fetched.
    UserError: a row does not fit, or two rows of a split have the same key.
  """
  builder = _builder(tfds_name, work_dir)
  private_names.give_rows(builder, {split: read() for split, read in copy.splits.items()})
  try:
    with contextlib.redirect_stdout(io.StringIO()):  # TFDS prints messages about downloads
      builder.download_and_prepare(download_config=tfds.download.DownloadConfig(try_download_gcs=False))
  except AssertionError as error:
    if 'same hashed key' not in str(error):
      raise
    raise UserError(
      f'{tfds_name}: two rows of a split have the same key in {copy.source}; remove one of them'
    ) from None
  return {split: info.num_examples for split, info in builder.info.splits.items()}
