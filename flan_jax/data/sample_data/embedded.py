# SPDX-License-Identifier: Apache-2.0
"""The embedded data: a real TFDS data_dir, written from the small invented world.

Every dataset with a sample in `world.samples` goes through its own TFDS builder, with the
sample's rows instead of a download. Later stages cannot tell the difference, so
DIR/embedded.json (`embedded_marker`) records it, and lists every part that was written:

    {"data": "embedded", "seed": 0, "examples": 600, "parts": {
      "super_glue/rte:1.0.2": {"path": "super_glue/rte/1.0.2", "wanted": "5f...",
        "content": "e1...", "rows": {"train": 800, "validation": 250}},
      "text/train.txt": {...}, "vocab.model": {...}}}

A part is made beside its place and moved there when complete. `wanted` is a digest of
everything that determines it, so an unchanged part is left alone; `content` is a digest
of its bytes, so a foreign file in its place is detected and never replaced.
"""

import collections
import dataclasses
import hashlib
import json
import math
import os
import pathlib
import sys
from typing import Any, Callable, Sequence

from flan_jax import storage
from flan_jax import world as world_package
from flan_jax.data import datasets, splits
from flan_jax.data.code import syntax
from flan_jax.data.sample_data import embedded_content as content
from flan_jax.data.sample_data import embedded_marker, embedded_rows
from flan_jax.errors import notice, UserError

VOCABULARY = 'vocab.model'
TRAIN_ROWS, OTHER_ROWS = 600, 250
_DEEP = 10  # factor for the rows if tasks read far inside a split, which is scaled for them
_NOTHING: dict[str, Any] = {'parts': {}}
_WORK = '.embedded-unfinished'


@dataclasses.dataclass(frozen=True)
class Part:
  """Something to write.

  Attributes:
    name: a TFDS name with its version, or a path in the folder.
    wanted: digest of what determines its content.
    make: writes it to the given new path.
    rows: of each split, for a builder.
  """

  name: str
  wanted: str
  make: Callable[[pathlib.Path], None]
  rows: dict = dataclasses.field(default_factory=dict)


def write(
  data_dir: str | os.PathLike[str],
  examples: int = TRAIN_ROWS,
  names: Sequence[str] | None = None,
  seed: int = 0,
  advance: Callable[[int, str], object] | None = None,
  new_vocabulary: bool = False,
) -> dict[str, list[str]]:
  """Writes or completes the embedded data in a folder; unchanged parts stay.

  The vocabulary stays too, even if it was made from other rows: models trained with it
  need it. Existing parts that will be rewritten are first named on standard error.

  Args:
    data_dir: a local folder, created if missing; later a run's `tfds_data_dir`.
    examples: training rows per dataset, after dev (and test) are cut off. Other TFDS
      splits get 250 rows, in proportion fewer when `examples` is below 600.
    names: tasks to write, by default all that have a sample. Datasets already in the
      folder are brought to the same seed and size.
    seed: of the world.
    advance: called as advance(1, note) after each part.
    new_vocabulary: remake it from all rows then present, whatever the order they came in.

  Returns:
    {'written': [...], 'unchanged': [...], 'kept': [...]}, names of parts; kept parts stay,
    although they would now be made differently.

  Raises:
    UserError: an unknown task or one without a sample, more examples than the world
      has, or a folder that holds data from elsewhere.
  """
  if examples < 1:
    raise UserError(f'examples is {examples}; ask for at least 1 training row')
  folder = _local(data_dir)
  there = _parts_there(folder)
  parts = _parts(folder, _groups(names, there), examples, seed)
  recorded = {'data': 'embedded', 'seed': seed, 'examples': examples, 'parts': there}
  with storage.work_folder(folder, _WORK, 'writing embedded data into') as work:
    outcomes = _complete(folder, work, recorded, parts, new_vocabulary, advance)
  return {kind: [name for name in outcomes if outcomes[name] == kind] for kind in ('written', 'unchanged', 'kept')}


def count_parts(data_dir: str | os.PathLike[str], names: Sequence[str] | None = None) -> int:
  """Returns how often `write` will call `advance`."""
  recorded = embedded_marker.read(data_dir) or _NOTHING
  return len(_groups(names, recorded['parts'])) + len(content.DOCUMENTS) + 1


def _local(data_dir):
  folder = pathlib.Path(data_dir).expanduser().absolute()
  if '://' in str(data_dir) or folder.exists() and not folder.is_dir():
    raise UserError(f'{data_dir} is no local folder; name one to write to')
  return folder


# Choosing the parts.


def _groups(names, recorded):
  """Returns {TFDS name: its datasets with a sample}, for requested and existing ones."""
  import flan_jax.tasks  # noqa: F401  registers every dataset

  for name in names or ():
    embedded_rows.sample(datasets.get(name))  # a UserError if it has none
  sampled = [name for name in datasets.names() if embedded_rows.has_sample(name)]
  asked = {datasets.get(name).tfds for name in names or sampled}
  groups = collections.defaultdict(list)
  for dataset in map(datasets.get, sampled):
    if dataset.tfds in asked or dataset.tfds in recorded:
      groups[dataset.tfds].append(dataset)
  return groups


def _parts(folder, groups, examples, seed):
  world = world_package.World(seed)
  parts = [_builder_part(name, group, examples, world) for name, group in groups.items()]
  parts += [_text_part(split, world) for split in content.DOCUMENTS]
  decides = _digest([(part.name, part.wanted) for part in parts])
  return parts + [Part(VOCABULARY, decides, lambda path: content.write_vocabulary(path, folder, groups))]


def _builder_part(tfds_name, group, examples, world):
  rows = split_rows(group, examples)
  sources = sorted(
    {
      syntax.of_module(sys.modules[module])
      for dataset in group
      for module in (dataset.module, embedded_rows.sample_module(dataset))
    }
  )
  return Part(
    tfds_name,
    _digest(tfds_name, world.seed, rows, sources, _own_sources()),
    lambda path: content.write_builder(path, tfds_name, group, rows, world),
    rows,
  )


def _text_part(split, world):
  return Part(
    _text_path(split), _digest(split, world.seed, _own_sources()), lambda path: content.write_text(path, split, world)
  )


def _text_path(split):
  return f'text/{split}.txt'


def split_rows(group: Sequence[datasets.Dataset], examples: int) -> dict[str, int]:
  """Returns the number of rows of each TFDS split of a builder.

  For RTE with 600 examples: {'validation': 250, 'train': 800}, the last 200 being dev.

  Args:
    group: the datasets that read the builder.
    examples: training rows of each after the carve-outs.
  """
  slices = {(role, splits.parse(expression)) for dataset in group for role, expression in dataset.splits.items()}
  trained = {slice_.base for role, slice_ in slices if role == splits.TRAIN}
  others = min(OTHER_ROWS, math.ceil(examples * OTHER_ROWS / TRAIN_ROWS))
  bases = {slice_.base for _, slice_ in slices}
  rows = {base: others for base in sorted(bases - trained)}
  for base in sorted(trained):
    bounds = [bound or 0 for _, slice_ in slices if slice_.base == base for bound in (slice_.start, slice_.stop)]
    rows[base] = examples - min(0, *bounds)  # -200: dev begins 200 rows from the end
    if any(slice_.base == base and (slice_.start or 0) > 0 for _, slice_ in slices):
      rows[base] = max(rows[base], _DEEP * examples)
  return rows


def _own_sources():
  """Returns the source of the world and of the code that draws from it: an edit makes new rows."""
  folder = pathlib.Path(world_package.__file__).parent
  files = [
    pathlib.Path(content.__file__),
    *sorted(path for path in folder.rglob('*') if path.suffix in ('.py', '.txt')),
  ]
  return [path.read_text() for path in files]


def _digest(*values):
  return hashlib.sha256(json.dumps(values).encode()).hexdigest()[:16]


# Writing the parts, safely.


def _complete(folder, work, recorded, parts, new_vocabulary, advance):
  """Writes the parts that need it; returns the outcome of each, see `_outcome`."""
  there = recorded['parts']
  outcomes = {part.name: _outcome(folder, there.get(part.name), part, new_vocabulary) for part in parts}
  _tell_rewritten(folder, there, outcomes)
  for part in parts:
    if outcomes[part.name] == 'written':
      _replace(folder, work, recorded, part)
    if advance:
      advance(1, f'{part.name} {outcomes[part.name]}')
  _save(folder, recorded)
  return outcomes


def _parts_there(folder):
  """Returns the records of the folder's parts.

  Raises UserError if it has builders, text or a vocabulary from elsewhere.
  """
  recorded = (embedded_marker.read(folder) or _NOTHING)['parts'].copy()
  there = {
    path.parent
    for depth in ('*/*', '*/*/*', '*/*/*/*')
    for path in folder.glob(f'{depth}/dataset_info.json')
    if _WORK not in path.parts
  }
  files = [VOCABULARY, *(_text_path(split) for split in content.DOCUMENTS)]
  there |= {folder / file for file in files if (folder / file).exists()}
  ours = {folder / part['path'] for part in recorded.values()}
  if there - ours:
    raise _foreign(sorted(there - ours)[0])
  for part in recorded.values():
    path = folder / part['path']
    # Without `content` its writer was interrupted: this call may repair it.
    if part.get('content') and path.exists() and part['content'] != _content(path):
      raise _foreign(path)
  return recorded


def _foreign(path):
  return UserError(
    f'{path} was not written by `flan_jax sample`, or has been changed since; '
    'nothing is overwritten. Name another --data_dir, or move it out of the way'
  )


def _outcome(folder, record, part, new_vocabulary):
  """Returns 'written' if a part must be written, else 'unchanged' or 'kept'."""
  if not (record and record.get('wanted') and (folder / record['path']).exists()):
    return 'written'
  if record['wanted'] == part.wanted:
    return 'unchanged'
  return 'kept' if part.name == VOCABULARY and not new_vocabulary else 'written'


def _tell_rewritten(folder, recorded, outcomes):
  """Names existing complete parts before they are rewritten with another content."""
  again = [
    name
    for name, outcome in outcomes.items()
    if outcome == 'written' and recorded.get(name, {}).get('wanted') and (folder / recorded[name]['path']).exists()
  ]
  if again:
    notice(
      f'these stand in {folder} and are written again, with another content: '
      f'{", ".join(again)}. Runs and prompt stores that were made on them cannot go on '
      'with it; to keep them, stop this and name another --data_dir'
    )


def _replace(folder, work, recorded, part):
  """Makes a part in the work folder and moves it into its place."""
  new = work / 'new'
  part.make(new)
  path = _place(part)
  target = folder / path
  if target.exists() and part.name not in recorded['parts']:
    raise _foreign(target)
  # Recorded before it exists, so that an interrupted run leaves nothing that looks foreign.
  recorded['parts'][part.name] = {'path': path}
  _save(folder, recorded)
  target.parent.mkdir(parents=True, exist_ok=True)
  if target.is_dir():
    target.rename(work / 'old')
  new = new / path if part.rows else new
  digest = _content(new)
  new.replace(target)
  storage.clear(work)
  recorded['parts'][part.name] |= {'wanted': part.wanted, 'content': digest, 'rows': part.rows}
  _save(folder, recorded)


def _place(part):
  """Returns a part's path: only TFDS knows the default config of a builder."""
  return content.builder(part.name, '').info.full_name if part.rows else part.name


def _save(folder, recorded):
  storage.write_whole(folder / embedded_marker.FILE, json.dumps(recorded, indent=1) + '\n')


def _content(path):
  """Digest of a file, or of the names and bytes of the files under a folder."""
  files = sorted(path.rglob('*')) if path.is_dir() else [path]
  digest = hashlib.sha256()
  for file in filter(pathlib.Path.is_file, files):
    digest.update(f'{file.relative_to(path)}\0'.encode() + file.read_bytes())
  return digest.hexdigest()[:16]
