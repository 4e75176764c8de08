// certificatesigningrequests/approval: only status.conditions; the server stamps their times.
#include "server/apiserver/subresource/subresource.h"

namespace skiff::apiserver {

Result<Answer> serve_approval(Core& core, RequestContext& context, const Body& body) {
    PartialUpdate partial;
    partial.part = Change::Part::Status;
    partial.merge = [&](const json::Value& old, json::Value wanted) -> Result<json::Value> {
        std::string now = timestamp_now(core.clock);
        json::Value conditions = wanted["status"]["conditions"];
        for (json::Value& condition : conditions.mut_items()) {
            const json::Value* before = nullptr;
            for (const json::Value& c : old["status"]["conditions"].items())
                if (c["type"] == condition["type"]) before = &c;
            if (condition["lastUpdateTime"].as_string().empty()) condition.set("lastUpdateTime", now);
            if (condition["lastTransitionTime"].as_string().empty()) condition.set("lastTransitionTime", before ? (*before)["lastTransitionTime"] : json::Value(now));
        }
        json::Value object = old;
        object.set("metadata", wanted["metadata"]);
        if (conditions.size() > 0) object.mut("status").set("conditions", std::move(conditions));
        return object;
    };
    return update_part(core, context, body, partial);
}

}  // namespace skiff::apiserver
