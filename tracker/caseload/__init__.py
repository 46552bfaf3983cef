"""Whole groups of patients of a person's clinics, as of a day: how they are counted, and who is behind each number."""
