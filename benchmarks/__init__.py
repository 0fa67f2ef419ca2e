"""Benchmarks: run each with `python -m benchmarks.NAME`, from the checkout."""

from bot import settings as settings  # first, as in the program: what it sets is read when the numeric libraries load
