// AdmissionChain: the plugins in the order of plugins.cpp. Any thread.
#pragma once

#include <memory>
#include <vector>

#include "server/apiserver/admission/plugin.h"

namespace skiff::apiserver {

class AdmissionChain {
public:
    void add(std::unique_ptr<AdmissionPlugin> plugin) { plugins_.push_back(std::move(plugin)); }
    Status mutate(AdmissionRequest& request) const;
    Status validate(const AdmissionRequest& request) const;
    Status connect(AdmissionRequest& request) const;
    // Tells every plugin how a request that validate() let through ended.
    void finished(const AdmissionRequest& request, bool stored) const;
    bool empty() const { return plugins_.empty(); }

private:
    std::vector<std::unique_ptr<AdmissionPlugin>> plugins_;
};

}  // namespace skiff::apiserver
