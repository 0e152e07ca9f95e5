# SPDX-License-Identifier: Apache-2.0
"""How numbers are compared: in float64 what algebra makes equal, else by derived bounds.

A comparison of the tests is one of three:

  the same program on the same numbers   equal bit by bit
  equal by algebra                       float64, within EXACT: the fixture `double`
                                         and `doubled`, or numpy and Python floats
  equal up to rounding                   within gamma(n) of the magnitudes added up, the
                                         n roundings counted where it is used

What a processor's kernels happen to make of float32 is none of them.
"""

import contextlib
import dataclasses

import jax
import jax.numpy as jnp
import numpy as np

EXACT = 1e-12  # of float64: thousands of its roundings


@contextlib.contextmanager
def double():
  """Numbers of 64 bits, in all threads."""
  before = jax.config.jax_enable_x64
  jax.config.update('jax_enable_x64', True)
  try:
    yield
  finally:
    jax.config.update('jax_enable_x64', before)


def doubled(config):
  """The configuration computed in float64; to be run with the fixture `double`."""
  with jax.enable_x64(True):
    return dataclasses.replace(config, dtype='float64')


def assert_equal(got, expected):
  """Trees of float64 are equal within EXACT of a leaf's largest entry, or of 1."""

  def check(path, one, other):
    one, other = np.asarray(one), np.asarray(other)
    assert one.dtype == other.dtype == np.float64, (path, one.dtype, other.dtype)
    largest = max(1.0, np.abs(other).max(initial=0.0))
    np.testing.assert_allclose(one, other, atol=EXACT * largest, rtol=0, err_msg=jax.tree_util.keystr(path))

  jax.tree_util.tree_map_with_path(check, got, expected)


def as_double(tree):
  """The same numbers, as numpy's float64."""
  return jax.tree.map(lambda leaf: np.asarray(leaf, np.float64), tree)


def gamma(roundings, dtype=np.float32):
  """n u / (1 - n u) for n roundings of unit roundoff u, half the epsilon of the type.

  A product of numbers that is rounded n times is off by at most gamma(n) times itself,
  and a sum in which no term takes part in more than n rounded operations by at most
  gamma(n) times the sum of the terms' magnitudes: in any order of summation, with or
  without fused multiply-add. (Higham, Accuracy and Stability of Numerical Algorithms,
  sections 3.1 and 4.2.) Hence n = K for a product of matrices that adds up K terms.
  """
  unit = float(jnp.finfo(dtype).eps) / 2
  return roundings * unit / (1 - roundings * unit)
