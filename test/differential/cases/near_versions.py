"""Neighbours of what is read in another version or form than it was written: autoscalers in v1 and v2, bytes as lists, groups of custom kinds."""
import json

from words import *

V1, V2 = local("autoscaling/v1", "horizontalpodautoscalers"), local("autoscaling/v2", "horizontalpodautoscalers")
CRDS, GROUP = cluster("apiextensions.k8s.io/v1", "customresourcedefinitions"), "/apis/{id}.example.com"
SECRETS, JOBS = CORE + "secrets", local("batch/v1", "jobs")
NOTE = "autoscaling.alpha.kubernetes.io/"


def managed_apart(body):
    """managedFields of autoscalers name the fields of another version, as the README says"""
    if isinstance(body, dict):
        return {k: managed_apart(v) for k, v in body.items() if k != "managedFields"}
    return [managed_apart(x) for x in body] if isinstance(body, list) else body


def asked(*steps):
    return [s[:3] + (dict(s[3], keep=managed_apart),) for s in steps]


def scaler(version, name="a", notes=None, status=None, **spec):
    spec = dict({"maxReplicas": 3, "scaleTargetRef": {"kind": "D", "name": "a", "apiVersion": "apps/v1"}}, **spec)
    metadata = {"annotations": {NOTE + k: v if isinstance(v, str) else json.dumps(v) for k, v in notes.items()}} if notes else {}
    return thing("autoscaling/" + version, "HorizontalPodAutoscaler", name, metadata=metadata, spec=spec, **({"status": status} if status else {}))


def autoscalers():
    cpu = lambda **t: {"type": "Resource", "resource": {"name": "cpu", "target": t}}
    source = {
        "utilization": [cpu(type="Utilization", averageUtilization=5)], "value": [cpu(type="AverageValue", averageValue="500m")], "both": [cpu(type="AverageValue", averageValue="2"), cpu(type="Utilization", averageUtilization=5)],
        "memory": [{"type": "Resource", "resource": {"name": "memory", "target": {"type": "Utilization", "averageUtilization": 5}}}], "container": [{"type": "ContainerResource", "containerResource": {"name": "cpu", "container": "c", "target": {"type": "AverageValue", "averageValue": "1"}}}],
        "pods": [{"type": "Pods", "pods": {"metric": {"name": "p", "selector": {"matchLabels": {"a": "b"}}}, "target": {"type": "AverageValue", "averageValue": "2000m"}}}],
        "object": [{"type": "Object", "object": {"metric": {"name": "p"}, "describedObject": {"kind": "x", "name": "y", "apiVersion": "v1"}, "target": {"type": "Value", "value": "2"}}}], "object-average": [{"type": "Object", "object": {"metric": {"name": "p"}, "describedObject": {"kind": "x", "name": "y"}, "target": {"type": "AverageValue", "averageValue": "2"}}}],
        "external": [{"type": "External", "external": {"metric": {"name": "e", "selector": {"matchLabels": {"a": "b"}}}, "target": {"type": "Value", "value": "3"}}}],
    }
    change = merge(V1 + "/a", {"spec": {"maxReplicas": 9}})
    for name, metrics in source.items():
        yield "autoscaler-metric-" + name, [quiet(post(V2, scaler("v2", metrics=metrics)))] + asked(get(V1 + "/a"), change, get(V2 + "/a"), merge(V1 + "/a", {"spec": {"targetCPUUtilizationPercentage": 33}}), get(V2 + "/a"), get(V1 + "/a", headers=TABLE))
    current = [{"type": "Resource", "resource": {"name": "cpu", "current": {"averageUtilization": 5, "averageValue": "7m"}}}, {"type": "Pods", "pods": {"metric": {"name": "p"}, "current": {"averageValue": "2"}}}, {"type": "External", "external": {"metric": {"name": "p"}, "current": {"averageValue": "2"}}}]
    conditions = [{"type": "ScalingActive", "status": "True", "reason": "r", "message": "m", "lastTransitionTime": "2020-01-01T00:00:00Z"}, {"type": "X", "status": "False"}]
    yield "autoscaler-status", [quiet(post(V2, scaler("v2")))] + asked(merge(V2 + "/a/status", {"status": {"currentMetrics": current, "conditions": conditions, "currentReplicas": 2}}), get(V1 + "/a"), change, get(V2 + "/a"), merge(V1 + "/a/status", {"status": {"currentCPUUtilizationPercentage": 9, "desiredReplicas": 1}}), get(V2 + "/a"))
    yield "autoscaler-status-alone", [quiet(post(V1, scaler("v1")))] + asked(merge(V1 + "/a/status", {"status": {"currentCPUUtilizationPercentage": 9}}), get(V2 + "/a"), merge(V1 + "/a/status", {"status": {"currentCPUUtilizationPercentage": 8}, "metadata": {"annotations": None}}), get(V1 + "/a"))
    behavior = {"scaleDown": {"stabilizationWindowSeconds": 5, "policies": [{"type": "Pods", "value": 3, "periodSeconds": 4}]}}
    yield "autoscaler-behavior", [quiet(post(V2, scaler("v2", behavior=behavior)))] + asked(get(V1 + "/a"), change, merge(V1 + "/a", {"metadata": {"annotations": {NOTE + "behavior": None}}}), get(V2 + "/a"))
    notes = {"metrics-good": {"metrics": [{"type": "Pods", "pods": {"metricName": "p", "targetAverageValue": "2000m", "odd": 1}}]}, "metrics-none": {"metrics": []}, "metrics-broken": {"metrics": "x"}, "metrics-typed": {"metrics": [{"type": 1}]}, "metrics-refused": {"metrics": [{"type": "Object", "object": {"target": {"kind": "x", "name": "y"}, "metricName": "p", "averageValue": "2"}}]}, "metrics-unknown": {"metrics": [{"type": "Odd"}]}, "metrics-two-targets": {"metrics": [{"type": "Resource", "resource": {"name": "memory", "targetAverageUtilization": 3, "targetAverageValue": "1"}}]},
             "behavior-names": {"behavior": {"scaleup": {"policies": [{"type": "Pods", "value": 4, "periodseconds": 15}]}}}, "behavior-empty": {"behavior": {}}, "behavior-refused": {"behavior": {"ScaleUp": {"SelectPolicy": "Max"}}}, "behavior-odd": {"behavior": {"ScaleDown": {"SelectPolicy": "Odd", "Policies": [{"Type": "Odd", "Value": 0, "PeriodSeconds": 9999}]}}}, "status": {"conditions": conditions, "current-metrics": [{"type": "Pods", "pods": {"metricName": "p"}}]}}
    for name, note in notes.items():
        yield "autoscaler-note-" + name, asked(post(V1, scaler("v1", notes=note)), get(V2 + "/a"), post(V1, scaler("v1", "b", notes=note, targetCPUUtilizationPercentage=50)), get(V2 + "/b"), merge(V1 + "/b", {"metadata": {"annotations": {"x": "y"}}}))
    yield "autoscaler-v2-notes", asked(post(V2, scaler("v2", notes=notes["metrics-good"])), get(V1 + "/a"), get(V2 + "/a"))
    yield "autoscaler-v1-checks", asked(*[post(V1 + "?dryRun=All", scaler("v1", **s)) for s in ({"minReplicas": 0}, {"targetCPUUtilizationPercentage": 0}, {"targetCPUUtilizationPercentage": -5}, {"maxReplicas": 0}, {"minReplicas": 5}, {"scaleTargetRef": {}}, {"metrics": []}, {"behavior": {}})])


def forms():
    values = [[], [1, 255], [256], [-1], ["x"], [None, 1], [1.5], {}, 5, True]
    yield "bytes", [post(SECRETS + "?dryRun=All", thing("v1", "Secret", data={"a": v})) for v in values] + [quiet(post(SECRETS, thing("v1", "Secret", data={"a": "YQ=="})))] + [put(SECRETS + "/a?dryRun=All", thing("v1", "Secret", data={"a": v})) for v in values[:4]]
    text = {"a": "a\u2028b", "b": "a \u2028b", "c": "a\u2029 b", "d": "\x01\u2028", "e": "a\nb\u2028c", "f": "\u2028", "g": "x: \u2029"}
    yield "separators", [quiet(post(CORE + "configmaps", thing("v1", "ConfigMap", data=text))), get(CORE + "configmaps/a", headers={"Accept": "application/yaml"}, keep=lambda b: b.split("\nkind:")[0] if isinstance(b, str) else b)]
    job = lambda name, **s: thing("batch/v1", "Job", name, spec=dict({"suspend": True, "template": {"spec": {"restartPolicy": "Never", "containers": [container()]}}}, **s))
    yield "indexed-names", [post(JOBS + "?dryRun=All", job(n, completions=c, completionMode=m)) for n in ("a", "a.b", "A_", "x" * 60, "x" * 62, "x" * 63) for c, m in ((1, "Indexed"), (1000, "Indexed"), (1, "NonIndexed"))]
    claim = thing("v1", "PersistentVolumeClaim", spec={"accessModes": ["ReadWriteOnce"], "storageClassName": "n", "resources": {"requests": {"storage": "1Gi"}}})
    claims = CORE + "persistentvolumeclaims"
    yield "claim-amounts", [quiet(post(claims, claim))] + [merge(claims + "/a/status", {"status": {f: {"storage": v}}}) for f in ("capacity", "allocatedResources") for v in (-1, "-1", "-1500m", "-1Gi", "0", "x")]
    yield "delete-options", [quiet(post(SECRETS, thing("v1", "Secret")))] + [delete(SECRETS + "/a?dryRun=All", b) for b in ({"apiVersion": 0}, {"kind": 0}, {"apiVersion": 0, "kind": "DeleteOptions"}, {"apiVersion": None, "kind": None}, {"apiVersion": []}, {"apiVersion": "a/b/c"})]
    yield "delete-as-watch", [delete(SECRETS + "?labelSelector=x%3Dnone&" + q) for q in ("watch=1", "watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan", "watch=1&resourceVersionMatch=Exact&resourceVersion=1", "watch=1&sendInitialEvents=false", "watch=true&resourceVersionMatch=NotOlderThan", "watch=0&sendInitialEvents=true", "watch=1&continue=x")]
    yield "watch-yaml", [get(SECRETS + "?watch=1&timeoutSeconds=1" + q, headers={"Accept": "application/yaml"}) for q in ("", "&resourceVersion=x", "&resourceVersionMatch=Exact", "&fieldSelector=spec.x%3D1", "&labelSelector=a%20b", "&limit=x")]
    yield "connect-dry", [get(CORE + p + "?dryRun=All") for p in ("pods/a/exec", "pods/a/portforward", "pods/a/proxy/x", "services/a/proxy", "pods/a/log")] + [get("/api/v1/nodes/n/proxy?dryRun=All")]
    yield "binding-names", [post(CORE + "bindings", {"metadata": {"name": n}, "target": {"kind": "Node", "name": "n"}}) for n in ("a/x", "..", "a%b", "A_", "")]


def customs():
    schema = {"type": "object", "properties": {"spec": {"type": "object", "x-kubernetes-validations": [{"rule": "self.a > 1"}], "properties": {"a": {"type": "integer", "maximum": 5}}}}}
    definition = thing("apiextensions.k8s.io/v1", "CustomResourceDefinition", "things.{id}.example.com", spec={"group": "{id}.example.com", "scope": "Namespaced", "names": {"plural": "things", "kind": "Thing"}, "versions": [{"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": schema}}]})
    things = GROUP + "/v1/namespaces/{ns}/things"
    begin = [quiet(post(CRDS, definition)), quiet(get(things, until=lambda a: a[0] == 200)), quiet(get(GROUP + "/v1", until=lambda a: a[0] == 200))]
    thing_of = lambda kind, name="a", **spec: {"apiVersion": "{id}.example.com/v1", "kind": kind, "metadata": {"name": name}, "spec": spec}
    yield "custom-group-methods", begin + [(m, GROUP + p, {} if m in ("PUT", "POST", "PATCH") else None, {}) for m in ("PUT", "DELETE", "POST", "HEAD", "PATCH", "OPTIONS") for p in ("", "/v1", "/v1/", "/v2")]
    yield "custom-group-accepts", begin + [get(GROUP + p, headers={"Accept": a}) for p in ("", "/v1", "/v2") for a in ("text/html", "application/cbor", "application/yaml", "image/png, */*")]
    yield "custom-other-kind", begin + [post(things + "?dryRun=All", thing_of(k, n, a=v)) for k in ("Other", "thing", "Thing") for n, v in (("a", 1), ("a", 2), ("a", 9), ("a", "x"), ("A_", 1))]
    listed = {"Accept": "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io"}
    yield "custom-as-list", begin + [quiet(post(things, thing_of("Thing", a=2))), get(things + "/a", headers=listed), merge(things + "/a", {}, headers=listed), post(things + "?dryRun=All", thing_of("Thing", "b", a=2), headers=listed), delete(things + "/a?dryRun=All", headers=listed), get(things, headers=PARTIAL)]


def stories():
    for part in (autoscalers, forms, customs):
        yield from part()
