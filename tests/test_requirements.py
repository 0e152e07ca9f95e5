# SPDX-License-Identifier: Apache-2.0
"""What is required to install the package is what it uses."""

import ast
import pathlib

import pytest
import setuptools
from packaging.requirements import Requirement

CHECKOUT = pathlib.Path(__file__).resolve().parent.parent
# Names of modules that are not those of their packages.
MODULES = {'gin-config': 'gin', 'orbax-checkpoint': 'orbax', 'pyyaml': 'yaml', 'scikit-learn': 'sklearn'}
# Used without an import of ours.
INDIRECTLY = {
  'beautifulsoup4': 'tensorflow-datasets reads pages of Google Drive and XML with it',
  'lxml': 'of beautifulsoup4, for XML',
  'importlib_resources': 'tensorflow-datasets writes data with it',
}


@pytest.fixture
def setup(monkeypatch):
  given = {}
  monkeypatch.chdir(CHECKOUT)
  monkeypatch.setattr(setuptools, 'setup', given.update)
  exec((CHECKOUT / 'setup.py').read_text(), {})
  return given


@pytest.fixture
def required(setup):
  return [Requirement(line) for line in setup['install_requires']]


def imported():
  """The packages that modules of ours import, in functions too."""
  names = set()
  for folder in ('flan_jax', 'tasks'):
    for path in (CHECKOUT / folder).rglob('*.py'):
      for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
          names |= {alias.name.partition('.')[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
          names.add(node.module.partition('.')[0])
  return names


def test_what_is_required_is_imported(required):
  names = imported()
  unused = [
    one.name
    for one in required
    if one.name not in INDIRECTLY and MODULES.get(one.name, one.name.replace('-', '_')) not in names
  ]
  assert unused == []


def test_tfds_has_the_versions_that_datasets_name(required):
  """4.9.9 has no multi_news:2.1.0."""
  [tfds] = [one for one in required if one.name == 'tensorflow-datasets']
  assert '4.9.9' not in tfds.specifier and '4.9.10' in tfds.specifier


def test_copies_of_datasets_need_an_extra_that_is_bounded(setup):
  extra = [Requirement(line) for line in setup['extras_require']['hub']]
  assert {one.name for one in extra} == {'huggingface_hub', 'pyarrow'}
  assert all(any(bound.operator == '<' for bound in one.specifier) for one in extra)
  assert set(setup['extras_require']['hub']) <= set(setup['extras_require']['test'])


def test_files_of_llama_cpp_need_an_extra_that_is_bounded(setup):
  [extra] = [Requirement(line) for line in setup['extras_require']['gguf']]
  assert extra.name == 'gguf' and any(bound.operator == '<' for bound in extra.specifier)
  assert set(setup['extras_require']['gguf']) <= set(setup['extras_require']['test'])


def test_every_python_file_names_its_licence():
  for folder in ('flan_jax', 'gin', 'tasks', 'tests', 'docs'):
    for path in (CHECKOUT / folder).rglob('*.py'):
      head = path.read_text(encoding='utf-8')[:200]
      assert not head.strip() or 'SPDX-License-Identifier: Apache-2.0' in head, path
