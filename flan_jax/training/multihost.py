# SPDX-License-Identifier: Apache-2.0
"""Several processes as one run: joining, process 0, barriers.

Every process must see MODEL_DIR under the same name: each writes its own shards of a
checkpoint there. The data_dir and STORE_DIR may be shared or per process: each process
builds its share of the missing prompt stores, then those that it still does not find.
Nothing may ask jax for its devices before `start`.
"""

import contextlib
import importlib.util
import os
import secrets
import socket
import threading
from typing import Any, Iterator, Mapping, Sequence

import jax
import numpy as np

from flan_jax.errors import Gone, notice, UserError
from flan_jax.training.liveness import watchdog

JOIN_SECONDS = 300  # for all processes to start
# Without a heartbeat of a process jax aborts the others; the watchdog acts before, with a message.
_LOST_SECONDS = 600
_BARRIER_SECONDS = 7 * 24 * 3600  # process 0 may render prompts for hours
_TPU_DEVICES = ('/dev/accel0', '/dev/vfio/0')


def start(
  coordinator_address: str | None = None,
  process_count: int | None = None,
  process_index: int | None = None,
  saves_on_sigterm: bool = True,
  timeout: float = JOIN_SECONDS,
) -> None:
  """Joins the processes of the run by jax.distributed; for one process does nothing.

  Args:
    coordinator_address: HOST:PORT of process 0, which opens the port; the same
      everywhere. Without arguments, TPU pods, SLURM and Open MPI are detected.
    process_count, process_index: number of processes, and the index of this one.
    saves_on_sigterm: a SIGTERM to one process does not end it; instead all processes
      learn of it by checkpoint managers' `reached_preemption`, which must be polled.
    timeout: seconds to wait for all processes.

  Raises:
    UserError: inconsistent arguments; Gone: a process is missing, or this machine has no
      address.
  """
  given = dict(coordinator_address=coordinator_address, num_processes=process_count, process_id=process_index)
  jax.config.update('jax_enable_preemption_service', saves_on_sigterm)
  if any(value is not None for value in given.values()):
    _check(coordinator_address, process_count, process_index)
    if process_count is not None and process_count > 1:
      _join(given, timeout)
  elif launched():
    _join({}, timeout)


def _check(address: str | None, count: int | None, index: int | None) -> None:
  if count is None:
    raise UserError(
      '--coordinator_address and --process_index say nothing without --process_count, the number of processes; set it'
    )
  if count < 1:
    raise UserError(f'--process_count={count} must be at least 1')
  if index is None and count > 1:
    raise UserError(f'--process_count={count} wants --process_index, 0 to {count - 1}, another for each process')
  if index is not None and not 0 <= index < count:
    raise UserError(
      f'--process_index={index} is out of range: with --process_count={count} the processes are 0 to {count - 1}'
    )
  if count > 1 and not address:
    raise UserError(
      f'--process_count={count} wants --coordinator_address=HOST:PORT, a '
      'free port on the machine of process 0, the same for all processes'
    )
  if address and not address.rpartition(':')[2].isdigit():
    raise UserError(f'--coordinator_address={address} names no port; write HOST:PORT')


def launched(environment: Mapping[str, str] = os.environ) -> bool:
  """Whether a launcher that jax knows may have started this process among others.

  The environment shows `srun` and `mpirun`; a TPU machine may belong to a pod, which jax
  finds out.
  """
  many = lambda name: int(environment.get(name) or 1) > 1
  slurm = 'SLURM_STEP_NODELIST' in environment and many('SLURM_NTASKS')
  platforms = environment.get('JAX_PLATFORMS') or 'tpu'
  tpu = 'tpu' in platforms and importlib.util.find_spec('libtpu') is not None and any(map(os.path.exists, _TPU_DEVICES))
  return slurm or many('OMPI_COMM_WORLD_SIZE') or tpu


def _join(given: Mapping, timeout: float) -> None:
  """Runs jax.distributed.initialize in a thread: its own timeout aborts the process."""
  _check_own_name()
  failed = []

  def initialize():
    try:
      waits: dict[str, Any] = dict(initialization_timeout=int(timeout) + 60, heartbeat_timeout_seconds=_LOST_SECONDS)
      jax.distributed.initialize(**given, **waits)
    except Exception as error:  # a broken environment causes many types
      failed.append(error)

  thread = threading.Thread(target=initialize, daemon=True)
  thread.start()
  thread.join(timeout)
  if thread.is_alive():
    raise Gone(_absent(given, timeout))
  if failed and given:
    raise UserError(f'the processes could not be joined: {failed[0]}')
  if failed and 'coordinator_address should be defined' not in str(failed[0]):
    raise UserError(
      'the launcher of this process says too little to join the others '
      f'({failed[0]}); set --coordinator_address, --process_count and --process_index'
    )


def _check_own_name() -> None:
  """Checks that this host can resolve its own name, by which CPU devices are joined."""
  if getattr(jax.config, 'jax_platforms', None) != 'cpu':
    return
  name = socket.gethostname()
  try:
    socket.getaddrinfo(name, None)
  except OSError as error:
    raise Gone(
      f'this machine is called {name}, and no address is found for that name ({error.strerror}), by which '
      'the other processes would reach it; add it to the DNS of the network or to /etc/hosts'
    ) from None


def _absent(given: Mapping, timeout: float) -> str:
  if not given:
    return (
      f'not all processes of this job came within {timeout:.0f} s; start the '
      'program on every host, and see what the others print'
    )
  address, count = given['coordinator_address'], given['num_processes']
  if given['process_id']:
    return (
      f'process {given["process_id"]} did not get through to process 0 at '
      f'{address} within {timeout:.0f} s; start it with --process_index=0 and '
      'the same --coordinator_address, and see that this machine reaches that port'
    )
  return (
    f'not all of the {count} processes came to {address} within {timeout:.0f} s; '
    f'start those of --process_index=1 to {count - 1} with the same '
    '--coordinator_address and --process_count'
  )


def first() -> bool:
  """Whether this is process 0, the only one to write and print. Creates jax's devices."""
  return jax.process_index() == 0


def position() -> tuple[int, int, int]:
  """Returns (index of this process, number of processes, an id shared by this start only)."""
  return jax.process_index(), jax.process_count(), agreed([secrets.randbelow(2**31)])[0]


def tell(text: str) -> None:
  """Prints a notice, on process 0 only."""
  if first():
    notice(text)


@contextlib.contextmanager
def first_goes_ahead(name: str) -> Iterator[None]:
  """Context that process 0 enters alone, and the others after it has left.

  name: unique per use. If process 0 fails in the block, the others end too.
  """
  if not first():
    meet(name)
  yield
  if first():
    meet(name)


@contextlib.contextmanager
def together(name: str) -> Iterator[None]:
  """Context that every process runs; none leaves before all are done.

  name: unique per use.

  Raises:
    UserError: this process's, or a notice that another process has one.
  """
  problem = None
  try:
    yield
  except UserError as error:
    problem = error
  meet(name)
  if not everywhere(problem is None):
    raise problem or UserError(f'{name}: another process of this run has failed; see its message')


def agreed(numbers: Sequence) -> list:
  """Returns the numbers of process 0; others may not see a file that it has just written.

  numbers: integers or bools; their count may differ between processes.
  """
  if jax.process_count() == 1:
    return list(numbers)
  from jax.experimental import multihost_utils

  share = multihost_utils.broadcast_one_to_all
  count = int(share(np.int32(len(numbers))))
  padded = np.zeros(count, np.int32)
  padded[: len(numbers)] = list(numbers)[:count]
  return [int(one) for one in share(padded)]


def everywhere(holds: bool) -> bool:
  """Whether it holds on every process; all must call this."""
  if jax.process_count() == 1:
    return holds
  from jax.experimental import multihost_utils

  return bool(multihost_utils.process_allgather(np.int32(holds)).all())


def share(count: int) -> range:
  """Returns this process's share of `count` items that all processes divide."""
  return range(jax.process_index(), count, jax.process_count())


def meet(name: str) -> None:
  """Waits for all processes at a barrier; name: unique per use.

  They wait on the coordinator, not on the devices, whose collectives time out sooner.
  """
  if jax.process_count() > 1:
    import orbax.checkpoint as ocp

    with watchdog.waiting(f'waiting for the other processes: {name}'):
      ocp.multihost.get_barrier_sync_fn()(key=name, timeout_ms=_BARRIER_SECONDS * 1000)
