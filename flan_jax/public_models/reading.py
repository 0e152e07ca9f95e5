# SPDX-License-Identifier: Apache-2.0
"""A public model as it lies there, without a MODEL_DIR: its parameters, its run.json."""

import contextlib
import os
from typing import Any, Iterator, Mapping

import jax

import flan_jax
from flan_jax import storage
from flan_jax.data.tokenizers import ends as ends_lib
from flan_jax.data.tokenizers import vocabulary_file
from flan_jax.errors import UserError
from flan_jax.model import decoder, families
from flan_jax.public_models import base_card, folder, gguf_model, safetensors_files
from flan_jax.training import checkpoint, rows, run_file, sharding


def read_model(
  path: str, mesh: jax.sharding.Mesh | None = None, words: str | None = None, dtype: str = 'float32'
) -> checkpoint.Loaded:
  """The model in a folder or a GGUF file, as checkpoint.load gives that of a MODEL_DIR, at step 0.

  Puts its vocabulary in force.

  Args:
    path: the folder, or a GGUF file.
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
    return families.read_params(_table(model), config, placed, lambda name, at: tensors[name][at], dtype)


@contextlib.contextmanager
def open_tensors(model: folder.PublicModel) -> Iterator[Mapping[str, Any]]:
  """Within it, name in the family's table -> what reads a part of the tensor; all are checked."""
  table = _table(model)
  with contextlib.ExitStack() as files:
    if model.contents:
      found = gguf_model.open_tensors(model.path, model.contents, model.config.head_dim, files)
    else:
      found = safetensors_files.open_tensors(model.path, files)
    tensors = {families.canonical(table, name): part for name, part in found.items()}
    _check_tensors(model, tensors, families.tensors(table, model.config))
    yield tensors


def _table(model: folder.PublicModel) -> Any:
  """The family, by the names that tensors have there."""
  return gguf_model.family(model.contents) if model.contents else model.model_type


def _check_tensors(model: folder.PublicModel, found: Mapping[str, Any], wanted: Mapping[str, tuple]) -> None:
  """Raises UserError unless the tensors are those of the model and can be read."""
  table, path = _table(model), model.path
  spare = [name for name in found if name not in wanted and not families.ignored(table, name)]
  for names, what in (([n for n in wanted if n not in found], 'lacks'), (spare, 'has, unknown to its family,')):
    if names:
      rest = f' and {len(names) - 3} more' if len(names) > 3 else ''
      raise UserError(f'{path} {what} {len(names)} tensors: {", ".join(names[:3])}{rest}')
  source = 'its metadata' if model.contents else folder.CONFIG
  for name, shape in wanted.items():
    if found[name].shape != shape:
      raise UserError(f'{path}: {name} is {found[name].shape}, by {source} it must be {shape}')
    if found[name].obstacle:
      raise UserError(f'{path}: {name} is {found[name].obstacle}')


def described_run(model: folder.PublicModel, ends: ends_lib.Ends, words: str | None = None) -> checkpoint.Run:
  """What run.json says of the model; words: where its vocabulary is, by default as the model says."""
  path = words or model.vocabulary or ''
  path = path if path == vocabulary_file.BYTES else storage.absolute(path)
  values = model.values
  return checkpoint.Run(
    version=flan_jax.__version__,
    data='unknown',
    mixture='imported',
    held_out=None,
    tasks={},
    model=model.config,
    vocabulary=run_file.Vocabulary(path, vocabulary_file.known_hash(path)),
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
