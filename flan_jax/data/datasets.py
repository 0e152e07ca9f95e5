# SPDX-License-Identifier: Apache-2.0
"""A dataset and its registration as a SeqIO task: the only caller of TaskRegistry.

    datasets.add(
        'rte', tfds='super_glue/rte:1.0.2', kind='classification',
        splits={'train': 'train[:-200]', 'validation': 'train[-200:]', 'test': 'validation'},
        examples=2_290, fields=fields, templates=TEMPLATES, inverted=INVERTED,
        metrics=['accuracy'])

Its rows in the embedded data, if it has any, are registered under the same name: see
`world.samples`, which nothing here imports.
"""

import dataclasses
import functools
from typing import Any, Callable, Iterator, Mapping, Sequence

import seqio
import tensorflow as tf

from flan_jax.data import clusters as clusters_lib
from flan_jax.data import dataset_checks, expected, fewshot, origins, rendering, vocabulary
from flan_jax.data import fields as fields_lib
from flan_jax.data import splits as splits_lib
from flan_jax.data import templates as templates_lib
from flan_jax.data.code import code_identity
from flan_jax.data.templates import Template
from flan_jax.errors import did_you_mean, UserError

FEATURES = {
  name: seqio.Feature(vocabulary.FLAN, add_eos=True, required=name == 'targets') for name in ('inputs', 'targets')
}
# Converts text to ids. SeqIO cuts at the end, so the separator is added only after that.
ENCODING = (seqio.preprocessors.tokenize, seqio.preprocessors.append_eos_after_trim)
EVALUATION = '.eval'  # suffix of the SeqIO task for evaluation


@dataclasses.dataclass(frozen=True)
class Dataset:
  """The declaration of a dataset; see `add`."""

  name: str
  clusters: tuple[str, ...]
  tfds: str
  splits: Mapping[str, str]
  kind: str
  examples: int
  fields: Callable[[Mapping], Mapping[str, tf.Tensor]]
  templates: tuple[Template, ...]
  metrics: tuple[str, ...]
  keep: Callable[[Mapping], tf.Tensor] | None = None
  origin: origins.Origin = origins.Origin()
  mixed: bool = True
  plain: tuple[Template, ...] = ()
  version: int = 1
  variant: Any = None  # prompt_variants.Variant, if this is a variant of a dataset

  @property
  def source(self) -> splits_lib.Source:
    few = self.variant.examples if self.variant else None
    return splits_lib.source(self.tfds, tuple(self.splits.items()), few)

  @property
  def module(self) -> str:
    """The module that defines `fields`."""
    return code_identity.behind(self.fields).__module__

  @property
  def identity(self) -> dict:
    """Everything but the TFDS rows that determines the rendered text; see `data.code.identity`.

    A digest for each template, in order, and for code, ignoring comments.
    """
    code = {'fields': code_identity.of(self.fields, fields_lib.tidy, own=self.module)}
    if self.keep:
      code['keep'] = code_identity.of(self.keep, own=self.module)
    if self.variant:
      code['variant'] = self.variant.identity
    return {'version': self.version, 'templates': [template.digest for template in self.templates], **code}

  @property
  def directions(self) -> tuple[str, ...]:
    """The directions of its templates: 'en-de', 'de-en'; () if there are none."""
    found = dict.fromkeys(template.direction for template in self.templates)
    return tuple(direction for direction in found if direction)

  @property
  def forward(self) -> tuple[int, ...]:
    """Numbers of the templates for the task itself, in the variant's direction."""
    direction = self.variant.direction if self.variant else ''
    return tuple(
      number
      for number, template in enumerate(self.templates)
      if template.kind != templates_lib.INVERTED and direction in ('', template.direction)
    )

  @property
  def shots(self) -> int:
    """Number of exemplars before each prompt."""
    return self.variant.shots if self.variant else 0


_DATASETS: dict[str, Dataset] = {}


def add(
  name: str,
  *,
  tfds: str,
  splits: Mapping[str, str],
  kind: str,
  examples: int,
  fields: Callable,
  templates: Sequence[Template],
  inverted: Sequence[Template] = (),
  metrics: Sequence[str],
  keep: Callable | None = None,
  clusters: Sequence[str] = (),
  origin: origins.Origin = origins.Origin(),
  mixed: bool = True,
  plain: Sequence[Template] = (),
  version: int = 1,
) -> Dataset:
  """Declares a dataset and registers its SeqIO task of the same name.

  Args:
    name: of the task.
    tfds: TFDS name with its version.
    splits: 'train', 'validation' (dev) and 'test' as TFDS split expressions; without
      'train' the dataset is only evaluated.
    kind: of `templates`: 'classification' (each holds {options}) or 'generation'.
    examples: published size of the training split after the dev carve-out; the mixing
      rate if no data is prepared.
    fields: TFDS record -> named text fields; `answer` is the training target, `options`
      the classes, `references` (optional) the correct texts, `group` (optional) a text
      shared by rows that are scored together.
    templates: forward phrasings; with `inverted`, ten in all, numbered in this order.
    inverted: phrasings of the inverted task; trained on, never evaluated.
    metrics: names known to the evaluation, the primary metric first.
    keep: TFDS record -> whether to use it.
    clusters: by default the name of the folder with the file of `fields`.
    origin: where its records come from, for `flan_jax prepare`.
    mixed: whether the mixtures train on it.
    plain: prompts for an untuned model, as for GPT-3: one phrasing (one per direction)
      that the answer continues; by default the bare fields.
    version: raise it if the prompts change other than by their templates and code; a run
      does not resume with prompts of another version.

  Raises:
    UserError: the name is taken, or `dataset_checks.check` fails.
  """
  declared = [dataclasses.replace(t, kind=kind) for t in templates]
  declared += [dataclasses.replace(t, kind=templates_lib.INVERTED) for t in inverted]
  dataset = Dataset(
    name=name,
    clusters=tuple(clusters) or _folder(name, fields),
    tfds=tfds,
    splits=dict(splits),
    kind=kind,
    examples=examples,
    fields=fields,
    metrics=tuple(metrics),
    keep=keep,
    templates=tuple(declared),
    origin=origin,
    mixed=mixed and splits_lib.TRAIN in splits,
    plain=tuple(dataclasses.replace(t, kind=kind) for t in plain),
    version=version,
  )
  _check_name(dataset)
  dataset_checks.check(dataset)
  return register(dataset)


def _check_name(dataset: Dataset) -> None:
  name, file = dataset.name, dataset_checks.file(dataset)
  if '.' in name:
    raise UserError(f'{name!r} ({file}): a name has no dots, they begin what tells a variant')
  if name in _DATASETS:
    raise UserError(
      f'{name} ({file}) is registered already, by {dataset_checks.file(_DATASETS[name])}; choose another name'
    )


def _folder(name: str, fields: Callable) -> tuple[str]:
  """Returns the name of the file's folder as cluster."""
  module = code_identity.behind(fields).__module__
  *packages, _ = module.split('.')
  if not packages:
    raise UserError(f"{name}: its module {module} stands in no folder of a cluster; name them: clusters=['sentiment']")
  return (packages[-1],)


def register(dataset: Dataset) -> Dataset:
  """Registers the SeqIO tasks of a checked dataset.

  'rte' has the training examples in all templates; 'rte.eval' every example in every
  forward template, with what is needed to score an answer.
  """
  asked = functools.partial(rendering.questions, dataset=dataset)
  trained = functools.partial(rendering.prompts, dataset=dataset)
  _register_task(dataset, '', trained)
  if dataset.forward:
    _register_task(dataset, EVALUATION, asked)
  _DATASETS[dataset.name] = dataset
  return dataset


def _register_task(dataset: Dataset, ending: str, render: Callable) -> None:
  name = dataset.name + ending
  seqio.TaskRegistry.add(
    name,
    source=dataset.source,
    preprocessors=[render, seqio.CacheDatasetPlaceholder(), *ENCODING],
    output_features=FEATURES,
    postprocess_fn=expected.postprocess,
    metric_fns=[expected.metric(name, dataset.metrics)],
  )


def names() -> list[str]:
  """Returns every declared dataset, in the order of declaration."""
  return [name for name, dataset in _DATASETS.items() if not dataset.variant]


def every() -> list[str]:
  """Returns the declared datasets and their variants registered so far."""
  return list(_DATASETS)


def plain(name: str) -> str:
  """Returns the dataset of a task, also of a variant: 'rte.5shot' -> 'rte'."""
  return name.partition('.')[0]


def clusters_of(name: str) -> tuple[str, ...]:
  """Returns the clusters of a task, the finest last; an undeclared one is its own."""
  own = plain(name)
  return get(own).clusters if own in names() else (name,)


def get(name: str) -> Dataset:
  """Returns the dataset of that name; an unknown name is a UserError with the nearest ones."""
  asked = name.removesuffix(EVALUATION)
  if asked != name and asked in _DATASETS:
    raise UserError(f'{name} is what SeqIO clients evaluate; here, say {asked}')
  if name not in _DATASETS:
    hint = did_you_mean(name, _DATASETS) or f'; there are {", ".join(names())}'
    raise UserError(f'unknown task {name!r}{hint} ({clusters_lib.OWN})')
  return _DATASETS[name]


def require_prepared(wanted: Sequence[str], instead: str = '') -> None:
  """Raises UserError naming every dataset that is missing in the data_dir.

  instead: another remedy, a sentence.
  """
  missing = [name for name in wanted if not get(name).source.prepared()]
  if missing:
    manual = {get(name).tfds: get(name).origin.by_hand for name in missing if get(name).origin.by_hand}
    names = list(dict.fromkeys(map(plain, missing)))  # a variant is prepared as its dataset
    splits_lib.raise_missing(names, [get(name).tfds for name in names], manual, instead)


def records(dataset: Dataset, split: str) -> tf.data.Dataset:
  """Returns the records of a split, in the order of the files."""
  return dataset.source.get_dataset(split, shuffle=False)


def examples(
  name: str, split: str, numbers: Sequence[int], prompt_length: int = fewshot.INPUTS_LENGTH
) -> Iterator[rendering.Example]:
  """Yields the usable examples of a split in the templates of those numbers, for evaluation.

  prompt_length: tokens of inputs, which limits exemplars.
  """
  return rendering.examples(records(get(name), split), get(name), numbers, prompt_length=prompt_length)
