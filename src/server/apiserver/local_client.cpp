#include "server/apiserver/local_client.h"

#include <mutex>

#include "base/random.h"
#include "json/parse.h"
#include "json/write.h"
#include "server/apiserver/aggregation/aggregator.h"
#include "server/apiserver/authorize.h"
#include "server/apiserver/encode.h"
#include "server/apiserver/execute.h"
#include "server/apiserver/made_resources.h"
#include "server/apiserver/registry/conversion.h"
#include "server/apiserver/registry/custom_form.h"
#include "server/apiserver/watch_stream.h"

namespace skiff::apiserver {
namespace {

using client::WatchEvent;

// The part of a user's name that names the component: system:serviceaccount:kube-system:deployment-controller -> deployment-controller.
std::string manager_of(const User& user) {
    size_t colon = user.name.rfind(':');
    return colon == std::string::npos ? user.name : user.name.substr(colon + 1);
}

class LocalWatch : public client::Watch {
public:
    explicit LocalWatch(std::unique_ptr<Cache::Watch> watch) : watch_(std::move(watch)) {}

private:
    std::unique_ptr<Cache::Watch> watch_;
};

class LocalSink : public WatchSink {
public:
    LocalSink(Core& core, const api::KindInfo& kind, client::WatchHandler handler)
        : core_(core), kind_(kind), converts_(!kind.custom && &storage_kind(core.kinds, kind) != &kind), handler_(std::move(handler)) {}

    void event(WatchType type, const api::ObjectPtr& object, SharedLines*) override {
        WatchEvent event;
        event.type = type == WatchType::Added ? WatchEvent::Type::Added : type == WatchType::Modified ? WatchEvent::Type::Modified : WatchEvent::Type::Deleted;
        event.object = converts_ ? api::Object::from_tree(tree_as(core_, *object, kind_)) : object;
        // On the thread of all watches, which may wait for nobody: what a webhook converts comes as it is stored. Its metadata, which is what
        // controllers follow of other people's kinds, are the same in every version.
        if (kind_.custom && !converts_by_webhook(kind_)) {
            auto shown = presented(core_, kind_, object);
            if (shown.ok()) event.object = std::move(shown).value();
        }
        handler_.event(event);
    }
    void bookmark(int64_t revision, bool) override {
        WatchEvent event;
        event.type = WatchEvent::Type::Bookmark;
        event.object = api::Object::from_tree(json::Value::object({{"kind", kind_.gvk.kind},
                                                                   {"apiVersion", kind_.gvk.api_version()},
                                                                   {"metadata", json::Value::object({{"resourceVersion", std::to_string(revision)}})}}));
        handler_.event(event);
    }
    void end(const Status& status) override { handler_.end(status); }

private:
    Core& core_;
    const api::KindInfo& kind_;
    const bool converts_;
    client::WatchHandler handler_;
};

class LocalClient : public client::Client {
public:
    LocalClient(Core& core, User user, RunAuthorizer authorize, const Aggregator* aggregator)
        : core_(core), user_(std::move(user)), manager_(manager_of(user_)), authorize_(authorize), aggregator_(aggregator) {}

    Result<api::ObjectPtr> get(const api::Gvr& gvr, const std::string& ns, const std::string& name) override {
        if (foreign(gvr)) return api::Object::from_tree(TRY(read_foreign(path_of(gvr, ns) + "/" + name)));
        RequestContext context = context_of("get", gvr, ns, name, {});
        TRY(admit(context));
        return object_of(TRY(execute(core_, context, {}, {})));
    }

    Result<client::List> list(const api::Gvr& gvr, const client::ListOptions& options) override {
        if (foreign(gvr)) return list_foreign(gvr, options);
        RequestContext context = context_of("list", gvr, options.ns, "", {});
        context.attributes.label_selector = options.label_selector;
        context.attributes.field_selector = options.field_selector;
        TRY(admit(context));
        ListRequest request;
        request.filter = TRY(Filter::make(*context.kind, context.attributes.ns, "", options.label_selector, options.field_selector));
        request.resource_version = options.resource_version;
        request.continue_token = options.continue_token;
        request.limit = options.limit;
        if (core_.made.count(context.kind->gvr())) {
            ListAnswer made = TRY(list_made(core_, context, options.label_selector, options.field_selector));
            client::List out;
            for (const ItemPtr& item : made.items) out.items.push_back(item->object);
            return out;
        }
        if (!context.kind->storage) return error(Reason::MethodNotAllowed, "{} cannot be listed in process", gvr.group_resource());
        ListAnswer answer = TRY(list_objects(core_, *context.kind, request));
        client::List out;
        out.resource_version = std::to_string(answer.revision);
        out.continue_token = answer.continue_token;
        out.items.reserve(answer.items.size());
        for (const ItemPtr& item : answer.items) out.items.push_back(shown(*context.kind, item->object));
        return out;
    }

    Result<std::unique_ptr<client::Watch>> watch(const api::Gvr& gvr, const client::WatchOptions& options, client::WatchHandler handler) override {
        RequestContext context = context_of("watch", gvr, options.ns, "", {});
        context.attributes.label_selector = options.label_selector;
        context.attributes.field_selector = options.field_selector;
        TRY(admit(context));
        net::Query query;
        query.add("labelSelector", options.label_selector);
        query.add("fieldSelector", options.field_selector);
        query.add("resourceVersion", options.resource_version);
        query.add("allowWatchBookmarks", "true");
        WatchSpec spec = TRY(watch_spec(context, query));
        auto sink = std::make_shared<LocalSink>(core_, *context.kind, std::move(handler));
        return std::unique_ptr<client::Watch>(new LocalWatch(core_.cache.watch(*context.kind, std::move(spec), sink)));
    }

    Result<api::ObjectPtr> create(const api::Gvr& gvr, const std::string& ns, const json::Value& object, const client::WriteOptions& options,
                                  const std::string& name) override {
        RequestContext context = context_of("create", gvr, ns, options.subresource.empty() ? std::string() : name, options);
        return write(context, object, "application/json", options);
    }

    Result<api::ObjectPtr> update(const api::Gvr& gvr, const std::string& ns, const json::Value& object, const client::WriteOptions& options) override {
        RequestContext context = context_of("update", gvr, ns, object["metadata"]["name"].as_string(), options);
        return write(context, object, "application/json", options);
    }

    Result<api::ObjectPtr> patch(const api::Gvr& gvr, const std::string& ns, const std::string& name, client::PatchType type, const json::Value& patch,
                                 const client::WriteOptions& options) override {
        RequestContext context = context_of("patch", gvr, ns, name, options);
        static constexpr const char* kTypes[] = {"application/json-patch+json", "application/merge-patch+json", "application/strategic-merge-patch+json",
                                                 "application/apply-patch+yaml"};
        return write(context, patch, kTypes[static_cast<int>(type)], options);
    }

    Status remove(const api::Gvr& gvr, const std::string& ns, const std::string& name, const client::DeleteOptions& options) override {
        RequestContext context = context_of("delete", gvr, ns, name, {});
        TRY(admit(context));
        DeleteOptions wanted;
        if (options.grace_period_s >= 0) wanted.grace_period_s = options.grace_period_s;
        wanted.propagation = options.propagation;
        if (!options.uid.empty()) wanted.uid = options.uid;
        if (!options.resource_version.empty()) wanted.resource_version = options.resource_version;
        TRY(delete_object(core_, context, std::move(wanted)));
        return {};
    }

    Result<client::RawResponse> raw(const client::RawRequest& request) override {
        if (!aggregator_) return error(Reason::MethodNotAllowed, "{} {} is served over HTTP only", request.method, request.path);
        net::Request http;
        const auto question = request.path.find('?');
        http.method = request.method;
        http.target = request.path;
        http.path = http.raw_path = request.path.substr(0, question);
        if (question != std::string::npos) http.query = net::Query::parse(std::string_view(request.path).substr(question + 1)).value_or(net::Query());
        RequestContext context;
        context.attributes.user = user_;
        if (!parse_request_info(http, context)) return error(Reason::BadRequest, "{}: no path of an API", request.path);
        if (authorize_ == RunAuthorizer::Yes) TRY(authorize(core_, context.attributes));
        return aggregator_->call(user_, request);
    }

private:
    // A resource that we do not serve ourselves.
    bool foreign(const api::Gvr& gvr) const { return aggregator_ && aggregator_->has(gvr.group, gvr.version); }

    static std::string path_of(const api::Gvr& gvr, const std::string& ns) {
        return "/apis/" + gvr.group + "/" + gvr.version + (ns.empty() ? "/" : "/namespaces/" + ns + "/") + gvr.resource;
    }

    Result<json::Value> read_foreign(const std::string& path) {
        auto answer = TRY(raw({"GET", path}));
        if (answer.code == 404) return error(Reason::NotFound, "{}: not found", path);
        if (answer.code != 200) return error(Reason::ServiceUnavailable, "{}: the server answered {}", path, answer.code);
        return json::parse(answer.body);
    }

    Result<client::List> list_foreign(const api::Gvr& gvr, const client::ListOptions& options) {
        net::Query query;
        if (!options.label_selector.empty()) query.add("labelSelector", options.label_selector);
        if (!options.field_selector.empty()) query.add("fieldSelector", options.field_selector);
        if (options.limit > 0) query.add("limit", std::to_string(options.limit));
        if (!options.continue_token.empty()) query.add("continue", options.continue_token);
        const std::string text = query.encode();
        auto tree = TRY(read_foreign(path_of(gvr, options.ns) + (text.empty() ? "" : "?" + text)));
        client::List out;
        out.resource_version = std::as_const(tree)["metadata"]["resourceVersion"].as_string();
        out.continue_token = std::as_const(tree)["metadata"]["continue"].as_string();
        for (auto& item : tree.mut("items").mut_items()) out.items.push_back(api::Object::from_tree(std::move(item)));
        return out;
    }

    RequestContext context_of(const char* verb, const api::Gvr& gvr, const std::string& ns, const std::string& name, const client::WriteOptions& options) {
        RequestContext context;
        context.id = "local";
        context.attributes = Attributes::of_resource(user_, verb, gvr, ns, name);
        context.attributes.subresource = options.subresource;
        context.field_manager = options.field_manager.empty() ? manager_ : options.field_manager;
        context.field_validation = FieldValidation::Ignore;
        context.dry_run = options.dry_run;
        context.force = options.force;
        return context;
    }

    // Authorization and routing, as the HTTP pipeline does it.
    Status admit(RequestContext& context) {
        if (context.attributes.resource == "namespaces" && context.attributes.ns.empty()) context.attributes.ns = context.attributes.name;
        if (authorize_ == RunAuthorizer::Yes) TRY(authorize(core_, context.attributes));
        bool known = true;
        TRY(route(core_, context, known));
        if (context.kind->scope == api::Scope::Cluster) context.attributes.ns.clear();
        return {};
    }

    Result<api::ObjectPtr> write(RequestContext& context, const json::Value& tree, const char* content_type, const client::WriteOptions& options) {
        TRY(admit(context));
        Body body{{}, content_type, &tree};
        net::Query query;
        if (options.dry_run) query.add("dryRun", "All");
        if (options.force) query.add("force", "true");
        query.add("fieldValidation", "Ignore");
        return object_of(TRY(execute(core_, context, body, query)));
    }

    api::ObjectPtr shown(const api::KindInfo& kind, const api::ObjectPtr& object) {
        if (object->api_version() == kind.gvk.api_version()) return object;
        return api::Object::from_tree(tree_as(core_, *object, kind));
    }

    Result<api::ObjectPtr> object_of(Answer answer) {
        if (answer.value) return api::Object::from_tree(std::move(*answer.value));
        return shown(*answer.kind, answer.object);
    }

    Core& core_;
    const User user_;
    const std::string manager_;
    const RunAuthorizer authorize_;
    const Aggregator* const aggregator_;
};

}  // namespace

std::shared_ptr<client::Client> make_local_client(Core& core, User user, RunAuthorizer authorize, const Aggregator* aggregator) {
    return std::make_shared<LocalClient>(core, std::move(user), authorize, aggregator);
}

}  // namespace skiff::apiserver
