#!/usr/bin/env bash
# An ArrayRecord file that its writer has not closed yet looks empty, not unfinished
# (array_record 0.8.6).
#
# ArrayRecordReader opens it without an error and counts 0 records; only `ok()`, or
# asking for a record, tells. A program that reads `num_records()` of what another
# process is still writing goes on with an empty dataset. The reader does not recover
# when the file is whole: it has to be made anew.
#
# Seen:
#   while it is written: 0 records, ok False
#   after close, the same reader: 0 records, ok False; read([0]) raises RuntimeError
#   after close, a new reader: 1000 records, ok True
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q 'array_record==0.8.6'
"$folder/venv/bin/python" - "$folder/records" <<'END_OF_PROGRAM'
import sys

from array_record.python import array_record_module as array_record

path = sys.argv[1]
writer = array_record.ArrayRecordWriter(path, 'group_size:1')
for number in range(1000):
  writer.write(b'%06d' % number)
early = array_record.ArrayRecordReader(path)
seen = [(early.num_records(), early.ok())]
writer.close()
seen.append((early.num_records(), early.ok()))
try:
  early.read([0])
  raised = 'nothing'
except RuntimeError:
  raised = 'RuntimeError'
late = array_record.ArrayRecordReader(path)
seen.append((late.num_records(), late.ok()))
print('while it is written:', seen[0])
print('after close, the same reader:', seen[1], '; read([0]) raises', raised)
print('after close, a new reader:', seen[2])
assert seen == [(0, False), (0, False), (1000, True)], 'the behaviour changed'
assert raised == 'RuntimeError', 'the behaviour changed'
END_OF_PROGRAM
