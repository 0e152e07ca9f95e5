# SPDX-License-Identifier: Apache-2.0
"""Renders TFDS records to prompts: fields, filtering, rounds over templates.

A record is left out if the dataset's `keep` rejects it, if a text used by some template
is empty or no valid UTF-8, or if the answer is none of the options. `dropped` counts
left-out records by task and reason.
"""

import collections
import contextlib
import dataclasses
import re
from typing import Callable, Iterator, Mapping, Sequence, TYPE_CHECKING

import numpy as np
import tensorflow as tf

from flan_jax.data import dataset_checks, fewshot, splits, vocabulary
from flan_jax.data import fields as fields_lib
from flan_jax.data import templates as templates_lib
from flan_jax.data.records import record_keys
from flan_jax.data.templates import GROUP, OPTIONS, REFERENCES
from flan_jax.errors import UserError

if TYPE_CHECKING:
  from flan_jax.data import datasets

MAXIMUM_PROMPTS = 30_000  # per dataset, paper section 2.1
NOT_KEPT = "left out by the dataset's rule"
OVERLAPS = 'overlaps with a held-out example'
_BATCH = 256  # examples rendered together

# Skips AutoGraph, which is slow, for code that is already written for graphs.
_plainly = tf.autograph.experimental.do_not_convert

# {task: {reason: records}} since the last call of `dropped`, in this process.
_DROPPED: dict[str, collections.Counter[str]] = collections.defaultdict(collections.Counter)


@dataclasses.dataclass(frozen=True)
class Example:
  """One example in every requested phrasing, for evaluation.

  inputs, targets: T texts. options: K texts, empty for generation. label: index of the
  answer in options, -1 for generation. references: every correct text.
  group: examples with the same group are scored together; '' for each alone.
  passages: T texts, the longest field in each prompt, which is shortened if the prompt
  is too long. key: of the record, see record_keys.number.
  """

  inputs: tuple[str, ...]
  targets: tuple[str, ...]
  options: tuple[str, ...]
  label: int
  references: tuple[str, ...]
  group: str = ''
  passages: tuple[str, ...] = ()
  key: int | None = None


def dropped(task: str) -> dict[str, int]:
  """Returns the left-out records of a task so far, by reason, and resets the count."""
  return dict(_DROPPED.pop(task, {}))


def text_fields(record: Mapping, dataset: 'datasets.Dataset') -> dict[str, tf.Tensor]:
  """Returns the tidied fields of a record; an option, and the answer among them, is one line."""
  named = {key: fields_lib.tidy(text) for key, text in dataset.fields(record).items()}
  if OPTIONS in named:
    named |= {key: fields_lib.one_line(named[key]) for key in (OPTIONS, 'answer')}
  return named


def usable(records_ds: tf.data.Dataset, dataset: 'datasets.Dataset', count: bool | tf.Tensor = True) -> tf.data.Dataset:
  """Returns the tidied fields of the usable records and counts the others.

  count: whether to count; a scalar bool.
  """

  def noted(reason):
    def note(text):
      _DROPPED[dataset.name][text.decode()] += 1
      return False

    return tf.ensure_shape(tf.numpy_function(note, [reason], tf.bool), [])

  def judged(reason):
    fine = tf.equal(reason, '')
    return tf.cond(fine | ~tf.convert_to_tensor(count), lambda: fine, lambda: noted(reason))

  if dataset.keep:
    with _named(dataset, 'keep', records_ds):
      records_ds = records_ds.filter(lambda record: judged(tf.where(dataset.keep(record), '', NOT_KEPT)))
  with _named(dataset, 'fields', records_ds):
    named_ds = records_ds.map(lambda record: text_fields(record, dataset), num_parallel_calls=tf.data.AUTOTUNE)
  _check_names(dataset, named_ds.element_spec)
  named_ds = named_ds.filter(lambda named: judged(flaw(named, dataset)))
  if dataset.variant and dataset.variant.without:
    among = record_keys.among(dataset.variant.without)
    named_ds = named_ds.filter(lambda named: judged(tf.where(among(named), OVERLAPS, '')))
  return named_ds


@contextlib.contextmanager
def _named(dataset, function: str, records_ds: tf.data.Dataset) -> Iterator[None]:
  """Turns what a function of a dataset raises into a UserError that names both.

  If the function reads a missing feature, the message lists the existing ones.
  """
  try:
    yield
  except UserError:
    raise
  except Exception as error:  # TensorFlow raises its own types for traced code
    failed = dataset_checks.failure(dataset, f'{function}(example)', error)
    # The text of a KeyError may be AutoGraph's trace.
    asked = re.search(r"(?:KeyError: |\A)'([^']*)'", f'{error}')
    if isinstance(error, KeyError) and asked and asked[1] not in records_ds.element_spec:
      features = ', '.join(sorted(records_ds.element_spec))
      failed = UserError(f'{failed}; the records of {dataset.tfds} have {features}')
    raise failed from error


def _asked(dataset) -> list[str]:
  """Returns the fields that some template uses."""
  return sorted(set().union(*(template.gaps for template in dataset.templates)))


def _check_names(dataset, named: Mapping) -> None:
  """Checks fields whose names are not known from the source at declaration."""
  for name in _asked(dataset):
    if name not in named:
      raise UserError(f'{dataset.name}: a template asks for {{{name}}}; the fields are {", ".join(sorted(named))}')


@_plainly
def flaw(named: Mapping[str, tf.Tensor], dataset: 'datasets.Dataset') -> tf.Tensor:
  """Returns why the fields make no prompt, '' if they do: a scalar string."""
  asked = _asked(dataset)
  flaws = [
    (~tf.reduce_all(fields_lib.is_text(named[name])), f'{name} is not valid UTF-8')
    for name in dict.fromkeys([*asked, *({OPTIONS, REFERENCES} & set(named))])
  ]
  flaws += [(tf.reduce_any(tf.strings.length(named[name]) == 0), f'{name} is empty') for name in asked]
  if OPTIONS in named:
    among = tf.reduce_any(tf.equal(named['options'], named['answer']))
    flaws.insert(len(flaws) - len(asked), (~among, 'the answer is none of the options'))
  reason = tf.constant('')
  for wrong, text in reversed(flaws):
    reason = tf.where(wrong, text, reason)
  return reason


def prompts(
  records_ds: tf.data.Dataset,
  dataset: 'datasets.Dataset',
  prompt_seed: int = 0,
  prompt_length: int = fewshot.INPUTS_LENGTH,
  passages: bool = False,
) -> tf.data.Dataset:
  """SeqIO preprocessor: at most 30,000 prompts {'inputs', 'targets'} of a dataset.

  Every example has its own order of the templates, drawn from its text, so that it
  depends neither on position nor on sharding. Round r shows each example in its r-th
  template; rounds continue until the cap or until every pair has been shown.

  prompt_length: tokens of inputs, which limits exemplars.
  passages: adds 'passage', the text to shorten if a prompt is too long: the longest
    field in it, or '' if the prompt is too short to need it.
  """
  names = ('inputs', 'targets', 'passage') if passages else ('inputs', 'targets')
  texts = _texts_of_rounds(records_ds, dataset)

  def kept(prompts):
    return {name: prompts[name] for name in names}

  def of_round(turn):
    def rendered(batch):
      made = _prompts(batch, dataset, turn, prompt_seed, prompt_length if passages else None)
      # Each further column slows every later step.
      return made if dataset.shots else kept(made)

    # Rendering in batches takes a tenth of the time.
    return texts(turn).batch(_BATCH).map(rendered, num_parallel_calls=tf.data.AUTOTUNE).unbatch()

  rounds = tf.data.Dataset.range(len(dataset.templates)).flat_map(of_round).take(MAXIMUM_PROMPTS)
  if not dataset.shots:
    return rounds
  return rounds.batch(_BATCH).map(_composer(dataset, prompt_length)).unbatch().map(kept)


def _texts_of_rounds(records_ds: tf.data.Dataset, dataset) -> Callable[[tf.Tensor], tf.data.Dataset]:
  """Round number -> fields of all usable records; the first round counts the others."""

  def texts(count=True):
    return usable(records_ds, dataset, count).map(templates_lib.as_text, num_parallel_calls=tf.data.AUTOTUNE)

  if 0 <= records_ds.cardinality() < MAXIMUM_PROMPTS:
    small = texts().cache()  # read again for every round
    return lambda turn: small
  return lambda turn: texts(tf.equal(turn, 0))


@_plainly
def _prompts(texts, dataset, turn: tf.Tensor, seed: int, length: int | None) -> dict[str, tf.Tensor]:
  """Renders a batch of B examples, each in its template of this round: [B].

  length: tokens of inputs, beyond which passages are needed; None yields none.
  """
  key = record_keys.text(texts)
  ranks = [
    tf.strings.to_hash_bucket_fast(tf.strings.join([key, f'{seed} {number}']), 2**62)
    for number in range(len(dataset.templates))
  ]
  order = tf.argsort(tf.stack(ranks, axis=1), axis=1)
  inputs, targets = templates_lib.fill(dataset.templates, texts)
  number = order[:, turn]
  made = {
    'inputs': tf.gather(inputs, number, batch_dims=1),
    'targets': tf.gather(targets, number, batch_dims=1),
    'key': key,
    'template': number,
  }
  if length is not None:
    # Few prompts are too long, and the others need no passage. A byte is at most one
    # token; separators may take some of the length.
    perhaps = tf.strings.length(made['inputs']) > 3 * length // 4
    made['passage'] = tf.cond(
      tf.reduce_any(perhaps),
      lambda: tf.where(perhaps, _passages(texts, dataset.templates, number), ''),
      lambda: tf.fill(tf.shape(number), ''),
    )
  return made


def _passages(texts, phrasings: Sequence, number: tf.Tensor) -> tf.Tensor:
  """Returns the longest field in the inputs of each of B prompts, without the options: [B].

  texts: fields [B]. number: index of each prompt's template in the phrasings, [B].
  """
  gaps = [{gap for gap in phrasing.places if gap.name != OPTIONS} for phrasing in phrasings]
  names = sorted(set().union(*gaps))
  if not names:
    return tf.fill(tf.shape(number), '')
  within = tf.constant([[int(name in own) for name in names] for own in gaps])
  stacked = tf.stack([templates_lib.shown(texts, name) for name in names], axis=1)
  lengths = tf.strings.length(stacked) * tf.gather(within, number)
  longest = tf.gather(stacked, tf.argmax(lengths, axis=1), batch_dims=1)
  return tf.where(tf.reduce_max(lengths, axis=1) > 0, longest, '')


def _composer(dataset, length: int) -> Callable[[dict], dict]:
  """Returns a function that puts exemplars before B prompts with 'key', 'template', 'inputs'."""
  drawn = exemplars(dataset)

  def compose(keys, numbers, inputs):
    columns = _decoded(keys), numbers, _decoded(inputs)
    return np.array([text.encode() for text in drawn.before(*columns, length)], object)

  def composed(batch):
    arguments = [batch[name] for name in ('key', 'template', 'inputs')]
    inputs = tf.numpy_function(compose, arguments, tf.string)
    return {**batch, 'inputs': tf.ensure_shape(inputs, batch['inputs'].shape)}

  return composed


def exemplars(dataset: 'datasets.Dataset', records_ds: tf.data.Dataset | None = None) -> fewshot.Exemplars:
  """Returns the exemplars of a few-shot variant: by default the first training rows."""
  if records_ds is None:
    records_ds = dataset.source.get_dataset(splits.TRAIN, shuffle=False)

  def view(named):
    texts = templates_lib.as_text(named)
    return record_keys.text(texts), *templates_lib.fill(dataset.templates, texts)

  named_ds = usable(records_ds, dataset, count=False).take(fewshot.POOL)
  rows = [
    (_decoded([key])[0], _decoded(inputs), _decoded(targets))
    for key, inputs, targets in splits.elements(named_ds.map(view), dataset.source)
  ]
  asked, encode = dataset.variant, vocabulary.FLAN.encode_batch
  return fewshot.Exemplars(rows, asked.shots, asked.shot_seed, encode, ' ' if asked.plain else '\n', asked.drawn_shots)


def _decoded(texts) -> tuple[str, ...]:
  return tuple(text.decode('utf-8', 'replace') for text in texts)


def _rendered(named: Mapping, phrasings: Sequence) -> dict[str, tf.Tensor]:
  """Renders an example in T phrasings, with what scoring needs; see `Example`."""
  inputs, targets = templates_lib.render(phrasings, named)
  options = named.get(OPTIONS, tf.zeros([0], tf.string))
  label = (
    tf.reduce_max(tf.where(options == named['answer'], tf.range(tf.size(options)), -1))
    if (OPTIONS in named)
    else tf.constant(-1)
  )
  return {
    'inputs': inputs,
    'targets': targets,
    OPTIONS: options,
    'label': label,
    GROUP: named.get(GROUP, tf.constant('')),
  }


def questions(
  records_ds: tf.data.Dataset, dataset: 'datasets.Dataset', prompt_length: int = fewshot.INPUTS_LENGTH
) -> tf.data.Dataset:
  """SeqIO preprocessor: every usable record in every forward template, in sequence.

  A prompt {'inputs', 'targets'} comes with the number of its 'template' and with what
  scoring needs: 'options', 'label', 'references', 'group'.

  prompt_length: tokens of inputs, which limits exemplars.
  """
  phrasings = [dataset.templates[number] for number in dataset.forward]
  count = len(phrasings)
  compose = _composer(dataset, prompt_length) if dataset.shots else lambda batch: batch

  def view(named):
    asked = _rendered(named, phrasings)
    shared = {name: asked[name] for name in (OPTIONS, 'label', GROUP)} | {
      name: named[name] for name in (REFERENCES,) if name in named
    }
    batch = {
      'template': tf.constant(dataset.forward),
      'inputs': asked['inputs'],
      'targets': asked['targets'],
      REFERENCES: asked['targets'][:, None],
      'key': tf.fill([count], record_keys.text(templates_lib.as_text(named))),
      **{name: tf.repeat(one[None], count, 0) for name, one in shared.items()},
    }
    return {name: text for name, text in compose(batch).items() if name != 'key'}

  return usable(records_ds, dataset).map(view, num_parallel_calls=tf.data.AUTOTUNE).unbatch()


def examples(
  records_ds: tf.data.Dataset,
  dataset: 'datasets.Dataset',
  numbers: Sequence[int],
  drawn: fewshot.Exemplars | None = None,
  prompt_length: int = fewshot.INPUTS_LENGTH,
) -> Iterator[Example]:
  """Yields the usable records in the templates of those numbers, for evaluation.

  drawn: the exemplars; by default those of the training split, if any are needed.
  """
  phrasings = [dataset.templates[number] for number in numbers]

  def view(named):
    asked = _rendered(named, phrasings)
    texts = templates_lib.as_text(named)
    repeated = {name: tf.fill([len(phrasings)], text) for name, text in texts.items()}
    passages = _passages(repeated, phrasings, tf.range(len(phrasings)))
    references = named.get(REFERENCES, asked['targets'][:1])
    shown = asked['inputs'], asked['targets'], asked[OPTIONS], references, passages
    return shown + (asked['label'], asked[GROUP], record_keys.text(texts), record_keys.number(texts))

  drawn = drawn or (exemplars(dataset) if dataset.shots else None)
  asked_ds = usable(records_ds, dataset).map(view, tf.data.AUTOTUNE)
  for *columns, label, group, key, number in splits.elements(asked_ds, dataset.source):
    inputs, targets, options, references, passages = map(_decoded, columns)
    group, key = _decoded([group, key])
    if drawn:
      inputs = tuple(drawn.before([key] * len(numbers), numbers, inputs, prompt_length))
    yield Example(inputs, targets, options, int(label), references, group, passages, int(number))
