"""Questions about reading a network."""

QUESTIONS = ()
