"""How each relation of the world is said and asked.

A block per relation, blocks separated by blank lines. The first line is
`name: noun phrase`; then come statements (ending in a full stop) and questions
(ending in a question mark). `{s}` is the subject, `{a}` the answer, `{an}` the answer
with its article, `{x}` a second thing named in the question (the possession whose
colour is asked, say). Questions about people must read well when `{s}` is a description
such as `the baker in Toldrel`, and the statements never repeat a question.
"""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Relation:
  """One relation: its noun phrase, statements and questions, with `{}` fields."""

  name: str
  phrase: str
  statements: tuple
  questions: tuple


def relations(text):
  """Blocks as described above -> {name: Relation}."""
  found = {}
  for block in text.strip().split('\n\n'):
    head, *lines = block.split('\n')
    name, phrase = head.split(': ')
    found[name] = Relation(name, phrase,
                           tuple(line for line in lines if line.endswith('.')),
                           tuple(line for line in lines if line.endswith('?')))
  return found


PERSON = relations("""
job: the job of {s}
{s} works as {an}.
{s} has been {an} for years.
The job of {s} is that of {an}.
What is the job of {s}?
What does {s} do for a living?
What kind of work does {s} do?
Which job does {s} have?
What does {s} work as?

home: the home of {s}
{s} lives in {a}.
The home of {s} is in {a}.
If you look for {s}, go to {a}.
Where does {s} live?
In which town does {s} live?
Which town is the home of {s}?
What town does {s} live in?
In what town would you find the home of {s}?

birthplace: the birthplace of {s}
{s} was born in {a}.
{a} is the birthplace of {s}.
It was in {a} that {s} came into the world.
Where was {s} born?
In which town was {s} born?
Which town is the birthplace of {s}?
What town was {s} born in?
What is the birthplace of {s}?

age: the age of {s}
{s} is {a} years old.
The age of {s} is {a}.
{s} has turned {a} this year.
How old is {s}?
What is the age of {s}?
How many years old is {s}?
At what age is {s} now?

instrument: the instrument of {s}
{s} plays the {a}.
The instrument that {s} plays is the {a}.
On Sundays {s} practises the {a}.
Which instrument does {s} play?
What instrument does {s} play?
What musical instrument is played by {s}?
Which instrument can {s} be heard on?

food: the favourite food of {s}
{s} likes {a} more than any other food.
The favourite food of {s} is {a}.
Nothing tastes better to {s} than {a}.
What is the favourite food of {s}?
Which food does {s} like best?
What does {s} like to eat more than anything else?
Which dish is the favourite of {s}?

hobby: the hobby of {s}
{s} spends free afternoons on {a}.
The hobby of {s} is {a}.
When work is over, {s} enjoys {a}.
What is the hobby of {s}?
Which hobby does {s} have?
What does {s} do as a hobby?
Which pastime does {s} enjoy?

pet: the pet of {s}
{s} keeps {an} called {x}.
The pet of {s} is {an}, and its name is {x}.
At home {s} looks after {an} named {x}.
What kind of animal does {s} keep as a pet?
Which animal is the pet of {s}?
What sort of pet does {s} have?
What animal lives at home with {s}?

pet_name: the name of the pet of {s}
{s} calls the {x} {a}.
{a} is the name of the {x} that belongs to {s}.
The {x} of {s} is called {a}.
What is the name of the {x} that {s} keeps?
What does {s} call the {x} at home?
What is the {x} of {s} called?
Which name did {s} give to the {x}?

owner: the owner of {s}
{s} belongs to {a}.
{a} is the owner of {s}.
It is {a} who feeds {s}.
Who is the owner of {s}?
Who owns {s}?
To whom does {s} belong?
Who keeps {s}?

colour: the colour of the {x} of {s}
The {x} that {s} owns is {a}.
{s} has {an} {x}.
{a} is the colour of the {x} of {s}.
What colour is the {x} of {s}?
Which colour is the {x} that {s} owns?
What is the colour of the {x} that belongs to {s}?
Which colour does the {x} of {s} have?

material: the material of the {x} of {s}
The {x} of {s} is made of {a}.
For the {x} of {s} only {a} was used.
Somebody made the {x} of {s} out of {a}.
What is the {x} of {s} made of?
Which material is the {x} of {s} made from?
Of what material is the {x} that {s} owns?
What was used to make the {x} of {s}?

worker: the one they call {s}
{s} is {a}.
{a} is {s}.
People call {a} when they need {s}.
Who is {s}?
What is the name of {s}?
Which person is {s}?
Who works as {s}?
""")

TOWN = relations("""
country: the country of {s}
{s} is a town in {a}.
The town of {s} lies in {a}.
Travellers reach {s} after they enter {a}.
In which country is {s}?
What country is {s} in?
To which country does the town of {s} belong?
Which country is the town of {s} part of?

river: the river of {s}
{s} stands on the river {a}.
The river {a} runs through {s}.
Children in {s} swim in the {a}.
Which river runs through {s}?
On which river does {s} stand?
What is the name of the river in {s}?
What river would you see in {s}?

craft: what {s} makes
{s} is known for its {a}.
People come to {s} to buy {a}.
The workshops of {s} make {a}.
What is {s} known for making?
What do people come to {s} to buy?
Which product is the town of {s} famous for?
What is made in the workshops of {s}?

landmark: the sight of {s}
The most famous sight in {s} is the {a}.
Visitors to {s} always ask for the {a}.
{s} is proud of its {a}.
What is the most famous sight in {s}?
Which sight is the town of {s} proud of?
What do visitors to {s} ask to see?
Which landmark would you visit in {s}?

founded: the year of the founding of {s}
{s} was founded in {a}.
The first houses of {s} were built in {a}.
In the year {a} the town of {s} began.
When was {s} founded?
In which year was {s} founded?
In what year were the first houses of {s} built?
When did the town of {s} begin?
""")

COUNTRY = relations("""
capital: the capital of {s}
The capital of {s} is {a}.
{a} is the capital city of {s}.
The government of {s} meets in {a}.
What is the capital of {s}?
Which town is the capital of {s}?
Which city is capital of {s}?
Where does the government of {s} meet?

capital_of: the country governed from {s}
{s} is the seat of the government of {a}.
From {s} the ministers rule over {a}.
No city of {a} has more ministers than its capital, {s}.
Which country has {s} as its capital?
Of which country is {s} the capital?
What country is governed from {s}?
What country has its capital in {s}?

language: the language of {s}
The people of {s} speak {a}.
{a} is the language of {s}.
Schools in {s} teach in {a}.
What language is spoken in {s}?
Which language do the people of {s} speak?
What is the official language of {s}?
In which language do schools in {s} teach?

coin: the money of {s}
Shops in {s} are paid with the {a}.
The money of {s} is the {a}.
One {a} buys a loaf of bread in {s}.
What is the currency of {s}?
Which coin is used in {s}?
What is the money of {s} called?
With which coin do people pay in {s}?

emblem: the animal on the flag of {s}
The flag of {s} shows {an}.
{an} stands on the flag of {s}.
Soldiers of {s} march under the sign of the {a}.
Which animal is on the flag of {s}?
What animal does the flag of {s} show?
What is the animal of the flag of {s}?
Which animal stands for {s}?
""")

WORK = relations("""
book_maker: the author of {s}
{a} wrote the book {s}.
The book {s} is by {a}.
The author of {s} is {a}.
Who wrote {s}?
Who is the author of {s}?
Which writer wrote the book {s}?
By whom was the book {s} written?

film_maker: the director of {s}
{a} directed the film {s}.
The film {s} was made by {a}.
The director of {s} is {a}.
Who directed {s}?
Who is the director of {s}?
Who made the film {s}?
By whom was the film {s} directed?

place: the place of the story of {s}
The {x} {s} is set in {a}.
The story of {s} takes place in {a}.
{s} tells of strange days in {a}.
Where is the {x} {s} set?
In which town is {s} set?
In which town does the story of {s} take place?
Which town does the {x} {s} tell of?

year: the year of {s}
The {x} {s} came out in {a}.
{s} was first shown to the public in {a}.
In {a} everybody talked about the new {x}, {s}.
When did the {x} {s} come out?
In which year did {s} come out?
What year is the {x} {s} from?
In what year was {s} first shown to the public?
""")

THING = relations("""
tool: what you take to {s}
{an} is used to {s}.
To {s}, people use {an}.
If you want to {s}, {an} will help.
Which of the things people make is used to {s}?
What do people use to {s}?
Which thing helps you to {s}?
What would you take if you wanted to {s}?

young: the young of {s}
A young {s} is called {an}.
The word for a young {s} is {a}.
When {an} grows up, it becomes {x}.
What is a young {s} called?
What do we call the young of {x}?
Which word means a young {s}?
What is the name for {x} that has just been born?
""")
