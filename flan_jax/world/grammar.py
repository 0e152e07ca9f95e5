"""Sentences that are English, and sentences that are not, for one rule after another.

A row is a paradigm, starred as linguists do:

    the {baker} {sleeps} | the {bakers} {sleep} | *the {baker} {sleep}

Both sides of a row use much the same words, so that words alone do not give it away.
"""

from flan_jax.world import lexicon
from flan_jax.world.lexicon import table, words
from flan_jax.world.text import capitalized

ACCEPTABLE = 0.6  # share of the sentences

_PARADIGMS = tuple(
    (tuple(cell for cell in row if cell[0] != '*'),
     tuple(cell[1:] for cell in row if cell[0] == '*'))
    for row in table("""
the {baker} {sleeps} {there} | the {bakers} {sleep} {there} \
  | *the {baker} {sleep} {there} | *the {bakers} {sleeps} {there}
the {baker} who {helped} the {cooks} is {tired} \
  | the {bakers} who {helped} the {cook} are {tired} \
  | *the {baker} who {helped} the {cooks} are {tired} \
  | *the {bakers} who {helped} the {cook} is {tired}
there is a {kite} {there} | there are two {kites} {there} \
  | *there are a {kite} {there} | *there is two {kites} {there} | *is a {kite} {there} \
  | *are two {kites} {there}
{Ann} and {Ben} are {tired} | {Ann} is {tired}, but {Ben} is not \
  | *{Ann} and {Ben} is {tired} | *{Ann} are {tired}, but {Ben} is not
one of the {kites} is {red} | all of the {kites} are {red} \
  | *one of the {kite} is {red} | *one of the {kites} are {red} \
  | *all of the {kites} is {red}
every {baker} {finds} a {kite} | all {bakers} {find} a {kite} \
  | *every {bakers} {find} a {kite} | *all {baker} {finds} a {kite}
{Ann} {saw} these {kites} {there} | {Ann} {saw} this {kite} {there} \
  | *{Ann} {saw} these {kite} {there} | *{Ann} {saw} this {kites} {there}
{Ann} does not have much {rice} | {Ann} does not have many {kites} \
  | *{Ann} does not have many {rice} | *{Ann} does not have much {kites}
{Ann} bought two bags of {rice} | {Ann} bought some {rice} \
  | *{Ann} bought two bags {rice} | *{Ann} bought two of {rice} bags
{Ann} {saw} a {red} {kite} | {Ann} {saw} two {red} {kites} \
  | *{Ann} {saw} a {kite} {red} | *{Ann} {saw} {red} a {kite} \
  | *{Ann} {saw} {red} two {kites}
{Ann} {saw} the {kite} {there} | {Ann} {saw} {kites} {there} | {Ann} {saw} it {there} \
  | *{Ann} {saw} {kite} {there} | *{Ann} the {kite} {saw} {there} \
  | *{saw} {Ann} the {kite} {there} | *{Ann} {saw} {there} it
{Ann} {saw} all the {kites} | {Ann} {saw} both the {kites} \
  | *{Ann} {saw} the all {kites} | *{Ann} {saw} the both {kites}
{Ann}'s {kite} is {red} | the {baker}'s {kite} is {red} | *the {Ann}'s {kite} is {red} \
  | *{baker}'s {kite} is {red} | *{Ann}'s the {kite} is {red}
their {kite} is {red} | the {red} {kite} is theirs | *theirs {kite} is {red} \
  | *the {red} {kite} is their | *the their {kite} is {red}
{she} {helped} {Ben} | {Ben} {helped} {her} | *{her} {helped} {Ben} \
  | *{Ben} {helped} {she}
{Ben} {slept}, and {Ann} looked at {him} \
  | {he} {slept}, and {Ann} looked at {Ben}'s {kite} \
  | *{Ben} {slept}, and {Ann} looked at {he} \
  | *{him} {slept}, and {Ann} looked at the {kite}
it is hard for {her} to {find} the {kite} | it is hard to {find} the {kite} \
  | *it is hard for {she} to {find} the {kite} \
  | *it is hard for {her} {find} the {kite} | *it is hard for to {find} the {kite}
{Ann} {helped} {herself} | {Ben} {helped} {himself} | *{Ann} {helped} {himself} \
  | *{Ben} {helped} {herself} | *{herself} {helped} {Ann}
{Ann} thinks that {Ben} {helped} {himself} | {Ann} thinks that {Ben} {helped} {her} \
  | *{Ann} thinks that {Ben} {helped} {herself} \
  | *{Ann} thinks that {himself} {helped} {her}
the {bakers} {helped} each other | the {bakers} {helped} themselves \
  | *the {bakers} {helped} {himself} | *each other {helped} the {bakers} \
  | *{Ann} {helped} each other | *themselves {helped} the {bakers}
{Ann} has {seen} the {kite} | {Ann} had {seen} the {kite} \
  | *{Ann} has {saw} the {kite} | *{Ann} has {see} the {kite} \
  | *{Ann} has had to {seen} the {kite}
{Ann} did not {see} the {kite} | {Ann} does not {see} {kites} \
  | *{Ann} did not {saw} the {kite} | *{Ann} not {saw} the {kite} \
  | *{Ann} does did not {see} the {kite}
{Ann} is {seeing} the {kite} | {Ann} was {seeing} the {kite} \
  | *{Ann} is {see} the {kite} | *{Ann} {seeing} the {kite} \
  | *{Ann} is was {seeing} the {kite}
{Ann} can {see} the {kite} | {Ann} must {see} the {kite} \
  | {Ann} ought to {see} the {kite} | *{Ann} can {sees} the {kite} \
  | *{Ann} must to {see} the {kite} | *{Ann} can must {see} the {kite} \
  | *{Ann} ought {see} the {kite}
{Ann} has been {seeing} {kites} | {Ann} will be {seeing} {kites} \
  | *{Ann} has be {seeing} {kites} | *{Ann} is been {seeing} {kites} \
  | *{Ann} will been {seeing} {kites}
{Ann} will have {seen} the {kite} by {day} | {Ann} may have {seen} the {kite} on {day} \
  | *{Ann} will has {seen} the {kite} by {day} \
  | *{Ann} have may {seen} the {kite} on {day}
the {kite} was {seen} by {Ann} | the {kites} were {seen} by {Ann} \
  | *the {kite} was {saw} by {Ann} | *the {kite} was {see} by {Ann} \
  | *the {kite} were {seen} by {Ann} | *the {kite} {seen} was by {Ann}
the {kite} will be {seen} {there} | the {kite} has been {seen} {there} \
  | *the {kite} will been {seen} {there} | *the {kite} has be {seen} {there}
the {baker} was {helped} by {Ann} | {Ann} {slept} near the {baker} \
  | *the {baker} was {slept} by {Ann} | *{Ann} was {helped} the {baker}
{Ann} {slept} {there} | {Ann} {slept} near the {kite} | *{Ann} {slept} the {kite} \
  | *{Ann} was {slept} {there} | *{slept} {there} {Ann} the {kite}
{Ann} {found} the {kite} yesterday | {Ann} {found} it yesterday \
  | *{Ann} {found} yesterday | *{Ann} {found} to the {kite} yesterday \
  | *{found} the {kite} yesterday
{Ann} put the {kite} {there} | {Ann} put it {there} | *{Ann} put the {kite} \
  | *{Ann} put {there} | *{Ann} put it
{Ann} {gave} {Ben} a {kite} | {Ann} {gave} a {kite} to {Ben} \
  | *{Ann} {gave} a {kite} {Ben} | *{Ann} {gave} {Ben} to a {kite} \
  | *{Ann} {gave} to a {kite} {Ben}
{Ann} {explained} the plan to {Ben} | {Ann} told {Ben} the plan \
  | *{Ann} {explained} {Ben} the plan | *{Ann} told to {Ben} the plan
{Ann} said something to {Ben} | {Ann} told {Ben} something \
  | *{Ann} said {Ben} something | *{Ann} told something {Ben}
{Ann} poured {rice} into the {cup} | {Ann} filled the {cup} with {rice} \
  | *{Ann} poured the {cup} with {rice} | *{Ann} filled {rice} into the {cup}
{Ann} {waits} {for} {Ben} | the {baker} {Ann} {waits} {for} is {tired} \
  | *{Ann} {waits} {Ben} | *{Ann} {waits} of {Ben} \
  | *the {baker} {Ann} {waits} is {tired}
{Ann} is afraid of {Ben} | {Ann} fears {Ben} | *{Ann} is afraid {Ben} \
  | *{Ann} fears of {Ben}
it is clear that {Ann} {slept} | that {Ann} {slept} is clear \
  | *is clear that {Ann} {slept} | *it is clear {Ann} that {slept} \
  | *{Ann} {slept} is clear
it rained on {day} | it was raining on {day} | *rained on {day} \
  | *was raining on {day}
{Ann} says that {she} is {tired} | {Ann} says {she} is {tired} \
  | *{Ann} says that is {tired} | *{Ann} says {her} is {tired}
{Ann} {quickly} {saw} the {kite} | {Ann} {saw} the {kite} {quickly} \
  | *{Ann} {saw} {quickly} the {kite} | *{Ann} {saw} the {quickly} {kite}
{Ann} is {tall} enough to {help} {Ben} | {Ann} is too {tall} to {help} {Ben} \
  | *{Ann} is enough {tall} to {help} {Ben} | *{Ann} is {tall} too to {help} {Ben}
{Ann} was so {tired} that {she} {slept} {there} | {she} is such a {tall} {baker} \
  | *{Ann} was such {tired} that {she} {slept} {there} | *{she} is so a {tall} {baker}
did {Ann} {see} the {kite}? | has {Ann} {seen} the {kite}? \
  | *did {Ann} {saw} the {kite}? | *has {Ann} {see} the {kite}? \
  | *did {Ann} has {seen} the {kite}?
what did {Ann} {see} {there}? | what has {Ann} {seen} {there}? \
  | *what {Ann} did {see} {there}? | *what did {Ann} {see} the {kite} {there}?
who {saw} the {kite}? | who did {Ann} {help}? | *who did {saw} the {kite}? \
  | *who did {Ann} {help} {Ben}? | *who {Ann} did {help}?
where did {Ann} {find} the {kite}? | when did {Ann} {find} the {kite}? \
  | *where {Ann} {found} the {kite}? | *when did {Ann} {found} the {kite}?
{Ann} wonders what {Ben} {saw} | {Ann} wonders whether {Ben} {slept} \
  | *{Ann} wonders what did {Ben} {see} | *{Ann} wonders whether did {Ben} {sleep}
{Ann} met the {baker} who {found} the {kite} | what did the {baker} {find}? \
  | which {baker} did {Ann} meet? | *what did {Ann} meet the {baker} who {found}? \
  | *which did {Ann} meet {baker}?
{Ann} smiled because {Ben} {found} the {kite} | why did {Ann} smile? \
  | *what did {Ann} smile because {Ben} {found}?
{Ann} {found} the {kite} and the {chair} | what did {Ann} {find}? \
  | *what did {Ann} {find} the {kite} and? | *{Ann} {found} and the {kite} the {chair}
who does {Ann} think {slept} {there}? | who does {Ann} think that {Ben} {helped}? \
  | *who does {Ann} think that {slept} {there}?
{Ann} believes the story that {Ben} {found} the {kite} \
  | what does {Ann} believe that {Ben} {found}? \
  | *what does {Ann} believe the story that {Ben} {found}?
the {kite} that {Ann} {found} is {red} | the {kite} {Ann} {found} is {red} \
  | *the {kite} that {Ann} {found} it is {red} \
  | *the {kite} who {Ann} {found} is {red} \
  | *the {kite} that {Ann} {found} the {chair} is {red}
the {baker} who {slept} {there} is {tired} \
  | the {baker} who is {tired} {slept} {there} \
  | *the {baker} {slept} {there} is {tired} \
  | *the {baker} which {slept} {there} is {tired} \
  | *the {baker} who {she} {slept} {there} is {tired}
the {baker} whose {kite} {Ann} {found} is {tired} \
  | *the {baker} who {kite} {Ann} {found} is {tired} \
  | *the {baker} whose {Ann} {found} the {kite} is {tired}
{Ann} wants to {see} the {kite} | {Ann} wants {Ben} to {see} the {kite} \
  | *{Ann} wants {see} the {kite} | *{Ann} wants to {saw} the {kite} \
  | *{Ann} wants {Ben} {sees} the {kite}
{Ann} enjoys {seeing} {kites} | {Ann} hopes to {see} {kites} \
  | *{Ann} enjoys to {see} {kites} | *{Ann} hopes {seeing} {kites}
{Ann} made {Ben} {see} the {kite} | {Ann} forced {Ben} to {see} the {kite} \
  | *{Ann} made {Ben} to {see} the {kite} | *{Ann} forced {Ben} {see} the {kite}
{Ann} let {Ben} {sleep} {there} | {Ann} allowed {Ben} to {sleep} {there} \
  | *{Ann} let {Ben} to {sleep} {there} | *{Ann} allowed {Ben} {sleep} {there}
{Ann} seems to be {tired} | it seems that {Ann} is {tired} \
  | *{Ann} seems that {she} is {tired} | *it seems {Ann} to be {tired}
{Ann} persuaded {Ben} to {sleep} | {Ann} promised to {sleep} \
  | *{Ann} persuaded to {sleep} | *{Ann} promised to {sleeping}
{Ann} is {taller} than {Ben} | {Ann} is as {tall} as {Ben} \
  | *{Ann} is {tall} than {Ben} | *{Ann} is more {taller} than {Ben} \
  | *{Ann} is as {taller} as {Ben}
{Ann} is the {tallest} of the {bakers} | {Ann} is {taller} than the {bakers} \
  | *{Ann} is the most {tallest} of the {bakers} \
  | *{Ann} is {tallest} than the {bakers}
nobody has ever {seen} the {kite} | {Ann} has never {seen} the {kite} \
  | *somebody has ever {seen} the {kite} | *{Ann} has ever {seen} the {kite}
{Ann} did not {see} any {kites} | {Ann} {saw} some {kites} | *{Ann} {saw} any {kites} \
  | *{Ann} not {saw} some {kites}
{Ann} {saw} the {kite} yesterday | {Ann} will {see} the {kite} tomorrow \
  | *{Ann} will {see} the {kite} yesterday | *{Ann} {saw} the {kite} tomorrow
{Ann} knows {Ben} well | {Ann} has known {Ben} for years \
  | *{Ann} is knowing {Ben} well | *{Ann} has knowing {Ben} for years
{Ann} picked up the {kite} | {Ann} picked it up | {Ann} picked the {kite} up \
  | *{Ann} picked up it | *up {Ann} picked it
both {Ann} and {Ben} {slept} | either {Ann} or {Ben} {slept} \
  | neither {Ann} nor {Ben} {slept} | *both {Ann} or {Ben} {slept} \
  | *either {Ann} and {Ben} {slept} | *neither {Ann} and {Ben} {slept}
{Ann} {found} the {kite}, and {Ben} the {chair} \
  | {Ann} {slept}, and {Ben} {found} the {chair} \
  | *{Ann} the {kite}, and {Ben} {found} the {chair}
{Ann} is {tired}, and so is {Ben} | {Ann} {slept}, and so did {Ben} \
  | *{Ann} is {tired}, and so did {Ben} | *{Ann} {slept}, and so is {Ben}
it was {Ann} who {found} the {kite} | it was the {kite} that {Ann} {found} \
  | *was {Ann} who {found} the {kite} | *it was the {kite} that {Ann} {found} it \
  | *it was who {found} the {kite} {Ann}
do not {see} the {kite} | do not {sleep} {there} | *not {see} the {kite} \
  | *do not {sleeps} {there}
if {Ann} {sleeps}, {Ben} will {find} the {kite} \
  | {Ben} will {find} the {kite} if {Ann} {sleeps} \
  | *if {Ann} {sleep}, {Ben} will {find} the {kite} \
  | *{Ben} will {find} if {Ann} {sleeps} the {kite}
{Ann} {slept} because {she} was {tired} \
  | although {Ann} was {tired}, {she} {found} the {kite} \
  | *{Ann} {slept} because of {she} was {tired} \
  | *although {Ann} was {tired}, but {she} {found} the {kite}
{Ann} is interested in {kites} | {kites} interest {Ann} | *{Ann} is interested {kites} \
  | *{Ann} interests in {kites}
"""))

# The first row of each block names the gaps that a row of it fills.
_BLOCKS = tuple(table(block) for block in ("""
see | sees | saw | seen | seeing
take | takes | took | taken | taking
draw | draws | drew | drawn | drawing
shake | shakes | shook | shaken | shaking
choose | chooses | chose | chosen | choosing
steal | steals | stole | stolen | stealing
break | breaks | broke | broken | breaking
""", """
find | finds | found
fetch | fetches | fetched
damage | damages | damaged
discover | discovers | discovered
repair | repairs | repaired
destroy | destroys | destroyed
admire | admires | admired
""", """
help | helped
thank | thanked
praise | praised
blame | blamed
defend | defended
criticise | criticised
""", """
sleep | sleeps | slept | sleeping
cough | coughs | coughed | coughing
sneeze | sneezes | sneezed | sneezing
yawn | yawns | yawned | yawning
faint | faints | fainted | fainting
snore | snores | snored | snoring
""", """
tall | taller | tallest
old | older | oldest
young | younger | youngest
strong | stronger | strongest
clever | cleverer | cleverest
kind | kinder | kindest
""", """
waits | for
listens | to
relies | on
laughs | at
looks | after
apologises | to
"""))
_LISTS = {gap: words(text) for gap, text in {
    'gave': 'gave, lent, sent, showed, handed, offered',
    'explained': 'explained, announced, described, revealed, mentioned',
    'tired': 'tired, happy, hungry, ill, late, busy, sad, thirsty',
    'red': 'red, green, blue, yellow, white, black, brown',
    'quickly': 'quickly, secretly, carefully, quietly, suddenly',
    'rice': 'rice, sand, flour, gravel', 'cup': 'cup, bottle, bucket, bowl, jar',
    'there': """in the garden, behind the church, at the station, on the beach,
        near the bridge, in the kitchen""",
    'day': ', '.join(lexicon.DAYS)}.items()}
_JOBS = words('baker, cook, teacher, plumber, farmer, nurse, lawyer, dentist, tailor')
_THINGS = words('kite, lamp, basket, chair, mirror, clock, bottle, doll, vase, drum')
_PRONOUNS = {'she': ('she', 'her', 'herself'), 'he': ('he', 'him', 'himself')}


def sentence(world):
  """A sentence, and whether it is acceptable: 'Nora is afraid Omar.', False"""
  acceptable, unacceptable = world.choice(_PARADIGMS)
  good = world.random.random() < ACCEPTABLE
  told = world.choice(acceptable if good else unacceptable).format_map(_fillers(world))
  return capitalized(told if told.endswith('?') else f'{told}.'), good


def _fillers(world):
  """A word for every gap of the paradigms."""
  filled = {gap: world.choice(texts) for gap, texts in _LISTS.items()}
  for gaps, *rows in _BLOCKS:
    filled |= zip(gaps, world.choice(rows))
  for pairs, texts in ((('baker', 'cook'), _JOBS), (('kite', 'chair'), _THINGS)):
    for gap, noun in zip(pairs, world.random.sample(texts, 2)):
      filled |= {gap: noun, f'{gap}s': f'{noun}s'}
  ann = world.person()
  ben = world.choice([p for p in world.people if p.pronoun != ann.pronoun])
  for person, gaps in ((ann, 'Ann she her herself'), (ben, 'Ben he him himself')):
    filled |= zip(gaps.split(), (person.first_name, *_PRONOUNS[person.pronoun]))
  return filled
