# SPDX-License-Identifier: Apache-2.0
"""What a start has found out serves the next one, and only while it is true."""

import dataclasses
import importlib
import json
import os
import pathlib
import shutil
import subprocess
import sys

import jax
import numpy as np
import pytest

from flan_jax import storage
from flan_jax.data import vocabulary
from flan_jax.data.mixing import mixing
from flan_jax.data.overlap import proof
from flan_jax.data.tokenizers import vocabulary_file
from flan_jax.model import adapters
from flan_jax.runs import registration, training
from flan_jax.runs.launch import local
from flan_jax.runs.start import findings, recall
from flan_jax.training import checkpoint, loop, metric_log
from flan_jax.training.rows import Rows
from tests import doors, public_folders, tiny_runs
from tests.buckets import bucket, bucket_server  # noqa: F401  fixtures
from tests.test_job import SMALL, TUNE

SETTINGS = [*TUNE, *SMALL, "CLUSTERS='sentiment'"]
FORBIDDEN = 'SeqIO was asked for'


class Home:
  """A folder that holds runs, their data and what they keep; commands are run in it.

  A command that may not find anything out anew has a `seqio` before it that only fails.
  """

  def __init__(self, folder: pathlib.Path, data: pathlib.Path):
    self.folder, self.data = folder, folder / 'data'
    shutil.copytree(data, self.data)
    (folder / 'without/seqio').mkdir(parents=True)
    (folder / 'without/seqio/__init__.py').write_text(f'raise ImportError({FORBIDDEN!r})')
    self.environment = {
      'TFDS_DATA_DIR': str(self.data),
      vocabulary.VARIABLE: str(self.data / 'vocab.model'),
      'XDG_CACHE_HOME': str(folder / 'cache'),
    }

  def start(self, *settings, forbidden=False, flags=(), **environment):
    """A process of `flan_jax train`."""
    given = [one if one.startswith('--') else f'--gin.{one}' for one in (*SETTINGS, *settings)]
    around = doors._around(self.environment | environment)
    path = [str(self.folder / 'without')] * forbidden + [str(pathlib.Path(__file__).parent.parent)]
    return subprocess.Popen(
      [sys.executable, '-m', 'flan_jax', 'train', *given, *flags],
      cwd=self.folder,
      env=around | {'PYTHONPATH': os.pathsep.join(path)},
      stdout=subprocess.PIPE,
      stderr=subprocess.PIPE,
      text=True,
    )

  def train(self, run, steps, *settings, **how):
    """(exit code, standard output, standard error) of a run in this folder."""
    place = f"MODEL_DIR='{self.folder}/{run}'", f"STORE_DIR='{self.folder}/store'", f'TRAIN_STEPS={steps}'
    process = self.start(*place, *settings, **how)
    out, err = process.communicate(timeout=600)
    return process.returncode, out, err


@pytest.fixture(scope='module')
def home(embedded_data, tmp_path_factory):
  """One whose first run has made two steps."""
  made = Home(tmp_path_factory.mktemp('home'), embedded_data)
  code, out, err = made.train('first', 2)
  assert code == 0, out + err
  return made


def state(folder, step):
  return [np.asarray(leaf) for leaf in jax.tree.leaves(checkpoint.load(str(folder), step).params)]


def losses(folder):
  return [(one['step'], one['loss'], one.get('dev_loss')) for one in metric_log.read(folder)]


def assert_same_run(one, other, step):
  assert (one / 'run.json').read_bytes() == (other / 'run.json').read_bytes()
  assert losses(one) == losses(other)
  for left, right in zip(state(one, step), state(other, step), strict=True):
    np.testing.assert_array_equal(left, right)


def test_a_start_like_an_earlier_one_makes_the_same_run_without_seqio(home):
  code, out, err = home.train('second', 2, forbidden=True)
  assert code == 0, out + err
  assert_same_run(home.folder / 'first', home.folder / 'second', 2)
  first = home.train('first', 3)
  second = home.train('second', 3, forbidden=True)  # a restart
  assert (first[0], second[0]) == (0, 0), first[2] + second[2]
  assert_same_run(home.folder / 'first', home.folder / 'second', 3)


@pytest.mark.parametrize(
  'change',
  [
    'SEED=1',
    *(pytest.param(one, marks=pytest.mark.slow) for one in ('TEMPLATES=3', "HELD_OUT='nli,sst2'", 'TARGETS_LENGTH=48')),
  ],
)
def test_another_run_is_found_out_anew(home, change):
  code, _, err = home.train('other', 2, change, forbidden=True)
  assert code == 1 and FORBIDDEN in err


def test_a_mistake_is_told_as_before(home):
  code, out, err = home.train('first', 4, 'SEED=1')
  assert code == 2 and 'holds a run of another configuration: seed' in err, out
  code, out, err = home.train('first', 4, "MESH={'data': 3}", forbidden=True)
  assert code == 2 and 'MESH' in err + out


@pytest.mark.slow
def test_quick_scores_are_of_tasks_that_are_registered_when_they_are_asked(home):
  looks = 'HELD_OUT_EVERY=2', 'HELD_OUT_EXAMPLES=2', "HELD_OUT='rte,cb'", "TASKS='sst2'"
  for run in ('looks', 'looks again'):
    code, out, err = home.train(run, 2, *looks)
    assert code == 0, out + err
  one, other = (metric_log.read(home.folder / run)[-1] for run in ('looks', 'looks again'))
  scores = {name: value for name, value in one.items() if name.startswith('held_out/')}
  assert scores and scores == {name: other[name] for name in scores}


@pytest.mark.slow
def test_stores_in_a_bucket_serve_and_are_built_again_if_they_are_damaged_there(home, bucket):  # noqa: F811
  from flan_jax import storage

  place = f"STORE_DIR='{bucket}/store'", "TASKS='sst2'"
  for run, forbidden in (('one', False), ('two', True)):
    code, out, err = home.train(run, 2, *place, f"STORE_CACHE='{home.folder}/stores-{run}'", forbidden=forbidden)
    assert code == 0, out + err
  [records] = [f'{folder}/prompts.array_record' for folder in folders(f'{bucket}/store/sst2') if '/train-' in folder]
  whole = storage.read_bytes(records)
  storage.write_whole(records, bytes(len(whole)))
  code, out, err = home.train('three', 2, *place, f"STORE_CACHE='{home.folder}/stores-three'")
  assert code == 0 and 'is not what was written' in err, out + err
  assert storage.read_bytes(records) == whole
  for other in ('two', 'three'):
    assert losses(home.folder / other) == losses(home.folder / 'one')


def folders(place):
  from flan_jax import storage

  return [f'{place}/{name}' for name in storage.names(place)]


@pytest.mark.slow
def test_processes_find_it_out_together_if_one_of_them_cannot_recall_it(home):
  def both(run):
    address = f'127.0.0.1:{local.free_port()}'
    place = f"MODEL_DIR='{home.folder}/{run}'", f"STORE_DIR='{home.folder}/store'", 'TRAIN_STEPS=2', 'HOST_DEVICES=1'
    opened = [
      home.start(
        *place, "MESH={'data': 2}", XDG_CACHE_HOME=f'{home.folder}/cache-{index}',
        flags=[f'--coordinator_address={address}', '--process_count=2', f'--process_index={index}'],
      )
      for index in range(2)
    ]  # fmt: skip
    for process in opened:
      out, err = process.communicate(timeout=600)
      assert process.returncode == 0, out + err

  both('pair')
  shutil.rmtree(home.folder / 'cache-1/flan_jax/starts')
  both('pair again')
  assert_same_run(home.folder / 'pair', home.folder / 'pair again', 2)


@pytest.fixture
def kept(tmp_path, monkeypatch):
  """(a Training, where its findings are kept, what must be there for them): told to be found."""
  monkeypatch.setenv('XDG_CACHE_HOME', str(tmp_path / 'cache'))
  monkeypatch.delenv(registration.MODULES, raising=False)
  monkeypatch.delitem(sys.modules, 'seqio')
  vocabulary_file.content_hash.cache_clear()
  data, words, base = tmp_path / 'data', tmp_path / 'words/vocab.model', tmp_path / 'base'
  (data / 'sst2/1.0.0').mkdir(parents=True)
  (data / 'sst2/1.0.0/dataset_info.json').write_text('{}')
  words.parent.mkdir()
  words.write_text('one')
  checkpoint.write_run(str(base), tiny_runs.RUN)
  job = training.Training(
    model_dir=str(tmp_path / 'run'), mixture=None, held_out='nli', model=tiny_runs.CONFIG, mesh=None,
    rows=Rows(**tiny_runs.ROWS), schedule=loop.Schedule(10, 0, 0, 1), optimizer={'learning_rate': 1e-3}, seed=0,
    init_from=str(base), vocabulary=str(words),
  )  # fmt: skip
  inputs = recall.inputs(recall.files(str(data)), str(words), str(base))
  recall.keep(recall.place(job, None), {'data_dir': str(data), 'vocabulary': str(words), 'inputs': inputs})
  assert recall.read(recall.place(job, None), job)
  return job, tmp_path


CHANGES = {
  'a file of the data is another': lambda folder: (folder / 'data/sst2/1.0.0/dataset_info.json').write_text('{ }'),
  'a file of the data is newer': lambda folder: os.utime(folder / 'data/sst2/1.0.0/dataset_info.json', (1, 1)),
  'there is more data': lambda folder: (folder / 'data/prepared.json').write_text('{}'),
  'there is no data': lambda folder: shutil.rmtree(folder / 'data'),
  'the vocabulary is another': lambda folder: (folder / 'words/vocab.model').write_text('two'),
  'the vocabulary is gone': lambda folder: (folder / 'words/vocab.model').unlink(),
  'beside it is a file': lambda folder: (folder / 'words/tokenizer_config.json').write_text('{}'),
  'the base is another': lambda folder: checkpoint.write_run(str(folder / 'base'), tiny_runs.told(seed=5)),
  'the base is gone': lambda folder: (folder / 'base/run.json').unlink(),
  'a file of the data says otherwise at the same time': lambda folder: rewritten(
    folder / 'data/sst2/1.0.0/dataset_info.json', '[]'
  ),
  'what is kept is torn': lambda folder: [path.write_text('{"da') for path in (folder / 'cache').rglob('*.json')],
  'what is kept was changed': lambda folder: [
    path.write_text(path.read_text().replace('"inputs": {', '"inputs": {"more": 1, '))
    for path in (folder / 'cache').rglob('*.json')
  ],
  'what is kept vouches for nothing': lambda folder: [
    path.write_text(json.dumps(storage.without_digest(json.loads(path.read_text()))))
    for path in (folder / 'cache').rglob('*.json')
  ],
  'what is kept is no object': lambda folder: [path.write_text('[]') for path in (folder / 'cache').rglob('*.json')],
}


def rewritten(path, text):
  """With the time that it had, as archives and package managers set it."""
  before = path.stat()
  path.write_text(text)
  os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


@pytest.mark.parametrize('change', CHANGES)
def test_it_serves_only_while_its_files_are_what_they_were(kept, change):
  job, folder = kept
  CHANGES[change](folder)
  vocabulary_file.content_hash.cache_clear()
  assert recall.read(recall.place(job, None), job) is None


def test_a_copy_of_what_another_start_kept_serves_nothing(kept):
  job, _ = kept
  other = dataclasses.replace(job, seed=1)
  shutil.copy(recall.place(job, None), recall.place(other, None))
  assert recall.read(recall.place(other, None), other) is None


def test_what_another_user_has_written_serves_nothing(kept, monkeypatch):
  user = os.getuid()
  monkeypatch.setattr(os, 'getuid', lambda: user + 1)
  assert recall.read(recall.place(kept[0], None), kept[0]) is None


def test_who_has_seqio_may_have_tasks_of_his_own_and_keeps_nothing(kept, monkeypatch):
  """As a module that a gin file imports, or a program that calls train."""
  monkeypatch.setitem(sys.modules, 'seqio', object())
  assert recall.place(kept[0], None) is None


def test_it_serves_other_folders_and_meshes_and_lengths_of_runs(kept):
  job, folder = kept
  other = dataclasses.replace(
    job, model_dir=str(folder / 'other'), mesh={'data': 1}, schedule=loop.Schedule(20, 5, 0, 2), step_deadline=5.0
  )
  assert recall.read(recall.place(other, None), other)


@pytest.mark.parametrize(
  'change',
  [dict(held_out='sentiment'), dict(begin=True), dict(leak_policy='drop'), dict(optimizer={'learning_rate': 1e-2})],
)
def test_it_serves_no_other_settings(kept, change):
  job = dataclasses.replace(kept[0], **change)
  assert recall.read(recall.place(job, None), job) is None


@pytest.mark.parametrize('name', ['TFDS_DATA_DIR', vocabulary.VARIABLE, vocabulary.ENDS])
def test_it_serves_no_other_environment(kept, monkeypatch, name):
  monkeypatch.setenv(name, '/elsewhere')
  assert recall.read(recall.place(kept[0], None), kept[0]) is None


def test_other_code_or_another_package_finds_out_anew(kept, monkeypatch):
  with monkeypatch.context() as patch:
    patch.setattr(recall, '_code', lambda: 'edited')
    assert recall.read(recall.place(kept[0], None), kept[0]) is None
  version = recall.metadata.version
  monkeypatch.setattr(recall, '_version', recall._version.__wrapped__)
  monkeypatch.setattr(recall.metadata, 'version', lambda name: '9' if name == 'seqio' else version(name))
  assert recall.read(recall.place(kept[0], None), kept[0]) is None


def test_the_code_is_every_module_of_the_package_and_of_the_datasets(tmp_path, monkeypatch):
  checkout = pathlib.Path(__file__).parent.parent
  for name in ('flan_jax', 'tasks'):
    shutil.copytree(checkout / name, tmp_path / name, ignore=shutil.ignore_patterns('__pycache__'))
  where = {'flan_jax': tmp_path / 'flan_jax', 'flan_jax.tasks': tmp_path / 'tasks'}
  spec = lambda name: type('Spec', (), {'submodule_search_locations': [str(where[name])]})
  monkeypatch.setattr(recall.importlib.util, 'find_spec', spec)
  found = {recall._code.__wrapped__()}
  for path in (tmp_path / 'tasks/sentiment/sst2.py', tmp_path / 'flan_jax/data/tokens/cutting.py'):
    path.write_text(path.read_text() + '\n')
    found.add(recall._code.__wrapped__())
  assert len(found) == 3
  assert recall._code() == recall._code.__wrapped__.__globals__['_code']()


def test_the_code_of_a_cluster_that_is_a_link_counts(tmp_path, monkeypatch):
  (tmp_path / 'elsewhere').mkdir()
  (tmp_path / 'tasks').mkdir()
  (tmp_path / 'tasks/cluster').symlink_to(tmp_path / 'elsewhere')
  spec = type('Spec', (), {'submodule_search_locations': [str(tmp_path / 'tasks')]})
  monkeypatch.setattr(recall.importlib.util, 'find_spec', lambda name: spec)
  before = recall._code.__wrapped__()
  (tmp_path / 'elsewhere/dataset.py').touch()
  after = recall._code.__wrapped__()
  assert after != before
  (tmp_path / 'tasks/.#dataset.py').symlink_to('me@here.1:2')  # as Emacs locks what it edits
  assert recall._code.__wrapped__() == after


def test_a_module_that_a_dataset_imports_from_elsewhere_counts(kept, tmp_path, monkeypatch):
  """One that is neither installed nor of the package, and so has no version."""
  helper = tmp_path / 'my_helper.py'
  helper.write_text('')
  monkeypatch.syspath_prepend(str(tmp_path))
  importlib.import_module('my_helper')
  found = recall.modules_elsewhere()
  assert str(helper) in found and not {json.__file__, np.__file__, recall.__file__} & set(found)
  job, folder = kept
  words, data = str(folder / 'words/vocab.model'), str(folder / 'data')
  inputs = recall.inputs(recall.files(data), words, job.init_from, found)
  recall.keep(recall.place(job, None), {'data_dir': data, 'vocabulary': words, 'inputs': inputs})
  assert recall.read(recall.place(job, None), job)
  helper.write_text('edited = True')
  assert recall.read(recall.place(job, None), job) is None


def test_a_new_run_does_not_take_the_vocabulary_of_one_that_goes_on(kept):
  """Which it may have by itself, named by no setting."""
  job, folder = kept
  place = recall.place(job, tiny_runs.run(vocabulary={'path': str(folder / 'other.model'), 'hash': 'a'}))
  assert place and place not in (recall.place(job, None), recall.place(job, tiny_runs.run()))
  assert not os.path.exists(place)


@pytest.mark.parametrize('ends', [pytest.param(None, marks=pytest.mark.slow), {'ends': [7]}])
def test_a_run_goes_on_with_the_ends_that_it_began_with(home, ends):
  run = home.folder / ('begun otherwise' if ends else 'begun')
  run.mkdir()
  told = json.loads((home.folder / 'first/run.json').read_text())
  del told['digest']
  (run / 'run.json').write_text(json.dumps(told | ({'ends': ends} if ends else {})))
  code, out, err = home.train(run.name, 2, forbidden=True)
  assert (code, FORBIDDEN in err) == ((1, True) if ends else (0, False)), out + err


def test_a_link_to_nothing_is_in_the_way_of_nothing(tmp_path):
  (tmp_path / 'link').symlink_to(tmp_path / 'nowhere')
  assert recall.files(str(tmp_path)) is None


@pytest.mark.parametrize('change', [dict(dry_run=True), dict(compilation_cache=None)])
def test_a_dry_run_looks_itself_and_who_keeps_nothing_recalls_nothing(kept, change):
  assert recall.place(dataclasses.replace(kept[0], **change), None) is None


def test_modules_of_the_user_are_looked_at_anew(kept, monkeypatch):
  monkeypatch.setenv(registration.MODULES, 'mine')
  assert recall.place(kept[0], None) is None


def test_data_and_vocabulary_in_a_bucket_are_not_compared():
  assert recall.files('gs://bucket/data') is None
  assert recall.inputs('digest', 'gs://bucket/vocab.model', None) is None
  assert recall.inputs(None, 'bytes', None) is None
  assert recall.inputs('digest', 'bytes', None)


def test_very_much_data_is_not_looked_through(tmp_path, monkeypatch):
  monkeypatch.setattr(recall, 'MOST_FILES', 2)
  for number in range(3):
    assert recall.files(str(tmp_path))
    (tmp_path / f'{number}').touch()
  assert recall.files(str(tmp_path)) is None


def test_data_behind_a_link_counts(tmp_path):
  (tmp_path / 'elsewhere').mkdir()
  (tmp_path / 'data').mkdir()
  (tmp_path / 'data/sst2').symlink_to(tmp_path / 'elsewhere')
  before = recall.files(str(tmp_path / 'data'))
  (tmp_path / 'elsewhere/dataset_info.json').touch()
  assert recall.files(str(tmp_path / 'data')) not in (before, None)


def test_a_package_of_another_name_is_in_the_way_of_nothing(kept, monkeypatch):
  monkeypatch.setattr(recall, '_PACKAGES', ('seqio', 'a-package-that-is-not-there'))
  assert recall.place(kept[0], None)


def test_stores_and_downloads_in_the_data_dir_do_not_count(tmp_path):
  before = recall.files(str(tmp_path))
  for name in ('store/sst2', 'downloads/manual'):
    (tmp_path / name).mkdir(parents=True)
    (tmp_path / name / 'file').touch()
  assert recall.files(str(tmp_path)) == before
  (tmp_path / 'reviews/store/1.0.0').mkdir(parents=True)  # but a configuration of that name does
  (tmp_path / 'reviews/store/1.0.0/dataset_info.json').touch()
  assert recall.files(str(tmp_path)) != before


def test_what_was_used_last_is_kept(kept, monkeypatch):
  monkeypatch.setattr(recall, 'MOST_KEPT', 2)
  folder = pathlib.Path(recall.place(kept[0], None)).parent
  for age, name in enumerate('abc'):
    (folder / f'{name}.json').write_text('{}')
    os.utime(folder / f'{name}.json', (age, age))
  assert recall.read(recall.place(kept[0], None), kept[0])
  recall.keep(str(folder / 'new.json'), {})
  assert sorted(path.name for path in folder.iterdir()) == sorted(
    ['new.json', os.path.basename(recall.place(kept[0], None))]
  )


def test_what_killed_processes_left_unfinished_is_cleared(kept, monkeypatch):
  monkeypatch.setattr(recall, 'MOST_KEPT', 1)
  folder = pathlib.Path(recall.place(kept[0], None)).parent
  (folder / 'a.json.0123abcd.new').touch()
  os.utime(folder / 'a.json.0123abcd.new', (1, 1))
  recall.keep(str(folder / 'new.json'), {})
  assert [path.name for path in folder.iterdir()] == ['new.json']


def test_a_cache_that_takes_nothing_is_told_and_stops_nothing(tmp_path, capsys):
  (tmp_path / 'starts').touch()
  recall.keep(str(tmp_path / 'starts/new.json'), {})
  assert f'cannot be kept in {tmp_path}/starts (' in capsys.readouterr().err


@pytest.fixture
def tuned(world, tmp_path, monkeypatch):
  """A Training that finds everything there, and a cache of its own."""
  monkeypatch.setenv('XDG_CACHE_HOME', str(tmp_path / 'cache'))
  monkeypatch.delenv(vocabulary.ENDS, raising=False)
  return training.Training(
    model_dir=str(tmp_path / 'run'), mixture='natural_questions', held_out=None, model=tiny_runs.CONFIG, mesh=None,
    rows=Rows(**tiny_runs.ROWS), schedule=loop.Schedule(10, 0, 0, 1), optimizer={'learning_rate': 1e-3}, seed=0,
    store_dir=str(tmp_path / 'store'),
  )  # fmt: skip


@pytest.mark.parametrize('begun', ['', 'run', 'its run.json is lost'])
@pytest.mark.parametrize('init_from', [None, 'base'])
def test_a_run_that_was_let_through_does_not_let_others_through(tuned, world, tmp_path, begun, init_from):
  """A run that has begun may have a base that has since been trained on what is held out."""
  base = init_from and str(world / 'base')
  job = dataclasses.replace(tuned, init_from=base)
  if begun == 'run':
    checkpoint.write_run(job.model_dir, json.loads(json.dumps(findings.find(job).run.to_json())))
  elif begun:
    (tmp_path / 'run/checkpoints/2').mkdir(parents=True)
  assert (findings.find(job, 'place').inputs is None) == bool(begun and base)


def test_a_start_of_an_adapter_is_not_kept(tuned, world):
  """A run of an adapter is none without its base, which the first start has not read yet."""
  job = dataclasses.replace(tuned, init_from=str(world / 'base'))
  assert findings.find(job, 'place').inputs
  assert findings.find(dataclasses.replace(job, adapter=adapters.Adapter(rank=2)), 'place').inputs is None


def test_other_parameters_of_a_public_base_are_found_out_anew(tmp_path):
  inputs = lambda: recall.inputs('data', vocabulary.BYTES, str(tmp_path))
  before = (public_folders.write(tmp_path), inputs())[1]
  assert before == inputs() and before != (public_folders.write(tmp_path, seed=1), inputs())[1]


def test_notices_are_told_once_a_start(tuned, monkeypatch, capsys):
  job = dataclasses.replace(tuned, mixing=mixing.Mixing(shares={'natural_questions': 0.5}))
  times = lambda: capsys.readouterr().err.count('they are scaled to sum to 1')
  with monkeypatch.context() as patch:
    patch.delitem(sys.modules, 'seqio')
    place = recall.place(job, None)
  findings.keep(job, findings.find(job, place), {}, 'shares')
  monkeypatch.delenv(vocabulary.ENDS)  # as it was before
  assert times() == 1
  with monkeypatch.context() as patch:
    patch.delitem(sys.modules, 'seqio')
    found = findings.of(job)
  assert found.shares == 'shares' and times() == 1
  found.again()
  assert times() == 0


def test_what_is_of_the_moment_is_not_told_again(world, tmp_path, capsys):
  (tmp_path / 'store').touch()
  with findings._noted() as told:
    proof.prove(['rte'], ['natural_questions'], str(tmp_path / 'store/overlap'))
  assert 'the comparison by text cannot be kept' in capsys.readouterr().err and not told
