# SPDX-License-Identifier: Apache-2.0
"""The Python API: names of `flan_jax`, imported when they are used."""

import subprocess
import sys

import pytest

import flan_jax


def test_importing_the_package_imports_nothing_else():
  probe = (
    'import sys, flan_jax; dir(flan_jax); print(sorted(name for name in sys.modules '
    'if name.partition(".")[0] in ("flan_jax", "jax", "numpy", "tensorflow")))'
  )
  done = subprocess.run([sys.executable, '-c', probe], text=True, capture_output=True)
  assert done.stdout.strip() == "['flan_jax']", done.stderr


@pytest.mark.parametrize('name', sorted(flan_jax._PUBLIC))
def test_a_public_name_is_there_and_documented(name):
  value = getattr(flan_jax, name)
  assert value.__doc__ and name in dir(flan_jax) and name in flan_jax.__all__


def test_another_name_is_an_attribute_error():
  with pytest.raises(AttributeError, match="no attribute 'tune'"):
    flan_jax.tune
  assert not hasattr(flan_jax, 'tune')
