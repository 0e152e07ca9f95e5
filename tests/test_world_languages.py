"""The small languages: every form is there and agrees, no two texts become one."""

import re

import pytest

from flan_jax.world import languages
from flan_jax.world import lexicon, World
from flan_jax.world.languages import grammar
from flan_jax.world.languages import plans
from flan_jax.world.languages import russian
from flan_jax.world.languages.english import ENGLISH

LANGUAGES = languages.LANGUAGES
each_language = pytest.mark.parametrize('code', LANGUAGES)


def variations():
  """Plans with words, in groups that differ in the word of one slot."""
  world = World(0).stream('variations')
  for plan in plans.PLANS:
    chosen = plans.draw_words(world, plan)
    for slot, fitting in plans.slots(plan):
      free = set(fitting) - {chosen[other] for other in chosen if other != slot}
      yield plan, [{**chosen, slot: word} for word in free]


@each_language
def test_every_language_has_the_same_words_and_patterns(code):
  language = LANGUAGES[code]
  assert list(language.patterns) == list(ENGLISH.patterns)
  for kind in set(ENGLISH.words) - {grammar.AGREEING}:
    assert set(language.words[kind]) == set(ENGLISH.words[kind]), kind
    forms = {frozenset(forms) - {'class'} for forms in language.words[kind].values()}
    assert len(forms) == 1, kind


@each_language
def test_every_word_fits_and_makes_a_difference(code):
  for plan, group in variations():
    texts = [LANGUAGES[code].text(plan, chosen) for chosen in group]
    assert len(set(texts)) == len(texts), plan
    for text in texts:
      assert re.fullmatch(r"[\w ,.?!¿¡:'«»„“”-]+[.?!“”«»]", text), text
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
  assert set(russian.NAMES) == {*lexicon.WOMEN, *lexicon.MEN}
  assert len(set(russian.NAMES.values())) == len(russian.NAMES)
  for kind, words in LANGUAGES['ru'].words.items():
    for forms in words.values():
      for form, text in forms.items():
        assert form == 'class' or re.fullmatch('[А-Яа-яЁё -]+', text), (kind, text)
  written = ''.join(LANGUAGES['ru'].patterns.values())
  assert not re.search('[A-Za-z]', re.sub('{.*?}', '', written))


# What the forms of a noun look like by its class: {class: {form: regular expression}}.
SHAPES = {
    ('es', 'thing'): {'m': {'base': '.*[^a]|paraguas'}, 'f': {'base': '.*a'}},
    ('fr', 'thing'): {
        'm': {'the': "le [^aeéh].*|l'[aeéh].*", 'my': 'mon .*'},
        'f': {'the': "la [^aeéh].*|l'[aeéh].*", 'my': 'ma [^aeéh].*|mon [aeéh].*'}},
    ('de', 'thing'): {'m': {'base': '.*[^e]'}, 'n': {'base': '.*[^e]'},
                      'f': {'base': '.*e|Kamera'}},
    ('de', 'place'): {
        'm': {'in': '([ia]m|auf dem) .*', 'to': '((in|an|auf) den|zum) .*',
              'beside': 'neben dem .*'},
        'n': {'in': 'im .*', 'to': 'ins .*', 'beside': 'neben dem .*'},
        'f': {'in': '(in|auf) der .*', 'to': '(in|auf) die .*'}},
    ('ro', 'thing'): {'n': {'the': '.*ul( foto)?', 'my': '.*ul meu( foto)?'},
                      'f': {'base': '.*[ăe]', 'the': '.*a', 'my': '.*a mea'}},
    ('ro', 'place'): {'n': {'the': '.*ul'}, 'f': {'the': '.*a'}},
    ('da', 'thing'): {'c': {'the': '.*en'}, 'n': {'the': '.*et'}},
    ('cs', 'thing'): {'m': {'base': '.*[^aeo]'}, 'n': {'base': '.*o', 'acc': '.*o'},
                      'f': {'base': '.*[aeě]|láhev', 'acc': '.*[ui]|láhev'}},
    ('ru', 'thing'): {
        'm': {'base': '.*[^аяоеь]'}, 'n': {'base': '.*о', 'acc': '.*о'},
        'f': {'base': '.*[аь]', 'acc': '.*[уь]', 'gen': '.*[ыи]'}},
    ('ru', 'place'): {'m': {'base': '.*[^аяоеь]', 'beside': 'с .*[ое]м'}, 'n': {},
                      'f': {'base': '.*[аяь]', 'beside': 'со? .*[оеь][йю]'}},
}


@pytest.mark.parametrize('code, kind', SHAPES)
def test_nouns_look_like_their_gender(code, kind):
  for name, forms in LANGUAGES[code].words[kind].items():
    for form, shape in SHAPES[code, kind][forms['class']].items():
      assert re.fullmatch(shape, forms[form]), (name, forms[form])


def test_german_articles_and_adjectives_agree():
  german, genders = LANGUAGES['de'], {'der': 'einen .*en', 'die': 'eine .*e',
                                      'das': 'ein .*es'}
  for thing in german.words['thing']:
    chosen = {'thing': thing, 'colour': 'green', 'price': 'ten euros'}
    article, noun = german.sentence('price', chosen).lower().split()[:2]
    shape = f'ich will {genders[article]} {noun} kaufen.'
    assert re.fullmatch(shape, german.sentence('wanted', chosen).lower()), noun


def last_vowel(word):
  return re.findall('[aıoueiöüâ]', word.lower())[-1]


def test_turkish_suffixes_follow_the_vowels():
  narrow = dict(zip('aıoueiöüâ', 'ııuuiiüüı'))
  wide = {vowel: 'a' if vowel in 'aıouâ' else 'e' for vowel in narrow}
  for forms in LANGUAGES['tr'].words['thing'].values():
    near, far = (vowels[last_vowel(forms['base'])] for vowels in (narrow, wide))
    assert forms['acc'][-1] == near and forms['my_acc'][-2:] == f'm{near}'
    hard = forms['base'][-1] in 'fstkçşhp'
    assert forms['abl'].endswith(f'{"t" if hard else "d"}{far}n'), forms
  for kind in ('place', 'city'):
    for forms in LANGUAGES['tr'].words[kind].values():
      far = wide[last_vowel(forms['base'])]
      assert re.search(f"[dt]{far}$", forms['in']) and forms['to'][-1] == far
      if kind == 'place':
        assert forms['gen'].endswith(f'{narrow[last_vowel(forms["base"])]}n')
        assert forms['was'] == f'{forms["in"]}yd{narrow[far]}'
  for kind in ('quality', 'food'):
    for forms in LANGUAGES['tr'].words[kind].values():
      near = narrow[last_vowel(forms['base'])]
      assert forms['asked'] == f'{forms["base"]} m{near}'


def test_finnish_suffixes_follow_the_vowels():
  for forms in LANGUAGES['fi'].words['thing'].values():
    back = (re.findall('[aouäöy]', forms['base']) or ['ä'])[-1] in 'aou'
    assert forms['part'][-1] == ('a' if back else 'ä')
    assert forms['my_part'] == forms['part'] + 'ni' and forms['gen'][-1] == 'n'
