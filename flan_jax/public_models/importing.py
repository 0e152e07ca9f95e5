# SPDX-License-Identifier: Apache-2.0
"""A MODEL_DIR from a folder of a public model.

It is one at step 0 that was trained on nothing known here; it serves as INIT_FROM and can
be evaluated. DST/model.gin states its DecoderConfig and vocabulary.
"""

import dataclasses
import os
import shutil
from typing import Any

import jax

from flan_jax import storage
from flan_jax.data import vocabulary
from flan_jax.data.tokenizers import tokenizer_files
from flan_jax.public_models import folder, reading
from flan_jax.training import checkpoint, sharding

GIN = 'model.gin'


def import_folder(src: str, dst: str, words: str | None = None, fsdp: int = 1) -> checkpoint.Run:
  """Writes a MODEL_DIR; every shard is read from the files by itself.

  words: path of a vocabulary, or 'bytes', instead of the folder's own, then in force.
  fsdp: devices to spread the parameters over.

  Raises:
    UserError: SRC is no folder of a family, its tensors are missing, unknown or of
      other sizes, the vocabulary does not fit, DST exists.
  """
  model = folder.open_model(src, words)
  folder.check_new(dst)
  ends = folder.use_vocabulary(model)
  save(dst, reading.read_params(model, sharding.mesh({'fsdp': fsdp}, jax.devices()[:fsdp])))
  tokenizer_files.take_import(src, dst, vocabulary.FLAN.path)
  run = reading.described_run(model, ends, _kept_vocabulary(dst))
  _write_gin(dst, run)
  checkpoint.write_run(dst, run.to_json())
  return run


def save(dst: str, params: Any) -> None:
  """The checkpoint at step 0 of a MODEL_DIR."""
  with checkpoint.manager(dst) as checkpoints:
    checkpoint.save_items(checkpoints, 0, {'params': params})
    checkpoint.finish(checkpoints, 0)


def _kept_vocabulary(dst: str) -> str:
  """Where the vocabulary in force is copied to, or 'bytes'."""
  path = vocabulary.FLAN.path
  if not os.path.isfile(path):
    return path
  kept = os.path.join(os.path.abspath(dst), os.path.basename(path))
  shutil.copyfile(path, kept)
  return kept


def _write_gin(dst: str, run: checkpoint.Run) -> None:
  lines = [f'decoder.DecoderConfig.{name} = {value!r}' for name, value in dataclasses.asdict(run.model).items()]
  storage.write_whole(
    os.path.join(dst, GIN),
    '\n'.join(
      [
        '# What an imported model is; follows the run file.',
        'from __gin__ import dynamic_registration',
        'from flan_jax.model import decoder',
        '',
        f'VOCABULARY = {run.vocabulary.path!r}',
        *lines,
        '',
      ]
    ),
  )
