"""The prompts that a dataset is evaluated on: read, rendered and tokenized once.

They do not depend on the parameters, so the untuned and the tuned model share them.
"""

import dataclasses
import itertools
from typing import Iterator, Mapping, Sequence

from flan_jax.data import datasets
from flan_jax.data import rendering
from flan_jax.data import templates as templates_lib
from flan_jax.data import tokenizing
from flan_jax.data.vocabulary import FLAN
from flan_jax.errors import UserError

DEV, TEST = 'dev', 'test'
SPLITS = {DEV: 'validation', TEST: 'test'}  # as the paper says -> as datasets declare
PAPER_LENGTHS = 1_024, 256  # tokens of inputs and of targets, paper section 2.4
_TEXTS_AT_ONCE = 4_096


@dataclasses.dataclass(frozen=True)
class Encoding:
  """How text becomes tokens, the same as in training; lengths with their separators."""

  inputs_length: int
  targets_length: int
  separators: tuple[str, str] = ('eos', 'eos')

  @classmethod
  def of(cls, run: Mapping) -> 'Encoding':
    """The encoding of the prompts that a run (its run.json) was tuned on.

    Pretraining has no prompts, its rows are documents: then the paper's lengths serve.
    """
    rows = run['rows']
    lengths = rows['inputs_length'], rows['targets_length']
    if rows.get('overflow') == 'split':
      lengths = PAPER_LENGTHS
    return cls(*lengths, tuple(rows['separators']))

  def inputs(self, texts: Sequence[str]) -> list[list[int]]:
    return self._ids(texts, self.inputs_length, self.separators[0])

  def targets(self, texts: Sequence[str]) -> list[list[int]]:
    return self._ids(texts, self.targets_length, self.separators[1])

  def end_id(self) -> int:
    """The token at which decoding stops."""
    end = tokenizing.separator_ids(FLAN, self.separators[1])
    return end[0] if end else FLAN.eos_id

  def _ids(self, texts, length, separator) -> list[list[int]]:
    end = tokenizing.separator_ids(FLAN, separator)
    room = max(length - len(end), 0)
    return [[*ids[:room], *end] for ids in FLAN.encode_batch(list(texts))]


@dataclasses.dataclass(frozen=True)
class Questions:
  """N examples of a dataset (dev, then test) in T templates.

  templates: their T numbers. sizes: how many examples each split has. inputs: N * T
  lists of token ids, the templates of an example side by side. options: N lists of
  token ids, empty for generation. examples: N, without their prompts. first: the first
  example whole, for people to read.
  """

  name: str
  templates: tuple[int, ...]
  sizes: dict[str, int]
  inputs: list[list[int]]
  options: list[list[list[int]]]
  examples: list[rendering.Example]
  first: rendering.Example

  def rows(self, split: str) -> slice:
    """Where the examples of a split stand among the N."""
    start = 0 if split == DEV else self.sizes[DEV]
    return slice(start, start + self.sizes[split])


def forward_templates(
    name: str, wanted: Sequence[int] | None = None) -> tuple[int, ...]:
  """Numbers of the templates that ask for the task itself, all or those wanted.

  Raises:
    UserError: a wanted number does not exist or is an inverted template.
  """
  dataset = datasets.get(name)
  direction = dataset.variant.direction if dataset.variant else ''
  forward = [number for number, template in enumerate(dataset.templates)
             if template.kind != templates_lib.INVERTED
             and direction in ('', template.direction)]
  wrong = [number for number in wanted or () if number not in forward]
  if wrong:
    raise UserError(
        f'{name} is not evaluated in template {wrong[0]}; its forward templates are '
        f'{", ".join(map(str, forward))}')
  return tuple(forward if wanted is None else dict.fromkeys(wanted))


def read(
    name: str, encoding: Encoding, *, templates: Sequence[int] | None = None,
    splits: Sequence[str] = (DEV, TEST), limit: int | None = None) -> Questions:
  """Reads the splits of a dataset, at most `limit` examples of each.

  Raises:
    UserError: no such dataset or template, or there is nothing to read.
  """
  numbers = forward_templates(name, templates)
  declared = datasets.get(name).splits
  sizes, inputs, kept, first = {DEV: 0, TEST: 0}, [], [], None
  for split in (part for part in SPLITS if part in splits and SPLITS[part] in declared):
    found = itertools.islice(datasets.examples(
        name, SPLITS[split], numbers, encoding.inputs_length), limit)
    for group in _groups(found, max(1, _TEXTS_AT_ONCE // len(numbers))):
      first = first or group[0]
      inputs += encoding.inputs([text for one in group for text in one.inputs])
      kept += [dataclasses.replace(one, inputs=(), targets=()) for one in group]
      sizes[split] += len(group)
  if first is None:
    raise UserError(f'{name} has no example to evaluate in {" or ".join(splits)}; look '
                    'at its splits and at --limit')
  return Questions(name, numbers, sizes, inputs, _options(kept, encoding), kept, first)


def _groups(items: Iterator, size: int) -> Iterator[list]:
  while group := list(itertools.islice(items, size)):
    yield group


def _options(examples, encoding: Encoding) -> list[list[list[int]]]:
  """Each text is tokenized once: most datasets have the same options throughout."""
  texts = list(dict.fromkeys(text for one in examples for text in one.options))
  ids = dict(zip(texts, encoding.targets(texts)))
  return [[ids[text] for text in one.options] for one in examples]
