# SPDX-License-Identifier: Apache-2.0
"""Command: public checkpoints in and out, as folders that transformers and peft read."""

import os
from typing import Any, Sequence

from flan_jax.cli import commandline
from flan_jax.runs import registration


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
  with registration.quietly():
    from flan_jax.public_models import adapters
  if flags.adapter or adapters.is_folder(flags.src):
    _convert_adapter(flags)
  elif flags.direction == 'import':
    _import(flags)
  else:
    _export(flags)


def _import(flags: Any) -> None:
  from flan_jax.data import vocabulary
  from flan_jax.data.tokenizers import ends
  from flan_jax.public_models import importing

  run = importing.import_folder(flags.src, flags.dst, flags.vocabulary, flags.fsdp)
  print(
    f'imported {flags.src} ({run.imported["model_type"]}): MODEL_DIR {flags.dst}, its model and '
    f'vocabulary in {os.path.join(flags.dst, importing.GIN)}. What it was trained on is not '
    'known here, and it was not tuned here: `generate` asks it plainly'
  )
  print(ends.Ends.from_told(run.ends).described(vocabulary.FLAN.piece))


def _export(flags: Any) -> None:
  from flan_jax.errors import notice
  from flan_jax.public_models import exporting

  done = exporting.export_folder(flags.src, flags.dst, flags.step, flags.fsdp)
  print(f'exported step {done.step} of {flags.src} as {done.family}: {flags.dst}')
  if done.words:
    print(done.ends.described(done.words.piece))
    if done.words.is_sentencepiece and done.family == 'qwen2':
      notice(
        'transformers reads every tokenizer of a qwen2 as one of bytes; load '
        f'that of {flags.dst} as transformers.PreTrainedTokenizerFast'
      )


def _convert_adapter(flags: Any) -> None:
  from flan_jax.public_models import adapters

  if flags.direction == 'import':
    run = adapters.import_adapter(flags.src, flags.dst, flags.base)
    print(f'imported the adapter {flags.src}, rank {run.adapter.rank}, beside {flags.base}: MODEL_DIR {flags.dst}')
  else:
    step, base = adapters.export_adapter(flags.src, flags.dst, flags.step)
    print(f'exported the adapter of step {step} of {flags.src}: {flags.dst}; its base is {base}')
