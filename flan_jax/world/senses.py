"""Words of several senses, each sense with sentences of its own.

    pair(world)  the word 'bank', 'Nora took the money to the bank.' (34 to 38),
                 'Willows grow along the banks.' (23 to 28), two senses
"""

import dataclasses
import re

from flan_jax.world import lexicon
from flan_jax.world.lexicon import table
from flan_jax.world.text import capitalized

# word | sentences in one sense | in another one | ...; *the word* may be inflected
_WORDS = table("""
bank | {Ann} took the money to the *bank*; the *bank* in {Town} refused {Ben} a loan; \
  every *bank* was closed on {day}; a *bank* lends money and charges interest \
  | they moored the boat at the left *bank*; \
  after the storm the river burst its *banks*; {Ann} fished from the muddy *bank*; \
  willows grow along the *bank* of the stream
bark | the *bark* of the old oak was rough; beetles live under the *bark*; \
  {Ann} carved a heart into the *bark* | the *bark* of the dog woke {Ben}; \
  there was one loud *bark* and the burglar ran; the puppy gave a happy *bark*
bat | a *bat* flew out of the cave at dusk; {Ann} saw a *bat* hanging upside down; \
  *bats* find their prey in the dark | {Ben} hit the ball with the *bat*; \
  {Ann} broke a wooden *bat* in the last match; the player swung the *bat* and missed
spring | the snow melts in *spring*; the *spring* was late in {Town} this year; \
  {Ann} plants tulips every *spring* | a *spring* in the mattress had broken; \
  the toy jumps because of a metal *spring*; {Ben} replaced the *spring* in the clock \
  | they drank from a *spring* in the hills; clear water bubbled from the *spring*; \
  {Ann} filled the bottle at the *spring*
seal | a *seal* was sleeping on the rocks; {Ann} threw a fish to the *seal*; \
  the *seals* dived under the ice | {Ann} broke the *seal* of the letter; \
  the *seal* on the parcel was unbroken; a red *seal* kept the envelope shut
match | {Ann} lit the candle with a *match*; the *matches* were too damp to burn; \
  {Ben} struck a *match* in the dark | our team lost the *match* on {day}; \
  the *match* between {Town} and the visitors was a draw; \
  {Ann} missed the end of the *match*
ring | {Ben} wore a gold *ring*; the *ring* slipped off {Ann}'s finger; \
  a *ring* with a blue stone lay in the box \
  | nobody heard the *ring* of the telephone; {Ann} answered at the first *ring*; \
  there was a *ring* at the door
star | a bright *star* rose above the hill; \
  {Ann} counted the *stars* through the window; sailors once steered by the *stars* \
  | the *star* of the film gave {Ben} an autograph; she became a *star* overnight; \
  fans waited for the *star* outside the theatre
wave | a huge *wave* overturned the boat; {Ann} jumped over the *waves* at the beach; \
  the *waves* beat against the harbour wall | {Ben} left with a friendly *wave*; \
  she gave us a *wave* from the window; with a *wave* of the hand {Ann} said goodbye
nail | {Ben} hung the picture on a *nail*; a rusty *nail* stuck out of the plank; \
  {Ann} hammered a *nail* into the wall \
  | {Ann} painted every *nail* a different colour; \
  {Ben} bites his *nails* at the cinema; the *nail* on her thumb was broken
pupil | every *pupil* has a desk; the teacher praised a *pupil* called {Ann}; \
  the *pupils* had a test on {day} | the doctor looked into the left *pupil*; \
  the *pupil* of the eye widens in the dark; the cat's *pupils* were narrow slits
palm | coconuts fell from the *palm*; {Ann} rested in the shade of a *palm*; \
  the beach was lined with tall *palms* | {Ben} held the coin in his *palm*; \
  the fortune-teller studied {Ann}'s *palm*; \
  a blister formed on the *palm* of her hand
date | {Ann} ate a sweet *date*; they stuffed the *dates* with nuts; \
  the *dates* were dried in the sun | what *date* is {day}?; \
  the *date* on the letter was wrong; {Ben} forgot the *date* of the wedding
trunk | ivy covered the *trunk* of the tree; \
  {Ben} leaned against the *trunk* of an oak; \
  a woodpecker tapped on the hollow *trunk* | the elephant raised its *trunk*; \
  it picked up the peanut with its *trunk*; \
  the elephant sprayed {Ann} through its *trunk*
crane | a *crane* waded through the marsh; {Ann} photographed a *crane* and its nest; \
  two *cranes* flew over {Town} | the *crane* lifted the steel beam; \
  {Ben} operates a *crane* at the building site; the *crane* unloaded the ship
mouse | the cat caught a *mouse*; a *mouse* had nibbled at the cheese; \
  {Ann} is afraid of the *mouse* in the cellar \
  | click with the left button of the *mouse*; \
  {Ben} bought a wireless *mouse* for the computer; the *mouse* needs a new battery
key | {Ann} turned the *key* in the lock; {Ben} lost the *key* to the flat; \
  the *key* hung on a nail by the door \
  | her finger struck the wrong *key* of the piano; \
  the *keys* of the old organ had turned yellow; \
  {Ann} could not reach the lowest *key*
scale | the *scales* of the fish glittered; {Ann} scraped a *scale* off the trout; \
  a snake is covered with *scales* | the *scale* of the map was printed in the corner; \
  the model was built to a *scale* of one to ten; at this *scale* {Town} is only a dot
organ | the heart is an *organ*; smoking harms almost every *organ*; \
  the surgeon removed the damaged *organ* | {Ann} plays the *organ* in church; \
  the pipes of the *organ* were cleaned on {day}; \
  {Ben} heard the *organ* at the wedding
bill | the waiter brought {Ann} the *bill*; {Ben} paid the *bill* on {day}; \
  the electricity *bill* was a shock | the duck had a flat yellow *bill*; \
  the stork caught the frog with its *bill*; \
  the bird cleaned its feathers with its *bill*
chest | {Ben} felt a pain in the *chest*; the doctor listened to {Ann}'s *chest*; \
  the gorilla beat its *chest* | {Ann} kept the blankets in a wooden *chest*; \
  the pirates buried a *chest* of gold; the lid of the *chest* was locked
club | {Ann} joined a chess *club*; the *club* in {Town} has eighty members; \
  {Ben} is the treasurer of the *club* | {Ben} chose a heavy *club* for the long shot; \
  {Ann} carried the golf *clubs*; the *club* sent the ball over the trees
court | the *court* found {Ben} guilty; {Ann} gave evidence in *court*; \
  the *court* will decide on {day} | they played tennis on a clay *court*; \
  {Ann} swept the leaves off the *court*; the *court* has a new net
current | the *current* carried the boat downstream; {Ben} swam against the *current*; \
  the *current* is dangerous near the bridge \
  | the *current* flows through a copper wire; \
  {Ann} switched off the *current* before mending the lamp; \
  a battery supplies the *current*
deck | the sailors scrubbed the *deck*; {Ann} stood on *deck* and watched the sea; \
  the upper *deck* of the ship was empty | {Ben} shuffled the *deck*; \
  there are four aces in the *deck*; {Ann} drew a card from the *deck*
file | {Ben} smoothed the edge with a *file*; the prisoner hid a *file* in a cake; \
  a coarse *file* is used on wood | {Ann} deleted the *file* by mistake; \
  the *file* was too large to send; {Ben} saved the *file* on the computer
horn | the goat had a broken *horn*; the bull lowered its *horns*; \
  a *horn* grows on the nose of the rhino | the driver sounded the *horn*; \
  {Ann} heard the *horn* of a lorry; the *horn* of the old car no longer works
jam | {Ann} spread *jam* on the toast; the *jam* was made of plums; \
  a jar of *jam* stood on the table | {Ben} was stuck in a *jam* near {Town}; \
  an accident caused the *jam* on the motorway; the *jam* lasted until the evening
letter | {Ann} posted the *letter* on {day}; a *letter* from {Ben} lay on the mat; \
  she answered the *letter* at once | the first *letter* of the word is missing; \
  there are five *letters* in that name; {Ben} cannot pronounce the *letter* R
mine | coal was dug in the *mine*; the *mine* near {Town} is two miles deep; \
  {Ben} worked in a salt *mine* | the ship struck a *mine* and sank; \
  soldiers cleared the *mines* from the field; a *mine* exploded under the lorry
mole | a *mole* had dug up the lawn; {Ann} rescued a *mole* from the cat; \
  *moles* live underground | {Ben} has a *mole* on his left cheek; \
  the doctor examined the *mole* on {Ann}'s back; a dark *mole* can be removed
note | the singer held the high *note*; {Ann} played a wrong *note* on the flute; \
  the tune ends on a low *note* | {Ben} left a *note* on the kitchen table; \
  {Ann} slipped a *note* under the door; the *note* said that dinner was in the oven
pen | {Ann} signed with a *pen*; the *pen* has run out of ink; \
  {Ben} chewed the end of the *pen* | the sheep were driven into the *pen*; \
  {Ben} mended the fence of the *pen*; a pig escaped from its *pen*
pitch | the players ran onto the *pitch*; the *pitch* was covered with snow on {day}; \
  {Ann} mowed the football *pitch* | the *pitch* of her voice rose with excitement; \
  the two notes differ in *pitch*; {Ben} cannot sing at the right *pitch*
plant | {Ann} watered the *plant*; this *plant* needs a lot of sun; \
  {Ben} put the *plant* into a bigger pot | the *plant* in {Town} makes tyres; \
  five hundred people work at the *plant*; the car *plant* closed on {day}
pool | {Ann} swam ten lengths of the *pool*; the *pool* was drained for cleaning; \
  {Ben} dived into the *pool* | they played *pool* in the back room; \
  {Ben} lost at *pool* on {day}; {Ann} put chalk on the tip before a game of *pool*
port | the ship left the *port* at dawn; {Town} grew rich as a *port*; \
  cargo is unloaded at the *port* | {Ann} sipped a glass of *port*; \
  a bottle of old *port* stood in the cellar; {Ben} likes *port* with cheese
pound | {Ann} bought a *pound* of cherries; the parcel weighed a *pound*; \
  {Ben} lost ten *pounds* on the diet | the ticket cost one *pound*; \
  {Ben} borrowed twenty *pounds* from {Ann}; the *pound* fell against the euro
press | the minister spoke to the *press*; the *press* wrote about {Ann} for weeks; \
  freedom of the *press* is protected by law | the grapes are crushed in a *press*; \
  {Ben} put the flowers into a *press*; the *press* squeezes the oil out of the olives
record | {Ann} put a *record* on the turntable; the *record* was scratched; \
  {Ben} collects jazz *records* | the runner broke the world *record*; \
  {Ann} holds the *record* for the long jump; the *record* has stood for ten years
rock | the climber slipped on the wet *rock*; {Ben} sat down on a *rock* by the sea; \
  the ship struck a *rock* | {Ann} prefers *rock* to folk music; \
  the band plays loud *rock*; {Ben} heard *rock* on the radio all day
row | {Ann} sat in the front *row*; a *row* of poplars lined the road; \
  {Ben} planted the beans in *rows* | they had a *row* about money; \
  the neighbours heard the *row* through the wall; \
  after the *row* {Ann} apologised to {Ben}
ruler | {Ann} drew a straight line with a *ruler*; \
  the *ruler* is thirty centimetres long; {Ben} measured the card with a *ruler* \
  | the *ruler* of the island was cruel; the people rose against their *ruler*; \
  {Town} had a wise *ruler* in those days
sentence | the *sentence* has no verb; {Ann} read the last *sentence* aloud; \
  every *sentence* ends with a full stop | the judge passed *sentence* on the thief; \
  {Ben} served a *sentence* of two years; the *sentence* was reduced by a higher court
shower | a sudden *shower* wet the tents; the *shower* was over in ten minutes; \
  *showers* are expected in {Town} on {day} | {Ann} sang in the *shower*; \
  the water in the *shower* was cold; {Ben} repaired the tap of the *shower*
sole | the *sole* of the shoe had a hole; {Ben} cut the *sole* of his foot; \
  a stone stuck to the *sole* of {Ann}'s boot | the fishermen caught a *sole*; \
  the *sole* is a flat fish; a *sole* lay hidden in the sand of the sea
square | a *square* has four equal sides; {Ann} cut the paper into a *square*; \
  the tiles are small *squares* | the market is held in the *square*; \
  a fountain stands in the main *square* of {Town}; {Ben} crossed the *square*
table | {Ann} laid the *table* for dinner; the *table* has a wobbly leg; \
  {Ben} put the vase on the *table* | the *table* lists the population of each town; \
  {Ben} found the figure in the *table* on page ten; \
  the last column of the *table* is empty
tank | the *tank* holds fifty litres of petrol; {Ann} filled the *tank* with water; \
  there was a leak in the *tank* | a *tank* rolled into the enemy village; \
  the soldiers climbed out of the *tank*; the *tank* fired at the bridge
temple | the *temple* was built of marble; pilgrims prayed in the *temple*; \
  {Ann} visited a ruined *temple* near {Town} | the ball struck {Ben} on the *temple*; \
  {Ann} felt a throbbing in her *temples*; his hair was grey at the *temples*
tie | {Ben} wore a striped *tie* to the interview; {Ann} bought a silk *tie*; \
  the knot of the *tie* was loose | the game ended in a *tie*; \
  there was a *tie* for second place; \
  {Ann} and {Ben} both scored six, so it was a *tie*
tip | {Ann} left the waiter a *tip*; the *tip* was ten per cent; \
  the driver thanked {Ben} for the *tip* | the *tip* of the pencil broke; \
  the cat has a white *tip* on its tail; {Ben} burned the *tip* of his tongue
train | the *train* to {Town} was late; {Ann} missed the last *train*; \
  {Ben} slept on the *train* | the bride's *train* was three metres long; \
  two girls carried the *train* of the dress; {Ann} stepped on the *train* of her gown
yard | the dog barked in the *yard*; {Ann} parked the cart in the *yard*; \
  hens ran about in the *yard* | a *yard* is three feet; \
  {Ben} bought two *yards* of cloth; the net is one *yard* high
cabinet | {Ann} keeps the medicine in a *cabinet*; the *cabinet* has glass doors; \
  {Ben} opened the top drawer of the *cabinet* \
  | the prime minister chose a new *cabinet*; the *cabinet* meets on {day}; \
  a member of the *cabinet* resigned
column | a marble *column* supports the roof; \
  {Ann} hid behind a *column* of the temple; the *columns* of the palace are cracked \
  | {Ben} writes a *column* for the newspaper; \
  {Ann} reads the gardening *column* every {day}; the *column* made readers laugh
branch | the monkey swung from a *branch*; a *branch* fell on the car in the storm; \
  {Ann} sawed off the dead *branch* | the firm opened a *branch* in {Town}; \
  {Ben} is the manager of our local *branch*; the *branch* is closed on {day}
fan | a *fan* cooled the hot office; {Ann} switched on the *fan*; \
  the *fan* hung from the ceiling | {Ben} is a *fan* of the team from {Town}; \
  the *fans* cheered when the singer came out; {Ann} has been a *fan* since childhood
bar | {Ann} ordered a drink at the *bar*; the *bar* stays open until midnight; \
  {Ben} met a friend in a *bar* in {Town} | {Ann} ate a *bar* of chocolate; \
  the thieves stole a *bar* of gold; a *bar* of soap lay by the sink
band | the *band* played until midnight; {Ann} sings in a *band*; \
  the *band* gave a concert in {Town} on {day} \
  | a rubber *band* held the cards together; {Ben} wore a black *band* around the arm; \
  the hat has a wide *band* of ribbon
capital | {Town} wants to become the *capital*; the king entered the *capital*; \
  the parliament sits in the *capital* | they raised *capital* for a new factory; \
  {Ben} put all his *capital* into shares; \
  without *capital* {Ann} could not open the shop
cell | the prisoner sat in a dark *cell*; the guard locked the *cell*; \
  {Ben} spent a night in a *cell* | {Ann} looked at a *cell* under the microscope; \
  every plant *cell* has a wall; the *cell* divides into two
figure | {Ann} added up the *figures*; the *figure* in the report is wrong; \
  {Ben} checked every *figure* on the bill | a dark *figure* stood at the gate; \
  {Ann} saw the *figure* of a man in the fog; a tall *figure* came down the stairs
glass | the vase is made of *glass*; the window was broken and *glass* lay everywhere; \
  *glass* is melted sand | {Ben} poured the juice into a *glass*; \
  {Ann} raised her *glass* to the guests; the *glass* was half full
head | {Ben} shook his *head*; the hat was too small for {Ann}'s *head*; \
  a ball hit him on the *head* | {Ann} is the *head* of the department; \
  the *head* of the school spoke on {day}; they elected a new *head* of the club
mouth | {Ann} opened her *mouth* to speak; the child's *mouth* was full of cake; \
  {Ben} wiped his *mouth* with a napkin | {Town} lies at the *mouth* of the river; \
  {Ben} rowed to the *mouth* of the stream; they sailed out of the river *mouth*
root | the *roots* of the tree lifted the pavement; \
  {Ann} pulled up the weed by its *root*; a carrot is a *root* \
  | envy was the *root* of the quarrel; the love of money is at the *root* of it; \
  {Ben} got to the *root* of the problem
crown | the queen wore a golden *crown*; jewels sparkled in the *crown*; \
  the *crown* is kept in a museum in {Town} \
  | the dentist put a *crown* on {Ann}'s tooth; {Ben} bit on a nut and lost a *crown*; \
  a gold *crown* covers the bad tooth
degree | water boils at a hundred *degrees*; it is one *degree* warmer than on {day}; \
  the oven was forty *degrees* too hot | {Ann} has a *degree* in physics; \
  {Ben} finished his *degree* in {Town}; a *degree* is required for the job
speaker | the *speaker* talked for an hour; the audience thanked the *speaker*; \
  {Ann} introduced the next *speaker* on {day} \
  | music came from the *speaker* on the shelf; {Ben} turned up the *speakers*; \
  a cable connects the *speaker* to the radio
volume | {Ann} took the third *volume* off the shelf; \
  the encyclopedia has ten *volumes*; a *volume* of the old atlas lay open \
  | {Ben} turned down the *volume* of the radio; \
  the *volume* was so high that the walls shook; a button controls the *volume*
wing | the bird had hurt its *wing*; the butterfly spread its *wings*; \
  an owl beats its *wings* without a sound \
  | the east *wing* of the palace burned down; \
  {Ann} works in the new *wing* of the hospital; \
  a second *wing* was added to the school
tongue | {Ben} burned his *tongue* on the soup; the dog's *tongue* hung out; \
  {Ann} put out her *tongue* | Latin is an ancient *tongue*; \
  they spoke in a foreign *tongue*; {Ann} longed to hear her native *tongue*
bulb | {Ann} planted a tulip *bulb*; the *bulbs* flower in May; \
  mice ate the *bulbs* in the flower bed | the *bulb* in the lamp has burned out; \
  {Ben} unscrewed the hot *bulb*; a bare *bulb* lit the room
charge | the hotel *charged* {Ann} for two nights; they *charge* five coins a ticket; \
  how much did {Ben} *charge* you? | {Ann} *charged* the battery overnight; \
  the telephone must be *charged* again; {Ben} forgot to *charge* the torch
catch | {Ann} *caught* the ball with one hand; {Ben} could not *catch* the keys; \
  the dog *caught* the stick in the air | {Ben} *caught* a cold in {Town}; \
  children often *catch* the measles; {Ann} *caught* the flu on {day}
raise | {Ann} *raised* her hand; the sailors *raised* the flag; \
  {Ben} *raised* the lid of the box | {Ann} *raised* three children alone; \
  {Ben} was *raised* by an aunt in {Town}; they *raised* their sons to be honest
miss | {Ann} *missed* the bus by a minute; {Ben} *missed* the boat to {Town}; \
  hurry, or you will *miss* the train | {Ben} *misses* his old friends; \
  we shall *miss* you when you are gone; {Ann} *missed* her family at Christmas
fire | the soldiers *fired* three shots; someone *fired* a cannon from the tower; \
  the hunter *fired* his gun into the air | the company *fired* {Ben} on {day}; \
  {Ann} was *fired* for being late; the boss *fires* lazy workers
break | {Ann} *broke* the cup; {Ben} *broke* a window with the ball; \
  the boys *broke* a plate | {Ben} *broke* his promise; \
  a friend does not *break* a promise; {Ann} never *breaks* her word
play | the children *play* chess every {day}; {Ann} *played* cards with {Ben}; \
  we *played* football in the yard | {Ann} *plays* the violin; \
  {Ben} *played* the piano at the party; can you *play* the flute?
serve | the waiter *served* the soup; breakfast is *served* at eight; \
  {Ann} *served* the guests some tea | {Ben} *served* three years in prison; \
  the thief has *served* his sentence; she *served* only half of her term
follow | a dog *followed* {Ann} home; {Ben} *followed* the guide into the cave; \
  the ducklings *follow* their mother | {Ann} could not *follow* the argument; \
  the lecture was hard to *follow*; \
  I explained it twice, but {Ben} did not *follow* me
draw | {Ann} *drew* a horse on the wall; the child *draws* with chalk; \
  {Ben} *drew* a map of {Town} | {Ann} *drew* the curtains at dusk; \
  {Ben} *drew* the blinds against the sun; please *draw* the curtain in the bedroom
hold | {Ann} *held* the baby in her arms; {Ben} *held* the rope with both hands; \
  *hold* this bag for me | the club *holds* a meeting every {day}; \
  the fair was *held* in {Town}; they will *hold* the election in May
address | {Ann} *addressed* the envelope to {Ben}; \
  the parcel was *addressed* to {Town}; you must *address* the letter clearly \
  | the mayor *addressed* the crowd; {Ben} *addressed* the meeting on {day}; \
  she will *address* the nation tonight
grow | {Ann} *grows* roses behind the house; farmers near {Town} *grow* wheat; \
  {Ben} *grew* tomatoes on the balcony | the soup *grew* cold; \
  {Ann} *grew* tired of waiting; it *grew* dark on the way home
treat | the doctor *treated* {Ann} for a fever; the wound was *treated* in hospital; \
  a vet *treats* sick animals | {Ben} *treated* his friends to lunch; \
  {Ann} *treated* herself to a new hat; let me *treat* you to an ice cream
run | {Ann} *ran* to the bus stop; the dog *runs* faster than {Ben}; \
  the boys *ran* across the field | {Ann} *runs* a bakery in {Town}; \
  {Ben} *ran* the firm for ten years; the hotel is *run* by two sisters
beat | our team *beat* the champions; {Ann} *beat* {Ben} at chess on {day}; \
  nobody could *beat* the runner from {Town} | *beat* the eggs with the sugar; \
  {Ann} *beat* the cream until it was stiff; the butter must be *beaten* well
pass | {Ann} *passed* the exam on {day}; only ten pupils *passed* the test; \
  {Ben} hopes to *pass* in mathematics | please *pass* the salt; \
  {Ben} *passed* the bread to {Ann}; the plates were *passed* round the table
drop | {Ben} *dropped* the plate on the floor; {Ann} *dropped* a coin into the well; \
  be careful not to *drop* the vase | {Ann} *dropped* Latin after one year; \
  {Ben} wants to *drop* the course; the plan was *dropped* on {day}
cross | {Ann} *crossed* the road; the ferry *crosses* the river on {day}; \
  {Ben} *crossed* the bridge to {Town} | {Ann} *crossed* her legs under the table; \
  {Ben} *crossed* his arms and waited; she sat with her ankles *crossed*
save | the firefighter *saved* the child; {Ann} *saved* {Ben} from drowning; \
  a new drug *saved* her life | {Ben} *saves* a tenth of his wages; \
  {Ann} *saved* enough for a bicycle; they are *saving* money for a house
turn | {Ann} *turned* the wheel of the mill; {Ann} *turned* the key in the lock; \
  {Ben} *turned* the handle twice | the leaves *turned* red; \
  {Ann} *turned* pale at the news; the milk has *turned* sour
""")


@dataclasses.dataclass(frozen=True)
class Use:
  """A sentence and where in it the word stands: `sentence[start:end]`."""

  sentence: str
  start: int
  end: int


def pair(world):
  """A word, two uses of it, and whether they share the sense."""
  word, *senses = world.choice(_WORDS)
  senses = [re.split(r';\s*', sense) for sense in senses]
  same = world.random.random() < 0.5
  if same:
    patterns = world.random.sample(world.choice(senses), 2)
  else:
    patterns = [world.choice(sense) for sense in world.random.sample(senses, 2)]
  return word, *(_use(world, pattern) for pattern in patterns), same


def _use(world, pattern):
  women = [p.first_name for p in world.people if p.pronoun == 'she']
  men = [p.first_name for p in world.people if p.pronoun == 'he']
  told = _begun(pattern.format(
      Ann=world.choice(women), Ben=world.choice(men), day=world.choice(lexicon.DAYS),
      Town=world.choice(world.towns).name))
  before, word, after = told.split('*')
  end = '' if after.endswith('?') else '.'
  return Use(f'{before}{word}{after}{end}', len(before), len(before + word))


def _begun(pattern):
  """'*bats* fly' -> '*Bats* fly': the first letter, wherever it stands."""
  return f'*{capitalized(pattern[1:])}' if pattern[0] == '*' else capitalized(pattern)
