# SPDX-License-Identifier: Apache-2.0
"""README.md of an export: the hub reads it, and it says no more than is known."""

import dataclasses
import json
import re

import huggingface_hub
import pytest
import yaml

from flan_jax.cli import huggingface
from flan_jax.data import vocabulary
from flan_jax.errors import UserError
from flan_jax.evaluation import scores
from flan_jax.model import adapters
from flan_jax.public_models import base_card
from flan_jax.report import card
from flan_jax.runs import registration, report_inputs
from flan_jax.training import checkpoint, run_file
from tests import fake_run, test_huggingface, test_peft, tiny_runs

FRONT = '---\nlicense: other\nlicense_name: own\nlicense_link: LICENSE\nlanguage: de\nextra: [1]\n---\n# A base\n'
RULE = {
  'held_out': {'rte': ['nli'], 'cb': ['nli']},
  'dropped': {'glue_mrpc': 'paraphrase is dropped with nli (paper 2.2)'},
  'trained': {'sst2': ['sentiment'], 'natural_questions': ['closed_book_qa']},
}


@pytest.fixture(autouse=True)
def no_vocabulary_yet(monkeypatch):
  monkeypatch.setenv(vocabulary.VARIABLE, vocabulary.BYTES)
  monkeypatch.setattr(vocabulary.FLAN, '_loaded', None)


def subject(**changes):
  run = fake_run.run(data='tfds 58', tasks={'sst2': 3000.0, 'natural_questions': 3000.0})
  given = dict(title='tuned', run=run, step=1200, version='0.1.0', dtype='float32', tuned=True, adapter_alone=False)
  given |= dict(base={'folder': 'base'}, training='known', rule=RULE, results=None, separators=('</s>', '</s>'))
  return card.Subject(**given | changes)


def read(text):
  """(the front matter as the hub reads it, the text below), both checked."""
  made = huggingface_hub.ModelCard(text)
  assert made.data.to_dict() == yaml.safe_load(text.split('---\n')[1])
  assert not re.search(r'\n\n\n', made.text.strip()) and '{%' not in made.text and 'None' not in made.text
  return made.data, made.text


def test_without_results_the_card_says_that_nothing_was_evaluated():
  told, text = read(card.text(subject()))
  assert 'Not evaluated' in text and '| rte |' not in text
  assert told.license is None and told.base_model is None
  assert 'licence of base is not known' in text and told.library_name == 'transformers'


def test_a_card_has_the_scores_of_results_json_with_their_intervals():
  results = scores.Results.from_json(fake_run.results(data='tfds 58'))
  _, text = read(card.text(subject(results=results)))
  assert '| rte | accuracy | 33.3 | 51.5 (1.2) | 53.5 | 60.5 (1.2) | 56.5 to 64.5 | 61.5 (#2) |' in text
  assert 'tuned − untuned: +9.0 points (95%: 0.5 to 17.0)' in text
  assert 'Not evaluated' not in text and 'is of step' not in text
  other, _ = card.text(subject(results=results, step=900)), None
  assert 'tuned is of step 1200, the folder of step 900' in other


def test_scores_that_were_changed_by_hand_are_not_passed_on_in_silence():
  results = scores.Results.from_json(fake_run.results(data='tfds 58'))
  signed = [one.signed() for one in results.evaluations]
  better = dataclasses.replace(signed[-1], mean=99.0)
  told = [
    card.text(subject(results=dataclasses.replace(results, evaluations=(*signed[:-1], one))))
    for one in (signed[-1], better)
  ]
  assert ['not as it was written' in text for text in told] == [False, True]  # fmt: skip


def test_a_prompt_with_backticks_stays_in_its_block():
  made = fake_run.results(data='tfds 58')
  for one in made['evaluations'][-1]['datasets'].values():
    one['prompt']['inputs'] = 'Is this code?\n```\n# Limits\n```'
  text = card.text(subject(results=scores.Results.from_json(made)))
  assert '````text\nIs this code?\n```\n# Limits\n```\n````\n' in text


def test_what_was_held_out_and_trained_on_stands_by_cluster():
  _, text = read(card.text(subject()))
  assert '- nli: rte, cb\n' in text and '- sentiment: sst2\n' in text and 'paraphrase is dropped with nli' in text
  assert 'none of the 2 tasks trained on' in text and 'Nothing is known' not in text
  _, text = read(card.text(subject(training='base unknown')))
  assert '**Nothing is known of what base was trained on.** It may have seen these datasets.' in text
  leaky = {**RULE, 'trained': {**RULE['trained'], 'snli': ['nli']}}
  _, text = read(card.text(subject(rule=leaky)))
  assert '1 of the 3 tasks trained on share a cluster' in text and 'Checked' not in text
  _, text = read(card.text(subject(rule=None)))
  assert 'nothing is said of them here' in text and 'Checked' not in text


def test_the_overlap_of_texts_stands_on_the_card():
  numbers = {'examples': 200, 'exact': 0, 'paper': 3, 'absolute': 1, 'test': 100, 'test_absolute': 1}
  found = run_file.TextOverlap('drop', {'rte': numbers}, {'sst2': 4})
  run = dataclasses.replace(subject().run, overlap=found)
  _, text = read(card.text(subject(run=run)))
  assert '| rte | 200 | 0 | 3 (1.5%) | 1 (0.5%) |\n' in text and 'because they overlap: 4.' in text
  assert 'was not compared' in card.text(subject())


def test_embedded_data_is_told_first():
  run = dataclasses.replace(subject().run, data='embedded')
  told, text = read(card.text(subject(run=run)))
  assert text.strip().splitlines()[2].startswith('> **Trained on embedded data')
  assert told.datasets is None and 'embedded' not in card.text(subject()).lower()


@pytest.mark.parametrize(
  'text, told',
  [
    (FRONT, {'license': 'other', 'license_name': 'own', 'license_link': 'LICENSE', 'language': ['de']}),
    ('---\nlicense: apache-2.0\nlanguage:\n- en\n- 5\n---\n', {'license': 'apache-2.0', 'language': ['en']}),
    ('# No front matter\n', {}),
    ('---\n- a list\n---\n', {}),
    ('---\nlicense: [apache\n---\n', {}),
    ('---\nlicense: {a: 1}\nlanguage: 3\n---\n', {}),
  ],
)
def test_the_card_of_the_base_is_read(tmp_path, capsys, text, told):
  (tmp_path / 'README.md').write_text(text)
  assert base_card.read(str(tmp_path), {}) == told
  assert ('is not read' in capsys.readouterr().err) == ('[apache' in text)


def test_the_name_of_the_base_is_that_of_the_hub(tmp_path):
  cached = tmp_path / 'models--Qwen--Qwen3-0.6B/snapshots/abc'
  assert base_card.read(str(cached), {'_name_or_path': '/home/me/x'}) == {'name': 'Qwen/Qwen3-0.6B'}
  assert base_card.read(str(tmp_path), {'_name_or_path': 'Qwen/Qwen3-0.6B'}) == {'name': 'Qwen/Qwen3-0.6B'}
  assert base_card.read(str(tmp_path), {'_name_or_path': str(tmp_path)}) == {}


def test_licence_and_name_pass_through_import_tuning_and_export(tmp_path):
  source, base, run = tmp_path / 'source', tmp_path / 'base', tmp_path / 'run'
  test_huggingface.save(source)
  (source / 'README.md').write_text(FRONT)
  huggingface.main(['import', str(source), str(base)])
  told = checkpoint.read_run(str(base)).to_json()
  told |= {'imported': None, 'imported_from': None, 'init_from': str(base), 'mixture': 'made', 'held_out': 'nli'}
  checkpoint.write_run(str(run), told | {'tasks': {'sst2': 1.0, 'wmt16_translate_deen': 1.0}, 'data': 'tfds 58'})
  (base / 'checkpoints').rename(run / 'checkpoints')
  huggingface.main(['export', str(run), str(tmp_path / 'out'), '--base_model=Org/Base'])
  made = huggingface_hub.ModelCard.load(tmp_path / 'out/README.md')
  assert (made.data.license, made.data.license_name, made.data.base_model) == ('other', 'own', 'Org/Base')
  assert made.data.language == ['de', 'en'] and made.data.base_model_relation == 'finetune'
  assert made.data.datasets == ['nyu-mll/glue', 'wmt/wmt16']
  assert str(tmp_path) not in (tmp_path / 'out/README.md').read_text()


def test_an_adapter_has_a_card_that_peft_and_the_hub_read(tmp_path):
  source, base, run = tmp_path / 'source', tmp_path / 'base', tmp_path / 'run'
  test_huggingface.save(source)
  huggingface.main(['import', str(source), str(base)])
  test_peft.write_run(run, base)
  told = checkpoint.read_run(str(run)).to_json() | {'tasks': {'sst2': 1.0}, 'held_out': 'nli', 'data': 'embedded'}
  told |= {'imported': None, 'imported_from': None, 'digest': None}
  checkpoint.write_run(str(run), {name: value for name, value in told.items() if value is not None})
  huggingface.main(['export', str(run), str(tmp_path / 'out'), '--adapter', '--base_model=Org/Base'])
  made = huggingface_hub.ModelCard.load(tmp_path / 'out/README.md')
  assert (made.data.library_name, made.data.base_model) == ('peft', 'Org/Base')
  assert made.data.base_model_relation == 'adapter'
  assert json.loads((tmp_path / 'out/adapter_config.json').read_text())['base_model_name_or_path'] == 'Org/Base'
  assert 'LoRA of rank 3' in made.text and 'Not evaluated' in made.text


def test_the_card_of_an_adapter_whose_base_has_no_name_on_the_hub():
  run = fake_run.run(data='tfds 58', adapter=adapters.Adapter(rank=2), base=run_file.Base(0, 'x'), init_from='base')
  _, text = read(card.text(subject(run=run, adapter_alone=True)))
  assert 'A LoRA adapter for base' in text and 'vllm serve' not in text


def test_what_was_only_imported_is_not_called_tuned(tmp_path):
  test_huggingface.save(tmp_path / 'Some-1B')
  huggingface.main(['import', str(tmp_path / 'Some-1B'), str(tmp_path / 'base')])
  huggingface.main(['export', str(tmp_path / 'base'), str(tmp_path / 'out')])
  _, text = read((tmp_path / 'out/README.md').read_text())
  assert 'Some-1B, read and written again' in text and 'It was not tuned here' in text
  assert 'How to ask' not in text and 'Held out' not in text


def test_text_of_the_card_is_of_declared_tasks():
  registration.load_tasks()
  names = ['sst2', 'wmt16_translate_deen']
  assert report_inputs._languages(names, {}) == ['en', 'de'] and len(report_inputs._on_hub(names)) == 2


def test_results_that_cannot_be_read_stop_an_export_before_it_begins(tmp_path):
  test_huggingface.save(tmp_path / 'there')
  huggingface.main(['import', str(tmp_path / 'there'), str(tmp_path / 'base')])
  (tmp_path / 'base/results.json').write_text('{"schema": 3}')
  with pytest.raises(UserError, match='results.json'):
    huggingface.main(['export', str(tmp_path / 'base'), str(tmp_path / 'out')])
  assert not (tmp_path / 'out').exists()


def test_a_run_that_began_from_a_public_model_itself_has_its_licence(tmp_path):
  began = {'path': '/far/Qwen3-0.6B', 'identity': 'x', 'model_type': 'qwen3', 'license': 'mit'}
  told = tiny_runs.told(init_from='/far/Qwen3-0.6B', public_base=began)
  checkpoint.write_run(str(tmp_path), told)
  assert report_inputs._base_of(str(tmp_path)) == {'folder': 'Qwen3-0.6B', 'license': 'mit'}
  assert report_inputs._base_of(str(tmp_path), 'Qwen/Qwen3-0.6B')['name'] == 'Qwen/Qwen3-0.6B'
