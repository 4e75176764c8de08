#include "server/apiserver/admission/settings.h"

#include <algorithm>

#include "base/file.h"
#include "json/yaml.h"

namespace skiff::apiserver {
namespace {

constexpr size_t kFileBytesMax = 1 << 20;
constexpr const char* kOldSelectors = "podNodeSelectorPluginConfig";

Result<json::Value> read_yaml(const std::string& path) {
    const std::string text = TRY(file::read(path, kFileBytesMax));
    return json::parse_yaml(text).context("{}", path);
}

Status unknown_field(const json::Value& object, const std::vector<std::string>& fields, std::string_view where) {
    for (const json::Member& member : object.members())
        if (member.key != "apiVersion" && member.key != "kind" && std::find(fields.begin(), fields.end(), member.key) == fields.end())
            return error(Reason::BadRequest, "unknown field \"{}{}\"", where, member.key);
    return {};
}

}  // namespace

const json::Value& AdmissionSettings::configuration(std::string_view plugin) const {
    static const json::Value kNone;
    auto found = configurations.find(plugin);
    return found == configurations.end() ? kNone : found->second;
}

Result<std::map<std::string, json::Value, std::less<>>> read_admission_configuration(const std::string& path) {
    std::map<std::string, json::Value, std::less<>> out;
    json::Value file = TRY(read_yaml(path));
    if (file["kind"].is_null() && file[kOldSelectors].is_object()) {
        out.emplace("PodNodeSelector", std::move(file));
        return out;
    }
    TRY(expect_configuration(file, "apiserver.config.k8s.io", {"v1", "v1alpha1"}, "AdmissionConfiguration", {"plugins"}).context("{}", path));
    for (size_t i = 0; i < file["plugins"].size(); ++i) {
        const json::Value& plugin = file["plugins"][i];
        TRY(unknown_field(plugin, {"name", "path", "configuration"}, fmt::format("plugins[{}].", i)).context("{}", path));
        const std::string& name = plugin["name"].as_string();
        if (name.empty()) return error(Reason::BadRequest, "{}: plugins[{}].name: Required value", path, i);
        if (plugin["configuration"].is_object()) {
            out.insert_or_assign(name, plugin["configuration"]);
        } else if (std::string other = plugin["path"].as_string(); !other.empty()) {
            if (other[0] != '/') other = path.substr(0, path.rfind('/') + 1) + other;
            out.insert_or_assign(name, TRY(read_yaml(other).context("plugin {}", name)));
        }
    }
    return out;
}

Status expect_configuration(const json::Value& configuration, std::string_view group, const std::vector<std::string>& versions, std::string_view kind,
                            const std::vector<std::string>& fields) {
    const std::string& version = configuration["apiVersion"].as_string();
    const bool known = std::any_of(versions.begin(), versions.end(), [&](const std::string& v) { return version == fmt::format("{}/{}", group, v); });
    if (!known || configuration["kind"].as_string() != kind)
        return error(Reason::BadRequest, "needs kind {} of {}/{}, not {} of {}", kind, group, versions.front(), configuration["kind"].as_string(), version);
    return unknown_field(configuration, fields, "");
}

}  // namespace skiff::apiserver
