"""Opinions whose polarity is clear to a careful reader, for the sentiment datasets.

    review(world, 'restaurant', positive=False)
    -> 'We came here on Friday with Ruth. The garlic bread was soggy and tasteless. Our
        waiter was anything but polite. I will not come back.'

Most of the signal is in plain words of praise and blame. A minority of clauses negates
a word of the other side ('not dull at all'), and a minority of reviews first concedes
something ('the plot is thin, but ...'); the verdict always agrees with the label.
"""

import dataclasses

from flan_jax.world import lexicon
from flan_jax.world import tables
from flan_jax.world import themes
from flan_jax.world.text import a, capitalized

_NEGATED = 0.15  # of clauses: 'not dull at all'
_CONCEDED = 0.2  # of reviews: 'although the plot was thin, ...'
_BENT_PHRASES = 0.2  # of phrases: either of the two

_WORDS = themes.lists(tables.read('reviews')['words'])


@dataclasses.dataclass(frozen=True)
class Topic:
  """Things to judge (plural where they end in s), words of praise and of blame."""

  things: tuple[str, ...]
  good: tuple[str, ...]
  bad: tuple[str, ...]

  def side(self, positive):
    side = 'good' if positive else 'bad'
    return getattr(self, side) + _WORDS[f'any {side}']


_WORDS['food things'] = tuple(f'the {food}' for food in lexicon.FOODS)
_FILM, _SERVICE, _ROOM, _FOOD, _DAILY = (
    Topic(*(_WORDS[f'{name} {part}'] for part in ('things', 'good', 'bad')))
    for name in ('film', 'service', 'room', 'food', 'daily'))


def _verdict(world, name, positive):
  return world.choice(_WORDS[f'{name} {"praise" if positive else "blame"}'])


def review(world, kind, positive):
  """A text of one kind, for or against.

  Args:
    world: draws are made from its stream.
    kind: 'film' or 'restaurant' (some sentences), 'tweet', or 'phrase' (lower case,
      punctuation set apart, about a film).
    positive: whether the writer is for it.
  """
  writer = {'film': _film, 'restaurant': _restaurant,
            'tweet': _tweet, 'phrase': _phrase}[kind]
  return writer(world, positive)


def _film(world, positive):
  is_ = world.choice(['is', 'was'])
  work, person, day = world.choice(world.works), world.person(), _day(world)
  settings = [
      f'I saw {work.title} with {person.first_name} on {day}',
      f'{work.title} tells the story of {a(person.job)} in {work.place.name}',
      f'{person.name} plays {a(world.person().job)} in this one',
      f'{work.maker.name} directed {work.title} in {work.place.name}',
      f'My friend {person.first_name} lent me this film on {day}']
  clauses = _judgements(world, [_FILM] * 4, positive, is_)
  return _text(world, settings, clauses, _verdict(world, 'film', positive))


def _restaurant(world, positive):
  person, town, day = world.person(), world.choice(world.towns), _day(world)
  settings = [
      f'We came here on {day} with {person.first_name}',
      f'I had dinner here on {day}',
      f'We spent {day} in {town.name} and tried this restaurant',
      f'{person.name} the {person.job} took us here',
      f'This is a small place near the {town.landmark} in {town.name}']
  topics = world.random.sample([_FOOD, _SERVICE, _ROOM, _FOOD], 4)
  clauses = _judgements(world, topics, positive, 'was')
  return _text(world, settings, clauses, _verdict(world, 'restaurant', positive))


def _text(world, settings, clauses, verdict):
  """A neutral opening, the judgements and a verdict, which at times comes first."""
  sentences = [world.choice(settings), *clauses]
  sentences.insert(world.choice([1, len(sentences), len(sentences)]), verdict)
  return ' '.join(f'{capitalized(sentence)}.' for sentence in sentences)


def _tweet(world, positive):
  name, opener = world.person().first_name, _verdict(world, 'tweet', positive)
  aspect = world.choice(_aspects(world, [_DAILY, _FOOD]))
  place = world.choice([f'in {world.choice(world.towns).name}',
                        f'with {world.person().first_name}', '', ''])
  sentence = _judgement(world, aspect, positive, world.choice(['is', 'is', 'was']))
  parts = [
      world.choice([f'@{name.lower()}{world.random.randrange(100)}', '', '']),
      world.choice([opener + world.choice([',', '!']), '']),
      f'{sentence} {place}'.strip() + world.choice(['', '', '!', '!!', '...']),
      world.choice([f'#{_day(world).lower()}', ''])]
  return ' '.join(part for part in parts if part)


def _phrase(world, positive):
  right, wrong = _FILM.side(positive), _FILM.side(not positive)
  one, two, three = world.random.sample(right, 3)
  thing, other = world.random.sample(_FILM.things, 2)
  kind = world.choice(_WORDS['kinds of film'])
  subject, job = world.choice(_WORDS['subjects']), world.choice(lexicon.JOBS)
  plain = [
      f'{a(one)} and {two} {kind} about {subject}', f'{one} , {two} and {three} {kind}',
      f'{thing} is {one} and {other} is {two}', f'{a(one)} portrait of {a(job)}',
      f'{one} from start to finish , with {a(two)} look at {subject} .',
      f'as {one} as it is {two}', f"{thing} is {one} , and so is the {job} 's part .",
      f'{a(one)} , {two} tale of {a(job)} and {subject} .',
      f"the {kind} 's {one} {thing.removeprefix('the ')} makes for {a(two)} evening ."]
  bent = [
      f'{_denied(world, world.choice(wrong))} , this {kind} about {subject} is {one}',
      f'{thing} is {_denied(world, world.choice(wrong))} , and {other} is {one} .',
      f'{thing} may be {world.choice(wrong)} , but the {kind} is {one} and {two} .']
  return world.choice(bent if world.random.random() < _BENT_PHRASES else plain)


def _aspects(world, topics):
  """A thing to judge for each topic, none twice."""
  chosen = []
  for topic in topics:
    free = [thing for thing in topic.things if (topic, thing) not in chosen]
    chosen.append((topic, world.choice(free)))
  return chosen


def _judgements(world, topics, positive, is_):
  """Two or three clauses on different things; at times the first one concedes."""
  aspects = _aspects(world, topics)
  concedes = world.random.random() < _CONCEDED
  first = [_concession(world, *aspects[:2], positive, is_)] if concedes else []
  return first + [_judgement(world, aspect, positive, is_)
                  for aspect in aspects[2 * concedes:world.choice([2, 3]) + concedes]]


def _judgement(world, aspect, positive, is_):
  """'the acting was superb', or now and then 'the acting was not dull at all'."""
  topic, thing = aspect
  if world.random.random() < _NEGATED:
    denied = _denied(world, world.choice(topic.side(not positive)))
    return f'{thing} {_verb(thing, is_)} {denied}'
  one, two = world.random.sample(topic.side(positive), 2)
  return f'{thing} {_verb(thing, is_)} ' + world.choice(
      [one, one, f'{one} and {two}', f'simply {one}', f'truly {one}'])


def _concession(world, conceded, praised, positive, is_):
  """'although the plot was dull, the acting was superb': the last word decides."""
  (one, thing), (two, other) = conceded, praised
  against = f'{thing} {_verb(thing, is_)} {world.choice(one.side(not positive))}'
  right = f'{other} {_verb(other, is_)} {world.choice(two.side(positive))}'
  right += world.choice([', and that decides it', ', and that is what counts'])
  return world.choice([f'{against}, but {right}', f'although {against}, {right}'])


def _denied(world, word):
  return world.choice([f'not {word} at all', f'never {word}', f'far from {word}',
                       f'anything but {word}'])


def _verb(thing, is_):
  return {'is': 'are', 'was': 'were'}[is_] if thing.endswith('s') else is_


def _day(world):
  return world.choice(lexicon.DAYS)
