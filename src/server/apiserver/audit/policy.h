// AuditPolicy: which requests are written to the audit log, and how much of them; audit.k8s.io/v1 Policy. Immutable; any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "server/apiserver/request.h"

namespace skiff::apiserver::audit {

enum class Level { None, Metadata, Request, RequestResponse };
enum class Stage { RequestReceived, ResponseStarted, ResponseComplete };

// What one request's lines hold.
struct Wanted {
    Level level = Level::None;
    bool omit_managed_fields = false;
    uint8_t omitted_stages = 0;                      // a bit for each Stage
    bool wants(Stage stage) const { return level != Level::None && !(omitted_stages & (1 << static_cast<int>(stage))); }
};

class Policy {
public:
    // The one that is used when there is no file.
    static const Policy& builtin();
    // YAML or JSON. Invalid for another kind, an unknown level, or too many rules.
    static Result<Policy> parse(std::string_view text);

    // What the first rule that matches asks for; nothing when none does. code: of the answer, 0 before it.
    Wanted wanted(const Attributes& attributes, int code) const;
    Level level_of(const Attributes& attributes, int code) const { return wanted(attributes, code).level; }
    bool wants_arrivals() const { return wants_arrivals_; }

private:
    struct Resource {
        std::string group;
        std::vector<std::string> resources, names;   // "pods", "pods/log", "*", "*/scale"; empty: all
    };
    struct Rule {
        Level level = Level::None;
        std::vector<std::string> users, groups, verbs, namespaces, urls;
        std::vector<Resource> resources;
        uint8_t omitted_stages = 0;
        bool omit_managed_fields = false;
        bool refused_only = false;                   // of the built-in policy: answers 401 and 403
        bool matches(const Attributes& attributes, int code) const;
        bool matches_target(const Attributes& attributes) const;
    };
    std::vector<Rule> rules_;
    bool wants_arrivals_ = false;
};

}  // namespace skiff::apiserver::audit
