# SPDX-License-Identifier: Apache-2.0
"""The report holds everything, escapes everything and asks no network for anything."""

import dataclasses
import html.parser
import json
import re

import pytest

from flan_jax.errors import UserError
from flan_jax.evaluation import groups
from flan_jax.evaluation.scores import Conditions, DatasetScores, Difference, Evaluation, TemplateScores
from flan_jax.report import charts, score_plot, sections, tables
from flan_jax.report import page as page_lib
from flan_jax.training import run_file
from tests import fake_run
from tests.fake_run import NASTY


@pytest.fixture(scope='module')
def folder(tmp_path_factory):
  return fake_run.write(tmp_path_factory.mktemp('runs') / 'nli')


@pytest.fixture(scope='module')
def page(folder):
  path = page_lib.write(
    str(folder), fake_run.typed(), fake_run.run(), fake_run.inputs(), fake_run.CURVES, fake_run.references()
  )
  with open(path, encoding='utf-8') as file:
    return file.read()


def made(results=None, rule=None, run=None, **given):
  given = page_lib.Inputs({'nli': rule or fake_run.rule()}, **given)
  return page_lib.page(fake_run.typed(results), run or fake_run.run(), given, fake_run.CURVES)


def test_where_the_time_went_is_shown_if_it_is_known():
  row = {'part': 'useful', 'meaning': 'steps <that> count', 'time': '1:56:40', 'share': '94.7%'}
  page = page_lib.page(fake_run.typed(), fake_run.run(), fake_run.inputs(), fake_run.CURVES, goodput=[row])
  assert 'Where the time went' in text_of(page) and 'useful 1:56:40 94.7% steps <that> count' in text_of(page)
  assert 'Where the time went' not in made()


def text_of(page):
  bare = re.sub(r'<(style|script).*?</\1>|<[^>]*>', ' ', page, flags=re.S)
  return ' '.join(html.unescape(bare).split())


def shown(text):
  """A text as `text_of` has it."""
  return ' '.join(text.split())


def section(page, name):
  return text_of(re.search(rf'<section id="{name}">.*?</section>', page, re.S)[0])


def test_rows_of_the_table():
  rows = tables.rows(fake_run.group())
  assert [row['name'] for row in rows] == ['rte', 'stsb', 'mean', 'sst2']
  assert [row['first'] for row in rows] == [True, False, False, True]
  assert rows[0]['scores']['tuned']['text'] == '60.5 (1.2)'
  assert rows[0]['scores']['tuned']['best'] == '61.5 (#2)'
  assert rows[0]['scores']['plain']['text'] == '53.5'  # one template has no deviation
  assert rows[2]['scores']['untuned']['text'] == '24.2'
  assert rows[2]['majority'] == '33.3'
  assert rows[3]['scores']['tuned']['best'] == '–'


def test_a_dataset_that_one_evaluation_lacks_is_left_blank():
  results = fake_run.results()
  del results['evaluations'][0]['datasets']['rte']
  group = fake_run.group(results)
  (row,) = (row for row in tables.rows(group) if row['name'] == 'rte')
  assert row['scores']['untuned']['text'] == '–'
  assert row['scores']['tuned']['text'] == '60.5 (1.2)'
  (block,) = (one for one in score_plot.blocks(group, {}) if one['name'] == 'rte')
  assert [lane['label'] for lane in block['lanes']] == ['plain', 'tuned', 'tuned, decoded']
  assert 'rte' in made(results)


def test_scores_that_do_not_exist_are_dashes():
  results = fake_run.results()
  results['evaluations'] = results['evaluations'][:1]
  results['evaluations'][0] |= {'mean': None, 'interval': None}
  results['evaluations'][0]['datasets']['rte'] |= {
    'mean': None,
    'std': None,
    'median': None,
    'quartiles': None,
    'interval': None,
  }
  rows = tables.rows(fake_run.group(results))
  texts = [row['scores']['untuned']['text'] for row in rows[:3]]
  assert texts == ['–', '-3.0 (1.2)', '–']
  assert 'rte' in section(made(results), 'scores')


def with_metrics(*names):
  template = TemplateScores(template=0, method='rank', n_dev=1, n_test=1, dev={}, test={})
  datasets = {
    f'set_{number}': DatasetScores(
      held_in=False,
      primary=name,
      templates=(template,),
      mean=1.0,
      std=0.0,
      interval=None,
      best_dev_template=None,
      best_dev_test=None,
      majority=None,
    )
    for number, name in enumerate(names)
  }
  asked = Conditions(data='tfds')
  made = Evaluation(name='tuned', step=1, conditions=asked, mean=1.0, interval=None, datasets=datasets)
  return groups.Group(asked, [made])


def test_the_notes_say_which_scores_are_what():
  assert tables.notes(with_metrics('accuracy', 'accuracy')) == []
  assert tables.notes(with_metrics('bleu', 'bleu')) == ['scores are bleu']
  assert tables.notes(with_metrics('bleu', 'accuracy', 'bleu')) == [
    'set_0, set_2: bleu',
    'all other scores are accuracy',
  ]
  words = with_metrics('word_edit_distance', 'bleu')
  assert tables.notes(words) == ['set_0: word_edit_distance (words; lower is better; not in the mean)', 'set_1: bleu']
  blocks = score_plot.blocks(words, {})
  assert [row['plotted'] for row in blocks] == [False, True, True]
  assert blocks[0]['lanes'][0]['mark'] is None and blocks[1]['lanes'][0]['mark'] == 1.0


def test_the_report_has_everything(page):
  text = text_of(page)
  for wanted in (
    'nli held out · data: embedded',
    'step 1,200',
    'untuned at step 900, plain at step 900, tuned at step 1,200',
    'majority class',
    '60.5 (1.2)',
    '61.5 (#2)',
    'pearson',
    '4 dev, 6 test examples',
    'flan_holdout_nli',
    '600',
    '80.0%',
    'glue_qqp',
    'abcdef012345',
    'held in',
    'template 0, 41 tokens',
    'loss 3.000',
    'dev loss 2.500',
    'held-in: scores of the dev set',
    'stsb: pearson',
    'a small invented world',
    'how zero-shot',
  ):
    assert wanted in text, wanted
  assert 'First line\n\n' in page  # newlines are seen as they are
  assert 'limited' not in text and 'None' not in text.replace('None: no', '')


def test_the_tiles_have_the_means_with_their_intervals(page):
  assert 'untuned 24.2 95%: 22.0 to 27.0' in text_of(page)
  assert 'tuned − untuned +9.0 95%: +0.5 to +17.0' in text_of(page)


def test_a_limit_is_shown():
  notice = 'limited: only the first 20 examples of each split (untuned and '
  assert notice in text_of(made(fake_run.results(limit=20)))


def test_a_lane_shows_the_spread_of_the_templates():
  block = score_plot.blocks(fake_run.group(), {})[0]
  assert [lane['label'] for lane in block['lanes']] == ['untuned', 'plain', 'tuned', 'tuned, decoded']
  tuned = block['lanes'][2]
  assert [dot['place'] for dot in tuned['dots']] == [59.5, 61.5]
  assert tuned['mark'] == 60.5 and tuned['line'] == (56.5, 35.5)
  assert tuned['box'] == (59.5, 38.5) and tuned['median'] == '60.5 (59.5 to 61.5)'
  assert block['lanes'][1]['box'] is None  # of one template
  assert block['lanes'][3]['mark'] == 53.5


def test_differences_are_marked_only_where_they_are_clear():
  rte, stsb, mean, _ = score_plot.blocks(fake_run.group(), {})
  assert rte['differences'] == [
    {
      'of': 'tuned',
      'against': 'untuned',
      'value': '+9.0',
      'interval': '+0.5 to +17.0',
      'p': 'p = 0.040',
      'verdict': 'better',
    }
  ]
  assert stsb['differences'][0]['verdict'] == ''
  assert mean['differences'][0]['value'] == '+9.0'
  fewer = Difference(difference=-2.0, interval=(-3.0, -1.0), p=0.0)
  assert score_plot.difference(fewer, 'accuracy')['verdict'] == 'worse'
  assert score_plot.difference(fewer, 'word_edit_distance')['verdict'] == 'better'
  assert score_plot.difference(fewer)['p'] == 'p < 0.001'


def test_the_papers_figures_are_ticks_with_letters(page):
  block = score_plot.blocks(fake_run.group(), fake_run.references())[0]
  ticks = [(tick['letter'], tick['place'], tick['level']) for tick in block['ticks']]
  assert ticks == [  # D is of another metric
    ('C', 63.0, 0),
    ('B', 63.5, 1),
    ('A', 84.1, 0),
  ]
  text = section(page, 'scores')
  assert 'read off' in text and 'how sure' not in text and 'recalled' not in text
  assert 'Other' in text and '84.1' in text
  assert 'clusters trained on: 1 49.9, 2 55.0, 3 59.3, 4 59.2, 5 60.8, 6 61.9, 7 63.5' in (text.replace(' ,', ','))


@pytest.mark.parametrize(
  'theirs, ours, same',
  [
    ('F1', 'f1a', True),
    ('exact match', 'trivia_exact_match', True),
    ('', 'bleu', True),
    (None, 'bleu', True),
    ('rouge1', 'bleu', False),
    ('F1', 'accuracy', False),
  ],
)
def test_figures_of_another_metric_are_not_drawn(theirs, ours, same):
  figure = {'value': 1.0, 'metric': theirs}
  assert score_plot.drawn([figure], ours) == [figure] * same


def test_the_proof_names_what_is_shared(page):
  assert (
    'none of the 2 tasks trained on (in this run and the runs it began from) shares a cluster with them'
  ) in section(page, 'unseen')
  rule = fake_run.rule()
  rule['trained']['glue_mrpc'] = ['paraphrase']
  found = sections.unseen(rule, fake_run.group().training)
  assert found['shared'] == [('glue_mrpc', ['paraphrase'])]
  text = section(made(rule=rule), 'unseen')
  assert '1 of the 3 tasks trained on share' in text and 'Checked' not in text
  assert sections.unseen({**rule, 'held_out': {}}, fake_run.group().training) is None


def compared(**changes):
  """What a run says of the text of two held-out datasets."""
  rte = {'examples': 1_500, 'exact': 2, 'paper': 30, 'absolute': 15, 'test': 1_000, 'test_absolute': 12}
  return run_file.TextOverlap(
    **{
      'policy': 'drop',
      'datasets': {'rte': rte, 'stsb': {**dict.fromkeys(rte, 0), 'examples': 10, 'test': 6}},
      'left_out': {'sst2': 1_234, NASTY: 6},
      'skipped': {'cb': f'data is missing {NASTY}', 'anli_r1': f'data is missing {NASTY}'},
      **changes,
    }
  )


def test_held_out_text_that_is_trained_on_is_counted():
  page = made(run=fake_run.run(overlap=compared()))
  rows = re.findall(r'<tr><td>.*?</tr>', re.search(r'<section id="overlap">.*?</section>', page, re.S)[0])
  assert [text_of(row) for row in rows] == ['rte 1,500 2 0.1% 30 2.0% 15 1.0% 1,000 12 1.2%', 'stsb 10 0 0 0 6 0']
  text = section(page, 'overlap')
  assert f'Training records that were left out because they overlap: 1,240. sst2 1,234, {shown(NASTY)} 6.' in text
  assert f'Not compared, because data is missing {shown(NASTY)}: cb, anli_r1.' in text
  assert '<a href="#overlap">' in page
  text = section(made(run=fake_run.run(overlap=compared(policy='report', left_out={}))), 'overlap')
  assert "No training record was left out because of its text (LEAK_POLICY = 'report')" in text
  assert 'No held-out dataset was compared' in section(made(run=fake_run.run(overlap=compared(datasets={}))), 'overlap')


def clean(**changes):
  """What report.json has of the tuned model."""
  few = {'examples': 3, 'score': None}
  rte = {'metric': 'accuracy', 'split': 'test', 'whole': {'examples': 1_000, 'score': 60.5}}
  stsb = {'metric': 'pearson', 'split': 'dev', 'whole': {'examples': 6, 'score': -1.0}, 'clean': few, 'marked': few}
  rte |= {'clean': {'examples': 988, 'score': 60.0}, 'marked': {'examples': 12, 'score': 91.7}}
  return {'tuned': {'rte': rte, 'stsb': stsb, **changes}}


def test_scores_without_the_text_that_is_trained_on_stand_beside_the_others():
  page = made(run=fake_run.run(overlap=compared()), clean=clean(other=clean()['tuned']['rte']))
  rows = re.findall(r'<tr><td>.*?</tr>', re.search(r'<section id="overlap">.*?</section>', page, re.S)[0])[2:]
  assert [text_of(row) for row in rows] == [
    'rte accuracy 60.5 (1,000) 60.0 (988) 91.7 (12)',
    'stsb dev pearson -1.0 (6) – (3) – (3)',
  ]
  assert 'Fewer than 5 clean or marked examples have no score. The training records' in section(page, 'overlap')
  problem = {'metric': 'accuracy', 'problem': f'not compared {NASTY}'}
  text = section(made(clean=clean(rte=problem)), 'overlap')
  assert f'rte: no score of the clean part, because not compared {shown(NASTY)}.' in text
  text = section(made(run=fake_run.run(overlap=compared()), not_clean='it is not kept'), 'overlap')
  assert text.endswith('No scores of the clean part: it is not kept.')


def test_scores_of_the_clean_part_are_kept_in_report_json(tmp_path):
  given = page_lib.Inputs(fake_run.rules(), clean=clean(sst2={'metric': 'accuracy', 'problem': 'why'}))
  page_lib.write(str(tmp_path), fake_run.typed(), fake_run.run(), given, {})
  assert page_lib.inputs(str(tmp_path)) == given


@pytest.mark.parametrize(
  'changes, sentence',
  [
    ({}, 'with the text trained on. flan_jax holdout --cluster=nli --text compares them.'),
    ({'held_out': None}, 'Nothing is held out, so no text was compared.'),
    ({'imported': {'model_type': 'gpt2'}}, 'the model was imported, and its training text is not known.'),
  ],
)
def test_text_that_was_not_compared_is_said(changes, sentence):
  text = section(made(run=fake_run.run(**changes)), 'overlap')
  assert text.endswith(sentence) and '<table' not in text


def test_a_heading_is_no_kinship():
  found = sections.unseen(
    {
      'dropped': {},
      'held_out': {'math_dataset': ['math', 'miscellaneous']},
      'trained': {'wic': ['word_disambiguation', 'miscellaneous']},
    },
    fake_run.group().training,
  )
  assert found['shared'] == [] and found['headings'] == ['miscellaneous']


def test_drawn_shares_stand_beside_the_intended_ones():
  rows = sections.shares({'a': 300.0, 'b': 100.0, 'c': 0.0}, {'a': 1_500, 'b': 1_500})
  assert [(row['share'], row['drawn'], row['width'], row['drawn_width']) for row in rows] == [
    ('75.0%', '50.0%', 100.0, 66.7),
    ('25.0%', '50.0%', 33.3, 66.7),
    ('0.0%', None, 0.0, None),
  ]
  assert {row['drawn'] for row in sections.shares({'a': 1.0}, None)} == {None}
  assert 'not counted' in section(made(), 'data')


def test_the_best_and_the_worst_template_are_told_apart(page):
  rte = sections.templates(fake_run.group(), fake_run.inputs().phrasings)[0]
  best, worst = rte['extremes']
  assert (best['template'], worst['template']) == (2, 0)
  assert best['text'] == 'the best wording'
  assert best['scores'] == [('untuned', 'untuned', '52.5'), ('tuned', 'tuned', '61.5')]
  assert 'the best wording' in section(page, 'templates')
  results = fake_run.results()
  for one in results['evaluations'][-1]['datasets']['rte']['templates']:
    one['test'] = {'accuracy': 50.0}
  assert sections.templates(fake_run.group(results), {})[0]['extremes'] == []


def test_problems_are_said_plainly(page):
  text = section(page, 'problems')
  assert '3 examples left out: an option is empty' in text
  assert ('story_cloze untuned, plain, step 600, tuned could not be evaluated: it is not prepared') in text
  assert '2 of 20 prompts were too long and were cut' in text
  assert '1 of 20 prompts got no answer, because its scores were not numbers' in text
  assert 'when decoding, 2 of 20 prompts were too long and were cut' in text
  results = fake_run.results()
  results['evaluations'][-1]['datasets']['rte']['templates'][0]['cut_answers'] = 3
  decoded = results['evaluations'][-1]['datasets']['rte']['decoded']
  decoded['templates'] = [{**one, 'method': 'decode', 'unanswered': 2} for one in decoded['templates']]
  text = section(made(results), 'problems')
  assert '3 of 20 prompts have a right answer or an option that is too long' in text
  assert 'when decoding, 2 of 20 prompts were too long' in text
  assert 'when decoding, 4 of 20 prompts got no answer' not in text  # not for such scores
  results = fake_run.results()
  for one in results['evaluations']:
    one['problems'] = {}
    for entry in one['datasets'].values():
      entry['problems'] = []
      for part in (entry, entry.get('decoded') or entry):
        for template in part['templates']:
          template |= {'cut': 0, 'unanswered': 0}
  assert 'None: no example was left out' in section(made(results), 'problems')


def data_of(page):
  return re.search(r'<script type="application/json" id="samples">(.*?)</script>', page, re.S)[1]


def test_markup_in_data_is_escaped(page):
  kept = data_of(page)
  assert '<' not in kept and json.loads(kept)['samples']
  own = page.replace(kept, '')
  assert own.count('<script') == 2 and own.count('</script>') == 2
  assert '&lt;script&gt;alert' in own and '<!--' not in own


def test_nothing_is_fetched(page):
  addresses = []

  class Finder(html.parser.HTMLParser):
    def handle_starttag(self, tag, attributes):
      assert tag not in ('link', 'img', 'iframe', 'object', 'embed', 'base')
      addresses.extend(value for name, value in attributes if name in ('src', 'href', 'srcset', 'action', 'xlink:href'))

  Finder().feed(page)
  assert addresses and all(one.startswith('#') for one in addresses)
  scripts = ''.join(re.findall(r'<script>(.*?)</script>', page, re.S))
  styles = ''.join(re.findall(r'<style>(.*?)</style>', page, re.S))
  assert not re.search(r'https?:|fetch\(|XMLHttp|import|innerHTML|eval\(', scripts)
  assert not re.search(r'https?:|url\(|@import', styles)
  assert "default-src 'none'" in page  # and the browser would refuse


def test_every_tag_is_closed(page):
  open_tags = []

  class Checker(html.parser.HTMLParser):
    def handle_starttag(self, tag, attributes):
      if tag not in ('meta', 'br', 'input', 'polyline'):
        open_tags.append(tag)

    def handle_endtag(self, tag):
      if tag != 'polyline':
        assert open_tags.pop() == tag

  Checker().feed(page)
  assert open_tags == []


def test_every_chart_is_described(page):
  pictures = re.findall(r'<(?:svg|div)[^>]*role="img"[^>]*>', page)
  assert len(pictures) > 10 and all('aria-label="' in one for one in pictures)
  labelled = {one for one in re.findall(r'id="(by-\w+)"', page)}
  assert labelled == {f'by-{name}' for name in ('dataset', 'evaluation', 'template', 'right', 'text')}


def test_curves_fill_their_square():
  chart = charts.chart(charts.loss(fake_run.CURVES['tuning']))
  assert chart['lines'] == {'loss': '0.00,0.00 100.00,100.00', 'dev loss': '0.00,25.00 0.00,25.00'}
  assert chart['steps'] == (5, 9)
  assert chart['y_ticks'] == [(0.0, '3.0'), (25.0, '2.5'), (50.0, '2.0'), (75.0, '1.5'), (100.0, '1.0')]
  assert charts.chart(charts.loss([{'step': 1, 'loss': float('inf')}]))['lines'] == {}
  long = charts.chart({'loss': [(s, 1 / (s + 1)) for s in range(5_000)]})
  assert len(long['lines']['loss'].split()) < 900
  assert charts.chart({'flat': [(3, 2.0)]})['lines'] == {'flat': '0.00,50.00 0.00,50.00'}  # a dot


def test_accuracy_and_held_out_scores_are_curves():
  records, results = fake_run.CURVES['tuning'], fake_run.group()
  assert charts.accuracy(records) == {'accuracy': [(5, 25.0), (9, 50.0)]}
  found = charts.held_out(records, results)
  assert list(found) == ['mean', 'rte'] and found['rte'] == [(5, 50.0), (9, 55.0)]
  whole = charts.evaluated(results, from_base=True)
  assert whole['rte'] == [(0, 51.5), (600, 55.5), (1200, 60.5)]
  assert [step for step, _ in charts.evaluated(results, from_base=False)['mean']] == [600, 1200]
  assert 'sst2' not in whole  # held in
  results = fake_run.results()
  results['evaluations'][-1]['datasets']['rte']['primary'] = 'word_edit_distance'
  assert 'rte' not in charts.held_out(records, fake_run.group(results))


def test_steps_on_the_way_are_no_columns():
  group = fake_run.group()
  names = [one.name for one in tables.main(group)]
  assert names == ['untuned', 'plain', 'tuned']
  alone = [dataclasses.replace(group.evaluations[0], name=name) for name in ('step 5', 'step 10')]
  assert tables.main(dataclasses.replace(group, evaluations=alone)) == alone[1:]


def test_marks_stay_on_the_track():
  places = [score_plot.place(value) for value in (-3.0, None, 42.5, 120.0)]
  assert places == [0, 0, 42.5, 100]


def test_a_page_without_anything_more_than_the_results():
  text = text_of(made())
  assert 'figures of the paper' not in text
  assert 'Examples' not in text and '60.5 (1.2)' in text


def test_the_report_is_written_again_from_its_own_folder(folder, page):
  path = page_lib.again(str(folder), fake_run.typed(), fake_run.run(), fake_run.CURVES, fake_run.references())
  with open(path, encoding='utf-8') as file:
    again = file.read()
  stamp = r'Written [\d :-]+'
  assert re.sub(stamp, '', again) == re.sub(stamp, '', page)


WHOLE = {'rules': {}, 'references': {}, 'confidence': {}, 'drawn': None, 'phrasings': {}}


@pytest.mark.parametrize(
  'text',
  [
    '{"rules": ',
    '[]',
    '{}',
    '\0',
    '[' * 100_000,
    '{"rule": {}}',
    *(
      json.dumps({**WHOLE, **change})
      for change in (
        {'rules': []},
        {'rules': {'nli': {'held_out': {}}}},
        {'references': {'rte': 1}},
        {'confidence': {'sure': 2}},
        {'drawn': {'rte': 'many'}},
        {'phrasings': 3},
        {'phrasings': {'rte': 'text'}},
        {'other': {}},
        {'clean': {'tuned': {'rte': {'split': 'test'}}}},
      )
    ),
  ],
)
def test_a_broken_report_json_is_named(tmp_path, text):
  (tmp_path / 'report.json').write_text(text)
  with pytest.raises(UserError, match='report.json is not what evaluation wrote'):
    page_lib.again(str(tmp_path), {}, {}, {})
