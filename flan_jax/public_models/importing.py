# SPDX-License-Identifier: Apache-2.0
"""A MODEL_DIR from a folder of a public model, or from a GGUF file.

It is one at step 0 that was trained on nothing known here; it serves as INIT_FROM and can
be evaluated. DST/model.gin states its DecoderConfig and vocabulary.
"""

import dataclasses
import os
import shutil
from typing import Any

import jax

from flan_jax import storage
from flan_jax.data.tokenizers import tokenizer_files
from flan_jax.public_models import folder, reading
from flan_jax.training import checkpoint, sharding

GIN = 'model.gin'
_AT_ONCE = 1 << 28  # bytes that are being written


def import_folder(src: str, dst: str, words: str | None = None, fsdp: int = 1) -> checkpoint.Run:
  """Writes a MODEL_DIR; every shard is read from the files by itself.

  words: path of a vocabulary, or 'bytes', instead of the folder's own.
  fsdp: devices to spread the parameters over.

  Raises:
    UserError: SRC is no folder of a family, its tensors are missing, unknown or of
      other sizes, the vocabulary does not fit, DST exists.
  """
  model = folder.open_model(src, words)
  folder.check_new(dst)
  _, ends = folder.read_vocabulary(model)
  save(dst, reading.read_params(model, sharding.mesh({'fsdp': fsdp}, jax.devices()[:fsdp])))
  assert model.vocabulary
  tokenizer_files.take_import(model.folder, dst, model.vocabulary)
  run = reading.described_run(model, ends, _kept_vocabulary(dst, model.vocabulary))
  storage.write_whole(os.path.join(dst, GIN), gin_text(run))
  checkpoint.write_run(dst, run.to_json())
  return run


def save(dst: str, params: Any) -> None:
  """The checkpoint at step 0 of a MODEL_DIR."""
  sizes = [sum(shard.data.nbytes for shard in leaf.addressable_shards) for leaf in jax.tree.leaves(params)]
  with checkpoint.manager(dst, at_once=max(_AT_ONCE, *sizes) + 1) as checkpoints:
    checkpoint.save_items(checkpoints, 0, {'params': params})
    checkpoint.finish(checkpoints, 0)


def _kept_vocabulary(dst: str, path: str) -> str:
  """Where a vocabulary is copied to, or 'bytes'."""
  if not os.path.isfile(path):
    return path
  kept = os.path.join(os.path.abspath(dst), os.path.basename(path))
  shutil.copyfile(path, kept)
  return kept


def gin_text(run: checkpoint.Run) -> str:
  """The model and the vocabulary of a run as gin reads them; what may be changed as the macros of models/base.gin."""
  place = lambda name: name.upper() if name in checkpoint.FREE else f'decoder.DecoderConfig.{name}'
  return '\n'.join(
    [
      '# What an imported model is; follows the run file.',
      'from __gin__ import dynamic_registration',
      'from flan_jax.model import decoder',
      '',
      f'VOCABULARY = {run.vocabulary.path!r}',
      *(f'{place(name)} = {value!r}' for name, value in dataclasses.asdict(run.model).items()),
      '',
    ]
  )
