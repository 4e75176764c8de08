// What image manifests, indexes and configs say, Docker's v2.2 and OCI's alike. Pure; all sizes and counts bounded.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "agent/images/image_store.h"
#include "base/status.h"
#include "json/value.h"

namespace skiff::agent::images {

struct Descriptor {
    std::string media_type, digest;
    int64_t size_bytes = 0;
};

struct Manifest {
    Descriptor config;
    std::vector<Descriptor> layers;       // lowest first
};

constexpr const char* kManifestTypes[] = {"application/vnd.oci.image.index.v1+json", "application/vnd.docker.distribution.manifest.list.v2+json",
                                          "application/vnd.oci.image.manifest.v1+json", "application/vnd.docker.distribution.manifest.v2+json"};

bool is_index(const json::Value& document);
// The manifest for this architecture (linux); NotFound with what there is.
Result<Descriptor> choose_platform(const json::Value& index, const std::string& architecture);
Result<Manifest> read_manifest(const json::Value& document);
// Config and diff ids ("sha256:..."), which must be as many as layers.
struct ConfigFacts {
    ImageConfig config;
    std::vector<std::string> diff_ids;
    std::string architecture;
};
Result<ConfigFacts> read_config(const json::Value& document);
std::string this_architecture();

}  // namespace skiff::agent::images
