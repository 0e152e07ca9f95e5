# SPDX-License-Identifier: Apache-2.0
"""DIR/prepared.json: where the rows of each builder of a data_dir come from.

    {"version": 1, "builders": {"super_glue/rte:1.0.2": {
      "source": "hub:aps/super_glue/rte", "revision": "main", "order": "hub",
      "rows": {"train": 2490, "validation": 277}, "published": {"train": 2490, "validation": 277},
      "limit": null, "missing": [], "date": "2026-11-28"}}}

Needs only the standard library: every run reads it.
"""

import collections
import dataclasses
import json
import pathlib
from typing import Any, Collection, Iterable, Mapping

from flan_jax import storage
from flan_jax.data.sample_data import embedded_marker
from flan_jax.errors import UserError

FILE = 'prepared.json'
VERSION = 1
EMBEDDED, TFDS, HUB, FOLDER = 'embedded', 'tfds', 'hub', 'folder'


@dataclasses.dataclass(frozen=True)
class Record:
  """The origin of one builder's rows.

  Attributes:
    source: 'tfds', 'hub:aps/super_glue/rte' or 'folder:/data/parquet'.
    revision: of the source: a copy's commit, else the release of tensorflow-datasets.
    order: 'tfds' if the rows are in the order of a preparation by TFDS, so that slices have
      the same rows as FLAN's (unless there is a limit); else 'hub'.
    rows: of each TFDS split.
    published: counts of each split that the dataset declares.
    limit: on the rows of each split, if one was set.
    missing: what the source lacks, in words.
    date: of the preparation, '2026-11-28'.
  """

  source: str
  revision: str
  order: str
  rows: Mapping[str, int]
  published: Mapping[str, int]
  limit: int | None
  missing: tuple[str, ...]
  date: str

  def to_json(self) -> dict[str, Any]:
    """Returns the object for prepared.json."""
    return dataclasses.asdict(self) | {'missing': list(self.missing)}


def read(data_dir: str | pathlib.Path) -> dict[str, Record]:
  """Returns {TFDS name: its record} of a data_dir; empty if it has no prepared.json.

  Raises:
    UserError: the file is damaged, or a later version wrote it.
  """
  path = storage.join(storage.absolute(data_dir), FILE)
  if not storage.is_file(path):
    return {}
  remedy = f'delete it: the data of {data_dir} stays, only its origin is then unknown'
  told = storage.read_object(path, remedy)
  storage.check_version(path, 'version', told.get('version', VERSION), VERSION)
  names = {field.name for field in dataclasses.fields(Record)}
  try:
    found = {
      name: Record(**{key: value for key, value in one.items() if key in names})
      for name, one in told['builders'].items()
    }
    return {name: dataclasses.replace(one, missing=tuple(one.missing)) for name, one in found.items()}
  except (AttributeError, KeyError, TypeError) as error:
    raise UserError(f'{path} does not hold what `flan_jax prepare` writes ({error}); {remedy}') from None


def add(data_dir: pathlib.Path, name: str, record: Record) -> None:
  """Writes the record of a builder, replacing an earlier one."""
  builders = read(data_dir) | {name: record}
  told = {'version': VERSION, 'builders': {key: builders[key].to_json() for key in sorted(builders)}}
  storage.write_whole(data_dir / FILE, json.dumps(told, indent=1) + '\n')


def origin(data_dir: str | pathlib.Path, tfds_names: Collection[str]) -> str:
  """Describes the origin of data, for runs and results.

  'embedded', 'tfds', or, if not all builders come from TFDS, the number from each source:
  'tfds 58, hub 4'. If builders have only a part of their rows: 'tfds, limit 300'.

  tfds_names: of the builders that are read.
  """
  if embedded_marker.read(data_dir):
    return EMBEDDED
  recorded = read(data_dir)
  counts = collections.Counter(kind(recorded[name]) if name in recorded else TFDS for name in set(tfds_names))
  several = [f'{name} {counts[name]}' for name in (TFDS, HUB, FOLDER) if counts[name]]
  limits = sorted({limit for name in tfds_names if name in recorded and (limit := recorded[name].limit)})
  return ', '.join([*([TFDS] if set(counts) <= {TFDS} else several), *(f'limit {limit}' for limit in limits)])


def kind(record: Record) -> str:
  """Returns 'tfds', 'hub' or 'folder'."""
  return record.source.partition(':')[0]


def sources(data_dir: str | pathlib.Path, tfds_names: Iterable[str]) -> dict[str, dict[str, Any]]:
  """Returns {TFDS name: source, revision, order, limit, missing, date}, for recorded builders."""
  recorded = read(data_dir)
  kept = ('source', 'revision', 'order', 'limit', 'missing', 'date')
  found = {name: recorded[name].to_json() for name in sorted(set(tfds_names)) if name in recorded}
  return {name: {key: one[key] for key in kept} for name, one in found.items()}
