// Reference: registry/repository:tag@digest (distribution reference grammar), normalised as Docker does. Pure.
#pragma once

#include <string>

#include "base/status.h"

namespace skiff::agent::images {

struct Reference {
    std::string registry, repository;     // docker.io, library/busybox
    std::string tag, digest;              // digest sha256:<64 hex> or ""
    std::string name() const { return registry + "/" + repository; }
    std::string text() const;             // name:tag or name@digest
    static Result<Reference> parse(const std::string& text);
};

bool is_sha256_digest(const std::string& text);

}  // namespace skiff::agent::images
