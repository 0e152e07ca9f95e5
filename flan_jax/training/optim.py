"""The optimizer: Adafactor, layer by layer though the layers are stacked."""

from typing import Any, Callable, Mapping, Optional

import jax
import jax.numpy as jnp
import optax

from flan_jax.errors import UserError

Schedule = Callable[[Any], jax.Array]

SCHEDULES = ('constant', 'cosine')
OPTIMIZERS = ('adafactor', 'adam')


def learning_rate_at(
  learning_rate: float, schedule: str = 'constant', warmup_steps: int = 0,
  decay_steps: int = 0,
) -> Schedule:
  """The schedule as a function of the number of updates already made.

  A warmup climbs in equal parts and reaches learning_rate with its last update, so
  that no update is made at rate 0. 'cosine' falls from there to a tenth, which it
  reaches with update decay_steps and keeps. Raises UserError for what cannot be a
  schedule.

  Example: learning_rate_at(1.0, warmup_steps=4) gives 0.25, 0.5, 0.75, 1, 1, ...
  """
  _check_choice('schedule', schedule, SCHEDULES)
  if learning_rate < 0 or warmup_steps < 0:
    raise UserError(
      f'learning_rate is {learning_rate} and warmup_steps {warmup_steps}: '
      'neither can be negative.'
    )

  if schedule == 'cosine' and decay_steps <= warmup_steps:
    raise UserError(
      f'decay_steps is {decay_steps}: a cosine schedule ends after its '
      f'{warmup_steps} steps of warmup.'
    )

  def rate(step):
    update = jnp.asarray(step, jnp.float32) + 1
    climbed = jnp.minimum(update / max(warmup_steps, 1), 1.0)
    if schedule == 'constant':
      return learning_rate * climbed
    fallen = jnp.clip((update - warmup_steps) / (decay_steps - warmup_steps), 0.0, 1.0)
    return learning_rate * climbed * (0.55 + 0.45 * jnp.cos(jnp.pi * fallen))

  return rate


def optimizer(
  learning_rate: float,
  schedule: str = 'constant',
  warmup_steps: int = 0,
  decay_steps: int = 0,
  name: str = 'adafactor',
  clip: Optional[float] = None,
  multiply_by_parameter_scale: bool = True,
) -> optax.GradientTransformation:
  """The update rule for a decoder's parameters, whose layers stand under 'layers'.

  Adafactor clips an update and scales it by the root mean square of its parameter;
  here both are a layer's own, as if its kernels were not stacked with the others'.

  Args:
    learning_rate: relative to the parameter's size with multiply_by_parameter_scale,
      as in T5 and the paper (3e-5, section 2.4); absolute without.
    schedule, warmup_steps, decay_steps: see learning_rate_at.
    name: 'adafactor' or 'adam'.
    clip: largest allowed norm of the whole gradient; None: any.
    multiply_by_parameter_scale: of Adafactor alone.

  Raises:
    UserError: for an unknown name or schedule, or a clip that is not positive.
  """
  _check_choice('name', name, OPTIMIZERS)
  if clip is not None and not clip > 0:
    raise UserError(f'clip of the optimizer is {clip}: give a positive norm, or None.')
  rate = learning_rate_at(learning_rate, schedule, warmup_steps, decay_steps)
  if name == 'adafactor':
    one = optax.adafactor(rate, multiply_by_parameter_scale=multiply_by_parameter_scale)
  else:
    one = optax.adam(rate)
  whole = optax.partition({'layers': per_layer(one), 'rest': one}, _labels)
  return whole if clip is None else optax.chain(optax.clip_by_global_norm(clip), whole)


def per_layer(one: optax.GradientTransformation) -> optax.GradientTransformation:
  """Applies `one` to each index of the leading axis alone."""
  return optax.GradientTransformation(
    jax.vmap(one.init),
    lambda updates, state, params=None: jax.vmap(one.update)(updates, state, params),
  )


def _labels(params: Mapping[str, Any]) -> dict[str, str]:
  return {name: 'layers' if name == 'layers' else 'rest' for name in params}


def _check_choice(what: str, value: str, choices) -> None:
  if value not in choices:
    raise UserError(
      f'{what} of the optimizer is {value!r}: choose one of {", ".join(choices)}.'
    )
