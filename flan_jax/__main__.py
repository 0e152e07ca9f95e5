# SPDX-License-Identifier: Apache-2.0
"""`python -m flan_jax COMMAND`, the same as `flan_jax COMMAND`."""

from flan_jax.cli import main

if __name__ == '__main__':
  main.main()
