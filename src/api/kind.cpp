#include "api/kind.h"

#include <algorithm>
#include <cstdlib>

#include "api/custom_resource.h"
#include "api/dynamic_kinds.h"
#include "api/feature_gates.h"
#include "api/kind_registry_builder.h"
#include "base/log.h"

namespace skiff::api {

const Subresource* KindInfo::subresource(std::string_view name) const {
    for (const auto& sub : subresources)
        if (sub.name == name) return &sub;
    return nullptr;
}

std::shared_ptr<const void> KindInfo::pin() const { return custom ? custom->owner.lock() : nullptr; }

KindRegistry::KindRegistry() : dynamic_(std::make_unique<DynamicKinds>()) {}
KindRegistry::~KindRegistry() = default;

const std::vector<GroupVersion>& KindRegistry::optional_versions() {
    static const std::vector<GroupVersion> kVersions = {{"admissionregistration.k8s.io", "v1beta1"}, {"admissionregistration.k8s.io", "v1alpha1"}};
    return kVersions;
}

std::shared_ptr<const KindRegistry> KindRegistry::builtin(const std::vector<GroupVersion>& served) {
    return builtin_kinds(served, {});
}

const KindInfo* KindRegistry::find(const Gvr& gvr) const {
    auto it = by_resource_.find(gvr);
    return it == by_resource_.end() ? dynamic_->snapshot()->find(gvr) : it->second;
}

const KindInfo* KindRegistry::find(const Gvk& gvk) const {
    auto it = by_kind_.find(gvk);
    return it == by_kind_.end() ? dynamic_->snapshot()->find(gvk) : it->second;
}

std::vector<const KindInfo*> KindRegistry::all() const {
    auto dynamic = dynamic_->snapshot();
    std::vector<const KindInfo*> all;
    all.reserve(kinds_.size() + dynamic->kinds.size());
    for (const auto& kind : kinds_) all.push_back(kind.get());
    for (const auto& kind : dynamic->kinds) all.push_back(kind.get());
    return all;
}

std::vector<GroupVersion> KindRegistry::group_versions() const {
    std::vector<GroupVersion> versions;
    for (const KindInfo* kind : all()) {
        GroupVersion version{kind->gvk.group, kind->gvk.version};
        if (std::find(versions.begin(), versions.end(), version) == versions.end()) versions.push_back(std::move(version));
    }
    return versions;
}

void KindRegistryBuilder::add_types(std::span<const TypeRow> types) { registry_->schemas_.add(types); }

void KindRegistryBuilder::add(KindInfo kind, std::span<const TypeRow> types) {
    registry_->schemas_.add(types);
    registry_->kinds_.push_back(std::make_unique<KindInfo>(std::move(kind)));
}

void KindRegistryBuilder::each(void (*change)(KindInfo&)) const {
    for (auto& kind : registry_->kinds_) change(*kind);
}

std::shared_ptr<const KindRegistry> KindRegistryBuilder::build() {
    registry_->schemas_.link();
    for (auto& kind : registry_->kinds_) {
        kind->schema = registry_->schemas_.find(kind->type_name);
        if (!kind->schema && !kind->type_name.empty()) {
            log::error("api", "a kind names an unknown type", {log::Field("kind", kind->gvk.kind), log::Field("type", kind->type_name)});
            std::abort();
        }
        registry_->by_resource_.emplace(kind->gvr(), kind.get());
        registry_->by_kind_.emplace(kind->gvk, kind.get());
    }
    return std::move(registry_);
}

}  // namespace skiff::api
