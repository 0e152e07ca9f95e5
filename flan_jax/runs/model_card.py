# SPDX-License-Identifier: Apache-2.0
"""What the card of an exported folder says, gathered from its MODEL_DIR; report.card writes it."""

import dataclasses
import os
from typing import Any, Mapping, Sequence

import flan_jax
from flan_jax import storage
from flan_jax.data import datasets
from flan_jax.errors import UserError
from flan_jax.evaluation import results as results_lib
from flan_jax.public_models import base_card
from flan_jax.report import card
from flan_jax.runs import evaluation_request, registration, report_inputs
from flan_jax.training import checkpoint

_ENGLISH = 'en'


def described(model_dir: str, base_model: str | None = None) -> card.Subject:
  """What the card of a MODEL_DIR says, but for the folder that is exported, of which it knows nothing yet.

  base_model: its base's name on the hub, if the user gives it.

  Raises:
    UserError: there is no run, or results.json is not one that an evaluation wrote.
  """
  run = evaluation_request.read_run(model_dir)
  results = results_lib.read(model_dir)
  registration.load_tasks()
  base = base_of(model_dir, base_model)
  names = [name for name in run.tasks if datasets.plain(name) in datasets.names()]
  return card.Subject(
    title='',
    run=run,
    step=0,
    version=flan_jax.__version__,
    dtype='float32',
    tuned=not evaluation_request.never_tuned(model_dir),
    adapter_alone=False,
    base=base,
    training=evaluation_request.training(model_dir),
    rule=_rule(run, model_dir),
    results=results,
    datasets=() if card.EMBEDDED in run.data else _on_hub(names),
    languages=_languages(names, base) if run.tasks or base else (),
  )


def write(subject: card.Subject, folder: str, step: int, **others: Any) -> str:
  """Writes README.md into an export; returns its path.

  step: of the checkpoint. others: fields of the subject, as they are in the folder.
  """
  title, path = os.path.basename(os.path.abspath(folder)), os.path.join(folder, card.FILE)
  storage.write_whole(path, card.text(dataclasses.replace(subject, title=title, step=step, **others)))
  return path


def base_of(model_dir: str, name: str | None = None) -> dict[str, Any]:
  """What the import that a run comes from told, see base_card; {} if it comes from none.

  name: its name on the hub, instead of the one that is known.
  """
  given = {base_card.NAME: name} if name else {}
  for run in checkpoint.lineage(model_dir):
    if run.imported and 'model_type' in run.imported:
      told = {key: value for key, value in run.imported.items() if key in (base_card.NAME, *base_card.KEYS)}
      return {'folder': os.path.basename(os.path.normpath(run.imported_from or ''))} | told | given
  return given


def _rule(run: checkpoint.Run, model_dir: str) -> Mapping[str, Any] | None:
  try:
    return report_inputs.rule(run, model_dir, run.held_out) if run.held_out else None
  except UserError:  # it is declared no more
    return None


def _on_hub(names: Sequence[str]) -> list[str]:
  """Repositories of the open copies of what was trained on."""
  copies = [datasets.get(datasets.plain(name)).origin.hub for name in names]
  return sorted({copy.repository for copy in copies if copy})


def _languages(names: Sequence[str], base: Mapping[str, Any]) -> list[str]:
  directions = [one for name in names for one in datasets.get(datasets.plain(name)).directions]
  pairs = [language for direction in directions for language in direction.split('-')]
  return list(dict.fromkeys([*base.get('language', ()), _ENGLISH, *pairs]))
