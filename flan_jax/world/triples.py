"""What is so in the world as triples, with texts that say just that.

    about = draw(world, ('book', 'town'))
    about.triples               (('Toldrel', 'country', 'Velmora'), ...)
    texts(world.random, about, 3)   three ways to say so; see `descriptions`

The triples are connected: some are about the object of another, as where the author of
a book lives.
"""

from flan_jax.world.descriptions import Attribute, Description, Thing, wordings

_OWN, _LINKED = 4, 2  # most attributes of the subject, and of an object described too
_DESCRIBED = 0.45  # of the objects that have attributes of their own

_PERSON = wordings("""
occupation | works as {an}; earns a living as {an} | | {o}
birthPlace | was born in {o}; is a native of {o} \
  | | | | born in {o} | {o} is the birthplace of {s}
residence | lives in {o}; has a home in {o} \
  | | | | living in {o} | the home of {s} is in {o}
age | is {o} years old; is {o} years of age | {o}-year-old | | | aged {o}
instrument | plays the {o}; makes music on the {o} \
  | | | | | the instrument of {s} is the {o}
hobby | enjoys {o} as a hobby; spends free time on {o}; has {o} as a hobby \
  | | | | | the hobby of {s} is {o}
favouriteFood | likes {o} best of all foods; likes no food better than {o} \
  | | | | | the favourite food of {s} is {o}
pet | keeps {an}; has {an} as a pet; looks after a pet {o} \
  | | | | | the pet of {s} is {an}
possession | owns {an}; has {an} | | | | | {an} belongs to {s}
""")

_TOWN = wordings("""
country | is in {o}; lies in {o}; belongs to {o} | | | in {o}
river | stands on the river {o}; lies on the river {o} \
  | | | on the river {o} | | the river {o} flows through {s}
knownFor | is known for its {o}; is famous for its {o}; owes its fame to its {o} \
  | | | | known for its {o} | people know {s} for its {o}
landmark | has {an} as its landmark; boasts {an} as its landmark \
  | | | | | the landmark of {s} is the {o}
foundingYear | was founded in {o}; dates from {o}; has existed since {o} \
  | | | | founded in {o} | the founding of {s} took place in {o}
""")

_COUNTRY = wordings("""
language | has {o} as its language; uses the {o} language | {o}-speaking \
  | | | | the people of {s} speak {o}; {o} is the language of {s}
currency | has the {o} as its currency; uses the {o} as its money \
  | | | | | the currency of {s} is the {o}; people in {s} pay with the {o}
flagAnimal | has {an} on its flag; shows {an} on its flag \
  | | | | | the flag of {s} shows {an}; {an} can be seen on the flag of {s}
capital | has {o} as its capital; has its capital in {o} \
  | | | | | the capital of {s} is {o}; {o} is the capital of {s}
""")

_BOOK = wordings("""
author | was written by {o}; is the work of the author {o} \
  | | | by {o} | written by {o} | {o} wrote {s}; {o} is the author of {s}
setting | is set in {o}; takes place in {o} \
  | | | | set in {o} | {o} is the setting of {s}
publicationYear | was published in {o}; came out in {o} \
  | {o} | | | published in {o} | the year {o} saw the publication of {s}
""")

_FILM = wordings("""
director | was directed by {o}; is the work of the director {o} \
  | | | by {o} | directed by {o} | {o} directed {s}; {o} is the director of {s}
setting | is set in {o}; takes place in {o} \
  | | | | set in {o} | {o} is the setting of {s}
releaseYear | was released in {o}; came out in {o} \
  | {o} | | | released in {o} | the year {o} saw the release of {s}
""")


def draw(world, kinds):
  """A description of something in the world, of one to eight triples.

  kinds: what it may be about: 'person', 'town', 'country', 'book', 'film'.
  """
  thing, known = _KINDS[world.choice(kinds)](world)
  told = _some(world, known, _OWN)
  about = [linked(world) for _, linked in told
           if linked and world.random.random() < _DESCRIBED]
  values = {value.name: Description(value, _attributes(_some(world, facts, _LINKED)))
            for value, facts in about[:2]}
  return Description(thing, _attributes(told), tuple(values.values()))


def _some(world, known, most):
  return world.random.sample(known, world.random.randint(1, min(most, len(known))))


def _attributes(told):
  return tuple(attribute for attribute, _ in told)


def _known(wording, **facts):
  """[(Attribute, function of the world that tells of its value, or None)]."""
  return [(Attribute(relation, value, wording[relation]), None)
          for relation, value in facts.items()]


def _linked(wording, relation, value, tell):
  """The same for one relation to something that `tell` knows more about."""
  return [(Attribute(relation, value.name, wording[relation]),
           lambda world: tell(world, value))]


def _person(world, person=None):
  person = person or world.person()
  made = {'wood': 'wooden', 'wool': 'woollen'}.get(person.material, person.material)
  return Thing(person.name, '', person.pronoun), _known(
      _PERSON, occupation=person.job, age=str(person.age), instrument=person.instrument,
      hobby=person.hobby, favouriteFood=person.food, pet=person.pet,
      possession=f'{person.colour} {made} {person.possession}') + (
          _linked(_PERSON, 'residence', person.home, _town) +
          _linked(_PERSON, 'birthPlace', person.birthplace, _town))


def _town(world, town=None):
  town = town or world.choice(world.towns)
  return Thing(town.name, 'town'), _known(
      _TOWN, river=town.river, knownFor=town.craft, landmark=town.landmark,
      foundingYear=str(town.founded)) + _linked(_TOWN, 'country', town.country, _land)


def _land(world, country):
  """A country as seen from one of its towns: the capital might be that town."""
  return Thing(country.name, 'country'), _known(
      _COUNTRY, language=country.language, currency=country.coin,
      flagAnimal=country.emblem)


def _country(world):
  capital = world.choice([town for town in world.towns if town.is_capital])
  thing, known = _land(world, capital.country)
  return thing, known + _linked(_COUNTRY, 'capital', capital, _city)


def _city(world, town):
  """A capital as seen from its country, which need not be told again."""
  thing, known = _town(world, town)
  return thing, [fact for fact in known if fact[0].relation != 'country']


def _work(world, kind):
  work = world.choice([work for work in world.works if work.kind == kind])
  book = kind == 'book'
  wording, year = (_BOOK, 'publicationYear') if book else (_FILM, 'releaseYear')
  return Thing(work.title, kind), _known(wording, **{year: str(work.year)}) + (
      _linked(wording, 'author' if book else 'director', work.maker, _person) +
      _linked(wording, 'setting', work.place, _town))


_KINDS = {
    'person': _person, 'town': _town, 'country': _country,
    'book': lambda world: _work(world, 'book'),
    'film': lambda world: _work(world, 'film')}
