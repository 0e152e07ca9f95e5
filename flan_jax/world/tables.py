"""Tables of the world: plain text files in `tables/`, one row a line.

    # of dogs and cats          a comment
    [animals]                   begins a table
    dog | barks | kennels       a row: cells between bars, as they stand
    cat | meows |               the last cell is empty
    cow | moos | byres || pig | grunts | sties              two rows

    read('animals') of tables/animals.txt  ->  {'animals': [('dog', 'barks', 'kennels'), ...]}
"""

import functools
import pathlib

FOLDER = pathlib.Path(__file__).parent / 'tables'

Row = tuple[str, ...]


@functools.cache
def read(name: str) -> dict[str, list[Row]]:
  """The tables of tables/<name>.txt, each with its rows; not to be changed.

  Raises:
    ValueError: a row has not as many cells as the first of its table, or stands before it.
  """
  tables: dict[str, list[Row]] = {}
  path, rows = FOLDER / f'{name}.txt', None
  for number, line in enumerate(path.read_text(encoding='utf-8').splitlines(), 1):
    if line.startswith('[') and line.endswith(']'):
      rows = tables.setdefault(line[1:-1], [])
    elif line.strip() and not line.startswith('#'):
      for text in line.split('||'):
        row = tuple(cell.strip() for cell in text.split('|'))
        if rows is None or rows and len(row) != len(rows[0]):
          raise ValueError(f'{path}, line {number}: {line!r} does not fit its table')
        rows.append(row)
  return tables
