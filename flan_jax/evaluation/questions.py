"""The prompts that a dataset is evaluated on: read, rendered and tokenized once.

They do not depend on the parameters, so the untuned and the tuned model share them.
"""

import collections
import dataclasses
import itertools
from typing import Iterator, Mapping, Sequence

from flan_jax.data import datasets
from flan_jax.data import rendering
from flan_jax.data import shortening
from flan_jax.data import templates as templates_lib
from flan_jax.data import tokenizing
from flan_jax.data.vocabulary import FLAN
from flan_jax.errors import UserError

DEV, TEST = 'dev', 'test'
SPLITS = {DEV: 'validation', TEST: 'test'}  # as the paper says -> as datasets declare
PAPER_LENGTHS = 1_024, 256  # tokens of inputs and of targets, paper section 2.4
EMPTY = '{:,} examples left out: an option is empty'
EQUAL = '{:,} examples have two equal options; the first of them counts as chosen'
_TEXTS_AT_ONCE = 4_096


@dataclasses.dataclass(frozen=True)
class Encoding:
  """How text becomes tokens, the same as in training; lengths with their separators.

  lead: stands before every target. stop: texts at which a decoded answer ends.
  """

  inputs_length: int
  targets_length: int
  separators: tuple[str, str] = ('eos', 'eos')
  lead: str = ''
  stop: tuple[str, ...] = ()

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

  def within(self, row_length: int) -> 'Encoding':
    """The same for rows of so many tokens, whose prompts may have to be shorter.

    Raises:
      UserError: a row has no room for a prompt beside a target.
    """
    room = row_length - self.targets_length
    if room < 1:
      raise UserError(f'ROW_LENGTH = {row_length} leaves no room for a prompt beside a '
                      f'target of up to {self.targets_length} tokens; raise it')
    return dataclasses.replace(self, inputs_length=min(self.inputs_length, room))

  def plain(self) -> 'Encoding':
    """That of plain prompts, which an answer continues up to the end of its line."""
    return dataclasses.replace(self, separators=('', ''), lead=' ', stop=('\n',))

  def inputs(self, texts: Sequence[str]) -> list[list[int]]:
    """The ids of each text; see `fitted`."""
    return self.fitted(texts, [''] * len(texts))[0]

  def fitted(
      self, texts: Sequence[str], passages: Sequence[str]
  ) -> tuple[list[list[int]], list[bool]]:
    """(the ids of each text, whether it was too long and had to be shortened).

    What is cut off is the beginning of the passage that the text holds or, where that
    is not enough, of the text: what is asked, and the options, stand behind it.
    """
    end = tokenizing.separator_ids(FLAN, self.separators[0])
    room = max(self.inputs_length - len(end), 0)
    found, cut = shortening.fitted(
        FLAN.encode_batch(list(texts)), texts, passages, room, FLAN.encode_batch)
    return [[*ids, *end] for ids in found], cut

  def targets(self, texts: Sequence[str]) -> list[list[int]]:
    """The ids of each text; what is too long loses its end."""
    end = tokenizing.separator_ids(FLAN, self.separators[1])
    room = max(self.targets_length - len(end), 0)
    texts = [self.lead + text for text in texts]
    return [[*ids[:room], *end] for ids in FLAN.encode_batch(texts)]

  def end_id(self) -> int:
    """The token at which decoding stops."""
    end = tokenizing.separator_ids(FLAN, self.separators[1])
    return end[0] if end else FLAN.eos_id


@dataclasses.dataclass(frozen=True)
class Questions:
  """N examples of a dataset (dev, then test) in T templates.

  templates: their T numbers. sizes: how many examples each split has. inputs: N * T
  lists of token ids, the templates of an example side by side. cut: N * T, whether they
  had to be shortened. options: N lists of token ids, empty for generation. examples: N,
  without their prompts. problems: what a reader must know, in plain words.
  """

  name: str
  templates: tuple[int, ...]
  sizes: dict[str, int]
  inputs: list[list[int]]
  cut: list[bool]
  options: list[list[list[int]]]
  examples: list[rendering.Example]
  problems: tuple[str, ...] = ()

  def rows(self, split: str) -> slice:
    """Where the examples of a split stand among the N."""
    return rows(self.sizes, split)


def rows(sizes: Mapping[str, int], split: str) -> slice:
  """Where the examples of a split stand: those of dev come first."""
  start = 0 if split == DEV else sizes[DEV]
  return slice(start, start + sizes[split])


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
  sizes, inputs, cut, kept = {DEV: 0, TEST: 0}, [], [], []
  flaws = collections.Counter()
  rendering.dropped(name)  # begins the count anew
  for split in (part for part in SPLITS if part in splits and SPLITS[part] in declared):
    found = itertools.islice(_with_options(datasets.examples(
        name, SPLITS[split], numbers, encoding.inputs_length), flaws), limit)
    for group in _groups(found, max(1, _TEXTS_AT_ONCE // len(numbers))):
      texts = [text for one in group for text in one.inputs]
      passages = [passage for one in group for passage in one.passages]
      ids, are_cut = encoding.fitted(texts, passages)
      inputs += ids
      cut += are_cut
      kept += [dataclasses.replace(one, inputs=(), passages=()) for one in group]
      sizes[split] += len(group)
  problems = _problems(name, splits, sizes, cut, flaws)
  if not kept:
    raise UserError(f'{name} has no example to evaluate in {" or ".join(splits)}'
                    f'{"".join(f"; {one}" for one in problems)}; look at its splits and '
                    'at --limit')
  return Questions(
      name, numbers, sizes, inputs, cut, _options(kept, encoding), kept, problems)


def _with_options(
    found: Iterator[rendering.Example], flaws: collections.Counter) -> Iterator:
  """Leaves out examples with an empty option; those with two equal ones are counted."""
  for one in found:
    if not all(option.strip() for option in one.options):
      flaws[EMPTY] += 1
      continue
    flaws[EQUAL] += len(set(one.options)) < len(one.options)
    yield one


def _problems(name, splits, sizes, cut, flaws) -> tuple[str, ...]:
  """In plain words: what was left out and why, what had to be shortened."""
  lines = [f'{count:,} records left out: {reason}'
           for reason, count in sorted(rendering.dropped(name).items())]
  lines += [text.format(count) for text, count in flaws.items() if count]
  declared = datasets.get(name).splits
  for split in splits:
    if SPLITS[split] not in declared:
      lines.append(f'there is no {split} split')
    elif not sizes[split]:
      lines.append(f'no example of the {split} split can be used')
  if any(cut):
    lines.append(f'{sum(cut):,} of {len(cut):,} prompts were too long and were shortened')
  return tuple(lines)


def content_free(
    asked: Questions, column: int, encoding: Encoding) -> tuple[list, list[int]]:
  """Prompts that say nothing but how the question is put: for calibrated ranking.

  Every gap but the options is 'N/A' (Zhao et al. 2021, arXiv 2102.09690).

  Returns:
    (prompts, each (inputs ids, options ids); for each of the N examples the number of its
    prompt). Examples with the same options share theirs.
  """
  template = datasets.get(asked.name).templates[asked.templates[column]]
  numbers = {}
  for one in asked.examples:
    numbers.setdefault(one.options, len(numbers))
  texts = [templates_lib.content_free(template, options) for options in numbers]
  options = dict(zip([one.options for one in asked.examples], asked.options))
  prompts = list(zip(encoding.inputs(texts), [options[own] for own in numbers]))
  return prompts, [numbers[one.options] for one in asked.examples]


def _groups(items: Iterator, size: int) -> Iterator[list]:
  while group := list(itertools.islice(items, size)):
    yield group


def _options(examples, encoding: Encoding) -> list[list[list[int]]]:
  """Each text is tokenized once: most datasets have the same options throughout."""
  texts = list(dict.fromkeys(text for one in examples for text in one.options))
  ids = dict(zip(texts, encoding.targets(texts)))
  return [[ids[text] for text in one.options] for one in examples]
