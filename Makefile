# make lab    the environment, the data, and JupyterLab open at the first chapter
# make studio the fitting room as a page in the browser
# make test   the environment, then every test: units, notebooks, book
# make help   everything else

# The first Python from 3.11 to 3.13 that starts; another one: make lab PYTHON=/path/to/python
CANDIDATES := python3.13 python3.12 python3.11 python3 python
PYTHON ?= $(or $(shell for p in $(CANDIDATES); do \
	$$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' >/dev/null 2>&1 && echo $$p && break; \
	done),python3)
BIN := .venv/bin

.PHONY: help environment data weights atlas lab studio test unit chapters book notebooks notebook bench lock clean

help:
	@echo "make lab                  open the course in JupyterLab"
	@echo "make studio               open the fitting room in the browser, without code"
	@echo "make test                 run every test, as CI does"
	@echo "make notebooks            build and execute the notebooks whose source or code changed"
	@echo "make notebook CHAPTER=01  the same for one chapter and its exercises"
	@echo "make data                 fetch the networks for photographs and render the people where they are missing or damaged"
	@echo "make weights              train the networks of data/weights/ where they are missing or damaged"
	@echo "make atlas                train the cells of data/atlas/ where the record is missing or damaged (half an hour)"
	@echo "make bench                measure speed, memory and gates, and write the book's page on them"
	@echo "make bench PART=loops     one part of it: people, loops, kid, latency, chapters, or page, which only writes"
	@echo "make bench CHAPTER=03     one chapter of it"
	@echo "make book                 build the book in book/_build/html"
	@echo "make unit                 run the unit tests alone"
	@echo "make chapters             run nbval over the chapters and solutions alone"
	@echo "make lock                 resolve requirements.in to requirements.lock (needs uv)"
	@echo "make clean                delete what was built, but not the environment"

environment:
	@command -v $(PYTHON) >/dev/null || { echo "No Python was found. The course wants Python 3.11, 3.12 or 3.13." >&2; exit 1; }
	@$(PYTHON) book/tools/make_environment.py

data: environment
	$(BIN)/python data/make_models.py
	$(BIN)/python data/make_data.py

weights: environment
	$(BIN)/python data/make_weights.py

atlas: environment
	$(BIN)/python data/make_atlas.py

lab: data
	$(BIN)/jupyter lab --notebook-dir=notebooks $(LAB_OPTIONS) "$$(ls notebooks/[0-9]*.ipynb | head -n 1)"

studio: data
	$(BIN)/python -m tryon_utils.studio.serve $(STUDIO_OPTIONS)

bench: environment
	$(BIN)/python tests/bench.py $(if $(CHAPTER),chapters $(CHAPTER),$(PART))

test: data
	$(BIN)/python tests/run.py

unit chapters book: environment
	$(BIN)/python tests/run.py $@

notebooks: environment
	$(BIN)/python book/tools/build_notebooks.py

notebook: environment
	$(BIN)/python book/tools/build_notebooks.py $(CHAPTER) --force

lock:
	uv pip compile --quiet --generate-hashes --universal --python-version 3.11 --no-header --no-annotate requirements.in -o requirements.lock

clean:
	rm -rf book/_build book/chapters test-results .pytest_cache
