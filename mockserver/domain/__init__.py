"""The pure rules of NovaVMS: values in, values or an error out; the current time is always an argument."""
