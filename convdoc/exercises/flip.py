"""Questions about the flip."""

QUESTIONS = ()
