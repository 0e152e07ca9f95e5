# SPDX-License-Identifier: Apache-2.0
"""The identity of a task's prompts, part by part.

    of_task('rte')  ->  {'version': 1, 'templates': ['1a..', ...],
                         'fields': {'digest': '5f..', 'parts': {...}}}

Parts are for messages about differences; `fingerprint` omits them.
"""

import glob
import os

from flan_jax.data import datasets, plain_text, private_names
from flan_jax.data.code import code_identity


def of_task(name: str) -> dict:
  """Returns what determines the text of a registered SeqIO task, besides the rows of TFDS.

  A dataset of ours: version, templates, code. Plain text: its files. Any other task: the
  code of its preprocessors, and of its source or the files that it reads.
  """
  import seqio

  if name in datasets.every():
    return datasets.get(name).identity
  text = plain_text.identity(name)
  return {'text': text} if text else _of_steps(seqio.TaskRegistry.get(name))


def _of_steps(task) -> dict:
  import seqio

  steps = [step for step in task.preprocessors if not isinstance(step, seqio.CacheDatasetPlaceholder)]
  found = {'preprocessors': code_identity.of(*steps, role='')} if steps else {}
  if isinstance(task.source, seqio.FunctionDataSource):
    found['source'] = code_identity.of(private_names.source_function(task.source))
  patterns = private_names.source_patterns(task.source)
  return found | {'text': {split: _files(pattern) for split, pattern in patterns.items()}}


def _files(patterns) -> list[list]:
  patterns = [patterns] if isinstance(patterns, (str, os.PathLike)) else patterns
  return plain_text.of_files(sorted(path for pattern in patterns for path in glob.glob(os.fspath(pattern))))


def fingerprint(components: dict) -> dict:
  """Returns the components with one digest per piece of code."""
  return {
    name: part['digest'] if isinstance(part, dict) and 'digest' in part else part for name, part in components.items()
  }
