#include "net/http_write.h"

#include <ctime>

#include "base/strings.h"

namespace skiff::net {

std::string_view status_text(int code) {
    switch (code) {
        case 100: return "Continue";
        case 101: return "Switching Protocols";
        case 200: return "OK";
        case 201: return "Created";
        case 202: return "Accepted";
        case 204: return "No Content";
        case 206: return "Partial Content";
        case 301: return "Moved Permanently";
        case 302: return "Found";
        case 303: return "See Other";
        case 304: return "Not Modified";
        case 307: return "Temporary Redirect";
        case 308: return "Permanent Redirect";
        case 400: return "Bad Request";
        case 401: return "Unauthorized";
        case 403: return "Forbidden";
        case 404: return "Not Found";
        case 405: return "Method Not Allowed";
        case 406: return "Not Acceptable";
        case 408: return "Request Timeout";
        case 409: return "Conflict";
        case 410: return "Gone";
        case 412: return "Precondition Failed";
        case 413: return "Request Entity Too Large";
        case 415: return "Unsupported Media Type";
        case 416: return "Requested Range Not Satisfiable";
        case 417: return "Expectation Failed";
        case 422: return "Unprocessable Entity";
        case 429: return "Too Many Requests";
        case 431: return "Request Header Fields Too Large";
        case 500: return "Internal Server Error";
        case 501: return "Not " "Implemented";
        case 502: return "Bad Gateway";
        case 503: return "Service Unavailable";
        case 504: return "Gateway Timeout";
        default: return "Status";
    }
}

namespace {

// "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n", made once a second.
std::string_view date_line() {
    thread_local time_t made_for = 0;
    thread_local char line[64];
    thread_local size_t size = 0;
    const time_t now = ::time(nullptr);
    if (now != made_for) {
        tm parts{};
        gmtime_r(&now, &parts);
        size = strftime(line, sizeof line, "Date: %a, %d %b %Y %H:%M:%S GMT\r\n", &parts);
        made_for = now;
    }
    return {line, size};
}

bool is_framing_header(std::string_view name) {
    switch (name.size()) {
        case 4: return lower(name) == "date";
        case 10: return lower(name) == "connection" || lower(name) == "keep-alive";
        case 14: return lower(name) == "content-length";
        case 17: return lower(name) == "transfer-encoding";
        default: return false;
    }
}

void append_header(std::string& out, std::string_view name, std::string_view value) {
    if (!safe_header(name, value)) return;
    out.append(name).append(": ").append(value).append("\r\n");
}

void append_escaped(std::string& out, std::string_view text) {
    for (char c : text) {
        if (c == '"' || c == '\\') out += '\\';
        out += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
    }
}

}  // namespace

bool safe_header(std::string_view name, std::string_view value) {
    constexpr std::string_view kBad("\r\n\0", 3);
    return !name.empty() && name.find_first_of(kBad) == std::string_view::npos && name.find(':') == std::string_view::npos &&
           value.find_first_of(kBad) == std::string_view::npos;
}

std::string response_head(int code, const Headers& headers, const HeadOptions& options) {
    std::string out;
    out.reserve(256);
    out.append(options.version_minor == 0 ? "HTTP/1.0 " : "HTTP/1.1 ").append(std::to_string(code)).append(" ");
    out.append(status_text(code)).append("\r\n").append(date_line());
    for (const auto& [name, value] : headers.entries()) {
        if (!is_framing_header(name)) append_header(out, name, value);
    }
    if (options.framing == BodyFraming::Length) out.append("Content-Length: ").append(std::to_string(options.content_length)).append("\r\n");
    if (options.framing == BodyFraming::Chunked) out.append("Transfer-Encoding: chunked\r\n");
    if (!options.keep_alive) out.append("Connection: close\r\n");
    if (options.keep_alive && options.version_minor == 0) out.append("Connection: keep-alive\r\n");
    out.append("\r\n");
    return out;
}

std::string upgrade_head(const Headers& headers) {
    std::string out = "HTTP/1.1 101 Switching Protocols\r\n";
    for (const auto& [name, value] : headers.entries()) append_header(out, name, value);
    if (!headers.has("Connection")) out.append("Connection: Upgrade\r\n");
    out.append("\r\n");
    return out;
}

std::string request_head(std::string_view method, std::string_view target, std::string_view host, const Headers& headers,
                         size_t body_bytes, bool has_body) {
    std::string out;
    out.reserve(256 + target.size());
    out.append(method).append(" ").append(target).append(" HTTP/1.1\r\n");
    if (!headers.has("Host")) append_header(out, "Host", host);
    const bool wants_length = has_body || method == "POST" || method == "PUT" || method == "PATCH";
    for (const auto& [name, value] : headers.entries()) {
        const std::string key = lower(name);
        if (key != "content-length" && key != "transfer-encoding") append_header(out, name, value);
    }
    if (wants_length) out.append("Content-Length: ").append(std::to_string(body_bytes)).append("\r\n");
    out.append("\r\n");
    return out;
}

Response status_response(int code, std::string_view reason, std::string_view message) {
    std::string body = R"({"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":")";
    append_escaped(body, message);
    body.append(R"(","reason":")").append(reason).append(R"(","code":)").append(std::to_string(code)).append("}\n");
    Response response;
    response.code = code;
    response.headers.set("Content-Type", "application/json");
    response.body = make_bytes(std::move(body));
    return response;
}

}  // namespace skiff::net
