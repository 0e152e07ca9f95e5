# SPDX-License-Identifier: Apache-2.0
"""Examples to browse, with question and answer, read from the answer cache."""

import itertools
import json
import math
from typing import Any, Mapping, Sequence

from flan_jax import storage
from flan_jax.evaluation import answers, text_metrics
from flan_jax.evaluation.scores import Evaluation

MOST_BYTES = 4_000_000  # limit for all examples of a page
_FEWER = (20, 10, 5, 3, 2, 1)  # examples per template, tried in turn


def read(model_dir: str, evaluations: Mapping[str, Evaluation], most: int = 20) -> list[dict]:
  """Returns the first examples of evaluations with stored prompts; answers that several
  evaluations share appear once.

  Args:
    model_dir: the run. Missing files are skipped; damaged ones too, with a notice.
    evaluations: display name -> the evaluation.
    most: examples of each evaluation, dataset and template.

  Returns:
    For each prompt: `evaluation`, `dataset`, `template`, `method`, `number` (of the
    example), `prompt`, `options`, `scores` (of the options, or None), `target`, `answer`
    (text, or None), `right` (None for a generated answer that equals no reference: only
    the metric can judge it).
  """
  found, done, tell = [], set(), answers.once()
  for name, evaluation in evaluations.items():
    for dataset in sorted(evaluation.datasets):
      folder = answers.path(model_dir, evaluation.folder, dataset)
      if folder in done or not storage.is_folder(folder):
        continue
      done.add(folder)
      asked, kept = answers.stored(folder, tell) or (None, [])
      found += [
        {
          'evaluation': name,
          'dataset': dataset,
          'template': cell.template,
          'method': cell.method,
          'number': number,
          **_sample(example, given),
        }
        for cell in kept
        for number, example, given in itertools.islice(answers.shown(asked, cell), most)
      ]
  return found


def _sample(example: Mapping, given: Mapping) -> dict:
  options, references = example['options'], example['references']
  if options:
    chosen = given['answer']
    answer = options[chosen] if chosen >= 0 else None
    right = answer is not None and answer in references
  else:
    answer = given['answer']
    right = _same(answer, references) or None
  return {
    'prompt': given['prompt'],
    'options': options,
    'scores': [one if _finite(one) else None for one in given.get('scores', ())],
    'target': references[0] if references else '',
    'answer': given.get('text', answer) or None,
    'right': right,
  }


def _same(text: str, references: Sequence[str]) -> bool:
  """Compares texts without case, articles and punctuation."""

  def bare(one):
    return text_metrics.trivia_normalized(one) or one.strip()

  return bool(bare(text)) and bare(text) in map(bare, references)


def packed(samples: Sequence[Mapping], most_bytes: int = MOST_BYTES) -> tuple[str, int]:
  """Returns the samples as JSON that is safe inside a <script>, and how many remain.

  Keeps as many of each template's first examples as fit, then every second of these.
  Prompts shared by several models are stored once.
  """
  kept: Sequence[Mapping] = samples
  for few in _FEWER:
    kept = [one for one in samples if one['number'] < few]
    text = _text(kept)
    if len(text.encode()) <= most_bytes:
      return text, len(kept)
  while kept and len(_text(kept).encode()) > most_bytes:
    kept = kept[::2] if len(kept) > 1 else []
  return _text(kept), len(kept)


def _text(samples: Sequence[Mapping]) -> str:
  prompts: dict[str, int] = {}
  records = [{**one, 'prompt': prompts.setdefault(one['prompt'], len(prompts))} for one in samples]
  text = json.dumps(
    {'prompts': list(prompts), 'samples': records}, separators=(',', ':'), allow_nan=False, ensure_ascii=False
  )
  # Inside a script only '<' can begin markup, and in JSON it occurs only in strings.
  text = text.replace('<', '\\u003c')
  return text.encode('utf-8', 'replace').decode()  # a lone surrogate is no valid UTF-8


def _finite(value: Any) -> bool:
  return isinstance(value, (int, float)) and math.isfinite(value)
