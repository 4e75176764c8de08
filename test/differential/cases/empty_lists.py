"""[] of lists that are written as null when there are none: who owns them, and what every door makes of them."""
from words import *

RBAC, STORAGE, DISCOVERY = "rbac.authorization.k8s.io/v1", "storage.k8s.io/v1", "discovery.k8s.io/v1"
RULE = {"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]}


def claim_template(**devices):
    return {"spec": {"devices": devices}}


# collection, object with the list empty, path of the list, the list with something in it
LISTS = {
    "role": (local(RBAC, "roles"), thing(RBAC, "Role", rules=[]), ("rules",), [RULE]),
    "cluster-role": (cluster(RBAC, "clusterroles"), thing(RBAC, "ClusterRole", "{ns}", rules=[]), ("rules",), [RULE]),
    "limits": (CORE + "limitranges", thing("v1", "LimitRange", spec={"limits": []}), ("spec", "limits"), [{"type": "Pod", "max": {"cpu": "1"}}]),
    "endpoints": (local(DISCOVERY, "endpointslices"), thing(DISCOVERY, "EndpointSlice", addressType="IPv4", endpoints=[], ports=[{"port": 1}]), ("endpoints",), [{"addresses": ["192.0.2.7"]}]),
    "ports": (local(DISCOVERY, "endpointslices"), thing(DISCOVERY, "EndpointSlice", addressType="IPv4", endpoints=[], ports=[]), ("ports",), [{"port": 1}]),
    "drivers": (cluster(STORAGE, "csinodes"), thing(STORAGE, "CSINode", "{ns}", spec={"drivers": []}), ("spec", "drivers"), [{"name": "d.x", "nodeID": "n", "topologyKeys": []}]),
    "topology-keys": (cluster(STORAGE, "csinodes"), thing(STORAGE, "CSINode", "{ns}", spec={"drivers": [{"name": "d.x", "nodeID": "n", "topologyKeys": []}]}), ("spec", "drivers", 0, "topologyKeys"), ["a.b/c"]),
    "sources": (CORE + "pods", pod(volumes=[{"name": "v", "projected": {"sources": []}}]), ("spec", "volumes", 0, "projected", "sources"), [{"configMap": {"name": "m"}}]),
    "template-sources": (CORE + "podtemplates", thing("v1", "PodTemplate", template=template(volumes=[{"name": "v", "projected": {"sources": []}}])),
                         ("template", "spec", "volumes", 0, "projected", "sources"), [{"configMap": {"name": "m"}}]),
    "deployment-sources": (local("apps/v1", "deployments"), deployment(template=template(volumes=[{"name": "v", "projected": {"sources": []}}])),
                           ("spec", "template", "spec", "volumes", 0, "projected", "sources"), [{"configMap": {"name": "m"}}]),
    "verbs": (cluster(RBAC, "clusterroles"), thing(RBAC, "ClusterRole", "{ns}", rules=[dict(RULE, verbs=[])]), ("rules", 0, "verbs"), ["get"]),
    "paths": (local("networking.k8s.io/v1", "ingresses"), thing("networking.k8s.io/v1", "Ingress", spec={"rules": [{"host": "h.x", "http": {"paths": []}}]}), ("spec", "rules", 0, "http", "paths"),
              [{"path": "/", "pathType": "Prefix", "backend": {"service": {"name": "s", "port": {"number": 1}}}}]),
    "containers": (CORE + "podtemplates", thing("v1", "PodTemplate", template=template(containers=[])), ("template", "spec", "containers"), [container()]),
    "terms": (CORE + "pods", pod(affinity={"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": []}}}),
              ("spec", "affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution", "nodeSelectorTerms"), [{"matchExpressions": [{"key": "a", "operator": "Exists"}]}]),
    "failure-rules": (local("batch/v1", "jobs"), thing("batch/v1", "Job", spec={"suspend": True, "podFailurePolicy": {"rules": []}, "template": template(restartPolicy="Never")}),
                      ("spec", "podFailurePolicy", "rules"), [{"action": "Ignore", "onPodConditions": [{"type": "X", "status": "True"}]}]),
    "claim-requests": (local("resource.k8s.io/v1", "resourceclaims"), thing("resource.k8s.io/v1", "ResourceClaim", **claim_template(requests=[])), ("spec", "devices", "requests"),
                       [{"name": "r", "exactly": {"deviceClassName": "c.x"}}]),
    # These are left out when there are none: an empty one is no field.
    "left-out": (CORE + "serviceaccounts", thing("v1", "ServiceAccount", secrets=[], imagePullSecrets=[]), ("secrets",), [{"name": "s"}]),
    "subjects": (local(RBAC, "rolebindings"), thing(RBAC, "RoleBinding", roleRef={"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "r"}, subjects=[]), ("subjects",),
                 [{"kind": "User", "apiGroup": "rbac.authorization.k8s.io", "name": "u"}]),
    "args": (CORE + "pods", pod(containers=[container(args=[], command=[], env=[], ports=[], volumeMounts=[])]), ("spec", "containers", 0, "args"), ["x"]),
}


def put_in(body, path, value):
    """a copy with another value at the path"""
    if not path:
        return value
    if isinstance(body, list):
        return [put_in(one, path[1:], value) if i == path[0] else one for i, one in enumerate(body)]
    return dict(body, **{path[0]: put_in(body.get(path[0]), path[1:], value)})


def leave_out(body, path):
    if isinstance(body, list):
        return [leave_out(one, path[1:]) if i == path[0] else one for i, one in enumerate(body)]
    if len(path) == 1:
        return {k: v for k, v in body.items() if k != path[0]}
    return dict(body, **{path[0]: leave_out(body[path[0]], path[1:])})


def merging(path, value):
    """as a merge patch; none for lists"""
    return value if not path else {path[0]: merging(path[1:], value)}


def stories():
    for name, (url, empty, path, some) in LISTS.items():
        one = url + "/" + empty["metadata"]["name"]
        full, none, null = put_in(empty, path, some), leave_out(empty, path), put_in(empty, path, None)
        pointer = "/" + "/".join(map(str, path))
        yield name + "-new", [post(url, empty), get(one)]
        yield name + "-dry", [post(url + "?dryRun=All", empty), post(url + "?dryRun=All", none), post(url + "?dryRun=All", null)]
        yield name + "-none-then-empty", [post(url + "?fieldManager=a", none), put(one + "?fieldManager=b", empty), put(one + "?fieldManager=c", empty), put(one + "?fieldManager=d", none), get(one)]
        yield name + "-empty-then-some", [post(url + "?fieldManager=a", empty), put(one + "?fieldManager=b", full), put(one + "?fieldManager=c", empty), put(one + "?fieldManager=d", null), get(one)]
        yield name + "-json-patch", [post(url + "?fieldManager=a", none), json_patch(one + "?fieldManager=b", [{"op": "add", "path": pointer, "value": []}]),
                                     json_patch(one + "?fieldManager=c", [{"op": "add", "path": pointer + "/-", "value": some[0]}]), get(one)]
        if not any(isinstance(step, int) for step in path):
            yield name + "-merge", [post(url + "?fieldManager=a", none), merge(one + "?fieldManager=b", merging(path, [])), merge(one + "?fieldManager=c", merging(path, some)), merge(one + "?fieldManager=d", merging(path, [])), get(one)]
            yield name + "-strategic", [post(url + "?fieldManager=a", none), strategic(one + "?fieldManager=b", merging(path, [])), strategic(one + "?fieldManager=c", merging(path, some)), get(one)]
        yield name + "-apply", [apply(one, empty), apply(one, empty, "m2"), apply(one, full, "m2"), apply(one, none), get(one)]
        yield name + "-apply-over", [post(url + "?fieldManager=a", none), apply(one, empty), apply(one, none), post(url + "?fieldManager=a", none), get(one)]
