"""Commonsense: causes, procedures, remedies and the ends of stories."""

from flan_jax.world import causes, endings, procedures, remedies, samples


@samples.of('copa')
def copa(world):
  premise, question, *choices = causes.causal(world)
  label, one, two = _turned(world, choices)
  return {'premise': premise, 'question': question, 'idx': 0, 'label': label,
          'choice1': one, 'choice2': two}


@samples.of('hellaswag')
def hellaswag(world):
  story = procedures.continuation(world)
  texts = world.random.sample([story.right, *story.wrong], 4)
  return {
      'context': story.context, 'endings': texts, 'activity_label': story.label,
      'label': texts.index(story.right), 'split_type': 'indomain', 'source_id': ''}


@samples.of('piqa')
def piqa(world):
  goal, *ways = remedies.remedy(world)
  label, one, two = _turned(world, ways)
  return {'id': '', 'goal': goal, 'sol1': one, 'sol2': two, 'label': label}


@samples.of('story_cloze')
def story_cloze(world):
  context, *texts = endings.story(world)
  label, *texts = _turned(world, texts)
  return {'context': context, 'endings': texts, 'label': label + 1}


def _turned(world, texts):
  """Where the first of two texts comes to stand, and both in that order."""
  label = world.random.randrange(2)
  return label, texts[label], texts[1 - label]
