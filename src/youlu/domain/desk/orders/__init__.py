"""Work orders (工单): their life as one table, their clocks, who sees and who does what.

`life` is the table, `happening` does one act on one order, the other modules say what an act writes besides.
"""
