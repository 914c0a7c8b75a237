"""Reference table of the NBD, BG/NBD and MBG/NBD models: python3 make_models.py > models.csv

Times in days, delta = continuous discount force per day, log-likelihood of the history without the
count constant. Every number comes from the definitions: lambda ~ Gamma(r, alpha), p ~ Beta(a, b).
Given alive at T, lambda ~ Gamma(R = r+x, A = alpha+T) and p ~ Beta(a, b'), b' = b+x (BG) or b+x+1
(MBG), and each forecast is P(alive) times:

* p_alive_later  E (1+pt/A)^-R; second way 2F1 in ball arithmetic
* cet            E (1-(1+pt/A)^-R)/p; second way 2F1 in ball arithmetic
* dert, dect     E of the integral over time, (R/p) e^z E_{R+1}(z), z = delta A/p, quadrature over p;
                 second way quadrature over time of e^{-delta u} (R/A) E (1+pu/A)^-(R+1)
* p_active       1-(A/(A+t))^R; second way one minus the ratio of the two sums of 2.2 and 2.3
* pmf            negative binomial and incomplete beta; second way of the latter an exact finite sum

Both ways agree to DIGITS digits in every row written (dect to that on its own
scale). Of 304 rows 300 are written; 4 are left out, for want of a second way within the limits of
time and precision, and printed to stderr. The likelihood, P(alive) and the count formula are checked first, by double quadrature of
their definitions.
"""

import random
import sys
from multiprocessing import Pipe, Process

import precise
from flint import arb
from mpmath import mp, mpf
from precise import Disagreement, agree, ball, line_integral, to_arb, to_mpf

DIGITS = 20
SECONDS = 60
HEADER = (
    "model,r,alpha,a,b,x,t_x,T,t,delta,ln_likelihood,log_odds_alive,p_active,p_alive_later,"
    "cet,dect,dert,m,pmf"
)


def scaled_exponential_integral(s, z):
    """e^z E_s(z), real s > 1, z > 0, as a ball. Continued fraction where it is quick."""
    z = z.mid()
    if z + s < 60:
        bits = precise.BITS
        while True:
            precise.flint.ctx.prec = bits
            v = z.expint(s) * z.exp()
            if v.is_finite() and v.rel_accuracy_bits() > 200:
                precise.flint.ctx.prec = precise.BITS
                return v
            bits *= 2
            if bits > 100000:
                raise Disagreement("exponential integral")

    def fraction(n):
        tail = z + s + 2 * n
        for k in range(n, 0, -1):
            tail = (z + s + 2 * (k - 1)) - k * (s + k - 1) / tail
        return 1 / tail

    n, last = 8, arb(0)
    while n < 20000:
        now = fraction(n)
        if abs((now - last).mid()) < now.mid() * arb(2) ** -180:
            return now
        n, last = 2 * n, now
    raise Disagreement("continued fraction")


class Row:
    """One model, one history: everything given alive at T, and P(alive)."""

    def __init__(self, model, r, alpha, a, b, x, t_x, T):
        self.model, self.x = model, x
        self.r, self.alpha, self.t_x, self.T = mpf(r), mpf(alpha), mpf(t_x), mpf(T)
        self.R, self.A = self.r + x, self.alpha + self.T
        self.coin = model != "nbd"
        if self.coin:
            self.a, self.b = mpf(a), mpf(b)
            # number of coins survived, with the one at the first purchase for the MBG
            self.survived = x + (1 if model == "mbg" else 0)
            self.b_alive = self.b + self.survived
        self.may_be_dead = self.coin and self.survived > 0
        if self.may_be_dead:
            odds = mp.log(self.b_alive - 1) - mp.log(self.a)
            self.log_odds = odds - self.R * mp.log(self.A / (self.alpha + self.t_x))
            self.alive = 1 / (1 + mp.exp(-self.log_odds))
        else:
            self.log_odds, self.alive = mp.inf, mpf(1)

    def ln_likelihood(self):
        if self.T == 0:
            return mpf(0)
        r, R, lg = self.r, self.R, mp.loggamma
        head = lg(R) - lg(r) + r * mp.log(self.alpha)
        alive = -R * mp.log(self.A)
        if not self.coin:
            return head + alive
        a, b, n = self.a, self.b, self.survived

        def ln_beta(a, b):
            return lg(a) + lg(b) - lg(a + b)

        alive += ln_beta(a, b + n) - ln_beta(a, b)
        if not self.may_be_dead:
            return head + alive
        dead = ln_beta(a + 1, b + n - 1) - ln_beta(a, b) - R * mp.log(self.alpha + self.t_x)
        top = max(alive, dead)
        return head + top + mp.log1p(mp.exp(min(alive, dead) - top))

    def p_active(self, t):
        first = -mp.expm1(-self.R * mp.log1p(t / self.A)) * self.alive
        if self.may_be_dead:
            # the sums of 2.2 and 2.3, divided by B(a+1, b'-1)
            with mp.workdps(400):
                ratio = (self.b_alive - 1) / self.a
                dead = mp.exp(-self.R * mp.log(self.alpha + self.t_x))
                later = ratio * mp.exp(-self.R * mp.log(self.A + t)) + dead
                now = ratio * mp.exp(-self.R * mp.log(self.A)) + dead
                second = 1 - later / now
            if first > mpf(10) ** -300:
                agree(first, second, DIGITS)
        return first

    def p_alive_later(self, t):
        if not self.coin:
            return mpf(1)
        q = self.R, self.a, self.b_alive, t / self.A
        return self.alive * agree(precise.beta_power(*q), precise.beta_power_second(*q), DIGITS)

    def cet(self, t):
        if not self.coin:
            return self.R / self.A * t
        q = self.R, self.a, self.b_alive, t / self.A
        return self.alive * agree(precise.beta_count(*q), precise.beta_count_second(*q), DIGITS)

    def discounted(self, t, delta):
        """DECT to t and DERT, given alive or not."""
        R, A = self.R, self.A
        if not self.coin:
            rate = R / A / delta
            return -rate * mp.expm1(-delta * t), rate
        total, tail = self.by_dropout(delta, 0), self.by_dropout(delta, t)
        agree(total, self.by_time(delta, 0), DIGITS)
        # the tail may be far smaller than the whole: compared on the scale of what is left
        second = self.by_time(delta, t) if tail > total * mpf(10) ** -40 else mpf(0)
        if abs(tail - second) > (total - tail) * mpf(10) ** -DIGITS:
            raise Disagreement("dect")
        return self.alive * (total - tail), self.alive * total

    def by_dropout(self, delta, t):
        """Discounted purchases after t, given alive: time inside, dropout probability outside."""
        R, A, s = to_arb(self.R), to_arb(self.A), to_arb(self.R) + 1

        def inner(p):
            z = to_arb(delta) * (A / to_arb(p) + to_arb(t))
            shrink = mp.exp(-self.R * mp.log1p(p * t / self.A) - delta * t)
            return to_mpf(R * scaled_exponential_integral(s, z)) / p * shrink

        return precise.beta_mean(self.a, self.b_alive, inner, digits=22)

    def by_time(self, delta, t):
        """The same: dropout probability inside, time outside."""
        def intensity(u):
            return precise.beta_power_second(self.R + 1, self.a, self.b_alive, u / self.A)

        def integrand(y):
            v = mp.exp(y)
            return intensity(t + v) * mp.exp(-delta * (t + v)) * v

        # climb to the hump: far beyond it the intensity is dear and the integrand nothing
        high = mp.floor(min(mp.log(self.A / self.R), -mp.log(delta))) - 4
        while integrand(high + 1) > integrand(high):
            high += 1
        return self.R / self.A * line_integral(integrand, high - 1, high + 1, digits=22)

    def at_least(self, t, m):
        """P(m purchases or more in t) of a customer who never drops out: incomplete beta, and one
        minus the negative binomial sum with digits to spare."""
        R, A = self.R, self.A
        first = ball(lambda: (to_arb(t) / (to_arb(A) + to_arb(t))).beta_lower(arb(m), to_arb(R), 1), 35)
        if first > mpf(10) ** -320:
            with mp.workdps(400):
                z = t / (A + t)
                term = total = mp.exp(-R * mp.log1p(t / A))
                for j in range(m - 1):
                    term *= (R + j) / (j + 1) * z
                    total += term
                agree(first, 1 - total, DIGITS)
        return first

    def pmf(self, t, m):
        R, A, alive = self.R, self.A, self.alive
        if self.coin:
            a, b = self.a, self.b_alive
            lg = mp.loggamma
            go_on = mp.exp(lg(b + m) - lg(b) + lg(a + b) - lg(a + b + m))
            stop = go_on * a / (b + m - 1) if m else mpf(0)
        else:
            go_on, stop = mpf(1), mpf(0)
        ln_nb = mp.loggamma(R + m) - mp.loggamma(R) - mp.loggamma(m + 1)
        ln_nb += m * mp.log(t / (A + t)) - R * mp.log1p(t / A)
        first = go_on * mp.exp(ln_nb)
        if m and self.coin:
            first += stop * self.at_least(t, m)
        return first * alive + (1 - alive if m == 0 else 0)


def check_definitions():
    """Likelihood and count formulas against double quadrature of their definitions, five histories
    a model."""
    histories = [(0, 0, 2), (1, 0.5, 1.5), (2, 2, 2), (4, 1.25, 3), (3, 0.25, 0.75)]
    parameters = [(1.5, 2, 1.25, 2.5), (2.5, 1, 1.5, 1.25), (1.25, 3, 2, 2)]

    def mixed(r, alpha, a, b, given):
        """Mean of given(rate, p) over the gamma and the beta distribution."""

        def integrand(rate, p):
            gamma = alpha**r * rate ** (r - 1) * mp.exp(-alpha * rate) / mp.gamma(r)
            return gamma * p ** (a - 1) * (1 - p) ** (b - 1) / mp.beta(a, b) * given(rate, p)

        with mp.workdps(15):
            return mp.quad(integrand, [0, mp.inf], [0, 1])

    def compare(name, row, brute, formula):
        if abs(brute - formula) > mpf(10) ** -10 * abs(formula):
            raise AssertionError((name, row, brute, formula))

    for model in ("nbd", "bg", "mbg"):
        for i, (x, t_x, T) in enumerate(histories):
            q = r, alpha, a, b = tuple(map(mpf, parameters[i % 3]))
            coins = 0 if model == "nbd" else x + (model == "mbg")

            def alive(rate, p):
                return rate**x * mp.exp(-rate * T) * (1 - p) ** coins

            def given(rate, p):
                """Density of one customer's purchase times: no dropout up to T, or dropout at
                t_x (it can happen at a purchase only)."""
                gone = rate**x * mp.exp(-rate * t_x) * p * (1 - p) ** (coins - 1) if coins else 0
                return alive(rate, p) + gone

            m, t = i, mpf(2)

            def count(rate, p):
                """Density of the history and of m purchases in (T, T+t]."""
                poisson = mp.exp(-rate * t) * (rate * t) ** m / mp.factorial(m)
                if model == "nbd":
                    return given(rate, p) * poisson
                v = (1 - p) ** m * poisson
                if m:
                    v += p * (1 - p) ** (m - 1) * mp.gammainc(m, 0, rate * t, regularized=True)
                return alive(rate, p) * v + (0 if m else given(rate, p) - alive(rate, p))

            row = Row(model, r, alpha, a, b, x, t_x, T)
            whole = mixed(*q, given)
            compare("likelihood", (model, x), mp.log(whole), row.ln_likelihood())
            compare("alive", (model, x), mixed(*q, alive) / whole, row.alive)
            compare("pmf", (model, x), mixed(*q, count) / whole, row.pmf(t, m))


def rounded(v):
    return float(f"{v:.4g}")


def cases():
    """(model, r, alpha, a, b, x, t_x, T, t, delta, m): ordinary, corners, pseudo-random extremes."""
    rng = random.Random(20240607)
    usual = {
        "nbd": (0.385, 84.5, None, None),
        "bg": (0.243, 30.9, 0.793, 2.426),
        "mbg": (0.525, 43.28, 0.891, 1.614),
    }
    deltas = [1e-6, 0.0000261, 0.0002612, 0.001, 0.01, 0.05]
    horizons = [0.01, 1.0, 7.0, 30.5, 91.0, 365.0, 1000.0]
    counts = [0, 1, 2, 3, 5, 10, 30]
    for i in range(36):
        for model, p in usual.items():
            x = [0, 1, 2, 4, 7, 12, 20, 30][i % 8]
            T = float(rng.randint(7, 600))
            t_x = 0.0 if x == 0 else float(rng.randint(min(x, 6), int(T)))
            if i >= 24 and model != "nbd":
                p = tuple(rounded(v * 10 ** rng.uniform(-0.5, 0.5)) for v in p)
            yield (model, *p, x, t_x, T, horizons[i % 7], deltas[i % 6], counts[rng.randint(0, 6)])

    for model in ("bg", "mbg"):
        for q in [
            (0.243, 30.9, 1.0, 2.426, 2, 213.0, 272.0, 364.0, 0.0002612, 2),
            (0.243, 30.9, 1.0, 2.426, 0, 0.0, 272.0, 364.0, 0.0002612, 0),
            (0.243, 30.9, 0.793, 1.0, 1, 35.0, 272.0, 364.0, 0.0002612, 1),
            (0.243, 30.9, 0.793, 1.0, 0, 0.0, 272.0, 364.0, 0.0002612, 1),
            (0.243, 30.9, 0.793, 2.426, 0, 0.0, 0.0, 273.0, 0.0002612, 0),
            (0.243, 30.9, 0.793, 2.426, 0, 0.0, 0.0, 10000.0, 1e-6, 100),
            (1.0, 1.0, 1.0, 1.0, 1, 1.0, 1.0, 1.0, 0.05, 1),
            (1.0, 1.0, 0.5, 0.5, 0, 0.0, 0.0, 10.0, 0.05, 0),
            (1.0, 1.0, 1.0, 1.0, 0, 0.0, 10.0, 10000.0, 1e-6, 1000),
            (2.0, 5.0, 1.0, 1e-3, 1, 10.0, 10.0, 100.0, 0.01, 1),
            (0.5, 10.0, 1.0, 1e4, 5000, 9999.0, 10000.0, 1000.0, 0.001, 500),
            (0.5, 10.0, 1e-3, 1e4, 5000, 10000.0, 10000.0, 10000.0, 1e-6, 5000),
            (0.001, 0.001, 0.001, 0.001, 0, 0.0, 0.0, 10000.0, 1e-6, 0),
            (0.001, 0.001, 0.001, 0.001, 1, 1e-6, 10000.0, 10000.0, 1e-6, 1),
            (10000.0, 0.001, 0.001, 10000.0, 0, 0.0, 0.0, 10000.0, 1e-6, 2),
            (10000.0, 10000.0, 10000.0, 10000.0, 10, 5000.0, 5001.0, 1000.0, 0.05, 1),
            (10000.0, 10000.0, 1.0, 10000.0, 100, 100.0, 100.0, 100.0, 0.01, 100),
            (0.243, 30.9, 0.793, 2.426, 30, 1e-6, 600.0, 1000.0, 0.001, 0),
            (0.25, 28.0, 0.8, 2.5, 200, 266.0, 280.0, 365.0, 0.0002612, 10),
            (0.25, 28.0, 0.8, 2.5, 5000, 280.0, 280.0, 365.0, 0.0002612, 300),
            (0.25, 28.0, 0.8, 2.5, 2, 140.0, 280.0, 0.01, 1e-6, 1),
            (5.0, 100.0, 1.0000001, 2.5, 2, 140.0, 280.0, 365.0, 0.001, 1),
            (5.0, 100.0, 0.9999999, 2.5, 2, 140.0, 280.0, 365.0, 0.001, 1),
        ]:
            yield (model, *q)

    def strata(n, low, high):
        values = [10 ** (low + (high - low) * (k + rng.random()) / n) for k in range(n)]
        rng.shuffle(values)
        return map(rounded, values)

    n = 50
    columns = [strata(3 * n, -3, 4) for _ in range(4)]
    columns += [strata(3 * n, -1, 4), strata(3 * n, -2, 4), strata(3 * n, -6, -1.3)]
    for i, (r, alpha, a, b, T, t, delta) in enumerate(zip(*columns)):
        model = ("nbd", "bg", "mbg", "bg", "mbg")[i % 5]
        x = rng.choice([0, 1, 2, 5, 10, 50, 200, 1000, 5000])
        share = rng.choice([1.0, 1.0, 1e-6, 0.01, 0.5, 0.9, 0.999])
        if i % 12 == 0:
            x, T = 0, 0.0
        t_x = 0.0 if x == 0 else T * share
        mean = t * (r + x) / (alpha + T)
        m = rng.choice([0, 1, 2, 10, 100, min(5000, round(mean)), min(5000, round(mean / 10))])
        if model == "nbd":
            a = b = None
        yield model, r, alpha, a, b, x, t_x, T, t, delta, m


def line_of(model, r, alpha, a, b, x, t_x, T, t, delta, m):
    """One line of the table, or why there is none."""
    try:
        row = Row(model, r, alpha, a, b, x, t_x, T)
        horizon, force = mpf(t), mpf(delta)
        values = [row.ln_likelihood(), row.log_odds, row.p_active(horizon)]
        values += [row.p_alive_later(horizon), row.cet(horizon), *row.discounted(horizon, force)]
        pmf = row.pmf(horizon, m)
    except Disagreement as problem:
        return None, str(problem)
    given = [r, alpha, a, b, x, t_x, T, t, delta]
    fields = [model, *("" if v is None else repr(v) for v in given)]
    fields += ["inf" if v == mp.inf else mp.nstr(v, 25) for v in values]
    return ",".join([*fields, str(m), mp.nstr(pmf, 25)]), None


def with_deadline(f, *arguments):
    """f(*arguments) in a process of its own, given up after SECONDS."""
    here, there = Pipe(False)
    worker = Process(target=lambda: there.send(f(*arguments)))
    worker.start()
    answer = here.recv() if here.poll(SECONDS) else (None, "too slow")
    worker.terminate()
    worker.join()
    return answer


def main():
    check_definitions()
    print(HEADER, flush=True)
    written = dropped = 0
    for case in cases():
        line, problem = with_deadline(line_of, *case)
        if line:
            print(line, flush=True)
            written += 1
        else:
            print("left out:", *case, problem, file=sys.stderr)
            dropped += 1
    print(f"{written} rows, {dropped} left out", file=sys.stderr)


if __name__ == "__main__":
    main()
