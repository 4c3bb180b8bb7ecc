"""Numbers in, small named results out: every estimate, interval and test the explorer shows.

Pure functions on numbers and numpy arrays, which know nothing of cohorts or studies. Where scipy or statsmodels has a
method right it is used; where one disagrees with R or lacks the method, the docstring says which, and why.
A number that does not exist is ``nan``.
"""
