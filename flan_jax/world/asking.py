"""Questions by the kind of answer that they ask for, as in TREC, spelt in its way.

    question(world) -> ('What is the capital of Velmora ?', 'LOC', 'city')

Six classes, each with finer ones. Most questions of every class begin with `what`: the
kind of answer has to be read from the rest. Some ask for a fact of the world, the
others fill the gaps of a pattern.
"""

import math
import re
import string

from flan_jax.world.asking_words import DEEDS, GROUPS, LISTS
from flan_jax.world.lexicon import table, words
from flan_jax.world.text import a, capitalized

_FROM_FACTS = 0.3  # of the questions of a class that has some


def question(world):
  """(text, coarse class, fine class); the coarse ones come equally often."""
  coarse = world.choice(CLASSES)
  if world.random.random() < _FROM_FACTS and coarse in _ASKED_OF_FACTS:
    return _of_a_fact(world, coarse)
  [(fine, pattern)] = world.random.choices(_PATTERNS[coarse], _WEIGHTS[coarse])
  return spelt(capitalized(pattern.format_map(_Gaps(world)))), coarse, fine


def _of_a_fact(world, coarse):
  fact = world.choice(world.facts)
  while fact.relation not in _ASKED_OF_FACTS[coarse]:
    fact = world.choice(world.facts)
  fine = _ASKED_OF_FACTS[coarse][fact.relation]
  return spelt(world.choice(fact.questions)), coarse, fine


def spelt(text):
  """'Is it "x", Ada?' -> "Is it `` x '' , Ada ?": signs stand apart, as in TREC."""
  text = re.sub(r'"([^"]+)"', r"`` \1 ''", text)
  return re.sub(r"(?<=\w|')([?,.]$|,|'s\b)", r' \1', text)


class _Gaps(dict):
  """What fills the gaps of a pattern, drawn when first asked for.

  {one} and {other} are of one group, all that belongs to a person is one person's, all
  that belongs to a book or film is one work's, {a_noun} is {noun} with its article.
  """

  def __init__(self, world):
    self._world = world

  def __missing__(self, name):
    if name.startswith('a_'):
      self[name] = a(self[name[2:]])
    else:
      self.update(self._drawn(name))
    return self[name]

  def _drawn(self, name):
    world = self._world
    if name in _OF_A_PERSON:
      person = world.person()
      return dict(person=person.name, job=person.job, home=person.home.name,
                  hobby=person.hobby, instrument=person.instrument, food=person.food,
                  pet=person.pet, pet_name=person.pet_name)
    if name in _OF_A_WORK:
      work = world.choice(world.works)
      return dict(work=work.title, kind=work.kind, maker=work.maker.name,
                  place=work.place.name, year=work.year)
    if name in ('town', 'town2'):
      town, other = world.random.sample(world.towns, 2)
      return dict(town=town.name, town2=other.name)
    if name in ('country', 'language'):
      country = world.choice(world.countries)
      return dict(country=country.name, language=country.language)
    if name in ('one', 'other'):
      return dict(zip(('one', 'other'), world.random.sample(world.choice(GROUPS), 2)))
    if name in ('role', 'deed'):
      return dict(zip(('role', 'deed'), world.choice(DEEDS)))
    return {name: world.choice(LISTS[name])}


_OF_A_PERSON = words('person, job, home, hobby, instrument, food, pet, pet_name')
_OF_A_WORK = words('work, kind, maker, place, year')

# Relations of the world's facts, by the class that their questions belong to.
_ASKED_OF_FACTS = {
    'ENTY': dict(
        instrument='instru', food='food', pet='animal', pet_name='animal',
        colour='color', material='substance', craft='product', language='lang',
        coin='currency', emblem='animal', young='animal'),
    'HUM': dict(owner='ind', worker='ind', book_maker='ind', film_maker='ind'),
    'NUM': dict(age='period', founded='date', year='date'),
    'LOC': dict(home='city', birthplace='city', country='country', river='other',
                capital='city', capital_of='country', place='city')}

_PATTERNS = {
    'DESC': table("""
def | what is {a_noun}?
def | what is the meaning of the word "{noun}"?
def | what does "{noun}" mean?
def | what exactly is meant by {a_noun}?
desc | what is the difference between {a_one} and {a_other}?
desc | what distinguishes {a_one} from {a_other}?
desc | what happens when {process}?
desc | what is {a_tool} used for?
desc | what is the purpose of {a_tool}?
desc | what does {a_job} do all day?
desc | what does {org} do?
desc | what does the {job} in {home} do on a normal day?
desc | what is the {kind} "{work}" about?
desc | what is the origin of the word "{noun}"?
manner | how do you {task}?
manner | what is the best way to {task}?
manner | how does {a_machine} work?
manner | how did {person} learn to play the {instrument}?
manner | how did {person} become {a_job}?
reason | what causes {effect}?
reason | what is the reason for {effect}?
reason | why do we have {effect}?
reason | what made {person} take up {hobby}?
reason | why did {person} call the {pet} {pet_name}?
reason | why does {person} like {food} so much?
"""), 'ENTY': table("""
animal | what animal {beastly}?
animal | what is the {most} {beast} in the world?
animal | which {beast} is the {most} of all?
color | what colour is {coloured}?
food | what do {animals} eat?
food | what kind of food is sold at the market of {town}?
instru | what musical instrument has {part}?
lang | what languages are spoken at {org}?
lang | what language is the {kind} "{work}" in?
currency | what money do people use in {town}?
sport | what sport is played {sporting}?
sport | what is the most popular sport in {country}?
plant | what {plantlike}?
plant | what flower grows best in {town}?
substance | what is {product} made from?
body | what part of the body {bodily}?
dismed | what disease {ill}?
cremat | what {kind} by {maker} came out in {year}?
cremat | what is the title of the {kind} that is set in {place}?
cremat | what song is sung on holidays in {country}?
product | what do the shops of {town} sell most of?
techmeth | what method is used to {task}?
termeq | what do you call {described}?
termeq | what is another word for "{adjective}"?
termeq | what is the {language} word for {a_noun}?
veh | what {vehicular}?
word | what word rhymes with "{rhyme}"?
letter | what letter comes before {letter} in the alphabet?
"""), 'ABBR': table("""
exp | what does {short} stand for?
exp | what do the letters {short} stand for?
exp | what is {short} short for?
exp | what is the full form of {short}?
exp | what does the abbreviation {short} mean?
exp | the letters {short} are an abbreviation for what?
exp | what words does {short} come from?
exp | how is {short} written out in full?
exp | what is the long form of {short}?
exp | what phrase is shortened to {short}?
exp | what do people mean when they write {short}?
abb | what is the abbreviation for {long}?
abb | how do you abbreviate {long}?
abb | what is the usual abbreviation of {long}?
abb | what is {long} called for short?
abb | which abbreviation stands for {long}?
abb | what is the short form of {long}?
abb | what do you write for short instead of "{long}"?
"""), 'HUM': table("""
ind | who {deed}?
ind | what {role} {deed}?
ind | which {role} {deed}?
ind | what is the name of the {role} who {deed}?
ind | name the {role} who {deed}.
ind | who was the {role} that {deed}?
ind | what {job} lives in {home}?
ind | what is the name of the {job} in {home}?
ind | who in {home} keeps {a_pet} called {pet_name}?
ind | what {role} was born in {town}?
ind | what was the name of the first king of {country}?
ind | who rules {country}?
ind | who is the hero of the {kind} "{work}"?
ind | who is the head of {org}?
desc | who is {person}?
gr | what company makes {product} in {town}?
gr | what band does {person} play the {instrument} in?
gr | what team won the match between {town} and {town2}?
gr | what people live on the border of {country}?
"""), 'NUM': table("""
count | how many {counted}?
count | how many people work for {org}?
count | what is the number of schools in {town}?
code | what is the telephone number of the {job} in {home}?
code | what is the postal code of {town}?
date | what year was {person} born?
date | when was {org} founded?
date | when was the {thing} invented?
date | what was the date of the first flight from {town} to {town2}?
dist | what is the distance between {town} and {town2}?
dist | how far is it from {town} to {town2}?
dist | what is the length of the main street of {town}?
money | what is the price of {a_thing} in {town}?
money | what does {a_thing} cost?
money | what wage does {a_job} earn in {country}?
other | what is the population of {town}?
perc | what percentage of the people of {country} speak {language}?
period | what is the average lifespan of {a_animal}?
period | how long does it take to {task}?
speed | what is the top speed of {a_runner}?
speed | how fast can {a_runner} run?
temp | what is the boiling point of {liquid}?
temp | at what temperature does {liquid} freeze?
volsize | what is the area of {country}?
weight | what is the average weight of {a_animal}?
weight | how much does {a_animal} weigh?
"""), 'LOC': table("""
city | what is the largest city in {country}?
city | what city is {person} moving to?
city | what city {urban}?
country | what country {national}?
country | what country makes the best {product}?
country | what countries share a border with {country}?
mount | what is the highest mountain in {country}?
mount | what mountain can be seen from {town}?
state | what state {stately}?
other | what is the deepest lake in {country}?
other | where do {animals} sleep?
other | where did {person} learn to play the {instrument}?
other | what shop does {person} buy {food} in?
other | where are the headquarters of {org}?
other | where in {town} can you buy {a_thing}?
other | where is {sight}?
other | what continent is {sight} on?
other | what street in {home} does the {job} live in?
other | what is the best place to watch {animals}?
other | where was the {thing} invented?
""")}
CLASSES = tuple(_PATTERNS)


def _room(pattern):
  """Roughly, how many questions a pattern makes."""
  gaps = {name.removeprefix('a_')
          for _, name, _, _ in string.Formatter().parse(pattern) if name}
  sizes = [len(LISTS[gap]) for gap in gaps & LISTS.keys()]
  sizes += [size for group, size in _SIZES.items() if gaps & set(words(group))]
  return math.prod(sizes)


# Gaps that are drawn together, and from how many.
_SIZES = {
    'person, job, home, hobby, instrument, food, pet': 160, 'work, maker, place': 60,
    'town': 40, 'town2': 40, 'country, language': 10, 'one, other': 120,
    'role, deed': 36}

_WEIGHTS = {
    coarse: [math.sqrt(min(_room(pattern), 400)) for _, pattern in rows]
    for coarse, rows in _PATTERNS.items()}
