#include "server/apiserver/subresource/relay.h"

#include <mutex>

#include "base/strings.h"
#include "server/apiserver/respond.h"

namespace skiff::apiserver {
namespace {

constexpr size_t kPageBytesMax = 4 << 20;

bool is_upgrade(const net::Request& request) { return lower(request.headers.get("Connection")).find("upgrade") != std::string::npos; }

bool hop_by_hop(const std::string& name, bool upgrade) {
    if (upgrade && (name == "connection" || name == "upgrade")) return false;
    static constexpr std::string_view kNames[] = {"connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "te", "trailer", "transfer-encoding",
                                                  "upgrade",    "host",       "content-length",     "authorization",       "accept-encoding"};
    for (std::string_view n : kNames)
        if (name == n) return true;
    return name.rfind("impersonate-", 0) == 0;
}

net::Headers passed_headers(const net::Headers& headers, bool upgrade) {
    net::Headers out;
    for (const auto& [name, value] : headers.entries())
        if (!hop_by_hop(lower(name), upgrade)) out.add(name, value);
    return out;
}

void fail(net::Exchange& exchange, const Core& core, const RequestContext& context, const Status& status) {
    send_status(exchange, core, context, error(Reason::ServiceUnavailable, "error trying to reach service: {}", status.message()));
}

void relay_upgrade(Core& core, const std::shared_ptr<net::HttpClient>& client, net::ExchangePtr exchange, std::shared_ptr<RequestContext> context, net::ClientRequest request) {
    client->upgrade(std::move(request), [&core, exchange, context](Result<net::HttpClient::Upgraded> result) {
        if (!result.ok()) return fail(*exchange, core, *context, result.status());
        net::HttpClient::Upgraded& upgraded = *result;
        if (!upgraded.stream) {
            net::Response response;
            response.code = upgraded.response.code;
            response.headers = passed_headers(upgraded.response.headers, false);
            response.body = net::make_bytes(std::move(upgraded.response.body));
            return exchange->respond(std::move(response));
        }
        net::Headers headers = passed_headers(upgraded.response.headers, true);
        auto near = exchange->upgrade(std::move(headers));
        if (near) net::splice(std::move(near), std::move(upgraded.stream));
    });
}

// One streamed answer on its way. Holds itself alive through the callbacks until both sides have ended.
struct Passage : std::enable_shared_from_this<Passage> {
    Core& core;
    net::ExchangePtr exchange;
    std::shared_ptr<RequestContext> context;
    std::mutex mutex;
    std::shared_ptr<net::ResponseStream> out;
    std::shared_ptr<net::ClientCall> call;
    bool ended = false;
    std::optional<ProxyPlace> place;
    bool holding = false;                // the page is collected to be rewritten
    std::string page;

    Passage(Core& c, net::ExchangePtr e, std::shared_ptr<RequestContext> x, std::optional<ProxyPlace> p)
        : core(c), exchange(std::move(e)), context(std::move(x)), place(std::move(p)) {}

    void head(int code, const net::Headers& headers) {
        net::Headers passed = passed_headers(headers, false);
        if (place) {
            if (const std::string& location = headers.get("Location"); !location.empty()) {
                passed.set("Location", rewrite_link(*place, location));
            } else {
                const std::string& type = headers.get("Content-Type");
                holding = trim(type.substr(0, type.find(';'))) == "text/html" && headers.get("Content-Encoding").empty();
            }
        }
        auto stream = exchange->stream(code, std::move(passed));
        {
            std::lock_guard lock(mutex);
            out = stream;
        }
        stream->on_closed([self = shared_from_this()] { self->client_gone(); });
    }
    void data(std::string_view bytes) {
        if (holding) {
            page.append(bytes);
            if (page.size() <= kPageBytesMax) return;
            holding = false;
            if (out && !out->write(page)) client_gone();
            page.clear();
            return;
        }
        if (out && !out->write(bytes)) client_gone();
    }
    void end(const Status& status) {
        std::shared_ptr<net::ResponseStream> stream;
        {
            std::lock_guard lock(mutex);
            ended = true;
            stream = out;
        }
        if (stream && holding) (void)stream->write(status.ok() ? rewrite_html(*place, page) : page);
        if (!stream) fail(*exchange, core, *context, status);
        else if (status.ok()) stream->end();
        else stream->abort();
    }
    void client_gone() {
        std::shared_ptr<net::ClientCall> running;
        {
            std::lock_guard lock(mutex);
            running = std::move(call);
        }
        if (running) running->cancel();
    }
};

// The path as Kubernetes passes it on: read, then escaped again where a URL needs it ("through%2Fproxy" arrives as "through/proxy").
std::string escaped_path(std::string_view raw) {
    static constexpr std::string_view kPlain = "-_.~$&+,/:;=@";
    auto digit = [](char c) { return c >= '0' && c <= '9' ? c - '0' : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10 : -1; };
    std::string out;
    for (size_t i = 0; i < raw.size(); ++i) {
        unsigned char c = static_cast<unsigned char>(raw[i]);
        if (c == '%' && i + 2 < raw.size() && digit(raw[i + 1]) >= 0 && digit(raw[i + 2]) >= 0) {
            c = static_cast<unsigned char>(digit(raw[i + 1]) << 4 | digit(raw[i + 2]));
            i += 2;
        }
        if (std::isalnum(c) || kPlain.find(static_cast<char>(c)) != kPlain.npos) out += static_cast<char>(c);
        else out += fmt::format("%{:02X}", c);
    }
    return out;
}

}  // namespace

void relay(Core& core, const std::shared_ptr<net::HttpClient>& client, net::ExchangePtr exchange, std::shared_ptr<RequestContext> context, std::string url, RelayBody body,
           std::optional<ProxyPlace> place, std::string connect_address) {
    if (!client) return send_status(*exchange, core, *context, error(Reason::ServiceUnavailable, "this server cannot reach nodes"));
    const net::Request& in = exchange->request();
    bool upgrade = is_upgrade(in);
    net::ClientRequest request;
    request.method = in.method;
    request.url = std::move(url);
    request.connect_address = std::move(connect_address);
    request.headers = passed_headers(in.headers, upgrade);
    if (body == RelayBody::Pass && !in.body.empty()) request.body = net::make_bytes(in.body);
    if (upgrade) return relay_upgrade(core, client, std::move(exchange), std::move(context), std::move(request));
    auto passage = std::make_shared<Passage>(core, exchange, context, std::move(place));
    net::HttpClient::StreamHandler handler;
    handler.head = [passage](int code, const net::Headers& headers) { passage->head(code, headers); };
    handler.data = [passage](std::string_view bytes) { passage->data(bytes); };
    handler.end = [passage](Status status) { passage->end(status); };
    auto call = client->stream(std::move(request), std::move(handler));
    std::lock_guard lock(passage->mutex);
    if (!passage->ended) passage->call = std::move(call);
}

void relay_proxy(Core& core, const std::shared_ptr<net::HttpClient>& client, net::ExchangePtr exchange, std::shared_ptr<RequestContext> context, const std::string& base) {
    const net::Request& in = exchange->request();
    const size_t question = in.target.find('?');
    const std::string query = question == std::string::npos ? std::string() : in.target.substr(question);
    const bool reads = in.method == "GET" || in.method == "HEAD";
    if (reads && context->rest.empty() && !in.raw_path.ends_with('/') && !is_upgrade(in)) {
        net::Response response;
        response.code = 301;
        response.headers.add("Location", in.raw_path + "/" + query);
        return exchange->respond(std::move(response));
    }
    const size_t host = base.find("://");
    ProxyPlace place{proxy_prefix(in.raw_path, context->rest), host == std::string::npos ? base : base.substr(host + 3), in.headers.get("Host")};
    std::string url = base + "/" + escaped_path(context->rest) + query;
    relay(core, client, std::move(exchange), std::move(context), std::move(url), RelayBody::Pass, std::move(place));
}

}  // namespace skiff::apiserver
