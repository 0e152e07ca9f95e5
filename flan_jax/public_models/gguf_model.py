# SPDX-License-Identifier: Apache-2.0
"""A GGUF file as a folder of a public model: what it says as files, its tensors by name."""

import atexit
import contextlib
import fnmatch
import functools
import json
import os
import shutil
import tempfile
from typing import Any

import numpy as np

from flan_jax import storage
from flan_jax.data.tokenizers import ends as ends_lib
from flan_jax.errors import UserError
from flan_jax.model.families.family import Family
from flan_jax.public_models import gguf_config, gguf_file, gguf_tokenizer

_TURNED = '*.attn_[qk].*'  # tensors whose rows llama.cpp's converter permutes, where it does
_NORMS = '*norm.weight'  # and those that it adds 1 to


def unfold(path: str, tokenizer: bool) -> tuple[str, gguf_file.Contents]:
  """(a folder with its config.json and, if it is wanted, its tokenizer; what the file says).

  The folder is there as long as this process.

  Raises:
    UserError: it is no whole GGUF file, or of an architecture or with a tokenizer that is
      not read here.
  """
  state = os.stat(path) if os.path.isfile(path) else None
  return _unfolded(path, tokenizer, state and (state.st_size, state.st_mtime_ns))


@functools.lru_cache(maxsize=8)
def _unfolded(path: str, tokenizer: bool, state: Any) -> tuple[str, gguf_file.Contents]:
  contents = gguf_file.read(path)
  shapes = {name: place[0] for name, place in contents.places.items()}
  try:
    values = gguf_config.read(contents.metadata, shapes, functools.partial(_slowed, path, contents))
    made = tempfile.mkdtemp(prefix='flan_jax-gguf-')
    atexit.register(shutil.rmtree, made, ignore_errors=True)
    storage.write_whole(os.path.join(made, ends_lib.CONFIG), json.dumps(values, indent=2) + '\n')
    if tokenizer:
      gguf_tokenizer.write(made, contents.metadata)
    gguf_tokenizer.write_generation(made, contents.metadata)
  except UserError as error:
    raise UserError(f'{path}: {error}') from None
  return made, contents


def _slowed(path: str, contents: gguf_file.Contents) -> np.ndarray:
  with contextlib.ExitStack() as files:
    return gguf_file.open_tensors(path, contents, files)['rope_freqs.weight'][(slice(None),)]


def family(contents: gguf_file.Contents) -> Family:
  """The family with the names that tensors have in the file."""
  return gguf_config.architecture(contents.metadata).family


def open_tensors(path: str, contents: gguf_file.Contents, head: int, files: contextlib.ExitStack) -> dict[str, Any]:
  """Name -> the tensor as the model's own folder has it; see gguf_file.open_tensors.

  head: entries of a head.
  """
  kind = gguf_config.architecture(contents.metadata)
  found = gguf_file.open_tensors(path, contents, files)
  for name, tensor in found.items():
    if kind.permuted and fnmatch.fnmatchcase(name, _TURNED) and tensor.shape[0] % head == 0:
      found[name] = gguf_file.Permuted(tensor, head)
    elif kind.shifted and fnmatch.fnmatchcase(name, _NORMS):
      found[name] = gguf_file.Shifted(tensor)
  return found
