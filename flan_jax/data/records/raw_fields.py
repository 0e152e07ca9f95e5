# SPDX-License-Identifier: Apache-2.0
"""Raw records, beside the fields that templates show of them."""

import dataclasses
import itertools
from typing import Any, Iterator, Mapping

import tensorflow as tf

from flan_jax.data import dataset_checks, datasets, rendering
from flan_jax.errors import UserError


@dataclasses.dataclass(frozen=True)
class RawRecord:
  """A record and its fields.

  features: {name: value} as from TFDS; a nested one is named 'idx/paragraph'.
  fields: {name: (the text from the dataset's file, the text that prompts show)};
    lists of texts for options and references.
  left_out: why the record makes no prompt, '' if it does.
  """

  features: dict[str, Any]
  fields: dict[str, tuple[Any, Any]]
  left_out: str


def raw_records(records_ds: tf.data.Dataset, dataset: datasets.Dataset, count: int) -> Iterator[RawRecord]:
  """Yields the first records, including those that are left out.

  Raises:
    UserError: a function of the dataset raises an error.
  """
  for record in itertools.islice(records_ds, count):
    try:
      kept = dataset.keep is None or bool(dataset.keep(record))
      raw = dataset.fields(record)
      tidied = rendering.text_fields(record, dataset)
      flaw = rendering.flaw(tidied, dataset).numpy().decode()
    except UserError:
      raise
    except Exception as error:  # a dataset's own code may raise any type
      raise dataset_checks.failure(dataset, 'fields(example) or keep(example)', error) from error
    yield RawRecord(
      features=dict(_leaves(record)),
      fields={name: (_plain(raw[name]), _plain(tidied[name])) for name in tidied},
      left_out=flaw if kept else rendering.NOT_KEPT,
    )


def _leaves(value: Any, name: str = '') -> Iterator[tuple[str, Any]]:
  if isinstance(value, Mapping):
    for part in value:
      yield from _leaves(value[part], f'{name}/{part}' if name else part)
  else:
    yield name, _plain(value)


def _plain(value: Any) -> Any:
  """Converts tensors to Python texts, numbers and lists."""
  value = value.to_list() if isinstance(value, tf.RaggedTensor) else tf.convert_to_tensor(value).numpy()
  return _text(value.tolist() if hasattr(value, 'tolist') else value)


def _text(value: Any) -> Any:
  if isinstance(value, list):
    return [_text(part) for part in value]
  return value.decode('utf-8', 'replace') if isinstance(value, bytes) else value
