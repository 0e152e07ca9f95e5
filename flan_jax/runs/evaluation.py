# SPDX-License-Identifier: Apache-2.0
"""An evaluation of a run, from its settings to results.json and the report."""

import contextlib
import dataclasses
import functools
import hashlib
import json
import os
import sys
import time
from typing import Any, Callable, Mapping, Sequence

from flan_jax import settings as settings_lib
from flan_jax.errors import UserError
from flan_jax.evaluation import groups
from flan_jax.evaluation.scores import Comparison, Conditions, DatasetScores, Results
from flan_jax.evaluation.scores import Evaluation as Scores
from flan_jax.runs import evaluation_request, evaluation_table, progress, public_folders, registration
from flan_jax.runs.evaluation_request import Candidate

_POLL = 10  # seconds between two looks


@dataclasses.dataclass(frozen=True, kw_only=True)
class Evaluation:
  """The settings of an evaluation.

  Args:
    model_dir: the run; its INIT_FROM is the untuned model. Or a folder of a public model.
    output_dir: of the results of a public model, see public_folders.results_place.
    held_out: see holdouts.holdout; None is what the run held out, 'none' is nothing.
    held_in: clusters or tasks, joined by commas, that the run was trained on.
    only: see evaluation_request.candidates.
    step: of the tuned checkpoint, None for the last.
    limit, held_in_test, ranking, answer_by, rows, tokens_per_forward, decode_tokens:
      see protocol.Settings.
    style, shots, shot_seed: how the datasets are asked, see prompt_variants.Variant.
    vocabulary: file; None is the one the run was trained with.
    compilation_cache: folder of compiled programs, see compilation.keep.
    mesh: sizes of the axes data, fsdp and tensor; None: all devices have rows of their
      own. topology: what it is for, see training.Training. host_devices: virtual CPU devices.
    row_length: tokens of the longest row; None is the run's.
    begin: whether a token begins each prompt; None: as the run was trained.
    separators: 'run', 'newline', 'chat', 'end' or two texts, of all models but 'plain';
      None: of a tuned run its own, of an untuned model the best on dev, see askings.
    continuous: evaluate every checkpoint, until so many seconds none has come.
    dry_run: stop after the checks.

  Raises:
    UserError: a value that a setting cannot have.
  """

  model_dir: str
  output_dir: str | None = None
  held_out: str | None = None
  held_in: str = ''
  only: str = evaluation_request.ALL
  step: int | None = None
  limit: int | None = None
  held_in_test: bool = False
  style: str = 'instructions'
  shots: int = 0
  shot_seed: int = 0
  ranking: str = 'sum'
  answer_by: str = 'rank'
  vocabulary: str | None = None
  compilation_cache: str | None = 'auto'
  mesh: Mapping[str, int] | None = None
  host_devices: int | None = None
  topology: str | None = None
  row_length: int | None = None
  rows: int | None = None
  begin: bool | str | None = None
  separators: str | Sequence[str] | None = None
  tokens_per_forward: int | None = None
  decode_tokens: int | None = None
  continuous: float | None = None
  dry_run: bool = False

  def __post_init__(self):
    settings_lib.check_fields(self)


def evaluate(asked: Evaluation) -> Results | None:
  """Checks everything cheap first, then scores, then writes the results and the report.

  Returns:
    What results.json holds; None after a dry run, and on processes but the first.

  Raises:
    UserError: whatever is wrong, before anything expensive.
  """
  job, layout = _prepared(asked)
  from flan_jax.runs import compilation
  from flan_jax.training import multihost

  if not asked.dry_run:
    compilation.keep(asked.compilation_cache, asked.model_dir)
    public_folders.begin_results(asked.model_dir, job.model_dir)
    return job.run(job.models) if asked.continuous is None else _watch(job, asked.continuous)
  if multihost.first():
    note = [f'NOTE: {layout.note}'] if layout.note else []
    print(*note, layout.dry_run, sep='\n')
  return None


def _prepared(asked: Evaluation) -> tuple['_Job', Any]:
  """What is to be evaluated, and the mesh: their settings fit together."""
  models = evaluation_request.candidates(asked.model_dir, asked.only, asked.step)
  run, place = models[-1].run, public_folders.results_place(asked.model_dir, asked.output_dir)
  if asked.continuous is not None and (models[-1].path != asked.model_dir or place != asked.model_dir):
    raise UserError("--continuous follows the tuned model: leave --only out, or add 'tuned'")
  registration.load_tasks()
  from flan_jax.data.encoding import Encoding
  from flan_jax.evaluation import results
  from flan_jax.training import layouts, sharding

  results.read(place)  # a file that cannot be read is an error now, not later
  settings = _settings(asked, run)
  cluster = run.held_out if asked.held_out is None else asked.held_out
  cluster = None if cluster == evaluation_request.NOTHING else cluster
  names = evaluation_request.names(models, cluster, asked.held_in)
  variants = dict(style=asked.style, shots=asked.shots, shot_seed=asked.shot_seed)
  tasks = {
    plain: {held: evaluation_request.tasks(group, plain=plain, **variants) for held, group in names.items()}
    for plain in sorted({one.plain for one in models})
  }
  encoding = Encoding.of(run).within(settings.row_length)
  answer = max(encoding.targets_length, settings.decode_tokens or 0)
  run.model.check_length(encoding.inputs_length + answer, 'INPUTS_LENGTH of the run + DECODE_TOKENS')
  run = evaluation_request.use_vocabulary(asked.vocabulary, run, asked.model_dir, begin=asked.begin)
  models = [
    dataclasses.replace(one, run=run if one.path == asked.model_dir else run.without_soft_prompt()) for one in models
  ]
  data = evaluation_request.check_data([name for group in names.values() for name in group])
  sharding.host_devices(asked.host_devices)
  layout = layouts.chosen(asked.mesh, asked.topology, asked.dry_run)
  sharding.check_widths(run.model, layout.shape)
  conditions = _conditions(asked, data, cluster, names[True])
  ways = {one.name: one.askings(settings.row_length, asked.separators, asked.model_dir) for one in models}
  return _Job(place, models, tasks, ways, conditions, settings, layout.mesh), layout


def _settings(asked: Evaluation, run: Any) -> Any:
  from flan_jax.evaluation import protocol

  names = {field.name for field in dataclasses.fields(protocol.Settings)}
  given = {name: value for name, value in vars(asked).items() if name in names}
  return protocol.Settings(**given | {'row_length': asked.row_length or run.rows.row_length})


def _conditions(asked: Evaluation, data: str, cluster: str | None, held_in: Sequence[str]) -> Conditions:
  """What results are told apart by."""
  names = {field.name for field in dataclasses.fields(Conditions)} & vars(asked).keys() - {'held_in', 'begin'}
  return Conditions(
    data=data,
    cluster=cluster,
    held_in=held_in,
    begin=asked.begin if isinstance(asked.begin, bool) else None,
    **{name: getattr(asked, name) for name in names},
  )


@dataclasses.dataclass
class _Job:
  """What is the same for all the models that are evaluated. model_dir: of the results.

  tasks: plain or not -> held in or not -> row of the results -> task. askings: name of a
  model -> those it is asked in. columns: name of an evaluation that this process made ->
  row -> the answers that its score is of.
  """

  model_dir: str
  models: Sequence[Candidate]
  tasks: Mapping[bool, Mapping[bool, Mapping[str, str]]]
  askings: Mapping[str, Sequence[Any]]
  conditions: Conditions
  settings: Any
  mesh: Any
  read: dict = dataclasses.field(default_factory=dict)
  columns: dict = dataclasses.field(default_factory=dict)

  @functools.cached_property
  def tell(self) -> Callable[[str], None]:
    """Tells what is wrong with answers that were kept, each thing once."""
    from flan_jax.evaluation import answers

    return answers.once()

  def run(self, models: Sequence[Candidate]) -> Results | None:
    """Evaluates the models, one in memory at a time; shows and returns the results."""
    merged = [self._evaluate(one) for one in models]
    return self._conclude(merged[-1], models[-1].run) if merged[-1] else None

  def _evaluate(self, one: Candidate) -> Results | None:
    """Evaluates a model; returns what results.json holds then, None on processes but the first."""
    from flan_jax.evaluation import askings, results, summaries
    from flan_jax.training import checkpoint, multihost

    loaded = checkpoint.load(one.path, one.step, self.mesh, not one.asked)
    one = dataclasses.replace(one, step=loaded.step)  # the last may not be readable
    if multihost.first():
      results.make_way(self.model_dir, one.name, one.step, self.conditions)
    scores, problems, samples = {}, {}, {}
    for held_in, group in self.tasks[one.plain].items():
      context_of = functools.partial(self._context, one, held_in, samples)
      ways = self.askings[one.name]
      done, failed = askings.evaluate(loaded, group, held_in, self.settings, ways, context_of)
      scores, problems = scores | done, problems | failed
    if not multihost.first():  # every process has all scores; one pen is enough
      return None
    _tell_problems(one.name, scores, problems)
    self.columns[one.name] = {row: sample.columns for row, sample in samples.items()}
    training = evaluation_request.training(one.path)
    made = summaries.evaluation(one.name, one.step, self.conditions, scores, problems, samples, training)
    return results.merge(self.model_dir, made)

  def _context(self, one: Candidate, held_in: bool, samples: dict, asking: Any, is_choice: bool) -> Any:
    """How a model is asked in one way; for the choice of the way, on dev alone and without samples."""
    from flan_jax.evaluation import protocol
    from flan_jax.training import multihost

    title = f'{one.name}, asked by {asking.name}' if is_choice else one.name
    return protocol.Context(
      functools.partial(self._folder, one, asking, held_in, is_choice),
      multihost.agreed,
      {} if is_choice else self.read.setdefault(asking.encoding, {}),
      lambda task, total: _progress(f'{title}: {task}', total),
      None if is_choice else samples,
      summarise=multihost.first(),
    )

  def _folder(self, one: Candidate, asking: Any, held_in: bool, is_choice: bool, row: str, task: str):
    """Where the answers to a task are kept: by process 0, in memory by the others."""
    from flan_jax.evaluation import answers, askings
    from flan_jax.training import checkpoint, multihost

    decides = {
      'task': task,
      'encoding': asking.encoding.told(),
      'checkpoint': checkpoint.identity(one.path, one.step),
      'data': _data_identity(task, asking.encoding),
      'settings': {
        name: value
        for name, value in dataclasses.asdict(self.settings).items()
        if name not in ('rows', 'tokens_per_forward')
      },
      'splits': askings.CHOSEN_ON if is_choice else self.settings.asks(held_in),
    }
    text = json.dumps(decides, sort_keys=True)
    name = groups.folder(one.name, self.conditions) + (f' asked by {asking.in_path}' if is_choice else '')
    path = answers.path(self.model_dir, name, row) if multihost.first() else None
    return answers.Folder(path, hashlib.sha256(text.encode()).hexdigest()[:16], self.tell)

  def _columns(self, one: Scores, rows: Sequence[str]) -> dict:
    """row -> the answers of an evaluation; from disk if another process made it."""
    from flan_jax.evaluation import answers

    made = self.columns.get(one.name)
    if made is None:
      folders = {row: answers.path(self.model_dir, one.folder, row) for row in rows}
      made = {row: list(answers.columns(folders[row], one.datasets[row], self.tell).values()) for row in rows}
    return {row: made[row] for row in rows if made[row]}

  def _conclude(self, merged: Results, run: Any) -> Results:
    """Compares tuned with its baselines, writes the report, prints the table."""
    from flan_jax.evaluation import results
    from flan_jax.report import page
    from flan_jax.runs import report_inputs

    found = results.compared(self.model_dir, self.conditions, self._comparisons(groups.split(merged)[-1]))
    *earlier, group = groups.split(found)
    written = page.write(
      self.model_dir,
      found,
      run,
      report_inputs.inputs(found, run, self.model_dir),
      report_inputs.curves(run, self.model_dir),
      report_inputs.references(found),
      goodput=report_inputs.time_spent(self.model_dir),
    )
    evaluation_table.show(group)
    for one in earlier:
      print(f'earlier, in the report too: {groups.label(one, [*earlier, group])}')
    print(f'results: {os.path.join(self.model_dir, results.FILE)}\nreport: {written}')
    return found

  def _comparisons(self, group: groups.Group) -> list[Comparison]:
    from flan_jax.evaluation import summaries

    by_name = {one.name: one for one in group.evaluations}
    tuned, made = by_name.get(evaluation_request.TUNED), []
    for other in (evaluation_request.UNTUNED, evaluation_request.PLAIN) if tuned else ():
      if other in by_name:
        pair = tuned, by_name[other]
        rows = [row for row in tuned.datasets if row in by_name[other].datasets]
        made.append(summaries.compare(*pair, [self._columns(one, rows) for one in pair]))
        for name, why in made[-1].problems.items():
          print(f'NOTE: {tuned.name} and {other} are not compared on {name}: {why}', file=sys.stderr, flush=True)
    return made


def _data_identity(task: str, encoding) -> str:
  """Changes with the rows of a dataset, its code and its templates."""
  import seqio

  from flan_jax.data import datasets, splits
  from flan_jax.data.code import identity
  from flan_jax.data.sample_data import embedded_marker
  from flan_jax.data.tokens import store

  dataset = datasets.get(task)
  settings = store.Settings(
    encoding.inputs_length,
    encoding.targets_length,
    encoding.separators,
    fingerprint_extra={
      'embedded': bool(embedded_marker.read(splits.data_dir())),
      **identity.fingerprint(dataset.identity),
    },
  )
  return ' '.join(
    store.location(seqio.TaskRegistry.get(task), split, '', settings)[0][-16:] for split in dataset.splits
  )


def _watch(job: _Job, timeout: float) -> Results | None:
  """Evaluates the baselines, then every checkpoint of the run, the oldest first."""
  from flan_jax.training import checkpoint, multihost

  followed = [one for one in job.models if one.path == job.model_dir]
  baselines = [one for one in job.models if one.path != job.model_dir]
  done, found, last = set(), None, time.monotonic()
  while True:
    there = multihost.agreed(checkpoint.steps(job.model_dir))
    fresh = [step for step in there if step not in done]
    if fresh:
      these = [dataclasses.replace(one, step=fresh[0], asked=True) for one in followed]
      try:
        found = job.run([*baselines, *these])
      except (checkpoint.Unreadable, FileNotFoundError) as error:
        removed = fresh[0] not in checkpoint.steps(job.model_dir)
        print(
          f'notice: checkpoint {fresh[0]} was removed before it was evaluated' if removed else f'notice: {error}',
          file=sys.stderr,
        )
      done.add(fresh[0])
      baselines, last = [], time.monotonic()
    elif multihost.agreed([time.monotonic() - last > timeout])[0]:
      return found
    else:
      time.sleep(min(_POLL, timeout))


def _tell_problems(name: str, scores: Mapping[str, DatasetScores], problems: Mapping[str, str]) -> None:
  for dataset, one in scores.items():
    for line in one.problems:
      print(f'NOTE: {name}: {dataset}: {line}', file=sys.stderr, flush=True)
  for dataset, why in problems.items():
    print(f'NOTE: {name}: {dataset} was not evaluated: {why}', file=sys.stderr, flush=True)


@contextlib.contextmanager
def _progress(title: str, total: int):
  """A bar for each dataset on a terminal, one line for each in a log."""
  from flan_jax.training import multihost

  if not multihost.first():
    yield lambda steps=1: None
  elif sys.stderr.isatty():
    with progress.progress(title, total) as advance:
      yield advance
  else:
    yield lambda steps=1: None
    print(f'{title}, {total:,} prompts', file=sys.stderr, flush=True)
