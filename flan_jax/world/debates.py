"""Arguments on everyday questions, and the claim that they support.

    debate(world) -> (
        'This House would ban dogs from public parks.',
        'A ban on dogs would be unfair to old people who live alone.',
        ['For old people who live alone, dogs are more than a pastime.', ...])

A proposal is made about several things (ban dogs, ban drones). It has claims for and
against it, and the reasons for a claim fit every thing in the table.
"""

import dataclasses

from flan_jax.world import outlines
from flan_jax.world.lexicon import table


@dataclasses.dataclass(frozen=True)
class Proposal:
  """What is debated.

  Attributes:
    motion: with gaps.
    names: of the gaps that a row of `rows` fills.
    claims: outlines whose heads are the claim, whose lines are reasons for it.
  """

  motion: str
  names: tuple[str, ...]
  rows: tuple[tuple[str, ...], ...]
  claims: tuple[outlines.Outline, ...]


def _proposal(motion, things, claims):
  """things: a table whose first row names the gaps."""
  names, *rows = table(things)
  return Proposal(motion, names, tuple(rows), outlines.outlines(claims))


_LESSONS = _proposal('teach {subject} at every school', """
subject | ability | needed
cooking | prepare a simple meal | kitchens and fresh food
first aid | help an injured person | bandages and dummies
swimming | keep above water | pools and lifeguards
gardening | grow vegetables | garden beds and tools
woodwork | repair a chair | workshops and tools
sewing | mend torn clothes | sewing machines and cloth
cycling | ride safely through traffic | bicycles and helmets
bookkeeping | check a bill | textbooks and calculators
typing | type without looking at the keys | keyboards and screens
map reading | find the way on a map | maps and compasses
""", """
= {subject} is a skill for the whole of life.
| Everybody will need {subject} sooner or later.
Whoever has learned at ten how to {ability} can still do it at seventy.
| What the hands have learned, they do not forget.
Many adults regret that nobody ever showed them how to {ability}.
Most of what pupils learn by heart is forgotten after the test, but {subject} stays.
A person who is able to {ability} does not have to ask others for help.
There will be times in every life when it matters to be able to {ability}.

= Only school gives every child the chance to learn {subject}.
| Without lessons at school, many children would never learn {subject}.
Not all parents are able to {ability}, so they cannot pass it on.
Private courses in {subject} cost more than many families can spend.
School is the one place to which all children go, rich or poor.
Parents who work until the evening have no time to teach their children {subject}.
Those who could profit most from {subject} are those who would not find it on their own.

= The timetable has no room for {subject}.
| There are not enough hours in a school week for {subject}.
Each hour of {subject} would be an hour less of reading, writing or mathematics.
Pupils already sit at school until late in the afternoon.
Teachers complain that they cannot finish the subjects that they have now.
A new subject means a longer day or less time for an old one.
Children need some hours of the week for play.

= Lessons in {subject} would cost schools too much.
| Schools do not have the money to teach {subject}.
Every school would have to pay for {needed}.
Before the first lesson, teachers would have to be trained in {subject}.
Small schools in the country cannot afford {needed}.
For the same sum, every class could have new books.
Things that are used by hundreds of children have to be replaced all the time.

= Learning {subject} is a matter for the family.
| {subject} is better learned at home than at school.
A child learns faster from one patient adult than in a class of thirty.
Parents know best when their child is ready to learn how to {ability}.
Families grow closer when the young learn from the old how to {ability}.
A school cannot take over everything that parents used to do.
Whoever is not interested in {subject} will only disturb the others.
""")

_BANS = _proposal('ban {things} from {place}', """
things | place | do | sufferers | needers | milder
mobile phones | classrooms | distract everyone nearby | pupils who want to listen | \
pupils who travel home alone | ask pupils to switch them off
dogs | public parks | frighten small children | young families | \
old people who live alone | keep them on a lead
cars | town centres | fill the streets with noise and fumes | people who live there | \
people who cannot walk far | let them in before ten in the morning
electric scooters | pavements | come up without a sound | elderly pedestrians | \
people far from a bus stop | make them go no faster than walkers
glass bottles | beaches | leave splinters in the sand | barefoot bathers | \
families who bring their own drinks | charge a deposit on each bottle
fireworks | housing areas | terrify animals | people with pets | \
families who celebrate at home | allow them for one hour a year
barbecues | city parks | fill the air with smoke | joggers and walkers | \
people without a garden | keep them to a few marked spots
drones | nature reserves | drive birds from their nests | birdwatchers | \
scientists who count animals | give licences to those who need them
motorboats | lakes | make waves and noise | swimmers and anglers | \
people who live on the far shore | set a low speed limit
radios | beaches | drown the sound of the waves | people who came for a rest | \
groups of young people | make people use headphones
""", """
= {things} are a nuisance to {sufferers}.
| {sufferers} should be protected from {things}.
It is a fact that {things} {do}.
For {sufferers} there is often no other place to go.
Polite requests have not helped so far.
A place that is meant for all should not be spoilt by a few.
Those who cause the trouble are rarely those who have to live with it.

= A clear ban on {things} is easier to follow than a vague rule.
| Only a ban on {things} makes it plain what is allowed.
Everybody understands a sign that says no {things}.
Where a rule has exceptions, people quarrel about the exceptions.
Nobody has to measure or to judge anything if {things} are simply not allowed.
Half measures have been tried, and hardly anyone knew what they were.
Visitors from elsewhere cannot know complicated local rules.

= A ban on {things} would be unfair to {needers}.
| {needers} would pay the price for a ban on {things}.
For {needers}, {things} are more than a pastime.
It is easy to forbid what one does not need oneself.
Most people cause no trouble at all with {things}.
If {things} are banned from {place}, the innocent suffer with the guilty.
A rule that hits the careful as hard as the careless is not just.

= There are milder means than a ban on {things}.
| Nobody has to ban {things} in order to solve the problem.
It would be enough to {milder}.
A rule that people find reasonable is kept even when nobody is looking.
It is better to speak to the few who misbehave than to punish everyone.
A ban should be the last resort and not the first.
Elsewhere they {milder}, and everybody is content.

= A ban on {things} could not be enforced.
| Nobody could make sure that a ban on {things} is kept.
Guards cannot be everywhere at all times.
Paying people to look for {things} would cost more than the nuisance itself.
By the time somebody in charge arrives, the culprits are gone.
A rule that is broken every day teaches people to laugh at rules.
Bans of this kind exist already, and hardly anybody cares.
""")

_FREE = _proposal('make {service} free for everyone', """
service | use | group | good
buses | take the bus | pensioners | leave their cars at home
museums | visit a museum | large families | discover art and history
swimming pools | go for a swim | families with several children | stay fit
school lunches | eat a warm lunch | families with low incomes | eat better
evening classes | take a course | people with low wages | find better jobs
city bicycles | borrow a bicycle | students | get more exercise
concerts | go to a concert | young people | discover new music
kindergartens | use a kindergarten | single parents | go out to work
local trains | take the train | apprentices | leave their cars at home
zoos | go to the zoo | large families | learn about animals
""", """
= Free {service} would help {group} most of all.
| {group} would gain a great deal from free {service}.
At present, {group} have to think twice about every expense.
For the rich the price hardly matters, but for {group} it does.
If {service} are free for all, nobody has to prove that he is poor.
What {group} save in this way they can spend on clothes and rent.
Whatever {group} want to do, they are asked for money.

= Free {service} would lead many people to {good}.
| If {service} cost nothing, more people would {good}.
People try a thing more readily when it costs nothing.
Whoever begins to {use} because it is free often goes on out of habit.
The price is what most people name when they are asked why they do not {use}.
It is in everybody's interest that people {good}.
A free offer does more than any poster that tells people to {good}.

= Free {service} have to be paid for by someone.
| Taxpayers would have to pay for free {service}.
The people who keep {service} going still want their wages.
Those who never {use} would pay for those who do.
Many towns are deep in debt already.
Money that goes into free {service} is missing somewhere else.
When {service} no longer bring in anything, taxes have to rise.

= Free {service} would be overcrowded.
| If {service} were free, there would be too many people and too little room.
What costs nothing is used more often than it is needed.
There are hardly enough {service} for those who pay today.
Those who come late would find that there is no place left.
Without income, nobody can add more {service} when the crowds come.
Long queues drive away the very people who should be helped.

= People do not value {service} that cost nothing.
| A small price makes people treat {service} with respect.
What one has paid for, one treats with care.
Free places are often booked and then not used.
Whoever has to pay a little thinks about what he really needs.
Nobody complains about bad {service} if they are free, so they get worse.
Even a small coin reminds people that somebody has to work for it.
""")

_SUNDAYS = _proposal('open {places} on Sundays', """
places | activity | staff
shops | do their shopping | shop assistants
libraries | borrow books | librarians
post offices | send a parcel | postal clerks
banks | talk to an adviser | bank clerks
town halls | apply for a passport | civil servants
garages | have their cars repaired | mechanics
hairdressers' salons | have their hair cut | hairdressers
driving schools | take a driving lesson | driving instructors
""", """
= Those who work all week need {places} that open on Sundays.
| {places} should be open when working people have time.
From Monday to Friday, many people leave work when {places} are about to close.
On Saturdays the queues are endless because everybody comes at once.
Nobody should have to take a day off in order to {activity}.
Families could {activity} together without being in a hurry.
On Sundays many people have time to {activity} and are not allowed to.

= Opening {places} on Sundays would create jobs.
| More people would find work if {places} opened on Sundays.
A seventh day cannot be run with the staff of six.
Students could earn some money on a day without classes.
Some people are glad to work on Sundays because the pay is better.
When more people come to {places}, the cafes next door need help as well.
Wherever opening hours have grown, new staff have been hired.

= Like everyone else, {staff} need a day with their families.
| Sunday opening would be hard on {staff}.
A free Tuesday is of little use when the children are at school.
Few {staff} would dare to say no to a shift on Sunday.
The friends and families of {staff} have their day off on Sunday.
Many {staff} work late on weekdays already.
Others can plan their week, but {staff} would have to work when everybody else rests.

= One quiet day a week does everybody good.
| {places} should stay closed so that Sunday remains a day of rest.
When {places} are closed, people find time for friends, sport and sleep.
A society does not consist of customers alone.
Six days are enough to {activity}.
Streets without traffic are a gift to all who live there.
If every day is like every other, the week loses its rhythm.

= Opening {places} on Sundays would not pay.
| It would cost more than it brings to open {places} on Sundays.
People would not {activity} more often, they would only do so on another day.
Heating and light cost as much on a quiet day as on a busy one.
Work on Sundays has to be paid at a higher rate.
Small {places} have too few people for a seventh day.
Where it has been tried, most {places} soon went back to six days.
""")

_BUILDINGS = _proposal('build {building} in {town}', """
building | activity | group
a swimming pool | swim | schoolchildren
a skate park | skate | teenagers
a concert hall | hear an orchestra | music lovers
a climbing hall | climb | young people
a market hall | buy fresh food under a roof | those who like to cook
a youth club | meet in the evening | teenagers
a theatre | see a play | lovers of drama
an ice rink | skate in winter | children
a sports hall | train on rainy days | athletes
a cinema | watch a film together | young couples
""", """
= {group} in {town} have no place to {activity}.
| {town} needs {building} for {group}.
Whoever wants to {activity} has to travel to {other_town}.
The last bus from {other_town} leaves before it gets dark.
Every survey in {town} shows that {group} feel forgotten.
In {town}, {group} are told again and again to wait a little longer.
It is no wonder that {group} complain if they have nowhere to {activity}.

= {building} would bring visitors and money to {town}.
| {town} would earn money with {building}.
People from {other_town} would come to {activity} and then eat in the restaurants.
Builders in {town} would have work for at least two years.
The shops next to it would have more customers.
At present, those who want to {activity} spend their money in {other_town}.
A town in which one can {activity} attracts new firms.

= {town} cannot afford {building}.
| {building} is too expensive for a town like {town}.
The repair of the {landmark} has already emptied the purse of the town.
Building is only the beginning, because {building} has to be cleaned and repaired.
The roofs of the schools in {town} are leaking and have to come first.
Large buildings always cost more than was planned.
There is one in {other_town}, and it makes a loss every year.

= {building} would spoil the peace of the neighbours.
| Those who live nearby would suffer from {building}.
Visitors would park in every side street.
There would be noise until late in the evening.
The old trees on the site would have to be cut.
Years of building mean years of dust and lorries.
Nobody has asked the people who live next to the site.
""")

_PROPOSALS = (_LESSONS, _BANS, _FREE, _SUNDAYS, _BUILDINGS)


def debate(world):
  """(motion, claim, reasons): three to five reasons in any order."""
  proposal = world.choice(_PROPOSALS)
  town, other_town = world.random.sample(world.towns, 2)
  gaps = dict(
      zip(proposal.names, world.choice(proposal.rows)), town=town.name,
      other_town=other_town.name, landmark=town.landmark)
  claim = world.choice(proposal.claims)
  reasons = outlines.lines(world, claim, gaps)
  count = world.random.randint(3, len(reasons))
  motion = f'This House would {proposal.motion.format_map(gaps)}.'
  return motion, outlines.head(world, claim, gaps), world.random.sample(reasons, count)
