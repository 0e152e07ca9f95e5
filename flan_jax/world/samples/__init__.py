# SPDX-License-Identifier: Apache-2.0
"""Rows of the embedded data: for each dataset a function of the world, by its name.

    @samples.of('rte')
    def rte(world):
      return {'premise': ..., 'hypothesis': ..., 'idx': 0, 'label': 'entailment'}

A record has the features of the dataset's TFDS builder. One module for a cluster or two; all
are imported when the first sample is asked for. A dataset may have none.
"""

import functools
import importlib
import pkgutil
from typing import Any, Callable, Mapping, Sequence

Sample = Callable[..., Mapping]

_SAMPLES: dict[str, Sample] = {}


def of(*names: str) -> Callable[[Sample], Sample]:
  """A decorator that registers a function as the sample of the datasets of those names.

  Raises:
    ValueError: one of them has a sample already.
  """

  def register(sample: Sample) -> Sample:
    for name in names:
      if name in _SAMPLES:
        raise ValueError(f'{name} has a sample already, in {_SAMPLES[name].__module__}')
      _SAMPLES[name] = sample
    return sample

  return register


def record(names: str, *values: Any) -> dict:
  """record('idx label', 0, 'yes') -> {'idx': 0, 'label': 'yes'}; a value for each name."""
  return dict(zip(names.split(), values, strict=True))


def columns(
  names: str,
  values: Callable[..., tuple],
  features: str,
  labels: Mapping | Sequence[str] | None = None,
  **constants: Any,
) -> None:
  """Registers rows that have the values a function returns, in the order of `features`.

    columns('cola', language.judged, 'sentence label', ('unacceptable', 'acceptable'), idx=0)

  labels: what the last value is called: {'neutral': 'n', ...}, or (if False, if True).
  """

  @functools.wraps(values)  # so that it is known which module the rows are from
  def sample(world) -> Mapping:
    *others, last = values(world)
    named = zip(features.split(), [*others, labels[last] if labels else last])
    return constants | dict(named)

  of(*names.split())(sample)


def get(name: str) -> Sample | None:
  """The sample of a dataset; None if it has none."""
  _load()
  return _SAMPLES.get(name)


@functools.cache
def _load() -> None:
  for module in pkgutil.iter_modules(__path__):
    importlib.import_module(f'{__name__}.{module.name}')
