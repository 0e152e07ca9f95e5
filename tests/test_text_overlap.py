# SPDX-License-Identifier: Apache-2.0
"""Held-out text in the training data of real datasets: found, shown, dropped, refused."""

import dataclasses
import itertools
import json
import os
import random
import shutil

import jax
import pytest
import seqio

from flan_jax.cli import holdout as door
from flan_jax.data import datasets, prompt_variants, rendering, vocabulary
from flan_jax.data.encoding import Encoding
from flan_jax.data.mixture_subset import Selection
from flan_jax.data.overlap import proof, records, results
from flan_jax.data.sample_data import embedded, embedded_marker
from flan_jax.errors import UserError
from flan_jax.evaluation import answers, clean_part, protocol, questions, summaries
from flan_jax.evaluation.scores import Conditions, Results
from flan_jax.model import decoder
from flan_jax.runs import clean_scores, registration, report_inputs, text_overlap, training
from flan_jax.training import checkpoint, loop, run_file
from tests import fake_run
from tests.conftest import replace_sample

TRAIN = ('sst2', 'arc_easy')
ROWS, ROWS_OF_TEST = 40, 17


def passage(number, kind='premise'):
  """Twenty words that no other number has in this order."""
  draw = random.Random(f'{kind} {number}')
  return ' '.join(''.join(draw.choices('abcdefgh', k=5)) for _ in range(20))


def rte(numbers):
  """Every record has its own premise; hypotheses are too short to be compared."""
  return lambda world: {'premise': passage(next(numbers)), 'hypothesis': 'It is so.', 'label': 'entailment', 'idx': 0}


def sst2(numbers, leaks):
  """Every second record holds a premise within another text."""

  def sample(world):
    number = next(numbers)
    text = passage(number, 'review') if number % 2 else f'number {number}: they say {next(leaks).upper()} today'
    return {'sentence': text, 'label': 'positive', 'idx': 0}

  return sample


def premises(split):
  """Of RTE, in the order of its records."""
  records_ds = datasets.records(datasets.get('rte'), split)
  return [record['premise'].decode() for record in records_ds.as_numpy_iterator()]


def leaked_premises():
  """Which test premises the training records of SST-2 hold, by number."""
  held = [record['sentence'].decode() for record in datasets.records(datasets.get('sst2'), 'train').as_numpy_iterator()]
  return tuple(number for number, text in enumerate(premises('test')) if any(text.upper() in one for one in held))


@pytest.fixture(scope='module')
def leaking(tmp_path_factory):
  """A data_dir with RTE and what is trained on; SST-2 holds test premises of RTE."""
  folder = tmp_path_factory.mktemp('leaking')
  registration.load_tasks()
  with pytest.MonkeyPatch.context() as patch:
    patch.setenv('TFDS_DATA_DIR', str(folder))
    replace_sample(patch, 'rte', rte(itertools.count()))
    embedded.write(folder, ROWS, ['rte'], seed=0)
    replace_sample(patch, 'sst2', sst2(itertools.count(), itertools.cycle(premises('test')[1:])))
    embedded.write(folder, ROWS, TRAIN, seed=0)
  return folder


@pytest.fixture
def data(leaking, monkeypatch, tmp_path):
  """The same in force, as if it were not embedded."""
  monkeypatch.setenv('TFDS_DATA_DIR', str(leaking))
  monkeypatch.setenv(vocabulary.VARIABLE, 'bytes')
  monkeypatch.setattr(vocabulary.FLAN, '_loaded', None)
  monkeypatch.setattr(embedded_marker, 'read', lambda data_dir: None)
  return leaking


@pytest.fixture(scope='module')
def proven(leaking, tmp_path_factory):
  """(what was found, the folder that keeps it)."""
  folder = str(tmp_path_factory.mktemp('kept'))
  with pytest.MonkeyPatch.context() as patch:
    patch.setenv('TFDS_DATA_DIR', str(leaking))
    patch.setattr(embedded_marker, 'read', lambda data_dir: None)
    return proof.prove(['rte', 'cb'], [*TRAIN, 'imdb_reviews'], folder), folder


@pytest.fixture
def compared(data, once_compared, tmp_path):
  """A folder of prompt stores that holds the comparison of RTE with TRAIN, and no store."""
  return str(shutil.copytree(once_compared, tmp_path / 'store'))


@pytest.fixture(scope='module')
def once_compared(leaking, tmp_path_factory):
  folder = tmp_path_factory.mktemp('compared')
  with pytest.MonkeyPatch.context() as patch:
    patch.setenv('TFDS_DATA_DIR', str(leaking))
    patch.setattr(embedded_marker, 'read', lambda data_dir: None)
    proof.prove(['rte'], list(TRAIN), str(folder / proof.FOLDER))
  return folder


def test_the_texts_of_a_record_are_what_templates_ask_for(data):
  first, *others = records.reader('rte', 'test')()
  assert not others and first.texts[:2] == [b'It is so.', premises('test')[0].encode()]
  assert first.counts.tolist() == [2] * ROWS_OF_TEST and all(first.asked)
  arc = next(iter(records.reader('arc_easy', 'train')()))
  record = next(datasets.records(datasets.get('arc_easy'), 'train').as_numpy_iterator())
  assert arc.texts[0] == record['question'] and arc.counts.tolist() == [1] * ROWS


def test_held_out_text_in_other_datasets_is_found(data, proven):
  found, _ = proven
  assert set(found.datasets) == {'rte'} and found.train_records == 2 * ROWS
  assert set(found.skipped) == {'cb', 'imdb_reviews'}
  rte = found.datasets['rte']
  assert rte.examples == {'validation': 200, 'test': ROWS_OF_TEST}
  assert rte.absolute == rte.paper == {'validation': (), 'test': leaked_premises()}
  assert rte.count('exact') == 0 and rte.share('absolute') == len(leaked_premises()) / ROWS_OF_TEST > 0.3
  assert set(found.overlapping) == {'sst2'}
  pair = rte.pairs[0]
  assert pair.dataset == 'sst2' and pair.text.upper() in pair.train_text
  texts = next(iter(records.reader('sst2', 'train')())).texts
  assert texts[pair.row].decode() == pair.train_text


def test_what_was_found_is_kept_until_something_changes(data, proven, monkeypatch):
  found, folder = proven
  monkeypatch.setattr(proof, '_keep', None)  # not called
  names = ['rte', 'cb'], [*TRAIN, 'imdb_reviews']
  assert proof.is_kept(*names, folder) and proof.prove(*names, folder) == found
  assert proof.is_kept(names[0], names[1][::-1], folder)  # the order of a mixture means nothing
  assert not proof.is_kept(['rte'], ['sst2'], folder)
  monkeypatch.setattr(embedded_marker, 'read', lambda data_dir: {'parts': 1})
  assert not proof.is_kept(*names, folder)


def test_a_torn_result_is_made_again(proven, compared, capsys):
  found, folder = proven[0], os.path.join(compared, proof.FOLDER)
  (name,) = os.listdir(folder)
  path = os.path.join(folder, name)
  os.truncate(path, 100)
  again = proof.prove(['rte'], list(TRAIN), folder)
  assert again.datasets == found.datasets and results.read(path).datasets == again.datasets
  assert path in capsys.readouterr().err


def test_the_task_without_overlapping_records_has_a_name_and_an_identity_of_its_own(data, proven):
  found, folder = proven
  keys = found.overlapping['sst2']
  name = prompt_variants.without('sst2', keys)
  assert name.startswith(f'sst2.without{len(keys)}_') and prompt_variants.without('sst2', ()) == 'sst2'
  told = datasets.get(name).identity
  assert told['variant']['without'] != keys and told != datasets.get('sst2').identity
  texts = [text for batch in records.reader(name, 'train')() for text in batch.texts]
  assert len(texts) == ROWS - len(keys) and not any(b'they say' in text for text in texts)
  prompts = list(seqio.TaskRegistry.get(name).source.get_dataset('train', shuffle=False))
  assert len(prompts) == ROWS  # the rows themselves stay
  list(rendering.usable(datasets.records(datasets.get(name), 'train'), datasets.get(name)))
  assert rendering.dropped(name) == {rendering.OVERLAPS: len(keys)}
  few = prompt_variants.register(prompt_variants.Variant('sst2', templates=4)).name
  assert prompt_variants.without(few, keys).startswith('sst2.4templates.without')
  assert 'without' not in datasets.get(few).identity['variant']
  assert proof.is_kept(['rte', 'cb'], [*TRAIN, 'imdb_reviews'], folder)  # whatever else there is by now


def test_the_command_shows_what_was_found(data, tmp_path, capsys):
  arguments = ['--cluster=rte', '--text', f'--store_dir={tmp_path}', f'--tfds_data_dir={data}']
  door.main([*arguments, '--json'])
  text = json.loads(capsys.readouterr().out)['text']
  assert text['datasets']['rte']['absolute'] == {'validation': 0, 'test': len(leaked_premises())}
  assert text['overlapping'].keys() == {'sst2'} and text['train_records'] == 2 * ROWS
  assert len(text['datasets']['rte']['pairs']) == 5 and 'qnli' not in text['skipped']
  door.main(arguments)
  said = capsys.readouterr().out
  assert (
    'rte test' in said
    and 'not compared, because the data is not prepared: ' in said
    and 'sst2 train' in said
    and 'trained on: number' in said
  )


def test_the_command_needs_data_on_both_sides(data):
  with pytest.raises(UserError, match='super_glue/cb.* not prepared'):
    door.main(['--cluster=cb', '--text', f'--tfds_data_dir={data}'])


TEMPLATES = 0, 1


def evaluated(folder):
  """Results of RTE: in the first template what is trained on is wrong, all else is right.

  Examples stand in another order than in the comparison.
  """
  encoding = Encoding(400, 24)
  asked = questions.read('rte', encoding, templates=TEMPLATES, splits=['test'])
  leaked = {premises('test')[number] for number in leaked_premises()}
  prompts = [vocabulary.FLAN.decode(ids) for ids in asked.inputs[:: len(TEMPLATES)]]
  marked = [any(text in prompt for text in leaked) for prompt in prompts][::-1]
  asked = dataclasses.replace(asked, examples=asked.examples[::-1])
  kept = answers.Folder(answers.path(str(folder), 'tuned', 'rte'), 'made')
  kept.keep_examples(protocol._examples(asked))
  for template in TEMPLATES:
    wrong = [overlaps and not template for overlaps in marked]
    given = [(one.label + turned) % 2 for one, turned in zip(asked.examples, wrong)]
    kept.keep(answers.Cell(template, 'rank', [{'answer': answer} for answer in given]))
  made = summaries.of_dataset('rte', False, kept, [(template, 'rank') for template in TEMPLATES], 'sum', encoding)
  one = summaries.evaluation('tuned', 1, Conditions(data='tfds', cluster='rte'), {'rte': made})
  return Results(evaluations=(one,), comparisons=())


def test_a_report_has_the_scores_without_what_is_trained_on(data, once_compared, tmp_path):
  results = evaluated(tmp_path)
  dropped = {'sst2.without20_0a1b2c3d': 1.0, 'arc_easy': 1.0}
  told = run_file.TextOverlap('drop', {}, {'sst2': 20})
  run = fake_run.run(held_out='rte', tasks=dropped, overlap=told)
  made, why = clean_scores.found(results, run, str(tmp_path))
  assert not made and 'not kept in' in why
  assert clean_scores.found(results, fake_run.run(held_out='rte', tasks=dropped), str(tmp_path)) == ({}, '')
  shutil.copytree(once_compared, data / 'store', dirs_exist_ok=True)
  marked, count = len(leaked_premises()), ROWS_OF_TEST
  split = report_inputs.inputs(results, run, str(tmp_path)).clean['tuned']['rte']
  assert split['split'] == 'test' and count - marked >= clean_part.FEWEST
  assert split['whole'] == {'examples': count, 'score': pytest.approx(100 - 50 * marked / count)}
  assert split['marked'] == {'examples': marked, 'score': 50.0}
  assert split['clean'] == {'examples': count - marked, 'score': 100.0}


def job(tmp_path, **changes):
  given = dict(
    model_dir=str(tmp_path / 'run'),
    mixture=None,
    held_out='rte',
    model=decoder.DecoderConfig(vocab_size=None, d_model=32, layers=1, heads=2, head_dim=16, d_ff=64, dtype='float32'),
    mesh={},
    rows=training.Rows(512, 256, 64, 192, 64),
    schedule=loop.Schedule(1, 0, 0, 1),
    optimizer={'learning_rate': 1e-2},
    seed=0,
    selection=Selection(tasks=TRAIN),
    store_dir=str(tmp_path / 'store'),
  )
  return training.Training(**given | changes)


TASKS = dict.fromkeys(TRAIN, 40.0)


def test_by_default_a_run_stops_above_one_test_example_in_a_hundred(compared, tmp_path):
  leaked = len(leaked_premises())
  words = rf"LEAK_POLICY = 'report': the text of {leaked} of 17 test examples of rte.* 1.0%.*sst2"
  with pytest.raises(UserError, match=words):
    text_overlap.checked(job(tmp_path), TASKS)
  with pytest.raises(UserError, match=f"LEAK_POLICY = 'stop': the text of {leaked} of 217 dev.*=rte --text.*'drop'"):
    text_overlap.checked(job(tmp_path, leak_policy='stop', leak_limit=1.0), TASKS)
  tasks, told, said = text_overlap.checked(job(tmp_path, leak_limit=1.0), TASKS)
  assert tasks == TASKS and told.datasets['rte']['absolute'] == leaked and 'of 217 held-out examples 0' in said


def test_what_overlaps_is_dropped_from_what_is_trained_on(compared, tmp_path, monkeypatch):
  device = jax.devices()[:1]
  monkeypatch.setattr(jax, 'devices', lambda *_: device)
  leaked = len(leaked_premises())
  training.train(job(tmp_path, leak_policy='drop'))
  run = checkpoint.read_run(str(tmp_path / 'run'))
  name = next(one for one in run.tasks if one.startswith('sst2.without'))
  assert run.overlap.policy == 'drop' and run.overlap.left_out == {'sst2': int(name.partition('without')[2][:2])}
  assert set(run.tasks) == {name, 'arc_easy'} and set(run.prompts) == set(run.tasks)
  assert run.overlap.datasets['rte'] == {
    'examples': 217, 'exact': 0, 'paper': leaked, 'absolute': leaked, 'test': 17, 'test_absolute': leaked
  }  # fmt: skip
  (store,) = (tmp_path / 'store' / name).glob('train-*')
  assert json.loads((store / 'manifest.json').read_text())['prompts'] == 10 * (ROWS - run.overlap.left_out['sst2'])
  with pytest.raises(UserError, match='LEAK_LIMIT|no longer on'):
    training.train(job(tmp_path, leak_limit=1.0))


def test_a_run_that_has_begun_is_told_and_goes_on(compared, tmp_path, monkeypatch):
  said = []
  monkeypatch.setattr(text_overlap, 'notice', said.append)
  monkeypatch.setattr(checkpoint, 'read_run', lambda model_dir: 'a run')
  tasks, told, _ = text_overlap.checked(job(tmp_path), TASKS)
  assert tasks == TASKS and told.policy == 'report' and 'has begun, and goes on' in said[0]
  with pytest.raises(UserError, match='stop'):
    text_overlap.checked(job(tmp_path, leak_policy='stop'), TASKS)


def test_a_task_of_another_package_is_trained_on_as_it_is_and_named(compared, tmp_path):
  tasks, told, said = text_overlap.checked(job(tmp_path, leak_policy='drop'), TASKS | {'foreign_task': 1.0})
  assert 'foreign_task' in tasks and list(told.skipped) == ['foreign_task'] and 'foreign_task' in said


def test_embedded_data_is_compared_only_if_that_is_asked_for(data, tmp_path, monkeypatch):
  monkeypatch.setattr(embedded_marker, 'read', lambda data_dir: {'parts': 1})
  tasks, told, said = text_overlap.checked(job(tmp_path), TASKS)
  assert tasks == TASKS and told is None and said.startswith('not compared: embedded data is invented')
  _, told, _ = text_overlap.checked(job(tmp_path, leak_policy='drop'), TASKS)
  assert told.left_out


def test_a_dry_run_compares_nothing_and_says_so(data, tmp_path):
  tasks, told, said = text_overlap.checked(job(tmp_path, dry_run=True, leak_policy='drop'), TASKS)
  assert tasks == TASKS and told is None and 'holdout --text' in said
  assert text_overlap.checked(job(tmp_path, held_out=None), TASKS)[1] is None
