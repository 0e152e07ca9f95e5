# SPDX-License-Identifier: Apache-2.0
"""README.md of an exported folder: a model card with YAML front matter, as the hub reads it.

Everything on it is of run.json, results.json and the card of the base; what they do not
tell is said to be unknown.
"""

import dataclasses
import os
import re
from typing import Any, Mapping, Sequence

import yaml

from flan_jax import storage
from flan_jax.evaluation import groups
from flan_jax.evaluation.groups import Group
from flan_jax.evaluation.scores import Evaluation, Results, Training
from flan_jax.report import overlap, sections, tables

FILE = 'README.md'
EMBEDDED = 'embedded'
_TEMPLATE = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'card.md.j2')
_LICENCES = ('license', 'license_name', 'license_link')
_LONGEST = 1_500  # characters of a prompt that is shown


@dataclasses.dataclass(frozen=True, kw_only=True)
class Subject:
  """What a card is of.

  Attributes:
    title: name of the folder.
    run: training.run_file.Run. step: of the checkpoint.
    version: of flan_jax that exports.
    dtype: of the parameters in the folder.
    tuned: whether it ever had prompts. adapter_alone: whether it is a folder of peft.
    base: what the import that the run comes from told, see public_models.base_card, with
      its folder's name as `folder`; {} if it comes from none.
    training: what is known of the text trained on. rule: see runs.report_inputs.rule;
      None: what is held out is declared no more, or nothing is.
    results: None if it was not evaluated.
    datasets: names on the hub of what was trained on. languages: codes of them.
    separators: the texts that end a prompt and an answer. template: name of the chat
      template that asks so, '' if it is the default. exact: whether it gives the tokens
      of tuning.
  """

  title: str
  run: Any
  step: int
  version: str
  dtype: str
  tuned: bool
  adapter_alone: bool
  base: Mapping[str, Any]
  training: Training
  rule: Mapping[str, Any] | None
  results: Results | None
  datasets: Sequence[str] = ()
  languages: Sequence[str] = ()
  separators: tuple[str, str] = ('', '')
  template: str = ''
  exact: bool = True


def write(subject: Subject, folder: str, step: int, **others: Any) -> str:
  """Writes README.md into an export; returns its path.

  step: of the checkpoint. others: fields of the subject, as they are in the folder.
  """
  title, path = os.path.basename(os.path.abspath(folder)), os.path.join(folder, FILE)
  storage.write_whole(path, text(dataclasses.replace(subject, title=title, step=step, **others)))
  return path


def text(subject: Subject) -> str:
  """The card in Markdown."""
  run, every = subject.run, groups.split(subject.results)[::-1] if subject.results else []
  return storage.filled(
    _TEMPLATE,
    front=yaml.safe_dump(front_matter(subject), sort_keys=False, allow_unicode=True),
    subject=subject,
    run=run,
    base=subject.base.get('name') or subject.base.get('folder'),
    embedded=EMBEDDED in run.data,
    unseen=_unseen(subject),
    overlap=overlap.compared(run),
    tables=[_table(group, every, subject.step) for group in every],
    prompt=_prompt(every, subject),
    settings=_settings(subject),
    fence=_fence,
    inline=_inline,
  )


def front_matter(subject: Subject) -> dict[str, Any]:
  """The YAML; what is not known has no key."""
  base, peft = subject.base, subject.adapter_alone
  told = {key: base[key] for key in _LICENCES if base.get(key)}
  if base.get('name'):
    told |= {'base_model': base['name']}
    told |= {'base_model_relation': 'adapter' if peft else 'finetune'} if subject.tuned else {}
  told |= {'library_name': 'peft' if peft else 'transformers', 'pipeline_tag': 'text-generation'}
  told |= {'language': list(subject.languages)} if subject.languages else {}
  told |= {'datasets': list(subject.datasets)} if subject.datasets else {}
  return told | {'tags': ['flan_jax', *(['flan', 'instruction-tuning'] if subject.tuned else [])]}


def _unseen(subject: Subject) -> dict[str, Any] | None:
  """sections.unseen, by cluster: `trained` and `held_out` as (cluster, tasks)."""
  made = sections.unseen(subject.rule, subject.training)
  if made is None:
    return None
  of = {name: _by_cluster(made[name]) for name in ('trained', 'held_out')}
  return made | of | {'count': len(made['trained'])}


def _by_cluster(tasks: Sequence[tuple[str, Sequence[str]]]) -> list[tuple[str, list[str]]]:
  found: dict[str, list[str]] = {}
  for task, clusters in tasks:
    found.setdefault(clusters[0] if clusters else 'of no cluster', []).append(task)
  return list(found.items())


def _table(group: Group, every: Sequence[Group], step: int) -> dict[str, Any]:
  """A group of the results: `title`, `head`, `rows` and `notes`."""
  shown = tables.main(group)
  last = shown[-1]
  head = ['dataset', 'metric', 'most frequent class', *(f'{one.name}, mean (sd)' for one in shown)]
  head += [f'95% of {last.name}', f'{last.name}, template best on dev']
  notes = [*tables.limits(group), *tables.notes(group), *map(_difference, group.comparisons), *_changed(shown)]
  notes += [f'{one.name} is of step {one.step}, the folder of step {step}' for one in shown if _is_other(one, step)]
  return {
    'title': tables.title(group) if len(every) > 1 else tables.title(group).replace(' · ', ', '),
    'head': head,
    'rows': [_row(row, shown) for row in tables.rows(group)],
    'notes': [note for note in notes if note],
  }


def _is_other(one: Evaluation, step: int) -> bool:
  return one.name == 'tuned' and one.step != step


def _row(row: Mapping[str, Any], shown: Sequence[Evaluation]) -> list[str]:
  last = shown[-1]
  ends = last.interval if row['mean_row'] else row['name'] in last.datasets and last.datasets[row['name']].interval
  scores = [row['scores'][one.name]['text'] for one in shown]
  name = f'{row["name"]} (held in)' if row['held_in'] else f'**{row["name"]}**' if row['mean_row'] else row['name']
  best = row['scores'][last.name]['best'] or tables.NOTHING
  return [name, row['metric'] or tables.NOTHING, row['majority'], *scores, tables.interval(ends or None), best]


def _difference(one: Any) -> str:
  if not one.mean:
    return ''
  ends = tables.interval(one.mean.interval)
  return f'{one.of} − {one.against}: {one.mean.difference:+.1f} points (95%: {ends}), mean of the held-out sets'


def _changed(shown: Sequence[Evaluation]) -> list[str]:
  names = [one.name for one in shown if not one.is_as_written]
  return [f'{", ".join(names)}: results.json is not as it was written; these scores are not to be relied on'] * any(
    names
  )


def _prompt(every: Sequence[Group], subject: Subject) -> str:
  """A held-out prompt as the model was asked, if it was; else a text that stands for one."""
  for group in every:
    for one in reversed(tables.main(group)):
      shown = [made.prompt for made in one.datasets.values() if made.prompt and not made.held_in]
      if one.name == 'tuned' and shown and len(shown[0].inputs) <= _LONGEST:
        return shown[0].inputs
  return 'Write the instruction here, with the text that it is about and, if there are any, the options to choose from.'


def _settings(subject: Subject) -> list[tuple[str, str]]:
  """What the run was, as (setting, value)."""
  run = subject.run
  rows = run.rows
  made = [
    ('step', f'{subject.step:,}'),
    ('began from', subject.base.get('name') or subject.base.get('folder') or _beginning(run)),
    ('trained', _trained(run)),
    ('optimizer', _optimizer(run.optimizer)),
    ('tokens a step', f'{rows.tokens_per_batch:,} in packed rows of {rows.row_length:,}'),
    ('longest inputs, targets', f'{rows.inputs_length:,}, {rows.targets_length:,} tokens'),
    ('computed in', run.model.dtype),
    ('loss', _loss(run.loss)),
    ('seed', str(run.seed)),
    ('mixture', f'{run.mixture}, {len(run.tasks)} tasks'),
    ('data', run.data),
    ('software', f'flan_jax {run.version or "of an early version"}'),
  ]
  return [(name, value) for name, value in made if value]


def _optimizer(told: Mapping[str, Any]) -> str:
  """'adafactor, learning_rate 3e-05, schedule constant': what is 0 or off is left out."""
  name = told.get('name', '')
  unused = ('name', 'betas') if name == 'adafactor' else ('name', 'multiply_by_parameter_scale')
  others = {key: value for key, value in told.items() if value and key not in unused}
  return ', '.join([*filter(None, [name]), *(f'{key} {_value(value)}' for key, value in others.items())])


def _value(value: Any) -> str:
  return ', '.join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def _beginning(run: Any) -> str:
  return 'another run of flan_jax' if run.init_from else 'random parameters'


def _trained(run: Any) -> str:
  one = run.adapter
  if not one:
    return 'all parameters'
  return (
    f'LoRA of rank {one.rank}, alpha {one.alpha:g} ({one.scale}), on {", ".join(one.targets)}, '
    f'beside the base in {one.base_dtype}'
  )


def _loss(loss: Any) -> str:
  if loss is None:
    return ''
  return f'cross-entropy on targets, z-loss {loss.z_loss:g}, label smoothing {loss.label_smoothing:g}'


def _fence(content: str) -> str:
  """As many backticks as a block of such content needs."""
  longest = max((len(run) for run in re.findall('`+', content)), default=0)
  return '`' * max(3, longest + 1)


def _inline(content: str) -> str:
  """A text as inline code; characters that Markdown would lose are written out."""
  shown = content.replace('\\', '\\\\').replace('\n', '\\n').replace('\t', '\\t')
  marks = '`' * (len(_fence(shown)) if '`' in shown else 1)
  return f'{marks} {shown} {marks}' if '`' in shown or shown != shown.strip() else f'{marks}{shown}{marks}'
