# SPDX-License-Identifier: Apache-2.0
"""results.json of a run: whole or not at all; evaluations stand beside each other.

Each evaluation and comparison carries a digest of itself. What was changed by hand keeps the
digest that no longer fits, and is named at every reading until it is evaluated again.
An evaluation takes the place of one of the same name and conditions (see `groups`); one
of another step is kept as 'step N'. What changes the file reads it first: another process
may have added to it.
"""

import dataclasses
import json
import os
import re
from typing import Any, Collection, Iterable, Sequence, TypeVar

from flan_jax import storage
from flan_jax.errors import notice
from flan_jax.evaluation import answers, groups, results_schema
from flan_jax.evaluation.scores import Comparison, Conditions, Evaluation, Results

FILE = 'results.json'
ORDER = 'untuned', 'plain', 'tuned'  # others after them, by step
_ASIDE = re.compile(r'results-.*-(embedded|tfds)\.json')
_NOTHING = Results(evaluations=(), comparisons=())
_Named = TypeVar('_Named', Evaluation, Comparison)


def read(model_dir: str) -> Results | None:
  """The results of a run, or None where nothing was evaluated yet.

  Files of schema 2 are read too, with the results that they set aside. Tells what was
  changed by hand.

  Raises:
    UserError: a file is not one that `merge` wrote.
  """
  results = _together(model_dir) or _NOTHING
  every: tuple[Evaluation | Comparison, ...] = (*results.evaluations, *results.comparisons)
  for changed in (each for each in every if not each.is_as_written):
    notice(
      f'{os.path.join(model_dir, FILE)}: {changed.name} ({groups.label(changed, results.evaluations)}) is not as it '
      'was written: it was changed by hand or is damaged; evaluate it again'
    )
  return results if every else None


def _together(model_dir: str) -> Results | None:
  """What `read` returns, and nothing told."""
  files = [_read(model_dir, name) for name in (FILE, *_asides(model_dir))]
  every = [one for one in files if one]  # what was set aside is older
  if not every:
    return None
  return Results(
    evaluations=_united([one.evaluations for one in every]), comparisons=_united([one.comparisons for one in every])
  )


def _united(parts: Iterable[Sequence[_Named]]) -> tuple[_Named, ...]:
  """Of two of a name, the one of the earlier part, whose group stands behind the others."""
  found: dict[Any, _Named] = {}
  for part in parts:
    own = {(one.conditions, one.name): one for one in part}
    found = {key: one for key, one in own.items() if key not in found} | found
  return tuple(found.values())


def _read(model_dir: str, name: str) -> Results | None:
  path = os.path.join(model_dir, name)
  if not storage.exists(path):
    return None
  return results_schema.checked(path, storage.read_object(path, results_schema.AGAIN), model_dir)


def _asides(model_dir: str) -> list[str]:
  """Files in which schema 2 set the results of other clusters or data aside."""
  return [name for name in storage.names(model_dir) if _ASIDE.fullmatch(name)]


def merge(model_dir: str, evaluation: Evaluation) -> Results:
  """Adds an evaluation to results.json, in place of that of its name and conditions.

  Returns:
    What the file now holds; the group of the evaluation stands last.
  """
  before, ours = _together(model_dir) or _NOTHING, evaluation.conditions
  others = [one for one in before.evaluations if one.conditions != ours]
  group = {one.name: one for one in before.evaluations if one.conditions == ours}
  group[evaluation.name] = evaluation.signed()
  comparisons = _without(before.comparisons, ours, {evaluation.name})
  return _write(model_dir, [*others, *sorted(group.values(), key=_place)], comparisons)


def _place(evaluation: Evaluation) -> tuple:
  known = ORDER.index(evaluation.name) if evaluation.name in ORDER else len(ORDER)
  return known, evaluation.step, evaluation.name


def _without(comparisons: Iterable[Comparison], ours: Conditions, names: Collection[str]) -> list[Comparison]:
  """The comparisons but for those of the named evaluations of these conditions."""
  return [one for one in comparisons if one.conditions != ours or not {one.of, one.against}.intersection(names)]


def compared(model_dir: str, conditions: Conditions, comparisons: Iterable[Comparison]) -> Results:
  """Puts comparisons into results.json, in place of all of these conditions."""
  before = _together(model_dir) or _NOTHING
  others = [one for one in before.comparisons if one.conditions != conditions]
  return _write(model_dir, before.evaluations, [*others, *(one.signed() for one in comparisons)])


def make_way(model_dir: str, name: str, step: int, conditions: Conditions) -> None:
  """Makes room for an evaluation: that of another step is kept under another name.

  Whatever else has answers of another step in its folder keeps them elsewhere, too.
  """
  before = _together(model_dir) or _NOTHING
  place = groups.folder(name, conditions)
  stay, renamed = [], []
  for one in before.evaluations:
    if one.folder == place and (one.step, one.conditions.data) != (step, conditions.data):
      one = _moved(model_dir, one, step, conditions.data)
    if (one.conditions, one.name) == (conditions, name) and one.step != step:
      renamed.append(_changed(one, name=kept(name, one.step)))
    else:
      stay.append(one)
  every = _united([renamed, stay])
  if every != before.evaluations:
    gone = {name, *(one.name for one in renamed)} if renamed else ()
    _write(model_dir, every, _without(before.comparisons, conditions, gone))


def kept(name: str, step: int) -> str:
  """What an evaluation is called when a later one of its name has come."""
  return f'step {step}' if name == ORDER[-1] else f'{name} step {step}'


def _moved(model_dir: str, one: Evaluation, step: int, data: str) -> Evaluation:
  """The evaluation, its answers in a folder apart from those of another step or data."""
  old, own = one.folder, one.conditions
  new = groups.folder(one.name if one.step == step else kept(one.name, one.step), own)
  new += '' if own.data == data else f' data={own.data}'
  for row in one.datasets:
    source, target = (answers.path(model_dir, folder, row) for folder in (old, new))
    if storage.is_folder(source) and not storage.exists(target):
      storage.move(source, target)
  return _changed(one, answers=new)


def _changed(one: Evaluation, **changes: Any) -> Evaluation:
  """The evaluation, whose digest fits if it did."""
  made = dataclasses.replace(one, **changes)
  return made.signed() if one.digest and one.is_as_written else made


def _write(model_dir: str, evaluations: Iterable[Evaluation], comparisons: Iterable[Comparison]) -> Results:
  held = Results(evaluations=tuple(evaluations), comparisons=tuple(comparisons))
  storage.write_whole(os.path.join(model_dir, FILE), json.dumps(held.to_json(), indent=1) + '\n')
  for name in _asides(model_dir):  # what they held is in the file now
    storage.remove(os.path.join(model_dir, name))
  return held
