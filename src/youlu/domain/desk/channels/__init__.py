"""Doors by which orders come besides the telephone and the form: a program, a messenger, a file."""
