# SPDX-License-Identifier: Apache-2.0
"""Unreadable files of a TFDS data_dir: which one, why, and the remedy."""

import json
import os
import re
from typing import Any

import tensorflow as tf
import tensorflow_datasets as tfds
from tensorflow_datasets.core import file_adapters

from flan_jax.errors import UserError

_DESCRIPTIONS = ('dataset_info.json', 'features.json')
_NOISE = re.compile(r'\{\{.*?\}\}|\[Op:.*|.* Iterator::\S+ ', re.DOTALL)
_REASON = 200  # maximum characters


def to_blame(error: tf.errors.OpError) -> bool:
  """Whether a read error is caused by the files, and not by later processing."""
  if isinstance(error, (tf.errors.DataLossError, tf.errors.NotFoundError, tf.errors.PermissionDeniedError)):
    return True
  return any(
    words in error.message for words in ('dataset was expected to contain', 'ParseExample', 'Could not parse example')
  )


def folder(name: str, data_dir: str) -> str | None:
  """Returns the folder of a dataset's version; None if the data_dir has nothing of it.

  name: 'imdb_reviews:1.0.0'; the folder may be imdb_reviews/plain_text/1.0.0.
  """
  dataset, _, version = name.partition(':')
  found = [root for root, _, _ in os.walk(os.path.join(data_dir, dataset)) if os.path.basename(root) == version]
  return found[0] if found else None


def fault(folder: str) -> str:
  """Returns why a prepared builder cannot be read, by a quick check; '' if it can.

  Does not read records: damage inside a file is found when it is read.
  """
  for name in _DESCRIPTIONS:
    path = os.path.join(folder, name)
    why = _json_flaw(path) if os.path.exists(path) else 'it is missing'
    if why:
      return f'{path}: {why}'
  try:
    info = tfds.builder_from_directory(folder).info
    wanted = [file for split in info.splits.values() for file in split.filenames]
  except Exception as error:  # a damaged file can raise anything in TFDS
    return f'{folder}: {_reason(error)}'
  there = set(os.listdir(folder))
  missing = [file for file in wanted if file not in there]
  if missing:
    return f'{os.path.join(folder, missing[0])}: it is missing'
  return _format_fault(info) or ('' if wanted else f'{folder}: it has no splits')


def _format_fault(info: Any) -> str:
  """Returns the message for a format that TFDS writes but cannot read as a tf.data.Dataset."""
  format_ = info.file_format
  if format_ is None or format_ in file_adapters.FileFormat.with_tf_data():
    return ''
  return f'its files are {format_.value}, which TFDS cannot read as a tf.data.Dataset'


def unreadable(name: str, folder: str | None, error: Exception) -> UserError:
  """Returns the error for a dataset whose files cannot be read.

  name: TFDS name, or another name of the source. folder: that contains its files.
  """
  reason = _reason(error)
  if folder is None:
    return UserError(f'{name} cannot be read: {reason}. Mend or replace its files')
  path, why = _culprit(folder) or (folder, reason)
  return UserError(f'{name}: {path} cannot be read ({why}). {_remedy(name, folder)}')


def _remedy(name: str, folder: str) -> str:
  return (
    f'Delete {folder} and prepare the dataset again, as it was prepared: with `flan_jax '
    f'prepare`, or embedded rows with `flan_jax sample`'
  )


def require(name: str, builder: Any, bases: set[str]) -> None:
  """Raises UserError if files of these splits are missing, or have an unreadable format."""
  folder = str(builder.data_dir)
  why = _format_fault(builder.info)
  if why:
    raise UserError(f'{name} in {folder}: {why}. {_remedy(name, folder)}, which writes tfrecord')
  there = set(tf.io.gfile.listdir(folder))
  missing = [
    file
    for base in sorted(bases & set(builder.info.splits))
    for file in builder.info.splits[base].filenames
    if file not in there
  ]
  if missing:
    more = f' and {len(missing) - 1} more are' if missing[1:] else ' is'
    raise UserError(f'{name}: {os.path.join(folder, missing[0])}{more} missing. {_remedy(name, folder)}')


def _reason(error: Exception) -> str:
  text = _NOISE.sub('', getattr(error, 'message', None) or str(error))
  line = next((line.strip() for line in text.splitlines() if line.strip()), '')
  return line[:_REASON].rstrip('. ;') or type(error).__name__


def _culprit(folder: str) -> tuple[str, str] | None:
  """Returns the first damaged or missing file of a folder, and its fault."""
  if not os.path.isdir(folder):  # not local
    return None
  names = sorted(os.listdir(folder))
  if _DESCRIPTIONS[0] not in names:
    return os.path.join(folder, _DESCRIPTIONS[0]), 'it is missing'
  for name in filter(names.__contains__, _DESCRIPTIONS):  # these describe the others
    why = _json_flaw(os.path.join(folder, name))
    if why:
      return os.path.join(folder, name), why
  lengths = _shard_lengths(folder)
  for name in (name for name in names if '.tfrecord-' in name):
    why = _records_flaw(os.path.join(folder, name), lengths.get(name))
    if why:
      return os.path.join(folder, name), why
  return None


def _shard_lengths(folder: str) -> dict[str, int]:
  """Returns file -> expected number of records; empty if TFDS cannot tell."""
  try:
    found = tfds.builder_from_directory(folder).info.splits.values()
    return {name: length for split in found for name, length in zip(split.filenames, split.shard_lengths, strict=True)}
  except Exception:  # a damaged file can raise anything in TFDS
    return {}


def _json_flaw(path: str) -> str | None:
  try:
    with open(path, encoding='utf-8') as file:
      return None if isinstance(json.load(file), dict) else 'it holds no description'
  except (OSError, ValueError) as error:
    return f'{error}'


def _records_flaw(path: str, wanted: int | None) -> str | None:
  """Returns what is wrong with a file of records. wanted: expected number of records, if known."""
  count = 0
  try:
    for _ in tf.data.TFRecordDataset(path, buffer_size=2**20):
      count += 1
  except tf.errors.OpError as error:
    return _reason(error)
  if wanted is None or count == wanted:
    return None
  return f'it holds {count:,} records instead of {wanted:,} ({_DESCRIPTIONS[0]})'
