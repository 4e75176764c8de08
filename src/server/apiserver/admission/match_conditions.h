// MatchConditions: the CEL conditions of a webhook, compiled. All must be true for the webhook to be asked. Immutable; any thread.
#pragma once

#include <memory>

#include "server/apiserver/admission/plugin.h"

namespace skiff::apiserver {

class MatchConditions {
public:
    virtual ~MatchConditions() = default;
    // Null for an empty list.
    static std::shared_ptr<const MatchConditions> compile(const json::Value& conditions);
    // request: the AdmissionRequest part of the review, with object and oldObject. An error of a condition is an error unless another is false.
    virtual Result<bool> match(const json::Value& request, const User& user) const = 0;
};

}  // namespace skiff::apiserver
