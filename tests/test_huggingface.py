# SPDX-License-Identifier: Apache-2.0
"""Public checkpoints in and out: the same logits, only the parts asked for, errors."""

import io
import json
import os
import shutil
import sys

import jax
import numpy as np
import pytest
import safetensors.numpy
import tokenizers
import torch
import transformers

import gin
from flan_jax.cli import commandline, generate, huggingface
from flan_jax.data import vocabulary
from flan_jax.errors import UserError
from flan_jax.model import decoder, families
from flan_jax.public_models import exporting, importing, safetensors_files
from flan_jax.training import checkpoint, sharding
from tests import rounding, torch_double

SIZES = dict(
  vocab_size=101,
  hidden_size=30,
  num_hidden_layers=2,
  num_attention_heads=3,
  num_key_value_heads=1,
  head_dim=10,
  intermediate_size=37,
  max_position_embeddings=64,
  eos_token_id=2,
  bos_token_id=1,
)
TOKENS = np.random.default_rng(1).integers(0, 101, (2, 9)).astype(np.int32)


def logits_of_folder(folder):
  with torch.no_grad(), torch_double.Double():
    model = transformers.AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float64, attn_implementation='eager')
    return model(torch.tensor(TOKENS, dtype=torch.long)).logits.numpy()


def logits_of_run(model_dir):
  loaded = checkpoint.load(model_dir)
  index_BL = np.broadcast_to(np.arange(9, dtype=np.int32), TOKENS.shape)
  batch = {'tokens': TOKENS, 'positions': index_BL, 'branch': 0 * index_BL, 'segment_ids': 1 + 0 * index_BL}
  config = rounding.doubled(loaded.run.model)
  with rounding.double():
    params = rounding.as_double(loaded.params)
    return decoder.logits(config, params, decoder.hidden_states(config, params, batch))


@pytest.fixture(autouse=True)
def no_vocabulary_yet(monkeypatch):
  monkeypatch.setenv(vocabulary.VARIABLE, vocabulary.BYTES)
  monkeypatch.setattr(vocabulary.FLAN, '_loaded', None)


def save(folder, dtype=torch.float32, shard='5GB', **change):
  """A random Llama with a tokenizer."""
  torch.manual_seed(0)
  settings = transformers.LlamaConfig(**SIZES | {'initializer_range': 0.2} | change)
  model = transformers.LlamaForCausalLM(settings).to(dtype)
  model.save_pretrained(folder, max_shard_size=shard)
  words = {'<unk>': 0, '<s>': 1, '</s>': 2, 'a': 3}
  model = tokenizers.models.WordLevel(words, unk_token='<unk>')
  tokenizers.Tokenizer(model).save(os.path.join(folder, 'tokenizer.json'))
  return folder


@pytest.fixture
def folder(tmp_path):
  return save(tmp_path / 'folder')


@pytest.mark.parametrize(
  'dtype, shard, tied',
  [(torch.float32, '5GB', False), (torch.bfloat16, '20KB', True)],
  ids=['whole', 'bfloat16 in parts, tied'],
)
def test_import_and_export_keep_the_logits(tmp_path, dtype, shard, tied):
  there = save(tmp_path / 'there', dtype, shard, tie_word_embeddings=tied)
  assert (there / safetensors_files.INDEX).exists() == (shard == '20KB')
  run, back = str(tmp_path / 'run'), tmp_path / 'back'
  huggingface.main(['import', str(there), run, '--fsdp=2'])
  expected = logits_of_folder(there)
  rounding.assert_equal(logits_of_run(run), expected)
  huggingface.main(['export', run, str(back), '--fsdp=2', '--max_shard_size=2e-5'])
  assert (back / safetensors_files.INDEX).exists()
  np.testing.assert_array_equal(logits_of_folder(back), expected)
  told = transformers.AutoConfig.from_pretrained(back)
  assert (told.max_position_embeddings, told.eos_token_id) == (64, 2)
  assert (back / 'tokenizer.json').read_text() == (there / 'tokenizer.json').read_text()


OWN_WIDTH = {key: SIZES[key] for key in SIZES if key not in ('num_key_value_heads', 'head_dim')}
GPT2 = dict(vocab_size=101, n_embd=30, n_layer=2, n_head=3, n_positions=64, eos_token_id=2, bos_token_id=1)
OTHERS = {
  'SmolLM3ForCausalLM': transformers.SmolLM3Config(**SIZES, pad_token_id=0),
  'Gemma3ForCausalLM': transformers.Gemma3TextConfig(**SIZES, sliding_window=4, query_pre_attn_scalar=7),
  'Olmo3ForCausalLM': transformers.Olmo3Config(**SIZES, sliding_window=4),
  'Phi3ForCausalLM': transformers.Phi3Config(**SIZES, pad_token_id=0),
  'GPTNeoXForCausalLM': transformers.GPTNeoXConfig(**OWN_WIDTH),
  'GPT2LMHeadModel': transformers.GPT2Config(**GPT2),
}


@pytest.mark.parametrize('name', OTHERS)
def test_every_tensor_of_another_family_comes_back_bit_by_bit(tmp_path, name):
  torch.manual_seed(0)
  there, run, back = save(tmp_path / 'there'), str(tmp_path / 'run'), tmp_path / 'back'
  getattr(transformers, name)(OTHERS[name]).save_pretrained(there)
  huggingface.main(['import', str(there), run])
  huggingface.main(['export', run, str(back)])
  expected, got = (safetensors.numpy.load_file(one / safetensors_files.WHOLE) for one in (there, back))
  assert {key: value.tobytes() for key, value in got.items()} == {
    key: value.tobytes() for key, value in expected.items()
  }
  # torch adds up in another order where a file's tensors begin at another byte.
  rounding.assert_equal(logits_of_folder(back), logits_of_folder(there))
  made = commandline.parser('train', '', gin='runs/tune.gin')
  gin.clear_config()
  try:
    given = [f'--gin_file={run}/model.gin', '--gin.MODEL_DIR="x"', '--gin.HELD_OUT="nli"']
    commandline.configure(commandline.parse(made, given))
    assert commandline.call(decoder.DecoderConfig) == checkpoint.read_run(run).model
  finally:
    gin.clear_config()


def test_names_of_the_first_gpt2_and_its_masks_are_read(tmp_path):
  there, run = save(tmp_path / 'there'), str(tmp_path / 'run')
  transformers.GPT2LMHeadModel(OTHERS['GPT2LMHeadModel']).save_pretrained(there)
  change_tensors(lambda state: state.update({'h.0.attn.bias': np.ones((1, 1, 8, 8), np.float32)}))(there)

  def shorten(state):
    for name in list(state):
      state[name.removeprefix('transformer.')] = state.pop(name)

  change_tensors(shorten)(there)
  importing.import_folder(str(there), run)
  rows = checkpoint.read_run(run).rows
  assert rows.inputs_length + rows.targets_length <= 64  # of its positions


def test_a_shard_reads_only_its_own_part(folder):
  config = families.read_config(json.loads((folder / 'config.json').read_text()))
  state = safetensors.numpy.load_file(folder / safetensors_files.WHOLE)
  read = {}

  def part(name, at):
    block = state[name][at]
    read.setdefault(name, []).append(block.size)
    return block

  mesh = sharding.mesh({'fsdp': 2}, jax.devices()[:2])
  families.read_params(
    'llama',
    config,
    sharding.param_shardings(mesh, decoder.parameter_axes(config), decoder.abstract_params(config)),
    part,
  )
  for name, sizes in read.items():
    assert sum(sizes) == state[name].size, name


def test_model_gin_states_the_model_and_its_vocabulary(folder, tmp_path):
  run = str(tmp_path / 'run')
  importing.import_folder(str(folder), run)
  made = commandline.parser('train', '', gin='runs/tune.gin')
  flags = commandline.parse(made, [f'--gin_file={run}/model.gin', '--gin.MODEL_DIR="x"', '--gin.HELD_OUT="nli"'])
  gin.clear_config()
  try:
    commandline.configure(flags)
    config = commandline.call(decoder.DecoderConfig)
    words = gin.query_parameter('VOCABULARY/gin.macro.value')
    assert gin.config_str()
  finally:
    gin.clear_config()
  assert config == checkpoint.read_run(run).model
  assert words == f'{run}/tokenizer.json'


def test_an_import_tells_where_it_is_from_and_that_it_was_not_tuned(folder, tmp_path, capsys):
  huggingface.main(['import', str(folder), str(tmp_path / 'run')])
  said = capsys.readouterr().out
  assert 'not known here' in said and 'not tuned here' in said
  run = checkpoint.read_run(str(tmp_path / 'run'))
  assert run.imported_from == str(folder) and run.tasks == {}


def save_tokenizer(folder, begins):
  """Letters and blanks as Llama's; whether <s> begins a text."""
  pieces = {
    '<unk>': 0,
    '<s>': 1,
    '</s>': 2,
    '\u2581': 3,
    **{letter: number for number, letter in enumerate('abcdefghijklmnopqrstuvwxyz', 4)},
  }
  made = tokenizers.Tokenizer(tokenizers.models.BPE(pieces, [], unk_token='<unk>'))
  made.add_special_tokens(['<s>', '</s>'])
  made.pre_tokenizer = tokenizers.pre_tokenizers.Metaspace()
  made.decoder = tokenizers.decoders.Metaspace()
  if begins:
    made.post_processor = tokenizers.processors.TemplateProcessing(single='<s> $A', special_tokens=[('<s>', 1)])
  made.save(str(folder / 'tokenizer.json'))
  return made


@pytest.mark.parametrize('begins', [True, False])
def test_an_import_goes_on_with_a_text_as_transformers_does(tmp_path, monkeypatch, capsys, begins):
  folder = save(tmp_path / 'folder', vocab_size=30)
  words = save_tokenizer(folder, begins)
  importing.import_folder(str(folder), str(tmp_path / 'run'))
  monkeypatch.setattr(vocabulary.FLAN, '_loaded', None)  # another process imports
  text = 'the capital of france is'
  monkeypatch.setattr(sys, 'stdin', io.StringIO(text))
  capsys.readouterr()
  generate.main([f'--model_dir={tmp_path / "run"}', '--max_tokens=12'])
  model = transformers.AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
  ids = words.encode(text).ids
  assert (ids[0] == 1) == begins
  (whole,) = model.generate(torch.tensor([ids]), max_new_tokens=12, do_sample=False, pad_token_id=0).tolist()
  after = words.decode(whole)
  assert after.startswith(text) and after != text
  assert capsys.readouterr().out == after.removeprefix(text) + '\n'


def test_what_cannot_be_read_is_not_exported(folder, tmp_path, capsys):
  run = tmp_path / 'run'
  importing.import_folder(str(folder), str(run))
  shutil.copytree(run / 'checkpoints/0', run / 'checkpoints/5')
  for path in (run / 'checkpoints/5/params/ocdbt.process_0/d').iterdir():
    path.write_bytes(b'')
  os.rename(run, tmp_path / 'moved')
  with pytest.raises(UserError, match='checkpoint 5 in .* cannot be read'):
    exporting.export_folder(str(tmp_path / 'moved'), str(tmp_path / 'five'), step=5)
  assert not (tmp_path / 'five').exists()
  huggingface.main(['export', str(tmp_path / 'moved'), str(tmp_path / 'back')])
  out, err = capsys.readouterr()
  assert 'checkpoint 0 serves instead' in err and 'exported step 0' in out
  assert 'tokenizer.json' in os.listdir(tmp_path / 'back')  # from the folder it moved with


def change_config(**change):
  def break_it(folder):
    values = json.loads((folder / 'config.json').read_text())
    (folder / 'config.json').write_text(json.dumps(values | change))

  return break_it


def change_tensors(change):
  def break_it(folder):
    state = safetensors.numpy.load_file(folder / safetensors_files.WHOLE)
    change(state)
    safetensors.numpy.save_file(state, folder / safetensors_files.WHOLE)

  return break_it


def write(*files):
  """Writes files by name and content into a folder; None makes a folder of it."""

  def break_it(folder):
    for name, content in zip(files[::2], files[1::2]):
      (folder / name).unlink(missing_ok=True)
      (folder / name).mkdir() if content is None else (folder / name).write_bytes(content)

  return break_it


EXTRA = {'model.layers.0.self_attn.q_proj.bias': np.zeros(30, np.float32)}
EIGHT = {'model.norm.weight': np.ones(30, np.int8)}


@pytest.mark.parametrize(
  'break_it, message',
  [
    (lambda folder: (folder / 'config.json').unlink(), 'has no config.json'),
    (write('config.json', b'{'), 'config.json is not JSON .*download it again'),
    (write('config.json', b'\xff'), r'config.json is not JSON \(.utf-8.*\); download it again'),
    (write('config.json', b'[]'), r"config.json holds no JSON object but '\[\]'; download"),
    (write('config.json', None), 'config.json cannot be read .Is a directory.; download'),
    (write(safetensors_files.INDEX, b'{"weight_map": {'), 'index.json is not JSON .*download it'),
    (write(safetensors_files.INDEX, b'[]'), 'index.json holds no JSON object .*download it again'),
    (write(safetensors_files.INDEX, b'{}'), 'index.json has no object weight_map; download it'),
    (write(safetensors_files.INDEX, b'{"weight_map": ["a"]}'), 'has no object weight_map'),
    (
      write(safetensors_files.INDEX, b'{"weight_map": {"lm_head.weight": 3}}'),
      'index.json: weight_map has 3 as the file of lm_head.weight; download it again',
    ),
    (write(safetensors_files.INDEX, None), 'index.json cannot be read .Is a directory.'),
    (
      write(
        safetensors_files.WHOLE,
        None,
        safetensors_files.INDEX,
        b'{"weight_map": {"lm_head.weight": "model.safetensors"}}',
      ),
      'model.safetensors is broken .*download it again',
    ),
    (change_config(model_type='t5'), "folder: config.json has model_type 't5'"),
    (
      write('config.json', b'{"model_type": "llama", "vocab_size": 9}'),
      'folder: config.json has no hidden_size, .*; download it again, or name a folder',
    ),
    (change_config(pad_token_id='x'), "config.json has pad_token_id 'x'; it must be"),
    (lambda folder: (folder / safetensors_files.WHOLE).unlink(), 'has neither'),
    (lambda folder: (folder / safetensors_files.WHOLE).write_bytes(b'junk'), 'is broken'),
    (change_tensors(lambda state: state.pop('model.norm.weight')), 'lacks 1 tensors: model.norm.weight'),
    (change_tensors(lambda state: state.update(EXTRA)), 'q_proj.bias'),
    (change_tensors(lambda state: state.update(EIGHT)), 'of type I8'),
    (change_config(intermediate_size=38), r'is \(37, 30\), by config.json .*\(38, 30\)'),
    (lambda folder: (folder / 'tokenizer.json').unlink(), 'import it with its own: .*--vocabulary=FILE'),
  ],
)
def test_what_cannot_be_imported_is_named(folder, tmp_path, break_it, message):
  break_it(folder)
  with pytest.raises(UserError, match=message):
    importing.import_folder(str(folder), str(tmp_path / 'run'))
  assert not (tmp_path / 'run').exists()


def test_a_missing_part_is_named(tmp_path):
  folder = save(tmp_path / 'folder', shard='20KB')
  next(folder.glob('model-00002-*')).unlink()
  with pytest.raises(UserError, match='model-00002.* is missing'):
    importing.import_folder(str(folder), str(tmp_path / 'run'))


def test_a_vocabulary_that_does_not_fit_is_named(folder, tmp_path):
  with pytest.raises(UserError, match='bytes has .* tokens, the model 101 rows'):
    importing.import_folder(str(folder), str(tmp_path / 'run'), 'bytes')
  words = tokenizers.models.WordLevel({'</s>': 2, 'far': 101}, unk_token='</s>')
  tokenizers.Tokenizer(words).save(str(folder / 'tokenizer.json'))
  vocabulary.FLAN._loaded = None
  with pytest.raises(UserError, match='has 102 tokens, the model 101 rows'):
    importing.import_folder(str(folder), str(tmp_path / 'run'))


def test_nothing_is_written_over(folder, tmp_path):
  for direction in (importing.import_folder, exporting.export_folder):
    run = tmp_path / 'run'
    if direction is exporting.export_folder:
      importing.import_folder(str(folder), str(run))
    with pytest.raises(UserError, match='exists; name a new folder'):
      direction(str(run if run.exists() else folder), str(folder))


def test_exporting_what_is_no_run_is_named(folder, tmp_path):
  with pytest.raises(UserError, match='holds no run'):
    exporting.export_folder(str(folder), str(tmp_path / 'back'))
