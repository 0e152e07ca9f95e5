"""German: three genders, the nominative and accusative of what is bought and seen."""

from flan_jax.world.languages.english import ENGLISH
from flan_jax.world.languages.grammar import forms
from flan_jax.world.languages.grammar import Language
from flan_jax.world.languages.grammar import lists
from flan_jax.world.languages.grammar import names
from flan_jax.world.languages.grammar import patterns

PATTERNS = patterns("""
bought: {who} hat {past} {place.in} {a.acc:thing} {colour.acc:thing} {thing} gekauft.
counted: {who} hat {place.in} {number} {thing.plural} gekauft.
found: {who} hat {past} {place.in} {a.acc:thing} {colour.acc:thing} {thing} gefunden.
saw: {past} haben wir {place.in} {a.acc:thing} {colour.acc:thing} {thing} gesehen.
sold: {who} hat {past} {the.acc:thing} {thing} verkauft.
left: {who} hat {the.acc:thing} {thing} {place.in} gelassen.
my_where: Wo ist {my:thing} {thing}?
missing: Ich kann {my.acc:thing} {thing} nicht finden.
is_in: {the:thing} {thing} ist {place.in}.
is_not_in: {the:thing} {thing} ist nicht {place.in}.
is: {the:thing} {thing} ist sehr {quality}.
it_is: {it:thing} ist sehr {quality}.
is_not: {the:thing} {thing} ist nicht sehr {quality}.
is_it: Ist {the:thing} {thing} {quality}?
compared: {the:thing} {thing} ist {quality.more} als {the:thing2} {thing2}.
wanted: Ich will {a.acc:thing} {colour.acc:thing} {thing} kaufen.
needed: Wir brauchen {a.acc:thing} {colour.acc:thing} {thing}.
price_asked: Wie viel kostet {the:thing} {thing}?
price: {the:thing} {thing} kostet {price}.
it_costs: {it:thing} kostet {price}.
there_are: {place.in} gibt es {number} {thing.plural}.
animal: Schau, {place.in} ist {a:animal} {colour:animal} {animal}!
closed: {the:place} {place} ist {habit} geschlossen.
is_open: Ist {the:place} {place} {habit} geöffnet?
no_closed: Nein, {the:place} {place} ist {habit} geschlossen.
closed_in: {the:place} {place} ist im {month} geschlossen.
opens_when: Wann öffnet {the:place} {place}?
opens: {the:place} {place} öffnet {hour}.
where: Entschuldigung, wo ist {the:place} {place}?
beside: {the:place} {place} ist {place2.beside}.
went: {who} ist {past} {place.to} gegangen.
why_went: Warum ist {who} {past} {place.to} gegangen?
will_go: {who} wird {future} {place.to} gehen.
was: {who} war {past} {place.in}.
will_come: Wird {who} {future} kommen?
did_not_come: {who} ist {past} nicht gekommen.
will_meet: {who} und {who2} werden sich {future} {place.in} treffen.
works_as: {who} arbeitet als {job:who} in {city}.
not_job: {who} ist {no:who} {job:who}, sondern {job2:who}.
lives: {who} wohnt seit {number} Jahren in {city}.
speaks: {who} spricht {tongue} und {tongue2}.
she_speaks: {she:who} spricht {tongue} und {tongue2}.
speaks_but: {who} spricht {tongue}, aber kein {tongue2}.
learns: {who} lernt {tongue}.
speak_asked: Sprechen Sie {tongue}?
not_understood: Leider verstehe ich kein {tongue2}.
train_when: Wann fährt der Zug nach {city} ab?
train: Der Zug nach {city} fährt {hour} ab.
flew: {who} ist {past} nach {city} geflogen.
travels: {who} wird {future} nach {city} reisen.
weather_was: {weather.past} {past} in {city} {weather.end}.
weather_will: Es wird {future} in {city} {weather.future}.
there_was: {weather.past} dort {weather.end}.
there_will: Es wird dort {weather.future}.
stayed: {past} sind wir zu Hause geblieben, weil {weather.because}.
eats: {who} {food.eats} {habit} {food}.
not_eaten: {who} {food.eats} {no.acc:food} {food}.
she_not: {she:who} {food2.eats} {no.acc:food2} {food2}.
still_buy: Wir müssen noch {food} und {food2} kaufen.
offered: Möchten Sie {food} oder {food2}?
can: {who} kann sehr gut {activity}.
cannot: {who} kann nicht {activity}.
but_can: Aber {she:who} kann sehr gut {activity2}.
wants_to: {who} will {future} {activity}.
can_you: Kannst du {activity}?
birthday: Ich habe im {month} Geburtstag.
asked: {who} fragte: „{quote}“
said: {who} sagte: „{quote}“
answered: {who2} antwortete: „{quote}“
""")

RELATIVES = forms("""
who | class | base
my mother | f | meine Mutter
my father | m | mein Vater
my sister | f | meine Schwester
my brother | m | mein Bruder
my grandmother | f | meine Großmutter
my grandfather | m | mein Großvater
my daughter | f | meine Tochter
my son | m | mein Sohn
my wife | f | meine Frau
my husband | m | mein Mann
""")

THINGS = forms("""
thing | class | base | plural
book | n | Buch | Bücher
lamp | f | Lampe | Lampen
hat | m | Hut | Hüte
umbrella | m | Regenschirm | Regenschirme
bag | f | Tasche | Taschen
bicycle | n | Fahrrad | Fahrräder
car | n | Auto | Autos
chair | m | Stuhl | Stühle
table | m | Tisch | Tische
cup | f | Tasse | Tassen
bottle | f | Flasche | Flaschen
box | f | Kiste | Kisten
jacket | f | Jacke | Jacken
shirt | n | Hemd | Hemden
skirt | m | Rock | Röcke
scarf | m | Schal | Schals
ball | m | Ball | Bälle
notebook | n | Heft | Hefte
pencil | m | Bleistift | Bleistifte
plate | m | Teller | Teller
vase | f | Vase | Vasen
guitar | f | Gitarre | Gitarren
camera | f | Kamera | Kameras
suitcase | m | Koffer | Koffer
carpet | m | Teppich | Teppiche
blanket | f | Decke | Decken
candle | f | Kerze | Kerzen
mirror | m | Spiegel | Spiegel
""")

COLOURS = forms("""
colour | m | f | n | acc_m | acc_f | acc_n
red | roter | rote | rotes | roten | rote | rotes
blue | blauer | blaue | blaues | blauen | blaue | blaues
green | grüner | grüne | grünes | grünen | grüne | grünes
yellow | gelber | gelbe | gelbes | gelben | gelbe | gelbes
white | weißer | weiße | weißes | weißen | weiße | weißes
black | schwarzer | schwarze | schwarzes | schwarzen | schwarze | schwarzes
grey | grauer | graue | graues | grauen | graue | graues
brown | brauner | braune | braunes | braunen | braune | braunes
""")

QUALITIES = forms("""
quality | base | more
expensive | teuer | teurer
heavy | schwer | schwerer
light | leicht | leichter
old | alt | älter
beautiful | schön | schöner
small | klein | kleiner
big | groß | größer
modern | modern | moderner
practical | praktisch | praktischer
""")

PLACES = forms("""
place | class | base | in | to | beside
library | f | Bibliothek | in der Bibliothek | in die Bibliothek | neben der Bibliothek
museum | n | Museum | im Museum | ins Museum | neben dem Museum
bakery | f | Bäckerei | in der Bäckerei | in die Bäckerei | neben der Bäckerei
post office | f | Post | auf der Post | auf die Post | neben der Post
bank | f | Bank | in der Bank | in die Bank | neben der Bank
pharmacy | f | Apotheke | in der Apotheke | in die Apotheke | neben der Apotheke
restaurant | n | Restaurant | im Restaurant | ins Restaurant | neben dem Restaurant
cafe | n | Café | im Café | ins Café | neben dem Café
supermarket | m | Supermarkt | im Supermarkt | in den Supermarkt | neben dem Supermarkt
cinema | n | Kino | im Kino | ins Kino | neben dem Kino
theatre | n | Theater | im Theater | ins Theater | neben dem Theater
market | m | Markt | auf dem Markt | auf den Markt | neben dem Markt
station | m | Bahnhof | am Bahnhof | zum Bahnhof | neben dem Bahnhof
school | f | Schule | in der Schule | in die Schule | neben der Schule
hospital | n | Krankenhaus | im Krankenhaus | ins Krankenhaus | neben dem Krankenhaus
park | m | Park | im Park | in den Park | neben dem Park
airport | m | Flughafen | am Flughafen | zum Flughafen | neben dem Flughafen
garden | m | Garten | im Garten | in den Garten | neben dem Garten
university | f | Universität | in der Universität | in die Universität \
| neben der Universität
hotel | n | Hotel | im Hotel | ins Hotel | neben dem Hotel
church | f | Kirche | in der Kirche | in die Kirche | neben der Kirche
beach | m | Strand | am Strand | an den Strand | neben dem Strand
""")

ANIMALS = forms("""
animal | class | base
cat | f | Katze
dog | m | Hund
rabbit | n | Kaninchen
horse | n | Pferd
bird | m | Vogel
duck | f | Ente
goat | f | Ziege
hen | n | Huhn
""")

FOODS = forms("""
food | class | base | eats
coffee | m | Kaffee | trinkt
tea | m | Tee | trinkt
milk | f | Milch | trinkt
bread | n | Brot | isst
cheese | m | Käse | isst
soup | f | Suppe | isst
fish | m | Fisch | isst
meat | n | Fleisch | isst
chocolate | f | Schokolade | isst
salad | m | Salat | isst
honey | m | Honig | isst
yoghurt | m | Joghurt | isst
""")

JOBS = forms("""
job | m | f
teacher | Lehrer | Lehrerin
doctor | Arzt | Ärztin
engineer | Ingenieur | Ingenieurin
photographer | Fotograf | Fotografin
journalist | Journalist | Journalistin
translator | Übersetzer | Übersetzerin
cook | Koch | Köchin
farmer | Landwirt | Landwirtin
lawyer | Anwalt | Anwältin
nurse | Krankenpfleger | Krankenpflegerin
architect | Architekt | Architektin
dentist | Zahnarzt | Zahnärztin
""")

WEATHER = forms("""
weather | past | end | future | because
rain | es hat | geregnet | regnen | es geregnet hat
snow | es hat | geschneit | schneien | es geschneit hat
cold | es war | sehr kalt | sehr kalt sein | es sehr kalt war
heat | es war | sehr heiß | sehr heiß sein | es sehr heiß war
wind | es war | windig | windig sein | es windig war
fog | es war | neblig | neblig sein | es neblig war
""")

LISTS = lists("""
activity: schwimmen, singen, tanzen, kochen, Ski fahren, Schach spielen, \
Klavier spielen, Tennis spielen, Fußball spielen, zeichnen, Schlittschuh laufen, \
Gitarre spielen
tongue: Französisch, Deutsch, Spanisch, Schwedisch, Russisch, Polnisch, Griechisch, \
Türkisch, Portugiesisch, Dänisch, Arabisch, Japanisch
city: London, Paris, Berlin, Rom, Madrid, Wien, Prag, Athen, Lissabon, Warschau, \
Budapest, Kopenhagen
number: zwei, drei, vier, fünf, sechs, sieben, acht, neun, zehn
price: zehn Euro, fünfzehn Euro, zwanzig Euro, dreißig Euro, vierzig Euro, \
fünfzig Euro, sechzig Euro, achtzig Euro, neunzig Euro, hundert Euro, zweihundert Euro
hour: um zwei Uhr, um drei Uhr, um vier Uhr, um fünf Uhr, um sechs Uhr, \
um sieben Uhr, um acht Uhr, um neun Uhr, um zehn Uhr, um elf Uhr
month: Januar, Februar, März, April, Mai, Juni, Juli, August, September, Oktober, \
November, Dezember
habit: jeden Tag, jeden Morgen, jeden Abend, montags, dienstags, mittwochs, \
donnerstags, freitags, samstags, sonntags
past: gestern, gestern Abend, vor zwei Tagen, letzte Woche, letzten Monat, \
letztes Jahr, am Montag, am Dienstag, am Mittwoch, am Donnerstag, am Freitag, \
am Samstag, am Sonntag
future: morgen, heute Abend, übermorgen, nächste Woche, nächsten Monat, nächstes Jahr, \
am Montag, am Dienstag, am Mittwoch, am Donnerstag, am Freitag, am Samstag, am Sonntag
""", like=ENGLISH.words)

AGREEING = forms("""
word | m | f | n | acc_m | acc_f | acc_n
a | ein | eine | ein | einen | eine | ein
the | der | die | das | den | die | das
my | mein | meine | mein | meinen | meine | mein
no | kein | keine | kein | keinen | keine | kein
""") | forms("""
word | m | f | n
it | er | sie | es
she | er | sie | es
""")

GERMAN = Language('German', patterns=PATTERNS, words={
    **LISTS, 'who': {**names(), **RELATIVES}, 'thing': THINGS, 'colour': COLOURS,
    'quality': QUALITIES, 'place': PLACES, 'animal': ANIMALS, 'food': FOODS,
    'job': JOBS, 'weather': WEATHER, 'agreeing': AGREEING})
