#include "agent/images/manifest.h"

#include "agent/images/reference.h"
#include "base/strings.h"

namespace skiff::agent::images {

namespace {

constexpr size_t kLayersMax = 128;

std::vector<std::string> strings(const json::Value& list) {
    std::vector<std::string> out;
    for (const auto& item : list.items()) out.push_back(item.as_string());
    return out;
}

Result<Descriptor> descriptor(const json::Value& value) {
    Descriptor d{value["mediaType"].as_string(), value["digest"].as_string(), value["size"].as_int()};
    if (!is_sha256_digest(d.digest) || d.size_bytes < 0) return error(Reason::BadRequest, "manifest has a bad digest \"{}\"", d.digest);
    return d;
}

// arm64 runs v8, arm what the kernel offers; a variant is only asked for on arm.
int platform_rank(const json::Value& platform, const std::string& architecture) {
    if (platform["os"].as_string() != "linux" || platform["architecture"].as_string() != architecture) return 0;
    if (architecture != "arm") return 1;
    const auto& variant = platform["variant"].as_string();
    return variant == "v7" ? 4 : variant == "v6" ? 3 : variant.empty() ? 2 : 1;
}

}  // namespace

std::string this_architecture() {
#if defined(__x86_64__)
    return "amd64";
#elif defined(__aarch64__)
    return "arm64";
#else
    return "arm";
#endif
}

bool is_index(const json::Value& document) { return document["manifests"].is_array(); }

Result<Descriptor> choose_platform(const json::Value& index, const std::string& architecture) {
    const json::Value* best = nullptr;
    int best_rank = 0;
    std::vector<std::string> present;
    for (const auto& item : index["manifests"].items()) {
        const auto& platform = item["platform"];
        if (platform.is_null() && index["manifests"].size() == 1) return descriptor(item);
        present.push_back(platform["os"].as_string() + "/" + platform["architecture"].as_string());
        if (int rank = platform_rank(platform, architecture); rank > best_rank) {
            best = &item;
            best_rank = rank;
        }
    }
    if (!best) return error(Reason::NotFound, "no match for platform linux/{}: the image has {}", architecture, join(present, ", "));
    return descriptor(*best);
}

Result<Manifest> read_manifest(const json::Value& document) {
    if (document["schemaVersion"].as_int() != 2) return error(Reason::BadRequest, "manifest schema version {} is not supported", document["schemaVersion"].as_int());
    Manifest manifest;
    manifest.config = TRY(descriptor(document["config"]));
    if (document["layers"].size() > kLayersMax) return error(Reason::BadRequest, "image has more than {} layers", kLayersMax);
    for (const auto& layer : document["layers"].items()) manifest.layers.push_back(TRY(descriptor(layer)));
    return manifest;
}

Result<ConfigFacts> read_config(const json::Value& document) {
    ConfigFacts facts;
    const auto& config = document["config"];
    facts.config.entrypoint = strings(config["Entrypoint"]);
    facts.config.command = strings(config["Cmd"]);
    facts.config.env = strings(config["Env"]);
    facts.config.working_dir = config["WorkingDir"].as_string();
    facts.config.user = config["User"].as_string();
    facts.config.stop_signal = config["StopSignal"].as_string();
    for (const auto& [path, unused] : config["Volumes"].members()) facts.config.volumes.push_back(path);
    for (const auto& [port, unused] : config["ExposedPorts"].members()) facts.config.exposed_ports.push_back(port);
    facts.diff_ids = strings(document["rootfs"]["diff_ids"]);
    facts.architecture = document["architecture"].as_string();
    for (const auto& id : facts.diff_ids)
        if (!is_sha256_digest(id)) return error(Reason::BadRequest, "image config has a bad diff id \"{}\"", id);
    return facts;
}

}  // namespace skiff::agent::images
