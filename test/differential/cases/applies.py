"""Applies as people write them wrong, in the order in which a server looks at them: type, fields, names, conflicts."""
from words import *

MAPS = CORE + "configmaps"


def config(name="a", **fields):
    return thing("v1", "ConfigMap", name, **fields)


# What an apply says and where it goes: each is sent for a new object and for one that another manager has made.
BODIES = {
    "type-and-name": config("b", data={"a": 1}), "type-without-name": {"apiVersion": "v1", "kind": "ConfigMap", "data": {"a": [1, "x"]}},
    "map-for-text": config(data={"a": {"b": 1, "a": [None, True, 1.5, "x"]}}), "list-for-map": config(data=["x"]), "text-for-map": config(data="x"),
    "unknown-and-name": config("b", odd=1), "unknown-and-uid": config(metadata={"name": "a", "uid": "00000000-0000-0000-0000-000000000000"}, odd=1),
    "uid": config(metadata={"name": "a", "uid": "00000000-0000-0000-0000-000000000000"}),
    "uid-and-name": config(metadata={"name": "b", "uid": "00000000-0000-0000-0000-000000000000"}),
    "namespace": config(metadata={"name": "a", "namespace": "other"}), "namespace-and-type": config(metadata={"name": "a", "namespace": "other"}, data={"a": 1}),
    "namespace-and-name": config(metadata={"name": "b", "namespace": "other"}), "name-number": config(metadata={"name": 1}), "name-map": config(metadata={"name": {}}),
    "name-upper": config("A"), "metadata-list": {"apiVersion": "v1", "kind": "ConfigMap", "metadata": ["a"]}, "metadata-null": {"apiVersion": "v1", "kind": "ConfigMap", "metadata": None},
    "no-type": {"metadata": {"name": "b"}}, "other-kind": thing("v1", "Secret", "b"), "other-version": thing("v2", "ConfigMap", "b"), "kind-number": {"apiVersion": "v1", "kind": 1},
    "managers-map": config(metadata={"name": "a", "managedFields": {"a": "b"}}), "managers-empty": config(metadata={"name": "a", "managedFields": []}),
    "managers-lists": config(metadata={"name": "a", "managedFields": [[]]}), "managers-null": config(metadata={"name": "a", "managedFields": None}),
    "revision-text": config(metadata={"name": "a", "resourceVersion": "x"}, data={"a": "2"}), "revision-negative": config(metadata={"name": "a", "resourceVersion": "-1"}, data={"a": "2"}),
    "revision-and-name": config(metadata={"name": "b", "resourceVersion": "x"}), "labels-list": config(metadata={"name": "a", "labels": ["x"]}),
    "owners-twice": config(metadata={"name": "a", "ownerReferences": [{"apiVersion": "v1", "kind": "Pod", "name": "p", "uid": "u"}] * 2}),
    "finalizers-twice": config(metadata={"name": "a", "finalizers": ["x.y/z", "x.y/z"]}), "finalizers-map": config(metadata={"name": "a", "finalizers": [{"x": 1}]}),
}

PODS = {
    "port-without-number": {"containers": [{"name": "c", "image": "i", "ports": [{"name": "p"}]}]}, "two-names": {"containers": [container(), container()]},
    "name-list": {"containers": [{"name": [None], "image": "i"}]}, "env-number": {"containers": [container(env=[{"name": "A", "value": 1}])]},
    "element-text": {"containers": ["x"]}, "element-null": {"containers": [None]}, "volumes-map": {"containers": [container()], "volumes": {"a": "b"}},
    "grace-text": {"containers": [container()], "terminationGracePeriodSeconds": "x"}, "network-text": {"containers": [container()], "hostNetwork": "yes"},
    "tolerations": {"containers": [container()], "tolerations": [{"key": "a", "operator": "Odd"}]}, "image-empty": {"containers": [{"name": "c", "image": ""}]},
}

DOCUMENTS = {
    "two": "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n---\nkind: Odd\n", "begun": "---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n---\n",
    "ended": "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n...\n", "second-broken": "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n---\n{\n",
    "twice": "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndata:\n  k: x\n  k: y\n", "anchor": "apiVersion: v1\nkind: ConfigMap\nmetadata: &m\n  name: a\ndata:\n  <<: *m\n",
    "quoted": "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndata:\n  a: 'yes'\n  b: \"1\"\n  c: |\n    x\n    y\n", "plain-yes": "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndata:\n  a: yes\n",
    "null": "null\n", "text": "x\n", "list": "- a\n", "empty": "\n",
}


def stories():
    for name, body in BODIES.items():
        yield "new-" + name, [apply(MAPS + "/a", body), get(MAPS + "/a")]
        yield "over-" + name, [quiet(post(MAPS + "?fieldManager=other", config(data={"a": "1"}))), apply(MAPS + "/a", body), apply(MAPS + "/a", body, force=True), get(MAPS + "/a")]
    for name, spec in PODS.items():
        body = thing("v1", "PodTemplate", template={"metadata": {"labels": {"app": "a"}}, "spec": spec})
        yield "template-" + name, [apply(CORE + "podtemplates/a", body), get(CORE + "podtemplates/a")]
    for name, text in DOCUMENTS.items():
        more = {"type": "application/yaml"}
        yield "document-" + name, [apply(MAPS + "/a", text), apply(MAPS + "/b?fieldValidation=Strict", text), post(MAPS + "?dryRun=All", text, **more),
                                   post(MAPS + "?dryRun=All&fieldValidation=Strict", text, **more), put(MAPS + "/a", text, **more)]
    scale = local("apps/v1", "deployments/a/scale")
    for name, body in {"name": {"metadata": {"name": "b"}, "spec": {"replicas": 2}}, "text": {"metadata": {"name": "a"}, "spec": {"replicas": "2"}}, "none": {"metadata": {"name": "a"}}, "negative": {"spec": {"replicas": -1}},
                       "odd": {"metadata": {"name": "a"}, "spec": {"replicas": 2, "odd": 1}}, "namespace": {"metadata": {"name": "a", "namespace": "other"}, "spec": {"replicas": 2}}}.items():
        yield "scale-" + name, [quiet(post(local("apps/v1", "deployments"), deployment())), apply(scale, dict({"apiVersion": "autoscaling/v1", "kind": "Scale"}, **body)),
                                merge(scale, body), put(scale, dict({"apiVersion": "autoscaling/v1", "kind": "Scale"}, **body)), get(scale)]
