// The parameters of admission policies: which kind a policy takes them from, and which objects a binding names. Pure but for the reader.
#pragma once

#include <vector>

#include "api/kind.h"
#include "server/apiserver/reader.h"

namespace skiff::apiserver {

// Null without a paramKind; an error when nothing of that kind is served.
Result<const api::KindInfo*> find_param_kind(const json::Value& param_kind, const api::KindRegistry& kinds);

// Policies are not about policies, which would shut out those that repair them, nor about reviews of access, which would shut out everybody.
bool exempt_from_policies(const api::KindInfo& kind);

// The parameters to evaluate with, one by one; a null one when there are none to be had. Empty: nothing is evaluated.
Result<std::vector<api::TreePtr>> collect_params(const api::KindInfo* kind, const json::Value& param_ref, const std::string& request_ns, const Reader& reader);

// The namespace's object for expressions: null for objects that have none and for namespaces themselves.
struct AdmissionRequest;
Result<api::TreePtr> namespace_of(const AdmissionRequest& request, const Reader& reader);

}  // namespace skiff::apiserver
