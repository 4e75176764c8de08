"""What controllers and the scheduler make of objects once nothing moves any more: statuses, children, events, finalizers.

Beside kube-apiserver run kube-controller-manager and kube-scheduler; skiff runs without its agent. Both servers get three nodes that are
kept Ready here and run nothing: the stories say what becomes of pods.
"""
import re
import threading
import time

from words import *

TAIL = "[bcdfghjklmnpqrstvwxz2456789]"
APPS = "apps/v1"
DEPLOYMENTS, SETS, STATEFUL, DAEMONS = (local(APPS, r) for r in ("deployments", "replicasets", "statefulsets", "daemonsets"))
JOBS, CRONS = local("batch/v1", "jobs"), local("batch/v1", "cronjobs")
PODS, SERVICES, EVENTS, CLAIMS = CORE + "pods", CORE + "services", CORE + "events", CORE + "persistentvolumeclaims"
SLICES, BUDGETS = local("discovery.k8s.io/v1", "endpointslices"), local("policy/v1", "poddisruptionbudgets")
SCALERS = local("autoscaling/v2", "horizontalpodautoscalers")


# --- nodes ---
def prepare(pair):
    """three nodes on each server, and their heartbeats for as long as the script runs"""
    for server in pair:
        for i in range(3):
            name = "node-%d" % i
            server.request("POST", "/api/v1/nodes", {"metadata": {"name": name, "labels": {"kubernetes.io/hostname": name, "kubernetes.io/os": "linux", "rank": str(i)}}})
            room = {"cpu": "8", "memory": "16Gi", "pods": "110", "ephemeral-storage": "100Gi"}
            ready = [{"type": t, "status": "True" if t == "Ready" else "False", "reason": "R", "message": "m"} for t in ("Ready", "MemoryPressure", "DiskPressure", "PIDPressure")]
            server.request("PATCH", "/api/v1/nodes/%s/status" % name, {"status": {"capacity": room, "allocatable": room, "conditions": ready}}, content_type=MERGE)
    threading.Thread(target=lambda: [beat(pair) or time.sleep(5) for _ in range(10000)], daemon=True).start()
    time.sleep(6)


def beat(pair):
    for server in pair:
        for i in range(3):
            path, now = "/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases", time.strftime("%Y-%m-%dT%H:%M:%S.000000Z", time.gmtime())
            lease = {"metadata": {"name": "node-%d" % i}, "spec": {"holderIdentity": "node-%d" % i, "leaseDurationSeconds": 40, "renewTime": now}}
            if server.request("PATCH", path + "/node-%d" % i, {"spec": lease["spec"]}, content_type=MERGE)[0] == 404:
                server.request("POST", path, lease)


# --- waiting and masking ---
class Steady:
    """true when the answer has not changed for some time"""
    def __init__(self, seconds=1.2):
        self.seconds, self.last, self.since = seconds, None, 0

    def __call__(self, answer):
        if answer[:2] != self.last:
            self.last, self.since = answer[:2], time.time()
        return time.time() - self.since > self.seconds


def tame(node):
    if isinstance(node, dict):
        return {tame(k): tame(v) for k, v in node.items() if k not in ("managedFields", "resourceVersion", "observedGeneration")}
    if isinstance(node, list):
        return [tame(x) for x in node]
    if not isinstance(node, str):
        return node
    if re.match(r"^20\d\d-\d\d-\d\dT", node):
        return "T"
    node = re.sub(r"(?<=-)%s{6,10}\b" % TAIL, "H", node)
    node = re.sub(r"^%s{6,10}$" % TAIL, "H", node)
    node = re.sub(r"(?<=-)%s{5}\b" % TAIL, "X", node)
    return re.sub(r"node-\d\b", "node-N", node)


def by_text(items):
    return sorted(items, key=lambda x: str(x))


def object_(body):
    return {"meta": tame({k: body["metadata"].get(k) for k in ("labels", "annotations", "finalizers", "ownerReferences", "generateName")}), "rest": tame({k: v for k, v in body.items() if k != "metadata"})}


def rest(path, keep=object_, seconds=1.2, longest=8, **more):
    return get(path, keep=keep, until=Steady(seconds), until_seconds=longest, **more)


def statuses(path, **more):
    return rest(path, keep=lambda b: by_text([tame({"name": i["metadata"]["name"], "status": i.get("status")}) for i in b["items"]]), **more)


def children(path, **more):
    return rest(path, keep=lambda b: by_text([object_(i) for i in b["items"]]), **more)


def events(**more):
    def keep(body):
        return by_text([[e["type"], e["reason"], e["involvedObject"]["kind"], tame(e.get("message", "")), (e.get("source") or {}).get("component") or e.get("reportingComponent")] for e in body["items"]])
    return rest(EVENTS, keep=keep, **more)


def ready(name, ip="10.42.9.9", phase="Running", node="node-0", **more):
    """a pod's status as an agent would write it"""
    conditions = [{"type": t, "status": "True", "lastTransitionTime": "2024-01-01T00:00:00Z"} for t in ("Ready", "ContainersReady", "Initialized", "PodScheduled")]
    return quiet(strategic(PODS + "/" + name + "/status", {"status": dict({"phase": phase, "podIP": ip, "podIPs": [{"ip": ip}], "conditions": conditions, "startTime": "2024-01-01T00:00:00Z"}, **more)}))


def ended(name, code=0, phase=None):
    state = {"name": "c", "state": {"terminated": {"exitCode": code, "reason": "Error" if code else "Completed", "finishedAt": "2024-01-01T00:00:05Z", "startedAt": "2024-01-01T00:00:00Z"}}, "ready": False, "restartCount": 0, "image": "i:1", "imageID": ""}
    return quiet(strategic(PODS + "/" + name + "/status", {"status": {"phase": phase or ("Failed" if code else "Succeeded"), "containerStatuses": [state]}}))


def pick(label, name="p", index=0):
    """remembers the name of a pod with the label"""
    return get(PODS + "?labelSelector=" + label, quiet=True, capture={name: "items.%d.metadata.name" % index}, until=lambda a: isinstance(a[1], dict) and len(a[1].get("items", [])) > index, until_seconds=5)


# --- workloads ---
def workloads():
    yield "deployment", [quiet(post(DEPLOYMENTS, deployment(replicas=2))), rest(DEPLOYMENTS + "/a"), children(SETS), children(PODS), events()]
    yield "deployment-ready", [quiet(post(DEPLOYMENTS, deployment(replicas=1))), pick("app=a"), ready("{p}"), rest(DEPLOYMENTS + "/a"), children(SETS), merge(DEPLOYMENTS + "/a", {"spec": {"template": {"metadata": {"annotations": {"x": "y"}}}}}, quiet=True), rest(DEPLOYMENTS + "/a"), children(SETS), statuses(PODS), events()]
    yield "deployment-recreate", [quiet(post(DEPLOYMENTS, deployment(replicas=1, strategy={"type": "Recreate"}))), pick("app=a"), ready("{p}"), rest(DEPLOYMENTS + "/a"), quiet(merge(DEPLOYMENTS + "/a", {"spec": {"template": {"metadata": {"annotations": {"x": "y"}}}}})), rest(DEPLOYMENTS + "/a"), events()]
    yield "deployment-paused", [quiet(post(DEPLOYMENTS, deployment(replicas=1, paused=True))), rest(DEPLOYMENTS + "/a"), children(SETS), quiet(merge(DEPLOYMENTS + "/a", {"spec": {"paused": False}})), rest(DEPLOYMENTS + "/a"), events()]
    yield "deployment-late", [quiet(post(DEPLOYMENTS, deployment(replicas=1, progressDeadlineSeconds=2, minReadySeconds=1))), rest(DEPLOYMENTS + "/a", seconds=4, longest=12)]
    yield "deployment-scale", [quiet(post(DEPLOYMENTS, deployment(replicas=3))), rest(DEPLOYMENTS + "/a"), quiet(merge(DEPLOYMENTS + "/a/scale", {"spec": {"replicas": 1}})), rest(DEPLOYMENTS + "/a"), get(DEPLOYMENTS + "/a/scale", keep=lambda b: b["status"]), children(SETS), events()]
    yield "deployment-history", [quiet(post(DEPLOYMENTS, deployment(replicas=0, revisionHistoryLimit=1)))] + [s for i in range(3) for s in (quiet(merge(DEPLOYMENTS + "/a", {"spec": {"template": {"metadata": {"annotations": {"x": str(i)}}}}})), rest(DEPLOYMENTS + "/a", quiet=True))] + [children(SETS), rest(DEPLOYMENTS + "/a")]
    yield "deployment-rollback", [quiet(post(DEPLOYMENTS, deployment(replicas=0)))] + [s for i in ("1", "2", None) for s in (rest(DEPLOYMENTS + "/a", quiet=True), quiet(merge(DEPLOYMENTS + "/a", {"spec": {"template": {"metadata": {"annotations": {"x": i}}}}})))] + [rest(DEPLOYMENTS + "/a"), children(SETS)]
    yield "deployment-refused", [quiet(post(CORE + "resourcequotas", thing("v1", "ResourceQuota", spec={"hard": {"pods": "0"}}))), rest(CORE + "resourcequotas/a"), quiet(post(DEPLOYMENTS, deployment(replicas=1))), rest(DEPLOYMENTS + "/a"), children(SETS)]
    yield "deployment-gone", [quiet(post(DEPLOYMENTS, deployment(replicas=1))), rest(DEPLOYMENTS + "/a", quiet=True), delete(DEPLOYMENTS + "/a?propagationPolicy=Foreground", keep=object_), children(SETS), children(PODS)]
    yield "deployment-orphans", [quiet(post(DEPLOYMENTS, deployment(replicas=1))), rest(DEPLOYMENTS + "/a", quiet=True), quiet(delete(DEPLOYMENTS + "/a?propagationPolicy=Orphan")), children(SETS), children(PODS), quiet(post(DEPLOYMENTS, deployment(replicas=1))), children(SETS)]
    set_ = lambda **s: thing(APPS, "ReplicaSet", spec=dict({"replicas": 1, "selector": {"matchLabels": {"app": "a"}}, "template": template()}, **s))
    yield "set", [quiet(post(SETS, set_(replicas=2))), rest(SETS + "/a"), children(PODS), pick("app=a"), ready("{p}"), rest(SETS + "/a"), quiet(merge(PODS + "/{p}", {"metadata": {"labels": {"app": "b"}}})), rest(SETS + "/a"), children(PODS), events()]
    yield "set-adopts", [quiet(post(PODS, pod("mine", {"labels": {"app": "a"}}))), quiet(post(SETS, set_())), rest(SETS + "/a"), children(PODS)]
    yield "set-failed", [quiet(post(SETS, set_())), pick("app=a"), ended("{p}", 1), rest(SETS + "/a"), statuses(PODS)]
    controller = thing("v1", "ReplicationController", spec={"replicas": 1, "selector": {"app": "a"}, "template": template()})
    yield "replication-controller", [quiet(post(CORE + "replicationcontrollers", controller)), rest(CORE + "replicationcontrollers/a"), children(PODS), events()]
    stateful = lambda **s: thing(APPS, "StatefulSet", spec=dict({"replicas": 2, "serviceName": "s", "selector": {"matchLabels": {"app": "a"}}, "template": template()}, **s))
    yield "stateful", [quiet(post(STATEFUL, stateful())), rest(STATEFUL + "/a"), children(PODS), ready("a-0"), rest(STATEFUL + "/a"), children(PODS), events()]
    yield "stateful-parallel", [quiet(post(STATEFUL, stateful(podManagementPolicy="Parallel"))), rest(STATEFUL + "/a"), ready("a-0"), ready("a-1"), rest(STATEFUL + "/a"), quiet(merge(STATEFUL + "/a", {"spec": {"replicas": 1}})), rest(STATEFUL + "/a"), statuses(PODS), children(local(APPS, "controllerrevisions")), events()]
    yield "stateful-update", [quiet(post(STATEFUL, stateful(updateStrategy={"type": "RollingUpdate", "rollingUpdate": {"partition": 1}}))), rest(STATEFUL + "/a", quiet=True), ready("a-0"), rest(STATEFUL + "/a", quiet=True), ready("a-1"), quiet(merge(STATEFUL + "/a", {"spec": {"template": {"metadata": {"annotations": {"x": "y"}}}}})), rest(STATEFUL + "/a"), children(PODS), children(local(APPS, "controllerrevisions"))]
    claim = {"metadata": {"name": "data"}, "spec": {"accessModes": ["ReadWriteOnce"], "storageClassName": "", "resources": {"requests": {"storage": "1Gi"}}}}
    yield "stateful-claims", [quiet(post(STATEFUL, stateful(volumeClaimTemplates=[claim], persistentVolumeClaimRetentionPolicy={"whenDeleted": "Delete", "whenScaled": "Delete"}))), rest(STATEFUL + "/a"), children(CLAIMS), children(PODS), events()]
    daemon = lambda **s: thing(APPS, "DaemonSet", spec=dict({"selector": {"matchLabels": {"app": "a"}}, "template": template()}, **s))
    yield "daemons", [quiet(post(DAEMONS, daemon())), rest(DAEMONS + "/a"), children(PODS), pick("app=a"), ready("{p}"), rest(DAEMONS + "/a"), children(local(APPS, "controllerrevisions")), events()]
    yield "daemons-one-node", [quiet(post(DAEMONS, daemon(template=template(nodeSelector={"rank": "1"})))), rest(DAEMONS + "/a"), quiet(merge(DAEMONS + "/a", {"spec": {"template": {"spec": {"nodeSelector": {"rank": "none"}}}}})), rest(DAEMONS + "/a"), children(PODS)]
    yield "daemons-update", [quiet(post(DAEMONS, daemon(updateStrategy={"type": "OnDelete"}, template=template(nodeSelector={"rank": "1"})))), rest(DAEMONS + "/a"), quiet(merge(DAEMONS + "/a", {"spec": {"template": {"metadata": {"annotations": {"x": "y"}}}}})), rest(DAEMONS + "/a"), children(local(APPS, "controllerrevisions"))]


def jobs():
    job = lambda name="a", policy="Never", **s: thing("batch/v1", "Job", name, spec=dict({"template": template(restartPolicy=policy)}, **s))
    p = "job-name=a"
    yield "job", [quiet(post(JOBS, job())), rest(JOBS + "/a"), children(PODS), pick(p), ended("{p}"), rest(JOBS + "/a"), children(PODS), events()]
    yield "job-fails", [quiet(post(JOBS, job(backoffLimit=0))), pick(p), ended("{p}", 1), rest(JOBS + "/a"), children(PODS), events()]
    yield "job-retries", [quiet(post(JOBS, job(backoffLimit=2))), pick(p), ended("{p}", 1), rest(JOBS + "/a"), statuses(PODS)]
    yield "job-several", [quiet(post(JOBS, job(parallelism=2, completions=3))), rest(JOBS + "/a"), pick(p), ended("{p}"), rest(JOBS + "/a"), events()]
    yield "job-indexed", [quiet(post(JOBS, job(parallelism=2, completions=2, completionMode="Indexed"))), rest(JOBS + "/a"), children(PODS), pick(p + ",batch.kubernetes.io/job-completion-index=1"), ended("{p}"), rest(JOBS + "/a"), events()]
    yield "job-indexed-fails", [quiet(post(JOBS, job(parallelism=2, completions=2, completionMode="Indexed", backoffLimitPerIndex=0, maxFailedIndexes=1))), pick(p + ",batch.kubernetes.io/job-completion-index=1"), ended("{p}", 3), rest(JOBS + "/a"), pick(p + ",batch.kubernetes.io/job-completion-index=0", "q"), ended("{q}"), rest(JOBS + "/a"), events()]
    yield "job-success-policy", [quiet(post(JOBS, job(parallelism=2, completions=2, completionMode="Indexed", successPolicy={"rules": [{"succeededIndexes": "0"}]}))), pick(p + ",batch.kubernetes.io/job-completion-index=0"), ended("{p}"), rest(JOBS + "/a"), events()]
    yield "job-failure-policy", [quiet(post(JOBS, job(podFailurePolicy={"rules": [{"action": "FailJob", "onExitCodes": {"operator": "In", "values": [42]}}]}))), pick(p), ended("{p}", 42), rest(JOBS + "/a"), events()]
    yield "job-ignored-failure", [quiet(post(JOBS, job(backoffLimit=0, podFailurePolicy={"rules": [{"action": "Ignore", "onExitCodes": {"operator": "In", "values": [42]}}]}))), pick(p), ended("{p}", 42), rest(JOBS + "/a")]
    yield "job-suspended", [quiet(post(JOBS, job(suspend=True))), rest(JOBS + "/a"), quiet(merge(JOBS + "/a", {"spec": {"suspend": False}})), rest(JOBS + "/a"), quiet(merge(JOBS + "/a", {"spec": {"suspend": True}})), rest(JOBS + "/a"), children(PODS), events()]
    yield "job-deadline", [quiet(post(JOBS, job(activeDeadlineSeconds=1))), rest(JOBS + "/a", seconds=3, longest=10), children(PODS), events()]
    yield "job-ttl", [quiet(post(JOBS, job(ttlSecondsAfterFinished=0))), pick(p), ended("{p}"), get(JOBS + "/a", until=lambda a: a[0] == 404, until_seconds=6), children(PODS)]
    yield "job-managed", [quiet(post(JOBS, job(managedBy="example.com/other"))), rest(JOBS + "/a"), children(PODS)]
    yield "job-replacement", [quiet(post(JOBS, job(podReplacementPolicy="Failed"))), pick(p), quiet(delete(PODS + "/{p}")), rest(JOBS + "/a")]
    yield "job-gone", [quiet(post(JOBS, job())), pick(p), delete(JOBS + "/a", {"propagationPolicy": "Background"}, keep=lambda b: b.get("status")), children(PODS)]
    cron = lambda **s: thing("batch/v1", "CronJob", spec=dict({"schedule": "0 0 1 1 *", "jobTemplate": {"spec": {"template": template(restartPolicy="Never")}}}, **s))
    for i, more in enumerate(({}, {"schedule": "TZ=UTC 0 0 * * *"}, {"timeZone": "Europe/Berlin"}, {"suspend": True}, {"schedule": "@every 1h"})):
        yield "cron-%d" % i, [post(CRONS, cron(**more), keep=object_), rest(CRONS + "/a"), events()]
    yield "cron-runs", [quiet(post(CRONS, cron(schedule="* * * * *"))), get(JOBS, keep=lambda b: [object_(i) for i in b["items"]], until=lambda a: len(a[1].get("items", [])) > 0, until_seconds=65), rest(CRONS + "/a"), events()]


# --- services, budgets, scalers ---
def network():
    service = lambda **s: thing("v1", "Service", spec=dict({"selector": {"app": "a"}, "ports": [{"port": 80, "targetPort": 8080, "name": "web"}]}, **s))
    app = pod("p", {"labels": {"app": "a"}}, nodeName="node-0")
    yield "service", [quiet(post(SERVICES, service())), children(SLICES), children(CORE + "endpoints"), quiet(post(PODS, app)), ready("p"), children(SLICES), children(CORE + "endpoints"), quiet(delete(PODS + "/p?gracePeriodSeconds=30")), children(SLICES), children(CORE + "endpoints")]
    yield "service-not-ready", [quiet(post(SERVICES, service())), quiet(post(PODS, app)), quiet(strategic(PODS + "/p/status", {"status": {"podIP": "10.42.9.8", "podIPs": [{"ip": "10.42.9.8"}]}})), children(SLICES), children(CORE + "endpoints")]
    yield "service-publishes", [quiet(post(SERVICES, service(publishNotReadyAddresses=True))), quiet(post(PODS, app)), quiet(strategic(PODS + "/p/status", {"status": {"podIP": "10.42.9.8", "podIPs": [{"ip": "10.42.9.8"}]}})), children(SLICES), children(CORE + "endpoints")]
    named = pod("p", {"labels": {"app": "a"}}, nodeName="node-0", hostname="h", subdomain="a", containers=[container(ports=[{"name": "http", "containerPort": 8081}])])
    yield "service-headless", [quiet(post(SERVICES, service(clusterIP="None", ports=[{"port": 80, "targetPort": "http"}]))), quiet(post(PODS, named)), ready("p"), children(SLICES), children(CORE + "endpoints")]
    yield "service-headless-no-ports", [quiet(post(SERVICES, service(clusterIP="None", ports=None))), quiet(post(PODS, named)), ready("p"), children(SLICES), children(CORE + "endpoints")]
    yield "service-named-port-missing", [quiet(post(SERVICES, service(ports=[{"port": 80, "targetPort": "none"}]))), quiet(post(PODS, named)), ready("p"), children(SLICES), children(CORE + "endpoints")]
    yield "service-no-selector", [quiet(post(SERVICES, service(selector=None))), quiet(post(CORE + "endpoints", thing("v1", "Endpoints", subsets=[{"addresses": [{"ip": "1.2.3.4", "hostname": "h"}], "notReadyAddresses": [{"ip": "1.2.3.5"}], "ports": [{"port": 9, "name": "web"}]}]))), children(SLICES), quiet(merge(CORE + "endpoints/a", {"subsets": []})), children(SLICES), quiet(delete(CORE + "endpoints/a")), children(SLICES), events()]
    yield "service-external-name", [quiet(post(SERVICES, service(type="ExternalName", externalName="x.y"))), children(SLICES), children(CORE + "endpoints")]
    yield "service-labels", [quiet(post(SERVICES, dict(service(trafficDistribution="PreferClose"), metadata={"name": "a", "labels": {"l": "m"}, "annotations": {"n": "o"}}))), quiet(post(PODS, app)), ready("p"), children(SLICES), children(CORE + "endpoints"), quiet(merge(SERVICES + "/a", {"metadata": {"labels": {"l": None, "p": "q"}}})), children(SLICES), children(CORE + "endpoints")]
    budget = lambda **s: thing("policy/v1", "PodDisruptionBudget", spec=dict({"selector": {"matchLabels": {"app": "a"}}}, **s))
    for i, spec in enumerate(({"minAvailable": 1}, {"maxUnavailable": 1}, {"minAvailable": "50%"}, {"maxUnavailable": "50%"}, {"minAvailable": 0}, {})):
        yield "budget-%d" % i, [quiet(post(BUDGETS, budget(**spec))), rest(BUDGETS + "/a"), quiet(post(DEPLOYMENTS, deployment(replicas=2))), rest(BUDGETS + "/a"), pick("app=a"), ready("{p}"), rest(BUDGETS + "/a"), post(PODS + "/{p}/eviction", thing("policy/v1", "Eviction", "{p}"), keep=tame), rest(BUDGETS + "/a"), events()]
    yield "budget-bare-pod", [quiet(post(BUDGETS, budget(maxUnavailable=1))), quiet(post(PODS, app)), ready("p"), rest(BUDGETS + "/a"), events()]
    scaler = lambda **s: thing("autoscaling/v2", "HorizontalPodAutoscaler", spec=dict({"scaleTargetRef": {"apiVersion": APPS, "kind": "Deployment", "name": "a"}, "minReplicas": 2, "maxReplicas": 3, "metrics": [{"type": "Resource", "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 50}}}]}, **s))
    yield "scaler-no-target", [quiet(post(SCALERS, scaler())), rest(SCALERS + "/a", seconds=18, longest=45), events()]
    yield "scaler-minimum", [quiet(post(DEPLOYMENTS, deployment(replicas=1))), rest(DEPLOYMENTS + "/a", quiet=True), quiet(post(SCALERS, scaler())), rest(SCALERS + "/a", seconds=18, longest=45), rest(DEPLOYMENTS + "/a"), events()]
    yield "scaler-off", [quiet(post(DEPLOYMENTS, deployment(replicas=0))), rest(DEPLOYMENTS + "/a", quiet=True), quiet(post(SCALERS, scaler())), rest(SCALERS + "/a", seconds=18, longest=45), events()]
    policy = thing("networking.k8s.io/v1", "Ingress", spec={"defaultBackend": {"service": {"name": "a", "port": {"number": 80}}}})
    yield "ingress", [quiet(post(local("networking.k8s.io/v1", "ingresses"), policy)), rest(local("networking.k8s.io/v1", "ingresses") + "/a"), events()]


# --- volumes, accounts, namespaces, nodes ---
def others():
    claim = lambda name="a", **s: thing("v1", "PersistentVolumeClaim", name, spec=dict({"accessModes": ["ReadWriteOnce"], "storageClassName": "{id}", "resources": {"requests": {"storage": "1Gi"}}}, **s))
    volume = lambda **s: thing("v1", "PersistentVolume", "{id}", spec=dict({"capacity": {"storage": "2Gi"}, "accessModes": ["ReadWriteOnce"], "storageClassName": "{id}", "hostPath": {"path": "/x"}}, **s))
    at = "/api/v1/persistentvolumes"
    word = lambda body: object_(body)
    yield "claim-waits", [quiet(post(CLAIMS, claim())), rest(CLAIMS + "/a"), events()]
    yield "claim-no-class", [quiet(post(CLAIMS, claim(storageClassName=""))), rest(CLAIMS + "/a"), events()]
    yield "claim-bound", [quiet(post(at, volume())), rest(at + "/{id}"), quiet(post(CLAIMS, claim())), rest(CLAIMS + "/a", longest=20, seconds=2), rest(at + "/{id}"), quiet(delete(CLAIMS + "/a")), rest(at + "/{id}"), events()]
    yield "claim-lost", [quiet(post(at, volume())), quiet(post(CLAIMS, claim())), rest(CLAIMS + "/a", longest=20, seconds=2, quiet=True), quiet(merge(at + "/{id}", {"metadata": {"finalizers": None}})), quiet(delete(at + "/{id}")), rest(CLAIMS + "/a", longest=20, seconds=2), events()]
    yield "claim-small-volume", [quiet(post(at, volume(capacity={"storage": "1Mi"}))), quiet(post(CLAIMS, claim(volumeName="{id}"))), rest(CLAIMS + "/a"), rest(at + "/{id}"), events()]
    yield "claim-in-use", [quiet(post(CLAIMS, claim())), quiet(post(PODS, pod(volumes=[{"name": "v", "persistentVolumeClaim": {"claimName": "a"}}], nodeName="node-0"))), rest(CLAIMS + "/a"), quiet(delete(CLAIMS + "/a")), rest(CLAIMS + "/a"), events()]
    wait = thing("storage.k8s.io/v1", "StorageClass", "{id}", provisioner="example.com/none", volumeBindingMode="WaitForFirstConsumer")
    yield "claim-first-consumer", [quiet(post("/apis/storage.k8s.io/v1/storageclasses", wait)), quiet(post(CLAIMS, claim())), rest(CLAIMS + "/a"), events(), quiet(post(PODS, dict(pod(volumes=[{"name": "v", "persistentVolumeClaim": {"claimName": "a"}}]), spec=dict(pod()["spec"], schedulerName="default-scheduler", volumes=[{"name": "v", "persistentVolumeClaim": {"claimName": "a"}}])))), rest(PODS + "/a"), rest(CLAIMS + "/a"), events()]
    now = thing("storage.k8s.io/v1", "StorageClass", "{id}", provisioner="example.com/none")
    yield "claim-provisioner", [quiet(post("/apis/storage.k8s.io/v1/storageclasses", now)), quiet(post(CLAIMS, claim())), rest(CLAIMS + "/a"), events()]
    ephemeral = pod(volumes=[{"name": "v", "ephemeral": {"volumeClaimTemplate": {"metadata": {"labels": {"x": "y"}}, "spec": claim()["spec"]}}}])
    yield "ephemeral-volume", [quiet(post(PODS, ephemeral)), children(CLAIMS), quiet(delete(PODS + "/a")), children(CLAIMS), events()]
    yield "volume-available", [quiet(post(at, volume())), rest(at + "/{id}"), delete(at + "/{id}", keep=word), rest(at + "/{id}")]
    yield "account-token", [quiet(post(CORE + "serviceaccounts", thing("v1", "ServiceAccount"))), quiet(post(CORE + "secrets", thing("v1", "Secret", type="kubernetes.io/service-account-token", metadata={"annotations": {"kubernetes.io/service-account.name": "a"}}))), rest(CORE + "secrets/a", keep=lambda b: [tame(b["metadata"].get("annotations")), sorted(b.get("data") or {}), b["type"]]), quiet(delete(CORE + "serviceaccounts/a")), rest(CORE + "secrets/a", keep=lambda b: 1)]
    yield "namespace-parts", [rest(CORE + "configmaps", keep=lambda b: [[i["metadata"]["name"], i["metadata"].get("annotations"), sorted(i["data"])] for i in b["items"]]), rest(CORE + "serviceaccounts", keep=lambda b: [object_(i) for i in b["items"]])]
    extra = "/api/v1/namespaces/{id}-x"
    yield "namespace-stuck", [quiet(post("/api/v1/namespaces", thing("v1", "Namespace", "{id}-x"))), quiet(post(extra + "/configmaps", thing("v1", "ConfigMap", metadata={"finalizers": ["example.com/f"]}))), quiet(post(extra + "/pods", pod(nodeName="node-0"))), quiet(delete(extra)), rest(extra, seconds=25, longest=60), post(extra + "/configmaps", thing("v1", "ConfigMap", "b")), quiet(merge(extra + "/configmaps/a", {"metadata": {"finalizers": None}})), quiet(delete(extra + "/pods/a?gracePeriodSeconds=0")), get(extra, until=lambda a: a[0] == 404, until_seconds=30)]
    yield "owner-chain", [quiet(post(CORE + "configmaps", thing("v1", "ConfigMap", "o"))), get(CORE + "configmaps/o", quiet=True, capture={"u": "metadata.uid"}), quiet(post(CORE + "configmaps", thing("v1", "ConfigMap", "b", metadata={"ownerReferences": [{"apiVersion": "v1", "kind": "ConfigMap", "name": "o", "uid": "{u}", "blockOwnerDeletion": True}]}))), quiet(post(CORE + "configmaps", thing("v1", "ConfigMap", "c", metadata={"finalizers": ["example.com/f"], "ownerReferences": [{"apiVersion": "v1", "kind": "ConfigMap", "name": "o", "uid": "{u}", "blockOwnerDeletion": True}]}))), delete(CORE + "configmaps/o?propagationPolicy=Foreground", keep=object_), rest(CORE + "configmaps/o"), rest(CORE + "configmaps/c"), quiet(merge(CORE + "configmaps/c", {"metadata": {"finalizers": None}})), get(CORE + "configmaps/o", until=lambda a: a[0] == 404, until_seconds=6)]
    yield "owner-orphans", [quiet(post(CORE + "configmaps", thing("v1", "ConfigMap", "o"))), get(CORE + "configmaps/o", quiet=True, capture={"u": "metadata.uid"}), quiet(post(CORE + "configmaps", thing("v1", "ConfigMap", "b", metadata={"ownerReferences": [{"apiVersion": "v1", "kind": "ConfigMap", "name": "o", "uid": "{u}"}]}))), rest(CORE + "configmaps/b"), quiet(delete(CORE + "configmaps/o?propagationPolicy=Orphan")), rest(CORE + "configmaps/b", longest=10, seconds=2)]
    yield "owner-absent", [quiet(post(CORE + "configmaps", thing("v1", "ConfigMap", "b", metadata={"ownerReferences": [{"apiVersion": "v1", "kind": "ConfigMap", "name": "o", "uid": "1-2-3"}]}))), get(CORE + "configmaps/b", until=lambda a: a[0] == 404, until_seconds=5), quiet(post(CORE + "configmaps", thing("v1", "ConfigMap", "c", metadata={"ownerReferences": [{"apiVersion": "v1", "kind": "Namespace", "name": "default", "uid": "1-2-3"}]}))), rest(CORE + "configmaps/c"), events()]
    rules = [{"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]}]
    roles = "/apis/rbac.authorization.k8s.io/v1/clusterroles"
    yield "aggregated-role", [quiet(post(roles, thing("rbac.authorization.k8s.io/v1", "ClusterRole", "{id}-all", aggregationRule={"clusterRoleSelectors": [{"matchLabels": {"{id}": "y"}}]}))), quiet(post(roles, thing("rbac.authorization.k8s.io/v1", "ClusterRole", "{id}-b", metadata={"labels": {"{id}": "y"}}, rules=rules))), rest(roles + "/{id}-all"), quiet(merge(roles + "/{id}-b", {"rules": rules * 2})), rest(roles + "/{id}-all"), quiet(delete(roles + "/{id}-b")), rest(roles + "/{id}-all")]
    hard = {"pods": "5", "requests.cpu": "1", "services": "2", "count/configmaps": "9", "requests.storage": "10Gi", "count/deployments.apps": "3"}
    yield "quota", [quiet(post(CORE + "resourcequotas", thing("v1", "ResourceQuota", spec={"hard": hard}))), rest(CORE + "resourcequotas/a"), quiet(post(CLAIMS, claim())), quiet(post(PODS, pod("p", containers=[container(resources={"requests": {"cpu": "100m"}})]))), get(CORE + "resourcequotas/a", keep=object_), ended("p"), rest(CORE + "resourcequotas/a"), quiet(delete(PODS + "/p?gracePeriodSeconds=0")), quiet(delete(CLAIMS + "/a")), rest(CORE + "resourcequotas/a"), quiet(merge(CORE + "resourcequotas/a", {"spec": {"hard": {"pods": "6", "requests.cpu": None}}})), rest(CORE + "resourcequotas/a")]


def scheduling():
    place = lambda name="a", **s: dict(pod(name, **s), spec=dict(pod(name, **s)["spec"], schedulerName="default-scheduler"))
    bodies = {"plain": {}, "selector": {"nodeSelector": {"rank": "1"}}, "nowhere": {"nodeSelector": {"rank": "none"}}, "huge": {"containers": [container(resources={"requests": {"cpu": "100"}})]}, "memory": {"containers": [container(resources={"requests": {"memory": "1Ti", "cpu": "100"}})]}, "gpu": {"containers": [container(resources={"limits": {"example.com/gpu": "1"}})]}, "gates": {"schedulingGates": [{"name": "example.com/g"}]}, "claim": {"volumes": [{"name": "v", "persistentVolumeClaim": {"claimName": "none"}}]},
              "affinity": {"affinity": {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [{"matchExpressions": [{"key": "rank", "operator": "Gt", "values": ["5"]}]}]}}}}, "pod-affinity": {"affinity": {"podAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [{"topologyKey": "kubernetes.io/hostname", "labelSelector": {"matchLabels": {"no": "pod"}}}]}}},
              "spread": {"topologySpreadConstraints": [{"maxSkew": 1, "topologyKey": "none", "whenUnsatisfiable": "DoNotSchedule", "labelSelector": {"matchLabels": {"a": "b"}}}]}, "class": {"priorityClassName": "system-node-critical"}, "port": {"containers": [container(ports=[{"containerPort": 80, "hostPort": 80}])], "nodeSelector": {"rank": "2"}}, "ephemeral": {"volumes": [{"name": "v", "ephemeral": {"volumeClaimTemplate": {"spec": {"accessModes": ["ReadWriteOnce"], "storageClassName": "", "resources": {"requests": {"storage": "1Gi"}}}}}}]}}
    for name, spec in bodies.items():
        yield "pod-" + name, [quiet(post(PODS, place(**spec))), rest(PODS + "/a"), events()]
    yield "pod-port-taken", [quiet(post(PODS, place(**bodies["port"]))), rest(PODS + "/a", quiet=True), quiet(post(PODS, place("b", **bodies["port"]))), rest(PODS + "/b"), quiet(delete(PODS + "/a?gracePeriodSeconds=0")), rest(PODS + "/b")]
    yield "pod-gate-lifted", [quiet(post(PODS, place(**bodies["gates"]))), rest(PODS + "/a", quiet=True), quiet(merge(PODS + "/a", {"spec": {"schedulingGates": None}})), rest(PODS + "/a"), events()]
    yield "pod-deleted", [quiet(post(PODS, place())), rest(PODS + "/a", quiet=True), delete(PODS + "/a", keep=object_), rest(PODS + "/a")]


def stories():
    for part in (workloads, jobs, network, others, scheduling):
        for name, steps in part():
            yield part.__name__ + "-" + name, steps
