"""Rows of the embedded data: for each dataset a function of the world, by its name.

    @samples.of('rte')
    def rte(world):
      return {'premise': ..., 'hypothesis': ..., 'idx': 0, 'label': 'entailment'}

A record has the features of the dataset's TFDS builder. One module for each cluster; all
are imported when the first sample is asked for. A dataset may have none.
"""

import functools
import importlib
import pkgutil
from typing import Callable, Mapping

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


def get(name: str) -> Sample | None:
  """The sample of a dataset; None if it has none."""
  _load()
  return _SAMPLES.get(name)


@functools.cache
def _load() -> None:
  for module in pkgutil.iter_modules(__path__):
    importlib.import_module(f'{__name__}.{module.name}')
