"""Judges histories of one register by trying every order (Wing and Gong 1993): slow, and not by any rule of ours."""

from functools import cache, lru_cache

NEVER_ENDS = 2**62


def explainable(initial, writes, reads, *, delta=0, eps=0):
    """Tell whether some order of all writes and reads, each at one instant of its span, gives every read its value.

    `writes` are (start, end, value), end NEVER_ENDS for unresolved ones, which may be left out; `reads` are
    (start, end, value), and may show what was there up to `delta` before they began. Clocks differ by up to `eps`.
    """
    spans = [("write", s, e, v) for s, e, v in writes] + [("read", s, e, v) for s, e, v in reads]

    def before(i, j):
        a, b = spans[i], spans[j]
        if a[0] == "write" and b[0] == "write":
            return i < j and a[2] <= b[1]
        if a[0] == "write":
            return a[2] < b[1] - delta - eps
        return a[2] + eps < b[1]

    everyone = range(len(spans))
    must = [[j for j in everyone if j != i and before(j, i)] for i in everyone]
    optional = {i for i, s in enumerate(spans) if s[0] == "write" and s[2] == NEVER_ENDS}
    everything = frozenset(range(len(spans))) - optional

    @cache
    def search(done, value):
        if everything <= done:
            return True
        for i, (kind, _, _, v) in enumerate(spans):
            if i in done or any(j not in done for j in must[i]):
                continue
            if kind == "read" and v != value:
                continue
            if search(done | {i}, v):
                return True
        return False

    return search(frozenset(), initial)


def fits_together(fields, start, end, *, delta=0, eps=0):
    """Tell whether at some instant of a document's window every field may have held what it says.

    `fields` are (initial, writes, value). Every write is put at every half of a unit of its span, in their order.
    """
    moments = range(2 * (start - delta - eps), 2 * (end + eps) + 1)
    return any(all(value in _held(initial, writes, at) for initial, writes, value in fields) for at in moments)


def _held(initial, writes, at):
    """Return the values that a register may hold at `at` halves, over all points at which its writes may act."""
    return _held_at(initial, tuple(writes), at)


@lru_cache(maxsize=100_000)
def _held_at(initial, writes, at):
    values = {initial}
    for start, end, value in writes:  # sequential: one ends before the next begins
        if 2 * end < at:
            values = {value}
        elif 2 * start <= at:
            values = values | {value}
    return frozenset(values)
