# SPDX-License-Identifier: Apache-2.0
"""The phrasebook: the same in every language, words that agree, no two texts become one."""

import re

import pytest

from flan_jax.world import languages, tables, World
from flan_jax.world.languages import words

CODES = ('en', *languages.LANGUAGES)
each_language = pytest.mark.parametrize('code', languages.LANGUAGES)


def sentences():
  """[(table, column)] of every sentence of the phrasebook."""
  return [
    (table, column)
    for table, rows in languages.phrasebook().items()
    if table.startswith('scene')
    for column in range(len(rows['en']))
  ]


def variations():
  """Every sentence, alone and quoted, with words in groups that differ in one slot."""
  world = World(0).stream('variations')
  for sentence in sentences():
    for plan in ([sentence], [sentence, ('said', 0)], [sentence, ('said', 1)]):
      chosen, slots = languages.draw_words(world, plan), languages.slots(plan)
      for slot, kind in slots.items():
        taken = {chosen[other] for other in slots if slots[other] == kind and other != slot}
        free = set(range(len(words(kind, 'en')))) - taken
        yield plan, [{**chosen, slot: position} for position in free]


def test_every_language_has_the_same_tables_sentences_and_slots():
  for table, rows in languages.phrasebook().items():
    codes = [code for code, *_ in tables.read('phrasebook')[table]]
    assert codes == [code for code in CODES if code in codes], table
    if table.startswith(('scene', 'said')):
      assert tuple(codes) == CODES, table
      for column in range(len(rows['en'])):
        plan = [(table, column)]
        for code in CODES:
          assert languages.slots(plan, code) == languages.slots(plan), rows[code]
  assert len(sentences()) > 60


@each_language
def test_no_sentence_and_no_word_of_a_kind_is_there_twice(code):
  told = [languages.phrasebook()[table][code][column] for table, column in sentences()]
  assert len(set(told)) == len(told)
  for table, rows in languages.phrasebook().items():
    kind = table.partition(':')[0]
    if kind not in ('scene', 'said') and {code, 'en'} & set(rows):
      assert len(set(words(kind, code))) == len(words(kind, code)) >= 6, table


@pytest.mark.parametrize('code', CODES)
def test_every_word_fits_and_makes_a_difference(code):
  for plan, group in variations():
    texts = [languages.text(plan, chosen, code) for chosen in group]
    assert len(set(texts)) == len(texts), plan
    for text in texts:
      assert re.fullmatch(r"[\w ,.?!¿¡:'\"«»„“”—-]+[.?!\"“”«»]", text), text
      assert text.lstrip('¿¡')[0].isupper() and '  ' not in text


@each_language
def test_two_different_texts_stay_different(code):
  world = World(1).stream(code)
  pairs = {languages.pair(world, code) for _ in range(4_000)}
  assert len({english for english, _ in pairs}) == len(pairs)
  assert len({foreign for _, foreign in pairs}) == len(pairs)


def test_there_are_many_texts_of_one_to_three_sentences():
  world = World(0).stream('many')
  texts = {languages.pair(world, 'da')[0] for _ in range(10_000)}
  assert len(texts) > 8_000
  assert {len(re.findall(r'[.?!]"?(?= |$)', text)) for text in texts} == {1, 2, 3}
  for mark in '?!,"':
    assert sum(mark in text for text in texts) > 50, mark


def test_russian_is_written_in_cyrillic():
  for table, rows in languages.phrasebook().items():
    for text in rows.get('ru', ()):
      assert not re.search('[A-Za-z]', re.sub('[{<].*?[>}]', '', text)), text
      assert re.search('[А-Яа-яЁё]', text), text
    assert 'ru' in rows or table in ('hour', 'count'), table


# {(language, form, another): regular expressions, one of which fits both forms of a word}.
TOGETHER = {
  ('de', 'place', 'place.at'): [r'die (.*) | in der \1', r'(?:der|das) (.*) | im \1'],
  ('de', 'thing', 'thing.a'): [r'der (.*) | einen \1', r'die (.*) | eine \1', r'das (.*) | ein \1'],
  ('fr', 'place', 'place.at'): [r'la ([^aeéh].*) | à la \1', r'le ([^aeéh].*) | au \1'],
  ('fr', 'thing', 'thing.a'): [r'la ([^aeéh].*) | une \1', r'le ([^aeéh].*) | un \1', r"l'(a.*) | un \1"],
  ('es', 'thing', 'thing.a'): [r'la (.*a) | una \1', r'el (.*[^a]|paraguas) | un \1'],
  ('da', 'place', 'place.at'): [r'(.*e[tn]) | (?:på|i) \1'],
  ('da', 'thing', 'thing.a'): [r'(.*)en | en \1', r'(.*)et | et \1', r'(.*e)n | en \1', r'(.*)len | en \1el'],
  ('ro', 'place', 'place.at'): [r'(.*)ul | la \1', r'(.*u)l | la \1', r'(.*)a | la \1[ăe]', r'(.*ea)ua | la \1'],
  ('ro', 'thing', 'thing.a'): [r'(.*)ul( foto)? | un \1\2', r'(.*)ul | un \1', r'(.*)a | o \1ă', r'(.*e)a | o \1'],
  ('cs', 'place', 'place.at'): [
    r'(.*)a | v \1ě',
    r'(.*)ka | v \1ce',
    r'(.*)e | v \1i',
    r'(.*)um | v \1u',
    r'(.*)o | v \1[eě]',
    r'(.*d) | v \1ě',
  ],
  ('cs', 'thing', 'thing.a'): [r'(.*)a | \1u', r'(.*)e | \1i', r'(.*[^ae]) | \1'],
  ('ru', 'place', 'place.at'): [r'(.*)[аяй] | в \1е', r'(.*[^аяйе]) | в \1е', r'(.*е) | в \1'],
  ('ru', 'thing', 'thing.a'): [r'(.*)а | \1у', r'(.*[^аья]) | \1'],
  ('fi', 'thing', 'thing.a'): [r'.*[aoiuyäö] | .*[aoiuyäö]n'],
}


@pytest.mark.parametrize('code, one, other', TOGETHER)
def test_forms_of_a_word_agree(code, one, other):
  for pair in zip(words(one, code), words(other, code), strict=True):
    assert any(re.fullmatch(shape.replace(' | ', r' \| '), ' | '.join(pair)) for shape in TOGETHER[code, one, other]), (
      pair
    )


@each_language
def test_forms_stand_in_the_order_of_the_words(code):
  for form in ('city.in', 'city.to', 'place.at', 'thing.a'):
    if code in languages.phrasebook()[form]:
      for word, formed in both(form, code):
        begin = (word if code == 'ro' else word.split()[-1])[:2]
        assert begin in formed, (word, formed)


def both(form, code):
  """[(word, its form)], the form being one such as `city.in`."""
  return list(zip(words(form.split('.')[0], code), words(form, code), strict=True))


def last_vowel(word):
  return re.findall('[aıoueiöüâ]', word.lower())[-1]


def test_turkish_suffixes_follow_the_vowels():
  wide = {vowel: 'a' if vowel in 'aıouâ' else 'e' for vowel in 'aıoueiöüâ'}
  for form in ('place.at', 'city.in', 'city.to'):
    for word, formed in both(form, 'tr'):
      far, near = wide[last_vowel(word)], 't' if word[-1] in 'fstkçşhp' else 'd'
      if form == 'city.to':
        ending = f'y{far}' if word[-1] in wide else far
      else:
        ending = f'{near}{far}'
      assert formed.replace("'", '') == f'{word}{ending}'
      assert ("'" in formed) == form.startswith('city')


def test_finnish_suffixes_follow_the_vowels():
  for form in ('place.at', 'city.in'):
    for word, formed in both(form, 'fi'):
      back = re.search('[aou]', word.lower())
      assert formed.endswith('ssa' if back else 'ssä')


def test_a_plan_says_the_same_in_every_language():
  plan, chosen = [('scene: directions', 0), ('scene: directions', 2)], {'thing': 0, 'place': 1}
  quoted, speaking = [*plan, ('said', 0)], {**chosen, 'who3': 17}
  assert [languages.text(plan, chosen, code) for code in ('en', 'de')] == [
    'Where is the lamp? Perhaps the lamp is at the museum.',
    'Wo ist die Lampe? Vielleicht ist die Lampe im Museum.',
  ]
  assert languages.text(quoted, speaking, 'ru') == ('Нора говорит: «Где лампа? Может быть, лампа в музее».')
