# SPDX-License-Identifier: Apache-2.0
"""Device specifications by kind; every number has its source.

A device is what jax counts as one on the hardware itself: a core on v2, v3 and tpu7x, a
chip on the others. v4 and v5p have two cores per chip, which their hosts join into one
device (megacore); v5e and v6e have one core.
"""

import dataclasses
import difflib
import math
import re

from flan_jax.errors import UserError

GB, GIB, TERA = 1e9, 2**30, 1e12


@dataclasses.dataclass(frozen=True)
class Device:
  """One device. flops: peak per second, dense, in bfloat16; memory: bytes for a program.

  memory_bandwidth, network_bandwidth: bytes per second. The network's is one way out of
  a device: on a TPU along one axis of its torus, which has two links, because the ring
  of a collective lies along an axis; on a GPU all of NVLink, or else of PCIe.
  slice_bandwidth: the same between slices, over the data centre's network.
  example: a topology of the kind. names: jax's names of the device, a prefix for a GPU.
  per_chip: devices per chip. chip_config: libtpu's name for the devices of a real host,
  if it compiles for other ones by default.
  """

  flops: float
  memory: float
  memory_bandwidth: float
  network_bandwidth: float
  slice_bandwidth: float
  source: str
  example: str
  names: tuple[str, ...]
  per_chip: int = 1
  chip_config: str | None = None


def _tpu(flops, memory, memory_bandwidth, link, between, source, *names, **more):
  """Describes a TPU device by its share of the chip's numbers.

  memory: GiB that libtpu 0.0.42 gives a program, from its error for a program that
  needs more; libtpu reserves the rest. link: GB/s one way; the pages give the sum of
  both ways over all links, 4 of a 2D and 6 of a 3D torus. between: Gbit/s between
  slices; 25 per chip, the least of the pages, if a page gives none.
  """
  return Device(
    flops * TERA, memory * GIB, memory_bandwidth * GB, 2 * link * GB, between / 8 * GB, source, names=names, **more
  )


def _gpu(flops, memory, memory_bandwidth, network, source, example, *names):
  # Between machines: 400 Gbit/s per GPU, from the data sheet of DGX H100.
  return Device(
    flops * TERA,
    memory * GB,
    memory_bandwidth * GB,
    network * GB,
    50 * GB,
    f'NVIDIA data sheet of {source}, dense',
    example,
    names,
  )


_JOUPPI = 'Jouppi et al. 2020, CACM 63(7), table 3, half a chip'
_V4 = 'cloud.google.com/tpu/docs/v4, links: Jouppi et al. 2023'
_CLOUD = 'cloud.google.com/tpu/docs/{}'

DEVICES = {
  'v2': _tpu(23, 7.48, 350, 62 / 2, 12.5, _JOUPPI, 'TPU v2', example='v2:2x2', per_chip=2),
  'v3': _tpu(61.5, 15.48, 450, 82 / 2, 12.5, _JOUPPI, 'TPU v3', example='v3:8x8', per_chip=2),
  'v4': _tpu(275, 30.75, 1200, 50, 25, _V4, 'TPU v4', example='v4:4x4x8', chip_config='megacore'),
  'v5e': _tpu(197, 15.75, 819, 50, 25, _CLOUD.format('v5e'), 'TPU v5 lite', 'TPU v5e', example='v5e:4x4'),
  'v5p': _tpu(459, 95.74, 2765, 100, 50, _CLOUD.format('v5p'), 'TPU v5', 'TPU v5p', example='v5p:4x4x8'),
  'v6e': _tpu(918, 31.25, 1638, 100, 100, _CLOUD.format('v6e'), 'TPU v6 lite', 'TPU v6e', example='v6e:2x2'),
  'tpu7x': _tpu(
    2307 / 2,
    94.75,
    7380 / 2,
    100 / 2,
    50,
    _CLOUD.format('tpu7x') + ', half a chip',
    'TPU7x',
    example='tpu7x:4x4x4',
    per_chip=2,
  ),
  'a100': _gpu(312, 80, 2039, 300, 'A100 80GB SXM', 'a100:8', 'NVIDIA A100'),
  'h100': _gpu(989, 80, 3350, 450, 'H100 SXM', 'h100:8', 'NVIDIA H100'),
  'h100pcie': _gpu(756, 80, 2000, 64, 'H100 PCIe', 'h100pcie:4', 'NVIDIA H100 PCIe'),
  'h100nvl': _gpu(835, 94, 3900, 300, 'H100 NVL', 'h100nvl:2', 'NVIDIA H100 NVL'),
  'h200': _gpu(989, 141, 4800, 450, 'H200 SXM', 'h200:8', 'NVIDIA H200'),
  'h200nvl': _gpu(835, 141, 4800, 450, 'H200 NVL', 'h200nvl:4', 'NVIDIA H200 NVL'),
  'gh200': _gpu(989, 96, 4000, 450, 'GH200, HBM3', 'gh200:1', 'NVIDIA GH200'),
  'b200': _gpu(2250, 180, 7700, 900, 'HGX B200', 'b200:8', 'NVIDIA B200'),
  'l4': _gpu(121, 24, 300, 32, 'L4', 'l4:1', 'NVIDIA L4'),
}
GPUS = tuple(kind for kind, device in DEVICES.items() if device.names[0].startswith('NVIDIA'))


@dataclasses.dataclass(frozen=True)
class Topology:
  """`2*v5e:4x4`: two slices of 4 x 4 chips. `name`: libtpu's name of one slice."""

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
    """Returns the number of devices over all slices."""
    return math.prod(self.shape) * self.device.per_chip * self.slices


def topology(text: str) -> Topology:
  """Reads `kind:AxB[xC]` with an optional `slices*` before it; for GPUs `h100:8`.

  Raises UserError for an unknown kind or form, with the closest known ones.
  """
  match = re.fullmatch(r'(?:(\d+)\*)?([a-z0-9]+):(\d+(?:x\d+){0,2})', text or '')
  kind = match[2] if match else re.sub(r'^\d+\*|:.*', '', text or '')
  if not match or kind not in DEVICES:
    near = difflib.get_close_matches(kind, DEVICES, 3, 0.3) or list(DEVICES)
    raise UserError(
      f'there is no topology {text!r}: give a kind and its chips, such as '
      f'{", ".join(DEVICES[name].example for name in near)}, or 2*v5e:4x4 for two '
      'slices'
    )
  shape, example = tuple(map(int, match[3].split('x'))), DEVICES[kind].example
  made = Topology(kind, shape, int(match[1] or 1))
  if len(shape) != len(example.split(':')[1].split('x')) or made.devices < 1:
    raise UserError(f'topology {text!r} has {len(shape)} dimensions, or none of it; {kind} wants the form of {example}')
  return made


def peak_flops(device_kind: str) -> float | None:
  """Returns the bfloat16 peak, FLOP/s, of what jax counts as one device; None if unknown.

  device_kind: jax's name; text after the name of a GPU is ignored.
  peak_flops('NVIDIA H100 80GB HBM3') -> 9.89e14; 'TPU v4' is a whole chip.
  """
  found = {name: device for device in DEVICES.values() for name in device.names if _is_called(device_kind, name)}
  if not found:
    return None
  return found[max(found, key=len)].flops


def _is_called(device_kind: str, name: str) -> bool:
  if not name.startswith('NVIDIA'):
    return device_kind == name
  return f'{device_kind} '.startswith((f'{name} ', f'{name}-'))
