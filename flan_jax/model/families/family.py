# SPDX-License-Identifier: Apache-2.0
"""What a family of public models is: names of its tensors, keys of its config.json."""

import dataclasses
from typing import Any, Callable, Mapping, NamedTuple, Union

from flan_jax.model.config import DecoderConfig

Values = Mapping[str, Any]  # of a config.json


class Part(NamedTuple):
  """A parameter that shares a tensor with others, in the order of their numbers.

  by_head: the rows of the first head stand before those of the second, as in q1 k1 v1
  q2 k2 v2; otherwise all rows of a part stand together.
  """

  tensor: str
  number: int
  by_head: bool = False


class Rule(NamedTuple):
  """Keys of config.json that are not the value of one field.

  read: (values, fields that are known already) -> fields. write: config -> keys.
  """

  keys: tuple[str, ...]
  read: Callable[[Values, Mapping[str, Any]], dict[str, Any]]
  write: Callable[[DecoderConfig], dict[str, Any]]


@dataclasses.dataclass(frozen=True)
class Family:
  """What sets a family apart.

  tensors: parameter -> tensor of the folder; {} is the number of the layer.
  turned: kernels stand [out, in] there.
  ignored: patterns of tensors that hold nothing learnt, as in '*.inv_freq'.
  renamed: start of a tensor's name in some folders -> its start in `tensors`.
  fields: field of DecoderConfig -> key of config.json.
  defaults: key -> what its absence means, a value or a function of all values; a key
    without one must be there.
  always: fields that config.json does not tell.
  expected: keys that may be absent, and if not have this value.
  harmless: keys that change nothing here, besides those of every family.
  """

  architecture: str
  tensors: Mapping[str, Union[str, Part]]
  fields: Mapping[str, str]
  defaults: Mapping[str, Any]
  always: Mapping[str, Any]
  rules: tuple[Rule, ...]
  expected: Mapping[str, Any] = dataclasses.field(default_factory=dict)
  harmless: tuple[str, ...] = ()
  ignored: tuple[str, ...] = ('*.rotary_emb.inv_freq',)
  renamed: Mapping[str, str] = dataclasses.field(default_factory=dict)
  turned: bool = True
