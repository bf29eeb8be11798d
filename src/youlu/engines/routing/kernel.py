"""How the kernels are compiled.

They allocate nothing, so numba need not count references to arrays: with it, every array a kernel takes out of
`Arrays`, `State` or `Scratch` costs two locked additions, which were more than half of a step. A kernel that
allocates (`np.zeros`, a copy) does not compile under these words; its memory belongs into `Scratch`.
"""

from __future__ import annotations

from typing import Any

from numba import njit

WORDS: dict[str, Any] = {"cache": True, "nogil": True, "_nrt": False}  # _nrt: not in its manual

njit_kernel = njit(**WORDS)
njit_inlined = njit(inline="always", **WORDS)
