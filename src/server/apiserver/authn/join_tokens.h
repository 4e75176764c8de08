// The cluster's own join secrets (`node:<secret>`, `server:<secret>`), as basic authentication or as a bearer token in either form of
// pki/join_token.h. Only hashes are kept. User node or server, group skiff:agents or skiff:servers. Any thread.
#pragma once

#include <memory>
#include <string>

#include "server/apiserver/authn/authenticator.h"

namespace skiff::apiserver {

// SHA-256 of the secrets in hexadecimal; "" accepts none of that kind. A server's secret joins agents too.
std::shared_ptr<Authenticator> make_join_token_authenticator(std::string agent_secret_sha256, std::string server_secret_sha256);

}  // namespace skiff::apiserver
