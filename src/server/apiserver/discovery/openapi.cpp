// /openapi/v2 and /openapi/v3.
#include "api/openapi.h"

#include "server/apiserver/discovery/discovery.h"
#include "server/apiserver/engine.h"
#include "server/apiserver/respond.h"

namespace skiff::apiserver {
namespace {

constexpr std::string_view kProtobufV2 = "application/com.github.proto-openapi.spec.v2";
constexpr std::string_view kProtobufV3 = "application/com.github.proto-openapi.spec.v3";

bool wants_only(const net::Request& request, std::string_view type) {
    const std::string& accept = request.headers.get("Accept");
    return accept.find(type) != std::string::npos && accept.find("application/json") == std::string::npos && accept.find("*/*") == std::string::npos;
}

}  // namespace

bool Discovery::serve_openapi(net::Exchange& exchange, RequestContext& context) {
    const std::string& path = context.attributes.path;
    const net::Request& request = exchange.request();
    bool v2_protobuf = path == "/openapi/v2" && wants_only(request, kProtobufV2);   // kubectl before 1.27 knows nothing else
    if (!v2_protobuf && (wants_only(request, kProtobufV2) || wants_only(request, kProtobufV3))) {
        send_status(exchange, core_, context, error(Reason::NotAcceptable, "only the following media types are accepted: application/json"));
        return true;
    }
    api::Bytes bytes;
    std::string content_type = "application/json";
    if (v2_protobuf) {
        bytes = core_.openapi->v2_protobuf();
        content_type = "application/com.github.proto-openapi.spec.v2.v1.0+protobuf";
    } else if (path == "/openapi/v2") {
        bytes = core_.openapi->v2();
    } else if (path == "/openapi/v3" || path == "/openapi/v3/") {
        bytes = core_.openapi->index();
        content_type = "text/plain; charset=utf-8";   // as kube-apiserver's index
    } else if (path.rfind("/openapi/v3/", 0) == 0) {
        std::string document = path.substr(12);
        bytes = core_.openapi->document(document);
        if (bytes) {
            const std::string hash = core_.openapi->hash(document);
            context.extra_headers.emplace_back("Etag", '"' + hash + '"');
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
    if (!bytes) {
        net::Response response;
        response.code = 404;
        response.headers = base_headers(context);
        exchange.respond(std::move(response));
        return true;
    }
    context.extra_headers.emplace_back("Vary", "Accept");
    send_pieces(exchange, context, 200, content_type, {bytes});
    return true;
}

}  // namespace skiff::apiserver
