#include "api/protobuf.h"

#include "api/protobuf_wire.h"

namespace skiff::api {

namespace {

constexpr std::string_view kMagic("k8s\0", 4);

}  // namespace

bool is_protobuf(std::string_view bytes) { return bytes.starts_with(kMagic); }

// runtime.Unknown: typeMeta = 1 {apiVersion = 1, kind = 2}, raw = 2, contentEncoding = 3, contentType = 4.
Result<ProtobufEnvelope> open_protobuf(std::string_view bytes) {
    if (!is_protobuf(bytes))
        return error(Reason::BadRequest, "provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]");
    ProtobufEnvelope envelope;
    WireReader reader(bytes.substr(kMagic.size()));
    while (!reader.at_end()) {
        auto item = TRY(reader.next());
        if (item.field == 2 && item.type == WireType::Bytes) envelope.raw = item.bytes;
        if (item.field != 1 || item.type != WireType::Bytes) continue;
        WireReader type(item.bytes);
        while (!type.at_end()) {
            auto part = TRY(type.next());
            if (part.field == 1) envelope.api_version = part.bytes;
            if (part.field == 2) envelope.kind = part.bytes;
        }
    }
    return envelope;
}

std::string protobuf_envelope(std::string_view api_version, std::string_view kind, std::string_view raw) {
    std::string type, out(kMagic);
    append_bytes_field(type, 1, api_version);
    append_bytes_field(type, 2, kind);
    out.reserve(kMagic.size() + type.size() + raw.size() + 24);
    append_bytes_field(out, 1, type);
    append_bytes_field(out, 2, raw);
    append_bytes_field(out, 3, "");
    append_bytes_field(out, 4, "");
    return out;
}

std::string encode_protobuf_object(const TypeSchema& schema, const json::Value& tree) {
    return protobuf_envelope(tree["apiVersion"].as_string(), tree["kind"].as_string(), encode_protobuf(schema, tree));
}

}  // namespace skiff::api
