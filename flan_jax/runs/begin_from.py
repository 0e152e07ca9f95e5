# SPDX-License-Identifier: Apache-2.0
"""What a run begins from: the parameters of INIT_FROM, and what is trained beside them."""

import dataclasses
from typing import Any, Callable

from flan_jax.errors import UserError


def with_adapter(job: Any, words: Any) -> Any:
  """A training.Training whose adapter is checked, None without one; its model is filled in.

  The ends of the vocabulary in force get the tokens of a soft prompt.

  Raises:
    UserError: an adapter without INIT_FROM or with FROZEN, or patterns that match nothing.
  """
  from flan_jax.model import adapters, decoder
  from flan_jax.training import optim

  adapter, frozen = job.adapter, job.optimizer.get('frozen', ())
  if adapter is None or adapter.kind is None:
    optim.is_frozen(decoder.abstract_params(job.model), frozen)
    return dataclasses.replace(job, adapter=None)
  if not job.init_from:
    raise UserError(
      f'ADAPTER = {adapter.kind!r} is trained beside the parameters of another run: name its MODEL_DIR with INIT_FROM'
    )
  check_frozen(adapter, frozen)
  soft = adapters.placeholders(adapter, job.model.known_vocab_size)
  adapter = dataclasses.replace(adapter, tokens=words.vocab_size if soft else None)
  adapters.abstract(job.model, adapter)
  words.use(words.path, words.ends.prompted(soft))
  return dataclasses.replace(job, adapter=adapter)


def check_frozen(adapter: Any, frozen: tuple[str, ...]) -> None:
  """Raises UserError for patterns of FROZEN beside an adapter."""
  if frozen:
    raise UserError(
      f'FROZEN = {frozen!r} beside ADAPTER = {adapter.kind!r}: all parameters of INIT_FROM are frozen '
      'already; leave FROZEN out, and choose the kernels with ADAPTER_TARGETS'
    )


def parameters(prepared: Any) -> tuple[Any, Callable[[], Any] | None]:
  """(a training.Prepared whose run tells its base, what gives the loop its parameters or None).

  Those beside an adapter are read now: run.json is to tell them apart from others.

  Raises:
    UserError: they cannot be read, or are others than when the run began.
  """
  from flan_jax.model import adapters
  from flan_jax.training import checkpoint, run_file

  job, run, mesh = prepared.job, prepared.run, prepared.layout.mesh
  if not job.init_from:
    return prepared, None
  if not job.adapter:
    return prepared, lambda: checkpoint.load(job.init_from, mesh=mesh).params
  if run.base:
    params = checkpoint.load_base(run, mesh, job.model_dir)
  else:
    loaded = checkpoint.load(job.init_from, mesh=mesh, dtype=job.adapter.base_dtype)
    params = loaded.params
    run = dataclasses.replace(run, base=run_file.Base(loaded.step, adapters.digest(params)))
  return dataclasses.replace(prepared, run=run), [params].pop
