"""French: two genders; the article before each noun is written out, `l'` included."""

from flan_jax.world.languages.english import ENGLISH
from flan_jax.world.languages.grammar import forms
from flan_jax.world.languages.grammar import Language
from flan_jax.world.languages.grammar import lists
from flan_jax.world.languages.grammar import names
from flan_jax.world.languages.grammar import patterns

PATTERNS = patterns("""
bought: {who} a acheté {a:thing} {thing} {colour:thing} {place.at} {past}.
counted: {who} a acheté {number} {thing.plural} {place.at}.
found: {who} a trouvé {a:thing} {thing} {colour:thing} {place.at} {past}.
saw: {past}, nous avons vu {a:thing} {thing} {colour:thing} {place.at}.
sold: {who} a vendu {thing.the} {past}.
left: {who} a laissé {thing.the} {place.at}.
my_where: Où est {thing.my} ?
missing: Je ne trouve pas {thing.my}.
is_in: {thing.the} est {place.at}.
is_not_in: {thing.the} n'est pas {place.at}.
is: {thing.the} est très {quality:thing}.
it_is: {it:thing} est très {quality:thing}.
is_not: {thing.the} n'est pas très {quality:thing}.
is_it: Est-ce que {thing.the} est {quality:thing} ?
compared: {thing.the} est plus {quality:thing} que {thing2.the}.
wanted: Je veux acheter {a:thing} {thing} {colour:thing}.
needed: Nous avons besoin d'{a:thing} {thing} {colour:thing}.
price_asked: Combien coûte {thing.the} ?
price: {thing.the} coûte {price}.
it_costs: {it:thing} coûte {price}.
there_are: Il y a {number} {thing.plural} {place.at}.
animal: Regarde, il y a {a:animal} {animal} {colour:animal} {place.at} !
closed: {place.the} est {closed:place} {habit}.
is_open: Est-ce que {place.the} est {open:place} {habit} ?
no_closed: Non, {place.the} est {closed:place} {habit}.
closed_in: {place.the} est {closed:place} en {month}.
opens_when: Quand ouvre {place.the} ?
opens: {place.the} ouvre {hour}.
where: Excusez-moi, où est {place.the} ?
beside: {place.the} est à côté {place2.of_the}.
went: {who} est {gone:who} {place.at} {past}.
why_went: Pourquoi {who} est-{she:who} {gone:who} {place.at} {past} ?
will_go: {who} ira {place.at} {future}.
was: {who} était {place.at} {past}.
will_come: {who} viendra-t-{she:who} {future} ?
did_not_come: {who} n'est pas {come:who} {past}.
will_meet: {who} et {who2} se retrouveront {place.at} {future}.
works_as: {who} travaille comme {job:who} à {city}.
not_job: {who} n'est pas {job:who}, mais {job2:who}.
lives: {who} habite à {city} depuis {number} ans.
speaks: {who} parle {tongue} et {tongue2}.
she_speaks: {she:who} parle {tongue} et {tongue2}.
speaks_but: {who} parle {tongue}, mais pas {tongue2}.
learns: {who} apprend {tongue.the}.
speak_asked: Parlez-vous {tongue} ?
not_understood: Malheureusement, je ne comprends pas {tongue2.the}.
train_when: Quand part le train pour {city} ?
train: Le train pour {city} part {hour}.
flew: {who} a pris l'avion pour {city} {past}.
travels: {who} se rendra à {city} {future}.
weather_was: {weather.past} à {city} {past}.
weather_will: {weather.future} à {city} {future}.
there_was: Là-bas, {weather.past}.
there_will: Là-bas, {weather.future}.
stayed: {past}, nous sommes restés à la maison parce qu'{weather.because}.
eats: {who} {food.eats} {food} {habit}.
not_eaten: {who} ne {food.eats} pas {food.any}.
she_not: {she:who} ne {food2.eats} pas {food2.any}.
still_buy: Nous devons encore acheter {food} et {food2}.
offered: Voulez-vous {food} ou {food2} ?
can: {who} sait très bien {activity}.
cannot: {who} ne sait pas {activity}.
but_can: Mais {she:who} sait très bien {activity2}.
wants_to: {who} veut {activity} {future}.
can_you: Sais-tu {activity} ?
birthday: Mon anniversaire est en {month}.
asked: {who} a demandé : « {quote} »
said: {who} a dit : « {quote} »
answered: {who2} a répondu : « {quote} »
""")

RELATIVES = forms("""
who | class | base
my mother | f | ma mère
my father | m | mon père
my sister | f | ma sœur
my brother | m | mon frère
my grandmother | f | ma grand-mère
my grandfather | m | mon grand-père
my daughter | f | ma fille
my son | m | mon fils
my wife | f | ma femme
my husband | m | mon mari
""")

THINGS = forms("""
thing | class | base | plural | the | my
book | m | livre | livres | le livre | mon livre
lamp | f | lampe | lampes | la lampe | ma lampe
hat | m | chapeau | chapeaux | le chapeau | mon chapeau
umbrella | m | parapluie | parapluies | le parapluie | mon parapluie
bag | m | sac | sacs | le sac | mon sac
bicycle | m | vélo | vélos | le vélo | mon vélo
car | f | voiture | voitures | la voiture | ma voiture
chair | f | chaise | chaises | la chaise | ma chaise
table | f | table | tables | la table | ma table
cup | f | tasse | tasses | la tasse | ma tasse
bottle | f | bouteille | bouteilles | la bouteille | ma bouteille
box | f | boîte | boîtes | la boîte | ma boîte
jacket | f | veste | vestes | la veste | ma veste
shirt | f | chemise | chemises | la chemise | ma chemise
skirt | f | jupe | jupes | la jupe | ma jupe
scarf | f | écharpe | écharpes | l'écharpe | mon écharpe
ball | m | ballon | ballons | le ballon | mon ballon
notebook | m | cahier | cahiers | le cahier | mon cahier
pencil | m | crayon | crayons | le crayon | mon crayon
plate | f | assiette | assiettes | l'assiette | mon assiette
vase | m | vase | vases | le vase | mon vase
guitar | f | guitare | guitares | la guitare | ma guitare
camera | m | appareil photo | appareils photo | l'appareil photo | mon appareil photo
suitcase | f | valise | valises | la valise | ma valise
carpet | m | tapis | tapis | le tapis | mon tapis
blanket | f | couverture | couvertures | la couverture | ma couverture
candle | f | bougie | bougies | la bougie | ma bougie
mirror | m | miroir | miroirs | le miroir | mon miroir
""")

COLOURS = forms("""
colour | m | f
red | rouge | rouge
blue | bleu | bleue
green | vert | verte
yellow | jaune | jaune
white | blanc | blanche
black | noir | noire
grey | gris | grise
brown | marron | marron
""")

QUALITIES = forms("""
quality | m | f
expensive | cher | chère
heavy | lourd | lourde
light | léger | légère
old | vieux | vieille
beautiful | beau | belle
small | petit | petite
big | grand | grande
modern | moderne | moderne
practical | pratique | pratique
""")

PLACES = forms("""
place | class | the | at | of_the
library | f | la bibliothèque | à la bibliothèque | de la bibliothèque
museum | m | le musée | au musée | du musée
bakery | f | la boulangerie | à la boulangerie | de la boulangerie
post office | f | la poste | à la poste | de la poste
bank | f | la banque | à la banque | de la banque
pharmacy | f | la pharmacie | à la pharmacie | de la pharmacie
restaurant | m | le restaurant | au restaurant | du restaurant
cafe | m | le café | au café | du café
supermarket | m | le supermarché | au supermarché | du supermarché
cinema | m | le cinéma | au cinéma | du cinéma
theatre | m | le théâtre | au théâtre | du théâtre
market | m | le marché | au marché | du marché
station | f | la gare | à la gare | de la gare
school | f | l'école | à l'école | de l'école
hospital | m | l'hôpital | à l'hôpital | de l'hôpital
park | m | le parc | au parc | du parc
airport | m | l'aéroport | à l'aéroport | de l'aéroport
garden | m | le jardin | dans le jardin | du jardin
university | f | l'université | à l'université | de l'université
hotel | m | l'hôtel | à l'hôtel | de l'hôtel
church | f | l'église | à l'église | de l'église
beach | f | la plage | à la plage | de la plage
""")

ANIMALS = forms("""
animal | class | base
cat | m | chat
dog | m | chien
rabbit | m | lapin
horse | m | cheval
bird | m | oiseau
duck | m | canard
goat | f | chèvre
hen | f | poule
""")

FOODS = forms("""
food | base | any | eats
coffee | du café | de café | boit
tea | du thé | de thé | boit
milk | du lait | de lait | boit
bread | du pain | de pain | mange
cheese | du fromage | de fromage | mange
soup | de la soupe | de soupe | mange
fish | du poisson | de poisson | mange
meat | de la viande | de viande | mange
chocolate | du chocolat | de chocolat | mange
salad | de la salade | de salade | mange
honey | du miel | de miel | mange
yoghurt | du yaourt | de yaourt | mange
""")

TONGUES = forms("""
tongue | base | the
French | français | le français
German | allemand | l'allemand
Spanish | espagnol | l'espagnol
Swedish | suédois | le suédois
Russian | russe | le russe
Polish | polonais | le polonais
Greek | grec | le grec
Turkish | turc | le turc
Portuguese | portugais | le portugais
Danish | danois | le danois
Arabic | arabe | l'arabe
Japanese | japonais | le japonais
""")

JOBS = forms("""
job | m | f
teacher | professeur | professeure
doctor | médecin | médecin
engineer | ingénieur | ingénieure
photographer | photographe | photographe
journalist | journaliste | journaliste
translator | traducteur | traductrice
cook | cuisinier | cuisinière
farmer | agriculteur | agricultrice
lawyer | avocat | avocate
nurse | infirmier | infirmière
architect | architecte | architecte
dentist | dentiste | dentiste
""")

WEATHER = forms("""
weather | past | future | because
rain | il a plu | il pleuvra | il pleuvait
snow | il a neigé | il neigera | il neigeait
cold | il a fait très froid | il fera très froid | il faisait très froid
heat | il a fait très chaud | il fera très chaud | il faisait très chaud
wind | il y a eu du vent | il y aura du vent | il y avait du vent
fog | il y a eu du brouillard | il y aura du brouillard | il y avait du brouillard
""")

LISTS = lists("""
activity: nager, chanter, danser, cuisiner, skier, jouer aux échecs, jouer du piano, \
jouer au tennis, jouer au football, dessiner, patiner, jouer de la guitare
city: Londres, Paris, Berlin, Rome, Madrid, Vienne, Prague, Athènes, Lisbonne, \
Varsovie, Budapest, Copenhague
number: deux, trois, quatre, cinq, six, sept, huit, neuf, dix
price: dix euros, quinze euros, vingt euros, trente euros, quarante euros, \
cinquante euros, soixante euros, quatre-vingts euros, quatre-vingt-dix euros, \
cent euros, deux cents euros
hour: à deux heures, à trois heures, à quatre heures, à cinq heures, à six heures, \
à sept heures, à huit heures, à neuf heures, à dix heures, à onze heures
month: janvier, février, mars, avril, mai, juin, juillet, août, septembre, octobre, \
novembre, décembre
habit: tous les jours, tous les matins, tous les soirs, le lundi, le mardi, \
le mercredi, le jeudi, le vendredi, le samedi, le dimanche
past: hier, hier soir, il y a deux jours, la semaine dernière, le mois dernier, \
l'année dernière, lundi, mardi, mercredi, jeudi, vendredi, samedi, dimanche
future: demain, ce soir, après-demain, la semaine prochaine, le mois prochain, \
l'année prochaine, lundi, mardi, mercredi, jeudi, vendredi, samedi, dimanche
""", like=ENGLISH.words)

AGREEING = forms("""
word | m | f
a | un | une
it | il | elle
she | il | elle
open | ouvert | ouverte
closed | fermé | fermée
gone | allé | allée
come | venu | venue
""")

FRENCH = Language('French', patterns=PATTERNS, words={
    **LISTS, 'who': {**names(), **RELATIVES}, 'thing': THINGS, 'colour': COLOURS,
    'quality': QUALITIES, 'place': PLACES, 'animal': ANIMALS, 'food': FOODS,
    'tongue': TONGUES, 'job': JOBS, 'weather': WEATHER, 'agreeing': AGREEING})
