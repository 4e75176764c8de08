// ExtenderSettings: one scheduler extender as KubeSchedulerConfiguration describes it. A value.
#pragma once

#include <cstdint>
#include <set>
#include <string>

#include "base/clock.h"

namespace skiff::scheduler {

struct ExtenderSettings {
    std::string url_prefix;
    std::string filter_verb, preempt_verb, prioritize_verb, bind_verb;   // "": it does not take part
    int64_t weight = 1;
    Duration timeout = std::chrono::seconds(5);
    bool node_cache_capable = false;                  // names go out, not whole nodes
    bool ignorable = false;                           // pods are scheduled without it when it fails
    // It is asked about pods that request one of these; empty: about all. ignored: NodeResourcesFit leaves them to it.
    std::set<std::string> managed_resources, ignored_resources;
    std::string ca_pem, certificate_pem, key_pem;     // of HTTPS
    bool insecure = false;
};

}  // namespace skiff::scheduler
