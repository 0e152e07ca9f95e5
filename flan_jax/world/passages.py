"""Paragraphs about one subject, sentence by sentence what is so in the world."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Passage:
  """`sentences[i]` states `facts[i]`; `unsaid` are facts on the same that none states."""

  title: str
  sentences: tuple
  facts: tuple
  unsaid: tuple

  @property
  def text(self):
    return ' '.join(self.sentences)


def subjects(world):
  """(title, facts) of every person, with their town, and of every town, with its people."""
  about = {}
  for fact in world.facts:
    about.setdefault(fact.subject, []).append(fact)
  told = [(person.name, about[person.name] + about[person.home.name])
          for person in world.people]
  for town in world.towns:
    homes = [fact for person in world.people if person.home == town
             for fact in about[person.name] if fact.relation == 'home']
    works = [fact for work in world.works if work.place == town
             for fact in about[work.title]]
    told.append((town.name, about[town.name] + about[town.country.name] + homes + works))
  return tuple(told)
