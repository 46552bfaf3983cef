"""The pages that write to a record, one file a page."""
