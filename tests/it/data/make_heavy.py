"""Reference table of customers who buy very often: python3 make_heavy.py > heavy.csv

One number a line: quantity,case,key,value; inputs come before what follows from them; times are in weeks.

* pareto, gompertz, bg    parameters of the model, history (x, t_x, T) and horizon t: `p.n` = P(n purchases within t), `ge.n` = P(N >= n),
                          `le.n` = P(N <= n), for a customer who may have left. From definitions, in 50 digits: leaving at y between
                          t_x and T, or later at u, integrated as it stands; given that, purchases are negative binomial. Sums over
                          all counts give the tails.
* value                   NBD purchases of a customer with a history, and the customer's own gamma-gamma spend: `crps.y`, the integral
                          of (F(s) - [y <= s])^2 over ln s by Gauss-Legendre panels half as wide as the narrowest term, with the
                          incomplete beta functions of SciPy.
"""

import numpy as np
from mpmath import beta, betainc, exp, fac, gamma, inf, log, mp, mpf, nstr, quad, rf
from scipy.special import betainc as ibeta, gammaln

mp.dps = 50


def row(quantity, case, key, value):
    if isinstance(value, (list, tuple)):
        text = " ".join(repr(float(v)) for v in value)
    else:
        text = nstr(mpf(value), 22)
    print(f"{quantity},{case},{key},{text}", flush=True)


def negative_binomial(n, shape, odds):
    return exp(log(rf(shape, n) / fac(n)) + n * log(odds / (1 + odds)) - shape * log(1 + odds)) if n else (1 + odds) ** -shape


def knots(low, high, peak, width):
    """Ends of panels about a peak."""
    steps = (-60, -30, -16, -10, -7, -5, -3, -2, -1, 0, 1, 2, 3, 5, 7, 10, 16, 30, 60, 120)
    inner = [peak * (1 + width * k) for k in steps]
    # Beyond the peak all lies near the end.
    inner += [high - (high - low) / 2**k for k in range(1, 11)] + [low + (high - low) * k / 8 for k in range(1, 8)]
    return [low] + sorted(x for x in inner if low < x < high) + [high]


def life_cases(quantity, case, params, history, t, counts, survival, hazard):
    """Gamma purchase rates, and a life with the survival S(age) over the population."""
    r, alpha = (mpf(repr(v)) for v in params[:2])
    x, t_x, age, t = history[0], *(mpf(repr(v)) for v in (*history[1:], t))
    shape, rate = r + x, alpha + age
    density = lambda at: survival(at) * hazard(at)
    # Left before T, and alive at T, in the likelihood of the purchases: (alpha + end)^-(r+x).
    left = quad(lambda y: density(y) * ((alpha + age) / (alpha + y)) ** shape, [t_x, (t_x + age) / 2, age])
    alive = survival(age) / (survival(age) + left)
    row(quantity, case, "input", [*params, *history, float(t)])
    given = {}

    def chance(n):
        if n not in given:
            width = mp.sqrt(1 / mpf(max(n, 1)) + 1 / shape)
            peak = rate * max(n, mpf(1) / 2) / shape
            gone = quad(
                lambda u: density(age + u) / survival(age) * negative_binomial(n, shape, u / rate), knots(mpf(0), t, peak, width)
            )
            given[n] = survival(age + t) / survival(age) * negative_binomial(n, shape, t / rate) + gone
        return given[n]

    for n in counts:
        row(quantity, case, f"p.{n}", alive * chance(n) + (1 - alive if n == 0 else 0))
    # P(N >= n): the n-th purchase falls within t, in life; P(N <= n) without the next.
    arrival = lambda n, u: n / u * negative_binomial(n, shape, u / rate)
    for n in counts[1:]:
        width = mp.sqrt(1 / mpf(n) + 1 / shape)
        ends = knots(mpf(0), t, rate * n / shape, width)
        row(quantity, case, f"ge.{n}", alive * quad(lambda u: arrival(n, u) * survival(age + u) / survival(age), ends))
        ends = knots(mpf(0), t, rate * (n + 1) / shape, width)
        more = alive * quad(lambda u: arrival(n + 1, u) * survival(age + u) / survival(age), ends)
        row(quantity, case, f"le.{n}", 1 - more)


def bg_case(case, params, history, t, counts):
    r, alpha, a, b = (mpf(repr(v)) for v in params)
    x, t_x, age, t = history[0], *(mpf(repr(v)) for v in (*history[1:], t))
    left = a / (b + x - 1) * ((alpha + age) / (alpha + t_x)) ** (r + x)
    alive = 1 / (1 + left)
    shape, odds, b = r + x, t / (alpha + age), b + x
    row("bg", case, "input", [*params, *history, float(t)])
    z = odds / (1 + odds)
    stay = lambda n: beta(a, b + n) / beta(a, b)
    at_least = lambda n: betainc(n, shape, 0, z, regularized=True) if n else mpf(1)
    more = lambda n: stay(n - 1) * at_least(n)
    for n in counts:
        row("bg", case, f"p.{n}", (1 - alive if n == 0 else 0) + alive * ((more(n) if n else 1) - more(n + 1)))
    for n in counts[1:]:
        row("bg", case, f"ge.{n}", alive * more(n))
        row("bg", case, f"le.{n}", 1 - alive * more(n + 1))


def value_case(case, params, history, t, spend, paid, amounts):
    r, alpha = params
    x, _, age = history
    p, q, v = spend
    row("value", case, "input", [*params, *history, t, *spend, paid])
    shape, z = r + x, t / (alpha + age + t)
    # Of the total, x times the mean.
    q, v = p * x + q, v + x * paid
    n = np.arange(1, int(x * 4 + 400))
    ln_p = gammaln(shape + n) - gammaln(shape) - gammaln(n + 1) + shape * np.log1p(-z) + n * np.log(z)
    # gammaln keeps 1e-12 of a probability; scaled to a sum that is known.
    chance = np.exp(ln_p)
    nothing = float((1 - mpf(z)) ** shape)
    chance *= (1 - nothing) / chance.sum()
    n, chance = n[chance > 1e-20], chance[chance > 1e-20]
    width = 0.5 * np.sqrt(1 / (p * n[-1]) + 1 / q)
    nodes, weights = np.polynomial.legendre.leggauss(12)

    def integral(f, low, high):
        panels = max(int(np.ceil((high - low) / width)), 1)
        edges = np.linspace(low, high, panels + 1)
        total = 0.0
        for start, end in zip(edges, edges[1:]):
            u = (start + end) / 2 + (end - start) / 2 * nodes
            total += (end - start) / 2 * sum(w * f(np.exp(s)) * np.exp(s) for w, s in zip(weights, u))
        return total

    below = lambda s: nothing + (chance * ibeta(p * n, q, s / (s + v))).sum()
    above = lambda s: (chance * ibeta(q, p * n, v / (s + v))).sum()
    # From where nobody who buys has spent so little, and to where nobody spends more.
    first = np.sqrt(1 / (p * n[0]) + 1 / q)
    low, far = np.log(v * p * n[0] / q) - 12 * first, np.log(v * p * n[-1] / q) + 24 * width
    for y in amounts:
        start = max(np.log(y), low) if y else low
        # Up to exp(low) the distribution is flat.
        flat = min(y, np.exp(low))
        total = nothing**2 * flat + (1 - nothing) ** 2 * (np.exp(low) - flat)
        total += integral(lambda s: below(s) ** 2, low, start) if start > low else 0
        row("value", case, f"crps.{y}", float(total + integral(lambda s: above(s) ** 2, start, max(far, start))))


print("quantity,case,key,value")
lomax = lambda s, b: (lambda u: (b / (b + u)) ** s, lambda u: s / (b + u))
gompertz = lambda b, s, beta: (
    lambda u: (beta / (beta + exp(b * u) - 1)) ** s, lambda u: s * b * exp(b * u) / (beta + exp(b * u) - 1)
)
pareto = (0.553, 10.578, 0.606, 11.669)
s, b = mpf("0.606"), mpf("11.669")
life_cases("pareto", "active", pareto, (1000, 38.5, 38.86), 39.0, (0, 1, 40, 640, 1000, 1150, 1400), *lomax(s, b))
life_cases("pareto", "silent", pareto, (1000, 380.5, 388.6), 39.0, (0, 1, 70, 100, 200, 300), *lomax(s, b))
life_cases("pareto", "thousands", pareto, (100000, 38.86, 38.86), 5.0, (0, 1, 5000, 10000, 15000), *lomax(s, b))
ggompertz = (0.553, 10.578, 0.01, 0.6, 12.0)
life_cases("gompertz", "active", ggompertz, (1000, 38.5, 38.86), 39.0, (0, 1, 40, 640, 1000, 1150), *gompertz(mpf("0.01"), mpf("0.6"), 12))
bg_case("active", (0.243, 4.414, 0.793, 2.426), (1000, 38.8, 38.86), 39.0, (0, 1, 40, 640, 1000, 1150, 1400))
bg_case("few", (0.243, 4.414, 0.793, 2.426), (7, 30.43, 38.86), 39.0, (0, 1, 5, 80, 9969, 20000))
value_case("heavy", (0.385, 12.07), (1000, 38.5, 38.86), 39.0, (6.25, 3.74, 15.44), 22.35, (0, 5000, 20000, 60000))
value_case("even", (0.385, 12.07), (60, 38.5, 38.86), 10.0, (80.0, 30.0, 400.0), 15.0, (0, 60, 300, 1000))
