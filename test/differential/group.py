#!/usr/bin/env python3
"""Groups the lines of fuzz.py: one line for each difference of a field, whatever kind and value, with a count, the kinds and an example."""
import re
import sys


def signature(line):
    head, _, difference = line.partition(" :: ")
    field = ".".join(re.findall(r"[a-z]\w*", head.split("=")[0].split(" ", 2)[2])[-1:])
    difference = re.sub(r'\\"[^"\\]*\\"|"[^" ]*"', '"_"', difference)
    difference = re.sub(r"[\w.\[\]]*[.\]]", "", difference)
    return field, re.sub(r"\d+", "0", difference)[:90]


def main():
    width = int(sys.argv[2]) if len(sys.argv) > 2 else 420
    groups = {}
    with open(sys.argv[1]) as file:
        for line in file:
            if line.strip():
                groups.setdefault(signature(line), []).append(line.rstrip())
    for lines in groups.values():
        kinds = sorted({line.split(" ", 2)[1] for line in lines})
        example = min(lines, key=len)
        print("%4d %s%s  %s" % (len(lines), ",".join(kinds[:3]), ",..." if len(kinds) > 3 else "", example[:width]))
    print(len(groups), "groups")


if __name__ == "__main__":
    main()
