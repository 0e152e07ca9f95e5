# SPDX-License-Identifier: Apache-2.0
"""A model that was imported, or read plain text only, is not called tuned; what nobody
knows of its training is said."""

import contextlib
import html
import io
import json
import re
import types

import pytest

from flan_jax.data import vocabulary
from flan_jax.errors import UserError
from flan_jax.evaluation import groups
from flan_jax.report import comparison, experiment
from flan_jax.report import page as page_lib
from flan_jax.runs import description, evaluation, evaluation_request, generation
from flan_jax.training import checkpoint
from tests import fake_run, tiny_runs

IMPORTED = {
  **tiny_runs.RUN,
  'mixture': 'imported',
  'data': 'unknown',
  'tasks': {},
  'optimizer': {},
  'imported': {'model_type': 'llama'},
}
PLAIN_TEXT = {**tiny_runs.RUN, 'rows': {**tiny_runs.ROWS, 'overflow': 'split'}}
UNKNOWN = 'nothing is known of what the model was trained on'
BASE_UNKNOWN = 'nothing is known of what the model that the run began from was trained on'


def write(folder, run):
  """A MODEL_DIR that has a checkpoint, as far as its name tells."""
  checkpoint.write_run(str(folder), run)
  (folder / 'checkpoints/0').mkdir(parents=True)
  return str(folder)


def text_of(page):
  bare = re.sub(r'<(style|script).*?</\1>|<[^>]*>', ' ', page, flags=re.S)
  return ' '.join(html.unescape(bare).split())


@pytest.fixture(scope='module')
def said(random_runs, tmp_path_factory):
  """What the evaluation of an import prints; its folder."""
  folder = str(tmp_path_factory.mktemp('imported') / 'run')
  checkpoint.write_run(folder, IMPORTED)
  tiny_runs.save(folder, 0, tiny_runs.random_params(tiny_runs.CONFIG, 0))
  told = io.StringIO()
  with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stdout(told):
    patch.setenv('TFDS_DATA_DIR', str(random_runs / 'data'))
    patch.setattr(vocabulary.FLAN, '_loaded', None)
    only_cb(patch)
    evaluation.evaluate(evaluation.Evaluation(model_dir=folder, held_out='nli', limit=1))
  return told.getvalue(), folder


def only_cb(patch):
  """Of NLI, the one dataset that is there."""
  patch.setattr(evaluation_request, 'names', lambda *_: {False: ['cb'], True: []})


def test_the_table_of_an_import_says_what_is_not_known(said):
  out, folder = said
  title, *_ = out.split('\n')
  assert title.strip() == 'nli, not known to be unseen · data: embedded'
  assert UNKNOWN in out and 'untuned' in out and 'plain' in out
  assert 'held out' not in out and 'held-out' not in out
  assert not re.search(r'\btuned', out)


def test_the_results_of_an_import_say_what_is_not_known(said):
  found = json.load(open(f'{said[1]}/results.json'))
  assert [(one['name'], one['training']) for one in found['evaluations']] == [
    ('untuned', 'unknown'),
    ('plain', 'unknown'),
  ]
  assert found['comparisons'] == []


def test_the_page_of_an_import_says_what_is_not_known(said):
  text = text_of(open(f'{said[1]}/report.html', encoding='utf-8').read())
  for wanted in (
    UNKNOWN,
    'Whether it was unseen',
    'Not known: the model was imported',
    'not known: imported (llama)',
    'nothing was trained here',
  ):
    assert wanted in text, wanted
  for wrong in ('held out', 'Held out', 'Why it was unseen', 'Checked', 'tuned at', 'neither trained on nor evaluated'):
    assert wrong not in text.replace('untuned', ''), wrong


def test_a_second_evaluation_stands_beside_the_first(said, world, monkeypatch, capsys):
  only_cb(monkeypatch)
  found = evaluation.evaluate(
    evaluation.Evaluation(model_dir=said[1], held_out='nli', limit=1, style='name', only='plain')
  )
  assert [(one.conditions.style, one.name) for one in found.evaluations] == [
    ('instructions', 'untuned'),
    ('instructions', 'plain'),
    ('name', 'plain'),
  ]
  out = ' '.join(capsys.readouterr().out.split())
  assert "nli, not known to be unseen, zero-shot, style 'name'" in out
  assert "earlier, in the report too: nli, style 'instructions'" in out
  page = open(f'{said[1]}/report.html', encoding='utf-8').read()
  assert page.count('id="scores') == 2 and 'nli, style &#39;name&#39;' in page


@pytest.mark.parametrize('run', [IMPORTED, PLAIN_TEXT], ids=['imported', 'plain text'])
def test_it_is_itself_the_untuned_model(run, tmp_path):
  folder = write(tmp_path, run)
  models = lambda only: [
    (one.name, one.path, one.step, one.plain) for one in evaluation_request.candidates(folder, only)
  ]
  untuned, plain = ('untuned', folder, 0, False), ('plain', folder, 0, True)
  assert models('all') == [untuned, plain]
  assert models('untuned') == [untuned] and models('plain') == [plain]
  assert models('plain,untuned') == [untuned, plain]
  for only in ('tuned', 'both', 'untuned,tuned'):
    with pytest.raises(UserError, match='there is no tuned model; evaluate it as'):
      models(only)
  with pytest.raises(UserError, match='no checkpoint of step 7'):
    evaluation_request.candidates(folder, 'all', 7)


def test_generate_takes_it_as_untuned(tmp_path, monkeypatch):
  monkeypatch.setattr(vocabulary.FLAN, '_loaded', None)
  folder = write(tmp_path, IMPORTED)
  assert generation.open_model(folder, untuned=True).path == folder


def test_what_is_known_of_the_training(tmp_path):
  imported, gone = write(tmp_path / 'imported', IMPORTED), str(tmp_path / 'gone')
  scratch, runs = write(tmp_path / 'scratch', PLAIN_TEXT), {}
  for name, base in (('a', imported), ('b', gone), ('c', scratch)):
    runs[name] = write(tmp_path / name, {**tiny_runs.RUN, 'tasks': {'sst2': 1.0}, 'init_from': base})
  assert {name: evaluation_request.training(path) for name, path in runs.items()} == {
    'a': 'base unknown',
    'b': 'base unknown',
    'c': 'known',
  }
  assert evaluation_request.training(imported) == 'unknown'
  assert evaluation_request.training(scratch) == 'known'
  assert [one.name for one in evaluation_request.candidates(runs['a'])] == ['untuned', 'plain', 'tuned']


def of_unknown_base():
  found = fake_run.results()
  for one in found['evaluations']:
    one['training'] = 'unknown' if one['name'] in ('untuned', 'plain') else 'base unknown'
  return fake_run.typed(found)


def test_a_run_from_an_import_says_that_the_import_may_have_seen_the_data():
  text = text_of(page_lib.page(of_unknown_base(), fake_run.run(), page_lib.Inputs(fake_run.rules()), {}))
  assert 'nli held out' in text and 'none of the 2 tasks trained on' in text
  assert f'{BASE_UNKNOWN}: it may have seen these datasets' in text
  assert 'it was imported, or is not there any more' in text
  [group] = groups.split(of_unknown_base())
  told = experiment.Outcome('nli', 'NLI', group, None)
  table = experiment.holdouts([told], None)
  assert any(BASE_UNKNOWN in note for note in table['notes'])


def test_training_from_an_import_says_that_it_may_have_seen_what_is_held_out(tmp_path):
  layout = types.SimpleNamespace(shape={'data': 1, 'fsdp': 1, 'tensor': 1}, note='')
  schedule = types.SimpleNamespace(train_steps=1)
  found = types.SimpleNamespace(data_dir='DIR', ends='')
  known = write(tmp_path / 'known', tiny_runs.RUN)
  tuned = {**tiny_runs.RUN, 'init_from': write(tmp_path / 'import', IMPORTED)}

  def told(**changes):
    run = tiny_runs.run(**{'held_out': 'nli', **changes})
    return 'nli is held out of this run, and may have been seen before it' in (
      description.summary(types.SimpleNamespace(run=run, layout=layout, found=found), schedule)
    )

  assert told(init_from=tuned['init_from'])
  assert told(init_from=write(tmp_path / 'tuned', tuned))
  assert told(init_from=str(tmp_path / 'gone'))
  assert not told(init_from=known)
  assert not told(init_from=None)
  assert not told(init_from=tuned['init_from'], held_out=None)


def test_the_comparison_says_it_too(tmp_path):
  runs = [
    comparison.Run(name, str(tmp_path), found, fake_run.run(), {}, groups.split(found)[-1])
    for name, found in (('a', fake_run.typed()), ('b', of_unknown_base()))
  ]
  assert f'b: {BASE_UNKNOWN}: it may have seen these datasets' in (comparison.comparison_notices.notices(runs))


def test_the_plain_text_of_a_base_was_not_checked_and_the_page_says_so():
  rule = fake_run.rule()
  rule['trained']['world_text'] = []
  text = text_of(page_lib.page(fake_run.typed(), fake_run.run(), page_lib.Inputs({'nli': rule}), {}))
  assert 'what is in them was not checked: world_text' in text


def test_every_checkpoint_of_a_base_can_be_followed(tmp_path, world, monkeypatch):
  folder = write(tmp_path / 'run', PLAIN_TEXT)
  followed = []
  monkeypatch.setattr(
    evaluation._Job, 'run', lambda self, models: followed.append([(one.name, one.step) for one in models])
  )
  only_cb(monkeypatch)
  evaluation.evaluate(evaluation.Evaluation(model_dir=folder, continuous=0.0, held_out='none'))
  assert followed == [[('untuned', 0), ('plain', 0)]]
