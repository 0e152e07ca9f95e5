# make run    the whole job on embedded data: base, tuning with NLI held out, evaluation
# make test   every test but the slow ones        make test-all   all of them
# make bench  figures against named peers, a JSON line each
# Each does all the set-up on a fresh machine: a virtual environment in .venv.

PYTHON ?= python3
VENV := .venv
RUN := $(VENV)/bin/python -m
RUNS := runs
DATA := $(abspath $(RUNS)/data)
# Of the quickstart: four of the twelve, for the time they take.
CLUSTERS := nli,paraphrase,sentiment,closed_book_qa
# Tests of two files at a time: most of the time goes into compiling, on one core.
SHARED := -n 2 --dist loadfile

.PHONY: run test test-all bench clean

run: export TFDS_DATA_DIR := $(DATA)
run: export FLAN_VOCABULARY := $(DATA)/vocab.model
# Large pages for XLA's buffers: a third more tokens a second on Linux.
run bench: export GLIBC_TUNABLES := glibc.malloc.hugetlb=1
run: $(VENV)/ready
	$(RUN) flan_jax.sample --data_dir=$(DATA) --datasets=$(CLUSTERS)
	$(RUN) flan_jax.train --gin_file=runs/quickstart_base.gin \
	  --gin.MODEL_DIR="'$(RUNS)/base'"
	$(RUN) flan_jax.train --gin_file=runs/quickstart.gin --gin_file=holdout/nli.gin \
	  --gin.MODEL_DIR="'$(RUNS)/quickstart'" --gin.INIT_FROM="'$(RUNS)/base'"
	$(RUN) flan_jax.evaluate --gin.MODEL_DIR="'$(RUNS)/quickstart'" --held_in=sentiment --limit=100

test: $(VENV)/aot
	$(VENV)/bin/pytest -m 'not slow' $(SHARED)

test-all: $(VENV)/aot
	$(VENV)/bin/pytest $(SHARED)

bench: $(VENV)/ready
	@for name in packing loading store collection training scoring decoding; do $(RUN) tests.bench.$$name || exit 1; done

$(VENV)/ready: setup.py pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "flan_jax needs Python 3.11 or newer; try make PYTHON=python3.12" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(VENV)/bin/pip install -q -e '.[test]'
	@touch $@

# Apart: where libtpu is installed, jax asks it for TPUs at every start, and it complains.
$(VENV)/aot: $(VENV)/ready
	$(VENV)/bin/pip install -q -e '.[aot,test]'
	@touch $@

clean:
	rm -rf $(RUNS) build *.egg-info
