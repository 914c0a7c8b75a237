"""Integrals over a finite interval by two rules that share nothing but the integrand's value, in ball
arithmetic of which only the midpoints are used (some ten times as quick as mpmath).

An integrand is called f(y, rest) with y + rest = length, so that neither end needs a difference."""

import flint
from flint import arb
from precise import BITS, Disagreement, to_arb, to_mpf

flint.ctx.prec = BITS
NODES = 30
ENDS = 20


def legendre():
    """Gauss-Legendre nodes (from both ends) and weights on 0..1."""
    pairs = [arb.legendre_p_root(NODES, k, weight=True) for k in range(NODES)]
    return [(((1 + x) / 2).mid(), ((1 - x) / 2).mid(), (w / 2).mid()) for x, w in pairs]


RULE = legendre()


def by_panels(f, length, digits=27, ends=ENDS):
    """Gauss-Legendre on panels that double in length from both ends, each halved until that changes
    the sum by less than 10^-digits of it; the sum of halves, which is kept, is nearer still."""
    length = to_arb(length)

    def panel(low, beyond, width):
        total = arb(0)
        for left, right, weight in RULE:
            total += weight * f((low + width * left).mid(), (beyond + width * right).mid())
        return (total * width).mid()

    pieces = []
    width = length / 2**ends
    pieces.append((arb(0), length - width, width))
    pieces.append((length - width, arb(0), width))
    while len(pieces) < 2 * ends:
        pieces.append((width, length - 2 * width, width))
        pieces.append((length - 2 * width, width, width))
        width *= 2
    todo = [(piece, panel(*piece), 0) for piece in pieces]
    size = sum((value for _, value, _ in todo), arb(0)).mid()
    done, unit = arb(0), arb(10) ** -digits
    while todo:
        (low, beyond, width), value, depth = todo.pop()
        half = width / 2
        left, right = (low, beyond + half, half), (low + half, beyond, half)
        in_left, in_right = panel(*left), panel(*right)
        both = (in_left + in_right).mid()
        size = max(size, both)
        if abs(both - value).mid() <= unit * size:
            done = (done + both).mid()
        elif depth > 120:
            raise Disagreement("panels")
        else:
            todo += [(left, in_left, depth + 1), (right, in_right, depth + 1)]
    return to_mpf(done)


def on_line(f, length, digits=20):
    """Trapezoidal rule in u, logit(y/length) = centre + width sinh u, halving the step until two sums
    agree to `digits` digits; the last one has far more."""
    length = to_arb(length)

    def at(z):
        tail = (-abs(z)).exp()
        near, far = length * tail / (1 + tail), length / (1 + tail)
        y, rest = (far, near) if z > 0 else (near, far)
        return (f(y.mid(), rest.mid()) * y * rest).mid()

    def coarse(z):
        return at(arb(z))

    golden = (5**0.5 - 1) / 2
    low, high = -300.0, 300.0
    left, right = high - golden * (high - low), low + golden * (high - low)
    at_left, at_right = coarse(left), coarse(right)
    while high - low > 1e-2:
        if at_left < at_right:
            low, left, at_left = left, right, at_right
            right = low + golden * (high - low)
            at_right = coarse(right)
        else:
            high, right, at_right = right, left, at_left
            left = high - golden * (high - low)
            at_left = coarse(left)
    centre, width = (low + high) / 2, 1 / 512
    top = coarse(centre)
    while width < 2 and coarse(centre - width) * 3 > top and coarse(centre + width) * 3 > top:
        width *= 2

    def term(u):
        grow = arb(u).exp()
        z = (arb(centre) + arb(width) / 2 * (grow - 1 / grow)).mid()
        return (at(z) * (grow + 1 / grow) / 2).mid()

    h, negligible = 0.25, arb(10) ** -45
    total = term(0.0)
    reach = []
    for sign in (1, -1):
        k, small = 1, 0
        while small < 3:
            v = term(sign * k * h)
            total = (total + v).mid()
            small = small + 1 if v < total * negligible else 0
            k += 1
        reach.append(k * h)
    last, unit = total * h, arb(10) ** -digits
    for _ in range(8):
        h /= 2
        u = h - reach[1]
        while u < reach[0]:
            total = (total + term(u)).mid()
            u += 2 * h
        now = total * h
        if abs(now - last) < unit * now:
            return to_mpf(now * width / length)
        last = now
    raise Disagreement("trapezoidal rule")
