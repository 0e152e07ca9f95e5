# SPDX-License-Identifier: Apache-2.0
"""Copies on the hub, which a server on loopback plays: what is fetched, and what is said if it cannot be."""

import io
import socket

import pytest
import tensorflow_datasets as tfds
from pyarrow import parquet

import flan_jax.tasks  # noqa: F401
from flan_jax.data import datasets
from flan_jax.data.prepare import copies
from flan_jax.errors import UserError
from tests import hub_rows, hub_server

RTE = datasets.get('rte')
SUPER_GLUE = 'aps/super_glue'
SPLITS = ('train', 'validation', 'test')


def content(rows, classes={}):
  file = io.BytesIO()
  parquet.write_table(hub_rows.table(hub_rows.Sample('', rows, {}, '', classes)), file)
  return file.getvalue()


def rows(count, first=0):
  return [
    {'premise': f'Lake {number} is wet.', 'hypothesis': 'A lake is wet.', 'idx': number, 'label': number % 2}
    for number in range(first, first + count)
  ]


FILES = {f'rte/{split}-00000-of-00001.parquet': content(rows(3, 10 * part)) for part, split in enumerate(SPLITS)}
OTHERS = {'cb/train-00000-of-00001.parquet': b'not RTE', 'rte/readme.txt': b'no rows'}


@pytest.fixture
def hub(monkeypatch):
  with hub_server.serving() as served:
    monkeypatch.setenv('HF_ENDPOINT', served.endpoint)
    monkeypatch.setattr('huggingface_hub.file_download.time.sleep', lambda seconds: None)  # between attempts
    yield served


def fetch(folder, name='rte', limit=None):
  dataset = datasets.get(name)
  return copies.from_hub(dataset.tfds, dataset.origin.hub, folder / 'cache', limit)


def test_a_builder_is_prepared_from_the_hub(hub, tmp_path):
  commit = hub.add(SUPER_GLUE, 'main', {**FILES, **OTHERS})
  copy = fetch(tmp_path)
  assert (copy.source, copy.revision, copy.order) == ('hub:aps/super_glue/rte', commit, 'tfds')
  assert copies.write(RTE.tfds, copy, tmp_path / 'data') == {'train': 3, 'validation': 3, 'test': 3}
  held = tfds.builder(RTE.tfds, data_dir=str(tmp_path / 'data'), try_gcs=False).as_dataset(split='test')
  assert {row['premise'].decode() for row in held.as_numpy_iterator()} == {row['premise'] for row in rows(3, 20)}
  fetched = [path for method, path, _ in hub.requests if method == 'GET' and '/resolve/' in path]
  assert sorted(fetched) == sorted(f'/datasets/{SUPER_GLUE}/resolve/{commit}/{path}' for path in FILES)


def test_what_has_been_fetched_is_not_fetched_again(hub, tmp_path):
  hub.add(SUPER_GLUE, 'main', FILES)
  list(fetch(tmp_path).splits['train']())
  hub.requests.clear()
  assert len(list(fetch(tmp_path).splits['train']())) == 3
  assert not [path for method, path, _ in hub.requests if method == 'GET' and '/resolve/' in path]


def test_a_limit_fetches_the_first_files_only(hub, tmp_path):
  many = {f'rte/train-0000{part}-of-00003.parquet': content(rows(4, 4 * part)) for part in range(3)}
  hub.add(SUPER_GLUE, 'main', {path: held for path, held in FILES.items() if 'train' not in path} | many)
  copy = fetch(tmp_path, limit=6)
  assert [key for key, _ in copy.splits['train']()] == ['0', '1', '2', '3', '4', '5']
  fetched = {path.rpartition('/')[2] for method, path, _ in hub.requests if method == 'GET'}
  assert 'train-00001-of-00003.parquet' in fetched and 'train-00002-of-00003.parquet' not in fetched
  assert copy.order == 'hub'


def test_a_script_has_its_files_on_another_branch(hub, tmp_path):
  sample = hub_rows.ROWS['trec']
  held = io.BytesIO()
  parquet.write_table(hub_rows.table(sample), held)
  hub.add('CogComp/trec', 'main', {'trec.py': b'print()'})
  files = {f'default/{split}/0000.parquet': held.getvalue() for split in ('train', 'test')}
  commit = hub.add('CogComp/trec', 'refs/convert/parquet', files)
  copy = fetch(tmp_path, 'trec')
  [(_, record)] = copy.splits['test']()
  assert copy.revision == commit and record['label-coarse'] == 5


@pytest.mark.parametrize('path', ['wiki_lingua-train.parquet', 'en/wiki_lingua-train.parquet', 'en/train/0000.parquet'])
def test_names_of_files_on_the_hub(path, hub, tmp_path):
  held = io.BytesIO()
  parquet.write_table(hub_rows.table(hub_rows.ROWS['wiki_lingua_english_en']), held)
  others = {'en/wiki_lingua-sampled_test.parquet': b'', 'de/wiki_lingua-train.parquet': b''}
  files = {path.replace('train', split): held.getvalue() for split in SPLITS}
  hub.add('GEM/wiki_lingua', 'refs/convert/parquet', {**files, **others})
  [(_, record)] = fetch(tmp_path, 'wiki_lingua_english_en').splits['validation']()
  assert record['target_aligned'] == {'en': 'Bake bread.'}


def test_a_copy_that_is_gone_is_unavailable(hub, tmp_path):
  with pytest.raises(copies.Unavailable, match='aps/super_glue .revision main. on the hub is gone, or not open'):
    fetch(tmp_path)


def test_a_revision_that_is_gone_is_unavailable(hub, tmp_path):
  hub.add('CogComp/trec', 'main', {})
  with pytest.raises(copies.Unavailable, match='CogComp/trec .revision refs/convert/parquet. on the hub is gone'):
    fetch(tmp_path, 'trec')


@pytest.mark.parametrize(
  ('refusal', 'words'),
  [
    ((403, 'GatedRepo'), 'asks for consent: accept its terms at https://huggingface.co/datasets/aps/super_glue'),
    ((401, 'RepoNotFound'), 'is gone, or not open to everybody'),
    ((401, ''), 'is not open to everybody'),
    ((500, ''), 'cannot be fetched .*500'),
  ],
)
def test_a_copy_that_is_closed_is_unavailable(refusal, words, hub, tmp_path):
  hub.add(SUPER_GLUE, 'main', FILES)
  hub.refusals[SUPER_GLUE] = refusal
  with pytest.raises(copies.Unavailable, match=words) as error:
    fetch(tmp_path)
  assert 'from another source' in str(error.value) and '\n' not in str(error.value)


def test_a_split_that_the_copy_lacks_is_named(hub, tmp_path):
  hub.add(SUPER_GLUE, 'main', {path: held for path, held in FILES.items() if 'test' not in path})
  with pytest.raises(copies.Unavailable, match="no files of the split 'test' of 'rte'; it has rte/train-00000"):
    fetch(tmp_path)


def test_a_copy_that_lacks_a_part_is_unavailable(hub, tmp_path):
  files = {path.replace('train-00000-of-00001', 'train-00000-of-00002'): held for path, held in FILES.items()}
  hub.add(SUPER_GLUE, 'main', files)
  with pytest.raises(copies.Unavailable, match="aps/super_glue .* there are 1 of the 2 parts of the split 'train'"):
    fetch(tmp_path)


def test_a_download_that_is_cut_off_goes_on_where_it_stopped(hub, tmp_path, monkeypatch):
  monkeypatch.setattr('huggingface_hub.constants.DOWNLOAD_CHUNK_SIZE', 64)  # by itself 10 MB
  hub.add(SUPER_GLUE, 'main', FILES)
  hub.cut = 1
  assert len(list(fetch(tmp_path).splits['train']())) == 3
  half = len(FILES['rte/train-00000-of-00001.parquet']) // 2
  assert [span for method, _, span in hub.requests if span] == [f'bytes={half // 64 * 64}-']


def test_a_download_that_is_always_cut_off_leaves_no_builder_and_what_has_arrived(hub, tmp_path):
  hub.add(SUPER_GLUE, 'main', FILES)
  hub.cut, hub.bytes_when_cut = 1_000, 0
  with pytest.raises(copies.Unavailable, match='cannot be fetched .*what has arrived is kept'):
    copies.write(RTE.tfds, fetch(tmp_path), tmp_path / 'data')
  assert not (tmp_path / 'data/super_glue/rte/1.0.2').exists()
  hub.cut = 0
  assert copies.write(RTE.tfds, fetch(tmp_path), tmp_path / 'data')['train'] == 3


def test_without_a_network_the_copy_is_unavailable(monkeypatch, tmp_path):
  with socket.socket() as taken:  # bound, and not listening
    taken.bind(('127.0.0.1', 0))
    monkeypatch.setenv('HF_ENDPOINT', f'http://127.0.0.1:{taken.getsockname()[1]}')
    with pytest.raises(copies.Unavailable, match='aps/super_glue.* cannot be fetched'):
      fetch(tmp_path)


def test_a_file_of_the_hub_that_is_damaged_is_named(hub, tmp_path):
  hub.add(SUPER_GLUE, 'main', {**FILES, 'rte/train-00000-of-00001.parquet': b'PAR1 and no more'})
  with pytest.raises(UserError, match='train-00000-of-00001.parquet cannot be read as parquet'):
    copies.write(RTE.tfds, fetch(tmp_path), tmp_path / 'data')
