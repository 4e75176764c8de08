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

}  // namespace skiff::agent::pods
