// PolicySet: the policies of one kind with their bindings, compiled when one of either has changed. Any thread.
#pragma once

#include <memory>
#include <vector>

#include "base/guarded.h"
#include "server/apiserver/reader.h"

namespace skiff::apiserver {

// Policy has a name and a list of bindings; those without any are left out.
template <typename Policy>
class PolicySet {
public:
    using Policies = std::vector<std::shared_ptr<const Policy>>;

    PolicySet(const Reader& reader, api::Gvr policies, api::Gvr bindings) : reader_(reader), policies_(std::move(policies)), bindings_(std::move(bindings)) {}

    // compile_policy and compile_binding take the object's tree.
    template <typename CompilePolicy, typename CompileBinding>
    std::shared_ptr<const Policies> current(const CompilePolicy& compile_policy, const CompileBinding& compile_binding) {
        auto held = held_.lock();
        const int64_t policies = reader_.revision(policies_), bindings = reader_.revision(bindings_);
        if (held->policies && held->policies_revision == policies && held->bindings_revision == bindings) return held->policies;
        std::vector<api::TreePtr> trees;
        for (const auto& object : reader_.list(bindings_)) trees.push_back(object->tree());
        auto next = std::make_shared<Policies>();
        for (const auto& object : reader_.list(policies_)) {
            Policy policy = compile_policy(*object->tree());
            for (const auto& tree : trees)
                if ((*tree)["spec"]["policyName"].as_string() == policy.name) policy.bindings.push_back(compile_binding(*tree));
            if (!policy.bindings.empty()) next->push_back(std::make_shared<const Policy>(std::move(policy)));
        }
        *held = {policies, bindings, next};
        return next;
    }

private:
    struct Held {
        int64_t policies_revision = -1, bindings_revision = -1;
        std::shared_ptr<const Policies> policies;
    };
    const Reader& reader_;
    const api::Gvr policies_, bindings_;
    Guarded<Held> held_;
};

}  // namespace skiff::apiserver
