# SPDX-License-Identifier: Apache-2.0
"""Compiled programs that are kept: found again, the same, and never in a run's way."""

import errno
import os
import pathlib
import subprocess
import sys
import textwrap

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from flan_jax.data import private_names
from flan_jax.runs import compilation
from tests import host_worker
from tests.buckets import bucket, bucket_server  # noqa: F401  fixtures

VARIABLE = 'JAX_COMPILATION_CACHE_DIR'
NAMES = ['jax_compilation_cache_dir', *compilation._THRESHOLDS]


@pytest.fixture
def nothing_kept(monkeypatch, tmp_path):
  """jax as it is without the folder of these tests, and nothing compiled."""
  before = {name: getattr(jax.config, name) for name in NAMES}
  for name in NAMES:
    monkeypatch.delenv(name.upper(), raising=False)
  monkeypatch.setenv('XDG_CACHE_HOME', str(tmp_path / 'cache'))
  jax.config.update('jax_compilation_cache_dir', None)
  jax.clear_caches()
  yield
  private_names.give_programs(None)
  for name, value in before.items():
    jax.config.update(name, value)


@pytest.fixture
def asked(monkeypatch):
  """[(key, whether the program was there)] of what jax asks for."""
  answers, get = [], compilation.Programs.get

  def recorded(self, key):
    program = get(self, key)
    answers.append((key, program is not None))
    return program

  monkeypatch.setattr(compilation.Programs, 'get', recorded)
  return answers


def leaves(tree):
  return [np.asarray(leaf) for leaf in jax.tree.leaves(tree)]


def kept_in(folder):
  return sorted(path.name for path in pathlib.Path(folder).glob('*.program'))


def test_a_start_finds_what_was_compiled_and_computes_the_same_bits(nothing_kept, asked, tmp_path):
  fresh = host_worker.run(tmp_path / 'fresh', 3)  # nothing is kept yet
  compilation.keep(str(tmp_path / 'programs'))
  jax.clear_caches()
  host_worker.run(tmp_path / 'first', 3)
  step = [key for key, _ in asked if key.startswith('jit_with_work')]
  assert len(step) == 1 and f'{step[0]}.program' in kept_in(tmp_path / 'programs')
  asked.clear(), jax.clear_caches()
  found = host_worker.run(tmp_path / 'second', 3)
  assert (step[0], True) in asked
  for one, other in zip(leaves(fresh), leaves(found), strict=True):
    np.testing.assert_array_equal(one, other)


CHILD = """
    import sys
    import jax, numpy as np
    jax.config.update('jax_num_cpu_devices', 8)
    from flan_jax.runs import compilation
    from tests import host_worker
    get, hits = compilation.Programs.get, []
    def recorded(self, key):
      program = get(self, key)
      hits.append(f'{key.partition("-")[0]} {program is not None}')
      return program
    compilation.Programs.get = recorded
    compilation.keep(sys.argv[1])
    state = host_worker.run(sys.argv[2], 2)
    print(*hits, sum(float(np.abs(leaf).sum()) for leaf in jax.tree.leaves(state)).hex(), sep='\\n')
"""


@pytest.mark.slow
def test_another_process_finds_them(tmp_path):
  environment = {name: value for name, value in os.environ.items() if name.lower() not in NAMES} | {'XLA_FLAGS': ''}
  said = [
    subprocess.run(
      [sys.executable, '-c', textwrap.dedent(CHILD), str(tmp_path / 'programs'), str(tmp_path / name)],
      env=environment,
      text=True,
      capture_output=True,
      check=True,
    )
    for name in ('first', 'second')
  ]
  first, second = (one.stdout.split('\n') for one in said)
  assert 'jit_with_work False' in first and 'jit_with_work True' in second
  assert first[-2] == second[-2]
  assert said[1].stderr == ''


@pytest.fixture
def programs(tmp_path):
  return compilation.Programs(str(tmp_path / 'programs'))


@pytest.mark.parametrize('cut', [0, 5, 30, 60, -1])
def test_a_torn_program_is_told_and_kept_anew(cut, programs, capsys):
  programs.put('key', b'a program' * 9)
  path = pathlib.Path(programs.folder, 'key.program')
  path.write_bytes(path.read_bytes()[:cut])
  assert programs.get('key') is None
  assert 'key.program is damaged; the program is compiled anew' in capsys.readouterr().err
  programs.put('key', b'again')
  assert programs.get('key') == b'again' and os.listdir(programs.folder) == ['key.program']


def test_no_flipped_bit_is_taken_for_the_program(programs):
  programs.put('key', b'a program')
  path = pathlib.Path(programs.folder, 'key.program')
  content = path.read_bytes()
  for bit in range(8 * len(content)):
    flipped = bytearray(content)
    flipped[bit // 8] ^= 1 << bit % 8
    path.write_bytes(flipped)
    assert programs.get('key') is None


def test_a_folder_has_a_bound_and_loses_what_was_not_used_for_the_longest_time(tmp_path):
  programs = compilation.Programs(str(tmp_path), most=1_000)
  for number in range(3):
    programs.put(f'{number}', bytes(250))
    os.utime(tmp_path / f'{number}.program', (number, number))
  assert programs.get('0') is not None  # used now
  programs.put('3', bytes(250))
  assert kept_in(tmp_path) == ['0.program', '2.program', '3.program']


def test_a_full_disk_is_told_once_and_leaves_nothing_behind(programs, monkeypatch, capsys):
  def full(path, content):
    path.touch()
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

  monkeypatch.setattr(pathlib.Path, 'write_bytes', full)
  programs.put('one', b'1'), programs.put('two', b'2')
  told = capsys.readouterr().err
  assert told.count('compiled programs cannot be kept in') == 1 and 'No space left on device' in told
  assert os.listdir(programs.folder) == []


def test_a_folder_that_cannot_be_made_is_told_and_ends_nothing(nothing_kept, tmp_path, capsys):
  (tmp_path / 'file').write_text('')
  assert compilation.keep(str(tmp_path / 'file' / 'programs')) == 'not kept'
  assert 'are not kept in' in capsys.readouterr().err
  assert jax.jit(lambda x: x + 1)(jnp.ones(3)).sum() == 6


@pytest.mark.parametrize('folder', [None, ''])
def test_it_can_be_switched_off(folder, nothing_kept, tmp_path):
  compilation.keep(str(tmp_path / 'programs'))
  assert compilation.keep(folder) == 'not kept'
  assert jax.config.jax_compilation_cache_dir is None and not private_names.has_programs()


def test_by_default_they_are_in_the_users_cache_or_the_bucket_of_the_run(nothing_kept, bucket, tmp_path):  # noqa: F811
  assert compilation.keep('auto', str(tmp_path / 'run')) == str(tmp_path / 'cache/flan_jax/compilation')
  assert compilation.keep('auto', f'{bucket}/run/') == f'{bucket}/run/compilation'


def test_the_folder_of_the_environment_is_respected_and_told(nothing_kept, tmp_path, monkeypatch):
  compilation.keep('auto')
  monkeypatch.setenv(VARIABLE, str(tmp_path / 'theirs'))
  assert compilation.keep('auto') == f'{tmp_path}/theirs ({VARIABLE})'
  assert jax.config.jax_compilation_cache_dir == str(tmp_path / 'theirs')
  assert not private_names.has_programs()
  assert compilation.keep(str(tmp_path / 'ours')) == str(tmp_path / 'ours')
  assert private_names.has_programs()


def test_a_bucket_keeps_them(nothing_kept, bucket, asked):  # noqa: F811
  double = lambda: jax.jit(lambda x: jnp.linalg.inv(x @ x.T + jnp.eye(64)))(jnp.ones((64, 64)))
  compilation.keep(f'{bucket}/programs')
  jax.config.update('jax_persistent_cache_min_compile_time_secs', 0)
  first = double()
  jax.clear_caches(), asked.clear()
  compilation.keep(f'{bucket}/programs')
  np.testing.assert_array_equal(first, double())
  assert any(there for _, there in asked)
