"""Webhooks of every shape, called by both servers (hooks.py answers): what they see, what they may say, what becomes of it."""
import hooks
from words import *

GROUP = "admissionregistration.k8s.io/v1"
CONFIGS, PODS, DEPLOYMENTS = CORE + "configmaps", CORE + "pods", local("apps/v1", "deployments")
MINE = {"matchLabels": {"kubernetes.io/metadata.name": "{ns}"}}


def rule(resources, operations=("*",), groups=("*",), versions=("*",), **fields):
    return dict({"apiGroups": list(groups), "apiVersions": list(versions), "operations": list(operations), "resources": list(resources)}, **fields)


def hook(name="a.b.c", resources=("configmaps",), behaviour=None, operations=("*",), **fields):
    return dict({"name": name, "admissionReviewVersions": ["v1"], "sideEffects": "None", "clientConfig": hooks.client("admit", **(behaviour or {})),
                 "namespaceSelector": MINE, "rules": [rule(resources, operations)]}, **fields)


def configured(kind, *webhooks, name="{id}"):
    path = cluster(GROUP, kind.lower() + "webhookconfigurations")
    return [quiet(post(path, thing(GROUP, kind + "WebhookConfiguration", name, webhooks=list(webhooks))))]


WAIT = [quiet(get(CONFIGS, until=lambda a: False, until_seconds=1.2))]


def mutating(*webhooks):
    return configured("Mutating", *webhooks) + WAIT


def validating(*webhooks):
    return configured("Validating", *webhooks) + WAIT


def config(name="a", **fields):
    return thing("v1", "ConfigMap", name, **fields)


MAKE = post(CONFIGS, config(data={"k": "v"}))
ROUND = [MAKE, merge(CONFIGS + "/a", {"data": {"k": "w"}}), put(CONFIGS + "/a", config(data={"k": "x"})), apply(CONFIGS + "/b", config("b", data={"q": "r"})), apply(CONFIGS + "/b", config("b", data={"q": "s"})),
         delete(CONFIGS + "/a"), delete(CONFIGS), post(CONFIGS + "?dryRun=All", config("d")), get(CONFIGS, keep=lambda b: [i["metadata"]["name"] for i in b["items"]])]
SEEN = ["kind", "resource", "subResource", "requestKind", "requestResource", "requestSubResource", "name", "operation", "userInfo.username", "userInfo.groups", "dryRun", "options", "object", "oldObject"]


def answers():
    """what a webhook may answer, from both sorts"""
    said = {
        "deny": {"allowed": False}, "deny-message": {"allowed": False, "status": {"message": "no way"}}, "deny-reason": {"allowed": False, "status": {"reason": "Because"}}, "deny-code": {"allowed": False, "status": {"code": 418, "message": "tea"}},
        "deny-all": {"allowed": False, "status": {"code": 409, "message": "m", "reason": "Conflict", "status": "Failure", "details": {"name": "n", "kind": "k", "causes": [{"field": "f", "message": "x", "reason": "R"}]}}}, "deny-code-200": {"allowed": False, "status": {"code": 200, "message": "x"}},
        "deny-code-low": {"allowed": False, "status": {"code": 42, "message": "x"}}, "deny-success": {"allowed": False, "status": {"status": "Success", "message": "x"}}, "deny-retry": {"allowed": False, "status": {"code": 429, "reason": "TooManyRequests", "details": {"retryAfterSeconds": 3}}},
        "deny-metadata": {"allowed": False, "status": {"metadata": {"resourceVersion": "5"}, "message": "m", "apiVersion": "v1", "kind": "Status"}}, "deny-422": {"allowed": False, "status": {"code": 422, "reason": "Invalid", "message": "x"}}, "deny-404": {"allowed": False, "status": {"code": 404, "reason": "NotFound"}},
        "allow-status": {"status": {"message": "fine", "code": 500}}, "warnings": {"warnings": ["one", "two"]}, "warnings-deny": {"allowed": False, "warnings": ["one"], "status": {"message": "x"}}, "warning-long": {"warnings": ["x" * 300, "y" * 5000, "z"]}, "warning-odd": {"warnings": ["a\nb", "", "ünï", "q\"uote\\"]}, "warnings-many": {"warnings": ["w%d" % i for i in range(50)]},
        "warnings-same": {"warnings": ["w", "w"]}, "audit": {"auditAnnotations": {"k": "v", "odd key!": "x"}}, "code-500": {"code": 500, "raw": "boom"}, "code-404": {"code": 404, "raw": ""}, "code-400-status": {"code": 400, "raw": {"kind": "Status", "apiVersion": "v1", "message": "told so", "reason": "BadRequest", "code": 400}}, "code-302": {"code": 302, "raw": "", "location": "https://127.0.0.1:1/"},
        "code-201": {"code": 201}, "code-204": {"code": 204, "raw": ""}, "raw-empty": {"raw": ""}, "raw-text": {"raw": "hello"}, "raw-object": {"raw": {}}, "raw-null": {"raw": "null"}, "raw-no-response": {"raw": {"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview"}}, "raw-other-kind": {"raw": {"apiVersion": "v1", "kind": "Pod"}},
        "raw-v1beta1": {"raw": {"apiVersion": "admission.k8s.io/v1beta1", "kind": "AdmissionReview", "response": {"allowed": True}}}, "raw-no-kind": {"raw": {"response": {"allowed": True, "uid": "x"}}}, "raw-uid": {"raw": {"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "response": {"allowed": True, "uid": "x"}}},
        "raw-no-uid": {"raw": {"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "response": {"allowed": True}}}, "raw-list": {"raw": "[1]"}, "media": {"media": "text/plain"}, "more-patch-no-type": {"more": {"patch": "W10="}}, "more-type-no-patch": {"more": {"patchType": "JSONPatch"}}, "more-odd-type": {"patch": [], "patchType": "Odd"},
        "more-allowed-text": {"more": {"allowed": "yes"}}, "more-unknown": {"more": {"unknown": 1}}, "more-no-allowed": {"more": {"allowed": None}}, "patch": {"patch": [{"op": "add", "path": "/metadata/labels", "value": {"l": "m"}}]}, "patch-empty": {"patch": []}, "patch-bad-op": {"patch": [{"op": "odd", "path": "/x"}]}, "patch-missing": {"patch": [{"op": "remove", "path": "/none/x"}]},
        "patch-test": {"patch": [{"op": "test", "path": "/data/k", "value": "zzz"}]}, "patch-odd-text": {"more": {"patch": "bm90IGpzb24=", "patchType": "JSONPatch"}}, "patch-odd-base64": {"more": {"patch": "!!", "patchType": "JSONPatch"}}, "patch-unknown-field": {"patch": [{"op": "add", "path": "/odd", "value": 1}]}, "patch-wrong-type": {"patch": [{"op": "add", "path": "/data", "value": {"k": 5}}]},
        "patch-kind": {"patch": [{"op": "replace", "path": "/kind", "value": "Secret"}]}, "patch-name": {"patch": [{"op": "replace", "path": "/metadata/name", "value": "zz"}]}, "patch-namespace": {"patch": [{"op": "replace", "path": "/metadata/namespace", "value": "zz"}]}, "patch-invalid": {"patch": [{"op": "add", "path": "/metadata/labels", "value": {"l": "-"}}]}, "patch-uid": {"patch": [{"op": "add", "path": "/metadata/uid", "value": "x"}]},
        "patch-whole": {"patch": [{"op": "replace", "path": "", "value": {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}}}]}, "patch-data-removed": {"patch": [{"op": "remove", "path": "/data"}]}, "patch-managed": {"patch": [{"op": "remove", "path": "/metadata/managedFields"}]}, "patch-finalizer": {"patch": [{"op": "add", "path": "/metadata/annotations", "value": {"a": "b"}}, {"op": "add", "path": "/metadata/labels", "value": None}]},
        "patch-warn": {"patch": [{"op": "add", "path": "/data/q", "value": "r"}], "warnings": ["changed"]}, "patch-denied": {"allowed": False, "patch": [{"op": "add", "path": "/data/q", "value": "r"}]},
    }
    for name, behaviour in said.items():
        steps = [MAKE, merge(CONFIGS + "/a", {"data": {"k": "w"}}), get(CONFIGS + "/a"), apply(CONFIGS + "/b", config("b")), delete(CONFIGS + "/a")]
        yield "mutating-" + name, mutating(hook(behaviour=behaviour)) + steps
        yield "validating-" + name, validating(hook(behaviour=behaviour)) + steps


def sights():
    """what a webhook is shown"""
    for part in ("kind", "options", "object", "oldObject"):
        behaviour = {"see": SEEN[:11] if part == "kind" else [part]}
        yield "sees-" + part, validating(hook(behaviour=behaviour)) + ROUND
        yield "mutating-sees-" + part, mutating(hook(behaviour=behaviour)) + ROUND
        pod_steps = [post(PODS, pod(metadata={"labels": {"a": "b"}})), merge(PODS + "/a/status", {"status": {"phase": "Running"}}), strategic(PODS + "/a/ephemeralcontainers", {"spec": {"ephemeralContainers": [{"name": "e", "image": "i"}]}}),
                     merge(PODS + "/a", {"metadata": {"labels": {"l": "m"}}}), post(PODS + "/a/binding", thing("v1", "Binding", target={"kind": "Node", "name": "n"})), merge(PODS + "/a/resize", {"spec": {}}), post(PODS + "/a/eviction?dryRun=All", {"apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"name": "a"}}),
                     post(PODS + "/a/eviction", {"apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"name": "a"}}), post(PODS, pod("b")), delete(PODS + "/b", {"gracePeriodSeconds": 0, "apiVersion": "v1", "kind": "DeleteOptions"}), get(PODS + "/none/log"), post(PODS + "/none/exec?command=ls", None), get(PODS + "/a/proxy/x"), put(PODS + "/none/status", pod("none"))]
        yield "sees-pods-" + part, validating(hook(resources=["pods", "pods/*"], behaviour=behaviour)) + pod_steps
        scaled = [post(DEPLOYMENTS, deployment()), put(DEPLOYMENTS + "/a/scale", {"apiVersion": "autoscaling/v1", "kind": "Scale", "metadata": {"name": "a", "namespace": "{ns}"}, "spec": {"replicas": 2}}), merge(DEPLOYMENTS + "/a/scale", {"spec": {"replicas": 3}}), merge(DEPLOYMENTS + "/a/status", {"status": {"replicas": 1}}), apply(DEPLOYMENTS + "/a", deployment(), force=True), strategic(DEPLOYMENTS + "/a", {"spec": {"paused": True}}),
                  merge(DEPLOYMENTS + "/a?dryRun=All", {"spec": {"replicas": 5}}), delete(DEPLOYMENTS + "/a", {"propagationPolicy": "Orphan", "apiVersion": "v1", "kind": "DeleteOptions"})]
        yield "sees-deployments-" + part, validating(hook(resources=["deployments", "deployments/scale", "deployments/status"], behaviour=behaviour)) + scaled
        accounts = CORE + "serviceaccounts"
        yield "sees-tokens-" + part, validating(hook(resources=["serviceaccounts/token", "services", "services/status"], behaviour=behaviour)) + [quiet(post(accounts, thing("v1", "ServiceAccount"))), post(accounts + "/a/token", {"spec": {"audiences": ["x"]}}, keep=lambda b: b["kind"]), post(CORE + "services", thing("v1", "Service", spec={"ports": [{"port": 80}], "clusterIP": "None"})), merge(CORE + "services/a/status", {"status": {"loadBalancer": {"ingress": [{"ip": "1.1.1.1"}]}}}), delete(CORE + "services/a")]
        yield "sees-created-" + part, validating(hook(behaviour=behaviour)) + [put(CONFIGS + "/n", config("n")), post(CONFIGS, config(None, metadata={"generateName": "g-"}), keep=lambda b: b["kind"]), put(local("coordination.k8s.io/v1", "leases") + "/l", thing("coordination.k8s.io/v1", "Lease", "l"))]
        yield "sees-leases-" + part, validating(hook(resources=["leases"], behaviour=behaviour)) + [put(local("coordination.k8s.io/v1", "leases") + "/l", thing("coordination.k8s.io/v1", "Lease", "l")), put(local("coordination.k8s.io/v1", "leases") + "/l", thing("coordination.k8s.io/v1", "Lease", "l", spec={"holderIdentity": "x"})), delete(local("coordination.k8s.io/v1", "leases"))]
    hpa = lambda version: thing("autoscaling/" + version, "HorizontalPodAutoscaler", spec={"maxReplicas": 3, "scaleTargetRef": {"kind": "Deployment", "name": "a", "apiVersion": "apps/v1"}})
    for policy in ("Equivalent", "Exact"):
        for seen in ("v1", "v2"):
            steps = [post(local("autoscaling/" + v, "horizontalpodautoscalers"), dict(hpa(v), metadata={"name": v})) for v in ("v1", "v2")] + [merge(local("autoscaling/" + v, "horizontalpodautoscalers") + "/v1", {"spec": {"minReplicas": 2}}) for v in ("v1", "v2")] + [delete(local("autoscaling/v1", "horizontalpodautoscalers") + "/v2")]
            yield "versions-%s-%s" % (policy.lower(), seen), validating(hook(behaviour={"see": SEEN[:8] + ["object"]}, rules=[rule(["horizontalpodautoscalers"], groups=["autoscaling"], versions=[seen])], matchPolicy=policy)) + steps
            change = {"patch": [{"op": "add", "path": "/spec/maxReplicas", "value": 7}]}
            yield "versions-changed-%s-%s" % (policy.lower(), seen), mutating(hook(behaviour=change, rules=[rule(["horizontalpodautoscalers"], groups=["autoscaling"], versions=[seen])], matchPolicy=policy)) + steps[:4]
    for name, user in {"user": {"Impersonate-User": "u", "Impersonate-Group": "system:masters", "Impersonate-Uid": "7", "Impersonate-Extra-a": "b"}, "token": {}}.items():
        yield "sees-who-" + name, validating(hook(behaviour={"see": ["userInfo"]})) + [post(CONFIGS, config(), headers=user)]


def matches():
    """which requests a webhook is called for"""
    deny = {"allowed": False, "status": {"message": "called"}}
    tries = [MAKE, post(CONFIGS, config("l", metadata={"labels": {"x": "y"}})), post(CORE + "secrets", thing("v1", "Secret")), post(DEPLOYMENTS, deployment(), keep=lambda b: b["kind"]), merge(CONFIGS + "/a", {"metadata": {"labels": {"x": "y"}}}), merge(CONFIGS + "/l", {"metadata": {"labels": None}}), delete(CONFIGS + "/a"), post("/api/v1/namespaces", thing("v1", "Namespace", "n{id}"), keep=lambda b: b["kind"])]
    shapes = {
        "create": {"rules": [rule(["configmaps"], ["CREATE"])]}, "update": {"rules": [rule(["configmaps"], ["UPDATE"])]}, "delete": {"rules": [rule(["configmaps"], ["DELETE"])]}, "connect": {"rules": [rule(["*"], ["CONNECT"])]}, "all": {"rules": [rule(["*/*"])]}, "star": {"rules": [rule(["*"])]}, "group": {"rules": [rule(["*"], groups=["apps"])]}, "core": {"rules": [rule(["*"], groups=[""])]},
        "version": {"rules": [rule(["configmaps"], versions=["v2"])]}, "cluster": {"rules": [rule(["*"], scope="Cluster")], "namespaceSelector": None, "objectSelector": {"matchLabels": {"kubernetes.io/metadata.name": "n{id}"}}}, "namespaced": {"rules": [rule(["*"], scope="Namespaced")]}, "selector": {"objectSelector": {"matchLabels": {"x": "y"}}}, "not-selector": {"objectSelector": {"matchExpressions": [{"key": "x", "operator": "DoesNotExist"}]}},
        "none": {"rules": []}, "other-namespace": {"namespaceSelector": {"matchLabels": {"none": "x"}}}, "condition": {"matchConditions": [{"name": "c", "expression": "object.metadata.name == 'a'"}]}, "condition-delete": {"matchConditions": [{"name": "c", "expression": "request.operation == 'DELETE'"}]}, "condition-old": {"matchConditions": [{"name": "c", "expression": "oldObject != null"}]},
        "condition-error": {"matchConditions": [{"name": "c", "expression": "object.none == 'a'"}]}, "condition-error-ignore": {"matchConditions": [{"name": "c", "expression": "object.none == 'a'"}], "failurePolicy": "Ignore"}, "conditions": {"matchConditions": [{"name": "c", "expression": "object.none == 'a'"}, {"name": "d", "expression": "false"}]}, "condition-authorizer": {"matchConditions": [{"name": "c", "expression": "authorizer.group('').resource('configmaps').check('get').allowed()"}]},
        "condition-user": {"matchConditions": [{"name": "c", "expression": "!('system:masters' in request.userInfo.groups)"}]},
    }
    for name, fields in shapes.items():
        fields = {k: v for k, v in fields.items() if v is not None}
        one = hook(behaviour=deny, **fields)
        if name == "cluster":
            one.pop("namespaceSelector")
        yield "match-" + name, validating(one) + tries
        yield "match-mutating-" + name, mutating(one) + tries[:5]
    label = {"op": "add", "path": "/metadata/labels", "value": {"x": "y"}}
    add = lambda key, value: {"patch": [{"op": "add", "path": "/data/" + key, "value": value}]}
    yield "chain", mutating(hook("a.b.c", behaviour=add("one", "1")), hook("b.b.c", behaviour=add("two", "2")), hook("c.b.c", behaviour={"see": ["object.data"]})) + [MAKE]
    yield "chain-configurations", configured("Mutating", hook("a.b.c", behaviour=add("k", "second")), name="b{id}") + configured("Mutating", hook("a.b.c", behaviour=add("k", "first")), name="a{id}") + WAIT + [MAKE]
    yield "reinvoked", mutating(hook("a.b.c", behaviour={"see": ["object.data"]}, reinvocationPolicy="IfNeeded"), hook("b.b.c", behaviour=add("two", "2")), hook("c.b.c", behaviour={"see": ["object.data"]}, reinvocationPolicy="IfNeeded")) + [MAKE]
    yield "reinvoked-never", mutating(hook("a.b.c", behaviour={"see": ["object.data"]}), hook("b.b.c", behaviour=add("two", "2"))) + [MAKE]
    yield "reinvoked-selected", mutating(hook("a.b.c", behaviour=add("late", "1"), objectSelector={"matchLabels": {"x": "y"}}, reinvocationPolicy="IfNeeded"), hook("b.b.c", behaviour={"patch": [label]}, reinvocationPolicy="IfNeeded")) + [MAKE]
    yield "two-refuse", validating(hook("a.b.c", behaviour={"allowed": False, "status": {"message": "first"}}), hook("b.b.c", behaviour={"allowed": True, "warnings": ["w"]})) + [MAKE]
    yield "mutated-then-validated", configured("Mutating", hook(behaviour=add("one", "1"))) + configured("Validating", hook(behaviour={"see": ["object.data", "object.metadata.managedFields"]})) + WAIT + [MAKE, merge(CONFIGS + "/a", {"data": {"one": None}}), apply(CONFIGS + "/b", config("b", data={"x": "y"})), apply(CONFIGS + "/b", config("b", data={"x": "y"}))]
    yield "mutated-ownership", mutating(hook(behaviour=add("k", "hook"))) + [MAKE, apply(CONFIGS + "/b", config("b", data={"k": "mine", "l": "m"})), apply(CONFIGS + "/b", config("b", data={"k": "mine", "l": "n"})), apply(CONFIGS + "/b", config("b", data={"l": "n"})), apply(CONFIGS + "/b", config("b", data={"k": "hook"}), "m2"), get(CONFIGS + "/b"), put(CONFIGS + "/b?fieldManager=up", config("b", data={"z": "1"})), json_patch(CONFIGS + "/b", [{"op": "remove", "path": "/data/k"}])]
    for effects in ("None", "NoneOnDryRun", "Some", "Unknown"):
        yield "dry-" + effects.lower(), configured("Validating", hook(behaviour={"warnings": ["called"]}, sideEffects=effects)) + WAIT + [MAKE, post(CONFIGS + "?dryRun=All", config("b")), delete(CONFIGS + "/a?dryRun=All")]
    for policy in ("Fail", "Ignore"):
        for name, broken in {"refused": {"clientConfig": {"url": "https://127.0.0.1:9/x", "caBundle": hooks.bundle()}}, "service": {"clientConfig": {"service": {"namespace": "{ns}", "name": "none", "path": "/x"}, "caBundle": hooks.bundle()}}, "service-port": {"clientConfig": {"service": {"namespace": "{ns}", "name": "s", "port": 99}, "caBundle": hooks.bundle()}}, "untrusted": {"clientConfig": {"url": hooks.url("admit", {})}}, "garbage": {"clientConfig": hooks.client(raw="x")}, "500": {"clientConfig": hooks.client(code=500, raw="x")}, "path": {"clientConfig": hooks.client(code=404, raw="404 page not found\n", media="text/plain")}, "v1beta1": {"admissionReviewVersions": ["v1beta1", "v1"]}, "none": {"admissionReviewVersions": ["v1beta1"]}, "slow": {"timeoutSeconds": 1, "clientConfig": {"url": "https://10.255.255.1:9/x", "caBundle": hooks.bundle()}}}.items():
            for sort in ("Mutating", "Validating"):
                yield "broken-%s-%s-%s" % (name, policy.lower(), sort.lower()), configured(sort, hook(**dict({"failurePolicy": policy}, **broken))) + [quiet(post(CORE + "services", thing("v1", "Service", "s", spec={"ports": [{"port": 80}]})))] + WAIT + [MAKE, merge(CONFIGS + "/a", {"data": {"q": "r"}}), delete(CONFIGS + "/a")]
    defaults = post(PODS, pod(), keep=lambda b: [b["spec"], b["metadata"].get("labels")] if b["kind"] == "Pod" else b)
    inject = {"patch": [{"op": "add", "path": "/spec/containers/-", "value": {"name": "side", "image": "s"}}, {"op": "add", "path": "/spec/volumes", "value": [{"name": "v", "configMap": {"name": "x"}}]}, {"op": "add", "path": "/spec/initContainers", "value": [{"name": "i", "image": "i:2", "restartPolicy": "Always", "ports": [{"containerPort": 1}]}]}]}
    yield "inject", mutating(hook(resources=["pods"], operations=["CREATE"], behaviour=inject)) + [defaults, get(PODS + "/a"), post(PODS, pod("b", securityContext={"runAsUser": 5}), keep=lambda b: b["spec"])]
    yield "inject-bad", mutating(hook(resources=["pods"], behaviour={"patch": [{"op": "add", "path": "/spec/containers/-", "value": {"name": "c", "image": "s"}}]})) + [defaults]
    yield "inject-update", mutating(hook(resources=["pods"], operations=["UPDATE"], behaviour={"patch": [{"op": "replace", "path": "/spec/containers/0/image", "value": "new"}, {"op": "add", "path": "/metadata/annotations", "value": {"a": "b"}}]})) + [defaults, merge(PODS + "/a", {"metadata": {"labels": {"q": "r"}}}), merge(PODS + "/a/status", {"status": {"phase": "Failed"}})]
    yield "status-changed", mutating(hook(resources=["deployments/status", "deployments"], operations=["UPDATE"], behaviour={"patch": [{"op": "add", "path": "/spec/replicas", "value": 9}, {"op": "add", "path": "/status/replicas", "value": 4}]})) + [quiet(post(DEPLOYMENTS, deployment())), merge(DEPLOYMENTS + "/a/status", {"status": {"readyReplicas": 1, "replicas": 2}}), merge(DEPLOYMENTS + "/a", {"metadata": {"labels": {"a": "b"}}})]
    yield "scale-changed", mutating(hook(resources=["deployments/scale"], behaviour={"patch": [{"op": "replace", "path": "/spec/replicas", "value": 6}]})) + [quiet(post(DEPLOYMENTS, deployment())), merge(DEPLOYMENTS + "/a/scale", {"spec": {"replicas": 2}}), get(DEPLOYMENTS + "/a", keep=lambda b: b["spec"]["replicas"])]
    yield "finalizer-deleted", validating(hook(operations=["DELETE"], behaviour=deny)) + [quiet(post(CONFIGS, config(metadata={"finalizers": ["a.b/c"]}))), delete(CONFIGS + "/a"), merge(CONFIGS + "/a", {"metadata": {"finalizers": None}}), delete(CONFIGS + "?labelSelector=none"), delete(CONFIGS), delete(CONFIGS + "/none")]
    yield "namespace-webhook", configured("Validating", dict(hook(resources=["namespaces", "namespaces/finalize"], behaviour={"see": SEEN[:8] + ["object.metadata.name"]}, operations=["*"]), namespaceSelector={"matchLabels": {"w": "{id}"}})) + WAIT + [post("/api/v1/namespaces", thing("v1", "Namespace", "x{id}", metadata={"labels": {"w": "{id}"}})), merge("/api/v1/namespaces/x{id}", {"metadata": {"labels": {"b": "c"}}}), merge("/api/v1/namespaces/x{id}", {"metadata": {"labels": {"w": None}}}), post("/api/v1/namespaces/x{id}/configmaps", config())]
    yield "configurations-exempt", configured("Validating", dict(hook(resources=["*"], behaviour=deny), rules=[rule(["validatingwebhookconfigurations", "mutatingwebhookconfigurations", "validatingadmissionpolicies"], groups=["admissionregistration.k8s.io"])], objectSelector={"matchLabels": {"w": "{id}"}}, namespaceSelector={})) + WAIT + [post(cluster(GROUP, "mutatingwebhookconfigurations"), thing(GROUP, "MutatingWebhookConfiguration", "z{id}", metadata={"labels": {"w": "{id}"}}), keep=lambda b: b["kind"])]
    reviews = hook(resources=["subjectaccessreviews", "tokenreviews", "selfsubjectaccessreviews", "localsubjectaccessreviews"], behaviour=deny, objectSelector={})
    yield "reviews", configured("Validating", dict(reviews, matchConditions=[{"name": "m", "expression": "request.userInfo.username == '{id}'"}], namespaceSelector={})) + WAIT + [post("/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", {"spec": {"nonResourceAttributes": {"path": "/x", "verb": "get"}}}, headers={"Impersonate-User": "{id}"}), post("/apis/authorization.k8s.io/v1/namespaces/{ns}/localsubjectaccessreviews", {"spec": {"user": "x", "resourceAttributes": {"namespace": "{ns}", "verb": "get", "resource": "pods"}}}, headers={"Impersonate-User": "{id}"})]


def stories():
    for part in (answers, sights, matches):
        yield from part()
