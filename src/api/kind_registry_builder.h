// KindRegistryBuilder: how the explicit list in kinds/kinds.cpp makes the KindRegistry. Used once, by one thread.
#pragma once

#include <algorithm>
#include <deque>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "api/kind.h"

namespace skiff::api {

class KindRegistryBuilder {
public:
    // served: versions that are off unless somebody asks for them (KindRegistry::optional_versions()).
    explicit KindRegistryBuilder(std::vector<GroupVersion> served = {}) : served_(std::move(served)) {}
    bool serves(const GroupVersion& version) const { return std::find(served_.begin(), served_.end(), version) != served_.end(); }
    // A text for rows that are made while building: it stays until build().
    std::string_view keep(std::string text) { return texts_.emplace_back(std::move(text)); }
    // Types that several kinds share (meta.v1.ObjectMeta), or the first part of a kind's types.
    void add_types(std::span<const TypeRow> types);
    // Kinds come in discovery order; group versions in order of preference.
    void add(KindInfo kind, std::span<const TypeRow> types = {});
    void each(void (*change)(KindInfo&)) const;
    // Links everything. A type name that nobody added aborts with its name.
    std::shared_ptr<const KindRegistry> build();

private:
    std::vector<GroupVersion> served_;
    std::deque<std::string> texts_;
    std::shared_ptr<KindRegistry> registry_ = std::make_shared<KindRegistry>();
};

// kinds/kinds.cpp: one line for each kind.
void add_builtin_kinds(KindRegistryBuilder& builder);

}  // namespace skiff::api
