"""What can become of a mutant, and the files by which the processes of a kill run agree."""

KILLED, KILLED_BY_OTHER, SURVIVED, ERROR = "killed", "killed_by_other", "survived", "error"
#: The file to which all processes append what became of each mutant, and how a claimed mutant is marked by its number.
KILLS_FILE = "all.kills"
CLAIM_SUFFIX = ".claimed"
