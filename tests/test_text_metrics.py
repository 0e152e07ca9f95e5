# SPDX-License-Identifier: Apache-2.0
"""Metrics of written answers: cases worked by hand, and implementations of our own."""

import collections
import math
import random
import re

import pytest

from flan_jax.evaluation import metrics, text_metrics

WORDS = 'the a red brick house stands by river, and people; sing old Songs daily.'.split()


def score(name, written, references):
  return metrics.score(
    name,
    metrics.Answers(labels=[-1] * len(written), options=[()] * len(written), references=references, written=written),
  )


def sentences(seed, count=40, shortest=1):
  draw = random.Random(seed)
  return [' '.join(draw.choices(WORDS, k=draw.randint(shortest, 12))) for _ in range(count)]


def pairs(seed):
  """Answers, and one to three references for each."""
  draw = random.Random(seed)
  pool = text_metrics.references(['squad_f1', 'trivia_f1'], sentences(seed + 1, 200))
  return sentences(seed), [tuple(draw.sample(pool, draw.randint(1, 3))) for _ in range(40)]


def test_normalized_as_their_docstrings_say():
  assert text_metrics.trivia_normalized('The  Eiffel-Tower.') == 'eiffel tower'
  assert text_metrics.trivia_normalized('an “A” theory') == 'theory'
  assert text_metrics.squad_normalized('The  Eiffel-Tower.') == 'eiffeltower'


def test_squad_by_hand():
  written = ['The Eiffel Tower!', 'in 1889', 'unanswerable', 'Rome']
  right = [('eiffel tower', 'tower'), ('1889',), ('unanswerable',), ('Paris', 'paris')]
  assert score('squad_exact_match', written, right) == 50
  assert score('squad_f1', written, right) == pytest.approx(100 * (1 + 2 / 3 + 1) / 4)


def squad_f1(text, reference):
  """After the official script of SQuAD 1.1, in words of our own."""

  def bag(one):
    kept = ''.join(sign for sign in one.lower() if sign.isalnum() or sign.isspace())
    return collections.Counter(w for w in kept.split() if w not in ('a', 'an', 'the'))

  one, other = bag(text), bag(reference)
  shared = (one & other).total()
  if not one.total() or not other.total():
    return float(one == other)
  if not shared:
    return 0.0
  precision, recall = shared / one.total(), shared / other.total()
  return 2 * precision * recall / (precision + recall)


@pytest.mark.parametrize('seed', range(3))
def test_squad_f1_as_another_implementation(seed):
  written, right = pairs(seed)
  expected = sum(max(squad_f1(text, one) for one in texts) for text, texts in zip(written, right)) / len(written)
  assert score('squad_f1', written, right) == pytest.approx(100 * expected)


def rouge_n(text, reference, n):
  def grams(one):
    words = re.findall(r'[a-z0-9]+', one.lower())
    return collections.Counter(zip(*(words[i:] for i in range(n))))

  one, other = grams(text), grams(reference)
  shared = (one & other).total()
  return 2 * shared / (one.total() + other.total()) if shared else 0.0


@pytest.mark.parametrize('n', [1, 2])
def test_rouge_as_another_implementation_with_the_best_reference(n):
  # A reference of fewer than n words has nothing to compare.
  written, right = zip(
    *(
      (text, long)
      for text, texts in zip(*pairs(n))
      if (long := [one for one in texts if len(re.findall('[a-z0-9]+', one.lower())) >= n])
    )
  )
  expected = sum(max(rouge_n(text, one, n) for one in texts) for text, texts in zip(written, right)) / len(written)
  assert score(f'rouge{n}', written, right) == pytest.approx(100 * expected)


def longest_common(one, other):
  """Length of the longest common subsequence, by the textbook's table."""
  above = [0] * (len(other) + 1)
  for word in one:
    row = [0]
    for place, against in enumerate(other):
      row.append(above[place] + 1 if word == against else max(row[-1], above[place + 1]))
    above = row
  return above[-1]


def test_rouge_l_of_single_sentences_as_another_implementation():
  written, right = ([re.sub(r'[^a-z ]', '', text.lower()) for text in sentences(seed)] for seed in (7, 8))
  expected = 0
  for text, reference in zip(written, right):
    one, other = text.split(), reference.split()
    expected += 2 * longest_common(one, other) / (len(one) + len(other)) / len(written)
  assert score('rougeLsum', written, [(text,) for text in right]) == pytest.approx(100 * expected)


def test_rouge_by_hand():
  # Three of four words, two of three pairs; the longest common run of words is 3.
  one = ['the cat sat down'], [('the cat sat up',)]
  assert score('rouge1', *one) == pytest.approx(75)
  assert score('rouge2', *one) == pytest.approx(100 * 2 / 3)
  assert score('rougeLsum', *one) == pytest.approx(75)
  # Sentence by sentence the order of the sentences does not matter.
  assert score('rougeLsum', ['It rains. Tom sleeps.'], [('Tom sleeps. It rains.',)]) == 100


def bleu(written, references):
  """Papineni et al. 2002 on words, one reference each, nothing smoothed."""
  logs = []
  for n in range(1, 5):
    right, total = 0, 0
    for text, reference in zip(written, references):
      one, other = (collections.Counter(zip(*(t.split()[i:] for i in range(n)))) for t in (text, reference))
      right, total = right + (one & other).total(), total + one.total()
    logs.append(math.log(right / total))
  length, wanted = (sum(len(t.split()) for t in side) for side in (written, references))
  return 100 * math.exp(sum(logs) / 4 + min(0, 1 - wanted / length))


def test_bleu_as_another_implementation():
  plain = [re.sub(r'[^a-zA-Z ]', '', text) for text in sentences(5, 60, shortest=6)]
  other = [text.replace('red', 'old') if i % 2 else ' '.join(text.split()[:-1]) for i, text in enumerate(plain)]
  assert score('bleu', other, [(text,) for text in plain]) == pytest.approx(bleu(other, plain), rel=1e-6)
  assert score('bleu', plain, [(text,) for text in plain]) == pytest.approx(100)


def test_bleu_sets_punctuation_and_symbols_apart():
  # With `intl` the full stop is a token of its own; five of six match.
  close = score('bleu', ['we saw the old mill.'], [('we saw the old mill!',)])
  assert close == pytest.approx(100 * (5 / 6 * 4 / 5 * 3 / 4 * 2 / 3) ** 0.25)


def test_bleu_takes_several_references():
  written = ['a red house stands here', 'we sing old songs today']
  right = [('one red house stands here', 'a red house stands here'), ('we sing old songs today',)]
  assert score('bleu', written, right) == pytest.approx(100)


def edits(one, other):
  """Levenshtein's recursion on words."""
  if not one or not other:
    return len(one) + len(other)
  return min(edits(one[1:], other) + 1, edits(one, other[1:]) + 1, edits(one[1:], other[1:]) + (one[0] != other[0]))


def test_word_edit_distance_counts_words():
  assert score('word_edit_distance', ['the Cat sat'], [('The cat sat',)]) == 2
  written, right = sentences(1, 8), [(text,) for text in sentences(2, 8)]
  short = [(' '.join(text.split()[:6]), (' '.join(one.split()[:6]),)) for text, (one,) in zip(written, right)]
  expected = sum(edits(text.split(), one.split()) for text, (one,) in short) / len(short)
  assert score('word_edit_distance', *map(list, zip(*short))) == pytest.approx(expected)
  assert metrics.better('word_edit_distance', 2) > metrics.better('word_edit_distance', 3)


def test_the_text_of_a_chosen_option_is_an_answer():
  ours = metrics.Answers(
    labels=[0], options=[('Tom went home', 'Ida went home')], references=[('Tom went home',)], chosen=[1]
  )
  assert metrics.score('squad_f1', ours) == pytest.approx(100 * 2 / 3)
