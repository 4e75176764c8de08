#include "server/apiserver/admission/chain.h"

#include <utility>

namespace skiff::apiserver {

void AdmissionRequest::annotate(std::string key, std::string value) const {
    constexpr size_t kAnnotationsMax = 64, kBytesMax = 10 << 10;
    if (annotations == nullptr || annotations->size() >= kAnnotationsMax) return;
    if (value.size() > kBytesMax) value.resize(kBytesMax);
    annotations->emplace(std::move(key), std::move(value));
}

template <typename Run>
Status AdmissionChain::timed(size_t index, AdmissionMetrics::Step step, Operation operation, Duration& at, Run run) const {
    const Plugin& one = plugins_[index];
    Status status = run(*one.plugin);
    if (!metrics_ || !(step == AdmissionMetrics::Step::Admit ? one.told.admit : one.told.validate)) return status;
    const Duration now = metrics_->clock().elapsed();
    metrics_->plugin(index, one.plugin->name(), step, operation, !status.ok(), now - at);
    at = now;
    return status;
}

Status AdmissionChain::mutate_all(AdmissionRequest& request) const {
    Duration at = metrics_ ? metrics_->clock().elapsed() : Duration();
    auto round = [&]() -> Status {
        for (size_t i = 0; i < plugins_.size(); ++i)
            TRY(timed(i, AdmissionMetrics::Step::Admit, request.operation, at, [&](AdmissionPlugin& plugin) { return plugin.mutate(request); }));
        return {};
    };
    TRY(round());
    if ((request.second_round = std::exchange(request.reinvoke, false))) TRY(round());
    return {};
}

Status AdmissionChain::validate_all(const AdmissionRequest& request) const {
    Duration at = metrics_ ? metrics_->clock().elapsed() : Duration();
    for (size_t i = 0; i < plugins_.size(); ++i) {
        Status status = timed(i, AdmissionMetrics::Step::Validate, request.operation, at, [&](AdmissionPlugin& plugin) { return plugin.validate(request); });
        if (status.ok()) continue;
        for (size_t done = 0; done < i; ++done) plugins_[done].plugin->finished(request, false);
        return status;
    }
    return {};
}

template <typename Run>
Status AdmissionChain::timed_step(AdmissionMetrics::Step step, Operation operation, Run run) const {
    if (!metrics_) return run();
    const Duration begin = metrics_->clock().elapsed();
    Status status = run();
    metrics_->step(step, operation, !status.ok(), metrics_->clock().elapsed() - begin);
    return status;
}

Status AdmissionChain::mutate(AdmissionRequest& request) const {
    return timed_step(AdmissionMetrics::Step::Admit, request.operation, [&] { return mutate_all(request); });
}

Status AdmissionChain::validate(const AdmissionRequest& request) const {
    return timed_step(AdmissionMetrics::Step::Validate, request.operation, [&] { return validate_all(request); });
}

Status AdmissionChain::connect(AdmissionRequest& request) const {
    for (const Plugin& one : plugins_) TRY(one.plugin->connect(request));
    return {};
}

void AdmissionChain::finished(const AdmissionRequest& request, bool stored) const {
    for (const Plugin& one : plugins_) one.plugin->finished(request, stored);
}

}  // namespace skiff::apiserver
