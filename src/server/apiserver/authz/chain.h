// The authorizers in their order: members of system:masters, Node, RBAC. Any thread.
#pragma once

#include <memory>
#include <vector>

#include "server/apiserver/authz/authorizer.h"
#include "server/apiserver/authz/rbac.h"

namespace skiff::apiserver {

// The first that allows or denies decides. Otherwise no opinion, with the reasons that were given, one a line.
class AuthorizerChain : public Authorizer {
public:
    explicit AuthorizerChain(std::vector<std::shared_ptr<const Authorizer>> authorizers) : authorizers_(std::move(authorizers)) {}
    Verdict authorize(const Attributes& attributes) const override;

private:
    std::vector<std::shared_ptr<const Authorizer>> authorizers_;
};

// reader must outlive both.
std::shared_ptr<const Authorizer> make_authorizer(std::shared_ptr<const Rbac> rbac, const Reader& reader);

}  // namespace skiff::apiserver
