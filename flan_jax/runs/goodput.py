# SPDX-License-Identifier: Apache-2.0
"""Goodput: the share of a run's time in steps that count, and where the rest went.

The time between two events of events.jsonl belongs to what the second of them ends. So the
parts add up to the whole: from the first start to the last event, over all restarts, without
the time in which nobody wanted the run to go on (after it had finished, a mistake or Ctrl-C).
"""

import dataclasses
import itertools
from typing import Any, Iterator, Mapping, Sequence

from flan_jax.errors import FINAL, HANG
from flan_jax.training import events as events_lib
from flan_jax.training import metric_log

# Part -> what it is.
PARTS = {
  'useful': 'steps whose result the run has',
  'start': 'from the command to the first step: imports, checks, prompt stores, restoring',
  'compile': 'tracing and compiling the step',
  'data': 'devices waited for rows',
  'checkpoint': 'training waited for a checkpoint',
  'evaluation': 'dev loss and held-out scores',
  'lost steps': 'steps made again after a restart, which began from a checkpoint before them',
  'hang': 'no progress, until the run was ended for it',
  'restart': 'from the last that is known of a process to the start of the next',
  'other': 'from the last of these to the end of the process',
}


@dataclasses.dataclass(frozen=True)
class Goodput:
  """seconds: of each of PARTS, in their order. starts: of the command."""

  seconds: Mapping[str, float]
  starts: int

  @property
  def total(self) -> float:
    return sum(self.seconds.values())

  def share(self, part: str = 'useful') -> float:
    """0 to 1."""
    return self.seconds[part] / self.total if self.total else 0.0

  @property
  def line(self) -> str:
    """'goodput 91% of 2:03:10: compile 4%, start 3%, restart 2% (3 starts)'."""
    rest = sorted((part for part in PARTS if part != 'useful'), key=self.share, reverse=True)
    told = [f'{part} {self.share(part):.0%}' for part in rest if self.share(part) >= 0.005]
    starts = f' ({self.starts} starts)' if self.starts > 1 else ''
    return (
      f'goodput {self.share():.0%} of {metric_log.clock(self.total)}{": " if told else ""}{", ".join(told)}{starts}'
    )

  def rows(self) -> list[dict[str, str]]:
    """For the report: `part`, `meaning`, `time` and `share` of each part that took time."""
    return [
      {
        'part': part,
        'meaning': meaning,
        'time': metric_log.clock(self.seconds[part]),
        'share': f'{self.share(part):.1%}',
      }
      for part, meaning in PARTS.items()
      if self.seconds[part] > 0
    ]


@dataclasses.dataclass(frozen=True)
class _Piece:
  """Seconds of one part; for 'useful', in steps after `first`, to `last`."""

  part: str
  seconds: float
  first: int = 0
  last: int = 0


def of_run(model_dir: str) -> Goodput | None:
  """The goodput of a run; None if it has no events."""
  return of(events_lib.read(model_dir))


def of(events: Sequence[Mapping[str, Any]]) -> Goodput | None:
  """The goodput of a run with these events; None if there is no start among them."""
  starts = _starts(events)
  if not starts:
    return None
  seconds = dict.fromkeys(PARTS, 0.0)
  resumed = [next((event['step'] for event in start if event['event'] == 'resumed'), None) for start in starts]
  for number, start in enumerate(starts):
    # Steps after one from which the run later went on were made again.
    kept = min((step for step in resumed[number + 1 :] if step is not None), default=None)
    for piece in _pieces(start):
      lost = _lost(piece, kept)
      seconds[piece.part] += piece.seconds * (1 - lost)
      seconds['lost steps'] += piece.seconds * lost
  for before, after in itertools.pairwise(starts):
    if before[-1].get('code') not in FINAL:
      seconds['restart'] += max(after[0]['time'] - before[-1]['time'], 0.0)
  return Goodput(seconds, len(starts))


def _starts(events: Sequence[Mapping[str, Any]]) -> list[list[Mapping[str, Any]]]:
  """The events of each start of the command, `started` first."""
  found: list[list[Mapping[str, Any]]] = []
  for event in events:
    if event['event'] == 'started':
      found.append([event])
    elif found:
      found[-1].append(event)
  return found


def _pieces(start: Sequence[Mapping[str, Any]]) -> Iterator[_Piece]:
  """What the time of one start went into."""
  step, waited = 0, 0.0  # waited: for rows, since the last record, and told already
  for before, event in itertools.pairwise(start):
    left = max(event['time'] - before['time'], 0.0)
    kind, last = event['event'], event.get('step', step)
    parts: list[tuple[str, float]] = []
    if kind == 'compiled':
      parts, rest, waited = (
        [('compile', event['seconds']), ('data', event['input_seconds'])],
        'start',
        event['input_seconds'],
      )
      last = step = event['step'] - 1
    elif kind == 'logged':
      parts, rest = [('evaluation', event['evaluation_seconds']), ('data', event['input_seconds'] - waited)], 'useful'
      waited = 0.0
    elif kind == 'saved':
      parts, rest = [('checkpoint', event['seconds'])], 'useful'
    elif kind == 'ended':
      rest = 'hang' if event['code'] == HANG else 'other'
    else:
      rest = 'useful' if kind == 'first step' else 'start'
    for part, seconds in parts:
      taken = min(max(seconds, 0.0), left)
      left -= taken
      yield _Piece(part, taken)
    yield _Piece(rest, left, step, last)
    step = last


def _lost(piece: _Piece, kept: int | None) -> float:
  """The share of a piece in steps that were made again, 0 to 1."""
  if piece.part != 'useful' or kept is None or piece.last <= kept:
    return 0.0
  steps = piece.last - piece.first
  return (piece.last - max(piece.first, kept)) / steps if steps else 1.0
