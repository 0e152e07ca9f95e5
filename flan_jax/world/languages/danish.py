"""Danish: two genders, common (c) and neuter (n); the article ends the noun."""

from flan_jax.world.languages.english import ENGLISH
from flan_jax.world.languages.grammar import forms
from flan_jax.world.languages.grammar import Language
from flan_jax.world.languages.grammar import lists
from flan_jax.world.languages.grammar import names
from flan_jax.world.languages.grammar import patterns

PATTERNS = patterns("""
bought: {who} købte {a:thing} {colour:thing} {thing} {place.in} {past}.
counted: {who} købte {number} {thing.plural} {place.in}.
found: {who} fandt {a:thing} {colour:thing} {thing} {place.in} {past}.
saw: {past} så vi {a:thing} {colour:thing} {thing} {place.in}.
sold: {who} solgte {thing.the} {past}.
left: {who} efterlod {thing.the} {place.in}.
my_where: Hvor er {my:thing} {thing}?
missing: Jeg kan ikke finde {my:thing} {thing}.
is_in: {thing.the} er {place.in}.
is_not_in: {thing.the} er ikke {place.in}.
is: {thing.the} er meget {quality:thing}.
it_is: {it:thing} er meget {quality:thing}.
is_not: {thing.the} er ikke særlig {quality:thing}.
is_it: Er {thing.the} {quality:thing}?
compared: {thing.the} er {quality.more} end {thing2.the}.
wanted: Jeg vil gerne købe {a:thing} {colour:thing} {thing}.
needed: Vi har brug for {a:thing} {colour:thing} {thing}.
price_asked: Hvad koster {thing.the}?
price: {thing.the} koster {price}.
it_costs: {it:thing} koster {price}.
there_are: Der er {number} {thing.plural} {place.in}.
animal: Se, der er {a:animal} {colour:animal} {animal} {place.in}!
closed: {place.the} er lukket {habit}.
is_open: Har {place.the} åbent {habit}?
no_closed: Nej, {place.the} er lukket {habit}.
closed_in: {place.the} er lukket i {month}.
opens_when: Hvornår åbner {place.the}?
opens: {place.the} åbner {hour}.
where: Undskyld, hvor er {place.the}?
beside: {place.the} ligger ved siden af {place2.the}.
went: {who} tog {place.to} {past}.
why_went: Hvorfor tog {who} {place.to} {past}?
will_go: {who} tager {place.to} {future}.
was: {who} var {place.in} {past}.
will_come: Kommer {who} {future}?
did_not_come: {who} kom ikke {past}.
will_meet: {who} og {who2} mødes {place.in} {future}.
works_as: {who} arbejder som {job} i {city}.
not_job: {who} er ikke {job}, men {job2}.
lives: {who} har boet i {city} i {number} år.
speaks: {who} taler {tongue} og {tongue2}.
she_speaks: {she:who} taler {tongue} og {tongue2}.
speaks_but: {who} taler {tongue}, men ikke {tongue2}.
learns: {who} er ved at lære {tongue}.
speak_asked: Taler du {tongue}?
not_understood: Desværre forstår jeg ikke {tongue2}.
train_when: Hvornår afgår toget til {city}?
train: Toget til {city} afgår {hour}.
flew: {who} fløj til {city} {past}.
travels: {who} rejser til {city} {future}.
weather_was: Det {weather.past} i {city} {past}.
weather_will: Det {weather.future} i {city} {future}.
there_was: Det {weather.past} der.
there_will: Det {weather.future} der.
stayed: {past} blev vi hjemme, fordi det {weather.past}.
eats: {who} {food.eats} {food} {habit}.
not_eaten: {who} {food.eats} ikke {food}.
she_not: {she:who} {food2.eats} ikke {food2}.
still_buy: Vi skal stadig købe {food} og {food2}.
offered: Vil du have {food} eller {food2}?
can: {who} er meget god til at {activity}.
cannot: {who} kan ikke {activity}.
but_can: Men {she:who} er meget god til at {activity2}.
wants_to: {who} vil gerne {activity} {future}.
can_you: Kan du {activity}?
birthday: Jeg har fødselsdag i {month}.
asked: {who} spurgte: »{quote}«
said: {who} sagde: »{quote}«
answered: {who2} svarede: »{quote}«
""")

RELATIVES = forms("""
who | class | base
my mother | f | min mor
my father | m | min far
my sister | f | min søster
my brother | m | min bror
my grandmother | f | min bedstemor
my grandfather | m | min bedstefar
my daughter | f | min datter
my son | m | min søn
my wife | f | min kone
my husband | m | min mand
""")

THINGS = forms("""
thing | class | base | the | plural
book | c | bog | bogen | bøger
lamp | c | lampe | lampen | lamper
hat | c | hat | hatten | hatte
umbrella | c | paraply | paraplyen | paraplyer
bag | c | taske | tasken | tasker
bicycle | c | cykel | cyklen | cykler
car | c | bil | bilen | biler
chair | c | stol | stolen | stole
table | n | bord | bordet | borde
cup | c | kop | koppen | kopper
bottle | c | flaske | flasken | flasker
box | c | kasse | kassen | kasser
jacket | c | jakke | jakken | jakker
shirt | c | skjorte | skjorten | skjorter
skirt | c | nederdel | nederdelen | nederdele
scarf | n | tørklæde | tørklædet | tørklæder
ball | c | bold | bolden | bolde
notebook | c | notesbog | notesbogen | notesbøger
pencil | c | blyant | blyanten | blyanter
plate | c | tallerken | tallerkenen | tallerkener
vase | c | vase | vasen | vaser
guitar | c | guitar | guitaren | guitarer
camera | n | kamera | kameraet | kameraer
suitcase | c | kuffert | kufferten | kufferter
carpet | n | gulvtæppe | gulvtæppet | gulvtæpper
blanket | n | tæppe | tæppet | tæpper
candle | n | stearinlys | stearinlyset | stearinlys
mirror | n | spejl | spejlet | spejle
""")

COLOURS = forms("""
colour | c | n
red | rød | rødt
blue | blå | blåt
green | grøn | grønt
yellow | gul | gult
white | hvid | hvidt
black | sort | sort
grey | grå | gråt
brown | brun | brunt
""")

QUALITIES = forms("""
quality | c | n | more
expensive | dyr | dyrt | dyrere
heavy | tung | tungt | tungere
light | let | let | lettere
old | gammel | gammelt | ældre
beautiful | smuk | smukt | smukkere
small | lille | lille | mindre
big | stor | stort | større
modern | moderne | moderne | mere moderne
practical | praktisk | praktisk | mere praktisk
""")

PLACES = forms("""
place | the | in | to
library | biblioteket | på biblioteket | på biblioteket
museum | museet | på museet | på museet
bakery | bageriet | i bageriet | til bageriet
post office | posthuset | på posthuset | på posthuset
bank | banken | i banken | i banken
pharmacy | apoteket | på apoteket | på apoteket
restaurant | restauranten | på restauranten | til restauranten
cafe | caféen | på caféen | til caféen
supermarket | supermarkedet | i supermarkedet | til supermarkedet
cinema | biografen | i biografen | i biografen
theatre | teatret | i teatret | i teatret
market | markedet | på markedet | til markedet
station | stationen | på stationen | til stationen
school | skolen | på skolen | til skolen
hospital | hospitalet | på hospitalet | til hospitalet
park | parken | i parken | i parken
airport | lufthavnen | i lufthavnen | til lufthavnen
garden | haven | i haven | ud i haven
university | universitetet | på universitetet | til universitetet
hotel | hotellet | på hotellet | til hotellet
church | kirken | i kirken | i kirken
beach | stranden | på stranden | til stranden
""")

ANIMALS = forms("""
animal | class | base
cat | c | kat
dog | c | hund
rabbit | c | kanin
horse | c | hest
bird | c | fugl
duck | c | and
goat | c | ged
hen | c | høne
""")

FOODS = forms("""
food | base | eats
coffee | kaffe | drikker
tea | te | drikker
milk | mælk | drikker
bread | brød | spiser
cheese | ost | spiser
soup | suppe | spiser
fish | fisk | spiser
meat | kød | spiser
chocolate | chokolade | spiser
salad | salat | spiser
honey | honning | spiser
yoghurt | yoghurt | spiser
""")

WEATHER = forms("""
weather | past | future
rain | regnede | kommer til at regne
snow | sneede | kommer til at sne
cold | var meget koldt | bliver meget koldt
heat | var meget varmt | bliver meget varmt
wind | blæste | kommer til at blæse
fog | var tåget | bliver tåget
""")

LISTS = lists("""
activity: svømme, synge, danse, lave mad, stå på ski, spille skak, spille klaver, \
spille tennis, spille fodbold, tegne, stå på skøjter, spille guitar
tongue: fransk, tysk, spansk, svensk, russisk, polsk, græsk, tyrkisk, portugisisk, \
dansk, arabisk, japansk
city: London, Paris, Berlin, Rom, Madrid, Wien, Prag, Athen, Lissabon, Warszawa, \
Budapest, København
job: lærer, læge, ingeniør, fotograf, journalist, oversætter, kok, landmand, advokat, \
sygeplejerske, arkitekt, tandlæge
number: to, tre, fire, fem, seks, syv, otte, ni, ti
price: ti euro, femten euro, tyve euro, tredive euro, fyrre euro, halvtreds euro, \
tres euro, firs euro, halvfems euro, hundrede euro, to hundrede euro
hour: klokken to, klokken tre, klokken fire, klokken fem, klokken seks, klokken syv, \
klokken otte, klokken ni, klokken ti, klokken elleve
month: januar, februar, marts, april, maj, juni, juli, august, september, oktober, \
november, december
habit: hver dag, hver morgen, hver aften, om mandagen, om tirsdagen, om onsdagen, \
om torsdagen, om fredagen, om lørdagen, om søndagen
past: i går, i går aftes, for to dage siden, i sidste uge, i sidste måned, sidste år, \
i mandags, i tirsdags, i onsdags, i torsdags, i fredags, i lørdags, i søndags
future: i morgen, i aften, i overmorgen, i næste uge, i næste måned, næste år, \
på mandag, på tirsdag, på onsdag, på torsdag, på fredag, på lørdag, på søndag
""", like=ENGLISH.words)

AGREEING = forms("""
word | c | n
a | en | et
my | min | mit
it | den | det
""") | forms("""
word | m | f
she | han | hun
""")

DANISH = Language('Danish', patterns=PATTERNS, words={
    **LISTS, 'who': {**names(), **RELATIVES}, 'thing': THINGS, 'colour': COLOURS,
    'quality': QUALITIES, 'place': PLACES, 'animal': ANIMALS, 'food': FOODS,
    'weather': WEATHER, 'agreeing': AGREEING})
