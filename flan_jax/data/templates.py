# SPDX-License-Identifier: Apache-2.0
"""Instruction templates: blocks of text with real newlines, and their rendering.

    TEMPLATES = templates(\"\"\"
    {premise}

    Does it follow that {hypothesis}

    {options}
    ---
    Write a sentence from which it follows that {hypothesis}
    => {premise}
    \"\"\")

A line `---` separates two templates; `=> ` at the start of a line begins the target, which
is `{answer}` by default. `{options}` becomes the block

    OPTIONS:
    - yes
    - no

If a template puts a gap in quotation marks, as in `"{text}"`, marks at the edges of the
text become single ones: 'He said "no"' is shown as "He said 'no'", without two marks in a
row. `{text:verbatim}` inserts the text unchanged.

A dataset with two directions, such as translation, names the direction of each block:
`templates(block, direction='en-de')`.

Nothing is added around a rendered template. FLAN's public code makes `0 {inputs} X 1 FLAN`
of every prompt: turn markers and a tag for its base model, whose pretraining text had
dialogues. Other base models do not know them, so they are deliberately absent.
"""

import dataclasses
import hashlib
import re
import string
from typing import Mapping, NamedTuple, Sequence

import tensorflow as tf

from flan_jax.errors import UserError

CLASSIFICATION = 'classification'
GENERATION = 'generation'
INVERTED = 'inverted'
OPTIONS = 'options'
ANSWER = '{answer}'  # the default target
_BLOCK, _BETWEEN = 'OPTIONS:\n- ', '\n- '  # paper section 2.3
REFERENCES = 'references'  # correct texts; never rendered
GROUP = 'group'  # scored together, as the answers to one question; never rendered
VERBATIM = 'verbatim'
# Quotation marks at the edges of a text, and their replacement within other marks.
_AT_START = ((r'^"([^"]*)"', r"'\1'"), (r'^"', "'"))
_AT_END = ((r'"([^"]*)"$', r"'\1'"), (r'(\d)"$', r"\1''"), (r'"$', "'"))


class Gap(NamedTuple):
  """A field in a template, and whether a quotation mark is directly before and after it."""

  name: str
  opened: bool = False
  closed: bool = False


@dataclasses.dataclass(frozen=True)
class Template:
  """One phrasing: `inputs` and `target` with `{field}` gaps, kind and direction."""

  inputs: str
  target: str = ANSWER
  kind: str = GENERATION
  direction: str = ''

  @property
  def gaps(self) -> frozenset[str]:
    """Names of the fields in both texts."""
    return frozenset([*self.gaps_in_order, *(gap.name for gap in _gaps(self.target))])

  @property
  def digest(self) -> str:
    """16 hex digits that identify the phrasing."""
    return hashlib.sha256(repr(tuple(vars(self).values())).encode()).hexdigest()[:16]

  @property
  def gaps_in_order(self) -> list[str]:
    """Names of the fields in the inputs, each once, in order."""
    return list(dict.fromkeys(gap.name for gap in self.places))

  @property
  def places(self) -> list[Gap]:
    """The gaps of the inputs, in order."""
    return _gaps(self.inputs)


def templates(block: str, direction: str = '') -> tuple[Template, ...]:
  """Parses a block. 'Q: {q}\\n---\\n{q}\\n=> {a}' gives two templates."""
  return tuple(_parse(part, direction) for part in re.split(r'^---$', block, flags=re.M))


def _parse(text: str, direction: str) -> Template:
  inputs, *targets = [part.strip('\n') for part in re.split(r'^=> ', text, flags=re.M)]
  if not inputs or len(targets) > 1 or '' in targets:
    raise UserError(
      f"template {text!r} needs some input text and at most one target; check the '---' lines and the '=> ' line"
    )
  return dataclasses.replace(Template(inputs, *targets), direction=direction)


def _pieces(text: str) -> list[tuple[str, Gap | None]]:
  """Returns (words, the gap after them) in order.

  Raises:
    UserError: a gap has a modifier other than `verbatim`.
  """
  parsed = list(string.Formatter().parse(text))
  following = [literal for literal, *_ in parsed[1:]] + ['']
  pieces: list[tuple[str, Gap | None]] = []
  for (literal, name, wish, _), behind in zip(parsed, following):
    if wish not in (None, '', VERBATIM):
      raise UserError(f'template {text!r}: {{{name}:{wish}}} is unknown; write {{{name}}} or {{{name}:{VERBATIM}}}')
    nests = wish != VERBATIM
    quotes = nests and literal.endswith('"'), nests and behind.startswith('"')
    pieces.append((literal, Gap(name, *quotes) if name else None))
  return pieces


def _gaps(text: str) -> list[Gap]:
  return [gap for _, gap in _pieces(text) if gap]


def content_free(template: Template, options: Sequence[str]) -> str:
  """Returns the inputs with 'N/A' in every gap except the options."""
  block = _BLOCK + _BETWEEN.join(options)
  return ''.join(
    literal + ('' if gap is None else block if gap.name == OPTIONS else 'N/A')
    for literal, gap in _pieces(template.inputs)
  )


def options_block(options: tf.Tensor) -> tf.Tensor:
  """Returns the block: ['yes', 'no'] -> 'OPTIONS:\\n- yes\\n- no' (paper section 2.3)."""
  return tf.strings.join([_BLOCK, tf.strings.reduce_join(options, separator=_BETWEEN)])


def as_text(fields: Mapping[str, tf.Tensor]) -> dict[str, tf.Tensor]:
  """Returns the texts for templates, each a scalar: `options` as its block of text."""
  return {
    name: options_block(value) if name == OPTIONS else value
    for name, value in fields.items()
    if name not in (REFERENCES, GROUP)
  }


def render(phrasings: Sequence[Template], fields: Mapping[str, tf.Tensor]) -> tuple[tf.Tensor, tf.Tensor]:
  """Renders one example in every phrasing.

  Args:
    phrasings: T templates.
    fields: named scalar strings; `options`, if present, a string vector.

  Returns:
    (inputs, targets), two string vectors of length T.
  """
  return fill(phrasings, as_text(fields))


def fill(phrasings: Sequence[Template], texts: Mapping[str, tf.Tensor]) -> tuple[tf.Tensor, tf.Tensor]:
  """Returns (inputs, targets), each [..., T], for texts that all have the shape [...]."""
  return tuple(
    tf.stack([_fill(text, texts) for text in column], axis=-1)
    for column in ([t.inputs for t in phrasings], [t.target for t in phrasings])
  )


def _fill(text: str, texts: Mapping[str, tf.Tensor]) -> tf.Tensor:
  parts = [tf.zeros_like(next(iter(texts.values())))]  # '': gives the shape [...]
  for literal, gap in _pieces(text):
    parts += [literal] if literal else []
    parts += [shown(texts, gap)] if gap else []
  return tf.strings.join(parts)


def shown(texts: Mapping[str, tf.Tensor], gap: Gap) -> tf.Tensor:
  """Returns the text of a gap, without double marks next to the template's own."""
  text = texts[gap.name]
  for pattern, written in (*(_AT_START if gap.opened else ()), *(_AT_END if gap.closed else ())):
    text = tf.strings.regex_replace(text, pattern, written)
  return text
