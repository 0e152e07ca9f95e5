# SPDX-License-Identifier: Apache-2.0
"""XLA's flags for the tests: their own, and those of whoever runs them."""

from importlib import metadata

DEVICES = '--xla_force_host_platform_device_count=8'
# Compiling is most of the time of tests.
QUICK = ['--xla_backend_optimization_level=0']
if metadata.version('jaxlib').startswith('0.10.'):  # later ones do not know this flag
  QUICK.append('--xla_cpu_use_fusion_emitters=false')  # half the time of a compilation


def quick(given: str) -> str:
  """Flags of a process that is to compile soon and chooses its devices itself.

  given: what XLA_FLAGS holds, perhaps from these tests already. A flag of its own wins:
  XLA takes the last of two.

  Example: quick('--xla_cpu_max_isa=AVX') ends with '--xla_cpu_max_isa=AVX'.
  """
  kept = [flag for flag in given.split() if flag not in (DEVICES, *QUICK)]
  return ' '.join([*QUICK, *kept])
