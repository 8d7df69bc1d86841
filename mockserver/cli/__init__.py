"""The command line ``novavms-mock``, a module a command."""
