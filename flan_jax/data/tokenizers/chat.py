# SPDX-License-Identifier: Apache-2.0
"""The chat template of a public model's tokenizer, rendered as transformers renders it.

A template comes with the model and is a program: Jinja's sandbox runs it, without a clock
and without files. A template that asks for the date gets DATE, so that prompts are the
same on every day. Models that can think before they answer are asked not to.
"""

import functools
import hashlib
import json
import os
from typing import Any, Mapping, NamedTuple

from flan_jax import storage
from flan_jax.data.tokenizers import ends as ends_lib
from flan_jax.errors import UserError

FILE = 'chat_template.jinja'  # else chat_template in tokenizer_config.json
DATE = 2024, 7, 26  # the one that Llama's own templates name without a clock
_DEFAULT = 'default'  # of several templates
_TOKENS = 'bos_token', 'eos_token', 'unk_token', 'sep_token', 'pad_token', 'cls_token', 'mask_token'
_ASKED, _ANSWER = 'Is this a question?', 'Surely it is one.'


class Turn(NamedTuple):
  """What a template writes around an answer: before it, and behind it."""

  lead: str
  end: str


class Template(NamedTuple):
  """source: text of the template. path: its file. tokens: (name, text) of special tokens."""

  source: str
  path: str
  tokens: tuple[tuple[str, str], ...] = ()

  @property
  def digest(self) -> str:
    """Changes with what the template may write."""
    return hashlib.sha256(json.dumps([self.source, self.tokens, DATE]).encode()).hexdigest()[:16]

  def prompt(self, text: str) -> str:
    """What a model reads that is to answer a user's message."""
    return self._rendered([{'role': 'user', 'content': text}], True)

  def turn(self) -> Turn:
    """What it writes around the answer to a message, found out with one."""
    asked = [{'role': 'user', 'content': _ASKED}]
    head = self._rendered(asked, True)
    whole = self._rendered([*asked, {'role': 'assistant', 'content': _ANSWER}], False)
    before, found, end = whole.rpartition(_ANSWER)
    if not (found and _ASKED in head):
      raise UserError(f'{self.path}: the chat template leaves messages out; {_REMEDY}')
    return Turn(before.removeprefix(head) if before.startswith(head) else '', end)

  def _rendered(self, messages: list[dict[str, str]], prompted: bool) -> str:
    try:
      return _compiled(self.source).render(
        messages=messages,
        tools=None,
        documents=None,
        add_generation_prompt=prompted,
        enable_thinking=False,
        **dict(self.tokens),
      )
    except Exception as error:  # a template may raise anything
      raise UserError(f'{self.path}: the chat template fails ({_reason(error)}); {_REMEDY}') from None


_REMEDY = "bring the file back from its source, or ask otherwise, as with SEPARATORS = 'newline'"


def read(folder: str | None, tokens: Mapping[str, str] = {}) -> Template | None:
  """The template of a folder of a tokenizer's files, None if there is none.

  tokens: what special tokens are that the files do not name, as {'eos_token': '</s>'}.

  Raises:
    UserError: a file is not what it should be.
  """
  if not folder or not storage.is_folder(folder):
    return None
  told = {name: ends_lib.read(folder, name) for name in (ends_lib.TOKENIZER, ends_lib.SPECIAL)}
  path = os.path.join(folder, FILE)
  if storage.is_file(path):
    source: Any = _read(path)
  else:
    path = os.path.join(folder, ends_lib.TOKENIZER)
    source = _default(told[ends_lib.TOKENIZER].get('chat_template'))
  if source is None:
    return None
  if not isinstance(source, str):
    raise UserError(f'{path} has a chat_template that is no text and no list of named texts; download it again')
  named = {**tokens, **told[ends_lib.SPECIAL], **told[ends_lib.TOKENIZER]}
  texts = {name: _text(named[name]) for name in _TOKENS if name in named}
  return Template(source, path, tuple((name, text) for name, text in texts.items() if text is not None))


def _read(path: str) -> str:
  try:
    return storage.read_text(path)
  except UnicodeDecodeError:
    raise UserError(f'{path} is no text in UTF-8; download it again') from None


def _default(told: Any) -> Any:
  """Of several templates the one named 'default'; other lists stay as they are."""
  if isinstance(told, list) and all(isinstance(one, Mapping) for one in told):
    return next((one.get('template') for one in told if one.get('name') == _DEFAULT), None)
  return told


def _text(token: Any) -> str | None:
  token = token.get('content') if isinstance(token, Mapping) else token
  return token if isinstance(token, str) else None


def _reason(error: Exception) -> str:
  line = getattr(error, 'lineno', None)
  text = ' '.join(f'{error}'.split()) or type(error).__name__
  return f'line {line}: {text}' if line else text


@functools.lru_cache(maxsize=8)
def _compiled(source: str) -> Any:
  """Jinja's template, with the filters, functions and blocks that transformers has."""
  from jinja2 import sandbox

  made = sandbox.ImmutableSandboxedEnvironment(
    trim_blocks=True, lstrip_blocks=True, extensions=[_generation(), 'jinja2.ext.loopcontrols']
  )
  made.filters['tojson'] = _json
  made.globals |= {'raise_exception': _raise, 'strftime_now': _date}
  return made.from_string(source)


def _generation() -> type:
  """The block {% generation %}, which marks what a model wrote: its content stays as it is."""
  from jinja2 import ext, nodes

  class Generation(ext.Extension):
    tags = {'generation'}

    def parse(self, parser):
      line = next(parser.stream).lineno
      body = parser.parse_statements(('name:endgeneration',), drop_needle=True)
      return nodes.Scope(body).set_lineno(line)

  return Generation


def _raise(message: str) -> None:
  import jinja2

  raise jinja2.TemplateError(message)


def _date(form: str) -> str:
  import datetime

  return datetime.datetime(*DATE).strftime(form)


def _json(value: Any, ensure_ascii: bool = False, indent=None, separators=None, sort_keys: bool = False) -> str:
  return json.dumps(value, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys)
