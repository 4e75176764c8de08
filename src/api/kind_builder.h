// KindRegistryBuilder: how kinds/kinds.cpp and, later, CRDs put a KindRegistry together. One thread; build() once.
#pragma once

#include <memory>
#include <span>

#include "api/kind.h"

namespace skiff::api {

class KindRegistryBuilder {
public:
    KindRegistryBuilder();
    ~KindRegistryBuilder();
    // Types that several kinds share.
    void add_types(std::span<const TypeRow> types);
    // A kind and its own types. A stored or listed kind also gets its list type, "<type_name>List". Order of calls is discovery order.
    void add(KindInfo kind, std::span<const TypeRow> types);
    // Links types, gives each kind its schema. A name that stays unknown aborts.
    std::shared_ptr<const KindRegistry> build();

private:
    std::shared_ptr<KindRegistry> registry_;
};

}  // namespace skiff::api
