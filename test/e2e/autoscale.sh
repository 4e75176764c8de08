#!/bin/bash
# An autoscaler makes a Deployment that is really busy larger and, when the load ends, smaller again, on the metrics that skiff itself serves; `kubectl top`
# tells the same. Meanwhile a CronJob runs at full minutes, keeps to its policies and its history.
set -Eeuo pipefail
cd "$(dirname "$0")/../.."
[ "$(id -u)" = 0 ] || { echo "needs root"; exit 77; }
command -v runc >/dev/null || { echo "needs runc"; exit 77; }
source test/support/server.sh
source test/support/registry.sh
trap 'echo "failed: $BASH_COMMAND (line $LINENO)"' ERR
trap 'status=$?; trap - ERR; set +e; [ $status = 0 ] || { tail -n 20 "$work/log"; k get pods,hpa,cronjobs,jobs -o wide; k top pods; k describe hpa; k get events | tail -n 20; }
  stop_registry; remove_machine; exit $status' EXIT
expect() {   # PATTERN COMMAND...: the output has a line that fits; it is shown when not
  local pattern=$1 text; shift
  text=$("$@" 2>&1) || true
  grep -qE -- "$pattern" <<<"$text" || { printf 'expected /%s/ of: %s\n%s\n' "$pattern" "$*" "$text"; return 1; }
}

make_machine autoscale
start_registry
push_image busy 1
start_server
wait_ready
# The load follows a file of a ConfigMap, so that the pods stay the same ones.
k create configmap load --from-literal=load=yes >"$work/out"
k apply -f - >"$work/out" <<'Y'
apiVersion: apps/v1
kind: Deployment
metadata: {name: busy}
spec:
  selector: {matchLabels: {app: busy}}
  template:
    metadata: {labels: {app: busy}}
    spec:
      terminationGracePeriodSeconds: 1
      containers:
      - name: busy
        image: 127.0.0.1:5000/busy:1
        command: [sh, -c, 'while true; do if [ "$(cat /load/load)" = yes ]; then i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done; else sleep 0.5; fi; done']
        resources: {requests: {cpu: 50m, memory: 8Mi}, limits: {cpu: 150m}}
        volumeMounts: [{name: load, mountPath: /load}]
      volumes: [{name: load, configMap: {name: load}}]
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: busy}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: busy}
  minReplicas: 1
  maxReplicas: 3
  metrics: [{type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 100}}}]
  behavior: {scaleDown: {stabilizationWindowSeconds: 5}}
---
apiVersion: batch/v1
kind: CronJob
metadata: {name: minutely}
spec:
  schedule: "* * * * *"
  concurrencyPolicy: Forbid
  successfulJobsHistoryLimit: 1
  jobTemplate:
    spec:
      template:
        spec:
          restartPolicy: Never
          containers: [{name: say, image: "127.0.0.1:5000/busy:1", command: [echo, tick]}]
Y
k rollout status deployment/busy --timeout=60s >"$work/out"
wait_for 40 expect '^busy-[a-z0-9-]+ +([6-9][0-9]|1[0-9][0-9])m +[0-9]+Mi' k top pods -l app=busy
expect '^node1 +[0-9]+m +[0-9]+% +[0-9]+Mi +[0-9]+%' k top nodes

# --- up
wait_for 90 expect '^busy +Deployment/busy +cpu: [0-9]+%/100% +1 +3 +3 ' k get hpa busy
wait_for 60 expect '^busy +3/3 ' k get deployment busy
expect 'Normal +SuccessfulRescale .*New size: [23]; reason: cpu resource utilization \(percentage of request\) above target' k describe hpa busy
expect '^ +AbleToScale +True +' k describe hpa busy
expect '^ +ScalingActive +True +ValidMetricFound +the HPA was able to successfully calculate a replica count from cpu resource utilization \(percentage of request\)' k describe hpa busy

# --- a replica count set by hand is corrected
k scale deployment busy --replicas=5 >"$work/out"
wait_for 60 expect '^busy +3/3 ' k get deployment busy

# --- down
k create configmap load --from-literal=load=no --dry-run=client -o yaml | k apply -f - >"$work/out" 2>&1
wait_for 240 expect '^busy +1/1 ' k get deployment busy
expect 'New size: 1; reason: All metrics below target' k describe hpa busy
wait_for 20 expect '^busy +Deployment/busy +cpu: [0-9]+%/100% +1 +3 +1 ' k get hpa busy

# --- the CronJob has run meanwhile, at full minutes; of its finished jobs one is kept
wait_for 90 expect '^minutely +\* \* \* \* \* +<none> +False +0 +[0-9]+s' k get cronjob minutely
wait_for 20 expect '^1$' sh -c "nsenter --net=/run/netns/$machine kubectl --kubeconfig $work/kubeconfig.yaml get jobs --no-headers | wc -l"
job=$(k get jobs -o jsonpath='{.items[0].metadata.name}')
expect '^tick$' k logs "job/$job"
expect 'Normal +SuccessfulCreate +cronjob/minutely +Created job minutely-[0-9]+' k get events
expect 'Normal +SawCompletedJob +cronjob/minutely +Saw completed job: minutely-[0-9]+, condition: Complete' k get events
k patch cronjob minutely -p '{"spec":{"suspend":true}}' >"$work/out"
expect '^minutely +\* \* \* \* \* +<none> +True ' k get cronjob minutely
k create job by-hand --from=cronjob/minutely >"$work/out"
k wait --for=condition=complete job/by-hand --timeout=60s >"$work/out"
echo "autoscale: done"
