# SPDX-License-Identifier: Apache-2.0
"""The protocol: what is asked, in which templates, and what is kept of the answers."""

import dataclasses
import math
import types

import jax
import numpy as np
import pytest

import flan_jax.tasks  # noqa: F401  registers everything
from flan_jax.data import datasets, rendering, vocabulary
from flan_jax.data.encoding import Encoding
from flan_jax.data.vocabulary import FLAN
from flan_jax.errors import UserError
from flan_jax.evaluation import answers as answers_lib
from flan_jax.evaluation import metrics, protocol, questions
from flan_jax.inference import decoding, scoring
from flan_jax.training import checkpoint
from tests import rounding, tiny_runs
from tests.tiny_runs import NAMES

# Scores are kept with six decimals: two of them are off by half of the last one each.
KEPT = 1.01e-6
ENCODING = Encoding(inputs_length=400, targets_length=24)


def test_only_forward_templates_are_evaluated():
  kinds = [template.kind for template in datasets.get('rte').templates]
  numbers = questions.forward_templates('rte')
  assert [kinds[number] for number in numbers] == ['classification'] * 9
  assert questions.forward_templates('rte', [3, 1, 3]) == (3, 1)
  with pytest.raises(UserError, match='not evaluated in template 9'):
    questions.forward_templates('rte', [9])


def test_truncation_keeps_the_separator():
  encoding = Encoding(5, 3)
  eos = FLAN.eos_id
  whole = FLAN.encode_batch(['abcdefgh'])[0]
  assert (
    encoding.inputs(['abcdefgh', 'ab'])
    == [  # the end of a prompt asks
      [*whole[-4:], eos],
      [*FLAN.encode_batch(['ab'])[0], eos],
    ]
  )
  assert encoding.targets(['abcdefgh']) == [[*whole[:2], eos]]
  newline = Encoding(5, 3, ('', '\n'))
  assert newline.end_ids() == tuple(FLAN.encode_batch(['\n'])[0][:1])


def test_the_passage_of_a_long_prompt_loses_its_beginning():
  encoding = Encoding(24, 3)
  text = 'Read: one two three four five. Why?'
  ids, cut = encoding.fitted([text, 'short'], ['one two three four five.', 'short'])
  assert FLAN.decode(ids[0]) == 'Read: four five. Why?'
  assert cut == [True, False] and len(ids[0]) <= 24
  without = encoding.fitted([text], ['three'])[0][0]  # even without it, too long
  assert FLAN.decode(without) == 'Read: one two  four five. Why?'[-23:]


def test_plain_prompts_are_continued(world):
  plain = ENCODING.plain()
  assert plain.targets(['yes']) == [FLAN.encode_batch([' yes'])[0]]
  assert plain.inputs(['Q:']) == [FLAN.encode_batch(['Q:'])[0]]
  assert (plain.stop, plain.end_ids()) == (('\n',), (FLAN.eos_id,))


def test_a_pretrained_base_has_no_prompt_lengths_of_its_own():
  rows = {'inputs_length': 1, 'targets_length': 511, 'target_slots': 511}
  for overflow, length in (('split', 1024), ('cut', 1)):
    run = tiny_runs.run(rows={**rows, 'overflow': overflow})
    assert Encoding.of(run).inputs_length == length


@pytest.fixture
def loaded(world):
  return checkpoint.load(str(world / 'tuned'))


@pytest.fixture
def doubled(loaded, double):
  """The same in float64, where no answer hangs on a rounding."""
  params = rounding.as_double(loaded.params)
  return type(loaded)(rounding.doubled(loaded.config), params, loaded.run, loaded.step)


def test_what_is_read_is_what_the_dataset_holds(world):
  read = questions.read('rte', ENCODING, limit=3)
  assert read.sizes == {'dev': 3, 'test': 3} and len(read.inputs) == 6 * 9
  test = list(datasets.examples('rte', 'test', read.templates))[:3]
  assert read.examples[3].options == test[0].options
  texts = [text for one in test for text in one.inputs]
  assert read.inputs[27:] == ENCODING.inputs(texts)
  assert read.options[3] == ENCODING.targets(test[0].options)


def evaluated(loaded, names, held_in=False, encoding=None, **settings):
  entries, problems = protocol.evaluate(
    loaded, names, held_in, protocol.Settings(**{'row_length': 512, **settings}), encoding=encoding
  )
  assert problems == {}
  return entries


def test_a_template_is_scored_as_its_prompts_are(world, doubled):
  loaded = doubled
  entry = evaluated(loaded, ['cb'], limit=3)['cb']
  read = questions.read('cb', ENCODING, templates=[2], limit=3)
  prompts = list(zip(read.inputs, read.options))
  best = [int(np.argmax(scoring.scores(loaded.config, loaded.params, [one])[0])) for one in prompts[3:]]
  answers = metrics.Answers(
    labels=[one.label for one in read.examples[3:]],
    options=[one.options for one in read.examples[3:]],
    references=[one.references for one in read.examples[3:]],
    chosen=best,
  )
  (alone,) = (one for one in entry.templates if one.template == 2)
  assert alone.test == {name: pytest.approx(metrics.score(name, answers)) for name in alone.test}


@pytest.mark.slow  # of scores and texts alone: test_scoring, test_decoding
def test_scores_do_not_depend_on_the_batch(world, doubled):
  entries = [
    evaluated(doubled, NAMES[1:], templates=[0], limit=3, decode_tokens=4, **batch)
    for batch in ({'tokens_per_forward': 512}, {'rows': 7})
  ]
  assert entries[0] == entries[1]
  methods = [one.templates[0].method for one in entries[0].values()]
  assert methods == ['rank', 'decode']
  assert entries[0]['natural_questions'].majority is None


def test_held_in_datasets_are_evaluated_on_dev_only(world, loaded):
  entry = evaluated(loaded, ['cb'], held_in=True, limit=3)['cb']
  assert entry.held_in and entry.best_dev_test is None
  for one in entry.templates:
    assert (one.n_dev, one.n_test, one.test) == (3, 0, {})


def test_normalised_and_calibrated_scores_are_what_they_say(world, doubled):
  def scores(ranking):
    folder = answers_lib.Folder(None, '')
    settings = protocol.Settings(templates=[1], limit=2, ranking=ranking)
    protocol.evaluate(doubled, ['cb'], False, settings, context=protocol.Context(lambda *_: folder))
    return np.array([one['scores'] for one in folder.cell(1, 'rank').answers])

  read = questions.read('cb', ENCODING, templates=[1], limit=2)
  plain, sizes = scores('sum'), [[len(ids) for ids in own] for own in read.options]
  np.testing.assert_allclose(scores('normalised'), plain / sizes, rtol=0, atol=KEPT)
  [blank], numbers = questions.content_free(read, 0, ENCODING)
  assert numbers == [0] * 4  # all have the same options
  text = FLAN.decode(blank[0])
  assert 'N/A' in text and 'OPTIONS:\n- ' in text
  (alone,) = scoring.scores(doubled.config, doubled.params, [blank])
  np.testing.assert_allclose(scores('calibrated'), plain - alone, rtol=0, atol=KEPT)


def test_classification_may_be_decoded_too(world, loaded):
  entry = evaluated(loaded, ['rte'], templates=[0, 1], limit=2, answer_by='both', decode_tokens=3)['rte']
  assert [one.method for one in entry.templates] == ['rank'] * 2
  assert [one.method for one in entry.decoded.templates] == ['decode'] * 2
  assert {'mean', 'std', 'median', 'quartiles'} <= set(entry.decoded.to_json())
  # A random model writes none of the options.
  assert entry.decoded.mean == 0
  assert entry.decoded.templates[0].unanswered == 4


def test_scores_that_are_no_numbers_are_wrong_and_said(world, loaded):
  broken = jax.tree.map(lambda leaf: leaf * math.nan, loaded.params)
  broken = type(loaded)(loaded.config, broken, loaded.run, loaded.step)
  entry = evaluated(broken, ['rte'], templates=[0], limit=2)['rte']
  assert entry.mean == 0 and entry.templates[0].unanswered == 4
  assert 'template 0: 4 of 4 prompts had scores that are no numbers' in (entry.problems[0])


def test_what_cannot_be_evaluated_does_not_stop_the_rest(world, loaded, monkeypatch):
  whole = datasets.examples

  def examples(name, split, numbers, length):
    for number, one in enumerate(whole(name, split, numbers, length)):
      if name == 'rte' or (name == 'cb' and number == 1):
        one = one.__class__(**{**vars(one), 'options': ('', 'yes')})
      elif name == 'cb' and number == 2:
        one = one.__class__(**{**vars(one), 'options': ('yes', 'yes', 'no')})
      yield one

  monkeypatch.setattr(datasets, 'examples', examples)
  entries, problems = protocol.evaluate(loaded, ['rte', 'cb'], False, protocol.Settings(templates=[0], limit=4))
  assert list(entries) == ['cb']
  assert 'rte has no example to evaluate' in problems['rte']
  assert 'an option is empty' in problems['rte']
  assert sorted(entries['cb'].problems) == [
    '2 examples have two equal options; the first of them counts as chosen',
    '2 examples left out: an option is empty',
  ]


@pytest.fixture
def reads(monkeypatch):
  """reads(examples): each split of any dataset holds these; tokens are bytes."""
  monkeypatch.setenv(vocabulary.VARIABLE, 'bytes')
  monkeypatch.setattr(FLAN, '_loaded', None)
  return lambda *examples: monkeypatch.setattr(
    datasets,
    'examples',
    lambda name, split, numbers, length: iter(
      [dataclasses.replace(one, inputs=('ask',) * len(numbers)) for one in examples]
    ),
  )


def written(*references):
  return rendering.Example((), (), (), -1, references)


def optional(*options):
  return rendering.Example((), (), options, 0, options[:1])


RANDOM = types.SimpleNamespace(config=None, params=None, run=tiny_runs.run())


def test_examples_that_nothing_can_answer_are_left_out_and_said(reads):
  reads(written(), written('', ' \u3000'), written('...'), written('the', 'Rome'), written('Rome'))
  read = questions.read('natural_questions', ENCODING, templates=[0], limit=3)
  assert read.sizes == {'dev': 2, 'test': 2}
  assert {one.references for one in read.examples} == {('Rome',)}
  assert sorted(read.problems) == [
    '2 examples have references of which normalising leaves nothing: not counted',
    '2 examples left out: they have no reference',
    '4 examples left out: normalising leaves nothing of their references',
  ]


@pytest.mark.parametrize(
  'name', sorted(set({metric: name for name in datasets.names() for metric in datasets.get(name).metrics}.values()))
)
def test_in_every_metric_such_examples_are_left_out(reads, name):
  example = written('red house')
  if datasets.get(name).kind == 'classification':
    example = optional('1', '2')
  reads(example, *(dataclasses.replace(example, references=bare) for bare in ((), ('',), (' ', ''))), example)
  read = questions.read(name, ENCODING, templates=[0])
  splits = len(read.examples) // 2
  assert set(read.sizes.values()) <= {0, 2} and splits in (1, 2)
  assert f'{splits} examples left out: they have no reference' in read.problems
  answers = metrics.Answers(
    labels=[one.label for one in read.examples],
    options=[one.options for one in read.examples],
    references=[one.references for one in read.examples],
    chosen=[0] * len(read.examples) if example.options else None,
    written=None if example.options else ['red house'] * len(read.examples),
  )
  for metric in datasets.get(name).metrics:
    assert math.isfinite(metrics.score(metric, answers))


def test_a_model_that_writes_nothing_answers_nothing(reads, monkeypatch):
  monkeypatch.setattr(decoding, 'generate', lambda config, params, inputs, *_, **__: [[]] * len(inputs))
  reads(written('the', 'X'), written('', 'the'), written('Y'), written('...', '', 'Z'))
  entry = evaluated(RANDOM, ['natural_questions'], templates=[0, 2])['natural_questions']
  for one in entry.templates:
    assert one.unanswered == one.n_dev + one.n_test == 6
    assert set(one.test.values()) == {0.0}
  assert '12 of 12 decoded answers are empty; they count as wrong' in entry.problems


def test_options_that_are_cut_are_counted_and_said(reads, monkeypatch):
  monkeypatch.setattr(
    scoring,
    'scores',
    lambda config, params, prompts, *_: [-np.arange(len(options), dtype=float) for _, options in prompts],
  )
  reads(
    optional('a very long way to go', 'a very long way to come', 'no'),
    optional('a very long way to go', 'no'),
    optional('no', 'yes'),
  )
  short = dataclasses.replace(ENCODING, targets_length=15)
  entry = evaluated(RANDOM, ['cb'], templates=[0, 1], encoding=short)['cb']
  assert [one.cut_answers for one in entry.templates] == [4, 4]
  assert list(entry.problems) == [
    '2 examples have two options that are equal as cut at TARGETS_LENGTH; the first of them counts as chosen',
    '4 of 6 examples have an option that was too long and was cut at TARGETS_LENGTH: 15 tokens',
  ]
  whole = evaluated(RANDOM, ['cb'], templates=[0])['cb']
  assert whole.templates[0].cut_answers == 0 and whole.problems == ()


@pytest.mark.parametrize('encoding', [Encoding(400, 1), Encoding(400, 1).plain(), Encoding(400, 3, ('', '\n\n\n'))])
def test_options_of_which_nothing_is_left_are_said(reads, encoding):
  reads(optional('no', 'yes'))
  with pytest.raises(UserError, match='cb has no example.*nothing is left of an option'):
    questions.read('cb', encoding, templates=[0], limit=3)


def test_answers_that_decoding_cannot_write_whole_are_said(reads):
  reads(written('much too long to write', 'short'), written('too long', 'also long'))

  def read(tokens):
    return questions.read('natural_questions', ENCODING, templates=[0], decode_tokens=tokens)

  assert read(6).cut_answers == [False, True] * 2
  assert read(6).problems == (
    '2 of 4 examples have a right answer or an option that is longer than decoding may write: 6 tokens',
  )
  assert not any(read(8).cut_answers) and read(8).problems == ()
  assert not any(read(None).cut_answers)
  reads(optional('no', 'yes'))
  found = questions.read('cb', ENCODING, templates=[0], decode_tokens=2)
  assert all(found.cut_answers) and not any(found.cut_options)


def test_a_split_without_labels_or_none_at_all_is_said(world, loaded, monkeypatch):
  whole = datasets.examples

  def examples(name, split, numbers, length):
    return iter(()) if split == 'test' else whole(name, split, numbers, length)

  monkeypatch.setattr(datasets, 'examples', examples)
  monkeypatch.setattr(rendering, 'dropped', lambda name: {'the answer is none of the options': 277})
  entry = evaluated(loaded, ['rte'], templates=[0], limit=3)['rte']
  assert list(entry.problems) == [
    '277 records left out: the answer is none of the options',
    'no example of the test split can be used',
  ]
  assert entry.best_dev_template == 0 and entry.best_dev_test is None


def test_finished_cells_are_not_made_again(world, loaded, monkeypatch, tmp_path):
  settings = protocol.Settings(templates=[0, 1, 2], limit=2, row_length=512)

  def run(place):
    folder = lambda name, task: answers_lib.Folder(str(place / task), 'the same')
    return protocol.evaluate(loaded, ['cb', 'rte'], False, settings, context=protocol.Context(folder))

  unbroken = run(tmp_path / 'unbroken')
  scored, count = scoring.scored, []

  def killed(*arguments, **settings):
    count.append(1)
    if len(count) == 3:
      raise KeyboardInterrupt
    return scored(*arguments, **settings)

  monkeypatch.setattr(scoring, 'scored', killed)
  with pytest.raises(KeyboardInterrupt):
    run(tmp_path / 'broken')
  assert run(tmp_path / 'broken') == unbroken
  assert len(count) == 3 + 4  # six cells, two of which were there
  monkeypatch.setattr(questions, 'read', lambda *_, **__: pytest.fail('read again'))
  assert run(tmp_path / 'broken') == unbroken


def test_cells_of_other_questions_or_torn_ones_count_as_missing(tmp_path):
  folder = answers_lib.Folder(str(tmp_path), 'one')
  folder.keep_examples(answers_lib.Examples({'dev': 0, 'test': 1}, [{'label': 0}]))
  folder.keep(answers_lib.Cell(3, 'rank', [{'answer': 0}]))
  assert answers_lib.Folder(str(tmp_path), 'one').has(3, 'rank')
  assert not answers_lib.Folder(str(tmp_path), 'another').has(3, 'rank')
  assert not answers_lib.Folder(str(tmp_path), 'one').has(3, 'decode')
  file = tmp_path / '3.rank.jsonl'
  file.write_text(file.read_text()[:-4])
  assert not answers_lib.Folder(str(tmp_path), 'one').has(3, 'rank')
