# SPDX-License-Identifier: Apache-2.0
"""The proof by text: what the rules mark of items that are planted, and what they do not."""

import random

import numpy as np
import pytest

from flan_jax.data.overlap import comparison, grams, results, rules, sides, tables, words
from flan_jax.errors import UserError

SYLLABLES = [f'{one}{two}' for one in 'bdfgklmnprst' for two in 'aeiou']


def sentence(seed: object, count: int = 30) -> str:
  """Words that no other seed has in this order."""
  draw = random.Random(f'{seed}')
  return ' '.join(''.join(draw.choices(SYLLABLES, k=draw.randint(1, 3))) for _ in range(count))


def replaced(text: str, seed: object, every: int = 10) -> str:
  """One word of ten is another."""
  draw, several = random.Random(f'{seed}'), text.split()
  for start in range(0, len(several), every):
    several[draw.randrange(start, min(start + every, len(several)))] = f'x{draw.randrange(10**9)}x'
  return ' '.join(several)


def reader(records, asked=None):
  """Reads records, each some texts; asked: of each record, by default the first text."""

  def read():
    for start in range(0, len(records), 7):
      part = records[start : start + 7]
      yield sides.Batch(
        [text.encode() for record in part for text in record],
        np.array([len(record) for record in part]),
        [flag for record in part for flag in (asked or [True] + [False] * (len(record) - 1))],
        np.arange(start, start + len(part)) + 1000,
        np.arange(start, start + len(part)) + 5000,
      )

  return read


def compared(test, train, asked=None, **options):
  """What is found of one dataset `d` against datasets of records."""
  train = train if isinstance(train, dict) else {'t': train}
  return comparison.compare(
    {'d': {'test': reader(test, asked)}}, {name: reader(several) for name, several in train.items()}, **options
  )


def marked(test, train, asked=None):
  """(exact, paper, absolute), each the numbers of the examples."""
  found = compared(test, train, asked).datasets['d']
  return tuple(list(getattr(found, verdict)['test']) for verdict in ('exact', 'paper', 'absolute'))


UNRELATED = [[sentence(f'other {number}')] for number in range(20)]


def test_words_are_what_letters_and_digits_in_a_row_are():
  found = words.of([b'Jack, JACK & 7.', b'', '日本 Ｊａｃｋ'.encode(), b'a\0b', b'...'])
  jack = found.hashes[0]
  assert found.ends.tolist() == [3, 3, 6, 8, 8]
  assert [one == jack for one in found.hashes] == [True, True, False, False, False, True, False, False]
  assert found.spelled.tolist() == [True, True, False, True, True, True, True, True]
  assert found.keys[1] == found.keys[4] == 0 and len(set(found.keys.tolist())) == 4


@pytest.mark.parametrize('other', ['ab-C  d', 'A b c\nd', 'ａbcd', '"AB" cd.'])
def test_case_punctuation_spacing_and_ways_to_write_do_not_count(other):
  one, two = (words.of([text.encode()]).keys[0] for text in ('ab cd', other))
  assert one == two
  assert one != words.of([b'abcde']).keys[0] and one != words.of([b'abdc']).keys[0]


def test_the_same_words_have_the_same_hash_wherever_they_stand():
  texts = [sentence(number, 12) for number in range(50)]
  alone = [words.of([text.encode()]).hashes.tolist() for text in texts]
  together = words.of([text.encode() for text in texts])
  assert np.split(together.hashes, together.ends[:-1])[7].tolist() == alone[7]
  assert sum(alone, []) == together.hashes.tolist()
  spelled = {word for text in texts for word in text.split()}
  assert len(set(together.hashes.tolist())) == len(spelled)


def test_n_grams_stay_within_a_text_and_are_not_of_numbers_only():
  found = words.of([b'a b c', b'1 2 3', b'a b', b'a 2 3 b c'])
  hashes, texts = grams.of(found, 3)
  assert texts.tolist() == [0, 3, 3, 3]
  assert len(grams.of(words.of([b'a']), 3)[0]) == 0
  again, _ = grams.of(words.of([b'x a b c']), 3)
  assert again[1] == hashes[0]


def test_a_table_finds_what_it_holds_and_nothing_else(tmp_path):
  draw = np.random.default_rng(0)
  held = np.unique(draw.integers(0, 2**64, 5000, np.uint64, endpoint=False))
  asked = np.concatenate([draw.integers(0, 2**64, 3000, np.uint64), held[::7]])
  tables.Table.of(held).save(str(tmp_path / 'table'))
  for table in (tables.Table.of(held), tables.Table.load(str(tmp_path / 'table'))):
    places, numbers = table.find(asked)
    assert sorted(places.tolist()) == list(range(3000, len(asked)))
    assert (held[numbers] == asked[places]).all()
  empty = tables.Table.of(held[:0])
  assert [len(one) for one in empty.find(asked)] == [0, 0]


def planted(form, text, seed):
  before, after = sentence(f'before {seed}'), sentence(f'after {seed}')
  several = text.split()
  return {
    'verbatim': text,
    'embedded': f'{before}. {text}, {after}',
    'wrapped': '\n'.join(' '.join(several[start : start + 6]) for start in range(0, len(several), 6)),
    'replaced': replaced(text, seed),
  }[form]


@pytest.mark.parametrize('form', ['verbatim', 'embedded', 'wrapped', 'replaced'])
def test_planted_items_are_found_and_no_others(form):
  test = [[sentence(number, 20 + number)] for number in range(40)]
  train = UNRELATED + [[planted(form, test[number][0], number)] for number in range(0, 40, 2)]
  exact, paper, absolute = marked(test, train)
  planted_ones = list(range(0, 40, 2))
  assert set(absolute) <= set(planted_ones) and len(absolute) >= (19 if form == 'replaced' else 20)
  assert exact == (planted_ones if form in ('verbatim', 'wrapped') else [])
  assert set(paper) <= set(planted_ones)
  assert form == 'replaced' or paper == planted_ones


def test_the_paper_rule_takes_n_from_the_examples_and_marks_one_n_gram():
  long = [[sentence(number, 40)] for number in range(20)]
  shared = lambda count: [[sentence('a', 10) + ' ' + ' '.join(long[3][0].split()[5 : 5 + count])]]
  assert compared(long, shared(13)).datasets['d'].gram == 13
  assert marked(long, shared(13)) == ([], [3], [])
  assert marked(long, shared(12)) == ([], [], [])
  short = [[sentence(number, 9)] for number in range(20)]
  assert compared(short, UNRELATED).datasets['d'].gram == 9
  assert compared([[sentence(number, 4)] for number in range(20)], UNRELATED).datasets['d'].gram == 8


def test_short_examples_overlap_if_all_of_them_stands_there():
  test = [['who wrote the book of job'], ['where is the old mill now then'], ['john left early']]
  train = [['they asked who wrote the book of Job, and left'], ['so where is the old mill'], ['John left early.']]
  assert marked(test, train) == ([2], [0, 2], [0, 2])  # five words of seven are not all
  assert marked([['left early']], [['left early']]) == ([], [], [])  # two words


def test_a_word_replaced_in_a_short_text_hides_it():
  test = [[sentence(number, 10)] for number in range(10)]
  inside = [[' '.join([*text.split()[:4], 'other', *text.split()[5:]])] for (text,) in test]
  assert marked(test, inside) == ([], [], [])
  at_the_end = [[' '.join([*text.split()[:9], 'other'])] for (text,) in test]
  assert marked(test, at_the_end)[2] == list(range(10))


def test_exact_means_all_that_is_asked_in_one_record():
  one, two, three = (sentence(number, 8) for number in 'abc')
  test = [[one, two, 'yes']]
  both = [True, True, False]
  assert marked(test, [[three, two, one]], both)[0] == [0]
  assert marked(test, [[one, three], [two, three]], both)[0] == []
  assert marked(test, [[one, three]], both)[2] == [0]  # half of what it says


def test_a_label_or_a_phrase_of_a_dataset_is_no_text():
  phrase = 'is the following sentence true or is it false if you go by the text'
  test = [[sentence(number, 20), phrase] for number in range(5)]
  train = [[sentence(f'train {number}', 20), phrase] for number in range(rules.REPEATS + 1)]
  assert marked(test, train) == ([], [], [])
  assert marked(test, train[:3])[1] == [0, 1, 2, 3, 4]


def test_n_grams_that_recur_in_many_texts_do_not_count():
  opening = sentence('opening', 15)
  test = [[f'{opening} {sentence("test", 10)}']]
  train = [[f'{opening} {sentence(number, 10)}'] for number in range(rules.LARGEST_FREQUENCY + 1)]
  assert marked(test, train) == ([], [], [])
  assert marked(test, train[:-1])[1:] == ([0], [0])
  many = [[f'{opening} {sentence(number, 10)}'] for number in range(rules.LARGEST_FREQUENCY + 1)]
  assert marked(many, [[opening]]) == ([], [], [])


def test_numbers_alone_do_not_count():
  digits = ' '.join(map(str, range(100, 140)))
  assert marked([[f'add {digits}']], [[f'count {digits}']]) == ([], [], [])
  assert marked([[f'add {digits} {sentence("a")}']], [[f'count {digits}']]) == ([], [], [])


def test_the_worst_pairs_and_the_records_that_overlap_are_named():
  test = [[sentence(number)] for number in range(9)]
  train = {
    'a': UNRELATED + [[f'{test[5][0]} {sentence("more")}']],
    'b': [[planted('replaced', test[2][0], 2)], [test[7][0].upper()]] + UNRELATED,
  }
  found = compared(test, train)
  first, second, third = found.datasets['d'].pairs
  assert (first.example, first.dataset, first.row, first.exact, first.share) == (7, 'b', 1001, True, 1.0)
  assert (first.text, first.train_text) == (test[7][0], test[7][0].upper())
  assert (second.example, second.dataset, second.row, second.exact, second.share) == (5, 'a', 1020, False, 1.0)
  assert (third.example, third.dataset, third.row) == (2, 'b', 1000) and 0.3 <= third.share < 0.8
  assert found.overlapping == {'a': (5020,), 'b': (5000, 5001)}
  assert found.train_records == 43


def test_every_record_that_holds_an_overlapping_text_is_named():
  passage, others = sentence('passage', 50), [sentence(number, 8) for number in range(30)]
  found = compared([[passage, 'what is asked here']], [[passage, other] for other in others], [True, True])
  assert found.datasets['d'].count('absolute') == 1 and found.datasets['d'].count('exact') == 0
  assert found.overlapping == {'t': tuple(range(5000, 5030))}


def test_processes_and_blocks_change_nothing(monkeypatch):
  test = [[sentence(number)] for number in range(12)]
  train = UNRELATED + [[planted('embedded', test[number][0], number)] for number in range(4)]
  together = compared(test, train)
  monkeypatch.setattr(sides, 'BLOCK', 300)
  assert compared(test, train) == together
  assert compared(test, train, processes=2) == together


def test_nothing_to_compare_is_no_overlap():
  assert marked([], UNRELATED) == marked([['']], [['']]) == marked(UNRELATED, []) == ([], [], [])


def test_a_result_is_kept_and_a_torn_one_is_named(tmp_path):
  found = compared([[sentence(1)]], [[sentence(1)]])
  path = str(tmp_path / 'found.json')
  results.write(path, found)
  assert results.read(path) == found
  for text in ('{"format": 1', '{"format": 1, "datasets": []}', '{"format": 2}'):
    (tmp_path / 'found.json').write_text(text)
    with pytest.raises(UserError, match='found.json'):
      results.read(path)
