# SPDX-License-Identifier: Apache-2.0
"""Random models of transformers as GGUF files, converted as llama.cpp's own converter does it."""

import gguf
import numpy as np
import torch

TOKENS = 304
_RENAMED = {'gemma3_text': 'gemma3', 'gpt_neox': 'gptneox'}


def permuted(rows, heads):
  """llama.cpp's order of the rows of a query or key."""
  return rows.reshape(heads, 2, len(rows) // heads // 2, *rows.shape[1:]).swapaxes(1, 2).reshape(rows.shape)


def converted(model, name, value):
  """A tensor of the model's folder as the converter writes it."""
  config, kind = model.config, model.config.model_type
  if kind == 'llama' and '.q_proj.' in name:
    return permuted(value, config.num_attention_heads)
  if kind == 'llama' and '.k_proj.' in name:
    return permuted(value, config.num_key_value_heads)
  if kind.startswith('gemma') and name.endswith('norm.weight'):
    return value + 1
  if kind == 'gpt2' and name.endswith(('c_attn.weight', 'c_proj.weight', 'c_fc.weight')):
    return value.T
  if kind == 'gpt_neox' and '.query_key_value.' in name:
    heads = config.num_attention_heads
    parts = value.reshape(heads, 3, len(value) // heads // 3, *value.shape[1:])
    return parts.swapaxes(0, 1).reshape(value.shape)
  return value


def tensors(model):
  """(name in the file, name in the folder, numbers of the folder) of each tensor."""
  kind = model.config.model_type
  kind = _RENAMED.get(kind, kind)
  number = next(number for number, name in gguf.MODEL_ARCH_NAMES.items() if name == kind)
  names = gguf.get_tensor_name_map(number, model.config.num_hidden_layers)
  for name, value in model.state_dict().items():
    if name in ('lm_head.weight', 'embed_out.weight') and model.config.tie_word_embeddings:
      continue
    stem, _, ending = name.rpartition('.')
    yield f'{names.get_name(stem)}.{ending}', name, value.numpy()


def metadata(writer, model):
  """The settings of the architecture, as the converter writes them."""
  config = model.config
  told = config.to_dict()
  first = lambda *keys: next(told[key] for key in keys if told.get(key) is not None)
  writer.add_context_length(first('max_position_embeddings', 'n_positions'))
  width, heads = first('hidden_size', 'n_embd'), first('num_attention_heads', 'n_head')
  writer.add_embedding_length(width)
  writer.add_block_count(first('num_hidden_layers', 'n_layer'))
  writer.add_feed_forward_length(told.get('intermediate_size') or 4 * width)
  writer.add_head_count(heads)
  if told.get('num_key_value_heads') and config.model_type != 'gpt_neox':
    writer.add_head_count_kv(told['num_key_value_heads'])
  if told.get('rms_norm_eps'):
    writer.add_layer_norm_rms_eps(told['rms_norm_eps'])
  else:
    writer.add_layer_norm_eps(first('layer_norm_eps', 'layer_norm_epsilon'))
  if told.get('head_dim'):
    writer.add_key_length(told['head_dim'])
    writer.add_value_length(told['head_dim'])
  _rope(writer, config, width // heads)
  if config.model_type in ('gemma2', 'gemma3_text', 'phi3'):
    writer.add_sliding_window(told.get('sliding_window') or 0)
  if told.get('attn_logit_softcapping'):
    writer.add_attn_logit_softcapping(told['attn_logit_softcapping'])
  if told.get('final_logit_softcapping'):
    writer.add_final_logit_softcapping(told['final_logit_softcapping'])
  if config.model_type == 'gpt_neox':
    writer.add_parallel_residual(told['use_parallel_residual'])


def _rope(writer, config, head):
  rope = getattr(config, 'rope_parameters', None)
  if not rope:
    return
  rope = rope.get('full_attention', rope)
  writer.add_rope_freq_base(rope['rope_theta'])
  size = getattr(config, 'head_dim', None) or head
  writer.add_rope_dimension_count(int(size * rope.get('partial_rotary_factor', 1.0)))
  if rope['rope_type'] in ('linear', 'yarn'):
    writer.add_rope_scaling_type(gguf.RopeScalingType(rope['rope_type']))
    writer.add_rope_scaling_factor(rope['factor'])
  if rope['rope_type'] == 'yarn':
    writer.add_rope_scaling_orig_ctx_len(rope['original_max_position_embeddings'])


def slowed(config):
  """rope_freqs.weight of Llama 3."""
  rope, size = config.rope_parameters, config.head_dim
  turns = rope['original_max_position_embeddings'] * rope['rope_theta'] ** (-np.arange(0, size, 2) / size) / (2 * np.pi)
  low, high, factor = rope['low_freq_factor'], rope['high_freq_factor'], rope['factor']
  kept = np.clip((turns - low) / (high - low), 0, 1)
  return (1 / ((1 - kept) / factor + kept)).astype(np.float32)


def letters():
  """The 256 letters of byte-level tokenizers, two merges and what fills the vocabulary."""
  from flan_jax.data.tokenizers import byte_tokenizer

  tokens = [byte_tokenizer.spelled(chr(code)) for code in range(128)]
  tokens += sorted(byte_tokenizer.LETTERS - set(tokens))
  merges = ['t h', 'th e', f'{byte_tokenizer.spelled(" ")} the']
  tokens += [merge.replace(' ', '') for merge in merges] + ['<s>', '</s>', '<tool>']
  kinds = [1] * (len(tokens) - 3) + [3, 3, 4]
  spare = [f'[PAD{number}]' for number in range(TOKENS - len(tokens))]
  return tokens + spare, kinds + [5] * len(spare), merges


def tokenizer(writer, pre='gpt-2', begins=True):
  """A byte-level tokenizer; <s> is 259 and </s> is 260."""
  tokens, kinds, merges = letters()
  writer.add_tokenizer_model('gpt2')
  writer.add_tokenizer_pre(pre)
  writer.add_token_list(tokens)
  writer.add_token_types(kinds)
  writer.add_token_merges(merges)
  writer.add_bos_token_id(259)
  writer.add_eos_token_id(260)
  writer.add_add_bos_token(begins)
  writer.add_chat_template('{{ messages }}')


def sentencepiece_tokenizer(writer, pieces):
  """A SentencePiece model as the converter writes it."""
  size = range(pieces.get_piece_size())
  kinds = [
    2 if pieces.is_unknown(one) else 3 if pieces.is_control(one) else 6 if pieces.is_byte(one) else 1 for one in size
  ]
  writer.add_tokenizer_model('llama')
  writer.add_tokenizer_pre('default')
  writer.add_token_list([pieces.id_to_piece(one) for one in size])
  writer.add_token_scores([pieces.get_score(one) for one in size])
  writer.add_token_types(kinds)
  writer.add_bos_token_id(pieces.bos_id())
  writer.add_eos_token_id(pieces.eos_id())
  writer.add_unk_token_id(pieces.unk_id())


def stored(value, kind):
  """(what is written of a matrix, the numbers that it stands for)."""
  kind = gguf.GGMLQuantizationType[kind]
  if kind.name.endswith('_K'):  # the package reads these and cannot make them: any blocks are numbers
    block, size = gguf.GGML_QUANT_SIZES[kind]
    raw = np.random.default_rng(value.size).integers(0, 256, (len(value), value.shape[1] // block, size), np.uint8)
    scales = {'Q4_K': (0, 2), 'Q6_K': (208,)}[kind.name]
    for place in scales:
      raw[..., place : place + 2] = np.frombuffer(np.float16(1e-4).tobytes(), np.uint8)
    raw = raw.reshape(len(value), -1)
  else:
    raw = gguf.quants.quantize(np.ascontiguousarray(value, np.float32), kind)
  return raw, gguf.quants.dequantize(raw, kind), kind


def write(path, model, kind='F32', change=lambda writer: None, words=tokenizer, drop=()):
  """Writes the model, and gives it the numbers that the file holds."""
  name = model.config.model_type
  writer = gguf.GGUFWriter(str(path), _RENAMED.get(name, name))
  metadata(writer, model)
  words(writer)
  change(writer)
  state = {}
  for theirs, ours, value in tensors(model):
    if value.ndim == 1 or kind == 'F32' or 'position_embd' in theirs:
      raw, exact, wanted = converted(model, ours, value), value, None
      if name.startswith('gemma') and ours.endswith('norm.weight'):
        exact = raw - np.float32(1)
    else:
      # The rows of a matrix are quantized one by one, so in whatever order they stand.
      raw, exact, wanted = stored(value, kind)
      raw = converted(model, ours, raw)
    state[ours] = torch.tensor(np.ascontiguousarray(exact))
    if theirs not in drop:
      writer.add_tensor(theirs, np.ascontiguousarray(raw), raw_dtype=wanted)
  rope = getattr(model.config, 'rope_parameters', None) or {}
  if rope.get('rope_type') == 'llama3':
    writer.add_tensor('rope_freqs.weight', slowed(model.config))
  model.load_state_dict(state, strict=False)
  writer.write_header_to_file()
  writer.write_kv_data_to_file()
  writer.write_tensors_to_file()
  writer.close()
