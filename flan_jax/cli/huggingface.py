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
      Qwen, SmolLM, Gemma, OLMo, Phi, GPT-NeoX, GPT-2), or a GGUF file of llama.cpp, to a
      MODEL_DIR, and the last checkpoint of a run to such a folder:

        flan_jax huggingface import FOLDER MODEL_DIR
        flan_jax huggingface import FILE.gguf MODEL_DIR
        flan_jax train --gin_file=MODEL_DIR/model.gin \\
          --gin.INIT_FROM="'MODEL_DIR'" ...
        flan_jax huggingface export MODEL_DIR FOLDER

      An export is ready to serve: it has the tokenizer, a chat template that asks as the
      run was tuned, and a model card.

      Parameters become float32, those of quantized types too. The tokenizer's files are copied beside them, and tell
      what ends and begins a text.""",
  )
  _add_flags(made)
  flags = commandline.parse(made, arguments)
  with registration.quietly():
    from flan_jax.public_models import adapters
  if flags.adapter or adapters.is_folder(flags.src):
    _convert_adapter(flags)
  elif flags.direction == 'import':
    _import(flags)
  else:
    _export(flags)


def _add_flags(made: Any) -> None:
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
  made.add_argument('--dtype', default='float32', help='export: of the parameters (default: float32, as they are)')
  made.add_argument('--max_shard_size', default=5.0, metavar='GB', help='export: gigabytes of a file (default: 5)')
  made.add_argument(
    '--base_model', metavar='NAME', help="export: the base's name on the hub, for the card: 'Qwen/Qwen3-0.6B'"
  )


def _import(flags: Any) -> None:
  from flan_jax.data.tokenizers import ends, words
  from flan_jax.public_models import importing

  run = importing.import_folder(flags.src, flags.dst, flags.vocabulary, flags.fsdp)
  print(
    f'imported {flags.src} ({run.imported["model_type"]}): MODEL_DIR {flags.dst}, its model and '
    f'vocabulary in {os.path.join(flags.dst, importing.GIN)}. What it was trained on is not '
    'known here, and it was not tuned here: `generate` asks it plainly'
  )
  print(ends.Ends.from_told(run.ends).described(words.opened(run.vocabulary.path).piece))


def _export(flags: Any) -> None:
  from flan_jax.errors import notice
  from flan_jax.public_models import exporting, safetensors_files
  from flan_jax.report import card
  from flan_jax.runs import report_inputs

  exporting.exported_run(flags.src)
  subject = report_inputs.card_subject(flags.src, flags.base_model)
  form = exporting.Form(flags.dtype, int(flags.max_shard_size * safetensors_files.GB))
  done = exporting.export_folder(flags.src, flags.dst, flags.step, flags.fsdp, form, subject.tuned)
  print(f'exported step {done.step} of {flags.src} as {done.family}, {flags.dtype}: {flags.dst}')
  if done.words:
    print(done.ends.described(done.words.piece))
    if done.words.is_sentencepiece and done.family == 'qwen2':
      notice(
        'transformers reads every tokenizer of a qwen2 as one of bytes; load '
        f'that of {flags.dst} as transformers.PreTrainedTokenizerFast'
      )
  if done.template:
    print(f"the default chat template is the base's; {done.template!r} beside it asks as the run was tuned")
  elif done.template is not None:
    print('the chat template asks as the run was tuned')
  if not done.exact:
    notice(
      'the tokenizer may join the separator of the run with the end of a prompt: a chat then asks with other tokens '
      'than in tuning; `flan_jax generate` asks with the same'
    )
  shown = {'dtype': flags.dtype, 'template': done.template or '', 'exact': done.exact}
  shown |= {'separators': done.separators}
  print(f'model card: {card.write(subject, flags.dst, done.step, **shown)}')


def _convert_adapter(flags: Any) -> None:
  from flan_jax.public_models import adapters, exporting
  from flan_jax.report import card
  from flan_jax.runs import report_inputs

  if flags.direction == 'import':
    run = adapters.import_adapter(flags.src, flags.dst, flags.base)
    print(f'imported the adapter {flags.src}, rank {run.adapter.rank}, beside {flags.base}: MODEL_DIR {flags.dst}')
    return
  subject = report_inputs.card_subject(flags.src, flags.base_model)
  step, base = adapters.export_adapter(flags.src, flags.dst, flags.step, flags.base_model)
  print(f'exported the adapter of step {step} of {flags.src}: {flags.dst}; its base is {base}')
  shown = {'adapter_alone': True, 'separators': exporting.separators(subject.run, flags.src)}
  print(f'model card: {card.write(subject, flags.dst, step, **shown)}')
