// Discovery: what the server can do: /api, /apis and below, aggregated discovery, /version, OpenAPI, the issuer's documents, the list of
// paths at /. Documents are made when first asked for and kept until the kinds change. Any thread.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "net/http_server.h"
#include "server/apiserver/aggregation/merge.h"
#include "server/apiserver/core.h"
#include "server/apiserver/negotiate.h"

namespace skiff::apiserver {

struct IssuerDocuments {
    std::function<json::Value()> configuration, keys;   // .well-known/openid-configuration, openid/v1/jwks
};

class Discovery {
public:
    // server_address: "10.0.0.1:6443", told to clients in /api and /apis.
    Discovery(Core& core, std::string server_address, IssuerDocuments issuer);
    // False when the path is not one of discovery's.
    bool serve(net::Exchange& exchange, RequestContext& context);
    // Paths that / lists beside the API's.
    void add_path(std::string path);
    void invalidate();
    // Groups of other servers, merged into ours. Set before start.
    void set_foreign(std::function<std::vector<ForeignVersion>()> foreign) { foreign_ = std::move(foreign); }

private:
    struct Document {
        net::Bytes bytes;
        std::string etag;
    };
    // make gives the bytes, and the tag where it is not that of the bytes.
    Document cached(const std::string& key, const std::function<Document()>& make);
    // When the document got this tag, as far as anybody asked.
    WallTime modified(const std::string& name, const std::string& etag);
    void send_document(net::Exchange& exchange, RequestContext& context, const std::string& key, const Form& form, std::string_view type,
                       const std::function<json::Value()>& make);
    bool serve_api(net::Exchange& exchange, RequestContext& context);
    bool serve_openapi(net::Exchange& exchange, RequestContext& context);
    void serve_paths(net::Exchange& exchange, RequestContext& context);

    std::vector<ForeignVersion> foreign() const { return foreign_ ? foreign_() : std::vector<ForeignVersion>(); }

    Core& core_;
    std::function<std::vector<ForeignVersion>()> foreign_;
    const std::string server_address_;
    const IssuerDocuments issuer_;
    std::mutex mutex_;
    std::map<std::string, Document> documents_;
    std::map<std::string, std::pair<std::string, WallTime>> modified_;   // of OpenAPI: tag and since when
    std::vector<std::string> paths_;
};

// The documents as JSON. Pure.
json::Value api_versions(const std::string& server_address);
json::Value api_group_list(const api::KindRegistry& kinds);
json::Value api_group(const api::KindRegistry& kinds, const std::string& group);                       // null: no such group
json::Value api_resource_list(const api::KindRegistry& kinds, const api::GroupVersion& version);       // null: no such version
json::Value aggregated_discovery(const api::KindRegistry& kinds, bool core_group, const std::string& api_version);
json::Value version_info();

}  // namespace skiff::apiserver
