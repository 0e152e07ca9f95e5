# SPDX-License-Identifier: Apache-2.0
"""What `make test-newest` takes and leaves out, and which versions are supported."""

import ast
import functools
import os
import re
import runpy
from importlib import metadata as installed
from unittest import mock

import pytest
from packaging import requirements, specifiers

from tests import test_makefile
from tests.test_makefile import CHECKOUT, make, python, run, without_pythons

pytestmark = test_makefile.pytestmark
HEAVY = {'accelerate', 'lm_eval', 'torch', 'transformers'}  # of the extra `test` alone


def variable(name):
  """The words of a variable of the Makefile."""
  said = make('/nowhere', '-pn', 'clean').stdout
  return re.search(rf'^{name} := (.*)$', said, re.MULTILINE)[1].split()


@functools.cache
def imports(path):
  """The full names of all that a file imports, at its top or inside of functions."""
  with open(path, encoding='utf-8') as file:
    nodes = list(ast.walk(ast.parse(file.read())))
  names = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
  return names | {
    f'{node.module}.{alias.name}' for node in nodes if isinstance(node, ast.ImportFrom) for alias in node.names
  }


def reached(name):
  """What a test imports, by way of other modules of tests too."""
  found, files = set(), [f'tests.{name}']
  for module in files:
    path = os.path.join(CHECKOUT, *module.split('.')) + '.py'
    if not os.path.exists(path):
      continue
    names = imports(path)
    found |= names
    for one in names:
      short = '.'.join(one.split('.')[:2])
      if short.startswith('tests.') and short not in files:
        files.append(short)
  return found


def uses(names, rooms):
  return {room for room in rooms if any(f'{name}.'.startswith(f'{room}.') for name in names)}


def every_file():
  return sorted(
    name[len('test_') : -len('.py')]
    for name in os.listdir(os.path.join(CHECKOUT, 'tests'))
    if name.startswith('test_') and name.endswith('.py')
  )


def test_what_needs_torch_is_left_out_and_listed():
  needing = {name for name in every_file() if uses(reached(f'test_{name}'), HEAVY)}
  assert set(variable('WITH_TORCH')) == needing, (
    'list these in WITH_TORCH of the Makefile, or move the tests that need torch'
  )


def test_of_the_rest_only_other_rooms_are_left_out():
  others = {f'flan_jax.{room}' for room in ('cli', 'evaluation', 'inference', 'report', 'runs', 'tasks', 'world')}
  left = variable('OTHER_ROOMS')
  assert left == sorted(set(left)) and set(left) <= set(every_file())
  for name in left:
    with open(os.path.join(CHECKOUT, f'tests/test_{name}.py'), encoding='utf-8') as file:
      started = set(re.findall(r'flan_jax\.\w+', file.read()))  # as processes
    assert uses(reached(f'test_{name}') | started, others), name


def test_what_needs_a_bucket_is_left_out():
  """By its file, or by the mark that conftest gives to who names the fixture."""
  for name in set(every_file()) - set(variable('WITH_BUCKETS')) - set(variable('OTHER_ROOMS')):
    names = reached(f'test_{name}')
    with open(os.path.join(CHECKOUT, f'tests/test_{name}.py'), encoding='utf-8') as file:
      text = file.read()
    if any('gcp_storage_emulator' in one for one in names):
      assert 'getfixturevalue' not in text and 'buckets.' not in text.replace('tests.buckets', ''), name


def newest(folder, *given, path):
  done = run('sh', f'{CHECKOUT}/.ci/newest', *given, path=path)
  return done.stdout.strip() or done.stderr


class TestTheNewestPython:
  def test_is_that_of_path_which_can_be_installed_for(self, tmp_path):
    path = without_pythons(tmp_path)
    python(path, '3.11')
    assert 'no Python 3.12 or 3.13' in newest(tmp_path, path=path)
    python(path, '3.12')
    python(path, '3.13')
    assert newest(tmp_path, path=path) == 'python3.12'  # 3.13 lacks a compiler
    (path / 'c++').write_text('')
    (path / 'c++').chmod(0o755)
    (path / 'headers').touch()
    assert newest(tmp_path, path=path) == 'python3.13'
    python(path, '3.13', lacks_ensurepip=1)
    assert newest(tmp_path, path=path) == 'python3.12'

  def test_is_found_among_the_versions_of_pyenv(self, tmp_path):
    path = without_pythons(tmp_path)
    (path / 'pyenv').write_text(f'#!/bin/sh\necho {tmp_path}/root\n')
    for name in ('3.11.9', '3.12.1'):
      folder = tmp_path / 'root/versions' / name / 'bin'
      folder.mkdir(parents=True)
      python(folder, name[:4])
    (path / 'python3.12').write_text('#!/bin/sh\nexit 127\n')  # as a shim of none chosen
    for name in ('pyenv', 'python3.12'):
      (path / name).chmod(0o755)
    found = newest(tmp_path, path=path)
    assert found == f'{tmp_path}/root/versions/3.12.1/bin/python3.12'

  def test_may_be_named(self, tmp_path):
    path = without_pythons(tmp_path)
    chosen = python(tmp_path, '3.12')
    assert newest(tmp_path, chosen, path=path) == str(chosen)
    old = python(tmp_path, '3.11')
    assert f'PYTHON_NEWEST={old} is Python 3.11.0' in newest(tmp_path, old, path=path)
    assert 'is no Python that runs' in newest(tmp_path, '/no/python', path=path)


def test_the_newest_environment_is_apart_and_without_torch(tmp_path):
  chosen = python(tmp_path, '3.12')
  done = make(tmp_path, '-n', f'PYTHON_NEWEST={chosen}', 'test-newest')
  assert done.returncode == 0, done.stderr
  lines = [line for line in done.stdout.splitlines() if not line.startswith('make: ')]
  assert f'{tmp_path}/made' not in done.stdout
  [asked] = [line for line in lines if 'pip install' in line]
  assert asked.endswith("pip install -q --no-compile -e .'[aot,pytest]'")
  assert f'.ci/venv {tmp_path}/newest {chosen}' in done.stdout
  assert lines[-1].startswith(f'{tmp_path}/newest/bin/python -m pytest ')
  assert all(f'--ignore=tests/test_{name}.py' in lines[-1] for name in variable('WITH_TORCH'))


def test_without_such_a_python_the_job_says_what_it_wants(tmp_path):
  done = make(tmp_path, f'PYTHON_NEWEST={python(tmp_path, "3.11")}', 'test-newest')
  assert done.returncode and 'needs Python 3.12 or 3.13' in done.stderr
  assert not (tmp_path / 'newest').exists()


@pytest.fixture(scope='module')
def metadata():
  with mock.patch('setuptools.setup') as setup, pytest.MonkeyPatch.context() as patch:
    patch.chdir(CHECKOUT)
    runpy.run_path('setup.py')
  return setup.call_args.kwargs


def test_the_versions_of_the_readme_are_those_of_the_package(metadata):
  with open(os.path.join(CHECKOUT, 'README.md'), encoding='utf-8') as file:
    text = file.read()
  pythons = specifiers.SpecifierSet(metadata['python_requires'])
  assert [f'3.{minor}' for minor in range(30) if f'3.{minor}.1' in pythons] == ['3.11', '3.12', '3.13']
  [jax] = [one for one in map(requirements.Requirement, metadata['install_requires']) if one.name == 'jax']
  assert [f'0.{minor}' for minor in range(30) if f'0.{minor}.1' in jax.specifier] == ['0.10', '0.11', '0.12']
  assert 'Python 3.11, 3.12 and 3.13' in text.replace('\n', ' ')
  assert 'JAX 0.10, 0.11 and 0.12' in text.replace('\n', ' ')


def test_the_newest_environment_asks_for_nothing_of_torch(metadata):
  names = lambda extra: {requirements.Requirement(line).name for line in metadata['extras_require'][extra]}
  assert names('pytest') < names('test')
  assert HEAVY <= names('test') and not HEAVY & (names('pytest') | names('aot'))


def test_what_is_installed_here_is_supported(metadata):
  for line in metadata['install_requires']:
    wanted = requirements.Requirement(line)
    if wanted.name in ('jax', 'flax', 'optax', 'orbax-checkpoint'):
      assert installed.version(wanted.name) in wanted.specifier


@pytest.mark.parametrize(
  'version, jobs', [('3.11', ['lint', 'test']), ('3.12', ['lint', 'test', 'test-newest PYTHON_NEWEST=python3.12'])]
)
def test_continuous_integration_tests_both_or_says_so(tmp_path, version, jobs):
  path = without_pythons(tmp_path)
  python(path, version)
  (path / 'make').write_text('#!/bin/sh\necho "made $*"\n')
  (path / 'make').chmod(0o755)
  done = run('bash', f'{CHECKOUT}/.ci/run', path=path)
  assert done.returncode == 0
  (*said,) = done.stdout.splitlines()
  assert said[-len(jobs) :] == [f'made {job}' for job in jobs]
  assert (len(jobs) == 2) == ('test-newest is left out' in said[0])


def test_continuous_integration_fails_with_either(tmp_path):
  path = without_pythons(tmp_path)
  python(path, '3.12')
  for failing in ('lint', 'test', 'test-newest'):
    (path / 'make').write_text(f'#!/bin/sh\n[ "$1" != {failing} ]\n')
    (path / 'make').chmod(0o755)
    assert run('bash', f'{CHECKOUT}/.ci/run', path=path).returncode
