"""Neighbours of deletions and of concurrent writes: options, preconditions, graces, finalizers, collections, versions."""
from words import *

CONFIGS, C, PODS, P = CORE + "configmaps", CORE + "configmaps/a", CORE + "pods", CORE + "pods/a"
DEPLOYMENTS, LEASES, ROLES = local("apps/v1", "deployments"), local("coordination.k8s.io/v1", "leases"), local("rbac.authorization.k8s.io/v1", "roles")


def config(name="a", **fields):
    return thing("v1", "ConfigMap", name, **fields)


def options():
    bodies = {"uid": {"preconditions": {"uid": "x"}}, "version": {"preconditions": {"resourceVersion": "1"}}, "both-conditions": {"preconditions": {"uid": "x", "resourceVersion": "1"}}, "version-odd": {"preconditions": {"resourceVersion": "x"}}, "empty-conditions": {"preconditions": {}}, "orphan-false": {"orphanDependents": False}, "orphan-and-background": {"orphanDependents": False, "propagationPolicy": "Background"}, "policy-null": {"propagationPolicy": None}, "policy-empty": {"propagationPolicy": ""}, "policy-number": {"propagationPolicy": 5}, "dry-odd": {"dryRun": ["Odd"]}, "dry-two": {"dryRun": ["All", "All"]}, "grace": {"gracePeriodSeconds": 5}, "grace-text": {"gracePeriodSeconds": "5"}, "grace-null": {"gracePeriodSeconds": None}, "kind": {"kind": "ConfigMap", "apiVersion": "v1"}, "kind-alone": {"kind": "DeleteOptions"}, "group-version": {"kind": "DeleteOptions", "apiVersion": "apps/v1"}, "unknown": {"odd": 1}, "list": [], "text": "x", "ignore-odd": {"ignoreStoreReadErrorWithClusterBreakingPotential": True}}
    for name, body in bodies.items():
        yield "options-" + name, [quiet(post(CONFIGS, config())), delete(C + "?dryRun=All", body), delete(C, body), get(C), quiet(post(DEPLOYMENTS, deployment())), delete(DEPLOYMENTS + "/a", body), get(DEPLOYMENTS + "/a", keep=lambda b: [b.get("metadata", {}).get("finalizers"), b.get("message")])]
    queries = ["gracePeriodSeconds=0", "gracePeriodSeconds=x", "gracePeriodSeconds=-1", "propagationPolicy=Orphan", "propagationPolicy=", "orphanDependents=true", "orphanDependents=x", "dryRun=Odd", "dryRun=", "preconditions.uid=x", "odd=1", "propagationPolicy=Orphan&orphanDependents=true", "pretty=true"]
    for i, query in enumerate(queries):
        yield "query-%d" % i, [quiet(post(CONFIGS, config(metadata={"finalizers": ["x.y/z"]}))), delete(C + "?" + query), get(C, keep=lambda b: [b.get("metadata", {}).get("finalizers"), b.get("message")]), quiet(merge(C, {"metadata": {"finalizers": None}}))]
    yield "query-and-body", [quiet(post(PODS, pod(nodeName="n"))), delete(P + "?gracePeriodSeconds=5", {"gracePeriodSeconds": 9}), delete(P + "?gracePeriodSeconds=0", {}), delete(P + "?gracePeriodSeconds=0")]


def graces():
    for name, spec, steps in [("zero-in-spec", {"terminationGracePeriodSeconds": 0}, [{}]), ("own", {"terminationGracePeriodSeconds": 7}, [{}, {"gracePeriodSeconds": 3}, {"gracePeriodSeconds": 5}, {"gracePeriodSeconds": 3}]), ("one", {}, [{"gracePeriodSeconds": 1}, {"gracePeriodSeconds": 0}]), ("huge", {}, [{"gracePeriodSeconds": 10 ** 12}]), ("uid", {}, [{"preconditions": {"uid": "x"}}, {"gracePeriodSeconds": 4}]), ("negative-spec", {"terminationGracePeriodSeconds": -5}, [{}])]:
        yield "grace-" + name, [post(PODS, pod(nodeName="n", **spec))] + [delete(P, s) for s in steps] + [get(P), merge(P, {"metadata": {"labels": {"x": "y"}}}), merge(P, {"metadata": {"deletionGracePeriodSeconds": 99}}), merge(P, {"metadata": {"deletionTimestamp": None}}), merge(P + "/status", {"status": {"phase": "Succeeded"}}), delete(P, {"gracePeriodSeconds": 0}), get(P)]
    yield "grace-unbound", [quiet(post(PODS, pod())), delete(P, {"gracePeriodSeconds": 30}), get(P)]
    yield "grace-ended", [quiet(post(PODS, pod(nodeName="n"))), quiet(merge(P + "/status", {"status": {"phase": "Succeeded"}})), delete(P, {"gracePeriodSeconds": 30}), get(P)]
    yield "grace-finalizer", [quiet(post(PODS, pod(nodeName="n", metadata={"finalizers": ["x.y/z"]}))), delete(P, {"gracePeriodSeconds": 0}), get(P), delete(P), merge(P, {"metadata": {"finalizers": None}}), get(P)]
    yield "grace-replace", [quiet(post(PODS, pod(nodeName="n"))), delete(P), post(PODS, pod(nodeName="n")), put(P, pod(nodeName="n", activeDeadlineSeconds=5)), apply(P, pod(nodeName="n"), force=True)]


def finalizers():
    held = quiet(post(CONFIGS, config(metadata={"finalizers": ["x.y/f", "x.y/g"]})))
    yield "finalizer-add", [held, delete(C), merge(C, {"metadata": {"finalizers": ["x.y/f", "x.y/g", "x.y/h"]}}), json_patch(C, [{"op": "add", "path": "/metadata/finalizers/-", "value": "x.y/h"}]), merge(C, {"data": {"k": "v"}}), merge(C, {"metadata": {"deletionTimestamp": None}}), json_patch(C, [{"op": "remove", "path": "/metadata/finalizers/0"}]), delete(C), put(C, config()), get(C)]
    yield "finalizer-order", [held, delete(C), merge(C, {"metadata": {"finalizers": ["x.y/g", "x.y/f"]}}), apply(C, config(metadata={"finalizers": ["x.y/f"]}), force=True), merge(C + "?dryRun=All", {"metadata": {"finalizers": []}}), get(C), merge(C, {"metadata": {"finalizers": []}})]
    for f in ("foregroundDeletion", "orphan", "kubernetes", "bad", "x.y/", "/z", "x.y/A_", "x.y/z/w"):
        yield "finalizer-" + "".join(c for c in f if c.isalnum()).lower() + str(len(f)), [post(CONFIGS, config(metadata={"finalizers": [f]})), delete(C), get(C), quiet(merge(C, {"metadata": {"finalizers": None}}))]
    for policy in ("Foreground", "Orphan", "Background"):
        yield "policy-" + policy.lower(), [held, delete(C, {"propagationPolicy": policy}), delete(C, {"propagationPolicy": "Background"}), delete(C, {"propagationPolicy": "Orphan"}), delete(C, {"propagationPolicy": "Foreground"}), get(C), quiet(merge(C, {"metadata": {"finalizers": None}}))]
    owner = lambda **o: dict({"apiVersion": "v1", "kind": "ConfigMap", "name": "a", "uid": "{uid}"}, **o)
    for name, o in {"no-uid": owner(uid=""), "no-kind": owner(kind=""), "no-version": owner(apiVersion=""), "two-controllers": [owner(controller=True), owner(name="b", controller=True)], "repeated": [owner(), owner()], "bad-version": owner(apiVersion="a/b/c"), "event": owner(kind="Event"), "unknown": owner(odd=1), "block": owner(blockOwnerDeletion=True)}.items():
        owners = o if isinstance(o, list) else [o]
        yield "owner-" + name, [quiet(post(CONFIGS, config(), capture={"uid": "metadata.uid"})), post(CONFIGS, config("child", metadata={"ownerReferences": owners}), keep=lambda b: b["metadata"].get("ownerReferences")), merge(C, {"metadata": {"ownerReferences": owners}}, keep=lambda b: b["metadata"].get("ownerReferences"))]


def collections():
    names = lambda b: [i["metadata"]["name"] for i in b["items"]] if "items" in b else b
    many = [quiet(post(CONFIGS, config(n, metadata={"labels": {"l": n}}))) for n in "abc"]
    for i, query in enumerate(["?labelSelector=l%3Da", "?labelSelector=l+in+(a,b)", "?labelSelector=!l", "?labelSelector=l", "?fieldSelector=metadata.name%3Da", "?fieldSelector=metadata.name!%3Da", "?fieldSelector=spec.x%3D1", "?labelSelector=a%3D%3D%3Db", "?limit=1", "?limit=x", "?continue=x", "?dryRun=All&labelSelector=l%3Da", "?timeoutSeconds=5", "?gracePeriodSeconds=0", "?propagationPolicy=Odd", "?resourceVersion=x", "?resourceVersionMatch=Exact", "?watch=true"]):
        yield "collection-%d" % i, many + [delete(CONFIGS + query, keep=names), get(CONFIGS, keep=names)]
    yield "collection-body", many + [delete(CONFIGS, {"preconditions": {"uid": "x"}}, keep=names), delete(CONFIGS, {"propagationPolicy": "Orphan", "dryRun": ["All"]}, keep=names), delete(CONFIGS, {"kind": "ListOptions"}), delete(CONFIGS, {"propagationPolicy": "Foreground"}, keep=names), get(CONFIGS, keep=names)]
    yield "collection-held", [quiet(post(CONFIGS, config("h", metadata={"finalizers": ["x.y/z"]})))] + many + [delete(CONFIGS, keep=names), get(CONFIGS, keep=names), delete(CONFIGS, keep=names), quiet(merge(CONFIGS + "/h", {"metadata": {"finalizers": None}}))]
    yield "collection-kinds", [delete(p) for p in ("/api/v1/namespaces", "/api/v1/componentstatuses", CORE + "bindings", "/apis/authorization.k8s.io/v1/subjectaccessreviews", CORE + "pods/a/status", "/api/v1/configmaps", "/api/v1", "/apis/none.x/v1/things")]
    yield "which-answer", [s for gv, resource, body in [("apps/v1", "deployments", deployment()), ("apps/v1", "controllerrevisions", thing("apps/v1", "ControllerRevision", revision=1)), ("batch/v1", "jobs", thing("batch/v1", "Job", spec={"suspend": True, "template": {"spec": {"restartPolicy": "Never", "containers": [container()]}}})), ("v1", "replicationcontrollers", thing("v1", "ReplicationController", spec={"replicas": 0, "template": template()})), ("v1", "persistentvolumeclaims", thing("v1", "PersistentVolumeClaim", spec={"accessModes": ["ReadWriteOnce"], "storageClassName": "n", "resources": {"requests": {"storage": "1Gi"}}})), ("discovery.k8s.io/v1", "endpointslices", thing("discovery.k8s.io/v1", "EndpointSlice", addressType="IPv4", endpoints=[])), ("policy/v1", "poddisruptionbudgets", thing("policy/v1", "PodDisruptionBudget", spec={"selector": {}})), ("networking.k8s.io/v1", "ingresses", thing("networking.k8s.io/v1", "Ingress", spec={"defaultBackend": {"service": {"name": "s", "port": {"number": 80}}}})), ("events.k8s.io/v1", "events", thing("events.k8s.io/v1", "Event", eventTime="2020-01-01T00:00:00.000000Z", type="Normal", reason="R", action="A", reportingController="x.y/z", reportingInstance="i", regarding={"namespace": "{ns}"}))] for s in (quiet(post(local(gv, resource), body)), delete(local(gv, resource) + "/a"), get(local(gv, resource) + "/a"))]


def versions():
    kinds = [("config", CONFIGS, config(data={"k": "v"}), {"data": {"k": "w"}}), ("deployment", DEPLOYMENTS, deployment(), {"spec": {"replicas": 3}}), ("lease", LEASES, thing("coordination.k8s.io/v1", "Lease", spec={"holderIdentity": "x"}), {"spec": {"holderIdentity": "y"}}), ("role", ROLES, thing("rbac.authorization.k8s.io/v1", "Role", rules=[{"apiGroups": [""], "resources": ["secrets"], "verbs": ["get"]}]), {"rules": [{"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]}]})]
    for name, path, body, change in kinds:
        at = lambda **m: dict(body, metadata=dict({"name": "a"}, **m))
        yield "stale-" + name, [post(path, body, capture={"rv": "metadata.resourceVersion", "uid": "metadata.uid"}), merge(path + "/a", change, capture={"now": "metadata.resourceVersion"}), put(path + "/a", at(resourceVersion="{rv}")), merge(path + "/a", dict(change, metadata={"resourceVersion": "{rv}"})), json_patch(path + "/a", [{"op": "replace", "path": "/metadata/resourceVersion", "value": "{rv}"}]), apply(path + "/a", at(resourceVersion="{rv}"), force=True), put(path + "/a", at(uid="other")), put(path + "/a", at(uid="{uid}", resourceVersion="0")), put(path + "/a", at(resourceVersion="x")), put(path + "/a", at(resourceVersion="-1")), put(path + "/a", at(resourceVersion="{now}1")), put(path + "/a?dryRun=All", at(resourceVersion="{rv}")), delete(path + "/a", {"preconditions": {"resourceVersion": "{rv}"}}), delete(path + "/a", {"preconditions": {"uid": "{uid}", "resourceVersion": "{rv}"}}), put(path + "/a", at()), delete(path + "/a", {"preconditions": {"uid": "{uid}"}}), put(path + "/a", at(resourceVersion="{now}")), put(path + "/a", at(uid="{uid}"))]
        yield "again-" + name, [post(path, body), post(path, body), post(path + "?dryRun=All", body), put(path + "/a", at(name="b")), put(path + "/a", at(namespace="other")), put(path + "/b", at(name="b")), apply(path + "/c", at(name="c")), apply(path + "/c", at(name="d")), apply(path + "/c", at(name="")), put(path + "/a", at(creationTimestamp="2000-01-01T00:00:00Z")), put(path + "/a", at(generation=9)), put(path + "/a", at(deletionTimestamp="2000-01-01T00:00:00Z")), put(path + "/a", at(deletionGracePeriodSeconds=5)), put(path + "/a", at(selfLink="x")), put(path + "/a", at(generateName="g-"))]
    yield "names-generated", [post(CONFIGS, {"metadata": m}, keep=lambda b: len(b.get("metadata", {}).get("name", "")) or b) for m in ({"generateName": "g-", "name": "both"}, {}, {"generateName": ""}, {"generateName": "x" * 58})]


def stories():
    for part in (options, graces, finalizers, collections, versions):
        yield from part()
