// PodReferences: which objects the pods of a node need, the heart of node authorization. Answers from the Reader; what a pod refers to is
// read once for each version of the pod and remembered. Any thread.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/text_map.h"
#include "server/apiserver/reader.h"

namespace skiff::apiserver {

class PodReferences {
public:
    enum class Kind { Secret, ConfigMap, Claim, ServiceAccount, ResourceClaim };

    // reader must outlive this.
    explicit PodReferences(const Reader& reader) : reader_(reader) {}

    // Whether a pod in ns that is bound to node refers to the object. Mirror pods refer to nothing: a node makes them itself.
    bool refers(std::string_view node, Kind kind, std::string_view ns, std::string_view name) const;
    bool runs(std::string_view node, std::string_view ns, std::string_view pod) const;

private:
    struct Pod {
        std::string node;
        std::vector<std::pair<Kind, std::string>> names;
        api::ObjectPtr object;    // keeps the address, by which it is found, from being used again
    };
    using PodPtr = std::shared_ptr<const Pod>;
    PodPtr pod_of(const api::ObjectPtr& object) const;
    static PodPtr read_pod(const api::ObjectPtr& object);

    const Reader& reader_;
    mutable std::mutex mutex_;
    mutable TextMap<PodPtr> pods_;   // by uid; guarded by mutex_
};

}  // namespace skiff::apiserver
