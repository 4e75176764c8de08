// The local-path provisioner: a controller that makes a PersistentVolume for each claim of its class and removes it with its directory when
// the claim is gone.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "reconcile/controller.h"

namespace skiff::local_storage {

// Makes and removes directories on a node, by the volume's name. Blocking; any controller thread.
struct NodeDirectories {
    std::function<Result<std::string>(const std::string& node, const std::string& volume)> make;      // its path on the node
    std::function<Status(const std::string& node, const std::string& volume)> remove;                 // one that is gone is no error
};

std::unique_ptr<reconcile::Controller> make_local_path_provisioner(NodeDirectories directories);

}  // namespace skiff::local_storage
