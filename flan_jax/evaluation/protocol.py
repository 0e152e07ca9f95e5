# SPDX-License-Identifier: Apache-2.0
"""The paper's protocol (section 3): all forward templates, mean, spread, best on dev.

Classification is answered by rank over the options or by decoding, generation by
decoding. The score of a dataset is the mean over its templates, with their deviation;
beside it stands the test score of the template that was best on the dev set. Answers
are made a template at a time, and kept (`cells`).
"""

import dataclasses
from typing import Any, Callable, Mapping, Sequence

import numpy as np

from flan_jax.data import datasets
from flan_jax.data import templates as templates_lib
from flan_jax.data.encoding import Encoding
from flan_jax.data.vocabulary import FLAN
from flan_jax.errors import UserError
from flan_jax.evaluation import answer_files, answers, summaries
from flan_jax.evaluation import questions as questions_lib
from flan_jax.evaluation import ranking as ranking_lib
from flan_jax.evaluation.answers import DECODE, RANK
from flan_jax.evaluation.questions import DEV, Questions, TEST
from flan_jax.evaluation.scores import DatasetScores
from flan_jax.inference import decoding, scoring

BOTH = 'both'
ANSWER_BY = RANK, DECODE, BOTH
PROMPTS_KEPT = 20  # of each split, with their text, for people to read


@dataclasses.dataclass(frozen=True)
class Settings:
  """What is asked and how; row_length, rows and tokens_per_forward change no score.

  templates: numbers of forward templates, None for all. limit: examples of each split,
  None for all. held_in_test: whether tasks trained on are tested too, or only their dev
  sets. splits: None: as held_in_test says. ranking: see `ranking`. answer_by: 'rank',
  'decode' or 'both', of classification. decode_tokens: of a decoded answer; None is the
  run's targets_length. row_length, rows, tokens_per_forward: see scoring.Forward.
  """

  templates: Sequence[int] | None = None
  limit: int | None = None
  held_in_test: bool = False
  splits: Sequence[str] | None = None
  ranking: str = ranking_lib.SUM
  answer_by: str = RANK
  decode_tokens: int | None = None
  row_length: int = scoring.ROW_LENGTH
  rows: int | None = None
  tokens_per_forward: int | None = None

  def __post_init__(self):
    ranking_lib.check(self.ranking)
    if self.answer_by not in ANSWER_BY:
      raise UserError(f'ANSWER_BY = {self.answer_by!r} is none of {", ".join(map(repr, ANSWER_BY))}')
    for name in ('limit', 'decode_tokens', 'rows', 'tokens_per_forward'):
      value = getattr(self, name)
      if value is not None and value < 1:
        raise UserError(f'{name} is {value}; it must be at least 1, or left out')

  def asks(self, held_in: bool) -> tuple[str, ...]:
    """The splits that are evaluated."""
    if self.splits is not None:
      return tuple(self.splits)
    return (DEV,) if held_in and not self.held_in_test else (DEV, TEST)


@dataclasses.dataclass(frozen=True)
class Context:
  """What an evaluation keeps, what it shares with others, and whom it tells.

  folder: (name, task) -> where its answers are kept; what is there is not made again.
  agreed: what is there already, as all processes are to see it. read: questions already
  read; those read here are added. Serves a second checkpoint. progress: see
  scoring.Progress. samples: by name what each score is of is added, and the scores have
  intervals. summarise: whether there are any scores; one of several processes is enough.
  """

  folder: Callable[[str, str], answers.Folder] = lambda name, task: answers.Folder(None, '')
  agreed: Callable[[list[bool]], list[bool]] = lambda done: done
  read: dict[str, Questions] = dataclasses.field(default_factory=dict)
  progress: scoring.Progress = scoring.silent
  samples: dict[str, summaries.Sample] | None = None
  summarise: bool = True


def evaluate(
  loaded: Any,
  tasks: Mapping[str, str] | Sequence[str],
  held_in: bool,
  settings: Settings = Settings(),
  encoding: Encoding | None = None,
  context: Context | None = None,
) -> tuple[dict[str, DatasetScores], dict[str, str]]:
  """Scores of a checkpoint on datasets.

  Args:
    loaded: `config`, `params` and `run`, as checkpoint.load gives them.
    tasks: name of a dataset -> the task that it is asked as; or names that are both.
    held_in: whether the datasets were trained on; see Settings.held_in_test.
    encoding: by default that of loaded.run; a base wants that of the run tuned from it.
    context: by default nothing is kept and nobody told.

  Returns:
    (scores, problems): by name, of datasets that were evaluated, and why others were not.

  Raises:
    answer_files.Unwritable: answers cannot be kept.
  """
  encoding, context = encoding or Encoding.of(loaded.run), context or Context()
  tasks = tasks if isinstance(tasks, Mapping) else {name: name for name in tasks}
  scores, problems = {}, {}
  for name, task in tasks.items():
    try:
      kept, asked = context.folder(name, task), _Asked(task, held_in, settings, encoding, context.read)
      _answer_all(loaded, asked, kept, context)
      if context.summarise:
        scores[name] = summaries.of_dataset(task, held_in, kept, asked.cells(), settings.ranking, encoding)
        if context.samples is not None:
          scores[name], context.samples[name] = summaries.with_intervals(scores[name], kept)
    except answer_files.Unwritable:
      raise
    except UserError as error:
      problems[name] = str(error)
  return scores, problems


@dataclasses.dataclass
class _Asked:
  """A task that is evaluated; its questions are read when first needed."""

  task: str
  held_in: bool
  settings: Settings
  encoding: Encoding
  read: dict[str, Questions]

  def cells(self) -> list[tuple[int, str]]:
    """(template, method) of all cells."""
    numbers = questions_lib.forward_templates(self.task, self.settings.templates)
    return [(number, method) for method in methods(self.task, self.settings.answer_by) for number in numbers]

  def questions(self) -> Questions:
    if self.task not in self.read:
      settings = self.settings
      self.read[self.task] = questions_lib.read(
        self.task,
        self.encoding,
        templates=settings.templates,
        splits=settings.asks(self.held_in),
        limit=settings.limit,
        decode_tokens=self._decode_tokens(),
      )
    return self.read[self.task]

  def _decode_tokens(self) -> int | None:
    """Of a decoded answer; None where every answer is ranked."""
    if DECODE not in methods(self.task, self.settings.answer_by):
      return None
    return self.settings.decode_tokens or self.encoding.targets_length


def methods(task: str, answer_by: str = RANK) -> tuple[str, ...]:
  """By which a task is answered: classification as wished, generation by decoding."""
  if datasets.get(task).kind != templates_lib.CLASSIFICATION:
    return (DECODE,)
  return (RANK, DECODE) if answer_by == BOTH else (answer_by,)


def _answer_all(loaded, asked: _Asked, kept: answers.Folder, context: Context) -> None:
  """Makes the cells that are missing."""
  wanted, agreed = asked.cells(), context.agreed
  if not agreed([kept.examples() is not None])[0]:
    kept.keep_examples(_examples(asked.questions()))
  done = agreed([kept.has(*cell) for cell in wanted])
  if all(done):
    return
  found = asked.questions()
  each = len(found.examples)
  with context.progress(asked.task, each * len(wanted)) as advance:
    for (template, method), there in zip(wanted, done):
      if there:
        if advance:
          advance(each)
        continue
      column = found.templates.index(template)
      answer = _ranked if method == RANK else _decoded
      given = answer(loaded, found, column, asked.encoding, asked.settings, advance)
      kept.keep(
        answers.Cell(
          template,
          method,
          _with_prompts(found, column, given, asked.encoding),
          cut=sum(found.cut[column :: len(found.templates)]),
          cut_answers=sum(found.cut_options if method == RANK else found.cut_answers),
        )
      )


def _examples(found: Questions) -> answers.Examples:
  return answers.Examples(
    found.sizes,
    [
      {
        'label': one.label,
        'options': list(one.options),
        'references': list(one.references),
        'group': one.group,
        'key': one.key,
      }
      for one in found.examples
    ],
    found.problems,
  )


def _with_prompts(found: Questions, column: int, given: list[dict], encoding: Encoding) -> list[dict]:
  """The first answers of each split get what was asked, as the model saw it."""
  for split in (DEV, TEST):
    for number in range(len(given))[found.rows(split)][:PROMPTS_KEPT]:
      ids = found.inputs[number * len(found.templates) + column]
      targets = found.examples[number].targets
      given[number] |= {'prompt': encoding.shown(ids), 'tokens': len(ids), 'target': targets[column] if targets else ''}
  return given


def _ranked(loaded, found: Questions, column: int, encoding, settings, advance):
  prompts = list(zip(found.inputs[column :: len(found.templates)], found.options))
  size = scoring.Forward(settings.row_length, settings.tokens_per_forward, settings.rows)
  scores = scoring.scores(loaded.config, loaded.params, prompts, size, advance)
  blank = None
  if settings.ranking == ranking_lib.CALIBRATED:
    blanks, numbers = questions_lib.content_free(found, column, encoding)
    unconditional = scoring.scores(loaded.config, loaded.params, blanks, size)
    blank = [unconditional[number] for number in numbers]
  compared = ranking_lib.ranked(settings.ranking, scores, [list(map(len, one)) for one in found.options], blank)
  chosen = ranking_lib.choose(compared, scores if blank else None)
  return [
    {'answer': int(answer), 'scores': [_plain_number(one) for one in own]} for answer, own in zip(chosen, compared)
  ]


def _plain_number(score: float) -> float | None:
  return round(float(score), 6) if np.isfinite(score) else None


def _decoded(loaded, found: Questions, column: int, encoding, settings, advance):
  how = decoding.Settings(settings.decode_tokens or encoding.targets_length, stop=encoding.stop)
  written = decoding.generate(
    loaded.config,
    loaded.params,
    found.inputs[column :: len(found.templates)],
    how,
    encoding.end_ids(),
    decode=FLAN.decode,
    rows=settings.rows,
    tokens_per_forward=settings.tokens_per_forward,
    advance=advance,
  )
  texts = [decoding.before_stop(FLAN.decode(ids), encoding.stop).strip() for ids in written]
  return [
    {'answer': ranking_lib.matched(text, one.options), 'text': text} if one.options else {'answer': text}
    for text, one in zip(texts, found.examples)
  ]
