# SPDX-License-Identifier: Apache-2.0
"""Describes what differs between two runs, for users.

Digests are never shown: no user can restore one.
"""

import re
from typing import Any, Collection, Mapping

from flan_jax.training.run_file import Vocabulary

SHOWN = 4  # names in a list; the rest is counted


def settings(old: Any, new: Any, name: str = '') -> list[str]:
  """Returns 'rows.row_length was 256 and is now 512', for each value that differs."""
  if isinstance(old, Mapping) and isinstance(new, Mapping):
    return [
      line for key in _keys(old, new) for line in settings(old.get(key), new.get(key), f'{name}.{key}' if name else key)
    ]
  return [] if old == new else [f'{name} was {old!r} and is now {new!r}']


def vocabulary(old: Vocabulary, new: Vocabulary) -> list[str]:
  """Compares vocabularies by content only."""
  if old.hash == new.hash:
    return []
  if old.path == new.path:
    return [f'the vocabulary {new.path} has other contents than when the run began']
  return [f'the vocabulary {new.path} is not the one of the run, {old.path}']


def tasks(old: Mapping[str, float], new: Mapping[str, float], explained: Collection[str] = ()) -> list[str]:
  """Compares mixing rates. explained: tasks whose data differs, and therefore their rates."""
  gone = [name for name in old if name not in new]
  added = [name for name in new if name not in old]
  lines = [f'it trains no longer on {listed(gone)}'] if gone else []
  lines += [f'it trains on {listed(added)} as well'] if added else []
  return lines + [
    f'the weight of {name}, tasks.{name}, was {old[name]:,.0f} and is now {new[name]:,.0f}'
    for name in old
    if name in new and old[name] != new[name] and name not in explained
  ]


def prompts(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, list[str]]:
  """Returns what is different -> the tasks for which it is.

  Compares `data.code.identity.of_task` of each task. Ignores tasks that only one run has,
  and parts that an earlier version did not record.
  """
  found: dict[str, list[str]] = {}
  for name in (name for name in old if name in new):
    if not (isinstance(old[name], Mapping) and isinstance(new[name], Mapping)):
      continue
    for key in _keys(old[name], new[name]):
      before, after = old[name].get(key), new[name].get(key)
      for line in _part(key, before, after) if before != after else ():
        found.setdefault(line, []).append(name)
  return found


def told(found: Mapping[str, list[str]]) -> list[str]:
  """Returns the result of `prompts` as sentences: 'the templates of sst2: number 3'."""
  return [line.format(tasks=listed(names)) for line, names in found.items()]


def listed(names: list[str]) -> str:
  """'a, b, c, d and 51 more'."""
  rest = len(names) - SHOWN
  if rest <= 1:  # naming one more is no longer than counting it
    return ', '.join(names)
  return f'{", ".join(names[:SHOWN])} and {rest} more'


def _keys(old: Mapping, new: Mapping) -> list[str]:
  return [*old, *(key for key in new if key not in old)]


def _part(key: str, old: Any, new: Any) -> list[str]:
  """Returns sentences with a gap for the names of the tasks."""
  if key == 'templates':
    return _templates(old or [], new or [])
  if key == 'data':
    return _data(old or {}, new or {})
  if key == 'text':
    return _text(old or {}, new or {})
  if any(isinstance(side, Mapping) and 'digest' in side for side in (old, new)):
    return _code(key, old, new)
  if key == 'vocabulary':
    return ['the vocabulary of {tasks} is another']
  if key == 'format':
    return ['this version of flan_jax makes token ids of the prompts of {tasks} in another way']
  return [f'the {key} of {{tasks}} was {_escaped(old)} and is now {_escaped(new)}']


def _escaped(value: Any) -> str:
  return repr(value).replace('{', '{{').replace('}', '}}')


def _templates(old: list, new: list) -> list[str]:
  if len(old) != len(new):
    return [f'the templates of {{tasks}}: there are {len(new)}, there were {len(old)}']
  numbers = [str(number) for number, pair in enumerate(zip(old, new)) if pair[0] != pair[1]]
  plural = 's' if len(numbers) > 1 else ''
  return [f'the templates of {{tasks}}: number{plural} {", ".join(numbers)}']


def _code(key: str, old: Any, new: Any) -> list[str]:
  what = {
    'fields': 'the code of `fields` of {tasks}',
    'keep': 'the code of `keep` of {tasks}',
    'preprocessors': 'the preprocessors of {tasks}',
    'source': 'the code of the source of {tasks}',
  }.get(key, f'the {key} of {{tasks}}')
  if not (old and new):
    return [f'{what}, which {"is new" if new else "is gone"}']
  if old['digest'] == new['digest']:  # a helper that only moved
    return []
  before, after = old['parts'], new['parts']
  changed = [label for label in _keys(before, after) if before.get(label) != after.get(label)]
  changed = [
    _escaped(label)[1:-1] for label in sorted(changed, key=lambda label: label not in after)
  ]  # removed parts come last
  return [f'{what} ({listed(changed)})' if changed else what]


def _data(old: Mapping, new: Mapping) -> list[str]:
  """Compares `tokenizing.source_identity`."""
  what = 'the data of {tasks}'
  if old.get('tfds') != new.get('tfds') or not new.get('tfds'):
    names = [side.get('tfds') or side.get('source') or 'nothing' for side in (new, old)]
    if names[0] == names[1]:
      return [f'{what} is another']
    return [f'{what}: it is {_escaped(names[0])[1:-1]}, was {_escaped(names[1])[1:-1]}']
  before, after = _slice(old), _slice(new)
  if before[:2] != after[:2]:
    other = f'{before[1]:,}' if before[0] == after[0] else f'{before[1]:,} of {before[0]}'
    return [f'{what}: {after[0]} has {after[1]:,} rows, was {other}']
  if before[2] != after[2]:
    return [f'{what}: it reads {after[2]}, was {before[2]}']
  return [f'{what}: {after[0]} has {after[1]:,} rows as before, but not the same ones']


def _slice(data: Mapping) -> tuple[str, int, str]:
  """(TFDS split, rows, expression) of 'train[0:2290]'."""
  expression = str(data.get('rows', ''))
  match = re.fullmatch(r'(\w+)\[(\d+):(\d+)\]', expression)
  if match:
    return match[1], int(match[3]) - int(match[2]), expression
  rows = sum(sum(one['shard_lengths']) for one in data.get('files', {}).values())
  return re.split(r'\W', expression)[0], rows, expression


def _text(old: Mapping, new: Mapping) -> list[str]:
  """Compares `plain_text.identity`: split -> [file, bytes, digest] of each file."""
  found = []
  for split in _keys(old, new):
    before, after = ({one[0]: one[1:] for one in side.get(split, [])} for side in (old, new))
    for file in _keys(before, after):
      was, now = before.get(file), after.get(file)
      if was == now:
        continue
      why = (
        'is gone'
        if now is None
        else 'is new'
        if was is None
        else ('has other contents' if was[0] == now[0] else f'has {now[0]:,} bytes, was {was[0]:,}')
      )
      found.append(f'the text of {{tasks}} ({split}): {_escaped(file)[1:-1]} {why}')
  return found
