# SPDX-License-Identifier: Apache-2.0
"""Runs of an adapter: resumed, evaluated and begun from like any other; the base is known."""

import dataclasses
import json
import shutil

import jax
import numpy as np
import pytest

from flan_jax.data import vocabulary
from flan_jax.data.mixture_subset import Selection
from flan_jax.errors import UserError
from flan_jax.inference import text_generation
from flan_jax.inference.decoding import Settings
from flan_jax.model import adapters
from flan_jax.runs import evaluation, evaluation_request, generation, training
from flan_jax.training import checkpoint, loop, metric_log, rows, sharding
from tests import tiny_runs

LORA = adapters.Adapter(rank=2, alpha=4.0)
PROMPT = adapters.Adapter('prompt', length=5)


@pytest.fixture
def world(world, monkeypatch):
  """Embedded data and a base, on one device."""
  device = jax.devices()[:1]
  monkeypatch.setattr(jax, 'devices', lambda *_: device)
  return world


def job(world, folder, steps, adapter=LORA, **changes):
  given = dict(
    model_dir=str(folder),
    mixture=None,
    held_out='nli',
    selection=Selection(tasks=('natural_questions',)),
    model=dataclasses.replace(tiny_runs.CONFIG, vocab_size=None),
    mesh=None,
    rows=rows.Rows(**tiny_runs.ROWS | {'separators': ('eos', 'eos')}),
    schedule=loop.Schedule(train_steps=steps, save_every=0, eval_every=0, log_every=100),
    optimizer={'name': 'adam', 'learning_rate': 3e-2},
    seed=0,
    adapter=adapter,
    init_from=str(world / 'base'),
    compilation_cache=None,
    leak_limit=1.0,
  )
  return training.Training(**given | changes)


def train(monkeypatch, *arguments, **changes):
  monkeypatch.setattr(vocabulary.FLAN, '_loaded', None)
  training.train(job(*arguments, **changes))


def arrays(folder, step):
  """What a checkpoint holds, by path."""
  run, _, params = checkpoint.load_trained(str(folder), step, sharding.mesh({}, jax.devices()[:1]), False, 'float32')
  return run, {jax.tree_util.keystr(path): leaf for path, leaf in jax.tree_util.tree_leaves_with_path(params)}


@pytest.mark.parametrize('adapter', [LORA, pytest.param(PROMPT, marks=pytest.mark.slow)], ids=['lora', 'prompt'])
def test_resumed_equals_unbroken_and_only_the_adapter_is_saved(world, tmp_path, monkeypatch, adapter):
  train(monkeypatch, world, tmp_path / 'straight', 3, adapter)
  train(monkeypatch, world, tmp_path / 'broken', 2, adapter)
  train(monkeypatch, world, tmp_path / 'broken', 3, adapter)
  run, straight = arrays(tmp_path / 'straight', 3)
  _, broken = arrays(tmp_path / 'broken', 3)
  jax.tree.map(np.testing.assert_array_equal, straight, broken)
  assert run.base.step == 0 and (tmp_path / 'straight/checkpoints/3/progress').is_dir()
  assert any(np.abs(leaf).max() > 0 for leaf in straight.values())
  told = json.loads((tmp_path / 'straight/run.json').read_text())
  assert told['adapter']['kind'] == adapter.kind
  soft = list(range(384, 389)) if adapter is PROMPT else []
  assert told['ends']['beginning'] == soft


def test_another_base_or_another_adapter_is_refused(world, tmp_path, monkeypatch):
  train(monkeypatch, world, tmp_path / 'run', 1)
  shutil.copytree(world / 'base', tmp_path / 'same')
  train(monkeypatch, world, tmp_path / 'run', 2, init_from=str(tmp_path / 'same'))
  other = tmp_path / 'other'
  checkpoint.write_run(str(other), tiny_runs.RUN)
  tiny_runs.save(other, 0, tiny_runs.random_params(tiny_runs.CONFIG, 7))
  with pytest.raises(UserError, match=r'checkpoint 0 of .*/other, has other parameters than the adapter was trained'):
    train(monkeypatch, world, tmp_path / 'run', 3, init_from=str(other))
  with pytest.raises(UserError, match='adapter.rank was 2 and is now 3'):
    train(monkeypatch, world, tmp_path / 'run', 3, dataclasses.replace(LORA, rank=3))
  with pytest.raises(UserError, match='adapter was .* and is now None'):
    train(monkeypatch, world, tmp_path / 'run', 3, None)
  shutil.rmtree(tmp_path / 'same')
  with pytest.raises(UserError, match='checkpoint 0 of .*/same, is not there; bring it back'):
    checkpoint.load(str(tmp_path / 'run'))


@pytest.mark.parametrize(
  'changes, message',
  [
    ({'init_from': None}, "ADAPTER = 'lora' is trained beside .* INIT_FROM"),
    ({'optimizer': {'learning_rate': 1e-3, 'frozen': ('embedding',)}}, 'frozen already; leave FROZEN out'),
    ({'adapter': adapters.Adapter(targets=('kernel',))}, "ADAPTER_TARGETS has 'kernel', which matches no parameter"),
  ],
)
def test_what_cannot_be_is_refused_before_anything(world, tmp_path, monkeypatch, changes, message):
  with pytest.raises(UserError, match=message):
    train(monkeypatch, world, tmp_path / 'run', 1, **changes)
  assert not (tmp_path / 'run').exists()


def asked(model_dir, untuned=False):
  """(the tokens of a prompt, the log-likelihoods of what follows), with a text made of them."""
  model = generation.open_model(str(model_dir), untuned=untuned, compilation_cache=None)
  ids, _ = text_generation.tokens(['Is it so?'], model.encoding())
  loaded = model.load()
  text_generation.continued(loaded, ids, text_generation.Asked(Settings(6)), model.encoding().end_ids())
  return ids[0].tolist(), np.asarray(tiny_runs.likelihoods(tiny_runs.CONFIG, loaded.params, ids[0][None])[0, -1])


@pytest.mark.parametrize('adapter', [LORA, PROMPT], ids=['lora', 'prompt'])
def test_a_run_is_evaluated_and_generates_like_any_other(world, tmp_path, monkeypatch, adapter):
  folder = tmp_path / 'run'
  train(monkeypatch, world, folder, 6, adapter)
  tuned, untuned = asked(folder), asked(folder, untuned=True)
  monkeypatch.setattr(vocabulary.FLAN, '_loaded', None)
  base = asked(world / 'base')
  np.testing.assert_array_equal(untuned[1], base[1])
  soft = list(adapters.placeholders(adapter, tiny_runs.CONFIG.vocab_size))
  assert tuned[0] == soft + untuned[0] == soft + base[0]
  assert np.abs(tuned[1] - untuned[1]).max() > 0.1
  settings = evaluation.Evaluation(
    model_dir=str(folder), held_out='none', held_in='natural_questions', only='both', limit=4, compilation_cache=None
  )
  found = evaluation.evaluate(settings)
  assert {one.name for one in found.evaluations} == {evaluation_request.UNTUNED, evaluation_request.TUNED}
  if adapter is LORA:
    assert_evaluated_as_trained(folder, 6)


def assert_evaluated_as_trained(folder, step):
  """The base is rounded as it was in training, and then merged in float32."""
  run = checkpoint.read_run(str(folder))
  mesh = sharding.mesh({}, jax.devices()[:1])
  base = checkpoint.load_base(run, mesh, '')
  own = checkpoint.load_trained(str(folder), step, mesh, False, 'float32')[2]
  joined = adapters.joined(run.adapter, base, own)
  tokens = np.random.default_rng(0).integers(0, 256, (2, 12)).astype(np.int32)
  ours = tiny_runs.likelihoods(tiny_runs.CONFIG, checkpoint.load(str(folder)).params, tokens)
  np.testing.assert_allclose(ours, tiny_runs.likelihoods(tiny_runs.CONFIG, joined, tokens), atol=1e-5)


@pytest.mark.slow
def test_a_run_begins_from_the_merged_parameters_and_from_no_soft_prompt(world, tmp_path, monkeypatch):
  train(monkeypatch, world, tmp_path / 'lora', 2)
  train(
    monkeypatch, world, tmp_path / 'next', 1, None, init_from=str(tmp_path / 'lora'), optimizer={'learning_rate': 1e-9}
  )
  merged, after = (checkpoint.load(str(tmp_path / name)).params for name in ('lora', 'next'))
  jax.tree.map(lambda one, other: np.testing.assert_allclose(one, other, atol=1e-6), merged, after)
  kernels = [
    checkpoint.load(str(folder)).params['layers']['mlp']['wo']['kernel']
    for folder in (world / 'base', tmp_path / 'lora')
  ]
  assert np.abs(np.subtract(*kernels)).max() > 1e-3
  train(monkeypatch, world, tmp_path / 'prompt', 1, PROMPT)
  with pytest.raises(UserError, match='a soft prompt is no part of the parameters: begin from its base'):
    train(monkeypatch, world, tmp_path / 'after', 1, init_from=str(tmp_path / 'prompt'))


@pytest.mark.slow
def test_a_soft_prompt_beats_the_frozen_model_on_what_it_was_trained_on(world, tmp_path, monkeypatch):
  """On the dev split of CB, in nats a target token."""

  def dev_loss(name, steps, adapter, rate, task='cb', base=world / 'base'):
    schedule = loop.Schedule(train_steps=steps, save_every=0, eval_every=steps, log_every=100)
    optimizer = {'name': 'adam', 'learning_rate': rate}
    own = {'held_out': None, 'selection': Selection(tasks=(task,)), 'schedule': schedule, 'optimizer': optimizer}
    train(monkeypatch, world, tmp_path / name, steps, adapter, init_from=str(base), **own)
    return metric_log.read(tmp_path / name)[-1]['dev_loss']

  dev_loss('base', 40, None, 1e-2, 'natural_questions')
  frozen = dev_loss('frozen', 1, None, 1e-30, base=tmp_path / 'base')  # too small a rate to move anything
  assert dev_loss('tuned', 40, PROMPT, 0.1, base=tmp_path / 'base') < frozen - 0.1
