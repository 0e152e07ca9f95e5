# SPDX-License-Identifier: Apache-2.0
"""A DecoderConfig from a config.json, and back, by the table of its family.

Every key must be known: one that the family reads, one that changes nothing, or one that
is off. Whatever else it may say would be another model.
"""

import dataclasses
from typing import Any, Mapping, Optional

from flan_jax.errors import UserError
from flan_jax.model.config import DecoderConfig
from flan_jax.model.families import keys
from flan_jax.model.families.family import Family
from flan_jax.model.families.table import FAMILIES
from flan_jax.settings.kinds import shown

# Keys that change nothing of what a model computes: its origin, training and generation.
HARMLESS = frozenset(
  """
  architectures attn_implementation auto_map attention_dropout attn_pdrop bad_words_ids begin_suppress_tokens
  bos_token_id cache_implementation chunk_size_feed_forward classifier_dropout decoder_start_token_id
  diversity_penalty do_sample dtype early_stopping embd_pdrop encoder_no_repeat_ngram_size eos_token_id
  exponential_decay_length_penalty finetuning_task forced_bos_token_id forced_eos_token_id hidden_dropout id2label
  initializer_range is_decoder is_llama_config label2id length_penalty max_length max_new_tokens
  max_position_embeddings min_length model_type no_repeat_ngram_size num_beam_groups num_beams num_labels
  num_return_sequences output_attentions output_hidden_states output_scores pad_token_id prefix pretraining_tp
  problem_type remove_invalid_values repetition_penalty resid_pdrop return_dict return_dict_in_generate
  sep_token_id suppress_tokens task_specific_params temperature tf_legacy_loss tokenizer_class top_k top_p torch_dtype
  torchscript transformers.js_config transformers_version typical_p unk_token_id unsloth_fixed unsloth_version
  use_cache use_mambapy use_return_dict
  """.split()
)
# Keys whose null says something else than that they are absent.
NULLS = {
  'num_key_value_heads': lambda values: keys.whole(values, 'num_attention_heads'),
  'head_dim': keys.quotient('hidden_size', 'num_attention_heads'),
  'attn_logit_softcapping': lambda values: None,
  'final_logit_softcapping': lambda values: None,
}
# Fields that say nothing of the mathematics, or that a property says better.
_FREE = {'dtype', 'remat', 'scan', 'attention', 'windows', 'rope_layers', 'kv_heads', 'head_dim'}
_FREE |= {'relative_buckets', 'relative_max_distance'}


def read_config(values: Mapping[str, Any], dtype: str = 'bfloat16') -> DecoderConfig:
  """The DecoderConfig that a config.json describes; dtype is that of the computation.

  Raises UserError for another family, a missing key, or mathematics not known here.
  """
  family = _family(values)
  _check_keys(family, values)
  missing = sorted({key for key in family.fields.values() if values.get(key) is None and key not in family.defaults})
  if missing:
    raise UserError(
      f'config.json has no {", ".join(missing)}; download it again, or name a folder that was saved whole.'
    )
  fields: dict[str, Any] = {name: _value(family, values, key) for name, key in family.fields.items()}
  for name in ('d_model', 'layers', 'heads'):
    keys.whole(values, family.fields[name])
  fields |= family.always
  for rule in family.rules:
    fields |= rule.read(values, fields)
  return DecoderConfig(**fields, dtype=dtype)


def _family(values: Mapping[str, Any]) -> Family:
  model_type = values.get('model_type')
  family = FAMILIES.get(str(model_type))
  if family is not None:
    return family
  hint = ' Of a gemma3 with images, the text model alone is a gemma3_text.' if model_type == 'gemma3' else ''
  raise UserError(f'config.json has model_type {model_type!r}: this reads {", ".join(FAMILIES)} only.{hint}')


def known_keys(model_type: str) -> set[str]:
  """What a config.json of the family may say."""
  family = FAMILIES[model_type]
  rules = (key for rule in family.rules for key in rule.keys)
  return {*HARMLESS, *family.fields.values(), *family.expected, *family.harmless, *rules}


def _check_keys(family, values):
  for key, wanted in family.expected.items():
    if key in values and values[key] != wanted:
      raise UserError(f'config.json has {key} {shown(values[key])}: this knows {wanted!r} only.')
  allowed = known_keys(values['model_type'])
  for key, value in values.items():
    if value and key not in allowed and not key.startswith('_'):
      raise UserError(
        f'config.json has {key} {shown(value)}, which is not known here of a {values["model_type"]}; if it changes '
        'nothing of what the model computes, remove it there.'
      )


def _value(family, values, key):
  if values.get(key) is not None:
    return values[key]
  if key in values and key in NULLS:
    return NULLS[key](values)
  default = family.defaults[key]
  return default(values) if callable(default) else default


def write_config(config: DecoderConfig, max_length: int, preferred: Optional[str] = None) -> dict[str, Any]:
  """The config.json of a family that can say all of it, read back to be sure.

  max_length: max_position_embeddings, the tokens that a row may have. preferred: the
  model_type to take if it can; otherwise it is the first of FAMILIES that can.

  Raises UserError, naming what the nearest family cannot say.
  """
  unsaid = {}
  for model_type in dict.fromkeys([preferred, *FAMILIES] if preferred in FAMILIES else FAMILIES):
    written = _written(model_type, config, max_length)
    unsaid[model_type] = _unsaid(written, config)
    if not unsaid[model_type]:
      return written
  nearest = min(unsaid, key=lambda model_type: len(unsaid[model_type]))
  raise UserError(
    f'no family of {", ".join(FAMILIES)} can say what this model is; {nearest} comes '
    f'nearest, but for {", ".join(unsaid[nearest])}.'
  )


def _written(model_type, config, max_length) -> dict:
  family = FAMILIES[model_type]
  said = {'kv_heads': config.key_heads}
  written = {
    'architectures': [family.architecture],
    'model_type': model_type,
    **{key: said.get(name, getattr(config, name)) for name, key in family.fields.items()},
    # transformers takes it for the length of a table, too, if there is one.
    'max_position_embeddings': config.position_rows or max_length,
    'torch_dtype': 'float32',
    **family.expected,
  }
  for rule in family.rules:
    written |= rule.write(config)
  return written


def _unsaid(written, config) -> list[str]:
  """Fields that differ in what they mean, as 'name value'."""
  try:
    read = read_config(written, config.dtype)
  except UserError as error:
    return [f'this: {error}']
  free = _FREE | _unused(config)
  names = [field.name for field in dataclasses.fields(config) if field.name not in free]
  names += ['head_dim'] if read.head_dim != config.head_dim else []
  unsaid = [name for name in names if getattr(read, name) != getattr(config, name)]
  unsaid += ['kv_heads'] if read.key_heads != config.key_heads else []
  unsaid += ['windows'] if read.layer_windows != config.layer_windows else []
  unsaid += ['rope_layers'] if read.layer_ropes != config.layer_ropes else []
  return [f'{name} {getattr(config, name)!r}' for name in unsaid]


def _unused(config) -> set[str]:
  """Fields that change nothing beside the others."""
  free = set()
  if config.positions != 'rope':
    free |= {field.name for field in dataclasses.fields(config) if field.name.startswith('rope_')}
  if config.rope_scaling not in ('llama3', 'yarn'):
    free |= {'rope_low_frequency', 'rope_high_frequency', 'rope_original_length'}
  if config.rope_scaling != 'yarn':
    free |= {'rope_attention_factor'}
  if config.rope_scaling == 'none':
    free |= {'rope_factor'}
  if config.positions != 'learned':
    free |= {'position_rows'}
  if 'local' not in (config.layer_ropes or ()):
    free |= {'rope_local_theta'}
  if not config.qk_norm:
    free |= {'qk_norm_over'}
  if not config.tied_embeddings and config.logit_scale is None:
    free |= {'logit_scale'}
  return free
