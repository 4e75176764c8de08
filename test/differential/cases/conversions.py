"""Custom objects whose versions are converted by a webhook (hooks.py), and definitions that change under their objects."""
import hooks
from words import *

CRDS = cluster("apiextensions.k8s.io/v1", "customresourcedefinitions")
CRD = CRDS + "/things.{id}.io"


def things(version="v1"):
    return "/apis/{id}.io/" + version + "/namespaces/{ns}/things"


def thing_of(version="v1", name="a", **fields):
    return thing("{id}.io/" + version, "Thing", name, **fields)


def schema(**spec):
    return {"openAPIV3Schema": {"type": "object", "properties": {"spec": {"type": "object", "properties": spec}, "status": {"type": "object", "properties": {"n": {"type": "integer"}}}}}}


TEXT, NUMBER = {"type": "string"}, {"type": "integer"}


def version(name, storage=False, fields=None, **more):
    return dict({"name": name, "served": True, "storage": storage, "schema": schema(**(fields or {"a": TEXT, "n": NUMBER})), "subresources": {"status": {}, "scale": {"specReplicasPath": ".spec.n", "statusReplicasPath": ".status.n"}}}, **more)


def definition(*versions, conversion=None, **spec):
    body = dict({"group": "{id}.io", "scope": "Namespaced", "names": {"plural": "things", "kind": "Thing"}, "versions": list(versions)}, **spec)
    if conversion:
        body["conversion"] = conversion
    return [quiet(post(CRDS, thing("apiextensions.k8s.io/v1", "CustomResourceDefinition", "things.{id}.io", spec=body))),
            quiet(get(CRD, until=lambda a: any(c["type"] == "Established" and c["status"] == "True" for c in (a[1].get("status") or {}).get("conditions") or []))),
            quiet(get(things(versions[-1]["name"]), until=lambda a: a[0] == 200)), quiet(get(things(versions[0]["name"]), until=lambda a: a[0] == 200))]


def webhook(reviews=("v1",), **behaviour):
    return {"strategy": "Webhook", "webhook": {"conversionReviewVersions": list(reviews), "clientConfig": hooks.client("convert", **behaviour)}}


RENAMED = {"fields": {"b": TEXT, "n": NUMBER}}
keep_list = lambda b: [{k: i.get(k) for k in ("apiVersion", "spec")} for i in b["items"]] if "items" in b else b


def rounds():
    pair = (version("v1", True), version("v2", **RENAMED))
    two = definition(*pair, conversion=webhook(rename={"a": "b"}))
    make = [post(things("v2"), thing_of("v2", spec={"b": "x", "n": 1})), post(things("v1"), thing_of("v1", "c", spec={"a": "y"}))]
    yield "read", two + make + [get(things(v) + "/" + n) for v in ("v1", "v2") for n in ("a", "c")] + [get(things(v), keep=keep_list) for v in ("v1", "v2")] + [get(things(v), headers=TABLE, keep=lambda b: [r["cells"][0] for r in b["rows"]]) for v in ("v1", "v2")]
    yield "write", two + make + [merge(things("v1") + "/a", {"spec": {"a": "z"}}), merge(things("v2") + "/a", {"spec": {"b": "q"}}), put(things("v2") + "/c", thing_of("v2", "c", spec={"b": "r"}), until=lambda a: True), json_patch(things("v1") + "/a", [{"op": "replace", "path": "/spec/a", "value": "t"}]), merge(things("v2") + "/a", {"metadata": {"labels": {"l": "m"}}}), merge(things("v2") + "/a", {"spec": {"n": 4}}), get(things("v1") + "/a"), get(things("v2") + "/a")]
    yield "apply", two + [apply(things("v2") + "/a", thing_of("v2", spec={"b": "x"})), apply(things("v1") + "/a", thing_of("v1", spec={"a": "y"}), "m2"), apply(things("v1") + "/a", thing_of("v1", spec={"a": "y"}), "m2", True), apply(things("v2") + "/a", thing_of("v2", spec={"b": "y"}), "m1"), apply(things("v1") + "/a", thing_of("v1", spec={"n": 3}), "m2"), get(things("v2") + "/a"), merge(things("v1") + "/a", {"spec": {"a": "w"}}), get(things("v2") + "/a")]
    yield "parts", two + make + [merge(things("v2") + "/a/status", {"status": {"n": 5}}), get(things("v1") + "/a/scale"), merge(things("v2") + "/a/scale", {"spec": {"replicas": 7}}), get(things("v2") + "/a/scale"), put(things("v1") + "/a/status", thing_of("v1", status={"n": 6})), get(things("v2") + "/a/status"), delete(things("v2") + "/a"), delete(things("v1"), keep=keep_list)]
    yield "dry", two + [post(things("v2") + "?dryRun=All", thing_of("v2", spec={"b": "x"})), put(things("v2") + "/a?dryRun=All", thing_of("v2", spec={"b": "x"}))]
    yield "watch", two + make + [get(things(v) + "?watch=1&timeoutSeconds=1", keep=lambda b: b) for v in ("v1", "v2")]
    yield "finalizers", two + [post(things("v2"), thing_of("v2", metadata={"finalizers": ["a.b/c"], "annotations": {"k": "v"}, "ownerReferences": [{"apiVersion": "v1", "kind": "Pod", "name": "p", "uid": "u"}]}, spec={"b": "x"})), delete(things("v1") + "/a"), merge(things("v2") + "/a", {"metadata": {"finalizers": None}}), get(things("v2") + "/a")]
    yield "selectable", definition(version("v1", True, selectableFields=[{"jsonPath": ".spec.a"}]), version("v2", **dict(RENAMED, selectableFields=[{"jsonPath": ".spec.b"}])), conversion=webhook(rename={"a": "b"})) + make + [get(things(v) + "?fieldSelector=" + s, keep=keep_list) for v, s in (("v1", "spec.a%3Dx"), ("v2", "spec.b%3Dx"), ("v2", "spec.a%3Dx"), ("v1", "spec.b%3Dx"), ("v2", "spec.b!%3Dx"))]
    yield "columns", definition(version("v1", True, additionalPrinterColumns=[{"name": "A", "type": "string", "jsonPath": ".spec.a"}]), version("v2", **dict(RENAMED, additionalPrinterColumns=[{"name": "B", "type": "string", "jsonPath": ".spec.b"}, {"name": "N", "type": "integer", "jsonPath": ".spec.n", "priority": 1}])), conversion=webhook(rename={"a": "b"})) + make + [get(things(v), headers=TABLE) for v in ("v1", "v2")]


def refusals():
    pair = (version("v1", True), version("v2", **RENAMED))
    make = [post(things("v1"), thing_of("v1", spec={"a": "y"})), get(things("v2") + "/a"), get(things("v2"), keep=lambda b: b if b.get("kind") == "Status" else "list"), post(things("v2"), thing_of("v2", "d", spec={"b": "x"})), merge(things("v2") + "/a", {"spec": {"b": "z"}}), delete(things("v2") + "/a"), get(things("v1") + "/a")]
    shapes = {"message": {"message": "cannot"}, "no-objects": {"drop": 1}, "wrong-version": {"version": "x.io/v9"}, "raw-empty": {"raw": ""}, "raw-text": {"raw": "hello"}, "raw-object": {"raw": {}}, "raw-list": {"raw": "[1]"}, "raw-null": {"raw": "null"}, "code-500": {"code": 500, "raw": "boom"}, "code-404": {"code": 404, "raw": "404 page not found\n", "media": "text/plain"},
              "status": {"code": 400, "raw": {"kind": "Status", "apiVersion": "v1", "status": "Failure", "message": "told so", "reason": "BadRequest", "code": 400}}, "uid": {"more": {"uid": "x"}}, "no-result": {"more": {"result": None}}, "odd-result": {"more": {"result": {"status": "Odd"}}}, "failure-none": {"more": {"result": {"status": "Failure"}}}, "failure-reason": {"more": {"result": {"status": "Failure", "reason": "Because", "code": 418, "message": "tea"}}},
              "no-converted": {"more": {"convertedObjects": None}}, "name": {"metadata": {"name": "zz"}}, "namespace": {"metadata": {"namespace": "zz"}}, "uid-changed": {"metadata": {"uid": "zz"}}, "labels": {"metadata": {"labels": {"new": "label"}}}, "annotations": {"metadata": {"annotations": {"new": "note"}}}, "labels-odd": {"metadata": {"labels": {"new": 5}}}, "labels-invalid": {"metadata": {"labels": {"-": "-"}}},
              "finalizers": {"metadata": {"finalizers": ["q.r/s"]}}, "kind": {"set": {"kind": "Other"}}, "no-metadata": {"set": {"metadata": None}}, "extra": {"set": {"odd": 1, "spec": {"b": "x", "odd": 2}}}, "invalid": {"set": {"spec": {"b": 5}}}, "generation": {"metadata": {"generation": 99, "creationTimestamp": None}}, "managed": {"metadata": {"managedFields": None}}}
    for name, behaviour in shapes.items():
        yield "refused-" + name, definition(*pair, conversion=webhook(**behaviour)) + make
    for name, conversion in {"refused": {"url": "https://127.0.0.1:9/x", "caBundle": hooks.bundle()}, "untrusted": {"url": hooks.url("convert", {})}, "service": {"service": {"namespace": "{ns}", "name": "none", "path": "/x"}, "caBundle": hooks.bundle()}}.items():
        yield "unreached-" + name, definition(*pair, conversion={"strategy": "Webhook", "webhook": {"conversionReviewVersions": ["v1"], "clientConfig": conversion}}) + make
    yield "old-reviews", definition(*pair, conversion=webhook(reviews=["v1beta1"], rename={"a": "b"})) + make
    yield "unknown-reviews-first", definition(*pair, conversion=webhook(reviews=["v9", "v1"], rename={"a": "b"})) + make
    post_crd = lambda conversion, **spec: post(CRDS + "?dryRun=All", thing("apiextensions.k8s.io/v1", "CustomResourceDefinition", "things.{id}.io", spec=dict({"group": "{id}.io", "scope": "Namespaced", "names": {"plural": "things", "kind": "Thing"}, "versions": [version("v1", True)], "conversion": conversion}, **spec)))
    client = {"url": "https://a.b/c"}
    for i, conversion in enumerate([{}, {"strategy": "Odd"}, {"strategy": "Webhook"}, {"strategy": "Webhook", "webhook": {}}, {"strategy": "None", "webhook": {"conversionReviewVersions": ["v1"], "clientConfig": client}}, {"strategy": "Webhook", "webhook": {"conversionReviewVersions": []}}, {"strategy": "Webhook", "webhook": {"conversionReviewVersions": ["v9"], "clientConfig": client}},
                                    {"strategy": "Webhook", "webhook": {"conversionReviewVersions": ["v1", "v1"], "clientConfig": client}}, {"strategy": "Webhook", "webhook": {"conversionReviewVersions": ["V_"], "clientConfig": client}}, {"strategy": "Webhook", "webhook": {"conversionReviewVersions": ["v1"], "clientConfig": {}}}, {"strategy": "Webhook", "webhook": {"conversionReviewVersions": ["v1"], "clientConfig": {"url": "http://a"}}},
                                    {"strategy": "Webhook", "webhook": {"conversionReviewVersions": ["v1"], "clientConfig": {"url": "https://a", "service": {"namespace": "a", "name": "b"}}}}, {"strategy": "Webhook", "webhook": {"conversionReviewVersions": ["v1"], "clientConfig": {"service": {"namespace": "", "name": "", "port": 0, "path": "x"}}}}, {"strategy": "Webhook", "webhook": {"conversionReviewVersions": ["v1"], "clientConfig": {"service": {"namespace": "a", "name": "b", "path": "/x//y"}}}},
                                    {"strategy": "Webhook", "webhook": {"conversionReviewVersions": ["v1"], "clientConfig": {"url": "https://a", "caBundle": "eA=="}}}, {"strategy": "Webhook", "webhook": {"conversionReviewVersions": ["v1"], "clientConfig": {"url": "https://a:x/?q#f"}}}]):
        yield "shape-%d" % i, [post_crd(conversion), post_crd(conversion, preserveUnknownFields=True)]


def changes():
    """a definition changes, its objects stay"""
    one = definition(version("v1", True))
    make = [quiet(post(things(), thing_of(spec={"a": "x", "n": 3})))]
    settle = quiet(get(things(), until=lambda a: False, until_seconds=1.5))
    new = lambda *versions: merge(CRD, {"spec": {"versions": list(versions)}}, keep=lambda b: b.get("kind") if b.get("kind") != "Status" else b)
    after = [get(things() + "/a"), merge(things() + "/a", {"metadata": {"labels": {"l": "m"}}}), get(things() + "/a"), merge(things() + "/a", {"spec": {"n": 4}}), post(things(), thing_of("v1", "b", spec={"a": "y"})), get(things(), headers=TABLE)]
    required = dict(version("v1", True))
    required["schema"] = {"openAPIV3Schema": {"type": "object", "properties": {"spec": {"type": "object", "required": ["must"], "properties": {"a": TEXT, "n": NUMBER, "must": TEXT}}}}}
    def with_spec(**spec):
        return version("v1", True, fields=spec)
    for name, changed in {"field-gone": with_spec(a=TEXT), "field-added": with_spec(a=TEXT, n=NUMBER, z={"type": "string", "default": "d"}), "type-changed": with_spec(a=NUMBER, n=TEXT), "enum-added": with_spec(a={"type": "string", "enum": ["q"]}, n=NUMBER), "required-added": required, "max-added": with_spec(a=TEXT, n={"type": "integer", "maximum": 2}), "pattern-added": with_spec(a={"type": "string", "pattern": "^z"}, n=NUMBER),
                          "rule-added": with_spec(a={"type": "string", "x-kubernetes-validations": [{"rule": "self == 'q'"}]}, n=NUMBER), "transition-added": with_spec(a=TEXT, n={"type": "integer", "x-kubernetes-validations": [{"rule": "self <= oldSelf", "message": "only down"}]}), "preserve": with_spec(a=TEXT, n=NUMBER, x={"type": "object", "x-kubernetes-preserve-unknown-fields": True}),
                          "status-gone": version("v1", True, subresources={}), "columns": version("v1", True, additionalPrinterColumns=[{"name": "N", "type": "integer", "jsonPath": ".spec.n"}])}.items():
        yield "changed-" + name, one + make + [new(changed), settle] + after
    yield "version-added", one + make + [new(version("v1", True), version("v2", **RENAMED)), settle, get(things("v2") + "/a"), post(things("v2"), thing_of("v2", "b", spec={"b": "x"})), get(things("v1") + "/b"), get(CRD, keep=lambda b: b["status"]["storedVersions"])]
    yield "storage-moved", one + make + [new(version("v1"), version("v2", True, **RENAMED)), settle, get(CRD, keep=lambda b: b["status"]["storedVersions"]), get(things("v2") + "/a"), get(things("v1") + "/a"), merge(things("v2") + "/a", {"metadata": {"labels": {"l": "m"}}}), get(things("v1") + "/a"), new(version("v2", True, **RENAMED)), merge(CRD + "/status", {"status": {"storedVersions": ["v2"]}}, keep=lambda b: b.get("status", {}).get("storedVersions") if b["kind"] != "Status" else b), new(version("v2", True, **RENAMED))]
    yield "unserved", definition(version("v1", True), version("v2")) + make + [new(version("v1", True), version("v2", served=False)), settle, get(things("v2") + "/a"), get(things("v1") + "/a"), get("/apis/{id}.io", keep=lambda b: b.get("versions") or b), get("/apis/{id}.io/v2")]
    yield "deprecated", definition(version("v1", True), version("v2", deprecated=True, deprecationWarning="use v1!")) + make + [get(things("v2") + "/a"), get(things("v2"), keep=keep_list), post(things("v2"), thing_of("v2", "b")), delete(things("v2") + "/a"), get(things("v1"), keep=keep_list), get("/apis/{id}.io/v2", keep=lambda b: b.get("kind"))]
    yield "deleted", one + make + [delete(CRD), quiet(get(things(), until=lambda a: a[0] == 404)), get(things()), post(things(), thing_of()), get("/apis/{id}.io"), get(CRD)] + [quiet(s) for s in one[:2]] + [settle, get(things(), keep=keep_list)]
    yield "deleting", one + [quiet(post(things(), thing_of(metadata={"finalizers": ["a.b/c"]}))), delete(CRD, keep=lambda b: [c["type"] for c in b.get("status", {}).get("conditions", [])]), settle, post(things(), thing_of("v1", "n")), get(things() + "/a", keep=lambda b: b["metadata"].get("deletionTimestamp") is not None if b["kind"] != "Status" else b), merge(things() + "/a", {"metadata": {"finalizers": None}}, keep=lambda b: b.get("kind")), quiet(get(CRD, until=lambda a: a[0] == 404)), get(things())]


def stories():
    for part in (rounds, refusals, changes):
        yield from part()
