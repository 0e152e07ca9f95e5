# SPDX-License-Identifier: Apache-2.0
"""From scores to answers: ties, numbers that are none, and what a text means."""

import math

import numpy as np
import pytest

from flan_jax.errors import UserError
from flan_jax.evaluation import ranking


def test_of_equal_options_the_first_is_chosen():
  scored = [np.array([-3.0, -1.0]), np.array([-2.000001, -2.0, -5.0]), np.array([-2.001, -2.0]), np.array([-7.0])]
  assert ranking.choose(scored).tolist() == [1, 0, 1, 0]
  assert ranking.choose([]).tolist() == []


def test_differences_are_as_exact_as_what_they_are_of():
  scores = [np.array([-50.0, -80.0]), np.array([-50.0, -80.0]), np.array([-1.0])]
  compared = [np.array([0.1, 0.1004]), np.array([0.1, 0.102]), np.array([np.nan])]
  assert ranking.choose(compared).tolist() == [1, 1, -1]
  assert ranking.choose(compared, scores).tolist() == [0, 1, -1]


def test_without_finite_scores_there_is_no_answer():
  scored = [np.array([-3.0, math.nan]), np.array([-1.0, -2.0]), np.array([-math.inf])]
  assert ranking.choose(scored).tolist() == [-1, 0, -1]


def test_long_options_are_not_worse_for_being_long():
  scores, sizes = [np.array([-3.0, -4.0])], [[1, 4]]
  chosen = {
    name: ranking.choose(ranking.ranked(name, scores, sizes, [np.array([-1.0, -3.5])])).item()
    for name in ranking.RANKINGS
  }
  assert chosen == {'sum': 0, 'normalised': 1, 'calibrated': 1}
  with pytest.raises(UserError, match="RANKING = 'mean'"):
    ranking.check('mean')


@pytest.mark.parametrize(
  'text, options, number',
  [
    ('yes', ['no', 'yes'], 1),
    (' Yes. ', ['no', 'yes'], 1),
    ('"YES"', ['no', 'yes'], 1),
    ('no, because', ['no', 'yes'], 0),
    ('nothing', ['no', 'yes'], -1),
    ('', ['no'], -1),
    ('not entailed', ['not', 'not entailed'], 1),
    ('It  is\nso', ['it is so'], 0),
    ('4.5', ['4', '4.5'], 1),
    ('the answer is yes', ['no', 'yes'], -1),
    ('?', ['?', 'a'], -1),
  ],
)
def test_a_text_is_the_option_that_it_is_or_begins_with(text, options, number):
  assert ranking.matched(text, options) == number
