# SPDX-License-Identifier: Apache-2.0
"""Where the records of a dataset come from; a dataset file declares it beside its builder.

    origin=Origin(
      hosts=('dl.fbaipublicfiles.com',), megabytes=1, rows={'train': 2_490, 'validation': 277, 'test': 3_000},
      hub=Hub('aps/super_glue', 'rte', key='idx'))

`flan_jax prepare` reads it. The licence stands in the docstring of the dataset file.
"""

import dataclasses
from typing import Any, Callable, Iterable, Mapping

Row = Mapping[str, Any]  # of a hub file: column -> Python value
Adapt = Callable[[Row, str], Iterable[tuple[Any, Mapping[str, Any]]]]


@dataclasses.dataclass(frozen=True)
class Hub:
  """A copy of a dataset on the Hugging Face hub.

  Attributes:
    repository: 'aps/super_glue'.
    config: of the repository, 'default' where it has only one.
    revision: branch, tag or commit; a dataset that is a script on its main branch has
      its files on 'refs/convert/parquet'.
    splits: {TFDS split: split of the copy}, of those that have another name.
    key: the column that the builder makes a row's key of; '' takes the number of the row.
    keyed: whether keys are the builder's own, so that rows stand in TFDS's order.
    adapt: (row, TFDS split) -> records as the builder yields them, each with its key or
      None for the one that `key` says; None if rows fit as they are.
    missing: what the copy lacks, in words.
  """

  repository: str
  config: str = 'default'
  revision: str = 'main'
  splits: Mapping[str, str] = dataclasses.field(default_factory=dict)
  key: str = ''
  keyed: bool = True
  adapt: Adapt | None = None
  missing: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True)
class Origin:
  """What is known of the way from nothing to a prepared builder.

  Attributes:
    hosts: that a download asks, in this order.
    megabytes: of the download; None if TFDS does not register it.
    disk: megabytes of the prepared builder; None if they are not known.
    rows: published counts of each TFDS split.
    by_hand: for data that TFDS cannot fetch: which files, and from where.
    packages: that TFDS needs besides its own requirements, by their names on PyPI.
    hub: a copy, or None if there is no open one.
  """

  hosts: tuple[str, ...] = ()
  megabytes: float | None = None
  disk: float | None = None
  rows: Mapping[str, int] = dataclasses.field(default_factory=dict)
  by_hand: str = ''
  packages: tuple[str, ...] = ()
  hub: Hub | None = None
