#include "api/kinds/overlapping_paths.h"

#include <fmt/core.h>

#include <algorithm>
#include <functional>

#include "api/go_text.h"
#include "api/kinds/port_warnings.h"

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

// Paths of one volume, and which of them hide others: a path and what is below it.
class Volume {
public:
    Volume(const std::string& name, std::string what, std::vector<std::string>& warnings) : name_(name), what_(std::move(what)), warnings_(warnings) {}

    void add(const std::string& path, const std::string& source) {
        if (File file{trimmed(path), source}; !file.path.empty()) files_.push_back(std::move(file));
    }
    void add_all(const Value& items, const std::string& source) {
        for (const Value& item : items.items()) add(item["path"].as_string(), source);
    }

    // With a slash at its end each path sorts right before what is below it.
    void warn() {
        std::vector<std::pair<std::string, size_t>> order;
        order.reserve(files_.size());
        for (size_t i = 0; i < files_.size(); ++i) order.emplace_back(files_[i].path + "/", i);
        std::sort(order.begin(), order.end());
        std::vector<std::pair<size_t, size_t>> pairs;   // later, earlier
        std::vector<size_t> above;                      // places in the order
        for (size_t i = 0; i < order.size() && pairs.size() < kWarningsMax; ++i) {
            while (!above.empty() && !order[i].first.starts_with(order[above.back()].first)) above.pop_back();
            for (size_t place : above) pairs.push_back(std::minmax<size_t>(order[i].second, order[place].second, std::greater<>()));
            above.push_back(i);
        }
        std::sort(pairs.begin(), pairs.end());
        for (const auto& [later, earlier] : pairs) {
            const File &file = files_[later], &other = files_[earlier];
            warnings_.push_back(fmt::format("volume {} ({}): overlapping paths: {} with {}", go_quote(name_), what_, file.text(), other.text()));
            if (warnings_.size() >= kWarningsMax) return;
        }
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
    volume.warn();
}

void warn_of_items(const std::string& name, std::string what, const Value& items, std::vector<std::string>& warnings) {
    Volume volume(name, std::move(what), warnings);
    volume.add_all(items, "");
    volume.warn();
}

}  // namespace

std::vector<std::string> overlapping_paths(const Value& volumes) {
    std::vector<std::string> warnings;
    for (const Value& volume : volumes.items()) {
        const std::string& name = volume["name"].as_string();
        warn_of_items(name, named("ConfigMap", volume["configMap"]["name"]), volume["configMap"]["items"], warnings);
        warn_of_items(name, named("Secret", volume["secret"]["secretName"]), volume["secret"]["items"], warnings);
        warn_of_items(name, "DownwardAPI", volume["downwardAPI"]["items"], warnings);
        add_projected(volume["projected"]["sources"], name, warnings);
    }
    return warnings;
}

}  // namespace skiff::api::kinds
