#include "server/controllers/status_update.h"

namespace skiff::controllers {

Result<api::ObjectPtr> update_status(client::Client& client, const api::Gvr& gvr, const api::ObjectPtr& object, const json::Value& status) {
    auto tree = object->tree();
    if ((*tree)["status"] == status) return object;
    json::Value next = *tree;
    next.set("status", status);
    client::WriteOptions options;
    options.subresource = "status";
    auto written = client.update(gvr, object->meta().ns, next, options);
    if (!written.ok() && written.status().reason() == Reason::NotFound) return api::ObjectPtr();
    return written;
}

void set_or_omit(json::Value& object, std::string_view key, json::Value value) {
    bool omit = value.empty() || (value.is_int() && value.as_int() == 0) || (value.is_bool() && !value.as_bool());
    if (omit) object.erase(key);
    else object.set(key, std::move(value));
}

bool only_terminating_differs(const json::Value& before, const json::Value& after) {
    if (before["terminatingReplicas"] == after["terminatingReplicas"]) return false;
    json::Value same = after;
    if (before.has("terminatingReplicas")) same.set("terminatingReplicas", before["terminatingReplicas"]);
    else same.erase("terminatingReplicas");
    return same == before;
}

}  // namespace skiff::controllers
