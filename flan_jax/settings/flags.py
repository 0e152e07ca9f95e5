"""What command lines set: every flag of every command that takes a value."""

from flan_jax.settings.kinds import Setting
from flan_jax.settings.places import RUN_FOLDERS

_SEEDS = dict(least=0, most=2**32 - 1)
_COUNT = dict(least=1, most=2**31 - 1)


def _place(name: str, meaning: str, kind: str = 'path', **rest) -> Setting:
  return Setting(name, kind, meaning, **rest)


SETTINGS = (
    # Of all commands, or many.
    _place('tfds_data_dir', 'TFDS data_dir'),
    Setting('import', 'names', 'modules that register datasets'),
    _place('gin_file', 'a gin file'),
    _place('train_gin', 'a gin file of the training'),
    _place('evaluate_gin', 'a gin file of the evaluation'),
    Setting('gin_search_paths', 'names', 'folders of gin files'),
    Setting('coordinator_address', 'text', 'HOST:PORT of process 0'),
    Setting('process_count', 'whole', 'how many processes there are', least=1, most=2**20),
    Setting('process_index', 'whole', 'which process this is', least=0, most=2**20),
    _place('model_dir', 'the run', 'folder', inside=RUN_FOLDERS),
    Setting('step', 'whole', 'of the checkpoint', least=0, most=2**31 - 1),
    _place('vocabulary', "a vocabulary's file, or 'bytes'"),
    Setting('seed', 'whole', 'of drawing, or of the world', **_SEEDS),
    Setting('limit', 'whole', 'examples of each split', **_COUNT),
    _place('output', 'file to write'),
    # train
    Setting('profile', 'window', 'steps to trace'),
    # evaluate
    Setting('held_in', 'joined', 'clusters or tasks that were trained on'),
    Setting('only', 'some', 'which models',
            choices=('all', 'both', 'untuned', 'plain', 'tuned')),
    Setting('ranking', 'choice', 'how options are compared',
            choices=('sum', 'normalised', 'calibrated')),
    Setting('timeout', 'number', 'seconds', least=0, most=1e9),
    # generate
    _place('input', 'prompts'),
    Setting('field', 'text', 'of an object that holds the text'),
    Setting('max_tokens', 'whole', 'of a continuation', least=1, most=2**24),
    Setting('temperature', 'number', 'of drawing', least=0, most=1e6),
    Setting('top_k', 'whole', 'so many of the likeliest tokens', least=0, most=2**31 - 1),
    Setting('top_p', 'number', 'the likeliest that are so probable', above=0, most=1),
    Setting('samples', 'whole', 'texts of each prompt', least=1, most=2**20),
    Setting('beams', 'whole', 'of beam search', least=1, most=2**16),
    Setting('length_penalty', 'number', 'of beam search', least=0, most=1e6),
    Setting('stop', 'any text', 'ends a continuation'),
    Setting('rows', 'whole', 'of a batch on each device', least=1, most=2**20),
    Setting('mesh', 'text', 'data=A,fsdp=B,tensor=C'),
    Setting('host_devices', 'whole', 'made of the processor', least=1, most=4096),
    # experiment
    Setting('experiment', 'choice', 'which', choices=('holdouts', 'ways'),
            positional=True),
    _place('root', 'folder of the runs', 'made'),
    _place('base', 'MODEL_DIR of the run that gives the parameters', 'folder',
           inside=RUN_FOLDERS),
    Setting('clusters', 'joined', 'which clusters'),
    Setting('cluster', 'text', 'a cluster'),
    # report
    _place('runs', 'MODEL_DIR of an evaluated run', 'folder', positional=True,
           inside=RUN_FOLDERS),
    # sample
    _place('data_dir', 'folder to write to', 'made'),
    Setting('examples', 'whole', 'training rows of a dataset', least=1, most=10**7),
    Setting('datasets', 'joined', 'tasks or clusters'),
    # cache
    Setting('tasks', 'names', 'SeqIO tasks'),
    Setting('mixture', 'text', 'a SeqIO mixture'),
    _place('store_dir', 'folder of the stores', 'folder'),
    Setting('processes', 'whole', 'tasks rendered at once', least=1, most=4096),
    # prompts
    Setting('task', 'text', 'a dataset'),
    _place('html', 'file to write'),
    Setting('template', 'whole', 'number of the template', least=0, most=10**6),
    Setting('n', 'whole', 'prompts to print', least=1, most=10**6),
    Setting('split', 'choice', 'of prepared data',
            choices=('train', 'validation', 'test')),
    Setting('shots', 'whole', 'exemplars before each prompt', least=0, most=16),
    Setting('style', 'choice', 'how the dataset is asked',
            choices=('instructions', 'name', 'none', 'plain')),
    # precompile
    Setting('topology', 'topology', 'the hardware to compile for'),
    Setting('mode', 'choice', 'what is compiled', choices=('train', 'score', 'generate')),
    Setting('tries', 'whole', 'programs that a search compiles', least=1, most=10**6),
    # huggingface
    Setting('direction', 'choice', 'which way', choices=('import', 'export'),
            positional=True),
    _place('src', 'what to read', 'folder', positional=True),
    _place('dst', 'folder to write', 'made', positional=True),
    Setting('fsdp', 'whole', 'devices to spread the parameters over', least=1, most=2**20))
