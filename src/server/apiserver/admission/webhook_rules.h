// Which requests a webhook is asked about: its configuration, compiled, and the matching rules of admissionregistration.k8s.io/v1. Pure.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "api/selector.h"
#include "server/apiserver/admission/expressions.h"
#include "server/apiserver/admission/plugin.h"

namespace skiff::apiserver {

struct WebhookRule {
    std::vector<std::string> operations, groups, versions, resources;
    std::string scope;                       // *, Cluster, Namespaced
};

struct Webhook {
    std::string configuration, name;
    std::vector<WebhookRule> rules;
    api::LabelSelector namespaces, objects;
    bool equivalent = true;                  // matchPolicy
    bool ignore_failures = false;            // failurePolicy
    bool reinvoke = false;                   // reinvocationPolicy IfNeeded
    bool no_side_effects = false;            // None or NoneOnDryRun
    std::string review_version;              // of AdmissionReview: v1, v1beta1; "" none that we know
    int timeout_s = 10;
    json::Value client;                      // clientConfig
    std::vector<NamedExpression> conditions; // matchConditions
};

// The webhooks of one configuration object, in their order.
std::vector<Webhook> compile_webhooks(const json::Value& configuration);

// The kind as which the webhook wants to see the request: the request's own, or an equivalent one of another version. Null: not asked.
const api::KindInfo* match_rules(const Webhook& webhook, const AdmissionRequest& request, const api::KindRegistry& kinds);
// The selectors. NotFound when the request's namespace is not there.
Result<bool> match_selectors(const Webhook& webhook, const AdmissionRequest& request, const Reader& reader);
// Configurations and policies themselves are never sent to webhooks.
bool exempt_from_webhooks(const api::KindInfo& kind);

}  // namespace skiff::apiserver
