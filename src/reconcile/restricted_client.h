// RestrictedClient: a client that writes only what its controller declared (else Forbidden), and notes what was written, so that the
// runtime can wait until the informers show it.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "client/client.h"
#include "reconcile/controller.h"

namespace skiff::reconcile {

// One write that an informer has to show before the key that made it runs again.
struct Written {
    Gvr gvr;
    std::string ns, name;
    int64_t revision = 0;          // of a create, update or patch; 0: a deletion
    ObjectPtr deleted;             // what the informer showed when it was deleted
};

// The writes of one reconcile(); a thread's current one is found through current().
class WriteLog {
public:
    WriteLog();
    ~WriteLog();
    WriteLog(const WriteLog&) = delete;
    WriteLog& operator=(const WriteLog&) = delete;
    static WriteLog* current();
    std::vector<Written> writes;

private:
    WriteLog* outer_;
};

// Whether the informers show the write. True for resources that no informer follows.
bool visible(InformerFactory& informers, const Written& write);

class RestrictedClient : public client::Client {
public:
    RestrictedClient(std::string controller, std::shared_ptr<client::Client> client, std::vector<Output> outputs, InformerFactory& informers);

    Result<ObjectPtr> get(const Gvr& gvr, const std::string& ns, const std::string& name) override;
    Result<client::List> list(const Gvr& gvr, const client::ListOptions& options) override;
    Result<std::unique_ptr<client::Watch>> watch(const Gvr& gvr, const client::WatchOptions& options, client::WatchHandler handler) override;
    Result<ObjectPtr> create(const Gvr& gvr, const std::string& ns, const json::Value& object, const client::WriteOptions& options,
                             const std::string& name) override;
    Result<ObjectPtr> update(const Gvr& gvr, const std::string& ns, const json::Value& object, const client::WriteOptions& options) override;
    Result<ObjectPtr> patch(const Gvr& gvr, const std::string& ns, const std::string& name, client::PatchType type, const json::Value& patch,
                            const client::WriteOptions& options) override;
    Status remove(const Gvr& gvr, const std::string& ns, const std::string& name, const client::DeleteOptions& options) override;
    Result<client::RawResponse> raw(const client::RawRequest& request) override;

private:
    Status check(const Gvr& gvr, const std::string& subresource) const;
    Result<ObjectPtr> noted(const Gvr& gvr, const client::WriteOptions& options, Result<ObjectPtr> result) const;

    const std::string controller_;
    const std::shared_ptr<client::Client> client_;
    const std::vector<Output> outputs_;
    InformerFactory& informers_;
};

}  // namespace skiff::reconcile
