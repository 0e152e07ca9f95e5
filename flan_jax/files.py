"""Writing a file whole or not at all."""

import os


def write_whole(path: str | os.PathLike, text: str) -> None:
  """Replaces a file; whoever reads it sees the old text or the new, never a part."""
  unfinished = f'{os.fspath(path)}.new'
  with open(unfinished, 'w', encoding='utf-8') as file:
    file.write(text)
  os.replace(unfinished, path)
