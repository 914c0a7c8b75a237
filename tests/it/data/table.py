"""Shared by the scripts that print a table row by row: pseudo-random columns, a deadline for a row,
and the printing itself."""

import sys
from multiprocessing import Pipe, Process

from mpmath import mp
from precise import Disagreement

SECONDS = 60


def rounded(v):
    return float(f"{v:.4g}")


def strata(rng, n, low, high):
    """n values, log-uniform between 10^low and 10^high, one in each of n equal strata, shuffled."""
    values = [10 ** (low + (high - low) * (k + rng.random()) / n) for k in range(n)]
    rng.shuffle(values)
    return map(rounded, values)


def printed(v):
    """A field: inputs as Python writes them, results (mpf) to 25 digits."""
    if v is None:
        return ""
    if isinstance(v, mp.mpf):
        return "inf" if v == mp.inf else mp.nstr(v, 25)
    return v if isinstance(v, str) else repr(v)


def with_deadline(f, arguments):
    """f(*arguments) in a process of its own, given up after SECONDS."""

    def attempt():
        try:
            there.send((f(*arguments), None))
        except Disagreement as problem:
            there.send((None, str(problem)))

    here, there = Pipe(False)
    worker = Process(target=attempt)
    worker.start()
    answer = here.recv() if here.poll(SECONDS) else (None, "too slow")
    worker.terminate()
    worker.join()
    return answer


def print_table(header, cases, fields_of):
    """One line a case; what fields_of could not confirm goes to standard error."""
    print(header, flush=True)
    written = dropped = 0
    for case in cases:
        fields, problem = with_deadline(fields_of, case)
        if fields:
            print(",".join(map(printed, fields)), flush=True)
            written += 1
        else:
            print("left out:", *case, problem, file=sys.stderr)
            dropped += 1
    print(f"{written} rows, {dropped} left out", file=sys.stderr)
