# SPDX-License-Identifier: Apache-2.0
"""Commonsense, and reading with commonsense: causes, steps, remedies, endings, motives."""

from flan_jax.world import cloze, commonsense, samples


@samples.of('copa')
def copa(world):
  premise, question, *choices = commonsense.causal(world)
  label, one, two = _turned(world, choices)
  return {'premise': premise, 'question': question, 'idx': 0, 'label': label, 'choice1': one, 'choice2': two}


@samples.of('hellaswag')
def hellaswag(world):
  context, right, wrong, label = commonsense.continuation(world)
  texts = world.random.sample([right, *wrong], 4)
  row = samples.record('context endings activity_label label', context, texts, label, texts.index(right))
  return row | dict(split_type='indomain', source_id='')


@samples.of('piqa')
def piqa(world):
  goal, *ways = commonsense.remedy(world)
  label, one, two = _turned(world, ways)
  return {'id': '', 'goal': goal, 'sol1': one, 'sol2': two, 'label': label}


@samples.of('story_cloze')
def story_cloze(world):
  context, *texts = commonsense.story(world)
  label, *texts = _turned(world, texts)
  return {'context': context, 'endings': texts, 'label': label + 1}


def _turned(world, texts):
  """Where the first of two texts comes to stand, and both in that order."""
  label = world.random.randrange(2)
  return label, texts[label], texts[1 - label]


@samples.of('cosmos_qa')
def cosmos_qa(world):
  context, question, answers, label = commonsense.motive(world)
  row = samples.record('id context question label', '', context, question, label)
  return row | {f'answer{number}': answer for number, answer in enumerate(answers)}


@samples.of('record')
def record(world):
  gap = cloze.gap(world)
  passage = '\n@highlight\n'.join((gap.text, *gap.points))
  row = samples.record('passage query entities answers', passage, gap.query, gap.entities, gap.answers)
  return row | {'idx': {'passage': 0, 'query': 0}}
