"""The control plane under /_mock: what tests use to arrange a world, move its clock and look behind its scenes."""
