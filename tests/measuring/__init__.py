"""What `make bench` measures, part by part, and the pages that are written from it. `tests/bench.py` starts it."""
