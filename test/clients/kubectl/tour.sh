#!/bin/bash
# kubectl of any release against a running cluster: tour.sh KUBECTL NAMESPACE, with KUBECONFIG set. Verbs that a release does not have yet are left out.
set -Eeuo pipefail
kubectl=$1 ns=$2
trap 'echo "failed: $BASH_COMMAND (line $LINENO)"' ERR
work=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null || true; rm -rf "$work"' EXIT
export HOME=$work KUBECACHEDIR=$work/cache
minor=$("$kubectl" version --client -o json | sed -n 's/.*"minor": "\([0-9]*\).*/\1/p')
k() { "$kubectl" -n "$ns" "$@"; }
has() { grep "$@" >"$work/found" || { echo "nothing matches: $*"; return 1; }; }
wait_for() {
  local end=$((SECONDS + $1))
  shift
  until "$@" >/dev/null 2>&1; do [ $SECONDS -lt $end ] || { echo "waited in vain for: $*"; return 1; }; sleep 0.2; done
}
echo "kubectl 1.$minor"

k create namespace "$ns"
wait_for 10 k get serviceaccount default

# Objects: create, get in every form, label, annotate, set, patch, edit, replace.
cat >"$work/web.yaml" <<'Y'
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, labels: {app: web, part: of-tour}}
spec:
  replicas: 1
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      terminationGracePeriodSeconds: 1
      containers: [{name: hello, image: skiff/hello, ports: [{containerPort: 8080}]}]
---
apiVersion: v1
kind: Service
metadata: {name: web, labels: {part: of-tour}}
spec: {selector: {app: web}, ports: [{port: 80, targetPort: 8080}]}
Y
k apply -f "$work/web.yaml" | has 'deployment.apps/web created'
k apply -f "$work/web.yaml" | has 'deployment.apps/web unchanged'
sed -i 's/replicas: 1/replicas: 2/' "$work/web.yaml"
k diff -f "$work/web.yaml" | has '^+  replicas: 2' && [ "${PIPESTATUS[0]}" = 1 ]
k apply -f "$work/web.yaml" | has 'deployment.apps/web configured'
k diff -f "$work/web.yaml"
k rollout status deployment/web --timeout=60s | has 'successfully rolled out'
k get deployment web -o wide | has -E '^web +2/2 +2 +2 .* hello +skiff/hello +app=web$'
k get deploy,svc,po -l part=of-tour -o name | has '^service/web$'
k get deployment web -o jsonpath='{.spec.replicas}' | has '^2$'
k get deployment web -o go-template='{{.metadata.name}}' | has '^web$'
k get pods --field-selector=status.phase=Running -o custom-columns=N:.metadata.name --sort-by=.metadata.creationTimestamp | has '^web-'
k get events | has 'Started'
k describe deployment web | has 'NewReplicaSet:'
k describe pod -l app=web | has 'Container ID:'
k describe service web | has -E 'Endpoints: +10\.'
k label deployment web colour=blue | has labeled
k annotate deployment web note=one | has annotat
k set image deployment/web hello=skiff/hello:latest | has 'image updated'
k set env deployment/web A=1 | has 'env updated'
k set resources deployment web --requests=cpu=10m | has 'resource requirements updated'
k rollout status deployment/web --timeout=60s | has 'successfully rolled out'
k rollout history deployment/web | has REVISION
k rollout undo deployment/web | has 'rolled back'
k rollout restart deployment/web | has restarted
k rollout status deployment/web --timeout=60s | has 'successfully rolled out'
k scale deployment/web --replicas=1 --current-replicas=2 | has scaled
k autoscale deployment/web --min=1 --max=3 | has autoscaled
k delete hpa web | has deleted
k patch deployment web -p '{"spec":{"template":{"spec":{"containers":[{"name":"hello","env":[{"name":"B","value":"2"}]}]}}}}' | has patched
k patch deployment web --type=json -p '[{"op":"add","path":"/metadata/labels/j","value":"y"}]' | has patched
k patch deployment web --type=merge -p '{"metadata":{"labels":{"j":null}}}' | has patched
k rollout status deployment/web --timeout=60s >"$work/rollout"
k get deployment web -o json | k replace -f - | has replaced
printf '#!/bin/sh\nsed -i "s/colour: blue/colour: green/" "$1"\n' >"$work/editor"; chmod +x "$work/editor"
KUBE_EDITOR="$work/editor" k edit deployment web | has edited
k get deployment web -o jsonpath='{.metadata.labels.colour}' | has green
k create configmap c --from-literal=a=1 --dry-run=client -o yaml >"$work/c.yaml"
k create -f "$work/c.yaml" | has created
k replace --force -f "$work/c.yaml" | has replaced
k create secret generic s --from-literal=p=q | has created
k create quota q --hard=pods=50 | has created
k create role r --verb=get,list --resource=pods | has created
k create rolebinding rb --role=r --serviceaccount="$ns:default" | has created
k create serviceaccount other | has created
k auth can-i get pods --as="system:serviceaccount:$ns:default" | has yes
! k auth can-i delete pods --as="system:serviceaccount:$ns:default" >"$work/no"
k auth can-i --list | has '\*\.\*'
if k create configmap c --from-literal=a=1 2>"$work/err"; then exit 1; fi
has 'already exists' "$work/err"

# Rollouts that wait, what belongs to whom, certificates, kustomizations.
k rollout pause deployment/web | has paused
k set env deployment/web C=3 | has 'env updated'
k get deployment web -o jsonpath='{.status.updatedReplicas}' >"$work/updated"
k rollout resume deployment/web | has resumed
k rollout status deployment/web --timeout=60s >"$work/rollout"
k set serviceaccount deployment web other | has 'serviceaccount updated'
k set selector service web app=web | has 'selector updated'
k set subject rolebinding rb --user=alice | has 'subjects updated'
k auth can-i get pods --as=alice | has yes
cat >"$work/rbac.yaml" <<Y
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: r, namespace: $ns}
rules: [{apiGroups: [""], resources: [secrets], verbs: [get]}]
Y
k auth reconcile -f "$work/rbac.yaml" | has 'r reconciled'
k auth can-i get secrets/s --as=alice | has yes
k auth can-i get pods --as=alice | has yes
printf '#!/bin/sh\nsed -i "s/\\"a\\": \\"1\\"/\\"a\\": \\"9\\"/; s/a: \\"1\\"/a: \\"9\\"/" "$1"\n' >"$work/editor"
k create configmap last --from-literal=a=1 --dry-run=client -o yaml | k apply -f - | has created
KUBE_EDITOR="$work/editor" k apply edit-last-applied configmap/last | has edited
k apply view-last-applied configmap/last | has 'a: "9"'
if command -v openssl >/dev/null && [ "$minor" -ge 22 ]; then
  openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$work/alice.key" -subj "/CN=alice/O=crew" -out "$work/alice.csr" 2>/dev/null
  cat >"$work/csr.yaml" <<Y
apiVersion: certificates.k8s.io/v1
kind: CertificateSigningRequest
metadata: {name: $ns}
spec: {request: $(base64 -w0 "$work/alice.csr"), signerName: kubernetes.io/kube-apiserver-client, usages: [client auth], expirationSeconds: 3600}
Y
  k create -f "$work/csr.yaml" | has created
  k get csr "$ns" | has -E "^$ns +.*kubernetes.io/kube-apiserver-client .* 60m +Pending"
  k certificate approve "$ns" | has approved
  wait_for 20 sh -c "'$kubectl' get csr '$ns' -o jsonpath='{.status.certificate}' | grep ."
  k get csr "$ns" | has 'Approved,Issued'
  k get csr "$ns" -o jsonpath='{.status.certificate}' | base64 -d >"$work/alice.crt"
  "$kubectl" config view --raw --minify --flatten >"$work/alice.yaml"
  "$kubectl" --kubeconfig "$work/alice.yaml" config set-credentials alice --client-certificate="$work/alice.crt" --client-key="$work/alice.key" --embed-certs | has alice
  "$kubectl" --kubeconfig "$work/alice.yaml" config set-context --current --user=alice --namespace="$ns" | has modified
  "$kubectl" --kubeconfig "$work/alice.yaml" get pods | has '^web-'
  if "$kubectl" --kubeconfig "$work/alice.yaml" get configmaps 2>"$work/err"; then exit 1; fi
  has 'User "alice" cannot list resource "configmaps" in API group "" in the namespace' "$work/err"
  k delete csr "$ns" | has deleted
fi
mkdir "$work/kustomize"
printf 'namePrefix: kust-\nconfigMapGenerator: [{name: made, literals: [x=y]}]\nresources: [c.yaml]\n' >"$work/kustomize/kustomization.yaml"
cp "$work/c.yaml" "$work/kustomize/c.yaml"
k apply -k "$work/kustomize" | has 'configmap/kust-c created'
k delete -k "$work/kustomize" | has kust-made

# Apply by the server, prune, wait.
k apply --server-side -f "$work/c.yaml" --force-conflicts | has serverside-applied
sed 's/a: "1"/a: "2"/' "$work/c.yaml" >"$work/c2.yaml"
if k apply --server-side --field-manager=other -f "$work/c2.yaml" 2>"$work/err"; then exit 1; fi
has 'with "kubectl"' "$work/err"
k apply --server-side --field-manager=other --force-conflicts -f "$work/c2.yaml" | has serverside-applied
mkdir "$work/set"
for n in one two; do k create configmap "prune-$n" --dry-run=client -o yaml | sed 's/^metadata:/metadata:\n  labels: {set: tour}/' >"$work/set/$n.yaml"; done
# Releases before 1.22 look for kinds by default that are gone since (CronJob v1beta1).
prune=(--prune); if [ "$minor" -lt 22 ]; then prune+=(--prune-whitelist=core/v1/ConfigMap); fi
k apply "${prune[@]}" -l set=tour -f "$work/set" | has 'prune-two created'
rm "$work/set/two.yaml"
k apply "${prune[@]}" -l set=tour -f "$work/set" | has 'prune-two pruned'
k wait --for=condition=Available deployment/web --timeout=60s | has 'condition met'
k explain deployment.spec.strategy | has -i rollingUpdate
k explain pods --recursive | has terminationGracePeriodSeconds
k api-resources --api-group=apps | has -E '^deployments +deploy'
k api-versions | has '^apps/v1$'
k cluster-info | has 'is running at'
k top nodes | has -i cpu
k version | has -i 'server'

# Pods: run, exec, attach, logs, port-forward; cp is in test/e2e/workloads.sh, as this image has no tar.
k run pod --image=skiff/hello --restart=Never | has created
k wait --for=condition=Ready pod/pod --timeout=60s | has 'condition met'
k exec pod -- /skiff version | has '^skiff '
status=0; k exec pod -- /skiff no-such-verb 2>"$work/err" || status=$?
[ $status != 0 ] && has 'exit code' "$work/err"
k logs pod | has 'listening on port 8080'
# Not by the function: $! must be kubectl itself.
"$kubectl" -n "$ns" logs -f pod >"$work/followed" & follower=$!
"$kubectl" -n "$ns" port-forward pod/pod :8080 >"$work/forward" 2>&1 & forwarder=$!
wait_for 20 grep -q '^Forwarding from 127' "$work/forward"
port=$(sed -n 's/^Forwarding from 127.0.0.1:\([0-9]*\).*/\1/p' "$work/forward")
curl -s -m 10 "http://127.0.0.1:$port/by-kubectl" | has 'GET /by-kubectl'
kill $forwarder
wait_for 20 grep -q /by-kubectl "$work/followed"
k get --raw "/api/v1/namespaces/$ns/pods/pod:8080/proxy/raw" | has 'GET /raw'
k logs -l app=web --tail=1 | has .
"$kubectl" -n "$ns" get pods -w >"$work/watched" & watcher=$!
k delete pod pod --grace-period=1 | has deleted
wait $follower
kill $watcher
k run --rm -i once --image=skiff/hello --restart=Never --command -- /skiff version | has '^skiff '
k create job j --image=skiff/hello -- /skiff version | has created
k wait --for=condition=complete job/j --timeout=60s | has 'condition met'
k logs job/j | has '^skiff '
# Before 1.21 these two speak batch/v1beta1 only, which Kubernetes no longer serves.
if [ "$minor" -ge 21 ]; then
  k create cronjob cj --image=skiff/hello --schedule='0 0 1 1 *' -- /skiff version | has created
  k create job --from=cronjob/cj manual | has created
fi

# Verbs of newer releases.
if [ "$minor" -ge 23 ]; then
  k wait --for=jsonpath='{.status.succeeded}'=1 job/manual --timeout=60s | has 'condition met'
  k events --for deployment/web 2>/dev/null | has ScalingReplicaSet || [ "$minor" -lt 26 ]
fi
if [ "$minor" -ge 30 ]; then
  pod=$(k get pods -l app=web -o jsonpath='{.items[0].metadata.name}')
  k debug "$pod" --image=skiff/hello --target=hello --profile=general -- /skiff version
  wait_for 30 sh -c "'$kubectl' -n '$ns' get pod '$pod' -o jsonpath='{.status.ephemeralContainerStatuses[0].state.terminated.reason}' | grep Completed"
  k scale deployment/web --replicas=0
  k wait --for=delete "pod/$pod" --timeout=60s
  k create token default --duration=20m --audience=tour | has '^ey'
  k explain deployment.spec --output=plaintext-openapiv2 | has replicas
  k get deployments --watch --output-watch-events --request-timeout=2s 2>/dev/null | has ADDED
  k auth whoami | has -i username
  k get deployment web --subresource=status -o jsonpath='{.status.observedGeneration}' | has '[0-9]'
  k label --overwrite deployment web --field-manager=tour x=y | has labeled
  KUBECTL_APPLYSET=true k create configmap parent >/dev/null
  KUBECTL_APPLYSET=true k apply --prune --applyset=configmap/set-of-tour --server-side -f "$work/set" | has applied
  k apply view-last-applied -f "$work/web.yaml" | has replicas || true
fi
k cordon "$(k get nodes -o jsonpath='{.items[0].metadata.name}')" | has cordoned
k uncordon "$(k get nodes -o jsonpath='{.items[0].metadata.name}')" | has uncordoned
k drain "$(k get nodes -o jsonpath='{.items[0].metadata.name}')" --ignore-daemonsets --force --dry-run=client 2>&1 | has 'drained (dry run)'
k describe node | has -E '^ +cpu +[0-9]'
k taint nodes --all tour=yes:PreferNoSchedule | has tainted
k taint nodes --all tour- | has untainted
k delete all --all --wait=false >/dev/null
k delete namespace "$ns" --timeout=60s | has deleted
echo "kubectl 1.$minor: done"
