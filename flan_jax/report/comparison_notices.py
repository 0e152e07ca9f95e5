# SPDX-License-Identifier: Apache-2.0
"""Notices for a comparison: differences between the runs besides their scores."""

from typing import Sequence

from flan_jax.evaluation import groups
from flan_jax.evaluation.scores import MethodScores
from flan_jax.report import tables

_HOW = 'style', 'shots', 'shot_seed', 'ranking', 'answer_by', 'decode_tokens', 'begin', 'separators'


def notices(runs: Sequence) -> list[str]:
  """Returns why the runs, or some of their scores, are not comparable.

  runs: comparison.Run; the others are compared with the first.
  """
  first, found = runs[0], []
  for one in runs[1:]:
    found += [*_of_data(one, first), *_of_model(one, first), *_of_asking(one, first)]
  for one in runs:
    found += [f'{one.name}: {line}' for line in tables.training(one.group)]
    limit, every = one.group.conditions.limit, groups.split(one.results)
    if limit is not None:
      found.append(f'{one.name}: only the first {limit} examples of each split were evaluated')
    others = len(every) - 1
    if others:
      found.append(
        f'{one.name} has {others} other evaluation{"s" * (others > 1)}; this one is {groups.label(one.group, every)}'
      )
  return found


def _of_data(one, first) -> list[str]:
  ours, theirs = one.group.conditions, first.group.conditions
  found = []
  if ours.data != theirs.data:
    found.append(
      f'{one.name} was evaluated on {ours.data} data, {first.name} on '
      f'{theirs.data} data: their scores say nothing about each other'
    )
  if ours.cluster != theirs.cluster:
    found.append(f'{one.name} held out {ours.cluster or "nothing"}, {first.name} {theirs.cluster or "nothing"}')
  return found


def _of_model(one, first) -> list[str]:
  """Reports different steps, models, vocabularies."""
  ours, theirs = one.evaluation, first.evaluation
  found = []
  if ours.step != theirs.step:
    found.append(f'{one.name} is at step {ours.step:,}, {first.name} at step {theirs.step:,}')
  if ours.name != theirs.name:
    found.append(f'the model of {one.name} is {ours.name}, that of {first.name} {theirs.name}')
  words = [f'{run.run.model.layers} layers of width {run.run.model.d_model}' for run in (one, first)]
  if words[0] != words[1]:
    found.append(f'{one.name} has {words[0]}, {first.name} {words[1]}')
  if one.run.vocabulary.hash != first.run.vocabulary.hash:
    found.append(
      f'{one.name} has another vocabulary than {first.name}: {one.run.vocabulary.path}, not {first.run.vocabulary.path}'
    )
  if one.run.data != first.run.data:
    found.append(f'{one.name} was trained on {one.run.data} data, {first.name} on {first.run.data} data')
  return found


def _of_asking(one, first) -> list[str]:
  """Reports other ways of asking, and other templates."""
  ours, theirs = one.group.conditions, first.group.conditions
  found = []
  if any(getattr(ours, name) != getattr(theirs, name) for name in _HOW):
    found.append(f'{one.name} was asked otherwise ({groups.manner(ours)}) than {first.name} ({groups.manner(theirs)})')
  before = first.evaluation.datasets
  rows = [
    name
    for name, own in one.evaluation.datasets.items()
    if name in before and _templates(own) != _templates(before[name])
  ]
  if rows:
    found.append(f'{one.name} was asked in other templates than {first.name}: {", ".join(rows)}')
  return found


def _templates(scores: MethodScores) -> set[int]:
  return {one.template for one in scores.templates}
