"""Front door: zero-shot scores of a run on the cluster it held out, untuned and tuned.

`main` reads flags and gin; `evaluate` is the whole evaluation as one plain function.
"""

import contextlib
import os
import sys
from typing import Any, Mapping, Sequence

from flan_jax import commandline
from flan_jax.errors import UserError

UNTUNED, TUNED = 'untuned', 'tuned'
BOTH = 'both'
NOTHING = 'none'  # of held_out: no cluster at all


def main(arguments: Sequence[str]) -> None:
  made = commandline.parser('flan_jax.evaluate', """
      Evaluates a run zero-shot on the cluster it held out, before tuning (the run's
      INIT_FROM) and after:

        python -m flan_jax.evaluate --gin.MODEL_DIR="'DIR'" --tfds_data_dir=DATA

      Every forward template is scored on dev and test: classification by rank over the
      options, generation by greedy decoding. Prints the table, and writes results.json
      and report.html into MODEL_DIR.

      Macros: MODEL_DIR (required), HELD_OUT, HELD_IN, ONLY, STEP, LIMIT, HELD_IN_TEST,
      VOCABULARY, ROW_LENGTH, TOKENS_PER_FORWARD, DECODE_TOKENS, STYLE, SHOTS, SHOT_SEED.
      Flags win over gin.""",
      gin='runs/evaluate.gin')
  made.add_argument('--limit', type=int, metavar='N', help='at most N examples a split')
  made.add_argument('--held_in', metavar='A,B', help='clusters or tasks that were '
                    'trained on, to evaluate on their dev sets as well')
  made.add_argument('--only', choices=(TUNED, UNTUNED, BOTH), help='which parameters')
  commandline.add_processes(made)
  flags = commandline.parse(made, arguments)
  commandline.configure(flags)
  commandline.join_processes(flags, saves_on_sigterm=False)
  asked = {'limit': flags.limit, 'held_in': flags.held_in, 'only': flags.only}
  given = {name: value for name, value in asked.items() if value is not None}
  commandline.call(evaluate, dry_run=flags.dry_run, **given)


def evaluate(
    *, model_dir: str, held_out: str | None = None, held_in: str = '', only: str = BOTH,
    step: int | None = None, limit: int | None = None, held_in_test: bool = False,
    style: str = 'instructions', shots: int = 0, shot_seed: int = 0,
    vocabulary: str | None = None, mesh: Mapping[str, int] | None = None,
    host_devices: int | None = None, row_length: int | None = None,
    tokens_per_forward: int | None = None, decode_tokens: int | None = None,
    dry_run: bool = False) -> dict | None:
  """Checks everything cheap first, then scores, then writes the results and the report.

  Args:
    model_dir: the run; its INIT_FROM is the untuned model.
    held_out: see holdouts.holdout; None is what the run held out, 'none' is nothing.
    held_in: clusters or tasks, joined by commas, that the run was trained on.
    only: 'untuned', 'tuned' or 'both'. A run without INIT_FROM has no untuned model.
    step: of the tuned checkpoint, None for the last.
    limit, held_in_test, decode_tokens, tokens_per_forward: see protocol.Settings.
    style, shots, shot_seed: how the datasets are asked, see variants.Variant.
    vocabulary: file; None is the one the run was trained with.
    mesh: sizes of the axes data, fsdp and tensor; host_devices: made of the processor.
    row_length: tokens of the longest row; None is the run's.
    dry_run: stop after the checks.

  Returns:
    What results.json holds; None after a dry run, and on processes but the first.

  Raises:
    UserError: whatever is wrong, before anything expensive.
  """
  if limit is not None and limit < 1:
    raise UserError(f'limit is {limit}; evaluate at least one example, or leave it out')
  models = _models(model_dir, only, step)
  run = models[-1][1]
  cluster = run['held_out'] if held_out is None else held_out
  cluster = None if cluster == NOTHING else cluster
  names = {held: _asked(group, style, shots, shot_seed)
           for held, group in _names(run, models, cluster, held_in).items()}
  use_vocabulary(vocabulary, run, model_dir)
  data = _check_data([name for group in names.values() for name in group])
  if host_devices:
    import jax
    jax.config.update('jax_num_cpu_devices', host_devices)
  from flan_jax.training import hosts
  if dry_run:
    if hosts.first():
      print('dry run: everything checked, nothing started')
    return None
  from flan_jax.evaluation import protocol
  settings = protocol.Settings(
      limit=limit, held_in_test=held_in_test, decode_tokens=decode_tokens,
      row_length=row_length or run['rows']['row_length'],
      tokens_per_forward=tokens_per_forward)
  results = _score(models, names, data, cluster, settings, mesh, model_dir)
  if not hosts.first():
    return None
  rule = _rule(run, cluster)
  from flan_jax.evaluation import report
  written = report.write(model_dir, results, run, rule, _curves(run, model_dir))
  show(results)
  print(f'results: {os.path.join(model_dir, "results.json")}\nreport: {written}')
  return results


def _models(
    model_dir: str, only: str, step: int | None) -> list[tuple[str, dict, str, int]]:
  """(name, the run evaluated, where its parameters are, their step), untuned first.

  The run is always that of MODEL_DIR: what it says of prompts holds for both models.
  """
  from flan_jax.training import checkpoint
  run = checkpoint.read_run(model_dir)
  if run is None:
    raise UserError(f'MODEL_DIR = {model_dir!r} holds no run (no '
                    f'{checkpoint.RUN_FILE}); name one that '
                    '`python -m flan_jax.train` wrote')
  if only not in (UNTUNED, TUNED, BOTH):
    raise UserError(f"ONLY = {only!r} is none of 'untuned', 'tuned', 'both'")
  base = run['init_from']
  if only == UNTUNED and not base:
    raise UserError(f'the run in {model_dir} began from scratch (no INIT_FROM), so '
                    'there is no untuned model; evaluate it with --only=tuned')
  models = []
  if base and only != TUNED:
    if checkpoint.read_run(base) is None:
      raise UserError(f'INIT_FROM of the run in {model_dir} was {base!r}, which holds '
                      'no run any more; bring it back, or evaluate with --only=tuned')
    models.append((UNTUNED, run, base, checkpoint.check_step(base)))
  if only != UNTUNED:
    models.append((TUNED, run, model_dir, checkpoint.check_step(model_dir, step)))
  return models


def _names(run, models, cluster: str | None, held_in: str) -> dict[bool, list[str]]:
  """Tasks to evaluate: under False the held-out ones, under True the held-in ones."""
  commandline.load_tasks()
  from flan_jax.data import datasets, holdouts
  held_out = list(holdouts.holdout(cluster).held_out) if cluster else []
  for name, _, path, _ in models:
    _check_unseen(name, path, cluster)
  inside = holdouts.named(held_in)
  trained = {datasets.plain(name) for name in run['tasks']}
  foreign = [name for name in inside if name not in trained]
  if foreign:
    raise UserError(f'{", ".join(foreign)} cannot be evaluated as held-in: the run was '
                    f'trained on {", ".join(run["tasks"])}')
  if not (held_out or inside):
    raise UserError('nothing to evaluate: the run held out no cluster; name one with '
                    "--gin.HELD_OUT=\"'nli'\", or held-in sets with "
                    '--held_in=sentiment')
  return {False: held_out, True: inside}


def _asked(names: Sequence[str], style: str, shots: int, shot_seed: int) -> list[str]:
  """The tasks to evaluate the datasets as; those that cannot be few-shot are named."""
  from flan_jax.data import datasets, splits, variants
  bare = [name for name in names if shots and splits.TRAIN not in datasets.get(name).splits]
  if bare:
    print(f'notice: {", ".join(bare)} has no training split to draw exemplars from and '
          'is not evaluated', file=sys.stderr)
  return [task for name in names if name not in bare
          for task in variants.evaluated(name, style, shots, shot_seed)]


def _check_unseen(name: str, path: str, cluster: str | None) -> None:
  """The leak check (paper section 2.2), of whatever the parameters were trained on."""
  from flan_jax.data import holdouts
  from flan_jax.training import checkpoint
  before = [task for run in checkpoint.lineage(path) for task in run['tasks']]
  seen = holdouts.seen(before, cluster)
  if seen:
    raise UserError(
        f'{cluster} cannot be evaluated as held out: the {name} model was trained on '
        f'{", ".join(dict.fromkeys(seen))}. Evaluate what it was trained on held-in: '
        f"--gin.HELD_OUT=\"'{NOTHING}'\" --held_in={cluster}")


def use_vocabulary(
    path: str | None, run: Mapping, model_dir: str,
    flag: str = "--gin.VOCABULARY=\"'FILE'\"") -> None:
  """Makes the vocabulary of a run the one in force, from its own path by default.

  Raises:
    UserError: it is not there, or is another one; `flag` is the remedy.
  """
  from flan_jax.data.vocabulary import FLAN
  wanted = run['vocabulary']
  path = path or wanted['path']
  if path != 'bytes' and not os.path.isfile(path):
    raise UserError(f'the vocabulary of the run in {model_dir} was {path!r}, which is '
                    f'not there; name its new place with {flag}')
  FLAN.use(path)
  if FLAN.content_hash != wanted['hash']:
    raise UserError(
        f'the vocabulary {path!r} is not the one that the run in {model_dir} was '
        f'trained with (sha256 {FLAN.content_hash}, not {wanted["hash"]}); name that '
        f'one with {flag}')


def _check_data(names: Sequence[str]) -> str:
  """'embedded' or 'tfds'; raises UserError if a dataset is not there."""
  from flan_jax.data import datasets, embedded, splits
  datasets.require_prepared(names)
  return embedded.origin(splits.data_dir())


def _score(models, names, data, cluster, settings, mesh, model_dir) -> dict | None:
  import jax
  from flan_jax.evaluation import protocol, questions, results
  from flan_jax.training import checkpoint, hosts, sharding
  mesh = mesh or ({'data': -1} if jax.process_count() > 1 else None)
  layout = sharding.mesh(mesh) if mesh else None
  read, found = {}, None
  for name, run, path, step in models:
    loaded = checkpoint.load(path, step, mesh=layout)
    entries = {}
    for held_in, group in names.items():
      entries |= protocol.evaluate(
          loaded, group, held_in, settings, encoding=questions.Encoding.of(run),
          read=read, progress=lambda title, total: _progress(f'{name}: {title}', total))
      for task in group if hosts.first() else ():
        commandline.report_dropped(task, 'dev and test')
    done = protocol.evaluation(name, loaded.step, settings.limit, entries)
    if hosts.first():  # every process has all scores; one pen is enough
      found = results.merge(model_dir, data, cluster, done)
    del loaded  # two models need not fit into memory together
  return found


@contextlib.contextmanager
def _progress(title: str, total: int):
  """A bar for each dataset on a terminal, one line for each in a log."""
  from flan_jax.training import hosts
  if not hosts.first():
    yield lambda steps=1: None
  elif sys.stderr.isatty():
    with commandline.progress(title, total) as advance:
      yield advance
  else:
    yield lambda steps=1: None
    print(f'{title}, {total:,} prompts', file=sys.stderr, flush=True)


def _rule(run: Mapping, cluster: str | None) -> dict:
  """What was trained on with what weight, and what was dropped, for the report."""
  from flan_jax.data import holdouts
  dropped = holdouts.holdout(cluster).dropped if cluster else {}
  return {'train': dict(run['tasks']), 'dropped': dropped}


def _curves(run: Mapping, model_dir: str) -> dict[str, list[dict]]:
  """The records of metrics.jsonl, of the base (where it can be read) and of the run."""
  from flan_jax.training import logbook
  own = 'tuning' if run['init_from'] else 'training'
  places = {'base': run['init_from'], own: model_dir}
  curves = {name: logbook.read(place) for name, place in places.items() if place}
  return {name: records for name, records in curves.items() if records}


def show(results: Mapping[str, Any]) -> None:
  """The table of the results, legible at 80 columns."""
  from rich import box
  from rich.console import Console
  from rich.table import Table
  from flan_jax.evaluation import report
  names = [one['name'] for one in results['evaluations']]
  table = Table(title=report.title(results), box=box.SIMPLE_HEAD, title_justify='left')
  for column in ('', 'majority', *(f'{name}\nmean (sd)' for name in names),
                 f'best on dev,\n{names[-1]}'):
    table.add_column(column, justify='right' if column else 'left', no_wrap=True)
  for row in report.rows(results):
    if row['mean_row'] or row['first']:
      table.add_section()
    scores = [row['scores'][name] for name in names]
    table.add_row(row['name'], row['majority'], *(score['text'] for score in scores),
                  scores[-1]['best'], style='bold' if row['mean_row'] else None)
  console = Console(width=None if sys.stdout.isatty() else 80)
  console.print(table)
  for line in [*report.limits(results), *report.notes(results)]:
    console.print(line, highlight=False, soft_wrap=True)


if __name__ == '__main__':
  commandline.launch('flan_jax.evaluate')
