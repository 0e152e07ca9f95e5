"""Chats between friends, and what a third person would report of them.

    chat(world) -> (
        'Nora: Do you want to play tennis on Sunday?\\r\\nTom: Sure! When and '
        'where?\\r\\nNora: At the park, at 5:30?\\r\\nTom: Fine, see you there.',
        'Nora and Tom will meet at the park on Sunday at 5:30 to play tennis.')

A and B talk; C and D are talked about. The summary holds what the talk came to: the
later time where the first one did not suit, the gift that both liked in the end.
"""

from flan_jax.world import lexicon, outlines
from flan_jax.world.lexicon import table, words
from flan_jax.world.text import a

_GREETED, _TWO_TOPICS, _CLOSED = 0.3, 0.3, 0.4  # of chats
LINE_END = '\r\n'  # as in the published files

# The first head of each is one sentence, so that another topic makes it two.
_TALKS = outlines.outlines("""
= {A} and {B} will meet at {place} on {day} at {time} to {activity}.
| {A} and {B} are going to {activity} on {day}. They will meet at {place} at {time}.
A: Do you want to {activity} on {day}?
| A: I'm free on {day}. Shall we {activity}?
B: Sure! When and where?
| B: I'd love to! Where do we meet?
A: At {place}, at {time}?
| A: {time}, at {place}?
B: Fine, see you there.
| B: Sounds good to me!

= {A} and {B} will meet at {place} on {day} at {later} and not at {time}.
| {A} wanted to meet {B} on {day} at {time}, but {B} has to {duty} first. They will \
meet at {place} at {later}.
A: Are we still meeting on {day} at {time}?
| A: {day} at {time}, as always?
B: Sorry, I have to {duty} first. Could we say {later}?
| B: Hm, {time} is too early for me, I have to {duty}. How about {later}?
A: No problem. {later} at {place} then.
| A: Sure, I'll be at {place} at {later}.

= {B} cannot come to {A}'s {party} on {day} because {excuse_of_B}.
| {B} cannot come to {A}'s {party}. The reason is that {excuse_of_B}.
A: My {party} is on {day}. You're coming, aren't you?
| A: Don't forget my {party} on {day}!
B: I can't come, I'm sorry: {excuse}.
| B: Oh no, is it on {day}? Sorry, {excuse}.
A: What a pity!
| A: I see. I'll save you a piece of cake.

= {B} is coming to {A}'s {party} on {day} and will bring {food}.
| {A} invites {B} to {A.her} {party} on {day}. {B} will come and bring {food}.
A: I'm giving a {party} on {day}. Do you have time?
| A: Are you free on {day}? I'm giving a {party}.
B: I'll be there! Shall I bring something?
A: Something to eat would be great.
| A: We have drinks, but not much to eat.
B: Then I'll make {food}.
| B: I could make {food}.
A: Perfect!

= {B} will lend {A} {B.her} {tool} so that {A.she} can {purpose}.
| {A} wants to {purpose} and needs a {tool}. {B} will lend {A.him} one.
A: You have a {tool}, don't you?
| A: I need a {tool}. Do you still have yours?
B: Yes. What do you want to do with it?
| B: Sure. What are you up to?
A: I want to {purpose}.
B: Then come and get it on {day}.
| B: I see. You can pick it up on {day}.

= {A} wants to borrow {B}'s {tool}, but {C} has it at the moment.
| {A} needs {B}'s {tool} to {purpose}. {B} has lent it to {C}.
A: Could you lend me your {tool}? I want to {purpose}.
B: I would, but {C} came for it last week.
| B: Too late! I gave it to {C} yesterday.
A: All right, I'll call {C.him}.
| A: Oh. Do you think {C} has finished with it?

= {A} left {A.her} {item} at {B}'s place and will pick it up on {day}.
| {B} has found {A}'s {item} {spot}. {A} will come for it on {day}.
A: I can't find my {item}. Did I leave it at your place?
| A: Have you seen my {item}? I had it when I came to you yesterday.
B: Wait a minute... Yes, it's {spot}.
| B: I'll have a look. Found it! It was {spot}.
A: Thank goodness! I'll come for it on {day}.
| A: Great! Can I pick it up on {day}?
B: Sure, I'm at home all day.
| B: Yes, come at any time.

= {A} cannot find {A.her} {item}, and it is not at {B}'s place either.
| {A} has lost {A.her} {item}. {B} has looked for it at {B.her} place without success.
A: Did I forget my {item} at your place?
| A: I've lost my {item}. Could it be at your place?
B: Let me see... No, it isn't here.
| B: I've looked everywhere, but it's not here.
A: Then I must have left it on the bus.
| A: Oh no. I'll ask at {place}.

= {A} is at the market and will buy {goods} and {more_goods} for {B}.
| {B} needs {goods} and {more_goods}. {A} will bring them from the market.
A: I'm at the market. Do you need anything?
| A: I'm going past the market. Shall I bring you something?
B: Yes, please, {goods}.
| B: We have no {goods} left.
A: Anything else?
B: Some {more_goods} too, if it's not too much to carry.
| B: And {more_goods}, please.
A: OK!

= {B} is late for {film} because {cause_of_B}, so {A} will go in without {B.him}.
| {B} is late because {cause_of_B}. {A} will leave {B.her} ticket at the box office.
A: Where are you? {film} starts in five minutes!
| A: I'm in front of the cinema, and they're closing the doors. Do you still want to \
see {film}?
B: I'm so sorry, {cause}. Go in without me.
| B: Don't wait for me, {cause}.
A: OK. Your ticket will be at the box office.
| A: Right, I'll leave your ticket at the box office.

= {A} and {B} do not understand exercise {number} and will ask {C} for help.
| Exercise {number} is too hard for {A} and {B}. They will ask {C} to explain it.
A: Did you solve exercise {number}?
| A: Can you do exercise {number}?
B: I tried, but I don't understand it.
| B: No, I've been staring at it for an hour.
A: It's too hard for me too. Shall we ask {C}?
| A: Same here. I think we should ask {C}.
B: Good idea, {C.she} always knows.
| B: Yes, {C.she} explains things well.

= {A} has got {a_pet} called {pet_name}, and {B} will come on {day} to see it.
| {A} has a new pet, {a_pet}. {B} would like to see it on {day}.
A: Guess who moved in with me yesterday: {a_pet}!
| A: We've had {a_pet} since yesterday!
B: How sweet! What's the name?
| B: Really? What do you call it?
A: {pet_name}.
B: Can I come and see it on {day}?
| B: I want to see {pet_name}! Are you at home on {day}?
A: Of course!

= {A} and {B} will give {C} {a_gift} for {C.her} birthday.
| {A} and {B} want to give {C} {a_gift} for {C.her} birthday. {A} will buy it.
A: What shall we give {C} for {C.her} birthday?
| A: It's {C}'s birthday soon. Any ideas?
B: How about {a_bad_gift}?
A: I think {C.she} has one already.
| A: {C.She} wouldn't use it.
B: Then {a_gift}?
| B: And {a_gift}?
A: That's it! I'll buy it on {day}.

= {B} loved {film}, so {A} is going to see it on {day}.
| {B} has seen {film} and recommends it. {A} will watch it on {day}.
A: Have you seen {film}?
| A: You've been to {film}, haven't you? How was it?
B: Yes, and I loved every minute.
| B: I saw it last night. It's wonderful!
A: Then I'll go on {day}.
| A: In that case I'll get a ticket for {day}.

= {B} found {film} boring, so {A} will not go and see it.
| {A} thought of watching {film}. {B} advises against it because it bored {B.him}.
A: Is {film} worth seeing?
| A: I'm thinking of watching {film} on {day}. What do you say?
B: I almost fell asleep.
| B: It never ends, and nothing happens. I left early.
A: Thanks for telling me. I'll save the money.
| A: All right, I'll stay at home then.

= {A} has found a job in {town} and starts on {day}.
| {A} starts a new job in {town} on {day}. {A.She} still needs a flat there.
A: I got the job!
| A: They've just called. They want me!
B: Congratulations! The job in {town}?
| B: In {town}? Wonderful! When do you start?
A: Yes. I start on {day}, and I don't even have a flat there.
| A: Yes! My first day is {day}. Now I need a flat.
B: I'll keep my fingers crossed.

= {B} has {illness} and stays in bed, and {A} will bring {B.him} some {food} at {time}.
| {B} is ill and has {illness}. {A} will come at {time} with some {food}.
A: You weren't at the rehearsal. Is something wrong?
| A: Are you coming to the rehearsal?
B: I have {illness} and have to stay in bed.
| B: I'm in bed with {illness}.
A: Poor you! Do you need anything?
B: Some {food} would be heaven.
| B: I dream of some {food}.
A: I'll be with you at {time}.

= {A}'s {machine} has broken down, and {B} will send {A.him} {C}'s number.
| {A}'s {machine} does not work any more. {B} says that {C} can repair it.
A: My {machine} has broken down. Do you know anybody who repairs such things?
| A: Help! My {machine} is making strange noises and then it stops.
B: {C} repaired mine in an hour.
| B: Ask {C}. {C.She} knows all about that.
A: Do you have {C.her} number?
B: I'll send it right away.

= {B} is driving to {town} on {day} and will take {A} along from {place} at {time}.
| {B} will give {A} a lift to {town} on {day}. {B.She} will pick {A.him} up at {place} \
at {time}.
A: Are you going to {town} on {day} too?
| A: How are you getting to {town} on {day}?
B: I'm taking the car. Do you want to come with me?
| B: I'm driving. There's room for one more.
A: I'd love to!
B: Then be at {place} at {time}.
| B: I'll pick you up at {place}. Is {time} all right?

= {B} will {chore} while {A} is in {town}, and the key is at {C}'s place.
| {A} is going to {town} and asks {B} to {chore}. {B} can get the key from {C}.
A: Could you {chore} while I'm in {town}?
| A: I'm going to {town} on {day}. Would you {chore}?
B: Of course. How do I get in?
| B: Yes, if I get a key.
A: {C} has a key.
| A: I've given a key to {C} next door.

= {B} wants to join the {course} course that {A} starts on {day}.
| {A} has signed up for a {course} course. There is room for one more, so {B} will join.
A: I've signed up for a {course} course! It starts on {day}.
B: Really? I've always wanted to do that.
| B: How nice! Is there any room left?
A: One place is still free.
B: Then I'll come with you.
| B: It's mine! I'm signing up now.

= {B} would like to join {A}'s {course} course, but it is full.
| {A} starts a {course} course on {day}. {B} cannot join because it is full.
A: On {day} I'm starting a {course} course.
B: Can I come with you?
| B: That's something for me too!
A: I'm afraid it's full.
| A: Sorry, I got the last place.

= {A}'s train was cancelled, and {B} will start dinner without {A.him}.
| {A} will not arrive before {later} because {A.her} train was cancelled. {B} will not \
wait with dinner.
A: My train was cancelled. I can't be there before {later}.
B: Oh no. The children are hungry. Shall we start?
| B: Shall we eat without you?
A: Yes, please start without me.
| A: Please do, I'll eat on the train.

= {A}'s train was cancelled, and {B} will wait with dinner until {later}.
| {A} will arrive at {later} because {A.her} train was cancelled. {B} will wait.
A: They've cancelled my train. The next one arrives at {later}.
B: Then we'll wait with dinner.
A: You don't have to.
B: I want to. It's much nicer together.
| B: Nobody here is hungry yet.
""")

_ASIDES = outlines.outlines("""
= {D} is getting married.
A: Have you heard about {D}?
B: No, what is it?
A: {D.She}'s getting married!
= {D} has moved to {other_town}.
B: I haven't seen {D} for weeks.
A: {D.She} lives in {other_town} now.
= {A}'s mother is feeling better.
B: How's your mother, by the way?
A: Much better, thank you.
= {B}'s sister has broken {broken}.
A: How was skiing?
B: Nice, until my sister broke {broken}.
= {A} will pay the rent tomorrow.
B: Have you paid the rent?
A: Not yet. I'll do it tomorrow.
= {D} passed {D.her} driving test.
A: By the way, {D} passed {D.her} driving test!
B: At last!
= {B} will return {A}'s book on {other_day}.
A: And what about my book?
B: I've almost finished it. You'll get it back on {other_day}.
= {D}'s {stolen} was stolen.
B: Why does {D} look so sad?
A: Somebody stole {D.her} {stolen}.
""")
# what one does with a tool
_TOOLS = table("""
ladder | paint the ceiling
tent | camp by the lake
drill | put up a shelf
suitcase | fly to {town}
sewing machine | make a new curtain
cake tin | bake a cake for {C}
wheelbarrow | move a heap of sand
""")
# as said | as reported
_EXCUSES = table("""
I'm on the night shift | {B.she} is on the night shift
my sister is visiting me that day | {B.her} sister is visiting {B.him}
I have an exam the next morning | {B.she} has an exam the next morning
I'll be in {town} | {B.she} will be in {town}
I've promised to help {C} move | {B.she} has promised to help {C} move
""")
_CAUSES = table("""
my bus is stuck in traffic | {B.her} bus is stuck in traffic
I've missed the tram | {B.she} has missed the tram
I can't find a parking space | {B.she} cannot find a parking space
I fell asleep on the sofa | {B.she} fell asleep on the sofa
""")
_PAIRED = (('tool', 'purpose', _TOOLS), ('excuse', 'excuse_of_B', _EXCUSES),
           ('cause', 'cause_of_B', _CAUSES))
_ONCE = dict(
    activity=words("""
    play tennis, go swimming, go skating, see an exhibition, go for a walk, go cycling,
    try the new cafe, go fishing, go dancing, play chess, go bowling, practise a duet
    """),
    place=words("""
    the station, the park, the harbour, the museum, the library, the bus stop,
    the theatre, the town hall, the old bridge, the fountain
    """),
    duty=words("""
    finish a report, go to the dentist, wait for the plumber, clean the kitchen,
    take the car to the garage, look after a neighbour's baby
    """),
    party=words('birthday party, housewarming party, garden party, farewell party'),
    item=words('phone, wallet, scarf, umbrella, notebook, hat, charger, watch'),
    spot=words("""
    under the sofa, on the kitchen table, behind the door, on the window sill,
    next to the bed, under a newspaper
    """),
    course=words("""
    piano, violin, pottery, cooking, dancing, chess, first aid, photography, sewing,
    sailing, climbing
    """),
    machine=words("""
    washing machine, dishwasher, oven, sewing machine, computer, television, lawn mower
    """),
    stolen=words('bicycle, car, suitcase, scooter, guitar'),
    illness=words('a fever, a sore throat, a bad cold, the flu, a terrible cough'),
    chore=words("""
    water the plants, feed the cat, empty the letter box, feed the rabbits,
    feed the goldfish, water the garden
    """),
    broken=words('her leg, her arm, her wrist'), pet=lexicon.PETS,
    pet_name=lexicon.PET_NAMES, food=lexicon.FOODS, number=range(2, 40))
_GOODS = words(
    'milk, bread, rice, eggs, apples, tomatoes, cheese, butter, onions, honey, tea')
_GIFTS = words(
    'teapot, kite, scarf, picnic basket, cookbook, lamp, board game, rucksack, mug')
_TIMES = tuple(f'{time // 60}:{time % 60:02}' for time in range(60, 540, 15))

_GREETINGS = table("""
Hi {B}! | Hi {A}!
Hello {B}, do you have a minute? | Sure, go ahead.
Are you there? | Yes, what is it?
""")
_CLOSINGS = words('Bye!, See you!, Take care!, Talk to you soon!, Have a nice day!')


def chat(world):
  """(dialogue, summary): one line a turn, 'Name: text'."""
  talk, gaps = world.choice(_TALKS), _gaps(world)
  turns = outlines.lines(world, talk, gaps)
  heads = talk.heads
  if world.random.random() < _TWO_TOPICS:
    aside = world.choice(_ASIDES)
    turns += outlines.lines(world, aside, gaps)
    heads = (f'{heads[0]} {aside.heads[0]}',)
  turns = _framed(world, turns, gaps)
  named = [f'{gaps[turn[0]]}{turn[1:]}' for turn in turns]
  return LINE_END.join(named), outlines.filled(world.choice(heads), gaps)


def _framed(world, turns, gaps):
  """The turns, now and then with a greeting before and a farewell behind them."""
  before, after = [], []
  if world.random.random() < _GREETED:
    one, other = world.choice(_GREETINGS)
    before = [outlines.filled(f'A: {one}', gaps), outlines.filled(f'B: {other}', gaps)]
  if world.random.random() < _CLOSED:
    speaker = 'B' if turns[-1].startswith('A') else 'A'
    after = [f'{speaker}: {world.choice(_CLOSINGS)}']
  return before + turns + after


def _gaps(world):
  sample = world.random.sample
  gaps = {name: world.choice(values) for name, values in _ONCE.items()}
  gaps.update(zip('ABCD', outlines.figures(world, 4)))
  gaps['day'], gaps['other_day'] = sample(lexicon.DAYS, 2)
  gaps['time'], gaps['later'] = sorted(sample(_TIMES, 2))  # hours of one digit
  gaps['town'], gaps['other_town'] = (town.name for town in sample(world.towns, 2))
  gaps['goods'], gaps['more_goods'] = sample(_GOODS, 2)
  gaps['a_gift'], gaps['a_bad_gift'] = map(a, sample(_GIFTS, 2))
  films = [work.title for work in world.works if work.kind == 'film']
  gaps['a_pet'], gaps['film'] = a(gaps['pet']), world.choice(films)
  for name, other, rows in _PAIRED:
    said, reported = world.choice(rows)
    gaps[name], gaps[other] = said.format_map(gaps), reported.format_map(gaps)
  return gaps
