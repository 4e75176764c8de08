// MirrorPods: keeps an object in the API for each static pod, so that users see it; deleting that object does not stop the pod. Blocking;
// called on a pool thread, one call at a time.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "api/object.h"
#include "client/client.h"

namespace skiff::agent::pods {

class MirrorPods {
public:
    MirrorPods(std::shared_ptr<client::Client> client, std::string node_name) : client_(std::move(client)), node_name_(std::move(node_name)) {}
    // wanted: static pods by namespace/name; present: mirrors by the same. False when something failed and should be tried again.
    bool reconcile(const std::map<std::string, api::ObjectPtr>& wanted, const std::map<std::string, api::ObjectPtr>& present);

private:
    bool create(const api::Object& pod);
    std::shared_ptr<client::Client> client_;
    const std::string node_name_;
};

}  // namespace skiff::agent::pods
