"""The audit trail: what is recorded (sql/), how it is sealed, checked and read."""
