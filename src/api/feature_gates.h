// Features of Kubernetes v1.34 that are off unless the server is told otherwise, where that changes what kinds keep. Pure; any thread.
#pragma once

#include <memory>
#include <vector>

#include "api/kind.h"

namespace skiff::api {

struct FeatureGates {
    bool image_volume = false;   // ImageVolume: volumes of images; off, they are taken out of pods and templates that had none
};

// KindRegistry::builtin() with these gates.
std::shared_ptr<const KindRegistry> builtin_kinds(const std::vector<GroupVersion>& served, const FeatureGates& gates);

// Gives a kind that holds a pod's spec hooks that take image volumes out. Does nothing to other kinds.
void drop_image_volumes_of(KindInfo& kind);

}  // namespace skiff::api
