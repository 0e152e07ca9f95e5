"""Whatever a record lacks, it is dropped and counted: no dataset ever crashes a mixture."""

import numpy as np
import pytest
import tensorflow as tf

import flan_jax.tasks  # noqa: F401  registers everything
from flan_jax.data import datasets
from flan_jax.data import embedded_content
from flan_jax.data import rendering


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
      records += [[*leaves[:place], other, *leaves[place + 1:]]
                  for other in spoilt(leaf, spec)]
  packed = [tf.nest.pack_sequence_as(record, one) for one in records]
  return tf.data.Dataset.from_generator(
      lambda: iter(packed), output_signature=source.element_spec), len(packed)


@pytest.mark.parametrize('name', datasets.names())
def test_a_malformed_record_is_dropped_and_counted_or_does_no_harm(name):
  dataset = datasets.get(name)
  records, count = malformed(dataset)
  rendering.dropped(name)
  numbers = range(len(dataset.templates))
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


def test_bytes_that_are_no_text_do_not_stop_an_evaluation():
  [example], _ = rows('sst2', sentence=b'caf\xe9 au lait')
  assert 'caf\ufffd au lait' in example.inputs[0]
