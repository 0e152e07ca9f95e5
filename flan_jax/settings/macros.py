"""What gin files and Python calls set: each macro, and each parameter without one.

The meaning is what a message says of it; the table of docs/how-to/train.md says more. A parameter that no
macro sets has a name in small letters.
"""

from flan_jax.settings.kinds import Setting

_SEEDS = dict(least=0, most=2**32 - 1)
_STEPS = dict(least=0, most=2**31 - 1)  # a step is an int32
_TOKENS = dict(least=1, most=2**24)
_ALL = 'all'
_STYLES = ('instructions', 'name', 'none', 'plain')


def _optimizer(name: str, parameter: str, kind: str, meaning: str, **rest) -> Setting:
  return Setting(name, kind, meaning, of=(f'optimizer.{parameter}',), **rest)


def _decoder(name: str, kind: str, meaning: str, **rest) -> Setting:
  return Setting(name, kind, meaning, of=(f'DecoderConfig.{name.lower()}',), **rest)


def _row(name: str, meaning: str, **rest) -> Setting:
  return Setting(
      name, 'whole', meaning, of=(f'Rows.{name.lower()}',), **{**_TOKENS, **rest})


def _every(name: str, meaning: str, **rest) -> Setting:
  return Setting(
      name, 'whole', meaning, of=(f'Schedule.{name.lower()}',), **{**_STEPS, **rest})


RUN = (
    Setting('MODEL_DIR', 'made', 'where the run lives',
            of=('train.model_dir', 'evaluate.model_dir')),
    Setting('HELD_OUT', 'text', 'the cluster that stays unseen', none='nothing',
            of=('train.held_out',)),
    Setting('MIXTURE', 'text', 'a SeqIO mixture or task', none='what holding out leaves',
            of=('train.mixture',)),
    Setting('VOCABULARY', 'path', 'a SentencePiece model or a tokenizer.json',
            none='FLAN_VOCABULARY', of=('train.vocabulary',)),
    Setting('STORE_DIR', 'folder', 'of the prompt store', none='`store` in the data_dir',
            of=('train.store_dir',)),
    Setting('INIT_FROM', 'folder', 'MODEL_DIR of the run that gives the parameters',
            none='from scratch', of=('train.init_from',)),
    Setting('SEED', 'whole', 'of parameters, templates and order', of=('train.seed',),
            **_SEEDS),
    Setting('HELD_OUT_EXAMPLES', 'whole', 'of the dev set of each held-out dataset',
            least=1, most=2**31 - 1, of=('train.held_out_examples',)),
    Setting('MESH', 'mesh', 'sizes of the axes data, fsdp and tensor',
            none='all devices, on data',
            of=('train.mesh', 'evaluate.mesh', 'precompile.mesh')),
    Setting('HOST_DEVICES', 'whole', 'devices made of the processor', least=1, most=4096,
            none='those that are there',
            of=('train.host_devices', 'evaluate.host_devices')),
    Setting('TOPOLOGY', 'topology', 'the hardware that a mesh is for', none='any',
            of=('train.topology', 'evaluate.topology', 'precompile.topology')))

SELECTION = (
    Setting('CLUSTERS', 'names or count', 'a part of the mixture', least=1, none=_ALL,
            of=('Selection.clusters',)),
    Setting('TASKS', 'names or count', 'a part of the mixture', least=1, none=_ALL,
            of=('Selection.tasks',)),
    Setting('DATASETS_PER_CLUSTER', 'whole', 'a part of the mixture', least=1, none=_ALL,
            of=('Selection.datasets_per_cluster',)),
    Setting('TEMPLATES', 'whole', 'of each dataset', least=1, most=1000, none=_ALL,
            of=('Selection.templates',)),
    Setting('STYLE', 'choice', 'how datasets are asked', choices=_STYLES,
            of=('Selection.style', 'evaluate.style')),
    Setting('SHOTS', 'whole', 'exemplars before each prompt', least=0, most=16,
            of=('Selection.shots', 'evaluate.shots')),
    Setting('SHOT_SEED', 'whole', 'of the drawing of exemplars',
            of=('Selection.shot_seed', 'evaluate.shot_seed'), **_SEEDS))

ROWS = (
    _row('TOKENS_PER_BATCH', 'tokens of a step, over all hosts', most=2**31 - 1),
    Setting('ROW_LENGTH', 'whole', 'tokens of a packed row', of=('Rows.row_length',),
            **_TOKENS),
    _row('TARGET_SLOTS', 'targets that a row may hold'),
    _row('INPUTS_LENGTH', 'tokens of the inputs at most'),
    _row('TARGETS_LENGTH', 'tokens of the targets at most'),
    Setting('SEPARATORS', 'pair', 'what ends inputs and targets', of=('Rows.separators',)),
    Setting('BEGIN', 'truth or choice', 'whether a token begins each text',
            choices=('tokenizer',), none='as the run was trained',
            of=('train.begin', 'evaluate.begin')),
    Setting('OVERFLOW', 'choice', 'what becomes of longer targets',
            choices=('cut', 'split'), of=('Rows.overflow',)))

SCHEDULE = (
    _every('TRAIN_STEPS', 'steps of the run'),
    _every('SAVE_EVERY', 'steps between checkpoints; 0: at the end'),
    _every('EVAL_EVERY', 'steps between looks at the dev loss; 0: never'),
    _every('LOG_EVERY', 'steps between records', least=1),
    _every('HELD_OUT_EVERY', 'steps between looks at what is held out; 0: never'),
    _every('KEEP_CHECKPOINTS', 'the last so many stay', least=1, none=_ALL),
    _every('MICROBATCHES', 'parts that the rows of a step are taken in', least=1),
    Setting('NAN_POLICY', 'choice', 'what becomes of a step that is not finite',
            choices=('stop', 'skip'), of=('Schedule.nan_policy',)))

OPTIMIZER = (
    _optimizer('OPTIMIZER', 'name', 'choice', 'the update rule',
               choices=('adafactor', 'adam', 'adamw')),
    _optimizer('LEARNING_RATE', 'learning_rate', 'number', 'at its peak', above=0,
               most=1e6),
    _optimizer('SCHEDULE', 'schedule', 'choice', 'of the learning rate',
               choices=('constant', 'cosine', 'inverse_sqrt')),
    _optimizer('WARMUP_STEPS', 'warmup_steps', 'whole', 'until the peak', **_STEPS),
    _optimizer('DECAY_STEPS', 'decay_steps', 'whole', "where 'cosine' ends", **_STEPS),
    _optimizer('CLIP', 'clip', 'number', 'norm of the gradient at most', above=0,
               most=1e30, none='any norm'),
    _optimizer('PARAMETER_SCALE', 'multiply_by_parameter_scale', 'truth',
               "whether Adafactor's step is relative to the parameter"),
    _optimizer('BETAS', 'betas', 'two numbers', 'of adam and adamw', least=0, below=1),
    _optimizer('WEIGHT_DECAY', 'weight_decay', 'number', 'of adamw', least=0, most=1e6),
    _optimizer('FROZEN', 'frozen', 'patterns', 'parameters that stay as they are'),
    Setting('Z_LOSS', 'number', 'added to the cross-entropy', least=0, most=1e6,
            of=('LossConfig.z_loss',)),
    Setting('LABEL_SMOOTHING', 'number', 'share of a target spread over the others',
            least=0, below=1, of=('LossConfig.label_smoothing',)))

EVALUATION = (
    Setting('HELD_OUT', 'text', "the cluster, or 'none'", none='what the run held out',
            of=('evaluate.held_out',)),
    Setting('VOCABULARY', 'path', 'a file', none="the run's", of=('evaluate.vocabulary',)),
    Setting('HELD_IN', 'joined', 'clusters or tasks that were trained on',
            of=('evaluate.held_in',)),
    Setting('ONLY', 'some', 'which models',
            choices=('all', 'both', 'untuned', 'plain', 'tuned'), of=('evaluate.only',)),
    Setting('STEP', 'whole', 'of the tuned checkpoint', none='the last',
            of=('evaluate.step', 'FlanJax.step'), **_STEPS),
    Setting('LIMIT', 'whole', 'examples of each split', least=1, most=2**31 - 1,
            none=_ALL, of=('evaluate.limit',)),
    Setting('HELD_IN_TEST', 'truth', 'whether what was trained on is tested too',
            of=('evaluate.held_in_test',)),
    Setting('RANKING', 'choice', 'how options are compared',
            choices=('sum', 'normalised', 'calibrated'), of=('evaluate.ranking',)),
    Setting('ANSWER_BY', 'choice', 'how classification is answered',
            choices=('rank', 'decode', 'both'), of=('evaluate.answer_by',)),
    Setting('ROW_LENGTH', 'whole', 'tokens of the longest row', none="the run's",
            of=('evaluate.row_length', 'FlanJax.max_length'), **_TOKENS),
    Setting('ROWS', 'whole', 'of a forward pass, on each device', least=1, most=2**20,
            none='by TOKENS_PER_FORWARD', of=('evaluate.rows',)),
    Setting('TOKENS_PER_FORWARD', 'whole', 'on each device', none='a good number',
            of=('evaluate.tokens_per_forward',), least=1, most=2**31 - 1),
    Setting('DECODE_TOKENS', 'whole', 'of a decoded answer', none="the run's",
            of=('evaluate.decode_tokens',), **_TOKENS),
    Setting('continuous', 'number', 'seconds to wait for a checkpoint', least=0,
            most=1e9, none='one evaluation', of=('evaluate.continuous',)))

DECODER = (
    _decoder('LAYERS', 'whole', 'of the model', least=1, most=2**14),
    _decoder('D_MODEL', 'whole', 'its width', least=1, most=2**20),
    _decoder('HEADS', 'whole', 'of attention', least=1, most=2**16),
    _decoder('HEAD_DIM', 'whole', 'width of a head', least=1, most=2**16),
    _decoder('D_FF', 'whole', 'hidden units', least=1, most=2**24),
    _decoder('KV_HEADS', 'whole', 'of keys and values', least=1, most=2**16,
             none='HEADS'),
    _decoder('ACTIVATION', 'choice', 'of the hidden units',
             choices=('gelu', 'silu', 'gelu_exact', 'relu')),
    _decoder('POSITIONS', 'choice', 'how places are known',
             choices=('relative', 'rope', 'none')),
    _decoder('WINDOWS', 'windows', 'tokens that each layer sees; 0: all', least=0,
             most=2**31 - 1),
    _decoder('TIED_EMBEDDINGS', 'truth', 'whether both ends share a table'),
    _decoder('ATTENTION', 'choice', 'which program computes it',
             choices=('auto', 'xla', 'splash', 'cudnn')),
    _decoder('DTYPE', 'choice', 'of the computation',
             choices=('bfloat16', 'float16', 'float32', 'float64')),
    _decoder('REMAT', 'choice', 'what the backward pass computes again',
             choices=('none', 'dots', 'full')),
    _decoder('SCAN', 'truth', 'one program for all layers'),
    _decoder('vocab_size', 'whole', 'rows of the token table', least=1, most=2**24,
             none="the vocabulary's"),
    Setting('VOCAB_SIZE', 'whole', 'of a vocabulary that is not there', least=1,
            most=2**24, of=('precompile.vocab_size',)),
    _decoder('relative_buckets', 'whole', 'of positions', least=2, most=2**16),
    _decoder('relative_max_distance', 'whole', 'of the last bucket', **_TOKENS),
    _decoder('norm_epsilon', 'number', 'of RMSNorm', above=0, below=1),
    _decoder('rope_theta', 'number', 'base of the rotary frequencies', above=0, most=1e30),
    _decoder('rope_scaling', 'choice', 'of the rotary frequencies',
             choices=('none', 'linear', 'llama3')),
    _decoder('rope_factor', 'number', 'of the scaling', above=0, most=1e30),
    _decoder('rope_low_frequency', 'number', 'of the scaling', least=0, most=1e30),
    _decoder('rope_high_frequency', 'number', 'of the scaling', above=0, most=1e30),
    _decoder('rope_original_length', 'whole', 'of the scaling', least=1, most=2**31 - 1),
    _decoder('qk_norm', 'truth', 'whether queries and keys are normalised'),
    _decoder('attention_soft_cap', 'number', 'of scores', above=0, most=1e30,
             none='no cap'),
    _decoder('logit_soft_cap', 'number', 'of logits', above=0, most=1e30, none='no cap'),
    _decoder('qkv_bias', 'truth', 'whether these kernels have one'),
    _decoder('out_bias', 'truth', 'whether this kernel has one'),
    _decoder('mlp_bias', 'truth', 'whether these kernels have one'),
    _decoder('embedding_scale', 'number', 'of the input', above=0, most=1e30),
    _decoder('logit_scale', 'number', 'of the logits', above=0, most=1e30,
             none='by the embedding'))

CALLS = (
    Setting('optimizer', 'optimizer', 'keyword arguments of optim.optimizer',
            of=('train.optimizer', 'precompile.optimizer')),
    Setting('dev_steps', 'whole', 'batches of a look at the dev loss',
            of=('train.dev_steps',), least=1, most=2**31 - 1),
    Setting('profile', 'window', 'steps to trace', none='none', of=('train.profile',)),
    Setting('dry_run', 'truth', 'whether to stop after the checks', of=(
        'train.dry_run', 'evaluate.dry_run', 'precompile.dry_run')),
    Setting('microbatches', 'whole', 'parts of the rows of a step', least=1,
            most=2**31 - 1, of=('precompile.microbatches',)),
    Setting('train_steps', 'whole', 'of the run', of=('precompile.train_steps',),
            **_STEPS),
    Setting('mode', 'choice', 'what is compiled', choices=('train', 'score', 'generate'),
            of=('precompile.mode',)),
    Setting('tries', 'whole', 'programs that a search compiles', least=0, most=10**6,
            of=('precompile.tries',)),
    Setting('model', 'object', 'DecoderConfig', of=('train.model', 'precompile.model')),
    Setting('rows', 'object', 'Rows', of=('train.rows', 'precompile.rows')),
    Setting('schedule', 'object', 'Schedule', of=('train.schedule',)),
    Setting('selection', 'object', 'Selection', none='all', of=('train.selection',)),
    Setting('loss', 'object', 'LossConfig', none='plain',
            of=('train.loss', 'precompile.loss')))

HARNESS = (
    Setting('model_dir', 'path', 'of the run', of=('FlanJax.model_dir',)),
    Setting('vocabulary', 'path', 'a file', none="the run's", of=('FlanJax.vocabulary',)),
    Setting('dtype', 'choice', 'of the computation', none="the run's",
            choices=('auto', 'float32', 'bfloat16'), of=('FlanJax.dtype',)),
    Setting('max_gen_toks', 'whole', 'of a text', of=('FlanJax.max_gen_toks',), **_TOKENS),
    Setting('add_bos_token', 'truth', 'whether texts begin with it', none='as trained',
            of=('FlanJax.add_bos_token',)),
    Setting('prefix_token_id', 'whole', 'of texts without a context', least=0,
            most=2**24, none='the beginning, or the end of sequence',
            of=('FlanJax.prefix_token_id',)),
    Setting('seed', 'whole', 'of drawing', of=('FlanJax.seed',), **_SEEDS),
    *(Setting(axis, 'whole', 'size of an axis of the mesh', least=-1, most=2**24,
              none='not spread', of=(f'FlanJax.{axis}',))
      for axis in ('data', 'fsdp', 'tensor')))

SETTINGS = (*RUN, *SELECTION, *ROWS, *SCHEDULE, *OPTIMIZER, *EVALUATION, *DECODER, *CALLS,
            *HARNESS)
