# SPDX-License-Identifier: Apache-2.0
"""A folder that transformers reads, from the checkpoint of a run."""

import dataclasses
import json
import os
import shutil
from typing import Any

import jax

from flan_jax import storage
from flan_jax.data.tokenizers import byte_tokenizer, chat_template, kept_vocabulary, tokenizer_files
from flan_jax.data.tokenizers import ends as ends_lib
from flan_jax.data.tokenizers import words as words_lib
from flan_jax.errors import notice, UserError
from flan_jax.model import adapters, families
from flan_jax.public_models import folder, safetensors_files
from flan_jax.training import checkpoint, sharding
from flan_jax.training.formats import foreign


@dataclasses.dataclass(frozen=True)
class Exported:
  """What an export wrote.

  family: its model_type. step: of the checkpoint. words: the vocabulary, see ends.Words;
  None if it is gone. template: name of the chat template that asks as the run was tuned,
  '' for the default one; None: it was never tuned, or the vocabulary is gone. exact: see
  chat_template.Template. separators: the texts that end a prompt and an answer.
  """

  family: str
  step: int
  ends: ends_lib.Ends
  words: Any
  template: str | None
  exact: bool
  separators: tuple[str, str]


@dataclasses.dataclass(frozen=True)
class Form:
  """How parameters are written: type, and bytes of a file at most."""

  dtype: str = 'float32'
  file_bytes: int = safetensors_files.FILE_BYTES


def export_folder(
  src: str, dst: str, step: int | None = None, fsdp: int = 1, form: Form = Form(), tuned: bool = False
) -> Exported:
  """Writes config.json, safetensors, the tokenizer and generation_config.json of a run's checkpoint.

  tuned: whether the run had prompts; then there is a chat template that asks so.

  Raises:
    UserError: no run or checkpoint in SRC, a model that no family can describe, DST
      exists.
  """
  run = exported_run(src)
  kept = _kept_of_imports(src)
  length = kept.get('max_position_embeddings', run.rows.row_length)
  values = families.write_config(run.model, length, kept.pop('model_type', None))
  family = values['model_type']
  folder.check_new(dst)
  path = kept_vocabulary.own(run.vocabulary, src)
  words, trained = _read_ends(run, path, src)
  ends = trained
  if words:
    ends = dataclasses.replace(ends, ends=ends.stops(run.rows.separators[1], words.encode))
  tokens = {key: value for key, value in kept.items() if key.endswith('_token_id')}
  values |= kept | tokenizer_files.tokens(ends, tokens) | {'torch_dtype': form.dtype}
  loaded = checkpoint.load(src, step, mesh=sharding.mesh({'fsdp': fsdp}, jax.devices()[:fsdp]))
  os.makedirs(dst, exist_ok=True)
  written = families.written_tensors(family, run.model, loaded.params)
  shapes = families.tensors(family, run.model)
  safetensors_files.write_tensors(dst, shapes, written, form.dtype, form.file_bytes)
  copy_vocabulary(dst, path, run.vocabulary)
  storage.write_whole(os.path.join(dst, folder.CONFIG), json.dumps(values, indent=2))
  tokenizer_files.give(src, dst, ends, words)
  tokenizer_files.write_generation(dst, ends, values)
  separators = _shown(run, trained, words)
  if not (tuned and words):
    return Exported(family, loaded.step, ends, words, None, True, separators)
  template = chat_template.of_run(dst, trained, run.rows.separators, words)
  first = chat_template.write(dst, template.text)
  name = '' if first else chat_template.NAME
  return Exported(family, loaded.step, ends, words, name, template.exact, separators)


def separators(run: checkpoint.Run, src: str) -> tuple[str, str]:
  """The texts that end a prompt and an answer of a run."""
  words, ends = _read_ends(run, kept_vocabulary.own(run.vocabulary, src), src)
  return _shown(run, ends, words)


def _shown(run: checkpoint.Run, ends: ends_lib.Ends, words: Any) -> tuple[str, str]:
  first, second = (chat_template.ending(one, ends, words) for one in run.rows.separators)
  return first, second


def exported_run(src: str) -> checkpoint.Run:
  """run.json of what is exported; a soft prompt has no place in a folder."""
  if foreign.reader_of(src):
    raise UserError(f'{src} holds no run: it is a public model itself; import it first to write it anew')
  run = folder.run_of(src)
  if run.adapter and run.adapter.kind == adapters.PROMPT:
    raise UserError(f'{src} is a run of ADAPTER = {run.adapter.kind!r}: no family has a place for a soft prompt')
  return run


def _kept_of_imports(src: str) -> dict[str, Any]:
  """What the imports that a run comes from told, as KEPT names it, and their family."""
  past = [one.origin.items() for one in reversed(checkpoint.lineage(src))]
  return {key: value for items in past for key, value in items if key in ('model_type', *folder.KEPT)}


def _read_ends(run: checkpoint.Run, path: str | None, src: str) -> tuple:
  """(the vocabulary or None if it is gone, what ends and begins a text of a run)."""
  words: Any = path and words_lib.opened(path)
  ends = ends_lib.of_run(run.ends, run.imported, words) if words or run.ends else None
  if not ends:
    raise UserError(
      f'{src} does not tell what ends a text, and its vocabulary '
      f'{run.vocabulary.path}, which does, is gone; bring it back'
    )
  return words, ends


def copy_vocabulary(dst: str, path: str | None, told: Any) -> None:
  """path: of the vocabulary; None: gone. told: of the run."""
  if path is None:
    notice(f'the vocabulary {told.path} is not there any more, or is another now, and was not copied')
  elif path == 'bytes':
    byte_tokenizer.write(os.path.join(dst, folder.TOKENIZERS[0]))
  else:
    name = folder.TOKENIZERS[0] if path.endswith('.json') else folder.TOKENIZERS[1]
    shutil.copyfile(path, os.path.join(dst, name))
