"""Files that are there whole or not at all, JSON that is named where it is torn, pages."""

import json
import os

from flan_jax.errors import UserError


def write_whole(path: str | os.PathLike, text: str) -> None:
  """Replaces a file; whoever reads it sees the old text or the new, never a part."""
  unfinished = f'{os.fspath(path)}.new'
  with open(unfinished, 'w', encoding='utf-8') as file:
    file.write(text)
  os.replace(unfinished, path)


def read_object(path: str, remedy: str = 'download it again') -> dict:
  """The object in a JSON file; UserError, with the remedy, where there is none."""
  try:
    with open(path, encoding='utf-8') as file:
      found = json.load(file)
  except OSError as error:
    raise UserError(f'{path} cannot be read ({error.strerror}); {remedy}') from None
  except (ValueError, RecursionError) as error:  # ValueError: not UTF-8, too
    raise UserError(f'{path} is not JSON ({error}); {remedy}') from None
  if not isinstance(found, dict):
    raise UserError(f'{path} holds no JSON object but {str(found)[:40]!r}; {remedy}')
  return found


def filled(template: str, **values) -> str:
  """The text of a Jinja template file; what is filled in is escaped for HTML."""
  import jinja2
  environment = jinja2.Environment(
      loader=jinja2.FileSystemLoader(os.path.dirname(template)), autoescape=True,
      undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True)
  return environment.get_template(os.path.basename(template)).render(values)
