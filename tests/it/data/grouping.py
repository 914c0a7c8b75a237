"""Concentration, partitions, migration, answers and clusters for make_segments.py: cases and fields, by definition."""

from itertools import product

from make_exchange import DIGITS, NONE, agree_all, between, exact, powers, simplex, solved, stationary, table
from mpmath import mp, mpf
from precise import Disagreement, agree
from weighing import columns, distance, mean, pairs, seeded, share_out

# Concentration


def running(v):
    return [sum(v[: k + 1]) for k in range(len(v))]


def gini(v):
    """From ranks; again as half the mean difference over the mean. It passes 1 where some are negative."""
    n, total = len(v), sum(v)
    by_rank = sum((2 * i - n - 1) * x for i, x in enumerate(sorted(v), 1)) / (n * total)
    by_pairs = 2 * sum(abs(v[i] - v[j]) for i, j in pairs(n)) / (2 * n * total)
    return agree_all([by_rank, mpf(1)], [by_pairs, mpf(1)])[0]


def abc(v, limits):
    """How many of the largest reach at most the limit, and how many it takes to reach it."""
    reached, total = running(sorted(v, reverse=True)), sum(v)
    within = [sum(c <= limit * total for c in reached) for limit in limits]
    crossing = [1 + sum(c < limit * total for c in reached) for limit in limits]
    return {"within": within, "crossing": crossing}


def concentration(v, limits):
    total = sum(v)
    if not total:
        return {"gini": NONE, "hhi": NONE, "effective": NONE}
    hhi = sum((x / total) ** 2 for x in v)
    lorenz = [c / total for c in running(sorted(v))]
    top = [c / total for c in running(sorted(v, reverse=True))]
    area = sum((a + b) / 2 for a, b in zip([mpf(0), *lorenz], lorenz)) / len(v)
    g = agree_all([gini(v), mpf(1)], [1 - 2 * area, mpf(1)])[0]
    return {"gini": g, "hhi": hhi, "effective": 1 / hhi, "lorenz": lorenz, "top": top, **abc(v, limits)}


def concentration_fields(v, limits):
    return table(n=len(v), x=v, limit=limits) + table(**concentration(exact(v), exact(limits)))


F35 = [1000.0, 500.0, 200.0, 100.0, 60.0, 50.0, 40.0, 25.0, 15.0, 10.0]


def concentration_cases():
    rng = seeded("concentration")
    usual = [0.8, 0.95]
    yield "f35", F35, usual
    yield "f35_four", [1.0, 2.0, 3.0, 4.0], usual
    yield "f46", [0.8, 0.1, 0.1], [0.75, 0.95]
    yield "one", [7.5], usual
    yield "nothing", [0.0, 0.0, 0.0], usual
    yield "equal", [2.5] * 8, [0.5, 0.75, 1.0]
    yield "one_has_all", [0.0, 0.0, 9.0, 0.0], usual
    yield "on_the_limit", [500.0, 250.0, 125.0, 125.0], [0.5, 0.75, 1.0]
    yield "tied", [5.0, 5.0, 5.0, 1.0, 1.0, 1.0], [0.5, 0.8, 0.95]
    for i in range(12):
        n = [3, 7, 20, 30][i % 4]
        x = [powers(rng, -2, 4) for _ in range(n)]
        if i % 3 == 2:
            x = [0.0 if rng.random() < 0.3 else v for v in x[1:]] + [100.0]
        rng.shuffle(x)
        yield f"ordinary_{i + 1}", x, [0.8, 0.95, between(rng, 0.05, 1)]
    yield "tiny", [powers(rng, -300, -290) for _ in range(6)], usual
    yield "huge", [powers(rng, 290, 300) for _ in range(6)], usual


def whale(v):
    """Largest profit first; ratios only where the total is above 0."""
    cumulative, total = running(sorted(v, reverse=True)), sum(v)
    losses = -sum(x for x in v if x < 0)
    peak = max(cumulative)
    money = {"total": total, "losses": losses, "cumulative": cumulative, "peak_money": peak}
    at = 1 + cumulative.index(peak)
    if total <= 0:
        return {**money, "peak_at": at, "peak": NONE, "gini": NONE}
    return {**money, "peak_at": at, "peak": peak / total, "gini": gini(v), "ratio": [c / total for c in cumulative]}


def whale_fields(v):
    return table(n=len(v), x=v) + table(**whale(exact(v)))


F36 = [120.0, 80.0, 40.0, 20.0, 10.0, 5.0, 0.0, -15.0, -30.0, -60.0]


def whale_cases():
    rng = seeded("whale")
    yield "f36", F36
    yield "no_losses", [3.0, 5.0, 2.0]
    yield "only_losses", [-3.0, -5.0, -2.0]
    yield "nothing_left", [10.0, -4.0, -6.0]
    yield "nearly_nothing_left", [10.0, -4.0, -6.0, 2.0**-20]
    yield "one", [4.0]
    yield "zeros_at_peak", [5.0, 0.0, 0.0, -1.0]
    for i in range(12):
        n = [3, 8, 20, 30][i % 4]
        low = [-50, -100, -20][i % 3]
        yield f"ordinary_{i + 1}", [between(rng, low, 100) for _ in range(n)]


# Partitions


def entropy_of(counts):
    total = sum(counts)
    return sum(-mpf(c) / total * mp.log(mpf(c) / total) for c in counts if c)


def compared(a, b):
    """Variation of information in nats, mutual information, Rand index, and that adjusted for chance (1 where both are
    one block or both all single, which are the same partition)."""
    n = len(a)
    cells = [[sum(x == p and y == q for x, y in zip(a, b)) for q in sorted(set(b))] for p in sorted(set(a))]
    by_row, by_column = [sum(row) for row in cells], [sum(column) for column in columns(cells)]
    whole, h_a, h_b = entropy_of([c for row in cells for c in row]), entropy_of(by_row), entropy_of(by_column)
    mutual = h_a + h_b - whole
    plain = 2 * whole - h_a - h_b
    again = -sum(
        mpf(c) / n * (mp.log(mpf(c) / r) + mp.log(mpf(c) / k))
        for row, r in zip(cells, by_row)
        for c, k in zip(row, by_column)
        if c
    )
    scale = max(h_a, h_b, mpf(1))
    agree_all([plain, scale], [again, scale])
    vi, mutual = (mpf(0) if abs(x) < mpf(10) ** -100 else x for x in (plain, mutual))

    def two(c):
        return mpf(c) * (c - 1) / 2

    both, in_a, in_b = sum(two(c) for row in cells for c in row), sum(map(two, by_row)), sum(map(two, by_column))
    together = [((a[i] == a[j]), (b[i] == b[j])) for i, j in pairs(n)]
    alike = sum(p == q for p, q in together)
    if both != sum(p and q for p, q in together) or alike != two(n) + 2 * both - in_a - in_b:
        raise Disagreement("pairs")
    chance = in_a * in_b / two(n)
    top = (in_a + in_b) / 2 - chance
    return {
        "entropy_a": h_a,
        "entropy_b": h_b,
        "mutual_information": mutual,
        "variation_of_information": vi,
        "rand": mpf(alike) / two(n),
        "adjusted_rand": (both - chance) / top if top else mpf(1),
    }


def partitions_fields(a, b):
    return table(n=len(a), a=a, b=b) + table(**compared(a, b))


def partitions_cases():
    rng = seeded("partitions")
    yield "same", [0, 0, 1, 1, 2], [0, 0, 1, 1, 2]
    yield "renamed", [0, 0, 1, 1, 2], [2, 2, 0, 0, 1]
    yield "one_block", [0] * 4, [0] * 4
    yield "all_single", [0, 1, 2, 3], [0, 1, 2, 3]
    yield "single_against_block", [0, 1, 2, 3], [0] * 4
    yield "independent", [0, 0, 1, 1], [0, 1, 0, 1]
    yield "two", [0, 1], [0, 0]
    yield "finer", [0, 0, 0, 1, 1, 1], [0, 0, 1, 2, 2, 3]
    for i in range(14):
        n, k, m = [6, 12, 24, 40][i % 4], 2 + i % 4, 2 + i % 3
        a = [rng.randrange(k) for _ in range(n)]
        b = [x % m if rng.random() < [0.9, 0.5, 0.0][i % 3] else rng.randrange(m) for x in a]
        yield f"ordinary_{i + 1}", a, b


# Migration


def migration(counts, prior):
    """Posterior mean and standard deviation of each row; `none` for a row without counts and prior. The stationary
    vector where every state can be reached from every other."""
    n, p, deviation = len(counts), [], []
    for c, a in zip(counts, prior):
        weights = [x + y for x, y in zip(c, a)]
        total = sum(weights)
        shares = share_out(weights)
        p.append(shares)
        deviation.append([mp.sqrt(s * (1 - s) / (total + 1)) if total else NONE for s in shares])
    reach = [[i == j or p[i][j] not in (0, NONE) for j in range(n)] for i in range(n)]
    for k, i, j in product(range(n), repeat=3):
        reach[i][j] = reach[i][j] or (reach[i][k] and reach[k][j])
    if not all(map(all, reach)):
        return {"p": p, "deviation": deviation, "stationary": [NONE] * n}
    return {"p": p, "deviation": deviation, "stationary": stationary(p)}


def migration_fields(counts, prior):
    return table(states=len(counts), count=counts, prior=prior) + table(**migration(exact(counts), exact(prior)))


def migration_cases():
    rng = seeded("migration")

    def flat(n, a):
        return [[a] * n for _ in range(n)]

    yield "f41", [[9, 1], [5, 5]], flat(2, 0.0)
    yield "empty_row", [[3, 1], [0, 0]], flat(2, 0.0)
    yield "empty_row_with_prior", [[3, 1], [0, 0]], flat(2, 0.5)
    yield "nothing_seen", flat(3, 0), flat(3, 1.0)
    yield "one_way", [[3, 1], [0, 4]], flat(2, 0.0)
    yield "one_way_with_prior", [[3, 1], [0, 4]], flat(2, 2.0**-10)
    yield "to_and_fro", [[0, 7], [2, 0]], flat(2, 0.0)
    for i in range(14):
        n = 2 + i % 5
        most = [5, 100, 10**6][i % 3]
        counts = [[rng.randrange(most) for _ in range(n)] for _ in range(n)]
        uneven = [[powers(rng, -2, 2) for _ in range(n)] for _ in range(n)]
        yield f"ordinary_{i + 1}", counts, [flat(n, 0.0), flat(n, 0.5), flat(n, 1.0), uneven][i % 4]


# Kano's answers: like, must be, neutral, live with, dislike, asked with the feature (row) and without it (column)

KANO = ["QAAAO", "RIIIM", "RIIIM", "RIIIM", "RRRRQ"]
NAMES = "MOAIRQ"


def kano_answers(having, lacking):
    kinds = [KANO[h][m] for h, m in zip(having, lacking)]
    counts = {name: kinds.count(name) for name in NAMES}
    base = sum(counts[name] for name in "AOMI")
    return {
        **counts,
        "better": mpf(counts["A"] + counts["O"]) / base if base else NONE,
        "worse": -mpf(counts["O"] + counts["M"]) / base if base else NONE,
        "category": max(NAMES, key=lambda name: counts[name]),
    }


def kano_answers_fields(having, lacking):
    return table(n=len(having), functional=having, dysfunctional=lacking) + table(**kano_answers(having, lacking))


def kano_answers_cases():
    rng = seeded("kano_answers")
    everything = list(product(range(5), repeat=2))
    yield "whole_table", [h for h, _ in everything], [m for _, m in everything]
    for h, m, name in ((0, 1, "a"), (0, 4, "o"), (1, 4, "m"), (2, 2, "i"), (4, 0, "r"), (0, 0, "q")):
        yield f"only_{name}", [h], [m]
    yield "tie_of_four", [0, 0, 1, 2], [1, 4, 4, 2]
    yield "tie_of_a_and_i", [0, 2], [1, 2]
    yield "only_odd", [4, 0, 4], [0, 0, 4]
    for i in range(12):
        n = [5, 12, 40][i % 3]
        having = [min(4, int(rng.expovariate(0.8))) for _ in range(n)]
        yield f"ordinary_{i + 1}", having, [rng.randrange(5) for _ in range(n)]


# Clusters


def centre(points):
    return [mean(c) for c in columns(points)]


def square(v, w):
    return sum((x - y) ** 2 for x, y in zip(v, w))


def within(groups):
    """Sum of squares about the centres; again from the distances between the members."""
    plain = sum(square(p, c) for g in groups for c in [centre(g)] for p in g)
    again = sum(sum(square(g[i], g[j]) for i, j in pairs(len(g))) / len(g) for g in groups)
    return plain if plain == again == 0 else agree(plain, again, DIGITS)


def members(points, labels):
    return [[p for p, label in zip(points, labels) if label == g] for g in sorted(set(labels))]


def silhouette(points, labels):
    """0 for one alone and where own and next group lie equally near, both at 0 too; `none` for a single group."""
    if len(set(labels)) == 1:
        return [NONE] * len(points)
    found = []
    for i, (p, own) in enumerate(zip(points, labels)):
        away = {
            g: [distance(p, q) for j, (q, label) in enumerate(zip(points, labels)) if label == g and j != i]
            for g in set(labels)
        }
        if not away[own]:
            found.append(mpf(0))
            continue
        inside, outside = mean(away[own]), min(mean(d) for g, d in away.items() if g != own)
        found.append((outside - inside) / max(inside, outside) if max(inside, outside) else mpf(0))
    return found


def labellings(n, k):
    """Every way to put n points into k groups none of which is empty, groups numbered as they appear."""

    def extended(head, used):
        if len(head) == n:
            if used == k:
                yield head
            return
        for label in range(min(used + 1, k)):
            yield from extended([*head, label], max(used, label + 1))

    return extended([], 0)


def best(points, k):
    """Least sum of squares of all partitions into k, and its centres in order; the labels by that order, if only one
    partition has it."""
    least, chosen, ties = None, None, 0
    for labels in labellings(len(points), k):
        groups = members(points, labels)
        value = sum(square(p, c) for g in groups for c in [centre(g)] for p in g)
        if least is None or value < least - mpf(10) ** -60:
            least, chosen, ties = value, labels, 1
        elif abs(value - least) <= mpf(10) ** -60:
            ties += 1
    groups = members(points, chosen)
    order = sorted(range(k), key=lambda g: centre(groups[g]))
    if ties > 1:
        return {"best_within_ss": least, "best_centre": NONE, "best_label": NONE}
    return {
        "best_within_ss": least,
        "best_centre": [centre(groups[g]) for g in order],
        "best_label": [order.index(g) for g in chosen],
    }


def clusters(points, labels, searched):
    groups = members(points, labels)
    width = silhouette(points, labels)
    results = {
        "centre": [centre(g) for g in groups],
        "within_ss": within(groups),
        "total_ss": within([points]),
        "silhouette": width,
        "mean_silhouette": mean(width) if NONE not in width else NONE,
    }
    return results | (best(points, len(groups)) if searched else {})


def clusters_fields(points, labels):
    searched = len(points) <= 9
    inputs = table(n=len(points), dimensions=len(points[0]), groups=len(set(labels)), x=points, label=labels)
    return inputs + table(**clusters(exact(points), labels, searched))


def clouds(rng, n, d, k, width, spread=10):
    centres = [[rng.uniform(-spread, spread) for _ in range(d)] for _ in range(k)]
    labels = [i % k for i in range(n)]
    return [[float(f"{rng.gauss(m, width):.5g}") for m in centres[g]] for g in labels], labels


def clusters_cases():
    rng = seeded("clusters")
    yield "f40", [[1.0], [2.0], [3.0], [10.0], [11.0], [12.0]], [0, 0, 0, 1, 1, 1]
    yield "one_group", [[1.0, 2.0], [3.0, 5.0], [4.0, 4.0]], [0, 0, 0]
    yield "all_alone", [[1.0, 2.0], [3.0, 5.0], [4.0, 4.0]], [0, 1, 2]
    yield "one_alone", [[1.0], [2.0], [3.5], [20.0]], [0, 0, 0, 1]
    yield "doubles", [[1.0, 1.0]] * 3 + [[4.0, 5.0]] * 3, [0, 0, 0, 1, 1, 1]
    yield "same_place", [[1.0, 1.0]] * 4, [0, 0, 1, 1]
    yield "wrong_labels", [[1.0], [2.0], [3.0], [10.0], [11.0], [12.0]], [0, 1, 0, 1, 0, 1]
    yield "square", [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], [0, 0, 1, 1]
    yield "offset", [[1e8 + x] for x in (0.0, 0.5, 1.0, 8.0, 8.5, 9.0)], [0, 0, 0, 1, 1, 1]
    for i in range(12):
        n, d, k = [6, 9, 16, 30][i % 4], 1 + i % 3, 2 + (i // 2) % 3
        yield f"ordinary_{i + 1}", *clouds(rng, n, d, k, [0.5, 3.0, 10.0][i % 3])
    yield "far", *clouds(rng, 9, 2, 3, 1e150, 1e151)


# Gaussian mixtures


def ln_normal(x, m, covariance):
    """By Cholesky; again by determinant and linear system."""
    d, away = len(x), [a - b for a, b in zip(x, m)]
    factor = mp.cholesky(mp.matrix(covariance))
    z = mp.lu_solve(factor, mp.matrix(away))
    ln_root = sum(mp.log(factor[i, i]) for i in range(d))
    plain = -(d * mp.log(2 * mp.pi) + sum(v * v for v in z)) / 2 - ln_root
    form = sum(a * b for a, b in zip(away, solved(covariance, away)))
    again = -(d * mp.log(2 * mp.pi) + mp.log(mp.det(mp.matrix(covariance))) + form) / 2
    return agree_all([plain, mpf(1)], [again, mpf(1)])[0]


def expectation(points, weights, means, covariances):
    """Log-likelihood and responsibilities."""
    total, parts = mpf(0), []
    for x in points:
        logs = [mp.log(w) + ln_normal(x, m, c) for w, m, c in zip(weights, means, covariances)]
        top = max(logs)
        total += top + mp.log(sum(mp.exp(v - top) for v in logs))
        parts.append(share_out([mp.exp(v - top) for v in logs]))
    return total, parts


def maximisation(points, parts, kind):
    """No floor under the covariances. Second moments less squared means confirm them."""
    d, weights, means, covariances = len(points[0]), [], [], []
    for share in columns(parts):
        mass = sum(share)
        m = [sum(s * x[a] for s, x in zip(share, points)) / mass for a in range(d)]

        def moment(a, b, off_a, off_b):
            return sum(s * (x[a] - off_a) * (x[b] - off_b) for s, x in zip(share, points)) / mass

        about = [[moment(a, b, m[a], m[b]) for b in range(d)] for a in range(d)]
        again = [[moment(a, b, 0, 0) - m[a] * m[b] for b in range(d)] for a in range(d)]
        agree_all([v for row in about for v in row], [v for row in again for v in row])
        if kind == "diagonal":
            about = [[v if a == b else mpf(0) for b, v in enumerate(row)] for a, row in enumerate(about)]
        weights.append(mass / len(points))
        means.append(m)
        covariances.append(about)
    return weights, means, covariances


def mixture(points, weights, means, covariances, kind):
    n, d, k = len(points), len(points[0]), len(weights)
    likelihood, parts = expectation(points, weights, means, covariances)
    free = k - 1 + k * d + k * (d * (d + 1) // 2 if kind == "full" else d)
    after = maximisation(points, parts, kind)
    better = expectation(points, *after)[0]
    if better < likelihood:
        raise Disagreement("a step of EM made it worse")
    return {
        "ln_likelihood": likelihood,
        "parameters": free,
        "bic": free * mp.log(n) - 2 * likelihood,
        "responsibility": parts,
        "next_weight": after[0],
        "next_mean": after[1],
        "next_covariance": after[2],
        "next_ln_likelihood": better,
    }


def mixture_fields(points, weights, means, covariances, kind):
    inputs = table(
        n=len(points),
        dimensions=len(points[0]),
        components=len(weights),
        kind=kind,
        x=points,
        weight=weights,
        mean=means,
        covariance=covariances,
    )
    return inputs + table(**mixture(exact(points), exact(weights), exact(means), exact(covariances), kind))


def positive_definite(rng, d, width):
    """L L^T of a lower L with few bits, so that it is exact."""
    low = [[round(rng.uniform(-1, 1) * 64) / 64 if b < a else 0.0 for b in range(d)] for a in range(d)]
    for a in range(d):
        low[a][a] = max(1, round(width * rng.uniform(0.5, 1.5) * 64)) / 64
    return [[sum(low[a][c] * low[b][c] for c in range(d)) for b in range(d)] for a in range(d)]


def mixture_cases():
    rng = seeded("mixture")
    six = [[1.0], [2.0], [3.0], [10.0], [11.0], [12.0]]
    yield "f40_points", six, [0.5, 0.5], [[2.0], [11.0]], [[[1.0]], [[1.0]]], "full"
    yield "one_component", six, [1.0], [[6.0]], [[[25.0]]], "full"
    yield "twins", six, [0.5, 0.5], [[6.0], [6.0]], [[[16.0]], [[16.0]]], "diagonal"
    yield "far_point", [*six, [1e4]], [0.75, 0.25], [[2.0], [11.0]], [[[4.0]], [[1.0]]], "full"
    flat, narrow = [[0.0, 0.0], [1.0, 1.0], [2.0, 2.5], [3.0, 2.5]], [[1.0, 0.999], [0.999, 1.0]]
    yield "nearly_flat", flat, [1.0], [[1.0, 1.0]], [narrow], "full"
    for i in range(14):
        n, d, k = [8, 15, 24][i % 3], 1 + i % 3, 1 + (i % 4 if i % 4 else 2)
        kind = "full" if i % 2 else "diagonal"
        width = [1.0, 2.0, 4.0][i % 3]
        points, _ = clouds(rng, n, d, k, width, 6)
        means = [[float(f"{v + rng.gauss(0, 1):.4g}") for v in points[g]] for g in range(k)]
        covariances = [positive_definite(rng, d, width) for _ in range(k)]
        if kind == "diagonal":
            covariances = [
                [[v if a == b else 0.0 for b, v in enumerate(r)] for a, r in enumerate(c)] for c in covariances
            ]
        yield f"ordinary_{i + 1}", points, simplex(rng, k, 0.5, bits=10), means, covariances, kind


# Similarity


def gower(x, y, ranges, weights):
    """Pairs with something missing are skipped; a range of 0 counts as alike; categories match or not."""
    known = []
    for a, b, r, w in zip(x, y, ranges, weights):
        if NONE in (a, b):
            continue
        if r == NONE:
            known.append((w, mpf(a == b)))
        else:
            known.append((w, 1 - abs(mpf(a) - mpf(b)) / mpf(r) if r else mpf(1)))
    total = sum(w for w, _ in known)
    return {
        "similarity": mean([s for _, s in known]) if known else NONE,
        "weighted": sum(w * s for w, s in known) / total if total else NONE,
    }


def gower_fields(x, y, ranges, weights):
    kinds = ["category" if r == NONE else "number" for r in ranges]
    inputs = table(features=len(x), kind=kinds, x=x, y=y, range=ranges, weight=weights)
    return inputs + table(**gower(x, y, ranges, exact(weights)))


def gower_cases():
    rng = seeded("gower")
    yield "section_2g", [0.25, 1, 1, 0.2], [0.0, 1, 2, 0.0], [1.0, NONE, NONE, 1.0], [1.0] * 4
    yield "nothing_known", [NONE, 1], [2.0, NONE], [4.0, NONE], [1.0, 1.0]
    yield "no_range", [3.0], [3.0], [0.0], [1.0]
    yield "opposite", [0.0, 1], [8.0, 2], [8.0, NONE], [1.0, 1.0]
    yield "weightless", [0.0, 1.0], [8.0, NONE], [8.0, 2.0], [0.0, 1.0]
    for i in range(14):
        n = 2 + i % 6
        ranges = [NONE if rng.random() < 0.4 else powers(rng, -1, 4) for _ in range(n)]
        x, y = ([rng.randrange(3) if r == NONE else between(rng, 0, r) for r in ranges] for _ in range(2))
        x = [NONE if i % 3 == 2 and rng.random() < 0.25 else v for v in x]
        yield f"ordinary_{i + 1}", x, y, ranges, [powers(rng, -1, 1) for _ in range(n)]
