# SPDX-License-Identifier: Apache-2.0
"""Whatever a record lacks, it is dropped and counted: no dataset ever crashes a mixture."""

import numpy as np
import pytest
import tensorflow as tf

import flan_jax.tasks  # noqa: F401  registers everything
from flan_jax.data import datasets, fields, rendering
from flan_jax.data.sample_data import embedded_content
from flan_jax.errors import UserError


def spoilt(leaf, spec):
  """Other values of one feature: empty texts and lists, unknown and absurd labels."""
  if leaf.dtype == tf.string:
    yield tf.zeros_like(leaf)
  elif leaf.dtype.is_integer:
    yield -tf.ones_like(leaf)
    yield 99 * tf.ones_like(leaf)
  if spec.shape.rank == 1 and spec.shape[0] is None:
    yield leaf[:0]
    yield leaf[:1]
    yield tf.concat([leaf, leaf[:1]], axis=0)


def malformed(dataset):
  """A sampled record, then the record with one of its features spoilt, in every way."""
  source = embedded_content.sampled(dataset, 1)
  [record] = source
  leaves = tf.nest.flatten(record)
  records = [leaves]
  for place, (leaf, spec) in enumerate(zip(leaves, tf.nest.flatten(source.element_spec))):
    if isinstance(leaf, tf.Tensor):
      records += [[*leaves[:place], other, *leaves[place + 1 :]] for other in spoilt(leaf, spec)]
  packed = [tf.nest.pack_sequence_as(record, one) for one in records]
  return tf.data.Dataset.from_generator(lambda: iter(packed), output_signature=source.element_spec), len(packed)


@pytest.mark.parametrize('templates', ['first and last', pytest.param('all', marks=pytest.mark.slow)])
@pytest.mark.parametrize('name', datasets.names())
def test_a_malformed_record_is_dropped_and_counted_or_does_no_harm(name, templates):
  dataset = datasets.get(name)
  records, count = malformed(dataset)
  rendering.dropped(name)
  numbers = range(len(dataset.templates))
  numbers = numbers if templates == 'all' else numbers[:: len(numbers) - 1]
  found = list(rendering.examples(records, dataset, numbers))
  lost = sum(rendering.dropped(name).values())
  assert len(found) + lost == count and lost > 0
  for example in found:
    assert all(text.strip() for text in (*example.inputs, *example.targets))
    assert not example.options or example.targets[0] in example.options


def rows(name, **changes):
  dataset = datasets.get(name)
  [record] = embedded_content.sampled(dataset, 1)
  tensors = tf.data.Dataset.from_tensors({**record, **changes})
  rendering.dropped(name)
  return list(rendering.examples(tensors, dataset, [0])), rendering.dropped(name)


def test_hellaswag_wants_a_label_and_four_endings_without_tags():
  endings = np.array([f'[step] Do {n}. [substeps] Then stop.' for n in range(4)], object)
  [example], dropped = rows('hellaswag', endings=endings, label=2)
  assert example.options[2] == 'Do 2. Then stop.' == example.targets[0] and not dropped
  for changes in (dict(label=-1), dict(endings=endings[:3]), dict(label=7)):
    found, dropped = rows('hellaswag', **{'endings': endings, 'label': 0, **changes})
    assert not found and sum(dropped.values()) == 1


def test_arc_wants_four_choices():
  three = {'text': np.array(['a', 'b', 'c'], object), 'label': np.array([0, 1, 2])}
  found, dropped = rows('arc_easy', choices=three, answerKey=np.int64(0))
  assert not found and dropped == {rendering.NOT_KEPT: 1}


def test_squad_2_answers_what_cannot_be_answered():
  none = {'text': np.array([], object), 'answer_start': np.array([], np.int32)}
  [example], _ = rows('squad_v2', answers=none, is_impossible=True)
  assert example.references == ('unanswerable',) == example.targets[:1]
  found, dropped = rows('squad_v2', answers=none, is_impossible=False)
  assert not found and dropped == {'answer is empty': 1}


def test_stories_are_labelled_from_one():
  endings = np.array(['They won.', 'They lost.'], object)
  assert rows('story_cloze', endings=endings, label=2)[0][0].targets[0] == 'They lost.'
  assert not rows('story_cloze', endings=endings, label=0)[0]


def test_stsb_is_rounded():
  for label, text in ((0.0, '0'), (2.4, '2'), (4.6, '5')):
    assert rows('stsb', label=np.float32(label))[0][0].targets[0] == text


def test_bytes_that_are_no_text_are_left_out_and_counted():
  found, dropped = rows('sst2', sentence=b'caf\xe9 au lait')
  assert not found and dropped == {'phrase is not valid UTF-8': 1}
  [example], dropped = rows('sst2', sentence='caf\ufffd au lait'.encode())
  assert 'caf\ufffd au lait' in example.inputs[0] and not dropped
  endings = np.array([b'One.', b'Two.', b'\xff', b'Four.'], object)
  found, dropped = rows('hellaswag', endings=endings, label=0)
  assert not found and dropped == {'options is not valid UTF-8': 1}


@pytest.mark.parametrize(
  'blank',
  [
    '\u3000',
    '\u2002',
    '\u00a0',
    '\u200b',
    '\ufeff',
    '\u2028',
    '\u0085',
    '\u2060',
    '\u00ad',
    '\u180e',
    '\u200e',
    '\u2800',
    '\u3164',
    '\u3000 \u200b\n\t\ufeff',
  ],
)
def test_a_text_of_nothing_to_be_seen_is_empty(blank):
  found, dropped = rows('sst2', sentence=blank.encode())
  assert not found and dropped == {'phrase is empty': 1}


@pytest.mark.parametrize(
  'text, tidied',
  [
    (' a  b\n', 'a b'),
    ('\ufeffa\u3000b\u200b', 'a b'),
    ('a \u00a0 b', 'a b'),
    ('a\u2009b', 'a b'),
    ('a \n \n b', 'a\n\nb'),
    ('a\r\n\r\n \r\n\r\nb', 'a\n\nb'),
    ('a\u2028b\u0085c', 'a\nb\nc'),
    ('a\r\nb', 'a\nb'),
    ('a\tb', 'a b'),
    ('\u200d', ''),
    ('a\u200db', 'a\u200db'),
    ('\u3042\u3000\u3044', '\u3042 \u3044'),
  ],
)
def test_texts_are_tidied(text, tidied):
  assert fields.tidy(text.encode()).numpy().decode() == tidied


def test_an_option_is_one_line_and_the_answer_is_still_among_them():
  endings = np.array(['Do it.', 'Do\nthat.', 'Then\u2028go.', 'Stay.'], object)
  for label, text in ((1, 'Do that.'), (2, 'Then go.')):
    [example], dropped = rows('hellaswag', endings=endings, label=label)
    assert example.targets[0] == text == example.options[label] and not dropped
    block = example.inputs[0][example.inputs[0].index('OPTIONS:') :]
    assert block.count('\n- ') == 4 == len(block.splitlines()) - 1


def test_a_feature_that_the_records_lack_is_named():
  with pytest.raises(
    UserError,
    match=r'sst2 \(.*sst2.py\): fields\(example\) raises .*'
    "'sentence'.*; the records of glue/sst2:2.0.0 have label",
  ):
    list(rendering.examples(tf.data.Dataset.from_tensors({'label': 0}), datasets.get('sst2'), [0]))
