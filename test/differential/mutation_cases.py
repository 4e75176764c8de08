"""The policies, bindings, parameters and objects of mutations.py."""
import copy
import time

RULES = {"operations": ["CREATE", "UPDATE"], "apiGroups": ["*"], "apiVersions": ["*"], "resources": ["*"]}
API = "admissionregistration.k8s.io/v1beta1"


def apply(expression):
    return {"patchType": "ApplyConfiguration", "applyConfiguration": {"expression": expression}}


def patch(expression):
    return {"patchType": "JSONPatch", "jsonPatch": {"expression": expression}}


def policy(name, *mutations, rules=None, constraints=None, reinvocation="Never", **spec):
    mutations = spec.pop("mutations", list(mutations))
    out = {"matchConstraints": constraints or {"resourceRules": [rules or RULES]}, "mutations": mutations, "reinvocationPolicy": reinvocation}
    out.update(spec)
    return {"apiVersion": API, "kind": "MutatingAdmissionPolicy", "metadata": {"name": name}, "spec": {k: v for k, v in out.items() if v is not None}}


def binding(name, **spec):
    return {"apiVersion": API, "kind": "MutatingAdmissionPolicyBinding", "metadata": {"name": name}, "spec": dict({"policyName": name}, **spec)}


def without(object, *path):
    out = copy.deepcopy(object)
    at = out
    for key in path[:-1]:
        at = at[key]
    del at[path[-1]]
    return out


OK = apply("Object{}")
POLICIES = {
    "plain": policy("p", OK),
    "alpha": dict(policy("p", OK), apiVersion="admissionregistration.k8s.io/v1alpha1"),
    "no mutations": policy("p"),
    "no reinvocation": policy("p", OK, reinvocation=None),
    "bad reinvocation": policy("p", OK, reinvocation="Sometimes"),
    "bad failure policy": policy("p", OK, failurePolicy="Maybe"),
    "no constraints": without(policy("p", OK), "spec", "matchConstraints"),
    "no rules": policy("p", OK, constraints={"resourceRules": []}),
    "delete": policy("p", OK, rules=dict(RULES, operations=["DELETE", "CREATE"])),
    "connect": policy("p", OK, rules=dict(RULES, operations=["CONNECT"])),
    "star": policy("p", OK, rules=dict(RULES, operations=["*"])),
    "star and more": policy("p", OK, rules=dict(RULES, operations=["*", "CREATE"])),
    "bad match policy": policy("p", OK, constraints={"resourceRules": [RULES], "matchPolicy": "Roughly"}),
    "no patch type": policy("p", {"applyConfiguration": {"expression": "Object{}"}}),
    "bad patch type": policy("p", {"patchType": "Merge"}),
    "patch missing": policy("p", {"patchType": "JSONPatch"}),
    "apply missing": policy("p", {"patchType": "ApplyConfiguration"}),
    "both": policy("p", {"patchType": "JSONPatch", "jsonPatch": {"expression": "[]"}, "applyConfiguration": {"expression": "Object{}"}}),
    "both the other way": policy("p", {"patchType": "ApplyConfiguration", "jsonPatch": {"expression": "[]"}, "applyConfiguration": {"expression": "Object{}"}}),
    "empty expression": policy("p", {"patchType": "JSONPatch", "jsonPatch": {"expression": " "}}),
    "empty expression of apply": policy("p", {"patchType": "ApplyConfiguration", "applyConfiguration": {}}),
    "apply gives a map": policy("p", apply("{'a': 1}")),
    "apply gives part": policy("p", apply("Object.spec{}")),
    "patch gives list": policy("p", patch("[1]")),
    "patch gives nothing": policy("p", patch("[]")),
    "patch gives one": policy("p", patch("JSONPatch{op: 'add'}")),
    "patch unknown field": policy("p", patch("[JSONPatch{oops: 'add'}]")),
    "patch wrong type": policy("p", patch("[JSONPatch{op: 1}]")),
    "patch mixed": policy("p", patch("[JSONPatch{op: 'add'}, Object{}]")),
    "patch or nothing": policy("p", patch("has(object.spec) ? [JSONPatch{op: 'add'}] : []")),
    "syntax": policy("p", apply("Object{spec: ")),
    "unknown variable": policy("p", apply("Object{spec: Object.spec{replicas: variables.none}}")),
    "params without kind": policy("p", apply("Object{spec: Object.spec{replicas: params.x}}")),
    "params with kind": policy("p", apply("Object{spec: Object.spec{replicas: params.x}}"), paramKind={"apiVersion": "v1", "kind": "ConfigMap"}),
    "bad param kind": policy("p", OK, paramKind={"apiVersion": "a/b/c", "kind": "x y"}),
    "object in variable": policy("p", OK, variables=[{"name": "x", "expression": "Object{}"}]),
    "bad variable": policy("p", OK, variables=[{"name": "1x", "expression": "1"}, {"name": "y", "expression": ""}]),
    "variable": policy("p", apply("Object{metadata: Object.metadata{annotations: {'a': variables.x}}}"), variables=[{"name": "x", "expression": "'b'"}]),
    "variable in condition": policy("p", OK, variables=[{"name": "x", "expression": "true"}], matchConditions=[{"name": "c", "expression": "variables.x"}]),
    "bad condition": policy("p", OK, matchConditions=[{"name": "", "expression": "1"}, {"name": "b", "expression": ""}]),
    "object in condition": policy("p", OK, matchConditions=[{"name": "a", "expression": "Object{} == Object{}"}]),
    "escape": policy("p", patch("[JSONPatch{op: 'add', path: '/metadata/labels/' + jsonpatch.escapeKey('a/b'), value: 'x'}]")),
    "escape in condition": policy("p", OK, matchConditions=[{"name": "a", "expression": "jsonpatch.escapeKey('a') == 'a'"}]),
    "comparing objects": policy("p", apply("Object{a: Object.a{} == Object.a{}}")),
    "bad name": policy("A_b", OK),
    "costly": policy("p", apply("Object{a: [1,2,3,4].map(a, [1,2,3,4].map(b, object.spec.x.map(c, object.spec.x.map(d, object.spec.x.map(e, 1)))))}")),
}
REF = {"name": "x", "parameterNotFoundAction": "Deny"}
BINDINGS = {
    "plain": binding("b"),
    "no policy": binding("b", policyName=""),
    "bad policy": binding("b", policyName="A_b"),
    "params": binding("b", paramRef=REF),
    "params without action": binding("b", paramRef={"name": "x"}),
    "params bad action": binding("b", paramRef={"name": "x", "parameterNotFoundAction": "Cry"}),
    "params empty": binding("b", paramRef={"parameterNotFoundAction": "Allow"}),
    "params both": binding("b", paramRef=dict(REF, selector={})),
    "match": binding("b", matchResources={"resourceRules": [RULES], "namespaceSelector": {"matchLabels": {"a": "b"}}}),
    "match delete": binding("b", matchResources={"resourceRules": [dict(RULES, operations=["DELETE"])]}),
    "match bad": binding("b", matchResources={"matchPolicy": "x", "resourceRules": [{"operations": ["x"]}]}),
    "alpha": dict(binding("b", paramRef={"name": "x"}), apiVersion="admissionregistration.k8s.io/v1alpha1"),
}

TABLE = {"Accept": "application/json;as=Table;v=v1;g=meta.k8s.io"}
BOB = {"Impersonate-User": "bob", "Impersonate-Group": "writers"}
PARAM_POLICY = policy("p", OK, paramKind={"apiVersion": "v1", "kind": "ConfigMap"})
P, B = "/apis/admissionregistration.k8s.io/v1beta1/mutatingadmissionpolicies", "/apis/admissionregistration.k8s.io/v1beta1/mutatingadmissionpolicybindings"
VP, VB = "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies", "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings"
WRITERS = [
    ("/apis/rbac.authorization.k8s.io/v1/clusterroles", {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole", "metadata": {"name": "mutation-writers"},
                                                         "rules": [{"apiGroups": ["admissionregistration.k8s.io"], "resources": ["*"], "verbs": ["*"]}]}),
    ("/apis/rbac.authorization.k8s.io/v1/clusterrolebindings", {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRoleBinding", "metadata": {"name": "mutation-writers"},
                                                                "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "mutation-writers"},
                                                                "subjects": [{"apiGroup": "rbac.authorization.k8s.io", "kind": "Group", "name": "writers"}]}),
]
V_POLICY = {"apiVersion": "admissionregistration.k8s.io/v1", "kind": "ValidatingAdmissionPolicy", "metadata": {"name": "p"},
            "spec": {"paramKind": {"apiVersion": "v1", "kind": "ConfigMap"}, "matchConstraints": {"resourceRules": [RULES]}, "validations": [{"expression": "true"}]}}
V_BINDING = {"apiVersion": "admissionregistration.k8s.io/v1", "kind": "ValidatingAdmissionPolicyBinding", "metadata": {"name": "b"},
             "spec": {"policyName": "gone", "validationActions": ["Deny"], "paramRef": REF}}
PROTOCOL = [("discovery of " + v, "GET", "/apis/admissionregistration.k8s.io/" + v, None, None) for v in ("v1beta1", "v1alpha1")] + [
    ("group", "GET", "/apis/admissionregistration.k8s.io", None, None),
    ("table of policies", "GET", P, None, TABLE),
    ("table of bindings", "GET", B, None, TABLE),
] + [("roles", "POST", path, body, None) for path, body in WRITERS] + [
    ("bob without parameters", "POST", P + "?dryRun=All", policy("p", OK), BOB),
    ("bob's parameters", "POST", P + "?dryRun=All", PARAM_POLICY, BOB),
    ("bob's unknown parameters", "POST", P + "?dryRun=All", policy("p", OK, paramKind={"apiVersion": "a.b/v1", "kind": "C"}), BOB),
    ("bob's binding", "POST", B + "?dryRun=All", binding("b", policyName="gone", paramRef=REF), BOB),
    ("bob's binding by labels", "POST", B + "?dryRun=All", binding("b", policyName="gone", paramRef={"selector": {}, "parameterNotFoundAction": "Deny"}), BOB),
    ("bob's validating policy", "POST", VP + "?dryRun=All", V_POLICY, BOB),
    ("bob's validating binding", "POST", VB + "?dryRun=All", V_BINDING, BOB),
] + [("roles", "DELETE", path + "/" + body["metadata"]["name"], None, None) for path, body in WRITERS]

NS = "mutations-%d" % time.time()   # kube-apiserver alone never finishes to delete one
CRD = {"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition", "metadata": {"name": "boxes.mutations.test"},
       "spec": {"group": "mutations.test", "scope": "Namespaced", "names": {"plural": "boxes", "singular": "box", "kind": "Box", "listKind": "BoxList"},
                "versions": [{"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": {"type": "object", "properties": {"spec": {
                    "type": "object", "properties": {"size": {"type": "integer"}, "color": {"type": "string", "default": "red"}, "kept": {"type": "object", "x-kubernetes-preserve-unknown-fields": True},
                                                     "items": {"type": "array", "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["name"], "items": {
                                                         "type": "object", "required": ["name"], "properties": {"name": {"type": "string"}, "value": {"type": "integer"}}}},
                                                     "tags": {"type": "array", "items": {"type": "string"}}}}}}}}]}}
BEFORE = [
    ("/api/v1/namespaces", {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NS, "labels": {"team": "blue"}}}),
    ("/apis/apiextensions.k8s.io/v1/customresourcedefinitions", CRD),
    ("/api/v1/namespaces/%s/configmaps" % NS, {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "param", "labels": {"use": "yes"}}, "data": {"replicas": "7", "name": "one"}}),
    ("/api/v1/namespaces/%s/configmaps" % NS, {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "zparam", "labels": {"use": "yes"}}, "data": {"replicas": "8", "name": "two"}}),
    ("/api/v1/namespaces/%s/serviceaccounts" % NS, {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "default"}}),
]
BEFORE_CUSTOM = []
D, C, BOX = "/apis/apps/v1/namespaces/%s/deployments" % NS, "/api/v1/namespaces/%s/configmaps" % NS, "/apis/mutations.test/v1/namespaces/%s/boxes" % NS
POD, SVC = "/api/v1/namespaces/%s/pods" % NS, "/api/v1/namespaces/%s/services" % NS
DRY = "?dryRun=All"
CONTAINER = {"name": "web", "image": "nginx:1", "env": [{"name": "A", "value": "a"}]}


def deployment(name="d", **spec):
    body = {"replicas": 1, "selector": {"matchLabels": {"app": "d"}}, "template": {"metadata": {"labels": {"app": "d"}}, "spec": {"containers": [CONTAINER]}}}
    body.update(spec)
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": name}, "spec": body}


def config(name="c", data=None, **metadata):
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": dict({"name": name}, **metadata), "data": data or {"a": "1"}}


def box(**spec):
    return {"apiVersion": "mutations.test/v1", "kind": "Box", "metadata": {"name": "x"}, "spec": spec}


POD_OBJECT = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"}, "spec": {"containers": [CONTAINER], "tolerations": [{"key": "k", "operator": "Exists"}]}}
SERVICE = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "s"}, "spec": {"ports": [{"port": 80, "name": "http"}], "selector": {"a": "b"}}}


def case(mutations, *requests, bind=None, more=(), **spec):
    mutations = mutations if isinstance(mutations, list) else [mutations]
    return {"policies": [(dict(spec, mutations=mutations), bind or {})] + list(more), "requests": list(requests)}


def on_deployment(*mutations, **more):
    return case(list(mutations), ("POST", D + DRY, deployment()), **more)


def on_config(*mutations, **more):
    return case(list(mutations), ("POST", C + DRY, config()), **more)


def on_box(*mutations, **more):
    return case(list(mutations), ("POST", BOX + DRY, box(size=1, items=[{"name": "a", "value": 1}])), **more)


def note(value, key="note"):
    return apply("Object{metadata: Object.metadata{annotations: {'%s': %s}}}" % (key, value))


CASES = {
    "empty": on_deployment(OK),
    "replicas": on_deployment(apply("Object{spec: Object.spec{replicas: 3}}")),
    "replicas-from-object": on_deployment(apply("Object{spec: Object.spec{replicas: object.spec.replicas + 1}}")),
    "two": on_deployment(apply("Object{spec: Object.spec{replicas: object.spec.replicas + 1}}"), apply("Object{spec: Object.spec{replicas: object.spec.replicas * 10}}")),
    "labels": on_deployment(apply("Object{metadata: Object.metadata{labels: {'x': 'y', 'case': 'labels'}}}")),
    "sidecar": on_deployment(apply("Object{spec: Object.spec{template: Object.spec.template{spec: Object.spec.template.spec{containers: [Object.spec.template.spec.containers{name: 'side', image: 'side:1'}]}}}}")),
    "env": on_deployment(apply("Object{spec: Object.spec{template: Object.spec.template{spec: Object.spec.template.spec{containers: [Object.spec.template.spec.containers{name: 'web', env: [Object.spec.template.spec.containers.env{name: 'B', value: 'b'}]}]}}}}")),
    "all-containers": on_deployment(apply("Object{spec: Object.spec{template: Object.spec.template{spec: Object.spec.template.spec{containers: object.spec.template.spec.containers.map(c, Object.spec.template.spec.containers{name: c.name, image: 'mirror/' + c.image})}}}}")),
    "init": on_deployment(apply("Object{spec: Object.spec{template: Object.spec.template{spec: Object.spec.template.spec{initContainers: [Object.spec.template.spec.initContainers{name: 'mesh', image: 'mesh:1', args: ['proxy']}]}}}}")),
    "init-plain": on_deployment(apply("Object{spec: Object.spec{template: Object.spec.template{spec: Object.spec.template.spec{initContainers: [Object.spec.template.spec.initContainers{name: 'mesh', image: 'mesh:1', restartPolicy: 'Always'}]}}}}")),
    "atomic-selector": on_deployment(apply("Object{spec: Object.spec{selector: Object.spec.selector{matchLabels: {'a': 'b'}}}}")),
    "atomic-list": on_box(apply("Object{spec: Object.spec{tags: ['a']}}")),
    "unknown-field": on_deployment(apply("Object{spec: Object.spec{nothing: 1}}")),
    "unknown-type-name": on_deployment(apply("Object{spec: Object.wrong{replicas: 1}}")),
    "unknown-nested-type-name": on_deployment(apply("Object{spec: Object.spec{template: Object.spec.x{metadata: Object.spec.template.metadata{}}}}")),
    "wrong-type": on_deployment(apply("Object{spec: Object.spec{replicas: 'three'}}")),
    "wrong-type-list": on_deployment(apply("Object{spec: Object.spec{replicas: [1]}}")),
    "wrong-type-string": on_deployment(apply("Object{spec: Object.spec{template: Object.spec.template{spec: Object.spec.template.spec{hostname: 1}}}}")),
    "no-key": on_deployment(apply("Object{spec: Object.spec{template: Object.spec.template{spec: Object.spec.template.spec{containers: [Object.spec.template.spec.containers{image: 'x'}]}}}}")),
    "map-instead": on_deployment(apply("Object{spec: Object.spec{template: {'metadata': {'labels': {'m': 'n'}}}}}")),
    "null": on_deployment(apply("Object{spec: Object.spec{paused: null}}")),
    "optional-none": on_deployment(apply("Object{spec: Object.spec{?replicas: object.?spec.?none, ?paused: optional.of(true)}}")),
    "double": on_deployment(apply("Object{spec: Object.spec{replicas: 4.0}}")),
    "quantity": on_deployment(apply("Object{spec: Object.spec{template: Object.spec.template{spec: Object.spec.template.spec{containers: [Object.spec.template.spec.containers{name: 'web', resources: Object.spec.template.spec.containers.resources{limits: {'cpu': '500m'}}}]}}}}")),
    "int-or-string": on_deployment(apply("Object{spec: Object.spec{strategy: Object.spec.strategy{rollingUpdate: Object.spec.strategy.rollingUpdate{maxSurge: '10%', maxUnavailable: 2}}}}")),
    "invalid-result": on_deployment(apply("Object{spec: Object.spec{replicas: -1}}")),
    "data": on_config(apply("Object{data: {'b': '2', 'a': '9'}}")),
    "data-wrong": on_config(apply("Object{data: {'b': 2}}")),
    "name": on_config(apply("Object{metadata: Object.metadata{name: 'other'}}")),
    "api-version": on_config(apply("Object{apiVersion: 'v9', kind: 'Other'}")),
    "owner": on_config(apply("Object{metadata: Object.metadata{finalizers: ['a.b/c']}}")),
    "runtime-error": on_config(note("object.data.none")),
    "ignored-error": on_config(note("object.data.none"), note("'yes'"), failurePolicy="Ignore"),
    "error-then-more": on_config(note("object.data.none"), note("object.data.neither")),
    "patch-add": on_config(patch("[JSONPatch{op: 'add', path: '/data/b', value: '2'}]")),
    "patch-replace": on_deployment(patch("[JSONPatch{op: 'test', path: '/spec/replicas', value: 1}, JSONPatch{op: 'replace', path: '/spec/replicas', value: 5}]")),
    "patch-test-fails": on_deployment(patch("[JSONPatch{op: 'test', path: '/spec/replicas', value: 100}, JSONPatch{op: 'replace', path: '/spec/replicas', value: 5}]")),
    "patch-remove": on_config(patch("[JSONPatch{op: 'remove', path: '/data/a'}]")),
    "patch-remove-missing": on_config(patch("[JSONPatch{op: 'remove', path: '/data/z'}]")),
    "patch-copy": on_config(patch("[JSONPatch{op: 'copy', from: '/data/a', path: '/data/z'}]")),
    "patch-move": on_config(patch("[JSONPatch{op: 'move', from: '/data/a', path: '/data/z'}]")),
    "patch-bad-op": on_config(patch("[JSONPatch{op: 'frob', path: '/data/z'}]")),
    "patch-bad-path": on_config(patch("[JSONPatch{op: 'add', path: '/none/z', value: 1}]")),
    "patch-no-value": on_config(patch("[JSONPatch{op: 'add', path: '/data/z'}]")),
    "patch-no-path": on_config(patch("[JSONPatch{op: 'add', value: 1}]")),
    "patch-unknown": on_deployment(patch("[JSONPatch{op: 'add', path: '/spec/nothing', value: 1}]")),
    "patch-wrong-type": on_deployment(patch("[JSONPatch{op: 'add', path: '/spec/replicas', value: 'x'}]")),
    "patch-wrong-type-ignored": on_deployment(patch("[JSONPatch{op: 'add', path: '/spec/replicas', value: 'x'}]"), failurePolicy="Ignore"),
    "patch-object": on_deployment(patch("[JSONPatch{op: 'add', path: '/spec/template/spec/containers/-', value: Object.spec.template.spec.containers{name: 'x', image: 'y', ports: [Object.spec.template.spec.containers.ports{containerPort: 80}]}}]")),
    "patch-object-name": on_deployment(patch("[JSONPatch{op: 'add', path: '/spec/template/spec/containers/-', value: Object.spec.template.spec.containers{name: 'x', image: 'y', ports: [Object.spec.ports{containerPort: 80}]}}]")),
    "patch-map": on_deployment(patch("[JSONPatch{op: 'add', path: '/spec/template/spec/nodeSelector', value: {'a': 'b'}}]")),
    "patch-selector": on_deployment(patch("[JSONPatch{op: 'replace', path: '/spec/selector', value: Object.spec.selector{matchLabels: {'app': 'd'}}}]")),
    "patch-escape": on_config(patch("[JSONPatch{op: 'add', path: '/metadata/annotations', value: {}}, JSONPatch{op: 'add', path: '/metadata/annotations/' + jsonpatch.escapeKey('a.b/c~d'), value: 'e'}]")),
    "patch-root-metadata": on_config(patch("[JSONPatch{op: 'add', path: '/metadata/labels/new', value: 'x'}]")),
    "patch-double": on_deployment(patch("[JSONPatch{op: 'add', path: '/spec/replicas', value: 3.0}]")),
    "patch-fraction": on_deployment(patch("[JSONPatch{op: 'add', path: '/spec/replicas', value: 3.5}]")),
    "patch-null": on_deployment(patch("[JSONPatch{op: 'add', path: '/spec/replicas', value: null}]")),
    "patch-time": on_config(patch("[JSONPatch{op: 'add', path: '/data/t', value: string(timestamp('2020-01-01T00:00:00Z'))}, JSONPatch{op: 'add', path: '/data/b', value: string(b'abc')}]")),
    "patch-bytes": on_config(patch("[JSONPatch{op: 'add', path: '/binaryData', value: {'x': b'abc'}}]")),
    "patch-timestamp": on_config(patch("[JSONPatch{op: 'add', path: '/data/t', value: timestamp('2020-01-01T00:00:00Z')}]")),
    "patch-duration": on_config(patch("[JSONPatch{op: 'add', path: '/data/t', value: duration('90s')}]")),
    "patch-type": on_config(patch("[JSONPatch{op: 'add', path: '/data/t', value: type(1)}]")),
    "patch-conditional": on_config(patch("has(object.data.zzz) ? [JSONPatch{op: 'add', path: '/data/b', value: '2'}] : []")),
    "patch-computed": on_config(patch("object.data.map(k, JSONPatch{op: 'add', path: '/data/' + k + '-copy', value: object.data[k]})")),
    "patch-kind": on_config(patch("[JSONPatch{op: 'replace', path: '/kind', value: 'Secret'}]")),
    "patch-list-oob": on_deployment(patch("[JSONPatch{op: 'replace', path: '/spec/template/spec/containers/7', value: {}}]")),
    "variables": on_deployment(apply("Object{spec: Object.spec{replicas: variables.twice}}"), apply("Object{spec: Object.spec{replicas: variables.twice}}"),
                               variables=[{"name": "n", "expression": "object.spec.replicas"}, {"name": "twice", "expression": "variables.n * 2"}]),
    "variable-fails": on_deployment(apply("Object{spec: Object.spec{replicas: variables.n}}"), variables=[{"name": "n", "expression": "object.spec.nope"}]),
    "condition-false": on_config(note("'x'"), matchConditions=[{"name": "no", "expression": "object.metadata.name == 'zzz'"}]),
    "condition-true": on_config(note("'x'"), matchConditions=[{"name": "yes", "expression": "request.operation == 'CREATE'"}]),
    "condition-fails": on_config(note("'x'"), matchConditions=[{"name": "bad", "expression": "object.nope == 1"}]),
    "condition-fails-ignored": on_config(note("'x'"), failurePolicy="Ignore", matchConditions=[{"name": "bad", "expression": "object.nope == 1"}]),
    "namespace": on_config(note("namespaceObject.metadata.labels['team'] + namespaceObject.metadata.name")),
    "user": on_config(note("request.userInfo.username + request.resource.resource + string(request.dryRun)")),
    "authorizer": on_config(note("string(authorizer.group('').resource('pods').check('get').allowed())")),
    "old": case(note("oldObject == null ? 'new' : oldObject.data.a"), ("POST", C, config("old")), ("PUT", C + "/old", config("old", {"a": "2"})), ("PATCH", C + "/old" + DRY, '{"data":{"a":"3"}}', {"content_type": "application/merge-patch+json"}),
                ("DELETE", C + "/old", None)),
    "param": on_config(note("params.data.name"), paramKind={"apiVersion": "v1", "kind": "ConfigMap"}, bind={"paramRef": {"name": "param", "parameterNotFoundAction": "Deny"}}),
    "param-missing": on_config(note("params.data.name"), paramKind={"apiVersion": "v1", "kind": "ConfigMap"}, bind={"paramRef": {"name": "gone", "parameterNotFoundAction": "Deny"}}),
    "param-missing-allowed": on_config(note("params.data.name"), paramKind={"apiVersion": "v1", "kind": "ConfigMap"}, bind={"paramRef": {"name": "gone", "parameterNotFoundAction": "Allow"}}),
    "param-none": on_config(note("string(params == null)"), paramKind={"apiVersion": "v1", "kind": "ConfigMap"}),
    "param-selected": on_config(note("'x'", "a"), apply("Object{data: {params.metadata.name: params.data.name}}"), paramKind={"apiVersion": "v1", "kind": "ConfigMap"},
                                bind={"paramRef": {"selector": {"matchLabels": {"use": "yes"}}, "parameterNotFoundAction": "Deny"}}),
    "param-unknown-kind": on_config(note("'x'"), paramKind={"apiVersion": "no.such/v1", "kind": "Thing"}, bind={"paramRef": {"name": "x", "parameterNotFoundAction": "Deny"}}),
    "param-unknown-ignored": on_config(note("'x'"), paramKind={"apiVersion": "no.such/v1", "kind": "Thing"}, failurePolicy="Ignore", bind={"paramRef": {"name": "x", "parameterNotFoundAction": "Deny"}}),
    "binding-elsewhere": on_config(note("'x'"), bind={"matchResources": {"namespaceSelector": {"matchLabels": {"team": "red"}}}}),
    "binding-here": on_config(note("'x'"), bind={"matchResources": {"namespaceSelector": {"matchLabels": {"team": "blue"}}, "resourceRules": [RULES]}}),
    "rules-elsewhere": on_config(note("'x'"), rules=dict(RULES, resources=["secrets"])),
    "excluded": on_config(note("'x'"), constraints={"resourceRules": [RULES], "excludeResourceRules": [dict(RULES, resources=["configmaps"])]}),
    "box": on_box(apply("Object{spec: Object.spec{size: 5, items: [Object.spec.items{name: 'b', value: 2}]}}")),
    "box-merge": on_box(apply("Object{spec: Object.spec{items: [Object.spec.items{name: 'a', value: 9}]}}")),
    "box-unknown": on_box(apply("Object{spec: Object.spec{weight: 5}}")),
    "box-kept": on_box(apply("Object{spec: Object.spec{kept: Object.spec.kept{any: 'thing', deep: Object.spec.kept.deep{n: 1}}}}")),
    "box-kept-list": on_box(apply("Object{spec: Object.spec{kept: {'list': [1, 2]}}}")),
    "box-wrong": on_box(apply("Object{spec: Object.spec{size: 'big'}}")),
    "box-patch": on_box(patch("[JSONPatch{op: 'remove', path: '/spec/color'}, JSONPatch{op: 'add', path: '/spec/size', value: object.spec.size + 1}]")),
    "box-patch-unknown": on_box(patch("[JSONPatch{op: 'add', path: '/spec/weight', value: 1}]")),
    "box-patch-wrong": on_box(patch("[JSONPatch{op: 'add', path: '/spec/size', value: 'big'}]")),
    "box-status": case(patch("[JSONPatch{op: 'add', path: '/spec/kept', value: {'a': {'b': [1, 2.5, true, null]}}}]"), ("POST", BOX + DRY, box())),
    "pod": case(apply("Object{spec: Object.spec{tolerations: [Object.spec.tolerations{key: 'x'}]}}"), ("POST", POD + DRY, POD_OBJECT)),
    "pod-patch": case(patch("[JSONPatch{op: 'add', path: '/spec/tolerations/-', value: Object.spec.tolerations{key: 'x', operator: 'Exists'}}, JSONPatch{op: 'add', path: '/spec/containers/0/imagePullPolicy', value: 'Always'}]"), ("POST", POD + DRY, POD_OBJECT)),
    "service": case(apply("Object{spec: Object.spec{ports: [Object.spec.ports{port: 81, name: 'more', protocol: 'TCP'}], sessionAffinity: 'ClientIP'}}"), ("POST", SVC + DRY, SERVICE)),
    "service-no-protocol": case(apply("Object{spec: Object.spec{ports: [Object.spec.ports{port: 80, targetPort: 'x'}]}}"), ("POST", SVC + DRY, SERVICE)),
    "service-selector": case(apply("Object{spec: Object.spec{selector: {'x': 'y'}}}"), ("POST", SVC + DRY, SERVICE)),
    "namespace-object": case(note("string(namespaceObject == null)"), ("POST", "/api/v1/namespaces" + DRY, {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "mutated"}})),
    "again-never": on_config(apply("Object{metadata: Object.metadata{annotations: {'n': string(int(object.metadata.?annotations['n'].orValue('0')) + 1)}}}")),
    "again-if-needed": on_config(apply("Object{metadata: Object.metadata{annotations: {'n': string(int(object.metadata.?annotations['n'].orValue('0')) + 1)}}}"), reinvocation="IfNeeded"),
    "again-not-matched": on_config(apply("Object{metadata: Object.metadata{annotations: {'n': string(int(object.metadata.?annotations['n'].orValue('0')) + 1)}}}"), reinvocation="IfNeeded",
                                   matchConditions=[{"name": "once", "expression": "!has(object.metadata.annotations)"}]),
    "again-patch": on_config(patch("[JSONPatch{op: 'add', path: '/data/a', value: object.data.a + 'x'}]"), reinvocation="IfNeeded"),
    "again-test-fails": on_config(patch("[JSONPatch{op: 'test', path: '/data/a', value: 'no'}]"), note("'x'"), reinvocation="IfNeeded"),
    "generate-name": case(note("string(has(object.metadata.name))"), ("POST", C + DRY, {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"generateName": "g-"}})),
    "nothing-of-status": case(apply("Object{status: Object.status{replicas: 9}}"), ("POST", D + DRY, deployment())),
    "expensive": on_config(note("string([1,2,3,4,5,6,7,8,9,10].map(a, [1,2,3,4,5,6,7,8,9,10].map(b, [1,2,3,4,5,6,7,8,9,10].map(c, [1,2,3,4,5,6,7,8,9,10].map(d, [1,2,3,4,5,6,7,8,9,10].map(e, a*b*c*d*e))))).size())")),
}
