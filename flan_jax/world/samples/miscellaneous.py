# SPDX-License-Identifier: Apache-2.0
"""Translation, and miscellaneous: grammar, talk, equations, kinds of questions, senses."""

from functools import partial

from flan_jax.world import counting, dialogues, language, languages, samples

samples.columns('cola', language.judged, 'sentence label', ('unacceptable', 'acceptable'), idx=0)
samples.columns('trec', language.question, 'text label-coarse label-fine')
for _names, _codes in {
  'para_crawl_en{}': 'de es fr',
  'wmt14_en{}': 'fr',
  'wmt16_translate_{}en': 'cs de fi ro ru tr',
  'fix_punct true_case word_segment': 'da',
}.items():
  for _code in _codes.split():
    samples.columns(_names.format(_code), partial(languages.pair, code=_code), f'en {_code}')


@samples.of('coqa')
def coqa(world):
  story, turns = dialogues.story(world)
  answers = [(turn.answer or 'unknown', turn.start, turn.end) for turn in turns]
  answers = samples.record('input_text answer_start answer_end', *map(list, zip(*answers)))
  questions = [turn.question for turn in turns]
  return samples.record('source story questions answers', 'embedded', story, questions, answers)


@samples.of('quac')
def quac(world):
  article = dialogues.article(world)
  turn = article.turn
  spans = turn.spans or (('CANNOTANSWER', len(article.text) + 1),)
  texts, starts = zip(*spans)
  row = samples.record('title background section_title', article.title, article.background, article.section)
  row |= dict(question=turn.question, context=f'{article.text} CANNOTANSWER', followup=world.choice('ymn'))
  row |= dict(orig_answer=dict(text=texts[0], answer_start=starts[0]), answers=dict(text=texts, answer_start=starts))
  return row | {'yesno': {'yes': 'y', 'no': 'n'}.get(turn.answer, 'x')}


@samples.of('math_dataset')
def math_dataset(world):
  equation, unknown, solution = counting.equation(world)
  return {'question': f'Solve {equation} for {unknown}.', 'answer': str(solution)}


@samples.of('wic')
def wic(world):
  word, one, two, same = language.senses(world)
  uses = samples.record('sentence1 start1 end1 sentence2 start2 end2', *one, *two)
  return uses | dict(word=word, idx=0, label='True' if same else 'False')
