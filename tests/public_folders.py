# SPDX-License-Identifier: Apache-2.0
"""Folders of random public models, as transformers saves them: a few layers, a tokenizer of bytes."""

import json

import tokenizers
import torch
import transformers

SPECIAL = '<pad>', '<|im_start|>', '<|im_end|>'
CHATML = (
  "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>\n' }}"
  "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)
SIZES = dict(
  hidden_size=32,
  num_hidden_layers=2,
  num_attention_heads=2,
  num_key_value_heads=1,
  head_dim=16,
  intermediate_size=48,
  max_position_embeddings=2048,
  initializer_range=0.3,
)


def tokenizer(extra=()):
  """Bytes as tokens, after the special ones."""
  letters = sorted(tokenizers.pre_tokenizers.ByteLevel.alphabet())
  words = {name: number for number, name in enumerate([*SPECIAL, *extra, *letters])}
  made = tokenizers.Tokenizer(tokenizers.models.BPE(words, []))
  made.pre_tokenizer = tokenizers.pre_tokenizers.ByteLevel(add_prefix_space=False)
  made.decoder = tokenizers.decoders.ByteLevel()
  made.add_special_tokens([*SPECIAL, *extra])
  return made


def write(folder, seed=0, template=CHATML, **change):
  """A random Llama whose tokenizer.json has a chat template, if there is one; returns the folder."""
  torch.manual_seed(seed)
  words = tokenizer()
  rows = words.get_vocab_size()
  ids = dict(vocab_size=rows, eos_token_id=2, bos_token_id=1, pad_token_id=0)
  transformers.LlamaForCausalLM(transformers.LlamaConfig(**SIZES | ids | change)).save_pretrained(folder)
  words.save(str(folder / 'tokenizer.json'))
  told = {'tokenizer_class': 'PreTrainedTokenizerFast', 'eos_token': '<|im_end|>', 'pad_token': '<pad>'}
  told |= {'chat_template': template} if template else {}
  (folder / 'tokenizer_config.json').write_text(json.dumps(told))
  return folder
