"""The built chapters of the guide: their numbers against printed ones and those of other libraries."""
