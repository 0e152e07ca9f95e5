"""Everyday goals, each with a way to reach it and a way that would not do.

    remedy(world)
    -> ('How can I loosen a screw?', 'Turn it to the left.', 'Turn it to the right.')

Two lines that stand together are twins: what serves the one goal does not serve the
other. Each way is right as often as it is wrong.
"""

from flan_jax.world import telling
from flan_jax.world.lexicon import table, words
from flan_jax.world.text import capitalized

_TOOLS = 0.5  # how often the choice is between two things to use

# goal | what to do, in pairs of twins
WAYS = table("""
thaw frozen [berries/fish/peas] | leave the bag in a bowl on the kitchen table
keep fresh [berries/fish/peas] for months | lay the bag in the freezer
dry a wet [sweater/coat/scarf] | hang it over a chair in a warm room
get a mud stain out of a [sweater/coat/scarf] | soak it in soapy water
make [black/green/mint] tea stronger | leave the leaves in the pot for longer
make [black/green/mint] tea weaker | pour more hot water into the cup
loosen a [screw/nut/bottle top] | turn it to the left
tighten a [screw/nut/bottle top] | turn it to the right
bring the [car/van/lorry] to a stop | step on the brake pedal
make the [car/van/lorry] go faster | step on the accelerator
make the [bedroom/sitting room] darker | draw the curtains
make the [bedroom/sitting room] brighter | pull the curtains aside
keep [bread/cake] from drying out | wrap it up and put it into a tin with a lid
dry old [bread/cake] for making crumbs | leave it in the open air, cut into slices
make [cream/egg white] stiff | beat it with a whisk for some minutes
make a thick [soup/sauce] thinner | stir in a cup of milk
make hard [bananas/pears/avocados] ripen | keep them in a paper bag next to a ripe apple
keep ripe [bananas/pears/avocados] from going bad | put them into the fridge
get the creases out of a [shirt/tablecloth] | go over it with a hot iron
get dried mud off a [coat/rug] | brush it with a stiff brush
make ice cubes | fill a tray with water and put it into the freezer
get ice off the [doorstep/pavement] | sprinkle salt over it
clear a blocked [sink/drain] | push a plunger up and down over the hole
keep water in the [sink/bath] | press the rubber plug into the hole
make hardened [honey/syrup] runny | stand it in warm water
make runny [jelly/pudding] firm | stand it in the fridge
make a [balloon/sheet of plastic] stick to the wall | rub it on a wool pullover
make a balloon rise to the ceiling | fill it with helium
keep [mosquitoes/flies] out of the bedroom | keep the windows shut after sunset
let fresh air into a stuffy [bedroom/attic] | open the windows on both sides
see if an egg is [still fresh/old] | lay it in water and watch if it floats
see if an egg is [raw/boiled] | spin it on the table and watch how it turns
crack a [walnut/hazelnut] | squeeze it hard with a nutcracker
crack a raw egg | tap it once on the rim of a bowl
dry flowers for the winter | hang them upside down in an airy room
keep cut flowers fresh | stand them in a vase of water
get burnt [rice/milk] off the bottom of a pot | let it soak in water overnight
keep an iron [pan/pot] from rusting | rub it dry and coat it with oil
soften hard [butter/chocolate] | leave it near the warm stove
harden soft [butter/chocolate] | leave it in the fridge
part the yolk of an egg from the white | tip it from one half shell into the other
mix the yolk of an egg with the white | beat it with a fork
smooth a rough [board/plank] | rub it with sandpaper
get dust off [a camera lens/a pair of glasses] | wipe it away with a soft dry cloth
go slower on a sledge | dig both heels into the snow
go faster on a sledge | lift both feet and lean back
warm cold fingers | rub them between the palms
cool burned fingers | hold them under cold running water
undo a tight knot | work a thin spike into it and wiggle
pull a knot tight | hold both ends and draw them apart
get rid of a wrong pencil line | go over it with a rubber
get a fine line out of a blunt pencil | turn it in a sharpener
get a baked cake out of its tin | loosen the edge with a knife and turn it over
make dough rise | cover it with a cloth and leave it in a warm corner
get chewing gum out of a carpet | chill it with ice cubes and scrape it off
make old modelling clay soft again | knead it between warm palms
bring [birds/sparrows] into the garden | hang a ball of fat and seeds in a tree
keep [birds/sparrows] off the cherries | spread a net over the tree
keep [milk/soup] from boiling over | lift the pot off the heat when it rises
bring [milk/soup] to the boil sooner | turn up the heat under the pot
stop a table from wobbling | fold some paper and push it under the short leg
move a table without scratching the floor | put a blanket under its legs and pull
get a label off a jar | soak the jar in hot water and rub
make a new label stick to a jar | wipe the jar dry and press it on
get dry sand off bare feet | brush it away with a towel
build a sand castle that does not crumble | mix the sand with a little water
hear the radio better | turn the volume up
keep the radio from waking the baby | turn the volume down
make a toy boat sink | fill it with stones
make a sunken toy boat float again | empty it of water and stones
make a fire burn more brightly | blow air into it
put out a candle without blowing | cover it with an upturned glass
""")

# goal | things that serve it, in pairs of twins
USES = table("""
soak up spilled [milk/juice] | a sponge, an old towel, a paper napkin, a cotton rag
scoop [flour/rice] out of a sack | a cup, a ladle, a tin can, a small bowl
cut a [ribbon/thread] in two | a pair of scissors, a pocket knife, a razor blade
keep a [door/gate] from swinging shut | a heavy stone, a brick, a full bucket of sand
make out a [ship/tower] far away | a telescope, a pair of binoculars, a spyglass
make out the legs of [an ant/a flea] | a magnifying glass, a microscope, a loupe
carry water from a [well/stream] | a bucket, a jug, a plastic bottle, a milk can
drain the water off [noodles/beans] | a colander, a sieve, a wire basket
drive a nail into a [board/fence] | a hammer, a flat stone, the back of an axe
wipe dust off a [glass table/mirror] | a soft cloth, a feather duster, an old sock
stir a pot of hot [soup/jam] | a wooden spoon, a ladle, a long whisk
pull a [splinter/thorn] out of a finger | a pair of tweezers, a clean needle
light up a dark [cellar/cave] | a torch, a lantern, a burning candle
shade a baby from the [noon/summer] sun | a wide umbrella, a straw hat, a large cloth
keep [soup/coffee] hot until noon | a vacuum flask, a pot wrapped up in blankets
cool down hot [soup/coffee] quickly | a wide shallow dish, a bowl standing in cold water
fasten two sheets of paper together | a stapler, a paper clip, a strip of sticky tape
write a name on a [box/card] | a pencil, a felt pen, a crayon, a paintbrush
get the lumps out of [flour/icing sugar] | a fine sieve, a wire strainer
roll out [pastry/dough] | a rolling pin, an empty wine bottle, a smooth glass jar
reach a book on a high shelf | a step ladder, a sturdy chair, a kitchen stool
mark a place in a book | a slip of paper, a ribbon, a dry leaf, a postcard
cross a wide [lake/river] | a rowing boat, a raft, a canoe
get onto the roof of a [shed/hut] | a ladder, a stack of strong crates
put out a fire in a [bin/pan] | a wet blanket, a lid, a bucket of sand
get a campfire going | dry twigs, pine cones, crumpled newspaper, wood shavings
wash a greasy [pan/plate] | hot water and washing-up liquid, hot water and soap
keep a cake from sticking to its tin | a thin layer of butter, a sheet of baking paper
chill [lemonade/juice] for a picnic | a box of ice, a bag full of snow
warm cold feet in bed | a hot-water bottle, a pair of thick woollen socks
dig a hole for a [bush/post] | a spade, a shovel, a pickaxe
sweep crumbs off the [carpet/stairs] | a broom, a hand brush, a vacuum cleaner
tie up a bundle of [sticks/letters] | a piece of string, a length of wire, a ribbon
prise the lid off a tin of [paint/varnish] | a screwdriver, a strong coin, a flat chisel
lift a hot baking tray | a pair of oven gloves, a thick folded towel
open a bottle of wine | a corkscrew, a waiter's knife
find out how long a [table/shelf] is | a tape measure, a folding rule, a yardstick
find out how heavy a [parcel/melon] is | kitchen scales, a spring balance
fill a [tyre/football] with air | a foot pump, a hand pump
stop a leak in a [tyre/rubber ring] | a rubber patch and glue, a strip of strong tape
find out if a child has a fever | a thermometer, an ear thermometer
find out if a [table/shelf] is level | a spirit level, a marble
catch a [trout/perch] | a rod with line and hook, a net on a pole
scare [crows/pigeons] off a field | a scarecrow, strips of shiny foil
melt [snow/ice] for drinking water | a pot and a camping stove, a kettle and a stove
clear fresh snow off a path | a wide shovel, a stiff broom
hear a faint heartbeat | a stethoscope, a paper tube held to the ear
be heard at the far end of a field | a whistle, a loud bell, a megaphone
""")

_FRAMES = table("""
To {goal},
How to {goal}
{goal}
How can I {goal}?
What is a good way to {goal}?
I would like to {goal}.
Tip wanted: {goal}
{name} wants to {goal}.
{name} has to {goal}.
{name} asks how to {goal}.
""")
_ADVICE = words('use {tool}, take {tool}, reach for {tool}, {tool} will do')


def remedy(world):
  """(goal, a way to reach it, a way that would not do)."""
  pairs = USES if world.random.random() < _TOOLS else WAYS
  number = world.random.randrange(len(pairs))
  goal, *ways = telling.settled(world, [*pairs[number], pairs[number ^ 1][1]])
  if pairs is USES:
    advice = world.choice(_ADVICE)
    ways = [advice.format(tool=world.choice(words(things))) for things in ways]
  [frame] = world.choice(_FRAMES)
  name = world.person().first_name
  return (capitalized(frame.format(goal=goal, name=name)),
          *(f'{capitalized(way)}.' for way in ways))
