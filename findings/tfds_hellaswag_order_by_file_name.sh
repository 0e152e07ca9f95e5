#!/usr/bin/env bash
# The order of HellaSwag's rows in TFDS depends on the name of the file they were read from
# (tensorflow-datasets 4.9.10).
#
# TFDS shuffles rows by a hash of their keys. This builder's key is the name of the file and
# the number of the line. A download gets the name that TFDS's cache makes of its URL; a
# file that the user puts into the manual folder in place of the download, the documented
# way round a host that is gone, keeps its own. So the same bytes, prepared in the two ways,
# are two orders, and a slice such as train[:30000] holds other rows. The metadata of the
# two (version, number of rows) are the same, and nothing tells.
#
# Seen, 200 invented rows of one file, under the name that the cache gives and under its own:
#   same rows: True
#   same order: False; of the first 50 rows 13 are the same
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q 'tensorflow-datasets==4.9.10' 'tensorflow==2.21.0' \
  'importlib_resources==6.5.2'
NO_GCE_CHECK=true TF_CPP_MIN_LOG_LEVEL=3 "$folder/venv/bin/python" - "$folder" \
  2>"$folder/noise" <<'END_OF_PROGRAM' || { tail -5 "$folder/noise"; exit 1; }
import contextlib
import io
import json
import os
import sys

import tensorflow_datasets as tfds
from tensorflow_datasets.core.download import resource

folder = sys.argv[1]
URL = 'https://raw.githubusercontent.com/rowanz/hellaswag/master/data/hellaswag_train.jsonl'
rows = [
  {
    'ctx': f'Somebody opens box number {number}.',
    'endings': ['It is empty.', 'It sings.', 'It is a lake.', 'It was Monday.'],
    'activity_label': 'Opening boxes',
    'label': 0,
    'split_type': 'indomain',
    'source_id': 'wikihow~1',
  }
  for number in range(200)
]


def prepared(name):
  place = os.path.join(folder, name)
  os.makedirs(place)
  path = os.path.join(place, name)
  with open(path, 'w') as file:
    file.write(''.join(json.dumps(row) + '\n' for row in rows))
  builder = tfds.builder('hellaswag:1.1.0', data_dir=os.path.join(place, 'data'))
  builder._split_generators = lambda dl_manager: {'train': builder._generate_examples(path)}
  with contextlib.redirect_stdout(io.StringIO()):  # it speaks of downloads
    builder.download_and_prepare()
  return [row['context'].decode() for row in tfds.as_numpy(builder.as_dataset('train'))]


cached = prepared(resource.get_dl_fname(URL, 'a' * 64))
own = prepared('hellaswag_train.jsonl')
shared = len(set(cached[:50]) & set(own[:50]))
print('same rows:', sorted(cached) == sorted(own))
print(f'same order: {cached == own}; of the first 50 rows {shared} are the same')
assert sorted(cached) == sorted(own) and cached != own and shared < 50, 'the behaviour changed'
END_OF_PROGRAM
