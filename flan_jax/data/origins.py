# SPDX-License-Identifier: Apache-2.0
"""The origin of a dataset's records; a dataset file declares it beside its builder.

    origin=Origin(
      hosts=('dl.fbaipublicfiles.com',), megabytes=0.751, rows={'train': 2_490, 'validation': 277, 'test': 3_000},
      hub=Hub('aps/super_glue', 'rte', key='{idx}'))

`flan_jax prepare` reads it. The licence is in the docstring of the dataset file.
"""

import dataclasses
from typing import Any, Callable, Iterable, Mapping

Row = Mapping[str, Any]  # of a copy's file: column -> Python value, classes as names
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
      differ. Splits that no task reads may be omitted.
    key: the builder's key of a row, as a format of columns: '{id}.story', '{idx[query]}';
      {number} counts the records of a split. {TFDS split: format} if splits differ.
    keyed: whether these keys are the builder's own, so that rows are in TFDS's order.
    labels: {column: names of its classes in the copy's order}, or {column: {name in the
      copy: name in the builder}}. An order stated in the file itself takes precedence.
      Classes of other columns have the builder's order and names.
    adapt: (row, TFDS split) -> records with the builder's features; None if rows fit
      unchanged. Columns that are no features are dropped, but a key may use them.
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
    """Returns {TFDS split: split of the copy} of every split to read."""
    return dict(self.splits) if isinstance(self.splits, Mapping) else {name: name for name in self.splits}

  def key_of(self, split: str) -> str:
    """Returns the format of a key in a TFDS split."""
    return self.key if isinstance(self.key, str) else self.key[split]


@dataclasses.dataclass(frozen=True)
class Origin:
  """What a builder's preparation needs.

  Attributes:
    hosts: of the download, in the order of requests.
    megabytes: of the download, as far as TFDS registers sizes; None if it registers none.
    disk: megabytes of the prepared builder; None if unknown.
    rows: published counts of each TFDS split.
    by_hand: for data that TFDS cannot download: which files, and from where.
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
