# SPDX-License-Identifier: Apache-2.0
"""Small rules of English, shared by everything that writes the world's sentences."""

import re

_TENS = 'zero ten twenty thirty forty fifty sixty seventy eighty ninety'.split()
_ONES = """zero one two three four five six seven eight nine ten eleven twelve thirteen
fourteen fifteen sixteen seventeen eighteen nineteen""".split()


def a(noun):
  """'apple' -> 'an apple', 'goat' -> 'a goat'; plural-only words stay as they are."""
  if noun.split()[-1] in ('scissors', 'drums'):
    return noun
  return f'{"an" if noun[0].lower() in "aeiou" else "a"} {noun}'


def capitalized(sentence):
  """'the goat sleeps.' -> 'The goat sleeps.'; the rest keeps its case."""
  return sentence[:1].upper() + sentence[1:]


def number_words(number):
  """34 -> 'thirty-four', for 0 to 99."""
  if number < 20:
    return _ONES[number]
  tens, ones = divmod(number, 10)
  return _TENS[tens] + (f'-{_ONES[ones]}' if ones else '')


def as_typed(question):
  """'Where does Ada Bell live?' -> 'where does ada bell live', as in a search box."""
  return question.lower().rstrip('?').strip()


def normalized(answer):
  """'The Silver Orchard' -> 'silver orchard': TriviaQA's rule for comparing answers.

  Lower case, punctuation to spaces, no articles, single spaces (Joshi et al. 2017).
  """
  answer = re.sub(r'[^\w\s]', ' ', answer.lower().replace('_', ' '))
  return ' '.join(re.sub(r'\b(a|an|the)\b', ' ', answer).split())
