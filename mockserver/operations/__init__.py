"""The operations of NovaVMS: a module per resource, a function per operation of the document."""
