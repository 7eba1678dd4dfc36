"""Answers to the exercises, found another way: by SciPy, by plain loops, or by hand.

A module for each chapter, and in each ``ANSWERS``: the answer to a question by its name. None of
them calls convdoc.
"""
