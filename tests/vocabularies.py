# SPDX-License-Identifier: Apache-2.0
"""Small vocabularies that tests train."""

import io
from collections.abc import Sequence
from typing import Any


def sentencepiece_model(texts: Sequence[str], size: int, **settings: Any) -> bytes:
  """A SentencePiece model of some texts, with pad, end and unknown as T5's; for a file."""
  import sentencepiece

  written = io.BytesIO()
  sentencepiece.SentencePieceTrainer.train(
    sentence_iterator=iter(texts),
    model_writer=written,
    vocab_size=size,
    pad_id=0,
    eos_id=1,
    unk_id=2,
    bos_id=-1,
    hard_vocab_limit=False,
    minloglevel=2,
    **settings,
  )
  return written.getvalue()
