"""A document to what a reader gets, with a report of what the target would lose."""
