"""Paragraphs about one subject, sentence by sentence what is so in the world.

    p = passage(world, 3)
    p.title     'Toldrel'
    p.text      'Toldrel is a town in Ardania. The workshops of Toldrel make lace. ...'
    p.facts[1]  the fact of the second sentence: questions, answer, distractors
    p.unsaid    facts about the same subject that the text does not tell
"""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Passage:
  """`sentences[i]` states `facts[i]`, answer included, in one of its wordings."""

  title: str
  sentences: tuple
  facts: tuple
  unsaid: tuple

  @property
  def text(self):
    return ' '.join(self.sentences)


def passage(world, count):
  """A passage of `count` sentences (at most nine), drawn from the world's stream."""
  title, told = world.choice(world.subjects)
  facts = world.random.sample(told, min(count, len(told) - 1))
  sentences = tuple(world.choice(fact.statements) for fact in facts)
  unsaid = tuple(fact for fact in told if fact not in facts)
  return Passage(title, sentences, tuple(facts), unsaid)


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
