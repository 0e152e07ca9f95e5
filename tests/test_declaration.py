# SPDX-License-Identifier: Apache-2.0
"""Datasets that are declared wrongly are refused at once, with file and template."""

import dataclasses
import functools

import pytest
import tensorflow as tf

import flan_jax.tasks  # noqa: F401  registers everything
from flan_jax.data import clusters, dataset_checks, datasets, rendering
from flan_jax.data.fields import choose, first, numbered
from flan_jax.data.templates import templates
from flan_jax.errors import UserError


def fields(example):
  return {'text': example['text'], **choose(example['label'], ['no', 'yes'])}


def block(words='Number {number}: {{text}}\n\n{{options}}', count=10):
  return templates('\n---\n'.join(words.format(number=n) for n in range(count)))


def declare(name='extra', **changes):
  given = dict(
    tfds='glue/cola:2.0.0',
    kind='classification',
    examples=10,
    fields=fields,
    templates=block(),
    metrics=['accuracy'],
    clusters=['nli'],
    splits={'train': 'train', 'test': 'validation'},
  )
  return datasets.add(name, **{**given, **changes})


def changed(number, text):
  phrasings = list(block())
  phrasings[number] = templates(text)[0]
  return phrasings


@pytest.mark.parametrize(
  'wrong, message',
  [
    (
      dict(templates=changed(3, '{txt}\n{options}')),
      r'template 3 asks for \{txt\}; the fields are answer, options, text',
    ),
    (dict(templates=changed(7, 'number 0 {text} {options}')), 'template 7 repeats template 0'),
    (dict(templates=changed(4, '{text}')), r'template 4 .*classification but lacks'),
    (dict(kind='generation', templates=changed(0, '{text}')), 'template 1 .*generation but'),
    (dict(clusters=['nil']), "unknown cluster 'nil'; did you mean nli"),
    (dict(clusters=['films']), r"a new one is declared before by clusters.add\('films'"),
    (
      dict(templates=changed(4, 'Ask for {answer}\n=> {text}')),
      "template 4 .*its target is '{text}'.*from templates= to inverted=",
    ),
    (dict(templates=changed(5, '{text}')), 'template 5 .*add {options}, or move it to inverted='),
    (dict(kind='generation', templates=changed(0, '{text}')), "template 1 .*declare kind='classification'"),
    (dict(version=0), 'version = 0; it must be'),
    (dict(version=True), 'version = True'),
    (dict(version='2'), "version = '2'"),
    (dict(kind='ranking'), "kind 'ranking'"),
    (dict(templates=block(count=9)), '9 templates and 0 inverted'),
    (dict(templates=block(count=6), inverted=block('Ask {number} {{text}}', 4)), '6 templates and 4 inverted'),
    (dict(plain=templates('{text}\n{options}')), r'plain has \{options\}'),
    (dict(plain=templates('{txt}:')), r'plain asks for \{txt\}'),
    (dict(plain=templates('{text}:\n---\n{text}?')), 'plain has phrasings for'),
    (dict(splits={'train': 'train[10%:]'}), "split 'train.10%:.'"),
    (dict(name='extra.5shot'), 'no dots'),
    (dict(name='rte'), r'rte .*test_declaration.py.* registered already, by .*rte.py'),
  ],
)
def test_what_is_wrong_is_named_with_file_and_template(wrong, message):
  with pytest.raises(UserError, match=message) as error:
    declare(**wrong)
  assert 'test_declaration.py' in str(error.value) or 'cluster' in str(error.value) or ('split' in str(error.value))
  assert 'extra' not in datasets.every()


def test_a_file_in_no_folder_must_name_its_clusters(monkeypatch):
  monkeypatch.setattr(fields, '__module__', 'riddles')
  with pytest.raises(UserError, match='riddles stands in no folder.*clusters='):
    declare(clusters=())


MANUAL = ['newsroom', 'samsum', 'story_cloze', 'xsum', 'wmt16_translate_csen', 'wmt16_translate_ruen']


@pytest.mark.parametrize('name', MANUAL)
def test_a_manual_download_is_explained(name, tmp_path, monkeypatch):
  monkeypatch.setenv('TFDS_DATA_DIR', str(tmp_path))
  what = datasets.get(name).origin.by_hand
  assert 'http' in what
  with pytest.raises(UserError) as error:
    datasets.require_prepared(['rte', name])
  said = str(error.value)
  assert f'{datasets.get(name).tfds} needs a manual download: put {what}' in said
  assert str(tmp_path / 'downloads' / 'manual') in said


def test_no_other_dataset_asks_for_one():
  asked = [name for name in datasets.names() if datasets.get(name).origin.by_hand]
  assert sorted(asked) == sorted(MANUAL)


def numbered_fields(example):
  return {1: example['text'], 'answer': example['text']}


def test_a_field_whose_name_is_no_text_is_named_with_the_others():
  with pytest.raises(UserError, match=r'asks for \{options\}; the fields are 1, answer'):
    declare(fields=numbered_fields)


def hidden(example):
  named = {'text': example['text']}
  return named


def test_the_source_of_fields_tells_their_names():
  assert dataset_checks.field_names(fields) == {'text', 'options', 'answer'}
  assert dataset_checks.field_names(hidden) is None
  assert dataset_checks.field_names(functools.partial(fields)) is None
  for name in datasets.names():
    assert dataset_checks.field_names(datasets.get(name).fields), name


def test_names_that_the_source_hides_are_checked_when_prompts_are_made():
  dataset = dataclasses.replace(datasets.get('rte'), name='extra', fields=hidden, templates=block('{{txt}} {number}'))
  records = tf.data.Dataset.from_tensors({'text': 'a'})
  with pytest.raises(UserError, match=r'extra: a template asks for \{answer\}'):
    list(rendering.prompts(records, dataset))


def failing(example):
  return {'text': example['txt'], **choose(example['label'], ['no', 'yes'])}


@pytest.mark.parametrize('function', ['fields', 'keep'])
def test_what_a_function_of_a_dataset_raises_is_named_with_its_line(function):
  dataset = dataclasses.replace(
    datasets.get('rte'), name='extra', templates=block(), **{'fields': fields, function: failing}
  )
  records = tf.data.Dataset.from_tensors({'text': 'a', 'label': 1})
  with pytest.raises(UserError) as error:
    list(rendering.prompts(records, dataset))
  line = failing.__code__.co_firstlineno + 1
  assert f'{function}(example) raises KeyError' in str(error.value)
  assert f'(line {line} of {__file__})' in str(error.value)
  assert '\n' not in str(error.value)


def test_partials_stand_in_the_file_of_their_function():
  dataset = dataclasses.replace(datasets.get('rte'), fields=functools.partial(fields))
  assert dataset_checks.file(dataset) == __file__ and dataset.module == __name__


RECORDS = [('fine', 1), ('', 1), ('no label', -1), ('wrong label', 7), ('  ', 0), ('too', 0)]


@pytest.fixture
def flawed():
  texts, labels = zip(*RECORDS)
  dataset = dataclasses.replace(
    datasets.get('cola'), name='flawed', fields=fields, keep=lambda example: example['text'] != 'too', templates=block()
  )
  return dataset, tf.data.Dataset.from_tensor_slices({'text': list(texts), 'label': list(labels)})


def test_records_that_make_no_prompt_are_left_out_and_counted(flawed):
  dataset, records = flawed
  rendering.dropped('flawed')
  made = list(rendering.prompts(records, dataset).as_numpy_iterator())
  assert len(made) == 10 and all(b'fine' in prompt['inputs'] for prompt in made)
  assert rendering.dropped('flawed') == {
    'text is empty': 2,
    'the answer is none of the options': 2,
    rendering.NOT_KEPT: 1,
  }
  assert rendering.dropped('flawed') == {}


def test_they_are_counted_once_in_a_set_too_large_to_keep(flawed, monkeypatch):
  dataset, records = flawed
  monkeypatch.setattr(rendering, 'MAXIMUM_PROMPTS', 6)
  assert len(list(rendering.prompts(records, dataset))) == 6  # six rounds of one record
  assert sum(rendering.dropped('flawed').values()) == 5


def test_evaluation_leaves_them_out_too(flawed):
  dataset, records = flawed
  found = list(rendering.examples(records, dataset, [0, 4]))
  assert [(one.label, one.references) for one in found] == [(1, ('yes',))]
  assert sum(rendering.dropped('flawed').values()) == 5


@pytest.mark.parametrize('label, answer', [(0, b'a'), (1, b'b'), (2, b''), (-1, b'')])
def test_choose_takes_any_label(label, answer):
  assert choose(label, ['a', 'b'])['answer'].numpy() == answer
  assert choose(label, tf.constant([], tf.string))['answer'].numpy() == b''


def test_lists_of_any_length_have_a_text():
  nothing = tf.constant([], tf.string)
  assert (first(nothing).numpy(), first(['a', 'b']).numpy()) == (b'', b'a')
  assert numbered(nothing).numpy() == b''
  assert numbered(['a', 'b']).numpy() == b'1. a\n2. b'


def test_a_cluster_is_declared_once():
  assert clusters.add('math', 'Math') is not None
  with pytest.raises(UserError, match="'math' is declared already"):
    clusters.add('math', 'Mathematics')
  with pytest.raises(UserError, match='letters, digits'):
    clusters.add('my cluster', 'Mine')
