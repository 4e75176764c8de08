// A request as a policy's or webhook's rules name it: its objects in another version of their kind when the rules are about that one.
#pragma once

#include "server/apiserver/admission/plugin.h"
#include "server/apiserver/core.h"
#include "server/apiserver/registry/custom_form.h"

namespace skiff::apiserver {

struct RequestVersion {
    explicit RequestVersion(const AdmissionRequest& original) : request(original) {}
    RequestVersion(const RequestVersion&) = delete;
    // Copies nothing when the version is the request's own. May call a conversion webhook.
    Status load(Core& core, const api::KindInfo& as) {
        if (&as == &request.kind || request.body) return {};
        if (request.object) object = TRY(in_version(core, request.kind, as, *request.object)), request.object = &object;
        if (request.old_object) old_object = TRY(in_version(core, request.kind, as, *request.old_object)), request.old_object = &old_object;
        return {};
    }

    AdmissionRequest request;          // its kind stays the original one
    json::Value object, old_object;
};

}  // namespace skiff::apiserver
