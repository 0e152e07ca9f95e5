# SPDX-License-Identifier: Apache-2.0
"""The part of a mixture that a run trains on, and the style of its prompts.

The ablations of the paper are selections: templates per dataset (appendix B), datasets
per cluster (appendix B), clusters (section 4.1), instructions (section 4.3), exemplars
(section 4.4). The paper does not say which datasets and tasks a number selects: here it
is as in FLAN's public code (`flan_splits`).
"""

import dataclasses
from typing import Sequence

from flan_jax import settings
from flan_jax.errors import did_you_mean, notice, UserError

# The order in which the paper's figure 6 adds clusters.
PAPER_ORDER = (
  'summarization',
  'translation',
  'reading_comprehension',
  'sentiment',
  'struct_to_text',
  'coreference',
  'conversational_qa',
)


@dataclasses.dataclass(frozen=True)
class Selection:
  """What to select from a mixture; by default everything.

  clusters: names, 'nli,math' or ('nli', 'math'), or how many in the paper's order.
  datasets_per_cluster: so many tasks of each; variants such as the rounds of ANLI count
  one by one. tasks: names as well, or how many in all, or 'prepared': those whose data is
  there, the others being told. More always contains fewer. templates, examples, style,
  shots, shot_seed: see prompt_variants.Variant.
  """

  clusters: Sequence[str] | str | int | None = None
  datasets_per_cluster: int | None = None
  tasks: Sequence[str] | str | int | None = None
  templates: int | None = None
  style: str = 'instructions'
  shots: int = 0
  shot_seed: int = 0
  examples: int | None = None

  def __post_init__(self):
    settings.check_fields(self)
    for name in ('clusters', 'tasks'):
      _check_names(name.upper(), getattr(self, name))
    if isinstance(self.clusters, int) and not 1 <= self.clusters <= len(PAPER_ORDER):
      raise UserError(f'CLUSTERS = {self.clusters}: the paper adds 1 to {len(PAPER_ORDER)}')

  def apply(self, mixture: str) -> str:
    """Registers the mixture of the selection and returns its name; `mixture` if all is selected.

    Raises:
      UserError: nothing is left, or a variant is requested of another package's task.
    """
    # Not at module level: gin reads this class before TensorFlow must be present.
    from flan_jax.data import flan_splits, holdouts

    members = holdouts.members(mixture)
    kept = self._of_clusters(members)
    if self.datasets_per_cluster is not None:
      kept = flan_splits.first_of_clusters(kept, self.datasets_per_cluster)
    kept = self._of_tasks(kept, members, mixture)
    if not kept:
      raise UserError(f'nothing is left of {mixture!r} to train on: {self}')
    tasks = [self._asked(name) for name in kept]
    if tasks == members:
      return mixture
    return holdouts.register_mixture(f'{mixture}{self._suffix()}', tasks)

  def _of_clusters(self, names: list[str]) -> list[str]:
    from flan_jax.data import clusters, datasets

    if self.clusters is None:
      return names
    asked = PAPER_ORDER[: self.clusters] if isinstance(self.clusters, int) else _words(self.clusters)
    wanted = {clusters.get(cluster).name for cluster in asked}
    return [name for name in names if wanted & set(datasets.clusters_of(name))]

  def _of_tasks(self, names: list[str], members: list[str], mixture: str) -> list[str]:
    from flan_jax.data import flan_splits, holdouts

    if self.tasks is None:
      return names
    if isinstance(self.tasks, int):
      return flan_splits.first_of_all(names, self.tasks)
    wanted = _words(self.tasks)
    if wanted == [holdouts.PREPARED]:
      return _prepared(names, mixture)
    for word in wanted:
      if word not in names:
        raise UserError(f'TASKS = {self.tasks!r}: {_why_not(word, members, mixture)}')
    return [name for name in names if name in wanted]

  def _asked(self, name: str) -> str:
    from flan_jax.data import datasets, prompt_variants

    variant = prompt_variants.Variant(
      name, self.templates, self.style, self.shots, self.shot_seed, examples=self.examples
    )
    if variant.name() == name:
      return name
    if name not in datasets.names():
      raise UserError(
        f'task {name} was not declared with datasets.add, so TEMPLATES, TRAIN_EXAMPLES, '
        'STYLE and SHOTS mean nothing to it; leave them as they are'
      )
    return prompt_variants.register(variant).name

  def _suffix(self) -> str:
    """Returns the settings other than the defaults, '.2clusters.4templates.5shot', for the name."""
    parts = [
      f'.{value}{name}'
      for name, value in (
        ('clusters', _label(self.clusters)),
        ('per_cluster', self.datasets_per_cluster),
        ('tasks', _label(self.tasks)),
        ('templates', self.templates),
        ('examples', self.examples),
      )
      if value
    ]
    parts += [f'.{self.style}'] if self.style != 'instructions' else []
    parts += [f'.{self.shots}shot'] if self.shots else []
    return ''.join([*parts, f'.seed{self.shot_seed}' if self.shot_seed else ''])


def _check_names(setting: str, value) -> None:
  """Raises UserError unless it is None, a number >= 1, or names."""
  if value is None or type(value) is int and value >= 1 or (setting == 'CLUSTERS' and type(value) is int):
    return
  texts = [value] if isinstance(value, str) else value
  if not isinstance(texts, (list, tuple)) or not all(isinstance(text, str) for text in texts) or not _words(value):
    raise UserError(f"{setting} = {value!r} must be names, as in 'a,b' or ('a', 'b'), a whole number >= 1, or None")


def _words(value: Sequence[str] | str) -> list[str]:
  """Splits names: 'a, b' or ('a', 'b') -> ['a', 'b']."""
  texts = value.split(',') if isinstance(value, str) else value
  return list(dict.fromkeys(filter(None, (text.strip() for text in texts))))


def _label(value) -> str:
  """Returns names or a number as part of a mixture's name: 'nli_math_'."""
  if value is None or isinstance(value, int):
    return str(value or '')
  return '_'.join(_words(value)) + '_'


def _prepared(names: list[str], mixture: str) -> list[str]:
  """Returns the tasks whose data is present; names the others on standard error."""
  from flan_jax.data import datasets, splits

  kept = [
    name
    for name in names
    if datasets.plain(name) not in datasets.names() or datasets.get(datasets.plain(name)).source.prepared()
  ]
  if not kept:
    datasets.require_prepared([datasets.plain(name) for name in names])
  missing = [name for name in names if name not in kept]
  if missing:
    notice(
      f'{len(kept)} of {len(names)} tasks of {mixture} are prepared in '
      f'{splits.data_dir()}; left out: {", ".join(missing)}'
    )
  return kept


def _why_not(word: str, members: list[str], mixture: str) -> str:
  """Returns why no selected task has that name."""
  from flan_jax.data import clusters, datasets

  if word in members:
    return f'{word} is not of the chosen CLUSTERS or DATASETS_PER_CLUSTER'
  if word in datasets.names():
    return f'{word} is not in {mixture}, which trains on neither what is held out nor what is dropped with it'
  if word in clusters.names():
    return f'{word} is a cluster: say CLUSTERS = {word!r}'
  return f'there is no task {word!r} in {mixture}{did_you_mean(word, members)} ({clusters.OWN})'
