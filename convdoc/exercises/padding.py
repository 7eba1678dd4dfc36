"""Questions about padding."""

QUESTIONS = ()
