// PolicyAgent: keeps this node's packet rules equal to the cluster's NetworkPolicies. One thread, which sleeps until something changes.
#pragma once

#include <memory>
#include <string>

#include "base/status.h"
#include "reconcile/informer.h"

namespace skiff::agent::policy {

class PolicyAgent {
public:
    struct Options {
        std::string node_name;
        std::string table = "skiff-policy";
    };
    // Takes its informers; call before they start. The one of pods is made with the first policy.
    static Result<std::unique_ptr<PolicyAgent>> create(Options options, reconcile::InformerFactory& informers);
    virtual ~PolicyAgent() = default;      // stop()
    virtual void start() = 0;
    virtual void stop() = 0;               // leaves the rules
};

}  // namespace skiff::agent::policy
