"""Questions about how arrays are laid out."""

QUESTIONS = ()
