"""What several critics write about one film, and what most of them agree on.

    opinions(world) -> (
        'Silver Orchards',
        ['Ada Bell has never been better. I looked at my watch four times.', ...],
        'Despite a sluggish pace, Silver Orchards is worth seeing for excellent '
        'performances and real warmth.')

A film has a profile first: two or three aspects on which the critics agree. Each is
brought up by two or three of them. One critic may see one of them otherwise, and points
that a single critic makes stay out of the consensus.
"""

import dataclasses

from flan_jax.world import lexicon, outlines, tables, themes

_DISSENT = 0.5  # of films: a critic who sees one aspect otherwise
_VERDICT = 0.3  # of reviews: a verdict at the end


@dataclasses.dataclass(frozen=True, eq=False)
class Aspect:
  """One side of a film: names in a consensus and sentences of critics, by side."""

  names: dict
  sentences: dict

  def said(self, good):
    return self.sentences[good]

  def named(self, good):
    return self.names[good]


def _aspect(outline):
  names, (praise, blame) = outline.heads, (line.wordings for line in outline.lines)
  return Aspect({good: names[not good].split(', ') for good in (True, False)},
                {True: praise, False: blame})


_TABLES = tables.read('critics')
ASPECTS = tuple(map(_aspect, themes.outlines_of(themes.joined(_TABLES['aspects']))))
_CONSENSUS = themes.lists(_TABLES['consensus'], ' / ')
_VERDICTS = themes.lists(_TABLES['verdicts'], ' / ')


def opinions(world):
  """(title, reviews, consensus): five to eight reviews of one film."""
  liked, mixed = world.random.random() < 0.5, world.random.random() < 0.6
  one, two, other, *minor = world.random.sample(ASPECTS, 5)
  agreed = [(one, liked), (two, liked)] + [(other, not liked)] * mixed
  names = {role: world.choice(aspect.named(good))
           for role, (aspect, good) in zip(('one', 'two', 'other'), agreed)}
  title = _title(world)
  form = f'{"liked" if liked else "disliked"}, {"mixed" if mixed else "plain"}'
  consensus = outlines.filled(world.choice(_CONSENSUS[form]), names | {'title': title})
  world.random.shuffle(agreed)  # any of them may be the one that is doubted
  said = _said(world, agreed, minor[:world.random.randint(0, 2)])
  return title, _reviews(world, said, liked), consensus


def _said(world, agreed, minor):
  """(sentence, is it praise?) pairs, those on one aspect in a row of four at most."""
  said, dissent = [], world.random.random() < _DISSENT
  for turn, (aspect, good) in enumerate(agreed):
    doubted = dissent and turn == 0
    count = 3 if doubted else world.random.randint(2, 3)
    said += [(text, good) for text in world.random.sample(aspect.said(good), count)]
    said += [(world.choice(aspect.said(not good)), not good)] if doubted else []
  for aspect in minor:
    good = world.random.random() < 0.5
    said.append((world.choice(aspect.said(good)), good))
  return said


def _reviews(world, said, liked):
  """Deals the sentences out: no critic gets two on one aspect."""
  critics = min(world.random.randint(5, 8), len(said))
  verdicts = list(_VERDICTS['liked' if liked else 'disliked'])
  world.random.shuffle(verdicts)
  gaps, reviews = _gaps(world), []
  for critic in range(critics):
    dealt = said[critic::critics]
    texts = [outlines.filled(sentence, gaps) for sentence, _ in dealt]
    agrees = liked in [good for _, good in dealt]
    if agrees and verdicts and world.random.random() < _VERDICT:
      texts.append(verdicts.pop())
    reviews.append(' '.join(texts))
  return world.random.sample(reviews, critics)


def _gaps(world):
  people = zip(('star', 'partner', 'director'), outlines.figures(world, 3))
  return dict(
      people, town=world.choice(world.towns).name, job=world.choice(lexicon.JOBS))


def _title(world):
  """'Silver Orchards': no title of a work in the world has this form."""
  adjective = world.choice(lexicon.TITLE_ADJECTIVES)
  noun = world.choice(lexicon.TITLE_NOUNS)
  first, town = world.choice(lexicon.WOMEN + lexicon.MEN), world.choice(world.towns)
  return world.choice((
      f'{adjective} {noun}s', f"{first}'s {noun}", f'The {noun} of {town.name}'))
