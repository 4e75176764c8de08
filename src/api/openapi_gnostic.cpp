#include "api/openapi_gnostic.h"

#include <span>

#include "api/protobuf_wire.h"
#include "json/write.h"

namespace skiff::api {

namespace {

using json::Value;

// A list is a repeated field, but for Any and Scalar.
enum class What : uint8_t {
    Text,
    Flag,
    Integer,
    Number,
    Any,           // JSON in a message Any, as its yaml
    Anys,
    Scalar,        // DefaultType: number = 1, boolean = 2, string = 3
    One,           // a message; in a list: several
    Named,         // a map: an entry for each member
    SchemaOrBool,  // additionalProperties of version 3
};

struct Message;

struct Member {
    std::string_view name;
    uint8_t field;
    What what;
    uint8_t inner = 0;               // not 0: the value stands in this field of a message of its own
    const Message* message = nullptr;
};

struct Message {
    enum class Form : uint8_t {
        Plain,
        Wrapped,        // the only thing that another message may hold, in its field 1
        OrReference,    // the same, or a reference in its field 2
        ParameterV2,    // which message it is depends on where the parameter is
    };
    std::span<const Member> members;
    uint8_t extensions = 0;          // the field of x-...; 0: none
    Form form = Form::Plain;
};

extern const Message kSchemaV2, kSchemaV3;

constexpr Member kInfoMembersV2[] = {{"title", 1, What::Text}, {"version", 2, What::Text}};
constexpr Member kInfoMembersV3[] = {{"title", 1, What::Text}, {"version", 6, What::Text}};
constexpr Message kInfoV2 = {kInfoMembersV2}, kInfoV3 = {kInfoMembersV3};

constexpr Member kSchemaMembersV2[] = {
    {"$ref", 1, What::Text}, {"format", 2, What::Text}, {"title", 3, What::Text}, {"description", 4, What::Text}, {"default", 5, What::Any},
    {"multipleOf", 6, What::Number}, {"maximum", 7, What::Number}, {"exclusiveMaximum", 8, What::Flag}, {"minimum", 9, What::Number},
    {"exclusiveMinimum", 10, What::Flag}, {"maxLength", 11, What::Integer}, {"minLength", 12, What::Integer}, {"pattern", 13, What::Text},
    {"maxItems", 14, What::Integer}, {"minItems", 15, What::Integer}, {"uniqueItems", 16, What::Flag}, {"maxProperties", 17, What::Integer},
    {"minProperties", 18, What::Integer}, {"required", 19, What::Text}, {"enum", 20, What::Anys}, {"additionalProperties", 21, What::One, 1, &kSchemaV2},
    {"type", 22, What::Text, 1}, {"items", 23, What::One, 1, &kSchemaV2}, {"properties", 25, What::Named, 1, &kSchemaV2},
};
const Message kSchemaV2 = {kSchemaMembersV2, 31};

constexpr Member kSchemaMembersV3[] = {
    {"nullable", 1, What::Flag}, {"example", 7, What::Any}, {"title", 9, What::Text}, {"multipleOf", 10, What::Number}, {"maximum", 11, What::Number},
    {"exclusiveMaximum", 12, What::Flag}, {"minimum", 13, What::Number}, {"exclusiveMinimum", 14, What::Flag}, {"maxLength", 15, What::Integer},
    {"minLength", 16, What::Integer}, {"pattern", 17, What::Text}, {"maxItems", 18, What::Integer}, {"minItems", 19, What::Integer},
    {"uniqueItems", 20, What::Flag}, {"maxProperties", 21, What::Integer}, {"minProperties", 22, What::Integer}, {"required", 23, What::Text},
    {"enum", 24, What::Anys}, {"type", 25, What::Text}, {"allOf", 26, What::One, 0, &kSchemaV3}, {"oneOf", 27, What::One, 0, &kSchemaV3},
    {"anyOf", 28, What::One, 0, &kSchemaV3}, {"items", 30, What::One, 1, &kSchemaV3}, {"properties", 31, What::Named, 1, &kSchemaV3},
    {"additionalProperties", 32, What::SchemaOrBool}, {"default", 33, What::Scalar}, {"description", 34, What::Text}, {"format", 35, What::Text},
};
const Message kSchemaV3 = {kSchemaMembersV3, 36, Message::Form::OrReference};

constexpr Member kBodyParameterV2[] = {{"name", 2, What::Text}, {"in", 3, What::Text}, {"required", 4, What::Flag}, {"schema", 5, What::One, 0, &kSchemaV2}};
constexpr Member kQueryParameterV2[] = {{"required", 1, What::Flag}, {"in", 2, What::Text}, {"name", 4, What::Text}, {"type", 6, What::Text}, {"uniqueItems", 20, What::Flag}};
constexpr Member kPathParameterV2[] = {{"required", 1, What::Flag}, {"in", 2, What::Text}, {"name", 4, What::Text}, {"type", 5, What::Text}, {"uniqueItems", 19, What::Flag}};
constexpr Message kParameterV2 = {{}, 0, Message::Form::ParameterV2};
constexpr Member kResponseMembersV2[] = {{"description", 1, What::Text}, {"schema", 2, What::One, 1, &kSchemaV2}};
constexpr Message kResponseV2 = {kResponseMembersV2, 0, Message::Form::Wrapped};
constexpr Member kOperationMembersV2[] = {
    {"tags", 1, What::Text}, {"operationId", 5, What::Text}, {"produces", 6, What::Text}, {"consumes", 7, What::Text},
    {"parameters", 8, What::One, 0, &kParameterV2}, {"responses", 9, What::Named, 1, &kResponseV2},
};
constexpr Message kOperationV2 = {kOperationMembersV2, 13};
constexpr Member kPathItemMembersV2[] = {
    {"get", 2, What::One, 0, &kOperationV2}, {"put", 3, What::One, 0, &kOperationV2}, {"post", 4, What::One, 0, &kOperationV2},
    {"delete", 5, What::One, 0, &kOperationV2}, {"options", 6, What::One, 0, &kOperationV2}, {"head", 7, What::One, 0, &kOperationV2},
    {"patch", 8, What::One, 0, &kOperationV2}, {"parameters", 9, What::One, 0, &kParameterV2},
};
constexpr Message kPathItemV2 = {kPathItemMembersV2};

constexpr Member kMediaTypeMembersV3[] = {{"schema", 1, What::One, 0, &kSchemaV3}};
constexpr Message kMediaTypeV3 = {kMediaTypeMembersV3};
constexpr Member kParameterMembersV3[] = {{"name", 1, What::Text}, {"in", 2, What::Text}, {"description", 3, What::Text}, {"required", 4, What::Flag}, {"schema", 10, What::One, 0, &kSchemaV3}};
constexpr Message kParameterV3 = {kParameterMembersV3, 14, Message::Form::OrReference};
constexpr Member kRequestBodyMembersV3[] = {{"description", 1, What::Text}, {"content", 2, What::Named, 1, &kMediaTypeV3}, {"required", 3, What::Flag}};
constexpr Message kRequestBodyV3 = {kRequestBodyMembersV3, 4, Message::Form::OrReference};
constexpr Member kResponseMembersV3[] = {{"description", 1, What::Text}, {"content", 3, What::Named, 1, &kMediaTypeV3}};
constexpr Message kResponseV3 = {kResponseMembersV3, 5, Message::Form::OrReference};
constexpr Member kOperationMembersV3[] = {
    {"tags", 1, What::Text}, {"summary", 2, What::Text}, {"description", 3, What::Text}, {"operationId", 5, What::Text},
    {"parameters", 6, What::One, 0, &kParameterV3}, {"requestBody", 7, What::One, 0, &kRequestBodyV3}, {"responses", 8, What::Named, 2, &kResponseV3},
};
constexpr Message kOperationV3 = {kOperationMembersV3, 13};
constexpr Member kPathItemMembersV3[] = {
    {"get", 4, What::One, 0, &kOperationV3}, {"put", 5, What::One, 0, &kOperationV3}, {"post", 6, What::One, 0, &kOperationV3},
    {"delete", 7, What::One, 0, &kOperationV3}, {"options", 8, What::One, 0, &kOperationV3}, {"head", 9, What::One, 0, &kOperationV3},
    {"patch", 10, What::One, 0, &kOperationV3}, {"parameters", 13, What::One, 0, &kParameterV3},
};
constexpr Message kPathItemV3 = {kPathItemMembersV3};
constexpr Member kSecurityMembersV3[] = {{"type", 1, What::Text}, {"description", 2, What::Text}, {"name", 3, What::Text}, {"in", 4, What::Text}};
constexpr Message kSecurityV3 = {kSecurityMembersV3, 0, Message::Form::OrReference};

std::string written(const Value& value, const Message& message);

std::string wrapped(int field, std::string_view message) {
    std::string out;
    append_bytes_field(out, field, message);
    return out;
}

// JSON is YAML.
std::string any(const Value& value) { return wrapped(2, json::write(value)); }

void add(std::string& out, int field, const Value& value, const Member& member) {
    switch (member.what) {
        case What::Text:
            if (value.is_string() && !value.as_string().empty()) append_bytes_field(out, field, value.as_string());
            return;
        case What::Flag:
            if (value.as_bool()) append_varint_field(out, field, 1);
            return;
        case What::Integer: return append_varint_field(out, field, static_cast<uint64_t>(value.as_int()));
        case What::Number: return append_double_field(out, field, value.as_double());
        case What::Any:
        case What::Anys: return append_bytes_field(out, field, any(value));
        case What::Scalar: {
            std::string scalar;
            if (value.is_number()) append_double_field(scalar, 1, value.as_double());
            else if (value.is_bool()) append_varint_field(scalar, 2, value.as_bool() ? 1 : 0);
            else if (value.is_string()) append_bytes_field(scalar, 3, value.as_string());
            return append_bytes_field(out, field, scalar);   // what is no scalar is lost, in Kubernetes' answer as well
        }
        case What::One: return append_bytes_field(out, field, written(value, *member.message));
        case What::Named:
            for (const auto& [name, entry] : value.members()) append_bytes_field(out, field, gnostic_named(name, written(entry, *member.message)));
            return;
        case What::SchemaOrBool: {
            std::string either;
            if (value.is_bool()) append_varint_field(either, 2, value.as_bool() ? 1 : 0);
            else append_bytes_field(either, 1, written(value, kSchemaV3));
            return append_bytes_field(out, field, either);
        }
    }
}

std::string members_of(const Value& value, std::span<const Member> members, int extensions) {
    std::string out;
    for (const Member& member : members) {
        const Value* found = value.find(member.name);
        if (!found) continue;
        std::string own;
        std::string& to = member.inner ? own : out;
        const int field = member.inner ? member.inner : member.field;
        if (found->is_array() && member.what != What::Any && member.what != What::Scalar)
            for (const Value& item : found->items()) add(to, field, item, member);
        else add(to, field, *found, member);
        if (member.inner) append_bytes_field(out, member.field, own);
    }
    if (extensions)
        for (const auto& [key, extension] : value.members())
            if (key.starts_with("x-")) append_bytes_field(out, extensions, gnostic_named(key, any(extension)));
    return out;
}

// ParametersItem { parameter = 1 }, Parameter { body = 1, non-body = 2 }, NonBodyParameter { query = 3, path = 4 }.
std::string parameter_v2(const Value& value) {
    const std::string& in = value["in"].as_string();
    if (in == "body") return wrapped(1, wrapped(1, members_of(value, kBodyParameterV2, 0)));
    return wrapped(1, wrapped(2, in == "query" ? wrapped(3, members_of(value, kQueryParameterV2, 0)) : wrapped(4, members_of(value, kPathParameterV2, 0))));
}

std::string written(const Value& value, const Message& message) {
    if (message.form == Message::Form::ParameterV2) return parameter_v2(value);
    if (message.form == Message::Form::OrReference && value.has("$ref")) return wrapped(2, wrapped(1, value["$ref"].as_string()));
    std::string out = members_of(value, message.members, message.extensions);
    return message.form == Message::Form::Plain ? out : wrapped(1, out);
}

}  // namespace

std::string gnostic_named(std::string_view name, std::string_view value) {
    std::string out;
    append_bytes_field(out, 1, name);
    append_bytes_field(out, 2, value);
    return out;
}

std::string gnostic_schema(const Value& schema, OpenApiVersion version) { return written(schema, version == OpenApiVersion::V3 ? kSchemaV3 : kSchemaV2); }
std::string gnostic_path_item(const Value& item, OpenApiVersion version) { return written(item, version == OpenApiVersion::V3 ? kPathItemV3 : kPathItemV2); }
std::string gnostic_info(const Value& info, OpenApiVersion version) { return written(info, version == OpenApiVersion::V3 ? kInfoV3 : kInfoV2); }
std::string gnostic_security(const Value& scheme) { return written(scheme, kSecurityV3); }

}  // namespace skiff::api
