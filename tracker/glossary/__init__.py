"""The words that the pages use and what they mean here. Sentences are data (terms.toml); the loader checks them."""
