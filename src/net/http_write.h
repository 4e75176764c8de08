// Message heads as bytes, and the metav1.Status body with which the server answers what never reaches a handler. Any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "net/http.h"

namespace skiff::net {

std::string_view status_text(int code);   // "Not Found"

enum class BodyFraming { Length, Chunked, UntilClose, None };

struct HeadOptions {
    int version_minor = 1;          // of the request
    bool keep_alive = true;
    BodyFraming framing = BodyFraming::Length;
    uint64_t content_length = 0;
};
// Status line, Date, framing and connection headers, then headers (theirs for these names are left out), then the empty line.
std::string response_head(int code, const Headers& headers, const HeadOptions& options);
// The same for 101: headers as they are.
std::string upgrade_head(const Headers& headers);

// Method, target, Host unless given, Content-Length where there is a body or the method wants one, then headers.
std::string request_head(std::string_view method, std::string_view target, std::string_view host, const Headers& headers,
                         size_t body_bytes, bool has_body);

// {"kind":"Status",...} with an application/json content type.
Response status_response(int code, std::string_view reason, std::string_view message);

// A name or value that must not reach the wire: line breaks and NUL would let a caller forge headers.
bool safe_header(std::string_view name, std::string_view value);

}  // namespace skiff::net
