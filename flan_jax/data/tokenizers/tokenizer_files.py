# SPDX-License-Identifier: Apache-2.0
"""The files of a public folder that configure its tokenizer: kept in MODEL_DIR/tokenizer.

An import stores them there, a run that begins from it copies them, and an export writes
them, so that a reader of the export tokenizes as the source did.
"""

import fnmatch
import json
import os
from typing import Any, Mapping

from flan_jax import storage
from flan_jax.data.tokenizers import ends as ends_lib

FOLDER = 'tokenizer'
_PATTERNS = (
  'tokenizer*',
  'special_tokens_map.json',
  'added_tokens.json',
  'chat_template*',
  'additional_chat_templates',
  'vocab.json',
  'vocab.txt',
  'merges.txt',
  '*.tiktoken',
  'tekken.json',
  ends_lib.GENERATION,
)
_VOCABULARIES = ('tokenizer.json', 'tokenizer.model')


def kept(model_dir: str) -> str | None:
  """Returns the folder of the files in a MODEL_DIR, if it has any."""
  folder = os.path.join(model_dir, FOLDER)
  return folder if storage.is_folder(folder) else None


def of(model_dir: str, vocabulary: str) -> str | None:
  """Where the files of a MODEL_DIR are, or of its vocabulary, which lies among those of a public model."""
  folder = os.path.dirname(vocabulary)
  return kept(model_dir) or (folder if storage.is_file(os.path.join(folder, ends_lib.TOKENIZER)) else None)


def keep(model_dir: str, vocabulary: str, source: str | None) -> None:
  """Copies the files of the run that another begins from, or of its vocabulary's folder.

  vocabulary: path, or 'bytes'. source: MODEL_DIR, or None.
  """
  folder, target = os.path.dirname(vocabulary), os.path.join(model_dir, FOLDER)
  found = (source and kept(source)) or (folder and kept(folder))
  if not found and storage.is_file(os.path.join(folder, ends_lib.TOKENIZER)):
    found = folder
  without = (os.path.basename(vocabulary),)
  if found and not set(_names(found, without)) <= set(storage.names(target)):
    take(found, target, without)


def take(source: str, target: str, without: tuple[str, ...] = ()) -> None:
  """Copies the files of a public folder; a local target is written atomically."""
  names = _names(source, without)
  if not names:
    return
  draft = target if storage.is_remote(target) else f'{target}.new'
  storage.remove(draft)
  for name in names:
    storage.copy(os.path.join(source, name), os.path.join(draft, name))
  if draft != target:
    storage.remove(target)
    os.rename(draft, target)


def _names(source: str, without: tuple[str, ...]) -> list[str]:
  return [
    name
    for name in storage.names(source)
    if name not in without and any(fnmatch.fnmatch(name, pattern) for pattern in _PATTERNS)
  ]


def take_import(source: str, target: str, vocabulary: str) -> None:
  """As `take`, for a folder whose vocabulary may have been replaced."""
  inside = os.path.dirname(os.path.abspath(vocabulary)) == os.path.abspath(source)
  take(source, os.path.join(target, FOLDER), (os.path.basename(vocabulary),) if inside else _VOCABULARIES)


def give(model_dir: str, target: str, ends: ends_lib.Ends, words: Any | None) -> None:
  """Writes the files into an export beside its vocabulary.

  words: the vocabulary, see ends.Words; None if it is missing.
  """
  folder = kept(model_dir)
  if folder:
    storage.copy(folder, target)
  elif words is not None:
    _write(target, ends_lib.TOKENIZER, _config(ends, words))
  own = words and ends_lib.of_folder(target, words)
  if own and own.beginning != ends.beginning:
    _put_beginning(target, ends, words)


def tokens(ends: ends_lib.Ends, imported: Mapping[str, Any]) -> dict[str, Any]:
  """Returns the keys of config.json: the trained end, as a list if the source had one.

  imported: the source's config.json; keys that a source lacks stay absent.
  """
  several = isinstance(imported.get('eos_token_id'), list)
  found: dict[str, Any] = {'eos_token_id': list(ends.ends) if several else ends.ends[0]}
  if not imported:
    found |= {'bos_token_id': next(iter(ends.beginning), None), 'pad_token_id': ends.pad}
  return {**imported, **found}


def write_generation(target: str, ends: ends_lib.Ends, config: Mapping[str, Any]) -> None:
  """Writes generation_config.json: the source's, with all ends and a padding token."""
  found = ends_lib.read(target, ends_lib.GENERATION)
  several = isinstance(found.get('eos_token_id'), list) or len(ends.ends) > 1
  found['eos_token_id'] = list(ends.ends) if several else ends.ends[0]
  if found.get('bos_token_id') is None:
    found['bos_token_id'] = config.get('bos_token_id')
  if found.get('pad_token_id') is None:
    found['pad_token_id'] = ends.ends[0] if ends.pad is None else ends.pad
  _write(target, ends_lib.GENERATION, found)


def _put_beginning(target: str, ends: ends_lib.Ends, words: Any) -> None:
  """Makes the tokenizer begin texts as in training, if it would not."""
  pieces = [words.piece(number) for number in ends.beginning]
  told = ends_lib.read(target, ends_lib.TOKENIZER)
  told |= {'add_bos_token': bool(pieces), **({'bos_token': pieces[0]} if pieces else {})}
  _write(target, ends_lib.TOKENIZER, told)
  if words.is_sentencepiece:
    return
  from tokenizers import processors, Tokenizer

  path = os.path.join(target, _VOCABULARIES[0])
  made, before = Tokenizer.from_file(path), ''.join(f'{piece} ' for piece in pieces)
  made.post_processor = processors.TemplateProcessing(
    single=f'{before}$A', pair=f'{before}$A $B', special_tokens=list(zip(pieces, ends.beginning))
  )
  made.save(path)


def _config(ends: ends_lib.Ends, words: Any) -> dict[str, Any]:
  """Returns tokenizer_config.json for a vocabulary that came without one."""
  named = {
    'eos_token': ends.named,
    'pad_token': ends.pad,
    'unk_token': words.own_unknown,
    'bos_token': None if ends.prefix == ends.named else ends.prefix,
  }
  return {
    # transformers then reads a SentencePiece model with the settings in it.
    'tokenizer_class': 'PreTrainedTokenizerFast',
    **{key: None if number is None else words.piece(number) for key, number in named.items()},
    'add_bos_token': bool(ends.beginning),
    'add_eos_token': False,
    'clean_up_tokenization_spaces': False,
  }


def _write(folder: str, name: str, values: Mapping[str, Any]) -> None:
  storage.write_whole(os.path.join(folder, name), json.dumps(values, indent=2) + '\n')
