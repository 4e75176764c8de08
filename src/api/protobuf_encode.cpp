#include <algorithm>
#include "api/protobuf.h"
#include "api/protobuf_wire.h"
#include "api/timestamp.h"
#include "base/encoding.h"
#include "json/write.h"

namespace skiff::api {

namespace {

using Kind = ValueSchema::Kind;

constexpr std::string_view kVerbs = "v1.Verbs";

std::string encode_time(const json::Value& value) {
    std::string out;
    auto moment = read_moment(value.as_string());
    if (!moment.ok()) return out;   // null is the zero time
    append_varint_field(out, 1, static_cast<uint64_t>(moment->seconds));
    append_varint_field(out, 2, static_cast<uint64_t>(moment->nanos));
    return out;
}

std::string encode_int_or_string(const json::Value& value) {
    std::string out;
    append_varint_field(out, 1, value.is_string() ? 1 : 0);
    append_varint_field(out, 2, static_cast<uint64_t>(value.as_int()));
    append_bytes_field(out, 3, value.as_string());
    return out;
}

std::string wrapped(std::string_view text) {
    std::string out;
    append_bytes_field(out, 1, text);
    return out;
}

std::string encode_duration(const json::Value& value) {
    std::string out;
    auto duration = parse_duration(value.as_string());
    append_varint_field(out, 1, static_cast<uint64_t>(duration.ok() ? duration->count() : 0));
    return out;
}

void encode_value(std::string& out, int field, const ValueSchema& schema, const json::Value& value);

// Lists inside maps are messages of their own: repeated items = 1 (authentication.v1.ExtraValue).
std::string encode_inner_list(const ValueSchema& schema, const json::Value& value) {
    std::string out;
    for (const auto& item : value.items()) encode_value(out, 1, *schema.element, item);
    return out;
}

void encode_map(std::string& out, int field, const ValueSchema& schema, const json::Value& value) {
    // By key, whatever the server itself has added at the end.
    std::vector<const json::Member*> sorted;
    for (const json::Member& member : value.members()) sorted.push_back(&member);
    std::sort(sorted.begin(), sorted.end(), [](const json::Member* a, const json::Member* b) { return a->key < b->key; });
    for (const json::Member* member : sorted) {
        std::string entry;
        append_bytes_field(entry, 1, member->key);
        if (schema.element->kind == Kind::List) append_bytes_field(entry, 2, encode_inner_list(*schema.element, member->value));
        else encode_value(entry, 2, *schema.element, member->value);
        append_bytes_field(out, field, entry);
    }
}

void encode_value(std::string& out, int field, const ValueSchema& schema, const json::Value& value) {
    switch (schema.kind) {
        case Kind::String: return append_bytes_field(out, field, value.as_string());
        case Kind::Bool: return append_varint_field(out, field, value.as_bool());
        case Kind::Int32:
        case Kind::Int64: return append_varint_field(out, field, static_cast<uint64_t>(value.as_int()));
        case Kind::Double: return append_double_field(out, field, value.as_double());
        case Kind::Quantity: return append_bytes_field(out, field, wrapped(value.as_string()));
        case Kind::IntOrString: return append_bytes_field(out, field, encode_int_or_string(value));
        case Kind::Time:
        case Kind::MicroTime: return append_bytes_field(out, field, encode_time(value));
        case Kind::Duration: return append_bytes_field(out, field, encode_duration(value));
        case Kind::Bytes: return append_bytes_field(out, field, base64_decode(value.as_string()).value_or(""));
        case Kind::Any: return append_bytes_field(out, field, wrapped(json::write(value)));
        case Kind::Object: return append_bytes_field(out, field, encode_protobuf(*schema.object, value));
        case Kind::List:
            for (const auto& item : value.items()) encode_value(out, field, *schema.element, item);
            return;
        case Kind::Map: return encode_map(out, field, schema, value);
    }
}

std::string encode_schema_or(const TypeSchema& schema, bool or_bool, const json::Value& value) {
    std::string out;
    if (or_bool) append_varint_field(out, 1, value.is_object() || value.as_bool() ? 1 : 0);
    if (value.is_object()) append_bytes_field(out, or_bool ? 2 : 1, encode_protobuf(schema, value));
    for (const auto& item : value.items()) append_bytes_field(out, 2, encode_protobuf(schema, item));
    return out;
}

// The embedded messages of one message while it is written: fields with paths {2, ...} collect under 2.
struct Embedded {
    int number = 0;
    std::string bytes;
    std::vector<Embedded> inner;

    Embedded& at(int wanted) {
        for (auto& one : inner)
            if (one.number == wanted) return one;
        inner.push_back({wanted, {}, {}});
        return inner.back();
    }
    void close(std::string& out) {
        for (auto& one : inner) {
            one.close(one.bytes);
            append_bytes_field(out, one.number, one.bytes);
        }
    }
};

}  // namespace

std::string encode_protobuf(const TypeSchema& schema, const json::Value& tree) {
    std::string out;
    Embedded embedded;
    for (const auto& [key, value] : tree.members()) {
        const Field* field = schema.find(key);
        if (!field || field->proto.empty() || value.is_null()) continue;
        if (field->proto.size() == 1) {
            // A list type with a name of its own is a message: repeated items = 1.
            if (field->value.kind == Kind::List && field->go_type == kVerbs) append_bytes_field(out, field->proto[0], encode_inner_list(field->value, value));
            else if (field->go_type == kSchemaOrBool || field->go_type == kSchemaOrArray) append_bytes_field(out, field->proto[0], encode_schema_or(schema, field->go_type == kSchemaOrBool, value));
            else encode_value(out, field->proto[0], field->value, value);
            continue;
        }
        Embedded* at = &embedded;
        for (size_t i = 0; i + 1 < field->proto.size(); ++i) at = &at->at(field->proto[i]);
        encode_value(at->bytes, field->proto.back(), field->value, value);
    }
    embedded.close(out);
    return out;
}

}  // namespace skiff::api
