"""The paper's protocol (section 3): all forward templates, mean, spread, best on dev.

Classification is scored by rank over the options, generation by greedy decoding. The
score of a dataset is the mean over its templates, with their standard deviation; beside
it stands the test score of the template that was best on the dev set.
"""

import contextlib
import dataclasses
from typing import Callable, Mapping, Sequence

import numpy as np

from flan_jax.data import datasets
from flan_jax.data import templates as templates_lib
from flan_jax.data.vocabulary import FLAN
from flan_jax.evaluation import decoding
from flan_jax.evaluation import metrics
from flan_jax.evaluation import questions as questions_lib
from flan_jax.evaluation import scoring
from flan_jax.evaluation.questions import DEV, TEST, Questions

RANK, DECODE = 'rank', 'decode'


@dataclasses.dataclass(frozen=True)
class Settings:
  """What the scores may not depend on, and how much is evaluated.

  templates: numbers of forward templates, None for all. limit: examples of each split,
  None for all. held_in_test: whether tasks trained on are tested too, or only their dev
  sets. decode_tokens: of a decoded answer; None is the run's targets_length.
  """

  templates: Sequence[int] | None = None
  limit: int | None = None
  held_in_test: bool = False
  decode_tokens: int | None = None
  row_length: int = scoring.ROW_LENGTH
  tokens_per_forward: int | None = None


def evaluate(
    loaded, names: Sequence[str], held_in: bool, settings: Settings = Settings(), *,
    encoding: questions_lib.Encoding | None = None,
    read: dict[str, Questions] | None = None,
    progress: Callable | None = None) -> dict[str, dict]:
  """Scores of a checkpoint on datasets, by name, as results.json has them.

  Args:
    loaded: `config`, `params` and `run`, as checkpoint.load gives them.
    held_in: whether the datasets were trained on; see Settings.held_in_test.
    encoding: by default that of loaded.run; a base wants that of the run tuned from it.
    read: questions already read; those read here are added. Serves a second checkpoint.
    progress: called as progress(title, total), a context that yields advance(steps).
  """
  encoding = encoding or questions_lib.Encoding.of(loaded.run)
  splits = (DEV,) if held_in and not settings.held_in_test else (DEV, TEST)
  read = {} if read is None else read
  entries = {}
  for name in names:
    if name not in read:
      read[name] = questions_lib.read(
          name, encoding, templates=settings.templates, splits=splits,
          limit=settings.limit)
    asked = read[name]
    with (progress or _silent)(name, len(asked.inputs)) as advance:
      answers = answer(loaded, asked, encoding, settings, advance)
    entries[name] = {'held_in': held_in, **entry(asked, answers, encoding)}
  return entries


def _silent(title: str, total: int):
  del title, total
  return contextlib.nullcontext()


def answer(
    loaded, asked: Questions, encoding: questions_lib.Encoding, settings: Settings,
    advance: Callable[[int], None] | None = None) -> np.ndarray:
  """What the model answers: [N, T], option numbers, or texts (dtype object)."""
  shape = len(asked.examples), len(asked.templates)
  if method(asked.name) == RANK:
    prompts = [(inputs, asked.options[number // shape[1]])
               for number, inputs in enumerate(asked.inputs)]
    scored = scoring.scores(
        loaded.config, loaded.params, prompts, row_length=settings.row_length,
        tokens_per_forward=settings.tokens_per_forward, advance=advance)
    return scoring.choose(scored).reshape(shape)
  found = decoding.generate(
      loaded.config, loaded.params, asked.inputs,
      decoding.Settings(settings.decode_tokens or encoding.targets_length),
      encoding.end_id(), tokens_per_forward=settings.tokens_per_forward, advance=advance)
  return np.array([FLAN.decode(ids) for ids in found], object).reshape(shape)


def method(name: str) -> str:
  """'rank' for classification, 'decode' for generation."""
  return RANK if datasets.get(name).kind == templates_lib.CLASSIFICATION else DECODE


def entry(
    asked: Questions, answers: np.ndarray, encoding: questions_lib.Encoding) -> dict:
  """All that results.json says of a dataset, but for `held_in`.

  answers: [N, T] as `answer` gives them. `majority` is what always choosing the most
  frequent class of the test split (of dev, where there is no test) would score.
  """
  dataset = datasets.get(asked.name)
  templates = []
  for column, number in enumerate(asked.templates):
    given = {split: _answers(asked, answers[:, column], split) for split in (DEV, TEST)}
    templates.append({
        'template': number, 'kind': dataset.templates[number].kind,
        'method': method(asked.name),
        'n_dev': asked.sizes[DEV], 'n_test': asked.sizes[TEST],
        **{split: _scores(dataset.metrics, one) for split, one in given.items()}})
  primary = dataset.metrics[0]
  scored = TEST if asked.sizes[TEST] else DEV
  return {
      'primary': primary, 'templates': templates, **summary(templates, primary),
      'majority': metrics.majority(primary, _answers(asked, answers[:, 0], scored)),
      'prompt': _shown(asked, answers[0, 0], encoding)}


def summary(templates: Sequence[Mapping], primary: str) -> dict:
  """mean, std, best_dev_template and best_dev_test of the primary metric.

  Over test where it was evaluated, else over dev. The deviation is that of the
  population; of templates equally good on dev the lowest number is taken.
  """
  scored = TEST if templates[0]['n_test'] else DEV
  values = [one[scored][primary] for one in templates]
  best = max(
      (one for one in templates if one['n_dev']), default=None,
      key=lambda one: (metrics.better(primary, one[DEV][primary]), -one['template']))
  return {
      'mean': float(np.mean(values)), 'std': float(np.std(values)),
      'best_dev_template': best and best['template'],
      'best_dev_test': best[TEST].get(primary) if best else None}


def evaluation(name: str, step: int, limit: int | None, entries: Mapping) -> dict:
  """One of the evaluations of results.json; `mean` is that of the held-out datasets."""
  held_out = [one for one in entries.values() if not one['held_in']]
  # Words to correct cannot be averaged with scores of 0..100.
  scores = [one['mean'] for one in held_out if one['primary'] not in metrics.COUNTED]
  scores = scores or [one['mean'] for one in held_out]
  return {
      'name': name, 'step': step, 'limit': limit, 'datasets': dict(entries),
      'mean': float(np.mean(scores)) if scores else None}


def _answers(asked: Questions, column: np.ndarray, split: str) -> metrics.Answers:
  rows = asked.rows(split)
  examples = asked.examples[rows]
  ranked = method(asked.name) == RANK
  return metrics.Answers(
      labels=[one.label for one in examples], options=[one.options for one in examples],
      references=[one.references for one in examples],
      chosen=column[rows] if ranked else None,
      written=None if ranked else column[rows].tolist(),
      groups=[one.group for one in examples])


def _scores(names: Sequence[str], answers: metrics.Answers) -> dict[str, float]:
  if not answers.labels:
    return {}
  return {name: metrics.score(name, answers) for name in names}


def _shown(asked: Questions, given, encoding: questions_lib.Encoding) -> dict:
  """The first prompt, read back from its tokens: what the model really saw."""
  first, ids = asked.first, asked.inputs[0]
  target = first.targets[0]
  return {
      'template': asked.templates[0], 'inputs': FLAN.decode(ids), 'tokens': len(ids),
      'separators': list(encoding.separators), 'options': list(first.options),
      'target': FLAN.decode(encoding.targets([target])[0]),
      'answer': first.options[given] if first.options else given}
