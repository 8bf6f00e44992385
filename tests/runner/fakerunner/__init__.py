"""A stand-in for the GitHub Actions runner, for container actions and `run` steps.

The rules are those of actions/runner 2.336; each module cites the file there that it
follows. What is left out is listed in ../README.md, and is an error, not a guess.
"""
