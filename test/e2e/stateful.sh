#!/bin/bash
# A small database: a StatefulSet with claims of the default class keeps its names and its data when a pod is deleted, when it is scaled, when the
# server restarts, when the server is killed, and when the whole node goes down with everything that ran.
set -Eeuo pipefail
cd "$(dirname "$0")/../.."
[ "$(id -u)" = 0 ] || { echo "needs root"; exit 77; }
command -v runc >/dev/null || { echo "needs runc"; exit 77; }
source test/support/server.sh
source test/support/registry.sh
trap 'echo "failed: $BASH_COMMAND (line $LINENO)"' ERR
trap 'status=$?; trap - ERR; set +e; [ $status = 0 ] || { tail -n 30 "$work/log"; k get pods,pvc,pv -A -o wide; k describe pods | tail -n 40; k get events -A | tail -n 20; }
  stop_registry; remove_machine; exit $status' EXIT

make_machine stateful
start_registry
push_image db 1
push_image db 2
start_server
wait_ready
[ "$(k get storageclass -o jsonpath='{.items[?(@.metadata.annotations.storageclass\.kubernetes\.io/is-default-class=="true")].metadata.name}')" = local-path ]

k apply -f - >"$work/applied" <<'Y'
apiVersion: v1
kind: Service
metadata: {name: db}
spec: {clusterIP: None, selector: {app: db}, ports: [{name: http, port: 8080}]}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db}
spec:
  serviceName: db
  replicas: 3
  selector: {matchLabels: {app: db}}
  template:
    metadata: {labels: {app: db}}
    spec:
      terminationGracePeriodSeconds: 1
      containers:
      - name: db
        image: 127.0.0.1:5000/db:1
        command: [sh, -c, 'echo "start of $HOSTNAME" >>/data/log; exec httpd -f -p 8080 -h /data']
        ports: [{name: http, containerPort: 8080}]
        readinessProbe: {httpGet: {path: /log, port: http}, periodSeconds: 1}
        volumeMounts: [{name: data, mountPath: /data}]
  volumeClaimTemplates:
  - metadata: {name: data}
    spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 16Mi}}}
Y
rolled() { k rollout status statefulset/db --timeout=90s >"$work/rollout"; }
starts() { k exec "db-$1" -- grep -c "start of db-$1" /data/log; }
row() { k exec "db-$1" -- cat /data/row; }
rows() { local n; for n in "$@"; do [ "$(row "$n")" = "row of db-$n" ] || { echo "db-$n lost its row"; return 1; }; done; }

# --- in order, each with its claim, its name in DNS and its data (a resolver asks again after 5 s)
rolled
[ "$(k get pods -l app=db --sort-by=.status.startTime -o jsonpath='{.items[*].metadata.name}')" = "db-0 db-1 db-2" ]
[ "$(k get pvc -o jsonpath='{range .items[*]}{.metadata.name}={.status.phase}{" "}{end}')" = "data-db-0=Bound data-db-1=Bound data-db-2=Bound " ]
for n in 0 1 2; do k exec "db-$n" -- sh -c "echo row of db-$n >/data/row"; done
[ "$(k exec db-0 -- curl -s --max-time 15 http://db-2.db:8080/row)" = "row of db-2" ]
[ "$(k exec db-1 -- curl -s --max-time 15 http://db-0.db.default.svc.cluster.local:8080/row)" = "row of db-0" ]

# --- a deleted pod and a scaled set come back to their claims
volumes=$(k get pvc -o jsonpath='{.items[*].spec.volumeName}')
before=$(k get pod db-1 -o jsonpath='{.metadata.uid}')
k delete pod db-1 >"$work/out"
wait_for 30 sh -c "[ \"\$(nsenter --net=/run/netns/$machine kubectl --kubeconfig $work/kubeconfig.yaml get pod db-1 -o jsonpath='{.metadata.uid}')\" != $before ]"
rolled
rows 0 1 2
[ "$(starts 1)" = 2 ] && [ "$(starts 0)" = 1 ]
k scale statefulset db --replicas=1 >"$work/out"
k wait --for=delete pod/db-1 pod/db-2 --timeout=60s >"$work/out"
k scale statefulset db --replicas=3 >"$work/out"
rolled
rows 0 1 2

# --- a partitioned update reaches the last one only
k patch statefulset db -p '{"spec":{"updateStrategy":{"rollingUpdate":{"partition":2}}}}' >"$work/out"
k set image statefulset/db db=127.0.0.1:5000/db:2 >"$work/out"
wait_for 60 sh -c "[ \"\$(nsenter --net=/run/netns/$machine kubectl --kubeconfig $work/kubeconfig.yaml get statefulset db -o jsonpath='{.status.updatedReplicas}/{.status.readyReplicas}')\" = 1/3 ]"
[ "$(k get pods -l app=db -o jsonpath='{.items[*].spec.containers[0].image}')" = "127.0.0.1:5000/db:1 127.0.0.1:5000/db:1 127.0.0.1:5000/db:2" ]
k patch statefulset db -p '{"spec":{"updateStrategy":{"rollingUpdate":{"partition":0}}}}' >"$work/out"
rolled
rows 0 1 2

# --- the server restarts, then is killed: no container does
counts="$(starts 0) $(starts 1) $(starts 2)"
stop_server
start_server
wait_ready
rows 0 1 2
kill -KILL "$server_pid"
wait "$server_pid" 2>/dev/null || true
start_server
wait_ready
rows 0 1 2
[ "$(starts 0) $(starts 1) $(starts 2)" = "$counts" ]

# --- the node goes down: no process, no mount and nothing of the state folder is left, as after a reboot
restarts=$(k get pod db-0 -o jsonpath='{.status.containerStatuses[0].restartCount}')
back() {   # what they were before they went down says nothing
  local pods
  pods=$(k get pods -l app=db -o jsonpath='{range .items[*]}{.status.containerStatuses[0].ready} {.status.containerStatuses[0].restartCount}{"\n"}{end}')
  [ "$(grep -c '^true' <<<"$pods")" = 3 ] && ! grep -q " $restarts\$" <<<"$pods"
}
kill -KILL "$server_pid"
wait "$server_pid" 2>/dev/null || true
down_everything
start_server
wait_ready
wait_for 60 back
rolled
rows 0 1 2
[ "$(k get pod db-0 -o jsonpath='{.status.containerStatuses[0].restartCount}')" -gt "$restarts" ]
[ "$(starts 0) $(starts 1) $(starts 2)" != "$counts" ]
[ "$(k get pvc -o jsonpath='{.items[*].spec.volumeName}')" = "$volumes" ]
[ "$(k exec db-0 -- curl -s --max-time 15 http://db-2.db:8080/row)" = "row of db-2" ]

# --- claims outlive the set, are protected while used, and take their directory along
k delete pvc data-db-2 --wait=false >"$work/out"
[ -n "$(k get pvc data-db-2 -o jsonpath='{.metadata.deletionTimestamp}')" ]
rows 2
k delete statefulset db --wait >"$work/out"
k wait --for=delete pod -l app=db --timeout=60s >"$work/out"
k wait --for=delete pvc/data-db-2 --timeout=30s >"$work/out"
[ "$(k get pvc -o jsonpath='{.items[*].metadata.name}')" = "data-db-0 data-db-1" ]
path=$(k get pv "$(k get pvc data-db-0 -o jsonpath='{.spec.volumeName}')" -o jsonpath='{.spec.local.path}{.spec.hostPath.path}')
[ "$(cat "$path/row")" = "row of db-0" ]
k delete pvc --all >"$work/out"
wait_for 30 sh -c "[ -z \"\$(nsenter --net=/run/netns/$machine kubectl --kubeconfig $work/kubeconfig.yaml get pv -o name)\" ]"
wait_for 10 sh -c "[ ! -e '$path' ]"
echo "stateful: done"
