"""Command: prompts of a file, a pipe or a terminal, continued by a run.

`main` reads flags; `open_model`, `write` and `ask` do the work as plain functions.
"""

import argparse
import contextlib
import dataclasses
import sys
from typing import Any, Mapping, Sequence

from flan_jax.cli import commandline
from flan_jax.errors import UserError
from flan_jax.runs import evaluation_request, progress, registration


def main(arguments: Sequence[str]) -> None:
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
  made.add_argument('--model_dir', required=True, metavar='DIR', help='the run')
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
  commandline.add_processes(made)
  flags = commandline.parse(made, arguments)
  if bool(flags.input) != bool(flags.output):
    made.error(
      '--input=FILE and --output=FILE go together; without both, standard input is one prompt, or a terminal asks'
    )
  mesh = flags.mesh and commandline.mesh(flags.mesh)
  commandline.join_processes(flags, saves_on_sigterm=False)
  asked = _asked(flags)
  prompts = flags.input and _prompts(flags.input, flags.output, flags.field)
  model = open_model(
    flags.model_dir,
    step=flags.step,
    untuned=flags.untuned,
    mesh=mesh,
    vocabulary=flags.vocabulary,
    host_devices=flags.host_devices,
    begin=flags.begin,
  )
  if prompts:
    write(model, prompts, flags.output, asked, flags.overwrite)
  else:
    ask(model, asked)


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


@dataclasses.dataclass(frozen=True)
class Model:
  """What continues prompts.

  run: that of MODEL_DIR, which says how prompts become tokens. path, step: of the
  parameters, which may be those the run began from. mesh: to spread them over. asked:
  whether this very step was asked for; else one before it may serve.
  """

  run: Any
  path: str
  step: int
  mesh: Any = None
  asked: bool = False

  def load(self) -> Any:
    from flan_jax.training import checkpoint

    return checkpoint.load(self.path, self.step, self.mesh, not self.asked)

  def encoding(self) -> Any:
    from flan_jax.data.encoding import Encoding

    return Encoding.of(self.run)


def open_model(
  model_dir: str,
  *,
  step: int | None = None,
  untuned: bool = False,
  vocabulary: str | None = None,
  mesh: Mapping[str, int] | None = None,
  host_devices: int | None = None,
  begin: bool | None = None,
) -> Model:
  """Checks all but the parameters of a run, whose vocabulary is then in force.

  Args:
    step: of the checkpoint, None for the last.
    untuned: the run's INIT_FROM instead; a model that was never tuned is that itself.
    vocabulary: file; None is the one the run was trained with.
    mesh: sizes of the axes data, fsdp and tensor; None: all devices have rows of their
      own. host_devices: made of the processor.
    begin: whether a token begins each text; None: as the run was trained.

  Raises:
    UserError: no such run, step or vocabulary, or a mesh that the devices do not make.
  """
  from flan_jax.training import checkpoint

  run, path = checkpoint.read_run(model_dir), model_dir
  if run is None:
    raise UserError(
      f'--model_dir={model_dir} holds no run (no {checkpoint.RUN_FILE}); name one that `flan_jax train` wrote'
    )
  if untuned and not evaluation_request.never_tuned(model_dir):
    path = run.init_from
    if not path:
      raise UserError(
        f'the run in {model_dir} began from scratch (no INIT_FROM), so there is no untuned model; leave --untuned out'
      )
    if checkpoint.read_run(path) is None:
      raise UserError(
        f'INIT_FROM of the run in {model_dir} was {path!r}, which holds '
        'no run any more; bring it back, or leave --untuned out'
      )
  chosen = checkpoint.check_step(path, step)
  run = evaluation_request.use_vocabulary(vocabulary, run, model_dir, '--vocabulary=FILE', begin)
  return Model(run, path, chosen, _devices(mesh, host_devices), step is not None)


def _devices(mesh: Mapping[str, int] | None, host_devices: int | None):
  from flan_jax.training import sharding

  sharding.host_devices(host_devices)
  return sharding.mesh_where_asked(mesh)


def _prompts(source: str, output: str, field: str):
  from flan_jax.inference import prompt_files

  prompt_files.check_output(output, source)
  return prompt_files.read(source, field)


def write(model: Model, prompts: Any, output: str, asked: Any, overwrite: bool = False) -> None:
  """Continues the prompts of a file, or those that the output does not have yet.

  Args:
    prompts: as prompt_files.read gives them.
    output: file; see inference.prompt_files.
    asked: text_generation.Asked; plain None: if the model was never tuned.
    overwrite: begin the file again.

  Raises:
    UserError: whatever is wrong, before the model is loaded.
  """
  from flan_jax.training import multihost

  asked = _settled(model, asked)
  ids, shortened = _tokens(model, prompts.texts, asked, f'{prompts.name}, line')
  model, loaded = (model, None) if overwrite else _opened(model, output)
  if not (loaded or _is_known(model)):
    loaded = model.load()
    model = dataclasses.replace(model, step=loaded.step)
  told = _told(model, prompts, asked)
  done = _written(output, told, len(ids), overwrite)
  if done < len(ids):
    loaded = loaded or model.load()  # before the file is touched
    if loaded.step != model.step:  # which cannot be read
      told = _told(dataclasses.replace(model, step=loaded.step), prompts, asked)
      done = _written(output, told, len(ids), overwrite)
    with _grown(output, told, done) as file:
      _grow(model, loaded, prompts.records, ids, asked, done, file)
  if multihost.first():
    _report(output, len(ids), done, shortened, model.encoding().inputs_length)


def _settled(model: Model, asked):
  """With `plain` decided: a model that never saw a separator is not asked with one."""
  from flan_jax.training import multihost

  if asked.plain is not None:
    return asked
  plain = evaluation_request.never_tuned(model.path)
  if plain and multihost.first():
    print(
      f'NOTE: the model in {model.path} was never tuned on prompts, so it goes on with '
      'the text itself (plain); --no-plain asks it with the separator of tuned models',
      file=sys.stderr,
    )
  return dataclasses.replace(asked, plain=plain)


def _tokens(model: Model, texts: Sequence[str], asked, name: str = 'prompt'):
  from flan_jax.inference import text_generation

  return text_generation.tokens(texts, model.encoding(), asked.plain, name)


def _opened(model: Model, output: str) -> tuple[Model, Any]:
  """(the model at the step that serves, its parameters or None while nobody asked).

  The parameters are only read if the output was begun with an older checkpoint: the
  last one may not be readable, and then the file is gone on with as it was begun.
  """
  from flan_jax.inference import prompt_files
  from flan_jax.training import checkpoint, multihost

  begun = prompt_files.step(output)
  [begun] = multihost.agreed([model.step if begun is None else begun])
  if model.asked or begun >= model.step or begun not in checkpoint.steps(model.path):
    return model, None
  loaded = model.load()
  return dataclasses.replace(model, step=loaded.step), loaded


def _is_known(model: Model) -> bool:
  """Whether `_told` can name the checkpoint, on every process.

  Of an empty folder it cannot. If that very step was asked for, `_told` says why; else
  the checkpoint that serves instead is known once it is loaded.
  """
  from flan_jax.training import checkpoint, multihost

  if model.asked:
    return True
  try:
    checkpoint.identity(model.path, model.step)
  except UserError:
    return multihost.everywhere(False)
  return multihost.everywhere(True)


def _told(model: Model, prompts, asked) -> dict:
  """What the continuations depend on; not where the files lie."""
  from flan_jax.training import checkpoint

  beginning = list(model.encoding().beginning)
  plain = {'blanks': 'kept'} if asked.plain else {}
  plain |= {'beginning': beginning} if asked.plain or beginning else {}
  return {
    'step': model.step,
    'checkpoint': checkpoint.identity(model.path, model.step),
    'prompt_tokens': model.encoding().inputs_length,
    'separator': '' if asked.plain else model.encoding().separators[0],
    'input_sha256': prompts.digest,
    'field': prompts.field,
    'samples': asked.samples,
    **dataclasses.asdict(asked.settings),
    **plain,
  }


def _written(output: str, told: Mapping, total: int, overwrite: bool) -> int:
  """How many process 0 finds written. A mistake ends all: one would wait for others."""
  from flan_jax.inference import prompt_files
  from flan_jax.training import multihost

  done, mistake = 0, None
  with multihost.first_goes_ahead('generate'):
    if multihost.first() and not overwrite:
      try:
        done = prompt_files.written(output, told, total)
      except UserError as error:
        done, mistake = -1, error
  mine = list(bytes.fromhex(told['input_sha256']))
  if not multihost.everywhere(multihost.agreed(mine) == mine):
    raise UserError('--input is not the same file for all processes; copy it to every host')
  [done] = multihost.agreed([done])
  if done < 0:
    raise mistake or UserError(f'process 0 does not go on with {output}, and says why')
  return done


def _grown(output: str, told: Mapping, done: int):
  from flan_jax.inference import prompt_files
  from flan_jax.training import multihost

  return prompt_files.grown(output, told, done) if multihost.first() else contextlib.nullcontext()


def _grow(model, loaded, records, ids, asked, done: int, file) -> None:
  """Group by group, each written as soon as it is there."""
  from flan_jax.inference import prompt_files, scoring, text_generation

  size = text_generation.group(ids, asked, scoring.row_parts(model.mesh))
  end_ids = model.encoding().end_ids()
  with _progress(done * asked.samples, len(ids) * asked.samples) as advance:
    for start in range(done, len(ids), size):
      outputs = text_generation.continued(loaded, ids[start : start + size], asked, end_ids, start, advance)
      if file:
        prompt_files.append(file, records[start : start + size], outputs, start)


@contextlib.contextmanager
def _progress(done: int, total: int):
  from flan_jax.training import multihost

  if not multihost.first():
    yield None
    return
  with progress.progress('continuations', total) as advance:
    if done:
      advance(done, 'were there')
    yield advance


def _report(output: str, total: int, done: int, shortened: int, length: int) -> None:
  there = f', {done:,} of them were there' if done else ''
  print(f'{output}: continuations of {total:,} prompts{there}')
  if shortened:
    print(
      f'NOTE: of {shortened:,} prompts only the end was read; the run takes at most {length:,} tokens', file=sys.stderr
    )


def ask(model: Model, asked: Any) -> None:
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
  asked = _settled(model, asked)
  loaded = model.load()
  answer = lambda text, asked, turn: _answer(model, loaded, text, asked, turn)
  if typed:
    repl.converse(answer, asked)
  else:
    print(*answer(text, asked, 0), sep=repl.BETWEEN)


def _answer(model: Model, loaded, text: str, asked, turn: int) -> list[str]:
  from flan_jax.inference import text_generation

  encoding = model.encoding()
  ids, shortened = _tokens(model, [text], asked)
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
