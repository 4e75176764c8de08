#include "api/kinds/overlapping_paths.h"

#include <fmt/core.h>

#include "api/go_text.h"

namespace skiff::api::kinds {

namespace {

using json::Value;

struct File {
    std::string path, source;
    std::string text() const { return source.empty() ? go_quote(path) : fmt::format("{} ({})", go_quote(path), source); }
};

std::string trimmed(std::string path) {
    while (!path.empty() && path.back() == '/') path.pop_back();
    return path;
}

bool hides(const std::string& a, const std::string& b) { return a == b || a.starts_with(b + "/") || b.starts_with(a + "/"); }

class Volume {
public:
    Volume(const std::string& name, std::string what, std::vector<std::string>& warnings) : name_(name), what_(std::move(what)), warnings_(warnings) {}

    void add(const std::string& path, const std::string& source) {
        File file{trimmed(path), source};
        for (const File& other : files_)
            if (!file.path.empty() && hides(file.path, other.path))
                warnings_.push_back(fmt::format("volume {} ({}): overlapping paths: {} with {}", go_quote(name_), what_, file.text(), other.text()));
        files_.push_back(std::move(file));
    }
    void add_all(const Value& items, const std::string& source) {
        for (const Value& item : items.items()) add(item["path"].as_string(), source);
    }

private:
    const std::string& name_;
    std::string what_;
    std::vector<std::string>& warnings_;
    std::vector<File> files_;
};

std::string named(const char* kind, const Value& name) { return fmt::format("{} {}", kind, go_quote(name.as_string())); }

void add_projected(const Value& sources, const std::string& name, std::vector<std::string>& warnings) {
    Volume volume(name, "Projected", warnings);
    for (const Value& source : sources.items()) {
        if (source.size() == 0) warnings.push_back(fmt::format("volume {} (Projected) has no sources provided", go_quote(name)));
        volume.add_all(source["configMap"]["items"], named("ConfigMap", source["configMap"]["name"]));
        volume.add_all(source["secret"]["items"], named("Secret", source["secret"]["name"]));
        volume.add_all(source["downwardAPI"]["items"], "DownwardAPI");
        if (source["serviceAccountToken"].is_object()) volume.add(source["serviceAccountToken"]["path"].as_string(), "ServiceAccountToken");
    }
}

}  // namespace

std::vector<std::string> overlapping_paths(const Value& volumes) {
    std::vector<std::string> warnings;
    for (const Value& volume : volumes.items()) {
        const std::string& name = volume["name"].as_string();
        Volume(name, named("ConfigMap", volume["configMap"]["name"]), warnings).add_all(volume["configMap"]["items"], "");
        Volume(name, named("Secret", volume["secret"]["secretName"]), warnings).add_all(volume["secret"]["items"], "");
        Volume(name, "DownwardAPI", warnings).add_all(volume["downwardAPI"]["items"], "");
        add_projected(volume["projected"]["sources"], name, warnings);
    }
    return warnings;
}

}  // namespace skiff::api::kinds
