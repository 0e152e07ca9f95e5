# SPDX-License-Identifier: Apache-2.0
"""The mesh of a command: the devices that are there, or by arithmetic those of a pod."""

import functools
import json

import jax
import pytest

import gin
from flan_jax.cli import evaluate, train
from flan_jax.data import vocabulary
from flan_jax.errors import UserError
from flan_jax.model import decoder
from flan_jax.runs import evaluation, evaluation_request, registration
from flan_jax.runs.start import findings
from flan_jax.training import layouts, sharding
from tests import conftest, tiny_runs


@pytest.fixture
def every_device(monkeypatch, tmp_path):
  """Evaluation as users have it; data and mixtures are not asked for."""
  monkeypatch.setattr(sharding, 'mesh_where_asked', conftest.mesh_where_asked)
  monkeypatch.setenv(vocabulary.VARIABLE, 'bytes')
  monkeypatch.setattr(vocabulary.FLAN, '_loaded', None)
  monkeypatch.setattr(registration, 'load_tasks', lambda: None)
  monkeypatch.setattr(findings, '_checked_tasks', lambda *_: ('made', {}))
  monkeypatch.setattr(evaluation_request, 'names', lambda *_: {False: [], True: []})
  monkeypatch.setattr(decoder, 'abstract_params', functools.lru_cache(decoder.abstract_params))
  (tmp_path / 'run/checkpoints/1').mkdir(parents=True)
  (tmp_path / 'run/run.json').write_text(json.dumps(tiny_runs.RUN))
  monkeypatch.chdir(tmp_path)
  gin.clear_config()
  yield
  gin.clear_config()


def evaluated_on(monkeypatch, capsys, *given):
  """(axes of the mesh that the evaluation gets, what its dry run says)."""
  taken = []
  monkeypatch.setattr(evaluation._Job, 'run', lambda job, models: taken.append(job.mesh))
  for flags in (['--dry_run'], []):
    gin.clear_config()
    evaluate.main(["--gin.MODEL_DIR='run'", *given, *flags])
  return dict(taken[0].shape), capsys.readouterr().out


def trained_on(monkeypatch, capsys, *given):
  """As evaluated_on, of a training run of rows of 256 tokens."""
  taken = []
  monkeypatch.setattr(sharding, 'batch_sharding', lambda mesh: taken.append(mesh) or 1 / 0)
  asked = [
    "--gin.MODEL_DIR='new'",
    '--gin.HELD_OUT=None',
    *(f'--gin.{one}' for one in ('ROW_LENGTH=256', 'TARGET_SLOTS=64', 'INPUTS_LENGTH=192', 'TARGETS_LENGTH=64')),
  ]
  train.main([*asked, *given, '--dry_run'])
  gin.clear_config()
  with pytest.raises(ZeroDivisionError):
    train.main([*asked, *given])
  return dict(taken[0].shape), capsys.readouterr().out


def test_without_a_mesh_an_evaluation_takes_all_devices(every_device, monkeypatch, capsys):
  axes, told = evaluated_on(monkeypatch, capsys)
  assert axes == {'data': 8, 'fsdp': 1, 'tensor': 1}
  assert told.startswith('dry run: everything checked')


def test_an_explicit_mesh_stays_strict(every_device):
  for given in (['--gin_file=meshes/cpu1.gin'], ['--gin_file=meshes/cpu1.gin', '--dry_run']):
    gin.clear_config()
    with pytest.raises(UserError, match='there are 8 devices'):
      evaluate.main(["--gin.MODEL_DIR='run'", *given])


@pytest.mark.parametrize('rows, data', [(8, 8), (4, 4), (12, 6), (7, 7), (11, 1)])
def test_without_a_mesh_training_takes_what_divides_its_rows(every_device, monkeypatch, capsys, rows, data):
  axes, told = trained_on(monkeypatch, capsys, f'--gin.TOKENS_PER_BATCH={rows * 256}')
  assert axes == {'data': data, 'fsdp': 1, 'tensor': 1}
  assert (f'{8 - data} of 8 devices stay idle' in told) == (data < 8)


def test_a_microbatch_divides_too(every_device, monkeypatch, capsys):
  axes, _ = trained_on(monkeypatch, capsys, '--gin.TOKENS_PER_BATCH=2048', '--gin.MICROBATCHES=2')
  assert axes['data'] == 4


def dry(*given):
  gin.clear_config()
  train.main(["--gin.MODEL_DIR='new'", '--gin.HELD_OUT=None', '--dry_run', *given])


@pytest.mark.parametrize('mesh, devices', [('v5e_16', 16), ('h100x8', 8), ('multislice', 32)])
def test_a_launch_is_checked_from_a_machine_without_the_devices(every_device, monkeypatch, capsys, mesh, devices):
  monkeypatch.setattr(jax, 'device_count', lambda *_: 1)
  tokens = f'--gin.TOKENS_PER_BATCH={2048 * devices}'
  dry(f'--gin_file=meshes/{mesh}.gin', tokens)
  told = capsys.readouterr().out
  assert f'the {devices} devices of' in told and 'Not seen: the devices' in told
  assert 'all that can be seen from here checked' in told


def test_an_evaluation_is_checked_from_there_too(every_device, monkeypatch, capsys):
  monkeypatch.setattr(jax, 'device_count', lambda *_: 1)
  given = ["--gin.MODEL_DIR='run'", '--dry_run', '--gin_file=meshes/h100x8.gin']
  evaluate.main(given)
  assert 'the 8 devices of' in capsys.readouterr().out
  gin.clear_config()
  with pytest.raises(UserError, match='heads = 2 does not divide'):
    evaluate.main([*given, "--gin.MESH={'tensor': 8}"])


def test_the_run_itself_is_refused_on_other_devices(every_device):
  with pytest.raises(UserError, match='there are 8 devices'):
    train.main(["--gin.MODEL_DIR='new'", '--gin.HELD_OUT=None', '--gin_file=meshes/v5e_16.gin'])


@pytest.mark.parametrize(
  'given, words',
  [
    (["--gin.MESH={'data': 1, 'fsdp': 5, 'tensor': -1}"], 'MESH = .*there are 16 devices'),
    (['--gin.TOKENS_PER_BATCH=6144'], '3 rows does not divide over the 4 parts'),
    (["--gin.MESH={'tensor': 16}"], 'heads = 4 does not divide'),
    (['--gin.MICROBATCHES=3'], 'MICROBATCHES = 3'),
    (
      ['--gin_file=meshes/v4_128.gin', "--gin.MESH={'fsdp': 16, 'tensor': 16}"],
      'on v4:4x4x8: MESH = .*there are 128 devices',
    ),
  ],
)
def test_arithmetic_refuses_what_the_pod_would(every_device, given, words):
  with pytest.raises(UserError, match=words):
    dry('--gin_file=meshes/v5e_16.gin', *given)


def test_a_rest_of_the_devices_is_that_of_the_topology(every_device, monkeypatch):
  monkeypatch.setattr(jax, 'device_count', lambda *_: 1)
  chosen = layouts.chosen({'data': 2, 'fsdp': -1}, '2*v5e:4x4', True)
  assert dict(chosen.shape) == {'data': 2, 'fsdp': 16, 'tensor': 1} and not chosen.here
  assert dict(layouts.chosen(None, 'v5e:4x4', True).shape)['data'] == 16
  assert dict(layouts.chosen(None, 'v4:4x4x8', True).shape)['data'] == 128


def test_host_devices_that_cannot_be_made_are_named():
  sharding.host_devices(None)
  with pytest.raises(UserError, match='HOST_DEVICES = 3'):
    sharding.host_devices(3)
