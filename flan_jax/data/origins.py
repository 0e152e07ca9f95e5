# SPDX-License-Identifier: Apache-2.0
"""Where the records of a dataset come from; a dataset file declares it beside its builder.

    origin=Origin(
      hosts=('dl.fbaipublicfiles.com',), megabytes=0.751, rows={'train': 2_490, 'validation': 277, 'test': 3_000},
      hub=Hub('aps/super_glue', 'rte', key='{idx}'))

`flan_jax prepare` reads it. The licence stands in the docstring of the dataset file.
"""

import dataclasses
from typing import Any, Callable, Iterable, Mapping

Row = Mapping[str, Any]  # of a copy's file: column -> Python value, classes by their names
Adapt = Callable[[Row, str], Iterable[Row]]

NUMBER = '{number}'


@dataclasses.dataclass(frozen=True)
class Hub:
  """A copy of a dataset on the Hugging Face hub.

  Attributes:
    repository: 'aps/super_glue'.
    config: of the repository, 'default' if it has only one.
    revision: branch, tag or commit; a dataset that is a script on its main branch has
      its files on 'refs/convert/parquet'.
    splits: names of the splits to read, or {TFDS split: split of the copy} if names
      differ. Splits that no task reads may be left out.
    key: what the builder makes a row's key of, as a format of columns: '{id}.story',
      '{idx[query]}'; {number} counts the records of a split. {TFDS split: format} if
      splits differ.
    keyed: whether these keys are the builder's own, so that rows stand in TFDS's order.
    labels: {column: names of its classes in the copy's order}, or {column: {name in the
      copy: name in the builder}}. A file may state the order itself, which counts more.
      Classes of other columns are in the builder's order and have its names.
    adapt: (row, TFDS split) -> records with the builder's features; None if rows fit as
      they are. Columns that are no features are dropped, a key may be made of them.
    missing: what the copy lacks, in words.
  """

  repository: str
  config: str = 'default'
  revision: str = 'main'
  splits: Mapping[str, str] | tuple[str, ...] = ('train', 'validation', 'test')
  key: str | Mapping[str, str] = NUMBER
  keyed: bool = True
  labels: Mapping[str, Mapping[str, str] | tuple[str, ...]] = dataclasses.field(default_factory=dict)
  adapt: Adapt | None = None
  missing: tuple[str, ...] = ()

  @property
  def names(self) -> dict[str, str]:
    """{TFDS split: split of the copy} of every split to read."""
    return dict(self.splits) if isinstance(self.splits, Mapping) else {name: name for name in self.splits}

  def key_of(self, split: str) -> str:
    """The format of a key in a TFDS split."""
    return self.key if isinstance(self.key, str) else self.key[split]


@dataclasses.dataclass(frozen=True)
class Origin:
  """What is known of the way from nothing to a prepared builder.

  Attributes:
    hosts: that a download asks, in this order.
    megabytes: of the download, as far as TFDS registers sizes; None if it registers none.
    disk: megabytes of the prepared builder; None if they are not known.
    rows: published counts of each TFDS split.
    by_hand: for data that TFDS cannot fetch: which files, and from where.
    packages: that TFDS needs besides its own requirements, by their names on PyPI.
    hub: a copy, or None if there is no open one.
    closed: if there is no open copy: why, and whom to ask for the data.
  """

  hosts: tuple[str, ...] = ()
  megabytes: float | None = None
  disk: float | None = None
  rows: Mapping[str, int] = dataclasses.field(default_factory=dict)
  by_hand: str = ''
  packages: tuple[str, ...] = ()
  hub: Hub | None = None
  closed: str = ''
