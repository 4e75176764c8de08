// AdmissionPlugin: looks at (and may change) an object on its way into the store. All mutating ones run first, in the order of
// admission/plugins.cpp, then the object is validated, then all validating ones run. May be called from several threads.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/kind.h"
#include "json/value.h"
#include "server/apiserver/reader.h"
#include "server/apiserver/request.h"

namespace skiff::apiserver {

struct Reinvocation;   // reinvocation.h
struct DeleteOptions;  // registry/operations.h

enum class Operation { Create, Update, Delete, Connect };

struct AdmissionRequest {
    Operation operation;
    const api::KindInfo& kind;
    std::string ns, name, subresource;
    const User& user;
    json::Value* object = nullptr;             // the new object; null on Delete; what is asked on Connect
    const json::Value* old_object = nullptr;   // null on Create
    // Of the objects when they are not of `kind`: Scale, Eviction, TokenRequest, PodExecOptions (on Connect). Its schema may be null.
    const api::KindInfo* body = nullptr;
    const RequestContext* context = nullptr;   // the client's options stand there
    const DeleteOptions* deletion = nullptr;   // on Delete
    bool dry_run = false;
    std::vector<std::string>* warnings = nullptr;
    std::map<std::string, std::string>* annotations = nullptr;   // of the audit log's line
    // Webhooks or policies changed the object: the mutating plugins run once more, and those webhooks and policies that ask for it.
    bool reinvoke = false;
    bool second_round = false;
    std::shared_ptr<Reinvocation> webhooks, policies;
    // managedFields as they were before webhooks or policies changed the object; null: they have not.
    std::optional<json::Value> managers;
    void about_to_change() {
        if (!managers && object) managers = (*object)["metadata"]["managedFields"];
    }
    // For the audit log; bounded, later values of a key are dropped.
    void annotate(std::string key, std::string value) const;
};

inline bool is_namespace(const AdmissionRequest& request) { return request.kind.plural == "namespaces" && request.kind.gvk.group.empty(); }

class AdmissionPlugin {
public:
    virtual ~AdmissionPlugin() = default;
    virtual std::string_view name() const = 0;                     // "LimitRanger"
    virtual Status mutate(AdmissionRequest&) { return {}; }
    virtual Status validate(const AdmissionRequest&) { return {}; }
    // Operation Connect: exec, attach, port-forward and proxies. object says what is asked.
    virtual Status connect(AdmissionRequest&) { return {}; }
    // After a request that validate() let through: stored or not. For plugins that reserve (ResourceQuota).
    virtual void finished(const AdmissionRequest&, bool /*stored*/) {}
};

}  // namespace skiff::apiserver
