"""Neighbours of what admission does to pods, claims and counts: limit ranges, quotas, priorities, runtime classes, accounts, namespaces, Pod Security."""
from words import *

PODS, CLAIMS, RANGES, QUOTAS, ACCOUNTS = CORE + "pods", CORE + "persistentvolumeclaims", CORE + "limitranges", CORE + "resourcequotas", CORE + "serviceaccounts"
DEPLOYMENTS, JOBS, CRON = local("apps/v1", "deployments"), local("batch/v1", "jobs"), local("batch/v1", "cronjobs")
CLASSES, RUNTIMES = cluster("scheduling.k8s.io/v1", "priorityclasses"), cluster("node.k8s.io/v1", "runtimeclasses")
WAIT = quiet(get(PODS, until=lambda a: False, until_seconds=1.2))


def limited(*items):
    return [quiet(post(RANGES, thing("v1", "LimitRange", "l", spec={"limits": list(items)}))), WAIT]


def using(**resources):
    return pod(containers=[container(resources=resources)])


def claim(size, name="a", limit=None, **spec):
    resources = {"requests": {"storage": size}}
    if limit:
        resources["limits"] = {"storage": limit}
    return thing("v1", "PersistentVolumeClaim", name, spec=dict({"accessModes": ["ReadWriteOnce"], "storageClassName": "n", "resources": resources}, **spec))


def ranges():
    item = lambda kind="Container", **fields: dict({"type": kind}, **fields)
    shapes = {
        "max-alone": [item(max={"cpu": "1"})], "min-alone": [item(min={"cpu": "100m"})], "both": [item(max={"cpu": "2"}, min={"cpu": "1"})], "default-over": [item(max={"cpu": "2"}, default={"cpu": "1"}, defaultRequest={"cpu": "500m"})],
        "memory-ratio": [item(maxLimitRequestRatio={"memory": "1500m"})], "ratio-and-default": [item(maxLimitRequestRatio={"cpu": "2"}, default={"cpu": "4"}, defaultRequest={"cpu": "1"})], "pod-min": [item("Pod", min={"cpu": "1"})], "pod-max-memory": [item("Pod", max={"memory": "10Mi"})], "pod-ratio": [item("Pod", maxLimitRequestRatio={"cpu": "2"})],
        "ephemeral": [item(max={"ephemeral-storage": "1Gi"}, default={"ephemeral-storage": "2Mi"})], "extended": [item(max={"x.y/z": "1"})], "odd-type": [item("x.y/Odd", max={"cpu": "1"})], "two": [item(default={"cpu": "1"}), item(default={"cpu": "2", "memory": "1Mi"})],
    }
    tries = [using(), using(limits={"cpu": "3"}), using(requests={"cpu": "1500m"}), using(requests={"cpu": "1"}, limits={"cpu": "3", "memory": "20Mi"}), using(requests={"memory": "1Mi"}, limits={"memory": "2Mi", "ephemeral-storage": "3Gi"}), pod(containers=[container(resources={"requests": {"cpu": "10m"}}), container(name="d")], initContainers=[container(name="i", resources={"limits": {"cpu": "5"}})])]
    for name, items in shapes.items():
        yield "range-" + name, limited(*items) + [get(RANGES + "/l")] + [post(PODS + "?dryRun=All", t) for t in tries]
    yield "range-claims", limited(item("PersistentVolumeClaim", max={"storage": "2Gi"}, min={"storage": "1Gi"})) + [post(CLAIMS, claim(s)) for s in ("3Gi", "1Mi", "2Gi")] + [post(CLAIMS, claim("1Gi", "b", "5Gi")), merge(CLAIMS + "/a", {"spec": {"resources": {"requests": {"storage": "9Gi"}}}})]
    yield "range-claim-ratio", limited(item("PersistentVolumeClaim", maxLimitRequestRatio={"storage": "2"})) + [post(CLAIMS, claim("1Gi", "a", "5Gi")), post(CLAIMS, claim("1Gi"))]
    yield "range-updates", [quiet(post(PODS, using()))] + limited(item(max={"cpu": "1"})) + [merge(PODS + "/a", {"metadata": {"labels": {"x": "y"}}}), merge(PODS + "/a/status", {"status": {"phase": "Running"}}), post(DEPLOYMENTS, deployment()), strategic(PODS + "/a", {"spec": {"containers": [{"name": "c", "image": "j"}]}})]
    yield "range-ephemeral-containers", [quiet(post(PODS, using()))] + limited(item(default={"cpu": "1"})) + [strategic(PODS + "/a/ephemeralcontainers", {"spec": {"ephemeralContainers": [{"name": "e", "image": "i"}]}})]
    yield "range-resize", limited(item(max={"cpu": "1"})) + [post(PODS, using(requests={"cpu": "1"}, limits={"cpu": "1"})), strategic(PODS + "/a/resize", {"spec": {"containers": [{"name": "c", "resources": {"limits": {"cpu": "2"}}}]}}), strategic(PODS + "/a/resize", {"spec": {"containers": [{"name": "c", "resources": {"requests": {"cpu": "500m"}, "limits": {"cpu": "500m"}}}]}})]
    yield "range-pod-level", limited(item("Pod", max={"cpu": "1"})) + [post(PODS + "?dryRun=All", pod(resources={"limits": {"cpu": "2"}})), post(PODS + "?dryRun=All", pod(resources={"limits": {"cpu": "1"}}))]
    yield "range-sidecar", limited(item("Pod", max={"cpu": "1"})) + [post(PODS + "?dryRun=All", pod(containers=[container(resources={"limits": {"cpu": "600m"}})], initContainers=[container(name="s", restartPolicy="Always", resources={"limits": {"cpu": "600m"}})])), post(PODS + "?dryRun=All", pod(containers=[container(resources={"limits": {"cpu": "600m"}})], initContainers=[container(name="s", resources={"limits": {"cpu": "600m"}})]))]


def quota(hard, used=None, **spec):
    status = {"status": {"hard": hard, "used": used or {k: "0" for k in hard}}}
    return [quiet(post(QUOTAS, thing("v1", "ResourceQuota", "q", spec=dict({"hard": hard}, **spec)))), quiet(merge(QUOTAS + "/q/status", status)), WAIT]


def quotas():
    secret = lambda n: thing("v1", "Secret", n)
    service = lambda n, **s: thing("v1", "Service", n, spec=dict({"ports": [{"port": 80}]}, **s))
    yield "quota-config-maps", quota({"configmaps": "1"}) + [post(CORE + "configmaps", thing("v1", "ConfigMap", n)) for n in "ab"] + [get(QUOTAS + "/q")]
    yield "quota-secrets-two-names", quota({"secrets": "1", "count/secrets": "5"}) + [post(CORE + "secrets", secret(n)) for n in "ab"]
    yield "quota-deployments", quota({"count/deployments.apps": "1"}) + [post(DEPLOYMENTS, deployment(n)) for n in "ab"] + [delete(DEPLOYMENTS + "/a"), get(QUOTAS + "/q")]
    yield "quota-jobs", quota({"count/jobs.batch": "0"}) + [post(JOBS, thing("batch/v1", "Job", spec={"template": {"spec": {"restartPolicy": "Never", "containers": [container()]}}}))]
    yield "quota-services", quota({"services": "2", "services.nodeports": "1", "services.loadbalancers": "0"}) + [post(CORE + "services", service("a", type="NodePort")), post(CORE + "services", service("b", type="NodePort")), post(CORE + "services", service("c", type="LoadBalancer")), post(CORE + "services", service("d")), post(CORE + "services", service("e")), merge(CORE + "services/d", {"spec": {"type": "NodePort"}})]
    yield "quota-claims", quota({"persistentvolumeclaims": "2", "requests.storage": "3Gi", "n.storageclass.storage.k8s.io/requests.storage": "2Gi"}) + [post(CLAIMS, claim("1Gi")), post(CLAIMS, claim("2Gi", "b")), post(CLAIMS, claim("3Gi", "c", storageClassName="m")), post(CLAIMS, claim("1Gi", "d", storageClassName="m")), post(CLAIMS, claim("1Mi", "e"))]
    yield "quota-limits-missing", quota({"limits.cpu": "1", "requests.memory": "1Gi"}) + [post(PODS, using()), post(PODS, using(limits={"cpu": "1"})), post(PODS, using(limits={"cpu": "1", "memory": "2Gi"})), post(PODS, using(limits={"cpu": "1", "memory": "1Gi"}))]
    yield "quota-ephemeral", quota({"requests.ephemeral-storage": "1Gi"}) + [post(PODS, using()), post(PODS, using(requests={"ephemeral-storage": "2Gi"}))]
    yield "quota-extended", quota({"requests.x.y/z": "1"}) + [post(PODS, using()), post(PODS, using(limits={"x.y/z": "2"}))]
    yield "quota-hugepages", quota({"hugepages-2Mi": "2Mi"}) + [post(PODS, using(limits={"hugepages-2Mi": "4Mi", "cpu": "1"})), post(PODS, using(limits={"hugepages-2Mi": "2Mi", "cpu": "1"}))]
    for scope, tries in {"BestEffort": [using(), using(requests={"cpu": "1"})], "NotBestEffort": [using(), using(requests={"cpu": "1"})], "Terminating": [using(), pod(activeDeadlineSeconds=5)], "NotTerminating": [pod(activeDeadlineSeconds=5), using()]}.items():
        yield "quota-scope-" + scope.lower(), quota({"pods": "0"}, scopes=[scope]) + [post(PODS + "?dryRun=All", t) for t in tries]
    yield "quota-class", quota({"pods": "0"}, scopeSelector={"matchExpressions": [{"scopeName": "PriorityClass", "operator": "In", "values": ["system-node-critical"]}]}) + [post(PODS + "?dryRun=All", pod(priorityClassName=c)) for c in ("system-node-critical", "system-cluster-critical")] + [post(PODS + "?dryRun=All", pod())]
    yield "quota-class-exists", quota({"pods": "0"}, scopeSelector={"matchExpressions": [{"scopeName": "PriorityClass", "operator": "Exists"}]}) + [post(PODS + "?dryRun=All", pod(priorityClassName="system-node-critical")), post(PODS + "?dryRun=All", pod())]
    yield "quota-two", quota({"pods": "1"}) + [quiet(post(QUOTAS, thing("v1", "ResourceQuota", "r", spec={"hard": {"requests.cpu": "1"}}))), quiet(merge(QUOTAS + "/r/status", {"status": {"hard": {"requests.cpu": "1"}, "used": {"requests.cpu": "0"}}})), WAIT, post(PODS, using()), post(PODS, using(requests={"cpu": "2"})), post(PODS, using(requests={"cpu": "1"}))]
    yield "quota-dry", quota({"secrets": "0"}) + [post(CORE + "secrets?dryRun=All", secret("a")), put(CORE + "secrets/b", secret("b")), apply(CORE + "secrets/c", secret("c"))]
    yield "quota-resize", quota({"requests.cpu": "1"}) + [post(PODS, using(requests={"cpu": "500m"})), strategic(PODS + "/a/resize", {"spec": {"containers": [{"name": "c", "resources": {"requests": {"cpu": "2"}}}]}}), strategic(PODS + "/a/resize", {"spec": {"containers": [{"name": "c", "resources": {"requests": {"cpu": "1"}}}]}})]


def classes():
    made = lambda name="{id}", value=5, **f: thing("scheduling.k8s.io/v1", "PriorityClass", name, value=value, **f)
    yield "priority-value", [post(CLASSES, made(preemptionPolicy="Never")), WAIT, post(PODS, pod(priorityClassName="{id}")), post(PODS, pod("b", priorityClassName="{id}", priority=5)), post(PODS, pod("c", priorityClassName="{id}", priority=6)), post(PODS, pod("d", priority=7)), post(PODS, pod("e", preemptionPolicy="Never")), post(PODS, pod("f", priorityClassName="{id}", preemptionPolicy="PreemptLowerPriority"))]
    yield "priority-system", [post(PODS, pod(c[-3:], priorityClassName=c)) for c in ("system-cluster-critical", "system-node-critical", "system-none")] + [post(CLASSES, made("system-{id}")), post(CLASSES, made("system-node-critical", 1)), post(CLASSES, made(value=1000000001)), post(CLASSES, made(value=-5)), merge(CLASSES + "/{id}", {"value": 6}), merge(CLASSES + "/{id}", {"preemptionPolicy": "Never"}), merge(CLASSES + "/{id}", {"description": "d"}), delete(CLASSES + "/system-node-critical?dryRun=All")]
    yield "priority-in-templates", [post(DEPLOYMENTS, deployment(template=template(priorityClassName="none-{id}"))), post(JOBS, thing("batch/v1", "Job", spec={"template": {"spec": {"restartPolicy": "Never", "priorityClassName": "none-{id}", "containers": [container()]}}}))]
    runtime = lambda **f: thing("node.k8s.io/v1", "RuntimeClass", "{id}", handler="h", **f)
    yield "runtime-missing", [post(PODS, pod(runtimeClassName="none-{id}"))]
    yield "runtime-merged", [post(RUNTIMES, runtime(scheduling={"nodeSelector": {"x": "y"}, "tolerations": [{"key": "k", "operator": "Exists"}]})), WAIT, post(PODS, pod(runtimeClassName="{id}", nodeSelector={"x": "z"})), post(PODS, pod(runtimeClassName="{id}", nodeSelector={"x": "y", "a": "b"}, tolerations=[{"key": "k", "operator": "Exists"}, {"key": "q", "operator": "Exists"}]))]
    yield "runtime-overhead", [post(RUNTIMES, runtime(overhead={"podFixed": {"memory": "1Mi"}})), WAIT, post(PODS, pod(runtimeClassName="{id}", overhead={"memory": "1Mi"})), post(PODS, pod("b", runtimeClassName="{id}", overhead={"memory": "2Mi"})), post(PODS, pod("c", overhead={"memory": "1Mi"}))]


def accounts():
    account = lambda name="s", **f: post(ACCOUNTS, thing("v1", "ServiceAccount", name, **f))
    bare = lambda name="a", **s: thing("v1", "Pod", name, spec=dict({"schedulerName": "none", "containers": [container()]}, **s))
    shape = lambda b: {"spec": {k: b["spec"].get(k) for k in ("serviceAccountName", "serviceAccount", "automountServiceAccountToken", "imagePullSecrets")}, "volumes": [list(v)[-1] for v in b["spec"].get("volumes", [])], "mounts": [[m["mountPath"] for m in c.get("volumeMounts", [])] for c in b["spec"].get("initContainers", []) + b["spec"]["containers"]]} if b.get("spec") else b
    yield "account-missing", [post(PODS, bare(serviceAccountName="none")), post(PODS, bare(serviceAccount="none")), post(PODS, pod(serviceAccountName="none")), post(DEPLOYMENTS, deployment(template=template(serviceAccountName="none")))]
    yield "account-old-name", [account(), WAIT, post(PODS, bare(serviceAccount="s"), keep=shape), post(PODS, bare("b", serviceAccount="s", serviceAccountName="default"), keep=shape)]
    yield "account-pull-secrets", [account(imagePullSecrets=[{"name": "p"}, {"name": "q"}]), WAIT, post(PODS, bare(serviceAccountName="s"), keep=shape), post(PODS, bare("b", serviceAccountName="s", imagePullSecrets=[{"name": "own"}]), keep=shape)]
    yield "account-init-containers", [post(PODS, bare(initContainers=[container(name="i"), container(name="j", volumeMounts=[{"name": "v", "mountPath": "/var/run/secrets/kubernetes.io/serviceaccount"}])], volumes=[{"name": "v", "emptyDir": {}}]), keep=shape)]
    yield "account-mirror", [post(PODS, dict(bare(**s), metadata={"name": "a", "annotations": {"kubernetes.io/config.mirror": "x"}})) for s in ({}, {"serviceAccountName": "default"}, {"nodeName": "n"}, {"nodeName": "n", "volumes": [{"name": "v", "secret": {"secretName": "x"}}]})]


def namespaces():
    gone = lambda gv, kind: post(api(gv) + "namespaces/none-{id}/" + {"Secret": "secrets", "Role": "roles", "Lease": "leases", "Service": "services", "Job": "jobs"}[kind], thing(gv, kind))
    yield "namespace-missing", [gone("v1", "Secret"), gone("rbac.authorization.k8s.io/v1", "Role"), gone("coordination.k8s.io/v1", "Lease"), gone("v1", "Service"), gone("batch/v1", "Job"), put("/api/v1/namespaces/none-{id}/configmaps/a", thing("v1", "ConfigMap")), apply("/api/v1/namespaces/none-{id}/configmaps/a", thing("v1", "ConfigMap")), post("/api/v1/namespaces/none-{id}/configmaps?dryRun=All", thing("v1", "ConfigMap")), post("/apis/authorization.k8s.io/v1/namespaces/none-{id}/localsubjectaccessreviews", {"spec": {"user": "x", "resourceAttributes": {"namespace": "none-{id}", "verb": "get", "resource": "pods"}}}), delete("/api/v1/namespaces/none-{id}/configmaps/a"), get("/api/v1/namespaces/none-{id}/configmaps")]
    held = [quiet(post("/api/v1/namespaces", thing("v1", "Namespace", "x{id}"))), quiet(post("/api/v1/namespaces/x{id}/configmaps", thing("v1", "ConfigMap"))), quiet(delete("/api/v1/namespaces/x{id}"))]
    inside = "/api/v1/namespaces/x{id}/"
    yield "namespace-terminating", held + [post(inside + "configmaps", thing("v1", "ConfigMap", "b")), merge(inside + "configmaps/a", {"data": {"k": "v"}}), put(inside + "configmaps/c", thing("v1", "ConfigMap", "c")), post(inside + "secrets", thing("v1", "Secret")), merge("/api/v1/namespaces/x{id}", {"metadata": {"labels": {"q": "r"}}}), delete("/api/v1/namespaces/x{id}"), post("/api/v1/namespaces", thing("v1", "Namespace", "x{id}")), delete(inside + "configmaps/a"), put("/api/v1/namespaces/x{id}/finalize", thing("v1", "Namespace", "x{id}", spec={"finalizers": []}))]


def security():
    levels = [{"enforce": "baseline"}, {"enforce": "restricted", "enforce-version": "v1.20"}, {"warn": "baseline", "audit": "restricted"}, {"enforce": "privileged", "warn": "restricted"}, {"enforce": "bogus"}, {"enforce": "baseline", "enforce-version": "v1.99"}, {"enforce-version": "v1.20"}]
    bad = [pod(hostNetwork=True), pod(containers=[container(securityContext={"privileged": True})]), pod(securityContext={"runAsUser": 0}), pod(volumes=[{"name": "v", "hostPath": {"path": "/"}}], containers=[container(ports=[{"containerPort": 80, "hostPort": 80}])])]
    safe = pod(securityContext={"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}}, containers=[container(securityContext={"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}})])
    for i, level in enumerate(levels):
        labels = {"pod-security.kubernetes.io/" + k: v for k, v in level.items()}
        first = get(CORE[:-1], namespace_labels=labels)
        yield "security-%d" % i, [first] + [post(PODS + "?dryRun=All", p) for p in bad + [safe]] + [post(DEPLOYMENTS + "?dryRun=All", deployment(template={"metadata": {"labels": {"app": "a"}}, "spec": bad[1]["spec"]})), post(CRON + "?dryRun=All", thing("batch/v1", "CronJob", spec={"schedule": "* * * * *", "jobTemplate": {"spec": {"template": {"spec": {"restartPolicy": "Never", "hostPID": True, "containers": [container()]}}}}}))]
    yield "security-label-change", [quiet(post(PODS, p | {"metadata": {"name": "p%d" % i}})) for i, p in enumerate(bad)] + [merge(CORE[:-1] + "?dryRun=All", {"metadata": {"labels": {"pod-security.kubernetes.io/enforce": level}}}) for level in ("baseline", "restricted", "privileged", "odd")]


def stories():
    for part in (ranges, quotas, classes, accounts, namespaces, security):
        yield from part()
