# SPDX-License-Identifier: Apache-2.0
"""Holding out: the unseen rule, mixing rates, the mixtures, the leak check.

A task is unseen only if no task of any cluster it belongs to is trained on (paper
section 2.2). Some clusters are so close that the paper drops one when it evaluates the
other (section 2.2 and footnote 1). HELD_OUT is a cluster or a task, several joined by
commas, or a set of tasks of FLAN's public code (`task_sets`), whose siblings are trained
on.
"""

import dataclasses
from typing import Callable, Sequence

import seqio

from flan_jax.data import clusters, datasets, flan_splits, prompt_variants, splits
from flan_jax.errors import did_you_mean, UserError

MAXIMUM_RATE = 3_000  # examples, paper section 2.4
ALL = 'flan_all'
HELD_OUT = 'held out'  # the reason for tasks that are
PREPARED = 'prepared'  # of TASKS: those whose data is present


@dataclasses.dataclass(frozen=True)
class Holdout:
  """The consequences of holding out. dropped: task -> the reason."""

  cluster: str
  train: tuple[str, ...]
  held_out: tuple[str, ...]
  dropped: dict[str, str]


def holdout(held_out: str) -> Holdout:
  """Applies the rule to every task that the mixtures may train on.

  held_out: 'nli', 'nli,commonsense', 'rte', 'superglue', 'intra_0'.

  Raises:
    UserError: no such cluster, task or set.
  """
  declared = [datasets.get(name) for name in datasets.names()]
  reasons = _reasons(datasets.names(), held_out)
  held, alone = (set(), set()) if held_out in task_sets() else parsed(held_out)
  alone |= {one.name for one in declared if one.clusters[-1] in held and not _is_mixed(one.clusters[-1])}
  return Holdout(
    held_out,
    train=tuple(one.name for one in declared if one.mixed and not reasons[one.name]),
    held_out=tuple(
      one.name
      for one in declared
      if reasons[one.name] == HELD_OUT and (one.mixed or splits.TRAIN not in one.splits or one.name in alone)
    ),
    dropped={one.name: reasons[one.name] for one in declared if one.mixed and reasons[one.name] not in ('', HELD_OUT)},
  )


def _is_mixed(cluster: str) -> bool:
  """Whether the mixtures train on any task of a cluster."""
  return any(one.mixed and cluster in one.clusters for one in map(datasets.get, datasets.names()))


def _reasons(tasks: Sequence[str], held_out: str) -> dict[str, str]:
  """Returns why each task must not be trained on: HELD_OUT, another reason, '' if it may be."""
  if held_out in task_sets():
    of_set = task_sets()[held_out]
    return {name: HELD_OUT * (datasets.plain(name) in of_set) for name in tasks}
  held, alone = parsed(held_out)
  closed = _closed(held, alone)
  near = held | {one for name in alone for one in _kin(name)}
  relatives = {other: one for one in sorted(near) for other in clusters.get(one).dropped_with}

  def reason(name, own):
    if own & held or name in alone:
      return HELD_OUT
    for one in sorted(own & closed):
      return f'shares the cluster {one} with a held-out task'
    for one in sorted(own & set(relatives)):
      other = relatives[one]
      whose = 'paper 2.2' if other in clusters.PAPER else f'declared with {other}'
      return f'{one} is dropped with {other} ({whose})'
    return ''

  return {name: reason(datasets.plain(name), _clusters(name)) for name in tasks}


def parsed(held_out: str) -> tuple[set[str], set[str]]:
  """Returns the clusters and the single tasks: 'nli,sst2' -> ({'nli'}, {'sst2'})."""
  words = {word.strip() for word in str(held_out).split(',')}
  held = words & set(clusters.names())
  alone = (words - held) & set(datasets.names())
  for word in sorted(words - held - alone):
    known = [*clusters.names(), *task_sets(), *datasets.names()]
    raise UserError(
      f'unknown cluster {word!r}{did_you_mean(word, known)} (there are '
      f'{", ".join(clusters.names())}; a task by its name; and, to be held out alone, '
      f'{", ".join(task_sets())}; {clusters.OWN})'
    )
  return held, alone


def check(held_out: str) -> None:
  """Raises UserError unless the name can be held out."""
  if held_out not in task_sets():
    parsed(held_out)


def _closed(held: set[str], alone: set[str]) -> set[str]:
  """Returns the clusters, without headings, of the held-out tasks."""
  return set().union(*(_kin(name) for name in datasets.names() if _clusters(name) & held or name in alone))


def _kin(name: str) -> set[str]:
  """Returns the clusters of a task that relate it to their other tasks."""
  return {one for one in _clusters(name) if not clusters.get(one).heading}


def _clusters(name: str) -> set[str]:
  return set(datasets.get(datasets.plain(name)).clusters)


def named(words: str) -> list[str]:
  """Returns datasets given by their own or their cluster's name, each once: 'nli,sst2'.

  A dataset outside the mixtures belongs here only to the last of its clusters.
  """
  found = []
  for word in filter(None, map(str.strip, words.split(','))):
    declared = map(datasets.get, datasets.names())
    own = [one.name for one in declared if word in (one.clusters if one.mixed else one.clusters[-1:])]
    if not own and word not in datasets.every():
      near = did_you_mean(word, [*datasets.names(), *clusters.names()])
      raise UserError(f'unknown task {word!r}, which is no cluster either{near} ({clusters.OWN})')
    found += own or [datasets.get(word).name]
  return list(dict.fromkeys(found))


def task_sets() -> dict[str, tuple[str, ...]]:
  """Returns the sets of tasks of FLAN's public code; their clusters are still trained on.

  'superglue', and 'intra_0' to 'intra_9': one dataset of every cluster with two or more.
  """
  return {'superglue': flan_splits.SUPERGLUE} | flan_splits.INTRA_CLUSTER


def rate(task: seqio.Task) -> float:
  """Returns min(examples, 3,000): examples-proportional mixing with a maximum rate.

  Counts examples after the dev carve-out, not prompts, even if the task is cached, when
  SeqIO's own rate would switch to the cached prompts. Uses published sizes if no data is
  prepared.
  """
  return rate_of(task.name, MAXIMUM_RATE)


def rate_of(name: str, most: int) -> float:
  """Returns min(examples, most) of a task; see `rate`. A foreign task has the rate `most`."""
  if name not in datasets.every():
    return float(most)
  source = datasets.get(name).source
  size = source.num_input_examples('train') if source.prepared() else datasets.get(name).examples
  return float(min(size, most))


def weights(tasks: Sequence[str]) -> tuple[dict[str, float], str]:
  """Returns each task's mixing rate, and its origin: 'prepared' sizes or 'declared' pools."""
  sources = [datasets.get(name).source for name in tasks]
  counts = 'prepared' if all(source.prepared() for source in sources) else 'declared'
  if counts == 'declared':
    return {name: float(min(datasets.get(name).examples, MAXIMUM_RATE)) for name in tasks}, counts
  return {name: rate(seqio.TaskRegistry.get(name)) for name in tasks}, counts


def mixture_name(held_out: str) -> str:
  """'nli,math' -> 'flan_holdout_nli.math'."""
  return f'flan_holdout_{held_out.replace(" ", "").replace(",", ".")}'


def register_mixtures() -> None:
  """Registers all mixtures, again on each call because datasets may have been added.

  `flan_all` and `flan_holdout_<cluster>` are for training; `flan_eval_<cluster>` is for
  SeqIO's evaluator when the cluster is held out, one task at a time.
  """
  register_mixture(ALL, [name for name in datasets.names() if datasets.get(name).mixed])
  for held_out in clusters.names():
    found = holdout(held_out)
    register_mixture(mixture_name(held_out), found.train)
    tasks = [f'{task}{datasets.EVALUATION}' for name in found.held_out for task in prompt_variants.evaluated(name)]
    register_mixture(f'flan_eval_{held_out}', tasks, default_rate=1.0)


def mixture(held_out: str | None) -> str:
  """Returns the name of the mixture without what is held out; registers it if necessary."""
  name = mixture_name(held_out) if held_out else ALL
  if held_out and name not in seqio.MixtureRegistry.names():
    register_mixture(name, holdout(held_out).train)
  return name


def register_mixture(
  name: str, tasks: Sequence[str | tuple[str, float]], default_rate: float | Callable[[seqio.Task], float] = rate
) -> str:
  """Registers a SeqIO mixture, replacing one of that name.

  tasks: names, some with their own rates.
  """
  if name in seqio.MixtureRegistry.names():
    seqio.MixtureRegistry.remove(name)
  if tasks:
    seqio.MixtureRegistry.add(name, list(tasks), default_rate=default_rate)
  return name


def members(mixture: str) -> list[str]:
  """Returns the task names of a mixture or task.

  Raises:
    UserError: no such mixture, or it is empty.
  """
  known = [*seqio.MixtureRegistry.names(), *seqio.TaskRegistry.names()]
  if mixture not in known:
    raise UserError(
      f'unknown mixture or task {mixture!r}{_instead(mixture, known)}'
      f' (a mixture with nothing left to train on is not registered; {clusters.OWN})'
    )
  provider = seqio.get_mixture_or_task(mixture)
  tasks = [provider] if isinstance(provider, seqio.Task) else provider.tasks
  if not tasks:
    raise UserError(f'mixture {mixture!r} is empty; name one with at least one task')
  return [task.name for task in tasks]


def _instead(mixture: str, known: Sequence[str]) -> str:
  """Returns the setting to use when a part of a mixture was given as a mixture."""
  words = {word.strip() for word in str(mixture).split(',')}
  if words <= set(clusters.names()):
    return f'; it is a cluster: CLUSTERS = {mixture!r} trains on that'
  if words <= {*datasets.names(), PREPARED}:
    return f'; say TASKS = {mixture!r} to train on that'
  return did_you_mean(mixture, known)


def rates(mixture: str) -> dict[str, float]:
  """Returns the mixing rate of each task of a prepared mixture; 1 for a single task.

  Raises:
    UserError: datasets are not prepared (all of them named), or no task has a weight.
  """
  tasks = [seqio.TaskRegistry.get(name) for name in members(mixture)]
  ours = [task for task in tasks if isinstance(task.source, splits.Source)]
  datasets.require_prepared([task.name for task in ours], f' Or train on what is there: TASKS = {PREPARED!r}.')
  for task in ours:
    task.source.num_input_examples('train')  # raises if a split is too small
  provider = seqio.get_mixture_or_task(mixture)
  if isinstance(provider, seqio.Task):
    return {mixture: 1.0}
  drawn = {task.name: float(provider.get_rate(task)) for task in tasks}
  if not any(drawn.values()):
    raise UserError(f'mixture {mixture!r} is empty: every rate in it is 0')
  return drawn


def assert_agreement(mixture: str, held_out: str | None) -> None:
  """Raises UserError if HELD_OUT contradicts the name of a hold-out mixture."""
  names_cluster = mixture.startswith(mixture_name(''))
  if names_cluster and mixture != mixture_name(str(held_out)):
    raise UserError(
      f'HELD_OUT = {held_out!r} and MIXTURE = {mixture!r} disagree; leave MIXTURE out: it is what holding out leaves'
    )


def seen(tasks: Sequence[str], held_out: str | None) -> list[str]:
  """Returns the tasks that must not be trained on if something is held out."""
  if held_out is None:
    return []
  declared = set(datasets.names())
  ours = [name for name in tasks if datasets.plain(name) in declared]
  reasons = _reasons(ours, held_out)
  return [name for name in ours if reasons[name]]


def assert_unseen(mixture: str, cluster: str | None) -> None:
  """The leak check: raises UserError naming the held-out tasks that would be seen."""
  leaked = seen(members(mixture), cluster)
  if leaked:
    raise UserError(
      f'{cluster} is held out, yet mixture {mixture!r} trains on {", ".join(leaked)}. '
      f'Use MIXTURE = {mixture_name(str(cluster))!r}, or hold out another cluster'
    )
