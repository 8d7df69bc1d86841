"""What every part runs on: the clock, the random source, faults, the journal of calls, open files."""
