# SPDX-License-Identifier: Apache-2.0
"""The training step as one program, compiled ahead while prompts are built and read."""

import dataclasses
from concurrent import futures
from typing import Any, Callable, Mapping, Sequence

import jax
import jax.numpy as jnp
import optax

from flan_jax.errors import UserError
from flan_jax.model import adapters, decoder, losses
from flan_jax.training import profiling, sharding
from flan_jax.training import state as state_lib
from flan_jax.training.rows import Rows
from flan_jax.training.step import make_step

# (state, batch) -> (state, sums): a jitted function, or a program.
Update = Callable[[state_lib.State, Mapping], tuple[state_lib.State, dict]]


@dataclasses.dataclass(frozen=True)
class Program:
  """The settings that determine the program of a step; see loop.Job."""

  config: decoder.DecoderConfig
  optimizer: optax.GradientTransformation
  mesh: jax.sharding.Mesh
  loss: losses.LossConfig = losses.PLAIN
  microbatches: int = 1
  frozen: Sequence[str] = ()
  adapter: adapters.Adapter | None = None

  def jitted(self) -> Any:
    """Returns the update, compiled at its first call; it donates the state passed to it."""
    _, placed = state_lib.shardings(self.config, self.optimizer, self.mesh, self.adapter)
    step = make_step(self.config, self.optimizer, self.loss, self.microbatches, self.frozen, self.adapter)
    return jax.jit(profiling.counted(step), donate_argnums=0, out_shardings=(placed, None))

  def state_shapes(self) -> state_lib.State:
    """Returns the state as shapes with shardings."""
    return state_lib.abstract(*state_lib.shardings(self.config, self.optimizer, self.mesh, self.adapter))

  def compiled(self, rows: Rows) -> Update:
    """Compiles the update for steps of such rows now.

    Raises:
      UserError: it needs more memory than the devices have.
    """
    batch = batch_shapes(rows.per_step, rows.row_length, rows.target_slots, self.mesh)
    try:
      with jax.set_mesh(self.mesh):
        return self.jitted().lower(self.state_shapes(), batch).compile()
    except jax.errors.JaxRuntimeError as error:
      if 'RESOURCE_EXHAUSTED' not in f'{error}':
        raise
      raise UserError(
        f'the training step does not fit the memory of a device ({" ".join(f"{error}".split())[:200]}); raise '
        'MICROBATCHES or lower TOKENS_PER_BATCH; `flan_jax precompile` tells what a mesh needs'
      ) from None


def batch_shapes(rows: int, length: int, slots: int, mesh: jax.sharding.Mesh) -> dict[str, jax.ShapeDtypeStruct]:
  """Returns the arrays of a batch as shapes, sharded over a mesh."""
  placed = sharding.batch_sharding(mesh)

  def leaf(width, dtype=jnp.int32):
    return jax.ShapeDtypeStruct((rows, width), dtype, sharding=placed)

  return {
    **{name: leaf(length) for name in ('tokens', 'positions', 'segment_ids', 'branch')},
    'query_position': leaf(slots),
    'target_id': leaf(slots),
    'weight': leaf(slots, jnp.float32),
  }


class Ahead:
  """Compiles a program in a thread. Python waits for the thread before it exits."""

  def __init__(self, program: Program, rows: Rows):
    pool = futures.ThreadPoolExecutor(1, 'compile')
    self._made = pool.submit(program.compiled, rows)
    pool.shutdown(wait=False)

  def check(self) -> None:
    """Raises the thread's error, if it has failed by now."""
    if self._made.done():
      self._made.result()

  def update(self) -> Update:
    """Waits for the program and returns it. Raises the thread's error."""
    return self._made.result()
