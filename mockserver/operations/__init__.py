"""What NovaVMS does: the use cases, a module per resource, a function per operation of the document."""
