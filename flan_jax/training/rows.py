# SPDX-License-Identifier: Apache-2.0
"""The shape of a training step, in tokens."""

import dataclasses

from flan_jax import settings
from flan_jax.errors import UserError


@dataclasses.dataclass(frozen=True)
class Rows:
  """Shape of a step, in tokens; defaults are the paper's (section 2.4)."""

  tokens_per_batch: int
  row_length: int
  target_slots: int
  inputs_length: int
  targets_length: int
  separators: tuple[str, str] = ('eos', 'eos')
  overflow: str = 'cut'

  def __post_init__(self):
    settings.check_fields(self)
    if self.tokens_per_batch % self.row_length:
      raise UserError(f'TOKENS_PER_BATCH = {self.tokens_per_batch} is not a multiple of ROW_LENGTH = {self.row_length}')
    if self.inputs_length + self.targets_length > self.row_length:
      raise UserError(
        f'INPUTS_LENGTH {self.inputs_length} + TARGETS_LENGTH {self.targets_length} '
        f'exceed ROW_LENGTH {self.row_length}; a prompt must fit a row'
      )
    if self.targets_length > self.target_slots:
      raise UserError(f'TARGETS_LENGTH {self.targets_length} exceeds TARGET_SLOTS {self.target_slots}')

  @property
  def per_step(self) -> int:
    return self.tokens_per_batch // self.row_length
