"""What everyday things lead to: causes with their effects.

    causal(world)
    -> ('The balloon burst with a bang.', 'cause',
        'Ada stuck a pin into the balloon.', 'Ada blew air into the balloon.')

Two lines that stand together are twins: what one leads to is what the other does not.
Each of them is right as often as it is wrong, so a choice alone tells nothing.
"""

from flan_jax.world import telling

_TWINS = 0.6  # how often the wrong choice is the twin of the right one

# Nothing in one of the first three parts has a bearing on the others; for what happens
# in the last part nearly anything may be the reason.
FIRST, SECOND, THIRD, APART = (
    tuple(tuple(line.split(' -> ')) for line in part.strip().splitlines())
    for part in ("""
It rained heavily for a whole week. -> The river flooded the [meadow/road/village].
No rain fell for three months. -> The river almost dried up.
The temperature fell far below zero. -> The [puddles/ponds/fountains] froze overnight.
The spring sun came out. -> The ice on the [puddles/ponds/fountains] melted.
A storm blew all night. -> In the morning the [road/lawn/path] was full of branches.
There was not a breath of wind. -> The flags on the [castle/harbour wall] hung limp.
Thick fog covered the airport. -> All the morning flights were delayed.
The sky over the airport was clear. -> All the morning flights left on time.
{A} went out in the rain without [an umbrella/a coat]. -> {A} came home soaking wet.
{A} carried a large umbrella in the rain. -> {A} came home with dry shoulders.
{A} lay on the beach all day without sun cream. -> {As} skin turned red and sore.
{A} spent the whole summer indoors. -> {As} skin stayed pale until autumn.
{A} went out in the snow without gloves. -> {As} fingers went numb.
{A} wore thick gloves in the snow. -> {As} hands stayed warm.
Snow fell all [night/evening]. -> The children built a snowman.
Warm rain fell all [night/evening]. -> The snowman melted away.
Lightning struck the [oak/old tree]. -> The [oak/old tree] split in two.
{A} watered the [oak/old tree] all summer. -> The [oak/old tree] put out new branches.
A storm tore down the power line. -> The whole street went dark.
Workers repaired the power line. -> The lights in the street came back on.
{A} watered the [roses/beans/tomatoes] daily. -> The [roses/beans/tomatoes] grew well.
{A} never watered the [roses/beans/tomatoes]. -> The [roses/beans/tomatoes] withered.
{A} left the seeds in their packet. -> Nothing came up in the flower bed.
{A} sowed the seeds in spring. -> Green shoots came up in the flower bed.
{A} did not mow the lawn all summer. -> The grass grew up to {As} knees.
{A} mowed the lawn this morning. -> The grass was short and even.
{A} hung up a box full of seeds. -> Birds came to the garden every morning.
{A} let the cat sleep under the trees. -> The birds stayed away from the garden.
{A} put a net over the [cherries/plums]. -> The birds did not get any [cherries/plums].
{A} left the [cherries/plums] without a net. -> The birds ate all the [cherries/plums].
{A} left the garden gate open. -> The [goats/sheep] ate the [lettuce/cabbage].
{A} built a high fence. -> The [goats/sheep] could not get at the [lettuce/cabbage].
{A} opened all the windows in winter. -> The room grew very cold.
{A} lit a fire in the fireplace. -> The room grew warm.
{A} mended the hole in the roof. -> The attic stayed dry in the storm.
{A} never mended the hole in the roof. -> Rain dripped into the attic.
{A} plugged in the [lamp/lantern]. -> The [lamp/lantern] lit up.
{A} pulled out the plug of the [lamp/lantern]. -> The [lamp/lantern] went out.
{A} blew out the last candle. -> The cellar was completely dark.
{A} lit a candle. -> A soft light filled the cellar.
The road was covered with ice. -> Several cars slid into the ditch.
Workers spread salt on the icy road. -> The cars kept their grip on the road.
A tree fell across the railway line. -> The trains had to wait for hours.
Workers cleared the fallen tree off the railway line. -> The trains ran again.
The bridge was closed for repairs. -> The drivers had to take a longer road.
The repairs to the bridge were finished. -> The drivers could cross the river again.
The traffic lights turned red. -> The cars stopped.
The traffic lights turned green. -> The cars drove on.
{A} rode the bicycle over a nail. -> The tyre of the bicycle went flat.
{A} pumped up the tyre of the bicycle. -> The bicycle rolled easily again.
{A} forgot to fill the tank. -> The car came to a stop on a lonely road.
{A} filled the tank before the journey. -> The car reached the coast without a stop.
{A} left the headlights on all night. -> In the morning the car would not start.
{A} switched the headlights off. -> In the morning the car started at once.
{A} drove far too fast past the police station. -> {A} got a fine for speeding.
{A} kept to the speed limit. -> The police had no reason to stop the car.
{A} walked through the forest without a map. -> {A} lost the way and came out at dark.
{A} followed the map through the forest. -> {A} came out at the right village.
{A} twisted an ankle on the way. -> {A} limped home.
{A} walked with great care on the way. -> {A} came home without an injury.
{A} caught a bad cold. -> {A} could not stop sneezing.
{A} got over a bad cold. -> {A} no longer needed a handkerchief.
{A} left the cage open. -> The [parrot/canary] flew away.
{A} shut the cage with care. -> The [parrot/canary] stayed on its perch.
A stranger came to the house at night. -> The dog barked loudly.
The dog saw its owner come home. -> The dog wagged its tail.
{A} stepped on the cat's tail. -> The cat hissed and ran off.
{A} stroked the cat gently. -> The cat began to purr.
{A} knocked the beehive over. -> {A} was stung several times.
{A} kept well away from the beehive. -> {A} was not stung once.
A fox got into the henhouse. -> In the morning three hens were missing.
{A} locked the henhouse at dusk. -> In the morning all the hens were there.
{A} ran towards the [pigeons/sparrows]. -> The [pigeons/sparrows] flew up.
{A} scattered crumbs on the ground. -> The [pigeons/sparrows] gathered round.
The dog rolled in the mud. -> {A} gave the dog a bath.
The dog brought the stick back. -> {A} threw the stick again.
A door slammed beside the cradle. -> The baby began to cry.
{A} rocked the cradle gently. -> The baby fell asleep.
{A} slept under a mosquito net. -> {A} woke up without a single bite.
{A} slept beside the swamp without a net. -> {A} woke up covered with itchy bites.
{A} let go of the balloon on its string. -> The balloon rose into the sky.
{A} tied the balloon to the fence. -> The balloon hung over the fence all day.
{A} forgot to tie up the boat. -> The boat drifted away.
{A} tied the boat to the pier. -> In the morning the boat was still at the pier.
{A} poured water on the campfire. -> The campfire went out.
{A} put dry wood on the campfire. -> The campfire blazed up.
{A} put the water in the freezer. -> The water turned to ice.
{A} put the water on a hot stove. -> The water began to boil.
{A} dropped the [glass/plate] on the stones. -> The [glass/plate] broke to pieces.
{A} dropped the [glass/plate] on a cushion. -> The [glass/plate] was not damaged.
{A} left the tap running. -> Water ran all over the [bathroom/kitchen] floor.
{A} turned the tap off. -> The [bathroom/kitchen] floor stayed dry.
{A} stuck a pin into the balloon. -> The balloon burst with a bang.
{A} blew air into the balloon. -> The balloon grew bigger and bigger.
{A} had read the chapter twice. -> {A} passed the [history/art] test with ease.
{A} had never opened the book. -> {A} failed the [history/art] test.
{A} forgot to charge the phone. -> {As} phone was dead by noon.
{A} charged the phone overnight. -> {As} phone lasted until evening.
{A} had trained for a whole year. -> {A} ran the marathon to the end.
{A} had not trained at all. -> {A} gave up the marathon after two miles.
{A} put on {his} glasses. -> {A} could read the number of the far-off bus.
{A} left {his} glasses at home. -> {A} could not read the number of the far-off bus.
{A} drank strong coffee at midnight. -> {A} lay awake until morning.
{A} drank nothing but warm milk at night. -> {A} soon fell asleep.
{A} had hardly slept. -> {A} yawned all through the meeting.
{A} had slept for nine hours. -> {A} was wide awake in the meeting.
{A} shouted at the match for two hours. -> {A} had a hoarse voice afterwards.
{A} watched the match in silence. -> {As} voice was clear afterwards.
{A} forgot to set the alarm clock. -> {A} woke up when the early train had left.
{A} set two alarm clocks. -> {A} was up in time for the early train.
""", """
{A} left the [milk/cream] in the sun all day. -> The [milk/cream] turned sour.
{A} kept the [milk/cream] in the fridge. -> The [milk/cream] stayed fresh for days.
{A} left the [cake/bread/pie] in the oven too long. -> The [cake/bread/pie] was black.
{A} took the [cake/bread/pie] out too soon. -> The [cake/bread/pie] was raw inside.
{A} put three spoons of salt into the soup. -> Everybody asked for a drink of water.
{A} put no salt or herbs into the soup. -> Everybody said that the soup was bland.
{A} sharpened the knife. -> The knife went through the tomatoes with ease.
{A} used the knife for years without sharpening it. -> The knife squashed the tomatoes.
{A} put the [butter/fat] on the stove. -> The [butter/fat] melted within a minute.
{A} put the soft [butter/fat] in the fridge. -> The [butter/fat] got hard.
{A} stirred a lot of honey into the [tea/lemon juice]. -> The drink was very sweet.
{A} stirred nothing into the [tea/lemon juice]. -> The drink was not sweet at all.
{A} forgot the yeast in the dough. -> The loaf came out flat and hard.
{A} mixed enough yeast into the dough. -> The loaf came out tall and light.
{A} had eaten nothing since the day before. -> {As} stomach rumbled at the table.
{A} had eaten three large helpings. -> {A} refused the dessert.
{A} touched the hot stove. -> {A} got a blister on one finger.
{A} put on oven gloves. -> {A} lifted the hot pan without pain.
{A} washed the white shirts with a red sock. -> The shirts came out pink.
{A} washed the white shirts on their own. -> The shirts came out spotless and white.
{A} washed the pullover in very hot water. -> The pullover shrank.
{A} washed the pullover in cool water. -> The pullover still had the right size.
{A} oiled the hinges of the door. -> The door opened without a sound.
{A} let the hinges of the door rust. -> The door squeaked at every touch.
{A} sat down on the wet paint of the bench. -> There was paint on {As} trousers.
{A} waited until the paint of the bench was dry. -> {As} trousers stayed clean.
{A} forgot to wind up the clock. -> The clock stopped.
{A} wound up the old clock. -> The clock began to tick again.
{A} dropped a [stone/coin] into the bath. -> It sank to the bottom of the bath.
{A} dropped a [cork/feather] into the bath. -> It floated in the bath.
{A} held a magnet over the [nails/pins]. -> The [nails/pins] jumped up and stuck to it.
{A} held a wooden spoon over the [nails/pins]. -> The [nails/pins] did not move.
{A} kept the [nails/tools] in a wet cellar. -> The [nails/tools] were covered in rust.
{A} kept the [nails/tools] in a dry box. -> The [nails/tools] stayed shiny.
{A} left the tube of glue open. -> The glue dried up.
{A} closed the tube of glue. -> The glue was still soft a month later.
{A} loaded the shelf with heavy books. -> The thin shelf bent and gave way.
{A} put a single postcard on the shelf. -> The thin shelf stayed straight.
{A} shook the bottle of [lemonade/cider]. -> The [lemonade/cider] sprayed all over.
{A} opened the bottle slowly. -> Not a drop of [lemonade/cider] was spilled.
{A} dropped the ball at the top of the stairs. -> The ball bounced all the way down.
{A} put the ball in a box. -> The ball lay still.
{A} put the red and the blue paint together. -> The paint turned purple.
{A} put the yellow and the blue paint together. -> The paint turned green.
{A} never brushed {his} teeth. -> The dentist found three bad teeth.
{A} brushed {his} teeth twice a day. -> The dentist found nothing wrong.
""", """
{A} left the essay at home. -> {A} had nothing to hand in.
{A} packed the essay the night before. -> {A} handed the essay in on time.
{A} pressed too hard on the pencil. -> The point of the pencil broke off.
{A} turned the pencil in a sharpener. -> The pencil got a fine point.
{A} kept the library book for too long. -> {A} had to pay the library a fine.
{A} returned the library book early. -> {A} owed the library nothing.
The printer ran out of ink. -> The last pages of the report came out blank.
{A} put new ink into the printer. -> All pages of the report came out clearly.
{A} spilled coffee over the keyboard. -> Half of the keys stopped working.
{A} cleaned the sticky keyboard. -> The keys of the keyboard moved freely again.
{A} deleted the report and had no copy. -> {A} had to write the report again.
{A} had kept a copy of the deleted report. -> {A} sent the report off in time.
{A} typed a wrong password again and again. -> {As} account was blocked.
{A} typed the right password. -> {A} got into the account.
{A} left {his} passport at home. -> {A} was turned back at the border.
{A} showed a valid passport. -> {A} crossed the border without trouble.
{A} packed twenty heavy books. -> The suitcase could hardly be lifted.
{A} packed only a change of clothes. -> The suitcase was easy to carry.
The shop cut its prices in half. -> A long queue formed in front of the shop.
The shop doubled its prices. -> The customers went to another shop.
{A} left {his} wallet on a bench. -> Somebody walked off with {As} wallet.
{A} kept {his} wallet in an inner pocket. -> {As} wallet was safe in the crowd.
The only factory closed. -> Many people in {town} lost their jobs.
A new factory opened. -> Many people in {town} found work.
{A} forgot to pay the rent. -> {A} owed the landlord a month's rent.
{A} paid the rent on the first of the month. -> {A} owed the landlord nothing.
""", """
{A} said sorry to {B}. -> {B} was ready to be friends again.
{A} told everybody {B}'s secret. -> {B} felt betrayed.
{A} told a very funny joke. -> Everybody burst out laughing.
{A} told a joke that everybody knew. -> Nobody laughed.
{A} forgot {B}'s birthday. -> {B} was disappointed.
{A} gave a surprise party for {B}. -> {B} was delighted.
{A} moved abroad. -> {A} had to learn a new language.
{A} never left {his} home town. -> {A} never needed another language.
The singer forgot the words. -> An awkward silence fell over the hall.
The singer sang beautifully. -> The audience asked for one more song.
{A} won a fortune in the lottery. -> {A} gave up work and sailed round the world.
{A} lost all {his} savings. -> {A} had to sell {his} house.
{A} often told lies. -> {As} friends stopped believing {him}.
{A} kept every promise. -> {As} friends trusted {him}.
{A} carried the old man's bags upstairs. -> The old man said thank you.
{A} pushed in front of the old man. -> The old man complained.
The film was very sad. -> Many people in the cinema wiped their eyes.
The film was very dull. -> Many people in the cinema fell asleep.
{A} was rude to every customer. -> {A} was dismissed from the shop.
{A} was kind to every customer. -> {A} was praised by the owner of the shop.
{A} chattered all through the lesson. -> The teacher told {him} to be quiet.
{A} listened to every word of the lesson. -> The teacher praised {him}.
{A} broke the neighbours' window. -> The neighbours demanded money.
{A} fed the neighbours' cat for a week. -> The neighbours brought a present.
{A} hung the mirror on a tiny pin. -> The mirror fell off the wall.
{A} hung the mirror on a strong hook. -> The mirror stayed on the wall for years.
"""))

_ALL = FIRST + SECOND + THIRD + APART  # twins stay at 2n and 2n + 1
_QUESTIONS = ('cause', 'effect')


def causal(world):
  """(premise, 'cause' or 'effect', right choice, wrong choice), sentences each."""
  if world.random.random() < _TWINS:
    number = world.random.randrange(len(_ALL))
    line, other = _ALL[number], _ALL[number ^ 1]
  else:
    line, other = map(world.choice, world.random.sample((FIRST, SECOND, THIRD), 2))
  asked = world.random.randrange(2)
  *line, choice = telling.settled(world, [*line, other[asked]])
  slots = telling.roles(world, job=0.3)
  premise, right = line[1 - asked], line[asked]
  # A pronoun may stand for {A} once the premise has named them.
  after = slots | {'A': slots['he'], 'As': slots['his']} if '{A' in premise else slots
  return (telling.told(premise, slots), _QUESTIONS[asked],
          telling.told(right, after), telling.told(choice, after))
