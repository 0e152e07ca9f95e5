# SPDX-License-Identifier: Apache-2.0
"""Examples to look at, with what was asked and answered: read back from the cells."""

import itertools
import json
import math
from typing import Any, Mapping, Sequence

from flan_jax import storage
from flan_jax.evaluation import answers, text_metrics
from flan_jax.evaluation.scores import Evaluation

MOST_BYTES = 4_000_000  # of the examples that a page holds
_FEWER = (20, 10, 5, 3, 2, 1)  # examples of a template, tried in turn


def read(model_dir: str, evaluations: Mapping[str, Evaluation], most: int = 20) -> list[dict]:
  """The first examples of evaluations, whose prompts were kept; of answers that several
  evaluations share, once.

  Args:
    model_dir: the run. What is missing there is left out; what is damaged too, and told.
    evaluations: what they are called -> the evaluations.
    most: examples of each evaluation, dataset and template.

  Returns:
    For each prompt: `evaluation`, `dataset`, `template`, `method`, `number` (of the
    example), `prompt`, `options`, `scores` (of the options, None where there is none),
    `target`, `answer` (text, None where there is none), `right` (None of a written
    answer that is not a reference word for word: the metric judges it).
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
  """But for case, articles and punctuation."""

  def bare(one):
    return text_metrics.trivia_normalized(one) or one.strip()

  return bool(bare(text)) and bare(text) in map(bare, references)


def packed(samples: Sequence[Mapping], most_bytes: int = MOST_BYTES) -> tuple[str, int]:
  """The samples as JSON that may stand inside a <script>, and how many are left.

  Keeps the first few of every template, as many as fit, then every second of these.
  Prompts that several models were asked are kept once.
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
  # Within a script only '<' can begin markup, and in JSON it stands in texts alone.
  text = text.replace('<', '\\u003c')
  return text.encode('utf-8', 'replace').decode()  # half a surrogate is no UTF-8


def _finite(value: Any) -> bool:
  return isinstance(value, (int, float)) and math.isfinite(value)
