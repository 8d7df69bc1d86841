"""A mock in several processes, which share a database and agree on everything else by it."""

from mockserver.backends.cluster.replica import Cluster

__all__ = ["Cluster"]
