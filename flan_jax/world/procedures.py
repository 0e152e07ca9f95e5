"""How everyday activities go on, step by step.

    continuation(world)
    -> Continuation('A man is making tea. He boils water in a kettle. He',
                    'pours the boiling water over the leaves.',
                    ['shakes the pot while the corn pops.', ...], 'Making tea')

Each step needs the one before it, so that none can be done out of turn; and each names
the things it is done with, so that none fits another activity.
"""

import dataclasses
import re

from flan_jax.world import telling
from flan_jax.world.lexicon import table, words
from flan_jax.world.text import capitalized

_GUIDE = 0.4  # how often the text is a guide ('Boil some water'), not a scene
_WRONG = 3

# category | what is done | step | step ...; `*` marks verbs, to be put into their forms
ACTIVITIES = telling.rows("""
Food and Entertaining | *make a pot of tea | *boil some water in a kettle | *put three
spoons of tea leaves into the pot | *pour the boiling water over the leaves | *let the
leaves draw for four minutes | *pour the finished tea through a strainer into the cups

Food and Entertaining | *bake a loaf of bread | *mix flour, yeast, salt and water in a
bowl | *knead the dough on a floured table | *leave the kneaded dough under a cloth
until it has risen | *shape the risen dough into a loaf | *bake the loaf until its crust
is golden brown

Food and Entertaining | *fry an omelette | *crack [three/four] eggs into a bowl | *beat
the eggs with a fork | *melt some butter in a frying pan | *pour the beaten eggs into
the hot butter | *fold the omelette in half and *slide it onto a plate

Food and Entertaining | *cook spaghetti | *bring a large pot of salted water to the boil
| *drop the spaghetti into the boiling water | *taste a strand of the spaghetti to see
whether it is done | *drain the cooked spaghetti in a colander | *serve the drained
spaghetti with [tomato sauce/grated cheese]

Food and Entertaining | *make lemonade | *cut four lemons in half | *squeeze the juice
of the lemon halves into a jug | *stir [sugar/honey] into the lemon juice | *fill up the
jug of sweet juice with cold water | *pour the lemonade into glasses full of ice

Food and Entertaining | *bake an apple pie | *roll out the pastry and *line a tin with
it | *peel the apples and *cut them into slices | *spread the apple slices over the
pastry in the tin | *cover the apple slices with a lid of pastry | *bake the pie until
its lid is crisp

Food and Entertaining | *grill sausages | *heap charcoal in the grill | *light the
charcoal with a long match | *wait until the coals glow | *lay the sausages on the rack
above the glowing coals | *turn the sausages until they are brown all over

Food and Entertaining | *make popcorn | *heat some oil in a large pot | *drop a handful
of corn into the hot oil | *put the lid on the pot before the corn begins to jump |
*shake the pot while the corn pops | *tip the popcorn into a bowl and *salt it

Pets and Animals | *wash a dog | *fill a tub with warm water | *lift the dog into the
tub and *wet its fur | *rub shampoo into the wet fur | *rinse the foam out of the fur |
*dry the clean dog with a big towel

Pets and Animals | *clean a fish tank | *move the fish to a bucket of water | *drain the
cloudy water from the tank | *scrub the drained tank with a sponge | *fill the scrubbed
tank with fresh water | *put the fish back into the fresh water

Pets and Animals | *milk a goat | *tie the goat to a post beside a stool | *wipe the
udder of the goat with a damp cloth | *set a pail under the clean udder | *squeeze the
milk into the pail | *carry the full pail of milk to the kitchen

Pets and Animals | *gather honey | *put on a veil and thick gloves | *blow smoke into
the beehive | *lift a comb out of the smoky hive | *brush the bees off the comb | *let
the honey drip from the comb into a jar

Pets and Animals | *shear a sheep | *drag the sheep out of the pen | *sit the sheep down
on its back | *cut the wool off with the clippers | *let the bare sheep run back to the
flock | *stuff the wool of the sheep into a sack

Home and Garden | *paint a bedroom wall | *lay old sheets over the floor | *stick tape
along the edges of the wall | *stir the paint and *pour it into a tray | *roll the paint
onto the wall | *peel off the tape when the paint is dry

Home and Garden | *plant [a cherry/an apple/a pear] tree | *dig a deep hole in the lawn
| *set the young tree upright in the hole | *shovel earth over the roots of the tree |
*tread down the earth around the trunk | *water the newly planted tree

Home and Garden | *change a light bulb | *switch the light off | *climb a ladder until
the dead bulb is within reach | *unscrew the dead bulb | *screw a new bulb into the
empty socket | *switch the light on to see the new bulb shine

Home and Garden | *clean the windows | *mix warm water with a little soap | *wet the
window with the soapy water | *scrub the dirt off the wet window | *pull the suds off
the window with a rubber blade | *polish the last drops off the window with a cloth

Home and Garden | *mow the lawn | *pick stones and toys off the grass | *roll the mower
to the edge of the grass | *pull the cord until the engine of the mower starts | *push
the roaring mower up and down the lawn | *empty the cut grass onto the compost heap

Home and Garden | *wash the dishes | *scrape the leftovers off the plates | *fill the
sink with hot water and soap | *scrub the plates in the soapy water | *rinse the
scrubbed plates under the tap | *stack the rinsed plates in the rack to dry

Home and Garden | *hang a picture | *mark a spot on the wall with a pencil | *drill a
hole at the mark on the wall | *push a plug into the drilled hole | *screw a hook into
the plug | *hang the picture on the hook

Home and Garden | *do the laundry | *load the dirty clothes into the machine | *add
powder to the dirty clothes and *start the machine | *wait until the machine has spun
the clothes | *take the wet clothes out of the machine | *peg the wet clothes to the
line

Home and Garden | *sow [carrots/radishes/spinach] | *loosen the soil with a fork | *draw
a shallow groove in the loose soil | *sprinkle the seeds into the groove | *cover the
seeds with a thin layer of earth | *water the covered seeds with a fine spray

Cars & Other Vehicles | *change a wheel of the car | *loosen the wheel nuts a little |
*raise the car with a jack | *take the flat wheel off the raised car | *push the spare
wheel onto the bolts | *lower the car with the spare wheel on it

Cars & Other Vehicles | *patch a bicycle tyre | *lever the tyre off the rim | *pull the
flat tube out of the tyre | *hold the tube under water until bubbles show the hole |
*rub glue around the hole in the tube | *press a patch onto the glue

Cars & Other Vehicles | *wash the car | *spray the dusty car with a hose | *soap the wet
car with a big sponge | *rinse the soap off the car | *dry the rinsed car with a soft
leather | *polish the dry car until it shines

Cars & Other Vehicles | *row across the lake | *untie the boat from the pier | *sit down
in the boat and *grip the oars | *pull the oars through the water in long strokes |
*steer the gliding boat towards the far shore | *drag the boat onto the sand of the far
shore

Sports and Fitness | *fly a kite | *tie a long line to the kite | *run across the field
with the kite held high | *let go of the kite in a gust of wind | *give the rising kite
more and more line | *wind in the line until the kite is down

Sports and Fitness | *bowl | *pick up a heavy ball with three fingers | *take a few
quick steps towards the lane with the ball | *swing the ball back and *let it roll down
the lane | *watch the rolling ball knock over the pins | *count the pins that have
fallen

Sports and Fitness | *do a high jump | *run towards the bar in a curve | *take off from
one foot in front of the bar | *arch {his} back over the bar | *land on the thick mat
behind the bar | *look up from the mat to see if the bar is still there

Sports and Fitness | *race down a ski slope | *step into the bindings of the skis |
*ride up the mountain on the ski lift | *push off from the top of the slope | *swing
left and right between the flags | *brake at the finish in a cloud of snow

Sports and Fitness | *shoot an arrow | *lay the arrow on the string of the bow | *draw
the string of the bow back to {his} chin | *take aim at the middle of the target | *let
go of the string | *pull the arrow out of the target

Sports and Fitness | *climb an indoor wall | *fasten a harness round {his} hips | *tie
the rope to the harness | *reach for the lowest hold on the wall | *climb from hold to
hold to the bell under the roof | *ring the bell and *slide back down on the rope

Hobbies and Crafts | *build a snowman | *roll a big ball of snow | *lift a smaller ball
of snow onto the big one | *set a third ball of snow on top as the head | *press a
carrot and two stones into the head | *put an old hat on the snowman

Hobbies and Crafts | *knit a scarf | *cast a row of stitches onto the needle | *knit row
after row until the wool is used up | *cast off the last row of stitches | *sew in the
loose ends of the scarf | *wind the finished scarf round {his} neck

Hobbies and Crafts | *make a clay bowl | *knead a lump of clay | *press the kneaded clay
onto the middle of the wheel | *shape the turning clay into a bowl | *cut the wet bowl
off the wheel with a wire | *fire the dry bowl in the kiln

Hobbies and Crafts | *carve a pumpkin | *cut a lid off the top of the pumpkin | *scoop
the seeds out of the pumpkin | *draw a face on the hollow pumpkin | *cut along the lines
of the face | *set a burning candle inside the face

Hobbies and Crafts | *wrap a present | *place the box on a sheet of coloured paper |
*fold the coloured paper over the box | *fix the folded paper with sticky tape | *tie a
ribbon round the wrapped box | *tuck a card under the ribbon

Hobbies and Crafts | *sew on a button | *thread a needle and *knot the end of the thread
| *hold the button in its place on the shirt | *push the needle up and down through the
button | *wind the thread round and round under the button | *knot the thread behind the
button and *cut it off

Personal Care and Style | *wash {his} hair | *wet {his} hair under the shower | *work
some shampoo into the wet hair | *rinse the lather out of the hair | *rub the rinsed
hair with a towel | *blow the damp hair dry and *comb it

Personal Care and Style | *brush {his} teeth | *squeeze toothpaste onto the brush |
*brush every tooth inside and out | *spit the toothpaste into the basin | *rinse {his}
mouth with water | *stand the toothbrush back in its cup

Family Life | *put a baby to bed | *change the baby's nappy | *dress the clean baby in
its pyjamas | *carry the baby in its pyjamas to the cradle | *rock the cradle and *sing
a song | *close the door softly behind the sleeping baby

Outdoors | *make a campfire | *gather twigs and logs in the wood | *build a small pile
of dry twigs | *hold a match to the pile of twigs | *lay thick logs on the burning twigs
| *toast a slice of bread over the burning logs

Outdoors | *put up a tent | *clear stones and twigs off the ground | *spread out the
tent on the bare ground | *push the poles through the sleeves of the tent | *raise the
poles until the tent stands | *hammer pegs through the loops of the standing tent
""")

_ACTORS = table("""
a man | he
a woman | she
a young man | he
a young woman | she
an old man | he
an old woman | she
a boy | he
a girl | she
a man in a red jacket | he
a woman in a green jacket | she
a tall boy | he
a tall girl | she
""")
_SEEN = words('is, is seen, is shown, can be seen')
_LINKS = words('{he}, then {he}, next {he}, after that {he}')
_VERB = re.compile(r'\*(\w+)')


@dataclasses.dataclass(frozen=True)
class Continuation:
  """A text that breaks off, how it goes on, how it does not, and what it is about."""

  context: str
  right: str
  wrong: tuple
  label: str


def continuation(world):
  """A scene or a guide of one to four steps, with the step that follows."""
  activity = world.choice(ACTIVITIES)
  done = world.random.randint(1, len(activity) - 3)
  cells = telling.settled(world, [*activity, *_wrong(world, activity, done)])
  category, goal, *steps = cells[:-_WRONG]
  endings = [steps[done], *cells[-_WRONG:]]
  write = _guide if world.random.random() < _GUIDE else _scene
  context, (right, *wrong) = write(world, goal, steps[:done], endings)
  doing = _VERB.sub(_gerund, goal).replace('{his} ', '')
  label = category if write is _guide else capitalized(doing)
  return Continuation(context, right, tuple(wrong), label)


def _wrong(world, activity, done):
  """A step of the same activity at the wrong time, others of its category and beyond.

  First steps are left out, as they never are the right ones either.
  """
  own = [*activity[3:2 + done], *activity[done + 4:]]
  shuffled = world.random.sample(ACTIVITIES, len(ACTIVITIES))
  kin = [other for other in shuffled if other[0] == activity[0] and other != activity]
  strangers = [other for other in shuffled if other[0] != activity[0]]
  pools = [own, *(other[3:] for other in kin[:1] + strangers[:_WRONG])]
  return [world.choice(pool) for pool in pools if pool][:_WRONG]


def _scene(world, goal, done, endings):
  """('A man is making tea. He boils water. He', ['puts tea into the pot.', ...])"""
  actor, he = world.choice(_ACTORS)
  if world.random.random() < 0.3:
    person = world.person()
    actor, he = person.first_name, person.pronoun
  slots = {'he': he, 'his': {'he': 'his', 'she': 'her'}[he]}
  lines = [f'{actor} {world.choice(_SEEN)} {_VERB.sub(_gerund, goal)}.']
  links = ['{he}', *(world.choice(_LINKS) for _ in done)]
  told = [f'{_VERB.sub(_third_person, step)}.' for step in (*done, *endings)]
  lines += [f'{link} {step}' for link, step in zip(links, told[:len(done)])]
  context = telling.told(' '.join([*lines, links[-1]]), slots)
  return context, [ending.format(**slots) for ending in told[len(done):]]


def _guide(world, goal, done, endings):
  """('[header] How to make tea [title] Boil water.', ['[step] Put tea ...', ...])"""
  tag = world.choice(('[step] ', '[title] ', ''))
  goal, *steps = [_VERB.sub(_plain, text).format(his='your')
                  for text in (goal, *done, *endings)]
  steps = [f'{capitalized(step)}.' for step in steps]
  context = f'[header] How to {goal} [title] ' + ' [step] '.join(steps[:len(done)])
  return context, [f'{tag}{step}' for step in steps[len(done):]]


def _plain(verb):
  """'*carry' -> 'carry'."""
  return verb[1]


def _third_person(verb):
  """'*carry' -> 'carries', '*push' -> 'pushes'."""
  word = verb[1]
  if re.search('[^aeiou]y$', word):
    return f'{word[:-1]}ies'
  return word + ('es' if re.search('(s|x|ch|sh|o)$', word) else 's')


def _gerund(verb):
  """'*make' -> 'making', '*wrap' -> 'wrapping'."""
  word = verb[1]
  if re.fullmatch('[^aeiou]*[aeiou][^aeiouwxy]', word):
    word += word[-1]
  return f'{word.removesuffix("e")}ing'
