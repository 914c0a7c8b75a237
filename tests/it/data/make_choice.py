"""Conditional and nested logit to 25 digits: python3 make_choice.py > choice.csv

Choices are simulated from a seed, with attributes on very different scales, and rounded to the decimals printed. The
log-likelihood is written down from the definition of the probabilities and maximised by Newton's method at 60 digits, in
units in which differences are near 1, with gradient and Hessian by central differences of step 1e-15 (error some 1e-30): no
formula for a derivative is used. Standard errors come from the inverse of that Hessian. As a second way, scipy's
Nelder-Mead must arrive at the same coefficients to six digits.

Nested logit: shares and logsum from the definition at 500 digits; derivatives of the logarithms of the shares in the
utilities by central differences of step 1e-90, so that the smallest, near 1e-253, keep their digits.
"""

import math
import random

from mpmath import mp, mpf
from scipy.optimize import minimize

mp.dps = 60
NAMES = ["price", "quality", "rate"]
TRUTH = [-2e-6, 0.8, 500.0]
UNITS = [mpf(10) ** 6, mpf(1), mpf(10) ** -3]


def simulated(rng, count):
    """(alternatives, chosen): prices near 1e6, quality near 0, rates near 1e-3."""
    situations = []
    for _ in range(count):
        alternatives = [
            [round(rng.uniform(4e5, 2e6), 0), round(rng.gauss(0, 1), 3), round(rng.uniform(0, 4e-3), 6)]
            for _ in range(rng.randint(2, 4))
        ]
        noise = [rng.gammavariate(1, 1) for _ in alternatives]
        # Exponential races: the alternative with the least E e^-V is chosen with probability e^V / sum e^V.
        race = [e * float(mp.exp(-sum(b * x for b, x in zip(TRUTH, row)))) for e, row in zip(noise, alternatives)]
        situations.append((alternatives, race.index(min(race))))
    return situations


def log_likelihood(situations, scaled, number=mpf, exp=mp.exp, log=mp.log):
    """Coefficients are per UNITS of the attributes."""
    total = number(0)
    for alternatives, chosen in situations:
        utilities = [sum(b * number(x) / number(u) for b, x, u in zip(scaled, row, UNITS)) for row in alternatives]
        total += utilities[chosen] - log(sum(exp(v) for v in utilities))
    return total


def derivatives(f, point):
    """Gradient and Hessian by central differences."""
    n, h = len(point), mpf(10) ** -15

    def at(*moves):
        moved = list(point)
        for index, by in moves:
            moved[index] += by
        return f(moved)

    here = f(point)
    up, down = [at((i, h)) for i in range(n)], [at((i, -h)) for i in range(n)]
    gradient = mp.matrix([(up[i] - down[i]) / (2 * h) for i in range(n)])
    hessian = mp.matrix(n, n)
    for i in range(n):
        hessian[i, i] = (up[i] - 2 * here + down[i]) / h**2
        for j in range(i):
            corners = at((i, h), (j, h)) - at((i, h), (j, -h)) - at((i, -h), (j, h)) + at((i, -h), (j, -h))
            hessian[i, j] = hessian[j, i] = corners / (4 * h**2)
    return gradient, hessian


def maximum(situations):
    point = [mpf(0)] * len(NAMES)
    for _ in range(12):
        gradient, hessian = derivatives(lambda p: log_likelihood(situations, p), point)
        step = mp.lu_solve(-hessian, gradient)
        point = [p + s for p, s in zip(point, step)]
        if mp.norm(step) < mpf(10) ** -27:
            break
    _, hessian = derivatives(lambda p: log_likelihood(situations, p), point)
    simplex = minimize(
        lambda p: -log_likelihood(situations, p, float, math.exp, math.log),
        [0.0] * len(NAMES),
        method="Nelder-Mead",
        options={"xatol": 1e-9, "fatol": 1e-12, "maxiter": 4000},
    )
    assert all(abs(float(a) - b) < 1e-6 * max(1, abs(b)) for a, b in zip(point, simplex.x)), (point, simplex.x)
    return point, (-hessian) ** -1


def nested_shares(utilities, nests, outside):
    inclusive = [lam * mp.log(sum(mp.exp(utilities[i] / lam) for i in members)) for lam, members in nests]
    total = sum(mp.exp(value) for value in inclusive) + (mp.exp(outside) if outside is not None else 0)
    shares = [None] * len(utilities)
    for (lam, members), value in zip(nests, inclusive):
        for i in members:
            shares[i] = mp.exp((utilities[i] - value) / lam) * mp.exp(value) / total
    if outside is not None:
        shares.append(mp.exp(outside) / total)
    return shares, mp.log(total)


def ln_slopes(utilities, nests, outside):
    """Row by row the share, column by column the utility, the outside option last."""
    h, offers = mpf(10) ** -90, len(utilities)
    columns = []
    for by in range(offers + (outside is not None)):
        ends = []
        for step in (h, -h):
            moved = [v + step if i == by else v for i, v in enumerate(utilities)]
            ends.append(nested_shares(moved, nests, outside + step if by == offers else outside)[0])
        columns.append([(mp.log(up) - mp.log(down)) / (2 * h) for up, down in zip(*ends)])
    return list(zip(*columns))


def numbers(values):
    return " ".join(mp.nstr(v, 25) if isinstance(v, mp.mpf) else repr(v) for v in values)


def print_nested(rng, case):
    offers = rng.randint(2, 7)
    order = list(range(offers))
    rng.shuffle(order)
    cuts = sorted(rng.sample(range(1, offers), rng.randint(0, min(3, offers - 1))))
    members = [order[a:b] for a, b in zip([0, *cuts], [*cuts, offers])]
    smallest = [0.01, 0.1, 0.3][case % 3]
    nests = [(round(rng.uniform(smallest, 1) if case % 5 else smallest, 3), sorted(m)) for m in members]
    spread = [2, 5, 30][case % 3]
    utilities = [round(rng.gauss(0, spread), 3) for _ in range(offers)]
    outside = round(rng.gauss(0, spread), 3) if case % 2 else None
    exact = [(mpf(lam), m) for lam, m in nests]
    exact_utilities, exact_outside = [mpf(v) for v in utilities], None if outside is None else mpf(outside)
    shares, logsum = nested_shares(exact_utilities, exact, exact_outside)
    slopes = ln_slopes(exact_utilities, exact, exact_outside)
    written = ";".join(f"{lam!r}:{numbers(m)}" for lam, m in nests)
    outside = "" if outside is None else repr(outside)
    print(
        f"nested,{numbers(utilities)},{written},{outside},{numbers(shares)},{mp.nstr(logsum, 25)},"
        + ";".join(numbers(row) for row in slopes)
    )


def main():
    rng = random.Random(20240611)
    situations = simulated(rng, 200)
    for alternatives, chosen in situations:
        print(f"situation,{chosen},{';'.join(numbers(row) for row in alternatives)}")
    point, covariance = maximum(situations)
    for i, name in enumerate(NAMES):
        error = mp.sqrt(covariance[i, i]) / UNITS[i]
        print(f"estimate,{name},{mp.nstr(point[i] / UNITS[i], 25)},{mp.nstr(error, 25)}")
        for j in range(i):
            print(f"covariance,{i},{j},{mp.nstr(covariance[i, j] / UNITS[i] / UNITS[j], 25)}")
    print(f"log_likelihood,{mp.nstr(log_likelihood(situations, point), 25)}")
    print(f"null_log_likelihood,{mp.nstr(log_likelihood(situations, [mpf(0)] * len(NAMES)), 25)}")
    mp.dps = 500
    for case in range(50):
        print_nested(rng, case)


if __name__ == "__main__":
    main()
