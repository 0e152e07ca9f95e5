"""A dataset and its registration as a SeqIO task: the only caller of TaskRegistry.

    datasets.add(
        'rte', tfds='super_glue/rte:1.0.2', kind='classification',
        splits={'train': 'train[:-200]', 'validation': 'train[-200:]', 'test': 'validation'},
        examples=2_290, fields=fields, sample=sample,
        templates=TEMPLATES, inverted=INVERTED, metrics=['accuracy'])
"""

import dataclasses
import difflib
import functools
import inspect
from typing import Callable, Iterator, Mapping, Sequence

import seqio
import tensorflow as tf

from flan_jax.data import fields as fields_lib
from flan_jax.data import splits as splits_lib
from flan_jax.data import templates as templates_lib
from flan_jax.data import vocabulary
from flan_jax.data.templates import Template
from flan_jax.errors import UserError

MAXIMUM_PROMPTS = 30_000  # a dataset, paper section 2.1
TEMPLATES_PER_DATASET = 10
_BATCH = 256  # examples rendered together
FEATURES = {
    name: seqio.Feature(vocabulary.FLAN, add_eos=True, required=name == 'targets')
    for name in ('inputs', 'targets')}


@dataclasses.dataclass(frozen=True)
class Dataset:
  """What one dataset file declares; see `add`."""

  name: str
  clusters: tuple[str, ...]
  tfds: str
  splits: Mapping[str, str]
  kind: str
  examples: int
  fields: Callable[[Mapping], Mapping[str, tf.Tensor]]
  sample: Callable[..., Mapping]
  templates: tuple[Template, ...]
  metrics: tuple[str, ...]
  keep: Callable[[Mapping], tf.Tensor] | None = None

  @functools.cached_property
  def source(self) -> splits_lib.Source:
    return splits_lib.Source(self.tfds, self.splits)

  @property
  def identity(self) -> dict:
    """What decides the rendered text, besides the TFDS rows: for fingerprints."""
    return {
        'fields': inspect.getsource(inspect.getmodule(self.fields)),
        'templates': [dataclasses.astuple(template) for template in self.templates]}


@dataclasses.dataclass(frozen=True)
class Example:
  """One example in every phrasing asked for, as evaluation reads it.

  inputs, targets: T texts. options: K texts, empty for generation. label: index of the
  answer in options, -1 for generation. references: every text that counts as right.
  """

  inputs: tuple[str, ...]
  targets: tuple[str, ...]
  options: tuple[str, ...]
  label: int
  references: tuple[str, ...]


_DATASETS: dict[str, Dataset] = {}


def add(
    name: str, *, tfds: str, splits: Mapping[str, str], kind: str, examples: int,
    fields: Callable, sample: Callable, templates: Sequence[Template],
    inverted: Sequence[Template] = (), metrics: Sequence[str],
    keep: Callable | None = None, clusters: Sequence[str] = ()) -> Dataset:
  """Declares a dataset and registers its SeqIO task of the same name.

  Args:
    name: of the task.
    tfds: TFDS name with its version.
    splits: 'train', 'validation' (dev) and 'test' as TFDS split expressions.
    kind: of `templates`: 'classification' (each holds {options}) or 'generation'.
    examples: published size of the training split after the dev carve-out; serves as
      the mixing rate where no data is prepared.
    fields: TFDS record -> named text fields; `answer` is the training target, `options`
      the classes, `references` (optional) the texts that count as right.
    sample: world -> one record in the TFDS schema, for the embedded data.
    templates: forward phrasings; with `inverted`, ten in all, numbered in this order.
    inverted: phrasings that turn the task around; trained on, never evaluated.
    metrics: names known to the evaluation, the primary one first.
    keep: TFDS record -> whether to use it.
    clusters: by default the name of the folder that the file of `fields` stands in.
  """
  dataset = Dataset(
      name=name, clusters=tuple(clusters) or (fields.__module__.split('.')[-2],),
      tfds=tfds, splits=dict(splits), kind=kind, examples=examples, fields=fields,
      sample=sample, metrics=tuple(metrics), keep=keep,
      templates=_declare(name, kind, templates, inverted))
  seqio.TaskRegistry.add(
      name, source=dataset.source, preprocessors=[
          functools.partial(prompts, dataset=dataset),
          seqio.CacheDatasetPlaceholder(),
          seqio.preprocessors.tokenize,
          seqio.preprocessors.append_eos],
      output_features=FEATURES, metric_fns=[])
  _DATASETS[name] = dataset
  return dataset


def _declare(name, kind, forward, inverted) -> tuple[Template, ...]:
  declared = [dataclasses.replace(t, kind=kind) for t in forward]
  declared += [dataclasses.replace(t, kind=templates_lib.INVERTED) for t in inverted]
  if kind not in (templates_lib.CLASSIFICATION, templates_lib.GENERATION):
    raise UserError(f"{name}: kind {kind!r} is neither 'classification' nor 'generation'")
  if len(declared) != TEMPLATES_PER_DATASET or len(inverted) > 3:
    raise UserError(
        f'{name}: {len(forward)} templates and {len(inverted)} inverted ones; '
        f'there must be {TEMPLATES_PER_DATASET} in all, at most 3 inverted')
  for number, template in enumerate(declared):
    if template.kind == templates_lib.CLASSIFICATION and 'options' not in template.gaps:
      raise UserError(f'{name}: classification template {number} lacks {{options}}')
  return tuple(declared)


def names() -> list[str]:
  """Every declared dataset, in the order of declaration."""
  return list(_DATASETS)


def get(name: str) -> Dataset:
  """The dataset of that name; an unknown name is a UserError with the nearest ones."""
  if name not in _DATASETS:
    near = difflib.get_close_matches(name, _DATASETS, 4, 0.5)
    hint = f'did you mean {", ".join(near)}?' if near else f'there are {", ".join(names())}'
    raise UserError(f'unknown task {name!r}; {hint}')
  return _DATASETS[name]


def require_prepared(wanted: Sequence[str]) -> None:
  """Raises UserError naming every dataset that the data_dir does not hold."""
  missing = [name for name in wanted if not get(name).source.prepared()]
  if missing:
    splits_lib.raise_missing(missing, [get(name).tfds for name in missing])


def records(dataset: Dataset, split: str) -> tf.data.Dataset:
  """The kept records of a split, in the order of the files."""
  return _kept(dataset.source.get_dataset(split, shuffle=False), dataset)


def _kept(records_ds: tf.data.Dataset, dataset: Dataset) -> tf.data.Dataset:
  return records_ds.filter(dataset.keep) if dataset.keep else records_ds


def text_fields(record: Mapping, dataset: Dataset) -> dict[str, tf.Tensor]:
  """The fields of a record, tidied; `references` is there in any case."""
  named = {key: fields_lib.tidy(text) for key, text in dataset.fields(record).items()}
  return {'references': named['answer'][tf.newaxis], **named}


def prompts(
    records_ds: tf.data.Dataset, dataset: Dataset, prompt_seed: int = 0
) -> tf.data.Dataset:
  """SeqIO preprocessor: at most 30,000 prompts {'inputs', 'targets'} of a dataset.

  Every example has an order of the templates of its own, drawn from its text, so that it
  depends neither on its position nor on the sharding. Round r shows each example in its
  r-th template; rounds go on until the cap or until every pair has been shown.
  """
  texts = _kept(records_ds, dataset).map(
      lambda record: templates_lib.as_text(text_fields(record, dataset)),
      num_parallel_calls=tf.data.AUTOTUNE)
  if 0 <= records_ds.cardinality() < MAXIMUM_PROMPTS:
    texts = texts.cache()  # small, and read again for every round
  # Rendering whole batches costs a tenth of rendering one by one.
  rounds = tf.data.Dataset.range(len(dataset.templates)).flat_map(
      lambda turn: texts.batch(_BATCH).map(
          lambda batch: _prompts(batch, dataset, turn, prompt_seed),
          num_parallel_calls=tf.data.AUTOTUNE).unbatch())
  return rounds.take(MAXIMUM_PROMPTS)


def _prompts(texts, dataset: Dataset, turn: tf.Tensor, seed: int) -> dict[str, tf.Tensor]:
  """A batch of B examples, each in the template that is its own at this turn: [B]."""
  key = tf.strings.join([texts[name] for name in sorted(texts)], separator='\x00')
  ranks = [
      tf.strings.to_hash_bucket_fast(tf.strings.join([key, f'{seed} {number}']), 2**62)
      for number in range(len(dataset.templates))]
  order = tf.argsort(tf.stack(ranks, axis=1), axis=1)
  inputs, targets = templates_lib.fill(dataset.templates, texts)
  number = order[:, turn]
  return {'inputs': tf.gather(inputs, number, batch_dims=1),
          'targets': tf.gather(targets, number, batch_dims=1)}


def examples(name: str, split: str, numbers: Sequence[int]) -> Iterator[Example]:
  """The examples of a split in the templates of those numbers, for evaluation."""
  dataset = get(name)
  phrasings = [dataset.templates[number] for number in numbers]

  def view(record):
    named = text_fields(record, dataset)
    inputs, targets = templates_lib.render(phrasings, named)
    options = named.get('options', tf.zeros([0], tf.string))
    label = tf.reduce_max(tf.where(
        options == named['answer'], tf.range(tf.size(options)), -1)) if (
            'options' in named) else tf.constant(-1)
    return inputs, targets, options, label, named['references']

  for inputs, targets, options, label, references in (
      records(dataset, split).map(view, tf.data.AUTOTUNE).as_numpy_iterator()):
    texts = [tuple(text.decode() for text in column)
             for column in (inputs, targets, options, references)]
    yield Example(texts[0], texts[1], texts[2], int(label), texts[3])
