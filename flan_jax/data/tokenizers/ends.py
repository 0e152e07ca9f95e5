# SPDX-License-Identifier: Apache-2.0
"""The token ids that end and begin a model's texts: one record for all commands.

`beside` reads it for a vocabulary: for an import or a run from run.json, else from the
files that transformers reads. The end is named by config.json, generation_config.json or
tokenizer_config.json, in this order; from a list, training appends the one that the
tokenizer also names, else the first, and decoding stops at any. The beginning is what the
model's own tokenizer puts before a text. Without such files the end is the vocabulary's,
and there is no beginning.
"""

import dataclasses
import os
from typing import Any, Callable, Mapping, Protocol, Sequence

from flan_jax import settings, storage
from flan_jax.errors import UserError

CONFIG, GENERATION = 'config.json', 'generation_config.json'
TOKENIZER, SPECIAL = 'tokenizer_config.json', 'special_tokens_map.json'
ADDED = 'added_tokens.json'
RUN = 'run.json'  # of a MODEL_DIR
BY_TOKENIZER = 'tokenizer'  # of BEGIN: as the model's own tokenizer does
_END = 'eos_token_id'
_LLAMA = 'LlamaTokenizer'
_QWEN_END = '<|endoftext|>'  # of transformers' Qwen2Tokenizer, if no file names another
_QWEN = ('qwen2', 'qwen3')


class Words(Protocol):
  """The interface needed of a vocabulary. Ids are None, lists empty, if there is none."""

  own_end: int | None
  own_beginning: int | None
  own_pad: int | None
  own_unknown: int | None
  is_sentencepiece: bool

  @property
  def puts_first(self) -> tuple[int, ...]: ...

  @property
  def keeps_space(self) -> bool: ...  # at the start of a text

  @property
  def is_byte_level(self) -> bool: ...

  def id_of(self, token: str) -> int | None: ...

  def piece(self, number: int) -> str: ...


@dataclasses.dataclass(frozen=True)
class Ends:
  """ends: decoding stops at any of them; training appends the first.

  beginning: put before every text, () is nothing. prompt: number of its first tokens that
  are a soft prompt, in no vocabulary; see model.adapters. bos: the token for `begun`.
  prefix: of texts without a context in a harness. named: the tokenizer's own end, at which
  harnesses stop too. pad: for padding. drops_space: a text loses a leading space.
  source: the file that names the end, '' for the vocabulary itself.
  """

  ends: tuple[int, ...]
  beginning: tuple[int, ...] = ()
  bos: int | None = None
  prefix: int | None = None
  named: int | None = None
  pad: int | None = None
  drops_space: bool = False
  source: str = ''
  prompt: int = 0

  @classmethod
  def from_told(cls, told: Mapping[str, Any]) -> 'Ends':
    """Inverse of `told`; ignores fields of a later version."""
    names = [field.name for field in dataclasses.fields(cls)]
    given = {name: told[name] for name in names if name in told}
    try:
      settings.check_told(cls.__name__, {'ends': [], **given}, 'ends')
    except UserError as error:
      raise UserError(f'{RUN}: {error}; bring the file back from a copy') from None
    return cls(**given | {name: tuple(given.get(name, ())) for name in ('ends', 'beginning')})

  def told(self) -> dict[str, Any]:
    """Returns the fields for run.json."""
    told = {**dataclasses.asdict(self), 'ends': list(self.ends), 'beginning': list(self.beginning)}
    return told if self.prompt else {name: value for name, value in told.items() if name != 'prompt'}

  def prompted(self, ids: Sequence[int]) -> 'Ends':
    """Returns these ends with the tokens as soft prompt, () for none."""
    return dataclasses.replace(self, beginning=(*ids, *self.beginning[self.prompt :]), prompt=len(ids))

  def begun(self, begin: bool | str | None) -> 'Ends':
    """Applies BEGIN: True, False, or unchanged.

    Raises:
      UserError: BEGIN is True and the vocabulary has no token for it.
    """
    soft = self.beginning[: self.prompt]
    if begin in (None, BY_TOKENIZER) or begin == (len(self.beginning) > self.prompt):
      return self
    if not begin:
      return dataclasses.replace(self, beginning=soft)
    if self.bos is None:
      raise UserError(
        'BEGIN = True, yet the vocabulary has no token that begins a text; name one as '
        f"bos_token in {TOKENIZER} beside it, or set BEGIN = '{BY_TOKENIZER}'"
      )
    return dataclasses.replace(self, beginning=(*soft, self.bos), prefix=self.bos)

  def stops(self, separator: str, encode: Callable[[str], Sequence[int]]) -> tuple:
    """Returns the tokens that stop decoding; separator: of targets, as in SEPARATORS."""
    ids = () if separator in ('', 'eos') else tuple(encode(separator))
    return ids[:1] or self.ends

  def described(self, piece: Callable[[int], str]) -> str:
    """'ends with </s> (2); begins with <s> (1)'; piece: id -> its text."""
    shown = lambda ids: ', '.join(f'{piece(one)} ({one})' for one in ids)
    source = f' by {self.source}' if self.source else ''
    others = f', decoding stops at {shown(self.ends)}' if len(self.ends) > 1 else ''
    firsts = [f'a soft prompt of {self.prompt} vectors'] if self.prompt else []
    firsts += [shown(self.beginning[self.prompt :])] if self.beginning[self.prompt :] else []
    begins = f'begins with {" and ".join(firsts) or "no token"}'
    return f'a text ends with {shown(self.ends[:1])}{source}{others}, {begins}'


def with_beginning(beginning: tuple[int, ...], ids: list[int]) -> list[int]:
  """Returns the ids preceded by the beginning, unless they start with it."""
  if not beginning or tuple(ids[: len(beginning)]) == tuple(beginning):
    return ids
  return [*beginning, *ids]


def of_run(ends: Mapping | None, imported: Mapping | None, words: Words) -> Ends | None:
  """Returns the ends in these fields of run.json; None if no end is known.

  A run of a version without them was trained with the vocabulary's own end and no
  beginning; an import of such a version recorded its tokens.
  """
  if ends is not None:
    return Ends.from_told(ends)
  imported = imported or {}
  found = _ids(imported.get('eos_token_id'), CONFIG)
  if not found:
    own = words.own_end
    return None if own is None else Ends((own,), bos=words.own_beginning, prefix=own, named=own, pad=words.own_pad)
  settings.check_told('Imported', imported, 'imported')
  bos = imported.get('bos_token_id')
  begins = words.is_sentencepiece or words.puts_first[:1] == (bos,)
  beginning = (bos,) if begins and bos is not None else ()
  return Ends(
    found, beginning, bos, found[0] if bos is None else bos, found[0], imported.get('pad_token_id'), source=CONFIG
  )


def beside(folder: str, words: Words, content_hash: str) -> Ends | None:
  """Returns the ends for a vocabulary and its folder; None if no end is known.

  Raises:
    UserError: a file is no JSON object, or an end is no token.
  """
  run = read(folder, RUN)
  try:
    settings.check_told('Run', {name: run[name] for name in ('vocabulary', 'ends', 'imported') if name in run}, '')
  except UserError as error:
    raise UserError(f'{os.path.join(folder, RUN)}: {error}; bring the file back from a copy') from None
  own = run.get('vocabulary')
  if own and own.get('hash') == content_hash:
    return of_run(run.get('ends'), run.get('imported'), words)
  return of_folder(folder, words)


def of_folder(folder: str, words: Words) -> Ends | None:
  """Returns the ends in the files that transformers reads there; see `beside`."""
  told = {name: read(folder, name) for name in (CONFIG, GENERATION, TOKENIZER, SPECIAL, ADDED)}
  odd = next((key for key in _decoder(told[TOKENIZER]) if not key.isdecimal()), None)
  if odd is not None:
    raise UserError(
      f'{os.path.join(folder, TOKENIZER)}: added_tokens_decoder has the key '
      f'{odd!r}, which is no number of a token; download it again'
    )
  return _of_files(told, words)


def read(folder: str, name: str) -> dict:
  """Returns the object in a JSON file, {} if the file is missing; UserError if it is damaged."""
  path = os.path.join(folder, name)
  if not storage.exists(path):
    return {}
  read_file = storage.read_own if name == RUN else storage.read_object
  return read_file(path, 'download it again or bring it back, or remove it if it is not of the vocabulary beside it')


def _of_files(told: Mapping[str, Mapping], words: Words) -> Ends | None:
  named = _named(told, 'eos_token', words)
  given = {name: _ids(told[name].get('eos_token_id'), name, told[CONFIG]) for name in (CONFIG, GENERATION)}
  tells = told[TOKENIZER] or told[SPECIAL]
  given[TOKENIZER] = () if named is None or not tells else (named,)
  own = () if words.own_end is None else (words.own_end,)
  source, first = next(((name, ids) for name, ids in given.items() if ids), ('', own))
  if not first:
    return None
  ends = dict.fromkeys([*first, *given[GENERATION]] if source == CONFIG else first)
  if named in first:  # of several, the end that the tokenizer appends
    ends = dict.fromkeys([named, *ends])
  bos = _named(told, 'bos_token', words)
  beginning = _beginning(told[TOKENIZER], bos, words)
  bos = beginning[0] if bos is None and beginning else bos
  named = next(iter(ends)) if named is None else named
  # The tokens of a lone SentencePiece model may never have been used as beginning.
  prefix = named if bos is None or not (beginning or any(told.values())) else bos
  # Folders of the first Llama write -1 for none.
  pads = [
    _ids(None if pad == -1 else pad, name, told[CONFIG], 'pad_token_id')
    for name in (CONFIG, GENERATION)
    for pad in [told[name].get('pad_token_id')]
  ]
  pad = next((one for ids in pads for one in ids), _named(told, 'pad_token', words))
  pad = words.own_pad if pad is None else pad
  return Ends(tuple(ends), beginning, bos, prefix, named, pad, _drops_space(told, words), source)


def _ids(value: Any, source: str, config: Mapping = {}, key: str = _END) -> tuple[int, ...]:
  """Returns the ids under a key: a number, for an end also a list, or None. config: of the model."""
  several = key == _END and isinstance(value, list)
  ids = () if value is None else tuple(value) if several else (value,)
  rows = config.get('vocab_size')
  for one in ids:
    if isinstance(one, bool) or not isinstance(one, int) or one < 0:
      raise UserError(
        f'{source} has {key} {value!r}; it must be the number of a token'
        f'{", or a list of such numbers" if key == _END else ", or null"}'
      )
    if isinstance(rows, int) and one >= rows:
      named = 'end' if key == _END else 'padding'
      raise UserError(
        f'{source} has {key} {value!r}, and the model has {rows} token rows; name the {named} of the tokenizer there'
      )
  return ids


def _named(told: Mapping[str, Mapping], key: str, words: Words) -> int | None:
  """Returns the id of a special token named by the tokenizer's files, or by its class."""
  token = None
  for name in (TOKENIZER, SPECIAL):
    if key in told[name]:
      token = told[name][key]
      break
  else:
    token = _by_class(told, key)
    if token is None and words.is_sentencepiece:
      return {'eos_token': words.own_end, 'bos_token': words.own_beginning}.get(key)
  if isinstance(token, Mapping):
    token = token.get('content')
  if not isinstance(token, str):
    return None
  added = told[ADDED].get(token)
  added = (
    added
    if isinstance(added, int)
    else next(
      (
        int(number)
        for number, one in _decoder(told[TOKENIZER]).items()
        if isinstance(one, Mapping) and one.get('content') == token
      ),
      None,
    )
  )
  found = words.id_of(token)
  return added if found is None else found


def _decoder(told: Mapping) -> Mapping:
  found = told.get('added_tokens_decoder')
  return found if isinstance(found, Mapping) else {}


def _class(told: Mapping[str, Mapping]) -> str:
  name = told[TOKENIZER].get('tokenizer_class') or told[CONFIG].get('tokenizer_class')
  return str(name or '').removesuffix('Fast')


def _by_class(told: Mapping[str, Mapping], key: str) -> str | None:
  """Returns the default of transformers' tokenizer class for the family."""
  if _class(told) == _LLAMA:
    return {'eos_token': '</s>', 'bos_token': '<s>'}.get(key)
  if told[CONFIG].get('model_type') in _QWEN:
    return {'eos_token': _QWEN_END, 'pad_token': _QWEN_END}.get(key)
  return None


def _beginning(told: Mapping, bos: int | None, words: Words) -> tuple[int, ...]:
  """Returns what transformers' tokenizer puts before a text.

  A tokenizer.json defines that itself, and add_bos_token beside it is ignored; for a
  SentencePiece model only add_bos_token defines it.
  """
  if words.is_sentencepiece:
    return (bos,) if told.get('add_bos_token') and bos is not None else ()
  return words.puts_first


def _drops_space(told: Mapping[str, Mapping], words: Words) -> bool:
  """Whether transformers' tokenizer drops a leading space that this one keeps.

  Its LlamaTokenizer does, whatever the files say, and so does its conversion of a
  SentencePiece model with legacy = False.
  """
  if not words.keeps_space or words.is_byte_level:
    return False
  llama = _class(told) == _LLAMA and told[CONFIG].get('model_type') == 'llama'
  return llama or (words.is_sentencepiece and told[TOKENIZER].get('legacy') is False)
