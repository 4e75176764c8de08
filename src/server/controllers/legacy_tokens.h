// Cleans up old service account tokens: a Secret that was made for a ServiceAccount (it lists it) and that neither a request nor a pod used
// for a year is first marked invalid, then, a year later, removed. The API server's authenticator keeps the date of last use in a label.
#pragma once

#include <memory>

#include "reconcile/controller.h"

namespace skiff::controllers {

std::unique_ptr<reconcile::Controller> make_legacy_token_cleaner();

}  // namespace skiff::controllers
