"""Tables of the world: plain text files in `tables/`.

    # of dogs and cats          a comment
    [animals]                   begins a table
    dog | barks | kennels       a row: cells between bars, as they stand
    cat | meows |               the last cell is empty
    [plants]
    rose | red || fern | green || ivy | dark
    green || oak | brown        where rows are parted by `||`, lines end anywhere

    read('animals') of tables/animals.txt  ->  {'animals': [('dog', 'barks', 'kennels'), ...],
                                                'plants': [('rose', 'red'), ...]}
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
  path, texts, tables = FOLDER / f'{name}.txt', {}, {}
  for line in path.read_text(encoding='utf-8').splitlines():
    if line.startswith('[') and line.endswith(']'):
      title = line[1:-1]
      texts[title] = []
    elif line.strip() and not line.startswith('#'):
      if not texts:
        raise ValueError(f'{path}: {line!r} stands before the first [table]')
      texts[title].append(line)
  for title, lines in texts.items():
    rows = ' '.join(lines).split('||') if '||' in ''.join(lines) else lines
    tables[title] = [tuple(cell.strip() for cell in row.split('|')) for row in rows]
    for row in tables[title]:
      if len(row) != len(tables[title][0]):
        raise ValueError(f'{path}: {" | ".join(row)!r} does not fit the table [{title}]')
  return tables
