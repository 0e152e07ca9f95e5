"""English, after which every other language names its words and patterns.

Patterns with `it` or `she` in their names follow a sentence that says what or who is
meant. None says what 'I' or 'you' did in the past: some languages would have to know
whether that is a man or a woman.
"""

from flan_jax.world.languages.grammar import forms
from flan_jax.world.languages.grammar import Language
from flan_jax.world.languages.grammar import lists
from flan_jax.world.languages.grammar import names
from flan_jax.world.languages.grammar import patterns

PATTERNS = patterns("""
bought: {who} bought a {colour} {thing} {place.in} {past}.
counted: {who} bought {number} {thing.plural} {place.in}.
found: {who} found a {colour} {thing} {place.in} {past}.
saw: {past} we saw a {colour} {thing} {place.in}.
sold: {who} sold the {thing} {past}.
left: {who} left the {thing} {place.in}.
my_where: Where is my {thing}?
missing: I cannot find my {thing}.
is_in: The {thing} is {place.in}.
is_not_in: The {thing} is not {place.in}.
is: The {thing} is very {quality}.
it_is: It is very {quality}.
is_not: The {thing} is not very {quality}.
is_it: Is the {thing} {quality}?
compared: The {thing} is {quality.more} than the {thing2}.
wanted: I want to buy a {colour} {thing}.
needed: We need a {colour} {thing}.
price_asked: How much does the {thing} cost?
price: The {thing} costs {price}.
it_costs: It costs {price}.
there_are: There are {number} {thing.plural} {place.in}.
animal: Look, there is a {colour} {animal} {place.in}!
closed: The {place} is closed {habit}.
is_open: Is the {place} open {habit}?
no_closed: No, the {place} is closed {habit}.
closed_in: The {place} is closed in {month}.
opens_when: When does the {place} open?
opens: The {place} opens {hour}.
where: Excuse me, where is the {place}?
beside: The {place} is next to the {place2}.
went: {who} went to the {place} {past}.
why_went: Why did {who} go to the {place} {past}?
will_go: {who} will go to the {place} {future}.
was: {who} was {place.in} {past}.
will_come: Will {who} come {future}?
did_not_come: {who} did not come {past}.
will_meet: {who} and {who2} will meet {place.in} {future}.
works_as: {who} works as {job} in {city}.
not_job: {who} is not {job} but {job2}.
lives: {who} has lived in {city} for {number} years.
speaks: {who} speaks {tongue} and {tongue2}.
she_speaks: {she:who} speaks {tongue} and {tongue2}.
speaks_but: {who} speaks {tongue} but not {tongue2}.
learns: {who} is learning {tongue}.
speak_asked: Do you speak {tongue}?
not_understood: Unfortunately, I do not understand {tongue2}.
train_when: When does the train to {city} leave?
train: The train to {city} leaves {hour}.
flew: {who} flew to {city} {past}.
travels: {who} will travel to {city} {future}.
weather_was: {weather.past} in {city} {past}.
weather_will: {weather.future} in {city} {future}.
there_was: {weather.past} there.
there_will: {weather.future} there.
stayed: {past} we stayed at home because {weather.because}.
eats: {who} {food.eats} {food} {habit}.
not_eaten: {who} {food.not} {food}.
she_not: {she:who} {food2.not} {food2}.
still_buy: We still have to buy {food} and {food2}.
offered: Would you like {food} or {food2}?
can: {who} can {activity} very well.
cannot: {who} cannot {activity}.
but_can: But {she:who} can {activity2} very well.
wants_to: {who} wants to {activity} {future}.
can_you: Can you {activity}?
birthday: My birthday is in {month}.
asked: {who} asked: "{quote}"
said: {who} said: "{quote}"
answered: {who2} answered: "{quote}"
""")

RELATIVES = forms("""
who | class | base
my mother | f | my mother
my father | m | my father
my sister | f | my sister
my brother | m | my brother
my grandmother | f | my grandmother
my grandfather | m | my grandfather
my daughter | f | my daughter
my son | m | my son
my wife | f | my wife
my husband | m | my husband
""")

THINGS = forms("""
thing | base | plural
book | book | books
lamp | lamp | lamps
hat | hat | hats
umbrella | umbrella | umbrellas
bag | bag | bags
bicycle | bicycle | bicycles
car | car | cars
chair | chair | chairs
table | table | tables
cup | cup | cups
bottle | bottle | bottles
box | box | boxes
jacket | jacket | jackets
shirt | shirt | shirts
skirt | skirt | skirts
scarf | scarf | scarves
ball | ball | balls
notebook | notebook | notebooks
pencil | pencil | pencils
plate | plate | plates
vase | vase | vases
guitar | guitar | guitars
camera | camera | cameras
suitcase | suitcase | suitcases
carpet | carpet | carpets
blanket | blanket | blankets
candle | candle | candles
mirror | mirror | mirrors
""")

QUALITIES = forms("""
quality | base | more
expensive | expensive | more expensive
heavy | heavy | heavier
light | light | lighter
old | old | older
beautiful | beautiful | more beautiful
small | small | smaller
big | big | bigger
modern | modern | more modern
practical | practical | more practical
""")

PLACES = forms("""
place | base | in
library | library | in the library
museum | museum | in the museum
bakery | bakery | at the bakery
post office | post office | at the post office
bank | bank | at the bank
pharmacy | pharmacy | at the pharmacy
restaurant | restaurant | at the restaurant
cafe | cafe | at the cafe
supermarket | supermarket | at the supermarket
cinema | cinema | at the cinema
theatre | theatre | at the theatre
market | market | at the market
station | station | at the station
school | school | at the school
hospital | hospital | at the hospital
park | park | in the park
airport | airport | at the airport
garden | garden | in the garden
university | university | at the university
hotel | hotel | at the hotel
church | church | in the church
beach | beach | on the beach
""")

FOODS = forms("""
food | base | eats | not
coffee | coffee | drinks | does not drink
tea | tea | drinks | does not drink
milk | milk | drinks | does not drink
bread | bread | eats | does not eat
cheese | cheese | eats | does not eat
soup | soup | eats | does not eat
fish | fish | eats | does not eat
meat | meat | eats | does not eat
chocolate | chocolate | eats | does not eat
salad | salad | eats | does not eat
honey | honey | eats | does not eat
yoghurt | yoghurt | eats | does not eat
""")

JOBS = forms("""
job | base
teacher | a teacher
doctor | a doctor
engineer | an engineer
photographer | a photographer
journalist | a journalist
translator | a translator
cook | a cook
farmer | a farmer
lawyer | a lawyer
nurse | a nurse
architect | an architect
dentist | a dentist
""")

WEATHER = forms("""
weather | past | future | because
rain | it rained | it will rain | it was raining
snow | it snowed | it will snow | it was snowing
cold | it was very cold | it will be very cold | it was very cold
heat | it was very hot | it will be very hot | it was very hot
wind | it was windy | it will be windy | it was windy
fog | it was foggy | it will be foggy | it was foggy
""")

# In these, other languages keep the order.
LISTS = lists("""
colour: red, blue, green, yellow, white, black, grey, brown
animal: cat, dog, rabbit, horse, bird, duck, goat, hen
activity: swim, sing, dance, cook, ski, play chess, play the piano, play tennis, \
play football, draw, skate, play the guitar
tongue: French, German, Spanish, Swedish, Russian, Polish, Greek, Turkish, Portuguese, \
Danish, Arabic, Japanese
city: London, Paris, Berlin, Rome, Madrid, Vienna, Prague, Athens, Lisbon, Warsaw, \
Budapest, Copenhagen
number: two, three, four, five, six, seven, eight, nine, ten
price: ten euros, fifteen euros, twenty euros, thirty euros, forty euros, fifty euros, \
sixty euros, eighty euros, ninety euros, a hundred euros, two hundred euros
hour: at two o'clock, at three o'clock, at four o'clock, at five o'clock, \
at six o'clock, at seven o'clock, at eight o'clock, at nine o'clock, at ten o'clock, \
at eleven o'clock
month: January, February, March, April, May, June, July, August, September, October, \
November, December
habit: every day, every morning, every evening, on Mondays, on Tuesdays, \
on Wednesdays, on Thursdays, on Fridays, on Saturdays, on Sundays
past: yesterday, yesterday evening, two days ago, last week, last month, last year, \
on Monday, on Tuesday, on Wednesday, on Thursday, on Friday, on Saturday, on Sunday
future: tomorrow, this evening, the day after tomorrow, next week, next month, \
next year, on Monday, on Tuesday, on Wednesday, on Thursday, on Friday, on Saturday, \
on Sunday
""")

AGREEING = forms("""
word | m | f
she | he | she
""")

ENGLISH = Language('English', patterns=PATTERNS, words={
    **LISTS, 'who': {**names(), **RELATIVES}, 'thing': THINGS, 'quality': QUALITIES,
    'place': PLACES, 'food': FOODS, 'job': JOBS, 'weather': WEATHER,
    'agreeing': AGREEING})
