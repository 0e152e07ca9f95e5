# SPDX-License-Identifier: Apache-2.0
"""What evaluations find: the same objects from the answers to the page and in results.json.

    Results
      evaluations: Evaluation   of a model under Conditions
        datasets: DatasetScores   by ranking, or by decoding where that is the only method
          templates: TemplateScores
          decoded: MethodScores   beside ranking, if both were wanted
      comparisons: Comparison   Difference of two evaluations, in each dataset and in the mean

`to_json` and `from_json` are inverse. Scores are from 0 to 100, word edits are counts.
"""

import dataclasses
import hashlib
import json
import sys
from typing import Annotated, Any, Literal, Mapping, Self

import msgspec

SCHEMA = 3
# NaN and Infinity, which Python's JSON knows, are no scores.
_FINITE = msgspec.Meta(ge=-sys.float_info.max, le=sys.float_info.max)
Number = Annotated[float, _FINITE] | int
Pair = tuple[Number, Number]
Training = Literal['known', 'base unknown', 'unknown']
# A file that lacks one of these means None; earlier versions did not write them.
_OPTIONAL = frozenset(
  'kind cut cut_answers unanswered median quartiles prompt ranking decoded asking askings'.split()
  + 'answers training digest'.split()
)


_YOUNGER = 'begin', 'separators'  # conditions that a file may lack


@dataclasses.dataclass(frozen=True, kw_only=True)
class Record:
  """An object of results.json. others: fields that a later version writes, which are kept."""

  others: Mapping[str, Any] = dataclasses.field(default_factory=dict, repr=False)

  def to_json(self) -> dict[str, Any]:
    """Returns the object of the file. Conditions have no object of their own in it."""
    content: dict[str, Any] = {}
    for field in dataclasses.fields(self):
      value = getattr(self, field.name)
      if isinstance(value, Conditions):
        content |= _plain(value.told())
      elif field.name != 'others' and not (value is None and field.name in _OPTIONAL):
        content[field.name] = _plain(value)
    return {**content, **self.others}


def _plain(value: Any) -> Any:
  """The value as a JSON parser returns it."""
  if isinstance(value, Record):
    return value.to_json()
  if isinstance(value, Mapping):
    return {name: _plain(each) for name, each in value.items()}
  return [_plain(each) for each in value] if isinstance(value, list | tuple) else value


@dataclasses.dataclass(frozen=True, kw_only=True)
class Signed(Record):
  """A record with a digest of all else in it; one without was written by an earlier version."""

  digest: str | None = None

  def to_json(self) -> dict[str, Any]:
    content = super().to_json()
    content.pop('digest', None)
    return {**content, 'digest': self.digest} if self.digest else content

  def signed(self) -> Self:
    """Returns the same with the digest that fits."""
    text = json.dumps({**self.to_json(), 'digest': None}, sort_keys=True)
    return dataclasses.replace(self, digest=hashlib.sha256(text.encode()).hexdigest()[:16])

  @property
  def is_as_written(self) -> bool:
    """Whether the digest fits, if there is one."""
    return self.digest in (None, self.signed().digest)


@dataclasses.dataclass(frozen=True, kw_only=True)
class TemplateScores(Record):
  """The answers in a template, by a method ('rank' or 'decode').

  dev, test: metric -> score. cut: prompts that were shortened. cut_answers: examples of which
  an option, or every right answer, was shortened. unanswered: see answers.Cell.
  """

  template: int
  kind: str | None = None
  method: str
  n_dev: int
  n_test: int
  dev: Mapping[str, Number | None]
  test: Mapping[str, Number | None]
  cut: int | None = None
  cut_answers: int | None = None
  unanswered: int | None = None

  def of(self, split: str) -> Mapping[str, Number | None]:
    """The scores of 'dev' or 'test'."""
    return self.dev if split == 'dev' else self.test


@dataclasses.dataclass(frozen=True, kw_only=True)
class MethodScores(Record):
  """The primary metric over the templates of a dataset.

  interval: 95%, see bootstrap. best_dev_test: the test score of the template that is best on
  dev. They are None where a split has no examples or no interval was computed.
  """

  templates: Annotated[tuple[TemplateScores, ...], msgspec.Meta(min_length=1)]
  mean: Number | None
  std: Number | None
  median: Number | None = None
  quartiles: Pair | None = None
  best_dev_template: int | None
  best_dev_test: Number | None
  interval: Pair | None

  @property
  def split(self) -> str:
    """Where the scores are from: 'test', or 'dev' where there is no test."""
    return 'test' if any(template.n_test for template in self.templates) else 'dev'

  def by_template(self, metric: str) -> dict[int, Number]:
    """template -> its score on `split`, of those that have one."""
    scores = {each.template: each.of(self.split).get(metric) for each in self.templates}
    return {template: score for template, score in scores.items() if score is not None}


@dataclasses.dataclass(frozen=True, kw_only=True)
class ShownPrompt(Record):
  """A prompt as the model saw it, with the text of the model's answer."""

  template: int
  inputs: str
  tokens: int
  separators: tuple[str, ...]
  options: tuple[str, ...]
  target: str
  answer: str


@dataclasses.dataclass(frozen=True, kw_only=True)
class DatasetScores(MethodScores):
  """The scores of a dataset.

  primary: the metric that is summarised. majority: score of the most frequent class, None
  without classes. problems: what was left out. ranking: where it is not 'sum'. decoded: the
  same of decoded answers, where these scores are of ranked ones. asking: see
  askings.Asking; askings: the scores on dev that it was chosen by.
  """

  held_in: bool
  primary: str
  majority: Number | None
  problems: tuple[str, ...] = ()
  prompt: ShownPrompt | None = None
  ranking: str | None = None
  decoded: MethodScores | None = None
  asking: str | None = None
  askings: Mapping[str, Number | None] | None = None

  def to_json(self) -> dict[str, Any]:
    return {'held_in': self.held_in, 'primary': self.primary, **super().to_json()}


@dataclasses.dataclass(frozen=True, kw_only=True)
class Conditions:
  """What an evaluation asks, and how. Only evaluations of equal conditions are compared.

  What has no effect has its usual value: the seed without exemplars, the test sets of no
  held-in tasks. separators: None: a run as it was trained, an untuned model as is best on dev.
  """

  data: str
  cluster: str | None = None
  held_in: tuple[str, ...] = ()
  style: str = 'instructions'
  shots: int = 0
  shot_seed: int = 0
  ranking: str = 'sum'
  answer_by: str = 'rank'
  limit: int | None = None
  held_in_test: bool = False
  decode_tokens: int | None = None
  begin: bool | None = None
  separators: tuple[str, str] | str | None = None

  def __post_init__(self):
    if isinstance(self.separators, list):
      object.__setattr__(self, 'separators', tuple(self.separators))
    object.__setattr__(self, 'held_in', tuple(sorted(self.held_in)))
    object.__setattr__(self, 'shot_seed', self.shot_seed if self.shots else 0)
    object.__setattr__(self, 'held_in_test', bool(self.held_in_test and self.held_in))

  def told(self) -> dict[str, Any]:
    """As files have them: without `separators` where there are none, as before there was such a setting."""
    told = dataclasses.asdict(self)
    return {name: value for name, value in told.items() if name != 'separators' or value is not None}


@dataclasses.dataclass(frozen=True, kw_only=True)
class Evaluation(Signed):
  """The scores of a model.

  name: 'untuned', 'plain', 'tuned', or 'step N' of an earlier checkpoint. answers: folder
  below predictions/, by default the name. training: what is known of the training data.
  problems: dataset -> why it has no scores. mean: of the held-out datasets.
  """

  name: str
  step: int
  conditions: Conditions
  answers: str | None = None
  training: Training | None = None
  datasets: Mapping[str, DatasetScores]
  problems: Mapping[str, str] = dataclasses.field(default_factory=dict)
  mean: Number | None
  interval: Pair | None

  @property
  def summary(self) -> MethodScores:
    """The mean over the datasets, as scores of no templates."""
    none: Any = {'std': None, 'best_dev_template': None, 'best_dev_test': None}
    return MethodScores(templates=(), mean=self.mean, interval=self.interval, **none)

  @property
  def folder(self) -> str:
    """Where the answers are kept, below predictions/."""
    return self.answers or self.name

  def to_json(self) -> dict[str, Any]:
    content = super().to_json()
    if content['begin'] is None:  # as before there was such a setting
      del content['begin']
    return content


@dataclasses.dataclass(frozen=True, kw_only=True)
class Difference(Record):
  """One score less another, in points, with its 95% interval.

  p: two-sided: twice the share of the replicates on the other side of 0, or on it; at least
  one of all of them, as less cannot be told from none.
  """

  difference: Number
  interval: Pair | None
  p: Number | None


@dataclasses.dataclass(frozen=True, kw_only=True)
class Comparison(Signed):
  """What one evaluation scores more than another. problems: dataset -> why it is missing."""

  of: str
  against: str
  problems: Mapping[str, str] = dataclasses.field(default_factory=dict)
  datasets: Mapping[str, Difference]
  mean: Difference | None
  conditions: Conditions

  @property
  def name(self) -> str:
    return f'{self.of} against {self.against}'


@dataclasses.dataclass(frozen=True, kw_only=True)
class Results:
  """What results.json holds: the evaluations of a run, and their comparisons."""

  evaluations: Annotated[tuple[Evaluation, ...], msgspec.Meta(min_length=1)]
  comparisons: tuple[Comparison, ...]

  def to_json(self) -> dict[str, Any]:
    """Returns the object of the file."""
    return {'schema': SCHEMA, 'evaluations': _plain(self.evaluations), 'comparisons': _plain(self.comparisons)}

  @classmethod
  def from_json(cls, content: Any) -> 'Results':
    """Returns the results that the object of a file holds.

    Raises:
      msgspec.ValidationError: a field is missing or of another type; its text has the path.
    """
    return msgspec.convert(_nested(content, _KIND), cls)


def _nested(content: Any, kind: Any) -> Any:
  """A JSON value with the unknown fields of each object, and its conditions, apart.

  What is of another kind stays as it is, for `msgspec.convert` to name.
  """
  match kind:
    case msgspec.inspect.UnionType():
      for each in kind.types:
        content = _nested(content, each)
    case msgspec.inspect.VarTupleType() if isinstance(content, list):
      return [_nested(each, kind.item_type) for each in content]
    case msgspec.inspect.DictType() if isinstance(content, dict):
      return {name: _nested(each, kind.value_type) for name, each in content.items()}
    case msgspec.inspect.DataclassType() if isinstance(content, dict):
      kinds = {field.name: field.type for field in kind.fields if field.name not in ('others', 'conditions')}
      known = {name: _nested(content[name], kinds[name]) for name in kinds if name in content}
      others = {name: value for name, value in content.items() if name not in kinds}
      if any(field.name == 'conditions' for field in kind.fields):
        names = [field.name for field in dataclasses.fields(Conditions)]
        known['conditions'] = {name: others.pop(name, None if name in _YOUNGER else _NOTHING) for name in names}
      return {**known, 'others': others}
  return content


_NOTHING = type('nothing', (), {})()  # for a condition that a file lacks: "Expected `str`, got `nothing`"
_KIND = msgspec.inspect.type_info(Results)
