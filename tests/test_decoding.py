# SPDX-License-Identifier: Apache-2.0
"""Decoding: the cache changes nothing, nor does the batch; draws and beams are right."""

import itertools
import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from flan_jax.errors import UserError
from flan_jax.inference import decode_loop, decoding, scoring
from flan_jax.model import decoder
from flan_jax.training import sharding
from tests import rounding

CONFIG = rounding.doubled(
  decoder.DecoderConfig(vocab_size=64, d_model=32, layers=2, heads=2, head_dim=16, d_ff=64, remat='none')
)
NEVER = 63 + 1  # no token has this id


@pytest.fixture(scope='module', autouse=True)
def double():
  """Else what is likeliest might hang on a rounding."""
  with rounding.double():
    yield


@pytest.fixture(scope='module')
def params():
  return jax.jit(lambda rng: decoder.init_params(CONFIG, rng))(jax.random.key(1))


@pytest.fixture(scope='module')
def prompts():
  random = np.random.default_rng(0)
  sizes = 1, 3, 31, 32, 33, 50, 7, 64
  return [random.integers(2, 64, size).tolist() for size in sizes]


@jax.jit
def next_token(params, tokens_BL, size):
  index = jnp.arange(tokens_BL.shape[1])[None]
  batch = {
    'tokens': tokens_BL,
    'positions': index,
    'branch': 0 * index,
    'segment_ids': (index < size).astype(jnp.int32),
  }
  x_BLD = decoder.hidden_states(CONFIG, params, batch)
  return jnp.argmax(decoder.logits(CONFIG, params, x_BLD[0, size - 1]))


def recomputed(params, prompt, steps, eos_id):
  """The whole sequence is read anew for every token."""
  ids = list(prompt)
  for _ in range(steps):
    padded = np.zeros((1, 96), np.int32)
    padded[0, : len(ids)] = ids
    token = int(next_token(params, padded, len(ids)))
    if token == eos_id:
      break
    ids.append(token)
  return ids[len(prompt) :]


def continued(params, prompts, tokens=12, eos_id=NEVER, config=CONFIG, **settings):
  given = {
    name: settings.pop(name)
    for name in ('decode', 'numbers', 'rows', 'advance', 'tokens_per_forward')
    if name in settings
  }
  return decoding.generate(config, params, prompts, decoding.Settings(tokens, **settings), eos_id, **given)


def test_cached_equals_recomputed(params, prompts):
  ours = continued(params, prompts)
  assert ours == [recomputed(params, prompt, 12, NEVER) for prompt in prompts]
  assert len({tuple(ids) for ids in ours}) > 4  # else the test would prove little


def test_scanned_layers_continue_as_unrolled_ones(params, prompts, monkeypatch):
  free = continued(params, prompts)
  monkeypatch.setattr(decoding.scoring, 'quickest', lambda config: config)
  assert CONFIG.scan
  assert continued(params, prompts) == free


def test_decoding_stops_at_the_end_and_leaves_it_out(params, prompts):
  free = continued(params, prompts)
  eos_id = free[0][4]
  ended = continued(params, prompts, eos_id=eos_id)
  assert ended == [ids[: ids.index(eos_id)] if eos_id in ids else ids for ids in free]
  assert len(ended[0]) < 12


@pytest.mark.parametrize(
  'settings',
  [
    {},
    pytest.param({'temperature': 0.7, 'top_k': 9, 'top_p': 0.9}, marks=pytest.mark.slow),
    pytest.param({'beams': 2}, marks=pytest.mark.slow),
  ],
)
def test_the_batch_changes_nothing(params, prompts, settings):
  prompts = prompts[:4]
  together = continued(params, prompts, 8, eos_id=7, **settings)
  done = []
  alone = continued(params, prompts, 8, eos_id=7, rows=1, advance=done.append, **settings)
  assert alone == together
  assert done == [1] * len(prompts)
  backwards = continued(params, prompts[::-1], 8, eos_id=7, numbers=range(4)[::-1], **settings)
  assert backwards[::-1] == together


@pytest.mark.parametrize(
  'settings',
  [{}, pytest.param({'temperature': 1.0}, marks=pytest.mark.slow), pytest.param({'beams': 2}, marks=pytest.mark.slow)],
)
def test_the_mesh_changes_nothing(params, prompts, settings):
  prompts = prompts[:4]
  mesh = sharding.mesh({'data': 2, 'fsdp': 2, 'tensor': 2})
  placed = sharding.param_shardings(mesh, decoder.parameter_axes(CONFIG), decoder.abstract_params(CONFIG))
  spread = jax.device_put(params, placed)
  ours = continued(spread, prompts, 8, eos_id=7, **settings)
  assert ours == continued(params, prompts, 8, eos_id=7, **settings)


def test_drawing_follows_the_probabilities():
  # The deviation of a share of 4,000 draws is at most 0.008, a quarter of what is allowed.
  logits = jnp.log(jnp.array([0.5, 0.3, 0.15, 0.05]))
  keys = jax.random.split(jax.random.key(0), 4_000)
  draw = lambda **how: (
    np.bincount(decode_loop.draw(decode_loop.Drawing(**how), jnp.tile(logits, (4_000, 1)), keys, 0), minlength=4)
    / 4_000
  )
  np.testing.assert_allclose(draw(temperature=1.0), [0.5, 0.3, 0.15, 0.05], atol=0.03)
  np.testing.assert_allclose(draw(temperature=1.0, top_k=2), [0.625, 0.375, 0, 0], atol=0.03)
  np.testing.assert_allclose(draw(temperature=1.0, top_p=0.8), [0.625, 0.375, 0, 0], atol=0.03)
  np.testing.assert_allclose(draw(temperature=1.0, top_p=0.81), np.array([0.5, 0.3, 0.15, 0]) / 0.95, atol=0.03)
  flatter = np.sqrt([0.5, 0.3, 0.15, 0.05])
  np.testing.assert_allclose(draw(temperature=2.0), flatter / flatter.sum(), atol=0.03)
  assert draw(temperature=1.0, top_k=1)[0] == draw()[0] == 1


def test_drawing_has_a_seed(params, prompts):
  drawn = [continued(params, prompts, temperature=1.0, seed=seed) for seed in (0, 0, 1)]
  assert drawn[0] == drawn[1] != drawn[2]
  same = continued(params, [prompts[0]] * 2, temperature=1.0)
  assert same[0] != same[1]  # another number, another draw
  fixed = continued(params, [prompts[0]] * 2, temperature=1.0, numbers=[4, 4])
  assert fixed[0] == fixed[1]


def in_letters(ids):
  return ''.join(chr(ord('0') + one) for one in ids)


def test_a_stop_ends_a_continuation_wherever_it_falls(params, prompts):
  free = continued(params, prompts, 40)
  stops = in_letters(free[0][17:19]), in_letters(free[1][3:4])
  stopped = continued(params, prompts, 40, stop=stops, decode=in_letters)
  for ids, whole in zip(stopped, free):
    places = [in_letters(whole).find(stop) + len(stop) for stop in stops if stop in in_letters(whole)]
    assert ids == whole[: min(places, default=40)]
    assert not any(stop in decoding.before_stop(in_letters(ids), stops) for stop in stops)
  assert len(stopped[1]) <= 4


def best_by_trying_all(params, prompt, steps, eos_id, penalty):
  """Every text over the whole vocabulary, scored as its tokens are."""
  vocabulary = range(SMALL.vocab_size)
  texts = [
    [*body, eos_id]
    for size in range(steps)
    for body in itertools.product(vocabulary, repeat=size)
    if eos_id not in body
  ]
  texts += [list(body) for body in itertools.product(vocabulary, repeat=steps) if eos_id not in body[:-1]]
  texts = list(map(list, dict.fromkeys(map(tuple, texts))))
  (scored,) = scoring.scores(SMALL, params, [(prompt, texts)], scoring.Forward(1_024))
  value = [score / ((5 + len(text)) / 6) ** penalty for score, text in zip(scored, texts)]
  best = texts[int(np.argmax(value))]
  return best[:-1] if best[-1] == eos_id else best


SMALL = rounding.doubled(
  decoder.DecoderConfig(vocab_size=5, d_model=16, layers=1, heads=1, head_dim=16, d_ff=16, remat='none')
)


@pytest.mark.parametrize(
  'seed, penalty, prompt',
  [
    (0, 1.5, [2, 3]),
    *(
      pytest.param(*one, marks=pytest.mark.slow) for one in [(0, 0.0, [4, 1, 1]), (1, 0.0, [2, 3]), (1, 1.5, [4, 1, 1])]
    ),
  ],
)
def test_with_beams_enough_the_best_of_all_texts_is_found(seed, penalty, prompt):
  params = decoder.init_params(SMALL, jax.random.key(seed))
  (found,) = continued(params, [prompt], 3, 0, SMALL, beams=25, length_penalty=penalty)
  assert found == best_by_trying_all(params, prompt, 3, 0, penalty)


def test_nothing_to_decode(params):
  assert continued(params, []) == []
  with pytest.raises(UserError, match='An empty prompt'):
    continued(params, [[3], []])
  with pytest.raises(UserError, match='give `decode`'):
    continued(params, [[3]], stop=('a',))


@pytest.mark.parametrize(
  'wrong, message',
  [
    ({'max_tokens': 0}, 'max_tokens = 0 must be at least 1'),
    ({'temperature': -1.0}, 'temperature = -1.0'),
    ({'temperature': math.nan}, 'nan'),
    ({'top_k': -1}, 'top_k = -1'),
    ({'top_p': 0.0}, 'top_p = 0.0'),
    ({'beams': 0}, 'beams = 0'),
    ({'stop': ('',)}, 'none of them empty'),
    ({'beams': 4, 'temperature': 1.0}, 'beam search draws nothing'),
  ],
)
def test_settings_that_cannot_be_are_named(wrong, message):
  with pytest.raises(UserError, match=message):
    decoding.Settings(**{'max_tokens': 4, **wrong})
