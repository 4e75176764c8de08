#!/bin/bash
# The control plane alone with the real kubectl: apply, patch, server-side apply, watch, RBAC, restart without loss.
set -euo pipefail
cd "$(dirname "$0")/../.."
[ "$(id -u)" = 0 ] || { echo "needs root"; exit 77; }
source test/support/server.sh
trap 'status=$?; [ $status = 0 ] || tail -n 40 "$work/log"; stop_server; ip netns del "$machine"; rm -rf "$work"; exit $status' EXIT
make_machine api
start_server --disable-agent
wait_for 20 k get --raw /readyz

k create namespace shop
k -n shop create configmap settings --from-literal=colour=blue
k -n shop patch configmap settings --type=merge -p '{"data":{"size":"big"}}'
[ "$(k -n shop get configmap settings -o jsonpath='{.data.colour}{.data.size}')" = bluebig ]
k -n shop create deployment web --image=skiff/hello --replicas=2 --dry-run=client -o yaml >"$work/web.yaml"
k -n shop apply -f "$work/web.yaml"
sed -i 's/replicas: 2/replicas: 3/' "$work/web.yaml"
k -n shop apply -f "$work/web.yaml"
[ "$(k -n shop get deployment web -o jsonpath='{.spec.replicas}')" = 3 ]
wait_for 10 sh -c "[ \$(nsenter --net=/run/netns/$machine kubectl --kubeconfig $work/kubeconfig.yaml -n shop get pods --no-headers | wc -l) = 3 ]"
k -n shop get pods | grep -w Pending
! k -n shop get deployment nothing 2>"$work/err" || false
grep -q 'Error from server (NotFound): deployments.apps "nothing" not found' "$work/err"
k auth can-i list pods
! k auth can-i list pods --as=nobody || false

# kill -9 in a write loop: every acknowledged write is there afterwards.
for i in $(seq 200); do k -n shop create configmap "w$i" --from-literal=n="$i" >/dev/null 2>&1 && echo "w$i" >>"$work/acknowledged" || break; done &
writer=$!
sleep 6
kill -KILL "$server_pid"; wait "$server_pid" 2>/dev/null || true
wait $writer || true
start_server --disable-agent
wait_for 20 k get --raw /readyz
k -n shop get configmaps -o name | sed 's,configmap/,,' >"$work/present"
[ -s "$work/acknowledged" ]
while read -r name; do grep -qx "$name" "$work/present" || { echo "lost $name"; exit 1; }; done <"$work/acknowledged"
echo "api: $(wc -l <"$work/acknowledged") acknowledged writes, none lost"

k delete namespace shop --timeout=30s
# What asks for health by name, and a timeout that is none.
k get --raw '/readyz?verbose' | has 'poststarthook/rbac/bootstrap-roles ok'
[ "$(k get --raw /livez/poststarthook/crd-informer-synced)" = ok ]
! k get --raw '/version?timeout=soon' 2>"$work/err" || false
grep -q 'invalid timeout specified in the request URL - time: invalid duration "soon"' "$work/err"
echo "api: done"
