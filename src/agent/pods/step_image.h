// The image step: the image of a container is there, or is on its way, or it says why not.
#pragma once

#include <optional>
#include <string>

#include "agent/pods/sync.h"

namespace skiff::agent::pods {

struct ReadyImage {
    images::Image image;
    std::string reference;                 // normalized
};
// Nothing while the image is not there; the container's `waiting` says why.
std::optional<ReadyImage> ensure_image(Sync& sync, const ContainerRef& container);

// The image volumes that the container mounts are there, their paths in the pod's volumes; false while one is not.
bool ensure_image_volumes(Sync& sync, const ContainerRef& container);
// Takes the pod's image volumes away.
void release_image_volumes(Sync& sync);
// What an image volume is called among the image store's containers.
std::string image_volume_id(const std::string& pod_uid, const std::string& volume);

}  // namespace skiff::agent::pods
