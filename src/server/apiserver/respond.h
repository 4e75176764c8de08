// respond: from answers to HTTP responses: status code, headers that every answer has, warnings, gzip. Any thread.
#pragma once

#include <string_view>
#include <vector>

#include "net/http_server.h"
#include "server/apiserver/encode.h"

namespace skiff::apiserver {

// Bodies over this are compressed when the client accepts gzip (Kubernetes: 128 KiB).
inline constexpr size_t kGzipMin = 128 << 10;

// Headers that every answer carries, and the context's warnings.
net::Headers base_headers(const RequestContext& context);
void send_pieces(net::Exchange& exchange, const RequestContext& context, int code, std::string content_type, std::vector<net::Bytes> pieces);
void send_text(net::Exchange& exchange, const RequestContext& context, int code, std::string text, std::string content_type = "text/plain; charset=utf-8");
void send_value(net::Exchange& exchange, const Core& core, const RequestContext& context, int code, const json::Value& value, std::string_view type,
                const Form& form);
void send_answer(net::Exchange& exchange, const Core& core, const RequestContext& context, const Answer& answer, const Form& form);
void send_list(net::Exchange& exchange, const Core& core, const RequestContext& context, const ListAnswer& list, const Form& form);
// A failure as metav1.Status in the nearest form that the client accepts.
void send_status(net::Exchange& exchange, const Core& core, const RequestContext& context, const Status& status);

}  // namespace skiff::apiserver
