#!/bin/bash
# A followed log ends with its container, whenever that ends: before the reader came, while it comes, or under it; and kubectl run that attaches
# to a container of a moment shows what it said.
set -Eeuo pipefail
cd "$(dirname "$0")/../.."
[ "$(id -u)" = 0 ] || { echo "needs root"; exit 77; }
command -v runc >/dev/null || { echo "needs runc"; exit 77; }
source test/support/server.sh
trap 'echo "failed: $BASH_COMMAND (line $LINENO)"' ERR
trap 'status=$?; trap - ERR; set +e; [ $status = 0 ] || { tail -n 20 "$work/log"; k get pods -A; }; remove_machine; exit $status' EXIT
make_machine logs
start_server
wait_ready

# follow POD: tries again while the container has not begun; 124 is a log without an end.
follow() {
  local status
  for _ in $(seq 100); do
    status=0
    KUBECACHEDIR="$work/cache" in_machine timeout 30 kubectl --kubeconfig "$work/kubeconfig.yaml" logs -f "$1" >"$work/$1.log" 2>"$work/$1.err" || status=$?
    [ $status != 124 ] || { echo "the log of $1 has no end"; return 1; }
    if [ $status = 0 ]; then has '^skiff ' "$work/$1.log"; return; fi
  done
  cat "$work/$1.err"
  return 1
}
pids=()
for n in $(seq 16); do
  k run "short-$n" --image=skiff/hello --restart=Never --command -- /skiff version
  follow "short-$n" & pids+=($!)
done
for pid in "${pids[@]}"; do wait "$pid"; done
for n in $(seq 4); do
  k run --rm -i "attached-$n" --image=skiff/hello --restart=Never --command -- /skiff version | has '^skiff '
done

# --- a reader that is there when the pod is deleted
k run long --image=skiff/hello
k wait --for=condition=Ready pod/long --timeout=60s
KUBECACHEDIR="$work/cache" in_machine timeout 60 kubectl --kubeconfig "$work/kubeconfig.yaml" logs -f long >"$work/long" & reader=$!
wait_for 10 has listening "$work/long"
k delete pod long --grace-period=1
wait $reader
echo "logs: done"
