# SPDX-License-Identifier: Apache-2.0
"""Experiments of many runs: they continue, survive a failure, and add up by hand."""

import ast
import json
import os
import re
import shlex
import signal
import subprocess
import sys
import time

import pytest

import gin
from flan_jax.cli import experiment
from flan_jax.data import clusters, datasets, vocabulary
from flan_jax.errors import UserError
from flan_jax.evaluation import results, scores
from flan_jax.report import experiment as experiment_lib
from flan_jax.runs import experiments as experiments_lib
from tests import fake_run, test_job
from tests.conftest import QUICK, TRAINED_ON

STEPS = 7
# Of the fake: mean of each dataset before tuning, and what tuning adds.
BEFORE, GAIN = {'rte': 50.0, 'cb': 40.0, 'copa': 70.0, 'fix_punct': 3.0}, 5.0
HELD_OUT = {
  'nli': ['rte', 'cb'],
  'commonsense': ['copa'],
  'text_formatting': ['fix_punct'],
  'coreference': ['wsc', 'wsc273'],
}


class Fake:
  """Does what the doors would leave behind; remembers what it was asked."""

  def __init__(self):
    self.asked, self.fails, self.interrupts = [], set(), set()

  def __call__(self, arguments, log):
    _, door, *flags = arguments
    bound = {}
    for flag in flags:
      if flag.startswith('--gin.'):
        name, value = flag.removeprefix('--gin.').split('=', 1)
        bound[name] = ast.literal_eval(value)
    folder = bound['MODEL_DIR']
    what = f'{door} {os.path.basename(folder)}'
    self.asked.append(what)
    if what in self.interrupts:
      raise KeyboardInterrupt
    if what in self.fails:
      return 1
    os.makedirs(folder, exist_ok=True)
    getattr(self, what.split()[0])(folder, bound, flags)
    return 0

  def train(self, folder, bound, flags):
    step = f'{folder}/checkpoints/{bound["TRAIN_STEPS"]}'
    os.makedirs(f'{step}/params', exist_ok=True)
    with open(f'{step}/params/manifest', 'w') as file:
      file.write('whole')
    with open(f'{folder}/run.json', 'w') as file:
      json.dump(fake_run.run(init_from=bound.get('INIT_FROM')).to_json(), file)

  def evaluate(self, folder, bound, flags):
    base = json.load(open(f'{folder}/run.json'))['init_from']
    given = dict(flag[2:].split('=', 1) for flag in flags if '=' in flag)
    limit = int(given['limit']) if 'limit' in given else None
    alone = given.get('held_in')
    cluster = None if alone else os.path.basename(folder).removeprefix('holdout_')
    names = [alone] if alone else HELD_OUT[cluster]
    kinds = ['tuned'] if alone or not base else ['untuned', 'plain', 'tuned']
    last = max(map(int, os.listdir(f'{folder}/checkpoints')))
    asked = conditions(data='embedded', cluster=cluster, limit=limit, held_in=[alone] if alone else [])
    there = [evaluation(kind, last if kind == 'tuned' else 0, asked, names, bool(alone)) for kind in kinds]
    with open(f'{folder}/results.json', 'w') as file:
      json.dump({'schema': scores.SCHEMA, 'evaluations': there, 'comparisons': compared(names, asked)}, file)


TEMPLATE = {'template': 0, 'method': 'rank', 'n_dev': 1, 'n_test': 1, 'dev': {}, 'test': {}}


def conditions(**given):
  return vars(scores.Conditions(**given))


def evaluation(kind, step, asked, names, held_in=False):
  gain = {'untuned': 0.0, 'plain': -10.0, 'tuned': GAIN}[kind] + 20.0 * held_in
  entries = {
    name: {
      'held_in': held_in,
      'mean': BEFORE.get(name, 60.0) + gain,
      'std': 1.25,
      'primary': 'word_edit_distance' if name == 'fix_punct' else 'accuracy',
      'interval': [48.0, 56.0],
      'templates': [TEMPLATE],
      'majority': None,
      'best_dev_template': None,
      'best_dev_test': None,
    }
    for name in names
  }
  mean = sum(entry['mean'] for entry in entries.values()) / len(entries)
  return {
    'name': kind,
    'step': step,
    **asked,
    'datasets': entries,
    'mean': None if held_in else mean,
    'interval': None,
    'problems': {'wnli': 'no labels'} if kind == 'tuned' else {},
  }


def compared(names, asked):
  found = {name: {'difference': GAIN, 'interval': [0.2, 8.0], 'p': 0.04} for name in names}
  return [
    {
      'of': 'tuned',
      'against': 'untuned',
      **asked,
      'datasets': found,
      'mean': {'difference': GAIN, 'interval': [1.0, 9.0], 'p': 0.0001},
    }
  ]


@pytest.fixture
def fake(monkeypatch):
  made = Fake()
  monkeypatch.setattr(experiments_lib, 'call', made)
  monkeypatch.setattr(datasets, 'require_prepared', lambda names: None)
  gin.clear_config()
  yield made
  gin.clear_config()


@pytest.fixture
def base(tmp_path):
  (tmp_path / 'base').mkdir()
  (tmp_path / 'base/run.json').write_text(json.dumps(fake_run.run(init_from=None).to_json()))
  return f'--base={tmp_path}/base'


def run(root, *arguments, what='holdouts', steps=STEPS):
  gin.clear_config()
  experiment.main([what, f'--root={root}', f'--gin.TRAIN_STEPS={steps}', *arguments])


TWO = '--clusters=nli,commonsense'


def test_each_cluster_is_tuned_then_evaluated_once(fake, base, tmp_path, capsys):
  run(tmp_path, base, TWO)
  order = ['train holdout_nli', 'evaluate holdout_nli', 'train holdout_commonsense', 'evaluate holdout_commonsense']
  assert fake.asked == order
  said = capsys.readouterr().out
  assert 'nli 1/2: tuning ...' in said and 'commonsense 2/2: evaluating: done' in said
  run(tmp_path, base, TWO)
  assert fake.asked == order
  assert 'nli 1/2: tuning: finished before' in capsys.readouterr().out


def test_other_limits_steps_or_arguments_are_not_finished(fake, base, tmp_path):
  run(tmp_path, base, '--clusters=nli')
  for changes, asked in (
    (['--limit=3'], ['evaluate holdout_nli']),
    (['--limit=3', '--gin.LEARNING_RATE=1e-2'], ['train holdout_nli']),
  ):
    fake.asked.clear()
    run(tmp_path, base, '--clusters=nli', *changes)
    assert fake.asked == asked
  fake.asked.clear()
  run(tmp_path, base, '--clusters=nli', '--limit=3', steps=9)
  assert fake.asked == ['train holdout_nli', 'evaluate holdout_nli']


def test_an_interrupted_experiment_goes_on_with_the_rest(fake, base, tmp_path, capsys):
  fake.interrupts = {'evaluate holdout_nli'}
  with pytest.raises(KeyboardInterrupt):
    run(tmp_path, base, TWO)
  assert f'flan_jax experiment holdouts --root={tmp_path}' in capsys.readouterr().err
  assert not (tmp_path / 'holdouts.json').exists()
  fake.interrupts, fake.asked = set(), []
  run(tmp_path, base, TWO)
  assert fake.asked == ['evaluate holdout_nli', 'train holdout_commonsense', 'evaluate holdout_commonsense']


def test_a_failing_cluster_is_told_the_others_are_done(fake, base, tmp_path, capsys):
  fake.fails = {'train holdout_nli'}
  with pytest.raises(SystemExit) as end:
    run(tmp_path, base, TWO)
  assert end.value.code == 1
  assert fake.asked[1:] == ['train holdout_commonsense', 'evaluate holdout_commonsense']
  said = capsys.readouterr().out
  assert 'nli is missing: tuning ended with exit code 1; see' in said
  table = json.loads((tmp_path / 'holdouts.json').read_text())
  assert [len(group['rows']) for group in table['groups']] == [0, 1]
  assert table['average']['name'] == 'average over clusters (1)'


def test_a_door_that_leaves_nothing_behind_has_failed(fake, base, tmp_path):
  fake.evaluate = lambda *_: None
  with pytest.raises(SystemExit):
    run(tmp_path, base, '--clusters=nli')
  table = json.loads((tmp_path / 'holdouts.json').read_text())
  assert 'its outcome is not there' in table['groups'][0]['problem']


def test_the_figures_of_the_table(fake, base, tmp_path, capsys):
  run(tmp_path, base, '--clusters=nli,commonsense,text_formatting')
  table = json.loads((tmp_path / 'holdouts.json').read_text())
  assert table['columns'] == ['untuned', 'plain', 'tuned']
  nli, commonsense, text = table['groups']
  assert [row['name'] for row in nli['rows']] == ['rte', 'cb']
  means = lambda row: [row['scores'][column]['mean'] for column in table['columns']]
  assert means(nli['rows'][0]) == [50.0, 40.0, 55.0]
  assert nli['rows'][0]['scores']['tuned']['interval'] == [48.0, 56.0]
  assert nli['rows'][0]['difference']['p'] == 0.04
  assert means(nli['mean']) == [45.0, 35.0, 50.0]
  assert nli['mean']['difference'] == {'difference': 5.0, 'interval': [1.0, 9.0], 'p': 0.0001}
  assert means(commonsense['mean']) == [70.0, 60.0, 75.0]
  assert means(text['mean']) == [3.0, -7.0, 8.0]  # words: not in the average
  assert means(table['average']) == [57.5, 47.5, 62.5]
  assert table['average']['name'] == 'average over clusters (2)'
  assert table['average']['difference'] == {'difference': 5.0, 'interval': None, 'p': None}
  assert 'wnli could not be evaluated: no labels' in table['notes']
  markdown = (tmp_path / 'holdouts.md').read_text()
  assert (
    '| rte | 50.0 (1.2) [48.0, 56.0] | 40.0 (1.2) [48.0, 56.0] | 55.0 (1.2) [48.0, 56.0] | +5.0, p = 0.040 |'
  ) in markdown
  assert ('| **nli: mean** | **45.0** | **35.0** | **50.0** | **+5.0, p < 0.001** |') in markdown
  assert '| **average over clusters (2)** | **57.5** |' in markdown
  assert 'average over clusters (2)' in capsys.readouterr().out


def test_without_a_base_there_is_nothing_to_compare(fake, tmp_path):
  run(tmp_path, TWO)
  table = json.loads((tmp_path / 'holdouts.json').read_text())
  assert (table['columns'], table['compared']) == (['tuned'], None)
  assert '| **average over clusters (2)** | **62.5** |' in (tmp_path / 'holdouts.md').read_text()


def test_three_ways_on_a_cluster(fake, base, tmp_path):
  run(tmp_path, base, '--cluster=coreference', what='ways')
  singles = ['definite_pronoun_resolution', 'winogrande', 'wsc']
  assert fake.asked == ['train holdout_coreference', 'evaluate holdout_coreference'] + [
    f'{door} single_{name}' for name in singles for door in ('train', 'evaluate')
  ]
  table = json.loads((tmp_path / 'ways.json').read_text())
  assert table['columns'] == ['untuned', 'plain', 'fine-tuned', 'instruction-tuned']
  [group] = table['groups']
  rows = {row['name']: row['scores'] for row in group['rows']}
  assert {key: one['mean'] for key, one in rows['wsc'].items()} == {
    'untuned': 60.0,
    'plain': 50.0,
    'fine-tuned': 85.0,
    'instruction-tuned': 65.0,
  }
  assert rows['wsc273']['fine-tuned'] is None  # it has no training split
  assert '| wsc273 | 60.0 (1.2) [48.0, 56.0] | 50.0 (1.2) [48.0, 56.0] | – |' in (tmp_path / 'ways.md').read_text()
  assert group['mean']['name'] == 'average over tasks with every way (1)'
  assert group['mean']['scores']['fine-tuned']['mean'] == 85.0


def test_soft_prompts_of_the_base_and_of_the_model_that_never_saw_the_cluster(fake, base, tmp_path, capsys):
  few = '--cluster=commonsense', '--examples=32', '--prompt_steps=9'
  run(tmp_path, base, *few, '--dry_run', what='prompt_tuning')
  lines = [shlex.split(line) for line in capsys.readouterr().out.splitlines()]
  train, evaluate = lines[2], lines[5]
  assert {"--gin.MIXTURE='copa'", '--gin.HELD_OUT=None', "--gin.ADAPTER='prompt'", '--gin.TRAIN_EXAMPLES=32'} <= set(
    train
  )
  assert [word for word in train if 'TRAIN_STEPS' in word][-1] == '--gin.TRAIN_STEPS=9'
  begin = [[word for word in line if 'INIT_FROM' in word][-1] for line in (train, lines[4])]
  assert begin == [f'--gin.INIT_FROM={f"{tmp_path}/{name}"!r}' for name in ('base', 'holdout_commonsense')]
  assert {'--held_in=copa', '--gin.HELD_IN_TEST=True', '--only=tuned'} <= set(evaluate)
  run(tmp_path, base, *few, what='prompt_tuning')
  singles = [
    f'prompt_{which}_{name}' for name in ('copa', 'hellaswag', 'piqa', 'story_cloze') for which in ('untuned', 'tuned')
  ]
  assert [what.split()[1] for what in fake.asked[2::2]] == singles
  table = json.loads((tmp_path / 'prompt_tuning.json').read_text())
  [copa] = [row['scores'] for row in table['groups'][0]['rows'] if row['name'] == 'copa']
  assert {key: one['mean'] for key, one in copa.items()} == {
    'untuned': 70.0,
    'instruction-tuned': 75.0,
    'untuned, prompt-tuned': 95.0,
    'instruction-tuned, prompt-tuned': 95.0,
  }
  fake.asked.clear()
  run(tmp_path, base, *few, what='prompt_tuning')
  assert fake.asked == []


def test_a_dry_run_prints_commands_that_survive_a_shell(fake, base, tmp_path, capsys):
  root = tmp_path / 'it\'s "a" root'
  run(root, base, '--clusters=nli')
  capsys.readouterr()
  fake.asked.clear()
  run(
    root,
    base,
    TWO,
    '--dry_run',
    '--gin.STORE_DIR="b = c"',
    '--limit=3',
    f'--tfds_data_dir={tmp_path}',
    '--train_gin=models/tiny.gin',
    '--evaluate_gin=meshes/cpu8.gin',
  )
  assert fake.asked == []
  lines = capsys.readouterr().out.splitlines()
  train, evaluate = (shlex.split(line) for line in lines[2:])
  assert train[:4] == evaluate[:3] + ['train'] == [sys.executable, '-m', 'flan_jax', 'train']
  place = f'--gin.MODEL_DIR={str(root / "holdout_commonsense")!r}'
  data = f'--tfds_data_dir={tmp_path}'
  assert train[4:] == [
    '--gin_file=models/tiny.gin',
    f'--gin.TRAIN_STEPS={STEPS}',
    '--gin.STORE_DIR="b = c"',
    '--gin_file=holdout/commonsense.gin',
    place,
    f'--gin.INIT_FROM={str(tmp_path / "base")!r}',
    data,
  ]
  assert evaluate[4:] == ['--gin_file=meshes/cpu8.gin', place, '--limit=3', data]
  run(root, base, TWO, '--dry_run')
  told = [line.startswith('# finished: ') for line in capsys.readouterr().out.splitlines()]
  assert told == [True, True, False, False]


def test_a_single_task_is_trained_on_alone_and_tested(fake, base, tmp_path, capsys):
  run(tmp_path, base, '--cluster=commonsense', '--dry_run', "--gin.CLUSTERS=('sentiment',)", what='ways')
  lines = [shlex.split(line) for line in capsys.readouterr().out.splitlines()]
  assert lines[2].index('--gin.CLUSTERS=None') > lines[2].index("--gin.CLUSTERS=('sentiment',)")
  assert {"--gin.MIXTURE='copa'", '--gin.HELD_OUT=None'} <= set(lines[2])
  assert {'--held_in=copa', "--gin.HELD_OUT='none'", '--gin.HELD_IN_TEST=True', '--only=tuned'} <= set(lines[3])


def test_by_default_the_twelve_clusters_of_the_paper(fake, tmp_path, capsys):
  run(tmp_path, '--dry_run')
  told = re.findall(r'gin_file=holdout/(\w+)\.gin', capsys.readouterr().out)
  assert told == clusters.names()[:12] and told[-1] == 'miscellaneous'


@pytest.mark.parametrize(
  'arguments, words',
  [
    (['--clusters=nlii'], 'did you mean nli'),
    (['--base=/no/base'], '--base=/no/base holds no run'),
    (['--limit=0'], '--limit=0 must'),
    (['--clusters=sentiment', "--gin.CLUSTERS=('sentiment',)"], 'nothing is left'),
  ],
)
def test_mistakes_are_found_before_anything_starts(fake, arguments, words, tmp_path):
  with pytest.raises(UserError, match=words):
    run(tmp_path / 'root', *arguments)
  assert fake.asked == [] and not (tmp_path / 'root').exists()


def test_data_that_is_not_there_is_named_first(tmp_path, monkeypatch):
  monkeypatch.setenv('TFDS_DATA_DIR', str(tmp_path))
  monkeypatch.setattr(experiments_lib, 'call', None)
  try:
    with pytest.raises(UserError, match='anli/r1.* not prepared in'):
      run(tmp_path / 'root', '--clusters=nli')
  finally:
    gin.clear_config()


@pytest.mark.parametrize(
  'arguments, words',
  [
    (['ways', '--root=x', '--cluster=nli'], '--base'),
    (['prompt_tuning', '--root=x', '--base=b'], '--cluster'),
    (['ways', '--root=x', '--base=b', '--cluster=nli', '--examples=3'], '--gin.TRAIN_EXAMPLES'),
    (['ways', '--root=x', '--base=b', '--clusters=nli', '--cluster=nli'], '--cluster=A'),
    (['holdouts', '--root=x', "--gin.HELD_OUT='nli'"], 'say --clusters'),
  ],
)
def test_flags_that_cannot_be_are_named(arguments, words, capsys):
  with pytest.raises(SystemExit) as end:
    experiment.main(arguments)
  assert end.value.code == 2 and words in capsys.readouterr().err


def test_the_page_is_whole_and_escaped():
  nasty = '<script>alert("x")</script>'
  asked = conditions(data='tfds')
  made = [evaluation('untuned', 0, asked, ['rte']), evaluation('tuned', 1, asked, ['rte'])]
  told = experiment_lib.Outcome(nasty, nasty, fake_run.group({'evaluations': made, 'comparisons': []}), nasty)
  page = experiment_lib.page(experiment_lib.holdouts([told], None))
  assert '<script' not in page and '&lt;script&gt;' in page
  assert not re.search(r'https?:|url\(|@import|src=', page)
  assert 'width:55.0%' in page and 'left:48.0%;right:44.0%' in page


def test_what_a_process_says_is_shown_and_kept(tmp_path, capsys, monkeypatch):
  (tmp_path / 'says.py').write_text('import sys\nprint("häm")\nsys.exit(3)\n')
  monkeypatch.chdir(tmp_path)
  log = tmp_path / 'run/log.txt'
  assert [experiments_lib.call(['says'], str(log)) for _ in range(2)] == [3, 3]
  assert capsys.readouterr().out == 'häm\n' * 2
  assert log.read_text(encoding='utf-8').splitlines()[1::2] == ['häm'] * 2


PROBE = """
import signal
from flan_jax.cli import experiment
from flan_jax.runs import experiments
# A suite that runs in the background has SIGINT ignored, and hands that on.
signal.signal(signal.SIGINT, signal.default_int_handler)
run = experiments.Run('x', 'x', 'run', (), (), None, 1, None)
experiments.Run.stages = lambda self: [('tuning', ['child'])]
experiments.Run.finished = lambda *_: False
experiment._execute([run], 'AGAIN')
"""
CHILD = """
import pathlib, signal, sys, time
def save(*_):
  print('saved'); pathlib.Path('saved').touch(); sys.exit(143)
signal.signal(signal.SIGTERM, save)
print('ready')
time.sleep(600)
"""


@pytest.mark.parametrize('sent, code', [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_a_signal_ends_the_child_too_and_says_how_to_go_on(sent, code, tmp_path):
  (tmp_path / 'child.py').write_text(CHILD)
  checkout = os.path.dirname(os.path.dirname(os.path.dirname(experiment.__file__)))
  path = os.pathsep.join([checkout, *filter(None, [os.environ.get('PYTHONPATH')])])
  driver = subprocess.Popen(
    [sys.executable, '-c', PROBE],
    cwd=tmp_path,
    text=True,
    stdout=subprocess.PIPE,
    stderr=subprocess.PIPE,
    env=os.environ | {'PYTHONPATH': path},
  )
  log = tmp_path / 'run/log.txt'
  for _ in range(6000):
    if log.exists() and 'ready' in log.read_text():
      break
    time.sleep(0.05)
  driver.send_signal(sent)
  said, errors = driver.communicate(timeout=300)
  assert (tmp_path / 'saved').exists() and 'saved' in said
  assert 'AGAIN' in errors
  assert driver.returncode == (code if sent == signal.SIGTERM else -signal.SIGINT)


@pytest.mark.slow
def test_two_clusters_through_real_processes(embedded_data, tmp_path):
  small = [f'--gin.{binding}' for binding in (*test_job.SMALL, 'TRAIN_STEPS=2')]
  shape = [f'--gin.{one}' if not one.startswith('--') else one for one in test_job.TUNE if 'nli' not in one]
  start = test_job.door(
    'train', embedded_data, *test_job.PRETRAIN, *test_job.SMALL, 'TRAIN_STEPS=2', f"MODEL_DIR='{tmp_path}/base'"
  )
  assert start.returncode == 0, start.stderr
  root = tmp_path / "it's two"
  asked = [
    'holdouts',
    f'--root={root}',
    f'--base={tmp_path}/base',
    '--limit=2',
    f'--clusters={",".join(TRAINED_ON)}',
    *small,
    *(one.replace('--gin_file', '--train_gin') for one in shape),
  ]
  environment = os.environ | {
    'JAX_PLATFORMS': 'cpu',
    'XLA_FLAGS': QUICK,
    'TFDS_DATA_DIR': str(embedded_data),
    vocabulary.VARIABLE: str(embedded_data / 'vocab.model'),
  }
  said = []
  for _ in range(2):
    done = subprocess.run(
      [sys.executable, '-m', 'flan_jax', 'experiment', *asked],
      env=environment,
      text=True,
      capture_output=True,
      timeout=900,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    said.append(done.stdout)
  assert 'trained to step 2' in said[0]
  assert 'trained to step 2' in (root / 'holdout_sentiment/log.txt').read_text()
  assert said[1].count('finished before') == 4 and 'trained' not in said[1]
  table = json.loads((root / 'holdouts.json').read_text())
  assert [group['name'] for group in table['groups']] == list(TRAINED_ON)
  assert [len(group['rows']) for group in table['groups']] == [4, 4]
  for group in table['groups']:
    found = results.read(str(root / f'holdout_{group["name"]}'))
    means = {one.name: one.mean for one in found.evaluations}
    for column in ('untuned', 'tuned'):
      assert group['mean']['scores'][column]['mean'] == pytest.approx(means[column])
