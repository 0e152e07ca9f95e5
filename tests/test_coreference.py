# SPDX-License-Identifier: Apache-2.0
"""How the coreference datasets turn a record into a prompt."""

import pytest
import tensorflow as tf

import flan_jax.tasks  # noqa: F401  registers every dataset
from flan_jax.data import datasets, rendering


def fields(name, **record):
  named = rendering.text_fields({key: tf.constant(value) for key, value in record.items()}, datasets.get(name))
  return {
    key: [text.decode() for text in value.numpy()] if value.shape.rank else value.numpy().decode()
    for key, value in named.items()
  }


@pytest.mark.parametrize(
  'sentence, beginning, ending',
  [
    ('Ada hid from Ida, so _ was alone.', 'Ada hid from Ida, so', 'Ida was alone.'),
    ("Ada lost _'s hat.", 'Ada lost', "Ida's hat."),
    ('_ was late.', '...', 'Ida was late.'),
    ('No blank.', 'No blank.', 'Ida'),
  ],
)
def test_winogrande_is_cut_at_the_blank(sentence, beginning, ending):
  named = fields('winogrande', sentence=sentence, option1='Ada', option2='Ida', label=1)
  assert (named['beginning'], named['answer']) == (beginning, ending)


@pytest.mark.parametrize(
  'start, pronoun, rest, ending',
  [
    ('Zoë hid because', 'she', ' was shy.', 'the boss was shy.'),
    ('Zoë hid in', 'his', ' bed.', "the boss' bed."),
    ('Zoë hid', 'her', ' old hat.', "the boss' old hat."),
    ('Zoë asked', 'her', ' to go.', 'the boss to go.'),
    ('Zoë saw', 'her', '.', 'the boss.'),
  ],
)
def test_wsc273_is_cut_at_the_pronoun(start, pronoun, rest, ending):
  named = fields(
    'wsc273',
    text=f'{start} {pronoun}{rest}',
    pronoun_text=pronoun,
    label=0,
    pronoun_start=len(start) + 1,
    pronoun_end=len(start) + 1 + len(pronoun),
    option1_normalized='the boss',
    option2_normalized='Zoë',
  )
  assert named['beginning'] == start
  assert named['options'][0] == named['answer'] == ending
  assert named['options'][1].removeprefix('Zoë').removeprefix("'s") == rest


def test_a_pronoun_beyond_the_end_of_its_text_does_no_harm():
  named = fields(
    'wsc273',
    text='Short.',
    pronoun_text='she',
    label=0,
    pronoun_start=90,
    pronoun_end=-5,
    option1_normalized='Ada',
    option2_normalized='Ida',
  )
  assert named['beginning'] == 'Short.'


@pytest.mark.parametrize(
  'index, text',
  [
    (2, 'Ida said, "*She* is late." Then she left.'),
    (6, 'Ida said, "She is late." Then *she* left.'),
    (90, 'Ida said, "She is late." Then she left.'),
  ],
)
def test_wsc_marks_the_word_of_that_number(index, text):
  named = fields(
    'wsc', text=text.replace('*', ''), label=1, span1_text='Ida', span2_text='she', span1_index=0, span2_index=index
  )
  assert named['text'] == text
