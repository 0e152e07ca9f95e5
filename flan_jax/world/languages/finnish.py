"""Finnish: no gender; where things are, come from and go to is told by case."""

from flan_jax.world.languages.english import ENGLISH
from flan_jax.world.languages.grammar import forms
from flan_jax.world.languages.grammar import Language
from flan_jax.world.languages.grammar import lists
from flan_jax.world.languages.grammar import names
from flan_jax.world.languages.grammar import patterns

PATTERNS = patterns("""
bought: {who} osti {past} {place.from} {colour.gen} {thing.gen}.
counted: {who} osti {place.from} {number} {thing.part}.
found: {who} löysi {past} {place.from} {colour.gen} {thing.gen}.
saw: {past} näimme {place.in} {colour.gen} {thing.gen}.
sold: {who} myi {thing.gen} {past}.
left: {who} jätti {thing.gen} {place.to}.
my_where: Missä {thing.my} on?
missing: En löydä {thing.my_part}.
is_in: {thing} on {place.in}.
is_not_in: {thing} ei ole {place.in}.
is: {thing} on hyvin {quality}.
it_is: Se on hyvin {quality}.
is_not: {thing} ei ole kovin {quality}.
is_it: Onko {thing} {quality}?
compared: {thing} on {quality.more} kuin {thing2}.
wanted: Haluan ostaa {colour.gen} {thing.gen}.
needed: Tarvitsemme {colour.gen} {thing.gen}.
price_asked: Kuinka paljon {thing} maksaa?
price: {thing} maksaa {price}.
it_costs: Se maksaa {price}.
there_are: {place.in} on {number} {thing.part}.
animal: Katso, {place.in} on {colour} {animal}!
closed: {place} on kiinni {habit}.
is_open: Onko {place} auki {habit}?
no_closed: Ei, {place} on kiinni {habit}.
closed_in: {place} on kiinni {month}.
opens_when: Milloin {place} aukeaa?
opens: {place} aukeaa {hour}.
where: Anteeksi, missä {place} on?
beside: {place} on {place2.gen} vieressä.
went: {who} meni {past} {place.to}.
why_went: Miksi {who} meni {past} {place.to}?
will_go: {who} menee {future} {place.to}.
was: {who} oli {past} {place.in}.
will_come: Tuleeko {who} {future}?
did_not_come: {who} ei tullut {past}.
will_meet: {who} ja {who2} tapaavat {future} {place.in}.
works_as: {who} työskentelee {job.as} {city.in}.
not_job: {who} ei ole {job} vaan {job2}.
lives: {who} on asunut {city.in} {number} vuotta.
speaks: {who} puhuu {tongue} ja {tongue2}.
she_speaks: Hän puhuu {tongue} ja {tongue2}.
speaks_but: {who} puhuu {tongue} mutta ei {tongue2}.
learns: {who} opiskelee {tongue}.
speak_asked: Puhutteko {tongue}?
not_understood: Valitettavasti en ymmärrä {tongue2}.
train_when: Milloin juna {city.to} lähtee?
train: Juna {city.to} lähtee {hour}.
flew: {who} lensi {past} {city.to}.
travels: {who} matkustaa {future} {city.to}.
weather_was: {city.in} {weather.past} {past}.
weather_will: {city.in} {weather.future} {future}.
there_was: Siellä {weather.past}.
there_will: Siellä {weather.future}.
stayed: {past} jäimme kotiin, koska {weather.past}.
eats: {who} {food.eats} {food} {habit}.
not_eaten: {who} ei {food.eats} {food}.
she_not: Hän ei {food2.eats} {food2}.
still_buy: Meidän täytyy vielä ostaa {food} ja {food2}.
offered: Haluatteko {food} vai {food2}?
can: {who} osaa {activity} erittäin hyvin.
cannot: {who} ei osaa {activity}.
but_can: Mutta hän osaa {activity2} erittäin hyvin.
wants_to: {who} haluaa {activity} {future}.
can_you: Osaatko {activity}?
birthday: Syntymäpäiväni on {month}.
asked: {who} kysyi: ”{quote}”
said: {who} sanoi: ”{quote}”
answered: {who2} vastasi: ”{quote}”
""")

RELATIVES = forms("""
who | base
my mother | äitini
my father | isäni
my sister | siskoni
my brother | veljeni
my grandmother | isoäitini
my grandfather | isoisäni
my daughter | tyttäreni
my son | poikani
my wife | vaimoni
my husband | mieheni
""")

THINGS = forms("""
thing | base | gen | part | my | my_part
book | kirja | kirjan | kirjaa | kirjani | kirjaani
lamp | lamppu | lampun | lamppua | lamppuni | lamppuani
hat | hattu | hatun | hattua | hattuni | hattuani
umbrella | sateenvarjo | sateenvarjon | sateenvarjoa | sateenvarjoni | sateenvarjoani
bag | laukku | laukun | laukkua | laukkuni | laukkuani
bicycle | polkupyörä | polkupyörän | polkupyörää | polkupyöräni | polkupyörääni
car | auto | auton | autoa | autoni | autoani
chair | tuoli | tuolin | tuolia | tuolini | tuoliani
table | pöytä | pöydän | pöytää | pöytäni | pöytääni
cup | kuppi | kupin | kuppia | kuppini | kuppiani
bottle | pullo | pullon | pulloa | pulloni | pulloani
box | laatikko | laatikon | laatikkoa | laatikkoni | laatikkoani
jacket | takki | takin | takkia | takkini | takkiani
shirt | paita | paidan | paitaa | paitani | paitaani
skirt | hame | hameen | hametta | hameeni | hamettani
scarf | huivi | huivin | huivia | huivini | huiviani
ball | pallo | pallon | palloa | palloni | palloani
notebook | vihko | vihkon | vihkoa | vihkoni | vihkoani
pencil | lyijykynä | lyijykynän | lyijykynää | lyijykynäni | lyijykynääni
plate | lautanen | lautasen | lautasta | lautaseni | lautastani
vase | maljakko | maljakon | maljakkoa | maljakkoni | maljakkoani
guitar | kitara | kitaran | kitaraa | kitarani | kitaraani
camera | kamera | kameran | kameraa | kamerani | kameraani
suitcase | matkalaukku | matkalaukun | matkalaukkua | matkalaukkuni | matkalaukkuani
carpet | matto | maton | mattoa | mattoni | mattoani
blanket | peitto | peiton | peittoa | peittoni | peittoani
candle | kynttilä | kynttilän | kynttilää | kynttiläni | kynttilääni
mirror | peili | peilin | peiliä | peilini | peiliäni
""")

COLOURS = forms("""
colour | base | gen
red | punainen | punaisen
blue | sininen | sinisen
green | vihreä | vihreän
yellow | keltainen | keltaisen
white | valkoinen | valkoisen
black | musta | mustan
grey | harmaa | harmaan
brown | ruskea | ruskean
""")

QUALITIES = forms("""
quality | base | more
expensive | kallis | kalliimpi
heavy | painava | painavampi
light | kevyt | kevyempi
old | vanha | vanhempi
beautiful | kaunis | kauniimpi
small | pieni | pienempi
big | suuri | suurempi
modern | moderni | modernimpi
practical | käytännöllinen | käytännöllisempi
""")

PLACES = forms("""
place | base | gen | in | to | from
library | kirjasto | kirjaston | kirjastossa | kirjastoon | kirjastosta
museum | museo | museon | museossa | museoon | museosta
bakery | leipomo | leipomon | leipomossa | leipomoon | leipomosta
post office | posti | postin | postissa | postiin | postista
bank | pankki | pankin | pankissa | pankkiin | pankista
pharmacy | apteekki | apteekin | apteekissa | apteekkiin | apteekista
restaurant | ravintola | ravintolan | ravintolassa | ravintolaan | ravintolasta
cafe | kahvila | kahvilan | kahvilassa | kahvilaan | kahvilasta
supermarket | ruokakauppa | ruokakaupan | ruokakaupassa | ruokakauppaan | ruokakaupasta
cinema | elokuvateatteri | elokuvateatterin | elokuvateatterissa | elokuvateatteriin \
| elokuvateatterista
theatre | teatteri | teatterin | teatterissa | teatteriin | teatterista
market | tori | torin | torilla | torille | torilta
station | asema | aseman | asemalla | asemalle | asemalta
school | koulu | koulun | koulussa | kouluun | koulusta
hospital | sairaala | sairaalan | sairaalassa | sairaalaan | sairaalasta
park | puisto | puiston | puistossa | puistoon | puistosta
airport | lentokenttä | lentokentän | lentokentällä | lentokentälle | lentokentältä
garden | puutarha | puutarhan | puutarhassa | puutarhaan | puutarhasta
university | yliopisto | yliopiston | yliopistolla | yliopistolle | yliopistolta
hotel | hotelli | hotellin | hotellissa | hotelliin | hotellista
church | kirkko | kirkon | kirkossa | kirkkoon | kirkosta
beach | ranta | rannan | rannalla | rannalle | rannalta
""")

CITIES = forms("""
city | in | to
London | Lontoossa | Lontooseen
Paris | Pariisissa | Pariisiin
Berlin | Berliinissä | Berliiniin
Rome | Roomassa | Roomaan
Madrid | Madridissa | Madridiin
Vienna | Wienissä | Wieniin
Prague | Prahassa | Prahaan
Athens | Ateenassa | Ateenaan
Lisbon | Lissabonissa | Lissaboniin
Warsaw | Varsovassa | Varsovaan
Budapest | Budapestissa | Budapestiin
Copenhagen | Kööpenhaminassa | Kööpenhaminaan
""")

FOODS = forms("""
food | base | eats
coffee | kahvia | juo
tea | teetä | juo
milk | maitoa | juo
bread | leipää | syö
cheese | juustoa | syö
soup | keittoa | syö
fish | kalaa | syö
meat | lihaa | syö
chocolate | suklaata | syö
salad | salaattia | syö
honey | hunajaa | syö
yoghurt | jogurttia | syö
""")

JOBS = forms("""
job | base | as
teacher | opettaja | opettajana
doctor | lääkäri | lääkärinä
engineer | insinööri | insinöörinä
photographer | valokuvaaja | valokuvaajana
journalist | toimittaja | toimittajana
translator | kääntäjä | kääntäjänä
cook | kokki | kokkina
farmer | maanviljelijä | maanviljelijänä
lawyer | asianajaja | asianajajana
nurse | sairaanhoitaja | sairaanhoitajana
architect | arkkitehti | arkkitehtina
dentist | hammaslääkäri | hammaslääkärinä
""")

WEATHER = forms("""
weather | past | future
rain | satoi vettä | sataa vettä
snow | satoi lunta | sataa lunta
cold | oli hyvin kylmä | on hyvin kylmä
heat | oli hyvin kuuma | on hyvin kuuma
wind | oli tuulista | on tuulista
fog | oli sumuista | on sumuista
""")

LISTS = lists("""
animal: kissa, koira, kani, hevonen, lintu, ankka, vuohi, kana
activity: uida, laulaa, tanssia, laittaa ruokaa, hiihtää, pelata shakkia, \
soittaa pianoa, pelata tennistä, pelata jalkapalloa, piirtää, luistella, \
soittaa kitaraa
tongue: ranskaa, saksaa, espanjaa, ruotsia, venäjää, puolaa, kreikkaa, turkkia, \
portugalia, tanskaa, arabiaa, japania
number: kaksi, kolme, neljä, viisi, kuusi, seitsemän, kahdeksan, yhdeksän, kymmenen
price: kymmenen euroa, viisitoista euroa, kaksikymmentä euroa, \
kolmekymmentä euroa, neljäkymmentä euroa, viisikymmentä euroa, kuusikymmentä euroa, \
kahdeksankymmentä euroa, yhdeksänkymmentä euroa, sata euroa, kaksisataa euroa
hour: kello kaksi, kello kolme, kello neljä, kello viisi, kello kuusi, \
kello seitsemän, kello kahdeksan, kello yhdeksän, kello kymmenen, kello yksitoista
month: tammikuussa, helmikuussa, maaliskuussa, huhtikuussa, toukokuussa, kesäkuussa, \
heinäkuussa, elokuussa, syyskuussa, lokakuussa, marraskuussa, joulukuussa
habit: joka päivä, joka aamu, joka ilta, maanantaisin, tiistaisin, keskiviikkoisin, \
torstaisin, perjantaisin, lauantaisin, sunnuntaisin
past: eilen, eilen illalla, kaksi päivää sitten, viime viikolla, viime kuussa, \
viime vuonna, maanantaina, tiistaina, keskiviikkona, torstaina, perjantaina, \
lauantaina, sunnuntaina
future: huomenna, tänä iltana, ylihuomenna, ensi viikolla, ensi kuussa, ensi vuonna, \
maanantaina, tiistaina, keskiviikkona, torstaina, perjantaina, lauantaina, sunnuntaina
""", like=ENGLISH.words)

FINNISH = Language('Finnish', patterns=PATTERNS, words={
    **LISTS, 'who': {**names(), **RELATIVES}, 'thing': THINGS, 'colour': COLOURS,
    'quality': QUALITIES, 'place': PLACES, 'city': CITIES, 'food': FOODS, 'job': JOBS,
    'weather': WEATHER, 'agreeing': {}})
