"""Questions about dilation."""

QUESTIONS = ()
