"""Beats for `dialogues`: what is told, and what may be asked about it, as text.

    topic: One or more sentences, of several lines if need be.
    A question? | its answer | the words that prove it, if they are not the answer's own
    + A question that makes sense only after the one before it? | its answer

Gaps: {she}, {her}, {hers} is whom the text is about; {he}, {him}, {his} the other one
in a story. {who}, {whom} and {whose} give the name in the first sentence of an article
and a pronoun later on; {Who} and {Whose} begin a sentence.
"""

# Stories: {she} is the one whom the story is about, {he} the other one.

OPENINGS = """
start: {name} was {a_job} in {home}. One {day} {she} had nothing to do, so {she} decided
to go out.
What was {first}'s job? | {a_job}
Where did {she} live? | in {home} | {a_job} in {home}
What day of the week was it? | {day} | One {day}
Was {she} free that day? | yes | {she} had nothing to do

start: In the town of {home} there lived {a_job} by the name of {name}. On {day} {she}
woke up early and could not fall asleep again.
Who is the story about? | {name} | {a_job} by the name of {name}
What was {hers} job? | {a_job}
Where did {she} live? | in {home} | In the town of {home} there lived {a_job}
On what day did {she} wake up early? | {day} | On {day} {she} woke up early
+ Did {she} go back to sleep? | no | could not fall asleep again

start: {day} was a holiday in {home}. {name}, who worked there as {a_job}, did not want
to spend it indoors.
Who did not want to spend the holiday indoors? | {name}
What did {she} work as? | {a_job} | who worked there as {a_job}
In which town? | {home} | a holiday in {home}
What day was it? | {day} | {day} was a holiday
"""

DETAILS = """
age: {She} was {age} years old and in good health.
How old was {she}? | {age} | {age} years old
+ Was {she} well? | yes | in good health

leisure: Most of {hers} free time went into {hobby}, but now {she} wanted a change.
What did {she} do in {hers} free time? | {hobby} | \
Most of {hers} free time went into {hobby}
+ Did {she} want to do that again? | no | now {she} wanted a change

weather: The sun was shining, and there was not a cloud in the sky.
What was the weather like? | sunny | The sun was shining
+ Were there any clouds? | no | there was not a cloud in the sky

weather: It was cold and windy outside.
What was the weather like? | cold and windy

weather: A light rain was falling.
Was the weather good? | no | A light rain was falling
+ What was it like? | it was raining a little | A light rain was falling

birth: {She} had been born in {birthplace}.
Where had {she} been born? | in {birthplace}

leisure: The evening before {she} had practised the {instrument} until late.
Could {she} play an instrument? | yes | {she} had practised the {instrument}
+ Which one? | the {instrument}

treasure: {She} owned {a_treasure}, of which {she} was very proud.
What was {she} proud of? | {a_treasure}
"""

WAYS = """
way: After breakfast {she} fed {hers} {pet}, {pet_name}, locked the door and took the
bus to the {place}.
What animal did {she} have? | {a_pet} | {hers} {pet}
+ What was it called? | {pet_name}
When did {she} leave the house? | after breakfast | After breakfast
Where did {she} go? | to the {place}
+ On foot? | no, by bus | took the bus

way: {She} left {hers} {pet}, {pet_name}, with a neighbour and walked to the {place}.
Did {hers} {pet} stay behind? | yes | left {hers} {pet}, {pet_name}, with a neighbour
+ What was its name? | {pet_name}
+ Who looked after it? | a neighbour
Where did {she} go? | to the {place}
+ How did {she} get there? | on foot | walked

way: {She} packed some {food} for lunch and rode {hers} bicycle to the {place}.
What did {she} have for lunch? | {food} | some {food} for lunch
Where did {she} want to go? | to the {place}
+ How did {she} travel? | by bicycle | rode {hers} bicycle
"""

PLOTS = """
plot: There {she} met {friend}, who had lost {his} {thing}. They looked for it
everywhere, and after {count} minutes {first} found it under a bench. {friend} was so
happy that {he} invited {her} to dinner.
Who had lost something? | {friend} | {friend}, who had lost {his} {thing}
+ What was it? | {his} {thing}
Who found the {thing}? | {first} | {first} found it
+ Where was it? | under a bench
+ How long did they have to look? | {count} minutes
How did {friend} feel in the end? | happy | so happy
+ What did {he} do? | {he} invited {her} to dinner

plot: At the entrance stood {friend}, who had left {his} money at home. {first} lent
{him} {count} {coin}s, and {he} promised to pay them back on {later}. Then they went in
together.
Who was there? | {friend} | At the entrance stood {friend}
+ What had {he} forgotten? | {his} money | had left {his} money at home
Did {first} help {friend}? | yes | {first} lent {him} {count} {coin}s
+ How much did {he} get? | {count} {coin}s
When was {friend} going to pay the money back? | on {later}

plot: An old {man} was playing the {tune} there, and {count} children were listening.
When {he} stopped, {first} gave {him} {price} {coin}s. {He} thanked {her} and played one
more song.
Who was playing music? | an old {man} | An old {man} was playing the {tune}
+ What did {he} play? | the {tune}
How many children were there? | {count} | {count} children
What did {first} give the old {man}? | {price} {coin}s
+ Did {he} thank {her}? | yes | {He} thanked {her}
+ How? | {he} played one more song | played one more song

plot: There was a cake to be won by the person who guessed how many beans were in a jar.
{friend} said {one} and {first} said {other}, and {other} was right. {She} shared the
cake with everybody.
What could people win? | a cake
+ What did they have to do for it? | guess how many beans were in a jar | \
how many beans \
were in a jar
What did {friend} guess? | {one} | {friend} said {one}
Who won? | {first} | {first} said {other}, and {other} was right
+ How many beans were there? | {other} | {other} was right
Did {first} eat the whole cake alone? | no | {She} shared the cake with everybody

plot: In front of it a kitten had climbed a tree and was afraid to come down. {friend}
fetched a ladder, and {first} carried the kitten down in {hers} hat. It belonged to a
girl of {count}.
What was in the tree? | a kitten | a kitten had climbed a tree
+ Why did it not come down? | it was afraid | was afraid to come down
Who had a ladder? | {friend} | {friend} fetched a ladder
Who carried the kitten down? | {first} | {first} carried the kitten down
+ In {hers} arms? | no, in {hers} hat | in {hers} hat
Whose kitten was it? | a girl's | It belonged to a girl
+ How old was the girl? | {count} | a girl of {count}

plot: On a bench lay a bag that somebody had forgotten. In it {first} found {a_thing}
and a card with the name of {friend}. {She} rang {him} up, and {he} came at once to
fetch it.
What lay on the bench? | a bag | On a bench lay a bag
+ What was inside? | {a_thing} and a card | {a_thing} and a card
+ Whose name was on the card? | {friend}'s | the name of {friend}
How did {first} reach {friend}? | {she} rang {him} up | {She} rang {him} up
+ Did {he} come to get the bag? | yes | {he} came at once to fetch it

plot: {friend} was there too and wanted to take a picture of {her}, but {he} dropped the
camera. {first} caught it just in time. As thanks {friend} sent {her} the picture
{count} days later.
What did {friend} want to do? | take a picture of {first} | {friend} was there too and \
wanted to take a picture of {her}
+ What did {he} drop? | the camera | {he} dropped the camera
+ Did it break? | no | {first} caught it just in time
What did {first} get as thanks? | the picture | {friend} sent {her} the picture
+ How many days later? | {count} | {count} days later

plot: There was such a long queue that {first} had to wait for {count} minutes. A
stranger in front of {her} told {her} jokes, and by the time they got in they were
friends.
Did {first} get in at once? | no | {first} had to wait for {count} minutes
+ Why not? | there was a long queue | There was such a long queue
Who told jokes? | a stranger | A stranger in front of {her} told {her} jokes
+ Did the two become friends? | yes | they were friends

plot: {friend} was selling {wares} there. {first} bought {count} of them, because {she}
needed presents for {hers} family. {friend} was so pleased that {he} gave {her} one more
for nothing.
What was {friend} selling? | {wares}
+ How many of them did {first} buy? | {count} | {count} of them
+ Were they for {first}? | no | {she} needed presents for {hers} family
What did {first} get for nothing? | one more | {he} gave {her} one more for nothing
"""

ENDINGS = """
end: It was dark when {she} got home, tired but happy.
How did {she} feel when {she} got home? | tired but happy
+ Was it dark by then? | yes | It was dark

end: In the evening {she} made {dish} for supper and told a neighbour the whole story.
What did {she} make for supper? | {dish}
Did {she} tell anybody what had happened? | yes | told a neighbour the whole story
+ Whom? | a neighbour

end: Before {she} fell asleep, {she} wrote a letter about it to {hers} aunt.
Whom did {she} write to? | {hers} aunt
+ When? | before {she} fell asleep | Before {she} fell asleep

end: {She} missed the last bus and had to walk home, but {she} did not mind.
Did {she} take the bus home? | no | missed the last bus
+ So how did {she} get back? | on foot | had to walk home
+ Was {she} annoyed? | no | {she} did not mind
"""

# Articles: each question must make sense alone.

LIVES = """
birth: {Who} was born in {birthplace}, a town on the river {birth_river}.
Where was {she} born? | {birthplace} | \
in {birthplace}, a town on the river {birth_river}
On which river does {hers} birthplace lie? | {birth_river} | on the river {birth_river}

birth: {Who} came into the world in {birthplace}, which is known for its {birth_craft}.
Where was {she} born? | {birthplace} | \
in {birthplace}, which is known for its {birth_craft}
What is {hers} birthplace known for? | {birth_craft} | known for its {birth_craft}

birthday: {Who} turned {age} this year and was given {a_treasure} made of {material}.
How old is {she}? | {age} | turned {age} this year
What was {she} given this year? | {a_treasure} | {a_treasure} made of {material}

birthday: When {who} turned {age} this year, {hers} friends bought {her} {a_treasure}.
How old is {she}? | {age} | turned {age} this year
Did {she} get anything from {hers} friends? | yes | \
{hers} friends bought {her} {a_treasure}
What did {hers} friends buy for {her}? | {a_treasure}

leisure: {Who} plays the {instrument} and practises for an hour every Sunday.
Does {she} play an instrument? | yes | plays the {instrument}
Which instrument does {she} play? | the {instrument} | plays the {instrument}
For how long does {she} practise? | for an hour | practises for an hour every Sunday

leisure: Although {who} never had a teacher, {she} plays the {instrument} well.
Does {she} play an instrument? | yes | {she} plays the {instrument} well
Who taught {her} music? | never had a teacher
Did {she} have a music teacher? | no | never had a teacher

food: Of all dishes {who} likes {food} best, and nobody has seen {her} leave any.
What is {hers} favourite food? | {food} | likes {food} best
Does {she} have a favourite food? | yes | likes {food} best

food: {Whose} favourite food is {food}, which {she} also makes for {hers} guests.
What does {she} like to eat? | {food} | favourite food is {food}
What do {hers} guests get to eat? | {food} | \
{food}, which {she} also makes for {hers} guests

leisure: {Who} spends {hers} free afternoons on {hobby}, mostly with friends.
What does {she} do in {hers} free time? | {hobby} | \
spends {hers} free afternoons on {hobby}
Does {she} have a hobby? | yes | spends {hers} free afternoons on {hobby}
With whom does {she} spend {hers} free time? | friends | mostly with friends

leisure: When work is over, {who} goes in for {hobby}, as {she} has done since school.
What does {she} do after work? | {hobby} | goes in for {hobby}
Since when has {she} had {hers} hobby? | since school | as {she} has done since school

pet: {Who} shares the house with {a_pet} called {pet_name} and with nobody else.
Does {she} have a pet? | yes | {a_pet} called {pet_name}
Does anybody else live in {hers} house? | no | with nobody else
What is the name of {hers} pet? | {pet_name} | {a_pet} called {pet_name}

pet: {Whose} pet is {a_pet}, {pet_name}, which all the neighbours know.
What kind of pet does {she} have? | {a_pet} | {a_pet}, {pet_name}
What is {hers} pet called? | {pet_name} | {a_pet}, {pet_name}
Is {hers} pet known to the neighbours? | yes | which all the neighbours know

sight: From {whose} windows one can see the {landmark}, the most famous sight of {home}.
What can one see from {hers} windows? | the {landmark} | \
the {landmark}, the most famous \
sight of {home}
What is the most famous sight of the town? | the {landmark}

sight: {Who} is proud of {hers} town, which goes back to the year {founded}.
How old is {hers} town? | it goes back to the year {founded} | \
goes back to the year {founded}
Does {she} like {hers} town? | yes | proud of {hers} town

work: In {year} {who} {made} the {kind} {work}, which is set in {place}.
What {kind} did {she} {make}? | {work} | {made} the {kind} {work}
What did {she} do in {year}? | {made} the {kind} {work}

work: The {kind} {work}, which came out in {year}, is by {whom}.
When did {hers} {kind} come out? | {year} | came out in {year}
What is the title of {hers} {kind}? | {work} | The {kind} {work}
"""

TOWNS = """
founded: {Who} was founded in {founded}, long before there were any roads.
When was the town founded? | {founded} | was founded in {founded}
Were there any roads when the town was founded? | no | long before there were any roads

founded: {Whose} first houses, all of wood, were built in {founded}.
When were the first houses built? | {founded} | were built in {founded}
What were the first houses made of? | wood | all of wood

river: {Who} stands on the river {river}, in which the children swim in summer.
Is there a river in the town? | yes | stands on the river {river}
What is the name of the river? | {river} | on the river {river}
Where do the children swim? | in the river | \
the river {river}, in which the children swim

river: The river {river} runs through the middle of {whom}, and two bridges cross it.
Which river runs through the town? | {river} | The river {river}
How many bridges are there? | two | two bridges cross it

craft: {Whose} workshops make {craft}, which people come from far away to buy.
What do the workshops make? | {craft} | workshops make {craft}
What do people come to the town to buy? | {craft} | \
{craft}, which people come from far \
away to buy

craft: In {whom} every third family makes a living from {craft}.
What do many families make a living from? | {craft} | makes a living from {craft}
How many of the families live on the same trade? | every third family

sight: {Whose} most famous sight is the {landmark}, which is closed on Mondays.
What is the most famous sight? | the {landmark} | most famous sight is the {landmark}
Is the most famous sight open every day? | no | closed on Mondays

sight: Visitors to {whom} always ask for the {landmark} first, and admission is free.
What do visitors ask for first? | the {landmark} | always ask for the {landmark} first
Do visitors have to pay for the {landmark}? | no | admission is free

resident: One of the people who live in {whom} is {resident}, {a_resident_job}.
Who lives in the town? | {resident} | {resident}, {a_resident_job}
What is the job of {resident}? | {a_resident_job} | {resident}, {a_resident_job}

resident: Those who need {a_resident_job} in {whom} go to {resident}.
To whom do people go who need {a_resident_job}? | {resident} | go to {resident}

money: As in all of {country}, people in {whom} pay with the {coin}.
What money do people use? | the {coin} | pay with the {coin}
Is the same money used in the rest of the country? | yes | As in all of {country}

language: {language} is spoken in the streets of {whom} and taught in its schools.
What language do people speak? | {language} | {language} is spoken in the streets
Which language is taught at school? | {language}

capital: {Who} is the capital of {country}, and the ministers meet there every week.
Is the town the capital of {country}? | yes | is the capital of {country}
How often do the ministers meet? | every week | the ministers meet there every week

province: {Who} is not the capital of {country}, for the ministers meet in {capital}.
Is the town the capital of {country}? | no | is not the capital of {country}
Where do the ministers meet? | {capital} | the ministers meet in {capital}

flag: On holidays the flag of {country}, which shows {an_emblem}, hangs from every
window in {whom}.
What animal is on the flag? | {an_emblem} | which shows {an_emblem}
When can the flag be seen? | on holidays | On holidays

work: The {kind} {work} is set in {whom}; {maker} {made} it in {year}.
What {kind} is set in the town? | {work} | The {kind} {work}
Is any {kind} set in the town? | yes | The {kind} {work} is set in {whom}
Who {made} the {kind} that is set in the town? | {maker} | {maker} {made} it
"""

# The first words of an article, and the heading of its section: of a person, of a town.

BACKGROUNDS = {True: (
    '{name} is {a_job} in {home}, a town in {country}.',
    '{name}, {a_job} by profession, lives in {home} in {country}.',
    'Among the people of {home}, a town in {country}, is {name}, {a_job}.',
), False: (
    '{name} is a town in {country}.',
    '{name} is one of the towns of {country}.',
    'The country of {country} has several towns, of which {name} is one.',
)}
SECTIONS = {
    True: ('Life', 'Private life', 'At home and at work', 'Biography', 'Portrait'),
    False: ('Overview', 'History and sights', 'The town today', 'Town and people')}
