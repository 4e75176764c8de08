// The admission plugins in Kubernetes' order: one line each in plugins.cpp.
#pragma once

#include <functional>
#include <memory>

#include "base/clock.h"
#include "server/apiserver/admission/chain.h"
#include "server/apiserver/admission/settings.h"

namespace skiff::net {
class IoThreads;
}

namespace skiff::apiserver {

struct Core;

// Waits until the reader shows something newer than now; false when nothing came before the deadline.
using WaitForChange = std::function<bool(Duration)>;

// What plugins are made of. core: for those that need all of the server; null leaves them out.
struct PluginSources {
    const Reader& reader;
    WaitForChange wait;
    Clock& clock;
    Core* core;
    const AdmissionSettings& settings;
};
// Adds those that are on by default or enabled, and not disabled. BadRequest names the argument: an unknown name, one that cannot be turned
// off, a configuration that cannot be read or is of a plugin that takes none.
Status add_plugins(AdmissionChain& chain, const PluginSources& sources);

using MadePlugin = Result<std::unique_ptr<AdmissionPlugin>>;

std::unique_ptr<AdmissionPlugin> make_namespace_auto_provision(Core& core);
std::unique_ptr<AdmissionPlugin> make_namespace_lifecycle(const Reader& reader);
std::unique_ptr<AdmissionPlugin> make_namespace_exists(const Reader& reader);
std::unique_ptr<AdmissionPlugin> make_anti_affinity_topology();
std::unique_ptr<AdmissionPlugin> make_limit_ranger(const Reader& reader);
std::unique_ptr<AdmissionPlugin> make_service_account(const Reader& reader, WaitForChange wait);
std::unique_ptr<AdmissionPlugin> make_node_restriction(const Reader& reader, const Core* core = nullptr);
std::unique_ptr<AdmissionPlugin> make_taint_nodes();
std::unique_ptr<AdmissionPlugin> make_always_pull_images();
MadePlugin make_pod_security(const Reader& reader, const json::Value& configuration);
MadePlugin make_pod_node_selector(const Reader& reader, const json::Value& configuration);
std::unique_ptr<AdmissionPlugin> make_priority(const Reader& reader);
std::unique_ptr<AdmissionPlugin> make_default_tolerations(int64_t not_ready_s, int64_t unreachable_s);
MadePlugin make_toleration_restriction(const Reader& reader, const json::Value& configuration);
MadePlugin make_event_rate_limit(const json::Value& configuration, Clock& clock);   // clock must outlive it
std::unique_ptr<AdmissionPlugin> make_extended_resource_toleration();
std::unique_ptr<AdmissionPlugin> make_default_storage_class(const Reader& reader);
std::unique_ptr<AdmissionPlugin> make_storage_protection();
std::unique_ptr<AdmissionPlugin> make_owner_permissions(Core& core);
std::unique_ptr<AdmissionPlugin> make_claim_resize(const Reader& reader);
std::unique_ptr<AdmissionPlugin> make_runtime_class(const Reader& reader);
std::unique_ptr<AdmissionPlugin> make_default_ingress_class(const Reader& reader);
std::unique_ptr<AdmissionPlugin> make_external_ip_denier();
std::unique_ptr<AdmissionPlugin> make_mutating_policies(Core& core);
// configuration: its imagePolicy.
MadePlugin make_image_policy(net::IoThreads& io, Clock& clock, const json::Value& configuration);
// configuration: WebhookAdmissionConfiguration, or null.
MadePlugin make_webhooks(Core& core, bool mutating, const json::Value& configuration);
std::unique_ptr<AdmissionPlugin> make_validating_policies(Core& core);
MadePlugin make_resource_quota(const Reader& reader, Core* core, const json::Value& configuration);
// Not plugins of Kubernetes, where strategies of the kinds do the same.
std::unique_ptr<AdmissionPlugin> make_device_claims(const Reader& reader);
std::unique_ptr<AdmissionPlugin> make_certificate_requester(Core* core);

// "pods \"a\" is forbidden: why" with details, from a plugin.
Status refused(const AdmissionRequest& request, std::string_view why);
bool is_resource(const AdmissionRequest& request, std::string_view group, std::string_view resource);

}  // namespace skiff::apiserver
