# SPDX-License-Identifier: Apache-2.0
"""Tables of the world: plain text files in `tables/`.

# of dogs and cats          a comment
[animals]                   begins a table
dog | barks | kennels       a row: cells between bars, as they stand
cat | meows |               the last cell is empty
[plants]
rose | red || fern | green  two rows on a line

read('animals') of tables/animals.txt  ->  {'animals': [('dog', 'barks', 'kennels'), ...],
                                            'plants': [('rose', 'red'), ('fern', 'green')]}
"""

import functools
import pathlib

FOLDER = pathlib.Path(__file__).parent / 'tables'


@functools.cache
def read(name: str) -> dict[str, list[tuple[str, ...]]]:
  """The tables of tables/<name>.txt, each with its rows; not to be changed.

  Raises:
    ValueError: a row has not as many cells as the first of its table, or stands before it.
  """
  path, tables = FOLDER / f'{name}.txt', {}
  for number, line in enumerate(path.read_text(encoding='utf-8').splitlines(), 1):
    if line.startswith('[') and line.endswith(']'):
      rows = tables[line[1:-1]] = []
    elif line.strip() and not line.startswith('#'):
      if not tables:
        raise ValueError(f'{path}, line {number}: a row stands before the first [table]')
      for text in line.split('||'):
        rows.append(tuple(cell.strip() for cell in text.split('|')))
        if len(rows[-1]) != len(rows[0]):
          raise ValueError(
            f'{path}, line {number}: {text.strip()!r} has {len(rows[-1])} cells, '
            f'the first row of its table {len(rows[0])}'
          )
  return tables
