"""Benchmarks: the real steps on real input, beside what else there is, in one run."""
