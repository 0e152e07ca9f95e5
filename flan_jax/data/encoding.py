# SPDX-License-Identifier: Apache-2.0
"""The encoding of prompts and answers as tokens, outside the prompt store."""

import dataclasses
from typing import Any, Sequence

from flan_jax.data import answer_lengths, truncation
from flan_jax.data.tokenizers import chat as chat_lib
from flan_jax.data.tokenizers.ends import with_beginning
from flan_jax.data.tokens import tokenizing
from flan_jax.data.vocabulary import FLAN
from flan_jax.errors import UserError

PAPER_LENGTHS = 1_024, 256  # tokens of inputs and of targets, paper section 2.4


@dataclasses.dataclass(frozen=True)
class Encoding:
  """The encoding of text as tokens, as in training; lengths include separators.

  lead: stands before every target. stop: texts at which a decoded answer ends.
  beginning: ids before every prompt that does not have them. chat: the template that puts
  a prompt as a user's message; then it is what begins and ends the inputs.
  """

  inputs_length: int
  targets_length: int
  separators: tuple[str, str] = ('eos', 'eos')
  lead: str = ''
  stop: tuple[str, ...] = ()
  beginning: tuple[int, ...] = ()
  chat: chat_lib.Template | None = None

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
    """What answers depend on, as JSON has it; as before there were beginnings."""
    told = dataclasses.asdict(self) | {'chat': self.chat and self.chat.digest}
    return {name: value for name, value in told.items() if value or name not in ('beginning', 'chat')}

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

  def by_newline(self) -> 'Encoding':
    """That of prompts which the answer follows on a line of its own."""
    return dataclasses.replace(self, separators=('\n', '\n'), stop=('\n',))

  def by_chat(self, template: chat_lib.Template, prompt: int = 0) -> 'Encoding':
    """That of prompts as messages. prompt: so many ids of `beginning` are a soft prompt.

    Raises:
      UserError: the template fails.
    """
    turn = template.turn()
    end = FLAN.encode(turn.end)[:1]
    text = 'eos' if not end or end[0] == FLAN.eos_id else FLAN.piece(end[0])
    text = text if text == 'eos' or FLAN.encode(text) == end else turn.end
    return dataclasses.replace(
      self, separators=('', text), lead=turn.lead, beginning=self.beginning[:prompt], chat=template
    )

  def inputs(self, texts: Sequence[str]) -> list[list[int]]:
    """Returns the ids of each text; see `fitted`."""
    return self.fitted(texts, [''] * len(texts))[0]

  def fitted(self, texts: Sequence[str], passages: Sequence[str]) -> tuple[list[list[int]], list[bool]]:
    """Returns (the ids of each text, whether it was too long and was shortened).

    Shortening removes the beginning of the passage in the text or, if that is not enough,
    of the text: the question and the options come after it.
    """
    if self.chat:
      return self._messages(texts, passages, self.chat)
    end = tokenizing.separator_ids(FLAN, self.separators[0])
    room = max(self.inputs_length - len(end) - len(self.beginning), 0)
    found, cut = truncation.fitted(FLAN.encode_batch(list(texts)), texts, passages, room, FLAN.encode_batch)
    return [[*with_beginning(self.beginning, ids), *end] for ids in found], cut

  def _messages(self, texts, passages, template: chat_lib.Template) -> tuple[list[list[int]], list[bool]]:
    """`fitted` of messages: the text gets shorter, what the template writes stays whole."""
    encode = lambda some: FLAN.encode_batch([template.prompt(one) for one in some])
    room = max(self.inputs_length - len(self.beginning), 0)
    parts = [passage or text for passage, text in zip(passages, texts)]
    found, cut = truncation.fitted(encode(texts), texts, parts, room, encode)
    return [with_beginning(self.beginning, ids) for ids in found], cut

  def shown(self, ids: Sequence[int]) -> str:
    """Inputs for people to read: of messages with all that the template writes."""
    return FLAN.shown(ids) if self.chat else FLAN.decode(ids)

  def targets(self, texts: Sequence[str]) -> list[list[int]]:
    """Returns the ids of each text; a text that is too long loses its end."""
    return answer_lengths.Options(self).ids(texts)

  def answers(self, texts: Sequence[str]) -> list[list[int]]:
    """Returns the ids of each text as an answer, complete and without the separator."""
    return FLAN.encode_batch([self.lead + text for text in texts])

  def end_ids(self) -> tuple[int, ...]:
    """The tokens at which decoding stops."""
    stops = FLAN.ends.stops(self.separators[1], FLAN.encode)
    return tuple(dict.fromkeys([*stops, *(FLAN.ends.ends if self.stop or self.chat else ())]))
