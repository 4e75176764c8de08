"""Fields of every kind, from the OpenAPI v3 documents of the server itself."""
import re


class Schemas:
    def __init__(self, server):
        self.schemas, self.kinds = {}, {}
        index = server.request("GET", "/openapi/v3")[1]["paths"]
        for path, entry in index.items():
            if not re.match(r"^(api|apis/[^/]+)/v", path):
                continue
            document = server.request("GET", entry["serverRelativeURL"])[1]
            for name, schema in document.get("components", {}).get("schemas", {}).items():
                self.schemas[name] = schema
                for gvk in schema.get("x-kubernetes-group-version-kind", []):
                    self.kinds[(gvk["group"], gvk["version"], gvk["kind"])] = name

    def of(self, object_):
        group, _, version = object_["apiVersion"].rpartition("/")
        return self.resolve({"$ref": "#/components/schemas/" + self.kinds[(group, version, object_["kind"])]})

    def resolve(self, schema):
        """the schema behind references; one-element allOf is how v3 adds a default to a reference"""
        for _ in range(5):
            if "$ref" in schema:
                schema = self.schemas[schema["$ref"].rpartition("/")[2]]
            elif len(schema.get("allOf", [])) == 1:
                schema = schema["allOf"][0]
            else:
                break
        return schema

    def is_quantity(self, schema):
        return any(r.endswith(".Quantity") for r in references(schema))

    def is_time(self, schema):
        return schema.get("format") == "date-time"


def references(schema):
    found = [schema.get("$ref", "")]
    for part in schema.get("allOf", []):
        found.append(part.get("$ref", ""))
    return found
