// Fields whose features are off in v1.34: clients may send them, they are not stored. They go after managedFields were made and before
// validation, as the strategies of Kubernetes do it. Pure; any thread.
#pragma once

#include "json/value.h"

namespace skiff::api::kinds {

// Of a PodSpec.
void drop_disabled_pod_fields(json::Value& spec);
// The volumes of images and what mounts them, of a PodSpec (feature gate ImageVolume).
void drop_image_volumes(json::Value& spec);
bool has_image_volume(const json::Value& spec);
// Of the pod template at object.spec.template (or object.template).
void drop_disabled_template_fields(json::Value& object);

}  // namespace skiff::api::kinds
