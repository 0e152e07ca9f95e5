"""Clusters, the unseen rule, and the mixtures that follow from it.

A task is unseen only if no task of any cluster it belongs to is trained on (paper
section 2.2). Some clusters are so close that the paper drops one when it evaluates the
other (section 2.2 and footnote 1).
"""

import dataclasses
import difflib
from typing import Sequence

import seqio

from flan_jax.data import datasets
from flan_jax.data import splits
from flan_jax.errors import UserError

MAXIMUM_RATE = 3_000  # examples, paper section 2.4
ALL = 'flan_all'

DROPPED_WITH = {
    'nli': ('paraphrase',),
    'paraphrase': ('nli',),
    'reading_comprehension': ('reading_comprehension_commonsense',),
    'commonsense': ('reading_comprehension_commonsense',),
    'reading_comprehension_commonsense': ('reading_comprehension', 'commonsense'),
}


@dataclasses.dataclass(frozen=True)
class Holdout:
  """What follows from holding out one cluster. dropped: task -> the reason."""

  cluster: str
  train: tuple[str, ...]
  held_out: tuple[str, ...]
  dropped: dict[str, str]


def names() -> list[str]:
  """Every cluster that some dataset declares."""
  return sorted({c for name in datasets.names() for c in datasets.get(name).clusters})


def check(cluster: str) -> str:
  """The name itself; an unknown one is a UserError with the nearest names."""
  if cluster not in names():
    near = difflib.get_close_matches(str(cluster), names(), 3, 0.4)
    hint = f'did you mean {", ".join(near)}? ' if near else ''
    raise UserError(f'unknown cluster {cluster!r}; {hint}there are {", ".join(names())}')
  return cluster


def holdout(cluster: str) -> Holdout:
  """Applies the unseen rule to every declared task."""
  held = {check(cluster)}
  held_out = [name for name in datasets.names() if held & _clusters(name)]
  closed = {c for name in held_out for c in _clusters(name)}
  relatives = {c: o for o in sorted(held) for c in DROPPED_WITH.get(o, ())}
  train, dropped = [], {}
  for name in datasets.names():
    if name in held_out:
      continue
    shared = sorted(_clusters(name) & closed)
    related = sorted(_clusters(name) & set(relatives))
    if shared:
      dropped[name] = f'shares the cluster {shared[0]} with a held-out task'
    elif related:
      dropped[name] = f'{related[0]} is dropped with {relatives[related[0]]} (paper 2.2)'
    else:
      train.append(name)
  return Holdout(cluster, tuple(train), tuple(held_out), dropped)


def _clusters(name: str) -> set[str]:
  return set(datasets.get(name).clusters)


def rate(task: seqio.Task) -> float:
  """min(examples, 3,000): examples-proportional mixing with a maximum rate.

  Counts examples after the dev carve-out, not prompts, and goes on doing so once the task
  is cached, when SeqIO's own rate would switch to the cached prompts. Published sizes
  serve where no data is prepared.
  """
  prepared = task.source.prepared()
  size = task.source.num_input_examples('train') if prepared else (
      datasets.get(task.name).examples)
  return _capped(size)


def _capped(examples: int) -> float:
  return float(min(examples, MAXIMUM_RATE))


def weights(tasks: Sequence[str]) -> tuple[dict[str, float], str]:
  """Mixing rate of each task, and whence: 'prepared' sizes or 'declared' pools."""
  sources = [datasets.get(name).source for name in tasks]
  counts = 'prepared' if all(source.prepared() for source in sources) else 'declared'
  if counts == 'declared':
    return {name: _capped(datasets.get(name).examples) for name in tasks}, counts
  return {name: rate(seqio.TaskRegistry.get(name)) for name in tasks}, counts


def mixture_name(cluster: str) -> str:
  return f'flan_holdout_{cluster}'


def register_mixtures() -> None:
  """`flan_all` and `flan_holdout_<cluster>`, anew: later datasets may have joined."""
  wanted = {ALL: datasets.names()}
  wanted |= {mixture_name(cluster): holdout(cluster).train for cluster in names()}
  for name, tasks in wanted.items():
    if name in seqio.MixtureRegistry.names():
      seqio.MixtureRegistry.remove(name)
    if tasks:
      seqio.MixtureRegistry.add(name, list(tasks), default_rate=rate)


def members(mixture: str) -> list[str]:
  """Task names of a mixture or task.

  Raises:
    UserError: no such mixture, or it is empty.
  """
  known = [*seqio.MixtureRegistry.names(), *seqio.TaskRegistry.names()]
  if mixture not in known:
    near = difflib.get_close_matches(str(mixture), known, 4, 0.4)
    raise UserError(
        f'unknown mixture or task {mixture!r}'
        f'{"; did you mean " + ", ".join(near) + "?" if near else ""}'
        ' (a mixture with nothing left to train on is not registered)')
  provider = seqio.get_mixture_or_task(mixture)
  tasks = [provider] if isinstance(provider, seqio.Task) else provider.tasks
  if not tasks:
    raise UserError(f'mixture {mixture!r} is empty; name one with at least one task')
  return [task.name for task in tasks]


def rates(mixture: str) -> dict[str, float]:
  """Mixing rate of each task of a mixture whose data is all there; 1 for a lone task.

  Raises:
    UserError: datasets are not prepared (all of them named), or no task has a weight.
  """
  tasks = [seqio.TaskRegistry.get(name) for name in members(mixture)]
  ours = [task for task in tasks if isinstance(task.source, splits.Source)]
  datasets.require_prepared([task.name for task in ours])
  for task in ours:
    task.source.num_input_examples('train')  # a split too small is an error here
  provider = seqio.get_mixture_or_task(mixture)
  if isinstance(provider, seqio.Task):
    return {mixture: 1.0}
  drawn = {task.name: float(provider.get_rate(task)) for task in tasks}
  if not any(drawn.values()):
    raise UserError(f'mixture {mixture!r} is empty: every rate in it is 0')
  return drawn


def assert_agreement(mixture: str, held_out: str | None) -> None:
  """Raises UserError where HELD_OUT and the name of a hold-out mixture disagree."""
  names_cluster = mixture.startswith(mixture_name(''))
  if names_cluster and mixture != mixture_name(str(held_out)):
    raise UserError(
        f'HELD_OUT = {held_out!r} and MIXTURE = {mixture!r} disagree; '
        'gin/holdout/<cluster>.gin sets both')


def seen(tasks: Sequence[str], cluster: str | None) -> list[str]:
  """Those of the tasks that must not be trained on when the cluster is held out."""
  if cluster is None:
    return []
  rule = holdout(cluster)
  return [name for name in tasks if name in {*rule.held_out, *rule.dropped}]


def assert_unseen(mixture: str, cluster: str | None) -> None:
  """The leak check: raises UserError naming what of the held-out set would be seen."""
  leaked = seen(members(mixture), cluster)
  if leaked:
    raise UserError(
        f'{cluster} is held out, yet mixture {mixture!r} trains on {", ".join(leaked)}. '
        f'Use MIXTURE = {mixture_name(cluster)!r}, or hold out another cluster')
