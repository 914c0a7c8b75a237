"""Reference table of special functions: python3 make_special.py > special.csv

Arguments are exact doubles. Each value is computed in two independent ways that agree to 20 digits
or more (in practice 40): mpmath (closed form, exact finite sum or quadrature) and ball arithmetic.
"""

import math
import random
import sys

import flint
import precise
from flint import acb, arb
from mpmath import mp, mpf
from precise import Disagreement, agree, ball

DIGITS = 20
SMALLEST = mpf(10) ** -280


def ln_rising(r, n):
    """lnGamma(r+n) - lnGamma(r); second way the sum of logarithms."""
    with mp.workdps(90):
        first = mp.loggamma(mpf(r) + n) - mp.loggamma(mpf(r))
    return agree(first, ball(lambda: sum(((arb(r) + k).log() for k in range(n)), arb(0)))) if n else mpf(0)


def ln_beta(a, b):
    with mp.workdps(90):
        first = mp.loggamma(mpf(a)) + mp.loggamma(mpf(b)) - mp.loggamma(mpf(a) + mpf(b))
    a, b = arb(a), arb(b)
    return agree(first, ball(lambda: a.lgamma() + b.lgamma() - (a + b).lgamma()))


def digamma(x):
    with mp.workdps(90):
        first = mp.digamma(mpf(x))
    return agree(first, ball(lambda: arb(x).digamma()))


def trigamma(x):
    """Second way Hurwitz zeta(2, x)."""
    with mp.workdps(90):
        first = mp.psi(1, mpf(x))
    return agree(first, ball(lambda: acb(2).zeta(acb(x)).real))


def incomplete_beta(z, m, r):
    """1 - (1-z)^r sum_{j<m} (r)_j z^j / j!, with digits to spare for the cancellation."""
    with mp.workdps(400):
        z_, r_ = mpf(z), mpf(r)
        term = total = (1 - z_) ** r_
        for j in range(m - 1):
            term *= (r_ + j) / (j + 1) * z_
            total += term
        first = 1 - total
    return agree(first, ball(lambda: arb(z).beta_lower(arb(m), arb(r), 1), 35))


def beta_power(*q):
    return agree(precise.beta_power(*q), precise.beta_power_second(*q))


def beta_count(*q):
    return agree(precise.beta_count(*q), precise.beta_count_second(*q))


def rows():
    rng = random.Random(31415926)

    def log_uniform(low, high):
        return float(f"{10 ** rng.uniform(low, high):.4g}")

    top = math.log10(15000)
    for r in (0.001, 0.243, 1.0, 4.414, 30.0, 1234.5, 15000.0):
        for n in (0, 1, 2, 7, 30, 500, 5000):
            yield ln_rising, r, n
    for _ in range(12):
        yield ln_rising, log_uniform(-3, top), rng.randint(0, 5000)

    sizes = (0.001, 0.0123, 0.793, 1.0, 2.426, 37.5, 1500.0, 20000.0)
    for i, a in enumerate(sizes):
        for b in sizes[i:]:
            yield ln_beta, a, b
    for _ in range(16):
        yield ln_beta, log_uniform(-3, 4.3), log_uniform(-3, 4.3)

    near = (1.4616321449683623, 1.461632144968362, 1.4616321, 1.46163, 1.4617, 1.46, 1.5)
    points = (0.001, 0.0123, 0.1, 0.243, 0.5, 0.793, 1.0, 1.25, *near, 2.0, 2.426, 3.0, 4.414)
    points += (5.999, 6.0, 8.0, 10.5, 15.0, 30.0, 100.0, 1234.5, 1.5e4, 1e5, 3.25e6, 1e7)
    points += tuple(log_uniform(-3, 7) for _ in range(12))
    for f in (digamma, trigamma):
        for x in points:
            yield f, x

    shapes = (0.001, 0.243, 1.0, 4.5, 30.0, 400.0, 5030.0, 15000.0)
    for m in (1, 2, 10, 100, 1000, 5000):
        for r in rng.sample(shapes, 4):
            mean, spread = m / (m + r), (m * r) ** 0.5 / (m + r) ** 1.5
            yield incomplete_beta, mean, m, r
            for z in (mean - 3 * spread, mean + 3 * spread):
                if 0 < z < 1:
                    yield incomplete_beta, z, m, r
    for z, m, r in [
        (1e-9, 1, 0.243), (1e-9, 1, 15000.0), (1e-12, 20, 0.5), (0.001, 2, 30.0), (0.01, 100, 3.0),
        (1 - 1e-9, 1, 0.243), (1 - 1e-9, 1000, 0.001), (1 - 1e-12, 10, 2.5), (0.999, 5000, 0.001),
        (0.9999, 5000, 0.243), (0.9999999, 5000, 15000.0), (0.5, 900, 1.0), (0.5, 1, 1.0),
        (0.55, 1, 0.243), (0.55, 3, 2.243), (0.09, 5, 30.243), (0.25, 5000, 15000.0),
    ]:  # fmt: skip
        yield incomplete_beta, z, m, r
    for _ in range(10):
        m, r = rng.choice((1, 3, 17, 250, 5000)), log_uniform(-3, top)
        yield incomplete_beta, float(f"{1 / (1 + r / m * 10 ** rng.uniform(-1, 1)):.6g}"), m, r

    quads = [(R, 0.793, b, c) for R, b in ((0.243, 2.426), (2.243, 4.426), (30.243, 32.426))
             for c in (0.01, 0.55, 3.0, 25.0, 500.0)]  # fmt: skip
    quads += [
        (0.525, 0.891, 2.614, 6.3), (5.0, 1.0, 3.0, 2.0), (1.0, 1.0, 1.0, 1.0), (2.0, 1.0, 0.001, 10.0),
        (0.243, 1.0, 2.426, 1.5), (30.0, 1.0, 15000.0, 1e4), (30.0, 1.0, 0.5, 1e4), (15000.0, 1.0, 5000.0, 0.01),
        (3.0, 1.0000001, 2.5, 4.0), (3.0, 0.9999999, 2.5, 4.0), (30.0, 0.5, 0.5, 1e4), (30.0, 0.5, 0.5, 0.001),
        (15000.0, 0.001, 15000.0, 1e7), (0.001, 0.001, 0.001, 1e-6), (0.001, 0.001, 0.001, 1e7),
        (0.001, 15000.0, 15000.0, 1e7), (0.001, 15000.0, 0.001, 1e7), (0.001, 0.001, 15000.0, 1e7),
        (15000.0, 0.001, 0.001, 1e-6), (15000.0, 0.001, 0.001, 1e7), (15000.0, 15000.0, 15000.0, 0.01),
        (15000.0, 15000.0, 15000.0, 1e-6), (15000.0, 15000.0, 0.001, 0.02), (15000.0, 0.5, 15000.0, 1.0),
        (5000.0, 2.0, 5000.0, 100.0), (12000.0, 5.0, 3000.0, 0.01), (20.0, 15000.0, 15000.0, 1e6),
        (50.0, 15000.0, 0.001, 10.0), (1e4, 3.0, 1.0, 1e7), (0.5, 20.0, 1e4, 1e5),
    ]  # fmt: skip
    for f in (beta_power, beta_count):
        for q in quads:
            yield f, *q
        for _ in range(25):
            yield f, log_uniform(-3, top), log_uniform(-3, top), log_uniform(-3, top), log_uniform(-6, 7)


def main():
    print("function,arg1,arg2,arg3,arg4,value")
    written = dropped = 0
    for f, *arguments in rows():
        try:
            value = f(*arguments)
        except Disagreement as problem:
            print("left out:", f.__name__, *arguments, problem, file=sys.stderr)
            dropped += 1
            continue
        finally:
            flint.ctx.prec = precise.BITS
        if f in (incomplete_beta, beta_power, beta_count) and value < SMALLEST:
            continue
        fields = [repr(v) for v in arguments] + [""] * (4 - len(arguments))
        print(",".join([f.__name__, *fields, mp.nstr(value, 25)]))
        written += 1
    print(f"{written} rows, {dropped} left out", file=sys.stderr)


if __name__ == "__main__":
    main()
