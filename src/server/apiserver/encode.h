// From objects to the bytes of an answer in the negotiated form. Pure but for the version conversion through Core; any thread.
#pragma once

#include <string>
#include <vector>

#include "net/http.h"
#include "server/apiserver/negotiate.h"
#include "server/apiserver/registry/operations.h"

namespace skiff::apiserver {

// One object. kind: as which it is shown.
Result<net::Bytes> encode_object(const Core& core, const api::KindInfo& kind, const api::ObjectPtr& object, const Form& form);
// A value that is no stored object: Status, Scale, a review. type: its schema, for protobuf.
Result<net::Bytes> encode_value(const Core& core, const json::Value& value, std::string_view type, const Form& form);
// A list; the pieces are sent one after the other.
Result<std::vector<net::Bytes>> encode_list(const Core& core, const api::KindInfo& kind, const ListAnswer& list, const Form& form);

// One frame of a watch: a line of JSON, a YAML document, or a length-prefixed protobuf message. type: ADDED, MODIFIED, DELETED.
// columns: of a Table, only the first frame has them.
Result<net::Bytes> encode_event(const Core& core, const api::KindInfo& kind, std::string_view type, const api::ObjectPtr& object, const Form& form, bool columns);
Result<net::Bytes> encode_bookmark(const Core& core, const api::KindInfo& kind, int64_t revision, bool initial_end, const Form& form, bool columns);
Result<net::Bytes> encode_error_event(const Core& core, const Status& status, const Form& form);

}  // namespace skiff::apiserver
