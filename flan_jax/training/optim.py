# SPDX-License-Identifier: Apache-2.0
"""The optimizer: Adafactor, applied per layer although layers are stacked."""

import inspect
import re
from typing import Any, Callable, Mapping, Optional, Sequence

import jax
import jax.numpy as jnp
import optax

from flan_jax.errors import UserError

Schedule = Callable[[Any], jax.Array]

SCHEDULES = ('constant', 'cosine', 'inverse_sqrt')
OPTIMIZERS = ('adafactor', 'adam', 'adamw')

# Norm scales, biases and token tables at both ends, which are exempt from weight decay.
UNDECAYED = re.compile(r'(.*/)?(scale|(.*_)?bias|(un)?embedding)')


def learning_rate_at(
  learning_rate: float, schedule: str = 'constant', warmup_steps: int = 0, decay_steps: int = 0
) -> Schedule:
  """Returns the schedule as a function of the number of updates already made.

  A warmup rises in equal steps and reaches learning_rate at its last update, so no
  update has rate 0. 'cosine' then falls to a tenth, which it reaches at update
  decay_steps and keeps. 'inverse_sqrt' is T5's (its section 3.1.2), which does not rise:
  1 / sqrt(max(n, warmup_steps)) at update n, scaled so that learning_rate is the peak.
  Raises UserError for an invalid schedule.

  Example: learning_rate_at(1.0, warmup_steps=4) gives 0.25, 0.5, 0.75, 1, 1, ..., and
  with 'inverse_sqrt' 1, 1, 1, 1, sqrt(4 / 5), sqrt(4 / 6), ...
  """
  _check_choice('schedule', schedule, SCHEDULES)
  if learning_rate < 0 or warmup_steps < 0:
    raise UserError(f'learning_rate is {learning_rate} and warmup_steps {warmup_steps}: neither can be negative.')

  if schedule == 'cosine' and decay_steps <= warmup_steps:
    raise UserError(f'decay_steps is {decay_steps}: a cosine schedule ends after its {warmup_steps} steps of warmup.')

  def rate(step):
    update = jnp.asarray(step, jnp.float32) + 1
    if schedule == 'inverse_sqrt':
      held = max(warmup_steps, 1)
      return learning_rate * jnp.sqrt(held / jnp.maximum(update, held))
    climbed = jnp.minimum(update / max(warmup_steps, 1), 1.0)
    if schedule == 'constant':
      return learning_rate * climbed
    fallen = jnp.clip((update - warmup_steps) / (decay_steps - warmup_steps), 0.0, 1.0)
    return learning_rate * climbed * (0.55 + 0.45 * jnp.cos(jnp.pi * fallen))

  return rate


def learning_rate_of(arguments: Mapping[str, Any]) -> Schedule:
  """Returns the schedule that `optimizer` follows with these arguments."""
  names = 'learning_rate', 'schedule', 'warmup_steps', 'decay_steps'
  return learning_rate_at(**{name: arguments[name] for name in names if name in arguments})


def optimizer(
  learning_rate: float,
  schedule: str = 'constant',
  warmup_steps: int = 0,
  decay_steps: int = 0,
  name: str = 'adafactor',
  clip: Optional[float] = None,
  multiply_by_parameter_scale: bool = True,
  weight_decay: float = 0.0,
  betas: Sequence[float] = (0.9, 0.999),
  frozen: Sequence[str] = (),
) -> optax.GradientTransformation:
  """Returns the update rule for a decoder's parameters, with its layers under 'layers'.

  Adafactor clips an update and scales it by the root mean square of its parameter;
  both are computed per layer, as if kernels were not stacked.

  Args:
    learning_rate: relative to the parameter's size with multiply_by_parameter_scale,
      as in T5 and the paper (3e-5, section 2.4); absolute without.
    schedule, warmup_steps, decay_steps: see learning_rate_at.
    name: 'adafactor', 'adam' or 'adamw'.
    clip: largest norm of the whole gradient, without frozen parameters; None: no limit.
    multiply_by_parameter_scale: only for Adafactor.
    weight_decay: only for adamw: an update subtracts this times the learning rate times
      the kernel; parameters that match UNDECAYED are exempt.
    betas: for adam and adamw: decay rates of the means of gradients and their squares.
    frozen: patterns of parameters that do not change and have no state, see is_frozen.

  Raises:
    UserError: an invalid name, schedule or value; from init and update, see is_frozen.
  """
  _check_values(name, clip, weight_decay, betas)
  patterns = _compiled(frozen)
  rate = learning_rate_at(learning_rate, schedule, warmup_steps, decay_steps)
  one = _rule(name, rate, multiply_by_parameter_scale, weight_decay, betas)
  whole = optax.partition({'layers': per_layer(one), 'rest': one}, _labels)
  if clip is not None:
    whole = optax.chain(optax.clip_by_global_norm(clip), whole)
  return _without_frozen(whole, frozen) if patterns else whole


def _rule(name: str, rate: Schedule, by_scale: bool, weight_decay: float, betas) -> optax.GradientTransformation:
  """Returns the rule for parameters that are not stacked; see `optimizer`."""
  if name == 'adafactor':
    return optax.adafactor(rate, multiply_by_parameter_scale=by_scale)
  if name == 'adam':
    return optax.adam(rate, *betas)
  return optax.adamw(rate, *betas, weight_decay=weight_decay, mask=_decayed)


def settings(given: Mapping[str, Any]) -> dict[str, Any]:
  """Returns all settings of an optimizer, with defaults, in the types that JSON returns.

  Example: settings({'learning_rate': 1.0}) has name 'adafactor' and frozen [].
  """
  known = inspect.signature(optimizer).parameters.values()
  whole = {one.name: one.default for one in known if one.default is not one.empty}
  whole.update(given)
  listed = lambda value: list(value) if isinstance(value, tuple) else value
  return {name: listed(value) for name, value in whole.items()}


def per_layer(one: optax.GradientTransformation) -> optax.GradientTransformation:
  """Applies `one` to each index of the leading axis separately."""

  def each(function):
    def apply(tree, *rest):
      # If all layers are frozen there is no leaf, and vmap has no axis size.
      mapped = jax.vmap(function) if jax.tree.leaves(tree) else function
      return mapped(tree, *rest)

    return apply

  return optax.GradientTransformation(each(one.init), each(one.update))


def is_frozen(params: Any, frozen: Sequence[str]) -> Any:
  """Returns the tree of `params` with True at parameters that match a pattern.

  frozen: regular expressions, each for the whole path of a parameter, as in
  'embedding' or 'layers/mlp/.*'.

  Raises UserError for a pattern that is no regular expression or matches nothing, and
  for patterns that leave nothing to train.
  """
  paths = [_path(path) for path, _ in jax.tree_util.tree_leaves_with_path(params)]
  patterns = _compiled(frozen)
  for pattern in patterns:
    if not any(map(pattern.fullmatch, paths)):
      raise UserError(
        f'frozen of the optimizer has {pattern.pattern!r}, which matches no parameter: '
        f'it must match the whole of one of {", ".join(paths)}.'
      )
  found = [any(pattern.fullmatch(path) for pattern in patterns) for path in paths]
  if all(found):
    raise UserError(f'frozen of the optimizer is {list(frozen)}: nothing is left to train.')
  return jax.tree.unflatten(jax.tree.structure(params), found)


def held(params: Any, frozen: Sequence[str]) -> Any:
  """Returns the parameters, with gradients stopped at the frozen ones; see is_frozen."""
  if not frozen:
    return params
  hold = lambda leaf, still: jax.lax.stop_gradient(leaf) if still else leaf
  return jax.tree.map(hold, params, is_frozen(params, frozen))


def _without_frozen(trained, frozen):
  """Applies `trained` to parameters that are not frozen; the others have no state."""

  def labels(params):
    label = lambda still: 'frozen' if still else 'trained'
    return jax.tree.map(label, is_frozen(params, frozen))

  return optax.partition({'trained': trained, 'frozen': optax.set_to_zero()}, labels)


def _decayed(params):
  """True at the parameters with weight decay."""
  return jax.tree_util.tree_map_with_path(lambda path, _: not UNDECAYED.fullmatch(_path(path)), params)


def _path(path) -> str:
  return jax.tree_util.keystr(path, simple=True, separator='/')


def _labels(params: Mapping[str, Any]) -> dict[str, str]:
  return {name: 'layers' if name == 'layers' else 'rest' for name in params}


def _check_choice(what: str, value: str, choices) -> None:
  if value not in choices:
    raise UserError(f'{what} of the optimizer is {value!r}: choose one of {", ".join(choices)}.')


def _check_values(name, clip, weight_decay, betas) -> None:
  _check_choice('name', name, OPTIMIZERS)
  if clip is not None and not clip > 0:
    raise UserError(f'clip of the optimizer is {clip}: give a positive norm, or None.')
  if not weight_decay >= 0 or (weight_decay and name != 'adamw'):
    raise UserError(
      f'weight_decay of the optimizer {name!r} is {weight_decay}: give adamw a number >= 0, and any other optimizer 0.'
    )
  if len(betas) != 2 or not all(0 <= beta < 1 for beta in betas):
    raise UserError(f'betas of the optimizer is {betas}: give two numbers of [0, 1).')


def _compiled(frozen: Sequence[str]) -> list[re.Pattern]:
  if isinstance(frozen, str):
    raise UserError(f'frozen of the optimizer is {frozen!r}: give it as [{frozen!r}].')
  try:
    return [re.compile(pattern) for pattern in frozen]
  except re.error as error:
    raise UserError(
      f'frozen of the optimizer has {error.pattern!r}, which is no regular expression: {error}.'
    ) from None
