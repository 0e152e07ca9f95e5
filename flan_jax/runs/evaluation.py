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
from flan_jax.runs import evaluation_request, progress, registration
from flan_jax.runs.evaluation_request import Candidate

_POLL = 10  # seconds between two looks


def evaluate(
  *,
  model_dir: str,
  held_out: str | None = None,
  held_in: str = '',
  only: str = evaluation_request.ALL,
  step: int | None = None,
  limit: int | None = None,
  held_in_test: bool = False,
  style: str = 'instructions',
  shots: int = 0,
  shot_seed: int = 0,
  ranking: str = 'sum',
  answer_by: str = 'rank',
  vocabulary: str | None = None,
  mesh: Mapping[str, int] | None = None,
  host_devices: int | None = None,
  topology: str | None = None,
  row_length: int | None = None,
  rows: int | None = None,
  begin: bool | str | None = None,
  tokens_per_forward: int | None = None,
  decode_tokens: int | None = None,
  continuous: float | None = None,
  dry_run: bool = False,
) -> dict | None:
  """Checks everything cheap first, then scores, then writes the results and the report.

  Args:
    model_dir: the run; its INIT_FROM is the untuned model.
    held_out: see holdouts.holdout; None is what the run held out, 'none' is nothing.
    held_in: clusters or tasks, joined by commas, that the run was trained on.
    only: see evaluation_request.candidates.
    step: of the tuned checkpoint, None for the last.
    limit, held_in_test, ranking, answer_by, rows, tokens_per_forward, decode_tokens:
      see protocol.Settings.
    style, shots, shot_seed: how the datasets are asked, see prompt_variants.Variant.
    vocabulary: file; None is the one the run was trained with.
    mesh: sizes of the axes data, fsdp and tensor; None: all devices have rows of their
      own. topology: what it is for, see training.Training. host_devices: made of the processor.
    row_length: tokens of the longest row; None is the run's.
    begin: whether a token begins each prompt; None: as the run was trained.
    continuous: evaluate every checkpoint, until so many seconds none has come.
    dry_run: stop after the checks.

  Returns:
    What results.json holds; None after a dry run, and on processes but the first.

  Raises:
    UserError: whatever is wrong, before anything expensive.
  """
  settings_lib.check_call('evaluate', locals())
  models = evaluation_request.candidates(model_dir, only, step)
  run = models[-1].run
  if continuous is not None and models[-1].path != model_dir:
    raise UserError("--continuous follows the tuned model: leave --only out, or add 'tuned'")
  registration.load_tasks()
  from flan_jax.data.encoding import Encoding
  from flan_jax.evaluation import groups, protocol, results

  results.read(model_dir)  # a file that cannot be read is an error now, not later
  settings = protocol.Settings(
    limit=limit,
    held_in_test=held_in_test,
    decode_tokens=decode_tokens,
    ranking=ranking,
    answer_by=answer_by,
    rows=rows,
    row_length=row_length or run.rows.row_length,
    tokens_per_forward=tokens_per_forward,
  )
  cluster = run.held_out if held_out is None else held_out
  cluster = None if cluster == evaluation_request.NOTHING else cluster
  names = evaluation_request.names(models, cluster, held_in)
  asked = functools.partial(evaluation_request.tasks, style=style, shots=shots, shot_seed=shot_seed)
  tasks = {
    plain: {held: asked(group, plain=plain) for held, group in names.items()}
    for plain in sorted({one.plain for one in models})
  }
  Encoding.of(run).within(settings.row_length)
  run = evaluation_request.use_vocabulary(vocabulary, run, model_dir, begin=begin)
  models = [dataclasses.replace(one, run=run) for one in models]
  data = evaluation_request.check_data([name for group in names.values() for name in group])
  from flan_jax.training import layouts, multihost, sharding

  sharding.host_devices(host_devices)
  layout = layouts.chosen(mesh, topology, dry_run)
  sharding.check_widths(run.model, layout.shape)
  if dry_run:
    checked = 'everything' if layout.here else 'all that can be seen from here'
    if multihost.first():
      print(
        *([f'NOTE: {layout.note}'] if layout.note else []), f'dry run: {checked} checked, nothing started', sep='\n'
      )
    return None
  conditions = groups.conditions(
    data=data,
    cluster=cluster,
    held_in=names[True],
    style=style,
    shots=shots,
    shot_seed=shot_seed,
    ranking=ranking,
    answer_by=answer_by,
    limit=limit,
    held_in_test=held_in_test,
    decode_tokens=decode_tokens,
    begin=begin if isinstance(begin, bool) else None,
  )
  job = _Job(model_dir, tasks, conditions, settings, layout.mesh)
  if continuous is None:
    return job.run(models)
  return _watch(job, models, continuous)


@dataclasses.dataclass
class _Job:
  """What is the same for all the models that are evaluated.

  tasks: plain or not -> held in or not -> row of the results -> task. conditions: see
  groups.conditions.
  """

  model_dir: str
  tasks: Mapping[bool, Mapping[bool, Mapping[str, str]]]
  conditions: Mapping[str, Any]
  settings: Any
  mesh: Any
  read: dict = dataclasses.field(default_factory=dict)

  @functools.cached_property
  def tell(self) -> Callable[[str], None]:
    """Tells what is wrong with answers that were kept, each thing once."""
    from flan_jax.evaluation import answers

    return answers.once()

  def run(self, models: Sequence[Candidate]) -> dict | None:
    """Evaluates the models, one in memory at a time; shows and returns the results."""
    from flan_jax.training import multihost

    for one in models:
      self._evaluate(one)
    return self._conclude(models[-1].run) if multihost.first() else None

  def _evaluate(self, one: Candidate) -> None:
    from flan_jax.data.encoding import Encoding
    from flan_jax.evaluation import protocol, results, summaries
    from flan_jax.training import checkpoint, multihost

    loaded = checkpoint.load(one.path, one.step, self.mesh, not one.asked)
    one = dataclasses.replace(one, step=loaded.step)  # the last may not be readable
    if multihost.first():
      results.make_way(self.model_dir, one.name, one.step, self.conditions)
    encoding = Encoding.of(one.run).within(self.settings.row_length)
    encoding = encoding.plain() if one.plain else encoding
    entries, problems, replicates = {}, {}, {}
    for held_in, group in self.tasks[one.plain].items():
      done, failed = protocol.evaluate(
        loaded,
        group,
        held_in,
        self.settings,
        encoding=encoding,
        folder=functools.partial(self._folder, one, encoding, held_in),
        agreed=multihost.agreed,
        read=self.read,
        replicates=replicates,
        summarise=multihost.first(),
        progress=lambda title, total: _progress(f'{one.name}: {title}', total),
      )
      entries, problems = entries | done, problems | failed
    if not multihost.first():  # every process has all scores; one pen is enough
      return
    _tell_problems(one.name, entries, problems)
    results.merge(
      self.model_dir,
      summaries.evaluation(
        one.name, one.step, self.conditions, entries, problems, replicates, evaluation_request.training(one.path)
      ),
    )

  def _folder(self, one: Candidate, encoding, held_in: bool, row: str, task: str):
    """Where the answers to a task are kept: by process 0, in memory by the others."""
    from flan_jax.evaluation import answers, groups
    from flan_jax.training import checkpoint, multihost

    decides = {
      'task': task,
      'encoding': encoding.told(),
      'checkpoint': checkpoint.identity(one.path, one.step),
      'data': _data_identity(task, encoding),
      'settings': {
        name: value
        for name, value in dataclasses.asdict(self.settings).items()
        if name not in ('rows', 'tokens_per_forward')
      },
      'splits': self.settings.asks(held_in),
    }
    text = json.dumps(decides, sort_keys=True)
    name = groups.folder(one.name, self.conditions)
    path = answers.path(self.model_dir, name, row) if multihost.first() else None
    return answers.Folder(path, hashlib.sha256(text.encode()).hexdigest()[:16], self.tell)

  def _columns(self, one: Mapping, wanted: Sequence[str]) -> dict:
    from flan_jax.evaluation import answers, groups

    found = {
      row: list(
        answers.columns(
          answers.path(self.model_dir, groups.answers(one), row), one['datasets'][row], self.tell
        ).values()
      )
      for row in wanted
    }
    return {row: columns for row, columns in found.items() if columns}

  def _conclude(self, run: Any) -> dict:
    """Compares tuned with its baselines, writes the report, prints the table."""
    from flan_jax.evaluation import groups, results
    from flan_jax.report import page
    from flan_jax.runs import report_inputs

    *earlier, group = groups.split(results.read(self.model_dir))
    found = results.compared(self.model_dir, self.conditions, self._comparisons(group))
    group = groups.split(found)[-1]
    written = page.write(
      self.model_dir,
      found,
      run,
      report_inputs.rules(found, run, self.model_dir),
      report_inputs.curves(run, self.model_dir),
      **report_inputs.inputs(found, self.model_dir),
    )
    show(group)
    for one in earlier:
      print(f'earlier, in the report too: {groups.label(one, [*earlier, group])}')
    print(f'results: {os.path.join(self.model_dir, results.FILE)}\nreport: {written}')
    return found

  def _comparisons(self, group: Mapping) -> list[dict]:
    from flan_jax.evaluation import summaries

    by_name = {one['name']: one for one in group['evaluations']}
    tuned, made = by_name.get(evaluation_request.TUNED), []
    for other in (evaluation_request.UNTUNED, evaluation_request.PLAIN) if tuned else ():
      if other in by_name:
        entries = {row: one for row, one in tuned['datasets'].items() if row in by_name[other]['datasets']}
        pair = [self._columns(one, list(entries)) for one in (tuned, by_name[other])]
        made.append(summaries.compare(evaluation_request.TUNED, other, entries, pair))
        for name, why in made[-1]['problems'].items():
          print(
            f'NOTE: {evaluation_request.TUNED} and {other} are not compared on {name}: {why}',
            file=sys.stderr,
            flush=True,
          )
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


def _watch(job: _Job, models: Sequence[Candidate], timeout: float) -> dict | None:
  """Evaluates the baselines, then every checkpoint of the run, the oldest first."""
  from flan_jax.training import checkpoint, multihost

  followed = [one for one in models if one.path == job.model_dir]
  baselines = [one for one in models if one.path != job.model_dir]
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


def _tell_problems(name: str, entries: Mapping, problems: Mapping) -> None:
  for dataset, one in entries.items():
    for line in one['problems']:
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


def show(results: Mapping[str, Any]) -> None:
  """The table of a group of the results, legible at 80 columns."""
  from rich import box
  from rich.console import Console
  from rich.table import Table

  from flan_jax.report import tables

  names = [one['name'] for one in tables.main(results)]
  table = Table(
    title=tables.title(results), box=box.SIMPLE_HEAD, title_justify='left', pad_edge=False, padding=(0, 1, 0, 0)
  )
  table.add_column('', no_wrap=True)
  rows = tables.rows(results)
  texts = {
    'majority': [row['majority'] for row in rows],
    **{f'{name}\nmean (sd)': [row['scores'][name]['text'] for row in rows] for name in names},
    'best\non dev': [row['scores'][names[-1]]['best'] for row in rows],
  }
  for column, own in texts.items():  # the names of the datasets give way, not these
    width = max(map(len, [*own, *column.split('\n')]))
    table.add_column(column, justify='right', no_wrap=True, min_width=width)
  for row in rows:
    if row['mean_row'] or row['first']:
      table.add_section()
    scores = [row['scores'][name] for name in names]
    table.add_row(
      row['name'],
      row['majority'],
      *(score['text'] for score in scores),
      scores[-1]['best'],
      style='bold' if row['mean_row'] else None,
    )
  console = Console(width=None if sys.stdout.isatty() else 80)
  console.print(table)
  for line in [*_differences(results), *tables.limits(results), *tables.notes(results)]:
    console.print(line, highlight=False, soft_wrap=True)


def _differences(results: Mapping) -> list[str]:
  """'tuned - untuned: +4.1 (95%: 0.2 to 8.0; p = 0.04), mean of the held-out sets'."""
  from flan_jax.report import tables

  return [
    f'{one["of"]} - {one["against"]}: {one["mean"]["difference"]:+.1f} (95%: '
    f'{tables.interval(one["mean"]["interval"])}; p = {one["mean"]["p"]:.2g}), mean of '
    'the held-out sets'
    for one in results['comparisons']
    if one['mean']
  ]
