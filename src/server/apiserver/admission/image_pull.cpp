// AlwaysPullImages: every container asks the registry each time, so that an image that one pod pulled with its secret is of no use to others.
#include <set>

#include "server/apiserver/admission/plugins.h"

namespace skiff::apiserver {
namespace {

constexpr const char* kLists[] = {"containers", "initContainers", "ephemeralContainers"};

class AlwaysPullImages : public AdmissionPlugin {
public:
    std::string_view name() const override { return "AlwaysPullImages"; }

    Status mutate(AdmissionRequest& request) override {
        if (!concerns(request)) return {};
        json::Value& spec = request.object->mut("spec");
        for (const char* list : kLists)
            if (spec[list].size() > 0)
                for (json::Value& container : spec.mut(list).mut_items()) container.set("imagePullPolicy", "Always");
        if (spec["volumes"].size() > 0)
            for (json::Value& volume : spec.mut("volumes").mut_items())
                if (volume["image"].is_object()) volume.mut("image").set("pullPolicy", "Always");
        return {};
    }

    Status validate(const AdmissionRequest& request) override {
        if (!concerns(request)) return {};
        const json::Value& spec = (*request.object)["spec"];
        for (const char* list : kLists)
            for (size_t i = 0; i < spec[list].size(); ++i)
                if (const json::Value& policy = spec[list][i]["imagePullPolicy"]; policy.as_string() != "Always") return unsupported(request, fmt::format("spec.{}[{}].imagePullPolicy", list, i), policy);
        for (size_t i = 0; i < spec["volumes"].size(); ++i)
            if (const json::Value& image = spec["volumes"][i]["image"]; image.is_object() && image["pullPolicy"].as_string() != "Always")
                return unsupported(request, fmt::format("spec.volumes[{}].image.pullPolicy", i), image["pullPolicy"]);
        return {};
    }

private:
    static Status unsupported(const AdmissionRequest& request, const std::string& path, const json::Value& policy) {
        return refused(request, fmt::format("{}: Unsupported value: \"{}\": supported values: \"Always\"", path, policy.as_string()));
    }
    // New pods, and updates that bring an image.
    static bool concerns(const AdmissionRequest& request) {
        if (!is_resource(request, "", "pods") || !request.subresource.empty() || request.object == nullptr) return false;
        if (request.old_object == nullptr) return true;
        std::set<std::string_view> images;
        for (const char* list : kLists)
            for (const json::Value& c : (*request.old_object)["spec"][list].items()) images.insert(c["image"].as_string());
        for (const char* list : kLists)
            for (const json::Value& c : (*request.object)["spec"][list].items())
                if (!images.contains(c["image"].as_string())) return true;
        return false;
    }
};

}  // namespace

std::unique_ptr<AdmissionPlugin> make_always_pull_images() { return std::make_unique<AlwaysPullImages>(); }

}  // namespace skiff::apiserver
