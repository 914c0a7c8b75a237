"""Reference table of the contractual models: python3 make_contract.py > contract.csv

A contract is up for renewal in every period; S(t) is the probability to survive t renewals:

* sbg  p1, p2 = alpha, beta: churn probability theta ~ Beta(alpha, beta) of each customer's own
* dw   p1, p2 = theta, c: S(t) = (1-theta)^(t^c)
* bdw  p1, p2, p3 = gamma, delta, c: the same, theta ~ Beta(gamma, delta)

Columns, v = 1/(1+d), v_k = S(n-1+k)/S(n-1) v^(k-1) for k = 1, 2, ...:

* survival, conditional_survival  S(n), S(n+h)/S(n)
* ln_lost             ln(S(n-1) - S(n))
* derl                sum of v_k: just before renewal n, its payment counted in full
* mean_elasticity     sbg: mean of the individual elasticities of DERL in the retention rate r = 1-theta,
                      E (1+d)/(1+d-r), theta ~ Beta(alpha, beta+n-1)
* elasticity_of_mean  sbg: elasticity of the cohort's mean DERL where all rates rise in proportion at all
                      renewals, (sum of k v_k)/(sum of v_k)
* remaining           derl at d = 0, inf where it diverges (sbg alpha <= 1, bdw gamma c <= 1)

Every number in two ways that agree to DIGITS digits: gamma functions and 2F1 against quadrature over
theta; for dw and bdw derl and remaining are the plain sum against that of Euler and Maclaurin, or the
latter from two places. A plain sum of dw that is too short for that is repeated by mpmath. Before the first
row: likelihoods and figures known from elsewhere.
"""

import random

import flint
from flint import arb, arb_series
from mpmath import mp, mpf
from precise import Disagreement, agree, to_arb, to_mpf
from table import print_table, rounded, strata
from two_rules import by_panels, on_line

DIGITS = 26
BITS = 400
TERMS = 120000
HEADER = (
    "model,p1,p2,p3,n,h,d,survival,conditional_survival,ln_lost,derl,mean_elasticity,elasticity_of_mean,remaining"
)


def narrow(v):
    if not v.rel_accuracy_bits() > 110:
        raise Disagreement("wide ball")
    return to_mpf(v)


def ln_beta(a, b):
    return a.lgamma() + b.lgamma() - (a + b).lgamma()


def confirmed(f, second):
    """A value in balls of sufficient precision, confirmed by a second number."""
    bits = BITS
    while True:
        flint.ctx.prec = bits
        try:
            value = f()
        finally:
            flint.ctx.prec = BITS
        if value.is_finite() and value.rel_accuracy_bits() > 110:
            return agree(to_mpf(value), second, DIGITS)
        bits *= 2
        if bits > 20000:
            raise Disagreement("wide ball")


class Weibull:
    """dw: theta given; bdw (and sbg as c = 1): theta ~ Beta(gamma, delta)."""

    def __init__(self, c, theta=None, gamma=None, delta=None):
        self.c, self.mixed = to_arb(c), theta is None
        if self.mixed:
            self.gamma, self.delta = to_arb(gamma), to_arb(delta)
        else:
            self.theta = to_arb(theta)
            self.force = -(-self.theta).log1p()

    def power(self, t):
        if isinstance(t, int):
            return arb(t) ** self.c if t else arb(0)
        return (t.log() * self.c).exp()

    def ln_survival(self, t):
        """t a whole number, a positive ball or a series; two terms are enough beyond 10^50."""
        grown = self.power(t)
        if not self.mixed:
            return -self.force * grown
        a, b = self.delta, self.gamma + self.delta
        if isinstance(grown, arb) and grown > arb(10) ** 50:
            far = (a - b) * (grown.log() + (a + b - 1) / (2 * grown))
            return far + (b.lgamma() - a.lgamma())
        return (grown + a).lgamma() - (grown + b).lgamma() + (b.lgamma() - a.lgamma())

    def over_theta(self, f):
        """Mean of f(theta, 1-theta)."""
        a, b = self.gamma, self.delta
        scale = ln_beta(a, b)
        return on_line(lambda p, q: ((a - 1) * p.log() + (b - 1) * q.log() - scale).exp() * f(p, q), 1)

    def survival_again(self, t):
        grown = self.power(t)
        if self.mixed:
            return self.over_theta(lambda p, q: (grown * q.log()).exp())
        return mp.power(1 - to_mpf(self.theta), mp.power(t, to_mpf(self.c)))

    def lost(self, n):
        """S(n-1) - S(n)."""
        return self.ln_survival(n - 1).exp() - self.ln_survival(n).exp()

    def lost_again(self, n):
        before, step = self.power(n - 1), self.power(n) - self.power(n - 1)
        if self.mixed:
            return self.over_theta(lambda p, q: (before * q.log()).exp() * -(step * q.log()).expm1())
        force = -mp.log1p(-to_mpf(self.theta))
        return mp.exp(-force * to_mpf(before)) * -mp.expm1(-force * to_mpf(step))

    def term(self, n, ln_v):
        start = self.ln_survival(n - 1)
        return lambda t: (self.ln_survival(t) - start + ln_v * (t - n)).exp()

    def plain_sum(self, n, ln_v):
        """Sum of the terms from n on, or None if that is long. The rest is bounded by the ratio of two
        terms where that falls, otherwise by the discount."""
        if ln_v == 0 and (self.mixed or self.c < 1):
            return None
        f, total, t = self.term(n, ln_v), arb(0), n
        tiny, last = arb(10) ** -34, None
        while t < n + TERMS:
            now = f(t)
            total += now
            if last is not None and t % 16 == 0:
                ratio = now / last
                if self.mixed or self.c < 1:
                    ratio = ln_v.exp()
                if ratio < 1 and now / (1 - ratio) < total * tiny:
                    return to_mpf(total), t - n
            last = now
            t += 1
        return None

    def euler_maclaurin(self, n, ln_v, place, rule):
        """The same: terms to n+place singly, the rest by the integral and derivatives."""
        f, order = self.term(n, ln_v), 48
        N = n + place
        total = arb(0)
        for t in range(n, N):
            total += f(t)
        flint.ctx.cap = order + 1
        series = f(arb_series([N, 1], prec=order + 1))
        coefficients = [series[k] for k in range(order)]
        total += coefficients[0] / 2
        correction = None
        for k in range(1, order // 2):
            correction = arb.bernoulli(2 * k) / (2 * k) * coefficients[2 * k - 1]
            total -= correction
        start = arb(N)
        top, reach = coefficients[0].log(), 1.0

        def in_logarithm(z):
            t = (start.log() + z).exp()
            return t * f(t.mid())

        while in_logarithm(arb(reach)) > total * arb(10) ** -40:
            reach *= 1.5
            if reach > 20000:
                raise Disagreement("heavy tail")
        total = to_mpf(total) + rule(lambda z, rest: in_logarithm(z), reach)
        if abs(to_mpf(correction)) > total * mpf(10) ** -(DIGITS + 2):
            return None
        return total

    def series_sum(self, n, ln_v):
        plain = self.plain_sum(n, ln_v)
        if plain and not self.mixed and plain[1] < 3000:
            theta, c, v = 1 - to_mpf(self.theta), to_mpf(self.c), mp.exp(to_mpf(ln_v))
            start = mp.power(n - 1, c)
            again = mp.fsum(theta ** (mp.power(t, c) - start) * v ** (t - n) for t in range(n, n + plain[1] + 1))
            return agree(plain[0], again, DIGITS)
        found = [plain[0]] if plain else []
        for place, rule in [(100, by_panels), (250, on_line), (600, by_panels), (2500, on_line)]:
            value = self.euler_maclaurin(n, ln_v, place, rule)
            if value is not None:
                found.append(value)
            if len(found) == 2:
                return agree(*found, DIGITS)
        raise Disagreement("Euler-Maclaurin")

    def basics(self, n, h):
        survival = confirmed(lambda: self.ln_survival(n).exp(), self.survival_again(n))
        later = confirmed(lambda: self.ln_survival(n + h).exp(), self.survival_again(n + h))
        lost = confirmed(lambda: self.lost(n), self.lost_again(n))
        return [survival, later / survival, mp.log(lost)]


def beta_geometric(alpha, beta, n, h, d):
    model = Weibull(1, gamma=alpha, delta=beta)
    a, b, d = to_arb(alpha), to_arb(beta) + (n - 1), to_arb(d)
    v = 1 / (1 + d)
    now = Weibull(1, gamma=a, delta=b)

    def hypergeometric(R, raised):
        return v.hypgeom_2f1(arb(R), b + raised, a + b + raised)

    def worth(p, q):
        return q / (v * (d + p))

    derl = confirmed(lambda: b / (a + b) * hypergeometric(1, 1), now.over_theta(worth))
    mean = confirmed(lambda: hypergeometric(1, 0), now.over_theta(lambda p, q: 1 / (v * (d + p))))
    raised = now.over_theta(lambda p, q: worth(p, q) / (v * (d + p)))
    of_mean = confirmed(lambda: hypergeometric(2, 1) / hypergeometric(1, 1), raised / derl)
    remaining = mp.inf
    if a > 1:
        remaining = confirmed(lambda: b / (a - 1), now.over_theta(lambda p, q: q / p))
    return [*model.basics(n, h), derl, mean, of_mean, remaining]


def weibull(model, n, h, d):
    ln_v = -to_arb(d).log1p()
    derl, remaining = model.series_sum(n, ln_v), mp.inf
    if not model.mixed or model.gamma * model.c > 1:
        remaining = model.series_sum(n, arb(0))
    return [*model.basics(n, h), derl, None, None, remaining]


def values(model, p1, p2, p3, n, h, d):
    flint.ctx.prec = BITS
    if model == "sbg":
        return beta_geometric(p1, p2, n, h, d)
    if model == "dw":
        return weibull(Weibull(p2, theta=p1), n, h, d)
    return weibull(Weibull(p3, gamma=p1, delta=p2), n, h, d)


def near(value, expected, unit, *what):
    if abs(value - expected) > unit:
        raise AssertionError((*what, value, expected))


def check_known():
    regular = 1000, 631, 468, 382, 326, 289, 262, 241
    high_end = 1000, 869, 743, 653, 593, 551, 517, 491

    def likelihood(parameters, survivors):
        last = len(survivors) - 1
        rows = [values(*parameters, n, 1, 0.1) for n in range(1, last + 1)]
        lost = sum((a - b) * row[2] for a, b, row in zip(survivors, survivors[1:], rows))
        return lost + survivors[-1] * mp.log(rows[-1][0])

    for parameters, survivors, known in [
        (("sbg", 0.704, 1.182, None), regular, -1680.27),
        (("sbg", 0.668, 3.806, None), high_end, -1611.16),
        (("sbg", 0.7637, 1.2958, None), regular[:5], -1401.56),
        (("dw", 0.3739, 0.6359, None), regular[:5], -1404.01),
        (("bdw", 0.5231, 0.8944, 1.1963), regular[:5], -1401.38),
        (("sbg", 1.2809, 7.7898, None), high_end[:5], -1225.13),
        (("dw", 0.1384, 0.9101, None), high_end[:5], -1226.55),
        (("bdw", 0.2593, 1.7225, 1.5844), high_end[:5], -1222.75),
    ]:
        near(likelihood(parameters, survivors), known, 0.01, parameters)
    for n, known in enumerate([3.31, 3.45, 3.59, 3.72, 3.84], 1):
        near(values("sbg", 3.80, 15.20, None, n, 1, 0.1)[3], known, 0.005)
    for n, known in enumerate([7.671, 9.455, 9.851], 1):
        near(values("sbg", 0.067, 0.267, None, n, 1, 0.1)[3], known, 0.0005)
    row = values("sbg", 0.7637, 1.2958, None, 1, 1, 0.1)
    near(row[4], 3.621, 0.0005)
    near(row[5], 6.247, 0.0005)
    same = values("bdw", 2.5, 1.25, 1.0, 3, 2, 0.125), values("sbg", 2.5, 1.25, None, 3, 2, 0.125)
    for column in 0, 1, 2, 3, 6:
        near(same[0][column], same[1][column], abs(same[0][column]) * mpf(10) ** -25, column)


def cases():
    """(model, p1, p2, p3, n, h, d): ordinary, corners, pseudo-random extremes."""
    rng = random.Random(20070201)
    usual = [
        ("sbg", 0.7637, 1.2958, None), ("sbg", 1.2809, 7.7898, None), ("sbg", 3.8, 15.2, None),
        ("dw", 0.3739, 0.6359, None), ("dw", 0.1384, 0.9101, None),
        ("bdw", 0.5231, 0.8944, 1.1963), ("bdw", 0.2593, 1.7225, 1.5844), ("bdw", 2.5, 10.0, 0.8),
    ]  # fmt: skip
    yield "sbg", 0.7637, 1.2958, None, 1, 1, 0.1
    for i in range(48):
        n, h = [1, 2, 3, 5, 8, 12, 24][i % 7], [1, 2, 4, 10, 36][i % 5]
        yield *usual[i % 8], n, h, [0.1, 0.01, 0.05, 0.2, 0.15][(i + i // 8) % 5]
    for p in [
        ("sbg", 1.0, 1.0, None), ("sbg", 1.0 + 2.0**-20, 1.0, None), ("sbg", 0.067, 0.267, None),
        ("sbg", 1e-3, 1e-3, None), ("sbg", 1e4, 1e-3, None), ("sbg", 1e-3, 1e4, None), ("sbg", 1e4, 1e4, None),
        ("dw", 0.25, 1.0, None), ("dw", 1e-3, 0.5, None), ("dw", 1e-3, 3.0, None), ("dw", 0.999, 0.25, None),
        ("dw", 0.999, 2.0, None), ("dw", 0.5, 0.2, None),
        ("bdw", 1.0, 1.0, 1.0), ("bdw", 0.5, 1.0, 2.0), ("bdw", 0.5, 1.0, 2.5), ("bdw", 3.0, 2.0, 0.5),
        ("bdw", 1e-3, 1e4, 1.5), ("bdw", 1e4, 1e-3, 0.5), ("bdw", 1e4, 1e4, 1.0), ("bdw", 1e-3, 1e-3, 3.0),
    ]:  # fmt: skip
        yield *p, 1, 1, 0.5
        yield *p, 60, 60, 0.01
    n_rows = 60
    columns = [strata(rng, n_rows, -3, 4), strata(rng, n_rows, -3, 4), strata(rng, n_rows, 0, 2.1)]
    columns += [strata(rng, n_rows, 0, 2.1), strata(rng, n_rows, -2.3, -0.3011), strata(rng, n_rows, -0.7, 0.48)]
    for i, (a, b, n, h, d, c) in enumerate(zip(*columns)):
        n, h = round(n), round(h)
        if i % 3 == 0:
            yield "sbg", a, b, None, n, h, d
        elif i % 3 == 1:
            yield "dw", rounded(a / (1 + a)), c, None, n, h, d
        else:
            yield "bdw", a, b, c, n, h, d


def fields_of(model, p1, p2, p3, n, h, d):
    return [model, p1, p2, p3, n, h, d, *values(model, p1, p2, p3, n, h, d)]


def main():
    check_known()
    print_table(HEADER, cases(), fields_of)


if __name__ == "__main__":
    main()
