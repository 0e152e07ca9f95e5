# SPDX-License-Identifier: Apache-2.0
"""Valid fields of run.json: those of training.run_file.Run and the objects in it."""

from typing import Any, Mapping

from flan_jax.settings.kinds import Kind, kind_of, KINDS, of_each, PARAMETERS, range_of, Setting, shown

_ID = dict(least=0, most=2**24)
_LENGTHS = Setting('shard_lengths', 'ids', 'rows of each file', least=0)
_CODE = 'fields', 'keep', 'preprocessors', 'source'  # digests of a task's prompts


def _object(setting: Setting, value: Any) -> str | None:
  return None if isinstance(value, Mapping) else kind_of(value)


def _ids(setting: Setting, value: Any) -> str | None:
  listed = isinstance(value, list | tuple)
  return of_each(setting, value, KINDS['whole'].problem) if listed else kind_of(value)


def _some_ids(setting: Setting, value: Any) -> str | None:
  return _ids(setting, value) or (None if value else 'it is empty')


def _id_or_ids(setting: Setting, value: Any) -> str | None:
  return (_ids if isinstance(value, list) else KINDS['whole'].problem)(setting, value)


def _rates(setting: Setting, value: Any) -> str | None:
  return _object(setting, value) or next(
    (
      f'that of {name!r} is {shown(rate)}: {wrong}'
      for name, rate in value.items()
      if (wrong := KINDS['number'].problem(setting, rate))
    ),
    None,
  )


def _rates_by_name(setting: Setting, value: Any) -> str | None:
  return _object(setting, value) or next(
    (f'that of {name!r}: {wrong}' for name, rates in value.items() if (wrong := _rates(setting, rates))), None
  )


def _prompts(setting: Setting, value: Any) -> str | None:
  """An object for each task; the first versions wrote one digest, a text."""
  return _object(setting, value) or next(
    (
      f'that of {name!r} is {shown(told)}'
      for name, told in value.items()
      if not isinstance(told, str) and not _is_of_task(told)
    ),
    None,
  )


def _is_of_task(told: Any) -> bool:
  """Whether `training.differences` can read it."""
  try:
    lengths = [one['shard_lengths'] for one in told.get('data', {}).get('files', {}).values()]
    files = [file for split in told.get('text', {}).values() for file in split]
    code = [(told[name]['digest'], told[name]['parts'].items()) for name in _CODE if name in told]
  except (AttributeError, KeyError, TypeError):
    return False
  return (
    isinstance(told.get('templates', []), list)
    and all(one is not None for one, _ in code)
    and not any(_ids(_LENGTHS, one) for one in lengths)
    and all(isinstance(one, list) and len(one) == 3 for one in files)
  )


KINDS.update(
  {
    'mapping': Kind(lambda s: 'an object', _object),
    'a text or none': Kind(lambda s: 'a text', lambda s, value: None if isinstance(value, str) else kind_of(value)),
    'ids': Kind(lambda s: f'a list of whole numbers{range_of(s)}', _ids),
    'some ids': Kind(lambda s: f'a list of one or more whole numbers{range_of(s)}', _some_ids),
    'id or ids': Kind(lambda s: f'a whole number{range_of(s)}, or a list of such', _id_or_ids),
    'rates': Kind(lambda s: f'an object of numbers{range_of(s)}', _rates),
    'numbers by name': Kind(lambda s: f'an object of objects of numbers{range_of(s)}', _rates_by_name),
    'prompts': Kind(lambda s: 'an object that tells of each task what decides its prompts', _prompts),
  }
)

_FIELDS = {
  'Run': (
    Setting('version', 'text', 'of flan_jax', none='not told'),
    Setting('data', 'text', 'embedded, tfds or unknown'),
    Setting('mixture', 'text', 'SeqIO mixture or task'),
    Setting('held_out', 'text', 'what stays unseen', none='nothing'),
    Setting('tasks', 'rates', 'mixing rates', least=0),
    Setting('model', 'mapping', 'DecoderConfig'),
    Setting('vocabulary', 'mapping', 'file of the vocabulary'),
    Setting('rows', 'mapping', 'Rows'),
    Setting('optimizer', 'mapping', 'arguments of optim.optimizer'),
    Setting('loss', 'mapping', 'LossConfig', none='not told'),
    Setting('seed', 'whole', 'seed of the run', none='not told', least=0, most=2**32 - 1),
    Setting('prompts', 'prompts', 'what decides the prompts of each task'),
    Setting('sources', 'mapping', 'where the rows of each builder come from'),
    Setting('init_from', 'text', 'MODEL_DIR of the base', none='from scratch'),
    Setting('overlap', 'mapping', 'TextOverlap', none='not compared'),
    Setting('ends', 'mapping', 'what ends and begins a text', none='not told'),
    Setting('imported_from', 'text', 'folder of an import', none='no import'),
    Setting('imported', 'mapping', 'what an import told', none='no import'),
    Setting('adapter', 'mapping', 'Adapter', none='all parameters are trained'),
    Setting('base', 'mapping', 'checkpoint that the adapter is beside', none='no adapter'),
    Setting('public_base', 'mapping', 'the public model that the run began from', none='no public model'),
    Setting('others', 'mapping', 'fields of a later version'),
  ),
  'Vocabulary': (
    Setting('path', 'text', 'file of the vocabulary'),
    Setting('hash', 'text', 'digest of its content, or bytes'),
  ),
  'Base': (
    Setting('step', 'whole', 'of the checkpoint', least=0, most=2**31 - 1),
    Setting('digest', 'text', 'digest of its parameters'),
  ),
  'TextOverlap': (
    Setting('policy', 'text', 'value of LEAK_POLICY'),
    Setting('datasets', 'numbers by name', 'held-out examples that overlap', least=0),
    Setting('left_out', 'rates', 'training records that are left out', least=0),
    Setting('skipped', 'mapping', 'why datasets were not compared'),
  ),
  'Ends': (
    Setting('ends', 'some ids', 'tokens that end a text', **_ID),
    Setting('beginning', 'ids', 'tokens before every text', **_ID),
    *(Setting(name, 'whole', 'number of a token', none='none', **_ID) for name in ('bos', 'prefix', 'named', 'pad')),
    Setting('drops_space', 'truth', 'whether a text loses a blank at its start'),
    Setting('source', 'a text or none', 'file that names the end'),
    Setting('prompt', 'whole', 'tokens of a soft prompt', least=0, most=2**12),
  ),
  'Imported': (
    Setting('model_type', 'text', 'family of the model'),
    Setting('max_position_embeddings', 'whole', 'tokens of the longest text', least=1, most=2**31 - 1),
    *(
      Setting(name, 'id or ids', 'number of a token', none='none', least=-1, most=2**24)
      for name in ('bos_token_id', 'eos_token_id', 'pad_token_id')
    ),
    *(Setting(name, 'text', 'of the card') for name in ('name', 'license', 'license_name', 'license_link')),
    Setting('language', 'names', 'languages of the card'),
  ),
}
PARAMETERS.update({f'{owner}.{setting.name}': setting for owner, settings in _FIELDS.items() for setting in settings})
