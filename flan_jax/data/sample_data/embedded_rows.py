# SPDX-License-Identifier: Apache-2.0
"""Draws rows from a dataset's sample and checks them against its TFDS builder's features.

TFDS accepts 1.5 for a whole number and None for a text; here that is an error that names
the dataset, its file, the feature and the value.
"""

import collections.abc
import functools
import inspect
import numbers
import reprlib
from typing import Any, Callable, Mapping

import numpy as np

from flan_jax.data import dataset_checks, datasets
from flan_jax.data.code import code_identity
from flan_jax.errors import did_you_mean, UserError
from flan_jax.world import samples, World

_SHORT = reprlib.Repr()
_SHORT.maxdict, _SHORT.maxstring, _SHORT.maxother = 20, 40, 60
_KINDS: Mapping[str, tuple[str, Any]] = {
  'i': ('a whole number', numbers.Integral),
  'u': ('a whole number', numbers.Integral),
  'f': ('a number', numbers.Real),
  'b': ('True or False', (bool, np.bool_)),
  'O': ('a text', (str, bytes)),
}


def sample(dataset: datasets.Dataset) -> samples.Sample:
  """Returns the sample of a dataset, which its variants share.

  Raises:
    UserError: it has none.
  """
  name = datasets.plain(dataset.name)
  found = samples.get(name)
  if found is None:
    raise UserError(
      f'{name} ({dataset_checks.file(dataset)}) has no sample, of which embedded data is '
      f'made; register one with `@flan_jax.world.samples.of({name!r})`, or prepare the '
      f'real data: `flan_jax prepare --datasets={name}`'
    )
  return found


def has_sample(name: str) -> bool:
  """Whether a dataset has a sample."""
  return samples.get(datasets.plain(name)) is not None


def sample_module(dataset: datasets.Dataset) -> str:
  """Returns the module that defines a dataset's sample."""
  return code_identity.behind(sample(dataset)).__module__


def draw(dataset: datasets.Dataset, features: Any, world: World) -> Mapping:
  """Draws one record from a dataset's sample.

  Raises:
    UserError: there is no sample, or it raises an error or returns no record of those
      features.
  """
  file = dataset_checks.file_of(sample_module(dataset))
  try:
    row = sample(dataset)(world)
  except UserError:
    raise
  except Exception as error:
    raise dataset_checks.failure(dataset, 'sample(world)', error, file) from error
  named = f'{dataset.name} ({file})'
  if not isinstance(row, collections.abc.Mapping):
    why = ': end it with `return`, not `yield`' if inspect.isgenerator(row) else ''
    raise UserError(
      f'{named}: sample(world) returns {_SHORT.repr(row)}; it must '
      f'return one record, a dict of {", ".join(features)}{why}'
    )
  wrong = flaw(features, row)
  if wrong:
    raise UserError(
      f'{named}: sample(world) returns a record that {wrong}. '
      f'{dataset.tfds} has the features {", ".join(features)}; the record '
      f'was {_SHORT.repr(dict(row))}'
    )
  return row


def flaw(feature: Any, value: Any, name: str = '') -> str:
  """Returns what is wrong with a value of a TFDS feature; '' if nothing is.

  'lacks the feature 'label'', 'has 1.5 for 'idx', which must be a whole number'
  """
  return _check(feature.__class__)(feature, value, name)


@functools.cache
def _check(kind: type) -> Callable[[Any, Any, str], str]:
  import tensorflow_datasets as tfds

  checks = {
    tfds.features.FeaturesDict: _flaw_of_dict,
    tfds.features.Sequence: _flaw_of_sequence,
    tfds.features.ClassLabel: _flaw_of_label,
    tfds.features.Tensor: _flaw_of_tensor,
  }
  return next((check for one, check in checks.items() if issubclass(kind, one)), _flaw_of_other)


def _flaw_of_other(feature, value: Any, name: str) -> str:
  try:
    feature.encode_example(value)
  except Exception as error:  # any type; its last line is readable
    return _has(value, name, f'what {type(feature).__name__} takes ({error})')
  return ''


def _flaw_of_tensor(feature, value: Any, name: str) -> str:
  if feature.shape != ():
    return _flaw_of_other(feature, value, name)
  dtype = np.dtype(feature.np_dtype)
  words, kinds = _KINDS.get(dtype.kind, ('a text', (str, bytes)))
  fine = isinstance(value, kinds) and not ('number' in words and isinstance(value, bool))
  if fine and dtype.kind in 'iu':
    bounds = _bounds(dtype)
    fine, words = bounds.min <= value <= bounds.max, words + ' that the feature can hold'
  return '' if fine else _has(value, name, words)


_bounds = functools.cache(np.iinfo)


def _has(value: Any, name: str, words: str) -> str:
  return f'has {_SHORT.repr(value)} for {name!r}, which must be {words}'


def _inside(name: str, part: str) -> str:
  return f'{name}/{part}' if name else part


def _flaw_of_dict(features, value: Any, name: str) -> str:
  if not isinstance(value, collections.abc.Mapping):
    return _has(value, name, f'a dict of {", ".join(features)}')
  missing = [part for part in features if part not in value]
  surplus = [part for part in value if part not in features]
  if missing:
    like = did_you_mean(missing[0], surplus).replace('did you mean', 'it has')
    return f'lacks the feature {_inside(name, missing[0])!r}{like.rstrip("?")}'
  if surplus:
    return f'has {_inside(name, str(surplus[0]))!r}, which is no feature{did_you_mean(str(surplus[0]), features)}'
  wrong = (flaw(features[part], value[part], _inside(name, part)) for part in features)
  return next(filter(None, wrong), '')


def _flaw_of_sequence(feature, value: Any, name: str) -> str:
  if isinstance(value, collections.abc.Mapping):  # a record of lists
    lengths = {part: len(items) for part, items in value.items() if isinstance(items, (list, tuple, np.ndarray))}
    if len(lengths) < len(value) or len(set(lengths.values())) > 1:
      return _has(value, name, 'a list of dicts, or a dict of lists of one length')
    parts = [dict(zip(value, items)) for items in zip(*value.values())]
    if not parts:
      return _flaw_of_dict(feature.feature, value, name) if set(value) != set(feature.feature) else ''
    value = parts
  if not isinstance(value, (list, tuple, np.ndarray)):
    return _has(value, name, 'a list')
  wrong = (flaw(feature.feature, item, name) for item in value)
  return next(filter(None, wrong), '')


def _flaw_of_label(feature, value: Any, name: str) -> str:
  names = feature.names or [str(number) for number in range(feature.num_classes)]
  if isinstance(value, (str, bytes)):
    text = value.decode() if isinstance(value, bytes) else value
    fine = text in names
  else:
    fine = (
      isinstance(value, numbers.Integral) and not isinstance(value, bool) and -1 <= int(value) < feature.num_classes
    )
  shown = ', '.join(names[:20]) + ', ...' * (len(names) > 20)
  return '' if fine else _has(value, name, f'one of the labels {shown}, or its number')
