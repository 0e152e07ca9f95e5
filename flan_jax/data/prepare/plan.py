# SPDX-License-Identifier: Apache-2.0
"""The state of the builders that tasks read, in a data_dir. Uses no network.

plan('/data/tfds', ['rte', 'sst2']) -> [Entry('super_glue/rte:1.0.2', ...), ...]
"""

import dataclasses
import importlib.metadata
import pathlib
import re
import sys
from typing import Any, Mapping, Sequence

from flan_jax.data import catalogue, datasets, origins
from flan_jax.data.prepare import prepared_files, records
from flan_jax.data.sample_data import embedded_marker

PREPARED, EMBEDDED, MISSING, BROKEN = 'prepared', 'embedded', 'missing', 'broken'
DOWNLOADS = 'downloads'  # in the data_dir
_FILE = re.compile(r'[\w.-]+\.(?:jsonl|json|csv|tsv|txt|zip|7z|xml|tmx|tar|tgz|gz)\b')


@dataclasses.dataclass(frozen=True)
class Entry:
  """A builder: its state, and what its preparation needs.

  Attributes:
    name: TFDS name with its version.
    tasks: that read it.
    state: 'prepared', 'embedded', 'missing' or 'broken'.
    why: it is broken.
    source: of a prepared builder, from prepared.json; '' if it is not recorded.
    licence: from the docstring of the dataset file.
    manual_dir: this builder's folder for files that TFDS cannot download.
    absent: names of such files that are missing.
    packages: {package: whether it is installed}, for those that this builder needs.
    origin: from the dataset file.
  """

  name: str
  tasks: tuple[str, ...]
  state: str
  why: str
  source: str
  licence: str
  manual_dir: str
  absent: tuple[str, ...]
  packages: Mapping[str, bool]
  origin: origins.Origin

  @property
  def hub(self) -> str:
    """The copy on the hub, 'aps/super_glue/rte'; '' if there is none."""
    hub = self.origin.hub
    return f'{hub.repository}/{hub.config}' if hub else ''

  def to_json(self) -> dict[str, Any]:
    """Returns the object that `flan_jax prepare --json` prints."""
    origin = self.origin
    return {
      'name': self.name,
      'tasks': list(self.tasks),
      'state': self.state,
      'why': self.why,
      'source': self.source,
      'hosts': list(origin.hosts),
      'megabytes': origin.megabytes,
      'disk': origin.disk,
      'rows': dict(origin.rows),
      'licence': self.licence,
      'by_hand': origin.by_hand,
      'manual_dir': self.manual_dir if origin.by_hand else '',
      'absent': list(self.absent),
      'packages': dict(self.packages),
      'hub': self.hub,
      'closed': origin.closed,
    }


def plan(data_dir: str | pathlib.Path, names: Sequence[str] | None = None) -> list[Entry]:
  """Returns the builders of some tasks, small and reliable ones first.

  names: of tasks, by default all declared ones.

  Raises:
    UserError: a task is unknown, or a metadata file of the data_dir is damaged.
  """
  folder = pathlib.Path(data_dir).expanduser().absolute()
  recorded = records.read(folder)
  embedded = (embedded_marker.read(folder) or {'parts': {}})['parts']
  groups: dict[str, list[datasets.Dataset]] = {}
  for dataset in map(datasets.get, names or datasets.names()):
    groups.setdefault(dataset.tfds, []).append(dataset)
  entries = [_entry(folder, name, group, recorded.get(name), name in embedded) for name, group in groups.items()]
  return sorted(entries, key=_order)


def _order(entry: Entry) -> tuple:
  size = entry.origin.megabytes
  return bool(entry.origin.by_hand), size is None, size or 0, entry.name


def _entry(folder: pathlib.Path, name: str, group, record: records.Record | None, embedded: bool) -> Entry:
  origin = group[0].origin
  manual = manual_dir(folder, name)
  state, why = _state(folder, name, embedded)
  return Entry(
    name=name,
    tasks=tuple(dataset.name for dataset in group),
    state=state,
    why=why,
    source=record.source if record and state == PREPARED else '',
    licence=catalogue.described(sys.modules[group[0].module].__doc__ or '')['licence'],
    manual_dir=str(manual),
    absent=_absent(origin.by_hand, manual),
    packages={package: is_installed(package) for package in origin.packages},
    origin=origin,
  )


def manual_dir(folder: pathlib.Path, name: str) -> pathlib.Path:
  """Returns DIR/downloads/manual/story_cloze/2016, for 'story_cloze/2016:1.0.0'.

  Each builder has its own folder: TFDS takes a file of the right name in it for the download
  of any builder, and many are called train.jsonl.
  """
  return folder / DOWNLOADS / 'manual' / name.partition(':')[0]


def _state(folder: pathlib.Path, name: str, embedded: bool) -> tuple[str, str]:
  """(state, why it is broken)."""
  there = prepared_files.folder(name, str(folder))
  if not there:
    return MISSING, ''
  why = prepared_files.fault(there)
  if why:
    return BROKEN, why
  return (EMBEDDED if embedded else PREPARED), ''


def files_by_hand(by_hand: str) -> tuple[str, ...]:
  """Extracts file names from the text of an Origin: 'train.jsonl and dev.jsonl (...)'.

  Ignores addresses and text in brackets, which describe the source or the container.
  """
  words = re.sub(r'\([^)]*\)|\w+://\S+', '', by_hand)
  return tuple(dict.fromkeys(_FILE.findall(words)))


def _absent(by_hand: str, manual: pathlib.Path) -> tuple[str, ...]:
  names = files_by_hand(by_hand)
  if by_hand and not names:  # the text names no file, only a folder of pages or the like
    return () if manual.is_dir() and any(manual.iterdir()) else ('any file',)
  return tuple(name for name in names if not (manual / name).exists())


def is_installed(package: str) -> bool:
  """Whether a package is installed, by its name on PyPI."""
  try:
    importlib.metadata.distribution(re.split(r'[<>=!~\[; ]', package)[0])
    return True
  except importlib.metadata.PackageNotFoundError:
    return False
