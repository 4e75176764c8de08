// Whoever writes an admission policy or a binding must be able to read the parameters that it takes: policies would show them otherwise.
// As an admission plugin. Any thread.
#pragma once

#include <memory>

#include "server/apiserver/admission/plugin.h"
#include "server/apiserver/authz/authorizer.h"
#include "server/apiserver/reader.h"

namespace skiff::apiserver {

std::unique_ptr<AdmissionPlugin> make_param_access_check(const api::KindRegistry& kinds, const Reader& reader, std::shared_ptr<const Authorizer> authorizer);

}  // namespace skiff::apiserver
