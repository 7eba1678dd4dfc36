"""Questions about transposed convolution."""

QUESTIONS = ()
