#!/bin/bash
# What an administrator does in a day, with the real kubectl: one file with every common workload, images from a registry, Services and DNS
# from pod and host, scale, rollout, undo, exec, terminal, logs, cp, attach, port-forward, proxy, drain, a deleted node, events.
set -Eeuo pipefail
cd "$(dirname "$0")/../.."
[ "$(id -u)" = 0 ] || { echo "needs root"; exit 77; }
command -v runc >/dev/null || { echo "needs runc"; exit 77; }
source test/support/server.sh
source test/support/registry.sh
helpers=()
trap 'echo "failed: $BASH_COMMAND (line $LINENO)"' ERR
trap 'status=$?; trap - ERR; set +e; [ $status = 0 ] || { tail -n 30 "$work/log"; k get pods -A -o wide; k get events -A | tail -n 20; }
  for pid in "${helpers[@]}"; do kill "$pid" 2>/dev/null; done; stop_registry; remove_machine; exit $status' EXIT
expect() {   # PATTERN COMMAND...: the output has a line that fits; it is shown when not
  local pattern=$1 text; shift
  text=$("$@" 2>&1) || true
  grep -qE -- "$pattern" <<<"$text" || { printf 'expected /%s/ of: %s\n%s\n' "$pattern" "$*" "$text"; return 1; }
}
fetch() { in_machine curl -sf --max-time 3 "$@"; }
s() { k -n shop "$@"; }

make_machine workloads
start_registry
push_image web 1
push_image web 2
start_server
wait_ready
expect '^NAME +STATUS +ROLES +AGE +VERSION$' k get nodes
expect '^NAME +STATUS +MESSAGE +ERROR$' k get componentstatuses
expect '^etcd-0 +Healthy' k get componentstatuses

# --- one file
k apply -f test/e2e/workloads.yaml >"$work/applied"
for line in namespace/shop configmap/settings secret/password deployment.apps/web service/web service/web-outside daemonset.apps/watcher job.batch/once \
  replicationcontroller/old service/old; do grep -qx "$line created" "$work/applied"; done
expect '^deployment.apps/web unchanged$' k apply -f test/e2e/workloads.yaml
expect 'deployment "web" successfully rolled out' s rollout status deployment/web --timeout=90s
expect 'daemon set "watcher" successfully rolled out' s rollout status daemonset/watcher --timeout=60s
expect 'condition met' s wait --for=condition=complete job/once --timeout=60s
expect '^NAME +READY +UP-TO-DATE +AVAILABLE +AGE$' s get deployment
expect '^web +3/3 +3 +3 ' s get deployment
expect '^NAME +DESIRED +CURRENT +READY +UP-TO-DATE +AVAILABLE +NODE SELECTOR +AGE$' s get daemonset
expect '^NAME +STATUS +COMPLETIONS +DURATION +AGE$' s get job
expect '^once +Complete +1/1 ' s get job
expect '^NAME +TYPE +CLUSTER-IP +EXTERNAL-IP +PORT\(S\) +AGE$' s get service
expect '^web-outside +NodePort +10\.43\.[0-9.]+ +<none> +80:30080/TCP ' s get service
wait_for 30 expect '^old +2 +2 +2 ' s get rc
expect '^greeting-from-settings hunter2$' s logs job/once
expect '^Name: +web$' s describe deployment web
expect 'RollingUpdateStrategy: +1 max unavailable, 1 max surge' s describe deployment web

# --- Services and DNS, from the host and from a pod
address=$(s get service web -o jsonpath='{.spec.clusterIP}')
wait_for 10 fetch "http://$address"
[ "$(fetch "http://$address")" = "web 1" ]
[ "$(fetch "http://$machine_ip:30080")" = "web 1" ]
watcher=$(s get pods -l app=watcher -o jsonpath='{.items[0].metadata.name}')
for url in "http://$address" http://web http://web.shop.svc.cluster.local "http://$machine_ip:30080" http://old:8080; do
  [ "$(s exec "$watcher" -- curl -s --max-time 3 "$url")" = "web 1" ] || { echo "not reached from a pod: $url"; exit 1; }
done
expect "^$address +web.shop.svc.cluster.local" s exec "$watcher" -- getent hosts web.shop

# --- scale, rollout, undo
expect '^deployment.apps/web scaled$' s scale deployment web --replicas=5
s rollout status deployment/web --timeout=60s >/dev/null
expect '^web +5/5 ' s get deployment
expect '^deployment.apps/web image updated$' s set image deployment/web web="$registry/web:2"
expect 'successfully rolled out' s rollout status deployment/web --timeout=90s
wait_for 5 sh -c "[ \"\$(nsenter --net=/run/netns/$machine curl -sf http://$address)\" = 'web 2' ]"
expect '^REVISION +CHANGE-CAUSE$' s rollout history deployment/web
expect '^deployment.apps/web rolled back$' s rollout undo deployment/web
s rollout status deployment/web --timeout=90s >/dev/null
wait_for 5 sh -c "[ \"\$(nsenter --net=/run/netns/$machine curl -sf http://$address)\" = 'web 1' ]"
expect '^replicationcontroller/old scaled$' s scale rc old --replicas=1

# --- exec, terminal, attach, logs, cp
# One that stays: those of the template that was undone may still be ending.
pod=$(s get pods -l app=web --field-selector=status.phase=Running -o go-template='{{range .items}}{{if not .metadata.deletionTimestamp}}{{.metadata.name}}{{"\n"}}{{end}}{{end}}' | tail -n 1)
[ "$(echo through stdin | s exec -i "$pod" -- cat)" = "through stdin" ]
status=0; s exec "$pod" -- sh -c 'exit 42' 2>"$work/err" || status=$?
[ $status = 42 ]; grep -q 'command terminated with exit code 42' "$work/err"
kubectl="nsenter --net=/run/netns/$machine kubectl --kubeconfig $work/kubeconfig.yaml -n shop"
expect '/dev/pts/' script -qec "stty rows 33 cols 77; $kubectl exec -it $pod -- sh -c 'tty; stty size'" /dev/null
expect '33 77' script -qec "stty rows 33 cols 77; $kubectl exec -it $pod -- sh -c 'sleep 0.5; stty size'" /dev/null
s run echo --image="$registry/web:1" --restart=Never -i --quiet --rm --command -- sed 's/^/got /' <<<"attached" >"$work/attached"
grep -qx 'got attached' "$work/attached"
# Who attaches and has nothing more to say leaves; the container stays, with its input open.
timeout 30 nsenter --net="/run/netns/$machine" kubectl --kubeconfig "$work/kubeconfig.yaml" -n shop run stays --image="$registry/web:1" --restart=Never -i --leave-stdin-open \
  --command -- sh -c 'cat && echo closed' <<<"said" >/dev/null
wait_for 10 sh -c "$kubectl logs stays | grep -qx said"
[ "$(s logs stays)" = said ]
s delete pod stays --now >/dev/null
s run talker --image="$registry/web:1" --restart=Never --command -- sh -c 'i=0; while [ $i -lt 5 ]; do echo line $i; i=$((i+1)); sleep 0.2; done' >/dev/null
wait_for 30 s logs talker
[ "$(timeout 20 nsenter --net="/run/netns/$machine" kubectl --kubeconfig "$work/kubeconfig.yaml" -n shop logs -f talker | tail -n 1)" = "line 4" ]
expect '^line 4$' s logs talker --tail=1
head -c 3000000 /dev/urandom >"$work/up"
s cp "$work/up" "$pod:/tmp/up" >/dev/null
s cp "$pod:/tmp/up" "$work/down" >/dev/null
cmp "$work/up" "$work/down"

# --- port-forward and proxy (not through in_machine: $! must be the program itself, to be ended)
nsenter --net="/run/netns/$machine" kubectl --kubeconfig "$work/kubeconfig.yaml" -n shop port-forward deployment/web 18080:8080 >"$work/forward" 2>&1 & helpers+=($!)
nsenter --net="/run/netns/$machine" kubectl --kubeconfig "$work/kubeconfig.yaml" proxy --port=18001 >/dev/null 2>&1 & helpers+=($!)
wait_for 10 fetch http://127.0.0.1:18080
grep -q 'Forwarding from 127.0.0.1:18080 -> 8080' "$work/forward"
wait_for 10 fetch http://127.0.0.1:18001/version
noise=$(s exec "$pod" -- sha256sum /www/noise | cut -d' ' -f1)
for _ in 1 2 3; do [ "$(fetch --max-time 20 http://127.0.0.1:18080/noise | sha256sum | cut -d' ' -f1)" = "$noise" ]; done
[ "$(fetch "http://127.0.0.1:18001/api/v1/namespaces/shop/pods/$pod:8080/proxy/")" = "web 1" ]
[ "$(fetch "http://127.0.0.1:18001/api/v1/namespaces/shop/services/web/proxy/")" = "web 1" ]
[ "$(fetch "http://127.0.0.1:18001/api/v1/namespaces/shop/services/http:web:http/proxy/")" = "web 1" ]
[ "$(fetch http://127.0.0.1:18001/api/v1/nodes/node1/proxy/healthz)" = ok ]

# --- drain, delete the node, and its return
expect '^node/node1 cordoned$' k cordon node1
expect 'Ready,SchedulingDisabled' k get node node1
expect '^node/node1 uncordoned$' k uncordon node1
expect '^node/node1 drained$' k drain node1 --ignore-daemonsets --delete-emptydir-data --force --timeout=60s
[ -z "$(s get pods -l app=web --field-selector=status.phase=Running -o name)" ]
expect '^web +0/5 ' s get deployment
k uncordon node1 >/dev/null
s rollout status deployment/web --timeout=90s >/dev/null
# A deleted node registers when its agent starts again, as a kubelet does.
expect '^node "node1" deleted' k delete node node1
wait_for 60 sh -c "[ -z \"\$($kubectl get pods -l app=watcher -o name)\" ]"
stop_server
start_server
wait_for 60 expect '^node1 +Ready ' k get nodes
wait_for 60 expect '^web +5/5 ' s get deployment
wait_for 10 fetch "http://$address"
expect '^LAST SEEN +TYPE +REASON +OBJECT +MESSAGE$' s get events
expect 'Normal +ScalingReplicaSet +deployment/web +Scaled up replica set web-' s get events
expect '^TYPE|Normal +Pulled' s get events
s delete deployment web --wait >/dev/null
expect '^namespace "shop" deleted' k delete namespace shop --timeout=60s
echo "workloads: done"
