# make run     the main job: teacher, PQKD student, table, figure, record (about 2 minutes)
# make test        everything that CI runs
# make test-fast   lint, types, the laws, notebooks that are out of date
# make test-lowest   laws, command line, grader and three notebooks with the oldest packages that
#              pyproject.toml admits, in an environment of their own (Python 3.11): some minutes
# make lab     JupyterLab on the notebooks
# make notebooks   write the exercise cells, execute all notebooks, store outputs (for authors)
# make figures every figure, table and card, and the README's results, from the stored records;
#              RECORDS=FOLDER: figures from records of your own, in runs/figures
# make site    the series as a site to read without a kernel, offline too, in site/
# make slides  slides for a lesson, from the marked cells of the notebooks, in slides/
# make handouts  a sheet of predictions for each notebook, to print, in handouts/
# make bench   the simulator against its peers (an environment of its own), training against the
#              article's design (needs MNIST in $PQKD_DATA or ./data): about 20 minutes
# The first call of any of them creates .venv and installs; later calls install nothing.
# TORCH=cpu at the first call takes PyTorch's own CPU build: for machines without an NVIDIA GPU.

PYTHON ?= python3
TORCH ?= default
CPU_WHEELS := https://download.pytorch.org/whl/cpu
VENV := .venv
BIN := $(VENV)/bin

# On a terminal pip shows its progress.
INSTALL = $(BIN)/python -m pip install $$([ -t 1 ] || echo --quiet)

BENCH := .venv-bench
LOWEST := .venv-lowest

.PHONY: run test test-fast test-lowest lint lab notebooks figures site slides handouts bench install clean
.DEFAULT_GOAL := run

install: $(VENV)/.installed

$(VENV)/.installed: requirements.txt pyproject.toml
	$(PYTHON) -c "import sys; sys.exit(0 if sys.version_info >= (3, 11) else 'Python 3.11 or newer is needed; try: make PYTHON=python3.11')"
	@echo "Installing into $(VENV), once: 3.2 GB to download, 6.1 GB on the disk, a few minutes. No NVIDIA GPU? make TORCH=cpu downloads 2.5 GB less."
	$(PYTHON) -m venv $(VENV)
ifeq ($(TORCH),cpu)
	$(INSTALL) torch torchvision --index-url $(CPU_WHEELS)
endif
	$(INSTALL) --requirement requirements.txt
	touch $@

$(VENV)/.test-installed: $(VENV)/.installed
	@echo "Installing what the tests need, once: about 0.6 GB more."
	$(INSTALL) --editable ".[test]"
	touch $@

run: $(VENV)/.installed
	$(BIN)/python -m pqkd_helpers train --preset quick

# One process per core with one thread each: threads of several processes only fight for the cores.
PYTEST := OMP_NUM_THREADS=1 $(BIN)/python -m pytest --numprocesses auto --dist loadscope \
	--no-loadscope-reorder

lint: $(VENV)/.test-installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

test: lint
	$(PYTEST)

test-fast: lint
	$(PYTEST) -m "not slow"

$(LOWEST)/.installed: pyproject.toml
	$(PYTHON) -c "import sys; sys.exit(0 if sys.version_info[:2] == (3, 11) else 'The oldest packages need Python 3.11; try: make test-lowest PYTHON=python3.11')"
	$(PYTHON) -m venv $(LOWEST)
	$(LOWEST)/bin/python -m pip install --quiet uv
	$(LOWEST)/bin/uv pip install --quiet --python $(LOWEST) --resolution lowest-direct --editable .
	$(LOWEST)/bin/uv pip install --quiet --python $(LOWEST) hypothesis
	touch $@

# Optional packages are not there; packages as old as these warn beside newer ones.
test-lowest: $(LOWEST)/.installed
	$(LOWEST)/bin/python -m pqkd_helpers doctor
	$(LOWEST)/bin/python -m pytest -o filterwarnings= --disable-warnings \
		-k "not engine and not reproduce and not onnx_too and not no_onnx and not a_run_is_named" \
		tests/circuit_simulator tests/command_line/test_main.py tests/command_line/test_doctor.py \
		"tests/classroom/grading/test_grading.py::test_worked_solutions_are_right_in_three_seconds[2]" \
		"tests/notebooks/test_nbval.py::test_every_cell_passes[01_circuit_simulator]" \
		"tests/notebooks/test_nbval.py::test_every_cell_passes[03_dictionary_convolutions]" \
		"tests/notebooks/test_nbval.py::test_every_cell_passes[06_training_loop]"

lab: $(VENV)/.installed
	$(BIN)/jupyter lab notebooks

notebooks: $(VENV)/.installed
	$(BIN)/python -m pqkd_helpers.publishing notebooks

figures: $(VENV)/.installed
	$(BIN)/python -m pqkd_helpers.publishing figures $(if $(RECORDS),--records "$(RECORDS)")

$(VENV)/.site-installed: $(VENV)/.installed
	$(INSTALL) --editable ".[site]"
	touch $@

site: $(VENV)/.site-installed
	$(BIN)/python -m pqkd_helpers.publishing site

slides: $(VENV)/.site-installed
	$(BIN)/python -m pqkd_helpers.publishing slides

handouts: $(VENV)/.site-installed
	$(BIN)/python -m pqkd_helpers.publishing handouts

$(BENCH)/.installed: requirements.txt pyproject.toml
	$(PYTHON) -m venv $(BENCH)
	$(BENCH)/bin/python -m pip install --quiet --editable ".[bench]"
	touch $@

bench: $(BENCH)/.installed $(VENV)/.installed
	$(BENCH)/bin/python -m tests.benchmarks.simulator
	$(BIN)/python -m tests.benchmarks.training

clean:
	rm -rf $(VENV) $(BENCH) $(LOWEST) site slides handouts
