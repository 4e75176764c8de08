"""One change at a time: for each field of a kind, values that a server has to take, correct or refuse."""
import copy

ABSENT = object()
DEPTH_MAX = 14
WORDS = ["", "A_b", "a b", "x" * 300, "name-1", "a.b/c", "/p", "10.0.0.1", "..", "Always", "a\u00e9"]
NUMBERS = [-1, 0, 1, 70000, 3000000000, "5", 1.5]
QUANTITIES = ["-1", "0", "1.5", "x", "1Gi", 5, "100m"]


def minimal(schemas, schema, depth=0):
    """a small value that decodes: what is required is there"""
    quantity, number_or_text = schemas.is_quantity(schema), None
    schema = schemas.resolve(schema)
    if quantity:
        return "1"
    if schema.get("enum"):
        return schema["enum"][0]
    number_or_text = schema.get("format") == "int-or-string" or schema.get("oneOf")
    kind = schema.get("type")
    if number_or_text or kind in ("integer", "number"):
        return 1
    if kind == "boolean":
        return True
    if kind == "array":
        return [minimal(schemas, schema.get("items", {}), depth + 1)] if depth < 5 else []
    if kind == "string":
        return "2030-01-01T00:00:00Z" if schemas.is_time(schema) else "YQ==" if schema.get("format") == "byte" else "a"
    properties = schema.get("properties")
    if not properties:
        return {"a": minimal(schemas, schema["additionalProperties"], depth + 1)} if "additionalProperties" in schema else {}
    return {k: minimal(schemas, properties[k], depth + 1) for k in schema.get("required", []) if k in properties}


def values(schemas, schema):
    """what a field is set to, one after another"""
    if schemas.is_quantity(schema):
        return QUANTITIES
    schema = schemas.resolve(schema)
    kind, found = schema.get("type"), [None]
    if schema.get("format") == "int-or-string" or schema.get("oneOf"):
        return [-1, 0, 1, 70000, "5%", "101%", "a", "", "A_", "x" * 20, "-1%", True]
    if kind in ("integer", "number"):
        return found + NUMBERS
    if kind == "boolean":
        return found + [True, False, "x"]
    if kind == "array":
        item = minimal(schemas, schema.get("items", {}))
        full = fullest(schemas, schema.get("items", {}))
        return found + [[], [item], [item, copy.deepcopy(item)], [full], "x", [None], {}]
    if kind == "string":
        if schemas.is_time(schema):
            return found + ["x", "2020-01-01T00:00:00Z", "", 5]
        if schema.get("format") == "byte":
            return found + ["YQ==", "?", ""]
        return found + list(schema.get("enum", [])) + WORDS + [5]
    if schema.get("properties"):
        item = minimal(schemas, schema)
        return found + [{}, item, fullest(schemas, schema), dict(item, unknownField=1), "x", []]
    inner = schema.get("additionalProperties")
    if inner is not None:
        item = minimal(schemas, inner)
        return found + [{}, {"a": item}, {"a b": item}, {"": item}, {"x" * 70: item}, {"a.b/c": item}, {"a": 5}, "x"]
    return found + [{}, {"a": 1}, "x"]


def fullest(schemas, schema, depth=0):
    """every field of one struct, minimal ones below it"""
    schema = schemas.resolve(schema)
    if not schema.get("properties") or depth > 1:
        return minimal(schemas, schema)
    return {k: minimal(schemas, v) for k, v in schema["properties"].items()}


def paths(schemas, schema, base, prefix=(), stack=()):
    """(path, schema) of every field, also of those that the base does not have; recursion in types ends at the second turn"""
    resolved = schemas.resolve(schema)
    if len(prefix) > DEPTH_MAX or stack.count(id(resolved)) > 1:
        return
    stack += (id(resolved),)
    if resolved.get("type") == "array":
        yield from paths(schemas, resolved.get("items", {}), first(base), prefix + (0,), stack)
        return
    for name, inner in resolved.get("properties", {}).items():
        if name == "managedFields":
            continue
        yield prefix + (name,), inner
        yield from paths(schemas, inner, base.get(name) if isinstance(base, dict) else None, prefix + (name,), stack)


def first(base):
    return base[0] if isinstance(base, list) and base else None


def with_value(schemas, schema, base, path, value):
    """a copy of base with one field set; parents that are missing are made minimal"""
    base = copy.deepcopy(base)
    node = base
    for i, step in enumerate(path):
        schema = schemas.resolve(schema)
        last = i + 1 == len(path)
        inner = schema.get("items", {}) if isinstance(step, int) else schema.get("properties", {}).get(step, {})
        if last:
            if value is ABSENT:
                if isinstance(node, dict):
                    node.pop(step, None)
            elif isinstance(step, int):
                node[:] = [value] + node[1:]
            else:
                node[step] = value
        elif isinstance(step, int):
            if not node:
                node.append(minimal(schemas, inner))
            node = node[0]
        else:
            if node.get(step) is None:
                node[step] = minimal(schemas, inner)
            node = node[step]
        schema = inner
    return base


def decodes(schemas, schema, path, value):
    """whether a value has a type that its field can have; what has another ends the reading of an object"""
    for step in path:
        schema = schemas.resolve(schema)
        schema = schema.get("items", {}) if isinstance(step, int) else schema.get("properties", {}).get(step, {})
    if value is None or value is ABSENT:
        return True
    if schemas.is_quantity(schema):
        return value != "x"
    schema = schemas.resolve(schema)
    if schema.get("format") == "int-or-string" or schema.get("oneOf"):
        return value is not True
    kind = schema.get("type")
    if kind == "string":
        return isinstance(value, str) and not (schemas.is_time(schema) and value == "x" or schema.get("format") == "byte" and value == "?")
    if kind == "integer":
        return isinstance(value, int) and not isinstance(value, bool) and (value < 2 ** 31 or schema.get("format") == "int64")
    if kind == "boolean":
        return isinstance(value, bool)
    if kind == "array":
        return isinstance(value, list)
    return isinstance(value, dict) and "unknownField" not in value and (not schema.get("additionalProperties") or value.get("a") != 5 or kind == "integer")


def present(base, path):
    for step in path:
        if isinstance(step, int):
            if not isinstance(base, list) or len(base) <= step:
                return False
            base = base[step]
        elif not isinstance(base, dict) or step not in base:
            return False
        else:
            base = base[step]
    return True
