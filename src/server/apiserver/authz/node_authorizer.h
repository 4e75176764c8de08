// NodeAuthorizer: what a node agent (user system:node:<name>, group system:nodes) may do: its own Node, Lease and CSINode, the pods bound to
// it, and only those secrets, config maps, claims, volumes and tokens that these pods refer to. No opinion on anybody else. Any thread.
#pragma once

#include <string>
#include <string_view>

#include "server/apiserver/authz/authorizer.h"
#include "server/apiserver/authz/pod_references.h"
#include "server/apiserver/authz/policy_rule.h"

namespace skiff::apiserver {

// The node that the user is, "" for other users.
std::string node_of(const User& user);

class NodeAuthorizer : public Authorizer {
public:
    // reader must outlive this.
    explicit NodeAuthorizer(const Reader& reader);
    Verdict authorize(const Attributes& attributes) const override;

private:
    Verdict own_node(const std::string& node, const Attributes& a) const;
    Verdict own_pods(const std::string& node, const Attributes& a) const;
    Verdict referred(const std::string& node, const Attributes& a, PodReferences::Kind kind, bool may_list) const;
    Verdict claim(const std::string& node, const Attributes& a) const;
    Verdict volume(const std::string& node, const Attributes& a) const;
    Verdict attachment(const std::string& node, const Attributes& a) const;
    Verdict service_account(const std::string& node, const Attributes& a) const;
    bool needs_volume(const std::string& node, std::string_view volume) const;
    bool needs_secret_of_volume(const std::string& node, const Attributes& a) const;

    const Reader& reader_;
    PodReferences references_;
    PolicyRules rules_;
};

}  // namespace skiff::apiserver
