"""The pictures of the documentation, each made from the real thing: drawn, recorded or photographed."""
