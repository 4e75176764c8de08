#!/usr/bin/env python3
"""What a policy sees of each kind of request: a policy that refuses everything says it in its message.

    admission.py --token-file F [--oracle-token T]
"""
import copy
import sys
import time

import compare
import servers

NS = "admission-%d" % time.time()
GROUP = "/apis/admissionregistration.k8s.io/v1/"
POLICIES, BINDINGS = GROUP + "validatingadmissionpolicies", GROUP + "validatingadmissionpolicybindings"
IN_NS = "/api/v1/namespaces/" + NS
PODS, DEPLOYMENTS = IN_NS + "/pods", "/apis/apps/v1/namespaces/%s/deployments" % NS
SCALERS, THINGS = "/apis/autoscaling/%s/namespaces/" + NS + "/horizontalpodautoscalers", "/apis/seen.test/v1/namespaces/%s/seens" % NS
MERGE, STRATEGIC = {"content_type": "application/merge-patch+json"}, {"content_type": "application/strategic-merge-patch+json"}


def text_of(field, of="request"):
    return "(has(%s.%s) ? %s.%s : '-')" % (of, field, of, field)


def kind_of(name):
    return "(%s == null ? 'null' : %s + '|' + (has(%s.metadata) && has(%s.metadata.name) ? %s.metadata.name : '-'))" % (name, text_of("kind", name), name, name, name)


OPTIONS = ("(request.options == null ? 'null' : " + text_of("kind", "request.options") + " + request.options.?apiVersion.orValue('') + request.options.?fieldManager.orValue('')"
           " + request.options.?fieldValidation.orValue('') + string(request.options.?gracePeriodSeconds.orValue(-1)) + request.options.?propagationPolicy.orValue('')"
           " + (has(request.options.dryRun) ? request.options.dryRun[0] : ''))")
MESSAGE = " + ' ' + ".join([
    "request.operation", "request.kind.group + '/' + request.kind.version + '/' + request.kind.kind",
    "request.resource.group + '/' + request.resource.version + '/' + request.resource.resource", text_of("subResource"), "request.requestKind.kind",
    text_of("requestSubResource"), text_of("name"), text_of("namespace"), kind_of("object"), kind_of("oldObject"), OPTIONS,
    "(object == null ? '' : %s)" % text_of("apiVersion", "object"), "string(request.dryRun)", "(namespaceObject == null ? 'null' : namespaceObject.metadata.name)"])
RULE = {"operations": ["*"], "apiGroups": ["*"], "apiVersions": ["*"], "resources": ["*/*"]}
POLICY = {"apiVersion": "admissionregistration.k8s.io/v1", "kind": "ValidatingAdmissionPolicy", "metadata": {"name": "seen"},
          "spec": {"matchConstraints": {"resourceRules": [RULE]}, "matchConditions": [{"name": "me", "expression": "request.userInfo.username == 'fuzz'"}],
                   "validations": [{"expression": "false", "messageExpression": MESSAGE}]}}
BINDING = {"apiVersion": "admissionregistration.k8s.io/v1", "kind": "ValidatingAdmissionPolicyBinding", "metadata": {"name": "seen"},
           "spec": {"policyName": "seen", "validationActions": ["Deny"]}}

CONTAINERS = [{"name": "web", "image": "nginx:1"}]
DEPLOYMENT = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "d"}, "spec": {
    "paused": True, "replicas": 0, "selector": {"matchLabels": {"a": "b"}}, "template": {"metadata": {"labels": {"a": "b"}}, "spec": {"containers": CONTAINERS}}}}
SCALER = {"apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler", "metadata": {"name": "h"},
          "spec": {"maxReplicas": 2, "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "d"}}}
DEFINITION = {"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition", "metadata": {"name": "seens.seen.test"}, "spec": {
    "group": "seen.test", "scope": "Namespaced", "names": {"plural": "seens", "kind": "Seen"}, "versions": [{
        "name": "v1", "served": True, "storage": True, "subresources": {"status": {}, "scale": {"specReplicasPath": ".spec.r", "statusReplicasPath": ".status.r"}},
        "schema": {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}}}]}}
BEFORE = [
    (IN_NS + "/serviceaccounts", {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "default"}}),
    (DEPLOYMENTS, DEPLOYMENT),
    (PODS, {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"}, "spec": {"containers": CONTAINERS, "schedulerName": "none"}}),
    (IN_NS + "/services", {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "s"}, "spec": {"ports": [{"port": 80}]}}),
    (SCALERS % "v2", SCALER),
    ("/api/v1/nodes", {"apiVersion": "v1", "kind": "Node", "metadata": {"name": "nodex"}}),
    (THINGS, {"apiVersion": "seen.test/v1", "kind": "Seen", "metadata": {"name": "c"}, "spec": {"r": 1}, "status": {"r": 1}}),
]


def config(name, **metadata):
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": dict({"name": name}, **metadata)}


SCALE = {"apiVersion": "autoscaling/v1", "kind": "Scale", "metadata": {"name": "d", "namespace": NS}, "spec": {"replicas": 2}}
EVICTION = {"apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"name": "p", "namespace": NS}}
TO_NODE = {"apiVersion": "v1", "kind": "Binding", "metadata": {"name": "p", "namespace": NS}, "target": {"kind": "Node", "name": "nodex"}}
REQUESTS = [
    ("PUT", DEPLOYMENTS + "/d/scale", SCALE), ("PUT", DEPLOYMENTS + "/d/scale?dryRun=All&fieldManager=me&fieldValidation=Warn", SCALE),
    ("PATCH", DEPLOYMENTS + "/d/scale", '{"spec":{"replicas":1}}', MERGE), ("PATCH", DEPLOYMENTS + "/d/status", '{"status":{"replicas":1}}', MERGE),
    ("PATCH", DEPLOYMENTS + "/d", '{"spec":{"replicas":1}}', MERGE), ("DELETE", DEPLOYMENTS + "/d", None), ("DELETE", DEPLOYMENTS + "/d?dryRun=All", None),
    ("DELETE", DEPLOYMENTS + "/d?propagationPolicy=Orphan", None), ("DELETE", DEPLOYMENTS, None),
    ("DELETE", DEPLOYMENTS + "/d", {"apiVersion": "v1", "kind": "DeleteOptions", "gracePeriodSeconds": 0}),
    ("POST", PODS + "/p/eviction", EVICTION), ("POST", PODS + "/p/eviction?dryRun=All", EVICTION), ("POST", PODS + "/p/binding", TO_NODE), ("POST", IN_NS + "/bindings", TO_NODE),
    ("POST", IN_NS + "/serviceaccounts/default/token", {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {}}),
    ("PATCH", PODS + "/p/status", '{"status":{"phase":"Running"}}', MERGE),
    ("PATCH", PODS + "/p/ephemeralcontainers", '{"spec":{"ephemeralContainers":[{"name":"e","image":"x"}]}}', STRATEGIC),
    ("PATCH", PODS + "/p/resize", '{"spec":{"containers":[{"name":"web","resources":{"requests":{"cpu":"1"}}}]}}', STRATEGIC),
    ("POST", PODS + "/p/exec?command=ls&stdout=1", None), ("GET", PODS + "/p/exec?command=ls&stdout=1", None), ("POST", PODS + "/p/attach?stdout=1", None),
    ("POST", PODS + "/p/portforward", None), ("GET", PODS + "/p/proxy/x", None), ("GET", IN_NS + "/services/s/proxy/", None), ("GET", "/api/v1/nodes/nodex/proxy/x", None),
    ("PUT", IN_NS + "/finalize", {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NS}, "spec": {"finalizers": ["kubernetes"]}}),
    ("PATCH", IN_NS + "/status", '{"status":{"phase":"Active"}}', MERGE), ("POST", "/api/v1/namespaces", {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "zzz"}}),
    ("DELETE", IN_NS, None), ("PATCH", SCALERS % "v1" + "/h", '{"spec":{"maxReplicas":3}}', MERGE), ("PATCH", SCALERS % "v2" + "/h", '{"spec":{"maxReplicas":3}}', MERGE),
    ("PATCH", THINGS + "/c/scale", '{"spec":{"replicas":3}}', MERGE), ("PATCH", THINGS + "/c/status", '{"status":{"r":3}}', MERGE), ("DELETE", THINGS + "/c", None),
    ("POST", IN_NS + "/configmaps?fieldManager=me&fieldValidation=Strict", config("q")),
    ("PATCH", IN_NS + "/configmaps/new?fieldManager=x", config("new"), {"content_type": "application/apply-patch+yaml"}),
    ("PUT", "/apis/coordination.k8s.io/v1/namespaces/%s/leases/l" % NS, {"apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": {"name": "l"}}),
    ("POST", IN_NS + "/events", {"apiVersion": "v1", "kind": "Event", "metadata": {"name": "l"}, "involvedObject": {"namespace": NS}}),
    ("POST", POLICIES + "?dryRun=All", dict(POLICY, metadata={"name": "other"})),
    ("POST", GROUP + "validatingwebhookconfigurations?dryRun=All", {"apiVersion": "admissionregistration.k8s.io/v1", "kind": "ValidatingWebhookConfiguration", "metadata": {"name": "l"}}),
]


def arguments():
    return servers.parser(__doc__).parse_args()


def main():
    options = arguments()
    with open(options.token_file) as file:
        token = file.read().strip()
    both = (servers.Server("oracle", options.oracle_port, options.oracle_token), servers.Server("skiff", options.port, token))
    ask = lambda method, path, body=None, **more: [server.request(method, path, copy.deepcopy(body), **more) for server in both]
    ask("POST", "/api/v1/namespaces", {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NS}})
    ask("POST", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", DEFINITION)
    time.sleep(2)
    for path, body in BEFORE:
        ask("POST", path, body)
    same = 0
    try:
        ask("POST", POLICIES, POLICY)
        ask("POST", BINDINGS, BINDING)
        time.sleep(4)          # kube-apiserver looks at its policies once a second
        for method, path, body, *more in REQUESTS:
            found = compare.difference(*[answer[:3] for answer in ask(method, path, body, **(more[0] if more else {}))])
            same += not found
            if found:
                print("%s %s: %s" % (method, path, found))
    finally:
        ask("DELETE", BINDINGS + "/seen")
        ask("DELETE", POLICIES + "/seen")
        time.sleep(3)
        for path in (IN_NS, "/api/v1/nodes/nodex", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/seens.seen.test"):
            ask("DELETE", path)
    print("%d of %d agree" % (same, len(REQUESTS)))
    return same != len(REQUESTS)


if __name__ == "__main__":
    sys.exit(main())
