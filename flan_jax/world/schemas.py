"""Winograd schemas: twin sentences whose pronoun only the meaning resolves.

A row holds both twins, `<she>` marks the pronoun (in the form that fits the people):

    {a} carried the box for {b} because <she> was so [strong/tired]

With the first word of the pair the pronoun means {a}, with the second it means {b}.
"""

import dataclasses
import re

from flan_jax.world.lexicon import table, words
from flan_jax.world.text import capitalized

# {a} and {b} are two women or two men
_PEOPLE = table("""
{a} lent {b} an umbrella because <she> was [staying indoors/walking home in the rain]
{a} asked {b} to turn the radio down, for <she> was [trying to sleep/playing it loudly]
{a} followed {b} through the forest because <she> [had lost the map/knew every path]
{a} apologised to {b} because <she> had [come far too late/been left waiting]
{a} could not understand {b} on the telephone, as <she> was [rather deaf/whispering]
{a} offered {b} the seat, since <she> was [getting off soon/carrying two heavy bags]
{a} read the letter to {b}, for <she> [had a clear voice/could not make out small print]
{a} borrowed a pen from {b} because <she> had [forgotten to bring one/brought several]
{a} put a blanket around {b} because <she> was [a thoughtful host/shivering with cold]
{a} defeated {b} in the final because <she> [made no mistakes/had a sore arm]
{a} congratulated {b} on the prize, although <she> [had wanted/hardly deserved] it
{a} did not recognise {b} because <she> [never remembered faces/was wearing a mask]
{a} took {b} to the dentist because <she> [owned a car/had a terrible toothache]
{a} trusted {b} with the keys, for <she> was [leaving for a month/known to be honest]
{a} gave {b} some soup because <she> had [cooked too much/eaten nothing all day]
{a} climbed the ladder while {b} held it, since <she> [loved heights/got dizzy high up]
{a} kept stopping to wait for {b} because <she> walked much [faster/more slowly]
{a} was easier to lift than {b} because <she> was so [light/heavy]
{a} finished the exam before {b} because <she> worked so [quickly/slowly]
{a} looked younger than {b}, even though <she> was in fact the [elder/younger]
{a} wrote to {b} every week, but <she> never [received/sent] a reply
{a} scolded {b} because <she> was [in a bad temper/late for the third time]
{a} hid from {b} because <she> was [frightened/furious]
{a} nursed {b} for a week because <she> was [a kind neighbour/ill with a fever]
{a} visited {b} in hospital when <she> had [heard about the accident/broken a leg]
{a} bought the old boat from {b}, as <she> [had always dreamed of/was tired of] sailing
{a} sold the piano to {b} because <she> had [stopped playing/just begun to play]
{a} asked {b} the way because <she> [was lost/looked like a local]
{a} shouted at {b} to move aside, as <she> [could not brake/was standing in the road]
{a} would not play cards with {b}, since <she> [had no time for games/always cheated]
{a} let {b} win the game because <she> [was in a generous mood/had never won before]
{a} helped {b} with the homework because <she> was [good/hopeless] at mathematics
{a} sent {b} a postcard while <she> was [away on holiday/stuck at home]
{a} was angry with {b} because <she> had been [insulted/rude]
{a} carried the box for {b} because <she> was so [strong/tired]
{a} drove {b} to the airport because <she> had [the day off/a plane to catch]
{a} painted a portrait of {b}, for <she> [was an artist/had an interesting face]
{a} warned {b} about the ice because <she> had [just slipped on it/not noticed it]
{a} waved to {b}, but <she> [got no wave in return/was looking the other way]
{a} overtook {b} on the last lap because <she> had [plenty of/no] strength left
{a} hired {b} as a guide because <she> had [never been/grown up] in the mountains
{a} confided in {b} because <she> [needed to talk/could keep a secret]
{a} stopped searching for {b} when <she> [was too tired to go on/came home unharmed]
{a} avoided {b} at the party because <she> [felt shy/talked too much]
{a} cut the hair of {b}, as <she> [was a hairdresser/could not afford a hairdresser]
{a} gave {b} a map because <she> [worked at the tourist office/was new in the town]
{a} thanked {b} for the present, though <she> [had no use for it/had spent little on it]
{a} handed {b} a handkerchief because <she> [always had a spare one/had begun to cry]
{a} left the office before {b} because <she> had [less/more] work to do
{a} spoke slowly to {b} because <she> was [a patient teacher/new to the language]
{a} told {b} a joke, but <she> [forgot how it ended/did not find it funny]
{a} woke up before {b} because <she> had [set an alarm/gone to bed very late]
{a} owed {b} money, so <she> [promised to pay it back/asked for it back]
{a} stole an apple from {b}, and <she> [ate it at once/called the police]
{a} bumped into {b}, for <she> [was looking at the sky/had stopped without warning]
{a} arrived later than {b} because <she> had taken the [slow/fast] train
{a} needed longer for the climb than {b}, as <she> carried the [heavier/lighter] pack
{a} got a better mark than {b} because <she> had learned [a great deal/very little]
{a} paid more for the ticket than {b}, for <she> had booked it [too late/months ahead]
{a} slept worse than {b} because <she> had the [harder/softer] bed
{a} won against {b} [because/although] <she> had trained for months
{a} ran faster than {b} [because/although] <she> had the better shoes
{a} earned less than {b} [although/because] <she> had the harder job
{a} finished after {b} [although/because] <she> had started early
{a} felt colder than {b} [although/because] <she> was wearing the thicker coat
{a} knew less about birds than {b} [although/because] <she> had read many books on them
{a} gave {b} the keys. <she> was going to [be away all summer/water the plants]
{a} was looking for {b} all morning. Finally <she> [gave up/was found in the attic]
{a} passed the salt to {b}. <she> had [just used it/asked for it twice]
{a} interviewed {b} for the job. <she> [asked/answered] many difficult questions
{a} examined {b} for an hour. <she> was [a careful doctor/a worried patient]
{a} served {b} a bowl of soup. <she> had [made it that morning/ordered it with bread]
{a} borrowed a kite from {b}. A week later, <she> [gave/got] it back
{a} bought a goat from {b}. <she> [paid/asked] a fair price for it
{a} beat {b} in the election, so the newspapers called <her> the [winner/loser]
{a} accused {b} of theft, but the judge did not [believe/convict] <her>
{a} pushed {b} into the pool, so the lifeguard [scolded/comforted] <her>
{a} pulled {b} out of the lake, and a doctor [praised/revived] <her>
{a} filmed {b}, as a magazine had [paid <her> for it/voted <her> the best singer]
{a} gave {b} too little change at the till, so the manager [scolded/repaid] <her>
{a} forgot the birthday of {b}, and it was hard for <her> to [own up to it/forgive it]
{a} lent {b} a coat, as <hers> [wardrobe was full of coats/own coat was wet through]
{a} followed {b} because <hers> [curiosity was great/behaviour was suspicious]
{a} drove {b} home because <hers> car was [parked nearby/being repaired]
{a} drew a picture of {b}, and <hers> [pencil was soon blunt/hair was hard to get right]
{a} laughed at {b} because <hers> [sense of humour was cruel/hat was back to front]
{a} clapped for {b} until <hers> [hands hurt/last bow was over]
{a} shared a lunch with {b}, as <hers> own was [big enough for two/left at home]
{a} played the violin for {b} at night until <hers> [fingers grew tired/eyes closed]
""")

# sentence | what {a} may be | what {b} may be; {who} is somebody
_THINGS = table("""
the {a} sank while the {b} floated, because <it> was made of [iron/wood] \
  | ball, bowl, box, figure, ring, spoon
the {a} cost far more than the {b} because <it> was made of [gold/tin] \
  | ring, cup, brooch, spoon, medal, box
the {a} was harder to carry than the {b} because <it> was so [heavy/light] \
  | table, chair, trunk, mirror, statue, bench
{who} hung the {a} over the {b} because <it> was so [pretty/ugly] \
  | painting, carpet, poster, calendar | crack, stain, hole, fuse box
the {a} knocked over the {b} because <it> was [moving too fast/standing in the way] \
  | ball, bicycle, cart, scooter | vase, lamp, bucket, sign
the {a} chased the {b} until <it> [lost interest/slipped into a hole] \
  | cat, dog, fox, puppy | mouse, rabbit, mole, rat
the {a} frightened the {b} because <it> [growled so loudly/was so timid] \
  | dog, bear, lion, wolf | lamb, kitten, foal, rabbit
{who} tied the {a} to the {b} because <it> [kept running away/was firmly fixed] \
  | goat, donkey, pony, dog | post, gate, fence, railing
{who} covered the {a} with the {b} because <it> was [getting wet/waterproof] \
  | bicycle, piano, sofa, bookcase | tarpaulin, plastic sheet, raincoat, oilcloth
the {a} broke the {b} because <it> was so [hard/fragile] \
  | hammer, stone, brick, hailstone | mirror, window, plate, vase
{who} could not cut the {a} with the {b} because <it> was too [tough/blunt] \
  | rope, bread, leather, cardboard, meat | knife, saw, razor, dagger
{who} lit the {a} with the {b} because <it> [had gone out/was still burning] \
  | stove, lantern, campfire, oil lamp | candle, torch, match
{who} took the {a} out of the {b} so that <it> could be [read/painted] \
  | atlas, novel, letter, report | bookcase, drawer, cupboard, chest
the {a} stayed dry under the {b} because <it> [stood well inside/had no holes] \
  | bench, bicycle, cart, wagon | roof, tarpaulin, awning
the {a} arrived after the {b} because <it> was the [slower/faster] of the two \
  | bus, train, ferry, coach, tram
the {a} could not pass under the {b} because <it> was too [high/low] \
  | lorry, bus, crane, hay cart | bridge, arch, gate, cable
{who} bought the {a} instead of the {b} because <it> was [cheaper/too expensive] \
  | lamp, chair, carpet, kettle, clock, mirror, desk
{who} preferred the {a} to the {b} because <it> tasted [delicious/awful] \
  | soup, pie, curry, salad, omelette, stew
{who} returned the {a} and kept the {b} because <it> [was broken/worked perfectly] \
  | lamp, clock, radio, drill, toaster, fan
{who} drank the {a} but left the {b}, because <it> was [just right/far too hot] \
  | tea, coffee, cocoa, milk, punch
the {a} melted before the {b} because <it> stood in the [sun/shade] \
  | butter, chocolate, ice cream, wax
the {a} won the race against the {b} because <it> was so [quick/lazy] \
  | donkey, pony, camel, goat, dog
the {a} leaked onto the {b} until <it> was [empty/soaked] \
  | bottle, bucket, barrel, flask | carpet, rug, cushion, mattress
{who} wrapped the {a} in the {b} because <it> was so [fragile/soft] \
  | vase, teapot, mirror, wine glass | towel, scarf, blanket, shawl
{who} watered the {a} from the {b} until <it> was [standing in a puddle/empty] \
  | rose, orchid, palm, fern | jug, can, bucket, bottle
the {a} collapsed under the {b} because <it> was so [weak/heavy] \
  | table, shelf, cart, bench | safe, statue, piano, barrel
{who} moved the {a} away from the {b} because <it> [might catch fire/was burning hot] \
  | curtain, armchair, basket, broom | stove, fireplace, heater, oven
{who} painted the {a} to match the {b} because <it> had such [an ugly/a lovely] colour \
  | chair, door, cupboard, fence, bench, shelf
{who} swept up the {a} with the {b}. Then <it> was [thrown away/hung up again] \
  | broken glass, sawdust, ash, dust | broom, brush, besom
{who} wrote the {a} with the {b}. <it> was [three pages long/running out of ink] \
  | letter, poem, report, speech | fountain pen, biro, pen
the {a} thanked the {b} because <they> had [been rescued/come to the rescue] \
  | sailors, hikers, children, tourists | firefighters, lifeguards, soldiers, villagers
the {a} ran away from the {b} because <they> were [terrified/armed] \
  | villagers, merchants, farmers, guests | bandits, robbers, pirates, invaders
the {a} beat the {b} at football because <they> had [better/worse] players \
  | bakers, nurses, teachers, plumbers, farmers, lawyers
the {a} sold the {b} because <they> were [short of money/worth a fortune] \
  | monks, brothers, heirs, owners | paintings, carpets, horses, silver spoons
the {a} ate the {b} because <they> were [hungry/ripe] \
  | birds, goats, children, monkeys | cherries, berries, plums, figs
the {a} picked the {b} before <they> [went home/began to rot] \
  | workers, farmers, girls, pupils | plums, apples, tomatoes, peaches
the {a} feared the {b} because <they> were so [defenceless/dangerous] \
  | sheep, rabbits, ducks, chickens | wolves, foxes, wild dogs
the {a} followed the {b} because <they> [had lost the way/knew the way] \
  | tourists, walkers, pupils, pilgrims | guides, villagers, shepherds
the {a} stopped the {b} because <they> [suspected smuggling/were driving too fast] \
  | police officers, guards, soldiers | cyclists, motorcyclists, lorry drivers
the {a} refused to pay the {b} because <they> had [run out of money/done poor work] \
  | landlords, customers, owners | painters, plumbers, builders, roofers
the {a} applauded the {b} because <they> had [enjoyed/given] a wonderful show \
  | guests, visitors, children | musicians, dancers, acrobats, clowns
the {a} questioned the {b} because <they> [were curious/knew all the answers] \
  | pupils, reporters, visitors | experts, scientists, professors
""")

_FORMS = {'she': {'she': 'she', 'her': 'her', 'hers': 'her'},
          'he': {'she': 'he', 'her': 'him', 'hers': 'his'}}


@dataclasses.dataclass(frozen=True)
class Schema:
  """A sentence about two candidates, cut at the pronoun that means one of them.

  'Ada hid from Ida because ' + 'she' + ' was furious.', ('Ada', 'Ida'), 1
  candidates: as in the text, in its order. meant: index of the pronoun's.
  """

  before: str
  pronoun: str
  after: str
  candidates: tuple
  meant: int
  possessive: bool = False

  @property
  def text(self):
    return self.before + self.pronoun + self.after

  def word_index(self, mention):
    """Number of the word with which a candidate begins: 'Ida' -> 3."""
    return len(self.text[:_place(mention, self.text)].split())


def twins(world):
  """The same sentence twice but for a word or two: meaning the first, the second."""
  row, *kinds = world.choice(_PEOPLE if world.random.random() < 0.7 else _THINGS)
  if not kinds:
    pronoun = world.choice(('she', 'he'))
    first_names = {p.first_name for p in world.people if p.pronoun == pronoun}
    candidates = a, b = world.random.sample(sorted(first_names), 2)
    filled, forms = dict(a=a, b=b), _FORMS[pronoun]
  else:
    a, b = _two(world, *map(words, kinds))
    candidates, forms = (f'the {a}', f'the {b}'), {}
    filled = dict(a=a, b=b, who=world.person().first_name)
  return tuple(_schema(re.sub(r'\[(.*?)/(.*?)\]', rf'\{1 + meant}', row), filled, forms,
                       candidates, meant) for meant in (0, 1))


def schema(world):
  """One of two twins."""
  return world.choice(twins(world))


def _two(world, ones, others=()):
  return ((world.choice(ones), world.choice(others)) if others
          else world.random.sample(ones, 2))


def _schema(sentence, filled, forms, candidates, meant):
  told = capitalized(sentence.format(**filled))
  before, marked, after = re.split('[<>]', told)
  pronoun = forms.get(marked, marked)
  if before.endswith('. '):
    pronoun = capitalized(pronoun)
  mentions = tuple(_mention(candidate, told) for candidate in candidates)
  return Schema(before, pronoun, f'{after}.', mentions, meant, marked == 'hers')


def _place(mention, text):
  return re.search(rf'\b{mention}\b', text, re.I).start()


def _mention(candidate, text):
  """The candidate with the capital that it may have in the text."""
  start = _place(candidate, text)
  return text[start:start + len(candidate)]


def blanked(schema):
  """WinoGrande's form of it: `_` for what the pronoun means, and what fits there.

  -> ('The ball sank while the box floated, because the _ was made of wood.',
      ('ball', 'box'))
  """
  nouns = tuple(re.sub('^the ', '', c, flags=re.I) for c in schema.candidates)
  article = '' if nouns == schema.candidates else 'the '
  if schema.pronoun[0].isupper():
    article = capitalized(article)
  gap = "_'s" if schema.possessive else '_'
  return f'{schema.before}{article}{gap}{schema.after}', nouns
