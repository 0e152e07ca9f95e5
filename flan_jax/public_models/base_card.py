# SPDX-License-Identifier: Apache-2.0
"""What a folder of a public model says of its origin: name on the hub, licence, languages.

An import keeps it in run.json, and the cards of exports repeat it.
"""

import os
import re
from typing import Any, Mapping

import yaml

from flan_jax.errors import notice

CARD = 'README.md'
# Of the front matter of a card; all are texts but `language`.
KEYS = ('license', 'license_name', 'license_link', 'language')
NAME = 'name'
_HUB = re.compile(r'[\w.-]+/[\w.-]+')
_CACHE = re.compile(r'models--([\w.-]+?)--([\w.-]+)')  # a folder of the hub's cache


def read(folder: str, config: Mapping[str, Any]) -> dict[str, Any]:
  """{'name': ..., 'license': ..., 'language': [...]}, of these what is known.

  folder: of a GGUF file, the file itself, whose card is not known. config: the folder's
  config.json.
  """
  name = _name(folder, config)
  told = {key: value for key, value in _front_matter(folder).items() if key in KEYS}
  if 'language' in told:
    several = told['language'] if isinstance(told['language'], list) else [told['language']]
    told['language'] = [one for one in several if isinstance(one, str)]
  told = {key: value for key, value in told.items() if value and isinstance(value, str | list)}
  return ({NAME: name} if name else {}) | told


def is_hub_name(text: str) -> bool:
  """Whether it is of the form ORGANISATION/NAME."""
  return bool(_HUB.fullmatch(text))


def download_hint(path: str) -> str:
  """What to add to an error about a path that is not there and may be a name on the hub; '' if it is none."""
  if not is_hub_name(path) or os.path.isdir(os.path.dirname(path)):
    return ''
  return f'; a model of the hub is downloaded first: hf download {path} --local-dir {os.path.basename(path)}'


def _name(folder: str, config: Mapping[str, Any]) -> str | None:
  """Its name on the hub: from the hub's cache, else what it was saved from."""
  found = next((match for part in os.path.abspath(folder).split(os.sep) if (match := _CACHE.fullmatch(part))), None)
  if found:
    return '/'.join(found.groups())
  told = config.get('_name_or_path')
  return told if isinstance(told, str) and is_hub_name(told) and not os.path.exists(told) else None


def _front_matter(folder: str) -> dict[str, Any]:
  path = os.path.join(folder, CARD)
  if not os.path.isfile(path):
    return {}
  try:
    with open(path, encoding='utf-8') as file:
      found = re.match(r'---\s*\n(.*?)\n---\s*(\n|$)', file.read(), re.S)
    told = yaml.safe_load(found[1]) if found else {}
  except (OSError, ValueError, yaml.YAMLError) as error:
    notice(f'{path} is not read ({str(error).splitlines()[0]}): the licence of the model is not known')
    return {}
  return told if isinstance(told, dict) else {}
