"""Questions about pooling."""

QUESTIONS = ()
