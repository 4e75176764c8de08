// Kubernetes' protobuf form of objects: the bytes "k8s\0" and a runtime.Unknown whose raw field holds the message, by the field numbers
// of the tables. Pure; any thread.
#pragma once

#include <string>
#include <string_view>

#include "api/kind.h"

namespace skiff::api {

bool is_protobuf(std::string_view bytes);   // begins with k8s\0

struct ProtobufEnvelope {
    std::string api_version, kind;          // may be empty
    std::string_view raw;                   // into the bytes
};
// BadRequest when the bytes are no envelope.
Result<ProtobufEnvelope> open_protobuf(std::string_view bytes);

// The message as a tree in the order of the table (not yet normalised); kind and apiVersion are set from the envelope by the caller.
// BadRequest on malformed bytes. Bounded depth.
Result<json::Value> decode_protobuf(const TypeSchema& schema, std::string_view raw);

// The message of a normalised tree, without and with the envelope (kind and apiVersion are taken from the tree).
std::string encode_protobuf(const TypeSchema& schema, const json::Value& tree);
std::string encode_protobuf_object(const TypeSchema& schema, const json::Value& tree);
// Lists and watch events are built from parts: the envelope around any message.
std::string protobuf_envelope(std::string_view api_version, std::string_view kind, std::string_view raw);

}  // namespace skiff::api
