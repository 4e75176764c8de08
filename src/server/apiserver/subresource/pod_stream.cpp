// pods/log, exec, attach and portforward: passed on to the node's API.
#include "api/go_text.h"
#include "api/timestamp.h"
#include "base/encoding.h"
#include "base/strings.h"
#include "server/apiserver/handlers.h"
#include "server/apiserver/respond.h"
#include "server/apiserver/subresource/admit.h"
#include "server/apiserver/subresource/node_address.h"
#include "server/apiserver/subresource/pod_log.h"
#include "server/apiserver/subresource/relay.h"
#include "server/apiserver/subresource/subresource.h"

namespace skiff::apiserver {
namespace {

const api::Gvr kPods{"", "v1", "pods"};

Result<api::ObjectPtr> find_pod(const Core& core, const RequestContext& context) {
    const Attributes& a = context.attributes;
    api::ObjectPtr pod = core.cache.get(kPods, a.ns, a.name);
    if (!pod) return not_found(*context.kind, a.name);
    return pod;
}

// kube-apiserver's ValidatePodLogOptions.
Status check_log_options(const net::Query& query, const std::string& pod) {
    for (const char* key : {"tailLines", "limitBytes", "sinceSeconds"})
        if (query.has(key) && !parse_int(query.get(key))) return error(Reason::BadRequest, "strconv.ParseInt: parsing {}: invalid syntax", api::go_quote(query.get(key)));
    api::FieldErrors errors;
    auto number = [&](const char* key, int64_t least, const char* why) {
        if (!query.has(key)) return;
        auto n = parse_int(query.get(key));
        if (n && *n < least) errors.invalid(api::FieldPath(key), *n, why);
    };
    number("tailLines", 0, "must be greater than or equal to 0");
    number("limitBytes", 1, "must be greater than 0");
    number("sinceSeconds", 1, "must be greater than 0");
    if (query.has("sinceSeconds") && query.has("sinceTime")) errors.forbidden(api::FieldPath("[]"), "at most one of `sinceTime` or `sinceSeconds` may be specified");
    if (query.has("sinceTime") && !api::parse_time(query.get("sinceTime")))
        return error(Reason::BadRequest, "parsing time {0} as \"2006-01-02T15:04:05Z07:00\": cannot parse {0} as \"2006\"", api::go_quote(query.get("sinceTime")));
    // Of one stream alone: a feature that is off in v1.34.
    if (query.has("stream")) errors.forbidden(api::FieldPath("stream"), "may not be specified");
    return errors.empty() ? Status() : errors.to_status("", "PodLogOptions", pod);
}

std::string with_query(std::string url, net::Query query) {
    query.erase("container");
    std::string encoded = query.encode();
    return encoded.empty() ? url : url + "?" + encoded;
}

// What kubelets call the parameters of exec and attach.
net::Query kubelet_query(const net::Query& query) {
    net::Query out;
    auto flag = [&](const char* from, const char* to, bool fallback) {
        bool value = query.has(from) ? query_flag(query, from) : fallback;
        if (value) out.add(to, "1");
    };
    flag("stdin", "input", false);
    flag("stdout", "output", false);
    flag("stderr", "error", false);
    flag("tty", "tty", false);
    for (const std::string& command : query.all("command")) out.add("command", command);
    return out;
}

Result<std::string> stream_url(const Core& core, const RequestContext& context, const net::Query& query) {
    const Attributes& a = context.attributes;
    if (query.has("dryRun")) return error(Reason::BadRequest, "dryRun is not supported");
    api::ObjectPtr object = TRY(find_pod(core, context));
    api::TreePtr pod = object->tree();
    bool forward = a.subresource == "portforward";
    std::string container;
    if (!forward) container = TRY(container_of(*pod, query.get("container")));
    const std::string& node = (*pod)["spec"]["nodeName"].as_string();
    if (node.empty()) return error(Reason::BadRequest, "pod {} does not have a host assigned", a.name);
    std::string base = TRY(node_base_url(core.cache, node));
    if (forward) return with_query(fmt::format("{}/portForward/{}/{}", base, a.ns, a.name), query);
    return with_query(fmt::format("{}/{}/{}/{}/{}", base, a.subresource, a.ns, a.name, container), kubelet_query(query));
}

Status check_ports(const net::Query& query) {
    for (const std::string& list : query.all("ports"))
        for (std::string_view text : split_views(list, ',')) {
            const auto port = text.starts_with('-') || text.starts_with('+') ? std::optional<int64_t>() : parse_int(text);
            if (port && *port <= UINT16_MAX) continue;
            return error(Reason::BadRequest, "cannot convert to []int32: strconv.ParseUint: parsing {}: {}", api::go_quote(text), port ? "value out of range" : "invalid syntax");
        }
    return {};
}

// The request as PodExecOptions, PodAttachOptions or PodPortForwardOptions, for admission.
Status admit_stream(Core& core, RequestContext& context, const net::Query& query) {
    const Attributes& a = context.attributes;
    std::string_view kind = a.subresource == "exec" ? "PodExecOptions" : a.subresource == "attach" ? "PodAttachOptions" : "PodPortForwardOptions";
    json::Value options = json::Value::object({{"kind", kind}, {"apiVersion", "v1"}});
    for (const char* flag : {"stdin", "stdout", "stderr", "tty"})
        if (query_flag(query, flag)) options.set(flag, true);
    if (query.has("container")) options.set("container", query.get("container"));
    for (const std::string& word : query.all("command")) options.mut("command").push_back(word);
    for (const std::string& port : query.all("ports")) options.mut("ports").push_back(parse_int(port).value_or(0));
    return admit_connect(core, context, std::move(options));
}

Result<std::string> log_url(const Core& core, const RequestContext& context, const net::Query& query) {
    const Attributes& a = context.attributes;
    TRY(check_log_options(query, a.name));
    api::ObjectPtr object = TRY(find_pod(core, context));
    api::TreePtr pod = object->tree();
    std::string container = TRY(container_of(*pod, query.get("container")));
    const std::string& node = (*pod)["spec"]["nodeName"].as_string();
    if (node.empty()) return std::string();   // not scheduled: no log yet, and no error
    std::string base = TRY(node_base_url(core.cache, node));
    return with_query(fmt::format("{}/containerLogs/{}/{}/{}", base, a.ns, a.name, container), query);
}

}  // namespace

void serve_pod_log(Core& core, net::ExchangePtr exchange, std::shared_ptr<RequestContext> context) {
    auto url = log_url(core, *context, exchange->request().query);
    if (!url.ok()) return send_status(*exchange, core, *context, url.status());
    if (url->empty()) {
        net::Response response;
        response.code = 204;
        response.headers = base_headers(*context);
        return exchange->respond(std::move(response));
    }
    relay_log(core, std::move(exchange), std::move(context), std::move(url).value());
}

void serve_pod_stream(Core& core, net::ExchangePtr exchange, std::shared_ptr<RequestContext> context) {
    // Admission may ask webhooks: not on an io thread.
    on_pool(core, exchange, context, [&core, exchange, context] {
        const net::Request& request = exchange->request();
        if (Status status = check_ports(request.query); context->attributes.subresource == "portforward" && !status.ok()) return send_status(*exchange, core, *context, status);
        if (Status status = admit_stream(core, *context, request.query); !status.ok()) return send_status(*exchange, core, *context, status);
        auto url = stream_url(core, *context, request.query);
        if (!url.ok()) return send_status(*exchange, core, *context, url.status());
        bool upgrade = lower(request.headers.get("Connection")).find("upgrade") != std::string::npos;
        if (!upgrade) return send_status(*exchange, core, *context, error(Reason::BadRequest, "Upgrade request required"));
        relay(core, core.kubelets, exchange, context, *url, RelayBody::Drop);
    });
}

}  // namespace skiff::apiserver
