// HttpParser: incremental HTTP/1.1 head and body parsing (Boost.Beast's basic_parser behind it). One message at a time; one thread.
// Never trusts the peer: head and body are bounded, conflicting lengths and bad syntax are errors, trailers are dropped.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "net/http.h"

namespace skiff::net {

enum class ParseError { None, BadMessage, HeaderTooLarge, BodyTooLarge, Truncated };

struct ParsedHead {
    std::string method, target;      // requests
    int code = 0;                    // responses
    int version_minor = 1;
    Headers headers;
    int64_t content_length = -1;     // -1: chunked or until close
    bool chunked = false;
};

class HttpParser {
public:
    struct Limits {
        size_t header_bytes_max, body_bytes_max;
    };
    static std::unique_ptr<HttpParser> for_request(Limits limits);
    // head_only: the answer to HEAD, which has no body whatever its length says.
    static std::unique_ptr<HttpParser> for_response(Limits limits, bool head_only);
    virtual ~HttpParser() = default;

    // Parses what it can and returns how much of input it took; give the rest again, with more behind it. Stops at the end of the
    // message. Body bytes go to body() as they come.
    virtual size_t feed(std::string_view input) = 0;
    virtual void end_of_input() = 0;             // the peer closed: ends a body without length, else Truncated
    virtual bool head_done() const = 0;
    virtual bool done() const = 0;
    virtual bool keep_alive() const = 0;         // after head_done()
    ParseError error() const { return error_; }
    ParsedHead& head() { return head_; }
    void on_body(std::function<void(std::string_view)> body) { body_ = std::move(body); }

protected:
    ParsedHead head_;
    ParseError error_ = ParseError::None;
    std::function<void(std::string_view)> body_;
};

}  // namespace skiff::net
