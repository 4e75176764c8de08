// Definitions: keeps the kinds of CustomResourceDefinitions in step with the objects: names and conditions, the live kinds and their place in
// the cache, discovery, and the end of a definition with all its instances.
//
// Owned by ApiServer. It watches the definitions and works on the API server's pool, one pass at a time; nothing runs while nothing changes.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>

#include "api/custom_resource.h"
#include "server/apiserver/core.h"
#include "server/apiserver/crd/naming.h"

namespace skiff::apiserver {

// Before the cache is loaded: the kinds of the definitions that the store has.
Status publish_stored_kinds(store::Store& store, const api::KindRegistry& kinds, Clock& clock);

class Definitions {
public:
    // changed: called after the live kinds have changed (discovery and OpenAPI are made anew).
    Definitions(Core& core, std::function<void()> changed);
    ~Definitions();
    void start();
    void stop();

private:
    struct Sink;
    using Kinds = std::vector<std::shared_ptr<const api::KindInfo>>;
    // What is known of one definition.
    struct Entry {
        int64_t revision = 0;
        std::shared_ptr<const api::CustomDefinition> live;    // null until established
        json::Value spec, names;
        bool terminating = false;
        std::unique_ptr<Cache::Watch> instances;              // while they are being deleted
    };

    void schedule();
    void pass();
    bool visit(const ItemPtr& item);
    bool settle_names(Entry& entry, const api::ObjectPtr& object, const json::Value& tree);
    bool make_live(Entry& entry, const api::ObjectPtr& object, const json::Value& tree);
    void remove_instances(Entry& entry, const api::ObjectPtr& object);
    bool forget_missing();
    Kinds live_kinds() const;
    void publish();
    void establish(std::string_view name, const api::Object& object);      // before the object is visible
    Status write(const std::string& name, const std::function<void(json::Value& definition)>& change);
    TakenNames taken_by_others(const std::string& group, const std::string& name) const;

    Core& core_;
    const api::KindInfo& kind_;
    std::function<void()> changed_;
    std::shared_ptr<Sink> sink_;
    std::unique_ptr<Cache::Watch> watch_;
    std::mutex mutex_;                                          // guards the flags and what is prepared
    bool running_ = false, again_ = false, stopped_ = false;
    std::pair<std::string, Kinds> prepared_;                    // what is live once this definition's new status is there
    std::map<std::string, Entry, std::less<>> entries_;         // the running pass only
};

}  // namespace skiff::apiserver
