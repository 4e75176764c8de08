// Addresses in fields that are older than Kubernetes' strict rules. Pure; any thread.
#pragma once

#include "api/names.h"

namespace skiff::api::kinds {

// As check_ip, but leading zeros are taken.
Complaints check_legacy_ip(std::string_view text);
// As check_cidr; the address is the network's own.
Complaints check_strict_cidr(std::string_view text);

}  // namespace skiff::api::kinds
