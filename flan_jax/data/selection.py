"""Which part of a mixture a run trains on, and how its datasets are asked.

The ablations of the paper are selections: templates per dataset (appendix B), datasets
per cluster (appendix B), clusters (section 4.1), instructions (section 4.3), exemplars
(section 4.4).
"""

import dataclasses
import random
from typing import Sequence

from flan_jax import settings
from flan_jax.errors import UserError

# The order in which the paper's figure 6 adds clusters.
PAPER_ORDER = (
    'summarization', 'translation', 'reading_comprehension', 'sentiment',
    'struct_to_text', 'coreference', 'conversational_qa')


@dataclasses.dataclass(frozen=True)
class Selection:
  """What to take of a mixture; as it stands, everything.

  clusters: names ('nli,math' too), or how many in the paper's order. datasets_per_cluster: variants such
  as the rounds of ANLI are one dataset. tasks: how many in all. Where some are left out,
  which ones is drawn with a fixed seed, and more always contains fewer. templates,
  style, shots, shot_seed: see variants.Variant.
  """

  clusters: Sequence[str] | str | int | None = None
  datasets_per_cluster: int | None = None
  tasks: int | None = None
  templates: int | None = None
  style: str = 'instructions'
  shots: int = 0
  shot_seed: int = 0

  def __post_init__(self):
    settings.check_fields(self)
    if isinstance(self.clusters, int) and not 1 <= self.clusters <= len(PAPER_ORDER):
      raise UserError(f'CLUSTERS = {self.clusters}: the paper adds 1 to {len(PAPER_ORDER)}')

  def apply(self, mixture: str) -> str:
    """The name of the mixture of what is selected, registered; `mixture` if all is.

    Raises:
      UserError: nothing is left, or a task of another package is to be asked otherwise.
    """
    # Not at the top: gin reads this class before TensorFlow has to be there.
    from flan_jax.data import holdouts
    members = holdouts.members(mixture)
    kept = self._of_clusters(members)
    kept = self._of_each_cluster(kept)
    kept = _some(kept, self.tasks, 'tasks')
    if not kept:
      raise UserError(f'nothing is left of {mixture!r} to train on: {self}')
    tasks = [self._asked(name) for name in kept]
    if tasks == members:
      return mixture
    return holdouts.register_mixture(f'{mixture}{self._suffix()}', tasks)

  def _of_clusters(self, names: list[str]) -> list[str]:
    from flan_jax.data import clusters
    if self.clusters is None:
      return names
    wanted = {clusters.get(cluster).name for cluster in self._cluster_names()}
    return [name for name in names if wanted & set(_clusters(name))]

  def _cluster_names(self) -> Sequence[str]:
    if isinstance(self.clusters, int):
      return PAPER_ORDER[:self.clusters]
    return self.clusters.split(',') if isinstance(self.clusters, str) else self.clusters

  def _of_each_cluster(self, names: list[str]) -> list[str]:
    from flan_jax.data import holdouts
    groups = {}
    for group in holdouts.grouped(names):
      groups.setdefault(_clusters(group[0])[-1], []).append(group)
    kept = {name for cluster, group in groups.items()
            for tasks in _some(group, self.datasets_per_cluster, cluster)
            for name in tasks}
    return [name for name in names if name in kept]

  def _asked(self, name: str) -> str:
    from flan_jax.data import datasets, variants
    variant = variants.Variant(
        name, self.templates, self.style, self.shots, self.shot_seed)
    if variant.name() == name:
      return name
    if name not in datasets.names():
      raise UserError(f'task {name} was not declared with datasets.add, so TEMPLATES, '
                      'STYLE and SHOTS mean nothing to it; leave them as they are')
    return variants.register(variant).name

  def _suffix(self) -> str:
    """'.2clusters.4templates.5shot': what is not the default, in the name."""
    named = self.clusters if isinstance(self.clusters, int) else (
        '_'.join(self._cluster_names()) + '_' if self.clusters else None)
    parts = [f'.{named}clusters'] if named else []
    parts += [f'.{value}{name}' for name, value in (
        ('per_cluster', self.datasets_per_cluster), ('tasks', self.tasks),
        ('templates', self.templates)) if value]
    parts += [f'.{self.style}'] if self.style != 'instructions' else []
    parts += [f'.{self.shots}shot'] if self.shots else []
    return ''.join([*parts, f'.seed{self.shot_seed}' if self.shot_seed else ''])


def _clusters(name: str) -> tuple[str, ...]:
  """Of a dataset, the finest last; a task of another package has none of ours."""
  from flan_jax.data import datasets
  ours = datasets.plain(name) in datasets.names()
  return datasets.get(datasets.plain(name)).clusters if ours else (name,)


def _some(things: Sequence, count: int | None, salt: str) -> list:
  """`count` of the things, drawn with a fixed seed; None keeps all. More holds fewer."""
  if count is None or count >= len(things):
    return list(things)
  order = random.Random(salt).sample(range(len(things)), len(things))
  return [things[number] for number in sorted(order[:count])]
