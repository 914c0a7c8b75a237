"""Reference table of what customers say: python3 make_voice.py > voice.csv

One number a line: quantity,case,key,value, in the form of segments.csv. A case lists its inputs first, then what follows
from them by its definition, in 50 digits. "none" = missing or undefined. Weights that must sum to 1 are multiples of a
power of two and do so exactly.

* nps       answers x.i from 0 to 10: `score` = 100 times the mean of +1, 0, -1; `error` = 100 times the standard
            deviation of those (dividing by n) over the root of n.
* report    answers x.i.k of respondent i to factor k from `low` to `high`, weights w.k. `hundred.k`, `thousand.k` = means
            in points, `hundred_error.k` = s/sqrt(n) with n - 1 in s; `hundred`, `thousand` = weighted means of those,
            `hundred_error` from what each respondent adds to it, sum_k w.k (x.i.k - mean.k)/n.k, as a sum of independent
            parts with n/(n-1).
* change    two reports (b. before, a. after): `level.k`, `mix.k` as means of the two orders in which levels and weights
            can be changed one after the other, the mix counted from the mean of both indices; `change` of the index.
* derived   answers x.i.k and overall y.i, all given: `beta.k` by least squares on standardised columns (QR of the rows,
            not of their correlations), `r2` from the residuals, `weight.k` = beta over their sum.
* servqual  expected e.i.j and perceived p.i.j for items j from 0 to 21, weights w.d: `gap.d`, `error.d` from one mean gap
            a customer; `weighted`, `plain` likewise.
* wilson    part of whole: both roots p of (part/whole - p)^2 = z^2 p (1 - p)/whole, with z of `confidence`.
* net       the interval of the score of that many promoters, passives and detractors: where twice the loss of log-likelihood,
            at the likeliest shares with this difference, found by halving on the slope, is z^2; -100 or 100 where it stays
            below.
* limits    mean -+ sigmas * s of x.i, n - 1 in s.
"""

import random

from mpmath import mp, mpf, qr_solve, matrix, erfinv, log, sqrt

mp.dps = 50
rng = random.Random(20261122)


def line(quantity, case, key, value):
    text = "none" if value is None else mp.nstr(value, 25) if isinstance(value, mpf) else repr(value)
    print(f"{quantity},{case},{key},{text}")


def mean(values):
    return mpf(sum(values)) / len(values)


def deviation(values, less=1):
    centre = mean(values)
    return sqrt(sum((v - centre) ** 2 for v in values) / (len(values) - less))


def dyadic(count):
    """Weights with the sum 1 in multiples of 1/64, the first never zero."""
    cuts = sorted(rng.randint(1, 63) for _ in range(count - 1))
    return [(b - a) / 64 for a, b in zip([0] + cuts, cuts + [64])]


def nps(case, answers):
    for i, x in enumerate(answers):
        line("nps", case, f"x.{i}", x)
    net = [100 * (1 if x >= 9 else -1 if x <= 6 else 0) for x in answers]
    line("nps", case, "score", mean(net))
    line("nps", case, "error", deviation(net, 0) / sqrt(len(net)))


def points(low, high):
    return {
        "hundred": lambda x: 100 * (x - low) / mpf(high - low),
        "thousand": lambda x: 1000 * x / mpf(high),
    }


def columns(rows):
    return [[row[k] for row in rows if row[k] is not None] for k in range(len(rows[0]))]


def report(case, low, high, rows, weights):
    line("report", case, "low", low)
    line("report", case, "high", high)
    for i, row in enumerate(rows):
        for k, x in enumerate(row):
            line("report", case, f"x.{i}.{k}", x)
    for k, w in enumerate(weights):
        line("report", case, f"w.{k}", w)
    for name, scale in points(low, high).items():
        scaled = [[None if x is None else scale(mpf(x)) for x in row] for row in rows]
        cols = columns(scaled)
        means = [mean(col) for col in cols]
        for k, col in enumerate(cols):
            line("report", case, f"{name}.{k}", means[k])
            line("report", case, f"{name}_error.{k}", deviation(col) / sqrt(len(col)))
        line("report", case, name, sum(w * m for w, m in zip(weights, means)))
        known = [row for row in scaled if any(x is not None for x in row)]
        added = [
            sum(w * (x - m) / len(col) for w, x, m, col in zip(weights, row, means, cols) if x is not None)
            for row in known
        ]
        n = len(known)
        line("report", case, f"{name}_error", sqrt(mpf(n) / (n - 1) * sum(part**2 for part in added)))
        line("report", case, "n", n)


def change(case, rows_b, rows_a, weights_b, weights_a):
    for name, rows, weights in (("b", rows_b, weights_b), ("a", rows_a, weights_a)):
        for i, row in enumerate(rows):
            for k, x in enumerate(row):
                line("change", case, f"{name}.{i}.{k}", x)
        for k, w in enumerate(weights):
            line("change", case, f"w{name}.{k}", w)
    scale = points(0, 10)["hundred"]
    before, after = ([mean([scale(mpf(x)) for x in col]) for col in columns(rows)] for rows in (rows_b, rows_a))
    index_b = sum(w * s for w, s in zip(weights_b, before))
    index_a = sum(w * s for w, s in zip(weights_a, after))
    middle = (index_a + index_b) / 2
    for k in range(len(before)):
        step = after[k] - before[k]
        line("change", case, f"level.{k}", (weights_b[k] * step + weights_a[k] * step) / 2)
        move = mpf(weights_a[k]) - weights_b[k]
        line("change", case, f"mix.{k}", (move * (before[k] - middle) + move * (after[k] - middle)) / 2)
    line("change", case, "change", index_a - index_b)


def derived(case, rows, overall):
    for i, (row, y) in enumerate(zip(rows, overall)):
        for k, x in enumerate(row):
            line("derived", case, f"x.{i}.{k}", x)
        line("derived", case, f"y.{i}", y)

    def standard(values):
        centre, s = mean(values), deviation(values)
        return [(v - centre) / s for v in values]

    cols = [standard(col) for col in columns(rows)]
    y = matrix(standard(overall))
    x = matrix(len(rows), len(cols))
    for k, col in enumerate(cols):
        for i, value in enumerate(col):
            x[i, k] = value
    beta, _ = qr_solve(x, y)
    rest = y - x * beta
    total = sum(beta)
    for k in range(len(cols)):
        line("derived", case, f"beta.{k}", beta[k])
    line("derived", case, "r2", 1 - sum(r**2 for r in rest) / sum(v**2 for v in y))
    if all(b >= 0 for b in beta):
        for k in range(len(cols)):
            line("derived", case, f"weight.{k}", beta[k] / total)


DIMENSIONS = [range(0, 4), range(4, 9), range(9, 13), range(13, 17), range(17, 22)]


def servqual(case, customers, weights):
    for i, (expected, perceived) in enumerate(customers):
        for j in range(22):
            line("servqual", case, f"e.{i}.{j}", expected[j])
            line("servqual", case, f"p.{i}.{j}", perceived[j])
    for d, w in enumerate(weights):
        line("servqual", case, f"w.{d}", w)
    gaps = [[mean([p[j] - e[j] for j in items]) for items in DIMENSIONS] for e, p in customers]
    root = sqrt(len(customers))
    for d in range(5):
        own = [row[d] for row in gaps]
        line("servqual", case, f"gap.{d}", mean(own))
        line("servqual", case, f"error.{d}", deviation(own) / root)
    for name, parts in (("weighted", weights), ("plain", [mpf(1) / 5] * 5)):
        own = [sum(w * g for w, g in zip(parts, row)) for row in gaps]
        line("servqual", case, name, mean(own))
        line("servqual", case, f"{name}_error", deviation(own) / root)


def wilson(case, part, whole, confidence):
    line("wilson", case, "part", part)
    line("wilson", case, "whole", whole)
    line("wilson", case, "confidence", confidence)
    z2 = 2 * erfinv(mpf(confidence)) ** 2
    share = mpf(part) / whole
    # (1 + z2/n) p^2 - (2 share + z2/n) p + share^2 = 0
    a, b, c = 1 + z2 / whole, -(2 * share + z2 / whole), share**2
    root = sqrt(b * b - 4 * a * c)
    line("wilson", case, "low", (-b - root) / (2 * a))
    line("wilson", case, "high", (-b + root) / (2 * a))


def log_likelihood(counts, shares):
    return sum(count * log(share) for count, share in zip(counts, shares) if count)


def at_difference(counts, theta):
    """The largest log-likelihood of promoters - detractors = theta."""
    promoters, passives, detractors = counts
    low, high = max(mpf(0), -theta), (1 - theta) / 2
    slope = lambda d: (
        (promoters / (d + theta) if promoters else 0)
        + (detractors / d if detractors else 0)
        - (2 * passives / (1 - 2 * d - theta) if passives else 0)
    )
    for _ in range(180):
        middle = (low + high) / 2
        low, high = (middle, high) if slope(middle) > 0 else (low, middle)
    d = (low + high) / 2
    return log_likelihood(counts, (d + theta, 1 - 2 * d - theta, d))


def net(case, counts, confidence):
    for key, count in zip(("promoters", "passives", "detractors"), counts):
        line("net", case, key, count)
    line("net", case, "confidence", confidence)
    z2 = 2 * erfinv(mpf(confidence)) ** 2
    total = sum(counts)
    best = log_likelihood(counts, [mpf(count) / total for count in counts])
    score = mpf(counts[0] - counts[2]) / total
    for key, end in (("low", mpf(-1)), ("high", mpf(1))):
        inside, outside = score, end
        for _ in range(170):
            middle = (inside + outside) / 2
            if 2 * (best - at_difference(counts, middle)) < z2:
                inside = middle
            else:
                outside = middle
        line("net", case, key, 100 * outside)


def limits(case, values, sigmas):
    for i, x in enumerate(values):
        line("limits", case, f"x.{i}", x)
    line("limits", case, "sigmas", sigmas)
    exact = [mpf(x) for x in values]
    line("limits", case, "low", mean(exact) - sigmas * deviation(exact))
    line("limits", case, "high", mean(exact) + sigmas * deviation(exact))


def some(low, high, missing=0.0):
    return None if rng.random() < missing else rng.randint(low, high)


def answered(count, size, low, high, missing):
    """Rows of which every column has at least two entries that differ."""
    while True:
        rows = [[some(low, high, missing) for _ in range(size)] for _ in range(count)]
        if all(len(set(col)) > 1 for col in columns(rows)):
            return rows


for case in range(8):
    nps(case, [rng.randint(0, 10) for _ in range(rng.randint(2, 30))])
for case in range(16):
    low, high = rng.choice([(0, 10), (1, 10), (1, 7), (1, 5)])
    size = rng.randint(1, 5)
    missing = rng.choice([0.0, 0.3])
    report(case, low, high, answered(rng.randint(4, 25), size, low, high, missing), dyadic(size))
for case in range(10):
    size = rng.randint(1, 5)
    before, after = (answered(rng.randint(2, 12), size, 0, 10, 0.0) for _ in range(2))
    change(case, before, after, dyadic(size), dyadic(size))
for case in range(10):
    size = rng.randint(1, 4)
    rows = answered(rng.randint(size + 8, 30), size, 1, 10, 0.0)
    overall = [min(10, max(1, round(mean(row)) + rng.randint(-1, 1))) for row in rows]
    derived(case, rows, overall)
for case in range(6):
    count = rng.randint(2, 6)
    items = lambda: [rng.randint(1, 7) for _ in range(22)]
    servqual(case, [(items(), items()) for _ in range(count)], dyadic(5))
for case, (part, whole, confidence) in enumerate(
    [(0, 1, 0.95), (1, 1, 0.95), (96, 120, 0.95), (30, 38, 0.9), (1, 10**9, 0.99), (10**9, 10**9, 0.99),
     (10**15 // 3, 10**15, 0.999), (3, 7, 1e-6), (0, 5, 0.5)]
):
    wilson(case, part, whole, confidence)
for case in range(5):
    limits(case, [round(rng.uniform(60, 90), 2) for _ in range(rng.randint(2, 12))], rng.choice([1.0, 2.0, 3.0]))
for case, (counts, confidence) in enumerate(
    [((4, 1, 1), 0.95), ((6, 0, 0), 0.95), ((0, 0, 3), 0.9), ((0, 7, 0), 0.95), ((50, 30, 20), 0.95), ((1, 0, 1), 0.99),
     ((0, 5, 2), 0.95), ((3, 5, 0), 0.5), ((2_000_000, 1, 900_000), 0.999), ((9, 0, 1), 0.95), ((1, 100_000, 0), 0.95)]
):
    net(case, counts, confidence)
