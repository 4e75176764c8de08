#!/usr/bin/env python3
"""Quick rules on the tree, without a build: file sizes, names, forbidden words and calls, no binaries, a README in each folder of src."""
import os, re, subprocess, sys

TOP = os.path.abspath(os.path.join(os.path.dirname(os.path.abspath(__file__)), '..'))
os.chdir(TOP)
files = subprocess.run(['git', 'ls-files', '-co', '--exclude-standard'], capture_output=True, text=True, check=True).stdout.split('\n')
bad = 0


def complain(text):
    global bad
    bad += 1
    print(text)


LINES_MAX = 800
BAD_STEMS = {'util', 'utils', 'common', 'helpers', 'helper', 'misc', 'types'}
CALLS = [  # pattern, why
    (r'\bstd::this_thread::sleep_', 'a sleep is no synchronisation: wait on a condition with a deadline'),
    (r'\.detach\(\)', 'no detached threads'),
    (r'(?<![\w.>])(?:(?:std)?::)?(?<!Clock::)(system|popen)\s*\(\s*[^)\s]', 'no shell is ever run'),
    (r'^\s*(static |inline )?const(expr)? std::initializer_list<', 'g++ 12 leaves elements of lists with static storage empty: use an array'),
    (r'\bunordered_(map|set)<std::string', 'clients choose what hashes well: use base/text_map.h'),
    (r'\bstrcpy\s*\(|\bsprintf\s*\(|\bgets\s*\(', 'unbounded copy'),
    (r'\b(TODO|FIXME|XXX)\b', 'finish it or file an issue'),
]
# Where a rule does not hold, and why.
EXCEPT = {
    ('src/cli', 'std::this_thread::sleep_'),
    ('src/base/text_map.h', 'unordered_'),
}

for name in files:
    if not name.startswith('src/') or not os.path.isfile(name):
        continue
    stem, extension = os.path.splitext(os.path.basename(name))
    if extension not in ('.h', '.cpp'):
        continue
    if stem in BAD_STEMS:
        complain(f'{name}: the name says nothing; name the idea')
    text = open(name, errors='replace').read()
    count = text.count('\n')
    if count > LINES_MAX:
        complain(f'{name}: {count} lines; split it (limit {LINES_MAX})')
    if extension == '.h' and '#pragma once' not in text:
        complain(f'{name}: no #pragma once')
    for number, line in enumerate(text.split('\n'), 1):
        code = line.split('//')[0]
        for pattern, why in CALLS:
            subject = line if 'TODO' in pattern else code
            if re.search(pattern, subject) and not any(name.startswith(p) and q in pattern for p, q in EXCEPT):
                complain(f'{name}:{number}: {why}')

for name in files:   # what a compiler made is no source; inputs of fuzzers may be any bytes
    if os.path.isfile(name) and not name.startswith('test/fuzz/seeds/') and b'\0' in open(name, 'rb').read(8192):
        complain(f'{name}: a binary file')

for folder, _, names in os.walk('src'):
    if 'README.md' not in names:
        complain(f'{folder}: no README.md')
sys.exit(1 if bad else 0)
