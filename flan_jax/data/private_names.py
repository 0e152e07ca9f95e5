# SPDX-License-Identifier: Apache-2.0
"""All uses of private names (with a leading underscore) of other packages.

Checked with gin-config 0.5.0, jax 0.10.2, seqio 0.0.20 and tensorflow-datasets 4.9.9 and 4.9.10;
tests/test_private_names.py fails if one of them changes. SeqIO is imported on demand, and
gin only by commands. Two classes also override such names, as their base classes ask
subclasses to: `splits.Loader` (`_get_builder`, `_map_split` of seqio.LazyTfdsLoader) and
the vocabularies (`_encode`, `_decode` and similar of seqio.Vocabulary).
"""

from typing import Any, Callable, Iterable, Mapping, Sequence


def set_gin_readers(gin: Any, readers: Sequence[tuple[Callable, Callable]]) -> None:
  """Makes gin open files only by these (open, exists) pairs.

  By default gin also looks into Python packages, and takes a folder for a file.
  """
  gin.config._FILE_READERS[:] = readers


def data_dir_override() -> str | None:
  """Returns the argument of seqio.set_tfds_data_dir_override."""
  import seqio

  return seqio.utils._TFDS_DATA_DIR_OVERRIDE


def opened_builders() -> dict[tuple[str, str], Any]:
  """Returns SeqIO's cache of TFDS builders, by (name, data_dir); may be modified."""
  import seqio

  return seqio.LazyTfdsLoader._MEMOIZED_BUILDERS


def loader_builder(loader: Any, split: str | None = None) -> Any:
  """Returns the TFDS builder with which a seqio.LazyTfdsLoader reads a split."""
  return loader._get_builder(split)


def loader_slice(loader: Any, split: str) -> str:
  """Returns the TFDS expression for a split of a seqio.LazyTfdsLoader."""
  return str(loader._map_split(split))


def source_function(source: Any) -> Callable:
  """Returns the function of a seqio.FunctionDataSource."""
  return source._dataset_fn


def source_patterns(source: Any) -> Mapping[str, Any]:
  """Returns {split: file pattern or patterns} of a SeqIO source of files; {} for others."""
  return getattr(source, '_split_to_filepattern', None) or {}


def give_rows(builder: Any, rows: Mapping[str, Iterable[tuple[Any, Mapping]]]) -> None:
  """Makes a TFDS builder yield these (key, example) pairs instead of what it would download."""
  # Not called `pipeline`: TFDS checks the parameter's name and would require Beam.
  builder._split_generators = lambda download_manager: dict(rows)


def decoded(vocabulary: Any, ids: Sequence[int]) -> str:
  """Returns the text of token ids, beyond an end of sequence too, where `decode` stops."""
  return vocabulary._decode(ids)


def decoded_tf(vocabulary: Any, ids: Any) -> Any:
  """As `decoded`, for a tensor."""
  return vocabulary._decode_tf(ids)


_JAX: dict[str, Callable] = {}  # replaced functions of jax, by name


def give_programs(programs: Any) -> None:
  """Makes jax cache compiled programs in an object with `get` and `put`; None: in its own files."""
  from jax._src import compilation_cache

  compilation_cache.reset_cache()
  own = _JAX.setdefault('get_file_cache', compilation_cache.get_file_cache)
  compilation_cache.get_file_cache = own if programs is None else lambda path: (programs, path)
  if programs is None:
    _JAX.clear()


def has_programs() -> bool:
  """Whether jax caches compiled programs in the object of `give_programs`."""
  return 'get_file_cache' in _JAX
