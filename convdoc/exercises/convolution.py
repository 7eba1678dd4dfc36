"""Questions about what a convolution is."""

QUESTIONS = ()
