#!/bin/bash
# Everything that CI runs: quick checks, release build, unit tests, integration and end-to-end tests.
#   scripts/test.sh                         all
#   scripts/test.sh unit|integration|e2e    one kind
#   scripts/test.sh stress                  short versions of test/stress (root); not part of all
#   scripts/test.sh fuzz                    the fuzz targets, SKIFF_FUZZ_SECONDS (5) each; part of all only where that variable is set
#   scripts/test.sh clients                 real clients in many languages (test/clients); needs the package registries, so it is no part of all
#   SKIFF_PRESET=dev scripts/test.sh unit   the unit tests under ASan and UBSan
set -uo pipefail
cd "$(dirname "$0")/.."
kinds=${1:-all}
# A bare environment (env -i, a service) has neither.
export PATH=${PATH:-/usr/local/bin:/usr/bin:/bin}:/usr/local/sbin:/usr/sbin:/sbin HOME=${HOME:-/root} LC_ALL=C.UTF-8
# What a person has exported for a real cluster is none of the tests' business.
unset KUBECONFIG SKIFF_URL SKIFF_TOKEN SKIFF_TOKEN_FILE SKIFF_DATA_DIR SKIFF_CONFIG_FILE SKIFF_NODE_NAME
# Two checkouts at different paths share what ccache holds.
export CCACHE_BASEDIR=$PWD CCACHE_NOHASHDIR=1
started=$SECONDS
step() { printf '\n== %s (%d s)\n' "$1" $((SECONDS - started)); }
passed=0 failed=0 skipped=0
# run NAME COMMAND...: one test; exit status 77 means skipped.
run() {
  local name=$1 status=0 from=$SECONDS
  shift
  "$@" >"build/test-logs/$name.log" 2>&1 || status=$?
  case $status in
    0) passed=$((passed + 1)); printf 'ok    %s (%d s)\n' "$name" $((SECONDS - from)) ;;
    77) skipped=$((skipped + 1)); printf 'skip  %s: %s\n' "$name" "$(tail -n 1 "build/test-logs/$name.log")" ;;
    *) failed=$((failed + 1)); printf 'FAIL  %s (status %d, build/test-logs/%s.log)\n' "$name" "$status" "$name"
       tail -n 40 "build/test-logs/$name.log" ;;
  esac
}

mkdir -p build/test-logs
step "dependencies"; scripts/install-deps --test || exit 1
step "check"; run check scripts/check
if [ "$kinds" = fuzz ] || { [ "$kinds" = all ] && [ -n "${SKIFF_FUZZ_SECONDS:-}" ]; }; then
  step "fuzz targets"; run fuzz scripts/fuzz "${SKIFF_FUZZ_SECONDS:-5}"
  if [ "$kinds" = fuzz ]; then printf '\n%d passed, %d failed, %d skipped\n' $passed $failed $skipped; [ $failed = 0 ]; exit; fi
fi
step "release build"; scripts/build >build/test-logs/build.log 2>&1 || { tail -n 40 build/test-logs/build.log; exit 1; }
ls -l build/release/skiff

if [ "$kinds" = all ] || [ "$kinds" = unit ]; then
  step "unit test build"
  preset=${SKIFF_PRESET:-ci}
  cmake --preset "$preset" >/dev/null && cmake --build --preset "$preset" -j "$(nproc)" >build/test-logs/build-unit.log 2>&1 || { tail -n 40 build/test-logs/build-unit.log; exit 1; }
  step "unit tests ($preset)"
  for binary in build/"$preset"/test/unit/test_*; do
    [ -x "$binary" ] && [ -f "$binary" ] && run "$(basename "$binary")" timeout 600 "$binary"
  done
fi
if [ "$kinds" = clients ]; then
  step "clients"; test/clients/run.sh
  exit
fi
for kind in integration e2e; do
  if [ "$kinds" = all ] || [ "$kinds" = "$kind" ]; then
    step "$kind tests"
    for script in test/"$kind"/*.sh; do
      [ -f "$script" ] && run "$kind-$(basename "$script" .sh)" timeout 900 bash "$script"
    done
  fi
done
if [ "$kinds" = stress ]; then
  step "stress tests"
  run stress-overload python3 test/stress/overload.py 5 20
  run stress-hostile python3 test/stress/hostile.py
  run stress-slow-clients python3 test/stress/slow_clients.py 4
  run stress-power-cuts python3 test/stress/power_cuts.py 5
  run stress-disk-full python3 test/stress/disk_full.py 10
fi
printf '\n%d passed, %d failed, %d skipped\n' $passed $failed $skipped
[ $failed = 0 ] && [ $passed -gt 0 ]
