"""Rows of destinations as machine vectors: one load, one minimum, one store for a whole row.

numba's own loop over a row of uint16 is vectorised only when written in one particular way, and then with
run-time checks for overlap; said in LLVM's words it is exact and stays so.
"""

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

LANES = 32
"""Destinations per row: 64 bytes, one cache line."""

_ROW = ir.VectorType(ir.IntType(16), LANES)
_ROW_BYTES = LANES * 2


def _row_pointer(context, builder, array_type, array, index):
    """Pointer to the row `index` of a C-contiguous uint16 array of rows."""
    base = context.make_array(array_type)(context, builder, array).data
    lane = builder.mul(index, ir.Constant(ir.IntType(64), LANES))
    return builder.bitcast(builder.gep(base, [lane]), _ROW.as_pointer())


def _load(context, builder, array_type, array, index):
    row = builder.load(_row_pointer(context, builder, array_type, array, index))
    row.align = _ROW_BYTES
    return row


def _store(context, builder, value, array_type, array, index):
    stored = builder.store(value, _row_pointer(context, builder, array_type, array, index))
    stored.align = _ROW_BYTES


def _minimum(builder, a, b):
    return builder.select(builder.icmp_unsigned("<", a, b), a, b)


@intrinsic
def row_step(typingctx, rows, leg, following, transfer, slots, stay, seat):
    """ride = min(rows[transfer], slots[stay]); slots[seat] = ride; rows[leg] = min(rows[following], ride).

    Index arguments are int64; rows and slots are uint16[n, LANES], C-contiguous, aligned to a row.
    """
    signature = types.void(rows, *(types.int64,) * 3, slots, types.int64, types.int64)

    def codegen(context, builder, sig, args):
        rows_type, slots_type = sig.args[0], sig.args[4]
        all_rows, at, after, change, all_slots, on, off = args
        ride = _minimum(
            builder,
            _load(context, builder, rows_type, all_rows, change),
            _load(context, builder, slots_type, all_slots, on),
        )
        rest = _load(context, builder, rows_type, all_rows, after)
        _store(context, builder, ride, slots_type, all_slots, off)
        _store(context, builder, _minimum(builder, ride, rest), rows_type, all_rows, at)
        return context.get_dummy_value()

    return signature, codegen
