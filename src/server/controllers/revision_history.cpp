#include "server/controllers/revision_history.h"

#include <algorithm>

#include "base/hash.h"
#include "json/write.h"
#include "server/controllers/owning.h"
#include "server/controllers/pod_template.h"
#include "server/controllers/resources.h"

namespace skiff::controllers {

namespace {

int64_t number_of(const api::ObjectPtr& revision) { return (*revision->tree())["revision"].as_int(); }

void sort_by_number(std::vector<api::ObjectPtr>& revisions) {
    std::sort(revisions.begin(), revisions.end(), [](const api::ObjectPtr& a, const api::ObjectPtr& b) {
        int64_t left = number_of(a), right = number_of(b);
        if (left != right) return left < right;
        const auto &l = a->meta(), &r = b->meta();
        return l.creation_timestamp != r.creation_timestamp ? l.creation_timestamp < r.creation_timestamp : l.name < r.name;
    });
}

bool same_data(const json::Value& a, const json::Value& b) {
    return same_template(a["spec"]["template"], b["spec"]["template"]);
}

// Keys in order at every depth, as Go writes maps: clients compare the bytes with what they make themselves.
json::Value with_sorted_keys(const json::Value& value) {
    if (value.is_array()) {
        auto list = json::Value::array();
        for (const auto& item : value.items()) list.push_back(with_sorted_keys(item));
        return list;
    }
    if (!value.is_object()) return value;
    std::vector<const json::Member*> members;
    for (const auto& member : value.members()) members.push_back(&member);
    std::sort(members.begin(), members.end(), [](const json::Member* a, const json::Member* b) { return a->key < b->key; });
    json::Object object;
    object.reserve(members.size());
    for (const auto* member : members) object.push_back({member->key, with_sorted_keys(member->value)});
    return json::Value(std::move(object));
}

}  // namespace

json::Value revision_data(const json::Value& owner_tree) {
    json::Value pod_template = owner_tree["spec"]["template"];
    pod_template.set("$patch", "replace");
    return json::Value::object({{"spec", json::Value::object({{"template", with_sorted_keys(pod_template)}})}});
}

json::Value apply_revision(json::Value owner_tree, const api::Object& revision) {
    json::Value pod_template = (*revision.tree())["data"]["spec"]["template"];
    pod_template.erase("$patch");
    owner_tree.mut("spec").set("template", std::move(pod_template));
    return owner_tree;
}

Status RevisionHistory::load(const reconcile::Informer& revisions, json::Value& collision_count) {
    auto owner_tree = owner_->tree();
    Claimer claimer(client_, owner_gvr_, owner_, read_selector((*owner_tree)["spec"]["selector"]));
    all_ = TRY(claimer.claim(revisions));
    sort_by_number(all_);
    json::Value data = revision_data(*owner_tree);
    for (const auto& revision : all_)
        if (same_data((*revision->tree())["data"], data)) current_ = revision;
    if (!current_) return make_current(collision_count);
    if (current_ == all_.back()) return {};
    json::Value tree = *current_->tree();
    tree.set("revision", number_of(all_.back()) + 1);
    auto written = TRY(client_.update(kControllerRevisions, owner_->meta().ns, tree));
    std::replace(all_.begin(), all_.end(), current_, written);
    current_ = written;
    sort_by_number(all_);
    return {};
}

Status RevisionHistory::make_current(json::Value& collision_count) {
    auto owner_tree = owner_->tree();
    json::Value data = revision_data(*owner_tree);
    std::string text = json::write(data);
    if (collision_count.is_int()) text += "#" + std::to_string(collision_count.as_int());
    std::string hash = safe_encode(std::to_string(fnv1a32(text)));
    std::string name = owner_->meta().name + "-" + hash;
    json::Value labels = (*owner_tree)["spec"]["template"]["metadata"]["labels"];
    labels.set(hash_label_, hash);
    auto metadata = json::Value::object({{"name", name},
                                         {"namespace", owner_->meta().ns},
                                         {"labels", labels},
                                         {"ownerReferences", json::Value::array({controller_reference(*owner_)})}});
    if (const auto& annotations = (*owner_tree)["metadata"]["annotations"]; annotations.size() != 0) metadata.set("annotations", annotations);
    auto revision = json::Value::object({{"apiVersion", "apps/v1"},
                                         {"kind", "ControllerRevision"},
                                         {"metadata", metadata},
                                         {"data", data},
                                         {"revision", all_.empty() ? 1 : number_of(all_.back()) + 1}});
    auto created = client_.create(kControllerRevisions, owner_->meta().ns, revision);
    if (!created.ok() && created.status().reason() == Reason::AlreadyExists) {
        auto present = TRY(client_.get(kControllerRevisions, owner_->meta().ns, name));
        const auto* controller = present->meta().controller();
        if (!controller || controller->uid != owner_->meta().uid || !same_data((*present->tree())["data"], data)) {
            collision_count = json::Value(collision_count.as_int() + 1);
            return error(Reason::Conflict, "controller revision {} exists with other data; trying the next hash", name);
        }
        created = present;
    }
    current_ = TRY(std::move(created));
    all_.push_back(current_);
    return {};
}

api::ObjectPtr RevisionHistory::find(std::string_view name) const {
    for (const auto& revision : all_)
        if (revision->meta().name == name) return revision;
    return nullptr;
}

Status RevisionHistory::truncate(int64_t limit, const std::vector<std::string>& live) {
    std::vector<api::ObjectPtr> unused;
    auto used = [&](const std::string& text) { return std::find(live.begin(), live.end(), text) != live.end(); };
    for (const auto& revision : all_)
        if (revision != current_ && !used(revision->meta().name) && !used(revision->meta().label(hash_label_))) unused.push_back(revision);
    for (int64_t i = 0; i < static_cast<int64_t>(unused.size()) - limit; ++i) {
        Status removed = client_.remove(kControllerRevisions, owner_->meta().ns, unused[static_cast<size_t>(i)]->meta().name);
        if (!removed.ok() && removed.reason() != Reason::NotFound) return removed;
    }
    return {};
}

}  // namespace skiff::controllers
