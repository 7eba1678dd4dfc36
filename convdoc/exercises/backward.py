"""Questions about the backward pass."""

QUESTIONS = ()
