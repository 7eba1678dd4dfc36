"""The built chapters of the guide: their numbers against printed ones and other libraries."""
