#!/bin/bash
# The operator against a running cluster: tour.sh OPERATOR SKIFF [skiff image flags], with KUBECONFIG set. First its envtest flow, then as users install
# it: two pods of one image, by kubectl apply, with webhooks, leader election, an Ingress and an aggregated API behind Services.
set -Eeuo pipefail
operator=$1 skiff=$2 ns=client-harbour
shift 2
trap 'echo "failed: $BASH_COMMAND (lines ${BASH_LINENO[*]})"; kubectl -n $ns get pods -o wide; kubectl -n $ns logs -l app=harbour --tail=15; kubectl -n $ns get events | tail -n 10' ERR
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export HOME=$work KUBECACHEDIR=$work/cache
k() { kubectl -n "$ns" "$@"; }
has() { grep "$@" >"$work/found" || { echo "nothing matches: $*"; return 1; }; }
wait_for() {
  local end=$((SECONDS + $1))
  shift
  until "$@" >/dev/null 2>&1; do [ $SECONDS -lt $end ] || { echo "waited in vain for: $*"; return 1; }; sleep 0.2; done
}
fails() { local pattern=$1; shift; if "$@" >"$work/out" 2>&1; then echo "did not fail: $*"; return 1; fi; has -- "$pattern" "$work/out" || { cat "$work/out"; return 1; }; }

"$operator" test

# --- an image of the one program, as `docker save` writes it
mkdir -p "$work/root"
cp "$operator" "$work/root/operator"
tar -C "$work/root" --owner=0 --group=0 -cf "$work/layer.tar" operator
printf '{"architecture":"%s","os":"linux","config":{"Entrypoint":["/operator"]},"rootfs":{"type":"layers","diff_ids":["sha256:%s"]}}' \
  "$(dpkg --print-architecture | sed 's/armhf/arm/')" "$(sha256sum "$work/layer.tar" | cut -d' ' -f1)" >"$work/config.json"
printf '[{"Config":"config.json","RepoTags":["skiff.test/operator:1"],"Layers":["layer.tar"]}]' >"$work/manifest.json"
tar -C "$work" -cf "$work/image.tar" manifest.json config.json layer.tar
"$skiff" image import "$@" "$work/image.tar"

# --- install
kubectl create namespace $ns
kubectl label namespace $ns pod-security.kubernetes.io/enforce=restricted
"$operator" manifests $ns skiff.test/operator:1 >"$work/install.yaml"
kubectl apply -f "$work/install.yaml" >"$work/applied"
has 'deployment.apps/harbour created' "$work/applied"
kubectl wait --for=condition=Established crd/boats.operator.skiff.test --timeout=10s
k rollout status deployment/harbour --timeout=90s
kubectl apply -f "$work/install.yaml" | has 'deployment.apps/harbour unchanged'
wait_for 30 kubectl wait --for=condition=Available apiservice/v1.wind.operator.skiff.test --timeout=1s
fails 'violates PodSecurity "restricted' k run root --image=skiff/hello --overrides='{"spec":{"securityContext":{"runAsUser":0}}}'
kubectl label namespace $ns pod-security.kubernetes.io/enforce- | has unlabeled

# --- a boat
cat >"$work/boat.yaml" <<'Y'
apiVersion: operator.skiff.test/v1alpha1
kind: Boat
metadata: {name: gig}
spec: {size: 6m, crew: 2}
Y
k apply -f "$work/boat.yaml" 2>"$work/err" | has 'boat.operator.skiff.test/gig created'
has 'Warning: boats of v1alpha1 are old' "$work/err"
k wait --for=condition=Ready boat/gig --timeout=60s
k get bo | has -E '^gig +6 +True'
k get boats.v1alpha1.operator.skiff.test gig -o jsonpath='{.spec.size}' | has 6m
fails 'The Boat "gig" is invalid: spec.length: Invalid value: 26: brings bad luck' k patch boat gig --type=merge -p '{"spec":{"length":26}}'
fails 'the crew does not fit' k scale boat gig --replicas=7
k scale boat gig --replicas=1 | has scaled
k wait --for=jsonpath='{.status.aboard}'=1 boat/gig --timeout=60s
k explain boat.spec.length | has integer
k get all | has boat.operator.skiff.test/gig
k describe boat gig | has -E 'Normal +Crewed'

# --- the leader goes, the other takes over; its webhooks answer all the time
leader=$(k get lease harbour -o jsonpath='{.spec.holderIdentity}')
k delete pod "${leader%%_*}" --wait=false
k delete deployment gig
wait_for 60 k get deployment gig
[ "$(k get lease harbour -o jsonpath='{.spec.holderIdentity}')" != "$leader" ]
k rollout status deployment/harbour --timeout=60s
k annotate boat gig note=kept | has annotated

# --- an Ingress of the default class, reached by its host name through the node's port
k create deployment page --image=skiff/hello
k expose deployment page --port=80 --target-port=8080 --name=page | has exposed
cat >"$work/ingress.yaml" <<'Y'
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: page}
spec: {rules: [{host: page.test, http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: page, port: {number: 80}}}}]}}]}
Y
k rollout status deployment/page --timeout=60s
k apply -f "$work/ingress.yaml" | has created
[ "$(k get ingress page -o jsonpath='{.spec.ingressClassName}')" = harbour ]
wait_for 30 sh -c "kubectl -n $ns get ingress page -o jsonpath='{.status.loadBalancer.ingress[0].ip}' | grep ."
node=$(k get ingress page -o jsonpath='{.status.loadBalancer.ingress[0].ip}')
k get ingress page | has -E "^page +harbour +page.test +$node +80"
wait_for 20 sh -c "curl -sf -m 3 -H 'Host: page.test' http://$node:30081/by-ingress | grep 'GET /by-ingress'"
[ "$(curl -s -m 3 -o /dev/null -w '%{http_code}' -H 'Host: other.test' "http://$node:30081/")" = 404 ]

# --- the aggregated API: in discovery, by its own name, with the user that asks
wait_for 20 sh -c 'kubectl api-resources --api-group=wind.operator.skiff.test | grep -w Wind'
k get winds -o jsonpath='{.items[0].seenBy}' | has .
k get wind east --as=captain --as-group=system:masters -o jsonpath='{.seenBy} {.force}' | has '^captain 6$'
fails 'cannot get resource "winds"' k get wind east --as=stranger

# --- uninstall: the finalizer runs while the operator does
k delete boat gig --timeout=60s | has deleted
[ -z "$(kubectl -n default get configmap berth-gig --ignore-not-found -o name)" ]
wait_for 30 sh -c "[ -z \"\$(kubectl -n $ns get deployment gig --ignore-not-found -o name)\" ]"
kubectl delete -f "$work/install.yaml" --timeout=90s >"$work/deleted"
has 'customresourcedefinition.apiextensions.k8s.io "boats.operator.skiff.test" deleted' "$work/deleted"
kubectl delete namespace $ns --timeout=90s | has deleted
[ -z "$(kubectl api-resources --api-group=wind.operator.skiff.test -o name)" ]
echo "operator in pods: done"
