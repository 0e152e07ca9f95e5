# SPDX-License-Identifier: Apache-2.0
"""docs/how-to/instruction-tune-and-serve.md: its commands run in their order, on a small stand-in for Qwen3."""

import re
import shlex
import sys

import huggingface_hub
import pytest

from tests import test_docs, test_same_texts

PAGE = test_docs.CHECKOUT / 'docs/how-to/instruction-tune-and-serve.md'
# Makes of the page one that a test can do.
PLACES = {'/data/tfds': '$PWD/data', 'meshes/v5e_1.gin': 'meshes/local.gin', '--processes=8': '--processes=1'}
ROWS = '--gin.TOKENS_PER_BATCH=1024 --gin.ROW_LENGTH=512 --gin.INPUTS_LENGTH=384 --gin.TARGETS_LENGTH=64'
SMALL = f'{ROWS} --gin.TARGET_SLOTS=128 --gin.TASKS="\'prepared\'"'
TEMPLATE = "{% for m in messages %}<|im_start|>{{ m['role'] }}\n{{ m['content'] }}<|im_end|>\n{% endfor %}"


def small(text):
  """The blocks of the page for the stand-in; what was planned for a TPU stays so."""
  head, found, rest = text.partition('flan_jax huggingface import')
  for there, here in PLACES.items():
    rest = rest.replace(there, here)
  rest = re.sub(r'^flan_jax cache ', f'flan_jax cache {SMALL} ', rest, flags=re.M)
  rest = re.sub(r'^flan_jax train ', f'flan_jax train {SMALL} --gin.TRAIN_STEPS=2 ', rest, flags=re.M)
  return head + found + re.sub(r'^flan_jax evaluate ', 'flan_jax evaluate --limit=2 ', rest, flags=re.M)


@pytest.mark.slow
def test_the_page_runs_from_the_import_to_the_answer(tmp_path):
  family, shape, config, generation, tokenizer = test_same_texts.SOURCES['qwen3']
  source = tmp_path / 'Qwen3-0.6B-Base'
  test_same_texts.write_source(str(source), family, shape, config, generation, dict(tokenizer))
  (source / 'chat_template.jinja').write_text(TEMPLATE)
  (source / 'README.md').write_text('---\nlicense: apache-2.0\n---\n')
  data = 'flan_jax sample --data_dir=data --datasets=nli,sst2,arc_easy --examples=20\n'
  said = test_docs.sh(tmp_path, data + small('\n'.join(test_docs.blocks(PAGE, 'bash'))))
  assert 'the arithmetic allows it' in said and 'trained to step 2' in said
  for name in ('qwen3-flan', 'qwen3-flan-full', 'qwen3-flan-adapter'):
    card = huggingface_hub.ModelCard.load(tmp_path / name / 'README.md')
    assert (card.data.license, card.data.base_model) == ('apache-2.0', 'Qwen/Qwen3-0.6B-Base')
    assert ('| rte | accuracy |' in card.text) == (name != 'qwen3-flan-full')
    assert 'Trained on embedded data' in card.text and 'It may have seen these datasets' in card.text
  [code] = test_docs.blocks(PAGE, 'python')
  (tmp_path / 'ask.py').write_text(code)
  assert test_docs.sh(tmp_path, f'{shlex.quote(sys.executable)} ask.py').strip()
