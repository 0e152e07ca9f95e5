"""report.html: the results for people, one file that asks no network for anything.

Everything that came from data is escaped by the template; the examples to browse are
JSON that the page's script sets as text.
"""

import datetime
import json
import os
from typing import Any, Mapping, Sequence

from flan_jax import files
from flan_jax.errors import UserError
from flan_jax.evaluation import charts
from flan_jax.evaluation import lanes
from flan_jax.evaluation import paper
from flan_jax.evaluation import samples as samples_lib
from flan_jax.evaluation import sections
from flan_jax.evaluation import tables

FILE = 'report.html'
INPUTS = 'report.json'  # what only the evaluation knew, to make the page again
_HERE = os.path.dirname(os.path.abspath(__file__))
_TEMPLATE = os.path.join(_HERE, 'report.html.j2')


def write(
    model_dir: str, results: Mapping, run: Mapping, rule: Mapping,
    curves: Mapping[str, Sequence[Mapping]], *, references: Mapping | None = None,
    drawn: Mapping | None = None, phrasings: Mapping | None = None,
    samples: Sequence[Mapping] | None = None) -> str:
  """Writes report.html into MODEL_DIR, whole or not at all; returns its path.

  See `page` for the arguments. Samples are by default those of MODEL_DIR/predictions.
  report.json beside it has what `again` needs.
  """
  if samples is None:
    names = [one['name'] for one in results['evaluations']]
    samples = samples_lib.read(model_dir, names)
  given = {'drawn': drawn, 'phrasings': phrasings}
  path = os.path.join(model_dir, FILE)
  files.write_whole(path, page(
      results, run, rule, curves, references=references, samples=samples, **given))
  files.write_whole(os.path.join(model_dir, INPUTS),
                    json.dumps({'rule': rule, **given}, indent=1) + '\n')
  return path


def again(
    model_dir: str, results: Mapping, run: Mapping,
    curves: Mapping[str, Sequence[Mapping]], references: Mapping | None = None) -> str:
  """Writes report.html of an evaluated run anew; returns its path.

  Raises:
    UserError: there is no report.json, or it is not one that `write` wrote.
  """
  path = os.path.join(model_dir, INPUTS)
  try:
    with open(path, encoding='utf-8') as file:
      found = json.load(file)
    rule, *given = (found[key] for key in ('rule', 'drawn', 'phrasings'))
  except FileNotFoundError:
    raise UserError(
        f'{model_dir} has results but no {INPUTS}, which evaluation writes beside '
        'them; evaluate it again: python -m flan_jax.evaluate '
        f'--gin.MODEL_DIR="\'{model_dir}\'"') from None
  except (ValueError, AttributeError, KeyError, TypeError) as error:
    raise UserError(f'{path} is not what evaluation wrote ({error!r}); evaluate the '
                    'run again') from None
  drawn, phrasings = given
  return write(model_dir, results, run, rule, curves, references=references,
               drawn=drawn, phrasings=phrasings)


def page(
    results: Mapping, run: Mapping, rule: Mapping,
    curves: Mapping[str, Sequence[Mapping]], *,
    references: Mapping[str, Sequence[Mapping]] | None = None,
    drawn: Mapping[str, int | None] | None = None,
    phrasings: Mapping[str, Mapping[int, str]] | None = None,
    samples: Sequence[Mapping] | None = None) -> str:
  """The report as HTML.

  Args:
    results: what results.json holds.
    run: run.json of the run.
    rule: {'train': task -> rate, 'dropped': task -> reason, 'held_out' and 'trained':
      task -> its clusters}; `trained` is of the runs before as well;
      'cut' (optional): what of the training prompts did not fit, in plain words.
    curves: title -> records of metrics.jsonl.
    references: dataset, or 'mean' -> figures of the paper, each `system`, `setting`,
      `value`, `metric`, `note`.
    drawn: task -> prompts drawn while training, None where they were not counted.
    phrasings: dataset -> template number -> its text.
    samples: examples to browse, as samples.read gives them.
  """
  references = references or {}
  packed, count = samples_lib.packed(samples or [])
  return filled(
      _TEMPLATE, title=tables.title(results), limits=tables.limits(results),
      notes=tables.notes(results),
      tiles=_tiles(results), facts=_facts(results, run), unseen=sections.unseen(rule),
      names=_names(results), blocks=lanes.blocks(results, references),
      references=_references(results, references), letters=lanes.legend(references),
      aggregates=paper.aggregates(), charts=_charts(results, run, curves),
      mixture=run['mixture'], shares=sections.shares(rule['train'], drawn),
      cut=rule.get('cut', ()),
      templates=sections.templates(results, phrasings or {}),
      problems=sections.problems(results), samples=markup(packed), count=count,
      written=now())


def filled(template: str, **values) -> str:
  """A page with the values, and what its charts share."""
  return files.filled(template, place=lanes.place, **values)


def markup(json_text: str):
  """JSON that holds no '<', as the template takes it: not escaped once more."""
  import markupsafe
  return markupsafe.Markup(json_text)


def now() -> str:
  return datetime.datetime.now().strftime('%Y-%m-%d %H:%M')


def _names(results: Mapping) -> list[tuple[str, str]]:
  """(name, CSS class) of the evaluations that are compared."""
  return [(one['name'], lanes.colour(one['name'])) for one in tables.main(results)]


def _tiles(results: Mapping) -> list[dict]:
  """Means over the held-out datasets: majority, the evaluations, their differences."""
  means = [row for row in tables.rows(results) if row['mean_row']]
  if not means:
    return []
  tiles = [{'name': 'majority class', 'colour': '', 'value': means[0]['majority'],
            'below': 'mean, held out'}]
  for one in tables.main(results):
    ends = one.get('interval')
    tiles.append({
        'name': one['name'], 'colour': lanes.colour(one['name']),
        'value': tables.number(one['mean']),
        'below': f'95%: {tables.interval(ends)}' if ends else 'mean, held out'})
  for one in results.get('comparisons') or ():
    if one.get('mean'):
      shown = lanes.difference(one['mean'])
      tiles.append({
          'name': f'{one["of"]} − {one["against"]}', 'colour': shown['verdict'],
          'value': shown['value'],
          'below': f'95%: {shown["interval"]}' if shown['interval'] else shown['p']})
  return tiles


def _facts(results: Mapping, run: Mapping) -> list[tuple[str, str]]:
  steps = ', '.join(f'{one["name"]} at step {one["step"]:,}'
                    for one in tables.main(results))
  model, words = run['model'], run['vocabulary']
  return [
      ('held out', results['cluster'] or 'nothing'), ('data', results['data']),
      ('trained on', f'{run["mixture"]}, {len(run["tasks"])} tasks ({run["data"]})'),
      ('checkpoints', steps),
      ('model', f'{model["layers"]} layers of width {model["d_model"]}'),
      ('vocabulary', f'{words["path"]} ({words["hash"]})')]


def _references(results: Mapping, references: Mapping) -> list[dict]:
  """The rows of the table of references, of the datasets that were evaluated."""
  found = []
  for row in tables.rows(results):
    own = lanes.of_dataset(references, row['name'])
    shown = lanes.drawn(own, row['metric']) if row['plotted'] else []
    found += [{**one, 'dataset': row['name'], 'value': tables.number(one['value']),
               'is_drawn': any(one is other for other in shown)} for one in own]
  return found


def _charts(results: Mapping, run: Mapping, curves: Mapping) -> list[dict[str, Any]]:
  """Every chart of the page that has a curve: `title`, `note`, and its points."""
  kinds = []
  for name, records in curves.items():
    kinds += [
        (f'Loss, {name}', 'nats a token', charts.loss(records), 3),
        (f'Next token right, {name}', 'percent of the target tokens',
         charts.accuracy(records), 1),
        (f'Held-out scores, {name}', 'quick checks while training',
         charts.held_out(records, results), 1)]
  kinds.append(('Held-out scores, full evaluations', 'scores of whole checkpoints',
                charts.evaluated(results, bool(run.get('init_from'))), 1))
  return [{'title': heading, 'note': note, **charts.chart(series, digits)}
          for heading, note, series, digits in kinds if series]
