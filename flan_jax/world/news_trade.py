"""What the papers report of business, science and technology: texts alone, as in
`news_public`."""

BUSINESS = """
now: 42-88
before: 14-39
reason: strong sales abroad, lower interest rates, a new factory, cheaper transport, a
  mild winter
shares: 3-14
hires: 60-240 by 20
lead: {firm}, a maker of {goods}, published its figures for the year on {day}.
  | The figures for the year that {firm} published on {day} pleased its shareholders.
  > {firm} publishes its figures for the year.
told: Profit rose to {now} million {coins} from {before} million the year before.
  | From {before} million {coins} a year earlier, profit rose to {now} million {coins}.
  > Profit rises to {now} million {coins}.
told: The company put the rise down to {reason}.
  | The company named {reason} as the reason for the rise.
  > The company explains it with {reason}.
told: {firm} will hire {hires} more people in {town}.
  | Another {hires} people will be given work in {town}.
  > {firm} will hire {hires} people in {town}.
extra: Shares of {firm} went up by {shares} percent.
  | The price of a share rose by {shares} percent. > Shares go up by {shares} percent.
extra: Prices of {goods} will not change this year.
  | Customers will pay the same prices for {goods} this year.
  > Prices will not change this year.
quote: "This was the best year in our history," said {chief}, who heads the company.
quote: "We do not want to grow too fast," said {chief}, the chief executive.
summary: {firm} has made a profit of {now} million {coins}, helped by {reason}.
  > {firm} profit rises to {now} million
summary: {firm} is to hire {hires} people in {town} after a year of higher profits.
  > {firm} to hire {hires} in {town}
summary: The profit of {firm} has risen from {before} to {now} million {coins} in a
  year. > Profit of {firm} climbs to {now} million
---
jobs: 120-480 by 20
years: 21-78
reason: falling sales, high rents, the price of electricity, worn-out machines
lead: Workers of {firm} in {town} were called together on {day}.
  | The workers of {firm} in {town} fell silent on {day}.
  > Workers of {firm} are called together.
told: They were told that their factory, which makes {goods}, will close in {month}.
  | The factory, where {goods} is made, will close in {month}, they heard.
  > The {goods} factory closes in {month}.
told: In all, {jobs} people will lose their jobs.
  | The decision will cost {jobs} people their jobs. > {jobs} people lose their jobs.
told: The company named {reason} as its reason. | The management blames {reason}.
  > The company blames {reason}.
extra: Production will move to {away}. | In future, the {goods} will come from {away}.
  > Production moves to {away}.
extra: The factory had been there for {years} years.
  | For {years} years, the town had lived with the factory.
  > The factory had stood for {years} years.
quote: "My mother worked here before me," said {chief}, one of the workers.
quote: "We shall not go quietly," said {chief}, who speaks for the workers.
summary: {firm} is to close its {goods} factory in {town} at the cost of {jobs} jobs.
  > {firm} to cut {jobs} jobs in {town}
summary: {reason} will lead to the closure of a {goods} factory in {town}.
  > {town} to lose {goods} factory
summary: {jobs} people who make {goods} for {firm} will be out of work from {month}.
  > {firm} to close {goods} factory in {month}
---
price: 110-480 by 10
stay: 2-6
shops: 24-90
lead: {firm}, known for its {goods}, made a purchase on {day}.
  | A purchase by {firm}, a maker of {goods}, surprised the market on {day}.
  > {firm} announces a purchase.
told: {firm} will pay {price} million {coins} for its rival {rival}.
  | Its rival {rival} will change hands for {price} million {coins}.
  > {firm} buys its rival {rival} for {price} million {coins}.
told: The name {rival} will disappear within {stay} years.
  | After {stay} years, the name {rival} will no longer be used.
  > The name {rival} will disappear.
told: Shareholders will vote on the purchase in {month}.
  | A vote of the shareholders is to follow in {month}. > Shareholders vote in {month}.
extra: {rival} owns {shops} shops in {country}.
  | In {country}, {rival} has {shops} shops. > {rival} has {shops} shops in {country}.
extra: Both companies have promised to close no office. | All offices will stay open.
  > No office is to be closed.
quote: "Together we can do what neither could do alone," said {chief}, the head of
  {firm}.
quote: "The price is fair," said {chief}, who owns most of {rival}.
summary: {firm} is to take over {rival} for {price} million {coins}.
  > {firm} to buy {rival} for {price} million
summary: Shareholders are to decide in {month} if {firm} may buy its rival {rival}.
  > {firm} shareholders to vote on {rival} deal
summary: {rival} will lose its name after being bought by {firm}, a competitor.
  > {rival} to lose its name in takeover
---
item: kettles, prams, bicycles, ladders, toasters, garden chairs, lamps, heaters
defect: a screw that may come loose, a part that may break, a weak joint, a sharp edge
count: 2000-9000 by 500
cases: 3-19
lead: Customers of {firm} should look at their {item}, the company said on {day}.
  | {firm} put a warning about its {item} in all newspapers on {day}.
  > {firm} warns buyers of its {item}.
told: It is calling back {count} of the {item} because of {defect}.
  | Because of {defect}, it wants {count} of the {item} back.
  > {count} {item} are called back because of {defect}.
told: Buyers will get their money back in any shop of the company.
  | Any shop of the company will return the full price. > Buyers get their money back.
told: The company knows of {cases} accidents, none of them serious.
  | There have been {cases} accidents, all of them slight.
  > There have been {cases} slight accidents.
extra: The {item} in question were sold in {country} before {month}.
  | Shops in {country} had sold the {item} before {month}.
  > The {item} were sold in {country}.
extra: A factory in {town} will make safer {item}.
  | Safer {item} are to be made in {town}. > Safer {item} will be made in {town}.
quote: "Safety comes before profit," said {chief}, the head of the company.
quote: "We should have tested them for longer," said {chief} of {firm}.
summary: {firm} is calling back {count} {item} after {cases} slight accidents.
  > {firm} recalls {count} {item}
summary: {defect} has forced {firm} to take back {count} of its {item}.
  > {defect} forces recall of {firm} {item}
summary: Buyers of {item} made by {firm} can have their money back because of {defect}.
  > {firm} offers refunds for {item}
---
crop: coffee, wheat, sugar, cocoa, cotton, tea, pepper, rice
price: 310-890 by 10
years: 5-19
cause: a drought, a flood, a plant disease, a strike of dock workers, a cold spring
rise: 4-18
lead: Traders at the exchange in {town} had a busy day on {day}.
  | Telephones did not stop ringing at the exchange in {town} on {day}.
  > Traders in {town} have a busy day.
told: A tonne of {crop} cost {price} {coins}, {rise} percent more than a week earlier.
  | The price of {crop} rose by {rise} percent in a week, to {price} {coins} a tonne.
  > {crop} costs {price} {coins} a tonne.
told: The price had not been so high for {years} years.
  | For {years} years, {crop} had not been so expensive.
  > The price is the highest in {years} years.
told: Behind the rise is {cause} in {abroad}, where most of the {crop} comes from.
  | Most of the {crop} comes from {abroad}, which suffers from {cause}.
  > {abroad}, the main supplier, suffers from {cause}.
extra: Shops are expected to raise their prices in {month}.
  | Customers in shops will notice the change in {month}.
  > Shops may raise prices in {month}.
extra: Trading had to be stopped for an hour. | For an hour, trading was stopped.
  > Trading stops for an hour.
quote: "I have not sat down since breakfast," said {chief}, a trader.
quote: "It will go up further," said {chief}, who trades for a bank.
summary: {cause} in {abroad} has driven the price of {crop} to its highest level in
  {years} years. > {crop} price at highest in {years} years
summary: The price of {crop} has risen by {rise} percent within a week.
  > {crop} up {rise} percent in week
summary: {crop} has become {rise} percent more expensive because of {cause} in {abroad}.
  > Higher {crop} price blamed on {cause}
"""

SCIENCE = """
find: the bones of a giant otter, a boat of oak wood, the skull of a wolf, a set of bone
  flutes, the teeth of a mammoth, a stone calendar
age: 5000-9000 by 500
depth: 4-19
lead: Workers digging a tunnel near {town} stopped their machines on {day}.
  | Workers on a tunnel near {town} made way for researchers on {day}.
  > Digging stops in a tunnel near {town}.
told: The workers had come upon {find}. | In the earth, the workers had found {find}.
  > Workers find {find}.
told: A first test in the laboratory puts the age at {age} years.
  | According to a laboratory, the find is {age} years old.
  > The find is {age} years old.
told: The find lay {depth} metres under the ground.
  | The spot in the tunnel is {depth} metres below ground.
  > The find lay {depth} metres deep.
extra: {chief}, who leads the research, wants to dig on until {month}.
  | Until {month}, a team led by {chief} will go on digging.
  > Researchers will dig until {month}.
extra: The find will be shown in the museum of {away}.
  | The museum of {away} will put the find on show.
  > The museum of {away} will show the find.
quote: "We were looking for nothing and found a treasure," said {chief}, an
  archaeologist.
quote: "This changes what we know of the region," said {chief}, a professor of history.
summary: Workers on a tunnel near {town} have found {find}, {age} years old.
  > {age}-year-old find in {town} tunnel
summary: {find} from {age} years ago came to light when a tunnel was dug near {town}.
  > Tunnel workers near {town} find {find}
summary: A discovery {depth} metres under the ground has stopped work on a tunnel near
  {town}. > Discovery stops work on {town} tunnel
---
name: Lumen, Corvo, Tessara, Ilma, Veluna, Ostara
light: 12-90
orbit: 11-88
mass: 3-9
lead: Astronomers at the observatory of {town} announced a discovery on {day}.
  | News from the stars came from the observatory of {town} on {day}.
  > Astronomers in {town} announce a discovery.
told: They have found a planet that is {light} light years away and call it {name}.
  | A planet called {name} has been found, {light} light years from the Earth.
  > {name}, a planet {light} light years away, is found.
told: {name} travels round its star in {orbit} days.
  | A year on {name} takes {orbit} days. > A year on {name} takes {orbit} days.
told: The planet has {mass} times the mass of the Earth.
  | In mass, the planet equals {mass} times the Earth.
  > {name} is {mass} times as heavy as the Earth.
extra: {chief}, a student, noticed the planet first.
  | The planet was first noticed by {chief}, a student.
  > A student, {chief}, noticed the planet first.
extra: A telescope in {abroad} has confirmed the discovery.
  | The discovery was confirmed with a telescope in {abroad}.
  > A telescope in {abroad} confirms the discovery.
quote: "I looked three times before I called anybody," said {chief}.
quote: "It is far too hot there for life," said {chief} of the observatory.
summary: {name}, a planet {mass} times as heavy as the Earth, has been discovered from
  {town}. > {town} astronomers find heavy planet
summary: Astronomers have discovered {name}, a planet on which a year takes {orbit}
  days. > Planet with {orbit}-day year found
summary: The observatory of {town} has found a planet, {name}, {light} light years from
  the Earth. > Planet found {light} light years away
---
program: Postbox, Quickpay, Lantern Chat, Mapmate, Photobarn, Noteling
weakness: reading private messages, changing passwords, copying address books, switching
  on cameras
users: 2-9
days: 2-9
lead: Everyone who uses the program {program} should update it, its makers said on
  {day}. | The makers of {program} published an urgent update of the program on {day}.
  > Users of {program} are asked to update it.
told: An error in the code left strangers a way of {weakness}.
  | Because of an error, strangers had a way of {weakness}.
  > An error left strangers a way of {weakness}.
told: About {users} million people use {program}. | {program} has {users} million users.
  > {program} has {users} million users.
told: The error was found by {chief}, a pupil from {town}.
  | It was {chief}, who still goes to school in {town}, who found the error.
  > A pupil from {town} found the error.
extra: It took the programmers {days} days to mend the error.
  | The programmers needed {days} days to mend the error.
  > Mending the error took {days} days.
extra: No case is known in which somebody made use of the error.
  | So far, nobody seems to have made use of the error.
  > Nobody seems to have used the error.
quote: "I was bored and looked at the code," said {chief}.
quote: "We owe {last} a new computer," said {deputy}, who leads the programmers.
summary: A pupil from {town} has found an error in {program} that exposed {users}
  million users. > Pupil finds error in {program}
summary: The makers of {program} have mended an error that left strangers a way of
  {weakness}. > {program} error left way of {weakness}
summary: {users} million users of {program} should update it because of an error in the
  code. > {users} million users asked to update {program}
---
stuff: sea water, wood, sand, old paper, clay, seaweed
device: telephone, bicycle lamp, radio, hearing aid, small laptop
hours: 20-90
cycles: 2000-9000 by 500
years: 2-6
lead: A laboratory at the technical college of {town} opened its doors on {day}.
  | On {day}, engineers of the technical college of {town} showed their latest work.
  > Engineers in {town} show their latest work.
told: The engineers have built a battery that is made mostly of {stuff}.
  | On the table lay a battery made mostly of {stuff}.
  > A battery is made mostly of {stuff}.
told: The battery can keep {device:a} going for {hours} hours.
  | {device:a} can run on the battery for {hours} hours.
  > The battery keeps {device:a} going for {hours} hours.
told: In tests, the battery was charged {cycles} times without growing weaker.
  | Even after {cycles} charges, the battery was no weaker.
  > The battery can be charged {cycles} times.
extra: The battery may be on sale in {years} years.
  | In {years} years, the battery may reach the shops.
  > The battery may be on sale in {years} years.
extra: {firm} has already bought a licence. | A licence has gone to {firm}.
  > {firm} buys a licence.
quote: "Our first one caught fire," said {chief}, who leads the team.
quote: "We wanted something that nobody has to dig for," said {chief}, an engineer.
summary: Engineers in {town} have built a battery out of {stuff} that can run {device:a}
  for {hours} hours. > Battery made of {stuff} runs {device} for {hours} hours
summary: A battery that can be charged {cycles} times has been made in {town}, mostly
  from {stuff}. > {town} engineers make battery from {stuff}
summary: {device:a} can be powered for {hours} hours by a new battery from {town}.
  > New battery powers {device} for {hours} hours
---
being: frog, beetle, orchid, bat, spider, snail, moth, lizard
place: gorge, pine forest, disused quarry, mountain valley, oak wood, wild garden
size: 11-48
colour: pale blue, bright yellow, dark violet, striped in red and gold
count: 20-90
lead: Biologists returned to {town} on {day} from a journey of three weeks.
  | A team of biologists presented the results of a journey in {town} on {day}.
  > Biologists report on a journey.
told: In {place:a} in {country}, they found a kind of {being} that nobody had described.
  | They found an unknown kind of {being} in {place:a} in {country}.
  > An unknown {being} is found in {place:a}.
told: The {being} is {colour} and {size} millimetres long.
  | The {being} measures {size} millimetres and is {colour}.
  > The {being} is {colour} and {size} millimetres long.
told: The biologists counted no more than {count} of the {being}s.
  | Only {count} {being}s were seen. > Only {count} {being}s were seen.
extra: The {being} has been named after {chief}, a guide.
  | The guide {chief} gave the {being} its name.
  > The {being} is named after {chief}, a guide.
extra: The government of {country} is thinking of protecting the place.
  | The place may soon be protected by the government of {country}.
  > The place may be protected.
quote: "I nearly stepped on it," said {deputy}, one of the biologists.
quote: "There must be more to discover there," said {deputy}, a biologist.
summary: Biologists have discovered an unknown kind of {being} in {place:a} in
  {country}. > New {being} found in {country}
summary: {being:a} that is {colour} has turned out to be new to science after a journey
  to {country}. > {being} from {country} is new to science
summary: A kind of {being} of which only {count} have been seen has been found in
  {country}. > Rare {being} discovered in {country}
"""
