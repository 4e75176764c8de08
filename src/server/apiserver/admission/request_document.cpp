#include "server/apiserver/admission/request_document.h"

#include "net/http.h"
#include "server/apiserver/registry/operations.h"

namespace skiff::apiserver {
namespace {

using json::Value;

Value kind_of(const api::Gvk& gvk) { return Value::object({{"group", gvk.group}, {"version", gvk.version}, {"kind", gvk.kind}}); }
Value resource_of(const api::KindInfo& kind) { return Value::object({{"group", kind.gvk.group}, {"version", kind.gvk.version}, {"resource", kind.plural}}); }
Value list_of(const std::vector<std::string>& texts) { return Value(json::Array(texts.begin(), texts.end())); }

Value user_document(const User& user) {
    Value out = Value::object({{"username", user.name}});
    if (!user.uid.empty()) out.set("uid", user.uid);
    if (!user.groups.empty()) out.set("groups", list_of(user.groups));
    for (const auto& [key, values] : user.extra) out.mut("extra").set(key, list_of(values));
    return out;
}

void add_deletion(const DeleteOptions& options, Value& out) {
    if (options.grace_period_s) out.set("gracePeriodSeconds", *options.grace_period_s);
    if (options.uid) out.mut("preconditions").set("uid", *options.uid);
    if (options.resource_version) out.mut("preconditions").set("resourceVersion", *options.resource_version);
    if (options.orphan_dependents) out.set("orphanDependents", *options.orphan_dependents);
    if (!options.propagation.empty()) out.set("propagationPolicy", options.propagation);
}

// CreateOptions, UpdateOptions or DeleteOptions as the client gave them; requests to connect have none.
Value options_document(const AdmissionRequest& request) {
    static constexpr std::string_view kKinds[] = {"CreateOptions", "UpdateOptions", "DeleteOptions"};
    if (request.operation == Operation::Connect) return {};
    Value out = Value::object({{"kind", kKinds[static_cast<int>(request.operation)]}, {"apiVersion", "meta.k8s.io/v1"}});
    if (request.deletion) add_deletion(*request.deletion, out);
    if (request.dry_run) out.set("dryRun", Value::array({"All"}));
    if (request.operation == Operation::Delete || !request.context || !request.context->http) return out;
    for (const char* name : {"fieldManager", "fieldValidation"})
        if (std::string value = request.context->http->query.get(name); !value.empty()) out.set(name, value);
    return out;
}

}  // namespace

Value request_document(const AdmissionRequest& request, const api::KindInfo& as, std::string_view uid) {
    static constexpr std::string_view kOperations[] = {"CREATE", "UPDATE", "DELETE", "CONNECT"};
    const api::Gvk& shown = request.body ? request.body->gvk : as.gvk;
    const api::Gvk& asked = request.body ? request.body->gvk : request.kind.gvk;
    Value out = Value::object({{"uid", uid}, {"kind", kind_of(shown)}, {"resource", resource_of(as)}, {"requestKind", kind_of(asked)}, {"requestResource", resource_of(request.kind)}});
    auto set = [&](const char* field, const std::string& text) {
        if (!text.empty()) out.set(field, text);
    };
    set("subResource", request.subresource);
    set("requestSubResource", request.subresource);
    // A name that is still to be made is none.
    const bool named = request.operation != Operation::Create || request.body || !request.object || !(*request.object)["metadata"]["name"].empty();
    if (named) set("name", request.name);
    // A namespace is in itself.
    set("namespace", is_namespace(request) ? request.name : request.ns);
    out.set("operation", kOperations[static_cast<int>(request.operation)]);
    out.set("userInfo", user_document(request.user));
    out.set("dryRun", request.dry_run);
    out.set("options", options_document(request));
    return out;
}

}  // namespace skiff::apiserver
