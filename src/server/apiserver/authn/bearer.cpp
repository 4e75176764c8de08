#include "server/apiserver/authn/bearer.h"

#include "base/encoding.h"
#include "base/strings.h"

namespace skiff::apiserver {

namespace {

constexpr std::string_view kProtocol = "base64url.bearer.authorization.k8s.io.";

std::string_view authorization(const net::Request& request) { return trim(request.headers.get("Authorization")); }
bool is_bearer(std::string_view header) { return header.size() > 7 && lower(header.substr(0, 7)) == "bearer "; }

}  // namespace

std::string bearer_token(const net::Request& request) {
    std::string_view header = authorization(request);
    if (is_bearer(header)) return std::string(header.substr(7, header.find(' ', 7) - 7));
    for (const auto& value : request.headers.all("Sec-WebSocket-Protocol")) {
        for (auto protocol : split_views(value, ',')) {
            protocol = trim(protocol);
            if (protocol.substr(0, kProtocol.size()) != kProtocol) continue;
            return base64url_decode(protocol.substr(kProtocol.size())).value_or("");
        }
    }
    return {};
}

bool has_spaced_token(const net::Request& request) {
    std::string_view header = authorization(request);
    return is_bearer(header) && header[7] == ' ';
}

Status unauthorized(std::string why) { return Status(Reason::Unauthorized, std::move(why)); }

}  // namespace skiff::apiserver
