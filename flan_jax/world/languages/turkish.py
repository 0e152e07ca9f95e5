"""Turkish: no gender, no article; suffixes follow the vowels of their word."""

from flan_jax.world.languages.english import ENGLISH
from flan_jax.world.languages.grammar import forms
from flan_jax.world.languages.grammar import Language
from flan_jax.world.languages.grammar import lists
from flan_jax.world.languages.grammar import names
from flan_jax.world.languages.grammar import patterns

PATTERNS = patterns("""
bought: {who} {past} {place.in} {colour} bir {thing} satın aldı.
counted: {who} {place.in} {number} {thing} satın aldı.
found: {who} {past} {place.in} {colour} bir {thing} buldu.
saw: {past} {place.in} {colour} bir {thing} gördük.
sold: {who} {past} {thing.acc} sattı.
left: {who} {thing.acc} {place.in} bıraktı.
my_where: {thing.my} nerede?
missing: {thing.my_acc} bulamıyorum.
is_in: {thing} {place.in}.
is_not_in: {thing} {place.in} değil.
is: {thing} çok {quality}.
it_is: Çok {quality}.
is_not: {thing} çok {quality} değil.
is_it: {thing} {quality.asked}?
compared: {thing} {thing2.abl} daha {quality}.
wanted: {colour} bir {thing} satın almak istiyorum.
needed: Bize {colour} bir {thing} lazım.
price_asked: {thing} ne kadar?
price: {thing} {price}.
it_costs: Fiyatı {price}.
there_are: {place.in} {number} {thing} var.
animal: Bak, {place.in} {colour} bir {animal} var!
closed: {place} {habit} kapalı.
is_open: {place} {habit} açık mı?
no_closed: Hayır, {place} {habit} kapalı.
closed_in: {place} {month} kapalı.
opens_when: {place} ne zaman açılıyor?
opens: {place} {hour} açılıyor.
where: Affedersiniz, {place} nerede?
beside: {place} {place2.gen} yanında.
went: {who} {past} {place.to} gitti.
why_went: {who} {past} neden {place.to} gitti?
will_go: {who} {future} {place.to} gidecek.
was: {who} {past} {place.was}.
will_come: {who} {future} gelecek mi?
did_not_come: {who} {past} gelmedi.
will_meet: {who} ve {who2} {future} {place.in} buluşacak.
works_as: {who} {city.in} {job} olarak çalışıyor.
not_job: {who} {job} değil, {job2}.
lives: {who} {number} yıldır {city.in} yaşıyor.
speaks: {who} {tongue} ve {tongue2} konuşuyor.
she_speaks: {tongue} ve {tongue2} konuşuyor.
speaks_but: {who} {tongue} konuşuyor ama {tongue2} konuşmuyor.
learns: {who} {tongue} öğreniyor.
speak_asked: {tongue} konuşuyor musunuz?
not_understood: Maalesef {tongue2} anlamıyorum.
train_when: {city} treni ne zaman kalkıyor?
train: {city} treni {hour} kalkıyor.
flew: {who} {past} uçakla {city.to} gitti.
travels: {who} {future} {city.to} seyahat edecek.
weather_was: {past} {city.in} {weather.past}.
weather_will: {future} {city.in} {weather.future}.
there_was: Orada {weather.past}.
there_will: Orada {weather.future}.
stayed: {past} {weather.because} evde kaldık.
eats: {who} {habit} {food} {food.eats}.
not_eaten: {who} {food} {food.not}.
she_not: {food2} {food2.not}.
still_buy: Hâlâ {food} ve {food2} almamız gerekiyor.
offered: {food.asked} istersiniz, {food2.asked}?
can: {who} {activity.how} çok iyi biliyor.
cannot: {who} {activity.how} bilmiyor.
but_can: Ama {activity2.how} çok iyi biliyor.
wants_to: {who} {future} {activity} istiyor.
can_you: {activity.how} biliyor musun?
birthday: Doğum günüm {month}.
asked: {who} sordu: “{quote}”
said: {who} şöyle dedi: “{quote}”
answered: {who2} yanıtladı: “{quote}”
""")

RELATIVES = forms("""
who | base
my mother | annem
my father | babam
my sister | kız kardeşim
my brother | erkek kardeşim
my grandmother | büyükannem
my grandfather | büyükbabam
my daughter | kızım
my son | oğlum
my wife | karım
my husband | kocam
""")

THINGS = forms("""
thing | base | acc | my | my_acc | abl
book | kitap | kitabı | kitabım | kitabımı | kitaptan
lamp | lamba | lambayı | lambam | lambamı | lambadan
hat | şapka | şapkayı | şapkam | şapkamı | şapkadan
umbrella | şemsiye | şemsiyeyi | şemsiyem | şemsiyemi | şemsiyeden
bag | çanta | çantayı | çantam | çantamı | çantadan
bicycle | bisiklet | bisikleti | bisikletim | bisikletimi | bisikletten
car | araba | arabayı | arabam | arabamı | arabadan
chair | sandalye | sandalyeyi | sandalyem | sandalyemi | sandalyeden
table | masa | masayı | masam | masamı | masadan
cup | fincan | fincanı | fincanım | fincanımı | fincandan
bottle | şişe | şişeyi | şişem | şişemi | şişeden
box | kutu | kutuyu | kutum | kutumu | kutudan
jacket | ceket | ceketi | ceketim | ceketimi | ceketten
shirt | gömlek | gömleği | gömleğim | gömleğimi | gömlekten
skirt | etek | eteği | eteğim | eteğimi | etekten
scarf | atkı | atkıyı | atkım | atkımı | atkıdan
ball | top | topu | topum | topumu | toptan
notebook | defter | defteri | defterim | defterimi | defterden
pencil | kurşun kalem | kurşun kalemi | kurşun kalemim | kurşun kalemimi \
| kurşun kalemden
plate | tabak | tabağı | tabağım | tabağımı | tabaktan
vase | vazo | vazoyu | vazom | vazomu | vazodan
guitar | gitar | gitarı | gitarım | gitarımı | gitardan
camera | kamera | kamerayı | kameram | kameramı | kameradan
suitcase | bavul | bavulu | bavulum | bavulumu | bavuldan
carpet | halı | halıyı | halım | halımı | halıdan
blanket | battaniye | battaniyeyi | battaniyem | battaniyemi | battaniyeden
candle | mum | mumu | mumum | mumumu | mumdan
mirror | ayna | aynayı | aynam | aynamı | aynadan
""")

QUALITIES = forms("""
quality | base | asked
expensive | pahalı | pahalı mı
heavy | ağır | ağır mı
light | hafif | hafif mi
old | eski | eski mi
beautiful | güzel | güzel mi
small | küçük | küçük mü
big | büyük | büyük mü
modern | modern | modern mi
practical | kullanışlı | kullanışlı mı
""")

PLACES = forms("""
place | base | in | to | gen | was
library | kütüphane | kütüphanede | kütüphaneye | kütüphanenin | kütüphanedeydi
museum | müze | müzede | müzeye | müzenin | müzedeydi
bakery | fırın | fırında | fırına | fırının | fırındaydı
post office | postane | postanede | postaneye | postanenin | postanedeydi
bank | banka | bankada | bankaya | bankanın | bankadaydı
pharmacy | eczane | eczanede | eczaneye | eczanenin | eczanedeydi
restaurant | restoran | restoranda | restorana | restoranın | restorandaydı
cafe | kafe | kafede | kafeye | kafenin | kafedeydi
supermarket | süpermarket | süpermarkette | süpermarkete | süpermarketin \
| süpermarketteydi
cinema | sinema | sinemada | sinemaya | sinemanın | sinemadaydı
theatre | tiyatro | tiyatroda | tiyatroya | tiyatronun | tiyatrodaydı
market | pazar | pazarda | pazara | pazarın | pazardaydı
station | istasyon | istasyonda | istasyona | istasyonun | istasyondaydı
school | okul | okulda | okula | okulun | okuldaydı
hospital | hastane | hastanede | hastaneye | hastanenin | hastanedeydi
park | park | parkta | parka | parkın | parktaydı
airport | havaalanı | havaalanında | havaalanına | havaalanının | havaalanındaydı
garden | bahçe | bahçede | bahçeye | bahçenin | bahçedeydi
university | üniversite | üniversitede | üniversiteye | üniversitenin \
| üniversitedeydi
hotel | otel | otelde | otele | otelin | oteldeydi
church | kilise | kilisede | kiliseye | kilisenin | kilisedeydi
beach | plaj | plajda | plaja | plajın | plajdaydı
""")

CITIES = forms("""
city | base | in | to
London | Londra | Londra'da | Londra'ya
Paris | Paris | Paris'te | Paris'e
Berlin | Berlin | Berlin'de | Berlin'e
Rome | Roma | Roma'da | Roma'ya
Madrid | Madrid | Madrid'de | Madrid'e
Vienna | Viyana | Viyana'da | Viyana'ya
Prague | Prag | Prag'da | Prag'a
Athens | Atina | Atina'da | Atina'ya
Lisbon | Lizbon | Lizbon'da | Lizbon'a
Warsaw | Varşova | Varşova'da | Varşova'ya
Budapest | Budapeşte | Budapeşte'de | Budapeşte'ye
Copenhagen | Kopenhag | Kopenhag'da | Kopenhag'a
""")

FOODS = forms("""
food | base | eats | not | asked
coffee | kahve | içer | içmez | kahve mi
tea | çay | içer | içmez | çay mı
milk | süt | içer | içmez | süt mü
bread | ekmek | yer | yemez | ekmek mi
cheese | peynir | yer | yemez | peynir mi
soup | çorba | içer | içmez | çorba mı
fish | balık | yer | yemez | balık mı
meat | et | yer | yemez | et mi
chocolate | çikolata | yer | yemez | çikolata mı
salad | salata | yer | yemez | salata mı
honey | bal | yer | yemez | bal mı
yoghurt | yoğurt | yer | yemez | yoğurt mu
""")

ACTIVITIES = forms("""
activity | base | how
swim | yüzmek | yüzmeyi
sing | şarkı söylemek | şarkı söylemeyi
dance | dans etmek | dans etmeyi
cook | yemek yapmak | yemek yapmayı
ski | kayak yapmak | kayak yapmayı
play chess | satranç oynamak | satranç oynamayı
play the piano | piyano çalmak | piyano çalmayı
play tennis | tenis oynamak | tenis oynamayı
play football | futbol oynamak | futbol oynamayı
draw | resim çizmek | resim çizmeyi
skate | buz pateni yapmak | buz pateni yapmayı
play the guitar | gitar çalmak | gitar çalmayı
""")

WEATHER = forms("""
weather | past | future | because
rain | yağmur yağdı | yağmur yağacak | yağmur yağdığı için
snow | kar yağdı | kar yağacak | kar yağdığı için
cold | hava çok soğuktu | hava çok soğuk olacak | hava çok soğuk olduğu için
heat | hava çok sıcaktı | hava çok sıcak olacak | hava çok sıcak olduğu için
wind | hava rüzgârlıydı | hava rüzgârlı olacak | hava rüzgârlı olduğu için
fog | hava sisliydi | hava sisli olacak | hava sisli olduğu için
""")

LISTS = lists("""
colour: kırmızı, mavi, yeşil, sarı, beyaz, siyah, gri, kahverengi
animal: kedi, köpek, tavşan, at, kuş, ördek, keçi, tavuk
job: öğretmen, doktor, mühendis, fotoğrafçı, gazeteci, çevirmen, aşçı, çiftçi, avukat, \
hemşire, mimar, diş hekimi
tongue: Fransızca, Almanca, İspanyolca, İsveççe, Rusça, Lehçe, Yunanca, Türkçe, \
Portekizce, Danca, Arapça, Japonca
number: iki, üç, dört, beş, altı, yedi, sekiz, dokuz, on
price: on avro, on beş avro, yirmi avro, otuz avro, kırk avro, elli avro, altmış avro, \
seksen avro, doksan avro, yüz avro, iki yüz avro
hour: saat ikide, saat üçte, saat dörtte, saat beşte, saat altıda, saat yedide, \
saat sekizde, saat dokuzda, saat onda, saat on birde
month: ocak ayında, şubat ayında, mart ayında, nisan ayında, mayıs ayında, \
haziran ayında, temmuz ayında, ağustos ayında, eylül ayında, ekim ayında, \
kasım ayında, aralık ayında
habit: her gün, her sabah, her akşam, pazartesi günleri, salı günleri, \
çarşamba günleri, perşembe günleri, cuma günleri, cumartesi günleri, pazar günleri
past: dün, dün akşam, iki gün önce, geçen hafta, geçen ay, geçen yıl, pazartesi günü, \
salı günü, çarşamba günü, perşembe günü, cuma günü, cumartesi günü, pazar günü
future: yarın, bu akşam, öbür gün, gelecek hafta, gelecek ay, gelecek yıl, \
pazartesi günü, salı günü, çarşamba günü, perşembe günü, cuma günü, cumartesi günü, \
pazar günü
""", like=ENGLISH.words)

TURKISH = Language(
    'Turkish', patterns=PATTERNS, capitals={'i': 'İ'}, words={
        **LISTS, 'who': {**names(), **RELATIVES}, 'thing': THINGS,
        'quality': QUALITIES, 'place': PLACES, 'city': CITIES, 'food': FOODS,
        'activity': ACTIVITIES, 'weather': WEATHER, 'agreeing': {}})
