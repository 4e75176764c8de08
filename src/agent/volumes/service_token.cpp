#include "agent/volumes/service_token.h"

#include <algorithm>

#include "agent/sys/units.h"
#include "base/encoding.h"
#include "base/strings.h"
#include "json/parse.h"

namespace skiff::agent::volumes {

namespace {

WallTime renewal(WallTime issued, WallTime expires) {
    const Duration life = expires - issued;
    return issued + std::min<Duration>(life * 8 / 10, std::chrono::hours(24));
}

}  // namespace

Result<Token> request_token(client::Client& client, const json::Value& pod, const json::Value& source, WallTime now) {
    const json::Value& meta = pod["metadata"];
    json::Value spec = json::Value::object({{"expirationSeconds", source["expirationSeconds"].as_int(3600)}});
    json::Value audiences = json::Value::array();
    if (!source["audience"].as_string().empty()) audiences.push_back(source["audience"]);
    spec.set("audiences", std::move(audiences));
    spec.set("boundObjectRef", json::Value::object({{"apiVersion", "v1"}, {"kind", "Pod"}, {"name", meta["name"]}, {"uid", meta["uid"]}}));
    const json::Value body = json::Value::object({{"apiVersion", "authentication.k8s.io/v1"}, {"kind", "TokenRequest"}, {"spec", std::move(spec)}});
    const std::string account = pod["spec"]["serviceAccountName"].as_string("default");
    auto answer = TRY(client.create({"", "v1", "serviceaccounts"}, meta["namespace"].as_string(), body, {.subresource = "token"}, account)
                          .context("failed to fetch token"));
    const api::TreePtr tree = answer->tree();
    const auto expires = sys::parse_rfc3339((*tree)["status"]["expirationTimestamp"].as_string());
    const std::string& text = (*tree)["status"]["token"].as_string();
    if (!expires || text.empty()) return error(Reason::InternalError, "failed to fetch token: the answer has none");
    return Token{text, renewal(now, *expires)};
}

std::optional<WallTime> renewal_time(const std::string& token) {
    const auto parts = split_views(token, '.');
    if (parts.size() != 3) return std::nullopt;
    const auto payload = base64url_decode(parts[1]);
    if (!payload) return std::nullopt;
    auto claims = json::parse(*payload, {.depth_max = 20});
    if (!claims.ok() || !(*claims)["iat"].is_number() || !(*claims)["exp"].is_number()) return std::nullopt;
    return renewal(WallTime(std::chrono::seconds((*claims)["iat"].as_int())), WallTime(std::chrono::seconds((*claims)["exp"].as_int())));
}

}  // namespace skiff::agent::volumes
