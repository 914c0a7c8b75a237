"""Reference table of the Pareto/NBD model: python3 make_pareto.py > pareto.csv

Times in days, delta = continuous discount force per day, log-likelihood of the history without the
count constant; all else given the history, the dead included: window_pmf is P(m purchases in
(T+t, T+t+u]). Death rate mu ~ Gamma(s, beta), so the lifetime exceeds y with probability
(beta/(beta+y))^s, and (beta+T) takes the place of beta given alive at T. Every column is explained in
until_death.py, with the two ways that agree to DIGITS digits in every row written. Here the lifetime's
own closed form is a power (cet) or an incomplete gamma function (dect, dert), in ball arithmetic.

Of 323 rows none had to be left out.
Before the first row every column is compared with double quadrature of the definition over the rate
and the moment of death at moderate points, that density of death with the quadrature over mu, and
the model with CDNOW figures known from elsewhere. Rows whose parameters come from there in weeks have
alpha, beta and all times multiplied by 7, delta divided by it.
"""

import random

from flint import acb, arb
from mpmath import mp, mpf
from precise import Disagreement, ball, to_arb
from table import print_table, rounded, strata
from until_death import Customer, check_definitions, time_integral

HEADER = (
    "model,r,alpha,s,beta,x,t_x,T,t,u,delta,ln_likelihood,log_odds_alive,p_active,p_alive_later,"
    "cet,dect,dert,m,pmf,window_pmf"
)


class Pareto:
    """Lifetime with death rate mu ~ Gamma(s, beta)."""

    def __init__(self, s, beta):
        self.s, self.beta = mpf(s), mpf(beta)

    def older(self, y):
        return Pareto(self.s, self.beta + y)

    def ln_survival(self, y):
        return -self.s * mp.log1p(y / self.beta)

    def ln_density(self, y):
        return mp.log(self.s / (self.beta + y)) + self.ln_survival(y)

    def ball(self):
        s, beta = to_arb(self.s), to_arb(self.beta)
        return lambda y, analytic: ((1 + y / beta).log(analytic) * -s).exp()

    def ball_density(self):
        s, beta, survival = to_arb(self.s), to_arb(self.beta), self.ball()
        return lambda y, analytic: survival(y, analytic) * s / (beta + y)

    def ball_mean_time(self, t, delta, size):
        """Integral of e^{-delta y} S(y) over 0..t: a power or, discounted, incomplete gamma."""

        def undiscounted():
            s, beta, t_ = to_arb(self.s), to_arb(self.beta), to_arb(t)
            grown = (1 + t_ / beta).log()
            if s == 1:
                return beta * grown
            return beta / (s - 1) * -(grown * (1 - s)).expm1()

        def discounted():
            s, beta, force = to_arb(self.s), to_arb(self.beta), to_arb(delta)

            def beyond(y):
                tail = (force * (beta + y)).gamma_upper(1 - s)
                return beta * (force * beta).exp() * (force * beta) ** (s - 1) * tail

            whole = beyond(arb(0))
            return whole if t == mp.inf else whole - beyond(to_arb(t))

        if not delta:
            return ball(undiscounted, 35)
        try:
            return ball(discounted, 35, limit=4000)
        except Disagreement:
            if t == mp.inf:
                t = 150 / delta
            return time_integral(self, t, delta, size)


WEEK = 7


def check_lifetime():
    for s, beta, y in [(1.5, 2, 3), (0.75, 1, 0.5)]:
        s, beta, y = mpf(s), mpf(beta), mpf(y)

        def integrand(mu):
            return beta**s * mu ** (s - 1) * mp.exp(-beta * mu) / mp.gamma(s) * mu * mp.exp(-mu * y)

        brute = mp.quad(integrand, [0, 1, 10, mp.inf])
        assert abs(brute - mp.exp(Pareto(s, beta).ln_density(y))) < mpf(10) ** -12


def check_known():
    """Published figures, in weeks."""

    def values(r, alpha, s, beta, x, t_x, T, t=1, delta=0.0027):
        return Customer(r, alpha, Pareto(s, beta), x, t_x, T).values(t, 1, delta, 0)

    def ln_j(r, alpha, s, beta, x, t_x, T):
        customer = Customer(r, alpha, Pareto(s, beta), x, t_x, T)
        ratio = mp.log(customer.dead_odds) - mp.log(customer.lifetime.s)
        return ratio - customer.R * mp.log(customer.A) - s * mp.log(mpf(beta) + T)

    usual = 0.55, 10.58, 0.61, 11.67
    fit = 0.5532771, 10.5776842, 0.6062400, 11.6687352
    heavy = 10.465, 0.00798565181, 3.0516, 2.820
    for found, known, unit in [
        (values(*usual, 132, 200, 200, 10)[4], 6.20605178896, 1e-11),
        (values(*usual, 133, 200, 200, 10)[4], 6.25287224757, 1e-11),
        (values(*fit, 0, 0, 0, 52)[4], 1.473434, 1e-6),
        (values(*fit, 26, 30.857, 31, 52)[4], 25.45518, 1e-4),
        (values(0.553, 10.578, 0.606, 11.669, 0, 0, 39)[1], mp.log(0.294467031 / 0.705532969), 1e-8),
        (values(0.5534, 10.5802, 0.6061, 11.6562, 4, 30, 39)[6], 10.99789065, 1e-8),
        (ln_j(*heavy, 400, 5, 6), -674.015978929422, 1e-12),
        (ln_j(*heavy, 500, 1, 37), -15.717870676502, 1e-12),
        (values(*usual, 1, 1.5, 12)[0], -4.00694866, 1e-8),
        (values(0.55, 11.67, 0.61, 10.58, 4, 5.3, 10)[0], -10.72932589, 1e-8),
    ]:
        if abs(found - known) > unit:
            raise AssertionError((found, known))


def in_weeks(r, alpha, s, beta, x, t_x, T, t, u, delta, m):
    def days(v):
        return float(f"{v * WEEK:.12g}")

    times = days(t_x), days(T), days(t), days(u)
    return r, days(alpha), s, days(beta), x, *times, float(f"{delta / WEEK:.6g}"), m


def cases():
    """(r, alpha, s, beta, x, t_x, T, t, u, delta, m): ordinary, corners, pseudo-random extremes."""
    rng = random.Random(19870101)
    deltas = [1e-6, 0.0000261, 0.0002612, 0.001, 0.01, 0.05]
    horizons = [0.01, 1.0, 7.0, 30.5, 91.0, 365.0, 1000.0]
    counts = [0, 1, 2, 3, 5, 10, 30]
    for i in range(108):
        p = 0.553, 74.05, 0.606, 81.68
        if i >= 60:
            p = tuple(rounded(v * 10 ** rng.uniform(-0.5, 0.5)) for v in p)
        x = [0, 1, 2, 4, 7, 12, 20, 30][i % 8]
        T = float(rng.randint(7, 600))
        t_x = 0.0 if x == 0 else float(rng.randint(min(x, 6), int(T)))
        m = 0 if i % 9 == 0 else rng.choice(counts)
        yield *p, x, t_x, T, horizons[i % 7], horizons[(i // 7 + 3 * i) % 7], deltas[i % 6], m

    yearly = 0.0018329
    for history in [(221, 103.42857, 103.57143), (254, 97.14286, 97.28571), (161, 94.71429, 98), (204, 98.57143, 99.42857)]:
        yield in_weeks(0.5143, 2.8845, 0.2856, 14.1087, *history, 52, 4, yearly, 20)
    for history in [(400, 5, 6), (500, 1, 37), (500, 4, 37)]:
        yield in_weeks(10.465, 0.00798565181, 3.0516, 2.820, *history, 4, 52, yearly, 3)
    for x in (132, 133):
        yield in_weeks(0.55, 10.58, 0.61, 11.67, x, 200, 200, 10, 10, yearly, 6)
    yield in_weeks(0.553, 10.578, 0.606, 11.669, 200, 38, 40, 39, 39, yearly, 100)
    yield in_weeks(0.553, 10.578, 0.606, 11.669, 0, 0, 39, 39, 39, yearly, 0)
    yield in_weeks(0.5, 10, 0.6, 1e-3, 300, 1e-3, 500, 10, 52, yearly, 2)
    yield in_weeks(5, 1e-6, 3, 1e4, 1000, 999, 1000, 10, 52, yearly, 10)
    yield in_weeks(0.553, 10.578, 64, 7721, 0, 0, 0, 52, 52, yearly, 1)
    yield in_weeks(0.5534, 10.5802, 0.6061, 11.6562, 4, 30, 39, 39, 1, 0.0027, 4)
    yield in_weeks(0.45, 10.58, 0.61, 11.67, 1, 1.5, 12, 52, 52, yearly, 1)
    yield in_weeks(0.55, 11.67, 0.61, 10.58, 4, 5.3, 10, 52, 52, yearly, 5)
    yield in_weeks(0.55, 11.67, 0.61, 10.58, 2, 6, 8, 52, 52, yearly, 2)
    yield from [
        (0.553, 80.0, 0.606, 80.0, 2, 213.0, 272.0, 364.0, 30.5, 0.0002612, 2),
        (0.553, 80.0, 0.606, 80.0, 0, 0.0, 272.0, 364.0, 30.5, 0.0002612, 0),
        (0.553, 80.0, 0.606, 80.00000001, 2, 213.0, 272.0, 364.0, 30.5, 0.0002612, 2),
        (0.553, 80.00000001, 0.606, 80.0, 2, 213.0, 272.0, 364.0, 30.5, 0.0002612, 2),
        (0.553, 74.05, 1.0, 81.68, 2, 213.0, 272.0, 364.0, 91.0, 0.0002612, 3),
        (0.553, 74.05, 1.0, 81.68, 0, 0.0, 0.0, 364.0, 91.0, 0.05, 0),
        (0.553, 74.05, 1.0000001, 81.68, 2, 213.0, 272.0, 364.0, 91.0, 0.0002612, 3),
        (0.553, 74.05, 0.9999999, 81.68, 2, 213.0, 272.0, 364.0, 91.0, 0.0002612, 3),
        (0.553, 74.05, 1.0 + 2.0**-40, 81.68, 2, 213.0, 272.0, 10000.0, 91.0, 1e-6, 3),
        (0.606, 74.05, 0.606, 81.68, 4, 200.0, 272.0, 182.0, 91.0, 0.0002612, 4),
        (0.606, 80.0, 0.606, 80.0, 4, 200.0, 272.0, 182.0, 91.0, 0.0002612, 4),
        (1.0, 1.0, 1.0, 1.0, 0, 0.0, 0.0, 1.0, 1.0, 0.05, 0),
        (1.0, 1.0, 1.0, 1.0, 1, 1.0, 1.0, 1.0, 1.0, 0.05, 1),
        (1.0, 1.0, 1.0, 1.0, 0, 0.0, 10.0, 10000.0, 10000.0, 1e-6, 1000),
        (2.0, 1.0, 2.0, 1.0, 1, 0.5, 1.0, 1.0, 1.0, 0.05, 1),
        (0.553, 74.05, 0.606, 81.68, 0, 0.0, 0.0, 273.0, 273.0, 0.0002612, 0),
        (0.553, 74.05, 0.606, 81.68, 0, 0.0, 0.0, 272.0, 272.0, 0.0002612, 1),
        (0.553, 74.05, 0.606, 81.68, 0, 0.0, 0.0, 10000.0, 10000.0, 1e-6, 100),
        (0.553, 74.05, 0.606, 81.68, 0, 0.0, 1e-6, 1e-6, 1e-6, 0.05, 0),
        (0.553, 74.05, 0.606, 81.68, 0, 0.0, 10000.0, 10000.0, 1000.0, 1e-6, 0),
        (0.553, 74.05, 0.606, 81.68, 30, 1e-6, 600.0, 1000.0, 365.0, 0.001, 0),
        (0.553, 74.05, 0.606, 81.68, 5000, 280.0, 280.0, 30.5, 7.0, 0.001, 400),
        (0.553, 74.05, 0.606, 81.68, 5000, 9999.0, 10000.0, 1000.0, 365.0, 0.001, 300),
        (0.553, 74.05, 0.606, 81.68, 5000, 10000.0, 10000.0, 10000.0, 10000.0, 1e-6, 500),
        (0.553, 74.05, 0.606, 81.68, 200, 266.0, 280.0, 365.0, 365.0, 0.0002612, 10),
        (0.553, 74.05, 0.606, 1e-3, 2, 213.0, 272.0, 364.0, 30.5, 0.0002612, 2),
        (0.553, 74.05, 1e-3, 81.68, 2, 213.0, 272.0, 364.0, 30.5, 0.0002612, 2),
        (0.553, 74.05, 0.606, 1e4, 2, 213.0, 272.0, 364.0, 30.5, 0.0002612, 2),
        (0.553, 74.05, 1e4, 1e4, 2, 213.0, 272.0, 364.0, 30.5, 0.0002612, 2),
        (0.001, 0.001, 0.001, 0.001, 0, 0.0, 0.0, 10000.0, 10000.0, 1e-6, 0),
        (0.001, 0.001, 0.001, 0.001, 1, 1e-6, 10000.0, 10000.0, 10000.0, 1e-6, 1),
        (10000.0, 0.001, 10000.0, 0.001, 1, 1e-6, 10000.0, 1.0, 10000.0, 1e-6, 1),
        (10000.0, 0.001, 0.001, 10000.0, 0, 0.0, 0.0, 1e-6, 1e-6, 1e-6, 10),
        (10000.0, 10000.0, 10000.0, 10000.0, 10, 5000.0, 5001.0, 1000.0, 2.0, 0.05, 1),
        (10000.0, 10000.0, 1.0, 10000.0, 100, 100.0, 100.0, 100.0, 100.0, 0.01, 100),
        (0.001, 10000.0, 10000.0, 0.001, 0, 0.0, 10000.0, 10000.0, 10000.0, 0.05, 0),
        (0.001, 10000.0, 0.001, 10000.0, 5000, 10000.0, 10000.0, 10000.0, 10000.0, 0.05, 300),
    ]  # fmt: skip

    n = 160
    columns = [strata(rng, n, -3, 4) for _ in range(4)]
    columns += [strata(rng, n, -1, 4), strata(rng, n, -2, 4), strata(rng, n, -2, 4), strata(rng, n, -6, -1.3)]
    for i, (r, alpha, s, beta, T, t, u, delta) in enumerate(zip(*columns)):
        x = rng.choice([0, 1, 2, 5, 10, 50, 200, 1000, 5000])
        share = rng.choice([1.0, 1.0, 1e-6, 0.01, 0.5, 0.9, 0.999])
        if i % 12 == 0:
            x, T = 0, 0.0
        t_x = 0.0 if x == 0 else T * share
        mean = t * (r + x) / (alpha + T)
        m = rng.choice([0, 1, 2, 10, 50, min(1000, round(mean)), min(1000, round(mean / 10))])
        yield r, alpha, s, beta, x, t_x, T, t, u, delta, m


def fields_of(r, alpha, s, beta, x, t_x, T, t, u, delta, m):
    values = Customer(r, alpha, Pareto(s, beta), x, t_x, T).values(t, u, delta, m)
    return ["pareto", r, alpha, s, beta, x, t_x, T, t, u, delta, *values]


def main():
    histories = [(0, 0, 2), (1, 0.5, 1.5), (2, 2, 2), (4, 1.25, 3), (3, 0.25, 0.75)]
    check_lifetime()
    check_definitions(Pareto, histories, [(1.5, 2, 1.25, 2.5), (2.5, 1, 1.5, 1.25), (1.25, 3, 2, 2)])
    check_known()
    print_table(HEADER, cases(), fields_of)


if __name__ == "__main__":
    main()
