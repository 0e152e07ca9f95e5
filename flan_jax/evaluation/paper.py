"""The figures of the FLAN paper (arXiv 2109.01652 v5), to stand beside one's own.

    figures('rte', 'accuracy')         of eight systems and settings, as far as known
    figures('wmt14_enfr.en_fr.5shot', 'bleu')       of what the variant is derived from
    headlines()['nli'].figures         the means of figure 1

Models of 137 billion parameters and more: lines to compare with, not to expect. They
are not all equally certain: `CONFIDENCE` says what the label of each is worth.
"""

import dataclasses
import re
from typing import Iterator, Mapping, Sequence

LAMDA, GPT3, FLAN = 'LaMDA-PT 137B', 'GPT-3 175B', 'FLAN 137B'
ZERO_SHOT, FEW_SHOT = 'zero-shot', 'few-shot'
ZERO_SHOT_BEST = 'zero-shot, best dev template'
FEW_SHOT_BEST = 'few-shot, best dev template'
MEAN = 'mean'  # of several datasets' metrics, in place of a metric

SOURCE, CHECKED, RECALLED = 'sec', 'mem✓', 'mem'
CONFIDENCE: Mapping[str, str] = {
    SOURCE: 'The value was found in another source that reports on the paper.',
    CHECKED: 'The value is recalled; with the others of its cluster it gives the mean '
             'that figure 1 shows, or the one recalled of figure 9.',
    RECALLED: 'The value is recalled and unchecked, as are all standard deviations and '
              'most numbers of shots.'}


@dataclasses.dataclass(frozen=True)
class Figure:
  """What a system scored on a dataset, 0..100.

  system: with its size. setting: 'zero-shot' and 'few-shot' are of FLAN the mean over
  its templates, with the standard deviation where it is known; of the others, of one
  prompt. shots: exemplars, None if none or unknown. metric: as we name it. confidence:
  of the value, a key of `CONFIDENCE`. note: what else a reader must know, or ''.
  """

  system: str
  setting: str
  value: float
  deviation: float | None
  shots: int | None
  metric: str
  confidence: str
  note: str


@dataclasses.dataclass(frozen=True)
class Headline:
  """Means over some datasets of a cluster."""

  datasets: tuple[str, ...]
  figures: tuple[Figure, ...]


def figures(dataset: str, metric: str) -> tuple[Figure, ...]:
  """The paper's figures for a dataset.

  Args:
    dataset: its name or a variant's, which has the figures of the dataset; those of a
      dataset with two directions belong to a direction: 'wmt14_enfr.en_fr'.
    metric: one of those that the dataset is scored by.

  Returns:
    LaMDA-PT's, GPT-3's and FLAN's, in this order; () where there are none.
  """
  while dataset and (dataset, metric) not in TABLE:
    dataset = dataset.rpartition('.')[0]
  return TABLE.get((dataset, metric), ())


def headlines() -> dict[str, Headline]:
  """For each cluster of figure 1 the means that it shows, and over which datasets."""
  return dict(_HEADLINES)


# How a cell is written: 63.8 (0.6) [13] stands for value, standard deviation and shots;
# '*' before it for SOURCE, '+' for CHECKED, nothing for RECALLED; a sign after it, or
# after the metric of the row, for one of the notes.
_CELL = re.compile(
    r'(?P<mark>[*+]?)(?P<value>\d+\.\d)(?: \((?P<deviation>\d+\.\d)\))?'
    r'(?: \[(?P<shots>\d+)\])?(?: (?P<note>\S))?')
_MARKS = {'*': SOURCE, '+': CHECKED, '': RECALLED}
_NOTES = {
    '': '',
    '†': 'Flagged in the paper: the test set may be part of the pretraining text.',
    'a': 'Another source says 34, perhaps rounded.',
    'b': 'Recalled as 38.9, which is the mean over the templates.',
    'c': 'The paper writes ROUGE-L; its public code computes ROUGE-Lsum, as we do.',
    'd': 'TriviaQA counts with its Wikipedia questions, which are not our test set.'}

_Columns = Sequence[tuple[str, str]]  # system and setting of each


def _rows(block: str, columns: _Columns) -> Iterator[tuple[tuple[str, str], tuple]]:
  """(dataset, metric) and the figures of each line; '-' where there is none."""
  for line in filter(None, block.splitlines()):
    heading, *cells = map(str.strip, line.split('|'))
    dataset, metric, *signs = heading.split()
    if len(cells) != len(columns):
      raise ValueError(f'{heading}: {len(cells)} cells in {len(columns)} columns')
    yield (dataset, metric), tuple(
        _figure(cell, *column, metric, *signs)
        for cell, column in zip(cells, columns) if cell != '-')


def _figure(
    cell: str, system: str, setting: str, metric: str, sign: str = '') -> Figure:
  found = _CELL.fullmatch(cell)
  if not found:
    raise ValueError(f'{cell!r} is no cell')
  deviation, shots = found['deviation'], found['shots']
  return Figure(
      system, setting, float(found['value']),
      float(deviation) if deviation else None, int(shots) if shots else None,
      metric, _MARKS[found['mark']], _NOTES[found['note'] or sign])


# Left out: DART of LaMDA-PT, whose recalled cells are those of another row; TriviaQA's
# row of Wikipedia questions, the only one that GPT-3 has, for our test set is TFDS's
# validation split. Of what we compute the paper lacks the F1 of MRPC and QQP, CB's
# macro F1, and the exact match of SQuAD, DROP and MultiRC. CHECKED are, of GPT-3, the
# cells that figure 1 averages; of FLAN, the means over templates that figure 9
# averages, but for reading comprehension, where cells and mean disagree. WSC273 is in
# neither.
_BASELINE_COLUMNS = (
    (LAMDA, ZERO_SHOT), (LAMDA, FEW_SHOT), (GPT3, ZERO_SHOT), (GPT3, FEW_SHOT))
_BASELINES = """
anli_r1 accuracy                    | 39.6  | 39.0 [5]  | *34.6 | *36.8 [50]
anli_r2 accuracy                    | 39.9  | 37.5 [5]  | +35.4 | +34.0 [50]
anli_r3 accuracy                    | 39.3  | 40.7 [5]  | +34.5 | +40.2 [50]
cb accuracy                         | 42.9  | 34.4 [5]  | +46.4 | +82.1 [32]
mnli_matched accuracy               | 35.7  | 43.7 [5]  | -     | -
mnli_mismatched accuracy            | 37.0  | 43.8 [5]  | -     | -
qnli accuracy                       | *50.6 | *55.7 [5] | -     | -
rte accuracy                        | 73.3  | 70.8 [5]  | +63.5 | +72.9 [32]
snli accuracy                       | 33.3  | 54.7 [5]  | -     | -
wnli accuracy                       | 56.3  | 64.8 [5]  | -     | -

bool_q accuracy                     | 81.0  | 80.0 [1]  | *60.5 | *77.5 [32]
drop squad_f1                       | 3.8   | 10.3 [1]  | 23.6  | 36.5 [20]
multirc f1a                         | 60.0  | 59.6 [5]  | +72.9 | +74.8 [32]
openbookqa accuracy                 | 41.8  | 50.6 [10] | *57.6 | *65.4 [100]
squad_v1 squad_f1                   | 22.7  | 50.2 [3]  | -     | -
squad_v2 squad_f1                   | 11.1  | 34.9 [3]  | 59.5  | *69.8 [16]

arc_challenge accuracy              | 42.0  | 49.4 [10] | +51.4 | +51.5 [50]
arc_easy accuracy                   | 76.4  | 80.9 [10] | *68.8 | +70.1 [50]
natural_questions trivia_exact_match | 3.2   | 22.1 [5]  | +14.6 | +29.9 [64]
trivia_qa trivia_exact_match        | 18.4  | 55.1 [10] | -     | -

copa accuracy                       | 90.0  | 89.0 [10] | 91.0  | 92.0 [32]
hellaswag accuracy                  | 57.0  | 58.8 [10] | 78.9  | 79.3 [20]
piqa accuracy †                     | 80.3  | 80.2 [10] | 80.5  | 82.3 [50]
story_cloze accuracy                | 79.5  | 83.7 [10] | *83.2 | *87.7 [70]

imdb_reviews accuracy               | 76.9  | 83.3 [1]  | -     | -
sentiment140 accuracy               | 41.4  | 63.3 [5]  | -     | -
sst2 accuracy                       | 51.0  | 92.3 [5]  | 71.6  | 95.6 [8]
yelp_polarity_reviews accuracy      | 84.7  | 89.6 [3]  | -     | -

glue_mrpc accuracy                  | 53.7  | 64.0 [5]  | -     | -
glue_qqp accuracy                   | 34.9  | 58.9 [3]  | -     | -
paws_wiki accuracy                  | 45.5  | 53.5 [5]  | -     | -

definite_pronoun_resolution accuracy | 54.6  | 57.3 [5]  | -     | -
winogrande accuracy                 | 68.3  | 68.4 [10] | 70.2  | 77.7 [50]
wsc273 accuracy                     | 81.0  | 61.5 [5]  | 88.3  | 88.5 [32]

cosmos_qa accuracy                  | 34.1  | 33.8 [5]  | -     | -
record squad_exact_match †          | 87.8  | 87.6 [1]  | 90.2  | 89.0 [32]

wmt14_enfr.en_fr bleu               | 11.2  | 31.5 [5]  | *25.2 | 32.6 [64]
wmt14_enfr.fr_en bleu               | 7.2   | 34.7 [5]  | 21.2  | *39.2 [64]
wmt16_translate_deen.en_de bleu     | 7.7   | 26.7 [5]  | 24.6  | 29.7 [64]
wmt16_translate_deen.de_en bleu     | 20.8  | 36.8 [5]  | 27.2  | 40.6 [64]
wmt16_translate_roen.en_ro bleu     | 3.5   | 22.9 [5]  | 14.1  | 21.0 [64]
wmt16_translate_roen.ro_en bleu     | 9.7   | 37.5 [5]  | 19.9  | 39.5 [64]

common_gen rouge1                   | 3.9   | 56.7 [3]  | -     | -
common_gen rouge2                   | 1.5   | 29.6 [3]  | -     | -
common_gen rougeLsum c              | 3.2   | 48.5 [3]  | -     | -
e2e_nlg rouge1                      | 6.2   | 56.7 [3]  | -     | -
e2e_nlg rouge2                      | 2.5   | 31.4 [3]  | -     | -
e2e_nlg rougeLsum c                 | 4.9   | 41.1 [3]  | -     | -
web_nlg_en rouge1                   | 13.9  | 68.3 [3]  | -     | -
web_nlg_en rouge2                   | 6.9   | 46.0 [3]  | -     | -
web_nlg_en rougeLsum c              | 11.8  | 56.5 [3]  | -     | -
"""

_FLAN_COLUMNS = (
    (FLAN, ZERO_SHOT), (FLAN, ZERO_SHOT_BEST), (FLAN, FEW_SHOT), (FLAN, FEW_SHOT_BEST))
_FLAN = """
anli_r1 accuracy                    | *47.7 (1.4)  | 46.4    | +44.2 (2.3)  | *47.9 [6]
anli_r2 accuracy                    | *43.9 (1.3)  | 44.0    | +41.6 (1.4)  | 41.1 [6]
anli_r3 accuracy                    | *47.0 (1.3)  | 48.5    | +42.8 (2.2)  | 46.8 [6]
cb accuracy                         | *64.1 (14.7) | 83.9    | +82.6 (4.4)  | 82.1 [7]
mnli_matched accuracy               | +51.1 (6.2)  | 61.2    | +60.8 (3.7)  | 63.5 [10]
mnli_mismatched accuracy            | +51.0 (6.5)  | 62.4    | +61.0 (3.5)  | 63.5 [10]
qnli accuracy                       | +59.6 (4.9)  | 66.4    | +62.0 (1.7)  | 63.3 [12]
rte accuracy                        | +78.3 (7.9)  | 84.1    | +79.9 (6.9)  | *84.5 [8]
snli accuracy                       | +43.0 (7.4)  | 53.4    | +62.3 (2.4)  | 65.6 [15]
wnli accuracy                       | +61.0 (10.6) | 74.6    | +55.4 (11.0) | 70.4 [14]

bool_q accuracy                     | 80.2 (3.1)   | *82.9   | 83.6 (0.8)   | *84.6 [4]
drop squad_f1                       | 21.9 (0.9)   | 22.7    | 22.3 (1.1)   | 23.9 [2]
multirc f1a                         | 74.5 (3.7)   | 77.5    | 69.2 (3.2)   | 72.1 [1]
openbookqa accuracy                 | 77.4 (1.3)   | 78.4    | 77.2 (1.3)   | *78.2 [16]
squad_v1 squad_f1                   | 79.5 (1.6)   | 80.1    | 82.1 (0.5)   | 82.7 [4]
squad_v2 squad_f1                   | 40.9 (1.8)   | 44.2    | 40.8 (0.9)   | *43.1 [3]

arc_challenge accuracy              | +61.7 (1.4)  | *63.1   | +63.7 (0.6)  | *63.8 [13]
arc_easy accuracy                   | +79.5 (0.8)  | 79.6    | +80.5 (0.5)  | *80.7 [14]
natural_questions trivia_exact_match | +18.6 (2.7)  | 20.7    | +27.2 (0.5)  | 27.6 [16]
trivia_qa trivia_exact_match        | +55.0 (2.3)  | *56.7   | +57.2 (0.6)  | 57.8 [16]

copa accuracy                       | +90.6 (2.0)  | 91.0    | +88.5 (3.8)  | 87.0 [16]
hellaswag accuracy                  | +56.4 (0.5)  | 56.7    | +59.4 (0.2)  | 59.2 [3]
piqa accuracy †                     | +80.9 (0.8)  | 80.5    | +82.1 (0.3)  | 81.7 [10]
story_cloze accuracy                | +92.2 (1.3)  | 93.4    | +93.3 (0.9)  | *94.7 [10]

imdb_reviews accuracy               | 94.1 (0.4)   | 94.3    | 94.8 (0.3)   | 95.0 [2]
sentiment140 accuracy               | 69.9 (2.5)   | 73.5    | 68.7 (1.2)   | 69.3 [16]
sst2 accuracy                       | 92.6 (1.7)   | 94.6    | 94.4 (0.8)   | 94.6 [16]
yelp_polarity_reviews accuracy      | 97.8 (0.2)   | 98.1    | 97.9 (0.1)   | 98.0 [4]

glue_mrpc accuracy                  | 69.1 (1.3)   | 69.1    | 67.5 (1.7)   | 67.2 [10]
glue_qqp accuracy                   | 72.1 (6.8)   | 75.9    | 73.5 (2.9)   | 75.9 [16]
paws_wiki accuracy                  | 61.5 (6.5)   | 69.4    | 66.2 (0.9)   | 70.2 [10]

definite_pronoun_resolution accuracy | +60.3 (3.5)  | 66.8    | +62.4 (1.6)  | 63.3 [16]
winogrande accuracy                 | +67.3 (2.5)  | *71.2   | +72.3 (0.9)  | *72.8 [16]
wsc273 accuracy                     | 80.8 (3.7)   | -       | -            | -

cosmos_qa accuracy                  | 58.4 (1.3)   | 60.6    | 56.7 (1.3)   | 56.0 [5]
record squad_exact_match †          | 67.8 (3.0)   | *72.5   | 77.0 (2.0)   | 79.0 [1]

wmt14_enfr.en_fr bleu               | +32.9 (1.1)  | 33.9 a  | +33.9 (0.2)  | 33.8 [9]
wmt14_enfr.fr_en bleu               | +35.5 (1.3)  | 35.9    | +38.0 (0.1)  | 37.9 [9]
wmt16_translate_deen.en_de bleu     | +25.4 (1.8)  | *27.0   | +26.8 (0.4)  | 26.1 [11]
wmt16_translate_deen.de_en bleu     | +38.9 (0.3)  | *39.8 b | +40.6 (0.1)  | 40.7 [11]
wmt16_translate_roen.en_ro bleu     | +16.7 (1.6)  | 18.9    | +20.5 (0.1)  | 20.5 [9]
wmt16_translate_roen.ro_en bleu     | +36.8 (0.5)  | 37.3    | +38.2 (0.1)  | 38.1 [9]

common_gen rouge1                   | +54.6        | 56.3    | +56.6        | 56.4 [16]
common_gen rouge2                   | +28.8        | 27.6    | +30.9        | 29.9 [16]
common_gen rougeLsum c              | +48.4        | 48.7    | +50.7        | 51.0 [16]
dart rouge1                         | +45.5        | 48.9    | +57.9        | 59.2 [11]
dart rouge2                         | +25.0        | 30.0    | +35.8        | 36.2 [11]
dart rougeLsum c                    | +38.4        | 43.4    | +48.5        | 48.2 [11]
e2e_nlg rouge1                      | +44.8        | 51.4    | +59.1        | 59.7 [12]
e2e_nlg rouge2                      | +24.2        | 30.1    | +33.2        | 33.6 [12]
e2e_nlg rougeLsum c                 | +37.0        | 42.4    | +44.9        | 45.1 [12]
web_nlg_en rouge1                   | +50.6        | 57.7    | +68.5        | 71.2 [10]
web_nlg_en rouge2                   | +29.8        | 35.4    | +48.0        | 49.8 [10]
web_nlg_en rougeLsum c              | +43.4        | 49.7    | +58.8        | 60.2 [10]
"""


def _table() -> dict[tuple[str, str], tuple[Figure, ...]]:
  table = dict(_rows(_BASELINES, _BASELINE_COLUMNS))
  for key, row in _rows(_FLAN, _FLAN_COLUMNS):
    table[key] = table.get(key, ()) + row
  return table


TABLE: Mapping[tuple[str, str], tuple[Figure, ...]] = _table()  # by dataset and metric

# Figure 1: plain means, of FLAN's those over the templates.
_HEADLINE_COLUMNS = ((GPT3, ZERO_SHOT), (GPT3, FEW_SHOT), (FLAN, ZERO_SHOT))
_HEADLINE_ROWS = f"""
nli {MEAN}                   | *42.9 | *53.2 | *56.2
reading_comprehension {MEAN} | *63.7 | *72.6 | *77.4
closed_book_qa {MEAN} d      | *49.8 | *55.7 | *56.6
"""
_AVERAGED = {
    'nli': ('anli_r1', 'anli_r2', 'anli_r3', 'cb', 'rte'),
    'reading_comprehension': ('bool_q', 'multirc', 'openbookqa'),
    'closed_book_qa': ('arc_easy', 'arc_challenge', 'natural_questions', 'trivia_qa')}
_HEADLINES = {
    cluster: Headline(_AVERAGED[cluster], row)
    for (cluster, _), row in _rows(_HEADLINE_ROWS, _HEADLINE_COLUMNS)}
