// The request of an admission.k8s.io AdmissionReview, for webhooks and as `request` in expressions: everything but the objects. Pure; any thread.
#pragma once

#include "server/apiserver/admission/plugin.h"

namespace skiff::apiserver {

// as: the version of the kind that the webhook's or policy's rules name. What is empty is left out, but for uid.
json::Value request_document(const AdmissionRequest& request, const api::KindInfo& as, std::string_view uid);

}  // namespace skiff::apiserver
