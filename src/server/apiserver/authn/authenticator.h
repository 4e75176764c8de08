// Authenticator: from credentials to a User. Tried in order (authn/chain); the first that recognizes its kind of credential decides.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "net/http.h"
#include "server/apiserver/request.h"

namespace skiff::apiserver {

// A TokenReview puts the audiences that it asks for into this header of the request that authenticators see, one value each; it never
// comes from a client (TokenReview builds its own request). A token authenticator then matches these instead of the server's own
// audiences and names the matched ones in the extra value kMatchedAudiences, which is not shown to anybody.
inline constexpr std::string_view kAudienceHeader = "X-Skiff-Review-Audience";
inline constexpr std::string_view kMatchedAudiences = "skiff/matched-audiences";

class Authenticator {
public:
    virtual ~Authenticator() = default;
    // Nothing: no credential of this kind. Unauthorized: there is one and it is bad.
    virtual Result<std::optional<User>> authenticate(const net::Request& request) = 0;
};

}  // namespace skiff::apiserver
