// Authorizer: may this user do that? Tried in order (authz/chain): the first Allow or Deny decides, no opinion everywhere is a denial.
// Must not block. Any thread.
#pragma once

#include <string>

#include "server/apiserver/request.h"

namespace skiff::apiserver {

struct Verdict {
    enum class Kind { NoOpinion, Allow, Deny };
    Kind kind = Kind::NoOpinion;
    std::string reason;
};

class Authorizer {
public:
    virtual ~Authorizer() = default;
    virtual Verdict authorize(const Attributes& attributes) const = 0;
};

}  // namespace skiff::apiserver
