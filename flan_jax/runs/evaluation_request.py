# SPDX-License-Identifier: Apache-2.0
"""What a run may be evaluated on, with which parameters and vocabulary: all the checks.

For the doors that evaluate or continue text; nothing here is expensive.
"""

import dataclasses
import os
from typing import Any, Sequence

from flan_jax import storage
from flan_jax.data.tokenizers import kept_vocabulary, tokenizer_files, vocabulary_file
from flan_jax.errors import notice, UserError
from flan_jax.evaluation import groups
from flan_jax.evaluation.scores import Training
from flan_jax.public_models import base_card

UNTUNED, PLAIN, TUNED = MODELS = 'untuned', 'plain', 'tuned'
BOTH, ALL = 'both', 'all'
NOTHING = 'none'  # of held_out: no cluster at all
_FLAG = '--gin.VOCABULARY="\'FILE\'"'
_SHOWN = 20  # names of tasks in a message


@dataclasses.dataclass(frozen=True)
class Candidate:
  """A model to evaluate.

  run: always that of MODEL_DIR: what it says of prompts holds for all models. path,
  step: of the checkpoint. asked: whether this very step was asked for; else one before
  it may serve. plain: whether it is asked as GPT-3 was.
  """

  name: str
  run: Any
  path: str
  step: int
  asked: bool = False

  @property
  def plain(self) -> bool:
    return self.name == PLAIN

  def askings(self, row_length: int, separators: str | Sequence[str] | None, model_dir: str) -> Sequence[Any]:
    """The ways it is asked in (evaluation.askings); `separators` names one of them.

    Raises:
      UserError: there is no chat template, or it fails.
    """
    from flan_jax.data.encoding import Encoding
    from flan_jax.evaluation import askings

    encoding = Encoding.of(self.run).within(row_length)

    if self.plain:
      return [askings.plain(encoding)]
    folder = tokenizer_files.kept(self.path) or tokenizer_files.of(model_dir, self.run.vocabulary.path)
    rest = encoding, folder, (self.run.ends or {}).get('prompt', 0)
    if separators is not None:
      return [askings.named(separators, *rest)]
    return [askings.of_run(encoding)] if self.name == TUNED else askings.several(*rest)


def read_run(model_dir: str, named: str = '') -> Any:
  """run.json of a MODEL_DIR, by default named so. Raises UserError where no whole run is."""
  from flan_jax.training import checkpoint

  run = checkpoint.read_run(model_dir)
  if run is None:
    named = named or f'MODEL_DIR = {model_dir!r}'
    raise UserError(
      f'{named} holds no run (no {checkpoint.RUN_FILE}); name one that `flan_jax train` wrote, or a public model'
      f'{base_card.download_hint(model_dir)}'
    )
  return run


def never_tuned(model_dir: str) -> bool:
  """Whether no run behind the parameters had prompts: an import, or plain text only."""
  from flan_jax.training import checkpoint

  return not any(run.tasks and run.rows.overflow != 'split' for run in checkpoint.lineage(model_dir))


def training(model_dir: str) -> Training:
  """What is known of the data that parameters were trained on.

  Nothing of an imported model, or of a folder without a run; of a run, only this run's
  where the one that it began from was imported, or is not there any more.
  """
  from flan_jax.training import checkpoint

  runs = checkpoint.lineage(model_dir)
  if not runs or runs[0].imported is not None:
    return groups.UNKNOWN
  first = runs[-1]
  known = first.imported is None and not first.init_from
  return groups.KNOWN if known else groups.BASE_UNKNOWN


def candidates(model_dir: str, only: str = ALL, step: int | None = None) -> list[Candidate]:
  """The models that `only` names, baselines first.

  only: 'all', 'both' (untuned and tuned), or some of 'untuned', 'plain', 'tuned', joined
  by commas. A run without INIT_FROM has no baselines. A model that was never tuned (an
  import, a base of plain text) is itself the untuned one, and there is no tuned one.

  Raises:
    UserError: no such run, model or checkpoint.
  """
  from flan_jax.training import checkpoint

  run = read_run(model_dir)
  wanted = {ALL: MODELS, BOTH: (UNTUNED, TUNED)}.get(only) or only.split(',')
  for name in wanted:
    if name not in MODELS:
      raise UserError(f"ONLY = {only!r}: {name!r} is none of 'untuned', 'plain', 'tuned', 'both', 'all'")
  if never_tuned(model_dir):
    return _never_tuned(model_dir, run, only, wanted, step)
  base, found = run.init_from, []
  for name in (name for name in MODELS if name in wanted):
    if name == TUNED:
      chosen = checkpoint.check_step(model_dir, step)
      found.append(Candidate(name, run, model_dir, chosen, step is not None))
    elif base:
      _check_base_is_there(model_dir, base)
      found.append(Candidate(name, run, base, checkpoint.check_step(base)))
  if not found:
    raise UserError(
      f'the run in {model_dir} began from scratch (no INIT_FROM), so '
      'there is no untuned model; evaluate it with --only=tuned'
    )
  return found


def _never_tuned(model_dir, run, only, wanted, step) -> list[Candidate]:
  """The model itself with the prompts of tuned ones, and asked plainly."""
  from flan_jax.training import checkpoint

  if TUNED in wanted and only != ALL:
    what = 'was imported and not tuned here' if run.imported is not None else 'was trained on plain text only'
    raise UserError(
      f'ONLY = {only!r}: the model in {model_dir} {what}, so there is no tuned model; '
      "evaluate it as 'untuned' (with the prompts of tuned models), as 'plain' (as "
      "GPT-3 was asked), or as both with 'all'"
    )
  chosen = checkpoint.check_step(model_dir, step)
  return [Candidate(name, run, model_dir, chosen, step is not None) for name in (UNTUNED, PLAIN) if name in wanted]


def _check_base_is_there(model_dir: str, base: str) -> None:
  from flan_jax.training import checkpoint

  if checkpoint.read_run(base) is None:
    raise UserError(
      f'INIT_FROM of the run in {model_dir} was {base!r}, which holds '
      'no run any more; bring it back, or evaluate with --only=tuned'
    )


def names(models: Sequence[Candidate], cluster: str | None, held_in: str) -> dict[bool, list[str]]:
  """Datasets to evaluate: under False those held out, under True those held in."""
  from flan_jax.data import datasets, holdouts
  from flan_jax.training import checkpoint

  run = models[-1].run
  held_out = list(holdouts.holdout(cluster).held_out) if cluster else []
  own = run.held_out if _within(held_out, run.held_out) else None
  for one in models:
    check_unseen(one.name, one.path, cluster, own)
  inside = holdouts.named(held_in)
  trained = {datasets.plain(name) for name in run.tasks}
  foreign = [name for name in inside if name not in trained]
  if foreign:
    before = checkpoint.trained_tasks(models[-1].path)
    kin = holdouts.seen(before, ','.join(foreign))
    remedy = (
      f'Nor is that unseen: {", ".join(dict.fromkeys(kin))} is akin to it'
      if kin
      else f'Evaluate that as held out: --gin.HELD_OUT="\'{",".join(foreign)}\'"'
    )
    raise UserError(f'{", ".join(foreign)} cannot be evaluated as held-in: {_trained_on(run)}. {remedy}')
  if not (held_out or inside):
    raise UserError(
      f'nothing to evaluate: the run held out no cluster, and '
      f'{_trained_on(run)}; name a cluster or tasks that it has not seen '
      'with --gin.HELD_OUT="\'nli\'", or some that it was trained on with '
      '--held_in=sentiment'
    )
  return {False: held_out, True: inside}


def _within(tasks: Sequence[str], held_out: str | None) -> bool:
  """Whether a run held all of these tasks out, so that its own rule is theirs."""
  from flan_jax.data import holdouts

  return bool(held_out and tasks) and set(tasks) <= set(holdouts.holdout(held_out).held_out)


def _trained_on(run: Any) -> str:
  if not run.tasks:
    return 'the model was imported and never tuned here, so what it was trained on is not known'
  names, more = list(run.tasks)[:_SHOWN], len(run.tasks) - _SHOWN
  return f'the run was trained on {", ".join(names)}' + (f' and {more} more' if more > 0 else '')


def tasks(found: Sequence[str], style: str, shots: int, shot_seed: int, plain: bool = False) -> dict[str, str]:
  """Name of each row of the results -> the task that it is asked as.

  Plain tasks are named as those with instructions, so that they share a row. Datasets
  that cannot be few-shot are named on standard error and left out.
  """
  from flan_jax.data import datasets, prompt_variants, splits

  bare = [name for name in found if shots and splits.TRAIN not in datasets.get(name).splits]
  if bare and not plain:
    notice(f'{", ".join(bare)} has no training split to draw exemplars from and is not evaluated')
  asked = {}
  for name in found:
    if name not in bare:
      own = prompt_variants.evaluated(name, style, shots, shot_seed)
      other = own
      if plain:
        other = prompt_variants.evaluated(name, prompt_variants.PLAIN, shots, shot_seed)
      asked |= dict(zip(own, other))
  return asked


def check_unseen(name: str, path: str, cluster: str | None, own: str | None = None) -> None:
  """The leak check (paper section 2.2), of whatever the parameters were trained on.

  own: what the run itself held out, where all of `cluster` is of that; its rule is enough.
  """
  from flan_jax.data import datasets, holdouts
  from flan_jax.training import checkpoint

  before = checkpoint.trained_tasks(path)
  seen = holdouts.seen(before, cluster)
  if seen and not (own and not holdouts.seen(before, own)):
    inside = dict.fromkeys(datasets.plain(task) for task in seen)
    raise UserError(
      f'{cluster} cannot be evaluated as held out: the {name} model was trained on '
      f'{", ".join(dict.fromkeys(seen))}. Evaluate what it was trained on held-in: '
      f'--gin.HELD_OUT="\'{NOTHING}\'" --held_in={",".join(inside)}'
    )


def use_vocabulary(
  path: str | None, run: Any, model_dir: str, flag: str = _FLAG, begin: bool | str | None = None
) -> Any:
  """Puts the run's vocabulary in force, by default from its own path.

  If that is gone or holds another one now, the copy in MODEL_DIR serves, and says so.

  Returns:
    The run, with what ends and begins its texts, with BEGIN if that is given.

  Raises:
    UserError: it is not there, or is another one; `flag` is the remedy.
  """
  from flan_jax.data.tokenizers import ends as ends_lib
  from flan_jax.data.vocabulary import FLAN

  wanted = run.vocabulary
  path = path or kept_vocabulary.own(wanted, model_dir) or wanted.path
  if not path:
    raise UserError(f'the import in {model_dir} does not tell its vocabulary; name the file with {flag}')
  if path != 'bytes' and not storage.is_file(path):
    raise UserError(_gone(path, wanted, model_dir, flag))
  FLAN.use(path)
  if FLAN.content_hash != (wanted.hash or FLAN.content_hash):
    kept = kept_vocabulary.copy(model_dir, wanted)
    damaged = kept_vocabulary.damaged(wanted, model_dir)
    copy = f', of which {kept} is a copy,' if kept else f', whose copy {damaged} is damaged,' if damaged else ''
    raise UserError(
      f'the vocabulary {path!r} is not the one that the run in {model_dir} was '
      f'trained with (sha256 {FLAN.content_hash}, not {wanted.hash}); name that '
      f'one{copy} with {flag}'
    )
  if run.ends is not None:  # told: nothing has to be loaded yet
    ends = ends_lib.Ends.from_told(run.ends)
  else:
    ends = ends_lib.of_run(None, run.imported, FLAN.words) or FLAN.ends
  ends = ends.begun(begin)
  FLAN.use(path, ends)
  return dataclasses.replace(run, ends=ends.told())


def described_vocabulary(words, model_dir: str) -> Any:
  """What run.json tells of the vocabulary in force: of a copy, where it is from."""
  from flan_jax.training import checkpoint, run_file

  run = checkpoint.read_run(model_dir)
  if (
    run and run.vocabulary.hash == words.content_hash and (words.path in kept_vocabulary.copies(model_dir, words.path))
  ):
    return run.vocabulary
  return run_file.Vocabulary(words.path, words.content_hash)


def described_ends(words, model_dir: str) -> dict | None:
  """What run.json tells of what ends and begins a text, under 'ends'.

  None for a run of a version that told nothing, if it goes on as it was.
  """
  from flan_jax.data.tokenizers import ends as ends_lib
  from flan_jax.training import checkpoint

  run = checkpoint.read_run(model_dir)
  if run and run.ends is None and (words.ends == ends_lib.of_run(None, run.imported, words.words)):
    return None
  return words.ends.told()


def _gone(path: str, told: Any, model_dir: str, flag: str) -> str:
  damaged = kept_vocabulary.damaged(told, model_dir)
  copy = f', and its copy {damaged} is damaged (sha256 is not {told.hash})' if (damaged) else ''
  return (
    f'the vocabulary of the run in {model_dir} was {path!r}, which is not there{copy}; '
    f'bring it back, or name its new place with {flag}'
  )


def resumed_vocabulary(run: Any, model_dir: str) -> str | None:
  """The vocabulary that a run goes on with if VOCABULARY names none.

  None if FLAN_VOCABULARY names another than the run's own path, whose content may have
  changed.

  Raises:
    UserError: it is not there, and its copy is damaged.
  """
  named = os.environ.get(vocabulary_file.VARIABLE)
  told = run.vocabulary
  if named and storage.absolute(named) != told.path:
    return None
  own = kept_vocabulary.own(told, model_dir)
  if not own and not storage.is_file(told.path) and kept_vocabulary.damaged(told, model_dir):
    raise UserError(_gone(told.path, told, model_dir, _FLAG))
  return own or told.path


def check_data(wanted: Sequence[str]) -> str:
  """Where their rows come from, as `records.origin` says; UserError if a dataset is not there."""
  from flan_jax.data import datasets, splits
  from flan_jax.data.prepare import records

  datasets.require_prepared(wanted)
  return records.origin(splits.data_dir(), [datasets.get(name).tfds for name in wanted])
