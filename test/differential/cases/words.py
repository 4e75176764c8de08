"""The words that stories are made of: a step is (method, path, body, options)."""
CORE = "/api/v1/namespaces/{ns}/"
MERGE, JSON, STRATEGIC, APPLY = ("application/merge-patch+json", "application/json-patch+json", "application/strategic-merge-patch+json",
                                 "application/apply-patch+yaml")
TABLE = {"Accept": "application/json;as=Table;v=v1;g=meta.k8s.io"}
PARTIAL = {"Accept": "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io"}
PARTIAL_LIST = {"Accept": "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io"}


def api(group_version):
    return "/api/v1/" if group_version == "v1" else "/apis/%s/" % group_version


def local(group_version, resource):
    return api(group_version) + "namespaces/{ns}/" + resource


def cluster(group_version, resource):
    return api(group_version) + resource


def get(path, **more):
    return "GET", path, None, more


def post(path, body, **more):
    return "POST", path, body, more


def put(path, body, **more):
    return "PUT", path, body, more


def delete(path, body=None, **more):
    return "DELETE", path, body, more


def merge(path, body, **more):
    return "PATCH", path, body, dict(more, type=MERGE)


def strategic(path, body, **more):
    return "PATCH", path, body, dict(more, type=STRATEGIC)


def json_patch(path, body, **more):
    return "PATCH", path, body, dict(more, type=JSON)


def apply(path, body, manager="m1", force=False, **more):
    path += ("&" if "?" in path else "?") + "fieldManager=" + manager + ("&force=true" if force else "")
    return "PATCH", path, body, dict(more, type=APPLY)


def quiet(step):
    """a preparation: only its success is compared"""
    return step[:3] + (dict(step[3], quiet=True),)


def thing(group_version, kind, name="a", **fields):
    metadata = dict({"name": name}, **fields.pop("metadata", {}))
    return dict({"apiVersion": group_version, "kind": kind, "metadata": metadata}, **fields)


def container(**fields):
    return dict({"name": "c", "image": "i:1"}, **fields)


def pod(name="a", metadata=None, **spec):
    spec = dict({"schedulerName": "none", "containers": [container()], "automountServiceAccountToken": False}, **spec)
    return thing("v1", "Pod", name, metadata=metadata or {}, spec=spec)


def template(**spec):
    return {"metadata": {"labels": {"app": "a"}}, "spec": dict({"containers": [container()]}, **spec)}


def deployment(name="a", **spec):
    return thing("apps/v1", "Deployment", name, spec=dict({"replicas": 0, "selector": {"matchLabels": {"app": "a"}}, "template": template()}, **spec))
