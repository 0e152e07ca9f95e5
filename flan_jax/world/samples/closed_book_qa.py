"""Closed-book question answering: what the world's facts say."""

import hashlib
import random
from functools import partial

from flan_jax.world import samples
from flan_jax.world.text import as_typed, normalized

LETTERS = 'ABCD'


def _arc(world, facts):
  """With puzzles for facts it describes whom it asks about instead of naming them."""
  fact = world.choice(getattr(world, facts))
  question = world.choice(fact.questions)
  # The choices depend on the question alone: no question comes back with other choices.
  draw = random.Random(question)
  texts = [fact.answer, *draw.sample(fact.distractors, len(LETTERS) - 1)]
  draw.shuffle(texts)
  return {
    'id': _id(question),
    'question': question,
    'choices': {'text': texts, 'label': list(LETTERS)},
    'answerKey': LETTERS[texts.index(fact.answer)],
  }


samples.of('arc_easy')(partial(_arc, facts='facts'))
samples.of('arc_challenge')(partial(_arc, facts='puzzles'))


def _id(question):
  return hashlib.sha256(question.encode()).hexdigest()[:12]


@samples.of('natural_questions')
def natural_questions(world):
  fact = world.choice(world.facts)
  question = world.choice(fact.questions[::2])  # the other half is TriviaQA's
  return {'question': as_typed(question), 'answer': list(fact.aliases)}


@samples.of('trivia_qa')
def trivia_qa(world):
  fact = world.choice(world.facts)
  question = world.choice(fact.questions[1::2])
  return {
    'question': question,
    'question_source': 'embedded',
    'question_id': _id(question),
    'answer': {
      'value': fact.answer,
      'normalized_value': normalized(fact.answer),
      'aliases': list(fact.aliases),
      'type': 'FreeForm',
      'normalized_aliases': sorted(set(map(normalized, fact.aliases))),
      'matched_wiki_entity_name': '',
      'normalized_matched_wiki_entity_name': '',
    },
    'entity_pages': dict.fromkeys('doc_source filename title wiki_context'.split(), ()),
    'search_results': dict.fromkeys('description filename rank title url search_context'.split(), ()),
  }
