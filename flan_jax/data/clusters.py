# SPDX-License-Identifier: Apache-2.0
"""The clusters: the paper's twelve, the six that its public code makes of the miscellaneous
one, and those that other packages add.

    clusters.add('legal', 'Questions of law', dropped_with=('nli',))
"""

import dataclasses
from typing import Sequence

from flan_jax.errors import did_you_mean, UserError


@dataclasses.dataclass(frozen=True)
class Cluster:
  """A group of datasets of one task type.

  dropped_with: clusters that are not trained on either if this one is held out.
  heading: it only groups others, so sharing it does not relate two datasets.
  """

  name: str
  title: str
  dropped_with: tuple[str, ...] = ()
  heading: bool = False


# Ends the message about an unknown name.
OWN = 'one of your own package is known after --import=MODULE'

_CLUSTERS: dict[str, Cluster] = {}


def add(name: str, title: str, *, dropped_with: Sequence[str] = (), heading: bool = False) -> Cluster:
  """Declares a cluster; an identical second declaration has no effect.

  Raises:
    UserError: the name belongs to another cluster, or cannot name a file.
  """
  declared = Cluster(name, title, tuple(dropped_with), heading)
  if not name.isidentifier():
    raise UserError(f'cluster {name!r}: use letters, digits and underscores')
  if _CLUSTERS.setdefault(name, declared) != declared:
    raise UserError(f'cluster {name!r} is declared already: {_CLUSTERS[name]}')
  return declared


def names() -> list[str]:
  """Returns every cluster, in the order of declaration."""
  return list(_CLUSTERS)


def get(name: str) -> Cluster:
  """Returns the cluster of that name; an unknown one is a UserError with the nearest names."""
  if name not in _CLUSTERS:
    raise UserError(f'unknown cluster {name!r}{did_you_mean(name, names())} (there are {", ".join(names())}; {OWN})')
  return _CLUSTERS[name]


# Paper, figure 3; `dropped_with`: section 2.2 and footnote 1. The last rule of
# reading_comprehension_commonsense is certain only from the public code.
add('nli', 'Natural language inference', dropped_with=('paraphrase',))
add('commonsense', 'Commonsense', dropped_with=('reading_comprehension_commonsense',))
add('sentiment', 'Sentiment')
add('paraphrase', 'Paraphrase', dropped_with=('nli',))
add('closed_book_qa', 'Closed-book QA')
add('struct_to_text', 'Struct to text')
add('translation', 'Translation')
add('reading_comprehension', 'Reading comprehension', dropped_with=('reading_comprehension_commonsense',))
add(
  'reading_comprehension_commonsense',
  'Reading comprehension with commonsense',
  dropped_with=('reading_comprehension', 'commonsense'),
)
add('coreference', 'Coreference')
add('summarization', 'Summarization')
add('miscellaneous', 'Miscellaneous', heading=True)
# The members of 'miscellaneous' have little in common: each of these is held out by
# itself, as in FLAN's public code.
add('conversational_qa', 'Conversational QA')
add('word_disambiguation', 'Word disambiguation')
add('math', 'Math')
add('text_formatting', 'Text formatting')
add('question_classification', 'Question classification')
add('linguistic_acceptability', 'Linguistic acceptability')
# The clusters with the paper's `dropped_with`.
PAPER = frozenset(_CLUSTERS)
# From the Flan Collection (arXiv 2301.13688): it groups datasets with explained answers, each
# of which also belongs to the cluster of its task.
add('chain_of_thought', 'Chain of thought', heading=True)
