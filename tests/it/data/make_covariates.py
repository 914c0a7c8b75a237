"""Reference table of covariates and of correlated rates: python3 make_covariates.py > covariates.csv

One number a line: quantity,case,key,value. A case lists its inputs first, then what follows from them; indices follow
the key after dots, from 0. Inputs are exact doubles, results have 30 digits. Times are in days, a history is x repeat
purchases, the last at t_x, seen until T; time 0 is the first purchase, which has no density and no covariates.
Densities are per day, "inf" = alive for sure.

* static       ln of the density of one customer's history, without the count constant, under `model`: `nbd`, `bg`,
               `mbg`, `pareto`, `ggompertz`, `cnbd` (k = 2) and `gamma_gamma`. Parameters are those at z = 0; the
               customer's are `linked.…`: alpha exp(-gamma_p.z), beta exp(-gamma_l.z), a exp(gamma_a.z), b
               exp(gamma_b.z), v exp(gamma_s.z); in `ggompertz`, b is the growth of the hazard per day and has no
               covariates. `cnbd` has no density of gaps: its factor of the product of all gaps to the power k-1 is left
               out, add k-1 times the sum of their logarithms for the whole. For `gamma_gamma` the density of the mean
               spend m of x transactions. Case 4 of each model has gamma = 0, case 10 z = 0.
* path         Pareto/NBD, covariates constant between breaks: row i (`z.i.j`) holds from `start.i` up to the next
               start, a purchase at a start is the new row's. Purchases of the living have the rate lambda
               exp(gamma_p.z), deaths mu exp(gamma_l.z). `purchase.k` are the repeat purchases, the last is t_x; their
               factors exp(gamma_p.z) are in the density, but not one of the first purchase. `cet` = expected
               purchases in (T, T+t], `dect` with each discounted by e^(-delta u), u since T.
* sarmanov     lambda and mu per WEEK have the density f(lambda) h(mu) [1 + m (e^-lambda - LA)(e^-mu - LB)], f =
               Gamma(r, alpha_weeks), h = Gamma(s, beta_weeks), LA and LB the means of e^-lambda and e^-mu; m within
               `lowest`..`highest`, where the density is nowhere negative: cases `lowest_…` and `highest_…` stay
               within by a billionth of the bound. t_x, T, t in days all the same. `ln_likelihood` is per day,
               `ln_likelihood_weeks` the same per week (x ln 7 more). `correlation` of lambda and mu.

Models (papers): NBD Ehrenberg 1959; BG/NBD Fader, Hardie, Lee 2005; MBG/NBD Batislam, Denizel, Filiztekin 2007;
BG/CNBD-k Platzer, Reutterer (gaps Gamma(k, rate lambda)); Pareto/NBD Schmittlein, Morrison, Colombo 1987;
GGompertz/NBD Bemmaor, Glady 2012; gamma-gamma Fader, Hardie, Lee 2005; covariates Fader, Hardie note 019 and
Bachmann, Meierer, Naef 2021.

Every number is the quadrature of the definition over the densities of what varies between customers: over lambda, mu,
p or nu, for likelihood and death of Pareto/NBD over the plane of lambda and mu, for GGompertz/NBD over lambda, mu and
the moment of death. Rates go by lambda = exp(u - e^-(u+shift))/rate, probabilities by logit p = centre + 2 sinh u,
times by logit = 2 sinh u, with the trapezoidal rule in u; steps are halved until every second node gives the same to
STEADY digits (all of them then about twice as many). A row is written only if the known form, in which the rates are
integrated out (powers, beta functions, 2F1, or one integral over time by Gauss-Legendre panels), has the same to
DIGITS digits, logarithms and odds included. The least agreement of each quantity is printed on standard error.
"""

import random
import sys
from functools import cache

from mpmath import mp, mpf

mp.dps = 75
DIGITS = 34
STEADY = 21
NEGLIGIBLE = mpf(10) ** -58
STEPS = [mpf(1) / n for n in (12, 24, 48, 96, 192)]
WEEK = 7

least = {}


class Disagreement(Exception):
    pass


def digits_of(first, second):
    """How many digits of the first value the second confirms."""
    if first == second:
        return mp.dps
    return float(-mp.log10(abs(first - second) / abs(first)))


def confirmed(quantity, value, known, digits=DIGITS):
    """The value, if the known form confirms it."""
    same = digits_of(value, known)
    least[quantity] = min(least.get(quantity, mp.dps), same)
    if same < digits:
        raise Disagreement(f"{quantity}: {mp.nstr(value, 40)} against {mp.nstr(known, 40)}")
    return value


def steady(total, half):
    """Whether every second node says the same as all of them."""
    return total == half or abs(total - half) < abs(total) * mpf(10) ** -STEADY


def dot(gamma, z):
    return sum((mpf(g) * mpf(v) for g, v in zip(gamma, z, strict=True)), mpf(0))


# Quadrature over a rate, a probability, a time


def trapezoid(place, h):
    """Nodes u = k h with their weights, outward from 0 until negligible; place(u) = what stands there, its weight."""
    nodes, top = [], mpf(0)
    for sign in (1, -1):
        k, small, side = (0 if sign == 1 else 1), 0, []
        while small < 4:
            at, weight = place(sign * k * h)
            top = max(top, weight)
            side.append((at, weight * h))
            small = small + 1 if weight < top * NEGLIGIBLE else 0
            k += 1
        nodes = side if sign == 1 else side[::-1] + nodes
    return nodes


def rates(shape, rate, slowest, h):
    """Nodes of lambda^(shape-1) e^(-rate lambda) d lambda, even in ln lambda down to 1/slowest and ever wider below."""
    shift = mp.log(slowest / rate) + 1
    start = mp.log(shape) if shape > 1 else mpf(0)

    def place(u):
        u += start
        below = mp.exp(-(u + shift))
        ln = u - below
        v = mp.exp(ln)
        return v / rate, mp.exp(shape * (ln - mp.log(rate)) - v) * (1 + below)

    return trapezoid(place, h)


def over_rate(shape, rate, factor=None, slowest=None):
    """Integral of lambda^(shape-1) e^(-rate lambda) factor(lambda)."""
    for h in STEPS:
        terms = [w * factor(v) if factor else w for v, w in rates(shape, rate, slowest or rate, h)]
        total = mp.fsum(terms)
        if steady(total, 2 * mp.fsum(terms[::2])):
            return total
    raise Disagreement("quadrature over a rate")


def over_share(a, b):
    """Integral of p^(a-1) (1-p)^(b-1)."""
    centre = mp.log(a / b)

    def place(u):
        y = centre + 2 * mp.sinh(u)
        tail = mp.exp(-abs(y))
        large = mp.log1p(tail)
        ln_p, ln_q = min(y, 0) - large, -max(y, 0) - large
        return None, mp.exp(a * ln_p + b * ln_q) * 2 * mp.cosh(u)

    for h in STEPS:
        terms = [w for _, w in trapezoid(place, h)]
        total = mp.fsum(terms)
        if steady(total, 2 * mp.fsum(terms[::2])):
            return total
    raise Disagreement("quadrature over a share")


def over_plane(left, right, stretches, m=0, means=(0, 0)):
    """Integral over lambda, mu and the moment of death of the weights of the nodes times mu c_l e^(-lambda B - mu D)
    and 1 + m (e^-lambda - LA)(e^-mu - LB), and the same by every second node. Stretches: slopes c_p, c_l and where B
    and D, from 0, end; the integral over the moment is elementary for given rates."""
    ends = [(mpf(0), mpf(0))] + [(B, D) for _, _, B, D in stretches]
    slopes = [(c_p, c_l) for c_p, c_l, _, _ in stretches]
    columns = [
        (w * v, [mp.exp(-v * D) for _, D in ends], [c_l * v for _, c_l in slopes], m * (mp.exp(-v) - means[1]))
        for v, w in right
    ]
    total = half = mpf(0)
    for i, (v, w) in enumerate(left):
        buying = [mp.exp(-v * B) for B, _ in ends]
        rates_now = [c_p * v for c_p, _ in slopes]
        tilt = mp.exp(-v) - means[0]
        row = every_second = mpf(0)
        for j, (weight, dying, hazards, other) in enumerate(columns):
            value, before = mpf(0), buying[0] * dying[0]
            for k, (_, c_l) in enumerate(slopes):
                after = buying[k + 1] * dying[k + 1]
                value += c_l * (before - after) / (rates_now[k] + hazards[k])
                before = after
            value *= weight
            if m:
                value *= 1 + tilt * other
            row += value
            if j % 2 == 0:
                every_second += value
        total += w * row
        if i % 2 == 0:
            half += w * every_second
    return total, 4 * half


def death(shapes, at, stretches, m=0, means=(0, 0)):
    """That integral for shapes r+x and s and rates alpha+B(t_x), beta+D(t_x)."""
    if not stretches:
        return mpf(0)
    _, _, B, D = stretches[-1]
    unit = 1 if m else 0
    for h in STEPS:
        left = rates(shapes[0], at[0], at[0] + B + unit, h)
        right = rates(shapes[1], at[1], at[1] + D + unit, h)
        total, half = over_plane(left, right, stretches, m, means)
        if steady(total, half):
            return total
    raise Disagreement("quadrature over the plane")


def ln_gamma_density(shape, rate):
    """Logarithm of the constant of a gamma density."""
    return shape * mp.log(rate) - mp.loggamma(shape)


# Static covariates: quadrature and known form of every model


def nbd(r, alpha, x, t_x, T):
    value = ln_gamma_density(r, alpha) + mp.log(over_rate(r + x, alpha + T))
    known = mp.loggamma(r + x) - mp.loggamma(r) + r * mp.log(alpha) - (r + x) * mp.log(alpha + T)
    return value, known


def dropout(r, alpha, a, b, x, t_x, T, k, coins):
    """BG and MBG for k = 1 and their CNBD for k = 2; coins = 1 where one is tossed at the first purchase."""
    tossed = x + coins
    silent = T - t_x
    alive = sum(silent**j / mp.factorial(j) * over_rate(r + k * x + j, alpha + T) for j in range(k))
    alive *= over_share(a, b + tossed)
    gone = over_rate(r + k * x, alpha + t_x) * over_share(a + 1, b + tossed - 1) if tossed else mpf(0)
    value = ln_gamma_density(r, alpha) - mp.log(mp.beta(a, b)) + mp.log(alive + gone)

    R = r + k * x
    s1 = a / (b + tossed - 1) * ((alpha + T) / (alpha + t_x)) ** R if tossed else mpf(0)
    s2 = sum(mp.rf(R, j) * silent**j / (mp.factorial(j) * (alpha + T) ** j) for j in range(k))
    known = mp.log(mp.beta(a, b + tossed) / mp.beta(a, b)) + mp.log(s1 + s2)
    known += mp.loggamma(R) - mp.loggamma(r) + r * mp.log(alpha) - R * mp.log(alpha + T)
    return value, known


def bg(r, alpha, a, b, x, t_x, T):
    return dropout(r, alpha, a, b, x, t_x, T, 1, 0)


def mbg(r, alpha, a, b, x, t_x, T):
    return dropout(r, alpha, a, b, x, t_x, T, 1, 1)


def cnbd(r, alpha, a, b, x, t_x, T):
    return dropout(r, alpha, a, b, x, t_x, T, 2, 0)


def pareto_bracket(r, alpha, s, beta, x, t_x, T):
    """Alive and dead part of the Pareto/NBD likelihood without its constant, by the difference of two 2F1."""
    with mp.workdps(220):
        K, largest = r + s + x, max(alpha, beta)
        w = s + 1 if alpha >= beta else r + x

        def tail(y):
            return mp.hyp2f1(K, w, K + 1, abs(alpha - beta) / (largest + y)) / (largest + y) ** K

        alive = (alpha + T) ** -(r + x) * (beta + T) ** -s
        return alive, s * (tail(t_x) - tail(T)) / K


def pareto(r, alpha, s, beta, x, t_x, T):
    constant = ln_gamma_density(r, alpha) + ln_gamma_density(s, beta)
    alive = over_rate(r + x, alpha + T) * over_rate(s, beta + T)
    stretches = [(1, 1, T - t_x, T - t_x)] if T > t_x else []
    value = constant + mp.log(alive + death((r + x, s), (alpha + t_x, beta + t_x), stretches))
    known = mp.loggamma(r + x) - mp.loggamma(r) + r * mp.log(alpha) + s * mp.log(beta)
    return value, known + mp.log(sum(pareto_bracket(r, alpha, s, beta, x, t_x, T)))


def ggompertz(r, alpha, b, s, beta, x, t_x, T):
    constant = ln_gamma_density(r, alpha) + ln_gamma_density(s, beta)

    def hazard_so_far(y):
        return mp.expm1(b * y)

    alive = over_rate(r + x, alpha + T) * over_rate(s, beta + hazard_so_far(T))
    gone = gone_by_then(r + x, alpha, b, s, beta, t_x, T) if T > t_x else mpf(0)
    value = constant + mp.log(alive + gone)

    here = beta * mp.exp(-b * t_x) - mp.expm1(-b * t_x)

    def accumulated(w):
        return mp.exp(-s * w) * (alpha + t_x + mp.log1p(here * mp.expm1(w)) / b) ** -(r + x)

    grown = mp.log((alpha + T) / (alpha + t_x))
    n = max(1, int(mp.ceil(2 * grown)))
    waits = [(alpha + t_x) * mp.expm1(grown * k / n) for k in range(n + 1)]
    cuts = [mp.log1p(mp.expm1(b * v) / here) for v in waits]
    known_gone = sum(panels(accumulated, low, high) for low, high in zip(cuts, cuts[1:], strict=False))
    known_gone *= s * (beta + hazard_so_far(t_x)) ** -s
    known_alive = (alpha + T) ** -(r + x) * (beta + hazard_so_far(T)) ** -s
    known = mp.loggamma(r + x) - mp.loggamma(r) + r * mp.log(alpha) + s * mp.log(beta)
    return value, known + mp.log(known_alive + known_gone)


def gone_by_then(shape, alpha, b, s, beta, t_x, T):
    """Integral over lambda, mu and the moment of death y in t_x..T: three rules in one another."""
    since, then = mp.expm1(b * t_x), mp.expm1(b * T)

    def place(u):
        tail = mp.exp(-2 * abs(mp.sinh(u)))
        share = (1 if u > 0 else tail) / (1 + tail)
        return t_x + (T - t_x) * share, (T - t_x) * tail / (1 + tail) ** 2 * 2 * mp.cosh(u)

    for h in STEPS:
        left = rates(shape, alpha + t_x, alpha + T, h)
        right = rates(s + 1, beta + since, beta + then, h)
        terms, halves = [], []
        for y, weight in trapezoid(place, h):
            more = mp.expm1(b * y) - since
            buying = [w * mp.exp(-v * (y - t_x)) for v, w in left]
            dying = [w * mp.exp(-v * more) for v, w in right]
            scale = weight * b * mp.exp(b * y)
            terms.append(scale * mp.fsum(buying) * mp.fsum(dying))
            halves.append(8 * scale * mp.fsum(buying[::2]) * mp.fsum(dying[::2]))
        total = mp.fsum(terms)
        if steady(total, mp.fsum(halves[::2])):
            return total
    raise Disagreement("quadrature over the moment of death")


def gamma_gamma(p, q, v, x, m):
    """The mean of x transactions is Gamma(p x, nu x), nu ~ Gamma(q, v)."""
    n = p * x
    value = n * mp.log(x) + (n - 1) * mp.log(m) - mp.loggamma(n)
    value += ln_gamma_density(q, v) + mp.log(over_rate(n + q, v + x * m))
    known = mp.loggamma(n + q) - mp.loggamma(n) - mp.loggamma(q) + q * mp.log(v) + (n - 1) * mp.log(m) + n * mp.log(x)
    return value, known - (n + q) * mp.log(v + x * m)


@cache
def legendre():
    """Nodes and weights of the 60-point Gauss-Legendre rule on 0..1."""
    n, nodes = 60, []
    with mp.workdps(mp.dps + 10):
        for k in range(n):
            z = mp.cos(mp.pi * (k + mpf(3) / 4) / (n + mpf(1) / 2))
            for _ in range(9):
                before, now = mpf(1), z
                for j in range(2, n + 1):
                    before, now = now, ((2 * j - 1) * z * now - (j - 1) * before) / j
                slope = n * (z * now - before) / (z * z - 1)
                z -= now / slope
            nodes.append(((1 + z) / 2, 1 / ((1 - z * z) * slope**2)))
    return nodes


def panels(f, low, high):
    """Integral of a smooth f by panels no wider than 1/4."""
    n = max(1, int(mp.ceil(4 * (high - low))))
    width = (high - low) / n
    return width * mp.fsum(w * f(low + width * (k + z)) for k in range(n) for z, w in legendre())


LINKS = {
    "nbd": {"alpha": ("gamma_p", -1)},
    "bg": {"alpha": ("gamma_p", -1), "a": ("gamma_a", 1), "b": ("gamma_b", 1)},
    "pareto": {"alpha": ("gamma_p", -1), "beta": ("gamma_l", -1)},
    "gamma_gamma": {"v": ("gamma_s", 1)},
}
LINKS["mbg"] = LINKS["cnbd"] = LINKS["bg"]
LINKS["ggompertz"] = LINKS["pareto"]

MODELS = {
    "nbd": (nbd, ("r", "alpha")),
    "bg": (bg, ("r", "alpha", "a", "b")),
    "mbg": (mbg, ("r", "alpha", "a", "b")),
    "cnbd": (cnbd, ("r", "alpha", "a", "b")),
    "pareto": (pareto, ("r", "alpha", "s", "beta")),
    "ggompertz": (ggompertz, ("r", "alpha", "b", "s", "beta")),
    "gamma_gamma": (gamma_gamma, ("p", "q", "v")),
}

DROPOUT = [
    (0.243, 30.9, 0.793, 2.426),
    (1.5, 60.0, 0.4, 4.0),
    (0.05, 2.0, 0.02, 0.03),
    (20.0, 500.0, 15.0, 60.0),
    (0.6, 12.0, 3.0, 0.5),
    (4.0, 900.0, 1.0, 1.0),
    (0.525, 43.28, 0.891, 1.614),
]

PARAMETERS = {
    "nbd": [(0.385, 84.5), (2.5, 30.0), (0.05, 3.0), (25.0, 900.0), (0.01, 0.5), (8.0, 4000.0), (1.0, 1.0)],
    "bg": DROPOUT,
    "mbg": DROPOUT,
    "cnbd": DROPOUT,
    "pareto": [
        (0.553, 74.05, 0.606, 81.68),
        (2.0, 40.0, 1.0, 300.0),
        (0.05, 3.0, 0.04, 5.0),
        (15.0, 400.0, 12.0, 9000.0),
        (0.8, 50.0, 1.0, 50.0),
        (5.0, 1200.0, 0.3, 2.0),
        (0.3, 0.7, 2.5, 400.0),
    ],
    "ggompertz": [
        (0.55, 74.0, 0.00003, 0.6, 0.0026),
        (1.2, 50.0, 0.003, 0.8, 0.05),
        (0.1, 4.0, 0.004, 0.05, 0.002),
        (12.0, 300.0, 0.001, 9.0, 6.0),
        (0.7, 30.0, 0.006, 1.0, 1.0),
        (3.0, 900.0, 0.0005, 2.5, 40.0),
        (0.4, 6.0, 0.0002, 0.3, 1000.0),
    ],
    "gamma_gamma": [(6.25, 3.74, 15.44), (0.05, 0.6, 2.0), (40.0, 30.0, 900.0), (1.0, 1.5, 20.0), (0.4, 8.0, 100.0)],
}

HISTORIES = [
    (0, 0.0, 300.0),
    (2, 213.01, 272.02),
    (7, 206.0, 272.0),
    (60, 364.0, 365.0),
    (0, 0.0, 1.0),
    (12, 200.0, 200.0),
    (1, 0.5, 273.0),
    (3, 20.0, 2000.0),
    (26, 216.0, 217.0),
    (60, 30.0, 365.0),
    (1, 90.0, 90.0),
    (5, 700.0, 705.0),
    (0, 0.0, 3000.0),
    (40, 39.5, 40.0),
    (15, 100.0, 1000.0),
    (1, 0.01, 3000.0),
    (33, 500.0, 1500.0),
]

SPENDS = [
    (1, 35.0),
    (2, 22.35),
    (60, 12.5),
    (3, 0.05),
    (10, 5000.0),
    (1, 1e-06),
    (5, 99.95),
    (60, 300.0),
    (1, 250000.0),
    (24, 36.6),
    (4, 18.25),
    (2, 1.0),
    (7, 1234.5),
    (13, 7.77),
    (40, 0.9),
    (3, 61.0),
    (1, 1.0),
]


def static_cases():
    for model, (_, names) in MODELS.items():
        rng = random.Random(f"covariates {model}")
        histories = SPENDS if model == "gamma_gamma" else HISTORIES
        for k, history in enumerate(histories):
            parameters = PARAMETERS[model][k % len(PARAMETERS[model])]
            n = 2 + k % 2
            z = [rng.choice([0, 1]) if j == 0 and k % 3 else round(rng.uniform(-2, 2), 3) for j in range(n)]
            size = 1.5 if k % 4 == 3 else 0.6
            gammas = {g: [round(rng.uniform(-size, size), 3) for _ in range(n)] for g, _ in LINKS[model].values()}
            if k == 4:
                gammas = {g: [0.0] * n for g in gammas}
            if k == 10:
                z = [0.0] * n
            yield f"{model}_{k}", model, dict(zip(names, parameters, strict=True)), z, gammas, history


def static():
    for case, model, parameters, z, gammas, history in static_cases():
        f, names = MODELS[model]
        own = {name: mpf(v) for name, v in parameters.items()}
        for name, (gamma, sign) in LINKS[model].items():
            own[name] *= mp.exp(sign * dot(gammas[gamma], z))
        value = confirmed(f"static {model}", *f(*own.values(), history[0], *map(mpf, history[1:])))
        yield "static", case, "model", model
        if model == "cnbd":
            yield "static", case, "k", 2
        for name in names:
            yield "static", case, name, parameters[name]
        for key, row in [("z", z), *gammas.items()]:
            yield from vector("static", case, key, row)
        for key, v in zip(("x", "m") if model == "gamma_gamma" else ("x", "t_x", "T"), history, strict=True):
            yield "static", case, key, v
        for name in LINKS[model]:
            yield "static", case, f"linked.{name}", own[name]
        yield "static", case, "ln_likelihood", value


def vector(quantity, case, key, row):
    for j, v in enumerate(row):
        yield quantity, case, f"{key}.{j}", v


# Covariates that change over time


class Path:
    """Slopes of B and D of every row, and their integrals."""

    def __init__(self, starts, rows, gamma_p, gamma_l):
        self.starts = [mpf(v) for v in starts]
        self.slopes = [(mp.exp(dot(gamma_p, z)), mp.exp(dot(gamma_l, z))) for z in rows]

    def at(self, t):
        """Slopes at time t, the new ones on a start."""
        return [c for start, c in zip(self.starts, self.slopes, strict=True) if start <= t][-1]

    def stretches(self, low, high):
        """Slopes and where B and D, from 0 at `low`, end, for each row between low and high."""
        found, B, D = [], mpf(0), mpf(0)
        ends = self.starts[1:] + [mp.inf]
        for start, end, (c_p, c_l) in zip(self.starts, ends, self.slopes, strict=True):
            length = min(end, high) - max(start, low)
            if length > 0:
                B, D = B + c_p * length, D + c_l * length
                found.append((c_p, c_l, B, D))
        return found

    def reached(self, t):
        """B(t) and D(t)."""
        return self.stretches(mpf(0), t)[-1][2:] if t > 0 else (mpf(0), mpf(0))

    def summed(self, t):
        """The same from the slopes in the middle of what no start divides."""
        cuts = sorted({mpf(0), t, *(v for v in self.starts if v < t)})
        middles = [(self.at((low + high) / 2), high - low) for low, high in zip(cuts, cuts[1:], strict=False)]
        return tuple(sum((slopes[i] * length for slopes, length in middles), mpf(0)) for i in (0, 1))


def lifetimes_ahead(path, s, rate, T, t, delta):
    """Integral over u in 0..t and over mu of c_p(T+u) e^(-delta u) mu^(s-1) e^(-mu (rate + D(T+u) - D(T)))."""
    total, D, since = mpf(0), mpf(0), mpf(0)
    for c_p, c_l, _, end in path.stretches(T, T + t):
        length = (end - D) / c_l

        def factor(mu, c_l=c_l, D=D, length=length, since=since):
            v = mu * c_l + delta
            return mp.exp(-mu * D - delta * since) * -mp.expm1(-v * length) / v

        total += c_p * over_rate(s, rate, factor, rate + end)
        D, since = end, since + length
    return total


def path_values(c):
    r, alpha, s, beta = (mpf(c[k]) for k in ("r", "alpha", "s", "beta"))
    path = Path(c["start"], c["z"], c["gamma_p"], c["gamma_l"])
    x, t_x, T, t, delta = len(c["purchase"]), mpf(c["t_x"]), mpf(c["T"]), mpf(c["t"]), mpf(c["delta"])
    (B_x, D_x), (B, D) = path.reached(t_x), path.reached(T)
    for t_end, reached in ((t_x, (B_x, D_x)), (T, (B, D)), (T + t, path.reached(T + t))):
        for v, known in zip(reached, path.summed(t_end), strict=True):
            confirmed("path B and D", v, known)
    constant = ln_gamma_density(r, alpha) + ln_gamma_density(s, beta)
    bought = sum((mp.log(path.at(mpf(v))[0]) for v in c["purchase"]), mpf(0))

    alive = over_rate(r + x, alpha + B) * over_rate(s, beta + D)
    dead = death((r + x, s), (alpha + B_x, beta + D_x), path.stretches(t_x, T))
    more = over_rate(r + x + 1, alpha + B) / (alive + dead)
    values = {
        "ln_likelihood": constant + bought + mp.log(alive + dead),
        "log_odds_alive": mp.log(alive / dead) if dead else mp.inf,
        "p_alive": alive / (alive + dead),
        "cet": more * lifetimes_ahead(path, s, beta + D, T, t, mpf(0)),
        "dect": more * lifetimes_ahead(path, s, beta + D, T, t, delta),
    }
    known = path_known(path, r, alpha, s, beta, x, t_x, T, t, delta)
    known["ln_likelihood"] += bought
    return {key: confirmed(f"path {key}", v, known[key]) for key, v in values.items()}


def path_known(path, r, alpha, s, beta, x, t_x, T, t, delta):
    """The same with the rates integrated out, panels over time."""
    (B_x, D_x), (B, D) = path.reached(t_x), path.reached(T)
    alive = (alpha + B) ** -(r + x) * (beta + D) ** -s
    dead, A0, D0 = mpf(0), alpha + B_x, beta + D_x
    for c_p, c_l, B_end, D_end in path.stretches(t_x, T):
        near = min(A0 / c_p, D0 / c_l)
        length = (alpha + B_x + B_end - A0) / c_p

        def density(v):
            z = near * mp.expm1(v)
            return (D0 + c_l * z) ** -(s + 1) * (A0 + c_p * z) ** -(r + x) * (near + z)

        dead += s * c_l * panels(density, 0, mp.log1p(length / near))
        A0, D0 = alpha + B_x + B_end, beta + D_x + D_end
    p_alive = alive / (alive + dead)

    def ahead(force):
        total, since, D0 = mpf(0), mpf(0), beta + D
        for c_p, c_l, _, D_end in path.stretches(T, T + t):
            near, length = D0 / c_l, (beta + D + D_end - D0) / c_l

            def intensity(v):
                z = near * mp.expm1(v)
                return mp.exp(-force * (since + z)) * ((beta + D) / (D0 + c_l * z)) ** s * (near + z)

            total += c_p * panels(intensity, 0, mp.log1p(length / near))
            since, D0 = since + length, beta + D + D_end
        return p_alive * (r + x) / (alpha + B) * total

    constant = mp.loggamma(r + x) - mp.loggamma(r) + r * mp.log(alpha) + s * mp.log(beta)
    return {
        "ln_likelihood": constant + mp.log(alive + dead),
        "log_odds_alive": mp.log(alive / dead) if dead else mp.inf,
        "p_alive": p_alive,
        "cet": ahead(mpf(0)),
        "dect": ahead(delta),
    }


PATHS = [  # name, parameters, pieces, purchases, (t_x, T, t), greatest |gamma.z|, what is special
    ("ordinary_0", 0, 4, 3, (150.0, 273.0, 90.0), 0.8, ""),
    ("ordinary_1", 0, 6, 7, (206.0, 272.0, 365.0), 1.0, ""),
    ("ordinary_2", 1, 5, 2, (213.01, 272.02, 273.0), 0.8, ""),
    ("ordinary_3", 1, 8, 12, (300.0, 365.0, 30.5), 1.0, ""),
    ("ordinary_4", 4, 3, 5, (90.0, 180.0, 180.0), 0.6, ""),
    ("ordinary_5", 3, 7, 20, (500.0, 520.0, 100.0), 0.7, ""),
    ("two_pieces", 0, 2, 1, (40.0, 200.0, 50.0), 0.9, ""),
    ("twelve_pieces", 0, 12, 6, (120.0, 400.0, 200.0), 0.9, ""),
    ("twelve_strong", 1, 12, 9, (60.0, 300.0, 365.0), 4.0, ""),
    ("no_purchases", 0, 5, 0, (0.0, 273.0, 273.0), 0.8, ""),
    ("no_purchases_strong", 4, 4, 0, (0.0, 100.0, 500.0), 4.0, ""),
    ("no_purchases_short", 1, 3, 0, (0.0, 0.5, 10.0), 1.5, ""),
    ("gamma_zero", 0, 5, 2, (213.01, 272.02, 273.0), 0.8, "zero"),
    ("gamma_zero_no_purchases", 1, 4, 0, (0.0, 150.0, 60.0), 0.8, "zero"),
    ("gamma_zero_60", 3, 6, 60, (364.0, 365.0, 100.0), 0.8, "zero"),
    ("constant", 0, 5, 4, (100.0, 300.0, 200.0), 0.9, "constant"),
    ("constant_strong", 1, 3, 8, (70.0, 90.0, 365.0), 3.0, "constant"),
    ("constant_no_purchases", 4, 4, 0, (0.0, 400.0, 50.0), 1.2, "constant"),
    ("break_on_last", 0, 5, 4, (140.0, 280.0, 150.0), 1.0, "break on t_x"),
    ("break_on_last_strong", 4, 6, 3, (33.0, 250.0, 100.0), 3.5, "break on t_x"),
    ("break_on_now", 0, 4, 3, (100.0, 210.0, 140.0), 1.0, "break on T"),
    ("break_on_now_strong", 1, 5, 5, (100.0, 210.0, 140.0), 3.0, "break on T"),
    ("purchase_on_break", 0, 6, 5, (200.0, 300.0, 100.0), 1.2, "break on purchases"),
    ("sliver", 0, 4, 3, (150.0, 273.0, 90.0), 1.0, "sliver after t_x"),
    ("sliver_strong", 1, 5, 6, (80.0, 200.0, 300.0), 4.0, "sliver after t_x"),
    ("sliver_ahead", 4, 4, 2, (80.0, 200.0, 120.0), 2.0, "sliver after T"),
    ("sliver_over_last", 0, 5, 4, (110.0, 250.0, 120.0), 4.0, "sliver over t_x"),
    ("last_is_now", 0, 4, 3, (250.0, 250.0, 365.0), 1.0, ""),
    ("last_is_now_strong", 1, 6, 11, (120.0, 120.0, 60.0), 4.0, "break on T"),
    ("strong_0", 0, 5, 5, (100.0, 365.0, 365.0), 4.0, ""),
    ("strong_1", 4, 6, 2, (300.0, 400.0, 30.0), 4.0, ""),
    ("strong_2", 3, 4, 30, (200.0, 230.0, 500.0), 4.0, ""),
    ("long_silence", 0, 7, 8, (60.0, 2000.0, 365.0), 1.0, ""),
    ("long_silence_strong", 3, 4, 15, (50.0, 900.0, 1000.0), 2.5, ""),
    ("many", 1, 6, 60, (364.0, 365.0, 365.0), 0.8, ""),
    ("many_silent", 0, 5, 60, (100.0, 365.0, 365.0), 0.8, ""),
    ("small_shapes", 2, 5, 4, (120.0, 300.0, 300.0), 1.0, ""),
    ("small_shapes_strong", 2, 4, 1, (10.0, 150.0, 1000.0), 4.0, ""),
    ("rare_buyers", 5, 5, 2, (400.0, 900.0, 700.0), 1.0, ""),
    ("rare_buyers_strong", 5, 6, 1, (100.0, 1000.0, 365.0), 3.0, ""),
]

FORCES = (0.0003, 0.002, 0.02, 0.00001)


def path_cases():
    for k, (name, which, pieces, n, (t_x, T, t), size, special) in enumerate(PATHS):
        rng = random.Random(f"path {name}")
        purchases = sorted(round(rng.uniform(0.02, 0.98) * t_x, 2) for _ in range(n - 1)) + [t_x] if n else []
        starts = path_starts(rng, pieces, purchases, t_x, T, t, special)
        rows = [[rng.choice([0, 1]), round(rng.uniform(-1.5, 1.5), 3)] for _ in range(len(starts))]
        if special == "constant":
            rows = [rows[0]] * len(rows)
        gamma_p, gamma_l = (coefficients(rng, rows, size) for _ in range(2))
        if special == "zero":
            gamma_p, gamma_l = [0.0, 0.0], [0.0, 0.0]
        r, alpha, s, beta = PARAMETERS["pareto"][which]
        yield name, {
            **{"r": r, "alpha": alpha, "s": s, "beta": beta, "gamma_p": gamma_p, "gamma_l": gamma_l},
            **{"start": starts, "z": rows, "x": n, "purchase": purchases, "t_x": t_x, "T": T, "t": t},
            **{"delta": FORCES[k % len(FORCES)]},
        }


def path_starts(rng, pieces, purchases, t_x, T, t, special):
    """Starts at whole or half days over 0..T+t, some behind and some ahead of T, with what is special put in."""
    given = {
        "break on t_x": [t_x],
        "break on T": [T],
        "break on purchases": purchases[1:3] + [t_x],
        "sliver after t_x": [(t_x + T) / 2, (t_x + T) / 2 + 0.001],
        "sliver after T": [T + t / 2, T + t / 2 + 0.001],
        "sliver over t_x": [t_x - 0.0005, t_x + 0.0005],
    }.get(special, [])
    starts = {0.0, *given}
    while len(starts) < pieces:
        ahead = len(starts) % 3 == 2
        v = rng.uniform(T, T + t) if ahead else rng.uniform(0, T)
        starts.add(round(v, 3 if T < 10 else 1))
    return sorted(starts)


def coefficients(rng, rows, size):
    """Two coefficients of which |gamma.z| is at most `size`, and nearly that somewhere."""
    draws = [rng.uniform(-1, 1), rng.uniform(-1, 1)]
    largest = max(abs(draws[0] * a + draws[1] * b) for a, b in rows)
    return [float(f"{g * size / largest * 0.999:.4g}") for g in draws]


def paths():
    for case, c in path_cases():
        assert all(len(row) == 2 for row in c["z"])
        values = path_values(c)
        if case.startswith(("gamma_zero", "constant")):
            same_as_static(c, values)
        for key, v in c.items():
            if key == "z":
                for i, row in enumerate(v):
                    yield from vector("path", case, f"z.{i}", row)
            elif isinstance(v, list):
                yield from vector("path", case, key, v)
            else:
                yield "path", case, key, v
        for key, v in values.items():
            yield "path", case, key, v


def same_as_static(c, values):
    """One row for ever is the static model, by the difference of two 2F1 and the power of the lifetime."""
    r, s, x = mpf(c["r"]), mpf(c["s"]), c["x"]
    alpha = mpf(c["alpha"]) * mp.exp(-dot(c["gamma_p"], c["z"][0]))
    beta = mpf(c["beta"]) * mp.exp(-dot(c["gamma_l"], c["z"][0]))
    t_x, T, t = (mpf(c[k]) for k in ("t_x", "T", "t"))
    alive, dead = pareto_bracket(r, alpha, s, beta, x, t_x, T)
    constant = mp.loggamma(r + x) - mp.loggamma(r) + r * mp.log(alpha) + s * mp.log(beta)
    confirmed("path as static", values["ln_likelihood"], constant + mp.log(alive + dead))
    confirmed("path as static", values["cet"], alive / (alive + dead) * pareto_ahead(r + x, alpha + T, s, beta + T, t))


def pareto_ahead(r, alpha, s, beta, t):
    """Expected purchases in the next t days of somebody who is alive."""
    if s == 1:
        return r * beta / alpha * mp.log1p(t / beta)
    return -r * beta / (alpha * (s - 1)) * mp.expm1((1 - s) * mp.log1p(t / beta))


# Correlated rates


SARMANOV = [  # r, alpha, s, beta in weeks
    (0.553, 10.578, 0.606, 11.669),
    (2.0, 3.0, 1.5, 40.0),
    (0.3, 0.5, 0.4, 0.8),
    (6.0, 1.2, 3.0, 60.0),
    (0.05, 0.2, 0.08, 0.1),
    (1.0, 1.0, 1.0, 1.0),
]

SARMANOV_HISTORIES = [  # x, t_x, T, t in days
    (2, 213.01, 272.02, 273.0),
    (0, 0.0, 300.0, 90.0),
    (7, 206.0, 272.0, 365.0),
    (1, 90.0, 90.0, 30.5),
    (26, 216.0, 217.0, 700.0),
    (3, 20.0, 900.0, 180.0),
    (60, 364.0, 365.0, 7.0),
]

MIXTURES = [("zero", 0), ("lowest", -0.999999999), ("highest", 0.999999999), ("negative", -0.5), ("positive", 0.3)]


def sarmanov_values(r, alpha, s, beta, m, x, t_x, T, t):
    """All times in weeks here."""
    LA = mp.exp(ln_gamma_density(r, alpha)) * over_rate(r, alpha + 1)
    LB = mp.exp(ln_gamma_density(s, beta)) * over_rate(s, beta + 1)
    corners = [(v - LA) * (w - LB) for v in (0, 1) for w in (0, 1)]
    constant = ln_gamma_density(r, alpha) + ln_gamma_density(s, beta)

    def alive_with(extra, over_mu):
        """The integral over both rates of the alive with weight lambda^extra, over_mu(rate) that over mu."""
        buying = over_rate(r + x + extra, alpha + T), over_rate(r + x + extra, alpha + T + 1)
        dying = over_mu(beta + T), over_mu(beta + T + 1)
        return buying[0] * dying[0] + m * (buying[1] - LA * buying[0]) * (dying[1] - LB * dying[0])

    alive = alive_with(0, lambda rate: over_rate(s, rate))
    ahead = alive_with(1, lambda rate: over_rate(s, rate, lambda mu: -mp.expm1(-mu * t) / mu, rate + t))
    dead = death((r + x, s), (alpha + t_x, beta + t_x), [(1, 1, T - t_x, T - t_x)] if T > t_x else [], m, (LA, LB))
    ln_weeks = constant + mp.log(alive + dead)
    values = {
        "lowest": -1 / max(corners),
        "highest": -1 / min(corners),
        "correlation": correlation(r, alpha, s, beta, m, LA, LB),
        "ln_likelihood": ln_weeks - x * mp.log(WEEK),
        "ln_likelihood_weeks": ln_weeks,
        "log_odds_alive": mp.log(alive / dead) if dead else mp.inf,
        "p_alive": alive / (alive + dead),
        "cet": ahead / (alive + dead),
    }
    known = sarmanov_known(r, alpha, s, beta, m, x, t_x, T, t)
    return {key: confirmed(f"sarmanov {key}", v, known[key]) for key, v in values.items()}


def correlation(r, alpha, s, beta, m, LA, LB):
    """E lambda mu - E lambda E mu over both standard deviations, all moments by quadrature."""

    def moments(shape, rate, L):
        density = mp.exp(ln_gamma_density(shape, rate))
        mean, square = (density * over_rate(shape + k, rate) for k in (1, 2))
        return density * over_rate(shape + 1, rate + 1) - L * mean, mp.sqrt(square - mean**2)

    (one, sd), (other, sd_other) = moments(r, alpha, LA), moments(s, beta, LB)
    return m * one * other / (sd * sd_other)


def sarmanov_known(r, alpha, s, beta, m, x, t_x, T, t):
    """Four Pareto/NBD models, alpha or beta raised by 1, with signs."""
    LA, LB = (alpha / (1 + alpha)) ** r, (beta / (1 + beta)) ** s
    alive = dead = ahead = mpf(0)
    for i, j, sign in ((0, 0, 1), (1, 1, 1), (0, 1, -1), (1, 0, -1)):
        weight = sign * m * LA * LB + (1 if i == j == 0 else 0)
        A, B = alpha + i, beta + j
        scale = weight * mp.exp(mp.loggamma(r + x) - mp.loggamma(r)) * A**r * B**s
        living, gone = pareto_bracket(r, A, s, B, x, t_x, T)
        alive, dead = alive + scale * living, dead + scale * gone
        ahead += scale * living * pareto_ahead(r + x, A + T, s, B + T, t)
    ln_weeks = mp.log(alive + dead)
    return {
        "lowest": -1 / max(LA * LB, (1 - LA) * (1 - LB)),
        "highest": 1 / max(LA * (1 - LB), LB * (1 - LA)),
        "correlation": m * LA * LB * mp.sqrt(r * s) / ((1 + alpha) * (1 + beta)),
        "ln_likelihood": ln_weeks - x * mp.log(WEEK),
        "ln_likelihood_weeks": ln_weeks,
        "log_odds_alive": mp.log(alive / dead) if dead else mp.inf,
        "p_alive": alive / (alive + dead),
        "cet": ahead / (alive + dead),
    }


def sarmanov_cases():
    k = 0
    for i, parameters in enumerate(SARMANOV):
        r, alpha, s, beta = map(mpf, parameters)
        LA, LB = (alpha / (1 + alpha)) ** r, (beta / (1 + beta)) ** s
        bounds = max(LA * LB, (1 - LA) * (1 - LB)), max(LA * (1 - LB), LB * (1 - LA))
        for name, share in MIXTURES:
            m = float(share / bounds[0] if share < 0 else share / bounds[1])
            yield f"{name}_{i}", parameters, m, SARMANOV_HISTORIES[k % len(SARMANOV_HISTORIES)]
            k += 1


def sarmanov():
    for case, parameters, m, (x, t_x, T, t) in sarmanov_cases():
        values = sarmanov_values(*map(mpf, parameters), mpf(m), x, *(mpf(v) / WEEK for v in (t_x, T, t)))
        for key, v in zip(("r", "alpha_weeks", "s", "beta_weeks"), parameters, strict=True):
            yield "sarmanov", case, key, v
        for key, v in {"m": m, "x": x, "t_x": t_x, "T": T, "t": t, **values}.items():
            yield "sarmanov", case, key, v


# Before the first row: figures known from elsewhere


def check_known():
    """CDNOW in weeks as the reference prints it: BG/NBD and Pareto/NBD of one customer, the bounds of m."""
    ten = mpf(10)
    figures = [
        (bg(*map(mpf, (0.25, 4, 0.8, 2.5)), 200, mpf(38), mpf(40))[0], "100.7957"),
        (mbg(*map(mpf, (0.55, 10.58, 0.61, 11.67)), 1, mpf("1.5"), mpf(12))[0], "-4.11031673"),
        (pareto(*map(mpf, (0.55, 10.58, 0.61, 11.67)), 1, mpf("1.5"), mpf(12))[0], "-4.00694866"),
        (pareto(*map(mpf, (0.55, 11.67, 0.61, 10.58)), 4, mpf("5.3"), mpf(10))[0], "-10.72932589"),
    ]
    bounds = sarmanov_values(*map(mpf, SARMANOV[0]), mpf(0), 0, mpf(0), mpf(39), mpf(1))
    figures += [(bounds["lowest"], "-1.105"), (bounds["highest"], "21.57"), (bounds["p_alive"], "0.294467031")]
    for value, printed in figures:
        digits = len(printed.split(".")[1])
        if abs(value - mpf(printed)) > ten**-digits * mpf("0.6"):
            raise SystemExit(f"{mp.nstr(value, 15)} is not {printed}")


def printed(v):
    if isinstance(v, mp.mpf):
        return "inf" if v == mp.inf else mp.nstr(v, 30)
    return v if isinstance(v, str) else repr(v)


def main():
    check_known()
    least.clear()
    print("quantity,case,key,value")
    cases, lines = set(), 0
    for row in (row for quantity in (static, paths, sarmanov) for row in quantity()):
        print(",".join(map(printed, row)), flush=True)
        cases.add(row[:2])
        lines += 1
    for quantity, same in least.items():
        print(f"{quantity}: {same:.1f} digits" if same < mp.dps else f"{quantity}: exact", file=sys.stderr)
    print(f"{len(cases)} cases, {lines} lines", file=sys.stderr)


if __name__ == "__main__":
    main()
