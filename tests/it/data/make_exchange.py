"""Reference table of value, choice and worth: python3 make_exchange.py > exchange.csv

One number a line: quantity,case,key,value. A case lists its inputs first, then what follows from them; indices follow
the key after dots, from 0 (p.1.2 = row 1, column 2). Inputs are exact doubles; probabilities, shares and weights that
must sum to 1 are multiples of a power of two and do so exactly. Only the cases named f.. repeat the worked numbers of
the reference in decimals. "none" = undefined. As a factor v = 1/(1+d); logarithms and exponentials are natural.

* chain        V = R + v P R + v^2 P^2 R + ...: the reward of the present state falls now. `v` without end,
               `v_horizon` with the rewards of periods 0 to `horizon`. `stationary` solves pi P = pi. Rows of
               `leaking` chains sum to less than 1, the rest leaves for good; `absorbing` ones end in states that keep
               everything and pay nothing, so that d = 0 is legal there too. `periods` = expected periods in the other
               states, the present one counted (0 in an absorbing state).
* market       offer i of `offers` has the utility u_i = scale * sum of weight_a x_i_a; the customer of k chooses j
               with the logit of u_j + inertia [j = k], row k of `p`. Firm 0 earns `margin` in every period in which
               it is chosen, now from its present customers: R = (margin, 0, 0, ...), `v` as in chain. `equity` =
               customers * sum of shares_k v_k, `long_run.k` the stationary share of k. `dv.k.a` and `dequity.a` are
               derivatives in x_0_a.
* blattberg    a = c_a (1 - exp(-k_a A)), r = c_r (1 - exp(-k_r R)), CLV = (m (1+d) - R)/(1+d-r), greatest at R =
               `retention_spend`, CE = a CLV - A at A = `acquisition_spend`; marginal costs dA/da and dR/dr there
               (above CLV at spend 0).
* multiple     sum of r^t (1+g)^t v^t from t = 0 (`now`), r^t (1+g)^(t-1) v^t from t = 1 (`after_one_period`).
* berger_nasr  sum of margin r^t v^t for t = 0..n less promotion r^(t-1) v^(t-1/2) for t = 1..n.
* tenure       sum of m_t r^t v^t over the schedule (`stop`), then its last margin (`held`) or `flat_margin` (`flat`)
               for ever.
* leverage     uplift = value after over value before, less 1, when churn 1-r falls by `points` or by the `fraction`
               of itself, of (1+d)/(1+d-r) (`now`) and r/(1+d-r) (`after`); elasticities of both in r, before the cut.
* maut         1 + K = product of 1 + K k_i, K > -1 (0 where the k_i sum to 1), 1 + K u = product of 1 + K k_i u_i.
* ces          (sum of a_i x_i^rho)^(1/rho), at rho = 0 the product of x_i^a_i.
* choquet      sum of phi_i x_i - 1/2 sum over pairs of I_i_j |x_i - x_j|.
* nested       within a nest softmax of v/lambda, nests softmax of lambda ln sum exp(v/lambda), `logsum` the ln sum of
               the latter.
* allocation   maximum of sum s_i (1 - exp(-k_i b_i)) where the b_i >= 0 sum to the budget, and the multiplier.
* trajectory   of points on days: `length` of the path, `displacement`, their ratio, angle between steps in degrees
               (`heading.i` at point i), `progress.i` = how much nearer to the ideal step i led, `progress_total`.
* kano         curves through (0, DI) and (1, SI): a exp(x) + b, -a exp(-x) + b and the line, with their slopes.
* mnl          softmax of x beta in each situation, log-likelihood of the chosen, its gradient.

Sums, solutions, roots and optima were made in two ways that agree to DIGITS digits (vectors: of their largest element),
derivatives are central differences of the definition with two steps; what is plain arithmetic was made once. Before the
first row: the worked numbers of the reference.
"""

import random
import sys
from itertools import combinations

from mpmath import mp, mpf
from precise import Disagreement, agree
from table import printed, rounded

mp.dps = 120
DIGITS = 26
STEP = mpf(10) ** -20
NONE = "none"


# Drawing of inputs


def seeded(name):
    return random.Random(f"exchange {name}")


def between(rng, low, high):
    return rounded(rng.uniform(low, high))


def powers(rng, low, high):
    return rounded(10 ** rng.uniform(low, high))


def simplex(rng, n, spread=1.0, bits=20, zeros=0):
    """n multiples of 2^-bits that sum to 1; `zeros` of them are 0."""
    draws = [mp.e ** (spread * rng.gauss(0, 1)) for _ in range(n - zeros)]
    parts = [max(1, int(2**bits * w / sum(draws))) for w in draws] + [0] * zeros
    parts[parts.index(max(parts))] += 2**bits - sum(parts)
    rng.shuffle(parts)
    return [p / 2**bits for p in parts]


def exact(v):
    return [exact(w) for w in v] if isinstance(v, (list, tuple)) else mpf(v)


def rows(key, v):
    """(key, value) pairs of a number, a vector or a matrix."""
    if isinstance(v, (list, tuple)):
        return [row for i, w in enumerate(v) for row in rows(f"{key}.{i}", w)]
    return [(key, v)]


def table(**named):
    return [row for key, v in named.items() for row in rows(key, v)]


# Confirmation


def agree_all(first, second, digits=DIGITS):
    """The first vector, if the second confirms it on the scale of its largest element."""
    scale = max(abs(v) for v in first)
    for one, two in zip(first, second, strict=True):
        if abs(one - two) > mpf(10) ** -digits * scale:
            raise Disagreement(f"{mp.nstr(one, 30)} against {mp.nstr(two, 30)}")
    return first


def slope(f, at):
    """Derivative of f there, by central differences with two steps."""

    def quotient(step):
        return (f(at + step) - f(at - step)) / (2 * step)

    first, second = quotient(STEP), quotient(3 * STEP)
    return first if first == second == 0 else agree(first, second, DIGITS)


def slopes(f, at):
    """Gradient of f at a vector."""

    def along(i):
        return slope(lambda v: f([*at[:i], v, *at[i + 1 :]]), at[i])

    return [along(i) for i in range(len(at))]


def halved(f, low, high):
    """Where an increasing f crosses 0."""
    for _ in range(int(mp.prec) + 20):
        middle = (low + high) / 2
        low, high = (low, middle) if f(middle) > 0 else (middle, high)
    return (low + high) / 2


def golden(f, low, high):
    """Where f with one hump is greatest, to half the digits at work."""
    ratio = (mp.sqrt(5) - 1) / 2
    left, right = high - ratio * (high - low), low + ratio * (high - low)
    at_left, at_right = f(left), f(right)
    while high - low > mpf(10) ** (-mp.dps // 3):
        if at_left < at_right:
            low, left, at_left = left, right, at_right
            right = low + ratio * (high - low)
            at_right = f(right)
        else:
            high, right, at_right = right, left, at_left
            left = high - ratio * (high - low)
            at_left = f(left)
    return (low + high) / 2


# Chains


def solved(a, b):
    return list(mp.lu_solve(mp.matrix(a), mp.matrix(b)))


def times(a, b):
    return [sum(x * y for x, y in zip(row, b)) for row in a]


def discounted(p, d):
    return [[x / (1 + d) for x in row] for row in p]


def identity_less(a):
    return [[(i == j) - x for j, x in enumerate(row)] for i, row in enumerate(a)]


def doubled_series(a, r):
    """r + a r + a^2 r + ..., the number of terms doubled until the next ones vanish."""
    a, total = mp.matrix(a), mp.matrix(r)
    for _ in range(400):
        total += a * total
        a *= a
        if max(abs(x) for x in a) < mpf(10) ** -60:
            return list(total)
    raise Disagreement("series")


def endless(p, r, d):
    a = discounted(p, d)
    return agree_all(solved(identity_less(a), r), doubled_series(a, r))


def finite(p, r, d, horizon):
    """Backwards from the last reward."""
    a, value = discounted(p, d), r
    for _ in range(horizon):
        value = [x + y for x, y in zip(r, times(a, value))]
    return value


def finite_again(p, d, horizon, without_end):
    """The endless value less that of what comes after the horizon."""
    tail = without_end
    for _ in range(horizon + 1):
        tail = times(discounted(p, d), tail)
    return [x - y for x, y in zip(without_end, tail)]


def stationary(p):
    """Solution of pi (I - P) = 0, sum 1; again from a high power of the chain that waits every other time."""
    n = len(p)
    columns = [list(column) for column in zip(*identity_less(p))]
    columns[-1] = [mpf(1)] * n
    solution = solved(columns, [mpf(0)] * (n - 1) + [mpf(1)])
    lazy = mp.matrix(p) / 2 + mp.eye(n) / 2
    for _ in range(120):
        lazy *= lazy
        lazy = mp.matrix([[x / sum(row) for x in row] for row in lazy.tolist()])
    return agree_all(solution, lazy.tolist()[0])


def periods(p):
    """Expected periods in the states that are left at last."""
    n = len(p)
    passing = [i for i in range(n) if p[i][i] != 1]
    q = [[p[i][j] for j in passing] for i in passing]
    ones = [mpf(1)] * len(passing)
    counts = agree_all(solved(identity_less(q), ones), doubled_series(q, ones))
    return [counts[passing.index(i)] if i in passing else mpf(0) for i in range(n)]


def chain_results(kind, p, r, d, horizon):
    p, r, d = exact(p), exact(r), mpf(d)
    if kind == "absorbing" and d == 0:
        passing = [i for i in range(len(p)) if p[i][i] != 1]
        inner = endless([[p[i][j] for j in passing] for i in passing], [r[i] for i in passing], d)
        v = [inner[passing.index(i)] if i in passing else mpf(0) for i in range(len(p))]
    else:
        v = endless(p, r, d)
    results = table(v=v, v_horizon=agree_all(finite(p, r, d, horizon), finite_again(p, d, horizon, v)))
    if kind in ("leaking", "absorbing"):
        return results + table(periods=periods(p))
    return results + table(stationary=stationary(p))


def pfeifer_carraway():
    """Recency 1 to 4 and former customers; a purchase of 40 - 4 by those of recency 1, mailings of 4 to the others."""
    p = [[0.3, 0.7, 0, 0, 0], [0.2, 0, 0.8, 0, 0], [0.15, 0, 0, 0.85, 0], [0.05, 0, 0, 0, 0.95], [0, 0, 0, 0, 1]]
    return "absorbing", p, [36, -4, -4, -4, 0], 0.2, 4


def random_chain(rng, kind, n):
    if kind == "ergodic":
        return [simplex(rng, n, spread=rng.choice([0.5, 1.5])) for _ in range(n)]
    if kind == "sticky":
        stay = [2.0**-k for k in (3, 7, 11)]
        return [
            [(1 - s) + s * x if i == j else s * x for j, x in enumerate(simplex(rng, n, bits=16))]
            for i in range(n)
            for s in [rng.choice(stay)]
        ]
    if kind == "periodic":
        half = n // 2
        sides = [simplex(rng, half) for _ in range(n)]
        return [[0.0] * half + s if i < half else s + [0.0] * half for i, s in enumerate(sides)]
    if kind == "leaking":
        return [simplex(rng, n + 1, spread=1.5)[:n] for _ in range(n)]
    ends = 1 + n // 6
    moving = [simplex(rng, n, spread=1.5) for _ in range(n - ends)]
    return moving + [[float(i == j) for j in range(n)] for i in range(n - ends, n)]


def chain_cases():
    rng = seeded("chain")
    yield "f54", *pfeifer_carraway()
    yield "periodic_0", "periodic", [[0.0, 1.0], [1.0, 0.0]], [12.5, -3.0], 0.1, 1
    leak = 2.0**-20
    slow = [[0.5, 0.5 - leak], [0.25, 0.75]]
    yield "leaking_0", "leaking", slow, [10.0, -2.5], 0.0, 60
    kinds = ["ergodic"] * 7 + ["sticky"] * 3 + ["periodic"] + ["leaking"] * 7 + ["absorbing"] * 5
    for i, kind in enumerate(kinds):
        n = 4 if kind == "periodic" else 3 + i % 6 if kind == "absorbing" else 2 + i % 7
        p = random_chain(rng, kind, n)
        r = [between(rng, -50, 100) for _ in range(n)]
        if kind == "absorbing":
            r = [0.0 if p[k][k] == 1 else r[k] for k in range(n)]
        d = [0.01, 0.1, 0.2][i % 3]
        if kind in ("leaking", "absorbing") and i % 2:
            d = 0.0
        yield f"{kind}_{i + 1}", kind, p, r, d, [0, 1, 2, 5, 12, 60][i % 6]


def chain_fields(kind, p, r, d, horizon):
    inputs = table(kind=kind, states=len(p), d=d, horizon=horizon, p=p, r=r)
    return inputs + chain_results(kind, p, r, d, horizon)


# Market


def softmax(utilities):
    top = max(utilities)
    powers_of_e = [mp.exp(u - top) for u in utilities]
    return [x / sum(powers_of_e) for x in powers_of_e]


def utilities_of(weights, scale, offers):
    return [scale * sum(w * x for w, x in zip(weights, offer)) for offer in offers]


def switching(utilities, inertia):
    n = len(utilities)
    return [softmax([utilities[j] + inertia * (j == k) for j in range(n)]) for k in range(n)]


def market_values(weights, scale, offers, inertia, margin, d):
    p = switching(utilities_of(weights, scale, offers), inertia)
    return solved(identity_less(discounted(p, d)), [margin] + [mpf(0)] * (len(offers) - 1))


def market_fields(weights, scale, offers, inertia, margin, d, customers, shares):
    inputs = table(
        offers=len(offers), weight=weights, scale=scale, x=offers, inertia=inertia, margin=margin, d=d,
        customers=customers, shares=shares,
    )
    weights, offers, shares = exact(weights), exact(offers), exact(shares)
    scale, inertia, margin, d = exact([scale, inertia, margin, d])
    u = utilities_of(weights, scale, offers)
    p = switching(u, inertia)
    v = endless(p, [margin] + [mpf(0)] * (len(offers) - 1), d)

    def values(own):
        return market_values(weights, scale, [own, *offers[1:]], inertia, margin, d)

    def equity(own):
        return customers * sum(s * x for s, x in zip(shares, values(own)))

    of_values = [slopes(lambda own, k=k: values(own)[k], offers[0]) for k in range(len(offers))]
    of_equity = slopes(equity, offers[0])
    summed = [customers * sum(s * row[a] for s, row in zip(shares, of_values)) for a in range(len(weights))]
    return inputs + table(
        u=u, p=p, v=v, long_run=stationary(p), equity=equity(offers[0]), dv=of_values,
        dequity=agree_all(of_equity, summed),
    )


def f55(own=(3, 4, 2)):
    return [0.5, 0.3, 0.2], 1.0, [list(own), [4, 3, 2]], 1.5, 100, 0.1, 1000, [0.5, 0.5]


def market_cases():
    rng = seeded("market")
    yield "f55", *f55()
    for name, own in (("economic", (4, 4, 2)), ("functional", (3, 5, 2)), ("psychological", (3, 4, 3))):
        yield f"f55_{name}", *f55(own)
    for i in range(20):
        n = 2 + i % 5
        weights = simplex(rng, 3, bits=10)
        scale = [1.0, 0.5, 2.0, 0.1][i % 4]
        offers = [[between(rng, -2, 10) for _ in range(3)] for _ in range(n)]
        inertia = [between(rng, 0, 3), 0.0, between(rng, 0, 6), between(rng, -1, 0)][i % 4]
        customers = rng.randrange(100, 10**6)
        shares = simplex(rng, n, bits=16, zeros=int(i % 6 == 5))
        d = [0.01, 0.1, 0.2, 0.05][i // 5]
        yield f"ordinary_{i + 1}", weights, scale, offers, inertia, between(rng, 1, 500), d, customers, shares
    extremes = [(1.0, 12.0), (10.0, 5.0), (30.0, 0.0), (1e-6, 0.0), (1.0, -20.0), (5.0, 40.0)]
    for i, (scale, inertia) in enumerate(extremes):
        n = 2 + i % 4
        offers = [[between(rng, -1, 1) for _ in range(3)] for _ in range(n)]
        shares = simplex(rng, n, bits=16)
        weights, margin = simplex(rng, 3, bits=10), powers(rng, -2, 6)
        yield f"extreme_{i + 1}", weights, scale, offers, inertia, margin, 0.1, 1000, shares


# Retention economics


def geometric(q, first=0):
    """Sum of q^t from t = first, in closed form and by doubling."""
    closed = q**first / (1 - q)
    return agree(closed, q**first * doubled_series([[q]], [mpf(1)])[0], DIGITS)


def blattberg(m, d, c_a, k_a, c_r, k_r):
    worth = m * (1 + d)

    def retained(spend):
        return c_r * -mp.expm1(-k_r * spend)

    def clv(spend):
        return (worth - spend) / (1 + d - retained(spend))

    # The derivative of CLV is 0 where k (m (1+d) - R) - 1 = W((1+d-c)/c exp(k m (1+d) - 1)).
    w = mp.lambertw((1 + d - c_r) / c_r * mp.exp(k_r * worth - 1)).real
    spend = max(mpf(0), worth - (w + 1) / k_r)
    searched = golden(clv, mpf(0), worth)
    if abs(spend - searched) > mpf(10) ** -28 * worth:
        raise Disagreement(f"retention spend {mp.nstr(spend, 30)} against {mp.nstr(searched, 30)}")
    value = clv(spend)
    pull = k_a * c_a * value
    acquisition = mp.log(pull) / k_a if pull > 1 else mpf(0)

    def equity(spend):
        return c_a * -mp.expm1(-k_a * spend) * value - spend

    searched = golden(equity, mpf(0), c_a * value)
    if abs(acquisition - searched) > mpf(10) ** -28 * c_a * value:
        raise Disagreement(f"acquisition spend {mp.nstr(acquisition, 30)} against {mp.nstr(searched, 30)}")
    rate_a, rate_r = c_a * -mp.expm1(-k_a * acquisition), retained(spend)
    return {
        "retention_spend": spend,
        "retention": rate_r,
        "clv": value,
        "acquisition_spend": acquisition,
        "acquisition": rate_a,
        "equity": rate_a * value - acquisition,
        "marginal_acquisition": agree(mp.exp(k_a * acquisition) / (k_a * c_a), 1 / (k_a * (c_a - rate_a)), DIGITS),
        "marginal_retention": agree(mp.exp(k_r * spend) / (k_r * c_r), 1 / (k_r * (c_r - rate_r)), DIGITS),
        "average_ratio": acquisition / rate_a / (spend / rate_r) if acquisition > 0 and spend > 0 else NONE,
    }


def blattberg_fields(*inputs):
    names = ["m", "d", "c_a", "k_a", "c_r", "k_r"]
    return list(zip(names, inputs)) + table(**blattberg(*exact(inputs)))


def blattberg_cases():
    rng = seeded("blattberg")
    yield "f49", 100.0, 0.15, 0.4, 0.05, 0.85, 0.04
    yield "boundary_of_retention", 4.0, 0.1, 0.25, 1.5, 0.5, 0.5
    yield "boundary_of_acquisition", 4.0, 0.1, 0.5, 0.5, 0.5, 0.5
    yield "no_discount", 80.0, 0.0, 0.3, 0.06, 0.9, 0.05
    yield "nearly_all_retained", 500.0, 0.01, 0.3, 0.02, 0.999, 0.05
    for i in range(10):
        m, d = powers(rng, 1, 3), between(rng, 0.02, 0.3)
        c_a, c_r = between(rng, 0.05, 0.9), between(rng, 0.3, 0.97)
        k_a, k_r = rounded(between(rng, 2, 12) / m / c_a), rounded(between(rng, 2, 12) / m)
        yield f"ordinary_{i + 1}", m, d, c_a, k_a, c_r, k_r
    for i in range(4):
        m, d = powers(rng, 1, 3), between(rng, 0.02, 0.3)
        c_r, k_r = between(rng, 0.3, 0.97), rounded(between(rng, 2, 12) / m)
        yield f"no_acquisition_{i + 1}", m, d, 0.4, rounded(between(rng, 0.05, 0.4) / m), c_r, k_r
    for i in range(4):
        m, c_a, c_r = powers(rng, 1, 3), between(rng, 0.05, 0.9), between(rng, 0.3, 0.97)
        k_a = rounded([12, 0.5][i % 2] / m / c_a)
        yield f"no_retention_{i + 1}", m, 0.12, c_a, k_a, c_r, rounded(between(rng, 0.05, 0.95) / m / c_r)
    for i in range(5):
        m = powers(rng, -3, 6)
        c_a, c_r = powers(rng, -4, -0.01), powers(rng, -4, -0.001)
        steep = [10, 1000, 100, 10000, 30][i]
        k_a, k_r = rounded(steep / m / c_a), rounded(steep / m / c_r)
        yield f"extreme_{i + 1}", m, powers(rng, -3, 0.5), c_a, k_a, c_r, k_r


def multiple_fields(r, d, g):
    q = mpf(r) * (1 + mpf(g)) / (1 + mpf(d))
    # With g = -1 only the first margin is left: r v after one period.
    after = mpf(r) / (1 + mpf(d)) * (geometric(q) if q else 1)
    return table(r=r, d=d, g=g, now=geometric(q) if q else mpf(1), after_one_period=after)


def multiple_cases():
    rng = seeded("multiple")
    for r, d, g in [(0.9, 0.1, 0.0), (0.9, 0.12, 0.0), (0.6, 0.16, 0.0), (0.9, 0.12, 0.08)]:
        yield f"f50_{r}_{d}_{g}", r, d, g
    for i in range(14):
        r, d = between(rng, 0.3, 0.98), between(rng, 0.02, 0.3)
        yield f"ordinary_{i + 1}", r, d, [0.0, rounded(rng.uniform(-0.2, 0.99 * ((1 + d) / r - 1)))][i % 2]
    extremes = [
        (0.0, 0.1, 0.05),
        (1.0, 0.1, 0.0),
        (1.0, 1e-6, 0.0),
        (0.99, 0.0, 0.0),
        (0.999999, 0.0, 0.0),
        (0.8, 0.0, 0.2499),
        (0.5, 0.1, -1.0),
        (0.9, 10.0, 5.0),
        (0.875, 0.25, 0.4285),
        (1.0, 0.08, 0.079999),
    ]
    for i, case in enumerate(extremes):
        yield f"extreme_{i + 1}", *case


def berger_nasr(margin, promotion, r, d, n):
    q = r / (1 + d)
    plain = sum(margin * q**t for t in range(n + 1))
    plain -= sum(promotion * r ** (t - 1) / (1 + d) ** (t - mpf(1) / 2) for t in range(1, n + 1))
    if q == 1 or q == 0:
        return plain
    closed = margin * (1 - q ** (n + 1)) / (1 - q) - promotion / mp.sqrt(1 + d) * (1 - q**n) / (1 - q)
    return agree(plain, closed, DIGITS)


def berger_nasr_fields(margin, promotion, r, d, n):
    value = berger_nasr(*exact([margin, promotion, r, d]), n)
    return table(margin=margin, promotion=promotion, r=r, d=d, n=n, value=value)


def berger_nasr_cases():
    rng = seeded("berger_nasr")
    yield "f51", 260.0, 50.0, 0.75, 0.2, 10
    yield "nobody_leaves", 120.0, 10.0, 1.0, 0.0, 12
    yield "all_leave", 120.0, 10.0, 0.0, 0.1, 12
    yield "no_period", 120.0, 10.0, 0.8, 0.1, 0
    yield "no_discount", 120.0, 130.0, 0.8, 0.0, 30
    for i in range(15):
        margin = powers(rng, 0, 4)
        promotion = rounded(margin * rng.uniform(0, 1.2))
        r, d = between(rng, 0.2, 0.99), between(rng, 0.01, 0.3)
        yield f"ordinary_{i + 1}", margin, promotion, r, d, rng.randrange(1, 61)


def tenure_fields(margins, flat_margin, r, d):
    q, m = mpf(r) / (1 + mpf(d)), exact(margins)
    forwards = sum(x * q**t for t, x in enumerate(m))
    stop = mpf(0)
    for x in reversed(m):
        stop = x + q * stop
    agree_all([stop, sum(abs(x) for x in m)], [forwards, sum(abs(x) for x in m)])
    later = geometric(q, len(m)) if q else mpf(0)
    results = table(stop=stop, held=stop + m[-1] * later, flat=stop + mpf(flat_margin) * later)
    return table(terms=len(margins), margin=margins, flat_margin=flat_margin, r=r, d=d) + results


def tenure_cases():
    rng = seeded("tenure")
    for r in (0.8, 0.9, 0.95):
        yield f"f52_{r}", [-51, 30, 42, 44, 49, 55], 60, r, 0.1
    for i in range(14):
        margins = [between(rng, -100, 20)] + sorted(between(rng, 0, 120) for _ in range(rng.randrange(0, 10)))
        yield f"ordinary_{i + 1}", margins, between(rng, 0, 150), between(rng, 0.3, 0.98), between(rng, 0.01, 0.3)
    yield "extreme_1", [-51.0, 30.0], 10.0, 0.0, 0.1
    yield "extreme_2", [-51.0, 30.0], 10.0, 1.0, 0.05
    yield "extreme_3", [5.0, -10.0, 1e6], -1.0, 0.999, 0.0
    yield "extreme_4", [between(rng, -100, 100) for _ in range(40)], 1.0, 0.97, 0.001
    yield "extreme_5", [0.0, 0.0, 7.0], 0.0, 0.5, 3.0


def leverage(r, d, reduced):
    def now(rate):
        return geometric(rate / (1 + d))

    def after(rate):
        return geometric(rate / (1 + d), first=1)

    def elasticity(form):
        return slope(lambda x: mp.log(form(mp.exp(x))), mp.log(r))

    elastic_now, elastic_after = elasticity(now), elasticity(after)
    return {
        "uplift_now": agree(now(reduced) / now(r) - 1, (reduced - r) / (1 + d - reduced), DIGITS),
        "uplift_after": agree(after(reduced) / after(r) - 1, (reduced - r) * (1 + d) / (r * (1 + d - reduced)), DIGITS),
        "elasticity_now": agree(elastic_now, r / (1 + d - r), DIGITS),
        "elasticity_after": agree(elastic_after, (1 + d) / (1 + d - r), DIGITS),
    }


def leverage_fields(r, d, cut, size):
    retained, size_exact = mpf(r), mpf(size)
    reduced = retained + size_exact if cut == "points" else 1 - (1 - retained) * (1 - size_exact)
    return table(r=r, d=d, cut=cut, size=size) + table(**leverage(retained, mpf(d), reduced))


def leverage_cases():
    rng = seeded("leverage")
    for d in (0.0, 0.05, 0.1, 0.15):
        yield f"f48_points_{d}", 0.9, d, "points", 0.05
    for d in (0.0, 0.1):
        yield f"f48_fraction_{d}", 0.9, d, "fraction", 0.05
    for i in range(14):
        r, d = between(rng, 0.1, 0.98), between(rng, 0.0, 0.3)
        cut = ["points", "fraction"][i % 2]
        yield f"ordinary_{i + 1}", r, d, cut, rounded(rng.uniform(0.01, 0.9) * (1 - r if cut == "points" else 1))
    yield "extreme_1", 1e-6, 0.1, "points", 0.05
    yield "extreme_2", 0.999, 0.01, "fraction", 1.0
    yield "extreme_3", 0.5, 0.01, "points", 0.5
    yield "extreme_4", 0.9999, 0.0, "fraction", 0.5
    yield "extreme_5", 0.7, 0.1, "fraction", 1e-9


# Value to the customer


def symmetric(v):
    """Elementary symmetric polynomials of v, from the first."""
    e = [mpf(1)] + [mpf(0)] * len(v)
    for x in v:
        for j in range(len(v), 0, -1):
            e[j] += x * e[j - 1]
    return e[1:]


def product_less_one(k, v):
    return mp.fprod(1 + k * x for x in v) - 1


def maut(k, u):
    """K by halving, and as a root of its polynomial; u as product and as polynomial."""
    weighted = [x * y for x, y in zip(k, u)]
    total = sum(k)
    if total == 1:
        return mpf(0), sum(weighted)
    if total > 1:
        low, high = mpf(-1), mpf(0)
    else:
        low, high = mpf(0), mpf(1)
        while product_less_one(high, k) < high:
            high *= 2
    root = halved(lambda x: product_less_one(x, k) / x - 1, low, high)
    coefficients = symmetric(k)
    coefficients[0] -= 1
    others = mp.polyroots(coefficients[::-1], maxsteps=2000, extraprec=2000)
    real = [x.real for x in map(mp.mpc, others) if abs(x.imag) < mpf(10) ** -60 and low < x.real < high]
    if len(real) != 1:
        raise Disagreement(f"roots {real}")
    polynomial = sum(e * root**j for j, e in enumerate(symmetric(weighted)))
    return agree(root, real[0], DIGITS), agree(product_less_one(root, weighted) / root, polynomial, DIGITS)


def maut_fields(k, u):
    scaling, value = maut(exact(k), exact(u))
    return table(attributes=len(k), k=k, u=u, K=scaling, value=value)


def maut_cases():
    rng = seeded("maut")
    yield "f4_below_one", [0.4, 0.3, 0.2], [0.5, 0.5, 0.5]
    yield "f4_above_one", [0.6, 0.5, 0.4], [0.5, 0.5, 0.5]
    tiny = 110 * 2.0**-40  # 1e-10, such that the sum of the weights is exact
    for i in range(20):
        n = 2 + i % 5
        u = [between(rng, 0, 1) for _ in range(n)]
        if i % 7 == 3:
            u[0], u[-1] = 1.0, 0.0
        k = [between(rng, 0.02, 0.95) for _ in range(n)] if i % 2 else [between(rng, 0.2, 0.9) / n for _ in range(n)]
        yield f"ordinary_{i + 1}", k, u
    for n in range(2, 7):
        for name, off in (("one", 0.0), ("one_and_1e-10", tiny), ("one_less_1e-10", -tiny)):
            k = simplex(rng, n, bits=40)
            k[k.index(max(k))] += off
            yield f"{name}_{n}", k, [between(rng, 0, 1) for _ in range(n)]
    yield "extreme_1", [0.999, 0.999, 0.99, 0.9, 0.999, 0.999], [0.5, 0.25, 0.125, 0.1, 0.75, 1.0]
    yield "extreme_2", [0.001, 0.002, 0.001, 0.003, 0.001, 0.002], [0.5, 0.25, 0.125, 0.1, 0.75, 1.0]
    yield "extreme_3", [1e-6, 1e-6], [0.5, 0.75]
    yield "all_best", [0.6, 0.5, 0.4, 0.1], [1.0, 1.0, 1.0, 1.0]
    yield "all_worst", [0.6, 0.5, 0.4, 0.1], [0.0, 0.0, 0.0, 0.0]


def ces(a, x, rho):
    """Near rho = 0 confirmed by cumulants of ln x, elsewhere with the largest term taken out."""
    if rho == 0:
        return agree(mp.fprod(y**w for w, y in zip(a, x)), mp.exp(sum(w * mp.log(y) for w, y in zip(a, x))), DIGITS)
    plain = sum(w * y**rho for w, y in zip(a, x)) ** (1 / rho)
    if abs(rho) < mpf(10) ** -6:
        logs = [mp.log(y) for y in x]
        mean = sum(w * y for w, y in zip(a, logs))
        second, third = (sum(w * (y - mean) ** k for w, y in zip(a, logs)) for k in (2, 3))
        return agree(plain, mp.exp(mean + rho * second / 2 + rho**2 * third / 6), DIGITS)
    top = max(x) if rho > 0 else min(x)
    return agree(plain, top * mp.exp(mp.log(sum(w * (y / top) ** rho for w, y in zip(a, x))) / rho), DIGITS)


RHOS = [-300.0, -5.0, -1.0, -1e-12, 0.0, 1e-12, 0.5, 1.0, 2.0, 300.0]


def ces_cases():
    rng = seeded("ces")
    yield "f4", [1.0, 1.0, 1.0], [3.0, 4.0, 12.0], [r for r in RHOS if abs(r) >= 0.5]
    for i in range(8):
        n = 1 + i % 6
        yield f"ordinary_{i + 1}", simplex(rng, n), [between(rng, 0.1, 20) for _ in range(n)], RHOS
    for i in range(5):
        n = 2 + i
        yield f"extreme_{i + 1}", simplex(rng, n, spread=3), [powers(rng, -90, 90) for _ in range(n)], RHOS
    yield "nearly_equal", simplex(rng, 3), [1.0, 1.0 + 2.0**-30, 1.0 - 2.0**-30], RHOS
    yield "with_zero", simplex(rng, 3), [0.0, 2.0, 5.0], [r for r in RHOS if r >= 0.5]
    yield "weights_of_any_sum", [0.2, 5.0, 1.7], [3.0, 0.04, 12.0], [r for r in RHOS if abs(r) >= 0.5]


def ces_fields(a, x, rhos):
    inputs = table(components=len(a), a=a, x=x, rhos=len(rhos), rho=rhos)
    return inputs + table(value=[ces(exact(a), exact(x), mpf(r)) for r in rhos])


def pairs(n):
    return list(combinations(range(n), 2))


def choquet(phi, interaction, x):
    """From Shapley values and interactions; again from the Moebius transform, whose capacity must be monotone."""
    n = len(phi)
    value = sum(p * y for p, y in zip(phi, x)) - sum(interaction[i, j] * abs(x[i] - x[j]) for i, j in pairs(n)) / 2
    single = [phi[i] - sum(v for pair, v in interaction.items() if i in pair) / 2 for i in range(n)]
    for i in range(n):
        falls = sum(min(v, 0) for pair, v in interaction.items() if i in pair)
        if single[i] + falls < 0:
            raise Disagreement("not monotone")
    again = sum(m * y for m, y in zip(single, x)) + sum(interaction[i, j] * min(x[i], x[j]) for i, j in pairs(n))
    agree_all([value, max(abs(y) for y in x)], [again, max(abs(y) for y in x)])
    return value


def choquet_fields(phi, interaction, x):
    inputs = table(components=len(phi), phi=phi) + [(f"I.{i}.{j}", v) for (i, j), v in interaction.items()] + table(x=x)
    return inputs + table(value=choquet(exact(phi), {pair: mpf(v) for pair, v in interaction.items()}, exact(x)))


def choquet_cases():
    rng = seeded("choquet")
    # The printed case lies inside the condition, so that decimals do.
    yield "f4", [0.4, 0.3, 0.3], {(0, 1): 0.2, (0, 2): 0.1, (1, 2): -0.1}, [0.5, 0.8, 0.2]
    for i in range(20):
        n = 2 + i % 5
        phi = simplex(rng, n)
        raw = {pair: rng.uniform(-1, 1) for pair in pairs(n)}
        room = min(2 * phi[k] / sum(abs(v) for pair, v in raw.items() if k in pair) for k in range(n))
        tight = [1.0, 0.5, 0.9, 0.0][i % 4]
        interaction = {pair: int(v * room * tight * 2**20) / 2**20 for pair, v in raw.items()}
        x = [between(rng, 0, 1) for _ in range(n)] if i % 3 else [powers(rng, -6, 6) for _ in range(n)]
        if i % 5 == 4:
            x[0] = x[1] = x[-1]
        yield f"ordinary_{i + 1}", phi, interaction, x
    yield "only_together", [0.5, 0.5], {(0, 1): 1.0}, [0.25, 0.75]
    yield "either_will_do", [0.5, 0.5], {(0, 1): -1.0}, [0.25, 0.75]


def nest_logsum(utilities, scale):
    top = max(utilities)
    return top + scale * mp.log(sum(mp.exp((v - top) / scale) for v in utilities))


def nested(scales, utilities):
    inclusive = [nest_logsum(v, s) for v, s in zip(utilities, scales)]
    within = [softmax([x / s for x in v]) for v, s in zip(utilities, scales)]
    nests = softmax(inclusive)
    share = [[p * q for q in inner] for p, inner in zip(nests, within)]
    flat = [x for v in utilities for x in v]

    def logsum(values):
        rest = iter(values)
        return mp.log(sum(sum(mp.exp(next(rest) / s) for _ in v) ** s for v, s in zip(utilities, scales)))

    # Shares are the derivatives of the logsum (the way back from the generating function).
    def moved(i, step):
        return logsum([x + step * (i == j) for j, x in enumerate(flat)])

    by_difference = [(moved(i, STEP) - moved(i, -STEP)) / (2 * STEP) for i in range(len(flat))]
    agree_all([q for inner in share for q in inner], by_difference)
    total = agree(nest_logsum(inclusive, mpf(1)), logsum(flat), DIGITS)
    return {"share": share, "within": within, "nest": nests, "logsum": total}


def nested_fields(scales, utilities):
    inputs = table(nests=len(scales), size=[len(v) for v in utilities])
    inputs += table(**{"lambda": scales}, v=utilities)
    return inputs + table(**nested(exact(scales), exact(utilities)))


def nested_cases():
    rng = seeded("nested")
    for scale in (1.0, 0.5, 0.01):
        yield f"f16_{scale}", [1.0, scale], [[0.0], [0.0, 0.0]]
    for i in range(18):
        nests = 1 + i % 5
        scales = [between(rng, 0.05, 1) for _ in range(nests)]
        if i % 6 == 5:
            scales = [1.0] * nests
        utilities = [[between(rng, -3, 4) for _ in range(rng.randrange(1, 5))] for _ in range(nests)]
        if i % 3 == 1:
            scales[0], utilities[0] = 1.0, [0.0]
        yield f"ordinary_{i + 1}", scales, utilities
    for i in range(6):
        nests = 2 + i % 3
        scales = [rng.choice([0.01, 0.001, 0.3, 1.0]) for _ in range(nests)]
        wide = [1000, 50, 0.05][i % 3]
        utilities = [[between(rng, -wide, wide) for _ in range(1 + (i + k) % 4)] for k in range(nests)]
        yield f"extreme_{i + 1}", scales, utilities


def allocation(s, k, budget):
    """Halving on the logarithm of the multiplier; again by trying how many items are active."""

    def spend(ln_multiplier):
        return [max(mpf(0), (mp.log(x * y) - ln_multiplier) / y) for x, y in zip(s, k)]

    tops = [mp.log(x * y) for x, y in zip(s, k)]
    low = min(tops) - max(k) * budget - 1
    found = halved(lambda v: budget - sum(spend(v)), low, max(tops))
    order = sorted(range(len(s)), key=lambda i: -tops[i])
    for count in range(1, len(s) + 1):
        active = order[:count]
        again = (sum(tops[i] / k[i] for i in active) - budget) / sum(1 / k[i] for i in active)
        if count == len(s) or again >= tops[order[count]]:
            break
    multiplier = agree(mp.exp(again), mp.exp(found), DIGITS)
    b = [max(mpf(0), v) for v in spend(again)]
    agree(sum(b), budget, DIGITS)
    return {"b": b, "multiplier": multiplier, "objective": sum(x * -mp.expm1(-y * z) for x, y, z in zip(s, k, b))}


def allocation_fields(s, k, budget):
    return table(items=len(s), s=s, k=k, budget=budget) + table(**allocation(exact(s), exact(k), mpf(budget)))


def allocation_cases():
    rng = seeded("allocation")
    yield "f59", [100.0, 60.0], [0.05, 0.1], 40.0
    for i in range(20):
        n = 1 + (5 * i) % 12
        s, k = [powers(rng, 1, 4) for _ in range(n)], [powers(rng, -3, 0) for _ in range(n)]
        budget = rounded([0.01, 0.3, 1.0, 5.0, 20.0][i % 5] * sum(1 / x for x in k) / n)
        yield f"ordinary_{i + 1}", s, k, budget
    yield "alike", [50.0] * 5, [0.02] * 5, 120.0
    yield "extreme_1", [powers(rng, -6, 6) for _ in range(12)], [powers(rng, -6, 6) for _ in range(12)], 1e3
    yield "extreme_2", [powers(rng, -6, 6) for _ in range(12)], [powers(rng, -2, 2) for _ in range(12)], 1e-9
    yield "extreme_3", [powers(rng, 0, 3) for _ in range(6)], [powers(rng, -1, 1) for _ in range(6)], 1e4


def length(v):
    return mp.sqrt(sum(x * x for x in v))


def less(v, w):
    return [x - y for x, y in zip(v, w)]


def angle(v, w):
    """In degrees, from both products; at moderate angles confirmed by the cosine."""
    inner = sum(x * y for x, y in zip(v, w))
    cross = [v[1] * w[2] - v[2] * w[1], v[2] * w[0] - v[0] * w[2], v[0] * w[1] - v[1] * w[0]]
    cosine = max(mpf(-1), min(mpf(1), inner / (length(v) * length(w))))
    turned = mp.atan2(length(cross), inner)
    agree_all([turned, mpf(1)], [mp.acos(cosine), mpf(1)])
    return mp.degrees(turned)


def trajectory_fields(days, points, ideal):
    p, t = exact(points), exact(ideal)
    steps = [less(b, a) for a, b in zip(p, p[1:])]
    path, across = sum(length(s) for s in steps), length(less(p[-1], p[0]))
    headings = [angle(v, w) if any(v) and any(w) else NONE for v, w in zip(steps, steps[1:])]
    gaps = [length(less(t, q)) for q in p]
    results = table(length=path, displacement=across, straightness=across / path if path else NONE)
    results += [(f"heading.{i + 1}", h) for i, h in enumerate(headings)]
    results += table(progress=[a - b for a, b in zip(gaps, gaps[1:])], progress_total=gaps[0] - gaps[-1])
    return table(points=len(points), day=days, point=points, ideal=ideal) + results


def trajectory_cases():
    rng = seeded("trajectory")

    def days(n):
        return sorted(rng.sample(range(1, 2000), n))

    yield "f6", [0, 10, 20], [[0, 0, 0], [3, 0, 0], [3, 4, 0]], [5, 5, 10]
    yield "stood_still", days(3), [[1.5, -2.0, 0.25]] * 3, [5.0, 5.0, 10.0]
    yield "waited_once", days(4), [[0.0, 0.0, 0.0], [1.0, 2.0, 2.0], [1.0, 2.0, 2.0], [3.0, 2.0, 2.0]], [3.0, 2.0, 2.0]
    yield "went_back", days(3), [[1.0, 1.0, 1.0], [4.0, 5.0, 1.0], [1.0, 1.0, 1.0]], [4.0, 5.0, 1.0]
    yield "straight", days(4), [[0.0, 0.0, 0.0], [1.0, 2.0, 4.0], [2.0, 4.0, 8.0], [4.0, 8.0, 16.0]], [0.0, 0.0, 0.0]
    yield "nearly_straight", days(3), [[0.0, 0.0, 0.0], [1.0, 0.0, 0.0], [2.0, 1e-9, 0.0]], [1e6, 0.0, 0.0]
    yield "nearly_back", days(3), [[0.0, 0.0, 0.0], [1.0, 0.0, 0.0], [0.0, 1e-9, 0.0]], [0.5, 0.0, 0.0]
    for i in range(14):
        n = 2 + i % 6
        wide = [1, 100, 1e6][i % 3]
        points = [[between(rng, -wide / 4, wide) for _ in range(3)] for _ in range(n)]
        yield f"ordinary_{i + 1}", days(n), points, [between(rng, 0, wide) for _ in range(3)]
    yield "extreme_1", days(4), [[powers(rng, -150, -140) for _ in range(3)] for _ in range(4)], [1e-145, 0.0, 0.0]
    yield "extreme_2", days(4), [[powers(rng, 150, 152) for _ in range(3)] for _ in range(4)], [1e151, 0.0, 0.0]


def kano_fields(si, di, levels):
    better, worse, x = mpf(si), mpf(di), exact(levels)
    rise = better - worse
    a, b = rise / (mp.e - 1), -(better - mp.e * worse) / (mp.e - 1)
    c, e = mp.e * rise / (mp.e - 1), (mp.e * better - worse) / (mp.e - 1)
    curves = {
        "attractive": (lambda v: a * mp.exp(v) + b, lambda v: worse + rise * mp.expm1(v) / mp.expm1(1)),
        "must_be": (lambda v: -c * mp.exp(-v) + e, lambda v: worse + rise * mp.expm1(-v) / mp.expm1(-1)),
        "one_dimensional": (lambda v: rise * v + worse, lambda v: better * v + worse * (1 - v)),
    }
    results = table(attractive_a=a, attractive_b=b, must_be_a=c, must_be_b=e)
    for name, (curve, again) in curves.items():
        for v in x:
            agree_all([curve(v), mpf(1)], [again(v), mpf(1)])
        results += rows(name, [again(v) for v in x]) + rows(f"{name}_slope", [slope(curve, v) for v in x])
    return table(si=si, di=di, levels=len(levels), x=levels) + results


def kano_cases():
    rng = seeded("kano")
    yield "f5", 0.88, -0.25, [0.0, 0.5, 1.0]
    yield "flat", 0.0, 0.0, [0.0, 0.5, 1.0]
    yield "only_better", 1.0, 0.0, [0.0, 1e-9, 0.25, 1.0]
    yield "only_worse", 0.0, -1.0, [0.0, 1e-9, 0.25, 1.0]
    for i in range(16):
        yield f"ordinary_{i + 1}", between(rng, 0, 1), between(rng, -1, 0), sorted(between(rng, 0, 1) for _ in range(3))


def mnl_shares(x, beta):
    """Each share as 1 / (sum of odds), confirmed by the plain quotient."""
    shares = []
    for situation in x:
        v = [sum(b * y for b, y in zip(beta, row)) for row in situation]
        odds = [1 / sum(mp.exp(other - own) for other in v) for own in v]
        for one, two in zip(odds, softmax(v)):
            agree(one, two, DIGITS)
        shares.append(odds)
    return shares


def mnl(x, chosen, beta):
    def ln_likelihood(b):
        return sum(mp.log(shares[c]) for shares, c in zip(mnl_shares(x, b), chosen))

    return {"p": mnl_shares(x, beta), "ln_likelihood": ln_likelihood(beta), "gradient": slopes(ln_likelihood, beta)}


def mnl_fields(x, chosen, beta):
    inputs = table(situations=len(x), alternatives=[len(s) for s in x], attributes=len(beta))
    return inputs + table(x=x, chosen=chosen, beta=beta) + table(**mnl(exact(x), chosen, exact(beta)))


def mnl_cases():
    rng = seeded("mnl")
    yield "f18", [[[2, 1], [1, 3]], [[3, 1], [2, 4]], [[2, 1], [2, 4]]], [1, 1, 1], [0.1, 0.1]
    for i in range(20):
        situations, attributes = 2 + i % 4, 1 + i % 3
        name, wide = ("extreme", 300) if i % 10 == 9 else ("ordinary", [1, 5][i % 10 // 5])
        x = [
            [[between(rng, -wide, wide) for _ in range(attributes)] for _ in range(rng.randrange(2, 5))]
            for _ in range(situations)
        ]
        chosen = [rng.randrange(len(s)) for s in x]
        yield f"{name}_{i + 1}", x, chosen, [between(rng, -1.5, 1.5) for _ in range(attributes)]


# The worked numbers of the reference


def near(value, expected):
    """Whether a value rounds to what is printed; a last digit 5 may have been rounded either way."""
    decimals = len(expected.partition(".")[2])
    return abs(value - mpf(expected)) <= mpf("0.5000001") * mpf(10) ** -decimals


def worked():
    """(formula, computed, printed) of every worked number."""
    fields = {case[0]: dict(chain_fields(*case[1:])) for case in chain_cases() if case[0] == "f54"}
    for i, expected in enumerate(["52.3196", "5.5538", "1.2508", "-1.8200", "0"]):
        yield "F54 V without end", fields["f54"][f"v.{i}"], expected
    for i, expected in enumerate(["50.1150", "4.2199", ".5921", "-1.9801", "0"]):
        yield "F54 V4", fields["f54"][f"v_horizon.{i}"], expected
    states = "0.7 0.2 0.05 0.05", "0.2 0.6 0.1 0.1", "0.05 0.15 0.6 0.2", "0 0 0 1"
    left = periods([exact(row.split()) for row in states])
    for value, expected in zip(left, ["11.354167", "10.104167", "7.708333"]):
        yield "F41 periods", value, expected
    for value, expected in zip(stationary(exact([["0.9", "0.1"], ["0.5", "0.5"]])), [mpf(5) / 6, mpf(1) / 6]):
        yield "F41 stationary", value, mp.nstr(expected, 20)
    yield from worked_market()
    yield from worked_retention()
    yield from worked_value()


def worked_market():
    own = dict(market_fields(*f55()))
    yield "F55 stay", own["p.0.0"], ".785835"
    yield "F55 win", own["p.1.0"], ".154465"
    yield "F55 ours", own["v.0"], "597.2977"
    yield "F55 rival's", own["v.1"], "362.5711"
    yield "F55 long run", own["long_run.0"], ".419025"
    for better, expected in [((3, 4, 3), "668.3175"), ((3, 5, 2), "703.3047"), ((4, 4, 2), "770.3412")]:
        yield f"F55 {better}", dict(market_fields(*f55(better)))["v.0"], expected
    yield "F55 (3, 4, 3) long run", dict(market_fields(*f55((3, 4, 3))))["long_run.0"], ".5"


def worked_retention():
    bd = blattberg(*exact(["100", "0.15", "0.4", "0.05", "0.85", "0.04"]))
    expected = {
        "retention_spend": "42.2263", "retention": ".693010", "clv": "159.2456", "acquisition_spend": "23.1685",
        "acquisition": ".274408", "equity": "20.5297", "marginal_acquisition": "159.2456",
        "marginal_retention": "159.2456", "average_ratio": "1.386",
    }
    for key, text in expected.items():
        yield f"F49 {key}", bd[key], text
    for r, numbers in (("0.9", ["4.50", "4.09", "3.75", "3.46"]), ("0.6", ["1.20", "1.15", "1.11", "1.07"])):
        for d, text in zip(["0.10", "0.12", "0.14", "0.16"], numbers):
            yield f"F50 {r} {d}", dict(multiple_fields(r, d, "0"))["after_one_period"], text
    yield "F50 growth", dict(multiple_fields("0.9", "0.12", "0.08"))["after_one_period"], "6.08"
    yield "conventions 13, now", dict(multiple_fields("0.9", "0.12", "0"))["now"], "5.09"
    yield "F51", berger_nasr(*exact(["260", "50", "0.75", "0.2"]), 10), "568.7831"
    sums = [("0.8", "34.8575", "64.6988"), ("0.9", "67.8841", "158.6294"), ("0.95", "88.2633", "255.6225")]
    for r, stop, held in sums:
        found = dict(tenure_fields([-51, 30, 42, 44, 49, 55], 0, r, "0.1"))
        yield f"F52 {r} six terms", found["stop"], stop
        yield f"F52 {r} held", found["held"], held
    points = [("0", "100", "111.1"), ("0.05", "50", "58.3"), ("0.10", "33.3", "40.7"), ("0.15", "25", "31.9")]
    for d, now, after in points:
        found = dict(leverage_fields("0.9", d, "points", "0.05"))
        yield f"F48 {d} now", 100 * found["uplift_now"], now
        yield f"F48 {d} after", 100 * found["uplift_after"], after
    for d, text in (("0", "5.85"), ("0.1", "3.13")):
        yield f"F48 {d} fraction", 100 * dict(leverage_fields("0.9", d, "fraction", "0.05"))["uplift_after"], text
    yield "F48 elasticity", dict(leverage_fields("0.9", "0.12", "points", "0.05"))["elasticity_after"], "5.0909"


def worked_value():
    half = mpf(1) / 2
    for k, K, u in ((["0.4", "0.3", "0.2"], ".371852", ".474585"), (["0.6", "0.5", "0.4"], "-.772429", ".616050")):
        found = maut(exact(k), [half] * 3)
        yield f"F4 K {K}", found[0], K
        yield f"F4 u {u}", found[1], u
    third = [mpf(1) / 3] * 3
    for rho, text in ((2, "7.505553"), (1, "6.333333"), (0, "5.241483"), (-1, "4.5")):
        yield f"F4 CES {rho}", ces(third, exact([3, 4, 12]), mpf(rho)), text
    yield "F4 magnitude", ces(exact([1, 1, 1]), exact([3, 4, 12]), mpf(2)), "13"
    joint = {(0, 1): mpf("0.2"), (0, 2): mpf("0.1"), (1, 2): mpf("-0.1")}
    yield "F4 Choquet", choquet(exact(["0.4", "0.3", "0.3"]), joint, exact(["0.5", "0.8", "0.2"])), ".485"
    for scale, car, bus in ((1, "0.333333", "0.333333"), ("0.5", ".414214", ".292893"), ("0.01", ".498267", ".250866")):
        share = nested(exact([1, scale]), exact([[0], [0, 0]]))["share"]
        yield f"F16 car {scale}", share[0][0], car
        yield f"F16 bus {scale}", share[1][0], bus
    best = allocation(exact([100, 60]), exact(["0.05", "0.1"]), mpf(40))
    for value, text in zip([*best["b"], best["multiplier"]], ["25.4512", "14.5488", "1.400569"]):
        yield "F59", value, text
    path = dict(trajectory_fields([0, 1, 2], [[0, 0, 0], [3, 0, 0], [3, 4, 0]], [5, 5, 10]))
    for key, text in (("length", "7"), ("displacement", "5"), ("straightness", ".714286"), ("heading.1", "90")):
        yield f"F6 {key}", path[key], text
    curve = dict(kano_fields("0.88", "-0.25", [0, 1]))
    yield "F5 a", curve["attractive_a"], ".657634"
    yield "F5 b", curve["attractive_b"], "-.907634"
    for name in ("attractive", "must_be"):
        yield f"F5 {name} at 0", curve[f"{name}.0"], "-.25"
        yield f"F5 {name} at 1", curve[f"{name}.1"], ".88"
    fit = mnl(exact([[[2, 1], [1, 3]], [[3, 1], [2, 4]], [[2, 1], [2, 4]]]), [1, 1, 1], exact(["0.1", "0.1"]))
    for i, text in enumerate([".524979", ".549834", ".574443"]):
        yield f"F18 P2 {i}", fit["p"][i][1], text
    yield "F18 log-likelihood", fit["ln_likelihood"], "-1.796891"
    for i, text in enumerate([".090031", ".244728", ".665241"]):
        yield "F15", softmax(exact([1, 2, 3]))[i], text


def check_worked():
    """Every worked number to standard error; whether all agree."""
    good = True
    for name, value, text in worked():
        fits = near(value, text)
        good &= fits
        print("agrees" if fits else "DIFFERS", name, text, mp.nstr(value, 12), file=sys.stderr)
    return good


QUANTITIES = {
    "chain": (chain_cases, chain_fields),
    "market": (market_cases, market_fields),
    "blattberg": (blattberg_cases, blattberg_fields),
    "multiple": (multiple_cases, multiple_fields),
    "berger_nasr": (berger_nasr_cases, berger_nasr_fields),
    "tenure": (tenure_cases, tenure_fields),
    "leverage": (leverage_cases, leverage_fields),
    "maut": (maut_cases, maut_fields),
    "ces": (ces_cases, ces_fields),
    "choquet": (choquet_cases, choquet_fields),
    "nested": (nested_cases, nested_fields),
    "allocation": (allocation_cases, allocation_fields),
    "trajectory": (trajectory_cases, trajectory_fields),
    "kano": (kano_cases, kano_fields),
    "mnl": (mnl_cases, mnl_fields),
}


def main():
    if not check_worked():
        sys.exit("a worked number of the reference differs")
    print("quantity,case,key,value")
    for quantity, (cases, fields_of) in QUANTITIES.items():
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


if __name__ == "__main__":
    main()
