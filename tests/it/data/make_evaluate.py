"""Reference table of scores and tests of forecasts: python3 make_evaluate.py > evaluate.csv

One number a line: quantity,case,key,value; lists are separated by blanks, and inputs come before what follows from them.
Everything is made from definitions, in 40 digits or in fractions, and where there are two forms from the other one than a
program would take:

* count        a distribution P(0), P(1), ... of exact doubles, and for each observed y: `log.y` = -ln P(y), `crps.y` =
               E|X-y| - 1/2 E|X-X'|, `pinball.level.y` = the loss of the least q with F(q) >= level; `mean`, `variance`,
               tails.
* model        BG/NBD (r, alpha, a, b) in weeks, history (x, t_x, T), horizon t: the future is integrated over the
               customer's own rate given the history, dead and alive; then as `count`.
* ranking      forecasts and purchases: `gini` = twice the area under the cumulative gains less 1, trapezoids over groups
               of equal forecasts; `best` the same with the purchases as forecasts; `lift.i`, `captured.i` of the i-th of
               `classes`: a group of equal forecasts belongs where its middle lies.
* calibration  `customers.i`, `expected.i`, `actual.i` of classes by ascending forecasts.
* correlation  `pearson`, `spearman` (mean ranks); `p_` by integrating Student's density, `low_`, `high_` at 95 %.
* total        variance of a sum of independent counts and of an error of parameters; 95 % interval.
* value        NBD purchases within t of newcomers and gamma-gamma spend (p, q, v): `crps.y` = E|Y-y| - integral F(1-F).
"""

from fractions import Fraction

from mpmath import atanh, beta, betainc, erfinv, exp, fac, gamma, gammainc, inf, log, mp, mpf, nstr, pi, quad, rf, sqrt, tanh

mp.dps = 40


def row(quantity, case, key, value):
    if isinstance(value, (list, tuple)):
        text = " ".join(repr(float(v)) if not isinstance(v, int) else str(v) for v in value)
    elif isinstance(value, (int, str)):
        text = str(value)
    else:
        if isinstance(value, Fraction):
            value = mpf(value.numerator) / value.denominator
        text = nstr(value, 25)
    print(f"{quantity},{case},{key},{text}")


def scores(quantity, case, p, observed, levels=()):
    """p: exact or mpf probabilities, complete."""
    counts = range(len(p))
    spread = sum(p[i] * p[j] * abs(i - j) for i in counts for j in counts) / 2
    for y in observed:
        if y < len(p) and p[y] > 0:
            value = p[y]
            value = mpf(value.numerator) / value.denominator if isinstance(value, Fraction) else value
            row(quantity, case, f"log.{y}", -log(value))
        row(quantity, case, f"crps.{y}", sum(p[i] * abs(i - y) for i in counts) - spread)
        for level in levels:
            q = next(i for i in counts if sum(p[: i + 1]) >= Fraction(level))
            loss = Fraction(level) * (y - q) if y >= q else (1 - Fraction(level)) * (q - y)
            row(quantity, case, f"pinball.{level}.{y}", loss)
    mean = sum(i * p[i] for i in counts)
    row(quantity, case, "mean", mean)
    row(quantity, case, "variance", sum(i * i * p[i] for i in counts) - mean**2)
    for y in observed:
        row(quantity, case, f"at_least.{y}", sum(p[y:], 0 * p[0]))
        row(quantity, case, f"at_most.{y}", sum(p[: y + 1], 0 * p[0]))


def count_cases():
    tables = {
        "coin": [1, 1],
        "certain": [0, 0, 1],
        "four": [1, 2, 4, 1],
        "late": [0, 0, 1, 6, 1],
        "gap": [5, 0, 0, 0, 3],
        "flat": [1] * 16,
        "steep": [2**20 - 7, 4, 2, 1],
        "two_peaks": [9, 3, 1, 1, 1, 1, 3, 8, 4, 1],
    }
    for case, weights in tables.items():
        total = sum(weights)
        size = 1 << (total - 1).bit_length()
        p = [Fraction(w, size) for w in weights]
        p[0] += 1 - sum(p)
        row("count", case, "p", [float(v) for v in p])
        scores("count", case, p, [0, 1, 2, len(p) + 1], ["0.5", "0.875", "0.125"])


def gamma_mix(shape, rate, f):
    """E f(Gamma(shape, rate)), in w = l^k, where the density has no pole for k of at most the shape."""
    k = min(shape, mpf(1))
    peak = shape / rate
    points = [0] + [(peak * x) ** k for x in (0.01, 0.1, 0.5, 1, 2, 5, 20, 100, 400)]
    density = lambda l: exp(shape * log(rate) + (shape - k) * log(l) - rate * l) / gamma(shape) / k
    return quad(lambda w: density(w ** (1 / k)) * f(w ** (1 / k)), points)


def model_cases():
    old = mp.dps
    mp.dps = 25
    bg = [mpf(v) for v in ("0.243", "4.414", "0.793", "2.426")]
    for case, (x, t_x, age, t) in {
        "bg_two": (2, "30.43", "38.86", 13), "bg_none": (0, "0", "30", 39), "bg_many": (12, "20", "38", 26)
    }.items():
        r, alpha, a, b = bg
        t_x, age, t = mpf(t_x), mpf(age), mpf(t)
        # Likelihood over lambda and p; dead after the last purchase or alive.
        alive = beta(a, b + x) / beta(a, b) * rf(r, x) * alpha**r / (alpha + age) ** (r + x)
        dead = 0 if x == 0 else beta(a + 1, b + x - 1) / beta(a, b) * rf(r, x) * alpha**r / (alpha + t_x) ** (r + x)
        share = alive / (alive + dead)
        shape, rate, b2 = r + x, alpha + age, b + x
        p, m = [], 0
        while m < 4 or p[-1] > mpf(10) ** -16:
            stay = beta(a, b2 + m) / beta(a, b2)
            value = stay * gamma_mix(shape, rate, lambda l: exp(-l * t) * (l * t) ** m / fac(m))
            if m > 0:
                leave = beta(a + 1, b2 + m - 1) / beta(a, b2)
                value += leave * gamma_mix(shape, rate, lambda l: gammainc(m, 0, l * t, regularized=True))
            p.append(value)
            m += 1
            if m > 70:
                break
        p = [share * v for v in p]
        p[0] += 1 - share
        row("model", case, "input", [float(v) for v in (*bg, x, t_x, age, t)])
        assert abs(sum(p) - 1) < mpf(10) ** -12, (case, sum(p))
        scores("model", case, p, [0, 1, 3])
    mp.dps = old


def gains(forecasts, purchases):
    pairs = sorted(zip(forecasts, purchases), key=lambda pair: -pair[0])
    n, total = len(pairs), sum(purchases)
    area, done, before = Fraction(0), Fraction(0), 0
    i = 0
    while i < n:
        j = i
        while j < n and pairs[j][0] == pairs[i][0]:
            j += 1
        bought = Fraction(sum(y for _, y in pairs[i:j]), total)
        area += Fraction(j - i, n) * (done + bought / 2)
        done += bought
        i = j
    return 2 * area - 1


def classes(forecasts, count, descending):
    """Class of each customer: where the middle of its group of equals lies."""
    key = (lambda f: -f) if descending else (lambda f: f)
    order = sorted(forecasts, key=key)
    middle = {f: order.index(f) + Fraction(order.count(f), 2) for f in forecasts}
    return [int(middle[f] * count / len(forecasts)) for f in forecasts]


def lcg(seed, n, most):
    found = []
    for _ in range(n):
        seed = (1103515245 * seed + 12345) % 2**31
        found.append((seed >> 16) % most)
    return found


def ranking_cases():
    for case, seed, n, levels in [("ties", 1, 40, 7), ("fine", 2, 60, 1000), ("all_equal", 3, 12, 1), ("small", 4, 5, 4)]:
        forecasts = [Fraction(f, 8) for f in lcg(seed, n, levels)]
        purchases = [max(0, y - 4) for y in lcg(seed + 100, n, 9)]
        purchases[0] += 1
        row("ranking", case, "forecasts", [float(f) for f in forecasts])
        row("ranking", case, "purchases", purchases)
        row("ranking", case, "gini", gains(forecasts, purchases))
        row("ranking", case, "best", gains(purchases, purchases))
        for count in (10, 3):
            member = classes(forecasts, count, True)
            captured = 0
            for i, c in enumerate(sorted(set(member))):
                bought = sum(y for y, m in zip(purchases, member) if m == c)
                size = member.count(c)
                captured += bought
                row("ranking", case, f"lift.{count}.{i}", Fraction(bought * n, size * sum(purchases)))
                row("ranking", case, f"captured.{count}.{i}", Fraction(captured, sum(purchases)))
        member = classes(forecasts, 4, False)
        for i, c in enumerate(sorted(set(member))):
            row("ranking", case, f"customers.{i}", member.count(c))
            row("ranking", case, f"expected.{i}", sum(f for f, m in zip(forecasts, member) if m == c))
            row("ranking", case, f"actual.{i}", sum(y for y, m in zip(purchases, member) if m == c))


def ranks(values):
    order = sorted(values)
    return [Fraction(2 * order.index(v) + 1 + order.count(v), 2) for v in values]


def pearson(x, y):
    n = len(x)
    mx, my = Fraction(sum(x)) / n, Fraction(sum(y)) / n
    cov = sum((a - mx) * (b - my) for a, b in zip(x, y))
    square = sum((a - mx) ** 2 for a in x) * sum((b - my) ** 2 for b in y)
    return mpf(cov.numerator) / cov.denominator / sqrt(mpf(square.numerator) / square.denominator)


def correlation_cases():
    z = sqrt(mpf(2)) * erfinv(mpf("0.95"))
    for case, seed, n, most in [("many", 5, 50, 6), ("few", 6, 5, 9), ("heavy", 7, 30, 3)]:
        repeats = [1 + v for v in lcg(seed, n, most)]
        cents = [500 + 7 * v + (40 * k if case == "heavy" else 0) for v, k in zip(lcg(seed + 50, n, 900), repeats)]
        row("correlation", case, "repeats", repeats)
        row("correlation", case, "cents", cents)
        for name, r, error in [
            ("pearson", pearson(repeats, cents), lambda r: sqrt(mpf(1) / (n - 3))),
            ("spearman", pearson(ranks(repeats), ranks(cents)), lambda r: sqrt((1 + r * r / 2) / (n - 3))),
        ]:
            nu = mpf(n - 2)
            t = abs(r) * sqrt(nu / (1 - r * r))
            density = lambda u: gamma((nu + 1) / 2) / sqrt(nu * pi) / gamma(nu / 2) * (1 + u * u / nu) ** (-(nu + 1) / 2)
            row("correlation", case, name, r)
            row("correlation", case, f"p_{name}", 2 * quad(density, [t, t + 1, t + 4, t + 16, t + 64, inf]))
            row("correlation", case, f"low_{name}", tanh(atanh(r) - z * error(r)))
            row("correlation", case, f"high_{name}", tanh(atanh(r) + z * error(r)))


def total_cases():
    z = sqrt(mpf(2)) * erfinv(mpf("0.95"))
    for case, tables, error in [("two", [[4, 2, 1, 1], [1, 0, 7]], 0), ("wide", [[4, 4], [1, 6, 1]] * 50, 3), ("low", [[7, 1]], 0)]:
        means, variances = [], []
        for weights in tables:
            p = [Fraction(w, 8) for w in weights]
            mean = sum(i * v for i, v in enumerate(p))
            means.append(mean)
            variances.append(sum((i - mean) ** 2 * v for i, v in enumerate(p)))
        row("total", case, "tables", "/".join(" ".join(str(w / 8) for w in t) for t in tables))
        row("total", case, "error", error)
        mean, variance = sum(means), sum(variances) + error**2
        half = z * sqrt(mpf(variance.numerator) / variance.denominator)
        centre = mpf(mean.numerator) / mean.denominator
        row("total", case, "expected", mean)
        row("total", case, "low", max(mpf(0), centre - half))
        row("total", case, "high", centre + half)


def value_cases():
    old = mp.dps
    mp.dps = 20
    for case, (r, alpha, t, p, q, v) in {
        "usual": ("0.5", 10, 5, "6.25", "3.74", "15.44"), "uneven": ("0.25", 8, 8, "0.5", "1.5", "10")
    }.items():
        r, alpha, t, p, q, v = (mpf(x) for x in (r, alpha, t, p, q, v))
        z = t / (alpha + t)
        pmf = []
        while not pmf or pmf[-1] > mpf(10) ** -16:
            n = len(pmf)
            pmf.append(rf(r, n) / fac(n) * (1 - z) ** r * z**n)
        nothing, counts = pmf[0], list(enumerate(pmf))[1:]
        tail = lambda s: sum(w * betainc(q, p * n, 0, v / (v + s), regularized=True) for n, w in counts)
        density = lambda s: sum(w * exp(p * n * log(s / v) - (p * n + q) * log(1 + s / v)) / beta(p * n, q) / s for n, w in counts)
        knots = lambda a: [a + x for x in (0, 1e-6, 1e-3, 0.1, 1, 4, 10, 25, 60, 200, 1000, 1e4, 1e6)] + [inf]
        mean = p * v / (q - 1) * r / alpha * t
        spread = quad(lambda s: tail(s) * (1 - tail(s)), knots(0))
        row("value", case, "input", [float(x) for x in (r, alpha, t, p, q, v)])
        for y in (0, 10, 60):
            # E|Y - y| = E Y - y + 2 E (y - Y)+
            short = y * nothing + (quad(lambda s: (y - s) * density(s), [0, 1e-9, 1e-6, 1e-3, 0.1, 1, y / 4, y / 2, y]) if y else 0)
            row("value", case, f"crps.{y}", mean - y + 2 * short - spread)
    mp.dps = old


print("quantity,case,key,value")
count_cases()
model_cases()
ranking_cases()
correlation_cases()
total_cases()
value_cases()
