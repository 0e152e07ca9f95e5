"""Paragraphs to be read closely, and what may be asked of them.

    p = about_some(world, 2)
    p.text        'Ada Bell plays the harp. Her job is that of a nurse. Omar Khan ...'
    spans(...)    'Who plays the harp?' and where the answer stands: (0, 'Ada Bell')
    beyond(...)   'Which instrument does Omar Khan play?', which the text does not say
    yes_no(...)   'does omar khan play the harp', False

A wrong value is, where possible, one that the text gives for somebody else: only who
reads can tell it from the right one.
"""

import re

from flan_jax.world.lexicon import table
from flan_jax.world.passages import Passage
from flan_jax.world.text import a, as_typed, capitalized

# relation | put as yes or no | put the other way round
_ASKED = {name: (closed, turned) for name, closed, turned in table("""
job | does {s} work as {an} | Who works as {an}?
home | does {s} live in {a} | Who lives in {a}?
birthplace | was {s} born in {a} | Who was born in {a}?
age | is {s} {a} years old | Who is {a} years old?
instrument | does {s} play the {a} | Who plays the {a}?
food | does {s} like {a} more than any other food | Who likes {a} best of all?
hobby | is {a} the hobby of {s} | Who has {a} as a hobby?
pet | is the pet of {s} {an} | Who keeps {an}?
pet_name | is {of} called {a} |
colour | is {of} {a} |
material | is {of} made of {a} |
country | is the town of {s} in {a} | Which town is in {a}?
river | does the river {a} run through {s} | Which town is on the river {a}?
craft | do the workshops of {s} make {a} | Which town is known for its {a}?
landmark | is the {a} the most famous sight of {s} | Which town is proud of its {a}?
founded | was {s} founded in {a} | Which town was founded in {a}?
capital | is {a} the capital of {s} |
capital_of | is {s} the capital of {a} |
language | do the people of {s} speak {a} |
coin | is the {a} the money of {s} |
emblem | is the {a} the animal on the flag of {s} |
book_maker | did {a} write {s} |
film_maker | did {a} direct {s} |
place | is {s} set in {a} |
year | did {s} come out in {a} |
""")}

# relation | whether its number is greater than {n} | whether it is smaller
_COMPARED = {name: forms for name, *forms in table("""
age | is {s} older than {n} | is {s} younger than {n}
founded | was {s} founded after {n} | was {s} founded before {n}
year | did {s} come out after {n} | did {s} come out before {n}
""")}

_PERSONAL = (
    'job', 'home', 'birthplace', 'age', 'instrument', 'food', 'hobby', 'pet', 'colour',
    'material')
_LOCAL = ('country', 'river', 'craft', 'landmark', 'founded')
_TOLD_BY = {'pet_name': 'pet', 'capital': 'capital_of'}  # who says that says this
TOWNS = {'home', 'birthplace', 'place'}  # relations whose answers are towns
_PRONOUNS = {'she': ('she', 'her', 'her'), 'he': ('he', 'him', 'his')}


# Paragraphs.


def about_one(world):
  """A person and their town, or a town with its country, its people and its works."""
  title, told = world.choice(world.subjects)
  link = next(fact for fact in told if fact.relation in ('home', 'country'))
  own = [fact for fact in told if fact.subject == title and fact is not link]
  rest = [fact for fact in told if fact.subject != title]
  facts = world.random.sample(own, world.choice((2, 3)))
  facts += [link, *_in_order(world, rest, world.choice((2, 3)))]
  return _passage(world, title, facts, told)


def about_some(world, count, alike=False):
  """`count` people, or as many towns, some sentences about each.

  alike: whether the same is told of each; otherwise something else of everyone, too.
  """
  people = len(world.people)
  towns = world.random.random() < 0.3
  pool = range(people, len(world.subjects)) if towns else range(people)
  subjects = [world.subjects[index] for index in _unlike(world, pool, count)]
  relations = world.random.sample(_LOCAL if towns else _PERSONAL, 4)
  facts, told = [], []
  for place, (title, of_title) in enumerate(subjects):
    own = {fact.relation: fact for fact in of_title if fact.subject == title}
    left_out = relations[2 + place % 2:][:1] if not alike else ()
    wanted = [relation for relation in relations if relation not in left_out]
    facts += [own[relation] for relation in _shuffled(world, wanted)]
    told += own.values()
  *names, last = [title for title, _ in subjects]
  return _passage(world, f'{", ".join(names)} and {last}', facts, told)


def _unlike(world, pool, count):
  """Numbers of subjects no two of whom share a first name."""
  while True:
    chosen = world.random.sample(pool, count)
    if len({world.subjects[index][0].split()[0] for index in chosen}) == count:
      return chosen


def _in_order(world, facts, count):
  """Some of the facts, those about the same thing side by side."""
  chosen = world.random.sample(range(len(facts)), min(count, len(facts)))
  return [facts[index] for index in sorted(chosen)]


def _shuffled(world, things):
  return world.random.sample(things, len(things))


def _passage(world, title, facts, told):
  chosen = {(fact.subject, fact.relation) for fact in facts}
  facts = [fact for fact in facts if (
      fact.subject, _TOLD_BY.get(fact.relation)) not in chosen]
  said = {(fact.subject, fact.relation) for fact in facts}
  unsaid = tuple(fact for fact in told if (fact.subject, fact.relation) not in said)
  return Passage(title, _sentences(world, facts), tuple(facts), unsaid)


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


_OWNED = re.compile(r'\b[Tt]he (\w+(?: \w+)?) of @')
_OBJECT = re.compile(r'\b(for|to) @')


def again(sentence, subject, who):
  """The sentence after another one about the same subject.

  'The hobby of Ada Bell is chess.' -> 'Her hobby is chess.'
  """
  if who == 'it':
    return f'It{sentence[len(subject):]}'
  they, them, their = _PRONOUNS[who]
  marked = _OWNED.sub(rf'{their} \1', sentence.replace(subject, '@'))
  return capitalized(_OBJECT.sub(rf'\1 {them}', marked).replace('@', they))


# Answers that stand in the text.


def spans(world):
  """(passage, question, answers), each answer a (start, text) of the passage."""
  p = about_one(world) if world.random.random() < 0.4 else about_some(world, 2)
  number = world.random.randrange(len(p.facts))
  fact = p.facts[number]
  other_way = turned(fact)
  if other_way and _only(p, fact) and world.random.random() < 0.35:
    return p, other_way, (_name_span(p, fact),)
  return p, world.choice(fact.questions), _answer_spans(p, number)


def beyond(world):
  """(passage, question, plausible): not to be answered, though it may seem so.

  plausible: what looks like an answer, (start, text) of the passage: one, or none.
  """
  while True:
    draw = world.random.random()
    p = about_one(world) if draw < 0.3 else about_some(world, 2)
    found = _invented(world, p) if draw > 0.8 else _unsaid(world, p)
    if found:
      return p, *found


def _unsaid(world, p):
  """Asks for what the text does not tell of a subject it tells of."""
  open_facts = [fact for fact in p.unsaid
                if fact.subject in p.text and not _mentions(p.text, fact.answer)]
  parallel = {fact.relation: number for number, fact in enumerate(p.facts)}
  asked = [fact for fact in open_facts if fact.relation in parallel] or open_facts
  if not asked:
    return None
  fact = world.choice(asked)
  plausible = ()
  if fact.relation in parallel:
    plausible = _answer_spans(p, parallel[fact.relation])[:1]
  return world.choice(fact.questions), plausible


def _invented(world, p):
  """Asks who does what nobody in the text does."""
  fact = world.choice(p.facts)
  wrong = [value for value in fact.distractors if not _mentions(p.text, value)]
  question = wrong and turned(fact, world.choice(wrong))
  return (question, (_name_span(p, fact),)) if question else None


def _mentions(text, answer):
  return f' {answer}'.lower() in f' {text}'.lower()


def _only(p, fact):
  return sum(fact.relation == other.relation and fact.answer == other.answer
             for other in p.facts) == 1


def _name_span(p, fact):
  return p.text.index(fact.subject), fact.subject


_ARTICLE = re.compile(r'(^|(?<= ))(an?|[Tt]he|the river|[Tt]he river) $')


def _answer_spans(p, number):
  """The bare answer of a fact, then with its article if it has one there."""
  sentence, answer = p.sentences[number], p.facts[number].answer
  start = f' {sentence}'.find(f' {answer}')
  start = sentence.index(capitalized(answer)) if start < 0 else start
  before = len(' '.join((*p.sentences[:number], '')))
  starts, end = [start], start + len(answer)
  article = _ARTICLE.search(sentence[:start])
  if article:
    starts.append(article.start())
  return tuple((before + start, sentence[start:end]) for start in starts)


def turned(fact, value=None):
  """'Who plays the harp?' for whoever plays it; '' where that cannot be asked."""
  return _filled(_ASKED[fact.relation][1], fact, value or fact.answer)


def _filled(form, fact, value):
  return form.format(
      s=fact.subject, a=value, an=a(value), of=fact.phrase.partition(' of ')[2])


# Yes or no.


def yes_no(world):
  """(passage, question, answer): '...', 'was toldrel founded before 1300', True."""
  passage = (about_one(world) if world.random.random() < 0.3
             else about_some(world, 2, alike=True))
  fact = world.choice(passage.facts)
  answer = world.random.random() < 0.5
  if fact.relation in _COMPARED and world.random.random() < 0.7:
    question = _comparison(world, passage, fact, answer)
  else:
    value = fact.answer if answer else _wrong(world, passage, fact)
    question = _filled(_ASKED[fact.relation][0], fact, value)
  return passage, as_typed(question), answer


def _comparison(world, p, fact, answer):
  number = int(fact.answer)
  rivals = [(int(other.answer), other.subject) for other in p.facts if (
      other.relation == fact.relation and other.answer != fact.answer)]
  if rivals and world.random.random() < 0.6:
    limit, name = world.choice(rivals)
  else:
    limit = number + world.choice((-1, 1)) * world.random.randint(1, 9)
    name = str(limit)
  greater, smaller = _COMPARED[fact.relation]
  return (greater if (number > limit) == answer else smaller).format(
      s=fact.subject, n=name)


def _wrong(world, p, fact):
  """A wrong value; mostly one that the text gives for something else."""
  kind = TOWNS if fact.relation in TOWNS else {fact.relation}
  told = {other.answer for other in p.facts if other.relation in kind}
  rivals = sorted(told - {fact.answer})
  if rivals and world.random.random() < 0.85:
    return world.choice(rivals)
  return world.choice(fact.distractors)
