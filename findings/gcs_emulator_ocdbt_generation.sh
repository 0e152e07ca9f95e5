#!/usr/bin/env bash
# TensorStore cannot add a second group of arrays to an OCDBT database in gcp-storage-emulator
# (tensorstore 0.1.86, gcp-storage-emulator 2026.7.19).
#
# OCDBT, the format in which Orbax writes checkpoints, rewrites one manifest: it reads the
# object with its generation and replaces it with `ifGenerationMatch`. The emulator tells no
# `x-goog-generation` with what it gives out, and ignores `ifGenerationMatch`. One commit works,
# so that a small checkpoint is saved and restored and the emulator looks complete; as soon as
# a database is written in two commits TensorStore fails with "Malformed StorageGeneration".
# With Orbax it depends on the number of arrays and on timing. The real service has both.
#
# Seen:
#   one commit: written
#   a second commit: Malformed StorageGeneration
#   x-goog-generation in a download: None; a write that must not replace: 200
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q 'tensorstore==0.1.86' 'gcp-storage-emulator==2026.7.19' 'requests==2.34.2'
cat >"$folder/program.py" <<'END_OF_PROGRAM'
import os
from importlib.metadata import version

import requests
from gcp_storage_emulator.server import create_server

server = create_server('127.0.0.1', 0, in_memory=True)
server.start()
address = 'http://127.0.0.1:%d' % server._api._httpd.server_address[1]
os.environ['TENSORSTORE_GCS_HTTP_URL'] = address
requests.post(f'{address}/storage/v1/b', json={'name': 'bucket'}).raise_for_status()

import tensorstore

print('tensorstore', version('tensorstore'), 'gcp-storage-emulator', version('gcp-storage-emulator'))
database = {'driver': 'ocdbt', 'base': {'driver': 'gcs', 'bucket': 'bucket', 'path': 'database/'}}
for name in ('one commit', 'a second commit'):
  try:
    # A context of its own, as another save has: nothing of the manifest is remembered.
    store = tensorstore.KvStore.open(database, context=tensorstore.Context()).result()
    store.write(name, b'x' * 2000).result()
    print(f'{name}: written')
  except ValueError as error:
    print(f'{name}: {"Malformed StorageGeneration" if "Malformed StorageGeneration" in str(error) else error}')
upload = f'{address}/upload/storage/v1/b/bucket/o?uploadType=media&name=object'
requests.post(upload, data=b'first').raise_for_status()
told = requests.get(f'{address}/storage/v1/b/bucket/o/object?alt=media').headers.get('x-goog-generation')
again = requests.post(f'{upload}&ifGenerationMatch=0', data=b'second').status_code
print(f'x-goog-generation in a download: {told}; a write that must not replace: {again}')
server.stop()
END_OF_PROGRAM
seen=$("$folder/venv/bin/python" "$folder/program.py" 2>"$folder/noise") || { tail -5 "$folder/noise"; exit 1; }
echo "$seen"
expected='one commit: written
a second commit: Malformed StorageGeneration
x-goog-generation in a download: None; a write that must not replace: 200'
[ "$(echo "$seen" | tail -n 3)" = "$expected" ] || { echo 'CHANGED: see the head of this file'; exit 1; }
