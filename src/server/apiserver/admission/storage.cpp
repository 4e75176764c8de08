// DefaultStorageClass, StorageObjectInUseProtection and PersistentVolumeClaimResize.
#include "api/quantity.h"
#include "server/apiserver/admission/plugins.h"

namespace skiff::apiserver {
namespace {

const api::Gvr kClasses{"storage.k8s.io", "v1", "storageclasses"};
constexpr std::string_view kDefaultAnnotation = "storageclass.kubernetes.io/is-default-class";
constexpr std::string_view kBetaDefaultAnnotation = "storageclass.beta.kubernetes.io/is-default-class";

bool is_default(const api::Meta& meta) { return meta.annotation(kDefaultAnnotation) == "true" || meta.annotation(kBetaDefaultAnnotation) == "true"; }

class DefaultStorageClass : public AdmissionPlugin {
public:
    explicit DefaultStorageClass(const Reader& reader) : reader_(reader) {}
    std::string_view name() const override { return "DefaultStorageClass"; }
    Status mutate(AdmissionRequest& request) override {
        if (!is_resource(request, "", "persistentvolumeclaims") || !request.subresource.empty() || request.operation != Operation::Create) return {};
        json::Value& claim = *request.object;
        if (claim["spec"].has("storageClassName") || claim["metadata"]["annotations"].has("volume.beta.kubernetes.io/storage-class")) return {};
        // The newest default wins, then the first by name.
        api::ObjectPtr best;
        for (const api::ObjectPtr& c : reader_.list(kClasses, {}))
            if (is_default(c->meta()) && (!best || c->meta().creation_timestamp > best->meta().creation_timestamp)) best = c;
        if (best) claim.mut("spec").set("storageClassName", best->meta().name);
        return {};
    }

private:
    const Reader& reader_;
};

class StorageProtection : public AdmissionPlugin {
public:
    std::string_view name() const override { return "StorageObjectInUseProtection"; }
    Status mutate(AdmissionRequest& request) override {
        if (request.operation != Operation::Create || !request.subresource.empty()) return {};
        const char* finalizer = is_resource(request, "", "persistentvolumeclaims") ? "kubernetes.io/pvc-protection"
                                : is_resource(request, "", "persistentvolumes")    ? "kubernetes.io/pv-protection"
                                : is_resource(request, "storage.k8s.io", "volumeattributesclasses") ? "kubernetes.io/vac-protection"
                                                                                                    : nullptr;
        if (finalizer == nullptr) return {};
        json::Value& list = request.object->mut("metadata").mut("finalizers");
        for (const json::Value& f : list.items())
            if (f.as_string() == finalizer) return {};
        list.push_back(finalizer);
        return {};
    }
};

class ClaimResize : public AdmissionPlugin {
public:
    explicit ClaimResize(const Reader& reader) : reader_(reader) {}
    std::string_view name() const override { return "PersistentVolumeClaimResize"; }
    Status validate(const AdmissionRequest& request) override {
        if (!is_resource(request, "", "persistentvolumeclaims") || !request.subresource.empty() || request.operation != Operation::Update) return {};
        auto size = [](const json::Value& claim) { return api::Quantity::parse_or_zero(claim["spec"]["resources"]["requests"]["storage"].as_string()); };
        const json::Value &claim = *request.object, &old = *request.old_object;
        if (size(claim) <= size(old)) return {};
        if (old["status"]["phase"].as_string() != "Bound") return refused(request, "Only bound persistent volume claims can be expanded");
        const std::string& name = claim["spec"]["storageClassName"].as_string();
        api::ObjectPtr c = name.empty() ? nullptr : reader_.get(kClasses, "", name);
        if (c && (*c->tree())["allowVolumeExpansion"].as_bool()) return {};
        return refused(request, "only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize");
    }

private:
    const Reader& reader_;
};

}  // namespace

std::unique_ptr<AdmissionPlugin> make_default_storage_class(const Reader& reader) { return std::make_unique<DefaultStorageClass>(reader); }
std::unique_ptr<AdmissionPlugin> make_storage_protection() { return std::make_unique<StorageProtection>(); }
std::unique_ptr<AdmissionPlugin> make_claim_resize(const Reader& reader) { return std::make_unique<ClaimResize>(reader); }

}  // namespace skiff::apiserver
