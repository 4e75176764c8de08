#include "net/http_parse.h"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>

namespace skiff::net {

namespace {

namespace http = boost::beast::http;
using ErrorCode = boost::system::error_code;
using Text = boost::beast::string_view;

std::string to_string(Text text) { return std::string(text.data(), text.size()); }

template <bool is_request>
class Beast : public http::basic_parser<is_request> {
public:
    explicit Beast(ParsedHead& head, std::function<void(std::string_view)>& body) : head_(head), body_(body) {}

private:
    void on_request_impl(http::verb, Text method, Text target, int version, ErrorCode&) override {
        head_.method = to_string(method);
        head_.target = to_string(target);
        head_.version_minor = version % 10;
    }
    void on_response_impl(int code, Text, int version, ErrorCode&) override {
        head_.code = code;
        head_.version_minor = version % 10;
    }
    void on_field_impl(http::field, Text name, Text value, ErrorCode&) override {
        if (!trailers_) head_.headers.add(std::string_view(name.data(), name.size()), to_string(value));
    }
    void on_header_impl(ErrorCode&) override { trailers_ = true; }
    void on_body_init_impl(boost::optional<std::uint64_t> const&, ErrorCode&) override {}
    std::size_t on_body_impl(Text bytes, ErrorCode&) override {
        if (body_) body_(std::string_view(bytes.data(), bytes.size()));
        return bytes.size();
    }
    void on_chunk_header_impl(std::uint64_t, Text, ErrorCode&) override {}
    std::size_t on_chunk_body_impl(std::uint64_t, Text bytes, ErrorCode&) override {
        if (body_) body_(std::string_view(bytes.data(), bytes.size()));
        return bytes.size();
    }
    void on_finish_impl(ErrorCode&) override {}

    ParsedHead& head_;
    std::function<void(std::string_view)>& body_;
    bool trailers_ = false;   // fields that come after the head are not the request's headers
};

template <bool is_request>
class Parser final : public HttpParser {
public:
    Parser(Limits limits, bool head_only) : parser_(head_, body_), header_bytes_max_(limits.header_bytes_max) {
        parser_.header_limit(static_cast<uint32_t>(std::min<size_t>(limits.header_bytes_max, UINT32_MAX)));
        parser_.body_limit(limits.body_bytes_max);
        parser_.skip(head_only);
    }

    size_t feed(std::string_view input) override {
        size_t taken = 0;
        if (!parser_.got_some() && input.starts_with("\r\n")) taken = 2;   // RFC 9112, 2.2: an empty line before a request
        while (taken < input.size() && !parser_.is_done() && error_ == ParseError::None) {
            ErrorCode ec;
            const bool in_body = parser_.is_header_done();
            parser_.eager(in_body);
            const size_t n = parser_.put(boost::asio::const_buffer(input.data() + taken, input.size() - taken), ec);
            taken += n;
            if (ec && ec != http::error::need_more) error_ = translate(ec);
            if (ec && n == 0) break;
            if (!in_body && parser_.is_header_done()) {
                note_head();
                break;   // whoever feeds sees the head before the body is taken
            }
        }
        // A chunk header or trailer is not bounded by the parser itself.
        if (error_ == ParseError::None && !parser_.is_done() && input.size() - taken > header_bytes_max_) error_ = ParseError::HeaderTooLarge;
        return taken;
    }

    void end_of_input() override {
        if (parser_.is_done() || error_ != ParseError::None) return;
        ErrorCode ec;
        if (parser_.is_header_done()) parser_.put_eof(ec);
        if (ec || !parser_.is_done()) error_ = ParseError::Truncated;
    }
    bool head_done() const override { return parser_.is_header_done(); }
    bool done() const override { return parser_.is_done(); }
    bool keep_alive() const override { return parser_.keep_alive(); }

private:
    void note_head() {
        if (auto length = parser_.content_length()) head_.content_length = static_cast<int64_t>(*length);
        head_.chunked = parser_.chunked();
    }
    static ParseError translate(const ErrorCode& ec) {
        if (ec == http::error::header_limit) return ParseError::HeaderTooLarge;
        if (ec == http::error::body_limit) return ParseError::BodyTooLarge;
        return ParseError::BadMessage;
    }

    Beast<is_request> parser_;
    size_t header_bytes_max_;
};

}  // namespace

std::unique_ptr<HttpParser> HttpParser::for_request(Limits limits) { return std::make_unique<Parser<true>>(limits, false); }

std::unique_ptr<HttpParser> HttpParser::for_response(Limits limits, bool head_only) {
    return std::make_unique<Parser<false>>(limits, head_only);
}

}  // namespace skiff::net
