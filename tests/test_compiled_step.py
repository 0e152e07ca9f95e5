# SPDX-License-Identifier: Apache-2.0
"""A step that is compiled ahead is the one that would be compiled at the first step."""

import threading

import jax
import numpy as np
import pytest

from flan_jax.errors import UserError
from flan_jax.runs import feeds
from flan_jax.training import compiled_step, loop, rows
from tests import test_training
from tests.test_training import batches, CONFIG, LENGTH, ROWS, SLOTS

OF_A_STEP = rows.Rows(ROWS * LENGTH, LENGTH, SLOTS, LENGTH - SLOTS, SLOTS)


@pytest.mark.parametrize('devices', [1, pytest.param(8, marks=pytest.mark.slow)])
def test_the_rows_of_a_run_fit_it_and_change_nothing(devices, tmp_path, monkeypatch):
  plain = test_training.run(tmp_path / 'plain', 2, devices=devices)
  programs, job = [], loop.Job

  def ahead(*arguments, **given):
    made = job(*arguments, **given)
    programs.append(compiled_step.Ahead(made.program, OF_A_STEP))
    return job(*arguments, **given, update=programs[-1].update)

  monkeypatch.setattr(loop, 'Job', ahead)
  test_training.run(tmp_path / 'ahead', 1, devices=devices)  # then a state that is restored
  made = test_training.run(tmp_path / 'ahead', 2, devices=devices)
  assert len(programs) == 2
  for one, other in zip(map(np.asarray, jax.tree.leaves(plain)), map(np.asarray, jax.tree.leaves(made)), strict=True):
    np.testing.assert_array_equal(one, other)


def test_shapes_are_those_of_packed_rows():
  shapes = compiled_step.batch_shapes(ROWS, LENGTH, SLOTS, test_training.sharding.mesh({}, jax.devices()[:1]))
  batch = next(batches(0))
  assert {name: (shape.shape, shape.dtype) for name, shape in shapes.items()} == {
    name: (array.shape, array.dtype) for name, array in batch.items()
  }


class Broken:
  """In place of a Program: the compiler says what it is told to."""

  def __init__(self, error):
    self.error, self.told = error, threading.Event()

  def compiled(self, rows):
    self.told.wait(60)
    raise self.error


def test_what_goes_wrong_is_known_by_who_asks_and_by_who_waits():
  program = Broken(UserError('too large'))
  ahead = compiled_step.Ahead(program, OF_A_STEP)
  ahead.check()  # nothing is known yet
  program.told.set()
  with pytest.raises(UserError, match='too large'):
    ahead.update()
  with pytest.raises(UserError, match='too large'):
    ahead.check()


def test_a_step_without_memory_is_an_error_in_words(monkeypatch):
  def compiled(self):
    raise jax.errors.JaxRuntimeError('RESOURCE_EXHAUSTED: Ran out of memory in memory space hbm.')

  monkeypatch.setattr(compiled_step.Program, 'jitted', compiled)
  mesh = test_training.sharding.mesh({}, jax.devices()[:1])
  program = compiled_step.Program(CONFIG, test_training.optim.optimizer(1e-2), mesh)
  with pytest.raises(UserError, match='RESOURCE_EXHAUSTED.*raise MICROBATCHES'):
    program.compiled(OF_A_STEP)


def test_it_ends_the_building_of_stores(monkeypatch):
  built = []
  monkeypatch.setattr(feeds, 'wanted', lambda tasks, *_: {name: name for name in tasks})
  monkeypatch.setattr(feeds, 'find', lambda needed: {})
  monkeypatch.setattr(feeds, '_built', lambda name, _: built.append(name) or {name: name})

  def check():
    if len(built) == 2:
      raise UserError('too large')

  with pytest.raises(UserError, match='too large'):
    feeds.stores_of(['a', 'b', 'c'], 'train', '/nowhere', OF_A_STEP, 0, check)
  assert built == ['a', 'b']
