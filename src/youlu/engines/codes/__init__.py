"""Numbers that people and machines write on mail: each module offers the same few functions, after python-stdnum.

`compact(text)` takes the decoration off, `validate(text)` returns the compact form or raises a CodeError,
`is_valid(text)` answers yes or no, `calc_check_digit(body)` where there is one, `format(text)` for reading.
"""
