// The errors of the generic layer in kube-apiserver's words, and metav1.Status bodies.
#include "api/go_text.h"
#include "api/status_object.h"
#include "api/timestamp.h"
#include "server/apiserver/engine.h"

namespace skiff::apiserver {
namespace {

// Marks details that are to be sent as {}; no kind has this name.
constexpr std::string_view kEmptyDetails = "{}";
// A cause that is no cause: it carries the continue token. No reason of Kubernetes looks like this.
constexpr std::string_view kContinueCause = "{continue}";
constexpr std::string_view kReasonCause = "{reason}";   // a reason of a webhook's own
constexpr std::string_view kInternalPrefix = "Internal error occurred: ";

Status::Details details_of(const api::KindInfo& kind, std::string_view name) { return {kind.gvk.group, kind.plural, std::string(name), ""}; }

}  // namespace

Status not_found(const api::KindInfo& kind, std::string_view name) {
    return error(Reason::NotFound, "{} {} not found", kind.gvr().group_resource(), api::go_quote(name)).with_details(details_of(kind, name));
}

Status already_exists(const api::KindInfo& kind, std::string_view name, bool being_deleted) {
    return error(Reason::AlreadyExists, "{}{} \"{}\" already exists", being_deleted ? "object is being deleted: " : "", kind.gvr().group_resource(), name)
        .with_details(details_of(kind, name));
}

Status revision_too_large(int64_t wanted, int64_t current) {
    return error(Reason::Timeout, "Timeout: Too large resource version: {}, current: {}", wanted, current)
        .with_cause({"ResourceVersionTooLarge", "Too large resource version", ""})
        .with_retry_after(1);
}

Status conflict(const api::KindInfo& kind, std::string_view name, std::string_view why) {
    return error(Reason::Conflict, "Operation cannot be fulfilled on {} \"{}\": {}", kind.gvr().group_resource(), name, why).with_details(details_of(kind, name));
}

Status forbidden(const api::KindInfo& kind, std::string_view name, std::string_view why) {
    if (name.empty()) name = "Unknown";
    return error(Reason::Forbidden, "{} \"{}\" is forbidden: {}", kind.gvr().group_resource(), name, why).with_details(details_of(kind, name));
}

Status modified_conflict(const api::KindInfo& kind, std::string_view name) {
    return conflict(kind, name, "the object has been modified; please apply your changes to the latest version and try again");
}

Status::Details empty_details() { return {"", std::string(kEmptyDetails), "", ""}; }

Status method_not_allowed() {
    return Status(Reason::MethodNotAllowed, "the server does not allow this method on the requested resource").with_details(empty_details());
}

Status no_such_resource() { return Status(Reason::NotFound, "the server could not find the requested resource").with_details(empty_details()); }

Status&& with_continue(Status&& status, std::string token) { return std::move(status).with_cause({std::string(kContinueCause), std::move(token), ""}); }

Status&& with_reason_text(Status&& status, std::string reason) { return std::move(status).with_cause({std::string(kReasonCause), std::move(reason), ""}); }

std::string timestamp_now(const Clock& clock) { return api::format_time(clock.now()); }

json::Value status_value(const Status& status) {
    json::Value object = api::status_object(status);
    if (!status.causes().empty() && status.causes()[0].type == kContinueCause) {
        object.mut("metadata").set("continue", status.causes()[0].message);
        object.erase("details");
    }
    if (!status.causes().empty() && status.causes().back().type == kReasonCause) {
        json::Value details = object["details"];
        object.erase("details");
        object.set("reason", status.causes().back().message);
        if (status.causes().size() > 1) details.mut("causes").mut_items().pop_back();
        else details.erase("causes");
        if (details.size() > 0) object.set("details", std::move(details));
    }
    if (status.details().kind == kEmptyDetails) {
        json::Value details = json::Value::object();
        if (status.retry_after_s() > 0) details.set("retryAfterSeconds", status.retry_after_s());
        object.set("details", std::move(details));
    } else if (status.reason() == Reason::InternalError && status.causes().empty() && status.message().rfind(kInternalPrefix, 0) == 0) {
        json::Value cause = json::Value::object({{"message", status.message().substr(kInternalPrefix.size())}});
        object.mut("details").set("causes", json::Value::array({std::move(cause)}));
    }
    // code is the last member, as in the Go type.
    if (json::Value* code = object.find("code")) {
        json::Value kept = *code;
        object.erase("code");
        object.set("code", std::move(kept));
    }
    return object;
}

json::Value success_value(const api::KindInfo& kind, const api::Meta& meta) {
    json::Value details = json::Value::object({{"name", meta.name}});
    if (!kind.gvk.group.empty()) details.set("group", kind.gvk.group);
    details.set("kind", kind.plural);
    details.set("uid", meta.uid);
    json::Value object = json::Value::object({{"kind", "Status"}, {"apiVersion", "v1"}, {"metadata", json::Value::object()}, {"status", "Success"}});
    object.set("details", std::move(details));
    return object;
}

json::Value plain_success(int code) {
    return json::Value::object({{"kind", "Status"}, {"apiVersion", "v1"}, {"metadata", json::Value::object()}, {"status", "Success"}, {"code", code}});
}

}  // namespace skiff::apiserver
