// Kubernetes' protobuf envelope: "k8s\0" and a runtime.Unknown around a message of the object's schema; watch frames are a big-endian
// length and an enveloped meta.v1.WatchEvent. Pure; any thread.
#pragma once

#include <string>
#include <string_view>

#include "api/kind.h"
#include "net/http.h"

namespace skiff::apiserver {

Result<net::Bytes> protobuf_value(const api::KindRegistry& kinds, const json::Value& value, std::string_view type);
Result<net::Bytes> protobuf_event(const api::KindRegistry& kinds, std::string_view type, const json::Value& object, std::string_view schema);
// The JSON tree of an enveloped body; type: the schema its message must have.
Result<json::Value> protobuf_body(const api::KindRegistry& kinds, std::string_view bytes, std::string_view type, std::string_view kind_name);

}  // namespace skiff::apiserver
