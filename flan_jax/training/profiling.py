# SPDX-License-Identifier: Apache-2.0
"""Time spent in training: step times, waiting for rows, FLOPs, traces."""

import functools
import re
from typing import Any, Callable, Mapping, Sequence

import jax
import jax.numpy as jnp
import numpy as np

from flan_jax.errors import UserError
from flan_jax.model import decoder
from flan_jax.settings import hardware
from flan_jax.storage import growing

PERCENTILES = (50, 90, 99)

# (state, batch) -> (state, sums)
Step = Callable[[Any, Any], tuple[Any, dict[str, jax.Array]]]


def step_times(moments: Sequence[float]) -> dict[str, float]:
  """Returns percentiles of the seconds between moments: the start, then each step's end.

  {} for a single moment.
  step_times([0, 1, 3]) -> {'step_seconds_p50': 1.5, '..._p90': 1.9, '..._p99': 1.99}
  """
  if len(moments) < 2:
    return {}
  values = np.percentile(np.diff(moments), PERCENTILES).tolist()
  return {f'step_seconds_p{p}': value for p, value in zip(PERCENTILES, values)}


def work(batch: Mapping[str, jax.Array]) -> dict[str, jax.Array]:
  """Counts the work of a packed batch, float32 scalars.

  pairs: (token, visible token) pairs, the token itself included; its position counts
  those before it. targets: slots with loss.
  """
  used = batch['segment_ids'] > 0
  seen = jnp.where(used, batch['positions'] + 1.0, 0.0)
  targets = jnp.sum(batch['weight'] > 0, dtype=jnp.float32)
  return {'pairs': jnp.sum(seen), 'targets': targets}


def counted(step: Step) -> Step:
  """Returns a training step that adds the `work` of its batch to its sums."""

  def with_work(state, batch):
    state, sums = step(state, batch)
    return state, sums | work(batch)

  return with_work


def model_flops(config: decoder.DecoderConfig, used: float, pairs: float, targets: float) -> float:
  """Returns the FLOPs that training on such work needs, forward and backward (PaLM, appendix B).

  6 per parameter and used token, 12 per layer, pair and unit of attention, 6 per target
  and weight of the unembedding. Excludes padding, slots without loss, masked scores and
  rematerialisation.
  """
  attention = 12 * config.layers * config.heads * config.head_dim * pairs
  unembedding = 6 * config.d_model * config.known_vocab_size * targets
  return 6 * _parameters(config) * used + attention + unembedding


@functools.lru_cache(maxsize=None)
def _parameters(config: decoder.DecoderConfig) -> int:
  return decoder.count_parameters(decoder.abstract_params(config), embeddings=False)


def utilisation(flops: float, seconds: float) -> dict[str, float]:
  """Returns {'mfu': share of all devices' bfloat16 peak}, or {} if the peak is unknown."""
  peak = hardware.peak_flops(jax.devices()[0].device_kind)
  return {'mfu': flops / seconds / peak / jax.device_count()} if peak else {}


def window(text: str, train_steps: int) -> tuple[int, int]:
  """Returns (first, last) step of `--profile=FIRST:LAST`, counted from 1, both traced.

  Raises:
    UserError: not of that form, or steps that the run does not have.
  """
  form = re.fullmatch(r'(\d+):(\d+)', text)
  if not form:
    raise UserError(f'--profile={text} is not of the form FIRST:LAST, as in 10:12')
  first, last = map(int, form.groups())
  if not 1 <= first <= last <= train_steps:
    raise UserError(f'--profile={text} must name steps of the run in order, from 1 to {train_steps}')
  return first, last


class Trace:
  """Traces the steps of a window into MODEL_DIR/plugins/profile, for TensorBoard.

  Only process 0 and its devices. A context: if the run ends within the window, the trace
  so far is written. steps None: does nothing.
  """

  def __init__(self, model_dir: str, steps: tuple[int, int] | None):
    self._model_dir, self._running = model_dir, False
    self._steps = steps if jax.process_index() == 0 else None

  def __enter__(self):
    return self

  def before(self, step: int, state: Any) -> None:
    """Call before a step is started; state: waited for, so that earlier steps are not traced."""
    if self._steps and step == self._steps[0]:
      jax.block_until_ready(state)
      self._mirror = growing.Mirror(self._model_dir)
      jax.profiler.start_trace(self._mirror.local)
      self._running = True

  def after(self, step: int, state: Any) -> None:
    """Call after a step was started; waits for the window's last one to be in the trace."""
    if self._running and self._steps and step == self._steps[1]:
      jax.block_until_ready(state)
      self.__exit__()

  def __exit__(self, *_):
    if self._running:
      self._running = False
      jax.profiler.stop_trace()
      self._mirror.close()
