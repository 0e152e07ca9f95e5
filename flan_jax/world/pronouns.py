"""Sentences with a pronoun that only the meaning resolves, like Winograd schemas."""

from flan_jax.world import events, lexicon
from flan_jax.world.lexicon import table
from flan_jax.world.text import capitalized

# {a} and {b} are of one sex | what is said of {a} | what is said of {b}
_PEOPLE = table("""
{a} lent {b} the {thing} because {she} | did not need it that week | had none at home
{a} thanked {b} because {she} | had received a {thing} | had sent a {thing}
{a} asked {b} for the {thing}, but {she} | did not get it | refused to part with it
{a} beat {b} at chess because {she} | had trained for months | had hardly trained at all
{a} looked for the {thing} of {b} because {she} | liked to help | had lost it
{a} carried {b} home because {she} | was strong enough | had a broken leg
{a} told {b} the way because {she} | knew the town well | was a stranger in the town
{a} forgave {b} for losing the {thing} because {she} | bore no grudge | had said sorry
{a} hired {b} to repair the {thing}, since {she} | had no time | was good at it
{a} woke {b} because {she} | had heard a strange noise | was about to miss the train
{a} taught {b} to draw because {she} | was a patient teacher | wanted to learn it
{a} envied {b} because {she} | had no {thing} | had a beautiful {thing}
{a} waited for {b} until noon, but {she} | waited in vain | never came
{a} sold {b} the {thing} because {she} | needed the money | had always wanted one
{a} paid {b} for the {thing} after {she} | had inspected it with care | had delivered it
{a} believed everything {b} said because {she} | was easy to fool | never told a lie
""")

# {a} and {b} are things
_THINGS = table("""
the {a} did not fit into the {b} because it | was too big | was too small
the {a} fell through the bottom of the {b} because it | was so heavy | was torn
the {a} scratched the {b} because it | had sharp edges | had a soft surface
the {a} hid the {b} from view because it | was so large | was so small
{who} swapped the {a} for the {b} because it | was no longer wanted | was so much nicer
{who} used the {a} to prop up the {b} because it | was sturdy | kept falling over
{who} cleaned the {a} but not the {b}, since it | was dirty | was clean already
{who} sold the {a} and kept the {b} because it | brought a good price | was a gift
""")

_LIFELESS = tuple(
    noun for kind, members in events.MEMBERS.items() for noun in members
    if events.PARENT.get(kind) not in ('animal', 'plant', 'piece of food')
    and noun[0] not in 'aeiou')


def coreference_pair(world):
  """A sentence with a pronoun, the pronoun replaced by a name, whether rightly.

  -> ('Nora envied Ida because she had a beautiful kite.',
      'Ida had a beautiful kite.', True)
  """
  text, *clues = world.choice(_PEOPLE + _THINGS)
  names, filled = _filled(world, text)
  meant, named = world.random.randrange(2), world.random.randrange(2)
  clue = clues[meant].format(**filled)
  told = f'{text.format(**filled)} {clue}.'
  if world.random.random() < 0.3:
    told = f'on {world.choice(lexicon.DAYS)}, {told}'
  return capitalized(told), capitalized(f'{names[named]} {clue}.'), meant == named


def _filled(world, text):
  """The two candidates, and the words for the gaps."""
  if '{she}' in text:
    pronoun = world.choice(('she', 'he'))
    first_names = {p.first_name for p in world.people if p.pronoun == pronoun}
    a, b = world.random.sample(sorted(first_names), 2)
    return (a, b), dict(a=a, b=b, she=pronoun, thing=world.choice(_LIFELESS))
  a, b = world.random.sample(_LIFELESS, 2)
  return (f'the {a}', f'the {b}'), dict(a=a, b=b, who=world.person().first_name)
