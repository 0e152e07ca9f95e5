# SPDX-License-Identifier: Apache-2.0
"""Settings of command lines: every flag of every command that takes a value.

The help of a command explains its flags.
"""

from flan_jax.settings.kinds import Setting
from flan_jax.settings.places import RUN_FOLDERS

_SEEDS = dict(least=0, most=2**32 - 1)
_COUNT = dict(least=1, most=2**31 - 1)


def _place(name: str, kind: str = 'path', **rest) -> Setting:
  return Setting(name, kind, **rest)


SETTINGS = (
  # Flags of all commands, or of many.
  _place('tfds_data_dir'),
  Setting('import', 'names'),
  _place('gin_file'),
  _place('train_gin'),
  _place('evaluate_gin'),
  Setting('gin_search_paths', 'names'),
  Setting('coordinator_address', 'text'),
  Setting('process_count', 'whole', least=1, most=2**20),
  Setting('process_index', 'whole', least=0, most=2**20),
  _place('model_dir', 'model', inside=RUN_FOLDERS),
  Setting('step', 'whole', least=0, most=2**31 - 1),
  _place('vocabulary'),
  Setting('seed', 'whole', **_SEEDS),
  Setting('limit', 'whole', **_COUNT),
  _place('output'),
  # train
  Setting('profile', 'window'),
  # evaluate
  _place('model', 'model', inside=RUN_FOLDERS),
  _place('output_dir', 'made'),
  Setting('held_in', 'joined'),
  Setting('only', 'some', choices=('all', 'both', 'untuned', 'plain', 'tuned')),
  Setting('ranking', 'choice', choices=('sum', 'normalised', 'calibrated')),
  Setting('timeout', 'number', least=0, most=1e9),
  # generate
  _place('input'),
  Setting('compilation_cache', 'folder or choice', choices=('auto', '')),
  Setting('field', 'text'),
  Setting('max_tokens', 'whole', least=1, most=2**24),
  Setting('temperature', 'number', least=0, most=1e6),
  Setting('top_k', 'whole', least=0, most=2**31 - 1),
  Setting('top_p', 'number', above=0, most=1),
  Setting('samples', 'whole', least=1, most=2**20),
  Setting('beams', 'whole', least=1, most=2**16),
  Setting('length_penalty', 'number', least=0, most=1e6),
  Setting('stop', 'any text'),
  Setting('rows', 'whole', least=1, most=2**20),
  Setting('mesh', 'text'),
  Setting('host_devices', 'whole', least=1, most=4096),
  # experiment
  Setting('experiment', 'choice', choices=('holdouts', 'ways', 'prompt_tuning'), positional=True),
  _place('root', 'made'),
  _place('base', 'model', inside=RUN_FOLDERS),
  Setting('clusters', 'joined'),
  Setting('cluster', 'text'),
  Setting('prompt_steps', 'whole', least=1, most=2**31 - 1),
  Setting('prompt_rate', 'number', above=0),
  # report
  _place('runs', 'model', positional=True, inside=RUN_FOLDERS),
  # sample
  _place('data_dir', 'made', local=True),
  Setting('examples', 'whole', least=1, most=10**7),
  Setting('datasets', 'joined'),
  # prepare
  _place('source'),
  # cache
  Setting('tasks', 'names'),
  Setting('mixture', 'text'),
  _place('store_dir', 'folder'),
  Setting('processes', 'whole', least=1, most=4096),
  # prompts
  Setting('task', 'text'),
  _place('html'),
  Setting('template', 'whole', least=0, most=10**6),
  Setting('n', 'whole', least=1, most=10**6),
  Setting('split', 'choice', choices=('train', 'validation', 'test')),
  Setting('shots', 'whole', least=0, most=16),
  Setting('style', 'choice', choices=('instructions', 'name', 'none', 'plain')),
  # precompile
  Setting('topology', 'topology'),
  Setting('mode', 'choice', choices=('train', 'score', 'generate')),
  Setting('tries', 'whole', least=1, most=10**6),
  # launch
  Setting('platform', 'choice', choices=('tpu', 'gke', 'slurm', 'skypilot', 'local'), positional=True),
  Setting('name', 'text'),
  Setting('restarts', 'whole', least=0, most=10**6),
  Setting('window', 'number', above=0, most=1e9),
  Setting('grace', 'number', above=0, most=1e6),
  Setting('image', 'text'),
  Setting('setup', 'text'),
  Setting('env', 'text'),
  Setting('label', 'text'),
  Setting('price', 'number', least=0, most=1e6),
  Setting('project', 'text'),
  Setting('zone', 'text'),
  Setting('runtime', 'text'),
  Setting('service_account', 'text'),
  Setting('namespace', 'text'),
  Setting('queue', 'text'),
  Setting('account', 'text'),
  Setting('partition', 'text'),
  Setting('time', 'text'),
  Setting('infra', 'text'),
  # huggingface
  Setting('direction', 'choice', choices=('import', 'export'), positional=True),
  _place('src', 'model', positional=True),
  _place('dst', 'made', positional=True),
  Setting('fsdp', 'whole', least=1, most=2**20),
  Setting('dtype', 'choice', choices=('float32', 'bfloat16')),
  Setting('max_shard_size', 'number', above=0, most=1e6),
  Setting('base_model', 'text'),
)
