"""What waits for a member of staff when they begin: one module for each role, read over their own clinics only."""
