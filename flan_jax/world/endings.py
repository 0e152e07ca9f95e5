"""Short everyday stories, each with the ending that fits and one that does not.

    story(world)
    -> ('Ada baked a cake. ... She forgot it.', 'The cake was black.', 'It was fine.')

A story can take two turns, and each turn has its ending; what fits one turn is wrong
for the other, so the ending alone does not tell.
"""

from flan_jax.world import telling

_OTHER = 0.2  # how often the wrong ending belongs to another story

# The story, `*` where it turns | one turn | its ending | the other turn | its ending
STORIES = telling.rows("""
{A} had a [history/chemistry/grammar] test on {day}. * The teacher handed out the
questions. Two days later {he} got {his} paper back.
| {he} went over [his notes/the whole chapter] every evening that week.
| it was the best paper in the class.
| {he} played computer games every evening that week.
| {he} had failed and had to take the test again.

{A} wanted to bake a cake for {B}'s birthday. {he} stirred the batter and put the tin
into the oven. * Then {he} went back to the kitchen.
| {he} set a timer for [forty/fifty] minutes and laid the table.
| the cake had risen and smelled of [vanilla/lemons].
| {he} lay down on the sofa and slept for three hours.
| black smoke was coming out of the oven.

{A} had a balcony full of [tomatoes/geraniums/herbs]. {he} was going away for
[three/four/five] hot weeks in the summer. * When {he} came back, {he} opened the
balcony door.
| {he} left the key with {B}, who watered everything twice a day.
| the [tomatoes/geraniums/herbs] were greener than before.
| {he} did not ask anybody to water anything.
| the [tomatoes/geraniums/herbs] were brown and dead.

In [January/spring] {A} put {his} name down for a [ten/twelve]-mile race. * The day of
the race was bright and cool. {he} took {his} place at the start.
| {he} ran in the park before breakfast three times a week.
| {he} was still smiling when {he} crossed the finishing line.
| {he} spent {his} evenings on the sofa and did not run once.
| after two miles {he} sat down at the roadside and gave up.

{A} found a wallet under a seat of the [bus/tram/train]. There was a lot of money in it.
There was also a card with the name and address of an old [lady/man]. *
| {he} rang the bell at that address the same evening.
| the owner of the wallet thanked {him} again and again.
| {he} kept the money and threw the wallet into the river.
| the owner of the wallet never got anything back.

{B} and {A} planned a picnic by the lake. {they} packed [sandwiches/pancakes] and a
blanket. * {they} cycled out there and stayed until evening.
| there was not a cloud in the sky that day.
| {they} came home with sunburnt noses.
| one heavy shower after another came down that day.
| {they} came home with water in {their} shoes.

{A} got a puppy in [spring/June/autumn]. It chewed everything that it could find. * Then
{he} went out for the evening and left the puppy in the hall.
| {he} locked all {his} shoes in the cupboard.
| {his} shoes were as good as before when {he} came home.
| {he} left {his} best shoes lying on the floor.
| {he} found one chewed sole and some bits of leather when {he} came home.

{A} was driving to {town} to see {his} [sister/cousin/uncle]. Halfway there the light
for the petrol came on. * The road went on through empty hills.
| {he} filled the tank at the next petrol station.
| {he} arrived in {town} in time for dinner.
| {he} told {himself} that it would surely last.
| the engine died, and {he} had to walk for help.

{B} asked {A} to play the [piano/violin/cello] at the wedding. * The guests sat down and
fell silent. {A} began to play.
| {A} practised for an hour every day until {he} knew the piece by heart.
| when the last note had died away, everybody clapped.
| {A} was too lazy to practise and did not look at the notes once.
| after a row of wrong notes {B} asked {him} to stop.

It had snowed, and the steps to {As} door were covered with ice. * At ten the
[postman/milkman] came. He climbed the steps with a heavy [bag/parcel/box].
| {A} had spread sand on every step.
| he reached the door without a slip.
| {A} had stayed in bed and left the steps as they were.
| he slipped and landed on his back.

On the hottest day of the year {A} bought a tub of [ice cream/sorbet]. On the way home
{he} met {B}. * At home {he} opened the tub.
| {he} just waved and hurried on.
| the [ice cream/sorbet] was still hard.
| {they} stood in the sun and chatted for an hour.
| the [ice cream/sorbet] had turned to soup.

{A} had to give a talk about [owls/bridges/glaciers]. All the pictures were on {his} old
computer. * On the day of the talk the computer would not start.
| the week before, {he} had copied everything to a stick.
| {he} borrowed a computer and showed all the pictures.
| {he} had never made a copy of anything.
| {he} had to give the talk without a single picture.

{A} went fishing on the lake with {B}. {they} sat in the boat all morning. * At noon
{they} rowed back and lit a fire on the shore.
| {they} pulled in one fish after another.
| {they} fried {their} catch and ate until {they} were full.
| not a single fish took the bait.
| {they} had nothing to fry and ate dry bread.

{A} wanted to work at the [library/museum/bank] in {town}. {he} was asked to come for an
interview on {day}. * A week later a letter came.
| {he} came early and had a good answer to every question.
| the letter said that {he} could start on the first of the month.
| {he} came an hour late and had forgotten the name of the director.
| the letter said that somebody else would get the post.

{A} bought a heavy oak [wardrobe/cupboard]. The men from the shop left it in the hall.
{he} wanted it in the bedroom upstairs. *
| {B} and three strong neighbours came to help.
| soon the [wardrobe/cupboard] stood beside the bed.
| nobody was at home to help, and {he} could not even lift one end.
| the [wardrobe/cupboard] stayed in the hall that night.

{B} and {A} tried a new restaurant in {town}. {they} ordered [fish/soup/dumplings]. *
Afterwards the waiter asked if everything had been all right.
| it was quick to come, hot and delicious.
| {they} said that {they} would gladly come again.
| it came after two hours, cold and without any taste.
| {they} complained and refused to pay.

{A} kept [six/seven/eight] hens behind the house. A fox had been seen in the
neighbourhood. * In the morning {he} went to fetch the eggs.
| {he} shut the henhouse tightly every evening.
| all the hens came running up to {him}.
| that night {he} forgot to shut the henhouse.
| there was nothing left but feathers.

{A} had a ticket for a flight at six in the morning. {he} packed {his} suitcase and
ordered a taxi for four. * Then {he} went to bed.
| {he} set two alarm clocks for half past three.
| at six {he} was sitting in the plane.
| {he} forgot to set the alarm, and no other noise could wake {him}.
| at six {he} was still lying in bed.

{A} borrowed {B}'s [bicycle/camera/tent] for the weekend. * On Sunday evening {A} gave
it back. {B} looked it over from all sides.
| {A} treated it as if it was made of glass.
| {B} said that {A} could have it again at any time.
| {A} left it out in the rain and then dropped it down the stairs.
| {B} was angry and asked for money.

{A} could no longer read the signs on the road. An optician made {him} a pair of
[round/light/cheap] glasses. * Then {he} set out on a drive to {town}.
| {he} put them on and looked out of the window in surprise.
| {he} could read every sign on the way.
| {he} did not like the look of them and threw them into a drawer.
| {he} could not read one sign on the way.

{B} and {A} had tickets for a play in {town}. It was to begin at eight sharp. Nobody was
let in after that. *
| {they} left home early and were there at half past seven.
| {they} were in {their} seats when the curtain rose.
| {their} bus stood in a traffic jam until nine.
| {they} found the doors closed and went home again.

{A} painted the garden fence [white/green/blue] on {day} morning. Then {he} washed the
brushes. * In the evening {he} went out to look at the fence.
| the sun shone on it all day.
| the paint was dry and smooth.
| a cloudburst came down a minute later.
| most of the paint had run down into the grass.

{B} and {A} went camping by a river. {they} put up {their} tent in the dark. * In the
night it rained so hard that the river rose.
| {they} had chosen a spot high above the water.
| {they} slept through it all in a dry tent.
| {they} had chosen a spot right at the edge of the water.
| {they} woke up in cold water and saw {their} shoes float away.

{B} loved books, but was terrified of [snakes/mice/spiders]. On {day} {A} gave {B} a box
with a ribbon. {B} lifted the lid and looked inside. *
| it was the thick novel that {B} had wanted for so long.
| {B} sat down and began to read at once.
| it was a pair of live [snakes/mice/spiders] from a pet shop.
| {B} screamed and ran out of the room.

{A} wanted to pick the [apples/pears/cherries] behind the house. {he} leaned the old
ladder against the tree. * Then {he} climbed up to the highest branch.
| {he} tested the rungs one by one and found all of them sound.
| {he} came down again with a full basket.
| one rung was cracked right through, but {he} did not look.
| the rung gave way, and {he} fell into the grass.

{A} spent a day on the beach with {B}. There was not a cloud in the sky. * In the
evening {he} looked into the mirror.
| {he} stayed in the shade and put on plenty of sun cream.
| {his} face was no redder than in the morning.
| {he} lay in the sun without a hat and without any cream.
| {his} face was as red as a tomato.

{A} baked bread for the first time. {he} read that it takes flour, water, salt and
yeast. * After two hours {he} lifted the cloth from the dough.
| {he} weighed out everything and kneaded it well.
| the dough was twice as big as before.
| {he} had no yeast in the house and did without it.
| the dough had not risen at all.

{A} moved into the flat above {B}. {B} had to get up at four every morning. {A} liked to
listen to music at night. *
| {A} bought a pair of headphones for the purpose.
| {B} was pleased to have such a quiet neighbour.
| {A} turned the loudspeakers up as far as they would go.
| {B} banged on the ceiling with a broom.

{A} planned a journey to [Italy/Portugal/Greece]. * In May {he} arrived and could not
find {his} hotel. {he} asked an old man, who knew no language but his own.
| {he} went to a language course all winter and learned every word.
| {he} understood what the old man said.
| {he} bought a book for learning the language, but never opened it.
| {he} smiled helplessly and understood nothing.

{B} and {A} went to the cinema on {day}. {they} bought [popcorn/nuts] and found two good
seats. {they} had no idea what the film was about. *
| it was so funny that the whole hall roared.
| {they} were still laughing on the way home.
| it was so dull that the people around them snored.
| {they} got up and left before the end.

{A} dreamed of a [telescope/piano/sailing boat] of {his} own. {he} did not earn much at
the [bakery/post office]. * After [three/four] years {he} counted {his} money.
| every {day} {he} put some of it into a jar.
| it was enough, and {he} bought the [telescope/piano/sailing boat] the same day.
| every {day} {he} spent all of it on cards and cake.
| there was nothing, and {he} went on dreaming of the [telescope/piano/sailing boat].

{A} went out in slippers to fetch the [newspaper/milk]. The wind blew the door shut
behind {him}. It was freezing cold. *
| {he} felt in {his} pocket and found the key.
| a minute later {he} was back in the warm kitchen.
| the only key was lying on the kitchen table.
| {he} had to ring at {B}'s door and ask for help.

{A} was serving the guests of a [hotel/cafe] in {town}. {he} was carrying twenty glasses
on a tray. Suddenly a child ran across {his} path. *
| {he} stopped in time and held the tray steady.
| not one of the glasses was broken.
| {he} stumbled and let go of the tray.
| {he} had to sweep up hundreds of splinters.

{A} kept bees behind the house. In [July/August] the honey was ready. * {he} lifted the
lid of the hive.
| {he} put on thick gloves and a veil.
| {he} took out the honey and was not stung.
| {he} put on nothing but a bathing suit.
| {he} was stung a dozen times and ran for the pond.

{B} was getting married on {day} and had asked {A} to come. {A} woke up that morning
with a high fever. *
| the doctor forbade {A} to leave the bed. {A} obeyed.
| {B} sent {A} a piece of the wedding cake.
| by noon the fever was gone. {A} put on {his} best clothes.
| {A} danced at the wedding until midnight.

{A} played football for {town}. It was the last minute of the final, and neither side
was ahead. {he} had to take the penalty. *
| {he} sent the ball into the corner of the goal.
| the team from {town} carried {him} off the field on their shoulders.
| {he} sent the ball high over the goal.
| {he} hid {his} face in {his} hands.

{A} sent {B} a [vase/teapot/mirror] by post. * The parcel was thrown from one van into
another. After a week {B} opened it.
| {he} wrapped it in layers and layers of soft cloth.
| the [vase/teapot/mirror] did not have a scratch.
| {he} put it into a box with nothing around it.
| the [vase/teapot/mirror] was in a thousand pieces.
""")


def story(world):
  """(context of four sentences, the ending that fits, one that does not)."""
  row = world.choice(STORIES)
  turn = world.random.randrange(2)
  wrong = row[4 - 2 * turn]
  if world.random.random() < _OTHER:
    other = world.choice([other for other in STORIES if other is not row])
    wrong = other[world.choice((2, 4))]
  context = row[0].replace('*', row[1 + 2 * turn])
  slots = telling.roles(world)
  return tuple(telling.told(text, slots) for text in telling.settled(
      world, [context, row[2 + 2 * turn], wrong]))
