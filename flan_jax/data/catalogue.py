# SPDX-License-Identifier: Apache-2.0
"""The catalogue: every dataset with its ten templates, as one HTML page without network.

    page()                  # all registered datasets
    page(['rte', 'sst2'])

Examples come from the dataset's sample, if it has one. The template escapes all text.
"""

import inspect
import os
import re
import string
import sys
from typing import Any, Callable, Mapping, Sequence

from flan_jax import storage
from flan_jax.data import clusters, dataset_checks, datasets, rendering, splits
from flan_jax.data import templates as templates_lib
from flan_jax.data.sample_data import embedded_content, embedded_rows

LABELS = ('Source', 'Licence', 'Splits')  # what the docstring of a dataset file states
_TEMPLATE = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'catalogue.html.j2')
_ROLES = {splits.TRAIN: 'train', splits.DEV: 'dev', splits.TEST: 'test'}


def page(names: Sequence[str] | None = None, advance: Callable[[int, str], None] = lambda steps, note: None) -> str:
  """Returns the catalogue as HTML.

  Args:
    names: datasets to show; by default every declared one.
    advance: called as advance(1, name) after each dataset.

  Raises:
    UserError: no dataset of such a name.
  """
  chosen = [datasets.get(name) for name in names or datasets.names()]
  entries = [_entry(group, advance) for group in grouped(chosen)]
  return storage.filled(
    _TEMPLATE, spans=spans, sections=_sections(entries), count=len(chosen), kinds=_kinds(entries), roles=_ROLES
  )


def grouped(chosen: Sequence[datasets.Dataset]) -> list[list[datasets.Dataset]]:
  """Groups datasets by entry: variants from one file that share most templates."""
  groups: list[list[datasets.Dataset]] = []
  for dataset in chosen:
    home = next((group for group in groups if _are_variants(group[0], dataset)), None)
    if home is None:
      groups.append([dataset])
    else:
      home.append(dataset)
  return groups


def _are_variants(one: datasets.Dataset, other: datasets.Dataset) -> bool:
  shared = set(map(_wording, one.templates)) & set(map(_wording, other.templates))
  return one.module == other.module and _cluster(one) == _cluster(other) and len(shared) > len(one.templates) / 2


def _wording(template: templates_lib.Template) -> tuple[str, str, str]:
  """Returns what variants may share: WMT's pairs do, though their directions differ."""
  return template.inputs, template.target, template.kind


def _cluster(dataset: datasets.Dataset) -> str:
  """Returns the finest cluster that is no heading."""
  proper = [name for name in dataset.clusters if not clusters.get(name).heading]
  return (proper or dataset.clusters)[-1]


def _sections(entries: Sequence[Mapping]) -> list[dict]:
  """Returns the clusters that have datasets, in the order of declaration."""
  sections = []
  for cluster in map(clusters.get, clusters.names()):
    own = [entry for entry in entries if entry['cluster'] == cluster.name]
    if own:
      others = [clusters.get(name) for name in own[0]['group'][0].clusters]
      sections.append(
        {
          'cluster': cluster,
          'entries': own,
          'about': _about(cluster.name, own),
          'count': sum(len(entry['group']) for entry in own),
          'part_of': [one.title for one in others if one.heading and one != cluster],
          'dropped': [clusters.get(name) for name in cluster.dropped_with],
        }
      )
  return sections


def _about(cluster: str, entries: Sequence[Mapping]) -> str:
  """Returns a cluster folder's docstring after its name; '' if there is none."""
  folders = {entry['module'].rpartition('.')[0] for entry in entries}
  folder = next((name for name in folders if name.endswith(f'.{cluster}')), None)
  about = _unwrapped(_docstring(folder)).partition(': ')[2]
  return about[:1].upper() + about[1:]


def _kinds(entries: Sequence[Mapping]) -> dict[str, int]:
  """Returns {kind: number of its templates on the page}."""
  shown = [card['kind'] for entry in entries for card in entry['cards']]
  order = templates_lib.CLASSIFICATION, templates_lib.GENERATION, templates_lib.INVERTED
  return {kind: shown.count(kind) for kind in order}


def _entry(group: Sequence[datasets.Dataset], advance: Callable[[int, str], None]) -> dict:
  """Returns an entry of the page: one dataset, or the variants of one file."""
  module = group[0].module
  examples = {}
  for dataset in group:
    examples[dataset.name] = _examples(dataset)
    advance(1, dataset.name)
  return {
    'group': group,
    'cluster': _cluster(group[0]),
    'module': module,
    'kind': group[0].kind,
    'metrics': list(dict.fromkeys(metric for dataset in group for metric in dataset.metrics)),
    'pool': _pool(group),
    'roles': [role for role in _ROLES if any(role in d.splits for d in group)],
    'manual': {
      by_hand: [dataset.name for dataset in group if dataset.origin.by_hand == by_hand]
      for by_hand in dict.fromkeys(dataset.origin.by_hand for dataset in group)
      if by_hand
    },
    **described(_docstring(module)),
    'cards': [card for number in range(dataset_checks.TEMPLATES) for card in _cards(group, number, examples)],
  }


def _docstring(module: str | None) -> str:
  return sys.modules[module].__doc__ or '' if module in sys.modules else ''


def described(docstring: str) -> dict[str, str]:
  """Parses the docstring of a dataset file; missing parts are ''.

  'RTE, entailment.\\n\\nSource: A 2006. Licence: MIT. Splits: all. Rows are short.'
  -> {'name': 'RTE', 'title': ', entailment.', 'source': 'A 2006', 'licence': 'MIT',
      'splits': 'all.', 'notes': 'Rows are short.'}
  """
  head, *labelled = re.split(rf'(?:^|\s)({"|".join(LABELS)}):\s', inspect.cleandoc(docstring))
  said = dict(zip(labelled[::2], map(_unwrapped, labelled[1::2])))
  title, _, rest = head.partition('\n\n')
  name = re.split('[,:]', _unwrapped(title), maxsplit=1)[0]
  # The first sentence is about the splits, the others are notes.
  about_splits, *notes = re.split(r'(?<=[.])(?= [A-Z"`])', said.get('Splits', ''), maxsplit=1)
  return {
    'name': name,
    'title': _unwrapped(title)[len(name) :],
    'source': said.get('Source', '').rstrip('.'),
    'licence': said.get('Licence', '').rstrip('.'),
    'splits': about_splits,
    'notes': f'{_unwrapped(rest)} {"".join(notes)}'.strip(),
  }


def _unwrapped(text: str) -> str:
  """Joins lines; an address that was broken after a slash is restored."""
  return ' '.join(re.sub(r'(?<=\S/)\n\s*(?=\S)', '', text).split())


def spans(text: str) -> list[tuple[str, str]]:
  """'see `fields`, arXiv 1905.10044' -> [('', 'see '), ('code', 'fields'), ('', ', '),
  ('https://arxiv.org/abs/1905.10044', 'arXiv 1905.10044')]: pairs of form and text."""
  found = []
  for part in filter(None, re.split(r'(`[^`]+`|arXiv \d{4}\.\d{4,5})', text)):
    if re.fullmatch('`.+`', part):
      found.append(('code', part[1:-1]))
    elif re.fullmatch(r'arXiv [\d.]+', part):
      found.append((f'https://arxiv.org/abs/{part[6:]}', part))
    else:
      found.append(('', part))
  return found


def _pool(group: Sequence[datasets.Dataset]) -> str:
  """Returns '2,290'; for variants '16,940–100,450'; '' if nothing is trained on."""
  sizes = sorted({dataset.examples for dataset in group if dataset.examples})
  return '–'.join(f'{size:,}' for size in dict.fromkeys([*sizes[:1], *sizes[-1:]]))


def _examples(dataset: datasets.Dataset) -> list[dict[str, str]]:
  """Returns the texts for templates, of sampled records that can be used."""
  if not embedded_rows.has_sample(dataset.name):
    return []
  found = []
  # Eagerly: for so few records, tracing the graph would take most of the time.
  for record in embedded_content.sampled(dataset, dataset_checks.TEMPLATES):
    if dataset.keep and not dataset.keep(record):
      continue
    named = rendering.text_fields(record, dataset)
    if not rendering.flaw(named, dataset).numpy():
      texts = templates_lib.as_text(named).items()
      found.append({name: text.numpy().decode() for name, text in texts})
  return found


def _cards(
  group: Sequence[datasets.Dataset], number: int, examples: Mapping[str, Sequence[Mapping[str, str]]]
) -> list[dict]:
  """Returns template `number`: once if the variants share it, else each wording of it.

  If several share it, they take turns in giving the example.
  """
  users: dict[Any, list[datasets.Dataset]] = {}
  for dataset in group:
    users.setdefault(_wording(dataset.templates[number]), []).append(dataset)
  cards = []
  for sharing in users.values():
    shown = sharing[number % len(sharing)]
    template, given = shown.templates[number], examples[shown.name]
    texts = given[number % len(given)] if given else {}
    cards.append(
      {
        'id': f'{sharing[0].name}/{number}',
        'number': number,
        'kind': template.kind,
        'direction': template.direction.replace('-', ' → '),
        'only': [d.name for d in sharing] if len(users) > 1 else [],
        'shown': shown.name if len(sharing) > 1 else '',
        'inputs': filled(template.inputs, texts),
        'target': filled(template.target, texts),
      }
    )
  return cards


def filled(text: str, texts: Mapping[str, str]) -> list[tuple[str, str]]:
  """Returns pairs of field and text: ('Q: {q}', {'q': 'Why?'}) -> [('', 'Q: '), ('q', 'Why?')].

  A field without a text is shown as written.
  """
  pieces = []
  for literal, name, _, _ in string.Formatter().parse(text):
    pieces += [('', literal)] if literal else []
    pieces += [(name, texts.get(name, f'{{{name}}}'))] if name else []
  return pieces
