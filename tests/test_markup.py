# SPDX-License-Identifier: Apache-2.0
"""Traces of other formats are undone; what a writer means stays."""

import html

import pytest
import tensorflow as tf

from flan_jax.data import fields, markup


def mended(text):
  return markup.mended(text.encode()).numpy().decode()


@pytest.mark.parametrize(
  'text, plain',
  [
    ('Q&amp;A -LRB- long -RRB-', 'Q&A (long)'),
    ('3,210&#160;people &#8211; 5&nbsp;%', '3,210\u00a0people \u2013 5\u00a0%'),
    ('caf&eacute; &#xE9; &#Xe9;', 'caf\u00e9 \u00e9 \u00e9'),
    ('don&apos;t &quot;go&quot;', 'don\'t "go"'),
    ('&amp;amp;lt;3 &amp;nbsp;', '<3 \u00a0'),
    ('&#146;s and &#150;', '\u2019s and \u2013'),  # as browsers read the numbers of Windows
    ('one<br />two<BR> <br/>three', 'one\ntwo\nthree'),
    ('<p>One <b>two <i>three</i></b></p>', '\nOne two three\n'),
    ('see <a href="x.html">this</a>', 'see this'),
    ('it -lrb- a film -rrb- is -LSB- 1 -RSB-', 'it (a film) is [1]'),
    ("`` Do n't '' and ``go''", '"Do n\'t" and "go"'),
    ('{ { Plot } } Ada { { Cite web | url = x } } left', 'Ada left'),
    ('soft\u00adhyphen, \u200bspace, \ufeffmark', 'softhyphen, space, mark'),
    ('page.html?a=1&amp;b=2', 'page.html?a=1&b=2'),
  ],
)
def test_a_trace_of_another_format_is_undone(text, plain):
  assert mended(text) == plain


@pytest.mark.parametrize(
  'text',
  [
    'AT&T; R&D; Q&A',
    'if a < b && c > d',
    'x</y',
    'a <b and c> d',
    '{x} {{ name }} { { plot } } { {1, 2}, {3} }',
    'the &unknown; &#0; &#1114112; &#xD800;',
    'amp; quot; nbsp;',
    'In HTML, write &nbsp; and <b>bold</b><br>',
    'What does &amp; mean in XML?',
    "`code` and a `quote' and 5' 11''",
    '\u00ab\u00a0mot\u00a0\u00bb\u202f! 20\u00a0%',
    '\U0001f469\u200d\U0001f680',
    '',
    '&',
  ],
)
def test_what_is_meant_stays(text):
  assert mended(text) == text


def test_every_entity_by_name_and_number_is_read_as_by_python():
  entities = [
    f'&{name}' for name in html.entities.html5 if name.endswith(';') and name[:-1] in html.entities.name2codepoint
  ]
  entities += [f'&#{number};' for number in (*range(32, 127), *range(160, 700), 8217, 0x1F600)]
  plain = [html.unescape(entity).strip('\u00ad') for entity in entities]  # soft hyphens are removed
  assert [text.decode() for text in markup.mended(entities).numpy()] == plain


@pytest.mark.parametrize('shape', [(), (0,), (3,), (2, 2)])
def test_texts_of_any_shape_keep_it(shape):
  texts = tf.fill(shape, 'a &amp; b')
  assert tf.reduce_all(markup.mended(texts) == tf.fill(shape, 'a & b')) and markup.mended(texts).shape == shape
  traced = tf.function(markup.mended, input_signature=[tf.TensorSpec([None] * len(shape), tf.string)])
  assert traced(texts).shape == shape


def test_each_text_of_several_is_judged_alone():
  texts = markup.mended(['HTML &amp;', 'R&amp;D', 'as it is']).numpy().tolist()
  assert texts == [b'HTML &amp;', b'R&D', b'as it is']


def test_tidying_undoes_traces_first():
  assert fields.tidy(' a&nbsp; <br> b&#8195;c&#160;').numpy().decode() == 'a\nb c'


@pytest.mark.parametrize(
  'text, joined',
  [
    ("I do n't , no . It 's fine !", "I don't, no. It's fine!"),
    ('He said : " Go . " ( again ) .', 'He said: "Go." (again).'),
    ("What is `` Plum Lane '' ?", 'What is "Plum Lane"?'),
    ('It rose $ 1.20 , or 5.1 % .', 'It rose $1.20, or 5.1%.'),
    ('nice :) .5 and .com', 'nice :) .5 and .com'),
    ('As it is, "really" (yes).', 'As it is, "really" (yes).'),
  ],
)
def test_signs_that_a_tokenizer_set_apart_are_joined(text, joined):
  assert fields.untokenized(text).numpy().decode() == joined
