// AuditPolicy: which requests are written to the audit log, and how much of them; audit.k8s.io/v1 Policy. Immutable; any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "server/apiserver/request.h"

namespace skiff::apiserver::audit {

enum class Level { None, Metadata, Request };   // RequestResponse counts as Request: responses are not kept

class Policy {
public:
    // The one that is used when there is no file.
    static const Policy& builtin();
    // YAML or JSON. Invalid for another kind, an unknown level, or too many rules.
    static Result<Policy> parse(std::string_view text);

    // The level of the first rule that matches; None when none does. code: of the answer.
    Level level_of(const Attributes& attributes, int code) const;

private:
    struct Resource {
        std::string group;
        std::vector<std::string> resources, names;   // "pods", "pods/log", "*", "*/scale"; empty: all
    };
    struct Rule {
        Level level = Level::None;
        std::vector<std::string> users, groups, verbs, namespaces, urls;
        std::vector<Resource> resources;
        bool refused_only = false;                   // of the built-in policy: answers 401 and 403
        bool matches(const Attributes& attributes, int code) const;
        bool matches_target(const Attributes& attributes) const;
    };
    std::vector<Rule> rules_;
};

}  // namespace skiff::apiserver::audit
