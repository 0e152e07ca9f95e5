# SPDX-License-Identifier: Apache-2.0
"""Matrix products of a layer with derivatives written for XLA's CPU compiler.

On other devices the derivatives are those of XLA. Axis letters as in decoder.py.
"""

import functools
from typing import Callable, Mapping

import jax
import jax.numpy as jnp

ACTIVATIONS: Mapping[str, Callable[[jax.Array], jax.Array]] = {
  'gelu': jax.nn.gelu,
  'gelu_exact': functools.partial(jax.nn.gelu, approximate=False),
  'silu': jax.nn.silu,
  'relu': jax.nn.relu,
}


@jax.custom_vjp
def product(x: jax.Array, kernel: jax.Array) -> jax.Array:
  """x @ kernel for x [B, L, in], kernel [in, out], with a derivative tuned for CPUs."""
  return x @ kernel


def _product_forward(x, kernel):
  return x @ kernel, (x, kernel)


def _product_backward(residuals, gradient):
  x, kernel = residuals
  return gradient @ kernel.T, _by_kernel(x, gradient)


product.defvjp(_product_forward, _product_backward)


def _by_kernel(x, gradient):
  """The gradient of x @ kernel with respect to the kernel."""

  def turned_round(x, gradient):
    # The CPU's matrix product reads x down its columns half as fast as a transposed copy;
    # a barrier keeps the copy. The narrower operand is transposed.
    x = no_sooner(x, gradient)
    x, gradient = (one.reshape(-1, one.shape[-1]) for one in (x, gradient))
    keep = jax.lax.optimization_barrier
    if gradient.shape[-1] < x.shape[-1]:
      return keep(keep(gradient.T) @ x).T
    return keep(x.T) @ gradient

  def as_it_stands(x, gradient):
    return jnp.einsum('BLi,BLo->io', x, gradient)

  return jax.lax.platform_dependent(x, gradient, cpu=turned_round, default=as_it_stands)


def no_sooner(x: jax.Array, gradient: jax.Array) -> jax.Array:
  """Returns x, which on a CPU may be used only once the gradient exists.

  XLA's CPU compiler drops barriers before common-subexpression elimination: it would
  reuse forward values that the backward pass is meant to recompute, and keep them in
  memory until then. Hence a true data dependency, without effect on finite numbers.
  """
  depend = lambda x, gradient: x + (0 * gradient[(0,) * gradient.ndim]).astype(x.dtype)
  return jax.lax.platform_dependent(x, gradient, cpu=depend, default=lambda x, gradient: x)


@functools.partial(jax.custom_vjp, nondiff_argnums=(0,))
def gated_product(activation: str, gate: jax.Array, up: jax.Array, kernel: jax.Array) -> jax.Array:
  """(activation(gate) * up) @ kernel; stores gate and up, and recomputes their product."""
  return _gated(activation, gate, up) @ kernel


def _gated(activation, gate, up):
  return ACTIVATIONS[activation](gate) * up


def _gated_product_forward(activation, gate, up, kernel):
  return gated_product(activation, gate, up, kernel), (gate, up, kernel)


def _gated_product_backward(activation, residuals, gradient):
  gate, up, kernel = residuals
  gate, up = (no_sooner(x, gradient) for x in (gate, up))
  hidden, derivative = jax.vjp(functools.partial(_gated, activation), gate, up)
  return *derivative(gradient @ kernel.T), _by_kernel(hidden, gradient)


gated_product.defvjp(_gated_product_forward, _gated_product_backward)
