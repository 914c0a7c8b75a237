"""Reference table of indices and segments: python3 make_segments.py > segments.csv

One number a line: quantity,case,key,value. A case lists its inputs first, then what follows from them; indices follow
the key after dots, from 0 (x.1.2 = row 1, column 2). Inputs are exact doubles and results belong to these doubles;
weights that must sum to 1 are multiples of a power of two and do so exactly, but in the cases named f.., which repeat
inputs of the reference. "none" = undefined or missing. Logarithms are natural. `x.i.j` = alternative (customer,
point) i on criterion (axis) j; `sense` = benefit or cost.

* ahp             a.i.j above the diagonal (below: 1/a.i.j). Principal eigenvector, its eigenvalue `lambda`, geometric
                  means of rows, both with sum 1; CI = (lambda-n)/(n-1), CR = CI/RI by three tables for 3 to 10 (`none`
                  beyond), all 0 below 3.
* ahp_incomplete  the judgements that are known; `completed` makes lambda least. `least_squares` = weights from the
                  logarithms of what is known alone.
* entropy         entropies of column shares over ln m; weights in proportion to 1 - E.
* critic          min-max by sense; correlations (Pearson's, and Spearman's with mean ranks for ties), weights in
                  proportion to sigma * sum (1 - r), sigma that of the min-max values for either.
* combination     of vectors w.k: sum of share.k w.k; product; geometric mean (minimum relative entropy), both over
                  their sums; `alpha` solves G alpha = diag G, over its sum, `game` = sum alpha.k w.k, which may be
                  negative.
* normaliser      of a column: `min_max`, `z_*` (dividing by n or n-1) and `ratio_to_best` (x/max or min/x) by sense,
                  `vector` = x/|x| and `sum` = x/sum as they are, `.._of_inverse` the same of 1/x (positive x only),
                  `target` = 1 - |x-reference| / greatest |x-reference|. `new_..` = another value on the same scale.
* topsis          `vector`: weighted x/|x|, ideal and worst by sense; `min_max`: weighted min-max. A constant column
                  adds nothing; closeness 1/2 where all are equal.
* vikor           S, R, Q at v; `advantage` = Q(2nd) - Q(1st) >= 1/(m-1), `stable` = the first in Q is first in S or R
                  too; `compromise` = the first, the first two if only not stable, else all nearer than 1/(m-1).
* grey            coefficients and weighted grades against `reference`, from the values as they are; `scaled_..` after
                  min-max by sense, against 1 (left out with a constant column). `none` where nothing differs.
* fuzzy           B = A o R by sums of products, greatest minimum, greatest product, and min(1, sum of minima); `share`
                  = B over its sum, `score` = sum of grade * share, `best` = place of the greatest, `none` if tied.
* imd             population z, cost negated; sub-factors count alike, within one hard data 2/3 and survey 1/3, where it
                  has both, criteria of a kind alike.
* tree            node 0 is the root, `weight` that among siblings. `global` weights, `score` (none if a leaf is
                  missing), `renormalised` = known siblings share the weight, a branch without known leaves counts as
                  missing.
* interpolation   between weights a (t = 0) and b (t = 1): line, and in proportion to a^(1-t) b^t (`none` with a zero).
* concentration   `lorenz` from the smallest, `top` from the largest: shares of the first 1, 2, .. of n; numbers of
                  customers `within` a limit (at most that share) and `crossing` it (the one that reaches it included).
* whale           profits from the largest, cumulated; ratios to the total only where it is above 0; `peak_at` counts
                  from 1 and is the first.
* partitions      labels a and b: entropies, mutual and variation of information in nats, Rand and adjusted Rand index.
* migration       counts and Dirichlet parameters `prior` by row: posterior mean and standard deviation; stationary
                  vector of the means, where the chain is irreducible.
* kano_answers    answers 0 to 4 = like, must be, neutral, live with, dislike, with and without the feature; counts, the
                  most frequent (ties M, O, A, I, R, Q), Better and Worse.
* clusters        centres by label, sums of squares, silhouettes; `best_..` of all partitions into as many groups,
                  centres and labels in order of centres, up to 9 points (`none` if several are best).
* mixture         log-likelihood, free parameters, BIC = p ln n - 2 ln L, one step of EM without a floor; `diagonal`
                  keeps variances only.
* gower           mean similarity of known pairs, plain and weighted; a category matches or not.

What has a second form was made in both to DIGITS digits (vectors: of their largest element), optima are confirmed by
derivatives, best partitions by trying all; what is plain arithmetic was made once. Before the first row: the worked
numbers of the reference.
"""

import sys
from itertools import product

import grouping
import weighing
from make_exchange import exact, near, periods, stationary
from mpmath import mp, mpf
from precise import Disagreement
from table import printed


def decimals(text):
    return [mpf(x) for x in text.split()]


def each(name, values, printed_numbers):
    return [(name, v, text) for v, text in zip(values, printed_numbers.split(), strict=True)]


def worked():
    """(formula, computed, printed) of every worked number."""
    yield from worked_weights()
    yield from worked_rankings()
    yield from worked_segments()
    yield from worked_grouping()


def worked_weights():
    f19 = weighing.normalisers(exact([2, 4, 4, 4, 5, 5, 7, 9]), "benefit", mpf(5), mpf(1))
    yield from each("F19", f19["z_population"], "-1.5 -.5 -.5 -.5 0 0 1 2")
    upper = [mpf(x) for x in (9, 5, 2, 1, 1)] + [mpf(1) / 2] + [mpf(1) / 3] + [mpf(1) / 9] * 4
    upper += [1 / mpf(x) for x in (3, 4, 3, 9)] + [1 / mpf(2), mpf(1), 1 / mpf(3), mpf(2), 1 / mpf(2), 1 / mpf(3)]
    drinks = weighing.ahp(7, upper)
    yield from each("F21 drinks", drinks["eigenvector"], ".177 .019 .042 .116 .190 .129 .327")
    yield "F21 drinks CR", drinks["cr_saaty"], ".022"
    yield from each("F22 geometric", drinks["geometric"], ".1787 .0185 .0422 .1165 .1911 .1286 .3243")
    found, _ = weighing.completed(4, {pair: mpf(x) for pair, x in weighing.FOUR.items()})
    yield "F21 completed", found[0], ".7303"
    yield from each("F22 cars", weighing.car_scores(), ".2147 .1497 .1060 .1665 .1438 .2191")
    yield from each("F23", weighing.entropy(exact([[1, 2], [4, 16]]))["weight"], ".358889 .641111")
    three = weighing.ahp(3, exact([2, 3, 2]))
    yield from each("F25 a", three["eigenvector"], ".5396 .2970 .1634")
    yield "F25 CR", three["cr_saaty"], ".0088"
    a, b = decimals("0.5396 0.2970 0.1634"), decimals("0.2 0.5 0.3")
    both = weighing.combination([a, b], decimals("0.5 0.5"))
    yield from each("F25 multiplicative", both["multiplicative"], ".353326 .486184 .160490")
    yield from each("F25 relative entropy", both["relative_entropy"], ".351247 .412026 .236727")
    yield from each("F25 alpha", both["alpha"], ".558122 .441878")
    yield from each("F25 game", both["game"], ".389538 .386701 .223761")


def worked_rankings():
    x, sense, w = weighing.F26
    found = weighing.topsis(exact(x), sense, exact(w))
    yield from each("F26 min-max", found["min_max_closeness"], ".500 .617 .500")
    yield from each("F26 vector", found["vector_closeness"], ".762141 .722178 .237859")
    a = decimals("0.4 0.3 0.2 0.1")
    r = [decimals(row) for row in ("0.5 0.3 0.2 0", "0.2 0.4 0.3 0.1", "0.1 0.3 0.5 0.1", "0 0.2 0.4 0.4")]
    b = weighing.fuzzy(a, r)
    yield from each("F28 sums of products", b["product_sum"], ".28 .32 .31 .09")
    yield from each("F28 max-min", b["min_max"], ".4 .3 .3 .1")
    shares = weighing.share_out(b["min_max"])
    yield from each("F28 max-min share", shares, ".363636 .272727 .272727 .090909")
    scores = [
        sum(g * s for g, s in zip((95, 82, 67, 50), weighing.share_out(v))) for v in (b["product_sum"], b["min_max"])
    ]
    yield "F28 score", scores[0], "78.11"
    halfway = weighing.interpolation(decimals("0.4 0.3 0.2 0.1"), decimals("0.2 0.2 0.2 0.4"), mpf("0.5"))
    yield from each("F30 line", halfway["linear"], ".3 .25 .2 .25")
    yield from each("F30 log-ratio", halfway["log_ratio"], ".304856 .264013 .215566 .215566")


def worked_segments():
    cells = (terciles, nested_terciles)
    for rule, text in zip(cells, ("31 31 33 23 23 22 11 12 12", "31 32 33 23 22 21 11 12 13")):
        yield from each(f"F32 {rule.__name__}", rule([5 * k for k in range(1, 10)], [1, 2, 9, 8, 7, 6, 3, 4, 5]), text)
    yield "F33", sum(w * s for w, s in zip(decimals("0.5 0.3 0.2"), (3, 4, 3))), "3.3"
    yield from each("F34 README, no rule and several", scheme(SCHEMES["README"])[:2], "10 58")
    yield from each("F34 test, no rule, several, idle rules", scheme(SCHEMES["test"]), "36 39 3")
    ten = exact(grouping.F35)
    found = grouping.concentration(ten, decimals("0.8"))
    yield "F35 top 20%", found["top"][1], ".75"
    yield from each("F35 cumulative", found["top"], ".5 .75 .85 .9 .93 .955 .975 .9875 .995 1")
    yield "F35 within", found["within"][0], "2"
    yield "F35 crossing", found["crossing"][0], "3"
    yield "F35 Gini", found["gini"], ".6685"
    yield "F35 HHI", found["hhi"], ".327163"
    yield "F35 effective", found["effective"], "3.0566"
    yield "F35 Gini of four", grouping.gini(exact([1, 2, 3, 4])), ".25"
    curve = grouping.whale(exact(grouping.F36))
    for key, text in (
        ("total", "170"),
        ("peak", "1.617647"),
        ("peak_at", "6"),
        ("losses", "105"),
        ("gini", "1.605882"),
    ):
        yield f"F36 {key}", curve[key], text
    yield "F36 top 20%", curve["ratio"][1], "1.176471"
    ends = [0, 1, 3, 6, 10]
    tiers = [(last - first, sum(ten[first:last]) / sum(ten)) for first, last in zip(ends, ends[1:])]
    yield from each("F37 heads", [heads for heads, _ in tiers], "1 2 3 4")
    yield from each("F37 share", [share for _, share in tiers], ".5 .35 .105 .045")


def terciles(days, orders):
    """Recency from the lowest third of days 3 to the highest 1, frequency upwards."""
    third = len(days) // 3

    def place(v):
        return [sorted(v).index(x) // third for x in v]

    return [10 * (3 - r) + f + 1 for r, f in zip(place(days), place(orders))]


def nested_terciles(days, orders):
    """The same with the thirds of frequency made within each of recency."""
    third = len(days) // 3
    recency = [3 - sorted(days).index(d) // third for d in days]
    frequency = []
    for r, f in zip(recency, orders):
        alike = sorted(g for s, g in zip(recency, orders) if s == r)
        frequency.append(1 + alike.index(f) * 3 // len(alike))
    return [10 * r + f for r, f in zip(recency, frequency)]


# rfm's schemes as lowest and highest scores of R, F and M by rule: that of the README (0.3) and that of its own test.
SCHEMES = {
    "README": (
        ("5323411121", "5544522331"),
        ("5321132311", "5543345535"),
        ("5223144311", "5545555545"),
    ),
    "test": (
        ("4234322111", "5555433212"),
        ("4311121241", "5531132552"),
        ("4311121241", "5531132552"),
    ),
}


def scheme(limits):
    """Of the 125 cells those without a rule and those with several, and the rules that have no cell left when the first
    that matches wins."""
    rules = list(zip(*(zip(map(int, low), map(int, high)) for low, high in limits)))
    matches = [
        [k for k, rule in enumerate(rules) if all(low <= score <= high for score, (low, high) in zip(cell, rule))]
        for cell in product(range(1, 6), repeat=3)
    ]
    idle = len(rules) - len({cell[0] for cell in matches if cell})
    return sum(not cell for cell in matches), sum(len(cell) > 1 for cell in matches), idle


def worked_grouping():
    found = grouping.clusters([[x] for x in exact([1, 2, 3, 10, 11, 12])], [0, 0, 0, 1, 1, 1], True)
    yield from each("F40 centroids", [c[0] for c in found["best_centre"]], "2 11")
    yield "F40 within-SS", found["best_within_ss"], "4"
    yield "F40 within-SS of the labels", found["within_ss"], "4"
    yield "F40 silhouette", found["mean_silhouette"], ".850463"
    states = "0.7 0.2 0.05 0.05", "0.2 0.6 0.1 0.1", "0.05 0.15 0.6 0.2", "0 0 0 1"
    yield from each("F41 periods", periods([decimals(row) for row in states])[:3], "11.354167 10.104167 7.708333")
    for v, k in zip(stationary([decimals("0.9 0.1"), decimals("0.5 0.5")]), (5, 1)):
        yield "F41 stationary", v, mp.nstr(mpf(k) / 6, 20)
    expected = sum(n * p for n, p in zip((10, 30, 60, 200), decimals("0.5 0.2 0.1 0.03")))
    yield "F44", expected, "23"
    for name, text in zip(("one down", "by balance"), ("1", "0")):
        yield f"F45 {name}", downgraded(name), text
    found = grouping.concentration(decimals("0.8 0.1 0.1"), [])
    yield "F46 HHI", found["hhi"], ".66"
    yield "F46 effective", found["effective"], "1.515152"
    pairs = (("0.25", "0", "1"), (1, 1, weighing.NONE), (1, 2, weighing.NONE), ("0.2", "0", "1"))
    yield "2g Gower", grouping.gower(*zip(*pairs), [mpf(1)] * 4)["similarity"], ".6375"


def downgraded(rule):
    """Where a member of tier 2 (from 3000 on; 1 from 1000 on) with 900 goes."""
    earned = sum(900 >= limit for limit in (1000, 3000))
    return max(2 - 1, earned) if rule == "one down" else earned


def check_worked():
    """Every worked number to standard error; whether all agree."""
    good = True
    for name, value, text in worked():
        fits = near(mpf(value), text)
        good &= fits
        print("agrees" if fits else "DIFFERS", name, text, mp.nstr(mpf(value), 12), file=sys.stderr)
    return good


QUANTITIES = {
    weighing: (
        "ahp",
        "ahp_incomplete",
        "entropy",
        "critic",
        "combination",
        "normaliser",
        "topsis",
        "vikor",
        "grey",
        "fuzzy",
        "imd",
        "tree",
        "interpolation",
    ),
    grouping: ("concentration", "whale", "partitions", "migration", "kano_answers", "clusters", "mixture", "gower"),
}


def print_quantity(module, quantity):
    cases, fields_of = getattr(module, f"{quantity}_cases"), getattr(module, f"{quantity}_fields")
    count = lines = 0
    for name, *arguments in cases():
        try:
            fields = fields_of(*arguments)
        except Disagreement as problem:
            print("left out:", quantity, name, problem, file=sys.stderr)
            continue
        for key, value in fields:
            print(quantity, name, key, printed(value), sep=",")
        count, lines = count + 1, lines + len(fields)
    print(f"{quantity}: {count} cases, {lines} lines", file=sys.stderr)


def main():
    if not check_worked():
        sys.exit("a worked number of the reference differs")
    print("quantity,case,key,value")
    for module, names in QUANTITIES.items():
        for quantity in names:
            print_quantity(module, quantity)


if __name__ == "__main__":
    main()
