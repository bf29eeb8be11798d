"""交接班: what a shift leaves to the next, signed by who goes and by who comes, owed until it is dealt with.

owed (what a shift hands on, in SQL) and facts (the desk of the moment) → signing (two persons, each once) → reading.
"""
