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
from flan_jax.world.lexicon import words
from flan_jax.world.text import a, capitalized

_NEGATED = 0.15  # of clauses: 'not dull at all'
_CONCEDED = 0.2  # of reviews: 'although the plot was thin, ...'
_BENT_PHRASES = 0.2  # of phrases: either of the two

_GOOD = words("""
superb, wonderful, excellent, delightful, lovely, brilliant, terrific, splendid,
marvellous, impressive, outstanding, fantastic, charming, first-rate, amazing,
great, perfect, remarkable
""")
_BAD = words("""
awful, terrible, dreadful, poor, disappointing, horrible, mediocre, lousy, pathetic,
dismal, second-rate, annoying, unpleasant, hopeless, miserable, atrocious,
appalling, abysmal
""")


@dataclasses.dataclass(frozen=True)
class Topic:
  """Things to judge (plural where they end in s), words of praise and of blame."""

  things: tuple[str, ...]
  good: tuple[str, ...]
  bad: tuple[str, ...]

  def side(self, positive):
    return self.good + _GOOD if positive else self.bad + _BAD


_FILM = Topic(
    words("""
    the acting, the script, the camera work, the ending, the music, the story,
    the dialogue, the plot, the lead performance, the first half, the final scene,
    the humour, the editing, the opening, the cast, the second act
    """),
    words("""
    gripping, moving, clever, funny, fresh, touching, witty, thrilling, imaginative,
    captivating, heartfelt, inspired, absorbing, elegant, lively, sincere
    """),
    words("""
    dull, boring, clumsy, predictable, tedious, lifeless, stale, shallow, confusing,
    wooden, muddled, bland, pointless, dreary, lazy, tiresome
    """))
_SERVICE = Topic(
    words('the service, our waiter, the cook, the owner, the man at the door'),
    words('friendly, attentive, polite, welcoming, kind, helpful, cheerful'),
    words('rude, slow, careless, unfriendly, grumpy, indifferent, arrogant, clueless'))
_ROOM = Topic(
    words('the dining room, the table, the terrace, the bathroom, the place itself'),
    words('cosy, spotless, comfortable, inviting, cheerful, pretty, welcoming'),
    words('dirty, smelly, cramped, shabby, sticky, gloomy, filthy'))
_FOOD = Topic(
    tuple(f'the {food}' for food in lexicon.FOODS),
    words("""
    delicious, tasty, fresh, well seasoned, full of flavour, crisp, generous, divine
    """),
    words('tasteless, soggy, overcooked, burnt, greasy, inedible, stale, rubbery'))
_DAILY = Topic(
    words("""
    my new phone, this song, the weather, the concert, my haircut, the match, my day,
    this book, the new bus line, the party, this film, my lunch, our hotel, the coffee,
    my first lesson, this game, the new album, the train ride, my birthday, the traffic
    """),
    words('awesome, fun, sweet, cool, nice, fab, epic, ace'),
    words('rubbish, lame, stupid, bad, gross, nasty, useless, boring'))

_FILM_VERDICTS = {
    True: words("""
    I loved it, I loved every minute of it, I would gladly watch it again,
    I recommend it to everyone, one of the best films of the year, what a treat,
    go and see it, I left the cinema smiling, it deserves every prize, do not miss it
    """),
    False: words("""
    I hated it, I hated every minute of it, I nearly fell asleep, stay away from it,
    one of the worst films of the year, what a waste of time, do not bother,
    I left before the end, I want my money back, it deserves no audience
    """)}
_RESTAURANT_VERDICTS = {
    True: words("""
    we will be back soon, I loved this place, highly recommended, worth every penny,
    my new favourite restaurant, five stars from me, we left happy, what a find
    """),
    False: words("""
    I will not come back, I hated this place, avoid it, a waste of money,
    the worst meal in years, no stars from me, we left hungry and angry, never again
    """)}
_TWEET_OPENERS = {
    True: words("""
    yay, woohoo, so happy, wow, love love love, best day ever, feeling great, hooray,
    cant stop smiling, thank you thank you
    """),
    False: words("""
    ugh, argh, so sad, oh no, hate hate hate, worst day ever, feeling awful, damn,
    i could cry, seriously fed up
    """)}
_SUBJECTS = words("""
growing up, friendship, first love, family life, old age, small town life, ambition,
grief, loneliness, work, war, a long marriage, life at sea, the theatre, exile
""")


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
  return _text(world, settings, clauses, _FILM_VERDICTS[positive])


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
  return _text(world, settings, clauses, _RESTAURANT_VERDICTS[positive])


def _text(world, settings, clauses, verdicts):
  """A neutral opening, the judgements and a verdict, which at times comes first."""
  sentences = [world.choice(settings), *clauses]
  sentences.insert(world.choice([1, len(sentences), len(sentences)]),
                   world.choice(verdicts))
  return ' '.join(f'{capitalized(sentence)}.' for sentence in sentences)


def _tweet(world, positive):
  name, opener = world.person().first_name, world.choice(_TWEET_OPENERS[positive])
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
  kind = world.choice(words('film, movie, drama, comedy, thriller, picture, debut'))
  subject, job = world.choice(_SUBJECTS), world.choice(lexicon.JOBS)
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
