#include "client/resource_path.h"

#include "base/encoding.h"
#include "base/strings.h"
#include "json/parse.h"

namespace skiff::client {

namespace {

// For answers that carry no Status: a proxy's page, plain text.
Reason reason_of_code(int code) {
    switch (code) {
        case 400: return Reason::BadRequest;
        case 401: return Reason::Unauthorized;
        case 403: return Reason::Forbidden;
        case 404: return Reason::NotFound;
        case 405: return Reason::MethodNotAllowed;
        case 406: return Reason::NotAcceptable;
        case 409: return Reason::Conflict;
        case 410: return Reason::Expired;
        case 413: return Reason::RequestEntityTooLarge;
        case 415: return Reason::UnsupportedMediaType;
        case 422: return Reason::Invalid;
        case 429: return Reason::TooManyRequests;
        case 500: return Reason::InternalError;
        case 503: return Reason::ServiceUnavailable;
        case 504: return Reason::Timeout;
        default: return Reason::Unknown;
    }
}

void add_if(net::Query& query, const char* key, const std::string& value) {
    if (!value.empty()) query.add(key, value);
}

}  // namespace

std::string resource_path(const Gvr& gvr, const std::string& ns, const std::string& name, const std::string& subresource) {
    std::string path = gvr.group.empty() ? "/api/" + gvr.version : "/apis/" + gvr.group + "/" + gvr.version;
    // A namespace's own path has no namespaces/ prefix before it.
    if (!ns.empty() && !(gvr.group.empty() && gvr.resource == "namespaces")) path += "/namespaces/" + percent_encode(ns);
    path += "/" + gvr.resource;
    if (!name.empty()) path += "/" + percent_encode(name);
    if (!subresource.empty()) path += "/" + subresource;
    return path;
}

net::Query list_query(const ListOptions& options) {
    net::Query query;
    add_if(query, "labelSelector", options.label_selector);
    add_if(query, "fieldSelector", options.field_selector);
    add_if(query, "resourceVersion", options.resource_version);
    if (options.limit > 0) query.add("limit", std::to_string(options.limit));
    add_if(query, "continue", options.continue_token);
    return query;
}

net::Query watch_query(const WatchOptions& options, int timeout_s) {
    net::Query query;
    query.add("watch", "true");
    query.add("allowWatchBookmarks", "true");
    add_if(query, "labelSelector", options.label_selector);
    add_if(query, "fieldSelector", options.field_selector);
    add_if(query, "resourceVersion", options.resource_version);
    query.add("timeoutSeconds", std::to_string(timeout_s));
    return query;
}

net::Query write_query(const WriteOptions& options) {
    net::Query query;
    add_if(query, "fieldManager", options.field_manager);
    if (options.dry_run) query.add("dryRun", "All");
    if (options.force) query.add("force", "true");
    return query;
}

json::Value delete_body(const DeleteOptions& options) {
    auto body = json::Value::object({{"kind", "DeleteOptions"}, {"apiVersion", "v1"}});
    if (options.grace_period_s >= 0) body.set("gracePeriodSeconds", options.grace_period_s);
    if (!options.propagation.empty()) body.set("propagationPolicy", options.propagation);
    auto preconditions = json::Value::object();
    if (!options.uid.empty()) preconditions.set("uid", options.uid);
    if (!options.resource_version.empty()) preconditions.set("resourceVersion", options.resource_version);
    if (!preconditions.empty()) body.set("preconditions", preconditions);
    return body;
}

const char* patch_content_type(PatchType type) {
    switch (type) {
        case PatchType::Json: return "application/json-patch+json";
        case PatchType::Merge: return "application/merge-patch+json";
        case PatchType::Strategic: return "application/strategic-merge-patch+json";
        default: return "application/apply-patch+yaml";
    }
}

Status status_from_tree(const json::Value& tree) {
    int code = static_cast<int>(tree["code"].as_int());
    Reason reason = reason_from_name(tree["reason"].as_string());
    if (reason == Reason::Unknown || reason == Reason::Ok) reason = reason_of_code(code);
    Status status(reason, tree["message"].as_string());
    const auto& details = tree["details"];
    status = std::move(status).with_details(
        {details["group"].as_string(), details["kind"].as_string(), details["name"].as_string(), details["uid"].as_string()});
    for (const auto& cause : details["causes"].items())
        status = std::move(status).with_cause({cause["reason"].as_string(), cause["message"].as_string(), cause["field"].as_string()});
    if (auto seconds = details["retryAfterSeconds"].as_int()) status = std::move(status).with_retry_after(static_cast<int>(seconds));
    if (code) status = std::move(status).with_code(code);
    return status;
}

Status status_from_answer(int code, const std::string& body, const std::string& retry_after) {
    auto tree = json::parse(body);
    if (tree.ok() && (*tree)["kind"].as_string() == "Status") {
        if (!(*tree)["code"].as_int()) tree->set("code", code);
        return status_from_tree(*tree);
    }
    std::string text(trim(std::string_view(body).substr(0, 300)));
    Status status(reason_of_code(code), text.empty() ? "the server answered with code " + std::to_string(code) : text);
    if (auto seconds = parse_int(retry_after)) status = std::move(status).with_retry_after(static_cast<int>(*seconds));
    return std::move(status).with_code(code);
}

}  // namespace skiff::client
