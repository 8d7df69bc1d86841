"""What both clients share, without input or output: the calls there are, what to send, how to read answers."""
