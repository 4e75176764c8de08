#!/bin/sh
# All benchmarks, one after the other.
set -eu
cd "$(dirname "$0")"
for script in node pods api schedule; do
  printf "\n== %s\n" "$script"
  python3 "$script.py"
done
