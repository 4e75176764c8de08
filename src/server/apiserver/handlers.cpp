#include "server/apiserver/handlers.h"

#include "base/log.h"
#include "server/apiserver/execute.h"
#include "server/apiserver/made_resources.h"
#include "server/apiserver/registry/custom_form.h"
#include "server/apiserver/respond.h"
#include "server/apiserver/subresource/component_status.h"
#include "server/apiserver/subresource/subresource.h"
#include "server/apiserver/watch_stream.h"

namespace skiff::apiserver {
namespace {

// Lists of so many objects, and all that need trees (tables, YAML, protobuf), are made on the pool.
constexpr size_t kInlineListMax = 256;

using ContextPtr = std::shared_ptr<RequestContext>;

// Resources whose every use is answered with a warning.
void warn_deprecated(RequestContext& context) {
    const api::KindInfo& kind = *context.kind;
    if (!kind.gvk.group.empty()) return;
    if (kind.plural == "endpoints") context.warnings.emplace_back("v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice");
    else if (kind.plural == "componentstatuses") context.warnings.emplace_back("v1 ComponentStatus is deprecated in v1.19+");
}

FormsAllowed forms_of(const RequestContext& context);

Body body_of(const net::Request& request) { return {request.body, request.headers.get("Content-Type"), nullptr}; }

// Refused before anybody could warn.
void send_unacceptable(Core& core, const net::ExchangePtr& exchange, const ContextPtr& context, const Status& status) {
    context->warnings.clear();
    send_status(*exchange, core, *context, status);
}

void list(Core& core, const net::ExchangePtr& exchange, const ContextPtr& context) {
    FormsAllowed allowed = forms_of(*context);
    auto form = negotiate(exchange->request(), allowed == FormsAllowed::Resources ? FormsAllowed::Lists : allowed);
    if (!form.ok()) return send_unacceptable(core, exchange, context, form.status());
    if (core.made.count(context->kind->gvr()))
        return on_pool(core, exchange, context, [&core, exchange, context, form = *form] {
            const net::Query& query = exchange->request().query;
            auto answer = list_made(core, *context, query.get("labelSelector"), query.get("fieldSelector"));
            if (!answer.ok()) return send_status(*exchange, core, *context, answer.status());
            send_list(*exchange, core, *context, *answer, form);
        });
    if (!context->kind->storage) {
        ListAnswer answer;
        for (api::ObjectPtr& object : component_statuses()) answer.items.push_back(std::make_shared<Item>(Item{object->meta().name, object, 0, {}}));
        return send_list(*exchange, core, *context, answer, *form);
    }
    auto request = parse_list(*context, exchange->request().query);
    if (!request.ok()) return send_status(*exchange, core, *context, request.status());
    bool blocks = list_may_block(core, *request);
    auto run = [&core, exchange, context, form = *form, request = std::move(request).value()] {
        auto answer = list_objects(core, *context->kind, request);
        if (!answer.ok()) return send_status(*exchange, core, *context, answer.status());
        send_list(*exchange, core, *context, *answer, form);
    };
    bool plain = form->as == Form::As::Object && form->media == MediaType::Json;
    ResourceCache* resource = core.cache.resource(*context->kind);
    bool is_short = resource != nullptr && resource->size() <= kInlineListMax;
    if (plain && is_short && !blocks && !converts_by_webhook(*context->kind)) return run();
    on_pool(core, exchange, context, std::move(run));
}

void delete_many(Core& core, const net::ExchangePtr& exchange, const ContextPtr& context) {
    on_pool(core, exchange, context, [&core, exchange, context] {
        auto finish = [&](const Status& status) { send_status(*exchange, core, *context, status); };
        auto form = negotiate(exchange->request(), forms_of(*context));
        if (!form.ok()) return send_unacceptable(core, exchange, context, form.status());
        const net::Query& query = exchange->request().query;
        if (Status status = parse_write_options(*context, query); !status.ok()) return finish(status);
        auto request = parse_list(*context, query);
        if (!request.ok()) return finish(request.status());
        // Options of a watch are checked as such, and mean nothing to what is deleted.
        if (query_flag(query, "watch")) {
            if (Status status = check_watch_options(query); !status.ok()) return finish(status);
            request->resource_version_match.clear();
            request->send_initial_events = false;
        }
        auto options = parse_delete_options(core, *context, body_of(exchange->request()), query);
        if (!options.ok()) return finish(options.status());
        auto answer = delete_collection(core, *context, *request, *options);
        if (!answer.ok()) return finish(answer.status());
        send_list(*exchange, core, *context, *answer, *form);
    });
}

FormsAllowed forms_of(const RequestContext& context) {
    if (context.kind->custom) return FormsAllowed::Custom;
    const api::KindInfo& kind = *context.kind;
    const api::Subresource* sub = kind.subresource(context.attributes.subresource);
    constexpr std::string_view kWithoutTable[] = {"ephemeralcontainers", "resize", "finalize"};
    if (std::find(std::begin(kWithoutTable), std::end(kWithoutTable), context.attributes.subresource) != std::end(kWithoutTable)) return FormsAllowed::NoTable;
    bool own_body = sub != nullptr && sub->kind != kind.gvk.kind && sub->kind != "Scale";
    bool reads = !kind.verbs.empty() && kind.verbs != std::vector<std::string>{"create"};
    return own_body || !reads ? FormsAllowed::NoTable : FormsAllowed::Resources;
}

void unary(Core& core, const net::ExchangePtr& exchange, const ContextPtr& context) {
    auto form = negotiate(exchange->request(), forms_of(*context));
    if (!form.ok()) return send_unacceptable(core, exchange, context, form.status());
    auto run = [&core, exchange, context, form = *form] {
        auto answer = execute(core, *context, body_of(exchange->request()), exchange->request().query);
        if (!answer.ok()) return send_status(*exchange, core, *context, answer.status());
        send_answer(*exchange, core, *context, *answer, form);
    };
    bool get = context->attributes.verb == "get" && form->as != Form::As::Table && context->kind->storage && !converts_by_webhook(*context->kind);
    if (get) return run();
    on_pool(core, exchange, context, std::move(run));
}

}  // namespace

void on_pool(Core& core, const net::ExchangePtr& exchange, const ContextPtr& context, std::function<void()> task) {
    auto guarded = [&core, exchange, context, task = std::move(task)] {
        try {
            task();
        } catch (const std::exception& e) {
            log::error("apiserver", "request failed with an exception", {{"path", context->attributes.path}, {"what", e.what()}});
            send_status(*exchange, core, *context, error(Reason::InternalError, "Internal error occurred: {}", e.what()));
        }
    };
    if (core.pool->submit({context->lane, context->lane_share}, std::move(guarded))) return;
    send_status(*exchange, core, *context, error(Reason::TooManyRequests, "the server has received too many requests and has asked us to try again later").with_retry_after(1));
}

void handle_resource(Core& core, net::ExchangePtr exchange, ContextPtr context) {
    bool known_version = true;
    Status routed = route(core, *context, known_version);
    if (!known_version) return send_text(*exchange, *context, 404, "404 page not found\n");
    if (!routed.ok()) return send_status(*exchange, core, *context, routed);
    warn_deprecated(*context);
    Attributes& a = context->attributes;
    if (context->kind->scope == api::Scope::Cluster) a.ns.clear();
    const SubresourceEntry* entry = find_subresource(*context->kind, a.subresource);
    if (entry != nullptr && entry->stream != nullptr) return entry->stream(core, std::move(exchange), std::move(context));
    bool stored = context->kind->storage;
    if (a.verb == "watch" && stored) return serve_watch(core, std::move(exchange), std::move(context));
    if (a.verb == "list") return list(core, exchange, context);
    if (a.verb == "deletecollection" && stored) return delete_many(core, exchange, context);
    unary(core, exchange, context);
}

}  // namespace skiff::apiserver
