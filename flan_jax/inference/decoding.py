# SPDX-License-Identifier: Apache-2.0
"""Continuing many prompts: greedily, by sampling or by beam search, until a stop.

Prompts of similar length are read together, then every row grows by one token a step
inside a compiled loop (`growing`, `beams`), until all have ended or `max_tokens` are
there. What a prompt is continued with depends on the prompt, its number and the
settings, not on what else is in the batch.
"""

import dataclasses
import functools
import math
from typing import Callable, Iterator, Mapping, Sequence

import jax
import numpy as np

from flan_jax.errors import UserError
from flan_jax.inference import beams, decode_loop, scoring
from flan_jax.model import decoder

_SHORTEST_PROMPT = 32
_LEAST_TOKENS = 8_192
_STEPS_BETWEEN_LOOKS = 16  # tokens, before the text is searched for stop strings

Decode = Callable[[list[int]], str]
Tokens = Sequence[int] | np.ndarray


@dataclasses.dataclass(frozen=True)
class Settings:
  """How prompts are continued.

  max_tokens: of a continuation. temperature: 0 takes the likeliest token; above, one is
  drawn from the logits divided by it. top_k: draws from so many tokens only, 0 from all.
  top_p: from the likeliest tokens that together have this probability (Holtzman et al.
  2020, arXiv 1904.09751). beams: above 1, beam search. length_penalty: the exponent by
  which it prefers longer texts (Wu et al. 2016, arXiv 1609.08144, section 7). seed: of
  drawing. stop: texts at which a continuation ends, themselves left out.
  """

  max_tokens: int
  temperature: float = 0.0
  top_k: int = 0
  top_p: float = 1.0
  beams: int = 1
  length_penalty: float = 0.6
  seed: int = 0
  stop: tuple[str, ...] = ()

  def __post_init__(self):
    checks = {
      'max_tokens': (self.max_tokens >= 1, 'at least 1'),
      'temperature': (0 <= self.temperature < math.inf, 'at least 0'),
      'top_k': (self.top_k >= 0, 'at least 0, which is all tokens'),
      'top_p': (0 < self.top_p <= 1, 'above 0 and at most 1'),
      'beams': (self.beams >= 1, 'at least 1'),
      'length_penalty': (0 <= self.length_penalty < math.inf, 'at least 0'),
      'stop': (all(self.stop), 'texts, none of them empty'),
    }
    for name, (fine, wanted) in checks.items():
      if not fine:
        raise UserError(f'{name} = {getattr(self, name)!r} must be {wanted}')
    if self.beams > 1 and self.temperature:
      raise UserError(
        f'beams = {self.beams} and temperature = {self.temperature}: beam search draws nothing; set one of them'
      )


def generate(
  config: decoder.DecoderConfig,
  params: decoder.Params,
  prompts: Sequence[Tokens],
  settings: Settings,
  eos_id: int | Sequence[int],
  *,
  decode: Decode | None = None,
  numbers: Sequence[int] | None = None,
  tokens_per_forward: int | None = None,
  rows: int | None = None,
  advance: Callable[[int], None] | None = None,
) -> list[list[int]]:
  """Continues each prompt, token by token.

  Args:
    prompts: token ids, separators included.
    eos_id: the token that ends a continuation, or several; it is not returned.
    decode: ids -> text, to look for settings.stop; wanted if there are any. The token
      that completes a stop is the last one returned; `before_stop` cuts the text.
    numbers: for drawing, by default 0, 1, ...; prompts of the same number draw alike.
    tokens_per_forward, rows: see `rows_of_batch`; the result does not depend on them.
    advance: called with the number of prompts as they are done.

  Raises:
    UserError: a prompt is empty, stops lack `decode`, or there are more tokens than learned positions.
  """
  _check(config, prompts, settings, decode)
  mesh = scoring.mesh_of(params)
  height = functools.partial(rows_of_batch, settings=settings, rows=rows, tokens_per_forward=tokens_per_forward)
  found: dict[int, list[int]] = {}
  for chosen, batch in _batches(prompts, numbers, scoring.row_parts(mesh), height):
    found.update(zip(chosen, _continued(scoring.quickest(config), params, batch, settings, eos_id, decode, mesh)))
    if advance:
      advance(len(chosen))
  return [found[number] for number in range(len(prompts))]


def _check(config, prompts, settings, decode):
  if min(map(len, prompts), default=1) < 1:
    raise UserError('An empty prompt cannot be continued; give it a token at least.')
  if settings.stop and decode is None:
    raise UserError(f'stop = {settings.stop!r} cannot be found in tokens: give `decode`.')
  config.check_length(max(map(len, prompts), default=0) + settings.max_tokens, 'max_tokens after the longest prompt')


def before_stop(text: str, stop: Sequence[str]) -> str:
  """The text up to the first stop: before_stop('4\\n\\nQ: 5', ['Q:']) -> '4\\n\\n'."""
  places = [text.find(one) for one in stop if one in text]
  return text[: min(places)] if places else text


def rows_of_batch(
  length: float, settings: Settings, *, parts: int = 1, rows: int | None = None, tokens_per_forward: int | None = None
) -> int:
  """How many prompts of so many tokens are continued at once.

  parts: into which a batch is split, see scoring.row_parts. rows: of a batch, on each
  device that has rows of its own, instead of tokens_per_forward. That bounds rows x
  (prompt + max_tokens) there; None: as in scoring, and at least 8,192, for a step of many
  rows costs little more than of few.
  """
  budget = tokens_per_forward or max(_LEAST_TOKENS, scoring.forward_tokens())
  row = (length + settings.max_tokens) * settings.beams
  return (rows or max(1, int(budget // row))) * parts


def _batches(
  prompts: Sequence[Tokens], numbers: Sequence[int] | None, parts: int, height: Callable[..., int]
) -> Iterator[tuple[list[int], dict[str, np.ndarray]]]:
  """(places of the prompts, their batch: see `_padded`), shortest first.

  They are padded to a power of two. height: rows of a batch of prompts of a length.
  """
  numbers = range(len(prompts)) if numbers is None else numbers
  grouped: dict[int, list[int]] = {}
  for place in sorted(range(len(prompts)), key=lambda place: len(prompts[place])):
    length = max(_SHORTEST_PROMPT, 1 << (len(prompts[place]) - 1).bit_length())
    grouped.setdefault(length, []).append(place)
  for length, places in grouped.items():
    rows = height(length, parts=parts)
    for start in range(0, len(places), rows):
      chosen = places[start : start + rows]
      yield chosen, _padded([prompts[one] for one in chosen], [numbers[one] for one in chosen], length, parts)


def _padded(prompts, numbers, length: int, parts: int) -> dict[str, np.ndarray]:
  """tokens [B, L] padded on the right; size [B], 0 in unused rows; number [B].

  B is a power of two times the parts, so that few shapes are compiled.
  """
  height = parts << (-(-len(prompts) // parts) - 1).bit_length()
  tokens = np.zeros((height, length), np.int32)
  for row, prompt in zip(tokens, prompts):
    row[: len(prompt)] = prompt
  filled = lambda values: np.array([*values, *[0] * (height - len(values))], np.int32)
  return {'tokens': tokens, 'size': filled([len(prompt) for prompt in prompts]), 'number': filled(numbers)}


def _continued(
  config, params, batch: Mapping[str, np.ndarray], settings: Settings, eos_id, decode: Decode | None, mesh
) -> list[list[int]]:
  """The new tokens of each used row of a batch."""
  ends = np.atleast_1d(np.asarray(eos_id, np.int32))
  used = int(np.count_nonzero(batch['size']))
  if settings.beams > 1:
    new_BT = beams.search(config, mesh, settings.max_tokens, settings.beams, settings.length_penalty)(
      params, scoring.to_mesh(batch, mesh), ends
    )
    grown = _before_end(np.asarray(new_BT)[:used], ends)
    return [_cut(ids, settings.stop, decode) for ids in grown]
  drawing = decode_loop.Drawing(settings.temperature, settings.top_k, settings.top_p)
  loop = decode_loop.loop(config, mesh, settings.max_tokens, drawing)
  state = loop.start(params, scoring.to_mesh(batch, mesh), ends, jax.random.key(settings.seed))
  every = _STEPS_BETWEEN_LOOKS if settings.stop else settings.max_tokens
  stopped = np.zeros(len(batch['size']), bool)
  for until in range(every, settings.max_tokens + every, every):
    state, new_BT, ended_B = loop.grow(params, state, stopped, min(until, settings.max_tokens))
    grown = _before_end(np.asarray(new_BT)[:used, :until], ends)
    if settings.stop and decode:
      stopped[:used] = [_stops(settings.stop, decode(ids)) for ids in grown]
    if (np.asarray(ended_B) | stopped).all():
      break
  return [_cut(ids, settings.stop, decode) for ids in grown]


def _before_end(new_BT: np.ndarray, ends: np.ndarray) -> list[list[int]]:
  ended_BT = np.isin(new_BT, ends)
  sizes = np.where(ended_BT.any(axis=1), ended_BT.argmax(axis=1), new_BT.shape[1])
  return [ids[:size] for ids, size in zip(new_BT.tolist(), sizes.tolist())]


def _stops(stop: Sequence[str], text: str) -> bool:
  return any(one in text for one in stop)


def _cut(ids: list[int], stop: Sequence[str], decode: Decode | None) -> list[int]:
  """Up to the token that completes a stop."""
  if not (stop and decode and _stops(stop, decode(ids))):
    return ids
  starts = (ids[:end] for end in range(1, len(ids) + 1))
  return next(start for start in starts if _stops(stop, decode(start)))
