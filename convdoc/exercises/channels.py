"""Questions about channels and filters."""

QUESTIONS = ()
