"""The life of one object of every kind, with the questions that clients ask on the way: again, with another version, as a table, in parts, gone."""
import json

import objects
from words import *


def plain(table):
    """without the sentences about columns, which are Kubernetes' own"""
    for column in table.get("columnDefinitions") or []:
        column["description"] = ""
    return table


def told(url, body):
    """(collection, object) with the namespace and the name of a story"""
    collection = url.replace("/namespaces/fuzzing/", "/namespaces/{ns}/")
    # Names that hold the name of a group are a story's own as well.
    body = json.loads(json.dumps(body).replace("fuzz.example.com", "{id}.example.com").replace("fuzzes.example.com", "fuzzes.{id}.example.com"))
    if body["kind"] == "CustomResourceDefinition":
        body["spec"]["group"] = "{id}.example.com"
    rename = "/namespaces/" not in url and body["metadata"]["name"] == "fuzz"
    name = "{id}" if rename else body["metadata"]["name"]
    text = dict(body, metadata=dict(body["metadata"], name=name))
    if text.get("involvedObject") or text.get("regarding"):
        key = "involvedObject" if text.get("involvedObject") else "regarding"
        text[key] = dict(text[key], namespace="{ns}")
    return collection, collection + "/" + name, text


def life(collection, path, body):
    labelled = dict(body, metadata=dict(body["metadata"], labels={"l": "1"}))
    stale = dict(body, metadata=dict(body["metadata"], resourceVersion="1"))
    other = dict(body, metadata=dict(body["metadata"], uid="00000000-0000-0000-0000-000000000000"))
    renamed = dict(body, metadata=dict(body["metadata"], name="{id}x"))
    yield "before", [get(path), put(path + "?dryRun=All", body), merge(path, {"metadata": {"labels": {"l": "1"}}}), delete(path), delete(path + "?propagationPolicy=Odd"), get(path + "/odd"), get(path + "/scale"),
                     get(path + "/status"), post(path, body), put(collection, body), merge(collection, {}), get(collection + "?fieldSelector=spec.odd%3D1"), get(collection + "?fieldSelector=metadata.name%3Dnone"),
                     get(collection + "?labelSelector=l%3Dnone", headers=TABLE, keep=plain), get(collection + "?labelSelector=l%3Dnone", headers=PARTIAL_LIST), delete(collection + "?labelSelector=l%3Dnone&dryRun=All")]
    yield "again", [post(collection, body), post(collection, body), post(collection + "?dryRun=All", body), post(collection, dict(body, apiVersion="odd/v1")), post(collection, dict(body, kind="Odd")),
                    post(collection + "?fieldValidation=Strict", dict(body, odd=1)), post(collection, renamed if "/namespaces/" not in path else dict(body, metadata=dict(body["metadata"], namespace="other"))),
                    post(collection, dict(body, metadata=dict(body["metadata"], resourceVersion="1")))]
    yield "put", [quiet(post(collection, body)), put(path, labelled), put(path, stale), put(path, other), put(path, renamed), put(path, body, type="application/yaml"), put(path + "?dryRun=All", labelled), get(path)]
    yield "patches", [quiet(post(collection, body)), merge(path, {"metadata": {"labels": {"l": "1"}, "finalizers": ["x.y/z"]}}), strategic(path, {"metadata": {"annotations": {"a": "1"}, "$deleteFromPrimitiveList/finalizers": ["x.y/z"]}}),
                      json_patch(path, [{"op": "test", "path": "/metadata/labels/l", "value": "2"}]), json_patch(path, [{"op": "add", "path": "/metadata/annotations/b", "value": "2"}]), merge(path + "?fieldValidation=Strict", {"odd": 1}),
                      merge(path, {"metadata": {"labels": {"l": 1}}}), merge(path, {"metadata": {"resourceVersion": "1"}}), merge(path, {"kind": "Odd"}), merge(path, {"spec": "x"}), merge(path, {}), get(path)]
    yield "applies", [apply(path, labelled), apply(path, labelled), apply(path, dict(body, metadata=dict(body["metadata"], labels={"l": "2"})), manager="m2"),
                      apply(path, dict(body, metadata=dict(body["metadata"], labels={"l": "2"})), manager="m2", force=True), apply(path, {"apiVersion": body["apiVersion"], "kind": body["kind"]}), apply(path, dict(body, odd=1)), get(path)]
    yield "forms", [quiet(post(collection, labelled)), get(path, headers=TABLE, keep=plain), get(path + "?includeObject=None", headers=TABLE, keep=plain), get(path, headers=PARTIAL), get(path, headers={"Accept": "application/vnd.kubernetes.protobuf"}),
                    get(collection + "?fieldSelector=metadata.name%3D" + path.rsplit("/", 1)[1], headers=TABLE, keep=plain), get(collection + "?labelSelector=l%3D1&fieldSelector=metadata.name%3D" + path.rsplit("/", 1)[1], headers=PARTIAL_LIST),
                    get(path, headers={"Accept": "text/plain"}), post(collection + "?dryRun=All", dict(body, metadata={"generateName": "g-"}), headers={"Accept": "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io"}, keep=lambda b: b["kind"])]
    yield "status", [quiet(post(collection, body)), get(path + "/status"), merge(path + "/status", {"status": {}, "metadata": {"labels": {"l": "1"}, "annotations": {"a": "1"}}}), put(path + "/status", body),
                     merge(path + "/status", {"status": "x"}), merge(path + "/status", {"spec": {"odd": 1}, "odd": 1}), get(path)]
    yield "ends", [quiet(post(collection, body)), delete(path, {"preconditions": {"uid": "odd"}}), delete(path, {"preconditions": {"resourceVersion": "1"}}), delete(path + "?dryRun=All"), delete(path, {"kind": "Odd", "apiVersion": "v1"}),
                   delete(path, {"gracePeriodSeconds": -1, "propagationPolicy": "Odd"}), delete(path, {"orphanDependents": True, "propagationPolicy": "Orphan"}), delete(path + "?propagationPolicy=Foreground"), get(path),
                   merge(path, {"metadata": {"finalizers": None}}), get(path), delete(path)]


def stories():
    for url, body in objects.all_objects():
        if body["kind"] in ("CertificateSigningRequest", "IPAddress", "ServiceCIDR"):   # no story can have them alone; a range that ends stops kube-apiserver's allocation
            continue
        group = body["apiVersion"].split("/")[0].replace(".", "-") if "/" in body["apiVersion"] else "core"
        for name, steps in life(*told(url, body)):
            yield "%s-%s-%s-%s" % (group, body["apiVersion"].split("/")[-1], body["kind"].lower(), name), steps
