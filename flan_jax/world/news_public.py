"""What the papers report of towns and countries: texts alone, read by `news`.

One event after the other, parted by `---`. `lead` and `told` are said in every report,
`extra` in some; each has two wordings and, behind `>`, what it comes to in a few words.
A `summary` uses nothing but what lead and told say, and stands before its headline.
The other lines are what a gap may hold: a list, or numbers with their step.
"""

LOCAL = """
place: rope factory, flour mill, furniture shop, hotel, boat shed, paper warehouse,
  theatre, bicycle workshop, laundry, toy shop
cause: a faulty heater, a candle left burning, an overheated lamp, a broken cable, a
  spark from a chimney, a pan of hot oil
crews: 12-60
hours: 2-9
cost: 20-90 by 5
lead: A fire broke out at {place:a} in {town} on {day} night.
  | Neighbours in {town} called for help on {day} night when flames rose from {place:a}.
  > Fire breaks out at {place:a} in {town}.
told: It took {crews} firefighters {hours} hours to put out the flames.
  | The flames were out after {hours} hours, and {crews} firefighters had been needed.
  > {crews} firefighters put out the flames.
told: Investigators found that {cause} had started the fire.
  | According to the fire brigade, {cause} was to blame. > {cause} is to blame.
told: The roof fell in, but nobody was hurt. | Nobody was hurt, though the roof fell in.
  > The roof falls in, but nobody is hurt.
extra: The owner puts the damage at {cost},000 {coins}.
  | Repairs will cost the owner about {cost},000 {coins}.
  > The damage is put at {cost},000 {coins}.
extra: The street will stay closed until {later}. | No traffic may pass before {later}.
  > The street stays closed until {later}.
quote: "The sky over the {river} was bright red," said {local}.
quote: "I had never seen such flames," said {local}.
summary: Nobody has been hurt in a fire at {place:a} in {town} for which {cause} is
  blamed. > No one hurt in fire at {place} in {town}
summary: {place:a} in {town} has lost its roof in a fire started by {cause}.
  > {town} {place} loses roof in fire
summary: {crews} firefighters have needed {hours} hours to put out a fire at {place:a}
  in {town}. > {town} firefighters battle blaze for {hours} hours
---
what: museum, library, concert hall, swimming pool, youth club, indoor market, cinema
giver: the savings bank, a lottery, the harbour company, a giver who wants no name, a
  bakery chain
years: 2-9
cost: 11-48
lead: Hundreds of people stood in line in {town} on {day} to see the new {what}.
  | On {day}, after speeches and songs, the new {what} in {town} let in its first
  guests. > A new {what} opens in {town}.
told: The building took {years} years to finish. | Builders needed {years} years.
  > It took {years} years to build.
told: Of the {cost} million {coins} that the building cost, half came from {giver}.
  | The bill came to {cost} million {coins}, and {giver} paid half.
  > {giver} pays half of the {cost} million {coins}.
told: On {later}s, visitors do not have to pay. | Entrance is free on {later}s.
  > Entrance is free on {later}s.
extra: From the roof one can see the {landmark}.
  | The terrace on the roof looks out on the {landmark}.
  > The {landmark} can be seen from the roof.
extra: The entrance hall shows {craft} from the workshops of {town}.
  | A show of {craft} made in {town} fills the entrance hall.
  > The entrance hall shows {craft}.
quote: "We could hardly believe that it was ready," said {local}.
quote: "My children want to come back tomorrow," said {local}.
summary: {town} has a new {what}, half of it paid for by {giver}.
  > {town} opens new {what}
summary: {what:a} that cost {cost} million {coins} has opened in {town} after {years}
  years of building. > {what} in {town} opens after {years} years
summary: {town} has opened a new {what} that can be visited free of charge on {later}s.
  > New {town} {what} to be free on {later}s
---
theme: kite, soup, accordion, lantern, cheese, storytelling, jazz, puppet, flower, bread
visitors: 11000-48000 by 1000
bags: 120-480 by 10
lead: Fireworks over the {river} ended the {theme} festival in {town} on {day}.
  | The {theme} festival in {town} came to an end on {day} with dancing in the streets.
  > The {theme} festival in {town} ends.
told: Counting all three days, {visitors} visitors came, more than ever before.
  | Never before had so many people come: {visitors} in three days.
  > A record {visitors} visitors come.
told: The jury gave its first prize to {chief} from {away}.
  | First prize went to {chief}, who had travelled from {away}.
  > {chief} from {away} wins first prize.
told: Heavy rain had cut the opening night short.
  | The opening night had been broken off because of heavy rain.
  > Rain cuts the opening night short.
extra: Volunteers had filled {bags} bags with rubbish by the next morning.
  | The next morning, volunteers carried off {bags} bags of rubbish.
  > Volunteers fill {bags} bags with rubbish.
extra: Next year, the festival is to last a day longer.
  | The organisers want to add a fourth day next year.
  > The festival is to be a day longer next year.
quote: "I came for an hour and stayed for three days," said {local}.
quote: "This town knows how to celebrate," said {chief}.
summary: The {theme} festival in {town} has drawn {visitors} visitors in spite of the
  rain. > {theme} festival in {town} draws {visitors}
summary: {chief} from {away} has won first prize at the {theme} festival in {town}.
  > {chief} wins prize at {town} {theme} festival
summary: In spite of a wet opening night, more people than ever have been to the {theme}
  festival in {town}. > Rain fails to spoil {theme} festival in {town}
---
weeks: 3-9
cars: 4000-9000 by 500
cost: 11-30
fault: cracks in two pillars, rust in the cables, a sinking pillar, loose stones in an
  arch
lead: The town council of {town} had bad news for drivers on {day}.
  | A letter from the town council of {town} reached all households on {day}.
  > The council of {town} has bad news for drivers.
told: The bridge over the {river} will be closed for {weeks} weeks, from {month} on.
  | From {month} on, nobody can drive over the bridge across the {river} for {weeks}
  weeks. > The bridge over the {river} closes for {weeks} weeks.
told: Engineers had discovered {fault} during a routine check.
  | In a routine check of the bridge, engineers had found {fault}.
  > Engineers discover {fault}.
told: Some {cars} cars use the bridge every day.
  | Every day, {cars} cars go over the bridge. > {cars} cars a day are affected.
extra: People on foot can take a ferry free of charge.
  | A free ferry will carry people on foot to the other side.
  > A free ferry carries people on foot.
extra: The work is expected to cost {cost} million {coins}.
  | The council has set aside {cost} million {coins} for the work.
  > The work costs {cost} million {coins}.
quote: "I shall have to get up an hour earlier," said {local}.
quote: "Better a closed bridge than a broken one," said {local}.
summary: The bridge over the {river} in {town} must be closed in {month} because of
  {fault}. > {town} to close {river} bridge in {month}
summary: Drivers in {town} will have to do without the bridge over the {river} for
  {weeks} weeks. > {town} bridge to close for {weeks} weeks
summary: {fault} of the bridge over the {river} will force {cars} cars a day to take
  another way. > {river} bridge closure to hit {cars} cars a day
"""

WORLD = """
speed: 110-180 by 10
homes: 3000-9000 by 500
hurt: 2-9
lead: A violent storm swept across {country} on {day}.
  | Trees were torn out of the ground when a storm reached {country} on {day}.
  > A storm sweeps across {country}.
told: Winds of up to {speed} kilometres an hour were measured.
  | At its peak, the wind reached {speed} kilometres an hour.
  > Winds reach {speed} kilometres an hour.
told: In the region of {town}, {homes} homes were left without electricity.
  | Around {town}, the lights went out in {homes} homes.
  > {homes} homes have no electricity.
told: Hospitals treated {hurt} people for slight injuries.
  | The injuries of {hurt} people who were taken to hospital turned out to be slight.
  > {hurt} people are slightly hurt.
extra: Trains between {town} and {away} will not run before {later}.
  | The railway line from {town} to {away} will be blocked until {later}.
  > No trains run to {away} until {later}.
extra: Schools will remain closed for the rest of the week.
  | Pupils have been told to stay at home for the rest of the week.
  > Schools are closed for the week.
quote: "It sounded like a train going over the roof," said {local}.
quote: "We sat in the cellar and sang to the children," said {local}.
summary: A storm with winds of {speed} kilometres an hour has cut off the electricity in
  {homes} homes in {country}. > Storm cuts power to {homes} homes in {country}
summary: {hurt} people have been slightly hurt in a storm in {country}.
  > {hurt} hurt in {country} storm
summary: The lights have gone out in {homes} homes around {town} after a storm hit
  {country}. > Storm leaves {homes} homes in the dark
---
matter: fishing rights, river water, timber tariffs, railway fares, grain exports,
  mountain pastures, air routes, salt mines
years: 3-9
quarrel: 11-40
hours: 12-30
lead: Ministers from {country} and {abroad} met in {town} on {day} to talk about
  {matter}.
  | On {day}, {town} was host to talks between {country} and {abroad} about {matter}.
  > {country} and {abroad} discuss {matter} in {town}.
told: After {hours} hours, they signed an agreement that is to last for {years} years.
  | An agreement for the next {years} years was signed after {hours} hours.
  > An agreement for {years} years is signed.
told: The two countries had quarrelled over the matter for {quarrel} years.
  | The quarrel between the two countries had gone on for {quarrel} years.
  > It ends a quarrel of {quarrel} years.
told: The parliament of {abroad} still has to vote on the agreement in {month}.
  | In {month}, a vote on the agreement is to follow in the parliament of {abroad}.
  > Parliament in {abroad} votes in {month}.
extra: A joint office in {away} will watch over the agreement.
  | To watch over the agreement, a joint office is to be set up in {away}.
  > A joint office is planned in {away}.
extra: Ministers will look at the results once a year.
  | Once a year, ministers will meet to see how the agreement works.
  > Ministers are to meet once a year.
quote: "Neighbours should talk before they shout," said {chief}, who led the talks for
  {country}.
quote: "Nobody got everything, and everybody got something," said {chief}, the foreign
  minister of {country}.
summary: {country} and {abroad} have signed an agreement that is to end their long
  quarrel over {matter}. > {country} and {abroad} to end quarrel over {matter}
summary: An agreement on {matter} between {country} and {abroad} has brought {quarrel}
  years of quarrels to an end. > Deal ends {quarrel} years of quarrels over {matter}
summary: The parliament of {abroad} is to vote on an agreement with {country} about
  {matter}. > {abroad} to vote on deal over {matter}
---
winner: Farmers' League, Reform Party, People's Alliance, Civic List
loser: Liberty Party, Green Union, Workers' Front, National Party
seats: 61-88
rest: 21-47
years: 4-9
turnout: 61-84
lead: {country} elected a new parliament on {day}.
  | Voters in {country} went to the polls on {day} to choose a new parliament.
  > {country} elects a new parliament.
told: The {winner} won {seats} seats, more than any other party.
  | With {seats} seats, the {winner} will be the largest party.
  > The {winner} wins {seats} seats.
told: The {loser}, which has governed for {years} years, was left with {rest} seats.
  | Only {rest} seats went to the {loser}, the governing party of the past {years}
  years. > The {loser} is left with {rest} seats.
told: Of those who had the right to vote, {turnout} percent did so.
  | Turnout was {turnout} percent. > Turnout is {turnout} percent.
extra: {chief}, who leads the {winner}, hopes to form a government by {month}.
  | By {month}, {chief} of the {winner} hopes to have formed a government.
  > {chief} hopes to form a government by {month}.
extra: In {town}, counting went on until the early morning.
  | The last result, that of {town}, did not come in before the early morning.
  > Counting in {town} lasts until morning.
quote: "The people have asked for a change, and they shall have it," said {chief}, the
  leader of the {winner}.
quote: "It was time for something new," said {local}.
summary: After {years} years in government, the {loser} has lost the election in
  {country} to the {winner}. > {loser} loses election in {country}
summary: The {winner} has become the strongest party in {country} with {seats} seats.
  > {winner} wins {country} election
summary: Voters in {country} have turned away from the governing {loser}.
  > Voters in {country} desert {loser}
---
aboard: 40-180
cause: thick fog, a broken rudder, engine trouble, a strong current, a misread chart
hours: 2-9
lead: A ferry from {country} to {abroad} sent out a call for help on {day} evening.
  | Rescuers were called on {day} evening to a ferry on its way from {country} to
  {abroad}. > A ferry bound for {abroad} calls for help.
told: Because of {cause}, it had run onto a sandbank.
  | The ship had run onto a sandbank, and {cause} was to blame.
  > {cause} makes the ferry run onto a sandbank.
told: Lifeboats brought all {aboard} people on board safely ashore.
  | All {aboard} people on board were taken to land in lifeboats, unhurt.
  > All {aboard} people on board are safe.
told: The rescue was over after {hours} hours. | Rescuers worked for {hours} hours.
  > The rescue takes {hours} hours.
extra: The passengers spent the night in a school in {town}.
  | A school in {town} gave the passengers beds for the night.
  > The passengers spend the night in a school.
extra: Two tugs will try to pull the ship free on {later}.
  | On {later}, two tugs are to pull the ship into deeper water.
  > Tugs will try to free the ship on {later}.
quote: "The crew stayed calm, and so did we," said {chief}, one of the passengers.
quote: "Somebody began to sing, and that helped," said {chief}, a passenger.
summary: All {aboard} people on a ferry to {abroad} have been saved after the ship ran
  onto a sandbank. > All {aboard} saved from stranded ferry
summary: {cause} has been blamed after a ferry between {country} and {abroad} got stuck
  on a sandbank. > {cause} blamed for ferry accident
summary: Lifeboats have rescued the passengers of a ferry from {country} in an operation
  of {hours} hours. > Lifeboats rescue passengers of {country} ferry
---
crossing: mountain road, tunnel, railway line, old bridge, coast road
years: 11-40
cost: 11-48
lead: Crowds gathered on {day} where {crossing:a} joins {country} and {abroad}.
  | Bands from {country} and {abroad} played on {day} at the {crossing} between them.
  > {country} and {abroad} celebrate at the border.
told: The {crossing} was opened again after it had been closed for {years} years.
  | For the first time in {years} years, travellers could use the {crossing}.
  > The {crossing} opens after {years} years.
told: An identity card is all that one needs to cross.
  | Travellers need to show no more than an identity card.
  > An identity card is enough to cross.
told: {country} paid {cost} million {coins} for the repairs.
  | The repairs cost {cost} million {coins}, which {country} paid.
  > Repairs cost {country} {cost} million {coins}.
extra: Twelve border guards from both sides will share one office.
  | Border guards from both countries will work in one office, twelve in all.
  > Border guards of both countries share an office.
extra: A family from {town} that was divided by the border met again on the spot.
  | Among the first to meet was a divided family from {town}.
  > A divided family meets again.
quote: "I have a sister on the other side, and now I can have lunch with her," said
  {local}.
quote: "A border should be a door," said {chief}, who governs the region.
summary: {crossing:a} between {country} and {abroad} is open again after {years} years.
  > {crossing} between {country} and {abroad} reopens
summary: Travellers between {country} and {abroad} can use {crossing:a} again and need
  just an identity card. > {country} and {abroad} open border {crossing}
summary: Repairs for {cost} million {coins} have made it possible to reopen {crossing:a}
  from {country} to {abroad}. > {country} repairs {crossing} to {abroad}
---
office: finance, transport, health, culture, farming, defence
fault: accepted a free holiday from a building firm, hired a cousin as an adviser, used
  a government plane for a family wedding, paid for a garden party with public money
weeks: 3-9
years: 2-9
lead: {chief}, the {office} minister of {country}, resigned on {day}.
  | On {day}, {chief} stepped down as {office} minister of {country}.
  > {chief} resigns as {office} minister of {country}.
told: A newspaper had revealed that {last} {fault}.
  | {last} had {fault}, as a newspaper revealed. > {chief} had {fault}.
told: The opposition had demanded the step for {weeks} weeks.
  | Calls to resign had come from the opposition for {weeks} weeks.
  > The opposition had asked for it for {weeks} weeks.
told: {deputy} will take over the ministry on {later}.
  | The ministry goes to {deputy}, who begins on {later}.
  > {deputy} takes over on {later}.
extra: {chief} had been in the government for {years} years.
  | {last} had served in the government for {years} years.
  > {chief} had been in the government for {years} years.
extra: A committee of parliament will look into the affair all the same.
  | All the same, parliament has set up a committee on the affair.
  > A committee will look into the affair.
quote: "I made a mistake, and I am sorry for it," {last} told reporters in {town}.
quote: "It was the right thing to do," said {local}.
summary: The {office} minister of {country}, who {fault}, has given up the post.
  > {office} minister of {country} resigns
summary: {deputy} is to become {office} minister of {country} after {chief} resigned.
  > {deputy} to replace {chief} as minister
summary: After {weeks} weeks of calls from the opposition, {chief} has left the
  government of {country}. > {chief} leaves {country} government
"""
