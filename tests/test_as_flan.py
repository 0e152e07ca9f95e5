# SPDX-License-Identifier: Apache-2.0
"""What FLAN cleans is cleaned here too, and where a dataset differs its file says why."""

import sys

import numpy as np
import pytest
import tensorflow as tf

import flan_jax.tasks  # noqa: F401  registers everything
from flan_jax.data import datasets, rendering


def fields(name, **record):
  """The tidied texts of a record."""
  named = rendering.text_fields(
    {key: tf.nest.map_structure(tf.convert_to_tensor, value) for key, value in record.items()}, datasets.get(name)
  )
  return {key: value.numpy().decode() for key, value in named.items() if value.shape.rank == 0}


def texts(*values):
  return np.array(values, object)


@pytest.mark.parametrize(
  'message, shown',
  [
    ('Ann: <file_photo>', 'Ann:'),
    ('Ann: look <file_gif> now', 'Ann: look now'),
    ('Ann: <file_video>\r\nBo: <link> wow', 'Ann:\nBo: wow'),
    ('Ann: <photo file> a <file_other> b', 'Ann: a b'),
    ('Ann: <3 you ;> and 1 < 2', 'Ann: <3 you ;> and 1 < 2'),
    ('Ann: >.<', 'Ann: >.<'),
  ],
)
def test_placeholders_of_chats_are_removed_and_emoticons_stay(message, shown):
  assert fields('samsum', dialogue=f'{message}\r\nCy: ok', summary='S.') == {
    'dialogue': f'{shown}\nCy: ok',
    'answer': 'S.',
  }


def test_a_chat_of_nothing_but_a_placeholder_is_left_out():
  rows = tf.data.Dataset.from_tensors({'dialogue': '<file_photo>', 'summary': 'S.'})
  rendering.dropped('samsum')
  assert not list(rendering.examples(rows, datasets.get('samsum'), [0]))
  assert rendering.dropped('samsum') == {'dialogue is empty': 1}


@pytest.mark.parametrize(
  'text, shown',
  [
    ('What is ""love""?', 'What is "love"?'),
    ('"""Who"" sang it?', '"Who" sang it?'),
    ('A "plain" one?', 'A "plain" one?'),
    ("It's ''it''?", "It's ''it''?"),
  ],
)
def test_a_doubled_quotation_mark_is_one(text, shown):
  named = fields('glue_qqp', question1=text, question2=f'Why {text}', label=0)
  assert (named['question1'], named['question2']) == (shown, f'Why {shown}')


def test_triples_are_read_without_bars_underscores_and_quotation_marks():
  rows = texts('Ada_Bell | birthPlace | Toldrel,_Velmora', 'Ada_Bell | food | "plum cake"')
  named = fields('web_nlg_en', input=rows, target='T.', references=texts())
  assert named['triples'] == ('Ada Bell, birthPlace, Toldrel, Velmora\nAda Bell, food, plum cake')
  for template in datasets.get('web_nlg_en').templates:
    assert '|' not in template.inputs and ' bar ' not in template.inputs


def test_markers_of_tables_are_removed():
  rows = texts('[TABLECONTEXT] [TITLE] Kings [of old]', '[TABLECONTEXT] BORN 1802', 'Ada Bell BIRTH_PLACE Toldrel')
  named = fields('dart', tripleset=rows, target='T.', references=texts())
  assert named['facts'] == 'Kings [of old]\nBORN 1802\nAda Bell BIRTH_PLACE Toldrel'


@pytest.mark.parametrize(
  'name, field, record',
  [
    (
      'opinion_abstracts_rotten_tomatoes',
      'film',
      dict(_movie_name='the_big_sleep', _critics={'value': texts('Good.')}, _critic_consensus='C.'),
    ),
    (
      'opinion_abstracts_idebate',
      'debate',
      dict(_debate_name='the_big_sleep', _argument_sentences={'value': texts('Good.')}, _claim='C.'),
    ),
    (
      'squad_v1',
      'title',
      dict(title='the_big_sleep', context='P.', question='Q?', answers={'text': texts('P'), 'answer_start': [0]}),
    ),
  ],
)
def test_names_are_read_without_underscores(name, field, record):
  assert fields(name, **record)[field] == 'the big sleep'


def test_the_highlights_of_a_story_are_cut_off():
  named = fields(
    'record',
    query='It was @placeholder .',
    entities=texts('Ada', 'Bo'),
    answers=texts('Ada'),
    idx={'passage': 0, 'query': 0},
    passage='Ada won.\nBo lost.\n@highlight\n\nAda is first\n\n@highlight\n\nBo is not',
  )
  assert named['passage'] == 'Ada won.\nBo lost.'


@pytest.mark.parametrize(
  'name, flans',
  [
    ('cnn_dailymail', '3.1.0'),
    ('multi_news', '1.0.0'),
    ('winogrande', '1.1.0'),
    ('xsum', '`huggingface:xsum`'),
    ('cola', 'no version'),
  ],
)
def test_a_version_that_is_not_flans_is_explained_in_the_datasets_file(name, flans):
  dataset = datasets.get(name)
  said = ' '.join(sys.modules[dataset.fields.__module__].__doc__.split())
  assert 'FLAN' in said and flans in said and flans not in dataset.tfds


def test_no_turn_markers_stand_around_a_prompt():
  for name in datasets.names():
    for template in datasets.get(name).templates:
      assert not template.inputs.startswith('0 ') and 'X 1' not in template.inputs


@pytest.mark.parametrize(
  'name, said', [('snli', "are dropped, as in FLAN's code"), ('cnn_dailymail', 'keeps what stands before')]
)
def test_what_flans_code_does_is_said_truly(name, said):
  doc = sys.modules[datasets.get(name).fields.__module__].__doc__
  assert said in ' '.join(doc.split())
