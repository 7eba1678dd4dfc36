"""Questions about groups."""

QUESTIONS = ()
