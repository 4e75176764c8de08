"""The rows of every kind, with much and with little in them."""
from words import *


def cells(body):
    if body.get("kind") != "Table":
        return body
    columns = [{k: v for k, v in c.items() if k != "description"} for c in body["columnDefinitions"]]
    return {"columns": columns, "rows": [{k: v for k, v in r.items()} for r in body["rows"]]}


def table(name, group_version, resource, body, status=None, namespaced=True, object_name=None):
    base = (local if namespaced else cluster)(group_version, resource)
    item = base + "/" + (object_name or body["metadata"]["name"])
    steps = [quiet(post(base, body))]
    if status is not None:
        steps.append(quiet(merge(item + "/status", {"status": status})))
    steps.append(get(item, headers=TABLE, keep=cells))
    steps.append(get(item + "?includeObject=None", headers=TABLE, keep=cells))
    steps.append(get(item + "?includeObject=Object", headers=TABLE, keep=cells))
    return name, steps


def state(name="c", **fields):
    return dict({"name": name, "ready": False, "restartCount": 0, "image": "i", "imageID": ""}, **fields)


def pods():
    waiting = lambda reason: {"waiting": {"reason": reason}}
    ended = lambda code, **more: {"terminated": dict({"exitCode": code}, **more)}
    long_ago = "2020-01-01T00:00:00Z"
    cases = {
        "image-pull": {"phase": "Pending", "containerStatuses": [state(state=waiting("ImagePullBackOff"))]},
        "evicted": {"phase": "Failed", "reason": "Evicted", "message": "x"},
        "oom": {"phase": "Running", "containerStatuses": [state(restartCount=3, state=ended(137, reason="OOMKilled"), lastState=ended(1, finishedAt=long_ago))]},
        "error-code": {"phase": "Failed", "containerStatuses": [state(state=ended(3))]},
        "restarted": {"phase": "Running", "containerStatuses": [state(ready=True, started=True, restartCount=2, state={"running": {}}, lastState=ended(1, finishedAt=long_ago))]},
        "not-ready": {"phase": "Running", "podIP": "10.1.1.1", "podIPs": [{"ip": "10.1.1.1"}], "conditions": [{"type": "Ready", "status": "False"}],
                      "containerStatuses": [state(ready=True, started=True, state={"running": {}}), state("d", state=ended(0, reason="Completed"))]},
        "completed-but-ready": {"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}],
                                "containerStatuses": [state(ready=True, state={"running": {}}), state("d", state=ended(0, reason="Completed"))]},
        "not-ready-condition": {"phase": "Running", "conditions": [{"type": "Ready", "status": "False"}],
                                "containerStatuses": [state(ready=True, started=True, state={"running": {}}), state("d", state=ended(0, reason="Completed"))]},
        "readiness-gate": {"phase": "Running", "nominatedNodeName": "n", "conditions": [{"type": "x.y/z", "status": "True"}], "containerStatuses": [state(ready=True, started=True, state={"running": {}})]},
        "init-crash": {"phase": "Pending", "initContainerStatuses": [state("i", restartCount=2, state=waiting("CrashLoopBackOff"))],
                       "containerStatuses": [state(state=waiting("PodInitializing"))]},
        "init-error": {"phase": "Pending", "initContainerStatuses": [state("i", state=ended(2))], "containerStatuses": [state(state=waiting("PodInitializing"))]},
        "init-signal": {"phase": "Pending", "initContainerStatuses": [state("i", state=ended(0, signal=9))], "containerStatuses": []},
        "init-done": {"phase": "Running", "initContainerStatuses": [state("i", ready=True, restartCount=1, state=ended(0, reason="Completed"), lastState=ended(1, finishedAt=long_ago))],
                      "containerStatuses": [state(ready=True, started=True, state={"running": {}})]},
        "init-initializing": {"phase": "Pending", "initContainerStatuses": [state("i", state=waiting("PodInitializing"))], "conditions": [{"type": "Initialized", "status": "False"}]},
        "unknown-node-lost": {"phase": "Running", "reason": "NodeLost", "containerStatuses": [state(ready=True, started=True, state={"running": {}})]},
        "scheduled-gated": {"phase": "Pending", "conditions": [{"type": "PodScheduled", "status": "False", "reason": "SchedulingGated"}]},
        "unschedulable": {"phase": "Pending", "conditions": [{"type": "PodScheduled", "status": "False", "reason": "Unschedulable"}]},
        "succeeded": {"phase": "Succeeded", "containerStatuses": [state(state=ended(0, reason="Completed"))]},
        "unknown-phase": {"phase": "Unknown"},
    }
    for name, status in cases.items():
        spec = {}
        if "init" in name:
            spec["initContainers"] = [container(name="i")]
        if len(status.get("containerStatuses", [])) == 2:
            spec["containers"] = [container(), container(name="d")]
        if name == "readiness-gate":
            spec["readinessGates"] = [{"conditionType": "x.y/z"}, {"conditionType": "x.y/w"}]
        yield table("pod-" + name, "v1", "pods", pod(**spec), status)
    sidecar = [container(name="s", restartPolicy="Always"), container(name="i")]
    yield table("pod-sidecar-started", "v1", "pods", pod(initContainers=sidecar), {"phase": "Pending", "initContainerStatuses": [
        state("s", started=True, ready=True, restartCount=1, state={"running": {}}), state("i", state={"running": {}})]})
    yield table("pod-sidecar-running", "v1", "pods", pod(initContainers=sidecar), {"phase": "Running", "initContainerStatuses": [
        state("s", started=True, ready=True, restartCount=1, state={"running": {}}), state("i", ready=True, state={"terminated": {"exitCode": 0}})],
        "containerStatuses": [state(ready=True, started=True, state={"running": {}})]})
    yield "pod-terminating", [quiet(post(CORE + "pods", pod(nodeName="n"))), quiet(delete(CORE + "pods/a")), get(CORE + "pods", headers=TABLE, keep=cells)]
    yield "pod-terminating-finalizer", [quiet(post(CORE + "pods", pod(metadata={"finalizers": ["a.b/c"]}))), quiet(delete(CORE + "pods/a?gracePeriodSeconds=0")),
                                        get(CORE + "pods/a", headers=TABLE, keep=cells), quiet(merge(CORE + "pods/a", {"metadata": {"finalizers": None}}))]


def service_tables():
    ports = [{"port": 80, "name": "a"}, {"port": 53, "protocol": "UDP", "name": "b"}]
    yield table("service-node-port", "v1", "services", thing("v1", "Service", spec={"type": "NodePort", "ports": ports, "externalIPs": ["1.2.3.4", "1.2.3.5"], "selector": {"a": "b", "c": "d"}}))
    yield table("service-pending-balancer", "v1", "services", thing("v1", "Service", spec={"type": "LoadBalancer", "ports": ports, "externalIPs": ["1.2.3.4"], "loadBalancerClass": "a.b/c"}))
    yield table("service-balancer-host", "v1", "services", thing("v1", "Service", spec={"type": "LoadBalancer", "ports": ports, "loadBalancerClass": "a.b/c"}),
                {"loadBalancer": {"ingress": [{"hostname": "h.example.com"}, {"ip": "1.1.1.1"}, {"hostname": "a-very-long-host-name.example.com"}]}})
    yield table("service-external", "v1", "services", thing("v1", "Service", spec={"type": "ExternalName", "externalName": "x.example.com"}))
    yield table("service-headless", "v1", "services", thing("v1", "Service", spec={"clusterIP": "None", "selector": {"a": "b"}}))


def workloads():
    selector = {"matchLabels": {"app": "a"}, "matchExpressions": [{"key": "x", "operator": "In", "values": ["1", "2"]}, {"key": "y", "operator": "Exists"},
                {"key": "z", "operator": "DoesNotExist"}, {"key": "w", "operator": "NotIn", "values": ["3"]}]}
    labels = {"metadata": {"labels": {"app": "a", "x": "1", "y": ""}}, "spec": {"containers": [container(), container(name="d", image="j:2")]}}
    for kind, resource in (("Deployment", "deployments"), ("ReplicaSet", "replicasets")):
        yield table(resource + "-expressions", "apps/v1", resource, thing("apps/v1", kind, spec={"replicas": 3, "selector": selector, "template": labels}),
                    {"replicas": 3, "readyReplicas": 1, "availableReplicas": 1, **({"updatedReplicas": 2} if kind == "Deployment" else {})})
    yield table("statefulset", "apps/v1", "statefulsets", thing("apps/v1", "StatefulSet", spec={"replicas": 2, "serviceName": "s", "selector": {"matchLabels": {"app": "a"}}, "template": labels}),
                {"replicas": 2, "readyReplicas": 1})
    yield table("daemonset", "apps/v1", "daemonsets", thing("apps/v1", "DaemonSet", spec={"selector": selector, "template": dict(labels, spec=dict(labels["spec"], nodeSelector={"a": "b", "c": "d"}))}),
                {"desiredNumberScheduled": 3, "currentNumberScheduled": 2, "numberReady": 1, "updatedNumberScheduled": 2, "numberAvailable": 1, "numberMisscheduled": 0})
    yield table("rc", "v1", "replicationcontrollers", thing("v1", "ReplicationController", spec={"replicas": 2, "selector": {"app": "a"}, "template": labels}), {"replicas": 2, "readyReplicas": 1})
    job = {"template": {"spec": {"restartPolicy": "Never", "containers": [container(), container(name="d")]}}}
    start = "2024-01-01T00:00:00Z"
    yield table("job-running", "batch/v1", "jobs", thing("batch/v1", "Job", spec=dict(job, completions=3, parallelism=2)), {"active": 2, "startTime": start, "succeeded": 1})
    yield table("job-complete", "batch/v1", "jobs", thing("batch/v1", "Job", spec=job), {
        "startTime": start, "completionTime": "2024-01-01T01:02:03Z", "succeeded": 1, "conditions": [
            {"type": "SuccessCriteriaMet", "status": "True", "lastTransitionTime": start, "lastProbeTime": start}, {"type": "Complete", "status": "True", "lastTransitionTime": start, "lastProbeTime": start}]})
    yield table("job-failed", "batch/v1", "jobs", thing("batch/v1", "Job", spec=job), {
        "startTime": start, "failed": 1, "conditions": [{"type": "FailureTarget", "status": "True", "lastTransitionTime": start, "lastProbeTime": start}, {"type": "Failed", "status": "True", "lastTransitionTime": start, "lastProbeTime": start}]})
    yield table("job-suspended", "batch/v1", "jobs", thing("batch/v1", "Job", spec=dict(job, suspend=True)), {"conditions": [{"type": "Suspended", "status": "True"}]})
    yield table("job-work-queue", "batch/v1", "jobs", thing("batch/v1", "Job", spec=dict(job, parallelism=3)), {})
    yield table("job-one", "batch/v1", "jobs", thing("batch/v1", "Job", spec=dict(job, parallelism=1)), {})
    yield "job-terminating", [quiet(post(local("batch/v1", "jobs"), thing("batch/v1", "Job", spec=job, metadata={"finalizers": ["a.b/c"]}))), quiet(delete(local("batch/v1", "jobs/a"))),
                              get(local("batch/v1", "jobs/a"), headers=TABLE, keep=cells), quiet(merge(local("batch/v1", "jobs/a"), {"metadata": {"finalizers": None}}))]
    cron = {"schedule": "*/5 * * * *", "jobTemplate": {"spec": job}}
    yield table("cronjob", "batch/v1", "cronjobs", thing("batch/v1", "CronJob", spec=dict(cron, suspend=True, timeZone="Europe/Rome")), {
        "active": [{"kind": "Job", "name": "x"}, {"kind": "Job", "name": "y"}], "lastScheduleTime": start})
    yield table("cronjob-never-run", "batch/v1", "cronjobs", thing("batch/v1", "CronJob", spec=cron))
    yield table("podtemplate", "v1", "podtemplates", thing("v1", "PodTemplate", template=labels))
    yield table("controllerrevision-owned", "apps/v1", "controllerrevisions", thing("apps/v1", "ControllerRevision", revision=7, data={"a": 1}, metadata={"ownerReferences": [
        {"apiVersion": "apps/v1", "kind": "DaemonSet", "name": "d", "uid": "00000000-0000-0000-0000-000000000001", "controller": True}]}))


def scalers():
    target = {"kind": "Deployment", "name": "d", "apiVersion": "apps/v1"}
    spec = {"minReplicas": 2, "maxReplicas": 5, "scaleTargetRef": target}
    value = lambda **more: more
    metrics = [
        {"type": "Resource", "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 50}}},
        {"type": "Resource", "resource": {"name": "memory", "target": {"type": "AverageValue", "averageValue": "100Mi"}}},
        {"type": "ContainerResource", "containerResource": {"name": "cpu", "container": "c", "target": {"type": "Utilization", "averageUtilization": 20}}},
        {"type": "Pods", "pods": {"metric": {"name": "p"}, "target": {"type": "AverageValue", "averageValue": "5"}}},
        {"type": "Object", "object": {"metric": {"name": "o"}, "describedObject": {"kind": "Service", "name": "s"}, "target": {"type": "Value", "value": "7"}}},
        {"type": "External", "external": {"metric": {"name": "e"}, "target": {"type": "Value", "value": "9"}}},
    ]
    current = [
        {"type": "Resource", "resource": {"name": "cpu", "current": {"averageUtilization": 33, "averageValue": "10m"}}},
        {"type": "Resource", "resource": {"name": "memory", "current": {"averageValue": "50Mi"}}},
        {"type": "ContainerResource", "containerResource": {"name": "cpu", "container": "c", "current": {"averageUtilization": 11, "averageValue": "2m"}}},
        {"type": "Pods", "pods": {"metric": {"name": "p"}, "current": {"averageValue": "3"}}},
        {"type": "Object", "object": {"metric": {"name": "o"}, "describedObject": {"kind": "Service", "name": "s"}, "current": {"value": "4"}}},
        {"type": "External", "external": {"metric": {"name": "e"}, "current": {"value": "8"}}},
    ]
    for i, (want, now) in enumerate(zip(metrics, current)):
        name = "hpa-%d-%s" % (i, want["type"].lower())
        yield table(name, "autoscaling/v2", "horizontalpodautoscalers", thing("autoscaling/v2", "HorizontalPodAutoscaler", spec=dict(spec, metrics=[want])),
                    {"currentReplicas": 3, "desiredReplicas": 4, "currentMetrics": [now], "conditions": []})
        yield table(name + "-unknown", "autoscaling/v2", "horizontalpodautoscalers", thing("autoscaling/v2", "HorizontalPodAutoscaler", spec=dict(spec, metrics=[want])))
    yield table("hpa-all", "autoscaling/v2", "horizontalpodautoscalers", thing("autoscaling/v2", "HorizontalPodAutoscaler", spec=dict(spec, metrics=metrics)),
                {"currentReplicas": 3, "desiredReplicas": 4, "currentMetrics": current[:2], "conditions": []})
    yield table("hpa-average-external", "autoscaling/v2", "horizontalpodautoscalers", thing("autoscaling/v2", "HorizontalPodAutoscaler", spec=dict(spec, metrics=[
        {"type": "External", "external": {"metric": {"name": "e"}, "target": {"type": "AverageValue", "averageValue": "9"}}},
        {"type": "Object", "object": {"metric": {"name": "o"}, "describedObject": {"kind": "Service", "name": "s"}, "target": {"type": "AverageValue", "averageValue": "7"}}}])),
                {"currentReplicas": 3, "desiredReplicas": 4, "currentMetrics": [{"type": "External", "external": {"metric": {"name": "e"}, "current": {"averageValue": "8"}}},
                 {"type": "Object", "object": {"metric": {"name": "o"}, "describedObject": {"kind": "Service", "name": "s"}, "current": {"averageValue": "4"}}}]})
    yield table("hpa-v1", "autoscaling/v1", "horizontalpodautoscalers", thing("autoscaling/v1", "HorizontalPodAutoscaler", spec={"maxReplicas": 4, "scaleTargetRef": target, "targetCPUUtilizationPercentage": 60}),
                {"currentReplicas": 3, "desiredReplicas": 4, "currentCPUUtilizationPercentage": 22})


def cluster_things():
    subject = [{"kind": "User", "name": "u", "apiGroup": "rbac.authorization.k8s.io"}, {"kind": "Group", "name": "g", "apiGroup": "rbac.authorization.k8s.io"},
               {"kind": "ServiceAccount", "name": "s", "namespace": "n"}, {"kind": "ServiceAccount", "name": "t", "namespace": "n"}]
    role = {"kind": "ClusterRole", "name": "view", "apiGroup": "rbac.authorization.k8s.io"}
    yield table("rolebinding", "rbac.authorization.k8s.io/v1", "rolebindings", thing("rbac.authorization.k8s.io/v1", "RoleBinding", subjects=subject, roleRef=role))
    yield table("clusterrolebinding", "rbac.authorization.k8s.io/v1", "clusterrolebindings", thing("rbac.authorization.k8s.io/v1", "ClusterRoleBinding", "{id}", subjects=subject, roleRef=role), None, False)
    yield table("role", "rbac.authorization.k8s.io/v1", "roles", thing("rbac.authorization.k8s.io/v1", "Role", rules=[]))
    yield table("clusterrole", "rbac.authorization.k8s.io/v1", "clusterroles", thing("rbac.authorization.k8s.io/v1", "ClusterRole", "{id}"), None, False)
    conditions = lambda *pairs: {"conditions": [{"type": t, "status": s} for t, s in pairs]}
    info = {"kubeletVersion": "v1.34.4", "osImage": "Linux", "kernelVersion": "6", "containerRuntimeVersion": "c://1", "architecture": "amd64", "bootID": "", "kubeProxyVersion": "", "machineID": "",
            "operatingSystem": "linux", "systemUUID": ""}
    address = [{"type": "InternalIP", "address": "1.2.3.4"}, {"type": "ExternalIP", "address": "5.6.7.8"}, {"type": "Hostname", "address": "h"}]
    roles = {"labels": {"node-role.kubernetes.io/control-plane": "", "node-role.kubernetes.io/worker": "", "kubernetes.io/role": "x"}}
    yield table("node-ready-cordoned", "v1", "nodes", thing("v1", "Node", "{id}", metadata=roles, spec={"unschedulable": True}), dict(conditions(("Ready", "True")), nodeInfo=info, addresses=address), False)
    yield table("node-not-ready", "v1", "nodes", thing("v1", "Node", "{id}"), dict(conditions(("MemoryPressure", "True"), ("Ready", "False"))), False)
    yield table("node-unknown", "v1", "nodes", thing("v1", "Node", "{id}", metadata={"labels": {"node-role.kubernetes.io/": "x"}}), conditions(("Ready", "Unknown")), False)
    yield table("node-no-condition", "v1", "nodes", thing("v1", "Node", "{id}"), None, False)
    volume = {"capacity": {"storage": "1536Mi"}, "accessModes": ["ReadWriteOnce", "ReadOnlyMany", "ReadWriteMany", "ReadWriteOncePod"], "hostPath": {"path": "/x"}}
    yield table("pv-available", "v1", "persistentvolumes", thing("v1", "PersistentVolume", "{id}", spec=dict(volume, accessModes=["ReadWriteOnce", "ReadOnlyMany", "ReadWriteMany"], storageClassName="s", persistentVolumeReclaimPolicy="Delete")), {"phase": "Released", "reason": "r", "message": "m"}, False)
    yield table("pv-claimed", "v1", "persistentvolumes", thing("v1", "PersistentVolume", "{id}", spec=dict(volume, accessModes=["ReadWriteOncePod"], claimRef={"namespace": "n", "name": "c"}, volumeMode="Block")), {"phase": "Bound"}, False)
    claim = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}
    yield table("pvc-pending", "v1", "persistentvolumeclaims", thing("v1", "PersistentVolumeClaim", spec=dict(claim, storageClassName="s")))
    yield table("pvc-bound", "v1", "persistentvolumeclaims", thing("v1", "PersistentVolumeClaim", spec=dict(claim, storageClassName="s", volumeName="v", volumeAttributesClassName="va")),
                {"phase": "Bound", "accessModes": ["ReadWriteMany", "ReadOnlyMany"], "capacity": {"storage": "2Gi"}})
    yield table("pvc-lost-annotated", "v1", "persistentvolumeclaims", thing("v1", "PersistentVolumeClaim", spec=dict(claim), metadata={"annotations": {"volume.beta.kubernetes.io/storage-class": "beta"}}), {"phase": "Lost"})
    yield "pvc-terminating", [quiet(post(CORE + "persistentvolumeclaims", thing("v1", "PersistentVolumeClaim", spec=claim, metadata={"finalizers": ["a.b/c"]}))), quiet(delete(CORE + "persistentvolumeclaims/a")),
                              get(CORE + "persistentvolumeclaims/a", headers=TABLE, keep=cells), quiet(merge(CORE + "persistentvolumeclaims/a", {"metadata": {"finalizers": None}}))]
    storage = "storage.k8s.io/v1"
    yield table("storageclass-default", storage, "storageclasses", thing(storage, "StorageClass", "{id}", provisioner="a.b/c", reclaimPolicy="Retain", volumeBindingMode="WaitForFirstConsumer",
                allowVolumeExpansion=True, metadata={"annotations": {"storageclass.kubernetes.io/is-default-class": "true"}}), None, False)
    yield table("storageclass-beta-default", storage, "storageclasses", thing(storage, "StorageClass", "{id}", provisioner="a.b/c", metadata={"annotations": {"storageclass.beta.kubernetes.io/is-default-class": "true"}}), None, False)
    yield table("csidriver-rich", storage, "csidrivers", thing(storage, "CSIDriver", "{id}", spec={"attachRequired": False, "podInfoOnMount": True, "storageCapacity": True, "requiresRepublish": True,
                "tokenRequests": [{"audience": "a"}, {"audience": "b"}], "volumeLifecycleModes": ["Persistent", "Ephemeral"]}), None, False)
    yield table("csinode", storage, "csinodes", thing(storage, "CSINode", "{id}", spec={"drivers": [{"name": "a.b", "nodeID": "n"}, {"name": "c.d", "nodeID": "n"}]}), None, False)
    yield table("csistoragecapacity", storage, "csistoragecapacities", thing(storage, "CSIStorageCapacity", storageClassName="s", capacity="5Gi", maximumVolumeSize="1Gi"))
    yield table("volumeattachment", storage, "volumeattachments", thing(storage, "VolumeAttachment", "{id}", spec={"attacher": "a.b", "nodeName": "n", "source": {"persistentVolumeName": "p"}}), {"attached": True}, False)
    yield table("volumeattributesclass", storage, "volumeattributesclasses", thing(storage, "VolumeAttributesClass", "{id}", driverName="a.b", parameters={"a": "b"}), None, False)
    yield table("namespace-label", "v1", "namespaces", thing("v1", "Namespace", "{id}", metadata={"labels": {"a": "b"}}), None, False)
    yield table("priorityclass-global", "scheduling.k8s.io/v1", "priorityclasses", thing("scheduling.k8s.io/v1", "PriorityClass", "{id}", value=-5, preemptionPolicy="Never"), None, False)
    yield table("runtimeclass", "node.k8s.io/v1", "runtimeclasses", thing("node.k8s.io/v1", "RuntimeClass", "{id}", handler="h"), None, False)
    yield table("lease-none", "coordination.k8s.io/v1", "leases", thing("coordination.k8s.io/v1", "Lease", spec={}))
    flow = "flowcontrol.apiserver.k8s.io/v1"
    yield table("flowschema-missing-level", flow, "flowschemas", thing(flow, "FlowSchema", "{id}", spec={"matchingPrecedence": 7, "priorityLevelConfiguration": {"name": "none-{id}"}, "distinguisherMethod": {"type": "ByUser"}}), None, False)
    yield table("prioritylevel-limited", flow, "prioritylevelconfigurations", thing(flow, "PriorityLevelConfiguration", "{id}", spec={"type": "Limited", "limited": {
        "nominalConcurrencyShares": 7, "limitResponse": {"type": "Queue", "queuing": {"queues": 8, "handSize": 2, "queueLengthLimit": 5}}}}), None, False)
    yield table("prioritylevel-exempt", flow, "prioritylevelconfigurations", thing(flow, "PriorityLevelConfiguration", "{id}", spec={"type": "Exempt", "exempt": {"nominalConcurrencyShares": 3}}), None, False)
    yield table("prioritylevel-reject", flow, "prioritylevelconfigurations", thing(flow, "PriorityLevelConfiguration", "{id}", spec={"type": "Limited", "limited": {"limitResponse": {"type": "Reject"}}}), None, False)
    hook = {"name": "a.b.c", "admissionReviewVersions": ["v1"], "sideEffects": "None", "clientConfig": {"url": "https://127.0.0.1:9/x"}, "rules": []}
    admission = "admissionregistration.k8s.io/v1"
    yield table("validatingwebhook", admission, "validatingwebhookconfigurations", thing(admission, "ValidatingWebhookConfiguration", "{id}", webhooks=[hook, dict(hook, name="b.b.c")]), None, False)
    yield table("mutatingwebhook-none", admission, "mutatingwebhookconfigurations", thing(admission, "MutatingWebhookConfiguration", "{id}"), None, False)
    rules = {"resourceRules": [{"apiGroups": ["none.example.com"], "apiVersions": ["v1"], "resources": ["x"], "operations": ["CREATE"]}]}
    yield table("policy", admission, "validatingadmissionpolicies", thing(admission, "ValidatingAdmissionPolicy", "{id}", spec={"matchConstraints": rules, "paramKind": {"apiVersion": "v1", "kind": "ConfigMap"},
                "validations": [{"expression": "true"}, {"expression": "1 == 1"}]}), None, False)
    yield table("binding-params", admission, "validatingadmissionpolicybindings", thing(admission, "ValidatingAdmissionPolicyBinding", "{id}", spec={"policyName": "p", "validationActions": ["Deny"],
                "paramRef": {"name": "x", "namespace": "n", "parameterNotFoundAction": "Deny"}}), None, False)
    yield table("binding-selector", admission, "validatingadmissionpolicybindings", thing(admission, "ValidatingAdmissionPolicyBinding", "{id}", spec={"policyName": "p", "validationActions": ["Deny"],
                "paramRef": {"selector": {"matchLabels": {"a": "b"}}, "parameterNotFoundAction": "Deny"}}), None, False)
    yield table("apiservice-remote", "apiregistration.k8s.io/v1", "apiservices", thing("apiregistration.k8s.io/v1", "APIService", "v1.{id}.example.com", spec={"group": "{id}.example.com", "version": "v1", "groupPriorityMinimum": 1,
                "versionPriority": 1, "insecureSkipTLSVerify": True, "service": {"namespace": "none", "name": "none"}}), None, False)
    yield "apiservice-local", [get(cluster("apiregistration.k8s.io/v1", "apiservices/v1.apps"), headers=TABLE, keep=cells)]


def network_things():
    network = "networking.k8s.io/v1"
    backend = {"service": {"name": "s", "port": {"number": 80}}}
    yield table("ingress-tls-many-hosts", network, "ingresses", thing(network, "Ingress", spec={"ingressClassName": "k", "tls": [{"hosts": ["a.b"], "secretName": "t"}], "rules": [
        {"host": "a.b"}, {"host": "b.c"}, {"host": "c.d"}, {"host": "d.e"}]}), {"loadBalancer": {"ingress": [{"ip": "1.1.1.1"}, {"hostname": "x.y"}, {"hostname": "some-long-name.example.org"}]}})
    yield table("ingress-no-host", network, "ingresses", thing(network, "Ingress", spec={"defaultBackend": backend}))
    yield table("ingressclass", network, "ingressclasses", thing(network, "IngressClass", "{id}", spec={"controller": "a.b/c", "parameters": {"apiGroup": "x.y", "kind": "K", "name": "n", "scope": "Cluster"}}), None, False)
    yield table("ingressclass-plain", network, "ingressclasses", thing(network, "IngressClass", "{id}", spec={"controller": "a.b/c"}), None, False)
    yield table("networkpolicy-expressions", network, "networkpolicies", thing(network, "NetworkPolicy", spec={"podSelector": {"matchExpressions": [{"key": "a", "operator": "In", "values": ["b", "c"]}], "matchLabels": {"z": "y"}}}))
    yield table("networkpolicy-all", network, "networkpolicies", thing(network, "NetworkPolicy", spec={"podSelector": {}}))
    yield table("servicecidr", network, "servicecidrs", thing(network, "ServiceCIDR", "{id}", spec={"cidrs": ["10.98.0.0/24"]}), None, False)
    yield table("servicecidr-two", network, "servicecidrs", thing(network, "ServiceCIDR", "{id}", spec={"cidrs": ["10.97.0.0/24", "fd00:1::/112"]}), None, False)
    yield table("ipaddress", network, "ipaddresses", thing(network, "IPAddress", "10.43.8.8", spec={"parentRef": {"group": "", "resource": "services", "namespace": "n", "name": "x"}}), None, False)
    discovery = "discovery.k8s.io/v1"
    endpoint = lambda ip: {"addresses": [ip]}
    yield table("endpointslice-many", discovery, "endpointslices", thing(discovery, "EndpointSlice", addressType="IPv4", endpoints=[endpoint("1.1.1.%d" % i) for i in range(1, 6)],
                ports=[{"name": "a", "port": 1}, {"name": "b", "port": 2}, {"name": "c", "port": 3}, {"name": "d", "port": 4}]))
    yield table("endpointslice-empty", discovery, "endpointslices", thing(discovery, "EndpointSlice", addressType="FQDN", endpoints=[]))
    yield table("endpointslice-any-port", discovery, "endpointslices", thing(discovery, "EndpointSlice", addressType="IPv6", endpoints=[{"addresses": ["fd00::1"]}], ports=[{"name": ""}]))
    yield table("endpoints-many", "v1", "endpoints", thing("v1", "Endpoints", subsets=[{"addresses": [{"ip": "1.2.3.%d" % i} for i in range(1, 6)], "ports": [{"port": 80, "name": "x"}, {"port": 81, "name": "y"}]},
                {"notReadyAddresses": [{"ip": "1.2.3.9"}], "ports": [{"port": 80}]}]))
    yield table("endpoints-addresses-only", "v1", "endpoints", thing("v1", "Endpoints", subsets=[{"addresses": [{"ip": "1.2.3.4"}, {"ip": "1.2.3.5"}]}]))
    yield table("endpoints-none", "v1", "endpoints", thing("v1", "Endpoints"))
    pdb = "policy/v1"
    yield table("pdb-percent", pdb, "poddisruptionbudgets", thing(pdb, "PodDisruptionBudget", spec={"maxUnavailable": "30%", "selector": {"matchLabels": {"a": "b"}}}), {"disruptionsAllowed": 2, "currentHealthy": 1, "desiredHealthy": 1, "expectedPods": 3})
    yield table("pdb-neither", pdb, "poddisruptionbudgets", thing(pdb, "PodDisruptionBudget", spec={"selector": {}}))


def small_things():
    yield table("configmap-both", "v1", "configmaps", thing("v1", "ConfigMap", data={"a": "1", "b": "2"}, binaryData={"c": "AA=="}))
    yield table("secret-type", "v1", "secrets", thing("v1", "Secret", type="x.y/z", data={"a": "MQ=="}))
    yield table("serviceaccount-secrets", "v1", "serviceaccounts", thing("v1", "ServiceAccount", secrets=[{"name": "a"}, {"name": "b"}]))
    yield table("limitrange", "v1", "limitranges", thing("v1", "LimitRange", spec={"limits": [{"type": "Container", "max": {"cpu": "1"}}]}))
    yield table("quota", "v1", "resourcequotas", thing("v1", "ResourceQuota", spec={"hard": {"count/none.example.com": "1", "limits.cpu": "2", "limits.memory": "1Gi", "limits.foo": "1", "requests.storage": "5Gi"}}),
                {"hard": {"count/none.example.com": "1", "limits.cpu": "2", "limits.memory": "1Gi", "requests.storage": "5Gi"}, "used": {"count/none.example.com": "0", "limits.cpu": "100m", "requests.storage": "1Gi"}})
    event = {"involvedObject": {"kind": "Pod", "namespace": "{ns}", "name": "p", "fieldPath": "spec.containers{{c}}"}, "reason": "R", "message": " two\n lines ", "type": "Normal"}
    yield table("event-count", "v1", "events", thing("v1", "Event", **dict(event, source={"component": "k", "host": "h"}, count=5, firstTimestamp="2020-01-01T00:00:00Z", lastTimestamp="2020-01-02T00:00:00Z")))
    yield table("event-plain", "v1", "events", thing("v1", "Event", **event))
    yield table("event-series", "v1", "events", thing("v1", "Event", **dict(event, eventTime="2020-01-01T00:00:00.000000Z", action="A", reportingComponent="c.d/e", reportingInstance="i",
                series={"count": 7, "lastObservedTime": "2020-01-03T00:00:00.000000Z"})))
    yield table("event-new", "events.k8s.io/v1", "events", thing("events.k8s.io/v1", "Event", eventTime="2020-01-01T00:00:00.000000Z", action="A", reportingController="c.d/e", reportingInstance="i", reason="R", type="Warning",
                note="n", regarding={"kind": "Pod", "namespace": "{ns}", "name": "p"}))
    devices = "resource.k8s.io/v1"
    yield table("resourceclaim", devices, "resourceclaims", thing(devices, "ResourceClaim", spec={"devices": {"requests": [{"name": "r", "exactly": {"deviceClassName": "c"}}]}}))
    yield table("resourceclaimtemplate", devices, "resourceclaimtemplates", thing(devices, "ResourceClaimTemplate", spec={"spec": {"devices": {"requests": [{"name": "r", "exactly": {"deviceClassName": "c"}}]}}}))
    yield table("resourceslice", devices, "resourceslices", thing(devices, "ResourceSlice", "{id}", spec={"driver": "a.b", "nodeName": "n", "pool": {"name": "p", "generation": 1, "resourceSliceCount": 1}, "devices": [{"name": "d"}]}), None, False)
    yield table("resourceslice-all-nodes", devices, "resourceslices", thing(devices, "ResourceSlice", "{id}", spec={"driver": "a.b", "allNodes": True, "pool": {"name": "p", "generation": 1, "resourceSliceCount": 1}, "devices": []}), None, False)
    yield table("deviceclass", devices, "deviceclasses", thing(devices, "DeviceClass", "{id}", spec={}), None, False)
    for old in ("v1beta1", "v1beta2"):
        yield "deviceclass-" + old, [get(cluster("resource.k8s.io/" + old, "deviceclasses"), headers=TABLE)]


def forms():
    make = [quiet(post(CORE + "configmaps", thing("v1", "ConfigMap", n, data={"x": "y"}, metadata={"labels": {"l": n}}))) for n in ("a", "b", "c")]
    yield "list-forms", make + [
        get(CORE + "configmaps", headers=TABLE, keep=cells), get(CORE + "configmaps?limit=2", headers=TABLE, keep=lambda b: dict(cells(b), metadata=b["metadata"])),
        get(CORE + "configmaps?includeObject=Object&labelSelector=l%3Db", headers=TABLE, keep=cells), get(CORE + "configmaps?includeObject=X", headers=TABLE),
        get(CORE + "configmaps/a?includeObject=X", headers=TABLE), get(CORE + "configmaps/none", headers=TABLE),
        get(CORE + "configmaps", headers={"Accept": "application/json;as=Table;v=v1beta1;g=meta.k8s.io"}, keep=cells),
        get(CORE + "configmaps", headers={"Accept": "application/json;as=Table;v=v2;g=meta.k8s.io"}),
        get(CORE + "configmaps", headers={"Accept": "application/json;as=Table;v=v1;g=other"}), get(CORE + "configmaps", headers={"Accept": "application/json;as=Tables;v=v1;g=meta.k8s.io"}),
        get(CORE + "configmaps", headers={"Accept": "application/json;as=Table;g=meta.k8s.io"}), get(CORE + "configmaps", headers={"Accept": "application/json;as=Table"}),
        get(CORE + "configmaps", headers={"Accept": "application/json;as=Table;v=v2;g=meta.k8s.io,application/json"}, keep=lambda b: b["kind"]),
        get(CORE + "configmaps", headers={"Accept": "application/yaml;as=Table;v=v1;g=meta.k8s.io"}, keep=len), get(CORE + "configmaps/a", headers=PARTIAL), get(CORE + "configmaps/a", headers=PARTIAL_LIST),
        get(CORE + "configmaps", headers=PARTIAL), get(CORE + "configmaps", headers=PARTIAL_LIST), get(CORE + "configmaps?limit=1", headers=PARTIAL_LIST),
        get(CORE + "configmaps/a", headers={"Accept": "application/json;as=PartialObjectMetadata;v=v1beta1;g=meta.k8s.io"}), get(CORE + "configmaps", headers={"Accept": "application/json;as=PartialObjectMetadataList;v=v1beta1;g=meta.k8s.io"}),
        delete(CORE + "configmaps/a", headers=TABLE, keep=cells), delete(CORE + "configmaps/b", headers=PARTIAL), delete(CORE + "configmaps", headers=TABLE, keep=cells),
        post(CORE + "configmaps", thing("v1", "ConfigMap", "d"), headers=TABLE, keep=cells), merge(CORE + "configmaps/d", {"data": {"a": "b"}}, headers=TABLE, keep=cells),
        put(CORE + "configmaps/d", thing("v1", "ConfigMap", "d"), headers=PARTIAL), post(CORE + "configmaps", thing("v1", "ConfigMap", "d"), headers=TABLE),
        get(CORE + "configmaps?watch=1&timeoutSeconds=1", headers=TABLE), get(CORE + "configmaps?watch=1&timeoutSeconds=1&includeObject=Object", headers=TABLE),
        get(CORE + "configmaps?watch=1&timeoutSeconds=1&includeObject=None", headers=TABLE), get(CORE + "configmaps?watch=1&timeoutSeconds=1", headers=PARTIAL), get(CORE + "configmaps?watch=1&timeoutSeconds=1", headers=PARTIAL_LIST),
        get(CORE + "pods/none/log", headers=TABLE), get("/api/v1", headers=TABLE), get("/apis/apps/v1/namespaces/{ns}/deployments/x/scale", headers=TABLE)]
    yield "scale-as-table", [quiet(post(local("apps/v1", "deployments"), deployment())), get(local("apps/v1", "deployments/a/scale"), headers=TABLE, keep=cells), get(local("apps/v1", "deployments/a/scale"), headers=PARTIAL),
                             get(local("apps/v1", "deployments/a/status"), headers=TABLE, keep=cells), get(local("apps/v1", "deployments/a/status"), headers=PARTIAL)]


def stories():
    for part in (pods, service_tables, workloads, scalers, cluster_things, network_things, small_things, forms):
        yield from part()
