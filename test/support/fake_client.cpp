#include "support/fake_client.h"

#include <algorithm>
#include <atomic>

#include "base/strings.h"

namespace skiff::test {

using client::WatchEvent;

namespace {

void merge(json::Value& target, const json::Value& patch) {
    if (!patch.is_object()) {
        target = patch;
        return;
    }
    if (!target.is_object()) target = json::Value::object();
    for (const auto& [key, value] : patch.members()) {
        if (value.is_null()) target.erase(key);
        else merge(target.mut(key), value);
    }
}

bool labels_match(const api::Object& object, const std::string& selector) {
    for (const auto& term : split(selector, ',')) {
        auto equals = term.find('=');
        if (equals == std::string::npos) {
            if (!object.meta().find_label(term)) return false;
            continue;
        }
        bool negated = equals > 0 && term[equals - 1] == '!';
        std::string key = term.substr(0, negated ? equals - 1 : equals);
        std::string value = term.substr(term.find_last_of('=') + 1);
        if ((object.meta().label(key) == value) == negated) return false;
    }
    return true;
}

bool fields_match(const api::Object& object, const std::string& selector) {
    if (selector.empty()) return true;
    auto tree = object.tree();
    for (const auto& term : split(selector, ',')) {
        auto equals = term.find('=');
        bool negated = equals > 0 && term[equals - 1] == '!';
        const json::Value* at = tree.get();
        for (const auto& part : split(term.substr(0, negated ? equals - 1 : equals), '.')) at = &(*at)[part];
        if ((at->as_string() == term.substr(term.find_last_of('=') + 1)) == negated) return false;
    }
    return true;
}

Status not_found(const api::Gvr& gvr, const std::string& name) {
    return error(Reason::NotFound, "{} \"{}\" not found", gvr.group_resource(), name);
}

}  // namespace

std::string Call::text() const {
    return verb + " " + resource + (subresource.empty() ? "" : "/" + subresource) + " " + (ns.empty() ? name : ns + "/" + name);
}

struct FakeClient::Watching {
    Gvr gvr;
    client::WatchOptions options;
    client::WatchHandler handler;
    std::recursive_mutex calling;
    bool ended = false;

    void tell(const WatchEvent& event) {
        std::lock_guard lock(calling);
        if (!ended) handler.event(event);
    }
};

class FakeClient::Handle : public client::Watch {
public:
    explicit Handle(std::shared_ptr<Watching> watching) : watching_(std::move(watching)) {}
    ~Handle() override {
        std::lock_guard lock(watching_->calling);
        watching_->ended = true;
    }

private:
    std::shared_ptr<Watching> watching_;
};

bool FakeClient::selected(const api::Object& object, const std::string& ns, const std::string& labels, const std::string& fields) {
    return (ns.empty() || object.meta().ns == ns) && labels_match(object, labels) && fields_match(object, fields);
}

Result<api::ObjectPtr> FakeClient::get(const Gvr& gvr, const std::string& ns, const std::string& name) {
    std::lock_guard lock(mutex_);
    auto it = objects_.find({gvr, ns, name});
    if (it == objects_.end()) return not_found(gvr, name);
    return it->second;
}

Result<client::List> FakeClient::list(const Gvr& gvr, const client::ListOptions& options) {
    std::lock_guard lock(mutex_);
    client::List list;
    for (auto it = objects_.lower_bound({gvr, options.ns, {}}); it != objects_.end() && it->first.gvr == gvr; ++it)
        if (selected(*it->second, options.ns, options.label_selector, options.field_selector)) list.items.push_back(it->second);
    list.resource_version = std::to_string(revision_);
    return list;
}

Result<std::unique_ptr<client::Watch>> FakeClient::watch(const Gvr& gvr, const client::WatchOptions& options, client::WatchHandler handler) {
    auto watching = std::make_shared<Watching>();
    watching->gvr = gvr;
    watching->options = options;
    watching->handler = std::move(handler);
    std::lock_guard calling(watching->calling);
    std::vector<WatchEvent> missed;
    {
        std::lock_guard lock(mutex_);
        int64_t after = parse_int(options.resource_version).value_or(revision_);
        auto first = std::partition_point(history_.begin(), history_.end(), [&](const auto& entry) { return entry.second.object->meta().resource_version <= after; });
        for (auto it = first; it != history_.end(); ++it)
            if (it->first == gvr && selected(*it->second.object, options.ns, options.label_selector, options.field_selector)) missed.push_back(it->second);
        std::erase_if(watches_, [](const auto& other) { return other->ended; });
        watches_.push_back(watching);
    }
    for (const auto& event : missed) watching->handler.event(event);
    return std::unique_ptr<client::Watch>(std::make_unique<Handle>(watching));
}

Status FakeClient::note(const Call& call) {
    calls_.push_back(call);
    return on_write ? on_write(call) : Status();
}

Result<api::ObjectPtr> FakeClient::store(const Key& key, json::Value tree, WatchEvent::Type type) {
    tree.mut("metadata").set("resourceVersion", std::to_string(++revision_));
    auto object = api::Object::from_tree(std::move(tree));
    if (type == WatchEvent::Type::Deleted) {
        objects_.erase(key);
        parsed_.erase(key);
    } else {
        objects_[key] = object;
        parsed_[key] = object->tree();
    }
    history_.emplace_back(key.gvr, WatchEvent{type, object});
    pending_.push_back({{type, object}, key.gvr});
    return object;
}

void FakeClient::deliver() {
    std::unique_lock lock(mutex_);
    if (delivering_ || held_) return;
    delivering_ = true;
    while (!pending_.empty() && !held_) {
        auto next = pending_.front();
        pending_.pop_front();
        auto watches = watches_;
        lock.unlock();
        for (const auto& watching : watches)
            if (watching->gvr == next.gvr && selected(*next.event.object, watching->options.ns, watching->options.label_selector,
                                                      watching->options.field_selector))
                watching->tell(next.event);
        lock.lock();
    }
    delivering_ = false;
}

Result<api::ObjectPtr> FakeClient::create(const Gvr& gvr, const std::string& ns, const json::Value& object, const client::WriteOptions& options,
                                          const std::string& name) {
    Result<ObjectPtr> made = ObjectPtr();
    {
        std::lock_guard lock(mutex_);
        json::Value tree = object;
        auto& meta = tree.mut("metadata");
        if (!options.subresource.empty()) {
            TRY(note({"create", gvr.resource, options.subresource, ns, name}));
            return api::Object::from_tree(std::move(tree));
        }
        if (meta["name"].as_string().empty())
            meta.set("name", meta["generateName"].as_string() + "x" + std::to_string(100000 + ++generated_).substr(1));
        std::string made_name = meta["name"].as_string();
        TRY(note({"create", gvr.resource, {}, ns, made_name}));
        if (objects_.count({gvr, ns, made_name})) return error(Reason::AlreadyExists, "{} \"{}\" already exists", gvr.group_resource(), made_name);
        if (!ns.empty()) meta.set("namespace", ns);
        if (meta["uid"].as_string().empty()) meta.set("uid", "uid-" + std::to_string(++uid_));
        if (meta["creationTimestamp"].as_string().empty()) meta.set("creationTimestamp", now);
        if (!meta.has("generation")) meta.set("generation", 1);
        made = store({gvr, ns, made_name}, std::move(tree), WatchEvent::Type::Added);
    }
    deliver();
    return made;
}

Result<api::ObjectPtr> FakeClient::write_over(const Key& key, json::Value next, const ObjectPtr& old, const std::string& subresource) {
    const std::string& expected = next["metadata"]["resourceVersion"].as_string();
    if (!expected.empty() && expected != std::to_string(old->meta().resource_version))
        return error(Reason::Conflict, "Operation cannot be fulfilled on {} \"{}\": the object has been modified", key.gvr.group_resource(), key.name);
    const std::string& uid = next["metadata"]["uid"].as_string();
    if (!uid.empty() && uid != old->meta().uid) return error(Reason::Conflict, "{} \"{}\": the UID in the precondition differs", key.gvr.group_resource(), key.name);
    json::Value tree = *old->tree();
    if (subresource.empty()) {
        json::Value status = tree["status"];
        bool spec_changed = !(next["spec"] == tree["spec"]);
        int64_t generation = tree["metadata"]["generation"].as_int();
        std::string deleting = old->meta().deletion_timestamp;
        tree = std::move(next);
        if (!status.is_null()) tree.set("status", std::move(status));
        tree.mut("metadata").set("generation", generation + (spec_changed ? 1 : 0));
        if (!deleting.empty()) tree.mut("metadata").set("deletionTimestamp", deleting);
        tree.mut("metadata").set("uid", old->meta().uid);
    } else if (subresource == "status") {
        tree.set("status", next["status"]);
        if (!next["metadata"]["annotations"].is_null()) tree.mut("metadata").set("annotations", next["metadata"]["annotations"]);
    } else if (subresource == "finalize") {
        tree.mut("spec").set("finalizers", next["spec"]["finalizers"]);
        if (old->meta().deleting() && tree["spec"]["finalizers"].size() == 0) return store(key, std::move(tree), WatchEvent::Type::Deleted);
    } else if (subresource == "approval") {
        tree.mut("status").set("conditions", next["status"]["conditions"]);
    }
    json::Value compared = tree;
    compared.mut("metadata").set("resourceVersion", (*old->tree())["metadata"]["resourceVersion"]);
    if (compared == *old->tree()) return old;      // nothing changes, no revision
    // A pod whose containers may still run stays until its node says otherwise.
    const bool in_grace = graceful_pods && key.gvr.resource == "pods" && tree["metadata"]["deletionGracePeriodSeconds"].as_int() > 0;
    if (old->meta().deleting() && !in_grace && tree["metadata"]["finalizers"].size() == 0 && !old->meta().finalizers.empty())
        return store(key, std::move(tree), WatchEvent::Type::Deleted);
    return store(key, std::move(tree), WatchEvent::Type::Modified);
}

Result<api::ObjectPtr> FakeClient::update(const Gvr& gvr, const std::string& ns, const json::Value& object, const client::WriteOptions& options) {
    Result<ObjectPtr> made = ObjectPtr();
    {
        std::lock_guard lock(mutex_);
        std::string name = object["metadata"]["name"].as_string();
        TRY(note({"update", gvr.resource, options.subresource, ns, name}));
        Key key{gvr, ns, name};
        auto it = objects_.find(key);
        if (it == objects_.end()) return not_found(gvr, name);
        made = write_over(key, object, it->second, options.subresource);
    }
    deliver();
    return made;
}

Result<api::ObjectPtr> FakeClient::patch(const Gvr& gvr, const std::string& ns, const std::string& name, client::PatchType type,
                                         const json::Value& patch, const client::WriteOptions& options) {
    Result<ObjectPtr> made = ObjectPtr();
    {
        std::lock_guard lock(mutex_);
        TRY(note({"patch", gvr.resource, options.subresource, ns, name}));
        if (type != client::PatchType::Merge && type != client::PatchType::Strategic)
            return error(Reason::UnsupportedMediaType, "the fake takes merge patches only");
        Key key{gvr, ns, name};
        auto it = objects_.find(key);
        if (it == objects_.end()) return not_found(gvr, name);
        json::Value next = *it->second->tree();
        merge(next, patch);
        made = write_over(key, std::move(next), it->second, options.subresource);
    }
    deliver();
    return made;
}

Status FakeClient::remove(const Gvr& gvr, const std::string& ns, const std::string& name, const client::DeleteOptions& options) {
    {
        std::lock_guard lock(mutex_);
        TRY(note({"delete", gvr.resource, {}, ns, name}));
        Key key{gvr, ns, name};
        auto it = objects_.find(key);
        if (it == objects_.end()) return not_found(gvr, name);
        auto old = it->second;
        if (!options.uid.empty() && options.uid != old->meta().uid) return error(Reason::Conflict, "Precondition failed: UID in precondition: {}", options.uid);
        if (!options.resource_version.empty() && options.resource_version != std::to_string(old->meta().resource_version))
            return error(Reason::Conflict, "Precondition failed: ResourceVersion in precondition: {}", options.resource_version);
        json::Value tree = *old->tree();
        auto& finalizers = tree.mut("metadata").mut("finalizers");
        if (options.propagation == "Foreground") finalizers.push_back("foregroundDeletion");
        if (options.propagation == "Orphan") finalizers.push_back("orphan");
        bool namespace_content = gvr.resource == "namespaces" && tree["spec"]["finalizers"].size() != 0;
        bool graceful = graceful_pods && gvr.resource == "pods" && options.grace_period_s != 0;
        if (finalizers.size() == 0) tree.mut("metadata").erase("finalizers");
        if (tree["metadata"]["finalizers"].size() != 0 || graceful || namespace_content) {
            const bool now_at_once = gvr.resource == "pods" && options.grace_period_s == 0 && tree["metadata"]["deletionGracePeriodSeconds"].as_int() > 0;
            if (old->meta().deleting() && !now_at_once) return {};
            tree.mut("metadata").set("deletionTimestamp", now);
            if (namespace_content) tree.mut("status").set("phase", "Terminating");
            if (graceful) tree.mut("metadata").set("deletionGracePeriodSeconds", options.grace_period_s < 0 ? 30 : options.grace_period_s);
            (void)store(key, std::move(tree), WatchEvent::Type::Modified);
        } else {
            (void)store(key, std::move(tree), WatchEvent::Type::Deleted);
        }
    }
    deliver();
    return {};
}

Result<client::RawResponse> FakeClient::raw(const client::RawRequest& request) {
    std::lock_guard lock(mutex_);
    auto it = raw_answers.find(request.path);
    if (it == raw_answers.end()) return error(Reason::NotFound, "the server could not find the requested resource");
    return it->second;
}

json::Value FakeClient::tree(const Gvr& gvr, const std::string& ns, const std::string& name) {
    auto object = get(gvr, ns, name);
    return object.ok() ? *(*object)->tree() : json::Value();
}

std::vector<json::Value> FakeClient::trees(const Gvr& gvr, const std::string& ns) {
    std::vector<json::Value> found;
    client::ListOptions options;
    options.ns = ns;
    auto listed = list(gvr, options);
    for (const auto& object : listed->items) found.push_back(*object->tree());
    return found;
}

void FakeClient::change(const Gvr& gvr, const std::string& ns, const std::string& name, const std::function<void(json::Value&)>& edit) {
    {
        std::lock_guard lock(mutex_);
        auto it = objects_.find({gvr, ns, name});
        if (it == objects_.end()) return;
        json::Value before = *it->second->tree(), tree = before;
        edit(tree);
        if (!(tree["spec"] == before["spec"])) tree.mut("metadata").set("generation", tree["metadata"]["generation"].as_int() + 1);
        (void)store({gvr, ns, name}, std::move(tree), WatchEvent::Type::Modified);
    }
    deliver();
}

void FakeClient::erase(const Gvr& gvr, const std::string& ns, const std::string& name) {
    {
        std::lock_guard lock(mutex_);
        auto it = objects_.find({gvr, ns, name});
        if (it == objects_.end()) return;
        (void)store({gvr, ns, name}, *it->second->tree(), WatchEvent::Type::Deleted);
    }
    deliver();
}

std::vector<Call> FakeClient::take_calls() {
    std::lock_guard lock(mutex_);
    return std::exchange(calls_, {});
}

size_t FakeClient::count_calls(const std::string& verb, const std::string& resource) {
    std::lock_guard lock(mutex_);
    return static_cast<size_t>(
        std::count_if(calls_.begin(), calls_.end(), [&](const Call& call) { return call.verb == verb && call.resource == resource; }));
}

void FakeClient::hold_events() {
    std::lock_guard lock(mutex_);
    held_ = true;
}

void FakeClient::release_events() {
    {
        std::lock_guard lock(mutex_);
        held_ = false;
    }
    deliver();
}

void FakeClient::end_watches(const Status& status) {
    std::vector<std::shared_ptr<Watching>> watches;
    {
        std::lock_guard lock(mutex_);
        watches.swap(watches_);
    }
    for (const auto& watching : watches) {
        std::lock_guard lock(watching->calling);
        if (watching->ended) continue;
        watching->ended = true;
        watching->handler.end(status);
    }
}

int64_t FakeClient::revision() {
    std::lock_guard lock(mutex_);
    return revision_;
}

}  // namespace skiff::test
