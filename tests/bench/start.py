# SPDX-License-Identifier: Apache-2.0
"""From the command to the end of step 1, against an earlier commit: fresh runs and restarts.

    python -m tests.bench.start COMMIT

The commit is checked out beside, both train on the same embedded data and read the same
prompt store. Before anything is timed each side has run once, so that stores and caches are
warm; then they take turns. A restart begins at step 1 and ends at step 2. An editable install
gives both sides the datasets of this checkout.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time

from tests.bench import figures

TURNS = 3
MODELS = {'tiny': [], '50m': ['LAYERS=8', 'D_MODEL=640', 'HEADS=10', 'HEAD_DIM=64', 'D_FF=2560', 'SCAN=True']}
RUN = [
  '--gin_file=runs/quickstart.gin',
  '--gin_file=holdout/nli.gin',
  "--gin.CLUSTERS='sentiment'",
  '--gin.EVAL_EVERY=0',
  '--gin.HELD_OUT_EVERY=0',
  '--gin.LOG_EVERY=1',
]


def main() -> None:
  commit, here = sys.argv[1], os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
  with tempfile.TemporaryDirectory() as folder:
    parent = os.path.join(folder, 'parent')
    subprocess.run(['git', 'worktree', 'add', '-q', '--detach', parent, commit], cwd=here, check=True)
    try:
      sampled = _started(here, folder, ['sample', f'--data_dir={folder}/data', '--datasets=nli,sentiment'])
      _, said = sampled.communicate()
      if sampled.returncode:
        raise SystemExit(said)
      for name, model in MODELS.items():
        _compare(name, model, folder, here, parent)
    finally:
      subprocess.run(['git', 'worktree', 'remove', '--force', parent], cwd=here, check=True)


def _compare(name: str, model: list[str], folder: str, here: str, parent: str) -> None:
  timed: dict[str, list[tuple[float, float]]] = {'start': [], 'restart': []}
  for turn in range(TURNS + 1):
    pair = [
      [_train(side, folder, f'{name}-{number}-{turn}', model, steps) for steps in (1, 2)]
      for number, side in enumerate((here, parent))
    ]
    if turn:  # the first builds prompts and compiles
      for kind, ours, theirs in zip(timed, *pair):
        timed[kind].append((ours, theirs))
  for kind, pairs in timed.items():
    ours, theirs = (statistics.median(pair[side] for pair in pairs) for side in (0, 1))
    ratio = statistics.median(b / a for a, b in pairs)
    figures.report(f'{kind}_{name}', ours, 's', f'commit {sys.argv[1]}', theirs, ratio, turns=TURNS)


def _train(side: str, folder: str, run: str, model: list[str], steps: int) -> float:
  """Seconds from the command to the line that tells of the last step."""
  settings = [*model, f'TRAIN_STEPS={steps}', f"MODEL_DIR='{folder}/{run}'", f"STORE_DIR='{folder}/store'"]
  start, told = time.perf_counter(), 0.0
  process = _started(side, folder, ['train', *RUN, *(f'--gin.{setting}' for setting in settings)], subprocess.DEVNULL)
  for line in process.stdout:
    if line.startswith(f'step {steps}/{steps} '):
      told = time.perf_counter() - start
  if process.wait() or not told:
    raise SystemExit(f'no step {steps} was made in {side}: {" ".join(process.args)}')
  return told


def _started(side: str, folder: str, arguments: list[str], errors: int = subprocess.PIPE) -> subprocess.Popen:
  environment = os.environ | {
    'JAX_PLATFORMS': 'cpu',
    'PYTHONPATH': side,
    'PYTHONUNBUFFERED': '1',
    'TFDS_DATA_DIR': f'{folder}/data',
    'FLAN_VOCABULARY': f'{folder}/data/vocab.model',
    'XDG_CACHE_HOME': f'{folder}/cache',
  }
  environment.pop('PYTHONDONTWRITEBYTECODE', None)  # as users have it: modules are compiled once
  command = [sys.executable, '-m', 'flan_jax', *arguments]
  return subprocess.Popen(command, cwd=side, env=environment, stdout=subprocess.PIPE, stderr=errors, text=True)


if __name__ == '__main__':
  main()
