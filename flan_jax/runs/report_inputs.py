# SPDX-License-Identifier: Apache-2.0
"""What a report and a model card show besides the scores: of the run, the data and the paper."""

import dataclasses
import json
import os
from typing import Any, Mapping, Sequence

import flan_jax
from flan_jax import storage
from flan_jax.errors import notice, UserError
from flan_jax.evaluation.scores import Results
from flan_jax.public_models import base_card
from flan_jax.runs import evaluation_request, goodput, registration

DRAWN = 'drawn.json'  # of MODEL_DIR: prompts of each task that training has drawn


def inputs(results: Results, run: Any, model_dir: str) -> Any:
  """The page.Inputs of a run that was evaluated.

  Of what is declared no more it has what the last report had.
  """
  from flan_jax.report import page
  from flan_jax.runs import clean_scores  # which needs TensorFlow

  try:
    before = page.inputs(model_dir) or page.Inputs({})
  except UserError:  # it cannot be read
    before = page.Inputs({})
  counted = _drawn_file(model_dir)
  clean, not_clean = clean_scores.found(results, run, model_dir)
  return page.Inputs(
    _rules(results, run, model_dir, before.rules),
    counted.get('prompts'),
    _phrasings(results, before.phrasings or {}),
    counted.get('cut', []),
    clean,
    not_clean,
  )


def _rules(results: Results, run: Any, model_dir: str, before: Mapping) -> dict[str, Mapping | None]:
  """For each cluster of the results its rule."""
  found: dict[str, dict | None] = {}
  for cluster in dict.fromkeys(one.conditions.cluster for one in results.evaluations):
    try:
      found[str(cluster)] = rule(run, model_dir, cluster)
    except UserError:
      found[str(cluster)] = before.get(str(cluster))
  return found


def rule(run: Any, model_dir: str, cluster: str | None) -> dict:
  """What was trained on, held out and dropped.

  `trained` is of the runs before as well.
  """
  from flan_jax.data import datasets, holdouts
  from flan_jax.training import checkpoint

  found = holdouts.holdout(cluster) if cluster else None
  clusters = lambda name: list(datasets.get(datasets.plain(name)).clusters)
  ours = set(datasets.names())
  return {
    'dropped': dict(found.dropped) if found else {},
    'held_out': {name: clusters(name) for name in (found.held_out if found else ())},
    'trained': {
      name: clusters(name) if datasets.plain(name) in ours else [] for name in checkpoint.trained_tasks(model_dir)
    },
  }


def curves(run: Any, model_dir: str) -> dict[str, list[dict]]:
  """The records of metrics.jsonl, of the base (where it can be read) and of the run."""
  from flan_jax.training import metric_log

  own = 'tuning' if run.init_from else 'training'
  places = {'base': run.init_from, own: model_dir}
  found = {name: metric_log.read(place) for name, place in places.items() if place}
  return {name: records for name, records in found.items() if records}


def time_spent(model_dir: str) -> list[dict[str, str]]:
  """Where the time of the training run went, as report.page wants it; [] if not known."""
  found = goodput.of_run(model_dir)
  return found.rows() if found else []


def _phrasings(results: Results, before: Mapping) -> dict[str, Mapping]:
  """row -> number of a template -> its text; of what is declared no more, as before."""
  from flan_jax.data import datasets, prompt_variants

  found = {}
  for one in results.evaluations:
    asked = one.conditions
    for row in one.datasets if one.name != evaluation_request.PLAIN else ():
      try:  # registers what an earlier process asked
        prompt_variants.evaluated(datasets.plain(row), asked.style, asked.shots, asked.shot_seed)
        found[row] = {number: _text(template) for number, template in enumerate(datasets.get(row).templates)}
      except UserError:
        found[row] = before.get(row, {})
  return found


def references(results: Results) -> dict[str, list[dict]]:
  """The paper's figures for each dataset that was evaluated, as report.page wants them."""
  from flan_jax.report import paper

  rows = {name: one.primary for evaluation in results.evaluations for name, one in evaluation.datasets.items()}
  return {name: [dataclasses.asdict(one) for one in paper.figures(name, metric)] for name, metric in rows.items()}


def _text(template) -> str:
  plain = template.target == '{answer}'
  return template.inputs + ('' if plain else f'\n=> {template.target}')


def card_subject(model_dir: str, base_model: str | None = None) -> Any:
  """The card.Subject of a MODEL_DIR, which knows nothing yet of the folder that is exported.

  base_model: its base's name on the hub, if the user gives it.

  Raises:
    UserError: there is no run, or results.json is not one that an evaluation wrote.
  """
  from flan_jax.data import datasets
  from flan_jax.evaluation import results as results_lib
  from flan_jax.report import card

  run = evaluation_request.read_run(model_dir)
  results = results_lib.read(model_dir)
  registration.load_tasks()
  base = _base_of(model_dir, base_model)
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
    rule=_rule_of(run, model_dir),
    results=results,
    datasets=() if card.EMBEDDED in run.data else _on_hub(names),
    languages=_languages(names, base) if run.tasks or base else (),
  )


def _base_of(model_dir: str, name: str | None = None) -> dict[str, Any]:
  """What the import that a run comes from told, see base_card; {} if it comes from none.

  name: its name on the hub, instead of the one that is known.
  """
  from flan_jax.training import checkpoint

  given = {base_card.NAME: name} if name else {}
  for run in checkpoint.lineage(model_dir):
    if 'model_type' in run.origin:
      source = run.imported_from or run.origin.get('path', '')
      known = {key: value for key, value in run.origin.items() if key in (base_card.NAME, *base_card.KEYS)}
      return {'folder': os.path.basename(os.path.normpath(source))} | known | given
  return given


def _rule_of(run: Any, model_dir: str) -> Mapping[str, Any] | None:
  try:
    return rule(run, model_dir, run.held_out) if run.held_out else None
  except UserError:  # it is declared no more
    return None


def _on_hub(names: Sequence[str]) -> list[str]:
  """Repositories of the open copies of what was trained on."""
  from flan_jax.data import datasets

  copies = [datasets.get(datasets.plain(name)).origin.hub for name in names]
  return sorted({copy.repository for copy in copies if copy})


def _languages(names: Sequence[str], base: Mapping[str, Any]) -> list[str]:
  from flan_jax.data import datasets

  directions = [one for name in names for one in datasets.get(datasets.plain(name)).directions]
  pairs = [language for direction in directions for language in direction.split('-')]
  return list(dict.fromkeys([*base.get('language', ()), 'en', *pairs]))


def write_drawn(model_dir: str, steps: int, prompts: Mapping[str, int], cut: Sequence[str] = ()) -> None:
  """Keeps how many prompts of each task training has drawn in its steps.

  cut: what of the prompts did not fit, in plain words.
  """
  storage.write_whole(
    os.path.join(model_dir, DRAWN), json.dumps({'steps': steps, 'prompts': dict(prompts), 'cut': list(cut)}) + '\n'
  )


def drawn(model_dir: str) -> dict[str, int] | None:
  """Prompts of each task that training has drawn; None where they were not counted."""
  return _drawn_file(model_dir).get('prompts')


def _drawn_file(model_dir: str) -> dict[str, Any]:
  """What `write_drawn` wrote; {} where there is nothing that can be read."""
  path = os.path.join(model_dir, DRAWN)
  try:
    found = json.loads(storage.read_text(path))
    prompts = {task: int(count) for task, count in found['prompts'].items()}
    return {'prompts': prompts, 'cut': [str(line) for line in found.get('cut', [])]}
  except FileNotFoundError:
    return {}
  except (ValueError, TypeError, KeyError, AttributeError) as error:
    notice(
      f'{path} is torn ({error!r}), so the report shows nothing of what was '
      'drawn; the same `train` command, run again, writes it anew'
    )
    return {}
