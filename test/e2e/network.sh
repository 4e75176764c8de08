#!/bin/bash
# The network keeps its word when others touch it: foreign nftables tables stay, flushed rules of ours come back, NetworkPolicies hold,
# and Services of type LoadBalancer answer on the node's address.
set -Eeuo pipefail
cd "$(dirname "$0")/../.."
[ "$(id -u)" = 0 ] || { echo "needs root"; exit 77; }
command -v runc >/dev/null && command -v nft >/dev/null || { echo "needs runc and nft"; exit 77; }
source test/support/server.sh
trap 'echo "failed: $BASH_COMMAND (line $LINENO)"' ERR
trap 'status=$?; trap - ERR; set +e; [ $status = 0 ] || { tail -n 20 "$work/log"; k get pods,services -A -o wide; in_machine nft list ruleset | tail -n 60; }; remove_machine; exit $status' EXIT

make_machine network
in_machine nft add table inet theirs
in_machine nft add chain inet theirs forward '{ type filter hook forward priority 10; policy accept; }'
in_machine nft add rule inet theirs forward counter
start_server
wait_ready
k create deployment hello --image=skiff/hello --replicas=2
k expose deployment hello --port=80 --target-port=8080
k create deployment asker --image=skiff/hello
for name in hello asker; do k rollout status deployment "$name" --timeout=60s; done
address=$(k get service hello -o jsonpath='{.spec.clusterIP}')
get() { in_machine curl -sf --max-time 5 "http://$1"; }
wait_for 10 get "$address"

# --- the host reaches Services also where it has no default route
route=$(in_machine ip route show default)
in_machine ip route del default
get "$address"
in_machine curl -skf --max-time 5 https://10.43.0.1/version | has gitVersion
# shellcheck disable=SC2086
in_machine ip route add $route
get "$address"

# --- repair
in_machine nft list table inet theirs | has counter
for damage in 'flush table inet skiff' 'delete table inet skiff' 'flush chain inet skiff svc-dispatch'; do
  # shellcheck disable=SC2086
  in_machine nft $damage
  wait_for 5 get "$address"
done
in_machine nft list table inet theirs | has counter

# --- a load balancer on the node's address, and one that comes too late for its port
k expose deployment hello --name=balanced --type=LoadBalancer --port=8088 --target-port=8080
wait_for 10 sh -c "[ \"\$(nsenter --net=/run/netns/$machine kubectl --kubeconfig $work/kubeconfig.yaml get service balanced -o jsonpath='{.status.loadBalancer.ingress[0].ip}')\" = $machine_ip ]"
wait_for 5 get "$machine_ip:8088"
k expose deployment hello --name=late --type=LoadBalancer --port=8088 --target-port=8080
wait_for 10 sh -c "nsenter --net=/run/netns/$machine kubectl --kubeconfig $work/kubeconfig.yaml get events | grep -q 'port 8088/TCP is taken by default/balanced'"
k delete service balanced
wait_for 10 sh -c "[ \"\$(nsenter --net=/run/netns/$machine kubectl --kubeconfig $work/kubeconfig.yaml get service late -o jsonpath='{.status.loadBalancer.ingress[0].ip}')\" = $machine_ip ]"
wait_for 5 get "$machine_ip:8088"

# --- NetworkPolicy: seen from inside a pod
pid=$(find /sys/fs/cgroup -path "*$(k get pod -l app=asker -o jsonpath='{.items[0].metadata.uid}')*" -name cgroup.procs -exec cat {} + 2>/dev/null | sort -n | sed -n 1p || true)
ask() { nsenter --net="/proc/$pid/ns/net" curl -sf --max-time 2 "http://$1" >/dev/null; }
hello=$(k get pod -l app=hello -o jsonpath='{.items[0].status.podIP}')
wait_for 5 ask "$address"
k apply -f - <<'Y'
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: closed}
spec: {podSelector: {matchLabels: {app: hello}}, policyTypes: [Ingress]}
Y
shut() { ! ask "$hello:8080" && ! ask "$address"; }
wait_for 10 shut
wait_for 10 get "$hello:8080"             # the node reaches its own pods
in_machine nft flush table inet skiff-policy
wait_for 10 shut
k apply -f - <<'Y'
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: open}
spec:
  podSelector: {matchLabels: {app: hello}}
  policyTypes: [Ingress]
  ingress: [{from: [{podSelector: {matchLabels: {app: asker}}}], ports: [{port: 8000, endPort: 8100}]}]
Y
wait_for 10 ask "$hello:8080"
wait_for 5 ask "$address"
k delete networkpolicy --all
wait_for 10 sh -c "! nsenter --net=/run/netns/$machine nft list table inet skiff-policy"
wait_for 5 ask "$address"
echo "network: done"
