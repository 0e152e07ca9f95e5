# SPDX-License-Identifier: Apache-2.0
"""Texts continued with texts: tokens as in training, groups of batches, samples."""

import dataclasses
from typing import Any, Callable, Protocol, Sequence

import numpy as np

from flan_jax.data.encoding import Encoding
from flan_jax.data.vocabulary import FLAN
from flan_jax.errors import UserError
from flan_jax.inference import decoding
from flan_jax.model import decoder

_TEXTS_AT_ONCE = 4_096
_BATCHES_OF_A_GROUP = 16


class Model(Protocol):
  """What is continued with; as checkpoint.load gives it."""

  @property
  def config(self) -> decoder.DecoderConfig: ...

  @property
  def params(self) -> Any: ...


@dataclasses.dataclass(frozen=True)
class Asked:
  """What is asked of a model for each prompt.

  settings: of decoding. samples: texts. plain: no separator after the prompt, so that
  the text itself goes on; None leaves it to who knows the model. rows: of a batch, see
  decoding.generate.
  """

  settings: decoding.Settings
  samples: int = 1
  plain: bool | None = None
  rows: int | None = None

  def __post_init__(self):
    settings, samples = self.settings, self.samples
    if samples < 1:
      raise UserError(f'samples = {samples} must be at least 1')
    if samples > 1 and not settings.temperature:
      how = f'beams = {settings.beams}' if settings.beams > 1 else 'temperature = 0'
      raise UserError(
        f'samples = {samples} with {how} would be the same text '
        f'{samples} times; set a temperature above 0 (and no beams), or '
        'samples = 1'
      )
    if not 0 <= settings.seed < 2**32:
      raise UserError(f'seed = {settings.seed} must be from 0 to {2**32 - 1}')
    if self.rows is not None and self.rows < 1:
      raise UserError(f'rows = {self.rows} must be at least 1')


def tokens(
  texts: Sequence[str], encoding: Encoding, plain: bool | None = False, name: str = 'prompt'
) -> tuple[list[np.ndarray], int]:
  """Token ids of prompts as in training, and how many had to be shortened.

  Of a longer prompt the end is kept, with the beginning of texts before it and the
  separator after it.

  Args:
    plain: leave the separator out, so that the text itself is continued.
    name: of what prompts are called in an error, before their number from 1.

  Raises:
    UserError: a prompt without tokens.
  """
  if plain:
    encoding = dataclasses.replace(encoding, separators=('', encoding.separators[1]))
  nothing = encoding.inputs([''])[0]
  found, shortened = [], 0
  for start in range(0, len(texts), _TEXTS_AT_ONCE):
    group = texts[start : start + _TEXTS_AT_ONCE]
    fitted, are_cut = encoding.fitted(group, [''] * len(group))
    shortened += sum(are_cut)
    found += [np.array(ids, np.int32) for ids in fitted]  # small: there may be millions
  empty = [number for number, ids in enumerate(found, 1) if ids.tolist() == nothing]
  if empty:
    raise UserError(
      f'{name} {empty[0]}: this vocabulary has no tokens for the prompt; give it other text, or leave it out'
    )
  return found, shortened


def group(prompts: Sequence[np.ndarray], asked: Asked, parts: int = 1) -> int:
  """How many prompts make about 16 batches: enough to sort, few to lose.

  parts: of a batch, see scoring.row_parts.
  """
  length = float(np.mean([len(prompt) for prompt in prompts]))
  batch = decoding.rows_of_batch(length, asked.settings, parts=parts, rows=asked.rows)
  return max(1, _BATCHES_OF_A_GROUP * batch // asked.samples)


def continued(
  loaded: Model,
  prompts: Sequence[np.ndarray],
  asked: Asked,
  end_ids: Sequence[int],
  first: int = 0,
  advance: Callable[[int], None] | None = None,
) -> list[list[str]]:
  """The texts that each prompt is continued with, before a stop.

  Answers are stripped; where the text itself goes on, its blanks and new lines stay.

  Args:
    loaded: the model.
    prompts: as `tokens` gives them.
    end_ids: the tokens at which a text ends.
    first: number of the first prompt; with the seed the numbers decide what is drawn.
    advance: called with the number of texts as they are done.
  """
  settings, samples = asked.settings, asked.samples
  repeated = [prompt for prompt in prompts for _ in range(samples)]
  grown = decoding.generate(
    loaded.config,
    loaded.params,
    repeated,
    settings,
    end_ids,
    decode=FLAN.decode,
    numbers=range(first * samples, first * samples + len(repeated)),
    rows=asked.rows,
    advance=advance,
  )
  texts = [
    decoding.before_stop(_added(prompt, ids), settings.stop)
    if asked.plain
    else decoding.before_stop(FLAN.decode(ids), settings.stop).strip()
    for prompt, ids in zip(repeated, grown)
  ]
  return [texts[start : start + samples] for start in range(0, len(texts), samples)]


def _added(prompt: np.ndarray, ids: list[int]) -> str:
  """What the ids add to the text of the prompt.

  Their own text would lack the blank that many tokenizers drop at the start of a text.
  """
  ends = np.flatnonzero(prompt == FLAN.eos_id)  # decoding stops there
  before = prompt[ends[-1] + 1 if len(ends) else 0 :]
  before = before[before < FLAN.vocab_size].tolist()  # a soft prompt has no text
  start, text = FLAN.decode(before), FLAN.decode([*before, *ids])
  return text.removeprefix(start) if text.startswith(start) else FLAN.decode(ids)
