// Authenticator: from credentials to a User. Tried in order (authn/chain); the first that recognizes its kind of credential decides.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "net/http.h"
#include "server/apiserver/request.h"

namespace skiff::apiserver {

class Authenticator {
public:
    virtual ~Authenticator() = default;
    // Nothing: no credential of this kind. Unauthorized: there is one and it is bad.
    virtual Result<std::optional<User>> authenticate(const net::Request& request) = 0;
};

}  // namespace skiff::apiserver
