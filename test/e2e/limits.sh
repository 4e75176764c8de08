#!/bin/bash
# What a cluster refuses, in Kubernetes' words: quotas (also under a Deployment), limit ranges, Pod Security, disruption budgets, what does not fit.
set -Eeuo pipefail
cd "$(dirname "$0")/../.."
[ "$(id -u)" = 0 ] || { echo "needs root"; exit 77; }
command -v runc >/dev/null || { echo "needs runc"; exit 77; }
source test/support/server.sh
trap 'echo "failed: $BASH_COMMAND (line $LINENO)"' ERR
trap 'status=$?; trap - ERR; set +e; [ $status = 0 ] || { tail -n 20 "$work/log"; k get pods,resourcequotas,limitranges -A -o wide; k get events -A | tail -n 20; }
  remove_machine; exit $status' EXIT
expect() {   # PATTERN COMMAND...: the output has a line that fits; it is shown when not
  local pattern=$1 text; shift
  text=$("$@" 2>&1) || true
  grep -qE -- "$pattern" <<<"$text" || { printf 'expected /%s/ of: %s\n%s\n' "$pattern" "$*" "$text"; return 1; }
}
says() {   # TEXT COMMAND...: it fails with exactly this message
  local text=$1 said; shift
  if said=$("$@" 2>&1 >/dev/null); then echo "did not fail: $*"; return 1; fi
  [ "$said" = "$text" ] || { printf 'expected: %s\nof:       %s\nsaid:     %s\n' "$text" "$*" "$said"; return 1; }
}
s() { k -n small "$@"; }

make_machine limits
start_server
wait_ready
k create namespace small >"$work/out"

# --- a quota
s create quota q --hard=pods=2,requests.cpu=500m,limits.memory=200Mi,services=1,count/configmaps=2,persistentvolumeclaims=0 >"$work/out"
says 'Error from server (Forbidden): pods "a" is forbidden: failed quota: q: must specify limits.memory for: a; requests.cpu for: a' s run a --image=skiff/hello
pod() { s run "$1" --image=skiff/hello --overrides="{\"spec\":{\"terminationGracePeriodSeconds\":1,\"containers\":[{\"name\":\"$1\",\"image\":\"skiff/hello\",\"resources\":{\"requests\":{\"cpu\":\"$2\"},\"limits\":{\"memory\":\"$3\"}}}]}}"; }
pod a 100m 64Mi >"$work/out"
says 'Error from server (Forbidden): pods "b" is forbidden: exceeded quota: q, requested: requests.cpu=450m, used: requests.cpu=100m, limited: requests.cpu=500m' pod b 450m 64Mi
says 'Error from server (Forbidden): pods "b" is forbidden: exceeded quota: q, requested: limits.memory=300Mi,requests.cpu=1, used: limits.memory=64Mi,requests.cpu=100m, limited: limits.memory=200Mi,requests.cpu=500m' pod b 1 300Mi
pod b 100m 64Mi >"$work/out"
says 'Error from server (Forbidden): pods "c" is forbidden: exceeded quota: q, requested: pods=1, used: pods=2, limited: pods=2' pod c 100m 64Mi
s create service clusterip one --tcp=80 >"$work/out"
says 'error: failed to create ClusterIP service: services "two" is forbidden: exceeded quota: q, requested: services=1, used: services=1, limited: services=1' s create service clusterip two --tcp=80
s create configmap one >"$work/out"
says 'error: failed to create configmap: configmaps "two" is forbidden: exceeded quota: q, requested: count/configmaps=1, used: count/configmaps=2, limited: count/configmaps=2' s create configmap two
expect 'persistentvolumeclaims "data" is forbidden: exceeded quota: q, requested: persistentvolumeclaims=1, used: persistentvolumeclaims=0, limited: persistentvolumeclaims=0' \
  s create -f - <<<'{"apiVersion":"v1","kind":"PersistentVolumeClaim","metadata":{"name":"data"},"spec":{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1Mi"}}}}'
wait_for 10 expect '^limits.memory +128Mi +200Mi$' s describe quota q
expect '^requests.cpu +200m +500m$' s describe quota q
expect '^q +count/configmaps: 2/2, persistentvolumeclaims: 0/0, pods: 2/2, requests.cpu: 200m/500m, services: 1/1 +limits.memory: 128Mi/200Mi' s get quota q
# A Deployment is taken; that it gets no pods stands in its conditions and events, and it goes on when there is room.
s create deployment web --image=skiff/hello --dry-run=client -o yaml | s set resources --local -f - --requests=cpu=100m --limits=memory=64Mi -o yaml | s create -f - >"$work/out"
wait_for 20 expect '^ReplicaFailure=True FailedCreate pods "web-[a-z0-9]+-[a-z0-9]+" is forbidden: exceeded quota: q, requested: pods=1, used: pods=2, limited: pods=2$' \
  s get deployment web -o jsonpath='{range .status.conditions[?(@.type=="ReplicaFailure")]}{.type}={.status} {.reason} {.message}{end}'
wait_for 20 expect 'Warning +FailedCreate +replicaset/web-[a-z0-9]+ +Error creating: pods "web-[a-z0-9]+-[a-z0-9]+" is forbidden: exceeded quota' s get events
s delete pod a >"$work/out"
s rollout status deployment/web --timeout=60s >"$work/out"
s delete deployment web >"$work/out"
s delete pod b >"$work/out"
s delete quota q >"$work/out"

# --- a limit range
s apply -f - >"$work/out" <<'Y'
apiVersion: v1
kind: LimitRange
metadata: {name: l}
spec:
  limits:
  - {type: Container, max: {cpu: 500m, memory: 256Mi}, min: {cpu: 50m}, default: {cpu: 200m, memory: 64Mi}, defaultRequest: {cpu: 100m}, maxLimitRequestRatio: {cpu: "4"}}
  - {type: Pod, max: {memory: 300Mi}}
  - {type: PersistentVolumeClaim, max: {storage: 1Gi}, min: {storage: 1Mi}}
Y
s run plain --image=skiff/hello >"$work/out"
[ "$(s get pod plain -o jsonpath='{.spec.containers[0].resources}')" = '{"limits":{"cpu":"200m","memory":"64Mi"},"requests":{"cpu":"100m","memory":"64Mi"}}' ]
expect 'LimitRanger plugin set: cpu, memory request for container plain; cpu, memory limit for container plain' s get pod plain -o jsonpath='{.metadata.annotations.kubernetes\.io/limit-ranger}'
one() { s create -f - <<<"{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":\"one\"},\"spec\":{\"containers\":[{\"name\":\"c\",\"image\":\"skiff/hello\",\"resources\":$1}]}}"; }
says 'Error from server (Forbidden): error when creating "STDIN": pods "one" is forbidden: maximum cpu usage per Container is 500m, but limit is 1' one '{"limits":{"cpu":"1"},"requests":{"cpu":"300m"}}'
says 'Error from server (Forbidden): error when creating "STDIN": pods "one" is forbidden: [minimum cpu usage per Container is 50m, but request is 10m, cpu max limit to request ratio per Container is 4, but provided ratio is 20.000000]' \
  one '{"requests":{"cpu":"10m"}}'
says 'The Pod "one" is invalid: spec.containers[0].resources.requests: Invalid value: "300m": must be less than or equal to cpu limit of 200m' one '{"requests":{"cpu":"300m"}}'
expect 'persistentvolumeclaims "data" is forbidden: maximum storage usage per PersistentVolumeClaim is 1Gi, but request is 2Gi' \
  s create -f - <<<'{"apiVersion":"v1","kind":"PersistentVolumeClaim","metadata":{"name":"data"},"spec":{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"2Gi"}}}}'
expect '^Container +cpu +50m +500m +100m +200m +4$' s describe limits l
s delete limitrange l >"$work/out"
s delete pod plain --grace-period=1 >"$work/out"

# --- Pod Security
k label namespace small pod-security.kubernetes.io/enforce=baseline pod-security.kubernetes.io/warn=restricted >"$work/out"
says 'Error from server (Forbidden): pods "host" is forbidden: violates PodSecurity "baseline:latest": host namespaces (hostNetwork=true)' \
  s run host --image=skiff/hello --overrides='{"spec":{"hostNetwork":true,"securityContext":{"runAsNonRoot":true,"runAsUser":5,"seccompProfile":{"type":"RuntimeDefault"}}}}'
expect 'Warning: would violate PodSecurity "restricted:latest": allowPrivilegeEscalation != false \(container "hello" must set securityContext.allowPrivilegeEscalation=false\)' \
  s create deployment web --image=skiff/hello --replicas=2
k label namespace small pod-security.kubernetes.io/enforce- pod-security.kubernetes.io/warn- >"$work/out"

# --- a disruption budget
s rollout status deployment/web --timeout=60s >"$work/out"
s create poddisruptionbudget pdb --selector=app=web --min-available=2 >"$work/out"
wait_for 10 expect '^pdb +2 +N/A +0 ' s get pdb
name=$(s get pods -l app=web -o jsonpath='{.items[0].metadata.name}')
evict() { k create --raw "/api/v1/namespaces/small/pods/$name/eviction" -f - <<<"{\"apiVersion\":\"policy/v1\",\"kind\":\"Eviction\",\"metadata\":{\"name\":\"$name\",\"namespace\":\"small\"}}"; }
says "Error from server (TooManyRequests): Cannot evict pod as it would violate the pod's disruption budget." evict
if k drain node1 --ignore-daemonsets --timeout=3s >"$work/out" 2>&1; then exit 1; fi
grep -q "error when evicting pods/\"$name\" -n \"small\" (will retry after 5s): Cannot evict pod as it would violate the pod's disruption budget." "$work/out"
k uncordon node1 >"$work/out"
s patch pdb pdb -p '{"spec":{"minAvailable":1}}' >"$work/out"
wait_for 10 expect '^pdb +1 +N/A +1 ' s get pdb
evict >"$work/out"
grep -q '"status":"Success"' "$work/out"

# --- what does not fit
s run huge --image=skiff/hello --overrides='{"spec":{"containers":[{"name":"huge","image":"skiff/hello","resources":{"requests":{"cpu":"1000"}}}]}}' >"$work/out"
wait_for 20 expect '0/1 nodes are available: 1 Insufficient cpu.( no new claims to deallocate,)? preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.' s describe pod huge
s run picky --image=skiff/hello --overrides='{"spec":{"nodeSelector":{"disk":"fast"}}}' >"$work/out"
wait_for 20 expect "Warning +FailedScheduling .*0/1 nodes are available: 1 node\(s\) didn't match Pod's node affinity/selector." s describe pod picky
k label node node1 disk=fast >"$work/out"
s wait --for=condition=Ready pod/picky --timeout=60s >"$work/out"
s run none --image=skiff.test/none:1 >"$work/out"
wait_for 30 expect 'ErrImagePull|ImagePullBackOff' s get pod none
says 'error: failed to create configmap: namespaces "gone" not found' k -n gone create configmap a
k delete namespace small --timeout=60s >"$work/out"
echo "limits: done"
