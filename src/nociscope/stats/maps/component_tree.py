"""Compiled growth of clusters while a threshold falls: the tree that both TFCE and cluster labels are read from.

Elements are visited in a given order. ``parent[i]`` is the position of the element whose visit next enlarged the
cluster of element ``i``, or the number of elements where nothing did; ``extent[i]`` is the size of that cluster at the
visit of ``i``. With elements in descending order of a statistic this is the component tree of its level sets (Najman &
Couprie 2006). Union-find runs over clusters that met, not over elements: a voxel takes the name of a neighbour that was
visited, so the forest has one node for each local maximum and stays in the cache.
"""

from __future__ import annotations

import numpy as np
from numba import njit

_DIGIT = 11
_DIGITS = 1 << _DIGIT


@njit(cache=True, nogil=True, error_model="numpy")
def descending(bits, payload, negative, keys, values, spare_keys, spare_values):  # type: ignore[no-untyped-def]
    """Sort elements of one sign by size, largest first, by radix; returns how many there are.

    Parameters
    ----------
    bits : shape (element,), float32 statistics seen as uint32; the order of positive floats is that of their bits.
    payload : shape (element,), what is carried along.
    keys, values : written, shape (element,): bits without sign, and payload.
    """
    sign = np.uint32(0x80000000)
    flip = sign if negative else np.uint32(0)
    count = np.int64(0)
    for v in range(bits.size):
        key = bits[v] ^ flip
        spare_keys[count] = key
        spare_values[count] = payload[v]
        # adding a truth value instead of branching: signs of noise cannot be predicted
        count += np.int64((key < sign) & (key > 0))
    starts = np.zeros((3, _DIGITS), dtype=np.int64)
    low = np.uint32(_DIGITS - 1)
    for a in range(count):
        key = spare_keys[a]
        starts[0, key & low] += 1
        starts[1, (key >> np.uint32(_DIGIT)) & low] += 1
        starts[2, key >> np.uint32(2 * _DIGIT)] += 1
    for digit in range(3):
        total = 0
        for b in range(_DIGITS - 1, -1, -1):
            here = starts[digit, b]
            starts[digit, b] = total
            total += here
    _scatter(spare_keys, spare_values, keys, values, count, 0, starts[0])
    _scatter(keys, values, spare_keys, spare_values, count, 1, starts[1])
    _scatter(spare_keys, spare_values, keys, values, count, 2, starts[2])
    return count


@njit(cache=True, nogil=True, error_model="numpy")
def _scatter(keys, values, out_keys, out_values, count, digit, start):  # type: ignore[no-untyped-def]
    shift = np.uint32(_DIGIT * digit)
    low = np.uint32(_DIGITS - 1)
    for a in range(count):
        key = keys[a]
        b = (key >> shift) & low
        to = start[b]
        start[b] = to + 1
        out_keys[to] = key
        out_values[to] = values[a]


@njit(cache=True, nogil=True, error_model="numpy", inline="always")
def _root(forest, node):  # type: ignore[no-untyped-def]
    while forest[node] != node:
        forest[node] = forest[forest[node]]
        node = forest[node]
    return node


@njit(cache=True, nogil=True, error_model="numpy")
def grow_on_grid(places, count, steps, first, second, name, forest, last, held, parent, extent):  # type: ignore[no-untyped-def]  # noqa: PLR0912, PLR0915, PLR0917
    """Grow clusters of voxels; extent in voxels. False where there are more clusters than ``name`` can tell apart.

    Short names fit the cache: with 16 bits a whole brain of 26 neighbours takes a fifth less time than with 32.

    Parameters
    ----------
    places : shape (≥ count,), voxels in order, flat on the padded grid.
    name : shape (place,), uint16 or int32, all zero; zero again on return.
    forest, last, held : scratch of clusters, shape (> count,): what a cluster is part of, position of the visit that
        enlarged it last, its voxels.
    parent, extent : written, shape (≥ count,).
    """
    names = 0
    most = 0xFFFF if name.itemsize == 2 else 0x7FFFFFFE
    faces = steps.size == 6
    box = steps.size == 26
    for i in range(count):
        g = places[i]
        # highest name around, and lowest among the named: zero turns into the largest unsigned number
        high = np.int32(0)
        low = np.uint32(0xFFFFFFFF)
        if faces:
            a, b = np.int32(name[g - first]), np.int32(name[g + first])
            c, d = np.int32(name[g - second]), np.int32(name[g + second])
            e, f = np.int32(name[g - 1]), np.int32(name[g + 1])
            high = max(a, b, c, d, e, f)
            low = min(np.uint32(a - 1), np.uint32(b - 1), np.uint32(c - 1))
            low = min(low, np.uint32(d - 1), np.uint32(e - 1), np.uint32(f - 1))
        elif box:
            for r in range(9):
                row = g + (r // 3 - 1) * first + (r % 3 - 1) * second
                a, b, c = np.int32(name[row - 1]), np.int32(name[row]), np.int32(name[row + 1])
                high = max(high, a, b, c)
                low = min(low, np.uint32(a - 1), np.uint32(b - 1), np.uint32(c - 1))
        else:
            for q in range(steps.size):
                a = np.int32(name[g + steps[q]])
                high = max(high, a)
                low = min(low, np.uint32(a - 1))
        if high == 0:
            if names == most:
                for k in range(i):
                    name[places[k]] = 0
                return False
            names += 1
            name[g] = names
            forest[names] = names
            last[names] = i
            held[names] = 1
            extent[i] = 1.0
            continue
        name[g] = high
        root = _root(forest, high)
        parent[last[root]] = i
        total = held[root] + 1
        if low + np.uint32(1) != np.uint32(high):
            before = high
            for q in range(steps.size):
                a = np.int32(name[g + steps[q]])
                if a == 0 or a == before:  # noqa: PLR1714  # the compiler knows no tuple of two kinds
                    continue
                before = a
                other = _root(forest, a)
                if other == root:
                    continue
                parent[last[other]] = i
                total += held[other]
                if held[other] > held[root]:
                    forest[root] = other
                    root = other
                else:
                    forest[other] = root
        held[root] = total
        last[root] = i
        extent[i] = total
    for n in range(1, names + 1):
        if forest[n] == n:
            parent[last[n]] = count
    for i in range(count):
        name[places[i]] = 0
    return True


@njit(cache=True, nogil=True, error_model="numpy")
def grow_on_lists(elements, count, start, neighbour, weight, name, forest, last, held, parent, extent):  # type: ignore[no-untyped-def]  # noqa: PLR0917
    """As `grow_on_grid` for listed neighbours; extent is the sum of weights, ``name`` has shape (element,)."""
    names = 0
    for i in range(count):
        v = elements[i]
        root = 0
        total = weight[v]
        for q in range(start[v], start[v + 1]):
            a = name[neighbour[q]]
            if a == 0:
                continue
            other = _root(forest, a)
            if other == root:
                continue
            parent[last[other]] = i
            total += held[other]
            if root == 0:
                root = other
            elif held[other] > held[root]:
                forest[root] = other
                root = other
            else:
                forest[other] = root
        if root == 0:
            names += 1
            root = names
            forest[root] = root
        name[v] = root
        held[root] = total
        last[root] = i
        extent[i] = total
    for n in range(1, names + 1):
        if forest[n] == n:
            parent[last[n]] = count
    for i in range(count):
        name[elements[i]] = 0


@njit(cache=True, nogil=True, error_model="numpy")
def grow_on_nodes(edges, count, first, second, forest, last, held, parent, extent):  # type: ignore[no-untyped-def]  # noqa: PLR0917
    """As `grow_on_grid` for connections that share nodes; the clusters are sets of nodes, shape (node,) of scratch."""
    for n in range(forest.size):
        forest[n] = n
        last[n] = -1
        held[n] = 0.0
    for i in range(count):
        a, b = _root(forest, first[edges[i]]), _root(forest, second[edges[i]])
        if last[a] >= 0:
            parent[last[a]] = i
        if b != a:
            if last[b] >= 0:
                parent[last[b]] = i
            if held[b] > held[a]:
                a, b = b, a
            forest[b] = a
            held[a] += held[b]
            # what it was has no last visit of its own any more
            last[b] = -1
        held[a] += 1.0
        last[a] = i
        extent[i] = held[a]
    for n in range(forest.size):
        if forest[n] == n and last[n] >= 0:
            parent[last[n]] = count


@njit(cache=True, nogil=True, error_model="numpy")
def integrate(parent, extent, area, count, value):  # type: ignore[no-untyped-def]
    """Sum extent × area between an element and the one that enlarged its cluster, down to zero; returns the largest.

    Parameters
    ----------
    extent : shape (≥ count,), already raised to its power.
    area : shape (> count,), integral of the height function up to the height of each element; zero at ``count``.
    value : written, shape (> count,).
    """
    value[count] = 0.0
    largest = 0.0
    for i in range(count - 1, -1, -1):
        p = parent[i]
        value[i] = value[p] + extent[i] * (area[i] - area[p])
        largest = max(largest, value[i])
    return largest


@njit(cache=True, nogil=True, error_model="numpy")
def raise_extent(extent, count, power):  # type: ignore[no-untyped-def]
    """Raise extents to a power in place."""
    if power == 0.5:
        for i in range(count):
            extent[i] = np.sqrt(extent[i])
    elif power != 1.0:
        for i in range(count):
            extent[i] = extent[i] ** power


@njit(cache=True, nogil=True, error_model="numpy")
def area_exact(heights, count, power, area):  # type: ignore[no-untyped-def]
    """Integral of h ** power from zero to each height."""
    over = power + 1.0
    area[count] = 0.0
    if power == 2.0:
        for i in range(count):
            x = np.float64(heights[i])
            area[i] = x * x * x / 3.0
    else:
        for i in range(count):
            area[i] = np.float64(heights[i]) ** over / over


@njit(cache=True, nogil=True, error_model="numpy")
def area_stepped(heights, count, levels, sums, area):  # type: ignore[no-untyped-def]
    """Sum of h ** power over the levels that each height reaches.

    Parameters
    ----------
    levels : shape (level,), ascending from zero. sums : shape (level,), running sum over levels, zero first.
    """
    area[count] = 0.0
    k = levels.size - 1
    for i in range(count):
        while k > 0 and levels[k] > heights[i]:
            k -= 1
        area[i] = sums[k]


@njit(cache=True, nogil=True, error_model="numpy")
def interpolate(values, step, table, out):  # type: ignore[no-untyped-def]
    """Read an odd function from a table of equal steps from zero; returns how many values lay beyond the table."""
    beyond = 0
    for v in range(values.size):
        x = np.float64(abs(values[v])) / step
        if x >= table.size - 1:
            beyond += 1
            continue
        k = int(x)
        z = table[k] + (x - k) * (table[k + 1] - table[k])
        out[v] = z if values[v] >= 0 else -z
    return beyond


@njit(cache=True, nogil=True, error_model="numpy")
def numbered(parent, count, number):  # type: ignore[no-untyped-def]
    """Number the clusters of a grown tree from 1, in the order in which their first element was visited."""
    clusters = 0
    for i in range(count - 1, -1, -1):
        if parent[i] == count:
            clusters += 1
            number[i] = clusters
        else:
            number[i] = number[parent[i]]
    renamed = np.zeros(clusters + 1, dtype=np.int32)
    clusters = 0
    for i in range(count):
        if renamed[number[i]] == 0:
            clusters += 1
            renamed[number[i]] = clusters
        number[i] = renamed[number[i]]
