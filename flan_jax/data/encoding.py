# SPDX-License-Identifier: Apache-2.0
"""The encoding of prompts and answers as tokens, outside the prompt store."""

import dataclasses
from typing import Any, Sequence

from flan_jax.data import answer_lengths, truncation
from flan_jax.data.tokenizers.ends import with_beginning
from flan_jax.data.tokens import tokenizing
from flan_jax.data.vocabulary import FLAN
from flan_jax.errors import UserError

PAPER_LENGTHS = 1_024, 256  # tokens of inputs and of targets, paper section 2.4


@dataclasses.dataclass(frozen=True)
class Encoding:
  """The encoding of text as tokens, as in training; lengths include separators.

  lead: before every target. stop: texts that end a decoded answer.
  beginning: ids before every prompt that lacks them.
  """

  inputs_length: int
  targets_length: int
  separators: tuple[str, str] = ('eos', 'eos')
  lead: str = ''
  stop: tuple[str, ...] = ()
  beginning: tuple[int, ...] = ()

  @classmethod
  def of(cls, run: Any) -> 'Encoding':
    """Returns the encoding of the prompts that a run (training.run_file.Run) was tuned on.

    Pretraining has no prompts, its rows are documents: then the paper's lengths apply.
    """
    rows = run.rows
    lengths = rows.inputs_length, rows.targets_length
    if rows.overflow == 'split':
      lengths = PAPER_LENGTHS
    beginning = tuple((run.ends or {}).get('beginning', ()))
    return cls(*lengths, rows.separators, beginning=beginning)

  def told(self) -> dict:
    """Returns what answers depend on, as JSON; without `beginning` as in earlier versions."""
    told = dataclasses.asdict(self)
    return told if self.beginning else {name: value for name, value in told.items() if name != 'beginning'}

  def within(self, row_length: int) -> 'Encoding':
    """Returns the encoding for rows of this length, with shorter prompts if necessary.

    Raises:
      UserError: a row has no room for a prompt beside a target.
    """
    room = row_length - self.targets_length
    if room < 1:
      raise UserError(
        f'ROW_LENGTH = {row_length} leaves no room for a prompt beside a '
        f'target of up to {self.targets_length} tokens; raise it'
      )
    return dataclasses.replace(self, inputs_length=min(self.inputs_length, room))

  def plain(self) -> 'Encoding':
    """Returns the encoding of plain prompts, whose answer continues up to the end of the line."""
    return dataclasses.replace(self, separators=('', ''), lead=' ', stop=('\n',))

  def inputs(self, texts: Sequence[str]) -> list[list[int]]:
    """Returns the ids of each text; see `fitted`."""
    return self.fitted(texts, [''] * len(texts))[0]

  def fitted(self, texts: Sequence[str], passages: Sequence[str]) -> tuple[list[list[int]], list[bool]]:
    """Returns (the ids of each text, whether it was too long and was shortened).

    Shortening removes the beginning of the passage in the text or, if that is not enough,
    of the text: the question and the options come after it.
    """
    end = tokenizing.separator_ids(FLAN, self.separators[0])
    room = max(self.inputs_length - len(end) - len(self.beginning), 0)
    found, cut = truncation.fitted(FLAN.encode_batch(list(texts)), texts, passages, room, FLAN.encode_batch)
    return [[*with_beginning(self.beginning, ids), *end] for ids in found], cut

  def targets(self, texts: Sequence[str]) -> list[list[int]]:
    """Returns the ids of each text; a text that is too long loses its end."""
    return answer_lengths.Options(self).ids(texts)

  def answers(self, texts: Sequence[str]) -> list[list[int]]:
    """Returns the ids of each text as an answer, complete and without the separator."""
    return FLAN.encode_batch([self.lead + text for text in texts])

  def end_ids(self) -> tuple[int, ...]:
    """Returns the tokens that stop decoding."""
    return FLAN.ends.stops(self.separators[1], FLAN.encode)
