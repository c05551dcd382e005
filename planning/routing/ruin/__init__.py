"""Ruin and recreate: strings of neighbouring visits out, back in where they cost least, again.

Slack induction by string removals (Christiaens and Vanden Berghe 2020, Transportation Science 54),
with every rule of the problem inside the insertion check. `arrays` turns a problem into what
`kernels`, compiled by numba, work on; `engine` cools, watches the clock and keeps the best.
"""
