"""ResourceQuota and LimitRange: what they refuse, with which words, and what they set."""
from words import *

QUOTAS, RANGES, PODS = CORE + "resourcequotas", CORE + "limitranges", CORE + "pods"
CONFIGS, SERVICES, CLAIMS = CORE + "configmaps", CORE + "services", CORE + "persistentvolumeclaims"


def quota(hard, name="q", **spec):
    """kube-apiserver refuses until a quota's status says what is used; nobody else does here"""
    return [quiet(post(QUOTAS, thing("v1", "ResourceQuota", name, spec=dict({"hard": hard}, **spec)))),
            quiet(merge(QUOTAS + "/" + name + "/status", {"status": {"hard": hard, "used": {k: "0" for k in hard}}})), quiet(settle(QUOTAS + "/" + name))]


def settle(path):
    return get(path, until=lambda a: False, until_seconds=0.3)


def limits(*items, name="l"):
    return [quiet(post(RANGES, thing("v1", "LimitRange", name, spec={"limits": list(items)}))), quiet(settle(RANGES + "/" + name))]


def needs(cpu=None, memory=None, limit_cpu=None, limit_memory=None, name="c", **more):
    pick = lambda **kv: {k: v for k, v in kv.items() if v is not None}
    resources = {k: v for k, v in (("requests", pick(cpu=cpu, memory=memory)), ("limits", pick(cpu=limit_cpu, memory=limit_memory))) if v}
    return container(name=name, resources=resources, **more)


def used(name="q"):
    return get(QUOTAS + "/" + name, keep=lambda b: b["status"], until=lambda a: False, until_seconds=0.2)


def claim(name="a", **spec):
    return thing("v1", "PersistentVolumeClaim", name, spec=dict({"accessModes": ["ReadWriteOnce"], "storageClassName": "", "resources": {"requests": {"storage": "1Gi"}}}, **spec))


def service(name="a", **spec):
    return thing("v1", "Service", name, spec=dict({"ports": [{"port": 1}]}, **spec))


def validation():
    odd = [{}, {"hard": {}}, {"hard": None}, {"hard": {"cpu": "1"}}, {"hard": {"cpu": "-1"}}, {"hard": {"cpu": "x"}}, {"hard": {"pods": "1.5"}}, {"hard": {"pods": "100m"}}, {"hard": {"odd": "1"}}, {"hard": {"a.b/c": "1"}}, {"hard": {"requests.a.b/c": "1"}}, {"hard": {"limits.a.b/c": "1"}}, {"hard": {"count/pods": "1"}}, {"hard": {"count/deployments.apps": "1"}}, {"hard": {"count/": "1"}}, {"hard": {"x.storageclass.storage.k8s.io/requests.storage": "1Gi"}}, {"hard": {"requests.ephemeral-storage": "1Gi", "limits.ephemeral-storage": "1Gi"}}, {"hard": {"hugepages-2Mi": "2Mi", "requests.hugepages-2Mi": "1Mi"}},
           {"hard": {"services.loadbalancers": "1", "services.nodeports": "1"}}, {"hard": {"pods": "1"}, "scopes": ["Terminating"]}, {"hard": {"pods": "1"}, "scopes": ["Odd"]}, {"hard": {"pods": "1"}, "scopes": ["Terminating", "NotTerminating"]}, {"hard": {"pods": "1"}, "scopes": ["BestEffort", "NotBestEffort"]}, {"hard": {"services": "1"}, "scopes": ["BestEffort"]}, {"hard": {"cpu": "1"}, "scopes": ["BestEffort"]}, {"hard": {"pods": "1"}, "scopeSelector": {"matchExpressions": [{"scopeName": "PriorityClass", "operator": "In", "values": ["x"]}]}}, {"hard": {"pods": "1"}, "scopeSelector": {"matchExpressions": [{"scopeName": "PriorityClass", "operator": "In"}]}},
           {"hard": {"pods": "1"}, "scopeSelector": {"matchExpressions": [{"scopeName": "PriorityClass", "operator": "Exists", "values": ["x"]}]}}, {"hard": {"pods": "1"}, "scopeSelector": {"matchExpressions": [{"scopeName": "Terminating", "operator": "In", "values": ["x"]}]}}, {"hard": {"pods": "1"}, "scopeSelector": {"matchExpressions": [{"scopeName": "Odd", "operator": "Odd"}]}}, {"hard": {"pods": "1"}, "scopeSelector": {"matchExpressions": []}}, {"hard": {"services": "1"}, "scopeSelector": {"matchExpressions": [{"scopeName": "PriorityClass", "operator": "Exists"}]}}, {"hard": {"pods": "1"}, "scopes": ["CrossNamespacePodAffinity"]}, {"hard": {"persistentvolumeclaims": "1"}, "scopes": ["VolumeAttributesClass"]}]
    for i, spec in enumerate(odd):
        yield "quota-%d" % i, [post(QUOTAS, thing("v1", "ResourceQuota", spec=spec)), quiet(post(QUOTAS, thing("v1", "ResourceQuota", "b", spec={"hard": {"pods": "1"}}))), put(QUOTAS + "/b", thing("v1", "ResourceQuota", "b", spec=spec)), put(QUOTAS + "/b/status", thing("v1", "ResourceQuota", "b", spec=spec, status={"hard": spec.get("hard"), "used": spec.get("hard")})), get(QUOTAS, headers=TABLE, keep=lambda b: [[c for c in r["cells"][:-1]] for r in b["rows"]])]
    item = lambda **f: dict({"type": "Container"}, **f)
    odd = [{}, {"type": ""}, {"type": "Odd"}, {"type": "a.b/c", "max": {"cpu": "1"}}, item(), item(max={"cpu": "1"}), item(min={"cpu": "1"}), item(min={"cpu": "2"}, max={"cpu": "1"}), item(default={"cpu": "2"}, max={"cpu": "1"}), item(default={"cpu": "1"}, min={"cpu": "2"}), item(defaultRequest={"cpu": "2"}, default={"cpu": "1"}), item(defaultRequest={"cpu": "2"}, max={"cpu": "1"}), item(defaultRequest={"cpu": "1"}, min={"cpu": "2"}), item(maxLimitRequestRatio={"cpu": "2"}), item(maxLimitRequestRatio={"cpu": "500m"}), item(maxLimitRequestRatio={"cpu": "8"}, min={"cpu": "1"}, max={"cpu": "2"}), item(max={"cpu": "-1"}), item(max={"cpu": "x"}), item(max={"odd": "1"}), item(max={"a.b/c": "1"}), item(max={"storage": "1Gi"}),
           {"type": "Pod", "max": {"cpu": "1"}}, {"type": "Pod", "default": {"cpu": "1"}}, {"type": "Pod", "defaultRequest": {"cpu": "1"}}, {"type": "PersistentVolumeClaim"}, {"type": "PersistentVolumeClaim", "max": {"storage": "1Gi"}}, {"type": "PersistentVolumeClaim", "min": {"storage": "2Gi"}, "max": {"storage": "1Gi"}}, {"type": "PersistentVolumeClaim", "default": {"storage": "1Gi"}}, {"type": "PersistentVolumeClaim", "max": {"cpu": "1"}}, {"type": "Container", "unknown": 1}]
    for i, one in enumerate(odd):
        yield "range-%d" % i, [post(RANGES, thing("v1", "LimitRange", spec={"limits": [one]})), post(RANGES, thing("v1", "LimitRange", "b", spec={"limits": [one, one]})), quiet(post(RANGES, thing("v1", "LimitRange", "c", spec={"limits": []}))), put(RANGES + "/c", thing("v1", "LimitRange", "c", spec={"limits": [item(max={"cpu": "1"}), one]})), get(RANGES, headers=TABLE, keep=lambda b: [[c for c in r["cells"][:1]] for r in b["rows"]])]


def exceeded():
    one = lambda *c, **m: pod(containers=list(c) or [container()], **m)
    bodies = {"none": one(), "small": one(needs("100m", "10Mi", "200m", "20Mi")), "large": one(needs("2", "2Gi", "4", "4Gi")), "two": one(needs("600m", "10Mi", "600m", "20Mi"), needs("600m", "10Mi", "600m", "20Mi", name="d")), "limits": one(needs(limit_cpu="3", limit_memory="3Gi")), "init": one(needs("100m", "10Mi", "200m", "20Mi"), initContainers=[needs("2", "10Mi", "2", "20Mi", name="i")]), "sidecar": one(needs("600m", "10Mi", "600m", "20Mi"), initContainers=[needs("600m", "10Mi", "600m", "20Mi", name="i", restartPolicy="Always")]), "requests": one(needs("100m", "10Mi")), "overhead": one(needs("1", "1Mi", "1", "1Mi"), resources={"requests": {"cpu": "3"}, "limits": {"cpu": "3"}})}
    hards = {"pods": {"pods": "0"}, "count": {"count/pods": "0"}, "cpu": {"cpu": "1"}, "requests": {"requests.cpu": "1", "requests.memory": "1Gi"}, "limits": {"limits.cpu": "1", "limits.memory": "1Gi"}, "all": {"pods": "0", "requests.cpu": "1", "limits.memory": "1Gi", "memory": "1Gi", "requests.a.b/c": "1", "requests.ephemeral-storage": "1Gi"}, "other": {"services": "0", "configmaps": "0", "secrets": "0"}, "exact": {"cpu": "1200m", "memory": "20Mi"}}
    for name, hard in hards.items():
        yield "pods-" + name, quota(hard) + [post(PODS + "?dryRun=All", body) for body in bodies.values()] + [post(PODS, bodies["small"]), used(), post(PODS, dict(bodies["two"], metadata={"name": "b"})), used()]
    scopes = {"best": {"scopes": ["BestEffort"]}, "not-best": {"scopes": ["NotBestEffort"]}, "ending": {"scopes": ["Terminating"]}, "not-ending": {"scopes": ["NotTerminating"]}, "both": {"scopes": ["BestEffort", "NotTerminating"]}, "class": {"scopeSelector": {"matchExpressions": [{"scopeName": "PriorityClass", "operator": "In", "values": ["system-node-critical", "x"]}]}}, "no-class": {"scopeSelector": {"matchExpressions": [{"scopeName": "PriorityClass", "operator": "DoesNotExist"}]}}, "other-class": {"scopeSelector": {"matchExpressions": [{"scopeName": "PriorityClass", "operator": "NotIn", "values": ["y"]}]}}, "affinity": {"scopes": ["CrossNamespacePodAffinity"]}}
    affine = {"podAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [{"topologyKey": "k", "labelSelector": {}, "namespaceSelector": {}}]}}
    for name, scope in scopes.items():
        yield "scope-" + name, quota({"pods": "0"}, **scope) + [post(PODS + "?dryRun=All", b) for b in (one(), one(needs("1")), one(activeDeadlineSeconds=5), one(needs("1"), activeDeadlineSeconds=5), one(priorityClassName="system-node-critical"), one(affinity=affine))]
    yield "two-quotas", quota({"pods": "0"}) + quota({"cpu": "0", "configmaps": "0"}, name="r") + [post(PODS, one(needs("1"))), post(PODS, one()), post(CONFIGS, thing("v1", "ConfigMap"))]
    yield "several", quota({"pods": "1", "requests.cpu": "1", "configmaps": "1"}) + [post(CONFIGS, thing("v1", "ConfigMap")), post(CONFIGS, thing("v1", "ConfigMap", "b")), used(), post(PODS, one(needs("400m"))), post(PODS, pod("b", containers=[needs("400m")])), post(PODS, pod("c", containers=[needs("800m")])), used(), merge(PODS + "/a", {"metadata": {"labels": {"a": "b"}}}, keep=lambda b: b.get("kind")), merge(CONFIGS + "/a", {"data": {"a": "b"}}), delete(CONFIGS + "/a", keep=lambda b: b.get("kind"))]
    yield "services", quota({"services": "2", "services.nodeports": "1", "services.loadbalancers": "0"}) + [post(SERVICES, service()), post(SERVICES, service("b", type="LoadBalancer")), post(SERVICES, service("c", type="NodePort", ports=[{"port": 1, "name": "a"}, {"port": 2, "name": "b"}])), post(SERVICES, service("d", type="NodePort")), used(), merge(SERVICES + "/a", {"spec": {"type": "NodePort"}}), merge(SERVICES + "/a", {"spec": {"type": "LoadBalancer", "allocateLoadBalancerNodePorts": False}}), post(SERVICES, service("e", type="ExternalName", externalName="x", ports=[])), used()]
    yield "claims", quota({"persistentvolumeclaims": "2", "requests.storage": "3Gi", "gold.storageclass.storage.k8s.io/requests.storage": "1Gi", "gold.storageclass.storage.k8s.io/persistentvolumeclaims": "1"}) + [post(CLAIMS, claim()), post(CLAIMS, claim("b", storageClassName="gold")), post(CLAIMS, claim("c", storageClassName="gold")), post(CLAIMS, claim("d", resources={"requests": {"storage": "5Gi"}})), used(), merge(CLAIMS + "/a", {"spec": {"resources": {"requests": {"storage": "4Gi"}}}})]
    yield "counts", quota({"count/deployments.apps": "0", "count/secrets": "0", "replicationcontrollers": "0", "count/leases.coordination.k8s.io": "0"}) + [post(local("apps/v1", "deployments"), deployment()), post(CORE + "secrets", thing("v1", "Secret")), post(CORE + "replicationcontrollers", thing("v1", "ReplicationController", spec={"selector": {"app": "a"}, "template": template()})), post(local("coordination.k8s.io/v1", "leases"), thing("coordination.k8s.io/v1", "Lease")), put(local("coordination.k8s.io/v1", "leases") + "/l", thing("coordination.k8s.io/v1", "Lease", "l")), apply(CORE + "secrets/ap", thing("v1", "Secret", "ap"))]
    crd = thing("apiextensions.k8s.io/v1", "CustomResourceDefinition", "things.{id}.io", spec={"group": "{id}.io", "scope": "Namespaced", "names": {"plural": "things", "kind": "Thing"}, "versions": [{"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}}}]})
    yield "custom", [quiet(post(cluster("apiextensions.k8s.io/v1", "customresourcedefinitions"), crd))] + quota({"count/things.{id}.io": "0"}) + [quiet(get("/apis/{id}.io/v1/namespaces/{ns}/things", until=lambda a: a[0] == 200)), post("/apis/{id}.io/v1/namespaces/{ns}/things", thing("{id}.io/v1", "Thing"))]
    yield "resized", quota({"requests.cpu": "1", "limits.cpu": "1"}) + [quiet(post(PODS, one(needs("500m", limit_cpu="500m")))), merge(PODS + "/a/resize", {"spec": {"containers": [{"name": "c", "image": "i:1", "resources": {"requests": {"cpu": "2"}, "limits": {"cpu": "2"}}}]}})]
    yield "no-status", [quiet(post(QUOTAS, thing("v1", "ResourceQuota", "q", spec={"hard": {"services": "5"}}))), quiet(settle(QUOTAS + "/q")), post(PODS, one())]


def ranges():
    c = lambda **f: dict({"type": "Container"}, **f)
    bodies = [pod(), pod(containers=[needs("100m")]), pod(containers=[needs(limit_cpu="100m")]), pod(containers=[needs("100m", limit_cpu="300m")]), pod(containers=[needs("4", "4Gi", "8", "8Gi")]), pod(containers=[needs("300m"), needs("300m", name="d")]), pod(containers=[needs("300m", limit_cpu="300m")], initContainers=[needs("3", limit_cpu="3", name="i")]), pod(containers=[needs("1m", "1", "1m", "1")])]
    ranges = {"defaults": [c(default={"cpu": "500m", "memory": "64Mi"}, defaultRequest={"cpu": "200m", "memory": "32Mi"})], "default-only": [c(default={"cpu": "500m"})], "request-only": [c(defaultRequest={"cpu": "200m"})], "min": [c(min={"cpu": "200m", "memory": "8Mi"})], "max": [c(max={"cpu": "1", "memory": "1Gi"})], "min-max": [c(min={"cpu": "200m"}, max={"cpu": "2"}, default={"cpu": "1"})], "ratio": [c(maxLimitRequestRatio={"cpu": "2"})], "pod-max": [{"type": "Pod", "max": {"cpu": "500m", "memory": "1Gi"}}], "pod-min": [{"type": "Pod", "min": {"cpu": "500m", "memory": "8Mi"}}], "pod-ratio": [{"type": "Pod", "maxLimitRequestRatio": {"cpu": "2"}}], "both": [c(max={"cpu": "1"}), {"type": "Pod", "max": {"cpu": "1500m"}}], "storage": [c(max={"ephemeral-storage": "1Gi"}, default={"ephemeral-storage": "1Mi"})], "odd-type": [{"type": "a.b/c", "max": {"cpu": "0"}}]}
    for name, items in ranges.items():
        yield "limits-" + name, limits(*items) + [post(PODS + "?dryRun=All", b) for b in bodies]
    yield "limits-two", limits(c(default={"cpu": "1"}, min={"memory": "1Mi"})) + limits(c(default={"cpu": "2", "memory": "3Mi"}), name="m") + [post(PODS, pod(), keep=lambda b: sorted(b["metadata"]["annotations"]) if "spec" in b else b)]
    yield "limits-claims", limits({"type": "PersistentVolumeClaim", "min": {"storage": "1Gi"}, "max": {"storage": "2Gi"}}) + [post(CLAIMS, claim()), post(CLAIMS, claim("b", resources={"requests": {"storage": "500Mi"}})), post(CLAIMS, claim("c", resources={"requests": {"storage": "5Gi"}})), post(CLAIMS, claim("d", resources={}))]
    yield "limits-updates", quota_free() + [quiet(post(PODS, pod("old", containers=[needs("4")])))] + limits(c(max={"cpu": "1"})) + [merge(PODS + "/old", {"metadata": {"labels": {"a": "b"}}}), merge(PODS + "/old/resize", {"spec": {"containers": [{"name": "c", "image": "i:1", "resources": {"requests": {"cpu": "3"}}}]}}), post(local("apps/v1", "deployments"), deployment(template=template(containers=[needs("4")])))]


def quota_free():
    return []


def stories():
    for part in (validation, exceeded, ranges):
        yield from part()
