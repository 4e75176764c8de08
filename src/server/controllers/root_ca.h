// The root CA publisher: ConfigMap kube-root-ca.crt in every active namespace, by which pods verify the API server.
#pragma once

#include <memory>
#include <string>

#include "reconcile/controller.h"

namespace skiff::controllers {

std::unique_ptr<reconcile::Controller> make_root_ca_controller(std::string ca_pem);

}  // namespace skiff::controllers
