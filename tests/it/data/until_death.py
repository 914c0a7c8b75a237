"""Customers who buy at random (lambda ~ Gamma(r, alpha)) until they die at a random moment of their
own: every forecast of Pareto/NBD and GGompertz/NBD, in two ways. The models differ in the law of
the lifetime only, which make_pareto.py and make_ggompertz.py bring.

Given alive at T, lambda ~ Gamma(R = r+x, A = alpha+T) and the lifetime is known to exceed T; S(y) is
the probability to live on for y more, f(y) = -S'(y). NB(m; y) is the probability of m purchases in y
of a customer who does not die. The first way is mpmath's (trapezoidal rule, every integrand
positive), the second ball arithmetic with proven bounds (Arb), and both start from different forms:

* log_odds_alive  -ln of the integral over t_x..T of ((alpha+T)/(alpha+y))^R times the density of
                  death at y, over the probability to live to T; second way integrated by parts, so
                  that the survival function appears instead of the density
* p_active        integral over 0..t of the density of the first purchase, times S; second way
                  1 - NB(0; t) S(t) - integral of NB(0; y) f(y)
* p_alive_later   S(t)
* cet, dect, dert R/A times the integral of e^{-delta y} S(y); second way the lifetime's own closed
                  form, where that fails Arb's integral
* pmf             NB(m; t) S(t) + integral of NB(m; y) f(y); second way P(m or more) - P(m+1 or more),
                  each the integral of the density of the m-th purchase, times S
* window_pmf      the same at the lifetime known to exceed T+t
"""

import math

from flint import acb, arb
from mpmath import mp, mpf
from precise import agree, ball, ball_integral, interval_integral, line_integral, to_arb
from scipy import integrate

DIGITS = 20


def ln_negative_binomial(m, R, A, y):
    lg = mp.loggamma
    return lg(R + m) - lg(R) - lg(m + 1) + (m * mp.log(y / (A + y)) if m else 0) - R * mp.log1p(y / A)


class Customer:
    """One history under one lifetime law, given from the first purchase on."""

    def __init__(self, r, alpha, lifetime, x, t_x, T):
        self.r, self.alpha, self.t_x, self.T = mpf(r), mpf(alpha), mpf(t_x), mpf(T)
        self.x, self.R, self.A = x, self.r + x, self.alpha + self.T
        self.lifetime = lifetime
        self.residual = lifetime.older(self.T)
        self.dead_odds = self.odds_of_death()
        self.alive = 1 / (1 + self.dead_odds)

    def odds_of_death(self):
        span = self.T - self.t_x
        if span == 0:
            return mpf(0)
        law, R = self.lifetime, self.R
        now = law.ln_survival(self.T)

        def integrand(y, rest):
            return mp.exp(law.ln_density(self.t_x + y) - now - R * mp.log1p(-rest / self.A))

        first = interval_integral(integrand, span)

        def second():
            R, A, alpha = map(to_arb, (self.R, self.A, self.alpha))
            survival = law.ball()
            now = survival(acb(to_arb(self.T)), False)
            start = survival(acb(to_arb(self.t_x)), False)

            def lived(y, analytic):
                return ((A / (alpha + y)).log(analytic) * R).exp() / (alpha + y) * R * survival(y, analytic) / now

            head = ((A / (alpha + to_arb(self.t_x))).log() * R).exp() * (start / now).real
            return head - 1 - ball_integral(lived, self.t_x, self.T, first)

        return agree(first, ball(second, 35), DIGITS)

    def log_odds_alive(self):
        return -mp.log(self.dead_odds) if self.dead_odds else mp.inf

    def ln_likelihood(self):
        if self.T == 0:
            return mpf(0)
        lg = mp.loggamma
        purchases = lg(self.R) - lg(self.r) + self.r * mp.log(self.alpha) - self.R * mp.log(self.A)
        return purchases + self.lifetime.ln_survival(self.T) + mp.log1p(self.dead_odds)

    def count_density(self, m, law, size):
        """Second way: P(m or more purchases in 0..t), of a customer with this residual lifetime."""

        def density():
            R, A, survival = to_arb(self.R), to_arb(self.A), law.ball()
            front = ((R + m).lgamma() - R.lgamma() - arb(m).lgamma()).exp()

            def f(y, analytic):
                never = ((1 + y / A).log(analytic) * -R).exp()
                return front * (y / (A + y)) ** (m - 1) * never / (A + y) * survival(y, analytic)

            return f

        return lambda t: ball_integral(density(), 0, t, size)

    def at_least_one(self, t, law):
        R, A = self.R, self.A

        def integrand(y, rest):
            return R / (A + y) * mp.exp(law.ln_survival(y) - R * mp.log1p(y / A))

        first = interval_integral(integrand, t)

        def second():
            R, A, survival, density = to_arb(self.R), to_arb(self.A), law.ball(), law.ball_density()

            def died(y, analytic):
                return ((1 + y / A).log(analytic) * -R).exp() * density(y, analytic)

            end = acb(to_arb(t))
            return 1 - died_not(end) - ball_integral(died, 0, t, first)

        def died_not(end):
            R, A = to_arb(self.R), to_arb(self.A)
            return (((1 + end / A).log() * -R).exp() * law.ball()(end, False)).real

        return agree(first, ball(second, 35), DIGITS)

    def count(self, m, t, law):
        """P(m purchases in 0..t) of a customer alive at 0."""
        R, A = self.R, self.A

        def integrand(y, rest):
            return mp.exp(ln_negative_binomial(m, R, A, y) + law.ln_density(y))

        first = interval_integral(integrand, t)
        first += mp.exp(ln_negative_binomial(m, R, A, t) + law.ln_survival(t))

        def second():
            more = self.count_density(m + 1, law, first)(t)
            return (self.count_density(m, law, first)(t) if m else 1) - more

        return agree(first, ball(second, 35), DIGITS)

    def p_active(self, t):
        return self.alive * self.at_least_one(t, self.residual)

    def p_alive_later(self, t):
        second = ball(lambda: self.residual.ball()(acb(to_arb(t)), False).real, 35)
        return self.alive * agree(mp.exp(self.residual.ln_survival(t)), second, DIGITS)

    def purchases(self, t, delta):
        """Expected purchases in (T, T+t], discounted; t may be infinite."""
        law = self.residual

        def integrand(y, rest=None):
            return mp.exp(law.ln_survival(y) - delta * y)

        if t == mp.inf:
            first = line_integral(lambda z: integrand(mp.exp(z)) * mp.exp(z))
        else:
            first = interval_integral(integrand, t)
        second = law.ball_mean_time(t, delta, first)
        return self.alive * self.R / self.A * agree(first, second, DIGITS)

    def pmf(self, m, t):
        return self.alive * self.count(m, t, self.residual) + (0 if m else 1 - self.alive)

    def window_pmf(self, m, t, u):
        there = self.alive * mp.exp(self.residual.ln_survival(t))
        return there * self.count(m, u, self.residual.older(t)) + (0 if m else 1 - there)

    def values(self, t, u, delta, m):
        """The columns of the tables, from ln_likelihood on."""
        t, u, delta = mpf(t), mpf(u), mpf(delta)
        return [
            self.ln_likelihood(),
            self.log_odds_alive(),
            self.p_active(t),
            self.p_alive_later(t),
            self.purchases(t, mpf(0)),
            self.purchases(t, delta),
            self.purchases(mp.inf, delta),
            m,
            self.pmf(m, t),
            self.window_pmf(m, t, u),
        ]


def time_integral(law, t, delta, size):
    """Second way to the integral of e^{-delta y} S(y) over 0..t where there is no closed form."""

    def second():
        survival, force = law.ball(), to_arb(delta)
        return ball_integral(lambda y, analytic: survival(y, analytic) * (-force * y).exp(), 0, t, size)

    return ball(second, 35)


def check_definitions(lifetime_given, histories, parameters):
    """Every column against double quadrature of its definition at moderate points, in doubles: over
    the rate lambda, and over the moment of death, whose density the caller has checked by itself."""

    def integral(f, low, high):
        return integrate.quad(f, low, high, epsabs=0, epsrel=1e-11, limit=200)[0]

    for i, (x, t_x, T) in enumerate(histories):
        r, alpha, *shape = parameters[i % len(parameters)]
        law = lifetime_given(*shape)
        m, t, u, delta = i, 2.0, 1.5, 0.125
        values = Customer(r, alpha, law, x, t_x, T).values(t, u, delta, m)
        front = alpha**r / math.gamma(r)

        def mixed(given, corners):
            """Mean of given(rate, death), deaths between the first and the last corner."""

            def at(end):
                low, high = 0, (80 + x) / (alpha + min(end, T))
                rates = lambda rate: front * rate ** (r - 1) * math.exp(-alpha * rate) * given(rate, end)
                return density(end) * integral(rates, low, high)

            return sum(integral(at, *piece) for piece in zip(corners, corners[1:]))

        def density(end):
            return float(mp.exp(law.ln_density(mpf(end))))

        def history(rate, end):
            return rate**x * math.exp(-rate * min(end, T))

        def mean(given):
            """The same over customers alive at T, with the density of the history."""
            corners = [T, T + t, T + t + u, T + 100, math.inf]
            return mixed(lambda rate, end: history(rate, end) * given(rate, end), corners)

        def poisson(m, mean):
            return mean**m * math.exp(-mean) / math.factorial(m)

        def seen(end):
            return min(end - T, t)

        def seen_later(end):
            return max(0, min(end - T - t, u))

        def discounted(rate, time):
            return -rate / delta * math.expm1(-delta * time)

        alive = mean(lambda rate, end: 1)
        dead = mixed(history, [t_x, T]) if t_x < T else 0
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
            (none + mean(lambda rate, end: poisson(m, rate * seen(end)))) / whole,
            (none + mean(lambda rate, end: poisson(m, rate * seen_later(end)))) / whole,
        ]
        for column, (expected, value) in enumerate(zip(brute, values)):
            if expected != value and abs(expected - value) > 1e-9 * abs(value):
                raise AssertionError((x, column, expected, value))
