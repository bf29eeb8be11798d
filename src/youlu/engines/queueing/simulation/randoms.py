"""Randomness by counter: every draw of every customer has a place of its own.

A draw is SplitMix64 (Steele, Lea, Flood 2014) of (key of the stream, number of the customer, attempt, what for), so the
same customer has the same patience, gap and handling luck in every plan, whoever serves whom and when: common random
numbers without keeping any. Laws are inverted from one uniform each, so that luck keeps its rank under another mean.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

GAP, PATIENCE, HANDLING, WRAP_UP, AGAIN, AGAIN_AFTER, CALLBACK, _SPARE = range(8)
ATTEMPTS = 16  # of one customer, as the counter is laid out
CONSTANT, EXPONENTIAL, LOGNORMAL, SAMPLES, NEVER = range(5)

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_MIX_A = np.uint64(0xBF58476D1CE4E5B9)
_MIX_B = np.uint64(0x94D049BB133111EB)
_S30, _S27, _S31, _S11 = np.uint64(30), np.uint64(27), np.uint64(31), np.uint64(11)
_MASK = (1 << 64) - 1


def keys_make(seed: int, replication: int, streams: int) -> np.ndarray:
    """Return uint64[streams], independent keys of one replication."""
    state = _mix_int(_mix_int(seed & _MASK) ^ _mix_int((replication * 2 + 1) * 0x9E3779B97F4A7C15))
    return np.array([_mix_int(state + (s + 1) * 0xD1B54A32D192ED03) for s in range(streams)], dtype=np.uint64)


def _mix_int(z: int) -> int:
    z = (z + 0x9E3779B97F4A7C15) & _MASK
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & _MASK
    return z ^ (z >> 31)


@njit(cache=True, nogil=True)
def uniform(key, index, attempt, what):
    """A number in (0, 1) for draw `what` of a customer's attempt."""
    counter = np.uint64((np.int64(index) * 16 + attempt) * 8 + what + 1)
    z = key + counter * _GOLDEN
    z = (z ^ (z >> _S30)) * _MIX_A
    z = (z ^ (z >> _S27)) * _MIX_B
    z = z ^ (z >> _S31)
    return (np.float64(z >> _S11) + 0.5) * 1.1102230246251565e-16


@njit(cache=True, nogil=True)
def normal(u):
    """The standard normal quantile; Wichura, algorithm AS 241 (PPND16), relative error 1e-16."""
    q = u - 0.5
    if abs(q) <= 0.425:
        r = 0.180625 - q * q
        return q * (((((((2.5090809287301226727e3 * r + 3.3430575583588128105e4) * r + 6.7265770927008700853e4) * r
            + 4.5921953931549871457e4) * r + 1.3731693765509461125e4) * r + 1.9715909503065514427e3) * r
            + 1.3314166789178437745e2) * r + 3.3871328727963666080e0) / (((((((5.2264952788528545610e3 * r
            + 2.8729085735721942674e4) * r + 3.9307895800092710610e4) * r + 2.1213794301586595867e4) * r
            + 5.3941960214247511077e3) * r + 6.8718700749205790830e2) * r + 4.2313330701600911252e1) * r + 1.0)
    r = math.sqrt(-math.log(u if q < 0 else 1.0 - u))
    if r <= 5.0:
        r -= 1.6
        x = (((((((7.74545014278341407640e-4 * r + 2.27238449892691845833e-2) * r + 2.41780725177450611770e-1) * r
            + 1.27045825245236838258e0) * r + 3.64784832476320460504e0) * r + 5.76949722146069140550e0) * r
            + 4.63033784615654529590e0) * r + 1.42343711074968357734e0) / (((((((1.05075007164441684324e-9 * r
            + 5.47593808499534494600e-4) * r + 1.51986665636164571966e-2) * r + 1.48103976427480074590e-1) * r
            + 6.89767334985100004550e-1) * r + 1.67638483018380384940e0) * r + 2.05319162663775882187e0) * r + 1.0)
    else:
        r -= 5.0
        x = (((((((2.01033439929228813265e-7 * r + 2.71155556874348757815e-5) * r + 1.24266094738807843860e-3) * r
            + 2.65321895265761230930e-2) * r + 2.96560571828504891230e-1) * r + 1.78482653991729133580e0) * r
            + 5.46378491116411436990e0) * r + 6.65790464350110377720e0) / (((((((2.04426310338993978564e-15 * r
            + 1.42151175831644588870e-7) * r + 1.84631831751005468180e-5) * r + 7.86869131145613259100e-4) * r
            + 1.48753612908506148525e-2) * r + 1.36929880922735805310e-1) * r + 5.99832206555887937690e-1) * r + 1.0)
    return -x if q < 0 else x


@njit(cache=True, nogil=True)
def duration(law, samples, u):
    """Seconds of a row of `arrays.LAW` at the uniform `u`."""
    if law.kind == EXPONENTIAL:
        return -math.log(u) * law.a
    if law.kind == LOGNORMAL:
        return math.exp(law.a + law.b * normal(u))
    if law.kind == SAMPLES:
        return samples[int(law.a) + int(u * law.b)]
    if law.kind == NEVER:
        return np.inf
    return law.a
