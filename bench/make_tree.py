#!/usr/bin/env python3
"""Makes a tree like a Go build cache, node_modules and a ccache, the same for the same seed.

usage: make_tree.py DIR MEGABYTES SEED
"""
import os
import random
import sys

WORDS = [bytes(word, "ascii") for word in
         "func return import const type struct range string error nil byte slice index value export default class".split()]


def text(rng, size):
    """Source-like bytes: zstd makes about a quarter of them."""
    parts, have = [], 0
    while have < size:
        part = b" ".join(rng.choices(WORDS, k=20)) + rng.randbytes(6).hex().encode() + b"\n"
        parts.append(part)
        have += len(part)
    return b"".join(parts)[:size]


def binary(rng, size):
    """Object-like bytes: half random, half zeros and repetition."""
    parts, have = [], 0
    while have < size:
        part = rng.randbytes(rng.randint(20, 200)) + rng.choice(WORDS) * rng.randint(1, 30)
        parts.append(part)
        have += len(part)
    return b"".join(parts)[:size]


def write(path, content):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(content)


def main():
    root, megabytes, seed = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    rng = random.Random(seed)
    left = {"go-build": 0.5, "node_modules": 0.3, "ccache": 0.2}
    for kind, share in left.items():
        budget = int(megabytes * 1e6 * share)
        while budget > 0:
            name = rng.randbytes(16).hex()
            if kind == "go-build":
                size = min(budget, int(rng.paretovariate(0.9) * 3000) if rng.random() < 0.99 else rng.randint(5, 30) * 1000000)
                content = binary(rng, min(size, 30000000))
                write(f"{root}/go-build/{name[:2]}/{name}-d", content)
            elif kind == "node_modules":
                content = text(rng, min(budget, int(rng.paretovariate(1.2) * 1500)))
                write(f"{root}/node_modules/pkg-{name[:2]}{rng.randint(0, 9)}/lib/{name[:8]}.js", content)
            else:
                content = binary(rng, min(budget, rng.randint(2000, 400000)))
                write(f"{root}/ccache/{name[0]}/{name[1]}/{name[2:]}R", content)
            budget -= len(content) + 1


main()
