# SPDX-License-Identifier: Apache-2.0
"""transformers and lm-evaluation-harness on an export: the texts and scores of the run."""

import collections
import io
import json
import os
import shutil

import numpy as np
import pytest
import sentencepiece
import tokenizers
import torch
import transformers
from lm_eval.api.instance import Instance
from lm_eval.models.huggingface import HFLM

from flan_jax.data import vocabulary
from flan_jax.data.tokenizers import ends as ends_lib
from flan_jax.data.tokenizers import kept_vocabulary, tokenizer_files
from flan_jax.data.tokenizers import words as words_lib
from flan_jax.inference import decoding, text_generation
from flan_jax.model import decoder
from flan_jax.public_models import exporting, importing
from flan_jax.runs import evaluation_request, generation, harness
from flan_jax.training import checkpoint
from tests import tiny_runs

LENGTH, NEW = 96, 12
SPECIAL = ['<|endoftext|>', '<s>', '<|im_end|>', '<|pad|>']
WORDS = 'does it follow yes no options is the sky blue what who said so'.split()
PROMPTS = [f'{WORDS[n % 14]} {WORDS[n * 5 % 13]} {n}{"?" * (n % 3)}' for n in range(20)]
PAIRS = [(f'{one}:', f' {WORDS[n]}') for n, one in enumerate(PROMPTS[:6])] + [
  ('', ' yes'),
  ('', 'no'),
  ('', ' it follows'),
  ('so what', ' who said'),
  ('a ', 'b'),
]


@pytest.fixture(autouse=True)
def no_vocabulary_yet(monkeypatch):
  monkeypatch.setenv(vocabulary.VARIABLE, vocabulary.BYTES)
  monkeypatch.setenv(vocabulary.ENDS, '')
  monkeypatch.setattr(vocabulary.FLAN, '_loaded', None)


def write_bytes(folder, begins=False):
  """tokenizer.json of bytes, cut as Qwen's is."""
  letters = sorted(tokenizers.pre_tokenizers.ByteLevel.alphabet())
  pieces = {piece: number for number, piece in enumerate([*SPECIAL, *letters])}
  made = tokenizers.Tokenizer(tokenizers.models.BPE(pieces, []))
  made.add_special_tokens(SPECIAL)
  made.pre_tokenizer = tokenizers.pre_tokenizers.ByteLevel(add_prefix_space=False)
  made.decoder = tokenizers.decoders.ByteLevel()
  if begins:
    made.post_processor = tokenizers.processors.TemplateProcessing(single='<s> $A', special_tokens=[('<s>', 1)])
  made.save(os.path.join(folder, 'tokenizer.json'))


def write_pieces(path, **settings):
  """A SentencePiece model, by default with the tokens of Llama's; returns its size."""
  written = io.BytesIO()
  sentencepiece.SentencePieceTrainer.train(
    sentence_iterator=iter([' '.join(WORDS)] * 50),
    model_writer=written,
    vocab_size=310,
    hard_vocab_limit=False,
    byte_fallback=True,
    normalization_rule_name='identity',
    remove_extra_whitespaces=False,
    minloglevel=2,
    **{'model_type': 'bpe'} | settings,
  )
  with open(path, 'wb') as file:
    file.write(written.getvalue())
  return sentencepiece.SentencePieceProcessor(model_proto=written.getvalue()).get_piece_size()


def often(model, end, first, size):
  """Makes a random model end its texts: with the token that it writes the most.

  first, size: of the tokens that texts are written with; single bytes make no text.
  """
  with torch.no_grad():
    model.lm_head.weight[:first] *= 0.01
    model.lm_head.weight[size:] *= 0.01
  prompts = np.random.default_rng(0).integers(first, size, (20, 9))
  prompts[:, 0] = 1
  found = model.generate(torch.tensor(prompts), max_new_tokens=NEW, do_sample=False, eos_token_id=None, pad_token_id=0)
  # In how many texts, not how often: some texts write one token only.
  written = collections.Counter(one for row in found.tolist() for one in set(row[10:]))
  common = next(one for one, _ in written.most_common() if one >= first)
  with torch.no_grad():
    for table in (model.get_input_embeddings().weight, model.lm_head.weight):
      table[[common, end]] = table[[end, common]].clone()


def write_source(folder, family, shape, config, generation, tokenizer):
  """A random model of a family as people publish them."""
  os.makedirs(folder)
  text = 4, 260
  if shape == 'json':
    write_bytes(folder, tokenizer.pop('begins', False))
  else:
    text = 259, write_pieces(f'{folder}/tokenizer.model')
  with open(f'{folder}/tokenizer_config.json', 'w') as file:
    json.dump(tokenizer, file)
  torch.manual_seed(3)
  made = transformers.AutoConfig.for_model(
    family,
    vocab_size=320,
    hidden_size=24,
    num_hidden_layers=2,
    num_attention_heads=4,
    num_key_value_heads=2,
    head_dim=6,
    intermediate_size=40,
    max_position_embeddings=LENGTH,
    initializer_range=0.4,
    tie_word_embeddings=False,
    **config,
  )
  model = transformers.AutoModelForCausalLM.from_config(made)
  often(model, np.ravel(config['eos_token_id'])[0], *text)
  model.generation_config = transformers.GenerationConfig(**{'eos_token_id': config['eos_token_id']} | generation)
  model.save_pretrained(folder)


def tuned_from(base, folder, begin=None):
  """A run that begins from an import, as training leaves it but for the steps."""
  run = checkpoint.read_run(base).to_json()
  run.pop('imported')
  run['ends'] = ends_lib.Ends.from_told(run['ends']).begun(begin).told()
  checkpoint.write_run(
    folder,
    {
      **run,
      'init_from': base,
      'mixture': 'made',
      'tasks': {'rte': 1.0},
      'rows': {
        **run['rows'],
        'tokens_per_batch': LENGTH,
        'row_length': LENGTH,
        'inputs_length': 48,
        'targets_length': 16,
      },
    },
  )
  evaluation_request.use_vocabulary(None, checkpoint.read_run(folder), folder)
  kept_vocabulary.keep(folder, checkpoint.read_run(folder).vocabulary)
  tokenizer_files.keep(folder, vocabulary.FLAN.path, base)
  shutil.copytree(f'{base}/checkpoints', f'{folder}/checkpoints')


def ours_and_theirs(model_dir, folder, plain):
  """(our texts, transformers' on the export), what ended early and what padded it."""
  model = generation.open_model(model_dir)
  asked = text_generation.Asked(decoding.Settings(NEW), plain=plain)
  ids, _ = generation.tokens(model, PROMPTS, asked)
  loaded = model.load()
  grown = decoding.generate(loaded.config, loaded.params, ids, asked.settings, model.encoding().end_ids())
  theirs = transformers.AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
  words = transformers.AutoTokenizer.from_pretrained(folder)
  if plain:  # what their tokenizer makes of the texts
    assert [words(text).input_ids for text in PROMPTS] == [one.tolist() for one in ids]
  size = max(map(len, ids))
  tokens = torch.tensor([[0] * (size - len(one)) + one.tolist() for one in ids])
  mask = torch.tensor([[0] * (size - len(one)) + [1] * len(one) for one in ids])
  written = theirs.generate(tokens, attention_mask=mask, max_new_tokens=NEW, do_sample=False)[:, size:].tolist()
  ends = np.ravel(theirs.generation_config.eos_token_id).tolist()
  pad = theirs.generation_config.pad_token_id
  pad = ends[0] if pad is None else pad  # as of the source
  for row, own in zip(written, grown):
    assert row[: len(own)] == own
    rest = row[len(own) :]
    assert not rest or (rest[0] in ends and set(rest[1:]) <= {pad})
  found = [len(own) < NEW for own in grown]
  assert any(found) and not all(len(own) == 0 for own in grown)
  texts = words.batch_decode(grown, skip_special_tokens=True)
  assert texts == [vocabulary.FLAN.decode(own) for own in grown]


def same_in_the_harness(model_dir, folder):
  ours = harness.FlanJax(model_dir=model_dir, max_length=LENGTH)
  theirs = HFLM(pretrained=folder, device='cpu', dtype='float32', batch_size=4, max_length=LENGTH)
  assert (ours.prefix_token_id, ours.eot_token_id) == (theirs.prefix_token_id, theirs.eot_token_id)
  made = [Instance('loglikelihood', {}, one, n) for n, one in enumerate(PAIRS)]
  found, wanted = (one.loglikelihood(made, disable_tqdm=True) for one in (ours, theirs))
  np.testing.assert_allclose([score for score, _ in found], [score for score, _ in wanted], atol=1e-4)
  assert [greedy for _, greedy in found] == [greedy for _, greedy in wanted]
  made = [Instance('loglikelihood_rolling', {}, (text,), n) for n, text in enumerate([' yes', PROMPTS[1]])]
  found, wanted = (one.loglikelihood_rolling(made, disable_tqdm=True) for one in (ours, theirs))
  np.testing.assert_allclose(found, wanted, atol=1e-4)
  made = [
    Instance('generate_until', {}, (text, {'until': ['k'], 'max_gen_toks': NEW}), n) for n, text in enumerate(PROMPTS)
  ]
  found, wanted = (one.generate_until(made, disable_tqdm=True) for one in (ours, theirs))
  assert found == wanted and len(set(found)) > 1


IDS = dict(eos_token_id=2, bos_token_id=1, pad_token_id=None)
BYTES = {'tokenizer_class': 'PreTrainedTokenizerFast', 'eos_token': '<|im_end|>'}
LLAMA = {'tokenizer_class': 'LlamaTokenizer', 'legacy': False}
BEGUN = {'add_bos_token': True, 'bos_token': '<s>', 'eos_token': '</s>'}
SOURCES = {
  'llama begins': ('llama', 'json', IDS, {}, {**BYTES, 'begins': True, 'bos_token': '<s>'}),
  'llama pieces': ('llama', 'model', IDS, {}, {**LLAMA, **BEGUN}),
  'llama': ('llama', 'json', IDS, {}, BYTES),
  'llama other end': ('llama', 'json', IDS, {}, {**BYTES, 'eos_token': '<|endoftext|>'}),
  'llama list': ('llama', 'json', {**IDS, 'eos_token_id': [2, 20]}, {}, BYTES),
  'llama pieces, bare': ('llama', 'model', IDS, {}, {}),
  'mistral': ('mistral', 'json', IDS, {}, {**BYTES, 'begins': True, 'bos_token': '<s>'}),
  'mistral pieces': ('mistral', 'model', IDS, {}, {**LLAMA, **BEGUN}),
  'mistral pieces, legacy': (
    'mistral',
    'model',
    IDS,
    {},
    {'tokenizer_class': 'LlamaTokenizer', 'add_bos_token': False},
  ),
  'qwen2': (
    'qwen2',
    'json',
    {**IDS, 'bos_token_id': 0},
    {'eos_token_id': [2, 0], 'pad_token_id': 0},
    {'tokenizer_class': 'Qwen2Tokenizer', 'bos_token': None, 'eos_token': '<|im_end|>', 'pad_token': '<|endoftext|>'},
  ),
  'qwen3': (
    'qwen3',
    'json',
    {**IDS, 'bos_token_id': 0},
    {'eos_token_id': [2, 0], 'pad_token_id': 0},
    {'tokenizer_class': 'Qwen2Tokenizer', 'bos_token': None, 'eos_token': '<|im_end|>', 'pad_token': '<|endoftext|>'},
  ),
}
QUICK = ('llama begins',)


@pytest.mark.parametrize(
  'name', [name if name in QUICK else pytest.param(name, marks=pytest.mark.slow) for name in SOURCES]
)
def test_an_export_ends_begins_and_scores_as_the_run(tmp_path, monkeypatch, name):
  source, base, run, folder = (str(tmp_path / one) for one in ('source', 'base', 'run', 'folder'))
  family, shape, config, generation, tokenizer = SOURCES[name]
  write_source(source, family, shape, config, generation, dict(tokenizer))
  importing.import_folder(source, base)
  monkeypatch.setattr(vocabulary.FLAN, '_loaded', None)  # another process imports
  tuned_from(base, run)
  monkeypatch.setattr(vocabulary.FLAN, '_loaded', None)
  exporting.export_folder(run, folder)
  told = json.loads((tmp_path / 'folder/generation_config.json').read_text())
  assert told['pad_token_id'] is not None
  exported = json.loads((tmp_path / 'folder/config.json').read_text())
  assert isinstance(exported['eos_token_id'], list) == isinstance(config['eos_token_id'], list)
  ours_and_theirs(run, folder, plain=True)
  same_in_the_harness(run, folder)
  if name in QUICK:
    monkeypatch.setattr(vocabulary.FLAN, '_loaded', None)
    ours_and_theirs(base, source, plain=True)


@pytest.mark.parametrize(
  'settings',
  [
    dict(model_type='unigram', pad_id=0, eos_id=1, unk_id=2, bos_id=-1, user_defined_symbols=['\n']),
    pytest.param({}, marks=pytest.mark.slow),
  ],
  ids=['ours', 'with <s>'],
)
def test_a_run_from_scratch_is_exported_with_its_end(tmp_path, settings):
  path, run, folder = (str(tmp_path / one) for one in ('vocab.model', 'run', 'folder'))
  write_pieces(path, **settings)
  write_scratch(run, path)
  exporting.export_folder(run, folder)
  exported = json.loads((tmp_path / 'folder/config.json').read_text())
  assert exported['eos_token_id'] == vocabulary.FLAN.eos_id
  assert exported['bos_token_id'] is None
  ours_and_theirs(run, folder, plain=False)
  same_in_the_harness(run, folder)


def write_scratch(folder, path):
  """A random Llama that is no import."""
  import jax

  config = decoder.DecoderConfig(
    vocab_size=384,
    d_model=24,
    layers=1,
    heads=4,
    head_dim=6,
    d_ff=40,
    scan=True,
    positions='rope',
    activation='silu',
    tied_embeddings=False,
    logit_scale=1.0,
    dtype='float32',
  )
  vocabulary.FLAN.use(path)
  words = vocabulary.FLAN
  run = {
    **tiny_runs.RUN,
    'model': vars(config),
    'tasks': {'rte': 1.0},
    'rows': {**tiny_runs.ROWS, 'tokens_per_batch': LENGTH, 'row_length': LENGTH, 'inputs_length': 48},
    'vocabulary': {'path': path, 'hash': words.content_hash},
    'ends': words.ends.told(),
  }
  checkpoint.write_run(folder, run)
  params = jax.tree.map(lambda leaf: 3 * leaf if leaf.ndim > 1 else leaf, tiny_runs.random_params(config, 4))
  table = params['unembedding']
  params['unembedding'] = table = table.at[:, :259].multiply(0.01).at[:, words.vocab_size :].multiply(0.01)
  ids = [words.encode(text) + [words.eos_id] for text in PROMPTS[:8]]
  free = decoding.generate(config, params, ids, decoding.Settings(NEW), 383)
  counted = collections.Counter(one for own in free for one in own[2:] if one > 3)
  common, end = counted.most_common(1)[0][0], words.eos_id
  params['unembedding'] = table.at[:, [common, end]].set(table[:, [end, common]])
  tiny_runs.save(folder, 0, params)


@pytest.mark.slow
@pytest.mark.parametrize('name, begin', [('llama begins', False), ('llama', True), ('llama pieces', False)])
def test_an_export_begins_as_the_run_and_not_as_its_source(tmp_path, monkeypatch, name, begin):
  source, base, run, folder = (str(tmp_path / one) for one in ('source', 'base', 'run', 'folder'))
  family, shape, config, generation, tokenizer = SOURCES[name]
  tokenizer = {**tokenizer, 'bos_token': '<s>'}
  write_source(source, family, shape, config, generation, tokenizer)
  importing.import_folder(source, base)
  monkeypatch.setattr(vocabulary.FLAN, '_loaded', None)
  tuned_from(base, run, begin)
  monkeypatch.setattr(vocabulary.FLAN, '_loaded', None)
  exporting.export_folder(run, folder)
  ours_and_theirs(run, folder, plain=True)
  same_in_the_harness(run, folder)


def test_bytes_are_exported_as_a_tokenizer_of_the_same_ids(tmp_path):
  from flan_jax.data.tokenizers import byte_tokenizer

  byte_tokenizer.write(str(tmp_path / 'tokenizer.json'))
  words = words_lib.opened(str(tmp_path / 'tokenizer.json'))
  for text in ('Is it?\n\ta  b', 'é 日本 \x00\x7f', ' yes'):
    assert words.encode(text) == vocabulary.FLAN.encode(text)
  assert [words.piece(number) for number in range(3)] == ['<pad>', '</s>', '<unk>']
