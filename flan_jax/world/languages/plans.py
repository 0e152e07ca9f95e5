"""Which sentences make a text, and which words make sense in them."""

import functools

from flan_jax.world import lexicon
from flan_jax.world.languages import grammar
from flan_jax.world.languages.english import ENGLISH
from flan_jax.world.languages.english import RELATIVES
from flan_jax.world.lexicon import words

# One text a line: its sentences share their words. `asked>where` quotes `where`.
PLANS = tuple(tuple(line.split()) for line in """
bought
counted
found
saw
sold
left
is
compared
wanted
needed
there_are
animal
closed
closed_in
opens
went
why_went
will_go
was
will_come
did_not_come
will_meet
works_as
not_job
lives
speaks
speaks_but
learns
train
flew
travels
weather_was
weather_will
stayed
eats
not_eaten
still_buy
can
cannot
wants_to
birthday
bought it_is
bought it_is it_costs
found it_is
saw it_is
sold it_is
my_where is_in
my_where is_not_in
missing is_not_in
missing left
is_it it_costs
is it_costs
is_not price
wanted price_asked
wanted is_it
needed price_asked
needed price_asked it_costs
price_asked price
price_asked price is_not
is_open no_closed
opens_when opens
is_open opens
where beside
where beside opens
will_go opens_when
did_not_come why_went
will_meet opens
works_as she_speaks
lives she_speaks
lives she_not
learns speak_asked
speaks not_understood
speak_asked not_understood
train_when train
travels train
travels there_will
travels there_will train_when
flew there_was
flew there_was she_speaks
flew weather_will
stayed still_buy
weather_was stayed
eats she_not
not_eaten offered
offered still_buy
cannot but_can
can_you can
asked>opens_when
asked>where
asked>is_open
asked>speak_asked
asked>can_you
asked>offered
asked>train_when
said>needed
said>missing
said>wanted
said>not_understood
asked>price_asked answered>it_costs
asked>is_it answered>it_is
asked>my_where answered>is_in
asked>where answered>beside
asked>is_open answered>no_closed
asked>train_when answered>train
asked>opens_when answered>opens
said>wanted answered>price
said>birthday
""".split('\n') if line)

_SMALL = words("""
book, lamp, hat, umbrella, bag, cup, bottle, box, jacket, shirt, skirt, scarf, ball,
notebook, pencil, plate, vase, guitar, camera, suitcase, carpet, blanket, candle, mirror
""")
_CARRIED = words("""
book, hat, umbrella, bag, bicycle, bottle, box, jacket, scarf, ball, notebook,
pencil, guitar, camera, suitcase, blanket
""")
_OPENING = words("""
library, museum, bakery, post office, bank, pharmacy, restaurant, cafe, supermarket,
cinema, theatre
""")
_GONE_TO = tuple(place for place in ENGLISH.words['place']
                 if place not in ('airport', 'garden'))
_WEEKDAYS = tuple(f'on {day}' for day in lexicon.DAYS)
_OF_WEEKDAYS = tuple(f'{day}s' for day in _WEEKDAYS)
_LATELY = words('yesterday, yesterday evening, two days ago') + _WEEKDAYS
_SOON = words('tomorrow, this evening, the day after tomorrow') + _WEEKDAYS

# Words that a pattern can do with, where not all of the kind make sense in it.
_FITTING = {
    'thing': {
        **dict.fromkeys(('bought', 'counted', 'found', 'saw', 'there_are'), _SMALL),
        **dict.fromkeys(('price', 'it_costs'), _SMALL),
        **dict.fromkeys(('left', 'my_where', 'missing', 'is_in', 'is_not_in'),
                        _CARRIED),
    },
    'quality': {'compared': words('expensive, old, beautiful, modern, practical')},
    'colour': {'animal': words('white, black, grey, brown')},
    'place': {
        **dict.fromkeys(('bought', 'counted'), words("""
                        museum, supermarket, market, station, airport""")),
        'animal': words('park, garden, beach, market'),
        **dict.fromkeys(('closed', 'closed_in', 'is_open', 'no_closed', 'opens_when',
                         'opens'), _OPENING),
        **dict.fromkeys(('went', 'why_went', 'will_go'), _GONE_TO),
    },
    'habit': dict.fromkeys(('closed', 'is_open', 'no_closed'), _OF_WEEKDAYS),
    'past': dict.fromkeys(('was', 'weather_was', 'stayed'), _LATELY),
    'future': dict.fromkeys(('weather_will', 'there_will', 'wants_to'), _SOON),
}


def draw(world):
  """(plan, {slot: word}): which sentences, and the words for all of them."""
  plan = world.choice(PLANS)
  return plan, draw_words(world, plan)


def draw_words(world, plan):
  """{slot: word} for a plan; two slots of one kind get different words."""
  chosen = {}
  for slot, fitting in slots(plan):
    taken = [chosen[other] for other in chosen
             if grammar.kind(other) == grammar.kind(slot)]
    chosen[slot] = world.choice([word for word in fitting if word not in taken])
  return chosen


@functools.cache
def slots(plan):
  """The slots of a plan, each with the words that make sense in all its sentences."""
  steps = [name for step in plan for name in step.split('>')]
  found = dict.fromkeys(slot for step in steps
                        for slot in grammar.slots(ENGLISH.patterns[step])
                        if grammar.kind(slot) in ENGLISH.words)
  return tuple((slot, _fitting(steps, slot)) for slot in found)


def _fitting(steps, slot):
  kind = grammar.kind(slot)
  fitting = tuple(ENGLISH.words[kind])
  if kind == 'who':  # about every fourth is somebody of the family
    fitting += 3 * tuple(RELATIVES)
  for step in steps:
    wanted = _FITTING.get(kind, {}).get(step, fitting)
    fitting = tuple(word for word in fitting if word in wanted)
  return fitting
