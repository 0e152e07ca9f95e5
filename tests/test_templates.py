# SPDX-License-Identifier: Apache-2.0
"""Template blocks: what is written is what the model reads."""

import pytest
import tensorflow as tf

from flan_jax.data import templates as templates_lib
from flan_jax.data.templates import Template, templates
from flan_jax.errors import UserError


def rendered(block, **fields):
  """(inputs, targets) of the block's templates as lists of str."""
  tensors = {name: tf.constant(value) for name, value in fields.items()}
  columns = templates_lib.render(templates(block), tensors)
  return tuple([text.decode() for text in column.numpy()] for column in columns)


def test_the_example_of_the_docstring():
  assert templates('Q: {q}\n---\n{q}\n=> {a}') == (Template('Q: {q}'), Template('{q}', '{a}'))


def test_newlines_at_the_edges_of_a_block_are_layout_and_inner_ones_are_text():
  [template] = templates("""
One {a}

  two

{b}
""")
  assert template.inputs == 'One {a}\n\n  two\n\n{b}'


def test_the_target_is_the_answer_unless_a_line_says_otherwise():
  plain, turned = templates('{q}\n---\nAsk for {answer}.\n=> {q}')
  assert plain.target == '{answer}'
  assert (turned.inputs, turned.target) == ('Ask for {answer}.', '{q}')


def test_a_target_may_have_several_lines():
  [template] = templates("""
Write two lines.
=> First: {a}

Second: {b}
""")
  assert template.inputs == 'Write two lines.'
  assert template.target == 'First: {a}\n\nSecond: {b}'


def test_only_a_whole_line_parts_templates_and_only_a_line_start_begins_a_target():
  [template] = templates('a --- b => c\n ---\n {q} => d')
  assert template == Template('a --- b => c\n ---\n {q} => d')


@pytest.mark.parametrize(
  'block',
  [
    '',
    '{q}\n---\n',
    '---\n{q}',
    '{q}\n---\n\n---\n{q}',  # a template without inputs
    '=> {a}',
    '{q}\n=> {a}\n=> {b}',
    '{q}\n=> \n',
  ],
)  # nothing before, twice, nothing
def test_a_malformed_block_is_refused(block):
  with pytest.raises(UserError, match='---'):
    templates(block)


def test_gaps_are_the_fields_of_both_texts():
  [template] = templates('{q} {options} {{literal}}\n=> {a}, {b}')
  assert template.gaps == {'q', 'options', 'a', 'b'}


def test_options_become_the_block_of_the_paper():
  block = templates_lib.options_block(tf.constant(['yes', 'no']))
  assert block.numpy() == b'OPTIONS:\n- yes\n- no'


def test_one_option_is_a_block_too():
  assert templates_lib.options_block(tf.constant(['a'])).numpy() == b'OPTIONS:\n- a'


def test_every_phrasing_is_filled():
  inputs, targets = rendered(
    'Is it so? {q}\n{options}\n---\nAsk.\n=> {q}', q='Is it {not} "so"?', options=['yes', 'no'], answer='no'
  )
  assert inputs == ['Is it so? Is it {not} "so"?\nOPTIONS:\n- yes\n- no', 'Ask.']
  assert targets == ['no', 'Is it {not} "so"?']


def test_text_beyond_ascii_and_doubled_braces_survive():
  inputs, _ = rendered('naïve: {{{q}}} – {q}', q='早く', answer='x')
  assert inputs == ['naïve: {早く} – 早く']


def test_a_field_that_is_not_there_is_an_error():
  with pytest.raises(KeyError, match='missing'):
    rendered('{missing}', q='x', answer='y')


@pytest.mark.parametrize(
  'text, shown',
  [
    ('He said "no"', "He said 'no'"),
    ('"No" is short', "'No' is short"),
    ('"a" or "b"', "'a' or 'b'"),
    ('"all of it"', "'all of it'"),
    ('an "inner" word', 'an "inner" word'),
    ('it was good."', "it was good.'"),
    ('a shelf of 12"', "a shelf of 12''"),
    ('plain', 'plain'),
  ],
)
def test_quotation_marks_at_the_edges_of_a_quoted_text_become_single(text, shown):
  assert rendered('Read "{q}".\n---\nRead {q}\n---\nRead "{q:verbatim}"\n=> {q}', q=text, answer='no') == (
    [f'Read "{shown}".', f'Read {text}', f'Read "{text}"'],
    ['no', 'no', text],
  )


def test_only_the_edge_that_the_template_quotes_changes():
  assert rendered('"{q} ..." or {q}"\n=> {q}', q='"a" to "b"')[0] == ['"\'a\' to "b" ..." or "a" to \'b\'"']


def test_a_gap_takes_no_other_wish_than_verbatim():
  with pytest.raises(UserError, match='{q:exact} is unknown; write {q} or {q:verbatim}'):
    templates('Read {q:exact}')[0].gaps
