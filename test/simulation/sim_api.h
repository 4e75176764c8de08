// SimApi: the API server of a simulation: the in-memory store of FakeClient with what controllers and the scheduler rely on beyond it:
// defaults, bindings, evictions that obey budgets, scales, namespaces that take nothing while they go, pods' grace, claims' protection,
// metrics of pods. One thread.
#pragma once

#include "api/kind.h"
#include "base/clock.h"
#include "support/fake_client.h"

namespace skiff::simulation {

class SimApi : public client::Client {
public:
    using Gvr = api::Gvr;
    using ObjectPtr = api::ObjectPtr;
    SimApi(Clock& clock, std::shared_ptr<const api::KindRegistry> kinds);

    Result<ObjectPtr> get(const Gvr& gvr, const std::string& ns, const std::string& name) override { return store.get(gvr, ns, name); }
    Result<client::List> list(const Gvr& gvr, const client::ListOptions& options) override;
    Result<std::unique_ptr<client::Watch>> watch(const Gvr& gvr, const client::WatchOptions& options, client::WatchHandler handler) override {
        return store.watch(gvr, options, std::move(handler));
    }
    Result<ObjectPtr> create(const Gvr& gvr, const std::string& ns, const json::Value& object, const client::WriteOptions& options = {},
                             const std::string& name = {}) override;
    Result<ObjectPtr> update(const Gvr& gvr, const std::string& ns, const json::Value& object, const client::WriteOptions& options = {}) override;
    Result<ObjectPtr> patch(const Gvr& gvr, const std::string& ns, const std::string& name, client::PatchType type, const json::Value& patch,
                            const client::WriteOptions& options = {}) override;
    Status remove(const Gvr& gvr, const std::string& ns, const std::string& name, const client::DeleteOptions& options = {}) override;
    Result<client::RawResponse> raw(const client::RawRequest&) override { return error(Reason::NotFound, "the server could not find the requested resource"); }

    test::FakeClient store;
    int64_t load_milli = 0;            // CPU that the pods of one selector share, as metrics tell
    bool clock_was_set = false;        // which runs of CronJobs fell out depends on when that was seen
    std::vector<std::string> wrong;    // what must never happen and did

private:
    Result<ObjectPtr> bind(const std::string& ns, const std::string& name, const json::Value& binding);
    Result<ObjectPtr> evict(const std::string& ns, const std::string& name);
    client::List pod_metrics(const client::ListOptions& options);
    void now();

    Clock& clock_;
    const std::shared_ptr<const api::KindRegistry> kinds_;
    uint64_t uids_ = 0;
};

}  // namespace skiff::simulation
