# SPDX-License-Identifier: Apache-2.0
"""SeqIO tasks of plain text, one document a line, for training a base model.

`world_text` is the text of the embedded data: DATA_DIR/text/train.txt and
validation.txt. Add your own by `plain_text.add('name', {'train': pattern})` in a module
that a gin file imports.
"""

import glob
import hashlib
import os
from typing import Mapping, Sequence

import seqio
import tensorflow as tf

from flan_jax.data import datasets, expected, fields, splits
from flan_jax.errors import UserError

WORLD_TEXT = 'world_text'
_ENDS = 2**16  # bytes at each end of a file that distinguish it from others of its size

_PATTERNS: dict[str, Mapping[str, str]] = {}


def add(name: str, files: Mapping[str, str]) -> seqio.Task:
  """Registers a task of plain text.

  Args:
    name: of the task.
    files: split -> pattern of text files, one document a line; a relative pattern is
      resolved in the TFDS data_dir in force when the text is read.
  """
  _PATTERNS[name] = dict(files)

  def read(split, shuffle_files, seed=None):
    del shuffle_files, seed  # the plan shuffles
    return tf.data.TextLineDataset(_files(name, files[split]))

  return seqio.TaskRegistry.add(
    name,
    source=seqio.FunctionDataSource(read, splits=list(files)),
    preprocessors=[_targets, *datasets.ENCODING],
    output_features={'targets': datasets.FEATURES['targets']},
    postprocess_fn=expected.postprocess,
    metric_fns=[expected.metric(name, ['accuracy'])],
  )


def identity(name: str) -> dict:
  """Returns what identifies the text of a task, for fingerprints; {} for other tasks."""
  return {split: of_files(_files(name, pattern)) for split, pattern in _PATTERNS.get(name, {}).items()}


def of_files(paths: Sequence[str]) -> list[list]:
  """Returns [name, bytes, digest] of each file, whatever its folder."""
  return [[os.path.basename(path), os.path.getsize(path), _digest(path)] for path in paths]


def _digest(path: str) -> str:
  with open(path, 'rb') as file:
    start = file.read(_ENDS)
    file.seek(max(os.path.getsize(path) - _ENDS, 0))
    return hashlib.sha256(start + file.read()).hexdigest()[:16]


def _targets(lines: tf.data.Dataset) -> tf.data.Dataset:
  # AutoGraph reads lambdas from the source and would merge two on one line.
  texts = lines.filter(lambda line: ~fields.is_blank(line))
  return texts.map(lambda line: {'targets': line})


def _files(name: str, pattern: str) -> Sequence[str]:
  path = os.path.join(splits.data_dir(), os.path.expanduser(pattern))
  found = sorted(glob.glob(path))
  if not found:
    raise UserError(
      f'task {name} reads {path}, and there is no such file. `flan_jax sample '
      f'--data_dir={splits.data_dir()}` writes the text of {WORLD_TEXT}'
    )
  return found


add(WORLD_TEXT, {split: f'text/{split}.txt' for split in ('train', 'validation')})
