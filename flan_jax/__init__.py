# SPDX-License-Identifier: Apache-2.0
"""flan_jax: instruction tuning of decoder-only language models in JAX (FLAN).

`import flan_jax.tasks` registers every SeqIO task and mixture; `flan_jax --help` lists the
commands. The names below are the Python API: each is imported when it is first used, so
that `import flan_jax` costs nothing. What is not named here may change without notice.
"""

import importlib

__version__ = '0.1.0'

# name -> 'module:attribute', below flan_jax
_PUBLIC = {
  'UserError': 'errors:UserError',
  # Datasets and mixtures.
  'add_dataset': 'data.datasets:add',
  'templates': 'data.templates:templates',
  'choose': 'data.fields:choose',
  'Variant': 'data.prompt_variants:Variant',
  'register_variant': 'data.prompt_variants:register',
  'hold_out': 'data.holdouts:holdout',
  'mixing_rates': 'data.holdouts:rates',
  # Tokens and rows.
  'Encoding': 'data.encoding:Encoding',
  'build_store': 'data.tokens.store:ensure',
  'open_store': 'data.tokens.store:open_store',
  'Plan': 'data.tokens.packing:Plan',
  'batches': 'data.tokens.loading:batches',
  # Models and their training.
  'DecoderConfig': 'model.config:DecoderConfig',
  'init_params': 'model.decoder:init_params',
  'count_parameters': 'model.decoder:count_parameters',
  'mesh': 'training.sharding:mesh',
  'optimizer': 'training.optim:optimizer',
  'LossConfig': 'model.losses:LossConfig',
  'Rows': 'training.rows:Rows',
  'Schedule': 'training.loop:Schedule',
  'Training': 'runs.training:Training',
  'train': 'runs.training:train',
  'load': 'training.checkpoint:load',
  # Answers and their scores.
  'log_likelihoods': 'inference.harness_requests:log_likelihoods',
  'DecodingSettings': 'inference.decoding:Settings',
  'generate': 'inference.decoding:generate',
  'score': 'evaluation.metrics:score',
  'Evaluation': 'runs.evaluation:Evaluation',
  'evaluate': 'runs.evaluation:evaluate',
  'read_results': 'evaluation.results:read',
}

__all__ = ['__version__', *_PUBLIC]


def __getattr__(name: str):
  if name not in _PUBLIC:
    raise AttributeError(f'module {__name__!r} has no attribute {name!r}')
  module, _, attribute = _PUBLIC[name].partition(':')
  value = getattr(importlib.import_module(f'{__name__}.{module}'), attribute)
  globals()[name] = value
  return value


def __dir__() -> list[str]:
  return sorted({*globals(), *__all__})
