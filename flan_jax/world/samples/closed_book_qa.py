# SPDX-License-Identifier: Apache-2.0
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
  choices, right = {'text': texts, 'label': list(LETTERS)}, LETTERS[texts.index(fact.answer)]
  return samples.record('id question choices answerKey', _id(question), question, choices, right)


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
  answer = dict(value=fact.answer, normalized_value=normalized(fact.answer), aliases=list(fact.aliases))
  answer |= dict(type='FreeForm', normalized_aliases=sorted(set(map(normalized, fact.aliases))))
  answer |= dict(matched_wiki_entity_name='', normalized_matched_wiki_entity_name='')
  row = samples.record('question question_source question_id answer', question, 'embedded', _id(question), answer)
  pages, results = 'doc_source filename title wiki_context', 'description filename rank title url search_context'
  return row | dict(entity_pages=dict.fromkeys(pages.split(), ()), search_results=dict.fromkeys(results.split(), ()))
