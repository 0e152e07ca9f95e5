# SPDX-License-Identifier: Apache-2.0
"""Command: prompts of a file, a pipe or a terminal, continued by a run.

`main` reads flags; runs/generation does the work of files, `ask` that of a terminal.
"""

import argparse
import dataclasses
import sys
from typing import Any, Sequence

from flan_jax.cli import commandline
from flan_jax.errors import UserError
from flan_jax.runs import generation, registration


def main(arguments: Sequence[str]) -> None:
  made = _parser()
  flags = commandline.parse(made, arguments)
  if bool(flags.input) != bool(flags.output):
    made.error(
      '--input=FILE and --output=FILE go together; without both, standard input is one prompt, or a terminal asks'
    )
  mesh = flags.mesh and commandline.mesh(flags.mesh)
  commandline.join_processes(flags, saves_on_sigterm=False)
  asked = _asked(flags)
  prompts = flags.input and _prompts(flags.input, flags.output, flags.field)
  names = 'step', 'untuned', 'vocabulary', 'host_devices', 'begin', 'compilation_cache'
  model = generation.open_model(flags.model_dir, mesh=mesh, **{name: getattr(flags, name) for name in names})
  if prompts:
    generation.write(model, prompts, flags.output, asked, flags.overwrite)
  else:
    ask(model, asked)


def _parser():
  made = commandline.parser(
    'generate',
    """
      Continues prompts with a run, greedily unless told otherwise:

        flan_jax generate --model_dir=DIR --input=prompts.jsonl \\
          --output=out.jsonl
        echo 'Is the sky blue?' | flan_jax generate --model_dir=DIR
        flan_jax generate --model_dir=DIR        # asks in the terminal

      A line of the input is an object with the text in `inputs`, or a string; of a .txt
      file, the text. Each line of the output has `outputs`, the list of its texts, and
      `number`, from 0. Started again, an interrupted file is gone on with; the texts do
      not depend on that, nor on the rows of a batch.""",
  )
  made.add_argument('--model_dir', required=True, metavar='DIR', help='the run, or a public model')
  made.add_argument('--step', metavar='N', help='of the checkpoint (default: the last)')
  made.add_argument('--untuned', action='store_true', help="continue with the run's INIT_FROM")
  made.add_argument('--vocabulary', metavar='FILE', help="(default: the run's)")
  _add_files(made)
  _add_settings(made)
  made.add_argument('--rows', metavar='N', help='of a batch on each device (default: as many as are quick)')
  made.add_argument(
    '--mesh',
    metavar='data=A,fsdp=B,tensor=C',
    help='to spread the model over; one may be -1, the rest (default: data=-1)',
  )
  made.add_argument('--host_devices', metavar='N', help='made of the processor')
  made.add_argument(
    '--compilation_cache',
    default='auto',
    metavar='DIR',
    help="folder of compiled programs (default: auto, in the user's cache); empty: none is kept",
  )
  commandline.add_processes(made)
  return made


def _add_files(made) -> None:
  made.add_argument(
    '--input',
    metavar='FILE',
    help='prompts, - for standard input (default: standard input is one prompt, or a terminal)',
  )
  made.add_argument('--output', metavar='FILE', help='where the lines go')
  made.add_argument('--overwrite', action='store_true', help='begin the output again')
  made.add_argument(
    '--field', default='inputs', metavar='NAME', help='where the text is in an object (default: inputs)'
  )
  made.add_argument(
    '--plain',
    action=argparse.BooleanOptionalAction,
    default=None,
    help='no separator after the prompt: the text itself goes on, as '
    'after pretraining (default: if the model was never tuned on prompts)',
  )
  commandline.add_begin(made, "as the run was trained, or an import's tokenizer does")


def _add_settings(made) -> None:
  made.add_argument('--max_tokens', default=128, metavar='N', help='of a continuation (default: 128)')
  made.add_argument(
    '--temperature', default=0.0, metavar='T', help='above 0: draw from the logits divided by it (default: 0)'
  )
  made.add_argument('--top_k', default=0, metavar='K', help='draw from so many of the likeliest tokens')
  made.add_argument('--top_p', default=1.0, metavar='P', help='draw from the likeliest that together are so probable')
  made.add_argument('--seed', default=0, help='of drawing (default: 0)')
  made.add_argument('--samples', default=1, metavar='N', help='texts of each prompt (default: 1)')
  made.add_argument('--beams', default=1, metavar='N', help='beam search')
  made.add_argument('--length_penalty', default=0.6, metavar='A', help='of beam search (default: 0.6)')
  made.add_argument(
    '--stop',
    action='append',
    default=[],
    metavar='TEXT',
    help=r'ends a continuation, may be repeated; \n is a new line',
  )


def _asked(flags):
  with registration.quietly():
    from flan_jax.inference import decoding, text_generation
  names = [field.name for field in dataclasses.fields(decoding.Settings)]
  given = {name: getattr(flags, name) for name in names}
  settings = decoding.Settings(**given | {'stop': tuple(map(_unescaped, flags.stop))})
  return text_generation.Asked(settings, flags.samples, flags.plain, flags.rows)


def _unescaped(text: str) -> str:
  return text.replace('\\n', '\n')  # which shells make hard to write


def _prompts(source: str, output: str, field: str):
  from flan_jax.inference import prompt_files

  prompt_files.check_output(output, source)
  return prompt_files.read(source, field)


def ask(model: generation.Model, asked: Any) -> None:
  """Prints what standard input is continued with, or asks a terminal for prompts.

  asked: text_generation.Asked; plain None: if the model was never tuned.

  Raises:
    UserError: whatever is wrong; in a terminal it is printed instead.
  """
  import jax

  from flan_jax.inference import repl

  if jax.process_count() > 1:
    raise UserError('several processes have no standard input together; give --input and --output')
  typed = sys.stdin.isatty()
  text = '' if typed else _piped()
  asked = generation.settled(model, asked)
  loaded = model.load()
  answer = lambda text, asked, turn: _answer(model, loaded, text, asked, turn)
  if typed:
    repl.converse(answer, asked)
  else:
    print(*answer(text, asked, 0), sep=repl.BETWEEN)


def _answer(model: generation.Model, loaded, text: str, asked, turn: int) -> list[str]:
  from flan_jax.inference import text_generation

  encoding = model.encoding()
  ids, shortened = generation.tokens(model, [text], asked)
  if shortened:
    print(
      f'NOTE: only the end of the prompt was read; the run takes at most {encoding.inputs_length:,} tokens',
      file=sys.stderr,
    )
  return text_generation.continued(loaded, ids, asked, encoding.end_ids(), turn)[0]


def _piped() -> str:
  text = sys.stdin.read().removesuffix('\n')
  if not text.strip():
    raise UserError('there is no prompt on standard input; write one to it, or name a file with --input and --output')
  return text
