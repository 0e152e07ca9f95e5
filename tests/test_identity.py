# SPDX-License-Identifier: Apache-2.0
"""What makes prompts themselves: templates and what their code does, not its looks."""

import dataclasses
import functools
import glob
import importlib
import os
import re
import subprocess
import sys

import pytest
import seqio
import tensorflow as tf

import flan_jax.tasks  # noqa: F401  registers everything
from flan_jax.data import datasets, plain_text
from flan_jax.data.code import code_identity, identity
from flan_jax.training import differences

FILMS = '''
"""Films."""

import functools
import re

import films_helpers
from films_helpers import shout

TABLE = re.compile('[a-z]+')
MEMORY = {}


def fields(example, mark='!'):
  """What the templates ask for."""
  first = [shout(word, 2) for word in example['text'].split()]
  text = TABLE.sub('x', first[0]) + mark + f"{films_helpers.WORDS['a']} {mark:>3}"
  MEMORY[text] = text
  return {'text': text, **films_helpers.Tag('film').told(text)}


def made(code):
  return lambda example: {'text': example[code]}


LANGUAGES = {code: made(code) for code in ('de', 'fr')}
PAIR = (lambda example: {'a': 1}, lambda example: {'a': 2})
BOUND = functools.partial(fields, mark='?')
'''
HELPERS = '''
"""Helpers."""

WORDS = {'a': 'film', 'b': ['book']}
DEEP = 3


class Tag:
  """A tag."""
  OPEN = '<'

  def __init__(self, name):
    self.name = name

  def told(self, text):
    return {'tag': self.OPEN + self.name + text}


def deeper(text):
  return text * DEEP if text else shout(text, 0)


def shout(text, times):
  """Loud."""
  return deeper(text.upper()) * times
'''


@pytest.fixture
def films(tmp_path, monkeypatch):
  """(films, helpers) as text -> the module, imported afresh."""
  monkeypatch.syspath_prepend(str(tmp_path))
  monkeypatch.setattr(sys, 'dont_write_bytecode', True)

  def imported(text=FILMS, helpers=HELPERS):
    for name, source in (('films', text), ('films_helpers', helpers)):
      (tmp_path / f'{name}.py').write_text(source)
      monkeypatch.delitem(sys.modules, name, raising=False)
    importlib.invalidate_caches()
    return importlib.import_module('films')

  yield imported
  for name in ('films', 'films_helpers'):
    sys.modules.pop(name, None)


def replaced(text, old, new):
  assert old in text
  return text.replace(old, new)


@pytest.mark.parametrize(
  'old, new',
  [
    ('"""Films."""', '"""Films, retold.\n\nAt length.\n"""  # and a comment'),
    ('  """What the templates ask for."""\n', ''),
    ('"""What the', '"""Everything that the'),
    ('  first = [', '\n  # Why it is the first.\n\n  first = ['),
    ('[shout(word, 2) for word in', '[\n      shout(word, 2)  # loudly\n      for word in'),
    ("'x', first[0])", '"x", (first[0]),)'),
    ('def fields(example, mark=', 'def fields(example: dict, mark: str ='),
    ('def fields', 'def unrelated():\n  return 7\n\n\ndef fields'),
    ("['a']} {mark", '[\'a\']}" f" {mark'),
    ('MEMORY = {}', 'MEMORY = {}  # filled as it goes'),
  ],
)
def test_looks_do_not_count(films, old, new):
  before = code_identity.of(films().fields)
  assert code_identity.of(films(replaced(FILMS, old, new)).fields) == before


@pytest.mark.parametrize(
  'old, new',
  [
    ('"""Helpers."""', ''),
    ('"""A tag."""', '"""Another."""'),
    ('"""Loud."""\n', '# Loud\n'),
    ("  OPEN = '<'", "  OPEN: str = '<'"),
    ('DEEP = 3', 'DEEP = 3\nOTHER = 4'),
    ('def shout(text, times)', 'def shout(text: str, times: int) -> str'),
  ],
)
def test_looks_of_helpers_do_not_count(films, old, new):
  before = code_identity.of(films().fields)
  assert code_identity.of(films(helpers=replaced(HELPERS, old, new)).fields) == before


@pytest.mark.parametrize(
  'old, new, part',
  [
    ("'x', first", "'y', first", '`fields` in films.py'),
    ("mark='!'", "mark='.'", 'the default 0 of `fields`'),
    ("'[a-z]+'", "'[a-z]*'", 'constant `TABLE` in films.py'),
    ('{mark:>3}', '{mark:>4}', '`fields` in films.py'),
  ],
)
def test_what_code_does_counts(films, old, new, part):
  before = code_identity.of(films().fields)
  changes(before, films(replaced(FILMS, old, new)).fields, part)


@pytest.mark.parametrize(
  'old, new, part',
  [
    ('.upper()', '.lower()', 'helper `shout` in films_helpers.py'),
    ('text * DEEP', 'DEEP * text', 'helper `deeper` in films_helpers.py'),
    ('DEEP = 3', 'DEEP = 4', 'constant `DEEP` in films_helpers.py'),
    ("'a': 'film'", "'a': 'movie'", 'constant `WORDS` in films_helpers.py'),
    ("OPEN = '<'", "OPEN = '['", 'class `Tag` in films_helpers.py'),
    ("'tag': self", "'tags': self", 'class `Tag` in films_helpers.py'),
  ],
)
def test_what_helpers_of_other_modules_do_counts(films, old, new, part):
  before = code_identity.of(films().fields)
  changes(before, films(helpers=replaced(HELPERS, old, new)).fields, part)


def changes(old, after, part):
  new = code_identity.of(after)
  assert old['digest'] != new['digest']
  assert old['parts'].get(part) != new['parts'].get(part), new['parts']


HOLDERS = '''
import enum

BASE = {'a': 1}
EXTRA = {'b': 2}


class Slots:
  """Two slots, one of them private."""
  __slots__ = ('mark', '__hidden', 'empty')

  def __init__(self, mark, hidden):
    self.mark, self.__hidden = mark, hidden

  def told(self):
    return self.mark + self.__hidden


class Further(Slots):
  """Its values are in the slots of another class, and in its own dictionary."""

  def __init__(self):
    super().__init__('further ', 'slots')
    self.more = 'more'


class Tripled:
  """A descriptor."""

  def __init__(self, text):
    self.text = text

  def __get__(self, thing, kind):
    return 3 * self.text


class Words(dict):
  """A dictionary that does more."""

  def __missing__(self, key):
    return 'missing'


class Holder:
  """Values at the class."""
  _private = BASE['a']
  tripled = Tripled('three')
  _seen, _last = {}, None
  _first = dict(BASE)

  def told(self, text):
    self._seen[text] = text
    Holder._last = text
    self._first.setdefault(text, 0)
    return f'{self._private}{self.tripled}'


class Kind(enum.Enum):
  """Values of an enumeration."""
  A = BASE['a']


MADE = Slots('slots ', 'hidden')
FURTHER = Further()
WORDS = Words(a='dictionary')
MEMORY = {'start': 'memory'}
MEMORY.update(EXTRA)
MEMORY['x'] = 'set'
LIST = ['list']
LIST.append('appended')
for word in ('looped', 'words'):
  MEMORY[word] = word.upper()


def fields(example):
  """What is asked for."""
  MEMORY[example['a']] = 1
  return {'a': MADE.told() + FURTHER.told() + WORDS['a'] + LIST[0],
          'b': Holder().told('x'), 'c': Kind.A, 'd': MEMORY}
'''


@pytest.mark.parametrize(
  'old, new',
  [
    ("'slots ', 'hidden'", "'slot ', 'hidden'"),
    ("'slots ', 'hidden'", "'slots ', 'hid'"),
    ("'further ', 'slots'", "'further ', 'slot'"),
    ("more = 'more'", "more = 'less'"),
    ("_private = BASE['a']", "_private = BASE['a'] + 1"),
    ("{'a': 1}", "{'a': 2}"),
    ("Tripled('three')", "Tripled('four')"),
    ("return 'missing'", "return 'gone'"),
    ("a='dictionary'", "a='dict'"),
    ("'start': 'memory'", "'start': 'mem'"),
    ('MEMORY.update(EXTRA)', 'MEMORY.update(EXTRA, c=3)'),
    ("{'b': 2}", "{'b': 3}"),
    ("MEMORY['x'] = 'set'", "MEMORY['x'] = 'sets'"),
    ("MEMORY['x'] =", "MEMORY['y'] ="),
    ("append('appended')", "append('other')"),
    ("LIST.append('appended')", "LIST[0] = 'appended'"),
    ("'looped', 'words'", "'looped', 'word'"),
    ('word.upper()', 'word.lower()'),
    ('_first = dict(BASE)', '_first = dict(EXTRA)'),
  ],
)
def test_what_helpers_hold_counts(films, old, new):
  before = code_identity.of(films(HOLDERS).fields)
  after = code_identity.of(films(replaced(HOLDERS, old, new)).fields)
  assert after['digest'] != before['digest']


@pytest.mark.parametrize(
  'old, new',
  [
    ('"""Two slots, one of them private."""', '# Two.'),
    ('"""Values at the class."""', '"""More than one line.\n\n  Of it.\n  """'),
    ('MEMORY.update(EXTRA)', '\n# More of them.\nMEMORY.update(\n    EXTRA,  # twice\n)'),
    ("LIST.append('appended')", "\n\nLIST.append('appended')  # the second"),
    ("MEMORY['x'] = 'set'", "MEMORY[\n  'x'] = ('set')"),
    ("EXTRA = {'b': 2}", "EXTRA = {'b': 2}\nUNREAD = []\nUNREAD.append(EXTRA)"),
    ('_seen, _last = {}, None', '_seen, _last = {}, None  # as it goes'),
  ],
)
def test_looks_of_what_helpers_hold_do_not_count(films, old, new):
  before = code_identity.of(films(HOLDERS).fields)
  assert code_identity.of(films(replaced(HOLDERS, old, new)).fields) == before


def test_what_classes_remember_does_not_count(films):
  module = films(HOLDERS)
  before = code_identity.of(module.fields)
  module.fields({'a': 'z'})
  assert module.Holder._last and module.Holder._seen and 'x' in module.Holder._first
  assert code_identity.of(module.fields) == before
  module.Holder._private = 'another'
  assert code_identity.of(module.fields)['digest'] != before['digest']


IMPORTS = """
from films_helpers import WORDS

WORDS.update(c='film')


def fields(example):
  WORDS[example['a']] = 1
  return WORDS
"""


def test_what_fills_an_imported_memory_counts_here_and_there(films):
  before = code_identity.of(films(IMPORTS).fields)
  here = code_identity.of(films(replaced(IMPORTS, "c='film'", "c='movie'")).fields)
  there = code_identity.of(films(IMPORTS, replaced(HELPERS, "'a': 'film'", "'a': 'movie'")).fields)
  assert len({one['digest'] for one in (before, here, there)}) == 3


def test_values_that_are_set_by_each_other_end(films):
  text = 'A, B = object(), object()\nprint(A, B, end="")\n\n\ndef fields(example):\n  return A, B\n'
  one = code_identity.of(films(text).fields)['digest']
  assert one == code_identity.of(films(text).fields)['digest']
  other = films(text.replace('(A, B,', '(A, B, "",'))
  assert one != code_identity.of(other.fields)['digest']


def test_what_a_function_remembers_does_not_count(films):
  module = films()
  before = code_identity.of(module.fields)
  module.MEMORY['a'] = 'b'
  assert code_identity.of(module.fields) == before


def test_a_helper_may_move_to_another_file(films):
  before = code_identity.of(films().fields)
  rest, loud = HELPERS.split('def deeper')
  moved = films(
    replaced(FILMS, 'from films_helpers import shout', f'from films_helpers import DEEP\n\n\ndef deeper{loud}'), rest
  )
  after = code_identity.of(moved.fields)
  assert after['digest'] == before['digest'] and after['parts'] != before['parts']
  assert told({'fields': before}, {'fields': after}, 'films') == []


def test_variants_made_by_a_loop_partials_and_lambdas_are_told_apart(films):
  module = films()
  made = [
    *module.LANGUAGES.values(),
    *module.PAIR,
    module.fields,
    module.BOUND,
    functools.partial(module.fields, mark=':'),
    functools.lru_cache(module.made),
  ]
  found = [code_identity.of(one) for one in made]
  assert len({one['digest'] for one in found}) == len(made)
  again = films(FILMS.replace('LANGUAGES =', '# Two.\nLANGUAGES ='))
  assert code_identity.of(again.LANGUAGES['fr']) == found[1]
  assert code_identity.of(again.PAIR[1]) == found[3]


def test_a_function_without_source_is_told_by_its_constants_and_names():
  def compiled(text):
    known = {'__name__': 'nowhere'}
    exec(text, known)
    return code_identity.of(known['fields'])

  one = compiled('def fields(example):\n  "Doc."\n  return example["a"]')
  assert compiled('def fields(example):\n  return example["a"]') == one
  assert compiled('def fields(example):\n  return example["b"]')['digest'] != one['digest']
  assert 'whose source is not there' in next(iter(one['parts']))


SAYS = """
import json, sys
sys.path[:0] = [sys.argv[1], sys.argv[2]]
from flan_jax.data.code import code_identity
import films
made = films.fields, films.LANGUAGES['de'], films.PAIR[1], films.BOUND
print(' '.join(code_identity.of(one)['digest'] for one in made))
"""
DIGESTS = 'b75e6da10b454403 8091b36b9d60104e fcb7010e2ed5a7d8 79a6a3b721b4fcd4'
SAYS_OF_HOLDERS = SAYS.replace("films.LANGUAGES['de'], films.PAIR[1], films.BOUND", '')


@pytest.mark.parametrize('text, says', [(FILMS, SAYS), (HOLDERS, SAYS_OF_HOLDERS)])
def test_every_python_says_the_same(films, tmp_path, text, says):
  module = films(text)
  made = [module.fields]
  if text is FILMS:
    made += [module.LANGUAGES['de'], module.PAIR[1], module.BOUND]
  here_said = ' '.join(code_identity.of(one)['digest'] for one in made)
  assert text is not FILMS or here_said == DIGESTS
  root = os.path.dirname(os.path.dirname(flan_jax.__file__))
  here = f'{sys.version_info.major}.{sys.version_info.minor}'
  others = {
    re.search(r'3\.1[123]', path)[0]: path
    for path in glob.glob(os.path.expanduser('~/.pyenv/versions/3.1[123].*/bin/python'))
  }
  for version, path in sorted(others.items()):
    if version != here:
      said = subprocess.run([path, '-B', '-c', says, root, str(tmp_path)], capture_output=True, text=True, timeout=300)
      assert said.stdout.strip() == here_said, said.stderr


def test_rte_reads_its_helpers_and_no_library():
  parts = datasets.get('rte').identity['fields']['parts']
  rule = {part for part in parts if part.endswith('in flan_jax/data/markup.py')}
  assert set(parts) - rule == {
    '`fields` in tasks/nli/rte.py',
    'helper `choose` in flan_jax/data/fields.py',
    'helper `tidy` in flan_jax/data/fields.py',
    *(f'constant `{name}` in flan_jax/data/fields.py' for name in ('_SPACES', '_BREAK', '_SEVERAL_BREAKS', '_BLANK')),
  }
  assert {'helper `mended` in flan_jax/data/markup.py', 'constant `_TRACES` in flan_jax/data/markup.py'} <= rule


@pytest.mark.parametrize('name', ['sst2', 'math_dataset', 'wmt16_translate_deen'])
def test_the_published_size_and_the_metrics_do_not_count(name):
  dataset = datasets.get(name)
  for change in ({'examples': 7}, {'metrics': ('bleu',)}):
    assert dataclasses.replace(dataset, **change).identity == dataset.identity
  for change in (
    {'version': 2},
    {'keep': lambda example: True},
    {'fields': lambda example: {}},
    {'templates': dataset.templates[1:]},
  ):
    assert dataclasses.replace(dataset, **change).identity != dataset.identity


def test_no_dataset_reads_the_invented_world():
  for name in datasets.names():
    parts = datasets.get(name).identity
    read = [
      label
      for key in ('fields', 'keep')
      for label in parts.get(key, {'parts': ()})['parts']
      if 'flan_jax/world' in label
    ]
    assert not read, (name, read)


def say(example):
  return {'inputs': example['inputs'], 'targets': LAST + example['targets']}


LAST = '.'


@pytest.fixture
def user_task():
  def read(split, shuffle_files, seed=None):
    return tf.data.Dataset.from_tensor_slices({'inputs': ['a'], 'targets': ['b']})

  yield seqio.TaskRegistry.add(
    'say_so',
    seqio.FunctionDataSource(read, splits=['train']),
    preprocessors=[seqio.map_over_dataset(say), seqio.preprocessors.tokenize],
    output_features=datasets.FEATURES,
  )
  seqio.TaskRegistry.remove('say_so')


def test_the_preprocessors_of_a_users_task_count(user_task, monkeypatch):
  before = identity.of_task('say_so')
  assert 'constant `LAST` in tests/test_identity.py' in before['preprocessors']['parts']
  monkeypatch.setitem(globals(), 'LAST', '!')
  after = identity.of_task('say_so')
  assert told(before, after, 'say_so') == ['the preprocessors of say_so (constant `LAST` in tests/test_identity.py)']
  assert not any('parts' in str(part) for part in identity.fingerprint(after).values())


def test_the_files_of_plain_text_count(tmp_path):
  (tmp_path / 'a.txt').write_text('one\n')
  (tmp_path / 'b.txt').write_text('two\n')
  plain_text.add('pages', {'train': str(tmp_path / '*.txt')})
  try:
    before = identity.of_task('pages')
    (tmp_path / 'a.txt').write_text('one more\n')
    (tmp_path / 'b.txt').rename(tmp_path / 'c.txt')
    assert told(before, identity.of_task('pages'), 'pages') == [
      'the text of pages (train): a.txt has 9 bytes, was 4',
      'the text of pages (train): b.txt is gone',
      'the text of pages (train): c.txt is new',
    ]
  finally:
    seqio.TaskRegistry.remove('pages')
    del plain_text._PATTERNS['pages']


def told(before, after, *names):
  return differences.told(differences.prompts(dict.fromkeys(names, before), dict.fromkeys(names, after)))


def data(rows, shards, size=100, tfds='super_glue/rte/1.0.2'):
  return {'data': {'tfds': tfds, 'rows': rows, 'files': {'train': {'shard_lengths': shards, 'bytes': size}}}}


CODE = {'digest': 'a', 'parts': {'`fields` in tasks/nli/rte.py': 'b', 'helper `x` in y.py': 'c'}}


@pytest.mark.parametrize(
  'before, after, words',
  [
    (data('train[0:2290]', [2490]), data('train[0:24]', [224]), 'the data of rte: train has 24 rows, was 2,290'),
    (data('train', [2000, 490]), data('train', [2000]), 'the data of rte: train has 2,000 rows, was 2,490'),
    (
      data('train', [20]),
      data('train', [20], 101),
      'the data of rte: train has 20 rows as before, but not the same ones',
    ),
    (data('train[0:10]', [20]), data('train[10:20]', [20]), 'the data of rte: it reads train[10:20], was train[0:10]'),
    (
      data('train', [20]),
      data('train', [20], tfds='glue/rte/2.0.0'),
      'the data of rte: it is glue/rte/2.0.0, was super_glue/rte/1.0.2',
    ),
    ({'templates': list('abcdefghij')}, {'templates': list('abcxefghiy')}, 'the templates of rte: numbers 3, 9'),
    ({'templates': ['a']}, {'templates': ['a', 'b']}, 'the templates of rte: there are 2, there were 1'),
    ({'version': 1}, {'version': 2}, 'the version of rte was 1 and is now 2'),
    (
      {'fields': CODE},
      {'fields': {'digest': 'z', 'parts': CODE['parts'] | {'helper `x` in y.py': 'd'}}},
      'the code of `fields` of rte (helper `x` in y.py)',
    ),
    ({}, {'keep': CODE}, 'the code of `keep` of rte, which is new'),
    ({'format': 1}, {'format': 2}, 'token ids of the prompts of rte in another way'),
  ],
)
def test_a_difference_is_told_in_words(before, after, words):
  [line] = told(before, after, 'rte')
  assert words in line


def test_what_many_tasks_share_is_told_once():
  names = [f'task{number}' for number in range(9)]
  assert told({'version': 1}, {'version': 2}, *names) == [
    'the version of task0, task1, task2, task3 and 5 more was 1 and is now 2'
  ]


def test_where_a_helper_stands_is_no_difference():
  assert told({'fields': CODE}, {'fields': {'digest': 'a', 'parts': {}}}, 'rte') == []
