# SPDX-License-Identifier: Apache-2.0
"""Every dataset: declared as in the paper's table, phrased well, in TFDS's schema."""

import collections
import difflib
import functools
import itertools
import math
import re

import pytest
import tensorflow as tf

import flan_jax.tasks  # noqa: F401  registers every dataset
from flan_jax.data import datasets, rendering
from flan_jax.data import templates as templates_lib
from flan_jax.data.sample_data import embedded_content
from flan_jax.world import reviews
from flan_jax.world.world import World
from tests import paper_table

RECORDS = 20  # sampled of each dataset

each_dataset = pytest.mark.parametrize('name', datasets.names())
each_classification = pytest.mark.parametrize(
  'name', [name for name in datasets.names() if datasets.get(name).kind == 'classification']
)


@functools.cache
def sampled(name):
  """Embedded records, encoded and decoded through TFDS's own features."""
  return list(embedded_content.sampled(datasets.get(name), RECORDS))


@functools.cache
def named_fields(name):
  return [rendering.text_fields(record, datasets.get(name)) for record in sampled(name)]


@functools.cache
def rendered(name):
  """(template, inputs, target) of every sampled record in every template, as str."""
  phrasings = datasets.get(name).templates
  texts = []
  for named in named_fields(name):
    inputs, targets = templates_lib.render(phrasings, named)
    texts += zip(phrasings, map(bytes.decode, inputs.numpy()), map(bytes.decode, targets.numpy()))
  return texts


def bare(template):
  """The template without case, punctuation and spaces, gaps kept."""
  return re.sub(r'[^\w{}]+', '', f'{template.inputs}=>{template.target}'.lower())


def words_in_order(template):
  return re.findall(r'{\w+}|\w+', f'{template.inputs} => {template.target}'.lower())


@each_dataset
def test_no_two_templates_differ_in_one_word(name):
  phrasings = [words_in_order(t) for t in datasets.get(name).templates]
  for one, other in itertools.combinations(phrasings, 2):
    matcher = difflib.SequenceMatcher(None, one, other, autojunk=False)
    shared = sum(block.size for block in matcher.get_matching_blocks())
    assert max(len(one), len(other)) - shared > 1, (one, other)


def own_words(template):
  """The template without its gaps, either."""
  return re.sub(r'{\w+}|[^\w{}]+', '', template.inputs.lower())


def test_every_dataset_of_the_paper_is_there():
  assert set(datasets.names()) == set(paper_table.TABLE)
  mixed = [name for name in datasets.names() if datasets.get(name).mixed]
  assert len(mixed) == 69
  assert set(datasets.names()) - set(mixed) == {*paper_table.EXTRA, *paper_table.TEST_ONLY}


@each_dataset
def test_a_dataset_is_declared_as_in_the_table(name):
  row, dataset = paper_table.TABLE[name], datasets.get(name)
  for declared in ('clusters', 'tfds', 'splits', 'examples', 'metrics'):
    assert getattr(dataset, declared) == getattr(row, declared), declared
  turned = [template.kind == 'inverted' for template in dataset.templates]
  assert turned == [False] * row.forward + [True] * (10 - row.forward)
  assert sum(turned) <= 3


@each_dataset
def test_each_direction_has_templates_of_its_own(name):
  dataset = datasets.get(name)
  of_direction = collections.Counter(t.direction for t in dataset.templates)
  assert ('translation' in dataset.clusters) == bool(dataset.directions)
  if dataset.directions:
    assert len(of_direction) == 2 and min(of_direction.values()) >= 3
    assert not any(template.kind == 'inverted' for template in dataset.templates)


@each_dataset
def test_templates_differ_in_more_than_case_and_punctuation(name):
  phrasings = datasets.get(name).templates
  assert len({bare(template) for template in phrasings}) == len(phrasings) == 10


def test_datasets_share_no_template():
  """Variants in one file do; a prompt that is a bare question has no words to share."""
  users = collections.defaultdict(set)
  for name in datasets.names():
    dataset = datasets.get(name)
    for template in dataset.templates:
      users[own_words(template)].add(dataset.fields.__module__)
  del users['']
  assert {words: files for words, files in users.items() if len(files) > 1} == {}


@each_dataset
def test_options_stand_in_every_forward_template_of_a_classification_and_nowhere_else(name):
  dataset = datasets.get(name)
  for number, template in enumerate(dataset.templates):
    if template.kind != 'inverted':
      shown = 'options' in template.gaps
      assert template.kind == dataset.kind, number
      assert shown == (dataset.kind == 'classification'), number
      reasons = 'chain_of_thought' in dataset.clusters  # ends in the answer
      wanted = '{rationale}\nThe answer is {answer}.' if reasons else '{answer}'
      assert template.target == wanted or template.direction, number


@each_dataset
def test_gaps_are_fields_of_the_dataset(name):
  [fields] = {frozenset(named) for named in named_fields(name)}
  for number, template in enumerate(datasets.get(name).templates):
    assert template.gaps <= fields, number
  assert ('options' in fields) == (datasets.get(name).kind == 'classification')


@each_classification
def test_the_answer_is_one_of_the_options_and_varies(name):
  places = set()
  for named in named_fields(name):
    options = named['options'].numpy().tolist()
    assert len(set(options)) == len(options) > 1
    places.add(options.index(named['answer'].numpy()))
  assert len(places) > 1


@each_dataset
def test_the_answer_counts_as_right(name):
  for named in named_fields(name):
    if 'references' in named:
      assert named['answer'].numpy() in named['references'].numpy().tolist()


@each_dataset
def test_sampled_records_are_usable_and_differ(name):
  dataset = datasets.get(name)
  keep = dataset.keep or (lambda record: True)
  assert all(keep(record) for record in sampled(name))
  assert {rendering.flaw(named, dataset).numpy() for named in named_fields(name)} == {b''}
  answers = {str(named) for named in named_fields(name)}
  assert len(answers) > RECORDS // 2


@each_dataset
def test_every_prompt_reads_cleanly(name):
  for template, *texts in rendered(name):
    for text in texts:
      assert text.strip() and text == text.strip(), template
      blemish = re.search(r"[{}]|  | \n|\n\n\n|\bb['\"]|\?\?|\?\.", text)
      assert not blemish, (template, blemish, text)


@each_classification
def test_options_are_listed_one_a_line(name):
  for template, inputs, target in rendered(name):
    if template.kind == 'classification':
      assert inputs.count('OPTIONS:\n- ') == 1, template
      assert f'\n- {target}' in inputs, template


def shown(name, records):
  """{record's text: its prompts in the order of the rounds}."""
  dataset = datasets.get(name)
  by_record = {}
  for named in map(functools.partial(rendering.text_fields, dataset=dataset), records):
    inputs, targets = templates_lib.render(dataset.templates, named)
    by_record[str(named)] = list(zip(inputs.numpy(), targets.numpy()))
  return by_record


def rounds(records, dataset, seed=0):
  """The pipeline's prompts of a list of records, as a list of pairs."""
  prompts_ds = rendering.prompts(records, dataset, prompt_seed=seed)
  return [(p['inputs'], p['targets']) for p in prompts_ds.as_numpy_iterator()]


def orders(prompts_shown, phrasings_by_record):
  """For each record the template numbers in the order in which it was shown."""
  return {
    key: [phrasings.index(p) for p in prompts_shown if p in phrasings] for key, phrasings in phrasings_by_record.items()
  }


@pytest.fixture(scope='module')
def few():
  """Six records of a dataset with ten distinguishable phrasings, and all of those."""
  dataset = datasets.get('imdb_reviews')
  records = embedded_content.sampled(dataset, 6)
  return dataset, records, shown('imdb_reviews', records)


def test_ten_rounds_show_each_example_once_a_round_and_in_ten_templates(few):
  dataset, records, phrasings = few
  prompts_shown = rounds(records, dataset)
  assert len(prompts_shown) == 60
  for turn in range(10):
    of_round = prompts_shown[6 * turn : 6 * turn + 6]
    assert all(any(p in of_round for p in texts) for texts in phrasings.values())
  seen = orders(prompts_shown, phrasings)
  assert all(sorted(order) == list(range(10)) for order in seen.values())
  assert len(set(map(tuple, seen.values()))) == 6  # an order of its own for each


def test_the_order_of_templates_depends_on_text_and_seed_alone(few):
  dataset, records, phrasings = few
  seen = orders(rounds(records, dataset), phrasings)
  sharded = [rounds(records.shard(2, index), dataset) for index in (1, 0)]
  assert orders(sum(sharded, []), phrasings) == seen
  rotated = records.skip(2).concatenate(records.take(2))
  assert orders(rounds(rotated, dataset), phrasings) == seen
  assert orders(rounds(records, dataset, seed=1), phrasings) != seen


def test_the_cap_cuts_the_last_round_short(few, monkeypatch):
  dataset, records, _ = few
  assert rendering.MAXIMUM_PROMPTS == 30_000
  whole = rounds(records, dataset)
  monkeypatch.setattr(rendering, 'MAXIMUM_PROMPTS', 25)  # 30,000 would take 10 s
  assert rounds(records, dataset) == whole[:25]


def words_of(text):
  return set(re.findall('[a-z]+', text.lower()))


def weights_of_words(rows):
  """Log odds of each word between positive and negative texts (add-one smoothing)."""
  counts = {True: collections.Counter(), False: collections.Counter()}
  for positive, text in rows:
    counts[positive].update(words_of(text))
  return {word: math.log((counts[True][word] + 1) / (counts[False][word] + 1)) for word in counts[True] | counts[False]}


@pytest.mark.parametrize('kind', ['film', 'restaurant', 'tweet', 'phrase'])
def test_the_polarity_of_embedded_reviews_is_in_their_words(kind):
  world = World(0).stream(f'reviews/{kind}')
  rows = [(bool(n % 2), reviews.review(world, kind, bool(n % 2))) for n in range(1_100)]
  assert len({text for _, text in rows}) > 1_050
  weights = weights_of_words(rows[:600])
  right = [positive == (sum(weights.get(word, 0) for word in words_of(text)) > 0) for positive, text in rows[600:]]
  assert sum(right) / len(right) > 0.85  # what is negated needs more than words


def test_neutral_tweets_are_dropped():
  texts = ['bad &amp; sad', 'so so', '&lt;3 &quot;it&quot;']
  tweets = tf.data.Dataset.from_tensor_slices({'polarity': [0, 2, 4], 'text': texts})
  dataset = datasets.get('sentiment140')
  kept = [rendering.text_fields(r, dataset) for r in tweets.filter(dataset.keep)]
  assert [(n['text'].numpy(), n['answer'].numpy()) for n in kept] == [
    (b'bad & sad', b'negative'),
    (b'<3 "it"', b'positive'),
  ]


def test_markup_of_the_sources_becomes_text():
  imdb = rendering.text_fields({'text': 'One. <br /><br />Two.', 'label': 1}, datasets.get('imdb_reviews'))
  assert imdb['text'].numpy() == b'One.\nTwo.'
  yelp = rendering.text_fields(
    {'text': r'A \""fine\"" place.\n\nGo ""now"".', 'label': 0}, datasets.get('yelp_polarity_reviews')
  )
  assert yelp['review'].numpy() == b'A "fine" place.\nGo "now".'
