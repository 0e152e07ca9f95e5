# SPDX-License-Identifier: Apache-2.0
"""The traffic of a compiled program: bytes to memory and over the network, per step.

XLA's own cost analysis counts the body of a loop once. This module reads the text of
the compiled program instead and multiplies by the trip count of each loop.
"""

import collections
import dataclasses
import math
import re
from typing import Iterator

import numpy as np

COLLECTIVES = ('all-gather', 'all-reduce', 'reduce-scatter', 'all-to-all', 'collective-permute')
_BITS = {'pred': 8, 's4': 4, 'u4': 4, 'bf16': 16, 'c64': 64, 'c128': 128, 'token': 0}
_SHAPE = re.compile(r'\b([a-z]+\d*(?:e\d+m\d+\w*)?)\[([\d,]*)\](\{[^}]*\})?')
_INSTRUCTION = re.compile(r'\s+(ROOT )?%?([\w.\-]+) = (.*)')
_HEADER = re.compile(r'(ENTRY )?%?([\w.\-]+) \(.*\{\s*$')
# Instructions that do no work: they only rename or place a value.
_FREE = frozenset(
  (
    'parameter',
    'constant',
    'tuple',
    'get-tuple-element',
    'bitcast',
    'while',
    'call',
    'conditional',
    'after-all',
    'partition-id',
    'replica-id',
    'iota',
    'opt-barrier',
  )
)
_MATRIX = ('dot', 'convolution', 'custom-call')


@dataclasses.dataclass(frozen=True)
class Instruction:
  """One line. shape: text of its type; rest: the text after the operands."""

  name: str
  shape: str
  opcode: str
  operands: tuple[str, ...]
  rest: str
  root: bool


@dataclasses.dataclass
class Traffic:
  """Traffic of one step on one device, in bytes.

  collectives: kind -> bytes that a device sends if the collective is a ring.
  hidden_network: the part that overlaps with other work (async start and done).
  between_slices: the part that crosses the slower network between slices.
  matrix_memory: memory traffic of kernels that multiply matrices, while they compute;
  other_memory: the rest.
  """

  collectives: dict[str, float]
  hidden_network: float
  between_slices: float
  matrix_memory: float
  other_memory: float


def traffic(text: str, slices: int = 1) -> Traffic:
  """Computes the traffic from the text of a compiled program, `compiled.as_text()`.

  slices: number of equal, consecutive groups of devices, joined by the slower network.
  """
  return _Program(text, slices).traffic()


def shape_bytes(shape: str, memory_only: bool = False) -> float:
  """Returns the bytes of a type, tuples summed; memory_only: without what lies in fast memory.

  Example: shape_bytes('(bf16[4,2]{1,0}, s32[])') is 20.
  """
  total = 0.0
  for kind, dimensions, layout in _SHAPE.findall(shape):
    if memory_only and re.search(r'S\([1-9]', layout):
      continue
    bits = _BITS.get(kind) or int(re.search(r'\d+|$', kind)[0] or 0)
    total += bits / 8 * math.prod(int(d) for d in dimensions.split(',') if d)
  return total


def first_group(rest: str, devices: int = 1) -> np.ndarray:
  """Returns the partitions in the first group of a collective; the other groups are alike.

  Forms: {{0,1},{2,3}}, [4,2]<=[2,4]T(1,0), mesh['a'=4,'b'=2] {'b'}; no group means all.
  """
  if listed := re.search(r'replica_groups=\{\{([\d,]*)\}', rest):
    return np.array(listed[1].split(','), int)
  if tiled := re.search(r'replica_groups=\[([\d,]+)\]<=\[([\d,]+)\](?:T\(([\d,]+)\))?', rest):
    shape, source, order = ([int(n) for n in part.split(',')] if part else None for part in tiled.groups())
    ids = np.arange(math.prod(source)).reshape(source)
    return ids.transpose(order).reshape(shape)[0] if order else ids.reshape(shape)[0]
  if named := re.search(r'replica_groups=\w*\[([^\]]*)\]\s*\{([^}]*)\}', rest):
    sizes = re.findall(r"'([^']+)'=(\d+)", named[1])
    chosen = re.findall(r"'([^']+)'", named[2])
    shape = [int(size) for _, size in sizes]
    ids = np.arange(math.prod(shape)).reshape(shape)
    return ids[tuple(slice(None) if axis in chosen else 0 for axis, _ in sizes)].ravel()
  return np.arange(devices)


def ring_bytes(kind: str, result: float, parts: int) -> float:
  """Returns the bytes that each device of a ring of `parts` sends, from the result's size.

  Example: an all-reduce of 8 bytes over 4 devices sends 12: 6 to reduce, 6 to gather.
  """
  if kind == 'collective-permute':
    return result
  share = {'all-gather': 1, 'all-to-all': 1, 'all-reduce': 2, 'reduce-scatter': parts}
  return result * share[kind] * (parts - 1) / parts


class _Program:
  """Computations by name, how often each runs per step, and the bytes it moves."""

  def __init__(self, text: str, slices: int):
    self.computations, self.entry = _parse(text)
    sizes = re.search(r'num_partitions=(\d+)', text)
    self.devices = int(sizes[1]) if sizes else 1
    self.slice_size = self.devices // slices
    # Kernels that keep one part of their sum (all-reduce-scatter): only a TPU has them.
    self.scattered = set(re.findall(r'calls=%?([\w.\-]*all-reduce-scatter[\w.\-]*)', text))

  def traffic(self) -> Traffic:
    total, chains = Traffic(collections.defaultdict(float), 0.0, 0.0, 0.0, 0.0), set()
    for name, (times, kernel_of) in self._runs().items():
      for one in self.computations[name].values():
        chain = self._chain(one, kernel_of)
        if chain is None or chain not in chains:
          self._add(total, name, one, times, kernel_of)
          chains.add(chain)
    total.collectives = dict(total.collectives)
    return total

  def _chain(self, one, kernel_of):
    """Names a collective that a TPU runs in parts, inside several kernels.

    Its start, the products it overlaps with and its end each contain the whole instruction.
    """
    found = re.search(r'channel_id=(\d+).*\bchain_id="(\d+)"', one.rest)
    return (kernel_of, *found.groups()) if found else None

  def _add(self, total, name, one, times, kernel_of):
    kind = one.opcode.removesuffix('-start')
    if kind in COLLECTIVES:
      sent = times * self._sent(kind, one)
      if kind == 'all-reduce' and name in self.scattered:
        kind, sent = 'reduce-scatter', sent / 2
      total.collectives[kind] += sent
      group = first_group(one.rest, self.devices) // self.slice_size
      beside = one.opcode.endswith('-start') or 'async' in name or self._chain(one, kernel_of)
      if group.min() != group.max():
        total.between_slices += sent
      elif beside:
        total.hidden_network += sent
    elif kernel_of is None and one.opcode not in _FREE:
      moved = times * self._moved(name, one)
      if self._multiplies(one):
        total.matrix_memory += moved
      else:
        total.other_memory += moved

  def _sent(self, kind, one) -> float:
    shape = one.shape
    if one.opcode.endswith('-start') and kind in ('all-gather', 'collective-permute'):
      shape = _result_of_start(shape)
    parts = len(first_group(one.rest, self.devices))
    return ring_bytes(kind, shape_bytes(shape), parts)

  def _runs(self) -> dict[str, tuple[int, str | None]]:
    """Computation -> (runs per step, the computation whose kernel contains it, or None)."""
    runs = collections.defaultdict(lambda: (0, None))

    def visit(name, times, kernel_of):
      runs[name] = (runs[name][0] + times, kernel_of)
      for one in self.computations[name].values():
        kernel = name if one.opcode in ('fusion', 'async-start') else None
        for called, factor in self._called(one):
          visit(called, times * factor, kernel_of or kernel)

    visit(self.entry, 1, None)
    return runs

  def _called(self, one) -> Iterator[tuple[str, int]]:
    if one.opcode == 'while':
      yield _attribute(one, 'body'), self._trips(one)
    elif one.opcode in ('fusion', 'async-start'):
      yield _attribute(one, 'calls'), 1
    elif one.opcode == 'call':
      yield _attribute(one, 'to_apply'), 1
    elif one.opcode == 'conditional':
      # Only one branch runs; as an upper bound all are counted.
      for name in re.findall(r'%([\w.\-]+)', one.rest):
        if name in self.computations:
          yield name, 1

  def _trips(self, loop) -> int:
    """Trip count of a loop: XLA's annotation, else the bound in its condition."""
    if noted := re.search(r'"known_trip_count":\{"n":"(\d+)"', loop.rest):
      return int(noted[1])
    condition = self.computations[_attribute(loop, 'condition')]
    bounds = [
      int(one.rest) for one in self._flat(condition) if one.opcode == 'constant' and one.rest.lstrip('-').isdigit()
    ]
    return max(bounds, default=1)

  def _flat(self, computation):
    """The instructions of a computation and of those it calls."""
    for one in computation.values():
      yield one
      for called, _ in self._called(one):
        yield from self._flat(self.computations[called])

  def _multiplies(self, one) -> bool:
    return one.opcode in _MATRIX or any(
      inner.opcode in _MATRIX for called, _ in self._called(one) for inner in self._flat(self.computations[called])
    )

  def _moved(self, name, one) -> float:
    """Bytes read and written by one kernel."""
    where = self.computations[name]
    sizes = [shape_bytes(where[operand].shape, True) if operand in where else 0.0 for operand in one.operands]
    written = shape_bytes(one.shape, True)
    if one.opcode in ('dynamic-slice', 'slice', 'gather'):
      return 2 * written
    if one.opcode == 'dynamic-update-slice':
      return 2 * sizes[1]
    if one.opcode == 'fusion':
      inside = _attribute(one, 'calls')
      sizes = [self._read(inside, index, size) for index, size in enumerate(sizes)]
      written = min(written, self._written(inside, written))
    return written + sum(sizes)

  def _read(self, inside, index, size) -> float:
    """Bytes read of a fusion's operand: only slices, if only slices of it are used."""
    body = self.computations[inside]
    parameter = next((one.name for one in body.values() if one.opcode == 'parameter' and one.rest == str(index)), None)
    used = 0.0
    for user in self._users(inside, parameter):
      if user.opcode in ('dynamic-slice', 'slice', 'gather'):
        used += shape_bytes(user.shape, True)
      elif user.opcode == 'dynamic-update-slice' and user.operands[0] == parameter:
        continue  # written in place
      elif user.opcode == 'fusion':
        used += self._read(_attribute(user, 'calls'), user.operands.index(parameter), size)
      else:
        return size
    return min(used, size)

  def _users(self, inside, name):
    """The users of a value, seen through instructions that only rename it."""
    for one in self.computations[inside].values():
      if name in one.operands:
        if one.opcode == 'bitcast':
          yield from self._users(inside, one.name)
        else:
          yield one

  def _written(self, inside, size) -> float:
    """Bytes written of a fusion's result: only the update, if it is written in place."""
    body = self.computations[inside]
    root = next(one for one in body.values() if one.root)
    while root.opcode == 'bitcast' and root.operands[0] in body:
      root = body[root.operands[0]]
    if root.opcode == 'dynamic-update-slice' and root.operands[1] in body:
      return shape_bytes(body[root.operands[1]].shape, True)
    if root.opcode == 'fusion':
      return self._written(_attribute(root, 'calls'), size)
    return size


def _parse(text: str) -> tuple[dict[str, dict[str, Instruction]], str]:
  computations, current, entry = {}, None, None
  for line in text.splitlines():
    if header := (not line.startswith(' ') and _HEADER.match(line)):
      current = computations[header[2]] = {}
      entry = header[2] if header[1] else entry
    elif current is not None and (match := _INSTRUCTION.match(line)):
      one = _instruction(match)
      current[one.name] = one
  return computations, entry


def _instruction(match: re.Match) -> Instruction:
  shape, rest = _split_shape(match[3])
  opcode, _, rest = rest.partition('(')
  inside, rest = _balanced(rest)
  if opcode in ('parameter', 'constant'):
    return Instruction(match[2], shape, opcode, (), inside, bool(match[1]))
  # Operands are %name; some versions of the text put their types before them.
  operands = tuple(re.findall(r'%([\w.\-]+)', inside))
  return Instruction(match[2], shape, opcode, operands, rest, bool(match[1]))


def _split_shape(text: str) -> tuple[str, str]:
  if text.startswith('('):
    inside, rest = _balanced(text[1:])
    return f'({inside})', rest.strip()
  shape, _, rest = text.partition(' ')
  return shape, rest


def _balanced(text: str) -> tuple[str, str]:
  """Splits at the parenthesis that closes the one before `text`."""
  depth = 1
  for place in re.finditer(r'[()]', text):
    depth += 1 if place[0] == '(' else -1
    if depth == 0:
      return text[: place.start()], text[place.end() :]
  return text, ''


def _result_of_start(shape: str) -> str:
  """Result of an async start, (operands, results, ...): the larger half is counted once."""
  parts = [match[0] for match in _SHAPE.finditer(shape)]
  return max(parts, key=shape_bytes) if parts else shape


def _attribute(one: Instruction, name: str) -> str:
  return re.search(rf'\b{name}=%?([\w.\-]+)', one.rest)[1]
