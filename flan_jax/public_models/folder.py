# SPDX-License-Identifier: Apache-2.0
"""What a folder of a public model is: its config.json, its DecoderConfig, its tokenizer."""

import dataclasses
import os
from typing import Any, Mapping

from flan_jax import storage
from flan_jax.data.tokenizers import ends as ends_lib
from flan_jax.data.tokenizers import words as words_lib
from flan_jax.errors import UserError
from flan_jax.model import decoder, families
from flan_jax.public_models import base_card, gguf_file, gguf_model, gguf_tokenizer
from flan_jax.training import checkpoint

CONFIG = 'config.json'
TOKENIZERS = ('tokenizer.json', 'tokenizer.model')
# Of an imported config.json, what an export hands on.
KEPT = ('max_position_embeddings', 'bos_token_id', 'eos_token_id', 'pad_token_id')


@dataclasses.dataclass(frozen=True)
class PublicModel:
  """A public model that nothing but its description has been read of.

  path: the folder, or a GGUF file. values: of its config.json. vocabulary: path of the
  tokenizer, or 'bytes'; None: it has none. folder: where its files are, besides tensors.
  contents: of a GGUF file.
  """

  path: str
  values: Mapping[str, Any]
  config: decoder.DecoderConfig
  vocabulary: str | None
  folder: str
  contents: gguf_file.Contents | None = None

  @property
  def model_type(self) -> str:
    """Of the family, a key of families.FAMILIES."""
    return self.values['model_type']


def open_model(path: str, words: str | None = None) -> PublicModel:
  """Reads the description of the model in a folder, or in a GGUF file.

  words: path of a vocabulary, or 'bytes', instead of the folder's own.

  Raises:
    UserError: there is no such folder or file, or it is of no family.
  """
  place, contents = gguf_model.unfold(path, not words) if gguf_file.is_file(path) else (path, None)
  values = _read_config(place)
  try:
    config = families.read_config(values)
  except UserError as error:
    raise UserError(f'{path}: {str(error).replace(CONFIG, "its metadata") if contents else error}') from None
  inside = [os.path.join(place, name) for name in TOKENIZERS]
  found = words or next(filter(os.path.isfile, inside), None)
  return PublicModel(path, values, config, found, place, contents)


def read_vocabulary(model: PublicModel) -> tuple[words_lib.Words, ends_lib.Ends]:
  """The model's vocabulary, and what ends and begins a text.

  Raises:
    UserError: there is none, or it has more tokens than the model has rows.
  """
  path = model.vocabulary
  if path is None:
    raise UserError(f'{model.path} has no {" or ".join(TOKENIZERS)}; {gguf_tokenizer.OWN}')
  words = words_lib.opened(path)
  ends = ends_lib.of_folder(model.folder, words) or words_lib.ends_beside(path, words)
  rows, size = model.config.known_vocab_size, max(words.size, *(one + 1 for one in ends.ends))
  if size > rows:
    raise UserError(f'the vocabulary {path} has {size} tokens, the model {rows} rows; {gguf_tokenizer.OWN}')
  return words, ends


def use_vocabulary(model: PublicModel) -> ends_lib.Ends:
  """`read_vocabulary`, and puts it in force in this process, with SeqIO."""
  from flan_jax.data.vocabulary import FLAN

  _, ends = read_vocabulary(model)
  assert model.vocabulary
  FLAN.use(model.vocabulary, ends)
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
    raise UserError(
      f'{path} has no {CONFIG}; name a folder of a public model, or a GGUF file{base_card.download_hint(path)}'
    )
  return storage.read_object(file)
