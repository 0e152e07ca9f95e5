# SPDX-License-Identifier: Apache-2.0
"""What the embedded data consists of: TFDS builders, plain text, a vocabulary.

`embedded` decides what is written and where; here a part is written to a given path.
"""

import contextlib
import functools
import io
import itertools
import pathlib
import re
from typing import Any, Mapping, Sequence

from flan_jax.data import dataset_checks, datasets, private_names, rendering, splits, templates
from flan_jax.data.sample_data import embedded_rows
from flan_jax.errors import UserError
from flan_jax.world import World

DOCUMENTS = {'train': 8_000, 'validation': 250}
PIECES = 4_000  # at most, of the vocabulary
_TRIES = 300  # draws without a new row before a dataset is said to have no more
_PROMPTED = 12  # rows of each task that the vocabulary is trained on, in all templates


def builder(tfds_name: str, data_dir: str | pathlib.Path) -> Any:
  """The TFDS builder, not downloading anything."""
  import tensorflow_datasets as tfds

  tfds.disable_progress_bar()
  return tfds.builder(tfds_name, data_dir=str(data_dir), try_gcs=False)


def write_builder(
  path: pathlib.Path, tfds_name: str, group: Sequence[datasets.Dataset], rows: Mapping[str, int], world: World
) -> None:
  """A data_dir at `path` that holds the builder, filled with rows of its tasks."""
  import tensorflow_datasets as tfds

  made = builder(tfds_name, path)
  chosen = distinct_rows(made.info.features, _readers(group), rows, world.stream(tfds_name))
  private_names.give_rows(made, {split: enumerate(examples) for split, examples in chosen.items()})
  with contextlib.redirect_stdout(io.StringIO()):  # TFDS speaks of downloads
    made.download_and_prepare(download_config=tfds.download.DownloadConfig(try_download_gcs=False))


def _readers(group):
  """{TFDS split: the first dataset that reads it}."""
  return {
    splits.parse(expression).base: dataset for dataset in reversed(group) for expression in dataset.splits.values()
  }


def distinct_rows(
  features: Any, readers: Mapping[str, datasets.Dataset], rows: Mapping[str, int], world: World
) -> dict[str, list[Mapping]]:
  """{split: rows} drawn from the datasets' samples, no text twice in any split.

  Args:
    features: TFDS features of the builder; ids and labels do not tell rows apart.
    readers: {split: the dataset whose sample fills it}.
    rows: {split: how many}.
    world: a World with a stream of its own.
  """
  seen: set[tuple[str, ...]] = set()
  chosen = {}
  for split, count in rows.items():
    drawn = _new_rows(features, readers[split], world, seen)
    chosen[split] = list(itertools.islice(drawn, count))
    if len(chosen[split]) < count:
      raise UserError(
        f'{readers[split].name}: the world has only about {len(seen):,} different '
        f'rows for it, {sum(rows.values()):,} are asked for; lower --examples'
      )
  return chosen


def _new_rows(features, dataset, world, seen):
  """Yields rows whose text is not in `seen`; ends where no more are found."""
  misses = 0
  while misses < _TRIES:
    row = embedded_rows.draw(dataset, features, world)
    key = tuple(' '.join(text.lower().split()) for text in _texts(features, row))
    misses = misses + 1 if key in seen else 0
    if not misses:
      seen.add(key)
      yield row


# Features that say where a row comes from, not what it says.
_BESIDE = re.compile(r'(.*_)?(u?id|idx|source|url|user|date|filename|publisher)')


def _texts(feature, value):
  """Every text of a row, in the order of the schema."""
  import tensorflow as tf

  feature = getattr(feature, 'feature', feature)  # a sequence's element
  if isinstance(value, dict):
    return [text for name in feature if not _BESIDE.fullmatch(name) for text in _texts(feature[name], value[name])]
  if isinstance(value, (list, tuple)):
    return [text for item in value for text in _texts(feature, item)]
  return [value] if feature.tf_dtype == tf.string else []


def sampled(dataset: datasets.Dataset, count: int, seed: int = 0) -> Any:
  """A tf.data.Dataset of `count` records, shaped by TFDS's own features; writes nothing.

  Raises:
    UserError: the dataset has no sample.
  """
  world = _world(seed).stream(f'sampled/{dataset.name}')
  features = dataset.source.tfds_dataset.builder.info.features
  return decoded(dataset, [embedded_rows.draw(dataset, features, world) for _ in range(count)])


def decoded(dataset: datasets.Dataset, rows: Sequence[Mapping]) -> Any:
  """A tf.data.Dataset of rows, encoded and decoded by TFDS's own features."""
  import tensorflow as tf

  features = dataset.source.tfds_dataset.builder.info.features
  written = [features.serialize_example(row) for row in rows]
  return tf.data.Dataset.from_tensor_slices(written).map(features.deserialize_example)


@functools.cache
def _world(seed):
  return World(seed)  # takes half a second


def write_text(path: pathlib.Path, split: str, world: World) -> None:
  """The plain text of a split, one document a line, none twice in any split."""
  seen: set[str] = set()
  for name, count in DOCUMENTS.items():
    drawn = world.stream(f'text/{name}').documents(2 * count)
    texts = list(itertools.islice(_unseen(drawn, seen), count))
    if name == split:
      path.write_text(''.join(f'{text}\n' for text in texts))


def _unseen(texts, seen):
  for text in texts:
    if text not in seen:
      seen.add(text)
      yield text


def write_vocabulary(
  path: pathlib.Path, folder: pathlib.Path, groups: Mapping[str, Sequence[datasets.Dataset]]
) -> None:
  """A SentencePiece model of the rendered prompts and the plain text."""
  import sentencepiece

  texts = (folder / 'text' / 'train.txt').read_text().splitlines()
  for tfds_name, group in groups.items():
    for dataset in group:
      texts += _rendered(folder, dataset)
  model = io.BytesIO()
  sentencepiece.SentencePieceTrainer.train(
    sentence_iterator=iter(texts),
    model_writer=model,
    vocab_size=PIECES,
    hard_vocab_limit=False,
    pad_id=0,
    eos_id=1,
    unk_id=2,
    bos_id=-1,
    byte_fallback=True,
    normalization_rule_name='identity',
    remove_extra_whitespaces=False,
    user_defined_symbols=['\n'],
    split_digits=True,
    required_chars='0123456789',
    max_sentence_length=100_000,
    num_threads=1,
    minloglevel=2,
  )
  path.write_bytes(model.getvalue())


def _rendered(folder, dataset):
  """Prompts and targets of some training rows in every template."""
  base = splits.parse(next(iter(dataset.splits.values()))).base
  rows = builder(dataset.tfds, folder).as_dataset(split=base, shuffle_files=False)
  texts = []
  # Eagerly: for so few rows, tracing the graph would take most of the time.
  try:
    for row in filter(dataset.keep, rows.take(_PROMPTED)):
      named = rendering.text_fields(row, dataset)
      for side in templates.render(dataset.templates, named):
        texts += [text.decode() for text in side.numpy()]
  except Exception as error:
    raise dataset_checks.failure(dataset, 'fields(example) or keep(example)', error) from error
  return texts
