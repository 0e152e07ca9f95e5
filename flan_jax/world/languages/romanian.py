"""Romanian: the article ends the noun; neuters (n) look masculine in the singular."""

from flan_jax.world.languages.english import ENGLISH
from flan_jax.world.languages.grammar import forms
from flan_jax.world.languages.grammar import Language
from flan_jax.world.languages.grammar import lists
from flan_jax.world.languages.grammar import names
from flan_jax.world.languages.grammar import patterns

PATTERNS = patterns("""
bought: {who} a cumpărat {a:thing} {thing} {colour:thing} {place.at} {past}.
counted: {who} a cumpărat {number} {thing.plural} {place.at}.
found: {who} a găsit {a:thing} {thing} {colour:thing} {place.at} {past}.
saw: {past} noi am văzut {a:thing} {thing} {colour:thing} {place.at}.
sold: {who} a vândut {thing.the} {past}.
left: {who} a lăsat {thing.the} {place.at}.
my_where: Unde este {thing.my}?
missing: Nu găsesc {thing.my}.
is_in: {thing.the} este {place.at}.
is_not_in: {thing.the} nu este {place.at}.
is: {thing.the} este foarte {quality:thing}.
it_is: Este foarte {quality:thing}.
is_not: {thing.the} nu este foarte {quality:thing}.
is_it: {thing.the} este {quality:thing}?
compared: {thing.the} este mai {quality:thing} decât {thing2.the}.
wanted: Vreau să cumpăr {a:thing} {thing} {colour:thing}.
needed: Avem nevoie de {a:thing} {thing} {colour:thing}.
price_asked: Cât costă {thing.the}?
price: {thing.the} costă {price}.
it_costs: Costă {price}.
there_are: {place.at} sunt {number} {thing.plural}.
animal: Uite, este {a:animal} {animal} {colour:animal} {place.at}!
closed: {place.the} este {closed:place} {habit}.
is_open: {place.the} este {open:place} {habit}?
no_closed: Nu, {place.the} este {closed:place} {habit}.
closed_in: {place.the} este {closed:place} în {month}.
opens_when: Când se deschide {place.the}?
opens: {place.the} se deschide {hour}.
where: Scuzați-mă, unde este {place.the}?
beside: {place.the} este lângă {place2}.
went: {who} a mers {place.at} {past}.
why_went: De ce a mers {who} {place.at} {past}?
will_go: {who} va merge {place.at} {future}.
was: {who} a fost {place.at} {past}.
will_come: Va veni {who} {future}?
did_not_come: {who} nu a venit {past}.
will_meet: {who} și {who2} se vor întâlni {place.at} {future}.
works_as: {who} lucrează ca {job:who} la {city}.
not_job: {who} nu este {job:who}, ci {job2:who}.
lives: {who} locuiește la {city} de {number.years}.
speaks: {who} vorbește {tongue} și {tongue2}.
she_speaks: Vorbește {tongue} și {tongue2}.
speaks_but: {who} vorbește {tongue}, dar nu {tongue2}.
learns: {who} învață limba {tongue}.
speak_asked: Vorbiți limba {tongue}?
not_understood: Din păcate, nu înțeleg limba {tongue2}.
train_when: Când pleacă trenul spre {city}?
train: Trenul spre {city} pleacă {hour}.
flew: {who} a zburat la {city} {past}.
travels: {who} va călători la {city} {future}.
weather_was: {weather.past} la {city} {past}.
weather_will: {weather.future} la {city} {future}.
there_was: Acolo {weather.past}.
there_will: Acolo {weather.future}.
stayed: {past} noi am rămas acasă pentru că {weather.because}.
eats: {who} {food.eats} {food} {habit}.
not_eaten: {who} nu {food.eats} {food}.
she_not: Nu {food2.eats} {food2}.
still_buy: Mai trebuie să cumpărăm {food} și {food2}.
offered: Doriți {food} sau {food2}?
can: {who} știe {activity} foarte bine.
cannot: {who} nu știe {activity}.
but_can: Dar știe {activity2} foarte bine.
wants_to: {who} vrea {activity} {future}.
can_you: Știi {activity.you}?
birthday: Ziua mea de naștere este în {month}.
asked: {who} a întrebat: „{quote}”
said: {who} a spus: „{quote}”
answered: {who2} a răspuns: „{quote}”
""")

RELATIVES = forms("""
who | class | base
my mother | f | mama mea
my father | m | tatăl meu
my sister | f | sora mea
my brother | m | fratele meu
my grandmother | f | bunica mea
my grandfather | m | bunicul meu
my daughter | f | fiica mea
my son | m | fiul meu
my wife | f | soția mea
my husband | m | soțul meu
""")

THINGS = forms("""
thing | class | base | the | my | plural
book | f | carte | cartea | cartea mea | cărți
lamp | f | lampă | lampa | lampa mea | lămpi
hat | f | pălărie | pălăria | pălăria mea | pălării
umbrella | f | umbrelă | umbrela | umbrela mea | umbrele
bag | f | geantă | geanta | geanta mea | genți
bicycle | f | bicicletă | bicicleta | bicicleta mea | biciclete
car | f | mașină | mașina | mașina mea | mașini
chair | n | scaun | scaunul | scaunul meu | scaune
table | f | masă | masa | masa mea | mese
cup | f | ceașcă | ceașca | ceașca mea | cești
bottle | f | sticlă | sticla | sticla mea | sticle
box | f | cutie | cutia | cutia mea | cutii
jacket | f | jachetă | jacheta | jacheta mea | jachete
shirt | f | cămașă | cămașa | cămașa mea | cămăși
skirt | f | fustă | fusta | fusta mea | fuste
scarf | n | fular | fularul | fularul meu | fulare
ball | f | minge | mingea | mingea mea | mingi
notebook | n | caiet | caietul | caietul meu | caiete
pencil | n | creion | creionul | creionul meu | creioane
plate | f | farfurie | farfuria | farfuria mea | farfurii
vase | f | vază | vaza | vaza mea | vaze
guitar | f | chitară | chitara | chitara mea | chitare
camera | n | aparat foto | aparatul foto | aparatul meu foto | aparate foto
suitcase | f | valiză | valiza | valiza mea | valize
carpet | n | covor | covorul | covorul meu | covoare
blanket | f | pătură | pătura | pătura mea | pături
candle | f | lumânare | lumânarea | lumânarea mea | lumânări
mirror | f | oglindă | oglinda | oglinda mea | oglinzi
""")

COLOURS = forms("""
colour | m | f | n
red | roșu | roșie | roșu
blue | albastru | albastră | albastru
green | verde | verde | verde
yellow | galben | galbenă | galben
white | alb | albă | alb
black | negru | neagră | negru
grey | gri | gri | gri
brown | maro | maro | maro
""")

QUALITIES = forms("""
quality | m | f | n
expensive | scump | scumpă | scump
heavy | greu | grea | greu
light | ușor | ușoară | ușor
old | vechi | veche | vechi
beautiful | frumos | frumoasă | frumos
small | mic | mică | mic
big | mare | mare | mare
modern | modern | modernă | modern
practical | practic | practică | practic
""")

PLACES = forms("""
place | class | base | the | at
library | f | bibliotecă | biblioteca | la bibliotecă
museum | n | muzeu | muzeul | la muzeu
bakery | f | brutărie | brutăria | la brutărie
post office | f | poștă | poșta | la poștă
bank | f | bancă | banca | la bancă
pharmacy | f | farmacie | farmacia | la farmacie
restaurant | n | restaurant | restaurantul | la restaurant
cafe | f | cafenea | cafeneaua | la cafenea
supermarket | n | supermarket | supermarketul | la supermarket
cinema | n | cinematograf | cinematograful | la cinematograf
theatre | n | teatru | teatrul | la teatru
market | f | piață | piața | la piață
station | f | gară | gara | la gară
school | f | școală | școala | la școală
hospital | n | spital | spitalul | la spital
park | n | parc | parcul | în parc
airport | n | aeroport | aeroportul | la aeroport
garden | f | grădină | grădina | în grădină
university | f | universitate | universitatea | la universitate
hotel | n | hotel | hotelul | la hotel
church | f | biserică | biserica | la biserică
beach | f | plajă | plaja | la plajă
""")

ANIMALS = forms("""
animal | class | base
cat | f | pisică
dog | m | câine
rabbit | m | iepure
horse | m | cal
bird | f | pasăre
duck | f | rață
goat | f | capră
hen | f | găină
""")

FOODS = forms("""
food | base | eats
coffee | cafea | bea
tea | ceai | bea
milk | lapte | bea
bread | pâine | mănâncă
cheese | brânză | mănâncă
soup | supă | mănâncă
fish | pește | mănâncă
meat | carne | mănâncă
chocolate | ciocolată | mănâncă
salad | salată | mănâncă
honey | miere | mănâncă
yoghurt | iaurt | mănâncă
""")

ACTIVITIES = forms("""
activity | base | you
swim | să înoate | să înoți
sing | să cânte | să cânți
dance | să danseze | să dansezi
cook | să gătească | să gătești
ski | să schieze | să schiezi
play chess | să joace șah | să joci șah
play the piano | să cânte la pian | să cânți la pian
play tennis | să joace tenis | să joci tenis
play football | să joace fotbal | să joci fotbal
draw | să deseneze | să desenezi
skate | să patineze | să patinezi
play the guitar | să cânte la chitară | să cânți la chitară
""")

JOBS = forms("""
job | m | f
teacher | profesor | profesoară
doctor | medic | medic
engineer | inginer | ingineră
photographer | fotograf | fotografă
journalist | jurnalist | jurnalistă
translator | traducător | traducătoare
cook | bucătar | bucătăreasă
farmer | fermier | fermieră
lawyer | avocat | avocată
nurse | asistent medical | asistentă medicală
architect | arhitect | arhitectă
dentist | dentist | dentistă
""")

WEATHER = forms("""
weather | past | future | because
rain | a plouat | va ploua | ploua
snow | a nins | va ninge | ningea
cold | a fost foarte frig | va fi foarte frig | era foarte frig
heat | a fost foarte cald | va fi foarte cald | era foarte cald
wind | a bătut vântul | va bate vântul | bătea vântul
fog | a fost ceață | va fi ceață | era ceață
""")

NUMBERS = forms("""
number | base | years
two | două | doi ani
three | trei | trei ani
four | patru | patru ani
five | cinci | cinci ani
six | șase | șase ani
seven | șapte | șapte ani
eight | opt | opt ani
nine | nouă | nouă ani
ten | zece | zece ani
""")

LISTS = lists("""
tongue: franceză, germană, spaniolă, suedeză, rusă, poloneză, greacă, turcă, \
portugheză, daneză, arabă, japoneză
city: Londra, Paris, Berlin, Roma, Madrid, Viena, Praga, Atena, Lisabona, Varșovia, \
Budapesta, Copenhaga
price: zece euro, cincisprezece euro, douăzeci de euro, treizeci de euro, \
patruzeci de euro, cincizeci de euro, șaizeci de euro, optzeci de euro, \
nouăzeci de euro, o sută de euro, două sute de euro
hour: la ora două, la ora trei, la ora patru, la ora cinci, la ora șase, la ora șapte, \
la ora opt, la ora nouă, la ora zece, la ora unsprezece
month: ianuarie, februarie, martie, aprilie, mai, iunie, iulie, august, septembrie, \
octombrie, noiembrie, decembrie
habit: în fiecare zi, în fiecare dimineață, în fiecare seară, lunea, marțea, \
miercurea, joia, vinerea, sâmbăta, duminica
past: ieri, ieri seară, acum două zile, săptămâna trecută, luna trecută, anul trecut, \
luni, marți, miercuri, joi, vineri, sâmbătă, duminică
future: mâine, diseară, poimâine, săptămâna viitoare, luna viitoare, anul viitor, \
luni, marți, miercuri, joi, vineri, sâmbătă, duminică
""", like=ENGLISH.words)

AGREEING = forms("""
word | m | f | n
a | un | o | un
open | deschis | deschisă | deschis
closed | închis | închisă | închis
""")

ROMANIAN = Language('Romanian', patterns=PATTERNS, words={
    **LISTS, 'who': {**names(), **RELATIVES}, 'thing': THINGS, 'colour': COLOURS,
    'quality': QUALITIES, 'place': PLACES, 'animal': ANIMALS, 'food': FOODS,
    'activity': ACTIVITIES, 'job': JOBS, 'weather': WEATHER, 'number': NUMBERS,
    'agreeing': AGREEING})
