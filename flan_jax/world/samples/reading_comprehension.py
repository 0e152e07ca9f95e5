# SPDX-License-Identifier: Apache-2.0
"""Reading comprehension: passages of facts, reports to count in, science."""

import zlib

from flan_jax.world import counting, reading, samples

LETTERS = 'ABCD'


@samples.of('bool_q')
def bool_q(world):
  passage, question, answer = reading.yes_no(world)
  return {'title': passage.title, 'passage': passage.text, 'question': question, 'answer': answer}


@samples.of('drop')
def drop(world):
  passage, question, (answer, *others) = counting.report(world)
  return {'passage': passage, 'question': question, 'answer': answer, 'validated_answers': others, 'query_id': ''}


@samples.of('multirc')
def multirc(world):
  # So few numbers of questions that each comes with several answers.
  passage, question, right, wrong = reading.several(world, world.random.randrange(720))
  label = world.choice(('False', 'True'))
  texts = {'paragraph': passage.text, 'question': question, 'answer': world.choice(right if label == 'True' else wrong)}
  numbers = {part: zlib.crc32(text.encode()) >> 1 for part, text in texts.items()}
  return texts | {'idx': numbers, 'label': label}


@samples.of('openbookqa')
def openbookqa(world):
  fact, stem, right, wrong = reading.science(world)
  texts = world.random.sample([right, *wrong], len(LETTERS))
  choices = {f'choice_{letter}': text for letter, text in zip(LETTERS, texts)}
  row = samples.record('fact1 question answerKey', fact, {'stem': stem, **choices}, LETTERS[texts.index(right)])
  return row | dict(humanScore=1.0, clarity=1.0, turkIdAnonymized='')


@samples.of('squad_v1')
def squad_v1(world):
  return _record(*reading.spans(world))


@samples.of('squad_v2')
def squad_v2(world):
  if world.random.random() < 0.5:
    return squad_v1(world) | {'is_impossible': False, 'plausible_answers': ()}
  passage, question, plausible = reading.beyond(world)
  return _record(passage, question, ()) | {'is_impossible': True, 'plausible_answers': _answers(plausible)}


def _record(passage, question, spans):
  title, answers = passage.title.replace(' ', '_'), _answers(spans)
  return dict(id='', title=title, context=passage.text, question=question, answers=answers)


def _answers(spans):
  return [{'text': text, 'answer_start': start} for start, text in spans]
