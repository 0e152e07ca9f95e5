# SPDX-License-Identifier: Apache-2.0
"""A MODEL_DIR that no model was ever in: results, predictions, curves, nasty texts."""

import json
import random

from flan_jax.evaluation import answers, groups, scores
from flan_jax.model import config
from flan_jax.report import page
from flan_jax.training import rows, run_file

NASTY = '</script><script>alert("x")</script> & \'co\' \u2028 <!-- é 日本 http://x.test/a.js'
DEV, TEST = 4, 6
OPTIONS = {'rte': ['yes', NASTY], 'stsb': ['0', '1', '2'], 'sst2': ['good', 'bad']}
STEPS = {'untuned': 900, 'plain': 900, 'tuned': 1200}


def entry(mean, name, held_in=False, primary='accuracy', numbers=(0, 2), decoded=False):
  n_test = 0 if held_in else TEST
  split = 'dev' if held_in else 'test'
  templates = [
    {
      'template': number,
      'kind': 'classification',
      'method': 'rank',
      'n_dev': DEV,
      'n_test': n_test,
      'dev': {primary: mean - 2 + number},
      'test': {} if held_in else {primary: mean - 1 + number},
      'cut': number,
      'unanswered': int(number == 2 and name == 'rte'),
    }
    for number in numbers
  ]
  scores = [one[split][primary] for one in templates]
  summary = {
    'templates': templates,
    'mean': mean,
    'std': 1.25,
    'median': mean,
    'quartiles': [min(scores), max(scores)],
    'interval': [mean - 4, mean + 4],
    'best_dev_template': numbers[-1],
    'best_dev_test': None if held_in else mean + 1,
  }
  return {
    'held_in': held_in,
    'primary': primary,
    **summary,
    'majority': 33.3,
    'problems': ['3 examples left out: an option is empty'] if name == 'rte' else [],
    **({'decoded': {**summary, 'mean': mean - 7}} if decoded else {}),
    'prompt': {
      'template': 0,
      'inputs': f'First line\n\n{NASTY}\nOPTIONS:\n- yes\n- no',
      'tokens': 41,
      'separators': ['eos', ''],
      'options': ['yes', NASTY],
      'target': 'yes',
      'answer': NASTY,
    },
  }


def asked(**changes):
  """The conditions of the evaluations, as results.json has them."""
  made = scores.Conditions(**{'data': 'embedded', 'cluster': 'nli', 'held_in': ['sst2'], **changes})
  return json.loads(json.dumps(made.told()))


def evaluation(name, step, shift, limit=None, numbers=(0, 2), **changes):
  return {
    'name': name,
    'step': step,
    **asked(limit=limit, **changes),
    'mean': 24.25 + shift,
    'interval': [22.0 + shift, 27.0 + shift],
    'problems': {'story_cloze': f'it is not prepared {NASTY}'},
    'datasets': {
      'rte': entry(51.5 + shift, 'rte', numbers=numbers, decoded=name == 'tuned'),
      'stsb': entry(-3.0 + shift, 'stsb', primary='pearson', numbers=numbers),
      'sst2': entry(80.0 + shift, 'sst2', held_in=True, numbers=numbers),
    },
  }


def group(made=None):
  """What `results` holds, all of it asked alike, as the report takes it."""
  [found] = groups.split(typed(made))
  return found


def typed(made=None):
  return scores.Results.from_json(made or results())


def results(limit=None, **changes):
  """The content of results.json."""
  found = {'difference': 9.0, 'interval': [0.5, 17.0], 'p': 0.04}
  unclear = {'difference': -1.0, 'interval': [-8.0, 6.0], 'p': 0.7}
  return {
    'schema': scores.SCHEMA,
    'evaluations': [
      evaluation('untuned', 900, 0.0, limit, **changes),
      evaluation('plain', 900, 2.0, limit, numbers=(0,), **changes),
      evaluation('step 600', 600, 4.0, limit, **changes),
      evaluation('tuned', 1200, 9.0, limit, **changes),
    ],
    'comparisons': [
      {
        'of': 'tuned',
        'against': 'untuned',
        **asked(limit=limit, **changes),
        'mean': found,
        'datasets': {'rte': found, 'stsb': unclear},
      }
    ],
  }


def run(**changes):
  return run_file.Run(
    **{
      'model': config.DecoderConfig(256, 128, 2, 4, 32, 512),
      'mixture': 'flan_holdout_nli',
      'data': 'embedded',
      'held_out': 'nli',
      'init_from': '/runs/base',
      'seed': 0,
      'rows': rows.Rows(1024, 512, 64, 400, 24),
      'vocabulary': run_file.Vocabulary(f'/data/{NASTY}.model', 'abcdef012345'),
      'tasks': {'sst2': 600.0, NASTY: 150.0},
      **changes,
    }
  )


def rule():
  return {
    'dropped': {'glue_qqp': f'paraphrase {NASTY}'},
    'held_out': {'rte': ['nli'], 'stsb': ['nli', 'paraphrase']},
    'trained': {'sst2': ['sentiment'], NASTY: ['math', 'miscellaneous']},
  }


def rules():
  return {'nli': rule()}


def references():
  def one(system, value, metric='accuracy'):
    return {
      'system': system,
      'setting': f'zero-shot {NASTY}',
      'value': value,
      'metric': metric,
      'note': f'read off {NASTY}',
    }

  return {'rte': [one('FLAN', 84.1), one('GPT-3', 63.5), one('Base', 63.0), one('Other', 1.0, 'bleu')]}


CURVES = {
  'base': [{'step': 10, 'loss': 5.0}, {'step': 20, 'loss': 3.0}],
  'tuning': [
    {'step': 5, 'loss': 3.0, 'accuracy': 0.25, 'dev_loss': 2.5, 'held_out/rte': 50.0, 'held_out/mean': 40.0},
    {'step': 9, 'loss': 1.0, 'accuracy': 0.5, 'held_out/rte': 55.0, 'held_out/mean': 45.0},
    {'step': 10, 'loss': float('nan')},
  ],
}


def inputs():
  """What report.json has."""
  phrasings = {'rte': {0: f'{{premise}} {NASTY}\n\nworst?', 2: 'the best wording'}}
  return page.Inputs(rules(), {'sst2': 60, NASTY: 40}, phrasings)


def write(folder, seed=0, made=None, right=0.5):
  """Writes the whole MODEL_DIR; `right` is how often `tuned` answers rightly."""
  made = made or results()
  folder.mkdir(parents=True)
  (folder / 'results.json').write_text(json.dumps(made))
  (folder / 'run.json').write_text(json.dumps(run().to_json()))
  lines = [json.dumps(one) for one in CURVES['tuning']]
  (folder / 'metrics.jsonl').write_text('\n'.join(lines) + '\n{"step": 11, "lo')
  for one in made['evaluations']:
    for name, found in one['datasets'].items():
      _write_predictions(
        folder / 'predictions' / one['name'] / name, name, found, random.Random(f'{seed} {one["name"]} {name}'), right
      )
  return folder


def _write_predictions(folder, name, found, draw, right):
  first = found['templates'][0]
  sizes = {'dev': first['n_dev'], 'test': first['n_test']}
  kept = answers.Folder(str(folder), f'of {name}')
  options, count = OPTIONS[name], sum(sizes.values())
  labels = [number % len(options) for number in range(count)]
  kept.keep_examples(
    answers.Examples(
      sizes, [{'label': label, 'options': options, 'references': [options[label]], 'group': ''} for label in labels]
    )
  )
  for one in found['templates']:
    given = []
    for number, label in enumerate(labels):
      answer = label if draw.random() < right else (label + 1) % len(options)
      scores = [-0.5 if i == answer else -2.25 - i for i in range(len(options))]
      given.append({'answer': answer, 'scores': scores})
      if number >= (sizes['dev'] if sizes['test'] else 0):
        given[-1]['prompt'] = f'{name} {number}: {NASTY}\nis it?\n'
    given[-1] |= {'answer': -1, 'scores': [None] * len(options)}
    kept.keep(answers.Cell(one['template'], 'rank', given, one['cut']))
  if found.get('decoded'):
    kept.keep(
      answers.Cell(
        0,
        'decode',
        [
          {'answer': 0 if label == 0 else -1, 'prompt': f'{name}?', 'text': 'Yes.' if label == 0 else 'nonsense'}
          for label in labels
        ],
      )
    )
