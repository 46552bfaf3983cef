"""What is put on paper about one patient: the one-page summary and the letter to the family doctor."""
