# SPDX-License-Identifier: Apache-2.0
"""Command: several runs compared on one page, or one run's report written anew."""

import os
from typing import Sequence

from flan_jax import storage
from flan_jax.cli import commandline
from flan_jax.errors import UserError
from flan_jax.runs import public_folders, report_inputs

OUTPUT = 'comparison.html'


def main(arguments: Sequence[str]) -> None:
  made = commandline.parser(
    'report',
    """
      Compares evaluated runs on one page: their scores dataset by dataset, the
      differences from the first run on the same examples, and their curves. Of one run,
      writes its report.html anew.

        flan_jax report runs/nli runs/nli_4_templates --output=comparison.html
      """,
  )
  made.add_argument(
    'runs', nargs='+', metavar='RUN', help='MODEL_DIR of an evaluated run, or folder of an evaluated public model'
  )
  made.add_argument('--output', metavar='FILE', help=f'of the comparison (default: {OUTPUT} in this folder)')
  flags = commandline.parse(made, arguments)
  if len(flags.runs) == 1 and flags.output:
    made.error('--output is for two runs or more; one has its own report.html')
  print(f'report: {write(flags.runs, flags.output or OUTPUT)}')


def write(model_dirs: Sequence[str], output: str = OUTPUT) -> str:
  """Writes the comparison, or the one run's report; returns the path.

  Raises:
    UserError: a run is not there, was not evaluated, or is named twice; or the output
      cannot be written.
  """
  found = [_read(one, name) for one, name in zip(model_dirs, _names(model_dirs))]
  if len(found) == 1:
    from flan_jax.report import page

    [one] = found
    return page.again(
      one.model_dir,
      one.results,
      one.run,
      one.curves,
      report_inputs.references(one.results),
      report_inputs.time_spent(one.model_dir),
    )
  path = storage.absolute(output)
  folder = os.path.dirname(path)
  writable = storage.is_remote(path) or os.path.isdir(folder) and os.access(folder, os.W_OK)
  if storage.is_folder(path) or not writable:
    raise UserError(f'--output={output} cannot be written; name a file in a folder that is there')
  from flan_jax.report import comparison

  storage.write_whole(path, comparison.page(found))
  return path


def _names(model_dirs: Sequence[str]) -> list[str]:
  """The shortest ends of the paths that tell them apart: 'nli', or 'a/nli', 'b/nli'."""
  parts = [storage.absolute(one).split(os.sep) for one in model_dirs]
  for count in range(1, max(map(len, parts)) + 1):
    names = [os.sep.join(one[-count:]) for one in parts]
    if len(set(names)) == len(names):
      return names
  twice = next(one for i, one in enumerate(model_dirs) if parts[i] in parts[:i])
  raise UserError(f'the run {twice} is named twice; name each run once')


def _read(model_dir: str, name: str):
  """The run as comparison.Run."""
  from flan_jax.evaluation import groups, results
  from flan_jax.report import comparison
  from flan_jax.training import checkpoint

  folder = os.path.expanduser(model_dir)
  is_public = public_folders.mark(folder)
  folder = public_folders.results_dir(folder) if is_public else folder
  run = checkpoint.read_run(folder)
  if run is None and is_public:
    raise UserError(
      f'{model_dir} is a public model without results in {folder}; evaluate it first: flan_jax evaluate '
      f'--model={model_dir} --cluster=CLUSTER; or name the folder of its results (--output_dir)'
    )
  if run is None:
    raise UserError(
      f'{model_dir!r} holds no run (no {checkpoint.RUN_FILE}); name the MODEL_DIR of one that `flan_jax train` wrote'
    )
  if is_public and run.imported_from != os.path.abspath(os.path.expanduser(model_dir)):
    raise UserError(
      f'{folder} holds results of {run.imported_from}, not of {model_dir}; name the folder of its results '
      '(--output_dir of evaluate)'
    )
  found = results.read(folder)
  if found is None:
    raise UserError(
      f'the run in {model_dir} has no {results.FILE}; evaluate it first: '
      f'flan_jax evaluate --gin.MODEL_DIR="\'{model_dir}\'"'
    )
  curves = report_inputs.curves(run, folder)
  return comparison.Run(name, folder, found, run, curves, groups.split(found)[-1])
