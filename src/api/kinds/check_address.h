// Addresses in fields that are older than Kubernetes' strict rules. Pure; any thread.
#pragma once

#include "api/names.h"
#include "api/validation.h"

namespace skiff::api::kinds {

// As check_ip, but leading zeros are taken.
Complaints check_legacy_ip(std::string_view text);
// As check_cidr, but without leading zeros; the address is the network's own.
Complaints check_strict_cidr(std::string_view text);

// What is to be said of an address or a network that is taken but not written as it should be: with leading zeros, with host bits,
// not in the canonical form of IPv6. Added to out, with the path in front.
void warn_of_ip(std::string_view text, const FieldPath& path, std::vector<std::string>& out);
void warn_of_cidr(std::string_view text, const FieldPath& path, std::vector<std::string>& out);

}  // namespace skiff::api::kinds
