"""RBAC: what roles and bindings may say, who may write them, what they then allow."""
from words import *

RBAC = "rbac.authorization.k8s.io/v1"
ROLES, BINDINGS = local(RBAC, "roles"), local(RBAC, "rolebindings")
CLUSTER_ROLES, CLUSTER_BINDINGS = cluster(RBAC, "clusterroles"), cluster(RBAC, "clusterrolebindings")
AUTHZ = "authorization.k8s.io/v1"
READ = {"apiGroups": [""], "resources": ["configmaps"], "verbs": ["get", "list"]}


def user(name="{id}", *groups):
    return {"Impersonate-User": name, **({"Impersonate-Group": groups[0]} if groups else {})}


def rule(verbs, resources=("configmaps",), groups=("",), **more):
    return dict({"apiGroups": list(groups), "resources": list(resources), "verbs": list(verbs)}, **more)


def paths(verbs, *urls):
    return {"nonResourceURLs": list(urls), "verbs": list(verbs)}


def role(name="a", *rules, **more):
    return thing(RBAC, "Role", name, rules=list(rules), **more)


def cluster_role(name, *rules, **more):
    return thing(RBAC, "ClusterRole", name, rules=list(rules), **more)


def subject(name="{id}", kind="User", **more):
    return dict({"kind": kind, "name": name}, **({"apiGroup": "rbac.authorization.k8s.io"} if kind != "ServiceAccount" else {"namespace": "{ns}"}), **more)


def ref(name, kind="Role"):
    return {"apiGroup": "rbac.authorization.k8s.io", "kind": kind, "name": name}


def binding(role_ref, *subjects, name="a", kind="RoleBinding", **more):
    return thing(RBAC, kind, name, roleRef=role_ref, subjects=list(subjects or (subject(),)), **more)


def may(review, **attributes):
    return post(cluster(AUTHZ, "subjectaccessreviews"), {"spec": dict({"user": "{id}"}, **review, **({"resourceAttributes": dict({"namespace": "{ns}"}, **attributes)} if attributes else {}))})


def granted(*rules, cluster_wide=False):
    """the user {id} gets these rules"""
    first = rules[0]
    if "nonResourceURLs" in first:
        ask = {"nonResourceAttributes": {"path": first["nonResourceURLs"][0], "verb": first["verbs"][0]}}
    else:
        ask = {"resourceAttributes": {"namespace": "{ns}", "group": first["apiGroups"][0], "verb": first["verbs"][0], "name": first.get("resourceNames", [""])[0], **dict(zip(("resource", "subresource"), first["resources"][0].split("/")))}}
    # kube-apiserver's own view of roles is a little late.
    seen = [quiet(post(cluster(AUTHZ, "subjectaccessreviews"), {"spec": dict({"user": "{id}"}, **ask)}, until=lambda a: a[1]["status"]["allowed"]))]
    if cluster_wide:
        return [quiet(post(CLUSTER_ROLES, cluster_role("{id}", *rules))), quiet(post(CLUSTER_BINDINGS, binding(ref("{id}", "ClusterRole"), name="{id}", kind="ClusterRoleBinding")))] + seen
    return [quiet(post(ROLES, role("given", *rules))), quiet(post(BINDINGS, binding(ref("given"), name="given")))] + seen


def validation():
    odd_rules = [{}, {"verbs": []}, {"verbs": ["get"]}, {"verbs": ["get"], "apiGroups": [""]}, {"verbs": ["get"], "resources": ["pods"]}, {"verbs": ["get"], "apiGroups": [], "resources": []}, paths(["get"], "/x"), {"verbs": ["get"], "nonResourceURLs": []}, dict(READ, nonResourceURLs=["/x"]),
                 dict(READ, verbs=["odd"]), dict(READ, verbs=["*"]), dict(READ, verbs=[""]), dict(READ, verbs=["get", "*"]), dict(READ, resources=["*"]), dict(READ, resources=["*/*"]), dict(READ, resources=["pods/"]), dict(READ, resources=["*/scale"]), dict(READ, apiGroups=["*"]), dict(READ, resourceNames=[""]), dict(READ, resourceNames=["a", "a"]),
                 paths(["get"], "*"), paths(["get"], "/x*"), paths(["get"], "/*/x"), paths(["get"], "x"), paths(["odd"], "/x"), paths([], "/x"), {"nonResourceURLs": ["/x"]}, {"resourceNames": ["a"], "verbs": ["get"]}, "x", None, {"unknown": 1, **READ}]
    for i, one in enumerate(odd_rules):
        yield "rule-%d" % i, [post(ROLES + "?fieldValidation=Strict", role("a", one)), post(CLUSTER_ROLES + "?dryRun=All", cluster_role("{id}", one)), quiet(post(ROLES, role("b", READ))), put(ROLES + "/b", role("b", READ, one)), merge(ROLES + "/b", {"rules": [one]})]
    yield "role-shapes", [post(ROLES, thing(RBAC, "Role", "a")), post(ROLES, thing(RBAC, "Role", "b", rules=None)), post(ROLES, thing(RBAC, "Role", "c", rules={})), post(ROLES, thing(RBAC, "Role", "system:c.D/x")), post(ROLES, thing(RBAC, "Role", "Upper_case:x")), post(ROLES, thing(RBAC, "Role", "..")), post(ROLES, thing(RBAC, "Role", "%")), post(ROLES, thing(RBAC, "Role", "")), post(ROLES, {"metadata": {"generateName": "A_"}}, keep=lambda b: b["metadata"]["generateName"]),
                          post(ROLES, thing(RBAC, "Role", "x" * 254)), get(ROLES + "/Upper_case:x"), delete(ROLES + "/Upper_case:x"), post(ROLES, thing(RBAC, "Role", "d", aggregationRule={"clusterRoleSelectors": []})), post(CLUSTER_ROLES, thing(RBAC, "ClusterRole", "{id}", metadata={"namespace": "{ns}"}))]
    selectors = [[], None, [{}], [{"matchLabels": {"a": "b"}}], [{"matchLabels": {"a": "-"}}], [{"matchExpressions": [{"key": "a", "operator": "Odd"}]}], [{"matchExpressions": [{"key": "a", "operator": "In", "values": []}]}], [{"matchExpressions": [{"key": "a", "operator": "Exists", "values": ["x"]}]}], [{"matchExpressions": [{"operator": "Exists"}]}]]
    yield "aggregation-rules", [post(CLUSTER_ROLES + "?dryRun=All", thing(RBAC, "ClusterRole", "{id}", aggregationRule={"clusterRoleSelectors": s})) for s in selectors] + [post(CLUSTER_ROLES + "?dryRun=All", thing(RBAC, "ClusterRole", "{id}", aggregationRule={})), post(CLUSTER_ROLES, thing(RBAC, "ClusterRole", "{id}", aggregationRule={"clusterRoleSelectors": [{"matchLabels": {"x": "{id}"}}]}, rules=[READ])), merge(CLUSTER_ROLES + "/{id}", {"rules": []}), merge(CLUSTER_ROLES + "/{id}", {"aggregationRule": None}), apply(CLUSTER_ROLES + "/{id}", thing(RBAC, "ClusterRole", "{id}", aggregationRule={"clusterRoleSelectors": [{"matchLabels": {"y": "z"}}]}))]
    subjects = [{}, {"kind": "User"}, {"kind": "User", "name": "x"}, {"kind": "User", "name": "x", "apiGroup": ""}, {"kind": "User", "name": "x", "apiGroup": "x"}, {"kind": "User", "name": "x", "namespace": "y"}, {"kind": "Group", "name": "x"}, {"kind": "Group", "name": "", "apiGroup": "rbac.authorization.k8s.io"}, {"kind": "Group", "name": "x", "apiGroup": "x"}, {"kind": "Group", "name": "x", "namespace": "n"},
                {"kind": "ServiceAccount", "name": "x"}, {"kind": "ServiceAccount", "name": "X_", "namespace": "y"}, {"kind": "ServiceAccount", "name": "x", "namespace": ""}, {"kind": "ServiceAccount", "name": "x", "namespace": "y", "apiGroup": "x"}, {"kind": "Odd", "name": "x"}, {"name": "x"}, {"kind": "ServiceAccount", "name": "x", "namespace": "Y_"}, None, "x"]
    for i, one in enumerate(subjects):
        yield "subject-%d" % i, [post(BINDINGS, thing(RBAC, "RoleBinding", roleRef=ref("r"), subjects=[one])), post(CLUSTER_BINDINGS + "?dryRun=All", thing(RBAC, "ClusterRoleBinding", "{id}", roleRef=ref("r", "ClusterRole"), subjects=[one, one]))]
    refs = [{}, None, {"kind": "Role"}, {"kind": "Role", "name": "x"}, {"kind": "Role", "name": "x", "apiGroup": ""}, {"kind": "Role", "name": "x", "apiGroup": "x"}, {"kind": "Odd", "name": "x", "apiGroup": "rbac.authorization.k8s.io"}, {"kind": "Role", "name": "", "apiGroup": "rbac.authorization.k8s.io"}, {"kind": "ClusterRole", "name": "a/b", "apiGroup": "rbac.authorization.k8s.io"}, ref("x"), ref("x", "ClusterRole"), "x"]
    for i, one in enumerate(refs):
        yield "reference-%d" % i, [post(BINDINGS, thing(RBAC, "RoleBinding", roleRef=one)), post(CLUSTER_BINDINGS + "?dryRun=All", thing(RBAC, "ClusterRoleBinding", "{id}", roleRef=one))]
    yield "reference-kept", [quiet(post(BINDINGS, binding(ref("x")))), put(BINDINGS + "/a", binding(ref("y"))), put(BINDINGS + "/a", binding(ref("x", "ClusterRole"))), merge(BINDINGS + "/a", {"roleRef": {"name": "z"}}), merge(BINDINGS + "/a", {"roleRef": None}), merge(BINDINGS + "/a", {"subjects": None}), put(BINDINGS + "/a", thing(RBAC, "RoleBinding", roleRef=ref("x"))), strategic(BINDINGS + "/a", {"subjects": [subject("q")]}), json_patch(BINDINGS + "/a", [{"op": "add", "path": "/subjects/-", "value": {"kind": "Odd"}}]),
                             quiet(post(CLUSTER_BINDINGS, binding(ref("{id}", "ClusterRole"), name="{id}", kind="ClusterRoleBinding"))), merge(CLUSTER_BINDINGS + "/{id}", {"roleRef": {"name": "z"}}), apply(CLUSTER_BINDINGS + "/{id}", binding(ref("z", "ClusterRole"), name="{id}", kind="ClusterRoleBinding"), force=True), apply(BINDINGS + "/new", thing(RBAC, "RoleBinding", "new", subjects=[])), apply(BINDINGS + "/new", binding(ref("x"), name="new"))]


def escalation():
    me = user()
    base = granted(rule(["*"], ["roles", "rolebindings"], [RBAC[:-3]]), rule(["get"], ["pods"]), rule(["get", "update"], ["deployments/scale"], ["apps"]), rule(["get"], ["secrets"], resourceNames=["s1", "s2"]))
    lots = [[READ], [rule(["get"], ["pods"])], [rule(["get", "list"], ["pods"])], [rule(["*"], ["pods"])], [rule(["get"], ["*"])], [rule(["get"], ["pods"], ["", "apps"])], [rule(["get"], ["deployments/scale"], ["apps"])], [rule(["get"], ["*/scale"], ["apps"])], [rule(["get"], ["secrets"], resourceNames=["s1"])], [rule(["get"], ["secrets"], resourceNames=["s1", "s3"])], [rule(["get"], ["secrets"])], [rule(["get"], ["pods"], resourceNames=["p"])],
            [READ, rule(["create"], ["pods", "services"])], [rule(["*"], ["*"], ["*"])], [rule(["b", "a"], ["z", "y"], ["g2", "g1"], resourceNames=["n2", "n1"])], [rule(["get"], ["pods", "pods/log"])], [paths(["get"], "/x")], [rule(["get"], ["pods"]), rule(["get"], ["pods"]), READ]]
    for i, rules in enumerate(lots):
        yield "refused-%d" % i, base + [post(ROLES, role("a", *rules), headers=me), quiet(post(ROLES, role("b", rule(["get"], ["pods"])))), put(ROLES + "/b", role("b", *rules), headers=me), merge(ROLES + "/b", {"rules": rules}, headers=me), apply(ROLES + "/b", role("b", *rules), headers=me, force=True), apply(ROLES + "/c", role("c", *rules), headers=me), post(BINDINGS, binding(ref("c"), name="to-c"), headers=me)]
    yield "same-rules", base + [quiet(post(ROLES, role("a", READ))), merge(ROLES + "/a", {"metadata": {"labels": {"a": "b"}}}, headers=me), put(ROLES + "/a", role("a", READ, rule(["get"], ["pods"])), headers=me), put(ROLES + "/a", role("a", READ, READ), headers=me), put(ROLES + "/a", role("a"), headers=me), put(ROLES + "/a", role("a", READ), headers=me), delete(ROLES + "/a", headers=me)]
    yield "cluster-roles", granted(rule(["*"], ["clusterroles", "clusterrolebindings"], [RBAC[:-3]]), paths(["get"], "/healthz", "/logs/*"), cluster_wide=True) + [post(CLUSTER_ROLES, cluster_role("{id}1", paths(["get"], "/healthz")), headers=me), post(CLUSTER_ROLES, cluster_role("{id}2", paths(["get", "post"], "/healthz", "/logs/a", "/logs/*", "/odd")), headers=me), post(CLUSTER_ROLES, cluster_role("{id}3", READ, paths(["*"], "*")), headers=me),
                      post(CLUSTER_ROLES, thing(RBAC, "ClusterRole", "{id}4", aggregationRule={"clusterRoleSelectors": [{"matchLabels": {"a": "b"}}]}), headers=me), quiet(post(CLUSTER_ROLES, cluster_role("{id}5"))), merge(CLUSTER_ROLES + "/{id}5", {"aggregationRule": {"clusterRoleSelectors": [{"matchLabels": {"a": "b"}}]}}, headers=me), merge(CLUSTER_ROLES + "/{id}5", {"metadata": {"labels": {"a": "b"}}}, headers=me),
                      post(CLUSTER_BINDINGS, binding(ref("system:discovery", "ClusterRole"), name="{id}7", kind="ClusterRoleBinding"), headers=me), post(CLUSTER_BINDINGS, binding(ref("{id}none", "ClusterRole"), name="{id}8", kind="ClusterRoleBinding"), headers=me), post(CLUSTER_BINDINGS, binding(ref("system:basic-user", "ClusterRole"), name="{id}9", kind="ClusterRoleBinding"), headers=user("{id}", "system:authenticated"))]
    yield "bindings", base + [quiet(post(ROLES, role("more", READ))), quiet(post(ROLES, role("less", rule(["get"], ["pods"])))), post(BINDINGS, binding(ref("more"), name="b1"), headers=me), post(BINDINGS, binding(ref("less"), name="b2"), headers=me), post(BINDINGS, binding(ref("none"), name="b3"), headers=me), post(BINDINGS, binding(ref("system:discovery", "ClusterRole"), name="b4"), headers=me), 
                      quiet(post(BINDINGS, binding(ref("more"), name="b6"))), merge(BINDINGS + "/b6", {"metadata": {"labels": {"a": "b"}}}, headers=me), merge(BINDINGS + "/b6", {"subjects": [subject("other")]}, headers=me), put(BINDINGS + "/b6", binding(ref("more"), name="b6"), headers=me), delete(BINDINGS + "/b6", headers=me), apply(BINDINGS + "/b7", binding(ref("more"), name="b7"), headers=me)]
    yield "escalate", granted(rule(["create", "update", "patch"], ["roles", "rolebindings"], [RBAC[:-3]]), rule(["escalate"], ["roles"], [RBAC[:-3]], resourceNames=["a"]), rule(["bind"], ["roles", "clusterroles"], [RBAC[:-3]], resourceNames=["a", "view"])) + [post(ROLES, role("a", READ), headers=me), post(ROLES, role("b", READ), headers=me), merge(ROLES + "/a", {"rules": [READ, rule(["*"], ["*"])]}, headers=me), post(BINDINGS, binding(ref("a"), name="b1"), headers=me), post(BINDINGS, binding(ref("b"), name="b2"), headers=me), post(BINDINGS, binding(ref("view", "ClusterRole"), name="b3"), headers=me)]
    yield "masters", [post(ROLES, role("a", READ), headers=user("{id}", "system:masters")), post(ROLES, role("a", READ), headers=user("{id}", "system:authenticated")), get(ROLES, headers=user("{id}", "{id}g"))]


def allowed():
    shapes = {"names": [rule(["get", "delete", "create", "list", "watch", "deletecollection"], resourceNames=["a"])], "subresources": [rule(["get"], ["pods/log", "*/scale"], ["", "apps"])], "any": [rule(["get"], ["*"], ["apps"])], "all": [rule(["*"], ["*"], ["*"])], "groups": [rule(["get"], ["deployments"], ["apps", "extensions"])], "case": [rule(["GET"], ["ConfigMaps"])]}
    asked = [dict(verb="get", resource="configmaps", name="a"), dict(verb="get", resource="configmaps"), dict(verb="list", resource="configmaps"), dict(verb="create", resource="configmaps"), dict(verb="create", resource="configmaps", name="a"), dict(verb="deletecollection", resource="configmaps"), dict(verb="get", resource="configmaps", name="b"), dict(verb="get", resource="pods", subresource="log"), dict(verb="get", resource="pods"), dict(verb="get", group="apps", resource="deployments", subresource="scale"), dict(verb="get", group="apps", resource="deployments"),
             dict(verb="*", resource="*", group="*"), dict(verb="get", resource="*", group="apps"), dict(verb="get", resource="configmaps", namespace=""), dict(verb="get", resource="configmaps", version="v9"), dict(verb="get", resource="ConfigMaps"), dict(verb="", resource=""), dict(verb="GET", resource="ConfigMaps"), dict(verb="odd", resource="none", group="none.io")]
    for name, rules in shapes.items():
        yield "role-" + name, granted(*rules) + [may({}, **a) for a in asked]
        yield "cluster-role-" + name, granted(*rules, cluster_wide=True) + [may({}, **a) for a in asked]
    yield "paths", granted(paths(["get"], "/a", "/b/*", "/c*"), paths(["*"], "/d"), paths(["post"], "*"), cluster_wide=True) + [may({"nonResourceAttributes": {"path": p, "verb": v}}) for v in ("get", "post", "GET", "") for p in ("/a", "/a/", "/a/x", "/b", "/b/", "/b/x/y", "/c", "/cx", "/c/x", "/d", "/e", "", "a", "*")]
    yield "service-accounts", [quiet(post(ROLES, role("r", READ))), quiet(post(BINDINGS, binding(ref("r"), subject("sa", "ServiceAccount"), subject("system:serviceaccounts:{ns}", "Group"), name="b"))), may({"user": "system:serviceaccount:{ns}:sa"}, verb="get", resource="configmaps"), may({"user": "system:serviceaccount:{ns}:other"}, verb="get", resource="configmaps"), may({"user": "system:serviceaccount:{ns}:other", "groups": ["system:serviceaccounts:{ns}"]}, verb="get", resource="configmaps"), may({"user": "x", "groups": ["system:masters"]}, verb="odd", resource="x"), may({"user": "", "groups": ["system:masters"]}, verb="odd", resource="x"),
                               get(CONFIGS, headers={"Impersonate-User": "system:serviceaccount:{ns}:sa"}, keep=lambda b: b.get("kind")), get(CORE + "secrets", headers={"Impersonate-User": "system:serviceaccount:{ns}:sa"})]
    yield "used", granted(rule(["get", "delete"], resourceNames=["a"]), rule(["create"], ["configmaps", "pods/eviction"])) + [post(CONFIGS, thing("v1", "ConfigMap"), headers=user()), get(CONFIGS + "/a", headers=user()), get(CONFIGS + "/b", headers=user()), get(CONFIGS, headers=user()), get(CONFIGS + "?fieldSelector=metadata.name%3Da", headers=user()), get(CONFIGS + "?watch=1&fieldSelector=metadata.name%3Da", headers=user()), put(CONFIGS + "/a", thing("v1", "ConfigMap"), headers=user()), merge(CONFIGS + "/a", {}, headers=user()), merge(CONFIGS + "/b", {}, headers=user()), apply(CONFIGS + "/z", thing("v1", "ConfigMap", "z"), headers=user()), delete(CONFIGS, headers=user()), post(CORE + "pods/x/eviction", thing("policy/v1", "Eviction", "x"), headers=user()), delete(CONFIGS + "/a", headers=user()), put(CONFIGS + "/a", thing("v1", "ConfigMap"), headers=user())]
    yield "names-and-lists", granted(rule(["list", "watch", "deletecollection"], resourceNames=["a"])) + [get(CONFIGS + q, headers=user(), keep=lambda b: b.get("kind") if isinstance(b, dict) else len(b)) for q in ("", "?fieldSelector=metadata.name%3Da", "?fieldSelector=metadata.name%3Db", "?fieldSelector=metadata.name!%3Da", "?watch=1&timeoutSeconds=1&fieldSelector=metadata.name%3Da", "?fieldSelector=metadata.name%3Da%2Cmetadata.namespace%3D{ns}", "?fieldSelector=metadata.name%3D%3Da")] + [delete(CONFIGS + "?fieldSelector=metadata.name%3Da", headers=user(), keep=lambda b: b.get("kind")), delete(CONFIGS, headers=user())]
    yield "no-update-through-apply", granted(rule(["patch"])) + [apply(CONFIGS + "/x", thing("v1", "ConfigMap", "x"), headers=user()), quiet(post(CONFIGS, thing("v1", "ConfigMap", "x"))), apply(CONFIGS + "/x", thing("v1", "ConfigMap", "x"), headers=user()), merge(CONFIGS + "/y", {}, headers=user())]
    yield "update-that-creates", granted(rule(["update"], ["leases"], ["coordination.k8s.io"])) + [put(local("coordination.k8s.io/v1", "leases") + "/x", thing("coordination.k8s.io/v1", "Lease", "x"), headers=user()), quiet(post(local("coordination.k8s.io/v1", "leases"), thing("coordination.k8s.io/v1", "Lease", "y"))), put(local("coordination.k8s.io/v1", "leases") + "/y", thing("coordination.k8s.io/v1", "Lease", "y"), headers=user())]


CONFIGS = CORE + "configmaps"


def stories():
    for part in (validation, escalation, allowed):
        yield from part()
