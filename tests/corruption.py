# SPDX-License-Identifier: Apache-2.0
"""Random damage to the files of a folder: what disks, kills and people do to them."""

import os
import pathlib
import shutil

import numpy as np


def spoil(folder: pathlib.Path, other: pathlib.Path, random: np.random.Generator) -> str:
  """Damages one file of a folder; returns what was done.

  other: a folder with files of the same names, one of which may take the place of ours.
  """
  names = sorted(path.name for path in folder.iterdir())
  name = names[random.integers(len(names))]
  file = folder / name
  size = file.stat().st_size
  kind = ('flip', 'truncate', 'delete', 'swap', 'zeros')[random.integers(5)]
  if kind == 'flip':
    content = bytearray(file.read_bytes())
    content[random.integers(size)] ^= 1 << random.integers(8)
    file.write_bytes(content)
  elif kind == 'truncate':
    os.truncate(file, random.integers(size))
  elif kind == 'delete':
    file.unlink()
  elif kind == 'swap':
    shutil.copy(other / name, file)
  else:  # of the right size, as after a power cut
    file.write_bytes(bytes(size))
  return f'{kind} {name}'
