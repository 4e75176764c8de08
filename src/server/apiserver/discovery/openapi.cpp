// /openapi/v2 and /openapi/v3.
#include "api/openapi.h"

#include "server/apiserver/discovery/discovery.h"
#include "server/apiserver/engine.h"
#include "server/apiserver/respond.h"

namespace skiff::apiserver {
namespace {

constexpr std::string_view kProtobufV2 = "application/com.github.proto-openapi.spec.v2";

// What the client takes; `protobuf` names the form of it that kube-openapi serves.
bool takes(const net::Request& request, std::string_view what) { return request.headers.get("Accept").find(what) != std::string::npos; }
bool takes_json(const net::Request& request) {
    return request.headers.get("Accept").empty() || takes(request, "application/json") || takes(request, "*/*") || takes(request, "application/*");
}

// An answer without a body.
bool bare(net::Exchange& exchange, const RequestContext& context, int code) {
    net::Response response;
    response.code = code;
    response.headers = base_headers(context);
    for (const auto& [name, value] : context.extra_headers) response.headers.set(name, value);
    exchange.respond(std::move(response));
    return true;
}

}  // namespace

bool Discovery::serve_openapi(net::Exchange& exchange, RequestContext& context) {
    const std::string& path = context.attributes.path;
    const net::Request& request = exchange.request();
    // The index has one form, whatever is asked for.
    const bool v2 = path == "/openapi/v2", index = path == "/openapi/v3" || path == "/openapi/v3/";
    const bool v2_protobuf = v2 && !takes_json(request) && takes(request, kProtobufV2);   // kubectl before 1.27 knows nothing else
    api::Bytes bytes;
    std::string content_type = "application/json";
    if (!index && !v2_protobuf && !takes_json(request)) {
        context.extra_headers.emplace_back("Vary", "Accept");
        return bare(exchange, context, 406);
    }
    if (v2_protobuf) {
        bytes = core_.openapi->v2_protobuf();
        content_type = "application/com.github.proto-openapi.spec.v2.v1.0+protobuf";
    } else if (v2) {
        bytes = core_.openapi->v2();
    } else if (index) {
        bytes = core_.openapi->index();
        content_type = "text/plain; charset=utf-8";   // as kube-apiserver's index
    } else if (path.rfind("/openapi/v3/", 0) == 0) {
        std::string document = path.substr(12);
        bytes = core_.openapi->document(document);
        if (bytes) {
            const std::string hash = core_.openapi->hash(document);
            context.extra_headers.emplace_back("Etag", '"' + hash + '"');
            if (request.headers.get("If-None-Match") == context.extra_headers.back().second) {
                context.extra_headers.emplace_back("Vary", "Accept");
                return bare(exchange, context, 304);
            }
            const std::string& asked = request.query.get("hash");
            if (!asked.empty() && asked != hash) {
                context.extra_headers.emplace_back("Location", path + "?hash=" + hash);
                context.extra_headers.emplace_back("Vary", "Accept");
                send_pieces(exchange, context, 301, content_type, {});
                return true;
            }
            // What has its hash in its address never changes.
            if (!asked.empty()) context.extra_headers.emplace_back("Cache-Control", "public, immutable");
        }
    } else {
        return false;
    }
    if (!bytes) return bare(exchange, context, 404);
    if (index) return send_pieces(exchange, context, 200, content_type, {bytes}), true;
    context.extra_headers.emplace_back("Vary", "Accept");
    send_pieces(exchange, context, 200, content_type, {bytes});
    return true;
}

}  // namespace skiff::apiserver
