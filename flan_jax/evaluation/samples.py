"""What was predicted, read back from MODEL_DIR/predictions: examples to look at, and
all the answers, to compare two runs by.

    predictions/tuned/rte/examples.jsonl    a head, then a line an example
    predictions/tuned/rte/0.rank.jsonl      a head, then a line a prediction
"""

import json
import math
import os
from typing import Any, Iterator, Mapping, Sequence

from flan_jax.evaluation import metrics
from flan_jax.evaluation import text_metrics

FOLDER, EXAMPLES, RANK = 'predictions', 'examples.jsonl', 'rank'
MOST_BYTES = 4_000_000  # of the examples that a page holds
_Answered = tuple[int, dict, dict]  # number of the example, the example, its answer
_FEWER = (20, 10, 5, 3, 2, 1)  # examples of a template, tried in turn


def read(model_dir: str, names: Sequence[str], most: int = 20) -> list[dict]:
  """The first examples of the evaluations named, whose prompts were kept.

  Args:
    model_dir: the run. What is missing there is left out, torn last lines too.
    names: of evaluations.
    most: examples of each evaluation, dataset and template.

  Returns:
    For each prompt: `evaluation`, `dataset`, `template`, `method`, `number` (of the
    example), `prompt`, `options`, `scores` (of the options, None where there is none),
    `target`, `answer` (text, None where there is none), `right` (None of a written
    answer that is not a reference word for word: the metric judges it).
  """
  found = []
  for name in names:
    for dataset in _folders(os.path.join(model_dir, FOLDER, name)):
      folder = os.path.join(model_dir, FOLDER, name, dataset)
      for head, pairs in _predictions(folder):
        kept = _with_prompts(pairs, most)
        found += [
            {'evaluation': name, 'dataset': dataset, 'template': head['template'],
             'method': head['method'], 'number': number, **_sample(example, given)}
            for number, example, given in kept]
  return found


def columns(model_dir: str, name: str, dataset: str) -> dict[int, metrics.Answers]:
  """All answers of an evaluation to a dataset, by template, as it was scored.

  Of the test split, or of dev where there is no test; ranked where both was done. {}
  where there are no predictions.
  """
  folder = os.path.join(model_dir, FOLDER, name, dataset)
  found = {}
  for head, pairs in _predictions(folder):
    if head['template'] not in found or head['method'] == RANK:
      pairs = list(pairs)
      if pairs:
        found[head['template']] = _answers(pairs, head['method'] == RANK)
  return dict(sorted(found.items()))


def _head(path: str) -> dict | None:
  return next(_lines(path), None)


def _folders(path: str) -> list[str]:
  if not os.path.isdir(path):
    return []
  return sorted(name for name in os.listdir(path)
                if os.path.isdir(os.path.join(path, name)))


def _predictions(folder: str) -> Iterator[tuple[dict, Iterator[_Answered]]]:
  """For each file its head, and what was answered of the split that is scored."""
  start = _head(os.path.join(folder, EXAMPLES))
  if not start:
    return
  files = [name for name in os.listdir(folder)
           if name.endswith('.jsonl') and name != EXAMPLES]
  for name in sorted(files, key=_number_and_rank_first):
    found = _head(os.path.join(folder, name))
    if found and found['fingerprint'] == start['fingerprint']:
      yield found, _scored(folder, name, start['sizes'])


def _number_and_rank_first(file: str) -> tuple:
  number, method, _ = file.split('.')
  return int(number), method != RANK, method


def _scored(
    folder: str, name: str, sizes: Mapping[str, int]) -> Iterator[_Answered]:
  first = sizes.get('dev', 0) if sizes.get('test') else 0
  pairs = zip(*(_lines(os.path.join(folder, one)) for one in (EXAMPLES, name)))
  for number, (example, given) in enumerate(pairs):
    if number > first:  # line 0 is the head
      yield number - first - 1, example, given


def _lines(path: str) -> Iterator[dict]:
  """The lines as far as they are whole: a run may have been killed while it wrote."""
  try:
    with open(path, encoding='utf-8') as file:
      for line in file:
        yield json.loads(line)
  except (FileNotFoundError, ValueError):
    return


def _with_prompts(pairs: Iterator[_Answered], most: int) -> list[_Answered]:
  """The first ones; the prompts stand before all others."""
  kept = []
  for number, example, given in pairs:
    if len(kept) == most or 'prompt' not in given:
      break
    kept.append((number, example, given))
  return kept


def _sample(example: Mapping, given: Mapping) -> dict:
  options, references = example['options'], example['references']
  scores = given.get('scores')
  if scores is not None:
    chosen = given['answer']
    answer = options[chosen] if chosen >= 0 else None
    right = answer is not None and answer in references
  else:
    answer = given['answer']
    right = _same(answer, references) or (False if options else None)
  return {
      'prompt': given['prompt'], 'options': options,
      'scores': [one if _finite(one) else None for one in scores or ()],
      'target': references[0] if references else '', 'answer': answer, 'right': right}


def _same(text: str, references: Sequence[str]) -> bool:
  """But for case, articles and punctuation."""
  def bare(one):
    return text_metrics.trivia_normalized(one) or one.strip()
  return bare(text) in map(bare, references)


def _answers(pairs: Sequence[_Answered], ranked: bool) -> metrics.Answers:
  examples = [example for _, example, _ in pairs]
  given = [one['answer'] for _, _, one in pairs]
  return metrics.Answers(
      labels=[one['label'] for one in examples],
      options=[one['options'] for one in examples],
      references=[one['references'] for one in examples],
      chosen=given if ranked else None, written=None if ranked else given,
      groups=[one.get('group', '') for one in examples])


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
  records = [{**one, 'prompt': prompts.setdefault(one['prompt'], len(prompts))}
             for one in samples]
  text = json.dumps({'prompts': list(prompts), 'samples': records},
                    separators=(',', ':'), allow_nan=False, ensure_ascii=False)
  # Within a script only '<' can begin markup, and in JSON it stands in texts alone.
  text = text.replace('<', '\\u003c')
  return text.encode('utf-8', 'replace').decode()  # half a surrogate is no UTF-8


def _finite(value: Any) -> bool:
  return isinstance(value, (int, float)) and math.isfinite(value)
