#include "server/apiserver/protobuf_form.h"

#include "api/decode.h"
#include "api/protobuf.h"

namespace skiff::apiserver {
namespace {

// Shown in errors: the first bytes of the body in hexadecimal, as runtime's NewNotRegistered errors do.

void append_varint(std::string& out, uint64_t n) {
    while (n >= 0x80) {
        out.push_back(static_cast<char>(n | 0x80));
        n >>= 7;
    }
    out.push_back(static_cast<char>(n));
}

void append_bytes(std::string& out, int field, std::string_view bytes) {
    append_varint(out, static_cast<uint64_t>(field) << 3 | 2);
    append_varint(out, bytes.size());
    out.append(bytes);
}

// PartialObjectMetadata (metadata = 1) and its list (metadata = 1, items = 2) have no table of their own.
net::Bytes partial_metadata(const api::KindRegistry& kinds, const json::Value& value) {
    const api::TypeSchema* object_meta = kinds.schemas().find("meta.v1.ObjectMeta");
    const api::TypeSchema* list_meta = kinds.schemas().find("meta.v1.ListMeta");
    if (object_meta == nullptr || list_meta == nullptr) return nullptr;
    std::string raw;
    bool list = value["kind"].as_string() == "PartialObjectMetadataList";
    append_bytes(raw, 1, api::encode_protobuf(list ? *list_meta : *object_meta, value["metadata"]));
    for (const json::Value& item : value["items"].items()) {
        std::string one;
        append_bytes(one, 1, api::encode_protobuf(*object_meta, item["metadata"]));
        append_bytes(raw, 2, one);
    }
    return net::make_bytes(api::protobuf_envelope(value["apiVersion"].as_string(), value["kind"].as_string(), raw));
}

}  // namespace

Result<net::Bytes> protobuf_value(const api::KindRegistry& kinds, const json::Value& value, std::string_view type) {
    if (type.rfind("meta.v1.PartialObjectMetadata", 0) == 0)
        if (net::Bytes bytes = partial_metadata(kinds, value)) return bytes;
    const api::TypeSchema* schema = kinds.schemas().find(type);
    if (schema == nullptr) return error(Reason::NotAcceptable, "{} has no protobuf form", value["kind"].as_string()).with_code(406);
    return net::make_bytes(api::encode_protobuf_object(*schema, value));
}

Result<net::Bytes> protobuf_event(const api::KindRegistry& kinds, std::string_view type, const json::Value& object, std::string_view schema) {
    net::Bytes inner = TRY(protobuf_value(kinds, object, schema));
    // meta.v1.WatchEvent: type = 1, object = 2 (a RawExtension: raw = 1).
    std::string raw, event;
    append_bytes(raw, 1, *inner);
    append_bytes(event, 1, type);
    append_bytes(event, 2, raw);
    // Watch frames carry the message itself, not an envelope; the length is big-endian.
    std::string frame;
    frame.reserve(event.size() + 4);
    auto size = static_cast<uint32_t>(event.size());
    for (int shift : {24, 16, 8, 0}) frame.push_back(static_cast<char>(size >> shift));
    frame += event;
    return net::make_bytes(std::move(frame));
}

Result<json::Value> protobuf_body(const api::KindRegistry& kinds, std::string_view bytes, std::string_view type, std::string_view kind_name) {
    const api::Gvk wanted{"", "", std::string(kind_name)};
    auto bad = [&](std::string_view why) { return api::unrecognized(wanted, error(Reason::BadRequest, "{}", why), bytes); };
    if (bytes.empty()) return bad("empty data");
    auto envelope = api::open_protobuf(bytes);
    if (!envelope.ok()) return bad(envelope.status().message());
    if (bytes.size() == 4) return bad("empty body");
    const api::TypeSchema* schema = kinds.schemas().find(type);
    if (schema == nullptr) return bad("no protobuf form");
    auto tree = api::decode_protobuf(*schema, envelope->raw);
    if (!tree.ok() && tree.status().reason() != Reason::BadRequest) return std::move(tree).status();
    if (!tree.ok()) {
        api::GroupVersion gv = api::GroupVersion::parse(envelope->api_version.empty() ? "v1" : envelope->api_version);
        return error(Reason::BadRequest, "{} in version \"{}\" cannot be handled as a {}: {}", envelope->kind.empty() ? kind_name : envelope->kind, gv.version, kind_name,
                     tree.status().message());
    }
    if (!envelope->kind.empty()) tree->set("kind", envelope->kind);
    if (!envelope->api_version.empty()) tree->set("apiVersion", envelope->api_version);
    return std::move(tree).value();
}

}  // namespace skiff::apiserver
