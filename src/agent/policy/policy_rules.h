// Pod policies as one nftables transaction that replaces the whole table, or removes it when there are none. Pure; the caller commits.
#pragma once

#include <string>
#include <vector>

#include "agent/policy/pod_policies.h"
#include "agent/sys/nft.h"

namespace skiff::agent::policy {

sys::NftBatch policy_batch(const std::string& table, const std::vector<PodPolicy>& pods);

}  // namespace skiff::agent::policy
