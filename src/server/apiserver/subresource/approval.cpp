// certificatesigningrequests/approval and /status: approvers write conditions, signers the certificate; the server stamps the conditions.
#include "api/kinds/validate_status.h"
#include "server/apiserver/subresource/subresource.h"

namespace skiff::apiserver {
namespace {

const json::Value* known(const json::Value& old, const json::Value& condition) {
    for (const json::Value& c : old["status"]["conditions"].items())
        if (c["type"] == condition["type"] && c["status"] == condition["status"] && !c["lastTransitionTime"].is_null()) return &c;
    return nullptr;
}

json::Value stamped(const json::Value& old, json::Value conditions, const std::string& now) {
    if (!conditions.is_array()) return conditions;
    for (json::Value& condition : conditions.mut_items()) {
        if (condition["lastUpdateTime"].as_string().empty()) condition.set("lastUpdateTime", now);
        if (!condition["lastTransitionTime"].as_string().empty()) continue;
        const json::Value* before = known(old, condition);
        condition.set("lastTransitionTime", before ? (*before)["lastTransitionTime"] : json::Value(now));
    }
    return conditions;
}

// A signer leaves the verdicts as they are; one that it adds or takes away is refused by validation.
void keep_verdicts(const json::Value& old, json::Value& status) {
    if (!status["conditions"].is_array()) return;
    for (const char* type : {"Approved", "Denied"}) {
        std::vector<const json::Value*> before;
        std::vector<json::Value*> now;
        for (const json::Value& c : old["status"]["conditions"].items())
            if (c["type"].as_string() == type) before.push_back(&c);
        for (json::Value& c : status.mut("conditions").mut_items())
            if (c["type"].as_string() == type) now.push_back(&c);
        for (size_t i = 0; before.size() == now.size() && i < now.size(); ++i) *now[i] = *before[i];
    }
}

}  // namespace

Result<Answer> serve_approval(Core& core, RequestContext& context, const Body& body) {
    PartialUpdate partial;
    partial.part = Change::Part::Status;
    partial.validate = false;
    partial.merge = [&](const json::Value& old, json::Value wanted) -> Result<json::Value> {
        json::Value object = old;
        object.set("metadata", wanted["metadata"]);
        json::Value conditions = stamped(old, wanted["status"]["conditions"], timestamp_now(core.clock));
        if (conditions.size() > 0) object.mut("status").set("conditions", std::move(conditions));
        else object.mut("status").erase("conditions");
        api::FieldErrors errors;
        api::kinds::validate_certificate_request_approval(object, old, errors);
        if (!errors.empty()) return errors.to_status(context.kind->gvk.group, context.kind->gvk.kind, context.attributes.name);
        return object;
    };
    return update_part(core, context, body, partial);
}

Result<Answer> serve_certificate_status(Core& core, RequestContext& context, const Body& body) {
    PartialUpdate partial;
    partial.part = Change::Part::Status;
    partial.merge = [&](const json::Value& old, json::Value wanted) -> Result<json::Value> {
        json::Value& status = wanted.mut("status");
        keep_verdicts(old, status);
        if (status.has("conditions")) status.set("conditions", stamped(old, status["conditions"], timestamp_now(core.clock)));
        return wanted;
    };
    return update_part(core, context, body, partial);
}

}  // namespace skiff::apiserver
