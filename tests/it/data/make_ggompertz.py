"""Reference table of the GGompertz/NBD model: python3 make_ggompertz.py > ggompertz.csv

Customers buy at rate lambda ~ Gamma(r, alpha) until they die; the lifetime exceeds y with probability
exp(-eta (e^{by}-1)), eta ~ Gamma(s, beta), so with S(y) = (beta/(beta+e^{by}-1))^s over eta. Times in
days, b per day, delta = continuous discount force per day, log-likelihood of the history without the
count constant; all else given the history, the dead included: window_pmf is P(m purchases in
(T+t, T+t+u]).

Given alive at T, lambda ~ Gamma(R = r+x, A = alpha+T) and beta' = beta e^{-bT} + 1 - e^{-bT} takes the
place of beta; f = -S' is the density of the residual lifetime, w(y) = ln(1 + (e^{by}-1)/beta') its
hazard in units of s, which is exponential with rate s, and y(w) the inverse. NB(m; y) is the
probability of m purchases in y of a customer who does not die. Every column in two ways, first by the
trapezoidal rule over time, second by Gauss-Legendre panels over w (two_rules.py):

* log_odds_alive  minus the logarithm of the integral over t_x..T of ((alpha+T)/(alpha+y))^R times the
                  density of death at y, over the probability to live to T; the density is that of the
                  age or of w
* p_active        integral over 0..t of the density of the first purchase, times S; second way the
                  mean of 1 - NB(0; min(death, t)) over w
* cet, dect, dert R/A times the integral of e^{-delta y} S(y); second way R/A times the mean of
                  (1 - e^{-delta min(death, t)})/delta over w
* pmf, window_pmf NB(m; t) S(t) + integral of NB(m; y) f(y); second way over w

They agree to DIGITS digits in every row written. Before the first row every column is compared with
double quadrature of the definition over the rate and the moment of death at moderate points, that
density of death with the quadrature over eta, the limit b -> 0 at fixed beta/b with the table of
Pareto/NBD, and beta = 1 with its closed form (the lifetime is then exponential with rate s b).
"""

import csv
import math
import random

from flint import arb
from mpmath import mp, mpf
from precise import agree, to_arb, to_mpf
from scipy import integrate
from table import print_table, rounded, strata
from two_rules import by_panels, on_line

DIGITS = 26
HEADER = (
    "model,r,alpha,b,s,beta,x,t_x,T,t,u,delta,ln_likelihood,log_odds_alive,p_active,p_alive_later,"
    "cet,dect,dert,m,pmf,window_pmf"
)


class Lifetime:
    """Gamma mixture of Gompertz lifetimes."""

    def __init__(self, b, s, beta):
        self.b, self.s, self.beta = map(to_arb, (b, s, beta))

    def older(self, y):
        gone = -self.b * y
        return Lifetime(self.b, self.s, (self.beta * gone.exp() - gone.expm1()).mid())

    def hazard(self, y):
        return ((self.b * y).expm1() / self.beta).log1p()

    def age(self, w):
        return (self.beta * w.expm1()).log1p() / self.b

    def ln_survival(self, y):
        return -self.s * self.hazard(y)

    def ln_density(self, y):
        scaled = self.b * y
        front = scaled - (self.beta + scaled.expm1()).log() + (self.b * self.s).log()
        return front + self.ln_survival(y)


class Customer:
    def __init__(self, r, alpha, lifetime, x, t_x, T):
        self.r, self.alpha, self.t_x, self.T = map(to_arb, (r, alpha, t_x, T))
        self.x, self.R, self.A = x, self.r + x, self.alpha + self.T
        self.lifetime, self.residual = lifetime, lifetime.older(self.T)
        self.dead_odds = self.odds_of_death()
        self.alive = 1 / (1 + self.dead_odds)

    def odds_of_death(self):
        span = self.T - self.t_x
        if span == 0:
            return mpf(0)
        law, R, A = self.lifetime, self.R, self.A
        now = law.ln_survival(self.T)

        def over_time(y, rest):
            return (law.ln_density(self.t_x + y) - now - R * (-rest / A).log1p()).exp()

        last_seen = law.older(self.t_x)
        start = self.alpha + self.t_x
        s, hazard = law.s, last_seen.hazard(span)

        def over_hazard(w, rest):
            return s * (s * rest - R * ((start + last_seen.age(w)) / A).log()).exp()

        return agree(on_line(over_time, span), by_panels(over_hazard, hazard), DIGITS)

    def log_odds_alive(self):
        return -mp.log(self.dead_odds) if self.dead_odds else mp.inf

    def ln_likelihood(self):
        if self.T == 0:
            return mpf(0)
        purchases = self.R.lgamma() - self.r.lgamma() + self.r * self.alpha.log() - self.R * self.A.log()
        if self.x == 0:
            purchases = -self.r * (self.T / self.alpha).log1p()
        return to_mpf(purchases + self.lifetime.ln_survival(self.T)) + mp.log1p(self.dead_odds)

    def never(self, y):
        return -self.R * (y / self.A).log1p()

    def at_least_one(self, t, law):
        R, A, s = self.R, self.A, law.s
        end = law.hazard(t)

        def over_time(y, rest):
            return R / (A + y) * (law.ln_survival(y) + self.never(y)).exp()

        def over_hazard(w, rest):
            return s * (-s * w).exp() * -self.never(law.age(w)).expm1()

        last = to_mpf(law.ln_survival(t).exp() * -self.never(t).expm1())
        return agree(on_line(over_time, t), by_panels(over_hazard, end) + last, DIGITS)

    def count(self, m, t, law):
        """P(m purchases in 0..t) of a customer alive at 0."""
        R, A, s = self.R, self.A, law.s
        front = (R + m).lgamma() - R.lgamma() - arb(m + 1).lgamma() if m else arb(0)

        def ln_negative_binomial(y):
            v = self.never(y)
            return front + v + m * (y / (A + y)).log() if m else v

        def over_time(y, rest):
            return (ln_negative_binomial(y) + law.ln_density(y)).exp()

        def over_hazard(w, rest):
            return s * (ln_negative_binomial(law.age(w)) - s * w).exp()

        dead = agree(on_line(over_time, t), by_panels(over_hazard, law.hazard(t)), DIGITS)
        return dead + to_mpf((ln_negative_binomial(t) + law.ln_survival(t)).exp())

    def purchases(self, t, delta):
        """Expected purchases in (T, T+t], discounted; t may be infinite (None)."""
        law, s = self.residual, self.residual.s

        def over_time(y, rest):
            return (law.ln_survival(y) - delta * y).exp()

        def worth(y):
            return -(-delta * y).expm1() / delta if delta != 0 else y

        def over_hazard(w, rest):
            return s * (-s * w).exp() * worth(law.age(w))

        first = on_line(over_time, 150 / delta if t is None else t)
        if t is None:
            second = by_panels(over_hazard, 170 / s, ends=64)
        else:
            second = by_panels(over_hazard, law.hazard(t))
        if t is not None:
            second += to_mpf(law.ln_survival(t).exp() * worth(t))
        return self.alive * to_mpf(self.R / self.A) * agree(first, second, DIGITS)

    def values(self, t, u, delta, m):
        """The columns of the table, from ln_likelihood on."""
        t, u, delta = map(to_arb, (t, u, delta))
        law, alive = self.residual, self.alive
        there = alive * to_mpf(law.ln_survival(t).exp())
        return [
            self.ln_likelihood(),
            self.log_odds_alive(),
            alive * self.at_least_one(t, law),
            there,
            self.purchases(t, arb(0)),
            self.purchases(t, delta),
            self.purchases(None, delta),
            m,
            alive * self.count(m, t, law) + (0 if m else 1 - alive),
            there * self.count(m, u, law.older(t)) + (0 if m else 1 - there),
        ]


def near(value, expected, tolerance, *what):
    if value != expected and abs(value - expected) > tolerance * abs(expected):
        raise AssertionError((*what, value, expected))


def check_lifetime():
    for b, s, beta, y in [(0.7, 1.5, 2.25, 3), (1.25, 0.75, 0.5, 0.5)]:

        def density(eta):
            mixing = mpf(beta) ** s * eta ** (s - 1) * mp.exp(-beta * eta) / mp.gamma(s)
            return mixing * eta * b * mp.exp(b * y) * mp.exp(-eta * mp.expm1(b * y))

        brute = mp.quad(density, [0, 0.01, 0.1, 1, 10, mp.inf])
        near(to_mpf(Lifetime(b, s, beta).ln_density(arb(y)).exp()), brute, mpf(10) ** -10)
        near(to_mpf(Lifetime(b, s, beta).older(arb(1)).ln_survival(arb(y)).exp()),
             ((beta + mp.expm1(b)) / (beta + mp.expm1(mpf(b) * (1 + y)))) ** s, mpf(10) ** -12)  # fmt: skip


def integral(f, low, high):
    return integrate.quad(f, low, high, epsabs=0, epsrel=1e-11, limit=200)[0]


def check_definitions():
    """Double quadrature, in doubles, over the rate and the moment of death."""
    histories = [(0, 0, 2), (1, 0.5, 1.5), (2, 2, 2), (4, 1.25, 3), (3, 0.25, 0.75)]
    parameters = [(1.5, 2, 0.5, 1.25, 2.5), (2.5, 1, 0.75, 1.5, 0.25), (1.25, 3, 0.25, 2, 1)]
    for m, (x, t_x, T) in enumerate(histories):
        r, alpha, b, s, beta = parameters[m % 3]
        t, u, delta = 2.0, 1.5, 0.125
        front = alpha**r / math.gamma(r)

        def density(end):
            over = beta + math.expm1(b * end)
            return s * b * math.exp(b * end) / over * (beta / over) ** s

        def mixed(given, corners):
            """Mean of given(rate, death), deaths between the first and the last corner."""

            def at(end):
                high = (80 + x) / (alpha + min(end, T))

                def rates(rate):
                    history = rate**x * math.exp(-rate * min(end, T))
                    return front * rate ** (r - 1) * math.exp(-alpha * rate) * history * given(rate, end)

                return density(end) * integral(rates, 0, high)

            return sum(integral(at, *piece) for piece in zip(corners, corners[1:]))

        def mean(given):
            return mixed(given, [T, T + t, T + t + u, T + 20, T + 100])

        def poisson(mean):
            return mean**m * math.exp(-mean) / math.factorial(m)

        def seen(end):
            return min(end - T, t)

        def discounted(rate, time):
            return -rate / delta * math.expm1(-delta * time)

        alive = mean(lambda rate, end: 1)
        dead = mixed(lambda rate, end: 1, [t_x, T]) if t_x < T else 0
        whole, none = alive + dead, 0 if m else dead
        brute = [
            math.log(whole),
            math.log(alive / dead) if dead else math.inf,
            mean(lambda rate, end: -math.expm1(-rate * seen(end))) / whole,
            mean(lambda rate, end: end > T + t) / whole,
            mean(lambda rate, end: rate * seen(end)) / whole,
            mean(lambda rate, end: discounted(rate, seen(end))) / whole,
            mean(lambda rate, end: discounted(rate, end - T)) / whole,
            m,
            (none + mean(lambda rate, end: poisson(rate * seen(end)))) / whole,
            (none + mean(lambda rate, end: poisson(rate * max(0, min(end - T - t, u))))) / whole,
        ]
        values = Customer(r, alpha, Lifetime(b, s, beta), x, t_x, T).values(t, u, delta, m)
        for column, (expected, value) in enumerate(zip(brute, values)):
            near(value, expected, 1e-9, x, column)


def check_limits():
    """b -> 0 at fixed beta/b is Pareto/NBD, beta = 1 an exponential lifetime."""
    with open("pareto.csv") as table:
        rows = list(csv.DictReader(table))
    for row in rows[:100:9]:
        number = {k: float(v) for k, v in row.items() if k != "model"}
        b = arb(2) ** -100
        law = Lifetime(b, number["s"], (b * number["beta"]).mid())
        history = int(number["x"]), number["t_x"], number["T"]
        customer = Customer(number["r"], number["alpha"], law, *history)
        values = customer.values(number["t"], number["u"], number["delta"], int(number["m"]))
        for column, value in zip(HEADER.split(",")[12:], values):
            near(value, mp.inf if row[column] == "inf" else mpf(row[column]), mpf(10) ** -18, row, column)
    customer = Customer(0.75, 70, Lifetime(0.001953125, 1.5, 1), 2, 0.5, 100)
    rate, t, delta = mpf(0.001953125) * 1.5, 50, mpf(0.0078125)
    values = customer.values(t, t, delta, 1)
    intensity = customer.alive * mpf(2.75) / 170
    near(values[4], -intensity * mp.expm1(-rate * t) / rate, mpf(10) ** -26)
    near(values[6], intensity / (rate + delta), mpf(10) ** -26)


def cases():
    """(r, alpha, b, s, beta, x, t_x, T, t, u, delta, m): ordinary, corners, pseudo-random extremes."""
    rng = random.Random(20120501)
    deltas = [1e-6, 0.0000261, 0.0002612, 0.001, 0.01, 0.05]
    horizons = [0.01, 1.0, 7.0, 30.5, 91.0, 365.0, 1000.0]
    counts = [0, 1, 2, 3, 4, 5, 7, 10, 14, 20]
    usual = [
        (0.55, 74.0, 1e-7, 0.6, 8.2e-6),
        (0.55, 74.0, 1e-6, 0.6, 8.2e-5),
        (0.55, 74.0, 1e-5, 0.6, 8.2e-4),
        (0.55, 74.0, 1e-4, 0.6, 8.2e-3),
        (0.55, 74.0, 1e-3, 0.6, 0.082),
        (0.55, 74.0, 0.01, 0.6, 0.82),
        (0.55, 74.0, 0.02 / 7, 0.6, 0.3),
        (0.553, 74.046, 0.0002 / 7, 0.603, 0.0026),
        (0.55313, 74.0306, 1.1e-6 / 7, 0.60682, 1.3e-5),
        (1.2, 20.0, 0.003, 1.6, 4.0),
        (2.5, 60.0, 0.01, 0.3, 30.0),
        (0.8, 10.0, 0.001, 5.0, 10.0),
    ]
    for i in range(132):
        p = usual[i % 12]
        if i >= 84:
            p = tuple(rounded(v * 10 ** rng.uniform(-0.4, 0.4)) for v in p)
        x = [0, 1, 2, 4, 7, 12, 20, 30][(i + i // 12) % 8]
        T = float(rng.randint(7, 600))
        t_x = 0.0 if x == 0 else float(rng.randint(min(x, 6), int(T)))
        if x and i % 13 == 0:
            t_x = T
        if i % 17 == 5:
            x, t_x, T = 0, 0.0, 0.0
        m = 0 if i % 9 == 0 else rng.choice(counts)
        yield *p, x, t_x, T, horizons[i % 7], horizons[(i // 7 + 3 * i) % 7], deltas[i % 6], m

    base = 0.55, 74.0
    history = 2, 213.0, 272.0, 364.0, 30.5, 0.0002612, 2
    for shape in [
        (0.003, 1.0, 0.3), (0.003, 1.0 + 2.0**-40, 0.3), (0.003, 0.9999999, 0.3), (0.003, 0.6, 1.0),
        (0.003, 1.0, 1.0), (0.003, 0.6, 1.0 + 2.0**-40), (0.003, 0.6, 0.9999999), (1e-7, 0.6, 1.0),
        (0.1, 0.6, 1.0), (0.1, 1.0, 1.0), (0.1, 0.6, 1e-5), (0.1, 0.6, 1e4), (0.1, 1e4, 1e4),
        (0.1, 1e-3, 1e-5), (0.1, 1e-3, 1e4), (1e-7, 0.6, 1e-5), (1e-7, 0.6, 1e4), (1e-7, 1e4, 1e4),
        (1e-7, 1e4, 1e-5), (1e-7, 1e-3, 1e-5), (0.05, 2.0, 1000.0), (0.02, 0.01, 0.01),
    ]:  # fmt: skip
        yield *base, *shape, *history
    for shape in [
        (0.003, 1.0, 1.0), (0.003, 0.6, 0.3), (0.1, 0.6, 1e4), (1e-7, 0.6, 1e-5), (1e-7, 1e4, 1e4),
        (0.1, 1e-3, 1e-5), (0.02 / 7, 0.6, 0.3), (1e-5, 0.6, 8.2e-4),
    ]:  # fmt: skip
        yield *base, *shape, 0, 0.0, 0.0, 364.0, 91.0, 0.001, 1
        yield *base, *shape, 0, 0.0, 272.0, 182.0, 91.0, 0.0002612, 0
        yield *base, *shape, 20, 266.0, 266.0, 365.0, 30.5, 0.0002612, 20
    law = 0.02 / 7, 0.6, 0.3
    for given in [
        (0, 0.0, 1e-6, 1e-6, 1e-6, 0.05, 0),
        (0, 0.0, 10000.0, 10000.0, 1000.0, 1e-6, 0),
        (0, 0.0, 0.0, 10000.0, 10000.0, 1e-6, 100),
        (30, 1e-6, 600.0, 1000.0, 365.0, 0.001, 0),
        (1, 1e-6, 10000.0, 10000.0, 10000.0, 1e-6, 1),
        (5000, 280.0, 280.0, 30.5, 7.0, 0.001, 200),
        (5000, 9999.0, 10000.0, 1000.0, 365.0, 0.001, 150),
        (5000, 10000.0, 10000.0, 10000.0, 10000.0, 1e-6, 200),
        (200, 266.0, 280.0, 365.0, 365.0, 0.0002612, 10),
        (200, 266.0, 280.0, 365.0, 365.0, 0.0002612, 100),
        (200, 270.0, 272.0, 273.0, 273.0, 0.0002612, 200),
        (60, 270.0, 272.0, 273.0, 273.0, 0.0002612, 50),
    ]:  # fmt: skip
        yield *base, *law, *given
    yield from [
        (0.5, 70.0, 1e-4, 0.6, 1e-5, 300, 0.01, 3500.0, 70.0, 364.0, 0.0002612, 2),
        (5.0, 0.001, 1e-3, 3.0, 1e4, 1000, 6993.0, 7000.0, 70.0, 364.0, 0.0002612, 10),
        (0.001, 0.001, 1e-7, 0.001, 1e-5, 0, 0.0, 0.0, 10000.0, 10000.0, 1e-6, 0),
        (0.001, 0.001, 1e-7, 0.001, 1e-5, 1, 1e-6, 10000.0, 10000.0, 10000.0, 1e-6, 1),
        (10000.0, 0.001, 0.03, 10000.0, 1e-5, 1, 1e-6, 10000.0, 1.0, 10000.0, 1e-6, 1),
        (10000.0, 10000.0, 1e-3, 10000.0, 10000.0, 10, 5000.0, 5001.0, 1000.0, 2.0, 0.05, 1),
        (10000.0, 10000.0, 0.003, 1.0, 10000.0, 100, 100.0, 100.0, 100.0, 100.0, 0.01, 100),
        (0.001, 10000.0, 0.03, 10000.0, 1e-5, 0, 0.0, 10000.0, 10000.0, 10000.0, 0.05, 0),
        (0.001, 10000.0, 1e-7, 0.001, 10000.0, 5000, 10000.0, 10000.0, 10000.0, 10000.0, 0.05, 200),
        (0.55, 74.0, 0.1, 0.6, 10000.0, 50, 50.0, 80.0, 100.0, 30.5, 0.001, 20),
        (0.55, 74.0, 0.1, 0.6, 10000.0, 50, 2900.0, 3000.0, 100.0, 30.5, 0.001, 20),
        (0.55, 74.0, 0.03, 0.6, 10000.0, 3, 100.0, 10000.0, 10000.0, 30.5, 0.001, 2),
    ]  # fmt: skip

    n = 150
    columns = [strata(rng, n, -3, 4), strata(rng, n, -3, 4), strata(rng, n, -7, -1), strata(rng, n, -3, 4)]
    columns += [strata(rng, n, -5, 4), strata(rng, n, -1, 4)]
    columns += [strata(rng, n, -2, 4), strata(rng, n, -2, 4), strata(rng, n, -6, -1.3)]
    for i, (r, alpha, b, s, beta, T, t, u, delta) in enumerate(zip(*columns)):
        x = rng.choice([0, 1, 2, 5, 10, 50, 200, 1000, 5000])
        share = rng.choice([1.0, 1e-6, 0.01, 0.5, 0.9, 0.999])
        T = min(T, rounded(300 / b))
        if i % 12 == 0:
            x, T = 0, 0.0
        t_x = 0.0 if x == 0 else T if share == 1 else rounded(T * share)
        mean = t * (r + x) / (alpha + T)
        m = rng.choice([0, 1, 2, 10, 20, min(200, round(mean)), min(200, round(mean / 10))])
        yield r, alpha, b, s, beta, x, t_x, T, t, u, delta, m


def fields_of(r, alpha, b, s, beta, x, t_x, T, t, u, delta, m):
    values = Customer(r, alpha, Lifetime(b, s, beta), x, t_x, T).values(t, u, delta, m)
    return ["ggompertz", r, alpha, b, s, beta, x, t_x, T, t, u, delta, *values]


def main():
    check_lifetime()
    check_definitions()
    check_limits()
    print_table(HEADER, cases(), fields_of)


if __name__ == "__main__":
    main()
