"""Calendar arithmetic, balances of points and prices for care.csv, without any library of dates.

Days are counted one by one from 1 January 1900, a Monday, by the rule of the Gregorian calendar. Points are replayed one
by one: every point is an object with the day on which it lapses. Prices are added up unit by unit, in fractions.

    python3 make_care.py > care.csv
"""

import random
from fractions import Fraction

random.seed(20240517)


def leap(year):
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def length(year, month):
    return 29 if month == 2 and leap(year) else (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)[month - 1]


# Every day of 440 years; index 0 is a Monday.
DAYS = [(y, m, d) for y in range(1900, 2340) for m in range(1, 13) for d in range(1, length(y, m) + 1)]
INDEX = {day: index for index, day in enumerate(DAYS)}


def text(index):
    return "%04d-%02d-%02d" % DAYS[index]


def later(index, months, rule):
    year, month, day = DAYS[index]
    was_last = day == length(year, month)
    for _ in range(months):
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    most = length(year, month)
    if rule == "keep" and was_last:
        return INDEX[year, month, most]
    if day <= most:
        return INDEX[year, month, day]
    return INDEX[year, month, most] + (1 if rule == "next" else 0)


def period(index, same):
    first = last = index
    while first > 0 and same(first - 1) == same(index):
        first -= 1
    while same(last + 1) == same(index):
        last += 1
    return text(first) + "," + text(last)


print("kind,arguments and results")

FIRST, LAST = INDEX[1900, 1, 1], INDEX[2299, 12, 31]
ends = [i for i in range(FIRST, LAST) if DAYS[i][2] >= 28]
for index in random.sample(ends, 1500) + random.sample(range(FIRST, LAST), 500):
    months = random.choice([0, 1, 2, 3, 6, 12, 13, 48, 60, 120, random.randrange(400)])
    results = [later(index, months, rule) for rule in ("last", "next", "keep")]
    print("months", text(index), months, *map(text, results), sep=",")

for index in random.sample(range(FIRST + 7, LAST), 700):
    keys = [
        lambda i: i // 7,
        lambda i: DAYS[i][:2],
        lambda i: (DAYS[i][0], (DAYS[i][1] - 1) // 3),
        lambda i: DAYS[i][0],
    ]
    print("period", text(index), *(period(index, key) for key in keys), sep=",")

for _ in range(500):
    last = random.randrange(FIRST, LAST)
    months, limit = random.randrange(1, 25), random.randrange(1, 20000)
    units, days = random.randrange(1, 3000), random.randrange(1, 100)
    used = 0
    while Fraction(units, days) * (used + 1) <= limit and used < 5000:
        used += 1
    print("due", text(last), months, limit, units, days, text(min(last + used, later(last, months, "last"))), sep=",")

START = INDEX[2020, 1, 1]
for _ in range(400):
    points, moves, day = [], [], START
    for _ in range(random.randrange(1, 12)):
        day += random.choice([0, 0, 1, 5, 30, 90])
        alive = [p for p in points if p[1] is None or p[1] >= day]
        if alive and random.random() < 0.45:
            count = random.choice([1, len(alive), random.randint(1, len(alive))])
            for spent in alive[:count]:
                points.remove(spent)
            moves.append("%s s %d" % (text(day), count))
        else:
            count = random.randrange(1, 9)
            lapse = random.choice([None, day, day + random.randrange(200)])
            points.extend([(len(moves), lapse)] * count)
            moves.append("%s e %d %s" % (text(day), count, "never" if lapse is None else text(lapse)))
    for wait in (0, 1, 20, 100, 300):
        on = day + wait
        left = sum(1 for p in points if p[1] is None or p[1] >= on)
        print("points", ";".join(moves), text(on), left, sep=",")

for _ in range(200):
    starts = [0] + sorted(random.sample(range(1, 40), random.randrange(0, 4)))
    prices = [random.randrange(0, 300) for _ in starts]
    cost = lambda q: prices[max(i for i, s in enumerate(starts) if s <= q)] * q
    quantity = random.randrange(0, 60)
    steps = sum(prices[max(i for i, s in enumerate(starts) if s <= unit)] for unit in range(quantity))
    # No quantity beyond the last band is cheaper than its start.
    bad = [q for q in range(starts[-1]) if any(cost(more) < cost(q) for more in range(q + 1, starts[-1] + 1))]
    bands = ";".join("%d %d" % band for band in zip(starts, prices))
    print("volume", bands, quantity, cost(quantity), steps, " ".join(map(str, bad)), sep=",")

for _ in range(200):
    acts = [random.randrange(0, 50) for _ in range(random.randrange(1, 9))]
    tenths, cap = random.randrange(0, 11), random.choice([None, random.randrange(0, 120)])
    total, booked = Fraction(0), []
    for k, act in enumerate(acts):
        total += act * Fraction(tenths, 10) ** k
        booked.append(int(total if cap is None else min(total, cap)) - sum(booked))
    print("earning", ";".join(map(str, acts)), tenths, "" if cap is None else cap, ";".join(map(str, booked)), sep=",")
