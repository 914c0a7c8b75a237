"""Clusters of thirty customers by two measures, from the definitions: the best of Lloyd's algorithm from every triple of
customers, silhouettes, and expectation maximisation with full covariances, in the units of the measures and 40 digits.

    python3 make_cluster.py > cluster.csv
"""

from itertools import combinations

from mpmath import det, exp, inverse, log, matrix, mp, mpf, nstr, pi, sqrt

mp.dps = 40
K, ROUNDS = 3, 6


def points():
    """Three clouds that touch; decimals, which parse to the same doubles everywhere."""
    state, found = 12345, []
    for i in range(30):
        uniform = []
        for _ in range(6):
            state = (1103515245 * state + 12345) % 2**31
            uniform.append(state / 2**31)
        a, b = sum(uniform[:3]) - 1.5, sum(uniform[3:]) - 1.5
        centre = [(2, 100), (5, 180), (9, 90)][i % 3]
        x, y = centre[0] + 3.4 * a, centre[1] + 70 * b + 20 * a
        found.append((round(x, 3), round(y, 2)))
    return found


def standardised(rows):
    columns = []
    for column in zip(*rows):
        mean = sum(map(mpf, column)) / len(column)
        spread = sqrt(sum((mpf(v) - mean) ** 2 for v in column) / len(column))
        columns.append([(mpf(v) - mean) / spread for v in column])
    return list(zip(*columns))


def square(a, b):
    return sum((u - v) ** 2 for u, v in zip(a, b))


def lloyd(rows, centres):
    """`None` where a cluster loses everybody: the best start does not."""
    labels = None
    while True:
        new = [min(range(K), key=lambda c: square(row, centres[c])) for row in rows]
        if new == labels:
            return labels, sum(square(row, centres[c]) for row, c in zip(rows, labels))
        labels = new
        members = [[r for r, c in zip(rows, labels) if c == k] for k in range(K)]
        if not all(members):
            return None
        centres = [tuple(sum(v) / len(m) for v in zip(*m)) for m in members]


def k_means(rows):
    # In doubles, where the search is: the best is far from the next.
    low = [tuple(map(float, row)) for row in rows]
    found = filter(None, (lloyd(low, triple) for triple in combinations(low, K)))
    labels, _ = min(found, key=lambda found: found[1])
    means = {k: sum(r[0] for r, c in zip(rows, labels) if c == k) / labels.count(k) for k in range(K)}
    order = sorted(range(K), key=means.get)
    labels = [order.index(c) for c in labels]
    members = [[r for r, c in zip(rows, labels) if c == k] for k in range(K)]
    centres = [tuple(sum(v) / len(m) for v in zip(*m)) for m in members]
    return labels, sum(square(row, centres[c]) for row, c in zip(rows, labels))


def silhouettes(rows, labels):
    widths = []
    for i, row in enumerate(rows):
        means = []
        for k in range(K):
            others = [sqrt(square(row, r)) for j, r in enumerate(rows) if labels[j] == k and j != i]
            means.append(sum(others) / len(others))
        inner = means[labels[i]]
        outer = min(m for k, m in enumerate(means) if k != labels[i])
        widths.append((outer - inner) / max(inner, outer))
    return widths


def maximised(rows, shares):
    parts = []
    for k in range(K):
        mass = sum(s[k] for s in shares)
        mean = [sum(s[k] * r[i] for s, r in zip(shares, rows)) / mass for i in range(2)]
        covariance = matrix(2, 2)
        for i in range(2):
            for j in range(2):
                covariance[i, j] = sum(s[k] * (r[i] - mean[i]) * (r[j] - mean[j]) for s, r in zip(shares, rows)) / mass
        parts.append((mass / len(rows), mean, covariance))
    return parts


def density(row, part):
    weight, mean, covariance = part
    d = matrix([row[0] - mean[0], row[1] - mean[1]])
    return weight * exp(-(d.T * inverse(covariance) * d)[0] / 2) / (2 * pi * sqrt(det(covariance)))


def expected(rows, parts):
    total, shares = mpf(0), []
    for row in rows:
        each = [density(row, part) for part in parts]
        total += log(sum(each))
        shares.append([value / sum(each) for value in each])
    return total, shares


def row(key, values):
    print(key + "," + " ".join(v if isinstance(v, str) else nstr(v, 25, strip_zeros=False) for v in values))


def main():
    raw = points()
    rows = standardised(raw)
    labels, inertia = k_means(rows)
    widths = silhouettes(rows, labels)
    print("key,values")
    row("x", [repr(p[0]) for p in raw])
    row("y", [repr(p[1]) for p in raw])
    row("labels", [str(c) for c in labels])
    row("inertia", [inertia])
    row("silhouette", [sum(widths) / len(widths)])
    row("silhouettes", [sum(w for w, c in zip(widths, labels) if c == k) / labels.count(k) for k in range(K)])
    exact = [tuple(map(mpf, p)) for p in raw]
    parts = maximised(exact, [[mpf(c == k) for k in range(K)] for c in labels])
    trace = []
    for _ in range(ROUNDS + 1):
        total, shares = expected(exact, parts)
        trace.append(total)
        final, parts = parts, maximised(exact, shares)
    row("log_likelihoods", trace)
    row("bic", [(K - 1 + 2 * K + 3 * K) * log(len(raw)) - 2 * trace[-1]])
    row("weights", [p[0] for p in final])
    row("means", [v for p in final for v in p[1]])
    row("covariances", [v for p in final for v in p[2]])
    row("memberships_of_first", [v for s in shares for v in s[:1]])


main()
