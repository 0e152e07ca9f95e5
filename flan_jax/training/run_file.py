# SPDX-License-Identifier: Apache-2.0
"""run.json of a MODEL_DIR, the definition of a run; every field is checked when read."""

import dataclasses
import json
from typing import Any, Mapping

from flan_jax import settings, storage
from flan_jax.errors import did_you_mean, UserError
from flan_jax.model import adapters
from flan_jax.model.config import DecoderConfig
from flan_jax.model.losses import LossConfig
from flan_jax.training.formats import foreign
from flan_jax.training.rows import Rows

RUN_FILE = 'run.json'
FORMAT = 1  # raised only if a reader of this version would misread the new format


@dataclasses.dataclass(frozen=True)
class Vocabulary:
  """path: of its file. hash: of the content, or 'bytes'. Both '' if an import names none."""

  path: str = ''
  hash: str = ''


@dataclasses.dataclass(frozen=True)
class TextOverlap:
  """Held-out examples whose text occurs in the training data; see data.overlap.

  policy: LEAK_POLICY. datasets: name -> numbers of examples. left_out: task -> number of
  training records left out. skipped: task -> why it was not compared.
  """

  policy: str
  datasets: Mapping[str, Mapping[str, int]]
  left_out: Mapping[str, int] = dataclasses.field(default_factory=dict)
  skipped: Mapping[str, str] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True)
class Base:
  """The base checkpoint of an adapter, that of INIT_FROM. digest: see adapters.digest."""

  step: int
  digest: str


@dataclasses.dataclass(frozen=True)
class Run:
  """The definition of a run; docs/reference/schemas.md explains each field.

  None: not in the file (for held_out and init_from: none). others: fields that a later
  version wrote; those inside an object are under its name.
  """

  data: str
  mixture: str
  held_out: str | None
  tasks: Mapping[str, float]
  model: DecoderConfig
  rows: Rows
  init_from: str | None
  vocabulary: Vocabulary = Vocabulary()
  ends: Mapping[str, Any] | None = None
  version: str | None = None
  optimizer: Mapping[str, Any] = dataclasses.field(default_factory=dict)
  loss: LossConfig | None = None
  seed: int | None = None
  prompts: Mapping[str, Any] = dataclasses.field(default_factory=dict)
  overlap: TextOverlap | None = None
  sources: Mapping[str, Any] = dataclasses.field(default_factory=dict)
  imported_from: str | None = None
  imported: Mapping[str, Any] | None = None
  adapter: adapters.Adapter | None = None
  base: Base | None = None
  public_base: Mapping[str, Any] | None = None
  others: Mapping[str, Any] = dataclasses.field(default_factory=dict)

  @classmethod
  def from_json(cls, told: Any, path: str = RUN_FILE) -> 'Run':
    """Returns the run described by the object in a file.

    Raises:
      UserError: a field is missing or invalid, or a later version wrote the file.
    """
    if not isinstance(told, Mapping) or not told:
      raise UserError(_torn(path, f'it holds {str(told)[:40]!r} instead of an object'))
    storage.check_version(path, 'format', told.get('format', FORMAT), FORMAT)
    try:
      return _run({name: value for name, value in told.items() if name != 'format'})
    except UserError as error:
      raise UserError(_torn(path, str(error))) from None

  def to_json(self) -> dict[str, Any]:
    """Returns the object for run.json, with the fields of a later version unchanged."""
    told = dataclasses.asdict(self)
    others = told.pop('others')
    needed = {field.name for field in dataclasses.fields(self) if _is_needed(field)}
    told = {name: value for name, value in told.items() if value is not None or name in needed}
    for name, value in others.items():
      told[name] = told[name] | value if name in told else value
    return {'format': FORMAT, **told}

  @property
  def origin(self) -> Mapping[str, Any]:
    """What an import, or a run that began from a public model itself, tells of that model; {} of other runs."""
    return self.imported or self.public_base or {}

  def without_soft_prompt(self) -> 'Run':
    """Returns the run with the tokenization of the parameters that it began from."""
    ends = dict(self.ends or {})
    soft = ends.pop('prompt', 0)
    return dataclasses.replace(self, ends=ends | {'beginning': list(ends['beginning'])[soft:]}) if soft else self


_OBJECTS = {
  'model': DecoderConfig,
  'rows': Rows,
  'vocabulary': Vocabulary,
  'loss': LossConfig,
  'overlap': TextOverlap,
  'adapter': adapters.Adapter,
  'base': Base,
}  # fields of Run that are dataclasses


def _run(told: Mapping[str, Any]) -> Run:
  given, others = _fields(Run, told, '')
  for name, owner in _OBJECTS.items():
    if given.get(name) is not None:
      own, more = _fields(owner, given[name], name)
      given[name] = owner(**own)
      others |= {name: more} if more else {}
  unknown = next(iter(others.get('model', ())), None)
  if unknown:  # written by a later version; ignoring it would change the model
    names = [field.name for field in dataclasses.fields(DecoderConfig)]
    raise UserError(f'model.{unknown} is none of the settings of a model{did_you_mean(unknown, names)}')
  run = Run(**given, others=others)
  _check_told(run)
  return run


def _fields(owner: type, told: Mapping[str, Any], name: str) -> tuple[dict, dict]:
  """(the object's fields that the dataclass has, the others). name: of the object."""
  settings.check_told(owner.__name__, told, name)
  fields = {field.name: field for field in dataclasses.fields(owner) if field.name != 'others'}
  lacking = next((one for one, field in fields.items() if one not in told and _is_needed(field)), None)
  if lacking:
    raise UserError(f'it has no {f"{name}.{lacking}".removeprefix(".")}')
  return (
    {one: tuple(value) if isinstance(value, list) else value for one, value in told.items() if one in fields},
    {one: value for one, value in told.items() if one not in fields},
  )


def _is_needed(field: dataclasses.Field) -> bool:
  return field.default is field.default_factory is dataclasses.MISSING


def _check_told(run: Run) -> None:
  """Checks that fields agree with each other, and the objects that have no class."""
  if run.model.vocab_size is None:
    raise UserError('model.vocab_size = None must be a whole number')
  for name, value in dataclasses.asdict(run.vocabulary).items():
    if not value and run.imported is None:
      raise UserError(f'it has no vocabulary.{name}')
  for owner, name in (('Imported', 'imported'), ('optimizer', 'optimizer'), ('Ends', 'ends')):
    settings.check_told(owner, getattr(run, name) or {}, name)
  if run.ends is not None and 'ends' not in run.ends:
    raise UserError('it has no ends.ends')
  if run.adapter and not (run.base and run.init_from):
    raise UserError('it has an adapter, and no base and init_from, which that is beside')
  prompt = len(adapters.placeholders(run.adapter, run.model.vocab_size))
  for name, more in (('ends', 0), ('beginning', prompt)):
    numbers = (run.ends or {}).get(name, ())
    for number in numbers:
      if number >= run.model.vocab_size + more:
        raise UserError(f'ends.{name} = {numbers} must be below the {run.model.vocab_size:,} token rows of the model')


def read_run(model_dir: str) -> Run | None:
  """run.json of a MODEL_DIR, or what stands for it in a folder of another format; None where no run has started.

  Raises:
    UserError: the file is torn, or tells no run; or the folder is a MODEL_DIR and another model, too.
  """
  path, other = storage.join(model_dir, RUN_FILE), foreign.reader_of(model_dir)
  try:
    content = storage.read_bytes(path)
  except (FileNotFoundError, NotADirectoryError):
    return other.run(model_dir) if other else None
  except OSError as error:
    raise UserError(f'{path} cannot be read: {error.strerror}') from None
  if other:
    raise UserError(
      f'{model_dir} is a MODEL_DIR ({RUN_FILE}) and holds a public model ({other.mark(model_dir)}), too, so it is not '
      'known which one is meant; move one of them to a folder of its own'
    )
  try:
    told = json.loads(content)
  except (ValueError, RecursionError) as error:
    raise UserError(_torn(path, f'it is not JSON: {error}')) from None
  if isinstance(told, Mapping):
    if why := storage.changed(told):
      raise UserError(_torn(path, why))
    told = storage.without_digest(told)
  return Run.from_json(told, path)


def _torn(path: str, what: str) -> str:
  return (
    f'{path} cannot be used: {what.rstrip(".")}. Bring it back from a copy; or delete it and '
    'start `train` with the same settings again, which writes it and goes on from the '
    'last checkpoint (an imported model: import it again)'
  )


def lineage(model_dir: str | None) -> list[Run]:
  """Returns the run, the run it began from, and so on, as far as they exist."""
  runs, seen = [], set()
  while model_dir and storage.absolute(model_dir) not in seen and (run := read_run(model_dir)):
    seen.add(storage.absolute(model_dir))
    runs.append(run)
    model_dir = run.init_from
  return runs


def trained_tasks(model_dir: str | None) -> list[str]:
  """Returns all tasks that these parameters were ever trained on, the last run's first."""
  return [task for run in lineage(model_dir) for task in run.tasks]


def write_run(model_dir: str, told: Mapping) -> None:
  """Writes run.json atomically, with its digest. told: as Run.to_json returns it."""
  path = storage.join(model_dir, RUN_FILE)
  storage.make_folder(model_dir)
  storage.write_whole(path, json.dumps(storage.with_digest(told), indent=1))
