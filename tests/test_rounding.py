# SPDX-License-Identifier: Apache-2.0
"""How tests compare numbers: bounds that hold, float64 that is meant, kept flags."""

import math

import jax.numpy as jnp
import numpy as np
import pytest

from flan_jax.errors import UserError
from flan_jax.model import decoder, precision
from tests import rounding, xla_flags


def test_gamma_bounds_a_sum_in_any_order():
  terms = np.random.default_rng(0).normal(size=1_000).astype(np.float32)
  exact, magnitude = math.fsum(terms), np.abs(terms).sum(dtype=float)
  for order in range(20):
    one_by_one = np.cumsum(np.random.default_rng(order).permutation(terms))[-1]
    assert one_by_one.dtype == np.float32
    assert abs(one_by_one - exact) <= rounding.gamma(1_000) * magnitude
  assert rounding.gamma(1) == pytest.approx(2**-24, rel=1e-6)
  assert rounding.gamma(1, jnp.bfloat16) == pytest.approx(2**-8, rel=0.01)


def test_single_numbers_are_not_taken_for_double_ones(double):
  rounding.assert_equal({'a': jnp.ones(2)}, {'a': np.ones(2) * (1 + 1e-13)})
  with pytest.raises(AssertionError, match='float32'):
    rounding.assert_equal({'a': jnp.ones(2, 'float32')}, {'a': np.ones(2)})
  with pytest.raises(AssertionError, match='Mismatched'):
    rounding.assert_equal({'a': jnp.ones(2)}, {'a': np.ones(2) * (1 + 1e-11)})


def test_float64_needs_numbers_of_64_bits():
  assert [precision.wide(name).name for name in ('bfloat16', 'float16', 'float32')] == (['float32'] * 3)
  with pytest.raises(UserError, match='JAX_ENABLE_X64=1'):
    decoder.DecoderConfig(vocab_size=8, d_model=8, layers=1, heads=1, head_dim=8, d_ff=8, dtype='float64')


def test_flags_of_whoever_runs_the_tests_are_kept():
  isa = '--xla_cpu_max_isa=SSE4_2'
  assert xla_flags.quick('').split() == xla_flags.QUICK
  first = xla_flags.quick(isa)
  assert first.split() == [*xla_flags.QUICK, isa]
  # Workers of pytest find what the first process has set.
  assert xla_flags.quick(f'{first} {xla_flags.DEVICES}') == first
  assert xla_flags.quick('--xla_backend_optimization_level=3').endswith('=3')
