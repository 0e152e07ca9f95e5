"""Files that are there whole or not at all, and pages made from a template."""

import os


def write_whole(path: str | os.PathLike, text: str) -> None:
  """Replaces a file; whoever reads it sees the old text or the new, never a part."""
  unfinished = f'{os.fspath(path)}.new'
  with open(unfinished, 'w', encoding='utf-8') as file:
    file.write(text)
  os.replace(unfinished, path)


def filled(template: str, **values) -> str:
  """The text of a Jinja template file; what is filled in is escaped for HTML."""
  import jinja2
  environment = jinja2.Environment(
      loader=jinja2.FileSystemLoader(os.path.dirname(template)), autoescape=True,
      undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True)
  return environment.get_template(os.path.basename(template)).render(values)
