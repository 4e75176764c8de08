// Service account tokens of projected volumes: asked by TokenRequest, bound to the pod, renewed at 80 % of their life (at the latest after
// 24 hours). A token that stands in the volume from before a restart of the agent is kept while it is fresh.
#pragma once

#include <optional>
#include <string>

#include "base/clock.h"
#include "client/client.h"
#include "json/value.h"

namespace skiff::agent::volumes {

struct Token {
    std::string text;
    WallTime renew_at;
};

// Blocking.
Result<Token> request_token(client::Client& client, const json::Value& pod, const json::Value& source, WallTime now);
// When a token in a file is to be renewed, from its own iat and exp; nothing when it is no token.
std::optional<WallTime> renewal_time(const std::string& token);

}  // namespace skiff::agent::volumes
