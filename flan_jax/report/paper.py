# SPDX-License-Identifier: Apache-2.0
"""Figures of the FLAN paper (arXiv 2109.01652 v5), to show beside one's own.

    figures('bool_q', 'accuracy')      of several systems and settings
    figures('wmt14_enfr.en_fr.5shot', 'bleu')       those of the variant's dataset
    aggregates()                       means over datasets, and results of the ablations

The models have 137 billion parameters and more: a reference, not an expectation. Only
figures confirmed by another source are listed: a cell of the paper's tables that one
source repeats, a mean that two do. The paper has many more.
"""

import dataclasses
import re
from typing import Iterator, Mapping

LAMDA, GPT3, FLAN = 'LaMDA-PT 137B', 'GPT-3 175B', 'FLAN 137B'
ZERO_SHOT, FEW_SHOT = 'zero-shot', 'few-shot'
ZERO_SHOT_BEST = 'zero-shot, best dev template'
FEW_SHOT_BEST = 'few-shot, best dev template'


@dataclasses.dataclass(frozen=True)
class Figure:
  """A system's score on a dataset, 0..100.

  system: with its size. setting: 'zero-shot' is for FLAN the mean over its templates, for
  the others the score of one prompt. shots: exemplars, None if there are none or the
  number is unconfirmed. metric: our name for it. note: a remark for the reader, or ''.
  """

  system: str
  setting: str
  value: float
  shots: int | None
  metric: str
  note: str


@dataclasses.dataclass(frozen=True)
class Aggregate:
  """Numbers that belong to no single dataset. values: label -> the number."""

  title: str
  values: Mapping[str, float]


def figures(dataset: str, metric: str) -> tuple[Figure, ...]:
  """Returns the paper's figures for a dataset.

  Args:
    dataset: its name or a variant's, which has the figures of the dataset; a dataset with
      two directions has figures per direction: 'wmt14_enfr.en_fr'.
    metric: one of the dataset's metrics.

  Returns:
    LaMDA-PT's, GPT-3's and FLAN's, in this order; () if there are none.
  """
  while dataset and (dataset, metric) not in TABLE:
    dataset = dataset.rpartition('.')[0]
  return TABLE.get((dataset, metric), ())


def aggregates() -> tuple[Aggregate, ...]:
  """Returns the means of figure 1, the ablations of figures 6 and 8, and the count of wins."""
  return _AGGREGATES


# Format of a line: dataset, metric | system | setting | value, shots in brackets, a sign
# for one of the notes.
_LINE = re.compile(
  r'(?P<dataset>\S+) +(?P<metric>\S+) *\| *(?P<system>\S+) *\| *(?P<setting>[a-z -]+?) *'
  r'\| *(?P<value>\d+\.\d)(?: \[(?P<shots>\d+)\])?(?: (?P<note>\S))?'
)
_SYSTEMS = {'LaMDA-PT': LAMDA, 'GPT-3': GPT3, 'FLAN': FLAN}
_SETTINGS = {'zero': ZERO_SHOT, 'zero best': ZERO_SHOT_BEST, 'few': FEW_SHOT, 'few best': FEW_SHOT_BEST}
_NOTES = {
  None: '',
  '†': 'Flagged in the paper: the test set may be part of the pretraining text.',
  'h': 'The source repeats the value under the heading of another column.',
}

_CELLS = """
anli_r1 accuracy           | GPT-3    | zero      | 34.6
anli_r1 accuracy           | GPT-3    | few       | 36.8
anli_r1 accuracy           | FLAN     | zero      | 47.7
anli_r1 accuracy           | FLAN     | few best  | 47.9 h
anli_r2 accuracy           | FLAN     | zero      | 43.9
anli_r3 accuracy           | FLAN     | zero      | 47.0
cb accuracy                | FLAN     | zero      | 64.1
qnli accuracy              | LaMDA-PT | zero      | 50.6 h
qnli accuracy              | LaMDA-PT | few       | 55.7 h
rte accuracy               | FLAN     | few best  | 84.5 h
bool_q accuracy            | GPT-3    | zero      | 60.5
bool_q accuracy            | GPT-3    | few       | 77.5
bool_q accuracy            | FLAN     | zero best | 82.9
bool_q accuracy            | FLAN     | few best  | 84.6 h
openbookqa accuracy        | GPT-3    | zero      | 57.6
openbookqa accuracy        | GPT-3    | few       | 65.4
openbookqa accuracy        | FLAN     | few best  | 78.2 h
squad_v2 squad_f1          | GPT-3    | few       | 69.8
squad_v2 squad_f1          | FLAN     | few best  | 43.1 [3]
arc_challenge accuracy     | FLAN     | zero best | 63.1
arc_challenge accuracy     | FLAN     | few best  | 63.8 [13] h
arc_easy accuracy          | GPT-3    | zero      | 68.8
arc_easy accuracy          | FLAN     | few best  | 80.7 h
trivia_qa trivia_exact_match | FLAN   | zero best | 56.7
story_cloze accuracy       | GPT-3    | zero      | 83.2
story_cloze accuracy       | GPT-3    | few       | 87.7
story_cloze accuracy       | FLAN     | few best  | 94.7 h
winogrande accuracy        | FLAN     | zero best | 71.2
winogrande accuracy        | FLAN     | few best  | 72.8 [16]
record squad_exact_match   | FLAN     | zero best | 72.5 †
wmt14_enfr.en_fr bleu      | GPT-3    | zero      | 25.2 h
wmt14_enfr.fr_en bleu      | GPT-3    | few       | 39.2
wmt16_translate_deen.en_de bleu | FLAN | zero best | 27.0
wmt16_translate_deen.de_en bleu | FLAN | zero best | 39.8
"""


def _figures(block: str) -> Iterator[tuple[tuple[str, str], Figure]]:
  """Yields (dataset, metric) and the figure of each line."""
  for line in filter(None, block.splitlines()):
    found = _LINE.fullmatch(line.strip())
    if not found or found['system'] not in _SYSTEMS or found['setting'] not in _SETTINGS:
      raise ValueError(f'{line!r} is no figure')
    shots = found['shots']
    yield (
      (found['dataset'], found['metric']),
      Figure(
        _SYSTEMS[found['system']],
        _SETTINGS[found['setting']],
        float(found['value']),
        int(shots) if shots else None,
        found['metric'],
        _NOTES[found['note']],
      ),
    )


def _table(block: str) -> dict[tuple[str, str], tuple[Figure, ...]]:
  table: dict[tuple[str, str], tuple[Figure, ...]] = {}
  for key, figure in _figures(block):
    table[key] = (*table.get(key, ()), figure)
  return table


TABLE: Mapping[tuple[str, str], tuple[Figure, ...]] = _table(_CELLS)


def _means(gpt3_zero: float, gpt3_few: float, flan: float) -> dict[str, float]:
  return {f'{GPT3}, {ZERO_SHOT}': gpt3_zero, f'{GPT3}, {FEW_SHOT}': gpt3_few, f'{FLAN}, {ZERO_SHOT}': flan}


_AGGREGATES = (
  Aggregate('Figure 1, mean over ANLI R1 to R3, CB and RTE', _means(42.9, 53.2, 56.2)),
  Aggregate('Figure 1, mean over BoolQ, MultiRC and OpenBookQA', _means(63.7, 72.6, 77.4)),
  Aggregate(
    'Figure 1, mean over ARC easy and challenge, Natural Questions and TriviaQA (of Wikipedia)',
    _means(49.8, 55.7, 56.6),
  ),
  Aggregate(
    'Figure 6, mean over NLI, closed-book QA and commonsense by the number of clusters trained on',
    {'1': 49.9, '2': 55.0, '3': 59.3, '4': 59.2, '5': 60.8, '6': 61.9, '7': 63.5},
  ),
  Aggregate(
    'Figure 8, mean over four clusters by the prompts of tuning and of asking',
    {
      'instructions, then instructions': 55.2,
      'no template, then instructions': 37.3,
      "the dataset's name, then instructions": 46.6,
      "the dataset's name, then the name": 47.0,
    },
  ),
  Aggregate(
    'Datasets (of 25) on which zero-shot FLAN, in its best dev template, is better than zero-shot GPT-3', {'': 20}
  ),
)
