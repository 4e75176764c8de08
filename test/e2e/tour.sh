#!/bin/bash
# The README's tour with the release executable and the real kubectl: Deployment, Service, DNS, logs, exec, scale, rollout, adoption, deletion.
set -euo pipefail
cd "$(dirname "$0")/../.."
[ "$(id -u)" = 0 ] || { echo "needs root"; exit 77; }
command -v runc >/dev/null || { echo "needs runc"; exit 77; }
source test/support/server.sh
trap 'status=$?; [ $status = 0 ] || { tail -n 40 "$work/log"; k get pods -A -o wide || true; k get events -A | tail -n 20 || true; }; remove_machine; exit $status' EXIT
make_machine tour
start_server
wait_ready
k get nodes -o wide

k create deployment hello --image=skiff/hello --replicas=3
k expose deployment hello --port=80 --target-port=8080
k rollout status deployment hello --timeout=60s
k get pods -o wide
address=$(k get service hello -o jsonpath='{.spec.clusterIP}')
wait_for 10 in_machine curl -sf --max-time 2 "http://$address"
in_machine curl -sf "http://$address" | grep "node: *node1"
# Every pod answers in turn.
pods=$(for _ in $(seq 60); do in_machine curl -sf --max-time 2 "http://$address" | awk '/^pod:/ {print $2}'; done | sort -u | wc -l)
[ "$pods" = 3 ]

wait_for 10 sh -c "nsenter --net=/run/netns/$machine kubectl --kubeconfig $work/kubeconfig.yaml logs deployment/hello | grep -q listening"
k exec deployment/hello -- /skiff version | grep Kubernetes
k scale deployment hello --replicas=5
k rollout status deployment hello --timeout=60s
[ "$(k get pods -l app=hello --no-headers | grep -cw Running)" = 5 ]

# kill -9: the pods go on, the next start adopts them without a restart.
before=$(k get pods -o jsonpath='{range .items[*]}{.metadata.name}{" "}{.status.containerStatuses[0].containerID}{"\n"}{end}' | sort)
kill -KILL "$server_pid"; wait "$server_pid" 2>/dev/null || true
in_machine curl -sf --max-time 2 "http://$address" >/dev/null
start_server
wait_ready
after=$(k get pods -o jsonpath='{range .items[*]}{.metadata.name}{" "}{.status.containerStatuses[0].containerID}{"\n"}{end}' | sort)
[ "$before" = "$after" ]
[ "$(k get pods -o jsonpath='{.items[*].status.containerStatuses[0].restartCount}')" = "0 0 0 0 0" ]

k delete deployment hello --wait
wait_for 60 sh -c "[ -z \"\$(nsenter --net=/run/netns/$machine kubectl --kubeconfig $work/kubeconfig.yaml get pods -o name)\" ]"

# What is ended by force while it runs is gone as was asked, though its agent is as fast to say so: never "not found".
for round in 1 2 3 4 5 6; do
  for n in 1 2 3 4; do k run "force-$n" --image=skiff/hello --labels=app=force >/dev/null; done
  k wait --for=condition=Ready pod -l app=force --timeout=30s >/dev/null
  deletions=()
  for n in 1 2 3 4; do k delete pod "force-$n" --grace-period=0 --force >/dev/null & deletions+=($!); done
  for pid in "${deletions[@]}"; do wait "$pid"; done
done
echo "tour: done"
