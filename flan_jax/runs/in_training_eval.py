# SPDX-License-Identifier: Apache-2.0
"""Held-out scores while training: a few dev examples of each held-out dataset.

On the live parameters, wherever they are spread; the scores go into metrics.jsonl and
TensorBoard as `held_out/<dataset>` and `held_out/mean`. They show where a run is going;
only `flan_jax evaluate` says where it got to.
"""

import functools
from typing import Any, Callable, Mapping

from flan_jax.errors import UserError
from flan_jax.runs import evaluation_request

_DECODE_TOKENS = 64  # of a generated answer, at most


def prepared(held_out: str | None, examples: int) -> dict[str, str]:
  """The datasets to look at, as evaluated.tasks has them.

  Raises:
    UserError: nothing is held out, no examples are wanted, or data is missing.
  """
  from flan_jax.data import datasets, holdouts

  if not held_out:
    raise UserError('HELD_OUT_EVERY wants a cluster that is held out: set HELD_OUT, or HELD_OUT_EVERY = 0')
  if examples < 1:
    raise UserError(f'HELD_OUT_EXAMPLES = {examples} must be at least 1')
  names = [name for name in holdouts.holdout(held_out).held_out if 'validation' in datasets.get(name).splits]
  datasets.require_prepared(names)
  return evaluation_request.tasks(names, 'instructions', 0, 0)


def scores(
  run: Any, config: Any, tasks: Mapping[str, str], examples: int, register: Callable[[], object] = lambda: None
) -> Callable[[Any], dict[str, float]]:
  """params -> the scores of each dataset and their mean, over all forward templates.

  The prompts are read once, when first asked for. Every process must call it. register: is
  called before, and sees to it that there are tasks and their vocabulary.
  """

  @functools.cache
  def ready() -> Callable[[Any], dict[str, float]]:
    register()
    return _scores(run, config, tasks, examples)

  return lambda params: ready()(params)


def _scores(run: Any, config: Any, tasks: Mapping[str, str], examples: int) -> Callable[[Any], dict[str, float]]:
  from flan_jax.data.encoding import Encoding
  from flan_jax.evaluation import protocol, questions, summaries
  from flan_jax.training import checkpoint

  encoding = Encoding.of(run)
  settings = protocol.Settings(
    limit=examples,
    splits=(questions.DEV,),
    row_length=run.rows.row_length,
    decode_tokens=min(_DECODE_TOKENS, encoding.targets_length),
  )
  context = protocol.Context()

  def look(params) -> dict[str, float]:
    loaded = checkpoint.Loaded(config, params, run, 0)
    made, _ = protocol.evaluate(loaded, tasks, False, settings, encoding, context)
    found = {name: one.mean for name, one in made.items()}
    mean = summaries.mean(made)
    found |= {'mean': mean} if mean is not None else {}
    return {f'held_out/{name}': value for name, value in found.items()}

  return look
