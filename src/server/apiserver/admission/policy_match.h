// matchConstraints and matchResources of admission policies: which requests a policy or a binding is about. Immutable; any thread.
#pragma once

#include <string>
#include <vector>

#include "api/selector.h"
#include "server/apiserver/admission/plugin.h"

namespace skiff::apiserver {

class PolicyMatch {
public:
    PolicyMatch() = default;                       // matches everything
    static PolicyMatch compile(const json::Value& resources);

    // The kind as which the policy sees the request: the request's own, or an equivalent of another version; null: not about this request.
    // NotFound when the request's namespace is not there.
    Result<const api::KindInfo*> match(const AdmissionRequest& request, const api::KindRegistry& kinds, const Reader& reader) const;

private:
    struct Rule {
        std::vector<std::string> operations, groups, versions, resources, names;
        std::string scope;
    };
    static std::vector<Rule> compile_rules(const json::Value& rules);
    static bool rule_matches(const Rule& rule, const api::KindInfo& kind, const AdmissionRequest& request);
    const api::KindInfo* match_rules(const std::vector<Rule>& rules, const AdmissionRequest& request, const api::KindRegistry& kinds) const;
    bool match_objects(const AdmissionRequest& request) const;
    Result<bool> match_namespace(const AdmissionRequest& request, const Reader& reader) const;

    std::vector<Rule> rules_, excluded_;
    api::LabelSelector namespaces_, objects_;
    bool equivalent_ = false;
};

}  // namespace skiff::apiserver
