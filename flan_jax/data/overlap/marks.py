# SPDX-License-Identifier: Apache-2.0
"""The overlapping examples by the keys of their records, for evaluation without them."""

import numpy as np

from flan_jax.data.overlap import records
from flan_jax.data.overlap.results import Found
from flan_jax.errors import UserError


def keys(found: Found, name: str, split: str) -> tuple[frozenset[int], frozenset[int]]:
  """Returns the keys of a split's compared examples, and of the marked ones.

  Marked examples overlap by the absolute rule. Records with the same key have the same
  texts, and so the same verdict; see record_keys.

  Args:
    found: the result of `proof` for the current rows.
    name: of the dataset.
    split: 'validation' or 'test'.

  Raises:
    UserError: the split has another number of examples than was compared.
  """
  compared = np.concatenate([np.zeros(0, np.int64), *(batch.keys for batch in records.reader(name, split)())])
  if len(compared) != found.examples.get(split, 0):
    raise UserError(
      f'{name} has {len(compared):,} examples in {split}, of which {found.examples.get(split, 0):,} were compared; '
      'compare the text again with `flan_jax holdout --text`'
    )
  marked = compared[list(found.absolute.get(split, ()))]
  return frozenset(compared.tolist()), frozenset(marked.tolist())
