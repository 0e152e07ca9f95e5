# SPDX-License-Identifier: Apache-2.0
"""Few-shot exemplars before a prompt: drawn from the training split, within a token budget.

    Q: How old is Ada Bell?        an exemplar: the prompt of another example
    34                             and its target
                                   a blank line
    Q: Where does Ida Ross live?   the prompt itself

Every exemplar has the same template as the prompt, with its OPTIONS block. At most 16, and
at most 960 tokens with the prompt if inputs may have 1,024; exemplars that exceed this
are dropped from the end of the drawn list (paper section 4.4).
"""

import dataclasses
import hashlib
from typing import Callable, Sequence

from flan_jax.errors import UserError

MAXIMUM_SHOTS = 16
INPUTS_LENGTH, SEPARATORS = 1_024, 64  # tokens; the paper reserves the latter
POOL = 2_003  # size of the exemplar pool; a prime, see `_drawn`


@dataclasses.dataclass(frozen=True)
class Exemplar:
  """An example of the training split in every template, T texts.

  key: identifies the example. texts: prompt, target and the separator after them.
  lengths: tokens of each text.
  """

  key: str
  texts: Sequence[str]
  lengths: Sequence[int]


class Exemplars:
  """The exemplar pool of a dataset. Draws depend only on the example's text and the seed."""

  def __init__(
    self,
    rows: Sequence[tuple[str, Sequence[str], Sequence[str]]],
    shots: int,
    seed: int,
    encode_batch: Callable[[list[str]], list[list[int]]],
    before_answer: str = '\n',
    drawn_number: bool = False,
  ):
    """rows: (key, T inputs, T targets) of at most POOL examples.

    drawn_number: each prompt draws its number of exemplars, from 1 to `shots`.
    """
    self._pool = [_exemplar(*row, before_answer, encode_batch) for row in rows[: _prime(len(rows))]]
    self._shots, self._seed, self._encode_batch = shots, seed, encode_batch
    self._drawn_number = drawn_number

  def before(
    self, keys: Sequence[str], numbers: Sequence[int], inputs: Sequence[str], inputs_length: int = INPUTS_LENGTH
  ) -> list[str]:
    """Returns B prompts, each preceded by its exemplars, in the template of that number."""
    rooms = (inputs_length - SEPARATORS - len(ids) for ids in self._encode_batch(list(inputs)))
    return [self._composed(*one) for one in zip(keys, numbers, inputs, rooms)]

  def _composed(self, key: str, number: int, inputs: str, room: int) -> str:
    parts = []
    for exemplar in self._drawn(key):
      room -= exemplar.lengths[number]
      if room < 0:
        break
      parts.append(exemplar.texts[number])
    return ''.join([*parts, inputs])

  def _drawn(self, key: str) -> list[Exemplar]:
    """Draws `shots` distinct exemplars, none of them the example itself.

    A fixed random stride through a pool of prime size visits every place once.
    """
    size = len(self._pool)
    digest = hashlib.sha256(f'{self._seed}\0{key}'.encode()).digest()
    start = int.from_bytes(digest[:8], 'big') % size
    step = 1 + int.from_bytes(digest[8:16], 'big') % max(size - 1, 1)
    wanted = 1 + int.from_bytes(digest[16:24], 'big') % self._shots if self._drawn_number else self._shots
    drawn = (self._pool[(start + turn * step) % size] for turn in range(min(wanted + 1, size)))
    return [one for one in drawn if one.key != key][:wanted]


def _exemplar(key, inputs, targets, before_answer, encode_batch) -> Exemplar:
  texts = [f'{question}{before_answer}{answer}\n\n' for question, answer in zip(inputs, targets)]
  return Exemplar(key, texts, [len(ids) for ids in encode_batch(texts)])


def _prime(count: int) -> int:
  """Returns the largest prime up to `count`; 10 -> 7, 1 -> 1."""

  def prime(number):
    return all(number % divisor for divisor in range(2, int(number**0.5) + 1))

  return next(filter(prime, range(count, 1, -1)), count)


def check(shots: int) -> None:
  """Raises UserError unless that number of exemplars is possible."""
  if not isinstance(shots, int) or not 0 <= shots <= MAXIMUM_SHOTS:
    raise UserError(f'SHOTS is {shots!r}; ask for 0 to {MAXIMUM_SHOTS} exemplars')
