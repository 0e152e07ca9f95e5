# SPDX-License-Identifier: Apache-2.0
"""Step time: a roofline from arithmetic FLOPs and the compiled program's traffic.

Model FLOPs are those that the mathematics needs, forward and backward. They exclude
recomputation and pairs of tokens that the mask hides; the time estimate includes both,
because the device computes them. A row is counted as one segment. Packed rows have fewer
pairs, so their true model FLOPs for attention, and their MFU, are slightly lower.
"""

import dataclasses
import functools
import math
from typing import Optional

import jax

from flan_jax.model import decoder
from flan_jax.planning import hlo
from flan_jax.settings import hardware

MODES = ('train', 'score', 'generate')


@dataclasses.dataclass(frozen=True)
class Work:
  """Shape of a step: rows of `length` tokens with `slots` loss positions each.

  mode: 'train' is forward and backward, 'score' forward, 'generate' reads rows of
    length tokens and grows each by `slots` tokens, one at a time.
  adapted: only an adapter is trained. The kernels then have no gradient; the adapter's
    own FLOPs, some hundredths, are not counted.
  """

  rows: int
  length: int
  slots: int
  mode: str = 'train'
  adapted: bool = False

  @property
  def kernel_passes(self) -> int:
    """How often tokens and kernels are multiplied, in forward passes; backward is two, one without gradients."""
    return {True: 2, False: 3}[self.adapted] if self.mode == 'train' else 1


@dataclasses.dataclass(frozen=True)
class Flops:
  """FLOPs of one forward pass, over all devices: kernels, attention, logits."""

  kernels: float
  attention: float
  logits: float

  @property
  def forward(self) -> float:
    return self.kernels + self.attention + self.logits


@dataclasses.dataclass(frozen=True)
class Times:
  """Seconds of a step: its parts, and the predicted total.

  compute: multiplications; memory: to and from HBM; network: collectives.
  predicted: their sum, minus what the compiled program overlaps: a matrix kernel
  multiplies while it reads, and an asynchronous collective runs beside other work.
  """

  compute: float
  memory: float
  network: float
  predicted: float

  @property
  def sum(self) -> float:
    return self.compute + self.memory + self.network

  @property
  def maximum(self) -> float:
    return max(self.compute, self.memory, self.network)

  @property
  def bound(self) -> str:
    parts = {name: getattr(self, name) for name in ('compute', 'memory', 'network')}
    return max(parts, key=parts.get)


def kernel_parameters(config: decoder.DecoderConfig) -> int:
  """Returns the number of parameters that multiply every token: the layers' kernels."""
  return _kernel_parameters(dataclasses.replace(config, remat='full'))


@functools.lru_cache(maxsize=8)
def _kernel_parameters(config: decoder.DecoderConfig) -> int:
  shapes = decoder.abstract_params(config)['layers']
  return sum(leaf.size for path, leaf in jax.tree_util.tree_leaves_with_path(shapes) if path[-1].key == 'kernel')


def visible_pairs(length: int, window: int = 0) -> int:
  """Returns the number of (query, visible key) pairs in a row that is one segment.

  A packed row has fewer; only the data tells how many. window: tokens that each token
  sees, 0 for all. Examples: visible_pairs(4) is 10, visible_pairs(4, 2) is 7.
  """
  first = min(window or length, length)
  return first * (first + 1) // 2 + (length - first) * first


def forward_flops(config: decoder.DecoderConfig, work: Work, pairs: Optional[float] = None) -> Flops:
  """Returns the FLOPs of a forward pass; a multiply-add counts as two.

  pairs: token pairs that attention computes, per row and layer; default: the visible ones.
  """
  tokens, unembedded = work.length, work.slots
  if work.mode == 'generate':
    tokens += work.slots
  windows = config.layer_windows or [0] * config.layers
  every = sum(visible_pairs(tokens, window) for window in windows) if pairs is None else config.layers * pairs
  inner = config.heads * config.head_dim
  return Flops(
    kernels=2.0 * kernel_parameters(config) * work.rows * tokens,
    attention=4.0 * inner * work.rows * every,
    logits=2.0 * config.d_model * config.vocab_size * work.rows * unembedded,
  )


def model_flops(config: decoder.DecoderConfig, work: Work, pairs: Optional[float] = None) -> float:
  """FLOPs of a step: 6ND with attention and logits to train, 2ND forward only."""
  return _passes(work, forward_flops(config, work, pairs))


def _passes(work: Work, each: Flops) -> float:
  attention = 3 if work.mode == 'train' else 1  # the backward pass is two forward ones
  return work.kernel_passes * (each.kernels + each.logits) + attention * each.attention


def executed_flops(config: decoder.DecoderConfig, work: Work) -> float:
  """Returns the FLOPs that the devices execute, with masked pairs and recomputation."""
  tokens = work.length + (work.slots if work.mode == 'generate' else 0)
  every = forward_flops(config, work, float(tokens) ** 2)
  if work.mode != 'train':
    return every.forward
  again = {'none': 0.0, 'dots': every.attention, 'full': every.attention + every.kernels}[config.remat]
  return _passes(work, every) + again + every.logits  # the loss keeps no logits


def saved_bytes(config: decoder.DecoderConfig, work: Work, axes: dict) -> float:
  """Returns a lower bound of the activation bytes saved for the backward pass, per device.

  These are the layers' inputs, sharded by width over the tensor axis, and, for a remat
  policy other than 'full', the outputs of their kernels.
  """
  if work.mode != 'train':
    return 0.0
  rows = work.rows / (axes.get('data', 1) * axes.get('fsdp', 1))
  width = float(config.d_model)
  if config.remat != 'full':
    inner = config.heads * config.head_dim
    width += 4 * inner + (3 if config.gated_mlp else 2) * config.d_ff
  item = jax.numpy.dtype(config.dtype).itemsize
  return rows * work.length * width * config.layers * item / axes.get('tensor', 1)


def times(flops: float, traffic: hlo.Traffic, where: hardware.Topology) -> Times:
  """Returns the roofline estimate of a step; flops: executed, over all devices."""
  device = where.device
  compute = flops / where.devices / device.flops
  beside = traffic.matrix_memory / device.memory_bandwidth
  apart = traffic.other_memory / device.memory_bandwidth
  inside = math.fsum(traffic.collectives.values()) - traffic.between_slices
  network = inside / device.network_bandwidth + traffic.between_slices / device.slice_bandwidth
  hidden = traffic.hidden_network / device.network_bandwidth
  busy = max(compute, beside) + apart
  predicted = max(busy, hidden) + network - hidden
  return Times(compute, beside + apart, network, predicted)


def mfu(model: float, seconds: float, where: hardware.Topology) -> float:
  """Returns the model FLOPs utilisation: model FLOPs as a share of the peak."""
  return model / (seconds * where.devices * where.device.flops)
