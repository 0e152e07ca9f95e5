# SPDX-License-Identifier: Apache-2.0
"""The whole embedded collection: seconds to write it, to store it, to open it warm."""

import os
import subprocess
import sys
import tempfile
import time

from tests.bench import figures

PROCESSES = 2
REQUIRED = {'sample': 240.0, 'stores': 180.0, 'open': 2.0}  # seconds, on two cores

OPEN = """
import time
import jax
from flan_jax.runs import feeds, registration, training
registration.load_tasks()
from flan_jax.data import holdouts
from flan_jax.data.tokens import packing
jax.devices()  # a run has its mesh by then
start = time.perf_counter()
rates = holdouts.rates(holdouts.ALL)
rows = training.Rows(8_192, 2_048, 640, 1_024, 256)
stores = feeds.stores_of(rates, 'train', feeds.Place.of(FOLDER + '/store', None, 1), rows, 0)
packing.Plan({name: one.lengths for name, one in stores.items()}, rates, 0, 2_048, 640, 4)
print(len(stores), time.perf_counter() - start)
"""


def timed(*arguments: str) -> tuple[float, str]:
  start = time.perf_counter()
  done = subprocess.run(
    [sys.executable, *arguments], check=True, text=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
  )
  return time.perf_counter() - start, done.stdout


def main() -> None:
  with tempfile.TemporaryDirectory() as folder:
    os.environ.update(TFDS_DATA_DIR=folder, FLAN_VOCABULARY=f'{folder}/vocab.model')
    seconds = {'sample': timed('-m', 'flan_jax', 'sample', f'--data_dir={folder}')[0]}
    seconds['stores'] = timed('-m', 'flan_jax', 'cache', '--mixture=flan_all', f'--processes={PROCESSES}')[0]
    tasks, opened = timed('-c', OPEN.replace('FOLDER', repr(folder)))[1].split()
    seconds['open'] = float(opened)
  for name, value in seconds.items():
    figures.report(
      f'collection_{name}', value, 'seconds', 'required', REQUIRED[name], REQUIRED[name] / value, tasks=int(tasks)
    )


if __name__ == '__main__':
  main()
