#include "server/apiserver/authn/bearer.h"

#include "base/encoding.h"
#include "base/strings.h"

namespace skiff::apiserver {

namespace {

constexpr std::string_view kProtocol = "base64url.bearer.authorization.k8s.io.";

}  // namespace

std::string bearer_token(const net::Request& request) {
    std::string_view header = trim(request.headers.get("Authorization"));
    if (header.size() > 7 && lower(header.substr(0, 7)) == "bearer ") return std::string(trim(header.substr(7)));
    for (const auto& value : request.headers.all("Sec-WebSocket-Protocol")) {
        for (auto protocol : split_views(value, ',')) {
            protocol = trim(protocol);
            if (protocol.substr(0, kProtocol.size()) != kProtocol) continue;
            return base64url_decode(protocol.substr(kProtocol.size())).value_or("");
        }
    }
    return {};
}

Status unauthorized(std::string why) { return Status(Reason::Unauthorized, std::move(why)); }

}  // namespace skiff::apiserver
