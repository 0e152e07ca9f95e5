# SPDX-License-Identifier: Apache-2.0
"""What `make` installs, and what it says is missing; here no Python installs anything."""

import os
import shutil
import subprocess
import sys

import pytest

CHECKOUT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
MAKE = shutil.which('make')
pytestmark = pytest.mark.skipif(not MAKE, reason='there is no make')

# Claims a version, makes environments with itself in them, and notes what pip is asked for.
PYTHON = """#!/bin/sh
case "$*" in
  -V) echo 'Python {version}.0'; exit ;;
  *ensurepip*) exit {lacks_ensurepip} ;;
  *Python.h*) exec cat {folder}/headers ;;
  '-m venv '*) mkdir -p "$3/bin" && cp "$0" "$3/bin/python"; exit ;;
  '-m pip --version') exec cat {folder}/has_pip ;;
  '-m pip '*) echo "$*" >> {folder}/pip.log
    echo "$PYTHONDONTWRITEBYTECODE" > {folder}/not_kept; exec cat {folder}/pip ;;
esac
exec {real} -I -S -c "import sys; sys.version_info = ({version}, 0, 'final', 0)
$2" """


def python(folder, version='3.12', lacks_ensurepip=0):
  """The path of a Python of this version whose pip works if FOLDER/pip is there."""
  path = folder / f'python{version}'
  path.write_text(
    PYTHON.format(version=version, lacks_ensurepip=lacks_ensurepip, folder=folder, real=sys.executable).replace(
      f'({version}, 0', f'({version.replace(".", ", ")}, 0'
    )
  )
  path.chmod(0o755)
  (folder / 'has_pip').touch()
  return path


def make(folder, *arguments, path=None):
  return run(MAKE, '-C', CHECKOUT, f'VENV={folder}/made', f'NEWEST={folder}/newest', *arguments, path=path)


def run(*command, path=None):
  given = {
    name: value
    for name, value in os.environ.items()
    if 'MAKE' not in name and name not in ('MFLAGS', 'PYTHON', 'PYTHON_NEWEST')
  }
  return subprocess.run(
    list(map(str, command)), text=True, capture_output=True, env=given | ({'PATH': str(path)} if path else {})
  )


def without_pythons(folder):
  """A folder for PATH with what the scripts use, but no Python and no compiler."""
  tools = folder / 'tools'
  tools.mkdir()
  for name in ('sh', 'bash', 'rm', 'mv', 'cp', 'mkdir', 'touch', 'cat', 'echo', 'dirname'):
    (tools / name).symlink_to(shutil.which(name))
  return tools


def asked_of_pip(folder):
  log = folder / 'pip.log'
  lines = log.read_text().splitlines() if log.exists() else []
  return [line.removeprefix('-m pip install -q --no-compile -e ') for line in lines]


@pytest.mark.parametrize(
  'goal, extras', [('run', ''), ('test', "'[aot,test]'"), ('test-all', "'[aot,test]'"), ('bench', "'[test]'")]
)
def test_a_job_installs_the_package_and_tests_what_they_compare_with(tmp_path, goal, extras):
  said = make(tmp_path, '-n', goal).stdout.splitlines()
  asked, *others = [line for line in said if 'pip install' in line]
  assert asked.endswith(f'pip install -q --no-compile -e .{extras}')
  # What it cannot be installed with has an environment of its own.
  assert [line.partition(' -q ')[2] for line in others] == ["'skypilot>=0.14.1,<0.15'"] * (goal == 'test-all')


@pytest.mark.parametrize('version', ['3.11', '3.12'])
def test_each_version_makes_an_environment_once(tmp_path, version):
  (tmp_path / 'pip').touch()
  for _ in range(2):
    done = make(tmp_path, f'PYTHON={python(tmp_path, version)}', f'{tmp_path}/made/ready')
    assert done.returncode == 0, done.stderr
  assert asked_of_pip(tmp_path) == ['.']


def test_what_is_compiled_is_kept_also_where_the_environment_says_otherwise(tmp_path, monkeypatch):
  monkeypatch.setenv('PYTHONDONTWRITEBYTECODE', '1')
  make(tmp_path, f'PYTHON={python(tmp_path)}', f'{tmp_path}/made/ready')
  assert (tmp_path / 'not_kept').read_text().strip() == ''


@pytest.mark.parametrize('version', ['2.7', '3.10', '3.14', '4.0'])
def test_a_version_without_wheels_is_refused_at_once(tmp_path, version):
  done = make(tmp_path, f'PYTHON={python(tmp_path, version)}', 'run')
  assert done.returncode and f'is Python {version}.0' in done.stderr
  assert 'needs Python 3.11, 3.12 or 3.13' in done.stderr
  assert not (tmp_path / 'made').exists()


def test_what_is_missing_is_said_at_once(tmp_path):
  done = make(tmp_path, 'PYTHON=/no/python3', 'run')
  assert done.returncode and 'there is no /no/python3' in done.stderr
  done = make(tmp_path, f'PYTHON={python(tmp_path, lacks_ensurepip=1)}', 'run')
  assert done.returncode and 'apt install python3-venv' in done.stderr
  assert not (tmp_path / 'made').exists() and not asked_of_pip(tmp_path)


def test_where_a_dependency_has_to_be_compiled_a_compiler_is_asked_for(tmp_path):
  tools = without_pythons(tmp_path)
  (tmp_path / 'pip').touch()
  made = lambda version: make(tmp_path, f'PYTHON={python(tmp_path, version)}', f'{tmp_path}/made/ready', path=tools)
  for _ in ('no compiler', 'a compiler, no headers'):
    done = made('3.13')
    assert done.returncode and 'C++ compiler' in done.stderr and 'g++' in done.stderr
    (tools / 'c++').touch(0o755)
  (tmp_path / 'headers').touch()
  assert made('3.13').returncode == 0
  shutil.rmtree(tmp_path / 'made')
  (tools / 'c++').unlink()
  assert made('3.12').returncode == 0


def test_an_installation_that_broke_off_is_gone_on_with(tmp_path):
  goals = [f'PYTHON={python(tmp_path)}', f'{tmp_path}/made/ready']
  assert make(tmp_path, *goals).returncode  # pip fails
  (tmp_path / 'pip').touch()
  assert make(tmp_path, *goals).returncode == 0
  assert make(tmp_path, *goals).returncode == 0
  assert asked_of_pip(tmp_path) == ['.', '.']


def test_while_more_is_added_the_environment_does_not_count_as_ready(tmp_path):
  ready, tested = (f'{tmp_path}/made/{name}' for name in ('ready', 'aot'))
  chosen = f'PYTHON={python(tmp_path)}'
  (tmp_path / 'pip').touch()
  make(tmp_path, chosen, ready)
  (tmp_path / 'pip').unlink()
  assert make(tmp_path, chosen, tested).returncode
  (tmp_path / 'pip').touch()
  for goal in (ready, tested, tested, ready):
    assert make(tmp_path, chosen, goal).returncode == 0
  assert asked_of_pip(tmp_path) == ['.', '.[aot,test]', '.', '.[aot,test]']


def test_without_its_python_an_environment_is_made_again(tmp_path):
  chosen = f'PYTHON={python(tmp_path)}'
  (tmp_path / 'pip').touch()
  for goal in ('aot', 'ready', 'aot'):
    assert make(tmp_path, chosen, f'{tmp_path}/made/{goal}').returncode == 0
    if goal == 'aot':
      (tmp_path / 'made/bin/python').unlink()
  assert asked_of_pip(tmp_path) == ['.[aot,test]', '.', '.[aot,test]']


def test_what_was_installed_serves_the_other_jobs(tmp_path):
  chosen = f'PYTHON={python(tmp_path)}'
  (tmp_path / 'pip').touch()
  for goal in ('aot', 'ready', 'test', 'aot', 'test', 'ready'):
    assert make(tmp_path, chosen, f'{tmp_path}/made/{goal}').returncode == 0
  assert asked_of_pip(tmp_path) == ['.[aot,test]', '.[test]']


def test_another_python_than_that_of_the_environment_is_named(tmp_path):
  goal = f'{tmp_path}/made/ready'
  make(tmp_path, f'PYTHON={python(tmp_path, "3.11")}', goal)  # pip fails
  done = make(tmp_path, f'PYTHON={python(tmp_path, "3.12")}', goal)
  assert done.returncode and 'is of Python 3.11, not of' in done.stderr
  assert f'rm -r {tmp_path}/made' in done.stderr


def test_an_environment_without_pip_is_completed_by_its_own_python_only(tmp_path):
  (tmp_path / 'pip').touch()
  older, chosen = python(tmp_path, '3.11'), python(tmp_path, '3.12')
  (tmp_path / 'made/bin').mkdir(parents=True)
  shutil.copy(older, tmp_path / 'made/bin/python')
  (tmp_path / 'has_pip').unlink()  # making the environment broke off
  done = make(tmp_path, f'PYTHON={chosen}', f'{tmp_path}/made/ready')
  assert done.returncode and 'is of Python 3.11, not of' in done.stderr
  done = make(tmp_path, f'PYTHON={older}', f'{tmp_path}/made/ready')
  assert done.returncode == 0 and f'{older} -m venv {tmp_path}/made' in done.stdout


def test_an_environment_of_an_unfit_python_is_named(tmp_path):
  (tmp_path / 'made/bin').mkdir(parents=True)
  shutil.copy(python(tmp_path, '3.14'), tmp_path / 'made/bin/python')
  done = make(tmp_path, 'run')
  assert done.returncode and 'made is of Python 3.14, flan_jax needs' in done.stderr
