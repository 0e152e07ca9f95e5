"""XLA's flags for the tests: their own, and those of whoever runs them."""

DEVICES = '--xla_force_host_platform_device_count=8'
LEVEL = '--xla_backend_optimization_level=0'  # compiling is most of the time of tests


def quick(given: str) -> str:
  """Flags of a process that is to compile soon and chooses its devices itself.

  given: what XLA_FLAGS holds, perhaps from these tests already. A flag of its own wins:
  XLA takes the last of two.

  Example: quick('--xla_cpu_max_isa=AVX') is
  '--xla_backend_optimization_level=0 --xla_cpu_max_isa=AVX'.
  """
  kept = [flag for flag in given.split() if flag not in (DEVICES, LEVEL)]
  return ' '.join([LEVEL, *kept])
