#!/bin/bash
# kill -9 of the server, again and again, under writes and with pods: every acknowledged write is there, revisions only grow, watches go on
# where they were, no container restarts, nothing flips to NotReady, and the API is back in under a second each time.
set -Eeuo pipefail
cd "$(dirname "$0")/../.."
[ "$(id -u)" = 0 ] || { echo "needs root"; exit 77; }
command -v runc >/dev/null || { echo "needs runc"; exit 77; }
kills=${SKIFF_KILLS:-50} back_ms_max=${SKIFF_BACK_MS:-1000}
source test/support/server.sh
writers=()
trap 'echo "failed: $BASH_COMMAND (line $LINENO)"' ERR
trap 'status=$?; trap - ERR; set +e; [ $status = 0 ] || { tail -n 30 "$work/log"; k get pods -o wide; }
  for pid in "${writers[@]}"; do kill "$pid" 2>/dev/null; done; remove_machine; exit $status' EXIT

make_machine kills
start_server
wait_ready
for part in certificate-authority client-certificate client-key; do
  k config view --raw -o jsonpath="{.clusters[0].cluster.$part-data}{.users[0].user.$part-data}" | base64 -d >"$work/$part"
done
api() { in_machine curl -s --cacert "$work/certificate-authority" --cert "$work/client-certificate" --key "$work/client-key" "$@"; }
base=https://127.0.0.1:6443/api/v1/namespaces/default

k create deployment hello --image=skiff/hello --replicas=3 --dry-run=client -o json |
  jq '.spec.template.spec.containers[0].readinessProbe = {httpGet: {port: 8080, path: "/"}, periodSeconds: 1}' | k apply -f -
k expose deployment hello --port=80 --target-port=8080
k rollout status deployment hello --timeout=60s
address=$(k get service hello -o jsonpath='{.spec.clusterIP}')
wait_for 10 in_machine curl -sf --max-time 2 "http://$address"
state() {   # what must be the same afterwards
  k get pods -o jsonpath='{range .items[*]}{.metadata.name} {.status.containerStatuses[0].containerID} {.status.containerStatuses[0].restartCount} {.status.conditions[?(@.type=="Ready")].lastTransitionTime}{"\n"}{end}' | sort
  k get node node1 -o jsonpath='{.status.conditions[?(@.type=="Ready")].status} {.status.conditions[?(@.type=="Ready")].lastTransitionTime}'
}
before=$(state)

# Two writers: a line "NAME REVISION" for each create that was acknowledged.
write() {
  local n=0 answer revision
  while :; do
    n=$((n + 1))
    answer=$(api --max-time 5 -H 'Content-Type: application/json' -d "{\"metadata\":{\"name\":\"w$1-$n\"},\"data\":{\"n\":\"$n\"}}" -w '\n%{http_code}' "$base/configmaps") || true
    [ "${answer##*$'\n'}" = 201 ] || continue
    revision=$(grep -oE '"resourceVersion": ?"[0-9]+"' <<<"$answer" | head -n 1 | grep -oE '[0-9]+')
    echo "w$1-$n $revision" >>"$work/acknowledged-$1"
  done
}
for w in 1 2; do write $w 2>/dev/null & writers+=($!); done

slowest=0
for round in $(seq "$kills"); do
  sleep "0.$((RANDOM % 4 + 1))"
  mark=$(tail -qn 1 "$work"/acknowledged-* 2>/dev/null | awk '{print $2}' | sort -n | tail -n 1 || true)
  kill -KILL "$server_pid"; wait "$server_pid" 2>/dev/null || true
  in_machine curl -sf --max-time 2 "http://$address" >/dev/null      # Services go on without a server
  from=$(date +%s%3N)
  start_server
  until api --max-time 1 -f https://127.0.0.1:6443/readyz >/dev/null 2>&1; do
    kill -0 "$server_pid" || { echo "round $round: the server ended"; exit 1; }
  done
  took=$(($(date +%s%3N) - from))
  [ "$took" -le "$slowest" ] || slowest=$took
  [ "$took" -lt "$back_ms_max" ] || { echo "round $round: the API came back after $took ms"; exit 1; }
  if [ $((round % 10)) = 0 ] && [ -n "$mark" ]; then
    # A watch goes on from a revision before the kill.
    api --max-time 10 "$base/configmaps?watch=true&resourceVersion=$mark&timeoutSeconds=1" >"$work/watched"
    ! grep -q '"type":"ERROR"' "$work/watched" || false
    grep -q '"type":"ADDED"' "$work/watched"
  fi
done
for pid in "${writers[@]}"; do kill "$pid"; wait "$pid" 2>/dev/null || true; done
writers=()
wait_ready

count=$(cat "$work"/acknowledged-* | wc -l)
[ "$count" -ge "$kills" ]
k get configmaps -o name | sed 's|^configmap/||' | sort >"$work/there"
awk '{print $1}' "$work"/acknowledged-* | sort | comm -23 - "$work/there" >"$work/lost"
[ ! -s "$work/lost" ] || { echo "acknowledged and lost:"; cat "$work/lost"; exit 1; }
for w in 1 2; do awk '{print $2}' "$work/acknowledged-$w" | sort -c -n -u; done                     # only up
[ -z "$(awk '{print $2}' "$work"/acknowledged-* | sort -n | uniq -d)" ]                                # never twice
after=$(state)
[ "$before" = "$after" ] || { diff <(echo "$before") <(echo "$after") || true; exit 1; }
[ -z "$(k get events -A --no-headers | grep -E 'NodeNotReady|BackOff|Killing' || true)" ]
echo "kills: $kills times, $count acknowledged writes, slowest return $slowest ms"
