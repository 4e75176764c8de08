// What the pipeline knows of one API request: who asks (User), for what (Attributes). Filled stage by stage in pipeline.cpp.
// Values, owned by the request.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "api/kind.h"
#include "base/clock.h"
#include "net/http.h"

namespace skiff::apiserver {

// authentication/v1 UserInfo.
struct User {
    std::string name, uid;
    std::vector<std::string> groups;
    std::map<std::string, std::vector<std::string>> extra;
    bool in_group(std::string_view group) const;
};
constexpr std::string_view kAnonymous = "system:anonymous";
constexpr std::string_view kAuthenticated = "system:authenticated";
constexpr std::string_view kUnauthenticated = "system:unauthenticated";
constexpr std::string_view kMasters = "system:masters";

// authorization/v1 attributes: resource requests name a resource, others a path.
struct Attributes {
    User user;
    std::string verb;                       // get list watch create update patch delete deletecollection, or the HTTP verb in lower case
    bool resource_request = false;
    std::string ns, group, version, resource, subresource, name;
    std::string path;
    // Field and label selectors of list, watch and deletecollection.
    std::string field_selector, label_selector;

    // A question about a resource; the caller adds what else is asked.
    static Attributes of_resource(User user, std::string verb, const api::Gvr& gvr, std::string ns = {}, std::string name = {});
};

enum class FieldValidation { Ignore, Warn, Strict };

// One request on its way through the pipeline.
struct RequestContext {
    std::string id;                         // Audit-Id
    const net::Request* http = nullptr;     // null for in-process calls
    Attributes attributes;
    std::shared_ptr<const void> pin;        // keeps a custom kind for the time of the request
    const api::KindInfo* kind = nullptr;    // of attributes.resource; null for non-resource paths
    std::string field_manager;              // fieldManager, or made from User-Agent as Kubernetes does
    bool dry_run = false;
    std::vector<std::string> warnings;      // sent as Warning: 299 - "..."
    std::string user_agent;
    std::string rest;                       // what follows .../proxy/ in the path, not decoded
    FieldValidation field_validation = FieldValidation::Warn;
    bool force = false;                     // server-side apply
    bool vary_accept = false;               // the answer depends on Accept (discovery)
    std::vector<std::pair<std::string, std::string>> extra_headers;
    std::string flow_schema_uid, priority_level_uid;
    std::shared_ptr<void> seat;             // flow control: given back when the request is answered
    std::string lane;                       // of the pool, and its share there: the priority level
    double lane_share = 1;
    std::map<std::string, std::string> annotations;   // for the audit log
    mutable Duration webhooks{};            // the part of its time that belongs to admission webhooks
    bool internal = false;                  // made by the server for itself: no authorization, no admission of its own writes
};

// Fills verb, namespace, group, version, resource, subresource and name as Kubernetes' RequestInfo rules do (request_info.cpp).
// Paths that name no resource keep resource_request false. False: a malformed legacy path such as /api/v1/watch.
bool parse_request_info(const net::Request& request, RequestContext& context);

// The value of a query parameter that is a boolean as apimachinery reads it: present and neither "0" nor "false" (any case).
bool query_flag(const net::Query& query, std::string_view key);

}  // namespace skiff::apiserver
