"""The words checks are written in: bodies, walks, shapes, generated calls, models, the gateway's socket."""
