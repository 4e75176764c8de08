// The Job controller: runs pods until enough succeeded. And the TTL controller, which removes finished Jobs when their time is over.
#pragma once

#include <memory>

#include "reconcile/controller.h"

namespace skiff::controllers {

std::unique_ptr<reconcile::Controller> make_job_controller();
std::unique_ptr<reconcile::Controller> make_job_ttl_controller();

}  // namespace skiff::controllers
