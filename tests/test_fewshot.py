# SPDX-License-Identifier: Apache-2.0
"""Exemplars: never the example itself, within the budget, the same for the same text."""

import dataclasses

import pytest

import flan_jax.tasks  # noqa: F401  registers everything
from flan_jax.data import datasets, fewshot, prompt_variants, rendering
from flan_jax.data.vocabulary import FLAN
from flan_jax.errors import UserError


def words(texts):
  return [text.split() for text in texts]


def pool(count, shots, seed=0):
  rows = [(f'key {n}', [f'asked {n}', f'put {n}'], [f'told {n}'] * 2) for n in range(count)]
  return fewshot.Exemplars(rows, shots, seed, words)


def test_the_layout_is_prompt_target_blank_line():
  [text] = pool(5, 2).before(['another'], [1], ['the question'])
  first, second, last = text.split('\n\n')
  assert last == 'the question'
  assert first.split('\n')[0].startswith('put ') and first != second
  assert first.split('\n')[1] == 'told ' + first.split('\n')[0][4:]


@pytest.mark.parametrize('shots', [1, 3, 16])
def test_as_many_as_asked_none_twice_and_never_the_example_itself(shots):
  drawn = pool(20, shots)
  for number in range(17):
    [text] = drawn.before([f'key {number}'], [0], ['q'])
    asked = [part.split('\n')[0] for part in text.split('\n\n')[:-1]]
    assert len(set(asked)) == len(asked) == shots
    assert f'asked {number}' not in asked


def test_a_pool_that_is_too_small_gives_what_it_has():
  [text] = pool(3, 5).before(['key 1'], [0], ['q'])
  assert text.count('\n\n') == 2
  assert pool(1, 5).before(['key 0'], [0], ['q']) == ['q']


def test_the_draw_depends_on_text_and_seed_alone():
  drawn = pool(50, 4)
  both = drawn.before(['a', 'b'], [0, 0], ['q', 'q'])
  assert both == drawn.before(['a'], [0], ['q']) + drawn.before(['b'], [0], ['q'])
  assert both[0] != both[1]
  assert pool(50, 4, seed=1).before(['a'], [0], ['q']) != both[:1]


def test_every_exemplar_is_drawn_about_as_often():
  drawn, counts = pool(53, 4), dict.fromkeys(range(53), 0)
  for number in range(1_000):
    [text] = drawn.before([f'x{number}'], [0], ['q'])
    for part in text.split('\n\n')[:-1]:
      counts[int(part.split('\n')[0].split()[1])] += 1
  assert max(counts.values()) < 2 * min(counts.values())


def test_surplus_is_dropped_from_the_end():
  rows = [(f'key {n}', ['word ' * 198], ['a b']) for n in range(11)]  # 200 tokens each
  drawn = fewshot.Exemplars(rows, 10, 0, words)
  [short] = drawn.before(['x'], [0], ['q ' * 160])
  [long] = drawn.before(['x'], [0], ['q ' * 161])
  assert len(short.split()) == 960
  assert len(long.split()) == 161 + 3 * 200
  assert drawn.before(['x'], [0], ['q ' * 2_000]) == ['q ' * 2_000]
  [shorter] = drawn.before(['x'], [0], ['q ' * 160], inputs_length=512)
  assert len(shorter.split()) == 160 + 200


def test_variants_have_one_name_each_and_share_the_source():
  variant = prompt_variants.Variant('rte', templates=4, shots=5)
  few = prompt_variants.register(variant)
  assert few.name == 'rte.4templates.5shot' and few is prompt_variants.register(variant)
  assert len(few.templates) == 4 and few.source is datasets.get('rte').source
  assert 'rte.4templates.5shot' not in datasets.names()
  assert datasets.plain(few.name) == 'rte'
  assert few.identity != datasets.get('rte').identity
  assert prompt_variants.register(prompt_variants.Variant('rte', templates=10)).name == 'rte'


@pytest.mark.parametrize(
  'wrong, message',
  [
    (dict(shots=17), '0 to 16'),
    (dict(shots=-1), '0 to 16'),
    (dict(style='x'), 'STYLE'),
    (dict(templates=11), 'TEMPLATES is 11'),
    (dict(templates=0), 'TEMPLATES is 0'),
  ],
)
def test_what_no_variant_can_be_is_refused(wrong, message):
  with pytest.raises(UserError, match=message):
    prompt_variants.register(prompt_variants.Variant('rte', **wrong))


def test_bare_styles_have_fields_and_no_instructions():
  bare = prompt_variants.register(prompt_variants.Variant('rte', style='none'))
  named = prompt_variants.register(prompt_variants.Variant('rte', style='name'))
  assert [t.inputs for t in bare.templates] == ['{premise}\n{hypothesis}']
  assert [t.inputs for t in named.templates] == ['[rte]\n{premise}\n{hypothesis}']
  assert bare.templates[0].target == '{answer}'
  assert bare.templates[0].kind == 'classification'


@pytest.mark.long
def test_training_and_evaluation_prompts_carry_exemplars(data_dir):
  dataset = prompt_variants.register(prompt_variants.Variant('rte', shots=3))
  records = datasets.records(dataset, 'train')
  made = list(rendering.prompts(records, dataset).take(40).as_numpy_iterator())
  plain = {
    prompt['inputs']: prompt['targets']
    for prompt in rendering.prompts(records, datasets.get('rte')).as_numpy_iterator()
  }
  for prompt in made:
    text = prompt['inputs'].decode()
    own = max((one.decode() for one in plain if text.endswith(one.decode())), key=len)
    before = text.removesuffix(own)
    assert prompt['targets'] == plain[own.encode()]
    assert before.count('OPTIONS:\n- ') == 3 * own.count('OPTIONS:\n- ')
    assert own not in before
    assert len(FLAN.encode(text)) <= fewshot.INPUTS_LENGTH - fewshot.SEPARATORS + 8
  [example] = [one for one, _ in zip(datasets.examples(dataset.name, 'test', [0, 3]), '1')]
  assert all(text.count('OPTIONS:') == 4 for text in example.inputs)


def test_exemplars_need_a_training_split(monkeypatch):
  only = dataclasses.replace(datasets.get('rte'), splits={'test': 'validation'})
  monkeypatch.setitem(datasets._DATASETS, 'only', only)
  with pytest.raises(UserError, match='no training split'):
    prompt_variants.register(prompt_variants.Variant('only', shots=1))
