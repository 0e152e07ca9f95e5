# SPDX-License-Identifier: Apache-2.0
"""Checks of a dataset before its registration; messages name file and template number.

Nothing here reads TFDS, so declaring hundreds of datasets is fast.
"""

import ast
import inspect
import re
import sys
import textwrap
import traceback
from typing import Callable, NoReturn, TYPE_CHECKING

from flan_jax.data import clusters as clusters_lib
from flan_jax.data import splits as splits_lib
from flan_jax.data.templates import ANSWER, CLASSIFICATION, GENERATION, INVERTED, OPTIONS, Template
from flan_jax.errors import did_you_mean, UserError

if TYPE_CHECKING:
  from flan_jax.data import datasets

TEMPLATES = 10  # per dataset, paper section 2.1
MAXIMUM_INVERTED = 3


def check(dataset: 'datasets.Dataset') -> None:
  """Raises UserError naming the fault of a dataset, its file and its template."""
  if dataset.kind not in (CLASSIFICATION, GENERATION):
    _refuse(dataset, f"kind {dataset.kind!r} is neither 'classification' nor 'generation'")
  for expression in dataset.splits.values():
    splits_lib.parse(expression)
  if type(dataset.version) is not int or dataset.version < 1:
    _refuse(dataset, f'version = {dataset.version!r}; it must be a whole number >= 1')
  for cluster in dataset.clusters:
    if cluster not in clusters_lib.names():
      near = did_you_mean(cluster, clusters_lib.names())
      _refuse(
        dataset, f'unknown cluster {cluster!r}{near}; a new one is declared before by clusters.add({cluster!r}, TITLE)'
      )
  _check_counts(dataset)
  known = field_names(dataset.fields)
  for number, template in enumerate(dataset.templates):
    _check_template(dataset, number, template, known)
  _check_plain(dataset, known)
  _check_duplicates(dataset)


def _check_counts(dataset) -> None:
  inverted = sum(template.kind == INVERTED for template in dataset.templates)
  if len(dataset.templates) != TEMPLATES or inverted > MAXIMUM_INVERTED:
    _refuse(
      dataset,
      f'{len(dataset.templates) - inverted} templates and {inverted} '
      f'inverted ones (templates= and inverted=); there must be {TEMPLATES} in all, '
      f'at most {MAXIMUM_INVERTED} inverted',
    )


def _check_template(dataset, number: int, template: Template, known: frozenset[str] | None) -> None:
  gaps = template.gaps
  if template.kind == CLASSIFICATION and OPTIONS not in gaps:
    _refuse(dataset, 'is declared classification but lacks {options}' + _turned(template), number)
  if template.kind == GENERATION and OPTIONS in gaps:
    _refuse(
      dataset, "is declared generation but has {options}; take them out, or declare kind='classification'", number
    )
  if known and gaps - known:
    _refuse(dataset, f'asks for {{{min(gaps - known)}}}; the fields are {", ".join(sorted(known))}', number)


def _turned(template: Template) -> str:
  """Returns the remedy: a template that does not ask for the answer belongs to the inverted ones."""
  if template.target == ANSWER:
    return '; add {options}, or move it to inverted= if it turns the task around'
  return (
    f'; its target is {template.target!r}, so it seems to turn the task around: '
    'move it from templates= to inverted=, or add {options}'
  )


def _check_plain(dataset, known: frozenset[str] | None) -> None:
  for template in dataset.plain:
    if OPTIONS in template.gaps:
      _refuse(dataset, 'plain has {options}, which untuned models are not shown')
    if known and template.gaps - known:
      _refuse(dataset, f'plain asks for {{{min(template.gaps - known)}}}; the fields are {", ".join(sorted(known))}')
  asked = [template.direction for template in dataset.plain]
  if asked and sorted(asked) != sorted(dataset.directions or ('',)):
    _refuse(
      dataset, f'plain has phrasings for {asked}; there must be one, or one for each direction {dataset.directions}'
    )


def _check_duplicates(dataset) -> None:
  """Rejects two templates that differ only in case, punctuation and spaces."""
  seen: dict[str, int] = {}
  for number, template in enumerate(dataset.templates):
    bare = re.sub(r'[^\w{}]+', '', f'{template.inputs}=>{template.target}'.lower())
    if seen.setdefault(bare, number) != number:
      _refuse(dataset, f'repeats template {seen[bare]}', number)


def field_names(fields: Callable) -> frozenset[str] | None:
  """Returns the field names that a function returns, if its source shows them; else None.

  It does if every `return` is a dict display of names, `**choose(...)` included.
  """
  try:
    tree = ast.parse(textwrap.dedent(inspect.getsource(fields)))
  except (OSError, SyntaxError, TypeError):
    return None
  names = set()
  returned = [node.value for node in ast.walk(tree) if isinstance(node, ast.Return)]
  for value in returned:
    found = _keys(value, fields)
    if found is None:
      return None
    names |= found
  return frozenset(names) if returned else None


def _keys(value, fields: Callable) -> set[str] | None:
  if not isinstance(value, ast.Dict):
    return None
  names = set()
  for key, part in zip(value.keys, value.values):
    if isinstance(key, ast.Constant):
      names.add(str(key.value))
      continue
    helper = None
    if isinstance(part, ast.Call) and isinstance(part.func, ast.Name):
      helper = inspect.unwrap(fields).__globals__.get(part.func.id)
    gives = getattr(helper, 'gives', None)
    if key is not None or gives is None:
      return None
    names |= set(gives)
  return names


def _refuse(dataset, what: str, number: int | None = None) -> NoReturn:
  raise UserError(f'{dataset.name} ({file(dataset)}): {"" if number is None else f"template {number} "}{what}')


def file(dataset: 'datasets.Dataset') -> str:
  """Returns the file that declares a dataset."""
  return file_of(dataset.module)


def file_of(module: str) -> str:
  """Returns the file of a module; its name if there is none."""
  return getattr(sys.modules.get(module), '__file__', None) or module


def failure(dataset: 'datasets.Dataset', call: str, error: Exception, path: str = '') -> UserError:
  """Returns the UserError for an exception in a dataset's function, with the line in the file.

  call: 'sample(world)'. path: of that file; by default the dataset's own.
  """
  stands_in = path or file(dataset)
  text = (
    str(error) if str(error).startswith('in user code') else ''.join(traceback.format_exception(error))
  )  # TensorFlow rewrites what it traces
  places = re.findall(r'File "([^"]+)", line (\d+)', text) or [('?', '?')]
  own = [place for place in places if place[0] == stands_in]
  path, line = (own or places)[-1]
  lines = [part.strip() for part in text.splitlines() if part.strip()]
  return UserError(f'{dataset.name} ({stands_in}): {call} raises {lines[-1]} (line {line} of {path})')
