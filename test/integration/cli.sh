#!/bin/bash
# skiff's own kubectl, token and image against a real node, with nothing else installed: every verb of daily use, and what it prints.
set -euo pipefail
cd "$(dirname "$0")/../.."
[ "$(id -u)" = 0 ] || { echo "needs root"; exit 77; }
source test/support/server.sh
trap 'status=$?; [ $status = 0 ] || { tail -n 40 "$work/log"; cat "$work/out" "$work/err" 2>/dev/null; }; remove_machine; exit $status' EXIT
make_machine cli
ln -s "$skiff" "$work/kubectl"
k() { in_machine env KUBECONFIG="$work/kubeconfig.yaml" "$work/kubectl" "$@"; }   # argv[0] is kubectl
start_server
wait_ready

# prints PATTERN COMMAND...: the command succeeds and its output has the pattern. fails: it fails, the pattern is on stderr.
prints() { local pattern=$1; shift; "$@" >"$work/out" 2>"$work/err" || { echo "failed: $*"; return 1; }; grep -qE -- "$pattern" "$work/out" || { echo "no \"$pattern\" from: $*"; return 1; }; }
fails() { local pattern=$1; shift; ! "$@" >"$work/out" 2>"$work/err" || { echo "did not fail: $*"; return 1; }; grep -qE -- "$pattern" "$work/err" || { echo "no \"$pattern\" from: $*"; return 1; }; }

cat >"$work/app.yaml" <<'YAML'
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: app, image: skiff/hello, ports: [{containerPort: 8080, name: http}], env: [{name: A, value: one}, {name: B, value: two}]}]}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, ports: [{port: 80, targetPort: http}]}
YAML

echo "cli: apply, get, describe"
prints '^deployment.apps/web created$' k apply -f "$work/app.yaml"
prints '^deployment.apps/web unchanged$' k apply -f - <"$work/app.yaml"
prints 'successfully rolled out' k rollout status deploy/web --timeout=60s
prints '^NAME +READY +STATUS +RESTARTS +AGE$' k get pods
prints '^deployment.apps/web +2/2' k get all
prints '^service/web$' k get svc -l '!component' -o name
[ "$(k get deploy web -o jsonpath='{.spec.replicas}')" = 2 ]
[ "$(k get deploy web -o go-template='{{range .spec.template.spec.containers}}{{.name}}{{end}}')" = app ]
prints '^web +skiff/hello$' k get deploy -o custom-columns=N:.metadata.name,I:.spec.template.spec.containers[*].image
prints '^kind: List$' k get pods -o yaml
prints 'Normal +ScalingReplicaSet' k describe deploy web
prints '^Non-terminated Pods: +\(2 in total\)' k describe node node1
fails 'Error from server \(NotFound\): pods "nothing" not found' k get pod nothing
fails "the server doesn't have a resource type \"nothing\"" k get nothing
fails 'Did you mean this\?' k gett pods
fails 'unknown flag: --outptu; did you mean --output\?' k get pods --outptu=yaml
# What leaves the file leaves the object.
sed -i 's/, {name: B, value: two}//' "$work/app.yaml"
prints '^deployment.apps/web configured$' k apply -f "$work/app.yaml"
[ "$(k get deploy web -o jsonpath='{.spec.template.spec.containers[0].env[*].name}')" = A ]
prints '^deployment.apps/web serverside-applied$' k apply --server-side --force-conflicts -f "$work/app.yaml"
k rollout status deploy/web --timeout=60s >/dev/null

echo "cli: logs, exec, port-forward"
prints 'skiff' k exec deploy/web -- /skiff version
set +e; k exec deploy/web -- /skiff nothing >/dev/null 2>"$work/err"; code=$?; set -e
[ $code = 2 ] && grep -q 'command terminated with exit code 2' "$work/err"
k logs -l app=web --prefix --tail=5 >/dev/null
k port-forward svc/web 18080:80 >"$work/forward" 2>&1 & forward=$!
wait_for 10 in_machine curl -fs http://127.0.0.1:18080/
grep -q '^Forwarding from 127.0.0.1:18080 -> 8080$' "$work/forward"
kill $forward; wait $forward 2>/dev/null || true
prints '^skiff ' k run once --image=skiff/hello --restart=Never --rm -i --command -- /skiff version
fails 'pods "once" not found' k get pod once

echo "cli: changes"
prints '^deployment.apps/web scaled$' k scale deploy web --replicas=3
prints '^deployment.apps/web restarted$' k rollout restart deploy/web
k rollout status deploy/web --timeout=60s >/dev/null
prints '^REVISION +CHANGE-CAUSE$' k rollout history deploy/web
prints '^deployment.apps/web rolled back$' k rollout undo deploy/web
prints '^deployment.apps/web env updated$' k set env deploy/web C=3
prints '^service/web2 exposed$' k expose deploy web --name=web2 --port=8080 --type=NodePort
prints '^deployment.apps/web labeled$' k label deploy web tier=front
fails 'already has a value \(front\), and --overwrite is false' k label deploy web tier=back
prints '^deployment.apps/web unlabeled$' k label deploy web tier-
prints '^deployment.apps/web annotated$' k annotate deploy web note=x
prints '^deployment.apps/web patched$' k patch deploy web --type=merge -p '{"spec":{"minReadySeconds":1}}'
prints '^node/node1 tainted$' k taint node node1 a=b:PreferNoSchedule
prints '^node/node1 untainted$' k taint node node1 a-
prints '^deployment.apps/web condition met$' k wait --for=condition=Available deploy/web --timeout=60s

echo "cli: generators"
k create namespace shop; k create -n shop configmap c --from-literal=a=b; k create -n shop secret generic s --from-literal=p=q
k create -n shop serviceaccount bob; k create -n shop role r --verb=get --resource=pods; k create -n shop rolebinding rb --role=r --serviceaccount=shop:bob
k create -n shop job j --image=skiff/hello -- /skiff version; k create -n shop cronjob cj --image=skiff/hello --schedule='0 0 1 1 *'
k create -n shop quota q --hard=pods=20; k create -n shop service clusterip svc --tcp=80:8080; k create -n shop ingress i --rule='a.example/=svc:80'
prints '^job.batch/j condition met$' k wait -n shop --for=condition=Complete job/j --timeout=60s
prints "^yes$" k auth can-i get pods -n shop --as=system:serviceaccount:shop:bob
[ "$(k create token bob -n shop | tr -cd . | wc -c)" = 2 ]
prints '^NAME +SHORTNAMES +APIVERSION +NAMESPACED +KIND$' k api-resources
prints '^  imagePullPolicy' k explain pods.spec.containers
prints 'is running at' k cluster-info
prints '^Server Version: v1\.34' k version
prints '^Username +system:admin$' k auth whoami

echo "cli: node"
prints '^node/node1 cordoned$' k cordon node1
prints '^node/node1 drained$' k drain node1 --ignore-daemonsets --force --delete-emptydir-data --timeout=60s
prints '^node/node1 uncordoned$' k uncordon node1

echo "cli: token, image, completion"
token=$(in_machine env KUBECONFIG="$work/kubeconfig.yaml" "$skiff" token create --description=test --ttl=1h)
prints 'test' in_machine env KUBECONFIG="$work/kubeconfig.yaml" "$skiff" token list
prints 'deleted$' in_machine env KUBECONFIG="$work/kubeconfig.yaml" "$skiff" token delete "$token"
prints 'skiff/hello' "$skiff" image list --state-dir "$work/$machine"
fails 'no agent answers' "$skiff" image list --state-dir "$work/nowhere"
"$skiff" completion bash | bash -n

echo "cli: delete"
prints '^service "web2" deleted from default namespace$' k delete svc web2
prints '^deployment.apps "web" deleted from default namespace$' k delete -f "$work/app.yaml"
fails 'NotFound' k delete deploy web
k delete deploy web --ignore-not-found
prints '^namespace "shop" deleted$' k delete namespace shop --timeout=60s
fails 'namespaces "shop" not found' k get ns shop
echo "cli: done"
