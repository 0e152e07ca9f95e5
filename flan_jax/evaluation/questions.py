# SPDX-License-Identifier: Apache-2.0
"""The prompts that a dataset is evaluated on: read, rendered and tokenized once.

They do not depend on the parameters, so the untuned and the tuned model share them.
"""

import collections
import dataclasses
import itertools
from typing import Iterator, Mapping, Sequence

from flan_jax.data import answer_lengths, datasets, rendering
from flan_jax.data import templates as templates_lib
from flan_jax.data.encoding import Encoding
from flan_jax.errors import UserError
from flan_jax.evaluation import metrics

DEV, TEST = 'dev', 'test'
SPLITS = {DEV: 'validation', TEST: 'test'}  # as the paper says -> as datasets declare
EMPTY = '{:,} examples left out: an option is empty'
LOST = '{:,} examples left out: cut at TARGETS_LENGTH, nothing is left of an option'
UNANSWERABLE = '{:,} examples left out: they have no reference'
BLANK = '{:,} examples left out: normalising leaves nothing of their references'
EQUAL = '{:,} examples have two equal options; the first of them counts as chosen'
EQUAL_TOKENS = (
  '{:,} examples have two options that are equal as cut at TARGETS_LENGTH; the first of them counts as chosen'
)
FEWER = '{:,} examples have references of which normalising leaves nothing: not counted'
_TEXTS_AT_ONCE = 4_096


@dataclasses.dataclass(frozen=True)
class Questions:
  """N examples of a dataset (dev, then test) in T templates.

  templates: their T numbers. sizes: how many examples each split has. inputs: N * T
  lists of token ids, the templates of an example side by side. cut: N * T, whether they
  had to be shortened. options: N lists of token ids, empty for generation. cut_options:
  N, whether an option was too long and was cut. cut_answers: N, whether decoding ends
  before an option, or every reference, could be written. examples: N, without their
  prompts. problems: what a reader must know, in plain words.
  """

  name: str
  templates: tuple[int, ...]
  sizes: dict[str, int]
  inputs: list[list[int]]
  cut: list[bool]
  options: list[list[list[int]]]
  cut_options: list[bool]
  cut_answers: list[bool]
  examples: list[rendering.Example]
  problems: tuple[str, ...] = ()

  def rows(self, split: str) -> slice:
    """Where the examples of a split stand among the N."""
    return rows(self.sizes, split)


def rows(sizes: Mapping[str, int], split: str) -> slice:
  """Where the examples of a split stand: those of dev come first."""
  start = 0 if split == DEV else sizes[DEV]
  return slice(start, start + sizes[split])


def forward_templates(name: str, wanted: Sequence[int] | None = None) -> tuple[int, ...]:
  """Numbers of the templates that ask for the task itself, all or those wanted.

  Raises:
    UserError: a wanted number does not exist or is an inverted template.
  """
  forward = datasets.get(name).forward
  wrong = [number for number in wanted or () if number not in forward]
  if wrong:
    raise UserError(
      f'{name} is not evaluated in template {wrong[0]}; its forward templates are {", ".join(map(str, forward))}'
    )
  return forward if wanted is None else tuple(dict.fromkeys(wanted))


def read(
  name: str,
  encoding: Encoding,
  *,
  templates: Sequence[int] | None = None,
  splits: Sequence[str] = (DEV, TEST),
  limit: int | None = None,
  decode_tokens: int | None = None,
) -> Questions:
  """Reads the splits of a dataset, at most `limit` examples of each.

  decode_tokens: of a decoded answer, at most; None: nothing is decoded.

  Raises:
    UserError: no such dataset or template, or there is nothing to read.
  """
  numbers = forward_templates(name, templates)
  sizes, inputs, cut, kept = {DEV: 0, TEST: 0}, [], [], []
  flaws: collections.Counter[str] = collections.Counter()
  options = answer_lengths.Options(encoding)
  rendering.dropped(name)  # begins the count anew
  for split in (part for part in SPLITS if part in splits and SPLITS[part] in datasets.get(name).splits):
    found = datasets.examples(name, SPLITS[split], numbers, encoding.inputs_length)
    found = itertools.islice(_askable(name, found, options, flaws), limit)
    for group, ids, are_cut in _tokenized(found, encoding, len(numbers)):
      inputs += ids
      cut += are_cut
      kept += group
      sizes[split] += len(group)
  cut_options = [options.cut(one.options) for one in kept]
  cut_answers = _cut_answers(kept, options, encoding, decode_tokens)
  problems = (*_problems(name, splits, sizes, cut, flaws), *_lengths(cut_options, encoding, cut_answers, decode_tokens))
  if not kept:
    told = ''.join(f'; {one}' for one in problems)
    raise UserError(
      f'{name} has no example to evaluate in {" or ".join(splits)}{told}; look at its splits and at --limit'
    )
  ids = [options.ids(one.options) for one in kept]
  return Questions(name, numbers, sizes, inputs, cut, ids, cut_options, cut_answers, kept, problems)


def _tokenized(found: Iterator[rendering.Example], encoding: Encoding, templates: int) -> Iterator[tuple]:
  """(examples, without their prompts, the ids of these, whether they were cut), many at once."""
  while group := list(itertools.islice(found, max(1, _TEXTS_AT_ONCE // templates))):
    texts = [text for one in group for text in one.inputs]
    passages = [passage for one in group for passage in one.passages]
    yield [dataclasses.replace(one, inputs=(), passages=()) for one in group], *encoding.fitted(texts, passages)


def _askable(
  name: str, found: Iterator[rendering.Example], options: answer_lengths.Options, flaws: collections.Counter
) -> Iterator[rendering.Example]:
  """The examples that have a right answer in every metric; the others are counted."""
  names = datasets.get(name).metrics
  for one in found:
    right = metrics.comparable(names, one.references, chosen=bool(one.options))
    reason = _unaskable(one, right, options)
    if reason:
      flaws[reason] += 1
      continue
    flaws[EQUAL] += len(set(one.options)) < len(one.options)
    flaws[EQUAL_TOKENS] += options.equal(one.options)
    flaws[FEWER] += len(right) < len(one.references)
    yield dataclasses.replace(one, references=right)


def _unaskable(one: rendering.Example, right, options) -> str:
  """Why an example is left out, '' if it is not."""
  if not all(option.strip() for option in one.options):
    return EMPTY
  if options.lost(one.options):
    return LOST
  if not right:
    return BLANK if one.references else UNANSWERABLE
  return ''


def _cut_answers(examples, options, encoding, tokens: int | None) -> list[bool]:
  if tokens is None:
    return [False] * len(examples)
  if examples and examples[0].options:
    return [options.longer(one.options, tokens) for one in examples]
  return answer_lengths.too_long([one.references for one in examples], encoding, tokens)


def _lengths(cut_options, encoding, cut_answers, tokens) -> Iterator[str]:
  """In plain words: which options and answers do not fit."""
  for cut, end, limit in (
    (cut_options, 'have an option that was too long and was cut at TARGETS_LENGTH', encoding.targets_length),
    (cut_answers, 'have a right answer or an option that is longer than decoding may write', tokens),
  ):
    if any(cut):
      yield f'{sum(cut):,} of {len(cut):,} examples {end}: {limit:,} tokens'


def _problems(name, splits, sizes, cut, flaws) -> tuple[str, ...]:
  """In plain words: what was left out and why, what had to be shortened."""
  lines = [f'{count:,} records left out: {reason}' for reason, count in sorted(rendering.dropped(name).items())]
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


def content_free(asked: Questions, column: int, encoding: Encoding) -> tuple[list, list[int]]:
  """Prompts that say nothing but how the question is put: for calibrated ranking.

  Every gap but the options is 'N/A' (Zhao et al. 2021, arXiv 2102.09690).

  Returns:
    (prompts, each (inputs ids, options ids); for each of the N examples the number of its
    prompt). Examples with the same options share theirs.
  """
  template = datasets.get(asked.name).templates[asked.templates[column]]
  numbers: dict[tuple[str, ...], int] = {}
  for one in asked.examples:
    numbers.setdefault(one.options, len(numbers))
  texts = [templates_lib.content_free(template, options) for options in numbers]
  options = dict(zip([one.options for one in asked.examples], asked.options))
  prompts = list(zip(encoding.inputs(texts), [options[own] for own in numbers]))
  return prompts, [numbers[one.options] for one in asked.examples]
