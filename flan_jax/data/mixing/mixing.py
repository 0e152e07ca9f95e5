# SPDX-License-Identifier: Apache-2.0
"""The mixing of the Flan Collection (Longpre et al. 2023, arXiv 2301.13688), as settings.

    Mixing(few_shot=0.5, shares={'chain_of_thought': 0.05}, added='chain_of_thought')

Each dataset of the mixture is used in up to four ways: with or without exemplars, forward
or inverted. Every way is a SeqIO task, a variant of the dataset, with its part of the
dataset's mixing rate. The defaults change nothing: the paper's examples-proportional
mixing with at most 3,000 per dataset.
"""

import collections
import dataclasses
from typing import Iterable, Mapping, Sequence

from flan_jax import settings
from flan_jax.errors import notice, UserError

_NOTHING = 1e-9  # a smaller share is a rounding error


@dataclasses.dataclass(frozen=True)
class Mixing:
  """How the prompts of a mixture are divided.

  few_shot: share of each dataset's prompts with exemplars. exemplars: their maximum
  number; each prompt draws its number, from 1. inverted: share of each dataset's prompts
  in inverted templates, if it has any; None: their share among the ten. shares: of all
  prompts, by cluster or dataset; the others divide the rest by their rates. caps: the
  highest rate of each dataset, by cluster or dataset, instead of 3,000. added: clusters
  or datasets outside all mixtures, 'a,b'.
  """

  few_shot: float = 0.0
  exemplars: int = 5
  inverted: float | None = None
  shares: Mapping[str, float] = dataclasses.field(default_factory=dict)
  caps: Mapping[str, int] = dataclasses.field(default_factory=dict)
  added: Sequence[str] | str | None = None

  def __post_init__(self):
    settings.check_fields(self)
    if sum(self.shares.values()) > 1 + _NOTHING:
      raise UserError(f'SHARES = {dict(self.shares)!r} sum to {sum(self.shares.values()):g}; they may sum to 1 at most')

  def apply(self, mixture: str, held_out: str | None = None) -> str:
    """Registers the mixture so divided and returns its name; `mixture` if nothing changes.

    held_out: what must stay unseen; added datasets that may not be seen are left out,
      with a notice.

    Raises:
      UserError: a name that is not in the mixture, or in two parts of it; nothing is left.
    """
    # Not at module level: gin reads this class before TensorFlow must be present.
    from flan_jax.data import holdouts

    if self == Mixing(exemplars=self.exemplars):
      return mixture
    divided = {
      task: weight * part
      for name, weight in self.weights(self._rates(mixture, held_out)).items()
      for task, part in self._ways(name).items()
    }
    return holdouts.register_mixture(f'{mixture}{self._suffix()}', list(divided.items()))

  def weights(self, rates: Mapping[str, float]) -> dict[str, float]:
    """Returns the weights of tasks with these mixing rates, within the shares of their parts.

    Raises:
      UserError: as `apply`.
    """
    groups = self._by_task('SHARES', self.shares, rates)
    totals: dict[str, float] = collections.defaultdict(float)
    for name, (word, _) in groups.items():
      totals[word] += rates[name]
    unnamed = {name: rate for name, rate in rates.items() if name not in groups}
    left = 1 - sum(self.shares.values())
    if left < _NOTHING and unnamed:
      notice(f'SHARES = {dict(self.shares)!r} leave nothing for {", ".join(unnamed)}: not trained on')
      unnamed = {}
    if left > _NOTHING and not unnamed and left < 1:
      notice(f'SHARES = {dict(self.shares)!r} name all datasets and sum to {1 - left:g}: they are scaled to sum to 1')
    # If every task is in a share, the shares divide the whole, whatever their sum.
    whole = sum(unnamed.values()) / left if unnamed else sum(rates.values())
    named = {name: whole * share * rates[name] / totals[word] for name, (word, share) in groups.items() if share}
    weights = {name: (unnamed | named)[name] for name in rates if name in unnamed or name in named}
    if not any(weights.values()):
      raise UserError(f'SHARES = {dict(self.shares)!r} sum to nothing: no prompt would be drawn; give one a share')
    return weights

  def _rates(self, mixture: str, held_out: str | None) -> dict[str, float]:
    """Returns the rates of the mixture's tasks and of added ones, none above its cap."""
    import seqio

    from flan_jax.data import holdouts

    provider = seqio.get_mixture_or_task(mixture)
    alone = isinstance(provider, seqio.Task)
    rates = {
      task.name: holdouts.rate(task) if alone else provider.get_rate(task)
      for task in getattr(provider, 'tasks', [provider])
    }
    rates |= {
      name: holdouts.rate_of(name, holdouts.MAXIMUM_RATE) for name in self._added(held_out) if name not in rates
    }
    caps = self._by_task('CAPS', self.caps, rates)
    return rates | {name: holdouts.rate_of(name, cap) for name, (_, cap) in caps.items()}

  def _by_task(self, setting: str, values: Mapping, names: Iterable[str]) -> dict[str, tuple]:
    """Returns {task: (the word that names it, its value)}.

    Raises:
      UserError: a word names nothing here, or two name the same task.
    """
    from flan_jax.data import datasets

    found: dict[str, tuple] = {}
    for word, value in values.items():
      own = [name for name in names if word in (name, datasets.plain(name), *datasets.clusters_of(name))]
      if not own:
        raise UserError(
          f'{setting} names {word!r}, which is no cluster or dataset of the mixture; it has {", ".join(names)}'
        )
      for name in own:
        if name in found:
          raise UserError(f'{setting} names {name} twice, by {found[name][0]!r} and {word!r}; leave one out')
        found[name] = word, value
    return found

  def _added(self, held_out: str | None) -> list[str]:
    """Returns the added datasets that may be seen."""
    from flan_jax.data import holdouts

    if not self.added:
      return []
    added = holdouts.named(self._added_text)
    leaking = holdouts.seen(added, held_out)
    if leaking:
      notice(f'ADDED = {self.added!r}: {", ".join(leaking)} left out, since {held_out} is held out')
    return [name for name in added if name not in leaking]

  @property
  def _added_text(self) -> str:
    return self.added if isinstance(self.added, str) else ','.join(self.added or ())

  def _ways(self, name: str) -> dict[str, float]:
    """Returns {task: its part}: the ways in which a dataset is used.

    A part of 0 is left out. A dataset without inverted templates is not inverted.
    """
    from flan_jax.data import datasets, prompt_variants

    if not self.few_shot and self.inverted is None:
      return {name: 1.0}
    if name not in datasets.every():
      raise UserError(
        f'task {name} was not declared with datasets.add, so FEW_SHOT_SHARE and INVERTED_SHARE '
        'mean nothing to it; leave them as they are'
      )
    dataset = datasets.get(name)
    base = dataset.variant or prompt_variants.Variant(name)
    if self.few_shot and base.shots:
      raise UserError(f'SHOTS = {base.shots} and FEW_SHOT_SHARE = {self.few_shot}: set one of them')
    directions = {'': 1.0}
    if self.inverted is not None and len(dataset.forward) < len(dataset.templates):
      directions = {prompt_variants.FORWARD: 1 - self.inverted, prompt_variants.INVERTED: self.inverted}
    made = {}
    for direction, part in directions.items():
      for shots, share in ((0, 1 - self.few_shot), (self.exemplars, self.few_shot)):
        variant = dataclasses.replace(base, turned=direction, shots=shots, drawn_shots=bool(shots))
        if part * share:
          made[prompt_variants.register(variant).name] = part * share
    return made

  def _suffix(self) -> str:
    """Returns the settings other than the defaults, '.50few.cot_', for the mixture's name."""
    parts = [f'.{self.few_shot:g}few{self.exemplars}'] if self.few_shot else []
    parts += [f'.{self.inverted:g}inverted'] if self.inverted is not None else []
    for title, values in (('shares', self.shares), ('caps', self.caps)):
      if values:
        parts.append(f'.{title}_' + '_'.join(f'{word}_{value:g}' for word, value in values.items()))
    if self.added:
      parts.append(f'.with_{self._added_text}'.replace(',', '_'))
    return ''.join(parts).replace(' ', '')
