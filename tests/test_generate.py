# SPDX-License-Identifier: Apache-2.0
"""Continuing files, pipes and terminals: the same texts however they are asked for."""

import builtins
import dataclasses
import functools
import io
import json
import os
import shutil
import socket
import subprocess
import sys
import types

import jax
import numpy as np
import pytest

from flan_jax.cli import generate
from flan_jax.data import vocabulary
from flan_jax.data.encoding import Encoding
from flan_jax.errors import UserError
from flan_jax.inference import prompt_files, repl, text_generation
from flan_jax.inference.decoding import Settings
from flan_jax.model import decoder
from flan_jax.runs import generation
from flan_jax.training import checkpoint
from tests import tiny_runs, vocabularies

CONFIG = decoder.DecoderConfig(
  vocab_size=384, d_model=16, layers=1, heads=2, head_dim=8, d_ff=16, dtype='float32', remat='none'
)
TEXTS = ['One?', 'Two and more?', 'Three', 'Four, five', 'Six', 'Sieben für uns']
DRAWN = ['--temperature=2.0', '--samples=2', '--seed=5']
ASKED = text_generation.Asked(Settings(8))


@pytest.fixture(scope='module')
def world(tmp_path_factory):
  """A base and a run from it; prompts of at most 32 bytes."""
  folder = tmp_path_factory.mktemp('world')
  run = tiny_runs.told(model=dataclasses.asdict(CONFIG), rows={'inputs_length': 32, 'targets_length': 8})
  tuned = {**run, 'init_from': str(folder / 'base')}
  random = np.random.default_rng(0)
  drawn = lambda leaf: jax.numpy.asarray(random.normal(0, 0.5, leaf.shape), 'float32')
  for seed, (name, one) in enumerate({'base': run, 'tuned': tuned}.items()):
    checkpoint.write_run(str(folder / name), one)
    params = jax.tree.map(drawn, decoder.abstract_params(CONFIG))
    tiny_runs.save(folder / name, seed, params)
  lines = [json.dumps({'id': f'q{n}', 'inputs': t}) for n, t in enumerate(TEXTS)]
  (folder / 'prompts.jsonl').write_text('\n'.join(lines) + '\n')
  return folder


load_once = functools.lru_cache(checkpoint.load)


@pytest.fixture(autouse=True)
def quick_and_in_bytes(monkeypatch):
  monkeypatch.setattr(checkpoint, 'load', load_once)
  monkeypatch.setenv(vocabulary.VARIABLE, 'bytes')
  monkeypatch.setattr(vocabulary.FLAN, '_loaded', None)


@pytest.fixture(scope='module')
def unbroken(world):
  door(world, world / 'unbroken.jsonl', *DRAWN)
  return (world / 'unbroken.jsonl').read_bytes()


def door(world, output, *flags, source='prompts.jsonl', run='tuned'):
  files = [f'--input={world / source}', f'--output={output}'] if output else []
  # Two rows wherever the rows do not matter: few shapes are compiled.
  generate.main([f'--model_dir={world / run}', '--max_tokens=8', '--rows=2', *files, *flags])


def records(path):
  return [json.loads(line) for line in path.read_text('utf-8').splitlines()]


def outputs(path):
  return [record['outputs'] for record in records(path)]


def test_each_line_is_its_prompt_with_what_it_is_continued_with(world, tmp_path):
  out = tmp_path / 'out.jsonl'
  door(world, out)
  found = records(out)
  assert [list(record) for record in found] == [['id', 'inputs', 'outputs', 'number']] * len(TEXTS)
  assert [(record['inputs'], record['number']) for record in found] == [
    (text, number) for number, text in enumerate(TEXTS)
  ]
  loaded = checkpoint.load(str(world / 'tuned'))
  encoding = Encoding.of(loaded.run)
  ids, _ = text_generation.tokens(TEXTS, encoding)
  assert [one.tolist() for one in ids] == encoding.inputs(TEXTS)
  texts = [text_generation.continued(loaded, pair, ASKED, encoding.end_ids()) for pair in (ids[:2], ids[2:4], ids[4:])]
  assert outputs(out) == sum(texts, [])
  assert len({one for (one,) in outputs(out)}) > 2  # else the test would prove little


def test_other_parameters_and_other_prompts_give_other_texts(world, tmp_path):
  ways = [], ['--untuned'], ['--plain']
  found = []
  for number, flags in enumerate(ways):
    door(world, tmp_path / f'{number}.jsonl', *flags)
    found.append(outputs(tmp_path / f'{number}.jsonl'))
  assert all(one not in found[:number] for number, one in enumerate(found))


def test_flags_reach_decoding(world, tmp_path, monkeypatch):
  seen = []

  def generated(config, params, prompts, settings, eos_id, *, decode, numbers, rows, advance):
    seen.append((settings, list(numbers), rows))
    return [vocabulary.FLAN.encode_batch(['yes'])[0] for _ in prompts]

  monkeypatch.setattr(text_generation.decoding, 'generate', generated)
  out = tmp_path / 'out.jsonl'
  door(world, out, '--rows=3', '--beams=2', '--length_penalty=1', '--stop=Q:', r'--stop=\n\n')
  assert outputs(out) == [['yes']] * 6
  door(world, out, '--overwrite', '--top_k=4', '--top_p=0.5', *DRAWN)
  assert outputs(out) == [['yes', 'yes']] * 6
  assert seen == [
    (Settings(8, beams=2, length_penalty=1.0, stop=('Q:', '\n\n')), list(range(6)), 3),
    (Settings(8, 2.0, top_k=4, top_p=0.5, seed=5), list(range(12)), 2),
  ]


def test_forms_of_prompts_are_the_same_prompts(world, tmp_path, monkeypatch):
  (world / 'strings.jsonl').write_text('\n'.join(map(json.dumps, TEXTS)))
  (world / 'lines.txt').write_bytes('\r\n'.join(TEXTS).encode('utf-8-sig'))
  other = '\n'.join(json.dumps({'asked': text}) for text in TEXTS)
  monkeypatch.setattr(sys, 'stdin', io.TextIOWrapper(io.BytesIO(other.encode())))
  door(world, tmp_path / 'a.jsonl')
  door(world, tmp_path / 'b.jsonl', source='strings.jsonl')
  door(world, tmp_path / 'c.jsonl', source='lines.txt')
  door(world, tmp_path / 'd.jsonl', '--input=-', '--field=asked')
  first = outputs(tmp_path / 'a.jsonl')
  assert [outputs(tmp_path / f'{name}.jsonl') for name in 'bcd'] == [first] * 3
  assert records(tmp_path / 'c.jsonl')[0] == {'inputs': TEXTS[0], 'outputs': first[0], 'number': 0}
  assert list(records(tmp_path / 'd.jsonl')[0]) == ['asked', 'outputs', 'number']


def test_samples_differ(unbroken):
  found = [json.loads(line)['outputs'] for line in unbroken.splitlines()]
  assert all(len(texts) == 2 and texts[0] != texts[1] for texts in found)


@pytest.mark.slow
@pytest.mark.parametrize('flag', ['--rows=1', '--rows=16', '--mesh=data=4,tensor=-1'])
def test_samples_depend_on_neither_batch_nor_mesh(world, tmp_path, unbroken, flag):
  door(world, tmp_path / 'out.jsonl', *DRAWN, flag)
  assert (tmp_path / 'out.jsonl').read_bytes() == unbroken


@pytest.mark.parametrize('kept', [0, 1, 3, 6])
def test_an_interrupted_file_is_gone_on_with(world, tmp_path, unbroken, kept, capsys, monkeypatch):
  out = tmp_path / 'out.jsonl'
  groups = []
  append = prompt_files.append

  def interrupted(file, some, texts, first):
    groups.append(first)
    append(file, some, texts, first)
    if first + len(some) > kept:
      raise KeyboardInterrupt

  monkeypatch.setattr(text_generation, 'group', lambda *_: 1)
  monkeypatch.setattr(prompt_files, 'append', interrupted)
  if kept < len(TEXTS):
    with pytest.raises(KeyboardInterrupt):
      door(world, out, *DRAWN)
    out.write_bytes(out.read_bytes()[:-5])  # the last line is torn
  else:
    door(world, out, *DRAWN)
    monkeypatch.setattr(generation.Model, 'load', None)  # is not wanted
  monkeypatch.setattr(prompt_files, 'append', append)
  capsys.readouterr()
  door(world, out, *DRAWN)
  assert out.read_bytes() == unbroken
  assert groups == list(range(min(kept + 1, len(TEXTS))))
  assert (f'{kept} of them were there' in capsys.readouterr().out) == (kept > 0)


def test_a_file_is_gone_on_with_only_as_what_it_is(world, tmp_path):
  out = tmp_path / 'out.jsonl'
  door(world, out, '--stop=zz')
  before = out.read_bytes()
  for flags, words in (
    (['--temperature=0.5', '--stop=zz'], 'temperature was 0.0 and is now 0.5'),
    ([], r"stop was \['zz'\] and is now \[\]"),
    (['--untuned', '--stop=zz'], 'step was 1 and is now 0; checkpoint was .1 '),
    (['--plain', '--stop=zz'], "separator was 'eos' and is now ''"),
  ):
    with pytest.raises(UserError, match=f'begun otherwise: .*{words}.*--overwrite'):
      door(world, out, *flags)
  (world / 'strings2.jsonl').write_text('"other"\n')
  with pytest.raises(UserError, match='input_sha256 was'):
    door(world, out, '--stop=zz', source='strings2.jsonl')
  lines = before.splitlines(keepends=True)
  out.write_bytes(lines[0] + lines[2])
  with pytest.raises(UserError, match='line 2 is not the continuation of prompt 1'):
    door(world, out, '--stop=zz')
  door(world, out, '--overwrite', '--stop=zz')
  assert out.read_bytes() == before
  out.with_name('out.jsonl.run.json').unlink()
  with pytest.raises(UserError, match='no .*out.jsonl.run.json says'):
    door(world, out, '--stop=zz')
  out.write_bytes(b'')  # as from mktemp
  door(world, out, '--stop=zz')
  assert out.read_bytes() == before


def test_a_file_is_gone_on_with_by_the_checkpoint_that_can_be_read(world, tmp_path, capsys):
  shutil.copytree(world / 'tuned', tmp_path / 'run')
  out, params = tmp_path / 'out.jsonl', load_once(str(world / 'tuned')).params
  tiny_runs.save(tmp_path / 'run', 5, params)
  shutil.rmtree(tmp_path / 'run/checkpoints/5/params/d')
  door(world, out, *DRAWN, run=tmp_path / 'run')
  assert 'checkpoint 1 serves instead' in capsys.readouterr().err
  assert json.loads((tmp_path / 'out.jsonl.run.json').read_text())['step'] == 1
  whole = out.read_bytes()
  out.write_bytes(whole[:-5])
  door(world, out, *DRAWN, run=tmp_path / 'run')
  assert out.read_bytes() == whole
  with pytest.raises(UserError, match='checkpoint 5 in .* cannot be read'):
    door(world, tmp_path / 'other.jsonl', '--step=5', run=tmp_path / 'run')


@pytest.mark.parametrize(
  'tear',
  [os.mkdir, pytest.param(lambda path: path.write_text(''), marks=pytest.mark.slow)],
  ids=['an empty folder', 'a plain file'],
)
def test_a_newest_checkpoint_that_nothing_is_known_of_is_passed_over(world, tmp_path, capsys, unbroken, tear):
  run = shutil.copytree(world / 'tuned', tmp_path / 'run')
  tear(run / 'checkpoints/5')
  for output, flags in (('a.jsonl', []), ('a.jsonl', []), ('b.jsonl', ['--overwrite'])):
    door(world, tmp_path / output, *DRAWN, *flags, run=run)
    assert 'checkpoint 1 serves instead' in capsys.readouterr().err
    assert (tmp_path / output).read_bytes() == unbroken
    told = json.loads((tmp_path / f'{output}.run.json').read_text())
    assert (told['step'], told['checkpoint']) == (1, checkpoint.identity(run, 1))
    load_once.cache_clear()
  with pytest.raises(UserError, match='checkpoint 5 in .* is torn'):
    door(world, tmp_path / 'c.jsonl', '--step=5', run=run)
  shutil.rmtree(run / 'checkpoints/1')
  with pytest.raises(UserError, match=r'none of the checkpoints \[5\] in .* can be read'):
    door(world, tmp_path / 'c.jsonl', run=run)
  assert not (tmp_path / 'c.jsonl').exists()


def test_a_continuation_ends_before_a_stop(world, tmp_path):
  door(world, tmp_path / 'whole.jsonl', '--plain')
  whole = [texts[0] for texts in outputs(tmp_path / 'whole.jsonl')]
  stop = max(whole, key=len)[2:4]
  assert stop.strip()
  door(world, tmp_path / 'cut.jsonl', '--plain', f'--stop={stop}', '--stop=never there')
  cut = [texts[0] for texts in outputs(tmp_path / 'cut.jsonl')]
  assert cut == [text.split(stop)[0] for text in whole] != whole


def writes(monkeypatch, text):
  """Every model now writes this."""
  monkeypatch.setattr(
    text_generation.decoding,
    'generate',
    lambda config, params, prompts, *_, **__: [list(vocabulary.FLAN.encode(text)) for _ in prompts],
  )


@pytest.mark.parametrize('text', ['  Paris.\n\n', '\n- Paris\n', '\t', 'x ', ''])
def test_a_text_that_goes_on_keeps_its_blanks_and_an_answer_has_none(world, tmp_path, monkeypatch, capsys, text):
  writes(monkeypatch, text)
  door(world, tmp_path / 'plain.jsonl', '--plain')
  assert outputs(tmp_path / 'plain.jsonl') == [[text]] * len(TEXTS)
  door(world, tmp_path / 'answers.jsonl')
  assert outputs(tmp_path / 'answers.jsonl') == [[text.strip()]] * len(TEXTS)
  monkeypatch.setattr(sys, 'stdin', io.StringIO('Two\n'))
  capsys.readouterr()
  door(world, None, '--plain')
  assert capsys.readouterr().out == text + '\n'


def test_a_stop_leaves_the_blanks_before_it(world, tmp_path, monkeypatch):
  writes(monkeypatch, ' Paris. \n\nQ: next')
  door(world, tmp_path / 'out.jsonl', '--plain', '--stop=Q:')
  assert outputs(tmp_path / 'out.jsonl') == [[' Paris. \n\n']] * len(TEXTS)


def sentencepiece_words(folder):
  model = vocabularies.sentencepiece_model(['the sky is blue', 'blue is the sky'] * 20, 30)
  (folder / 'vocab.model').write_bytes(model)
  return str(folder / 'vocab.model')


def metaspace_words(folder):
  import tokenizers

  pieces = {'</s>': 0, '<unk>': 1, **{one: n for n, one in enumerate(['\u2581', *'abehiklsty'], 2)}, 'u': 20}
  made = tokenizers.Tokenizer(tokenizers.models.BPE(pieces, [], unk_token='<unk>'))
  made.pre_tokenizer = tokenizers.pre_tokenizers.Metaspace()
  made.decoder = tokenizers.decoders.Metaspace()
  made.add_special_tokens(['</s>'])
  made.save(str(folder / 'tokenizer.json'))
  return str(folder / 'tokenizer.json')


@pytest.mark.parametrize('made', [sentencepiece_words, metaspace_words])
@pytest.mark.parametrize('prompt', ['the sky', '</s> the sky', '</s>'])
def test_the_blank_that_a_tokenizer_drops_comes_back(tmp_path, monkeypatch, made, prompt):
  monkeypatch.setenv(vocabulary.VARIABLE, made(tmp_path))
  blue = vocabulary.FLAN.encode('the sky is blue')
  new = list(blue[len(vocabulary.FLAN.encode('the sky')) :])
  assert not vocabulary.FLAN.decode(new).startswith(' ')
  monkeypatch.setattr(text_generation.decoding, 'generate', lambda *_, **__: [new])
  ids, _ = text_generation.tokens([prompt], Encoding(64, 8), True)
  loaded = types.SimpleNamespace(config=None, params=None)
  plain = dataclasses.replace(ASKED, plain=True)
  expected = 'is blue' if ids[0][-1] == vocabulary.FLAN.eos_id else ' is blue'
  assert text_generation.continued(loaded, ids, plain, 1) == [[expected]]
  assert text_generation.continued(loaded, ids, ASKED, 1) == [['is blue']]


def test_of_a_long_prompt_the_end_is_kept_and_counted(world, tmp_path, capsys):
  encoding = Encoding(6, 4)
  ids, shortened = text_generation.tokens(['abcdefgh', 'ab', 'abcde'], encoding)
  (eos,) = encoding.end_ids()
  bare = lambda text: vocabulary.FLAN.encode_batch([text])[0]
  assert [one.tolist() for one in ids] == [[*bare('defgh'), eos], [*bare('ab'), eos], [*bare('abcde'), eos]]
  assert shortened == 1
  ids, shortened = text_generation.tokens(['abcdefgh', 'abcdef'], encoding, True)
  assert [one.tolist() for one in ids] == [bare('cdefgh'), bare('abcdef')]
  (world / 'long.txt').write_text(f'short\n{"x" * 60}\n')
  door(world, tmp_path / 'out.jsonl', source='long.txt')
  assert len(records(tmp_path / 'out.jsonl')[1]['inputs']) == 60
  assert 'of 1 prompts only the end was read' in capsys.readouterr().err


def test_half_a_character_elsewhere_in_the_object_comes_back(world, tmp_path):
  line = '{"note": "\\ud83d", "inputs": "Grüße", "x": [1e400, null]}'
  (world / 'half.jsonl').write_text(f'{line}\n"Another"\n')
  door(world, tmp_path / 'out.jsonl', source='half.jsonl')
  found, _ = records(tmp_path / 'out.jsonl')
  assert json.loads(line).items() <= found.items()
  assert 'Grüße' in (tmp_path / 'out.jsonl').read_text('utf-8')


@pytest.mark.parametrize(
  'line, message',
  [
    ('{"inputs": ', 'line 2: this is not JSON'),
    ('', 'line 2: the line is empty'),
    ('7', 'line 2: 7 is neither a string nor an object'),
    ('{"input": "a"}', "line 2: there is no field 'inputs' among input.*did you mean"),
    ('{"inputs": [7]}', r"line 2: the field 'inputs' is \[7\], which is no string"),
    ('{"inputs": " "}', 'line 2: the prompt is empty'),
    ('{"inputs": "a", "outputs": 1}', "line 2: the field 'outputs' would be written"),
    ('"\\ud83d"', 'line 2: the prompt has half of a character'),
    (b'"\xff"', "line 2: 'utf-8' codec can't decode"),
  ],
)
def test_a_line_that_is_no_prompt_is_named(world, tmp_path, line, message):
  line = line if isinstance(line, bytes) else line.encode()
  (world / 'wrong.jsonl').write_bytes(b'"fine"\n' + line + b'\n"fine"\n')
  with pytest.raises(UserError, match=f'wrong.jsonl, {message}'):
    door(world, tmp_path / 'out.jsonl', source='wrong.jsonl')
  assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
  'changes, message',
  [
    ({'output': '{}/no/out.jsonl'}, 'is no folder that can be written to'),
    ({'output': '{}/tuned'}, 'is a folder; name a file'),
    ({'output': '{}/prompts.jsonl'}, 'would write over'),
    ({'output': '{}/tuned/../prompts.jsonl'}, 'would write over'),
    ({'source': 'absent.jsonl'}, 'absent.jsonl cannot be read: No such file'),
    ({'source': 'empty.jsonl'}, 'empty.jsonl is empty'),
    ({'source': 'blank.txt'}, 'line 2: the prompt is empty'),
    ({'run': 'nowhere'}, '--model_dir=.*nowhere holds no run'),
    ({'flags': ['--step=9']}, 'no checkpoint of step 9'),
    ({'run': 'base', 'flags': ['--untuned']}, 'no untuned model; leave --untuned out'),
    ({'flags': ['--vocabulary=/no/vocab']}, "'/no/vocab', which is not.*--vocabulary"),
    ({'flags': ['--temperature=-1']}, '--temperature=-1 must be'),
    ({'flags': ['--samples=0', '--temperature=1']}, '--samples=0 must be'),
    ({'flags': ['--samples=2']}, 'temperature = 0 would be the same text 2 times'),
    ({'flags': ['--samples=2', '--beams=2']}, 'beams = 2 would be the same text'),
    ({'flags': ['--seed=-1']}, '--seed=-1 must be'),
    ({'flags': ['--rows=0']}, '--rows=0 must be'),
    ({'flags': ['--stop=']}, '--stop= must be a text'),
    ({'flags': ['--mesh=data:2']}, '--mesh=data:2 is not understood'),
    ({'flags': ['--mesh=data=3']}, 'there are 8 devices'),
    ({'flags': ['--host_devices=0']}, '--host_devices=0 must be'),
  ],
)
def test_mistakes_are_told_before_the_model_is_loaded(world, tmp_path, monkeypatch, changes, message):
  monkeypatch.setattr(generation.Model, 'load', None)
  (world / 'empty.jsonl').write_text('\n')
  (world / 'blank.txt').write_text('a\n\nb\n')
  changes = {'output': str(tmp_path / 'out.jsonl'), 'flags': [], **changes}
  output, flags = changes.pop('output').format(world), changes.pop('flags')
  with pytest.raises(UserError, match=message):
    door(world, output, *flags, **changes)
  assert not list(tmp_path.iterdir())
  assert records(world / 'prompts.jsonl')[0] == {'id': 'q0', 'inputs': TEXTS[0]}


def test_input_and_output_go_together(world, capsys):
  for flag in ('--input=a', '--output=a'):
    with pytest.raises(SystemExit):
      generate.main([f'--model_dir={world}', flag])
    assert 'go together' in capsys.readouterr().err


def test_a_pipe_is_one_prompt(world, tmp_path, monkeypatch, capsys):
  monkeypatch.setattr(sys, 'stdin', io.StringIO('Two\nlines\n'))
  door(world, None, *DRAWN)
  piped = capsys.readouterr().out
  (world / 'one.jsonl').write_text('"Two\\nlines"')
  door(world, tmp_path / 'out.jsonl', *DRAWN, source='one.jsonl')
  assert piped == '\n---\n'.join(outputs(tmp_path / 'out.jsonl')[0]) + '\n'
  monkeypatch.setattr(sys, 'stdin', io.StringIO('\n'))
  with pytest.raises(UserError, match='no prompt on standard input'):
    door(world, None)


def typed(monkeypatch, *lines):
  """Types lines, then Ctrl-D."""
  waiting = iter(lines)

  def read(prompt):
    try:
      return next(waiting)
    except StopIteration:
      raise EOFError from None

  monkeypatch.setattr(builtins, 'input', read)


def test_a_terminal_takes_prompts_of_several_lines(monkeypatch, capsys):
  typed(monkeypatch, '', 'One', 'and two', '', 'Three', '', ':help', 'Four')
  asked = []

  def answer(text, _, turn):
    asked.append((text, turn))
    return ['yes', 'no']

  repl.converse(answer, ASKED)
  assert asked == [('One\nand two', 0), ('Three', 1), ('Four', 2)]
  out = capsys.readouterr().out
  assert out.count('yes\n---\nno\n') == 3 and 'empty line ends' in out


def test_a_terminal_takes_settings(monkeypatch, capsys):
  seen = []

  def answer(text, asked, _):
    seen.append((asked.settings, asked.samples))
    if text == 'bad':
      raise UserError('no tokens')
    return ['fine']

  typed(
    monkeypatch,
    ':temperature 0.7',
    ':samples 3',
    ':stop \\n',
    ':stop Q:',
    'a',
    '',
    ':temprature 1',
    ':top_k x',
    ':beams 2',
    'bad',
    '',
    ':stop',
    ':help',
    'b',
  )
  repl.converse(answer, ASKED)
  drawn = Settings(8, temperature=0.7, stop=('\n', 'Q:'))
  assert seen == [(drawn, 3), (drawn, 3), (dataclasses.replace(drawn, stop=()), 3)]
  out = capsys.readouterr().out
  for words in (
    'no setting :temprature',
    'did you mean temperature',
    ":top_k wants a number (int), not 'x'",
    'error: beams = 2 and',
    'error: no tokens',
    ':samples 3',
  ):
    assert words in out


def test_a_terminal_may_change_whether_the_text_itself_goes_on(monkeypatch, capsys):
  seen = []

  def answer(text, asked, _):
    seen.append(asked.plain)
    return ['fine']

  typed(monkeypatch, ':help', 'a', '', ':plain off', 'b', '', ':plain maybe', ':plain on', ':help', 'c')
  repl.converse(answer, dataclasses.replace(ASKED, plain=True))
  assert seen == [True, False, True]
  out = capsys.readouterr().out
  assert out.count(':plain on\n') == 2 and ':plain wants on or off' in out


def test_the_door_asks_a_terminal(world, monkeypatch, capsys, unbroken):
  typed(monkeypatch, TEXTS[0], '', TEXTS[1], '', 'x' * 60)
  monkeypatch.setattr(sys.stdin, 'isatty', lambda: True, raising=False)
  capsys.readouterr()
  door(world, None, *DRAWN)
  out, err = capsys.readouterr()
  for line in unbroken.splitlines()[:2]:  # a turn draws as a line does
    assert '\n---\n'.join(json.loads(line)['outputs']) in out
  assert err.count('only the end of the prompt was read') == 1


IMPORTED = {'tasks': {}, 'imported': {'model_type': 'llama'}}
PRETRAINED = {'tasks': {'world_text': 1.0}, 'rows': {'overflow': 'split'}}
TUNED = {'tasks': {'rte': 1.0}}


def beside(world, name, changes, begun_from=None):
  """A run with the parameters of `tuned` and something else in its run.json."""
  folder = world / name
  if not folder.exists():
    folder.mkdir()
    (folder / 'checkpoints').symlink_to(world / 'tuned' / 'checkpoints')
  run = checkpoint.read_run(str(world / 'tuned')).to_json()
  rows = run['rows'] | changes.get('rows', {})
  checkpoint.write_run(
    str(folder), {**run, **changes, 'rows': rows, 'init_from': begun_from and str(world / begun_from)}
  )
  return name


@pytest.mark.parametrize(
  'changes, begun_from, plain',
  [
    (IMPORTED, None, True),
    (PRETRAINED, None, True),
    (TUNED, None, False),
    (TUNED, 'imported', False),
    (PRETRAINED, 'imported', True),
    (PRETRAINED, 'tuned before', False),
  ],
)
def test_a_model_without_tuning_is_asked_without_the_separator_of_tuning(world, changes, begun_from, plain, capsys):
  beside(world, 'imported', IMPORTED)
  beside(world, 'tuned before', TUNED)
  model = generation.open_model(str(world / beside(world, 'some', changes, begun_from)))
  for given, expected in ((None, plain), (True, True), (False, False)):
    capsys.readouterr()
    asked = generation.settled(model, dataclasses.replace(ASKED, plain=given))
    assert asked.plain == expected
    said = capsys.readouterr().err
    assert ('never tuned' in said and '--no-plain' in said) == (given is None and plain)


def test_every_way_in_asks_an_import_plainly(world, tmp_path, monkeypatch, capsys):
  run = beside(world, 'import', IMPORTED)
  door(world, tmp_path / 'a.jsonl', run=run)
  assert 'never tuned' in capsys.readouterr().err
  door(world, tmp_path / 'b.jsonl', '--plain', run=run)
  door(world, tmp_path / 'c.jsonl', '--no-plain', run=run)
  assert 'never tuned' not in capsys.readouterr().err
  plain, answers = outputs(tmp_path / 'a.jsonl'), outputs(tmp_path / 'c.jsonl')
  assert outputs(tmp_path / 'b.jsonl') == plain != answers
  for is_terminal in (False, True):
    monkeypatch.setattr(sys, 'stdin', io.StringIO(TEXTS[0]))
    typed(monkeypatch, TEXTS[0])
    monkeypatch.setattr(sys.stdin, 'isatty', lambda: is_terminal)
    door(world, None, run=run)
    out, err = capsys.readouterr()
    assert plain[0][0] in out and 'never tuned' in err
  tuned = beside(world, 'tuned from it', TUNED, run)
  door(world, tmp_path / 'd.jsonl', run=tuned)
  assert outputs(tmp_path / 'd.jsonl') == answers
  door(world, tmp_path / 'e.jsonl', '--untuned', run=tuned)
  assert outputs(tmp_path / 'e.jsonl') == plain


def test_a_file_of_an_import_is_gone_on_with_as_it_was_begun(world, tmp_path):
  run, out = beside(world, 'import', IMPORTED), tmp_path / 'out.jsonl'
  door(world, out, '--no-plain', run=run)
  with pytest.raises(UserError, match="separator was 'eos' and is now ''.*--no-plain: one"):
    door(world, out, run=run)
  door(world, out, '--no-plain', run=run)
  door(world, out, '--overwrite', run=run)
  door(world, out, '--plain', run=run)
  side = out.with_name('out.jsonl.run.json')
  told = json.loads(side.read_text())
  del told['blanks'], told['beginning']  # as when plain texts were stripped
  side.write_text(json.dumps(told))
  with pytest.raises(UserError, match="blanks was None and is now 'kept'"):
    door(world, out, run=run)


def test_the_beginning_of_an_import_stands_before_its_plain_prompts():
  encoding = Encoding(6, 4, beginning=(4,))
  bare = lambda text: vocabulary.FLAN.encode_batch([text])[0]
  ids, shortened = text_generation.tokens(['ab', 'abcdefgh', '\x01b'], encoding, True)
  assert [one.tolist() for one in ids] == [[4, *bare('ab')], [4, *bare('defgh')], bare('\x01b')]
  assert shortened == 1


@pytest.mark.slow
def test_two_processes_write_what_one_writes(world, tmp_path, unbroken):
  with socket.socket() as free:
    free.bind(('127.0.0.1', 0))
    address = f'127.0.0.1:{free.getsockname()[1]}'
  out = tmp_path / 'out.jsonl'
  out.write_bytes(b''.join(unbroken.splitlines(keepends=True)[:2]))
  (tmp_path / 'out.jsonl.run.json').write_bytes((world / 'unbroken.jsonl.run.json').read_bytes())
  processes = [
    subprocess.Popen(
      [
        sys.executable,
        '-m',
        'flan_jax',
        'generate',
        f'--model_dir={world / "tuned"}',
        '--max_tokens=8',
        f'--input={world / "prompts.jsonl"}',
        f'--output={out}',
        *DRAWN,
        '--rows=2',
        '--host_devices=2',
        f'--coordinator_address={address}',
        '--process_count=2',
        f'--process_index={index}',
      ],
      text=True,
      stdout=subprocess.PIPE,
      stderr=subprocess.PIPE,
    )
    for index in range(2)
  ]
  said = [process.communicate(timeout=900) for process in processes]
  assert [process.returncode for process in processes] == [0, 0], said
  assert out.read_bytes() == unbroken
  assert '2 of them were there' in said[0][0] and 'continuations' not in said[1][0]
