# SPDX-License-Identifier: Apache-2.0
"""Settings: one description of each; whatever it forbids is refused before anything."""

import collections
import functools
import importlib
import inspect
import itertools
import json
import os
import random
import re
import shutil
import subprocess
import sys

import pytest

import gin
from flan_jax import settings
from flan_jax.cli import commandline, experiment, gin_defaults, gin_files, precompile
from flan_jax.data import mixture_subset, prompt_variants, vocabulary
from flan_jax.data.mixing import mixing
from flan_jax.data.tokenizers import ends
from flan_jax.errors import UserError
from flan_jax.evaluation import protocol, ranking
from flan_jax.model import adapters, attention_backends, config, cpu_kernels, decoder, losses, positions
from flan_jax.planning import aot
from flan_jax.runs import evaluation, generation, registration, training
from flan_jax.runs.start import findings
from flan_jax.settings import places
from flan_jax.training import loop, optim, run_file, sharding
from tests import mutations, tiny_runs

DOORS = [
  'cache',
  'evaluate',
  'experiment',
  'generate',
  'holdout',
  'huggingface',
  'precompile',
  'prepare',
  'prompts',
  'report',
  'sample',
  'train',
]
RUN_FILES = {
  'train': 'runs/tune.gin',
  'evaluate': 'runs/evaluate.gin',
  'precompile': 'runs/precompile.gin',
  'cache': 'runs/cache.gin',
  'prepare': 'runs/cache.gin',
  'experiment': 'runs/tune.gin',
}
COUNT = 300
PARTS = 3  # of what takes long, of which make test takes the first


def said(door):
  """Statements of the run file of a door, those it includes among them."""
  folder = commandline.gin_folder()
  name = RUN_FILES[door]
  return gin_files._read([(name, os.path.join(folder, name))], [], [folder])


def wired(door):
  """'Rows.row_length' -> 'ROW_LENGTH' or None, of all that a door's run file binds."""
  found = {}
  for one in said(door):
    if isinstance(one.value, gin_files._Macro) and one.parameter:
      found[one.parameter] = one.value.name
    elif one.parameter and one.parameter.endswith('.optimizer'):
      found |= {f'optimizer.{key}': value.name for key, value in one.value.items()}
  return found


def parser(door, monkeypatch):
  """The parser of a door, taken from where it is used."""

  class Taken(Exception):
    pass

  def take(made, arguments):
    raise Taken(made)

  with monkeypatch.context() as patch:
    patch.setattr(commandline, 'parse', take)
    with pytest.raises(Taken) as taken:
      importlib.import_module(f'flan_jax.cli.{door}').main([])
  return taken.value.args[0]


def valued(made):
  """Names of the flags and positionals of a parser that take a value."""
  for action in made._actions:
    if action.nargs != 0 and action.dest != '_gin':
      yield (action.option_strings or [action.dest])[0].removeprefix('--')


# The description is whole, and true.


def test_every_flag_is_described(monkeypatch):
  for door in DOORS:
    made = parser(door, monkeypatch)
    assert set(valued(made)) <= set(settings.FLAGS), door
    for action in made._actions:
      name = (action.option_strings or [action.dest])[0].removeprefix('--')
      assert action.type is None, (door, name)  # `settings` reads it
      if action.choices:
        assert tuple(action.choices) == settings.FLAGS[name].choices, (door, name)


def test_every_parameter_is_described():
  owners = (
    training.Training,
    evaluation.Evaluation,
    precompile.Precompile,
    training.Rows,
    loop.Schedule,
    mixture_subset.Selection,
    mixing.Mixing,
    decoder.DecoderConfig,
    losses.LossConfig,
    run_file.Run,
    run_file.Vocabulary,
    run_file.Base,
    adapters.Adapter,
    ends.Ends,
  )
  for owner in owners:
    names = {f'{owner.__name__}.{name}' for name in inspect.signature(owner).parameters}
    own = {name for name in settings.PARAMETERS if name.startswith(f'{owner.__name__}.')}
    assert names == own
  names = {f'optimizer.{name}' for name in inspect.signature(optim.optimizer).parameters}
  assert names == {name for name in settings.PARAMETERS if name.startswith('optimizer.')}


@pytest.mark.parametrize('door', RUN_FILES)
def test_every_macro_is_described_by_its_own_name(door):
  for parameter, macro in wired(door).items():
    own = settings.PARAMETERS[parameter]
    assert macro == own.name or own.name == own.name.lower(), parameter


@pytest.mark.parametrize('door', RUN_FILES)
def test_a_macro_has_its_meaning_in_the_run_file_and_help_prints_it(door, capsys):
  folder = commandline.gin_folder()
  macros = gin_defaults.macros(RUN_FILES[door], folder)
  assert {name for name in macros if not macros[name].meaning} == set()
  assert set(macros) <= set(settings.MACROS)
  assert not any(setting.meaning for setting in settings.MACROS.values())
  text = ' '.join(gin_defaults.help_text(RUN_FILES[door], folder).split())
  for name, (default, meaning) in macros.items():
    value = 'required' if default == gin_defaults.REQUIRED else default
    assert f'{name} = {value} {meaning}' in text


def test_choices_are_those_of_the_library():
  found = {
    'Selection.style': prompt_variants.STYLES,
    'Schedule.nan_policy': loop.NAN_POLICIES,
    'optimizer.name': optim.OPTIMIZERS,
    'optimizer.schedule': optim.SCHEDULES,
    'Evaluation.ranking': ranking.RANKINGS,
    'Evaluation.answer_by': protocol.ANSWER_BY,
    'DecoderConfig.activation': cpu_kernels.ACTIVATIONS,
    'DecoderConfig.remat': config.REMAT_POLICIES,
    'DecoderConfig.attention': attention_backends.CHOICES,
    'DecoderConfig.rope_scaling': positions.SCALINGS,
    'Precompile.mode': aot.STEPS,
  }
  for name, choices in found.items():
    assert set(settings.PARAMETERS[name].choices) == set(choices), name
  assert settings.kinds.AXES == sharding.MESH_AXES


def every(folder):
  root = os.path.join(commandline.gin_folder(), folder)
  return [f'{folder}/{name}' for name in sorted(os.listdir(root))]


@pytest.mark.parametrize(
  'files',
  [
    *([name] for name in every('holdout') + every('meshes') + every('ablations') + every('models')),
    ['runs/quickstart.gin'],
    ['runs/pretrain.gin'],
  ],
)
def test_the_files_of_the_package_are_what_they_should_be(files):
  bindings = ["MODEL_DIR = 'x'", 'HELD_OUT = None']
  if files == ['models/base.gin']:
    bindings += [f'{name} = 4' for name in ('LAYERS', 'D_MODEL', 'HEADS', 'D_FF')]
  for door in ('train', 'cache', 'precompile'):
    if door != 'precompile' or not files[0].startswith('runs/'):
      commandline.check_gin(door, files, bindings, RUN_FILES[door])
  if files[0].startswith(('meshes', 'holdout')):
    commandline.check_gin('evaluate', files, bindings[:1], RUN_FILES['evaluate'])


def test_the_table_of_training_names_settings_that_are_there():
  folder = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
  page = os.path.join(folder, 'docs', 'how-to', 'train.md')
  with open(page, encoding='utf-8') as file:
    rows = [line for line in file if line.startswith('| `')]
  names = [name for row in rows for name in re.findall(r'`([A-Z_]{4,})`', row.split('|')[1])]
  assert len(names) > 25 and set(names) <= set(settings.MACROS)


# 300 settings that cannot be, of all doors.


class Reached(Exception):
  """The work would begin."""


def reached(*_, **__):
  raise Reached


@pytest.fixture(scope='module')
def place(tmp_path_factory):
  """A run that has one checkpoint, a prompt file, a folder of nothing."""
  folder = tmp_path_factory.mktemp('place')
  (folder / 'run/checkpoints/1').mkdir(parents=True)
  run = {**tiny_runs.RUN, 'held_out': None}
  (folder / 'run/run.json').write_text(json.dumps(run))
  (folder / 'prompts.jsonl').write_text('"Is it?"\n')
  return folder


@pytest.fixture
def doors(place, monkeypatch):
  """The doors, each ending where its work would begin."""
  from flan_jax.cli import cache, holdout, prepare, prompts, report, sample
  from flan_jax.data.prepare import plan
  from flan_jax.public_models import exporting, importing
  from flan_jax.runs import caching, evaluation_request, feeds

  monkeypatch.chdir(place)
  monkeypatch.setenv(vocabulary.VARIABLE, 'bytes')
  monkeypatch.setattr(vocabulary.FLAN, '_loaded', None)
  monkeypatch.setattr(registration, 'load_tasks', lambda: None)
  monkeypatch.setattr(findings, '_checked_tasks', lambda *_: ('made', {}))
  monkeypatch.setattr(evaluation_request, 'names', lambda *_: {False: [], True: []})
  monkeypatch.setattr(cache, '_tasks', lambda *_: [])
  monkeypatch.setattr(prepare, '_of_run', lambda: ['rte'])
  monkeypatch.setattr(experiment, 'holdout_runs', lambda flags: [])
  monkeypatch.setattr(decoder, 'abstract_params', functools.lru_cache(decoder.abstract_params))
  for owner, name in (
    (feeds, 'stores_of'),
    (evaluation._Job, 'run'),
    (aot, 'compile_plan'),
    (caching, '_build_all'),
    (plan, 'plan'),
    (experiment, '_execute'),
    (generation.Model, 'load'),
    (sample, 'run'),
    (prompts, 'describe'),
    (prompts, 'write_catalogue'),
    (holdout, 'describe'),
    (report, 'write'),
    (importing, 'import_folder'),
    (exporting, 'export_folder'),
  ):
    monkeypatch.setattr(owner, name, reached)
  yield
  gin.clear_config()


# What each door wants besides.
ASKED = {
  'train': ["--gin.MODEL_DIR='new'", '--gin.HELD_OUT=None', '--gin.ROW_LENGTH=1280', '--gin.TOKENS_PER_BATCH=10240'],
  'evaluate': ["--gin.MODEL_DIR='run'"],
  'experiment': ['holdouts', '--root=root'],
  'precompile': [
    '--gin_file=models/tiny.gin',
    '--gin_file=meshes/h100x8.gin',
    '--gin.ROW_LENGTH=1280',
    '--gin.TOKENS_PER_BATCH=10240',
  ],
  'generate': ['--model_dir=run', '--input=prompts.jsonl', '--output=out.jsonl'],
  'holdout': ['--cluster=nli'],
  'huggingface': ['import', 'run', 'new'],
  'prompts': ['--task=rte'],
  'report': ['run'],
  'sample': ['--data_dir=data'],
  'cache': [],
  'prepare': ['--data_dir=data'],
}


def arguments(case, folder):
  """The command line of a case; files are written where it wants some."""
  asked = [one for one in ASKED[case.door] if not one.startswith(f'--gin.{case.name}=')]
  if case.how == 'flag':
    asked = [one for one in asked if not one.startswith(f'--{case.name}=')]
    return [*asked, f'--{case.name}={case.value}']
  name, header = case.name, ''
  if 'direct' in case.how:
    owner, parameter = name.split('.')
    module = mutations.MODULES[owner]
    package, short = module.rsplit('.', 1)
    name = f'{short}.{owner}.{parameter}'
    header = f'from __gin__ import dynamic_registration\nfrom {package} import {short}\n'
  if case.how in ('macro', 'direct'):
    return [*asked, f'--gin.{name}={case.value}']
  (folder / 'mine.gin').write_text(f'# Mine.\n{header}{name} = {case.value}\n')
  (folder / 'outer.gin').write_text("include 'mine.gin'\n")
  file = 'outer.gin' if case.how == 'included' else 'mine.gin'
  flag = 'train_gin' if case.door == 'experiment' else 'gin_file'
  return [*asked, f'--{flag}={file}']


def outcome(door, given, capsys):
  """('refused', what is said), or ('taken', '') where the work would begin."""
  gin.clear_config()
  try:
    importlib.import_module(f'flan_jax.cli.{door}').main(given)
  except UserError as error:
    return 'refused', str(error)
  except SystemExit as end:
    assert end.code == 2, given
    return 'refused', capsys.readouterr().err
  except Reached:
    pass
  return 'taken', ''


def cases():
  """COUNT of all that can be wrong, drawn with a fixed seed: of each setting one first."""
  draw = random.Random(13)
  patch, found = pytest.MonkeyPatch(), []
  for door in DOORS:
    made = parser(door, patch)
    found += mutations.of_flags(door, valued(made), draw)
    if door in RUN_FILES:
      # What only a dictionary holds has no parameter of its own.
      parameters = {name: macro for name, macro in wired(door).items() if not name.startswith('optimizer.')}
      of_dictionary = {name: macro for name, macro in wired(door).items() if name.startswith('optimizer.')}
      found += mutations.of_gin(door, parameters, draw)
      found += [case for case in mutations.of_gin(door, of_dictionary, draw) if 'direct' not in case.how]
  found = [
    case
    for case in found
    if not (
      # These doors start no run of their own.
      case.door in ('cache', 'experiment', 'precompile', 'prepare')
      and case.value == 'None'
      and case.name in ('MODEL_DIR', 'Training.model_dir')
    )
  ]
  found = [
    case
    for case in found
    if not (
      # An experiment sets these in each run, and says so.
      case.door == 'experiment' and case.name in experiment.OWN
    )
  ]
  by_name = collections.defaultdict(list)
  for case in draw.sample(found, len(found)):
    by_name[case.door, case.name].append(case)
  rounds = [one for turn in range(40) for group in by_name.values() for one in group[turn : turn + 1]]
  return rounds


def test_what_cannot_be_is_refused_before_anything(doors, place, capsys, monkeypatch):
  loaded = []
  monkeypatch.setattr(registration, 'load_tasks', lambda: loaded.append(1))
  chosen = cases()
  assert len(chosen) > 2 * COUNT
  wrong = []
  for case in chosen[:COUNT]:
    given = arguments(case, place)
    dry = case.door in RUN_FILES
    for flags in ([], ['--dry_run'])[: 1 + dry]:
      result, words = outcome(case.door, [*given, *flags], capsys)
      file = re.search(r'mine\.gin, line [24]', words)
      fine = (
        result == 'refused'
        and 'Traceback' not in words
        and len(words) < 1200
        and '\n\n' not in words
        and ('in file' not in case.how and case.how not in ('file', 'included') or file)
      )
      if not fine or loaded:
        wrong.append((case, flags, result, words))
        loaded.clear()
  assert not wrong, f'{len(wrong)}: {wrong[:6]}'
  assert not (place / 'new').exists() and not (place / 'root').exists()


@pytest.mark.parametrize('part', [0, *(pytest.param(one, marks=pytest.mark.slow) for one in range(1, PARTS))])
def test_what_can_be_is_taken_and_a_dry_run_agrees(doors, place, capsys, part):
  """Values at the ends of their ranges: taken, or refused for what else is set."""
  disagree, numbers = [], itertools.count()
  for door in ('train', 'evaluate'):
    for parameter, macro in wired(door).items():
      for value in mutations.right(settings.PARAMETERS[parameter]):
        if macro == 'HOST_DEVICES' or parameter.startswith('DecoderConfig.'):
          continue  # of machines and models that take long to lay out
        if next(numbers) % PARTS != part:
          continue
        case = mutations.Case(door, 'macro', macro, value, True)
        given = arguments(case, place)
        found = [outcome(door, [*given, *flags], capsys) for flags in ([], ['--dry_run'])]
        if found[0] != found[1] or macro in found[0][1] and 'must be' in found[0][1]:
          disagree.append((case, found))
  assert not disagree, disagree[:5]


# The cases that were believed.

FILES = {
  'form.gin': "INIT_FORM = 'base'",
  'steps.gin': 'TRAINSTEPS = 3',
  'low.gin': 'seed = 3',
  'true.gin': 'TRAIN_STEPS = True',
  'quoted.gin': "CLIP = %MINE\nMINE = '1.0'",
  'outer.gin': "\ninclude 'steps.gin'",
  'own.gin': 'MINE = 7\nTRAIN_STEPS = %MINE',
  'self.gin': "include 'self.gin'",
  'round.gin': 'SEED = %A\nA = %B\nB = %A',
  'gone.gin': "include 'gone/away.gin'",
  'torn.gin': 'TRAIN_STEPS = (3',
  'import.gin': 'import no_such_module',
  'unset.gin': 'SEED = %NOWHERE',
  'text.gin': 'MODEL_DIR = runs/nli',
  'tuning.gin': "include 'runs/tune.gin'\nTRAIN_STEPS = 3",
  'site.gin': "STORE_DIR = 'store'",
  'wide.gin': 'decoder.DecoderConfig.d_modle = 3',
  'optimizer.gin': 'from __gin__ import dynamic_registration\n'
  'from flan_jax.runs import training\n'
  "training.Training.optimizer = {'learning_rate': 1e-3, 'warmup': 3}",
}


@pytest.mark.parametrize(
  'door, given, words',
  [
    ('train', ['--gin_file=form.gin'], "'INIT_FORM' (form.gin, line 1); did you mean INIT_F"),
    ('train', ['--gin_file=steps.gin'], "'TRAINSTEPS' (steps.gin, line 1); did you mean TRA"),
    ('train', ['--gin_file=low.gin'], "'seed' (low.gin, line 1); did you mean SEED"),
    ('train', ['--gin_file=outer.gin'], "'TRAINSTEPS' (steps.gin, line 1)"),
    (
      'train',
      ['--gin_file=true.gin'],
      'TRAIN_STEPS = True (true.gin, line 1) must be a '
      'whole number of at least 0 and at most 2,147,483,647; it is a truth value',
    ),
    (
      'train',
      ['--gin_file=quoted.gin'],
      "MINE = '1.0' (quoted.gin, line 2), for CLIP must "
      'be a number above 0 and at most 1e+30, or None (any norm); it is a text: write 1.0 '
      'without quotes',
    ),
    ('train', ['--gin.TRAIN_STEPS=3e4'], 'TRAIN_STEPS = 30000.0 (command line) must be a '),
    ('train', ['--gin.TRAIN_STEPS=3e4'], 'write it as 30000'),
    ('train', ["--gin.PARAMETER_SCALE='False'"], 'write False without quotes'),
    ('train', ['--gin.KEEP_CHECKPOINTS=0'], 'it is less than 1'),
    ('train', ['--gin.MODEL_DIR=new'], 'texts want quotes'),
    ('train', ['--gin.MODEL_DIR='], 'wants a name and a value'),
    ('train', ['--gin_file=text.gin'], "text.gin, line 1: 'MODEL_DIR = runs/nli' cannot"),
    ('train', ['--gin_file=torn.gin'], 'torn.gin, line '),
    ('train', ['--gin_file=binary.gin'], 'binary.gin cannot be read as a gin file'),
    ('train', ['--gin_file=run'], '--gin_file=run is a folder'),
    ('train', ['--gin_file=self.gin'], 'self.gin includes itself'),
    ('train', ['--gin_file=round.gin'], 'is set by itself'),
    ('train', ['--gin_file=unset.gin'], '%NOWHERE (unset.gin, line 1) is set nowhere'),
    ('train', ['--gin_file=gone.gin'], "gone.gin, line 1 includes 'gone/away.gin'"),
    ('train', ['--gin_file=import.gin'], "No module named 'no_such_module'"),
    ('train', ['--gin_file=wide.gin'], "no parameter 'd_modle'; did you mean d_model"),
    ('train', ['--gin_file=optimizer.gin'], '(optimizer.gin, line 3) must be'),
    ('train', ['--gin_file=runs/evaluate.gin'], 'is a setting of flan_jax evaluate'),
    ('train', ["--gin.MODEL_DIR='prompts.jsonl'"], 'it is a file'),
    ('train', ["--gin.MODEL_DIR='prompts.jsonl/x'"], 'prompts.jsonl is a file'),
    ('train', ["--gin.MODEL_DIR=' '"], 'it is empty'),
    ('train', ["--gin.STORE_DIR='prompts.jsonl'"], 'STORE_DIR = '),
    ('train', ["--gin.INIT_FROM='prompts.jsonl'"], 'INIT_FROM = '),
    ('train', ["--gin.MODEL_DIR='%s'" % ('x' * 300)], 'longer than 255 bytes'),
    ('train', ['--profile=5:2'], '--profile=5:2 must be steps FIRST:LAST'),
    ('train', ['--process_count=0'], '--process_count=0 must be a whole number of at least'),
    ('train', ['--dry_rum'], 'did you mean --dry_run'),
    ('evaluate', ['--gin_file=tuning.gin'], 'tuning.gin (models/base.gin) sets decoder'),
    ('evaluate', ['--gin_file=runs/tune.gin'], 'is a setting of flan_jax train; '),
    ('evaluate', ['--gin_file=models/8b.gin'], 'is a setting of flan_jax train; '),
    ('evaluate', ['--gin_file=site.gin'], "'STORE_DIR' (site.gin, line 1), though other"),
    ('evaluate', ["--gin.HELD_IN_TEST='no'"], 'must be True or False; it is a text'),
    ('evaluate', ['--limit=-3'], '--limit=-3 must be a whole number of at least 1'),
    ('evaluate', ['--timeout=nan'], '--timeout=nan must be a number'),
    ('precompile', ['--gin_file=runs/tune.gin'], 'take runs/precompile.gin'),
    ('cache', ['--processes=0'], '--processes=0 must be'),
    ('cache', ['--store_dir=prompts.jsonl/x'], 'prompts.jsonl is a file'),
    ('generate', ['--temperature=-1', '--top_p=2'], '--temperature=-1 must be'),
    ('generate', ['--model_dir=prompts.jsonl'], 'it is a file'),
    ('generate', ['--mesh=data=0'], "'data' cannot be 0"),
    ('experiment', ['--evaluate_gin=runs/tune.gin'], 'flan_jax evaluate does not read it'),
    ('experiment', ['--gin.ROW_LENGTH=1000'], 'not a multiple of ROW_LENGTH'),
    ('experiment', ['--gin.MICROBATCHES=3'], 'MICROBATCHES = 3 does not divide'),
    ('experiment', ["--gin.SCHEDULE='cosine'"], 'decay_steps is 0'),
    ('generate', ['--input=nothing.jsonl'], 'nothing.jsonl'),
    ('generate', ['--output=run'], 'run'),
    ('huggingface', ['--fsdp=0'], '--fsdp=0 must be a whole number of at least 1'),
    ('sample', ['--data_dir=prompts.jsonl'], 'it is a file'),
    ('prepare', ['--data_dir=prompts.jsonl'], 'it is a file'),
    ('prepare', ['--limit=0'], '--limit=0 must be a whole number of at least 1'),
    ('prompts', ['--n=0'], '--n=0 must be'),
    ('prompts', ['--style=nam'], "'nam'"),
    ('report', ['--output='], '--output= must be a path; it is empty'),
  ],
)
def test_the_remedy_is_named(doors, place, capsys, door, given, words):
  for name, text in FILES.items():
    (place / name).write_text(text + '\n')
  (place / 'binary.gin').write_bytes(b'\xff\xfe\x00')
  own = [one for one in ASKED[door] if one.split('=')[0] not in {flag.split('=')[0] for flag in given}]
  result, said_of_it = outcome(door, [*own, *given], capsys)
  assert result == 'refused' and words in said_of_it, said_of_it


@pytest.mark.parametrize('name', places.RUN_FOLDERS)
@pytest.mark.parametrize(
  'door, flag',
  [
    ('train', "--gin.MODEL_DIR='%s'"),
    ('train', "--gin.INIT_FROM='%s'"),
    ('cache', "--gin.INIT_FROM='%s'"),
    ('evaluate', "--gin.MODEL_DIR='%s'"),
    ('experiment', '--base=%s'),
    ('generate', '--model_dir=%s'),
    ('report', '%s'),
  ],
)
def test_folders_of_a_run_that_are_none_are_named(doors, place, tmp_path, capsys, door, flag, name):
  run, own = shutil.copytree(place / 'run', tmp_path / 'run'), ASKED[door]
  own = [one for one in own if one.split('=')[0] != flag.split('=')[0] and one != 'run']
  shutil.rmtree(run / name, ignore_errors=True)
  for spoil, words in (
    (lambda: (run / name).touch(), f'{run / name} is a file'),
    (
      lambda: (run / name).symlink_to(tmp_path / 'gone'),
      f'{run / name} is a link to {tmp_path}/gone, which is not there',
    ),
  ):
    spoil()
    result, said = outcome(door, [*own, flag % run], capsys)
    assert result == 'refused' and words in said and '\n' not in said.strip(), said
    (run / name).unlink()
  (tmp_path / 'gone').mkdir()
  (run / name).symlink_to(tmp_path / 'gone')
  assert f'{run / name} is' not in outcome(door, [*own, flag % run], capsys)[1]
  assert not list((tmp_path / 'gone').iterdir())


def test_the_run_of_the_harness_is_checked_alike(tmp_path):
  model_dir = settings.PARAMETERS['FlanJax.model_dir']
  assert model_dir.problem(str(tmp_path)) is None
  (tmp_path / 'checkpoints').touch()
  assert model_dir.problem(str(tmp_path)) == f'{tmp_path}/checkpoints is a file'


def test_a_folder_that_is_a_link_to_nothing_is_named_with_its_target(tmp_path):
  (tmp_path / 'link').symlink_to('gone')
  said = 'is a link to gone, which is not there'
  for made in (False, True):
    assert places.folder_problem(str(tmp_path / 'link'), made) == f'it {said}'
    assert places.folder_problem(str(tmp_path / 'link/in/it'), made) == f'{tmp_path}/link {said}'


def test_macros_of_ones_own_and_every_rule_of_gin_stay(doors, place, capsys):
  (place / 'own.gin').write_text(FILES['own.gin'] + '\n')
  given = [*ASKED['train'], '--gin_file=own.gin', '--gin.SEED=True', '--gin.SEED=3']
  assert outcome('train', given, capsys) == ('taken', '')
  assert commandline.call(loop.Schedule).train_steps == 7


@pytest.mark.parametrize(
  'changes, words',
  [
    (dict(seed=True), 'SEED = True'),
    (dict(model_dir=''), "MODEL_DIR = ''"),
    (dict(mesh={'rows': 1}), "unknown axis 'rows'"),
    (dict(host_devices=0), 'HOST_DEVICES'),
    (dict(optimizer={'learning_rate': '1'}), 'learning_rate'),
    (dict(optimizer={'learning_rate': 1.0, 'warmup': 3}), 'did you mean warmup_steps'),
    (dict(held_out_examples='8'), "HELD_OUT_EXAMPLES = '8'"),
    (dict(rows=3), 'rows = 3'),
    (dict(profile='5:2'), "profile = '5:2'"),
    (dict(init_from=3), 'INIT_FROM = 3'),
  ],
)
def test_a_call_from_python_is_checked_too(doors, tmp_path, changes, words):
  given = dict(
    model_dir=str(tmp_path / 'new'),
    mixture=None,
    held_out=None,
    mesh={},
    model=tiny_runs.CONFIG,
    rows=training.Rows(512, 256, 64, 192, 64),
    seed=0,
    schedule=loop.Schedule(4, 0, 0, 1),
    optimizer={'learning_rate': 1e-2},
  )
  with pytest.raises(UserError, match=re.escape(words)):
    training.train(training.Training(**given | changes))
  with pytest.raises(UserError, match='LIMIT = True'):
    evaluation.evaluate(evaluation.Evaluation(model_dir='run', limit=True))


@pytest.mark.parametrize(
  'owner, fields, words',
  [
    (
      training.Rows,
      dict(tokens_per_batch=512, row_length='256', target_slots=64, inputs_length=192, targets_length=64),
      "ROW_LENGTH = '256'",
    ),
    (loop.Schedule, dict(train_steps=True, save_every=0, eval_every=0, log_every=1), 'TRAIN_STEPS = True'),
    (mixture_subset.Selection, dict(tasks=True), 'TASKS = True'),
    (losses.LossConfig, dict(z_loss=float('nan')), 'Z_LOSS = nan'),
    (losses.LossConfig, dict(label_smoothing='0.1'), "LABEL_SMOOTHING = '0.1'"),
    (decoder.DecoderConfig, dict(vocab_size=8, d_model=8, layers=1, heads=True, head_dim=8, d_ff=8), 'HEADS = True'),
  ],
)
def test_what_is_made_in_python_is_checked_too(owner, fields, words):
  with pytest.raises(UserError, match=re.escape(words)):
    owner(**fields)


PROBE = """
import os, sys
from flan_jax.errors import UserError
import importlib
for door, given in [
    ('train', ["--gin.MODEL_DIR='x'", '--gin.HELD_OUT=None', '--gin.SEED=True']),
    ('train', ['--gin_file=form.gin']), ('evaluate', ['--gin_file=runs/tune.gin']),
    ('cache', ['--processes=0']), ('generate', ['--model_dir=x', '--temperature=-1']),
    ('precompile', ["--gin.CLIP='1'"]), ('experiment', ['holdouts', '--root=', ])]:
  try:
    importlib.import_module(f'flan_jax.cli.{door}').main(given)
  except UserError as error:
    print(door, error)
  assert not {'tensorflow', 'seqio', 'orbax'} & set(sys.modules), door
assert door == 'experiment'
"""


def test_it_is_refused_before_the_libraries_are_there(tmp_path):
  (tmp_path / 'form.gin').write_text("INIT_FORM = 'base'\n")
  done = subprocess.run([sys.executable, '-c', PROBE], cwd=tmp_path, text=True, capture_output=True, timeout=300)
  assert done.returncode == 0, done.stderr
  assert len(done.stdout.splitlines()) == 7


def test_a_door_ends_with_one_paragraph_and_code_2(tmp_path):
  done = subprocess.run(
    [sys.executable, '-m', 'flan_jax', 'train', '--gin.TRAINSTEPS=3'],
    cwd=tmp_path,
    text=True,
    capture_output=True,
    timeout=300,
  )
  assert done.returncode == 2 and done.stderr.startswith('error: nothing reads the macro')
  assert len(done.stderr.splitlines()) == 1 and not done.stdout
