# SPDX-License-Identifier: Apache-2.0
"""The chat template of a tuned run: a chat asks the model as its prompts did.

A folder whose source had a template keeps it as the one that is used by default; that of
the run is then beside it, by the name 'flan'.
"""

import dataclasses
import json
import os
import re
from typing import Any

from flan_jax import storage
from flan_jax.data.tokenizers import ends as ends_lib

FILE, FOLDER, NAME = 'chat_template.jinja', 'additional_chat_templates', 'flan'
# Ends of texts, which a tokenizer may join with what follows.
_ENDINGS = ('yes', 'Is it so?', 'It is.', '- no', 'done)')
_KEY = 'chat_template'  # of tokenizer_config.json, where transformers had it before
# A system message is the first paragraph of the prompt. Content comes as it is.
_TEMPLATE = (
  "{{{{- {begin} -}}}}{{%- for message in messages -%}}{{%- if message['role'] == 'assistant' -%}}"
  "{{{{- message['content'] + {end} -}}}}{{%- elif message['role'] == 'system' -%}}"
  "{{{{- message['content'] + {paragraph} -}}}}{{%- else -%}}{{{{- message['content'] + {separator} -}}}}"
  '{{%- endif -%}}{{%- endfor -%}}'
)


@dataclasses.dataclass(frozen=True)
class Template:
  """text: in Jinja. exact: whether texts become the same tokens by it as in tuning.

  They may not if SEPARATORS has a text: in tuning it is encoded by itself, and a tokenizer
  may join its first characters with the last of a prompt.
  """

  text: str
  exact: bool


def of_run(folder: str, ends: ends_lib.Ends, separators: tuple[str, str], words: Any) -> Template:
  """The template that asks as a run with these SEPARATORS was asked.

  folder: of the export, with its tokenizer. ends: what the run was trained with. words: the
  vocabulary, see ends.Words.
  """
  first, second = (_fitting(separator, ends, words) for separator in separators)
  begin = ''.join(words.piece(number) for number in ends.beginning)
  begin += _blank(folder, begin, ends, words) if begin else ''
  names = ('begin', 'separator', 'end', 'paragraph')
  shown = map(_literal, (begin, first[0], second[0], '\n\n'))
  return Template(_TEMPLATE.format(**dict(zip(names, shown))), first[1] and second[1])


def _fitting(separator: str, ends: ends_lib.Ends, words: Any) -> tuple[str, bool]:
  """(how the separator is written behind a text to have the tokens of tuning, whether it then has).

  A SentencePiece model puts a blank before every text, and so before a separator.
  """
  shown = ending(separator, ends, words)
  if separator in ('', 'eos'):
    return shown, True
  own = words.encode(separator)
  for written in (shown, f' {shown}'):
    if all(words.encode(text + written) == [*words.encode(text), *own] for text in _ENDINGS):
      return written, True
  return shown, False


def _blank(folder: str, begin: str, ends: ends_lib.Ends, words: Any) -> str:
  """The blank that a text must have behind the beginning to be read as in tuning, if any."""
  text = _ENDINGS[0]
  path = os.path.join(folder, 'tokenizer.json')
  if storage.is_file(path):
    import tokenizers

    read = tokenizers.Tokenizer.from_file(path)
    wanted = [*ends.beginning, *words.encode(text)]
    fits = lambda blank: read.encode(begin + blank + text, add_special_tokens=False).ids == wanted
    return ' ' if fits(' ') and not fits('') else ''
  # What transformers makes of a SentencePiece model puts a blank at the very start only, unless it is 'legacy'.
  puts_blank = words.piece(words.encode(text)[0]).startswith('\u2581')
  return ' ' if puts_blank and ends_lib.read(folder, ends_lib.TOKENIZER).get('legacy') is False else ''


def ending(separator: str, ends: ends_lib.Ends, words: Any | None) -> str:
  """The text that stands for one of SEPARATORS. words: None if the vocabulary is gone."""
  if separator != 'eos':
    return separator
  return words.piece(ends.ends[0]) if words else f'token {ends.ends[0]}'


def _literal(value: str) -> str:
  return json.dumps(value, ensure_ascii=False)


def write(folder: str, template: str) -> bool:
  """Puts the template of a run into an export; returns whether it is the default there."""
  if not _put_default(folder):
    storage.write_whole(os.path.join(folder, FILE), template)
    return True
  storage.make_folder(os.path.join(folder, FOLDER))
  storage.write_whole(os.path.join(folder, FOLDER, f'{NAME}.jinja'), template)
  return False


def _put_default(folder: str) -> bool:
  """Whether the source had a default; one of tokenizer_config.json is put into a file of its own.

  Beside other files transformers passes over the key.
  """
  path = os.path.join(folder, FILE)
  if storage.is_file(path):
    return True
  told = ends_lib.read(folder, ends_lib.TOKENIZER).get(_KEY)
  named = {'default': told} if isinstance(told, str) else {}
  if isinstance(told, list):
    named = {one['name']: one['template'] for one in told if isinstance(one, dict) and {'name', 'template'} <= set(one)}
    named = {name: template for name, template in named.items() if re.fullmatch(r'[\w-]+', name)}
    storage.make_folder(os.path.join(folder, FOLDER))
  for name, template in named.items():
    storage.write_whole(path if name == 'default' else os.path.join(folder, FOLDER, f'{name}.jinja'), template)
  return 'default' in named
