# SPDX-License-Identifier: Apache-2.0
"""Command: the paper's experiments, many runs in one command that continues.

`main` reads flags and gin; `RUNS` says which runs there are.
"""

import argparse
import copy
import dataclasses
import os
import signal
import sys
from typing import Any, Mapping, Sequence

from flan_jax.cli import commandline
from flan_jax.errors import UserError
from flan_jax.runs import experiments as experiments_lib
from flan_jax.runs import registration

HOLDOUTS, WAYS, PROMPTS = 'holdouts', 'ways', 'prompt_tuning'
LAST = 'miscellaneous'  # of the twelve clusters of figure 3
# What an experiment sets in each run, and what says it instead.
OWN = {
  'MODEL_DIR': '--root',
  'INIT_FROM': '--base',
  'HELD_OUT': '--clusters or --cluster',
  'MIXTURE': '--clusters or --cluster',
}
# Of a single task nothing can be selected.
WHOLE = ('CLUSTERS', 'DATASETS_PER_CLUSTER', 'TASKS')


def main(arguments: Sequence[str]) -> None:
  made = _parser()
  flags = commandline.parse(made, arguments)
  _check_flags(made, flags)
  # The configuration that the runs share; what they differ in is given to each.
  shared = [*flags.bindings, 'MODEL_DIR = None', 'HELD_OUT = None']
  commandline.configure(argparse.Namespace(**vars(flags) | {'bindings': shared}))
  commandline.check_gin('evaluate', flags.evaluate_gin, [f'MODEL_DIR = {flags.root!r}'], 'runs/evaluate.gin')
  registration.load_tasks()
  _check_sizes()
  runs = RUNS[flags.experiment](flags)
  for run in runs:
    run.results()  # a file that cannot be read is an error now, not later
  if flags.dry_run:
    print('\n'.join(experiments_lib.plan(runs)))
    return
  problems = _execute(runs, experiments_lib.command_line(['flan_jax', 'experiment', *arguments]))
  report(flags.experiment, flags.root, runs, problems, flags.limit)
  if problems:
    sys.exit(1)


def _execute(runs: Sequence[experiments_lib.Run], again: str) -> dict[str, str]:
  """experiments.execute; SIGTERM ends the process that works too. `again` is then told."""
  before = signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
  try:
    return experiments_lib.execute(runs)
  except (KeyboardInterrupt, SystemExit):
    print(f'stopped; the same command goes on from here:\n  {again}', file=sys.stderr)
    raise
  finally:
    signal.signal(signal.SIGTERM, before)


def _parser():
  made = commandline.parser(
    'experiment',
    """
      Does one of the paper's experiments: tunes and evaluates run after run, each in
      processes of its own, and puts all scores into one table (ROOT/holdouts.json, .md
      and .html; ROOT/ways.*; ROOT/prompt_tuning.*):

        flan_jax experiment holdouts --root=ROOT --base=BASE \\
          --train_gin=models/8b.gin --train_gin=meshes/v5e_16.gin --tfds_data_dir=DATA
        flan_jax experiment ways --cluster=nli --root=ROOT --base=BASE
        flan_jax experiment prompt_tuning --cluster=nli --examples=32 --root=ROOT --base=BASE

      holdouts: each cluster held out in turn (figures 1, 4). ways: prompting the base,
      fine-tuning it on each task of a cluster, instruction tuning with the cluster held
      out (figure 2). prompt_tuning: a soft prompt for each task of a cluster, beside the
      base and beside the model that was tuned with the cluster held out (section 4.5).
      The runs are ROOT/holdout_<cluster>, ROOT/single_<task>, ROOT/prompt_untuned_<task>
      and ROOT/prompt_tuned_<task>, with all they say in log.txt. Called again, what is
      finished is skipped and what was interrupted goes on. Exit code 1: some runs failed,
      the others are done.""",
  )
  made.add_argument('experiment', choices=tuple(RUNS))
  made.add_argument('--root', required=True, metavar='DIR', help='folder of the runs')
  made.add_argument('--base', metavar='MODEL_DIR', help='INIT_FROM of every run')
  made.add_argument('--clusters', metavar='A,B', help='of holdouts (default: the twelve)')
  made.add_argument('--cluster', help='of ways and prompt_tuning')
  made.add_argument('--examples', metavar='N', help='of prompt_tuning: training examples of a task (default: all)')
  made.add_argument('--prompt_steps', default=1000, metavar='N', help='steps of a soft prompt (default: 1000)')
  made.add_argument(
    '--prompt_rate',
    default=0.3,
    metavar='X',
    help='learning rate of a soft prompt, of unscaled Adafactor (default: 0.3)',
  )
  made.add_argument('--limit', metavar='N', help='evaluate at most N examples a split')
  _add_gin(made)
  made.add_argument('--dry_run', action='store_true', help='check everything, print the commands, start nothing')
  made.set_defaults(default_gin='runs/tune.gin', gin_search_paths='')
  return made


def _add_gin(made) -> None:
  made.add_argument(
    '--train_gin',
    dest='gin_file',
    action='append',
    default=[],
    metavar='FILE',
    help='gin file of the training, may be repeated (default: runs/tune.gin)',
  )
  made.add_argument(
    '--evaluate_gin',
    action='append',
    default=[],
    metavar='FILE',
    help='gin file of the evaluation, such as a mesh, may be repeated',
  )
  made.add_argument('--gin.NAME=VALUE', dest='_gin', metavar='', help='sets a gin macro or parameter of the training')


def _check_flags(made, flags) -> None:
  if flags.experiment != HOLDOUTS and not (flags.cluster and flags.base):
    made.error(f'{flags.experiment} wants --cluster=CLUSTER and --base=MODEL_DIR')
  if (flags.cluster if flags.experiment == HOLDOUTS else flags.clusters) is not None:
    made.error('holdouts takes --clusters=A,B, ways and prompt_tuning take --cluster=A')
  if flags.experiment != PROMPTS and flags.examples is not None:
    made.error(f'--examples is of prompt_tuning; of {flags.experiment}, set --gin.TRAIN_EXAMPLES')
  for binding in flags.bindings:
    name = binding.split(' = ')[0]
    if name in OWN:
      made.error(f'{name} differs from run to run and is set here; say {OWN[name]}')
  flags.root = os.path.expanduser(flags.root)
  flags.base = flags.base and os.path.expanduser(flags.base)


def _check_sizes() -> None:
  """Raises UserError for sizes that no run could have; of devices nothing is known."""
  import gin
  from flan_jax.model import decoder, losses
  from flan_jax.runs import training
  from flan_jax.training import layouts, loop, optim, step

  commandline.call(decoder.DecoderConfig)
  commandline.call(losses.LossConfig)
  rows, schedule = commandline.call(training.Rows), commandline.call(loop.Schedule)
  step.check_microbatches(rows.per_step, schedule.microbatches, layouts.abstract({}))
  bound = gin.query_parameter('training.Training.optimizer')
  optim.optimizer(**copy.deepcopy(bound))  # which makes gin fill the macros in


def holdout_runs(flags) -> list[experiments_lib.Run]:
  """A run for each cluster; all of its data is there.

  Raises:
    UserError: there is no such cluster or base, or datasets are not prepared.
  """
  _check_base(flags.base)
  chosen = _clusters(flags.clusters)
  _check_data([name for cluster in chosen for name in _needed(cluster)])
  return [_holdout_run(flags, cluster) for cluster in chosen]


def way_runs(flags) -> list[experiments_lib.Run]:
  """The run that holds the cluster out, then one for each of its tasks.

  Raises:
    UserError: as `holdout_runs`.
  """
  cluster, tasks = _tasks_alone(flags)
  return [_holdout_run(flags, cluster), *(_single_run(flags, task) for task in tasks)]


def prompt_runs(flags) -> list[experiments_lib.Run]:
  """The run that holds the cluster out, then soft prompts of each task: of the base, of the run.

  Raises:
    UserError: as `holdout_runs`.
  """
  cluster, tasks = _tasks_alone(flags)
  tuned = _holdout_run(flags, cluster)
  beside = (('untuned', flags.base), ('tuned', tuned.model_dir))
  return [tuned, *(_prompt_run(flags, task, *one) for task in tasks for one in beside)]


RUNS = {HOLDOUTS: holdout_runs, WAYS: way_runs, PROMPTS: prompt_runs}


def _tasks_alone(flags) -> tuple[str, list[str]]:
  """The cluster, and those of its tasks that can be trained on; all data is there."""
  from flan_jax.data import datasets, holdouts, splits

  _check_base(flags.base)
  [cluster] = _clusters(flags.cluster)
  _check_data(_needed(cluster))
  return cluster, [name for name in holdouts.holdout(cluster).held_out if splits.TRAIN in datasets.get(name).splits]


def _clusters(words: str | None) -> list[str]:
  from flan_jax.data import clusters

  known = clusters.names()
  if words is None:
    return known[: known.index(LAST) + 1]
  named = [word.strip() for word in words.split(',')]
  return [clusters.get(word).name for word in dict.fromkeys(named)]


def _check_base(base: str | None) -> None:
  from flan_jax.training import checkpoint

  if base and checkpoint.read_run(base) is None:
    raise UserError(f'--base={base} holds no run; name the MODEL_DIR of one')


def _needed(cluster: str) -> list[str]:
  """The datasets that holding out a cluster trains on and evaluates."""
  import gin
  from flan_jax.data import datasets, holdouts, mixture_subset

  chosen = gin.get_configurable(mixture_subset.Selection)()
  members = holdouts.members(chosen.apply(holdouts.mixture(cluster)))
  ours = [datasets.plain(name) for name in members if name in datasets.every()]
  return [*ours, *holdouts.holdout(cluster).held_out]


def _check_data(names: Sequence[str]) -> None:
  from flan_jax.data import datasets

  datasets.require_prepared(list(dict.fromkeys(names)))


def _holdout_run(flags, cluster: str) -> experiments_lib.Run:
  from flan_jax.data import clusters

  ours = f'holdout/{cluster}.gin'
  if os.path.isfile(os.path.join(commandline.gin_folder(), ours)):
    what = [f'--gin_file={ours}']
  else:  # a cluster of another package
    what = [_bound('HELD_OUT', cluster), _bound('MIXTURE', None)]
  title = clusters.get(cluster).title
  return _run(flags, cluster, title, f'holdout_{cluster}', cluster, what, [])


def _single_run(flags, task: str, folder: str = '', more: Sequence[str] = ()) -> experiments_lib.Run:
  what = [_bound('HELD_OUT', None), _bound('MIXTURE', task), *(_bound(name, None) for name in WHOLE)]
  asked = [f'--held_in={task}', _bound('HELD_OUT', 'none'), _bound('HELD_IN_TEST', True), '--only=tuned']
  return _run(flags, task, task, folder or f'single_{task}', None, [*what, *more], asked)


def _prompt_run(flags, task: str, which: str, beside: str) -> experiments_lib.Run:
  """A soft prompt with the optimizer of Lester et al. (2021), beside a run."""
  given = {'ADAPTER': 'prompt', 'OPTIMIZER': 'adafactor', 'PARAMETER_SCALE': False, 'LEARNING_RATE': flags.prompt_rate}
  given |= {'SCHEDULE': 'constant', 'WARMUP_STEPS': 0, 'FROZEN': (), 'TRAIN_STEPS': flags.prompt_steps}
  given |= {'TRAIN_EXAMPLES': flags.examples}
  more = [_bound(*one) for one in given.items()]
  run = _single_run(flags, task, f'prompt_{which}_{task}', more)
  begin = _bound('INIT_FROM', beside)
  return dataclasses.replace(run, name=f'{task}, {which}', train=(*run.train, begin), train_steps=flags.prompt_steps)


def _run(flags, name, title, folder, held_out, what, asked) -> experiments_lib.Run:
  """what: arguments of the training that tell this run from the others."""
  model_dir = os.path.join(flags.root, folder)
  place = [_bound('MODEL_DIR', model_dir)]
  base = [_bound('INIT_FROM', flags.base)] if flags.base else []
  given = [f'--gin.{binding.replace(" = ", "=", 1)}' for binding in flags.bindings]
  files = [[f'--gin_file={path}' for path in paths] for paths in (flags.gin_file, flags.evaluate_gin)]
  limit = [f'--limit={flags.limit}'] if flags.limit is not None else []
  return experiments_lib.Run(
    name,
    title,
    model_dir,
    held_out=held_out,
    limit=flags.limit,
    train=(*files[0], *given, *what, *place, *base, *_shared(flags)),
    evaluate=(*files[1], *place, *asked, *limit, *_shared(flags)),
    train_steps=_train_steps(),
  )


def _bound(name: str, value: Any) -> str:
  return f'--gin.{name}={value!r}'


def _shared(flags) -> list[str]:
  """Flags of every door."""
  data = [f'--tfds_data_dir={flags.tfds_data_dir}'] if flags.tfds_data_dir else []
  return [*data, *([f'--import={flags.modules}'] if flags.modules else [])]


def _train_steps() -> int:
  import gin
  from flan_jax.training import loop

  return gin.get_configurable(loop.Schedule)().train_steps


def report(
  experiment: str, root: str, runs: Sequence[experiments_lib.Run], problems: Mapping[str, str], limit: int | None
) -> dict:
  """Writes the table of what is finished, and prints it; returns it."""
  from flan_jax.report import experiment as experiment_lib

  ended = [experiment_lib.Outcome(run.name, run.title, run.results(), problems.get(run.name)) for run in runs]
  if experiment == HOLDOUTS:
    table = experiment_lib.holdouts(ended, limit)
  elif experiment == WAYS:
    table = experiment_lib.ways(ended[0], ended[1:], limit)
  else:
    table = experiment_lib.prompt_tuning(ended[0], ended[1::2], ended[2::2], limit)
  paths = experiment_lib.write(root, table)
  show(table)
  print('\n'.join(paths))
  return table


def show(table: Mapping[str, Any]) -> None:
  """The table, legible at 100 columns."""
  from rich import box
  from rich.console import Console
  from rich.table import Table

  from flan_jax.report import experiment as experiment_lib

  title = f'{table["title"]} · data: {table["data"] or experiment_lib.NOTHING}'
  drawn = Table(title=title, box=box.SIMPLE_HEAD, title_justify='left')
  drawn.add_column('', overflow='fold')
  compared = [table['compared'].replace(' − ', ' −\n')] if table['compared'] else []
  heads = [column.replace(', ', ',\n') + '\nmean (sd)\n[95%]' for column in table['columns']]
  for head in [*heads, *compared]:
    drawn.add_column(head, justify='right', no_wrap=True)
  for line in experiment_lib.lines(table):
    if line['first'] or line['mean_row']:
      drawn.add_section()
    cells = [*line['cells'], *([line['difference']] if compared else [])]
    drawn.add_row(
      line['name'], *('\n'.join(filter(None, cell)) for cell in cells), style='bold' if line['mean_row'] else None
    )
  console = Console(width=None if sys.stdout.isatty() else 100)
  console.print(drawn)
  for note in table['notes']:
    console.print(note, highlight=False, soft_wrap=True, markup=False)
