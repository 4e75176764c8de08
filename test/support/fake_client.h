// FakeClient: an API server of maps for tests of controllers: resource versions, conflicts, finalizers, graceful deletion where asked for,
// generateName, status subresource, merge and simple strategic patches, label selectors of equality, field selectors on strings, watches.
// No validation, no defaults, no admission. Watch events are delivered on the writing thread, in order, after the write's lock is gone.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "client/client.h"

namespace skiff::test {

struct Call {
    std::string verb, resource, subresource, ns, name;
    std::string text() const;      // "create pods default/web-1", "update deployments/status default/web"
};

class FakeClient : public client::Client {
public:
    using Gvr = api::Gvr;
    using ObjectPtr = api::ObjectPtr;

    Result<ObjectPtr> get(const Gvr& gvr, const std::string& ns, const std::string& name) override;
    Result<client::List> list(const Gvr& gvr, const client::ListOptions& options) override;
    Result<std::unique_ptr<client::Watch>> watch(const Gvr& gvr, const client::WatchOptions& options, client::WatchHandler handler) override;
    Result<ObjectPtr> create(const Gvr& gvr, const std::string& ns, const json::Value& object, const client::WriteOptions& options = {},
                             const std::string& name = {}) override;
    Result<ObjectPtr> update(const Gvr& gvr, const std::string& ns, const json::Value& object, const client::WriteOptions& options = {}) override;
    Result<ObjectPtr> patch(const Gvr& gvr, const std::string& ns, const std::string& name, client::PatchType type, const json::Value& patch,
                            const client::WriteOptions& options = {}) override;
    Status remove(const Gvr& gvr, const std::string& ns, const std::string& name, const client::DeleteOptions& options = {}) override;
    Result<client::RawResponse> raw(const client::RawRequest& request) override;

    // For tests.
    json::Value tree(const Gvr& gvr, const std::string& ns, const std::string& name);       // null when absent
    std::vector<json::Value> trees(const Gvr& gvr, const std::string& ns = {});
    // Changes an object in place as somebody else's update would.
    void change(const Gvr& gvr, const std::string& ns, const std::string& name, const std::function<void(json::Value&)>& edit);
    void erase(const Gvr& gvr, const std::string& ns, const std::string& name);              // at once, whatever its finalizers
    // Writes since the last call of take_calls(); reads are not noted.
    std::vector<Call> take_calls();
    size_t count_calls(const std::string& verb, const std::string& resource);                // of those noted so far
    // Called before each write; an error is answered instead of writing.
    std::function<Status(const Call&)> on_write;
    // Pods are deleted gracefully: deletionTimestamp is set and the test erases them. Default: at once.
    bool graceful_pods = false;
    // Watches hear nothing between hold_events() and release_events(): a stale cache.
    void hold_events();
    void release_events();
    // Ends all watches, as a closed connection or as an expired revision.
    void end_watches(const Status& status);
    std::string now = "2023-11-14T22:13:20Z";      // creationTimestamp of what is made
    int64_t revision();
    std::map<std::string, client::RawResponse> raw_answers;                                   // by path

private:
    struct Key {
        Gvr gvr;
        std::string ns, name;
        auto operator<=>(const Key&) const = default;
    };
    struct Watching;
    class Handle;
    struct Pending {
        client::WatchEvent event;
        Gvr gvr;
    };
    Result<ObjectPtr> store(const Key& key, json::Value tree, client::WatchEvent::Type type);
    Result<ObjectPtr> write_over(const Key& key, json::Value next, const ObjectPtr& old, const std::string& subresource);
    void drop(const Key& key, const ObjectPtr& old);
    Status note(const Call& call);
    void deliver();
    static bool selected(const api::Object& object, const std::string& ns, const std::string& labels, const std::string& fields);

    std::recursive_mutex mutex_;
    std::map<Key, ObjectPtr> objects_;
    std::map<Key, api::TreePtr> parsed_;              // keeps the trees of objects_, so that nobody parses them again
    int64_t revision_ = 0;
    uint64_t uid_ = 0, generated_ = 0;
    std::vector<std::shared_ptr<Watching>> watches_;
    std::deque<Pending> pending_;
    std::vector<std::pair<Gvr, client::WatchEvent>> history_;
    bool delivering_ = false, held_ = false;
    std::vector<Call> calls_;
};

}  // namespace skiff::test
