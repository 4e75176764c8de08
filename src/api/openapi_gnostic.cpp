#include "api/openapi_gnostic.h"

#include "api/protobuf_wire.h"
#include "json/write.h"

namespace skiff::api {

namespace {

using json::Value;

void text(std::string& out, int field, const Value& value) {
    if (value.is_string() && !value.as_string().empty()) append_bytes_field(out, field, value.as_string());
}

void texts(std::string& out, int field, const Value& list) {
    for (const auto& item : list.items()) append_bytes_field(out, field, item.as_string());
}

void flag(std::string& out, int field, const Value& value) {
    if (value.as_bool()) append_varint_field(out, field, 1);
}

// message Any { yaml = 2 }; JSON is YAML.
std::string any(const Value& value) {
    std::string out;
    append_bytes_field(out, 2, json::write(value));
    return out;
}

std::string named(std::string_view name, std::string_view value) {
    std::string out;
    append_bytes_field(out, 1, name);
    append_bytes_field(out, 2, value);
    return out;
}

void extensions(std::string& out, int field, const Value& object) {
    for (const auto& [key, value] : object.members())
        if (key.starts_with("x-")) append_bytes_field(out, field, named(key, any(value)));
}

std::string wrapped(int field, std::string_view message) {
    std::string out;
    append_bytes_field(out, field, message);
    return out;
}

// ParametersItem { parameter = 1 }, Parameter { body = 1, non-body = 2 }, NonBodyParameter { query = 3, path = 4 }.
std::string parameter(const Value& value) {
    std::string out;
    const std::string& in = value["in"].as_string();
    if (in == "body") {
        text(out, 2, value["name"]);
        text(out, 3, value["in"]);
        flag(out, 4, value["required"]);
        append_bytes_field(out, 5, gnostic_schema(value["schema"]));
        return wrapped(1, wrapped(1, out));
    }
    bool query = in == "query";
    flag(out, 1, value["required"]);
    text(out, 2, value["in"]);
    text(out, 4, value["name"]);
    text(out, query ? 6 : 5, value["type"]);
    flag(out, query ? 20 : 19, value["uniqueItems"]);
    return wrapped(1, wrapped(2, wrapped(query ? 3 : 4, out)));
}

std::string response(const Value& value) {
    std::string out;
    text(out, 1, value["description"]);
    if (value.has("schema")) append_bytes_field(out, 2, wrapped(1, gnostic_schema(value["schema"])));
    return wrapped(1, out);
}

std::string operation(const Value& value) {
    std::string out, responses;
    texts(out, 1, value["tags"]);
    text(out, 5, value["operationId"]);
    texts(out, 6, value["produces"]);
    texts(out, 7, value["consumes"]);
    for (const auto& one : value["parameters"].items()) append_bytes_field(out, 8, parameter(one));
    for (const auto& [code, answer] : value["responses"].members()) append_bytes_field(responses, 1, named(code, response(answer)));
    append_bytes_field(out, 9, responses);
    extensions(out, 13, value);
    return out;
}

}  // namespace

std::string gnostic_schema(const Value& schema) {
    std::string out;
    text(out, 1, schema["$ref"]);
    text(out, 2, schema["format"]);
    text(out, 4, schema["description"]);
    if (const Value* value = schema.find("default")) append_bytes_field(out, 5, any(*value));
    texts(out, 19, schema["required"]);
    for (const auto& value : schema["enum"].items()) append_bytes_field(out, 20, any(value));
    if (const Value* value = schema.find("additionalProperties")) append_bytes_field(out, 21, wrapped(1, gnostic_schema(*value)));
    if (const Value* type = schema.find("type")) append_bytes_field(out, 22, wrapped(1, type->as_string()));
    if (const Value* items = schema.find("items")) append_bytes_field(out, 23, wrapped(1, gnostic_schema(*items)));
    if (const Value* properties = schema.find("properties")) {
        std::string all;
        for (const auto& [name, property] : properties->members()) append_bytes_field(all, 1, named(name, gnostic_schema(property)));
        append_bytes_field(out, 25, all);
    }
    extensions(out, 31, schema);
    return out;
}

std::string gnostic_path_item(const Value& item) {
    static constexpr std::pair<std::string_view, int> kMethods[] = {{"get", 2}, {"put", 3}, {"post", 4}, {"delete", 5}, {"patch", 8}};
    std::string out;
    for (auto [method, field] : kMethods)
        if (const Value* value = item.find(method)) append_bytes_field(out, field, operation(*value));
    for (const auto& one : item["parameters"].items()) append_bytes_field(out, 9, parameter(one));
    return out;
}

std::string gnostic_info(const Value& info) {
    std::string out;
    text(out, 1, info["title"]);
    text(out, 2, info["version"]);
    return out;
}

}  // namespace skiff::api
