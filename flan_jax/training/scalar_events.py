# SPDX-License-Identifier: Apache-2.0
"""Scalars for TensorBoard, written without TensorFlow, whose import takes seconds."""

import os
import socket
import time
from typing import Mapping

from tensorboard.compat.proto import event_pb2, summary_pb2
from tensorboard.summary.writer import record_writer


class ScalarEvents:
  """An event file in a local folder, a new one per start, as TensorBoard expects."""

  def __init__(self, folder: str):
    os.makedirs(folder, exist_ok=True)
    name = f'events.out.tfevents.{int(time.time())}.{socket.gethostname()}.{os.getpid()}'
    self._records = record_writer.RecordWriter(open(os.path.join(folder, name), 'ab'))
    self._write(file_version='brain.Event:2')

  def write(self, step: int, scalars: Mapping[str, float]) -> None:
    """Appends a point to the curve of each number."""
    values = [summary_pb2.Summary.Value(tag=name, simple_value=value) for name, value in scalars.items()]
    self._write(step=step, summary=summary_pb2.Summary(value=values))

  def close(self) -> None:
    self._records.close()

  def _write(self, **fields) -> None:
    self._records.write(event_pb2.Event(wall_time=time.time(), **fields).SerializeToString())
    self._records.flush()
