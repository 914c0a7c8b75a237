"""Tools shared by the scripts that make the reference tables: a trapezoidal rule on the whole line
(mpmath, 60 digits) and ball arithmetic (Arb through python-flint) as the independent second way."""

import flint
from flint import acb, arb
from mpmath import mp, mpf

mp.dps = 60
BITS = 240
flint.ctx.prec = BITS


class Disagreement(Exception):
    """Two ways to the same number did not meet; the row is left out."""


def to_arb(v):
    return v if isinstance(v, arb) else arb(v)


def to_mpf(v):
    """The midpoint of a ball."""
    man, exp = v.mid().man_exp()
    return mp.ldexp(mpf(int(man)), int(exp))


def ball(f, digits=45, limit=60000):
    """Evaluate f() in ball arithmetic, raising the precision until the ball is that narrow."""
    bits = BITS
    while bits <= limit:
        flint.ctx.prec = bits
        v = f()
        if v.is_finite() and v.rel_accuracy_bits() > 3.33 * digits:
            flint.ctx.prec = BITS
            return to_mpf(v)
        bits *= 2
    flint.ctx.prec = BITS
    raise Disagreement("ball arithmetic")


def agree(first, second, digits=20):
    """The first value, if the second confirms it."""
    if abs(first - second) > mpf(10) ** -digits * abs(first):
        raise Disagreement(f"{mp.nstr(first, 25)} against {mp.nstr(second, 25)}")
    return first


def peak(f, low, high):
    """Place and width of the maximum of a positive log-concave function."""
    with mp.workdps(25):
        golden = (mp.sqrt(5) - 1) / 2
        low, high = mpf(low), mpf(high)
        left, right = high - golden * (high - low), low + golden * (high - low)
        f_left, f_right = f(left), f(right)
        while high - low > 1e-4:
            if f_left < f_right:
                low, left, f_left = left, right, f_right
                right = low + golden * (high - low)
                f_right = f(right)
            else:
                high, right, f_right = right, left, f_left
                left = high - golden * (high - low)
                f_left = f(left)
        centre = (low + high) / 2
        top = f(centre)
        width = mpf(1) / 512
        while width < 2 and f(centre - width) * 3 > top and f(centre + width) * 3 > top:
            width *= 2
    return centre, width


def line_integral(f, low=-400, high=400, digits=30):
    """Integral over the line of a positive analytic f with one hump: trapezoidal rule in u,
    y = centre + width sinh u, halving the step until two sums agree to `digits` digits
    (the last sum then has about twice as many). The hump is sought in low..high."""
    centre, width = peak(f, low, high)

    def term(u):
        grow = mp.exp(u)
        return f(centre + width * (grow - 1 / grow) / 2) * (grow + 1 / grow) / 2

    h = mpf(1) / 4
    total = term(mpf(0))
    reach = []
    for sign in (1, -1):
        k, small = 1, 0
        while small < 3:
            v = term(sign * k * h)
            total += v
            small = small + 1 if v < total * mpf(10) ** -56 else 0
            k += 1
        reach.append(k * h)
    last = total * h
    for _ in range(9):
        h /= 2
        u = h - reach[1]
        while u < reach[0]:
            total += term(u)
            u += 2 * h
        now = total * h
        if abs(now - last) < mpf(10) ** -digits * now:
            return now * width
        last = now
    raise Disagreement("quadrature")


def beta_mean(a, b, f, digits=30):
    """E f(p), p ~ Beta(a, b): quadrature in y = logit p."""
    a, b = mpf(a), mpf(b)
    scale = mp.loggamma(a) + mp.loggamma(b) - mp.loggamma(a + b)

    def integrand(y):
        tail = mp.exp(-abs(y))
        log_both = mp.log1p(tail)
        weight = mp.exp((min(y, 0) - log_both) * a - (max(y, 0) + log_both) * b - scale)
        p = 1 / (1 + tail) if y > 0 else tail / (1 + tail)
        return weight * f(p)

    return line_integral(integrand, digits=digits)


def beta_power(R, a, b, c, digits=30):
    """E (1+pc)^-R by quadrature."""
    R, c = mpf(R), mpf(c)
    return beta_mean(a, b, lambda p: mp.exp(-R * mp.log1p(p * c)), digits)


def beta_count(R, a, b, c):
    """E (1-(1+pc)^-R)/p by quadrature."""
    R, c = mpf(R), mpf(c)
    return beta_mean(a, b, lambda p: -mp.expm1(-R * mp.log1p(p * c)) / p)


def hypergeometric(R, a, b, c):
    """2F1(R, a; a+b; -c) as a ball, of the four equal forms (Euler, Pfaff) the one with the smallest
    parameters: Arb is slow in the others where parameters are large."""
    other = a + b - R
    small = abs(other) < abs(R)
    log_scale, z = c.log1p(), c / (1 + c)
    if abs(a) <= abs(b):
        if small:
            return (-a * log_scale).exp() * z.hypgeom_2f1(other, a, a + b)
        return (-c).hypgeom_2f1(R, a, a + b)
    if small:
        return ((b - R) * log_scale).exp() * (-c).hypgeom_2f1(other, b, a + b)
    return (-R * log_scale).exp() * z.hypgeom_2f1(R, b, a + b)


def beta_power_second(R, a, b, c):
    """E (1+pc)^-R = 2F1(R, a; a+b; -c) in ball arithmetic."""
    R, a, b, c = map(to_arb, (R, a, b, c))
    return ball(lambda: hypergeometric(R, a, b, c))


def beta_count_second(R, a, b, c):
    """E (1-(1+pc)^-R)/p = (a+b-1)/(a-1) [1 - 2F1(R, a-1; a+b-1; -c)] in ball arithmetic. Where a or
    a+b is 1 the form is 0/0; a is then moved by 2^-180, the mean of both sides taken."""
    R, a, b, c = map(to_arb, (R, a, b, c))

    def form(a):
        return ball(lambda: (a + b - 1) / (a - 1) * (1 - hypergeometric(R, a - 1, b, c)))

    if a == 1 or a + b == 1:
        flint.ctx.prec = 1000
        step = arb(2) ** -180
        sides = a + step, a - step
        return sum(map(form, sides)) / 2
    return form(a)


def quick_line_integral(f, digits, low=-400, high=400):
    """line_integral with f and all else in ball arithmetic, of which only midpoints are used: some ten
    times as quick. f takes and gives an arb; `now` has about twice `digits` digits."""
    golden = (5**0.5 - 1) / 2

    def at(y):
        return f(arb(y)).mid()

    left, right = high - golden * (high - low), low + golden * (high - low)
    f_left, f_right = at(left), at(right)
    while high - low > 1e-2:
        if f_left < f_right:
            low, left, f_left = left, right, f_right
            right = low + golden * (high - low)
            f_right = at(right)
        else:
            high, right, f_right = right, left, f_left
            left = high - golden * (high - low)
            f_left = at(left)
    centre, width = (low + high) / 2, 1 / 512
    top = at(centre)
    while width < 2 and at(centre - width) * 3 > top and at(centre + width) * 3 > top:
        width *= 2

    def term(u):
        grow = arb(u).exp()
        y = (arb(centre) + arb(width) / 2 * (grow - 1 / grow)).mid()
        return (f(y) * (grow + 1 / grow) / 2).mid()

    h, negligible = 0.25, arb(10) ** -56
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
    last = total * h
    for _ in range(9):
        h /= 2
        u = h - reach[1]
        while u < reach[0]:
            total = (total + term(u)).mid()
            u += 2 * h
        now = total * h
        if abs(now - last) < arb(10) ** -digits * now:
            return to_mpf(now * width)
        last = now
    raise Disagreement("quadrature")


def interval_integral(f, length, digits=30):
    """Integral of f(y, length - y) over 0 < y < length, f positive with one hump: the rule above in
    the logit of y/length, so both ends are at infinity and neither distance is a difference."""

    def integrand(z):
        tail = mp.exp(-abs(z))
        large = length / (1 + tail)
        small = large * tail
        y, rest = (large, small) if z > 0 else (small, large)
        return f(y, rest) * y * rest / length

    return line_integral(integrand, digits=digits)


def ball_integral(f, low, high, size):
    """Integral of f over low..high with Arb's proven error bound, as a ball, about 42 digits below
    `size`, the magnitude of what the caller wants. f(y, analytic) takes and gives complex balls."""
    size = to_arb(size)
    v = acb.integral(
        lambda y, analytic: f(y, analytic) / size,
        to_arb(low),
        to_arb(high),
        rel_tol=arb(2) ** (-flint.ctx.prec),
        abs_tol=arb(2) ** -140,
        eval_limit=200000,
    )
    return v.real * size
