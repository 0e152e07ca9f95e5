# SPDX-License-Identifier: Apache-2.0
"""Paragraphs to be read closely, and what may be asked of them.

A wrong value is, where possible, one that the text gives for somebody else: only who
reads can tell it from the right one.
"""

import re
from typing import NamedTuple

from flan_jax.world import tables
from flan_jax.world.text import a, as_typed, capitalized

_PERSONAL, _LOCAL = (
  {relation: forms for relation, *forms in tables.read('reading')[name]} for name in ('people', 'towns')
)
_ASKED = _PERSONAL | _LOCAL
_TOWNS = {'home', 'birthplace'}  # relations whose answers are towns
_PRONOUNS = {'she': ('she', 'her', 'her'), 'he': ('he', 'him', 'his')}
_ABOVE = {'age': 'who is older than {n}', 'founded': 'which towns were founded after {n}'}


class Passage(NamedTuple):
  """`sentences[i]` states `facts[i]`; `unsaid` are facts on the same that none states."""

  title: str
  sentences: tuple
  facts: tuple
  unsaid: tuple

  @property
  def text(self):
    return ' '.join(self.sentences)

  def mentions(self, answer):
    return f' {answer}'.lower() in f' {self.text}'.lower()

  def answer_spans(self, fact):
    number = self.facts.index(fact)
    sentence, before = self.sentences[number], ' '.join((*self.sentences[:number], ''))
    start = f' {sentence}'.lower().find(f' {fact.answer}'.lower())
    return ((len(before) + start, sentence[start : start + len(fact.answer)]),)


def about_some(world, count, alike=False):
  """`count` people, or as many towns, some sentences about each; alike: the same of each."""
  towns = world.random.random() < 0.3
  pool, asked = (world.towns, _LOCAL) if towns else (world.people, _PERSONAL)
  names = ()
  while len({name.split()[0] for name in names}) < count:
    names = [thing.name for thing in world.random.sample(pool, count)]
  relations = world.random.sample(list(asked), 4)
  facts, told = [], []
  for place, name in enumerate(names):
    own = {fact.relation: fact for fact in world.about(name)}
    wanted = [one for one in relations if alike or one != relations[2 + place % 2]]
    facts += [own[one] for one in world.random.sample(wanted, len(wanted))]
    told += own.values()
  return Passage(
    f'{", ".join(names[:-1])} and {names[-1]}',
    _sentences(world, facts),
    tuple(facts),
    tuple(fact for fact in told if fact not in facts),
  )


def _sentences(world, facts):
  """One a fact; a pronoun where the last sentence is about the same subject, too."""
  sentences, before, named = [], None, False
  pronouns = {person.name: person.pronoun for person in world.people}
  for fact in facts:
    sentence, who = world.choice(fact.statements), pronouns.get(fact.subject, 'it')
    leading = sentence.startswith(f'{fact.subject} ')
    # 'It' stands for what the last sentence began with, or it may seem something else.
    if fact.subject == before and (who != 'it' or leading and named):
      sentence = again(sentence, fact.subject, who)
    sentences.append(sentence)
    before, named = fact.subject, leading
  return tuple(sentences)


def again(sentence, subject, who):
  """'The hobby of Ada Bell is chess.' -> 'Her hobby is chess.', after one about her."""
  if who == 'it':
    return f'It{sentence[len(subject) :]}'
  they, them, their = _PRONOUNS[who]
  owned = re.sub(rf'\b[Tt]he (\w+(?: \w+)?) of {subject}', rf'{their} \1', sentence)
  marked = re.sub(rf'\b(for|to) {subject}', rf'\1 {them}', owned)
  return capitalized(marked.replace(subject, they))


def spans(world):
  """(passage, question, answers), each answer a (start, text) of the passage."""
  p = about_some(world, 2)
  fact = world.choice(p.facts)
  alike = [other for other in p.facts if (other.relation, other.answer) == (fact.relation, fact.answer)]
  if len(alike) == 1 and world.random.random() < 0.35:
    return p, _turned(fact), ((p.text.index(fact.subject), fact.subject),)
  return p, world.choice(fact.questions), p.answer_spans(fact)


def beyond(world):
  """(passage, question, what looks like an answer): not to be answered, if it may seem so."""
  p = about_some(world, 2)
  if world.random.random() < 0.35:  # who does what nobody in the text does?
    fact = world.choice(p.facts)
    wrong = [value for value in fact.distractors if not p.mentions(value)]
    asked = _turned(fact, world.choice(wrong))
    return p, asked, ((p.text.index(fact.subject), fact.subject),)
  open_facts = [fact for fact in p.unsaid if not p.mentions(fact.answer)]
  told = {fact.relation: fact for fact in p.facts}
  fact = world.choice([fact for fact in open_facts if fact.relation in told] or open_facts)
  plausible = p.answer_spans(told[fact.relation]) if fact.relation in told else ()
  return p, world.choice(fact.questions), plausible


def _turned(fact, value=None, form=1):
  """'Who plays the harp?' for whoever plays it, or the value instead; form 0: yes or no."""
  value = value or fact.answer
  return _ASKED[fact.relation][form].format(s=fact.subject, a=value, an=a(value))


def yes_no(world):
  """(passage, question, answer): '...', 'was toldrel founded before 1300', True."""
  p = about_some(world, 2, alike=True)
  fact, answer = world.choice(p.facts), world.random.random() < 0.5
  *_, greater, smaller = _ASKED[fact.relation]
  kind = _TOWNS if fact.relation in _TOWNS else {fact.relation}
  rivals = {other.answer: other.subject for other in p.facts if other.relation in kind and other.answer != fact.answer}
  if greater and world.random.random() < 0.7:
    if rivals and world.random.random() < 0.6:
      [(limit, name)] = rivals.items()
    else:
      limit = name = int(fact.answer) + world.choice((-1, 1)) * world.random.randint(1, 9)
    over = int(fact.answer) > int(limit)
    question = (greater if over == answer else smaller).format(s=fact.subject, n=name)
  else:
    near = sorted(rivals) if world.random.random() < 0.85 else ()
    value = fact.answer if answer else world.choice(near or fact.distractors)
    question = _turned(fact, value, 0)
  return p, as_typed(question), answer


def several(world, number):
  """(passage, question, right, wrong), lists of candidates; the same for the same number."""
  view = world.stream(f'several/{number // 2}')
  p = about_some(view, 3, alike=True)
  question, right, wrong = (_who, _single)[number % 2](view, p)
  return p, question, right, [text for text in wrong if text not in right]


def _who(world, p):
  """Who is older than 40? Who plays the harp, if the text has no numbers?"""
  facts = [fact for fact in p.facts if fact.relation in _ABOVE]
  if facts:
    numbers = sorted(int(fact.answer) for fact in facts)
    limit = world.random.randint(numbers[0], max(numbers[0], numbers[-1] - 1))
    question = f'{_ABOVE[facts[0].relation].format(n=limit)}?'
    right = [fact.subject for fact in facts if int(fact.answer) > limit]
  else:
    asked = world.choice(p.facts)
    facts = [fact for fact in p.facts if fact.relation == asked.relation]
    question = _turned(asked)
    right = [fact.subject for fact in facts if fact.answer == asked.answer]
  names = [fact.subject for fact in facts]
  pairs = [(one, other) for one in names for other in names if one != other]
  pool = [thing.name for thing in (world.people if ' ' in names[0] else world.towns)]
  strange = [name for name in world.random.sample(pool, 8) if name not in p.text][:4]
  both, half = (
    [f'{one} and {other}' for one, other in pairs if (one in right) + (other in right) == count] for count in (2, 1)
  )
  return (
    f'According to the text, {question[0].lower()}{question[1:]}',
    right + both,
    [name for name in names if name not in right] + strange + half,
  )


def _single(world, p):
  """A plain question; a full sentence is as good an answer as a word."""
  fact = world.choice(p.facts)
  told = {other.answer for other in p.facts if other.relation == fact.relation} - {fact.answer}
  false = list(dict.fromkeys([*sorted(told), *fact.distractors[:5]]))
  # Another article might be needed: 'an engineer', but 'a nurse'.
  changed = [
    re.sub(rf'\b{fact.answer}\b', value, text)
    for text, value in zip(fact.statements, false)
    if a(fact.answer) not in text
  ]
  return world.choice(fact.questions), [fact.answer, *fact.statements], false + changed


# (fact, stem, its right answers, its wrong ones): asked with a `not`, they change places
SCIENCE = tuple(
  (fact, stem.replace('{not}', negation), *choices[::order])
  for fact, stem, *texts in tables.read('science')['topics']
  for choices in [[text.split(', ') for text in texts]]
  for negation, order in (('', 1), ('not ', -1))
)


def science(world):
  """(fact, question, the right answer, three wrong ones) of the real world's science."""
  fact, stem, good, poor = world.choice(SCIENCE)
  return (fact, stem.format(name=world.person().first_name), world.choice(good), world.random.sample(poor, 3))
