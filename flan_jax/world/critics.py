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

from flan_jax.world import lexicon, outlines
from flan_jax.world.lexicon import words

_DISSENT = 0.5  # of films: a critic who sees one aspect otherwise
_VERDICT = 0.3  # of reviews: a verdict at the end


@dataclasses.dataclass(frozen=True)
class Aspect:
  """One side of a film, as its script.

  Attributes:
    merits, flaws: how a consensus names it: 'a witty script', 'a clumsy script'.
    praise, blame: sentences of critics, with gaps.
  """

  merits: tuple[str, ...]
  flaws: tuple[str, ...]
  praise: tuple[str, ...]
  blame: tuple[str, ...]

  def said(self, good):
    return self.praise if good else self.blame

  def named(self, good):
    return self.merits if good else self.flaws


def _aspect(outline):
  merits, flaws = (words(head) for head in outline.heads)
  praise, blame = (line.wordings for line in outline.lines)
  return Aspect(merits, flaws, praise, blame)


# Merits, flaws, then sentences of praise and of blame.
ASPECTS = tuple(map(_aspect, outlines.outlines("""
= excellent performances, superb acting, a brilliant cast
| wooden acting, weak performances, a miscast lead
{star.full} has never been better.
| {star.full} owns every scene in which {star.she} appears.
| One look at the face of {star.full} says more than a page of words.
| Even the smallest part is played to perfection.
| It is a joy to watch {star.full} and {partner.full} together.
{star.full} seems to be reading from a card.
| {star.full} goes through the film with the same expression from start to end.
| Nobody told {partner.full} that a whisper can be stronger than a shout.
| You never believe for a moment that {star.full} and {partner.full} know each other.
| {star.full} is the wrong person for this part.

= a witty script, sharp dialogue, a clever screenplay
| a clumsy script, leaden dialogue, an uninspired screenplay
You will be quoting these lines for weeks.
| Hardly a sentence is wasted.
| People here talk as people talk when they are at their quickest.
| The writers trust us to listen, and listening is a pleasure.
| Every conversation has a second meaning under the first.
No human being has ever talked like this.
| The actors do what they can with lines that no one should have to say.
| Whatever we have just seen is explained to us once more in words.
| The writers must have emptied a drawer full of stock phrases.
| I could finish most of the sentences before the actors did.

= a brisk pace, tight editing, a swift rhythm
| a sluggish pace, slack editing, a running time that is far too long
Two hours go by like ten minutes.
| There is not a minute too many.
| It sets off at a run and never stops for breath.
| Each scene ends a moment before you expect it to.
| Nobody in the cinema looked at a watch.
I looked at my watch four times.
| It could lose half an hour, and nobody would notice.
| Scenes go on long after they have made their point.
| It takes an hour until anything happens.
| Never has an evening felt so long.

= stunning pictures, beautiful camera work, gorgeous images
| drab pictures, murky camera work, ugly images
You could frame any moment of it and hang it on a wall.
| I could look at the light over {town} for hours.
| The camera finds beauty in a rainy street.
| I have seldom seen such colours on a screen.
| {director.full} paints with the camera.
Everything looks as if it had been filmed through dishwater.
| It is so dark that I often did not know who was speaking.
| The camera shakes until you feel seasick.
| {town} deserves better than these grey postcards.
| A holiday video has more style.

= a haunting score, wonderful music, a memorable soundtrack
| an intrusive score, tiresome music, an overbearing soundtrack
I came out humming.
| The orchestra says what the characters cannot.
| Stay for the last note.
| Three notes on a piano, and you have tears in your eyes.
| I want to own the record.
The violins tell us what to feel, and they tell us loudly.
| The orchestra drowns every tender moment.
| I wished for earplugs.
| The same tune comes back until you dread it.
| Silence would have done more for these scenes.

= a gripping story, an ingenious plot, a tale full of surprises
| a thin story, a confused plot, a tale without surprises
I never knew what would come next.
| Every clue falls into place.
| The knots are tied with great skill and untied with even more.
| You have to know how it goes on.
| It begins with a letter, and from there on nothing is as it seems.
After ten minutes you know everything that is going to happen.
| There is enough here for a short film, but not for two hours.
| I lost the thread, and I doubt that the makers ever held it.
| Too many things happen for no reason.
| We have been told this one a hundred times.

= a powerful ending, a perfect finale, an unforgettable last act
| a feeble ending, a botched finale, a weak last act
The last five minutes left me speechless.
| When the lights went up, nobody moved.
| It saves the best for the end.
| Its final image will not leave my mind.
| It closes exactly as it has to, and still you do not see it coming.
It does not end, it just stops.
| The last five minutes spoil what went before.
| Nobody seems to have known how to finish it.
| The solution falls from the sky.
| What a silly way to bring it to a close.

= plenty of good jokes, wicked humour, real wit
| jokes that fall flat, stale humour, forced comedy
I laughed until my ribs hurt.
| The whole row was giggling.
| I have not had so much fun in a cinema for years.
| Even the credits made me chuckle.
| It is the funniest thing since {star.full} first slipped on a banana skin.
I counted two laughs, and one of them was my own cough.
| Not even {star.full} can make these gags work.
| Somebody falls into a cake, and that is the best of it.
| The audience sat in silence where it was meant to laugh.
| It keeps winking at us, but there is nothing to wink about.

= believable characters, well-drawn characters, characters worth caring about
| shallow characters, cardboard characters, characters without a soul
I felt that I had known these people all my life.
| You want to take this {job} home with you.
| Nobody here is only good or only bad.
| The {job} at its centre is full of contradictions, as we all are.
| I would follow this {job} anywhere.
I have met more interesting people in the queue for popcorn.
| I learned more about the sofa than about the {job} who sits on it.
| The {job} at its centre has one trait, and it is not an interesting one.
| When the {job} was in danger, I did not mind.
| I had forgotten their names before I left the cinema.

= a big heart, real warmth, honest feeling
| cheap sentiment, a cold heart, false feelings
It moved me more than I expected.
| Bring a handkerchief.
| {director.full} loves these people, and it shows.
| It made me want to call my mother.
| There is tenderness in every frame.
It begs for tears and gets none from me.
| {director.full} pushes every button twice.
| I was left as cold as a stone.
| Sugar is poured over everything.
| It wants to be touching and is merely sticky.
""")))

_CONSENSUS = {  # (is the film liked?, do the critics see another side?): wordings
    (True, False): (
        '{one} and {two} make {title} a film to remember.',
        'With {one} and {two}, {title} is a treat from beginning to end.',
        '{title} wins the critics over with {one} and {two}.'),
    (True, True): (
        'Despite {other}, {title} is worth seeing for {one} and {two}.',
        '{title} suffers from {other}, but {one} and {two} save the evening.',
        '{one} and {two} help {title} to overcome {other}.'),
    (False, False): (
        '{title} is sunk by {one} and {two}.',
        '{one} and {two} leave {title} with little to recommend it.',
        'With {one} and {two}, {title} is a disappointment.'),
    (False, True): (
        '{other} cannot save {title} from {one} and {two}.',
        'Despite {other}, {title} is let down by {one} and {two}.',
        '{title} has {other}, but it is spoilt by {one} and {two}.')}
_VERDICTS = {
    True: (
        'Go and see it.', 'Warmly recommended.', 'A good choice for an evening out.',
        'I would watch it again.', 'One of the better films of the year.'),
    False: (
        'Wait for something better.', 'Not worth a ticket.', 'You can skip this one.',
        'I would not sit through it again.', 'One of the weaker films of the year.')}


def opinions(world):
  """(title, reviews, consensus): four to eight reviews of one film."""
  liked, mixed = world.random.random() < 0.5, world.random.random() < 0.6
  one, two, other, *minor = world.random.sample(ASPECTS, 5)
  agreed = [(one, liked), (two, liked)] + [(other, not liked)] * mixed
  names = {role: world.choice(aspect.named(good))
           for role, (aspect, good) in zip(('one', 'two', 'other'), agreed)}
  title = _title(world)
  consensus = outlines.filled(
      world.choice(_CONSENSUS[liked, mixed]), dict(names, title=title))
  world.random.shuffle(agreed)  # any of them may be the one that is doubted
  said = _said(world, agreed, minor[:world.random.randint(0, 2)])
  return title, _reviews(world, said, liked), consensus


def _said(world, agreed, minor):
  """(sentence, is it praise?) pairs, those on one aspect in a row of four at most."""
  said, dissent = [], world.random.random() < _DISSENT
  for turn, (aspect, good) in enumerate(agreed):
    doubted = dissent and turn == 0
    count = 3 if doubted else world.random.randint(2, 3)
    said += [(s, good) for s in world.random.sample(aspect.said(good), count)]
    said += [(world.choice(aspect.said(not good)), not good)] * doubted
  for aspect in minor:
    good = world.random.random() < 0.5
    said.append((world.choice(aspect.said(good)), good))
  return said


def _reviews(world, said, liked):
  """Deals the sentences out: no critic gets two on one aspect."""
  critics = min(world.random.randint(5, 8), len(said))
  verdicts = world.random.sample(_VERDICTS[liked], len(_VERDICTS[liked]))
  gaps, reviews = _gaps(world), []
  for critic in range(critics):
    dealt = said[critic::critics]
    texts = [outlines.filled(sentence, gaps) for sentence, _ in dealt]
    world.random.shuffle(texts)
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
