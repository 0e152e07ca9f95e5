# SPDX-License-Identifier: Apache-2.0
"""Builders prepared from copies: rows as the hub has them, under the builder's own keys."""

import csv
import json

import numpy as np
import pyarrow
import pytest
import tensorflow_datasets as tfds
from etils import epath
from pyarrow import parquet

import flan_jax.tasks  # noqa: F401
from flan_jax.data import datasets, private_names, rendering, templates
from flan_jax.data.origins import Hub
from flan_jax.data.prepare import copies, feature_values
from flan_jax.errors import UserError
from tests import hub_rows

RTE = datasets.get('rte')
SPLITS = ('train',)
ROW = {'premise': 'Vel is a lake.', 'hypothesis': 'Vel is wet.', 'idx': 0, 'label': 0}


def write_parquet(path, rows, classes={}):
  path.parent.mkdir(parents=True, exist_ok=True)
  parquet.write_table(hub_rows.table(hub_rows.Sample('', rows, {}, '', classes)), path)


def write_lines(path, rows):
  path.parent.mkdir(parents=True, exist_ok=True)
  path.write_text(''.join(f'{json.dumps(row)}\n' for row in rows))


def write_csv(path, rows):
  path.parent.mkdir(parents=True, exist_ok=True)
  with open(path, 'w', newline='') as file:
    table = csv.DictWriter(file, list(rows[0]))
    table.writeheader()
    table.writerows(rows)


def pairs(copy, split='train'):
  return list(copy.splits[split]())


def builder(tfds_name, folder):
  return tfds.builder(tfds_name, data_dir=str(folder), try_gcs=False)


def held(tfds_name, folder, split):
  return list(builder(tfds_name, folder).as_dataset(split=split, shuffle_files=False).as_numpy_iterator())


@pytest.mark.parametrize('name', hub_rows.ROWS)
def test_rows_of_the_hub_fit_the_builder_and_every_template(name, tmp_path):
  dataset, sample = datasets.get(name), hub_rows.ROWS[name]
  hub, folder = dataset.origin.hub, tmp_path / 'rows' / dataset.tfds.partition(':')[0]
  folder.mkdir(parents=True)
  parquet.write_table(hub_rows.table(sample), folder / f'{hub.names[sample.split]}-00000-of-00001.parquet')
  copy = copies.from_folder(dataset.tfds, hub, tmp_path / 'rows', None)
  assert list(copy.splits) == [sample.split]
  assert pairs(copy, sample.split)[0][0] == sample.key
  assert copy.order == ('tfds' if hub.keyed else 'hub')
  counts = copies.write(dataset.tfds, copy, tmp_path / 'data')
  assert counts[sample.split] >= len(sample.rows)
  records = builder(dataset.tfds, tmp_path / 'data').as_dataset(split=sample.split, shuffle_files=False)
  assert any(
    all(np.all(row[column] == value) for column, value in sample.record.items()) for row in tfds.as_numpy(records)
  )
  answers = set()
  for record in filter(dataset.keep, records):
    fields = rendering.text_fields(record, dataset)
    answer = (fields.get('answer', fields.get('foreign'))).numpy().decode()
    if answer:  # rows without one are left out
      answers.add(answer)
      for side in templates.render(dataset.templates, fields):
        assert all(text.strip() for text in side.numpy())
  assert sample.answer in answers


SOURCES = {  # {dataset: (arguments of the builder's own reader, rows of the hub's sample as its source file has them)}
  'arc_easy': (
    {'filepath': 'easy.jsonl'},
    {
      'id': 'Mercury_7',
      'answerKey': '1',
      'question': {
        'stem': 'Which of these is a metal?',
        'choices': [
          {'text': text, 'label': str(number)} for number, text in enumerate(['iron', 'wood', 'wool', 'clay'], 1)
        ],
      },
    },
  ),
  'openbookqa': (
    {'filepath': 'book.jsonl', 'data_dir': ''},
    {
      'id': '8-376',
      'question': {
        'stem': 'Ice turns to water when',
        'choices': [
          {'text': text, 'label': letter}
          for text, letter in zip(['it warms', 'it cools', 'it rests', 'it sings'], 'ABCD')
        ],
      },
      'answerKey': 'A',
      'fact1': 'heat melts ice',
      'humanScore': 1.0,
      'clarity': 1.8,
      'turkIdAnonymized': 'b356',
    },
  ),
  'quac': (
    {'filepath': 'quac.json'},
    {
      'data': [
        {
          'title': 'Ada Bell',
          'background': 'A pilot.',
          'section_title': 'Early life',
          'paragraphs': [
            {
              'context': 'She was born by a lake. CANNOTANSWER',
              'id': 'C_1',
              'qas': [
                {
                  'id': f'C_1_q#{turn}',
                  'question': question,
                  'followup': followup,
                  'yesno': 'x',
                  'answers': [{'text': answer, 'answer_start': start}],
                  'orig_answer': {'text': answer, 'answer_start': start},
                }
                for turn, (question, followup, answer, start) in enumerate(
                  [('Where was she born?', 'm', 'by a lake', 13), ('Who taught her?', 'y', 'CANNOTANSWER', 24)]
                )
              ],
            }
          ],
        }
      ]
    },
  ),
  'anli_r1': (
    {'filepath': 'r1.jsonl'},
    {'uid': 'u-1', 'context': 'Vel is a lake.', 'hypothesis': 'Vel is dry.', 'label': 'c', 'reason': 'Lakes are wet.'},
  ),
  'trec': ({'filepath': 'trec.label'}, 'LOC:city What town lies by the lake ?'),
  'multirc': (
    {'data_file': 'multirc.jsonl', 'split': 'train'},
    {
      'idx': 1,
      'passage': {
        'text': 'Ada has a boat.',
        'questions': [{'question': 'Who has a boat?', 'idx': 2, 'answers': [{'text': 'Ada', 'idx': 3, 'label': 1}]}],
      },
    },
  ),
  'record': (
    {'data_file': 'record.jsonl', 'split': 'train'},
    {
      'idx': 2,
      'passage': {
        'text': 'Ada met Bell.\n@highlight\nThey talked',
        'entities': [{'start': 0, 'end': 2}, {'start': 8, 'end': 11}],
      },
      'qas': [{'query': '@placeholder met Bell.', 'idx': 5, 'answers': [{'text': 'Ada', 'start': 0, 'end': 2}]}],
    },
  ),
  'dart': (
    {'filepath': 'dart.json', 'set_name': 'train'},
    [
      {'tripleset': [['a', 'b', 'c']], 'annotations': []},
      {'tripleset': [['a', 'b', 'c']], 'annotations': []},
      {'tripleset': [['a', 'b', 'c']], 'annotations': []},
      {
        'tripleset': [['Ada Bell', 'BIRTH_PLACE', 'Toldrel'], ['Toldrel', 'LAKE', 'Vel']],
        'subtree_was_extended': False,
        'annotations': [{'source': 'WikiTableQuestions_lily', 'text': 'Ada Bell was born in Toldrel, by Lake Vel.'}],
      },
    ],
  ),
  'bool_q': (
    {'file_path': 'boolq.jsonl'},
    {'question': 'is vel a lake', 'title': 'Vel (lake)', 'answer': True, 'passage': 'Vel is a lake -- a deep one.'},
  ),
  'ag_news_subset': ({'path': 'news.csv'}, '"4","New moon found","It is small."'),
}


@pytest.mark.parametrize('name', SOURCES)
def test_rows_of_the_hub_become_what_the_builder_makes_of_its_source(name, tmp_path):
  dataset, sample = datasets.get(name), hub_rows.ROWS[name]
  hub, own = dataset.origin.hub, builder(dataset.tfds, tmp_path)
  arguments, source = SOURCES[name]
  for argument in set(arguments) & {'filepath', 'file_path', 'path', 'data_file'}:
    path = epath.Path(tmp_path / arguments[argument])
    path.write_text(source if isinstance(source, str) else json.dumps(source) + '\n')
    arguments = {**arguments, argument: path}
  convert = feature_values.converter(own.info.features)
  expected = [(str(key), convert(record)) for key, record in own._generate_examples(**arguments)]
  folder = tmp_path / 'rows' / dataset.tfds.partition(':')[0]
  folder.mkdir(parents=True)
  parquet.write_table(hub_rows.table(sample), folder / f'{hub.names[sample.split]}.parquet')
  assert pairs(copies.from_folder(dataset.tfds, hub, tmp_path / 'rows'), sample.split) == expected


QUESTIONS = 24


def squad_file(path, split):
  """A file as the authors of SQuAD publish it, and its rows as the hub has them."""
  rows, articles = [], []
  for number in range(QUESTIONS // 4):
    context, title = f'In {1900 + number} bridge {number} was built in Toldrel.', f'Bridge_{number}'
    questions = [
      {
        'id': f'{split}{number:02}{part:02}ab',
        'question': f'When was bridge {number} built? ({part})',
        'answers': [{'text': str(1900 + number), 'answer_start': 3}],
      }
      for part in range(4)
    ]
    articles.append({'title': title, 'paragraphs': [{'context': context, 'qas': questions}]})
    for question in questions:
      answers = {'text': [str(1900 + number)], 'answer_start': [3]}
      rows.append({**question, 'title': title, 'context': context, 'answers': answers})
  path.write_text(json.dumps({'version': '1.1', 'data': articles}))
  return rows


def test_squad_stands_in_the_order_of_tfds(tmp_path):
  name, hub = 'squad/v1.1:3.0.0', datasets.get('squad_v1').origin.hub
  own = builder(name, tmp_path / 'own')
  files = {split: tmp_path / f'{split}.json' for split in ('train', 'validation')}
  rows = {split: squad_file(path, split) for split, path in files.items()}
  private_names.give_rows(own, {split: own._generate_examples(path) for split, path in files.items()})
  own.download_and_prepare()
  for split, held_rows in rows.items():
    write_parquet(tmp_path / f'rows/squad/v1.1/{split}/0000.parquet', held_rows)
  copy = copies.from_folder(name, hub, tmp_path / 'rows', None)
  copies.write(name, copy, tmp_path / 'copied')
  expected, copied = (
    held(name, tmp_path / 'own', 'validation[-20:]'),
    held(name, tmp_path / 'copied', 'validation[-20:]'),
  )
  assert [row['id'] for row in copied] == [row['id'] for row in expected]
  assert [row['id'].decode() for row in expected] != [row['id'] for row in rows['validation'][-20:]]
  assert json.dumps(copied, default=repr) == json.dumps(expected, default=repr)
  assert copy.order == 'tfds'


def test_keys_of_hellaswag_are_those_of_its_files(tmp_path):
  dataset, sample = datasets.get('hellaswag'), hub_rows.ROWS['hellaswag']
  own = builder(dataset.tfds, tmp_path)
  [(url, info)] = [(url, info) for url, info in own.url_infos.items() if url.endswith('train.jsonl')]
  from tensorflow_datasets.core.download import resource

  path = tmp_path / resource.get_dl_fname(url, info.checksum)
  write_lines(path, [{**row, 'label': 0} for row in sample.rows])
  write_lines(tmp_path / 'rows/hellaswag/train.jsonl', sample.rows)
  copy = copies.from_folder(dataset.tfds, dataset.origin.hub, tmp_path / 'rows')
  assert [key for key, _ in pairs(copy)] == [key for key, _ in own._generate_examples(str(path))]


@pytest.mark.parametrize('stated', [True, False])
@pytest.mark.parametrize('write', [write_parquet, write_lines, write_csv])
def test_classes_go_by_their_names(write, stated, tmp_path):
  dataset = datasets.get('trec')
  order = dict(dataset.origin.hub.labels)['coarse_label']
  rows = [{'text': f'Q{number} ?', 'coarse_label': number, 'fine_label': -1} for number in range(-1, 6)]
  ending = {write_parquet: 'parquet', write_lines: 'jsonl', write_csv: 'csv'}[write]
  path = tmp_path / f'trec/train.{ending}'
  write(path, rows, {'coarse_label': order}) if write is write_parquet and stated else write(path, rows)
  records = [record for _, record in pairs(copies.from_folder(dataset.tfds, dataset.origin.hub, tmp_path))]
  own = builder(dataset.tfds, tmp_path).info.features['label-coarse'].names
  assert [record['label-coarse'] for record in records] == [-1, *(own.index(name) for name in order)]
  assert own.index('ABBR') == 2  # and 0 in the copy


def test_the_order_that_a_file_states_counts_more(tmp_path):
  write_parquet(tmp_path / 'super_glue/rte/train.parquet', [ROW], {'label': ('not_entailment', 'entailment')})
  [(_, record)] = pairs(copies.from_folder(RTE.tfds, RTE.origin.hub, tmp_path))
  assert record['label'] == 1


@pytest.mark.parametrize(
  ('rows', 'classes', 'words'),
  [
    ([ROW], {'label': ('implied', 'open')}, "row 0: label = 'implied'; it must be one of entailment, not_entailment"),
    ([ROW, {**ROW, 'label': 2}], {}, 'row 1: label = 2; it must be one of entailment, not_entailment'),
    ([{**ROW, 'label': 3}], {'label': ('a', 'b')}, 'row 0: label = 3; there are the classes 0 to 1: a, b'),
    ([{'sentence1': 'a', 'idx': 0}], {}, "row 0: there is no column 'premise'; there are sentence1, idx"),
    ([{**ROW, 'premise': 1.5}], {}, 'row 0: premise = 1.5; it must be a text'),
    ([{**ROW, 'idx': 'x'}], {}, "row 0: idx = 'x'; it must be a whole number"),
  ],
)
def test_a_row_that_does_not_fit_is_named(rows, classes, words, tmp_path):
  path = tmp_path / 'super_glue/rte/train.parquet'
  write_parquet(path, rows, classes)
  with pytest.raises(UserError) as error:
    copies.write(RTE.tfds, copies.from_folder(RTE.tfds, RTE.origin.hub, tmp_path), tmp_path / 'data')
  assert f'{path}, {words}' in str(error.value)
  assert not (tmp_path / 'data/super_glue/rte/1.0.2').exists()


def test_columns_that_a_conversion_misses_are_named(tmp_path):
  dataset = datasets.get('hellaswag')
  path = tmp_path / 'hellaswag/train.jsonl'
  write_lines(path, [{'context': 'She sings.', 'label': 0}])
  with pytest.raises(UserError, match=r"row 0 .*Rowan/hellaswag \(KeyError: 'ctx'\); its columns are context, label"):
    pairs(copies.from_folder(dataset.tfds, dataset.origin.hub, tmp_path))


def test_two_rows_with_one_key_are_refused(tmp_path):
  write_lines(tmp_path / 'super_glue/rte/train.jsonl', [ROW, ROW])
  with pytest.raises(UserError, match='two rows of a split have the same key in folder:'):
    copies.write(RTE.tfds, copies.from_folder(RTE.tfds, RTE.origin.hub, tmp_path), tmp_path / 'data')


@pytest.mark.parametrize('write', [write_parquet, write_lines, write_csv])
def test_texts_of_any_length_and_of_none_pass(write, tmp_path):
  long = 'Vel is a lake.\n' * 14_000
  rows = [{**ROW, 'premise': long}, {**ROW, 'idx': 1, 'premise': '', 'hypothesis': '42', 'label': -1}]
  ending = {write_parquet: 'parquet', write_lines: 'jsonl', write_csv: 'csv'}[write]
  write(tmp_path / f'super_glue/rte/test.{ending}', rows)
  copies.write(RTE.tfds, copies.from_folder(RTE.tfds, RTE.origin.hub, tmp_path), tmp_path / 'data')
  by_number = {row['idx']: row for row in held(RTE.tfds, tmp_path / 'data', 'test')}
  assert len(long) > 200_000 and by_number[0]['premise'] == long.encode()
  assert by_number[1]['premise'] == b'' and by_number[1]['hypothesis'] == b'42' and by_number[1]['label'] == -1


def test_a_class_number_that_is_also_a_name_is_refused_in_a_table(tmp_path):
  dataset = datasets.get('yelp_polarity_reviews')
  write_csv(tmp_path / 'yelp_polarity_reviews/train.csv', [{'text': 'Good soup.', 'label': 1}])
  with pytest.raises(UserError, match="label = '1' is a class name or the number of another class"):
    pairs(copies.from_folder(dataset.tfds, dataset.origin.hub, tmp_path))


def test_a_limit_reads_the_first_groups_of_rows_only(tmp_path, monkeypatch):
  path = tmp_path / 'super_glue/rte/train.parquet'
  path.parent.mkdir(parents=True)
  rows = [{**ROW, 'idx': number} for number in range(300)]
  parquet.write_table(pyarrow.Table.from_pylist(rows), path, row_group_size=100)
  write_lines(tmp_path / 'super_glue/rte/validation.jsonl', rows[:2])
  damaged = bytearray(path.read_bytes())
  last = parquet.ParquetFile(path).metadata.row_group(2).column(0)
  start = last.dictionary_page_offset or last.data_page_offset
  damaged[start : start + last.total_compressed_size] = bytes(last.total_compressed_size)
  path.write_bytes(damaged)
  copy = copies.from_folder(RTE.tfds, RTE.origin.hub, tmp_path, limit=150)
  assert [key for key, _ in pairs(copy)] == [str(number) for number in range(150)]
  assert [key for key, _ in pairs(copy, 'validation')] == ['0', '1']
  assert copy.order == 'hub' and 'rows after the first 150 of each split' in copy.missing
  with pytest.raises(UserError, match='train.parquet cannot be read as parquet'):
    pairs(copies.from_folder(RTE.tfds, RTE.origin.hub, tmp_path))


@pytest.mark.parametrize(
  ('file', 'alone'),
  [
    ('super_glue/rte/train.parquet', False),
    ('super_glue/rte/train-00000-of-00001-9a3.parquet', False),
    ('super_glue/rte/train/0000.parquet', False),
    ('super_glue/rte/data/train.parquet', False),
    ('aps/super_glue/rte/train-00000-of-00001.parquet', False),
    ('train.parquet', True),
    ('data/train-00000-of-00001.parquet', True),
    ('rte/train/0000.parquet', True),
  ],
)
def test_where_files_of_a_folder_may_stand(file, alone, tmp_path):
  write_parquet(tmp_path / file, [ROW])
  write_parquet(tmp_path / 'super_glue/cb/train.parquet', [{**ROW, 'premise': 'Another dataset.'}])
  copy = copies.from_folder(RTE.tfds, RTE.origin.hub, tmp_path, alone=alone)
  assert [record['premise'] for _, record in pairs(copy)] == ['Vel is a lake.']
  assert copy.source.startswith(f'folder:{tmp_path}') and copy.revision == ''
  assert copy.missing == ('the split validation', 'the split test')


@pytest.mark.parametrize(
  ('files', 'words'),
  [
    (['super_glue/cb/train.parquet'], 'no files of its splits in'),
    (['train.parquet'], 'no files of its splits in'),
    (['super_glue/rte/train.parquet', 'super_glue/rte/train.jsonl'], "could both be the split 'train'"),
    (['super_glue/rte/train.parquet', 'super_glue/rte/train/0000.parquet', 'super_glue/rte/rte/train.parquet'], 'both'),
    (['super_glue/rte/validation.parquet', 'super_glue/rte/dev.parquet'], "could both be the split 'validation'"),
    (['super_glue/rte/train-00000-of-00001.jsonl', 'super_glue/rte/train.jsonl'], "could both be the split 'train'"),
    (['super_glue/rte/train-00000-of-00003.jsonl', 'super_glue/rte/train-00002-of-00003.jsonl'], '2 of the 3 parts'),
    (['super_glue/rte/train.parquet', 'aps/super_glue/rte/train.parquet'], 'both hold files of it; take one away'),
  ],
)
def test_a_folder_with_no_files_or_too_many_is_refused(files, words, tmp_path):
  for file in files:
    write_lines(tmp_path / file, [ROW])
  with pytest.raises(UserError, match=words):
    copies.from_folder(RTE.tfds, RTE.origin.hub, tmp_path, None)


def test_parts_of_a_split_are_read_by_their_numbers(tmp_path):
  for part in (10, 2, 1):
    write_lines(tmp_path / f'super_glue/rte/train_{part}.jsonl', [{**ROW, 'idx': part}])
  copy = copies.from_folder(RTE.tfds, RTE.origin.hub, tmp_path)
  assert [key for key, _ in pairs(copy)] == ['1', '2', '10']


def test_a_dataset_without_a_copy_takes_rows_with_the_builders_features(tmp_path):
  story = {'context': 'Ada rowed. It rained.', 'endings': ['She got wet.', 'She flew.'], 'label': 1}
  write_lines(tmp_path / 'story_cloze/2016/val.jsonl', [story, story])
  copy = copies.from_folder('story_cloze/2016:1.0.0', None, tmp_path)
  assert pairs(copy, 'validation') == [('0', story), ('1', story)]
  assert copy.order == 'hub'


@pytest.mark.parametrize(
  ('text', 'words'), [('{"premise": ', 'line 1 is not JSON'), ('[1, 2]\n', 'line 1 holds no JSON object but')]
)
def test_a_file_that_is_none_is_named(text, words, tmp_path):
  path = tmp_path / 'super_glue/rte/train.jsonl'
  path.parent.mkdir(parents=True)
  path.write_text(text)
  with pytest.raises(UserError) as error:
    pairs(copies.from_folder(RTE.tfds, RTE.origin.hub, tmp_path))
  assert str(path) in str(error.value) and words in str(error.value)


@pytest.mark.parametrize(('ending', 'delimiter'), [('csv', ','), ('tsv', '\t')])
def test_a_table_keeps_quotes_line_ends_and_numbers_as_text(ending, delimiter, tmp_path):
  dataset = datasets.get('samsum')
  chat = {'id': '013', 'dialogue': 'Ada: "Rain, again"\r\nBell: yes\tno', 'summary': '42'}
  path = tmp_path / f'samsum/train.{ending}'
  path.parent.mkdir()
  with open(path, 'w', newline='', encoding='utf-8-sig') as file:
    csv.writer(file, delimiter=delimiter).writerows([chat, chat.values()])
  copy = copies.from_folder(dataset.tfds, dataset.origin.hub, tmp_path)
  assert pairs(copy) == [('013', {name: chat[name] for name in ('dialogue', 'summary', 'id')})]
  assert copies.write(dataset.tfds, copy, tmp_path / 'data') == {'train': 1}


def test_a_table_with_a_field_too_many_is_named(tmp_path):
  path = tmp_path / 'super_glue/rte/train.csv'
  path.parent.mkdir(parents=True)
  path.write_text('premise,hypothesis,idx,label\na,b,0,entailment\na,b,c,1,entailment\n')
  with pytest.raises(UserError, match='train.csv, line 3 has 5 fields or more instead of 4'):
    pairs(copies.from_folder(RTE.tfds, RTE.origin.hub, tmp_path))


def test_the_packages_of_copies_are_named_if_they_are_missing(monkeypatch, tmp_path):
  write_parquet(tmp_path / 'super_glue/rte/train.parquet', [ROW])
  monkeypatch.setitem(__import__('sys').modules, 'pyarrow.parquet', None)
  with pytest.raises(UserError, match=r"pyarrow.parquet is not installed: pip install 'flan_jax\[hub\]'"):
    pairs(copies.from_folder(RTE.tfds, RTE.origin.hub, tmp_path))
  monkeypatch.setitem(__import__('sys').modules, 'huggingface_hub', None)
  with pytest.raises(UserError, match=r"huggingface_hub is not installed: pip install 'flan_jax\[hub\]'"):
    copies.from_hub(RTE.tfds, Hub('aps/super_glue', 'rte'), None, None)
