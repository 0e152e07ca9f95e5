"""Spanish: two genders; `el` melts into `al` and `del`; verbs need no pronoun."""

from flan_jax.world.languages.english import ENGLISH
from flan_jax.world.languages.grammar import forms
from flan_jax.world.languages.grammar import Language
from flan_jax.world.languages.grammar import lists
from flan_jax.world.languages.grammar import names
from flan_jax.world.languages.grammar import patterns

PATTERNS = patterns("""
bought: {who} compró {a:thing} {thing} {colour:thing} en {the:place} {place} {past}.
counted: {who} compró {number} {thing.plural} en {the:place} {place}.
found: {who} encontró {a:thing} {thing} {colour:thing} en {the:place} {place} {past}.
saw: {past} vimos {a:thing} {thing} {colour:thing} en {the:place} {place}.
sold: {who} vendió {the:thing} {thing} {past}.
left: {who} dejó {the:thing} {thing} en {the:place} {place}.
my_where: ¿Dónde está mi {thing}?
missing: No encuentro mi {thing}.
is_in: {the:thing} {thing} está en {the:place} {place}.
is_not_in: {the:thing} {thing} no está en {the:place} {place}.
is: {the:thing} {thing} es muy {quality:thing}.
it_is: Es muy {quality:thing}.
is_not: {the:thing} {thing} no es muy {quality:thing}.
is_it: ¿Es {quality:thing} {the:thing} {thing}?
compared: {the:thing} {thing} es más {quality:thing} que {the:thing2} {thing2}.
wanted: Quiero comprar {a:thing} {thing} {colour:thing}.
needed: Necesitamos {a:thing} {thing} {colour:thing}.
price_asked: ¿Cuánto cuesta {the:thing} {thing}?
price: {the:thing} {thing} cuesta {price}.
it_costs: Cuesta {price}.
there_are: Hay {number} {thing.plural} en {the:place} {place}.
animal: ¡Mira, hay {a:animal} {animal} {colour:animal} en {the:place} {place}!
closed: {the:place} {place} está {closed:place} {habit}.
is_open: ¿Está {open:place} {the:place} {place} {habit}?
no_closed: No, {the:place} {place} está {closed:place} {habit}.
closed_in: {the:place} {place} está {closed:place} en {month}.
opens_when: ¿Cuándo abre {the:place} {place}?
opens: {the:place} {place} abre {hour}.
where: Perdone, ¿dónde está {the:place} {place}?
beside: {the:place} {place} está al lado {of_the:place2} {place2}.
went: {who} fue {to_the:place} {place} {past}.
why_went: ¿Por qué fue {who} {to_the:place} {place} {past}?
will_go: {who} irá {to_the:place} {place} {future}.
was: {who} estuvo en {the:place} {place} {past}.
will_come: ¿Vendrá {who} {future}?
did_not_come: {who} no vino {past}.
will_meet: {who} se encontrará con {who2} en {the:place} {place} {future}.
works_as: {who} trabaja como {job:who} en {city}.
not_job: {who} no es {job:who}, sino {job2:who}.
lives: {who} vive en {city} desde hace {number} años.
speaks: {who} habla {tongue} y {tongue2}.
she_speaks: Habla {tongue} y {tongue2}.
speaks_but: {who} habla {tongue}, pero no {tongue2}.
learns: {who} está aprendiendo {tongue}.
speak_asked: ¿Habla usted {tongue}?
not_understood: Por desgracia, no entiendo el {tongue2}.
train_when: ¿Cuándo sale el tren a {city}?
train: El tren a {city} sale {hour}.
flew: {who} voló a {city} {past}.
travels: {who} viajará a {city} {future}.
weather_was: {weather.past} en {city} {past}.
weather_will: {weather.future} en {city} {future}.
there_was: Allí {weather.past}.
there_will: Allí {weather.future}.
stayed: {past} nos quedamos en casa porque {weather.because}.
eats: {who} {food.eats} {food} {habit}.
not_eaten: {who} no {food.eats} {food}.
she_not: No {food2.eats} {food2}.
still_buy: Todavía tenemos que comprar {food} y {food2}.
offered: ¿Quiere {food} o {food2}?
can: {who} sabe {activity} muy bien.
cannot: {who} no sabe {activity}.
but_can: Pero sabe {activity2} muy bien.
wants_to: {who} quiere {activity} {future}.
can_you: ¿Sabes {activity}?
birthday: Mi cumpleaños es en {month}.
asked: {who} preguntó: «{quote}».
said: {who} dijo: «{bare}».
answered: {who2} respondió: «{bare}».
""")

RELATIVES = forms("""
who | class | base
my mother | f | mi madre
my father | m | mi padre
my sister | f | mi hermana
my brother | m | mi hermano
my grandmother | f | mi abuela
my grandfather | m | mi abuelo
my daughter | f | mi hija
my son | m | mi hijo
my wife | f | mi mujer
my husband | m | mi marido
""")

THINGS = forms("""
thing | class | base | plural
book | m | libro | libros
lamp | f | lámpara | lámparas
hat | m | sombrero | sombreros
umbrella | m | paraguas | paraguas
bag | m | bolso | bolsos
bicycle | f | bicicleta | bicicletas
car | m | coche | coches
chair | f | silla | sillas
table | f | mesa | mesas
cup | f | taza | tazas
bottle | f | botella | botellas
box | f | caja | cajas
jacket | f | chaqueta | chaquetas
shirt | f | camisa | camisas
skirt | f | falda | faldas
scarf | f | bufanda | bufandas
ball | f | pelota | pelotas
notebook | m | cuaderno | cuadernos
pencil | m | lápiz | lápices
plate | m | plato | platos
vase | m | jarrón | jarrones
guitar | f | guitarra | guitarras
camera | f | cámara | cámaras
suitcase | f | maleta | maletas
carpet | f | alfombra | alfombras
blanket | f | manta | mantas
candle | f | vela | velas
mirror | m | espejo | espejos
""")

COLOURS = forms("""
colour | m | f
red | rojo | roja
blue | azul | azul
green | verde | verde
yellow | amarillo | amarilla
white | blanco | blanca
black | negro | negra
grey | gris | gris
brown | marrón | marrón
""")

QUALITIES = forms("""
quality | m | f
expensive | caro | cara
heavy | pesado | pesada
light | ligero | ligera
old | viejo | vieja
beautiful | bonito | bonita
small | pequeño | pequeña
big | grande | grande
modern | moderno | moderna
practical | práctico | práctica
""")

PLACES = forms("""
place | class | base
library | f | biblioteca
museum | m | museo
bakery | f | panadería
post office | f | oficina de correos
bank | m | banco
pharmacy | f | farmacia
restaurant | m | restaurante
cafe | f | cafetería
supermarket | m | supermercado
cinema | m | cine
theatre | m | teatro
market | m | mercado
station | f | estación
school | f | escuela
hospital | m | hospital
park | m | parque
airport | m | aeropuerto
garden | m | jardín
university | f | universidad
hotel | m | hotel
church | f | iglesia
beach | f | playa
""")

ANIMALS = forms("""
animal | class | base
cat | m | gato
dog | m | perro
rabbit | m | conejo
horse | m | caballo
bird | m | pájaro
duck | m | pato
goat | f | cabra
hen | f | gallina
""")

FOODS = forms("""
food | base | eats
coffee | café | bebe
tea | té | bebe
milk | leche | bebe
bread | pan | come
cheese | queso | come
soup | sopa | come
fish | pescado | come
meat | carne | come
chocolate | chocolate | come
salad | ensalada | come
honey | miel | come
yoghurt | yogur | come
""")

JOBS = forms("""
job | m | f
teacher | profesor | profesora
doctor | médico | médica
engineer | ingeniero | ingeniera
photographer | fotógrafo | fotógrafa
journalist | periodista | periodista
translator | traductor | traductora
cook | cocinero | cocinera
farmer | agricultor | agricultora
lawyer | abogado | abogada
nurse | enfermero | enfermera
architect | arquitecto | arquitecta
dentist | dentista | dentista
""")

WEATHER = forms("""
weather | past | future | because
rain | llovió | lloverá | llovía
snow | nevó | nevará | nevaba
cold | hizo mucho frío | hará mucho frío | hacía mucho frío
heat | hizo mucho calor | hará mucho calor | hacía mucho calor
wind | hizo viento | hará viento | hacía viento
fog | hubo niebla | habrá niebla | había niebla
""")

LISTS = lists("""
activity: nadar, cantar, bailar, cocinar, esquiar, jugar al ajedrez, tocar el piano, \
jugar al tenis, jugar al fútbol, dibujar, patinar, tocar la guitarra
tongue: francés, alemán, español, sueco, ruso, polaco, griego, turco, portugués, \
danés, árabe, japonés
city: Londres, París, Berlín, Roma, Madrid, Viena, Praga, Atenas, Lisboa, Varsovia, \
Budapest, Copenhague
number: dos, tres, cuatro, cinco, seis, siete, ocho, nueve, diez
price: diez euros, quince euros, veinte euros, treinta euros, cuarenta euros, \
cincuenta euros, sesenta euros, ochenta euros, noventa euros, cien euros, \
doscientos euros
hour: a las dos, a las tres, a las cuatro, a las cinco, a las seis, a las siete, \
a las ocho, a las nueve, a las diez, a las once
month: enero, febrero, marzo, abril, mayo, junio, julio, agosto, septiembre, octubre, \
noviembre, diciembre
habit: todos los días, todas las mañanas, todas las noches, los lunes, los martes, \
los miércoles, los jueves, los viernes, los sábados, los domingos
past: ayer, ayer por la noche, hace dos días, la semana pasada, el mes pasado, \
el año pasado, el lunes, el martes, el miércoles, el jueves, el viernes, el sábado, \
el domingo
future: mañana, esta noche, pasado mañana, la semana que viene, el mes que viene, \
el año que viene, el lunes, el martes, el miércoles, el jueves, el viernes, el sábado, \
el domingo
""", like=ENGLISH.words)

AGREEING = forms("""
word | m | f
a | un | una
the | el | la
to_the | al | a la
of_the | del | de la
open | abierto | abierta
closed | cerrado | cerrada
""")

SPANISH = Language('Spanish', patterns=PATTERNS, words={
    **LISTS, 'who': {**names(), **RELATIVES}, 'thing': THINGS, 'colour': COLOURS,
    'quality': QUALITIES, 'place': PLACES, 'animal': ANIMALS, 'food': FOODS,
    'job': JOBS, 'weather': WEATHER, 'agreeing': AGREEING})
