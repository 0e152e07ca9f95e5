# SPDX-License-Identifier: Apache-2.0
"""Invented archives in the layouts that TFDS's builders read: {address: bytes}."""

import io
import json
import tarfile
import zipfile

GLUE = 'https://dl.fbaipublicfiles.com/glue/data/'
SUPER_GLUE = 'https://dl.fbaipublicfiles.com/glue/superglue/data/v2/'
SQUAD = 'https://rajpurkar.github.io/SQuAD-explorer/dataset/'
BOOL_Q = 'https://storage.googleapis.com/boolq/'
NQ = (
  'https://raw.githubusercontent.com/google-research-datasets/natural-questions/'
  'a7a113c9fdc2d9986d624bd43b8a18d6d5779eaa/nq_open/'
)
HELLASWAG = 'https://raw.githubusercontent.com/rowanz/hellaswag/master/data/'
TREC = 'http://cogcomp.org/Data/QA/QC/'
IMDB = 'http://ai.stanford.edu/~amaas/data/sentiment/aclImdb_v1.tar.gz'
ANLI = 'https://dl.fbaipublicfiles.com/anli/anli_v0.1.zip'
PIQA = 'https://storage.googleapis.com/ai2-mosaic/public/physicaliqa/physicaliqa-train-dev.zip'
OPENBOOKQA = 'https://s3-us-west-2.amazonaws.com/ai2-website/data/OpenBookQA-V1-Sep2018.zip'
TOWNS = ('Aldery', 'Brunmoor', 'Castrel', 'Dunwick', 'Elmarsh')


def jsonl(rows):
  return ''.join(f'{json.dumps(row)}\n' for row in rows).encode()


def tsv(rows, header=()):
  return ''.join('\t'.join(map(str, row)) + '\n' for row in [*([header] if header else []), *rows]).encode()


def zipped(files):
  made = io.BytesIO()
  with zipfile.ZipFile(made, 'w', zipfile.ZIP_DEFLATED) as archive:
    for name, content in files.items():
      archive.writestr(zipfile.ZipInfo(name), content)  # without a date: the same bytes again
  return made.getvalue()


def tarred(files):
  made = io.BytesIO()
  with tarfile.open(fileobj=made, mode='w:gz') as archive:
    for name, content in files.items():
      member = tarfile.TarInfo(name)
      member.size = len(content)
      archive.addfile(member, io.BytesIO(content))
  return made.getvalue()


def town(number):
  return f'{TOWNS[number % len(TOWNS)]} {number}'


def rte(count=230):
  row = lambda n: {'premise': f'{town(n)} lies on the river.', 'hypothesis': f'A river runs by {town(n)}.', 'idx': n}
  labelled = lambda n: row(n) | {'label': 'entailment' if n % 2 else 'not_entailment'}
  return {
    f'{SUPER_GLUE}RTE.zip': zipped(
      {
        'RTE/train.jsonl': jsonl(map(labelled, range(count))),
        'RTE/val.jsonl': jsonl(map(labelled, range(8))),
        'RTE/test.jsonl': jsonl(map(row, range(4))),
      }
    )
  }


def copa():
  def row(n):
    return {
      'premise': f'It rained in {town(n)}.',
      'choice1': f'The streets of {town(n)} got wet.',
      'choice2': 'The moon rose.',
      'question': 'effect' if n % 2 else 'cause',
      'label': n % 2,
      'idx': n,
    }

  bare = lambda n: {key: value for key, value in row(n).items() if key != 'label'}
  return {
    f'{SUPER_GLUE}COPA.zip': zipped(
      {
        'COPA/train.jsonl': jsonl(map(row, range(60))),
        'COPA/val.jsonl': jsonl(map(row, range(6))),
        'COPA/test.jsonl': jsonl(map(bare, range(3))),
      }
    )
  }


def sst2():
  row = lambda n: (f'a film as dull as {town(n)}' if n % 2 else f'as bright as {town(n)}', int(n % 2 == 0))
  return {
    f'{GLUE}SST-2.zip': zipped(
      {
        'SST-2/train.tsv': tsv(map(row, range(230)), ('sentence', 'label')),
        'SST-2/dev.tsv': tsv(map(row, range(5)), ('sentence', 'label')),
        'SST-2/test.tsv': tsv([(n, row(n)[0]) for n in range(5)], ('index', 'sentence')),
      }
    )
  }


def cola():
  row = lambda n: ('in00', n % 2, '' if n % 2 else '*', f'The town of {town(n)} slept.')
  return {
    f'{GLUE}CoLA.zip': zipped(
      {
        'CoLA/train.tsv': tsv(map(row, range(230))),
        'CoLA/dev.tsv': tsv(map(row, range(5))),
        'CoLA/test.tsv': tsv([(n, row(n)[3]) for n in range(5)], ('index', 'sentence')),
      }
    )
  }


def squad():
  def article(count):
    questions = [
      {'id': f'{n:024x}', 'question': f'Where is house {n}?', 'answers': [{'text': 'Aldery', 'answer_start': 13}]}
      for n in range(count)
    ]
    text = 'The house of Aldery stands by the mill.'
    return {'version': '1.1', 'data': [{'title': 'Aldery', 'paragraphs': [{'context': text, 'qas': questions}]}]}

  return {
    f'{SQUAD}train-v1.1.json': json.dumps(article(230)).encode(),
    f'{SQUAD}dev-v1.1.json': json.dumps(article(20)).encode(),
  }


def bool_q():
  def row(n):
    return {
      'question': f'does a river pass {town(n)}',
      'passage': f'A river passes {town(n)} every day.',
      'answer': n % 3 > 0,
      'title': town(n),
    }

  return {f'{BOOL_Q}train.jsonl': jsonl(map(row, range(230))), f'{BOOL_Q}dev.jsonl': jsonl(map(row, range(9)))}


def natural_questions():
  row = lambda n: {'question': f'who rules {town(n)}', 'answer': [f'King {n}']}
  return {f'{NQ}NQ-open.train.jsonl': jsonl(map(row, range(230))), f'{NQ}NQ-open.dev.jsonl': jsonl(map(row, range(7)))}


def trec():
  kinds = ('LOC:city', 'HUM:ind', 'NUM:count')
  lines = lambda count: ''.join(f'{kinds[n % 3]} What is {town(n)} ?\n' for n in range(count)).encode()
  return {f'{TREC}train_5500.label': lines(230), f'{TREC}TREC_10.label': lines(6)}


def imdb():
  files = {}
  for part, count in (('train', 230), ('test', 6)):
    for n in range(count):
      kind = 'pos' if n % 2 else 'neg'
      files[f'aclImdb/{part}/{kind}/{n}_7.txt'] = f'A {"fine" if n % 2 else "poor"} film about {town(n)}.'.encode()
  files['aclImdb/train/unsup/0_0.txt'] = b'A film.'
  return {IMDB: tarred(files)}


def anli():
  def row(n):
    return {
      'uid': f'id-{n}',
      'context': f'{town(n)} has a mill.',
      'hypothesis': f'There is a mill in {town(n)}.',
      'label': 'enc'[n % 3],
    }

  parts = {'train': 12, 'dev': 6, 'test': 4}
  return {ANLI: zipped({f'anli_v0.1/R1/{part}.jsonl': jsonl(map(row, range(count))) for part, count in parts.items()})}


def piqa():
  row = lambda n: {'id': f'{n}', 'goal': f'open gate {n}', 'sol1': 'turn the key', 'sol2': 'sing to it'}
  labels = lambda count: ''.join(f'{n % 2}\n' for n in range(count)).encode()
  folder = 'physicaliqa-train-dev/'
  return {
    PIQA: zipped(
      {
        f'{folder}train.jsonl': jsonl(map(row, range(120))),
        f'{folder}train-labels.lst': labels(120),
        f'{folder}dev.jsonl': jsonl(map(row, range(5))),
        f'{folder}dev-labels.lst': labels(5),
      }
    )
  }


def openbookqa():
  def row(n):
    choices = [{'text': f'{word} {n}', 'label': label} for word, label in zip(TOWNS, 'ABCD')]
    return {
      'id': f'{n}-1',
      'question': {'stem': f'Which town is number {n}?', 'choices': choices},
      'fact1': f'towns have numbers such as {n}',
      'humanScore': '1.00',
      'clarity': '1.60',
      'turkIdAnonymized': 'b356d338b7',
      'answerKey': 'ABCD'[n % 4],
    }

  folder, parts = 'OpenBookQA-V1-Sep2018/Data/Additional/', {'train': 12, 'dev': 5, 'test': 4}
  return {
    OPENBOOKQA: zipped({f'{folder}{part}_complete.jsonl': jsonl(map(row, range(n))) for part, n in parts.items()})
  }


# {TFDS name: (its archives, rows of each split that they hold)}
BUILDERS = {
  'super_glue/rte:1.0.2': (rte, {'train': 230, 'validation': 8, 'test': 4}),
  'super_glue/copa:1.0.2': (copa, {'train': 60, 'validation': 6, 'test': 3}),
  'glue/sst2:2.0.0': (sst2, {'train': 230, 'validation': 5, 'test': 5}),
  'glue/cola:2.0.0': (cola, {'train': 230, 'validation': 5, 'test': 5}),
  'squad/v1.1:3.0.0': (squad, {'train': 230, 'validation': 20}),
  'bool_q:1.0.0': (bool_q, {'train': 230, 'validation': 9}),
  'natural_questions_open:1.0.0': (natural_questions, {'train': 230, 'validation': 7}),
  'trec:1.0.0': (trec, {'train': 230, 'test': 6}),
  'imdb_reviews/plain_text:1.0.0': (imdb, {'train': 230, 'test': 6, 'unsupervised': 1}),
  'anli/r1:0.1.0': (anli, {'train': 12, 'validation': 6, 'test': 4}),
  'piqa:1.0.0': (piqa, {'train': 120, 'validation': 5}),
  'openbookqa:0.1.0': (openbookqa, {'train': 12, 'validation': 5, 'test': 4}),
}
