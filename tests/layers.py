# SPDX-License-Identifier: Apache-2.0
"""The layers of the tests: `pytest tests --layer=unit`, `component` or `process`.

unit       arithmetic, texts and files of the checkout: neither TensorFlow nor JAX
component  parts of the package with the real libraries, in this process
process    commands, installations and several hosts, each in processes of its own
"""

UNIT = (
  'layers', 'metrics', 'overlap', 'packing', 'ranking', 'requirements', 'rooms', 'statements', 'statistics',
  'text_metrics', 'types', 'world', 'world_algebra', 'world_asking', 'world_cloze', 'world_commonsense',
  'world_counting', 'world_dialogues', 'world_language', 'world_languages', 'world_news', 'world_reading',
  'world_tables', 'world_texts', 'world_triples',
)  # fmt: skip
PROCESS = (
  'commandline', 'docs', 'hosts', 'job', 'makefile', 'newest', 'outside', 'python_api', 'serving_page',
)  # fmt: skip
LAYERS = 'unit', 'component', 'process'


def of(file: str) -> str:
  """The layer of a test file, 'test_rooms.py'."""
  name = file.removeprefix('test_').removesuffix('.py')
  return 'unit' if name in UNIT else 'process' if name in PROCESS else 'component'
