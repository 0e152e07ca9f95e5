# SPDX-License-Identifier: Apache-2.0
"""Kept answers that were damaged are told and made again, with the same results."""

import functools
import json
import random
import types
import zlib

import numpy as np
import pytest

import flan_jax.tasks  # noqa: F401  registers everything
from flan_jax.data import rendering, vocabulary
from flan_jax.data.vocabulary import FLAN
from flan_jax.errors import UserError
from flan_jax.evaluation import answer_files, answers, protocol, questions
from flan_jax.inference import decoding, scoring
from tests import tiny_runs

LOADED = types.SimpleNamespace(config=None, params=None, run=tiny_runs.run())
TASKS = ['cb', 'natural_questions', 'rte']


def hashed(*what):
  return zlib.crc32(json.dumps(what).encode()) % 1_000


def made_questions(name):
  """Three examples of each split, in two templates."""
  options = ('yes', 'no', 'it may be') if name != 'natural_questions' else ()
  examples = [
    rendering.Example(
      (),
      (),
      options,
      number % 3 if options else -1,
      (options[number % 3],) if options else (f'answer {number}', 'Rome'),
    )
    for number in range(6)
  ]
  inputs = [f'{name}, {number}, {template}?' for number in range(6) for template in (0, 1)]
  return questions.Questions(
    name,
    (0, 1),
    {'dev': 3, 'test': 3},
    FLAN.encode_batch(inputs),
    [False] * 12,
    [FLAN.encode_batch(options) for _ in examples],
    [False] * 6,
    [False] * 6,
    examples,
  )


@pytest.fixture
def asked(monkeypatch):
  """How many prompts each call answered, by a hash of each in place of a model."""
  monkeypatch.setenv(vocabulary.VARIABLE, 'bytes')
  monkeypatch.setattr(vocabulary.FLAN, '_loaded', None)
  count = []

  def scores(config, params, prompts, *arguments, **settings):
    count.append(len(prompts))
    return [np.array([-hashed(inputs, one) / 10 for one in options]) for inputs, options in prompts]

  def generate(config, params, inputs, *arguments, **settings):
    count.append(len(inputs))
    return [FLAN.encode_batch([f'answer {hashed(one)}'])[0] for one in inputs]

  monkeypatch.setattr(scoring, 'scores', scores)
  monkeypatch.setattr(decoding, 'generate', generate)
  return count


def evaluated(folder, name='tuned', tell=answers.notice):
  made = protocol.evaluate(
    LOADED,
    TASKS,
    False,
    protocol.Settings(templates=[0, 1], limit=3),
    context=protocol.Context(
      lambda row, task: answers.Folder(answers.path(str(folder), name, row), f'{name} {task}', tell),
      read={name: made_questions(name) for name in TASKS},
    ),
  )
  assert made[1] == {}
  return {name: one.to_json() for name, one in made[0].items()}


def lines_of(text):
  return text.splitlines(keepends=True)


def with_line(text, draw, change, first=1):
  lines = lines_of(text)
  number = draw.randrange(first, len(lines))
  lines[number : number + 1] = change(lines[number])
  return ''.join(lines)


def flipped(text, draw):
  place = draw.randrange(len(text))
  return text[:place] + draw.choice('01a" \n}é') + text[place + 1 :]


def shuffled(text, draw):
  head, *lines = lines_of(text)
  return head + ''.join(draw.sample(lines, len(lines)))


def without(keys, text, draw):
  head, *lines = lines_of(text)
  head = {name: value for name, value in json.loads(head).items() if name not in keys}
  return json.dumps(head, ensure_ascii=False) + '\n' + ''.join(lines)


def changed_numbers(text, draw):
  """Labels and answers turned round."""
  return text.replace('"label": 0', '"label": 2').replace('"answer": 0', '"answer": 1')


WAYS = {
  'a line is missing': lambda text, draw: with_line(text, draw, lambda line: []),
  'the last line is missing': lambda text, draw: ''.join(lines_of(text)[:-1]),
  'the head is missing': lambda text, draw: ''.join(lines_of(text)[1:]),
  'a line stands twice': lambda text, draw: with_line(text, draw, lambda line: [line, line]),
  'a line is empty': lambda text, draw: with_line(text, draw, lambda line: ['\n']),
  'lines have other places': shuffled,
  'numbers differ': changed_numbers,
  'a sign differs': flipped,
  'another sign differs': flipped,
  'or another': flipped,
  'it is torn': lambda text, draw: text[: draw.randrange(1, len(text))],
  'the last newline is missing': lambda text, draw: text[:-1],
  'it is empty': lambda text, draw: '',
  'it is something else': lambda text, draw: '[1, 2]\n{}\n',
  'the digest is missing': functools.partial(without, ['sha256']),
  'the count is missing': functools.partial(without, ['lines']),
  'it is no text': lambda text, draw: text[:9] + '\udcff' + text[9:],
  'bytes were added': lambda text, draw: '\ufeff' + text,
}


def test_whatever_is_damaged_is_told_and_made_again(asked, tmp_path, capsys):
  whole = evaluated(tmp_path)
  files = sorted(tmp_path.glob('predictions/tuned/*/*.jsonl'))
  kept = {file: file.read_text() for file in files}
  assert len(files) == 3 * 3 and capsys.readouterr().err == ''
  draw = random.Random(0)
  for way, damage in WAYS.items():
    for file in draw.sample(files, 3):
      broken = damage(kept[file], draw)
      if broken == kept[file]:
        continue
      file.write_bytes(broken.encode('utf-8', 'surrogateescape'))
      assert evaluated(tmp_path) == whole, (way, file)
      said = capsys.readouterr().err
      assert f'notice: {file} ' in said and said.count('\n') == 1, (way, file, said)
      assert file.read_text() == kept[file], (way, file)
  asked.clear()
  assert evaluated(tmp_path) == whole
  assert asked == [] and capsys.readouterr().err == ''


def test_files_in_each_others_places_are_told_and_made_again(asked, tmp_path, capsys):
  whole = evaluated(tmp_path)
  evaluated(tmp_path, 'untuned')
  here = tmp_path / 'predictions/tuned'
  for one, other in (
    (here / 'rte/0.rank.jsonl', here / 'rte/1.rank.jsonl'),
    (here / 'rte/0.rank.jsonl', here / 'cb/0.rank.jsonl'),
    (here / 'rte/examples.jsonl', here / 'cb/examples.jsonl'),
    (here / 'rte/examples.jsonl', here / 'rte/1.rank.jsonl'),
    (here / 'rte/1.rank.jsonl', tmp_path / 'predictions/untuned/rte/1.rank.jsonl'),
  ):
    texts = one.read_text(), other.read_text()
    one.write_text(texts[1])
    other.write_text(texts[0])
    assert evaluated(tmp_path) == whole
    said = capsys.readouterr().err
    assert said.count('notice: ') == (1 if 'untuned' in str(other) else 2)
    assert str(one if 'untuned' not in str(other) else one.parent) in said
    if 'untuned' in str(other):
      assert 'of another checkpoint, other data or other settings' in said
    assert one.read_text() == texts[0]


def test_damaged_examples_cost_no_answers(asked, tmp_path, capsys):
  whole = evaluated(tmp_path)
  file = tmp_path / 'predictions/tuned/cb/examples.jsonl'
  file.write_text(file.read_text().replace('"label": 0', '"label": 1'))
  asked.clear()
  assert evaluated(tmp_path) == whole and asked == []
  assert f'{file} is damaged' in capsys.readouterr().err


def test_answers_of_an_earlier_version_are_made_again_and_told_once(asked, tmp_path, capsys):
  whole, tell = evaluated(tmp_path), answers.once()
  for file in tmp_path.glob('predictions/tuned/*/*.jsonl'):
    file.write_text(without(['sha256', 'lines'], file.read_text(), None))
  asked.clear()
  assert evaluated(tmp_path, tell=tell) == whole and len(asked) == 6
  said = capsys.readouterr().err
  assert said.count('notice: ') == 1 and 'which an earlier version wrote' in said


def test_what_cannot_be_replaced_ends_the_evaluation(asked, tmp_path):
  (tmp_path / 'predictions/tuned/cb/0.rank.jsonl').mkdir(parents=True)
  with pytest.raises(UserError, match='cb/0.rank.jsonl cannot be written'):
    evaluated(tmp_path)


def test_what_cannot_be_replaced_is_named(tmp_path):
  folder = answers.Folder(str(tmp_path / 'cb'), 'one')
  (tmp_path / 'cb/examples.jsonl').mkdir(parents=True)
  assert folder.examples() is None
  with pytest.raises(UserError, match='cb/examples.jsonl cannot be written'):
    folder.keep_examples(answers.Examples({'dev': 0, 'test': 0}, []))


def test_a_file_is_read_as_it_was_written(tmp_path):
  path, lines = str(tmp_path / 'a.jsonl'), [{'text': 'a\u2028b\r\n"é'}, {'n': 1.5}]
  head = answer_files.write(path, {'of': 'x'}, lines)
  assert answer_files.read(path) == (head, lines, '')
  assert (head['of'], head['lines'], len(head['sha256'])) == ('x', 2, 64)
  assert answer_files.read(str(tmp_path / 'b.jsonl')) == (None, [], '')
