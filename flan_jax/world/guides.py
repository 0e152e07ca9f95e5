"""How-to articles, and the headings of their steps, which sum them up.

    guide(world) -> (
        'Here is how to grow beans from seed. Use pots with holes in the bottom so '
        'that water can run off. ... Push each seed about 3 cm deep into the soil.',
        'Fill some pots with soil. Sow the beans. ...')

A guide knows five or six steps in their order; an article holds some of them. What a
step is done with and how long it takes depends on the thing that the guide is about.
"""

from flan_jax.world import outlines, themes

GUIDES = themes.themes('guides')  # an outline is a step, its head the step in a few words
_OPENINGS = (
    'Anybody can learn {title}.', 'Here is {title}.', 'Some advice on {title}.',
    'It is not hard to learn {title}.', 'Have you ever wondered {title}?')


def guide(world):
  """(article, summary): three to five steps of a guide, in their order."""
  chosen = world.choice(GUIDES)
  gaps = chosen.gaps(world)
  gaps['title'] = chosen.title.format_map(gaps)
  texts, heads = [outlines.filled(world.choice(_OPENINGS), gaps)], []
  count, numbers = world.random.randint(3, 5), range(len(chosen.outlines))
  for number in sorted(world.random.sample(numbers, count)):
    texts += outlines.lines(world, chosen.outlines[number], gaps)
    heads.append(outlines.head(world, chosen.outlines[number], gaps))
  return ' '.join(texts), ' '.join(heads)
