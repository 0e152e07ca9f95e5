"""The report holds everything, escapes everything and asks no network for anything."""

import html.parser
import re

import pytest

from flan_jax.evaluation import report

NASTY = '<script>alert("x")</script> & co'


def entry(mean, held_in=False, primary='accuracy', majority=33.3):
  n_test = 0 if held_in else 250
  return {
      'held_in': held_in, 'primary': primary,
      'templates': [
          {'template': number, 'kind': 'classification', 'method': 'rank', 'n_dev': 200,
           'n_test': n_test, 'dev': {primary: mean - 2 + number},
           'test': {} if held_in else {primary: mean - 1 + number}}
          for number in (0, 2)],
      'mean': mean, 'std': 1.25, 'best_dev_template': 2,
      'best_dev_test': None if held_in else mean + 1, 'majority': majority,
      'prompt': {
          'template': 0, 'inputs': f'First line\n\n{NASTY}\nOPTIONS:\n- yes\n- no',
          'tokens': 41, 'separators': ['eos', ''], 'options': ['yes', NASTY],
          'target': 'yes', 'answer': NASTY}}


def made_results(limit=None):
  def evaluation(name, step, shift):
    datasets = {
        'rte': entry(51.5 + shift), 'stsb': entry(-3.0 + shift, primary='pearson',
                                                  majority=0.0),
        'sst2': entry(80.0 + shift, held_in=True)}
    return {'name': name, 'step': step, 'limit': limit, 'datasets': datasets,
            'mean': 24.25 + shift}
  return {'schema': 1, 'data': 'embedded', 'cluster': 'nli',
          'evaluations': [
              evaluation('untuned', 900, 0.0), evaluation('tuned', 1200, 9.0)]}


RUN = {'model': {'layers': 2, 'd_model': 128}, 'mixture': 'flan_holdout_nli',
       'data': 'embedded',
       'vocabulary': {'path': f'/data/{NASTY}.model', 'hash': 'abcdef012345'},
       'tasks': {'sst2': 600.0, NASTY: 150.0}}
RULE = {'train': RUN['tasks'], 'dropped': {'glue_qqp': f'paraphrase {NASTY}'}}
CURVES = {'base': [{'step': 10, 'loss': 5.0}, {'step': 20, 'loss': 3.0}],
          'tuning': [{'step': 5, 'loss': 3.0, 'dev_loss': 2.5},
                     {'step': 9, 'loss': 1.0}, {'step': 10, 'loss': float('nan')}]}


@pytest.fixture(scope='module')
def page():
  return report.page(made_results(), RUN, RULE, CURVES)


def text_of(page):
  return ' '.join(re.sub(r'<style>.*?</style>|<[^>]*>', ' ', page, flags=re.S).split())


def test_rows_of_the_table():
  rows = report.rows(made_results())
  assert [row['name'] for row in rows] == ['rte', 'stsb', 'mean', 'sst2']
  assert [row['first'] for row in rows] == [True, False, False, True]
  assert rows[0]['scores']['tuned']['text'] == '60.5 (1.2)'
  assert rows[0]['scores']['tuned']['best'] == '61.5 (#2)'
  assert rows[2]['scores']['untuned']['text'] == '24.2'
  assert rows[2]['majority'] == '16.6'
  assert rows[3]['scores']['tuned']['best'] == '–'


def test_a_dataset_that_one_evaluation_lacks_is_left_blank():
  results = made_results()
  del results['evaluations'][0]['datasets']['rte']
  row, = (row for row in report.rows(results) if row['name'] == 'rte')
  assert row['scores']['untuned']['text'] == '–'
  assert row['scores']['tuned']['text'] == '60.5 (1.2)'
  assert 'rte' in report.page(results, RUN, RULE, CURVES)


def with_metrics(*names):
  template = {'template': 0, 'n_dev': 1, 'n_test': 1, 'dev': {}, 'test': {}}
  entries = {f'set_{number}': {
      'held_in': False, 'primary': name, 'templates': [template], 'mean': 1.0, 'std': 0.0,
      'best_dev_template': None, 'best_dev_test': None, 'majority': None}
             for number, name in enumerate(names)}
  return {'data': 'tfds', 'evaluations': [
      {'name': 'tuned', 'mean': 1.0, 'datasets': entries}]}


def test_the_notes_say_which_scores_are_what():
  assert report.notes(with_metrics('accuracy', 'accuracy')) == []
  assert report.notes(with_metrics('bleu', 'bleu')) == ['scores are bleu']
  assert report.notes(with_metrics('bleu', 'accuracy', 'bleu')) == [
      'set_0, set_2: bleu', 'all other scores are accuracy']
  words = with_metrics('word_edit_distance', 'bleu')
  assert report.notes(words) == [
      'set_0: word_edit_distance (words; lower is better; not in the mean)',
      'set_1: bleu']
  assert [row['plotted'] for row in report.rows(words)] == [False, True, True]


def test_the_report_has_everything(page):
  text = text_of(page)
  for wanted in (
      'nli held out · data: embedded', 'untuned at step 900, tuned at step 1,200',
      'majority class', '60.5 (1.2)', '61.5 (#2)', 'pearson',
      '200 dev, 250 test examples',
      'flan_holdout_nli', '600', '80.0%', 'glue_qqp', 'abcdef012345', 'held in',
      'template 0, 41 tokens', '3.000 at the end', 'dev loss 2.500',
      'held-in: scores of the dev set', 'stsb: pearson',
      'a small invented world'):
    assert wanted in text, wanted
  assert page.count('<polyline') == 3
  assert 'First line\n\n' in page  # newlines are seen as they are
  assert 'limited' not in text


def test_a_limit_is_shown():
  page = report.page(made_results(limit=20), RUN, RULE, CURVES)
  notice = 'limited: only the first 20 examples of each split (untuned and tuned)'
  assert notice in text_of(page)


def test_markup_in_data_is_escaped(page):
  assert '<script' not in page and '&lt;script&gt;alert' in page


def test_nothing_is_fetched(page):
  assert not re.search(r'https?:|//\w|url\(|@import|<link|<script|src=', page)


def test_every_tag_is_closed(page):
  open_tags = []

  class Checker(html.parser.HTMLParser):
    def handle_starttag(self, tag, attributes):
      if tag not in ('meta', 'br'):
        open_tags.append(tag)

    def handle_endtag(self, tag):
      assert open_tags.pop() == tag

  Checker().feed(page)
  assert open_tags == []


def test_curves_fill_their_square():
  chart = report.chart(CURVES['tuning'])
  assert chart['lines'] == {'loss': '0.00,0.00 100.00,100.00', 'dev loss': '0.00,25.00'}
  assert chart['steps'] == (5, 9)
  assert chart['y_ticks'][0] == (0.0, '3.00')
  assert chart['y_ticks'][-1] == (100.0, '1.00')
  assert report.chart([{'step': 1, 'loss': float('inf')}])['lines'] == {}
  long = report.chart([{'step': s, 'loss': 1 / (s + 1)} for s in range(5_000)])
  assert len(long['lines']['loss'].split()) < 900


def test_marks_stay_on_the_track():
  places = [report.place(value) for value in (-3.0, None, 42.5, 120.0)]
  assert places == [0, 0, 42.5, 100]
