# SPDX-License-Identifier: Apache-2.0
"""Rank scoring: packed branches say what separate passes say, whatever the batch."""

import dataclasses

import jax
import numpy as np
import pytest

from flan_jax.errors import UserError
from flan_jax.inference import decoding, scoring
from flan_jax.model import decoder
from flan_jax.training import sharding
from tests import rounding, tiny_runs

CONFIG = rounding.doubled(
  decoder.DecoderConfig(vocab_size=96, d_model=32, layers=2, heads=2, head_dim=16, d_ff=64, remat='none')
)


@pytest.fixture(scope='module', autouse=True)
def double():
  with rounding.double():
    yield


@pytest.fixture(scope='module')
def params():
  return tiny_runs.random_params(CONFIG, 0)


def made_prompts(count, seed=0, longest=50):
  random = np.random.default_rng(seed)
  ids = lambda size: random.integers(3, 96, size).tolist()
  return [
    (ids(random.integers(1, longest)), [ids(random.integers(1, 9)) for _ in range(random.integers(1, 5))])
    for _ in range(count)
  ]


def separate_pass(params, inputs, option):
  """One row for one option, plain log-softmax, nothing packed."""
  tokens = np.zeros((1, 40), np.int32)  # what follows an option cannot change it
  tokens[0, : len(inputs) + len(option)] = [*inputs, *option]
  likelihoods_LV = np.asarray(tiny_runs.likelihoods(CONFIG, params, tokens))[0]
  places = np.arange(len(inputs) - 1, len(inputs) + len(option) - 1)
  return likelihoods_LV[places, option].sum()


def test_branches_score_as_separate_passes(params):
  prompts = made_prompts(6, longest=20)
  expected = [[separate_pass(params, inputs, option) for option in options] for inputs, options in prompts]
  scored = scoring.scores(CONFIG, params, prompts)
  for ours, theirs in zip(scored, expected, strict=True):
    np.testing.assert_allclose(ours, theirs, rtol=rounding.EXACT)


def test_scores_depend_neither_on_batch_nor_row_length_nor_order(params):
  prompts = made_prompts(120)
  scored = scoring.scores(CONFIG, params, prompts)
  order = np.random.default_rng(1).permutation(len(prompts))
  others = {
    'small batches': scoring.scores(CONFIG, params, prompts, scoring.Forward(tokens_per_forward=256)),
    'short rows': scoring.scores(CONFIG, params, prompts, scoring.Forward(200, 2_000)),
  }
  shuffled = scoring.scores(CONFIG, params, [prompts[i] for i in order])
  others['shuffled'] = [shuffled[i] for i in np.argsort(order)]
  for name, other in others.items():
    np.testing.assert_allclose(np.concatenate(other), np.concatenate(scored), rtol=rounding.EXACT, err_msg=name)


def test_scores_do_not_depend_on_the_rows_of_a_pass(params):
  prompts = made_prompts(60, longest=24)  # all in rows of 64
  whole = np.concatenate(scoring.scores(CONFIG, params, prompts))
  for rows in (1, 7, 64):
    found = scoring.scores(CONFIG, params, prompts, scoring.Forward(rows=rows))
    np.testing.assert_allclose(np.concatenate(found), whole, rtol=rounding.EXACT)


def test_an_option_is_greedy_if_each_of_its_tokens_is_the_likeliest(params):
  likeliest = lambda ids: int(
    np.argmax(
      np.asarray(tiny_runs.likelihoods(CONFIG, params, np.array([[*ids, *[0] * (40 - len(ids))]])))[0, len(ids) - 1]
    )
  )
  inputs = [5, 9, 11]
  first = likeliest(inputs)
  second = likeliest([*inputs, first])
  options = [[first, second], [first, second - 1], [first + 1, second], [first]]
  (one,) = scoring.scored(CONFIG, params, [(inputs, options)])
  assert one.greedy.tolist() == [True, False, False, True]


def test_every_prompt_is_scored_once(params):
  prompts = made_prompts(50)
  done = []
  scored = scoring.scores(CONFIG, params, prompts, advance=done.append)
  assert sum(done) == len(prompts)
  assert [len(one) for one in scored] == [len(options) for _, options in prompts]
  assert all((one < 0).all() for one in scored)
  assert scoring.scores(CONFIG, params, []) == []


def test_options_that_do_not_fit_side_by_side_get_rows_of_their_own(params):
  random = np.random.default_rng(2)
  prompt = (random.integers(3, 96, 20).tolist(), [random.integers(3, 96, 15).tolist() for _ in range(9)])
  (whole,) = scoring.scores(CONFIG, params, [prompt])
  (parts,) = scoring.scores(CONFIG, params, [prompt], scoring.Forward(64))
  np.testing.assert_allclose(parts, whole, rtol=rounding.EXACT)


def test_a_prompt_longer_than_a_row_loses_its_beginning(params):
  inputs, options = list(range(3, 83)), [[5, 1], [6, 7, 1]]
  cut = inputs[-(64 - 3) :]
  scored = scoring.scores(CONFIG, params, [(inputs, options)], scoring.Forward(64))
  expected = scoring.scores(CONFIG, params, [(cut, options)])
  np.testing.assert_allclose(scored[0], expected[0], rtol=rounding.EXACT)


def test_scores_are_the_same_on_a_mesh(params):
  mesh = sharding.mesh({'data': 2, 'fsdp': 2, 'tensor': 2})
  placed = sharding.param_shardings(mesh, decoder.parameter_axes(CONFIG), decoder.abstract_params(CONFIG))
  spread = jax.device_put(params, placed)
  prompts = made_prompts(40)
  ours = scoring.scores(CONFIG, spread, prompts, scoring.Forward(tokens_per_forward=256))
  alone = scoring.scores(CONFIG, params, prompts)
  np.testing.assert_allclose(np.concatenate(ours), np.concatenate(alone), rtol=rounding.EXACT)


@pytest.mark.parametrize('prompt', [([], [[1]]), ([3], []), ([3], [[]])])
def test_what_cannot_be_ranked_is_refused(params, prompt):
  with pytest.raises(UserError, match='cannot be ranked'):
    scoring.scores(CONFIG, params, [prompt])


def test_an_option_longer_than_a_row_is_refused(params):
  with pytest.raises(UserError, match='raise ROW_LENGTH'):
    scoring.scores(CONFIG, params, [([3, 4], [[5] * 64])], scoring.Forward(64))


def test_a_text_of_more_positions_than_were_learned_is_named():
  config = dataclasses.replace(CONFIG, positions='learned', position_rows=16)
  params = tiny_runs.random_params(config, 0)
  with pytest.raises(UserError, match='a prompt and its option allows texts of 17 tokens, and .* learned 16 pos'):
    scoring.scores(config, params, [([5] * 14, [[6] * 2, [7] * 3])])
  with pytest.raises(UserError, match='max_tokens after the longest prompt allows texts of 17 tokens'):
    decoding.generate(config, params, [[5], [5] * 12], decoding.Settings(5), 1)
  assert scoring.scores(config, params, [([5] * 14, [[6] * 2])])[0].shape == (1,)
  assert len(decoding.generate(config, params, [[5] * 12], decoding.Settings(4), 1)) == 1
