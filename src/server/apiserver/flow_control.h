// FlowClassifier: which FlowSchema and priority level a request belongs to, for the X-Kubernetes-PF headers. Schemas are read from the
// cache and compiled again when they change. Any thread.
#pragma once

#include <memory>
#include <mutex>
#include <string>

#include "server/apiserver/reader.h"
#include "server/apiserver/request.h"

namespace skiff::apiserver {

class FlowClassifier {
public:
    explicit FlowClassifier(const Reader& reader) : reader_(reader) {}
    struct Match {
        std::string schema_uid, level_uid;
    };
    Match classify(const Attributes& attributes) const;

private:
    struct Schemas;
    std::shared_ptr<const Schemas> schemas() const;
    const Reader& reader_;
    mutable std::mutex mutex_;
    mutable std::shared_ptr<const Schemas> schemas_;
};

}  // namespace skiff::apiserver
