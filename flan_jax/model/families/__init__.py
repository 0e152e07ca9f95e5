# SPDX-License-Identifier: Apache-2.0
"""The public families: how they name what DecoderConfig and the parameter tree name.

A family is one table, a `Family`, in a module of its group; `table` lists them all.
`config_json` reads and writes config.json by it, `tensors` the tensors.
"""

from flan_jax.model.families.config_json import known_keys, read_config, write_config
from flan_jax.model.families.table import FAMILIES
from flan_jax.model.families.tensors import canonical, ignored, lone_kernels, read_params, tensors, written_tensors

__all__ = [
  'FAMILIES',
  'canonical',
  'ignored',
  'known_keys',
  'lone_kernels',
  'read_config',
  'read_params',
  'tensors',
  'write_config',
  'written_tensors',
]
