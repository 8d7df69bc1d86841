"""The pure rules of NovaVMS: values in, values or an error out; the present instant is always an argument."""
