# SPDX-License-Identifier: Apache-2.0
"""Rank classification: the log-likelihood of every answer option of many prompts.

A prompt is read once, however many options it has: they are branches of one segment,
and a row holds many such segments (`row_arrays.assemble_options`). An option's score is
the sum of the log-likelihoods of its tokens, the end separator among them (as the
paper's code; section 2.3 of the paper); `ranking` knows other ways to compare them.
"""

import collections
import contextlib
import dataclasses
import functools
from typing import Any, Callable, cast, ContextManager, Iterator, Mapping, NamedTuple, Sequence

import jax
import numpy as np
from jax.sharding import Mesh, NamedSharding, PartitionSpec

from flan_jax.data.tokens import packing, row_arrays
from flan_jax.errors import UserError
from flan_jax.model import decoder, layers, losses, precision

Ids = Sequence[int]
Prompt = tuple[Ids, Sequence[Ids]]  # inputs, options
# progress(title, total): a context that yields advance(steps), or None.
Progress = Callable[[str, int], ContextManager[Callable[[int], None] | None]]

ROW_LENGTH = 2_048  # tokens, the longest row
# On each device that has rows of its own. A processor is fastest while a forward pass
# stays in its cache (measured: 2,048 takes 0.7 of the time of 8,192).
TOKENS_PER_FORWARD = {'cpu': 2_048, 'other': 32_768}
_IN_FLIGHT = 2  # forwards the host runs ahead of the device


class Scored(NamedTuple):
  """K options of a prompt. scores: float64 [K], nats. greedy: bool [K], whether greedy
  decoding writes the option."""

  scores: np.ndarray
  greedy: np.ndarray


@dataclasses.dataclass(frozen=True)
class Forward:
  """The size of a forward pass. Scores do not depend on it, unless a prompt is cut to fit.

  row_length: tokens of the longest row. tokens_per_forward: of one pass and device; None:
  TOKENS_PER_FORWARD. rows: of one pass and device, instead of tokens_per_forward.
  """

  row_length: int = ROW_LENGTH
  tokens_per_forward: int | None = None
  rows: int | None = None


def scored(
  config: decoder.DecoderConfig,
  params: decoder.Params,
  prompts: Sequence[Prompt],
  size: Forward = Forward(),
  advance: Callable[[int], None] | None = None,
) -> list[Scored]:
  """Scores every option of every prompt, on the mesh that the parameters lie on.

  Rows are about as long as their prompts, so that short prompts do not pay for the
  attention of long rows, in few steps, so that few shapes are compiled.

  Args:
    prompts: (inputs ids, [option ids, ...]), both with their separators. What does not
      fit is cut, never dropped: inputs lose their first tokens; options that do not fit
      side by side go to rows of their own.
    advance: called with the number of prompts (whole or in part) as they are scored.

  Returns:
    For each prompt what its options scored.

  Raises:
    UserError: a prompt without inputs or options, an empty option, or one longer than a
      row or than the positions that the model has learned.
  """
  longest = max((len(inputs) + max(map(len, options), default=0) for inputs, options in prompts), default=0)
  config.check_length(min(longest, size.row_length), 'a prompt and its option')
  counts = np.array([len(options) for _, options in prompts], np.int64)
  firsts = np.cumsum(counts) - counts
  sums, greedy = np.zeros(counts.sum()), np.ones(counts.sum(), bool)
  for (likelihoods, highest), owners, done in _computed(config, params, prompts, firsts, size):
    used = owners >= 0
    np.add.at(sums, owners[used], np.asarray(likelihoods, np.float64)[used])
    np.logical_and.at(greedy, owners[used], np.asarray(highest)[used])
    if advance:
      advance(done)
  ends = firsts[1:]
  return list(map(Scored, np.split(sums, ends), np.split(greedy, ends))) if len(prompts) else []


def scores(
  config: decoder.DecoderConfig,
  params: decoder.Params,
  prompts: Sequence[Prompt],
  size: Forward = Forward(),
  advance: Callable[[int], None] | None = None,
) -> list[np.ndarray]:
  """The `scores` of `scored`, which has the arguments."""
  return [one.scores for one in scored(config, params, prompts, size, advance)]


def silent(title: str, total: int) -> ContextManager[None]:
  """The Progress of those whom nobody watches."""
  del title, total
  return contextlib.nullcontext()


def forward_tokens() -> int:
  """The default of `tokens_per_forward` where this process runs."""
  return TOKENS_PER_FORWARD.get(jax.default_backend(), TOKENS_PER_FORWARD['other'])


def mesh_of(params: Any) -> Mesh | None:
  """The mesh that parameters are spread over; None if they lie on one device."""
  placed = getattr(jax.tree.leaves(params)[0], 'sharding', None)
  # Only what has no data can be spread over an abstract one.
  return cast(Mesh, placed.mesh) if isinstance(placed, NamedSharding) else None


def row_parts(mesh: Mesh | None) -> int:
  """Over how many devices the rows of a batch are spread."""
  return layers.row_parts(mesh.shape if mesh else {})


def to_mesh(batch: Mapping[str, np.ndarray], mesh: Mesh | None) -> dict[str, jax.Array]:
  """Spreads the rows of a batch, which every process has whole, over the mesh."""
  if mesh is None:
    return jax.device_put(dict(batch))
  axes = tuple(axis for axis in layers.ROW_AXES if axis in mesh.axis_names)
  placed = NamedSharding(mesh, PartitionSpec(axes))
  return {name: jax.make_array_from_callback(rows.shape, placed, rows.__getitem__) for name, rows in batch.items()}


def quickest(config: decoder.DecoderConfig) -> decoder.DecoderConfig:
  """The model as it is computed soonest where no gradient is taken.

  A processor computes in float32 at least, and its layers one after the other: a loop
  over them would copy the parameters of each.
  """
  config = dataclasses.replace(config, remat='none')
  if jax.default_backend() != 'cpu':
    return config
  return dataclasses.replace(config, dtype=precision.wide(config.dtype).name, scan=False)


def within(mesh: Mesh | None, function: Callable) -> Callable:
  """The function, called with the mesh in use."""
  if mesh is None:
    return function

  def call(*arguments):
    with jax.set_mesh(mesh):
      return function(*arguments)

  return call


def _computed(config, params, prompts, firsts, size: Forward) -> Iterator[tuple[Any, np.ndarray, int]]:
  """`_batches` with what their forward passes give, a few of which run ahead."""
  mesh = mesh_of(params)
  forward = _forward(quickest(config), mesh)
  waiting: collections.deque[tuple[Any, np.ndarray, int]] = collections.deque()
  for batch, owners, done in _batches(prompts, firsts, size, row_parts(mesh)):
    waiting.append((forward(params, to_mesh(batch, mesh)), owners, done))
    if len(waiting) > _IN_FLIGHT:
      yield waiting.popleft()
  yield from waiting


@functools.lru_cache(maxsize=None)
def _forward(config: decoder.DecoderConfig, mesh: Mesh | None) -> Callable:
  """(params, batch) -> losses.queried_log_likelihoods, whole on every process."""
  score = functools.partial(losses.queried_log_likelihoods, config)
  placed = NamedSharding(mesh, PartitionSpec()) if mesh else None
  return within(mesh, jax.jit(score, out_shardings=placed))


def _batches(prompts, firsts, size: Forward, parts: int) -> Iterator[tuple[dict, np.ndarray, int]]:
  """(batch, owners [B, S], pieces in it); an owner is an option's number overall."""
  pieces = _pieces(prompts, firsts, size.row_length)
  budget = size.tokens_per_forward or forward_tokens()
  slots = np.array([sum(map(len, options)) for _, _, options in pieces], np.int64)
  tokens = slots + np.array([len(inputs) for _, inputs, _ in pieces], np.int64)
  least = size.rows * 64 if size.rows else budget
  lengths = _lengths(tokens, size.row_length, least * parts)
  for length in np.unique(lengths).tolist():
    numbers = np.flatnonzero(lengths == length)
    sizes = np.stack([tokens[numbers], slots[numbers]], axis=1)
    room = _slots(sizes, length)
    rows = [[pieces[i] for i in numbers[row].tolist()] for row in packing.fit(sizes, length, room)]
    height = (size.rows or max(1, budget // length)) * parts
    for start in range(0, len(rows), height):
      yield _assembled(rows[start : start + height], height, length, room)


def _pieces(prompts, firsts, row_length) -> list[tuple[int, Ids, Sequence[Ids]]]:
  """(number of the first option, inputs, options), cut to a row, split if need be."""
  pieces = []
  for (inputs, options), first in zip(prompts, firsts.tolist()):
    if not inputs or not options or not all(options):
      raise UserError(
        f'A prompt of {len(inputs)} tokens with options of '
        f'{[len(option) for option in options]} tokens cannot be ranked: '
        'it needs inputs and an option, and none may be empty.'
      )
    if len(inputs) + sum(map(len, options)) <= row_length:
      pieces.append((first, inputs, options))
    else:
      pieces += _cut(first, inputs, options, row_length)
  return pieces


def _cut(first, inputs, options, row_length) -> Iterator[tuple]:
  room = row_length - max(map(len, options))
  if room < 1:
    raise UserError(
      f'An option of {row_length - room} tokens leaves no room in a row of {row_length}: raise ROW_LENGTH.'
    )
  inputs = inputs[-room:]
  taken: list[Ids] = []
  used = len(inputs)
  for option in options:
    if taken and used + len(option) > row_length:
      yield first, inputs, taken
      first, taken, used = first + len(taken), [], len(inputs)
    taken.append(option)
    used += len(option)
  yield first, inputs, taken


def _lengths(tokens: np.ndarray, row_length: int, worthwhile: int) -> np.ndarray:
  """The length of the row that each prompt goes to: of 64, 96, 128, 192, ... the least.

  Attention is paid by the square of the length. A length whose prompts would not fill
  half a forward pass is not worth compiling: they join the next longer ones.
  """
  shorter = [size for step in (64, 96) for size in step * 2 ** np.arange(40) if size < row_length]
  ladder = np.array([*sorted(shorter), row_length])
  steps = np.searchsorted(ladder, tokens)
  for step in range(len(ladder)):
    longer = steps[steps > step]
    if longer.size and 2 * tokens[steps == step].sum() < worthwhile:
      steps[steps == step] = longer.min()
  return ladder[steps]


def _slots(sizes: np.ndarray, length: int) -> int:
  """The least of L/8, L/4, L/2, L slots that costs hardly any rows."""
  tokens, slots = sizes.sum(axis=0)
  enough = [
    room
    for room in (length // 8, length // 4, length // 2)
    if sizes[:, 1].max() <= room and slots * length <= 0.9 * tokens * room
  ]
  return enough[0] if enough else length


def _assembled(rows, height, length, room) -> tuple[dict, np.ndarray, int]:
  owners = np.full((height, room), -1, np.int64)
  batch = {}
  for number, row in enumerate(rows):
    arrays, owner = row_arrays.assemble_options([(inputs, options) for _, inputs, options in row], length, room)
    overall = np.concatenate([first + np.arange(len(o)) for first, _, o in row])
    owners[number] = np.where(owner >= 0, overall[owner], -1)
    for name, values in arrays.items():
      if name not in batch:
        batch[name] = np.zeros((height, *values.shape), values.dtype)
      batch[name][number] = values
  return batch, owners, sum(map(len, rows))
