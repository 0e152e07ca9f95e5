#!/usr/bin/env bash
# With STORAGE_EMULATOR_HOST set, gcsfs still asks Google itself what kind of bucket a bucket
# is, before each operation (gcsfs 2026.10.1).
#
# Since gcsfs knows zonal and hierarchical buckets, its file system asks the storage control
# API, over gRPC, for the layout of each bucket that it meets. That client takes neither the
# emulator's address nor `endpoint_url`, and a failure is not remembered: on a machine
# without Google credentials each call of the file system logs a warning and goes on as if
# the bucket were an ordinary one. Tests against an emulator work, but each call tries to
# find credentials, or a network, first. GCSFS_EXPERIMENTAL_ZB_HNS_SUPPORT=false, read when
# gcsfs is imported, switches the question off. Data itself goes to the emulator.
#
# Seen, four operations (write, read, exists, ls) on one bucket of gcp-storage-emulator:
#   as installed: read back True, questions about the layout: 6
#   ZB_HNS_SUPPORT=false: read back True, questions about the layout: 0
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q 'gcsfs==2026.10.1' 'gcp-storage-emulator==2026.7.19'
cat >"$folder/program.py" <<'END_OF_PROGRAM'
import logging
import os

import requests
from gcp_storage_emulator.server import create_server

server = create_server('127.0.0.1', 0, in_memory=True)
server.start()
address = 'http://127.0.0.1:%d' % server._api._httpd.server_address[1]
os.environ['STORAGE_EMULATOR_HOST'] = address
requests.post(f'{address}/storage/v1/b', json={'name': 'bucket'}).raise_for_status()

import gcsfs

questions = []


class Count(logging.Handler):
  def emit(self, record):
    if 'bucket type' in record.getMessage():
      questions.append(record.getMessage())


logging.getLogger('gcsfs').addHandler(Count())
files = gcsfs.GCSFileSystem(use_listings_cache=False, skip_instance_cache=True)
files.pipe_file('bucket/a', b'text')
read = files.cat_file('bucket/a') == b'text' and files.exists('bucket/a') and bool(files.ls('bucket'))
print(f'read back {read}, questions about the layout: {len(questions)}')
server.stop()
END_OF_PROGRAM
run() {
  env -u GOOGLE_APPLICATION_CREDENTIALS HOME="$folder" "$@" "$folder/venv/bin/python" \
    "$folder/program.py" 2>"$folder/noise" || { tail -5 "$folder/noise"; exit 1; }
}
"$folder/venv/bin/python" -c 'from importlib.metadata import version
print("gcsfs", version("gcsfs"), "gcp-storage-emulator", version("gcp-storage-emulator"))'
as_installed=$(run env NO_GCE_CHECK=true)
switched_off=$(run env NO_GCE_CHECK=true GCSFS_EXPERIMENTAL_ZB_HNS_SUPPORT=false)
echo "as installed: $as_installed"
echo "ZB_HNS_SUPPORT=false: $switched_off"
[[ $as_installed =~ ^'read back True, questions about the layout: '([0-9]+)$ ]]
[ "${BASH_REMATCH[1]}" -ge 4 ] && [ "$switched_off" = 'read back True, questions about the layout: 0' ] ||
  { echo 'CHANGED: see the head of this file'; exit 1; }
