# SPDX-License-Identifier: Apache-2.0
"""lm-evaluation-harness: requests share what they share, and score as if alone."""

import dataclasses
import importlib
import json
import os
import subprocess
import sys

import jax
import lm_eval
import numpy as np
import pytest
from lm_eval import tasks as harness_tasks
from lm_eval.api import registry
from lm_eval.api.instance import Instance

from flan_jax import runs
from flan_jax.cli import harness as harness_command
from flan_jax.data import vocabulary
from flan_jax.errors import UserError
from flan_jax.inference import decoding, harness_requests, scoring
from flan_jax.model import decoder
from flan_jax.public_models import importing
from flan_jax.runs import harness
from flan_jax.training import checkpoint
from tests import rounding, tiny_runs

CONFIG = rounding.doubled(
  decoder.DecoderConfig(vocab_size=384, d_model=32, layers=1, heads=2, head_dim=16, d_ff=64, remat='none')
)
LENGTH = 96
END = 1  # of the byte vocabulary
CHOICES = ['red', 'a dark blue', 'green']


@pytest.fixture(scope='module', autouse=True)
def double():
  with rounding.double():
    yield


@pytest.fixture(scope='module')
def run(tmp_path_factory):
  """A run directory of a random model that reads bytes."""
  folder = str(tmp_path_factory.mktemp('run'))
  patch = pytest.MonkeyPatch()
  patch.setenv(vocabulary.VARIABLE, vocabulary.BYTES)
  patch.setattr(vocabulary.FLAN, '_loaded', None)
  checkpoint.write_run(
    folder,
    tiny_runs.told(
      model=dataclasses.asdict(CONFIG), rows={'tokens_per_batch': LENGTH, 'row_length': LENGTH, 'inputs_length': 64}
    ),
  )
  tiny_runs.save(folder, 7, tiny_runs.random_params(CONFIG, 0))
  yield folder
  patch.undo()


@pytest.fixture(scope='module')
def model(run):
  return harness.FlanJax(model_dir=run)


@pytest.fixture
def read(monkeypatch):
  """All prompts that scoring.scored is given."""
  prompts, scored = [], scoring.scored

  def recorded(config, params, given, *settings):
    prompts.extend(given)
    return scored(config, params, given, *settings)

  monkeypatch.setattr(scoring, 'scored', recorded)
  return prompts


def asked(kind, *arguments):
  return [Instance(kind, {}, one, number) for number, one in enumerate(arguments)]


def pairs(count, seed=0):
  """Questions with one to four answers each, some contexts ending in spaces."""
  random = np.random.default_rng(seed)
  text = lambda size: ''.join(random.choice(list('abc d.'), size))
  made = []
  for _ in range(count):
    context = 'Q ' + text(random.integers(1, 40)) + random.choice(['', ' ', ':'])
    made += [(context, f' {text(random.integers(1, 9))}x') for _ in range(random.integers(1, 5))]
  return made


def table(model, read):
  """[len(read), V]: log p of each next token, from one plain pass."""
  tokens = np.zeros((1, 2 * LENGTH), np.int32)
  tokens[0, : len(read)] = read
  found = tiny_runs.likelihoods(CONFIG, model.loaded.params, tokens)
  return np.asarray(found)[0, : len(read)]


def alone(model, context, continuation):
  """(log p, whether greedy) of token ids that nothing is shared with."""
  found = table(model, [*context, *continuation[:-1]])[len(context) - 1 :]
  greedy = (found.argmax(axis=1) == continuation).all()
  return found[np.arange(len(continuation)), continuation].sum(), greedy


def check(found, expected):
  scores, greedy = zip(*found)
  wanted, wanted_greedy = zip(*expected)
  np.testing.assert_allclose(scores, wanted, rtol=rounding.EXACT)
  assert list(greedy) == list(wanted_greedy)
  assert all(type(one) is float for one in scores)
  assert all(type(one) is bool for one in greedy)


def ids(text):
  return vocabulary.FLAN.encode(text)


def test_a_request_scores_as_if_it_were_alone(model):
  made = pairs(12)
  found = model.loglikelihood(asked('loglikelihood', *made), disable_tqdm=True)
  expected = []
  for context, continuation in made:
    kept = context.rstrip(' ')  # its spaces belong to the continuation
    expected.append(alone(model, ids(kept), ids(context[len(kept) :] + continuation)))
  check(found, expected)


def test_a_context_is_read_once(model, read):
  made = [*pairs(5), ('Q one?', ' yes'), ('Q two?', ' no'), ('Q one?', ' no')]
  model.loglikelihood(asked('loglikelihood', *made), disable_tqdm=True)
  assert len(read) == len({context.rstrip() for context, _ in made}) == 7
  (one,) = (options for context, options in read if context == ids('Q one?'))
  assert one == [ids(' yes'), ids(' no')]


def test_what_the_model_would_write_is_greedy(model):
  context = ids('Say it')
  written = []
  for _ in range(3):
    written.append(int(np.argmax(table(model, [*context, *written])[-1])))
  other = [*written[:2], (written[2] + 1) % 384]
  made = [(None, context, one) for one in (written, other, written[:1])]
  found = model._loglikelihood_tokens(made, disable_tqdm=True)
  assert [greedy for _, greedy in found] == [True, False, True]


def test_the_order_of_requests_is_kept(model):
  made = pairs(10, seed=1)
  order = np.random.default_rng(0).permutation(len(made))
  found = model.loglikelihood(asked('loglikelihood', *made), disable_tqdm=True)
  shuffled = model.loglikelihood(asked('loglikelihood', *(made[i] for i in order)), disable_tqdm=True)
  check([shuffled[i] for i in np.argsort(order)], found)


def test_a_mesh_changes_nothing(run, model):
  spread = harness.FlanJax(model_dir=run, data=2, fsdp=-1, tensor=2)
  layouts = {leaf.sharding.num_devices for leaf in jax.tree.leaves(spread.loaded.params)}
  assert layouts == {8}
  made = asked('loglikelihood', *pairs(5))
  check(spread.loglikelihood(made, disable_tqdm=True), model.loglikelihood(made, disable_tqdm=True))
  assert continued(spread, ('a', {'max_gen_toks': 4})) == continued(model, ('a', {'max_gen_toks': 4}))


def test_a_text_without_context_follows_the_end_of_sequence(model):
  found = model.loglikelihood(asked('loglikelihood', ('', 'abc')), disable_tqdm=True)
  check(found, [alone(model, [END], ids('abc'))])


def test_too_long_a_context_loses_its_beginning(model):
  context, continuation = 'start ' + 'abcdefgh' * 20, ' end'
  found = model.loglikelihood(asked('loglikelihood', (context, continuation)), disable_tqdm=True)
  kept = ids(context)[-(LENGTH + 1 - 4) :]  # the last token is not read
  check(found, [alone(model, kept, ids(continuation))])


def test_rolling_windows_by_hand(run):
  short = harness.FlanJax(model_dir=run, max_length=8)
  text, tokens = 'twenty letters, all.', ids('twenty letters, all.')
  found = short.loglikelihood_rolling(asked('loglikelihood_rolling', (text,), ('abc',), ('',)), disable_tqdm=True)
  windows = [([END], tokens[:8]), (tokens[7:8], tokens[8:16]), (tokens[11:16], tokens[16:])]
  assert found == [
    pytest.approx(sum(alone(short, *one)[0] for one in windows), rel=rounding.EXACT),
    pytest.approx(alone(short, [END], ids('abc'))[0], rel=rounding.EXACT),
    0.0,
  ]


def test_every_token_of_long_texts_is_predicted_once(model, read):
  text = 'abcdefghij' * 31
  model.loglikelihood_rolling(asked('loglikelihood_rolling', (text,)), disable_tqdm=True)
  predicted = [token for _, options in read for option in options for token in option]
  assert predicted == ids(text)


def continued(model, *made):
  return model.generate_until(asked('generate_until', *made), disable_tqdm=True)


@pytest.fixture
def calls(monkeypatch):
  """Instead of decoding: the calls, each prompt continued by itself, twice."""
  made = []

  def generate(config, params, prompts, settings, eos_id, *, numbers, **more):
    made.append((settings, list(numbers), prompts))
    assert (list(eos_id), more['rows']) == ([END], None)
    return [[*prompt, *prompt] for prompt in prompts]

  monkeypatch.setattr(decoding, 'generate', generate)
  return made


def test_texts_end_before_their_stops_in_the_order_of_the_requests(model, calls):
  short, stopped = {'max_gen_toks': 12}, {'max_gen_toks': 12, 'until': ['o', 't', '']}
  made = [('one', short), ('one', stopped), ('two', stopped), ('three', short)]
  assert continued(model, *made) == ['oneone', '', '', 'threethree']
  assert continued(model, *made[::-1]) == ['threethree', '', '', 'oneone']
  assert continued(model, ('a no', stopped)) == ['a n']
  assert len(calls) == 2 + 2 + 1  # those with equal keywords together
  assert calls[0][0] == decoding.Settings(12)
  assert calls[1][0] == decoding.Settings(12, stop=('o', 't'))


def test_every_request_draws_for_itself(model, calls):
  drawn = {'temperature': 0.5, 'max_gen_toks': 9}
  continued(model, ('a', {'max_gen_toks': 9}), ('again', drawn), ('again', drawn))
  assert [numbers for _, numbers, _ in calls] == [[0], [1, 2]]
  assert calls[1][0] == decoding.Settings(9, temperature=0.5)


def test_a_prompt_leaves_room_for_its_continuation(model, calls):
  continued(model, ('abcdefgh' * 20, {'max_gen_toks': 30}), ('', {'max_gen_toks': 2}))
  assert [prompts for _, _, prompts in calls] == [[ids('abcdefgh' * 20)[-(LENGTH - 30) :]], [[END]]]
  with pytest.raises(UserError, match=f'max_gen_toks = {LENGTH} leaves no room'):
    continued(model, ('a', {'max_gen_toks': LENGTH}))


@pytest.mark.parametrize(
  'keywords, expected',
  [
    ({}, {}),
    ({'until': 'Q:'}, {'stop': ('Q:',)}),
    ({'until': None}, {}),
    ({'max_new_tokens': 3, 'max_gen_toks': 2}, {'max_tokens': 2}),
    ({'temperature': 0.5}, {'temperature': 0.5}),
    ({'do_sample': True}, {'temperature': 1}),
    ({'temperature': 0.5, 'do_sample': False}, {'temperature': 0}),
    ({'temperature': 0.0, 'do_sample': True}, {'temperature': 0}),
    ({'top_k': 5, 'top_p': 0.5, 'num_beams': 1}, {'top_k': 5, 'top_p': 0.5}),
    ({'num_beams': 4}, {'beams': 4}),
  ],
)
def test_generation_keywords(keywords, expected):
  wanted = decoding.Settings(**{'max_tokens': 9} | expected)
  assert harness_requests.settings(keywords, 9) == wanted


def test_unknown_generation_keywords_are_named(model):
  with pytest.raises(UserError, match=r'temprature = 0.5 is unknown; did you mean'):
    continued(model, ('a', {'temprature': 0.5}))


@pytest.mark.parametrize(
  'arguments, message',
  [
    ({'model_dir': None}, 'needs a run'),
    ({'model_dir': 'nowhere'}, 'holds no run'),
    ({'stepp': 3}, 'no argument stepp = 3; did you mean step'),
    ({'dtype': 'int8'}, "dtype = 'int8' must be one of"),
    ({'batch_size': '-3'}, "'-3' rows of a batch"),
    ({'fsdp': 'two'}, "fsdp = 'two' must be a whole number"),
    ({'fsdp': 3}, 'devices'),
    ({'vocabulary': 'missing.model'}, 'model_args vocabulary=FILE'),
  ],
)
def test_arguments_that_cannot_be_are_named(run, arguments, message):
  with pytest.raises(UserError, match=message):
    harness.FlanJax(**{'model_dir': run} | arguments)


@pytest.mark.parametrize(
  'given, rows',
  [
    ({}, None),
    ({'batch_size': 1}, None),
    ({'batch_size': 'auto:4'}, None),
    ({'batch_size': '8'}, 8),
    ({'rows': 1}, 1),
    ({'rows': 2, 'batch_size': 8}, 2),
  ],
)
def test_rows_of_a_batch(given, rows):
  assert harness._rows(given.get('rows'), given.get('batch_size')) == rows


def test_a_continuation_without_tokens_is_named():
  for pair in (([], [1]), ([1], []), ([1], [2] * 9)):
    with pytest.raises(UserError, match='cannot be scored'):
      harness_requests.grouped([pair], 8)


def test_texts_begin_as_asked(run):
  begun = harness.FlanJax(model_dir=run, add_bos_token=True, prefix_token_id=5)
  assert begun.tok_encode('ab') == [5, *ids('ab')]
  assert begun.tok_encode('ab', add_special_tokens=False) == ids('ab')
  assert harness.FlanJax(model_dir=run).tok_encode('ab') == ids('ab')


@pytest.fixture
def tasks(tmp_path, monkeypatch):
  """A folder with a task of each kind, on a file of lines."""
  monkeypatch.setattr('datasets.config.HF_DATASETS_CACHE', str(tmp_path / 'cache'))
  lines = [{'question': f'Colour of {number}?', 'choices': CHOICES, 'label': number} for number in range(2)]
  (tmp_path / 'lines.jsonl').write_text('\n'.join(map(json.dumps, lines)))
  shared = (
    f'dataset_path: json\ntest_split: train\ndataset_kwargs: {{data_files: '
    f'{tmp_path}/lines.jsonl, cache_dir: {tmp_path}/cache}}\n'
    'doc_to_text: "Q: {{question}}\\nA:"\n'
  )
  (tmp_path / 'ranked.yaml').write_text(
    shared
    + (
      'task: ranked\noutput_type: multiple_choice\ndoc_to_choice: "{{choices}}"\n'
      'doc_to_target: label\nmetric_list: [{metric: acc}]\n'
    )
  )
  (tmp_path / 'written.yaml').write_text(
    shared
    + (
      'task: written\noutput_type: generate_until\n'
      'doc_to_target: "{{choices[label]}}"\n'
      'generation_kwargs: {until: ["\\n"], max_gen_toks: 12}\n'
      'metric_list: [{metric: exact_match}]\n'
    )
  )
  return tmp_path


def test_the_harness_evaluates_a_run(run, model, tasks, read):
  manager = harness_tasks.TaskManager(include_path=str(tasks), include_defaults=False)
  results = lm_eval.simple_evaluate(
    model='flan_jax',
    model_args={'model_dir': run},
    tasks=['ranked', 'written'],
    task_manager=manager,
    bootstrap_iters=0,
    batch_size='auto',
  )
  assert len(read) == 2 and {len(options) for _, options in read} == {3}
  right = 0
  for number in range(2):
    context = ids(f'Q: Colour of {number}?\nA:')
    scores = [alone(model, context, ids(f' {choice}'))[0] for choice in CHOICES]
    right += int(np.argmax(scores)) == number
  assert results['results']['ranked']['acc,none'] == right / 2
  assert results['results']['written']['exact_match,none'] == 0
  assert results['config']['model_step'] == 7
  with pytest.raises(UserError, match='no chat template'):
    lm_eval.simple_evaluate(
      model=model, tasks=['written'], task_manager=manager, bootstrap_iters=0, apply_chat_template=True
    )


def test_the_command_line_is_the_harness_s_own_and_knows_the_model(monkeypatch):
  given = []
  monkeypatch.setattr('lm_eval.__main__.cli_evaluate', lambda: given.extend(sys.argv))
  monkeypatch.setattr(sys, 'argv', ['lm_eval'])
  harness_command.main(['--model', 'flan_jax'])
  assert given == ['lm_eval', '--model', 'flan_jax']
  assert registry.get_model('flan_jax') is harness.FlanJax


@pytest.mark.slow
def test_mistakes_end_the_command_line_without_a_trace(tasks):
  done = subprocess.run(
    [
      sys.executable,
      '-m',
      'flan_jax',
      'harness',
      '--model',
      'flan_jax',
      '--tasks',
      'ranked',
      '--include_path',
      str(tasks),
      '--model_args',
      'model_dir=nowhere',
    ],
    text=True,
    capture_output=True,
    env=os.environ | {'HF_DATASETS_OFFLINE': '1'},
  )
  assert done.returncode == 2
  assert done.stderr.strip().endswith('name the MODEL_DIR of one')
  assert 'Traceback' not in done.stderr


def test_without_lm_eval_it_is_said_how_to_get_it(monkeypatch):
  monkeypatch.setitem(sys.modules, 'lm_eval.api.model', None)
  monkeypatch.delitem(sys.modules, 'flan_jax.runs.harness')
  monkeypatch.setattr(runs, 'harness', harness)  # to be put back
  module = importlib.import_module('flan_jax.runs.harness')
  for use in (lambda: harness_command.main([]), lambda: module.FlanJax(model_dir='x')):
    with pytest.raises(UserError, match=r"pip install 'flan_jax\[lm_eval\]'"):
      use()


def write_folder(folder, begins):
  """A random Llama with a tokenizer of bytes that may put <s> before a text."""
  import tokenizers
  import torch
  import transformers

  alphabet = sorted(tokenizers.pre_tokenizers.ByteLevel.alphabet())
  pieces = ['<pad>', '<s>', '</s>', *alphabet]
  words = {piece: number for number, piece in enumerate(pieces)}
  made = tokenizers.Tokenizer(tokenizers.models.BPE(words, []))
  made.pre_tokenizer = tokenizers.pre_tokenizers.ByteLevel(add_prefix_space=False)
  made.decoder = tokenizers.decoders.ByteLevel()
  if begins:
    made.post_processor = tokenizers.processors.TemplateProcessing(single='<s> $A', special_tokens=[('<s>', 1)])
  transformers.PreTrainedTokenizerFast(
    tokenizer_object=made, bos_token='<s>', eos_token='</s>', pad_token='<pad>'
  ).save_pretrained(folder)
  torch.manual_seed(0)
  transformers.LlamaForCausalLM(
    transformers.LlamaConfig(
      vocab_size=len(words),
      hidden_size=32,
      num_hidden_layers=2,
      num_attention_heads=4,
      num_key_value_heads=2,
      intermediate_size=48,
      max_position_embeddings=LENGTH,
      initializer_range=0.2,
      bos_token_id=1,
      eos_token_id=2,
      pad_token_id=0,
    )
  ).save_pretrained(folder)


@pytest.mark.parametrize('begins', [False, True])
def test_what_a_trainer_left_in_a_tokenizer_changes_no_text(tmp_path, monkeypatch, begins):
  import tokenizers

  monkeypatch.setenv(vocabulary.VARIABLE, vocabulary.BYTES)
  monkeypatch.setattr(vocabulary.FLAN, '_loaded', None)
  folder, run = str(tmp_path / 'llama'), str(tmp_path / 'run')
  write_folder(folder, begins)
  made = tokenizers.Tokenizer.from_file(f'{folder}/tokenizer.json')
  made.enable_truncation(2)
  made.enable_padding(direction='left', length=9)
  made.save(f'{folder}/tokenizer.json')
  importing.import_folder(folder, run)
  monkeypatch.setattr(vocabulary.FLAN, '_loaded', None)
  model = harness.FlanJax(model_dir=run, max_length=LENGTH)
  assert model.add_bos_token == begins
  assert len(model.tok_encode('four')) == 4 + begins


@pytest.mark.slow
@pytest.mark.parametrize('begins', [False, True])
def test_the_same_as_the_harness_says_of_transformers(tmp_path, monkeypatch, begins):
  from lm_eval.models.huggingface import HFLM

  from tests import torch_double

  monkeypatch.setenv(vocabulary.VARIABLE, vocabulary.BYTES)
  monkeypatch.setattr(vocabulary.FLAN, '_loaded', None)
  folder = str(tmp_path / 'llama')
  write_folder(folder, begins)
  importing.import_folder(folder, str(tmp_path / 'run'))
  monkeypatch.setattr(vocabulary.FLAN, '_loaded', None)  # a process of its own imports
  ours = harness.FlanJax(model_dir=str(tmp_path / 'run'), max_length=LENGTH)
  ours.config = rounding.doubled(ours.config)
  with torch_double.Double():
    theirs = HFLM(pretrained=folder, device='cpu', dtype='float64', batch_size=4)
  assert (ours.prefix_token_id, ours.eot_token_id) == (theirs.prefix_token_id, theirs.eot_token_id) == (1, 2)
  # Nothing periodic: theirs takes windows of equal tokens for one, however they end.
  long = ''.join(np.random.default_rng(5).choice(list('abc, de'), 200))
  made = [
    *pairs(20, seed=3),
    ('', 'abc'),
    ('', ' x'),
    (long, ' yes'),
    (long, ' no'),
    ('a', long[: LENGTH - 2]),
    ('<s>Q', ' A'),
  ]

  def compare(method, instances):
    with torch_double.Double():
      return [getattr(one, method)(instances) for one in (ours, theirs)]

  found, expected = compare('loglikelihood', asked('loglikelihood', *made))
  np.testing.assert_allclose([score for score, _ in found], [score for score, _ in expected], rtol=rounding.EXACT)
  assert [greedy for _, greedy in found] == [greedy for _, greedy in expected]
  found, expected = compare(
    'loglikelihood_rolling', asked('loglikelihood_rolling', ('short',), (long,), (long + long[::-1],))
  )
  np.testing.assert_allclose(found, expected, rtol=rounding.EXACT)
  made = [(f'{long[number:]}Q{number}', {'until': ['k', 'zz'], 'max_gen_toks': 20}) for number in range(6)]
  found, expected = compare('generate_until', asked('generate_until', *made))
  assert found == expected and len(set(found)) > 1
