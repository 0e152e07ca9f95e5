# SPDX-License-Identifier: Apache-2.0
"""Command: prompts of a task as the model sees them, as text and token by token."""

import os
from typing import Sequence

from flan_jax import storage
from flan_jax.cli import commandline
from flan_jax.errors import UserError
from flan_jax.runs import progress, registration

COLOURS = ('cyan', 'green', 'magenta', 'yellow')  # of segments, in turn
_POOL = 53  # sampled examples to draw exemplars from
PIECE_WIDTH = 18  # characters of a piece; the table then fits 80 columns


def main(arguments: Sequence[str]) -> None:
  made = commandline.parser(
    'prompts',
    """
      Prints prompts of a task as rendered, then the row that they make, token by token:
      segment, position, branch, and where the loss is. Without prepared data the
      dataset's sample of the embedded data serves. With --raw, prints records as they
      come, beside the fields that prompts show of them. Or, with --html, writes the
      catalogue of all datasets and templates, with embedded examples.""",
  )
  made.add_argument('--task', help='for example rte')
  made.add_argument(
    '--html',
    metavar='FILE',
    help='write the catalogue there, one HTML page for a browser: every dataset, or that of --task',
  )
  made.add_argument(
    '--template', metavar='NUMBER', help='the template to render (default: each prompt takes the next one)'
  )
  made.add_argument('--n', default=2, help='prompts or records to print (default: 2)')
  made.add_argument(
    '--raw', action='store_true', help='print records and their fields, raw and normalised, instead of prompts'
  )
  made.add_argument(
    '--split', choices=('train', 'validation', 'test'), default='train', help='of prepared data (default: train)'
  )
  made.add_argument('--shots', default=0, metavar='K', help='exemplars before each prompt (default: 0)')
  made.add_argument(
    '--style',
    default='instructions',
    choices=('instructions', 'name', 'none', 'plain'),
    help='instructions, bare fields with or without the name, or as an untuned model is asked',
  )
  made.add_argument(
    '--vocabulary',
    metavar='FILE',
    help="a SentencePiece model, a tokenizer.json or 'bytes' (default: FLAN_VOCABULARY, else bytes)",
  )
  commandline.add_begin(made, "as the vocabulary's own tokenizer does")
  flags = commandline.parse(made, arguments)
  if not (flags.task or flags.html):
    made.error('--task=NAME or --html=FILE is missing')
  commandline.set_data_dir(flags)
  if flags.html:
    write_catalogue(flags.html, [flags.task] if flags.task else None)
    return
  if flags.raw:
    show_raw(flags.task, flags.n, flags.split)
    return
  show(
    describe(
      flags.task,
      flags.template,
      flags.n,
      flags.split,
      flags.vocabulary,
      shots=flags.shots,
      style=flags.style,
      begin=flags.begin,
    )
  )


def write_catalogue(file: str, names: Sequence[str] | None = None) -> None:
  """Writes the catalogue of the datasets named, by default of all; says where.

  Raises:
    UserError: no such dataset, or the file cannot be written.
  """
  path = os.path.expanduser(file)
  folder = os.path.dirname(os.path.abspath(path))
  if os.path.isdir(path):
    raise UserError(f'--html={file} is a folder; name a file, such as {os.path.join(file, "catalogue.html")}')
  if not (os.path.isdir(folder) and os.access(folder, os.W_OK)):
    raise UserError(f'--html={file}: {folder} is no folder that can be written to')
  registration.load_tasks()
  from flan_jax.data import catalogue, datasets

  names = names or datasets.names()
  with progress.progress('catalogue', len(names)) as advance:
    page = catalogue.page(names, advance)
  storage.write_whole(path, page)
  print(f'{path}: {len(names)} dataset{"s" * (len(names) != 1)}')


def describe(
  task: str,
  template: int | None = None,
  count: int = 2,
  split: str = 'train',
  vocabulary: str | None = None,
  inputs_length: int = 1024,
  targets_length: int = 256,
  shots: int = 0,
  style: str = 'instructions',
  begin: bool | None = None,
) -> dict:
  """Prompts and their packed row as plain data.

  Args:
    task: name of a dataset.
    template: number of the template; None takes 0, 1, 2 ... in turn.
    count: prompts, all packed into one row.
    split: 'train', 'validation' or 'test'.
    vocabulary: as `vocabulary.FLAN.use` takes it.
    inputs_length, targets_length: tokens at most, their end included.
    shots, style: see prompt_variants.Variant.
    begin: whether a token begins each prompt; None: as the model's own tokenizer does.

  Returns:
    task, data and vocabulary (where they come from), ends (what ends and begins a text),
    prompts (dicts of template, kind, inputs, target) and tokens (see `token_table`).

  Raises:
    UserError: no such task or template, no data where a data_dir was named, or where
      none was named no sample.
  """
  registration.load_tasks()
  from flan_jax.data import prompt_variants
  from flan_jax.data import vocabulary as vocabularies

  dataset = prompt_variants.register(prompt_variants.Variant(task, style=style, shots=shots))
  numbers = _template_numbers(dataset, template, count)
  words = vocabularies.FLAN
  words.use(vocabulary or words.path)
  words.use(words.path, words.ends.begun(begin))
  records, drawn, data = _records(dataset, split, count)
  prompts = list(rendered(dataset, records, numbers, drawn))
  lengths = inputs_length, targets_length
  return {
    'task': task,
    'data': data,
    'vocabulary': words.path,
    'ends': words.ends.described(words.piece),
    'prompts': prompts,
    'tokens': token_table(prompts, words, *lengths),
  }


def _template_numbers(dataset, template: int | None, count: int) -> list[int]:
  available = len(dataset.templates)
  if template is not None and not 0 <= template < available:
    raise UserError(f'{dataset.name} has no template {template}; they are numbered from 0 to {available - 1}')
  _require_count(count)
  return [n % available if template is None else template for n in range(count)]


def _require_count(count: int) -> None:
  if count < 1:
    raise UserError(f'{count} prompts cannot be shown; ask for 1 or more with --n')


def _records(dataset, split: str, count: int):
  """Records of the dataset, what to draw exemplars from, a line on where it all is from."""
  from flan_jax.data import datasets, rendering, splits
  from flan_jax.data.sample_data import embedded_marker
  from flan_jax.data.sample_data.embedded_content import sampled

  if 'TFDS_DATA_DIR' not in os.environ and not dataset.source.prepared():
    drawn = dataset.shots and rendering.exemplars(dataset, sampled(dataset, _POOL, seed=1))
    return sampled(dataset, count), drawn, 'embedded sample'
  if split not in dataset.splits:
    raise UserError(
      f'{dataset.name} has no split {split!r}; it has {", ".join(dataset.splits)}: --split={list(dataset.splits)[-1]}'
    )
  origin = embedded_marker.origin(splits.data_dir())
  return (datasets.records(dataset, split), None, f'{origin}, {dataset.tfds} {split} in {splits.data_dir()}')


def rendered(dataset, records, numbers: Sequence[int], drawn=None):
  """Yields one prompt a usable record, in the template of that number."""
  from flan_jax.data import rendering

  every = range(len(dataset.templates))
  examples = rendering.examples(records, dataset, every, drawn)
  for example, number in zip(examples, numbers):
    yield {
      'template': number,
      'kind': dataset.templates[number].kind,
      'inputs': example.inputs[number],
      'target': example.targets[number],
      'passage': example.passages[number],
    }


def token_table(prompts: Sequence[dict], vocabulary, inputs_length: int, targets_length: int) -> list[dict]:
  """The row that the prompts make, a dict for each token.

  index: place in the row. segment, position, branch: as the model reads them. piece:
  the token's text. predicts: the piece to be predicted here, None where nothing is.
  loss: whether this token is itself a prediction that counts.
  """
  from flan_jax.data import truncation
  from flan_jax.data.tokenizers.ends import with_beginning
  from flan_jax.data.tokens import row_arrays

  texts = [prompt['inputs'] for prompt in prompts]
  passages = [prompt.get('passage', '') for prompt in prompts]
  inputs, _ = truncation.fitted(
    vocabulary.encode_batch(texts),
    texts,
    passages,
    inputs_length - 1 - len(vocabulary.ends.beginning),
    vocabulary.encode_batch,
  )
  inputs = [with_beginning(vocabulary.ends.beginning, ids) for ids in inputs]
  targets = [vocabulary.encode(prompt['target'])[: targets_length - 1] for prompt in prompts]
  pairs = [([*ids, vocabulary.eos_id], [*target, vocabulary.eos_id]) for ids, target in zip(inputs, targets)]
  row = row_arrays.assemble(
    pairs, sum(len(part) for pair in pairs for part in pair), sum(len(target) for _, target in pairs)
  )
  predicted = {
    place: vocabulary.piece(target) for place, target in zip(row['query_position'].tolist(), row['target_id'].tolist())
  }
  columns = zip(*(row[name].tolist() for name in ('tokens', 'segment_ids', 'positions', 'branch')))
  return [
    {
      'index': index,
      'segment': segment,
      'position': position,
      'branch': branch,
      'piece': vocabulary.piece(token),
      'loss': index - 1 in predicted,
      'predicts': predicted.get(index),
    }
    for index, (token, segment, position, branch) in enumerate(columns)
  ]


def show(result: dict) -> None:
  """Prints what `describe` returns: in colour on a terminal, plain in a pipe."""
  from rich.console import Console

  console = Console(highlight=False)
  for name in ('task', 'data', 'vocabulary', 'ends'):
    console.print(f'{name}: {result[name]}', markup=False, soft_wrap=True)
  for number, prompt in enumerate(result['prompts'], 1):
    style = COLOURS[number % len(COLOURS)]
    console.print(
      f'\n--- prompt {number}: template {prompt["template"]}, {prompt["kind"]} ---', style=style, markup=False
    )
    console.print(prompt['inputs'], markup=False, soft_wrap=True)
    console.print('--- target ---', style=style, markup=False)
    console.print(prompt['target'], markup=False, soft_wrap=True, style='bold')
  console.print()
  console.print(_table(result['tokens']))


def show_raw(task: str, count: int, split: str) -> None:
  """Prints the first records of a task: features, fields raw and normalised.

  Raises:
    UserError: no such task or split, or a count below 1.
  """
  registration.load_tasks()
  from flan_jax.data import datasets
  from flan_jax.data.prepare import raw_fields

  dataset = datasets.get(task)
  _require_count(count)
  records, _, data = _records(dataset, split, count)
  print(f'task: {task}\ndata: {data}')
  for number, record in enumerate(raw_fields.raw_records(records, dataset, count), 1):
    print(f'\n--- record {number}{": " + record.left_out if record.left_out else ""} ---')
    for name, value in record.features.items():
      print(f'{name}: {value!r}')
    print('--- fields ---')
    for name, (raw, tidied) in record.fields.items():
      print(f'{name}: {tidied!r}' if raw == tidied else f'{name}: {raw!r}\n{" " * len(name)}> {tidied!r}')


def _table(tokens: Sequence[dict]):
  from rich.table import Table
  from rich.text import Text

  table = Table(box=None, header_style='bold', pad_edge=False)
  for name in ('index', 'segment', 'position', 'branch'):
    table.add_column(name, justify='right', no_wrap=True)
  for name in ('piece', 'loss', 'predicts'):
    table.add_column(name, no_wrap=True)
  for token in tokens:
    numbers = [str(token[name]) for name in ('index', 'segment', 'position', 'branch')]
    style = COLOURS[token['segment'] % len(COLOURS)] + ' bold' * token['loss']
    table.add_row(
      *numbers,
      Text(_visible(token['piece'])),
      'loss' if token['loss'] else '',
      Text(_visible(token['predicts'])),
      style=style,
    )
  return table


def _visible(piece: str | None) -> str:
  """A piece in one short line: 'a\\nb' -> 'a\\\\nb', ' ' -> "' '"."""
  if piece is None:
    return ''
  shown = piece.replace('\n', '\\n').replace('\t', '\\t')
  return (repr(piece) if not piece.strip(' ') else shown)[:PIECE_WIDTH]
