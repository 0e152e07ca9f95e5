# SPDX-License-Identifier: Apache-2.0
"""The tokenizer that the metadata of a GGUF file describes, as files of a folder.

Of byte-level BPE that is a tokenizer.json; what cuts a text before its merges is known by
name, tokenizer.ggml.pre. Of a SentencePiece model with scores it is a tokenizer.model.
"""

import json
import os
from typing import Any, Mapping

import tokenizers
from tokenizers import AddedToken, decoders, models, normalizers, pre_tokenizers, processors, Regex

from flan_jax import storage
from flan_jax.data.tokenizers import byte_tokenizer
from flan_jax.data.tokenizers import ends as ends_lib
from flan_jax.errors import UserError

# The remedy where a model has no tokenizer that can be read.
OWN = 'import it with its own: flan_jax huggingface import SRC DST --vocabulary=FILE'
_UNKNOWN, _CONTROL, _USER_DEFINED = 2, 3, 4  # of tokenizer.ggml.token_type
_GPT2 = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"
_TAIL = r'| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+'
_LLAMA3 = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}" + _TAIL
_QWEN2 = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}" + _TAIL
_DIGITS = r'\p{N}'
# tokenizer.ggml.pre -> the expressions whose matches are cut out of a text, one after the other.
_CUTS = {
  **dict.fromkeys(('gpt-2', 'phi-2', 'olmo', 'mpt'), (_GPT2,)),
  **dict.fromkeys(('smollm', 'starcoder', 'refact', 'command-r', 'codeshell'), (_DIGITS, _GPT2)),
  **dict.fromkeys(('llama3', 'llama-v3', 'llama-bpe', 'falcon3', 'dbrx', 'smaug-bpe'), (_LLAMA3,)),
  **dict.fromkeys(('qwen2', 'deepseek-r1-qwen', 'megrez', 'stablelm2'), (_QWEN2,)),
}
_LLAMA3_NAMES = ('llama3', 'llama-v3', 'llama-bpe', 'falcon3')  # whole tokens come before merges; texts begin with BOS
_COMPOSED = ('qwen2', 'deepseek-r1-qwen', 'megrez')  # texts are in normal form C
_KEYS = {'bos_token': 'bos_token_id', 'eos_token': 'eos_token_id'}
_KEYS |= {'unk_token': 'unknown_token_id', 'pad_token': 'padding_token_id'}
_STOPS = 'eot_token_id', 'eom_token_id'  # further ends, at which decoding stops


def write(folder: str, metadata: Mapping[str, Any]) -> None:
  """Writes the tokenizer's file and tokenizer_config.json.

  Raises:
    UserError: a tokenizer of a kind that is not made here, or without its tokens.
  """
  told = {key.removeprefix('tokenizer.ggml.'): value for key, value in metadata.items() if key.startswith('tokenizer.')}
  kind, tokens = told.get('model'), told.get('tokens')
  if not isinstance(tokens, list) or not tokens:
    raise UserError(f'its metadata has no tokenizer (tokenizer.ggml.tokens); {OWN}')
  makers = {'gpt2': _write_bpe, 'llama': _write_sentencepiece}
  if kind not in makers:
    raise UserError(
      f'its metadata has tokenizer.ggml.model {kind!r}: a tokenizer is made of {", ".join(makers)} only; {OWN}'
    )
  for key in (*_KEYS.values(), *_STOPS):
    number = told.get(key)
    if number is not None and not 0 <= number < len(tokens):
      raise UserError(f'its metadata has tokenizer.ggml.{key} {number}, and {len(tokens)} tokens; download it again')
  makers[kind](folder, told)
  storage.write_whole(os.path.join(folder, ends_lib.TOKENIZER), json.dumps(_config(told), indent=2) + '\n')


def write_generation(folder: str, metadata: Mapping[str, Any]) -> None:
  """generation_config.json with all tokens at which decoding stops."""
  keys = ('eos_token_id', *_STOPS)
  ends = [metadata[f'tokenizer.ggml.{key}'] for key in keys if f'tokenizer.ggml.{key}' in metadata]
  if len(set(ends)) > 1:
    told = {'eos_token_id': list(dict.fromkeys(ends))}
    storage.write_whole(os.path.join(folder, ends_lib.GENERATION), json.dumps(told, indent=2) + '\n')


def _config(told: Mapping[str, Any]) -> dict[str, Any]:
  named = {name: told['tokens'][told[key]] for name, key in _KEYS.items() if told.get(key) is not None}
  template = told.get('tokenizer.chat_template')
  return {
    'tokenizer_class': 'PreTrainedTokenizerFast',
    **named,
    'add_bos_token': _begins(told),
    'add_eos_token': False,
    'clean_up_tokenization_spaces': False,
    **({'chat_template': template} if template else {}),
  }


def _begins(told: Mapping[str, Any]) -> bool:
  """Whether texts begin with BOS; where the file does not say it, llama.cpp goes by the kind."""
  default = told['model'] == 'llama' or told.get('pre') in _LLAMA3_NAMES
  return bool(told.get('add_bos_token', default)) and told.get('bos_token_id') is not None


def _write_bpe(folder: str, told: Mapping[str, Any]) -> None:
  pre, merges = told.get('pre'), told.get('merges')
  if pre not in _CUTS:
    raise UserError(f'its metadata has tokenizer.ggml.pre {pre!r}: texts are cut as in {", ".join(_CUTS)} only; {OWN}')
  if not isinstance(merges, list):
    raise UserError(f'its metadata has no tokenizer.ggml.merges; {OWN}')
  kinds = told.get('token_type') or [1] * len(told['tokens'])
  vocabulary: dict[str, int] = {}
  for number, (token, kind) in enumerate(zip(told['tokens'], kinds)):
    vocabulary.setdefault(_spelled(token) if kind not in (_CONTROL, _USER_DEFINED) else token, number)
  pairs = [tuple(merge.split(' ', 1)) for merge in merges]
  try:
    made = tokenizers.Tokenizer(models.BPE(vocabulary, pairs, ignore_merges=pre in _LLAMA3_NAMES))
  except Exception as error:  # the library raises nothing narrower
    raise UserError(f'its metadata has merges that are no tokens ({error}); {OWN}') from None
  made.normalizer = normalizers.NFC() if pre in _COMPOSED else None
  cuts = [pre_tokenizers.Split(Regex(cut), 'isolated') for cut in _CUTS[pre]]
  made.pre_tokenizer = pre_tokenizers.Sequence([*cuts, pre_tokenizers.ByteLevel(False, use_regex=False)])
  made.decoder = decoders.ByteLevel()
  whole = lambda wanted: [
    AddedToken(token, normalized=False) for token, kind in zip(told['tokens'], kinds) if kind == wanted
  ]
  made.add_special_tokens(whole(_CONTROL))
  made.add_tokens(whole(_USER_DEFINED))
  if _begins(told):
    number = told['bos_token_id']
    first = told['tokens'][number]
    made.post_processor = processors.TemplateProcessing(
      single=[first, '$A'], pair=[first, '$A', '$B:1'], special_tokens=[(first, number)]
    )
  made.save(os.path.join(folder, 'tokenizer.json'))


def _spelled(token: str) -> str:
  """A token in the letters that stand for bytes; a file has some of them as plain text."""
  return token if set(token) <= byte_tokenizer.LETTERS else byte_tokenizer.spelled(token)


def _write_sentencepiece(folder: str, told: Mapping[str, Any]) -> None:
  from sentencepiece import sentencepiece_model_pb2

  tokens, scores, kinds = (told.get(key, []) for key in ('tokens', 'scores', 'token_type'))
  if not len(scores) == len(kinds) == len(tokens):
    raise UserError(f'its metadata has no tokenizer.ggml.scores and token_type for every token; {OWN}')
  made: Any = sentencepiece_model_pb2.ModelProto()  # type: ignore[attr-defined]
  for token, score, kind in zip(tokens, scores, kinds):
    # llama.cpp's converter writes their blanks as such.
    token = token.replace(' ', '\u2581') if kind == _USER_DEFINED else token
    made.pieces.add(piece=token, score=score, type=kind)
  made.trainer_spec.model_type = 2  # BPE
  made.trainer_spec.byte_fallback = 6 in kinds
  made.trainer_spec.vocab_size = len(tokens)
  names = (('unknown', 'unk'), ('bos', 'bos'), ('eos', 'eos'), ('padding', 'pad'))
  for theirs, ours in names:
    number = told.get(f'{theirs}_token_id')
    setattr(made.trainer_spec, f'{ours}_id', -1 if number is None else number)
    if number is not None:
      setattr(made.trainer_spec, f'{ours}_piece', tokens[number])
  if _UNKNOWN in kinds:
    made.trainer_spec.unk_id = kinds.index(_UNKNOWN)
    made.trainer_spec.unk_piece = tokens[made.trainer_spec.unk_id]
  made.normalizer_spec.name = 'identity'
  made.normalizer_spec.add_dummy_prefix = bool(told.get('add_space_prefix', True))
  made.normalizer_spec.remove_extra_whitespaces = bool(told.get('remove_extra_whitespaces', False))
  made.normalizer_spec.escape_whitespaces = True
  with open(os.path.join(folder, 'tokenizer.model'), 'wb') as file:
    file.write(made.SerializeToString())
