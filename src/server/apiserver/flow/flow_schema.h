// FlowSchemas in the form that requests are matched with: which schema a request belongs to, and which flow of it. Pure; values are
// immutable after make.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "api/object.h"
#include "server/apiserver/request.h"

namespace skiff::apiserver::flow {

class FlowSchema {
public:
    explicit FlowSchema(const api::Object& object);
    bool matches(const Attributes& attributes) const;
    // Which of the schema's flows: requests of one flow share their queues. Schemas without a distinguisher have one flow.
    uint64_t flow_of(const Attributes& attributes) const;

    const std::string& name() const { return name_; }
    const std::string& uid() const { return uid_; }
    const std::string& level() const { return level_; }
    // The lower one is asked first; equal ones by name.
    bool operator<(const FlowSchema& other) const { return precedence_ != other.precedence_ ? precedence_ < other.precedence_ : name_ < other.name_; }

private:
    struct Subject {
        enum class Kind { User, Group, AccountsOf };   // AccountsOf: all service accounts whose name starts so
        Kind kind;
        std::string name;                              // "*" all users or groups
    };
    using Words = std::vector<std::string>;
    struct ResourceRule {
        Words verbs, groups, resources, namespaces;
        bool cluster_scope = false;
    };
    struct PathRule {
        Words verbs, paths;
    };
    struct Rule {
        std::vector<Subject> subjects;
        std::vector<ResourceRule> resources;
        std::vector<PathRule> paths;
    };
    static bool is(const Subject& subject, const User& user);
    static bool allows(const Rule& rule, const Attributes& attributes);
    enum class Distinguisher { None, User, Namespace };

    std::string name_, uid_, level_;
    int64_t precedence_ = 1000;
    Distinguisher distinguisher_ = Distinguisher::None;
    std::vector<Rule> rules_;
};

}  // namespace skiff::apiserver::flow
