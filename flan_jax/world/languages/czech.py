"""Czech: cases are written out; after five and more, things stand in the genitive."""

from flan_jax.world.languages.english import ENGLISH
from flan_jax.world.languages.grammar import forms
from flan_jax.world.languages.grammar import Language
from flan_jax.world.languages.grammar import lists
from flan_jax.world.languages.grammar import names
from flan_jax.world.languages.grammar import patterns

PATTERNS = patterns("""
bought: {who} {past} {bought:who} {place.in} {colour.acc:thing} {thing.acc}.
counted: {who} {bought:who} {place.in} {number:thing} {thing:number}.
found: {who} {past} {found:who} {place.in} {colour.acc:thing} {thing.acc}.
saw: {past} jsme {place.in} viděli {colour.acc:thing} {thing.acc}.
sold: {who} {past} {sold:who} {thing.acc}.
left: {who} {left:who} {thing.acc} {place.in}.
my_where: Kde je {my:thing} {thing}?
missing: Nemůžu najít {own.acc:thing} {thing.acc}.
is_in: {thing} je {place.in}.
is_not_in: {thing} není {place.in}.
is: {thing} je velmi {quality:thing}.
it_is: Je velmi {quality:thing}.
is_not: {thing} není moc {quality:thing}.
is_it: Je {thing} {quality:thing}?
compared: {thing} je {quality.more} než {thing2}.
wanted: Chci koupit {colour.acc:thing} {thing.acc}.
needed: Potřebujeme {colour.acc:thing} {thing.acc}.
price_asked: Kolik stojí {thing}?
price: {thing} stojí {price}.
it_costs: Stojí {price}.
there_are: {place.in} {are:number} {number:thing} {thing:number}.
animal: Podívej, {place.in} je {colour:animal} {animal}!
closed: {place} je {habit} {closed:place}.
is_open: Je {place} {habit} {open:place}?
no_closed: Ne, {place} je {habit} {closed:place}.
closed_in: {place} je {month} {closed:place}.
opens_when: Kdy otevírá {place}?
opens: {place} otevírá {hour}.
where: Promiňte, kde je {place}?
beside: {place} je {place2.beside}.
went: {who} {went:who} {past} {place.to}.
why_went: Proč {went:who} {who} {past} {place.to}?
will_go: {who} {future} půjde {place.to}.
was: {who} {was:who} {past} {place.in}.
will_come: Přijde {who} {future}?
did_not_come: {who} {past} {did_not_come:who}.
will_meet: {who} a {who2} se {future} sejdou {place.in}.
works_as: {who} pracuje {city.in} jako {job:who}.
not_job: {who} není {job:who}, ale {job2:who}.
lives: {who} bydlí {city.in} už {number.years}.
speaks: {who} mluví {tongue} a {tongue2}.
she_speaks: Mluví {tongue} a {tongue2}.
speaks_but: {who} mluví {tongue}, ale ne {tongue2}.
learns: {who} se učí {tongue}.
speak_asked: Mluvíte {tongue}?
not_understood: Bohužel nerozumím {tongue2}.
train_when: Kdy odjíždí vlak {city.to}?
train: Vlak {city.to} odjíždí {hour}.
flew: {who} {flew:who} {past} {city.to}.
travels: {who} {future} pojede {city.to}.
weather_was: {past} {city.in} {weather.past}.
weather_will: {future} {city.in} {weather.future}.
there_was: {weather.there_was}.
there_will: {weather.there_will}.
stayed: {past} jsme zůstali doma, protože {weather.past}.
eats: {who} {habit} {food.eats} {food}.
not_eaten: {who} {food.not} {food}.
she_not: {food2.not} {food2}.
still_buy: Ještě musíme koupit {food} a {food2}.
offered: Dáte si {food}, nebo {food2}?
can: {who} umí velmi dobře {activity}.
cannot: {who} neumí {activity}.
but_can: Ale umí velmi dobře {activity2}.
wants_to: {who} chce {future} {activity}.
can_you: Umíš {activity}?
birthday: Mám narozeniny {month}.
asked: {who} se {asked:who}: „{quote}“
said: {who} {said:who}: „{quote}“
answered: {who2} {answered:who2}: „{quote}“
""")

RELATIVES = forms("""
who | class | base
my mother | f | moje matka
my father | m | můj otec
my sister | f | moje sestra
my brother | m | můj bratr
my grandmother | f | moje babička
my grandfather | m | můj dědeček
my daughter | f | moje dcera
my son | m | můj syn
my wife | f | moje manželka
my husband | m | můj manžel
""")

THINGS = forms("""
thing | class | base | acc | nompl | genpl
book | f | kniha | knihu | knihy | knih
lamp | f | lampa | lampu | lampy | lamp
hat | m | klobouk | klobouk | klobouky | klobouků
umbrella | m | deštník | deštník | deštníky | deštníků
bag | f | taška | tašku | tašky | tašek
bicycle | n | kolo | kolo | kola | kol
car | n | auto | auto | auta | aut
chair | f | židle | židli | židle | židlí
table | m | stůl | stůl | stoly | stolů
cup | m | šálek | šálek | šálky | šálků
bottle | f | láhev | láhev | láhve | lahví
box | f | krabice | krabici | krabice | krabic
jacket | f | bunda | bundu | bundy | bund
shirt | f | košile | košili | košile | košil
skirt | f | sukně | sukni | sukně | sukní
scarf | f | šála | šálu | šály | šál
ball | m | míč | míč | míče | míčů
notebook | m | sešit | sešit | sešity | sešitů
pencil | f | tužka | tužku | tužky | tužek
plate | m | talíř | talíř | talíře | talířů
vase | f | váza | vázu | vázy | váz
guitar | f | kytara | kytaru | kytary | kytar
camera | m | fotoaparát | fotoaparát | fotoaparáty | fotoaparátů
suitcase | m | kufr | kufr | kufry | kufrů
carpet | m | koberec | koberec | koberce | koberců
blanket | f | deka | deku | deky | dek
candle | f | svíčka | svíčku | svíčky | svíček
mirror | n | zrcadlo | zrcadlo | zrcadla | zrcadel
""")

COLOURS = forms("""
colour | m | f | n | acc_m | acc_f | acc_n
red | červený | červená | červené | červený | červenou | červené
blue | modrý | modrá | modré | modrý | modrou | modré
green | zelený | zelená | zelené | zelený | zelenou | zelené
yellow | žlutý | žlutá | žluté | žlutý | žlutou | žluté
white | bílý | bílá | bílé | bílý | bílou | bílé
black | černý | černá | černé | černý | černou | černé
grey | šedý | šedá | šedé | šedý | šedou | šedé
brown | hnědý | hnědá | hnědé | hnědý | hnědou | hnědé
""")

QUALITIES = forms("""
quality | m | f | n | more
expensive | drahý | drahá | drahé | dražší
heavy | těžký | těžká | těžké | těžší
light | lehký | lehká | lehké | lehčí
old | starý | stará | staré | starší
beautiful | krásný | krásná | krásné | krásnější
small | malý | malá | malé | menší
big | velký | velká | velké | větší
modern | moderní | moderní | moderní | modernější
practical | praktický | praktická | praktické | praktičtější
""")

PLACES = forms("""
place | class | base | in | to | beside
library | f | knihovna | v knihovně | do knihovny | vedle knihovny
museum | n | muzeum | v muzeu | do muzea | vedle muzea
bakery | f | pekárna | v pekárně | do pekárny | vedle pekárny
post office | f | pošta | na poště | na poštu | vedle pošty
bank | f | banka | v bance | do banky | vedle banky
pharmacy | f | lékárna | v lékárně | do lékárny | vedle lékárny
restaurant | f | restaurace | v restauraci | do restaurace | vedle restaurace
cafe | f | kavárna | v kavárně | do kavárny | vedle kavárny
supermarket | m | supermarket | v supermarketu | do supermarketu | vedle supermarketu
cinema | n | kino | v kině | do kina | vedle kina
theatre | n | divadlo | v divadle | do divadla | vedle divadla
market | m | trh | na trhu | na trh | vedle trhu
station | n | nádraží | na nádraží | na nádraží | vedle nádraží
school | f | škola | ve škole | do školy | vedle školy
hospital | f | nemocnice | v nemocnici | do nemocnice | vedle nemocnice
park | m | park | v parku | do parku | vedle parku
airport | n | letiště | na letišti | na letiště | vedle letiště
garden | f | zahrada | na zahradě | na zahradu | vedle zahrady
university | f | univerzita | na univerzitě | na univerzitu | vedle univerzity
hotel | m | hotel | v hotelu | do hotelu | vedle hotelu
church | m | kostel | v kostele | do kostela | vedle kostela
beach | f | pláž | na pláži | na pláž | vedle pláže
""")

CITIES = forms("""
city | in | to
London | v Londýně | do Londýna
Paris | v Paříži | do Paříže
Berlin | v Berlíně | do Berlína
Rome | v Římě | do Říma
Madrid | v Madridu | do Madridu
Vienna | ve Vídni | do Vídně
Prague | v Praze | do Prahy
Athens | v Athénách | do Athén
Lisbon | v Lisabonu | do Lisabonu
Warsaw | ve Varšavě | do Varšavy
Budapest | v Budapešti | do Budapešti
Copenhagen | v Kodani | do Kodaně
""")

ANIMALS = forms("""
animal | class | base
cat | f | kočka
dog | m | pes
rabbit | m | králík
horse | m | kůň
bird | m | pták
duck | f | kachna
goat | f | koza
hen | f | slepice
""")

FOODS = forms("""
food | base | eats | not
coffee | kávu | pije | nepije
tea | čaj | pije | nepije
milk | mléko | pije | nepije
bread | chléb | jí | nejí
cheese | sýr | jí | nejí
soup | polévku | jí | nejí
fish | ryby | jí | nejí
meat | maso | jí | nejí
chocolate | čokoládu | jí | nejí
salad | salát | jí | nejí
honey | med | jí | nejí
yoghurt | jogurt | jí | nejí
""")

JOBS = forms("""
job | m | f
teacher | učitel | učitelka
doctor | lékař | lékařka
engineer | inženýr | inženýrka
photographer | fotograf | fotografka
journalist | novinář | novinářka
translator | překladatel | překladatelka
cook | kuchař | kuchařka
farmer | zemědělec | zemědělkyně
lawyer | právník | právnička
nurse | zdravotní bratr | zdravotní sestra
architect | architekt | architektka
dentist | zubař | zubařka
""")

WEATHER = forms("""
weather | past | future | there_was | there_will
rain | pršelo | bude pršet | pršelo tam | bude tam pršet
snow | sněžilo | bude sněžit | sněžilo tam | bude tam sněžit
cold | bylo velmi chladno | bude velmi chladno | bylo tam velmi chladno \
| bude tam velmi chladno
heat | bylo velmi horko | bude velmi horko | bylo tam velmi horko \
| bude tam velmi horko
wind | bylo větrno | bude větrno | bylo tam větrno | bude tam větrno
fog | byla mlha | bude mlha | byla tam mlha | bude tam mlha
""")

# The class says in what form the things stand that are counted.
NUMBERS = forms("""
number | class | m | f | n | years
two | nompl | dva | dvě | dvě | dva roky
three | nompl | tři | tři | tři | tři roky
four | nompl | čtyři | čtyři | čtyři | čtyři roky
five | genpl | pět | pět | pět | pět let
six | genpl | šest | šest | šest | šest let
seven | genpl | sedm | sedm | sedm | sedm let
eight | genpl | osm | osm | osm | osm let
nine | genpl | devět | devět | devět | devět let
ten | genpl | deset | deset | deset | deset let
""")

LISTS = lists("""
activity: plavat, zpívat, tančit, vařit, lyžovat, hrát šachy, hrát na klavír, \
hrát tenis, hrát fotbal, kreslit, bruslit, hrát na kytaru
tongue: francouzsky, německy, španělsky, švédsky, rusky, polsky, řecky, turecky, \
portugalsky, dánsky, arabsky, japonsky
price: deset eur, patnáct eur, dvacet eur, třicet eur, čtyřicet eur, padesát eur, \
šedesát eur, osmdesát eur, devadesát eur, sto eur, dvě stě eur
hour: ve dvě hodiny, ve tři hodiny, ve čtyři hodiny, v pět hodin, v šest hodin, \
v sedm hodin, v osm hodin, v devět hodin, v deset hodin, v jedenáct hodin
month: v lednu, v únoru, v březnu, v dubnu, v květnu, v červnu, v červenci, v srpnu, \
v září, v říjnu, v listopadu, v prosinci
habit: každý den, každé ráno, každý večer, v pondělí, v úterý, ve středu, ve čtvrtek, \
v pátek, v sobotu, v neděli
past: včera, včera večer, před dvěma dny, minulý týden, minulý měsíc, minulý rok, \
v pondělí, v úterý, ve středu, ve čtvrtek, v pátek, v sobotu, v neděli
future: zítra, dnes večer, pozítří, příští týden, příští měsíc, příští rok, \
v pondělí, v úterý, ve středu, ve čtvrtek, v pátek, v sobotu, v neděli
""", like=ENGLISH.words)

AGREEING = forms("""
word | m | f | n
my | můj | moje | moje
open | otevřený | otevřená | otevřené
closed | zavřený | zavřená | zavřené
""") | forms("""
word | acc_m | acc_f | acc_n
own | svůj | svou | své
""") | forms("""
word | m | f
bought | koupil | koupila
found | našel | našla
sold | prodal | prodala
left | nechal | nechala
went | šel | šla
was | byl | byla
did_not_come | nepřišel | nepřišla
flew | letěl | letěla
asked | zeptal | zeptala
said | řekl | řekla
answered | odpověděl | odpověděla
""") | forms("""
word | nompl | genpl
are | jsou | je
""")

CZECH = Language('Czech', patterns=PATTERNS, words={
    **LISTS, 'who': {**names(), **RELATIVES}, 'thing': THINGS, 'colour': COLOURS,
    'quality': QUALITIES, 'place': PLACES, 'city': CITIES, 'animal': ANIMALS,
    'food': FOODS, 'job': JOBS, 'weather': WEATHER, 'number': NUMBERS,
    'agreeing': AGREEING})
