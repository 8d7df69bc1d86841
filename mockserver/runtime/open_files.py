"""The limit of open files, which sockets count against."""

import resource


def raise_limit() -> int:
    """Raise this process's limit of open files as far as the system allows, and return it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return max(soft, hard)


def limit() -> int:
    """Return this process's limit of open files."""
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0]
