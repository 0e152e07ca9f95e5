# SPDX-License-Identifier: Apache-2.0
"""The commonsense records are sensible, and only the whole of a record tells so."""

import collections
import math
import re

import pytest

from flan_jax.world import commonsense, World

DRAWS = 1_500

# Told in the question -> what the right answer then says, by general knowledge.
KNOWN = {
  'copa': """
        in the sun all day. -> sour; the milk in the fridge. -> fresh
        on the cat's tail -> hissed; forgot to tie up the boat -> drifted
        It sank to the bottom -> (stone|coin); It floated -> (cork|feather)
        The balloon burst -> pin; The whole street went dark -> storm
        trained for a whole year -> to the end; rolled easily again -> pumped up
    """,
  'story_cloze': """
        slept for three hours -> smoke; set a timer for -> had risen
        just waved and hurried on -> still hard; no yeast -> not risen
        not a single fish -> dry bread
    """,
  'piqa': """
        loosen a -> left; tighten a -> right; thaw -> table; to a stop -> brake
        far away -> (telescope|binoculars|spyglass); rise to the ceiling -> helium
        legs of a -> (magnifying|microscope|loupe); tea stronger -> longer
    """,
  'cosmos_qa': """
        tram broke down.* Why -> The tram had let; no bell rang.* Why -> alarm clock
        slime.* What had -> Snails; two hours late.* tell -> later
        a shout of joy.* How -> Proud; clung to the rail.* How -> frightened
    """,
  'hellaswag': """
        tea leaves into the pot END -> boiling water; kneads? the dough END -> under a cloth
        a deep hole END -> young tree; wets? its fur END -> rubs? shampoo
        a harness END -> ties? the rope
    """,
}


def cosmos_record(world):
  context, question, answers, label = commonsense.motive(world)
  right = answers.pop(label)
  return f'{context} {question}', right, *answers


def hellaswag_record(world):
  context, right, wrong, _ = commonsense.continuation(world)
  return context, right, *wrong


DRAWN_BY = {
  'copa': commonsense.causal,
  'story_cloze': commonsense.story,
  'piqa': commonsense.remedy,
  'cosmos_qa': cosmos_record,
  'hellaswag': hellaswag_record,
}


def records(name, draws=DRAWS):
  """(what is asked, right, wrong ones) of each draw."""
  world = World(3).stream(name)
  for _ in range(draws):
    asked, *rest = DRAWN_BY[name](world)
    if name == 'copa':
      asked = f'{asked} {rest.pop(0)}'
    yield asked, rest[0], rest[1:]


each = pytest.mark.parametrize('name', KNOWN)


@each
def test_what_everybody_knows_is_right(name):
  known = [line.split(' -> ') for line in re.split('[;\n]', KNOWN[name].strip())]
  met = collections.Counter()
  for asked, right, wrong in records(name):
    for cue, told in known:
      cue = cue.strip().replace(' END', r'[^.]*\.[^.]*$')  # the last step that is told
      if re.search(cue, asked, re.I) and right != commonsense.NONE:
        met[cue] += 1
        assert re.search(told, right, re.I), (asked, right)
        assert not any(re.search(told, other, re.I) for other in wrong), (asked, wrong)
  assert len(met) >= len(known) - 1


@each
def test_choices_differ_and_no_gap_is_left_open(name):
  for asked, right, wrong in records(name, 400):
    assert len({right, *wrong}) == 1 + len(wrong)
    for text in (right, *wrong):
      assert re.fullmatch(r"[\w,.;:' -]+\.|\[\w+\] [\w,.' -]+\.", text), text
    assert not re.search(r'[{}|*/]|  |\bI (?:am|is|has)\b', asked), asked


def words(text):
  return set(re.findall('[a-z]+', text.lower()))


@each
def test_a_choice_alone_hardly_tells_whether_it_is_right(name):
  drawn = list(records(name))
  counts = {True: collections.Counter(), False: collections.Counter()}
  for _, right, wrong in drawn[:1_000]:
    counts[True].update(words(right))
    for other in wrong:
      counts[False].update({word: 1 / len(wrong) for word in words(other)})
  weight = lambda text: sum(math.log((counts[True][word] + 1) / (counts[False][word] + 1)) for word in words(text))
  found = sum(weight(right) > max(map(weight, wrong)) for _, right, wrong in drawn[1_000:])
  longest = sum(len(right) > max(map(len, wrong)) for _, right, wrong in drawn)
  chance = 1 / (1 + len(drawn[0][2]))
  assert found / 500 < chance + 0.1
  assert chance - 0.1 < longest / len(drawn) < chance + 0.1


@each
def test_there_are_many_records_and_the_same_for_the_same_seed(name):
  drawn = [str(record) for record in records(name)]
  assert len(set(drawn)) > 0.85 * DRAWS
  assert drawn[:50] == [str(record) for record in records(name, 50)]


# What may be left out of a step, and the alternatives in the table of steps.
LOOSE = {'then', 'next', 'after', 'that', 'he', 'she', 'his', 'her', 'your'}.union(
  *(words(group) for activity in commonsense.ACTIVITIES for group in re.findall(r'\[.*?\]', ' '.join(activity)))
)


def step(text):
  """A step by the first two letters of its words, as the forms of verbs differ."""
  text = re.sub(r'\[\w+\]|\{his\}', '', text)
  return tuple(word[:2] for word in re.findall('[a-z]+', text.lower()) if word not in LOOSE)


def test_only_the_right_step_follows_the_last_one():
  follows = {
    (step(one), step(other)) for activity in commonsense.ACTIVITIES for one, other in zip(activity[1:], activity[2:])
  }
  for context, right, wrong in records('hellaswag', 600):
    told = re.split(r'[.\]] ', context.rstrip('.'))
    last = step(told[-1 if context.endswith('.') else -2])
    assert (last, step(right)) in follows, (context, right)
    assert not any((last, step(other)) in follows for other in wrong), (context, wrong)
