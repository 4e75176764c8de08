#include <algorithm>

#include "base/encoding.h"
#include "base/random.h"
#include "base/strings.h"
#include "net/http_write.h"
#include "net/sha1.h"
#include "net/websocket.h"

namespace skiff::net {

namespace {

constexpr const char* kGuid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";   // RFC 6455, 1.3

std::string accept_key(const std::string& key) { return base64_encode(sha1(key + kGuid)); }

// A comma-separated list, possibly over several headers, holds this token.
bool has_token(const Headers& headers, std::string_view name, std::string_view token) {
    for (const std::string& line : headers.all(name)) {
        for (std::string_view part : split_views(line, ',')) {
            if (lower(trim(part)) == token) return true;
        }
    }
    return false;
}

}  // namespace

bool wants_websocket(const Request& request) {
    return request.method == "GET" && has_token(request.headers, "Connection", "upgrade") && has_token(request.headers, "Upgrade", "websocket");
}

std::vector<std::string> offered_protocols(const Headers& headers) {
    std::vector<std::string> out;
    for (const std::string& line : headers.all("Sec-WebSocket-Protocol")) {
        for (std::string_view part : split_views(line, ',')) {
            if (!trim(part).empty()) out.emplace_back(trim(part));
        }
    }
    return out;
}

std::shared_ptr<WebSocket> WebSocket::accept(Exchange& exchange, const std::vector<std::string>& protocols, size_t message_bytes_max) {
    const Request& request = exchange.request();
    auto refuse = [&](const char* why) {
        exchange.respond(status_response(400, "BadRequest", why));
        return nullptr;
    };
    const std::string& key = request.headers.get("Sec-WebSocket-Key");
    const auto nonce = base64_decode(key);
    if (!wants_websocket(request)) return refuse("not a WebSocket handshake");
    if (request.headers.get("Sec-WebSocket-Version") != "13") return refuse("WebSocket version 13 is required");
    if (!nonce || nonce->size() != 16) return refuse("bad Sec-WebSocket-Key");
    std::string chosen;
    const auto offered = offered_protocols(request.headers);
    for (const std::string& protocol : protocols) {
        if (std::find(offered.begin(), offered.end(), protocol) == offered.end()) continue;
        chosen = protocol;
        break;
    }
    if (chosen.empty() && !offered.empty()) return refuse("none of the offered WebSocket protocols is supported");
    Headers headers;
    headers.set("Upgrade", "websocket");
    headers.set("Connection", "Upgrade");
    headers.set("Sec-WebSocket-Accept", accept_key(key));
    if (!chosen.empty()) headers.set("Sec-WebSocket-Protocol", chosen);
    auto stream = exchange.upgrade(std::move(headers));
    if (!stream) return nullptr;
    return over(std::move(stream), WsRole::Server, chosen, message_bytes_max);
}

void WebSocket::prepare(ClientRequest& request, const std::vector<std::string>& protocols) {
    request.method = "GET";
    request.headers.set("Connection", "Upgrade");
    request.headers.set("Upgrade", "websocket");
    request.headers.set("Sec-WebSocket-Version", "13");
    request.headers.set("Sec-WebSocket-Key", base64_encode(random_bytes(16)));
    if (!protocols.empty()) request.headers.set("Sec-WebSocket-Protocol", join(protocols, ", "));
}

Result<std::shared_ptr<WebSocket>> WebSocket::finish(const ClientRequest& request, HttpClient::Upgraded upgraded, size_t message_bytes_max) {
    const Headers& headers = upgraded.response.headers;
    if (!upgraded.stream) return error(Reason::BadRequest, "WebSocket handshake: the server answered {}", upgraded.response.code);
    if (lower(headers.get("Upgrade")) != "websocket" || headers.get("Sec-WebSocket-Accept") != accept_key(request.headers.get("Sec-WebSocket-Key"))) {
        return error(Reason::BadRequest, "WebSocket handshake: the answer does not belong to the request");
    }
    const std::string& protocol = headers.get("Sec-WebSocket-Protocol");
    const auto offered = offered_protocols(request.headers);
    if (!protocol.empty() && std::find(offered.begin(), offered.end(), protocol) == offered.end()) {
        return error(Reason::BadRequest, "WebSocket handshake: protocol \"{}\" was not offered", protocol);
    }
    return over(std::move(upgraded.stream), WsRole::Client, protocol, message_bytes_max);
}

}  // namespace skiff::net
