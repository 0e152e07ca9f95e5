#!/usr/bin/env bash
# tensorboard.summary.Writer imports TensorFlow wherever it is installed, to make a folder
# (tensorboard 2.21.0, tensorflow 2.21.0); so does clu.metric_writers (clu 0.0.12).
#
# The writer is pure Python and needs no TensorFlow: without it a stub serves. But it asks
# `tensorboard.compat` for `tf`, which is the real one if it can be imported: seconds, for
# `tf.io.gfile.makedirs`. In an environment of SeqIO, which brings TensorFlow, a JAX program pays
# them at its first number. The parts below do without: RecordWriter and the messages of
# tensorboard.compat.proto, and TensorBoard reads what they write.
#
# Seen:
#   tensorboard.summary.Writer: tensorflow True
#   clu.metric_writers: tensorflow True
#   record_writer.RecordWriter: tensorflow False, reads back [(3, 0.5)]
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q 'tensorboard==2.21.0' 'tensorflow==2.21.0' 'clu==0.0.12' 'jax==0.10.2' 'jaxlib==0.10.2'
export TF_CPP_MIN_LOG_LEVEL=3 CUDA_VISIBLE_DEVICES= JAX_PLATFORMS=cpu
run() { "$folder/venv/bin/python" - "$folder" 2>"$folder/noise" || { tail -5 "$folder/noise"; exit 1; }; }
writer=$(run <<'END_OF_PROGRAM'
import sys

from tensorboard import summary

writer = summary.Writer(f'{sys.argv[1]}/writer')
writer.add_scalar('loss', 0.5, 3)
writer.close()
print('tensorflow', 'tensorflow' in sys.modules)
END_OF_PROGRAM
)
clu=$(run <<'END_OF_PROGRAM'
import sys

from clu import metric_writers  # noqa: F401

print('tensorflow', 'tensorflow' in sys.modules)
END_OF_PROGRAM
)
parts=$(run <<'END_OF_PROGRAM'
import os
import sys
import time

from tensorboard.compat.proto import event_pb2, summary_pb2
from tensorboard.summary.writer import record_writer

folder = f'{sys.argv[1]}/parts'
os.makedirs(folder)
records = record_writer.RecordWriter(open(f'{folder}/events.out.tfevents.1.host', 'wb'))
value = summary_pb2.Summary.Value(tag='loss', simple_value=0.5)
for fields in ({'file_version': 'brain.Event:2'}, {'step': 3, 'summary': summary_pb2.Summary(value=[value])}):
  records.write(event_pb2.Event(wall_time=time.time(), **fields).SerializeToString())
records.close()
told = f'tensorflow {"tensorflow" in sys.modules}'
from tensorboard.backend.event_processing import event_accumulator

read = event_accumulator.EventAccumulator(folder)
read.Reload()
print(f'{told}, reads back {[(point.step, point.value) for point in read.Scalars("loss")]}')
END_OF_PROGRAM
)
"$folder/venv/bin/python" -c 'from importlib.metadata import version
print(*(f"{name} {version(name)}" for name in ("tensorboard", "tensorflow", "clu")))'
echo "tensorboard.summary.Writer: $writer"
echo "clu.metric_writers: $clu"
echo "record_writer.RecordWriter: $parts"
[ "$writer" = 'tensorflow True' ] && [ "$clu" = 'tensorflow True' ] &&
  [ "$parts" = 'tensorflow False, reads back [(3, 0.5)]' ] || { echo 'CHANGED: see the head of this file'; exit 1; }
