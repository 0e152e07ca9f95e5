"""What a report shows besides the scores: of the run, the data and the paper."""

import dataclasses
import json
import os
import sys
from typing import Any, Mapping, Sequence

from flan_jax import evaluated
from flan_jax import files

DRAWN = 'drawn.json'  # of MODEL_DIR: prompts of each task that training has drawn


def rule(run: Mapping, model_dir: str, cluster: str | None) -> dict:
  """What was trained on, held out and dropped, as report.page wants it.

  `trained` is of the runs before as well.
  """
  from flan_jax.data import datasets, holdouts
  from flan_jax.training import checkpoint
  found = holdouts.holdout(cluster) if cluster else None
  clusters = lambda name: list(datasets.get(datasets.plain(name)).clusters)
  ours = set(datasets.names())
  trained = [task for one in checkpoint.lineage(model_dir) for task in one['tasks']]
  return {
      'train': dict(run['tasks']), 'cut': _drawn_file(model_dir).get('cut', []), 'dropped': dict(found.dropped) if found else {},
      'held_out': {name: clusters(name) for name in (found.held_out if found else ())},
      'trained': {name: clusters(name) if datasets.plain(name) in ours else []
                  for name in trained}}


def curves(run: Mapping, model_dir: str) -> dict[str, list[dict]]:
  """The records of metrics.jsonl, of the base (where it can be read) and of the run."""
  from flan_jax.training import logbook
  own = 'tuning' if run['init_from'] else 'training'
  places = {'base': run['init_from'], own: model_dir}
  found = {name: logbook.read(place) for name, place in places.items() if place}
  return {name: records for name, records in found.items() if records}


def inputs(results: Mapping, model_dir: str) -> dict[str, Any]:
  """The keyword arguments of report.write: the paper's figures, texts, what was drawn."""
  from flan_jax.data import datasets
  tuned = [one for one in results['evaluations'] if one['name'] != evaluated.PLAIN]
  named = dict.fromkeys(name for one in tuned for name in one['datasets'])
  return {
      'references': references(results), 'drawn': drawn(model_dir),
      'phrasings': {name: {number: _text(template) for number, template in enumerate(
          datasets.get(name).templates)} for name in named}}


def references(results: Mapping) -> dict[str, list[dict]]:
  """The paper's figures for each dataset that was evaluated, as report.page wants them."""
  from flan_jax.evaluation import paper
  rows = {name: one['primary'] for evaluation in results['evaluations']
          for name, one in evaluation['datasets'].items()}
  return {name: [dataclasses.asdict(one) for one in paper.figures(name, metric)]
          for name, metric in rows.items()}


def _text(template) -> str:
  plain = template.target == '{answer}'
  return template.inputs + ('' if plain else f'\n=> {template.target}')


def write_drawn(model_dir: str, steps: int, prompts: Mapping[str, int],
                cut: Sequence[str] = ()) -> None:
  """Keeps how many prompts of each task training has drawn in its steps.

  cut: what of the prompts did not fit, in plain words.
  """
  files.write_whole(
      os.path.join(model_dir, DRAWN),
      json.dumps({'steps': steps, 'prompts': dict(prompts), 'cut': list(cut)}) + '\n')


def drawn(model_dir: str) -> dict[str, int] | None:
  """Prompts of each task that training has drawn; None where they were not counted."""
  return _drawn_file(model_dir).get('prompts')


def _drawn_file(model_dir: str) -> dict[str, Any]:
  """What `write_drawn` wrote; {} where there is nothing that can be read."""
  path = os.path.join(model_dir, DRAWN)
  try:
    with open(path, encoding='utf-8') as file:
      return dict(json.load(file))
  except FileNotFoundError:
    return {}
  except (ValueError, TypeError) as error:
    print(f'NOTE: {path} is torn ({error}); the report shows nothing of what was drawn; '
          'the same `train` command, run again, writes it anew',
          file=sys.stderr, flush=True)
    return {}
