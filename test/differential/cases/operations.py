"""Patches that are no patches: operations of JSON patches with other members, strict readings, directives of other types."""
from words import *

MAPS = CORE + "configmaps"
BEGIN = quiet(post(MAPS, thing("v1", "ConfigMap", data={"a": "1"}, metadata={"finalizers": ["x.y/a"], "labels": {"l": "1"}})))
TEMPLATE = quiet(post(CORE + "podtemplates", thing("v1", "PodTemplate", template=template(containers=[container(args=["x"], env=[{"name": "A", "value": "1"}], ports=[{"containerPort": 80}])],
                                                                                        nodeSelector={"a": "b"}, tolerations=[{"operator": "Exists"}]))))

OPERATIONS = {
    "element-text": ["x"], "element-number": [1], "element-null": [None], "element-list": [[]], "op-map": [{"op": {}, "path": "/data/a"}], "op-null": [{"op": None, "path": "/data/a"}],
    "op-missing": [{"path": "/data/a"}], "op-odd": [{"op": "merge", "path": "/data/a"}], "op-upper": [{"op": "ADD", "path": "/data/a", "value": "2"}],
    "path-list": [{"op": "add", "path": ["a"], "value": "2"}], "path-null": [{"op": "add", "path": None, "value": "2"}], "path-bare": [{"op": "add", "path": "data/a", "value": "2"}],
    "path-empty": [{"op": "replace", "path": "", "value": {"data": {"a": "2"}}}], "path-slash": [{"op": "add", "path": "/", "value": "2"}], "from-number": [{"op": "copy", "from": 1, "path": "/data/b"}],
    "from-missing": [{"op": "move", "path": "/data/b"}], "unknown-member": [{"op": "add", "path": "/data/b", "value": "2", "odd": 1}],
    "unknown-members": [{"op": "add", "path": "/data/b", "value": "2", "b": 1, "a": 1}, {"op": "add", "path": "/data/c", "value": "2", "odd": 1}],
    "unknown-both": [{"op": "add", "path": "/odd", "value": 1, "odd": 1}], "value-missing": [{"op": "add", "path": "/data/b"}], "value-null": [{"op": "add", "path": "/data/b", "value": None}],
    "value-number": [{"op": "add", "path": "/data/b", "value": 1}], "list-end": [{"op": "add", "path": "/metadata/finalizers/-", "value": "x.y/b"}],
    "list-front": [{"op": "add", "path": "/metadata/finalizers/0", "value": "x.y/b"}], "list-beyond": [{"op": "add", "path": "/metadata/finalizers/5", "value": "x.y/b"}],
    "list-negative": [{"op": "remove", "path": "/metadata/finalizers/-1"}], "list-word": [{"op": "remove", "path": "/metadata/finalizers/x"}], "test-type": [{"op": "test", "path": "/data/a", "value": 1}],
    "test-map": [{"op": "test", "path": "/data", "value": {"a": "1"}}], "test-null": [{"op": "test", "path": "/data/z", "value": None}], "remove-metadata": [{"op": "remove", "path": "/metadata"}],
    "remove-kind": [{"op": "remove", "path": "/kind"}], "replace-kind": [{"op": "replace", "path": "/kind", "value": "Secret"}], "replace-odd-kind": [{"op": "replace", "path": "/kind", "value": "Odd"}],
    "duplicate": '[{"op": "add", "op": "remove", "path": "/data/a", "value": "2"}]', "map": {"op": "add"}, "text": '"x"', "broken": "[{", "trailing": '[] x', "empty": "",
}

MERGES = {
    "unknown-order": {"metadata": {"lables": {"x": "y"}}, "foo": 1, "bar": {"a": 1}}, "unknown-deep": {"metadata": {"zz": 1, "aa": 1}, "data": {"b": "2"}, "binary": {}},
    "null-name": {"metadata": {"name": None}}, "null-kind": {"kind": None}, "null-labels": {"metadata": {"labels": None}}, "number-value": {"data": {"a": 1}}, "list-data": {"data": ["x"]},
    "text-metadata": {"metadata": "x"}, "revision-zero": {"metadata": {"resourceVersion": "0"}, "data": {"b": "1"}}, "revision-text": {"metadata": {"resourceVersion": "x"}},
    "namespace": {"metadata": {"namespace": "other"}}, "generate": {"metadata": {"generateName": "x-"}}, "list": [], "text": '"x"', "null": "null", "number": "1", "duplicate": '{"data": {"a": "1", "a": "2"}}',
    "upper": {"Data": {"b": "1"}}, "immutable-text": {"immutable": "yes"}, "stringdata": {"stringData": {"a": "b"}},
}

DIRECTIVES = {
    "patch-null": {"template": {"spec": {"nodeSelector": {"$patch": None, "c": "d"}}}}, "patch-number": {"template": {"spec": {"nodeSelector": {"$patch": 1.5}}}},
    "patch-true": {"template": {"spec": {"containers": [{"name": "c", "$patch": True}]}}}, "patch-odd": {"template": {"spec": {"containers": [{"name": "c", "$patch": "odd"}]}}},
    "mixed": {"template": {"spec": {"containers": ["x", {"name": "c"}]}}}, "text": {"template": {"spec": {"containers": ["x"]}}}, "port-number": {"template": {"spec": {"containers": [{"name": "c", "ports": [80]}]}}},
    "env-text": {"template": {"spec": {"containers": [{"name": "c", "env": [{"name": "A", "value": "2"}, "x"]}]}}}, "args-numbers": {"template": {"spec": {"containers": [{"name": "c", "args": [1]}]}}},
    "key-missing": {"template": {"spec": {"containers": [{"image": "j"}]}}}, "order": {"template": {"spec": {"$setElementOrder/containers": [{"name": "d"}, {"name": "c"}], "containers": [{"name": "d", "image": "j"}]}}},
    "order-wrong": {"template": {"spec": {"$setElementOrder/containers": [{"name": "c"}], "containers": [{"name": "d", "image": "j"}]}}},
    "retain-keys": {"template": {"spec": {"volumes": [{"name": "v", "emptyDir": {}, "$retainKeys": ["name"]}]}}}, "retain-text": {"template": {"spec": {"volumes": [{"name": "v", "$retainKeys": "name"}]}}},
    "unknown": {"template": {"spec": {"odd": 1, "containers": [{"name": "c", "odd": 1}]}, "odd": 1}, "odd": 1}, "labels-null": {"template": {"metadata": {"labels": None}}},
    "finalizers-number": {"metadata": {"finalizers": ["x.y/b", 1]}}, "finalizers-delete": {"metadata": {"$deleteFromPrimitiveList/finalizers": ["x.y/a"]}},
}


def stories():
    for name, body in OPERATIONS.items():
        yield "json-" + name, [BEGIN] + [json_patch(MAPS + "/a" + more, body) for more in ("?dryRun=All&fieldValidation=Ignore", "?dryRun=All&fieldValidation=Strict", "")] + [get(MAPS + "/a")]
    for name, body in MERGES.items():
        yield "merge-" + name, [BEGIN] + [merge(MAPS + "/a" + more, body) for more in ("?dryRun=All&fieldValidation=Ignore", "?dryRun=All&fieldValidation=Strict", "")] + [get(MAPS + "/a")]
    for name, body in DIRECTIVES.items():
        yield "strategic-" + name, [TEMPLATE] + [strategic(CORE + "podtemplates/a" + more, body) for more in ("?dryRun=All&fieldValidation=Strict", "")] + [get(CORE + "podtemplates/a")]
