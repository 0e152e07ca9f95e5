# SPDX-License-Identifier: Apache-2.0
"""The catalogue shows every dataset and template, escaped, and asks no network."""

import dataclasses
import html
import re

import pytest

import flan_jax.tasks  # noqa: F401  registers every dataset
from flan_jax.cli import prompts
from flan_jax.data import catalogue, datasets, origins, rendering
from flan_jax.data.sample_data import embedded_content
from flan_jax.errors import UserError
from flan_jax.world import samples
from tests.conftest import replace_sample

NASTY = '<script>alert("x")</script> & {{ co }}'
NAMES = ['anli_r1', 'anli_r2', 'anli_r3', 'rte', 'nasty', 'sst2', 'stsb']


def nasty():
  """RTE but for one template, with markup in the template, the data and the split."""
  rte = datasets.get('rte')
  template = dataclasses.replace(rte.templates[4], inputs='<b>\n{premise}\n\n{options}')
  return dataclasses.replace(
    rte,
    name='nasty',
    origin=origins.Origin(by_hand=NASTY),
    splits={'test': 'test'},
    examples=0,
    templates=(*rte.templates[:4], template, *rte.templates[5:]),
  )


@pytest.fixture(scope='module')
def page():
  rte = samples.get('rte')
  with pytest.MonkeyPatch.context() as patch:
    patch.setitem(datasets._DATASETS, 'nasty', nasty())
    replace_sample(patch, 'nasty', lambda world: rte(world) | {'premise': NASTY})
    yield catalogue.page(NAMES)


@pytest.fixture(scope='module')
def cards(page):
  """{id of a template: [inputs, target]}, as a browser shows them."""
  found = re.findall(r'<article [^>]*id="([^"]*)"[^>]*>(.*?)</article>', page, re.S)
  return {
    name: [html.unescape(re.sub('<[^>]*>', '', text)) for text in re.findall('<pre[^>]*>(.*?)</pre>', card, re.S)]
    for name, card in found
  }


def test_what_is_shown_is_what_is_rendered(cards):
  dataset = datasets.get('sst2')
  records = embedded_content.sampled(dataset, 10)
  for number, example in enumerate(rendering.examples(records, dataset, range(10))):
    assert cards[f'sst2/{number}'] == [example.inputs[number], example.targets[number]]


def test_variants_are_one_entry_and_what_differs_is_shown_twice(page, cards):
  once = [f'{name}/{n}' for name in ('anli_r1', 'rte', 'sst2', 'stsb') for n in range(10)]
  assert set(cards) == {*once, 'nasty/4'}
  assert page.count('<details class="entry"') == 4
  assert all(f'id="{name}">{name}</span>' in page for name in NAMES)
  assert page.count('class="shown code">anli_r2</span>') == 3  # variants take turns


def test_a_dataset_is_described(page):
  for wanted in (
    'Natural language inference',
    'Does the hypothesis follow from the premise?',
    'Paraphrase is not trained on either',
    'super_glue/rte:1.0.2',
    '2,290',
    'pearson',
    'train[:-200]',
    '16,940–100,450 rows',
    'inverted',
    'CC BY-NC 4.0',
    'flan_jax.tasks.nli.anli',
    'href="#rte/3"',
    '<b class="number">7</b>',
  ):
    assert wanted in page, wanted


def test_without_a_sample_the_fields_stand_for_the_example(monkeypatch):
  replace_sample(monkeypatch, 'sst2', None)
  assert '{phrase}' in re.sub('<[^>]*>', '', html.unescape(catalogue.page(['sst2'])))


def test_markup_is_escaped(page, cards):
  assert NASTY in cards['nasty/4'][0] and '<b>\n' in cards['nasty/4'][0]
  assert NASTY not in page and '<b>\n' not in page and page.count('<script') == 1


def test_nothing_is_fetched(page):
  links = re.findall(r'<a href="(https?:[^"]*)"', page)
  assert all(link.startswith('https://arxiv.org/abs/') for link in links)
  rest = re.sub(r'<a href="https?:[^"]*"', '', page)
  assert not re.search(r'https?:|\bsrc=|url\(|@import|<link|fetch\(', rest)


@pytest.mark.parametrize('name', datasets.names())
def test_a_dataset_file_states_source_licence_and_splits(name):
  said = catalogue.described(catalogue._docstring(datasets.get(name).fields.__module__))
  assert all(said[part] for part in ('name', 'title', 'source', 'licence', 'splits')), said


def test_a_docstring_is_taken_apart():
  text = 'RTE, entailment.\n\nSource: A 2006. Licence: MIT. Splits: all. Rows are short.'
  assert catalogue.described(text) == {
    'name': 'RTE',
    'title': ', entailment.',
    'source': 'A 2006',
    'licence': 'MIT',
    'splits': 'all.',
    'notes': 'Rows are short.',
  }
  bare = catalogue.described('Riddles: which?\n\nMade at home.')  # of another package
  assert list(filter(None, bare.values())) == ['Riddles', ': which?', 'Made at home.']
  assert not any(catalogue.described('').values())


def test_text_is_split_for_the_template():
  assert catalogue.spans('see `fields`, arXiv 1905.10044') == [
    ('', 'see '),
    ('code', 'fields'),
    ('', ', '),
    ('https://arxiv.org/abs/1905.10044', 'arXiv 1905.10044'),
  ]
  assert catalogue.filled('Q: {q}', {'q': 'Why?'}) == [('', 'Q: '), ('q', 'Why?')]


def test_the_door_writes_the_page_and_names_a_mistake(tmp_path, capsys):
  path = tmp_path / 'page.html'
  prompts.main(['--task=sst2', f'--html={path}'])
  assert capsys.readouterr().out == f'{path}: 1 dataset\n'
  assert path.read_text().endswith('</html>')
  with pytest.raises(UserError, match=f'{tmp_path} is a folder; name a file'):
    prompts.main([f'--html={tmp_path}'])
  with pytest.raises(UserError, match=f'{tmp_path}/no is no folder'):
    prompts.main([f'--html={tmp_path}/no/page.html'])
  with pytest.raises(SystemExit):
    prompts.main([])
  assert '--task=NAME or --html=FILE is missing' in capsys.readouterr().err
