"""The demo cohort: patients who do not exist, and published case reports, as the records that the rules read.

Generating is pure: the same seed, size and day give the same patients, byte for byte. `store` writes them to the
database.
"""
