"""The part of both clients that does no input or output: verbs, calls, requests, answers."""
