// Owning: controller references. Which dependents belong to an owner, which may be adopted, which must be released; and the writes for that.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "client/client.h"
#include "reconcile/informer.h"
#include "server/controllers/selecting.h"

namespace skiff::controllers {

using api::Gvr;
using api::ObjectPtr;

// {apiVersion, kind, name, uid, controller: true, blockOwnerDeletion: true}
json::Value controller_reference(const api::Object& owner);
// "namespace/name" of an object's controller when that is of this kind and group, else "".
std::string controller_key(const api::Meta& meta, std::string_view kind, std::string_view group);
// Index of objects without a controller, by namespace; add it to an informer with add_orphan_index().
inline constexpr std::string_view kOrphans = "orphans";
void add_orphan_index(reconcile::Informer& informer);

enum class Claim { Keep, Adopt, Release, Ignore };
// What is to become of an object, seen from the owner. Pure.
Claim decide_claim(const api::Meta& object, const api::Meta& owner, const api::LabelSelector& selector);

// Claims for one owner. `extra` is merged into the adopting patch (a Job's finalizer).
class Claimer {
public:
    Claimer(client::Client& client, const Gvr& owner_gvr, const ObjectPtr& owner, api::LabelSelector selector)
        : client_(client), owner_gvr_(owner_gvr), owner_(owner), selector_(std::move(selector)) {}
    // The dependents that belong to the owner after adopting and releasing; from its informer's owner index and orphans.
    Result<std::vector<ObjectPtr>> claim(const reconcile::Informer& dependents);
    std::function<void(json::Value& metadata_patch, const api::Object& adopted)> on_adopt, on_release;
    std::function<bool(const api::Object& orphan)> may_adopt;      // empty: all that match

private:
    Result<bool> adopt(const Gvr& gvr, const ObjectPtr& object);
    Status release(const Gvr& gvr, const ObjectPtr& object);
    Status check_owner();
    client::Client& client_;
    const Gvr owner_gvr_;
    ObjectPtr owner_;
    api::LabelSelector selector_;
    bool owner_checked_ = false;
};

}  // namespace skiff::controllers
