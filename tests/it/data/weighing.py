"""Weights, scales, rankings and indices for make_segments.py: cases and fields of each quantity, by definition."""

import random

from make_exchange import DIGITS, NONE, agree_all, between, exact, powers, simplex, solved, table, times
from mpmath import mp, mpf
from precise import Disagreement, agree

RANDOM_INDEX = {
    "saaty": "0.52 0.89 1.11 1.25 1.35 1.40 1.45 1.49",
    "donegan_dodd": "0.4914 0.8286 1.0591 1.1797 1.2519 1.3171 1.3733 1.4055",
    "textbook": "0.58 0.90 1.12 1.24 1.32 1.41 1.45 1.49",
}


def seeded(name):
    return random.Random(f"segments {name}")


def share_out(v):
    """v over its sum."""
    total = sum(v)
    return [x / total for x in v] if total else [NONE] * len(v)


def columns(x):
    return [list(column) for column in zip(*x)]


def mean(v):
    return sum(v) / len(v)


def spread(v, less=0):
    """Standard deviation over n - less."""
    middle = mean(v)
    return mp.sqrt(sum((x - middle) ** 2 for x in v) / (len(v) - less))


def senses(rng, n):
    return [rng.choice(["benefit", "cost"]) for _ in range(n)]


# Judgements


def pairs(n):
    return [(i, j) for i in range(n) for j in range(i + 1, n)]


def reciprocal(n, upper):
    """The whole matrix from its upper rows."""
    a = [[mpf(1)] * n for _ in range(n)]
    for (i, j), x in zip(pairs(n), upper, strict=True):
        a[i][j], a[j][i] = x, 1 / x
    return a


def by_squaring(a):
    """Principal eigenvalue and vector (sum 1) from a high power of the matrix."""
    power = mp.matrix(a)
    for _ in range(40):
        power = power * power
        power /= max(abs(x) for x in power)
        rows = power.tolist()
        w = share_out([row[0] for row in rows])
        if all(abs(x - y) <= mpf(10) ** -60 * y for x, y in zip(w, share_out([row[-1] for row in rows]))):
            break
    return sum(times(a, w)), w


def by_polynomial(a):
    """The same from the largest root of the characteristic polynomial, by Newton from above, and a linear system."""
    n = len(a)
    whole, power, c = mp.matrix(a), mp.eye(n), [mpf(1)]
    for k in range(1, n + 1):
        power = whole * power
        c.append(-sum(power[i, i] for i in range(n)) / k)
        power += c[-1] * mp.eye(n)
    root = max(sum(row) for row in a)
    for _ in range(2000):
        value, rise = mp.polyval(c, root, derivative=True)
        step = value / rise
        root -= step
        if abs(step) < mpf(10) ** -70 * root:
            break
    system = [[x - root * (i == j) for j, x in enumerate(row)] for i, row in enumerate(a)]
    system[-1] = [mpf(1)] * n
    return root, solved(system, [mpf(0)] * (n - 1) + [mpf(1)])


def principal(a):
    (top, w), (root, again) = by_squaring(a), by_polynomial(a)
    return agree(top, root, DIGITS), agree_all(w, again)


def geometric(a):
    return share_out([mp.exp(mean([mp.log(x) for x in row])) for row in a])


def consistency(n, top):
    """CI, of a consistent matrix exactly 0, and CR with each table: n < 3 cannot contradict itself, they end at 10."""
    index = (top - n) / (n - 1) if n > 2 else mpf(0)
    index = mpf(0) if abs(index) < mpf(10) ** -60 else index
    ratios = {}
    for name, entries in RANDOM_INDEX.items():
        entries = entries.split()
        ratios[f"cr_{name}"] = mpf(0) if n < 3 else index / mpf(entries[n - 3]) if n < 11 else NONE
    return dict(ci=index, **ratios)


def ahp(n, upper):
    a = reciprocal(n, upper)
    top, w = principal(a) if n > 1 else (mpf(1), [mpf(1)])
    return dict(eigenvector=w, geometric=geometric(a), **{"lambda": top}, **consistency(n, top))


def ahp_fields(n, upper):
    inputs = [(f"a.{i}.{j}", x) for (i, j), x in zip(pairs(n), upper)]
    return [("n", n), *inputs] + table(**ahp(n, exact(upper)))


DRINKS = [
    9,
    5,
    2,
    1,
    1,
    0.5,
    1 / 3,
    1 / 9,
    1 / 9,
    1 / 9,
    1 / 9,
    1 / 3,
    1 / 4,
    1 / 3,
    1 / 9,
    1 / 2,
    1,
    1 / 3,
    2,
    0.5,
    1 / 3,
]


def saaty_scale(rng):
    x = rng.randrange(1, 10)
    return float(x) if rng.random() < 0.5 else 1 / x


def ahp_cases():
    rng = seeded("ahp")
    yield "f21_drinks", 7, DRINKS
    yield "f21_four", 4, [1.0, 5.0, 2.0, 3.0, 4.0, 0.75]
    yield "f25", 3, [2.0, 3.0, 2.0]
    for name, (n, upper) in CAR.items():
        yield f"f22_{name}", n, [float(x) for x in upper]
    yield "single", 1, []
    yield "two", 2, [7.0]
    yield "indifferent", 5, [1.0] * 10
    weights = [2.0**k for k in (0, 3, 1, -2)]
    yield "consistent_1", 4, [weights[i] / weights[j] for i, j in pairs(4)]
    weights = [2.0**k for k in (0, 1, 2, 3, 4, 5, -1, -2, -3, 1)]
    yield "consistent_2", 10, [weights[i] / weights[j] for i, j in pairs(10)]
    yield "contradictory", 3, [9.0, 1 / 9, 9.0]
    for i in range(16):
        n = 3 + i % 8
        if i % 3 == 2:
            upper = [saaty_scale(rng) for _ in pairs(n)]
            yield f"careless_{i + 1}", n, upper
        else:
            w = [10 ** rng.uniform(-0.6, 0.6) for _ in range(n)]
            yield f"ordinary_{i + 1}", n, [float(f"{w[a] / w[b] * rng.uniform(0.6, 1.6):.3g}") for a, b in pairs(n)]
    for i, n in enumerate([3, 5, 8, 12]):
        yield f"wide_{i + 1}", n, [powers(rng, -6, 6) if n < 12 else powers(rng, -1, 1) for _ in pairs(n)]


def least_squares(n, known):
    """Weights nearest to the logarithms of what is known."""
    system = [[mpf(0)] * n for _ in range(n)]
    right = [mpf(0)] * n
    for (i, j), x in known.items():
        for one, other, sign in ((i, j, 1), (j, i, -1)):
            system[one][one] += 1
            system[one][other] -= 1
            right[one] += sign * mp.log(x)
    system[-1], right[-1] = [mpf(1)] * n, mpf(0)
    z = solved(system, right)
    return [mp.exp(x) for x in z]


def completed(n, known):
    """The missing judgements that make the principal eigenvalue least; it is convex in their logarithms."""
    missing = [pair for pair in pairs(n) if pair not in known]
    near = least_squares(n, known)

    def matrix(logs):
        upper = dict(known) | {pair: mp.exp(y) for pair, y in zip(missing, logs)}
        return reciprocal(n, [upper[pair] for pair in pairs(n)])

    def pull(*logs):
        a = matrix(logs)
        w, u = by_squaring(a)[1], by_squaring(columns(a))[1]
        return [u[i] * a[i][j] * w[j] - u[j] * a[j][i] * w[i] for i, j in missing]

    start = [mp.log(near[i] / near[j]) for i, j in missing]
    if len(missing) == 1:
        logs = [mp.findroot(lambda y: pull(y)[0], (start[0], start[0] + mpf("0.01")), tol=mpf(10) ** -100)]
    else:
        logs = list(mp.findroot(pull, start, tol=mpf(10) ** -100))
    for k in range(len(logs)):

        def along(y, k=k):
            return by_polynomial(matrix([*logs[:k], y, *logs[k + 1 :]]))[0]

        step = mpf(10) ** -20
        if abs(along(logs[k] + step) - along(logs[k] - step)) / (2 * step) > mpf(10) ** -30:
            raise Disagreement("the completed matrix is not the most consistent one")
    return [mp.exp(y) for y in logs], matrix(logs)


def ahp_incomplete_fields(n, known):
    inputs = [("n", n)] + [(f"a.{i}.{j}", x) for (i, j), x in known.items()]
    known = {pair: mpf(x) for pair, x in known.items()}
    found, a = completed(n, known)
    missing = [pair for pair in pairs(n) if pair not in known]
    top, w = principal(a)
    results = [(f"completed.{i}.{j}", x) for (i, j), x in zip(missing, found)]
    nearest = share_out(least_squares(n, known))
    return inputs + results + table(eigenvector=w, least_squares=nearest, **{"lambda": top}, **consistency(n, top))


FOUR = {(0, 1): 1.0, (0, 2): 5.0, (0, 3): 2.0, (1, 2): 3.0, (1, 3): 4.0}


def ahp_incomplete_cases():
    rng = seeded("ahp_incomplete")
    yield "f21", 4, FOUR
    yield "chain", 4, {(0, 1): 2.0, (1, 2): 3.0, (2, 3): 0.5}
    yield "star", 5, {(0, j): float(j + 1) for j in range(1, 5)}
    yield "ring", 4, {(0, 1): 2.0, (1, 2): 2.0, (2, 3): 2.0, (0, 3): 0.5}
    for i in range(13):
        n = 3 + i % 4
        spanning = {(rng.randrange(j), j) for j in range(1, n)}
        extra = [pair for pair in pairs(n) if pair not in spanning]
        rng.shuffle(extra)
        keep = spanning | set(extra[: len(extra) - 1 - rng.randrange(min(4, len(extra)))])
        yield f"ordinary_{i + 1}", n, {pair: saaty_scale(rng) for pair in pairs(n) if pair in keep}


# The car hierarchy of F22: judgements published with AHPy, by rows; vehicles in the order sedan, hybrid, Pilot, CR-V,
# Element, Odyssey.

CAR = {
    name: (n, [mpf(x.split("/")[0]) / mpf((x.split("/") + ["1"])[1]) for x in text.split()])
    for name, n, text in (
        ("goal", 4, "3 7 3 9 1 1/7"),
        ("cost", 4, "2 5 3 2 2 1/2"),
        ("capacity", 2, "1/5"),
        ("price", 6, "9 9 1 1/2 5 1 1/9 1/9 1/7 1/9 1/9 1/7 1/2 5 6"),
        ("safety", 6, "1 5 7 9 1/3 5 7 9 1/3 2 9 1/8 2 1/8 1/9"),
        ("passenger", 6, "1 1/2 1 3 1/2 1/2 1 3 1/2 2 6 1 3 1/2 1/6"),
        ("fuel", 6, "1/1.13 1.41 1.15 1.24 1.19 1.59 1.3 1.4 1.35 1/1.23 1/1.14 1/1.18 1.08 1.04 1/1.04"),
        ("resale", 6, "3 4 1/2 2 2 2 1/5 1 1 1/6 1/2 1/2 4 4 1"),
        ("maintenance", 6, "1.5 4 4 4 5 4 4 4 5 1 1.2 1 1 3 2"),
        ("style", 6, "1 7 5 9 6 7 5 9 6 1/6 3 1/3 7 5 1/5"),
        ("cargo", 6, "1 1/2 1/2 1/2 1/3 1/2 1/2 1/2 1/3 1 1 1/2 1 1/2 1/2"),
    )
}


def car_scores():
    w = {name: ahp(n, upper)["eigenvector"] for name, (n, upper) in CAR.items()}
    goal, cost, capacity = w["goal"], w["cost"], w["capacity"]
    leaves = list(zip(["price", "fuel", "maintenance", "resale"], [goal[0] * x for x in cost]))
    leaves += [("safety", goal[1]), ("style", goal[2])]
    leaves += list(zip(["cargo", "passenger"], [goal[3] * x for x in capacity]))
    return [sum(weight * w[leaf][k] for leaf, weight in leaves) for k in range(6)]


# Weights from the data


def criteria_table(rng, m, n, low=-1, high=3):
    return [[powers(rng, low, high) for _ in range(n)] for _ in range(m)]


def entropy(x):
    """Entropies over ln m, a constant column exactly 1, and weights."""
    m, found = len(x), []
    for column in columns(x):
        p = share_out(column)
        plain = -sum(q * mp.log(q) for q in p if q) / mp.log(m)
        total = sum(column)
        again = (mp.log(total) - sum(v * mp.log(v) for v in column if v) / total) / mp.log(m)
        found.append(mpf(1) if len(set(column)) == 1 else agree_all([plain, mpf(1)], [again, mpf(1)])[0])
    return {"entropy": found, "weight": share_out([1 - e for e in found])}


def entropy_fields(x):
    return table(alternatives=len(x), criteria=len(x[0]), x=x) + table(**entropy(exact(x)))


def entropy_cases():
    rng = seeded("entropy")
    yield "f23", [[1.0, 2.0], [4.0, 16.0]]
    yield "constant_column", [[1.0, 5.0, 3.0], [4.0, 5.0, 0.5], [2.0, 5.0, 3.0]]
    yield "all_constant", [[1.0, 5.0], [1.0, 5.0]]
    yield "zeros", [[0.0, 5.0, 0.0], [4.0, 0.0, 0.0], [2.0, 1.0, 3.0]]
    yield "one_has_all", [[0.0, 1.0], [0.0, 2.0], [7.0, 3.0]]
    yield "nearly_constant", [[1.0, 3.0], [1.0 + 2.0**-26, 3.0 - 2.0**-24], [1.0, 3.0]]
    for i in range(12):
        x = criteria_table(rng, 2 + i % 7, 2 + i % 5)
        if i % 4 == 3:
            x[0][0] = 0.0
        yield f"ordinary_{i + 1}", x
    yield "extreme_1", criteria_table(rng, 6, 4, -150, 150)
    yield "extreme_2", criteria_table(rng, 6, 4, 200, 300)


def ranks(v):
    """From 1 up; equals share the mean of their places."""
    return [mpf(sum(y < x for y in v)) + mpf(sum(y == x for y in v) + 1) / 2 for x in v]


def correlation(v, w):
    n = len(v)
    plain = sum((x - mean(v)) * (y - mean(w)) for x, y in zip(v, w)) / (n * spread(v) * spread(w))

    def across(v, w):
        return sum((v[i] - v[j]) * (w[i] - w[j]) for i, j in pairs(n))

    return agree_all([plain, mpf(1)], [across(v, w) / mp.sqrt(across(v, v) * across(w, w)), mpf(1)])[0]


def min_max(column, sense):
    low, high = min(column), max(column)
    if low == high:
        return [NONE] * len(column)
    return [(v - low if sense == "benefit" else high - v) / (high - low) for v in column]


def critic(x, sense):
    scaled = [min_max(column, s) for column, s in zip(columns(x), sense)]
    n = len(scaled)
    pearson = [[mpf(1) if i == j else correlation(scaled[i], scaled[j]) for j in range(n)] for i in range(n)]
    placed = [ranks(column) for column in scaled]
    spearman = [[mpf(1) if i == j else correlation(placed[i], placed[j]) for j in range(n)] for i in range(n)]

    def weights(r):
        return share_out([spread(column) * sum(1 - v for v in row) for column, row in zip(scaled, r)])

    return dict(pearson=pearson, spearman=spearman, weight_pearson=weights(pearson), weight_spearman=weights(spearman))


def critic_fields(x, sense):
    return table(alternatives=len(x), criteria=len(sense), sense=sense, x=x) + table(**critic(exact(x), sense))


def critic_cases():
    rng = seeded("critic")
    yield "opposed", [[1.0, 4.0], [2.0, 3.0], [3.0, 2.0], [5.0, 0.0]], ["benefit", "benefit"]
    yield "two_of_a_kind", [[1.0, 2.0, 3.0], [2.0, 4.0, 1.0], [4.0, 8.0, 2.0]], ["benefit", "benefit", "benefit"]
    yield "ties", [[1.0, 2.0, 3.0], [1.0, 4.0, 1.0], [4.0, 4.0, 1.0], [4.0, 8.0, 1.0]], ["benefit", "cost", "benefit"]
    for i in range(15):
        m, n = 3 + i % 8, 2 + i % 5
        x = [[between(rng, -50, 100) for _ in range(n)] for _ in range(m)]
        if i % 3 == 1:
            x = [[float(rng.randrange(1, 6)) for _ in range(n)] for _ in range(m)]
            for j in range(n):
                x[0][j], x[1][j] = 0.0, 6.0
        yield f"ordinary_{i + 1}", x, senses(rng, n)
    yield "offset", [[1e6 + between(rng, 0, 1) for _ in range(3)] for _ in range(6)], senses(rng, 3)


def game(vectors):
    """Coefficients of the vectors: G alpha = diag G, over their sum; again by least squares."""
    g = [[sum(x * y for x, y in zip(v, w)) for w in vectors] for v in vectors]
    if mp.det(mp.matrix(g)) < mpf(10) ** -60:
        return [NONE] * len(g), [NONE] * len(vectors[0])
    right = [g[k][k] for k in range(len(g))]
    again = list(mp.qr_solve(mp.matrix(g), mp.matrix(right))[0])
    alpha = share_out(agree_all(solved(g, right), again))
    return alpha, [sum(a * v[i] for a, v in zip(alpha, vectors)) for i in range(len(vectors[0]))]


def combination(vectors, shares):
    n, k = len(vectors[0]), len(vectors)
    product = [mp.fprod(v[i] for v in vectors) for i in range(n)]
    alpha, played = game(vectors)
    return {
        "linear": [sum(s * v[i] for s, v in zip(shares, vectors)) for i in range(n)],
        "multiplicative": share_out(product),
        "relative_entropy": share_out([mp.root(x, k) for x in product]),
        "alpha": alpha,
        "game": played,
    }


def combination_fields(vectors, shares):
    inputs = table(vectors=len(vectors), criteria=len(vectors[0]), share=shares, w=vectors)
    return inputs + table(**combination(exact(vectors), exact(shares)))


def combination_cases():
    rng = seeded("combination")
    yield "f25", [[0.5396, 0.2970, 0.1634], [0.2, 0.5, 0.3]], [0.5, 0.5]
    yield "alike", [[0.5, 0.25, 0.25]] * 2, [0.25, 0.75]
    yield "nothing_common", [[0.5, 0.5, 0.0, 0.0], [0.0, 0.0, 0.25, 0.75]], [0.5, 0.5]
    yield "zero_in_one", [[0.5, 0.5, 0.0], [0.25, 0.25, 0.5]], [0.5, 0.5]
    yield "negative_coefficient", [[0.5, 0.25, 0.25], [1.0, 0.0, 0.0]], [0.5, 0.5]
    for i in range(15):
        n, k = 2 + i % 7, 2 + (i % 5 == 4)
        yield f"ordinary_{i + 1}", [simplex(rng, max(n, k), bits=14) for _ in range(k)], simplex(rng, k, bits=10)


# Scales


def normalisers(x, sense, target, new):
    cost = sense == "cost"
    turn = -1 if cost else 1
    varies, positive, whole = len(set(x)) > 1, min(x) > 0, min(x) >= 0 and max(x) > 0
    low, high, none = min(x), max(x), [NONE] * len(x)

    def over(v, scale):
        return [y / scale for y in v] if scale else none

    def norm(v):
        return mp.sqrt(sum(y * y for y in v))

    def z(less):
        return [turn * (v - mean(x)) / spread(x, less) for v in x] if varies else none

    away = [abs(v - target) for v in x]
    inverses = [1 / v for v in x] if positive else none
    near = [1 - d / max(away) for d in away] if max(away) else none
    to_best = over(x, high) if whole else none
    new_to_best = new / high if whole else NONE
    if cost:
        to_best = [low / v for v in x] if positive else none
        new_to_best = low / new if positive and new > 0 else NONE
    return {
        "min_max": min_max(x, sense),
        "z_population": z(0),
        "z_sample": z(1),
        "vector": over(x, norm(x)),
        "vector_of_inverse": over(inverses, norm(inverses)) if positive else none,
        "sum": share_out(x) if whole else none,
        "sum_of_inverse": share_out(inverses) if positive else none,
        "ratio_to_best": to_best,
        "target": near,
        "new_min_max": ((new - low if not cost else high - new) / (high - low)) if varies else NONE,
        "new_z_population": turn * (new - mean(x)) / spread(x) if varies else NONE,
        "new_z_sample": turn * (new - mean(x)) / spread(x, 1) if varies else NONE,
        "new_ratio_to_best": new_to_best,
    }


def normaliser_fields(x, sense, target, new):
    inputs = table(n=len(x), sense=sense, x=x, reference=target, new=new)
    return inputs + table(**normalisers(exact(x), sense, mpf(target), mpf(new)))


def normaliser_cases():
    rng = seeded("normaliser")
    f19 = [2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0]
    yield "f19", f19, "benefit", 5.0, 11.0
    yield "f19_cost", f19, "cost", 5.0, 1.0
    yield "constant", [3.0, 3.0, 3.0], "benefit", 3.0, 4.0
    yield "zeros", [0.0, 0.0, 5.0], "cost", 1.0, 2.0
    yield "all_zero", [0.0, 0.0], "benefit", 1.0, 2.0
    yield "negative", [-3.0, 0.5, 4.0, -1.0], "benefit", 0.0, -5.0
    yield "offset", [1e8 + between(rng, 0, 1) for _ in range(6)], "cost", 1e8, 1e8
    for i in range(14):
        n = 2 + i % 9
        x = [between(rng, -20, 50) if i % 4 == 3 else powers(rng, -2, 4) for _ in range(n)]
        yield f"ordinary_{i + 1}", x, ["benefit", "cost"][i % 2], between(rng, 0, 40), powers(rng, -2, 4)
    yield "tiny", [powers(rng, -300, -290) for _ in range(4)], "benefit", 1e-295, 1e-295
    yield "huge", [powers(rng, 290, 300) for _ in range(4)], "cost", 1e295, 1e300


# Rankings


def distance(v, w):
    return mp.sqrt(sum((x - y) ** 2 for x, y in zip(v, w)))


def closeness(points, ideal, worst):
    to_ideal, to_worst = [distance(p, ideal) for p in points], [distance(p, worst) for p in points]
    shares = [b / (a + b) if a + b else mpf(1) / 2 for a, b in zip(to_ideal, to_worst)]
    return {"to_ideal": to_ideal, "to_worst": to_worst, "closeness": shares}


def topsis(x, sense, w):
    """A constant column says nothing in either variant; with min-max it is left out."""
    turns = [1 if s == "benefit" else -1 for s in sense]
    by_length = [[t * wj * v / mp.sqrt(sum(y * y for y in c)) for v in c] for c, t, wj in zip(columns(x), turns, w)]
    by_range = [
        [mpf(0)] * len(c) if len(set(c)) == 1 else [wj * v for v in min_max(c, s)]
        for c, s, wj in zip(columns(x), sense, w)
    ]
    results = {}
    for name, scaled in (("vector", by_length), ("min_max", by_range)):
        found = closeness(columns(scaled), [max(c) for c in scaled], [min(c) for c in scaled])
        results |= {f"{name}_{key}": v for key, v in found.items()}
    return results


def ranking_inputs(x, sense, w):
    return table(alternatives=len(x), criteria=len(w), sense=sense, weight=w, x=x)


def topsis_fields(x, sense, w):
    return ranking_inputs(x, sense, w) + table(**topsis(exact(x), sense, exact(w)))


F26 = [[1.0, 3000.0], [2.0, 3750.0], [5.0, 4500.0]], ["cost", "benefit"], [0.5, 0.5]


def ranking_cases(name):
    rng = seeded(name)
    yield "f26", *F26
    yield "all_alike", [[2.0, 3.0]] * 3, ["cost", "benefit"], [0.25, 0.75]
    yield (
        "constant_column",
        [[2.0, 3.0, 1.0], [2.0, 5.0, 5.0], [2.0, 4.0, 2.0]],
        ["cost", "benefit", "cost"],
        [0.5, 0.25, 0.25],
    )
    yield "dominated", [[5.0, 1.0], [1.0, 5.0], [0.5, 6.0]], ["benefit", "cost"], [0.5, 0.5]
    yield "weightless", [[5.0, 1.0], [1.0, 5.0], [3.0, 6.0]], ["benefit", "benefit"], [1.0, 0.0]
    for i in range(15):
        m, n = 2 + i % 7, 2 + (3 * i) % 5
        yield f"ordinary_{i + 1}", criteria_table(rng, m, n), senses(rng, n), simplex(rng, n, bits=12)
    x = [[powers(rng, -8, -6), powers(rng, 8, 10), between(rng, 0.9, 1)] for _ in range(5)]
    yield "scales", x, ["benefit", "cost", "benefit"], [0.25, 0.25, 0.5]


def topsis_cases():
    yield from ranking_cases("topsis")


def vikor(x, sense, w, v):
    """A constant column adds nothing; Q is `none` where all S or all R are equal."""
    lacks = [
        [mpf(0)] * len(c) if len(set(c)) == 1 else [wj * (1 - y) for y in min_max(c, s)]
        for c, s, wj in zip(columns(x), sense, w)
    ]
    group, regret = [sum(a) for a in columns(lacks)], [max(a) for a in columns(lacks)]
    if len(set(group)) == 1 or len(set(regret)) == 1:
        return {"s": group, "r": regret, "q": [NONE] * len(x)}
    q = [v * a + (1 - v) * b for a, b in zip(worse(group), worse(regret))]
    order = sorted(range(len(q)), key=lambda i: q[i])
    best, step = order[0], mpf(1) / (len(q) - 1)
    advantage = q[order[1]] - q[best] >= step
    stable = group[best] == min(group) or regret[best] == min(regret)
    if advantage:
        offered = order[:1] if stable else order[:2]
    else:
        offered = [i for i in order if q[i] - q[best] < step]
    chosen = [int(i in offered) for i in range(len(q))]
    return {"s": group, "r": regret, "q": q, "advantage": int(advantage), "stable": int(stable), "compromise": chosen}


def worse(v):
    return [(x - min(v)) / (max(v) - min(v)) for x in v]


def vikor_fields(x, sense, w, v):
    return ranking_inputs(x, sense, w) + table(v=v) + table(**vikor(exact(x), sense, exact(w), mpf(v)))


def unstable(advantage):
    """The first draw whose best in Q is best neither in S nor in R, with or without an advantage."""
    rng = seeded(f"vikor unstable {advantage}")
    while True:
        m, n = 6, 4
        case = criteria_table(rng, m, n, 0, 1), senses(rng, n), simplex(rng, n, bits=12), 0.5
        found = vikor(exact(case[0]), case[1], exact(case[2]), mpf(0.5))
        if (found["stable"], found["advantage"]) == (0, advantage):
            return case


def vikor_cases():
    for i, case in enumerate(ranking_cases("vikor")):
        yield *case, [0.5, 0.5, 0.25, 0.0, 1.0, 0.75][i % 6]
    yield "same_sum", [[0.0, 1.0], [0.5, 0.5], [1.0, 0.0]], ["benefit", "benefit"], [0.5, 0.5], 0.5
    for wanted in (1, 0):
        yield f"unstable_{2 - wanted}", *unstable(wanted)
    yield "clear_winner", [[9.0, 9.0], [1.0, 2.0], [2.0, 1.5]], ["benefit", "benefit"], [0.5, 0.5], 0.5


def grey(x, ideal, rho, w):
    away = [[abs(v - r) for v, r in zip(row, ideal)] for row in x]
    low, high = min(map(min, away)), max(map(max, away))
    if not high:
        return {"coefficient": [[NONE] * len(w) for _ in x], "grade": [NONE] * len(x)}
    xi = [[(low + rho * high) / (d + rho * high) for d in row] for row in away]
    return {"coefficient": xi, "grade": times(xi, w)}


def grey_fields(x, sense, w, rho, ideal):
    inputs = ranking_inputs(x, sense, w) + table(rho=rho, reference=ideal)
    x, w, rho = exact(x), exact(w), mpf(rho)
    plain = grey(x, exact(ideal), rho, w)
    if any(len(set(c)) == 1 for c in columns(x)):
        return inputs + table(**plain)
    scaled = columns([min_max(c, s) for c, s in zip(columns(x), sense)])
    again = grey(scaled, [mpf(1)] * len(w), rho, w)
    return inputs + table(**plain, **{f"scaled_{key}": v for key, v in again.items()})


def grey_cases():
    rng = seeded("grey")
    for i, (name, x, sense, w) in enumerate(ranking_cases("grey")):
        best = [max(c) if s == "benefit" else min(c) for c, s in zip(columns(x), sense)]
        other = [between(rng, 0, 100) for _ in w]
        yield name, x, sense, w, [0.5, 1.0, 0.1, 0.5, 0.01][i % 5], other if i % 4 == 3 else best


# Fuzzy evaluation


def fuzzy(a, r):
    by_grade = columns(r)
    return {
        "product_sum": [sum(x * y for x, y in zip(a, c)) for c in by_grade],
        "min_max": [max(min(x, y) for x, y in zip(a, c)) for c in by_grade],
        "product_max": [max(x * y for x, y in zip(a, c)) for c in by_grade],
        "min_sum": [min(mpf(1), sum(min(x, y) for x, y in zip(a, c))) for c in by_grade],
    }


def fuzzy_fields(a, r, grades):
    inputs = table(factors=len(a), grades=len(grades), weight=a, r=r, grade=grades)
    results = []
    for name, b in fuzzy(exact(a), exact(r)).items():
        shares = share_out(b)
        top = [i for i, x in enumerate(b) if x == max(b)]
        results += table(
            **{
                name: b,
                f"{name}_share": shares,
                f"{name}_score": sum(g * x for g, x in zip(exact(grades), shares)) if sum(b) else NONE,
                f"{name}_best": top[0] if len(top) == 1 else NONE,
            }
        )
    return inputs + results


F28 = (
    [0.4, 0.3, 0.2, 0.1],
    [[0.5, 0.3, 0.2, 0.0], [0.2, 0.4, 0.3, 0.1], [0.1, 0.3, 0.5, 0.1], [0.0, 0.2, 0.4, 0.4]],
    [95.0, 82.0, 67.0, 50.0],
)


def fuzzy_cases():
    rng = seeded("fuzzy")
    yield "f28", *F28
    yield "certain", [0.5, 0.5], [[1.0, 0.0, 0.0], [0.0, 0.0, 1.0]], [3.0, 2.0, 1.0]
    yield "one_factor", [1.0], [[0.25, 0.5, 0.25]], [100.0, 50.0, 0.0]
    yield "weightless", [1.0, 0.0], [[0.25, 0.75], [1.0, 0.0]], [1.0, -1.0]
    for i in range(15):
        n, g = 2 + i % 6, 2 + i % 4
        r = [simplex(rng, g, bits=10, zeros=int(g > 2 and rng.random() < 0.2)) for _ in range(n)]
        yield (
            f"ordinary_{i + 1}",
            simplex(rng, n, bits=10),
            r,
            sorted((between(rng, 0, 100) for _ in range(g)), reverse=True),
        )


# Indices


def imd(x, sense, hard, sub_factor):
    """z of each criterion, of each alternative the mean over sub-factors: within one hard data 2/3 and survey 1/3,
    where it has both."""
    turns = [1 if s == "benefit" else -1 for s in sense]
    z = columns([[t * (v - mean(c)) / spread(c) for v in c] for c, t in zip(columns(x), turns)])
    weight = [mpf(0)] * len(sense)
    groups = sorted(set(sub_factor))
    for g in groups:
        inside = [j for j in range(len(sense)) if sub_factor[j] == g]
        kinds = {kind: [j for j in inside if hard[j] == kind] for kind in ("hard", "survey")}
        for kind, part in (("hard", mpf(2) / 3), ("survey", mpf(1) / 3)):
            for j in kinds[kind]:
                weight[j] = (part if all(kinds.values()) else mpf(1)) / len(kinds[kind]) / len(groups)
    return {"z": z, "weight": weight, "score": times(z, weight)}


def imd_fields(x, sense, kind, sub_factor):
    inputs = table(alternatives=len(x), criteria=len(sense), sense=sense, kind=kind, sub_factor=sub_factor, x=x)
    return inputs + table(**imd(exact(x), sense, kind, sub_factor))


def imd_cases():
    rng = seeded("imd")
    f19 = [[v] for v in (2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0)]
    yield "f19", f19, ["benefit"], ["hard"], [0]
    yield "f19_cost", f19, ["cost"], ["survey"], [0]
    for i in range(14):
        m, n = 2 + i % 6, 2 + i % 9
        groups = 1 + i % min(5, n)
        sub_factor = sorted([j % groups for j in range(n)])
        kinds = [rng.choice(["hard", "survey"]) for _ in range(n)]
        x = [[between(rng, 1, 10) if k == "survey" else powers(rng, -1, 5) for k in kinds] for _ in range(m)]
        yield f"ordinary_{i + 1}", x, senses(rng, n), kinds, sub_factor


def tree(parent, weight, value):
    """Weights down the path, the score, and the score without missing leaves, their siblings sharing what they had."""
    n = len(parent)
    children = [[j for j in range(n) if parent[j] == i] for i in range(n)]
    whole = [mpf(1)] * n
    for i in range(1, n):
        whole[i] = whole[parent[i]] * weight[i]
    leaves = [i for i in range(n) if not children[i]]

    def score(i):
        if not children[i]:
            return value.get(i)
        known = [(weight[j], s) for j in children[i] for s in [score(j)] if s is not None]
        total = sum(w for w, _ in known)
        return sum(w * s for w, s in known) / total if total else None

    complete = all(i in value for i in leaves)
    plain = sum(whole[i] * value[i] for i in leaves) if complete else NONE
    shared = score(0)
    if complete:
        agree_all([plain, mpf(1)], [shared, mpf(1)])
    return {
        "global": [whole[i] for i in range(n)],
        "score": plain,
        "renormalised": NONE if shared is None else shared,
    }


def tree_fields(parent, weight, value):
    inputs = table(nodes=len(parent)) + [(f"parent.{i}", p) for i, p in enumerate(parent) if i]
    inputs += [(f"weight.{i}", w) for i, w in enumerate(weight) if i]
    has_children = set(parent[1:])
    inputs += [(f"value.{i}", value.get(i, NONE)) for i in range(len(parent)) if i not in has_children]
    return inputs + table(**tree(parent, exact(weight), {i: mpf(v) for i, v in value.items()}))


def random_tree(rng, depth, widest):
    parent, level = [-1], [0]
    weight = [1.0]
    for step in range(depth):
        following = []
        for node in level:
            if step and rng.random() < 0.3:
                continue
            parts = simplex(rng, rng.randrange(2, widest + 1), bits=10)
            for part in parts:
                parent.append(node)
                weight.append(part)
                following.append(len(parent) - 1)
        level = following
    return parent, weight


def tree_cases():
    rng = seeded("tree")
    yield "leaf_only_child", [-1, 0, 1], [1.0, 1.0, 1.0], {2: 3.5}
    yield "branch_missing", [-1, 0, 0, 1, 1], [1.0, 0.25, 0.75, 0.5, 0.5], {2: 8.0}
    yield "all_missing", [-1, 0, 0], [1.0, 0.25, 0.75], {}
    yield "weightless_known", [-1, 0, 0], [1.0, 0.0, 1.0], {1: 2.0}
    for i in range(16):
        parent, weight = random_tree(rng, 1 + i % 3, 2 + i % 3)
        leaves = [k for k in range(1, len(parent)) if k not in parent]
        value = {k: between(rng, -2, 2) if i % 2 else between(rng, 0, 1) for k in leaves}
        if i % 3 == 2:
            for k in rng.sample(leaves, max(1, len(leaves) // 4)):
                del value[k]
        yield f"{'gaps' if i % 3 == 2 else 'ordinary'}_{i + 1}", parent, weight, value


def interpolation(a, b, t):
    linear = [(1 - t) * x + t * y for x, y in zip(a, b)]
    if min(a + b) <= 0:
        return {"linear": linear, "log_ratio": [NONE] * len(a)}
    path = share_out([x ** (1 - t) * y**t for x, y in zip(a, b)])
    centred = [[mp.log(v) - mean([mp.log(u) for u in w]) for v in w] for w in (a, b)]
    again = share_out([mp.exp((1 - t) * x + t * y) for x, y in zip(*centred)])
    return {"linear": linear, "log_ratio": agree_all(path, again)}


def interpolation_fields(a, b, t):
    return table(n=len(a), a=a, b=b, t=t) + table(**interpolation(exact(a), exact(b), mpf(t)))


F30 = [0.4, 0.3, 0.2, 0.1], [0.2, 0.2, 0.2, 0.4], 0.5


def interpolation_cases():
    rng = seeded("interpolation")
    yield "f30", *F30
    yield "start", [0.25, 0.75], [0.5, 0.5], 0.0
    yield "end", [0.25, 0.75], [0.5, 0.5], 1.0
    yield "zero", [0.0, 0.5, 0.5], [0.25, 0.25, 0.5], 0.5
    yield "same", [0.125, 0.375, 0.5], [0.125, 0.375, 0.5], 0.3
    for i in range(14):
        n = 2 + i % 7
        wide = [0.5, 1.0, 3.0][i % 3]
        yield (
            f"ordinary_{i + 1}",
            simplex(rng, n, wide),
            simplex(rng, n, wide),
            [0.5, between(rng, 0, 1), 1e-9, 0.999][i % 4],
        )
