// From an HTTP request to authorization attributes: the rules of k8s.io/apiserver RequestInfoFactory.
#include "base/strings.h"
#include "server/apiserver/request.h"

namespace skiff::apiserver {
namespace {

using Parts = std::vector<std::string_view>;

Parts path_parts(std::string_view path) {
    while (!path.empty() && path.front() == '/') path.remove_prefix(1);
    while (!path.empty() && path.back() == '/') path.remove_suffix(1);
    return split_views(path, '/');
}

std::string_view verb_of_method(std::string_view method) {
    if (method == "POST") return "create";
    if (method == "GET" || method == "HEAD") return "get";
    if (method == "PUT") return "update";
    if (method == "PATCH") return "patch";
    if (method == "DELETE") return "delete";
    return "";
}

// metadata.name=x alone in a field selector makes the request one for that name, so that RBAC's resourceNames apply.
std::string name_of_selector(const std::string& selector) {
    for (std::string_view term : split_views(selector, ',')) {
        std::string_view key = "metadata.name";
        if (term.substr(0, key.size()) != key) continue;
        std::string_view value = term.substr(key.size());
        if (value.substr(0, 2) == "==") value.remove_prefix(2);
        else if (value.substr(0, 1) == "=") value.remove_prefix(1);
        else continue;
        if (value.empty() || value == "." || value == ".." || value.find('/') != value.npos || value.find('%') != value.npos) return {};
        return std::string(value);
    }
    return {};
}

// The bytes of raw_path after the first `parts` segments, without the leading slash.
std::string rest_of(std::string_view raw_path, size_t parts) {
    size_t at = 0;
    while (at < raw_path.size() && raw_path[at] == '/') ++at;
    for (size_t i = 0; i < parts; ++i) {
        size_t slash = raw_path.find('/', at);
        if (slash == raw_path.npos) return {};
        at = slash + 1;
    }
    return std::string(raw_path.substr(at));
}

void set_collection_verb(const net::Request& request, Attributes& attributes) {
    attributes.label_selector = request.query.get("labelSelector");
    attributes.field_selector = request.query.get("fieldSelector");
    if (!attributes.name.empty()) return;
    if (attributes.verb == "get") {
        attributes.verb = query_flag(request.query, "watch") ? "watch" : "list";
    } else if (attributes.verb == "delete") {
        attributes.verb = "deletecollection";
    }
    if (attributes.verb == "list" || attributes.verb == "watch")
        attributes.name = name_of_selector(attributes.field_selector);
}

}  // namespace

Attributes Attributes::of_resource(User user, std::string verb, const api::Gvr& gvr, std::string ns, std::string name) {
    Attributes out;
    out.user = std::move(user);
    out.verb = std::move(verb);
    out.resource_request = true;
    out.ns = std::move(ns);
    out.group = gvr.group;
    out.version = gvr.version;
    out.resource = gvr.resource;
    out.name = std::move(name);
    return out;
}

bool query_flag(const net::Query& query, std::string_view key) {
    if (!query.has(key)) return false;
    std::string value = lower(query.get(key));
    return value != "0" && value != "false";
}

bool parse_request_info(const net::Request& request, RequestContext& context) {
    Attributes& a = context.attributes;
    a.path = request.path;
    a.verb = lower(request.method);
    Parts all = path_parts(request.path);
    if (all.size() < 3) return true;
    size_t at;
    if (all[0] == "api") {
        at = 1;
    } else if (all[0] == "apis" && all.size() >= 4) {
        a.group = std::string(all[1]);
        at = 2;
    } else {
        return true;
    }
    a.resource_request = true;
    a.version = std::string(all[at++]);
    a.verb = std::string(verb_of_method(request.method));
    bool legacy_proxy = false;
    if (all[at] == "proxy" || all[at] == "watch") {
        if (all.size() - at < 2) return false;
        a.verb = std::string(all[at]);
        legacy_proxy = all[at] == "proxy";
        ++at;
    }
    if (all[at] == "namespaces" && all.size() - at > 1) {
        a.ns = std::string(all[at + 1]);
        bool known_subresource = all.size() - at > 2 && (all[at + 2] == "status" || all[at + 2] == "finalize");
        if (all.size() - at > 2 && !known_subresource) at += 2;
    }
    size_t left = all.size() - at;
    if (left >= 1) a.resource = std::string(all[at]);
    if (left >= 2) a.name = std::string(all[at + 1]);
    if (left >= 3 && !legacy_proxy) {
        a.subresource = std::string(all[at + 2]);
        context.rest = rest_of(request.raw_path, at + 3);
    }
    set_collection_verb(request, a);
    return true;
}

bool User::in_group(std::string_view group) const {
    for (const std::string& g : groups)
        if (g == group) return true;
    return false;
}

}  // namespace skiff::apiserver
