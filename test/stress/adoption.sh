#!/bin/bash
# kill -9 of the server at any moment: in the middle of pulls, creations, ends and deletions of pods. See the README.
set -euo pipefail
cd "$(dirname "$0")/../.."
[ "$(id -u)" = 0 ] || { echo "needs root"; exit 77; }
command -v runc >/dev/null || { echo "needs runc"; exit 77; }
rounds=${SKIFF_ROUNDS:-20}
source test/support/server.sh
source test/support/registry.sh
trap 'echo "failed: $BASH_COMMAND (line $LINENO)"' ERR
trap 'status=$?; trap - ERR; set +e; [ $status = 0 ] || { tail -n 30 "$work/log"; k get pods -o wide; }; stop_registry; remove_machine; exit $status' EXIT

make_machine adoption
start_registry
start_server
wait_ready
push_image base 1
image=$registry/base:1

pod() {   # NAME COMMAND [further members of the container, JSON]: a pod of the image
  jq -n --arg name "$1" --arg image "${image_of:-$image}" --arg command "$2" --argjson more "${3:-{\}}" \
    '{apiVersion: "v1", kind: "Pod", metadata: {name: $name}, spec: {terminationGracePeriodSeconds: 1, restartPolicy: ($more.restartPolicy // "Always"),
      containers: [{name: "c", image: $image, command: ["/bin/sh", "-c", $command]} + ($more | del(.restartPolicy))]}}'
}
counting='n=0; while :; do n=$((n + 1)); echo $n; usleep 20000; done'
{ pod counter "$counting"
  pod web 'exec httpd -f -p 8080 -h /www' '{"readinessProbe": {"httpGet": {"port": 8080, "path": "/"}, "periodSeconds": 1}}'; } | k apply -f - >/dev/null
k wait --for=condition=Ready pod/counter pod/web --timeout=60s >/dev/null

lasting() { k get pods counter web -o jsonpath='{range .items[*]}{.metadata.name} {.status.containerStatuses[0].containerID} {.status.containerStatuses[0].restartCount} {.status.conditions[?(@.type=="Ready")].lastTransitionTime}{"\n"}{end}'; }
before=$(lasting)
gaps() { k logs counter | awk 'NR > 1 && $1 != last + 1 {print "gap after line " NR ": " last " " $1; bad = 1} {last = $1} END {exit bad}'; }
phase() { [ "$(k get pod "$1" -o jsonpath='{.status.phase}')" = "$2" ]; }
code() { k get pod "$1" -o jsonpath='{.status.containerStatuses[0].state.terminated.exitCode}'; }

for round in $(seq "$rounds"); do
  # Of each kind of work one piece is under way when the kill comes.
  push_image "pulled$round" 1
  { image_of=$registry/pulled$round:1 pod "pull-$round" 'sleep 1000'
    pod "start-$round" 'echo started; sleep 1000'
    pod "end-$round" "echo last words; usleep $((RANDOM * 40)); exit $((round % 200 + 1))" '{"restartPolicy": "Never"}'; } | k apply -f - >/dev/null
  [ "$round" = 1 ] || k delete pod "start-$((round - 1))" "pull-$((round - 1))" --wait=false >/dev/null
  sleep "0.$((RANDOM % 10))$((RANDOM % 10))"
  kill -KILL "$server_pid"; wait "$server_pid" 2>/dev/null || true
  sleep "0.$((RANDOM % 10))"
  start_server
  wait_ready

  wait_for 30 phase "pull-$round" Running
  wait_for 30 phase "start-$round" Running
  wait_for 30 phase "end-$round" Failed
  [ "$(code "end-$round")" = $((round % 200 + 1)) ] || { echo "round $round: exit code $(code "end-$round")"; exit 1; }
  [ "$(k logs "end-$round")" = "last words" ] || { echo "round $round: the log of the one that ended: $(k logs "end-$round")"; exit 1; }
  [ "$(k logs "start-$round")" = started ] || { echo "round $round: the log of the one that started: $(k logs "start-$round")"; exit 1; }
  now=$(lasting)
  [ "$now" = "$before" ] || { echo "round $round: pods that should have gone on have changed"; diff <(echo "$before") <(echo "$now"); exit 1; }
  gaps
  if [ "$round" != 1 ]; then
    wait_for 30 k wait --for=delete "pod/start-$((round - 1))" "pod/pull-$((round - 1))" --timeout=1s
    k delete pod "end-$((round - 1))" --wait=false >/dev/null
  fi
done

# Nothing is left of what has been deleted.
k delete pod "start-$rounds" "pull-$rounds" "end-$rounds" --wait=true --timeout=30s >/dev/null
tidy() {
  [ "$(ls "$work/$machine/sandboxes" | wc -l)" = 2 ] && [ "$(ls "$work/$machine/containers" | wc -l)" = 2 ] && [ "$(ls "$work/data/agent/pods" | wc -l)" = 2 ] &&
    [ "$(ls "$work/data/agent/images-store/containers" | wc -l)" = 2 ] && [ "$(pgrep -fc "monitor --dir $work/$machine")" = 2 ]
}
wait_for 20 tidy || { ls "$work/$machine/sandboxes" "$work/$machine/containers" "$work/data/agent/pods" "$work/data/agent/images-store/containers"; pgrep -fa "monitor --dir $work/$machine" | cut -c1-150; exit 1; }
echo "ok: $rounds kills, the counter stands at $(k logs counter --tail=1), no gap, no restart, nothing left behind"
