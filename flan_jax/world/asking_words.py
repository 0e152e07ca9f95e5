"""Words for the questions of `asking`: what fills the gaps of its patterns."""

from flan_jax.world import lexicon
from flan_jax.world.lexicon import table, words

# Who did it | what they did
DEEDS = table("""
inventor | invented the telephone
inventor | built the first steam engine
inventor | made the first light bulb
inventor | invented the printing press
inventor | built the first aeroplane
scientist | discovered penicillin
scientist | explained why apples fall
scientist | discovered radium
scientist | found out how the planets move
scientist | drew up the periodic table
painter | painted the Mona Lisa
painter | painted the ceiling of the Sistine Chapel
painter | cut off part of his ear
painter | painted melting clocks
composer | wrote the Moonlight Sonata
composer | wrote The Magic Flute
composer | went on composing when he was deaf
writer | wrote Romeo and Juliet
writer | created Sherlock Holmes
writer | wrote Don Quixote
writer | thought up Alice and the White Rabbit
sailor | first sailed around the world
explorer | reached the South Pole first
explorer | travelled to China and wrote a book about it
astronaut | was first to walk on the moon
climber | first stood on top of Mount Everest
emperor | crowned himself in Paris
general | crossed the Alps with elephants
queen | ruled Egypt before the Romans
king | signed the Magna Carta
nurse | carried a lamp through the hospital at night
philosopher | drank a cup of poison
philosopher | taught Alexander the Great
architect | designed the Eiffel Tower
mathematician | jumped out of his bath and cried Eureka
runner | brought the news from Marathon
""")

# Things of one group, which one may mistake for each other.
GROUPS = tuple(map(words, """
crocodile, alligator, lizard, salamander
frog, toad, newt
hare, rabbit, guinea pig
moth, butterfly, dragonfly
wasp, bee, hornet
violin, viola, cello
sea, lake, lagoon, bay
comet, meteor, asteroid, planet
novel, short story, fable, legend
hurricane, tornado, blizzard, monsoon
bacterium, virus, parasite
solicitor, barrister, notary
fruit, vegetable, herb
ship, boat, ferry, raft
mammal, reptile, amphibian
republic, monarchy, federation
simile, metaphor, proverb
ballad, sonnet, hymn
""".strip().split('\n')))

SHORT_AND_LONG = tuple(tuple(entry.split(' = ')) for entry in words("""
NATO = the North Atlantic Treaty Organization, NASA = the National Aeronautics and
Space Administration, FBI = the Federal Bureau of Investigation, CIA = the Central
Intelligence Agency, EU = the European Union, UN = the United Nations, IMF = the
International Monetary Fund, WHO = the World Health Organization, WTO = the World
Trade Organization, IOC = the International Olympic Committee, BBC = the British
Broadcasting Corporation, CNN = the Cable News Network, NBA = the National Basketball
Association, NHS = the National Health Service, MIT = the Massachusetts Institute of
Technology, IBM = International Business Machines, YMCA = the Young Men's Christian
Association, UK = the United Kingdom, USA = the United States of America, UAE = the
United Arab Emirates, AIDS = acquired immune deficiency syndrome, DNA =
deoxyribonucleic acid, RNA = ribonucleic acid, TNT = trinitrotoluene, PVC = polyvinyl
chloride, LPG = liquefied petroleum gas, MRI = magnetic resonance imaging, ECG =
electrocardiogram, ADHD = attention deficit hyperactivity disorder, GPS = the Global
Positioning System, ATM = automated teller machine, PIN = personal identification
number, ISBN = International Standard Book Number, VAT = value added tax, GDP = gross
domestic product, CEO = chief executive officer, PR = public relations, DIY = do it
yourself, VIP = very important person, IQ = intelligence quotient, UFO = unidentified
flying object, SUV = sport utility vehicle, GMT = Greenwich Mean Time, PhD = doctor of
philosophy, BA = bachelor of arts, MBA = master of business administration, MP =
member of parliament, GP = general practitioner, AI = artificial intelligence, IT =
information technology, CPU = central processing unit, RAM = random access memory, ROM
= read-only memory, USB = Universal Serial Bus, URL = uniform resource locator, HTML =
Hypertext Markup Language, PDF = portable document format, FAQ = frequently asked
questions, LED = light-emitting diode, LCD = liquid crystal display, DVD = digital
versatile disc, CD = compact disc, TV = television, FM = frequency modulation, UV =
ultraviolet, SPF = sun protection factor, ETA = estimated time of arrival, kg =
kilogram, km = kilometre, mph = miles per hour, rpm = revolutions per minute, OPEC =
the Organization of the Petroleum Exporting Countries, NGO = non-governmental
organization, HIV = human immunodeficiency virus, UHF = ultra-high frequency, AC =
alternating current, DC = direct current, CV = curriculum vitae, HR = human resources,
CFO = chief financial officer, GMO = genetically modified organism, IVF = in vitro
fertilization, CPR = cardiopulmonary resuscitation, ICU = intensive care unit, BMI =
body mass index, SMS = short message service, VPN = virtual private network, GPU =
graphics processing unit, LAN = local area network, DNS = domain name system, CCTV =
closed-circuit television, AGM = annual general meeting, SLR = single-lens reflex, RPG
= role-playing game, MVP = most valuable player, TBA = to be announced, POW = prisoner
of war, CET = Central European Time, ROI = return on investment, APR = annual
percentage rate, VHF = very high frequency
"""))

_BLOCKS = """
noun: barometer, glacier, peninsula, sonnet, hurricane, comet, enzyme, volcano,
tariff, gargoyle, metaphor, mortgage, catapult, sundial, fossil, oasis, glossary,
harbinger, isotope, lagoon, monsoon, nebula, orchard, palindrome, quarry, referendum,
schooner, tundra, vaccine, windfall, aqueduct, bonsai, canyon, dividend, embargo,
fjord, geyser, haiku, interpreter, jury, labyrinth, mirage, omen, parable, rhombus,
satellite, treaty, umpire, viaduct, zeppelin

thing: telescope, umbrella, compass, kettle, bicycle, pencil, piano, ladder, lantern,
camera, clock, toothbrush, stapler, zip, sewing machine, wheelbarrow

machine: steam engine, thermometer, refrigerator, lift, compass, camera, windmill,
vacuum cleaner, submarine, parachute, microwave oven, pendulum clock, lightning rod

process: water freezes, iron gets wet, a volcano erupts, you hold your breath, milk is
left in the sun, two clouds meet, a star dies, a river reaches the sea, the moon
stands before the sun, you mix blue and yellow, a balloon is filled with helium

task: remove ink from a shirt, tie a bow, boil an egg, sharpen a knife, fold a paper
crane, get rid of ants, tune a guitar, whiten old paper, prune a rose, clean a carpet,
bake bread, find north without a compass, catch a trout, dry flowers, polish silver,
train a puppy, learn to swim, measure the height of a tree, bind a book, varnish a
door

effect: thunder, rust, the tides, hiccups, earthquakes, rainbows, the seasons, fog,
dew, yawning, hay fever, headaches, avalanches, eclipses, the northern lights, dreams,
wrinkles, dandruff, toothache, frost on windows

beastly: carries its young in a pouch, sleeps upside down, builds dams, has the
longest neck, can change its colour, never forgets, lives in a hive, sheds its skin,
sings at night, carries its house on its back, sees best in the dark, spins a web

most: largest, smallest, fastest, heaviest, rarest, noisiest, strongest

beast: bird, fish, snake, insect, turtle, ape, bear, owl, spider, lizard, dog, whale

coloured: a ruby, an emerald, a sapphire, the sky on Mars, a polar bear's skin, a
flamingo, the middle stripe of the French flag, a school bus in New York, an aubergine

part: eighty-eight keys, four strings, a double reed, a slide, forty-seven strings,
pipes, valves, a bow, six strings, bellows

sporting: with a shuttlecock, on horseback, under water, on ice with brooms, with an
oval ball, on clay and grass, by two teams of eleven, with a cue, in the sand

plantlike: plant gives us linen, tree grows from an acorn, flower turns towards the
sun, plant catches flies, tree gives us rubber, tree has white bark, plant is
chocolate made of, flower is cut for tea, plant needs almost no water, tree lives
longest

product: glass, paper, soap, chalk, steel, bronze, porcelain, ink, chewing gum, silk,
mustard, sugar, plaster, linen, cheese, rope, varnish

bodily: makes tears, pumps blood, cleans the blood, is injured most often, keeps
growing, has no nerves, helps us to keep our balance, breaks down sugar

ill: did sailors get for want of fruit, is carried by mosquitoes, makes the skin turn
yellow, is called the king's evil, does a lack of iron lead to, comes back every
winter

described: a word that reads the same backwards, a group of lions, the study of stars,
a fear of heights, the young of a swan, a house made of snow, a shape with eight
sides, the place where bees live, a poem of fourteen lines, the loop on a belt, a male
goose, a story about one's own life, a sheep's cry, the back of a boat

adjective: happy, angry, brave, quick, lazy, clever, enormous, tiny, noisy, polite,
strange, tired, famous, empty, cruel, gentle, wealthy, ancient

vehicular: vehicle runs on two wheels without a motor, ship sank after it hit an
iceberg, boat is rowed with one oar, train crosses Siberia, car was built for
everybody, spacecraft first landed on the moon, vehicle clears the streets of snow

rhyme: orange, silver, month, star, river, stone, night, flower, window, candle, moon

counted: legs does a spider have, teeth does a dog have, players are in a cricket
team, strings has a violin, bones are in the hand, keys has a piano, feet are in a
mile, moons has Mars, sides has a cube, days are in a leap year, stars are on the flag
of China, people live in France, letters has the Greek alphabet, hearts has an octopus

org: NATO, NASA, the FBI, the CIA, the EU, UNESCO, UNICEF, the IMF, FIFA, the BBC, the
WTO, CNN, the IOC, the UN, IBM, the WHO, the NBA, the YMCA, MIT, the NHS

liquid: water, olive oil, mercury, milk, vinegar, sea water, alcohol, petrol

runner: horse, lion, deer, dog, cat, kangaroo, ostrich, cheetah, hare, wolf, elephant

urban: has the oldest underground railway, lies on two continents, is built on canals,
was buried by Vesuvius, has the Colosseum, held the first Olympic Games, has a Golden
Gate, is known for its leaning tower, was once called Constantinople, has Big Ben

national: has the most lakes, has a maple leaf on its flag, is the smallest in the
world, sent the first man into space, gave the world pizza, has no army, is shaped
like a boot, drinks the most coffee, has eleven official languages, lies on the
equator

stately: is nicknamed the Lone Star, has the Grand Canyon, was bought from Russia, is
made up of islands, grows the most potatoes, is Chicago in, has the fewest people

sight: the Taj Mahal, the Great Barrier Reef, Machu Picchu, the Sahara, Angel Falls,
Mount Kilimanjaro, Lake Titicaca, the Great Wall, the Acropolis, Table Mountain, the
river Nile, Stonehenge, Angkor Wat, the Gobi desert, the Dead Sea
"""

# {name of a gap: what may fill it}
LISTS = {
    'short': tuple(short for short, _ in SHORT_AND_LONG),
    'long': tuple(long for _, long in SHORT_AND_LONG),
    'letter': words('B, D, F, H, K, M, P, R, T, V, X'),
    'animal': tuple(row[0] for row in lexicon.ANIMALS),
    'animals': tuple(row[1] for row in lexicon.ANIMALS),
    'tool': tuple(row[0] for row in lexicon.TOOLS if row[0] != 'scissors'),
    **{name: words(items) for name, items in (
        block.split(': ') for block in _BLOCKS.strip().split('\n\n'))}}
