#!/bin/bash
# helm installs, upgrades, rolls back and uninstalls a chart with a hook, a Secret-backed release history and --wait.
# HELM names the binary; without one (and none in PATH) the test is skipped.
set -Eeuo pipefail
cd "$(dirname "$0")/../.."
[ "$(id -u)" = 0 ] || { echo "needs root"; exit 77; }
command -v runc >/dev/null || { echo "needs runc"; exit 77; }
helm=${HELM:-$(command -v helm || true)}
[ -n "$helm" ] || { echo "needs helm (or HELM=/path/to/helm)"; exit 77; }
source test/support/server.sh
trap 'echo "failed: $BASH_COMMAND (line $LINENO)"' ERR
trap 'status=$?; trap - ERR; set +e; [ $status = 0 ] || { tail -n 20 "$work/log"; k get all,secrets -A; k get events -A | tail -n 20; }; remove_machine; exit $status' EXIT
make_machine helm
start_server
wait_ready

chart="$work/chart"
mkdir -p "$chart/templates"
cat >"$chart/Chart.yaml" <<'Y'
apiVersion: v2
name: shop
version: 0.1.0
appVersion: "1"
Y
cat >"$chart/values.yaml" <<'Y'
replicas: 1
greeting: one
Y
cat >"$chart/templates/all.yaml" <<'Y'
apiVersion: v1
kind: ConfigMap
metadata: {name: {{ .Release.Name }}-settings, labels: {app.kubernetes.io/managed-by: {{ .Release.Service }}}}
data: {greeting: {{ .Values.greeting | quote }}, version: {{ .Capabilities.KubeVersion.Version | quote }}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: {{ .Release.Name }}}
spec:
  replicas: {{ .Values.replicas }}
  selector: {matchLabels: {app: {{ .Release.Name }}}}
  template:
    metadata: {labels: {app: {{ .Release.Name }}}, annotations: {greeting: {{ .Values.greeting | quote }}}}
    spec:
      terminationGracePeriodSeconds: 1
      containers: [{name: web, image: skiff/hello, readinessProbe: {httpGet: {port: 8080}, periodSeconds: 1}}]
---
apiVersion: v1
kind: Service
metadata: {name: {{ .Release.Name }}}
spec: {selector: {app: {{ .Release.Name }}}, ports: [{port: 80, targetPort: 8080}]}
{{- if .Capabilities.APIVersions.Has "policy/v1/PodDisruptionBudget" }}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: {{ .Release.Name }}}
spec: {maxUnavailable: 1, selector: {matchLabels: {app: {{ .Release.Name }}}}}
{{- end }}
Y
cat >"$chart/templates/hook.yaml" <<'Y'
apiVersion: batch/v1
kind: Job
metadata:
  name: {{ .Release.Name }}-before
  annotations: {helm.sh/hook: "pre-install,pre-upgrade", helm.sh/hook-delete-policy: before-hook-creation}
spec:
  template: {spec: {restartPolicy: Never, containers: [{name: once, image: skiff/hello, command: [/skiff, version]}]}}
Y
h() { in_machine env HOME="$work" KUBECONFIG="$work/kubeconfig.yaml" "$helm" -n trade "$@"; }
greeting() { k -n trade get configmap web-settings -o jsonpath='{.data.greeting}'; }

h install web "$chart" --create-namespace --wait --timeout 90s | has 'STATUS: deployed'
[ "$(greeting)" = one ]
[ "$(k -n trade get configmap web-settings -o jsonpath='{.data.version}')" = "$(k version -o json | jq -r .serverVersion.gitVersion)" ]
k -n trade get poddisruptionbudget web >/dev/null
k -n trade get job web-before -o jsonpath='{.status.succeeded}' | has -x 1
h upgrade web "$chart" --set greeting=two,replicas=3 --wait --timeout 90s | has 'REVISION: 2'
[ "$(greeting)" = two ]
[ "$(k -n trade get deployment web -o jsonpath='{.status.readyReplicas}')" = 3 ]
h rollback web 1 --wait --timeout 90s | has 'Rollback was a success'
[ "$(greeting)" = one ]
h history web | has -E '^3[[:space:]].*deployed.*Rollback to 1'
h list | has -E '^web[[:space:]]+trade[[:space:]]+3[[:space:]].*deployed[[:space:]]+shop-0.1.0'
h get manifest web | has 'kind: Deployment'
h template web "$chart" --validate >/dev/null
h uninstall web --wait --timeout 60s | has 'uninstalled'
[ -z "$(k -n trade get deployments,services,secrets -o name)" ]
echo "helm: done"
