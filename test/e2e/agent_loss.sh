#!/bin/bash
# A node is lost and comes back: its pods are spread and reached from both sides before; then NotReady, taints, eviction and replacement
# elsewhere; the agent that returns is Ready again and clears away what was evicted.
set -Eeuo pipefail
cd "$(dirname "$0")/../.."
[ "$(id -u)" = 0 ] || { echo "needs root"; exit 77; }
command -v runc >/dev/null || { echo "needs runc"; exit 77; }
source test/support/server.sh
source test/support/agent.sh
trap 'echo "failed: $BASH_COMMAND (line $LINENO)"' ERR
trap 'status=$?; trap - ERR; set +e; [ $status = 0 ] || { tail -n 20 "$work/log" "$work/b/log"; k get nodes; k describe node node2 | sed -n "1,40p"; k get pods -o wide; }
  remove_second; remove_machine; exit $status' EXIT

make_machine loss
make_second
start_server --kube-controller-manager-arg node-monitor-grace-period=12s
wait_ready
start_agent
wait_for 30 sh -c "[ \$(nsenter --net=/run/netns/$machine kubectl --kubeconfig $work/kubeconfig.yaml get nodes --no-headers | grep -cw Ready) = 2 ]"
k get nodes -o wide

k apply -f - <<'Y'
apiVersion: apps/v1
kind: Deployment
metadata: {name: hello}
spec:
  replicas: 4
  selector: {matchLabels: {app: hello}}
  template:
    metadata: {labels: {app: hello}}
    spec:
      terminationGracePeriodSeconds: 1
      tolerations:
      - {key: node.kubernetes.io/unreachable, operator: Exists, effect: NoExecute, tolerationSeconds: 2}
      - {key: node.kubernetes.io/not-ready, operator: Exists, effect: NoExecute, tolerationSeconds: 2}
      topologySpreadConstraints:
      - {maxSkew: 1, topologyKey: kubernetes.io/hostname, whenUnsatisfiable: ScheduleAnyway, labelSelector: {matchLabels: {app: hello}}}
      containers: [{name: hello, image: skiff/hello, readinessProbe: {httpGet: {port: 8080}, periodSeconds: 1}}]
---
apiVersion: v1
kind: Service
metadata: {name: hello}
spec: {type: NodePort, selector: {app: hello}, ports: [{port: 80, targetPort: 8080, nodePort: 30080}]}
Y
k rollout status deployment hello --timeout=60s
[ "$(k get pods -o jsonpath='{range .items[*]}{.spec.nodeName}{"\n"}{end}' | sort -u | wc -l)" = 2 ]

# Pods and the Service, from both sides and from pod to pod.
address=$(k get service hello -o jsonpath='{.spec.clusterIP}')
for side in in_machine in_second; do
  for ip in $(k get pods -o jsonpath='{.items[*].status.podIP}'); do $side curl -sf --retry 5 --retry-all-errors --max-time 3 "http://$ip:8080" >/dev/null; done
  for url in "http://$address" "http://$machine_ip:30080" "http://$second_ip:30080"; do
    nodes=$(for _ in $(seq 25); do $side curl -sf --retry 5 --retry-all-errors --max-time 3 "$url" | awk '/^node:/ {print $2}'; done | sort -u | tr '\n' ' ')
    [ "$nodes" = "node1 node2 " ] || { echo "$url from $side: only $nodes"; exit 1; }
  done
done
# From inside a pod of each node to a pod of the other, and to the Service.
pid_of() { find /sys/fs/cgroup -path "*$(k get pod "$1" -o jsonpath='{.metadata.uid}')*" -name cgroup.procs -exec cat {} + 2>/dev/null | sort -n | sed -n 1p || true; }
pod_on() { k get pods -o jsonpath="{.items[?(@.spec.nodeName==\"$1\")].metadata.name}" | cut -d' ' -f1; }
for pair in "node1 node2" "node2 node1"; do
  from=$(pod_on "${pair% *}") to=$(k get pod "$(pod_on "${pair#* }")" -o jsonpath='{.status.podIP}') pid=$(pid_of "$from")
  nsenter --net="/proc/$pid/ns/net" curl -sf --max-time 3 "http://$to:8080" | has "node: *${pair#* }"
  nsenter --net="/proc/$pid/ns/net" curl -sf --max-time 3 "http://$address" >/dev/null
  k exec "$from" -- /skiff version | has Kubernetes
done

# --- the node is lost
lost=$(k get pods -o jsonpath='{.items[?(@.spec.nodeName=="node2")].metadata.name}')
kill -KILL "$agent_pid"; wait "$agent_pid" 2>/dev/null || true
in_machine ip link set tob down
wait_for 30 sh -c "nsenter --net=/run/netns/$machine kubectl --kubeconfig $work/kubeconfig.yaml get node node2 --no-headers | grep -qw NotReady"
k describe node node2 | has 'Kubelet stopped posting node status.'
wait_for 10 sh -c "nsenter --net=/run/netns/$machine kubectl --kubeconfig $work/kubeconfig.yaml get node node2 -o jsonpath='{.spec.taints[*].key}{.spec.taints[*].effect}' | grep -q 'unreachable.*NoExecute'"
k get events -A | has 'NodeNotReady'
# Traffic leaves the lost pods at once: they are not ready any more.
wait_for 5 sh -c "[ \$(nsenter --net=/run/netns/$machine kubectl --kubeconfig $work/kubeconfig.yaml get endpointslices -o jsonpath='{.items[*].endpoints[?(@.conditions.ready==true)].nodeName}' | tr ' ' '\n' | grep -c node2) = 0 ]"
for _ in $(seq 20); do in_machine curl -sf --max-time 2 "http://$address" | has 'node: *node1'; done
wait_for 40 sh -c "[ \$(nsenter --net=/run/netns/$machine kubectl --kubeconfig $work/kubeconfig.yaml get pods --field-selector spec.nodeName=node1 --no-headers | grep -c '1/1 *Running') = 4 ]"
for pod in $lost; do [ -n "$(k get pod "$pod" -o jsonpath='{.metadata.deletionTimestamp}')" ]; done
k get events | has 'TaintManagerEviction'

# --- and returns
in_machine ip link set tob up
in_machine ip route replace "$second_ip/32" dev tob src "$machine_ip"
start_agent
wait_for 30 sh -c "nsenter --net=/run/netns/$machine kubectl --kubeconfig $work/kubeconfig.yaml get node node2 --no-headers | grep -qw Ready"
for pod in $lost; do wait_for 20 sh -c "! nsenter --net=/run/netns/$machine kubectl --kubeconfig $work/kubeconfig.yaml get pod $pod"; done
wait_for 10 sh -c "[ -z \"\$(nsenter --net=/run/netns/$machine kubectl --kubeconfig $work/kubeconfig.yaml get node node2 -o jsonpath='{.spec.taints}')\" ]"
wait_for 10 sh -c "[ -z \"\$(find /sys/fs/cgroup/*/runb /sys/fs/cgroup/runb -path '*kubepods*' -name cgroup.procs -exec cat {} + 2>/dev/null)\" ]"
k scale deployment hello --replicas=8
k rollout status deployment hello --timeout=60s
[ "$(k get pods --field-selector spec.nodeName=node2 --no-headers | grep -cw Running)" -ge 3 ]
echo "agent loss: done"
