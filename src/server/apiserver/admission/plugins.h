// The admission plugins in their order: one line each in plugins.cpp.
#pragma once

#include <functional>
#include <memory>

#include "base/clock.h"
#include "server/apiserver/admission/chain.h"

namespace skiff::apiserver {

struct Core;

// Waits until the reader shows something newer than now; false when nothing came before the deadline.
using WaitForChange = std::function<bool(Duration)>;

// core: for webhooks, which need all of the server; null leaves them out.
void add_default_plugins(AdmissionChain& chain, const Reader& reader, WaitForChange wait, Clock& clock, Core* core = nullptr, bool mutating_policies = false);

std::unique_ptr<AdmissionPlugin> make_namespace_lifecycle(const Reader& reader);
std::unique_ptr<AdmissionPlugin> make_limit_ranger(const Reader& reader);
std::unique_ptr<AdmissionPlugin> make_service_account(const Reader& reader, WaitForChange wait);
std::unique_ptr<AdmissionPlugin> make_taint_nodes();
std::unique_ptr<AdmissionPlugin> make_certificate_requester(Core* core);
std::unique_ptr<AdmissionPlugin> make_node_restriction(const Reader& reader);
std::unique_ptr<AdmissionPlugin> make_pod_security(const Reader& reader);
std::unique_ptr<AdmissionPlugin> make_priority(const Reader& reader);
std::unique_ptr<AdmissionPlugin> make_default_tolerations();
std::unique_ptr<AdmissionPlugin> make_runtime_class(const Reader& reader);
std::unique_ptr<AdmissionPlugin> make_default_storage_class(const Reader& reader);
std::unique_ptr<AdmissionPlugin> make_default_ingress_class(const Reader& reader);
std::unique_ptr<AdmissionPlugin> make_storage_protection();
std::unique_ptr<AdmissionPlugin> make_claim_resize(const Reader& reader);
std::unique_ptr<AdmissionPlugin> make_device_claims(const Reader& reader);
std::unique_ptr<AdmissionPlugin> make_mutating_policies(Core& core);
std::unique_ptr<AdmissionPlugin> make_validating_policies(Core& core);
std::unique_ptr<AdmissionPlugin> make_mutating_webhooks(Core& core);
std::unique_ptr<AdmissionPlugin> make_validating_webhooks(Core& core);
std::unique_ptr<AdmissionPlugin> make_resource_quota(const Reader& reader, Clock& clock);

// "pods \"a\" is forbidden: why" with details, from a plugin.
Status refused(const AdmissionRequest& request, std::string_view why);
bool is_resource(const AdmissionRequest& request, std::string_view group, std::string_view resource);

}  // namespace skiff::apiserver
