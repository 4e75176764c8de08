"""ValidatingAdmissionPolicies of more shapes, and what nodes may write (NodeRestriction and the node authorizer)."""
from words import *

GROUP = "admissionregistration.k8s.io/v1"
CONFIGS, PODS, DEPLOYMENTS = CORE + "configmaps", CORE + "pods", local("apps/v1", "deployments")
VAP, VAPB = cluster(GROUP, "validatingadmissionpolicies"), cluster(GROUP, "validatingadmissionpolicybindings")
MINE = {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "{ns}"}}}
WAIT = [quiet(get(CONFIGS, until=lambda a: False, until_seconds=1.6))]


def rule(resources=("configmaps",), operations=("CREATE", "UPDATE"), group="", version="v1", **more):
    return dict({"apiGroups": [group], "apiVersions": [version], "operations": list(operations), "resources": list(resources)}, **more)


def policy(*validations, name="{id}", rules=None, **spec):  # of the story's namespace alone
    constraints = dict({"resourceRules": rules or [rule()]}, **dict(MINE, **spec.pop("constraints", {})))
    return post(VAP, thing(GROUP, "ValidatingAdmissionPolicy", name, spec=dict({"matchConstraints": constraints, "validations": list(validations)}, **spec)))


def bound(*actions, name="{id}", policy_name="{id}", resources=None, **spec):
    return post(VAPB, thing(GROUP, "ValidatingAdmissionPolicyBinding", name, spec=dict({"policyName": policy_name, "validationActions": list(actions or ("Deny",)), "matchResources": dict(MINE, **(resources or {}))}, **spec)))


def config(name="a", **fields):
    return thing("v1", "ConfigMap", name, **fields)


def valid(expression, **more):
    return dict({"expression": expression}, **more)


def begin(*steps):
    return [quiet(s) for s in steps] + WAIT


TRIES = [post(CONFIGS, config(data={"k": "v"})), post(CONFIGS, config("b", data={"k": "5"}, metadata={"labels": {"x": "y"}})), merge(CONFIGS + "/b", {"data": {"k": "6"}}), merge(CONFIGS + "/b", {"metadata": {"labels": {"z": "1"}}}), apply(CONFIGS + "/c", config("c", data={"k": "v"})), put(CONFIGS + "/b", config("b", data={"q": "r"})), delete(CONFIGS + "/b")]


def shapes():
    plain = lambda *v, **spec: begin(policy(*v, **spec), bound())
    said = {
        "reason-unauthorized": valid("false", reason="Unauthorized"), "reason-too-large": valid("false", reason="RequestEntityTooLarge", message="m"), "message-expression": valid("false", messageExpression="'no ' + object.metadata.name"), "message-both": valid("false", message="plain", messageExpression="'made'"), "message-error": valid("false", message="plain", messageExpression="object.none"),
        "message-error-alone": valid("false", messageExpression="object.none"), "message-empty": valid("false", messageExpression="''"), "message-blank": valid("false", messageExpression="'  '"), "message-lines": valid("false", messageExpression="'a\\nb'"), "message-long": valid("false", messageExpression="'x'.replace('x', 'yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy')"),
        "old": valid("oldObject == null || oldObject.metadata.name == 'z'"), "has-old": valid("request.operation == 'CREATE' || has(oldObject.data)"), "labels": valid("'x' in object.metadata.?labels.orValue({})"), "optional": valid("object.?data.?k.orValue('') != 'v'"), "user": valid("request.userInfo.groups.exists(g, g == 'system:masters') && object.metadata.name != 'a'"), "namespace": valid("namespaceObject.metadata.name == request.namespace && object.metadata.name != 'a'"),
        "namespace-labels": valid("namespaceObject.metadata.labels['kubernetes.io/metadata.name'] != request.namespace"), "kind": valid("request.kind.kind == 'Secret'", message="kind"), "resource": valid("request.resource.resource == 'secrets'", message="resource"), "dry": valid("request.dryRun", message="not dry"), "options": valid("has(request.options.fieldManager)", message="options"), "type-of": valid("type(object) == map"), "manager": valid("object.metadata.managedFields.size() > 5"),
        "divide": valid("1 / int(object.data.k) == 9"), "int": valid("int(object.data.k) > 5", message="over five"), "quantity": valid("quantity(object.data.k).isGreaterThan(quantity('5'))"), "regex": valid("object.data.k.matches('^[0-9]+$')", message="digits"), "list": valid("[1,2,3].all(x, x < 3)"), "url": valid("isURL(object.data.k)"), "ip": valid("isIP(object.data.k)", message="no ip"), "split": valid("object.data.k.split(',').size() > 1"), "sets": valid("sets.contains(['5'], [object.data.k])"),
        "authorizer": valid("authorizer.group('').resource('configmaps').namespace(request.namespace).name('b').check('get').allowed() && object.metadata.name == 'b'"), "authorizer-reason": valid("false", messageExpression="authorizer.path('/x').check('get').reason()"), "request-resource": valid("authorizer.requestResource.check('none').allowed() && false"), "format": valid("!format.named('dns1123Label').value().validate(object.data.k).hasValue()"), "semver": valid("isSemver(object.data.k)"), "two-fields": valid("object.data.k == object.metadata.name"),
    }
    for name, validation in said.items():
        yield "says-" + name, plain(validation) + TRIES
    yield "many", plain(*[valid("object.metadata.name != '%s'" % n, message="not " + n) for n in "abc"]) + TRIES
    yield "first-of-two-errors", plain(valid("object.none"), valid("false", message="false")) + TRIES[:2]
    yield "error-then-ok", plain(valid("object.none"), valid("true")) + TRIES[:2]
    yield "ignore-error", plain(valid("object.none"), valid("false", message="still"), failurePolicy="Ignore") + TRIES[:2]
    yield "variables-chain", plain(valid("variables.c == 'v!!'"), variables=[{"name": "a", "expression": "object.data.k"}, {"name": "b", "expression": "variables.a + '!'"}, {"name": "c", "expression": "variables.b + '!'"}]) + TRIES
    yield "variables-error", plain(valid("variables.bad == 1"), variables=[{"name": "bad", "expression": "object.none"}]) + TRIES[:2]
    yield "variables-unused-error", plain(valid("object.metadata.name != 'a'"), variables=[{"name": "bad", "expression": "object.none"}]) + TRIES[:2]
    yield "conditions", plain(valid("false"), matchConditions=[{"name": "x", "expression": "has(object.metadata.labels)"}, {"name": "y", "expression": "request.operation == 'UPDATE'"}]) + TRIES
    yield "conditions-error", plain(valid("false"), matchConditions=[{"name": "x", "expression": "object.none"}]) + TRIES[:3]
    yield "conditions-error-ignore", plain(valid("false"), failurePolicy="Ignore", matchConditions=[{"name": "x", "expression": "object.none"}]) + TRIES[:3]
    yield "conditions-variables", plain(valid("false"), variables=[{"name": "n", "expression": "object.metadata.name"}], matchConditions=[{"name": "x", "expression": "variables.n == 'a'"}]) + TRIES[:3]
    yield "audit", begin(policy(valid("true"), auditAnnotations=[{"key": "k", "valueExpression": "object.metadata.name"}, {"key": "none", "valueExpression": "null"}]), bound()) + TRIES[:3]
    yield "audit-error", begin(policy(valid("true"), auditAnnotations=[{"key": "k", "valueExpression": "object.none"}]), bound()) + TRIES[:3]
    yield "audit-error-ignore", begin(policy(valid("true"), failurePolicy="Ignore", auditAnnotations=[{"key": "k", "valueExpression": "object.none"}]), bound()) + TRIES[:2]
    for actions in (("Warn",), ("Audit",), ("Warn", "Audit"), ("Deny", "Audit")):
        yield "actions-" + "-".join(actions).lower(), begin(policy(valid("object.metadata.name != 'a'", messageExpression="'bad ' + object.metadata.name")), bound(*actions)) + TRIES[:3]
        yield "actions-error-" + "-".join(actions).lower(), begin(policy(valid("object.none == 1")), bound(*actions)) + TRIES[:2]
    yield "two-bindings", begin(policy(valid("object.metadata.name != 'a'", message="m")), bound("Warn"), bound("Deny", name="b{id}")) + TRIES[:2]
    yield "two-policies", begin(policy(valid("object.metadata.name != 'a'", message="one")), bound(), policy(valid("object.metadata.name != 'a'", message="two"), name="z{id}"), bound(name="z{id}", policy_name="z{id}")) + TRIES[:1]
    for name, more in {"selector": {"objectSelector": {"matchLabels": {"x": "y"}}}, "excluded": {"excludeResourceRules": [rule()]}, "names": {"resourceRules": [rule(resourceNames=["b"])]}, "other": {"resourceRules": [rule(["secrets"])]}, "updates": {"resourceRules": [rule(operations=["UPDATE"])]}, "deletes": {"resourceRules": [rule(operations=["DELETE"])]}, "namespace": {"namespaceSelector": {"matchLabels": {"none": "x"}}}}.items():
        yield "binding-" + name, begin(policy(valid("false", message="m"), rules=[rule(operations=["*"])]), bound(resources=more)) + TRIES
        yield "constraints-" + name, begin(policy(valid("false", message="m"), constraints=more), bound()) + TRIES
    yield "names", begin(policy(valid("false", message="m"), rules=[rule(resourceNames=["a", "c"])]), bound()) + TRIES
    yield "deletes", begin(policy(valid("oldObject.data.k == '5' && object == null", message="m"), rules=[rule(operations=["DELETE"])]), bound()) + TRIES + [delete(CONFIGS)]
    dep = deployment()
    yield "scale", begin(policy(valid("object.spec.replicas < 3", message="few"), rules=[rule(["deployments/scale"], group="apps")]), bound()) + [post(DEPLOYMENTS, dep), merge(DEPLOYMENTS + "/a/scale", {"spec": {"replicas": 5}}), merge(DEPLOYMENTS + "/a/scale", {"spec": {"replicas": 2}}), merge(DEPLOYMENTS + "/a", {"spec": {"replicas": 5}})]
    yield "status", begin(policy(valid("object.status.replicas < 3", message="few"), rules=[rule(["deployments/status"], group="apps")]), bound()) + [post(DEPLOYMENTS, dep), merge(DEPLOYMENTS + "/a/status", {"status": {"replicas": 5}}), merge(DEPLOYMENTS + "/a/status", {"status": {"replicas": 2}})]
    yield "templates", begin(policy(valid("object.spec.template.spec.containers.all(c, c.image.startsWith('good/'))", messageExpression="'bad image ' + object.spec.template.spec.containers[0].image"), rules=[rule(["deployments"], group="apps")]), bound()) + [post(DEPLOYMENTS, dep), post(DEPLOYMENTS, deployment(template=template(containers=[container(image="good/x")]))), strategic(DEPLOYMENTS + "/a", {"spec": {"template": {"spec": {"containers": [{"name": "c", "image": "bad"}]}}}})]
    yield "pods", begin(policy(valid("object.spec.containers.all(c, has(c.resources) && has(c.resources.limits) && 'cpu' in c.resources.limits)", message="limits"), valid("!has(object.spec.hostNetwork) || !object.spec.hostNetwork", message="host"), rules=[rule(["pods"])]), bound()) + [post(PODS, pod()), post(PODS, pod("b", hostNetwork=True)), post(PODS, pod("c", containers=[container(resources={"limits": {"cpu": "1"}})])), merge(PODS + "/c", {"metadata": {"labels": {"a": "b"}}})]
    evicts = {"apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"name": "a"}}
    yield "connect", begin(policy(valid("false", message="no"), rules=[rule(["pods/exec", "pods/eviction", "pods/binding", "serviceaccounts/token"], operations=["*"])]), bound()) + [quiet(post(PODS, pod())), post(PODS + "/a/exec?command=x", None), post(PODS + "/a/eviction", evicts), post(PODS + "/a/binding", thing("v1", "Binding", target={"kind": "Node", "name": "n"})), post(CORE + "serviceaccounts/default/token", {"spec": {}}, keep=lambda b: b["kind"])]
    params = lambda **ref: begin(post(CONFIGS, config("p", data={"max": "3"}, metadata={"labels": {"role": "param"}})), policy(valid("object.metadata.name == 'p' || int(object.data.k) <= int(params.data.max)", messageExpression="'over ' + params.data.max"), paramKind={"apiVersion": "v1", "kind": "ConfigMap"}), bound(paramRef=dict({"parameterNotFoundAction": "Deny"}, **ref)))
    tries = [post(CONFIGS, config(data={"k": "5"})), post(CONFIGS, config("b", data={"k": "2"}))]
    # kube-apiserver finds these in its first minutes only: the informer of a kind of params is not started again once its policies are gone
    yield "params-name", params(name="p", namespace="{ns}") + tries + [merge(CONFIGS + "/p", {"data": {"max": "9"}}), quiet(WAIT[0]), post(CONFIGS, config("d", data={"k": "5"}))]
    yield "params-own-namespace", params(name="p") + tries
    yield "params-selector", params(selector={"matchLabels": {"role": "param"}}) + tries + [post(CONFIGS, config("p2", data={"k": "1", "max": "1"}, metadata={"labels": {"role": "param"}})), quiet(WAIT[0]), post(CONFIGS, config("e", data={"k": "2"}))]
    yield "params-selector-none", params(selector={"matchLabels": {"role": "none"}}) + tries
    yield "params-selector-all", params(selector={}) + tries
    yield "params-gone", params(name="zz") + tries
    yield "params-gone-allowed", params(name="zz", parameterNotFoundAction="Allow") + tries
    yield "params-none-given", begin(policy(valid("params == null", message="has params"), paramKind={"apiVersion": "v1", "kind": "ConfigMap"}), bound()) + tries
    yield "params-unknown-kind", begin(policy(valid("true"), paramKind={"apiVersion": "x.y/v1", "kind": "Odd"}), bound(paramRef={"name": "p", "parameterNotFoundAction": "Deny"})) + tries
    yield "type-checking", [post(VAP, thing(GROUP, "ValidatingAdmissionPolicy", "{id}", spec={"matchConstraints": {"resourceRules": [rule(["deployments"], group="apps")]}, "validations": [valid("object.spec.none > 1"), valid("object.spec.replicas > 'x'")]})), get(VAP + "/{id}", keep=lambda b: b["status"], until=lambda a: (a[1].get("status") or {}).get("observedGeneration"))]


def nodes():
    node = {"Impersonate-User": "system:node:{id}", "Impersonate-Group": "system:nodes"}
    other = {"Impersonate-User": "system:node:other", "Impersonate-Group": "system:nodes"}
    NODES = cluster("v1", "nodes")
    me = NODES + "/{id}"
    as_node = lambda step, headers=None, **more: step[:3] + (dict(step[3] if len(step) > 3 else {}, headers=headers or node, **more),)
    begin_node = [as_node(post(NODES, thing("v1", "Node", "{id}", metadata={"labels": {"kubernetes.io/hostname": "h"}})))]
    allowed = lambda a: a[0] < 400 or a[0] == 422
    yield "node-create", [as_node(post(NODES, thing("v1", "Node", "x{id}"))), as_node(post(NODES, thing("v1", "Node", "{id}", metadata={"labels": {"node-restriction.kubernetes.io/x": "y"}}))), as_node(post(NODES, thing("v1", "Node", "{id}", metadata={"labels": {"kubernetes.io/odd": "y"}}))), as_node(post(NODES, thing("v1", "Node", "{id}", metadata={"labels": {"node.kubernetes.io/instance-type": "t", "topology.kubernetes.io/zone": "z", "kubelet.kubernetes.io/x": "y", "own.io/l": "m"}}, spec={"taints": [{"key": "k", "effect": "NoSchedule"}]}))), as_node(get(me)), as_node(get(NODES + "/other")), as_node(get(NODES), keep=lambda b: b["kind"])]
    changes = [merge(me, {"metadata": {"labels": {"a": "b"}}}), merge(me, {"metadata": {"labels": {"node-restriction.kubernetes.io/x": "y"}}}), merge(me, {"metadata": {"labels": {"kubernetes.io/odd": "y"}}}), merge(me, {"metadata": {"labels": {"kubernetes.io/arch": "amd64", "x.kubelet.kubernetes.io/q": "r"}}}), merge(me, {"metadata": {"labels": {"x.kubernetes.io/q": "r"}}}), merge(me, {"metadata": {"labels": {"sub.k8s.io/q": "r"}}}), merge(me, {"spec": {"taints": [{"key": "k", "effect": "NoSchedule"}]}}), merge(me, {"spec": {"unschedulable": True}}), merge(me, {"spec": {"configSource": {"configMap": {"name": "a"}}}}), merge(me, {"metadata": {"annotations": {"a": "b"}}}), merge(me, {"metadata": {"ownerReferences": [{"apiVersion": "v1", "kind": "Node", "name": "n", "uid": "u"}]}}), merge(me + "/status", {"status": {"phase": "Running"}}), merge(me + "/status", {"metadata": {"labels": {"node-restriction.kubernetes.io/x": "y"}}}), put(me + "/status", thing("v1", "Node", "{id}", status={"phase": "Running"})), delete(me)]
    for i, change in enumerate(changes):
        yield "node-change-%d" % i, begin_node + [as_node(change), as_node(change, other)]
    bound_pod = pod("p", nodeName="{id}", volumes=[{"name": "s", "secret": {"secretName": "used"}}])
    pods = begin_node + [quiet(post(CORE + "secrets", thing("v1", "Secret", "used"))), quiet(post(CORE + "secrets", thing("v1", "Secret", "free"))), quiet(post(PODS, bound_pod)), quiet(post(PODS, pod("q", nodeName="other"))), quiet(post(PODS, pod("w")))]
    reads = [get(CORE + "secrets/used", keep=lambda b: b["kind"], until=lambda a: a[0] == 200), get(CORE + "secrets/free"), get(CORE + "secrets"), get(CORE + "configmaps/none"), get(PODS + "/p", keep=lambda b: b["kind"]), get(PODS + "/q", keep=lambda b: b["kind"]), get(PODS + "?fieldSelector=spec.nodeName%3D{id}", keep=lambda b: b["kind"]), get(PODS, keep=lambda b: b["kind"])]
    yield "node-reads", pods + [as_node(s) for s in reads]
    writes = [merge(PODS + "/p/status", {"status": {"phase": "Running"}}), merge(PODS + "/q/status", {"status": {"phase": "Running"}}), merge(PODS + "/w/status", {"status": {"phase": "Running"}}), merge(PODS + "/p/status", {"metadata": {"labels": {"a": "b"}}}), merge(PODS + "/p", {"metadata": {"labels": {"a": "b"}}}), delete(PODS + "/p", {"gracePeriodSeconds": 0}), delete(PODS + "/q"), delete(PODS + "/w"), post(PODS + "/q/eviction", {"apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"name": "q"}}), post(PODS + "/p/eviction", {"apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"name": "p"}}), post(PODS + "/w/binding", thing("v1", "Binding", "w", target={"kind": "Node", "name": "{id}"}))]
    for i, write in enumerate(writes):
        yield "node-pods-%d" % i, pods + [as_node(write, keep=lambda b: b.get("message") or b["kind"])]
    mirror = lambda **f: pod("m", metadata=dict({"annotations": {"kubernetes.io/config.mirror": "x"}, "ownerReferences": f.pop("owners", [])}), **dict({"nodeName": "{id}"}, **f))
    for i, body in enumerate([pod("m", nodeName="{id}"), mirror(), mirror(owners=[{"apiVersion": "v1", "kind": "Node", "name": "{id}", "uid": "u", "controller": True}]), mirror(owners=[{"apiVersion": "v1", "kind": "Node", "name": "{id}", "uid": "{uid}", "controller": True}]), mirror(nodeName="other"), mirror(serviceAccountName="default"), mirror(volumes=[{"name": "v", "secret": {"secretName": "x"}}]), mirror(volumes=[{"name": "v", "configMap": {"name": "x"}}]), mirror(volumes=[{"name": "v", "persistentVolumeClaim": {"claimName": "x"}}]), mirror(containers=[container(env=[{"name": "A", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}}])]), mirror(resourceClaims=[{"name": "r", "resourceClaimName": "x"}])]):
        yield "node-mirror-%d" % i, [begin_node[0][:3] + (dict(begin_node[0][3], capture={"uid": "metadata.uid"}),), as_node(post(PODS, body), keep=lambda b: b["kind"])]
    leases = "/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases"
    lease = lambda name: thing("coordination.k8s.io/v1", "Lease", name, spec={"holderIdentity": "x"})
    yield "node-leases", [quiet(post("/api/v1/namespaces", thing("v1", "Namespace", "kube-node-lease")))][:0] + begin_node + [as_node(post(leases, lease("{id}"))), as_node(post(leases, lease("other"))), as_node(put(leases + "/{id}", lease("{id}"))), as_node(get(leases + "/{id}")), as_node(get(leases + "/other")), as_node(post(local("coordination.k8s.io/v1", "leases"), lease("{id}"))), as_node(delete(leases + "/{id}"))]
    csi = cluster("storage.k8s.io/v1", "csinodes")
    yield "node-csi", begin_node + [as_node(post(csi, thing("storage.k8s.io/v1", "CSINode", "{id}", spec={"drivers": []}))), as_node(post(csi, thing("storage.k8s.io/v1", "CSINode", "other", spec={"drivers": []}))), as_node(get(csi + "/{id}", keep=lambda b: b["kind"])), as_node(delete(csi + "/{id}"))]
    accounts = CORE + "serviceaccounts/default/token"
    yield "node-tokens", pods + [as_node(post(accounts, {"spec": {}}, keep=lambda b: b.get("message") or b["kind"])), as_node(post(accounts, {"spec": {"boundObjectRef": {"apiVersion": "v1", "kind": "Pod", "name": "q", "uid": "x"}}}, keep=lambda b: b.get("message") or b["kind"])), as_node(post(accounts, {"spec": {"boundObjectRef": {"apiVersion": "v1", "kind": "Pod", "name": "p"}}}, keep=lambda b: b.get("message") or b["kind"])), as_node(post(accounts, {"spec": {"boundObjectRef": {"apiVersion": "v1", "kind": "Secret", "name": "used"}}}, keep=lambda b: b.get("message") or b["kind"]))]
    yield "node-others", begin_node + [as_node(s) for s in (post(CONFIGS, config()), get(CORE + "services", keep=lambda b: b["kind"]), post(CORE + "events", thing("v1", "Event", involvedObject={"namespace": "{ns}"}), keep=lambda b: b["kind"]), post("/apis/authorization.k8s.io/v1/subjectaccessreviews", {"spec": {"user": "x", "nonResourceAttributes": {"path": "/", "verb": "get"}}}, keep=lambda b: b["kind"]), post("/apis/authentication.k8s.io/v1/tokenreviews", {"spec": {"token": "x"}}, keep=lambda b: b["kind"]), post("/apis/certificates.k8s.io/v1/certificatesigningrequests", {"spec": {"request": "eA==", "signerName": "kubernetes.io/kubelet-serving", "usages": ["digital signature"]}}, keep=lambda b: b["kind"]), get("/apis/node.k8s.io/v1/runtimeclasses", keep=lambda b: b["kind"]), get(CORE + "persistentvolumeclaims/x"), merge(CORE + "persistentvolumeclaims/x/status", {}), get("/api/v1/persistentvolumes/x"), get("/apis/storage.k8s.io/v1/volumeattachments/x"), get("/apis/resource.k8s.io/v1/resourceslices", keep=lambda b: b["kind"]))]
    no_name = {"Impersonate-User": "system:node:", "Impersonate-Group": "system:nodes"}
    yield "node-without-name", [as_node(post(NODES, thing("v1", "Node", "y{id}")), no_name), as_node(get(NODES, keep=lambda b: b["kind"]), no_name), as_node(post(NODES, thing("v1", "Node", "y{id}")), {"Impersonate-User": "system:node:y{id}"})]


def stories():
    for part in (shapes, nodes):
        yield from part()
