# SPDX-License-Identifier: Apache-2.0
"""A random Llama of 50 million parameters, for transformers and for us."""

import os

from flan_jax.public_models import importing
from flan_jax.training import checkpoint

WIDTH, LAYERS, HEADS, HIDDEN, VOCAB_SIZE, LONGEST = 512, 10, 8, 1_408, 32_000, 2_048
PARAMETERS = 'Llama of 48.5M parameters, random, float32'


def write(folder: str) -> tuple[str, str]:
  """Writes folder/llama for transformers and folder/run for us; returns both paths."""
  import torch
  import transformers

  torch.manual_seed(0)
  config = transformers.LlamaConfig(
    vocab_size=VOCAB_SIZE,
    hidden_size=WIDTH,
    num_hidden_layers=LAYERS,
    num_attention_heads=HEADS,
    num_key_value_heads=HEADS,
    intermediate_size=HIDDEN,
    max_position_embeddings=LONGEST,
    tie_word_embeddings=True,
    bos_token_id=1,
    eos_token_id=2,
    pad_token_id=0,
  )
  theirs, ours = os.path.join(folder, 'llama'), os.path.join(folder, 'run')
  transformers.LlamaForCausalLM(config).save_pretrained(theirs)
  importing.import_folder(theirs, ours, 'bytes')
  return theirs, ours


def load(path: str):
  """Our Llama in float32, its layers unrolled, which is faster on a CPU."""
  import dataclasses

  loaded = checkpoint.load(path)
  config = dataclasses.replace(loaded.config, dtype='float32', scan=False)
  return dataclasses.replace(loaded, config=config)
