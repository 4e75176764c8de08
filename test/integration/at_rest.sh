#!/bin/bash
# A cluster at rest writes nothing: with an object of every kind that a controller looks after, the revision stands still. A controller that
# compares what it wants with what the API server made of it, and finds them different for ever, shows here.
set -euo pipefail
cd "$(dirname "$0")/../.."
[ "$(id -u)" = 0 ] || { echo "needs root"; exit 77; }
source test/support/server.sh
trap 'status=$?; [ $status = 0 ] || { cat "$work/warnings" || true; tail -n 20 "$work/log"; }; stop_server; ip netns del "$machine"; rm -rf "$work"; exit $status' EXIT
make_machine rest
start_server --disable-agent
wait_for 20 k get --raw /readyz
wait_for 20 k get serviceaccount default
template='{metadata: {labels: {app: a}}, spec: {containers: [{name: c, image: skiff/hello}]}}'
k apply -f - >/dev/null 2>"$work/warnings" <<Y
apiVersion: v1
kind: List
items:
- {apiVersion: apps/v1, kind: Deployment, metadata: {name: a}, spec: {replicas: 2, selector: {matchLabels: {app: a}}, template: $template}}
- {apiVersion: apps/v1, kind: StatefulSet, metadata: {name: a}, spec: {serviceName: a, selector: {matchLabels: {app: a}}, template: $template,
  volumeClaimTemplates: [{metadata: {name: d}, spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Mi}}}}]}}
- {apiVersion: apps/v1, kind: DaemonSet, metadata: {name: a}, spec: {selector: {matchLabels: {app: a}}, template: $template}}
- {apiVersion: v1, kind: ReplicationController, metadata: {name: a}, spec: {selector: {app: b}, template: {metadata: {labels: {app: b}}, spec: {containers: [{name: c, image: skiff/hello}]}}}}
- {apiVersion: batch/v1, kind: Job, metadata: {name: a}, spec: {template: {spec: {restartPolicy: Never, containers: [{name: c, image: skiff/hello}]}}}}
- {apiVersion: batch/v1, kind: CronJob, metadata: {name: a}, spec: {schedule: "0 0 1 1 *", jobTemplate: {spec: {template: {spec: {restartPolicy: Never, containers: [{name: c, image: skiff/hello}]}}}}}}
- {apiVersion: v1, kind: Service, metadata: {name: a}, spec: {type: LoadBalancer, selector: {app: a}, ports: [{port: 80, targetPort: 8080}]}}
- {apiVersion: v1, kind: Service, metadata: {name: own}, spec: {ports: [{port: 80}]}}
- {apiVersion: v1, kind: Endpoints, metadata: {name: own}, subsets: [{addresses: [{ip: 10.0.0.9}], ports: [{port: 80}]}]}
- {apiVersion: policy/v1, kind: PodDisruptionBudget, metadata: {name: a}, spec: {minAvailable: 1, selector: {matchLabels: {app: a}}}}
- {apiVersion: v1, kind: ResourceQuota, metadata: {name: a}, spec: {hard: {pods: "50"}}}
- {apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: a}, spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Mi}}}}
- {apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {name: a}, spec: {defaultBackend: {service: {name: a, port: {number: 80}}}}}
- {apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {name: sum}, aggregationRule: {clusterRoleSelectors: [{matchLabels: {part: sum}}]}}
- {apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {name: part, labels: {part: sum}}, rules: [{apiGroups: [""], resources: [pods], verbs: [get]}]}
- {apiVersion: apiextensions.k8s.io/v1, kind: CustomResourceDefinition, metadata: {name: things.example.com}, spec: {group: example.com, scope: Namespaced,
  names: {plural: things, singular: thing, kind: Thing}, versions: [{name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object}}}]}}
- {apiVersion: resource.k8s.io/v1, kind: ResourceClaimTemplate, metadata: {name: a}, spec: {spec: {devices: {requests: [{name: r, exactly: {deviceClassName: none}}]}}}}
- {apiVersion: v1, kind: Pod, metadata: {name: claims}, spec: {resourceClaims: [{name: d, resourceClaimTemplateName: a}], containers: [{name: c, image: skiff/hello, resources: {claims: [{name: d}]}}]}}
Y
revision() { k get --raw /api/v1/namespaces/default/configmaps | grep -oE '"resourceVersion":"[0-9]+"' | head -n 1 | grep -oE '[0-9]+'; }
sleep 4
before=$(revision)
sleep 5
written=$(($(revision) - before))
[ "$written" -le 5 ] || { echo "$written writes in 5 s of a cluster at rest"; exit 1; }
echo "at rest: $written writes in 5 s"
