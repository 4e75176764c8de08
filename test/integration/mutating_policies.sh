#!/bin/bash
# MutatingAdmissionPolicies with the real kubectl: not there unless switched on; then objects are changed by apply configurations and JSON
# patches, with parameters, for custom resources and before the webhooks; a switch that cannot be honoured stops the server with a word.
set -euo pipefail
cd "$(dirname "$0")/../.."
[ "$(id -u)" = 0 ] || { echo "needs root"; exit 77; }
source test/support/server.sh
trap 'status=$?; [ $status = 0 ] || tail -n 40 "$work/log"; stop_server; ip netns del "$machine"; rm -rf "$work"; exit $status' EXIT
make_machine mutate
start_server --disable-agent
wait_for 20 k get --raw /readyz
! k api-resources | grep -i mutatingadmissionpol || false
! k get --raw /apis/admissionregistration.k8s.io/v1beta1 2>"$work/err" || false
stop_server
for wrong in feature-gates=MutatingAdmissionPolicy=true feature-gates=NoSuchGate=true runtime-config=apps/v1=false runtime-config=no.such/v1=true; do
  ! in_machine "$skiff" server --data-dir "$work/data" --state-dir "$work/$machine" --write-kubeconfig "$work/wrong.yaml" --disable-agent --kube-apiserver-arg "$wrong" >"$work/err" 2>&1 || false
  has -- "--kube-apiserver-arg ${wrong%%=*}: " "$work/err"
done
start_server --disable-agent --kube-apiserver-arg feature-gates=MutatingAdmissionPolicy=true --kube-apiserver-arg runtime-config=admissionregistration.k8s.io/v1beta1=true
wait_for 20 k get --raw /readyz

k api-resources --api-group=admissionregistration.k8s.io | has MutatingAdmissionPolicyBinding
k explain mutatingadmissionpolicy.spec.mutations | has patchType
cat >"$work/policies.yaml" <<'YAML'
apiVersion: v1
kind: ConfigMap
metadata: {name: mesh, namespace: default}
data: {image: "mesh:7"}
---
apiVersion: admissionregistration.k8s.io/v1beta1
kind: MutatingAdmissionPolicy
metadata: {name: sidecar}
spec:
  paramKind: {apiVersion: v1, kind: ConfigMap}
  matchConstraints:
    resourceRules: [{apiGroups: [apps], apiVersions: [v1], operations: [CREATE, UPDATE], resources: [deployments]}]
  matchConditions: [{name: once, expression: "!object.spec.template.spec.?initContainers.orValue([]).exists(c, c.name == 'mesh')"}]
  variables: [{name: image, expression: params.data.image}]
  failurePolicy: Fail
  reinvocationPolicy: IfNeeded
  mutations:
  - patchType: ApplyConfiguration
    applyConfiguration:
      expression: >
        Object{spec: Object.spec{template: Object.spec.template{spec: Object.spec.template.spec{
          initContainers: [Object.spec.template.spec.initContainers{name: "mesh", image: variables.image, restartPolicy: "Always"}]}}}}
  - patchType: JSONPatch
    jsonPatch:
      expression: >
        [JSONPatch{op: "add", path: "/spec/template/metadata/labels/" + jsonpatch.escapeKey("example.com/mesh"), value: "yes"}]
---
apiVersion: admissionregistration.k8s.io/v1beta1
kind: MutatingAdmissionPolicyBinding
metadata: {name: sidecar}
spec: {policyName: sidecar, paramRef: {name: mesh, namespace: default, parameterNotFoundAction: Deny}}
YAML
k apply -f "$work/policies.yaml"
k get mutatingadmissionpolicies | grep -E '^sidecar +2 +v1/ConfigMap'
k get mutatingadmissionpolicybindings | grep -E '^sidecar +sidecar +default/mesh'
k create deployment web --image=web:1
[ "$(k get deployment web -o jsonpath='{.spec.template.spec.initContainers[0].image}')" = mesh:7 ]
[ "$(k get deployment web -o jsonpath='{.spec.template.metadata.labels.example\.com/mesh}')" = yes ]
[ "$(k get deployment web -o jsonpath='{.spec.template.spec.containers[0].image}')" = web:1 ]
k delete configmap mesh
! k create deployment other --image=web:1 2>"$work/err" || false
grep -q "policy 'sidecar' with binding 'sidecar' denied request: failed to configure binding: no params found" "$work/err"
k delete mutatingadmissionpolicybinding sidecar
k create deployment other --image=web:1

sed -e 's/\[JSONPatch/[1, JSONPatch/' "$work/policies.yaml" >"$work/wrong.yaml"
! k apply -f "$work/wrong.yaml" 2>"$work/err" || false
grep -q 'spec.mutations\[1\].jsonPatch.expression: Invalid value' "$work/err"
stop_server
start_server --disable-agent
wait_for 20 k get --raw /readyz
! k get mutatingadmissionpolicies 2>/dev/null || false
k get deployment web
echo passed
