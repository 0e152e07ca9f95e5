"""What the papers report of matches and races: texts alone, as in `news_public`."""

SPORTS = """
cup: Lantern Cup, Silver Cup, Harbour Cup, National Cup, Winter Cup
round: first round, second round, quarter-final, semi-final
score: 3-1, 4-2, 2-1, 5-2, 4-1, 3-2, 4-3, 5-1
minute: 61-89
games: 5-19
crowd: 2000-9500 by 500
lead: The {round} of the {cup} brought {town} and {away} together on {day}.
  | {town} played {away} in the {round} of the {cup} on {day}.
  > {town} meets {away} in the {round} of the {cup}.
told: {town} won {score}. | The match ended {score} for {town}. > {town} wins {score}.
told: {chief} scored twice for {town}, the second time after {minute} minutes.
  | Two of the goals for {town} were scored by {chief}, the later one after {minute}
  minutes. > {chief} scores twice for {town}.
told: {away} had gone {games} matches without a defeat.
  | Before that day, {away} had not lost any of its last {games} matches.
  > {away} had gone {games} matches without a defeat.
extra: A crowd of {crowd} watched the match. | Some {crowd} people saw the match.
  > {crowd} people watch the match.
extra: The goalkeeper of {away}, {deputy}, hurt a knee and had to be replaced.
  | A knee injury forced {deputy}, the goalkeeper of {away}, to leave the pitch.
  > {deputy}, the goalkeeper of {away}, hurts a knee.
quote: "We ran until our legs gave out," said {chief}.
quote: "Nobody outside our town had believed in us," said the coach of {town}.
summary: Two goals by {chief} have helped {town} to a victory over {away} in the {cup}.
  > {chief} scores twice as {town} beats {away}
summary: {town} has knocked {away} out of the {cup} with a {score} win in the {round}.
  > {town} knocks {away} out of {cup}
summary: {away}, until now unbeaten in {games} matches, has lost to {town} in the
  {round} of the {cup}. > {town} ends unbeaten run of {away}
---
race: Tour of the North, Valley Classic, Four Bridges Race, Coast Road Classic, Hill
  Tour
seconds: 3-50
left: 11-38
starters: 120-180
out: 12-40
lead: The riders of the {race} reached {town} on {day} in rain and wind.
  | Rain and wind awaited the riders of the {race} on the roads to {town} on {day}.
  > The {race} reaches {town} in rain and wind.
told: {chief} of {country} was the first to cross the line.
  | First across the line was {chief} of {country}.
  > {chief} of {country} wins the race.
told: {deputy} came in {seconds} seconds after the winner.
  | Second place went to {deputy}, {seconds} seconds behind.
  > {deputy} comes second, {seconds} seconds behind.
told: The winner had left all others behind on the last hill, {left} kilometres from the
  end. | With {left} kilometres to go, the winner had broken away on the last hill.
  > The last hill decides the race.
extra: Of {starters} riders at the start, {out} gave up.
  | The weather made {out} of the {starters} riders give up.
  > {out} of {starters} riders give up.
extra: A dog on the road caused a fall, in which nobody was badly hurt.
  | Some riders fell because of a dog on the road, but none was badly hurt.
  > A dog on the road causes a fall.
quote: "I know every bend of that hill," said {chief}.
quote: "My legs complained, but my bicycle did not," said {chief}.
summary: {chief} of {country} has won the {race} by breaking away on the last hill.
  > {chief} wins {race}
summary: {chief} has beaten {deputy} by {seconds} seconds in a wet and windy {race}.
  > {chief} beats {deputy} in {race}
summary: A ride alone over the last {left} kilometres has brought {chief} victory in the
  {race}. > Ride alone brings {chief} victory in {race}
---
sport: football, handball, hockey, basketball, volleyball
age: 38-61
years: 2-5
losses: 4-9
place: ninth, tenth, eleventh, twelfth, last
lead: The {sport} club of {town} presented its new coach on {day}.
  | On {day}, the {sport} club of {town} ended its search for a coach.
  > The {sport} club of {town} has a new coach.
told: {chief}, who is {age}, signed a contract for {years} years.
  | The contract of {chief}, who is {age}, will run for {years} years.
  > {chief} signs for {years} years.
told: {deputy} had to leave the post after {losses} defeats in a row.
  | After {losses} defeats in a row, {deputy} had been dismissed as coach.
  > {deputy} had to go after {losses} defeats in a row.
told: The team is in {place} place in the league.
  | In the league, the team has fallen to {place} place.
  > The team is in {place} place in the league.
extra: The next opponent, on {later}, is {away}. | On {later}, the team plays {away}.
  > The team plays {away} on {later}.
extra: {last} comes from {abroad} and used to play for its national team.
  | In {abroad}, {last} used to play for the national team.
  > {chief} used to play for {abroad}.
quote: "I promise hard work and nothing else," said {chief}.
quote: "We need somebody who stays calm," said the chairman of the club.
summary: {chief} is to coach the {sport} club of {town}, which is in {place} place in
  the league. > {town} hires {chief} as coach
summary: The {sport} club of {town} has turned to {chief} after {losses} defeats in a
  row under {deputy}. > {chief} replaces {deputy} as {town} coach
summary: {chief} has signed a contract for {years} years as coach of the {sport} club of
  {town}. > {town} {sport} club signs coach for {years} years
---
stroke: backstroke, breaststroke, freestyle, butterfly
distance: 100-200 by 100
age: 16-29
years: 11-32
tenths: 2-9
lead: The swimming championships of {country} began in {town} on {day} with a surprise.
  | There was a surprise on {day} when the swimmers of {country} met in {town}.
  > The championships of {country} begin with a surprise.
told: {chief}, who is {age}, won the {distance} metres {stroke} in record time.
  | In the {distance} metres {stroke}, {chief}, aged {age}, set a national record.
  > {chief} sets a record in the {distance} metres {stroke}.
told: The old record, held by {deputy}, had stood for {years} years.
  | For {years} years, the record had belonged to {deputy}.
  > The old record had stood for {years} years.
told: The new time is {tenths} tenths of a second shorter.
  | The record was improved by {tenths} tenths of a second.
  > The record is better by {tenths} tenths of a second.
extra: {last} learned to swim in the {river}.
  | It was in the {river} that {last} had learned to swim.
  > {chief} learned to swim in the {river}.
extra: {deputy}, who sat in the front row, was the first to clap.
  | From the front row, {deputy} was the first to clap. > {deputy} applauds the record.
quote: "I touched the wall and did not dare to look at the clock," said {chief}.
quote: "I shall eat a whole cake tonight," said {chief}.
summary: {chief} has broken the national record of {country} in the {distance} metres
  {stroke}. > {chief} breaks {stroke} record
summary: A record that {deputy} had held for {years} years has been beaten by {chief} in
  the pool of {town}. > {chief} beats record of {deputy}
summary: After {years} years, {country} has a new record in the {distance} metres
  {stroke}. > {stroke} record falls after {years} years
---
event: Open, Masters, Garden Trophy, Autumn Trophy
hours: 3-5
balls: 2-6
title: second, third, fourth, fifth
crowd: 2000-7500 by 500
lead: The tennis final of the {town} {event} kept everybody in their seats on {day}.
  | Nobody left early on {day} when the {town} {event} in tennis came to its final.
  > The {town} {event} ends with a gripping final.
told: {chief} beat {deputy} in five sets. | {deputy} lost to {chief} in five sets.
  > {chief} beats {deputy} in five sets.
told: {deputy} had led by two sets and missed {balls} match points.
  | After winning the first two sets, {deputy} had missed {balls} match points.
  > {deputy} misses {balls} match points.
told: For {chief}, it was the {title} title of the year.
  | The trophy is the {title} that {chief} has won this year.
  > It is the {title} title of the year for {chief}.
extra: The match went on for {hours} hours. | After {hours} hours, the match was over.
  > The match lasts {hours} hours.
extra: All {crowd} seats were taken. | Every one of the {crowd} seats was sold.
  > All {crowd} seats are sold.
quote: "I stopped counting and just hit the ball," said {chief}.
quote: "I shall dream of those match points," said {deputy}.
summary: {chief} has come back from two sets down against {deputy} to win the tennis
  final of the {town} {event}. > {chief} fights back to win {town} {event}
summary: {deputy} has lost the final of the {town} {event} to {chief} after missing
  {balls} match points. > {deputy} loses final after {balls} missed match points
summary: {chief} has won a {title} tennis title this year by beating {deputy} in {town}.
  > {chief} wins {title} title of year
"""
