# SPDX-License-Identifier: Apache-2.0
"""Predictions are read as far as they are whole, and no more than a page can hold."""

import dataclasses
import json

import pytest

from flan_jax.evaluation import answers
from flan_jax.report import samples
from tests import fake_run

NAMED = {one.name: one for one in fake_run.typed().evaluations}
TUNED = {'tuned': NAMED['tuned']}


@pytest.fixture(scope='module')
def folder(tmp_path_factory):
  return fake_run.write(tmp_path_factory.mktemp('runs') / 'nli')


def test_samples_are_the_kept_prompts_of_the_test_split(folder):
  never = dataclasses.replace(TUNED['tuned'], answers='never evaluated')
  found = samples.read(str(folder), {**TUNED, 'other': never}, most=2)
  assert {(one['dataset'], one['template'], one['method']) for one in found} == {
    ('rte', 0, 'rank'),
    ('rte', 2, 'rank'),
    ('rte', 0, 'decode'),
    ('stsb', 0, 'rank'),
    ('stsb', 2, 'rank'),
    ('sst2', 0, 'rank'),
    ('sst2', 2, 'rank'),
  }
  assert {one['number'] for one in found} == {0, 1}
  first = found[0]
  assert first['prompt'].startswith('rte 4: ')  # after the four of dev
  assert first['right'] == (first['answer'] == first['target'])
  last = samples.read(str(folder), TUNED)[5]
  assert last['answer'] is None and last['right'] is False  # its scores were NaN
  assert last['scores'] == [None, None]


def test_written_answers_are_judged_but_for_case_and_signs():
  example = {'options': [], 'references': ['The Eiffel Tower', 'Eiffel'], 'label': -1}

  def right(answer):
    return samples._sample(example, {'answer': answer, 'prompt': ''})['right']

  assert right(' eiffel tower.') is True
  assert right('a tower') is None  # the metric judges it
  nothing = samples._sample({**example, 'references': ['', 'the']}, {'answer': ' ', 'prompt': ''})
  assert not nothing['right']


def test_of_decoded_options_the_text_is_shown():
  example = {'options': ['yes', 'no'], 'references': ['yes'], 'label': 0}

  def shown(answer, text):
    found = samples._sample(example, {'answer': answer, 'text': text, 'prompt': ''})
    return found['answer'], found['right']

  assert shown(0, 'Yes.') == ('Yes.', True)
  assert shown(-1, 'perhaps') == ('perhaps', False)


def test_torn_predictions_are_left_out(folder, tmp_path, capsys):
  here = tmp_path / 'predictions/tuned/rte'
  here.mkdir(parents=True)
  source = folder / 'predictions/tuned/rte'
  for name in ('examples.jsonl', '0.rank.jsonl'):
    (here / name).write_text((source / name).read_text())
  whole = (source / '2.rank.jsonl').read_text()
  for torn in (whole[:-9], whole.replace('of rte', 'of others')):
    (here / '2.rank.jsonl').write_text(torn)
    assert {one['template'] for one in samples.read(str(tmp_path), TUNED)} == {0}
    said = capsys.readouterr().err
    assert f'{here}/2.rank.jsonl is damaged' in said
    assert f'flan_jax evaluate --gin.MODEL_DIR="\'{tmp_path}\'"' in said
    assert list(answers.columns(str(here), entry(0))) == [0]
    assert answers.columns(str(here), entry(0, 2)) == {}  # not the mean of what is left
    assert 'lacks 2.rank.jsonl' in capsys.readouterr().err
  assert samples.read(str(tmp_path / 'nowhere'), TUNED) == []
  (here / 'examples.jsonl').unlink()
  assert answers.columns(str(here), entry(0)) == {}
  assert 'examples.jsonl is missing' in capsys.readouterr().err
  assert answers.columns(str(tmp_path / 'nowhere'), entry(0)) == {}
  assert 'nowhere is missing' in capsys.readouterr().err


def test_answers_of_an_earlier_version_are_told_once(folder, tmp_path, capsys):
  source = folder / 'predictions/tuned'
  for file in source.glob('*/*.jsonl'):
    here = tmp_path / 'predictions/tuned' / file.parent.name / file.name
    here.parent.mkdir(parents=True, exist_ok=True)
    head, *lines = file.read_text().split('\n')
    head = {
      key: value
      for key, value in json.loads(head).items()
      if key in ('fingerprint', 'sizes', 'problems', 'template', 'method', 'cut')
    }
    here.write_text('\n'.join([json.dumps(head), *lines]))
  assert samples.read(str(tmp_path), TUNED) == []
  said = capsys.readouterr().err
  assert said.count('without digests, which an earlier version wrote') == 1
  assert f'{tmp_path}/predictions' in said and 'flan_jax evaluate' in said


def entry(*numbers):
  scores = NAMED['tuned'].datasets['rte']
  templates = tuple(dataclasses.replace(scores.templates[0], template=one) for one in numbers)
  return dataclasses.replace(scores, templates=templates)


def test_columns_are_all_answers_of_the_split_that_is_scored(folder):
  found = answers.columns(str(folder / 'predictions/tuned/rte'), entry(0, 2))
  assert list(found) == [0, 2]
  assert len(found[0].chosen) == 6 and found[0].written is None
  assert found[0].chosen[-1] == -1 and list(found[0].labels[:2]) == [0, 1]
  of_dev = answers.columns(str(folder / 'predictions/tuned/sst2'), entry(0))
  assert len(of_dev[0].chosen) == 4


def test_a_page_holds_no_more_examples_than_fit(folder):
  found = samples.read(str(folder), NAMED)
  text, count = samples.packed(found)
  assert count == len(found) == len(json.loads(text)['samples'])
  prompts = json.loads(text)['prompts']
  assert len(prompts) == len(set(prompts)) < count
  small, fewer = samples.packed(found, most_bytes=4_000)
  assert 0 < fewer < count and len(small.encode()) <= 4_000
  kept = json.loads(small)['samples']
  assert len({(one['evaluation'], one['dataset']) for one in kept}) > 2
  assert samples.packed(found, most_bytes=10)[1] == 0


def test_half_a_surrogate_does_not_stop_the_page():
  one = {'number': 0, 'prompt': 'a \ud800 b', 'options': [], 'scores': []}
  text, _ = samples.packed([one])
  text.encode()
