# SPDX-License-Identifier: Apache-2.0
"""How a model that was not tuned is asked: briefly, and so that the answer goes on."""

import re

import pytest

import flan_jax.tasks  # noqa: F401  registers everything
from flan_jax.cli import prompts
from flan_jax.data import datasets, prompt_variants, rendering, vocabulary
from flan_jax.data.sample_data import embedded_content
from flan_jax.data.templates import INVERTED

MAXIMUM_WORDS = 25  # of its own; an instruction would take more

each_dataset = pytest.mark.parametrize('name', datasets.names())


def phrasings(name):
  """The plain phrasings of a dataset, which must have some."""
  found = datasets.get(name).plain
  assert found, f'{name} says nowhere how an untuned model is asked'
  return found


def bare(template):
  """What is left of two phrasings that nobody would tell apart."""
  return re.sub(r'[^\w{}]+', '', f'{template.inputs}=>{template.target}'.lower())


@each_dataset
def test_every_dataset_has_one_phrasing_or_one_for_each_direction(name):
  directions = [template.direction for template in phrasings(name)]
  assert sorted(directions) == sorted(datasets.get(name).directions or [''])


@each_dataset
def test_it_shows_neither_options_nor_the_answer(name):
  for template in phrasings(name):
    told = re.findall(r'\{(\w+)\}', template.target)
    assert template.gaps_in_order and told
    assert not {'options', *told} & set(template.gaps_in_order)


@each_dataset
def test_the_answer_can_go_on_from_its_end(name):
  for template in phrasings(name):
    assert template.inputs == template.inputs.rstrip()
    assert not re.search(r'[.!?]$', template.inputs), template.inputs


@each_dataset
def test_it_is_short_and_none_of_the_templates(name):
  known = {bare(template) for template in datasets.get(name).templates}
  for template in phrasings(name):
    own = re.sub(r'\{\w+\}', ' ', template.inputs).split()
    assert len(own) < MAXIMUM_WORDS
    assert bare(template) not in known


@each_dataset
def test_its_answer_is_that_of_the_forward_templates(name):
  for template in phrasings(name):
    assert template.target in [
      one.target for one in datasets.get(name).templates if one.kind != INVERTED and one.direction == template.direction
    ]


def asked(name):
  """(dataset, its variant, a sampled example in every plain phrasing, its fields)."""
  variant = prompt_variants.register(prompt_variants.Variant(name, style='plain'))
  assert variant.templates == phrasings(name)
  records = embedded_content.sampled(datasets.get(name), 1)
  every = range(len(variant.templates))
  [example] = rendering.examples(records, variant, every)
  fields = rendering.text_fields(next(iter(records)), variant)
  return variant, example, {key: text.numpy().decode() for key, text in fields.items() if not text.shape.rank}


def test_a_classification_example_is_asked_without_its_options():
  variant, example, fields = asked('copa')
  assert variant.name == 'copa.plain' and variant.kind == 'classification'
  assert example.inputs == (f'{fields["premise"]} The {fields["sought"]} was this:',)
  assert example.targets == (fields['answer'],)
  assert example.options[example.label] == fields['answer']
  assert not any(option in example.inputs[0] for option in example.options)


def test_a_translation_is_asked_in_both_directions():
  variant, example, fields = asked('wmt14_enfr')
  sources = []
  shown = zip(variant.templates, example.inputs, example.targets)
  for template, inputs, target in shown:
    [aim] = template.gaps - set(template.gaps_in_order)
    [source] = {'english', 'foreign'} - {aim}
    assert target == fields[aim] and target not in inputs and fields[source] in inputs
    sources.append(source)
  assert sorted(sources) == ['english', 'foreign']


def test_the_prompt_printer_shows_it(capsys, monkeypatch):
  monkeypatch.delenv('TFDS_DATA_DIR', raising=False)
  monkeypatch.setattr(vocabulary.FLAN, '_loaded', None)  # undone with the test
  prompts.main(['--task=sst2', '--style=plain', '--n=1', '--vocabulary=bytes'])
  printed = capsys.readouterr().out
  assert '\nanswer:\n--- target ---\n' in printed and 'OPTIONS' not in printed
