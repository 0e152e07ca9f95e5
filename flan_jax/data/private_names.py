# SPDX-License-Identifier: Apache-2.0
"""What we use of other packages though its name begins with an underscore: all of it.

Checked with gin-config 0.5.0, jax 0.10.2, seqio 0.0.20 and tensorflow-datasets 4.9.9 and 4.9.10;
tests/test_private_names.py fails when one of them changes. SeqIO is imported when it is
needed, and gin only by commands. Two classes also override such names, as their base
classes ask subclasses to: `splits.Loader` (`_get_builder`, `_map_split` of
seqio.LazyTfdsLoader) and the vocabularies (`_encode`, `_decode` and their like of
seqio.Vocabulary).
"""

from typing import Any, Callable, Iterable, Mapping, Sequence


def set_gin_readers(gin: Any, readers: Sequence[tuple[Callable, Callable]]) -> None:
  """Makes the package gin open files by these (open, exists) pairs only.

  By itself it would also look into Python packages, and takes a folder for a file.
  """
  gin.config._FILE_READERS[:] = readers


def data_dir_override() -> str | None:
  """What seqio.set_tfds_data_dir_override was given."""
  import seqio

  return seqio.utils._TFDS_DATA_DIR_OVERRIDE


def opened_builders() -> dict[tuple[str, str], Any]:
  """SeqIO's memory of TFDS builders, by (name, data_dir); may be written to."""
  import seqio

  return seqio.LazyTfdsLoader._MEMOIZED_BUILDERS


def loader_builder(loader: Any, split: str | None = None) -> Any:
  """The TFDS builder that a seqio.LazyTfdsLoader reads a split with."""
  return loader._get_builder(split)


def loader_slice(loader: Any, split: str) -> str:
  """The TFDS expression that a seqio.LazyTfdsLoader reads a split as."""
  return str(loader._map_split(split))


def source_function(source: Any) -> Callable:
  """The function of a seqio.FunctionDataSource."""
  return source._dataset_fn


def source_patterns(source: Any) -> Mapping[str, Any]:
  """{split: file pattern or patterns} of a SeqIO source of files; {} of others."""
  return getattr(source, '_split_to_filepattern', None) or {}


def give_rows(builder: Any, rows: Mapping[str, Iterable[tuple[Any, Mapping]]]) -> None:
  """Makes a TFDS builder yield these (key, example) pairs in place of what it would download."""
  # Not called `pipeline`: TFDS goes by the parameter's name and would ask for Beam.
  builder._split_generators = lambda download_manager: dict(rows)


def decoded(vocabulary: Any, ids: Sequence[int]) -> str:
  """The text of token ids, past an end of sequence too, where `decode` stops."""
  return vocabulary._decode(ids)


def decoded_tf(vocabulary: Any, ids: Any) -> Any:
  """`decoded` of a tensor."""
  return vocabulary._decode_tf(ids)


_JAX: dict[str, Callable] = {}  # what of jax has been replaced, by name


def give_programs(programs: Any) -> None:
  """Makes jax keep compiled programs in an object with `get` and `put`; None: in files of its own."""
  from jax._src import compilation_cache

  compilation_cache.reset_cache()
  own = _JAX.setdefault('get_file_cache', compilation_cache.get_file_cache)
  compilation_cache.get_file_cache = own if programs is None else lambda path: (programs, path)
  if programs is None:
    _JAX.clear()


def has_programs() -> bool:
  """Whether jax keeps compiled programs in what `give_programs` was given."""
  return 'get_file_cache' in _JAX
