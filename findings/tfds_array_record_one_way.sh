#!/usr/bin/env bash
# TFDS prepares a dataset as array_record, and as_dataset cannot read it
# (tensorflow-datasets 4.9.10).
#
# `file_format='array_record'` is accepted and written by download_and_prepare. Everything
# that goes by tf.data, SeqIO's TfdsDataSource among it, then fails with
# NotImplementedError; only `as_data_source` reads the files. The folder has the same name
# and version as a TFRecord one, so nothing tells before a split is read.
#
# Seen:
#   files: array_record
#   as_dataset: NotImplementedError
#   as_data_source: 3 records
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q 'tensorflow-datasets[array_record]==4.9.10' \
  'tensorflow==2.21.0' 'array_record==0.8.6' 'importlib_resources==6.5.2'
cat >"$folder/three_records.py" <<'END_OF_PROGRAM'
import glob
import sys

import tensorflow_datasets as tfds


class ThreeRecords(tfds.core.GeneratorBasedBuilder):
  VERSION = tfds.core.Version('1.0.0')

  def _info(self):
    features = tfds.features.FeaturesDict({'text': tfds.features.Text()})
    return tfds.core.DatasetInfo(builder=self, features=features)

  def _split_generators(self, downloads):
    return {'train': ((number, {'text': str(number)}) for number in range(3))}

  def _generate_examples(self):
    raise AssertionError


builder = ThreeRecords(data_dir=sys.argv[1], file_format='array_record')
builder.download_and_prepare()
kinds = sorted({path.split('.')[-1].split('-')[0] for path in glob.glob(
    sys.argv[1] + '/*/*/*-of-*')})
try:
  list(builder.as_dataset(split='train'))
  raised = 'nothing'
except Exception as error:
  raised = type(error).__name__
count = len(builder.as_data_source(split='train'))
print('files:', *kinds)
print('as_dataset:', raised)
print('as_data_source:', count, 'records')
assert (kinds, raised, count) == (['array_record'], 'NotImplementedError', 3), (
    'the behaviour changed')
END_OF_PROGRAM
NO_GCE_CHECK=true TF_CPP_MIN_LOG_LEVEL=3 "$folder/venv/bin/python" "$folder/three_records.py" \
  "$folder/data" 2>"$folder/noise" || { tail -5 "$folder/noise"; exit 1; }
