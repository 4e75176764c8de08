#include "reconcile/restricted_client.h"

namespace skiff::reconcile {

namespace {

thread_local WriteLog* current_log = nullptr;

bool matches(const std::string& declared, const std::string& actual) { return declared == "*" || declared == actual; }

}  // namespace

WriteLog::WriteLog() : outer_(current_log) { current_log = this; }
WriteLog::~WriteLog() { current_log = outer_; }
WriteLog* WriteLog::current() { return current_log; }

bool visible(InformerFactory& informers, const Written& write) {
    auto informer = informers.find(write.gvr);
    if (!informer || !informer->synced()) return true;
    if (write.revision) return informer->revision() >= write.revision;
    auto now = informer->get(write.ns, write.name);
    return !now || now->meta().deleting() || now->meta().uid != write.deleted->meta().uid;
}

RestrictedClient::RestrictedClient(std::string controller, std::shared_ptr<client::Client> client, std::vector<Output> outputs,
                                   InformerFactory& informers)
    : controller_(std::move(controller)), client_(std::move(client)), outputs_(std::move(outputs)), informers_(informers) {}

Status RestrictedClient::check(const Gvr& gvr, const std::string& subresource) const {
    for (const auto& output : outputs_)
        if (matches(output.gvr.group, gvr.group) && matches(output.gvr.resource, gvr.resource) && matches(output.subresource, subresource))
            return {};
    return error(Reason::Forbidden, "controller {} does not declare that it writes {}{}{}", controller_, gvr.group_resource(),
                 subresource.empty() ? "" : "/", subresource);
}

Result<ObjectPtr> RestrictedClient::noted(const Gvr& gvr, const client::WriteOptions& options, Result<ObjectPtr> result) const {
    if (WriteLog* log = WriteLog::current(); log && result.ok() && *result && !options.dry_run) {
        const auto& meta = (*result)->meta();
        // Answers of subresources such as token or eviction are other kinds without a revision.
        if (meta.resource_version > 0) log->writes.push_back({gvr, meta.ns, meta.name, meta.resource_version, nullptr});
    }
    return result;
}

Result<ObjectPtr> RestrictedClient::get(const Gvr& gvr, const std::string& ns, const std::string& name) { return client_->get(gvr, ns, name); }

Result<client::List> RestrictedClient::list(const Gvr& gvr, const client::ListOptions& options) { return client_->list(gvr, options); }

Result<std::unique_ptr<client::Watch>> RestrictedClient::watch(const Gvr& gvr, const client::WatchOptions& options, client::WatchHandler handler) {
    return client_->watch(gvr, options, std::move(handler));
}

Result<ObjectPtr> RestrictedClient::create(const Gvr& gvr, const std::string& ns, const json::Value& object, const client::WriteOptions& options,
                                           const std::string& name) {
    TRY(check(gvr, options.subresource));
    return noted(gvr, options, client_->create(gvr, ns, object, options, name));
}

Result<ObjectPtr> RestrictedClient::update(const Gvr& gvr, const std::string& ns, const json::Value& object, const client::WriteOptions& options) {
    TRY(check(gvr, options.subresource));
    return noted(gvr, options, client_->update(gvr, ns, object, options));
}

Result<ObjectPtr> RestrictedClient::patch(const Gvr& gvr, const std::string& ns, const std::string& name, client::PatchType type,
                                          const json::Value& patch, const client::WriteOptions& options) {
    TRY(check(gvr, options.subresource));
    return noted(gvr, options, client_->patch(gvr, ns, name, type, patch, options));
}

Status RestrictedClient::remove(const Gvr& gvr, const std::string& ns, const std::string& name, const client::DeleteOptions& options) {
    TRY(check(gvr, {}));
    ObjectPtr known;
    WriteLog* log = WriteLog::current();
    if (log)
        if (auto informer = informers_.find(gvr)) known = informer->get(ns, name);
    Status status = client_->remove(gvr, ns, name, options);
    bool gone = status.ok() || status.reason() == Reason::NotFound;
    if (log && known && gone && !known->meta().deleting()) log->writes.push_back({gvr, ns, name, 0, known});
    return status;
}

// Reads only: controllers ask discovery and metrics through it.
Result<client::RawResponse> RestrictedClient::raw(const client::RawRequest& request) {
    if (request.method != "GET") return error(Reason::Forbidden, "controller {} may only read raw paths", controller_);
    return client_->raw(request);
}

}  // namespace skiff::reconcile
