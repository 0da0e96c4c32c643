"""From cells of text to rows of the store: staging, checks, comparison, report, apply, undo, edits."""
