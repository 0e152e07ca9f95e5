# SPDX-License-Identifier: Apache-2.0
"""Exports as they are served: chat templates, types and files, and what vLLM reads."""

import json
import os
import stat

import numpy as np
import pytest
import safetensors.torch
import torch
import transformers
from lm_eval.models.huggingface import HFLM

from flan_jax.cli import huggingface
from flan_jax.data import vocabulary
from flan_jax.data.tokenizers import chat_template
from flan_jax.inference import decoding, text_generation
from flan_jax.model import families
from flan_jax.public_models import importing, safetensors_files
from flan_jax.runs import generation
from tests import test_huggingface, test_same_texts, vllm_keys

TEMPLATE = '{{ messages[0].content }}'
LIST = [{'name': 'default', 'template': TEMPLATE}, {'name': 'tools', 'template': 'x'}]


@pytest.fixture(autouse=True)
def no_vocabulary_yet(monkeypatch):
  monkeypatch.setenv(vocabulary.VARIABLE, vocabulary.BYTES)
  monkeypatch.setenv(vocabulary.ENDS, '')
  monkeypatch.setattr(vocabulary.FLAN, '_loaded', None)


@pytest.fixture
def tuned(tmp_path, monkeypatch):
  """(name of a source, SEPARATORS, files to put into it) -> MODEL_DIR of a run tuned from it."""

  def make(name, separators=('eos', 'eos'), files={}):
    source, base, run = (str(tmp_path / one) for one in ('source', 'base', 'run'))
    family, shape, config, generated, tokenizer = test_same_texts.SOURCES[name]
    test_same_texts.write_source(source, family, shape, config, generated, dict(tokenizer))
    for file, content in files.items():
      (tmp_path / 'source' / file).write_text(content)
    importing.import_folder(source, base)
    monkeypatch.setattr(vocabulary.FLAN, '_loaded', None)  # another process imports
    test_same_texts.tuned_from(base, run)
    path = tmp_path / 'run/run.json'
    told = json.loads(path.read_text())
    told.pop('digest')
    told['rows']['separators'] = list(separators)
    path.write_text(json.dumps(told))
    monkeypatch.setattr(vocabulary.FLAN, '_loaded', None)
    return run

  return make


def asked(run):
  """The ids of the prompts, as the run asks them."""
  model = generation.open_model(run)
  settings = text_generation.Asked(decoding.Settings(test_same_texts.NEW), plain=False)
  return model, [ids.tolist() for ids in generation.tokens(model, test_same_texts.PROMPTS, settings)[0]]


def chatted(folder, **settings):
  """The ids of the same prompts, each as the message of a chat."""
  words = transformers.AutoTokenizer.from_pretrained(folder)
  messages = [[{'role': 'user', 'content': text}] for text in test_same_texts.PROMPTS]
  return [words.apply_chat_template(one, add_generation_prompt=True, **settings)['input_ids'] for one in messages]


@pytest.mark.parametrize(
  'name, separators',
  [
    ('llama begins', ('eos', 'eos')),
    ('llama', ('\n\n', 'eos')),
    ('mistral', ('', '\n')),
    ('llama pieces', ('eos', 'eos')),
    ('llama pieces', ('\n\n', 'eos')),
    ('qwen3', ('eos', 'eos')),
  ],
)
def test_a_chat_asks_as_the_run_was_tuned(tuned, tmp_path, name, separators):
  run, folder = tuned(name, separators), str(tmp_path / 'folder')
  huggingface.main(['export', run, folder])
  assert chatted(folder) == asked(run)[1]


def test_what_follows_a_question_stands_as_in_tuning(tuned, tmp_path):
  run, folder = tuned('llama begins'), str(tmp_path / 'folder')
  huggingface.main(['export', run, folder])
  words = transformers.AutoTokenizer.from_pretrained(folder)
  turns = [('system', 'Be brief.'), ('user', 'is it "so"?'), ('assistant', 'yes'), ('user', 'no {{ braces }}')]
  text = words.apply_chat_template([{'role': role, 'content': text} for role, text in turns], tokenize=False)
  end = '<|im_end|>'
  assert text == f'<s>Be brief.\n\nis it "so"?{end}yes{end}no {{{{ braces }}}}{end}'
  harness = HFLM(pretrained=folder, device='cpu', dtype='float32', batch_size=1, max_length=test_same_texts.LENGTH)
  assert harness.apply_chat_template([{'role': 'user', 'content': 'so'}]) == f'<s>so{end}'


def test_a_pipeline_answers_as_generate_does(tuned, tmp_path):
  run, folder = tuned('llama begins'), str(tmp_path / 'folder')
  huggingface.main(['export', run, folder])
  model, ids = asked(run)
  loaded = model.load()
  ends = model.encoding().end_ids()
  grown = decoding.generate(loaded.config, loaded.params, ids, decoding.Settings(test_same_texts.NEW), ends)
  ask = transformers.pipeline('text-generation', model=folder, dtype='float32', device='cpu')
  for text, own in zip(test_same_texts.PROMPTS[:5], grown):
    answer = ask([{'role': 'user', 'content': text}], max_new_tokens=test_same_texts.NEW, do_sample=False)
    assert answer[0]['generated_text'][-1]['content'] == vocabulary.FLAN.decode(own)


def test_a_template_of_the_base_stays_the_default(tuned, tmp_path):
  run, folder = tuned('llama begins', files={'chat_template.jinja': TEMPLATE}), str(tmp_path / 'folder')
  huggingface.main(['export', run, folder])
  words = transformers.AutoTokenizer.from_pretrained(folder)
  assert words.chat_template == {
    'default': TEMPLATE,
    'flan': (tmp_path / 'folder/additional_chat_templates/flan.jinja').read_text(),
  }
  assert chatted(folder, chat_template='flan') == asked(run)[1] != chatted(folder)
  card = (tmp_path / 'folder/README.md').read_text()
  assert "chat_template='flan'" in card and '--chat-template folder/additional_chat_templates/flan.jinja' in card


@pytest.mark.parametrize(
  'told, left',
  [
    (TEMPLATE, {'default': TEMPLATE}),
    (LIST, {'default': TEMPLATE, 'tools': 'x'}),
    ([{'name': '../far', 'template': 'x'}, 'odd', {}], {}),
    (None, {}),
  ],
  ids=['text', 'list', 'odd', 'none'],
)
def test_templates_of_tokenizer_config_are_kept_beside_that_of_the_run(tmp_path, told, left):
  (tmp_path / 'tokenizer_config.json').write_text(json.dumps({'chat_template': told}))
  first = chat_template.write(str(tmp_path), 'ours')
  assert first == (not left)
  others = tmp_path / chat_template.FOLDER
  found = {path.stem: path.read_text() for path in others.iterdir()} if others.exists() else {}
  found['default'] = (tmp_path / chat_template.FILE).read_text()
  assert found == ({'default': 'ours'} if first else left | {'flan': 'ours'})


def test_what_was_never_tuned_gets_no_template(tuned, tmp_path):
  tuned('llama begins')
  huggingface.main(['export', str(tmp_path / 'base'), str(tmp_path / 'folder')])
  assert not (tmp_path / 'folder' / chat_template.FILE).exists()


def test_bfloat16_is_what_torch_rounds_to_and_files_are_no_larger_than_asked(tuned, tmp_path):
  run = tuned('llama begins')
  huggingface.main(['export', run, str(tmp_path / 'wide')])
  huggingface.main(['export', run, str(tmp_path / 'folder'), '--dtype=bfloat16', '--max_shard_size=2e-5'])
  wide = safetensors.torch.load_file(tmp_path / 'wide' / safetensors_files.WHOLE)
  index = json.loads((tmp_path / 'folder' / safetensors_files.INDEX).read_text())
  names = set(index['weight_map'].values())
  assert len(names) > 2 and set(index['weight_map']) == set(wide)
  found = {}
  for name in names:
    part = safetensors.torch.load_file(tmp_path / 'folder' / name)
    assert sum(leaf.nbytes for leaf in part.values()) <= 20_000 or len(part) == 1
    found |= part
  assert index['metadata'] == {
    'total_parameters': sum(leaf.numel() for leaf in wide.values()),
    'total_size': sum(leaf.nbytes for leaf in found.values()),
  }
  assert all(torch.equal(found[name], wide[name].to(torch.bfloat16)) for name in wide)
  model = transformers.AutoModelForCausalLM.from_pretrained(tmp_path / 'folder')
  assert model.dtype == torch.bfloat16 == transformers.AutoConfig.from_pretrained(tmp_path / 'folder').dtype
  mask = os.umask(0)
  os.umask(mask)
  assert {stat.S_IMODE(os.stat(tmp_path / 'folder' / name).st_mode) for name in names} == {0o666 & ~mask}


def test_generation_settings_are_read(tuned, tmp_path):
  run = tuned('qwen3')
  huggingface.main(['export', run, str(tmp_path / 'folder')])
  told = transformers.GenerationConfig.from_pretrained(tmp_path / 'folder')
  assert np.ravel(told.eos_token_id).tolist() == [2, 0] and told.pad_token_id == 0


@pytest.mark.parametrize('family', families.FAMILIES)
def test_a_folder_states_what_vllm_reads_of_its_architecture(family):
  shapes = {'gpt2': test_huggingface.GPT2, 'gpt_neox': test_huggingface.OWN_WIDTH}
  asked = shapes.get(family, test_huggingface.SIZES)
  made = transformers.AutoConfig.for_model(family, **asked, pad_token_id=0).to_dict()
  config = families.read_config({key: value for key, value in made.items() if value is not None})
  told = families.write_config(config, 64, family)
  told |= {'eos_token_id': 2}  # as an export adds it
  _, keys = vllm_keys.KEYS[told['architectures'][0]]
  assert [key for key in keys if not any(one in told for one in key.split('|'))] == []
  assert getattr(transformers, told['architectures'][0]).config_class.model_type == family
