# SPDX-License-Identifier: Apache-2.0
"""Variants of a dataset's prompts: fewer templates, without instructions, few-shot.

    Variant('rte', templates=4, shots=5).name()    'rte.4templates.5shot'

A variant is a SeqIO task like any other, with the source, the clusters and the mixing
rate of its dataset, registered on first use.
"""

import dataclasses
import hashlib
from typing import Sequence

from flan_jax.data import datasets, fewshot, splits
from flan_jax.data import templates as templates_lib
from flan_jax.data.templates import Template
from flan_jax.errors import UserError

INSTRUCTIONS, NAME, NONE, PLAIN = 'instructions', 'name', 'none', 'plain'
FORWARD, INVERTED = 'forward', 'inverted'
STYLES = (INSTRUCTIONS, NAME, NONE, PLAIN)
_WITHOUT = '.without'  # in a name, followed by what is left out


@dataclasses.dataclass(frozen=True)
class Variant:
  """How a dataset is prompted.

  dataset: its name. templates: how many of the ten, None for all. style: 'instructions',
  'name' (the dataset's name, then the bare fields) or 'none' (the bare fields), as in
  the paper's section 4.3; or 'plain', as GPT-3 was asked. shots: exemplars before each
  prompt. shot_seed: of their drawing. direction: the one to evaluate, of a dataset that
  has two. turned: 'forward' or 'inverted' has the templates of that kind alone.
  drawn_shots: whether each prompt draws its number of exemplars, from 1 to `shots`.
  without: keys of records that are left out, see record_keys. examples: how many of the
  training split are trained on, its first ones; None for all.
  """

  dataset: str
  templates: int | None = None
  style: str = INSTRUCTIONS
  shots: int = 0
  shot_seed: int = 0
  direction: str = ''
  turned: str = ''
  drawn_shots: bool = False
  without: tuple[int, ...] = ()
  examples: int | None = None

  @property
  def plain(self) -> bool:
    """Whether the answer continues the prompt."""
    return self.style == PLAIN

  def name(self) -> str:
    """Returns the task's name; that of the dataset itself if nothing differs."""
    parts = [self.dataset]
    parts += [self.direction] if self.direction else []
    parts += [f'{self.templates}templates'] if self.templates else []
    parts += [f'{self.examples}examples'] if self.examples else []
    parts += [self.style] if self.style != INSTRUCTIONS else []
    parts += [self.turned] if self.turned else []
    parts += [f'{"1to" * self.drawn_shots}{self.shots}shot'] if self.shots else []
    parts += [f'seed{self.shot_seed}'] if self.shots and self.shot_seed else []
    parts += [f'{_WITHOUT[1:]}{len(self.without)}_{self.without_digest[:8]}'] if self.without else []
    return '.'.join(parts).replace('-', '_')

  @property
  def without_digest(self) -> str:
    return hashlib.sha256(repr(sorted(self.without)).encode()).hexdigest()[:16]

  @property
  def identity(self) -> dict:
    """Returns the differences, for `Dataset.identity`; newer fields only if they are set."""
    told = dataclasses.asdict(self) | {'without': self.without_digest if self.without else ''}
    return {
      name: value
      for name, value in told.items()
      if value or name not in ('turned', 'drawn_shots', 'without', 'examples')
    }


def register(variant: Variant) -> datasets.Dataset:
  """Returns the dataset of a variant, with its SeqIO task registered.

  Raises:
    UserError: no such dataset, style, number of templates or of exemplars; or exemplars
      of a dataset without a training split.
  """
  plain = datasets.get(variant.dataset)
  _check(variant, plain)
  if variant.templates == len(plain.templates):
    variant = dataclasses.replace(variant, templates=None)
  if variant.name() in datasets.every():
    return datasets.get(variant.name())
  return datasets.register(
    dataclasses.replace(
      plain,
      name=variant.name(),
      templates=_phrasings(plain, variant),
      variant=variant,
      examples=min(plain.examples, variant.examples or plain.examples),
    )
  )


def without(task: str, keys: Sequence[int]) -> str:
  """Registers the task without the records with those keys; returns `task` if there are none."""
  if not keys:
    return task
  variant = datasets.get(task).variant or Variant(task)
  return register(dataclasses.replace(variant, without=tuple(keys))).name


def complete(task: str) -> str:
  """Returns the original name of a task made by `without`; others are returned as they are."""
  return task.partition(_WITHOUT)[0]


def _check(variant: Variant, plain: datasets.Dataset) -> None:
  fewshot.check(variant.shots)
  if variant.style not in STYLES:
    raise UserError(f'STYLE is {variant.style!r}; it can be {", ".join(map(repr, STYLES))}')
  count = len(plain.templates)
  if variant.templates is not None and not 1 <= variant.templates <= count:
    raise UserError(f'TEMPLATES is {variant.templates}; {plain.name} has {count}')
  if variant.shots and splits.TRAIN not in plain.splits:
    raise UserError(f'{plain.name} has no training split to draw exemplars from; evaluate it with SHOTS = 0')


def _phrasings(plain: datasets.Dataset, variant: Variant) -> tuple[Template, ...]:
  """Returns the templates of a variant: k of n, evenly spaced, so that both directions remain."""
  kept = plain.templates
  if variant.templates:
    kept = tuple(kept[turn * len(kept) // variant.templates] for turn in range(variant.templates))
  if variant.turned:
    kept = tuple(one for one in kept if (one.kind == templates_lib.INVERTED) == (variant.turned == INVERTED))
  if variant.style == PLAIN and plain.plain:
    return plain.plain
  return kept if variant.style == INSTRUCTIONS else _bare(plain, variant.style, kept)


def _bare(plain: datasets.Dataset, style: str, kept) -> tuple[Template, ...]:
  """Returns one phrasing, or one per direction: the fields of a template without its words."""
  bare: dict[str, Template] = {}
  for template in kept:
    gaps = [gap for gap in template.gaps_in_order if gap != templates_lib.OPTIONS]
    tag = f'[{plain.name}{" " * bool(template.direction)}{template.direction}]\n'
    bare.setdefault(
      template.direction,
      dataclasses.replace(template, inputs=(tag if style == NAME else '') + '\n'.join(f'{{{gap}}}' for gap in gaps)),
    )
  return tuple(bare.values())


def evaluated(name: str, style: str = INSTRUCTIONS, shots: int = 0, shot_seed: int = 0) -> list[str]:
  """Returns the tasks for evaluating a dataset: itself, or one per direction."""
  return [
    register(Variant(name, None, style, shots, shot_seed, direction)).name
    for direction in datasets.get(name).directions or ('',)
  ]
