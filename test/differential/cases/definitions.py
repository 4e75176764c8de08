"""CustomResourceDefinitions: what their schemas accept, how their objects behave."""
from words import *

CRDS = cluster("apiextensions.k8s.io/v1", "customresourcedefinitions")
CRD = CRDS + "/things.{id}.example.com"
THINGS = "/apis/{id}.example.com/v1/namespaces/{ns}/things"
OPEN = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}


def definition(schema=None, scope="Namespaced", names=None, versions=None, **version):
    one = dict({"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": schema or OPEN}}, **version)
    return thing("apiextensions.k8s.io/v1", "CustomResourceDefinition", "things.{id}.example.com", spec={
        "group": "{id}.example.com", "scope": scope, "names": dict({"plural": "things", "singular": "thing", "kind": "Thing"}, **(names or {})), "versions": versions or [one]})


def begin(body):
    return [quiet(post(CRDS, body)), quiet(get(THINGS, until=lambda a: a[0] == 200))]


def thing_of(name="a", version="v1", **fields):
    return thing("{id}.example.com/" + version, "Thing", name, **fields)


def with_spec(**properties):
    return {"type": "object", "properties": {"spec": {"type": "object", "properties": properties}, "status": dict(OPEN)}}


def refused(name, schema, **more):
    return "refused-" + name, [post(CRDS, definition(schema, **more))]


def asked(name, schema, *specs, **more):
    """the definition is accepted, each spec is tried"""
    steps = begin(definition(with_spec(**schema), **more))
    return "schema-" + name, steps + [post(THINGS + "?dryRun=All", thing_of(spec=s)) for s in specs]


def schemas():
    string, integer = {"type": "string"}, {"type": "integer"}
    yield asked("numbers", {"a": {"type": "integer", "minimum": 1, "maximum": 5, "exclusiveMaximum": True}, "b": {"type": "number", "multipleOf": 0.5, "minimum": 0, "exclusiveMinimum": True}},
                {"a": 5}, {"a": 0}, {"a": 1.5}, {"a": "1"}, {"b": 0}, {"b": 0.3}, {"b": 1.5}, {"a": None}, {"a": 3000000000}, {"a": 1.0}, {"b": 1}, {"a": True})
    yield asked("int-formats", {"a": {"type": "integer", "format": "int32"}, "b": {"type": "integer", "format": "int64"}, "c": {"type": "number", "format": "float"}, "d": {"type": "number", "format": "double"}},
                {"a": 3000000000}, {"b": 3000000000}, {"b": 9223372036854775807}, {"b": 9223372036854775808}, {"c": 1e300}, {"d": 1e300}, {"a": -2147483649})
    for fmt, good, bad in (("date", "2020-01-02", "2020-13-02"), ("date-time", "2020-01-02T03:04:05Z", "2020-01-02"), ("uuid", "00000000-0000-0000-0000-000000000000", "x"), ("uri", "http://x", "x y"),
                           ("email", "a@b.c", "a"), ("hostname", "a.b", "a_b"), ("ipv4", "1.2.3.4", "1.2.3"), ("ipv6", "::1", "1.2.3.4"), ("cidr", "1.2.3.0/24", "1.2.3.4"), ("mac", "01:02:03:04:05:06", "x"),
                           ("byte", "AAAA", "%"), ("password", "x", ""), ("duration", "1h", "1x"), ("isbn", "0321751043", "1"), ("isbn10", "0321751043", "1"), ("isbn13", "9780321751041", "1"), ("creditcard", "4111111111111111", "1"),
                           ("ssn", "111-11-1111", "1"), ("hexcolor", "#ffffff", "ff"), ("rgbcolor", "rgb(1,2,3)", "1"), ("bsonobjectid", "507f1f77bcf86cd799439011", "1"), ("uuid3", "bcd02e22-68f0-3046-a512-327cca9def8f", "x"),
                           ("uuid4", "025b0d74-00a2-4048-bf57-227c5111bb34", "x"), ("uuid5", "886313e1-3b8a-5372-9b90-0c9aee199e5d", "x"), ("unknown", "x", "y"), ("k8s-short-name", "a-b", "A_"), ("k8s-long-name", "a.b", "A_"),
                           ("datetime", "2020-01-02T03:04:05Z", "x")):
        yield asked("format-" + fmt, {"a": {"type": "string", "format": fmt}}, {"a": good}, {"a": bad}, {"a": ""}, {"a": 1})
    yield asked("string-rules", {"a": {"type": "string", "minLength": 2, "maxLength": 3, "pattern": "^[a-z]+$"}}, {"a": "a"}, {"a": "abcd"}, {"a": "A1"}, {"a": "é"}, {"a": "éé"}, {"a": "abc"})
    yield asked("array-rules", {"a": {"type": "array", "minItems": 1, "maxItems": 2, "items": string}}, {"a": []}, {"a": ["a", "b", "c"]}, {"a": ["a", 1]}, {"a": {}}, {"a": None}, {"a": [None]})
    yield asked("set", {"a": {"type": "array", "x-kubernetes-list-type": "set", "items": string}, "b": {"type": "array", "x-kubernetes-list-type": "set", "items": integer}}, {"a": ["a", "a"]}, {"b": [1, 2, 1, 2]}, {"a": ["a"]})
    yield asked("map-list", {"a": {"type": "array", "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["k", "p"], "items": {"type": "object", "required": ["k"], "properties": {
        "k": string, "p": {"type": "integer", "default": 5}, "v": string}}}}, {"a": [{"k": "a"}, {"k": "a", "p": 5}]}, {"a": [{"k": "a"}, {"k": "a", "p": 6}]}, {"a": [{"p": 1}]})
    yield asked("object-counts", {"a": {"type": "object", "minProperties": 1, "maxProperties": 2, "additionalProperties": integer}}, {"a": {}}, {"a": {"x": 1, "y": 2, "z": 3}}, {"a": {"x": "1"}}, {"a": {"x": 1}})
    yield asked("enum-mixed", {"a": {"type": "integer", "enum": [1, 2]}, "b": {"type": "string", "enum": ["x", ""]}, "c": {"type": "object", "enum": [{"k": "v"}], "properties": {"k": string}}},
                {"a": 3}, {"b": ""}, {"b": "y"}, {"c": {"k": "w"}}, {"c": {"k": "v"}}, {"a": 1})
    yield asked("any-of", {"a": {"type": "object", "properties": {"x": string, "y": integer}, "anyOf": [{"required": ["x"]}, {"required": ["y"]}]}}, {"a": {}}, {"a": {"x": "1"}}, {"a": {"x": "1", "y": 1}})
    yield asked("one-of", {"a": {"type": "object", "properties": {"x": string, "y": integer}, "oneOf": [{"required": ["x"]}, {"required": ["y"]}]}}, {"a": {}}, {"a": {"x": "1"}}, {"a": {"x": "1", "y": 1}})
    yield asked("all-of-not", {"a": {"type": "string", "allOf": [{"minLength": 2}, {"pattern": "^a"}], "not": {"enum": ["ab"]}}}, {"a": "a"}, {"a": "bb"}, {"a": "ab"}, {"a": "abc"}, {"a": "x"})
    yield asked("int-or-string", {"a": {"x-kubernetes-int-or-string": True}, "b": {"x-kubernetes-int-or-string": True, "anyOf": [{"type": "integer"}, {"type": "string"}], "pattern": "^\\d+%$"},
                                  "c": {"type": "string", "maxLength": 3}}, {"a": 1}, {"a": "1"}, {"a": 1.5}, {"a": []}, {"a": None}, {"b": "5"}, {"b": "5%"}, {"b": 5})
    yield asked("nullable", {"a": {"type": "string", "nullable": True}, "b": {"type": "array", "nullable": True, "items": {"type": "string", "nullable": True}}, "c": {"type": "string", "nullable": True, "default": "x"},
                             "d": {"type": "string", "default": "x"}, "e": string}, {"a": None, "b": None, "c": None, "d": None, "e": None}, {"b": [None, "x"]}, {})
    yield asked("defaults-deep", {"a": {"type": "object", "default": {}, "properties": {"b": {"type": "string", "default": "x"}, "c": {"type": "array", "items": {"type": "object", "properties": {"d": {"type": "integer", "default": 3}}}}}},
                                  "m": {"type": "object", "additionalProperties": {"type": "object", "properties": {"z": {"type": "boolean", "default": True}}}}}, {}, {"a": {"c": [{}, {"d": 1}]}}, {"m": {"k": {}}}, {"a": None})
    yield asked("preserve-some", {"a": {"type": "object", "x-kubernetes-preserve-unknown-fields": True, "properties": {"b": {"type": "object", "properties": {"c": string}}}}, "d": {"type": "object"}},
                {"a": {"x": 1, "b": {"c": "1", "y": 2}}, "d": {"e": 1}, "f": 1})
    yield asked("embedded", {"a": {"type": "object", "x-kubernetes-embedded-resource": True, "x-kubernetes-preserve-unknown-fields": True}}, {"a": {}}, {"a": {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "A_", "x": 1}, "y": 2}},
                {"a": {"apiVersion": "v1", "kind": "Pod", "metadata": {"labels": {"a": 1}}}}, {"a": {"apiVersion": "a/b/c", "kind": ""}}, {"a": {"kind": "Pod", "apiVersion": "v1", "metadata": {"name": "ok", "creationTimestamp": None}}})
    yield asked("cel-messages", {"a": {"type": "integer", "x-kubernetes-validations": [{"rule": "self > 3"}, {"rule": "self < 10", "message": "small", "reason": "FieldValueForbidden"}, {"rule": "self != 5", "messageExpression": "'is ' + string(self)", "fieldPath": ""}]},
                                 "b": {"type": "object", "properties": {"c": string, "d": string}, "x-kubernetes-validations": [{"rule": "has(self.c)", "fieldPath": ".c", "reason": "FieldValueRequired", "message": "want c"},
                                       {"rule": "!has(self.d) || self.d != 'x'", "fieldPath": ".d", "reason": "FieldValueDuplicate"}]}},
                {"a": 1}, {"a": 20}, {"a": 5}, {"b": {}}, {"b": {"c": "y", "d": "x"}}, {"a": 4, "b": {"c": "1"}})
    yield asked("cel-types", {"d": {"type": "string", "format": "duration", "x-kubernetes-validations": [{"rule": "self > duration('1h')"}]}, "t": {"type": "string", "format": "date-time", "x-kubernetes-validations": [{"rule": "self.getFullYear() > 2000"}]},
                              "b": {"type": "string", "format": "byte", "x-kubernetes-validations": [{"rule": "self == b'abc'"}]}, "i": {"x-kubernetes-int-or-string": True, "x-kubernetes-validations": [{"rule": "type(self) == int ? self > 3 : self == 'x'"}]},
                              "q": {"type": "string", "x-kubernetes-validations": [{"rule": "quantity(self).isGreaterThan(quantity('1Gi'))"}]}, "m": {"type": "object", "additionalProperties": integer, "x-kubernetes-validations": [{"rule": "self.all(k, self[k] > 0)"}]},
                              "l": {"type": "array", "items": string, "maxItems": 5, "x-kubernetes-validations": [{"rule": "self.exists_one(x, x == 'a')"}]}, "n": {"type": "string", "x-kubernetes-validations": [{"rule": "int(self) > 0"}]}},
                {"d": "30m"}, {"d": "2h"}, {"t": "1999-01-01T00:00:00Z"}, {"b": "YWJj"}, {"b": "YWJk"}, {"i": 1}, {"i": "y"}, {"q": "1Mi"}, {"q": "bad"}, {"m": {"x": 0}}, {"m": {"x": 1}}, {"l": ["a", "a"]}, {"l": ["a"]}, {"n": "z"})
    yield asked("cel-library", {"s": {"type": "string", "maxLength": 100, "x-kubernetes-validations": [
        {"rule": "!self.startsWith('1') || isIP(self)"}, {"rule": "self != 'cidr' || cidr('10.0.0.0/8').containsIP('11.0.0.1')"}, {"rule": "self != 'url' || url('https://a:80/b').getPort() == '81'"},
        {"rule": "self != 'split' || self.split('l').size() == 3"}, {"rule": "self != 'find' || self.findAll('[a-z]').size() == 3"}, {"rule": "self != 'opt' || optional.of(1).orValue(2) == 2"},
        {"rule": "self != 'sem' || isSemver('x')"}, {"rule": "self != 'fmt' || !format.dns1123Label().validate('A').hasValue()"}, {"rule": "self != 'math' || math.greatest(1, 2) == 1"}, {"rule": "self != 'sort' || [2, 1].isSorted()"},
        {"rule": "self != 'sum' || [1, 2].sum() == 4"}, {"rule": "self != 'bytes' || base64.encode(b'a') == 'x'"}, {"rule": "self != 'sets' || sets.contains([1], [2])"}, {"rule": "self != 'upper' || self.upperAscii() == 'x'"},
        {"rule": "self != 'format' || '%s-%d'.format(['a', 1]) == 'x'"}, {"rule": "self != 'replace' || self.replace('e', 'x') == 'y'"}]}},
                *[{"s": w} for w in ("1x", "cidr", "url", "split", "find", "opt", "sem", "fmt", "math", "sort", "sum", "bytes", "sets", "upper", "format", "replace", "fine")])


def broken_definitions():
    string = {"type": "string"}
    spec = lambda inner, **more: {"type": "object", "properties": dict({"spec": inner}, **more)}
    yield refused("no-type", {"properties": {"a": string}})
    yield refused("type-array", {"type": "array", "items": string})
    yield refused("ref", spec({"$ref": "#/definitions/x"}))
    yield refused("unique-items", spec({"type": "array", "uniqueItems": True, "items": string}))
    yield refused("additional-and-properties", spec({"type": "object", "properties": {"a": string}, "additionalProperties": string}))
    yield refused("additional-false", spec({"type": "object", "additionalProperties": False}))
    yield refused("items-missing", spec({"type": "array"}))
    yield refused("items-array", spec({"type": "array", "items": [string]}))
    yield refused("pattern", spec({"type": "string", "pattern": "("}))
    yield refused("unknown-type", spec({"type": "text"}))
    yield refused("negative", spec({"type": "string", "minLength": -1, "maxLength": -1}))
    yield refused("default-wrong", spec({"type": "string", "default": 1}))
    yield refused("default-pruned", spec({"type": "object", "default": {"x": 1}, "properties": {"a": string}}))
    yield refused("default-enum", spec({"type": "string", "enum": ["a"], "default": "b"}))
    yield refused("default-in-not", spec({"type": "string", "not": {"default": "x"}}))
    yield refused("metadata-schema", spec(string, metadata={"type": "object", "properties": {"labels": {"type": "object"}}}))
    yield refused("metadata-name", spec({"type": "object"}, metadata={"type": "object", "properties": {"name": {"type": "string", "pattern": "^a"}}}))
    yield refused("api-version-schema", spec({"type": "object"}, apiVersion={"type": "integer"}))
    yield refused("int-or-string-type", spec({"type": "string", "x-kubernetes-int-or-string": True}))
    yield refused("embedded-type", spec({"type": "string", "x-kubernetes-embedded-resource": True}))
    yield refused("embedded-empty", spec({"type": "object", "x-kubernetes-embedded-resource": True}))
    yield refused("preserve-string", spec({"type": "string", "x-kubernetes-preserve-unknown-fields": True}))
    yield refused("preserve-false", {"type": "object", "x-kubernetes-preserve-unknown-fields": False})
    yield refused("preserve-false-field", definition()["spec"] and {"type": "object"}, names={"kind": "thing", "plural": "Things"})
    yield refused("list-type-unknown", spec({"type": "array", "x-kubernetes-list-type": "bag", "items": string}))
    yield refused("list-type-on-string", spec({"type": "string", "x-kubernetes-list-type": "set"}))
    yield refused("set-of-objects", spec({"type": "array", "x-kubernetes-list-type": "set", "items": {"type": "object"}}))
    yield refused("map-without-keys", spec({"type": "array", "x-kubernetes-list-type": "map", "items": {"type": "object"}}))
    yield refused("map-of-strings", spec({"type": "array", "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["a"], "items": string}))
    yield refused("map-key-missing", spec({"type": "array", "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["a"], "items": {"type": "object", "properties": {"b": string}}}))
    yield refused("map-key-optional", spec({"type": "array", "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["a"], "items": {"type": "object", "properties": {"a": string}}}))
    yield refused("map-key-twice", spec({"type": "array", "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["a", "a"], "items": {"type": "object", "required": ["a"], "properties": {"a": string}}}))
    yield refused("map-key-object", spec({"type": "array", "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["a"], "items": {"type": "object", "required": ["a"], "properties": {"a": {"type": "object"}}}}))
    yield refused("keys-without-map", spec({"type": "array", "x-kubernetes-list-type": "set", "x-kubernetes-list-map-keys": ["a"], "items": string}))
    yield refused("map-type", spec({"type": "object", "x-kubernetes-map-type": "odd"}))
    yield refused("map-type-on-list", spec({"type": "array", "x-kubernetes-map-type": "atomic", "items": string}))
    yield refused("junctor-type", spec({"type": "object", "properties": {"a": string}, "anyOf": [{"type": "object", "description": "x"}]}))
    yield refused("junctor-unknown-property", spec({"type": "object", "properties": {"a": string}, "anyOf": [{"properties": {"b": {"minLength": 1}}}]}))
    yield refused("forbidden-keywords", spec({"type": "object", "id": "x", "dependencies": {"a": ["b"]}, "definitions": {"x": string}, "patternProperties": {"a": string}, "additionalItems": string}))
    yield refused("unknown-keyword", spec({"type": "object", "frobnicate": 1}))
    yield refused("cel-syntax", spec({"type": "object", "x-kubernetes-validations": [{"rule": "self.a >"}]}))
    yield refused("cel-type", spec({"type": "object", "properties": {"a": {"type": "integer"}}, "x-kubernetes-validations": [{"rule": "self.a == 'x'"}]}))
    yield refused("cel-not-bool", spec({"type": "object", "properties": {"a": {"type": "integer"}}, "x-kubernetes-validations": [{"rule": "self.a"}]}))
    yield refused("cel-unknown-field", spec({"type": "object", "properties": {"a": {"type": "integer"}}, "x-kubernetes-validations": [{"rule": "self.b > 1"}]}))
    yield refused("cel-empty", spec({"type": "object", "x-kubernetes-validations": [{"rule": " "}, {"rule": "true", "message": " "}, {"rule": "true", "message": "a\nb"}, {"rule": "true", "reason": "X"}, {"rule": "true", "messageExpression": "1"}]}))
    yield refused("cel-duplicate", spec({"type": "object", "x-kubernetes-validations": [{"rule": "true"}, {"rule": "true"}]}))
    yield refused("cel-field-path", spec({"type": "object", "properties": {"a": string}, "x-kubernetes-validations": [{"rule": "true", "fieldPath": ".b"}, {"rule": "true ", "fieldPath": "a"}, {"rule": " true", "fieldPath": ".a[0]"}]}))
    yield refused("cel-cost", spec({"type": "array", "items": {"type": "array", "items": {"type": "string"}}, "x-kubernetes-validations": [{"rule": "self.all(x, x.all(y, self.all(z, z.all(w, w != y))))"}]}))
    yield refused("cel-old-self", spec({"type": "array", "items": {"type": "string", "x-kubernetes-validations": [{"rule": "self == oldSelf"}]}}))
    yield refused("cel-optional-old-self", spec({"type": "string", "x-kubernetes-validations": [{"rule": "oldSelf.orValue('') == self", "optionalOldSelf": True}, {"rule": "true", "optionalOldSelf": True}]}))
    yield refused("cel-without-type", spec({"x-kubernetes-preserve-unknown-fields": True, "x-kubernetes-validations": [{"rule": "self.a > 1"}]}))
    yield refused("external-docs", spec({"type": "string", "externalDocs": {"url": "x"}, "example": "y", "title": "t", "format": "bogus"}))
    yield "refused-parts", [post(CRDS, dict(definition(), **change)) for change in (
        {"metadata": {"name": "x.{id}.example.com"}}, {"metadata": {"name": "things"}}, {"spec": {}}, {"metadata": {}})]
    base = definition()["spec"]
    version = base["versions"][0]
    changes = [{"scope": "Odd"}, {"scope": ""}, {"group": "nodots"}, {"group": ""}, {"names": {"plural": "things"}}, {"names": {"plural": "things", "kind": "Thing", "shortNames": ["A_"], "categories": ["B "], "listKind": "x y", "singular": "T T"}},
               {"names": {"plural": "things", "kind": "Thing", "listKind": "Thing"}}, {"versions": []}, {"versions": [dict(version, storage=False)]}, {"versions": [version, version]}, {"versions": [version, dict(version, name="v2")]},
               {"versions": [dict(version, name="V_1")]}, {"versions": [{"name": "v1", "served": True, "storage": True}]}, {"versions": [dict(version, served=False)]}, {"preserveUnknownFields": True},
               {"conversion": {"strategy": "Odd"}}, {"conversion": {"strategy": "Webhook"}}, {"conversion": {"strategy": "None", "webhook": {"conversionReviewVersions": ["v1"]}}},
               {"conversion": {"strategy": "Webhook", "webhook": {"conversionReviewVersions": ["v7"], "clientConfig": {"url": "http://x"}}}},
               {"conversion": {"strategy": "Webhook", "webhook": {"conversionReviewVersions": [], "clientConfig": {"url": "https://x", "service": {"name": "", "namespace": "", "port": 0, "path": "x"}}}}},
               {"conversion": {"strategy": "Webhook", "webhook": {"conversionReviewVersions": ["v1", "v1", "x y"], "clientConfig": {"service": {"name": "a", "namespace": "b", "path": "//"}, "caBundle": "bm9wZQ=="}}}},
               {"versions": [dict(version, deprecationWarning="x")]}, {"versions": [dict(version, deprecated=True, deprecationWarning="x\ny")]}, {"versions": [dict(version, deprecated=True, deprecationWarning="")]},
               {"versions": [dict(version, subresources={"scale": {}})]}, {"versions": [dict(version, subresources={"scale": {"specReplicasPath": "spec.x", "statusReplicasPath": ".spec.y", "labelSelectorPath": ".metadata.z"}})]},
               {"versions": [dict(version, subresources={"scale": {"specReplicasPath": ".spec.a[0]", "statusReplicasPath": ".status.b.*"}})]},
               {"versions": [dict(version, additionalPrinterColumns=[{"name": "", "type": "odd", "jsonPath": "x"}, {"name": "b", "type": "string", "jsonPath": ".a[", "format": "odd"}, {"name": "c", "jsonPath": "", "type": ""}])]},
               {"versions": [dict(version, selectableFields=[{"jsonPath": ".spec.a"}])]}, {"versions": [dict(version, selectableFields=[{"jsonPath": "a"}, {"jsonPath": ""}, {"jsonPath": ".metadata.name"}])]}]
    for i, change in enumerate(changes):
        yield "refused-spec-%d" % i, [post(CRDS + "?dryRun=All", thing("apiextensions.k8s.io/v1", "CustomResourceDefinition", "things.{id}.example.com", spec=dict(base, **change)))]
    fields = {"type": "object", "properties": {"spec": {"type": "object", "properties": {"s": {"type": "string"}, "i": {"type": "integer"}, "b": {"type": "boolean"}, "f": {"type": "number"}, "o": {"type": "object"}, "l": {"type": "array", "items": {"type": "string"}},
              "m": {"type": "object", "additionalProperties": {"type": "string"}}}}}}
    for i, paths in enumerate(([".spec.s", ".spec.s"], [".spec.f"], [".spec.o"], [".spec.l"], [".spec.l[0]"], [".spec.none"], [".spec.m.x"], [".spec"], [".spec.s", ".spec.i", ".spec.b"], [".spec.s"] * 9, [".metadata.labels"], [".apiVersion"], [".spec['s']"])):
        yield "selectable-%d" % i, [post(CRDS + "?dryRun=All", definition(fields, selectableFields=[{"jsonPath": p} for p in paths]))]


def behaviour():
    fields = {"type": "object", "properties": {"spec": {"type": "object", "properties": {"s": {"type": "string"}, "i": {"type": "integer"}, "b": {"type": "boolean"}}}}}
    names = lambda body: [i["metadata"]["name"] for i in body["items"]] if "items" in body else body
    select = lambda q: get(THINGS + "?fieldSelector=" + q, keep=names)
    yield "select-by-field", begin(definition(fields, selectableFields=[{"jsonPath": ".spec." + f} for f in "sib"])) + [
        quiet(post(THINGS, thing_of("a", spec={"s": "x", "i": 5, "b": True}))), quiet(post(THINGS, thing_of("b", spec={"s": "y"}))), quiet(post(THINGS, thing_of("c"))),
        select("spec.s%3Dx"), select("spec.i%3D5"), select("spec.b%3Dtrue"), select("spec.b%3Dfalse"), select("spec.s!%3Dx"), select("spec.s%3D"), select("spec.none%3D1"), select("spec.s%3Dx,metadata.name%3Da"),
        select("metadata.namespace%3D{ns}"), get(CRD, keep=lambda b: b["spec"]), get(THINGS + "?watch=1&timeoutSeconds=1&fieldSelector=spec.s%3Dx"), delete(THINGS + "?fieldSelector=spec.s%3Dx", keep=names), get(THINGS, keep=names)]
    two = [{"name": n, "served": True, "storage": n == "v1", "schema": {"openAPIV3Schema": with_spec(a={"type": "string"}, **({} if n == "v1" else {"b": {"type": "string", "default": "d"}}))}, **more}
           for n, more in (("v1", {}), ("v2beta1", {"deprecated": True}), ("v2alpha1", {"deprecated": True, "deprecationWarning": "old thing"}))]
    yield "versions", begin(definition(versions=two)) + [
        post(THINGS, thing_of(spec={"a": "1", "b": "2"})), get(THINGS.replace("/v1/", "/v2beta1/") + "/a"), get(THINGS.replace("/v1/", "/v2alpha1/") + "/a"), post(THINGS.replace("/v1/", "/v2beta1/"), thing_of("b", "v2beta1", spec={"b": "2"})),
        get(THINGS + "/b"), get(THINGS.replace("/v1/", "/v3/")), get("/apis/{id}.example.com"), get("/apis/{id}.example.com/v1", keep=lambda b: [dict(r, storageVersionHash="") for r in b["resources"]]), get("/apis/{id}.example.com/v2alpha1", keep=lambda b: [dict(r, storageVersionHash="") for r in b["resources"]]),
        post(THINGS, thing_of("c", "v2beta1")), put(THINGS + "/a", thing_of("a", "v2beta1")), apply(THINGS.replace("/v1/", "/v2beta1/") + "/a", thing_of("a", "v2beta1", spec={"b": "x"})), get(THINGS + "/a"), get(CRD, keep=lambda b: b["status"].get("storedVersions"))]
    columns = [{"name": "S", "type": "string", "jsonPath": ".spec.s"}, {"name": "I", "type": "integer", "jsonPath": ".spec.i", "priority": 1}, {"name": "D", "type": "date", "jsonPath": ".metadata.creationTimestamp"},
               {"name": "B", "type": "boolean", "jsonPath": ".spec.b"}, {"name": "N", "type": "number", "jsonPath": ".spec.n"}, {"name": "L", "type": "string", "jsonPath": ".spec.l[*].x"}, {"name": "F", "type": "string", "jsonPath": ".spec.l[?(@.x==\"2\")].y"},
               {"name": "O", "type": "string", "jsonPath": ".spec.o"}, {"name": "M", "type": "string", "jsonPath": ".metadata.labels.a\\.b", "description": "label", "format": "password"}, {"name": "W", "type": "integer", "jsonPath": ".spec.s"}]
    full = {"s": "x", "i": 3, "b": False, "n": 1.5, "l": [{"x": "1", "y": "one"}, {"x": "2", "y": "two"}], "o": {"k": [1, "z"]}}
    yield "columns", begin(definition(additionalPrinterColumns=columns)) + [quiet(post(THINGS, thing_of(spec=full, metadata={"labels": {"a.b": "c"}}))), quiet(post(THINGS, thing_of("b"))),
                     get(THINGS, headers=TABLE), get(THINGS + "/a?includeObject=None", headers=TABLE), get(THINGS + "/a?includeObject=Object", headers=TABLE), get(THINGS + "/b", headers=PARTIAL), get(THINGS, headers=PARTIAL_LIST)]
    sub = {"status": {}, "scale": {"specReplicasPath": ".spec.n", "statusReplicasPath": ".status.n", "labelSelectorPath": ".status.sel"}}
    shape = with_spec(n={"type": "integer"}, x={"type": "string"})
    scale = lambda **spec: thing("autoscaling/v1", "Scale", "a", metadata={"namespace": "{ns}"}, spec=spec)
    yield "subresources", begin(definition(shape, subresources=sub)) + [
        post(THINGS, thing_of(spec={"n": 1}, status={"n": 7})), put(THINGS + "/a/status", thing_of(spec={"n": 9}, status={"n": 3, "sel": "a=b"})), merge(THINGS + "/a/status", {"status": {"n": 4}, "spec": {"n": 8}, "metadata": {"labels": {"q": "r"}}}),
        merge(THINGS + "/a", {"status": {"n": 9}}), get(THINGS + "/a/scale"), put(THINGS + "/a/scale", scale(replicas=6)), put(THINGS + "/a/scale", scale()), put(THINGS + "/a/scale", scale(replicas=-2)), put(THINGS + "/a/scale", scale(replicas="x")),
        json_patch(THINGS + "/a/scale", [{"op": "replace", "path": "/spec/replicas", "value": 2}]), apply(THINGS + "/a/scale", {"apiVersion": "autoscaling/v1", "kind": "Scale", "metadata": {"name": "a"}, "spec": {"replicas": 4}}), strategic(THINGS + "/a/scale", {"spec": {"replicas": 3}}),
        apply(THINGS + "/a/status", thing_of(status={"z": 1}), "m2"), get(THINGS + "/a"), post(THINGS + "/a/status", {}), delete(THINGS + "/a/scale"), get(THINGS + "/a/other"), get(THINGS + "/none/scale"), strategic(THINGS + "/a", {"spec": {"n": 3}}),
        get(THINGS + "/a/status"), json_patch(THINGS + "/a/status", [{"op": "add", "path": "/status/k", "value": [1]}]), put(THINGS + "/a", thing_of(spec={"n": 1, "zz": 2}))]
    yield "no-status", begin(definition(shape)) + [post(THINGS, thing_of(spec={"n": 1}, status={"n": 7})), merge(THINGS + "/a", {"status": {"n": 8}}), get(THINGS + "/a/status"), get(THINGS + "/a/scale"), merge(THINGS + "/a", {"metadata": {"labels": {"a": "b"}}})]
    validation = "?fieldValidation="
    body = thing_of(spec={"n": 1, "unknown": {"deep": 1}}, other=1, metadata={"odd": 1})
    yield "field-validation", begin(definition(shape)) + [post(THINGS + validation + v + "&dryRun=All", body) for v in ("Strict", "Warn", "Ignore", "X")] + [
        post(THINGS + validation + "Strict", '{"apiVersion":"{id}.example.com/v1","kind":"Thing","metadata":{"name":"q"},"spec":{"n":1,"n":2}}'), post(THINGS + validation + "Strict", "apiVersion: {id}.example.com/v1\nkind: Thing\nmetadata: {name: y}\nspec:\n  n: 1\n  n: 2\n  m: 3\n", type="application/yaml"),
        quiet(post(THINGS, thing_of())), merge(THINGS + "/a" + validation + "Strict", {"spec": {"zz": 1}}), json_patch(THINGS + "/a" + validation + "Strict", [{"op": "add", "path": "/zz", "value": 1}]), apply(THINGS + "/a" + validation + "Strict", thing_of(spec={"zz": 1})),
        apply(THINGS + "/a", thing_of(spec={"zz": 1})), put(THINGS + "/a" + validation + "Warn", thing_of(spec={"zz": 1}))]
    yield "metadata-rules", begin(definition()) + [post(THINGS, thing_of("A_")), post(THINGS, thing_of("x" * 254)), post(THINGS, thing_of(metadata={"labels": {"a b": "c"}})), post(THINGS, thing_of(metadata={"labels": {"a": 1}})), post(THINGS, thing_of(metadata={"generateName": "g-", "name": ""})),
                            post(THINGS, thing_of(metadata={"finalizers": ["x"]})), post(THINGS, thing_of(metadata={"namespace": "other"})), post(THINGS, {"kind": "Thing"}), post(THINGS, {"apiVersion": "{id}.example.com/v1"}), post(THINGS, thing("{id}.example.com/v1", "Other")), post(THINGS, []), post(THINGS, "{"),
                            post(THINGS, thing_of(metadata={"ownerReferences": [{"apiVersion": "v1", "kind": "Pod", "name": "x"}]}))]
    item = {"type": "object", "required": ["k"], "properties": {"k": {"type": "string"}, "v": {"type": "string"}}}
    lists = {"m": {"type": "array", "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["k"], "items": item}, "s": {"type": "array", "x-kubernetes-list-type": "set", "items": {"type": "string"}},
             "a": {"type": "array", "items": {"type": "string"}}, "o": {"type": "object", "x-kubernetes-map-type": "atomic", "additionalProperties": {"type": "string"}}, "g": {"type": "object", "additionalProperties": {"type": "string"}},
             "p": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}}
    one = {"m": [{"k": "a", "v": "1"}], "s": ["x"], "a": ["1"], "o": {"x": "1"}, "g": {"x": "1"}, "p": {"x": {"y": [1]}}}
    other = {"m": [{"k": "b", "v": "1"}], "s": ["y"], "a": ["2"], "o": {"y": "1"}, "g": {"y": "1"}, "p": {"z": 1}}
    yield "apply", begin(definition(with_spec(**lists))) + [apply(THINGS + "/a", thing_of(spec=one)), apply(THINGS + "/a", thing_of(spec=other), "m2"), apply(THINGS + "/a", thing_of(spec=other), "m2", True),
                   apply(THINGS + "/a", thing_of(spec={"m": [{"k": "a", "v": "2"}]}), "m3"), apply(THINGS + "/a", thing_of(spec={"m": [{"v": "2"}]}), "m3"), apply(THINGS + "/a", thing_of(spec={"s": ["q", "q"]}), "m3"), apply(THINGS + "/a", thing_of(spec={"m": [{"k": "z"}, {"k": "z"}]}), "m3"),
                   apply(THINGS + "/a", thing_of(spec={"a": "x"}), "m3"), apply(THINGS + "/a", thing_of(spec={"m": None}), "m3"), apply(THINGS + "/a", thing_of(spec={}), "m2"), get(THINGS + "/a"), apply(THINGS + "/b", "spec: [", "m"), apply(THINGS + "/b", "apiVersion: {id}.example.com/v1\nkind: Thing\nspec: {o: {a: b}}\n", "m"),
                   apply(THINGS + "/a", thing("other/v1", "Thing", "a")), apply(THINGS + "/a", thing_of("other"))]
    yield "cluster-scoped", [quiet(post(CRDS, definition(scope="Cluster"))), quiet(get("/apis/{id}.example.com/v1/things", until=lambda a: a[0] == 200)), post("/apis/{id}.example.com/v1/things", thing_of()), get("/apis/{id}.example.com/v1/things/a"),
                             get(THINGS), post("/apis/{id}.example.com/v1/things", thing_of("b", metadata={"namespace": "x"})), delete("/apis/{id}.example.com/v1/things/a"), delete("/apis/{id}.example.com/v1/things")]
    rule = lambda **more: definition(with_spec(a=dict({"type": "string"}, **more), n={"type": "integer"}))
    yield "ratcheting", begin(rule()) + [quiet(post(THINGS, thing_of(spec={"a": "long"}))), quiet(merge(CRD, {"spec": rule(maxLength=2)["spec"]})), get(CRD, until=lambda a: True, keep=lambda b: b["spec"]["versions"]),
                          quiet(post(THINGS + "?dryRun=All", thing_of("probe", spec={"a": "long"}), until=lambda a: a[0] == 422)), merge(THINGS + "/a", {"spec": {"n": 1}}), merge(THINGS + "/a", {"spec": {"a": "other"}}), merge(THINGS + "/a", {"spec": {"a": "ok"}})]
    yield "transition", begin(rule(**{"x-kubernetes-validations": [{"rule": "self == oldSelf", "message": "fixed"}]})) + [post(THINGS, thing_of(spec={"a": "1"})), merge(THINGS + "/a", {"spec": {"a": "2"}}), merge(THINGS + "/a", {"spec": {"a": None}}), merge(THINGS + "/a", {"spec": {"a": "3"}})]
    yield "finalizer", begin(definition()) + [post(THINGS, thing_of(metadata={"finalizers": ["a.b/c"]})), delete(THINGS + "/a"), merge(THINGS + "/a", {"spec": {"a": 1}}), merge(THINGS + "/a", {"metadata": {"finalizers": ["a.b/c", "d.e/f"]}}), merge(THINGS + "/a", {"metadata": {"finalizers": None}}), get(THINGS + "/a")]
    yield "update-definition", begin(definition()) + [merge(CRD, {"spec": {"scope": "Cluster"}}), merge(CRD, {"spec": {"group": "x.y"}}), merge(CRD, {"spec": {"names": {"kind": "Other"}}}), merge(CRD, {"spec": {"names": {"plural": "others"}}}), merge(CRD, {"status": {"storedVersions": []}}), merge(CRD + "/status", {"status": {"storedVersions": []}}),
                                merge(CRD + "/status", {"status": {"storedVersions": ["v9"]}}), merge(CRD, {"spec": {"versions": [dict(definition()["spec"]["versions"][0], name="v2")]}}), merge(CRD, {"spec": {"names": {"shortNames": ["th{id}"], "categories": ["all"]}}}, keep=lambda b: b["spec"]),
                                delete(CRD, keep=lambda b: {k: b.get(k) for k in ("kind", "status")} if b.get("kind") == "Status" else b["kind"])]


def stories():
    for part in (schemas, broken_definitions, behaviour):
        yield from part()
