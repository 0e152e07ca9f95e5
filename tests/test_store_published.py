# SPDX-License-Identifier: Apache-2.0
"""Prompt stores in a bucket: built once, fetched by machines that share nothing else."""

import errno
import itertools
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import threading

import numpy as np
import pytest

from flan_jax import storage
from flan_jax.data.tokens import loading, store
from flan_jax.data.tokens.host_cache import HostCache
from flan_jax.data.tokens.published import Published
from flan_jax.errors import UserError
from tests import corruption
from tests.buckets import bucket, bucket_server  # noqa: F401  fixtures
from tests.test_loading import make_plan, ROW_LENGTH, ROWS_PER_STEP

CHECKOUT = pathlib.Path(__file__).parent.parent
RECORDS = 'prompts.array_record'
FINGERPRINT = '0123456789abcdef'


def prompts(task='a', size=40):
  random = np.random.default_rng(list(task.encode()))
  ids = lambda limit: random.integers(1, 32_000, random.integers(1, limit)).tolist()
  return [(ids(60), ids(20)) for _ in range(size)]


def ids_of(one):
  return [(inputs.tolist(), targets.tolist()) for inputs, targets in one.read(range(len(one.lengths)))]


class Machine:
  """A machine with a cache of its own, and what it has built."""

  def __init__(self, bucket, folder, gigabytes=1.0):  # noqa: F811
    self.bucket, self.cache, self.built = bucket, HostCache(str(folder), gigabytes), []

  def published(self, task='a'):
    name = f'{task}/train-{FINGERPRINT}'

    def make(folder):
      self.built.append(task)
      told = lambda count: {'fingerprint': FINGERPRINT}
      return store.write(os.path.join(folder, name), task, prompts(task), describe=told)

    return Published(storage.join(self.bucket, 'store', name), name, self.cache, make)

  def ensure(self, task='a'):
    one = self.published(task)
    return one.find(say=self.say) or one.build()

  def say(self, text):
    self.said = text


@pytest.fixture
def machines(bucket, tmp_path):  # noqa: F811
  """Makes machines, each with an empty cache."""
  numbers = itertools.count()
  return lambda **rest: Machine(bucket, tmp_path / f'machine-{next(numbers)}', **rest)


def address(bucket, name, task='a'):  # noqa: F811
  return storage.join(bucket, 'store', task, f'train-{FINGERPRINT}', name)


class TestPublished:
  def test_one_machine_builds_and_the_others_fetch(self, machines):
    first, other = machines(), machines()
    assert first.published().find(first.say) is None
    assert ids_of(first.ensure()) == ids_of(other.ensure()) == prompts()
    assert (first.built, other.built) == (['a'], [])
    assert other.published().is_there(pytest.fail)

  def test_lengths_come_at_once_and_records_when_they_are_read(self, machines):
    first, other = machines(), machines()
    lengths = first.ensure().lengths
    fetched = other.ensure()
    assert fetched.lengths.tolist() == lengths.tolist()
    assert RECORDS not in os.listdir(fetched.path)
    fetched.read([3])
    assert RECORDS in os.listdir(fetched.path)

  def test_the_manifest_is_written_last(self, machines, monkeypatch):
    first, order = machines(), []
    for name in ('upload', 'write_new'):
      whole = getattr(storage, name)
      call = lambda *given, whole=whole, place={'upload': 1, 'write_new': 0}[name]: (
        order.append(os.path.basename(given[place])) or whole(*given)
      )
      monkeypatch.setattr(storage, name, call)
    first.ensure()
    assert sorted(order[:-1]) == ['checksums.npy', 'lengths.npy', RECORDS] and order[-1] == 'manifest.json'

  def test_what_has_no_manifest_is_not_there(self, machines, bucket):  # noqa: F811
    first, other = machines(), machines()
    expected = ids_of(first.ensure())
    storage.remove(address(bucket, 'manifest.json'))
    assert not other.published().is_there(pytest.fail)
    assert ids_of(other.ensure()) == expected and other.built == ['a']

  def test_a_copy_from_before_is_published_again_without_building(self, machines, bucket):  # noqa: F811
    first, other = machines(), machines()
    expected = ids_of(first.ensure())
    storage.remove(storage.join(bucket, 'store'))
    assert ids_of(first.ensure()) == expected and first.built == ['a']
    assert ids_of(other.ensure()) == expected and other.built == []

  def test_nothing_is_listed(self, machines, monkeypatch):
    for name in ('names', 'sizes'):
      monkeypatch.setattr(storage, name, pytest.fail)
    first, other = machines(), machines()
    assert ids_of(first.ensure()) == ids_of(other.ensure())

  def test_of_two_builders_the_first_manifest_stands(self, machines, bucket):  # noqa: F811
    first, other = machines(), machines()
    slow = other.published()
    assert slow.find(other.say) is None
    first.ensure()
    standing = storage.read_bytes(address(bucket, 'manifest.json'))
    assert ids_of(slow.build()) == prompts()
    assert storage.read_bytes(address(bucket, 'manifest.json')) == standing

  def test_builders_that_differ_are_told(self, machines, monkeypatch):
    first, other = machines(), machines()
    slow = other.published()
    first.ensure()
    monkeypatch.setitem(globals(), 'prompts', lambda task: [([7], [8])])
    with pytest.raises(UserError, match='two builds of the prompt store .* differ'):
      slow.build()

  def test_a_machine_that_ends_while_it_uploads_leaves_nothing_to_read(self, machines, monkeypatch):
    first, other = machines(), machines()

    def killed(*_):
      raise KeyboardInterrupt

    with monkeypatch.context() as patch:
      patch.setattr(storage, 'write_new', killed)
      with pytest.raises(KeyboardInterrupt):
        first.ensure()
    assert other.published().find(pytest.fail) is None
    assert ids_of(first.ensure()) == prompts() and first.built == ['a']

  @pytest.mark.long
  def test_a_builder_that_is_killed_at_any_moment_leaves_nothing_to_trip_over(self, machines, bucket):  # noqa: F811
    """It is started again each time, and killed one change later."""
    machine = machines()
    for calls in itertools.count(1):
      arguments = ['-m', 'tests.killed_builder', bucket, machine.cache.path, f'{calls}']
      done = subprocess.run([sys.executable, *arguments], cwd=CHECKOUT, capture_output=True, text=True, timeout=300)
      if done.returncode != -signal.SIGKILL:
        break
    assert (done.returncode, done.stdout) == (0, 'True\n'), done.stderr
    assert calls > 5
    other = machines()
    assert ids_of(other.ensure()) == prompts() and other.built == []
    left = [path.name for path in pathlib.Path(machine.cache.path).rglob('*') if path.is_file()]
    assert sorted(left) == ['checksums.npy', 'fetching', 'in-use', 'lengths.npy', 'manifest.json', RECORDS]
    assert not list(pathlib.Path(machine.cache.path).rglob('.building*'))


class TestDamage:
  @pytest.mark.parametrize('name', ['lengths.npy', 'checksums.npy', RECORDS])
  def test_a_damaged_copy_is_fetched_again(self, name, machines, capsys):
    first, other = machines(), machines()
    first.ensure()
    ids_of(other.ensure())
    [copy] = pathlib.Path(other.cache.path).glob('*/*')
    file = copy / name
    content = bytearray(file.read_bytes())
    content[-1] ^= 4
    file.write_bytes(content)
    again = other.ensure()
    assert ids_of(again) == prompts() and other.built == []
    assert f'{copy} is a copy that cannot be used: {name} has been changed' in capsys.readouterr().err

  def test_a_copy_that_is_damaged_while_it_is_read_is_fetched_again(self, machines, capsys):
    first, other = machines(), machines()
    first.ensure()
    reading = other.ensure()
    assert ids_of(reading) == prompts()
    file = pathlib.Path(reading.path) / RECORDS
    file.write_bytes(bytes(file.stat().st_size))
    assert ids_of(reading) == prompts()
    assert 'it is compared with its source' in capsys.readouterr().err

  @pytest.mark.parametrize('seed', range(30))
  def test_what_is_damaged_in_the_bucket_is_built_again(self, seed, machines, bucket, tmp_path, capsys):  # noqa: F811
    first, other, third = machines(), machines(), machines()
    first.ensure()
    ours, theirs = tmp_path / 'a', tmp_path / 'b'
    for folder, task in ((ours, 'a'), (theirs, 'b')):
      first.ensure(task)
      folder.mkdir()
      for name in ('lengths.npy', 'checksums.npy', RECORDS, 'manifest.json'):
        storage.download(address(bucket, name, task), folder / name)
    before = set(os.listdir(ours))
    done = corruption.spoil(ours, theirs, np.random.default_rng(seed))
    for name in before:
      storage.remove(address(bucket, name))
      if (ours / name).exists():
        storage.upload(ours / name, address(bucket, name))
    assert ids_of(other.ensure()) == prompts() and other.built == ['a']
    said = getattr(other, 'said', '') + capsys.readouterr().err
    assert 'cannot be used' in said or done == 'delete manifest.json', done
    assert ids_of(third.ensure()) == prompts() and third.built == []


class TestCache:
  def size(self, machine, task='a'):
    return sum(file.stat().st_size for file in pathlib.Path(machine.cache.path, task).rglob('*'))

  def test_what_was_not_used_for_longest_goes_first(self, machines, bucket, tmp_path):  # noqa: F811
    for task in 'abc':
      machines().ensure(task)
    machine = machines()
    ids_of(machine.ensure('a')), ids_of(machine.ensure('b'))
    used = [next(pathlib.Path(machine.cache.path).glob(f'{task}/*/in-use')) for task in 'ab']
    for place, file in enumerate(used):
      os.utime(file, (100 - place, 100 - place))
    small = Machine(bucket, machine.cache.path, 2.5 * self.size(machine) / 1e9)
    ids_of(small.ensure('c'))
    assert sorted(path.parent.parent.name for path in pathlib.Path(machine.cache.path).glob('*/*/in-use')) == ['a', 'c']
    assert not list(pathlib.Path(machine.cache.path).glob('.building*'))

  def test_what_is_in_use_stays(self, machines, bucket, capsys):  # noqa: F811
    for task in 'ab':
      machines().ensure(task)
    machine = machines(gigabytes=1e-6)
    using = machine.ensure('a')
    ids_of(using), ids_of(machine.ensure('b'))
    assert 'are in use take' in capsys.readouterr().err
    assert ids_of(using) == prompts('a') and os.path.isdir(using.path)
    del using
    ids_of(machine.ensure('b'))
    machines().ensure('c')
    ids_of(machine.ensure('c'))
    assert not list(pathlib.Path(machine.cache.path).glob('a/*'))

  def test_a_copy_is_fetched_once_by_many(self, machines, bucket, monkeypatch):  # noqa: F811
    machines().ensure()
    machine, fetched = machines(), []
    download = storage.download
    monkeypatch.setattr(
      storage, 'download', lambda name, local: fetched.append(os.path.basename(name)) or download(name, local)
    )
    wrong = []

    def use():
      if ids_of(machine.ensure()) != prompts():
        wrong.append(1)

    threads = [threading.Thread(target=use) for _ in range(6)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert not wrong
    assert sorted(fetched) == ['checksums.npy', 'lengths.npy', RECORDS]

  def test_a_deleted_copy_is_made_anew_by_who_waited_for_it(self, tmp_path):
    cache = HostCache(str(tmp_path), 1.0)
    copy = cache.use('a/train-0.x')
    assert not cache._delete(copy.path)
    copy.release()
    assert cache._delete(copy.path) and not os.path.exists(copy.path)
    assert os.path.isdir(cache.use('a/train-0.x').path)

  def test_a_process_that_is_killed_while_it_fetches_keeps_no_one_waiting(self, machines):
    machines().ensure()
    machine = machines()
    copy = machine.ensure().path
    script = (
      'import sys, time; from flan_jax.data.tokens.host_cache import HostCache; cache, name = sys.argv[1:]\n'
      'with HostCache(cache).use(name).alone(): open(f"{cache}/{name}/x.new", "w"); print(flush=True); time.sleep(600)'
    )
    arguments = [script, machine.cache.path, os.path.relpath(copy, machine.cache.path)]
    with subprocess.Popen([sys.executable, '-c', *arguments], stdout=subprocess.PIPE) as process:
      process.stdout.readline()
      read = []
      thread = threading.Thread(target=lambda: read.append(ids_of(machine.ensure())))
      thread.start()
      thread.join(timeout=0.5)
      assert not read  # it waits for what the other fetches
      process.kill()
    thread.join(timeout=300)
    assert read == [prompts()] and 'x.new' not in os.listdir(copy)

  @pytest.mark.parametrize('number', [errno.ENOSPC, errno.EROFS])
  def test_a_disk_that_takes_no_copy_is_told_in_words(self, number, machines, monkeypatch):
    machines().ensure()
    other = machines()

    def full(local, *_):
      raise OSError(number, os.strerror(number), local)

    reading = other.ensure()
    monkeypatch.setattr(os, 'replace', full)
    with pytest.raises(UserError, match=f'a copy of gs://.*cannot be written .{os.strerror(number)}.*STORE_CACHE'):
      reading.read([0])

  def test_the_folder_is_the_users_and_local(self, monkeypatch):
    monkeypatch.setenv('XDG_CACHE_HOME', '/tmp/x')
    assert HostCache().path == '/tmp/x/flan_jax/stores'
    with pytest.raises(UserError, match="STORE_CACHE = 'gs://bucket/x' is in a bucket"):
      HostCache('gs://bucket/x')


class TestFaults:
  def test_a_disk_that_fills_up_while_a_store_is_built_is_told(self, machines, monkeypatch):
    machine = machines()
    kept = machine.ensure('b')

    def full(path, *_):
      raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))

    with monkeypatch.context() as patch:
      patch.setattr(np, 'save', full)
      with pytest.raises(UserError, match='No space left on device'):
        machine.ensure('a')
    assert ids_of(kept) == prompts('b') and not list(pathlib.Path(machine.cache.path).glob('.building*'))
    assert ids_of(machine.ensure('a')) == prompts('a')

  def test_a_bucket_that_refuses_what_was_built_keeps_the_copy(self, machines, monkeypatch):
    machine = machines()

    def forbidden(local, name):
      raise storage.BucketError(name, 'these credentials may not do this')

    with monkeypatch.context() as patch:
      patch.setattr(storage, 'upload', forbidden)
      with pytest.raises(UserError, match='may not do this'):
        machine.ensure()
    assert ids_of(machine.ensure()) == prompts() and machine.built == ['a']

  def test_a_bucket_that_is_not_there_is_told(self, machines):
    machine = machines()
    machine.bucket = 'gs://no-such-bucket'
    with pytest.raises(UserError, match='no-such-bucket'):
      machine.ensure()


class TestRows:
  def test_equal_those_of_a_local_disk(self, machines, tmp_path):
    first, other = machines(), machines()
    for task in 'abc':
      first.ensure(task)
    local = {name: store.write(str(tmp_path / name / 'train-0'), name, prompts(name)) for name in 'abc'}
    fetched = {name: other.ensure(name) for name in 'abc'}
    for start in (0, 7):
      batches = [loading.batches(make_plan(local), stores, start_step=start) for stores in (local, fetched)]
      for ours, theirs in itertools.islice(zip(*batches), 20):
        for name in ours:
          np.testing.assert_array_equal(ours[name], theirs[name])
      [one.close() for one in batches]

  def test_records_come_ahead_in_the_order_of_their_use(self, machines):
    first, other = machines(), machines()
    for task in 'abc':
      first.ensure(task)
    stores = {name: other.ensure(name) for name in 'abc'}
    plan, rows = make_plan(stores), list(range(ROWS_PER_STEP))
    chunks = loading._Chunks(plan, stores, rows, 10**6)
    tasks, _ = plan.locate(np.concatenate(plan.rows(0)))
    expected = list(dict.fromkeys(plan.names[task] for task in tasks.tolist()))
    assert [one.name for one in chunks.in_order_of_use(0)][: len(expected)] == expected
    assert not any(RECORDS in os.listdir(one.path) for one in stores.values())

  def test_one_store_that_does_not_come_stops_no_other(self, machines, bucket):  # noqa: F811
    first, other = machines(), machines()
    for task in 'abc':
      first.ensure(task)
    stores = {name: other.ensure(name) for name in 'abc'}
    storage.remove(address(bucket, RECORDS, 'a'))
    shutil.rmtree(first.cache.path)
    batch = next(loading.batches(make_plan(stores), stores))
    assert batch['tokens'].shape == (ROWS_PER_STEP, ROW_LENGTH)
    assert other.built == ['a']  # what was lost is built again
