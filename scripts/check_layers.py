#!/usr/bin/env python3
"""Proves the levels of src/LAYERS: an include points down or stays in its folder; third-party headers stay where they may be."""
import os, re, sys

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'src')
level, third = {}, []
for line in open(os.path.join(ROOT, 'LAYERS')):
    words = line.split('#')[0].split()
    if not words:
        continue
    if words[0] == 'third_party':
        third.append((words[1], words[2:]))
    else:
        for folder in words[1:]:
            level[folder] = int(words[0])


def home(path):
    """The listed folder that a path below src belongs to: the longest that fits."""
    fits = [f for f in level if f != '.' and (path == f or path.startswith(f + '/'))]
    return max(fits, key=len) if fits else ('.' if '/' not in path else None)


bad = 0


def complain(path, number, text):
    global bad
    bad += 1
    print(f'src/{path}:{number}: {text}')


for folder, _, names in os.walk(ROOT):
    for name in sorted(names):
        if not name.endswith(('.h', '.cpp', '.inc')):
            continue
        path = os.path.relpath(os.path.join(folder, name), ROOT)
        here = home(os.path.dirname(path) or name)
        if here is None:
            complain(path, 1, 'its folder has no level in src/LAYERS')
            continue
        for number, line in enumerate(open(os.path.join(folder, name), errors='replace'), 1):
            m = re.match(r'\s*#\s*include\s+([<"])([^>"]+)[>"]', line)
            if not m:
                continue
            target = m.group(2)
            if m.group(1) == '"':
                there = home(os.path.dirname(target) or target)
                if not os.path.exists(os.path.join(ROOT, target)):
                    complain(path, number, f'"{target}" is not a file below src')
                elif there != here and level[there] >= level[here]:
                    complain(path, number, f'{here} (level {level[here]}) includes {target} of level {level[there]}')
            else:
                for header, places in third:
                    if target == header or target.startswith(header + '/') or (header.endswith('/') and target.startswith(header)):
                        stem = os.path.splitext(path)[0]
                        if not any(stem == p or stem.startswith(p + '/') or os.path.dirname(path) == p for p in places):
                            complain(path, number, f'<{target}> may only be included in {", ".join(places)}')
sys.exit(1 if bad else 0)
