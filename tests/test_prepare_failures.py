# SPDX-License-Identifier: Apache-2.0
"""What stands in the way of real data: told in words, and nothing is lost or left half done."""

import dataclasses
import errno
import json
import multiprocessing
import os
import pathlib
import signal
import subprocess
import sys
import types

import pytest

import gin
from flan_jax.cli import prepare as command
from flan_jax.data import datasets, splits
from flan_jax.data.prepare import checks, copies, fetching, one_builder, plan, preparing, records, workers
from flan_jax.data.prepare import hosts as hosts_lib
from flan_jax.data.sample_data import embedded_marker
from flan_jax.errors import UserError
from flan_jax.report import tables
from flan_jax.runs import description, evaluation_request, registration
from flan_jax.training import run_file
from tests import archives, loopback, tiny_runs
from tests.real_data import declare, failures, only_whole_builders, prepare

CHECKOUT = pathlib.Path(__file__).resolve().parent.parent
SMALL = 'openbookqa:0.1.0'  # few rows are enough for its slices
OTHER = 'anli/r1:0.1.0'
ROWS = {'train': 12, 'validation': 5, 'test': 4}


@pytest.fixture
def no_checks(monkeypatch):
  """For tests of what comes before: rendering takes a second or two."""
  rows = lambda name, work, limit: checks.Checked(dict(ROWS), ())
  monkeypatch.setattr(checks, 'check', rows)


def copy_of_openbookqa(order='hub', missing=('the names of authors',), stem='Which town is number {}?'):
  def row(n):
    options = {f'choice_{label}': f'{label} {n}' for label in 'ABCD'}
    return f'{n}-1', {
      'question': {'stem': stem.format(n), **options},
      'fact1': f'towns have numbers such as {n}',
      'humanScore': 1.0,
      'clarity': 1.6,
      'turkIdAnonymized': '',
      'answerKey': 'ABCD'[n % 4],
    }

  parts = {split: (lambda count=count: map(row, range(count))) for split, count in ROWS.items()}
  return copies.Copy(parts, 'hub:allenai/openbookqa/additional', 'abc', order, missing)


def test_a_failed_download_goes_on_to_the_copy_on_the_hub(hosts, tmp_path, monkeypatch):
  asked = []

  def from_hub(name, hub, cache_dir, limit):
    asked.append((name, hub.repository, limit))
    return copy_of_openbookqa()

  monkeypatch.setattr(copies, 'from_hub', from_hub)
  hosts.manner[archives.OPENBOOKQA] = 'refuse'
  done = prepare(tmp_path, SMALL)[SMALL]
  assert asked == [(SMALL, 'allenai/openbookqa', None)]
  assert done.failures['tfds'].kind == 'download' and '403' in done.failures['tfds'].text
  record = records.read(tmp_path)[SMALL]
  assert record == done.record
  assert (record.source, record.revision, record.order) == ('hub:allenai/openbookqa/additional', 'abc', 'hub')
  assert record.rows == ROWS and record.missing == ('the names of authors',)
  assert only_whole_builders(tmp_path) == ['openbookqa/0.1.0']
  # What runs and reports say of it.
  assert records.origin(tmp_path, [SMALL]) == 'hub 1'
  assert records.origin(tmp_path, [SMALL, OTHER]) == 'tfds 1, hub 1'
  [note] = tables.data('tfds 1, hub 1')
  assert 'hub 1' in note and 'other rows than those of FLAN' in note
  assert tables.data('tfds') == []
  records.add(tmp_path, OTHER, dataclasses.replace(record, source='tfds', limit=300))
  assert records.origin(tmp_path, [OTHER]) == 'tfds, limit 300'
  assert tables.data('tfds, limit 300') == ['data: only the first 300 rows of each split were prepared']
  kept = records.sources(tmp_path, [SMALL])
  assert list(kept) == [SMALL] and kept[SMALL]['missing'] == ['the names of authors']


def test_run_json_repeats_where_the_rows_come_from(tmp_path, monkeypatch):
  hub = records.Record('hub:allenai/openbookqa/additional', 'abc', 'hub', ROWS, ROWS, None, ('ids',), '2026-11-28')
  records.add(tmp_path, SMALL, hub)
  records.add(tmp_path, OTHER, dataclasses.replace(hub, source='tfds', order='tfds'))
  monkeypatch.setenv('TFDS_DATA_DIR', str(tmp_path))
  before = tiny_runs.run()
  monkeypatch.setattr(evaluation_request, 'described_vocabulary', lambda *_: before.vocabulary)
  monkeypatch.setattr(evaluation_request, 'described_ends', lambda *_: before.ends)
  monkeypatch.setattr(description, '_prompts', lambda *_: {})
  names = ('mixture', 'held_out', 'model', 'rows', 'optimizer', 'loss', 'adapter', 'seed', 'init_from')
  job = types.SimpleNamespace(model_dir=str(tmp_path), **{name: getattr(before, name) for name in names})
  run = description.describe(job, None, {'openbookqa': 1.0, 'anli_r1': 1.0})
  assert run.data == 'tfds 1, hub 1' and list(run.sources) == [OTHER, SMALL]
  assert run.sources[SMALL] == {
    'source': 'hub:allenai/openbookqa/additional',
    'revision': 'abc',
    'order': 'hub',
    'limit': None,
    'missing': ['ids'],
    'date': '2026-11-28',
  }
  again = run_file.Run.from_json(json.loads(json.dumps(run.to_json())))
  assert (again.data, again.sources) == (run.data, run.sources)
  assert description.describe(job, None, {'anli_r1': 1.0}).data == 'tfds'


def test_a_copy_that_cannot_be_had_is_told_beside_the_download(hosts, tmp_path, monkeypatch):
  def gone(name, hub, cache_dir, limit):
    raise copies.Unavailable('the revision abc is gone')

  monkeypatch.setattr(copies, 'from_hub', gone)
  hosts.manner[archives.OPENBOOKQA] = 'cut'
  told = failures(prepare(tmp_path, SMALL)[SMALL])
  assert told['tfds'][0] == 'download' and told['hub'] == ('copy', 'the revision abc is gone')
  assert only_whole_builders(tmp_path) == [] and records.read(tmp_path) == {}


def test_rows_that_make_no_prompt_are_not_moved_in(hosts, tmp_path, monkeypatch):
  monkeypatch.setattr(copies, 'from_hub', lambda *_: copy_of_openbookqa(stem=' '))
  told = failures(prepare(tmp_path, SMALL, source='hub')[SMALL])
  kind, text = told['hub']
  assert kind == 'checks' and 'openbookqa: none of the first 100 rows makes a prompt (question is empty: 12)' in text
  assert only_whole_builders(tmp_path) == [] and records.read(tmp_path) == {}


def test_a_slice_without_rows_and_other_counts_are_told(tmp_path):
  assert checks.differences('x:1', {'train': 3}, {'train': 3, 'test': 2}, None) == (
    'x:1: test has 0 rows (2); in brackets what is published',
  )
  assert checks.differences('x:1', {'train': 10}, {'train': 3_000}, 10) == ()
  assert checks.differences('x:1', {'train': 9}, {'train': 3_000}, 10) == (
    'x:1: train has 9 rows (10); in brackets what is published, limited to 10',
  )
  with pytest.raises(UserError, match='would be empty') as error:
    preparing.check_limit(100, ['rte', 'openbookqa'])
  assert '--limit=100 is too small: rte: ' in str(error.value) and '--limit=225 is enough' in str(error.value)
  preparing.check_limit(225, ['rte', 'openbookqa'])


def test_files_by_hand_are_looked_for_before_anything_is_downloaded(hosts, tmp_path):
  done = prepare(tmp_path, 'newsroom:1.0.0', 'wmt16_translate/cs-en:1.0.0', source='tfds')
  told = {name: failures(one)['tfds'] for name, one in done.items()}
  assert told['newsroom:1.0.0'] == ('by hand', 'train.jsonl, dev.jsonl, test.jsonl missing')
  assert told['wmt16_translate/cs-en:1.0.0'][0] == 'by hand'
  remedy = done['newsroom:1.0.0'].failures['tfds'].remedy
  assert str(tmp_path / 'downloads/manual/newsroom') in remedy and 'summari.es' in remedy
  assert hosts.asked == []


def test_a_file_of_another_dataset_is_named_and_one_of_this_dataset_serves(hosts, tmp_path, monkeypatch):
  manual = tmp_path / 'downloads/manual/openbookqa'
  manual.mkdir(parents=True)
  file = manual / 'OpenBookQA-V1-Sep2018.zip'
  file.write_bytes(hosts.files[archives.PIQA])
  monkeypatch.setattr(copies, 'from_hub', lambda *_: pytest.fail('a mistake is not passed over'))
  [(kind, text)] = failures(prepare(tmp_path, SMALL)[SMALL]).values()
  assert kind == 'mistake' and f'{file} is not the file that TFDS registers' in text
  # Newsroom's own builder reads what it is given, whatever it is.
  newsroom = tmp_path / 'downloads/manual/newsroom'
  newsroom.mkdir()
  for name in ('train.jsonl', 'dev.jsonl', 'test.jsonl'):
    (newsroom / name).write_bytes(hosts.files[f'{archives.BOOL_Q}dev.jsonl'])
  kind, text = failures(prepare(tmp_path, 'newsroom:1.0.0')['newsroom:1.0.0'])['tfds']
  assert kind == 'mistake' and 'train.jsonl' in text and 'KeyError' in text
  # Files in place of a download that is gone.
  file.write_bytes(hosts.files[archives.OPENBOOKQA])
  loopback.redirect(monkeypatch, hosts.port, hosts.checksums(), gone=datasets.get('openbookqa').origin.hosts)
  assert prepare(tmp_path, SMALL)[SMALL].record.rows == ROWS
  assert only_whole_builders(tmp_path) == ['openbookqa/0.1.0']


def test_a_full_disk_ends_the_work_and_nothing_is_lost(hosts, tmp_path, monkeypatch, no_checks):
  builder = fetching.builder

  class Full:
    def download_and_prepare(self, **_):
      (tmp_path / preparing._WORK / 'anli_r1_0.1.0' / 'half').mkdir(parents=True)
      raise OSError(errno.ENOSPC, 'No space left on device')

  monkeypatch.setattr(fetching, 'builder', lambda name, work: Full() if name == OTHER else builder(name, work))
  with pytest.raises(UserError, match='is full') as error:
    prepare(tmp_path, SMALL, OTHER, 'trec:1.0.0')
  assert '1 builders were prepared before and stay' in str(error.value).replace('2 builders', '1 builders')
  assert 'openbookqa/0.1.0' in only_whole_builders(tmp_path) and SMALL in records.read(tmp_path)
  monkeypatch.setattr(fetching, 'builder', builder)
  assert OTHER in prepare(tmp_path, OTHER, SMALL)


def test_too_little_room_is_told_before_a_download(hosts, tmp_path, monkeypatch):
  declare(monkeypatch, 'openbookqa', megabytes=10.0**12)
  [(kind, text)] = failures(prepare(tmp_path, SMALL, source='tfds')[SMALL]).values()
  assert kind == 'download' and text.startswith('about 4,000,000,000,000 MB are needed')
  assert hosts.asked == []


def test_a_half_builder_of_others_is_told_and_left_alone(hosts, tmp_path):
  half = tmp_path / 'openbookqa/0.1.0'
  half.mkdir(parents=True)
  (half / 'dataset_info.json').write_text('{"name": "open')
  [entry] = plan.plan(tmp_path, ['openbookqa'])
  assert entry.state == 'broken' and 'dataset_info.json' in entry.why
  [(kind, text)] = failures(prepare(tmp_path, SMALL)[SMALL]).values()
  assert kind == 'mistake' and 'dataset_info.json' in text and (half / 'dataset_info.json').exists()


def test_array_record_is_refused_in_words(hosts, tmp_path, monkeypatch):
  with fetching.quiet():
    fetching.builder(OTHER, tmp_path).download_and_prepare(
      download_dir=tmp_path / 'downloads', file_format='array_record'
    )
  [entry] = plan.plan(tmp_path, ['anli_r1'])
  assert entry.state == 'broken' and 'its files are array_record' in entry.why
  monkeypatch.setenv('TFDS_DATA_DIR', str(tmp_path))
  with pytest.raises(UserError, match='its files are array_record, which TFDS cannot read') as error:
    datasets.records(datasets.get('anli_r1'), splits.TRAIN)
  assert 'flan_jax prepare' in str(error.value)


def test_an_interruption_before_a_builder_is_in_its_place_leaves_it_to_the_next_call(
  hosts, tmp_path, monkeypatch, no_checks
):
  add = records.add

  def interrupted(*arguments):
    add(*arguments)
    raise KeyboardInterrupt

  with monkeypatch.context() as patch:
    patch.setattr(records, 'add', interrupted)
    with pytest.raises(KeyboardInterrupt):
      prepare(tmp_path, SMALL)
  assert only_whole_builders(tmp_path) == []
  assert plan.plan(tmp_path, ['openbookqa'])[0].state == 'missing'
  assert prepare(tmp_path, SMALL)[SMALL].record.rows == ROWS


def children(process):
  """Process ids of the children of a process."""
  path = pathlib.Path(f'/proc/{process}/task/{process}/children')
  return [int(one) for one in path.read_text().split()] if path.exists() else []


def alive(process):
  path = pathlib.Path(f'/proc/{process}/stat')
  return path.exists() and path.read_text().rpartition(')')[2].split()[0] != 'Z'


@pytest.mark.skipif(not sys.platform.startswith('linux'), reason='reads /proc')
def test_a_killed_process_leaves_no_half_builder_and_the_next_one_goes_on(hosts, tmp_path, no_checks):
  folder = tmp_path / 'data'
  hosts.manner[archives.OPENBOOKQA] = 'stall'
  environment = os.environ | hosts.describe(tmp_path / 'hosts.json') | {'PYTHONPATH': str(CHECKOUT)}
  arguments = [f'--data_dir={folder}', '--datasets=openbookqa', '--source=tfds', '--import=tests.loopback']
  running = subprocess.Popen(
    [sys.executable, '-m', 'flan_jax', 'prepare', *arguments],
    env=environment,
    cwd=CHECKOUT,
    stdout=subprocess.DEVNULL,
    stderr=subprocess.PIPE,
    text=True,
  )
  begun = lambda: running.poll() is not None or list(folder.rglob('*.tmp.*/*.zip'))
  loopback.wait_until(begun, 300)
  assert running.poll() is None, running.stderr.read()
  # Another one that is started beside it does not disturb it.
  with pytest.raises(UserError, match='another process is preparing data in'):
    prepare(folder, SMALL)
  workers = children(running.pid)
  os.kill(running.pid, signal.SIGKILL)
  running.wait()
  running.stderr.close()
  assert workers
  loopback.wait_until(lambda: not any(map(alive, workers)))
  assert not list(folder.rglob('dataset_info.json')) and list(folder.rglob('*.tmp.*'))
  hosts.manner.clear()
  assert prepare(folder, SMALL)[SMALL].record.rows == ROWS
  assert only_whole_builders(folder) == ['openbookqa/0.1.0']


def test_all_builders_are_in_the_table_which_asks_no_network_and_needs_no_beam(tmp_path):
  code = (
    'import sys, socket, time; socket.socket.connect = None; from flan_jax.cli import main\n'
    'import tensorflow; began = time.process_time()\n'  # whose import depends on what is compiled
    'main.main(["prepare", f"--data_dir={sys.argv[1]}", "--dry_run", "--json"])\n'
    'assert not {"apache_beam", "mlcroissant"} & set(sys.modules)\n'
    # Of the processor: what else the machine does is not counted.
    'assert time.process_time() - began < 20'
  )
  done = subprocess.run([sys.executable, '-c', code, str(tmp_path / 'new')], text=True, capture_output=True)
  assert done.returncode == 0, done.stderr
  told = json.loads(done.stdout)['builders']
  assert {one['name'] for one in told} == {datasets.get(name).tfds for name in datasets.names()} and len(told) == 69 + 3
  assert {one['state'] for one in told} == {'missing'}
  assert all(one['licence'] and (one['hosts'] or one['by_hand']) for one in told)
  assert not (tmp_path / 'new').exists()


@pytest.mark.parametrize(
  'given, words',
  [
    (['--limit=0'], '--limit=0 must be a whole number of at least 1'),
    (['--datasets=rtee'], 'did you mean'),
    (['--datasets=rte', '--gin_file=holdout/nli.gin'], '--datasets=rte and gin files both say what to prepare'),
    (['--source=nowhere'], '--source=nowhere is neither auto, tfds or hub, nor a folder'),
    (['--data_dir=gs://bucket/data'], 'it is no local folder'),
    (['--data_dir=file'], 'it is a file'),
    (['--datasets=rte', '--limit=20'], '--limit=20 is too small'),
  ],
)
def test_a_mistake_is_told_before_anything_is_done(given, words, tmp_path, monkeypatch):
  monkeypatch.chdir(tmp_path)
  (tmp_path / 'file').write_text('')
  with pytest.raises(UserError, match=words):
    command.main([f'--data_dir={tmp_path}/data', *given])
  assert sorted(os.listdir(tmp_path)) == ['file']


def test_embedded_data_is_shown_and_not_added_to(hosts, tmp_path, capsys, no_checks):
  prepare(tmp_path, SMALL)
  marker = {'data': 'embedded', 'seed': 0, 'examples': 9, 'parts': {SMALL: {'path': 'openbookqa/0.1.0'}}}
  (tmp_path / embedded_marker.FILE).write_text(json.dumps(marker))
  command.main([f'--data_dir={tmp_path}', '--datasets=openbookqa,snli', '--dry_run', '--json'])
  told = json.loads(capsys.readouterr().out)['builders']
  assert {one['name']: one['state'] for one in told} == {SMALL: 'embedded', 'snli:1.1.0': 'missing'}
  with pytest.raises(UserError, match=f'holds embedded data \\({embedded_marker.FILE}\\)'):
    command.main([f'--data_dir={tmp_path}', '--datasets=snli'])
  assert records.origin(tmp_path, [SMALL]) == 'embedded'


def test_a_folder_of_copies_is_read_and_nothing_is_fetched(tmp_path, capsys):
  command.main([f'--data_dir={tmp_path}', '--datasets=rte,sst2', f'--source={tmp_path}', '--dry_run'])
  out = ''.join(capsys.readouterr().out.split('\n'))
  assert f'to read from {tmp_path}: 2 builders, nothing to fetch' in out and 'MB' in out
  command.main([f'--data_dir={tmp_path}', '--datasets=rte,sst2', '--source=hub', '--dry_run'])
  assert 'to fetch: 8 MB' in capsys.readouterr().out


def test_the_command_tells_what_became_of_each_and_its_exit_code(hosts, tmp_path, monkeypatch, capsys, no_checks):
  done = preparing.prepare
  inside = lambda request, *rest: done(dataclasses.replace(request, processes=0), *rest)
  monkeypatch.setattr(preparing, 'prepare', inside)
  hosts.manner[archives.ANLI] = 'refuse'
  with pytest.raises(SystemExit) as end:
    command.main([f'--data_dir={tmp_path}', '--datasets=openbookqa,anli_r1', '--source=tfds', '--json'])
  assert end.value.code == 1
  out, err = capsys.readouterr()
  told = json.loads(out)
  assert {one['name']: bool(one['record']) for one in told['outcomes']} == {SMALL: True, OTHER: False}
  assert f'{SMALL}: prepared from tfds, 21 rows' in err and f'failed: {OTHER}: tfds: the download failed' in err
  assert '1 builders prepared in' in err and '1 failed' in err and 'Try again later' in err
  hosts.manner.clear()
  command.main([f'--data_dir={tmp_path}', '--datasets=openbookqa,anli_r1', '--source=tfds'])
  assert '1 prepared, 1 missing' in capsys.readouterr().out
  command.main([f'--data_dir={tmp_path}', '--datasets=openbookqa,anli_r1', '--source=tfds'])
  assert '2 prepared' in capsys.readouterr().out


def test_a_torn_record_is_named(tmp_path):
  (tmp_path / records.FILE).write_text('{"version": 1, "builders": {"x:1": {"source": 3}}}')
  with pytest.raises(UserError, match='does not hold what `flan_jax prepare` writes'):
    records.read(tmp_path)
  (tmp_path / records.FILE).write_text('{"version": 9}')
  with pytest.raises(UserError, match='later version'):
    plan.plan(tmp_path, ['rte'])


def died(job, setup, pipe):
  """In place of a process's work: one is killed, the other does it."""
  if job.name == OTHER:
    os.kill(os.getpid(), signal.SIGKILL)
  pipe.send(one_builder.Progress(job.name, 'tfds', 5, 7))
  pipe.send(one_builder.Outcome(job.name, None, '', {}))
  os._exit(0)


def test_a_process_that_dies_takes_no_other_with_it(tmp_path, monkeypatch):
  fork = multiprocessing.get_context('fork')  # nothing of TensorFlow runs in it
  monkeypatch.setattr(multiprocessing, 'get_context', lambda method: fork)
  monkeypatch.setattr(workers, '_work', died)
  folders = fetching.Folders(tmp_path, tmp_path, tmp_path)
  jobs = [one_builder.Job(name, ('tfds',), {}, folders) for name in (OTHER, SMALL, 'anli/r2:0.1.0')]
  told, begun = [], []

  def decide(job):
    begun.append(job.name)
    return job if job.name != 'anli/r2:0.1.0' else one_builder.Outcome(job.name, None, '', {})

  done = {one.name: one for one in workers.outcomes(jobs, 2, print, decide, told.append)}
  failed = done[OTHER].failures['tfds']
  assert failed.kind == 'process' and 'signal 9' in failed.text and done[SMALL].failures == {}
  assert told == [one_builder.Progress(SMALL, 'tfds', 5, 7)]
  # The other builder of ANLI shares its download, and waits for it.
  assert begun == [OTHER, SMALL, 'anli/r2:0.1.0'] and set(done) == set(begun)


def test_a_gin_file_names_what_a_run_trains_on_and_holds_out(tmp_path, capsys):
  try:
    files = [f'--gin_file={name}.gin' for name in ('holdout/nli', 'ablations/flan_collection')]
    command.main([f'--data_dir={tmp_path}', *files, '--dry_run', '--json'])
  finally:
    gin.clear_config()
  tasks = {name for one in json.loads(capsys.readouterr().out)['builders'] for name in one['tasks']}
  assert {'rte', 'snli', 'sst2', 'gsm8k'} <= tasks  # held out, trained on, and added
  assert not {'glue_mrpc', 'esnli'} & tasks  # dropped with NLI, and left out with it


def test_hosts_are_asked_once_and_those_that_are_gone_named(monkeypatch, hosts):
  loopback.redirect(monkeypatch, hosts.port, {}, gone=['a.example'])
  hosts_lib.forget()
  assert hosts_lib.unreachable(['a.example', 'b.example']) == {'a.example': 'it refuses the connection'}
  loopback.redirect(monkeypatch, hosts.port, {}, gone=['a.example', 'b.example'])
  assert set(hosts_lib.unreachable(['a.example', 'b.example'])) == {'a.example'}
  hosts_lib.forget()
  assert set(hosts_lib.unreachable(['a.example', 'b.example'])) == {'a.example', 'b.example'}
  assert hosts_lib.unreachable([]) == {}


@pytest.mark.slow
def test_several_processes_prepare_several_builders(hosts, tmp_path, monkeypatch):
  for name, value in hosts.describe(tmp_path / 'hosts.json').items():
    monkeypatch.setenv(name, value)
  monkeypatch.setenv('PYTHONPATH', str(CHECKOUT))
  monkeypatch.setenv(registration.MODULES, 'tests.loopback')
  request = preparing.Request(str(tmp_path / 'data'), ['openbookqa', 'anli_r1', 'copa'], 'tfds', processes=2)
  told = []
  done = {one.name: one for one in preparing.prepare(request, registration.load_tasks, told.append)}
  assert {name: one.failures for name, one in done.items()} == dict.fromkeys(
    [SMALL, OTHER, 'super_glue/copa:1.0.2'], {}
  )
  assert done[SMALL].record.rows == ROWS and {one.name for one in told} == set(done)
  assert len(only_whole_builders(tmp_path / 'data')) == 3


def test_rows_megabytes_and_the_time_left_are_shown(monkeypatch, capsys):
  clock, said = [0.0], []
  monkeypatch.setattr(command.time, 'monotonic', lambda: clock[0])
  shown = command._Shown({SMALL: 100, OTHER: 300}, lambda steps, note: said.append((steps, note)))
  clock[0] = 60.0
  shown.report(one_builder.Progress(SMALL, 'tfds', 50_000_000, 100_000))
  assert said == [(60, f'{SMALL} (tfds): 50.0 MB, 100,000 rows, about 6 min left')]
  shown.ended(one_builder.Outcome(OTHER, None, '', {'tfds': fetching.Failed('download', 'it is gone', '')}))
  assert said[-1] == (300, '1 builders, less than a minute left')  # of what is still to come
  assert f'failed: {OTHER}: tfds: it is gone' in capsys.readouterr().err
