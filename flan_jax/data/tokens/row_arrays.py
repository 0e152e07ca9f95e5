# SPDX-License-Identifier: Apache-2.0
"""The arrays of one packed row for a model, made from the token ids of its prompts."""

from collections.abc import Sequence

import numpy as np

from flan_jax.errors import UserError


def assemble(prompts: Sequence[tuple], row_length: int, target_slots: int) -> dict:
  """Lays out prompts as one row: each a segment, inputs first, then targets.

      assemble([([7, 8, 1], [5, 1]), ([9, 1], [6, 1])], row_length=12, target_slots=6)
      -> tokens          7 8 1 5 1  9 1 6 1  0 0 0
         positions       0 1 2 3 4  0 1 2 3  0 0 0
         segment_ids     1 1 1 1 1  2 2 2 2  0 0 0
         branch          0 0 0 0 0  0 0 0 0  0 0 0
         query_position  2 3  6 7  0 0
         target_id       5 1  6 1  0 0
         weight          1 1  1 1  0 0

  The token at a query position (an index into the row) predicts the target id at the
  same slot. Without any inputs nothing precedes the first target, and it is not
  predicted.

  Args:
    prompts: (inputs ids, targets ids) of each prompt.
    row_length: L, tokens in the row; the rest is padding, segment 0.
    target_slots: S, slots for targets; unused ones have weight 0.

  Returns:
    tokens, positions, segment_ids, branch: int32 [L]; query_position, target_id:
    int32 [S]; weight: float32 [S].

  Raises:
    UserError: the prompts do not fit into the row.
  """
  pieces = [piece for prompt in prompts for piece in prompt]
  row, sizes, starts = _with_tokens(pieces, slice(1, None, 2), row_length, target_slots)
  inputs, targets = sizes[::2], sizes[1::2]
  segments = inputs + targets
  total = segments.sum()
  row['positions'][:total] = _ranges(np.zeros_like(segments), segments)
  row['segment_ids'][:total] = np.repeat(np.arange(1, len(segments) + 1), segments)
  unseen = (inputs == 0) & (targets > 0)  # a first target without a preceding token
  _ask(row, _ranges(starts[1::2] - 1 + unseen, targets - unseen))
  return row


def assemble_options(prompts: Sequence[tuple], row_length: int, target_slots: int) -> tuple[dict, np.ndarray]:
  """Lays out prompts with their answer options side by side, to score them all.

  The options of a prompt are branches 1, 2, ... of its segment. Each continues the
  prompt's positions, and its first token is predicted by the prompt's last one.

      assemble_options([([7, 8], [[5, 1], [6, 1]])], row_length=8, target_slots=5)
      -> tokens          7 8  5 1  6 1  0 0
         positions       0 1  2 3  2 3  0 0
         segment_ids     1 1  1 1  1 1  0 0
         branch          0 0  1 1  2 2  0 0
         query_position  1 2  1 4  0
         target_id       5 1  6 1  0
         weight          1 1  1 1  0
         owner           0 0  1 1 -1

  Args:
    prompts: (inputs ids, [option ids, ...]) of each prompt.
    row_length: L, tokens in the row.
    target_slots: S, slots for the options' tokens.

  Returns:
    The row as from `assemble`, and owner: int32 [S], for each slot the number of its
    option, counted over all prompts of the row; -1 if the slot is unused.

  Raises:
    UserError: the prompts do not fit, or one has no inputs to predict from.
  """
  if not all(len(inputs) for inputs, _ in prompts):
    raise UserError('A prompt without any token cannot be followed by options: give its inputs a separator.')
  counts = np.array([len(options) for _, options in prompts], np.int64)
  branches = _ranges(np.zeros_like(counts), counts + 1)  # of each piece, 0 for a prompt
  segments = np.repeat(np.arange(len(counts)), counts + 1)
  pieces = [piece for inputs, options in prompts for piece in (inputs, *options)]
  row, sizes, starts = _with_tokens(pieces, branches > 0, row_length, target_slots)
  firsts, total = np.where(branches > 0, sizes[branches == 0][segments], 0), sizes.sum()
  row['positions'][:total] = _ranges(firsts, sizes)
  row['segment_ids'][:total] = np.repeat(segments + 1, sizes)
  row['branch'][:total] = np.repeat(branches, sizes)
  return row, _ask_options(row, sizes, starts, branches > 0, segments)


def _ask_options(row: dict, sizes, starts, chosen, segments) -> np.ndarray:
  """Fills the slots; returns the owners. chosen: bool, whether each piece is an option."""
  asked, at = sizes[chosen], starts[chosen]
  # An option's first token is predicted by the prompt's last one, wherever that is.
  last_inputs = (starts + sizes - 1)[~chosen][segments[chosen]]
  targets = _ranges(at, asked)
  queries = np.where(targets == np.repeat(at, asked), np.repeat(last_inputs, asked), targets - 1)
  _ask(row, queries, targets)
  owner = np.full(len(row['weight']), -1, np.int32)
  owner[: len(queries)] = np.repeat(np.arange(len(asked)), asked)
  return owner


def _with_tokens(pieces: list, targets, row_length: int, target_slots: int) -> tuple[dict, np.ndarray, np.ndarray]:
  """Returns a row with only its tokens, and each piece's size and start.

  targets: which of the pieces are targets, as an index of them.
  """
  sizes = np.array([len(piece) for piece in pieces], np.int64)
  total, asked = sizes.sum(), sizes[targets].sum()
  if total > row_length or asked > target_slots:
    raise UserError(
      f'{total} tokens with {asked} targets do not fit into a row of {row_length} with {target_slots} target slots.'
    )
  row = {name: np.zeros(row_length, np.int32) for name in ('tokens', 'positions', 'segment_ids', 'branch')}
  row |= {name: np.zeros(target_slots, np.int32) for name in ('query_position', 'target_id')}
  row |= {'weight': np.zeros(target_slots, np.float32)}
  row['tokens'][:total] = np.concatenate(pieces) if pieces else 0
  return row, sizes, np.cumsum(sizes) - sizes


def _ask(row: dict, queries: np.ndarray, targets: np.ndarray | None = None) -> None:
  """Fills the slots; targets are row indices, by default one after each query."""
  targets = queries + 1 if targets is None else targets
  row['query_position'][: len(queries)] = queries
  row['target_id'][: len(queries)] = row['tokens'][targets]
  row['weight'][: len(queries)] = 1


def _ranges(firsts: np.ndarray, sizes: np.ndarray) -> np.ndarray:
  """_ranges([5, 0], [2, 3]) -> 5 6 0 1 2."""
  ends = np.cumsum(sizes)
  return np.arange(sizes.sum()) + np.repeat(firsts - ends + sizes, sizes)
