// /openapi/v2 and /openapi/v3.
#include "api/openapi.h"

#include <ctime>

#include "server/apiserver/discovery/discovery.h"
#include "server/apiserver/engine.h"
#include "server/apiserver/respond.h"

namespace skiff::apiserver {
namespace {

using Encoding = api::OpenApi::Encoding;
constexpr size_t kTimesMax = 4096;   // of documents, those of definitions that are gone among them

// The first type that the client accepts and kube-openapi serves: JSON, or gnostic's messages under either of two names.
std::optional<Encoding> encoding_of(const net::Request& request, std::string_view version) {
    const std::string spec = fmt::format("application/com.github.proto-openapi.spec.{}", version);
    for (const std::string& type : accepted_types(request)) {
        if (type == "application/json" || type == "application/*" || type == "*/*" || type == "*/json") return Encoding::Json;
        if (type == spec + "@v1.0+protobuf" || type == spec + ".v1.0+protobuf") return Encoding::Protobuf;
    }
    return std::nullopt;
}

std::string http_time(WallTime time, const char* format = "%a, %d %b %Y %H:%M:%S GMT") {
    const std::time_t seconds = std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count();
    std::tm parts{};
    gmtime_r(&seconds, &parts);
    char text[40];
    return {text, strftime(text, sizeof text, format, &parts)};
}

// Whether the client has the document already. A tag counts more than a time.
bool is_known(const net::Request& request, const std::string& etag, WallTime modified) {
    const std::string& tags = request.headers.get("If-None-Match");
    if (!tags.empty()) return tags == "*" || tags.find(etag) != std::string::npos;
    const std::string& since = request.headers.get("If-Modified-Since");
    std::tm parts{};
    if (since.empty() || !strptime(since.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &parts)) return false;
    return std::chrono::duration_cast<std::chrono::seconds>(modified.time_since_epoch()).count() <= timegm(&parts);
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

WallTime Discovery::modified(const std::string& name, const std::string& etag) {
    std::lock_guard lock(mutex_);
    if (modified_.size() > kTimesMax) modified_.clear();
    auto& [tag, time] = modified_[name];
    if (tag != etag) {
        tag = etag;
        time = core_.clock.now();
    }
    return time;
}

bool Discovery::serve_openapi(net::Exchange& exchange, RequestContext& context) {
    const std::string& path = context.attributes.path;
    const net::Request& request = exchange.request();
    constexpr std::string_view kV3 = "/openapi/v3/";
    const bool v2 = path == "/openapi/v2";
    auto add = [&](const char* name, std::string value) { context.extra_headers.emplace_back(name, std::move(value)); };
    if (path == "/openapi/v3" || path == kV3) {
        // The index has one form, whatever is asked for, and is made anew each time.
        add("Last-Modified", http_time(core_.clock.now()));
        send_pieces(exchange, context, 200, "text/plain; charset=utf-8", {core_.openapi->index()});
        return true;
    }
    if (!v2 && !path.starts_with(kV3)) return false;
    const std::string name = v2 ? path : path.substr(kV3.size());
    if (!v2 && !core_.openapi->document(name, Encoding::Json)) return bare(exchange, context, 404);
    const auto encoding = encoding_of(request, v2 ? "v2" : "v3");
    if (!encoding) {
        add("Vary", "Accept");
        return bare(exchange, context, 406);
    }
    const api::Bytes bytes = v2 ? core_.openapi->v2(*encoding) : core_.openapi->document(name, *encoding);
    const std::string hash = v2 ? core_.openapi->v2_hash() : core_.openapi->hash(name), etag = '"' + hash + '"';
    const std::string type = *encoding == Encoding::Json ? "application/json" : fmt::format("application/com.github.proto-openapi.spec.{}.v1.0+protobuf", v2 ? "v2" : "v3");
    add("Etag", etag);
    add("Vary", v2 ? "Accept-Encoding, Accept" : "Accept");
    const std::string& asked = request.query.get("hash");
    if (!v2 && !asked.empty() && asked != hash) {
        add("Location", path + "?hash=" + hash);
        send_pieces(exchange, context, 301, type, {});
        return true;
    }
    // What has its hash in its address never changes.
    if (!v2 && !asked.empty()) {
        add("Cache-Control", "public, immutable");
        add("Expires", http_time(core_.clock.now() + std::chrono::years(1), "%a, %d %b %Y %H:%M:%S UTC"));
    }
    const WallTime since = modified(name, etag);
    if (is_known(request, etag, since)) return bare(exchange, context, 304);
    add("Last-Modified", http_time(since));
    send_pieces(exchange, context, 200, type, {bytes});
    return true;
}

}  // namespace skiff::apiserver
