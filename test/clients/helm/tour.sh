#!/bin/bash
# helm against a running cluster: tour.sh HELM NAMESPACE, with KUBECONFIG set. A chart with a CRD and an object of it, hooks, a test, lookup and capabilities.
set -Eeuo pipefail
helm=$1 ns=$2
trap 'echo "failed: $BASH_COMMAND (line $LINENO)"' ERR
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export HOME=$work KUBECACHEDIR=$work/cache
k() { kubectl -n "$ns" "$@"; }
h() { "$helm" -n "$ns" "$@"; }
has() { grep "$@" >"$work/found" || { echo "nothing matches: $*"; return 1; }; }

mkdir -p "$work/chart/templates" "$work/chart/crds"
cat >"$work/chart/Chart.yaml" <<'Y'
apiVersion: v2
name: harbour
version: 0.1.0
Y
cat >"$work/chart/values.yaml" <<'Y'
length: 3
Y
cat >"$work/chart/crds/boats.yaml" <<'Y'
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: boats.helm.skiff.test}
spec:
  group: helm.skiff.test
  scope: Namespaced
  names: {plural: boats, singular: boat, kind: Boat}
  versions:
  - name: v1
    served: true
    storage: true
    schema: {openAPIV3Schema: {type: object, properties: {spec: {type: object, properties: {length: {type: integer, minimum: 1}}}}}}
Y
cat >"$work/chart/templates/all.yaml" <<'Y'
{{- $old := lookup "v1" "Secret" .Release.Namespace (printf "%s-key" .Release.Name) }}
apiVersion: v1
kind: Secret
metadata: {name: {{ .Release.Name }}-key}
data: {key: {{ if $old }}{{ $old.data.key }}{{ else }}{{ randAlphaNum 16 | b64enc }}{{ end }}}
---
apiVersion: helm.skiff.test/v1
kind: Boat
metadata: {name: {{ .Release.Name }}}
spec: {length: {{ .Values.length }}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: {{ .Release.Name }}}
spec:
  selector: {matchLabels: {app: {{ .Release.Name }}}}
  template:
    metadata: {labels: {app: {{ .Release.Name }}}, annotations: {length: {{ .Values.length | quote }}}}
    spec: {terminationGracePeriodSeconds: 1, containers: [{name: hello, image: skiff/hello, readinessProbe: {httpGet: {port: 8080}, periodSeconds: 1}}]}
Y
for hook in pre-install,pre-upgrade post-install,post-upgrade pre-delete pre-rollback test; do
  cat >"$work/chart/templates/${hook%%,*}.yaml" <<Y
apiVersion: v1
kind: Pod
metadata:
  name: {{ .Release.Name }}-${hook%%,*}
  annotations: {helm.sh/hook: "$hook", helm.sh/hook-delete-policy: "before-hook-creation"}
spec: {restartPolicy: Never, containers: [{name: once, image: skiff/hello, command: [/skiff, version]}]}
Y
done
boat() { k get boat bay -o jsonpath='{.spec.length}'; }
key() { k get secret bay-key -o jsonpath='{.data.key}'; }

h install bay "$work/chart" --create-namespace --wait --timeout 120s | has 'STATUS: deployed'
[ "$(boat)" = 3 ]
first=$(key)
h test bay --timeout 60s | has 'Phase: *Succeeded'
k get pod bay-post-install -o jsonpath='{.status.phase}' | has Succeeded
h upgrade bay "$work/chart" --set length=5 --wait --timeout 120s | has 'REVISION: 2'
[ "$(boat)" = 5 ] && [ "$(key)" = "$first" ]
if h upgrade bay "$work/chart" --set length=0 2>"$work/err"; then exit 1; fi
has 'should be greater than or equal to 1' "$work/err"
[ "$(boat)" = 5 ]
h upgrade bay "$work/chart" --set length=7 --dry-run=server | has 'length: 7'
h rollback bay 1 --wait --timeout 120s | has 'Rollback was a success'
[ "$(boat)" = 3 ] && [ "$(key)" = "$first" ]
h history bay | has -E 'failed|superseded'
h status bay | has 'STATUS: deployed'
h get all bay | has 'kind: Boat'
h template bay "$work/chart" --validate >"$work/made"
has 'kind: Boat' "$work/made"
h uninstall bay --wait --timeout 60s | has uninstalled
k get crd boats.helm.skiff.test -o name | has boats
[ -z "$(k get boats,deployments,secrets -o name)" ]
k delete crd boats.helm.skiff.test | has deleted
k delete namespace "$ns" --timeout=60s | has deleted
echo "helm: done"
