# SPDX-License-Identifier: Apache-2.0
"""What a folder of a public model is: its config.json, its DecoderConfig, its tokenizer."""

import dataclasses
import os
from typing import Any, Mapping

from flan_jax import storage
from flan_jax.data import vocabulary
from flan_jax.data.tokenizers import ends as ends_lib
from flan_jax.errors import UserError
from flan_jax.model import decoder, families
from flan_jax.training import checkpoint

CONFIG = 'config.json'
TOKENIZERS = ('tokenizer.json', 'tokenizer.model')
# Of an imported config.json, what an export hands on.
KEPT = ('max_position_embeddings', 'bos_token_id', 'eos_token_id', 'pad_token_id')


@dataclasses.dataclass(frozen=True)
class PublicModel:
  """A public model that nothing but its description has been read of.

  path: the folder. values: of its config.json. vocabulary: path of the tokenizer, or
  'bytes'; None: it has none.
  """

  path: str
  values: Mapping[str, Any]
  config: decoder.DecoderConfig
  vocabulary: str | None

  @property
  def family(self) -> str:
    """The model_type, a key of families.FAMILIES."""
    return self.values['model_type']


def open_model(path: str, words: str | None = None) -> PublicModel:
  """Reads the description of the model in a folder.

  words: path of a vocabulary, or 'bytes', instead of the folder's own.

  Raises:
    UserError: there is no such folder, or it is of no family.
  """
  values = _read_config(path)
  try:
    config = families.read_config(values)
  except UserError as error:
    raise UserError(f'{path}: {error}') from None
  inside = [os.path.join(path, name) for name in TOKENIZERS]
  return PublicModel(path, values, config, words or next(filter(os.path.isfile, inside), None))


def use_vocabulary(model: PublicModel) -> ends_lib.Ends:
  """Puts the model's vocabulary in force; returns what ends and begins a text.

  Raises:
    UserError: there is none, or it has more tokens than the model has rows.
  """
  path = model.vocabulary
  if path is None:
    raise UserError(f'{model.path} has no {" or ".join(TOKENIZERS)}; name the vocabulary with --vocabulary=FILE')
  vocabulary.FLAN.use(path)
  ends = ends_lib.of_folder(model.path, vocabulary.FLAN.words) or vocabulary.FLAN.ends
  vocabulary.FLAN.use(path, ends)
  rows = model.config.known_vocab_size
  if vocabulary.FLAN.vocab_size > rows:
    raise UserError(
      f'the vocabulary {path} has {vocabulary.FLAN.vocab_size} tokens, the '
      f'model {rows} rows; name its own with --vocabulary=FILE'
    )
  return ends


def check_new(path: str) -> None:
  """Raises UserError if there is anything at a path that is to be written."""
  if os.path.exists(path) and (not os.path.isdir(path) or os.listdir(path)):
    raise UserError(f'{path} exists; name a new folder, or remove it. Nothing was changed')


def run_of(model_dir: str, named: str = '') -> checkpoint.Run:
  """run.json of a MODEL_DIR, by default named so. Raises UserError if there is none."""
  run = checkpoint.read_run(model_dir)
  if run is None:
    raise UserError(f'{named or model_dir} holds no run (no {checkpoint.RUN_FILE}); name a MODEL_DIR')
  return run


def _read_config(path: str) -> dict:
  file = os.path.join(path, CONFIG)
  if not os.path.exists(file):
    raise UserError(f'{path} has no {CONFIG}; name a folder of a public model')
  return storage.read_object(file)
