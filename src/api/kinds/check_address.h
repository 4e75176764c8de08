// Addresses in fields that are older than Kubernetes' strict rules. Pure; any thread.
#pragma once

#include "api/names.h"

namespace skiff::api::kinds {

// As check_ip, but leading zeros are taken.
Complaints check_legacy_ip(std::string_view text);

}  // namespace skiff::api::kinds
