// Labels the node of this server node-role.kubernetes.io/control-plane=true, as k3s does: kubectl shows it as the node's role. A node may not
// give itself such a label (NodeRestriction).
#pragma once

#include <memory>
#include <string>

#include "reconcile/controller.h"

namespace skiff::controllers {

std::unique_ptr<reconcile::Controller> make_node_role_controller(std::string server_node);

}  // namespace skiff::controllers
