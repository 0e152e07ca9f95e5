#!/usr/bin/env bash
# TFDS looks in the manual folder for every download, of any dataset
# (tensorflow-datasets 4.9.10).
#
# Files that a user put there for one builder are taken for another builder's download
# as soon as the last part of its URL has the same name. Newsroom has to be put there by
# hand, as train.jsonl, dev.jsonl and test.jsonl; BoolQ's URLs end in train.jsonl and
# dev.jsonl. So whoever has prepared Newsroom cannot prepare BoolQ, and the error speaks
# of a download that never took place. With a manual folder for each builder
# (`DownloadConfig(manual_dir=...)`) it goes to the network. The same rule lets a file
# of the right bytes replace a download whose host is gone.
#
# Seen, with no network:
#   bool_q, train.jsonl of another dataset in the manual folder: NonMatchingChecksumError
#   the file it names: <folder>/downloads/manual/train.jsonl
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q 'tensorflow-datasets==4.9.10' 'tensorflow==2.21.0' \
  'importlib_resources==6.5.2'
NO_GCE_CHECK=true TF_CPP_MIN_LOG_LEVEL=3 "$folder/venv/bin/python" - "$folder" \
  2>"$folder/noise" <<'END_OF_PROGRAM' || { tail -5 "$folder/noise"; exit 1; }
import json
import os
import sys

import tensorflow_datasets as tfds

folder = sys.argv[1]
manual = os.path.join(folder, 'downloads', 'manual')
os.makedirs(manual)
with open(os.path.join(manual, 'train.jsonl'), 'w') as file:
  file.write(json.dumps({'title': 'A fair', 'text': 'It rained.', 'summary': 'Rain.'}) + '\n')
builder = tfds.builder('bool_q:1.0.0', data_dir=os.path.join(folder, 'data'))
try:
  builder.download_and_prepare(download_dir=os.path.join(folder, 'downloads'))
  raised, text = 'nothing', ''
except Exception as error:
  raised, text = type(error).__name__, str(error)
named = os.path.join(manual, 'train.jsonl') in text
print('bool_q, train.jsonl of another dataset in the manual folder:', raised)
print('the error names the file in the manual folder as the download:', named)
assert raised == 'NonMatchingChecksumError' and named, 'the behaviour changed'
END_OF_PROGRAM
