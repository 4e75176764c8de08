// client::Client: the one interface to the API, for controllers, scheduler, agent, DNS and CLI. Two implementations: in process
// (server/apiserver/local_client) and over HTTPS (remote_client). Both run the same pipeline: authorization, admission, validation.
//
// All methods block and may be called from any thread but an io thread. Errors carry Kubernetes' reasons (NotFound, Conflict, ...).
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "api/gvk.h"
#include "api/object.h"
#include "base/status.h"
#include "json/value.h"

namespace skiff::client {

using api::Gvr;
using api::ObjectPtr;

struct ListOptions {
    std::string ns;                        // "" all namespaces (or cluster scope)
    std::string label_selector, field_selector;
    std::string resource_version;          // "" most recent, "0" any
    int64_t limit = 0;
    std::string continue_token;
};

struct List {
    std::vector<ObjectPtr> items;
    std::string resource_version;
    std::string continue_token;
};

struct WriteOptions {
    std::string subresource;               // "status", "scale", "binding", "eviction", "token", ...
    std::string field_manager;             // "" means the client's default
    bool dry_run = false;
    bool force = false;                    // server-side apply only
};

struct DeleteOptions {
    int64_t grace_period_s = -1;           // -1: the object's default
    std::string propagation;               // "", Background, Foreground, Orphan
    std::string uid, resource_version;     // preconditions
};

enum class PatchType { Json, Merge, Strategic, Apply };

// One watch. Callbacks come one at a time on a thread of the client and must be short. Destroying the handle ends the watch and
// waits for a running callback.
struct WatchEvent {
    enum class Type { Added, Modified, Deleted, Bookmark };
    Type type;
    ObjectPtr object;                      // for Bookmark only metadata.resourceVersion is meaningful
};
struct WatchHandler {
    std::function<void(const WatchEvent&)> event;
    std::function<void(Status)> end;       // once; Expired/Gone: list again. ok: the server closed it, watch again
};
struct WatchOptions {
    std::string ns, label_selector, field_selector;
    std::string resource_version;
};
class Watch {
public:
    virtual ~Watch() = default;
};

struct RawRequest {
    std::string method, path;              // path with query
    std::string content_type = "application/json", accept = "application/json";
    std::string body;
};
struct RawResponse {
    int code = 0;
    std::string content_type, body;
};

class Client {
public:
    virtual ~Client() = default;
    virtual Result<ObjectPtr> get(const Gvr& gvr, const std::string& ns, const std::string& name) = 0;
    virtual Result<List> list(const Gvr& gvr, const ListOptions& options) = 0;
    virtual Result<std::unique_ptr<Watch>> watch(const Gvr& gvr, const WatchOptions& options, WatchHandler handler) = 0;
    // name is needed for subresources (create of pods/binding, serviceaccounts/token).
    virtual Result<ObjectPtr> create(const Gvr& gvr, const std::string& ns, const json::Value& object, const WriteOptions& options = {},
                                     const std::string& name = {}) = 0;
    virtual Result<ObjectPtr> update(const Gvr& gvr, const std::string& ns, const json::Value& object, const WriteOptions& options = {}) = 0;
    virtual Result<ObjectPtr> patch(const Gvr& gvr, const std::string& ns, const std::string& name, PatchType type,
                                    const json::Value& patch, const WriteOptions& options = {}) = 0;
    virtual Status remove(const Gvr& gvr, const std::string& ns, const std::string& name, const DeleteOptions& options = {}) = 0;
    // Anything else: discovery, openapi, logs.
    virtual Result<RawResponse> raw(const RawRequest& request) = 0;
};

}  // namespace skiff::client
