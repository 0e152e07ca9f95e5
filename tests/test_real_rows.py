# SPDX-License-Identifier: Apache-2.0
"""Records in the shape of real ones, and the prompts that a careful person makes of them.

`real_rows/` has a YAML file for each cluster. Its texts are invented; their shape is that
of published rows: brackets by name, signs set apart, HTML, odd spaces, labels of -1.
"""

import functools
import pathlib
import re

import pytest
import tensorflow as tf
import yaml

import flan_jax.tasks  # noqa: F401  registers every dataset
from flan_jax.data import datasets
from flan_jax.data import templates as templates_lib
from flan_jax.data.prepare import raw_fields
from flan_jax.data.sample_data import embedded_content, embedded_rows

FOLDER = pathlib.Path(__file__).parent / 'real_rows'
# Their files join the signs that the source sets apart; other tokenised text stays as it is.
JOINED = {'common_gen', 'cosmos_qa', 'dart', 'glue_mrpc', 'hellaswag', 'trec'}

BLEMISHES = {  # in any prompt and target
  'an entity': r'&#?\w{2,8};',
  'a tag': r'(?i)<br|</?(?:b|i|em|p|a)\b[^<>]*>',
  'an odd space': r'[^\S \n]',
  'an unseen character': '[\u00ad\u200b\u2060\ufeff]',
  'a doubled space': '  ',
  'a space at the edge of a line': r' \n|\n |^\s|\s$',
  'two empty lines': '\n\n\n',
  'the name of a bracket': r'(?i)-[LR][RSC]B-',
  'quotes of the Penn Treebank': '``',
  'the remains of a wiki template': r'\{ \{',
  'a doubled quotation mark': '""',
}


@functools.cache
def real_rows():
  """{dataset: its rows}; variants of a dataset share theirs."""
  found = {}
  for path in sorted(FOLDER.glob('*.yaml')):
    for names, rows in yaml.safe_load(path.read_text(encoding='utf-8')).items():
      found |= dict.fromkeys(names.split(), rows)
  return found


@functools.cache
def seen(name):
  """What `flan_jax prompts --raw` shows of each row of a dataset."""
  dataset, records = datasets.get(name), [row['record'] for row in real_rows()[name]]
  return list(raw_fields.raw_records(embedded_content.decoded(dataset, records), dataset, len(records)))


def prompts(name):
  """Yields (row, RawRecord, [(template, inputs, target)]) of the rows that make prompts."""
  dataset = datasets.get(name)
  for row, record in zip(real_rows()[name], seen(name), strict=True):
    if not record.left_out:
      named = {field: tf.constant(tidied, tf.string) for field, (_, tidied) in record.fields.items()}
      sides = templates_lib.render(dataset.templates, named)
      yield row, record, list(zip(dataset.templates, *([text.decode() for text in side.numpy()] for side in sides)))


each_dataset = pytest.mark.parametrize('name', datasets.names())


def test_every_dataset_has_real_rows():
  assert set(real_rows()) == set(datasets.names())
  for name, rows in real_rows().items():
    assert len(rows) >= 2 and sum('fields' in row for row in rows) >= 1, name


@each_dataset
def test_a_real_row_has_the_features_of_its_builder(name):
  features = datasets.get(name).source.tfds_dataset.builder.info.features
  assert [embedded_rows.flaw(features, row['record']) for row in real_rows()[name]] == [''] * len(real_rows()[name])


@each_dataset
def test_a_real_row_gives_the_fields_that_a_careful_person_wants_or_is_left_out(name):
  for row, record in zip(real_rows()[name], seen(name), strict=True):
    assert record.left_out == row.get('dropped', ''), row['shape']
    if not record.left_out:
      assert {field: tidied for field, (_, tidied) in record.fields.items()} == row['fields'], row['shape']


@each_dataset
def test_a_real_row_makes_the_prompt_that_is_written_down(name):
  for row, _, made in prompts(name):
    _, inputs, target = made[row['template']]
    assert (inputs, target) == (row['inputs'], row['target']), row['shape']


@each_dataset
def test_no_prompt_of_a_real_row_has_a_blemish(name):
  for row, _, made in prompts(name):
    for template, *texts in made:
      for text in texts:
        assert text.strip(), (row['shape'], template)
        for blemish, pattern in BLEMISHES.items():
          # What the text speaks of, and what is shown sign for sign.
          meant = 'HTML' in text and blemish in ('an entity', 'a tag')
          if not meant and not (':verbatim' in template.inputs and '""' in pattern):
            assert not re.search(pattern, text), (blemish, row['shape'], template, text)
        assert name not in JOINED or not re.search(r"\w [.,?!](?:\s|$)| n't\b", text), (row['shape'], text)


def bare(text):
  """Without the quotation marks, which a template may change at the edges."""
  return re.sub('["\']', '', text)


@each_dataset
def test_a_prompt_shows_every_field_that_its_template_asks_for_whole(name):
  for row, record, made in prompts(name):
    for template, inputs, _ in made:
      for gap in template.places:
        _, shown = record.fields[gap.name]
        for text in [shown] if isinstance(shown, str) else shown:
          assert bare(text) in bare(inputs), (row['shape'], template)
