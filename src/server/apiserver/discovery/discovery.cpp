#include "server/apiserver/discovery/discovery.h"

#include <algorithm>

#include "base/hash.h"
#include "base/strings.h"
#include "json/write.h"
#include "server/apiserver/engine.h"
#include "server/apiserver/protobuf_form.h"
#include "server/apiserver/respond.h"

namespace skiff::apiserver {

Discovery::Discovery(Core& core, std::string server_address, IssuerDocuments issuer)
    : core_(core), server_address_(std::move(server_address)), issuer_(std::move(issuer)) {}

void Discovery::add_path(std::string path) {
    std::lock_guard lock(mutex_);
    paths_.push_back(std::move(path));
}

void Discovery::invalidate() {
    std::lock_guard lock(mutex_);
    documents_.clear();
}

Discovery::Document Discovery::cached(const std::string& key, const std::function<Document()>& make) {
    {
        std::lock_guard lock(mutex_);
        auto found = documents_.find(key);
        if (found != documents_.end()) return found->second;
    }
    Document document = make();
    if (!document.bytes) return document;   // what does not exist is not remembered: a stranger may ask for anything
    if (document.etag.empty()) document.etag = '"' + sha256_hex(*document.bytes) + '"';
    std::lock_guard lock(mutex_);
    return documents_[key] = std::move(document);
}

void Discovery::send_document(net::Exchange& exchange, RequestContext& context, const std::string& key, const Form& form, std::string_view type,
                              const std::function<json::Value()>& make) {
    Document document = cached(key + '|' + form.cache_key() + (form.pretty ? "p" : ""), [&]() -> Document {
        json::Value value = make();
        if (value.is_null()) return {};
        auto bytes = encode_value(core_, value, type, form);
        // All forms of the list have one tag.
        return {bytes.ok() ? std::move(bytes).value() : nullptr, form.as == Form::As::Discovery ? '"' + sha256_hex(json::write(value)) + '"' : std::string()};
    });
    if (!document.bytes) {
        // Below a built-in group there is a server that says what it has not.
        auto parts = split_views(context.attributes.path, '/');
        bool below = parts.size() > 2 && parts[1] == "api";
        if (parts.size() > 3 && parts[1] == "apis")
            for (const api::KindInfo* kind : core_.kinds.all()) below = below || (!kind->custom && kind->gvk.group == parts[2]);
        if (below) return send_status(exchange, core_, context, no_such_resource());
        return send_text(exchange, context, 404, "404 page not found\n");
    }
    if (form.as == Form::As::Discovery) {
        context.extra_headers.emplace_back("Etag", document.etag);
        context.extra_headers.emplace_back("Cache-Control", "public");
        if (exchange.request().headers.get("If-None-Match") == document.etag) return send_pieces(exchange, context, 304, form.content_type(), {});
    }
    send_pieces(exchange, context, 200, form.content_type(), {document.bytes});
}

// Whether the path names a version that is there, so that another method is wrong, not the path.
static bool version_served(const api::KindRegistry& kinds, const std::vector<std::string>& parts) {
    if (parts.size() == 1) return true;
    for (const api::GroupVersion& gv : kinds.group_versions())
        if (parts[0] == "api" ? gv.group.empty() && gv.version == parts[1] : gv.group == parts[1] && parts.size() > 2 && gv.version == parts[2]) return true;
    return false;
}

// Versions of custom kinds answer whatever the method is, and refuse a media type in other words.
static bool is_custom_version(const api::KindRegistry& kinds, const std::vector<std::string>& parts) {
    if (parts.size() != 3) return false;
    for (const api::KindInfo* kind : kinds.all())
        if (kind->custom && kind->gvk.group == parts[1] && kind->gvk.version == parts[2]) return true;
    return false;
}

bool Discovery::serve_api(net::Exchange& exchange, RequestContext& context) {
    std::vector<std::string> parts;
    for (std::string& part : split(context.attributes.path, '/'))
        if (!part.empty()) parts.push_back(std::move(part));
    if (parts.empty() || (parts[0] != "api" && parts[0] != "apis")) return false;
    bool core_group = parts[0] == "api";
    if (parts.size() > (core_group ? 2u : 3u)) return false;
    // Kubernetes' lists of groups answer whatever the method is.
    bool any_method = !core_group && parts.size() < 3;
    if (exchange.request().method != "GET" && !any_method && version_served(core_.kinds, parts) && !is_custom_version(core_.kinds, parts)) {
        send_status(exchange, core_, context, method_not_allowed());
        return true;
    }
    bool root = parts.size() == 1;
    // What is not there is not there in any form.
    auto known = [&] {
        for (const api::GroupVersion& gv : core_.kinds.group_versions())
            if (gv.group == parts[1]) return true;
        return false;
    };
    if (any_method && !root && !known() && foreign_group(foreign(), parts[1]).is_null()) return false;
    auto form = negotiate(exchange.request(), root ? FormsAllowed::Discovery : FormsAllowed::ObjectOnly);
    if (!form.ok() && root && core_group) form = negotiate(exchange.request(), FormsAllowed::ObjectOnly);   // a route refuses in other words
    // A version that is not there is not there in any form.
    if (!form.ok() && !root && (core_group || parts.size() == 3) && !version_served(core_.kinds, parts)) form = Form{};
    if (!form.ok() && !root && (any_method || is_custom_version(core_.kinds, parts)))
        form = error(Reason::NotAcceptable, "only the following media types are accepted: application/json, application/yaml, application/vnd.kubernetes.protobuf");
    if (!form.ok()) {
        send_status(exchange, core_, context, form.status());
        return true;
    }
    context.vary_accept = form->as == Form::As::Discovery;
    const std::string key = context.attributes.path;
    const api::KindRegistry& kinds = core_.kinds;
    if (root && form->as == Form::As::Discovery)
        send_document(exchange, context, parts[0], *form, "apidiscovery.v2.APIGroupDiscoveryList", [&] {
            json::Value list = aggregated_discovery(kinds, core_group, form->as_version);
            if (!core_group) add_foreign_discovery(foreign(), list);
            return list;
        });
    else if (root)
        send_document(exchange, context, parts[0], *form, core_group ? "meta.v1.APIVersions" : "meta.v1.APIGroupList",
                      [&] {
                          json::Value list = core_group ? api_versions(server_address_) : api_group_list(kinds);
                          if (!core_group) add_foreign_groups(foreign(), list);
                          return list;
                      });
    else if (core_group)
        send_document(exchange, context, "api/" + parts[1], *form, "meta.v1.APIResourceList", [&] { return api_resource_list(kinds, {"", parts[1]}); });
    else if (parts.size() == 2)
        send_document(exchange, context, "apis/" + parts[1], *form, "meta.v1.APIGroup", [&] {
            json::Value group = api_group(kinds, parts[1]);
            return group.is_null() ? foreign_group(foreign(), parts[1]) : group;
        });
    else
        send_document(exchange, context, "apis/" + parts[1] + "/" + parts[2], *form, "meta.v1.APIResourceList", [&] { return api_resource_list(kinds, {parts[1], parts[2]}); });
    return true;
}

void Discovery::serve_paths(net::Exchange& exchange, RequestContext& context) {
    std::vector<std::string> paths = {"/.well-known/openid-configuration", "/api", "/apis", "/apis/", "/healthz", "/livez", "/metrics", "/metrics/slis", "/openapi/v2", "/openapi/v3", "/openapi/v3/", "/openid/v1/jwks", "/readyz", "/version"};
    for (const api::GroupVersion& gv : core_.kinds.group_versions()) {
        if (gv.group.empty()) {
            paths.push_back("/api/" + gv.version);
            continue;
        }
        paths.push_back("/apis/" + gv.group);
        paths.push_back("/apis/" + gv.api_version());
    }
    {
        std::lock_guard lock(mutex_);
        paths.insert(paths.end(), paths_.begin(), paths_.end());
    }
    std::sort(paths.begin(), paths.end());
    paths.erase(std::unique(paths.begin(), paths.end()), paths.end());
    json::Value list = json::Value::array();
    for (std::string& path : paths) list.push_back(std::move(path));
    send_pieces(exchange, context, 200, "application/json", {net::make_bytes(json::write_pretty(json::Value::object({{"paths", std::move(list)}}), 2))});
}

bool Discovery::serve(net::Exchange& exchange, RequestContext& context) {
    const std::string& path = context.attributes.path;
    if (path == "/" || path == "/index.html" || path.empty()) {
        serve_paths(exchange, context);
        return true;
    }
    bool document = path == "/version" || path == "/version/" || path == "/.well-known/openid-configuration" || path == "/openid/v1/jwks";
    bool version = path == "/version" || path == "/version/";
    if (document && exchange.request().method != "GET" && (version || exchange.request().method != "HEAD")) {
        send_status(exchange, core_, context, method_not_allowed());
        return true;
    }
    if (version) {
        if (auto form = negotiate(exchange.request(), FormsAllowed::Document); !form.ok()) {
            send_status(exchange, core_, context, form.status());
            return true;
        }
        send_pieces(exchange, context, 200, "application/json", {net::make_bytes(json::write_pretty(version_info(), 2))});
        return true;
    }
    if (path == "/.well-known/openid-configuration" && issuer_.configuration) {
        context.extra_headers.emplace_back("Cache-Control", "public, max-age=3600");
        send_pieces(exchange, context, 200, "application/json", {net::make_bytes(json::write(issuer_.configuration()))});
        return true;
    }
    if (path == "/openid/v1/jwks" && issuer_.keys) {
        // kube-apiserver answers this one as application/jwk-set+json only.
        const std::string& accept = exchange.request().headers.get("Accept");
        bool acceptable = accept.empty() || accept.find("*/*") != std::string::npos || accept.find("application/jwk-set+json") != std::string::npos;
        if (acceptable) context.extra_headers.emplace_back("Cache-Control", "public, max-age=3600");
        if (acceptable) send_pieces(exchange, context, 200, "application/jwk-set+json", {net::make_bytes(json::write(issuer_.keys()))});
        else send_status(exchange, core_, context, Status(Reason::NotAcceptable, "406: Not Acceptable\n\nAvailable representations: application/jwk-set+json").with_details(empty_details()));
        return true;
    }
    if (path.starts_with("/version/") || path.starts_with("/.well-known/openid-configuration/") || path.starts_with("/openid/v1/jwks/")) {
        send_status(exchange, core_, context, no_such_resource());
        return true;
    }
    if (path.rfind("/openapi/", 0) == 0) return serve_openapi(exchange, context);
    return serve_api(exchange, context);
}

}  // namespace skiff::apiserver
