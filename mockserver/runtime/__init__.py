"""What all parts use at run time: the clock, the random source, faults, the journal of calls, the open-file limit."""
