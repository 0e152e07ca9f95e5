"""What `science` asks: facts of school science, one a block.

First the fact. Then `?` questions that the things after `+` answer rightly and those
after `-` wrongly, and `!` questions for which it is the other way round. `{name}` is
somebody's first name. A line without a mark goes on with the one before.
"""

TOPICS = """
metals let an electric current pass through them easily
? {name} closes the gap in a circuit, and the lamp lights up. What may lie in the gap?
? A wire to the bell is broken. What could stand in for the missing piece?
! Which of these would stop the current if it were put into a circuit?
+ an iron nail, a steel spoon, a silver ring, a brass key, a copper coin,
a strip of aluminium foil
- a rubber band, a wooden ruler, a plastic comb, a glass marble, a woollen sock,
a paper straw

a magnet pulls on things made of iron or steel
? Which of these can be lifted with a magnet?
? {name} drags a magnet through a drawer. It will come out with
! {name} fishes in a box with a magnet. What will never hang on it?
+ an iron nail, a steel paper clip, an iron bolt, a steel screw, an iron horseshoe,
a steel needle
- a copper wire, a wooden peg, a plastic button, a glass bead, a gold ring,
a walnut, a leather strap

what is less dense than water floats on it
? Which of these will stay on top when it is dropped into a pond?
? After the flood {name} saw something drifting by on the water. It may have been
! Which of these will be found at the bottom of a bathtub full of water?
+ a cork, a dry log, an empty bottle with its lid on, a rubber duck, a wax candle,
an apple
- a brick, an iron key, a pebble, a silver spoon, a glass marble, a gold coin

water turns to ice when it is colder than zero degrees Celsius
? {name} needs ice by tomorrow morning. Where should the bowl of water be left?
! Where would a snowman be gone soonest?
+ in a freezer at minus ten degrees, on a balcony in hard frost, at the South Pole,
on a snowy mountain top in winter
- in a warm kitchen, beside a burning stove, on a sunny beach in summer,
in a heated bathroom, in a desert at noon

water dries up faster where it is warm and where the wind blows
? {name} wants the washing to dry as quickly as it can. Where should it hang?
! Where would a puddle last longest?
+ on a line in the hot sun, in a warm breeze on the roof, above a hot radiator,
in a dry and windy yard in summer
- in a damp cellar, in a cold fog, in a cool wet cave, in a rainy garden

plants use light to make their food
? {name} has been given a potted geranium. It will do best
! A seedling would turn pale and die soonest
+ on a bright window sill, in a greenhouse, in a sunny garden, beside a glass door
- in a closed cupboard, in a dark cellar, inside a locked chest, under the bed

animals that eat only plants are called herbivores
? Which of these animals is a herbivore?
? Which animal could {name} feed on grass and leaves alone?
! Which of these animals hunts for its meals?
+ a cow, a rabbit, a giraffe, a deer, a sheep, a zebra
- a lion, a shark, an eagle, a wolf, a crocodile, a tiger

mammals feed their young with milk
? Which of these is given milk by its mother?
! Which of these never drinks milk from its mother?
+ a kitten, a foal, a young whale, a young bat, a lamb, a young elephant
- a tadpole, a duckling, a young snake, a caterpillar, a young salmon, a young turtle

birds, turtles and butterflies hatch from eggs
? {name} finds an empty eggshell. Who may have come out of it?
! Which of these grew inside its mother until it was born?
+ a duckling, a young turtle, a caterpillar, a chick, a young penguin, a young owl
- a puppy, a calf, a kitten, a foal, a lamb, a piglet

some animals change their whole shape while they grow up
? Which animal looked quite unlike its parents when it was young?
! Which animal looks much like its parents from its first day on?
+ a frog, a butterfly, a moth, a ladybird, a housefly, a mosquito
- a horse, a goat, a lizard, an elephant, a cow, a dolphin

insects have six legs
? {name} counts six legs on a small creature. It may well be
! {name} sees by the legs of a creature that it is no insect. Which may it be?
+ an ant, a honeybee, a butterfly, a beetle, a wasp, a grasshopper
- a spider, a crab, a snail, a mouse, a scorpion, an earthworm

some animals sleep by day and are awake at night
? {name} takes a walk at midnight. Which animal is most likely to be about?
! Which animal is most likely to be fast asleep at midnight?
+ an owl, a bat, a hedgehog, a badger, a firefly
- a butterfly, a hen, a honeybee, a swallow, a squirrel, a wasp

some animals pass the winter in a deep sleep
? For which of these is the winter one long night?
! Which animal can {name} see looking for food in the middle of a snowy winter?
+ a hedgehog, a dormouse, a marmot, a ground squirrel
- a wolf, a deer, a fox, a hare, a reindeer, a wild boar

fish breathe under water with their gills
? Which of these never has to come up for air?
! Which of these would drown if it could not come up for air?
+ a trout, a shark, a salmon, a goldfish, a herring
- a dolphin, a whale, a seal, a penguin, a sea turtle, a walrus

some sources of energy are never used up
? What could still turn the machines of a factory in a million years?
? A village wants energy that will not run out. It should use
! Which of these will be gone for good when people have burned it all?
+ the wind, the light of the sun, a flowing river, the tides of the sea
- coal, crude oil, natural gas, petrol made from oil

what was once alive rots, because tiny living things feed on it
? {name} buries something in the garden. A year later it has rotted away. What was it?
? Which of these belongs on a compost heap?
! Which of these would still be whole after ten years in the ground?
+ an apple core, a fallen leaf, a banana peel, a slice of bread, a cabbage stalk
- a glass bottle, a plastic bag, a china cup, a pebble, an aluminium can

rough ground slows a moving thing down more than smooth ground does
? A wooden block is pushed and slides along. It will stop soonest
! A wooden block is pushed and slides along. It will get farthest
+ on a thick carpet, on gravel, on long grass, on sandpaper
- on ice, on polished marble, on a waxed floor, on a sheet of glass

sound needs something to travel through, such as air, water or stone
? Where could nobody hear {name} shout, not even from one step away?
+ in empty space, on the Moon, in a chamber from which all air has been pumped
- in a cave, on a mountain top, in a submarine, in the desert, in a tunnel

light passes through clear materials
? Through which of these could {name} read a letter?
! Which of these throws a dark shadow in the sunshine?
+ a window pane, a glass of water, a sheet of clear plastic, a magnifying glass
- a brick, a wooden door, a sheet of iron, a thick book, a cardboard box

smooth and shiny things throw back light so evenly that they show a picture
? {name} would like to see how the new hat looks. Which of these will do?
! In which of these could nobody see a face?
+ a mirror, the water of a calm lake, a polished silver tray, a dark window at night
- a brick, a woollen blanket, a sheet of sandpaper, a tree trunk, a towel

dark things take in more of the heat of the sun than light-coloured ones
? All of these hang in the sun for an hour. Which will be the hottest?
! The sun is burning, and {name} wants to keep cool. What is best to wear?
+ a black shirt, a dark brown jacket, a navy-blue dress, a black hat, a black cap
- a white shirt, a pale yellow jacket, a cream-coloured dress, a white hat,
a light grey cap

wool, feathers and other things full of air keep the heat in
? {name} wants to eat the soup hours from now. What should the hot pot be wrapped in?
! Which of these would keep nobody warm in winter?
+ a woollen blanket, a feather quilt, a thick fur coat, a padded jacket
- a wet towel, a thin silk scarf, a fishing net, a sheet of copper

heat passes quickly through metals, and slowly through wood
? {name} leaves a spoon in the boiling soup. Which one will burn the fingers?
! The soup is boiling. Which spoon can {name} leave in it and still pick up?
+ a silver spoon, a copper spoon, a steel spoon, an aluminium spoon
- a wooden spoon, a bamboo spoon, a spoon made of bone, a spoon made of horn,
a spoon of beechwood

the Earth turns round once a day
? Which of these comes from the turning of the Earth?
+ the change of day and night, the rising of the sun in the east,
the setting of the sun in the west, the way that shadows move during a day
- the change of the seasons, the phases of the Moon, the salt in the sea,
the falling of leaves in autumn, the cold on high mountains

the Earth is tilted, so its halves lean towards the sun at different times of the year
? If the Earth stood upright on its path, which of these would there be no more?
+ the change of summer and winter, the longer days in summer,
the short days of December in the north, the midnight sun in the far north
- the change of day and night, the phases of the Moon, earthquakes, thunder,
the tides of the sea

the pull of the Moon makes the sea rise and fall
? Where could {name} see the work of the Moon twice a day?
+ on an ocean beach, in a harbour on the Atlantic coast, on a mudflat by the sea,
where a river runs into the ocean
- at a mountain spring, beside a village pond, in a swimming pool,
on a river high in the mountains

gravity pulls everything down towards the Earth
? Which of these is the work of gravity?
! Which of these has nothing to do with gravity?
+ An apple drops from the tree., A river runs downhill., Rain falls from the clouds.,
A ball thrown up comes back., A sledge slides down the slope.
- A magnet sticks to the refrigerator., Bread goes mouldy., An iron gate rusts.,
A match catches fire., A mirror shows a face.

iron rusts where water and air can get at it
? {name} left something out in the rain for weeks. Now it is covered with rust. It was
! Which of these can lie in the rain for years and never rust?
+ an iron nail, an old iron key, an iron chain, an iron horseshoe, an iron axe head
- a plastic bucket, a wooden spoon, a glass bowl, a gold ring, a clay pot, a rubber boot

a liquid takes the shape of whatever it is poured into
? Which of these changes its shape when it goes from a jug into a bowl?
! Which of these keeps its shape when it goes from a box into a bag?
+ some milk, some olive oil, some vinegar, some orange juice, some tea, some petrol
- a pebble, a coin, a walnut, a pencil, a glass marble, a brick

warm air is lighter than cold air and rises
? Which of these goes up because warm air rises?
+ a hot-air balloon, the smoke over a campfire, the steam over a kettle,
a paper lantern with a candle in it
- a lift in a hotel, a monkey on a rope, a bouncing ball, a rocket on its way to Mars

some things dissolve in water, so that they can no longer be seen
? {name} stirs something into warm water, and soon it has vanished. It was
! {name} stirs something into water and pours it all through a cloth. What stays behind?
+ a spoonful of salt, a spoonful of sugar, a spoonful of honey, a sugar lump
- a handful of sand, a handful of gravel, a handful of rice, some iron filings,
some sawdust

light seeds with wings or hairs are carried off by the wind
? Which seed can fly far on a breezy day?
! Which of these drops straight to the ground when it is ripe?
+ a dandelion seed, a maple seed, a thistle seed, a poplar seed
- a coconut, an acorn, a horse chestnut, a walnut, a hazelnut

a plant takes in water through its roots
? {name} has one can of water for a thirsty tree. Where should it be poured?
+ onto the soil round the trunk, into the ground above the roots,
into a hole dug beside the roots
- over the blossoms, onto the highest leaves, onto the bark, over the ripe fruit

insects that visit flowers carry pollen from one to the next
? Which visitor helps an apple tree to bear fruit?
! Which of these will never bring pollen to an apple tree?
+ a honeybee, a bumblebee, a hoverfly, a butterfly
- an earthworm, a mole, a trout, a frog, a mushroom

energy goes from plants to those who eat them, and on to those who eat these
? Which way can energy take in nature?
! Which of these is no way that energy takes?
+ from grass to a rabbit to a fox, from a leaf to a caterpillar to a bird,
from wheat to a mouse to an owl, from water plants to a carp to a heron
- from a fox to a rabbit to grass, from a bird to a caterpillar to a leaf,
from an owl to a mouse to wheat, from a heron to a carp to water plants

an animal is hard to see where its colour is that of the ground
? Which animal would a hawk overlook?
! Which animal would a hawk notice first?
+ a white hare on snow, a green grasshopper on grass, a brown moth on brown bark,
a sand-coloured lizard on sand
- a white hare on dark earth, a green grasshopper on snow, a brown moth on a white wall,
a black beetle on white sand

animals of the polar lands have thick fur or much fat to keep them warm
? Which animal could live among the ice floes?
! Which of these would freeze to death at the North Pole?
+ a polar bear, a walrus, a seal, an Arctic fox
- a parrot, a giraffe, a chimpanzee, a zebra, a crocodile, a hippopotamus

plants of the desert keep water in thick stems or leaves
? {name} will be away for two months. Which plant will need no watering?
! {name} forgot the watering cans for a month. Which plant will have died of thirst?
+ a cactus, an aloe, an agave, a desert spurge
- a fern, a lettuce, a rice plant, a tomato plant, a cucumber plant

a lever makes it easier to lift a load or to press hard
? Which of these works as a lever?
? {name} must move a rock that is too heavy. What would help as a lever?
+ a crowbar, a long wooden beam, a strong iron bar
- a pillow, a candle, a rope of wool, a mirror, a sponge

a compass needle points to the north
? Lost in the fog, {name} must keep walking north. Which thing helps most?
+ a compass
- a thermometer, a ruler, a rain gauge, a stopwatch, a magnifying glass

a thermometer shows how warm something is
? {name} feels hot and shivers. Which thing shows whether it is a fever?
? How can {name} find out whether the bath is cool enough for a baby?
+ a thermometer
- a compass, a ruler, a barometer, a stopwatch, a magnifying glass

a balance shows which of two things is heavier
? {name} has two stones of the same size. To learn which is heavier, one takes
+ a balance, a pair of scales
- a compass, a ruler, a barometer, a stopwatch, a telescope

the heart pumps the blood through the body
? {name} runs up the stairs. Which organ has to push more blood to the legs?
+ the heart
- the stomach, the liver, the skin, the brain, the kidneys

the lungs take oxygen from the air
? {name} breathes in deeply before a dive. Where is the air kept?
? Smoke in the room makes breathing hard. Which organ suffers first?
+ the lungs
- the stomach, the liver, the bladder, the kidneys, the heart

the stomach begins to break down what has been eaten
? {name} swallows a bite of bread. Where does it go?
+ the stomach
- the lungs, the brain, the heart, the kidneys, the bladder

lightning mostly strikes the highest thing around
? A thunderstorm is coming. Where is {name} in the greatest danger?
! A thunderstorm is coming. Where should {name} wait until it is over?
+ under a lone tree in a field, on a bare hilltop, on a rock above the trees,
in a small boat on a wide lake
- in a car with closed windows, in a brick house, in a cellar, in a school building

running water wears down rock in the course of time
? Which of these has been shaped by water?
! Which of these owes its shape to people?
+ a deep canyon, a round pebble in a brook, a sea cave, a river valley
- a brick wall, a coin, a railway tunnel, a concrete dam

fossils are what is left in rock of plants and animals of long ago
? What might {name} find as a fossil?
! Of which of these will there never be a fossil?
+ a fish with its bones, a sea shell, a fern leaf, the tooth of a shark,
the skull of a bear
- a flame, a gust of wind, a shadow, a rainbow, an echo

stars shine with light of their own, planets and moons do not
? Which of these gives off light of its own?
! Which of these only sends back the light of the sun?
+ the sun, the Pole Star, Sirius
- the Moon, Venus, Mars, Jupiter, Saturn

living things feed, grow and have young
? Which of these is alive?
! Which of these is not alive?
+ an oak, a snail, a mushroom, a mouse, a rose bush
- a cloud, a candle flame, a river, a robot, a crystal

looks are handed down from parents to children, skills have to be learned
? What could {name} have from a grandmother without a single lesson?
! What did {name} have to learn?
+ brown eyes, curly hair, freckles, large ears, red hair
- swimming, two foreign languages, playing the violin, riding a bicycle,
knitting

things that tremble quickly make a sound
? Which of these is trembling very fast?
! Which of these is quite still?
+ a ringing bell, a plucked guitar string, a drum that is being beaten,
a tuning fork that hums
- a painted wall, a folded towel, a stone on a shelf, an unlit candle

a flame needs air to go on burning
? How can {name} put out a small candle?
! What will certainly not put out a fire?
+ by turning a glass jar over it, by dropping sand on it, by pressing a lid on it,
by laying a wet cloth on it
- by blowing oxygen on it, by dropping dry leaves on it, by pouring oil on it,
by laying wood shavings on it

in a chemical change a new substance comes into being
? Which of these is a chemical change?
! After which of these is the substance still the same?
+ wood burning to ash, iron rusting, milk turning sour, paper burning
- ice melting, paper being cut, glass breaking, water boiling

damp air leaves drops of water on cold things
? The kitchen is warm and damp. Where will drops of water form first?
! The kitchen is warm and damp. Which of these stays dry?
+ on a glass of iced lemonade, on a cold window pane, on a can from the refrigerator,
on a bowl of ice cubes
- on a hot light bulb, on a heated oven door, on a hot iron, on a hot radiator

things grow a little larger when they get warm
? Which of these happens because warmth makes things larger?
+ A tight metal lid comes off under hot water., Wires hang lower in summer.,
The liquid in a thermometer rises on a hot day.
- A sponge soaks up water., A magnet holds a note., A mirror shows a face.,
A ball rolls down a hill., A plant turns to the light.

the heavier a thing is, the harder it must be pushed to get it moving
? Which of these takes the hardest push?
! Which of these could a small child push across the room?
+ a loaded lorry, a grand piano, a full wardrobe, a parked bus, a railway carriage
- an empty pram, a toy car, a balloon, a small chair, an empty basket

acids turn blue litmus paper red, and bases turn red litmus paper blue
? {name} dips blue litmus paper into a glass, and it turns red. What was in the glass?
! {name} dips red litmus paper into a glass, and it turns blue. What was in the glass?
+ lemon juice, vinegar, orange juice, apple juice
- soapy water, lime water, a solution of baking soda, a solution of ammonia

what is harder scratches what is softer
? With which of these can {name} scratch a pane of glass?
! Which of these leaves no scratch on a pane of glass?
+ a diamond, a piece of quartz, a ruby, a sapphire
- a fingernail, a lump of chalk, a wax candle, a wooden stick, a copper coin,
a rubber eraser

some machines turn electricity into heat
? Which machine is built to turn electricity into heat?
! Which of these is not meant to make anything warm?
+ a toaster, an electric kettle, a hair dryer, an electric stove, a flat iron
- a fan, a radio, a doorbell, a sewing machine, a telephone
"""
