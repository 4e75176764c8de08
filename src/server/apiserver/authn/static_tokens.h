// Tokens of a file, as kube-apiserver's --token-auth-file has them: a line is TOKEN,USER,UID[,"GROUP,GROUP"] in CSV (RFC 4180). Read
// once, at start; only hashes of the tokens are kept. Any thread.
#pragma once

#include <memory>
#include <string>

#include "server/apiserver/authn/authenticator.h"

namespace skiff::apiserver {

// Invalid names the line.
Result<std::shared_ptr<Authenticator>> make_static_token_authenticator(std::string_view csv);

}  // namespace skiff::apiserver
