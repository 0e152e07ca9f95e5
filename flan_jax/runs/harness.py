# SPDX-License-Identifier: Apache-2.0
"""Our runs as a model of EleutherAI's lm-evaluation-harness.

`import flan_jax.runs.harness` makes the model known to `lm_eval.simple_evaluate`.
"""

import contextlib
import dataclasses
import functools
from typing import Any, Callable, Iterator, Mapping, Sequence

from flan_jax import settings
from flan_jax.data.tokenizers import ends as ends_lib
from flan_jax.errors import did_you_mean, notice, UserError
from flan_jax.runs import evaluation_request, registration

try:
  from lm_eval.api.model import TemplateLM
except ModuleNotFoundError:  # said by `require`, where it is needed
  TemplateLM = object

NAME = 'flan_jax'
_TEXTS_KEPT = 1_024  # encoded; the requests of one question follow each other


@dataclasses.dataclass(frozen=True)
class Arguments:
  """What --model_args can say.

  model_dir, step: of the checkpoint; None is the last step.
  vocabulary: file; None is the one the run was trained with.
  dtype: of the computation; None is the run's. A CPU computes in float32.
  max_length: tokens that are read at most; None is the run's ROW_LENGTH.
  max_gen_toks: of a text, where the task says nothing.
  rows: of a forward pass and device; a row holds many requests. None: what suits the
    device. batch_size: the same; 'auto' and the harness's default, 1, are None.
  add_bos_token: whether a token begins each text. None: as the run was trained; for an
    imported model as its own tokenizer does.
  prefix_token_id: the context of texts without one; None: what begins a text of the
    tokenizer, else what ends it.
  seed: of drawing.
  data, fsdp, tensor: axes of the mesh that the model is spread over; one may be -1, the
    rest of the devices. None of them: all devices, on data.
  """

  model_dir: str
  step: int | None = None
  vocabulary: str | None = None
  dtype: str | None = None
  max_length: int | None = None
  max_gen_toks: int = 256
  rows: int | None = None
  batch_size: int | str | None = None
  add_bos_token: bool | None = None
  prefix_token_id: int | None = None
  seed: int = 0
  data: int | None = None
  fsdp: int | None = None
  tensor: int | None = None

  def __post_init__(self):
    if not self.model_dir:
      raise UserError(f'model {NAME} needs a run: --model_args model_dir=DIR')
    settings.check_told('FlanJax', vars(self), '')


class FlanJax(TemplateLM):
  """A MODEL_DIR (a run, or an imported public checkpoint) as the harness sees a model.

  Contexts that several requests share are read once. No separators are added: prompts
  are the harness's.
  """

  def __init__(self, model_dir: str = '', *, max_batch_size: int | None = None, device: str | None = None, **arguments):
    """Loads the parameters.

    Args:
      max_batch_size, device: what the harness tells every model; not read.
      arguments: the other fields of `Arguments`.

    Raises:
      UserError: an argument is unknown or makes no sense, no such run.
    """
    require()
    super().__init__()
    _check_names(arguments)
    asked = Arguments(model_dir, **arguments)
    if device is not None:
      notice(f'device = {device!r} is not read: JAX takes what JAX_PLATFORMS says')
    self.rows = _rows(asked.rows, asked.batch_size)
    self.loaded, self.words, self.ends = _loaded(asked)
    self.config = _computed_in(asked.dtype, self.loaded.config)
    self.max_length = asked.max_length or min(self.loaded.run.rows.row_length, self.config.position_rows or 2**31)
    self.config.check_length(self.max_length, 'max_length')
    self.max_gen_toks, self.seed = asked.max_gen_toks, asked.seed
    self._set_beginning(asked.prefix_token_id, asked.add_bos_token)
    self._encoded = functools.lru_cache(_TEXTS_KEPT)(lambda text: self.words.encode_batch([text])[0])

  def _set_beginning(self, prefix: int | None, add_bos: bool | None) -> None:
    known = (prefix, self.ends.prefix, self.eot_token_id)
    self._prefix = next(number for number in known if number is not None)
    self._beginning = self.ends.beginning
    self.add_bos_token = add_bos
    if add_bos is None:
      self.add_bos_token = bool(self._beginning)
    elif not self._beginning or prefix is not None:
      bos = self.ends.bos if prefix is None else prefix
      self._beginning = (self._prefix if bos is None else bos,)

  @property
  def eot_token_id(self) -> int:
    return self.ends.ends[0] if self.ends.named is None else self.ends.named

  @property
  def prefix_token_id(self) -> int:
    return self._prefix

  @property
  def tokenizer_name(self) -> str:
    """Tells the harness's cache of requests one vocabulary from another."""
    return f'{NAME}-{self.words.content_hash}-bos-{self.add_bos_token}'

  def tok_encode(self, string: str, add_special_tokens: bool | None = None, **_) -> list[int]:
    ids = list(self._encoded(string))
    begins = self.add_bos_token if add_special_tokens is None else add_special_tokens
    return ends_lib.with_beginning(self._beginning, ids) if begins else ids

  def _loglikelihood_tokens(
    self, requests: Sequence[tuple[Any, list[int], list[int]]], disable_tqdm: bool = False, **_
  ) -> list[tuple[float, bool]]:
    from flan_jax.inference import harness_requests as library

    pairs = [(context, continuation) for _, context, continuation in requests]
    return library.log_likelihoods(
      self.config,
      self.loaded.params,
      pairs,
      longest=self.max_length,
      rows=self.rows,
      progress=functools.partial(_progress, disable_tqdm),
    )

  def loglikelihood_rolling(self, requests, disable_tqdm: bool = False) -> list[float]:
    from lm_eval import utils

    owners, windows = [], []
    for number, request in enumerate(requests):
      ids = self.tok_encode(request.args[0])
      for window in utils.get_rolling_token_windows(ids, self._prefix, self.max_length, 1):
        owners.append(number)
        windows.append((None, *utils.make_disjoint_window(window)))
    sums = [0.0] * len(requests)
    found = self._loglikelihood_tokens(windows, disable_tqdm)
    for owner, (score, _) in zip(owners, found):
      sums[owner] += score
    return sums

  def generate_until(self, requests, disable_tqdm: bool = False) -> list[str]:
    from flan_jax.inference import harness_requests as library

    asked = [
      (self.tok_encode(context) or [self._prefix], library.settings(keywords, self.max_gen_toks, self.seed))
      for context, keywords in (request.args for request in requests)
    ]
    return library.texts(
      self.config,
      self.loaded.params,
      asked,
      self._stops(),
      self.words.decode,
      longest=self.max_length,
      rows=self.rows,
      progress=functools.partial(_progress, disable_tqdm),
    )

  def _stops(self) -> list[int]:
    """The tokens at which texts end: those of the run, and the tokenizer's own end."""
    ends = self.ends.stops(self.loaded.run.rows.separators[1], self.words.encode)
    return list(dict.fromkeys([*ends, self.eot_token_id]))

  def apply_chat_template(self, chat_history, add_generation_prompt=True) -> str:
    raise UserError(f'model {NAME} has no chat template: evaluate without --apply_chat_template')

  def get_model_info(self) -> dict[str, Any]:
    """What the harness adds to the configuration in its results."""
    import jax

    sizes = [leaf.size for leaf in jax.tree.leaves(self.loaded.params)]
    return {
      'model_step': self.loaded.step,
      'model_num_parameters': sum(sizes),
      'model_dtype': self.config.dtype,
      'vocabulary': self.words.content_hash,
      'max_length': self.max_length,
      'add_bos_token': self.add_bos_token,
    }


def require() -> None:
  if TemplateLM is object:
    raise UserError("lm_eval is not installed: pip install 'flan_jax[lm_eval]'")


def _check_names(given: Mapping[str, Any]) -> None:
  known = [field.name for field in dataclasses.fields(Arguments)]
  for name, value in given.items():
    if name not in known:
      raise UserError(
        f'model {NAME} has no argument {name} = {value!r}{did_you_mean(name, known)}; it has {", ".join(known)}'
      )


def _loaded(asked: Arguments) -> tuple:
  """(checkpoint.Loaded, the vocabulary in force, what ends and begins a text)."""
  with registration.quietly():
    from flan_jax.data.vocabulary import FLAN
    from flan_jax.training import checkpoint, sharding
  run = checkpoint.read_run(asked.model_dir)
  if run is not None:  # else `load` says so
    evaluation_request.use_vocabulary(asked.vocabulary, run, asked.model_dir, '--model_args vocabulary=FILE')
  axes = {'data': asked.data, 'fsdp': asked.fsdp, 'tensor': asked.tensor}
  layout = sharding.mesh_where_asked({name: size for name, size in axes.items() if size is not None})
  return checkpoint.load(asked.model_dir, asked.step, mesh=layout), FLAN, FLAN.ends


def _computed_in(dtype: str | None, config):
  return config if dtype in (None, 'auto') else dataclasses.replace(config, dtype=dtype)


def _rows(rows: int | None, batch_size: int | str | None) -> int | None:
  """Rows of a batch, None where they are left to us."""
  if rows is None and batch_size not in (None, 1, '1') and (not str(batch_size).startswith('auto')):
    rows = batch_size
  if rows is None:
    return None
  if not str(rows).isdigit() or int(rows) < 1:
    raise UserError(f"{rows!r} rows of a batch must be a number above 0, or 'auto'")
  return int(rows)


@contextlib.contextmanager
def _progress(silent: bool, title: str, total: int) -> Iterator[Callable[[int], None]]:
  from tqdm import tqdm  # as the harness's own models

  with tqdm(desc=title, total=total, disable=silent) as bar:
    yield bar.update


def _register() -> None:
  from lm_eval import models  # noqa: F401  registers its own, unless others came first
  from lm_eval.api import registry

  if NAME not in registry.MODEL_REGISTRY:
    registry.register_model(NAME)(FlanJax)


if TemplateLM is not object:
  _register()
