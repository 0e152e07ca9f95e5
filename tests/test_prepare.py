# SPDX-License-Identifier: Apache-2.0
"""Real data from the hosts of TFDS, which here are invented and on loopback."""

import io
import json
import zipfile

from flan_jax.data import datasets
from flan_jax.data.prepare import checks, preparing, records
from tests import archives, loopback
from tests.real_data import declare, failures, only_whole_builders, prepare


def test_twelve_builders_are_prepared_by_their_own_code(hosts, tmp_path):
  done = prepare(tmp_path, *archives.BUILDERS)
  assert {name: one.failures for name, one in done.items() if one.record is None} == {}
  assert {name: one.record.rows for name, one in done.items()} == {
    name: rows for name, (_, rows) in archives.BUILDERS.items()
  }
  assert records.read(tmp_path) == {name: one.record for name, one in done.items()}


def test_prepared_builders_stand_where_tasks_read_them_in_the_order_of_their_keys(hosts, tmp_path, monkeypatch):
  monkeypatch.setattr(checks, '_render', lambda *_: None)  # of all twelve it is done above
  prepare(tmp_path, 'squad/v1.1:3.0.0', 'anli/r1:0.1.0')
  monkeypatch.setenv('TFDS_DATA_DIR', str(tmp_path))
  ids = [row['id'].numpy().decode() for row in datasets.records(datasets.get('squad_v1'), 'test')]
  # The hashes of the keys decide, as in every preparation by TFDS.
  assert sorted(ids) == [f'{n:024x}' for n in range(20)] and ids != sorted(ids)
  assert len(list(datasets.records(datasets.get('anli_r1'), 'train'))) == 12
  assert records.origin(tmp_path, ['squad/v1.1:3.0.0', 'anli/r1:0.1.0']) == 'tfds'
  assert not (tmp_path / preparing._WORK).exists()
  assert not prepare(tmp_path, 'squad/v1.1:3.0.0', 'anli/r1:0.1.0')  # nothing is left to do


def test_what_fails_is_told_and_the_others_are_prepared(hosts, tmp_path, monkeypatch):
  monkeypatch.setattr(checks, '_render', lambda *_: None)
  sst2, cola, rte = f'{archives.GLUE}SST-2.zip', f'{archives.GLUE}CoLA.zip', f'{archives.SUPER_GLUE}RTE.zip'
  piqa, anli = archives.PIQA, archives.ANLI
  hosts.manner |= {sst2: 'refuse', cola: 'cut', piqa: 'stall'}
  hosts.served |= {rte: hosts.files[rte][::-1], anli: b'<html>moved</html>'}
  hosts.registered -= {anli}
  loopback.redirect(monkeypatch, hosts.port, hosts.checksums(), gone=['cogcomp.org'])
  declare(monkeypatch, 'trec', hosts=('cogcomp.org',))
  names = ('glue/sst2:2.0.0', 'glue/cola:2.0.0', 'super_glue/rte:1.0.2', 'piqa:1.0.0', 'anli/r1:0.1.0', 'trec:1.0.0')
  done = prepare(tmp_path, *names, 'openbookqa:0.1.0', source='tfds')
  assert done['openbookqa:0.1.0'].record.rows == {'train': 12, 'validation': 5, 'test': 4}
  told = {name: failures(done[name])['tfds'] for name in names}
  assert {name: kind for name, (kind, _) in told.items()} == {
    'glue/sst2:2.0.0': 'download',
    'glue/cola:2.0.0': 'download',
    'super_glue/rte:1.0.2': 'checksum',
    'piqa:1.0.0': 'download',
    'anli/r1:0.1.0': 'builder',
    'trec:1.0.0': 'download',
  }
  assert '403' in told['glue/sst2:2.0.0'][1] and 'cut off' in told['glue/cola:2.0.0'][1]
  assert 'RTE.zip has other bytes than TFDS registers' in told['super_glue/rte:1.0.2'][1]
  assert 'no answer' in told['piqa:1.0.0'][1]
  assert told['trec:1.0.0'][1] == 'no answer from cogcomp.org (it refuses the connection)'
  assert only_whole_builders(tmp_path) == ['openbookqa/0.1.0']
  # Mended, the same call goes on: what was fetched whole is not fetched again.
  hosts.manner.clear()
  hosts.served.clear()
  hosts.asked.clear()
  loopback.redirect(monkeypatch, hosts.port, hosts.checksums())
  again = prepare(tmp_path, *names, 'openbookqa:0.1.0', source='tfds')
  assert all(one.record for one in again.values()) and set(again) == set(names)
  assert archives.OPENBOOKQA not in hosts.asked and anli in hosts.asked


def test_a_folder_of_the_user_gives_the_rows_of_tfds_in_its_order(hosts, tmp_path, monkeypatch):
  monkeypatch.setattr(checks, '_render', lambda *_: None)
  name, files = 'super_glue/rte:1.0.2', tmp_path / 'files/super_glue/rte'
  files.mkdir(parents=True)
  with zipfile.ZipFile(io.BytesIO(hosts.files[f'{archives.SUPER_GLUE}RTE.zip'])) as archive:
    for split, member in (('train', 'train'), ('validation', 'val'), ('test', 'test')):
      rows = map(json.loads, archive.read(f'RTE/{member}.jsonl').splitlines())
      # As copies have it: a test row has the label -1.
      (files / f'{split}.jsonl').write_bytes(archives.jsonl({'label': -1} | row for row in rows))
  prepare(tmp_path / 'tfds', name, source='tfds')
  hosts.asked.clear()
  done = prepare(tmp_path / 'copy', name, 'bool_q:1.0.0', source=str(tmp_path / 'files'))
  assert done[name].failures == {}
  assert done[name].record.source == f'folder:{files}' and done[name].record.order == 'tfds'
  assert done['bool_q:1.0.0'].record is None and hosts.asked == []
  rows = {}
  for folder in ('tfds', 'copy'):
    monkeypatch.setenv('TFDS_DATA_DIR', str(tmp_path / folder))
    found = datasets.records(datasets.get('rte'), 'train')
    rows[folder] = [{key: value.numpy() for key, value in row.items()} for row in found]
  assert rows['copy'] == rows['tfds'] and len(rows['tfds']) == 30
  assert records.origin(tmp_path / 'copy', [name]) == 'folder 1'
