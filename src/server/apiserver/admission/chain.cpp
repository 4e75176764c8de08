#include "server/apiserver/admission/chain.h"

#include <utility>

namespace skiff::apiserver {

void AdmissionRequest::annotate(std::string key, std::string value) const {
    constexpr size_t kAnnotationsMax = 64, kBytesMax = 10 << 10;
    if (annotations == nullptr || annotations->size() >= kAnnotationsMax) return;
    if (value.size() > kBytesMax) value.resize(kBytesMax);
    annotations->emplace(std::move(key), std::move(value));
}

Status AdmissionChain::mutate(AdmissionRequest& request) const {
    for (const auto& plugin : plugins_) TRY(plugin->mutate(request));
    if ((request.second_round = std::exchange(request.reinvoke, false)))
        for (const auto& plugin : plugins_) TRY(plugin->mutate(request));
    return {};
}

Status AdmissionChain::validate(const AdmissionRequest& request) const {
    for (size_t i = 0; i < plugins_.size(); ++i) {
        Status status = plugins_[i]->validate(request);
        if (status.ok()) continue;
        for (size_t done = 0; done < i; ++done) plugins_[done]->finished(request, false);
        return status;
    }
    return {};
}

Status AdmissionChain::connect(AdmissionRequest& request) const {
    for (const auto& plugin : plugins_) TRY(plugin->connect(request));
    return {};
}

void AdmissionChain::finished(const AdmissionRequest& request, bool stored) const {
    for (const auto& plugin : plugins_) plugin->finished(request, stored);
}

}  // namespace skiff::apiserver
