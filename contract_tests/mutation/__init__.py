"""The kill run: every mutant against the checks of the rules that it breaks."""
