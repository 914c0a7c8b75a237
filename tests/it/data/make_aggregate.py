"""Reference table of the aggregators: python3 make_aggregate.py > aggregate.csv

ces            sum(w_i x_i^rho)^(1/rho) with w_i = weight_i / sum of weights, at rho = 0 prod x_i^w_i
unnormalised   sum(a_i x_i^rho)^(1/rho)
multiplicative (prod(1 + K k_i u_i) - 1) / K, K > -1 the other root of 1 + K = prod(1 + K k_i)

The parameters are the doubles nearest to what is printed. Every number in two ways, agreeing to 30 digits:
powers as they stand against exponentials of logarithms differenced from the largest term; K by bisection of the
product against Newton's method on the polynomial without its root at 0, and the utility from the product against
the sum over all sets of attributes.
"""

import itertools
import random

from mpmath import exp, findroot, fprod, fsum, log, mp, mpf, nstr

mp.dps = 400  # powers of 1e-300 by 1000, and sums of terms 1e-12 beside 1, leave more than 30 digits
DIGITS = 30


def agree(one, other):
    assert abs(one - other) <= mpf(10) ** -DIGITS * abs(one), (nstr(one, 40), nstr(other, 40))
    return one


def power_mean(weights, rho, components):
    pairs = list(zip(weights, components))
    if rho == 0:
        return agree(fprod(x**w for w, x in pairs), exp(fsum(w * log(x) for w, x in pairs)))
    plain = fsum(w * x**rho for w, x in pairs) ** (1 / rho)
    logs = [log(w) + rho * log(x) for w, x in pairs if x > 0]
    top = max(logs)
    return agree(plain, exp((top + log(fsum(exp(ln - top) for ln in logs))) / rho))


def interaction(constants):
    symmetric = [fsum(fprod(c) for c in itertools.combinations(constants, n)) for n in range(len(constants) + 1)]
    polynomial = lambda k: fsum(e * k ** (n - 1) for n, e in enumerate(symmetric) if n > 0) - 1
    low, high = (mpf(-1), mpf(0)) if polynomial(0) > 0 else (mpf(0), (1 - symmetric[1]) / symmetric[2])
    a, b = low, high
    while b - a > mpf(10) ** -(DIGITS + 20) * abs(a + b):
        middle = (a + b) / 2
        a, b = (middle, b) if (fprod(1 + middle * c for c in constants) - 1) / middle < 1 else (a, middle)
    return agree(a, findroot(polynomial, (a + b) / 2))


def utility(constants, k, utilities):
    products = [c * u for c, u in zip(constants, utilities)]
    sets = fsum(
        k ** (n - 1) * fprod(chosen)
        for n in range(1, len(products) + 1)
        for chosen in itertools.combinations(products, n)
    )
    return agree((fprod(1 + k * p for p in products) - 1) / k, sets)


def row(rule, rho, weights, components):
    w, x, r = [mpf(v) for v in weights], [mpf(v) for v in components], mpf(rho)
    k = ""
    if rule == "ces":
        total = fsum(w)
        value = power_mean([v / total for v in w], r, x)
    elif rule == "unnormalised":
        value = power_mean(w, r, x)
    else:
        k = interaction(w)
        value = utility(w, k, x)
        k = nstr(k, 20)
    numbers = [" ".join(map(repr, weights)), " ".join(map(repr, components))]
    print(",".join([rule, repr(rho), *numbers, k, nstr(value, 20)]))


def main():
    draw = random.Random(1997)
    print("rule,rho,weights,components,k,value")
    for rho in [300.0, -300.0, 1000.0, -1000.0, 1e-12, -1e-12, 1e-6, -1e-6, 0.0, 1e-31, 1e-29, 0.5, -0.5, 1.0, 2.0]:
        row("ces", rho, [0.5, 0.3, 0.2], [3.0, 4.0, 12.0])
        row("ces", rho, [0.2, 0.3, 0.5], [1e-3, 7.0, 2.5e5])
    for rho in [1e-12, 0.0, -0.1, 0.1, 1.0]:
        row("ces", rho, [0.5, 0.5], [1e-300, 1e300])
    row("ces", 2.0, [1e-12, 1.0 - 1e-12], [100.0, 0.0])
    row("ces", 0.25, [0.25, 0.25, 0.5], [0.0, 2.0, 9.0])
    for _ in range(20):
        count = draw.randint(1, 6)
        parts = [draw.uniform(0.01, 1) for _ in range(count)]
        weights = [part / sum(parts) for part in parts]
        row("ces", draw.uniform(-8, 8), weights, [10 ** draw.uniform(-3, 3) for _ in range(count)])
    for rho in [2.0, 0.5, -1.0, 0.01, -0.01, 300.0]:
        row("unnormalised", rho, [1.0, 1.0, 1.0], [3.0, 4.0, 12.0])
        row("unnormalised", rho, [0.2, 3.0], [8.0, 0.125])
    for constants, utilities in [
        ([0.01, 0.02, 0.005], [0.9, 0.2, 0.7]),
        ([0.9, 0.8, 0.95, 0.7], [0.1, 0.9, 0.3, 0.6]),
        ([0.4, 0.3, 0.299999999], [0.2, 0.9, 0.6]),
        ([0.4, 0.3, 0.300000001], [0.2, 0.9, 0.6]),
        ([0.05] * 10, [n / 10 for n in range(1, 11)]),
        ([0.5] * 10, [n / 10 for n in range(1, 11)]),
        ([1e-9, 1e-8], [0.3, 0.6]),
    ]:
        row("multiplicative", 0.0, constants, utilities)
    for _ in range(20):
        count = draw.randint(2, 6)
        utilities = [draw.random() for _ in range(count)]
        row("multiplicative", 0.0, [draw.uniform(0.01, 0.99) for _ in range(count)], utilities)


main()
