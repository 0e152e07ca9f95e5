# SPDX-License-Identifier: Apache-2.0
"""The token ids of a SeqIO task, many times faster than iterating the task.

SeqIO's own preprocessors render the text; Python then tokenizes whole batches, whereas
SeqIO would call the tokenizer once for each feature of each example.

TensorFlow and SeqIO are imported inside functions: reading a store needs neither.
"""

import collections
import functools
import inspect
import re
from collections.abc import Iterator, Sequence
from concurrent import futures
from typing import TYPE_CHECKING

from flan_jax.data import private_names, truncation
from flan_jax.errors import UserError

if TYPE_CHECKING:
  import seqio

PASSAGE = 'passage'  # feature: the part of the inputs that may be shortened
BATCH = 512  # prompts per call of the tokenizer
THREADS = 2  # concurrent calls

NOT_TEXT = 'not valid UTF-8'

# Ids of the inputs and of the targets; whether the inputs were too long and shortened.
Ids = tuple[list[int], list[int], bool]


def batches(
  task: 'seqio.Task', split: str, *, sequence_length: dict[str, int], room: int, seed: int, refused: collections.Counter
) -> Iterator[list[Ids]]:
  """Yields the text of a task as token ids, without separators, in the order of the source.

  Inputs that are too long are shortened as in evaluation, see `truncation`; the passage
  is the feature 'passage', if the preprocessors yield one. A prompt that is no text is
  refused.

  A task that does more than render, tokenize and append EOS is run completely, and its
  ids are used unchanged, except for one EOS at the end, which is a separator.

  Args:
    task: a seqio.Task with the feature 'targets', perhaps also 'inputs'.
    split: one of the task's splits.
    sequence_length: for preprocessors that take it.
    room: maximum tokens of inputs.
    seed: for preprocessors that take it, and for SeqIO's seeded maps.
    refused: receives counts of refused prompts by reason.
  """
  import seqio

  if split not in task.splits:
    raise UserError(f'Task {task.name} has no split {split!r}; it has {", ".join(sorted(task.splits))}.')
  steps = [step for step in task.preprocessors if not isinstance(step, seqio.CacheDatasetPlaceholder)]
  rendering = _rendering_steps(steps)
  # SeqIO warns of an argument `seed` before its cache placeholder; ours is prompt_seed.
  offered = {
    'sequence_length': sequence_length,
    'output_features': task.output_features,
    'seed': seed,
    'prompt_seed': seed,
    'prompt_length': sequence_length.get('inputs'),
    'passages': rendering is not None,
  }
  dataset = _examples(task, split, steps if rendering is None else rendering, offered)
  vocabulary = task.output_features['targets'].vocabulary
  if rendering is None:
    return _ids_as_they_are(dataset, task.source, vocabulary.eos_id, room)
  return _tokenized(dataset, task.source, vocabulary, room, refused)


def _examples(task, split: str, steps: Sequence, offered: dict):
  """Returns the dataset after these steps, with only the features that are read."""
  import seqio

  with seqio.map_seed_manager(offered['seed']):
    dataset = task.source.get_dataset(split, shuffle=False)
    for step in steps:
      dataset = _with_arguments(step, offered)(dataset)
  names = _features(task, dataset)
  if offered['passages'] and _is_text(dataset.element_spec.get(PASSAGE)):
    names.append(PASSAGE)
  if set(names) == set(dataset.element_spec):
    return dataset
  return dataset.map(lambda example: {name: example[name] for name in names})


def separator_ids(vocabulary: 'seqio.Vocabulary', separator: str) -> list[int]:
  """Returns a separator's ids: 'eos' -> the end of sequence; '' -> nothing; other text -> its tokens.

  Raises:
    UserError: the vocabulary has no tokens for it, as some lack newlines.
  """
  if separator == 'eos':
    return [vocabulary.eos_id]
  ids = list(vocabulary.encode(separator)) if separator else []
  if separator and not ids:
    raise UserError(
      f"The separator {separator!r} has no tokens in this vocabulary. Choose another text, 'eos', or '' for none."
    )
  return ids


def vocabulary_identity(vocabulary: 'seqio.Vocabulary') -> str:
  """Returns a text that changes whenever the vocabulary would tokenize differently."""
  content = getattr(vocabulary, 'ids_identity', None)  # of FlanVocabulary
  if content is None:
    content = getattr(vocabulary, 'content_hash', None)
  if content is not None:
    return str(content() if callable(content) else content)
  size = vocabulary.vocab_size  # loads it, so that its str() can name the contents
  kind = type(vocabulary)
  return f'{kind.__module__}.{kind.__name__} {size} {_without_addresses(vocabulary)}'


def source_identity(source: 'seqio.DataSource', split: str) -> dict:
  """Returns data that changes whenever the source would yield other examples, as far as is known."""
  if hasattr(source, 'tfds_dataset'):
    return _tfds_identity(source.tfds_dataset, split)
  return {'source': _without_addresses(source)}


def _tfds_identity(loader, split: str) -> dict:
  """Depends on the content of the files, not on their place."""
  info = private_names.loader_builder(loader, split).info
  expression = private_names.loader_slice(loader, split)
  used = [name for name in info.splits if name in re.findall(r'\w+', expression)]
  return {
    'tfds': info.full_name,
    'rows': expression,
    'files': {
      name: {'shard_lengths': list(info.splits[name].shard_lengths), 'bytes': info.splits[name].num_bytes}
      for name in used
    },
  }


def _without_addresses(thing) -> str:
  return re.sub(r' at 0x[0-9a-f]+', '', f'{thing!s} {thing!r}')


def _rendering_steps(steps: Sequence) -> list | None:
  """Returns the steps before `tokenize`; None if steps other than appending EOS follow it."""
  from seqio import preprocessors as seqio_steps

  ends = (seqio_steps.append_eos, seqio_steps.append_eos_after_trim)
  inner = [getattr(step, 'func', step) for step in steps]
  if seqio_steps.tokenize not in inner:
    return None
  place = inner.index(seqio_steps.tokenize)
  only_ends = all(step in ends for step in inner[place + 1 :])
  return list(steps[:place]) if only_ends else None


def _with_arguments(step, offered: dict):
  """Passes the arguments that the step's signature has and that are not bound, as SeqIO does."""
  asked = set(inspect.signature(step).parameters) - set(getattr(step, 'keywords', ()))
  given = {name: value for name, value in offered.items() if name in asked}
  return functools.partial(step, **given)


def _features(task, dataset) -> list[str]:
  names = [name for name in ('inputs', 'targets') if name in task.output_features and name in dataset.element_spec]
  if 'targets' not in names:
    raise UserError(
      f'Task {task.name} yields {", ".join(dataset.element_spec)} but no'
      " 'targets' among its output features; a prompt needs targets."
    )
  return names


def _is_text(spec) -> bool:
  return spec is not None and spec.dtype.name == 'string' and spec.shape.rank == 0


def _tokenized(dataset, source, vocabulary, room: int, refused: collections.Counter) -> Iterator[list[Ids]]:
  """Tokenizes the next batches while the caller uses the previous one."""
  from flan_jax.data import splits

  encode = _batch_encoder(vocabulary)

  def tokenize(columns):
    count = len(columns['targets'])
    ids = encode([text for name in columns if name != PASSAGE for text in columns[name]])
    targets = ids[-count:]
    if 'inputs' not in columns:
      return list(zip([[]] * count, targets, [False] * count))
    passages = columns.get(PASSAGE, [''] * count)
    inputs, cut = truncation.fitted(ids[:count], columns['inputs'], passages, room, encode)
    return list(zip(inputs, targets, cut))

  # Tokenizers release Python's lock, so threads use further cores.
  pending: collections.deque[futures.Future[list[Ids]]] = collections.deque()
  with futures.ThreadPoolExecutor(THREADS) as workers:
    for batch in splits.elements(dataset.batch(BATCH).prefetch(4), source):
      pending.append(workers.submit(tokenize, _texts(batch, refused)))
      if len(pending) > THREADS:
        yield pending.popleft().result()
    while pending:
      yield pending.popleft().result()


def _texts(batch: dict, refused: collections.Counter) -> dict[str, list[str]]:
  """Returns columns of text; leaves out and counts rows that are not valid UTF-8."""
  columns = {name: texts.tolist() for name, texts in batch.items()}
  try:
    return {name: [text.decode() for text in texts] for name, texts in columns.items()}
  except UnicodeDecodeError:
    rows = [row for row in zip(*columns.values()) if all(map(_is_valid, row))]
    refused[NOT_TEXT] += len(batch['targets']) - len(rows)
    return {name: [row[place].decode() for row in rows] for place, name in enumerate(columns)}


def _is_valid(text: bytes) -> bool:
  try:
    text.decode()
  except UnicodeDecodeError:
    return False
  return True


def _batch_encoder(vocabulary):
  """Returns a function of texts to lists of ids, one call if the vocabulary supports batches."""
  import seqio

  if hasattr(vocabulary, 'encode_batch'):
    return vocabulary.encode_batch
  if type(vocabulary) is seqio.SentencePieceVocabulary:
    return vocabulary.tokenizer.encode
  return lambda texts: [list(vocabulary.encode(text)) for text in texts]


def _ids_as_they_are(dataset, source, eos_id: int, room: int) -> Iterator[list[Ids]]:
  from flan_jax.data import splits

  def text(ids):
    ids = ids.tolist()
    return ids[:-1] if ids and ids[-1] == eos_id else ids

  for example in splits.elements(dataset.prefetch(BATCH), source):
    inputs = text(example['inputs']) if 'inputs' in example else []
    excess = max(len(inputs) - room, 0)
    yield [(inputs[excess:], text(example['targets']), excess > 0)]
