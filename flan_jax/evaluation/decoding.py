"""Greedy decoding of many prompts with a key-value cache.

Prompts of similar length are read together, then every row grows by one token a step
inside one compiled loop, until all have ended or `max_tokens` are there.
"""

import functools
from typing import Callable, Sequence

import jax
import jax.numpy as jnp
from jax.sharding import Mesh
import numpy as np

from flan_jax.errors import UserError
from flan_jax.evaluation import scoring
from flan_jax.model import decoder

_SHORTEST_PROMPT = 32
_LEAST_TOKENS = 8_192


def greedy(
    config: decoder.DecoderConfig, params: decoder.Params,
    prompts: Sequence[Sequence[int]], max_tokens: int, eos_id: int, *,
    tokens_per_forward: int | None = None,
    advance: Callable[[int], None] | None = None) -> list[list[int]]:
  """The most likely continuation of each prompt, token by token.

  Args:
    prompts: token ids, separators included.
    max_tokens: of a continuation.
    eos_id: the token that ends one; it is not returned.
    tokens_per_forward: bounds the rows of a batch: rows x (prompt + max_tokens), on
      each device that has rows of its own; None: as in scoring, and at least 8,192, for
      a step of many rows costs little more than of few. The result does not depend on
      it.
    advance: called with the number of prompts as they are done.

  Raises:
    UserError: a prompt is empty, or max_tokens is below 1.
  """
  sizes = [len(prompt) for prompt in prompts]
  if max_tokens < 1 or min(sizes, default=1) < 1:
    raise UserError(f'Decoding {max_tokens} tokens after a prompt of '
                    f'{min(sizes, default=1)}: there must be at least one of each.')
  mesh = scoring.mesh_of(params)
  generate = _generate(config, mesh, max_tokens)
  budget = tokens_per_forward or max(_LEAST_TOKENS, scoring.forward_tokens())
  found = {}
  for length, numbers in _by_length(sizes).items():
    height = max(1, budget // (length + max_tokens)) * scoring.row_parts(mesh)
    for start in range(0, len(numbers), height):
      chosen = numbers[start:start + height]
      batch = _padded([prompts[number] for number in chosen], height, length)
      new_BT = np.asarray(generate(params, scoring.to_mesh(batch, mesh), eos_id))
      found.update(zip(chosen, [_before(eos_id, ids) for ids in new_BT.tolist()]))
      if advance:
        advance(len(chosen))
  return [found[number] for number in range(len(prompts))]


def _by_length(sizes: Sequence[int]) -> dict[int, list[int]]:
  """Padded length, a power of two -> numbers of the prompts, shortest first."""
  grouped = {}
  for number in sorted(range(len(sizes)), key=sizes.__getitem__):
    length = max(_SHORTEST_PROMPT, 1 << (sizes[number] - 1).bit_length())
    grouped.setdefault(length, []).append(number)
  return grouped


def _padded(prompts, height: int, length: int) -> dict[str, np.ndarray]:
  """tokens [B, L] padded on the right, and their number [B], 0 in unused rows."""
  tokens = np.zeros((height, length), np.int32)
  for row, prompt in zip(tokens, prompts):
    row[:len(prompt)] = prompt
  sizes = np.zeros(height, np.int32)
  sizes[:len(prompts)] = [len(prompt) for prompt in prompts]
  return {'tokens': tokens, 'size': sizes}


def _before(eos_id: int, ids: list[int]) -> list[int]:
  return ids[:ids.index(eos_id)] if eos_id in ids else ids


@functools.lru_cache(maxsize=None)
def _generate(
    config: decoder.DecoderConfig, mesh: Mesh | None, max_tokens: int) -> Callable:
  """(params, batch, eos_id) -> new tokens, int32 [B, T]; eos_id after the end."""

  def read(params, tokens_BL, size_B):
    index_BL = jnp.broadcast_to(jnp.arange(tokens_BL.shape[1]), tokens_BL.shape)
    batch = {
        'tokens': tokens_BL, 'positions': index_BL, 'branch': jnp.zeros_like(tokens_BL),
        'segment_ids': (index_BL < size_B[:, None]).astype(jnp.int32)}
    x_BLD, cache = decoder.prefill(
        config, params, batch, tokens_BL.shape[1] + max_tokens)
    last_B1 = jnp.maximum(size_B - 1, 0)[:, None]
    x_BD = decoder.gather_queries(x_BLD, last_B1)[:, 0]
    return _likeliest(decoder.logits(config, params, x_BD)), cache

  def generate(params, batch, eos_id):
    size_B = batch['size']
    token_B, cache = read(params, batch['tokens'], size_B)

    def unfinished(state):
      step, _, ended_B, _, _ = state
      return (step < max_tokens) & ~jnp.all(ended_B)

    def grow(state):
      step, token_B, ended_B, new_BT, cache = state
      token_B = jnp.where(ended_B, eos_id, token_B)
      new_BT = jax.lax.dynamic_update_slice_in_dim(new_BT, token_B[:, None], step, 1)
      ended_B |= token_B == eos_id
      logits_BV, cache = decoder.decode_step(
          config, params, token_B, size_B + step, cache)
      return step + 1, _likeliest(logits_BV), ended_B, new_BT, cache

    new_BT = jnp.full((size_B.shape[0], max_tokens), eos_id, jnp.int32)
    start = jnp.zeros((), jnp.int32), token_B, size_B == 0, new_BT, cache
    return jax.lax.while_loop(unfinished, grow, start)[3]

  return scoring.on_mesh(generate, mesh)


def _likeliest(logits_BV: jax.Array) -> jax.Array:
  return jnp.argmax(logits_BV, axis=-1).astype(jnp.int32)
