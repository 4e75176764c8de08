"""Neighbours of policies and of what nodes may do: several mistakes in one policy, and nodes that reach for what is not theirs."""
import base64
import subprocess

from policies import CONFIGS, GROUP, TRIES, VAP, VAPB, begin, bound, config, policy, rule, valid
from words import *

WEBHOOKS = cluster(GROUP, "validatingwebhookconfigurations")
PODS, LEASES, CSRS = CORE + "pods", "/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases", cluster("certificates.k8s.io/v1", "certificatesigningrequests")


def made(name="{id}", **spec):
    return thing(GROUP, "ValidatingAdmissionPolicy", name, spec=dict({"matchConstraints": {"resourceRules": [rule()]}, "validations": [valid("true")]}, **spec))


def mistakes():
    wrong = valid("object.")
    several = {
        "name": made("A_", validations=[wrong]), "failure": made(failurePolicy="Odd", validations=[wrong]), "no-rules": made(matchConstraints={}, validations=[wrong]), "no-constraints": made(matchConstraints=None, validations=[wrong]), "reason": made(validations=[dict(wrong, reason="Odd")]), "message": made(validations=[dict(wrong, message="a\nb")]), "message-expression": made(validations=[dict(wrong, messageExpression="1")]),
        "two": made(validations=[wrong, valid("zz"), valid("1")]), "variables": made(variables=[{"name": "a", "expression": "zz"}, {"name": "a", "expression": "1"}, {"name": "1x", "expression": "object."}], validations=[valid("variables.a == 1")]), "conditions": made(matchConditions=[{"name": "a", "expression": "zz"}, {"name": "a", "expression": "1"}, {"name": "A_!", "expression": "true"}]), "audit": made(auditAnnotations=[{"key": "k", "valueExpression": "1"}, {"key": "k", "valueExpression": "zz"}, {"key": "A_!", "valueExpression": "'a'"}]), "nothing": made(validations=[]), "nothing-but-conditions": made(validations=[], matchConditions=[{"name": "a", "expression": "zz"}]),
        "param-kind": made(paramKind={"apiVersion": "a/b/c", "kind": "x"}, validations=[valid("params.x == zz")]), "no-param": made(validations=[valid("params.x == 1")]), "empty": made(validations=[valid("")]), "blank": made(validations=[valid(" "), wrong]), "selector": made(matchConstraints={"resourceRules": [rule()], "namespaceSelector": {"matchLabels": {"a b": "c"}}}, validations=[wrong]), "operations": made(matchConstraints={"resourceRules": [rule(operations=["Odd"])]}, validations=[wrong]), "resources": made(matchConstraints={"resourceRules": [rule(["*/*", "pods"])]}, validations=[wrong]), "labels": dict(made(validations=[wrong]), metadata={"name": "{id}", "labels": {"a b": "c"}}),
    }
    for name, body in several.items():
        yield "mistakes-" + name, [post(VAP, body), quiet(post(VAP, made("b{id}"))), merge(VAP + "/b{id}", {"spec": body["spec"]})]
    binding = lambda **s: thing(GROUP, "ValidatingAdmissionPolicyBinding", "{id}", spec=s)
    for i, spec in enumerate([{}, {"policyName": "A_"}, {"policyName": "x", "validationActions": []}, {"policyName": "x", "validationActions": ["Odd"]}, {"policyName": "x", "validationActions": ["Deny", "Warn"]}, {"policyName": "x", "validationActions": ["Deny", "Deny"]}, {"policyName": "x", "validationActions": ["Deny"], "paramRef": {}}, {"policyName": "x", "validationActions": ["Deny"], "paramRef": {"name": "a", "selector": {}, "parameterNotFoundAction": "Odd"}}, {"policyName": "x", "validationActions": ["Audit"], "matchResources": {"resourceRules": [rule(operations=[])]}}]):
        yield "binding-%d" % i, [post(VAPB, binding(**spec))]
    hook = lambda **f: thing(GROUP, "ValidatingWebhookConfiguration", "{id}", webhooks=[dict({"name": "a.b.c", "clientConfig": {"url": "https://127.0.0.1:1/"}, "sideEffects": "None", "admissionReviewVersions": ["v1"], "rules": [rule()]}, **f)])
    for name, fields in {"conditions": {"matchConditions": [{"name": "a", "expression": "zz"}], "timeoutSeconds": 99}, "name": {"name": "a", "matchConditions": [{"name": "a", "expression": "1"}]}, "url": {"clientConfig": {"url": "http://x"}, "matchConditions": [{"name": "", "expression": ""}]}, "client": {"clientConfig": {}}, "both": {"clientConfig": {"url": "https://x", "service": {"name": "a", "namespace": "b"}}}, "effects": {"sideEffects": "Some"}, "versions": {"admissionReviewVersions": ["v9"]}, "bundle": {"clientConfig": {"url": "https://x", "caBundle": "eA=="}}, "many": {"matchConditions": [{"name": "n%d" % i, "expression": "true"} for i in range(65)]}, "policy": {"failurePolicy": "Odd", "matchPolicy": "Odd"}}.items():
        yield "webhook-" + name, [post(WEBHOOKS, hook(**fields))]
    yield "webhook-two-names", [post(WEBHOOKS, dict(hook(), webhooks=hook()["webhooks"] * 2))]


def verbs():
    plain = lambda *v, **spec: begin(policy(*v, **spec), bound())
    for kind, path, body, change in [("secrets", CORE + "secrets", thing("v1", "Secret"), {"data": {"k": "dg=="}}), ("services", CORE + "services", thing("v1", "Service", spec={"ports": [{"port": 80}]}), {"spec": {"ports": [{"port": 81}]}}), ("serviceaccounts", CORE + "serviceaccounts", thing("v1", "ServiceAccount"), {"automountServiceAccountToken": False})]:
        yield "deny-" + kind, plain(valid("object == null || object.metadata.name != 'a'", messageExpression="request.operation + ' of ' + request.resource.resource"), rules=[rule([kind], operations=["*"])]) + [post(path, body), post(path, dict(body, metadata={"name": "b"})), merge(path + "/b", change), put(path + "/a", body), apply(path + "/a", body), delete(path + "/b"), delete(path)]
    yield "deny-status", plain(valid("false", message="no"), rules=[rule(["pods/status"])]) + [post(PODS, pod()), merge(PODS + "/a/status", {"status": {"phase": "Running"}}), merge(PODS + "/a", {"metadata": {"labels": {"a": "b"}}})]
    yield "deny-subresources", plain(valid("false", messageExpression="request.subResource"), rules=[rule(["pods/*"], operations=["*"])]) + [post(PODS, pod()), post(PODS + "/a/binding", thing("v1", "Binding", target={"kind": "Node", "name": "n"})), post(PODS + "/a/eviction", thing("policy/v1", "Eviction")), strategic(PODS + "/a/ephemeralcontainers", {"spec": {"ephemeralContainers": [{"name": "e", "image": "i"}]}}), strategic(PODS + "/a/resize", {"spec": {"containers": [{"name": "c", "resources": {"requests": {"cpu": "1"}}}]}}), post(PODS + "/a/exec?command=x", None), get(PODS + "/a/log")]
    yield "deny-user", plain(valid("request.userInfo.username == 'x'", reason="Unauthorized", messageExpression="request.userInfo.username + '/' + string(request.userInfo.groups.size())")) + [post(CONFIGS, config(), headers={"Impersonate-User": "x", "Impersonate-Group": "system:masters"}), post(CONFIGS, config("b"), headers={"Impersonate-User": "y", "Impersonate-Group": "system:masters"})]


def nodes():
    node = {"Impersonate-User": "system:node:{id}", "Impersonate-Group": "system:nodes"}
    as_node = lambda *steps: [s[:3] + (dict(s[3], headers=dict(s[3].get("headers", {}), **node)),) for s in steps]
    make = [quiet(post("/api/v1/nodes", thing("v1", "Node", "{id}"), capture={"uid": "metadata.uid"})), quiet(post(PODS, pod(nodeName="{id}"), capture={"pod": "metadata.uid"})), quiet(post(PODS, pod("other", nodeName="n2"), capture={"other": "metadata.uid"}))]
    N = "/api/v1/nodes/{id}"
    labels = ["x", "kubernetes.io/hostname", "kubernetes.io/odd", "k8s.io/odd", "x.k8s.io/y", "node.kubernetes.io/x", "kubelet.kubernetes.io/x", "y.node.kubernetes.io/x", "node-restriction.kubernetes.io/x", "y.node-restriction.kubernetes.io/x", "beta.kubernetes.io/odd", "beta.kubernetes.io/arch", "failure-domain.beta.kubernetes.io/zone", "failure-domain.beta.kubernetes.io/odd", "topology.kubernetes.io/zone", "topology.kubernetes.io/odd", "node-role.kubernetes.io/x"]
    yield "node-labels", make + as_node(*[merge(N + "?dryRun=All", {"metadata": {"labels": {l: "v"}}}) for l in labels])
    yield "node-labels-two", make + as_node(merge(N, {"metadata": {"labels": {"b.k8s.io/z": "v", "a.k8s.io/z": "v", "ok": "v"}}}), merge(N + "/status", {"metadata": {"labels": {"a.k8s.io/z": "v"}}}), merge(N + "/status", {"status": {"capacity": {"cpu": "1"}}, "spec": {"taints": [{"key": "a", "effect": "NoSchedule"}]}}), merge(N, {"spec": {"unschedulable": True}}), merge(N, {"metadata": {"ownerReferences": [{"apiVersion": "v1", "kind": "Node", "name": "x", "uid": "y"}]}}), merge("/api/v1/nodes/none-{id}", {"metadata": {"labels": {"a": "b"}}}), delete(N))
    yield "node-creates", as_node(post("/api/v1/nodes", thing("v1", "Node", "{id}", metadata={"labels": {"a.k8s.io/z": "v"}})), post("/api/v1/nodes", thing("v1", "Node", "o{id}")), post("/api/v1/nodes", {"metadata": {"generateName": "g-"}}), post("/api/v1/nodes", thing("v1", "Node", "{id}", spec={"taints": [{"key": "a", "effect": "NoSchedule"}]})))
    owner = lambda **f: [dict({"apiVersion": "v1", "kind": "Node", "name": "{id}", "uid": "{uid}", "controller": True}, **f)]
    mirror = lambda owners=None, annotations=None, **s: thing("v1", "Pod", "m", metadata={"annotations": {"kubernetes.io/config.mirror": "x"} if annotations is None else annotations, "ownerReferences": owner() if owners is None else owners}, spec=dict({"nodeName": "{id}", "containers": [container()]}, **s))
    bad = [mirror(annotations={}), mirror(nodeName="n2"), mirror([]), mirror(owner() * 2), mirror(owner(kind="Pod")), mirror(owner(name="x")), mirror(owner(controller=False)), mirror(owner(blockOwnerDeletion=True)), mirror(owner(uid="x")), mirror(serviceAccountName="default"), mirror(volumes=[{"name": "v", "secret": {"secretName": "x"}}]), mirror(volumes=[{"name": "v", "configMap": {"name": "x"}}]), mirror(volumes=[{"name": "v", "projected": {"sources": [{"configMap": {"name": "x"}}]}}]), mirror(volumes=[{"name": "v", "persistentVolumeClaim": {"claimName": "x"}}]), mirror(volumes=[{"name": "v", "csi": {"driver": "x.y"}}]), mirror(volumes=[{"name": "v", "ephemeral": {"volumeClaimTemplate": {"spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}}}}]), mirror(imagePullSecrets=[{"name": "x"}]), mirror(containers=[container(env=[{"name": "e", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}}])]), mirror(containers=[container(envFrom=[{"configMapRef": {"name": "c"}}])]), mirror(resourceClaims=[{"name": "r", "resourceClaimName": "x"}]), mirror(volumes=[{"name": "v", "emptyDir": {}}])]
    yield "node-mirror-pods", make + as_node(*[post(PODS + "?dryRun=All", b, keep=lambda b: b["kind"]) for b in bad])
    yield "node-pods", make + as_node(merge(PODS + "/a/status", {"status": {"phase": "Running"}}, keep=lambda b: b["kind"]), merge(PODS + "/a/status", {"metadata": {"labels": {"a": "b"}}}), merge(PODS + "/a/status", {"status": {"resourceClaimStatuses": [{"name": "x"}]}}), merge(PODS + "/other/status", {"status": {"phase": "Running"}}), merge(PODS + "/a", {"metadata": {"labels": {"a": "b"}}}), merge(PODS + "/a/resize", {}), post(PODS + "/other/eviction", thing("policy/v1", "Eviction", "other")), post(PODS + "/a/binding", {}), delete(PODS + "/other"), delete(PODS + "/none"), delete(PODS), post(PODS + "/a/eviction", thing("policy/v1", "Eviction")))
    T = CORE + "serviceaccounts/default/token"
    ref = lambda **r: {"spec": {"boundObjectRef": dict({"kind": "Pod", "apiVersion": "v1", "name": "a", "uid": "{pod}"}, **r)}}
    yield "node-tokens", make + as_node(*[post(T, b, keep=lambda b: b["kind"]) for b in ({"spec": {}}, ref(kind="Secret"), ref(uid=""), ref(uid="x"), ref(name="none"), ref(name="other", uid="{other}"), ref(), {"spec": dict(ref()["spec"], audiences=["x"])}, {"spec": dict(ref()["spec"], audiences=["x", "y"])})])
    yield "node-others", make + as_node(*[post(LEASES, thing("coordination.k8s.io/v1", "Lease", n)) for n in ("o{id}", "{id}")] + [post(local("coordination.k8s.io/v1", "leases"), thing("coordination.k8s.io/v1", "Lease", "{id}")), delete(LEASES + "/{id}"), merge(CORE + "persistentvolumeclaims/a/status", {}), post(cluster("storage.k8s.io/v1", "csinodes"), thing("storage.k8s.io/v1", "CSINode", "o{id}", spec={"drivers": []})), post(cluster("resource.k8s.io/v1", "resourceslices"), thing("resource.k8s.io/v1", "ResourceSlice", "{id}", spec={"driver": "d.x", "nodeName": "other", "pool": {"name": "p", "generation": 1, "resourceSliceCount": 1}})), post(CORE + "events", thing("v1", "Event", involvedObject={"namespace": "{ns}"}, reason="r"), keep=lambda b: b["kind"]), post(CORE + "configmaps", thing("v1", "ConfigMap")), get(CORE + "secrets/none"), get(CORE + "configmaps/none")])
    empty = {"Impersonate-User": "system:node:", "Impersonate-Group": "system:nodes"}
    yield "node-nameless", [post("/api/v1/nodes", thing("v1", "Node", "{id}"), headers=empty), post(CSRS, thing("certificates.k8s.io/v1", "CertificateSigningRequest", "{id}", spec={}), headers=empty)]
    yield "node-certificates", as_node(*[post(CSRS, thing("certificates.k8s.io/v1", "CertificateSigningRequest", "{id}%d" % i, spec={"request": signing(cn), "signerName": signer, "usages": usages}), keep=lambda b: b["kind"]) for i, (cn, signer, usages) in enumerate([("/CN=system:node:other/O=system:nodes", "kubernetes.io/kube-apiserver-client-kubelet", ["client auth"]), ("/CN=x", "kubernetes.io/kubelet-serving", ["server auth"]), ("/CN=x", "kubernetes.io/kube-apiserver-client", ["client auth"]), ("/CN=x", "example.com/x", ["client auth"])])])


def signing(subject):
    made = subprocess.run(["openssl", "req", "-new", "-newkey", "rsa:2048", "-nodes", "-keyout", "/dev/null", "-subj", subject], capture_output=True).stdout
    return base64.b64encode(made).decode()


def stories():
    for part in (mistakes, verbs, nodes):
        yield from part()
