# SPDX-License-Identifier: Apache-2.0
"""Metrics of a written answer against the texts that count as right.

Each takes N texts and for each its references; per-text ones are averaged over the
texts, each against its best reference. Fractions 0..1, but for `bleu` (0..1 as well, of
the corpus) and `word_edit_distance` (words; lower is better).

Some metrics compare texts after normalising them. A reference of which that leaves nothing
('...', 'the') is none: an answer of nothing would be right. Nor is one that no answer could
match, a single word to `rouge2`. See `references`.
"""

import collections
import functools
import re
import string
from typing import Any, Callable, Sequence

import numpy as np

Metric = Callable[[Sequence[str], Sequence[Sequence[str]]], float]


_NORMALIZED_AT_ONCE = 1 << 18  # every template has the same references


@functools.lru_cache(_NORMALIZED_AT_ONCE)
def trivia_normalized(text: str) -> str:
  """'The  Eiffel-Tower.' -> 'eiffel tower' (Joshi et al. 2017)."""
  text = text.lower().translate(_TRIVIA_SIGNS)
  return ' '.join(word for word in text.split() if word not in ('a', 'an', 'the'))


@functools.lru_cache(_NORMALIZED_AT_ONCE)
def squad_normalized(text: str) -> str:
  """'The  Eiffel-Tower.' -> 'eiffeltower': punctuation goes without a space in its place
  (Rajpurkar et al. 2016, the official evaluation)."""
  text = text.lower().translate(_SQUAD_SIGNS)
  return ' '.join(re.sub(r'\b(a|an|the)\b', ' ', text).split())


# Apart from ASCII's, the quotation marks that trivia answers are found with.
_TRIVIA_SIGNS = str.maketrans({sign: ' ' for sign in string.punctuation + '‘’“”´'})
_SQUAD_SIGNS = str.maketrans({sign: None for sign in string.punctuation})


def _best(compare: Callable[[str, str], float], normalized: Callable[[str], str]) -> Metric:
  def bare(text):  # an option such as 'A' is an answer, though nothing is left of it
    return normalized(text) or text.strip()

  def metric(written, references):
    return np.mean(
      [max((compare(bare(text), bare(one)) for one in right), default=0.0) for text, right in zip(written, references)]
    )

  return metric


def _equal(text: str, reference: str) -> float:
  return float(text == reference)


def _word_f1(text: str, reference: str) -> float:
  """'red brick house' against 'brick house' -> 0.8."""
  words, wanted = text.split(), reference.split()
  shared = sum((collections.Counter(words) & collections.Counter(wanted)).values())
  return 2 * shared / (len(words) + len(wanted)) if shared else float(words == wanted)


def _rouge(kind: str) -> Metric:
  """F-measure without stemming, as in T5; sentences are lines to the longest one."""

  def metric(written, references):
    from rouge_score import rouge_scorer

    scorer = rouge_scorer.RougeScorer([kind])
    lines = {text: _lines(text) for texts in (written, *references) for text in texts}
    return np.mean(
      [
        max((scorer.score(lines[one], lines[text])[kind].fmeasure for one in right), default=0.0)
        for text, right in zip(written, references)
      ]
    )

  return metric


def _lines(text: str) -> str:
  return re.sub(r'(?<=[.!?]) +', '\n', text)


def _bleu(written, references) -> float:
  """Of the whole corpus: sacrebleu, tokenizer `intl`, exponential smoothing."""
  import sacrebleu

  most = max(map(len, references))
  streams: Any = [[right[turn] if turn < len(right) else None for right in references] for turn in range(most)]
  return sacrebleu.corpus_bleu(list(written), streams, smooth_method='exp', tokenize='intl').score / 100


def _word_edit_distance(written, references) -> float:
  """Words to insert, delete or replace, to the nearest reference."""
  from rapidfuzz.distance import Levenshtein

  distances = [
    min(Levenshtein.distance(text.split(), one.split()) for one in right) for text, right in zip(written, references)
  ]
  return float(np.mean(distances))


def _same_text(written, references) -> float:
  return float(np.mean([text.strip() in {one.strip() for one in right} for text, right in zip(written, references)]))


FINAL = 'The answer is'  # stands before the answer that a chain of thought leads to


@functools.lru_cache(_NORMALIZED_AT_ONCE)
def _final(text: str) -> str:
  """What stands after the last 'The answer is', or the first line.

  '1,000 + 5 = 1,005\\nThe answer is $1,005.' -> '1005'
  """
  answer = text.rpartition(FINAL)[2].partition('\n')[0].strip().rstrip('.').lower()
  return re.sub(r'(?<=\d),(?=\d{3})', '', answer).strip(' $%')


METRICS: dict[str, Metric] = {
  'accuracy': _same_text,
  'trivia_exact_match': _best(_equal, trivia_normalized),
  'trivia_f1': _best(_word_f1, trivia_normalized),
  'squad_exact_match': _best(_equal, squad_normalized),
  'squad_f1': _best(_word_f1, squad_normalized),
  'rouge1': _rouge('rouge1'),
  'rouge2': _rouge('rouge2'),
  'rougeLsum': _rouge('rougeLsum'),
  'bleu': _bleu,
  'word_edit_distance': _word_edit_distance,
  'final_answer': _best(_equal, _final),
}


@functools.lru_cache(_NORMALIZED_AT_ONCE)
def _rouge_normalized(text: str) -> str:
  """The words that rouge-score compares, which have Latin letters and digits only."""
  from rouge_score import tokenize

  return ' '.join(tokenize.tokenize(text, None))


def _rouge2_normalized(text: str) -> str:
  """'' for a single word too: rouge2 compares pairs of words, and would always be 0."""
  words = _rouge_normalized(text)
  return words if ' ' in words else ''


# BLEU has no such text: all tokens count, and the corpus is scored as one.
_NORMALIZED: dict[str, Callable[[str], str]] = {
  'final_answer': _final,
  'rouge1': _rouge_normalized,
  'rouge2': _rouge2_normalized,
  'rougeLsum': _rouge_normalized,
  'trivia_exact_match': trivia_normalized,
  'trivia_f1': trivia_normalized,
  'squad_exact_match': squad_normalized,
  'squad_f1': squad_normalized,
}


def references(names: Sequence[str], texts: Sequence[str]) -> tuple[str, ...]:
  """Those of the texts of which every metric named leaves something to compare with.

  references(['squad_f1'], ['the', 'Paris', ' ']) -> ('Paris',)
  """
  how = {_NORMALIZED.get(name, str.strip) for name in names} | {str.strip}
  return tuple(text for text in texts if all(normalized(text) for normalized in how))
