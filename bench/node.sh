#!/bin/bash
# Starts a server with a node in a network namespace and reports: time to Ready (first start, warm start), resident memory, executable size.
#   bench/node.sh [EXECUTABLE]
set -euo pipefail
cd "$(dirname "$0")/.."
skiff=$(readlink -f "${1:-build/release/skiff}")
source test/support/server.sh
trap 'stop_server; remove_machine' EXIT
make_machine bench
report() { printf '%-28s %12s   budget %s\n' "$1" "$2" "$3"; }
from=$(date +%s%N); start_server; wait_ready; first=$((($(date +%s%N) - from) / 1000000))
sleep 10
rss=$(awk '/^Rss:/ {print $2}' "/proc/$server_pid/smaps_rollup")
pss=$(awk '/^Pss:/ {print $2}' "/proc/$server_pid/smaps_rollup")
stop_server
from=$(date +%s%N); start_server; wait_ready; warm=$((($(date +%s%N) - from) / 1000000))
report "first start to Ready" "$first ms" "3000 ms"
report "warm start to Ready" "$warm ms" "1000 ms"
report "resident, idle" "$((rss / 1024)) MB" "64 MB"
report "proportional, idle" "$((pss / 1024)) MB" "64 MB"
report "executable" "$(($(stat -c %s "$skiff") / 1000000)) MB" "20 MB"
