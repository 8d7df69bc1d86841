"""Open files, of which every socket is one."""

import resource


def raise_limit() -> int:
    """Let this process have as many open files as the system grants, and return how many those are."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return max(soft, hard)
