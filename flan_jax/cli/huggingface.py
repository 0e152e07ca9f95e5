# SPDX-License-Identifier: Apache-2.0
"""Command: public checkpoints in and out, as folders that transformers reads.

An import is a MODEL_DIR at step 0 that was trained on nothing known here; it serves as
INIT_FROM and can be evaluated. DST/model.gin states its DecoderConfig and vocabulary.
"""

import contextlib
import dataclasses
import functools
import json
import os
import shutil
import sys
from typing import Any, Callable, Iterator, Mapping, Sequence

from flan_jax import storage
from flan_jax.cli import commandline, huggingface_adapter
from flan_jax.data.tokenizers import ends as ends_lib
from flan_jax.data.tokenizers import tokenizer_files
from flan_jax.errors import UserError
from flan_jax.runs import evaluation_request, registration

CONFIG, INDEX, WHOLE = 'config.json', 'model.safetensors.index.json', 'model.safetensors'
TOKENIZERS = ('tokenizer.json', 'tokenizer.model')
FLOATS = ('F64', 'F32', 'F16', 'BF16')
FILE_BYTES = 4 * 2**30  # of an exported file; that much is in memory at a time
# Of an imported config.json, what an export hands on.
KEPT = ('max_position_embeddings', 'bos_token_id', 'eos_token_id', 'pad_token_id')


def main(arguments: Sequence[str]) -> None:
  made = commandline.parser(
    'huggingface',
    """
      Converts a folder of a public model (config.json and safetensors; Llama, Mistral,
      Qwen, SmolLM, Gemma, OLMo, Phi, GPT-NeoX, GPT-2) to a MODEL_DIR, and the last
      checkpoint of a run to such a folder:

        flan_jax huggingface import FOLDER MODEL_DIR
        flan_jax train --gin_file=MODEL_DIR/model.gin \\
          --gin.INIT_FROM="'MODEL_DIR'" ...
        flan_jax huggingface export MODEL_DIR FOLDER

      Parameters become float32. The tokenizer's files are copied beside them, and tell
      what ends and begins a text.""",
  )
  made.add_argument('direction', choices=('import', 'export'))
  made.add_argument('src', metavar='SRC', help='what to read')
  made.add_argument('dst', metavar='DST', help='folder to write, which must not exist')
  made.add_argument(
    '--vocabulary',
    metavar='FILE',
    help="import: a vocabulary's file, or 'bytes' (default: the folder's tokenizer.json or tokenizer.model)",
  )
  made.add_argument('--fsdp', default=1, metavar='N', help='devices to spread the parameters over (default: 1)')
  made.add_argument('--step', help='export: of the checkpoint (default: last)')
  made.add_argument('--adapter', action='store_true', help="export: a run's LoRA alone, as a folder of peft")
  made.add_argument('--base', metavar='MODEL_DIR', help='import: of a folder of peft, the run that it is beside')
  flags = commandline.parse(made, arguments)
  if flags.adapter or huggingface_adapter.is_folder(flags.src):
    _check_new(flags.dst)
    huggingface_adapter.convert(flags)
  elif flags.direction == 'import':
    import_folder(flags.src, flags.dst, flags.vocabulary, flags.fsdp)
  else:
    export_folder(flags.src, flags.dst, flags.step, flags.fsdp)


def import_folder(src: str, dst: str, vocabulary: str | None = None, fsdp: int = 1) -> None:
  """Writes a MODEL_DIR; every shard is read from the files by itself.

  Raises:
    UserError: SRC is no folder of a family, its tensors are missing, unknown or of
      other sizes, the vocabulary does not fit, DST exists.
  """
  from flan_jax.model import families

  values = _read_config(src)
  config, family = _described(values, src), values['model_type']
  _check_new(dst)
  with contextlib.ExitStack() as files:
    tensors = {families.canonical(family, name): part for name, part in _open_tensors(src, files).items()}
    _check_tensors(src, tensors, families.tensors(family, config), functools.partial(families.ignored, family))
    words, ends = _vocabulary(src, vocabulary, config)
    read = lambda name, at: tensors[name][at]
    params = families.read_params(family, config, _placed(config, fsdp), read)
    _save(dst, params)
  tokenizer_files.take_import(src, dst, words.path)
  _write_run(dst, config, _kept_vocabulary(dst, words), ends, values, src)
  print(
    f'imported {src} ({values["model_type"]}): MODEL_DIR {dst}, its model and '
    f'vocabulary in {os.path.join(dst, "model.gin")}. What it was trained on is not '
    'known here, and it was not tuned here: `generate` asks it plainly'
  )
  print(ends.described(words.piece))


def _read_config(src: str) -> dict:
  path = os.path.join(src, CONFIG)
  if not os.path.exists(path):
    raise UserError(f'{src} has no {CONFIG}; name a folder of a public model')
  return storage.read_object(path)


def _described(values: Mapping, src: str):
  """The DecoderConfig; what cannot be is told with the folder that it is in."""
  from flan_jax.model import families

  try:
    return families.read_config(values)
  except UserError as error:
    raise UserError(f'{src}: {error}') from None


def _check_new(dst: str) -> None:
  if os.path.exists(dst) and (not os.path.isdir(dst) or os.listdir(dst)):
    raise UserError(f'{dst} exists; name a new folder, or remove it. Nothing was changed')


def _open_tensors(src: str, files: contextlib.ExitStack) -> dict[str, Any]:
  """Name -> a slice of the file, which reads only what it is indexed with."""
  import jax  # noqa: F401, makes bfloat16 a type of numpy
  import safetensors

  tensors = {}
  for name in _file_names(src):
    path = os.path.join(src, name)
    try:
      file = files.enter_context(safetensors.safe_open(path, 'np'))
    except FileNotFoundError:
      raise UserError(f'{path} is missing; download the whole folder') from None
    except (OSError, safetensors.SafetensorError) as error:
      raise UserError(f'{path} is broken ({error}); download it again') from None
    tensors |= {key: file.get_slice(key) for key in file.keys()}
  return tensors


def _file_names(src: str) -> list[str]:
  index = os.path.join(src, INDEX)
  if os.path.exists(index):
    place = storage.read_object(index).get('weight_map')
    if not isinstance(place, dict):
      raise UserError(f'{index} has no object weight_map; download it again')
    for key, name in place.items():
      if not isinstance(name, str) or not name:
        raise UserError(f'{index}: weight_map has {name!r} as the file of {key}; download it again')
    return sorted(set(place.values()))
  if os.path.isfile(os.path.join(src, WHOLE)):
    return [WHOLE]
  raise UserError(f'{src} has neither {WHOLE} nor {INDEX}; other formats are not read')


def _check_tensors(src: str, found: Mapping, wanted: Mapping, ignored: Callable[[str], bool]) -> None:
  spare = [name for name in found if name not in wanted and not ignored(name)]
  for names, what in (([n for n in wanted if n not in found], 'lacks'), (spare, 'has, unknown to its family,')):
    if names:
      rest = f' and {len(names) - 3} more' if len(names) > 3 else ''
      raise UserError(f'{src} {what} {len(names)} tensors: {", ".join(names[:3])}{rest}')
  for name, shape in wanted.items():
    there, kind = tuple(found[name].get_shape()), found[name].get_dtype()
    if there != shape:
      raise UserError(f'{src}: {name} is {there}, by {CONFIG} it must be {shape}')
    if kind not in FLOATS:
      raise UserError(
        f'{src}: {name} is of type {kind}; only {", ".join(FLOATS)} are read, export the model without quantization'
      )


def _vocabulary(src: str, path: str | None, config):
  """(the vocabulary, in force, and what ends and begins a text of the model)."""
  with registration.quietly():
    from flan_jax.data import vocabulary
  inside = [os.path.join(src, name) for name in TOKENIZERS]
  path = path or next(filter(os.path.isfile, inside), None)
  if path is None:
    raise UserError(f'{src} has no {" or ".join(TOKENIZERS)}; name the vocabulary with --vocabulary=FILE')
  vocabulary.FLAN.use(path)
  ends = ends_lib.of_folder(src, vocabulary.FLAN.words) or vocabulary.FLAN.ends
  vocabulary.FLAN.use(path, ends)
  if vocabulary.FLAN.vocab_size > config.vocab_size:
    raise UserError(
      f'the vocabulary {path} has {vocabulary.FLAN.vocab_size} tokens, the '
      f'model {config.vocab_size} rows; name its own with --vocabulary=FILE'
    )
  return vocabulary.FLAN, ends


def _placed(config, fsdp: int):
  import jax

  from flan_jax.model import decoder
  from flan_jax.training import sharding

  layout = sharding.mesh({'fsdp': fsdp}, jax.devices()[:fsdp])
  return sharding.param_shardings(layout, decoder.parameter_axes(config), decoder.abstract_params(config))


def _save(dst: str, params) -> None:
  from flan_jax.training import checkpoint

  with checkpoint.manager(dst) as checkpoints:
    checkpoint.save_items(checkpoints, 0, {'params': params})
    checkpoint.finish(checkpoints, 0)


def _kept_vocabulary(dst: str, words):
  """The vocabulary as run.json has it, its file copied into DST."""
  from flan_jax.training import run_file

  path = words.path
  if os.path.isfile(path):
    path = os.path.join(os.path.abspath(dst), os.path.basename(path))
    shutil.copyfile(words.path, path)
  return run_file.Vocabulary(path, words.content_hash)


def _write_run(dst: str, config, words, ends, values: Mapping, src: str) -> None:
  import flan_jax
  from flan_jax.training import checkpoint

  lines = [f'decoder.DecoderConfig.{name} = {value!r}' for name, value in dataclasses.asdict(config).items()]
  storage.write_whole(
    os.path.join(dst, 'model.gin'),
    '\n'.join(
      [
        '# What an imported model is; follows the run file.',
        'from __gin__ import dynamic_registration',
        'from flan_jax.model import decoder',
        '',
        f'VOCABULARY = {words.path!r}',
        *lines,
        '',
      ]
    ),
  )
  checkpoint.write_run(
    dst,
    checkpoint.Run(
      version=flan_jax.__version__,
      data='unknown',
      mixture='imported',
      held_out=None,
      tasks={},
      model=config,
      vocabulary=words,
      ends=ends.told(),
      rows=_rows(config),
      seed=0,
      init_from=None,
      imported_from=os.path.abspath(src),
      imported={key: values[key] for key in ('model_type', *KEPT) if key in values},
    ).to_json(),
  )


def _rows(config):
  """The paper's (section 2.4), as nothing was tuned; shorter if positions are fewer."""
  from flan_jax.training import rows

  length = min(2048, config.position_rows or 2048)
  targets, slots = min(256, -(-length // 5)), max(640 * length // 2048, -(-length // 5))
  return rows.Rows(4 * length, length, min(640, slots), max(min(1024, length - targets), 1), targets)


def export_folder(src: str, dst: str, step: int | None = None, fsdp: int = 1) -> None:
  """Writes config.json, safetensors and the tokenizer of a run's checkpoint.

  Raises:
    UserError: no run or checkpoint in SRC, a model that no family can describe, DST
      exists.
  """
  import jax

  from flan_jax.model import families
  from flan_jax.training import checkpoint, sharding

  run = huggingface_adapter.exported(src)
  kept = _kept_of_imports(src)
  length = kept.get('max_position_embeddings', run.rows.row_length)
  values = families.write_config(run.model, length, kept.pop('model_type', None))
  family = values['model_type']
  _check_new(dst)
  path = evaluation_request.own_vocabulary(run.vocabulary, src)
  words, ends = _read_ends(run, path, src)
  if words:
    ends = dataclasses.replace(ends, ends=ends.stops(run.rows.separators[1], words.encode))
  tokens = {key: value for key, value in kept.items() if key.endswith('_token_id')}
  values |= kept | tokenizer_files.tokens(ends, tokens)
  layout = sharding.mesh({'fsdp': fsdp}, jax.devices()[:fsdp])
  loaded = checkpoint.load(src, step, mesh=layout)
  os.makedirs(dst, exist_ok=True)
  written = families.written_tensors(family, run.model, loaded.params)
  _write_tensors(dst, families.tensors(family, run.model), written)
  _copy_vocabulary(dst, path, run.vocabulary)
  storage.write_whole(os.path.join(dst, CONFIG), json.dumps(values, indent=2))
  tokenizer_files.give(src, dst, ends, words)
  tokenizer_files.write_generation(dst, ends, values)
  print(f'exported step {loaded.step} of {src} as {family}: {dst}')
  if words:
    print(ends.described(words.piece))
    _tell_limits(dst, words, family)


def _kept_of_imports(src: str) -> dict[str, Any]:
  """What the imports that a run comes from told, as KEPT names it, and their family."""
  from flan_jax.training import checkpoint

  past = [(one.imported or {}).items() for one in reversed(checkpoint.lineage(src))]
  return {key: value for items in past for key, value in items if key in ('model_type', *KEPT)}


def _tell_limits(dst: str, words: Any, model_type: str) -> None:
  """What transformers does not read as it stands."""
  if words.is_sentencepiece and model_type == 'qwen2':
    print(
      'notice: transformers reads every tokenizer of a qwen2 as one of bytes; load '
      f'that of {dst} as transformers.PreTrainedTokenizerFast',
      file=sys.stderr,
    )


def _read_ends(run: Any, path: str | None, src: str) -> tuple:
  """(the vocabulary or None if it is gone, what ends and begins a text of a run)."""
  with registration.quietly():
    from flan_jax.data import vocabulary
  words = path and vocabulary.opened(path)
  ends = ends_lib.of_run(run.ends, run.imported, words) if words or run.ends else None
  if not ends:
    raise UserError(
      f'{src} does not tell what ends a text, and its vocabulary '
      f'{run.vocabulary.path}, which does, is gone; bring it back'
    )
  return words, ends


def _write_tensors(dst: str, shapes: Mapping[str, Sequence[int]], tensors: Iterator[tuple[str, Callable]]) -> None:
  """float32, in one file or in several with an index."""
  import numpy as np
  from safetensors.numpy import save_file

  fetch, sizes = dict(tensors), {n: 4 * int(np.prod(s)) for n, s in shapes.items()}
  groups = _groups(sizes)
  place = {}
  for number, names in enumerate(groups, 1):
    file = WHOLE if len(groups) == 1 else (f'model-{number:05}-of-{len(groups):05}.safetensors')
    block = {name: fetch[name]() for name in names}
    save_file(block, os.path.join(dst, file), metadata={'format': 'pt'})
    place |= dict.fromkeys(names, file)
  if len(groups) > 1:
    with open(os.path.join(dst, INDEX), 'w', encoding='utf-8') as file:
      json.dump({'metadata': {'total_size': sum(sizes.values())}, 'weight_map': place}, file, indent=2)


def _groups(sizes: Mapping[str, int]) -> list[list[str]]:
  """Names in order, together at most FILE_BYTES; a larger one stands alone."""
  groups, filled = [], FILE_BYTES + 1
  for name, size in sizes.items():
    if filled + size > FILE_BYTES:
      groups.append([])
      filled = 0
    groups[-1].append(name)
    filled += size
  return groups


def _copy_vocabulary(dst: str, path: str | None, told: Any) -> None:
  """path: of the vocabulary; None: gone. told: of the run."""
  from flan_jax.data.tokenizers import byte_tokenizer

  if path is None:
    print(
      f'notice: the vocabulary {told.path} is not there any more, or is another now, and was not copied',
      file=sys.stderr,
    )
  elif path == 'bytes':
    byte_tokenizer.write(os.path.join(dst, TOKENIZERS[0]))
  else:
    name = TOKENIZERS[0] if path.endswith('.json') else TOKENIZERS[1]
    shutil.copyfile(path, os.path.join(dst, name))
