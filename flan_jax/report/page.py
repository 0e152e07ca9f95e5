# SPDX-License-Identifier: Apache-2.0
"""report.html: the results for readers, one file that needs no network.

The template escapes all text that comes from data; the examples to browse are JSON that
the page's script sets as text.
"""

import datetime
import json
import os
from typing import Any, Mapping, Required, Sequence, TypedDict

import msgspec

from flan_jax import storage
from flan_jax.errors import UserError
from flan_jax.evaluation import groups
from flan_jax.evaluation.groups import Group
from flan_jax.evaluation.scores import Evaluation, Results
from flan_jax.report import charts, overlap, paper, score_plot, sections, tables
from flan_jax.report import samples as samples_lib

FILE = 'report.html'
INPUTS = 'report.json'  # what only the evaluation knows, needed to rewrite the page
_HERE = os.path.dirname(os.path.abspath(__file__))
_TEMPLATE = os.path.join(_HERE, 'report.html.j2')


class _Rule(TypedDict):
  dropped: dict
  held_out: dict
  trained: dict


class _Part(TypedDict):
  examples: int
  score: float | None


class CleanScores(TypedDict, total=False):
  """The score of a dataset, split by whether the text of examples is in the training data.

  metric, split: of the scores. problem: why there are none.
  """

  metric: Required[str]
  split: str
  whole: _Part
  clean: _Part
  marked: _Part
  problem: str


class Inputs(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
  """The content of report.json.

  rules: cluster ('None' if none is held out) -> {'dropped': task -> reason, 'held_out' and
  'trained': task -> its clusters}; `trained` includes earlier runs. None: the cluster is
  no longer known.
  drawn: task -> prompts drawn in training, None if not counted.
  phrasings: dataset -> template number -> its text.
  cut: the training prompts that did not fit, as a sentence.
  clean: folder of an evaluation's answers -> dataset -> its scores.
  not_clean: why `clean` is empty.
  """

  rules: dict[str, _Rule | None]
  drawn: dict[str, int | None] | None = None
  phrasings: dict[str, dict] | None = None
  cut: list[str] = []
  clean: dict[str, dict[str, CleanScores]] = {}
  not_clean: str = ''

  def to_json(self) -> dict[str, Any]:
    return msgspec.structs.asdict(self)


def write(
  model_dir: str,
  results: Results,
  run: Any,
  given: Inputs,
  curves: Mapping[str, Sequence[Mapping]],
  references: Mapping | None = None,
  samples: Sequence[Mapping] | None = None,
  goodput: Sequence[Mapping[str, str]] = (),
) -> str:
  """Writes report.html into MODEL_DIR atomically; returns its path.

  See `page` for the arguments. samples: by default those of MODEL_DIR/predictions. Also
  writes report.json, which `again` reads.
  """
  if samples is None:
    samples = samples_lib.read(model_dir, _named(results))
  path = os.path.join(model_dir, FILE)
  storage.write_whole(path, page(results, run, given, curves, references, samples, goodput))
  storage.write_whole(os.path.join(model_dir, INPUTS), json.dumps(given.to_json(), indent=1) + '\n')
  return path


def _named(results: Results) -> dict[str, Evaluation]:
  """Returns the display name of each evaluation, the last ones first -> the evaluation."""
  every = groups.split(results)[::-1]
  ends = ['' if len(every) == 1 else f' ({groups.label(group, every)})' for group in every]
  return {f'{one.name}{end}': one for group, end in zip(every, ends) for one in group.evaluations}


def again(
  model_dir: str,
  results: Results,
  run: Any,
  curves: Mapping[str, Sequence[Mapping]],
  references: Mapping | None = None,
  goodput: Sequence[Mapping[str, str]] = (),
) -> str:
  """Rewrites report.html of an evaluated run; returns its path.

  Raises:
    UserError: report.json is missing, or `write` did not write it.
  """
  given = inputs(model_dir)
  if given is None:
    raise UserError(
      f'{model_dir} has results but no {INPUTS}, which evaluation writes beside '
      'them; evaluate it again: flan_jax evaluate '
      f'--gin.MODEL_DIR="\'{model_dir}\'"'
    )
  return write(model_dir, results, run, given, curves, references, goodput=goodput)


def inputs(model_dir: str) -> Inputs | None:
  """Returns the content of report.json, None if it is missing.

  Raises:
    UserError: `write` did not write it.
  """
  path = os.path.join(model_dir, INPUTS)
  try:
    return msgspec.json.decode(storage.read_bytes(path), type=Inputs)
  except FileNotFoundError:
    return None
  except (OSError, ValueError, RecursionError) as error:
    raise UserError(
      f'{path} is not what evaluation wrote ({error}); move it away and '
      'evaluate the run again: answers that are kept are not made twice'
    ) from None


def page(
  results: Results,
  run: Any,
  given: Inputs,
  curves: Mapping[str, Sequence[Mapping]],
  references: Mapping[str, Sequence[Mapping]] | None = None,
  samples: Sequence[Mapping] | None = None,
  goodput: Sequence[Mapping[str, str]] = (),
) -> str:
  """Returns the report as HTML: a part for each group of the results, the last one first.

  Args:
    results: all parts of the page.
    run: training.run_file.Run of the run.
    curves: title -> records of metrics.jsonl.
    references: dataset, or 'mean' -> figures of the paper, each `system`, `setting`,
      `value`, `metric`, `note`.
    samples: examples to browse, as from samples.read.
    goodput: use of time, a row for each part: `part`, `meaning`, `time`, `share`.
  """
  packed, count = samples_lib.packed(samples or [])
  every = groups.split(results)[::-1]
  shown = [_part(group, every, number, run, given, references or {}) for number, group in enumerate(every)]
  return filled(
    _TEMPLATE,
    title=_title(every),
    parts=shown,
    overlap=overlap.section(run, every, given),
    facts=_facts(run),
    aggregates=paper.aggregates(),
    charts=_charts(results, every, run, curves),
    goodput=goodput,
    mixture=run.mixture,
    imported=run.imported is not None,
    cut=given.cut,
    shares=sections.shares(run.tasks, given.drawn),
    samples=markup(packed),
    count=count,
    written=now(),
  )


def _title(every: Sequence[Group]) -> str:
  others = len(every) - 1
  more = f', and {others} other evaluation{"s" * (others > 1)}' if others else ''
  return tables.title(every[0]) + more


def _part(group: Group, every: Sequence[Group], number, run, given: Inputs, references) -> dict:
  """Returns the page's content for a group of the results."""
  own = {
    name: figures
    for name, figures in references.items()
    if name == 'mean' or any(name in one.datasets for one in group.evaluations)
  }
  cluster = group.conditions.cluster
  rule = given.rules.get(str(cluster))
  lost = [] if rule or not cluster else [f'{cluster} is declared no more, so nothing here says whether it was unseen']
  return {
    'end': f'-{number + 1}' if number else '',
    'alone': len(every) == 1,
    'label': groups.label(group, every),
    'title': tables.title(group),
    'limits': [*tables.limits(group), *lost],
    'notes': tables.notes(group),
    'tiles': _tiles(group),
    'facts': _asked(group, run),
    'unseen': sections.unseen(rule, group.training),
    'names': _names(group),
    'blocks': score_plot.blocks(group, own),
    'references': _references(group, own),
    'letters': score_plot.legend(own),
    'templates': sections.templates(group, given.phrasings or {}),
    'problems': sections.problems(group),
  }


def filled(template: str, **values) -> str:
  """Returns a page filled with the values and with what its charts share."""
  return storage.filled(template, place=score_plot.place, **values)


def markup(json_text: str):
  """Marks JSON without '<' as safe, so that the template does not escape it again."""
  import markupsafe

  return markupsafe.Markup(json_text)


def now() -> str:
  return datetime.datetime.now().strftime('%Y-%m-%d %H:%M')


def _names(group: Group) -> list[tuple[str, str]]:
  """Returns (name, CSS class) of the compared evaluations."""
  return [(one.name, score_plot.colour(one.name)) for one in tables.main(group)]


def _tiles(group: Group) -> list[dict]:
  """Returns means over the held-out datasets: majority, the evaluations, their differences."""
  means = [row for row in tables.rows(group) if row['mean_row']]
  if not means:
    return []
  below = 'mean' if group.perhaps_seen else 'mean, held out'
  tiles = [{'name': 'majority class', 'colour': '', 'value': means[0]['majority'], 'below': below}]
  for one in tables.main(group):
    tiles.append(
      {
        'name': one.name,
        'colour': score_plot.colour(one.name),
        'value': tables.number(one.mean),
        'below': f'95%: {tables.interval(one.interval)}' if one.interval else below,
      }
    )
  for compared in group.comparisons:
    if compared.mean:
      shown = score_plot.difference(compared.mean)
      tiles.append(
        {
          'name': f'{compared.of} − {compared.against}',
          'colour': shown['verdict'],
          'value': shown['value'],
          'below': f'95%: {shown["interval"]}' if shown['interval'] else shown['p'],
        }
      )
  return tiles


def _facts(run: Any) -> list[tuple[str, str]]:
  """Returns the facts that all evaluations share."""
  model, words, tasks = run.model, run.vocabulary, len(run.tasks)
  trained = f'{run.mixture}, {tasks} task{"s" * (tasks != 1)} ({run.data})'
  if run.imported is not None:
    trained = f'not known: imported ({run.imported.get("model_type", "model")})'
  return [
    ('trained on', trained),
    ('model', f'{model.layers} layers of width {model.d_model}'),
    ('vocabulary', f'{words.path} ({words.hash})'),
  ]


def _asked(group: Group, run: Any) -> list[tuple[str, str]]:
  """Returns what a group was asked, and the checkpoints that answered."""
  steps = ', '.join(f'{one.name} at step {one.step:,}' for one in tables.main(group))
  cluster = group.conditions.cluster or 'nothing'
  first = ('asked', cluster) if group.perhaps_seen else ('held out', cluster)
  never = (
    not any(one.name == 'tuned' or tables.step(one.name) is not None for one in group.evaluations) and not run.init_from
  )
  return [first, ('how', groups.manner(group.conditions)), ('data', group.conditions.data), ('checkpoints', steps)] + (
    [('tuned', 'never: with the prompts of tuned models it is "untuned"')] if never else []
  )


def _references(group: Group, references: Mapping) -> list[dict]:
  """Returns the rows of the references table for the evaluated datasets."""
  found = []
  for row in tables.rows(group):
    own = score_plot.of_dataset(references, row['name'])
    shown = score_plot.drawn(own, row['metric']) if row['plotted'] else []
    found += [
      {
        **one,
        'dataset': row['name'],
        'value': tables.number(one['value']),
        'is_drawn': any(one is other for other in shown),
      }
      for one in own
    ]
  return found


def _charts(results: Results, every: Sequence[Group], run: Any, curves: Mapping) -> list[dict[str, Any]]:
  """Returns every chart that has a curve: `title`, `note`, and its points."""
  kinds = []
  for name, records in curves.items():
    kinds += [
      (f'Loss, {name}', 'nats a token', charts.loss(records), 3),
      (f'Next token right, {name}', 'percent of the target tokens', charts.accuracy(records), 1),
      (f'Held-out scores, {name}', 'quick checks while training', charts.held_out(records, results), 1),
    ]
  for group in every:
    subject = 'Scores' if group.perhaps_seen else 'Held-out scores'
    of = f'full evaluations of {groups.label(group, every)}' if len(every) > 1 else ('full evaluations')
    kinds.append((f'{subject}, {of}', 'scores of whole checkpoints', charts.evaluated(group, bool(run.init_from)), 1))
  return [
    {'title': heading, 'note': note, **charts.chart(series, digits)}
    for heading, note, series, digits in kinds
    if series
  ]
