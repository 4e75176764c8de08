// KindRegistryBuilder: how the explicit list in kinds/kinds.cpp makes the KindRegistry. Used once, by one thread.
#pragma once

#include <memory>
#include <span>

#include "api/kind.h"

namespace skiff::api {

class KindRegistryBuilder {
public:
    // Types that several kinds share (meta.v1.ObjectMeta), or the first part of a kind's types.
    void add_types(std::span<const TypeRow> types);
    // Kinds come in discovery order; group versions in order of preference.
    void add(KindInfo kind, std::span<const TypeRow> types = {});
    // Links everything. A type name that nobody added aborts with its name.
    std::shared_ptr<const KindRegistry> build();

private:
    std::shared_ptr<KindRegistry> registry_ = std::make_shared<KindRegistry>();
};

// kinds/kinds.cpp: one line for each kind.
void add_builtin_kinds(KindRegistryBuilder& builder);

}  // namespace skiff::api
