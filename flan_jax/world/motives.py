"""Short narratives and questions on what lies between the lines.

    question(world) -> ('I opened my bag. My purse was not in it. I turned red.',
                        'Why did the narrator turn red?', [four answers], 2)

A narrative can take two turns. The answer that goes with the other turn is always among
the wrong ones, and the rest are answers to questions about other narratives, so that an
answer alone does not tell whether it is right.
"""

import collections

from flan_jax.world import telling

NONE = 'None of the above choices.'
_NONE = 0.3  # how often it is among the answers; it is right in a quarter of these
_FIRST_PERSON = 0.5

# The narrative, `*` where it turns | one turn | the other,
# then for each question: the question | its answer after one turn | after the other
NARRATIVES = telling.rows("""
{A} was lucky to get a seat on the crowded [bus/tram]. At the market an old woman came
in. She could hardly stand. * {A} thought of it several times that day.
| {A} jumped up and pointed to {his} seat.
| {A} looked out of the window and pretended not to see her.
| What will the old woman probably do? | Say a word of thanks and sit down.
| Hold on to a rail and go on standing.
| How did {A} probably feel afterwards? | Pleased to have been of help.
| Ashamed of such selfishness.

{As} [piano/French/driving] exam was to begin at nine sharp. * {he} ran the last part of
the way with a pounding heart. {B} stood at the gate and looked at the clock.
| {he} slept like a stone until half past eight, for no bell rang.
| {he} got up at six, but the tram broke down between two stops.
| Why did {A} have to run? | {he} had forgotten to set the alarm clock.
| The tram had let {him} down.
| What will {A} probably do before the next exam? | Look twice at the alarm clock.
| Leave much more time for the tram.

On {day} {A} baked a [plum/honey/lemon] cake from {his} grandmother's recipe. * {B} took
one bite, put down the fork and coughed. {A} threw the rest away.
| as the jars had no labels, {he} took white powder from the nearest one.
| while it stood in the oven, {he} talked on the telephone for two hours.
| What had gone wrong? | Salt had got into the cake instead of sugar.
| The cake had burned black.
| What will {A} probably do when baking again? | Taste what is in the jar first.
| Keep an eye on the oven.

{B} and {A} had been friends since school. On {day} {B} told {him} the great news over
coffee. * {A} smiled and said all the right things. On the way home {he} had to wipe
{his} eyes.
| {B} was going to move to the other side of the ocean.
| {B} was going to marry the very person whom {A} had loved in secret for years.
| Why did {A} have to wipe {his} eyes? | {he} would miss a close friend.
| {he} had lost all hope of a secret love.
| What may soon happen? | {A} will wave goodbye at an airport.
| {A} will sit at a wedding with a heavy heart.

In the middle of the night something scratched at {As} kitchen door. {he} crept down the
stairs with a torch in one hand and [an umbrella/a broom] in the other. * {he} laughed
out loud and went back to bed.
| as soon as {he} opened the door, a thin wet cat walked in.
| it was just a branch that the wind rubbed against the wood.
| Why did {A} laugh? | {he} had been afraid of a little cat.
| {he} had been afraid of a bit of a tree.
| What will {A} probably do in the morning? | Ask around whose animal it is.
| Fetch the garden saw.

{A} stood at the till with a full basket and reached into {his} bag. * The people in the
queue sighed. {A} turned red.
| {his} purse was not there.
| {his} purse was there, but three times the machine refused the secret number.
| Why did {A} turn red? | {he} had left all {his} money at home.
| {he} had forgotten the secret number.
| What will {A} probably do next? | Run home for the purse.
| Ask the bank for a new number.

{B} and {A} went to the animal shelter, just to have a look. A brown dog stood in the
last cage. * {they} looked at each other. Nobody had to say a word.
| it wagged its tail and licked {As} hand through the bars.
| it bared its teeth at everybody who came near.
| Why did nobody have to say a word? | Both had fallen in love with the dog.
| Both had no wish to be bitten.
| What will the two probably do? | Take the brown dog home.
| Leave the brown dog in its cage.

{A} had asked twelve friends to {his} birthday party. {he} had cooked all day and laid
the long table. * At nine {he} blew out the candles on the cake.
| then a snowstorm closed every road to the village.
| from six o'clock on the doorbell rang again and again.
| What may happen to the food that night? | Most of it will be left over.
| A merry crowd will eat it up.
| How did {A} probably feel at nine? | Lonely at such a long table.
| Glad to be among so many friends.

Nobody had seen {As} neighbour for [three/four/five] days. A heap of newspapers lay on
the mat in front of the door. *
| {A} knocked, and a faint voice called from the floor inside.
| then {A} got a postcard from the neighbour, with palm trees on it.
| What had probably happened? | The neighbour had had a bad fall.
| The neighbour had gone on holiday.
| What will {A} probably do next? | Send for a doctor.
| Take in the newspapers until the neighbour is back.

{B} and {A} walked to [a castle/a waterfall/a mountain hut], ten miles there and back. *
Halfway {A} sat down on a stone and pulled off {his} boots. {B} looked at {As} feet and
groaned.
| {A} wore new boots, bought the day before.
| {they} had to wade through a stream that was deeper than it looked.
| Why did {A} pull off {his} boots? | The stiff leather had rubbed the skin off.
| {his} boots had filled with water.
| What will {A} probably do next? | Put plasters on both heels.
| Wring out a pair of socks.

{A} wrote {B} a message that made fun of the boss's [singing/hat/poems]. Then {he} went
to lunch. When {he} came back, the whole office stared at {him}. *
| {he} had sent it to everybody in the firm by mistake.
| {B} had read it out to everybody over coffee.
| What had happened during lunch? | The message had gone to all instead of one.
| A friend had made the message known.
| How did {A} probably feel? | Angry about such carelessness.
| Angry with a friend who could not keep quiet.

{A} put {his} grey suitcase on the rack of the train, next to three others. In {town}
{he} grabbed it in a hurry and jumped out. At the hotel {he} opened it and stared. *
| it was full of [violin music/baby clothes/fishing tackle] that {he} had never seen.
| a bottle of ink had burst, and every one of {his} shirts was blue.
| What had happened? | {he} had taken somebody else's suitcase.
| Something had leaked over {his} clothes.
| What will {A} probably do next? | Tell the railway about a mix-up on the rack.
| Put all the shirts into the wash.

{As} youngest child stood on the high diving board for the first time. Everybody at the
pool looked up. * {A} jumped up from {his} towel and ran to the edge.
| the child jumped, and came up again with a shout of joy.
| the child looked down, turned pale and clung to the rail.
| Why did {A} run to the edge? | To praise the child for the jump.
| To help the child down.
| How did the child probably feel? | Proud of such a big jump.
| Too frightened to move.

For two hours {A} sat in the corridor of the hospital, unable to read a line of {his}
magazine. At last the doctor came with the results. *
| already from far off she smiled and held up her thumb.
| she sat down beside {him} and asked in a low voice if {he} had come alone.
| What did the doctor probably say next? | That nothing was wrong with {A}.
| That {A} would have to be very brave.
| How did {A} probably feel at that moment? | Relieved to be healthy.
| Afraid of being gravely ill.

{A} queued all night for tickets to a concert in {town}. It was bitterly cold. * Then
{he} telephoned {B}.
| the last two tickets went to {him}.
| the last two tickets went to the man in front of {him}.
| What did {A} probably tell {B}? | That the two would hear the concert together.
| That the cold night had been for nothing.
| How did {A} probably feel? | Thrilled to have got the last tickets.
| Bitter about a night spent in vain.

{A} grew [lettuce/strawberries/peas] behind the house. One morning half of the plants
were gone. * {he} went straight to the shed.
| two long ears vanished under the hedge when {he} came out.
| trails of slime shone on the ground.
| What had happened to the plants? | A rabbit had eaten them.
| Snails had eaten them.
| What will {A} probably do about the plants? | Put a fence round them.
| Pick the pests off the leaves at night.

{A} shared a flat with {B}. It was {B}'s turn to do the washing-up. * {A} took off {his}
coat and drew a deep breath.
| when {A} came in, the sink was full of plates, and {B} was playing cards.
| when {A} came in, the kitchen shone, and a hot meal was on the table.
| What did {A} probably say? | That the plates had to be washed at once.
| That the kitchen and the meal were a lovely surprise.
| How did {A} probably feel? | Annoyed by a lazy flatmate.
| Touched by a kind flatmate.

{B} and {A} rented a cabin in the mountains. In the second night so much snow fell that
the door did not open any more. * {they} looked at each other.
| the shelves were full of food, and there was firewood for a month.
| there was half a loaf left, and the last log was burning.
| How did the two probably feel? | Snug in a warm cabin.
| Afraid of cold and hunger.
| What will the two probably do next? | Cook soup and get out the cards.
| Climb out of a window to fetch help.

{A} found a letter from {B} under the door. {they} had not spoken since {their} quarrel
in [spring/autumn/June]. * {A} read it twice and reached for {his} coat.
| {B} called the quarrel foolish and asked for a talk.
| {B} demanded a large sum of money and spoke of the court.
| Why did {A} reach for {his} coat? | {he} wanted to make peace with an old friend.
| {he} needed the advice of a lawyer.
| What did {A} learn from the letter? | That the quarrel might soon be over.
| That {B} did not mean to give in.

At dinner time the smoke alarm howled, and the whole house ran out in slippers. The
firemen went in and came out again with a grin. * {A} did not know where to look.
| {A} had forgotten two slices of bread in the toaster.
| {A} had taken a long hot shower with the door open.
| Why did the smoke alarm howl? | A slice of toast had burned.
| Steam had risen to the alarm.
| What will {A} probably do from now on? | Stay beside the toaster.
| Shut the bathroom door.

{A} stood on the pier and took pictures of the sunset with a new phone. * For a while
{he} just stared at {his} empty hand.
| it slipped out of {his} fingers, and there was a splash.
| a cyclist snatched it in passing and raced away.
| What had happened to the phone? | It had fallen into the sea.
| It had been stolen.
| What will {A} probably do next? | See if it can be fished out with a net.
| Tell the police what the cyclist looked like.

{A} taught the [third/fourth/fifth] class at the school in {town}. One morning {B}'s
desk was empty. * In the break {A} made a telephone call.
| the other pupils had heard that {B} was covered with red spots.
| the other pupils had heard that {B} had moved to another country.
| Why was the desk empty? | The pupil had fallen ill.
| The pupil lived too far away now.
| What may happen to the desk? | The same pupil will soon be back at it.
| Another pupil will be allowed to use it.

{A} bought a dusty violin at the flea market for next to nothing. {B}, who repaired
instruments, took a long look at it. * {A} had to sit down.
| {B} found a famous name inside and whispered a sum with many zeros.
| {B} tapped on the back, and the worm-eaten wood fell to pieces.
| What did {A} learn about the violin? | That it was worth a fortune.
| That it could not be saved.
| What will {A} probably do with the violin? | Lock it up in a safe.
| Throw it away.

A new family moved into the house next door. {A} baked some [biscuits/rolls] and rang
the bell. * In the evening {A} told {B} all about it.
| they asked {him} in, and the talk went on until it was dark.
| a voice behind the door said that no visitors were wanted.
| How did {A} probably feel in the evening? | Glad of such friendly neighbours.
| Hurt by such rude neighbours.
| What will {A} probably do in the next weeks? | Invite the new family to dinner.
| Keep away from the new family.

{A} cycled home along the canal. * Half an hour later {he} stood in the doorway, and {B}
burst out laughing.
| there was no roof far and wide when it began to pour.
| the chain came off, and {he} put it back with {his} bare hands.
| Why did {B} burst out laughing? | {A} was dripping wet.
| {A} had black hands and a black nose.
| What will {A} probably do next? | Change into dry clothes.
| Scrub the oil off with soap.

The screen at the airport showed {As} flight in red. * {he} took out the phone and
called {B}, who was to meet {him} in {town}.
| it would not leave before the next day.
| it would leave two hours late.
| What did {A} probably tell {B}? | That there was no need to come that day.
| That the evening would start two hours later.
| What will {A} probably do next? | Look for a bed near the airport.
| Pass the time in a cafe at the airport.

{A} asked the hairdresser to take off just an inch. Then {he} closed {his} eyes and
thought of [the sea/the holidays/lunch]. * {A} looked into the mirror for a long time.
| when {he} opened them again, hardly a hair was left.
| when {he} opened them again, {he} had never been so pleased with {himself}.
| How did {A} probably feel in front of the mirror? | Shocked to be nearly bald.
| Delighted with the new haircut.
| What will {A} probably do in the next weeks? | Wear a hat.
| Recommend the hairdresser to friends.

{A} rented a rowing boat for an hour. In the middle of the lake {he} lay down and fell
asleep. * On the shore the owner of the boats waved both arms.
| when {he} woke up, the sun was going down.
| after a few minutes {his} back felt cold, for water was coming through the boards.
| Why did the owner of the boats wave? | The boat should have been back long before.
| The boat was about to sink.
| What will {A} probably have to do? | Pay for some more hours.
| Bail out water with both hands.

{A} brought home a basket of mushrooms and showed them to {B}, who knew every kind. *
{A} gave a long sigh.
| {B} turned pale and threw them all away.
| {B} sniffed at them and reached for the frying pan.
| What did {B} see at once? | That some of the mushrooms were poisonous.
| That the mushrooms were good to eat.
| What will {A} probably do next? | Wash {his} hands very carefully.
| Lay the table for a feast.
""")

# (narrative, question, answer after one turn, answer after the other)
_QUESTIONS = tuple((row, *row[place:place + 3])
                   for row in NARRATIVES for place in range(3, len(row), 3))


def _kind(asked):
  """'Why', 'What will', ...: what begins alike asks for the same sort of answer."""
  return 'Why' if asked.startswith('Why') else ' '.join(asked.split()[:2])


# {kind: (narrative, answer) of every question of that kind}
_ANSWERS = collections.defaultdict(list)
for _row, _asked, *_pair in _QUESTIONS:
  _ANSWERS[_kind(_asked)] += [(_row, _answer) for _answer in _pair]


def question(world):
  """(narrative, question, four answers in any order, place of the right one)."""
  row, asked, *pair = world.choice(_QUESTIONS)
  turn = world.random.randrange(2)
  others = [answer for other, answer in _ANSWERS[_kind(asked)] if other is not row]
  narrative, asked, right, *wrong = _worded(world, [
      row[0].replace('*', row[1 + turn]), asked, pair[turn], pair[1 - turn],
      *world.random.sample(others, 2)])
  if world.random.random() < _NONE:
    # Right as often as any other answer, so that its presence gives nothing away.
    right, wrong = world.choice(
        [(NONE, wrong), *3 * [(right, [NONE, *wrong[:2]])]])
  answers = [right, *wrong]
  world.random.shuffle(answers)
  return narrative, asked, answers, answers.index(right)


def _worded(world, texts):
  """The narrative as its hero tells it or as others do, the rest as others do."""
  slots = telling.roles(world, _FIRST_PERSON)
  outside = slots
  if slots['A'] == 'I':
    outside = slots | {
        'A': 'the narrator', 'As': "the narrator's", 'he': 'they', 'him': 'them',
        'his': 'their', 'himself': 'themselves'}
  narrative, *others = telling.settled(world, texts)
  return [telling.told(narrative, slots)] + [
      telling.told(text, outside) for text in others]
