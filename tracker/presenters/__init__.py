"""What the pages show, put in order from what the selectors answer. Reads nothing, writes nothing, decides nothing."""
