# SPDX-License-Identifier: Apache-2.0
"""Chain of thought: sums told in steps, inferences and remedies with the reason."""

from flan_jax.world import commonsense, samples, statements

_THINGS = 'apples', 'books', 'candles', 'eggs', 'letters', 'pears', 'shells', 'stamps'
_WHY = {
  statements.ENTAILMENT: 'The first text says what the second one says.',
  'neutral': 'The first text leaves open whether {hypothesis}',
  'contradiction': 'Both cannot be true: the first text says otherwise.',
}


@samples.of('gsm8k')
def gsm8k(world):
  draw, things = world.random, world.choice(_THINGS)
  has, boxes, each, gone = draw.randint(2, 90), draw.randint(2, 12), draw.randint(2, 12), draw.randint(1, 20)
  one, other = (person.name for person in draw.sample(world.people, 2))
  more, all_of_them = boxes * each, has + boxes * each
  left = all_of_them - min(gone, all_of_them - 1)
  lost = all_of_them - left
  question = (
    f'{one} has {has} {things}. {other} brings {boxes} boxes with {each} {things} in each, and {lost} of them all '
    f'get lost. How many {things} does {one} have then?'
  )
  steps = (
    f'The boxes hold {boxes}*{each}=<<{boxes}*{each}={more}>>{more} {things}.',
    f'Together that is {has}+{more}=<<{has}+{more}={all_of_them}>>{all_of_them} {things}.',
    f'When {lost} are lost, {all_of_them}-{lost}=<<{all_of_them}-{lost}={left}>>{left} remain.',
  )
  told = '\n'.join(steps) + '\n'
  return samples.record('question answer annotation short_answer', question, f'{told}#### {left}', told, str(left))


@samples.of('esnli')
def esnli(world):
  premise, hypothesis, relation = statements.inference(world)
  why = _WHY[relation].format(hypothesis=hypothesis)
  row = samples.record('premise hypothesis label', premise, hypothesis, relation)
  return row | samples.record('explanation_1 explanation_2 explanation_3', why, '', '')


@samples.of('cos_e')
def cos_e(world):
  context, question, answers, label = commonsense.motive(world)
  why = f'What is told fits this answer: {answers[label]}'
  row = samples.record('id question choices answer', '', f'{context} {question}', answers, answers[label])
  return row | samples.record('abstractive_explanation extractive_explanation', why, context)
