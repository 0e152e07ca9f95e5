# SPDX-License-Identifier: Apache-2.0
"""What evaluation harnesses ask of a model: single continuations, and free text.

A request knows nothing of the others. Here those with the same context become the
options of one prompt, which is read once, and those with the same settings are decoded
together; answers come in the order of the requests.
"""

import collections
from typing import Any, Mapping, Sequence

from flan_jax.errors import did_you_mean, UserError
from flan_jax.inference import decoding, scoring
from flan_jax.model import decoder

Ids = Sequence[int]
_Key = tuple[int, ...]  # token ids, to look them up by

_ROW_STEP = 128  # rows are a multiple of it
# What harnesses call the most tokens of a continuation; of several the first holds.
MOST_TOKENS = ('max_gen_toks', 'max_new_tokens', 'max_tokens', 'max_completion_tokens')
KEYWORDS = (*MOST_TOKENS, 'until', 'do_sample', 'temperature', 'top_k', 'top_p', 'num_beams')


def grouped(pairs: Sequence[tuple[Ids, Ids]], longest: int) -> tuple[list[scoring.Prompt], list[tuple[int, int]]]:
  """Prompts with options from (context, continuation) pairs.

  grouped([([7], [1]), ([8], [1]), ([7], [2])], 9)
  -> [([7], [[1], [2]]), ([8], [[1]])], [(0, 0), (1, 0), (0, 1)]

  Args:
    longest: tokens that the model reads at most. A longer context loses its first
      tokens; the last token of a continuation is predicted, not read.

  Returns:
    The prompts, and for each pair the number of its prompt and of its option there.

  Raises:
    UserError: a context or a continuation is empty, or a continuation is too long.
  """
  prompts: list[tuple[_Key, dict[_Key, int]]] = []
  numbers: dict[_Key, tuple[int, dict[_Key, int]]] = {}
  places = []
  for context, continuation in pairs:
    if not context or not continuation or len(continuation) > longest:
      raise UserError(
        f'a context of {len(context)} tokens with a continuation of '
        f'{len(continuation)} cannot be scored: both need a token, and the '
        f'continuation may have {longest} (max_length)'
      )
    context = tuple(context[-(longest + 1 - len(continuation)) :])
    number, options = numbers.setdefault(context, (len(numbers), {}))
    if number == len(prompts):
      prompts.append((context, options))
    places.append((number, options.setdefault(tuple(continuation), len(options))))
  listed: list[scoring.Prompt] = [(list(context), list(map(list, options))) for context, options in prompts]
  return listed, places


def log_likelihoods(
  config: decoder.DecoderConfig,
  params: decoder.Params,
  pairs: Sequence[tuple[Ids, Ids]],
  *,
  longest: int,
  rows: int | None = None,
  progress: scoring.Progress = scoring.silent,
) -> list[tuple[float, bool]]:
  """For each (context, continuation): log p(continuation | context), whether greedy.

  Args:
    longest: see `grouped`. rows: see scoring.Forward.
    progress: see scoring.Progress.
  """
  prompts, places = grouped(pairs, longest)
  # A token longer than what is read: nothing that `grouped` left is cut again.
  size = scoring.Forward(-(-(longest + 1) // _ROW_STEP) * _ROW_STEP, rows=rows)
  with progress('scoring prompts', len(prompts)) as advance:
    scored = scoring.scored(config, params, prompts, size, advance)
  return [(float(scored[prompt].scores[option]), bool(scored[prompt].greedy[option])) for prompt, option in places]


def settings(keywords: Mapping[str, Any], max_tokens: int, seed: int = 0) -> decoding.Settings:
  """decoding.Settings from the generation keywords of a request.

  Args:
    keywords: see KEYWORDS. As in harnesses, nothing is drawn unless `do_sample` or a
      `temperature` asks for it, and do_sample=False holds whatever the temperature.
    max_tokens: where the keywords name none.

  Raises:
    UserError: a keyword is unknown, or its value makes no sense.
  """
  for name in keywords:
    if name not in KEYWORDS:
      raise UserError(
        f'the generation keyword {name} = {keywords[name]!r} is unknown'
        f'{did_you_mean(name, KEYWORDS)}; known are {", ".join(KEYWORDS)}'
      )
  given = {name: value for name, value in keywords.items() if value is not None}
  until = given.get('until', ())
  until = (until,) if isinstance(until, str) else until
  draws = given.get('do_sample', True)
  temperature = float(given.get('temperature', 1 if 'do_sample' in given else 0))
  most = next((given[name] for name in MOST_TOKENS if name in given), max_tokens)
  return decoding.Settings(
    max_tokens=int(most),
    temperature=temperature if draws else 0.0,
    top_k=int(given.get('top_k', 0)),
    top_p=float(given.get('top_p', 1)),
    beams=int(given.get('num_beams', 1)),
    seed=seed,
    stop=tuple(stop for stop in until if stop),
  )


def texts(
  config: decoder.DecoderConfig,
  params: decoder.Params,
  asked: Sequence[tuple[Ids, decoding.Settings]],
  eos_id: int | Sequence[int],
  decode: decoding.Decode,
  *,
  longest: int,
  rows: int | None = None,
  progress: scoring.Progress = scoring.silent,
) -> list[str]:
  """Continues each prompt by its own settings, up to a stop.

  Args:
    asked: (prompt, settings). Equal prompts that draw, draw different texts.
    longest: tokens of a prompt and its continuation; a prompt loses its first ones.
    eos_id, decode, rows: see decoding.generate. progress: see `log_likelihoods`.

  Raises:
    UserError: the continuation alone would fill `longest`.
  """
  groups = collections.defaultdict(list)
  for number, (_, how) in enumerate(asked):
    groups[how].append(number)
  found: dict[int, str] = {}
  with progress('continuing prompts', len(asked)) as advance:
    for how, numbers in groups.items():
      grown = decoding.generate(
        config,
        params,
        [_cut(asked[number], longest) for number in numbers],
        how,
        eos_id,
        decode=decode,
        numbers=numbers,
        rows=rows,
        advance=advance,
      )
      found |= {number: decoding.before_stop(decode(ids), how.stop) for number, ids in zip(numbers, grown)}
  return [found[number] for number in range(len(asked))]


def _cut(asked: tuple[Ids, decoding.Settings], longest: int) -> Ids:
  """The end of a prompt, as much of it as leaves room for the continuation."""
  prompt, how = asked
  if how.max_tokens >= longest:
    raise UserError(
      f'max_gen_toks = {how.max_tokens} leaves no room for a prompt in '
      f'max_length = {longest}: lower the one or raise the other'
    )
  return prompt[how.max_tokens - longest :]
