// RevisionHistory: the ControllerRevisions of a DaemonSet or StatefulSet. Each holds the template as a patch
// {"spec":{"template":{..., "$patch":"replace"}}}; a template that returns takes its old revision up again under a new number.
#pragma once

#include <string>
#include <vector>

#include "client/client.h"
#include "reconcile/informer.h"

namespace skiff::controllers {

inline constexpr const char* kRevisionHash = "controller-revision-hash";

class RevisionHistory {
public:
    // hash_label: the label of a revision that carries its hash.
    RevisionHistory(client::Client& client, const api::Gvr& owner_gvr, api::ObjectPtr owner, std::string hash_label)
        : client_(client), owner_gvr_(owner_gvr), owner_(std::move(owner)), hash_label_(std::move(hash_label)) {}

    // Reads the owner's revisions and makes the one of its present template when it lacks; collision_count is raised when a name is taken.
    Status load(const reconcile::Informer& revisions, json::Value& collision_count);
    const api::ObjectPtr& current() const { return current_; }
    std::string current_hash() const { return current_->meta().label(hash_label_); }
    const std::vector<api::ObjectPtr>& all() const { return all_; }         // by revision, ascending; with current
    api::ObjectPtr find(std::string_view name) const;                         // null when absent
    // Removes the oldest that nobody uses beyond the limit. live: names (or hashes) in use.
    Status truncate(int64_t limit, const std::vector<std::string>& live);

private:
    Status make_current(json::Value& collision_count);
    client::Client& client_;
    const api::Gvr owner_gvr_;
    api::ObjectPtr owner_;
    const std::string hash_label_;
    std::vector<api::ObjectPtr> all_;
    api::ObjectPtr current_;
};

json::Value revision_data(const json::Value& owner_tree);
// The owner's tree with the template of a revision.
json::Value apply_revision(json::Value owner_tree, const api::Object& revision);

}  // namespace skiff::controllers
