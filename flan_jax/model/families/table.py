# SPDX-License-Identifier: Apache-2.0
"""All families, by the model_type of their config.json."""

from typing import Mapping

from flan_jax.model.families import gemma, gpt, llama, olmo, phi
from flan_jax.model.families.family import Family

# An export without an import before it takes the first that can say it all.
FAMILIES: Mapping[str, Family] = {
  'llama': llama.LLAMA,
  'mistral': llama.MISTRAL,
  'qwen2': llama.QWEN2,
  'qwen3': llama.QWEN3,
  'smollm3': llama.SMOLLM3,
  'gemma': gemma.GEMMA,
  'gemma2': gemma.GEMMA2,
  'gemma3_text': gemma.GEMMA3,
  'olmo2': olmo.OLMO2,
  'olmo3': olmo.OLMO3,
  'phi3': phi.PHI3,
  'gpt_neox': gpt.GPT_NEOX,
  'gpt2': gpt.GPT2,
}
