# SPDX-License-Identifier: Apache-2.0
"""GGUF files: the logits of the models that they were made from, their tokenizers, and errors."""

import functools
import sys

import gguf
import jax
import numpy as np
import pytest
import sentencepiece
import tokenizers
import torch
import transformers

from flan_jax.data import vocabulary
from flan_jax.data.tokenizers import words as words_lib
from flan_jax.errors import UserError
from flan_jax.model import decoder, positions
from flan_jax.public_models import byte_ranges, folder, gguf_file, importing, reading
from flan_jax.training import checkpoint, sharding
from tests import gguf_writer, rounding, torch_double

SIZES = dict(
  vocab_size=gguf_writer.TOKENS,
  hidden_size=48,
  num_hidden_layers=2,
  num_attention_heads=4,
  num_key_value_heads=2,
  head_dim=16,
  intermediate_size=80,
  max_position_embeddings=64,
  pad_token_id=0,
)
OWN_WIDTH = {key: value for key, value in SIZES.items() if key not in ('num_key_value_heads', 'head_dim')}
LLAMA3 = dict(
  rope_type='llama3',
  rope_theta=500_000.0,
  factor=32.0,
  low_freq_factor=1.0,
  high_freq_factor=4.0,
  original_max_position_embeddings=8192,
)
YARN = dict(rope_type='yarn', rope_theta=10_000.0, factor=4.0, original_max_position_embeddings=32)
LINEAR = dict(rope_type='linear', rope_theta=1_000_000.0, factor=8.0)
NEAR = dict(rope_type='default', rope_theta=10_000.0)
MODELS = {
  'llama': ('Llama', {}),
  'llama, tied, biases': ('Llama', dict(tie_word_embeddings=True, attention_bias=True, mlp_bias=True)),
  'llama, llama3 rope': ('Llama', dict(rope_parameters=LLAMA3)),
  'llama, linear rope': ('Llama', dict(rope_parameters={**LINEAR, 'factor': 3.0})),
  'qwen2': ('Qwen2', {}),
  'qwen3': ('Qwen3', dict(tie_word_embeddings=True)),
  'qwen3, yarn': ('Qwen3', dict(rope_parameters=YARN)),
  'gemma': ('Gemma', dict(tie_word_embeddings=True)),
  'gemma2': ('Gemma2', dict(tie_word_embeddings=True, sliding_window=4, query_pre_attn_scalar=16)),
  'gemma3': (
    'Gemma3',
    dict(
      tie_word_embeddings=True,
      num_hidden_layers=7,
      sliding_window=4,
      query_pre_attn_scalar=16,
      rope_parameters={'full_attention': LINEAR, 'sliding_attention': NEAR},
    ),
  ),
  'phi3': ('Phi3', dict(head_dim=12, sliding_window=5)),
  'olmo2': ('Olmo2', {}),
  'gpt_neox': ('GPTNeoX', dict(rotary_pct=0.5)),
  'gpt_neox, in turn': ('GPTNeoX', dict(use_parallel_residual=False, rotary_pct=0.5)),
  'gpt2': ('GPT2', {}),
}
GPT2 = dict(vocab_size=gguf_writer.TOKENS, n_embd=48, n_layer=2, n_head=4, n_positions=64)
TEXTS = np.random.default_rng(1).integers(0, gguf_writer.TOKENS, (2, 9)).astype(np.int32)


def model(name, **change):
  """A random transformers model, its norms and biases random too."""
  family, more = MODELS[name]
  sizes = GPT2 if family == 'GPT2' else (OWN_WIDTH if family == 'GPTNeoX' else SIZES) | more | change
  settings = getattr(transformers, f'{family}{"Text" * (family == "Gemma3")}Config')(**sizes)
  settings._attn_implementation = 'eager'
  torch.manual_seed(0)
  made = getattr(transformers, f'{family}{"LMHeadModel" if family == "GPT2" else "ForCausalLM"}')(settings).eval()
  with torch.no_grad():
    for value in made.parameters():
      value.copy_((1.0 if value.ndim == 1 else 0.0) + 0.2 * torch.randn(value.shape))
  return made


def their_logits(made):
  """In float64; factors that are tensors are made anew in it."""
  torch.set_default_dtype(torch.float64)
  try:
    with torch.no_grad(), torch_double.Double(), torch.device('cpu'):
      double = type(made)(made.config).double().eval()
      double.load_state_dict(made.state_dict())
      return double(torch.tensor(TEXTS, dtype=torch.long)).logits.numpy()
  finally:
    torch.set_default_dtype(torch.float32)


def our_logits(path, **devices):
  opened = folder.open_model(str(path))
  mesh = sharding.mesh(devices, jax.devices()[: int(np.prod([*devices.values()], dtype=int))])
  params = reading.read_params(opened, mesh)
  config, index = rounding.doubled(opened.config), np.broadcast_to(np.arange(9, dtype=np.int32), TEXTS.shape)
  batch = {'tokens': TEXTS, 'positions': index, 'branch': 0 * index, 'segment_ids': 1 + 0 * index}
  with rounding.double():
    params = rounding.as_double(params)
    return decoder.logits(config, params, decoder.hidden_states(config, params, batch))


@pytest.fixture(autouse=True)
def no_vocabulary_yet(monkeypatch):
  monkeypatch.setenv(vocabulary.VARIABLE, vocabulary.BYTES)
  monkeypatch.setattr(vocabulary.FLAN, '_loaded', None)


@pytest.mark.parametrize('name', MODELS)
def test_logits_equal_those_of_the_model_it_was_made_from(tmp_path, name):
  made = model(name)
  gguf_writer.write(tmp_path / 'model.gguf', made)
  expected = their_logits(made)
  assert np.std(expected) > 0.3
  rounding.assert_equal(our_logits(tmp_path / 'model.gguf'), expected)


@pytest.mark.parametrize('kind', ['F16', 'BF16', 'Q8_0', 'Q4_1', 'Q5_0', 'Q4_K', 'Q6_K'])
def test_quantized_tensors_are_the_numbers_they_stand_for(tmp_path, kind):
  """Rows and columns of blocks are cut where devices share them."""
  made = model('llama', hidden_size=256, intermediate_size=256, num_attention_heads=4, head_dim=64)
  gguf_writer.write(tmp_path / 'model.gguf', made, kind)
  expected = their_logits(made)
  for devices in ({'fsdp': 1}, {'fsdp': 4}):
    rounding.assert_equal(our_logits(tmp_path / 'model.gguf', **devices), expected)


@pytest.mark.parametrize('length, low, high', [(8192, 1.0, 4.0), (4096, 1.0, 4.0), (2048, 0.5, 3.0), (512, 1.0, 16.0)])
def test_the_slowing_of_rotations_is_found_again(tmp_path, length, low, high):
  told = LLAMA3 | dict(low_freq_factor=low, high_freq_factor=high, original_max_position_embeddings=length)
  made = model('llama', head_dim=64, rope_parameters=told)
  gguf_writer.write(tmp_path / 'model.gguf', made)
  config = folder.open_model(str(tmp_path / 'model.gguf')).config
  assert config.rope_scaling == 'llama3'
  unscaled = 500_000.0 ** (-np.arange(0, 64, 2) / 64)
  expected = unscaled / gguf_writer.slowed(made.config)
  np.testing.assert_allclose(positions.frequencies(config), expected, rtol=1e-4)


def test_an_import_takes_the_tokenizer_along(tmp_path):
  made = model('llama')
  gguf_writer.write(tmp_path / 'model.gguf', made, change=lambda writer: writer.add_eot_token_id(261))
  run = importing.import_folder(str(tmp_path / 'model.gguf'), str(tmp_path / 'run'))
  assert run.vocabulary.path == str(tmp_path / 'run/tokenizer.json')
  assert (run.ends['ends'], run.ends['beginning']) == ([260, 261], [259])
  assert '{{ messages }}' in (tmp_path / 'run/tokenizer/tokenizer_config.json').read_text()
  assert checkpoint.load(str(tmp_path / 'run')).config == folder.open_model(str(tmp_path / 'model.gguf')).config


def test_a_file_is_read_without_a_model_dir(tmp_path):
  gguf_writer.write(tmp_path / 'model.gguf', model('llama'))
  loaded = reading.read_model(str(tmp_path / 'model.gguf'), dtype='bfloat16')
  assert {str(leaf.dtype) for leaf in jax.tree.leaves(loaded.params)} == {'bfloat16'}
  assert vocabulary.FLAN.encode('the')[0] == gguf_writer.letters()[0].index('the')
  assert loaded.run.imported_from == str(tmp_path / 'model.gguf')


SAID = 'the other the\u00e9 theme 1234 <tool>  the\n\n  It\u2019s 5 o\u2019clock, they\u2019ll say:  "x=y" \u4e2d\u6587'
PRES = {'gpt-2': None, 'smollm': [tokenizers.pre_tokenizers.Digits(True)]}


@pytest.mark.parametrize('pre', PRES)
@pytest.mark.parametrize('begins', [True, False])
def test_texts_are_cut_as_the_tokenizer_that_was_written_cuts_them(tmp_path, pre, begins):
  path = tmp_path / 'model.gguf'
  gguf_writer.write(path, model('llama'), words=functools.partial(gguf_writer.tokenizer, pre=pre, begins=begins))
  tokens, kinds, merges = gguf_writer.letters()
  pieces = {token: number for number, token in enumerate(tokens)}
  expected = tokenizers.Tokenizer(tokenizers.models.BPE(pieces, [tuple(merge.split(' ')) for merge in merges]))
  expected.add_special_tokens(['<s>', '</s>'])
  expected.add_tokens(['<tool>'])
  cuts = [*(PRES[pre] or []), tokenizers.pre_tokenizers.ByteLevel(False)]
  expected.pre_tokenizer = tokenizers.pre_tokenizers.Sequence(cuts)
  words = words_lib.opened(folder.open_model(str(path)).vocabulary)
  assert words.encode(SAID) == expected.encode(SAID).ids
  assert words.puts_first == ((259,) if begins else ())
  assert words._tokenizer.decode(words.encode(SAID)) == SAID


def test_a_sentencepiece_model_cuts_texts_as_the_one_that_was_written(tmp_path):
  (tmp_path / 'text').write_text('\n'.join(f'the {one} of {other}' for one in 'abcdefgh' for other in 'klmnopqrst'))
  sentencepiece.SentencePieceTrainer.train(
    input=str(tmp_path / 'text'),
    model_prefix=str(tmp_path / 'small'),
    vocab_size=304,
    model_type='bpe',
    byte_fallback=True,
    hard_vocab_limit=False,
    normalization_rule_name='identity',
    remove_extra_whitespaces=False,
  )
  pieces = sentencepiece.SentencePieceProcessor(model_file=str(tmp_path / 'small.model'))
  size = pieces.get_piece_size()
  words = functools.partial(gguf_writer.sentencepiece_tokenizer, pieces=pieces)
  gguf_writer.write(tmp_path / 'model.gguf', model('llama', vocab_size=size), words=words)
  opened = folder.open_model(str(tmp_path / 'model.gguf'))
  found, ends = folder.read_vocabulary(opened)
  for text in ('the a of k', '  the  b\nof \u00e9', SAID):
    assert found.encode(text) == pieces.encode(text)
  assert (ends.ends, ends.beginning) == ((pieces.eos_id(),), (pieces.bos_id(),))


def test_a_shard_reads_only_its_bytes(tmp_path, monkeypatch):
  made = model('llama', hidden_size=256, intermediate_size=256, head_dim=64)
  gguf_writer.write(tmp_path / 'model.gguf', made, 'Q8_0')
  made.save_pretrained(tmp_path / 'folder')
  counted = []
  fill = byte_ranges.File._fill
  monkeypatch.setattr(
    byte_ranges.File, '_fill', lambda file, room, begin: (counted.append(room.nbytes), fill(file, room, begin))
  )
  opened = folder.open_model(str(tmp_path / 'model.gguf'))
  with reading.open_tensors(opened) as tensors:
    counted.clear()
    part = tensors['blk.0.ffn_up.weight'][slice(32, 64), slice(0, 256)]
    assert (part.shape, sum(counted)) == ((32, 256), 32 * 256 // 32 * 34)
    counted.clear()
    tensors['blk.0.attn_q.weight'][slice(64, 96), slice(0, 256)]  # of one head, which is permuted
    assert sum(counted) == 64 * 256 // 32 * 34


def cut(path, size):
  path.write_bytes(path.read_bytes()[:size])


def rewritten(change):
  """Breaks a file by what else is written into it."""
  return lambda path: gguf_writer.write(path, model('llama'), change=change)


def without(*names):
  return lambda path: gguf_writer.write(path, model('llama'), drop=names)


def another(**keys):
  """Another value in place of one that was written."""

  def change(writer):
    for name, value in keys.items():
      writer.kv_data[0][name.replace('__', '.')].value = value

  return rewritten(change)


def unknown_type(path):
  """A matrix of a type that holds numbers and has no dequantization."""
  gguf_writer.write(path, model('llama'))
  raw = bytearray(path.read_bytes())
  place = raw.index(b'blk.0.ffn_up.weight') + len('blk.0.ffn_up.weight') + 4 + 16
  raw[place : place + 4] = int(gguf.GGMLQuantizationType.I32).to_bytes(4, 'little')
  path.write_bytes(raw)


@pytest.mark.parametrize(
  'break_it, message',
  [
    (lambda path: path.write_bytes(b'junk'), r'model.gguf is no whole GGUF file \(.*; download it again'),
    (lambda path: path.write_bytes(b''), 'is no whole GGUF file'),
    (lambda path: path.unlink(), 'model.gguf is not there; name a GGUF file'),
    (lambda path: cut(path, 900), 'is no whole GGUF file'),
    (lambda path: cut(path, path.stat().st_size - 100), 'is no whole GGUF file'),
    (another(general__architecture='mamba'), "general.architecture is 'mamba': this reads llama, qwen2, .* only"),
    (rewritten(lambda writer: writer.add_expert_count(8)), 'has llama.expert_count 8, which is not known here'),
    (rewritten(lambda writer: writer.add_uint16('split.count', 3)), 'is one of 3 parts .* llama-gguf-split --merge'),
    (rewritten(lambda writer: writer.add_rope_scaling_type(gguf.RopeScalingType.LONGROPE)), "type 'longrope': this"),
    (another(llama__attention__value_length=8), 'has llama.attention.value_length 8, and heads of 16'),
    (another(llama__feed_forward_length=81), r'blk.0.ffn_gate.weight is \(80, 48\), by its metadata .* \(81, 48'),
    (without('token_embd.weight'), 'it has no tensor token_embd.weight; download it again'),
    (without('blk.1.ffn_up.weight'), 'lacks 1 tensors: blk.1.ffn_up.weight'),
    (
      rewritten(lambda writer: writer.add_tensor('blk.0.extra.weight', np.zeros(3, np.float32))),
      'has, unknown to its family, 1 tensors: blk.0.extra.weight',
    ),
    (
      rewritten(lambda writer: writer.add_tensor('rope_freqs.weight', np.arange(1, 9, dtype=np.float32))),
      'rope_freqs.weight slows rotations in another way than Llama 3',
    ),
    (unknown_type, 'blk.0.ffn_up.weight is of type I32, which the package gguf cannot dequantize'),
    (another(tokenizer__ggml__pre='poro-chat'), "tokenizer.ggml.pre 'poro-chat': .*--vocabulary=FILE"),
    (another(tokenizer__ggml__model='rwkv'), "tokenizer.ggml.model 'rwkv': .*--vocabulary=FILE"),
    (another(tokenizer__ggml__eos_token_id=999), 'tokenizer.ggml.eos_token_id 999, and 304 tokens; download'),
  ],
)
def test_what_cannot_be_imported_is_named(tmp_path, break_it, message):
  path = tmp_path / 'model.gguf'
  gguf_writer.write(path, model('llama'))
  break_it(path)
  with pytest.raises(UserError, match=message):
    importing.import_folder(str(path), str(tmp_path / 'run'))
  assert not (tmp_path / 'run').exists()


def test_a_missing_package_is_named(tmp_path, monkeypatch):
  monkeypatch.setitem(sys.modules, 'gguf', None)
  with pytest.raises(UserError, match=r"package gguf, .*pip install 'flan_jax\[gguf\]'"):
    gguf_file.read(str(tmp_path / 'model.gguf'))
