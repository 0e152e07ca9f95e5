"""Arguments on everyday questions, and the claim that they support.

    debate(world) -> (
        'This House would ban dogs from public parks.',
        'A ban on dogs would be unfair to old people who live alone.',
        ['For old people who live alone, dogs are more than a pastime.', ...])

A proposal is made about several things (ban dogs, ban drones). It has claims for and
against it, and the reasons for a claim fit every thing in the table.
"""

from flan_jax.world import outlines, themes

_PROPOSALS = themes.themes('debates')


def debate(world):
  """(motion, claim, reasons): three to five reasons in any order."""
  proposal = world.choice(_PROPOSALS)
  town, other_town = world.random.sample(world.towns, 2)
  gaps = proposal.gaps(world) | dict(
      town=town.name, other_town=other_town.name, landmark=town.landmark)
  claim = world.choice(proposal.outlines)
  reasons = outlines.lines(world, claim, gaps)
  count = world.random.randint(3, len(reasons))
  motion = f'This House would {proposal.title.format_map(gaps)}.'
  return motion, outlines.head(world, claim, gaps), world.random.sample(reasons, count)
