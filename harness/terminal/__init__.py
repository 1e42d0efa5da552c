"""What a person at a terminal sees: results, tables, faults, progress."""
