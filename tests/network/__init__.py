"""A network that fails: a proxy that drops calls, delays them, or answers them as a load balancer does."""
