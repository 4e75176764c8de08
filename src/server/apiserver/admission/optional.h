// The admission plugins that run only when --enable-admission-plugins names them. They stand in front of the others.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "server/apiserver/admission/plugin.h"

namespace skiff::apiserver {

// Services take no new externalIPs: whoever may write Services could else catch other people's traffic.
std::unique_ptr<AdmissionPlugin> make_external_ip_denier();
// config: eventratelimit.admission.k8s.io/v1alpha1 Configuration. Invalid for another kind or a limit that means nothing. clock must outlive it.
Result<std::unique_ptr<AdmissionPlugin>> make_event_rate_limit(const json::Value& config, Clock& clock);

// The plugins of these names. Names of plugins that always run are taken and add nothing; BadRequest for others. config: an
// apiserver.config.k8s.io AdmissionConfiguration or null, with the plugins' configurations in place (no paths).
Result<std::vector<std::unique_ptr<AdmissionPlugin>>> make_optional_plugins(const std::vector<std::string>& enabled, const std::vector<std::string>& disabled,
                                                                            const json::Value& config, Clock& clock);

}  // namespace skiff::apiserver
