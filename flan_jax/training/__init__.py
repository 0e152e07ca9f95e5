# SPDX-License-Identifier: Apache-2.0
"""The training loop and what it stands on: mesh, optimizer, state, checkpoints."""
