# SPDX-License-Identifier: Apache-2.0
"""Every dataset of FLAN: a folder is a cluster, a file is a dataset.

Importing this package registers all SeqIO tasks and mixtures, `world_text` included.
"""

import importlib
import pkgutil

from flan_jax.data import expected, holdouts, plain_text  # noqa: F401  world_text
from flan_jax.evaluation import seqio_metrics

_MODULES = pkgutil.walk_packages(__path__, f'{__name__}.')
for _name in sorted(module.name for module in _MODULES):
  importlib.import_module(_name)

holdouts.register_mixtures()
expected.score_with(seqio_metrics.scores)
