"""Russian: cases are written out; two to four things stand in the genitive singular."""

from flan_jax.world.languages.english import ENGLISH
from flan_jax.world.languages.grammar import forms
from flan_jax.world.languages.grammar import Language
from flan_jax.world.languages.grammar import lists
from flan_jax.world.languages.grammar import names
from flan_jax.world.languages.grammar import patterns
from flan_jax.world.lexicon import words

PATTERNS = patterns("""
bought: {who} {past} {bought:who} {place.in} {colour.acc:thing} {thing.acc}.
counted: {who} {bought:who} {place.in} {number:thing} {thing:number}.
found: {who} {past} {found:who} {place.in} {colour.acc:thing} {thing.acc}.
saw: {past} мы видели {place.in} {colour.acc:thing} {thing.acc}.
sold: {who} {past} {sold:who} {thing.acc}.
left: {who} {left:who} {thing.acc} {place.in}.
my_where: Где {my:thing} {thing}?
missing: Я не могу найти {own.acc:thing} {thing.acc}.
is_in: {thing} находится {place.in}.
is_not_in: {thing.gen} {place.in} нет.
is: {thing} очень {quality:thing}.
it_is: {it:thing} очень {quality:thing}.
is_not: {thing} не очень {quality:thing}.
is_it: {thing} {quality:thing}?
compared: {thing} {quality.more}, чем {thing2}.
wanted: Я хочу купить {colour.acc:thing} {thing.acc}.
needed: Нам {needed:thing} {colour:thing} {thing}.
price_asked: Сколько стоит {thing}?
price: {thing} стоит {price}.
it_costs: {it:thing} стоит {price}.
there_are: {place.in} {number:thing} {thing:number}.
animal: Смотри, {place.in} {colour:animal} {animal}!
closed: {place} {closed:place} {habit}.
is_open: {place} {open:place} {habit}?
no_closed: Нет, {place} {closed:place} {habit}.
closed_in: {place} {closed:place} {month}.
opens_when: Когда открывается {place}?
opens: {place} открывается {hour}.
where: Извините, где находится {place}?
beside: {place} находится рядом {place2.beside}.
went: {who} {past} {went:who} {place.to}.
why_went: Почему {who} {past} {went:who} {place.to}?
will_go: {who} {future} пойдёт {place.to}.
was: {who} {past} {was:who} {place.in}.
will_come: {who} придёт {future}?
did_not_come: {who} {past} не {came:who}.
will_meet: {who} и {who2} {future} встретятся {place.in}.
works_as: {who} работает {job.as:who} {city.in}.
not_job: {who} не {job:who}, а {job2:who}.
lives: {who} живёт {city.in} уже {number.years}.
speaks: {who} говорит {tongue} и {tongue2}.
she_speaks: {she:who} говорит {tongue} и {tongue2}.
speaks_but: {who} говорит {tongue}, но не {tongue2}.
learns: {who} учит {tongue.noun}.
speak_asked: Вы говорите {tongue}?
not_understood: К сожалению, я не понимаю {tongue2}.
train_when: Когда отправляется поезд {city.to}?
train: Поезд {city.to} отправляется {hour}.
flew: {who} {past} {flew:who} {city.to}.
travels: {who} {future} поедет {city.to}.
weather_was: {past} {city.in} {weather.past}.
weather_will: {future} {city.in} {weather.future}.
there_was: Там {weather.past}.
there_will: Там {weather.future}.
stayed: {past} мы остались дома, потому что {weather.past}.
eats: {who} {habit} {food.eats} {food}.
not_eaten: {who} не {food.eats} {food}.
she_not: {she:who} не {food2.eats} {food2}.
still_buy: Нам ещё нужно купить {food} и {food2}.
offered: Хотите {food} или {food2}?
can: {who} очень хорошо умеет {activity}.
cannot: {who} не умеет {activity}.
but_can: Но {she:who} очень хорошо умеет {activity2}.
wants_to: {who} хочет {future} {activity}.
can_you: Ты умеешь {activity}?
birthday: Мой день рождения {month}.
asked: {who} {asked:who}: «{quote}»
said: {who} {said:who}: «{bare}».
answered: {who2} {answered:who2}: «{bare}».
""")

NAMES = dict(line.rsplit(maxsplit=1) for line in words("""
Ada Ада, Alice Алиса, Amara Амара, Anna Анна, Beatrice Беатрис, Bella Белла,
Carmen Кармен, Clara Клара, Dora Дора, Edith Эдит, Elena Елена, Emma Эмма,
Esther Эстер, Farah Фара, Fiona Фиона, Grace Грейс, Hana Хана, Helen Хелен, Ida Ида,
Ines Инес, Irene Ирен, Jane Джейн, Judith Джудит, Julia Джулия, Karin Карин,
Laura Лаура, Leila Лейла, Lena Лена, Lucy Люси, Maria Мария, Martha Марта, Maya Майя,
Mina Мина, Nadia Надя, Nora Нора, Olga Ольга, Paula Паула, Petra Петра, Rosa Роза,
Ruth Рут, Sara Сара, Selma Сельма, Sofia София, Tessa Тесса, Vera Вера, Yasmin Ясмин,
Adam Адам, Alan Алан, Anton Антон, Arthur Артур, Boris Борис, Carl Карл,
Daniel Даниэль, David Дэвид, Edgar Эдгар, Emil Эмиль, Eric Эрик, Felix Феликс,
Frank Фрэнк, George Джордж, Hassan Хасан, Henry Генри, Hugo Хьюго, Ivan Иван,
Jacob Джейкоб, James Джеймс, Jonas Йонас, Karim Карим, Leo Лео, Louis Луи, Luke Люк,
Marco Марко, Martin Мартин, Max Макс, Mohan Мохан, Nathan Натан, Noah Ной,
Oliver Оливер, Omar Омар, Oscar Оскар, Otto Отто, Paul Пол, Peter Питер, Ralph Ральф,
Rashid Рашид, Robert Роберт, Samuel Сэмюэл, Simon Саймон, Theo Тео, Thomas Томас,
Victor Виктор, Walter Уолтер
"""))

RELATIVES = forms("""
who | class | base
my mother | f | моя мать
my father | m | мой отец
my sister | f | моя сестра
my brother | m | мой брат
my grandmother | f | моя бабушка
my grandfather | m | мой дедушка
my daughter | f | моя дочь
my son | m | мой сын
my wife | f | моя жена
my husband | m | мой муж
""")

THINGS = forms("""
thing | class | base | acc | gen | genpl
book | f | книга | книгу | книги | книг
lamp | f | лампа | лампу | лампы | ламп
hat | f | шляпа | шляпу | шляпы | шляп
umbrella | m | зонт | зонт | зонта | зонтов
bag | f | сумка | сумку | сумки | сумок
bicycle | m | велосипед | велосипед | велосипеда | велосипедов
car | f | машина | машину | машины | машин
chair | m | стул | стул | стула | стульев
table | m | стол | стол | стола | столов
cup | f | чашка | чашку | чашки | чашек
bottle | f | бутылка | бутылку | бутылки | бутылок
box | f | коробка | коробку | коробки | коробок
jacket | f | куртка | куртку | куртки | курток
shirt | f | рубашка | рубашку | рубашки | рубашек
skirt | f | юбка | юбку | юбки | юбок
scarf | m | шарф | шарф | шарфа | шарфов
ball | m | мяч | мяч | мяча | мячей
notebook | f | тетрадь | тетрадь | тетради | тетрадей
pencil | m | карандаш | карандаш | карандаша | карандашей
plate | f | тарелка | тарелку | тарелки | тарелок
vase | f | ваза | вазу | вазы | ваз
guitar | f | гитара | гитару | гитары | гитар
camera | m | фотоаппарат | фотоаппарат | фотоаппарата | фотоаппаратов
suitcase | m | чемодан | чемодан | чемодана | чемоданов
carpet | m | ковёр | ковёр | ковра | ковров
blanket | n | одеяло | одеяло | одеяла | одеял
candle | f | свеча | свечу | свечи | свечей
mirror | n | зеркало | зеркало | зеркала | зеркал
""")

COLOURS = forms("""
colour | m | f | n | acc_m | acc_f | acc_n
red | красный | красная | красное | красный | красную | красное
blue | синий | синяя | синее | синий | синюю | синее
green | зелёный | зелёная | зелёное | зелёный | зелёную | зелёное
yellow | жёлтый | жёлтая | жёлтое | жёлтый | жёлтую | жёлтое
white | белый | белая | белое | белый | белую | белое
black | чёрный | чёрная | чёрное | чёрный | чёрную | чёрное
grey | серый | серая | серое | серый | серую | серое
brown | коричневый | коричневая | коричневое | коричневый | коричневую | коричневое
""")

QUALITIES = forms("""
quality | m | f | n | more
expensive | дорогой | дорогая | дорогое | дороже
heavy | тяжёлый | тяжёлая | тяжёлое | тяжелее
light | лёгкий | лёгкая | лёгкое | легче
old | старый | старая | старое | старее
beautiful | красивый | красивая | красивое | красивее
small | маленький | маленькая | маленькое | меньше
big | большой | большая | большое | больше
modern | современный | современная | современное | современнее
practical | практичный | практичная | практичное | практичнее
""")

PLACES = forms("""
place | class | base | in | to | beside
library | f | библиотека | в библиотеке | в библиотеку | с библиотекой
museum | m | музей | в музее | в музей | с музеем
bakery | f | пекарня | в пекарне | в пекарню | с пекарней
post office | f | почта | на почте | на почту | с почтой
bank | m | банк | в банке | в банк | с банком
pharmacy | f | аптека | в аптеке | в аптеку | с аптекой
restaurant | m | ресторан | в ресторане | в ресторан | с рестораном
cafe | n | кафе | в кафе | в кафе | с кафе
supermarket | m | супермаркет | в супермаркете | в супермаркет | с супермаркетом
cinema | m | кинотеатр | в кинотеатре | в кинотеатр | с кинотеатром
theatre | m | театр | в театре | в театр | с театром
market | m | рынок | на рынке | на рынок | с рынком
station | m | вокзал | на вокзале | на вокзал | с вокзалом
school | f | школа | в школе | в школу | со школой
hospital | f | больница | в больнице | в больницу | с больницей
park | m | парк | в парке | в парк | с парком
airport | m | аэропорт | в аэропорту | в аэропорт | с аэропортом
garden | m | сад | в саду | в сад | с садом
university | m | университет | в университете | в университет | с университетом
hotel | f | гостиница | в гостинице | в гостиницу | с гостиницей
church | f | церковь | в церкви | в церковь | с церковью
beach | m | пляж | на пляже | на пляж | с пляжем
""")

CITIES = forms("""
city | in | to
London | в Лондоне | в Лондон
Paris | в Париже | в Париж
Berlin | в Берлине | в Берлин
Rome | в Риме | в Рим
Madrid | в Мадриде | в Мадрид
Vienna | в Вене | в Вену
Prague | в Праге | в Прагу
Athens | в Афинах | в Афины
Lisbon | в Лиссабоне | в Лиссабон
Warsaw | в Варшаве | в Варшаву
Budapest | в Будапеште | в Будапешт
Copenhagen | в Копенгагене | в Копенгаген
""")

ANIMALS = forms("""
animal | class | base
cat | f | кошка
dog | f | собака
rabbit | m | кролик
horse | f | лошадь
bird | f | птица
duck | f | утка
goat | f | коза
hen | f | курица
""")

FOODS = forms("""
food | base | eats
coffee | кофе | пьёт
tea | чай | пьёт
milk | молоко | пьёт
bread | хлеб | ест
cheese | сыр | ест
soup | суп | ест
fish | рыбу | ест
meat | мясо | ест
chocolate | шоколад | ест
salad | салат | ест
honey | мёд | ест
yoghurt | йогурт | ест
""")

TONGUES = forms("""
tongue | base | noun
French | по-французски | французский язык
German | по-немецки | немецкий язык
Spanish | по-испански | испанский язык
Swedish | по-шведски | шведский язык
Russian | по-русски | русский язык
Polish | по-польски | польский язык
Greek | по-гречески | греческий язык
Turkish | по-турецки | турецкий язык
Portuguese | по-португальски | португальский язык
Danish | по-датски | датский язык
Arabic | по-арабски | арабский язык
Japanese | по-японски | японский язык
""")

JOBS = forms("""
job | m | f | as_m | as_f
teacher | учитель | учительница | учителем | учительницей
doctor | врач | врач | врачом | врачом
engineer | инженер | инженер | инженером | инженером
photographer | фотограф | фотограф | фотографом | фотографом
journalist | журналист | журналистка | журналистом | журналисткой
translator | переводчик | переводчица | переводчиком | переводчицей
cook | повар | повар | поваром | поваром
farmer | фермер | фермер | фермером | фермером
lawyer | юрист | юрист | юристом | юристом
nurse | медбрат | медсестра | медбратом | медсестрой
architect | архитектор | архитектор | архитектором | архитектором
dentist | стоматолог | стоматолог | стоматологом | стоматологом
""")

WEATHER = forms("""
weather | past | future
rain | шёл дождь | будет дождь
snow | шёл снег | будет снег
cold | было очень холодно | будет очень холодно
heat | было очень жарко | будет очень жарко
wind | было ветрено | будет ветрено
fog | был туман | будет туман
""")

# The class says in what form the things stand that are counted.
NUMBERS = forms("""
number | class | m | f | n | years
two | gen | два | две | два | два года
three | gen | три | три | три | три года
four | gen | четыре | четыре | четыре | четыре года
five | genpl | пять | пять | пять | пять лет
six | genpl | шесть | шесть | шесть | шесть лет
seven | genpl | семь | семь | семь | семь лет
eight | genpl | восемь | восемь | восемь | восемь лет
nine | genpl | девять | девять | девять | девять лет
ten | genpl | десять | десять | десять | десять лет
""")

LISTS = lists("""
activity: плавать, петь, танцевать, готовить, кататься на лыжах, играть в шахматы, \
играть на пианино, играть в теннис, играть в футбол, рисовать, кататься на коньках, \
играть на гитаре
price: десять евро, пятнадцать евро, двадцать евро, тридцать евро, сорок евро, \
пятьдесят евро, шестьдесят евро, восемьдесят евро, девяносто евро, сто евро, \
двести евро
hour: в два часа, в три часа, в четыре часа, в пять часов, в шесть часов, \
в семь часов, в восемь часов, в девять часов, в десять часов, в одиннадцать часов
month: в январе, в феврале, в марте, в апреле, в мае, в июне, в июле, в августе, \
в сентябре, в октябре, в ноябре, в декабре
habit: каждый день, каждое утро, каждый вечер, по понедельникам, по вторникам, \
по средам, по четвергам, по пятницам, по субботам, по воскресеньям
past: вчера, вчера вечером, два дня назад, на прошлой неделе, в прошлом месяце, \
в прошлом году, в понедельник, во вторник, в среду, в четверг, в пятницу, в субботу, \
в воскресенье
future: завтра, сегодня вечером, послезавтра, на следующей неделе, \
в следующем месяце, в следующем году, в понедельник, во вторник, в среду, в четверг, \
в пятницу, в субботу, в воскресенье
""", like=ENGLISH.words)

AGREEING = forms("""
word | m | f | n
my | мой | моя | моё
it | он | она | оно
needed | нужен | нужна | нужно
open | открыт | открыта | открыто
closed | закрыт | закрыта | закрыто
""") | forms("""
word | acc_m | acc_f | acc_n
own | свой | свою | своё
""") | forms("""
word | m | f
she | он | она
bought | купил | купила
found | нашёл | нашла
sold | продал | продала
left | оставил | оставила
went | ходил | ходила
was | был | была
came | пришёл | пришла
flew | улетел | улетела
asked | спросил | спросила
said | сказал | сказала
answered | ответил | ответила
""")

RUSSIAN = Language('Russian', patterns=PATTERNS, words={
    **LISTS, 'who': {**names(NAMES), **RELATIVES}, 'thing': THINGS, 'colour': COLOURS,
    'quality': QUALITIES, 'place': PLACES, 'city': CITIES, 'animal': ANIMALS,
    'food': FOODS, 'tongue': TONGUES, 'job': JOBS, 'weather': WEATHER,
    'number': NUMBERS, 'agreeing': AGREEING})
