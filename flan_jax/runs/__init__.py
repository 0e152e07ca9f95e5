# SPDX-License-Identifier: Apache-2.0
"""What a MODEL_DIR is: training it, evaluating it, going on with it, experiments."""

from flan_jax.runs import public_folders
from flan_jax.training.formats import foreign

# A folder of a public model is taken wherever a MODEL_DIR is.
foreign.register(public_folders)
