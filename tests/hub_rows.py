# SPDX-License-Identifier: Apache-2.0
"""Invented rows in the schemas that datasets have on the hub, and what becomes of them.

ROWS: {dataset: Sample}. `classes` names the class columns of a parquet file, as the hub's
files state them; `record` is what the builder holds of the first row, in part; `answer`
is what its task asks for.
"""

import dataclasses
import json
from typing import Any, Mapping, Sequence


@dataclasses.dataclass(frozen=True)
class Sample:
  split: str  # TFDS's
  rows: Sequence[Mapping[str, Any]]
  record: Mapping[str, Any]
  answer: str
  classes: Mapping[str, Sequence[str]] = dataclasses.field(default_factory=dict)
  key: str = '0'


def table(sample: Sample):
  """The rows as a pyarrow table; classes are stated as the `datasets` library does."""
  import pyarrow

  made = pyarrow.Table.from_pylist(list(sample.rows))
  features = {column: {'names': list(names), '_type': 'ClassLabel'} for column, names in sample.classes.items()}
  return made.replace_schema_metadata({'huggingface': json.dumps({'info': {'features': features}})})


def _spans(*texts):
  return {'text': list(texts), 'answer_start': [4] * len(texts)}


ROWS = {
  'rte': Sample(
    'train',
    [
      {'premise': 'Toldrel lies by a lake.', 'hypothesis': 'A lake is near Toldrel.', 'idx': 4, 'label': 0},
      {'premise': 'It rains in Velmora.', 'hypothesis': 'It never rains.', 'idx': 9, 'label': 1},
    ],
    {'premise': b'Toldrel lies by a lake.', 'idx': 4, 'label': 0},
    'yes',
    {'label': ('entailment', 'not_entailment')},
    '4',
  ),
  'squad_v1': Sample(
    'train',
    [
      {
        'id': '56be',
        'title': 'Toldrel',
        'context': 'In 1904 a bridge was built.',
        'question': 'When was it built?',
        'answers': _spans('1904', 'In 1904'),
      }
    ],
    {'id': b'56be', 'title': b'Toldrel'},
    '1904',
    key='56be',
  ),
  'squad_v2': Sample(
    'train',
    [
      {
        'id': '5a1',
        'title': 'Lace',
        'context': 'Lace is made by hand.',
        'question': 'Who sells it?',
        'answers': {'text': [], 'answer_start': []},
      },
      {
        'id': '5a2',
        'title': 'Lace',
        'context': 'Lace is made by hand.',
        'question': 'How is it made?',
        'answers': _spans('by hand'),
      },
    ],
    {'is_impossible': True},
    'unanswerable',
    key='5a1',
  ),
  'arc_easy': Sample(
    'train',
    [
      {
        'id': 'Mercury_7',
        'question': 'Which of these is a metal?',
        'choices': {'text': ['iron', 'wood', 'wool', 'clay'], 'label': ['1', '2', '3', '4']},
        'answerKey': '1',
      }
    ],
    {'id': b'Mercury_7', 'answerKey': 0},
    'iron',
    key='Mercury_7',
  ),
  'trec': Sample(
    'train',
    [{'text': 'What town lies by the lake ?', 'coarse_label': 4, 'fine_label': 1}],
    {'label-coarse': 5},
    'location',
    {'coarse_label': ('ABBR', 'ENTY', 'DESC', 'HUM', 'LOC', 'NUM'), 'fine_label': ('ABBR:abb', 'LOC:city')},
  ),
  'winogrande': Sample(
    'train_xl',
    [
      {'sentence': 'Ada thanked Bell because _ had helped.', 'option1': 'Ada', 'option2': 'Bell', 'answer': '2'},
      {'sentence': 'The cup did not fit the box as _ was big.', 'option1': 'cup', 'option2': 'box', 'answer': ''},
    ],
    {'option1': b'Ada', 'label': 1},
    'Bell had helped.',
  ),
  'openbookqa': Sample(
    'train',
    [
      {
        'id': '8-376',
        'question_stem': 'Ice turns to water when',
        'choices': {'text': ['it warms', 'it cools', 'it rests', 'it sings'], 'label': list('ABCD')},
        'answerKey': 'A',
        'fact1': 'heat melts ice',
        'humanScore': 1.0,
        'clarity': 1.8,
        'turkIdAnonymized': 'b356',
      }
    ],
    {'fact1': b'heat melts ice', 'answerKey': 0},
    'it warms',
    key='8-376',
  ),
  'hellaswag': Sample(
    'train',
    [
      {
        'ind': 4,
        'activity_label': 'Baking',
        'ctx': 'She kneads the dough. She',
        'endings': ['bakes it.', 'sings.', 'swims.', 'sleeps.'],
        'source_id': 'activitynet~1',
        'split': 'train',
        'split_type': 'indomain',
        'label': '0',
      },
      {
        'ind': 5,
        'activity_label': 'Rowing',
        'ctx': 'He takes the oars. He',
        'endings': ['rows.', 'bakes.', 'knits.', 'irons.'],
        'source_id': 'activitynet~2',
        'split': 'train',
        'split_type': 'indomain',
        'label': '',
      },
    ],
    {'context': b'She kneads the dough. She', 'label': 0},
    'bakes it.',
    key='raw.gith.com_rowa_hell_mast_hell_trai2uXmkkmGjLn-TiP_klxgtmFpVkz7cHLXk81zVqK2n40.jsonl_0',
  ),
  'drop': Sample(
    'train',
    [
      {
        'section_id': 's1',
        'query_id': 'q1',
        'passage': 'Ada scored 3 goals, Bell 2.',
        'question': 'How many more goals did Ada score?',
        'answers_spans': {'spans': ['1', 'one'], 'types': ['number', 'span']},
      }
    ],
    {'answer': b'1'},
    '1',
  ),
  'quac': Sample(
    'train',
    [
      {
        'dialogue_id': 'C_1',
        'wikipedia_page_title': 'Ada Bell',
        'background': 'A pilot.',
        'section_title': 'Early life',
        'context': 'She was born by a lake. CANNOTANSWER',
        'turn_ids': ['C_1_q#0', 'C_1_q#1'],
        'questions': ['Where was she born?', 'Who taught her?'],
        'followups': [2, 0],
        'yesnos': [2, 2],
        'answers': {'texts': [['by a lake'], ['CANNOTANSWER']], 'answer_starts': [[13], [24]]},
        'orig_answers': {'texts': ['by a lake', 'CANNOTANSWER'], 'answer_starts': [13, 24]},
      }
    ],
    {'question': b'Where was she born?', 'followup': b'm', 'yesno': b'x', 'title': b'Ada Bell'},
    'by a lake',
    key='C_1_q#0',
  ),
  'trivia_qa': Sample(
    'train',
    [
      {
        'question': 'Which lake lies by Toldrel?',
        'question_id': 'tc_1',
        'question_source': 'http://www.example.org/',
        'entity_pages': {'doc_source': [], 'filename': [], 'title': [], 'wiki_context': []},
        'search_results': {name: [] for name in ('description', 'filename', 'rank', 'title', 'url', 'search_context')},
        'answer': {
          'aliases': ['Lake Vel'],
          'normalized_aliases': ['lake vel', 'vel'],
          'matched_wiki_entity_name': '',
          'normalized_matched_wiki_entity_name': '',
          'normalized_value': 'lake vel',
          'type': 'WikipediaEntity',
          'value': 'Lake Vel',
        },
      }
    ],
    {'question_id': b'tc_1'},
    'lake vel',
  ),
  'wmt16_translate_deen': Sample(
    'train',
    [{'translation': {'de': 'Es regnet.', 'en': 'It rains.'}}],
    {'de': b'Es regnet.', 'en': b'It rains.'},
    'Es regnet.',
  ),
  'dart': Sample(
    'train',
    [
      {
        'dart_id': 3,
        'gem_id': 'dart-train-0',
        'gem_parent_id': 'dart-train-0',
        'tripleset': [['Ada Bell', 'BIRTH_PLACE', 'Toldrel'], ['Toldrel', 'LAKE', 'Vel']],
        'subtree_was_extended': False,
        'target_sources': ['WikiTableQuestions_lily'],
        'target': 'Ada Bell was born in Toldrel, by Lake Vel.',
        'references': [],
      }
    ],
    {'dart_id': 3},
    'Ada Bell was born in Toldrel, by Lake Vel.',
  ),
  'wsc273': Sample(
    'test',
    [
      {
        'text': 'The trophy does not fit into the box because it is too large.',
        'pronoun': 'it',
        'pronoun_loc': 45,
        'quote': 'it is too large',
        'quote_loc': 45,
        'options': ['The trophy', 'the box'],
        'label': 0,
        'source': 'invented',
      }
    ],
    {'pronoun_end': 47, 'option1_normalized': b'the trophy', 'option1': b'The trophy'},
    'the trophy is too large.',
  ),
  'sentiment140': Sample(
    'train',
    [
      {'text': 'sun at last', 'date': 'Mon', 'user': 'ada', 'sentiment': 4, 'query': 'NO_QUERY'},
      {'text': 'rain again', 'date': 'Tue', 'user': 'bell', 'sentiment': 0, 'query': 'NO_QUERY'},
    ],
    {'polarity': 4, 'user': b'ada'},
    'positive',
  ),
  'anli_r1': Sample(
    'train',
    [{'uid': 'u-1', 'premise': 'Vel is a lake.', 'hypothesis': 'Vel is dry.', 'label': 2, 'reason': 'Lakes are wet.'}],
    {'uid': b'u-1', 'context': b'Vel is a lake.', 'label': 2},
    'No',
    {'label': ('entailment', 'neutral', 'contradiction')},
    'u-1',
  ),
  'paws_wiki': Sample(
    'train',
    [{'id': 12, 'sentence1': 'Ada thanked Bell .', 'sentence2': 'Bell thanked Ada .', 'label': 0}],
    {'label': 0},
    'no',
    {'label': ('0', '1')},
    '12',
  ),
  'bool_q': Sample(
    'train',
    [{'question': 'is vel a lake', 'passage': 'Vel (lake) -- Vel is a lake -- a deep one.', 'idx': 3, 'label': 1}],
    {'title': b'Vel (lake)', 'passage': b'Vel is a lake -- a deep one.', 'answer': True},
    'yes',
    {'label': ('False', 'True')},
  ),
  'math_dataset': Sample(
    'train',
    [{'question': "b'Solve 2*x + 3 = 11 for x.\\n'", 'answer': "b'4\\n'"}],
    {'question': b'Solve 2*x + 3 = 11 for x.', 'answer': b'4'},
    '4',
  ),
  'ag_news_subset': Sample(
    'train',
    [{'label': 4, 'title': 'New moon found', 'description': 'It is small.'}],
    {'label': 3, 'title': b'New moon found'},
    'science and technology',
  ),
  'piqa': Sample(
    'train',
    [{'goal': 'Keep bread fresh', 'sol1': 'Wrap it.', 'sol2': 'Wet it.', 'label': 0}],
    {'id': b'', 'label': 0},
    'Wrap it.',
  ),
  'cnn_dailymail': Sample(
    'train',
    [{'article': 'Toldrel (CNN) -- A bridge was opened.', 'highlights': 'Bridge opened .', 'id': 'f001'}],
    {'publisher': b'', 'id': b'f001'},
    'Bridge opened .',
    key='f001.story',
  ),
  'gigaword': Sample(
    'train',
    [{'document': 'a <unk> bridge', 'summary': 'bridge'}, {'document': 'a bridge opened', 'summary': 'opening'}],
    {'document': b'a UNK bridge'},
    'opening',  # of the second: rows with unknown words are dropped
  ),
  'wiki_lingua_english_en': Sample(
    'train',
    [
      {
        'gem_id': 'wikilingua_crosslingual-train-0',
        'gem_parent_id': 'wikilingua_crosslingual-train-0',
        'source_language': 'en',
        'target_language': 'en',
        'source': 'Knead the dough. Bake it.',
        'target': 'Bake bread.',
        'references': ['Bake bread.'],
      }
    ],
    {'source': b'Knead the dough. Bake it.'},
    'Bake bread.',
  ),
  'coqa': Sample(
    'train',
    [
      {
        'source': 'wikipedia',
        'story': 'Ada has a boat.',
        'questions': ['Who has a boat?', 'Is it red?'],
        'answers': {'input_text': ['Ada', 'unknown'], 'answer_start': [0, -1], 'answer_end': [3, -1]},
      }
    ],
    {'source': b'wikipedia'},
    '1. Ada\n2. unknown',
  ),
  'record': Sample(
    'train',
    [
      {
        'passage': 'Ada met Bell.\n@highlight\nThey talked',
        'query': '@placeholder met Bell.',
        'entities': ['Ada', 'Bell'],
        'entity_spans': {'text': ['Ada', 'Bell'], 'start': [0, 8], 'end': [3, 12]},
        'answers': ['Ada'],
        'idx': {'passage': 2, 'query': 5},
      }
    ],
    {'query': b'@placeholder met Bell.'},
    'Ada met Bell.',
    key='5',
  ),
  'multirc': Sample(
    'train',
    [
      {
        'paragraph': 'Ada has a boat.',
        'question': 'Who has a boat?',
        'answer': 'Ada',
        'idx': {'paragraph': 1, 'question': 2, 'answer': 3},
        'label': 1,
      }
    ],
    {'label': 1},
    'yes',
    {'label': ('False', 'True')},
    '1_2_3',
  ),
  'xsum': Sample(
    'train',
    [{'document': 'The bridge was opened by Ada Bell.', 'summary': 'A bridge is open.', 'id': '3501'}],
    {'summary': b'A bridge is open.'},
    'A bridge is open.',
    key='3501',
  ),
  'cosmos_qa': Sample(
    'train',
    [
      {
        'id': '3Q8#12',
        'context': 'I took my boots.',
        'question': 'Why?',
        **{f'answer{number}': answer for number, answer in enumerate(['It rains.', 'It is hot.', 'For fun.', 'No.'])},
        'label': 0,
      }
    ],
    {'id': b'3Q8#12', 'label': 0},
    'It rains.',
    key='3Q8#12',
  ),
}
