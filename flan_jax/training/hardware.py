"""What a device can do, by kind; every number has its source.

A device is what libtpu counts as one: a core on v2, v3 and v4, a chip on v5e, v5p, v6e.
"""

import dataclasses
import difflib
import math
import re

from flan_jax.errors import UserError

GB, GIB, TERA = 1e9, 2**30, 1e12


@dataclasses.dataclass(frozen=True)
class Device:
  """One device. flops: peak, bfloat16, a second; memory: bytes.

  memory_bandwidth, network_bandwidth: bytes a second. The network's is what leaves a
  device one way: on a TPU along one axis of its torus, which has two links, since the
  ring of a collective lies along an axis; on a GPU all of NVLink.
  per_chip: devices of a chip.
  """

  flops: float
  memory: float
  memory_bandwidth: float
  network_bandwidth: float
  source: str
  per_chip: int = 1


_CLOUD = 'cloud.google.com/tpu/docs/{}'
_JOUPPI = 'Jouppi et al. 2020, CACM 63(7), table 3, half a chip'

DEVICES = {
    'v2': Device(23 * TERA, 8 * GIB, 350 * GB, 2 * 62 / 2 * GB, _JOUPPI, 2),
    'v3': Device(61.5 * TERA, 16 * GIB, 450 * GB, 2 * 82 / 2 * GB, _JOUPPI, 2),
    'v4': Device(137.5 * TERA, 16 * GIB, 614 * GB, 2 * 50 / 2 * GB,
                 _CLOUD.format('v4') + ', half a chip', 2),
    'v5e': Device(197 * TERA, 16 * GIB, 819 * GB, 2 * 50 * GB, _CLOUD.format('v5e')),
    'v5p': Device(459 * TERA, 95 * GIB, 2765 * GB, 2 * 100 * GB, _CLOUD.format('v5p')),
    'v6e': Device(918 * TERA, 32 * GIB, 1640 * GB, 2 * 100 * GB, _CLOUD.format('v6e')),
    'h100': Device(989 * TERA, 80 * GB, 3350 * GB, 450 * GB,
                   'NVIDIA H100 SXM data sheet, dense'),
    'h200': Device(989 * TERA, 141 * GB, 4800 * GB, 450 * GB,
                   'NVIDIA H200 SXM data sheet, dense'),
}
GPUS = ('h100', 'h200')
# Between slices: 200 Gbit/s a host of four chips is the order of a data centre network.
SLICE_BANDWIDTH = 6.25 * GB


@dataclasses.dataclass(frozen=True)
class Topology:
  """`2*v5e:4x4`: two slices of 4 x 4 chips. `name`: one slice as libtpu calls it."""

  kind: str
  shape: tuple[int, ...]
  slices: int = 1

  @property
  def device(self) -> Device:
    return DEVICES[self.kind]

  @property
  def name(self) -> str:
    return f'{self.kind}:{"x".join(map(str, self.shape))}'

  @property
  def devices(self) -> int:
    """Over all slices."""
    return math.prod(self.shape) * self.device.per_chip * self.slices


def topology(text: str) -> Topology:
  """Reads `kind:AxB[xC]` with an optional `slices*` before it; for GPUs `h100:8`.

  Raises UserError for a kind or a form that is not known, with the nearest ones.
  """
  match = re.fullmatch(r'(?:(\d+)\*)?([a-z0-9]+):(\d+(?:x\d+){0,2})', text or '')
  kind = match[2] if match else re.sub(r'^\d+\*|:.*', '', text or '')
  if not match or kind not in DEVICES:
    near = difflib.get_close_matches(kind, DEVICES, 3, 0.3) or list(DEVICES)
    raise UserError(
        f'there is no topology {text!r}: give a kind and its chips, such as '
        f'{", ".join(EXAMPLES[name] for name in near)}, or 2*v5e:4x4 for two slices')
  shape = tuple(map(int, match[3].split('x')))
  made = Topology(kind, shape, int(match[1] or 1))
  if len(shape) != len(EXAMPLES[kind].split('x')) or made.devices < 1:
    raise UserError(f'topology {text!r} has {len(shape)} dimensions, or none of it; '
                    f'{kind} wants the form of {EXAMPLES[kind]}')
  return made


EXAMPLES = {'v2': 'v2:2x2', 'v3': 'v3:8x8', 'v4': 'v4:4x4x8', 'v5e': 'v5e:4x4',
            'v5p': 'v5p:4x4x8', 'v6e': 'v6e:2x2', 'h100': 'h100:8', 'h200': 'h200:8'}
