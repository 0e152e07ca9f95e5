"""Reading comprehension with commonsense: motives, and gaps in summaries of the news."""

from flan_jax.world import cloze, motives, samples


@samples.of('cosmos_qa')
def cosmos_qa(world):
  context, question, answers, label = motives.question(world)
  return {'id': '', 'context': context, 'question': question, 'label': label,
          **{f'answer{number}': answer for number, answer in enumerate(answers)}}


@samples.of('record')
def record(world):
  gap = cloze.gap(world)
  return {
      'passage': '\n@highlight\n'.join((gap.text, *gap.points)), 'query': gap.query,
      'entities': gap.entities, 'answers': gap.answers,
      'idx': {'passage': 0, 'query': 0}}
