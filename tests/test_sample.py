# SPDX-License-Identifier: Apache-2.0
"""The embedded data: readable by TFDS, free of repeats, safe to write twice."""

import json
import pathlib
import subprocess
import sys

import numpy as np
import pytest
import sentencepiece
import tensorflow_datasets as tfds

from flan_jax.cli import sample
from flan_jax.data import datasets, private_names
from flan_jax.data.sample_data import embedded, embedded_content, embedded_marker, embedded_rows
from flan_jax.errors import UserError
from tests.conftest import replace_sample

EXAMPLES = 30
NAMES = ['cb', 'natural_questions']
PATHS = {'cb': 'super_glue/cb/1.0.2', 'natural_questions': 'natural_questions_open/1.0.0'}
ROWS = {
  'cb': {'train': EXAMPLES + 50, 'validation': 13},
  'natural_questions': {'train': EXAMPLES + 200, 'validation': 13},
}


@pytest.fixture(scope='module')
def written(tmp_path_factory):
  """A folder of two datasets that no test changes."""
  folder = tmp_path_factory.mktemp('embedded')
  embedded.write(folder, EXAMPLES, NAMES)
  return folder


@pytest.fixture
def copy(written, tmp_path):
  """A copy that a test may spoil."""
  subprocess.run(['cp', '-a', f'{written}/.', str(tmp_path)], check=True)
  return tmp_path


def rows(folder, name):
  """{split: its rows as plain Python} through TFDS."""
  builder = tfds.builder_from_directory(str(folder / PATHS[name]))
  return {
    split: [
      {key: str(value) for key, value in row.items()}
      for row in tfds.as_numpy(builder.as_dataset(split=split, shuffle_files=False))
    ]
    for split in builder.info.splits
  }


def stamps(folder):
  return {
    path: path.stat().st_mtime_ns for path in folder.rglob('*') if path.is_file() and path.name != embedded_marker.FILE
  }


@pytest.mark.parametrize('name', NAMES)
def test_every_split_has_its_rows(written, name):
  there = rows(written, name)
  assert {split: len(rows_there) for split, rows_there in there.items()} == ROWS[name]
  part = embedded_marker.read(written)['parts'][datasets.get(name).tfds]
  assert part['rows'] == ROWS[name]


def test_tasks_read_the_splits_of_the_paper(written):
  from flan_jax.data import splits

  before = private_names.data_dir_override()
  try:
    splits.set_data_dir(str(written))
    source = datasets.get('cb').source
    assert [source.num_input_examples(s) for s in ('train', 'validation', 'test')] == [EXAMPLES, 50, 13]
  finally:
    splits.set_data_dir(before)


@pytest.mark.parametrize('name, text', [('cb', ('premise', 'hypothesis')), ('natural_questions', ('question',))])
def test_no_row_recurs(written, name, text):
  texts = [tuple(row[key] for key in text) for there in rows(written, name).values() for row in there]
  assert len(set(texts)) == len(texts) == sum(ROWS[name].values())


@pytest.mark.parametrize('name', ['arc_easy', 'arc_challenge', 'mnli_matched'])
def test_rows_differ_by_text_not_by_number(name):
  from flan_jax.world import World

  dataset = datasets.get(name)
  features = embedded_content.builder(dataset.tfds, '').info.features
  drawn = embedded_content.distinct_rows(features, {'train': dataset}, {'train': 200}, World(3).stream(name))['train']
  texts = [json.dumps({key: value for key, value in row.items() if key not in ('id', 'idx')}) for row in drawn]
  assert len(set(texts)) == 200


def test_a_builder_of_two_tasks_gets_the_splits_of_both():
  group = [datasets.get(name) for name in ('mnli_matched', 'mnli_mismatched')]
  assert embedded.split_rows(group, 600) == {'train': 800, 'validation_matched': 250, 'validation_mismatched': 250}
  assert embedded.split_rows([datasets.get('anli_r1')], 600) == {'train': 600, 'test': 250, 'validation': 250}


def test_the_same_seed_gives_the_same_content(written, tmp_path):
  embedded.write(tmp_path, EXAMPLES, NAMES)
  for name in NAMES:
    assert rows(tmp_path, name) == rows(written, name)
  for file in ('vocab.model', 'text/train.txt', 'text/validation.txt'):
    assert (tmp_path / file).read_bytes() == (written / file).read_bytes()


def test_text_does_not_recur_across_its_splits(written):
  train, validation = ((written / f'text/{split}.txt').read_text().splitlines() for split in ('train', 'validation'))
  assert (len(train), len(validation)) == tuple(embedded_content.DOCUMENTS.values())
  assert len(set(train + validation)) == len(train) + len(validation)


def test_the_vocabulary_keeps_every_character(written):
  vocabulary = sentencepiece.SentencePieceProcessor(model_file=str(written / 'vocab.model'))
  text = 'OPTIONS:\n- yes\n\n  Größe 1907 \U0001f600\tend '
  assert vocabulary.decode(vocabulary.encode(text)) == text
  assert (vocabulary.pad_id(), vocabulary.eos_id(), vocabulary.unk_id(), vocabulary.bos_id()) == (0, 1, 2, -1)
  pieces = vocabulary.encode('a\n\n1907', out_type=str)
  assert pieces.count('\n') == 2 and set('1907') <= set(pieces)
  assert vocabulary.get_piece_size() <= embedded_content.PIECES


def test_writing_again_changes_nothing(copy):
  before = stamps(copy)
  done = embedded.write(copy, EXAMPLES, NAMES)
  assert done['written'] == [] and len(done['unchanged']) == 5
  assert stamps(copy) == before


def test_another_seed_rebuilds_and_leaves_other_files_alone(copy):
  for file in ('notes.txt', 'text/mine.txt', 'super_glue/mine.txt'):
    (copy / file).write_text('mine')
  before = rows(copy, 'cb')
  embedded.write(copy, EXAMPLES, ['cb'], seed=1)
  assert embedded_marker.read(copy)['seed'] == 1
  assert rows(copy, 'cb') != before
  # The dataset that was not named has followed: a folder has one seed.
  assert embedded.write(copy, EXAMPLES, NAMES, seed=1)['written'] == []
  for file in ('notes.txt', 'text/mine.txt', 'super_glue/mine.txt'):
    assert (copy / file).read_text() == 'mine'


def test_datasets_that_are_written_again_are_named_before(copy, capsys, monkeypatch):
  class Begun(Exception):
    pass

  def begins(*_):
    raise Begun

  monkeypatch.setattr(embedded, '_replace', begins)
  ours = {datasets.get(name).tfds for name in NAMES}
  before = stamps(copy)
  for changes, named in (
    (dict(examples=EXAMPLES - 10), ours),
    (dict(seed=1), ours | {'text/train.txt', 'text/validation.txt'}),
  ):
    with pytest.raises(Begun):  # the dataset that is not asked for is named too
      embedded.write(copy, **{'examples': EXAMPLES, 'names': ['cb'], **changes})
    [line] = capsys.readouterr().err.splitlines()
    assert line.startswith(f'notice: these stand in {copy} and are written again')
    assert set(line.split('content: ')[1].split('. Runs')[0].split(', ')) == named
    assert 'Runs and prompt stores that were made on them cannot go on' in line
  (copy / PATHS['cb']).rename(copy / 'gone')  # of it nothing stands
  with pytest.raises(Begun):
    embedded.write(copy, EXAMPLES - 10, NAMES)
  assert 'super_glue/cb' not in (said := capsys.readouterr().err) and 'notice' in said
  (copy / 'gone').rename(copy / PATHS['cb'])
  embedded.write(copy, EXAMPLES, NAMES)
  with pytest.raises(Begun):
    embedded.write(copy, EXAMPLES, [*NAMES, 'rte'])  # added to what stands
  assert capsys.readouterr().err == '' and stamps(copy) == before


@pytest.mark.long
def test_a_vocabulary_that_stands_is_made_anew_only_if_asked(written, tmp_path, capsys):
  embedded.write(tmp_path, EXAMPLES, ['cb'])
  first = (tmp_path / 'vocab.model').read_bytes()
  asked = [f'--data_dir={tmp_path}', f'--examples={EXAMPLES}', '--datasets=natural_questions']
  sample.main(asked)
  assert (tmp_path / 'vocab.model').read_bytes() == first
  assert 'vocab.model stands as it was' in (said := capsys.readouterr().out)
  assert '--new_vocabulary makes it anew' in said
  sample.main([*asked, '--new_vocabulary'])
  assert 'stands as it was' not in capsys.readouterr().out
  # In two goes as at once.
  assert (tmp_path / 'vocab.model').read_bytes() == (written / 'vocab.model').read_bytes()
  assert rows(tmp_path, 'cb') == rows(written, 'cb')


@pytest.mark.parametrize('foreign', ['snli/1.1.0/dataset_info.json', 'vocab.model', 'text/train.txt'])
def test_a_folder_with_data_from_elsewhere_is_refused(tmp_path, foreign):
  path = tmp_path / foreign
  path.parent.mkdir(parents=True, exist_ok=True)
  path.write_text('theirs')
  with pytest.raises(UserError, match='was not written by'):
    embedded.write(tmp_path, EXAMPLES, NAMES)
  assert [p for p in tmp_path.rglob('*') if p.is_file()] == [path]


def test_a_marker_from_elsewhere_is_refused(tmp_path):
  (tmp_path / embedded_marker.FILE).write_text('{"embedded": "otherwise"}')
  with pytest.raises(UserError, match=embedded_marker.FILE):
    embedded.write(tmp_path, EXAMPLES, NAMES)
  with pytest.raises(UserError, match='no local folder'):
    embedded.write(tmp_path / embedded_marker.FILE, EXAMPLES, NAMES)


def test_what_somebody_else_put_in_our_place_is_refused(copy):
  (copy / PATHS['cb'] / 'dataset_info.json').write_text('{"real": true}')
  with pytest.raises(UserError, match='super_glue/cb/1.0.2'):
    embedded.write(copy, EXAMPLES, NAMES, seed=1)
  assert (copy / PATHS['cb'] / 'dataset_info.json').read_text() == '{"real": true}'


@pytest.mark.parametrize('cut_off', ['before the move', 'after the move'])
def test_an_interrupted_run_is_repaired_by_the_next(copy, written, cut_off):
  """Leaves the folder as a run would that is killed at that point."""
  state = embedded_marker.read(copy)
  del state['parts']['super_glue/cb:1.0.2']['content']
  del state['parts']['super_glue/cb:1.0.2']['wanted']
  (copy / embedded_marker.FILE).write_text(json.dumps(state))
  left = copy / '.embedded-unfinished' / 'new'
  left.mkdir(parents=True)
  if cut_off == 'before the move':
    (copy / PATHS['cb']).rename(left / 'old')
  done = embedded.write(copy, EXAMPLES, NAMES)
  assert done['written'] == ['super_glue/cb:1.0.2']
  assert rows(copy, 'cb') == rows(written, 'cb')
  assert not left.parent.exists()


def test_a_deleted_part_comes_back(copy, written):
  (copy / 'vocab.model').unlink()
  assert embedded.write(copy, EXAMPLES, NAMES)['written'] == ['vocab.model']
  assert (copy / 'vocab.model').read_bytes() == (written / 'vocab.model').read_bytes()


def test_an_unknown_task_is_answered_with_near_names(tmp_path):
  with pytest.raises(UserError, match='natural_questions'):
    embedded.write(tmp_path / 'new', EXAMPLES, ['natural_question'])
  assert not (tmp_path / 'new').exists()


def test_more_rows_than_the_world_has_are_refused(tmp_path):
  with pytest.raises(UserError, match='lower --examples'):
    embedded.write(tmp_path, 30_000, ['natural_questions'])


def test_the_door_speaks_without_tensorflow():
  asked = subprocess.run(
    [sys.executable, '-X', 'importtime', '-m', 'flan_jax', 'sample', '--help'],
    capture_output=True,
    text=True,
    check=True,
  )
  assert '--examples' in asked.stdout and 'tensorflow' not in asked.stderr


def test_the_marker_is_read_without_tensorflow_and_without_the_world(written):
  code = (
    f'from flan_jax.data.sample_data import embedded_marker; import sys; '
    f'print(embedded_marker.read({str(written)!r})["data"], '
    '"tensorflow" in sys.modules, "flan_jax.world" in sys.modules)'
  )
  printed = subprocess.run([sys.executable, '-c', code], capture_output=True, text=True, check=True).stdout
  assert printed.split() == ['embedded', 'False', 'False']
  assert embedded_marker.read(pathlib.Path('/nowhere')) is None


def test_the_door_writes_and_says_what_it_did(copy, capsys):
  sample.main([f'--data_dir={copy}', f'--examples={EXAMPLES}', '--datasets=cb'])
  output = capsys.readouterr()
  assert 'data: embedded' in output.out and '5 unchanged' in output.out
  assert 'unchanged' not in output.err  # seventy lines of it would hide what is written
  sample.main([f'--data_dir={copy}', f'--examples={EXAMPLES + 1}', '--datasets=cb'])
  assert 'super_glue/cb:1.0.2 written' in capsys.readouterr().err


FEATURES = {
  'title': tfds.features.Text(),
  'sectionName': tfds.features.Text(),
  'idx': np.int32,
  'label': tfds.features.ClassLabel(names=['no', 'yes']),
  'score': np.float32,
  'spans': tfds.features.Sequence({'text': tfds.features.Text(), 'start': np.int32}),
  'words': tfds.features.Sequence(tfds.features.Text()),
  'fine': np.bool_,
}
RECORD = {
  'title': 'a',
  'sectionName': 'b',
  'idx': 1,
  'label': 'yes',
  'score': 0.5,
  'spans': {'text': ['a', 'b'], 'start': [1, 2]},
  'words': ('a',),
  'fine': True,
}


def drawn(returned):
  with pytest.MonkeyPatch.context() as patch:
    replace_sample(patch, 'cb', returned)
    return embedded_rows.draw(datasets.get('cb'), tfds.features.FeaturesDict(FEATURES), None)


def test_a_record_may_be_written_in_several_ways():
  for change in (
    {},
    {'label': 1},
    {'label': -1},
    {'idx': np.int64(3), 'score': 2},
    {'spans': [{'text': 'a', 'start': 1}], 'words': []},
    {'spans': {'text': (), 'start': ()}, 'title': b'a'},
  ):
    assert drawn(lambda world: RECORD | change) == RECORD | change


@pytest.mark.parametrize(
  'change, words',
  [
    ({'sectionName': None}, "has None for 'sectionName', which must be a text"),
    ({'label': 'maybe'}, "'maybe' for 'label', which must be one of the labels no, yes"),
    ({'label': 2}, "has 2 for 'label'"),
    ({'label': True}, "has True for 'label'"),
    ({'idx': 1.5}, "has 1.5 for 'idx', which must be a whole number"),
    ({'idx': 2**40}, "'idx', which must be a whole number that the feature can hold"),
    ({'score': 'high'}, "has 'high' for 'score', which must be a number"),
    ({'fine': 'no'}, "'fine', which must be True or False"),
    ({'words': 'a'}, "'words', which must be a list"),
    ({'words': ['a', 3]}, "has 3 for 'words', which must be a text"),
    ({'spans': [{'text': 'a'}]}, "lacks the feature 'spans/start'"),
    ({'spans': {'text': ['a'], 'start': []}}, "'spans', which must be a list of dicts"),
    ({'section': 'b'}, "has 'section', which is no feature; did you mean sectionName"),
  ],
)
def test_a_record_that_is_none_of_its_builder_is_named(change, words):
  with pytest.raises(UserError) as error:
    drawn(lambda world: RECORD | change)
  said = str(error.value)
  assert said.startswith('cb (') and f'({__file__}): sample(world) returns' in said
  assert words in said and 'super_glue/cb:1.0.2 has the features' in said


def test_a_feature_that_is_missing_is_named(tmp_path, monkeypatch):
  def record(world):
    return {'premise': 'a', 'hypotheses': 'b', 'idx': 0, 'label': 'neutral'}

  replace_sample(monkeypatch, 'cb', record)
  with pytest.raises(UserError, match="lacks the feature 'hypothesis'; it has hypotheses"):
    embedded.write(tmp_path, EXAMPLES, ['cb'])


def yielding(world):
  yield RECORD


def raising(world):
  return RECORD[world]


@pytest.mark.parametrize(
  'function, words',
  [
    (lambda world: None, 'returns None; it must return one record, a dict of title'),
    (lambda world: [RECORD], 'it must return one record'),
    (yielding, 'end it with `return`, not `yield`'),
    (raising, f'raises KeyError: None (line {raising.__code__.co_firstlineno + 1} of {__file__})'),
    (lambda: RECORD, 'sample(world) raises TypeError'),
  ],
)
def test_a_sample_that_gives_no_record_is_named(function, words):
  with pytest.raises(UserError) as error:
    drawn(function)
  assert words in str(error.value) and str(error.value).startswith('cb (')
