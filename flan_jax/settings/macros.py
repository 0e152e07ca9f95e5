# SPDX-License-Identifier: Apache-2.0
"""Settings of gin files and Python calls: every macro, and every parameter without one.

The gin run file documents the meaning and default of a macro, see cli/gin_defaults. A
parameter that no macro sets has a lower-case name, and its meaning is given here.
"""

import os
from typing import Any

from flan_jax.settings.kinds import Kind, KINDS, PARAMETERS, Setting
from flan_jax.settings.places import RUN_FOLDERS

_SEEDS = dict(least=0, most=2**32 - 1)
_STEPS = dict(least=0, most=2**31 - 1)  # a step is an int32
_TOKENS = dict(least=1, most=2**24)
_ALL = 'all'
_STYLES = ('instructions', 'name', 'none', 'plain')


def _folder_or_choice(setting: Setting, value: Any) -> str | None:
  return None if value in setting.choices else KINDS['folder'].problem(setting, value)


KINDS['folder or choice'] = Kind(
  lambda s: f'a folder or one of {", ".join(map(repr, s.choices))}', _folder_or_choice, KINDS['folder'].read
)


def _model(setting: Setting, value: Any) -> str | None:
  """A run's folder, or a public model: a folder too, or a file."""
  is_file = isinstance(value, str) and value.endswith('.gguf') and os.path.isfile(value)
  return None if is_file else KINDS['folder'].problem(setting, value)


KINDS['model'] = Kind(lambda s: 'a folder, or a GGUF file', _model, KINDS['folder'].read)


def _choice_or_pair(setting: Setting, value: Any) -> str | None:
  kind = KINDS['choice' if isinstance(value, str) else 'pair']
  return kind.problem(setting, value)


KINDS['choice or pair'] = Kind(
  lambda s: f'one of {", ".join(map(repr, s.choices))}, or {KINDS["pair"].wanted(s)}', _choice_or_pair
)


def _optimizer(name: str, parameter: str, kind: str, **rest) -> Setting:
  return Setting(name, kind, of=(f'optimizer.{parameter}',), **rest)


def _decoder(name: str, kind: str, meaning: str = '', **rest) -> Setting:
  return Setting(name, kind, meaning, of=(f'DecoderConfig.{name.lower()}',), **rest)


def _row(name: str, **rest) -> Setting:
  return Setting(name, 'whole', of=(f'Rows.{name.lower()}',), **{**_TOKENS, **rest})


def _every(name: str, **rest) -> Setting:
  return Setting(name, 'whole', of=(f'Schedule.{name.lower()}',), **{**_STEPS, **rest})


RUN = (
  Setting('MODEL_DIR', 'made', inside=RUN_FOLDERS, of=('Training.model_dir',)),
  Setting('HELD_OUT', 'text', none='nothing', of=('Training.held_out',)),
  Setting('MIXTURE', 'text', none='what holding out leaves', of=('Training.mixture',)),
  Setting('VOCABULARY', 'path', none='FLAN_VOCABULARY', of=('Training.vocabulary',)),
  Setting('STORE_DIR', 'folder', none='`store` in the data_dir', of=('Training.store_dir',)),
  Setting('STORE_CACHE', 'made', none='`flan_jax/stores` in the cache of the user', of=('Training.store_cache',)),
  Setting('STORE_CACHE_GB', 'number', above=0, of=('Training.store_cache_gb',)),
  Setting('INIT_FROM', 'model', none='from scratch', inside=RUN_FOLDERS, of=('Training.init_from',)),
  Setting(
    'COMPILATION_CACHE',
    'folder or choice',
    choices=('auto', ''),
    none='nothing is kept',
    of=('Training.compilation_cache', 'Evaluation.compilation_cache'),
  ),
  Setting('SEED', 'whole', of=('Training.seed',), **_SEEDS),
  Setting('LEAK_POLICY', 'choice', choices=('report', 'drop', 'stop'), of=('Training.leak_policy',)),
  Setting('LEAK_LIMIT', 'number', least=0, most=1, of=('Training.leak_limit',)),
  Setting('STEP_DEADLINE', 'number', least=0, of=('Training.step_deadline',)),
  Setting('PROGRESS_DEADLINE', 'number', least=0, of=('Training.progress_deadline',)),
  Setting('HELD_OUT_EXAMPLES', 'whole', least=1, most=2**31 - 1, of=('Training.held_out_examples',)),
  Setting('MESH', 'mesh', none='all devices, on data', of=('Training.mesh', 'Evaluation.mesh', 'Precompile.mesh')),
  Setting(
    'HOST_DEVICES',
    'whole',
    least=1,
    most=4096,
    none='those that are there',
    of=('Training.host_devices', 'Evaluation.host_devices'),
  ),
  Setting('TOPOLOGY', 'topology', none='any', of=('Training.topology', 'Evaluation.topology', 'Precompile.topology')),
)

SELECTION = (
  Setting('CLUSTERS', 'names or count', least=1, none=_ALL, of=('Selection.clusters',)),
  Setting('TASKS', 'names or count', least=1, none=_ALL, of=('Selection.tasks',)),
  Setting('DATASETS_PER_CLUSTER', 'whole', least=1, none=_ALL, of=('Selection.datasets_per_cluster',)),
  Setting('TEMPLATES', 'whole', least=1, most=1000, none=_ALL, of=('Selection.templates',)),
  Setting('TRAIN_EXAMPLES', 'whole', least=1, most=2**31 - 1, none=_ALL, of=('Selection.examples',)),
  Setting('STYLE', 'choice', choices=_STYLES, of=('Selection.style', 'Evaluation.style')),
  Setting('SHOTS', 'whole', least=0, most=16, of=('Selection.shots', 'Evaluation.shots')),
  Setting('SHOT_SEED', 'whole', of=('Selection.shot_seed', 'Evaluation.shot_seed'), **_SEEDS),
  Setting('FEW_SHOT_SHARE', 'number', least=0, most=1, of=('Mixing.few_shot',)),
  Setting('FEW_SHOT_EXEMPLARS', 'whole', least=1, most=16, of=('Mixing.exemplars',)),
  Setting('INVERTED_SHARE', 'number', least=0, most=1, none='as among the templates', of=('Mixing.inverted',)),
  Setting('SHARES', 'shares', least=0, most=1, of=('Mixing.shares',)),
  Setting('CAPS', 'counts', least=1, most=2**31 - 1, of=('Mixing.caps',)),
  Setting('ADDED', 'names', none='nothing', of=('Mixing.added',)),
)

ROWS = (
  _row('TOKENS_PER_BATCH', most=2**31 - 1),
  Setting('ROW_LENGTH', 'whole', of=('Rows.row_length',), **_TOKENS),
  _row('TARGET_SLOTS'),
  _row('INPUTS_LENGTH'),
  _row('TARGETS_LENGTH'),
  Setting('SEPARATORS', 'pair', of=('Rows.separators',)),
  Setting(
    'BEGIN',
    'truth or choice',
    choices=('tokenizer',),
    none='as the run was trained',
    of=('Training.begin', 'Evaluation.begin'),
  ),
  Setting('OVERFLOW', 'choice', choices=('cut', 'split'), of=('Rows.overflow',)),
)

SCHEDULE = (
  _every('TRAIN_STEPS'),
  _every('SAVE_EVERY'),
  _every('EVAL_EVERY'),
  _every('LOG_EVERY', least=1),
  _every('HELD_OUT_EVERY'),
  _every('KEEP_CHECKPOINTS', least=1, none=_ALL),
  _every('MICROBATCHES', least=1),
  Setting('NAN_POLICY', 'choice', choices=('stop', 'skip'), of=('Schedule.nan_policy',)),
  Setting('LOSS_SPIKE', 'number', least=0, most=1e6, of=('Schedule.loss_spike',)),
)

OPTIMIZER = (
  _optimizer('OPTIMIZER', 'name', 'choice', choices=('adafactor', 'adam', 'adamw')),
  _optimizer('LEARNING_RATE', 'learning_rate', 'number', above=0, most=1e6),
  _optimizer('SCHEDULE', 'schedule', 'choice', choices=('constant', 'cosine', 'inverse_sqrt')),
  _optimizer('WARMUP_STEPS', 'warmup_steps', 'whole', **_STEPS),
  _optimizer('DECAY_STEPS', 'decay_steps', 'whole', **_STEPS),
  _optimizer('CLIP', 'clip', 'number', above=0, most=1e30, none='any norm'),
  _optimizer('PARAMETER_SCALE', 'multiply_by_parameter_scale', 'truth'),
  _optimizer('BETAS', 'betas', 'two numbers', least=0, below=1),
  _optimizer('WEIGHT_DECAY', 'weight_decay', 'number', least=0, most=1e6),
  _optimizer('FROZEN', 'frozen', 'patterns'),
  Setting('Z_LOSS', 'number', least=0, most=1e6, of=('LossConfig.z_loss',)),
  Setting('LABEL_SMOOTHING', 'number', least=0, below=1, of=('LossConfig.label_smoothing',)),
)

ADAPTER = (
  Setting('ADAPTER', 'choice', choices=('lora', 'prompt'), none='all parameters are trained', of=('Adapter.kind',)),
  Setting('ADAPTER_RANK', 'whole', least=1, most=2**16, of=('Adapter.rank',)),
  Setting('ADAPTER_ALPHA', 'number', above=0, most=1e6, of=('Adapter.alpha',)),
  Setting('ADAPTER_TARGETS', 'patterns', of=('Adapter.targets',)),
  Setting('ADAPTER_SCALE', 'choice', choices=('lora', 'rslora'), of=('Adapter.scale',)),
  Setting('BASE_DTYPE', 'choice', choices=('bfloat16', 'float32'), of=('Adapter.base_dtype',)),
  Setting('PROMPT_LENGTH', 'whole', least=1, most=2**12, of=('Adapter.length',)),
  Setting('tokens', 'whole', 'tokens of the vocabulary', least=1, most=2**24, none='all rows', of=('Adapter.tokens',)),
)

EVALUATION = (
  Setting('MODEL_DIR', 'model', inside=RUN_FOLDERS, of=('Evaluation.model_dir',)),
  Setting('OUTPUT_DIR', 'made', none='MODEL_DIR, of a public model evaluations/NAME', of=('Evaluation.output_dir',)),
  Setting('HELD_OUT', 'text', none='what the run held out', of=('Evaluation.held_out',)),
  Setting('VOCABULARY', 'path', none="the run's", of=('Evaluation.vocabulary',)),
  Setting('HELD_IN', 'joined', of=('Evaluation.held_in',)),
  Setting('ONLY', 'some', choices=('all', 'both', 'untuned', 'plain', 'tuned'), of=('Evaluation.only',)),
  Setting('STEP', 'whole', none='the last', of=('Evaluation.step', 'FlanJax.step'), **_STEPS),
  Setting('LIMIT', 'whole', least=1, most=2**31 - 1, none=_ALL, of=('Evaluation.limit',)),
  Setting('HELD_IN_TEST', 'truth', of=('Evaluation.held_in_test',)),
  Setting('RANKING', 'choice', choices=('sum', 'normalised', 'calibrated'), of=('Evaluation.ranking',)),
  Setting('ANSWER_BY', 'choice', choices=('rank', 'decode', 'both'), of=('Evaluation.answer_by',)),
  Setting(
    'SEPARATORS',
    'choice or pair',
    choices=('run', 'newline', 'chat', 'end'),
    none="a tuned run's own, of an untuned model the best on dev",
    of=('Evaluation.separators',),
  ),
  Setting('ROW_LENGTH', 'whole', none="the run's", of=('Evaluation.row_length', 'FlanJax.max_length'), **_TOKENS),
  Setting('ROWS', 'whole', least=1, most=2**20, none='from TOKENS_PER_FORWARD', of=('Evaluation.rows',)),
  Setting(
    'TOKENS_PER_FORWARD', 'whole', none='automatic', of=('Evaluation.tokens_per_forward',), least=1, most=2**31 - 1
  ),
  Setting('DECODE_TOKENS', 'whole', none="the run's", of=('Evaluation.decode_tokens',), **_TOKENS),
  Setting(
    'continuous',
    'number',
    'seconds to wait for a checkpoint',
    least=0,
    most=1e9,
    none='one evaluation',
    of=('Evaluation.continuous',),
  ),
)

DECODER = (
  _decoder('LAYERS', 'whole', least=1, most=2**14),
  _decoder('D_MODEL', 'whole', least=1, most=2**20),
  _decoder('HEADS', 'whole', least=1, most=2**16),
  _decoder('HEAD_DIM', 'whole', least=1, most=2**16),
  _decoder('D_FF', 'whole', least=1, most=2**24),
  _decoder('KV_HEADS', 'whole', least=1, most=2**16, none='HEADS'),
  _decoder('ACTIVATION', 'choice', choices=('gelu', 'silu', 'gelu_exact', 'relu')),
  _decoder('POSITIONS', 'choice', choices=('relative', 'rope', 'learned', 'none')),
  _decoder('WINDOWS', 'windows', least=0, most=2**31 - 1),
  _decoder('TIED_EMBEDDINGS', 'truth'),
  _decoder('ATTENTION', 'choice', choices=('auto', 'xla', 'splash', 'cudnn')),
  _decoder('DTYPE', 'choice', choices=('bfloat16', 'float16', 'float32', 'float64')),
  _decoder('REMAT', 'choice', choices=('none', 'dots', 'full')),
  _decoder('SCAN', 'truth'),
  _decoder('vocab_size', 'whole', 'rows of the token table', least=1, most=2**24, none="the vocabulary's"),
  Setting('VOCAB_SIZE', 'whole', least=1, most=2**24, of=('Precompile.vocab_size',)),
  _decoder('relative_buckets', 'whole', 'buckets of relative positions', least=2, most=2**16),
  _decoder('relative_max_distance', 'whole', 'distance of the last bucket', **_TOKENS),
  _decoder('norm_epsilon', 'number', 'epsilon of the norms', above=0, below=1),
  _decoder('norm', 'choice', 'kind of the norms', choices=('rms', 'layer')),
  _decoder('norm_offset', 'number', 'added to the scale of the norms', least=-1e30, most=1e30),
  _decoder('norm_places', 'choice', 'where norms stand', choices=('before', 'after', 'both')),
  _decoder('parallel_residual', 'truth', 'whether attention and hidden layer read the same input'),
  _decoder('gated_mlp', 'truth', 'whether the hidden units have a gate'),
  _decoder('rope_theta', 'number', 'base of the rotary frequencies', above=0, most=1e30),
  _decoder('rope_scaling', 'choice', 'scaling of the rotary frequencies', choices=('none', 'linear', 'llama3', 'yarn')),
  _decoder('rope_factor', 'number', 'factor of the scaling', above=0, most=1e30),
  _decoder('rope_low_frequency', 'number', 'low-frequency factor of the scaling', least=0, most=1e30),
  _decoder('rope_high_frequency', 'number', 'high-frequency factor of the scaling', above=0, most=1e30),
  _decoder('rope_original_length', 'whole', 'original length of the scaling', least=1, most=2**31 - 1),
  _decoder(
    'rope_attention_factor', 'number', 'factor of queries and keys in yarn', above=0, most=1e30, none='by its factor'
  ),
  _decoder('rope_dims', 'whole', 'entries of a head that are rotated', least=2, most=2**16, none='all'),
  _decoder('rope_layers', 'windows', 'layers that rotate, 1, or do not, 0; repeated over the layers', least=0, most=1),
  _decoder(
    'rope_local_theta', 'number', 'rope_theta of layers with a window', above=0, most=1e30, none='as the others'
  ),
  _decoder('position_rows', 'whole', 'length of the table of learned positions', none='no table', **_TOKENS),
  _decoder('qk_norm', 'truth', 'whether queries and keys are normalised'),
  _decoder('qk_norm_over', 'choice', 'what queries and keys are normalised over', choices=('head', 'projection')),
  _decoder('attention_scalar', 'number', 'scores are divided by its root', above=0, most=1e30, none='HEAD_DIM'),
  _decoder('attention_soft_cap', 'number', 'soft cap of attention scores', above=0, most=1e30, none='no cap'),
  _decoder('logit_soft_cap', 'number', 'soft cap of logits', above=0, most=1e30, none='no cap'),
  _decoder('qkv_bias', 'truth', 'whether query, key and value have a bias'),
  _decoder('out_bias', 'truth', 'whether the attention output has a bias'),
  _decoder('mlp_bias', 'truth', 'whether the hidden layers have a bias'),
  _decoder('embedding_scale', 'number', 'factor of the embedded input', above=0, most=1e30),
  _decoder('logit_scale', 'number', 'factor of the logits', above=0, most=1e30, none='by the embedding'),
)

CALLS = (
  Setting(
    'optimizer', 'optimizer', 'keyword arguments of optim.optimizer', of=('Training.optimizer', 'Precompile.optimizer')
  ),
  Setting('dev_steps', 'whole', 'batches of a dev loss', of=('Training.dev_steps',), least=1, most=2**31 - 1),
  Setting('profile', 'window', 'steps to trace', none='none', of=('Training.profile',)),
  Setting(
    'dry_run',
    'truth',
    'whether to stop after the checks',
    of=('Training.dry_run', 'Evaluation.dry_run', 'Precompile.dry_run'),
  ),
  Setting(
    'microbatches',
    'whole',
    'parts of a step, computed one after the other',
    least=1,
    most=2**31 - 1,
    of=('Precompile.microbatches',),
  ),
  Setting('train_steps', 'whole', 'steps of the run', of=('Precompile.train_steps',), **_STEPS),
  Setting('mode', 'choice', 'what is compiled', choices=('train', 'score', 'generate'), of=('Precompile.mode',)),
  Setting('tries', 'whole', 'programs that a search compiles', least=0, most=10**6, of=('Precompile.tries',)),
  Setting('model', 'object', 'DecoderConfig', of=('Training.model', 'Precompile.model')),
  Setting('rows', 'object', 'Rows', of=('Training.rows', 'Precompile.rows')),
  Setting('schedule', 'object', 'Schedule', of=('Training.schedule',)),
  Setting('selection', 'object', 'Selection', none='all', of=('Training.selection',)),
  Setting('mixing', 'object', 'Mixing', none='by size', of=('Training.mixing',)),
  Setting(
    'adapter', 'object', 'Adapter', none='all parameters are trained', of=('Training.adapter', 'Precompile.adapter')
  ),
  Setting('loss', 'object', 'LossConfig', none='plain', of=('Training.loss', 'Precompile.loss')),
)

HARNESS = (
  Setting('model_dir', 'model', 'folder of the run', inside=RUN_FOLDERS, of=('FlanJax.model_dir',)),
  Setting('vocabulary', 'path', 'file of the vocabulary', none="the run's", of=('FlanJax.vocabulary',)),
  Setting(
    'dtype',
    'choice',
    'type of the computation',
    none="the run's",
    choices=('auto', 'float32', 'bfloat16'),
    of=('FlanJax.dtype',),
  ),
  Setting('max_gen_toks', 'whole', 'longest text, in tokens', of=('FlanJax.max_gen_toks',), **_TOKENS),
  Setting(
    'add_bos_token',
    'truth',
    'whether the beginning token stands before each text',
    none='as trained',
    of=('FlanJax.add_bos_token',),
  ),
  Setting(
    'prefix_token_id',
    'whole',
    'context of texts without one',
    least=0,
    most=2**24,
    none='the beginning, or the end of sequence',
    of=('FlanJax.prefix_token_id',),
  ),
  Setting('seed', 'whole', 'seed of sampling', of=('FlanJax.seed',), **_SEEDS),
  *(
    Setting(
      axis, 'whole', 'size of an axis of the mesh', least=-1, most=2**24, none='not spread', of=(f'FlanJax.{axis}',)
    )
    for axis in ('data', 'fsdp', 'tensor')
  ),
)

SETTINGS = (*RUN, *SELECTION, *ROWS, *SCHEDULE, *OPTIMIZER, *ADAPTER, *EVALUATION, *DECODER, *CALLS, *HARNESS)
PARAMETERS.update({name: setting for setting in SETTINGS for name in setting.of})
