"""What happens to a record as a whole: merged with another, handed over, given to its patient, past its time."""
