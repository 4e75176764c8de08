#include "server/apiserver/authz/chain.h"

#include "server/apiserver/authz/node_authorizer.h"

namespace skiff::apiserver {

namespace {

class MastersAuthorizer : public Authorizer {
public:
    Verdict authorize(const Attributes& attributes) const override {
        return {attributes.user.in_group(kMasters) ? Verdict::Kind::Allow : Verdict::Kind::NoOpinion, ""};
    }
};

}  // namespace

Verdict AuthorizerChain::authorize(const Attributes& attributes) const {
    std::string reasons;
    for (const auto& authorizer : authorizers_) {
        Verdict verdict = authorizer->authorize(attributes);
        if (verdict.kind != Verdict::Kind::NoOpinion) return verdict;
        if (verdict.reason.empty()) continue;
        if (!reasons.empty()) reasons += "\n";
        reasons += verdict.reason;
    }
    return {Verdict::Kind::NoOpinion, std::move(reasons)};
}

std::shared_ptr<const Authorizer> make_authorizer(std::shared_ptr<const Rbac> rbac, const Reader& reader) {
    return std::make_shared<AuthorizerChain>(std::vector<std::shared_ptr<const Authorizer>>{
        std::make_shared<MastersAuthorizer>(), std::make_shared<NodeAuthorizer>(reader), std::move(rbac)});
}

}  // namespace skiff::apiserver
