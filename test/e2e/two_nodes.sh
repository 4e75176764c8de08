#!/bin/bash
# A second node joins by token: pods spread over both, pod and Service traffic crosses the overlay, logs and exec reach the other node.
set -euo pipefail
cd "$(dirname "$0")/../.."
[ "$(id -u)" = 0 ] || { echo "needs root"; exit 77; }
command -v runc >/dev/null || { echo "needs runc"; exit 77; }
: "${skiff:=$(readlink -f build/release/skiff)}"
work=$(mktemp -d /tmp/skiff-two.XXXXXX)
chmod 711 "$work"
a="skiff-a-$$" b="skiff-b-$$" server= agent=
inside() { local ns=$1; shift; nsenter --net="/run/netns/$ns" "$@"; }
k() { inside "$a" kubectl --kubeconfig "$work/kubeconfig" "$@"; }
clean() {
  status=$?
  [ $status = 0 ] || { tail -n 20 "$work/a.log" "$work/b.log" || true; k get pods -o wide || true; }
  for pid in $server $agent; do kill "$pid" 2>/dev/null || true; wait "$pid" 2>/dev/null || true; done
  for root in $(basename "$work")-a $(basename "$work")-b; do
    for group in /sys/fs/cgroup/*/"$root" /sys/fs/cgroup/"$root"; do
      [ -d "$group" ] || continue
      find "$group" -name cgroup.procs -exec cat {} + 2>/dev/null | xargs -r kill -KILL 2>/dev/null || true
      sleep 0.2
      find "$group" -depth -type d -exec rmdir {} + 2>/dev/null || true
    done
  done
  awk -v w="$work/" 'index($2, w) == 1 {print $2}' /proc/mounts | sort -r | xargs -r -n1 umount -l 2>/dev/null || true
  ip netns del "$a" 2>/dev/null || true
  ip netns del "$b" 2>/dev/null || true
  rm -rf "$work"
  exit $status
}
trap clean EXIT
ip netns add "$a"
ip netns add "$b"
ip link add va netns "$a" type veth peer name vb netns "$b"
for side in a b; do
  ns=${!side} address=192.0.2.$([ $side = a ] && echo 1 || echo 2)
  inside "$ns" ip link set lo up
  inside "$ns" ip addr add "$address/24" dev "v$side"
  inside "$ns" ip link set "v$side" up
  inside "$ns" ip route add default via 192.0.2.254 dev "v$side"
done
name=$(basename "$work")
nsenter --net="/run/netns/$a" "$skiff" server --data-dir "$work/a" --state-dir "$work/$name-a" --write-kubeconfig "$work/kubeconfig" --node-name a >"$work/a.log" 2>&1 &
server=$!
for _ in $(seq 100); do [ -s "$work/a/server/node-token" ] && k get --raw /readyz >/dev/null 2>&1 && break; sleep 0.1; done
# With a token of its own that ends, as one would give to somebody who adds a machine.
token=$(inside "$a" "$skiff" token create --kubeconfig "$work/kubeconfig" --ttl 1h --description "node b")
inside "$a" "$skiff" token list --kubeconfig "$work/kubeconfig" | grep "node b"
nsenter --net="/run/netns/$b" "$skiff" agent --server https://192.0.2.1:6443 --token "$token" \
  --data-dir "$work/b" --state-dir "$work/$name-b" --node-name b >"$work/b.log" 2>&1 &
agent=$!
for _ in $(seq 200); do [ "$(k get nodes --no-headers 2>/dev/null | grep -cw Ready)" = 2 ] && break; sleep 0.1; done
k get nodes -o wide
[ "$(k get nodes --no-headers | grep -cw Ready)" = 2 ]

k create deployment hello --image=skiff/hello --replicas=4
k expose deployment hello --port=80 --target-port=8080
k rollout status deployment hello --timeout=60s
[ "$(k get pods -o jsonpath='{range .items[*]}{.spec.nodeName}{"\n"}{end}' | sort -u | wc -l)" = 2 ]
address=$(k get service hello -o jsonpath='{.spec.clusterIP}')
for ns in "$a" "$b"; do
  for ip in $(k get pods -o jsonpath='{.items[*].status.podIP}'); do inside "$ns" curl -sf --retry 5 --retry-all-errors --max-time 3 "http://$ip:8080" >/dev/null; done
  nodes=$(for _ in $(seq 40); do inside "$ns" curl -sf --max-time 3 "http://$address" | awk '/^node:/ {print $2}'; done | sort -u | tr '\n' ' ')
  [ "$nodes" = "a b " ]
done
pod=$(k get pods -o jsonpath='{.items[?(@.spec.nodeName=="b")].metadata.name}' | cut -d' ' -f1)
k logs "$pod" | grep listening
k exec "$pod" -- /skiff version | grep Kubernetes
k delete deployment hello --wait
for _ in $(seq 100); do [ -z "$(k get pods -o name)" ] && break; sleep 0.2; done
[ -z "$(k get pods -o name)" ]
echo "two nodes: done"
