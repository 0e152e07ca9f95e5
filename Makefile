# make run    the whole job on embedded data: base, tuning with NLI held out, evaluation
# make test   every test but the slow ones        make test-all   all of them
# make unit   the quickest of them, without TensorFlow and JAX (tests/layers.py)
# make test-newest   those that need no torch, on the newest Python and JAX
# make pod-test   training on two hosts that share nothing but a bucket (Linux, root)
# make lint   format, the linter's rules and types (pyproject.toml)
# make bench  figures against named peers, a JSON line each; PARENT=COMMIT adds the time to the
#             first step, beside that commit's
# make docs   the documentation in site/; fails on a broken link
# Each does all the set-up on a fresh machine: a virtual environment in .venv. `run` installs
# the package alone; tests and benchmarks add what they compare it with, torch among it.
# test-newest has an environment of its own, .venv-newest, of the newest Python that is
# found (see .ci/newest); PYTHON_NEWEST=python3.12 names one.

PYTHON ?= python3
VENV := .venv
NEWEST := .venv-newest
RUN := $(VENV)/bin/python -m
# Of its own: it wants an older click than huggingface_hub. It reads the task that launch makes.
SKYPILOT := .venv-skypilot
RUNS := runs
DATA := $(abspath $(RUNS)/data)
# Of the quickstart: four of the twelve, for the time they take.
CLUSTERS := nli,paraphrase,sentiment,closed_book_qa
# Tests of two files at a time: most of the time goes into compiling, on one core. In the
# order of their names: by the number of tests, the files whose few tests take long come last.
SHARED := -n 2 --dist loadfile --no-loadscope-reorder

# Left out of test-newest: what needs torch, what needs the emulator of a bucket or the tools of
# launchers, and what is of evaluation, of its reports, of
# the world or of the commands, the records of each dataset and their copies, and what is
# marked `long` or `bucket`.
# A new file of tests is taken unless it is listed.
WITH_TORCH := askings families gguf harness huggingface model_card peft public_folders recall \
  same_texts serving serving_page smollm2
WITH_BUCKETS := bucket_checkpoints caching compilation fuzz growing launch lease private_folders recall \
  storage store_hosts store_published supervisor watchdog
OTHER_ROOMS := commandline comparison copies damaged_answers decoding evaluate experiment generate \
  hub job malformed metrics never_tuned origins outside paper prepare prepare_failures prompts protocol ranking report results \
  samples scoring seqio_evaluation settings statements statistics summaries text_metrics world \
  world_algebra world_asking world_cloze world_commonsense world_counting world_dialogues \
  world_language world_languages world_news world_reading world_texts world_triples
LEFT_OUT := $(foreach name,$(WITH_TORCH) $(WITH_BUCKETS) $(OTHER_ROOMS),--ignore=tests/test_$(name).py)

.PHONY: run lint unit test test-all pod-test test-newest tested-newest bench docs clean

run: export TFDS_DATA_DIR := $(DATA)
run: export FLAN_VOCABULARY := $(DATA)/vocab.model
# Large pages for XLA's buffers: a third more tokens a second on Linux.
run bench: export GLIBC_TUNABLES := glibc.malloc.hugetlb=1
run: $(VENV)/ready
	$(RUN) flan_jax sample --data_dir=$(DATA) --datasets=$(CLUSTERS)
	$(RUN) flan_jax train --gin_file=runs/quickstart_base.gin \
	  --gin.MODEL_DIR="'$(RUNS)/base'"
	$(RUN) flan_jax train --gin_file=runs/quickstart.gin --gin_file=holdout/nli.gin \
	  --gin.MODEL_DIR="'$(RUNS)/quickstart'" --gin.INIT_FROM="'$(RUNS)/base'"
	$(RUN) flan_jax evaluate --gin.MODEL_DIR="'$(RUNS)/quickstart'" --held_in=sentiment --limit=100

lint: $(VENV)/aot
	$(RUN) ruff format --check
	$(RUN) ruff check
	$(RUN) mypy

unit: $(VENV)/aot
	$(RUN) pytest tests --layer=unit -m 'not slow' $(SHARED)

test: $(VENV)/aot
	$(RUN) pytest -m 'not slow' $(SHARED)

test-all: $(VENV)/aot $(SKYPILOT)/ready
	$(RUN) pytest $(SHARED)

# Two hosts of namespaces with a bucket between them; fails where there can be none.
pod-test: $(VENV)/aot
	POD_REQUIRED=1 $(RUN) pytest tests/test_pod.py

test-newest:
	@python=$$(sh .ci/newest "$(PYTHON_NEWEST)") && \
	  $(MAKE) --no-print-directory VENV=$(NEWEST) PYTHON="$$python" tested-newest

tested-newest: $(VENV)/newest
	@$(VENV)/bin/python -c 'import sys, jax; print("Python", sys.version.split()[0], \
	  "with JAX", jax.__version__)'
	$(RUN) pytest -m 'not slow and not long and not bucket' $(SHARED) $(LEFT_OUT)

bench: $(VENV)/test
	@for name in packing loading store overlap collection training adapters restore public_import overhead scoring decoding; do $(RUN) tests.bench.$$name || exit 1; done
	@[ -z "$(PARENT)" ] || $(RUN) tests.bench.start $(PARENT)

docs: export NO_MKDOCS_2_WARNING := 1
docs: $(VENV)/docs
	$(RUN) mkdocs build --strict

# A marker is written when all is installed, and there is none while pip works: what was
# interrupted is gone on with. Where the Python is gone, markers say nothing.
# Modules are compiled when they are first imported, and that is kept: most never are.
unexport PYTHONDONTWRITEBYTECODE
MARKERS := $(foreach name,ready test aot newest docs,$(VENV)/$(name))
ifneq ($(shell $(VENV)/bin/python -c 'print("there")' 2>/dev/null),there)
.PHONY: $(MARKERS)
endif

$(VENV)/ready $(VENV)/docs: SIZE := 1 GB to download on a fresh machine
$(VENV)/test $(VENV)/aot: SIZE := 1.6 GB to download, 4 GB if torch is a CUDA build
$(VENV)/newest: SIZE := 1.2 GB to download
$(VENV)/test: EXTRAS := '[test]'
# Apart: where libtpu is installed, jax asks it for TPUs at every start, and it complains.
$(VENV)/aot: EXTRAS := '[aot,test]'
$(VENV)/newest: EXTRAS := '[aot,pytest]'
$(VENV)/docs: EXTRAS := '[docs]'

$(MARKERS): setup.py pyproject.toml
	@rm -f $(VENV)/ready $@
	@sh .ci/venv $(VENV) $(PYTHON) $(filter-out file,$(origin PYTHON))
	@echo 'installing into $(VENV): $(SIZE)'
	$(RUN) pip install -q --no-compile -e .$(EXTRAS)
	@touch $(VENV)/ready $@

$(SKYPILOT)/ready:
	@sh .ci/venv $(SKYPILOT) $(PYTHON) $(filter-out file,$(origin PYTHON))
	@echo 'installing SkyPilot into $(SKYPILOT), for a test of its task: 0.2 GB to download'
	$(SKYPILOT)/bin/python -m pip install -q 'skypilot>=0.14.1,<0.15'
	@touch $@

clean:
	rm -rf $(RUNS) build site *.egg-info
