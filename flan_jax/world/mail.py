"""E-mails at work, and the subject line that says what each is about.

    mail(world) -> (
        'Dear all,\\nThe copier on the second floor has given up once more. Nobody can '
        'come before Monday.\\nBest,\\nNora', 'Copier on the second floor out of order')

As in real mail, the point stands between greetings, details and an aside.
"""

from flan_jax.world import lexicon, outlines
from flan_jax.world.lexicon import words
from flan_jax.world.text import a

_OPENED, _WITH_ASIDE = 0.3, 0.3  # of mails

_TO_ALL = outlines.outlines("""
= {meeting} moved to {day}
| {meeting} on {day} instead of {other_day}
The {meeting} cannot take place on {other_day} as planned.
| We have to put off the {meeting} that was set for {other_day}.
| I am afraid that {other_day} no longer suits everybody who wants to come to the \
{meeting}.
? {other.full} is travelling that day.
| The walls of {room} are being painted that day.
We will meet on {day} at {time} in {other_room} instead.
| Please come to {other_room} on {day} at {time} instead.
? Sorry for the trouble.
| Please change it in your calendars.

= {meeting} on {day} cancelled
| no {meeting} this {day}
The {meeting} on {day} will not take place.
| I have to call off the {meeting} this {day}.
{other.full} is ill, and nobody else can lead it.
| Too few people have signed up for it.
| There is hardly anything to talk about this time.
? I will send you a new date as soon as there is one.
? This means that {room} is free for anyone who needs it.

= {meeting} on {day} at {time}
| invitation to the {meeting} on {day}
It is time for our next {meeting}.
| I would like to invite you to the next {meeting}.
We will sit together in {room} on {day}, starting at {time}.
| It begins on {day} at {time} in {room}.
{other.full} will tell us about {topic}.
| The most important point will be {topic}.
? Please let me know if you cannot come.
| Bring your own cup; there will be coffee.

= {machine} on the {floor} floor out of order
| {floor} floor: {machine} broken
Since this morning the {machine} on the {floor} floor has refused to work.
| The {machine} on the {floor} floor has given up once more.
A technician will have a look at it on {day}.
| We have called for help, but nobody can come before {day}.
Until then, please use the one on the {other_floor} floor.
| The {other_floor} floor has one that works.
? Please do not try to repair it yourselves.

= lost: {a_thing}
| have you seen my {thing}?
On {day} I must have left my {thing} somewhere in the building.
| I have been looking for my {thing} since {day}.
I had it with me in {room}, but it is not there any more.
| The last time I saw it was in {room}.
If you come across it, please put it on my desk.
| Whoever finds it gets some {food}.

= found: {a_thing}
| whose {thing} is this?
When I locked up {room} on {day}, {a_thing} was lying under a chair.
| Somebody left {a_thing} in {room} on {day}.
If it belongs to you, come and fetch it at the front desk.
| It is waiting for its owner at the front desk.
? I will keep it until the end of {month}.

= welcome to {other.full}, our new {job}
| {other.full} joins us as our new {job}
From {day} on we will have a new {job}.
| You may have heard that we have been looking for {a_job}; the search is over.
{other.full} comes to us from {town}, where {other.she} worked for {years} years.
| The best letter came from {other.full}, who has spent {years} years in that job in \
{town}.
You will find {other.him} in {room}.
? Please stop by and say hello.

= farewell to {other.full}
| {other.full} is leaving us
After {years} years in our team, {other.full} is moving to {town}.
| {other.full}, who has been with us for {years} years, has found a new job in {town}.
We want to say goodbye on {day} at {time}, in {room}.
| Let us drink a last cup of coffee with {other.him} on {day} at {time} in {room}.
? There will be {food} for everybody.

= a birthday present for {other}
| collecting money for the birthday of {other}
On {day} it is the birthday of {other.full}.
| {other.full} will be a year older on {day}.
Some of us thought that {a_gift} would be the right thing.
| We would like to give {other.him} {a_gift}.
There is an envelope for the money on my desk.
| Please bring me your share before the end of the week.
? It is meant to be a surprise, so keep it to yourselves.

= on holiday from {dates}
| away from {dates}
I am going to {town} and will not be in the office from {dates}.
| My holiday begins soon: you will not find me here from {dates}.
{other.full} will look after my customers.
| For anything urgent, please turn to {other.full}.
? I am not taking my computer with me.

= delivery of {goods} late: {day} instead of {other_day}
| {goods} will not be here before {day}
The {number} boxes of {goods} that were due on {other_day} are still in {town}.
| Our supplier in {town} called about the {number} boxes of {goods} that we expect \
on {other_day}.
Their lorry has broken down.
| The road is closed because of the snow.
| The drivers are on strike.
The new date is {day}.
| With luck everything will arrive on {day}.
? Please tell the customers who are waiting.

= office closed on {day}
| please stay at home on {day}
The heating is being replaced in the whole building.
| Every floor of the building gets new electric wires.
| The floors in all rooms are going to be polished.
For that reason nobody can come in on {day}.
| The work will be done on {day}, and the doors will stay locked all day.
You may work from home.
| Take with you what you need the evening before.

= thank you for your help with {project}
| {project}: many thanks to all of you
{project} is over, and I have slept a whole night for the first time in weeks.
| I am still a little tired, but very happy when I think of {project}.
Without your help nothing would have been ready in time.
| All of you worked until late, and nobody complained.
{number} people came, more than ever before.
| {other.full} says that {other.she} has never seen so many happy guests.
? There are photographs on the wall in {room}.

= no {system} on {day} evening
| {system} out of service on {day} evening
Part of the {system} is old and has to be replaced.
| You have all noticed how slow the {system} has become, so it gets a new computer.
We will switch it off on {day} after working hours.
| This will happen on {day} evening, when most of you have gone home.
It should be back the next morning.
? Please save your work before you leave.

= for sale: {a_bulky}
| {bulky} for sale
I am moving into a smaller flat, and there is no room for my {bulky}.
| Now that I have been given a new one, I do not need my old {bulky} any more.
It is {years} years old but in good condition.
| It has hardly been used.
If you want to buy it, come and talk to me.
| You can see it at my place on {day} after work.
? I can help you to carry it.

= no parking behind the building on {day}
| keep the car park free on {day}
On {day} workers are coming to cut the trees behind the building.
| The tarmac behind the building will be repaired on {day}.
They need all the space that there is, so no car can stay there.
| Cars that are still there in the morning will be towed away.
? Why not take the bus that day?

= canteen opens at {time} from {day} on
| new opening hours of the canteen
Many of you have asked if the canteen could change its hours.
| We have talked to the cook about the queues in the canteen.
From {day} on, it will open at {time} and not at {other_time}.
? On the first day {food} is on the menu.

= reminder: {form} due on {day}
| please hand in your {form} by {day}
Most of you have not handed in your {form} yet.
| I have received only {few} of your {form} so far.
I need all of them on {day}, or the bank will not pay your wages in time.
| The latest possible day is {day}; after that I am on holiday.
? Just put them into my tray.
""")

_TO_ONE = outlines.outlines("""
= {document} needed by {day}
| please send me the {document} by {day}
I am still waiting for the {document}.
| You promised to let me have the {document}, but I have not seen it yet.
It goes to {other.full} on {day}, so that is the last moment.
| Could I have it on {day} at the latest?
? It does not have to be perfect.
| If a page is not finished, just leave it out.

= your comments on the {document}, please
| new version of the {document} to read through
Attached you will find the latest {document}.
| {other.full} and I have written the {document} anew.
Page {page} has changed most; you will hardly recognise it.
| We have cut it down to {page} pages.
Would you read it and tell me what you think?
| I would be glad to hear your opinion before {day}.

= order of {number} boxes of {goods}
| we need {goods} for our shop in {town}
People here love your {goods}, and our shop in {town} has sold out.
| The shelves in our shop in {town} are empty.
Please send {number} boxes of {goods} by {day}.
| We would like to have {number} more boxes of {goods} before {day}.
? The bill goes to {other.full}, as always.

= invoice {invoice} is wrong
| question about invoice {invoice}
Today I looked through invoice {invoice} once more.
| {other.full} has just put invoice {invoice} on my desk.
You want to be paid for {number} boxes of {goods}, but we have received only {fewer}.
| It lists {number} boxes of {goods}, although only {fewer} were on the lorry.
Could you please check this and send a new one?
| Please correct it; we will then pay at once.

= our trip to {town} on {day}
| train to {town} leaves on {day} at {time}
I have picked up the tickets for our trip to {town}.
| Everything is booked for {town}.
The train leaves on {day} at {time}, so let us meet at the station a little earlier.
| We leave on {day} at {time} from the main station.
Our hotel is close to the {landmark}.
? {other.full} will wait for us there.

= your interview on {day} at {time}
| invitation to an interview: {job}
Thank you for your letter, which we have read with great interest.
| We have received many letters, and yours was one of the best.
We would like to talk with you about the job as {job} on {day} at {time}.
| Could you come and see us on {day} at {time}? We would like to know why you want to \
work as {a_job} here.
? Please ask for {other.full} at the front desk.
| You will find us near the {landmark} in {town}.

= {topic}: can we talk on {day}?
| a talk about {topic}
There is something that I cannot decide alone, namely what to do about {topic}.
| {other.full} has asked me about {topic}, and I did not know what to say.
Do you have half an hour for me on {day}, around {time}?
| Could you spare me some time on {day} at {time}?
? We could go for a walk, if you like.

= your {thing} is in my car
| you forgot your {thing}
After our trip to {town} I cleaned my car, and guess what was under the seat.
| When I came home from {town} last night, something was lying on the back seat.
It is your {thing}, if I am not mistaken.
| I am quite sure that the {thing} there is yours.
I will bring it to {room} on {day}.
? Nothing is missing, as far as I can see.
""")

_MONTHS = words('March, April, May, June, July, September, October, November')
_FLOORS = words('first, second, third, fourth')
_ONCE = dict(
    meeting=words("""
    budget meeting, staff meeting, planning meeting, safety course, first aid course,
    design meeting, sales meeting, evening lecture, works council meeting
    """),
    machine=words("""
    copier, printer, coffee machine, scanner, dishwasher, water cooler,
    projector, paper shredder
    """),
    thing_name=words("""
    umbrella, wallet, scarf, jacket, notebook, lunch box, cap, rucksack, raincoat,
    handbag, fountain pen, folder, woollen hat, water bottle
    """),
    job=words("""
    accountant, translator, engineer, lawyer, photographer, cook, librarian,
    electrician, gardener, nurse, journalist, pharmacist, secretary, programmer
    """),
    gift=words("""
    book about birds, cookbook, teapot, pair of gloves, ticket to the opera, camera bag,
    picnic basket, warm blanket, box of chocolates, set of brushes, bunch of tulips
    """),
    project_name=words('open day, summer party, charity run, exhibition, book fair'),
    system=words("""
    network, booking system, mail server, online shop, telephone system, wage system
    """),
    bulky=words("""
    bicycle, piano, tent, kayak, washing machine, desk, armchair, sewing machine, sofa,
    telescope, wardrobe, rowing machine, dining table
    """),
    form=words('time sheets, holiday plans, travel receipts, health forms'),
    document=words("""
    annual report, contract, travel report, price list, staff handbook, press release,
    catalogue, floor plan, speech, brochure
    """),
    few=words('three, four, five, six'), month=_MONTHS)

_ROOMS = words("""
the blue room, the library, the canteen, room 12, the meeting room, the small hall,
the attic room, the workshop, the reading room, room 7
""")
_DAYS = lexicon.DAYS[:5]  # of work
_TIMES = tuple(f'{hour}:{minute}' for hour in range(9, 18) for minute in ('00', '30'))
_TOPICS = words("""
the new price list, the move to {town}, next year's budget, the holiday plans,
the trade fair in {town}, the new website, the bicycle shed, our shop in {town}
""")

_GREETINGS = words('Hi, Hello, Dear')
_OPENERS = (
    'I hope you are well.', 'I hope you had a good weekend.', 'What a morning!',
    'Just a short note today.', 'I will make it quick.', 'Thank you for your patience.')
_ASIDES = (
    'By the way, the canteen has {food} today.',
    'By the way, {fourth.full} says hello.',
    'And please remember to water the plants in {last_room}.',
    'By the way, the window in {last_room} does not close properly.',
    'One more thing: {fourth.full} has a new dog, so ask for photographs.',
    'One more thing: there are still some tickets for {film}.')
_CLOSINGS = words('Best, Best regards, Many thanks, Thanks, Kind regards, Yours')


def mail(world):
  """(body, subject): the parts of the body are on lines of their own, none is blank."""
  to_all = world.random.random() < len(_TO_ALL) / len(_TO_ALL + _TO_ONE)
  gaps = _gaps(world)
  outline = world.choice(_TO_ALL if to_all else _TO_ONE)
  text = ' '.join(_sentences(world, outline, gaps))
  greeting = f'{world.choice(_GREETINGS)} {"all" if to_all else gaps["reader"]},'
  closing = f'{world.choice(_CLOSINGS)},\n{gaps["writer"]}'
  return '\n'.join((greeting, text, closing)), outlines.head(world, outline, gaps)


def _sentences(world, outline, gaps):
  """The outline's sentences between an opening and an aside, if any."""
  sentences = outlines.lines(world, outline, gaps)
  if world.random.random() < _OPENED:
    sentences.insert(0, world.choice(_OPENERS))
  if world.random.random() < _WITH_ASIDE:
    sentences.append(outlines.filled(world.choice(_ASIDES), gaps))
  return sentences


def _gaps(world):
  gaps = {name: world.choice(values) for name, values in _ONCE.items()}
  people = ('writer', 'reader', 'other', 'fourth')
  gaps.update(zip(people, outlines.figures(world, len(people))))
  gaps.update(_time_and_place(world))
  gaps.update(_amounts(world))
  gaps['topic'] = world.choice(_TOPICS).format_map(gaps)
  gaps['project'] = f'the {gaps["project_name"]} in {gaps["town"]}'
  gaps['thing'] = f'{world.choice(lexicon.COLOURS)} {gaps["thing_name"]}'
  for name in ('thing', 'gift', 'job', 'bulky'):
    gaps[f'a_{name}'] = a(gaps[name])
  return gaps


def _time_and_place(world):
  sample = world.random.sample
  names = (('day', 'other_day'), ('time', 'other_time'), ('floor', 'other_floor'),
           ('room', 'other_room', 'last_room'))
  values = (_DAYS, _TIMES, _FLOORS, _ROOMS)
  gaps = {name: value for some, all_ in zip(names, values)
          for name, value in zip(some, sample(all_, len(some)))}
  town, first = world.choice(world.towns), world.random.randint(1, 18)
  dates = f'{first} to {first + world.random.randint(4, 12)} {world.choice(_MONTHS)}'
  return dict(gaps, town=town.name, landmark=town.landmark, dates=dates)


def _amounts(world):
  number = world.random.randrange(20, 400, 5)
  films = [work.title for work in world.works if work.kind == 'film']
  return dict(
      number=number, fewer=number - world.random.randrange(2, 19),
      years=world.random.randint(2, 15), page=world.random.randint(2, 30),
      invoice=world.random.randint(1000, 9999), goods=world.choice(lexicon.CRAFTS),
      food=world.choice(lexicon.FOODS), film=world.choice(films))
