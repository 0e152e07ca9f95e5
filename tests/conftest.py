# SPDX-License-Identifier: Apache-2.0
"""Eight host devices, no accelerator, no network; set before jax is imported."""

import gc
import os

from tests import xla_flags

os.environ['JAX_PLATFORMS'] = 'cpu'
QUICK = xla_flags.quick(os.environ.get('XLA_FLAGS', ''))
os.environ['XLA_FLAGS'] = f'{QUICK} {xla_flags.DEVICES}'
os.environ.setdefault('TF_CPP_MIN_LOG_LEVEL', '3')
os.environ.setdefault('NO_GCE_CHECK', 'true')
# libtpu, which only compiles here: beside another process, and without a search for TPUs.
os.environ.setdefault('ALLOW_MULTIPLE_LIBTPU_LOAD', '1')
os.environ.setdefault('TPU_SKIP_MDS_QUERY', '1')

import jax  # noqa: E402
import pytest  # noqa: E402

from flan_jax.training import sharding  # noqa: E402
from tests import layers, rounding  # noqa: E402

jax.config.update('jax_numpy_rank_promotion', 'raise')
# Each full collection looks at the millions of objects of all these libraries and tests.
gc.set_threshold(50_000, 50, 100)


def pytest_addoption(parser):
  parser.addoption('--layer', choices=layers.LAYERS, help='only the tests of this layer, see tests/layers.py')


def pytest_ignore_collect(collection_path, config):
  """Leaves the files of other layers out, before they import anything."""
  layer = config.getoption('--layer')
  if layer and collection_path.name.startswith('test_') and layers.of(collection_path.name) != layer:
    return True
  return None


def pytest_collection_modifyitems(items):
  """Marks the tests that need the emulator of a bucket."""
  for item in items:
    if 'bucket_server' in item.fixturenames:
      item.add_marker('bucket')


@pytest.fixture(scope='session', autouse=True)
def compilation_cache(tmp_path_factory):
  """One for all workers of pytest and the processes that tests start.

  Tests compile the same small programs again and again.
  """
  folder = tmp_path_factory.getbasetemp()
  if 'PYTEST_XDIST_WORKER' in os.environ:
    folder = folder.parent
  settings = {
    'compilation_cache_dir': str(folder / 'compiled'),
    'persistent_cache_min_compile_time_secs': 0.1,
    'persistent_cache_min_entry_size_bytes': -1,
  }
  for name, value in settings.items():
    jax.config.update(f'jax_{name}', value)
    os.environ[f'JAX_{name.upper()}'] = str(value)


@pytest.fixture
def double():
  """Numbers of 64 bits, in all threads; see rounding."""
  with rounding.double():
    yield


mesh_where_asked = sharding.mesh_where_asked  # as users have it


@pytest.fixture(scope='session', autouse=True)
def one_device_by_default():
  """Evaluations that name no mesh take one of the eight devices: they compile sooner."""
  patch = pytest.MonkeyPatch()
  patch.setattr(sharding, 'mesh_where_asked', lambda axes: mesh_where_asked(axes) if axes else None)
  yield
  patch.undo()


TRAINED_ON = ('sentiment', 'closed_book_qa')  # the clusters of these:
HELD_IN = [
  'arc_challenge',
  'arc_easy',
  'imdb_reviews',
  'natural_questions',
  'sentiment140',
  'sst2',
  'trivia_qa',
  'yelp_polarity_reviews',
]


@pytest.fixture(scope='session')
def embedded_data(tmp_path_factory):
  """A data_dir with few rows: what holding out NLI trains on, and RTE and CB of NLI."""
  from flan_jax.data.sample_data import embedded

  folder = tmp_path_factory.mktemp('data')
  embedded.write(folder, 24, [*HELD_IN, 'rte', 'cb'], seed=0)
  return folder


@pytest.fixture
def data_dir(embedded_data, monkeypatch):
  """The same, in force for one test, with its vocabulary."""
  from flan_jax.data import vocabulary

  monkeypatch.setenv('TFDS_DATA_DIR', str(embedded_data))
  monkeypatch.setenv(vocabulary.VARIABLE, str(embedded_data / 'vocab.model'))
  monkeypatch.setattr(vocabulary.FLAN, '_loaded', None)
  return embedded_data


@pytest.fixture(scope='session')
def random_runs(tmp_path_factory):
  """A folder with data, a base and a run tuned from it; see tiny_runs."""
  from tests import tiny_runs

  folder = tmp_path_factory.mktemp('runs')
  tiny_runs.write(folder)
  return folder


@pytest.fixture
def world(random_runs, monkeypatch):
  """The same, its data and vocabulary in force."""
  from flan_jax.data import vocabulary

  monkeypatch.setenv('TFDS_DATA_DIR', str(random_runs / 'data'))
  monkeypatch.setenv(vocabulary.VARIABLE, 'bytes')
  monkeypatch.setattr(vocabulary.FLAN, '_loaded', None)
  return random_runs


@pytest.fixture
def hosts(monkeypatch):
  """The hosts of real data, on loopback; serves invented archives, and tests change how."""
  from flan_jax.data.prepare import hosts as hosts_lib
  from tests import archives, loopback

  made = loopback.Hosts({key: value for make, _ in archives.BUILDERS.values() for key, value in make().items()})
  loopback.redirect(monkeypatch, made.port, made.checksums())
  monkeypatch.setattr(hosts_lib, 'RETRIES', 0)
  monkeypatch.setattr(hosts_lib, 'SILENCE', 1.0)
  yield made
  made.close()


def replace_sample(patch, name, sample):
  """Puts another sample in the place of a dataset's; None: it has none."""
  from flan_jax.world import samples

  samples.get(name)  # all are registered before one is replaced
  patch.setitem(samples._SAMPLES, name, sample)
