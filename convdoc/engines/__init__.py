"""The libraries that compute: arrays and a plan in, arrays out.

Each module wraps one library behind the same functions and returns the same answer.
Arguments reach it checked; import it only when it is to compute.
"""
