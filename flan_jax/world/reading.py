"""Paragraphs to be read closely, and what may be asked of them.

    p = about_some(world, 2)
    p.text        'Ada Bell plays the harp. Her job is that of a nurse. Omar Khan ...'
    spans(world)  p, 'Who plays the harp?', where the answer stands: ((0, 'Ada Bell'),)

A wrong value is, where possible, one that the text gives for somebody else: only who
reads can tell it from the right one.
"""

import re

from flan_jax.world import tables
from flan_jax.world.passages import Passage
from flan_jax.world.text import a, as_typed, capitalized

_PERSONAL, _LOCAL = ({relation: forms for relation, *forms in tables.read('reading')[name]}
                     for name in ('people', 'towns'))
_ASKED = _PERSONAL | _LOCAL
TOWNS = {'home', 'birthplace'}  # relations whose answers are towns
_PRONOUNS = {'she': ('she', 'her', 'her'), 'he': ('he', 'him', 'his')}


def about_some(world, count, alike=False):
  """`count` people, or as many towns, some sentences about each.

  alike: whether the same is told of each; otherwise something else of everyone, too.
  """
  people, towns = len(world.people), world.random.random() < 0.3
  pool = world.subjects[people:] if towns else world.subjects[:people]
  subjects = ()
  while len({title.split()[0] for title, _ in subjects}) < count:
    subjects = world.random.sample(pool, count)
  relations = world.random.sample(list(_LOCAL if towns else _PERSONAL), 4)
  facts, told = [], []
  for place, (title, about) in enumerate(subjects):
    own = {fact.relation: fact for fact in about if fact.subject == title}
    wanted = [name for name in relations if alike or name != relations[2 + place % 2]]
    facts += [own[name] for name in world.random.sample(wanted, len(wanted))]
    told += own.values()
  *names, last = [title for title, _ in subjects]
  return Passage(f'{", ".join(names)} and {last}', _sentences(world, facts), tuple(facts),
                 tuple(fact for fact in told if fact not in facts))


def _sentences(world, facts):
  """One a fact; a pronoun where the last sentence is about the same subject, too."""
  sentences, before, named = [], None, False
  for fact in facts:
    sentence, who = world.choice(fact.statements), pronoun(world, fact.subject)
    leading = sentence.startswith(f'{fact.subject} ')
    # 'It' stands for what the last sentence began with, or it may seem something else.
    if fact.subject == before and (who != 'it' or leading and named):
      sentence = again(sentence, fact.subject, who)
    sentences.append(sentence)
    before, named = fact.subject, leading
  return tuple(sentences)


def pronoun(world, subject):
  """'she' or 'he' for a person's name, 'it' for any other."""
  return next((p.pronoun for p in world.people if p.name == subject), 'it')


def again(sentence, subject, who):
  """The sentence after another one about the same subject.

  'The hobby of Ada Bell is chess.' -> 'Her hobby is chess.'
  """
  if who == 'it':
    return f'It{sentence[len(subject):]}'
  they, them, their = _PRONOUNS[who]
  owned = re.sub(rf'\b[Tt]he (\w+(?: \w+)?) of {subject}', rf'{their} \1', sentence)
  marked = re.sub(rf'\b(for|to) {subject}', rf'\1 {them}', owned)
  return capitalized(marked.replace(subject, they))


def spans(world):
  """(passage, question, answers), each answer a (start, text) of the passage."""
  p = about_some(world, 2)
  fact = world.choice(p.facts)
  alike = [other for other in p.facts
           if (other.relation, other.answer) == (fact.relation, fact.answer)]
  if len(alike) == 1 and world.random.random() < 0.35:
    return p, turned(fact), (_name_span(p, fact),)
  return p, world.choice(fact.questions), _answer_spans(p, fact)


def beyond(world):
  """(passage, question, plausible): not to be answered, though it may seem so.

  plausible: what looks like an answer, (start, text) of the passage: one, or none.
  """
  p = about_some(world, 2)
  if world.random.random() < 0.2:  # who does what nobody in the text does?
    fact = world.choice(p.facts)
    wrong = [value for value in fact.distractors if not _mentions(p, value)]
    return p, turned(fact, world.choice(wrong)), (_name_span(p, fact),)
  open_facts = [fact for fact in p.unsaid if not _mentions(p, fact.answer)]
  told = {fact.relation: fact for fact in p.facts}
  fact = world.choice([fact for fact in open_facts if fact.relation in told] or open_facts)
  plausible = _answer_spans(p, told[fact.relation]) if fact.relation in told else ()
  return p, world.choice(fact.questions), plausible


def _mentions(p, answer):
  return f' {answer}'.lower() in f' {p.text}'.lower()


def _name_span(p, fact):
  return p.text.index(fact.subject), fact.subject


def _answer_spans(p, fact):
  number = p.facts.index(fact)
  sentence, before = p.sentences[number], ' '.join((*p.sentences[:number], ''))
  start = f' {sentence}'.lower().find(f' {fact.answer}'.lower())
  return (len(before) + start, sentence[start:start + len(fact.answer)]),


def turned(fact, value=None):
  """'Who plays the harp?' for whoever plays it, or the value instead."""
  return _filled(_ASKED[fact.relation][1], fact, value or fact.answer)


def _filled(form, fact, value):
  return form.format(s=fact.subject, a=value, an=a(value))


def yes_no(world):
  """(passage, question, answer): '...', 'was toldrel founded before 1300', True."""
  p = about_some(world, 2, alike=True)
  fact, answer = world.choice(p.facts), world.random.random() < 0.5
  form, _, greater, smaller = _ASKED[fact.relation]
  kind = TOWNS if fact.relation in TOWNS else {fact.relation}
  rivals = {other.answer: other.subject for other in p.facts
            if other.relation in kind and other.answer != fact.answer}
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
    question = _filled(form, fact, value)
  return p, as_typed(question), answer
