"""Words of the world: plain lists, no logic.

Person names are ordinary and combine freely; towns, countries, rivers, coins and
titles are invented, so that no sentence can be right or wrong about the real world.
"""


def words(text):
  """'goat, guinea pig' -> ('goat', 'guinea pig'); newlines count as spaces."""
  return tuple(word.strip() for word in ' '.join(text.split()).split(','))


def table(text):
  """One row a line, columns separated by `|` -> tuple of tuples of strings."""
  lines = [line for line in text.splitlines() if line.strip()]
  return tuple(tuple(cell.strip() for cell in line.split('|')) for line in lines)


WOMEN = words("""
Ada, Alice, Amara, Anna, Beatrice, Bella, Carmen, Clara, Dora, Edith, Elena, Emma,
Esther, Farah, Fiona, Grace, Hana, Helen, Ida, Ines, Irene, Jane, Judith, Julia,
Karin, Laura, Leila, Lena, Lucy, Maria, Martha, Maya, Mina, Nadia, Nora, Olga,
Paula, Petra, Rosa, Ruth, Sara, Selma, Sofia, Tessa, Vera, Yasmin
""")

MEN = words("""
Adam, Alan, Anton, Arthur, Boris, Carl, Daniel, David, Edgar, Emil, Eric, Felix,
Frank, George, Hassan, Henry, Hugo, Ivan, Jacob, James, Jonas, Karim, Leo, Louis,
Luke, Marco, Martin, Max, Mohan, Nathan, Noah, Oliver, Omar, Oscar, Otto, Paul,
Peter, Ralph, Rashid, Robert, Samuel, Simon, Theo, Thomas, Victor, Walter
""")

SURNAMES = words("""
Abbott, Ahmed, Archer, Baker, Banerjee, Barnes, Becker, Bell, Bennett, Berg, Bishop,
Brandt, Campbell, Carter, Castillo, Chapman, Clarke, Cole, Costa, Cruz, Dalton,
Dawson, Delgado, Duarte, Ellis, Farrell, Fischer, Fletcher, Foster, Garcia, Gibson,
Graham, Haddad, Hansen, Harper, Hayes, Hoffman, Hughes, Ibrahim, Jansen, Jensen,
Kaplan, Keller, Khan, Kumar, Lambert, Larsen, Lindgren, Lopez, Malik, Mason, Meyer,
Moreau, Morgan, Murphy, Nakamura, Navarro, Novak, Olsen, Osborne, Parker, Patel,
Pereira, Porter, Quinn, Ramos, Reed, Romero, Sanders, Santos, Shaw, Silva, Sutton,
Tanaka, Turner, Vargas, Vogel, Walsh, Weber, Wright
""")

JOBS = words("""
baker, nurse, teacher, carpenter, tailor, gardener, dentist, painter, plumber, farmer,
librarian, photographer, florist, engineer, journalist, butcher, cook, judge, lawyer,
mechanic, pharmacist, surgeon, weaver, potter, clockmaker, locksmith, beekeeper,
blacksmith, bookseller, translator, accountant, lifeguard, postman, electrician,
bricklayer, shoemaker, glassblower, optician, veterinarian, bus driver
""")

# animal | plural | what its young are called
ANIMALS = table("""
cat | cats | kitten
dog | dogs | puppy
goat | goats | kid
sheep | sheep | lamb
cow | cows | calf
horse | horses | foal
pig | pigs | piglet
duck | ducks | duckling
goose | geese | gosling
owl | owls | owlet
frog | frogs | tadpole
lion | lions | cub
kangaroo | kangaroos | joey
swan | swans | cygnet
deer | deer | fawn
eagle | eagles | eaglet
""")

PETS = words("""
cat, dog, goat, rabbit, parrot, hamster, tortoise, pony, duck, canary, lizard,
guinea pig, goldfish, ferret, donkey, hen
""")

PET_NAMES = words("""
Biscuit, Pepper, Button, Clover, Ginger, Pickle, Shadow, Domino, Maple, Nutmeg,
Marble, Pebble, Teapot, Whisker, Sunny, Cocoa, Bramble, Waffle, Comet, Mango,
Pudding, Truffle, Velvet, Acorn, Bandit, Captain, Daisy, Echo, Feather, Gizmo
""")

INSTRUMENTS = words("""
piano, violin, cello, flute, trumpet, guitar, harp, drums, clarinet, accordion,
trombone, banjo, organ, saxophone, oboe, mandolin
""")

FOODS = words("""
tomato soup, apple pie, fried rice, lentil stew, mushroom pizza, cheese toast,
plum cake, potato salad, chicken curry, pumpkin bread, bean soup, fish pie,
rice pudding, onion tart, grilled corn, vegetable noodles, honey cake, roast carrots,
egg sandwiches, lemon ice cream, baked beans, pear jam, spinach omelette, cherry pie,
beetroot soup, garlic bread, walnut biscuits, cabbage rolls, peach yoghurt,
barley porridge
""")

COLOURS = words("""
red, blue, green, yellow, orange, purple, pink, brown, grey, white, black, turquoise
""")

MATERIALS = words("""
wood, copper, glass, silver, paper, leather, stone, clay, iron, wool, brass, bamboo
""")

HOBBIES = words("""
swimming, chess, knitting, cycling, fishing, rowing, skating, painting, sailing,
climbing, dancing, gardening, running, archery, juggling, baking, reading, hiking,
tennis, embroidery
""")

# what a person may own | what it may be made of
POSSESSIONS = table("""
kite | paper, bamboo
lantern | iron, copper, glass, paper
umbrella | paper, bamboo
teapot | clay, silver, glass, iron
chair | wood, iron, bamboo, leather
suitcase | leather, wood
clock | wood, brass, copper, stone
basket | bamboo, wool, leather
necklace | silver, glass, copper, stone
drum | wood, leather, copper
vase | clay, glass, brass, stone
mug | clay, wood, glass, copper
bench | wood, stone, iron
blanket | wool
bell | brass, copper, silver, iron
flute case | leather, wood
""")

# tool | what one does with it: each use fits one tool of this table only
TOOLS = table("""
ladle | serve soup
hammer | drive in nails
broom | sweep the floor
needle | sew cloth
thermometer | measure temperature
umbrella | stay dry in the rain
telescope | look at distant stars
microscope | look at very small things
kettle | boil water
compass | find north
scissors | cut paper
ladder | reach high places
corkscrew | open wine bottles
calendar | see the date
watering can | water plants
toothbrush | clean teeth
lighthouse | warn ships at night
bridge | cross a river
pillow | rest the head in bed
whistle | make a shrill sound
wallet | carry money
key | open a lock
candle | give light by a flame
shovel | dig a hole
anchor | keep a boat in place
axe | chop wood
brake | slow down a bicycle
dictionary | look up what a word means
refrigerator | keep food cold
parachute | fall slowly from a plane
saddle | sit on a horse
scarecrow | keep birds off a field
stapler | fasten sheets of paper together
stethoscope | listen to a heart
tent | sleep outdoors when camping
oar | row a boat
lawn mower | cut grass
sponge | soak up spilled water
stopwatch | time a race
magnet | pull iron objects closer
""")

PLACES = words("""
market, library, station, harbour, museum, school, bakery, park, theatre, garden,
workshop, kitchen, hospital, bus stop, post office, swimming pool, cafe, square,
bookshop, farm
""")

DAYS = words('Monday, Tuesday, Wednesday, Thursday, Friday, Saturday, Sunday')

COUNTRIES = table("""
Velmora | Velmoran
Tarsenia | Tarsenian
Quillia | Quillian
Brennovia | Brennovian
Ossaria | Ossarian
Lunderia | Lunderian
Pellonia | Pellonian
Korvania | Korvanian
Mirasia | Mirasian
Halvenia | Halvenian
Zerinia | Zerinian
Draymark | Draymarkish
""")

COINS = words("""
tallen, merrit, brask, dorvel, quint, sollar, perran, veck, lumer, gant, orrel, tib
""")

EMBLEMS = words("""
lion, eagle, owl, bear, stag, wolf, swan, horse, fox, falcon, bull, dolphin
""")

TOWN_BEGINNINGS = words("""
Tol, Mar, Bren, Cal, Dor, Fen, Gal, Hol, Ker, Lan, Mor, Nor, Pel, Quen, Ros, Sel, Tar,
Ul, Ves, Wil, Yar, Zel, Bel, Cor
""")

TOWN_ENDINGS = words('drel, vane, quist, mond, tholm, sack, lune, bry, nock, zane, sey')

RIVERS = words("""
Wenlow, Sorrin, Tamble, Ilder, Quenna, Brisket, Orsel, Nalder, Vimmer, Haskel, Lorrow,
Pindle, Umber Run, Greywash, Tessel, Marrick, Dunnow, Ebbel, Fallon Beck, Sivver
""")

CRAFTS = words("""
blue glass, wool blankets, goat cheese, clay pots, brass bells, paper lanterns,
wooden toys, honey, lace, olive oil, leather boots, silver spoons, candles, violins,
smoked fish, tea, cider, straw hats, umbrellas, kites, soap, ink, carpets, clocks,
baskets, apple juice, chocolate, rope, wax dolls, mirrors
""")

LANDMARKS = words("""
windmill, lighthouse, clock tower, castle, stone bridge, cathedral, water tower,
botanical garden, old prison, amphitheatre, observatory, covered market
""")

TITLE_ADJECTIVES = words("""
Silver, Hidden, Last, Crooked, Golden, Silent, Broken, Winter, Paper, Distant, Burning,
Hollow, Velvet, Northern, Restless, Wandering
""")

TITLE_NOUNS = words("""
Orchard, Harbour, Lantern, Letter, Staircase, Garden, Mirror, Promise, Journey, Island,
Clock, Window, Bridge, Stranger, Song, Kingdom
""")
