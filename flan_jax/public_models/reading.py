# SPDX-License-Identifier: Apache-2.0
"""A public model as it lies there, without a MODEL_DIR: its parameters, its run.json."""

import contextlib
import functools
import os
from typing import Any, Iterator, Mapping

import jax

import flan_jax
from flan_jax.data import vocabulary
from flan_jax.data.tokenizers import ends as ends_lib
from flan_jax.model import decoder, families
from flan_jax.public_models import base_card, folder, safetensors_files
from flan_jax.training import checkpoint, rows, run_file, sharding


def read_model(
  path: str, mesh: jax.sharding.Mesh | None = None, words: str | None = None, dtype: str = 'float32'
) -> checkpoint.Loaded:
  """The model in a folder, as checkpoint.load gives that of a MODEL_DIR, at step 0.

  Puts its vocabulary in force.

  Args:
    path: the folder.
    mesh: by default one device. A process reads only what its shards need.
    words: path of a vocabulary, or 'bytes', instead of the folder's own.
    dtype: of the parameters.

  Raises:
    UserError: it is no folder of a family, its tensors are missing, unknown or of other
      sizes, or the vocabulary does not fit.
  """
  model = folder.open_model(path, words)
  run = described_run(model, folder.use_vocabulary(model))
  return checkpoint.Loaded(model.config, read_params(model, mesh, dtype), run, 0)


def read_params(model: folder.PublicModel, mesh: jax.sharding.Mesh | None = None, dtype: str = 'float32') -> Any:
  """Parameters in their shards; see read_model."""
  mesh, config = mesh or sharding.mesh({}, jax.devices()[:1]), model.config
  placed = sharding.param_shardings(mesh, decoder.parameter_axes(config), decoder.abstract_params(config))
  with open_tensors(model) as tensors:
    return families.read_params(model.family, config, placed, lambda name, at: tensors[name][at], dtype)


@contextlib.contextmanager
def open_tensors(model: folder.PublicModel) -> Iterator[Mapping[str, Any]]:
  """Within it, name in the family's table -> what reads a part of the tensor; all are checked."""
  family = model.family
  with contextlib.ExitStack() as files:
    found = safetensors_files.open_tensors(model.path, files)
    tensors = {families.canonical(family, name): part for name, part in found.items()}
    wanted = families.tensors(family, model.config)
    safetensors_files.check_tensors(model.path, tensors, wanted, functools.partial(families.ignored, family))
    yield tensors


def described_run(model: folder.PublicModel, ends: ends_lib.Ends, words: str | None = None) -> checkpoint.Run:
  """What run.json says of the model; its vocabulary is in force, at `words` if that is given."""
  values = model.values
  return checkpoint.Run(
    version=flan_jax.__version__,
    data='unknown',
    mixture='imported',
    held_out=None,
    tasks={},
    model=model.config,
    vocabulary=run_file.Vocabulary(words or vocabulary.FLAN.path, vocabulary.FLAN.content_hash),
    ends=ends.told(),
    rows=_rows(model.config),
    seed=0,
    init_from=None,
    imported_from=os.path.abspath(model.path),
    imported={key: values[key] for key in ('model_type', *folder.KEPT) if key in values}
    | base_card.read(model.path, values),
  )


def _rows(config: decoder.DecoderConfig) -> rows.Rows:
  """The paper's (section 2.4), as nothing was tuned; shorter if positions are fewer."""
  length = min(2048, config.position_rows or 2048)
  targets, slots = min(256, -(-length // 5)), max(640 * length // 2048, -(-length // 5))
  return rows.Rows(4 * length, length, min(640, slots), max(min(1024, length - targets), 1), targets)
