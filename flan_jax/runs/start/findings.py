# SPDX-License-Identifier: Apache-2.0
"""What a training run finds out about its tasks, data and vocabulary, or recalls of an earlier start."""

import contextlib
import dataclasses
import functools
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from flan_jax.errors import LOG, notice, UserError
from flan_jax.runs import begin_from, description, evaluation_request, feeds, registration, text_overlap
from flan_jax.runs.start import recall

VOCABULARY_MULTIPLE = 128  # the table's rows, so that it divides over devices


@dataclasses.dataclass(frozen=True, kw_only=True)
class Findings:
  """What follows from the settings of a training.Training and from the files that they name.

  run: run_file.Run, as a new MODEL_DIR would have it. ends: what ends and begins a text, in
  words. data_dir: of TFDS. text: what to tell of held-out text. watched: the held-out
  datasets that quick scores are of, or None. notices: what else was told. place, inputs: see recall;
  None: it is not kept. again: registers the tasks and puts the vocabulary in force.

  stores: split -> task -> its store, all of them; nothing unless they were recalled.
  shares: the table of what each cluster gets, for which stores must be there.
  """

  run: Any
  ends: str
  data_dir: str
  text: str
  watched: Mapping[str, str] | None
  notices: tuple[str, ...] = ()
  place: str | None = None
  inputs: Mapping[str, Any] | None = None
  stores: Mapping[str, Mapping[str, Any]] = dataclasses.field(default_factory=dict)
  shares: str = ''
  again: Callable[[], object] = lambda: None


_TOLD = 'ends', 'data_dir', 'text', 'watched', 'notices', 'inputs', 'shares'  # fields that are kept as they are


def of(job: Any) -> Findings:
  """What an earlier start of a training.Training found out, where nothing has changed since; else `find`."""
  import jax

  from flan_jax.training import checkpoint, multihost

  begun = checkpoint.read_run(job.model_dir)
  new, own = recall.place(job, None), recall.place(job, begun)
  found = _recalled(own, job, begun) or _recalled(new if begun else None, job, begun)
  if jax.distributed.is_initialized() and not multihost.everywhere(found is not None):
    found = None  # some build what others have: all must look for it together
  for text in found.notices if found else ():
    notice(text)
  return found or find(job, own)


def find(job: Any, place: str | None = None, alone: bool = False) -> Findings:
  """Registers the tasks of a training.Training and checks what it is to train on.

  place: where it will be kept, see recall. alone: whether other processes of the run do not
  do it at the same time.

  Raises:
    UserError: something is wrong with the mixture, its data or the vocabulary.
  """
  with _noted() as notices:
    registration.load_tasks()
    modules = recall.modules_elsewhere() if place else []
    from flan_jax.data import splits
    from flan_jax.model import losses
    from flan_jax.runs import in_training_eval
    from flan_jax.training import checkpoint

    data = recall.files(splits.data_dir()) if place else None
    mixture, tasks = _checked_tasks(job)
    words = use_vocabulary(job.vocabulary, job.model_dir, job.init_from, job.begin)
    inputs = recall.inputs(data, words.path, job.init_from, modules) if place else None
    feeds.check_vocabulary(tasks, words)
    job = dataclasses.replace(job, mixture=mixture, model=_sized(job.model, words), loss=job.loss or losses.PLAIN)
    job.model.check_length(job.rows.inputs_length + job.rows.targets_length, 'INPUTS_LENGTH + TARGETS_LENGTH')
    job = begin_from.with_adapter(job, words)
    tasks, overlap, text = text_overlap.checked(job, tasks, alone)
    run = description.describe(job, words, tasks, overlap)
    watched = in_training_eval.prepared(job.held_out, job.held_out_examples) if job.schedule.held_out_every else None
  if (overlap or job.init_from) and (checkpoint.read_run(job.model_dir) or checkpoint.steps(job.model_dir)):
    inputs = None  # a run that has begun is let through where a new one is not, be its run.json lost or not
  return Findings(
    run=run,
    ends=words.ends.described(words.piece),
    data_dir=splits.data_dir(),
    text=text,
    watched=watched,
    notices=tuple(notices),
    place=place,
    inputs=None if job.adapter else inputs,  # its run tells its base, whose parameters are not read yet
  )


def keep(job: Any, found: Findings, stores: Mapping[str, Mapping[str, Any]], shares: str) -> None:
  """Keeps what was found, and where the stores are that are there now, for later starts."""
  if found.place is None or found.inputs is None:
    return
  wanted = functools.partial(feeds.wanted, place=job.place, rows=job.rows, seed=job.seed)
  paths = {split: {name: one.path for name, one in wanted([*names], split).items()} for split, names in stores.items()}
  told = {name: getattr(found, name) for name in _TOLD} | {'shares': shares}
  run = found.run
  recall.keep(found.place, told | {'vocabulary': run.vocabulary.path, 'run': run.to_json(), 'stores': paths})


def _recalled(place: str | None, job: Any, begun: Any) -> Findings | None:
  """None: there is nothing, or it is not about a run that has begun so, or stores are missing."""
  from flan_jax.training import run_file

  told = recall.read(place, job)
  if not told:
    return None
  run = run_file.Run.from_json(told['run'])
  if begun and (begun.vocabulary, begun.ends) != (run.vocabulary, run.ends):
    return None  # a run goes on with the vocabulary that it began with
  again = functools.partial(_find_again, job, told['notices'])
  stores = {}
  for split, paths in told['stores'].items():
    stores[split] = feeds.find(_known(job, again, split, paths), lambda one: one.find(_silently))
    if stores[split].keys() != paths.keys():
      return None
  return Findings(run=run, stores=stores, again=again, **{name: told[name] for name in _TOLD})


def _find_again(job: Any, told: Sequence[str]) -> None:
  """What `find` does to this process, without the notices that have been told."""
  new = lambda record: record.getMessage() not in told
  LOG.addFilter(new)
  try:
    find(job, alone=True)
  finally:
    LOG.removeFilter(new)


def _known(job: Any, again: Callable[[], object], split: str, paths: Mapping[str, str]) -> dict:
  """A store.Known for each task."""
  from flan_jax.data.tokens import host_cache, store

  cache = host_cache.HostCache(job.store_cache, job.store_cache_gb)
  make = lambda name: functools.partial(_built_again, job, again, name, split)
  return {name: store.Known(path, name, cache, make(name)) for name, path in paths.items()}


def _built_again(job: Any, again: Callable[[], object], name: str, split: str, folder: str) -> Any:
  """Builds a store in a folder, which was published and turns out to be damaged there."""
  again()
  return feeds.wanted([name], split, job.place, job.rows, job.seed)[name].build_in(folder)


def _silently(text: str) -> None:
  """Of a store that cannot be used `find` tells."""


@contextlib.contextmanager
def _noted() -> Iterator[list[str]]:
  """A block of which the notices are written down, too, but for passing ones."""
  told: list[str] = []
  handler = logging.Handler()
  handler.addFilter(lambda record: not getattr(record, 'passing', False))
  handler.emit = lambda record: told.append(record.getMessage())  # type: ignore[method-assign]
  LOG.addHandler(handler)
  try:
    yield told
  finally:
    LOG.removeHandler(handler)


def _checked_tasks(job: Any) -> tuple[str, dict]:
  """The mixture and its rates, after the leak check; all its data is there."""
  from flan_jax.data import holdouts

  held_out = job.held_out
  if held_out:
    holdouts.check(held_out)
  mixture = job.mixture or holdouts.mixture(held_out)
  holdouts.assert_agreement(mixture, held_out)
  if job.selection:
    mixture = job.selection.apply(mixture)
  if job.mixing:
    mixture = job.mixing.apply(mixture, held_out)
  holdouts.assert_unseen(mixture, held_out)
  return mixture, holdouts.rates(mixture)


def use_vocabulary(path: str | None, model_dir: str | None, init_from: str | None, begin: bool | str | None):
  """Puts in force what is named, else what a run that is resumed was trained with.

  What ends and begins its texts is that of the run that is resumed, else of the one that
  it begins from, else of the vocabulary's folder; with BEGIN. Returns the vocabulary.
  """
  from flan_jax.data import vocabulary
  from flan_jax.data.tokenizers import ends as ends_lib
  from flan_jax.training import checkpoint

  words, run = vocabulary.FLAN, model_dir and checkpoint.read_run(model_dir)
  resumed = path or run and evaluation_request.resumed_vocabulary(run, model_dir)
  words.use(resumed or words.path)  # in force before or not: with ends of its own
  words.inner  # loads it: a broken file is an error now, not later
  known = run or init_from and checkpoint.read_run(init_from)
  if known and known.vocabulary.hash != words.content_hash:
    known = None  # which is an error, but not here
  ends = known and ends_lib.of_run(known.ends, known.imported, words.words) or words.ends
  words.use(words.path, ends.prompted(()).begun(begin))
  return words


def _sized(model, words):
  rows = -(-words.vocab_size // VOCABULARY_MULTIPLE) * VOCABULARY_MULTIPLE
  if model.vocab_size is not None and model.vocab_size < words.vocab_size:
    raise UserError(
      f'the model has {model.vocab_size} token rows, the vocabulary {words.path} has '
      f'{words.vocab_size} tokens; leave vocab_size out, or raise it'
    )
  return dataclasses.replace(model, vocab_size=model.vocab_size or rows)
