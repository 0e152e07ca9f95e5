# SPDX-License-Identifier: Apache-2.0
"""LoRA as folders of peft: the same logits there, bit for bit there and back, errors."""

import dataclasses
import json

import jax
import numpy as np
import peft
import pytest
import safetensors.numpy
import torch
import transformers

from flan_jax.cli import huggingface
from flan_jax.data import vocabulary
from flan_jax.errors import UserError
from flan_jax.model import adapters, decoder
from flan_jax.public_models import importing
from flan_jax.training import checkpoint, run_file, sharding
from tests import test_adapters, test_huggingface

ADAPTER = adapters.Adapter(rank=3, alpha=5.0, base_dtype='float32')


@pytest.fixture(autouse=True)
def no_vocabulary_yet(monkeypatch):
  monkeypatch.setenv(vocabulary.VARIABLE, vocabulary.BYTES)
  monkeypatch.setattr(vocabulary.FLAN, '_loaded', None)


@pytest.fixture
def base(tmp_path):
  """(a folder of transformers, the MODEL_DIR that it is imported to)."""
  folder = test_huggingface.save(tmp_path / 'there')
  importing.import_folder(str(folder), str(tmp_path / 'base'))
  return folder, tmp_path / 'base'


def write_run(folder, base, adapter=ADAPTER):
  """A run of an adapter at step 4, as training leaves it."""
  loaded = checkpoint.load(str(base), dtype=adapter.base_dtype)
  params = test_adapters.trained(loaded.config, adapter, loaded.params)
  with checkpoint.manager(str(folder)) as checkpoints:
    checkpoint.save_items(checkpoints, 4, {'params': params})
    checkpoint.finish(checkpoints, 4)
  known = run_file.Base(loaded.step, adapters.digest(loaded.params))
  run = dataclasses.replace(loaded.run, adapter=adapter, base=known, init_from=str(base))
  checkpoint.write_run(str(folder), run.to_json())
  return params


def logits_of_peft(folder, adapter):
  with torch.no_grad():
    model = transformers.AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, attn_implementation='eager')
    model = peft.PeftModel.from_pretrained(model, adapter)
    return model(torch.tensor(test_huggingface.TOKENS, dtype=torch.long)).logits.numpy()


def logits_of_run(model_dir):
  loaded, tokens = checkpoint.load(str(model_dir)), test_huggingface.TOKENS
  config = dataclasses.replace(loaded.config, dtype='float32')
  places = np.broadcast_to(np.arange(tokens.shape[1], dtype=np.int32), tokens.shape)
  rows = {'tokens': tokens, 'positions': places, 'segment_ids': np.ones_like(tokens)}
  return decoder.logits(config, loaded.params, decoder.hidden_states(config, loaded.params, rows))


@pytest.mark.parametrize(
  'changes', [{}, {'scale': 'rslora', 'targets': ('layers/attention/(query|out)/kernel',)}], ids=['all', 'rslora, some']
)
def test_peft_computes_the_same_and_there_and_back_is_bit_for_bit(base, tmp_path, capsys, changes):
  adapter = dataclasses.replace(ADAPTER, **changes)
  params = write_run(tmp_path / 'run', base[1], adapter)
  huggingface.main(['export', str(tmp_path / 'run'), str(tmp_path / 'adapter'), '--adapter'])
  ours = logits_of_run(tmp_path / 'run')
  np.testing.assert_allclose(logits_of_peft(base[0], tmp_path / 'adapter'), ours, atol=2e-4)
  assert np.abs(ours - logits_of_run(base[1])).max() > 0.01
  huggingface.main(['import', str(tmp_path / 'adapter'), str(tmp_path / 'back'), f'--base={base[1]}'])
  mesh = sharding.mesh({}, jax.devices()[:1])
  run, step, back = checkpoint.load_trained(str(tmp_path / 'back'), None, mesh, False, 'float32')
  jax.tree.map(np.testing.assert_array_equal, back, params)
  assert step == 0 and run.adapter.factor == adapter.factor
  np.testing.assert_array_equal(logits_of_run(tmp_path / 'back'), ours)


def test_what_peft_saves_is_read(base, tmp_path):
  model = transformers.AutoModelForCausalLM.from_pretrained(base[0], dtype=torch.float32)
  told = peft.LoraConfig(r=2, lora_alpha=6, target_modules='all-linear', task_type='CAUSAL_LM', init_lora_weights=False)
  torch.manual_seed(0)
  peft.get_peft_model(model, told).save_pretrained(tmp_path / 'adapter')
  huggingface.main(['import', str(tmp_path / 'adapter'), str(tmp_path / 'run'), f'--base={base[1]}'])
  theirs = logits_of_peft(base[0], tmp_path / 'adapter')
  np.testing.assert_allclose(logits_of_run(tmp_path / 'run'), theirs, atol=2e-4)
  assert np.abs(theirs - logits_of_run(base[1])).max() > 0.01


def config(**change):
  def break_it(folder):
    values = json.loads((folder / 'adapter_config.json').read_text())
    (folder / 'adapter_config.json').write_text(json.dumps(values | change))

  return break_it


def tensors(change, **metadata):
  def break_it(folder):
    path = folder / 'adapter_model.safetensors'
    state = safetensors.numpy.load_file(path)
    change(state)
    safetensors.numpy.save_file(state, path, metadata={'format': 'pt', **metadata})

  return break_it


NAME = 'base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight'


@pytest.mark.parametrize(
  'break_it, message',
  [
    (config(use_dora=True), 'has use_dora True, which is not read here'),
    (config(modules_to_save=['lm_head']), r"has modules_to_save \['lm_head'\]"),
    (config(bias='all'), "has bias 'all'"),
    (config(peft_type='IA3'), "has peft_type 'IA3'.* only 'LORA' is"),
    (config(rank_pattern={'q_proj': 4}), 'has rank_pattern'),
    (config(target_modules=['q_proj', 'c_attn']), "target_modules with 'c_attn', which is none of q_proj"),
    (config(r='3'), "has r '3'; save the adapter again"),
    (tensors(lambda state: state.pop(NAME)), f'lacks 1 tensors, {NAME} among them'),
    (
      tensors(lambda state: state.update({'x.lora_A.weight': np.ones(1, np.float32)})),
      'unknown here, 1 tensors, x.lora',
    ),
    (tensors(lambda state: state.update({NAME: np.ones((3, 31), np.float32)})), rf'{NAME} is \(3, 31\)'),
    (tensors(lambda state: None, base_digest='0123'), 'base_digest 0123: it was trained beside other parameters'),
    (lambda folder: (folder / 'adapter_model.safetensors').unlink(), 'adapter_model.safetensors is missing'),
    (lambda folder: (folder / 'adapter_model.safetensors').write_bytes(b'x'), 'adapter_model.safetensors is broken'),
  ],
)
def test_what_is_not_read_is_named(base, tmp_path, break_it, message):
  write_run(tmp_path / 'run', base[1])
  huggingface.main(['export', str(tmp_path / 'run'), str(tmp_path / 'adapter'), '--adapter'])
  break_it(tmp_path / 'adapter')
  with pytest.raises(UserError, match=message):
    huggingface.main(['import', str(tmp_path / 'adapter'), str(tmp_path / 'back'), f'--base={base[1]}'])
  assert not (tmp_path / 'back').exists()


def test_a_base_must_be_named_and_a_run_must_have_lora(base, tmp_path):
  write_run(tmp_path / 'run', base[1])
  huggingface.main(['export', str(tmp_path / 'run'), str(tmp_path / 'adapter'), '--adapter'])
  with pytest.raises(UserError, match='holds an adapter: name .* with --base=MODEL_DIR'):
    huggingface.main(['import', str(tmp_path / 'adapter'), str(tmp_path / 'back')])
  with pytest.raises(UserError, match="run of ADAPTER = None; a folder of peft is written of one of 'lora'"):
    huggingface.main(['export', str(base[1]), str(tmp_path / 'x'), '--adapter'])


def test_merged_parameters_are_spread_as_the_base_is(base, tmp_path):
  write_run(tmp_path / 'run', base[1])
  mesh = sharding.mesh({'fsdp': 2}, jax.devices()[:2])
  spread = checkpoint.load(str(tmp_path / 'run'), mesh=mesh).params
  one, other = (jax.tree.leaves(tree) for tree in (spread, checkpoint.load(str(base[1]), mesh=mesh).params))
  assert [leaf.sharding for leaf in one] == [leaf.sharding for leaf in other]
  assert not all(leaf.sharding.is_fully_replicated for leaf in one)
