"""What Myoline costs: patients a second for the rules, queries and time for the pages. `python -m benchmarks`."""
