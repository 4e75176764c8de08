// Defaults of pods and of the pod templates inside other kinds. Pure; any thread.
#pragma once

#include "json/value.h"

namespace skiff::api::kinds {

// PodTemplateSpec: what a template gets.
void default_pod_template(json::Value& pod_template);
// PodSpec, containers and volumes; the part that templates and pods share.
void default_pod_spec(json::Value& spec);
// What only pods get: requests from limits, service links, host ports.
void default_pod_only(json::Value& spec);
void default_container(json::Value& container);
void default_volume(json::Value& volume);
// PersistentVolumeClaimSpec, also inside ephemeral volumes and StatefulSets.
void default_claim_spec(json::Value& spec);

}  // namespace skiff::api::kinds
