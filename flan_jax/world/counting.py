"""Short reports full of numbers, and questions that take adding, comparing, sorting.

    text, asked = question(world)
    text             'In 1871 the fields around Toldrel gave 320 tonnes of plums, ...'
    asked.question   'How many more tonnes of pears than of plums were there in 1871?'
    asked.answers    ('45', '45 tonnes')

The numbers asked for have to be worked out; the names stand in the text.
"""

import dataclasses

from flan_jax.world.lexicon import DAYS, words
from flan_jax.world.text import capitalized


@dataclasses.dataclass(frozen=True)
class Asked:
  """A question; `answers[0]` is the answer, and all of them are right."""

  question: str
  answers: tuple


def question(world):
  """(text, Asked), drawn from the world's stream."""
  text, asked = world.choice(REPORTS)(world)
  return text, world.choice(asked)


def _number(form, number, unit=''):
  """12 is right with its unit, too, and 4200 as '4,200'."""
  forms = [str(number), f'{number:,}']
  if unit and number != 1:  # '1 goals' is no English
    forms.append(f'{number}%' if unit == '%' else f'{number} {unit}')
  return Asked(form, tuple(dict.fromkeys(forms)))


def _name(form, *names):
  return Asked(form, names)


def _person(form, person):
  return Asked(form, (person.name, _surname(person)))


def _surname(person):
  return person.name.split()[-1]


def _listed(items):
  """['a', 'b', 'c'] -> 'a, b and c'."""
  return f'{", ".join(items[:-1])} and {items[-1]}'


def _ordered(values):
  """{'a': 3, 'b': 5} -> ['b', 'a'], the greatest first."""
  return sorted(values, key=values.get, reverse=True)


def _two(world, values):
  """Two of the keys, the one with the greater value first."""
  return sorted(world.random.sample(list(values), 2), key=values.get, reverse=True)


def _four(world, pool):
  """Four people with different surnames."""
  while True:
    chosen = world.random.sample(pool, 4)
    if len(set(map(_surname, chosen))) == 4:
      return chosen


# A match: who scored when, and for whom.

_DEEDS = words("""
scored for {town} in the {time} minute, found the net for {town} in the {time} minute,
struck for {town} in the {time} minute, put in a header for {town} in the {time} minute
""")
_NTH = words('first, second, third, fourth, fifth, sixth')
_HALF = 45  # minutes


def _match(world):
  """Goals of a football match between two towns, all by people who live there."""
  one, other = world.random.sample(world.towns, 2)
  pool = [p for p in world.people if p.home is one or p.home is other]
  players = _four(world, pool)
  while len({player.home.name for player in players}) < 2:
    players = _four(world, pool)
  minutes = sorted(world.random.sample(range(3, 90), world.choice((4, 5, 6))))
  goals = [(minute, world.choice(players)) for minute in minutes]
  told = [f'{player.name} ' + world.choice(_DEEDS).format(
      town=player.home.name, time=_ordinal(minute)) + '.' for minute, player in goals]
  opening = world.choice((
      'On a wet afternoon {0} met {1}.', '{0} and {1} played each other on Sunday.',
      'A full stand saw the match of {0} against {1}.'))
  text = ' '.join([opening.format(one.name, other.name), *told])
  return text, _of_match(world, goals, (one.name, other.name))


def _ordinal(number):
  """21 -> '21st', 12 -> '12th'."""
  endings = {1: 'st', 2: 'nd', 3: 'rd'} if number % 100 not in (11, 12, 13) else {}
  return f'{number}{endings.get(number % 10, "th")}'


def _of_match(world, goals, towns):
  by_player = {player.name: sum(p is player for _, p in goals) for _, player in goals}
  by_town = {town: sum(p.home.name == town for _, p in goals) for town in towns}
  minutes, scorers = zip(*goals)
  town, scorer = world.choice(towns), world.choice(scorers)
  nth = world.random.randrange(1, len(goals))
  asked = [
      _number('How many goals were scored in all?', len(goals), 'goals'),
      _number('How many minutes passed between the first goal and the last?',
              minutes[-1] - minutes[0], 'minutes'),
      _number(f'How many minutes after the {_NTH[nth - 1]} goal did the {_NTH[nth]} '
              'one fall?', minutes[nth] - minutes[nth - 1], 'minutes'),
      _number(f'How many of the goals fell in the first half, up to minute {_HALF}?',
              sum(minute <= _HALF for minute in minutes), 'goals'),
      _number(f'How many goals did {town} score?', by_town[town], 'goals'),
      _number(f'How often did {scorer.name} score?', by_player[scorer.name], 'times'),
      _number('How many different players scored?', len(by_player), 'players'),
      _person(f'Who scored the {_NTH[nth]} goal of the match?', scorers[nth]),
      _person('Who scored the last goal?', scorers[-1])]
  (winner, most), (loser, least) = ((side, by_town[side]) for side in _ordered(by_town))
  if most > least:
    asked += [_name('Which town won the match?', winner),
              _number('By how many goals did the winners win?', most - least, 'goals'),
              _name('Which town lost?', loser)]
  return asked


# Two harvests of the same fields.

_CROPS = words("""
potatoes, onions, carrots, apples, pears, plums, cabbages, beans, pumpkins, turnips,
barley, oats, wheat, rye, cherries, leeks
""")


def _harvest(world):
  """What the fields around a town gave in two years, in tonnes."""
  town, year = world.choice(world.towns).name, world.random.randrange(1850, 1960)
  later = year + world.random.randrange(2, 16)
  crops = world.random.sample(_CROPS, 4)
  first, second = ({crop: 5 * number for crop, number in zip(
      crops, world.random.sample(range(8, 80), 4))} for _ in range(2))
  between = world.choice((
      'Then the farmers turned to other seed.', 'After that came some dry summers.',
      'Later a canal was dug to water the land.'))
  text = (f'In {year} the fields around {town} gave {_tonnes(first, crops)}. {between} '
          f'The harvest of {later} came to {_tonnes(second, crops[::-1])}.')
  return text, _of_harvest(world, (year, later), first, second)


def _tonnes(harvest, crops):
  return _listed([f'{harvest[crop]} tonnes of {crop}' for crop in crops])


def _of_harvest(world, years, first, second):
  year, later = years
  large, small = _two(world, first)
  limit = world.random.randrange(101, 350, 25)  # never the weight of a crop
  change = {crop: second[crop] - first[crop] for crop in first}
  crop = world.choice([crop for crop in change if change[crop]] or [large])
  order, last = _ordered(first), _ordered(second)[-1]
  verb = 'grow' if change[crop] > 0 else 'fall'
  return [
      _number(f'How many tonnes of {small} and {large} together were there in {year}?',
              first[large] + first[small], 'tonnes'),
      _number(f'How many more tonnes of {large} than of {small} were there in {year}?',
              first[large] - first[small], 'tonnes'),
      _number('How many years lie between the two harvests?', later - year, 'years'),
      _number(f'How many tonnes did the four crops of {later} weigh in all?',
              sum(second.values()), 'tonnes'),
      _number(f'How many crops gave more than {limit} tonnes in {year}?',
              sum(value > limit for value in first.values()), 'crops'),
      _number(f'Of how many crops was there more in {later} than in {year}?',
              sum(value > 0 for value in change.values()), 'crops'),
      _number(f'By how many tonnes did the harvest of {crop} {verb} from {year} to '
              f'{later}?', abs(change[crop]), 'tonnes'),
      _name(f'Of which crop was there most in {year}?', order[0]),
      _name(f'Which crop came second in {year}, by weight?', order[1]),
      _name(f'Of which crop was there least in {later}?', last),
      _name(f'Of which was there less in {year}, {large} or {small}?', small)]


# A census: how many people, and what they lived on.

_TRADES = words("""
farming, fishing, weaving, mining, trade, building, baking, brewing, shipping, pottery
""")


def _census(world):
  """A town's people in two years, and the shares of four trades."""
  town, year = world.choice(world.towns).name, world.random.randrange(1801, 1921, 10)
  later = year + world.random.randrange(10, 51, 10)
  people = world.random.randrange(1_200, 7_000)
  more = people + world.random.randrange(110, 2_900)
  shares = dict(zip(world.random.sample(_TRADES, 4), _shares(world)))
  lived = _listed([f'{share}% on {trade}' for trade, share in shares.items()])
  text = (f'The census of {year} found {people:,} people in {town}. Of the households, '
          f'{lived.replace("%", "% lived", 1)}; the others lived on something else. By '
          f'{later} the town had grown to {more:,} people.')
  growth = _number(f'How many more people had {town} in {later} than in {year}?',
                   more - people, 'people')
  return text, [growth, *_of_census(world, (year, later), shares)]


def _shares(world):
  """Four different shares in per cent that leave a rest."""
  shares = [100]
  while sum(shares) > 96:
    shares = world.random.sample(range(5, 48), 4)
  return shares


def _of_census(world, years, shares):
  large, small = _two(world, shares)
  trade, limit = world.choice(list(shares)), world.random.randrange(6, 40)
  order = _ordered(shares)
  either = ' or '.join(world.random.sample((large, small), 2))
  return [
      _number('How many years after the first count was the second?',
              years[1] - years[0], 'years'),
      _number(f'How many per cent of the households did not live on {trade}?',
              100 - shares[trade], '%'),
      _number(f'How many per cent of the households lived on {either}?',
              shares[large] + shares[small], '%'),
      _number(f'By how many percentage points was the share of {large} greater than '
              f'that of {small}?', shares[large] - shares[small]),
      _number('How many per cent of the households lived on none of the four trades?',
              100 - sum(shares.values()), '%'),
      _number(f'How many of the four trades fed more than {limit}% of the households?',
              sum(share > limit for share in shares.values())),
      _name('On which trade did the most households live?', order[0]),
      _name('Which of the four trades fed the fewest households?', order[-1]),
      _name('Which trade was the third most common?', order[2]),
      _name(f'On which did fewer households live, {either}?', small)]


# A journey in stages.

_TRAVELLED = words('cycled, walked, rode, hiked')


def _journey(world):
  """Four or five days on the road, from town to town."""
  person, days = world.person(), world.choice((4, 5))
  towns = [town.name for town in world.random.sample(world.towns, days + 1)]
  lengths = world.random.sample(range(11, 60), days)
  start, how = world.random.randrange(len(DAYS)), world.choice(_TRAVELLED)
  names = (2 * DAYS)[start:start + days]
  told = [f'On {names[0]} {person.name} {how} {lengths[0]} km from {towns[0]} to '
          f'{towns[1]}.']
  for day in range(1, days):
    form = world.choice((
        'On {day} {they} {how} {n} km to {town}.',
        '{day} brought {them} {n} km further, to {town}.',
        'The way to {town} on {day} was {n} km long.'))
    told.append(form.format(
        day=names[day], they=person.pronoun, how=how, n=lengths[day],
        them='him' if person.pronoun == 'he' else 'her', town=towns[day + 1]))
  return ' '.join(told), _of_journey(world, person, dict(zip(names, lengths)), towns)


def _of_journey(world, person, stages, towns):
  first, limit = person.first_name, world.random.randrange(15, 55)
  long, short = _two(world, stages)
  order, lengths = _ordered(stages), list(stages.values())
  stop = world.random.randrange(2, len(towns))
  return [
      _number('How many kilometres long was the whole journey?', sum(lengths), 'km'),
      _number(f'How many kilometres more did {first} travel on {long} than on {short}?',
              stages[long] - stages[short], 'km'),
      _number(f'How many kilometres did {first} cover on {short} and {long} together?',
              stages[long] + stages[short], 'km'),
      _number(f'On how many days did {first} travel more than {limit} km?',
              sum(length > limit for length in lengths), 'days'),
      _number(f'How many kilometres had {first} come from the start on arriving in '
              f'{towns[stop]}?', sum(lengths[:stop]), 'km'),
      _number('How many towns does the journey touch, the first and the last included?',
              len(towns), 'towns'),
      _name(f'On which day did {first} travel farthest?', order[0]),
      _name(f'On which day did {first} make the shortest trip?', order[-1]),
      _name('On which day was the second longest stage?', order[1]),
      _name(f'Which town did {first} reach last before {towns[stop]}?',
            towns[stop - 1]),
      _name(f'Where was {first} at the end of the second day?', towns[2])]


# A building, from its first stone on.

_DISASTERS = words('fire, flood, storm, landslide')


def _building(world):
  """The years and the cost of a town's landmark, its ruin and its repairs."""
  town, disaster = world.choice(world.towns), world.choice(_DISASTERS)
  years = [world.random.randrange(1420, 1560)]
  for least, most in ((4, 40), (20, 150), (2, 18), (15, 120)):
    years.append(years[-1] + world.random.randrange(least, most))
  begun, finished, ruined, repaired, enlarged = years
  cost, repairs = world.random.sample(range(400, 6_000, 50), 2)
  thing = f'the {town.landmark}'
  text = (f'The building of {thing} of {town.name} began in {begun} and ended in '
          f'{finished}. It cost {cost:,} gold coins. In {ruined} a {disaster} left '
          f'half of it in ruins; the repairs, which took until {repaired}, cost '
          f'another {repairs:,} gold coins. {capitalized(thing)} was made larger in '
          f'{enlarged}.')
  costs = {'building': cost, 'repairs': repairs}
  return text, _of_building(world, thing, disaster, years, costs)


def _of_building(world, thing, disaster, years, costs):
  begun, finished, ruined, repaired, enlarged = years
  events = {'the start of the work': begun, f'the {disaster}': ruined,
            'the end of the repairs': repaired, 'the enlargement': enlarged}
  late, early = _two(world, events)
  either = ' or '.join(world.random.sample((early, late), 2))
  dear, cheap = _ordered(costs)
  century = world.random.randrange(1500, 1800, 100)
  return [
      _number(f'How many years did it take to build {thing}?', finished - begun,
              'years'),
      _number('How many years did the repairs go on?', repaired - ruined, 'years'),
      _number(f'How many years after the end of the building work came the {disaster}?',
              ruined - finished, 'years'),
      _number(f'How many years lie between {early} and {late}?',
              events[late] - events[early], 'years'),
      _number('How many gold coins did the building and the repairs cost together?',
              sum(costs.values()), 'gold coins'),
      _number(f'How many gold coins more did the {dear} cost than the {cheap}?',
              costs[dear] - costs[cheap], 'gold coins'),
      _number(f'How many of the years in the text come after {century}?',
              sum(year > century for year in years), 'years'),
      _name(f'Which came first, {either}?', early, early.removeprefix('the ')),
      _name(f'Which came later, {either}?', late, late.removeprefix('the ')),
      _name('Which cost less, the building or the repairs?', f'the {cheap}', cheap),
      _name(f'What damaged {thing}?', f'a {disaster}', disaster)]


# Four collections.

_THINGS = words('books, letters, poems, stamps, postcards, shells, old coins, maps')


def _collections(world):
  """How many things four friends have, before and after a present."""
  people, thing = _four(world, world.people), world.choice(_THINGS)
  counts = {p.name: n for p, n in zip(people, world.random.sample(range(9, 95), 4))}
  one, other, third, last = counts
  gift = world.random.randrange(2, 8)
  text = (f'Four friends collect {thing}. {one} has {counts[one]} of them and {other} '
          f'{counts[other]}, while {third} owns {counts[third]}. The collection of '
          f'{last} numbers {counts[last]}. Now {one} gives {gift} of the {thing} to '
          f'{last}.')
  return text, _of_collections(world, people, counts, thing, gift)


def _of_collections(world, people, counts, thing, gift):
  named = {person.name: person for person in people}
  one, *_, last = counts
  large, small = _two(world, counts)
  order, limit = _ordered(counts), world.random.randrange(15, 80)
  return [
      _number(f'How many {thing} does {one} have after the present?',
              counts[one] - gift, thing),
      _number(f'How many {thing} does {last} own in the end?', counts[last] + gift,
              thing),
      _number(f'How many {thing} did {small} and {large} have together at first?',
              counts[small] + counts[large], thing),
      _number(f'How many more {thing} did {large} have at first than {small}?',
              counts[large] - counts[small], thing),
      _number(f'How many {thing} do the four friends have among them?',
              sum(counts.values()), thing),
      _number(f'How many of the friends had more than {limit} {thing} at first?',
              sum(count > limit for count in counts.values())),
      _person(f'Who had the most {thing} at first?', named[order[0]]),
      _person(f'Who had the fewest {thing} at first?', named[order[-1]]),
      _person('Whose collection was the second largest at first?', named[order[1]])]


REPORTS = (_match, _harvest, _census, _journey, _building, _collections)
